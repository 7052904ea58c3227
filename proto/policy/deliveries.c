/* SPDX-License-Identifier: EUPL-1.2 */
#include "view.h"

/* The sections that a member may have in one role: bit j = section j. */
static uint64_t
sections_for_role(const struct policy_view *v, int recipient, int role)
{
	const bool is_for_secrets = v->facts->recipients[recipient].is_for_secrets;
	uint64_t sections = 0;

	for (int j = 0; j < POLICY_PLACES_MAX; j++) {
		const struct policy_place at = { .section = j, .recipient = recipient, .role = role };

		if (sluis_policy_mask_has(v->sections, j) && v->category[j] != POLICY_NONE &&
		    (!is_for_secrets || sluis_policy_is_officers_only(v, j)) &&
		    sluis_policy_may_have(v, at))
			sections |= sluis_policy_bit(j);
	}
	return sections;
}

static int
count_bits(uint64_t mask)
{
	int count = 0;

	for (; mask != 0; mask &= mask - 1)
		count++;
	return count;
}

/* Those of the role that gives it most; of several the first in policy order. */
static uint64_t
sections_for_member(const struct policy_view *v, int recipient)
{
	uint64_t best = 0;

	for (int role = 0; role < POLICY_MASK_CODES_MAX; role++) {
		uint64_t sections;

		if (!sluis_policy_mask_has(v->recipient_roles[recipient], role))
			continue;
		sections = sections_for_role(v, recipient, role);
		if (count_bits(sections) > count_bits(best))
			best = sections;
	}
	return best;
}

/* A recovery key goes where a member of its organisation goes. */
static uint64_t
add_recovery(const struct policy_view *v, uint64_t members)
{
	const struct sluis_recipient_facts *r = v->facts->recipients;
	uint64_t all = members;

	for (int i = 0; i < POLICY_PLACES_MAX; i++) {
		if (!sluis_policy_mask_has(v->recipients & ~v->members, i))
			continue;
		for (int m = 0; m < POLICY_PLACES_MAX; m++)
			if (sluis_policy_mask_has(members, m) &&
			    sluis_policy_same(r[m].member.organisation, r[i].member.organisation))
				all |= sluis_policy_bit(i);
	}
	return all;
}

/* Sections that nobody may have are offered to every member that was named, so that the verdict says why not. */
static uint64_t
members_named(const struct policy_view *v)
{
	uint64_t named = v->members;

	for (int i = 0; i < POLICY_PLACES_MAX; i++)
		if (sluis_policy_mask_has(v->members, i) && v->facts->recipients[i].is_for_secrets)
			named &= ~sluis_policy_bit(i);
	return named;
}

static void
assign(const struct policy_view *v, struct sluis_section_act *work, uint64_t *ret_recipients)
{
	const size_t count = v->act->section_count;
	const uint64_t named = members_named(v);
	uint64_t sections[POLICY_PLACES_MAX] = { 0 };

	for (int i = 0; i < POLICY_PLACES_MAX; i++)
		if (sluis_policy_mask_has(v->members, i))
			sections[i] = sections_for_member(v, i);
	for (size_t j = 0; j < count; j++) {
		uint64_t members = 0;

		for (int i = 0; j < POLICY_PLACES_MAX && i < POLICY_PLACES_MAX; i++)
			if (sluis_policy_mask_has(sections[i], (int)j))
				members |= sluis_policy_bit(i);
		ret_recipients[j] = add_recovery(v, members);
		work[j] = v->act->sections[j];
		work[j].recipients = members == 0 ? named : ret_recipients[j];
		work[j].stanza_count = (uint32_t)count_bits(work[j].recipients);
	}
}

/* Assign as seen from one sender role, and decide what came out. */
static struct sluis_verdict
try_role(struct policy_view *v, int role, struct sluis_section_act *work, uint64_t *ret_recipients)
{
	struct sluis_act assigned = *v->act;

	sluis_policy_view_try(v, role);
	assign(v, work, ret_recipients);
	assigned.sections = work;
	if (role != POLICY_NONE)
		assigned.sender_role = v->policy->kinds[SLUIS_KIND_ROLE].codes.items[role];
	return sluis_policy_decide(v->policy, v->facts, &assigned, v->now_ms);
}

struct sluis_verdict
sluis_policy_deliveries(const struct sluis_policy *policy, const struct sluis_facts *facts,
    const struct sluis_act *act, int64_t now_ms, struct sluis_section_act *work,
    uint64_t *ret_recipients)
{
	struct sluis_verdict best;
	struct policy_view v;
	int best_role;

	sluis_policy_view_init(policy, facts, act, now_ms, false, &v);
	best_role = sluis_policy_first_role(v.sender_roles);
	best = try_role(&v, best_role, work, ret_recipients);
	for (int role = best_role + 1; role < POLICY_MASK_CODES_MAX; role++) {
		struct sluis_verdict verdict;

		if (best.outcome == SLUIS_PERMIT)
			return best;
		if (!sluis_policy_mask_has(v.sender_roles, role))
			continue;
		verdict = try_role(&v, role, work, ret_recipients);
		if (verdict.outcome == SLUIS_PERMIT || verdict.rule > best.rule) {
			best = verdict;
			best_role = role;
		}
	}
	(void)try_role(&v, best_role, work, ret_recipients);
	return best;
}
