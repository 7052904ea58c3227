/* SPDX-License-Identifier: EUPL-1.2 */
#include "age.h"

#include <string.h>

#include "age_internal.h"
#include "base64.h"
#include "hash.h"

enum {
	COLUMNS = 64, /* base64 characters of a full body line */
	COLUMN_BYTES = 48,
	KEY_BYTES = 32
};

static bool
starts_with(struct sluis_bytes bytes, const char *text)
{
	const size_t len = strlen(text);

	return bytes.len >= len && memcmp(bytes.data, text, len) == 0;
}

static bool
is_base64_of_32(struct sluis_bytes text, uint8_t ret[static KEY_BYTES])
{
	return sluis_base64_decode_exact(SLUIS_BASE64_RAW, text, ret, KEY_BYTES) == SLUIS_OK;
}

/* "arg *(SP arg)", arg = 1*VCHAR: the first is the type. */
static enum sluis_err
parse_args(struct sluis_bytes line, struct sluis_age_stanza *ret)
{
	size_t type_len = line.len;
	bool in_arg = false;

	for (size_t i = 0; i < line.len; i++) {
		const uint8_t c = line.data[i];

		if (c == ' ' && in_arg) {
			if (type_len == line.len)
				type_len = i;
			in_arg = false;
		} else if (c >= 0x21 && c <= 0x7e) {
			in_arg = true;
		} else {
			return SLUIS_EHEADER;
		}
	}
	if (!in_arg)
		return SLUIS_EHEADER;
	ret->type = sluis_bytes(line.data, type_len);
	ret->args = type_len == line.len ? sluis_bytes(NULL, 0) :
	                                   sluis_bytes(line.data + type_len + 1, line.len - type_len - 1);
	return SLUIS_OK;
}

/* "*(64base64 LF) *63base64 LF": full lines, then one that is shorter, perhaps empty. Longer ones do not decode. */
static enum sluis_err
parse_body(struct sluis_reader *r, struct sluis_age_stanza *ret)
{
	const uint8_t *start = r->rest.data;
	uint8_t decoded[COLUMN_BYTES];
	struct sluis_bytes line;
	size_t len, total = 0;

	do {
		line = sluis_reader_get_line(r);
		if (r->failed ||
		    sluis_base64_decode(SLUIS_BASE64_RAW, line, decoded, sizeof(decoded), &len) != SLUIS_OK)
			return SLUIS_EHEADER;
		total += len;
	} while (line.len == COLUMNS);
	ret->body = sluis_bytes(start, (size_t)(line.data - start) + line.len);
	ret->body_len = total;
	return SLUIS_OK;
}

/* c2sp.org/age: "the identity implementation MUST reject" another form before it tries a key. */
static bool
is_x25519_form(const struct sluis_age_stanza *stanza)
{
	uint8_t share[KEY_BYTES];

	return is_base64_of_32(stanza->args, share) && stanza->body_len == KEY_BYTES;
}

static bool
is_context_form(const struct sluis_age_stanza *stanza, struct sluis_hash *ret)
{
	return stanza->body_len == 0 && is_base64_of_32(stanza->args, ret->bytes);
}

static enum sluis_err
parse_stanza(struct sluis_reader *r, struct sluis_age_header *ret)
{
	struct sluis_age_stanza stanza;
	struct sluis_bytes line;
	struct sluis_hash context;

	if (ret->n_stanzas == SLUIS_AGE_STANZAS_MAX)
		return SLUIS_EHEADER;
	(void)sluis_reader_get(r, strlen(SLUIS_AGE_STANZA_MARK));
	line = sluis_reader_get_line(r);
	if (r->failed)
		return SLUIS_EHEADER;
	SLUIS_TRY(parse_args(line, &stanza));
	SLUIS_TRY(parse_body(r, &stanza));
	if (sluis_bytes_is_text(stanza.type, SLUIS_AGE_X25519_TYPE)) {
		if (!is_x25519_form(&stanza))
			return SLUIS_EHEADER;
		ret->n_x25519++;
	} else if (sluis_bytes_is_text(stanza.type, SLUIS_AGE_SCRYPT_TYPE)) {
		ret->n_scrypt++;
	} else if (sluis_bytes_is_text(stanza.type, SLUIS_AGE_CONTEXT_TYPE)) {
		ret->n_context++;
		if (ret->n_stanzas == 0 && is_context_form(&stanza, &context)) {
			ret->has_context = true;
			ret->context = context;
		}
	}
	ret->stanzas[ret->n_stanzas++] = stanza;
	return SLUIS_OK;
}

/* "--- 43base64 LF": what it covers ends before the blank. */
static enum sluis_err
parse_mac(struct sluis_reader *r, struct sluis_bytes file, struct sluis_age_header *ret)
{
	const struct sluis_bytes line = sluis_reader_get_line(r);
	const size_t mark = strlen(SLUIS_AGE_MAC_MARK);

	if (r->failed || !starts_with(line, SLUIS_AGE_MAC_MARK " ") ||
	    !is_base64_of_32(sluis_bytes(line.data + mark + 1, line.len - mark - 1), ret->mac))
		return SLUIS_EHEADER;
	ret->signed_part = sluis_bytes(file.data, (size_t)(line.data - file.data) + mark);
	ret->len = (size_t)(line.data - file.data) + line.len + 1;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_age_header_parse(struct sluis_bytes file, struct sluis_age_header *ret)
{
	struct sluis_reader r;

	memset(ret, 0, sizeof(*ret));
	if (file.len > SLUIS_AGE_HEADER_MAX_BYTES)
		file.len = SLUIS_AGE_HEADER_MAX_BYTES;
	if (!starts_with(file, SLUIS_AGE_VERSION_LINE))
		return SLUIS_EHEADER;
	sluis_reader_init(&r, file);
	(void)sluis_reader_get(&r, strlen(SLUIS_AGE_VERSION_LINE));
	while (starts_with(r.rest, SLUIS_AGE_STANZA_MARK))
		SLUIS_TRY(parse_stanza(&r, ret));
	if (ret->n_stanzas == 0)
		return SLUIS_EHEADER;
	/* c2sp.org/age: a scrypt stanza "MUST be the only one", also for whoever knows no passphrases. */
	if (ret->n_scrypt > 0 && ret->n_stanzas > 1)
		return SLUIS_EHEADER;
	return parse_mac(&r, file, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_age_section_check(struct sluis_bytes file, size_t n_recipients, const struct sluis_hash *context)
{
	struct sluis_age_header header;

	SLUIS_TRY(sluis_age_header_parse(file, &header));
	if (n_recipients == 0 || header.n_x25519 != n_recipients ||
	    header.n_x25519 + header.n_context != header.n_stanzas)
		return SLUIS_EHEADER;
	if (header.n_context != 1 || !header.has_context || !sluis_hash_equal(&header.context, context))
		return SLUIS_ECONTEXT;
	return SLUIS_OK;
}

size_t
sluis_age_header_size(size_t n_recipients, bool has_context)
{
	const size_t line = SLUIS_BASE64_RAW_32 + 1;
	const size_t stanza = strlen(SLUIS_AGE_STANZA_MARK SLUIS_AGE_X25519_TYPE " ") + line + line;
	const size_t context = strlen(SLUIS_AGE_STANZA_MARK SLUIS_AGE_CONTEXT_TYPE " ") + line + 1;

	return strlen(SLUIS_AGE_VERSION_LINE) + (has_context ? context : 0) + n_recipients * stanza +
	    strlen(SLUIS_AGE_MAC_MARK " ") + line;
}

static uint64_t
chunks_of(uint64_t len, uint64_t chunk_bytes)
{
	return len == 0 ? 1 : (len - 1) / chunk_bytes + 1;
}

uint64_t
sluis_age_sealed_size(size_t n_recipients, bool has_context, uint64_t plain_len)
{
	if (plain_len > SLUIS_AGE_PLAIN_MAX_BYTES)
		return 0;
	return sluis_age_header_size(n_recipients, has_context) + SLUIS_AGE_NONCE_BYTES + plain_len +
	    SLUIS_AGE_TAG_BYTES * chunks_of(plain_len, SLUIS_AGE_CHUNK_BYTES);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_age_plain_size(uint64_t header_len, uint64_t file_len, uint64_t *ret)
{
	uint64_t payload, chunks, last;

	if (file_len < header_len || file_len - header_len < SLUIS_AGE_NONCE_BYTES)
		return SLUIS_EHEADER;
	payload = file_len - header_len - SLUIS_AGE_NONCE_BYTES;
	chunks = chunks_of(payload, SLUIS_AGE_SEALED_CHUNK_BYTES);
	last = payload - (chunks - 1) * SLUIS_AGE_SEALED_CHUNK_BYTES;
	if (last < SLUIS_AGE_TAG_BYTES || (last == SLUIS_AGE_TAG_BYTES && chunks > 1) ||
	    chunks > SLUIS_AGE_PLAIN_MAX_BYTES / SLUIS_AGE_CHUNK_BYTES)
		return SLUIS_EPAYLOAD;
	*ret = payload - chunks * SLUIS_AGE_TAG_BYTES;
	return SLUIS_OK;
}
