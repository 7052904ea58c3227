/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy_tree.h"

#include <string.h>

#include <yaml.h>

static const char EMPTY_FILE[] = "an empty file";
static const char EMPTY_REMEDY[] = "start from config/policy.yaml";

struct builder {
	yaml_parser_t yaml;
	struct sluis_bytes source;
	struct sluis_arena *arena;
	struct sluis_tree_mistake mistake;
	struct sluis_tree_node *open[SLUIS_TREE_DEPTH_MAX]; /* lists and maps begun, outermost first */
	size_t depth;
	size_t node_count;
	struct sluis_tree_node *root;
	struct sluis_bytes key; /* of the value to come, in a map */
	size_t key_line;        /* 0: no key waits for its value */
	size_t key_column;
	bool is_done;
};

static enum sluis_err
stop(struct builder *b, size_t line, size_t column, const char *mistake, const char *remedy)
{
	b->mistake = (struct sluis_tree_mistake){
		.line = line, .column = column, .mistake = mistake, .remedy = remedy
	};
	return SLUIS_ECONFIG;
}

static enum sluis_err
stop_at(struct builder *b, const yaml_event_t *event, const char *mistake, const char *remedy)
{
	return stop(b, event->start_mark.line + 1, event->start_mark.column + 1, mistake, remedy);
}

static enum sluis_err
copy_text(struct builder *b, struct sluis_bytes text, struct sluis_bytes *ret)
{
	return sluis_arena_copy(b->arena, text, ret);
}

/* The reader's own mistakes carry an offset instead of a mark. */
static size_t
line_of_offset(const struct builder *b, size_t offset)
{
	size_t line = 1;

	for (size_t i = 0; i < offset; i++)
		line += b->source.data[i] == '\n';
	return line;
}

static enum sluis_err
stop_at_syntax(struct builder *b)
{
	struct sluis_bytes words;

	if (b->yaml.error == YAML_MEMORY_ERROR)
		return SLUIS_ENOMEM;
	if (b->yaml.error == YAML_READER_ERROR)
		return stop(b, line_of_offset(b, b->yaml.problem_offset), 1,
		    "bytes that are no printable UTF-8 text", "save the file as UTF-8");
	/* libyaml's text is static, but its parser is not needed any more to read it. */
	SLUIS_TRY(copy_text(b, sluis_bytes(b->yaml.problem, strlen(b->yaml.problem) + 1), &words));
	return stop(b, b->yaml.problem_mark.line + 1, b->yaml.problem_mark.column + 1,
	    (const char *)words.data, "mend the YAML here: indentation, quotes, brackets, colons");
}

static enum sluis_err
check_key(struct builder *b, const yaml_event_t *event, struct sluis_bytes key)
{
	const struct sluis_tree_node *map = b->open[b->depth - 1];

	for (const struct sluis_tree_node *n = map->first; n != NULL; n = n->next)
		if (sluis_bytes_equal(n->key, key))
			return stop_at(b, event, "a key that already stands in this map",
			    "keep one of the two");
	return SLUIS_OK;
}

/* Does the next scalar name the key of a map's child? */
static bool
wants_key(const struct builder *b)
{
	return b->depth > 0 && b->open[b->depth - 1]->kind == SLUIS_TREE_MAP && b->key_line == 0;
}

static void
place(struct builder *b, struct sluis_tree_node *node)
{
	struct sluis_tree_node *parent;

	if (b->depth == 0) {
		b->root = node;
		return;
	}
	parent = b->open[b->depth - 1];
	if (parent->last == NULL)
		parent->first = node;
	else
		parent->last->next = node;
	parent->last = node;
	parent->count++;
	b->key_line = 0;
}

static enum sluis_err
add(struct builder *b, const yaml_event_t *event, enum sluis_tree_kind kind,
    struct sluis_tree_node **ret)
{
	struct sluis_tree_node *node;

	if (wants_key(b))
		return stop_at(b, event, "a key that is no single word", "write KEY: VALUE");
	if (b->depth > 0 && b->open[b->depth - 1]->count == SLUIS_TREE_CHILDREN_MAX)
		return stop_at(b, event, "more than 512 entries in one list or map", "write fewer");
	if (++b->node_count > SLUIS_TREE_NODES_MAX)
		return stop_at(b, event, "more than 32768 values in one file", "write fewer");
	node = sluis_arena_alloc(b->arena, sizeof(*node));
	if (node == NULL)
		return SLUIS_ENOMEM;
	node->kind = kind;
	node->line = b->key_line > 0 ? b->key_line : event->start_mark.line + 1;
	node->column = b->key_line > 0 ? b->key_column : event->start_mark.column + 1;
	node->key = b->key_line > 0 ? b->key : (struct sluis_bytes){ 0 };
	place(b, node);
	*ret = node;
	return SLUIS_OK;
}

static enum sluis_err
on_scalar(struct builder *b, const yaml_event_t *event)
{
	struct sluis_tree_node *node;
	struct sluis_bytes text;

	SLUIS_TRY(copy_text(b,
	    sluis_bytes(event->data.scalar.value, event->data.scalar.length), &text));
	if (wants_key(b)) {
		SLUIS_TRY(check_key(b, event, text));
		b->key = text;
		b->key_line = event->start_mark.line + 1;
		b->key_column = event->start_mark.column + 1;
		return SLUIS_OK;
	}
	SLUIS_TRY(add(b, event, SLUIS_TREE_SCALAR, &node));
	node->text = text;
	node->is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	return SLUIS_OK;
}

static enum sluis_err
on_open(struct builder *b, const yaml_event_t *event, enum sluis_tree_kind kind)
{
	struct sluis_tree_node *node;

	if (b->depth == SLUIS_TREE_DEPTH_MAX)
		return stop_at(b, event, "nested more than 12 deep", "write it flatter");
	SLUIS_TRY(add(b, event, kind, &node));
	b->open[b->depth++] = node;
	return SLUIS_OK;
}

static enum sluis_err
on_document(struct builder *b, const yaml_event_t *event)
{
	if (b->root != NULL)
		return stop_at(b, event, "a second document", "a policy is one document: remove `---`");
	if (event->data.document_start.version_directive != NULL ||
	    event->data.document_start.tag_directives.start !=
	        event->data.document_start.tag_directives.end)
		return stop_at(b, event, "a YAML directive", "remove the line that starts with %");
	return SLUIS_OK;
}

/* Anchor and tag of what the event begins; NULL for events that have none. */
static bool
is_marked(const yaml_event_t *event)
{
	if (event->type == YAML_SCALAR_EVENT)
		return event->data.scalar.anchor != NULL || event->data.scalar.tag != NULL;
	if (event->type == YAML_SEQUENCE_START_EVENT)
		return event->data.sequence_start.anchor != NULL ||
		       event->data.sequence_start.tag != NULL;
	if (event->type == YAML_MAPPING_START_EVENT)
		return event->data.mapping_start.anchor != NULL ||
		       event->data.mapping_start.tag != NULL;
	return false;
}

static enum sluis_err
on_list(struct builder *b, const yaml_event_t *event)
{
	return on_open(b, event, SLUIS_TREE_LIST);
}

static enum sluis_err
on_map(struct builder *b, const yaml_event_t *event)
{
	return on_open(b, event, SLUIS_TREE_MAP);
}

static enum sluis_err
on_close(struct builder *b, const yaml_event_t *event)
{
	(void)event;
	b->depth--;
	return SLUIS_OK;
}

static enum sluis_err
on_alias(struct builder *b, const yaml_event_t *event)
{
	return stop_at(b, event, "an alias", "write the value itself, without *");
}

static enum sluis_err
on_end(struct builder *b, const yaml_event_t *event)
{
	(void)event;
	b->is_done = true;
	return SLUIS_OK;
}

/* By type of event; the others carry nothing. */
static enum sluis_err (*const HANDLERS[])(struct builder *b, const yaml_event_t *event) = {
	[YAML_SCALAR_EVENT] = on_scalar,
	[YAML_SEQUENCE_START_EVENT] = on_list,
	[YAML_MAPPING_START_EVENT] = on_map,
	[YAML_SEQUENCE_END_EVENT] = on_close,
	[YAML_MAPPING_END_EVENT] = on_close,
	[YAML_ALIAS_EVENT] = on_alias,
	[YAML_DOCUMENT_START_EVENT] = on_document,
	[YAML_DOCUMENT_END_EVENT] = NULL,
	[YAML_STREAM_END_EVENT] = on_end,
};

static enum sluis_err
on_event(struct builder *b, const yaml_event_t *event)
{
	if (is_marked(event))
		return stop_at(b, event, "an anchor or a tag", "write the value itself, without & or !");
	return HANDLERS[event->type] != NULL ? HANDLERS[event->type](b, event) : SLUIS_OK;
}

static enum sluis_err
build(struct builder *b)
{
	while (!b->is_done) {
		SLUIS_AUTO(yaml_event_delete) yaml_event_t event = { 0 };

		if (!yaml_parser_parse(&b->yaml, &event))
			return stop_at_syntax(b);
		SLUIS_TRY(on_event(b, &event));
	}
	if (b->root == NULL)
		return stop(b, 1, 1, EMPTY_FILE, EMPTY_REMEDY);
	return SLUIS_OK;
}

enum sluis_err
sluis_tree_parse(struct sluis_bytes yaml, struct sluis_arena *arena,
    struct sluis_tree_mistake *ret_mistake, struct sluis_tree_node **ret)
{
	struct builder b = { .arena = arena, .source = yaml };
	enum sluis_err err;

	if (yaml.len == 0) { /* libyaml would assert on no bytes at all */
		*ret_mistake = (struct sluis_tree_mistake){ 1, 1, EMPTY_FILE, EMPTY_REMEDY };
		return SLUIS_ECONFIG;
	}
	if (!yaml_parser_initialize(&b.yaml))
		return SLUIS_ENOMEM;
	yaml_parser_set_encoding(&b.yaml, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&b.yaml, yaml.data, yaml.len);
	err = build(&b);
	yaml_parser_delete(&b.yaml);
	if (err == SLUIS_ECONFIG)
		*ret_mistake = b.mistake;
	if (err == SLUIS_OK)
		*ret = b.root;
	return err;
}
