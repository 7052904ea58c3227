/* SPDX-License-Identifier: EUPL-1.2 */
#include "base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* RFC 4648 section 10, and the two characters that it does not use. */
static const struct {
	const char *bytes;
	const char *padded;
	const char *raw;
} GOOD[] = {
	{ "", "", "" },
	{ "f", "Zg==", "Zg" },
	{ "fo", "Zm8=", "Zm8" },
	{ "foo", "Zm9v", "Zm9v" },
	{ "foob", "Zm9vYg==", "Zm9vYg" },
	{ "fooba", "Zm9vYmE=", "Zm9vYmE" },
	{ "foobar", "Zm9vYmFy", "Zm9vYmFy" },
	{ "\xfb\xff\xbf", "+/+/", "+/+/" },
};

static const struct {
	enum sluis_base64_form form;
	const char *text;
	const char *why;
} BAD[] = {
	{ SLUIS_BASE64_RAW, "Zg==", "padding in the raw form" },
	{ SLUIS_BASE64_RAW, "Zm8=", "padding in the raw form" },
	{ SLUIS_BASE64_RAW, "=", "padding alone" },
	{ SLUIS_BASE64_RAW, "Z", "one character is no byte" },
	{ SLUIS_BASE64_RAW, "Zm9vY", "one character left over" },
	{ SLUIS_BASE64_RAW, "Zh", "trailing bits set" },
	{ SLUIS_BASE64_RAW, "Zm9", "trailing bits set" },
	{ SLUIS_BASE64_RAW, "Zm9v\n", "LF" },
	{ SLUIS_BASE64_RAW, "Zm9v\r\n", "CR LF" },
	{ SLUIS_BASE64_RAW, "Zm\n9v", "LF inside" },
	{ SLUIS_BASE64_RAW, " Zm9", "blank" },
	{ SLUIS_BASE64_RAW, "Zm9-", "URL alphabet" },
	{ SLUIS_BASE64_RAW, "Zm9_", "URL alphabet" },
	{ SLUIS_BASE64_RAW, "Zm9\xc3", "not ASCII" },
	{ SLUIS_BASE64_RAW, "Zm9\xc3Zm9v", "not ASCII, not in the last group" },
	{ SLUIS_BASE64_PADDED, "\x80m9vZm9v", "not ASCII, not in the last group" },
	{ SLUIS_BASE64_PADDED, "Zg", "no padding" },
	{ SLUIS_BASE64_PADDED, "Zg=", "half the padding" },
	{ SLUIS_BASE64_PADDED, "Zg===", "too much padding" },
	{ SLUIS_BASE64_PADDED, "Zm8==", "too much padding" },
	{ SLUIS_BASE64_PADDED, "Zm9v=", "padding behind a whole group" },
	{ SLUIS_BASE64_PADDED, "Zm9v====", "padding behind a whole group" },
	{ SLUIS_BASE64_PADDED, "Z===", "one character is no byte" },
	{ SLUIS_BASE64_PADDED, "====", "padding alone" },
	{ SLUIS_BASE64_PADDED, "Zh==", "trailing bits set" },
	{ SLUIS_BASE64_PADDED, "Zm9=", "trailing bits set" },
	{ SLUIS_BASE64_PADDED, "Zg==Zg==", "padding inside" },
	{ SLUIS_BASE64_PADDED, "Zg==\n", "LF" },
	{ SLUIS_BASE64_PADDED, "Z=g=", "padding inside" },
};

static void
good_texts_go_both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(GOOD); i++) {
		const struct sluis_bytes bytes = sluis_bytes_text(GOOD[i].bytes);
		char text[16];
		uint8_t back[16];
		size_t len = 99;

		sluis_base64_encode(SLUIS_BASE64_PADDED, bytes, text);
		assert_string_equal(text, GOOD[i].padded);
		assert_int_equal(sluis_base64_chars(SLUIS_BASE64_PADDED, bytes.len), strlen(text));
		assert_int_equal(sluis_base64_decode(SLUIS_BASE64_PADDED, sluis_bytes_text(text), back,
		    sizeof(back), &len), SLUIS_OK);
		assert_true(sluis_bytes_equal(sluis_bytes(back, len), bytes));
		sluis_base64_encode(SLUIS_BASE64_RAW, bytes, text);
		assert_string_equal(text, GOOD[i].raw);
		assert_int_equal(sluis_base64_chars(SLUIS_BASE64_RAW, bytes.len), strlen(text));
		assert_int_equal(sluis_base64_decode(SLUIS_BASE64_RAW, sluis_bytes_text(text), back,
		    sizeof(back), &len), SLUIS_OK);
		assert_true(sluis_bytes_equal(sluis_bytes(back, len), bytes));
	}
}

static void
other_spellings_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(BAD); i++) {
		uint8_t back[16];
		size_t len = 99;

		if (sluis_base64_decode(BAD[i].form, sluis_bytes_text(BAD[i].text), back, sizeof(back),
		        &len) != SLUIS_EFORMAT)
			fail_msg("\"%s\" was taken: %s", BAD[i].text, BAD[i].why);
		assert_int_equal(len, 99);
	}
}

static void
a_zero_byte_is_no_end(void **state)
{
	uint8_t back[16];
	size_t len;

	(void)state;
	assert_int_equal(sluis_base64_decode(SLUIS_BASE64_RAW, sluis_bytes("Zm9v\0Zm9", 8), back, 16, &len),
	    SLUIS_EFORMAT);
	assert_int_equal(sluis_base64_decode(SLUIS_BASE64_RAW, sluis_bytes("Zg\0\0", 4), back, 16, &len),
	    SLUIS_EFORMAT);
}

static void
room_is_kept(void **state)
{
	uint8_t back[4] = { 0, 0, 0, 0xa5 };
	size_t len = 99;

	(void)state;
	assert_int_equal(sluis_base64_decode(SLUIS_BASE64_RAW, sluis_bytes_text("Zm9vYg"), back, 3, &len),
	    SLUIS_EFORMAT);
	assert_int_equal(sluis_base64_decode(SLUIS_BASE64_RAW, sluis_bytes_text("Zm9v"), back, 3, &len),
	    SLUIS_OK);
	assert_int_equal(back[3], 0xa5);
	assert_int_equal(sluis_base64_decode(SLUIS_BASE64_RAW, sluis_bytes(NULL, 0), NULL, 0, &len), SLUIS_OK);
	assert_int_equal(len, 0);
	assert_int_equal(sluis_base64_decode(SLUIS_BASE64_RAW, sluis_bytes_text("Zg"), NULL, 0, &len),
	    SLUIS_EFORMAT);
	assert_int_equal(sluis_base64_decode_exact(SLUIS_BASE64_RAW, sluis_bytes_text("Zm8"), back, 3),
	    SLUIS_EFORMAT);
	assert_int_equal(sluis_base64_decode_exact(SLUIS_BASE64_RAW, sluis_bytes_text("Zm9vYg"), back, 3),
	    SLUIS_EFORMAT);
	assert_int_equal(sluis_base64_decode_exact(SLUIS_BASE64_RAW, sluis_bytes_text("Zm9v"), back, 3),
	    SLUIS_OK);
}

/* Every text of four characters over some that matter: what is taken is what encoding gives back. */
static void
one_spelling_only(void **state)
{
	static const char CHARS[] = "AQgwBZ/+9=\n -\x80";
	const size_t n = sizeof(CHARS); /* the zero byte too */
	size_t taken = 0;

	(void)state;
	for (size_t i = 0; i < n * n * n * n; i++) {
		const char text[4] = { CHARS[i % n], CHARS[i / n % n], CHARS[i / n / n % n],
			CHARS[i / n / n / n] };

		for (int form = 0; form < 2; form++) {
			uint8_t back[3];
			char again[8];
			size_t len;

			if (sluis_base64_decode((enum sluis_base64_form)form, sluis_bytes(text, 4), back,
			        sizeof(back), &len) != SLUIS_OK)
				continue;
			sluis_base64_encode((enum sluis_base64_form)form, sluis_bytes(back, len), again);
			assert_int_equal(strlen(again), 4);
			assert_memory_equal(again, text, 4);
			taken++;
		}
	}
	/* 9 letters of the alphabet, of which AQgw end in four zero bits, so also in two. */
	assert_int_equal(taken, 2 * 9 * 9 * 9 * 9 + 9 * 9 * 4 + 9 * 4);
}

/* Bytes at every place of a text of three blocks: exactly the alphabet is taken. */
static void
every_byte_at_every_place(void **state)
{
	static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char text[160];
	uint8_t back[120];
	size_t len;

	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < sizeof(text); i++) {
		for (int c = 0; c < 256; c++) {
			const bool good = c != 0 && strchr(ALPHABET, c) != NULL;

			text[i] = (char)c;
			assert_int_equal(sluis_base64_decode(SLUIS_BASE64_RAW,
			    sluis_bytes(text, sizeof(text)), back, sizeof(back), &len),
			    good ? SLUIS_OK : SLUIS_EFORMAT);
		}
		text[i] = 'x';
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(other_spellings_are_refused),
		cmocka_unit_test(a_zero_byte_is_no_end),
		cmocka_unit_test(room_is_kept),
		cmocka_unit_test(good_texts_go_both_ways),
		cmocka_unit_test(one_spelling_only),
		cmocka_unit_test(every_byte_at_every_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
