/* SPDX-License-Identifier: EUPL-1.2 */
#include "grant_token.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "hash.h"

enum { NAME_BYTES = sizeof("tokens/") + 2 * SLUIS_ID_BYTES };

static void
file_name(const struct sluis_id *grant, char ret[static NAME_BYTES])
{
	memcpy(ret, "tokens/", sizeof("tokens/"));
	sluis_hex(grant->bytes, sizeof(grant->bytes), ret + sizeof("tokens/") - 1);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_grant_token_keep(struct sluis_profile *profile, const struct sluis_id *grant,
    const struct sluis_grant_token *token, struct sluis_failure *failure)
{
	char name[NAME_BYTES];

	file_name(grant, name);
	return sluis_profile_write(profile, name, sluis_bytes(token->bytes, sizeof(token->bytes)), failure);
}

void
sluis_grant_token_drop(struct sluis_profile *profile, const struct sluis_id *grant)
{
	char name[NAME_BYTES];

	file_name(grant, name);
	/* Left behind it opens nothing: the broker has no such grant. */
	if (sluis_profile_remove(profile, name) != SLUIS_OK)
		return;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_grant_token_get(const struct sluis_profile *profile, const struct sluis_id *grant,
    const struct sluis_hash *hash, struct sluis_grant_token *ret)
{
	SLUIS_AUTO(sluis_grant_token_wipe) struct sluis_grant_token token = { { 0 } };
	SLUIS_AUTO(sluis_freep) void *owned = NULL;
	struct sluis_bytes bytes;
	struct sluis_hash got;
	char name[NAME_BYTES];
	bool is_token;

	file_name(grant, name);
	SLUIS_TRY(sluis_profile_read(profile, name, sizeof(token.bytes), &bytes));
	memcpy(&owned, &bytes.data, sizeof(owned));
	is_token = bytes.len == sizeof(token.bytes);
	if (is_token)
		memcpy(token.bytes, bytes.data, sizeof(token.bytes));
	sodium_memzero(owned, bytes.len);
	got = sluis_grant_token_hash(&token);
	if (!is_token || !sluis_hash_equal(&got, hash))
		return SLUIS_EHASH;
	*ret = token;
	return SLUIS_OK;
}
