/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bsn.h"

#define NONE SIZE_MAX
#define NBSP "\xc2\xa0"
#define NARROW "\xe2\x80\xaf"
#define NBHYPHEN "\xe2\x80\x91"
#define THIN "\xe2\x80\x89"

/* All numbers here are of the range for tests, or fail the 11-test. */

static size_t
search(const char *text)
{
	size_t offset = NONE;
	const bool found = sluis_bsn_search(sluis_bytes_text(text), 0, &offset);

	assert_int_equal(found, offset != NONE);
	return offset;
}

static void
test_what_is_no_bsn(void **state)
{
	static const char *const cases[] = { "", " ", "000000000", "999900007", "999900000", "99990000", "9999000060",
		" 999900006", "999900006 ", "99990000O", "99990000\n", "-99900006", "9999.00.006", "+99990006",
		"999900006\n", ("\xef\xbc\x99" "99900006") };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(cases); i++) {
		if (sluis_bsn_is_valid(sluis_bytes_text(cases[i])))
			fail_msg("taken: \"%s\"", cases[i]);
	}
	assert_false(sluis_bsn_is_valid(sluis_bytes(NULL, 0)));
	assert_false(sluis_bsn_is_valid(sluis_bytes("99990000\0", 9)));
}

static void
test_no_byte_but_a_digit_passes(void **state)
{
	char bsn[] = "999900006";

	(void)state;
	for (size_t i = 0; i < SLUIS_BSN_DIGITS; i++) {
		const char was = bsn[i];

		for (int c = 0; c < 256; c++) {
			bsn[i] = (char)c;
			if ((c < '0' || c > '9') && sluis_bsn_is_valid(sluis_bytes(bsn, SLUIS_BSN_DIGITS)))
				fail_msg("taken: byte %d in place %zu", c, i);
		}
		bsn[i] = was;
	}
}

/* Of ten numbers that differ in the last digit at most one passes, and one in eleven of all. */
static void
test_the_weights(void **state)
{
	static const char *const valid[] = { "999900006", "999999990", "123456782", "111222333", "012345672",
		"000000012", "100000009", "010000008" };
	char digits[10];
	int passed = 0;

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(valid); i++) {
		if (!sluis_bsn_is_valid(sluis_bytes_text(valid[i])))
			fail_msg("refused: \"%s\"", valid[i]);
	}
	for (int n = 999900000; n <= 999999999; n++) {
		snprintf(digits, sizeof(digits), "%d", n);
		passed += sluis_bsn_is_valid(sluis_bytes(digits, 9));
	}
	assert_int_equal(passed, 9091);
}

static void
test_the_range_for_tests(void **state)
{
	(void)state;
	assert_true(sluis_bsn_is_test(sluis_bytes_text("999900006")));
	assert_true(sluis_bsn_is_test(sluis_bytes_text("999999990")));
	assert_false(sluis_bsn_is_test(sluis_bytes_text("999900007")));
	assert_true(sluis_bsn_is_valid(sluis_bytes_text("999899995")));
	assert_false(sluis_bsn_is_test(sluis_bytes_text("999899995")));
	assert_false(sluis_bsn_is_test(sluis_bytes_text("123456782")));
}

static void
test_search_finds_what_was_planted(void **state)
{
	static const struct {
		const char *text;
		size_t offset;
	} cases[] = {
		{ "999900006", 0 },
		{ "BSN 999900006.", 4 },
		{ "BSN:999900006,", 4 },
		{ "bsn999900006abc", 3 },
		{ "caf\xc3\xa9 999900006", 6 },
		{ "(999900006)", 1 },
		{ "a-999900006-b", 2 },
		{ "{\"x\":\"999900006\"}", 6 },
		{ "12 999900006 34", 3 },
		{ "zie 2024 999900006 2025", 9 },
		{ "9999.00.006", 0 },
		{ "999.900.006", 0 },
		{ "99.99.00.006", 0 },
		{ "BSN 999 900 006 van", 4 },
		{ "BSN 9999" NBSP "00" NBSP "006", 4 },
		{ "BSN 9999" NARROW "00" NARROW "006", 4 },
		{ "BSN 9999" THIN "00" THIN "006", 4 },
		{ "op 12 05 999 900 006 20", 9 },
		{ "9999-00-006", 0 },
		{ "BSN 999-900-006.", 4 },
		{ "BSN 9999" NBHYPHEN "00" NBHYPHEN "006", 4 },
		{ "BSN 9 9 9 9 0 0 0 0 6.", 4 },
		{ "9.9.9.9.0.0.0.0.6", 0 },
		{ "999900007 999900006", 10 },
		{ "0612345678 999900006", 11 },
		/* eight digits: 010000008, 012345672 */
		{ "10000008", 0 },
		{ "BSN 12345672.", 4 },
		{ "1234.56.72", 0 },
		{ "12 345 672", 0 },
		{ "12.34.5672", 0 },
	};

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(cases); i++) {
		if (search(cases[i].text) != cases[i].offset)
			fail_msg("\"%s\": %zu", cases[i].text, search(cases[i].text));
	}
}

static void
test_search_leaves_the_rest(void **state)
{
	static const char *const cases[] = {
		"",
		"geen nummer",
		"999900007",
		"0999900006",
		"9999000060",
		"12345999900006",
		"00000099999900006000",
		"000000000",
		"1 9 9 9 9 0 0 0 0 6", /* ten boxes, or more, are no BSN */
		"9 9 9 9 0 0 0 0 6 1",
		"9 9 9 9 0 0 0 06",
		"1 2 3 4 5 6 7 2", /* eight boxes are none */
		"1234-56-72",      /* eight digits with hyphens are a date, or a number of another kind */
		"9999--00-006",
		"9999-00 006",
		"9 99900006",
		"99990000 6",
		"9999..00.006",
		"9999  00 006",
		"9999.00 006", /* joined in two ways */
		"9999,00,006",
		/* eight digits among more, as in phone numbers */
		"06-12345672",
		"06 12345672",
		"06" NBSP "12345672",
		"06" NARROW "12345672",
		"12345672-01",
		"12345672.01",
		"06 12 34 56 72",
		"geboren 04.02.1940", /* passes the test, and is a date */
	};

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(cases); i++) {
		if (search(cases[i]) != NONE)
			fail_msg("\"%s\": %zu", cases[i], search(cases[i]));
	}
}

/* Whatever else the digits say: no date of these two centuries is taken, other groupings of it are. */
static void
test_search_leaves_dates(void **state)
{
	/* of day, month and century each too low and too high; of the groups and joints another */
	static const char *const no_dates[] = { "32.01.2007", "00.01.2002", "01.13.2003", "01.00.2004", "01.01.1807", "01.01.2101",
		"01 04 2002", "01.042002", "0104.20.02", "010.42.002", "01.042.002", "01.04.20.02" };
	int taken_as_run = 0;

	(void)state;
	for (int year = 1900; year < 2100; year++) {
		for (int month = 1; month <= 12; month++) {
			for (int day = 1; day <= 31; day++) {
				char text[16];

				snprintf(text, sizeof(text), "%02d.%02d.%d", day, month, year);
				assert_true(search(text) == NONE);
				snprintf(text, sizeof(text), "%02d%02d%d", day, month, year);
				taken_as_run += search(text) == 0;
			}
		}
	}
	assert_in_range(taken_as_run, 74400 / 11 - 500, 74400 / 11 + 500);
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(no_dates); i++) {
		if (search(no_dates[i]) != 0)
			fail_msg("not found: \"%s\"", no_dates[i]);
	}
}

static void
test_search_goes_on(void **state)
{
	static const char text[] = "999900006 x 9999.00.006 y 999900018z";
	static const size_t expected[] = { 0, 12, 26 };
	size_t from = 0, n = 0, offset;

	(void)state;
	while (sluis_bsn_search(sluis_bytes_text(text), from, &offset)) {
		assert_true(n < SLUIS_ARRAY_LEN(expected));
		assert_int_equal(offset, expected[n++]);
		from = offset + 1;
	}
	assert_int_equal(n, SLUIS_ARRAY_LEN(expected));
	offset = 77;
	assert_false(sluis_bsn_search(sluis_bytes_text(text), sizeof(text), &offset));
	assert_false(sluis_bsn_search(sluis_bytes_text(text), SIZE_MAX, &offset));
	assert_false(sluis_bsn_search(sluis_bytes(NULL, 0), 0, &offset));
	assert_int_equal(offset, 77);
	/* starting inside a run does not make a shorter one of it */
	assert_false(sluis_bsn_search(sluis_bytes_text("1999900006"), 1, &offset));
}

/* Cut at every length, with the bytes behind the cut there but not counted. */
static void
test_search_stays_within_its_bytes(void **state)
{
	static const char *const texts[] = { "x 999900006", "x 9999.00.006", "x 9999" NARROW "00" NARROW "006" };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(texts); i++) {
		const size_t full = strlen(texts[i]);

		for (size_t len = 0; len <= full; len++) {
			size_t offset;

			assert_int_equal(sluis_bsn_search(sluis_bytes(texts[i], len), 0, &offset), len == full);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_no_bsn),
		cmocka_unit_test(test_no_byte_but_a_digit_passes),
		cmocka_unit_test(test_the_weights),
		cmocka_unit_test(test_the_range_for_tests),
		cmocka_unit_test(test_search_finds_what_was_planted),
		cmocka_unit_test(test_search_leaves_the_rest),
		cmocka_unit_test(test_search_leaves_dates),
		cmocka_unit_test(test_search_goes_on),
		cmocka_unit_test(test_search_stays_within_its_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
