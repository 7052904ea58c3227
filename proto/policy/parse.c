/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse.h"

#include <stdlib.h>

enum { ARENA_MAX_BYTES = 16 * 1024 * 1024 };

/* The keys at the top of the file. */
struct root {
	const struct sluis_tree_node *kinds[SLUIS_KIND_COUNT];
	const struct sluis_tree_node *agreement;
	const struct sluis_tree_node *limits;
	const struct sluis_tree_node *consent;
	const struct sluis_tree_node *criminal_to;
	const struct sluis_tree_node *groups;
	const struct sluis_tree_node *matrix;
	const struct sluis_tree_node *contents;
	struct sluis_bytes name;
	int64_t version;
};

#define NODE(name, member, required)                                                               \
	{ .key = (name), .type = POLICY_FIELD_NODE, .is_required = (required),                     \
	    .offset = offsetof(struct root, member) }

static const struct policy_field ROOT_FIELDS[] = {
	{ .key = "name", .type = POLICY_FIELD_TEXT, .is_required = true,
	    .offset = offsetof(struct root, name) },
	{ .key = "version", .type = POLICY_FIELD_NUMBER, .is_required = true, .min = 1,
	    .max = 1000000000, .unit = 1, .offset = offsetof(struct root, version) },
#define X(kind, key) NODE(key, kinds[SLUIS_KIND_##kind], true),
	SLUIS_POLICY_KIND_LIST(X)
#undef X
	NODE("agreement", agreement, false), /* its absence is told by what depends on it */
	NODE("limits", limits, true),
	NODE("consent", consent, true),
	NODE("criminal-to", criminal_to, true),
	NODE("groups", groups, false),
	NODE("matrix", matrix, true),
	NODE("contents", contents, false), /* no schema: any file goes */
};

/* What groups can be made of, and what masks are made of: kinds of at most 64 codes. */
#define GROUPS(name, of)                                                                           \
	{ .key = (name), .type = POLICY_FIELD_NODE,                                                \
	    .offset = (of) * sizeof(const struct sluis_tree_node *) }
static const struct policy_field GROUP_FIELDS[] = {
	GROUPS("roles", SLUIS_KIND_ROLE),
	GROUPS("regimes", SLUIS_KIND_REGIME),
	GROUPS("steps", SLUIS_KIND_STEP),
	GROUPS("categories", SLUIS_KIND_CATEGORY),
	GROUPS("purposes", SLUIS_KIND_PURPOSE),
};

/* Kinds that masks are made of hold at most 64 codes, rules what the program knows, the others more. */
static size_t
kind_max(enum sluis_policy_kind kind)
{
	static const size_t MAX[SLUIS_KIND_COUNT] = {
		[SLUIS_KIND_ROLE] = POLICY_MASK_CODES_MAX,
		[SLUIS_KIND_REGIME] = POLICY_MASK_CODES_MAX,
		[SLUIS_KIND_STEP] = POLICY_MASK_CODES_MAX,
		[SLUIS_KIND_CATEGORY] = POLICY_MASK_CODES_MAX,
		[SLUIS_KIND_PURPOSE] = POLICY_MASK_CODES_MAX,
		[SLUIS_KIND_GROUND] = POLICY_MASK_CODES_MAX,
		[SLUIS_KIND_GIVER] = POLICY_MASK_CODES_MAX,
		[SLUIS_KIND_BAND] = POLICY_MASK_CODES_MAX,
		[SLUIS_KIND_EXCEPTION] = POLICY_MASK_CODES_MAX,
		[SLUIS_KIND_METHOD] = POLICY_MASK_CODES_MAX,
		[SLUIS_KIND_RETENTION] = POLICY_MASK_CODES_MAX,
		[SLUIS_KIND_MEDIA] = POLICY_CODES_MAX,
		[SLUIS_KIND_LIST] = POLICY_CODES_MAX,
		[SLUIS_KIND_ACT] = POLICY_CODES_MAX,
		[SLUIS_KIND_RULE] = POLICY_CODES_MAX,
	};
	return MAX[kind];
}

static void
parse_group(struct policy_read *read, const struct sluis_tree_node *node, enum sluis_policy_kind kind)
{
	struct policy_group *group = &read->groups[read->group_count];
	uint64_t mask = 0;

	if (read->group_count == POLICY_GROUPS_MAX) {
		sluis_policy_read_mistake(read, node, "write fewer", "more than 64 groups");
		return;
	}
	if (sluis_policy_index(&read->policy->kinds[kind], node->key) != POLICY_NONE)
		sluis_policy_read_mistake(read, node, "give the group another name",
		    "a group bears the name of a code of its kind");
	sluis_policy_read_mask(read, node, kind, &mask);
	if (mask == 0)
		sluis_policy_read_mistake(read, node, "name its codes, or remove the group",
		    "a group without codes");
	*group = (struct policy_group){ .kind = kind, .code = node->key, .mask = mask };
	read->group_count++;
}

static void
parse_groups(struct policy_read *read, const struct sluis_tree_node *node)
{
	const struct sluis_tree_node *of[SLUIS_KIND_COUNT] = { 0 };

	if (node == NULL)
		return;
	sluis_policy_read_fields(read, node, GROUP_FIELDS, SLUIS_ARRAY_LEN(GROUP_FIELDS), of);
	for (int kind = 0; kind < SLUIS_KIND_COUNT; kind++) {
		if (of[kind] == NULL || !sluis_policy_read_is(read, of[kind], SLUIS_TREE_MAP))
			continue;
		for (const struct sluis_tree_node *n = of[kind]->first; n != NULL; n = n->next)
			parse_group(read, n, (enum sluis_policy_kind)kind);
	}
}

static void
check_steps(struct policy_read *read, const struct sluis_tree_node *node)
{
	const struct sluis_policy *p = read->policy;
	const size_t count = p->kinds[SLUIS_KIND_STEP].codes.count;
	size_t closed_count = 0;

	for (size_t i = 0; i < count; i++)
		closed_count += p->steps[i].is_closed;
	if (closed_count == 0 || p->steps[0].is_closed)
		sluis_policy_read_mistake(read, node, "begin with an open step and write `closed: true` at one",
		    "the first step must be open and one step must be closed");
}

static void
check_officers(struct policy_read *read, const struct sluis_tree_node *node)
{
	const struct sluis_policy *p = read->policy;
	bool has_secret = false;
	bool has_officer = false;

	for (size_t i = 0; i < p->kinds[SLUIS_KIND_CATEGORY].codes.count; i++)
		has_secret |= p->categories[i].open.is_officers_only;
	for (size_t i = 0; i < p->kinds[SLUIS_KIND_ROLE].codes.count; i++)
		has_officer |= p->roles[i].is_officer;
	if (has_secret && !has_officer)
		sluis_policy_read_mistake(read, node, "write `officer: true` at one role",
		    "a category is for officers only and no role is an officer's");
}

/* A part that is missing was told by the root's fields. */
static void
parse_part(struct policy_read *read, const struct sluis_tree_node *node,
    void (*parse)(struct policy_read *read, const struct sluis_tree_node *node))
{
	if (node != NULL && !read->is_out_of_memory)
		parse(read, node);
}

static void
parse_criminal(struct policy_read *read, const struct sluis_tree_node *node)
{
	struct sluis_policy *p = read->policy;

	sluis_policy_read_mask(read, node, SLUIS_KIND_ROLE, &p->criminal_to);
	p->criminal_roles = sluis_policy_read_codes(read, SLUIS_KIND_ROLE, p->criminal_to);
}

static void
parse_root(struct policy_read *read, const struct sluis_tree_node *node)
{
	struct root root = { 0 };

	sluis_policy_read_fields(read, node, ROOT_FIELDS, SLUIS_ARRAY_LEN(ROOT_FIELDS), &root);
	read->policy->name = root.name;
	read->policy->version = root.version;
	for (int kind = 0; kind < SLUIS_KIND_COUNT; kind++)
		if (root.kinds[kind] != NULL)
			sluis_policy_read_table(read, root.kinds[kind],
			    kind_max((enum sluis_policy_kind)kind), &read->policy->kinds[kind]);
	parse_groups(read, root.groups);
	sluis_policy_parse_kinds(read, root.kinds);
	parse_part(read, root.kinds[SLUIS_KIND_STEP], check_steps);
	parse_part(read, root.kinds[SLUIS_KIND_ROLE], check_officers);
	parse_part(read, root.criminal_to, parse_criminal);
	parse_part(read, root.matrix, sluis_policy_parse_matrix);
	parse_part(read, root.kinds[SLUIS_KIND_GROUND], sluis_policy_parse_grounds);
	parse_part(read, root.kinds[SLUIS_KIND_ACT], sluis_policy_parse_acts);
	parse_part(read, root.kinds[SLUIS_KIND_RULE], sluis_policy_parse_rules);
	parse_part(read, root.contents, sluis_policy_parse_contents);
	parse_part(read, root.limits, sluis_policy_parse_limits);
	parse_part(read, root.consent, sluis_policy_parse_consent);
	if (root.kinds[SLUIS_KIND_RETENTION] != NULL && !read->is_out_of_memory)
		sluis_policy_parse_retention(read, root.kinds[SLUIS_KIND_RETENTION], root.agreement);
}

static enum sluis_err
parse_tree(struct policy_read *read, struct sluis_bytes yaml)
{
	struct sluis_tree_mistake found = { 0 };
	struct sluis_tree_node *root;
	const enum sluis_err err = sluis_tree_parse(yaml, read->policy->arena, &found, &root);
	const struct sluis_tree_node at = { .line = found.line, .column = found.column };

	if (err == SLUIS_ECONFIG)
		sluis_policy_read_mistake(read, &at, found.remedy, "%s", found.mistake);
	if (err != SLUIS_OK)
		return err;
	parse_root(read, root);
	if (read->is_out_of_memory)
		return SLUIS_ENOMEM;
	return read->mistake_count > 0 ? SLUIS_ECONFIG : SLUIS_OK;
}

static struct sluis_policy *
policy_new(void)
{
	struct sluis_policy *policy = calloc(1, sizeof(*policy));

	if (policy == NULL)
		return NULL;
	policy->arena = sluis_arena_new(ARENA_MAX_BYTES);
	if (policy->arena != NULL)
		return policy;
	free(policy);
	return NULL;
}

enum sluis_err
sluis_policy_parse(struct sluis_bytes yaml, const struct sluis_policy_reporter *reporter,
    struct sluis_policy **ret)
{
	SLUIS_AUTO(sluis_policy_freep) struct sluis_policy *policy = policy_new();
	struct policy_read read = { .policy = policy, .reporter = reporter };
	const struct sluis_tree_node top = { .line = 1, .column = 1 };

	if (policy == NULL)
		return SLUIS_ENOMEM;
	if (yaml.len > SLUIS_POLICY_MAX_BYTES) {
		sluis_policy_read_mistake(&read, &top, "shorten it",
		    "a policy file has at most %u bytes", SLUIS_POLICY_MAX_BYTES);
		return SLUIS_ETOOBIG;
	}
	SLUIS_TRY(parse_tree(&read, yaml));
	*ret = SLUIS_TAKE(policy);
	return SLUIS_OK;
}

void
sluis_policy_free(struct sluis_policy *policy)
{
	if (policy == NULL)
		return;
	sluis_arena_free(policy->arena);
	free(policy);
}

void
sluis_policy_freep(struct sluis_policy **policy)
{
	sluis_policy_free(*policy);
	*policy = NULL;
}
