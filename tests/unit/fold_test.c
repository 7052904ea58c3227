/* SPDX-License-Identifier: EUPL-1.2 */
/* Text in any of the encodings that people's programs write, brought to plain digits. */
#include "fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(text) (text), sizeof(text) - 1

/* clang-format off */
static const struct {
	const char *in; size_t in_len;
	bool is_text;
	const char *out; size_t out_len; /* NULL: no text */
} CASES[] = {
	{ BYTES(""), false, BYTES("") },
	{ BYTES("caf\xc3\xa9 123"), false, BYTES("caf\xc3\xa9 123") },
	{ BYTES("\xf0\x9f\x98\x80 1"), false, BYTES("\xf0\x9f\x98\x80 1") },
	{ BYTES("\xe2\x80\xaf" "1"), false, BYTES("\xe2\x80\xaf" "1") },
	/* full-width, Arabic-Indic, extended Arabic-Indic; their neighbours stay */
	{ BYTES("\xef\xbc\x90\xef\xbc\x99"), false, BYTES("09") },
	{ BYTES("\xef\xbc\x8f\xef\xbc\x9a"), false, BYTES("\xef\xbc\x8f\xef\xbc\x9a") },
	{ BYTES("\xd9\xa0\xd9\xa9\xdb\xb0\xdb\xb9"), false, BYTES("0909") },
	{ BYTES("\xd9\x9f\xd9\xaa"), false, BYTES("\xd9\x9f\xd9\xaa") },
	/* UTF-16, both ways round; half a character at the end is left out */
	{ BYTES("\xff\xfe" "1\0\xa0\0" "2\0"), false, BYTES("1\xc2\xa0" "2") },
	{ BYTES("\xfe\xff" "\0" "1\0\xa0\0" "2"), false, BYTES("1\xc2\xa0" "2") },
	{ BYTES("\xfe\xff\xff\x11"), false, BYTES("1") },
	{ BYTES("\xff\xfe" "1\0" "2"), false, BYTES("1") },
	{ BYTES("\xff\xfe"), false, BYTES("") },
	/* eight bits: only where it is a text for certain */
	{ BYTES("caf\xe9 1\xa0" "2"), true, BYTES("caf\xc3\xa9 1\xc2\xa0" "2") },
	{ BYTES("caf\xe9 1\xa0" "2"), false, NULL, 0 },
	{ BYTES("\x80"), false, NULL, 0 },
};
/* clang-format on */

static void
folds(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct sluis_bytes out = { (const uint8_t *)"x", 7 };

		assert_int_equal(sluis_fold(sluis_bytes(CASES[i].in, CASES[i].in_len), CASES[i].is_text, &out), SLUIS_OK);
		assert_int_equal(out.data == NULL, CASES[i].out == NULL);
		if (out.data != NULL && !sluis_bytes_equal(out, sluis_bytes(CASES[i].out, CASES[i].out_len)))
			fail_msg("case %zu", i);
		sluis_fold_free(&out);
		assert_null(out.data);
	}
}

/* Every pair of bytes, as text: room enough, and nothing read behind the end. */
static void
never_runs_over(void **state)
{
	(void)state;
	for (unsigned a = 0; a < 256; a++) {
		for (unsigned b = 0; b < 256; b++) {
			uint8_t *in = malloc(4);
			struct sluis_bytes out;

			assert_non_null(in);
			in[0] = 0xff;
			in[1] = 0xfe;
			in[2] = (uint8_t)a;
			in[3] = (uint8_t)b;
			assert_int_equal(sluis_fold(sluis_bytes(in, 4), true, &out), SLUIS_OK);
			assert_true(out.len <= 3);
			sluis_fold_free(&out);
			assert_int_equal(sluis_fold(sluis_bytes(in + 2, 2), true, &out), SLUIS_OK);
			assert_true(out.len <= 4);
			sluis_fold_free(&out);
			free(in);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folds),
		cmocka_unit_test(never_runs_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
