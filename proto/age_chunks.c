/* SPDX-License-Identifier: EUPL-1.2 */
#include "age.h"

#include <sodium.h>

#include "age_internal.h"
#include "hkdf.h"

enum { LAST_AT = SLUIS_AEAD_NONCE_BYTES - 1, COUNTER_BYTES = 8 };

static const uint64_t CHUNKS_MAX = SLUIS_AGE_PLAIN_MAX_BYTES / SLUIS_AGE_CHUNK_BYTES;

/* c2sp.org/age: "the first 11 bytes are a big endian chunk counter", the twelfth says whether it is the last. */
static void
chunk_nonce(uint64_t counter, bool last, uint8_t ret[static SLUIS_AEAD_NONCE_BYTES])
{
	for (size_t i = 0; i < SLUIS_AEAD_NONCE_BYTES; i++)
		ret[i] = 0;
	for (size_t i = 0; i < COUNTER_BYTES; i++)
		ret[LAST_AT - 1 - i] = (uint8_t)(counter >> 8 * i);
	ret[LAST_AT] = last ? 1 : 0;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_age_chunks_init(struct sluis_age_chunks *chunks, const struct sluis_age_file_secret *secret,
    uint64_t first)
{
	SLUIS_AUTO(sluis_secret32_wipe) struct sluis_secret32 key = { 0 };

	SLUIS_TRY(sluis_hkdf(sluis_bytes(secret->file_key, sizeof(secret->file_key)),
	    sluis_bytes(secret->nonce, sizeof(secret->nonce)), sluis_bytes_text("payload"), key.bytes,
	    sizeof(key.bytes)));
	*chunks = (struct sluis_age_chunks){ .aead = sluis_aead_new(&key), .counter = first };
	return chunks->aead != NULL ? SLUIS_OK : SLUIS_ENOMEM;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_age_chunk_seal(struct sluis_age_chunks *chunks, struct sluis_bytes plain, bool last, uint8_t *ret)
{
	uint8_t nonce[SLUIS_AEAD_NONCE_BYTES];

	if (chunks->counter >= CHUNKS_MAX)
		return SLUIS_ETOOBIG;
	chunk_nonce(chunks->counter, last, nonce);
	SLUIS_TRY(sluis_aead_seal(chunks->aead, nonce, sluis_bytes(NULL, 0), plain, ret));
	chunks->counter++;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_age_chunk_open(struct sluis_age_chunks *chunks, struct sluis_bytes sealed, bool last, uint8_t *ret)
{
	uint8_t nonce[SLUIS_AEAD_NONCE_BYTES];

	/* "The final chunk ... MUST NOT be empty unless the whole payload is empty." */
	if (sealed.len == SLUIS_AGE_TAG_BYTES && chunks->counter > 0)
		return SLUIS_EPAYLOAD;
	chunk_nonce(chunks->counter, last, nonce);
	SLUIS_TRY(sluis_aead_open(chunks->aead, nonce, sluis_bytes(NULL, 0), sealed, ret));
	chunks->counter++;
	return SLUIS_OK;
}

void
sluis_age_chunks_done(struct sluis_age_chunks *chunks)
{
	sluis_aead_freep(&chunks->aead);
}

void
sluis_age_file_secret_wipe(struct sluis_age_file_secret *secret)
{
	sodium_memzero(secret, sizeof(*secret));
}
