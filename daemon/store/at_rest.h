/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * at_rest - sections as they are stored: each sealed under a key of its own, in pieces that open one by one.
 *
 * A section's key is random, used for this section only, and wrapped under the keyring's newest generation, bound to
 * message, index and size; so a piece or section put elsewhere, cut or joined does not open. A piece is up to 64 KiB
 * and its tag: ChaCha20-Poly1305 (RFC 8439), nonce = the piece's number, which a key of its own makes safe.
 * This is beside the end-to-end seal, and only for erasure: whoever loses the keyring loses the content.
 * Lock row of a section (AT_REST_LOCK_BYTES): u64 size, wrapped key. Never: files, database.
 * Source: design 7 (at-rest keys); PROTOCOL 11.
 */
#ifndef SLUISD_AT_REST_H
#define SLUISD_AT_REST_H

#include "store/keyring.h"

#define AT_REST_PIECE_BYTES 65536u
#define AT_REST_TAG_BYTES 16u
#define AT_REST_LOCK_BYTES (8 + KEYRING_WRAPPED_BYTES)

/** at_rest_sealed_len(size): bytes that ${size} bytes take when sealed. ${size} <= 2^62. */
uint64_t at_rest_sealed_len(uint64_t size);

/** Fresh random bytes for one section; used once, wiped by the caller. */
struct at_rest_seed {
	struct sluis_secret32 key;
	uint8_t wrap_nonce[KEYRING_NONCE_BYTES];
};

/** Which section: of which message, at which index. */
struct at_rest_place {
	struct sluis_id message_id;
	uint32_t index;
};

/**
 * at_rest_seal(keyring, seed, place, plain, ret_lock, ret_sealed):
 * Writes AT_REST_LOCK_BYTES to ${ret_lock} and at_rest_sealed_len(plain.len) bytes to ${ret_sealed}, which may
 * not overlap ${plain}.
 */
void at_rest_seal(const struct keyring *keyring, const struct at_rest_seed *seed,
    const struct at_rest_place *place, struct sluis_bytes plain, uint8_t ret_lock[static AT_REST_LOCK_BYTES],
    uint8_t *ret_sealed);

/** A section made ready for reading; its key is wiped by at_rest_done(). */
struct at_rest {
	uint64_t size;
	struct sluis_secret32 key;
};

/** at_rest_lock_size(lock): the size that a lock row states; unchecked until at_rest_open(). */
uint64_t at_rest_lock_size(const uint8_t lock[static AT_REST_LOCK_BYTES]);

/**
 * at_rest_open(keyring, generation, place, lock, ret):
 * Errors: SLUIS_EKEYS (the keyring has no such generation: content is lost), SLUIS_ESTORE (lock row damaged).
 */
SLUIS_MUST_CHECK enum sluis_err at_rest_open(const struct keyring *keyring, uint64_t generation,
    const struct at_rest_place *place, const uint8_t lock[static AT_REST_LOCK_BYTES], struct at_rest *ret);
void at_rest_done(struct at_rest *section);

/** at_rest_piece_len(section, number): plain bytes of piece ${number}; 0 past the end. */
size_t at_rest_piece_len(const struct at_rest *section, uint64_t number);

/**
 * at_rest_piece_open(section, number, sealed, ret):
 * Open piece ${number}, at_rest_piece_len() + AT_REST_TAG_BYTES bytes at ${sealed}, into ${ret}, which may be
 * ${sealed}. Errors: SLUIS_ESTORE (not what was written; ${ret} is then zero).
 */
SLUIS_MUST_CHECK enum sluis_err at_rest_piece_open(const struct at_rest *section, uint64_t number,
    const uint8_t *sealed, uint8_t *ret);

#endif
