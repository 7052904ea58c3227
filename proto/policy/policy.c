/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy.h"

#include "model.h"

/* An index, or POLICY_NONE, for codes of one kind. */
static int
find(const struct sluis_policy *policy, enum sluis_policy_kind kind, struct sluis_bytes code)
{
	return sluis_policy_index(&policy->kinds[kind], code);
}

static struct sluis_bytes
label_of(const struct policy_table *table, struct sluis_bytes code, enum sluis_lang lang)
{
	const int index = sluis_policy_index(table, code);

	return index == POLICY_NONE ? code : table->labels[index].text[lang];
}

int
sluis_policy_index(const struct policy_table *table, struct sluis_bytes code)
{
	for (size_t i = 0; i < table->codes.count; i++)
		if (sluis_bytes_equal(table->codes.items[i], code))
			return (int)i;
	return POLICY_NONE;
}

struct sluis_codes
sluis_policy_codes(const struct sluis_policy *policy, enum sluis_policy_kind kind)
{
	return policy->kinds[kind].codes;
}

bool
sluis_policy_has(const struct sluis_policy *policy, enum sluis_policy_kind kind,
    struct sluis_bytes code)
{
	return find(policy, kind, code) != POLICY_NONE;
}

struct sluis_bytes
sluis_policy_label(const struct sluis_policy *policy, enum sluis_policy_kind kind,
    struct sluis_bytes code, enum sluis_lang lang)
{
	return kind == SLUIS_KIND_LIST ? code : label_of(&policy->kinds[kind], code, lang);
}

struct sluis_codes
sluis_policy_list(const struct sluis_policy *policy, struct sluis_bytes list)
{
	const int index = find(policy, SLUIS_KIND_LIST, list);

	return index == POLICY_NONE ? (struct sluis_codes){ 0 }
	                            : policy->lists[index].table.codes;
}

bool
sluis_policy_list_has(const struct sluis_policy *policy, struct sluis_bytes list, struct sluis_bytes code)
{
	const int index = find(policy, SLUIS_KIND_LIST, list);

	return index != POLICY_NONE &&
	       sluis_policy_index(&policy->lists[index].table, code) != POLICY_NONE;
}

struct sluis_bytes
sluis_policy_list_label(const struct sluis_policy *policy, struct sluis_bytes list,
    struct sluis_bytes code, enum sluis_lang lang)
{
	const int index = find(policy, SLUIS_KIND_LIST, list);

	return index == POLICY_NONE ? code : label_of(&policy->lists[index].table, code, lang);
}

static int
rule_index(const struct sluis_policy *policy, enum sluis_rule rule)
{
	return rule < SLUIS_RULE_END ? policy->rule_index[rule] - 1 : POLICY_NONE;
}

struct sluis_bytes
sluis_policy_remedy(const struct sluis_policy *policy, enum sluis_rule rule, enum sluis_lang lang)
{
	const int index = rule_index(policy, rule);

	return index == POLICY_NONE ? (struct sluis_bytes){ 0 } : policy->rules[index].remedy[lang];
}

struct sluis_bytes
sluis_policy_ask(const struct sluis_policy *policy, enum sluis_rule rule)
{
	const int index = rule_index(policy, rule);
	const int role = index == POLICY_NONE ? POLICY_NONE : policy->rules[index].ask;

	return role == POLICY_NONE ? (struct sluis_bytes){ 0 }
	                           : policy->kinds[SLUIS_KIND_ROLE].codes.items[role];
}

bool
sluis_policy_role_is_officer(const struct sluis_policy *policy, struct sluis_bytes role)
{
	const int index = find(policy, SLUIS_KIND_ROLE, role);

	return index != POLICY_NONE && policy->roles[index].is_officer;
}

bool
sluis_policy_role_may_join(const struct sluis_policy *policy, struct sluis_bytes role)
{
	const int index = find(policy, SLUIS_KIND_ROLE, role);

	return index != POLICY_NONE && policy->roles[index].may_join;
}

struct sluis_codes
sluis_policy_act_roles(const struct sluis_policy *policy, struct sluis_bytes act)
{
	const int index = find(policy, SLUIS_KIND_ACT, act);

	return index == POLICY_NONE ? (struct sluis_codes){ 0 } : policy->acts[index].roles;
}

size_t
sluis_policy_row_count(const struct sluis_policy *policy)
{
	return policy->row_count;
}

const struct sluis_policy_row *
sluis_policy_row(const struct sluis_policy *policy, size_t index)
{
	return index < policy->row_count ? &policy->rows[index].open : NULL;
}

bool
sluis_policy_purpose_is_off_case(const struct sluis_policy *policy, struct sluis_bytes purpose)
{
	const int index = find(policy, SLUIS_KIND_PURPOSE, purpose);

	return index != POLICY_NONE && policy->purposes_off_case[index];
}

struct sluis_codes
sluis_policy_criminal_roles(const struct sluis_policy *policy)
{
	return policy->criminal_roles;
}

const struct sluis_policy_category *
sluis_policy_category(const struct sluis_policy *policy, struct sluis_bytes code)
{
	const int index = find(policy, SLUIS_KIND_CATEGORY, code);

	return index == POLICY_NONE ? NULL : &policy->categories[index].open;
}

const struct sluis_policy_ground *
sluis_policy_ground(const struct sluis_policy *policy, struct sluis_bytes code)
{
	const int index = find(policy, SLUIS_KIND_GROUND, code);

	return index == POLICY_NONE ? NULL : &policy->grounds[index].open;
}

bool
sluis_policy_ground_allows(const struct sluis_policy *policy, struct sluis_bytes ground,
    struct sluis_bytes regime, struct sluis_bytes purpose)
{
	const int index = find(policy, SLUIS_KIND_GROUND, ground);

	return index != POLICY_NONE &&
	       sluis_policy_is_allowed(&policy->grounds[index], find(policy, SLUIS_KIND_REGIME, regime),
	           find(policy, SLUIS_KIND_PURPOSE, purpose));
}

bool
sluis_policy_ground_has_regime(const struct sluis_policy *policy, struct sluis_bytes ground,
    struct sluis_bytes regime)
{
	const struct sluis_codes purposes = policy->kinds[SLUIS_KIND_PURPOSE].codes;

	for (size_t i = 0; i < purposes.count; i++)
		if (sluis_policy_ground_allows(policy, ground, regime, purposes.items[i]))
			return true;
	return false;
}

struct sluis_policy_basis
sluis_policy_ground_basis(const struct sluis_policy *policy, struct sluis_bytes ground,
    struct sluis_bytes regime)
{
	const int index = find(policy, SLUIS_KIND_GROUND, ground);
	const uint64_t bit = sluis_policy_bit(find(policy, SLUIS_KIND_REGIME, regime));

	for (size_t i = 0; index != POLICY_NONE && i < policy->grounds[index].basis_count; i++)
		if ((policy->grounds[index].basis[i].regimes & bit) != 0)
			return policy->grounds[index].basis[i].open;
	return (struct sluis_policy_basis){ 0 };
}

const struct sluis_policy_band *
sluis_policy_band(const struct sluis_policy *policy, struct sluis_bytes code)
{
	const int index = find(policy, SLUIS_KIND_BAND, code);

	return index == POLICY_NONE ? NULL : &policy->bands[index].open;
}

struct sluis_bytes
sluis_policy_giver_counts(const struct sluis_policy *policy, struct sluis_bytes giver)
{
	const int index = find(policy, SLUIS_KIND_GIVER, giver);
	const int as = index == POLICY_NONE ? POLICY_NONE : policy->givers[index].counts_as;

	return as != POLICY_NONE && policy->givers[as].is_counted
	           ? policy->kinds[SLUIS_KIND_GIVER].codes.items[as]
	           : (struct sluis_bytes){ 0 };
}

const struct sluis_policy_retention *
sluis_policy_retention(const struct sluis_policy *policy, struct sluis_bytes code)
{
	const int index = find(policy, SLUIS_KIND_RETENTION, code);

	return index == POLICY_NONE ? NULL : &policy->retention[index];
}

const struct sluis_policy_retention *
sluis_policy_retention_for(const struct sluis_policy *policy, enum sluis_retention_use use)
{
	const struct sluis_policy_retention *found = policy->retention;

	while (!found->is_default || found->use != use)
		found++;
	return found;
}

const struct sluis_policy_retention *
sluis_policy_retention_case(const struct sluis_policy *policy, struct sluis_bytes outcome)
{
	for (size_t i = 0; i < policy->kinds[SLUIS_KIND_RETENTION].codes.count; i++)
		if (outcome.len > 0 && sluis_bytes_equal(policy->retention[i].outcome, outcome))
			return &policy->retention[i];
	return sluis_policy_retention_for(policy, SLUIS_USE_CASE);
}

const struct sluis_policy_act_fact *
sluis_policy_act_facts(const struct sluis_policy *policy, struct sluis_bytes act, size_t *ret_count)
{
	const int index = find(policy, SLUIS_KIND_ACT, act);

	*ret_count = index == POLICY_NONE ? 0 : policy->acts[index].fact_count;
	return index == POLICY_NONE ? NULL : policy->acts[index].open_facts;
}

const struct sluis_policy_limits *
sluis_policy_limits(const struct sluis_policy *policy)
{
	return &policy->limits;
}

struct sluis_bytes
sluis_policy_consent_text_version(const struct sluis_policy *policy)
{
	return policy->consent_version;
}

struct sluis_bytes
sluis_policy_consent_text(const struct sluis_policy *policy, enum sluis_lang lang)
{
	return policy->consent_text[lang];
}

bool
sluis_policy_consent_text_is_known(const struct sluis_policy *policy, struct sluis_bytes version)
{
	for (size_t i = 0; i < policy->consent_former.count; i++)
		if (sluis_bytes_equal(policy->consent_former.items[i], version))
			return true;
	return sluis_bytes_equal(policy->consent_version, version);
}

struct sluis_bytes
sluis_policy_consent_disagree(const struct sluis_policy *policy, enum sluis_lang lang)
{
	return policy->consent_disagree[lang];
}

int64_t
sluis_policy_review_ms(const struct sluis_policy *policy)
{
	return policy->limits.review_ms != 0 ? policy->limits.review_ms
	                                     : sluis_policy_retention_for(policy, SLUIS_USE_REVIEW)->term_ms;
}

struct sluis_bytes
sluis_policy_name(const struct sluis_policy *policy)
{
	return policy->name;
}

int64_t
sluis_policy_version(const struct sluis_policy *policy)
{
	return policy->version;
}

struct sluis_bytes
sluis_policy_first_step(const struct sluis_policy *policy)
{
	return policy->kinds[SLUIS_KIND_STEP].codes.items[0];
}

bool
sluis_policy_step_is_closed(const struct sluis_policy *policy, struct sluis_bytes step)
{
	const int index = find(policy, SLUIS_KIND_STEP, step);

	return index != POLICY_NONE && policy->steps[index].is_closed;
}
