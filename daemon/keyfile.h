/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * keyfile - the broker's private keys: one small file each, mode 0600, in the folder `keys` of the configuration.
 *
 * A file is one line, `sluis-key-1 NAME HEX`, NAME that of the key, HEX its 32 secret bytes: the seed of an Ed25519 key, or an
 * X25519 secret for CURVE. The name stands in the file so that one key is never taken for another.
 * Reads and makes files; never logs. Source: design 3; style 1.7.
 */
#ifndef SLUISD_KEYFILE_H
#define SLUISD_KEYFILE_H

#include <sys/types.h>

#include "base.h"

/* clang-format off */
#define KEYFILE_LIST(X) \
	X(CURVE,    "curve",    X25519)  /* transport */ \
	X(CURVE_NEXT, "curve-next", X25519) /* transport, after the next change of keys */ \
	X(EXCHANGE, "exchange", ED25519) /* checkpoints of the exchange log */ \
	X(KEYS,     "keys",     ED25519) /* checkpoints of the keys log */ \
	X(DECISION, "decision", ED25519) /* decisions */
/* clang-format on */

enum keyfile {
#define X(name, text, type) KEYFILE_##name,
	KEYFILE_LIST(X)
#undef X
};
enum { KEYFILE_COUNT = 5 };

/** keyfile_text(which): "curve", ...; the file is that with ".key". Static. */
const char *keyfile_text(enum keyfile which);

/**
 * keyfile_load(dir, which, why, ret):
 * Read ${dir}/NAME.key. The caller wipes ${ret} (SLUIS_AUTO(sluis_secret32_wipe)) or moves it into locked memory.
 * Errors: SLUIS_EKEYS with ${why}: missing, unreadable, a link, no regular file, of another owner (root is taken too), open to
 * others, or not the key of that name.
 */
SLUIS_MUST_CHECK enum sluis_err keyfile_load(const char *dir, enum keyfile which, struct sluis_why *why,
    struct sluis_secret32 *ret);

/**
 * keyfile_inspect(dir, which, owner, why, ret): the same for a daemon that runs as ${owner}; ${why} without the path, as
 * `mistake; remedy` where there is one.
 */
SLUIS_MUST_CHECK enum sluis_err keyfile_inspect(const char *dir, enum keyfile which, uid_t owner,
    struct sluis_why *why, struct sluis_secret32 *ret);

/**
 * keyfile_make(dir, which, secret, why):
 * Write ${secret} as ${dir}/NAME.key, mode 0600, durable before it returns. Never replaces a file.
 * Errors: SLUIS_EEXISTS (there is one), SLUIS_EIO, SLUIS_ENOSPACE; ${why} says which file.
 */
SLUIS_MUST_CHECK enum sluis_err keyfile_make(const char *dir, enum keyfile which,
    const struct sluis_secret32 *secret, struct sluis_why *why);

/** keyfile_public(which, secret, ret): the public half, Ed25519 or X25519 by its kind. */
void keyfile_public(enum keyfile which, const struct sluis_secret32 *secret, struct sluis_public *ret);

/**
 * keyfile_make_all(dir, why, ret):
 * Make the folder (0700) and those keys that are missing; load all; write their public halves to ${ret}, by enum keyfile.
 * Errors: as above, with ${why}.
 */
SLUIS_MUST_CHECK enum sluis_err keyfile_make_all(const char *dir, struct sluis_why *why,
    struct sluis_public ret[static KEYFILE_COUNT]);

#endif
