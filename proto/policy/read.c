/* SPDX-License-Identifier: EUPL-1.2 */
#include "read.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { WORD_SHOWN_MAX = 64, NUMBER_DIGITS_MAX = 15 };

static const char *const KIND_KEYS[] = {
#define X(name, key) key,
	SLUIS_POLICY_KIND_LIST(X)
#undef X
};

static const char *const TREE_WORDS[] = { "", "a single value", "a list", "a map of KEY: VALUE" };

void
sluis_policy_read_mistake(struct policy_read *read, const struct sluis_tree_node *node,
    const char *remedy, const char *format, ...)
{
	char text[512];
	struct sluis_policy_mistake mistake = { .mistake = text, .remedy = remedy };
	va_list args;

	if (++read->mistake_count > POLICY_MISTAKES_MAX || read->reporter == NULL)
		return;
	mistake.line = node->line;
	mistake.column = node->column;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	read->reporter->report(read->reporter->context, &mistake);
}

void *
sluis_policy_read_alloc(struct policy_read *read, size_t len)
{
	void *at = sluis_arena_alloc(read->policy->arena, len);

	if (at == NULL)
		read->is_out_of_memory = true;
	return at;
}

/* For "%.*s": length of ${text} as shown, never cut inside a character. */
static int
shown(struct sluis_bytes text)
{
	size_t len = text.len;

	if (len > WORD_SHOWN_MAX)
		for (len = WORD_SHOWN_MAX; (text.data[len] & 0xc0) == 0x80;)
			len--;
	return (int)len;
}

#define SHOWN(text) shown(text), (const char *)(text).data

bool
sluis_policy_read_is(struct policy_read *read, const struct sluis_tree_node *node,
    enum sluis_tree_kind kind)
{
	if (node->kind == kind)
		return true;
	sluis_policy_read_mistake(read, node, "see config/policy.yaml for its form",
	    "`%.*s` is not %s", SHOWN(node->key), TREE_WORDS[kind]);
	return false;
}

static void
read_flag(struct policy_read *read, const struct sluis_tree_node *node,
    const struct policy_field *field, void *ret)
{
	const bool is_true = node->is_plain && sluis_bytes_is_text(node->text, "true");

	(void)field;
	if (is_true || (node->is_plain && sluis_bytes_is_text(node->text, "false")))
		*(bool *)ret = is_true;
	else
		sluis_policy_read_mistake(read, node, "write true or false, without quotes",
		    "`%.*s` is neither true nor false", SHOWN(node->text));
}

/* Digits only, no sign, no leading zero, no quotes: `12abc`, 0x10, 010 and 1e3 are no numbers. */
static bool
parse_number(const struct sluis_tree_node *node, int64_t *ret)
{
	int64_t value = 0;

	if (!node->is_plain || node->text.len == 0 || node->text.len > NUMBER_DIGITS_MAX)
		return false;
	if (node->text.data[0] == '0' && node->text.len > 1)
		return false;
	for (size_t i = 0; i < node->text.len; i++) {
		if (node->text.data[i] < '0' || node->text.data[i] > '9')
			return false;
		value = value * 10 + (node->text.data[i] - '0');
	}
	*ret = value;
	return true;
}

static void
read_number(struct policy_read *read, const struct sluis_tree_node *node,
    const struct policy_field *field, void *ret)
{
	int64_t value;

	if (!parse_number(node, &value))
		sluis_policy_read_mistake(read, node, "write digits only, without quotes or unit",
		    "`%.*s` is not a whole number", SHOWN(node->text));
	else if (value < field->min || value > field->max)
		sluis_policy_read_mistake(read, node, "write a number within these bounds",
		    "`%s` must be %lld to %lld", field->key, (long long)field->min,
		    (long long)field->max);
	else
		*(int64_t *)ret = value * field->unit;
}

static void
read_text(struct policy_read *read, const struct sluis_tree_node *node,
    const struct policy_field *field, void *ret)
{
	const bool is_long = field->type == POLICY_FIELD_LONG;
	bool is_clean = node->text.len > 0;

	for (size_t i = 0; i < node->text.len; i++)
		if (node->text.data[i] < ' ' && !(is_long && node->text.data[i] == '\n'))
			is_clean = false;
	if (!is_clean || node->text.len > POLICY_TEXT_MAX * (is_long ? 16u : 1u))
		sluis_policy_read_mistake(read, node, "write a text for people, on one line",
		    "`%.*s` is empty, too long or holds control characters", SHOWN(node->key));
	else
		*(struct sluis_bytes *)ret = node->text;
}

static void
take_code(struct policy_read *read, const struct sluis_tree_node *node, struct sluis_bytes code,
    struct sluis_bytes *ret)
{
	if (sluis_code_is_valid(code))
		*ret = code;
	else
		sluis_policy_read_mistake(read, node,
		    "write 1 to 32 of a-z, 0-9 and -, starting with a letter or digit",
		    "`%.*s` is not a code", SHOWN(code));
}

static void
read_code(struct policy_read *read, const struct sluis_tree_node *node,
    const struct policy_field *field, void *ret)
{
	(void)field;
	take_code(read, node, node->text, ret);
}

static void
take_ref(struct policy_read *read, const struct sluis_tree_node *node, enum sluis_policy_kind kind,
    int *ret)
{
	const int index = sluis_policy_index(&read->policy->kinds[kind], node->text);

	if (index != POLICY_NONE)
		*ret = index;
	else
		sluis_policy_read_mistake(read, node, "write a code that stands there, or add it there",
		    "`%.*s` does not stand under `%s`", SHOWN(node->text), KIND_KEYS[kind]);
}

static void
read_ref(struct policy_read *read, const struct sluis_tree_node *node,
    const struct policy_field *field, void *ret)
{
	take_ref(read, node, field->kind, ret);
}

static uint64_t
group_mask(const struct policy_read *read, enum sluis_policy_kind kind, struct sluis_bytes code)
{
	for (size_t i = 0; i < read->group_count; i++)
		if (read->groups[i].kind == kind && sluis_bytes_equal(read->groups[i].code, code))
			return read->groups[i].mask;
	return 0;
}

void
sluis_policy_read_mask(struct policy_read *read, const struct sluis_tree_node *node,
    enum sluis_policy_kind kind, uint64_t *ret)
{
	uint64_t mask = 0;

	if (!sluis_policy_read_is(read, node, SLUIS_TREE_LIST))
		return;
	for (const struct sluis_tree_node *n = node->first; n != NULL; n = n->next) {
		uint64_t more = group_mask(read, kind, n->text);
		int index = POLICY_NONE;

		if (more == 0) {
			take_ref(read, n, kind, &index);
			more = sluis_policy_bit(index);
		}
		if ((mask & more) != 0)
			sluis_policy_read_mistake(read, n, "name each code once; a group holds its members",
			    "`%.*s` stands in this list already", SHOWN(n->text));
		mask |= more;
	}
	*ret = mask;
}

void
sluis_policy_read_word(struct policy_read *read, const struct sluis_tree_node *node,
    const char *const *words, int *ret)
{
	char known[256] = "write one of:";

	for (int i = 0; words[i] != NULL; i++) {
		if (sluis_bytes_is_text(node->text, words[i])) {
			*ret = i;
			return;
		}
		strcat(strcat(known, " "), words[i]);
	}
	sluis_policy_read_mistake(read, node, known, "`%.*s` is not known here", SHOWN(node->text));
}

static void
read_mask(struct policy_read *read, const struct sluis_tree_node *node,
    const struct policy_field *field, void *ret)
{
	sluis_policy_read_mask(read, node, field->kind, ret);
}

static void
read_word(struct policy_read *read, const struct sluis_tree_node *node,
    const struct policy_field *field, void *ret)
{
	sluis_policy_read_word(read, node, field->words, ret);
}

static void
read_node(struct policy_read *read, const struct sluis_tree_node *node,
    const struct policy_field *field, void *ret)
{
	(void)read;
	(void)field;
	*(const struct sluis_tree_node **)ret = node;
}

/* By type of field: how it is read, and whether it is a single value. */
static const struct {
	void (*take)(struct policy_read *read, const struct sluis_tree_node *node,
	    const struct policy_field *field, void *ret);
	bool is_scalar;
} TYPES[] = {
	[POLICY_FIELD_FLAG] = { read_flag, true },
	[POLICY_FIELD_NUMBER] = { read_number, true },
	[POLICY_FIELD_TEXT] = { read_text, true },
	[POLICY_FIELD_LONG] = { read_text, true },
	[POLICY_FIELD_CODE] = { read_code, true },
	[POLICY_FIELD_REF] = { read_ref, true },
	[POLICY_FIELD_MASK] = { read_mask, false },
	[POLICY_FIELD_WORD] = { read_word, true },
	[POLICY_FIELD_NODE] = { read_node, false },
};

static void
read_value(struct policy_read *read, const struct sluis_tree_node *node,
    const struct policy_field *field, void *at)
{
	if (!TYPES[field->type].is_scalar || sluis_policy_read_is(read, node, SLUIS_TREE_SCALAR))
		TYPES[field->type].take(read, node, field, at);
}

static void
unknown_key(struct policy_read *read, const struct sluis_tree_node *node,
    const struct policy_field *fields, size_t count)
{
	char known[512] = "write one of:";

	for (size_t i = 0; i < count; i++)
		strcat(strcat(known, " "), fields[i].key);
	sluis_policy_read_mistake(read, node, known, "unknown key `%.*s`", SHOWN(node->key));
}

void
sluis_policy_read_fields(struct policy_read *read, const struct sluis_tree_node *node,
    const struct policy_field *fields, size_t count, void *base)
{
	uint64_t seen = 0;

	if (!sluis_policy_read_is(read, node, SLUIS_TREE_MAP))
		return;
	for (const struct sluis_tree_node *n = node->first; n != NULL; n = n->next) {
		size_t i = 0;

		while (i < count && !sluis_bytes_is_text(n->key, fields[i].key))
			i++;
		if (i == count) {
			unknown_key(read, n, fields, count);
			continue;
		}
		seen |= UINT64_C(1) << i;
		read_value(read, n, &fields[i], (char *)base + fields[i].offset);
	}
	for (size_t i = 0; i < count; i++)
		if (fields[i].is_required && (seen >> i & 1) == 0)
			sluis_policy_read_mistake(read, node, "add the key; see config/policy.yaml",
			    "`%s` is missing here", fields[i].key);
}

struct sluis_codes
sluis_policy_read_codes(struct policy_read *read, enum sluis_policy_kind kind, uint64_t mask)
{
	const struct sluis_codes *all = &read->policy->kinds[kind].codes;
	struct sluis_bytes *items = sluis_policy_read_alloc(read, all->count * sizeof(*items));
	size_t count = 0;

	for (size_t i = 0; items != NULL && i < all->count; i++)
		if ((mask >> i & 1) != 0)
			items[count++] = all->items[i];
	return (struct sluis_codes){ .items = items, .count = count };
}

void
sluis_policy_read_table(struct policy_read *read, const struct sluis_tree_node *node, size_t max,
    struct policy_table *ret)
{
	struct sluis_bytes *codes;
	size_t count = 0;

	if (!sluis_policy_read_is(read, node, SLUIS_TREE_MAP))
		return;
	if (node->count > max) {
		sluis_policy_read_mistake(read, node, "merge or remove some",
		    "`%.*s` has %zu entries, at most %zu", SHOWN(node->key), node->count, max);
		return;
	}
	codes = sluis_policy_read_alloc(read, node->count * sizeof(*codes));
	ret->labels = sluis_policy_read_alloc(read, node->count * sizeof(*ret->labels));
	if (codes == NULL || ret->labels == NULL)
		return;
	for (const struct sluis_tree_node *n = node->first; n != NULL; n = n->next)
		take_code(read, n, n->key, &codes[count++]);
	ret->codes = (struct sluis_codes){ .items = codes, .count = count };
}
