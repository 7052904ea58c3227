/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * grants - consents of a case: recorded, listed, each verified by its taker's signature.
 */
#ifndef SLUIS_CLIENT_GRANTS_H
#define SLUIS_CLIENT_GRANTS_H

#include "case_chain.h"
#include "grant.h"
#include "refusal.h"
#include "session.h"

/** One grant, verified. Lives in the arena it was read into. */
struct sluis_grants_row {
	Sluis__Grant *grant;
	struct sluis_hash hash;           /* H(payload) */
	const struct sluis_member *taker; /* whose record signed it; known to the directory */
	struct sluis_bytes state;         /* active, withdrawn */
	uint64_t index;
};

/** One recorded refusal, verified likewise. */
struct sluis_grants_refusal {
	Sluis__ConsentRefusal *refusal;
	const struct sluis_member *taker;
	uint64_t index; /* beats grants of a lower index */
};

/** All that a case says of consent. Lives in the arena it was read into. */
struct sluis_grants {
	struct sluis_grants_row *rows;
	size_t n_rows;
	struct sluis_grants_refusal *refusals;
	size_t n_refusals;
};

/** sluis_grants_get(session, case_id, arena, ret, failure): exit 5 where a signature fails. */
SLUIS_MUST_CHECK enum sluis_err sluis_grants_get(struct sluis_session *session, const struct sluis_id *case_id,
    struct sluis_arena *arena, struct sluis_grants *ret, struct sluis_failure *failure);

/** sluis_grants_list(session, case_id, arena, max, ret, ret_count, failure): exit 5 where a signature fails. */
SLUIS_MUST_CHECK enum sluis_err sluis_grants_list(struct sluis_session *session,
    const struct sluis_id *case_id, struct sluis_arena *arena, size_t max, struct sluis_grants_row *ret,
    size_t *ret_count, struct sluis_failure *failure);

/** sluis_grants_open(session, act, arena, ret, failure): a grant that came with a message, verified the same way. */
SLUIS_MUST_CHECK enum sluis_err sluis_grants_open(struct sluis_session *session, const Sluis__Signed *act,
    struct sluis_arena *arena, struct sluis_grants_row *ret, struct sluis_failure *failure);

/**
 * sluis_grants_facts(all, row, case_id, arena, ret):
 * ${row} as the decision sees it, with the refusals of ${all} (NULL: none are known) that are newer. Errors: SLUIS_ENOMEM,
 * SLUIS_ETOOBIG.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_grants_facts(const struct sluis_grants *all,
    const struct sluis_grants_row *row, const struct sluis_id *case_id, struct sluis_arena *arena,
    struct sluis_grant_facts *ret);

/**
 * sluis_grants_decide(session, of_case, grant, arena, ret, failure):
 * Would ${grant}, filled in, be recorded on ${of_case}? The verdict by the same code as the broker's. Errors: SLUIS_ENOMEM,
 * SLUIS_ETOOBIG, SLUIS_EREFUSED (no record in force).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_grants_decide(struct sluis_session *session,
    const struct sluis_case *of_case, const Sluis__Grant *grant, struct sluis_arena *arena,
    struct sluis_verdict *ret, struct sluis_failure *failure);

/** sluis_grants_refuse(session, refusal, ret_index, failure): as _add, for a refusal. */
SLUIS_MUST_CHECK enum sluis_err sluis_grants_refuse(struct sluis_session *session,
    Sluis__ConsentRefusal *refusal, uint64_t *ret_index, struct sluis_failure *failure);

/**
 * sluis_grants_add(session, grant, ret_index, failure):
 * Sign and send the filled-in ${grant} (format, federation, record, policy are set here); check the evidence.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_grants_add(struct sluis_session *session, Sluis__Grant *grant,
    uint64_t *ret_index, struct sluis_failure *failure);

#endif
