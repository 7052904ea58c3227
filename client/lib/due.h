/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * due - what waits on whom: requests, answers, messages, consents that end, informing, inviting, reviews, agreements.
 *
 * Put together here, out of what this member may read: no broker knows it all. Of agreements only those in files that this
 * profile pulled and that are still there; of informing only what this member itself sent.
 * Source: design 10 (case due); domain, grants, reviews, informing.
 */
#ifndef SLUIS_CLIENT_DUE_H
#define SLUIS_CLIENT_DUE_H

#include "session.h"

enum sluis_due_kind {
	SLUIS_DUE_REQUEST,    /* a request that is not answered */
	SLUIS_DUE_ANSWER,     /* an answer that is not pulled */
	SLUIS_DUE_MESSAGE,    /* any other message that is not pulled */
	SLUIS_DUE_CONSENT,    /* a grant that ends within 30 days, or ended in the last 30, without one that takes its place */
	SLUIS_DUE_INFORMING,  /* something went without consent, and nobody noted that the family was informed */
	SLUIS_DUE_INVITATION, /* beyond the first step, and nobody noted that the family was invited or heard */
	SLUIS_DUE_REVIEW,     /* open, this member being in charge */
	SLUIS_DUE_AGREEMENT   /* its date is past, and it is not done */
};

/** sluis_due_kind_text(kind): code for scripts: "consent". */
const char *sluis_due_kind_text(enum sluis_due_kind kind);

/** One thing that waits; views are good during the call. */
struct sluis_due_row {
	enum sluis_due_kind kind;
	struct sluis_id case_id;
	const struct sluis_id *thing; /* request, message, grant or review; NULL: none */
	struct sluis_bytes waits_on;  /* handle; of an agreement the words of the file; empty: not known */
	bool is_own;                  /* it waits on this member */
	int64_t due_ms;               /* 0: no date */
	bool is_late;
	struct sluis_bytes code;      /* purpose, ground, age band; of an agreement what was agreed, in words */
};

/**
 * sluis_due_list(session, case_id, each, context, failure):
 * All that waits in the cases that this member is on (${case_id} NULL), or in one of them. Closed cases: reviews and what is not
 * pulled only. Errors: those of ${each} and of a session; SLUIS_EREFUSED not-found for a case that it is not on.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_due_list(struct sluis_session *session, const struct sluis_id *case_id,
    enum sluis_err (*each)(void *context, const struct sluis_due_row *row), void *context,
    struct sluis_failure *failure);

#endif
