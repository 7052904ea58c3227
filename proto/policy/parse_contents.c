/* SPDX-License-Identifier: EUPL-1.2 */
#include "contents.h"
#include "parse.h"

enum { FIELDS_MAX = 64 };

struct entry {
	struct policy_labels labels;
	struct policy_labels help;
	int type;
	bool is_required;
	int list;
	int64_t max;
	const struct sluis_tree_node *fields;
};

static const char *const TYPE_WORDS[] = {
#define X(name, word) word,
	SLUIS_CONTENT_TYPE_LIST(X)
#undef X
	NULL
};

static const struct policy_field FIELD_FIELDS[] = {
	POLICY_LABEL_FIELDS(struct entry, labels),
	{ .key = "help-nl", .type = POLICY_FIELD_TEXT,
	    .offset = offsetof(struct entry, help.text[SLUIS_LANG_NL]) },
	{ .key = "help-en", .type = POLICY_FIELD_TEXT,
	    .offset = offsetof(struct entry, help.text[SLUIS_LANG_EN]) },
	{ .key = "type", .type = POLICY_FIELD_WORD, .words = TYPE_WORDS, .is_required = true,
	    .offset = offsetof(struct entry, type) },
	{ .key = "required", .type = POLICY_FIELD_FLAG, .offset = offsetof(struct entry, is_required) },
	{ .key = "list", .type = POLICY_FIELD_REF, .kind = SLUIS_KIND_LIST,
	    .offset = offsetof(struct entry, list) },
	{ .key = "max", .type = POLICY_FIELD_NUMBER, .min = 1, .max = 1000000000, .unit = 1,
	    .offset = offsetof(struct entry, max) },
	{ .key = "fields", .type = POLICY_FIELD_NODE, .offset = offsetof(struct entry, fields) },
};

struct schema_entry {
	struct sluis_bytes narrative;
	bool takes_documents;
	bool is_xml;
	const struct sluis_tree_node *fields;
};

static const struct policy_field SCHEMA_FIELDS[] = {
	{ .key = "narrative", .type = POLICY_FIELD_CODE, .offset = offsetof(struct schema_entry, narrative) },
	{ .key = "documents", .type = POLICY_FIELD_FLAG,
	    .offset = offsetof(struct schema_entry, takes_documents) },
	{ .key = "xml", .type = POLICY_FIELD_FLAG, .offset = offsetof(struct schema_entry, is_xml) },
	{ .key = "fields", .type = POLICY_FIELD_NODE, .offset = offsetof(struct schema_entry, fields) },
};

/* What belongs to some types only. */
static void
check_entry(struct policy_read *read, const struct sluis_tree_node *node, const struct entry *entry)
{
	const enum sluis_content_type type = (enum sluis_content_type)entry->type;
	const bool is_coded = type == SLUIS_CONTENT_CODE || type == SLUIS_CONTENT_CODES;
	const bool is_list = type == SLUIS_CONTENT_LIST;

	if (is_coded != (entry->list != POLICY_NONE))
		sluis_policy_read_mistake(read, node, "write `list` at the types code and codes, and nowhere else",
		    "the type of this field and its list do not fit");
	if (entry->max != 0 && type != SLUIS_CONTENT_NUMBER)
		sluis_policy_read_mistake(read, node, "remove it, or write `type: number`",
		    "only a number has a `max`");
	if (is_list != (entry->fields != NULL))
		sluis_policy_read_mistake(read, node, "write `fields` at the type list, and nowhere else",
		    "the type of this field and its fields do not fit");
}

static void
fill(const struct policy_read *read, const struct entry *entry, struct sluis_content_field *ret)
{
	ret->type = (enum sluis_content_type)entry->type;
	ret->is_required = entry->is_required;
	ret->max = entry->max == 0 ? 1000000000 : entry->max;
	if (entry->list != POLICY_NONE)
		ret->list = read->policy->kinds[SLUIS_KIND_LIST].codes.items[entry->list];
	for (int lang = 0; lang < 2; lang++) {
		ret->label[lang] = entry->labels.text[lang];
		ret->help[lang] = entry->help.text[lang];
	}
}

/* Fields of a schema, or (inner) of the objects in a list of it. */
static void
parse_fields(struct policy_read *read, const struct sluis_tree_node *node, bool is_inner,
    const struct sluis_content_field **ret, size_t *ret_count)
{
	struct policy_table keys = { 0 };
	struct sluis_content_field *fields;
	const struct sluis_tree_node *n = node->first;

	sluis_policy_read_table(read, node, FIELDS_MAX, &keys);
	fields = sluis_policy_read_alloc(read, keys.codes.count * sizeof(*fields));
	if (fields == NULL)
		return;
	for (size_t i = 0; i < keys.codes.count; n = n->next, i++) {
		struct entry entry = { .list = POLICY_NONE };

		sluis_policy_read_fields(read, n, FIELD_FIELDS, SLUIS_ARRAY_LEN(FIELD_FIELDS), &entry);
		check_entry(read, n, &entry);
		fill(read, &entry, &fields[i]);
		fields[i].key = keys.codes.items[i];
		if (entry.fields != NULL && is_inner)
			sluis_policy_read_mistake(read, entry.fields, "make it a schema of one list less",
			    "a list within a list");
		else if (entry.fields != NULL)
			parse_fields(read, entry.fields, true, &fields[i].fields, &fields[i].field_count);
	}
	if (keys.codes.count == 0)
		sluis_policy_read_mistake(read, node, "name at least one, or remove the key", "no fields here");
	*ret = fields;
	*ret_count = keys.codes.count;
}

static void
check_narrative(struct policy_read *read, const struct sluis_tree_node *node,
    const struct sluis_content_schema *schema)
{
	for (size_t i = 0; i < schema->field_count; i++)
		if (schema->fields[i].type == SLUIS_CONTENT_TEXT &&
		    sluis_bytes_equal(schema->fields[i].key, schema->narrative))
			return;
	sluis_policy_read_mistake(read, node, "name a field of type text", "`%.*s` is no text field of this schema",
	    (int)schema->narrative.len, (const char *)schema->narrative.data);
}

static void
parse_schema(struct policy_read *read, const struct sluis_tree_node *node, struct sluis_content_schema *ret)
{
	struct schema_entry entry = { .takes_documents = true };

	sluis_policy_read_fields(read, node, SCHEMA_FIELDS, SLUIS_ARRAY_LEN(SCHEMA_FIELDS), &entry);
	if (sluis_policy_index(&read->policy->kinds[SLUIS_KIND_CATEGORY], node->key) == POLICY_NONE)
		sluis_policy_read_mistake(read, node, "write a code that stands there, or add it there",
		    "`%.*s` does not stand under `categories`", (int)node->key.len, (const char *)node->key.data);
	if (entry.is_xml == (entry.fields != NULL))
		sluis_policy_read_mistake(read, node, "write either `fields` or `xml: true`",
		    "a schema is of fields or of XML");
	*ret = (struct sluis_content_schema){ .category = node->key, .narrative = entry.narrative,
		.takes_documents = entry.takes_documents && !entry.is_xml, .is_xml = entry.is_xml };
	if (entry.fields != NULL)
		parse_fields(read, entry.fields, false, &ret->fields, &ret->field_count);
	if (entry.narrative.len > 0)
		check_narrative(read, node, ret);
}

void
sluis_policy_parse_contents(struct policy_read *read, const struct sluis_tree_node *node)
{
	struct sluis_policy *p = read->policy;
	struct sluis_content_schema *schemas;

	if (!sluis_policy_read_is(read, node, SLUIS_TREE_MAP))
		return;
	schemas = sluis_policy_read_alloc(read, node->count * sizeof(*schemas));
	if (schemas == NULL)
		return;
	for (const struct sluis_tree_node *n = node->first; n != NULL; n = n->next)
		parse_schema(read, n, &schemas[p->content_count++]);
	p->contents = schemas;
}
