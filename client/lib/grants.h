/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * grants - consents of a case: recorded, listed, each verified by its taker's signature.
 */
#ifndef SLUIS_CLIENT_GRANTS_H
#define SLUIS_CLIENT_GRANTS_H

#include "grant.h"
#include "session.h"

/** One grant, verified. Lives in the arena it was read into. */
struct sluis_grants_row {
	Sluis__Grant *grant;
	struct sluis_hash hash;           /* H(payload) */
	const struct sluis_member *taker; /* whose record signed it; known to the directory */
	struct sluis_bytes state;         /* active, withdrawn */
	uint64_t index;
};

/** sluis_grants_list(session, case_id, arena, max, ret, ret_count, failure): exit 5 where a signature fails. */
SLUIS_MUST_CHECK enum sluis_err sluis_grants_list(struct sluis_session *session,
    const struct sluis_id *case_id, struct sluis_arena *arena, size_t max, struct sluis_grants_row *ret,
    size_t *ret_count, struct sluis_failure *failure);

/** sluis_grants_open(session, act, arena, ret, failure): a grant that came with a message, verified the same way. */
SLUIS_MUST_CHECK enum sluis_err sluis_grants_open(struct sluis_session *session, const Sluis__Signed *act,
    struct sluis_arena *arena, struct sluis_grants_row *ret, struct sluis_failure *failure);

/** sluis_grants_facts(row, case_id, arena, ret): as the decision sees it. Errors: SLUIS_ENOMEM, SLUIS_ETOOBIG. */
SLUIS_MUST_CHECK enum sluis_err sluis_grants_facts(const struct sluis_grants_row *row,
    const struct sluis_id *case_id, struct sluis_arena *arena, struct sluis_grant_facts *ret);

/**
 * sluis_grants_add(session, grant, ret_index, failure):
 * Sign and send the filled-in ${grant} (format, federation, record, policy are set here); check the evidence.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_grants_add(struct sluis_session *session, Sluis__Grant *grant,
    uint64_t *ret_index, struct sluis_failure *failure);

#endif
