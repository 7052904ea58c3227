/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * profile - one member at one device: a folder (0700) with who it is, its keys, and what it has verified.
 *
 * Files: profile.json (federation, endpoints, broker's CURVE key, handle, organisation, language), secret.json (keys;
 * plain or sealed under a passphrase), keys.log (mirror), state.json (both log heads, pair sequences, durable), policy/HASH.yaml,
 * cases/ID (labels), outbox/, sent/MESSAGE, evidence/, `lock`; and for what runs by itself: `reminded` (day of the last hint), `told` and
 * `watch.lock` (messages that a watch told), `restored` (put back from a backup, see restored.h). All written by temporary file, fsync, rename, fsync of the folder.
 * A profile is used by one process at a time (lock); the lock is waited for at most 30 seconds.
 * No network. Never logs.
 */
#ifndef SLUIS_CLIENT_PROFILE_H
#define SLUIS_CLIENT_PROFILE_H

#include "base.h"
#include "dsse.h"
#include "failure.h"
#include "limits.h"
#include "merkle.h"

enum { SLUIS_PROFILE_EPOCHS_MAX = 32, SLUIS_PROFILE_ENDPOINTS_MAX = 16, SLUIS_HANDLE_MAX = 32 };

/** Who this is, public. Empty strings: not known yet. */
struct sluis_profile_identity {
	struct sluis_hash federation;
	char endpoints[SLUIS_PROFILE_ENDPOINTS_MAX][128];
	size_t n_endpoints;
	struct sluis_public broker_curve;
	char handle[SLUIS_HANDLE_MAX + 1];
	char organisation[SLUIS_HANDLE_MAX + 1];
	char lang[8];                      /* nl, en; empty: by locale */
	char code_hex[2 * SLUIS_ID_BYTES + 1]; /* one-time enrolment code until it was used; empty then */
	struct sluis_merkle_head start_keys;     /* of the invite: never less than these */
	struct sluis_merkle_head start_exchange;
};

/** The keys. In sodium_malloc memory inside the profile; four different keys, never derived from one another. */
struct sluis_profile_keys {
	struct sluis_signing_secret sign;
	struct sluis_public sign_public;
	struct sluis_secret32 curve;
	struct sluis_public curve_public;
	struct {
		uint32_t epoch;
		struct sluis_secret32 age;
		struct sluis_public age_public;
		int64_t from_ms;
		int64_t until_ms;
	} epochs[SLUIS_PROFILE_EPOCHS_MAX];
	size_t n_epochs;
};

/** Gives the passphrase: writes at most ${cap} bytes to ${ret}, returns their number; 0 gives up. */
struct sluis_passphrase {
	size_t (*ask)(void *context, bool is_new, char *ret, size_t cap);
	void *context; /* NULL ask: none; a sealed secret then fails with SLUIS_EPASSPHRASE */
};

struct sluis_profile;

/** sluis_profile_create(dir, identity, passphrase, failure): make the folder with fresh keys. Errors: SLUIS_EEXISTS, SLUIS_EIO, ... */
SLUIS_MUST_CHECK enum sluis_err sluis_profile_create(const char *dir,
    const struct sluis_profile_identity *identity, const struct sluis_passphrase *passphrase,
    struct sluis_failure *failure);

/**
 * sluis_profile_open(dir, passphrase, failure, ret):
 * Lock and read. Errors: SLUIS_EKEYS (folder or secret.json missing, or open to others), SLUIS_EPASSPHRASE, SLUIS_EFORMAT
 * (a file that is not ours), SLUIS_EBUSY (another process holds it).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_profile_open(const char *dir,
    const struct sluis_passphrase *passphrase, struct sluis_failure *failure, struct sluis_profile **ret);
void sluis_profile_close(struct sluis_profile *profile);
void sluis_profile_closep(struct sluis_profile **profile);

const char *sluis_profile_dir(const struct sluis_profile *profile);
const struct sluis_profile_identity *sluis_profile_identity(const struct sluis_profile *profile);
const struct sluis_profile_keys *sluis_profile_keys(const struct sluis_profile *profile);
/** sluis_profile_set_identity: change and write profile.json. */
SLUIS_MUST_CHECK enum sluis_err sluis_profile_set_identity(struct sluis_profile *profile,
    const struct sluis_profile_identity *identity, struct sluis_failure *failure);

/* What was verified. Written durably before anything is reported on the strength of it. */
struct sluis_profile_heads {
	struct sluis_merkle_head keys;
	struct sluis_merkle_head exchange;
};
struct sluis_profile_heads sluis_profile_heads(const struct sluis_profile *profile);
/** sluis_profile_set_heads: forward only; a smaller size is a bug of the caller (assert). */
SLUIS_MUST_CHECK enum sluis_err sluis_profile_set_heads(struct sluis_profile *profile,
    const struct sluis_profile_heads *heads, struct sluis_failure *failure);

/** sluis_profile_next_sequence: allot the next pair sequence for ${handle}, durable before it is given out. */
SLUIS_MUST_CHECK enum sluis_err sluis_profile_next_sequence(struct sluis_profile *profile,
    const char *handle, uint64_t *ret, struct sluis_failure *failure);
/** sluis_profile_sequence_ahead: the number that comes next, not allotted: for what asks and is not sent. */
SLUIS_MUST_CHECK enum sluis_err sluis_profile_sequence_ahead(struct sluis_profile *profile,
    const char *handle, uint64_t *ret, struct sluis_failure *failure);

/** sluis_profile_raise_sequence: numbers up to ${at_least} are used for ${handle}; durable. Never lower. */
SLUIS_MUST_CHECK enum sluis_err sluis_profile_raise_sequence(struct sluis_profile *profile, const char *handle,
    uint64_t at_least, struct sluis_failure *failure);

/* Files of the profile by relative name ("policy/ab.yaml", "cases/ID", "outbox/KEY"): durable, 0600; folders are made. */
SLUIS_MUST_CHECK enum sluis_err sluis_profile_write(struct sluis_profile *profile, const char *name,
    struct sluis_bytes bytes, struct sluis_failure *failure);
/** sluis_profile_read: on the heap (free it with free()); SLUIS_ENOTFOUND where there is none. */
SLUIS_MUST_CHECK enum sluis_err sluis_profile_read(const struct sluis_profile *profile, const char *name,
    size_t max_bytes, struct sluis_bytes *ret);
SLUIS_MUST_CHECK enum sluis_err sluis_profile_remove(struct sluis_profile *profile, const char *name);
/** sluis_profile_list: calls each(context, name) for the files in folder ${name}; stops at the first error. */
SLUIS_MUST_CHECK enum sluis_err sluis_profile_list(const struct sluis_profile *profile, const char *folder,
    enum sluis_err (*each)(void *context, const char *name), void *context);
/** sluis_profile_append: add bytes at the end of a file, synced (keys.log). */
SLUIS_MUST_CHECK enum sluis_err sluis_profile_append(struct sluis_profile *profile, const char *name,
    struct sluis_bytes bytes, struct sluis_failure *failure);
/** sluis_profile_evidence: keep ${bytes} under evidence/WHEN-WHAT and put the path into ${failure}. */
void sluis_profile_evidence(struct sluis_profile *profile, const char *what, struct sluis_bytes bytes,
    struct sluis_failure *failure);

#endif
