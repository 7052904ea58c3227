/* SPDX-License-Identifier: EUPL-1.2 */
/* The tree at size: opening and proofs do not become slow. */
#include "commit/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

#include "tree_rows.h"

#ifdef __SANITIZE_ADDRESS__
#define LARGE 300000
#else
#define LARGE 1000000
#endif

static struct folder FOLDER;

static uint64_t
noted_size(void)
{
	char path[96];
	unsigned long long size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/exchange.synced", FOLDER.path);
	file = fopen(path, "r");
	if (file == NULL)
		return 0;
	if (fscanf(file, "%llu", &size) != 1)
		size = 0;
	fclose(file);
	return size;
}

/* Leaf i of the large tree, made when it is asked for. */
static struct sluis_hash
large_leaf(uint64_t i)
{
	struct sluis_hash leaf = { { 0 } };

	memcpy(leaf.bytes, &i, sizeof(i));
	return leaf;
}

static enum sluis_err
large_read(void *context, uint64_t from, size_t max, struct sluis_hash *ret, size_t *ret_count)
{
	(void)context;
	for (size_t i = 0; i < max; i++)
		ret[i] = large_leaf(from + i);
	*ret_count = max;
	return SLUIS_OK;
}

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
a_million_leaves_open_at_once_and_prove_fast(void **state)
{
	struct tree_source source = { .dir = FOLDER.path, .name = "exchange",
		.head = { 0, sluis_merkle_empty() }, .leaves = { large_read, NULL } };
	struct sluis_merkle_proof proof;
	struct sluis_why why;
	struct tree *tree;
	double start = seconds();

	(void)state;
	folder_make(&FOLDER);
	source.dir = FOLDER.path;
	assert_int_equal(tree_open(&source, &why, &tree), SLUIS_OK);
	for (uint64_t i = 0; i < LARGE; i++) {
		const struct sluis_hash leaf = large_leaf(i);

		assert_int_equal(tree_append(tree, &leaf), SLUIS_OK);
		if (i % 512 == 511)
			assert_int_equal(tree_commit(tree), SLUIS_OK);
	}
	assert_int_equal(tree_commit(tree), SLUIS_OK);
	source.head = (struct sluis_merkle_head){ tree_size(tree), tree_root(tree) };
	print_message("%d leaves in %.2f s\n", LARGE, seconds() - start);
	/* a crash now costs what came after the last of the syncs that were due on the way */
	assert_true(noted_size() >= LARGE - LARGE % TREE_SYNC_LEAVES);
	tree_close(tree);
	start = seconds();
	assert_int_equal(tree_open(&source, &why, &tree), SLUIS_OK);
	assert_int_equal(tree_rebuilt(tree), 0);
	print_message("opened in %.4f s\n", seconds() - start);
	assert_true(seconds() - start < 1.0);
	start = seconds();
	for (uint64_t i = 0; i < 2000; i++) {
		const struct sluis_hash leaf = large_leaf(i * 7919 % LARGE);

		assert_int_equal(tree_inclusion(tree, i * 7919 % LARGE, LARGE, &proof), SLUIS_OK);
		assert_int_equal(sluis_merkle_inclusion_verify(&leaf, i * 7919 % LARGE, &source.head, &proof), SLUIS_OK);
		assert_int_equal(tree_consistency(tree, i * 104729 % LARGE, LARGE, &proof), SLUIS_OK);
	}
	print_message("a proof in %.3f ms\n", (seconds() - start) / 4000 * 1e3);
	assert_true((seconds() - start) / 4000 < 0.001);
	tree_close(tree);
	folder_remove(&FOLDER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_million_leaves_open_at_once_and_prove_fast),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
