/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * case_right - had whoever acted on a case the right to: decided here again, by the policy that the act names.
 *
 * The chain alone shows who signed what in which order (case_chain.h); a member that plays along with the broker signs an act
 * that the policy does not allow it. The policy must be one that the registrars had put in force then.
 * Source: PROTOCOL 6.1; design 5 ("the broker cannot slip a member onto a case").
 */
#ifndef SLUIS_CLIENT_CASE_RIGHT_H
#define SLUIS_CLIENT_CASE_RIGHT_H

#include "case_chain.h"
#include "session.h"

/** sluis_case_right_facts(policy, of_case, handle, ret): the case as the decision by ${policy} sees it for ${handle}. */
void sluis_case_right_facts(const struct sluis_policy *policy, const struct sluis_case *of_case,
    struct sluis_bytes handle, struct sluis_case_facts *ret);

/**
 * sluis_case_right_check(session, of_case, act, why, failure):
 * ${act}, which sluis_case_check() takes as the next on ${of_case}, was within the rights of who signed it. Of those whom it
 * names, only what their records say is looked at: whether they were active is for whoever sends them something.
 * Errors: SLUIS_EPROOF with ${why} (it was not, or by no policy in force then), for the caller to tell; others, of a session,
 * with ${failure} filled in.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_case_right_check(struct sluis_session *session,
    const struct sluis_case *of_case, const Sluis__Signed *act, struct sluis_why *why,
    struct sluis_failure *failure);

#endif
