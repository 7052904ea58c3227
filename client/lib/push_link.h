/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * push_link - what a push refers to: the request that it answers, or the message that it replaces; looked up before it is decided.
 *
 * Source: PROTOCOL 6.9, 6.10.
 */
#ifndef SLUIS_CLIENT_PUSH_LINK_H
#define SLUIS_CLIENT_PUSH_LINK_H

#include "push_draft.h"

/**
 * sluis_push_link_find(session, arena, intent, failure):
 * Fill intent->link, and let an answer's act expire with its request at the latest. That it may not refer to that is said
 * by _judge. Errors: those of a session.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_push_link_find(struct sluis_session *session, struct sluis_arena *arena,
    struct sluis_push_intent *intent, struct sluis_failure *failure);

/** sluis_push_link_judge(session, intent): intent->verdict, as the broker will have it of what is referred to. */
void sluis_push_link_judge(const struct sluis_session *session, struct sluis_push_intent *intent);

/** sluis_push_link_hint(request, verdict, failure): where ${verdict} refuses because of what is referred to, what to do. */
void sluis_push_link_hint(const struct sluis_push_request *request, const struct sluis_verdict *verdict,
    struct sluis_failure *failure);

/**
 * sluis_push_link_left(session, former, now, arena, ret):
 * Who got the message ${former} and does not get ${now}, which replaces it, by the copies kept of both (none: nobody is named);
 * ${ret} has SLUIS_RECIPIENTS_MAX places. Returns their number.
 */
size_t sluis_push_link_left(struct sluis_session *session, const struct sluis_id *former,
    const struct sluis_id *now, struct sluis_arena *arena, const struct sluis_member **ret);

#endif
