/* SPDX-License-Identifier: EUPL-1.2 */
#include "backup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "age.h"
#include "tar.h"

enum { ROOM = 1024 * 1024, WORK = 4 };

static char dir[64];
static char WORDS[] = "vier paarden op de dijk";
static struct sluis_failure failure;
static struct sluis_backup_info info;

static size_t
answer(void *context, bool is_new, char *ret, size_t cap)
{
	(void)is_new;
	assert_true(strlen(context) < cap);
	memcpy(ret, context, strlen(context));
	return strlen(context);
}

static const struct sluis_passphrase GOOD = { .ask = answer, .context = WORDS };

static const char *
path(const char *name)
{
	static char text[8][128];
	static unsigned n;
	char *at = text[n++ % 8];

	snprintf(at, 128, "%s/%s", dir, name);
	return at;
}

static int
setup(void **state)
{
	struct sluis_profile_identity identity = { .n_endpoints = 1 };

	(void)state;
	strcpy(dir, "/tmp/sluis-backup-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	strcpy(identity.endpoints[0], "tcp://127.0.0.1:1");
	strcpy(identity.handle, "provider");
	strcpy(identity.organisation, "provider");
	return sluis_profile_create(path("p"), &identity, NULL, &failure) == SLUIS_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	char command[96];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static bool
is_there(const char *name)
{
	struct stat st;

	return lstat(path(name), &st) == 0;
}

static void
misuse_is_named(void **state)
{
	(void)state;
	assert_int_equal(sluis_backup_write(path("none"), &GOOD, path("a"), &info, &failure), SLUIS_EKEYS);
	assert_int_equal(sluis_backup_write(dir, &GOOD, path("a"), &info, &failure), SLUIS_EKEYS);
	assert_int_equal(sluis_backup_write(path("p"), NULL, path("a"), &info, &failure), SLUIS_EPASSPHRASE);
	assert_int_equal(sluis_backup_write(path("p"), &GOOD, path("no/folder"), &info, &failure), SLUIS_EIO);
	assert_int_equal(sluis_backup_write(path("p"), &GOOD, path("p/"), &info, &failure), SLUIS_EEXISTS);
	assert_int_equal(sluis_backup_restore(path("none"), &GOOD, path("q"), &info, &failure), SLUIS_EIO);
	assert_false(is_there("a"));
	assert_false(is_there("q"));
}

/* Packs the parts given under the right words; a part without bytes is left out. */
static void
forge(const char *const *names, const struct sluis_bytes *parts, size_t n)
{
	SLUIS_AUTO(sluis_age_sealer_freep) struct sluis_age_sealer *sealer = NULL;
	struct sluis_writer tar, out;
	FILE *file = fopen(path("forged"), "wb");

	sluis_writer_init(&tar, malloc(ROOM), ROOM);
	sluis_writer_init(&out, malloc(ROOM), ROOM);
	for (size_t i = 0; i < n; i++) {
		if (parts[i].data != NULL)
			assert_int_equal(sluis_tar_put(&tar, names[i], parts[i]), SLUIS_OK);
	}
	assert_int_equal(sluis_tar_end(&tar), SLUIS_OK);
	assert_int_equal(sluis_age_passphrase_sealer_new(sluis_bytes_text(WORDS), WORK, sluis_random_system, NULL, &out, &sealer),
	    SLUIS_OK);
	assert_int_equal(sluis_age_sealer_update(sealer, sluis_bytes(tar.data, tar.len), &out), SLUIS_OK);
	assert_int_equal(sluis_age_sealer_final(sealer, &out), SLUIS_OK);
	assert_int_equal(fwrite(out.data, 1, out.len, file), out.len);
	fclose(file);
	free(tar.data);
	free(out.data);
}

static struct sluis_bytes
read_part(const char *name)
{
	FILE *file = fopen(path(name), "rb");
	uint8_t *data = malloc(ROOM);
	const size_t n = fread(data, 1, ROOM, file);

	fclose(file);
	return sluis_bytes(data, n);
}

/* Sealed under the right words by somebody else: nothing is written that is no whole profile. */
static void
only_a_whole_profile_is_put_back(void **state)
{
	static const char *const NAMES[] = { "profile.json", "secret.json", "state.json" };
	struct sluis_bytes parts[3];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char name[32];

		snprintf(name, sizeof(name), "p/%s", NAMES[i]);
		parts[i] = read_part(name);
	}
	for (size_t i = 0; i < 3; i++) {
		const struct sluis_bytes whole = parts[i];

		parts[i] = sluis_bytes(NULL, 0);
		forge(NAMES, parts, 3);
		assert_int_equal(sluis_backup_restore(path("forged"), &GOOD, path("q"), &info, &failure), SLUIS_EIO);
		parts[i] = sluis_bytes(whole.data, whole.len / 2);
		forge(NAMES, parts, 3);
		assert_int_equal(sluis_backup_restore(path("forged"), &GOOD, path("q"), &info, &failure), SLUIS_EIO);
		parts[i] = whole;
		assert_false(is_there("q"));
		assert_false(is_there(".q.restoring"));
	}
	forge(NAMES, parts, 3);
	assert_int_equal(sluis_backup_restore(path("forged"), &GOOD, path("q"), &info, &failure), SLUIS_OK);
	assert_int_equal(info.n_files, 3);
	assert_string_equal(info.handle, "provider");
	assert_true(is_there("q/restored"));
	for (size_t i = 0; i < 3; i++)
		free((void *)(uintptr_t)parts[i].data);
}

static void
nothing_is_overwritten(void **state)
{
	struct stat before, after;

	(void)state;
	assert_int_equal(sluis_backup_write(path("p"), &GOOD, path("one"), &info, &failure), SLUIS_OK);
	assert_int_equal(stat(path("one"), &before), 0);
	assert_int_equal(before.st_mode & 0777, 0600);
	assert_int_equal(sluis_backup_write(path("p"), &GOOD, path("one"), &info, &failure), SLUIS_EEXISTS);
	assert_int_equal(stat(path("one"), &after), 0);
	assert_true(before.st_ino == after.st_ino);
	assert_int_equal(sluis_backup_restore(path("one"), &GOOD, path("p"), &info, &failure), SLUIS_EEXISTS);
	assert_int_equal(mkdir(path("empty"), 0700), 0);
	assert_int_equal(sluis_backup_restore(path("one"), &GOOD, path("empty"), &info, &failure), SLUIS_OK);
	assert_true(is_there("empty/secret.json"));
	assert_false(is_there("p/restored"));
}

/* What is in the folder and is no file of a profile is not passed over in silence. */
static void
what_is_not_ours_stops_it(void **state)
{
	(void)state;
	assert_int_equal(symlink("/etc/passwd", path("p/link")), 0);
	assert_int_not_equal(sluis_backup_write(path("p"), &GOOD, path("two"), &info, &failure), SLUIS_OK);
	assert_false(is_there("two"));
	assert_int_equal(unlink(path("p/link")), 0);
	assert_int_equal(mkdir(path("p/a"), 0700) | mkdir(path("p/a/b"), 0700), 0);
	assert_int_not_equal(sluis_backup_write(path("p"), &GOOD, path("two"), &info, &failure), SLUIS_OK);
	assert_false(is_there("two"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(misuse_is_named, setup, teardown),
		cmocka_unit_test_setup_teardown(only_a_whole_profile_is_put_back, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_is_overwritten, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_not_ours_stops_it, setup, teardown),
	};

	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
