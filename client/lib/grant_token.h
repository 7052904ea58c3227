/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * grant_token - the withdrawal token of a consent that this member recorded, kept so that the family's letter can be printed.
 *
 * "tokens/GRANT" in the profile, 0600. Who holds it can withdraw that consent and nothing else; the taker may do so anyway.
 * The broker knows only its hash (PROTOCOL 6.3).
 */
#ifndef SLUIS_CLIENT_GRANT_TOKEN_H
#define SLUIS_CLIENT_GRANT_TOKEN_H

#include "grant.h"
#include "profile.h"

/** sluis_grant_token_keep(profile, grant, token, failure): before the grant is sent: an acknowledged grant has its token. */
SLUIS_MUST_CHECK enum sluis_err sluis_grant_token_keep(struct sluis_profile *profile, const struct sluis_id *grant,
    const struct sluis_grant_token *token, struct sluis_failure *failure);

/** sluis_grant_token_drop(profile, grant): the broker refused the grant. */
void sluis_grant_token_drop(struct sluis_profile *profile, const struct sluis_id *grant);

/**
 * sluis_grant_token_get(profile, grant, hash, ret):
 * The token, when its hash is ${hash}, that of the grant. Errors: SLUIS_ENOTFOUND (recorded by another profile), SLUIS_EHASH.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_grant_token_get(const struct sluis_profile *profile,
    const struct sluis_id *grant, const struct sluis_hash *hash, struct sluis_grant_token *ret);

#endif
