/* SPDX-License-Identifier: EUPL-1.2 */
#include "date.h"
#include "view.h"

/* The fact with this key; NULL where there is none. */
static const struct sluis_ground_fact *
fact_for(const struct policy_view *v, struct sluis_bytes key)
{
	for (size_t i = 0; i < v->act->ground_fact_count; i++)
		if (sluis_bytes_equal(v->act->ground_facts[i].key, key))
			return &v->act->ground_facts[i];
	return NULL;
}

static bool
is_well_formed(const struct policy_view *v, const struct sluis_policy_evidence *evidence,
    struct sluis_bytes value)
{
	int64_t day_ms;

	if (evidence->type == SLUIS_EVIDENCE_CODE)
		return sluis_policy_codes_have(sluis_policy_list(v->policy, evidence->list), value);
	if (!sluis_policy_date_parse(value, &day_ms))
		return false;
	if (evidence->type == SLUIS_EVIDENCE_DATE)
		return day_ms <= v->now_ms;
	if (evidence->type == SLUIS_EVIDENCE_MONTH && !sluis_policy_date_is_month_start(day_ms))
		return false;
	return evidence->within_ms == 0 || !sluis_policy_is_beyond(v, day_ms, evidence->within_ms);
}

bool
sluis_policy_is_allowed(const struct policy_ground *ground, int regime, int purpose)
{
	for (size_t i = 0; ground->open.is_enabled && i < ground->allowed_count; i++)
		if (sluis_policy_mask_has(ground->allowed[i].regimes, regime) &&
		    sluis_policy_mask_has(ground->allowed[i].purposes, purpose))
			return true;
	return false;
}

static bool
has_justification(const struct policy_view *v)
{
	for (int j = 0; j < POLICY_PLACES_MAX; j++)
		if (sluis_policy_mask_has(v->sections, j) && sluis_policy_is_officers_only(v, j))
			return true;
	return false;
}

POLICY_PREDICATE(ground_is_allowed)
{
	(void)at;
	*ret_detail = v->act->ground;
	return v->ground != NULL && sluis_policy_is_allowed(v->ground, v->regime, v->purpose) &&
	       sluis_policy_mask_has(v->ground->senders, v->sender_role);
}

/* Officers and the sender hold the justification whatever the ground; a shield ends what rests on kinship. */
POLICY_PREDICATE(ground_fits_receiver)
{
	const struct sluis_recipient_facts *r = &v->facts->recipients[at.recipient];

	*ret_detail = v->act->ground;
	if (sluis_policy_gets_only_secrets(v, at.recipient))
		return true;
	if (v->ground->ends_by_shield && r->shielded.count > 0)
		return false;
	return sluis_policy_mask_has(v->ground->receivers, at.role);
}

POLICY_PREDICATE(ground_fits_category)
{
	(void)ret_detail;
	return sluis_policy_is_officers_only(v, at.section) ||
	       sluis_policy_mask_has(v->ground->categories, v->category[at.section]);
}

/* The first fact that the ground does not ask, or that stands here before; NULL: none. */
static const struct sluis_ground_fact *
fact_too_many(const struct policy_view *v)
{
	const struct sluis_policy_ground *ground = &v->ground->open;

	for (size_t i = 0; i < v->act->ground_fact_count; i++) {
		const struct sluis_ground_fact *fact = &v->act->ground_facts[i];
		bool is_asked = false;

		for (size_t k = 0; k < ground->evidence_count; k++)
			is_asked = is_asked || sluis_bytes_equal(ground->evidence[k].key, fact->key);
		if (!is_asked || fact_for(v, fact->key) != fact)
			return fact;
	}
	return NULL;
}

/* All evidence that the ground asks, nothing else, nothing twice. */
POLICY_PREDICATE(ground_has_evidence)
{
	const struct sluis_policy_ground *ground = &v->ground->open;

	const struct sluis_ground_fact *extra = fact_too_many(v);

	(void)at;
	*ret_detail = ground->code;
	if (ground->needs_grant && !v->facts->grant.is_named)
		return false;
	if (ground->needs_justification && v->mode == POLICY_MODE_MESSAGE && !has_justification(v))
		return false;
	for (size_t i = 0; i < ground->evidence_count; i++) {
		const struct sluis_ground_fact *fact = fact_for(v, ground->evidence[i].key);

		*ret_detail = ground->evidence[i].key;
		if (fact == NULL || !is_well_formed(v, &ground->evidence[i], fact->value))
			return false;
	}
	*ret_detail = extra != NULL ? extra->key : ground->code;
	return extra == NULL;
}

int64_t
sluis_policy_ground_end(const struct policy_view *v)
{
	int64_t end_ms = INT64_MAX;

	for (size_t i = 0; v->ground != NULL && i < v->ground->open.evidence_count; i++) {
		const struct sluis_policy_evidence *evidence = &v->ground->open.evidence[i];
		int64_t day_ms = INT64_MAX;

		if (evidence->type != SLUIS_EVIDENCE_END && evidence->type != SLUIS_EVIDENCE_MONTH)
			continue;
		(void)sluis_policy_date_parse(fact_for(v, evidence->key)->value, &day_ms);
		end_ms = sluis_policy_earlier(end_ms, day_ms);
	}
	return end_ms;
}

POLICY_PREDICATE(ground_holds)
{
	(void)at;
	*ret_detail = v->act->ground;
	return v->now_ms < sluis_policy_ground_end(v);
}
