/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse.h"

enum { FACTS_MAX = 64 };

struct entry {
	struct policy_labels labels;
	int list;
	bool of_categories;
	bool is_many;
	bool stays;
	struct sluis_bytes with;
	uint64_t steps;
	const struct sluis_tree_node *only;
};

static const struct policy_field FACT_FIELDS[] = {
	POLICY_LABEL_FIELDS(struct entry, labels),
	{ .key = "list", .type = POLICY_FIELD_REF, .kind = SLUIS_KIND_LIST,
	    .offset = offsetof(struct entry, list) },
	{ .key = "categories", .type = POLICY_FIELD_FLAG, .offset = offsetof(struct entry, of_categories) },
	{ .key = "many", .type = POLICY_FIELD_FLAG, .offset = offsetof(struct entry, is_many) },
	{ .key = "stays", .type = POLICY_FIELD_FLAG, .offset = offsetof(struct entry, stays) },
	{ .key = "with", .type = POLICY_FIELD_CODE, .offset = offsetof(struct entry, with) },
	{ .key = "steps", .type = POLICY_FIELD_MASK, .kind = SLUIS_KIND_STEP,
	    .offset = offsetof(struct entry, steps) },
	{ .key = "only", .type = POLICY_FIELD_NODE, .offset = offsetof(struct entry, only) },
};

static bool
has_code(struct sluis_codes codes, struct sluis_bytes code)
{
	for (size_t i = 0; i < codes.count; i++)
		if (sluis_bytes_equal(codes.items[i], code))
			return true;
	return false;
}

/* The codes of `only`, which must stand in ${all}. */
static struct sluis_codes
narrow(struct policy_read *read, const struct sluis_tree_node *node, struct sluis_codes all)
{
	struct sluis_codes codes = { .count = 0 };
	struct sluis_bytes *items;

	if (!sluis_policy_read_is(read, node, SLUIS_TREE_LIST))
		return all;
	items = sluis_policy_read_alloc(read, node->count * sizeof(*items));
	if (items == NULL)
		return all;
	codes.items = items;
	for (const struct sluis_tree_node *n = node->first; n != NULL; n = n->next) {
		items[codes.count++] = n->text;
		if (!has_code(all, n->text))
			sluis_policy_read_mistake(read, n, "write codes that this fact may have",
			    "`only` names what stands in no list of this fact");
	}
	return codes;
}

static void
parse_fact(struct policy_read *read, const struct sluis_tree_node *node, struct policy_act_fact *ret)
{
	struct entry entry = { .list = POLICY_NONE, .steps = UINT64_MAX };
	const struct policy_table *lists = &read->policy->kinds[SLUIS_KIND_LIST];

	sluis_policy_read_fields(read, node, FACT_FIELDS, SLUIS_ARRAY_LEN(FACT_FIELDS), &entry);
	if ((entry.list != POLICY_NONE) == entry.of_categories)
		sluis_policy_read_mistake(read, node, "write `list: NAME`, or `categories: true`",
		    "a fact takes the codes of one list, or categories");
	for (int lang = SLUIS_LANG_NL; lang <= SLUIS_LANG_EN; lang++)
		ret->open.label[lang] = entry.labels.text[lang];
	ret->open.codes = read->policy->kinds[SLUIS_KIND_CATEGORY].codes;
	if (entry.list != POLICY_NONE) {
		ret->open.list = lists->codes.items[entry.list];
		ret->open.codes = sluis_policy_list(read->policy, ret->open.list);
	}
	if (entry.only != NULL)
		ret->open.codes = narrow(read, entry.only, ret->open.codes);
	ret->open.with = entry.with;
	ret->open.is_many = entry.is_many;
	ret->steps = entry.steps;
	ret->stays = entry.stays;
}

void
sluis_policy_parse_facts(struct policy_read *read, const struct sluis_tree_node *node, struct policy_act *act)
{
	struct policy_table keys = { 0 };
	struct sluis_policy_act_fact *open;
	struct policy_act_fact *facts;
	const struct sluis_tree_node *n = node->first;

	sluis_policy_read_table(read, node, FACTS_MAX, &keys);
	facts = sluis_policy_read_alloc(read, keys.codes.count * sizeof(*facts));
	open = sluis_policy_read_alloc(read, keys.codes.count * sizeof(*open));
	if (facts == NULL || open == NULL)
		return;
	for (size_t i = 0; i < keys.codes.count; n = n->next, i++) {
		facts[i].open.key = keys.codes.items[i];
		parse_fact(read, n, &facts[i]);
		open[i] = facts[i].open;
	}
	act->facts = facts;
	act->open_facts = open;
	act->fact_count = keys.codes.count;
}
