/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse.h"

/* The words of the file stand in the order of the enums of model.h. */
static const char *const KIND_WORDS[] = { "plain", "message", "release", "request", "grant", NULL };
static const char *const CASE_WORDS[] = { "none", "new", "open", "closed", "any", NULL };
static const char *const MEMBER_WORDS[] = { "none", "named", "joining", "on-case", "leaving", NULL };
static const char *const WHO_WORDS[] = { "on-case", "opener", "author", "author-organisation",
	"addressee", "token", "federation-body", "oneself", "own-organisation", NULL };

struct entry {
	struct policy_labels labels;
	int kind;
	int of_case;
	int members;
	struct policy_act act;
	const struct sluis_tree_node *facts;
	const struct sluis_tree_node *allow;
};

struct allow_entry {
	struct policy_allow allow;
	const struct sluis_tree_node *who;
};

#define WORD(name, member, list)                                                                   \
	{ .key = (name), .type = POLICY_FIELD_WORD, .words = (list),                               \
	    .offset = offsetof(struct entry, member) }
#define FLAG(name, member)                                                                         \
	{ .key = (name), .type = POLICY_FIELD_FLAG, .offset = offsetof(struct entry, act.member) }

static const struct policy_field ACT_FIELDS[] = {
	POLICY_LABEL_FIELDS(struct entry, labels),
	WORD("kind", kind, KIND_WORDS),
	WORD("case", of_case, CASE_WORDS),
	WORD("members", members, MEMBER_WORDS),
	FLAG("off-case", is_off_case),
	FLAG("object", has_object),
	FLAG("moves", moves),
	FLAG("always", is_always),
	FLAG("some-fact", needs_fact),
	{ .key = "to", .type = POLICY_FIELD_MASK, .kind = SLUIS_KIND_ROLE,
	    .offset = offsetof(struct entry, act.to) },
	{ .key = "facts", .type = POLICY_FIELD_NODE, .offset = offsetof(struct entry, facts) },
	{ .key = "allow", .type = POLICY_FIELD_NODE, .is_required = true,
	    .offset = offsetof(struct entry, allow) },
};

static const struct policy_field ALLOW_FIELDS[] = {
	{ .key = "roles", .type = POLICY_FIELD_MASK, .kind = SLUIS_KIND_ROLE,
	    .offset = offsetof(struct allow_entry, allow.roles) },
	{ .key = "steps", .type = POLICY_FIELD_MASK, .kind = SLUIS_KIND_STEP,
	    .offset = offsetof(struct allow_entry, allow.steps) },
	{ .key = "who", .type = POLICY_FIELD_NODE, .offset = offsetof(struct allow_entry, who) },
};

static void
parse_who(struct policy_read *read, const struct sluis_tree_node *node, struct policy_allow *allow)
{
	if (node == NULL || !sluis_policy_read_is(read, node, SLUIS_TREE_LIST))
		return;
	for (const struct sluis_tree_node *n = node->first; n != NULL; n = n->next) {
		int word = POLICY_NONE;

		sluis_policy_read_word(read, n, WHO_WORDS, &word);
		if (word != POLICY_NONE)
			allow->who |= 1u << word;
	}
}

static void
parse_allow(struct policy_read *read, const struct sluis_tree_node *node, struct policy_act *act)
{
	struct policy_allow *items;
	uint64_t roles = 0;

	if (node == NULL || !sluis_policy_read_is(read, node, SLUIS_TREE_LIST))
		return;
	items = sluis_policy_read_alloc(read, node->count * sizeof(*items));
	if (items == NULL)
		return;
	for (const struct sluis_tree_node *n = node->first; n != NULL; n = n->next) {
		struct allow_entry entry = { .allow = { .roles = UINT64_MAX, .steps = UINT64_MAX } };

		sluis_policy_read_fields(read, n, ALLOW_FIELDS, SLUIS_ARRAY_LEN(ALLOW_FIELDS), &entry);
		parse_who(read, entry.who, &entry.allow);
		if (entry.allow.roles == UINT64_MAX && entry.allow.who == 0)
			sluis_policy_read_mistake(read, n, "add `roles` or `who`",
			    "this line allows the act to everybody");
		items[act->allow_count++] = entry.allow;
		roles |= entry.allow.roles;
	}
	act->allow = items;
	if (roles != UINT64_MAX)
		act->roles = sluis_policy_read_codes(read, SLUIS_KIND_ROLE, roles);
}

static void
parse_act(struct policy_read *read, const struct sluis_tree_node *node, size_t index)
{
	struct policy_act *act = &read->policy->acts[index];
	struct entry entry = { .kind = POLICY_ACT_PLAIN, .act = { .to = UINT64_MAX } };

	sluis_policy_read_fields(read, node, ACT_FIELDS, SLUIS_ARRAY_LEN(ACT_FIELDS), &entry);
	read->policy->kinds[SLUIS_KIND_ACT].labels[index] = entry.labels;
	*act = entry.act;
	act->kind = (enum policy_act_kind)entry.kind;
	act->of_case = (enum policy_act_case)entry.of_case;
	act->members = (enum policy_act_members)entry.members;
	parse_allow(read, entry.allow, act);
	if (entry.facts != NULL && sluis_policy_read_is(read, entry.facts, SLUIS_TREE_MAP))
		sluis_policy_parse_facts(read, entry.facts, act);
	if (act->kind != POLICY_ACT_PLAIN && act->of_case != POLICY_CASE_OPEN &&
	    act->of_case != POLICY_CASE_ANY)
		sluis_policy_read_mistake(read, node, "write `case: open` or `case: any`",
		    "an act of this kind takes place on a case");
}

/* A message is handed over by the rules of one act: it must be there, and there must be no other. */
static void
check_release(struct policy_read *read, const struct sluis_tree_node *node, size_t count)
{
	size_t release_count = 0;

	for (size_t i = 0; i < count; i++) {
		if (read->policy->acts[i].kind == POLICY_ACT_RELEASE) {
			read->policy->release_act = &read->policy->acts[i];
			release_count++;
		}
	}
	if (release_count != 1)
		sluis_policy_read_mistake(read, node, "write `kind: release` at one act",
		    "%zu acts are of kind release", release_count);
}

void
sluis_policy_parse_acts(struct policy_read *read, const struct sluis_tree_node *node)
{
	const size_t count = read->policy->kinds[SLUIS_KIND_ACT].codes.count;
	size_t index = 0;

	read->policy->acts = sluis_policy_read_alloc(read, count * sizeof(*read->policy->acts));
	if (read->policy->acts == NULL)
		return;
	for (const struct sluis_tree_node *n = node->first; index < count; n = n->next)
		parse_act(read, n, index++);
	check_release(read, node, count);
}
