/* SPDX-License-Identifier: EUPL-1.2 */
#include "checkpoint.h"

#include <stdio.h>
#include <string.h>

#include "base64.h"

/* A line of a note: not empty, valid UTF-8, no control characters (the LF is not part of it). */
static bool
is_line(struct sluis_bytes line)
{
	if (line.len == 0 || !sluis_utf8_is_valid(line))
		return false;
	for (size_t i = 0; i < line.len; i++) {
		if (line.data[i] < 0x20)
			return false;
	}
	return true;
}

/* "Extension lines, if any, MUST be non-empty." */
static bool
is_extension(struct sluis_bytes lines)
{
	struct sluis_reader r;

	sluis_reader_init(&r, lines);
	while (r.rest.len > 0) {
		if (!is_line(sluis_reader_get_line(&r)))
			return false;
	}
	return true;
}

enum sluis_err
sluis_checkpoint_number_parse(struct sluis_bytes text, uint64_t *ret)
{
	uint64_t value = 0;

	if (text.len == 0 || (text.data[0] == '0' && text.len > 1))
		return SLUIS_EFORMAT;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return SLUIS_EFORMAT;
		if (__builtin_mul_overflow(value, 10u, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(text.data[i] - '0'), &value))
			return SLUIS_EFORMAT;
	}
	*ret = value;
	return SLUIS_OK;
}

void
sluis_checkpoint_number_put(struct sluis_writer *out, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	sluis_writer_put_text(out, text);
}

enum sluis_err
sluis_checkpoint_hash_parse(struct sluis_bytes text, struct sluis_hash *ret)
{
	struct sluis_hash hash;

	SLUIS_TRY(sluis_base64_decode_exact(SLUIS_BASE64_PADDED, text, hash.bytes, sizeof(hash.bytes)));
	*ret = hash;
	return SLUIS_OK;
}

void
sluis_checkpoint_hash_put(struct sluis_writer *out, const struct sluis_hash *hash)
{
	char text[4 * (SLUIS_HASH_BYTES + 2) / 3 + 1];

	sluis_base64_encode(SLUIS_BASE64_PADDED, sluis_bytes(hash->bytes, sizeof(hash->bytes)), text);
	sluis_writer_put_text(out, text);
	sluis_writer_put_text(out, "\n");
}

enum sluis_err
sluis_checkpoint_parse(struct sluis_bytes text, struct sluis_checkpoint *ret)
{
	struct sluis_checkpoint checkpoint;
	struct sluis_bytes size, root;
	struct sluis_reader r;

	sluis_reader_init(&r, text);
	checkpoint.origin = sluis_reader_get_line(&r);
	size = sluis_reader_get_line(&r);
	root = sluis_reader_get_line(&r);
	checkpoint.extension = r.rest;
	if (r.failed || !is_line(checkpoint.origin) || !is_extension(checkpoint.extension))
		return SLUIS_EFORMAT;
	SLUIS_TRY(sluis_checkpoint_number_parse(size, &checkpoint.head.size));
	SLUIS_TRY(sluis_checkpoint_hash_parse(root, &checkpoint.head.root));
	if (checkpoint.head.size > SLUIS_MERKLE_SIZE_MAX)
		return SLUIS_ETOOBIG;
	*ret = checkpoint;
	return SLUIS_OK;
}

enum sluis_err
sluis_checkpoint_encode(const struct sluis_checkpoint *checkpoint, struct sluis_writer *out)
{
	if (!is_line(checkpoint->origin) || !is_extension(checkpoint->extension))
		return SLUIS_EFORMAT;
	if (checkpoint->head.size > SLUIS_MERKLE_SIZE_MAX)
		return SLUIS_ETOOBIG;
	sluis_writer_put(out, checkpoint->origin.data, checkpoint->origin.len);
	sluis_writer_put_text(out, "\n");
	sluis_checkpoint_number_put(out, checkpoint->head.size);
	sluis_writer_put_text(out, "\n");
	sluis_checkpoint_hash_put(out, &checkpoint->head.root);
	sluis_writer_put(out, checkpoint->extension.data, checkpoint->extension.len);
	return out->overflow ? SLUIS_ETOOBIG : SLUIS_OK;
}

enum sluis_err
sluis_checkpoint_sign(const struct sluis_checkpoint *checkpoint,
    const struct sluis_signing_secret *secret, struct sluis_writer *out)
{
	const size_t start = out->len;
	struct sluis_note_key key;
	struct sluis_public public;
	struct sluis_bytes text;

	memcpy(public.bytes, secret->bytes + SLUIS_KEY_BYTES, sizeof(public.bytes));
	SLUIS_TRY(sluis_note_key_init(checkpoint->origin, SLUIS_NOTE_ED25519, &public, &key));
	SLUIS_TRY(sluis_checkpoint_encode(checkpoint, out));
	text = sluis_bytes(out->data + start, out->len - start);
	sluis_writer_put_text(out, "\n");
	return sluis_note_sign(&key, secret, text, out);
}

enum sluis_err
sluis_checkpoint_open(struct sluis_bytes bytes, const struct sluis_note_key *log,
    struct sluis_checkpoint *ret)
{
	struct sluis_checkpoint checkpoint;
	struct sluis_note note;

	if (log->type != SLUIS_NOTE_ED25519)
		return SLUIS_EUSAGE;
	SLUIS_TRY(sluis_note_parse(bytes, &note));
	SLUIS_TRY(sluis_note_verify(&note, log, 1));
	SLUIS_TRY(sluis_checkpoint_parse(note.text, &checkpoint));
	if (!sluis_bytes_equal(checkpoint.origin, sluis_bytes(log->name, log->name_len)))
		return SLUIS_ESIGNATURE;
	*ret = checkpoint;
	return SLUIS_OK;
}
