/* SPDX-License-Identifier: EUPL-1.2 */
#include "base64.h"

#include <sodium.h>

enum { BLOCK_BYTES = 48, BLOCK_CHARS = 64 };

static int
variant(enum sluis_base64_form form)
{
	return form == SLUIS_BASE64_PADDED ? sodium_base64_VARIANT_ORIGINAL :
	                                     sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
}

/*
 * Whether ${bytes} are written as ${text}: the one proof that there is a single spelling. libsodium 1.0.18
 * alone takes bytes from 0x80 up for characters of the alphabet.
 */
static bool
is_spelling(enum sluis_base64_form form, struct sluis_bytes text, struct sluis_bytes bytes)
{
	char again[BLOCK_CHARS + 1];
	int differs = 0;

	if (text.len != sluis_base64_chars(form, bytes.len))
		return false;
	for (size_t at = 0; at < bytes.len; at += BLOCK_BYTES) {
		const size_t left = bytes.len - at;
		const size_t len = left < BLOCK_BYTES ? left : BLOCK_BYTES;

		sluis_base64_encode(form, sluis_bytes(bytes.data + at, len), again);
		differs |= sodium_memcmp(again, text.data + at / BLOCK_BYTES * BLOCK_CHARS,
		    sluis_base64_chars(form, len));
	}
	sodium_memzero(again, sizeof(again));
	return differs == 0;
}

size_t
sluis_base64_chars(enum sluis_base64_form form, size_t len)
{
	return sodium_base64_encoded_len(len, variant(form)) - 1;
}

void
sluis_base64_encode(enum sluis_base64_form form, struct sluis_bytes bytes, char *ret)
{
	sodium_bin2base64(ret, sluis_base64_chars(form, bytes.len) + 1, bytes.data, bytes.len,
	    variant(form));
}

SLUIS_MUST_CHECK enum sluis_err
sluis_base64_decode(enum sluis_base64_form form, struct sluis_bytes text, uint8_t *ret, size_t cap,
    size_t *ret_len)
{
	size_t len;

	if (text.len == 0) {
		*ret_len = 0;
		return SLUIS_OK;
	}
	if (cap == 0 || sodium_base642bin(ret, cap, (const char *)text.data, text.len, NULL, &len, NULL,
	                    variant(form)) != 0)
		return SLUIS_EFORMAT;
	if (!is_spelling(form, text, sluis_bytes(ret, len)))
		return SLUIS_EFORMAT;
	*ret_len = len;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_base64_decode_exact(enum sluis_base64_form form, struct sluis_bytes text, uint8_t *ret, size_t len)
{
	size_t got;

	SLUIS_TRY(sluis_base64_decode(form, text, ret, len, &got));
	return got == len ? SLUIS_OK : SLUIS_EFORMAT;
}
