/* SPDX-License-Identifier: EUPL-1.2 */
#include "merkle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hash.h"

#define LEAVES 300 /* more than 257, so that every size up to 257 has a future */
#define PAIRS 64

static struct sluis_hash LEAF[LEAVES];

/* RFC 6962 2.1, as it is written there: MTH(D[n]) = SHA-256(0x01 || MTH(D[0:k]) || MTH(D[k:n])). */
static struct sluis_hash
naive_root(const struct sluis_hash *leaves, size_t n)
{
	size_t k = 1;
	uint8_t bytes[65] = { 0x01 };
	struct sluis_hash left;
	struct sluis_hash right;

	if (n == 0)
		return sluis_hash(sluis_bytes(NULL, 0));
	if (n == 1)
		return leaves[0];
	while (k * 2 < n)
		k *= 2;
	left = naive_root(leaves, k);
	right = naive_root(leaves + k, n - k);
	memcpy(bytes + 1, left.bytes, 32);
	memcpy(bytes + 33, right.bytes, 32);
	return sluis_hash(sluis_bytes(bytes, sizeof(bytes)));
}

/* RFC 6962 2.1.1 PATH(m, D[n]), recursive. */
static void
naive_path(size_t m, const struct sluis_hash *leaves, size_t n, struct sluis_merkle_proof *proof)
{
	size_t k = 1;

	if (n == 1)
		return;
	while (k * 2 < n)
		k *= 2;
	if (m < k) {
		naive_path(m, leaves, k, proof);
		proof->hashes[proof->n++] = naive_root(leaves + k, n - k);
	} else {
		naive_path(m - k, leaves + k, n - k, proof);
		proof->hashes[proof->n++] = naive_root(leaves, k);
	}
}

/* RFC 6962 2.1.2 SUBPROOF(m, D[n], b), recursive. */
static void
naive_subproof(size_t m, const struct sluis_hash *leaves, size_t n, bool b,
    struct sluis_merkle_proof *proof)
{
	size_t k = 1;

	if (m == n) {
		if (!b)
			proof->hashes[proof->n++] = naive_root(leaves, n);
		return;
	}
	while (k * 2 < n)
		k *= 2;
	if (m <= k) {
		naive_subproof(m, leaves, k, b, proof);
		proof->hashes[proof->n++] = naive_root(leaves + k, n - k);
	} else {
		naive_subproof(m - k, leaves + k, n - k, false, proof);
		proof->hashes[proof->n++] = naive_root(leaves, k);
	}
}

static void
assert_proof_equal(const struct sluis_merkle_proof *a, const struct sluis_merkle_proof *b)
{
	assert_int_equal(a->n, b->n);
	for (size_t i = 0; i < a->n; i++)
		assert_true(sluis_hash_equal(&a->hashes[i], &b->hashes[i]));
}

static int
make_leaves(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEAVES; i++) {
		const uint8_t entry[2] = { (uint8_t)(i >> 8), (uint8_t)i };

		LEAF[i] = sluis_merkle_leaf(sluis_bytes(entry, sizeof(entry)));
	}
	return 0;
}

static enum sluis_err
read_broken(void *context, unsigned level, uint64_t index, struct sluis_hash *ret)
{
	int *reads_left = context;

	(void)level;
	(void)index;
	memset(ret, 0, sizeof(*ret));
	return (*reads_left)-- > 0 ? SLUIS_OK : SLUIS_EIO;
}

static void
misuse_is_refused_and_results_stay_untouched(void **state)
{
	struct sluis_merkle_leaves leaves = { LEAF, 10 };
	const struct sluis_merkle_reader reader = sluis_merkle_leaves_reader(&leaves);
	int plenty = 1000;
	const struct sluis_merkle_reader lenient = { read_broken, &plenty };
	struct sluis_merkle_proof proof = { .n = 77 };
	struct sluis_merkle_frontier frontier = { .size = 99 };
	struct sluis_hash hash = { { 0xaa } };
	struct sluis_hash before = hash;

	(void)state;
	assert_int_equal(sluis_merkle_inclusion(&reader, 10, 10, &proof), SLUIS_EUSAGE);
	assert_int_equal(sluis_merkle_inclusion(&reader, 0, 0, &proof), SLUIS_EUSAGE);
	assert_int_equal(sluis_merkle_inclusion(&lenient, 0, SLUIS_MERKLE_SIZE_MAX + 1, &proof), SLUIS_EUSAGE);
	assert_int_equal(sluis_merkle_consistency(&reader, 6, 5, &proof), SLUIS_EUSAGE);
	assert_int_equal(sluis_merkle_consistency(&lenient, 1, SLUIS_MERKLE_SIZE_MAX + 1, &proof), SLUIS_EUSAGE);
	assert_int_equal(sluis_merkle_root(&lenient, SLUIS_MERKLE_SIZE_MAX + 1, &hash), SLUIS_EUSAGE);
	assert_int_equal(sluis_merkle_root(&reader, 11, &hash), SLUIS_EUSAGE); /* beyond the leaves */
	assert_int_equal(reader.read(reader.context, 63, 0, &hash), SLUIS_EUSAGE);
	assert_int_equal(reader.read(reader.context, 64, 0, &hash), SLUIS_EUSAGE);
	assert_int_equal(reader.read(reader.context, 1, 5, &hash), SLUIS_EUSAGE);
	assert_int_equal(sluis_merkle_frontier_load(&lenient, SLUIS_MERKLE_SIZE_MAX + 1, &frontier), SLUIS_EUSAGE);
	assert_int_equal(proof.n, 77);
	assert_int_equal(frontier.size, 99);
	assert_true(sluis_hash_equal(&hash, &before));
}

static void
errors_of_the_reader_are_handed_on(void **state)
{
	struct sluis_merkle_proof proof = { .n = 77 };
	struct sluis_merkle_frontier frontier = { .size = 99 };
	struct sluis_hash hash;

	(void)state;
	for (int reads = 0; reads < 3; reads++) {
		int left = reads;
		const struct sluis_merkle_reader reader = { read_broken, &left };

		assert_int_equal(sluis_merkle_root(&reader, 29, &hash), SLUIS_EIO);
		left = reads;
		assert_int_equal(sluis_merkle_inclusion(&reader, 12, 29, &proof), SLUIS_EIO);
		left = reads;
		assert_int_equal(sluis_merkle_consistency(&reader, 13, 29, &proof), SLUIS_EIO);
		left = reads;
		assert_int_equal(sluis_merkle_frontier_load(&reader, 29, &frontier), SLUIS_EIO);
	}
	assert_int_equal(proof.n, 77);
	assert_int_equal(frontier.size, 99);
}

static void
hashes_have_their_prefixes(void **state)
{
	/* The first leaf and the empty root of the classic certificate transparency vectors. */
	static const char *EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
	static const char *LEAF_OF_NOTHING = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
	const struct sluis_hash empty = sluis_merkle_empty();
	const struct sluis_hash leaf = sluis_merkle_leaf(sluis_bytes(NULL, 0));
	char text[65];

	(void)state;
	sluis_hex(empty.bytes, 32, text);
	assert_string_equal(text, EMPTY);
	sluis_hex(leaf.bytes, 32, text);
	assert_string_equal(text, LEAF_OF_NOTHING);
}

static void
roots_of_all_sizes_equal_the_recursive_definition(void **state)
{
	struct sluis_merkle_leaves leaves = { LEAF, LEAVES };
	const struct sluis_merkle_reader reader = sluis_merkle_leaves_reader(&leaves);
	struct sluis_merkle_frontier frontier;

	(void)state;
	sluis_merkle_frontier_init(&frontier);
	for (size_t size = 0; size <= 257; size++) {
		const struct sluis_hash expected = naive_root(LEAF, size);
		const struct sluis_hash grown = sluis_merkle_frontier_root(&frontier);
		struct sluis_merkle_frontier loaded;
		struct sluis_hash historical;
		struct sluis_hash from_loaded;

		assert_true(sluis_hash_equal(&grown, &expected));
		assert_int_equal(sluis_merkle_root(&reader, size, &historical), SLUIS_OK);
		assert_true(sluis_hash_equal(&historical, &expected));
		assert_int_equal(sluis_merkle_frontier_load(&reader, size, &loaded), SLUIS_OK);
		from_loaded = sluis_merkle_frontier_root(&loaded);
		assert_true(sluis_hash_equal(&from_loaded, &expected));
		sluis_merkle_frontier_append(&frontier, &LEAF[size], NULL);
	}
}

static void
an_append_names_every_node_that_it_completes(void **state)
{
	struct sluis_merkle_frontier frontier;
	struct sluis_merkle_completed completed;

	(void)state;
	sluis_merkle_frontier_init(&frontier);
	for (size_t i = 0; i < 257; i++) {
		sluis_merkle_frontier_append(&frontier, &LEAF[i], &completed);
		assert_int_equal(completed.index, i);
		assert_int_equal(completed.levels, 1 + __builtin_ctzll(i + 1));
		for (unsigned level = 0; level < completed.levels; level++) {
			const size_t width = (size_t)1 << level;
			const struct sluis_hash node = naive_root(LEAF + (i >> level) * width, width);

			assert_true(sluis_hash_equal(&completed.hashes[level], &node));
		}
	}
}

static void
inclusion_proofs_equal_the_definition_and_verify(void **state)
{
	struct sluis_merkle_leaves leaves = { LEAF, LEAVES };
	const struct sluis_merkle_reader reader = sluis_merkle_leaves_reader(&leaves);

	(void)state;
	for (size_t size = 1; size <= 257; size++) {
		const struct sluis_merkle_head head = { size, naive_root(LEAF, size) };

		/* every leaf up to 64, then a spread that always holds both edges */
		for (size_t index = 0; index < size; index += size <= 64 || index + 13 >= size ? 1 : 13) {
			struct sluis_merkle_proof proof;
			struct sluis_merkle_proof expected = { .n = 0 };

			assert_int_equal(sluis_merkle_inclusion(&reader, index, size, &proof), SLUIS_OK);
			naive_path(index, LEAF, size, &expected);
			assert_proof_equal(&proof, &expected);
			assert_int_equal(sluis_merkle_inclusion_verify(&LEAF[index], index, &head, &proof), SLUIS_OK);
		}
	}
}

static void
consistency_proofs_equal_the_definition_and_verify(void **state)
{
	struct sluis_merkle_leaves leaves = { LEAF, LEAVES };
	const struct sluis_merkle_reader reader = sluis_merkle_leaves_reader(&leaves);

	(void)state;
	for (size_t new_size = 0; new_size <= PAIRS; new_size++) {
		const struct sluis_merkle_head new = { new_size, naive_root(LEAF, new_size) };

		for (size_t old_size = 0; old_size <= new_size; old_size++) {
			const struct sluis_merkle_head old = { old_size, naive_root(LEAF, old_size) };
			struct sluis_merkle_proof proof;
			struct sluis_merkle_proof expected = { .n = 0 };

			assert_int_equal(sluis_merkle_consistency(&reader, old_size, new_size, &proof), SLUIS_OK);
			if (old_size != 0)
				naive_subproof(old_size, LEAF, new_size, true, &expected);
			assert_proof_equal(&proof, &expected);
			assert_int_equal(sluis_merkle_consistency_verify(&old, &new, &proof), SLUIS_OK);
			assert_int_equal(sluis_merkle_consistency_verify_nonempty(&old, &new, &proof),
			    old_size == 0 ? SLUIS_EPROOF : SLUIS_OK);
		}
	}
}

static void
size_zero_is_consistent_only_as_the_empty_tree(void **state)
{
	const struct sluis_merkle_head zero = { 0, sluis_merkle_empty() };
	const struct sluis_merkle_head zero_wrong = { 0, LEAF[0] };
	const struct sluis_merkle_head one = { 1, LEAF[0] };
	const struct sluis_merkle_proof none = { .n = 0 };
	const struct sluis_merkle_proof some = { .n = 1, .hashes = { LEAF[1] } };

	(void)state;
	assert_int_equal(sluis_merkle_consistency_verify(&zero, &zero, &none), SLUIS_OK);
	assert_int_equal(sluis_merkle_consistency_verify(&zero, &one, &none), SLUIS_OK);
	assert_int_equal(sluis_merkle_consistency_verify(&zero, &one, &some), SLUIS_EPROOF);
	assert_int_equal(sluis_merkle_consistency_verify(&zero_wrong, &one, &none), SLUIS_EPROOF);
	assert_int_equal(sluis_merkle_consistency_verify(&zero, &zero_wrong, &none), SLUIS_EPROOF);
	assert_int_equal(sluis_merkle_consistency_verify(&zero_wrong, &zero_wrong, &none), SLUIS_EPROOF);
	assert_int_equal(sluis_merkle_consistency_verify(&one, &zero, &none), SLUIS_EPROOF);
	assert_int_equal(sluis_merkle_consistency_verify_nonempty(&zero, &zero, &none), SLUIS_EPROOF);
	assert_int_equal(sluis_merkle_consistency_verify_nonempty(&one, &one, &none), SLUIS_OK);
	assert_int_equal(sluis_merkle_inclusion_verify(&LEAF[0], 0, &zero, &none), SLUIS_EPROOF);
}

static void
a_proof_with_any_bit_flipped_fails(void **state)
{
	struct sluis_merkle_leaves leaves = { LEAF, LEAVES };
	const struct sluis_merkle_reader reader = sluis_merkle_leaves_reader(&leaves);
	const struct sluis_merkle_head old = { 7, naive_root(LEAF, 7) };
	const struct sluis_merkle_head new = { 13, naive_root(LEAF, 13) };
	struct sluis_merkle_proof inclusion;
	struct sluis_merkle_proof consistency;

	(void)state;
	assert_int_equal(sluis_merkle_inclusion(&reader, 5, 13, &inclusion), SLUIS_OK);
	assert_int_equal(sluis_merkle_consistency(&reader, 7, 13, &consistency), SLUIS_OK);
	for (size_t bit = 0; bit < inclusion.n * 256; bit++) {
		struct sluis_merkle_proof bad = inclusion;

		bad.hashes[bit / 256].bytes[bit % 256 / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(sluis_merkle_inclusion_verify(&LEAF[5], 5, &new, &bad), SLUIS_EPROOF);
	}
	for (size_t bit = 0; bit < consistency.n * 256; bit++) {
		struct sluis_merkle_proof bad = consistency;

		bad.hashes[bit / 256].bytes[bit % 256 / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(sluis_merkle_consistency_verify(&old, &new, &bad), SLUIS_EPROOF);
	}
}

static void
a_proof_cut_or_stretched_fails(void **state)
{
	struct sluis_merkle_leaves leaves = { LEAF, LEAVES };
	const struct sluis_merkle_reader reader = sluis_merkle_leaves_reader(&leaves);

	(void)state;
	for (size_t size = 1; size <= 40; size++) {
		const struct sluis_merkle_head new = { size, naive_root(LEAF, size) };

		for (size_t at = 0; at < size; at++) {
			const struct sluis_merkle_head old = { at, naive_root(LEAF, at) };
			struct sluis_merkle_proof proof;

			assert_int_equal(sluis_merkle_inclusion(&reader, at, size, &proof), SLUIS_OK);
			for (size_t n = 0; n <= 64; n++) {
				struct sluis_merkle_proof bad = proof;

				for (size_t i = proof.n; i < n && i < SLUIS_PROOF_MAX; i++)
					bad.hashes[i] = new.root;
				bad.n = n;
				assert_int_equal(sluis_merkle_inclusion_verify(&LEAF[at], at, &new, &bad),
				    n == proof.n ? SLUIS_OK : SLUIS_EPROOF);
			}
			assert_int_equal(sluis_merkle_consistency(&reader, at, size, &proof), SLUIS_OK);
			for (size_t n = 0; n <= 64; n++) {
				struct sluis_merkle_proof bad = proof;

				for (size_t i = proof.n; i < n && i < SLUIS_PROOF_MAX; i++)
					bad.hashes[i] = new.root;
				bad.n = n;
				assert_int_equal(sluis_merkle_consistency_verify(&old, &new, &bad),
				    n == proof.n ? SLUIS_OK : SLUIS_EPROOF);
			}
		}
	}
}

static void
a_proof_for_another_place_or_head_fails(void **state)
{
	struct sluis_merkle_leaves leaves = { LEAF, LEAVES };
	const struct sluis_merkle_reader reader = sluis_merkle_leaves_reader(&leaves);
	const struct sluis_merkle_head head = { 21, naive_root(LEAF, 21) };
	const struct sluis_merkle_head old = { 11, naive_root(LEAF, 11) };
	struct sluis_merkle_proof proof;

	(void)state;
	assert_int_equal(sluis_merkle_inclusion(&reader, 11, 21, &proof), SLUIS_OK);
	for (uint64_t index = 0; index < 64; index++) {
		if (index != 11)
			assert_int_equal(sluis_merkle_inclusion_verify(&LEAF[11], index, &head, &proof), SLUIS_EPROOF);
	}
	assert_int_equal(sluis_merkle_inclusion_verify(&LEAF[11], UINT64_MAX, &head, &proof), SLUIS_EPROOF);
	assert_int_equal(sluis_merkle_inclusion_verify(&LEAF[12], 11, &head, &proof), SLUIS_EPROOF);
	assert_int_equal(sluis_merkle_consistency(&reader, 11, 21, &proof), SLUIS_OK);
	for (uint64_t size = 1; size < 64; size++) {
		const struct sluis_merkle_head other_old = { size, old.root };

		if (size != 11)
			assert_int_equal(sluis_merkle_consistency_verify(&other_old, &head, &proof), SLUIS_EPROOF);
	}
	for (unsigned bit = 0; bit < 256; bit++) {
		struct sluis_merkle_head bad_old = old;
		struct sluis_merkle_head bad_new = head;
		struct sluis_merkle_proof own = { .n = 0 };

		bad_old.root.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		bad_new.root.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(sluis_merkle_consistency_verify(&bad_old, &head, &proof), SLUIS_EPROOF);
		assert_int_equal(sluis_merkle_consistency_verify(&old, &bad_new, &proof), SLUIS_EPROOF);
		assert_int_equal(sluis_merkle_consistency_verify(&bad_old, &old, &own), SLUIS_EPROOF);
	}
	/* a rewritten history: same sizes, leaf 3 replaced */
	{
		const struct sluis_hash kept = LEAF[3];
		struct sluis_merkle_head forked = { 21, head.root };

		LEAF[3] = LEAF[200];
		forked.root = naive_root(LEAF, 21);
		assert_int_equal(sluis_merkle_consistency(&reader, 11, 21, &proof), SLUIS_OK);
		LEAF[3] = kept;
		assert_int_equal(sluis_merkle_consistency_verify(&old, &forked, &proof), SLUIS_EPROOF);
	}
}

/* Hashes that fit, under a size that lies: the count of hashes must follow from the size alone. */
static void
a_head_that_lies_about_its_size_fails(void **state)
{
	const struct sluis_hash pair = naive_root(LEAF, 2);
	const struct sluis_hash four = naive_root(LEAF, 4);
	const struct sluis_merkle_proof up = { .n = 2, .hashes = { LEAF[2], pair } };
	const struct sluis_merkle_proof half = { .n = 1, .hashes = { LEAF[1] } };
	const struct sluis_merkle_head four_as_one = { 1, four };
	const struct sluis_merkle_head pair_as_four = { 4, pair };
	const struct sluis_merkle_head pair_as_one = { 1, pair };
	const struct sluis_merkle_head first = { 1, LEAF[0] };
	const struct sluis_merkle_head three = { 3, naive_root(LEAF, 3) };
	struct sluis_merkle_proof extra = { .n = 2, .hashes = { LEAF[2], LEAF[3] } };
	struct sluis_merkle_head lie = { 4, four };

	(void)state;
	assert_int_equal(sluis_merkle_inclusion_verify(&LEAF[3], 0, &four_as_one, &up), SLUIS_EPROOF);
	assert_int_equal(sluis_merkle_inclusion_verify(&LEAF[0], 0, &pair_as_four, &half), SLUIS_EPROOF);
	assert_int_equal(sluis_merkle_consistency_verify(&first, &pair_as_four, &half), SLUIS_EPROOF);
	assert_int_equal(sluis_merkle_consistency_verify(&first, &pair_as_one, &half), SLUIS_EPROOF);
	/* 3 -> 4 needs [leaf 2, leaf 3, pair]; one hash on top, with roots made to fit it */
	extra = (struct sluis_merkle_proof){ .n = 4, .hashes = { LEAF[2], LEAF[3], pair, LEAF[9] } };
	lie.root = sluis_merkle_node(&LEAF[9], &four);
	{
		const struct sluis_merkle_head three_lie = { 3, sluis_merkle_node(&LEAF[9], &three.root) };

		assert_int_equal(sluis_merkle_consistency_verify(&three_lie, &lie, &extra), SLUIS_EPROOF);
	}
	lie.root = four;
	extra.n = 3;
	assert_int_equal(sluis_merkle_consistency_verify(&three, &lie, &extra), SLUIS_OK);
	/* equal sizes and roots leave nothing to prove */
	assert_int_equal(sluis_merkle_consistency_verify(&three, &three, &extra), SLUIS_EPROOF);
	extra.n = 0;
	assert_int_equal(sluis_merkle_consistency_verify(&three, &lie, &extra), SLUIS_EPROOF);
}

static void
a_proof_of_more_than_63_hashes_is_never_read(void **state)
{
	static const size_t TOO_MANY[] = { 64, 65, 100000, SIZE_MAX };
	const struct sluis_merkle_head old = { 1, LEAF[0] };
	const struct sluis_merkle_head new = { UINT64_MAX, LEAF[1] };
	struct sluis_merkle_proof *proof = calloc(1, sizeof(*proof));

	(void)state;
	assert_non_null(proof);
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(TOO_MANY); i++) {
		proof->n = TOO_MANY[i];
		assert_int_equal(sluis_merkle_inclusion_verify(&LEAF[0], 0, &new, proof), SLUIS_EPROOF);
		assert_int_equal(sluis_merkle_consistency_verify(&old, &new, proof), SLUIS_EPROOF);
	}
	free(proof);
}

/* A tree whose leaves are all equal: a node depends on its level only, so any size can be had. */
static enum sluis_err
read_uniform(void *context, unsigned level, uint64_t index, struct sluis_hash *ret)
{
	const struct sluis_hash *nodes = context;

	assert_true(level < SLUIS_MERKLE_LEVELS);
	assert_true(index < SLUIS_MERKLE_SIZE_MAX >> level);
	*ret = nodes[level];
	return SLUIS_OK;
}

static void
the_largest_trees_stay_within_63_hashes(void **state)
{
	static const uint64_t MAX = SLUIS_MERKLE_SIZE_MAX;
	static const uint64_t PAIR[][2] = {
		{ (UINT64_C(1) << 61) + 1, MAX }, { MAX - 1, MAX }, { 1, MAX }, { MAX / 2, MAX },
		{ (UINT64_C(1) << 61) + 1, MAX - 1 }, { MAX, MAX }, { MAX - 2, MAX - 1 },
	};
	struct sluis_hash nodes[SLUIS_MERKLE_LEVELS] = { LEAF[0] };
	const struct sluis_merkle_reader reader = { read_uniform, nodes };
	size_t longest = 0;

	(void)state;
	for (unsigned level = 1; level < SLUIS_MERKLE_LEVELS; level++)
		nodes[level] = sluis_merkle_node(&nodes[level - 1], &nodes[level - 1]);
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(PAIR); i++) {
		struct sluis_merkle_head old = { .size = PAIR[i][0] };
		struct sluis_merkle_head new = { .size = PAIR[i][1] };
		struct sluis_merkle_proof proof;

		assert_int_equal(sluis_merkle_root(&reader, old.size, &old.root), SLUIS_OK);
		assert_int_equal(sluis_merkle_root(&reader, new.size, &new.root), SLUIS_OK);
		assert_int_equal(sluis_merkle_consistency(&reader, old.size, new.size, &proof), SLUIS_OK);
		assert_int_equal(sluis_merkle_consistency_verify(&old, &new, &proof), SLUIS_OK);
		longest = proof.n > longest ? proof.n : longest;
		assert_int_equal(sluis_merkle_inclusion(&reader, old.size - 1, new.size, &proof), SLUIS_OK);
		assert_int_equal(sluis_merkle_inclusion_verify(&nodes[0], old.size - 1, &new, &proof), SLUIS_OK);
	}
	assert_int_equal(longest, SLUIS_PROOF_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(misuse_is_refused_and_results_stay_untouched),
		cmocka_unit_test(errors_of_the_reader_are_handed_on),
		cmocka_unit_test(hashes_have_their_prefixes),
		cmocka_unit_test(roots_of_all_sizes_equal_the_recursive_definition),
		cmocka_unit_test(an_append_names_every_node_that_it_completes),
		cmocka_unit_test(inclusion_proofs_equal_the_definition_and_verify),
		cmocka_unit_test(consistency_proofs_equal_the_definition_and_verify),
		cmocka_unit_test(size_zero_is_consistent_only_as_the_empty_tree),
		cmocka_unit_test(a_proof_with_any_bit_flipped_fails),
		cmocka_unit_test(a_proof_cut_or_stretched_fails),
		cmocka_unit_test(a_proof_for_another_place_or_head_fails),
		cmocka_unit_test(a_head_that_lies_about_its_size_fails),
		cmocka_unit_test(a_proof_of_more_than_63_hashes_is_never_read),
		cmocka_unit_test(the_largest_trees_stay_within_63_hashes),
	};

	return cmocka_run_group_tests(tests, make_leaves, NULL);
}
