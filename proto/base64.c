/* SPDX-License-Identifier: EUPL-1.2 */
#include "base64.h"

#include <sodium.h>

enum { GROUP_BYTES = 3, GROUP_CHARS = 4 };

static int
variant(enum sluis_base64_form form)
{
	return form == SLUIS_BASE64_PADDED ? sodium_base64_VARIANT_ORIGINAL :
	                                     sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
}

/*
 * Bytes that ${chars} characters stand for when nothing but the padding, ${pads} characters, is wrong.
 * False where no number of bytes has that many characters.
 */
static bool
decoded_size(enum sluis_base64_form form, size_t chars, size_t pads, size_t *ret)
{
	const size_t rest = (chars - pads) % GROUP_CHARS;

	if (rest == 1 || pads != (form == SLUIS_BASE64_PADDED && rest > 0 ? GROUP_CHARS - rest : 0))
		return false;
	*ret = (chars - pads) / GROUP_CHARS * GROUP_BYTES + (rest > 0 ? rest - 1 : 0);
	return true;
}

/* Only the last group can have more than one spelling: write it again and compare. */
static bool
is_canonical(enum sluis_base64_form form, struct sluis_bytes text, const uint8_t *bytes, size_t len)
{
	char again[GROUP_CHARS + 1];
	const size_t tail = len == 0 ? 0 : (len - 1) % GROUP_BYTES + 1;
	const size_t chars = sluis_base64_chars(form, tail);
	bool same;

	if (text.len != sluis_base64_chars(form, len))
		return false;
	if (tail == 0)
		return true;
	sluis_base64_encode(form, sluis_bytes(bytes + len - tail, tail), again);
	same = sodium_memcmp(again, text.data + text.len - chars, chars) == 0;
	sodium_memzero(again, sizeof(again));
	return same;
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
	size_t pads = 0, want, len;

	while (pads < 2 && pads < text.len && text.data[text.len - 1 - pads] == '=')
		pads++;
	if (!decoded_size(form, text.len, pads, &want) || want > cap)
		return SLUIS_EFORMAT;
	if (text.len == 0) {
		*ret_len = 0;
		return SLUIS_OK;
	}
	if (sodium_base642bin(ret, cap, (const char *)text.data, text.len, NULL, &len, NULL,
	        variant(form)) != 0)
		return SLUIS_EFORMAT;
	if (len != want || !is_canonical(form, text, ret, len))
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
