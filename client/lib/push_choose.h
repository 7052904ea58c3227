/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * push_choose - what a person who only has files would have to say: purpose, ground, grant and receivers, found by the decision.
 *
 * Tried in the order of the policy: each purpose that this member may send for in the step of now, each standing grant of the
 * case that covers it (newest first), to all on the case whom both allow. The first that is permitted whole is the choice: nothing
 * is left out silently, and nobody is added whom the matrix, the grant and the case do not all name.
 */
#ifndef SLUIS_CLIENT_PUSH_CHOOSE_H
#define SLUIS_CLIENT_PUSH_CHOOSE_H

#include "push.h"

/** What was found; views and names live in the arena. */
struct sluis_push_choice {
	struct sluis_bytes purpose;
	struct sluis_bytes ground;
	struct sluis_id grant_id;
	int64_t until_ms; /* when the grant ends */
	const char **to;  /* handles */
	size_t n_to;
};

/**
 * sluis_push_choose(session, request, arena, ret, failure):
 * ${request} has case and sections; a purpose or receivers that it names are kept. Only grounds that stand on a grant are chosen:
 * whoever uses another ground says so. Errors: SLUIS_EREFUSED with the rule of the try that came furthest, or `ground-evidence`
 * where the case has no grant at all; SLUIS_EUSAGE (no purpose fits); those of a session.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_push_choose(struct sluis_session *session,
    const struct sluis_push_request *request, struct sluis_arena *arena, struct sluis_push_choice *ret,
    struct sluis_failure *failure);

#endif
