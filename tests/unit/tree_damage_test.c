/* SPDX-License-Identifier: EUPL-1.2 */
/* Level files that rot while nobody looks: a tree is right, or says that it is not. */
#include "commit/tree.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "tree_rows.h"

static struct folder FOLDER;

static int
before(void **state)
{
	struct rows *rows = calloc(1, sizeof(*rows));

	if (rows == NULL)
		return -1;
	folder_make(&FOLDER);
	srand(7);
	*state = rows;
	return 0;
}

static int
after(void **state)
{
	folder_remove(&FOLDER);
	free(*state);
	return 0;
}

static struct tree *
open_tree(struct rows *rows)
{
	const struct tree_source source = rows_source(rows, &FOLDER);
	struct sluis_why why;
	struct tree *tree = NULL;

	assert_int_equal(tree_open(&source, &why, &tree), SLUIS_OK);
	assert_int_equal(tree_size(tree), rows->n);
	return tree;
}

static void
append_rows(struct tree *tree, struct rows *rows, size_t n, uint64_t seed)
{
	for (size_t i = 0; i < n; i++) {
		rows_add(rows, seed + i);
		assert_int_equal(tree_append(tree, &rows->leaves[rows->n - 1]), SLUIS_OK);
	}
}

static void
grow_and_close(struct rows *rows, size_t n, uint64_t seed)
{
	struct tree *tree = open_tree(rows);

	append_rows(tree, rows, n, seed);
	assert_int_equal(tree_commit(tree), SLUIS_OK);
	tree_close(tree);
}

static void
garble(unsigned level, uint64_t index)
{
	const int fd = folder_open(&FOLDER, level, O_RDWR);
	uint8_t byte;
	const off_t at = (off_t)(index * 32) + rand() % 32;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte = (uint8_t)(byte ^ (1u << rand() % 8));
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

static void
assert_all_right(struct rows *rows, uint64_t rebuilt)
{
	struct tree *tree = open_tree(rows);

	assert_int_equal(tree_rebuilt(tree), rebuilt);
	assert_int_equal(rows->reads >= rebuilt, true);
	assert_int_equal(tree_agrees(tree, rows, rows->n), SLUIS_OK);
	tree_close(tree);
}

static void
a_garbled_edge_is_found_at_opening(void **state)
{
	struct rows *rows = *state;

	grow_and_close(rows, 0xb5, 0); /* 10110101: the edge is on levels 0, 2, 4, 5 and 7 */
	for (unsigned level = 0; level < 8; level++) {
		if ((0xb5u >> level & 1) == 0)
			continue;
		garble(level, (0xb5u >> level) - 1);
		assert_all_right(rows, 0xb5);
	}
}

/* Inside the tree it is found by the proof that needs it, never given to anybody, and repaired at the next opening. */
static void
a_hash_that_rots_never_leaves(void **state)
{
	struct rows *rows = *state;

	grow_and_close(rows, 96, 0); /* the edge is on levels 5 and 6 only */
	for (unsigned level = 0; level < 5; level++) {
		struct tree *tree;
		struct sluis_hash hash;
		struct sluis_merkle_proof proof;

		garble(level, (uint64_t)rand() % (96u >> level));
		tree = open_tree(rows);
		assert_int_equal(tree_rebuilt(tree), 0);
		assert_int_equal(tree_agrees(tree, rows, 96), SLUIS_ESTORE);
		assert_int_equal(tree_inclusion(tree, 0, 96, &proof), SLUIS_ESTORE); /* nothing any more */
		assert_int_equal(tree_consistency(tree, 1, 96, &proof), SLUIS_ESTORE);
		assert_int_equal(tree_root_at(tree, 96, &hash), SLUIS_ESTORE);
		assert_int_equal(tree_append(tree, &rows->leaves[0]), SLUIS_ESTORE);
		assert_int_equal(tree_commit(tree), SLUIS_ESTORE);
		tree_close(tree);
		assert_all_right(rows, 96);
	}
	{
		struct tree *tree;
		struct sluis_hash hash;

		garble(4, 0); /* the root of the past is checked as well */
		tree = open_tree(rows);
		append_rows(tree, rows, 9, 4000); /* closing must not call the files good */
		assert_int_equal(tree_commit(tree), SLUIS_OK);
		assert_int_equal(tree_root_at(tree, 16, &hash), SLUIS_ESTORE);
		tree_close(tree);
		assert_all_right(rows, 105);
	}
}

/* A consistency proof needs hashes that no other answer needs; it is right, or there is none. */
static void
a_consistency_proof_is_right_or_not_given(void **state)
{
	struct rows *rows = *state;

	grow_and_close(rows, 96, 0);
	for (unsigned level = 0; level < 5; level++) {
		size_t refused = 0;

		garble(level, (uint64_t)rand() % (96u >> level));
		for (size_t old_size = 0; old_size <= 96; old_size++) {
			struct sluis_merkle_head old = { old_size, rows_root(rows, old_size) };
			struct sluis_merkle_head new = { 96, rows_root(rows, 96) };
			struct sluis_merkle_proof proof;
			struct tree *tree = open_tree(rows);
			char path[96];

			if (tree_consistency(tree, old_size, 96, &proof) == SLUIS_OK)
				assert_int_equal(sluis_merkle_consistency_verify(&old, &new, &proof), SLUIS_OK);
			else
				refused++;
			tree_close(tree);
			snprintf(path, sizeof(path), "%s/exchange.synced", FOLDER.path);
			if (access(path, F_OK) != 0) { /* believe the damaged files again */
				FILE *file = fopen(path, "w");

				assert_non_null(file);
				fputs("96\n", file);
				fclose(file);
			}
		}
		assert_true(refused > 0);
		folder_empty(&FOLDER);
		assert_all_right(rows, 96);
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, before, after)
	const struct CMUnitTest tests[] = {
		TEST(a_garbled_edge_is_found_at_opening),
		TEST(a_hash_that_rots_never_leaves),
		TEST(a_consistency_proof_is_right_or_not_given),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
