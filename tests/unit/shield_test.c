/* SPDX-License-Identifier: EUPL-1.2 */
/* Shields on a case, and the officers in charge of an organisation. */
#include "shield.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "federation.h"
#include "limits.h"
#include "officers.h"
#include "policy_scene.h"

static struct federation *f;
static struct sluis_case *of_case;

static int
begin(void **state)
{
	Sluis__Signed *opening;

	(void)state;
	f = federation_new(NULL, 0);
	of_case = federation_open_case(f, 0xc1, "director", "provider referrer", &opening);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	sluis_case_free(of_case);
	federation_free(f);
	return 0;
}

static struct sluis_recipient_facts
facts_of(const char *handle)
{
	struct sluis_recipient_facts facts = { .is_shielded = true };

	assert_int_equal(sluis_shield_facts(of_case, sluis_bytes_text(handle), f->arena, &facts), SLUIS_OK);
	return facts;
}

static void
shield(const char *handles, const char *fact, const char *value)
{
	federation_case_act(f, of_case, "director", SLUIS_CASE_SHIELD, handles, fact, value);
}

static void
shields_add_up_until_they_are_lifted(void **state)
{
	struct sluis_recipient_facts facts;

	(void)state;
	facts = facts_of("referrer");
	assert_false(facts.is_shielded);
	assert_int_equal(facts.shielded.count, 0);
	shield("referrer", "category", "address");
	shield("referrer school", "category", "safety");
	shield("referrer", "category", "address"); /* again */
	facts = facts_of("referrer");
	assert_false(facts.is_shielded);
	assert_int_equal(facts.shielded.count, 2);
	assert_true(sluis_bytes_is_text(facts.shielded.items[1], "safety"));
	assert_int_equal(facts_of("school").shielded.count, 1); /* who is not on the case, too */
	assert_int_equal(facts_of("provider").shielded.count, 0);
	shield("referrer", NULL, NULL); /* from everything */
	facts = facts_of("referrer");
	assert_true(facts.is_shielded);
	assert_false(facts_of("school").is_shielded);
	shield("referrer", "lift", "yes");
	facts = facts_of("referrer");
	assert_false(facts.is_shielded);
	assert_int_equal(facts.shielded.count, 0);
	assert_int_equal(facts_of("school").shielded.count, 1);
	federation_case_act(f, of_case, "director", SLUIS_CASE_INFORM, "referrer", NULL, NULL); /* no shield */
	assert_false(facts_of("referrer").is_shielded);
}

/* More categories than a list holds: nothing of the case is left out of it. */
static void
too_many_categories_are_everything(void **state)
{
	char code[16];

	(void)state;
	for (unsigned i = 0; i < SLUIS_CODES_MAX; i++) {
		snprintf(code, sizeof(code), "category-%u", i);
		shield("referrer", "category", code);
	}
	assert_false(facts_of("referrer").is_shielded);
	assert_int_equal(facts_of("referrer").shielded.count, SLUIS_CODES_MAX);
	shield("referrer", "category", "category-0");
	assert_false(facts_of("referrer").is_shielded);
	shield("referrer", "category", "one-more");
	assert_true(facts_of("referrer").is_shielded);
}

static void
a_lack_of_memory_shields_nobody_less(void **state)
{
	struct sluis_arena *arena = sluis_arena_new(64);
	struct sluis_recipient_facts facts = { .is_shielded = false };

	(void)state;
	shield("referrer", NULL, NULL);
	assert_int_equal(sluis_shield_facts(of_case, sluis_bytes_text("referrer"), arena, &facts), SLUIS_ENOMEM);
	sluis_arena_free(arena);
}

static void
officers_of_the_organisation_or_of_the_body(void **state)
{
	const struct sluis_policy *policy = scene_default_policy();
	struct sluis_officers officers;

	(void)state;
	sluis_officers_in_charge(f->directory, policy, sluis_bytes_text("provider"), f->now_ms, &officers);
	assert_false(officers.is_own);
	assert_int_equal(officers.count, 1);
	assert_true(sluis_officers_have(&officers, sluis_bytes_text("officer")));
	assert_false(sluis_officers_have(&officers, sluis_bytes_text("provider")));
	sluis_officers_in_charge(f->directory, policy, sluis_bytes_text("expert-team"), f->now_ms, &officers);
	assert_true(officers.is_own);
	assert_int_equal(officers.count, 1);
	federation_add_member(f, "checker", "provider", "provider privacy-officer");
	federation_add_member(f, "checker-2", "provider", "privacy-officer");
	sluis_officers_in_charge(f->directory, policy, sluis_bytes_text("provider"), f->now_ms, &officers);
	assert_true(officers.is_own);
	assert_int_equal(officers.count, 2);
	assert_false(sluis_officers_have(&officers, sluis_bytes_text("officer")));
	/* who is suspended, or past its record's term, is in charge of nothing */
	federation_suspend(f, "checker", SLUIS_STANDING_SUSPENDED);
	sluis_officers_in_charge(f->directory, policy, sluis_bytes_text("provider"), f->now_ms, &officers);
	assert_int_equal(officers.count, 1);
	sluis_officers_in_charge(f->directory, policy, sluis_bytes_text("provider"), f->now_ms + 9000 * FEDERATION_DAY_MS,
	    &officers);
	assert_int_equal(officers.count, 0);
	assert_false(officers.is_own);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		T(shields_add_up_until_they_are_lifted),
		T(too_many_categories_are_everything),
		T(a_lack_of_memory_shields_nobody_less),
		T(officers_of_the_organisation_or_of_the_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
