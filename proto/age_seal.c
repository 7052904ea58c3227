/* SPDX-License-Identifier: EUPL-1.2 */
#include "age.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "age_internal.h"

struct sluis_age_sealer {
	struct sluis_age_file_secret secret;
	struct sluis_age_chunks chunks;
	bool finished;
	size_t buffered;                        /* of a chunk that may turn out to be the last */
	uint8_t buffer[SLUIS_AGE_CHUNK_BYTES];
};

static enum sluis_err
sealer_alloc(const struct sluis_age_file_secret *secret, uint64_t first, struct sluis_age_sealer **ret)
{
	SLUIS_AUTO(sluis_age_sealer_freep) struct sluis_age_sealer *sealer = calloc(1, sizeof(*sealer));

	if (sealer == NULL)
		return SLUIS_ENOMEM;
	sealer->secret = *secret;
	SLUIS_TRY(sluis_age_chunks_init(&sealer->chunks, secret, first));
	*ret = SLUIS_TAKE(sealer);
	return SLUIS_OK;
}

/* The caller has checked the room. */
static enum sluis_err
put_chunk(struct sluis_age_sealer *sealer, struct sluis_bytes plain, bool last, struct sluis_writer *out)
{
	const enum sluis_err err = sluis_age_chunk_seal(&sealer->chunks, plain, last, sluis_age_end(out));

	if (err != SLUIS_OK || last)
		sealer->finished = true;
	SLUIS_TRY(err);
	out->len += plain.len + SLUIS_AGE_TAG_BYTES;
	return SLUIS_OK;
}

static struct sluis_bytes
buffered(const struct sluis_age_sealer *sealer)
{
	return sluis_bytes(sealer->buffer, sealer->buffered);
}

size_t
sluis_age_update_room(size_t len)
{
	const size_t chunks = len / SLUIS_AGE_CHUNK_BYTES + 1;
	size_t room;

	return __builtin_mul_overflow(chunks, (size_t)SLUIS_AGE_SEALED_CHUNK_BYTES, &room) ? SIZE_MAX : room;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_age_sealer_new(const struct sluis_age_to *to, sluis_random random, void *random_context,
    struct sluis_writer *out, struct sluis_age_sealer **ret)
{
	SLUIS_AUTO(sluis_age_file_secret_wipe) struct sluis_age_file_secret secret =
	    sluis_age_file_secret_new(random, random_context);
	SLUIS_AUTO(sluis_age_sealer_freep) struct sluis_age_sealer *sealer = NULL;

	SLUIS_TRY(sealer_alloc(&secret, 0, &sealer));
	SLUIS_TRY(sluis_age_header_write(to, &secret, random, random_context, out));
	*ret = SLUIS_TAKE(sealer);
	return SLUIS_OK;
}

void
sluis_age_sealer_secret(const struct sluis_age_sealer *sealer, struct sluis_age_file_secret *ret)
{
	*ret = sealer->secret;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_age_sealer_resume(const struct sluis_age_file_secret *secret, uint64_t first_chunk,
    struct sluis_age_sealer **ret)
{
	if (first_chunk >= SLUIS_AGE_PLAIN_MAX_BYTES / SLUIS_AGE_CHUNK_BYTES)
		return SLUIS_EUSAGE;
	return sealer_alloc(secret, first_chunk, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_age_sealer_update(struct sluis_age_sealer *sealer, struct sluis_bytes plain, struct sluis_writer *out)
{
	if (sealer->finished || sluis_age_room(out) < sluis_age_update_room(plain.len))
		return SLUIS_EUSAGE;
	while (plain.len > 0) {
		const size_t space = sizeof(sealer->buffer) - sealer->buffered;
		size_t take = plain.len < space ? plain.len : space;

		if (space == 0) {
			SLUIS_TRY(put_chunk(sealer, buffered(sealer), false, out));
			sealer->buffered = 0;
		} else if (sealer->buffered == 0 && plain.len > SLUIS_AGE_CHUNK_BYTES) {
			SLUIS_TRY(put_chunk(sealer, sluis_bytes(plain.data, take), false, out));
		} else {
			memcpy(sealer->buffer + sealer->buffered, plain.data, take);
			sealer->buffered += take;
		}
		plain = sluis_bytes(plain.data + take, plain.len - take);
	}
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_age_sealer_final(struct sluis_age_sealer *sealer, struct sluis_writer *out)
{
	/* An empty last chunk would be refused by every reader, but for the empty file. */
	if (sealer->finished || (sealer->buffered == 0 && sealer->chunks.counter > 0) ||
	    sluis_age_room(out) < sealer->buffered + SLUIS_AGE_TAG_BYTES)
		return SLUIS_EUSAGE;
	return put_chunk(sealer, buffered(sealer), true, out);
}

void
sluis_age_sealer_free(struct sluis_age_sealer *sealer)
{
	if (sealer == NULL)
		return;
	sluis_age_chunks_done(&sealer->chunks);
	sodium_memzero(sealer, sizeof(*sealer));
	free(sealer);
}

void
sluis_age_sealer_freep(struct sluis_age_sealer **sealer)
{
	sluis_age_sealer_free(*sealer);
	*sealer = NULL;
}
