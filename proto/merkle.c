/* SPDX-License-Identifier: EUPL-1.2 */
#include "merkle.h"

#include <assert.h>
#include <string.h>

#include "hash.h"

/* The largest power of two smaller than ${size}; ${size} >= 2. RFC 6962 2.1 calls it k. */
static uint64_t
split_at(uint64_t size)
{
	return UINT64_C(1) << (63 - __builtin_clzll(size - 1));
}

/* Root of ${size} >= 1 leaves from ${start}, which is a multiple of every power of two in ${size}. */
static enum sluis_err
root_of_range(const struct sluis_merkle_reader *reader, uint64_t start, uint64_t size,
    struct sluis_hash *ret)
{
	struct sluis_hash root;
	bool begun = false;

	for (unsigned level = 0; level < SLUIS_MERKLE_LEVELS; level++) {
		const uint64_t above = (size >> level) & ~UINT64_C(1);
		struct sluis_hash left;

		if ((size >> level & 1) == 0)
			continue;
		SLUIS_TRY(reader->read(reader->context, level, (start >> level) + above, &left));
		root = begun ? sluis_merkle_node(&left, &root) : left;
		begun = true;
	}
	assert(begun);
	*ret = root;
	return SLUIS_OK;
}

static void
push(struct sluis_merkle_proof *proof, const struct sluis_hash *hash)
{
	assert(proof->n < SLUIS_PROOF_MAX);
	proof->hashes[proof->n++] = *hash;
}

/* Proofs are gathered from the root down, and sent from the leaf up. */
static void
reverse(struct sluis_merkle_proof *proof)
{
	for (size_t i = 0; i < proof->n / 2; i++) {
		const struct sluis_hash low = proof->hashes[i];

		proof->hashes[i] = proof->hashes[proof->n - 1 - i];
		proof->hashes[proof->n - 1 - i] = low;
	}
}

static struct sluis_hash
hash_of_leaves(const struct sluis_hash *hashes, uint64_t n)
{
	struct sluis_hash left;
	struct sluis_hash right;

	if (n == 1)
		return hashes[0];
	left = hash_of_leaves(hashes, n / 2);
	right = hash_of_leaves(hashes + n / 2, n / 2);
	return sluis_merkle_node(&left, &right);
}

static enum sluis_err
read_leaves(void *context, unsigned level, uint64_t index, struct sluis_hash *ret)
{
	const struct sluis_merkle_leaves *leaves = context;

	if (level >= SLUIS_MERKLE_LEVELS || index >= (uint64_t)leaves->n >> level)
		return SLUIS_EUSAGE;
	*ret = hash_of_leaves(leaves->hashes + (index << level), UINT64_C(1) << level);
	return SLUIS_OK;
}

struct sluis_hash
sluis_merkle_empty(void)
{
	return sluis_hash(sluis_bytes(NULL, 0));
}

struct sluis_hash
sluis_merkle_leaf(struct sluis_bytes entry)
{
	const uint8_t prefix = 0x00;

	return sluis_hash_parts((const struct sluis_bytes[]){ sluis_bytes(&prefix, 1), entry }, 2);
}

struct sluis_hash
sluis_merkle_node(const struct sluis_hash *left, const struct sluis_hash *right)
{
	uint8_t bytes[1 + 2 * SLUIS_HASH_BYTES] = { 0x01 };

	memcpy(bytes + 1, left->bytes, SLUIS_HASH_BYTES);
	memcpy(bytes + 1 + SLUIS_HASH_BYTES, right->bytes, SLUIS_HASH_BYTES);
	return sluis_hash(sluis_bytes(bytes, sizeof(bytes)));
}

void
sluis_merkle_frontier_init(struct sluis_merkle_frontier *frontier)
{
	memset(frontier, 0, sizeof(*frontier));
}

enum sluis_err
sluis_merkle_frontier_load(const struct sluis_merkle_reader *reader, uint64_t size,
    struct sluis_merkle_frontier *ret)
{
	struct sluis_merkle_frontier frontier = { .size = size };

	if (size > SLUIS_MERKLE_SIZE_MAX)
		return SLUIS_EUSAGE;
	for (unsigned level = 0; level < SLUIS_MERKLE_LEVELS; level++) {
		if ((size >> level & 1) == 0)
			continue;
		SLUIS_TRY(reader->read(reader->context, level, (size >> level) - 1,
		    &frontier.edge[level]));
	}
	*ret = frontier;
	return SLUIS_OK;
}

void
sluis_merkle_frontier_append(struct sluis_merkle_frontier *frontier, const struct sluis_hash *leaf,
    struct sluis_merkle_completed *ret)
{
	struct sluis_hash hash = *leaf;
	unsigned level = 0;

	assert(frontier->size < SLUIS_MERKLE_SIZE_MAX);
	if (ret != NULL)
		ret->hashes[0] = hash;
	while ((frontier->size >> level & 1) != 0) {
		hash = sluis_merkle_node(&frontier->edge[level], &hash);
		level++;
		if (ret != NULL)
			ret->hashes[level] = hash;
	}
	frontier->edge[level] = hash;
	if (ret != NULL) {
		ret->index = frontier->size;
		ret->levels = level + 1;
	}
	frontier->size++;
}

struct sluis_hash
sluis_merkle_frontier_root(const struct sluis_merkle_frontier *frontier)
{
	struct sluis_hash root;
	bool begun = false;

	if (frontier->size == 0)
		return sluis_merkle_empty();
	for (unsigned level = 0; level < SLUIS_MERKLE_LEVELS; level++) {
		if ((frontier->size >> level & 1) == 0)
			continue;
		root = begun ? sluis_merkle_node(&frontier->edge[level], &root) : frontier->edge[level];
		begun = true;
	}
	return root;
}

struct sluis_merkle_reader
sluis_merkle_leaves_reader(struct sluis_merkle_leaves *leaves)
{
	return (struct sluis_merkle_reader){ .read = read_leaves, .context = leaves };
}

enum sluis_err
sluis_merkle_root(const struct sluis_merkle_reader *reader, uint64_t size, struct sluis_hash *ret)
{
	if (size > SLUIS_MERKLE_SIZE_MAX)
		return SLUIS_EUSAGE;
	if (size == 0) {
		*ret = sluis_merkle_empty();
		return SLUIS_OK;
	}
	return root_of_range(reader, 0, size, ret);
}

/* RFC 9162 2.1.3.1, PATH(index, D[size]), as a loop. */
enum sluis_err
sluis_merkle_inclusion(const struct sluis_merkle_reader *reader, uint64_t index, uint64_t size,
    struct sluis_merkle_proof *ret)
{
	struct sluis_merkle_proof proof = { .n = 0 };
	uint64_t start = 0;
	uint64_t left = size;

	if (size > SLUIS_MERKLE_SIZE_MAX || index >= size)
		return SLUIS_EUSAGE;
	while (left > 1) {
		const uint64_t k = split_at(left);
		struct sluis_hash sibling;

		if (index - start < k) {
			SLUIS_TRY(root_of_range(reader, start + k, left - k, &sibling));
			left = k;
		} else {
			SLUIS_TRY(root_of_range(reader, start, k, &sibling));
			start += k;
			left -= k;
		}
		push(&proof, &sibling);
	}
	reverse(&proof);
	*ret = proof;
	return SLUIS_OK;
}

/* RFC 9162 2.1.4.1, SUBPROOF(old_size, D[new_size], true), as a loop. */
enum sluis_err
sluis_merkle_consistency(const struct sluis_merkle_reader *reader, uint64_t old_size,
    uint64_t new_size, struct sluis_merkle_proof *ret)
{
	struct sluis_merkle_proof proof = { .n = 0 };
	uint64_t start = 0;
	uint64_t left = new_size;
	struct sluis_hash hash;

	if (new_size > SLUIS_MERKLE_SIZE_MAX || old_size > new_size)
		return SLUIS_EUSAGE;
	while (old_size != 0 && old_size - start != left) {
		const uint64_t k = split_at(left);

		if (old_size - start <= k) {
			SLUIS_TRY(root_of_range(reader, start + k, left - k, &hash));
			left = k;
		} else {
			SLUIS_TRY(root_of_range(reader, start, k, &hash));
			start += k;
			left -= k;
		}
		push(&proof, &hash);
	}
	if (start != 0) { /* the old root is not itself a node of the new tree */
		SLUIS_TRY(root_of_range(reader, start, left, &hash));
		push(&proof, &hash);
	}
	reverse(&proof);
	*ret = proof;
	return SLUIS_OK;
}

enum sluis_err
sluis_merkle_inclusion_root(const struct sluis_hash *leaf, uint64_t index, uint64_t size,
    const struct sluis_merkle_proof *proof, struct sluis_hash *ret)
{
	uint64_t fn = index;
	uint64_t sn = size - 1;
	struct sluis_hash r = *leaf;

	if (index >= size || proof->n > SLUIS_PROOF_MAX)
		return SLUIS_EPROOF;
	for (size_t i = 0; i < proof->n; i++) {
		const struct sluis_hash *p = &proof->hashes[i];

		if (sn == 0)
			return SLUIS_EPROOF;
		if ((fn & 1) != 0 || fn == sn) {
			r = sluis_merkle_node(p, &r);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			r = sluis_merkle_node(&r, p);
		}
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0)
		return SLUIS_EPROOF;
	*ret = r;
	return SLUIS_OK;
}

enum sluis_err
sluis_merkle_inclusion_verify(const struct sluis_hash *leaf, uint64_t index,
    const struct sluis_merkle_head *head, const struct sluis_merkle_proof *proof)
{
	struct sluis_hash root;

	SLUIS_TRY(sluis_merkle_inclusion_root(leaf, index, head->size, proof, &root));
	return sluis_hash_equal(&root, &head->root) ? SLUIS_OK : SLUIS_EPROOF;
}

/* RFC 9162 2.1.4.2 steps 4-7: ${fr} must become the old root and ${sr} the new one. */
static enum sluis_err
walk_consistency(const struct sluis_merkle_head *old, const struct sluis_merkle_head *new,
    const struct sluis_merkle_proof *proof)
{
	const bool old_is_node = (old->size & (old->size - 1)) == 0;
	uint64_t fn = old->size - 1;
	uint64_t sn = new->size - 1;
	struct sluis_hash fr = old_is_node ? old->root : proof->hashes[0];
	struct sluis_hash sr = fr;

	for (; (fn & 1) != 0; fn >>= 1)
		sn >>= 1;
	for (size_t i = old_is_node ? 0 : 1; i < proof->n; i++) {
		const struct sluis_hash *c = &proof->hashes[i];

		if (sn == 0)
			return SLUIS_EPROOF;
		if ((fn & 1) != 0 || fn == sn) {
			fr = sluis_merkle_node(c, &fr);
			sr = sluis_merkle_node(c, &sr);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			sr = sluis_merkle_node(&sr, c);
		}
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0 || !sluis_hash_equal(&fr, &old->root) || !sluis_hash_equal(&sr, &new->root))
		return SLUIS_EPROOF;
	return SLUIS_OK;
}

enum sluis_err
sluis_merkle_consistency_verify_nonempty(const struct sluis_merkle_head *old,
    const struct sluis_merkle_head *new, const struct sluis_merkle_proof *proof)
{
	if (old->size == 0 || old->size > new->size || proof->n > SLUIS_PROOF_MAX)
		return SLUIS_EPROOF;
	if (old->size == new->size)
		return proof->n == 0 && sluis_hash_equal(&old->root, &new->root) ? SLUIS_OK : SLUIS_EPROOF;
	if (proof->n == 0) /* step 1: "If consistency_path is an empty array, stop and fail" */
		return SLUIS_EPROOF;
	return walk_consistency(old, new, proof);
}

enum sluis_err
sluis_merkle_consistency_verify(const struct sluis_merkle_head *old,
    const struct sluis_merkle_head *new, const struct sluis_merkle_proof *proof)
{
	const struct sluis_hash empty = sluis_merkle_empty();

	if (old->size != 0)
		return sluis_merkle_consistency_verify_nonempty(old, new, proof);
	if (proof->n != 0 || !sluis_hash_equal(&old->root, &empty))
		return SLUIS_EPROOF;
	if (new->size == 0 && !sluis_hash_equal(&new->root, &empty))
		return SLUIS_EPROOF;
	return SLUIS_OK;
}
