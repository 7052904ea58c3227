/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * hash - SHA-256 (FIPS 180-4) from OpenSSL, which uses the machine's SHA instructions.
 *
 * Why not libsodium: five times slower here, no SHA-NI. Never fails but for want of memory at first use.
 */
#ifndef SLUIS_HASH_H
#define SLUIS_HASH_H

#include "base.h"

/** sluis_hash(bytes): SHA-256 of ${bytes}. */
struct sluis_hash sluis_hash(struct sluis_bytes bytes);

/** sluis_hash_parts(parts, n): SHA-256 of ${n} views one after the other. */
struct sluis_hash sluis_hash_parts(const struct sluis_bytes *parts, size_t n);

/** A running hash: _new, any number of _update, one _final (which ends it), _free. */
struct sluis_hasher;
struct sluis_hasher *sluis_hasher_new(void);
void sluis_hasher_update(struct sluis_hasher *hasher, struct sluis_bytes bytes);
struct sluis_hash sluis_hasher_final(struct sluis_hasher *hasher);
void sluis_hasher_free(struct sluis_hasher *hasher);
void sluis_hasher_freep(struct sluis_hasher **hasher);

static inline struct sluis_bytes
sluis_hash_bytes(const struct sluis_hash *hash)
{
	return sluis_bytes(hash->bytes, sizeof(hash->bytes));
}

bool sluis_hash_equal(const struct sluis_hash *a, const struct sluis_hash *b);

#endif
