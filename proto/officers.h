/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * officers - the privacy officers in charge of what an organisation did: one answer for broker and clients.
 *
 * Pure. Source: PROTOCOL 6.6, 6.7; domain, `justification`.
 */
#ifndef SLUIS_OFFICERS_H
#define SLUIS_OFFICERS_H

#include "directory.h"
#include "limits.h"
#include "policy/policy.h"

/** Officers in force at one moment, in order of the log; views into the directory. */
struct sluis_officers {
	const struct sluis_member *members[SLUIS_RECIPIENTS_MAX];
	size_t count;
	bool is_own; /* of the organisation itself; else of the federation body */
};

/**
 * sluis_officers_in_charge(directory, policy, organisation, now_ms, ret):
 * The members of ${organisation} in force at ${now_ms} with a role that the policy calls an officer's; where it has
 * none, those of the federation body; at most SLUIS_RECIPIENTS_MAX. O(members).
 */
void sluis_officers_in_charge(const struct sluis_directory *directory, const struct sluis_policy *policy,
    struct sluis_bytes organisation, int64_t now_ms, struct sluis_officers *ret);

/** sluis_officers_have(officers, handle): ${handle} is one of them. */
bool sluis_officers_have(const struct sluis_officers *officers, struct sluis_bytes handle);

#endif
