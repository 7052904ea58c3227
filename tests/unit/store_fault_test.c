/* SPDX-License-Identifier: EUPL-1.2 */
/* The store on a disk whose calls fail, one after the other. */
/* Fortified headers define pread64 in line; it is replaced here (clang refuses an attribute after that). */
#undef _FORTIFY_SOURCE
#include "store/store.h"

#include <errno.h>
#include <sys/syscall.h>

#include "limits.h"
#include "store_world.h"

#define VISIBLE __attribute__((visibility("default")))

/* These stand before the C library's for SQLite too: the call that comes when the count reaches 1
 * fails. */
static struct {
	long sync_in, write_in, read_in;
	int error;
	long syncs, writes;
} FAULT;

VISIBLE int fdatasync(int fd);
VISIBLE int fsync(int fd);
VISIBLE ssize_t pwrite64(int fd, const void *data, size_t len, off64_t at);
VISIBLE ssize_t pread64(int fd, void *data, size_t len, off64_t at);

static bool
fails(long *in)
{
	if (*in == 0 || --*in > 0)
		return false;
	*in = 1; /* and it stays broken */
	errno = FAULT.error;
	return true;
}

int
fdatasync(int fd)
{
	FAULT.syncs++;
	return fails(&FAULT.sync_in) ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int
fsync(int fd)
{
	return fails(&FAULT.sync_in) ? -1 : (int)syscall(SYS_fsync, fd);
}

ssize_t
pwrite64(int fd, const void *data, size_t len, off64_t at)
{
	FAULT.writes++;
	return fails(&FAULT.write_in) ? -1 : syscall(SYS_pwrite64, fd, data, len, at);
}

ssize_t
pread64(int fd, void *data, size_t len, off64_t at)
{
	return fails(&FAULT.read_in) ? -1 : syscall(SYS_pread64, fd, data, len, at);
}

static int
before(void **state)
{
	memset(&FAULT, 0, sizeof(FAULT));
	return world_before_open(state);
}

static int
after(void **state)
{
	memset(&FAULT, 0, sizeof(FAULT));
	return world_after(state);
}

/* ---- Syncs ---- */

static void
test_one_sync_a_commit_and_none_without_writes(void **state)
{
	struct world *w = *state;

	commit_one(w, 0);
	FAULT.syncs = FAULT.writes = 0;
	commit_one(w, 1);
	assert_int_equal(FAULT.syncs, 1);
	FAULT.syncs = FAULT.writes = 0;
	assert_int_equal(size_of(w), 2);
	world_begin(w);
	world_commit(w);
	world_begin(w);
	assert_int_equal(add_one(w, 2), SLUIS_OK);
	store_rollback(w->tx);
	assert_int_equal(FAULT.syncs, 0);
	assert_int_equal(FAULT.writes, 0);
}

/* Whatever the disk does after a failed sync, it is not asked again. */
static void
test_failed_sync_is_final(void **state)
{
	struct world *w = *state;

	commit_one(w, 0);
	world_begin(w);
	assert_int_equal(add_one(w, 1), SLUIS_OK);
	FAULT.error = EIO;
	FAULT.sync_in = 1;
	assert_int_equal(store_commit(w->tx), SLUIS_EIO);
	FAULT.sync_in = 0;
	FAULT.syncs = 0;
	assert_int_equal(store_begin(w->store, &w->tx), SLUIS_EIO);
	assert_int_equal(store_tidy(w->store), SLUIS_EIO);
	assert_int_equal(store_check_full(w->store, &w->why), SLUIS_EIO);
	world_close(w);
	assert_int_equal(FAULT.syncs, 0);
	world_open(w);
	expect_whole(
	    w, size_of(w) == 2 ? 2 : 1); /* what an unclear commit left is whole or nothing */
}

/* A message of 4 MiB. */
static void
fill_one(struct world *w, unsigned n)
{
	static uint8_t body[SLUIS_BODY_MAX_BYTES];
	const uint64_t size = sizeof(body);
	const struct store_message m = world_message(100 + n, 7, 1000 + n);

	world_begin(w);
	assert_int_equal(store_message_add(
			     w->tx, &m, NULL, 0, sluis_bytes(body, sizeof(body)), &size, 1),
	    SLUIS_OK);
	world_commit(w);
}

/* Enough for store_tidy() to have work: messages from ${from} on. */
static void
fill_journal(struct world *w, unsigned from)
{
	for (unsigned n = from; n < from + 5; n++)
		fill_one(w, n);
}

/* The journal is copied into the database with two syncs; either may fail, and neither in silence.
 */
static void
test_failed_sync_while_tidying(void **state)
{
	struct world *w = *state;

	for (long nth = 1; nth <= 2; nth++) {
		fill_journal(w, (unsigned)nth * 10);
		FAULT.error = EIO;
		FAULT.sync_in = nth;
		assert_int_equal(store_tidy(w->store), SLUIS_EIO);
		FAULT.sync_in = 0;
		assert_int_equal(store_begin(w->store, &w->tx), SLUIS_EIO);
		world_reopen(w);
		assert_int_equal(store_check_full(w->store, &w->why), SLUIS_OK);
		world_reopen(w); /* closed in peace: the journal is gone */
	}
	fill_journal(w, 50);
	FAULT.syncs = 0;
	assert_int_equal(store_tidy(w->store), SLUIS_OK);
	assert_int_equal(FAULT.syncs, 2);
	assert_int_equal(store_tidy(w->store), SLUIS_OK);
	assert_int_equal(FAULT.syncs, 2);
}

/* Whoever never tidies gets it done when the journal is long: it does not grow without end. */
static void
test_journal_stays_bounded(void **state)
{
	struct world *w = *state;
	char path[128];
	struct stat st;

	world_path(w, "sluis.db-wal", path, sizeof(path));
	for (unsigned round = 0; round < 8; round++)
		fill_journal(w, round * 10);
	assert_int_equal(stat(path, &st), 0);
	assert_in_range(st.st_size, 0, 48 * 1024 * 1024);
}

/* Long enough to be copied in quiet; when it presses, there is still room for a round before store_commit() does it. */
static void
test_tidying_presses_in_time(void **state)
{
	struct world *w = *state;

	fill_journal(w, 0);
	assert_false(store_tidy_presses(w->store));
	FAULT.syncs = 0;
	for (unsigned n = 10; n < 13 && !store_tidy_presses(w->store); n++)
		fill_one(w, n);
	assert_true(store_tidy_presses(w->store));
	assert_in_range(FAULT.syncs, 1, 2); /* those of the commits: 24 MiB, not yet copied */
	assert_int_equal(store_tidy(w->store), SLUIS_OK);
	assert_false(store_tidy_presses(w->store));
}

/* ---- Writes that fail, one after the other ---- */

static void
test_every_write_fails_full(void **state)
{
	struct world *w = *state;
	unsigned n = 0, refused = 0;

	for (long nth = 1; nth < 12; nth++) {
		enum sluis_err err;

		world_begin(w);
		FAULT.error = ENOSPC;
		FAULT.write_in = nth;
		err = add_one(w, n);
		if (err == SLUIS_OK)
			err = store_commit(w->tx);
		else
			store_rollback(w->tx);
		FAULT.write_in = 0;
		assert_true(err == SLUIS_OK || err == SLUIS_ENOSPACE);
		refused += err == SLUIS_ENOSPACE;
		n += err == SLUIS_OK;
		expect_whole(w, n);
		commit_one(w, n++); /* and the store goes on */
	}
	assert_true(refused > 0 && n > 11);
	world_reopen(w);
	expect_whole(w, n);
}

/* Full while the journal is copied: it stays long, nothing is lost, nothing stops. */
static void
test_full_while_tidying(void **state)
{
	struct world *w = *state;

	fill_journal(w, 0);
	FAULT.error = ENOSPC;
	FAULT.write_in = 3;
	assert_int_equal(store_tidy(w->store), SLUIS_OK);
	FAULT.write_in = 0;
	commit_one(w, 0);
	FAULT.syncs = 0;
	assert_int_equal(store_tidy(w->store), SLUIS_OK);
	assert_int_equal(FAULT.syncs, 2);
	assert_int_equal(store_check_full(w->store, &w->why), SLUIS_OK);
}

static void
test_every_write_fails_broken(void **state)
{
	struct world *w = *state;
	uint64_t acknowledged = 0;
	bool was_clean = false;

	for (long nth = 1; !was_clean; nth++) {
		enum sluis_err err;

		world_begin(w);
		FAULT.error = EIO;
		FAULT.write_in = nth;
		err = add_one(w, (unsigned)acknowledged);
		if (err == SLUIS_OK)
			err = store_commit(w->tx);
		else
			store_rollback(w->tx);
		FAULT.write_in = 0;
		was_clean = err == SLUIS_OK;
		if (err == SLUIS_OK)
			acknowledged++;
		else
			assert_int_equal(err, SLUIS_EIO);
		world_reopen(w);
		expect_whole(w, acknowledged);
	}
	assert_int_equal(acknowledged, 1);
}

/* A sector that cannot be read is damage there, not the end of the daemon. Where SQLite has rolled
 * back on its own, nothing that follows becomes durable by itself. */
static void
test_failed_reads(void **state)
{
	static const int ERRORS[] = { EIO, EPERM }; /* SQLite tells them apart, we do not */
	struct world *w = *state;
	const struct sluis_id id = an_id(1);
	uint8_t got[1000];

	commit_one(w, 0);
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(ERRORS); i++) {
		bool was_clean = false;
		unsigned spoiled = 0;

		for (long nth = 1; !was_clean; nth++) {
			enum sluis_err err;

			world_reopen(w);
			world_begin(w);
			FAULT.error = ERRORS[i];
			FAULT.read_in = nth;
			err = store_section_read(w->tx, &id, 0, 0, got, sizeof(got));
			FAULT.read_in = 0;
			was_clean = err == SLUIS_OK;
			assert_int_equal(err, was_clean ? SLUIS_OK : SLUIS_ESTORE);
			err = add_one(w, 1);
			assert_true(err == SLUIS_OK || (err == SLUIS_ESTORE && !was_clean));
			spoiled += err != SLUIS_OK;
			if (err != SLUIS_OK)
				assert_int_equal(store_commit(w->tx), SLUIS_ESTORE);
			else
				store_rollback(w->tx);
			expect_whole(w, 1);
			assert_true(nth < 100);
		}
		assert_true(spoiled > 0);
	}
	commit_one(w, 1);
	expect_whole(w, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_one_sync_a_commit_and_none_without_writes, before, after),
		cmocka_unit_test_setup_teardown(test_failed_sync_is_final, before, after),
		cmocka_unit_test_setup_teardown(test_failed_sync_while_tidying, before, after),
		cmocka_unit_test_setup_teardown(test_tidying_presses_in_time, before, after),
		cmocka_unit_test_setup_teardown(test_journal_stays_bounded, before, after),
		cmocka_unit_test_setup_teardown(test_every_write_fails_full, before, after),
		cmocka_unit_test_setup_teardown(test_full_while_tidying, before, after),
		cmocka_unit_test_setup_teardown(test_every_write_fails_broken, before, after),
		cmocka_unit_test_setup_teardown(test_failed_reads, before, after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
