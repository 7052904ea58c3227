/* SPDX-License-Identifier: EUPL-1.2 */
/* The store on a disk that fills up or rots, under a daemon that is killed. */
#include "store/store.h"

#include <errno.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "store_world.h"

/* ---- A disk that is really full ---- */

static unsigned
fill(struct world *w, unsigned n, enum sluis_err *ret)
{
	do {
		world_begin(w);
		*ret = add_one(w, n);
		if (*ret == SLUIS_OK)
			*ret = store_commit(w->tx);
		else
			store_rollback(w->tx);
		n += *ret == SLUIS_OK;
	} while (*ret == SLUIS_OK);
	return n;
}

/* Refusals and withdrawals go on: small transactions, one by one. */
static void
refuse_many(struct world *w, uint64_t from, unsigned n)
{
	for (uint64_t i = from; i < from + n; i++) {
		world_begin(w);
		assert_int_equal(world_grow(w, i, 1), SLUIS_OK);
		world_commit(w);
	}
}

static void
expect_sound(struct world *w, uint64_t n)
{
	assert_int_equal(store_check_full(w->store, &w->why), SLUIS_OK);
	assert_int_equal(size_of(w), n);
}

static void
full_disk(struct world *w)
{
	enum sluis_err err;
	char path[128];
	unsigned n;

	world_open(w);
	assert_true(store_reserve_is_whole(w->store));
	n = fill(w, 0, &err);
	assert_int_equal(err, SLUIS_ENOSPACE);
	assert_true(n > 100);
	expect_whole(w, n);
	assert_int_equal(store_reserve_release(w->store), SLUIS_OK);
	assert_int_equal(store_reserve_release(w->store), SLUIS_ENOTFOUND);
	assert_false(store_reserve_is_whole(w->store));
	refuse_many(w, n, 3000);
	n += 3000;
	assert_int_equal(store_reserve_make(w->store), SLUIS_ENOSPACE);
	world_path(w, "reserve", path, sizeof(path));
	assert_int_equal(access(path, F_OK), -1); /* half a reserve only makes the disk fuller */
	expect_sound(w, n);
	world_reopen(w); /* closing freed the journal, and the reserve took its room */
	assert_int_equal(store_reserve_release(w->store), SLUIS_OK);
	refuse_many(w, n, 1000);
	expect_sound(w, n + 1000);
}

static void
test_full_disk(void **state)
{
	struct world *w = *state;
	enum sluis_err err;

	world_close(w);
	world_remove_all(w->dir);
	assert_int_equal(mkdir(w->dir, 0700), 0);
	if (mount("none", w->dir, "tmpfs", 0, "size=32m,mode=0700") != 0) {
		print_message("no mount here (%s): a full disk is not tested\n", strerror(errno));
		skip();
	}
	full_disk(w);
	(void)fill(w, (unsigned)size_of(w), &err); /* the reserve too comes to an end */
	assert_int_equal(err, SLUIS_ENOSPACE);
	assert_int_equal(store_check_full(w->store, &w->why), SLUIS_OK);
	world_reopen(w);
	assert_int_equal(store_check_full(w->store, &w->why), SLUIS_OK);
	world_close(w);
	assert_int_equal(umount(w->dir), 0);
}

static int
after_mount(void **state)
{
	struct world *w = *state;

	world_close(w);
	(void)umount2(w->dir, MNT_DETACH);
	return world_after(state);
}

static void
test_reserve(void **state)
{
	struct world *w = *state;
	char path[128];
	struct stat st;

	world_path(w, "reserve", path, sizeof(path));
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_blocks * 512 >= STORE_RESERVE_BYTES);
	assert_int_equal(store_reserve_release(w->store), SLUIS_OK);
	assert_int_equal(store_reserve_make(w->store), SLUIS_OK);
	assert_int_equal(store_reserve_make(w->store), SLUIS_OK);
	assert_true(store_reserve_is_whole(w->store));
	assert_int_equal(truncate(path, 0), 0);
	assert_false(store_reserve_is_whole(w->store));
	world_reopen(w);
	assert_true(store_reserve_is_whole(w->store));
}

/* ---- A daemon that is killed ---- */

static void
child_commits(struct world *w, int acknowledge)
{
	unsigned n = 0;

	if (store_open(w->dir, &w->why, &w->store) != SLUIS_OK)
		_exit(1);
	n = (unsigned)size_of(w);
	for (;;) {
		if (store_begin(w->store, &w->tx) != SLUIS_OK || add_one(w, n) != SLUIS_OK ||
		    store_commit(w->tx) != SLUIS_OK)
			_exit(2);
		n++;
		if (write(acknowledge, &n, sizeof(n)) != sizeof(n))
			_exit(3);
	}
}

static void
test_killed(void **state)
{
	struct world *w = *state;
	unsigned acknowledged = 0;

	world_close(w);
	for (unsigned round = 0; round < 15; round++) {
		int pipes[2], status;
		unsigned n;
		pid_t child;

		assert_int_equal(pipe(pipes), 0);
		child = fork();
		if (child == 0)
			child_commits(w, pipes[1]);
		close(pipes[1]);
		for (unsigned i = 0; i < 3 + round; i++) {
			assert_int_equal(read(pipes[0], &n, sizeof(n)), sizeof(n));
			acknowledged = n;
		}
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		while (read(pipes[0], &n, sizeof(n)) == sizeof(n))
			acknowledged = n;
		close(pipes[0]);
		world_open(w);
		assert_in_range(size_of(w), acknowledged, acknowledged + 1);
		expect_whole(w, size_of(w));
		world_close(w);
	}
}

/* ---- Bytes that rot ---- */

/* What may come of one wrong byte anywhere: an error that says so, or what was written; nothing
 * else. */
static enum sluis_err
read_all(struct world *w)
{
	const struct sluis_id id = an_id(1);
	uint8_t body[WORLD_BODY_BYTES], got[WORLD_BODY_BYTES];
	uint8_t *at = got;
	enum sluis_err err = store_open(w->dir, &w->why, &w->store);

	if (err != SLUIS_OK)
		return err;
	world_body(1, body);
	world_begin(w);
	for (uint32_t i = 0; i < 3 && err == SLUIS_OK; i++) {
		err = store_section_read(w->tx, &id, i, 0, at, (size_t)WORLD_SIZES[i]);
		at += WORLD_SIZES[i];
	}
	if (err == SLUIS_OK)
		assert_memory_equal(got, body, sizeof(body));
	store_rollback(w->tx);
	world_close(w);
	return err;
}

static void
test_flipped_bytes(void **state)
{
	enum { STEP = 149 };
	struct world *w = *state;
	size_t len, told = 0;
	uint8_t *file;

	commit_one(w, 0);
	world_close(w);
	file = world_file(w, "sluis.db", &len);
	for (size_t at = 0; at < len; at += STEP) {
		char path[128];
		int fd;
		enum sluis_err err;

		world_poke(w, "sluis.db", (off_t)at, 0x10);
		err = read_all(w);
		assert_true(err == SLUIS_OK || err == SLUIS_ESTORE || err == SLUIS_ENOTFOUND ||
			    err == SLUIS_EKEYS || err == SLUIS_ECONFIG || err == SLUIS_EVERSION);
		told += err == SLUIS_ESTORE;
		world_path(w, "sluis.db", path, sizeof(path));
		fd = open(path, O_WRONLY | O_TRUNC);
		assert_int_equal(write(fd, file, len), len);
		close(fd);
	}
	assert_true(told > WORLD_BODY_BYTES / STEP);
	free(file);
	world_open(w);
	expect_whole(w, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_full_disk, world_before_open, after_mount),
		cmocka_unit_test_setup_teardown(test_reserve, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(test_killed, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(test_flipped_bytes, world_before_open, world_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
