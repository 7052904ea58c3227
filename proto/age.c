/* SPDX-License-Identifier: EUPL-1.2 */
#include "age.h"

#include <sodium.h>

#include "age_internal.h"

static enum sluis_err
seal_payload(const struct sluis_age_file_secret *secret, struct sluis_bytes plain, struct sluis_writer *out)
{
	SLUIS_AUTO(sluis_age_chunks_done) struct sluis_age_chunks chunks = { 0 };
	bool last;

	SLUIS_TRY(sluis_age_chunks_init(&chunks, secret, 0));
	do {
		const size_t len = plain.len < SLUIS_AGE_CHUNK_BYTES ? plain.len : SLUIS_AGE_CHUNK_BYTES;

		last = len == plain.len;
		SLUIS_TRY(sluis_age_chunk_seal(&chunks, sluis_bytes(plain.data, len), last,
		    sluis_age_end(out)));
		out->len += len + SLUIS_AGE_TAG_BYTES;
		if (!last)
			plain = sluis_bytes(plain.data + len, plain.len - len);
	} while (!last);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_age_seal(const struct sluis_age_to *to, sluis_random random, void *random_context,
    struct sluis_bytes plain, struct sluis_writer *out)
{
	SLUIS_AUTO(sluis_age_file_secret_wipe) struct sluis_age_file_secret secret = { 0 };
	struct sluis_writer w = *out; /* copied back whole, or not at all */
	const uint64_t size = sluis_age_sealed_size(to->n_recipients, to->context != NULL, plain.len);

	if (size == 0 || sluis_age_room(out) < size)
		return SLUIS_EUSAGE;
	secret = sluis_age_file_secret_new(random, random_context);
	SLUIS_TRY(sluis_age_header_write(to, &secret, random, random_context, &w));
	SLUIS_TRY(seal_payload(&secret, plain, &w));
	*out = w;
	return SLUIS_OK;
}

/* ${out} has room for the plaintext; its size says which chunk is the last. */
static enum sluis_err
open_payload(const struct sluis_age_file_secret *secret, struct sluis_bytes payload,
    struct sluis_writer *out)
{
	SLUIS_AUTO(sluis_age_chunks_done) struct sluis_age_chunks chunks = { 0 };

	SLUIS_TRY(sluis_age_chunks_init(&chunks, secret, 0));
	while (payload.len > 0) {
		const size_t len = payload.len < SLUIS_AGE_SEALED_CHUNK_BYTES ?
		    payload.len :
		    SLUIS_AGE_SEALED_CHUNK_BYTES;

		SLUIS_TRY(sluis_age_chunk_open(&chunks, sluis_bytes(payload.data, len),
		    len == payload.len, sluis_age_end(out)));
		out->len += len - SLUIS_AGE_TAG_BYTES;
		payload = sluis_bytes(payload.data + len, payload.len - len);
	}
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_age_open(const struct sluis_age_identities *identities, struct sluis_bytes file,
    struct sluis_writer *out)
{
	SLUIS_AUTO(sluis_age_file_secret_wipe) struct sluis_age_file_secret secret = { 0 };
	struct sluis_age_header header;
	struct sluis_writer w = *out;
	struct sluis_reader r;
	uint64_t plain_len;
	enum sluis_err err;

	SLUIS_TRY(sluis_age_header_parse(file, &header));
	SLUIS_TRY(sluis_age_header_unlock(&header, identities, secret.file_key));
	SLUIS_TRY(sluis_age_plain_size(header.len, file.len, &plain_len));
	if (sluis_age_room(out) < plain_len)
		return SLUIS_EUSAGE;
	sluis_reader_init(&r, sluis_bytes(file.data + header.len, file.len - header.len));
	sluis_reader_copy(&r, secret.nonce, sizeof(secret.nonce));
	err = open_payload(&secret, r.rest, &w);
	if (err != SLUIS_OK) {
		sodium_memzero(sluis_age_end(out), w.len - out->len);
		return err;
	}
	*out = w;
	return SLUIS_OK;
}
