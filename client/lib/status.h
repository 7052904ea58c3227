/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * status - where a message stands with each of its receivers: what the broker says, held against what was signed.
 *
 * Each receipt must be its receiver's own. Where this member sent the message and has its copy (sent.h), every receipt must
 * also speak of exactly the sections that were sent to that receiver, and the broker must name exactly those receivers: what it
 * held back, or handed to somebody else, shows here. Source: PROTOCOL 6.4; design 4 (withholding).
 */
#ifndef SLUIS_CLIENT_STATUS_H
#define SLUIS_CLIENT_STATUS_H

#include "session.h"

/** A section that did not arrive well, as its receiver signed. */
struct sluis_status_problem {
	size_t row;                  /* of ${tell} */
	uint32_t section_index;
	struct sluis_bytes category; /* empty: no copy here that says it */
	struct sluis_bytes outcome;  /* undecryptable, mismatch */
};

struct sluis_status {
	const Sluis__TellStatus *tell; /* in the arena given */
	bool is_compared;              /* with the copy of what was sent */
	bool is_copy_damaged;          /* there is one, and it cannot be read */
	const struct sluis_status_problem *problems; /* in order of row and section */
	size_t n_problems;
};

/**
 * sluis_status_get(session, id, arena, ret, failure):
 * Ask for message ${id} and check the answer. Errors: those of a session (SLUIS_EREFUSED not-found); with evidence kept:
 * SLUIS_ESIGNATURE (a receipt that its receiver did not sign), SLUIS_EPROOF (a receipt or a receiver that is not what was sent;
 * a state without its receipt).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_status_get(struct sluis_session *session, const struct sluis_id *id,
    struct sluis_arena *arena, struct sluis_status *ret, struct sluis_failure *failure);

#endif
