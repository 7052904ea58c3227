/* SPDX-License-Identifier: EUPL-1.2 */
#include "view.h"

static const struct sluis_section_act *
section_at(const struct policy_view *v, struct policy_place at)
{
	return &v->act->sections[at.section];
}

static const struct policy_category *
category_at(const struct policy_view *v, struct policy_place at)
{
	return &v->policy->categories[v->category[at.section]];
}

static bool
is_secret_at(const struct policy_view *v, struct policy_place at)
{
	return sluis_policy_is_officers_only(v, at.section);
}

bool
sluis_policy_is_officers_only(const struct policy_view *v, int section)
{
	const int category = v->category[section];

	return category != POLICY_NONE && v->policy->categories[category].open.is_officers_only;
}

uint64_t
sluis_policy_section_recipients(const struct policy_view *v, int section)
{
	return v->mode == POLICY_MODE_REQUEST ? v->recipients
	                                      : v->act->sections[section].recipients & v->recipients;
}

/* Does the purpose list an officers-only category in this step for this sender, or the ground ask it? */
static bool
has_place(const struct policy_view *v, int category)
{
	if (v->ground != NULL && v->ground->open.needs_justification)
		return true;
	for (size_t i = 0; i < v->policy->row_count; i++) {
		const struct policy_row *row = &v->policy->rows[i];

		if (sluis_policy_row_is_for_actor(v, row) &&
		    sluis_policy_mask_has(row->categories, category))
			return true;
	}
	return false;
}

static bool
is_officer(const struct policy_view *v, int recipient)
{
	for (int i = 0; i < POLICY_MASK_CODES_MAX; i++)
		if (sluis_policy_mask_has(v->recipient_roles[recipient], i) &&
		    v->policy->roles[i].is_officer)
			return true;
	return false;
}

/* domain, justification: "sealed to the privacy officers of the sender's organisation (none: of the
 * federation body) and to the sender". */
bool
sluis_policy_may_have_secret(const struct policy_view *v, int recipient)
{
	const struct sluis_recipient_facts *r = &v->facts->recipients[recipient];

	if (sluis_policy_same(r->member.handle, v->facts->sender.handle))
		return true;
	if (!is_officer(v, recipient))
		return false;
	if (sluis_policy_same(r->member.organisation, v->facts->sender.organisation))
		return true;
	return !v->facts->has_sender_officer && r->member.is_federation_body;
}

bool
sluis_policy_gets_only_secrets(const struct policy_view *v, int recipient)
{
	bool gets = false;

	for (int j = 0; j < POLICY_PLACES_MAX; j++) {
		if (!sluis_policy_mask_has(v->sections, j) ||
		    !sluis_policy_mask_has(sluis_policy_section_recipients(v, j), recipient))
			continue;
		if (!sluis_policy_is_officers_only(v, j) || !has_place(v, v->category[j]))
			return false;
		gets = true;
	}
	return gets && sluis_policy_may_have_secret(v, recipient);
}

POLICY_PREDICATE(section_count_fits)
{
	(void)at;
	(void)ret_detail;
	return v->act->section_count > 0 &&
	       v->act->section_count <= (size_t)v->policy->limits.sections_max;
}

POLICY_PREDICATE(section_has_receiver)
{
	const uint64_t recipients = section_at(v, at)->recipients;

	(void)ret_detail;
	return recipients != 0 && (recipients & ~v->recipients) == 0;
}

POLICY_PREDICATE(category_is_known)
{
	(void)ret_detail;
	return v->category[at.section] != POLICY_NONE;
}

POLICY_PREDICATE(category_is_allowed)
{
	const struct policy_row *row = sluis_policy_row_at(v, at);
	const int category = v->category[at.section];

	(void)ret_detail;
	if (is_secret_at(v, at))
		return has_place(v, category);
	return row != NULL && sluis_policy_mask_has(row->categories | row->by_grant, category);
}

/* From here on a section that is no secret has a row: category_is_allowed was asked before. */
POLICY_PREDICATE(category_is_not_limited)
{
	const struct policy_category *category = category_at(v, at);
	const struct policy_row *row = sluis_policy_row_at(v, at);
	const bool is_request = v->mode == POLICY_MODE_REQUEST;
	const int receiver = is_request ? v->sender_role : at.role;

	(void)ret_detail;
	if (is_secret_at(v, at))
		return true;
	if (sluis_policy_mask_has(category->never_to, receiver))
		return false;
	return sluis_policy_mask_has(row->legal_base, v->category[at.section]) ||
	       (sluis_policy_mask_has(category->between, v->sender_role) &&
	           sluis_policy_mask_has(category->between, at.role));
}

/* Cells by grant are empty unless the grant names that role and that category. */
static bool
grant_opens(const struct policy_view *v, struct policy_place at, struct sluis_bytes category)
{
	const struct sluis_grant_facts *grant = &v->facts->grant;
	const struct sluis_bytes role = v->policy->kinds[SLUIS_KIND_ROLE].codes.items[at.role];
	const struct sluis_member_facts *member = &v->facts->recipients[at.recipient].member;

	if (!sluis_policy_uses_grant(v) || !sluis_policy_codes_have(grant->categories, category))
		return false;
	for (size_t i = 0; i < grant->to_count; i++)
		if (sluis_policy_same(grant->to[i].organisation, member->organisation) &&
		    sluis_policy_codes_have(grant->to[i].roles, role))
			return true;
	return false;
}

POLICY_PREDICATE(category_is_granted)
{
	const struct policy_row *row = sluis_policy_row_at(v, at);

	(void)ret_detail;
	return is_secret_at(v, at) ||
	       sluis_policy_mask_has(row->categories, v->category[at.section]) ||
	       grant_opens(v, at, section_at(v, at)->category);
}

POLICY_PREDICATE(category_is_not_shielded)
{
	(void)ret_detail;
	return !sluis_policy_codes_have(v->facts->recipients[at.recipient].shielded,
	    section_at(v, at)->category);
}

POLICY_PREDICATE(officer_receives)
{
	(void)ret_detail;
	return !is_secret_at(v, at) || (v->mode != POLICY_MODE_REQUEST &&
	                                   sluis_policy_may_have_secret(v, at.recipient));
}

/* Who judges afterwards must be able to read it: every officer whom it is for. */
POLICY_PREDICATE(officers_all_receive)
{
	const uint64_t recipients = sluis_policy_section_recipients(v, at.section);
	size_t count = 0;

	(void)ret_detail;
	for (int i = 0; i < POLICY_PLACES_MAX; i++)
		if (sluis_policy_mask_has(recipients, i) && is_officer(v, i))
			count++;
	return !is_secret_at(v, at) || count >= v->facts->officer_count;
}

POLICY_PREDICATE(criminal_is_allowed)
{
	(void)ret_detail;
	return !section_at(v, at)->is_criminal ||
	       sluis_policy_mask_has(v->policy->criminal_to, at.role);
}

/* Required means: present in the message, not: for every receiver. */
POLICY_PREDICATE(required_is_present)
{
	const struct policy_row *row = sluis_policy_row_at(v, at);

	if (row == NULL)
		return true;
	for (size_t i = 0; i < row->open.required.count; i++) {
		const struct sluis_bytes code = row->open.required.items[i];
		const int index = sluis_policy_index(&v->policy->kinds[SLUIS_KIND_CATEGORY], code);

		*ret_detail = code;
		if (!sluis_policy_mask_has(v->present, index))
			return false;
	}
	return true;
}

POLICY_PREDICATE(receiver_gets_something)
{
	(void)ret_detail;
	for (int j = 0; j < POLICY_PLACES_MAX; j++)
		if (sluis_policy_mask_has(v->sections, j) &&
		    sluis_policy_mask_has(sluis_policy_section_recipients(v, j), at.recipient))
			return true;
	return false;
}

POLICY_PREDICATE(about_is_known)
{
	const struct sluis_bytes about = section_at(v, at)->about;

	if (about.len == 0)
		return !category_at(v, at)->open.needs_about;
	*ret_detail = about;
	return sluis_policy_index(&v->policy->kinds[SLUIS_KIND_CATEGORY], about) != POLICY_NONE;
}

/* What an attachment is about, its receiver must be allowed to have too: else it is a way around. */
POLICY_PREDICATE(about_is_allowed)
{
	const struct sluis_bytes about = section_at(v, at)->about;
	const struct policy_row *row = sluis_policy_row_at(v, at);
	const int index = sluis_policy_index(&v->policy->kinds[SLUIS_KIND_CATEGORY], about);

	if (about.len == 0 || is_secret_at(v, at))
		return true;
	*ret_detail = about;
	return sluis_policy_mask_has(row->categories, index) ||
	       (sluis_policy_mask_has(row->by_grant, index) && grant_opens(v, at, about));
}

POLICY_PREDICATE(section_size_fits)
{
	(void)ret_detail;
	return section_at(v, at)->size_bytes <= (uint64_t)v->policy->limits.section_max_bytes;
}

POLICY_PREDICATE(message_size_fits)
{
	uint64_t left = (uint64_t)v->policy->limits.message_max_bytes;

	(void)at;
	(void)ret_detail;
	for (size_t j = 0; j < v->act->section_count; j++) {
		if (v->act->sections[j].size_bytes > left)
			return false;
		left -= v->act->sections[j].size_bytes;
	}
	return true;
}

POLICY_PREDICATE(stanza_count_fits)
{
	uint32_t count = 0;

	(void)ret_detail;
	for (uint64_t mask = section_at(v, at)->recipients; mask != 0; mask &= mask - 1)
		count++;
	return count == section_at(v, at)->stanza_count;
}
