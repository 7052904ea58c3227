/* SPDX-License-Identifier: EUPL-1.2 */
#include "view.h"

/* ${from_ms} and a term from the policy (never negative), at most the end of time. */
static int64_t
after(int64_t from_ms, int64_t term_ms)
{
	int64_t sum_ms;

	return __builtin_add_overflow(from_ms, term_ms, &sum_ms) ? INT64_MAX : sum_ms;
}

static int64_t
grant_end(const struct policy_view *v)
{
	const struct sluis_grant_facts *grant = &v->facts->grant;

	if (!sluis_policy_uses_grant(v))
		return INT64_MAX;
	return grant->band_until_ms == 0 ? grant->until_ms
	                                 : sluis_policy_earlier(grant->until_ms, grant->band_until_ms);
}

int64_t
sluis_policy_expiry(const struct policy_view *v)
{
	int64_t end_ms = sluis_policy_earlier(grant_end(v), sluis_policy_ground_end(v));

	if (v->mode == POLICY_MODE_RELEASE)
		return sluis_policy_earlier(end_ms, v->act->expires_ms);
	if (v->act->expires_ms != 0)
		end_ms = sluis_policy_earlier(end_ms, v->act->expires_ms);
	if (v->mode == POLICY_MODE_REQUEST)
		return sluis_policy_earlier(end_ms, after(v->act->created_ms, v->policy->limits.request_max_ms));
	return sluis_policy_earlier(end_ms, after(v->act->created_ms, v->retention->term_ms));
}

/* `review` keeps content until the review of its ground is done: only beside such a ground. */
POLICY_PREDICATE(retention_fits)
{
	(void)at;
	*ret_detail = v->act->retention;
	if (v->retention == NULL)
		return false;
	return v->retention->use == SLUIS_USE_MESSAGE ||
	       (v->retention->use == SLUIS_USE_REVIEW && v->ground->open.is_reviewed);
}

POLICY_PREDICATE(term_has_begun)
{
	(void)at;
	(void)ret_detail;
	return v->now_ms >= v->act->not_before_ms;
}

POLICY_PREDICATE(term_has_not_expired)
{
	(void)at;
	(void)ret_detail;
	return v->now_ms < sluis_policy_expiry(v);
}

POLICY_PREDICATE(allowance_is_left)
{
	(void)at;
	(void)ret_detail;
	return v->of->is_always || v->facts->acts_last_day < v->policy->limits.acts_per_day;
}
