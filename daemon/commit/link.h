/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * link - what a message refers to: the one that it supersedes, or the request that it answers.
 *
 * Source: PROTOCOL 6.9, 6.10.
 */
#ifndef SLUISD_LINK_H
#define SLUISD_LINK_H

#include "commit/message.h"

/**
 * link_check(round, view, arena, ret_rule):
 * Look up what the manifest of ${view} refers to, into view->link, before the decision; an answer's act then expires with
 * the request at the latest. *${ret_rule}: why it may not refer to that; NULL: it may.
 */
SLUIS_MUST_CHECK enum sluis_err link_check(struct round *round, struct message_view *view,
    struct sluis_arena *arena, const char **ret_rule);

/** link_judge(round, view, verdict): refuse what was permitted and is more than an answer. */
void link_judge(const struct round *round, const struct message_view *view, struct sluis_verdict *verdict);

/** link_fact(link, words, arena): the fact of the push's events, where there is one. */
SLUIS_MUST_CHECK enum sluis_err link_fact(const struct message_link *link, struct event_words *words,
    struct sluis_arena *arena);

/** link_close(round, view, index): the request, if one, is answered, by the message whose push is leaf ${index}. */
SLUIS_MUST_CHECK enum sluis_err link_close(struct round *round, const struct message_view *view, uint64_t index);

#endif
