/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * merkle - hash trees of RFC 6962: hashes, growing edge, proofs made and proofs checked.
 *
 * Pure: tree nodes come in through a reader, memory is O(log n). Never: sockets, clock, store, heap.
 * Source: RFC 6962 2.1 = RFC 9162 2.1; checks are RFC 9162 2.1.3.2 and 2.1.4.2.
 */
#ifndef SLUIS_MERKLE_H
#define SLUIS_MERKLE_H

#include "base.h"
#include "limits.h"

#define SLUIS_MERKLE_SIZE_MAX (UINT64_C(1) << 62) /* leaves; more could need a proof of 64 hashes */
#define SLUIS_MERKLE_LEVELS 63 /* levels 0..62 can hold a complete subtree */

/** A tree head: what a checkpoint promises. */
struct sluis_merkle_head {
	uint64_t size; /* leaves */
	struct sluis_hash root;
};

/** A proof, nearest to the leaf first. ${n} <= SLUIS_PROOF_MAX; a larger one is refused, never read. */
struct sluis_merkle_proof {
	size_t n;
	struct sluis_hash hashes[SLUIS_PROOF_MAX];
};

/** Where the nodes of a tree are. ${read} gives the hash of the complete subtree of 2^level leaves that
 *  begins at leaf index * 2^level; level 0 = leaf hashes. Its errors are handed on unchanged. */
struct sluis_merkle_reader {
	enum sluis_err (*read)(void *context, unsigned level, uint64_t index, struct sluis_hash *ret);
	void *context;
};

/** Leaf hashes in memory, for sluis_merkle_leaves_reader(). Borrowed. */
struct sluis_merkle_leaves {
	const struct sluis_hash *hashes;
	size_t n;
};

/** The right edge of a tree: edge[level] is a complete subtree where bit ${level} of ${size} is set. */
struct sluis_merkle_frontier {
	uint64_t size;
	struct sluis_hash edge[SLUIS_MERKLE_LEVELS];
};

/** What one append completed: hashes[level], level < ${levels}, is node (level, index >> level). */
struct sluis_merkle_completed {
	uint64_t index; /* of the leaf */
	unsigned levels;
	struct sluis_hash hashes[SLUIS_MERKLE_LEVELS];
};

/** sluis_merkle_empty(): root of the tree without leaves, SHA-256 of nothing. */
struct sluis_hash sluis_merkle_empty(void);
/** sluis_merkle_leaf(entry): SHA-256(0x00 || entry). */
struct sluis_hash sluis_merkle_leaf(struct sluis_bytes entry);
/** sluis_merkle_node(left, right): SHA-256(0x01 || left || right). */
struct sluis_hash sluis_merkle_node(const struct sluis_hash *left, const struct sluis_hash *right);

/** sluis_merkle_frontier_init(frontier): the empty tree. */
void sluis_merkle_frontier_init(struct sluis_merkle_frontier *frontier);

/**
 * sluis_merkle_frontier_load(reader, size, ret):
 * The edge of the tree of ${size} leaves. O(log n) reads.
 * Errors: SLUIS_EUSAGE (size above SLUIS_MERKLE_SIZE_MAX), those of the reader.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_merkle_frontier_load(const struct sluis_merkle_reader *reader,
    uint64_t size, struct sluis_merkle_frontier *ret);

/**
 * sluis_merkle_frontier_append(frontier, leaf, ret):
 * Add one leaf hash; ${ret} (may be NULL) gets every node that became complete, the leaf included.
 * O(1) hashes on average. More than SLUIS_MERKLE_SIZE_MAX leaves is a bug of the caller (assert).
 */
void sluis_merkle_frontier_append(struct sluis_merkle_frontier *frontier,
    const struct sluis_hash *leaf, struct sluis_merkle_completed *ret);

/** sluis_merkle_frontier_root(frontier): root at the current size, size 0 included. */
struct sluis_hash sluis_merkle_frontier_root(const struct sluis_merkle_frontier *frontier);

/** sluis_merkle_leaves_reader(leaves): reader over leaf hashes in memory; a node costs O(2^level). */
struct sluis_merkle_reader sluis_merkle_leaves_reader(struct sluis_merkle_leaves *leaves);

/**
 * sluis_merkle_root(reader, size, ret):
 * Root that the tree had at ${size} leaves. O(log n) reads.
 * Errors: SLUIS_EUSAGE (size), those of the reader.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_merkle_root(const struct sluis_merkle_reader *reader,
    uint64_t size, struct sluis_hash *ret);

/**
 * sluis_merkle_inclusion(reader, index, size, ret):
 * Proof that leaf ${index} is in the tree of ${size} leaves. O(log n) reads.
 * Errors: SLUIS_EUSAGE (index not below size), those of the reader.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_merkle_inclusion(const struct sluis_merkle_reader *reader,
    uint64_t index, uint64_t size, struct sluis_merkle_proof *ret);

/**
 * sluis_merkle_consistency(reader, old_size, new_size, ret):
 * Proof that the tree of ${old_size} leaves is the beginning of that of ${new_size}. Empty where the
 * sizes are equal or ${old_size} is 0. O(log n) reads.
 * Errors: SLUIS_EUSAGE (old above new), those of the reader.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_merkle_consistency(const struct sluis_merkle_reader *reader,
    uint64_t old_size, uint64_t new_size, struct sluis_merkle_proof *ret);

/**
 * sluis_merkle_inclusion_root(leaf, index, size, proof, ret):
 * The root that ${proof} leads to from leaf hash ${leaf}: for the caller to compare with a signed one.
 * Errors: SLUIS_EPROOF (index, size and number of hashes do not fit; peer's fault).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_merkle_inclusion_root(const struct sluis_hash *leaf,
    uint64_t index, uint64_t size, const struct sluis_merkle_proof *proof, struct sluis_hash *ret);

/**
 * sluis_merkle_inclusion_verify(leaf, index, head, proof):
 * Leaf hash ${leaf} is at ${index} of the tree ${head}. RFC 9162 2.1.3.2.
 * Errors: SLUIS_EPROOF (peer's fault).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_merkle_inclusion_verify(const struct sluis_hash *leaf,
    uint64_t index, const struct sluis_merkle_head *head, const struct sluis_merkle_proof *proof);

/**
 * sluis_merkle_consistency_verify(old, new, proof):
 * The tree ${new} begins with the tree ${old}. The empty tree begins every tree: size 0 is consistent
 * with an empty proof if its root is sluis_merkle_empty() (tlog-witness). This is the one to use.
 * Errors: SLUIS_EPROOF (peer's fault).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_merkle_consistency_verify(
    const struct sluis_merkle_head *old, const struct sluis_merkle_head *new,
    const struct sluis_merkle_proof *proof);

/**
 * sluis_merkle_consistency_verify_nonempty(old, new, proof):
 * RFC 9162 2.1.4.2 to the letter: a tree of size 0 proves nothing and is SLUIS_EPROOF.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_merkle_consistency_verify_nonempty(
    const struct sluis_merkle_head *old, const struct sluis_merkle_head *new,
    const struct sluis_merkle_proof *proof);

#endif
