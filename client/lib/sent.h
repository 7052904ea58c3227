/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sent - what this member sent and the broker proved to have written down, kept to hold receipts against.
 *
 * One file a message in the profile, "sent/MESSAGE" (32 hex digits, 0600): SHA-256 of the rest, then the packed Push as it
 * went, without its body. In it stand case, purpose, times, and the openings of all sections (category, size, hash of the
 * sealed file) and receivers (record, hence handle), under this member's own signature: nothing of the content, no names. It is
 * written before a push is reported as done; about 200 bytes a section or receiver. No network. Never logs.
 * Source: design 4 (withholding), 10 (status, sent); PROTOCOL 5.1, 6.4.
 */
#ifndef SLUIS_CLIENT_SENT_H
#define SLUIS_CLIENT_SENT_H

#include "manifest.h"
#include "profile.h"

/** sluis_sent_keep(profile, id, push, failure): the packed Push ${push} of message ${id}; again with the same bytes does no harm. */
SLUIS_MUST_CHECK enum sluis_err sluis_sent_keep(struct sluis_profile *profile, const struct sluis_id *id,
    struct sluis_bytes push, struct sluis_failure *failure);

/**
 * sluis_sent_get(profile, id, arena, ret):
 * What was sent as message ${id}, all opened; lives in ${arena}. Errors: SLUIS_ENOTFOUND (nothing of it is kept here),
 * SLUIS_EFORMAT (what is kept is damaged, or of another message: a local failure), SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_sent_get(const struct sluis_profile *profile, const struct sluis_id *id,
    struct sluis_arena *arena, struct sluis_manifest *ret);

/** sluis_sent_list(profile, each, context): the messages that copies are kept of, in order of id; stops at the first error. */
SLUIS_MUST_CHECK enum sluis_err sluis_sent_list(const struct sluis_profile *profile,
    enum sluis_err (*each)(void *context, const struct sluis_id *id), void *context);

#endif
