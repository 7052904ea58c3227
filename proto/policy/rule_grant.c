/* SPDX-License-Identifier: EUPL-1.2 */
#include "view.h"

/*
 * The grant that a message stands on, or that is being recorded. Rules on whom it covers hold for a message
 * only where its ground takes a grant.
 */

static const struct sluis_grant_facts *
grant_of(const struct policy_view *v)
{
	return &v->facts->grant;
}

static bool
is_idle(const struct policy_view *v)
{
	return v->mode != POLICY_MODE_GRANT && !sluis_policy_uses_grant(v);
}

static int
exception_of(const struct policy_view *v)
{
	return sluis_policy_index(&v->policy->kinds[SLUIS_KIND_EXCEPTION], grant_of(v)->exception);
}

static int
band_of(const struct policy_view *v)
{
	return sluis_policy_index(&v->policy->kinds[SLUIS_KIND_BAND], grant_of(v)->band);
}

POLICY_PREDICATE(grant_is_of_case)
{
	(void)at;
	(void)ret_detail;
	return is_idle(v) || grant_of(v)->is_of_case;
}

POLICY_PREDICATE(grant_stands)
{
	(void)at;
	(void)ret_detail;
	return is_idle(v) || !grant_of(v)->is_withdrawn;
}

static bool
covers(struct sluis_codes scope, struct sluis_bytes code)
{
	return scope.count == 0 || sluis_policy_codes_have(scope, code);
}

/* A refusal beats an older grant in its scope; a justification does not stand on the grant. */
POLICY_PREDICATE(grant_is_not_refused)
{
	const struct sluis_grant_facts *grant = grant_of(v);

	(void)ret_detail;
	if (is_idle(v) || sluis_policy_is_officers_only(v, at.section))
		return true;
	for (size_t i = 0; i < grant->refusal_count; i++)
		if (covers(grant->refusals[i].purposes, v->act->purpose) &&
		    covers(grant->refusals[i].categories, v->act->sections[at.section].category))
			return false;
	return true;
}

POLICY_PREDICATE(grant_has_begun)
{
	(void)at;
	(void)ret_detail;
	return is_idle(v) || v->now_ms >= grant_of(v)->valid_from_ms;
}

POLICY_PREDICATE(grant_has_not_expired)
{
	(void)at;
	(void)ret_detail;
	return is_idle(v) || v->now_ms < grant_of(v)->until_ms;
}

/* A year of 366 days: nobody is refused for a leap day. */
#define LONG_YEAR_MS (INT64_C(366) * 24 * 3600 * 1000)

/* Later than the next age limit can be for anybody in this band. */
static bool
is_past_renewal(const struct policy_view *v, const struct sluis_policy_band *band, int64_t until_ms)
{
	return band->needs_until && band->renewal_age != 0 &&
	       sluis_policy_is_beyond(v, until_ms, (band->renewal_age - band->from_age) * LONG_YEAR_MS);
}

/* Renewal at the next age limit: from that day the grant holds no more. */
POLICY_PREDICATE(grant_fits_band)
{
	const int band = band_of(v);
	const int64_t until_ms = grant_of(v)->band_until_ms;
	const struct sluis_policy_band *ages;

	(void)at;
	*ret_detail = grant_of(v)->band;
	if (is_idle(v))
		return true;
	if (band == POLICY_NONE)
		return false;
	ages = &v->policy->bands[band].open;
	if (until_ms == 0)
		return !ages->needs_until;
	return v->now_ms < until_ms && !is_past_renewal(v, ages, until_ms);
}

POLICY_PREDICATE(grant_exception_fits)
{
	const int exception = exception_of(v);
	const struct policy_exception *of;

	(void)at;
	*ret_detail = grant_of(v)->exception;
	if (is_idle(v) || grant_of(v)->exception.len == 0)
		return true;
	if (exception == POLICY_NONE)
		return false;
	of = &v->policy->exceptions[exception];
	return sluis_policy_mask_has(of->bands, band_of(v)) &&
	       (!of->is_assessed || grant_of(v)->is_assessed);
}

/* How many of the grant's givers are, or count as, ${giver}. */
static uint32_t
count_givers(const struct policy_view *v, int giver)
{
	const struct policy_table *table = &v->policy->kinds[SLUIS_KIND_GIVER];
	uint32_t count = 0;

	for (size_t i = 0; i < grant_of(v)->givers.count; i++) {
		const int index = sluis_policy_index(table, grant_of(v)->givers.items[i]);

		if (index == giver)
			count++;
		else if (index != POLICY_NONE && v->policy->givers[index].counts_as == giver)
			count++;
	}
	return count;
}

static bool
is_given_by(const struct policy_view *v, int giver)
{
	const uint32_t count = count_givers(v, giver);

	if (!v->policy->givers[giver].is_counted)
		return count > 0;
	return grant_of(v)->authority_count > 0 && count >= grant_of(v)->authority_count;
}

/* The band says who must give it; a coded exception puts others in their place. */
POLICY_PREDICATE(grant_is_given)
{
	const struct policy_table *table = &v->policy->kinds[SLUIS_KIND_GIVER];
	const int exception = exception_of(v);
	uint64_t needs;

	(void)at;
	if (is_idle(v))
		return true;
	needs = exception != POLICY_NONE ? v->policy->exceptions[exception].needs
	                                 : v->policy->bands[band_of(v)].needs;
	for (size_t i = 0; i < table->codes.count; i++) {
		*ret_detail = table->codes.items[i];
		if (sluis_policy_mask_has(needs, (int)i) && !is_given_by(v, (int)i))
			return false;
	}
	for (size_t i = 0; i < grant_of(v)->givers.count; i++) {
		*ret_detail = grant_of(v)->givers.items[i];
		if (sluis_policy_index(table, *ret_detail) == POLICY_NONE)
			return false;
	}
	return true;
}

POLICY_PREDICATE(grant_text_is_known)
{
	(void)at;
	*ret_detail = grant_of(v)->text;
	return is_idle(v) || sluis_policy_consent_text_is_known(v->policy, grant_of(v)->text);
}

POLICY_PREDICATE(grant_covers_purpose)
{
	(void)at;
	*ret_detail = v->act->purpose;
	return is_idle(v) || sluis_policy_codes_have(grant_of(v)->purposes, v->act->purpose);
}

POLICY_PREDICATE(grant_covers_category)
{
	(void)ret_detail;
	return is_idle(v) || sluis_policy_is_officers_only(v, at.section) ||
	       sluis_policy_codes_have(grant_of(v)->categories,
	           v->act->sections[at.section].category);
}

/* An organisation that is named without roles is covered in all of them. */
POLICY_PREDICATE(grant_covers_receiver)
{
	const struct sluis_grant_facts *grant = grant_of(v);
	const struct sluis_bytes role = v->policy->kinds[SLUIS_KIND_ROLE].codes.items[at.role];
	const struct sluis_member_facts *member = &v->facts->recipients[at.recipient].member;

	(void)ret_detail;
	if (is_idle(v) || sluis_policy_gets_only_secrets(v, at.recipient))
		return true;
	for (size_t i = 0; i < grant->to_count; i++)
		if (sluis_policy_same(grant->to[i].organisation, member->organisation) &&
		    (grant->to[i].roles.count == 0 ||
		        sluis_policy_codes_have(grant->to[i].roles, role)))
			return true;
	return false;
}

POLICY_PREDICATE(grant_covers_criminal)
{
	(void)ret_detail;
	return is_idle(v) || !v->act->sections[at.section].is_criminal || grant_of(v)->is_criminal;
}
