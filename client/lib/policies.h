/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * policies - versions of the policy by their hash: the one in force, and those that acts of the past were made under.
 *
 * From the profile ("policy/HASH.yaml"), else from the broker, and then kept; never other bytes than the hash names.
 * Source: design 3 (policy in force); PROTOCOL 7.2.
 */
#ifndef SLUIS_CLIENT_POLICIES_H
#define SLUIS_CLIENT_POLICIES_H

#include "session.h"

/**
 * sluis_policies_load(session, hash, ret, failure):
 * The version ${hash}, for the caller to free; NULL where the profile has no copy and there is no contact. Errors:
 * SLUIS_EPOLICY with evidence (the broker served something else), SLUIS_EREFUSED (it does not have it), SLUIS_EVERSION
 * (this program cannot read it), and those of a session.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_policies_load(struct sluis_session *session,
    const struct sluis_hash *hash, struct sluis_policy **ret, struct sluis_failure *failure);

/** sluis_policies_get(session, hash, ret, failure): the same, read once a session and owned by it; also the one in force. */
SLUIS_MUST_CHECK enum sluis_err sluis_policies_get(struct sluis_session *session,
    const struct sluis_hash *hash, const struct sluis_policy **ret, struct sluis_failure *failure);

void sluis_policies_free(struct sluis_policies *policies);

#endif
