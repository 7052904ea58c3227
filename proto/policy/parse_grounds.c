/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse.h"

struct entry {
	struct policy_labels labels;
	struct policy_ground ground;
	const struct sluis_tree_node *allowed;
	const struct sluis_tree_node *evidence;
	const struct sluis_tree_node *basis;
};

#define FLAG(name, member)                                                                         \
	{ .key = (name), .type = POLICY_FIELD_FLAG, .offset = offsetof(struct entry, ground.member) }
#define MASK(name, member, of)                                                                     \
	{ .key = (name), .type = POLICY_FIELD_MASK, .kind = (of),                                  \
	    .offset = offsetof(struct entry, ground.member) }
#define NODE(name, member)                                                                         \
	{ .key = (name), .type = POLICY_FIELD_NODE, .offset = offsetof(struct entry, member) }

static const struct policy_field GROUND_FIELDS[] = {
	POLICY_LABEL_FIELDS(struct entry, labels),
	FLAG("enabled", open.is_enabled),
	FLAG("grant", open.needs_grant),
	FLAG("justification", open.needs_justification),
	FLAG("reviewed", open.is_reviewed),
	FLAG("shield-ends", ends_by_shield),
	MASK("senders", senders, SLUIS_KIND_ROLE),
	MASK("receivers", receivers, SLUIS_KIND_ROLE),
	MASK("categories", categories, SLUIS_KIND_CATEGORY),
	NODE("allowed", allowed),
	NODE("evidence", evidence),
	NODE("basis", basis),
};

static const struct policy_field ALLOWED_FIELDS[] = {
	{ .key = "regimes", .type = POLICY_FIELD_MASK, .kind = SLUIS_KIND_REGIME, .is_required = true,
	    .offset = offsetof(struct policy_allowed, regimes) },
	{ .key = "purposes", .type = POLICY_FIELD_MASK, .kind = SLUIS_KIND_PURPOSE,
	    .is_required = true, .offset = offsetof(struct policy_allowed, purposes) },
};

static const char *const TYPE_WORDS[] = { "date", "end-date", "code", "end-month", NULL };

struct evidence_entry {
	struct sluis_bytes key;
	int type; /* index in TYPE_WORDS, in the order of enum sluis_evidence_type */
	int list;
	int64_t within_ms;
};

/* A year of 366 days: nobody is refused for a leap day. */
#define LONG_YEAR_MS (INT64_C(366) * 24 * 3600 * 1000)

static const struct policy_field EVIDENCE_FIELDS[] = {
	{ .key = "key", .type = POLICY_FIELD_CODE, .is_required = true,
	    .offset = offsetof(struct evidence_entry, key) },
	{ .key = "type", .type = POLICY_FIELD_WORD, .words = TYPE_WORDS, .is_required = true,
	    .offset = offsetof(struct evidence_entry, type) },
	{ .key = "list", .type = POLICY_FIELD_REF, .kind = SLUIS_KIND_LIST,
	    .offset = offsetof(struct evidence_entry, list) },
	{ .key = "within-years", .type = POLICY_FIELD_NUMBER, .min = 1, .max = 100, .unit = LONG_YEAR_MS,
	    .offset = offsetof(struct evidence_entry, within_ms) },
};

#define BASIS(name, member)                                                                        \
	{ .key = (name), .type = POLICY_FIELD_CODE, .is_required = true,                           \
	    .offset = offsetof(struct policy_basis, open.member) }
static const struct policy_field BASIS_FIELDS[] = {
	{ .key = "regimes", .type = POLICY_FIELD_MASK, .kind = SLUIS_KIND_REGIME, .is_required = true,
	    .offset = offsetof(struct policy_basis, regimes) },
	BASIS("secrecy", secrecy),
	BASIS("avg6", avg6),
	BASIS("avg9", avg9),
};

/* Memory for the items of the list ${node}, which may be absent; NULL: nothing to read. */
static void *
take_list(struct policy_read *read, const struct sluis_tree_node *node, size_t item_bytes)
{
	if (node == NULL || !sluis_policy_read_is(read, node, SLUIS_TREE_LIST))
		return NULL;
	return sluis_policy_read_alloc(read, node->count * item_bytes);
}

static void
parse_allowed(struct policy_read *read, const struct sluis_tree_node *node, struct policy_ground *ground)
{
	struct policy_allowed *items = take_list(read, node, sizeof(*items));

	if (items == NULL)
		return;
	for (const struct sluis_tree_node *n = node->first; n != NULL; n = n->next)
		sluis_policy_read_fields(read, n, ALLOWED_FIELDS, SLUIS_ARRAY_LEN(ALLOWED_FIELDS),
		    &items[ground->allowed_count++]);
	ground->allowed = items;
}

static void
check_evidence(struct policy_read *read, const struct sluis_tree_node *node,
    const struct sluis_policy_evidence *items, size_t count, int list)
{
	const struct sluis_policy_evidence *last = &items[count - 1];

	if ((last->type == SLUIS_EVIDENCE_CODE) != (list != POLICY_NONE))
		sluis_policy_read_mistake(read, node, "`list` goes with `type: code` and with nothing else",
		    "evidence `%.*s` and its list do not fit", (int)last->key.len,
		    (const char *)last->key.data);
	for (const struct sluis_policy_evidence *e = items; e < last; e++)
		if (sluis_bytes_equal(e->key, last->key))
			sluis_policy_read_mistake(read, node, "keep one of the two",
			    "evidence `%.*s` stands here twice", (int)last->key.len,
			    (const char *)last->key.data);
}

static void
parse_evidence(struct policy_read *read, const struct sluis_tree_node *node,
    struct policy_ground *ground)
{
	const struct policy_table *lists = &read->policy->kinds[SLUIS_KIND_LIST];
	struct sluis_policy_evidence *items = take_list(read, node, sizeof(*items));
	size_t count = 0;

	if (items == NULL)
		return;
	for (const struct sluis_tree_node *n = node->first; n != NULL; n = n->next) {
		struct evidence_entry entry = { .list = POLICY_NONE };

		sluis_policy_read_fields(read, n, EVIDENCE_FIELDS, SLUIS_ARRAY_LEN(EVIDENCE_FIELDS),
		    &entry);
		items[count].key = entry.key;
		items[count].type = (enum sluis_evidence_type)(entry.type + SLUIS_EVIDENCE_DATE);
		items[count].within_ms = entry.within_ms;
		if (entry.list != POLICY_NONE)
			items[count].list = lists->codes.items[entry.list];
		check_evidence(read, n, items, ++count, entry.list);
	}
	ground->open.evidence = items;
	ground->open.evidence_count = count;
}

/* A basis is printed by its label, which stands in the list that bears the key's name. */
static void
check_basis(struct policy_read *read, const struct sluis_tree_node *node)
{
	for (const struct sluis_tree_node *n = node->first; n != NULL; n = n->next)
		if (n->kind == SLUIS_TREE_SCALAR &&
		    sluis_policy_list_label(read->policy, n->key, n->text, SLUIS_LANG_NL).data ==
		        n->text.data)
			sluis_policy_read_mistake(read, n, "add the code to that list under `lists`",
			    "`%.*s` does not stand in the list of this name", (int)n->text.len,
			    (const char *)n->text.data);
}

static void
parse_basis(struct policy_read *read, const struct sluis_tree_node *node, struct policy_ground *ground)
{
	struct policy_basis *items = take_list(read, node, sizeof(*items));

	if (items == NULL)
		return;
	for (const struct sluis_tree_node *n = node->first; n != NULL; n = n->next) {
		sluis_policy_read_fields(read, n, BASIS_FIELDS, SLUIS_ARRAY_LEN(BASIS_FIELDS),
		    &items[ground->basis_count++]);
		check_basis(read, n);
	}
	ground->basis = items;
}

/* What a ground is narrowed to, for people; nothing where it is not. */
static struct sluis_codes
narrowed(struct policy_read *read, enum sluis_policy_kind kind, uint64_t mask)
{
	return mask == UINT64_MAX ? (struct sluis_codes){ 0 } : sluis_policy_read_codes(read, kind, mask);
}

static void
parse_ground(struct policy_read *read, const struct sluis_tree_node *node, size_t index)
{
	const struct policy_table *table = &read->policy->kinds[SLUIS_KIND_GROUND];
	struct policy_ground *ground = &read->policy->grounds[index];
	struct entry entry = { .ground = { .open = { .is_enabled = true }, .senders = UINT64_MAX,
		                   .receivers = UINT64_MAX, .categories = UINT64_MAX } };

	sluis_policy_read_fields(read, node, GROUND_FIELDS, SLUIS_ARRAY_LEN(GROUND_FIELDS), &entry);
	table->labels[index] = entry.labels;
	*ground = entry.ground;
	ground->open.code = table->codes.items[index];
	ground->open.senders = narrowed(read, SLUIS_KIND_ROLE, ground->senders);
	ground->open.receivers = narrowed(read, SLUIS_KIND_ROLE, ground->receivers);
	ground->open.categories = narrowed(read, SLUIS_KIND_CATEGORY, ground->categories);
	parse_allowed(read, entry.allowed, ground);
	parse_evidence(read, entry.evidence, ground);
	parse_basis(read, entry.basis, ground);
	if (ground->open.is_enabled && ground->allowed_count == 0)
		sluis_policy_read_mistake(read, node, "add `allowed`, or write `enabled: false`",
		    "this ground is enabled and allows nothing");
}

void
sluis_policy_parse_grounds(struct policy_read *read, const struct sluis_tree_node *node)
{
	const size_t count = read->policy->kinds[SLUIS_KIND_GROUND].codes.count;
	size_t index = 0;

	read->policy->grounds =
	    sluis_policy_read_alloc(read, count * sizeof(*read->policy->grounds));
	if (read->policy->grounds == NULL)
		return;
	for (const struct sluis_tree_node *n = node->first; index < count; n = n->next)
		parse_ground(read, n, index++);
}
