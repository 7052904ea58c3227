/* SPDX-License-Identifier: EUPL-1.2 */
#include "dsse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "limits.h"

enum { N_TYPES = 0
#define X(name, word) +1
	SLUIS_SIGNED_TYPE_LIST(X)
#undef X
};

static struct sluis_signing_secret SECRET;
static struct sluis_public PUBLIC;

static int
make_keys(void **state)
{
	struct sluis_secret32 seed;

	(void)state;
	memset(seed.bytes, 0x42, sizeof(seed.bytes));
	sluis_signing_secret_expand(&seed, &SECRET, &PUBLIC);
	return 0;
}

static void
too_large_is_refused(void **state)
{
	uint8_t *bytes = calloc(1, SLUIS_KEYS_ENTRY_MAX_BYTES + 1);
	struct sluis_signature sig = { { 7 } };

	(void)state;
	assert_int_equal(sluis_dsse_sign(&SECRET, SLUIS_SIGNED_RECORD,
	    sluis_bytes(bytes, SLUIS_KEYS_ENTRY_MAX_BYTES + 1), &sig), SLUIS_ETOOBIG);
	assert_int_equal(sig.bytes[0], 7);
	assert_int_equal(sluis_dsse_verify(&PUBLIC, SLUIS_SIGNED_RECORD,
	    sluis_bytes(bytes, SLUIS_KEYS_ENTRY_MAX_BYTES + 1), &sig), SLUIS_ETOOBIG);
	assert_int_equal(sluis_dsse_verify(&PUBLIC, SLUIS_SIGNED_RECORD, sluis_bytes(bytes, SIZE_MAX), &sig),
	    SLUIS_ETOOBIG);
	free(bytes);
}

/* DSSE protocol.md, "PAE". */
static void
the_encoding_of_the_specification(void **state)
{
	uint8_t out[64];
	struct sluis_writer w;

	(void)state;
	sluis_writer_init(&w, out, sizeof(out));
	sluis_dsse_pae(sluis_bytes_text("http://example.com/HelloWorld"), sluis_bytes_text("hello world"), &w);
	assert_false(w.overflow);
	assert_true(sluis_bytes_is_text(sluis_bytes(out, w.len),
	    "DSSEv1 29 http://example.com/HelloWorld 11 hello world"));
	sluis_writer_init(&w, out, w.len - 1);
	sluis_dsse_pae(sluis_bytes_text("http://example.com/HelloWorld"), sluis_bytes_text("hello world"), &w);
	assert_true(w.overflow);
	sluis_writer_init(&w, out, sizeof(out));
	sluis_dsse_pae(sluis_bytes(NULL, 0), sluis_bytes(NULL, 0), &w);
	assert_true(sluis_bytes_is_text(sluis_bytes(out, w.len), "DSSEv1 0  0 "));
}

/* RFC 8032 7.1 TEST 1, as far as the key. */
static void
the_key_of_a_seed(void **state)
{
	struct sluis_secret32 seed;
	struct sluis_signing_secret secret;
	struct sluis_public public;
	char text[65];

	(void)state;
	assert_int_equal(sluis_unhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	    seed.bytes, sizeof(seed.bytes)), SLUIS_OK);
	sluis_signing_secret_expand(&seed, &secret, &public);
	sluis_hex(public.bytes, sizeof(public.bytes), text);
	assert_string_equal(text, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
	sluis_signing_secret_wipe(&secret);
	assert_true(sodium_is_zero(secret.bytes, sizeof(secret.bytes)));
}

/* What is signed is the encoding, nothing of our own: made here by hand and checked with bare Ed25519. */
static void
the_signature_is_plain_ed25519_over_it(void **state)
{
	static const char MESSAGE[] = "DSSEv1 39 application/vnd.sluis.grant.v1+protobuf 5 hello";
	struct sluis_signature sig;

	(void)state;
	assert_int_equal(sluis_dsse_sign(&SECRET, SLUIS_SIGNED_GRANT, sluis_bytes_text("hello"), &sig), SLUIS_OK);
	assert_int_equal(crypto_sign_verify_detached(sig.bytes, (const uint8_t *)MESSAGE, sizeof(MESSAGE) - 1,
	    PUBLIC.bytes), 0);
	crypto_sign_detached(sig.bytes, NULL, (const uint8_t *)MESSAGE, sizeof(MESSAGE) - 1, SECRET.bytes);
	assert_int_equal(sluis_dsse_verify(&PUBLIC, SLUIS_SIGNED_GRANT, sluis_bytes_text("hello"), &sig),
	    SLUIS_OK);
}

static void
no_type_passes_for_another(void **state)
{
	(void)state;
	for (int a = 0; a < N_TYPES; a++) {
		struct sluis_signature sig;

		assert_int_equal(sluis_dsse_sign(&SECRET, (enum sluis_signed_type)a, sluis_bytes_text("x"), &sig),
		    SLUIS_OK);
		for (int b = 0; b < N_TYPES; b++) {
			assert_int_equal(sluis_dsse_verify(&PUBLIC, (enum sluis_signed_type)b,
			    sluis_bytes_text("x"), &sig), a == b ? SLUIS_OK : SLUIS_ESIGNATURE);
		}
	}
	assert_string_equal(sluis_dsse_type_text(SLUIS_SIGNED_INQUIRY_ANSWER),
	    "application/vnd.sluis.inquiry-answer.v1+protobuf");
}

static void
every_size(void **state)
{
	uint8_t *bytes = calloc(1, SLUIS_KEYS_ENTRY_MAX_BYTES);
	static const size_t SIZES[] = { 0, 1, 9, 10, 99, 100, 999, 1000, 1919, 1920, 1921, 2047, 2048, 2049, 9999,
		10000, SLUIS_KEYS_ENTRY_MAX_BYTES };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(SIZES); i++) {
		struct sluis_signature sig;

		assert_int_equal(sluis_dsse_sign(&SECRET, SLUIS_SIGNED_BATCH, sluis_bytes(bytes, SIZES[i]), &sig),
		    SLUIS_OK);
		assert_int_equal(sluis_dsse_verify(&PUBLIC, SLUIS_SIGNED_BATCH, sluis_bytes(bytes, SIZES[i]), &sig),
		    SLUIS_OK);
		if (SIZES[i] > 0)
			assert_int_equal(sluis_dsse_verify(&PUBLIC, SLUIS_SIGNED_BATCH,
			    sluis_bytes(bytes, SIZES[i] - 1), &sig), SLUIS_ESIGNATURE);
	}
	free(bytes);
}

static void
every_bit_counts(void **state)
{
	uint8_t payload[] = "a grant for a while";
	struct sluis_signature sig;
	struct sluis_public public = PUBLIC;

	(void)state;
	assert_int_equal(sluis_dsse_sign(&SECRET, SLUIS_SIGNED_GRANT, sluis_bytes(payload, sizeof(payload)), &sig),
	    SLUIS_OK);
	for (size_t i = 0; i < 8 * (sizeof(payload) + sizeof(sig) + sizeof(public)); i++) {
		const size_t at = i / 8;
		uint8_t *byte = at < sizeof(payload)         ? &payload[at] :
		    at < sizeof(payload) + sizeof(sig) ? &sig.bytes[at - sizeof(payload)] :
							 &public.bytes[at - sizeof(payload) - sizeof(sig)];

		*byte ^= (uint8_t)(1 << i % 8);
		assert_int_equal(sluis_dsse_verify(&public, SLUIS_SIGNED_GRANT,
		    sluis_bytes(payload, sizeof(payload)), &sig), SLUIS_ESIGNATURE);
		*byte ^= (uint8_t)(1 << i % 8);
	}
	assert_int_equal(sluis_dsse_verify(&public, SLUIS_SIGNED_GRANT, sluis_bytes(payload, sizeof(payload)),
	    &sig), SLUIS_OK);
}

/* The neutral point as a key would let R = identity, S = 0 sign everything. */
static void
a_key_of_small_order_signs_nothing(void **state)
{
	const struct sluis_public neutral = { { 1 } };
	const struct sluis_signature sig = { { 1 } };

	(void)state;
	assert_int_equal(sluis_dsse_verify(&neutral, SLUIS_SIGNED_GRANT, sluis_bytes_text("x"), &sig),
	    SLUIS_ESIGNATURE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(too_large_is_refused),
		cmocka_unit_test(the_encoding_of_the_specification),
		cmocka_unit_test(the_key_of_a_seed),
		cmocka_unit_test(the_signature_is_plain_ed25519_over_it),
		cmocka_unit_test(no_type_passes_for_another),
		cmocka_unit_test(every_size),
		cmocka_unit_test(every_bit_counts),
		cmocka_unit_test(a_key_of_small_order_signs_nothing),
	};

	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, make_keys, NULL);
}
