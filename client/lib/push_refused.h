/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * push_refused - a push that the client's own preview refuses is told to the broker: nothing sealed, but logged.
 *
 * So the privacy officer sees what was tried, although an honest client never sends it (PROTOCOL 5.7).
 */
#ifndef SLUIS_CLIENT_PUSH_REFUSED_H
#define SLUIS_CLIENT_PUSH_REFUSED_H

#include "draft.h"
#include "session.h"

/**
 * sluis_push_refused(session, draft, arena, failure):
 * Send the intent of ${draft}; draft->expires_ms is set here. ${failure} comes in with the preview's refusal and keeps it,
 * unless the broker refuses by another rule, whose verdict is the one that counts, or lies.
 * Returns SLUIS_EREFUSED, whether or not it could be logged; the errors of a proof that fails (exit 5).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_push_refused(struct sluis_session *session, struct sluis_draft *draft,
    struct sluis_arena *arena, struct sluis_failure *failure);

#endif
