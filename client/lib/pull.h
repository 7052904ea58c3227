/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pull - fetch a message, verify all of it, and only then show it: whole in its folder, or not there at all.
 *
 * Order: batch signature, manifest and openings, sender's record at its keys-log checkpoint, acceptance and release in the log,
 * grant, every file's hash and header, decryption; then a temporary folder, sync, rename without replacing; then the signed
 * receipt. Once means one release, one receipt, one folder, whatever dies.
 */
#ifndef SLUIS_CLIENT_PULL_H
#define SLUIS_CLIENT_PULL_H

#include "session.h"

enum { SLUIS_PULL_FILES_MAX = 64, SLUIS_PULL_NAME = 64 };

struct sluis_pull_done {
	char dir[SLUIS_PATH_MAX];                             /* DIR/MESSAGE */
	char files[SLUIS_PULL_FILES_MAX][SLUIS_PULL_NAME];    /* N-CATEGORY.EXT, without folder */
	size_t n_files;
	bool was_there; /* it had been pulled whole before */
};

/**
 * sluis_pull(session, message_id, out, sealed, ret, failure):
 * Pull one message into ${out}/MESSAGE (files 0600, folder 0700); ${sealed}: the age files as they are.
 * Errors: SLUIS_EREFUSED; SLUIS_EEXISTS (something foreign stands in the way: untouched); with exit 5 and evidence whatever does
 * not verify: then nothing is written and no receipt is sent. A section that cannot be opened with this member's keys is
 * reported in the receipt and is SLUIS_ENOMATCH; the others are written. One whose content is not what it came as is written
 * too, reported in the receipt, and is SLUIS_EREFUSED content-mismatch (pull_check.h).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_pull(struct sluis_session *session, const struct sluis_id *message_id,
    const char *out, bool sealed, struct sluis_pull_done *ret, struct sluis_failure *failure);

/** sluis_inbox(session, case_id, each, context, failure): rows of the inbox, oldest first; ${case_id} NULL: all. */
SLUIS_MUST_CHECK enum sluis_err sluis_inbox(struct sluis_session *session, const struct sluis_id *case_id,
    enum sluis_err (*each)(void *context, const Sluis__InboxRow *row), void *context,
    struct sluis_failure *failure);

#endif
