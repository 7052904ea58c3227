/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * receivers - names of receivers become members: a handle, role:ROLE, or org:HANDLE, from the verified directory only.
 */
#ifndef SLUIS_CLIENT_RECEIVERS_H
#define SLUIS_CLIENT_RECEIVERS_H

#include "case_chain.h"
#include "session.h"

/**
 * sluis_receivers_resolve(session, of_case, names, n, ret, ret_count, failure):
 * The members that ${names} mean, each once, in the order named; ${ret} has SLUIS_RECIPIENTS_MAX places. A role or organisation
 * means the members now on the case (${of_case}); where the case has none, those in force in the directory. A handle
 * means that member, on the case or not: whether it may receive is for the decision.
 * Errors: SLUIS_EUSAGE: unknown, with candidates in the hint.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_receivers_resolve(struct sluis_session *session,
    const struct sluis_case *of_case, const char *const *names, size_t n,
    const struct sluis_member **ret, size_t *ret_count, struct sluis_failure *failure);

/** sluis_receivers_member(session, handle, failure, ret): one member by handle; SLUIS_EUSAGE with candidates. */
SLUIS_MUST_CHECK enum sluis_err sluis_receivers_member(struct sluis_session *session, const char *handle,
    const struct sluis_member **ret, struct sluis_failure *failure);

/** sluis_codes_have(codes, code): ${code} is one of ${codes}. */
bool sluis_codes_have(struct sluis_codes codes, struct sluis_bytes code);

/** sluis_receivers_have_role(roles, member): ${member} has one of ${roles}. */
bool sluis_receivers_have_role(struct sluis_codes roles, const struct sluis_member *member);

#endif
