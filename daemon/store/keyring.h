/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * keyring - the key generations under which section keys are wrapped: one small file outside the database.
 *
 * ${dir}/keyring, mode 0600, of the daemon's own user, not in backups. Whoever has the database without it reads no
 * stored section; whoever destroys a generation makes every copy of what was wrapped under it unreadable.
 * A new generation is made in three steps, each safe to die after: keyring_add(); every surviving section key
 * wrapped again and committed; keyring_drop(). In memory all keys stand in locked pages (libsodium); main() sees
 * to it that locking works and calls sodium_init() first. One thread at a time.
 * File: "sluis keyring 1" LF, u32 count, count x {u64 number, 32 key bytes} in order of number, SHA-256 of all before.
 * Wrap: XChaCha20-Poly1305, the number and the caller's binding as associated data.
 * BUGS: overwriting the old file reaches the old blocks only where the file system writes in place (ext4, XFS); not on
 * copy-on-write file systems, nor below a flash drive's own mapping: put it on an encrypted volume.
 * Source: design 7; crypto 6 (1).
 */
#ifndef SLUISD_KEYRING_H
#define SLUISD_KEYRING_H

#include "base.h"

#define KEYRING_FILE "keyring"
#define KEYRING_GENERATIONS_MAX 8
#define KEYRING_NONCE_BYTES 24
#define KEYRING_WRAPPED_BYTES (KEYRING_NONCE_BYTES + 32 + 16) /* nonce, key, tag */
#define KEYRING_MARK_BYTES 16
#define KEYRING_BINDING_MAX_BYTES 64

struct keyring;

/** Tells a generation's key from any other key, and nothing else of it. */
struct keyring_mark {
	uint8_t bytes[KEYRING_MARK_BYTES];
};

/**
 * keyring_load(dir, why, ret): read ${dir}/keyring; free with keyring_free().
 * Errors: SLUIS_ENOTFOUND (no such file), SLUIS_EKEYS (open to others, not ours, a link, damaged), SLUIS_EIO,
 * SLUIS_ENOMEM; ${why} says which and what next.
 */
SLUIS_MUST_CHECK enum sluis_err keyring_load(const char *dir, struct sluis_why *why, struct keyring **ret);

/**
 * keyring_make(dir, number, why, ret):
 * A keyring with one fresh generation, ${number} > 0, durable in ${dir}/keyring before it returns.
 * Errors: SLUIS_EEXISTS (there is one already), SLUIS_EIO, SLUIS_ENOSPACE, SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err keyring_make(const char *dir, uint64_t number, struct sluis_why *why,
    struct keyring **ret);

/** keyring_free(keyring): wipe and release; NULL is fine. */
void keyring_free(struct keyring *keyring);
void keyring_freep(struct keyring **keyring);

/** keyring_newest(keyring): number of the generation that keyring_wrap() uses. */
uint64_t keyring_newest(const struct keyring *keyring);

/** keyring_mark_of(keyring, number, ret): Errors: SLUIS_ENOTFOUND (no such generation here). */
SLUIS_MUST_CHECK enum sluis_err keyring_mark_of(const struct keyring *keyring, uint64_t number,
    struct keyring_mark *ret);

/**
 * keyring_add(keyring, why): one more generation, durable before it returns; from now on the newest.
 * Errors: SLUIS_EUSAGE (KEYRING_GENERATIONS_MAX stand already: drop first), SLUIS_EIO, SLUIS_ENOSPACE, SLUIS_ENOMEM;
 * the keyring is then as it was.
 */
SLUIS_MUST_CHECK enum sluis_err keyring_add(struct keyring *keyring, struct sluis_why *why);

/**
 * keyring_drop(keyring, why): destroy every generation but the newest: new file, old one overwritten, all synced.
 * Dying halfway is finished by the next keyring_load(). Errors: SLUIS_EIO (the old keys may still be on disk),
 * SLUIS_ENOSPACE, SLUIS_ENOMEM; the keyring in memory holds the newest only, in either case.
 */
SLUIS_MUST_CHECK enum sluis_err keyring_drop(struct keyring *keyring, struct sluis_why *why);

/**
 * keyring_wrap(keyring, binding, key, nonce, ret):
 * Wrap ${key} under the newest generation, bound to ${binding} (at most KEYRING_BINDING_MAX_BYTES). ${nonce} is
 * KEYRING_NONCE_BYTES fresh random bytes. Writes KEYRING_WRAPPED_BYTES to ${ret}.
 */
void keyring_wrap(const struct keyring *keyring, struct sluis_bytes binding, const struct sluis_secret32 *key,
    const uint8_t nonce[static KEYRING_NONCE_BYTES], uint8_t ret[static KEYRING_WRAPPED_BYTES]);

/**
 * keyring_unwrap(keyring, number, binding, wrapped, ret):
 * Errors: SLUIS_EKEYS (generation ${number} is not in this keyring: content is lost), SLUIS_ESTORE (does not
 * authenticate: damaged, or wrapped for something else; ${ret} is then zero).
 */
SLUIS_MUST_CHECK enum sluis_err keyring_unwrap(const struct keyring *keyring, uint64_t number,
    struct sluis_bytes binding, const uint8_t wrapped[static KEYRING_WRAPPED_BYTES],
    struct sluis_secret32 *ret);

#endif
