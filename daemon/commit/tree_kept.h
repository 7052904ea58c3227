/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * tree_kept - what a hash tree was asked for a moment ago: nodes read from its files, proofs that were checked, its head.
 *
 * The answers of one batch need the same nodes, and clients that saw the same head the same proof. Nodes in the files and
 * proofs between committed sizes never change; what a rollback may change is for the tree to forget. No I/O, no heap.
 */
#ifndef SLUISD_TREE_KEPT_H
#define SLUISD_TREE_KEPT_H

#include "merkle.h"

enum { TREE_KEPT_NODES = 512, TREE_KEPT_PROOFS = 16 }; /* powers of two; about 60 KiB */

struct tree_kept {
	struct sluis_merkle_head head; /* size 0: none */
	struct tree_kept_node {
		uint64_t index; /* with its place this is its level, too: there are more places than levels */
		bool is_there;
		struct sluis_hash hash;
	} nodes[TREE_KEPT_NODES];
	struct tree_kept_proof {
		uint64_t old_size;
		uint64_t new_size; /* 0: none */
		struct sluis_merkle_proof proof;
	} proofs[TREE_KEPT_PROOFS];
};

/** tree_forget(kept): what follows may be another tree of the same size. */
void tree_forget(struct tree_kept *kept);

/** tree_keep_node(kept, level, index, hash), tree_kept_node(kept, level, index, ret): false: not kept. */
void tree_keep_node(struct tree_kept *kept, unsigned level, uint64_t index, const struct sluis_hash *hash);
bool tree_kept_node(const struct tree_kept *kept, unsigned level, uint64_t index, struct sluis_hash *ret);

/** tree_keep_consistency(kept, old, new, proof), tree_kept_consistency(kept, old, new, ret): false: not kept. */
void tree_keep_consistency(struct tree_kept *kept, uint64_t old_size, uint64_t new_size,
    const struct sluis_merkle_proof *proof);
bool tree_kept_consistency(const struct tree_kept *kept, uint64_t old_size, uint64_t new_size,
    struct sluis_merkle_proof *ret);

#endif
