/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/store.h"

#include "store/keyring.h"
#include "store_world.h"

static bool
file_has(const struct world *w, const char *name, const void *word, size_t len)
{
	size_t file_len;
	uint8_t *file = world_file(w, name, &file_len);
	const bool has = file != NULL && memmem(file, file_len, word, len) != NULL;

	free(file);
	return has;
}

static void
expect_section(
    struct world *w, unsigned n, uint32_t section, uint64_t offset, size_t len, enum sluis_err err)
{
	const struct sluis_id id = an_id(n);
	uint8_t body[WORLD_BODY_BYTES], got[WORLD_BODY_BYTES];
	uint64_t start = offset;

	assert_int_equal(store_section_read(w->tx, &id, section, offset, got, len), err);
	if (err != SLUIS_OK)
		return;
	for (uint32_t i = 0; i < section; i++)
		start += WORLD_SIZES[i];
	world_body(n, body);
	assert_memory_equal(got, body + start, len);
}

/* ---- Content ---- */

static void
test_sections(void **state)
{
	struct world *w = *state;

	world_begin(w);
	assert_int_equal(world_add_message(w, 1, 7, 0), SLUIS_OK);
	assert_int_equal(world_add_message(w, 2, 7, 1), SLUIS_OK);
	expect_section(w, 1, 0, 0, 1000, SLUIS_OK); /* in the same transaction */
	world_commit(w);
	world_begin(w);
	for (unsigned n = 1; n <= 2; n++) {
		for (uint32_t i = 0; i < 3; i++) {
			const size_t size = (size_t)WORLD_SIZES[i];

			expect_section(w, n, i, 0, size, SLUIS_OK);
			expect_section(w, n, i, size - 1, 1, SLUIS_OK);
			expect_section(w, n, i, size, 0, SLUIS_OK);
			expect_section(w, n, i, 100, size - 200, SLUIS_OK);
			expect_section(w, n, i, 1, size, SLUIS_EUSAGE);
			expect_section(w, n, i, size + 1, 0, SLUIS_EUSAGE);
			expect_section(w, n, i, UINT64_MAX, 2, SLUIS_EUSAGE);
		}
		expect_section(w, n, 3, 0, 1, SLUIS_ENOTFOUND);
		expect_section(w, n, UINT32_MAX, 0, 1, SLUIS_ENOTFOUND);
	}
	expect_section(w, 9, 0, 0, 1, SLUIS_ENOTFOUND);
	store_rollback(w->tx);
}

/* Windows across pieces of 64 KiB, of sections that begin and end anywhere. */
static void
test_large_sections(void **state)
{
	static const uint64_t SIZES[] = { 1, 65536, 65537, 0, 131072, 300000, 65535 };
	static const uint64_t OFFSETS[] = { 0, 1, 65535, 65536, 65537, 131071, 131072, 262144 };
	static const size_t LENS[] = { 1, 2, 65536, 65537, 100000, 131072 };
	struct world *w = *state;
	const struct store_message m = world_message(1, 7, 0);
	uint64_t total = 0, start = 0;
	uint8_t *body, *got;

	for (size_t i = 0; i < SLUIS_ARRAY_LEN(SIZES); i++)
		total += SIZES[i];
	body = malloc((size_t)total);
	got = malloc((size_t)total);
	randombytes_buf(body, (size_t)total);
	world_begin(w);
	assert_int_equal(store_message_add(w->tx, &m, NULL, 0, sluis_bytes(body, (size_t)total),
			     SIZES, SLUIS_ARRAY_LEN(SIZES)),
	    SLUIS_OK);
	world_commit(w);
	world_begin(w);
	for (uint32_t i = 0; i < SLUIS_ARRAY_LEN(SIZES); i++) {
		for (size_t j = 0; j < SLUIS_ARRAY_LEN(OFFSETS); j++) {
			for (size_t k = 0; k < SLUIS_ARRAY_LEN(LENS); k++) {
				const bool fits =
				    OFFSETS[j] <= SIZES[i] && LENS[k] <= SIZES[i] - OFFSETS[j];

				assert_int_equal(
				    store_section_read(w->tx, &m.id, i, OFFSETS[j], got, LENS[k]),
				    fits ? SLUIS_OK : SLUIS_EUSAGE);
				if (fits)
					assert_memory_equal(
					    got, body + start + OFFSETS[j], LENS[k]);
			}
		}
		assert_int_equal(
		    store_section_read(w->tx, &m.id, i, 0, got, (size_t)SIZES[i]), SLUIS_OK);
		assert_memory_equal(got, body + start, (size_t)SIZES[i]);
		start += SIZES[i];
	}
	store_rollback(w->tx);
	free(body);
	free(got);
}

/* More than SQLite keeps in memory: its journal is written before the commit, read again, and given
 * up. */
static void
test_more_than_memory(void **state)
{
	enum { EACH = 4 * 1024 * 1024, N = 12 };
	struct world *w = *state;
	uint8_t *body = malloc(EACH), *got = malloc(EACH);
	const uint64_t size = EACH;

	for (unsigned round = 0; round < 3; round++) {
		world_begin(w);
		for (unsigned n = 1; n <= N; n++) {
			const struct store_message m =
			    world_message(n + round * 100, 7, n + round * 100);

			memset(body, (int)(n + round * 100), EACH);
			assert_int_equal(store_message_add(
					     w->tx, &m, NULL, 0, sluis_bytes(body, EACH), &size, 1),
			    SLUIS_OK);
			assert_int_equal(
			    store_section_read(w->tx, &m.id, 0, 0, got, EACH), SLUIS_OK);
			assert_memory_equal(got, body, EACH);
		}
		for (unsigned n = 1; n <= N; n++) {
			const struct sluis_id id = an_id(n + round * 100);

			memset(body, (int)(n + round * 100), EACH);
			assert_int_equal(store_section_read(w->tx, &id, 0, 0, got, EACH), SLUIS_OK);
			assert_memory_equal(got, body, EACH);
			assert_int_equal(
			    store_message_state_set(w->tx, &id, STORE_MESSAGE_CLOSED), SLUIS_OK);
		}
		if (round == 1)
			world_commit(w);
		else
			store_rollback(w->tx);
		assert_int_equal(store_check_full(w->store, &w->why), SLUIS_OK);
	}
	world_begin(w);
	for (unsigned n = 1; n <= N; n++) {
		const struct sluis_id id = an_id(n + 100);

		memset(body, (int)n + 100, EACH);
		assert_int_equal(store_section_read(w->tx, &id, 0, 0, got, EACH), SLUIS_OK);
		assert_memory_equal(got, body, EACH);
	}
	store_rollback(w->tx);
	free(body);
	free(got);
}

/* What a transaction wrote before it was given up is not in the way of the next. */
static void
test_given_up_journal(void **state)
{
	enum { EACH = 4 * 1024 * 1024, N = 6 };
	struct world *w = *state;
	uint8_t *body = calloc(1, EACH);
	const uint64_t size = EACH;

	world_begin(w);
	for (unsigned n = 1; n <= N; n++) {
		const struct store_message m = world_message(n, 7, n);

		assert_int_equal(
		    store_message_add(w->tx, &m, NULL, 0, sluis_bytes(body, EACH), &size, 1),
		    SLUIS_OK);
	}
	store_rollback(w->tx);
	world_begin(w);
	assert_int_equal(world_add_message(w, 1, 7, 0), SLUIS_OK);
	assert_int_equal(world_grow(w, 0, 1), SLUIS_OK);
	world_commit(w);
	world_reopen(w);
	assert_int_equal(store_check_full(w->store, &w->why), SLUIS_OK);
	world_begin(w);
	expect_section(w, 1, 1, 0, 1500, SLUIS_OK);
	store_rollback(w->tx);
	free(body);
}

/* Neither what was sent nor the key of the keyring is in any other file, committed or copied into
 * the database. */
static void
test_no_plain_text_on_disk(void **state)
{
	static const char *const FILES[] = { "sluis.db", "sluis.db-wal", "keyring", "lock",
		"reserve" };
	struct world *w = *state;
	uint8_t body[WORLD_BODY_BYTES], key[32];
	size_t len;
	uint8_t *keyring = world_file(w, KEYRING_FILE, &len);

	memcpy(key, keyring + 28, sizeof(key));
	free(keyring);
	world_body(1, body);
	world_begin(w);
	assert_int_equal(world_add_message(w, 1, 7, 0), SLUIS_OK);
	assert_int_equal(world_grow(w, 0, 1), SLUIS_OK);
	world_commit(w);
	assert_true(file_has(
	    w, "sluis.db-wal", "the packed push", 15)); /* that we look in the right place */
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < SLUIS_ARRAY_LEN(FILES); i++) {
			assert_false(file_has(w, FILES[i], WORLD_MARK + 1, 12));
			assert_false(file_has(w, FILES[i], body + 100, 12));
			assert_true(file_has(w, FILES[i], key, sizeof(key)) ==
				    (strcmp(FILES[i], "keyring") == 0));
		}
		world_reopen(w);
	}
	assert_true(file_has(w, "sluis.db", "the packed push", 15));
}

/* ---- Keyring and database together ---- */

static void
lose_keyring(struct world *w)
{
	char path[128];

	world_close(w);
	world_path(w, KEYRING_FILE, path, sizeof(path));
	assert_int_equal(unlink(path), 0);
}

static void
expect_lost(struct world *w, uint64_t from, const unsigned *messages, size_t n)
{
	struct store_lost_row lost[8];
	size_t count;

	assert_int_equal(store_lost(w->tx, from, 8, lost, &count), SLUIS_OK);
	assert_int_equal(count, n);
	for (size_t i = 0; i < n; i++) {
		const struct sluis_id id = an_id(messages[i]);

		assert_memory_equal(&lost[i].id, &id, sizeof(id));
	}
}

static void
test_missing_keyring(void **state)
{
	static const unsigned LOST[] = { 1, 2 };
	struct world *w = *state;
	struct store_message m;
	const struct sluis_id id = an_id(1);

	world_begin(w);
	assert_int_equal(world_add_message(w, 1, 7, 0), SLUIS_OK);
	assert_int_equal(world_add_message(w, 2, 7, 1), SLUIS_OK);
	expect_lost(w, 0, NULL, 0);
	assert_int_equal(world_grow(w, 0, 2), SLUIS_OK);
	world_commit(w);
	lose_keyring(w);
	world_open(w);
	world_begin(w);
	expect_section(w, 1, 0, 0, 1000, SLUIS_EKEYS);
	assert_int_equal(store_message_get(w->tx, &id, true, w->arena, &m), SLUIS_OK);
	assert_int_equal(world_add_message(w, 3, 7, 2), SLUIS_OK);
	expect_section(w, 3, 0, 0, 1000, SLUIS_OK);
	expect_lost(w, 0, LOST, 2);
	expect_lost(w, 1, LOST + 1, 1);
	assert_int_equal(world_grow(w, 2, 1), SLUIS_OK);
	world_commit(w);
	world_reopen(w);
	world_begin(w);
	expect_section(w, 3, 0, 0, 1000, SLUIS_OK);
	expect_section(w, 2, 0, 0, 1000, SLUIS_EKEYS);
	expect_lost(w, 0, LOST, 2);
	store_rollback(w->tx);
}

static void
expect_keys_refused(struct world *w, const char *word)
{
	struct store *store = NULL;

	assert_int_equal(store_open(w->dir, &w->why, &store), SLUIS_EKEYS);
	if (strstr(w->why.text, word) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", w->why.text, word);
}

static void
test_keyring_that_does_not_fit(void **state)
{
	struct world *w = *state;
	struct keyring *keyring = NULL;
	char path[128], aside[128];

	world_begin(w);
	assert_int_equal(world_add_message(w, 1, 7, 0), SLUIS_OK);
	assert_int_equal(world_grow(w, 0, 1), SLUIS_OK);
	world_commit(w);
	world_path(w, KEYRING_FILE, path, sizeof(path));
	world_path(w, "aside", aside, sizeof(aside));
	world_close(w);
	assert_int_equal(chmod(path, 0640), 0);
	expect_keys_refused(w, "open to other users");
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(rename(path, aside), 0);
	assert_int_equal(keyring_make(w->dir, 1, &w->why, &keyring), SLUIS_OK);
	keyring_free(keyring);
	expect_keys_refused(w, "of another store");
	assert_int_equal(rename(aside, path), 0);
	world_open(w);
	world_begin(w);
	expect_section(w, 1, 0, 0, 1000, SLUIS_OK);
	store_rollback(w->tx);
}

static void
test_keyring_older_than_database(void **state)
{
	struct world *w = *state;
	char path[128], aside[128], command[320];

	world_path(w, KEYRING_FILE, path, sizeof(path));
	world_path(w, "aside", aside, sizeof(aside));
	world_begin(w);
	assert_int_equal(world_add_message(w, 1, 7, 0), SLUIS_OK);
	assert_int_equal(world_grow(w, 0, 1), SLUIS_OK);
	world_commit(w);
	world_close(w);
	(void)snprintf(command, sizeof(command), "cp -p '%s' '%s'", path, aside);
	assert_int_equal(system(command), 0);
	{
		struct keyring *keyring = NULL;

		assert_int_equal(keyring_load(w->dir, &w->why, &keyring), SLUIS_OK);
		assert_int_equal(keyring_add(keyring, &w->why), SLUIS_OK);
		keyring_free(keyring);
	}
	world_open(w); /* died between keyring_add() and the first use: fine */
	world_begin(w);
	assert_int_equal(world_add_message(w, 2, 7, 1), SLUIS_OK);
	expect_section(w, 1, 0, 0, 1000, SLUIS_OK);
	assert_int_equal(world_grow(w, 1, 1), SLUIS_OK);
	world_commit(w);
	world_close(w);
	assert_int_equal(rename(aside, path), 0);
	expect_keys_refused(w, "older than its database");
}

/* A generation that a rolled-back transaction put on record is put there again. */
static void
test_generation_after_rollback(void **state)
{
	struct world *w = *state;

	world_begin(w);
	assert_int_equal(world_add_message(w, 1, 7, 0), SLUIS_OK);
	store_rollback(w->tx);
	world_begin(w);
	assert_int_equal(world_add_message(w, 1, 7, 0), SLUIS_OK);
	assert_int_equal(world_grow(w, 0, 1), SLUIS_OK);
	world_commit(w);
	lose_keyring(w);
	world_open(w);
	world_begin(w);
	expect_section(
	    w, 1, 0, 0, 10, SLUIS_EKEYS); /* and not SLUIS_ESTORE under a number used twice */
	store_rollback(w->tx);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_given_up_journal, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(
		    test_more_than_memory, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(test_sections, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(
		    test_large_sections, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(
		    test_no_plain_text_on_disk, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(
		    test_missing_keyring, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(
		    test_keyring_that_does_not_fit, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(
		    test_keyring_older_than_database, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(
		    test_generation_after_rollback, world_before_open, world_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
