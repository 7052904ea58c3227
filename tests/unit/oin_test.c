/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "oin.h"

static void
test_what_is_no_oin(void **state)
{
	static const char *const cases[] = {
		"",
		" ",
		"0000000182247734800",   /* 19 digits */
		"000000018224773480000", /* 21 */
		" 00000001822477348000",
		"00000001822477348000 ",
		"0000000182247734800\n",
		"00000001 22477348000",
		"0000000182247734800O",
		"0000000700025BE00000", /* an education code: not digits */
		"-0000000182247734800",
		"00000000822477348000", /* prefixes that no register has */
		"00000012822477348000",
		"00000098822477348000",
		"10000001822477348000",
		"99999999822477348000",
		"00000001000000000000", /* no number */
		"00000000000000000000",
		"00000001822477348001", /* a suffix that is not zeros */
		"00000001822477348100",
		"00000001822477348010",
		"12345678901234567890",
	};

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(cases); i++) {
		if (sluis_oin_is_valid(sluis_bytes_text(cases[i])))
			fail_msg("taken: \"%s\"", cases[i]);
		assert_false(sluis_oin_is_test(sluis_bytes_text(cases[i])));
	}
	assert_false(sluis_oin_is_valid(sluis_bytes(NULL, 0)));
	assert_false(sluis_oin_is_valid(sluis_bytes("00000001822477348000\0", 21)));
	assert_false(sluis_oin_is_valid(sluis_bytes("0000000\00022477348000", 20)));
}

/* The examples of Logius, and one of each register. */
static void
test_what_is_an_oin(void **state)
{
	static const char *const cases[] = {
		"00000001002220647000",
		"00000004114202890000",
		"00000004194049711000",
		"00000004001094920000",
		"00000008823631400000",
		"00000001822477348000",
		"00000002123456789000",
		"00000003123456780000", /* eight digits and 0000 */
		"00000005000000001000",
		"00000006000000001000",
		"00000007000000001000",
		"00000009000000001000",
		"00000010000000001000",
		"00000011000000001000",
		"00000099000000001000",
	};

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(cases); i++) {
		if (!sluis_oin_is_valid(sluis_bytes_text(cases[i])))
			fail_msg("refused: \"%s\"", cases[i]);
		assert_int_equal(sluis_oin_is_test(sluis_bytes_text(cases[i])),
		    strncmp(cases[i], "00000099", 8) == 0);
	}
}

/* Every other byte in every place: digits in the number are the only freedom. */
static void
test_every_byte_changed(void **state)
{
	char oin[] = "00000004194049711000";

	(void)state;
	for (size_t i = 0; i < SLUIS_OIN_DIGITS; i++) {
		const char was = oin[i];

		for (int c = 0; c < 256; c++) {
			const bool in_number = i >= 8 && i < 17 && c >= '0' && c <= '9';
			const bool other_prefix = (i == 7 && c >= '1' && c <= '9') ||
			    (i == 6 && c == '0');

			oin[i] = (char)c;
			assert_int_equal(sluis_oin_is_valid(sluis_bytes(oin, SLUIS_OIN_DIGITS)),
			    in_number || other_prefix || (char)c == was);
		}
		oin[i] = was;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_no_oin),
		cmocka_unit_test(test_what_is_an_oin),
		cmocka_unit_test(test_every_byte_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
