/* SPDX-License-Identifier: EUPL-1.2 */
/* From whom a case keeps what: by name, by who comes in whose place, and until when. */
#include "case_shield.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arena.h"
#include "federation.h"

static struct federation *f;
static struct sluis_case *it;
static Sluis__Signed *opened;

static int
setup(void **state)
{
	(void)state;
	f = federation_new(NULL, 0);
	federation_add_member(f, "stand-in", "provider", "secretary provider");
	federation_add_member(f, "clerk", "provider", "secretary");
	it = federation_open_case(f, 7, "director", "provider gi", &opened);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	sluis_case_free(it);
	federation_free(f);
	return 0;
}

/* What is kept from ${handle}: "" nothing, "*" everything, and categories by name. */
static const char *
kept(const char *handle)
{
	static char text[256];
	struct sluis_recipient_facts facts = { .kind = SLUIS_RECIPIENT_MEMBER };
	size_t at = 0;

	assert_int_equal(sluis_case_shields(it, f->directory,
	    sluis_directory_member(f->directory, sluis_bytes_text(handle)), f->arena, &facts), SLUIS_OK);
	text[0] = '\0';
	if (facts.is_shielded)
		at = (size_t)snprintf(text, sizeof(text), "*");
	for (size_t i = 0; i < facts.shielded.count; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, " %.*s", (int)facts.shielded.items[i].len,
		    (const char *)facts.shielded.items[i].data);
	assert_int_equal(facts.kind, SLUIS_RECIPIENT_MEMBER); /* and nothing else is touched */
	return text;
}

static void
act(enum sluis_case_code code, const char *handles, const char *category)
{
	federation_case_act(f, it, "director", code, handles, category == NULL ? NULL : "category", category);
}

static void
keeps_nothing_without_a_shield(void **state)
{
	(void)state;
	act(SLUIS_CASE_UNSHIELD, "provider", NULL); /* of somebody who has none */
	assert_string_equal(kept("provider"), "");
	assert_string_equal(kept("school"), "");
}

static void
keeps_categories_or_everything(void **state)
{
	(void)state;
	act(SLUIS_CASE_SHIELD, "provider", "address");
	assert_string_equal(kept("provider"), " address");
	assert_string_equal(kept("gi"), "");
	act(SLUIS_CASE_SHIELD, "provider school", "contact");
	act(SLUIS_CASE_SHIELD, "provider", "address"); /* again: once */
	assert_string_equal(kept("provider"), " contact address");
	assert_string_equal(kept("school"), " contact"); /* who is not on the case */
	act(SLUIS_CASE_SHIELD, "provider", NULL);
	assert_string_equal(kept("provider"), "* contact address");
	federation_case_act(f, it, "director", SLUIS_CASE_SHIELD, "gi", "reason", "court"); /* a reason is no category */
	assert_string_equal(kept("gi"), "*");
}

static void
holds_whatever_its_person_does(void **state)
{
	(void)state;
	act(SLUIS_CASE_SHIELD, "provider", "address");
	act(SLUIS_CASE_LEAVE, "provider", NULL);
	assert_string_equal(kept("provider"), " address");
	act(SLUIS_CASE_JOIN, "provider", NULL);
	assert_string_equal(kept("provider"), " address");
	act(SLUIS_CASE_HAND_OVER, "provider", NULL);
	assert_string_equal(kept("provider"), " address");
	act(SLUIS_CASE_CLOSE, NULL, NULL);
	act(SLUIS_CASE_REOPEN, NULL, NULL);
	assert_string_equal(kept("provider"), " address");
}

/* PROTOCOL 6.11: for the same organisation, in a role of the one it names, and on the case after the shield. */
static void
holds_for_who_comes_in_its_place(void **state)
{
	(void)state;
	act(SLUIS_CASE_SHIELD, "provider", NULL);
	assert_string_equal(kept("stand-in"), "*"); /* before it is on the case */
	assert_string_equal(kept("clerk"), "");     /* of that organisation, in no role of it */
	act(SLUIS_CASE_SHIELD, "municipality-a", NULL);
	assert_string_equal(kept("municipality-b"), ""); /* the same roles at another organisation */
	act(SLUIS_CASE_JOIN, "stand-in", NULL);
	assert_string_equal(kept("stand-in"), "*");
	act(SLUIS_CASE_UNSHIELD, "stand-in", NULL);
	assert_string_equal(kept("stand-in"), "");
	assert_string_equal(kept("provider"), "*");
	act(SLUIS_CASE_SHIELD, "provider", NULL); /* it was there already: another person */
	assert_string_equal(kept("stand-in"), "");
	act(SLUIS_CASE_LEAVE, "stand-in", NULL); /* and comes back later: then one cannot know */
	assert_string_equal(kept("stand-in"), "*");
}

static void
ends_for_whom_it_is_lifted(void **state)
{
	(void)state;
	act(SLUIS_CASE_SHIELD, "provider gi", "address");
	act(SLUIS_CASE_SHIELD, "provider", "contact");
	act(SLUIS_CASE_UNSHIELD, "provider", "address");
	assert_string_equal(kept("provider"), " contact");
	assert_string_equal(kept("gi"), " address");
	act(SLUIS_CASE_SHIELD, "provider", NULL);
	act(SLUIS_CASE_UNSHIELD, "provider", "contact"); /* all but that is still kept: so is that */
	assert_string_equal(kept("provider"), "*");
	act(SLUIS_CASE_UNSHIELD, "provider", NULL);
	assert_string_equal(kept("provider"), "");
	act(SLUIS_CASE_SHIELD, "provider", "safety"); /* a new one holds */
	assert_string_equal(kept("provider"), " safety");
	assert_string_equal(kept("gi"), " address");
}

static void
nobody_lifts_its_own(void **state)
{
	const struct federation_member *director = federation_member(f, "director");
	const struct sluis_case_name names[] = { { sluis_bytes_text("provider"),
		                                     federation_member(f, "provider")->record_hash },
		{ sluis_bytes_text("director"), director->record_hash } };
	struct sluis_case_act draft = { .code = SLUIS_CASE_UNSHIELD, .record_hash = director->record_hash,
		.keys = federation_keys(f), .policy_hash = f->policy_hash, .names = names, .n_names = 2 };
	struct sluis_bytes payload;
	struct sluis_why why;

	(void)state;
	act(SLUIS_CASE_SHIELD, "director", NULL);
	draft.created_ms = federation_time(f);
	assert_int_equal(sluis_case_build(it, &draft, f->arena, &payload), SLUIS_OK);
	assert_int_equal(sluis_case_append(it, federation_sign(f, "director", SLUIS_SIGNED_CASE, payload), f->directory,
	    &why), SLUIS_EREFUSED);
	assert_string_equal(kept("director"), "*");
	draft.n_names = 1;
	assert_int_equal(sluis_case_build(it, &draft, f->arena, &payload), SLUIS_OK);
	assert_int_equal(sluis_case_append(it, federation_sign(f, "director", SLUIS_SIGNED_CASE, payload), f->directory,
	    &why), SLUIS_OK);
}

/* Without memory nothing is said: least of all that nothing is kept. */
static void
says_when_there_is_no_memory(void **state)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *none = sluis_arena_new(8);
	struct sluis_recipient_facts facts = { .is_shielded = true };

	(void)state;
	act(SLUIS_CASE_SHIELD, "provider", "address");
	assert_int_equal(sluis_case_shields(it, f->directory,
	    sluis_directory_member(f->directory, sluis_bytes_text("gi")), none, &facts), SLUIS_ENOMEM);
	assert_true(facts.is_shielded);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keeps_nothing_without_a_shield, setup, teardown),
		cmocka_unit_test_setup_teardown(keeps_categories_or_everything, setup, teardown),
		cmocka_unit_test_setup_teardown(holds_whatever_its_person_does, setup, teardown),
		cmocka_unit_test_setup_teardown(holds_for_who_comes_in_its_place, setup, teardown),
		cmocka_unit_test_setup_teardown(ends_for_whom_it_is_lifted, setup, teardown),
		cmocka_unit_test_setup_teardown(nobody_lifts_its_own, setup, teardown),
		cmocka_unit_test_setup_teardown(says_when_there_is_no_memory, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
