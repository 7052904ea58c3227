/* SPDX-License-Identifier: EUPL-1.2 */
#include "bech32.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

/* The pair of c2sp.org/age: 32 times 0x42. */
static const char IDENTITY[] =
    "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
static const char RECIPIENT[] = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

static const char *const NOT_RECIPIENTS[] = {
	"",
	"age1",
	"AGE1ZVKYG2LQZRAA2LNJVQEJ32NKUU0UES2S82HZRYE869XEEXVN73EQUNUJWJ",
	"Age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj",
	"age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujw",
	"age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwjj",
	"age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj\n",
	" age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj",
	"bge1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj",
	"age2zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj",
	/* names of programs, as recipients of plug-ins are */
	"age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5",
	"age1../../../bin/sh1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869",
};

static struct sluis_secret32
secret_of(uint8_t value)
{
	struct sluis_secret32 secret;

	memset(secret.bytes, value, sizeof(secret.bytes));
	return secret;
}

static void
the_pair_of_the_specification(void **state)
{
	const struct sluis_secret32 secret = secret_of(0x42);
	struct sluis_secret32 back;
	struct sluis_public recipient, recipient_back;
	char text[SLUIS_BECH32_IDENTITY_CHARS + 1];

	(void)state;
	sluis_bech32_identity_text(&secret, text);
	assert_string_equal(text, IDENTITY);
	assert_int_equal(sluis_bech32_identity_parse(sluis_bytes_text(IDENTITY), &back), SLUIS_OK);
	assert_memory_equal(back.bytes, secret.bytes, 32);
	crypto_scalarmult_base(recipient.bytes, secret.bytes);
	sluis_bech32_recipient_text(&recipient, text);
	assert_string_equal(text, RECIPIENT);
	assert_int_equal(sluis_bech32_recipient_parse(sluis_bytes_text(RECIPIENT), &recipient_back), SLUIS_OK);
	assert_memory_equal(recipient_back.bytes, recipient.bytes, 32);
}

static void
keys_of_all_kinds_go_both_ways(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2000; i++) {
		struct sluis_secret32 secret, secret_back;
		struct sluis_public public, public_back;
		char text[SLUIS_BECH32_IDENTITY_CHARS + 1];
		uint8_t seed[randombytes_SEEDBYTES] = { (uint8_t)i, (uint8_t)(i >> 8) };

		randombytes_buf_deterministic(secret.bytes, 32, seed);
		memcpy(public.bytes, secret.bytes, 32);
		sluis_bech32_identity_text(&secret, text);
		assert_int_equal(sluis_bech32_identity_parse(sluis_bytes_text(text), &secret_back), SLUIS_OK);
		assert_memory_equal(secret_back.bytes, secret.bytes, 32);
		sluis_bech32_recipient_text(&public, text);
		assert_int_equal(sluis_bech32_recipient_parse(sluis_bytes_text(text), &public_back), SLUIS_OK);
		assert_memory_equal(public_back.bytes, public.bytes, 32);
	}
}

static void
what_is_no_recipient(void **state)
{
	struct sluis_public ret = { { 7 } };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(NOT_RECIPIENTS); i++) {
		if (sluis_bech32_recipient_parse(sluis_bytes_text(NOT_RECIPIENTS[i]), &ret) != SLUIS_EFORMAT)
			fail_msg("\"%s\" was taken", NOT_RECIPIENTS[i]);
	}
	assert_int_equal(sluis_bech32_recipient_parse(sluis_bytes_text(IDENTITY), &ret), SLUIS_EFORMAT);
	assert_int_equal(ret.bytes[0], 7);
}

static void
identities_are_upper_case(void **state)
{
	char text[sizeof(IDENTITY)];
	struct sluis_secret32 ret = { { 7 } };

	(void)state;
	for (size_t i = 0; i < sizeof(IDENTITY) - 1; i++) {
		memcpy(text, IDENTITY, sizeof(text));
		if (text[i] < 'A' || text[i] > 'Z')
			continue;
		text[i] = (char)(text[i] + ('a' - 'A'));
		assert_int_equal(sluis_bech32_identity_parse(sluis_bytes_text(text), &ret), SLUIS_EFORMAT);
	}
	for (size_t i = 0; i < sizeof(IDENTITY) - 1; i++)
		text[i] = (char)(IDENTITY[i] >= 'A' ? IDENTITY[i] + ('a' - 'A') : IDENTITY[i]);
	assert_int_equal(sluis_bech32_identity_parse(sluis_bytes_text(text), &ret), SLUIS_EFORMAT);
	assert_int_equal(sluis_bech32_identity_parse(sluis_bytes_text(RECIPIENT), &ret), SLUIS_EFORMAT);
	assert_int_equal(ret.bytes[0], 7);
}

/* One character changed to any other byte, at any place: always seen. */
static void
every_other_byte_at_every_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(IDENTITY) - 1; i++) {
		for (int c = 0; c < 256; c++) {
			char text[sizeof(IDENTITY)];
			struct sluis_secret32 secret;
			struct sluis_public public;

			memcpy(text, IDENTITY, sizeof(text));
			text[i] = (char)c;
			if (text[i] != IDENTITY[i] && sluis_bech32_identity_parse(
			        sluis_bytes(text, sizeof(IDENTITY) - 1), &secret) == SLUIS_OK)
				fail_msg("identity with byte %d at %zu was taken", c, i);
			if (i >= sizeof(RECIPIENT) - 1)
				continue;
			memcpy(text, RECIPIENT, sizeof(RECIPIENT));
			text[i] = (char)c;
			if (text[i] != RECIPIENT[i] && sluis_bech32_recipient_parse(
			        sluis_bytes(text, sizeof(RECIPIENT) - 1), &public) == SLUIS_OK)
				fail_msg("recipient with byte %d at %zu was taken", c, i);
		}
	}
}

static void
every_length(void **state)
{
	char text[2 * sizeof(IDENTITY)] = { 0 };
	struct sluis_secret32 secret;
	struct sluis_public public;

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		memcpy(text, IDENTITY, sizeof(IDENTITY));
		assert_int_equal(sluis_bech32_identity_parse(sluis_bytes(text, len), &secret),
		    len == SLUIS_BECH32_IDENTITY_CHARS ? SLUIS_OK : SLUIS_EFORMAT);
		memcpy(text, RECIPIENT, sizeof(RECIPIENT));
		assert_int_equal(sluis_bech32_recipient_parse(sluis_bytes(text, len), &public),
		    len == SLUIS_BECH32_RECIPIENT_CHARS ? SLUIS_OK : SLUIS_EFORMAT);
	}
}

/*
 * A right checksum over wrong contents: bech32m, and bits in the padding. Made with the reference code of
 * BIP-350 and BIP-173 over the key above.
 */
static void
right_checksum_wrong_contents(void **state)
{
	static const char *const TEXTS[] = {
		"age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73eqf0v7ts",
		"age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73epp9g8nq",
	};
	struct sluis_public public;

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(TEXTS); i++) {
		assert_int_equal(strlen(TEXTS[i]), SLUIS_BECH32_RECIPIENT_CHARS);
		assert_int_equal(sluis_bech32_recipient_parse(sluis_bytes_text(TEXTS[i]), &public),
		    SLUIS_EFORMAT);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_recipient),
		cmocka_unit_test(identities_are_upper_case),
		cmocka_unit_test(right_checksum_wrong_contents),
		cmocka_unit_test(the_pair_of_the_specification),
		cmocka_unit_test(keys_of_all_kinds_go_both_ways),
		cmocka_unit_test(every_other_byte_at_every_place),
		cmocka_unit_test(every_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
