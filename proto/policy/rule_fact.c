/* SPDX-License-Identifier: EUPL-1.2 */
#include "view.h"

/* What says where to, in an act that moves; the order of steps is another rule's. */
static bool
is_step(const struct policy_view *v, struct sluis_bytes key)
{
	return v->of->moves && sluis_bytes_is_text(key, "step");
}

static const struct policy_act_fact *
fact_for(const struct policy_view *v, struct sluis_bytes key)
{
	for (size_t i = 0; i < v->of->fact_count; i++)
		if (sluis_bytes_equal(v->of->facts[i].open.key, key))
			return &v->of->facts[i];
	return NULL;
}

/* Does a fact before the ${n}th have its key and, where it may stand there several times, its value? */
static bool
is_repeated(const struct policy_view *v, size_t n, bool is_many)
{
	const struct sluis_ground_fact *facts = v->act->ground_facts;

	for (size_t i = 0; i < n; i++)
		if (sluis_bytes_equal(facts[i].key, facts[n].key) &&
		    (!is_many || sluis_bytes_equal(facts[i].value, facts[n].value)))
			return true;
	return false;
}

static bool
may_stand(const struct policy_view *v, size_t n)
{
	const struct sluis_ground_fact *given = &v->act->ground_facts[n];
	const struct policy_act_fact *fact = fact_for(v, given->key);

	if (is_step(v, given->key))
		return !is_repeated(v, n, false);
	return fact != NULL && sluis_policy_codes_have(fact->open.codes, given->value) &&
	       sluis_policy_mask_has(fact->steps, v->step) && !is_repeated(v, n, fact->open.is_many);
}

static bool
has_key(const struct policy_view *v, struct sluis_bytes key)
{
	for (size_t i = 0; i < v->act->ground_fact_count; i++)
		if (sluis_bytes_equal(v->act->ground_facts[i].key, key))
			return true;
	return false;
}

static bool
has_value(const struct policy_view *v, struct sluis_bytes value)
{
	for (size_t i = 0; i < v->act->ground_fact_count; i++)
		if (sluis_bytes_equal(v->act->ground_facts[i].value, value))
			return true;
	return false;
}

/* What goes with another value, or with staying in a step, is there when that is so, and only then. */
static bool
stands_as_it_should(const struct policy_view *v, const struct policy_act_fact *fact)
{
	const bool is_there = has_key(v, fact->open.key);

	if (fact->stays && is_there != sluis_bytes_equal(v->act->step, v->facts->of_case.step))
		return false;
	return fact->open.with.len == 0 || is_there == has_value(v, fact->open.with);
}

bool
sluis_policy_act_stays(const struct policy_view *v)
{
	for (size_t i = 0; i < v->of->fact_count; i++)
		if (v->of->facts[i].stays && has_key(v, v->of->facts[i].open.key))
			return true;
	return false;
}

/* Facts are codes of the policy: those that it lists for the act, with values of theirs, and nothing else. */
POLICY_PREDICATE(facts_fit)
{
	(void)at;
	for (size_t i = 0; i < v->act->ground_fact_count; i++) {
		*ret_detail = v->act->ground_facts[i].key;
		if (!may_stand(v, i))
			return false;
	}
	for (size_t i = 0; i < v->of->fact_count; i++) {
		*ret_detail = v->of->facts[i].open.key;
		if (!stands_as_it_should(v, &v->of->facts[i]))
			return false;
	}
	*ret_detail = v->act->code;
	return !v->of->needs_fact || v->act->ground_fact_count > 0;
}
