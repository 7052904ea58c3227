/* SPDX-License-Identifier: EUPL-1.2 */
#include "commit/tree_kept.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct sluis_hash ONE = { { 1 } }, TWO = { { 2 } };

/* Many nodes share a place: what is found there is the node asked for, or nothing. */
static void
a_node_is_itself_or_not_kept(void **state)
{
	static struct tree_kept kept;
	struct sluis_hash hash;

	(void)state;
	for (unsigned level = 0; level < SLUIS_MERKLE_LEVELS; level++) {
		for (uint64_t index = 0; index < 2 * TREE_KEPT_NODES; index++) {
			tree_forget(&kept);
			tree_keep_node(&kept, 3, 41, &ONE);
			assert_int_equal(tree_kept_node(&kept, level, index, &hash), level == 3 && index == 41);
		}
	}
	tree_keep_node(&kept, 3, 41 + TREE_KEPT_NODES, &TWO); /* in its place */
	assert_false(tree_kept_node(&kept, 3, 41, &hash));
	assert_true(tree_kept_node(&kept, 3, 41 + TREE_KEPT_NODES, &hash));
	assert_memory_equal(hash.bytes, TWO.bytes, sizeof(hash.bytes));
	tree_forget(&kept);
	assert_false(tree_kept_node(&kept, 3, 41 + TREE_KEPT_NODES, &hash));
	assert_false(tree_kept_node(&kept, 0, 0, &hash)); /* what was never kept */
}

static void
a_proof_is_between_its_sizes_or_not_kept(void **state)
{
	static struct tree_kept kept;
	const struct sluis_merkle_proof proof = { .n = 1, .hashes = { { { 7 } } } };
	struct sluis_merkle_proof found;

	(void)state;
	assert_false(tree_kept_consistency(&kept, 0, 0, &found));
	tree_keep_consistency(&kept, 5, 9, &proof);
	assert_true(tree_kept_consistency(&kept, 5, 9, &found));
	assert_int_equal(found.n, 1);
	assert_false(tree_kept_consistency(&kept, 5, 10, &found));
	assert_false(tree_kept_consistency(&kept, 5 + TREE_KEPT_PROOFS, 9, &found));
	tree_forget(&kept);
	assert_false(tree_kept_consistency(&kept, 5, 9, &found));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_is_itself_or_not_kept),
		cmocka_unit_test(a_proof_is_between_its_sizes_or_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
