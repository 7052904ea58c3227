/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * policy_tree - YAML bytes as a tree of nodes that know their line: the strict part of YAML that a policy may use.
 *
 * One document of maps, lists and scalars. Mistakes: aliases, anchors, tags, directives, a second document,
 * keys that are no scalar or stand twice in one map, nesting or sizes above the limits below.
 * The only file that sees libyaml.  Source: design 5 (policy file).
 */
#ifndef SLUIS_POLICY_TREE_H
#define SLUIS_POLICY_TREE_H

#include "../arena.h"

enum {
	SLUIS_TREE_DEPTH_MAX = 12,
	SLUIS_TREE_CHILDREN_MAX = 512,
	SLUIS_TREE_NODES_MAX = 32768
};

enum sluis_tree_kind { SLUIS_TREE_SCALAR = 1, SLUIS_TREE_LIST, SLUIS_TREE_MAP };

struct sluis_tree_node {
	enum sluis_tree_kind kind;
	size_t line; /* from 1; of a map's child: that of its key */
	size_t column;
	bool is_plain;           /* scalar without quotes */
	struct sluis_bytes key;  /* child of a map */
	struct sluis_bytes text; /* scalar */
	struct sluis_tree_node *first;
	struct sluis_tree_node *last;
	struct sluis_tree_node *next;
	size_t count; /* children */
};

/** What stopped the reading; texts are static or live in the arena. */
struct sluis_tree_mistake {
	size_t line;
	size_t column;
	const char *mistake;
	const char *remedy;
};

/**
 * sluis_tree_parse(yaml, arena, ret_mistake, ret):
 * Read ${yaml} (borrowed) into nodes and copies of its texts in ${arena}; *${ret} is the root.
 * Errors: SLUIS_ECONFIG (*${ret_mistake} says where and why), SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_tree_parse(struct sluis_bytes yaml, struct sluis_arena *arena,
    struct sluis_tree_mistake *ret_mistake, struct sluis_tree_node **ret);

#endif
