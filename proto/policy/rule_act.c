/* SPDX-License-Identifier: EUPL-1.2 */
#include "view.h"

/* Does the act name at least one member, and only such as ${is_such} says? */
static bool
names_only(const struct policy_view *v,
    bool (*is_such)(const struct sluis_member_facts *actor, const struct sluis_member_facts *named))
{
	for (size_t i = 0; i < v->facts->recipient_count; i++)
		if (!is_such(v->actor, &v->facts->recipients[i].member))
			return false;
	return v->facts->recipient_count > 0;
}

static bool
is_oneself(const struct sluis_member_facts *actor, const struct sluis_member_facts *named)
{
	return sluis_policy_same(actor->handle, named->handle);
}

static bool
is_colleague(const struct sluis_member_facts *actor, const struct sluis_member_facts *named)
{
	return sluis_policy_same(actor->organisation, named->organisation);
}

/* Which of the conditions of `who` hold. */
static uint32_t
who_holds(const struct policy_view *v)
{
	const struct sluis_facts *f = v->facts;
	uint32_t who = 0;

	who |= f->of_case.is_sender_on_case ? POLICY_WHO_ON_CASE : 0;
	who |= sluis_policy_same(v->actor->handle, f->of_case.opener) ? POLICY_WHO_OPENER : 0;
	who |= sluis_policy_same(v->actor->handle, f->object.author) ? POLICY_WHO_AUTHOR : 0;
	who |= sluis_policy_same(v->actor->organisation, f->object.author_organisation)
	           ? POLICY_WHO_AUTHOR_ORGANISATION
	           : 0;
	who |= f->object.is_addressee ? POLICY_WHO_ADDRESSEE : 0;
	who |= f->has_token ? POLICY_WHO_TOKEN : 0;
	who |= v->actor->is_federation_body ? POLICY_WHO_FEDERATION_BODY : 0;
	who |= names_only(v, is_oneself) ? POLICY_WHO_ONESELF : 0;
	who |= names_only(v, is_colleague) ? POLICY_WHO_OWN_ORGANISATION : 0;
	return who;
}

/* A bearer of a token is no member: only the lines for tokens are for it. */
static bool
line_is_for(const struct policy_view *v, const struct policy_allow *line)
{
	if (v->facts->has_token != ((line->who & POLICY_WHO_TOKEN) != 0))
		return false;
	return line->roles == UINT64_MAX || (line->roles & v->actor_roles) != 0;
}

static bool
has_line(const struct policy_view *v)
{
	for (size_t i = 0; v->of != NULL && i < v->of->allow_count; i++)
		if (line_is_for(v, &v->of->allow[i]))
			return true;
	return false;
}

static bool
is_bearer(const struct policy_view *v)
{
	return v->facts->has_token && has_line(v);
}

/* Some line of the act holds by what makes the thing known to the actor without the case. */
static bool
knows_object(const struct policy_view *v)
{
	const uint32_t who = who_holds(v);

	for (size_t i = 0; i < v->of->allow_count; i++) {
		const struct policy_allow *line = &v->of->allow[i];

		if ((line->who & POLICY_WHO_KNOWS) != 0 && (line->who & ~who) == 0 &&
		    line_is_for(v, line))
			return true;
	}
	return false;
}

POLICY_PREDICATE(actor_is_active)
{
	(void)at;
	*ret_detail = v->actor->handle;
	return v->actor->is_active || is_bearer(v);
}

POLICY_PREDICATE(actor_has_certificate)
{
	(void)at;
	*ret_detail = v->actor->organisation;
	return v->actor->is_certificate_valid || is_bearer(v);
}

POLICY_PREDICATE(act_fits_role)
{
	(void)at;
	(void)ret_detail;
	return has_line(v);
}

POLICY_PREDICATE(case_is_found)
{
	(void)at;
	(void)ret_detail;
	if (v->of->of_case == POLICY_CASE_NONE || v->of->of_case == POLICY_CASE_NEW)
		return true;
	if (!v->facts->of_case.exists)
		return false;
	return v->mode == POLICY_MODE_RELEASE || v->facts->of_case.is_sender_on_case ||
	       (v->of->is_off_case && knows_object(v));
}

POLICY_PREDICATE(object_is_found)
{
	(void)at;
	(void)ret_detail;
	if (!v->of->has_object)
		return true;
	if (!v->facts->object.is_found)
		return false;
	if (v->mode == POLICY_MODE_RELEASE)
		return v->facts->object.is_addressee;
	return (v->of->of_case != POLICY_CASE_NONE && v->facts->of_case.is_sender_on_case) ||
	       knows_object(v);
}

POLICY_PREDICATE(grant_is_found)
{
	(void)at;
	(void)ret_detail;
	return !v->facts->grant.is_named || v->facts->grant.is_found;
}

POLICY_PREDICATE(case_is_new)
{
	(void)at;
	(void)ret_detail;
	return v->of->of_case != POLICY_CASE_NEW || !v->facts->of_case.exists;
}

static bool
is_closed(const struct policy_view *v)
{
	return v->step != POLICY_NONE && v->policy->steps[v->step].is_closed;
}

/* A purpose may be lawful after closing (rights, safety): then some row names that step. */
POLICY_PREDICATE(case_is_open)
{
	struct sluis_bytes purpose;

	*ret_detail = v->facts->of_case.step;
	if (!is_closed(v))
		return true;
	if (v->mode == POLICY_MODE_MESSAGE && !sluis_policy_purpose_fits_step(v, at, &purpose))
		return false;
	return v->of->of_case != POLICY_CASE_OPEN;
}

POLICY_PREDICATE(case_is_closed)
{
	(void)at;
	*ret_detail = v->facts->of_case.step;
	return v->of->of_case != POLICY_CASE_CLOSED || is_closed(v);
}

/* The first line of the act that holds in every respect; NULL: none. */
static const struct policy_allow *
line_that_holds(const struct policy_view *v)
{
	const uint32_t who = who_holds(v);

	for (size_t i = 0; i < v->of->allow_count; i++) {
		const struct policy_allow *line = &v->of->allow[i];

		if ((line->who & ~who) == 0 && line_is_for(v, line) &&
		    (line->steps == UINT64_MAX || sluis_policy_mask_has(line->steps, v->step)))
			return line;
	}
	return NULL;
}

int
sluis_policy_acting_role(const struct policy_view *v)
{
	return sluis_policy_first_role(line_that_holds(v)->roles & v->actor_roles);
}

POLICY_PREDICATE(act_fits_condition)
{
	(void)at;
	(void)ret_detail;
	return line_that_holds(v) != NULL;
}

POLICY_PREDICATE(step_is_next)
{
	const int to = sluis_policy_index(&v->policy->kinds[SLUIS_KIND_STEP], v->act->step);

	(void)at;
	*ret_detail = v->act->step;
	if (!v->of->moves)
		return true;
	if (v->step != POLICY_NONE && to == v->step)
		return sluis_policy_act_stays(v);
	return v->step != POLICY_NONE && sluis_policy_mask_has(v->policy->steps[v->step].next, to);
}

POLICY_PREDICATE(message_is_kept)
{
	(void)at;
	(void)ret_detail;
	return !v->facts->object.is_erased;
}

POLICY_PREDICATE(message_stands)
{
	(void)at;
	(void)ret_detail;
	return !v->facts->object.is_withdrawn;
}

POLICY_PREDICATE(message_is_free)
{
	(void)at;
	(void)ret_detail;
	return !v->facts->object.is_frozen;
}
