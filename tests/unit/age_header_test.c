/* SPDX-License-Identifier: EUPL-1.2 */
#include "age.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define V "age-encryption.org/v1\n"
#define Z43 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" /* 32 zero bytes */
#define Z42 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define Z64 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define X "-> X25519 " Z43 "\n" Z43 "\n"
#define C "-> sluis/ctx1 " Z43 "\n\n"
#define M "--- " Z43 "\n"

static const char *const GOOD[] = {
	V X M,
	V X X M,
	V C X M,
	V "-> some-type\n\n" M,
	V "-> some-type and some more !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ arguments\nAAAA\n" M,
	V "-> some-type\n" Z64 "\n\n" M,
	V "-> some-type\n" Z64 "\n" Z64 "\nAA\n" M,
	V "-> x25519 " Z43 "\n" Z43 "\n" M,
	V "-> scrypt salt 18\n" Z43 "\n" M,
	V "-> -> ->\n\n" M,
	V "-> --- " Z43 "\n\n" M,
	V "-> sluis/ctx1\nAAAA\n" X M,
	V X M "anything may follow, a second header line even\n" M,
};

static const struct {
	const char *text;
	const char *why;
} BAD[] = {
	{ "", "nothing" },
	{ V, "only a version" },
	{ V M, "no stanza" },
	{ V X, "no MAC" },
	{ "age-encryption.org/v2\n" X M, "another version" },
	{ "age-encryption.org/v11\n" X M, "another version" },
	{ "age-encryption.org/v1 \n" X M, "blank behind the version" },
	{ "age-encryption.org/v1\r\n" X M, "CR behind the version" },
	{ "\n" V X M, "empty line first" },
	{ "Age-encryption.org/v1\n" X M, "capital" },
	{ "-----BEGIN AGE ENCRYPTED FILE-----\n", "armor" },
	{ V "\n" X M, "empty line between" },
	{ V X "\n" M, "empty line before the MAC" },
	{ V "->X25519 " Z43 "\n" Z43 "\n" M, "no blank behind the arrow" },
	{ V "->  X25519 " Z43 "\n" Z43 "\n" M, "two blanks behind the arrow" },
	{ V "-> X25519  " Z43 "\n" Z43 "\n" M, "two blanks" },
	{ V "-> X25519 " Z43 " \n" Z43 "\n" M, "blank at the end" },
	{ V "-> X25519\t" Z43 "\n" Z43 "\n" M, "tab" },
	{ V "-> X25519 " Z43 "\r\n" Z43 "\n" M, "CR" },
	{ V "-> X25519 " Z43 "\n" Z43 "\r\n" M, "CR in a body" },
	{ V "-> \n\n" M, "no type" },
	{ V "->\n\n" M, "no type" },
	{ V "-> some  type\n\n" M, "two blanks" },
	{ V "-> some type \n\n" M, "blank at the end" },
	{ V "-> some \n\n" M, "blank at the end" },
	{ V "->  some\n\n" M, "blank at the start" },
	{ V "-> some\x7f\n\n" M, "DEL" },
	{ V "-> some\x1f\n\n" M, "control character" },
	{ V "-> som\xc3\xa9\n\n" M, "not ASCII" },
	{ V "-> some\n" M, "no body" },
	{ V "-> some\n" Z64 "\n" M, "no short line" },
	{ V "-> some\n" Z64 "A\n\n" M, "line of 65" },
	{ V "-> some\n" Z64 "AA\n\n" M, "line of 66" },
	{ V "-> some\n" Z64 "AAAA\n" M, "line of 68" },
	{ V "-> some\n" Z64 Z64 "\n\n" M, "line of 128" },
	{ V "-> some\nAAAA\nAAAA\n" M, "two short lines" },
	{ V "-> some\nAAAA\n\n" M, "two short lines" },
	{ V "-> some\nAA==\n" M, "padding" },
	{ V "-> some\nAB\n" M, "trailing bits" },
	{ V "-> some\nA\n" M, "one character" },
	{ V "-> some\nAA A\n" M, "blank in a body" },
	{ V "-> some\nAA_A\n" M, "other alphabet" },
	{ V "-> X25519\n" Z43 "\n" M, "no share" },
	{ V "-> X25519 " Z43 " " Z43 "\n" Z43 "\n" M, "two shares" },
	{ V "-> X25519 " Z42 "\n" Z43 "\n" M, "short share" },
	{ V "-> X25519 " Z43 "A\n" Z43 "\n" M, "long share" },
	{ V "-> X25519 " Z42 "B\n" Z43 "\n" M, "trailing bits in a share" },
	{ V "-> X25519 " Z43 "=\n" Z43 "\n" M, "padded share" },
	{ V "-> X25519 " Z43 "\n\n" M, "no file key" },
	{ V "-> X25519 " Z43 "\n" Z42 "\n" M, "short file key" },
	{ V "-> X25519 " Z43 "\n" Z43 "A\n" M, "long file key" },
	{ V "-> X25519 " Z43 "\n" Z64 "\n\n" M, "long file key" },
	{ V "-> X25519 " Z43 "\n" Z42 "B\n" M, "trailing bits in a file key" },
	{ V "-> scrypt salt 18\n" Z43 "\n" X M, "scrypt with another" },
	{ V X "-> scrypt salt 18\n" Z43 "\n" M, "scrypt with another" },
	{ V "-> scrypt a 18\n" Z43 "\n-> scrypt b 18\n" Z43 "\n" M, "two scrypt" },
	{ V "-> scrypt a 18\n" Z43 "\n-> grease\n\n" M, "scrypt with another" },
	{ V X "---\n", "no MAC" },
	{ V X "--- \n", "no MAC" },
	{ V X "---" Z43 "\n", "no blank before the MAC" },
	{ V X "---  " Z43 "\n", "two blanks before the MAC" },
	{ V X "--- " Z43 " \n", "blank behind the MAC" },
	{ V X "--- " Z43 "=\n", "padded MAC" },
	{ V X "--- " Z42 "\n", "short MAC" },
	{ V X "--- " Z43 "A\n", "long MAC" },
	{ V X "--- " Z42 "B\n", "trailing bits in the MAC" },
	{ V X "--- " Z43 "\r\n", "CR behind the MAC" },
	{ V X "--- " Z43, "no LF behind the MAC" },
	{ V X "---- " Z43 "\n", "four dashes" },
	{ V X "-- " Z43 "\n", "two dashes" },
	{ V X " " M, "blank before the MAC" },
};

static enum sluis_err
parse(const char *text, struct sluis_age_header *ret)
{
	return sluis_age_header_parse(sluis_bytes_text(text), ret);
}

static void
bad_headers_are_refused(void **state)
{
	struct sluis_age_header header;

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(BAD); i++) {
		if (parse(BAD[i].text, &header) != SLUIS_EHEADER)
			fail_msg("taken: %s", BAD[i].why);
	}
	assert_int_equal(sluis_age_header_parse(sluis_bytes(NULL, 0), &header), SLUIS_EHEADER);
	/* a zero byte is no end and no argument */
	assert_int_equal(sluis_age_header_parse(sluis_bytes(V "-> a\0b\n\n" M, sizeof(V "-> a\0b\n\n" M) - 1),
	    &header), SLUIS_EHEADER);
}

static void
good_headers_but_no_part_of_one(void **state)
{
	struct sluis_age_header header;

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(GOOD); i++) {
		if (parse(GOOD[i], &header) != SLUIS_OK)
			fail_msg("refused: %s", GOOD[i]);
		for (size_t len = 0; len < header.len; len++) {
			struct sluis_age_header part;
			/* a copy of exactly that size, so that a read beyond is seen */
			uint8_t *copy = malloc(len + 1);

			memcpy(copy + 1, GOOD[i], len);
			assert_int_equal(sluis_age_header_parse(sluis_bytes(copy + 1, len), &part), SLUIS_EHEADER);
			free(copy);
		}
	}
}

static void
what_was_parsed(void **state)
{
	struct sluis_age_header h;
	static const char TEXT[] = V "-> one two three\n" Z64 "\nAQI\n" X "-> lone\n\n" C M "rest";

	(void)state;
	assert_int_equal(parse(TEXT, &h), SLUIS_OK);
	assert_int_equal(h.n_stanzas, 4);
	assert_int_equal(h.n_x25519, 1);
	assert_int_equal(h.n_scrypt, 0);
	assert_int_equal(h.n_context, 1);
	assert_false(h.has_context); /* not the first */
	assert_int_equal(h.len, sizeof(TEXT) - 1 - 4);
	assert_int_equal(h.signed_part.len, h.len - 45);
	assert_ptr_equal(h.signed_part.data, TEXT);
	assert_true(sluis_bytes_is_text(h.stanzas[0].type, "one"));
	assert_true(sluis_bytes_is_text(h.stanzas[0].args, "two three"));
	assert_true(sluis_bytes_is_text(h.stanzas[0].body, Z64 "\nAQI"));
	assert_int_equal(h.stanzas[0].body_len, 50);
	assert_true(sluis_bytes_is_text(h.stanzas[2].type, "lone"));
	assert_int_equal(h.stanzas[2].args.len, 0);
	assert_int_equal(h.stanzas[2].body_len, 0);
	assert_int_equal(parse(V "-> sluis/ctx1 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\n\n" M, &h), SLUIS_OK);
	assert_true(h.has_context);
	assert_int_equal(h.context.bytes[0], 1);
	assert_int_equal(h.context.bytes[31], 1);
}

static size_t
repeat(char *out, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		memcpy(out + i * strlen(text), text, strlen(text));
	return n * strlen(text);
}

static void
stanzas_are_counted(void **state)
{
	char *text = malloc(SLUIS_AGE_HEADER_MAX_BYTES);

	(void)state;
	for (size_t n = SLUIS_AGE_STANZAS_MAX - 1; n <= SLUIS_AGE_STANZAS_MAX + 1; n++) {
		struct sluis_age_header header;
		size_t len = (size_t)sprintf(text, V);

		len += repeat(text + len, X, n);
		len += (size_t)sprintf(text + len, M);
		assert_int_equal(sluis_age_header_parse(sluis_bytes(text, len), &header),
		    n <= SLUIS_AGE_STANZAS_MAX ? SLUIS_OK : SLUIS_EHEADER);
	}
	free(text);
}

/* A body that makes the header exactly as large as allowed, then one column more. */
static void
headers_have_a_largest_size(void **state)
{
	const size_t fixed = strlen(V "-> a \n\n" M);
	char *text = malloc(SLUIS_AGE_HEADER_MAX_BYTES + 16);

	(void)state;
	for (size_t more = 0; more < 2; more++) {
		struct sluis_age_header header;
		size_t len = (size_t)sprintf(text, V "-> a ");

		len += repeat(text + len, "x", SLUIS_AGE_HEADER_MAX_BYTES - fixed + more);
		len += (size_t)sprintf(text + len, "\n\n" M);
		assert_int_equal(len, SLUIS_AGE_HEADER_MAX_BYTES + more);
		assert_int_equal(sluis_age_header_parse(sluis_bytes(text, len), &header),
		    more == 0 ? SLUIS_OK : SLUIS_EHEADER);
	}
	free(text);
}

#define O43 "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE" /* 32 bytes of one */

static const struct {
	const char *text;
	size_t n_recipients;
	enum sluis_err err;
	const char *why;
} SECTIONS[] = {
	{ V C X M, 1, SLUIS_OK, "as it should be" },
	{ V C X X X M, 3, SLUIS_OK, "as it should be" },
	{ V C X M "payload", 1, SLUIS_OK, "payload behind" },
	{ V C X M, 2, SLUIS_EHEADER, "a recipient less" },
	{ V C X X M, 1, SLUIS_EHEADER, "a recipient more" },
	{ V C M, 0, SLUIS_EHEADER, "nobody" },
	{ V C M, 1, SLUIS_EHEADER, "nobody" },
	{ V X M, 1, SLUIS_ECONTEXT, "no context" },
	{ V X C M, 1, SLUIS_ECONTEXT, "context last" },
	{ V X C X M, 2, SLUIS_ECONTEXT, "context in between" },
	{ V C C X M, 1, SLUIS_ECONTEXT, "context twice" },
	{ V C X C M, 1, SLUIS_ECONTEXT, "context twice" },
	{ V "-> sluis/ctx1 " O43 "\n\n" X M, 1, SLUIS_ECONTEXT, "another value" },
	{ V "-> sluis/ctx1 " O43 "\n\n" C X M, 1, SLUIS_ECONTEXT, "another value first" },
	{ V C "-> sluis/ctx1 " O43 "\n\n" X M, 1, SLUIS_ECONTEXT, "another value second" },
	{ V "-> sluis/ctx1\n\n" X M, 1, SLUIS_ECONTEXT, "no value" },
	{ V "-> sluis/ctx1 " Z43 " " Z43 "\n\n" X M, 1, SLUIS_ECONTEXT, "two values" },
	{ V "-> sluis/ctx1 " Z43 "\nAAAA\n" X M, 1, SLUIS_ECONTEXT, "a body" },
	{ V "-> sluis/ctx1 " Z42 "\n\n" X M, 1, SLUIS_ECONTEXT, "short value" },
	{ V "-> sluis/ctx1 " Z42 "B\n\n" X M, 1, SLUIS_ECONTEXT, "trailing bits" },
	{ V "-> sluis/ctx2 " Z43 "\n\n" X M, 1, SLUIS_EHEADER, "unknown type" },
	{ V "-> Sluis/ctx1 " Z43 "\n\n" X M, 1, SLUIS_EHEADER, "unknown type" },
	{ V C X "-> grease\n\n" M, 1, SLUIS_EHEADER, "unknown type" },
	{ V "-> grease\n\n" C X M, 1, SLUIS_EHEADER, "unknown type" },
	{ V C "-> x25519 " Z43 "\n" Z43 "\n" M, 1, SLUIS_EHEADER, "unknown type" },
	{ V C X "-> x25519 " Z43 "\n" Z43 "\n" M, 1, SLUIS_EHEADER, "unknown type" },
	{ V C X "-> X25519 " Z42 "\n" Z43 "\n" M, 2, SLUIS_EHEADER, "malformed stanza" },
	{ V "-> scrypt salt 18\n" Z43 "\n" M, 1, SLUIS_EHEADER, "scrypt" },
	{ V C "-> scrypt salt 18\n" Z43 "\n" M, 1, SLUIS_EHEADER, "scrypt" },
	{ V C X "--- " Z42 "\n", 1, SLUIS_EHEADER, "malformed MAC" },
	{ "", 1, SLUIS_EHEADER, "nothing" },
};

static void
sections(void **state)
{
	const struct sluis_hash zero = { { 0 } };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(SECTIONS); i++) {
		const enum sluis_err err = sluis_age_section_check(sluis_bytes_text(SECTIONS[i].text),
		    SECTIONS[i].n_recipients, &zero);

		if (err == SLUIS_OK && strstr(SECTIONS[i].text, "payload") == NULL)
			assert_int_equal(strlen(SECTIONS[i].text), sluis_age_header_size(SECTIONS[i].n_recipients, true));
		if (err != SECTIONS[i].err)
			fail_msg("%zu, %s: %s", i, SECTIONS[i].why, sluis_err_name(err));
	}
}

/* The value is compared whole. */
static void
every_bit_of_the_context(void **state)
{
	(void)state;
	for (size_t i = 0; i < 256; i++) {
		struct sluis_hash context = { { 0 } };

		context.bytes[i / 8] = (uint8_t)(1 << i % 8);
		assert_int_equal(sluis_age_section_check(sluis_bytes_text(V C X M), 1, &context), SLUIS_ECONTEXT);
	}
}

/* Every size of file: either no plaintext has it, or exactly the one that is told. */
static void
sizes_go_both_ways(void **state)
{
	uint64_t plain = 0, next = 0;
	const size_t header = sluis_age_header_size(2, true);

	(void)state;
	assert_int_equal(header, 70 + 59 + 2 * 98);
	for (uint64_t file = 0; file < header + 16 + 3 * SLUIS_AGE_SEALED_CHUNK_BYTES; file++) {
		const enum sluis_err err = sluis_age_plain_size(header, file, &plain);

		if (file < header + 16)
			assert_int_equal(err, SLUIS_EHEADER);
		else if (file == sluis_age_sealed_size(2, true, next)) {
			assert_int_equal(err, SLUIS_OK);
			assert_int_equal(plain, next);
			next++;
		} else
			assert_int_equal(err, SLUIS_EPAYLOAD);
	}
	assert_int_equal(next, 3 * SLUIS_AGE_CHUNK_BYTES);
}

static void
sizes_at_the_end(void **state)
{
	uint64_t plain;
	const uint64_t largest = sluis_age_sealed_size(1, false, SLUIS_AGE_PLAIN_MAX_BYTES);

	(void)state;
	assert_int_equal(largest, 168 + 16 + SLUIS_AGE_PLAIN_MAX_BYTES + ((uint64_t)16 << 32));
	assert_int_equal(sluis_age_sealed_size(1, false, SLUIS_AGE_PLAIN_MAX_BYTES + 1), 0);
	assert_int_equal(sluis_age_sealed_size(1, false, UINT64_MAX), 0);
	assert_int_equal(sluis_age_plain_size(168, largest, &plain), SLUIS_OK);
	assert_int_equal(plain, SLUIS_AGE_PLAIN_MAX_BYTES);
	assert_int_equal(sluis_age_plain_size(168, largest + 17, &plain), SLUIS_EPAYLOAD);
	assert_int_equal(sluis_age_plain_size(168, UINT64_MAX, &plain), SLUIS_EPAYLOAD);
	assert_int_equal(sluis_age_plain_size(UINT64_MAX, 100, &plain), SLUIS_EHEADER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_headers_are_refused),
		cmocka_unit_test(good_headers_but_no_part_of_one),
		cmocka_unit_test(what_was_parsed),
		cmocka_unit_test(stanzas_are_counted),
		cmocka_unit_test(headers_have_a_largest_size),
		cmocka_unit_test(sections),
		cmocka_unit_test(every_bit_of_the_context),
		cmocka_unit_test(sizes_go_both_ways),
		cmocka_unit_test(sizes_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
