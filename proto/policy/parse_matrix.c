/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse.h"

#define MASK(name, member, of, required)                                                           \
	{ .key = (name), .type = POLICY_FIELD_MASK, .kind = (of), .is_required = (required),       \
	    .offset = offsetof(struct policy_row, member) }

static const struct policy_field ROW_FIELDS[] = {
	{ .key = "row", .type = POLICY_FIELD_CODE, .is_required = true,
	    .offset = offsetof(struct policy_row, open.code) },
	{ .key = "purpose", .type = POLICY_FIELD_REF, .is_required = true,
	    .kind = SLUIS_KIND_PURPOSE, .offset = offsetof(struct policy_row, purpose) },
	MASK("steps", steps, SLUIS_KIND_STEP, true),
	MASK("from", from, SLUIS_KIND_ROLE, true),
	MASK("to", to, SLUIS_KIND_ROLE, true),
	MASK("categories", categories, SLUIS_KIND_CATEGORY, false),
	MASK("required", required, SLUIS_KIND_CATEGORY, false),
	MASK("by-grant", by_grant, SLUIS_KIND_CATEGORY, false),
	MASK("legal-base", legal_base, SLUIS_KIND_CATEGORY, false),
};

static struct sluis_codes
codes(struct policy_read *read, enum sluis_policy_kind kind, uint64_t mask)
{
	return sluis_policy_read_codes(read, kind, mask);
}

static void
open_row(struct policy_read *read, struct policy_row *row)
{
	struct sluis_policy_row *open = &row->open;

	open->purpose = row->purpose == POLICY_NONE
	                    ? (struct sluis_bytes){ 0 }
	                    : read->policy->kinds[SLUIS_KIND_PURPOSE].codes.items[row->purpose];
	open->steps = codes(read, SLUIS_KIND_STEP, row->steps);
	open->from = codes(read, SLUIS_KIND_ROLE, row->from);
	open->to = codes(read, SLUIS_KIND_ROLE, row->to);
	open->categories = codes(read, SLUIS_KIND_CATEGORY, row->categories);
	open->required = codes(read, SLUIS_KIND_CATEGORY, row->required);
	open->by_grant = codes(read, SLUIS_KIND_CATEGORY, row->by_grant);
}

/* Two rows for one (purpose, step, sender, receiver) would make the verdict hang on their order. */
static void
check_alone(struct policy_read *read, const struct sluis_tree_node *node, const struct policy_row *row)
{
	for (const struct policy_row *o = read->policy->rows; o < row; o++) {
		if (sluis_bytes_equal(o->open.code, row->open.code))
			sluis_policy_read_mistake(read, node, "give each row a name of its own",
			    "a row with this name stands above");
		if (o->purpose == row->purpose && (o->steps & row->steps) != 0 &&
		    (o->from & row->from) != 0 && (o->to & row->to) != 0)
			sluis_policy_read_mistake(read, node,
			    "leave one row for each purpose, step, sender and receiver",
			    "this row overlaps row `%.*s`", (int)o->open.code.len,
			    (const char *)o->open.code.data);
	}
}

static void
check_row(struct policy_read *read, const struct sluis_tree_node *node, const struct policy_row *row)
{
	if ((row->categories & row->by_grant) != 0)
		sluis_policy_read_mistake(read, node, "name it in one of the two",
		    "a category stands under both `categories` and `by-grant`");
	if ((row->categories | row->by_grant) == 0)
		sluis_policy_read_mistake(read, node, "add `categories` or `by-grant`",
		    "this row gives no category");
	if ((row->legal_base & ~row->categories) != 0)
		sluis_policy_read_mistake(read, node, "add it to `categories`, or remove it",
		    "`legal-base` names a category that this row does not give");
	check_alone(read, node, row);
}

/* What a row requires must stand in some row of its purpose, or no message could ever be sent. */
static void
check_required(struct policy_read *read, const struct sluis_tree_node *node,
    const struct policy_row *row)
{
	const struct sluis_policy *p = read->policy;
	uint64_t given = 0;

	for (size_t i = 0; i < p->row_count; i++)
		if (p->rows[i].purpose == row->purpose)
			given |= p->rows[i].categories | p->rows[i].by_grant;
	if ((row->required & ~given) != 0)
		sluis_policy_read_mistake(read, node, "add it to a row of this purpose",
		    "`required` names a category that no row of this purpose gives");
}

void
sluis_policy_parse_matrix(struct policy_read *read, const struct sluis_tree_node *node)
{
	struct sluis_policy *p = read->policy;
	const struct policy_row *row;

	if (!sluis_policy_read_is(read, node, SLUIS_TREE_LIST))
		return;
	p->rows = sluis_policy_read_alloc(read, node->count * sizeof(*p->rows));
	if (p->rows == NULL)
		return;
	for (const struct sluis_tree_node *n = node->first; n != NULL; n = n->next) {
		struct policy_row *next = &p->rows[p->row_count++];

		next->purpose = POLICY_NONE;
		sluis_policy_read_fields(read, n, ROW_FIELDS, SLUIS_ARRAY_LEN(ROW_FIELDS), next);
		open_row(read, next);
		check_row(read, n, next);
	}
	row = p->rows;
	for (const struct sluis_tree_node *n = node->first; n != NULL; n = n->next)
		check_required(read, n, row++);
}
