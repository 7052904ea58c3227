/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * shield - what the shields on a case keep from one member, as the decision sees it.
 *
 * Pure. Source: PROTOCOL 6.1; domain, `address`, `guardian`.
 */
#ifndef SLUIS_SHIELD_H
#define SLUIS_SHIELD_H

#include "case_chain.h"
#include "policy/decide.h"

/**
 * sluis_shield_facts(of_case, handle, arena, ret):
 * Fill is_shielded and shielded of ${ret} with what the acts on ${of_case} keep from ${handle} now; views into the case.
 * O(acts). Errors: SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_shield_facts(const struct sluis_case *of_case, struct sluis_bytes handle,
    struct sluis_arena *arena, struct sluis_recipient_facts *ret);

#endif
