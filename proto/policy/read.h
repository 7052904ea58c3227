/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * read - tables of fields: how maps of the policy file become structs, and how mistakes are told.
 *
 * Reading never stops at a mistake: it reports and goes on, so that one run shows them all. For
 * proto/policy only.
 */
#ifndef SLUIS_POLICY_READ_H
#define SLUIS_POLICY_READ_H

#include "model.h"
#include "policy_tree.h"

enum { POLICY_MISTAKES_MAX = 100, POLICY_GROUPS_MAX = 64, POLICY_TEXT_MAX = 1024 };

struct policy_group {
	enum sluis_policy_kind kind;
	struct sluis_bytes code;
	uint64_t mask;
};

/** One reading of one file. */
struct policy_read {
	struct sluis_policy *policy;
	const struct sluis_policy_reporter *reporter; /* NULL: nobody listens */
	size_t mistake_count;
	bool is_out_of_memory;
	struct policy_group groups[POLICY_GROUPS_MAX];
	size_t group_count;
};

enum policy_field_type {
	POLICY_FIELD_FLAG,   /* bool: true or false */
	POLICY_FIELD_NUMBER, /* int64_t: min..max in the file, times unit */
	POLICY_FIELD_TEXT,   /* struct sluis_bytes: for people, one line */
	POLICY_FIELD_LONG,   /* struct sluis_bytes: for people, several lines */
	POLICY_FIELD_CODE,   /* struct sluis_bytes: a new code */
	POLICY_FIELD_REF,    /* int: a code of ${kind} */
	POLICY_FIELD_MASK,   /* uint64_t: a list of codes and groups of ${kind} */
	POLICY_FIELD_WORD,   /* int: index in ${words} */
	POLICY_FIELD_NODE    /* const struct sluis_tree_node *: read by the caller */
};

struct policy_field {
	const char *key;
	enum policy_field_type type;
	size_t offset;
	bool is_required;
	enum sluis_policy_kind kind;
	int64_t min;
	int64_t max;
	int64_t unit;
	const char *const *words; /* ends with NULL */
};

/** sluis_policy_read_mistake(read, node, remedy, format, ...): report one mistake at ${node}. */
void sluis_policy_read_mistake(struct policy_read *read, const struct sluis_tree_node *node,
    const char *remedy, const char *format, ...) __attribute__((format(printf, 4, 5)));

/** sluis_policy_read_alloc(read, len): zeroed memory that lives with the policy; NULL sets the flag. */
void *sluis_policy_read_alloc(struct policy_read *read, size_t len);

/** sluis_policy_read_is(read, node, kind): ${node} is a map (list, ...), or a mistake is reported. */
bool sluis_policy_read_is(struct policy_read *read, const struct sluis_tree_node *node,
    enum sluis_tree_kind kind);

/**
 * sluis_policy_read_fields(read, node, fields, count, base):
 * Read the map ${node} into the struct at ${base} by ${count} (at most 64) ${fields}: unknown and missing
 * keys and wrong values are mistakes; what is absent or wrong keeps its value.
 */
void sluis_policy_read_fields(struct policy_read *read, const struct sluis_tree_node *node,
    const struct policy_field *fields, size_t count, void *base);

/** sluis_policy_read_mask(read, node, kind, ret): a list of codes and groups as a mask. */
void sluis_policy_read_mask(struct policy_read *read, const struct sluis_tree_node *node,
    enum sluis_policy_kind kind, uint64_t *ret);

/** sluis_policy_read_word(read, node, words, ret): index of a scalar in ${words}. */
void sluis_policy_read_word(struct policy_read *read, const struct sluis_tree_node *node,
    const char *const *words, int *ret);

/** sluis_policy_read_codes(read, kind, mask): the codes of ${mask} in policy order. */
struct sluis_codes sluis_policy_read_codes(struct policy_read *read, enum sluis_policy_kind kind,
    uint64_t mask);

/** sluis_policy_read_table(read, node, max, ret): keys of the map ${node} as codes without labels. */
void sluis_policy_read_table(struct policy_read *read, const struct sluis_tree_node *node, size_t max,
    struct policy_table *ret);

#endif
