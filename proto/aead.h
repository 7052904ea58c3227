/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * aead - ChaCha20-Poly1305 (RFC 8439) for bulk: one key, many chunks.
 *
 * OpenSSL's, which uses the machine's widest vectors: 3.0 GB/s where libsodium's did 1.3 in chunks of 64 KiB.
 * Nonces are the caller's: never the same twice under one key.
 */
#ifndef SLUIS_AEAD_H
#define SLUIS_AEAD_H

#include "base.h"

#define SLUIS_AEAD_NONCE_BYTES 12
#define SLUIS_AEAD_TAG_BYTES 16

/** A key made ready. Not for several threads at once. */
struct sluis_aead;

/** sluis_aead_new(key): NULL without memory. ${key} may be wiped after. */
struct sluis_aead *sluis_aead_new(const struct sluis_secret32 *key);

/** sluis_aead_free(aead): wipe and release; NULL is fine. */
void sluis_aead_free(struct sluis_aead *aead);
void sluis_aead_freep(struct sluis_aead **aead);

/**
 * sluis_aead_seal(aead, nonce, extra, plain, ret):
 * Write ${plain} sealed, then the tag, to ${ret}: plain.len + SLUIS_AEAD_TAG_BYTES bytes. ${extra} is only
 * authenticated. ${ret} may be plain.data.
 * Errors: SLUIS_EUSAGE (over 1 GiB), SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_aead_seal(struct sluis_aead *aead,
    const uint8_t nonce[static SLUIS_AEAD_NONCE_BYTES], struct sluis_bytes extra, struct sluis_bytes plain,
    uint8_t *ret);

/**
 * sluis_aead_open(aead, nonce, extra, sealed, ret):
 * Check and open ${sealed}, tag last, into ${ret}: sealed.len - SLUIS_AEAD_TAG_BYTES bytes; may be sealed.data.
 * Errors: SLUIS_EPAYLOAD (does not authenticate, or too short for a tag: the sender's fault; ${ret} is then
 * wiped), SLUIS_EUSAGE (over 1 GiB), SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_aead_open(struct sluis_aead *aead,
    const uint8_t nonce[static SLUIS_AEAD_NONCE_BYTES], struct sluis_bytes extra, struct sluis_bytes sealed,
    uint8_t *ret);

#endif
