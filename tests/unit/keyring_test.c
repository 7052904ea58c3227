/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/keyring.h"

#include <sys/file.h>

#include "store/keyring_internal.h"
#include "store_world.h"

enum { NUMBERS_AT = 16 + 4, KEY_AT = NUMBERS_AT + 8, ONE_BYTES = 16 + 4 + 40 + 32 };

static const uint8_t NONCE[KEYRING_NONCE_BYTES] = { 7, 8, 9 };
static const struct sluis_secret32 KEY = { { 1, 2, 3, 4, 5 } };

static int
before(void **state)
{
	struct world *w;

	if (world_before(state) != 0)
		return -1;
	w = *state;
	return mkdir(w->dir, 0700);
}

static struct keyring *
make(struct world *w)
{
	struct keyring *keyring = NULL;

	assert_int_equal(keyring_make(w->dir, 1, &w->why, &keyring), SLUIS_OK);
	return keyring;
}

static void
expect_refused(struct world *w, enum sluis_err err, const char *word)
{
	struct keyring *keyring = NULL;

	assert_int_equal(keyring_load(w->dir, &w->why, &keyring), err);
	assert_null(keyring);
	if (strstr(w->why.text, word) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", w->why.text, word);
}

static void
test_missing_and_double(void **state)
{
	struct world *w = *state;
	struct keyring *keyring = NULL, *second = NULL;

	expect_refused(w, SLUIS_ENOTFOUND, "no keyring");
	keyring = make(w);
	assert_int_equal(keyring_make(w->dir, 1, &w->why, &second), SLUIS_EEXISTS);
	assert_null(second);
	keyring_free(keyring);
	keyring_free(NULL);
}

static void
test_open_to_others(void **state)
{
	static const mode_t MODES[] = { 0604, 0640, 0660, 0610, 0601, 0602, 0620, 0777 };
	struct world *w = *state;
	char path[128];

	keyring_free(make(w));
	world_path(w, KEYRING_FILE, path, sizeof(path));
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(MODES); i++) {
		assert_int_equal(chmod(path, MODES[i]), 0);
		expect_refused(w, SLUIS_EKEYS, "open to other users");
	}
	assert_int_equal(chmod(path, 0400), 0);
	{
		struct keyring *keyring = NULL;

		assert_int_equal(keyring_load(w->dir, &w->why, &keyring), SLUIS_OK);
		keyring_free(keyring);
	}
}

static void
test_wrong_owner_and_kind(void **state)
{
	struct world *w = *state;
	char path[128], other[128];

	keyring_free(make(w));
	world_path(w, KEYRING_FILE, path, sizeof(path));
	world_path(w, "elsewhere", other, sizeof(other));
	if (geteuid() == 0) {
		assert_int_equal(chown(path, 12345, (gid_t)-1), 0);
		expect_refused(w, SLUIS_EKEYS, "not owned");
		assert_int_equal(chown(path, 0, (gid_t)-1), 0);
	} else {
		print_message("not root: the owner's check is not tested\n");
	}
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(symlink("elsewhere", path), 0);
	expect_refused(w, SLUIS_EKEYS, "is a link");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	expect_refused(w, SLUIS_EKEYS, "not a plain file");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rename(other, path), 0);
}

static void
test_every_byte_and_length(void **state)
{
	struct world *w = *state;
	char path[128];
	size_t len;
	uint8_t *file;

	keyring_free(make(w));
	world_path(w, KEYRING_FILE, path, sizeof(path));
	file = world_file(w, KEYRING_FILE, &len);
	assert_int_equal(len, ONE_BYTES);
	for (size_t i = 0; i < len; i++) {
		world_poke(w, KEYRING_FILE, (off_t)i, 0x40);
		expect_refused(w, SLUIS_EKEYS, "damaged");
		world_poke(w, KEYRING_FILE, (off_t)i, 0x40);
	}
	for (size_t cut = 0; cut < len; cut++) {
		assert_int_equal(truncate(path, (off_t)cut), 0);
		expect_refused(w, SLUIS_EKEYS, "damaged");
	}
	assert_int_equal(truncate(path, (off_t)len + 1), 0);
	expect_refused(w, SLUIS_EKEYS, "damaged");
	free(file);
}

/* A file that is whole by its sum, and wrong by its numbers. */
static void
test_wrong_numbers(void **state)
{
	static const struct {
		uint32_t count, entries;
		uint64_t first, second;
	} CASES[] = {
		{ 0, 0, 0, 0 },
		{ 0, 2, 1, 2 },
		{ 1, 2, 1, 2 },
		{ 3, 2, 1, 2 },
		{ 9, 2, 1, 2 },
		{ UINT32_MAX, 2, 1, 2 },
		{ 1, 1, 0, 0 },
		{ 2, 2, 0, 2 },
		{ 2, 2, 2, 2 },
		{ 2, 2, 3, 2 },
		{ 1, 1, UINT64_C(1) << 63, 0 },
		{ 2, 2, 1, UINT64_MAX },
	};
	struct world *w = *state;
	char path[128];

	keyring_free(make(w));
	world_path(w, KEYRING_FILE, path, sizeof(path));
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(CASES); i++) {
		uint8_t file[16 + 4 + 80 + 32] = { 0 };
		struct sluis_writer writer;
		struct sluis_hash sum;
		const int fd = open(path, O_WRONLY | O_TRUNC);

		sluis_writer_init(&writer, file, sizeof(file));
		sluis_writer_put_text(&writer, "sluis keyring 1\n");
		sluis_writer_put_u32(&writer, CASES[i].count);
		for (uint32_t k = 0; k < CASES[i].entries; k++) {
			sluis_writer_put_u64(&writer, k == 0 ? CASES[i].first : CASES[i].second);
			sluis_writer_put(&writer, KEY.bytes, 32);
		}
		sum = sluis_hash(sluis_bytes(file, writer.len));
		sluis_writer_put(&writer, sum.bytes, sizeof(sum.bytes));
		assert_int_equal(write(fd, file, writer.len), writer.len);
		close(fd);
		expect_refused(w, SLUIS_EKEYS, "damaged");
	}
}

static void
test_wrap(void **state)
{
	struct world *w = *state;
	struct keyring *keyring = make(w), *again = NULL;
	uint8_t wrapped[KEYRING_WRAPPED_BYTES];
	struct sluis_secret32 key;

	keyring_wrap(keyring, text("section 1"), &KEY, NONCE, wrapped);
	assert_int_equal(keyring_load(w->dir, &w->why, &again), SLUIS_OK);
	assert_int_equal(keyring_unwrap(again, 1, text("section 1"), wrapped, &key), SLUIS_OK);
	assert_memory_equal(key.bytes, KEY.bytes, 32);
	assert_int_equal(keyring_unwrap(again, 2, text("section 1"), wrapped, &key), SLUIS_EKEYS);
	assert_int_equal(keyring_unwrap(again, 1, text("section 2"), wrapped, &key), SLUIS_ESTORE);
	assert_true(sodium_is_zero(key.bytes, sizeof(key.bytes)));
	for (size_t i = 0; i < sizeof(wrapped); i++) {
		wrapped[i] ^= 1;
		assert_int_equal(
		    keyring_unwrap(again, 1, text("section 1"), wrapped, &key), SLUIS_ESTORE);
		wrapped[i] ^= 1;
	}
	keyring_free(keyring);
	keyring_free(again);
}

/* What was wrapped under one generation does not open as another. */
static void
test_generations(void **state)
{
	struct world *w = *state;
	struct keyring *keyring = make(w), *again = NULL;
	struct keyring_mark first, second, seen;
	uint8_t old[KEYRING_WRAPPED_BYTES], new[KEYRING_WRAPPED_BYTES];
	struct sluis_secret32 key;

	keyring_wrap(keyring, text("a"), &KEY, NONCE, old);
	assert_int_equal(keyring_mark_of(keyring, 1, &first), SLUIS_OK);
	assert_int_equal(keyring_mark_of(keyring, 2, &second), SLUIS_ENOTFOUND);
	assert_int_equal(keyring_add(keyring, &w->why), SLUIS_OK);
	assert_int_equal(keyring_newest(keyring), 2);
	assert_int_equal(keyring_mark_of(keyring, 2, &second), SLUIS_OK);
	assert_memory_not_equal(first.bytes, second.bytes, sizeof(first.bytes));
	keyring_wrap(keyring, text("a"), &KEY, NONCE, new);
	keyring_free(keyring);

	assert_int_equal(keyring_load(w->dir, &w->why, &again), SLUIS_OK);
	assert_int_equal(keyring_newest(again), 2);
	assert_int_equal(keyring_mark_of(again, 1, &seen), SLUIS_OK);
	assert_memory_equal(seen.bytes, first.bytes, sizeof(seen.bytes));
	assert_int_equal(keyring_unwrap(again, 1, text("a"), old, &key), SLUIS_OK);
	assert_int_equal(keyring_unwrap(again, 2, text("a"), new, &key), SLUIS_OK);
	assert_int_equal(keyring_unwrap(again, 2, text("a"), old, &key), SLUIS_ESTORE);
	for (uint64_t n = 3; n <= KEYRING_GENERATIONS_MAX; n++)
		assert_int_equal(keyring_add(again, &w->why), SLUIS_OK);
	assert_int_equal(keyring_add(again, &w->why), SLUIS_EUSAGE);
	assert_int_equal(keyring_newest(again), KEYRING_GENERATIONS_MAX);
	keyring_free(again);
}

static bool
has_bytes(const uint8_t *data, size_t len, const uint8_t *word, size_t word_len)
{
	return data != NULL && memmem(data, len, word, word_len) != NULL;
}

/* Dropping a generation leaves it neither in memory nor in the file, nor in the file's old blocks.
 */
static void
test_drop_destroys(void **state)
{
	struct world *w = *state;
	struct keyring *keyring = make(w), *again = NULL;
	uint8_t wrapped[KEYRING_WRAPPED_BYTES], lost[32], now[256] = { 0 };
	struct sluis_secret32 key;
	char path[128];
	size_t len;
	uint8_t *file = world_file(w, KEYRING_FILE, &len);
	int old;

	memcpy(lost, file + KEY_AT, sizeof(lost));
	free(file);
	keyring_wrap(keyring, text("a"), &KEY, NONCE, wrapped);
	assert_int_equal(keyring_add(keyring, &w->why), SLUIS_OK);
	world_path(w, KEYRING_FILE, path, sizeof(path));
	old = open(path, O_RDONLY);
	assert_int_equal(keyring_drop(keyring, &w->why), SLUIS_OK);
	assert_int_equal(keyring_unwrap(keyring, 1, text("a"), wrapped, &key), SLUIS_EKEYS);
	assert_int_equal(keyring_newest(keyring), 2);
	assert_true(sodium_is_zero((const uint8_t *)&keyring->generations[1],
	    sizeof(keyring->generations) - sizeof(keyring->generations[0])));
	assert_true(pread(old, now, sizeof(now), 0) > 0);
	assert_true(sodium_is_zero(now, sizeof(now)));
	close(old);
	file = world_file(w, KEYRING_FILE, &len);
	assert_int_equal(len, ONE_BYTES);
	assert_false(has_bytes(file, len, lost, sizeof(lost)));
	free(file);
	assert_null(world_file(w, KEYRING_FILE ".old", &len));
	assert_null(world_file(w, KEYRING_FILE ".new", &len));
	keyring_free(keyring);
	assert_int_equal(keyring_load(w->dir, &w->why, &again), SLUIS_OK);
	assert_int_equal(keyring_newest(again), 2);
	keyring_free(again);
}

/* Died after the new file stood and before the old one was overwritten: the next load overwrites
 * it. */
static void
test_drop_is_finished_after_a_crash(void **state)
{
	struct world *w = *state;
	struct keyring *keyring = make(w);
	char path[128], old[128];
	uint8_t now[ONE_BYTES];
	size_t len;
	int fd;

	world_path(w, KEYRING_FILE, path, sizeof(path));
	world_path(w, KEYRING_FILE ".old", old, sizeof(old));
	assert_int_equal(link(path, old), 0);
	keyring_free(keyring);
	/* one file under two names: it is the keyring, and stays */
	assert_int_equal(keyring_load(w->dir, &w->why, &keyring), SLUIS_OK);
	assert_int_equal(access(old, F_OK), -1);
	keyring_free(keyring);
	assert_int_equal(keyring_load(w->dir, &w->why, &keyring), SLUIS_OK);
	assert_int_equal(link(path, old), 0);
	assert_int_equal(keyring_add(keyring, &w->why), SLUIS_OK); /* now ${old} is another file */
	keyring_free(keyring);
	fd = open(old, O_RDONLY);
	assert_int_equal(keyring_load(w->dir, &w->why, &keyring), SLUIS_OK);
	assert_int_equal(access(old, F_OK), -1);
	assert_int_equal(pread(fd, now, sizeof(now), 0), sizeof(now));
	assert_true(sodium_is_zero(now, sizeof(now)));
	close(fd);
	assert_int_equal(keyring_newest(keyring), 2);
	keyring_free(keyring);
	assert_null(world_file(w, KEYRING_FILE ".old", &len));
}

static void
test_mode_and_key(void **state)
{
	struct world *w = *state;
	const mode_t mask = umask(0);
	struct keyring *keyring = make(w);
	struct stat st;
	char path[128];
	size_t len;
	uint8_t *file = world_file(w, KEYRING_FILE, &len);

	umask(mask);
	world_path(w, KEYRING_FILE, path, sizeof(path));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_false(sodium_is_zero(file + KEY_AT, 32));
	free(file);
	keyring_free(keyring);
}

/* What stands in the way of the new file is replaced, not followed. */
static void
test_new_file_is_not_followed(void **state)
{
	struct world *w = *state;
	struct keyring *keyring;
	char path[128], victim[128];
	size_t len;
	uint8_t *file;

	world_path(w, KEYRING_FILE ".new", path, sizeof(path));
	world_path(w, "victim", victim, sizeof(victim));
	close(open(victim, O_CREAT | O_WRONLY, 0644));
	assert_int_equal(symlink("victim", path), 0);
	keyring = make(w);
	file = world_file(w, "victim", &len);
	assert_int_equal(len, 0);
	free(file);
	keyring_free(keyring);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_missing_and_double, before, world_after),
		cmocka_unit_test_setup_teardown(test_open_to_others, before, world_after),
		cmocka_unit_test_setup_teardown(test_wrong_owner_and_kind, before, world_after),
		cmocka_unit_test_setup_teardown(test_wrong_numbers, before, world_after),
		cmocka_unit_test_setup_teardown(test_wrap, before, world_after),
		cmocka_unit_test_setup_teardown(test_generations, before, world_after),
		cmocka_unit_test_setup_teardown(test_drop_destroys, before, world_after),
		cmocka_unit_test_setup_teardown(
		    test_drop_is_finished_after_a_crash, before, world_after),
		cmocka_unit_test_setup_teardown(test_mode_and_key, before, world_after),
		cmocka_unit_test_setup_teardown(test_new_file_is_not_followed, before, world_after),
		cmocka_unit_test_setup_teardown(test_every_byte_and_length, before, world_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
