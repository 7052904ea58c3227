/* SPDX-License-Identifier: EUPL-1.2 */
#include "view.h"

static int
index_of(const struct sluis_policy *policy, enum sluis_policy_kind kind, struct sluis_bytes code)
{
	return sluis_policy_index(&policy->kinds[kind], code);
}

/* Roles that the policy does not know count for nothing. */
static uint64_t
role_mask(const struct sluis_policy *policy, struct sluis_codes roles)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < roles.count; i++)
		mask |= sluis_policy_bit(index_of(policy, SLUIS_KIND_ROLE, roles.items[i]));
	return mask;
}

static uint64_t
first_bits(size_t count)
{
	return count >= POLICY_PLACES_MAX ? UINT64_MAX : (UINT64_C(1) << count) - 1;
}

static void
look_up_act(struct policy_view *v, bool is_release)
{
	const int index = index_of(v->policy, SLUIS_KIND_ACT, v->act->code);

	if (is_release)
		v->of = v->policy->release_act;
	else if (index != POLICY_NONE)
		v->of = &v->policy->acts[index];
	v->mode = v->of != NULL ? (enum policy_mode)(1u << v->of->kind) : POLICY_MODE_PLAIN;
}

static void
look_up_codes(struct policy_view *v)
{
	const int ground = index_of(v->policy, SLUIS_KIND_GROUND, v->act->ground);
	const bool is_release = v->mode == POLICY_MODE_RELEASE;

	v->ground = ground != POLICY_NONE ? &v->policy->grounds[ground] : NULL;
	v->retention = sluis_policy_retention(v->policy, v->act->retention);
	v->purpose = index_of(v->policy, SLUIS_KIND_PURPOSE, v->act->purpose);
	v->step = index_of(v->policy, SLUIS_KIND_STEP,
	    is_release ? v->act->step : v->facts->of_case.step);
	v->regime = index_of(v->policy, SLUIS_KIND_REGIME, v->facts->sender.regime);
}

/* At release only the receiver that asks and its sections are judged. */
static void
look_up_recipients(struct policy_view *v)
{
	v->recipients = first_bits(v->facts->recipient_count);
	if (v->mode == POLICY_MODE_RELEASE)
		v->recipients &= v->act->receiver < POLICY_PLACES_MAX
		                     ? UINT64_C(1) << v->act->receiver
		                     : 0;
	for (int i = 0; i < POLICY_PLACES_MAX; i++) {
		if (!sluis_policy_mask_has(v->recipients, i))
			continue;
		v->recipient_roles[i] = role_mask(v->policy, v->facts->recipients[i].member.roles);
		if (v->facts->recipients[i].kind == SLUIS_RECIPIENT_MEMBER)
			v->members |= sluis_policy_bit(i);
	}
}

static void
look_up_sections(struct policy_view *v)
{
	const uint64_t given = first_bits(v->act->section_count);

	for (int j = 0; j < POLICY_PLACES_MAX; j++) {
		uint64_t recipients;

		if (!sluis_policy_mask_has(given, j))
			continue;
		recipients = sluis_policy_section_recipients(v, j);
		if (v->mode == POLICY_MODE_RELEASE && recipients == 0)
			continue;
		v->sections |= sluis_policy_bit(j);
		v->category[j] =
		    index_of(v->policy, SLUIS_KIND_CATEGORY, v->act->sections[j].category);
		if (recipients != 0)
			v->present |= sluis_policy_bit(v->category[j]);
	}
}

static void
look_up_actor(struct policy_view *v)
{
	static const struct sluis_member_facts NOBODY;

	v->actor = &v->facts->sender;
	if (v->mode == POLICY_MODE_RELEASE)
		v->actor = v->recipients != 0 ? &v->facts->recipients[v->act->receiver].member
		                              : &NOBODY;
	v->actor_roles = role_mask(v->policy, v->actor->roles);
}

/* At release the role is the one of acceptance; before, the act may name one, or leave it to the order. */
static void
look_up_sender_roles(struct policy_view *v)
{
	const uint64_t given =
	    sluis_policy_bit(index_of(v->policy, SLUIS_KIND_ROLE, v->act->sender_role));

	if (v->mode == POLICY_MODE_RELEASE)
		v->sender_roles = given;
	else
		v->sender_roles =
		    v->act->sender_role.len > 0 ? v->actor_roles & given : v->actor_roles;
}

void
sluis_policy_view_init(const struct sluis_policy *policy, const struct sluis_facts *facts,
    const struct sluis_act *act, int64_t now_ms, bool is_release, struct policy_view *ret)
{
	*ret = (struct policy_view){
		.policy = policy, .facts = facts, .act = act, .now_ms = now_ms
	};
	look_up_act(ret, is_release);
	look_up_codes(ret);
	look_up_recipients(ret);
	look_up_sections(ret);
	look_up_actor(ret);
	look_up_sender_roles(ret);
	sluis_policy_view_try(ret, POLICY_NONE);
}

void
sluis_policy_view_try(struct policy_view *v, int sender_role)
{
	v->sender_role = sender_role;
	for (int i = 0; i < POLICY_PLACES_MAX; i++)
		v->roles[i] = v->recipient_roles[i];
}
