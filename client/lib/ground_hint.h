/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ground_hint - what to add to a push whose ground was refused: the fact that is missing, and what it may say, from the policy.
 */
#ifndef SLUIS_CLIENT_GROUND_HINT_H
#define SLUIS_CLIENT_GROUND_HINT_H

#include "push.h"

/**
 * sluis_ground_hint(session, request, verdict, failure):
 * Where ${verdict} refuses ${request} by `ground-evidence` or `ground-not-allowed`, put a better hint into ${failure} than the
 * remedy of the rule; else leave it as it is.
 */
void sluis_ground_hint(const struct sluis_session *session, const struct sluis_push_request *request,
    const struct sluis_verdict *verdict, struct sluis_failure *failure);

#endif
