/* SPDX-License-Identifier: EUPL-1.2 */
#include "prefix.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct sluis_id A = { { 0xab, 0xcd, 0xef, 1 } }, B = { { 0xab, 0xcd, 0xef, 2 } };

static void
what_is_no_beginning_is_refused(void **state)
{
	static const char *const BAD[] = { "", "abcde", "abcdeg", "abcdef ", "../../", "abcdef00000000000000000000000000f",
		"gbcdef0000000000000000000000000f" };
	struct sluis_failure failure;
	struct sluis_prefix prefix;

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(BAD); i++)
		assert_int_equal(sluis_prefix_start(&prefix, BAD[i], &failure), SLUIS_EUSAGE);
}

static void
a_beginning_fits_one_none_or_several(void **state)
{
	struct sluis_failure failure = { .err = SLUIS_OK };
	struct sluis_prefix prefix;
	struct sluis_id id;

	(void)state;
	assert_int_equal(sluis_prefix_start(&prefix, "ABCDEF", &failure), SLUIS_OK);
	assert_false(sluis_prefix_is_whole(&prefix));
	assert_int_equal(sluis_prefix_settle(&prefix, &id, &failure), SLUIS_ENOTFOUND);
	assert_true(sluis_prefix_match(&prefix, A.bytes));
	assert_true(sluis_prefix_match(&prefix, A.bytes)); /* told twice, still one */
	assert_int_equal(sluis_prefix_settle(&prefix, &id, &failure), SLUIS_OK);
	assert_memory_equal(id.bytes, A.bytes, sizeof(id.bytes));
	assert_true(sluis_prefix_match(&prefix, B.bytes));
	assert_int_equal(sluis_prefix_settle(&prefix, &id, &failure), SLUIS_EUSAGE);
	assert_non_null(strstr(failure.text, "ABCDEF"));
	assert_int_equal(sluis_prefix_start(&prefix, "abcdef02", &failure), SLUIS_OK);
	assert_false(sluis_prefix_match(&prefix, A.bytes));
	assert_true(sluis_prefix_match(&prefix, B.bytes));
}

static void
a_whole_id_is_settled(void **state)
{
	struct sluis_failure failure = { .err = SLUIS_OK };
	struct sluis_prefix prefix;
	struct sluis_id id;

	(void)state;
	assert_int_equal(sluis_prefix_start(&prefix, "abcdef01000000000000000000000000", &failure), SLUIS_OK);
	assert_true(sluis_prefix_is_whole(&prefix));
	assert_int_equal(sluis_prefix_settle(&prefix, &id, &failure), SLUIS_OK);
	assert_memory_equal(id.bytes, A.bytes, sizeof(id.bytes));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_beginning_is_refused),
		cmocka_unit_test(a_beginning_fits_one_none_or_several),
		cmocka_unit_test(a_whole_id_is_settled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
