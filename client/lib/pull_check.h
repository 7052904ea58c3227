/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pull_check - does what was opened fit what it came as: the sender's own checks (push_check.h), made again by the receiver.
 *
 * What does not fit is a `mismatch` in the signed receipt, which the sender sees; the sender's signature is the proof. The
 * file is written all the same: a person must be able to look.
 */
#ifndef SLUIS_CLIENT_PULL_CHECK_H
#define SLUIS_CLIENT_PULL_CHECK_H

#include "manifest.h"
#include "receipt.h"
#include "session.h"

/** What does not fit, in one message. */
struct sluis_pull_mismatch {
	size_t count;   /* sections */
	size_t section; /* the first of them; index */
	char text[256]; /* why it does not fit; for people, nothing of the content */
};

/**
 * sluis_pull_check(session, manifest, plain, outcomes, ret, failure):
 * Check every section whose outcome is ok, by the policy that ${manifest} names; ${plain} and ${outcomes} are by section index,
 * and what does not fit becomes SLUIS_RECEIPT_MISMATCH. Where that policy is not to be had, nothing is judged. A BSN is looked
 * for as the sender should have: not in categories that may hold one, nor in sections flagged as released.
 * Errors: SLUIS_EPOLICY, local ones.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_pull_check(struct sluis_session *session, const struct sluis_manifest *manifest,
    const struct sluis_bytes *plain, enum sluis_receipt_outcome *outcomes, struct sluis_pull_mismatch *ret,
    struct sluis_failure *failure);

/** sluis_pull_mismatch_failure(session, manifest, mismatch, failure): SLUIS_EREFUSED content-mismatch, in words. */
enum sluis_err sluis_pull_mismatch_failure(const struct sluis_session *session, const struct sluis_manifest *manifest,
    const struct sluis_pull_mismatch *mismatch, struct sluis_failure *failure);

#endif
