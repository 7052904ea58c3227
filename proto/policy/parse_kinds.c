/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse.h"

/* Room for one entry of any kind, with the defaults of all. */
struct entry {
	const struct sluis_tree_node *node;
	struct policy_labels labels;
	struct policy_role role;
	struct policy_step step;
	struct policy_category category;
	uint64_t counted_as;
	bool is_off_case;
	struct policy_giver giver;
	struct policy_band band;
	struct policy_exception exception;
};

struct kind_form {
	enum sluis_policy_kind kind;
	const struct policy_field *fields;
	size_t field_count;
	void (*keep)(struct policy_read *read, size_t index, const struct entry *entry);
};

#define FLAG(name, member)                                                                         \
	{ .key = (name), .type = POLICY_FIELD_FLAG, .offset = offsetof(struct entry, member) }
#define MASK(name, member, of)                                                                     \
	{ .key = (name), .type = POLICY_FIELD_MASK, .kind = (of),                                  \
	    .offset = offsetof(struct entry, member) }
#define NEEDED(name, member, of)                                                                   \
	{ .key = (name), .type = POLICY_FIELD_MASK, .kind = (of), .is_required = true,             \
	    .offset = offsetof(struct entry, member) }
#define LABELS POLICY_LABEL_FIELDS(struct entry, labels)

static const struct policy_field PLAIN_FIELDS[] = { LABELS };
static const struct policy_field ROLE_FIELDS[] = {
	LABELS,
	FLAG("officer", role.is_officer),
	FLAG("joins", role.may_join),
};
static const struct policy_field STEP_FIELDS[] = {
	LABELS,
	FLAG("closed", step.is_closed),
	MASK("next", step.next, SLUIS_KIND_STEP),
};
static const struct policy_field CATEGORY_FIELDS[] = {
	LABELS,
	FLAG("special", category.open.is_special),
	FLAG("officers-only", category.open.is_officers_only),
	FLAG("bsn", category.open.has_bsn),
	FLAG("needs-about", category.open.needs_about),
	MASK("between", category.between, SLUIS_KIND_ROLE),
	MASK("never-to", category.never_to, SLUIS_KIND_ROLE),
	MASK("counted-as", counted_as, SLUIS_KIND_CATEGORY),
};
static const struct policy_field PURPOSE_FIELDS[] = { LABELS, FLAG("off-case", is_off_case) };
static const struct policy_field GIVER_FIELDS[] = {
	LABELS,
	FLAG("counted", giver.is_counted),
	{ .key = "counts-as", .type = POLICY_FIELD_REF, .kind = SLUIS_KIND_GIVER,
	    .offset = offsetof(struct entry, giver.counts_as) },
};
static const struct policy_field BAND_FIELDS[] = {
	LABELS,
	NEEDED("needs", band.needs, SLUIS_KIND_GIVER),
	FLAG("until", band.open.needs_until),
	{ .key = "from-age", .type = POLICY_FIELD_NUMBER, .min = 0, .max = 120, .unit = 1,
	    .offset = offsetof(struct entry, band.open.from_age) },
	{ .key = "renewal-age", .type = POLICY_FIELD_NUMBER, .min = 1, .max = 120, .unit = 1,
	    .offset = offsetof(struct entry, band.open.renewal_age) },
};
static const struct policy_field EXCEPTION_FIELDS[] = {
	LABELS,
	NEEDED("bands", exception.bands, SLUIS_KIND_BAND),
	NEEDED("needs", exception.needs, SLUIS_KIND_GIVER),
	FLAG("assessed", exception.is_assessed),
	FLAG("reviewed", exception.is_reviewed),
};

static void
keep_role(struct policy_read *read, size_t index, const struct entry *entry)
{
	read->policy->roles[index] = entry->role;
}

static void
keep_step(struct policy_read *read, size_t index, const struct entry *entry)
{
	read->policy->steps[index] = entry->step;
}

static void
keep_category(struct policy_read *read, size_t index, const struct entry *entry)
{
	struct policy_category *category = &read->policy->categories[index];

	*category = entry->category;
	category->open.code = read->policy->kinds[SLUIS_KIND_CATEGORY].codes.items[index];
	category->open.counted_as =
	    sluis_policy_read_codes(read, SLUIS_KIND_CATEGORY, entry->counted_as);
}

static void
keep_purpose(struct policy_read *read, size_t index, const struct entry *entry)
{
	read->policy->purposes_off_case[index] = entry->is_off_case;
}

static void
keep_giver(struct policy_read *read, size_t index, const struct entry *entry)
{
	read->policy->givers[index] = entry->giver;
	if (entry->giver.counts_as == POLICY_NONE)
		read->policy->givers[index].counts_as = (int)index;
}

static void
keep_band(struct policy_read *read, size_t index, const struct entry *entry)
{
	const struct sluis_policy_band *ages = &entry->band.open;

	if (ages->renewal_age != 0 && ages->renewal_age <= ages->from_age)
		sluis_policy_read_mistake(read, entry->node, "write the age at which this band begins, and the next limit",
		    "`renewal-age` is not above `from-age`");
	read->policy->bands[index] = entry->band;
}

static void
keep_exception(struct policy_read *read, size_t index, const struct entry *entry)
{
	read->policy->exceptions[index] = entry->exception;
}

static void
keep_nothing(struct policy_read *read, size_t index, const struct entry *entry)
{
	(void)read;
	(void)index;
	(void)entry;
}

/* Memory for the properties of every kind; all tables have their final count. */
static bool
take_memory(struct policy_read *read)
{
	struct sluis_policy *p = read->policy;
	const struct policy_table *kinds = p->kinds;

#define TAKE(member, kind)                                                                         \
	(p->member = sluis_policy_read_alloc(read,                                                 \
	     kinds[SLUIS_KIND_##kind].codes.count * sizeof(*p->member)))
	TAKE(roles, ROLE);
	TAKE(steps, STEP);
	TAKE(categories, CATEGORY);
	TAKE(purposes_off_case, PURPOSE);
	TAKE(givers, GIVER);
	TAKE(bands, BAND);
	TAKE(exceptions, EXCEPTION);
	TAKE(lists, LIST);
#undef TAKE
	return !read->is_out_of_memory;
}

static void
parse_kind(struct policy_read *read, const struct sluis_tree_node *node, const struct kind_form *form)
{
	const struct policy_table *table = &read->policy->kinds[form->kind];
	const struct sluis_tree_node *n = node != NULL ? node->first : NULL;

	for (size_t index = 0; index < table->codes.count; n = n->next) {
		struct entry entry = { .node = n,
			.role = { .may_join = true },
			.category = { .between = UINT64_MAX },
			.giver = { .counts_as = POLICY_NONE } };

		sluis_policy_read_fields(read, n, form->fields, form->field_count, &entry);
		table->labels[index] = entry.labels;
		form->keep(read, index++, &entry);
	}
}

static void
parse_lists(struct policy_read *read, const struct sluis_tree_node *node)
{
	const size_t count = read->policy->kinds[SLUIS_KIND_LIST].codes.count;
	const struct sluis_tree_node *n = node != NULL ? node->first : NULL;

	for (size_t index = 0; index < count; n = n->next) {
		struct policy_table *table = &read->policy->lists[index++].table;
		const struct sluis_tree_node *c = n->first;

		sluis_policy_read_table(read, n, POLICY_CODES_MAX, table);
		for (size_t place = 0; place < table->codes.count; c = c->next) {
			struct entry entry = { 0 };

			sluis_policy_read_fields(read, c, PLAIN_FIELDS,
			    SLUIS_ARRAY_LEN(PLAIN_FIELDS), &entry);
			table->labels[place++] = entry.labels;
		}
	}
}

/* clang-format off */
#define FORM(name, table, function) \
	{ .kind = SLUIS_KIND_##name, .fields = (table), .field_count = SLUIS_ARRAY_LEN(table), \
	    .keep = (function) }
static const struct kind_form FORMS[] = {
	FORM(ROLE, ROLE_FIELDS, keep_role),
	FORM(REGIME, PLAIN_FIELDS, keep_nothing),
	FORM(STEP, STEP_FIELDS, keep_step),
	FORM(CATEGORY, CATEGORY_FIELDS, keep_category),
	FORM(PURPOSE, PURPOSE_FIELDS, keep_purpose),
	FORM(GIVER, GIVER_FIELDS, keep_giver),
	FORM(BAND, BAND_FIELDS, keep_band),
	FORM(EXCEPTION, EXCEPTION_FIELDS, keep_exception),
	FORM(METHOD, PLAIN_FIELDS, keep_nothing),
	FORM(MEDIA, PLAIN_FIELDS, keep_nothing),
};
/* clang-format on */

void
sluis_policy_parse_kinds(struct policy_read *read, const struct sluis_tree_node *const *nodes)
{
	if (!take_memory(read))
		return;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(FORMS); i++)
		parse_kind(read, nodes[FORMS[i].kind], &FORMS[i]);
	parse_lists(read, nodes[SLUIS_KIND_LIST]);
}
