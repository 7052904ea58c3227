/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parcel - what arrives at a receiver: fetched in windows and verified whole; nothing of it is shown before.
 */
#ifndef SLUIS_CLIENT_PARCEL_H
#define SLUIS_CLIENT_PARCEL_H

#include "manifest.h"
#include "session.h"

struct sluis_parcel {
	const Sluis__TellFetch *fetch;
	struct sluis_manifest manifest;
	const struct sluis_member *sender;
	struct sluis_bytes body; /* this receiver's files back to back */
};

/**
 * sluis_parcel_fetch(session, message_id, arena, ret, failure):
 * Fetch and verify. Everything lives in ${arena} (at least 8 MiB). Errors: SLUIS_EREFUSED; and with evidence, exit 5, what the
 * broker or sender cannot have sent honestly: SLUIS_ESIGNATURE, SLUIS_EHASH, SLUIS_EPROOF, SLUIS_EROLLBACK, SLUIS_ECONTEXT, ...
 */
SLUIS_MUST_CHECK enum sluis_err sluis_parcel_fetch(struct sluis_session *session,
    const struct sluis_id *message_id, struct sluis_arena *arena, struct sluis_parcel *ret,
    struct sluis_failure *failure);

#endif
