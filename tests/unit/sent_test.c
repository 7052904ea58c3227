/* SPDX-License-Identifier: EUPL-1.2 */
#include "sent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "hash.h"
#include "sample.h"

static char dir[64];
static struct sluis_profile *profile;
static struct sluis_failure failure;
static struct sluis_arena *arena;
static struct sample s; /* 3 sections, 2 recipients */
static struct sluis_bytes packed;

static int
setup(void **state)
{
	struct sluis_profile_identity identity = { .n_endpoints = 1 };

	(void)state;
	strcpy(dir, "/tmp/sluis-sent-XXXXXX");
	strcpy(identity.endpoints[0], "tcp://127.0.0.1:1");
	strcpy(identity.handle, "provider");
	arena = sluis_arena_new(4 * SLUIS_ARENA_MAX_BYTES);
	sample_draft(&s, 3, 2, 1);
	sample_seal(&s);
	return mkdtemp(dir) == NULL ||
		sluis_profile_create(dir, &identity, NULL, &failure) != SLUIS_OK ||
		sluis_profile_open(dir, NULL, &failure, &profile) != SLUIS_OK ||
		sluis_codec_pack(&s.push->base, s.arena, &packed) != SLUIS_OK ?
	    -1 :
	    0;
}

static int
teardown(void **state)
{
	char command[96];

	(void)state;
	sluis_profile_close(profile);
	sluis_arena_free(arena);
	sample_free(&s);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static enum sluis_err
get(const struct sluis_id *id, struct sluis_manifest *ret)
{
	sluis_arena_reset(arena);
	return sluis_sent_get(profile, id, arena, ret);
}

static void
path_of(const struct sluis_id *id, char ret[static 128])
{
	char hex[33];

	sluis_hex(id->bytes, sizeof(id->bytes), hex);
	snprintf(ret, 128, "%s/sent/%s", dir, hex);
}

static void
nothing_is_kept_yet(void **state)
{
	struct sluis_manifest manifest = { .n_sections = 99 };

	(void)state;
	assert_int_equal(get(&s.draft.message_id, &manifest), SLUIS_ENOTFOUND);
	assert_int_equal(manifest.n_sections, 99);
}

static void
what_was_sent_comes_back_whole(void **state)
{
	struct sluis_manifest manifest;
	char path[128];
	struct stat st;

	(void)state;
	for (int again = 0; again < 2; again++)
		assert_int_equal(sluis_sent_keep(profile, &s.draft.message_id, packed, &failure), SLUIS_OK);
	assert_int_equal(get(&s.draft.message_id, &manifest), SLUIS_OK);
	assert_true(sluis_hash_equal(&manifest.hash, &s.sealed.manifest.hash));
	assert_int_equal(manifest.n_opened, 3);
	for (size_t i = 0; i < 2; i++)
		assert_memory_equal(manifest.recipients[i]->record_hash.data, s.recipients[i].record.bytes, 32);
	path_of(&s.draft.message_id, path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(st.st_size < 8192);
}

static void
it_is_of_the_message_that_it_is_kept_under(void **state)
{
	const struct sluis_id other = { { 9 } };
	struct sluis_manifest manifest;

	(void)state;
	assert_int_equal(sluis_sent_keep(profile, &other, packed, &failure), SLUIS_OK);
	assert_int_equal(get(&other, &manifest), SLUIS_EFORMAT);
}

static void
put(const char *path, const uint8_t *bytes, size_t len)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

/* No byte that changed, no length that was cut, is taken for what was sent. */
static void
damage_is_told_from_a_lie(void **state)
{
	static uint8_t whole[8192];
	struct sluis_manifest manifest;
	char path[128];
	FILE *file;
	size_t len;

	(void)state;
	assert_int_equal(sluis_sent_keep(profile, &s.draft.message_id, packed, &failure), SLUIS_OK);
	path_of(&s.draft.message_id, path);
	file = fopen(path, "rb");
	assert_non_null(file);
	len = fread(whole, 1, sizeof(whole), file);
	fclose(file);
	for (size_t i = 0; i < len; i++) {
		whole[i] ^= (uint8_t)(1u << (i % 8));
		put(path, whole, len);
		assert_int_equal(get(&s.draft.message_id, &manifest), SLUIS_EFORMAT);
		whole[i] ^= (uint8_t)(1u << (i % 8));
	}
	for (size_t i = 0; i < len; i++) {
		put(path, whole, i);
		assert_int_equal(get(&s.draft.message_id, &manifest), SLUIS_EFORMAT);
	}
	put(path, whole, len);
	assert_int_equal(get(&s.draft.message_id, &manifest), SLUIS_OK);
}

/** Ids in the order in which they came. */
struct seen {
	struct sluis_id ids[4];
	size_t n;
	enum sluis_err stop;
};

static enum sluis_err
see(void *context, const struct sluis_id *id)
{
	struct seen *seen = context;

	assert_true(seen->n < 4);
	seen->ids[seen->n++] = *id;
	return seen->stop;
}

/* Each message once; what lies beside them is nobody's message. */
static void
what_was_kept_is_listed(void **state)
{
	const struct sluis_id first = { { 1 } }, second = { { 2 } };
	struct seen all = { .stop = SLUIS_OK }, stopped = { .stop = SLUIS_ENOMEM };
	size_t before;

	(void)state;
	assert_int_equal(sluis_sent_list(profile, see, &all), SLUIS_OK);
	before = all.n;
	assert_int_equal(sluis_sent_keep(profile, &second, packed, &failure), SLUIS_OK);
	assert_int_equal(sluis_sent_keep(profile, &first, packed, &failure), SLUIS_OK);
	assert_int_equal(sluis_profile_write(profile, "sent/notes.txt", packed, &failure), SLUIS_OK);
	all.n = 0;
	assert_int_equal(sluis_sent_list(profile, see, &all), SLUIS_OK);
	assert_int_equal(all.n, before + 2);
	for (size_t i = 1; i < all.n; i++)
		assert_true(memcmp(all.ids[i - 1].bytes, all.ids[i].bytes, SLUIS_ID_BYTES) < 0);
	assert_int_equal(sluis_sent_list(profile, see, &stopped), SLUIS_ENOMEM);
	assert_int_equal(stopped.n, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_kept_is_listed, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_is_kept_yet, setup, teardown),
		cmocka_unit_test_setup_teardown(what_was_sent_comes_back_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(it_is_of_the_message_that_it_is_kept_under, setup, teardown),
		cmocka_unit_test_setup_teardown(damage_is_told_from_a_lie, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
