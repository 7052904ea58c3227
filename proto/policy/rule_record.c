/* SPDX-License-Identifier: EUPL-1.2 */
#include "date.h"
#include "view.h"

/* All of ${codes}, at least one, are of ${kind}; ${ret_detail} is the first that is not. */
static bool
are_known(const struct policy_view *v, enum sluis_policy_kind kind, struct sluis_codes codes,
    struct sluis_bytes *ret_detail)
{
	for (size_t i = 0; i < codes.count; i++) {
		*ret_detail = codes.items[i];
		if (sluis_policy_index(&v->policy->kinds[kind], codes.items[i]) == POLICY_NONE)
			return false;
	}
	return codes.count > 0;
}

POLICY_PREDICATE(record_ends_in_time)
{
	(void)at;
	(void)ret_detail;
	return v->now_ms < v->facts->grant.until_ms;
}

/* A day in the month would betray the birthday: only the first of a month is taken. */
POLICY_PREDICATE(record_band_is_month)
{
	const int64_t until_ms = v->facts->grant.band_until_ms;

	(void)at;
	*ret_detail = v->facts->grant.band;
	return until_ms == 0 || sluis_policy_date_is_month_start(until_ms);
}

POLICY_PREDICATE(record_method_is_known)
{
	const struct sluis_codes method = { .items = &v->facts->grant.method, .count = 1 };

	(void)at;
	return are_known(v, SLUIS_KIND_METHOD, method, ret_detail);
}

/* A former text counts for what was recorded with it, not for what is recorded now. */
POLICY_PREDICATE(record_text_is_present)
{
	(void)at;
	*ret_detail = v->facts->grant.text;
	return sluis_bytes_equal(v->policy->consent_version, v->facts->grant.text);
}

POLICY_PREDICATE(record_purposes_are_known)
{
	(void)at;
	return are_known(v, SLUIS_KIND_PURPOSE, v->facts->grant.purposes, ret_detail);
}

POLICY_PREDICATE(record_categories_are_known)
{
	(void)at;
	return are_known(v, SLUIS_KIND_CATEGORY, v->facts->grant.categories, ret_detail);
}

POLICY_PREDICATE(record_receivers_are_known)
{
	const struct sluis_grant_facts *grant = &v->facts->grant;

	(void)at;
	for (size_t i = 0; i < grant->to_count; i++) {
		*ret_detail = grant->to[i].organisation;
		if (grant->to[i].organisation.len == 0)
			return false;
		if (grant->to[i].roles.count > 0 &&
		    !are_known(v, SLUIS_KIND_ROLE, grant->to[i].roles, ret_detail))
			return false;
	}
	return grant->to_count > 0;
}

POLICY_PREDICATE(record_term_fits)
{
	const struct sluis_grant_facts *grant = &v->facts->grant;
	int64_t term_ms;

	(void)at;
	(void)ret_detail;
	return !__builtin_sub_overflow(grant->until_ms, grant->valid_from_ms, &term_ms) &&
	       term_ms > 0 && term_ms <= v->policy->limits.grant_max_ms;
}
