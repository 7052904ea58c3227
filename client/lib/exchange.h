/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * exchange - the exchange log read by a member: its events, and the whole tree hashed anew.
 */
#ifndef SLUIS_CLIENT_EXCHANGE_H
#define SLUIS_CLIENT_EXCHANGE_H

#include "session.h"

/**
 * sluis_exchange_list(session, case_id, each, context, failure):
 * Every event that this member may see (a privacy officer: of its organisation), in order, each with its opening checked
 * against the leaf that it hashes to. ${case_id} NULL: all. Memory: one page.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_exchange_list(struct sluis_session *session,
    const struct sluis_id *case_id,
    enum sluis_err (*each)(void *context, const struct sluis_event_evidence *event), void *context,
    struct sluis_failure *failure);

struct sluis_exchange_check {
	struct sluis_merkle_head head; /* verified */
	uint64_t own;                  /* events of this member that were found at their place */
};

/**
 * sluis_exchange_verify(session, full, ret, failure):
 * The head is signed and extends what was seen (every call of a session demands that). ${full}: all leaves are fetched, the root
 * is computed from them, and every event shown to this member stands at its place. Exit 5 with evidence else.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_exchange_verify(struct sluis_session *session, bool full,
    struct sluis_exchange_check *ret, struct sluis_failure *failure);

#endif
