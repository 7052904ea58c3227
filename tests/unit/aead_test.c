/* SPDX-License-Identifier: EUPL-1.2 */
#include "aead.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

enum { TAG = SLUIS_AEAD_TAG_BYTES };

/* RFC 8439 section 2.8.2. */
static const char TEXT[] = "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for "
			   "the future, sunscreen would be it.";
static const char SEALED[] = "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
			     "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
			     "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
			     "3ff4def08e4b7a9de576d26586cec64b6116"
			     "1ae10b594f09e26a7e902ecbd0600691";
static const uint8_t NONCE[SLUIS_AEAD_NONCE_BYTES] = { 7, 0, 0, 0, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46,
	0x47 };
static const uint8_t EXTRA[] = { 0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7 };

enum { TEXT_LEN = sizeof(TEXT) - 1 };

static struct sluis_secret32
rfc_key(void)
{
	struct sluis_secret32 key;

	for (size_t i = 0; i < sizeof(key.bytes); i++)
		key.bytes[i] = (uint8_t)(0x80 + i);
	return key;
}

static void
the_example_of_the_rfc(void **state)
{
	const struct sluis_secret32 key = rfc_key();
	SLUIS_AUTO(sluis_aead_freep) struct sluis_aead *aead = sluis_aead_new(&key);
	uint8_t want[TEXT_LEN + TAG], sealed[TEXT_LEN + TAG], plain[TEXT_LEN];
	const struct sluis_bytes extra = sluis_bytes(EXTRA, sizeof(EXTRA));

	(void)state;
	assert_int_equal(sluis_unhex(SEALED, want, sizeof(want)), SLUIS_OK);
	assert_int_equal(sluis_aead_seal(aead, NONCE, extra, sluis_bytes(TEXT, TEXT_LEN), sealed), SLUIS_OK);
	assert_memory_equal(sealed, want, sizeof(want));
	assert_int_equal(sluis_aead_open(aead, NONCE, extra, sluis_bytes(want, sizeof(want)), plain), SLUIS_OK);
	assert_memory_equal(plain, TEXT, TEXT_LEN);
	/* in place, and directions mixed */
	assert_int_equal(sluis_aead_open(aead, NONCE, extra, sluis_bytes(want, sizeof(want)), want), SLUIS_OK);
	assert_memory_equal(want, TEXT, TEXT_LEN);
	assert_int_equal(sluis_aead_seal(aead, NONCE, extra, sluis_bytes(want, TEXT_LEN), want), SLUIS_OK);
	assert_memory_equal(want, sealed, sizeof(want));
}

static void
every_bit_counts(void **state)
{
	const struct sluis_secret32 key = rfc_key();
	SLUIS_AUTO(sluis_aead_freep) struct sluis_aead *aead = sluis_aead_new(&key);
	uint8_t sealed[TEXT_LEN + TAG], plain[TEXT_LEN], nonce[12], extra[sizeof(EXTRA)];
	static const uint8_t NOTHING[TEXT_LEN];

	(void)state;
	memcpy(nonce, NONCE, sizeof(nonce));
	memcpy(extra, EXTRA, sizeof(extra));
	assert_int_equal(sluis_unhex(SEALED, sealed, sizeof(sealed)), SLUIS_OK);
	for (size_t i = 0; i < 8 * (sizeof(sealed) + sizeof(nonce) + sizeof(extra)); i++) {
		const size_t at = i / 8;
		uint8_t *byte = at < sizeof(sealed)           ? &sealed[at] :
		    at < sizeof(sealed) + sizeof(nonce) ? &nonce[at - sizeof(sealed)] :
							  &extra[at - sizeof(sealed) - sizeof(nonce)];

		*byte ^= (uint8_t)(1 << i % 8);
		memset(plain, 0xa5, sizeof(plain));
		assert_int_equal(sluis_aead_open(aead, nonce, sluis_bytes(extra, sizeof(extra)),
		    sluis_bytes(sealed, sizeof(sealed)), plain), SLUIS_EPAYLOAD);
		assert_memory_equal(plain, NOTHING, sizeof(plain)); /* not a byte of it is given out */
		*byte ^= (uint8_t)(1 << i % 8);
	}
	for (size_t len = 0; len < sizeof(sealed); len++)
		assert_int_equal(sluis_aead_open(aead, nonce, sluis_bytes(extra, sizeof(extra)),
		    sluis_bytes(sealed, len), plain), SLUIS_EPAYLOAD);
	assert_int_equal(sluis_aead_open(aead, nonce, sluis_bytes(extra, sizeof(extra)),
	    sluis_bytes(sealed, sizeof(sealed)), plain), SLUIS_OK);
}

/* Another library over the same lengths: OpenSSL's wide code paths start at different sizes. */
static void
same_as_libsodium(void **state)
{
	const struct sluis_secret32 key = rfc_key();
	SLUIS_AUTO(sluis_aead_freep) struct sluis_aead *aead = sluis_aead_new(&key);
	enum { MAX = 65536 };
	uint8_t *plain = malloc(MAX), *a = malloc(MAX + TAG), *b = malloc(MAX + TAG);
	uint8_t nonce[12] = { 0 };

	(void)state;
	randombytes_buf(plain, MAX);
	for (size_t len = 0; len <= MAX; len = len < 1100 ? len + 1 : 2 * len - 1013) {
		const size_t extra_len = len % 40;

		nonce[3] = (uint8_t)len;
		crypto_aead_chacha20poly1305_ietf_encrypt(a, NULL, plain, len, plain, extra_len, NULL, nonce,
		    key.bytes);
		assert_int_equal(sluis_aead_seal(aead, nonce, sluis_bytes(plain, extra_len),
		    sluis_bytes(plain, len), b), SLUIS_OK);
		assert_memory_equal(a, b, len + TAG);
		assert_int_equal(sluis_aead_open(aead, nonce, sluis_bytes(plain, extra_len),
		    sluis_bytes(b, len + TAG), b), SLUIS_OK);
		assert_memory_equal(plain, b, len);
	}
	free(plain);
	free(a);
	free(b);
}

static void
sizes_that_openssl_cannot_count(void **state)
{
	const struct sluis_secret32 key = rfc_key();
	SLUIS_AUTO(sluis_aead_freep) struct sluis_aead *aead = sluis_aead_new(&key);
	uint8_t byte[TAG] = { 0 };
	static const size_t TOO_LONG[] = { (size_t)1 << 31, (size_t)1 << 32, ((size_t)1 << 32) + 1, SIZE_MAX };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(TOO_LONG); i++) {
		const struct sluis_bytes big = sluis_bytes(byte, TOO_LONG[i]), none = sluis_bytes(NULL, 0);

		assert_int_equal(sluis_aead_seal(aead, NONCE, none, big, byte), SLUIS_EUSAGE);
		assert_int_equal(sluis_aead_seal(aead, NONCE, big, none, byte), SLUIS_EUSAGE);
		assert_int_equal(sluis_aead_open(aead, NONCE, none, big, byte), SLUIS_EUSAGE);
		assert_int_equal(sluis_aead_open(aead, NONCE, big, sluis_bytes(byte, TAG), byte), SLUIS_EUSAGE);
	}
	sluis_aead_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_that_openssl_cannot_count),
		cmocka_unit_test(the_example_of_the_rfc),
		cmocka_unit_test(same_as_libsodium),
		cmocka_unit_test(every_bit_counts),
	};

	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
