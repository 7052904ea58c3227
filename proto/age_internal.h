/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * age_internal - what the files of the age module share; nobody else includes it.
 */
#ifndef SLUIS_AGE_INTERNAL_H
#define SLUIS_AGE_INTERNAL_H

#include "aead.h"
#include "age.h"

#define SLUIS_AGE_VERSION_LINE "age-encryption.org/v1\n"
#define SLUIS_AGE_X25519_TYPE "X25519"
#define SLUIS_AGE_SCRYPT_TYPE "scrypt"
#define SLUIS_AGE_STANZA_MARK "-> "
#define SLUIS_AGE_MAC_MARK "---"

/** sluis_age_end(out): where the next byte of ${out} goes; may be NULL where ${out} has no room at all. */
static inline uint8_t *
sluis_age_end(const struct sluis_writer *out)
{
	return out->len == 0 ? out->data : out->data + out->len;
}

/** sluis_age_room(out): bytes that still fit. */
static inline size_t
sluis_age_room(const struct sluis_writer *out)
{
	return out->overflow ? 0 : out->cap - out->len;
}

/** sluis_age_file_secret_new(random, random_context): a fresh file key and payload nonce. */
struct sluis_age_file_secret sluis_age_file_secret_new(sluis_random random, void *random_context);

/**
 * sluis_age_header_write(to, secret, random, random_context, out):
 * Append header and payload nonce to ${out}. Errors as sluis_age_seal(); ${out} then holds what it held.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_age_header_write(const struct sluis_age_to *to,
    const struct sluis_age_file_secret *secret, sluis_random random, void *random_context,
    struct sluis_writer *out);

/**
 * sluis_age_header_unlock(header, identities, ret_file_key):
 * Find the file key and check the MAC with it. Every X25519 stanza is tried with the first identity even
 * after a match, so that a share that gives an all-zero secret is refused by each recipient alike.
 * Errors, in order: SLUIS_EHEADER, SLUIS_ENOMATCH, SLUIS_EHMAC; ${ret_file_key} is then zeros.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_age_header_unlock(const struct sluis_age_header *header,
    const struct sluis_age_identities *identities, uint8_t ret_file_key[static SLUIS_AGE_FILE_KEY_BYTES]);

/** sluis_age_header_mac(file_key, signed_part, ret): the MAC of a header, 32 bytes. */
void sluis_age_header_mac(const uint8_t file_key[static SLUIS_AGE_FILE_KEY_BYTES], struct sluis_bytes signed_part,
    uint8_t ret[static 32]);

/**
 * sluis_age_passphrase_unwrap(stanza, passphrase, ret_file_key):
 * Open a scrypt stanza. Errors: SLUIS_EHEADER (its form, or more work than SLUIS_AGE_WORK_MAX_LOG2), SLUIS_ENOMATCH (another
 * passphrase), SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_age_passphrase_unwrap(const struct sluis_age_stanza *stanza,
    struct sluis_bytes passphrase, uint8_t ret_file_key[static SLUIS_AGE_FILE_KEY_BYTES]);

/** The payload's chunks, one after the other: key and counter. */
struct sluis_age_chunks {
	struct sluis_aead *aead;
	uint64_t counter;
};

/** sluis_age_chunks_init(chunks, secret, first): before chunk ${first}. Errors: SLUIS_ENOMEM. */
SLUIS_MUST_CHECK enum sluis_err sluis_age_chunks_init(struct sluis_age_chunks *chunks,
    const struct sluis_age_file_secret *secret, uint64_t first);

/**
 * sluis_age_chunk_seal(chunks, plain, last, ret):
 * Seal the next chunk into ${ret}, plain.len + SLUIS_AGE_TAG_BYTES bytes. Not the last: a full chunk.
 * Errors: SLUIS_ETOOBIG (too many chunks), SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_age_chunk_seal(struct sluis_age_chunks *chunks,
    struct sluis_bytes plain, bool last, uint8_t *ret);

/** sluis_age_chunk_open(chunks, sealed, last, ret): the reverse. Errors: SLUIS_EPAYLOAD, SLUIS_ENOMEM. */
SLUIS_MUST_CHECK enum sluis_err sluis_age_chunk_open(struct sluis_age_chunks *chunks,
    struct sluis_bytes sealed, bool last, uint8_t *ret);

/** sluis_age_chunks_done(chunks): wipe; all zeros is fine. For SLUIS_AUTO. */
void sluis_age_chunks_done(struct sluis_age_chunks *chunks);

#endif
