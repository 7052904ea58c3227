/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * inquiries - requests for information: asked, declined, listed, each verified by the signatures of asker and holder.
 *
 * Answering is a push (push.h). Source: PROTOCOL 6.9.
 */
#ifndef SLUIS_CLIENT_INQUIRIES_H
#define SLUIS_CLIENT_INQUIRIES_H

#include "inquiry.h"
#include "session.h"

enum sluis_inquiries_state {
	SLUIS_INQUIRIES_OPEN,
	SLUIS_INQUIRIES_OVERDUE, /* open after its due date: it can still be answered */
	SLUIS_INQUIRIES_ANSWERED,
	SLUIS_INQUIRIES_DECLINED,
	SLUIS_INQUIRIES_EXPIRED
};

/** sluis_inquiries_state_text(state): code for scripts: "overdue". */
const char *sluis_inquiries_state_text(enum sluis_inquiries_state state);

/** One request, verified: this member asked it, or holds what it asks for. */
struct sluis_inquiries_row {
	const Sluis__InformationRequest *inquiry;
	const struct sluis_member *asker; /* whose record signed it; known to the directory */
	bool is_asker;                    /* this member asked */
	enum sluis_inquiries_state state;
	int64_t until_ms;
	uint64_t index;
	int64_t closed_ms;                /* answered or declined; else 0 */
	const struct sluis_id *message;   /* what answered it; else NULL */
	const Sluis__InformationAnswer *decline; /* signed by the holder; else NULL */
};

/** sluis_inquiries_state(code, due_ms, until_ms, now_ms): of the broker's word and the reader's clock; the earlier moment counts. */
enum sluis_inquiries_state sluis_inquiries_state(struct sluis_bytes code, int64_t due_ms, int64_t until_ms,
    int64_t now_ms);

/**
 * sluis_inquiries_open(session, case_id, tell, arena, ret, failure):
 * One row of the broker's answer, verified; it borrows from ${tell} and ${arena}. ${case_id} NULL: of any case.
 * Errors: as _list.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_inquiries_open(struct sluis_session *session,
    const struct sluis_id *case_id, const Sluis__InquiryRow *tell, struct sluis_arena *arena,
    struct sluis_inquiries_row *ret, struct sluis_failure *failure);

/**
 * sluis_inquiries_list(session, case_id, each, context, failure):
 * Every request that concerns this member, in order; ${case_id} NULL: of all cases. A row is good during the call.
 * Errors: those of ${each} and of a session; with evidence SLUIS_ESIGNATURE, SLUIS_EPROOF (somebody else's, of another case,
 * closed without saying by what).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_inquiries_list(struct sluis_session *session,
    const struct sluis_id *case_id,
    enum sluis_err (*each)(void *context, const struct sluis_inquiries_row *row), void *context,
    struct sluis_failure *failure);

/**
 * sluis_inquiries_ask(session, inquiry, failure):
 * Sign and send the filled-in ${inquiry} (format, federation, record and created are set here); check the evidence.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_inquiries_ask(struct sluis_session *session,
    Sluis__InformationRequest *inquiry, struct sluis_failure *failure);

/** sluis_inquiries_decline(session, id, reason, failure): decline a request addressed to this member. */
SLUIS_MUST_CHECK enum sluis_err sluis_inquiries_decline(struct sluis_session *session,
    const struct sluis_id *id, struct sluis_bytes reason, struct sluis_failure *failure);

#endif
