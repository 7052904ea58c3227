/* SPDX-License-Identifier: EUPL-1.2 */
/* A disk that is full, fails or is slow: pwrite, fsync and fdatasync of this program are the ones below. */
#include "commit/tree_files.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "tree_rows.h"

/* What the next calls do. */
static struct {
	long calls;     /* so far */
	long fail_at;   /* the call that fails; 0: none */
	int error;      /* what it and, while ${is_lasting}, all after it say */
	bool is_lasting;
	bool is_stingy; /* one byte at a time, every other call interrupted */
	long syncs;
} DISK;

static int
disk_says(void)
{
	DISK.calls++;
	if (DISK.fail_at != 0 && (DISK.calls == DISK.fail_at || (DISK.is_lasting && DISK.calls > DISK.fail_at)))
		return DISK.error;
	return 0;
}

ssize_t
pwrite(int fd, const void *data, size_t len, off_t offset)
{
	const int error = disk_says();

	if (error != 0) {
		errno = error;
		return -1;
	}
	if (DISK.is_stingy && DISK.calls % 2 == 0) {
		errno = EINTR;
		return -1;
	}
	return (ssize_t)syscall(SYS_pwrite64, fd, data, DISK.is_stingy && len > 1 ? 1 : len, offset);
}

int
fdatasync(int fd)
{
	const int error = disk_says();

	DISK.syncs++;
	errno = error;
	return error != 0 ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int
fsync(int fd)
{
	const int error = disk_says();

	errno = error;
	return error != 0 ? -1 : (int)syscall(SYS_fsync, fd);
}

static struct folder FOLDER;

static int
before(void **state)
{
	struct rows *rows = calloc(1, sizeof(*rows));

	if (rows == NULL)
		return -1;
	memset(&DISK, 0, sizeof(DISK));
	folder_make(&FOLDER);
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

static void
assert_all_right(struct rows *rows)
{
	const struct tree_source source = rows_source(rows, &FOLDER);
	struct sluis_why why;
	struct tree *tree = NULL;

	memset(&DISK, 0, sizeof(DISK));
	assert_int_equal(tree_open(&source, &why, &tree), SLUIS_OK);
	assert_int_equal(tree_agrees(tree, rows, rows->n), SLUIS_OK);
	tree_close(tree);
}

static void
records_are_kept_and_bounds_told(void **state)
{
	struct rows *rows = *state;
	struct tree_files files;
	struct sluis_why why;
	struct sluis_hash hash = { { 9 } };
	struct stat st;
	int fd;

	rows_add(rows, 1);
	rows_add(rows, 2);
	assert_int_equal(tree_files_open(FOLDER.path, "keys", &why, &files), SLUIS_OK);
	assert_int_equal(tree_files_read(&files, 3, 0, &hash), SLUIS_ESTORE);
	assert_true(tree_files_has(&files, 3, 0));
	assert_false(tree_files_has(&files, 3, 1));
	assert_int_equal(tree_files_write(&files, 3, 5, rows->leaves, 2), SLUIS_OK);
	assert_true(tree_files_has(&files, 3, 7));
	assert_false(tree_files_has(&files, 3, 8));
	assert_int_equal(tree_files_read(&files, 3, 7, &hash), SLUIS_ESTORE);
	assert_int_equal(hash.bytes[0], 9);
	assert_int_equal(tree_files_read(&files, 3, 6, &hash), SLUIS_OK);
	assert_true(sluis_hash_equal(&hash, &rows->leaves[1]));
	assert_int_equal(tree_files_synced(&files), 0);
	assert_int_equal(tree_files_sync(&files, 77), SLUIS_OK);
	assert_int_equal(tree_files_synced(&files), 77);
	assert_int_equal(tree_files_forget(&files), SLUIS_OK);
	assert_int_equal(tree_files_forget(&files), SLUIS_OK);
	assert_int_equal(tree_files_synced(&files), 0);
	tree_files_close(&files);
	fd = open(FOLDER.path, O_RDONLY | O_DIRECTORY);
	assert_int_equal(fstatat(fd, "keys.03", &st, 0), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	close(fd);
}

static void
a_sync_that_fails_anywhere_is_told(void **state)
{
	struct rows *rows = *state;
	struct tree_files files;
	struct sluis_why why;
	long at = 0;
	enum sluis_err err;

	rows_add(rows, 1);
	assert_int_equal(tree_files_open(FOLDER.path, "keys", &why, &files), SLUIS_OK);
	assert_int_equal(tree_files_write(&files, 0, 0, rows->leaves, 1), SLUIS_OK);
	assert_int_equal(tree_files_write(&files, 1, 0, rows->leaves, 1), SLUIS_OK);
	do {
		memset(&DISK, 0, sizeof(DISK));
		DISK.fail_at = ++at;
		DISK.error = EIO;
		err = tree_files_sync(&files, (uint64_t)at);
		assert_int_equal(err, DISK.calls < at ? SLUIS_OK : SLUIS_EIO);
	} while (err != SLUIS_OK);
	assert_int_equal(at, 2 + 1 + 3 + 1); /* two levels, names, the note and its name; and one that passes */
	tree_files_close(&files);
}

/* What a failed sync lost may look whole until the machine restarts: nothing later may call it safe. */
static void
after_a_failed_sync_the_size_is_never_noted(void **state)
{
	struct rows *rows = *state;
	const struct tree_source source = rows_source(rows, &FOLDER);
	struct tree_files files;
	struct sluis_why why;
	struct tree *tree = NULL;

	rows_add(rows, 1);
	assert_int_equal(tree_open(&source, &why, &tree), SLUIS_OK);
	for (uint64_t i = 0; i < TREE_SYNC_LEAVES; i++)
		assert_int_equal(tree_append(tree, &rows->leaves[0]), SLUIS_OK);
	DISK.fail_at = DISK.calls + 19 + 1; /* after the writes of levels 0..18 */
	DISK.error = EIO;
	assert_int_equal(tree_commit(tree), SLUIS_EIO);
	assert_int_equal(DISK.syncs, 1);
	tree_close(tree);
	assert_int_equal(tree_files_open(FOLDER.path, "exchange", &why, &files), SLUIS_OK);
	assert_int_equal(tree_files_synced(&files), 0);
	tree_files_close(&files);
}

static void
closing_while_hashes_wait_writes_them_or_notes_nothing(void **state)
{
	struct rows *rows = *state;

	for (unsigned fails_again = 0; fails_again < 2; fails_again++) {
		struct tree_source source;
		struct sluis_why why;
		struct tree *tree = NULL;

		rows->n = 0;
		folder_empty(&FOLDER);
		source = rows_source(rows, &FOLDER);
		assert_int_equal(tree_open(&source, &why, &tree), SLUIS_OK);
		for (uint64_t i = 0; i < 4; i++) {
			rows_add(rows, i);
			assert_int_equal(tree_append(tree, &rows->leaves[i]), SLUIS_OK);
		}
		DISK.fail_at = DISK.calls + 1;
		DISK.error = ENOSPC;
		assert_int_equal(tree_commit(tree), SLUIS_OK);
		if (fails_again != 0)
			DISK.fail_at = DISK.calls + 1; /* for the level only: the note itself would find room */
		tree_close(tree);
		source = rows_source(rows, &FOLDER);
		assert_int_equal(tree_open(&source, &why, &tree), SLUIS_OK);
		assert_int_equal(tree_rebuilt(tree), fails_again != 0 ? 4 : 0);
		tree_close(tree);
		assert_all_right(rows);
	}
}

static void
a_link_in_the_place_of_a_file_is_not_followed(void **state)
{
	struct tree_files files;
	struct sluis_why why;
	char path[96];

	(void)state;
	snprintf(path, sizeof(path), "%s/keys.00", FOLDER.path);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(tree_files_open(FOLDER.path, "keys", &why, &files), SLUIS_EIO);
	assert_non_null(strstr(why.text, "keys.00"));
}

static void
short_and_interrupted_writes_are_gone_on_with(void **state)
{
	struct rows *rows = *state;
	struct tree_files files;
	struct sluis_why why;
	struct sluis_hash hash;

	for (uint64_t i = 0; i < 10; i++)
		rows_add(rows, i);
	DISK.is_stingy = true;
	assert_int_equal(tree_files_open(FOLDER.path, "keys", &why, &files), SLUIS_OK);
	assert_int_equal(tree_files_write(&files, 0, 0, rows->leaves, 10), SLUIS_OK);
	assert_int_equal(tree_files_sync(&files, 10), SLUIS_OK);
	assert_int_equal(tree_files_synced(&files), 10);
	for (uint64_t i = 0; i < 10; i++) {
		assert_int_equal(tree_files_read(&files, 0, i, &hash), SLUIS_OK);
		assert_true(sluis_hash_equal(&hash, &rows->leaves[i]));
	}
	tree_files_close(&files);
}

/* Open, append and commit in small batches, close. The rows hold what tree_commit() was called for. */
static enum sluis_err
life(struct rows *rows, size_t n)
{
	const struct tree_source source = rows_source(rows, &FOLDER);
	struct sluis_why why;
	struct tree *tree = NULL;
	enum sluis_err err = tree_open(&source, &why, &tree);

	if (err != SLUIS_OK)
		return err;
	for (size_t i = 0; i < n && err == SLUIS_OK; i += 7) {
		for (size_t j = 0; j < 7; j++) {
			rows_add(rows, 1000 + rows->n);
			if (tree_append(tree, &rows->leaves[rows->n - 1]) != SLUIS_OK)
				abort();
		}
		err = tree_commit(tree); /* the database has them, whatever this says */
	}
	if (err != SLUIS_OK) {
		assert_int_equal(tree_commit(tree), err); /* never goes on as if nothing had been */
		assert_int_equal(tree_append(tree, &rows->leaves[0]), err);
	}
	tree_close(tree);
	return err;
}

static void
an_error_at_any_call_stops_and_harms_nothing(void **state)
{
	struct rows *rows = *state;
	size_t stopped = 0;
	bool reached_end = false;

	for (long at = 1; !reached_end; at++) {
		rows->n = 0;
		folder_empty(&FOLDER);
		memset(&DISK, 0, sizeof(DISK));
		assert_int_equal(life(rows, 40), SLUIS_OK);
		memset(&DISK, 0, sizeof(DISK));
		DISK.fail_at = at;
		DISK.error = EIO;
		if (life(rows, 60) != SLUIS_OK)
			stopped++;
		reached_end = DISK.calls < at;
		assert_all_right(rows);
	}
	assert_true(stopped > 20);
}

static void
a_full_disk_delays_writing_and_harms_nothing(void **state)
{
	struct rows *rows = *state;
	bool reached_end = false;

	for (long at = 1; !reached_end; at += 3) {
		rows->n = 0;
		folder_empty(&FOLDER);
		memset(&DISK, 0, sizeof(DISK));
		DISK.fail_at = at;
		DISK.error = at % 2 == 0 ? ENOSPC : EDQUOT;
		DISK.is_lasting = at % 4 == 0;
		assert_int_equal(life(rows, 60), SLUIS_OK);
		reached_end = DISK.calls < at;
		assert_all_right(rows);
	}
}

static void
on_a_full_disk_proofs_go_on_and_space_ends_the_wait(void **state)
{
	struct rows *rows = *state;
	const struct tree_source source = rows_source(rows, &FOLDER);
	struct sluis_why why;
	struct tree *tree = NULL;

	assert_int_equal(tree_open(&source, &why, &tree), SLUIS_OK);
	DISK.fail_at = DISK.calls + 2; /* level 0 is written, level 1 is not */
	DISK.error = ENOSPC;
	DISK.is_lasting = true;
	for (uint64_t i = 0; i < 50; i++) {
		rows_add(rows, i);
		assert_int_equal(tree_append(tree, &rows->leaves[i]), SLUIS_OK);
		assert_int_equal(tree_commit(tree), SLUIS_OK);
		if (i % 10 == 9) {
			assert_int_equal(tree_append(tree, &rows->leaves[0]), SLUIS_OK);
			tree_rollback(tree);
			assert_int_equal(tree_agrees(tree, rows, i + 1), SLUIS_OK);
		}
	}
	memset(&DISK, 0, sizeof(DISK));
	assert_int_equal(tree_commit(tree), SLUIS_OK);
	assert_true(DISK.calls > 3);
	assert_int_equal(tree_agrees(tree, rows, 50), SLUIS_OK);
	tree_close(tree);
	assert_all_right(rows);
}

static void
what_waits_for_a_full_disk_is_bounded(void **state)
{
	struct rows *rows = *state;
	const struct tree_source source = rows_source(rows, &FOLDER);
	struct sluis_why why;
	struct tree *tree = NULL;
	enum sluis_err err = SLUIS_OK;
	uint64_t n = 0;

	rows_add(rows, 1);
	assert_int_equal(tree_open(&source, &why, &tree), SLUIS_OK);
	DISK.fail_at = 1;
	DISK.error = ENOSPC;
	DISK.is_lasting = true;
	for (; n <= TREE_PENDING_LEAVES && err == SLUIS_OK; n++) {
		err = tree_append(tree, &rows->leaves[0]);
		if (n % 1000 == 0)
			assert_int_equal(tree_commit(tree), SLUIS_OK);
	}
	assert_int_equal(err, SLUIS_ENOSPACE);
	assert_int_equal(n, TREE_PENDING_LEAVES + 1);
	tree_rollback(tree);
	memset(&DISK, 0, sizeof(DISK));
	assert_int_equal(tree_commit(tree), SLUIS_OK);
	assert_int_equal(tree_append(tree, &rows->leaves[0]), SLUIS_OK);
	tree_close(tree);
}

static void
opening_on_a_full_disk_says_so(void **state)
{
	struct rows *rows = *state;
	struct tree_source source;
	struct sluis_why why;
	struct tree *tree = NULL;

	rows_add(rows, 1);
	source = rows_source(rows, &FOLDER);
	DISK.fail_at = 1;
	DISK.error = ENOSPC;
	assert_int_equal(tree_open(&source, &why, &tree), SLUIS_ENOSPACE);
	assert_non_null(strstr(why.text, "full"));
	assert_null(tree);
	assert_all_right(rows);
}

static void
a_commit_does_not_sync(void **state)
{
	struct rows *rows = *state;
	const struct tree_source source = rows_source(rows, &FOLDER);
	struct sluis_why why;
	struct tree *tree = NULL;

	assert_int_equal(tree_open(&source, &why, &tree), SLUIS_OK);
	for (uint64_t i = 0; i < TREE_SYNC_LEAVES; i++) {
		if (rows->n == 0)
			rows_add(rows, 1);
		assert_int_equal(tree_append(tree, &rows->leaves[0]), SLUIS_OK);
		if (i % 4096 == 4094)
			assert_int_equal(tree_commit(tree), SLUIS_OK);
	}
	assert_int_equal(DISK.syncs, 0);
	assert_int_equal(tree_commit(tree), SLUIS_OK);
	assert_true(DISK.syncs > 0);
	DISK.syncs = 0;
	assert_int_equal(tree_append(tree, &rows->leaves[0]), SLUIS_OK);
	assert_int_equal(tree_commit(tree), SLUIS_OK);
	assert_int_equal(DISK.syncs, 0);
	tree_close(tree);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, before, after)
	const struct CMUnitTest tests[] = {
		TEST(records_are_kept_and_bounds_told),
		TEST(a_sync_that_fails_anywhere_is_told),
		TEST(after_a_failed_sync_the_size_is_never_noted),
		TEST(closing_while_hashes_wait_writes_them_or_notes_nothing),
		TEST(a_link_in_the_place_of_a_file_is_not_followed),
		TEST(short_and_interrupted_writes_are_gone_on_with),
		TEST(an_error_at_any_call_stops_and_harms_nothing),
		TEST(a_full_disk_delays_writing_and_harms_nothing),
		TEST(on_a_full_disk_proofs_go_on_and_space_ends_the_wait),
		TEST(what_waits_for_a_full_disk_is_bounded),
		TEST(opening_on_a_full_disk_says_so),
		TEST(a_commit_does_not_sync),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
