/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse.h"

struct entry {
	struct policy_labels labels;
	struct policy_rule_text text;
};

static const struct policy_field RULE_FIELDS[] = {
	POLICY_LABEL_FIELDS(struct entry, labels),
	{ .key = "remedy-nl", .type = POLICY_FIELD_TEXT, .is_required = true,
	    .offset = offsetof(struct entry, text.remedy[SLUIS_LANG_NL]) },
	{ .key = "remedy-en", .type = POLICY_FIELD_TEXT, .is_required = true,
	    .offset = offsetof(struct entry, text.remedy[SLUIS_LANG_EN]) },
	{ .key = "ask", .type = POLICY_FIELD_REF, .kind = SLUIS_KIND_ROLE,
	    .offset = offsetof(struct entry, text.ask) },
};

static enum sluis_rule
rule_of(struct sluis_bytes code)
{
	for (int rule = SLUIS_RULE_NONE + 1; rule < SLUIS_RULE_END; rule++)
		if (sluis_bytes_is_text(code, sluis_rule_text((enum sluis_rule)rule)))
			return (enum sluis_rule)rule;
	return SLUIS_RULE_NONE;
}

/* The names of rules are structure: the file gives each its texts, and can invent none. */
void
sluis_policy_parse_rules(struct policy_read *read, const struct sluis_tree_node *node)
{
	struct sluis_policy *p = read->policy;
	const int count = (int)p->kinds[SLUIS_KIND_RULE].codes.count;
	int index = 0;

	p->rules = sluis_policy_read_alloc(read, (size_t)count * sizeof(*p->rules));
	if (p->rules == NULL)
		return;
	for (const struct sluis_tree_node *n = node->first; index < count; n = n->next) {
		struct entry entry = { .text = { .ask = POLICY_NONE } };
		const enum sluis_rule rule = rule_of(n->key);

		if (rule == SLUIS_RULE_NONE)
			sluis_policy_read_mistake(read, n, "remove it; see config/policy.yaml for the names",
			    "`%.*s` is no rule of this program", (int)n->key.len,
			    (const char *)n->key.data);
		sluis_policy_read_fields(read, n, RULE_FIELDS, SLUIS_ARRAY_LEN(RULE_FIELDS), &entry);
		p->kinds[SLUIS_KIND_RULE].labels[index] = entry.labels;
		p->rules[index] = entry.text;
		p->rule_index[rule] = ++index;
	}
	for (int rule = SLUIS_RULE_NONE + 1; rule < SLUIS_RULE_END; rule++)
		if (p->rule_index[rule] == 0)
			sluis_policy_read_mistake(read, node, "add its texts; see config/policy.yaml",
			    "rule `%s` is missing here", sluis_rule_text((enum sluis_rule)rule));
}
