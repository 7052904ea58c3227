/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * intent - a push before it is sealed: who would get what, decided by the same code and, as far as is known here, facts as the
 * broker's.
 *
 * Whoever must have a justification (the officers in charge, and the sender) is added to the receivers by itself.
 * Source: design 5; PROTOCOL 6.7.
 */
#ifndef SLUIS_CLIENT_INTENT_H
#define SLUIS_CLIENT_INTENT_H

#include "push_draft.h"

/** For SLUIS_AUTO. */
void sluis_push_intent_done(struct sluis_push_intent *intent);

/** sluis_push_intent_decide(session, arena, intent, failure): ${intent}->request is set, all else zero. Errors: those of sluis_push_decide(). */
SLUIS_MUST_CHECK enum sluis_err sluis_push_intent_decide(struct sluis_session *session, struct sluis_arena *arena,
    struct sluis_push_intent *intent, struct sluis_failure *failure);

#endif
