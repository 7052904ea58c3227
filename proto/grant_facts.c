/* SPDX-License-Identifier: EUPL-1.2 */
#include "grant_facts.h"

#include "grant.h"
#include "limits.h"

static enum sluis_err
codes_of(const ProtobufCBinaryData *list, size_t n, struct sluis_arena *arena, struct sluis_codes *ret)
{
	struct sluis_bytes *codes = sluis_arena_alloc(arena, (n + 1) * sizeof(*codes));

	if (codes == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < n; i++)
		codes[i] = sluis_of(list[i]);
	*ret = (struct sluis_codes){ .items = codes, .count = n };
	return SLUIS_OK;
}

/* A giver counted twice stands twice in the list: authority, authority. */
static enum sluis_err
givers_of(const Sluis__Grant *grant, struct sluis_arena *arena, struct sluis_grant_facts *ret)
{
	size_t n = 0, at = 0;
	struct sluis_bytes *givers;

	for (size_t i = 0; i < grant->n_givers; i++)
		n += grant->givers[i]->giver_number;
	if (n > SLUIS_CODES_MAX)
		return SLUIS_ETOOBIG;
	givers = sluis_arena_alloc(arena, (n + 1) * sizeof(*givers));
	if (givers == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < grant->n_givers; i++) {
		for (uint32_t k = 0; k < grant->givers[i]->giver_number; k++)
			givers[at++] = sluis_of(grant->givers[i]->role_code);
	}
	ret->givers = (struct sluis_codes){ .items = givers, .count = n };
	if (grant->n_givers > 0)
		ret->method = sluis_of(grant->givers[0]->method_code);
	return SLUIS_OK;
}

static enum sluis_err
receivers_of(const Sluis__Grant *grant, struct sluis_arena *arena, struct sluis_grant_facts *ret)
{
	struct sluis_grant_receiver *to =
	    sluis_arena_alloc(arena, (grant->n_receivers + 1) * sizeof(*to));

	if (to == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < grant->n_receivers; i++) {
		const Sluis__GrantReceiver *r = grant->receivers[i];

		to[i].organisation = sluis_of(r->organisation_handle);
		SLUIS_TRY(codes_of(r->role_codes, r->n_role_codes, arena, &to[i].roles));
	}
	ret->to = to;
	ret->to_count = grant->n_receivers;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_grant_facts_of(const Sluis__Grant *grant, struct sluis_arena *arena, struct sluis_grant_facts *ret)
{
	ret->band = sluis_of(grant->band_code);
	if (grant->exception != NULL) {
		ret->exception = sluis_of(grant->exception->exception_code);
		ret->is_assessed = true;
	}
	ret->authority_count = grant->authority_count;
	ret->text = sluis_of(grant->text_code);
	ret->is_criminal = grant->criminal_number == SLUIS_GRANT_CRIMINAL;
	ret->valid_from_ms = (int64_t)grant->from_ms;
	ret->until_ms = (int64_t)grant->until_ms;
	ret->band_until_ms = grant->band_until == NULL ? 0 : (int64_t)grant->band_until->until_ms;
	SLUIS_TRY(givers_of(grant, arena, ret));
	SLUIS_TRY(receivers_of(grant, arena, ret));
	SLUIS_TRY(codes_of(grant->purpose_codes, grant->n_purpose_codes, arena, &ret->purposes));
	return codes_of(grant->category_codes, grant->n_category_codes, arena, &ret->categories);
}
