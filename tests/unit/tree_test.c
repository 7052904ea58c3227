/* SPDX-License-Identifier: EUPL-1.2 */
#include "commit/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/wait.h>

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

/* Append and commit ${n} rows in another process that then dies without closing anything. */
static void
grow_and_die(struct rows *rows, size_t n, uint64_t seed)
{
	const pid_t child = fork();
	int status = -1;

	assert_true(child >= 0);
	if (child == 0) {
		const struct tree_source source = rows_source(rows, &FOLDER);
		struct sluis_why why;
		struct tree *tree = NULL;

		if (tree_open(&source, &why, &tree) != SLUIS_OK)
			_exit(1);
		for (size_t i = 0; i < n; i++) {
			rows_add(rows, seed + i);
			if (tree_append(tree, &rows->leaves[rows->n - 1]) != SLUIS_OK ||
			    (i % 5 == 4 && tree_commit(tree) != SLUIS_OK))
				_exit(2);
		}
		_exit(tree_commit(tree) == SLUIS_OK ? 0 : 3);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	for (size_t i = 0; i < n; i++)
		rows_add(rows, seed + i);
}

static void
grow_and_close(struct rows *rows, size_t n, uint64_t seed)
{
	struct tree *tree = open_tree(rows);

	append_rows(tree, rows, n, seed);
	assert_int_equal(tree_commit(tree), SLUIS_OK);
	tree_close(tree);
}

static uint64_t
records(unsigned level)
{
	const int fd = folder_open(&FOLDER, level, O_RDONLY);
	struct stat st = { .st_size = 0 };

	if (fd < 0)
		return 0;
	assert_int_equal(fstat(fd, &st), 0);
	close(fd);
	return (uint64_t)st.st_size / 32;
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
cut(unsigned level, off_t len)
{
	const int fd = folder_open(&FOLDER, level, O_RDWR);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, len), 0);
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
misuse_is_refused(void **state)
{
	struct rows *rows = *state;
	struct tree_source source = rows_source(rows, &FOLDER);
	struct sluis_merkle_proof proof;
	struct sluis_hash hash;
	struct sluis_why why;
	struct tree *tree = NULL;

	source.name = "../exchange";
	assert_int_equal(tree_open(&source, &why, &tree), SLUIS_EUSAGE);
	source.name = "";
	assert_int_equal(tree_open(&source, &why, &tree), SLUIS_EUSAGE);
	source.name = "a-name-of-more-than-32-characters-";
	assert_int_equal(tree_open(&source, &why, &tree), SLUIS_EUSAGE);
	source.name = "exchange";
	source.dir = "/tmp/there/is/no/such/folder";
	assert_int_equal(tree_open(&source, &why, &tree), SLUIS_EIO);
	assert_non_null(strstr(why.text, source.dir));
	assert_null(tree);
	tree_close(NULL);
	tree = open_tree(rows);
	append_rows(tree, rows, 5, 0);
	assert_int_equal(tree_inclusion(tree, 5, 5, &proof), SLUIS_EUSAGE);
	assert_int_equal(tree_inclusion(tree, 0, 6, &proof), SLUIS_EUSAGE);
	assert_int_equal(tree_consistency(tree, 4, 3, &proof), SLUIS_EUSAGE);
	assert_int_equal(tree_consistency(tree, 4, 6, &proof), SLUIS_EUSAGE);
	assert_int_equal(tree_root_at(tree, 6, &hash), SLUIS_EUSAGE);
	tree_close(tree);
}

static void
a_new_tree_is_empty(void **state)
{
	struct rows *rows = *state;
	struct tree_source source = rows_source(rows, &FOLDER);
	const struct sluis_hash empty = sluis_merkle_empty();
	struct tree *tree = open_tree(rows);
	const struct sluis_hash root = tree_root(tree);
	struct sluis_why why;

	assert_true(sluis_hash_equal(&root, &empty));
	assert_int_equal(tree_rebuilt(tree), 0);
	assert_int_equal(tree_agrees(tree, rows, 0), SLUIS_OK);
	tree_close(tree);
	source.head.root.bytes[0] ^= 1;
	assert_int_equal(tree_open(&source, &why, &tree), SLUIS_ESTORE);
	assert_non_null(strstr(why.text, "exchange"));
}

static void
proofs_are_served_over_waiting_and_written_hashes(void **state)
{
	struct rows *rows = *state;
	struct tree *tree = open_tree(rows);

	for (size_t size = 1; size <= 70; size++) {
		append_rows(tree, rows, 1, size);
		assert_int_equal(tree_agrees(tree, rows, size), SLUIS_OK); /* not yet committed */
		assert_int_equal(tree_agrees(tree, rows, size / 2), SLUIS_OK);
		if (size % 9 == 0)
			assert_int_equal(tree_commit(tree), SLUIS_OK);
	}
	assert_int_equal(tree_commit(tree), SLUIS_OK);
	tree_close(tree);
	assert_all_right(rows, 0);
	assert_int_equal(rows->reads, 0); /* a clean opening asks the database for nothing */
}

static void
a_rollback_forgets_what_was_not_committed(void **state)
{
	struct rows *rows = *state;
	struct tree *tree = open_tree(rows);

	for (unsigned round = 0; round < 25; round++) {
		const size_t kept = rows->n, n = (size_t)rand() % 9;

		append_rows(tree, rows, n + round % 2, 5000 + 100 * round);
		assert_int_equal(tree_agrees(tree, rows, rows->n), SLUIS_OK); /* what was asked is forgotten too */
		assert_int_equal(tree_agrees(tree, rows, kept), SLUIS_OK);
		tree_rollback(tree);
		rows->n = kept;
		assert_int_equal(tree_size(tree), kept);
		append_rows(tree, rows, n, 90000 + 100 * round);
		assert_int_equal(tree_agrees(tree, rows, rows->n), SLUIS_OK);
		assert_int_equal(tree_commit(tree), SLUIS_OK);
		tree_rollback(tree); /* nothing to forget */
		assert_int_equal(tree_agrees(tree, rows, rows->n), SLUIS_OK);
	}
	{
		const size_t kept = rows->n;

		append_rows(tree, rows, 30, 1); /* closing without commit forgets too */
		rows->n = kept;
	}
	tree_close(tree);
	assert_all_right(rows, 0);
}

static void
after_a_crash_only_what_was_not_synced_is_read_again(void **state)
{
	struct rows *rows = *state;

	grow_and_close(rows, 100, 0);
	grow_and_die(rows, 57, 1000);
	assert_all_right(rows, 57);
	assert_all_right(rows, 0);
	grow_and_die(rows, 20, 2000);
	garble(2, 157 / 4 - 1); /* of what was synced, and needed to go on from there */
	assert_all_right(rows, 177);
}

static void
what_a_crash_tore_is_made_again(void **state)
{
	struct rows *rows = *state;

	for (unsigned round = 0; round < 40; round++) {
		rows->n = 0;
		folder_empty(&FOLDER);
		grow_and_close(rows, (size_t)rand() % 90, round);
		{
			const size_t synced = rows->n;

			grow_and_die(rows, 1 + (size_t)rand() % 60, 7000 + round);
			for (unsigned level = 0; level < 8; level++) {
				const uint64_t safe = synced >> level;
				const uint64_t n = records(level);

				for (uint64_t i = safe; i < n; i++) {
					if (rand() % 2 == 0)
						garble(level, i);
				}
				if (n > safe && rand() % 3 == 0)
					cut(level, (off_t)(safe * 32) + rand() % (off_t)((n - safe) * 32));
			}
			assert_all_right(rows, rows->n - synced);
		}
	}
}

static void
files_missing_or_cut_after_a_close_are_made_again(void **state)
{
	struct rows *rows = *state;

	grow_and_close(rows, 75, 0);
	for (unsigned level = 0; level < 7; level++) {
		char path[96];

		snprintf(path, sizeof(path), "%s/exchange.%02u", FOLDER.path, level);
		assert_int_equal(unlink(path), 0);
		assert_all_right(rows, 75);
		cut(level, (off_t)(75 >> level) * 32 - 1);
		assert_all_right(rows, 75);
		cut(level, 0);
		assert_all_right(rows, 75);
	}
	assert_all_right(rows, 0);
	folder_empty(&FOLDER);
	assert_all_right(rows, 75);
}

static void
a_database_restored_to_an_earlier_head_wins(void **state)
{
	struct rows *rows = *state;

	grow_and_close(rows, 300, 0);
	rows->n = 120;
	assert_all_right(rows, 0);
	rows->n = 110;
	grow_and_die(rows, 40, 9999); /* another future, not synced */
	for (unsigned level = 0; level < 8; level++) {
		for (uint64_t i = 110u >> level; i < records(level); i++)
			garble(level, i);
	}
	assert_all_right(rows, 40);
}

static void
a_note_of_the_synced_size_that_is_nonsense_counts_as_none(void **state)
{
	static const char *const TEXTS[] = { "", "\n", "x\n", "-1\n", "007\n", "50", "99999999999999999999999\n" };
	struct rows *rows = *state;

	grow_and_close(rows, 50, 0);
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(TEXTS); i++) {
		char path[96];
		FILE *file;

		snprintf(path, sizeof(path), "%s/exchange.synced", FOLDER.path);
		file = fopen(path, "w");
		assert_non_null(file);
		fputs(TEXTS[i], file);
		fclose(file);
		assert_all_right(rows, 50);
	}
}

static void
rows_that_do_not_lead_to_the_root_are_told(void **state)
{
	struct rows *rows = *state;
	struct tree_source source;
	struct sluis_why why;
	struct tree *tree = NULL;

	grow_and_close(rows, 90, 0);
	source = rows_source(rows, &FOLDER);
	source.head.root.bytes[31] ^= 0x80;
	assert_int_equal(tree_open(&source, &why, &tree), SLUIS_ESTORE);
	assert_non_null(strstr(why.text, "database"));
	assert_all_right(rows, 90); /* the doubt is gone with the wrong head; the files are made again once */
	source = rows_source(rows, &FOLDER);
	source.head.size = 95; /* rows that are not there */
	assert_int_equal(tree_open(&source, &why, &tree), SLUIS_ESTORE);
	rows->is_silent = true;
	folder_empty(&FOLDER);
	source = rows_source(rows, &FOLDER);
	assert_int_equal(tree_open(&source, &why, &tree), SLUIS_ESTORE);
	rows->is_silent = false;
	rows->err = SLUIS_EIO;
	assert_int_equal(tree_open(&source, &why, &tree), SLUIS_EIO);
	assert_non_null(strstr(why.text, "exchange"));
	assert_null(tree);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, before, after)
	const struct CMUnitTest tests[] = {
		TEST(misuse_is_refused),
		TEST(a_new_tree_is_empty),
		TEST(proofs_are_served_over_waiting_and_written_hashes),
		TEST(a_rollback_forgets_what_was_not_committed),
		TEST(after_a_crash_only_what_was_not_synced_is_read_again),
		TEST(what_a_crash_tore_is_made_again),
		TEST(files_missing_or_cut_after_a_close_are_made_again),
		TEST(a_database_restored_to_an_earlier_head_wins),
		TEST(a_note_of_the_synced_size_that_is_nonsense_counts_as_none),
		TEST(rows_that_do_not_lead_to_the_root_are_told),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
