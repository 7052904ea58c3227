/* SPDX-License-Identifier: EUPL-1.2 */
#include "view.h"

static const struct sluis_recipient_facts *
recipient_at(const struct policy_view *v, struct policy_place at)
{
	return &v->facts->recipients[at.recipient];
}

/* Rows of the purpose in this step. In a request the sides are turned: who asks would receive. */
static bool
row_fits(const struct policy_view *v, const struct policy_row *row)
{
	return row->purpose == v->purpose && sluis_policy_mask_has(row->steps, v->step);
}

static uint64_t
side_of_actor(const struct policy_view *v, const struct policy_row *row)
{
	return v->mode == POLICY_MODE_REQUEST ? row->to : row->from;
}

static uint64_t
side_of_others(const struct policy_view *v, const struct policy_row *row)
{
	return v->mode == POLICY_MODE_REQUEST ? row->from : row->to;
}

bool
sluis_policy_row_is_for_actor(const struct policy_view *v, const struct policy_row *row)
{
	return row_fits(v, row) && sluis_policy_mask_has(side_of_actor(v, row), v->sender_role);
}

const struct policy_row *
sluis_policy_row_at(const struct policy_view *v, struct policy_place at)
{
	for (size_t i = 0; i < v->policy->row_count; i++) {
		const struct policy_row *row = &v->policy->rows[i];

		if (sluis_policy_row_is_for_actor(v, row) &&
		    sluis_policy_mask_has(side_of_others(v, row), at.role))
			return row;
	}
	return NULL;
}

POLICY_PREDICATE(purpose_is_known)
{
	(void)at;
	*ret_detail = v->act->purpose;
	return v->purpose != POLICY_NONE;
}

POLICY_PREDICATE(purpose_fits_step)
{
	(void)at;
	*ret_detail = v->act->purpose;
	for (size_t i = 0; i < v->policy->row_count; i++)
		if (row_fits(v, &v->policy->rows[i]))
			return true;
	return false;
}

POLICY_PREDICATE(role_sends)
{
	(void)at;
	*ret_detail = v->act->purpose;
	for (size_t i = 0; i < v->policy->row_count; i++)
		if (sluis_policy_row_is_for_actor(v, &v->policy->rows[i]))
			return true;
	return false;
}

POLICY_PREDICATE(receiver_count_fits)
{
	const size_t count = v->facts->recipient_count;

	(void)at;
	(void)ret_detail;
	if (v->mode == POLICY_MODE_PLAIN && v->of->members == POLICY_MEMBERS_NONE)
		return true;
	if (count == 0)
		return v->of->of_case == POLICY_CASE_NEW;
	return count <= (size_t)v->policy->limits.recipients_max;
}

/* Acts that name members without asking anything of them let the others pass. */
static bool
members_are(const struct policy_view *v, enum policy_act_members members)
{
	return v->mode == POLICY_MODE_PLAIN && v->of->members == members;
}

POLICY_PREDICATE(receiver_is_active)
{
	const struct sluis_recipient_facts *r = recipient_at(v, at);

	(void)ret_detail;
	if (members_are(v, POLICY_MEMBERS_NONE) || members_are(v, POLICY_MEMBERS_NAMED) ||
	    members_are(v, POLICY_MEMBERS_LEAVING))
		return true;
	if (r->kind != SLUIS_RECIPIENT_MEMBER)
		return v->mode == POLICY_MODE_MESSAGE; /* judged as a recovery key, below */
	return r->member.is_active && r->member.is_certificate_valid;
}

POLICY_PREDICATE(receiver_is_on_case)
{
	const struct sluis_recipient_facts *r = recipient_at(v, at);

	(void)ret_detail;
	if (v->mode == POLICY_MODE_PLAIN)
		return r->is_on_case || (v->of->members != POLICY_MEMBERS_ON_CASE &&
		                            v->of->members != POLICY_MEMBERS_LEAVING);
	if (r->is_on_case || r->kind != SLUIS_RECIPIENT_MEMBER)
		return true;
	return v->mode != POLICY_MODE_REQUEST &&
	       (v->policy->purposes_off_case[v->purpose] ||
	           sluis_policy_gets_only_secrets(v, at.recipient));
}

POLICY_PREDICATE(receiver_is_new)
{
	(void)ret_detail;
	return v->of->members != POLICY_MEMBERS_JOINING || !recipient_at(v, at)->is_on_case;
}

POLICY_PREDICATE(receiver_may_join)
{
	(void)ret_detail;
	if (v->of->to != UINT64_MAX && (v->recipient_roles[at.recipient] & v->of->to) == 0)
		return false;
	if (v->of->members != POLICY_MEMBERS_JOINING)
		return true;
	for (int i = 0; i < POLICY_MASK_CODES_MAX; i++)
		if (sluis_policy_mask_has(v->recipient_roles[at.recipient], i) &&
		    v->policy->roles[i].may_join)
			return true;
	return false;
}

POLICY_PREDICATE(role_receives)
{
	(void)ret_detail;
	return sluis_policy_row_at(v, at) != NULL || sluis_policy_gets_only_secrets(v, at.recipient);
}

POLICY_PREDICATE(receiver_is_not_shielded)
{
	(void)ret_detail;
	if (v->mode == POLICY_MODE_PLAIN && v->of->members != POLICY_MEMBERS_JOINING &&
	    v->of->members != POLICY_MEMBERS_ON_CASE)
		return true;
	return !recipient_at(v, at)->is_shielded;
}

/* An organisation's recovery key may stand only beside a member of it, in each of its sections. */
static bool
is_beside_member(const struct policy_view *v, int recipient, int section)
{
	const uint64_t beside = sluis_policy_section_recipients(v, section) & v->members;

	for (int i = 0; i < POLICY_PLACES_MAX; i++)
		if (sluis_policy_mask_has(beside, i) &&
		    sluis_policy_same(v->facts->recipients[i].member.organisation,
		        v->facts->recipients[recipient].member.organisation))
			return true;
	return false;
}

POLICY_PREDICATE(recovery_is_beside_member)
{
	const struct sluis_recipient_facts *r = recipient_at(v, at);

	*ret_detail = r->member.organisation;
	if (r->kind == SLUIS_RECIPIENT_MEMBER)
		return true;
	if (r->kind != SLUIS_RECIPIENT_RECOVERY || !v->policy->limits.uses_recovery)
		return false;
	for (int j = 0; j < POLICY_PLACES_MAX; j++)
		if (sluis_policy_mask_has(v->sections, j) &&
		    sluis_policy_mask_has(sluis_policy_section_recipients(v, j), at.recipient) &&
		    !is_beside_member(v, at.recipient, j))
			return false;
	return true;
}
