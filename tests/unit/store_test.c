/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/store.h"

#include <sys/file.h>
#include <sys/wait.h>

#include "store_world.h"

enum {
	USER_VERSION_AT = 60,
	APPLICATION_AT = 68
}; /* in an SQLite file, 4 bytes each, big-endian */

static void
expect_refused(struct world *w, enum sluis_err err, const char *word)
{
	struct store *store = NULL;

	assert_int_equal(store_open(w->dir, &w->why, &store), err);
	assert_null(store);
	if (strstr(w->why.text, word) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", w->why.text, word);
}

/* ---- Opening ---- */

static void
test_fresh_store_is_private(void **state)
{
	static const char *const FILES[] = { "", "sluis.db", "sluis.db-wal", "keyring", "lock",
		"reserve" };
	struct world *w = *state;
	const mode_t mask = umask(0);

	world_open(w);
	umask(mask);
	world_begin(w);
	assert_int_equal(world_grow(w, 0, 1), SLUIS_OK);
	world_commit(w);
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(FILES); i++) {
		char path[128];
		struct stat st;

		world_path(w, FILES[i], path, sizeof(path));
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, i == 0 ? 0700 : 0600);
	}
}

static void
test_folder_open_to_others(void **state)
{
	struct world *w = *state;

	assert_int_equal(mkdir(w->dir, 0700), 0);
	assert_int_equal(chmod(w->dir, 0755), 0);
	expect_refused(w, SLUIS_ECONFIG, "chmod 700");
	assert_int_equal(chmod(w->dir, 0701), 0);
	expect_refused(w, SLUIS_ECONFIG, "chmod 700");
	if (geteuid() == 0) {
		assert_int_equal(chmod(w->dir, 0700), 0);
		assert_int_equal(chown(w->dir, 12345, (gid_t)-1), 0);
		expect_refused(w, SLUIS_ECONFIG, "chown");
		assert_int_equal(chown(w->dir, 0, (gid_t)-1), 0);
	}
	assert_int_equal(chmod(w->dir, 0700), 0);
	world_open(w);
}

static void
test_folder_that_cannot_be(void **state)
{
	struct world *w = *state;
	struct store *store = NULL;

	assert_int_equal(store_open("/no-such-folder/store", &w->why, &store), SLUIS_EIO);
	assert_non_null(strstr(w->why.text, "No such file"));
	close(open(w->dir, O_CREAT | O_WRONLY, 0600));
	expect_refused(w, SLUIS_EIO, "Not a directory");
	assert_int_equal(unlink(w->dir), 0);
	store_close(NULL);
}

/* A database that was put back readable by others is closed to them again. */
static void
test_database_mode_is_mended(void **state)
{
	struct world *w = *state;
	char path[128];
	struct stat st;

	world_open(w);
	world_close(w);
	world_path(w, "sluis.db", path, sizeof(path));
	assert_int_equal(chmod(path, 0644), 0);
	world_open(w);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void
test_database_is_not_a_link(void **state)
{
	struct world *w = *state;
	char path[128], other[128];

	world_open(w);
	world_close(w);
	world_path(w, "sluis.db", path, sizeof(path));
	world_path(w, "elsewhere", other, sizeof(other));
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(symlink("elsewhere", path), 0);
	expect_refused(w, SLUIS_EIO, "open sluis.db");
}

static void
test_two_daemons(void **state)
{
	struct world *w = *state;
	char number[32];
	pid_t child;
	int status = -1;

	world_open(w);
	expect_refused(w, SLUIS_EEXISTS, "in use by another daemon");
	(void)snprintf(number, sizeof(number), "(process %ld)", (long)getpid());
	assert_non_null(strstr(w->why.text, number));
	child = fork();
	if (child == 0) {
		struct store *store = NULL;

		_exit(store_open(w->dir, &w->why, &store) == SLUIS_EEXISTS ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	world_reopen(w);
}

static void
test_downgrade_refused(void **state)
{
	struct world *w = *state;
	size_t len;
	uint8_t *before, *after;

	world_open(w);
	world_close(w);
	world_poke(w, "sluis.db", USER_VERSION_AT + 3, 0x40);
	before = world_file(w, "sluis.db", &len);
	expect_refused(w, SLUIS_EVERSION, "schema ");
	assert_non_null(strstr(w->why.text, "newer sluisd"));
	after = world_file(w, "sluis.db", &len);
	assert_memory_equal(before, after, len);
	free(before);
	free(after);
	world_poke(w, "sluis.db", USER_VERSION_AT + 3, 0x40);
	world_open(w);
}

static void
test_database_of_another_program(void **state)
{
	struct world *w = *state;

	world_open(w);
	world_close(w);
	world_poke(w, "sluis.db", APPLICATION_AT, 1);
	expect_refused(w, SLUIS_ECONFIG, "another program");
	world_poke(w, "sluis.db", APPLICATION_AT, 1);
	world_poke(w, "sluis.db", 0, 1);
	expect_refused(w, SLUIS_ESTORE, "not a database");
}

/* ---- Transactions ---- */

static void
test_commit_and_rollback(void **state)
{
	struct world *w = *state;
	struct store_head head;
	struct store_event event;

	world_begin(w);
	assert_int_equal(world_grow(w, 0, 3), SLUIS_OK);
	assert_int_equal(store_head_get(w->tx, STORE_LOG_EXCHANGE, &head), SLUIS_OK);
	assert_int_equal(head.size, 3);
	store_rollback(w->tx);
	store_rollback(NULL);

	world_begin(w);
	assert_int_equal(store_head_get(w->tx, STORE_LOG_EXCHANGE, &head), SLUIS_OK);
	assert_int_equal(head.size, 0);
	assert_int_equal(store_event_get(w->tx, 0, w->arena, &event), SLUIS_ENOTFOUND);
	assert_int_equal(world_grow(w, 0, 2), SLUIS_OK);
	world_commit(w);
	world_reopen(w);

	world_begin(w);
	assert_int_equal(store_head_get(w->tx, STORE_LOG_EXCHANGE, &head), SLUIS_OK);
	assert_int_equal(head.size, 2);
	assert_int_equal(store_event_get(w->tx, 1, w->arena, &event), SLUIS_OK);
	world_commit(w);
}

/* Words that a rolled-back transaction numbered must be numbered again, not remembered. */
static void
test_rollback_forgets_names(void **state)
{
	struct world *w = *state;
	struct store_message m;

	world_begin(w);
	assert_int_equal(world_add_message(w, 1, 9, 0), SLUIS_OK);
	store_rollback(w->tx);
	world_begin(w);
	assert_int_equal(world_add_message(w, 2, 8, 0), SLUIS_OK);
	assert_int_equal(store_message_get(w->tx, &(struct sluis_id){ { 0 } }, false, w->arena, &m),
	    SLUIS_ENOTFOUND);
	assert_int_equal(world_grow(w, 0, 1), SLUIS_OK);
	world_commit(w);
	world_reopen(w);
	world_begin(w);
	assert_int_equal(store_message_get(w->tx, &(struct sluis_id){ { 0 } }, false, w->arena, &m),
	    SLUIS_ENOTFOUND);
	{
		const struct sluis_id id = an_id(2), of_case = an_id(8);

		assert_int_equal(store_message_get(w->tx, &id, false, w->arena, &m), SLUIS_OK);
		assert_memory_equal(&m.case_id, &of_case, sizeof(of_case));
		assert_true(sluis_bytes_is_text(m.sender_handle, "anna"));
	}
	store_rollback(w->tx);
}

/* A write that failed halfway can only be rolled back, whoever forgets to look at its error. */
static void
test_failed_write_spoils(void **state)
{
	struct world *w = *state;
	struct store_event event;
	bool is_used;

	world_begin(w);
	assert_int_equal(world_grow(w, 0, 2), SLUIS_OK);
	world_commit(w);
	world_begin(w);
	assert_int_equal(world_grow(w, 2, 1), SLUIS_OK);
	assert_int_equal(world_add_event(w, 1, 0), SLUIS_EEXISTS);
	assert_int_equal(store_event_get(w->tx, 1, w->arena, &event), SLUIS_EEXISTS);
	assert_int_equal(world_add_event(w, 3, 0), SLUIS_EEXISTS);
	assert_int_equal(store_commit(w->tx), SLUIS_EEXISTS);
	world_begin(w);
	assert_int_equal(store_event_get(w->tx, 2, w->arena, &event), SLUIS_ENOTFOUND);
	assert_int_equal(store_pair_is_used(w->tx, text("x"), text("y"), 1, &is_used), SLUIS_OK);
	assert_int_equal(world_grow(w, 2, 1), SLUIS_OK);
	world_commit(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_fresh_store_is_private, world_before, world_after),
		cmocka_unit_test_setup_teardown(
		    test_folder_open_to_others, world_before, world_after),
		cmocka_unit_test_setup_teardown(
		    test_folder_that_cannot_be, world_before, world_after),
		cmocka_unit_test_setup_teardown(
		    test_database_mode_is_mended, world_before, world_after),
		cmocka_unit_test_setup_teardown(
		    test_database_is_not_a_link, world_before, world_after),
		cmocka_unit_test_setup_teardown(test_two_daemons, world_before, world_after),
		cmocka_unit_test_setup_teardown(test_downgrade_refused, world_before, world_after),
		cmocka_unit_test_setup_teardown(
		    test_database_of_another_program, world_before, world_after),
		cmocka_unit_test_setup_teardown(
		    test_commit_and_rollback, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(
		    test_rollback_forgets_names, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(
		    test_failed_write_spoils, world_before_open, world_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
