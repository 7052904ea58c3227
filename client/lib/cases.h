/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * cases - a case as its chain tells: fetched, verified from the first act on, acted upon.
 */
#ifndef SLUIS_CLIENT_CASES_H
#define SLUIS_CLIENT_CASES_H

#include "case_chain.h"
#include "session.h"

/** sluis_cases_get(session, id, ret, failure): the whole chain, verified. Free with sluis_case_free(). SLUIS_EREFUSED not-found; exit 5 for a chain that does not hold. */
SLUIS_MUST_CHECK enum sluis_err sluis_cases_get(struct sluis_session *session, const struct sluis_id *id,
    struct sluis_case **ret, struct sluis_failure *failure);

/** What an act on a case says. */
struct sluis_cases_act {
	enum sluis_case_code code;
	const struct sluis_member *const *members; /* whom it names */
	size_t n_members;
	const struct sluis_case_fact *facts;
	size_t n_facts;
};

/**
 * sluis_cases_do(session, of_case, act, ret_index, failure):
 * Sign ${act} as the next act on ${of_case} (sequence 0 opens it), send it, check the evidence, append it to ${of_case}.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_cases_do(struct sluis_session *session, struct sluis_case *of_case,
    const struct sluis_cases_act *act, uint64_t *ret_index, struct sluis_failure *failure);

/** sluis_cases_facts(session, of_case, handle, ret): the case as the decision sees it for ${handle}. */
void sluis_cases_facts(const struct sluis_session *session, const struct sluis_case *of_case,
    struct sluis_bytes handle, struct sluis_case_facts *ret);

/** sluis_cases_list(session, each, context, failure): every case that this member is on, page by page. */
SLUIS_MUST_CHECK enum sluis_err sluis_cases_list(struct sluis_session *session,
    enum sluis_err (*each)(void *context, const Sluis__CaseRow *row), void *context,
    struct sluis_failure *failure);

#endif
