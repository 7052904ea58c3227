/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * tree - the hash tree of one log on disk: roots and proofs at any size, in flat memory.
 *
 * One file for each level, NAME.00, NAME.01, ...: hash i of level L stands at 32 * i. All of it is derived from the
 * leaf rows of the database: written without sync behind each commit, and made again where it is missing or wrong.
 * NAME.synced holds the size up to which all levels have been synced (at close and every TREE_SYNC_LEAVES leaves).
 * Opening costs O(log n) after a close, and at most TREE_SYNC_LEAVES leaf rows after a crash. Files that rot
 * later are found by the proof that needs them: every proof is verified against the head before it is given.
 * One thread at a time. Source: design 6; RFC 6962 2.1.
 */
#ifndef SLUISD_TREE_H
#define SLUISD_TREE_H

#include "merkle.h"

#define TREE_SYNC_LEAVES (UINT64_C(1) << 18) /* 8 MiB of leaf hashes */
#define TREE_PENDING_LEAVES (UINT64_C(1) << 18) /* held in memory at most */

struct tree;

/** The leaf rows: ${read} gives up to ${max} >= 1 leaf hashes from index ${from}, at least one, else an error. */
struct tree_leaves {
	enum sluis_err (*read)(void *context, uint64_t from, size_t max, struct sluis_hash *ret,
	    size_t *ret_count);
	void *context;
};

/** Where a tree is and what the database says of it; borrowed during tree_open(). */
struct tree_source {
	const char *dir; /* exists */
	const char *name; /* file name without the level: "keys", "exchange" */
	struct sluis_merkle_head head; /* committed; of size 0 the root must be that of the empty tree */
	struct tree_leaves leaves;
};

/**
 * tree_open(source, why, ret):
 * Open, check against the head, make again what is missing or wrong. Close with tree_close().
 * Errors: SLUIS_ESTORE (the leaf rows do not lead to the root: the database is damaged), SLUIS_EIO,
 * SLUIS_ENOSPACE, SLUIS_ENOMEM, those of the leaf reader; ${why} says which and what next.
 */
SLUIS_MUST_CHECK enum sluis_err tree_open(const struct tree_source *source, struct sluis_why *why,
    struct tree **ret);

/** tree_close(tree): sync, note the size, release; rolls back what is not committed. NULL is fine. */
void tree_close(struct tree *tree);

/** tree_rebuilt(tree): leaf rows that tree_open() had to read again; 0 when it was clean. For the log. */
uint64_t tree_rebuilt(const struct tree *tree);

/**
 * tree_append(tree, leaf):
 * Add one leaf hash in memory. Root and proofs include it at once.
 * Errors: SLUIS_ENOMEM; SLUIS_ENOSPACE (TREE_PENDING_LEAVES wait because the disk is full): roll back.
 */
SLUIS_MUST_CHECK enum sluis_err tree_append(struct tree *tree, const struct sluis_hash *leaf);

/**
 * tree_commit(tree):
 * What was appended is in the database: write it behind. A full disk is no error here: the hashes stay in
 * memory and go with a later commit. Errors: SLUIS_EIO (stop the process, never retry).
 */
SLUIS_MUST_CHECK enum sluis_err tree_commit(struct tree *tree);

/** tree_rollback(tree): forget what was appended since the last commit. */
void tree_rollback(struct tree *tree);

/** tree_size(tree), tree_root(tree): of all that was appended, committed or not. */
uint64_t tree_size(const struct tree *tree);
struct sluis_hash tree_root(struct tree *tree);

/**
 * tree_root_at(tree, size, ret), tree_inclusion(tree, index, size, ret), tree_consistency(tree, old_size, new_size, ret):
 * As in merkle.h, for any size up to tree_size(); O(log n) reads, verified before they are given.
 * Errors: SLUIS_EUSAGE (sizes); SLUIS_ESTORE (a level file is damaged: stop, the next tree_open() makes all
 * levels again), SLUIS_EIO.
 */
SLUIS_MUST_CHECK enum sluis_err tree_root_at(struct tree *tree, uint64_t size, struct sluis_hash *ret);
SLUIS_MUST_CHECK enum sluis_err tree_inclusion(struct tree *tree, uint64_t index, uint64_t size,
    struct sluis_merkle_proof *ret);
SLUIS_MUST_CHECK enum sluis_err tree_consistency(struct tree *tree, uint64_t old_size, uint64_t new_size,
    struct sluis_merkle_proof *ret);

#endif
