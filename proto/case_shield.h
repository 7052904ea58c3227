/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * case_shield - from whom the acts on a case keep what: all of it, or some categories.
 *
 * Never: sockets, clock, store, randomness, logging. Source: PROTOCOL 6.11; domain (roles, shields).
 */
#ifndef SLUIS_CASE_SHIELD_H
#define SLUIS_CASE_SHIELD_H

#include "case_chain.h"
#include "decide.h"

/**
 * sluis_case_shields(of_case, directory, member, arena, ret):
 * Fill `is_shielded` and `shielded` of ${ret} with what the shields on ${of_case} keep from ${member}, who need not be on it.
 * The codes are views into ${of_case}, their list lives in ${arena}. A case without shields costs nothing; else one look at each
 * act. Errors: SLUIS_ENOMEM; ${ret} is untouched then.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_case_shields(const struct sluis_case *of_case,
    const struct sluis_directory *directory, const struct sluis_member *member, struct sluis_arena *arena,
    struct sluis_recipient_facts *ret);

#endif
