/* SPDX-License-Identifier: EUPL-1.2 */
#include "note.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "base64.h"

#define ID_BYTES 4
#define TIME_BYTES 8
#define MESSAGE_HEAD_BYTES 64
#define TIME_MAX_S ((uint64_t)INT64_MAX)

static const char DASH[] = "\xe2\x80\x94 "; /* em dash, U+2014, and a blank */
static const size_t DASH_LEN = sizeof(DASH) - 1;

/* "MUST be valid UTF-8 and MUST NOT contain any ASCII control characters other than newline" */
static bool
is_clean(struct sluis_bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < 0x20 && text.data[i] != '\n')
			return false;
	}
	return sluis_utf8_is_valid(text);
}

static bool
is_text(struct sluis_bytes text)
{
	return text.len > 0 && text.data[text.len - 1] == '\n' && is_clean(text);
}

static struct sluis_bytes
name_of(const struct sluis_note_key *key)
{
	return sluis_bytes(key->name, key->name_len);
}

static bool
is_base64_char(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
	       c == '/';
}

/* Bytes that ${text} stands for; 0: not base64. Unused bits may be set: that is for the key's owner to refuse. */
static size_t
base64_len(struct sluis_bytes text)
{
	size_t padding = 0;

	if (text.len == 0 || text.len % 4 != 0)
		return 0;
	while (padding < 2 && text.data[text.len - 1 - padding] == '=')
		padding++;
	for (size_t i = 0; i < text.len - padding; i++) {
		if (!is_base64_char(text.data[i]))
			return 0;
	}
	return text.len / 4 * 3 - padding;
}

/* The first four bytes of a signature of more than that. */
static enum sluis_err
parse_id(struct sluis_bytes base64, uint32_t *ret)
{
	uint8_t chars[8], bytes[6];
	struct sluis_reader r;

	for (size_t i = 0; i < sizeof(chars); i++)
		chars[i] = base64.data[i] == '=' ? 'A' : base64.data[i];
	SLUIS_TRY(sluis_base64_decode_exact(SLUIS_BASE64_PADDED, sluis_bytes(chars, sizeof(chars)), bytes,
	    sizeof(bytes)));
	sluis_reader_init(&r, sluis_bytes(bytes, sizeof(bytes)));
	*ret = sluis_reader_get_u32(&r);
	return SLUIS_OK;
}

static enum sluis_err
parse_line(struct sluis_bytes line, struct sluis_note_signature *ret)
{
	struct sluis_note_signature signature;
	const uint8_t *blank;
	size_t len;

	if (line.len < DASH_LEN || memcmp(line.data, DASH, DASH_LEN) != 0)
		return SLUIS_EFORMAT;
	line = sluis_bytes(line.data + DASH_LEN, line.len - DASH_LEN);
	blank = line.len == 0 ? NULL : memchr(line.data, ' ', line.len);
	if (blank == NULL)
		return SLUIS_EFORMAT;
	signature.name = sluis_bytes(line.data, (size_t)(blank - line.data));
	signature.base64 = sluis_bytes(blank + 1, line.len - signature.name.len - 1);
	len = base64_len(signature.base64);
	if (!sluis_note_name_is_valid(signature.name) || len <= ID_BYTES)
		return SLUIS_EFORMAT;
	if (len > SLUIS_NOTE_SIGNATURE_MAX_BYTES)
		return SLUIS_ETOOBIG;
	SLUIS_TRY(parse_id(signature.base64, &signature.id));
	*ret = signature;
	return SLUIS_OK;
}

/* Where the text ends: after the first LF of the last pair of LF. 0: there is none. */
static size_t
text_len(struct sluis_bytes bytes)
{
	for (size_t i = bytes.len; i >= 2; i--) {
		if (bytes.data[i - 1] == '\n' && bytes.data[i - 2] == '\n')
			return i - 1;
	}
	return 0;
}

static bool
is_under(const struct sluis_note_signature *signature, const struct sluis_note_key *key)
{
	return signature->id == key->id && sluis_bytes_equal(signature->name, name_of(key));
}

/* "cosignature/v1\ntime T\n" and the text, in one piece as Ed25519 wants it. */
static enum sluis_err
cosigned_message(uint64_t time_s, struct sluis_bytes text, struct sluis_writer *out)
{
	char head[MESSAGE_HEAD_BYTES];

	if (text.len > SLUIS_NOTE_TEXT_COSIGNED_MAX_BYTES)
		return SLUIS_ETOOBIG;
	snprintf(head, sizeof(head), "cosignature/v1\ntime %llu\n", (unsigned long long)time_s);
	sluis_writer_put_text(out, head);
	sluis_writer_put(out, text.data, text.len);
	return out->overflow ? SLUIS_ETOOBIG : SLUIS_OK;
}

static enum sluis_err
verify_ed25519(const struct sluis_note_key *key, struct sluis_bytes text, struct sluis_bytes base64)
{
	uint8_t raw[ID_BYTES + SLUIS_SIGNATURE_BYTES];

	if (sluis_base64_decode_exact(SLUIS_BASE64_PADDED, base64, raw, sizeof(raw)) != SLUIS_OK)
		return SLUIS_ESIGNATURE;
	if (crypto_sign_verify_detached(raw + ID_BYTES, text.data, text.len, key->public.bytes) != 0)
		return SLUIS_ESIGNATURE;
	return SLUIS_OK;
}

static enum sluis_err
verify_cosignature(const struct sluis_note_key *key, struct sluis_bytes text,
    struct sluis_bytes base64, uint64_t *ret_time_s)
{
	uint8_t raw[ID_BYTES + TIME_BYTES + SLUIS_SIGNATURE_BYTES];
	uint8_t message[MESSAGE_HEAD_BYTES + SLUIS_NOTE_TEXT_COSIGNED_MAX_BYTES];
	struct sluis_writer w;
	struct sluis_reader r;
	uint64_t time_s;

	if (sluis_base64_decode_exact(SLUIS_BASE64_PADDED, base64, raw, sizeof(raw)) != SLUIS_OK)
		return SLUIS_ESIGNATURE;
	sluis_reader_init(&r, sluis_bytes(raw + ID_BYTES, TIME_BYTES));
	time_s = sluis_reader_get_u64(&r);
	if (time_s > TIME_MAX_S) /* "It MUST NOT exceed 2^63 - 1" */
		return SLUIS_ESIGNATURE;
	sluis_writer_init(&w, message, sizeof(message));
	SLUIS_TRY(cosigned_message(time_s, text, &w));
	if (crypto_sign_verify_detached(raw + ID_BYTES + TIME_BYTES, w.data, w.len,
	        key->public.bytes) != 0)
		return SLUIS_ESIGNATURE;
	*ret_time_s = time_s;
	return SLUIS_OK;
}

/* Every line under the key must hold; the newest time counts. */
static enum sluis_err
find_one(const struct sluis_note *note, const struct sluis_note_key *key, struct sluis_note_found *ret)
{
	struct sluis_note_found found = { .is_signed = false };

	for (size_t i = 0; i < note->n; i++) {
		uint64_t time_s = 0;

		if (!is_under(&note->signatures[i], key))
			continue;
		switch (key->type) {
		case SLUIS_NOTE_ED25519:
			SLUIS_TRY(verify_ed25519(key, note->text, note->signatures[i].base64));
			break;
		case SLUIS_NOTE_COSIGNATURE:
			SLUIS_TRY(verify_cosignature(key, note->text, note->signatures[i].base64, &time_s));
			break;
		}
		found.is_signed = true;
		if (time_s > found.time_s)
			found.time_s = time_s;
	}
	*ret = found;
	return SLUIS_OK;
}

/* ${body}: what stands after the key id. */
static enum sluis_err
put_line(const struct sluis_note_key *key, struct sluis_bytes body, struct sluis_writer *out)
{
	uint8_t raw[ID_BYTES + TIME_BYTES + SLUIS_SIGNATURE_BYTES];
	char base64[4 * (sizeof(raw) + 2) / 3 + 1];
	struct sluis_writer w;

	sluis_writer_init(&w, raw, sizeof(raw));
	sluis_writer_put_u32(&w, key->id);
	sluis_writer_put(&w, body.data, body.len);
	sluis_base64_encode(SLUIS_BASE64_PADDED, sluis_bytes(w.data, w.len), base64);
	sluis_writer_put_text(out, DASH);
	sluis_writer_put(out, key->name, key->name_len);
	sluis_writer_put_text(out, " ");
	sluis_writer_put_text(out, base64);
	sluis_writer_put_text(out, "\n");
	return out->overflow ? SLUIS_ETOOBIG : SLUIS_OK;
}

static enum sluis_err
check_signing(const struct sluis_note_key *key, enum sluis_note_type type,
    const struct sluis_signing_secret *secret, struct sluis_bytes text)
{
	if (key->type != type)
		return SLUIS_EUSAGE;
	/* libsodium keeps the public half behind the seed */
	if (memcmp(secret->bytes + SLUIS_KEY_BYTES, key->public.bytes, SLUIS_KEY_BYTES) != 0)
		return SLUIS_EUSAGE;
	if (text.len > SLUIS_NOTE_MAX_BYTES)
		return SLUIS_ETOOBIG;
	return is_text(text) ? SLUIS_OK : SLUIS_EFORMAT;
}

enum sluis_err
sluis_note_parse(struct sluis_bytes bytes, struct sluis_note *ret)
{
	const size_t len = text_len(bytes);
	struct sluis_note note = { .text = sluis_bytes(bytes.data, len) };
	struct sluis_reader r;

	if (bytes.len > SLUIS_NOTE_MAX_BYTES)
		return SLUIS_ETOOBIG;
	if (len == 0 || !is_clean(bytes))
		return SLUIS_EFORMAT;
	sluis_reader_init(&r, sluis_bytes(bytes.data + len + 1, bytes.len - len - 1));
	while (r.rest.len > 0) {
		/* what has no LF at its end reads as an empty line, and that is no signature */
		const struct sluis_bytes line = sluis_reader_get_line(&r);

		if (note.n == SLUIS_NOTE_SIGNATURES_MAX)
			return SLUIS_ETOOBIG;
		SLUIS_TRY(parse_line(line, &note.signatures[note.n++]));
	}
	if (note.n == 0)
		return SLUIS_EFORMAT;
	*ret = note;
	return SLUIS_OK;
}

enum sluis_err
sluis_note_verify(const struct sluis_note *note, const struct sluis_note_key *keys, size_t n)
{
	bool is_signed = false;

	for (size_t i = 0; i < n; i++) {
		struct sluis_note_found found;

		SLUIS_TRY(find_one(note, &keys[i], &found));
		is_signed = is_signed || found.is_signed;
	}
	return is_signed ? SLUIS_OK : SLUIS_ESIGNATURE;
}

enum sluis_err
sluis_note_find(const struct sluis_note *note, const struct sluis_note_key *keys, size_t n,
    struct sluis_note_found *ret)
{
	enum sluis_err err = SLUIS_OK;

	for (size_t i = 0; i < n && err == SLUIS_OK; i++)
		err = find_one(note, &keys[i], &ret[i]);
	if (err != SLUIS_OK) { /* one bad line: none of the note counts */
		for (size_t i = 0; i < n; i++)
			ret[i] = (struct sluis_note_found){ .is_signed = false };
	}
	return err;
}

bool
sluis_note_has_known(const struct sluis_note *note, const struct sluis_note_key *keys, size_t n)
{
	for (size_t i = 0; i < note->n * n; i++) {
		if (is_under(&note->signatures[i / n], &keys[i % n]))
			return true;
	}
	return false;
}

enum sluis_err
sluis_note_sign(const struct sluis_note_key *key, const struct sluis_signing_secret *secret,
    struct sluis_bytes text, struct sluis_writer *out)
{
	struct sluis_signature signature;

	SLUIS_TRY(check_signing(key, SLUIS_NOTE_ED25519, secret, text));
	if (crypto_sign_detached(signature.bytes, NULL, text.data, text.len, secret->bytes) != 0)
		return SLUIS_EUSAGE;
	return put_line(key, sluis_bytes(signature.bytes, sizeof(signature.bytes)), out);
}

enum sluis_err
sluis_note_cosign(const struct sluis_note_key *key, const struct sluis_signing_secret *secret,
    uint64_t time_s, struct sluis_bytes text, struct sluis_writer *out)
{
	uint8_t message[MESSAGE_HEAD_BYTES + SLUIS_NOTE_TEXT_COSIGNED_MAX_BYTES];
	uint8_t body[TIME_BYTES + SLUIS_SIGNATURE_BYTES];
	struct sluis_writer w;

	SLUIS_TRY(check_signing(key, SLUIS_NOTE_COSIGNATURE, secret, text));
	if (time_s == 0 || time_s > TIME_MAX_S)
		return SLUIS_EUSAGE;
	sluis_writer_init(&w, message, sizeof(message));
	SLUIS_TRY(cosigned_message(time_s, text, &w));
	if (crypto_sign_detached(body + TIME_BYTES, NULL, w.data, w.len, secret->bytes) != 0)
		return SLUIS_EUSAGE;
	sluis_writer_init(&w, body, sizeof(body));
	sluis_writer_put_u64(&w, time_s);
	return put_line(key, sluis_bytes(body, sizeof(body)), out);
}
