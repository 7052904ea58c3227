/* SPDX-License-Identifier: EUPL-1.2 */
#include "hkdf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct hex {
	uint8_t bytes[160];
	size_t len;
};

static struct hex
hex(const char *text)
{
	struct hex h = { .len = strlen(text) / 2 };

	assert_int_equal(sluis_unhex(text, h.bytes, h.len), SLUIS_OK);
	return h;
}

static struct sluis_bytes
view(const struct hex *h)
{
	return sluis_bytes(h->bytes, h->len);
}

/* RFC 5869 appendix A.1 to A.3. */
static const struct {
	const char *input, *salt, *info, *output;
} HKDF[] = {
	{ "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
	    "f0f1f2f3f4f5f6f7f8f9",
	    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865" },
	{ "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"
	  "303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
	    "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f"
	    "909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
	    "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf"
	    "e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
	    "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
	    "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87" },
	{ "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
	    "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8" },
};

/* RFC 4231 test cases 1, 2 and 6 (a key longer than a block). */
static const struct {
	const char *key, *text, *mac;
} HMAC[] = {
	{ "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "Hi There",
	    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
	{ "4a656665", "what do ya want for nothing?",
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    "Test Using Larger Than Block-Size Key - Hash Key First",
	    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
};

static void
too_long_is_refused(void **state)
{
	uint8_t *out = malloc(SLUIS_HKDF_MAX_BYTES + 1);

	(void)state;
	assert_non_null(out);
	out[0] = 0xa5;
	assert_int_equal(sluis_hkdf(sluis_bytes_text("x"), sluis_bytes(NULL, 0), sluis_bytes(NULL, 0), out,
	    SLUIS_HKDF_MAX_BYTES + 1), SLUIS_EUSAGE);
	assert_int_equal(out[0], 0xa5);
	assert_int_equal(sluis_hkdf(sluis_bytes_text("x"), sluis_bytes(NULL, 0), sluis_bytes(NULL, 0), out,
	    SLUIS_HKDF_MAX_BYTES), SLUIS_OK);
	free(out);
}

static void
hkdf_of_rfc_5869(void **state)
{
	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(HKDF); i++) {
		const struct hex input = hex(HKDF[i].input), salt = hex(HKDF[i].salt),
				 info = hex(HKDF[i].info), want = hex(HKDF[i].output);

		/* shorter outputs are prefixes, and nothing behind is written */
		for (size_t len = 0; len <= want.len; len++) {
			uint8_t out[160];

			memset(out, 0xa5, sizeof(out));
			assert_int_equal(sluis_hkdf(view(&input), view(&salt), view(&info), out, len),
			    SLUIS_OK);
			assert_memory_equal(out, want.bytes, len);
			assert_int_equal(out[len], 0xa5);
		}
	}
}

static void
hmac_of_rfc_4231(void **state)
{
	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(HMAC); i++) {
		const struct hex key = hex(HMAC[i].key), want = hex(HMAC[i].mac);
		uint8_t mac[32];

		sluis_hmac(view(&key), sluis_bytes_text(HMAC[i].text), mac);
		assert_memory_equal(mac, want.bytes, 32);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(too_long_is_refused),
		cmocka_unit_test(hkdf_of_rfc_5869),
		cmocka_unit_test(hmac_of_rfc_4231),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
