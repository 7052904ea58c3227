/* SPDX-License-Identifier: EUPL-1.2 */
#include "base.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

void
sluis_secret32_wipe(struct sluis_secret32 *secret)
{
	sodium_memzero(secret->bytes, sizeof(secret->bytes));
}

void
sluis_freep(void *pp)
{
	void *p;

	memcpy(&p, pp, sizeof(p));
	free(p);
}

struct sluis_bytes
sluis_bytes_text(const char *text)
{
	return sluis_bytes(text, strlen(text));
}

bool
sluis_bytes_equal(struct sluis_bytes a, struct sluis_bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool
sluis_bytes_is_text(struct sluis_bytes a, const char *text)
{
	return sluis_bytes_equal(a, sluis_bytes_text(text));
}

int
sluis_bytes_compare(struct sluis_bytes a, struct sluis_bytes b)
{
	const size_t common = a.len < b.len ? a.len : b.len;
	const int order = common == 0 ? 0 : memcmp(a.data, b.data, common);

	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

void
sluis_hex(const uint8_t *bytes, size_t len, char *ret)
{
	sodium_bin2hex(ret, 2 * len + 1, bytes, len);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_unhex(const char *text, uint8_t *ret, size_t len)
{
	size_t got = 0;
	const char *end = NULL;

	if (strlen(text) != 2 * len)
		return SLUIS_EFORMAT;
	if (sodium_hex2bin(ret, len, text, 2 * len, NULL, &got, &end) != 0 || got != len || *end != '\0')
		return SLUIS_EFORMAT;
	return SLUIS_OK;
}

bool
sluis_code_is_valid(struct sluis_bytes code)
{
	if (code.len < 1 || code.len > 32 || code.data[0] == '-')
		return false;
	for (size_t i = 0; i < code.len; i++) {
		const uint8_t c = code.data[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
			return false;
	}
	return true;
}

/* RFC 3629 section 4: allowed second bytes narrow the range after E0, ED, F0 and F4. */
static size_t
utf8_sequence_len(const uint8_t *s, size_t left)
{
	const uint8_t lead = s[0];
	size_t len;
	uint8_t low = 0x80, high = 0xbf;

	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead <= 0xdf)
		len = 2;
	else if (lead >= 0xe0 && lead <= 0xef)
		len = 3;
	else if (lead >= 0xf0 && lead <= 0xf4)
		len = 4;
	else
		return 0;
	if (lead == 0xe0)
		low = 0xa0;
	else if (lead == 0xed)
		high = 0x9f;
	else if (lead == 0xf0)
		low = 0x90;
	else if (lead == 0xf4)
		high = 0x8f;
	if (left < len || s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++) {
		if (s[i] < 0x80 || s[i] > 0xbf)
			return 0;
	}
	return len;
}

bool
sluis_utf8_is_valid(struct sluis_bytes text)
{
	size_t at = 0;

	while (at < text.len) {
		const size_t len = utf8_sequence_len(text.data + at, text.len - at);

		if (len == 0)
			return false;
		at += len;
	}
	return true;
}

void
sluis_writer_init(struct sluis_writer *w, void *data, size_t cap)
{
	*w = (struct sluis_writer){ .data = data, .cap = cap };
}

void
sluis_writer_put(struct sluis_writer *w, const void *data, size_t len)
{
	if (w->overflow || len > w->cap - w->len) {
		w->overflow = true;
		return;
	}
	if (len > 0)
		memcpy(w->data + w->len, data, len);
	w->len += len;
}

void
sluis_writer_put_text(struct sluis_writer *w, const char *text)
{
	sluis_writer_put(w, text, strlen(text));
}

void
sluis_writer_put_u8(struct sluis_writer *w, uint8_t value)
{
	sluis_writer_put(w, &value, 1);
}

void
sluis_writer_put_u32(struct sluis_writer *w, uint32_t value)
{
	const uint8_t be[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
		(uint8_t)value };

	sluis_writer_put(w, be, sizeof(be));
}

void
sluis_writer_put_u64(struct sluis_writer *w, uint64_t value)
{
	sluis_writer_put_u32(w, (uint32_t)(value >> 32));
	sluis_writer_put_u32(w, (uint32_t)value);
}

void
sluis_reader_init(struct sluis_reader *r, struct sluis_bytes bytes)
{
	*r = (struct sluis_reader){ .rest = bytes };
}

const uint8_t *
sluis_reader_get(struct sluis_reader *r, size_t len)
{
	const uint8_t *at = r->rest.data;

	if (r->failed || len > r->rest.len) {
		r->failed = true;
		return NULL;
	}
	if (len > 0)
		r->rest.data += len;
	r->rest.len -= len;
	return at;
}

void
sluis_reader_copy(struct sluis_reader *r, void *ret, size_t len)
{
	const uint8_t *at = sluis_reader_get(r, len);

	if (at != NULL)
		memcpy(ret, at, len);
	else
		memset(ret, 0, len);
}

uint8_t
sluis_reader_get_u8(struct sluis_reader *r)
{
	uint8_t b[1];

	sluis_reader_copy(r, b, sizeof(b));
	return b[0];
}

uint32_t
sluis_reader_get_u32(struct sluis_reader *r)
{
	uint8_t b[4];

	sluis_reader_copy(r, b, sizeof(b));
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

uint64_t
sluis_reader_get_u64(struct sluis_reader *r)
{
	const uint64_t high = sluis_reader_get_u32(r);

	return high << 32 | sluis_reader_get_u32(r);
}

struct sluis_bytes
sluis_reader_get_line(struct sluis_reader *r)
{
	const uint8_t *end;
	struct sluis_bytes line;

	if (r->failed || r->rest.len == 0 || (end = memchr(r->rest.data, '\n', r->rest.len)) == NULL) {
		r->failed = true;
		return sluis_bytes(NULL, 0);
	}
	line = sluis_bytes(r->rest.data, (size_t)(end - r->rest.data));
	r->rest.data += line.len + 1;
	r->rest.len -= line.len + 1;
	return line;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_reader_end(const struct sluis_reader *r)
{
	return r->failed || r->rest.len > 0 ? SLUIS_EFORMAT : SLUIS_OK;
}
