/* SPDX-License-Identifier: EUPL-1.2 */
#include "tree_kept.h"

#include <string.h>

_Static_assert((TREE_KEPT_NODES & (TREE_KEPT_NODES - 1)) == 0, "a mask finds the place");
_Static_assert(TREE_KEPT_NODES > SLUIS_MERKLE_LEVELS, "nodes of one index and different levels never share a place");
_Static_assert((TREE_KEPT_PROOFS & (TREE_KEPT_PROOFS - 1)) == 0, "a mask finds the place");

static size_t
node_place(unsigned level, uint64_t index)
{
	return (size_t)(index * SLUIS_MERKLE_LEVELS + level) & (TREE_KEPT_NODES - 1);
}

static size_t
proof_place(uint64_t old_size)
{
	return (size_t)old_size & (TREE_KEPT_PROOFS - 1);
}

void
tree_forget(struct tree_kept *kept)
{
	memset(kept, 0, sizeof(*kept));
}

void
tree_keep_node(struct tree_kept *kept, unsigned level, uint64_t index, const struct sluis_hash *hash)
{
	kept->nodes[node_place(level, index)] =
	    (struct tree_kept_node){ .index = index, .is_there = true, .hash = *hash };
}

bool
tree_kept_node(const struct tree_kept *kept, unsigned level, uint64_t index, struct sluis_hash *ret)
{
	const struct tree_kept_node *node = &kept->nodes[node_place(level, index)];

	if (!node->is_there || node->index != index)
		return false;
	*ret = node->hash;
	return true;
}

void
tree_keep_consistency(struct tree_kept *kept, uint64_t old_size, uint64_t new_size,
    const struct sluis_merkle_proof *proof)
{
	kept->proofs[proof_place(old_size)] =
	    (struct tree_kept_proof){ .old_size = old_size, .new_size = new_size, .proof = *proof };
}

bool
tree_kept_consistency(const struct tree_kept *kept, uint64_t old_size, uint64_t new_size,
    struct sluis_merkle_proof *ret)
{
	const struct tree_kept_proof *at = &kept->proofs[proof_place(old_size)];

	if (new_size == 0 || at->new_size != new_size || at->old_size != old_size)
		return false;
	*ret = at->proof;
	return true;
}
