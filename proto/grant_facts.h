/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * grant_facts - a grant's payload as the decision sees it; one reading for broker, sender and receiver.
 *
 * Pure. Source: PROTOCOL 6.3; policy/decide.h.
 */
#ifndef SLUIS_GRANT_FACTS_H
#define SLUIS_GRANT_FACTS_H

#include "codec.h"
#include "policy/decide.h"

/**
 * sluis_grant_facts_of(grant, arena, ret):
 * Fill band, givers (each person once), text, receivers, purposes, categories and times of ${ret}; leave is_named,
 * is_found, is_of_case, is_withdrawn and refusals to the caller. Views point into ${grant} and ${arena}.
 * Errors: SLUIS_ETOOBIG (more than SLUIS_CODES_MAX givers), SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_grant_facts_of(const Sluis__Grant *grant, struct sluis_arena *arena,
    struct sluis_grant_facts *ret);

#endif
