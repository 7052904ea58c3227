/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * push_draft - the draft of a push that was decided: numbers, keys and ids for what goes to whom.
 */
#ifndef SLUIS_CLIENT_PUSH_DRAFT_H
#define SLUIS_CLIENT_PUSH_DRAFT_H

#include "cases.h"
#include "draft.h"
#include "grants.h"
#include "inquiry.h"
#include "push.h"

/** What a push refers to (push_link.h). */
struct sluis_push_link {
	enum sluis_rule rule; /* why it may not; SLUIS_RULE_NONE: it may */
	struct sluis_inquiry_asked asked; /* the request that it answers */
};

/** Everything that a push is decided on. */
struct sluis_push_intent {
	const struct sluis_push_request *request;
	struct sluis_case *of_case;
	const struct sluis_member *members[SLUIS_RECIPIENTS_MAX];
	size_t n_members;
	size_t n_named; /* the first of them; the others are there for a justification only */
	struct sluis_grants_row grant;
	bool has_grant;
	struct sluis_recipient_facts recipients[SLUIS_RECIPIENTS_MAX];
	struct sluis_section_act sections[SLUIS_SECTIONS_MAX];
	struct sluis_section_act work[SLUIS_SECTIONS_MAX];
	uint64_t assigned[SLUIS_SECTIONS_MAX];
	struct sluis_facts facts;
	struct sluis_act act;
	struct sluis_verdict verdict;
	struct sluis_push_look look;
	struct sluis_push_link link;
};

/** A draft and all that it borrows. */
struct sluis_push_drafted {
	struct sluis_draft draft;
	struct sluis_draft_recipient recipients[SLUIS_RECIPIENTS_MAX];
	struct sluis_draft_section sections[SLUIS_SECTIONS_MAX];
	struct sluis_draft_fact facts[SLUIS_CODES_MAX];
	struct sluis_draft_grant grant;
};

/**
 * sluis_push_draft(session, intent, arena, ret, failure):
 * ${ret} borrows from ${intent}, its request and ${arena}. What is permitted allots its numbers; what is refused takes
 * those that come next and uses none up. Errors: SLUIS_EREFUSED epoch-ended (a receiver without a key for now),
 * SLUIS_EUSAGE, SLUIS_ENOMEM and those of the profile.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_push_draft(struct sluis_session *session,
    const struct sluis_push_intent *intent, struct sluis_arena *arena, struct sluis_push_drafted *ret,
    struct sluis_failure *failure);

#endif
