/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading the keys log beside a running daemon. */
#include "store/store.h"

#include <signal.h>
#include <sys/wait.h>

#include "limits.h"
#include "store_world.h"

struct seen {
	unsigned count;
	unsigned stop_at; /* 0: never */
};

static void
entry_text(unsigned n, char ret[static 700])
{
	memset(ret, 'a' + (int)(n % 26), 699);
	(void)snprintf(ret, 32, "entry %u ", n);
	ret[strlen(ret)] = '-';
	ret[699] = '\0';
}

static enum sluis_err
see(void *context, struct sluis_bytes entry)
{
	struct seen *seen = context;
	char expected[700];

	entry_text(seen->count, expected);
	if (!sluis_bytes_is_text(entry, expected))
		return SLUIS_EKEYSLOG;
	seen->count++;
	return seen->count == seen->stop_at ? SLUIS_EREFUSED : SLUIS_OK;
}

static enum sluis_err
add_entries(struct world *w, unsigned from, unsigned n)
{
	const struct store_head head = { .size = from + n };

	for (unsigned i = from; i < from + n; i++) {
		char entry[700];

		entry_text(i, entry);
		SLUIS_TRY(store_keys_add(w->tx, i, text(entry)));
	}
	return store_head_set(w->tx, STORE_LOG_KEYS, from, &head);
}

static void
expect_seen(const struct world *w, unsigned n)
{
	struct seen seen = { .count = 0 };

	assert_int_equal(store_peek_keys(w->dir, see, &seen), SLUIS_OK);
	assert_int_equal(seen.count, n);
}

static void
test_no_store(void **state)
{
	struct world *w = *state;
	struct seen seen = { .count = 0 };

	assert_int_equal(store_peek_keys(w->dir, see, &seen), SLUIS_ENOTFOUND);
	assert_int_equal(mkdir(w->dir, 0700), 0);
	assert_int_equal(store_peek_keys(w->dir, see, &seen), SLUIS_ENOTFOUND);
	assert_int_equal(seen.count, 0);
}

/* What is committed is seen, wherever it stands: in the journal, in the database, or in part of
 * both. */
static void
test_open_and_closed(void **state)
{
	struct world *w = *state;
	struct seen seen = { .count = 0, .stop_at = 2 };

	world_open(w);
	expect_seen(w, 0);
	world_begin(w);
	assert_int_equal(add_entries(w, 0, 3), SLUIS_OK);
	expect_seen(w, 0);
	world_commit(w);
	expect_seen(w, 3);
	assert_int_equal(store_peek_keys(w->dir, see, &seen), SLUIS_EREFUSED);
	assert_int_equal(seen.count, 2);
	world_reopen(w);
	world_begin(w);
	assert_int_equal(add_entries(w, 3, 40), SLUIS_OK);
	world_commit(w);
	expect_seen(w, 43);
	world_close(w);
	expect_seen(w, 43);
	world_open(w); /* and the store is none the worse for it */
	assert_int_equal(store_check_full(w->store, &w->why), SLUIS_OK);
	expect_seen(w, 43);
}

static void
test_damaged(void **state)
{
	struct world *w = *state;
	struct seen seen = { .count = 0 };

	world_open(w);
	world_begin(w);
	assert_int_equal(add_entries(w, 0, 3), SLUIS_OK);
	assert_int_equal(store_keys_add(w->tx, 7, text("beyond its head")), SLUIS_OK);
	world_commit(w);
	assert_int_equal(store_peek_keys(w->dir, see, &seen), SLUIS_EIO);
	assert_int_equal(seen.count, 0);
}

/* A daemon that writes all it can: entries, large messages, its journal copied and begun anew. */
static void
busy_daemon(struct world *w, int ready)
{
	static uint8_t body[1024 * 1024];
	const uint64_t size = sizeof(body);
	unsigned n = 0;

	if (store_open(w->dir, &w->why, &w->store) != SLUIS_OK)
		_exit(1);
	for (;; n++) {
		const struct store_message m = world_message(n + 1, 7, n);

		if (store_begin(w->store, &w->tx) != SLUIS_OK || add_entries(w, n, 1) != SLUIS_OK ||
		    store_message_add(w->tx, &m, NULL, 0, sluis_bytes(body, sizeof(body)), &size,
			1) != SLUIS_OK ||
		    store_commit(w->tx) != SLUIS_OK || store_tidy(w->store) != SLUIS_OK)
			_exit(2);
		if (n == 5 && write(ready, "x", 1) != 1)
			_exit(3);
		(void)usleep(n % 8 == 0 ? 20000 : 1000);
	}
}

static void
test_busy(void **state)
{
	struct world *w = *state;
	int pipes[2], status = 0;
	unsigned last = 0, good = 0;
	pid_t child;
	char x;

	assert_int_equal(pipe(pipes), 0);
	child = fork();
	if (child == 0)
		busy_daemon(w, pipes[1]);
	assert_int_equal(read(pipes[0], &x, 1), 1);
	for (unsigned i = 0; i < 60; i++) {
		struct seen seen = { .count = 0 };
		const enum sluis_err err = store_peek_keys(w->dir, see, &seen);

		assert_true(err == SLUIS_OK || err == SLUIS_EIO);
		if (err != SLUIS_OK)
			continue;
		assert_true(seen.count >= last && seen.count > 5);
		last = seen.count;
		good++;
	}
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status)); /* the daemon never noticed */
	assert_true(good > 30);
	close(pipes[0]);
	close(pipes[1]);
	world_open(w);
	assert_int_equal(store_check_full(w->store, &w->why), SLUIS_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_no_store, world_before, world_after),
		cmocka_unit_test_setup_teardown(test_open_and_closed, world_before, world_after),
		cmocka_unit_test_setup_teardown(test_damaged, world_before, world_after),
		cmocka_unit_test_setup_teardown(test_busy, world_before, world_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
