/* SPDX-License-Identifier: EUPL-1.2 */
/* The officers in charge of what an organisation did. */
#include "officers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "federation.h"
#include "policy_scene.h"

static struct federation *f;

static int
begin(void **state)
{
	(void)state;
	f = federation_new(NULL, 0);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	federation_free(f);
	return 0;
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
		T(officers_of_the_organisation_or_of_the_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
