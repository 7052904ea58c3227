/* SPDX-License-Identifier: EUPL-1.2 */
#include "officers.h"

static bool
is_officer(const struct sluis_policy *policy, const struct sluis_member *member)
{
	for (size_t i = 0; i < member->n_roles; i++) {
		if (sluis_policy_role_is_officer(policy, member->roles[i]))
			return true;
	}
	return false;
}

static void
gather(const struct sluis_directory *directory, const struct sluis_policy *policy,
    struct sluis_bytes organisation, int64_t now_ms, struct sluis_officers *ret)
{
	const struct sluis_member *member;
	size_t cursor = 0;

	while (ret->count < SLUIS_RECIPIENTS_MAX &&
	    (member = sluis_directory_next_member(directory, &cursor,
		 SLUIS_STANDING_BIT(SLUIS_STANDING_ACTIVE))) != NULL) {
		if (sluis_bytes_equal(member->organisation_handle, organisation) && is_officer(policy, member) &&
		    sluis_directory_in_force(directory, member, now_ms, NULL, NULL) == SLUIS_OK)
			ret->members[ret->count++] = member;
	}
}

void
sluis_officers_in_charge(const struct sluis_directory *directory, const struct sluis_policy *policy,
    struct sluis_bytes organisation, int64_t now_ms, struct sluis_officers *ret)
{
	ret->count = 0;
	gather(directory, policy, organisation, now_ms, ret);
	ret->is_own = ret->count > 0;
	if (!ret->is_own)
		gather(directory, policy, sluis_directory_genesis(directory)->body_handle, now_ms, ret);
}

bool
sluis_officers_have(const struct sluis_officers *officers, struct sluis_bytes handle)
{
	for (size_t i = 0; i < officers->count; i++) {
		if (sluis_bytes_equal(officers->members[i]->handle, handle))
			return true;
	}
	return false;
}
