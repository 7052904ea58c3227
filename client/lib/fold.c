/* SPDX-License-Identifier: EUPL-1.2 */
#include "fold.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

/* Ten digits in a row, from zero, in scripts that people here may write in. */
static const uint32_t ZEROS[] = { 0xff10, 0x0660, 0x06f0 };

static uint32_t
plain_digit(uint32_t c)
{
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(ZEROS); i++)
		if (c >= ZEROS[i] && c < ZEROS[i] + 10)
			return '0' + (c - ZEROS[i]);
	return c;
}

static void
put(struct sluis_writer *w, uint32_t c)
{
	if (c < 0x80) {
		sluis_writer_put_u8(w, (uint8_t)c);
	} else if (c < 0x800) {
		sluis_writer_put_u8(w, (uint8_t)(0xc0 | c >> 6));
		sluis_writer_put_u8(w, (uint8_t)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		sluis_writer_put_u8(w, (uint8_t)(0xe0 | c >> 12));
		sluis_writer_put_u8(w, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
		sluis_writer_put_u8(w, (uint8_t)(0x80 | (c & 0x3f)));
	} else {
		sluis_writer_put_u8(w, (uint8_t)(0xf0 | c >> 18));
		sluis_writer_put_u8(w, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
		sluis_writer_put_u8(w, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
		sluis_writer_put_u8(w, (uint8_t)(0x80 | (c & 0x3f)));
	}
}

/* The character at ${at} of valid UTF-8, and how many bytes it has. */
static uint32_t
character(struct sluis_bytes text, size_t at, size_t *ret_len)
{
	const uint8_t *d = text.data + at;

	if (d[0] < 0x80) {
		*ret_len = 1;
		return d[0];
	}
	if (d[0] < 0xe0) {
		*ret_len = 2;
		return (d[0] & 0x1fu) << 6 | (d[1] & 0x3fu);
	}
	if (d[0] < 0xf0) {
		*ret_len = 3;
		return (d[0] & 0x0fu) << 12 | (d[1] & 0x3fu) << 6 | (d[2] & 0x3fu);
	}
	*ret_len = 4;
	return (d[0] & 0x07u) << 18 | (d[1] & 0x3fu) << 12 | (d[2] & 0x3fu) << 6 | (d[3] & 0x3fu);
}

static void
from_utf8(struct sluis_bytes text, struct sluis_writer *w)
{
	size_t len = 0;

	for (size_t at = 0; at < text.len; at += len)
		put(w, plain_digit(character(text, at, &len)));
}

/* A half of a pair stands for itself: it is no digit and joins none. */
static void
from_utf16(struct sluis_bytes text, bool is_big, struct sluis_writer *w)
{
	for (size_t at = 2; at + 1 < text.len; at += 2) {
		const uint8_t *d = text.data + at;

		put(w, plain_digit((uint32_t)(is_big ? d[0] << 8 | d[1] : d[1] << 8 | d[0])));
	}
}

/* Windows-1252 and the Latin ones agree where it matters: digits, and 0xa0 for the blank that does not break. */
static void
from_bytes(struct sluis_bytes text, struct sluis_writer *w)
{
	for (size_t at = 0; at < text.len; at++)
		put(w, text.data[at]);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_fold(struct sluis_bytes text, bool is_text, struct sluis_bytes *ret)
{
	const bool is_big = text.len >= 2 && memcmp(text.data, "\xfe\xff", 2) == 0;
	const bool is_utf16 = is_big || (text.len >= 2 && memcmp(text.data, "\xff\xfe", 2) == 0);
	const bool is_utf8 = sluis_utf8_is_valid(text);
	struct sluis_writer w;
	uint8_t *at;

	*ret = sluis_bytes(NULL, 0);
	if (!is_utf8 && !is_utf16 && !is_text)
		return SLUIS_OK;
	at = malloc(text.len * 2 + 1); /* a byte becomes two, a UTF-16 unit of two at most three */
	if (at == NULL)
		return SLUIS_ENOMEM;
	sluis_writer_init(&w, at, text.len * 2 + 1);
	if (is_utf8)
		from_utf8(text, &w);
	else if (is_utf16)
		from_utf16(text, is_big, &w);
	else
		from_bytes(text, &w);
	*ret = sluis_bytes(at, w.len);
	return SLUIS_OK;
}

void
sluis_fold_free(struct sluis_bytes *folded)
{
	void *at;

	memcpy(&at, &folded->data, sizeof(at));
	if (at != NULL)
		sodium_memzero(at, folded->len);
	free(at);
	*folded = sluis_bytes(NULL, 0);
}
