/* SPDX-License-Identifier: EUPL-1.2 */
#include "age.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "age_internal.h"

enum state {
	IN_HEADER, /* buffer: the header as far as it came */
	IN_NONCE,  /* buffer: the nonce as far as it came */
	IN_CHUNKS, /* buffer: less than one chunk */
	AT_END,    /* the last chunk was opened; not a byte more may come */
	FINISHED,  /* _final was called */
	FAILED
};

struct sluis_age_opener {
	const struct sluis_age_identities *identities;
	size_t n_recipients;
	const struct sluis_hash *context;
	enum state state;
	enum sluis_err failure;
	struct sluis_age_file_secret secret;
	struct sluis_age_chunks chunks;
	size_t buffered;
	uint8_t buffer[SLUIS_AGE_SEALED_CHUNK_BYTES];
};

_Static_assert(SLUIS_AGE_SEALED_CHUNK_BYTES >= SLUIS_AGE_HEADER_MAX_BYTES, "one buffer for both");

/* Move up to ${len} bytes of ${file} behind what is buffered. */
static void
take(struct sluis_age_opener *opener, size_t len, struct sluis_bytes *file)
{
	if (len > file->len)
		len = file->len;
	memcpy(opener->buffer + opener->buffered, file->data, len);
	opener->buffered += len;
	*file = sluis_bytes(file->data + len, file->len - len);
}

static enum sluis_err
read_header(struct sluis_age_opener *opener)
{
	const struct sluis_bytes bytes = sluis_bytes(opener->buffer, opener->buffered);
	struct sluis_age_header header;

	SLUIS_TRY(sluis_age_header_parse(bytes, &header));
	if (opener->context != NULL)
		SLUIS_TRY(sluis_age_section_check(bytes, opener->n_recipients, opener->context));
	SLUIS_TRY(sluis_age_header_unlock(&header, opener->identities, opener->secret.file_key));
	opener->buffered = 0;
	opener->state = IN_NONCE;
	return SLUIS_OK;
}

/* Up to and including the next LF; the header is whole with the line that starts with the mark of the MAC. */
static enum sluis_err
take_header(struct sluis_age_opener *opener, struct sluis_bytes *file)
{
	const size_t space = SLUIS_AGE_HEADER_MAX_BYTES - opener->buffered;
	const size_t mark = strlen(SLUIS_AGE_MAC_MARK);
	const uint8_t *lf = memchr(file->data, '\n', file->len);
	const size_t len = lf == NULL ? file->len : (size_t)(lf - file->data) + 1;
	const uint8_t *line;

	if (len > space)
		return SLUIS_EHEADER;
	take(opener, len, file);
	if (lf == NULL)
		return SLUIS_OK;
	line = memrchr(opener->buffer, '\n', opener->buffered - 1);
	line = line == NULL ? opener->buffer : line + 1;
	if ((size_t)(opener->buffer + opener->buffered - line) > mark &&
	    memcmp(line, SLUIS_AGE_MAC_MARK, mark) == 0)
		return read_header(opener);
	return SLUIS_OK;
}

static enum sluis_err
take_nonce(struct sluis_age_opener *opener, struct sluis_bytes *file)
{
	take(opener, sizeof(opener->secret.nonce) - opener->buffered, file);
	if (opener->buffered < sizeof(opener->secret.nonce))
		return SLUIS_OK;
	memcpy(opener->secret.nonce, opener->buffer, sizeof(opener->secret.nonce));
	opener->buffered = 0;
	opener->state = IN_CHUNKS;
	SLUIS_TRY(sluis_age_chunks_init(&opener->chunks, &opener->secret, 0));
	sluis_age_file_secret_wipe(&opener->secret);
	return SLUIS_OK;
}

static enum sluis_err
open_chunk(struct sluis_age_opener *opener, struct sluis_bytes sealed, bool last, struct sluis_writer *out)
{
	SLUIS_TRY(sluis_age_chunk_open(&opener->chunks, sealed, last, sluis_age_end(out)));
	out->len += sealed.len - SLUIS_AGE_TAG_BYTES;
	if (last)
		opener->state = AT_END;
	return SLUIS_OK;
}

/* A full chunk may be the last one or not: only the key knows. The caller has checked the room. */
static enum sluis_err
take_chunk(struct sluis_age_opener *opener, struct sluis_bytes *file, struct sluis_writer *out)
{
	struct sluis_bytes sealed;
	enum sluis_err err;

	if (opener->buffered == 0 && file->len >= sizeof(opener->buffer)) {
		sealed = sluis_bytes(file->data, sizeof(opener->buffer));
		*file = sluis_bytes(file->data + sealed.len, file->len - sealed.len);
	} else {
		take(opener, sizeof(opener->buffer) - opener->buffered, file);
		if (opener->buffered < sizeof(opener->buffer))
			return SLUIS_OK;
		sealed = sluis_bytes(opener->buffer, sizeof(opener->buffer));
		opener->buffered = 0;
	}
	err = open_chunk(opener, sealed, false, out);
	return err == SLUIS_EPAYLOAD ? open_chunk(opener, sealed, true, out) : err;
}

static enum sluis_err
take_some(struct sluis_age_opener *opener, struct sluis_bytes *file, struct sluis_writer *out)
{
	switch (opener->state) {
	case IN_HEADER:
		return take_header(opener, file);
	case IN_NONCE:
		return take_nonce(opener, file);
	case IN_CHUNKS:
		return take_chunk(opener, file, out);
	case AT_END:
		return SLUIS_EPAYLOAD; /* something behind the last chunk */
	case FINISHED:
	case FAILED:
		break; /* the public functions answer these */
	}
	return SLUIS_EUSAGE;
}

static enum sluis_err
take_rest(struct sluis_age_opener *opener, struct sluis_writer *out)
{
	switch (opener->state) {
	case IN_HEADER:
	case IN_NONCE:
		return SLUIS_EHEADER;
	case IN_CHUNKS:
		return open_chunk(opener, sluis_bytes(opener->buffer, opener->buffered), true, out);
	case AT_END:
		return SLUIS_OK;
	case FINISHED:
	case FAILED:
		break; /* the public functions answer these */
	}
	return SLUIS_EUSAGE;
}

/* Errors stick: nothing that comes after one is looked at. */
static enum sluis_err
remember(struct sluis_age_opener *opener, enum sluis_err err)
{
	if (err != SLUIS_OK) {
		opener->state = FAILED;
		opener->failure = err;
	}
	return err;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_age_opener_new(const struct sluis_age_identities *identities, size_t n_recipients,
    const struct sluis_hash *context, struct sluis_age_opener **ret)
{
	struct sluis_age_opener *opener = calloc(1, sizeof(*opener));

	if (opener == NULL)
		return SLUIS_ENOMEM;
	opener->identities = identities;
	opener->n_recipients = n_recipients;
	opener->context = context;
	*ret = opener;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_age_opener_update(struct sluis_age_opener *opener, struct sluis_bytes file, struct sluis_writer *out)
{
	if (opener->state == FAILED)
		return opener->failure;
	if (opener->state == FINISHED || sluis_age_room(out) < sluis_age_update_room(file.len))
		return SLUIS_EUSAGE;
	while (file.len > 0)
		SLUIS_TRY(remember(opener, take_some(opener, &file, out)));
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_age_opener_final(struct sluis_age_opener *opener, struct sluis_writer *out)
{
	if (opener->state == FAILED)
		return opener->failure;
	if (opener->state == FINISHED || sluis_age_room(out) < opener->buffered)
		return SLUIS_EUSAGE;
	SLUIS_TRY(remember(opener, take_rest(opener, out)));
	opener->state = FINISHED;
	return SLUIS_OK;
}

void
sluis_age_opener_free(struct sluis_age_opener *opener)
{
	if (opener == NULL)
		return;
	sluis_age_chunks_done(&opener->chunks);
	sodium_memzero(opener, sizeof(*opener));
	free(opener);
}

void
sluis_age_opener_freep(struct sluis_age_opener **opener)
{
	sluis_age_opener_free(*opener);
	*opener = NULL;
}
