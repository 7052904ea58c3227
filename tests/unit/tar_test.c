/* SPDX-License-Identifier: EUPL-1.2 */
#include "tar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROOM = 64 * 1024 };

static struct sluis_writer
archive(void)
{
	struct sluis_writer w;

	sluis_writer_init(&w, calloc(1, ROOM), ROOM);
	assert_non_null(w.data);
	assert_int_equal(sluis_tar_put(&w, "empty", sluis_bytes(NULL, 0)), SLUIS_OK);
	assert_int_equal(sluis_tar_put(&w, "sent/0123", sluis_bytes_text("what was sent")), SLUIS_OK);
	assert_int_equal(sluis_tar_put(&w, "state.json", sluis_bytes_text("{}")), SLUIS_OK);
	assert_int_equal(sluis_tar_end(&w), SLUIS_OK);
	return w;
}

static enum sluis_err
count(void *context, const char *name, struct sluis_bytes bytes)
{
	(void)name;
	(void)bytes;
	++*(unsigned *)context;
	return SLUIS_OK;
}

static enum sluis_err
stop(void *context, const char *name, struct sluis_bytes bytes)
{
	(void)count(context, name, bytes);
	return SLUIS_ENOSPACE;
}

static void
names_that_lead_elsewhere_are_refused(void **state)
{
	static const char *const BAD[] = { "", "/", "/etc", "..", "../x", "a/../b", "a/b/c", "a/", "/a", ".hidden", "a/.b", "a b",
		"a\nb", "a\\b", "\xc3\xa9" };
	static const char *const GOOD[] = { "a", "secret.json", "sent/00ff", "policy/ab.yaml", "evidence/2026-x_y" };
	char longest[SLUIS_TAR_NAME + 1];
	struct sluis_writer w;

	(void)state;
	sluis_writer_init(&w, malloc(ROOM), ROOM);
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(BAD); i++) {
		assert_false(sluis_tar_name_is_valid(BAD[i]));
		assert_int_equal(sluis_tar_put(&w, BAD[i], sluis_bytes(NULL, 0)), SLUIS_EUSAGE);
	}
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(GOOD); i++)
		assert_true(sluis_tar_name_is_valid(GOOD[i]));
	memset(longest, 'a', sizeof(longest));
	longest[SLUIS_TAR_NAME] = '\0';
	assert_false(sluis_tar_name_is_valid(longest));
	longest[SLUIS_TAR_NAME - 1] = '\0';
	assert_true(sluis_tar_name_is_valid(longest));
	assert_int_equal(w.len, 0);
	free(w.data);
}

static void
room_is_checked(void **state)
{
	uint8_t small[2 * SLUIS_TAR_BLOCK - 1];
	struct sluis_writer w;

	(void)state;
	sluis_writer_init(&w, small, sizeof(small));
	assert_int_equal(sluis_tar_put(&w, "a", sluis_bytes_text("x")), SLUIS_EUSAGE);
	assert_int_equal(w.len, 0);
	assert_int_equal(sluis_tar_end(&w), SLUIS_EUSAGE);
	assert_int_equal(sluis_tar_size(0), SLUIS_TAR_BLOCK);
	assert_int_equal(sluis_tar_size(1), 2 * SLUIS_TAR_BLOCK);
	assert_int_equal(sluis_tar_size(SLUIS_TAR_BLOCK), 2 * SLUIS_TAR_BLOCK);
	assert_int_equal(sluis_tar_size(SLUIS_TAR_BLOCK + 1), 3 * SLUIS_TAR_BLOCK);
}

static void
what_goes_in_comes_out(void **state)
{
	struct sluis_writer w = archive();
	const struct sluis_bytes all = sluis_bytes(w.data, w.len);
	struct sluis_bytes found;
	unsigned n = 0;

	(void)state;
	assert_int_equal(sluis_tar_each(all, count, &n), SLUIS_OK);
	assert_int_equal(n, 3);
	assert_int_equal(sluis_tar_find(all, "sent/0123", &found), SLUIS_OK);
	assert_true(sluis_bytes_is_text(found, "what was sent"));
	assert_int_equal(sluis_tar_find(all, "secret.json", &found), SLUIS_ENOTFOUND);
	n = 0;
	assert_int_equal(sluis_tar_each(all, stop, &n), SLUIS_ENOSPACE);
	assert_int_equal(n, 1);
	free(w.data);
}

/* Nothing is handed on of an archive that is not whole: no flip passes as another archive, no cut as a shorter one. */
static void
each_flip_and_each_cut_is_found(void **state)
{
	struct sluis_writer w = archive();
	const size_t first = (size_t)((uint8_t *)memmem(w.data, w.len, "what was sent", 13) - w.data);
	const size_t second = (size_t)((uint8_t *)memmem(w.data, w.len, "{}", 2) - w.data);
	unsigned n = 0;

	(void)state;
	for (size_t i = 0; i < w.len; i++) {
		/* content is age's to guard */
		if ((i >= first && i < first + 13) || (i >= second && i < second + 2))
			continue;
		for (uint8_t bit = 1; bit != 0; bit = (uint8_t)(bit << 1)) {
			w.data[i] ^= bit;
			assert_int_equal(sluis_tar_each(sluis_bytes(w.data, w.len), count, &n), SLUIS_EFORMAT);
			w.data[i] ^= bit;
		}
	}
	for (size_t len = 0; len < w.len; len++)
		assert_int_equal(sluis_tar_each(sluis_bytes(w.data, len), count, &n), SLUIS_EFORMAT);
	assert_int_equal(n, 0);
	free(w.data);
}

static void
a_name_twice_is_refused(void **state)
{
	struct sluis_writer w;
	unsigned n = 0;

	(void)state;
	sluis_writer_init(&w, calloc(1, ROOM), ROOM);
	assert_int_equal(sluis_tar_put(&w, "b", sluis_bytes_text("1")), SLUIS_OK);
	assert_int_equal(sluis_tar_put(&w, "b", sluis_bytes_text("2")), SLUIS_OK);
	assert_int_equal(sluis_tar_end(&w), SLUIS_OK);
	assert_int_equal(sluis_tar_each(sluis_bytes(w.data, w.len), count, &n), SLUIS_EFORMAT);
	w.data[0] = 'c'; /* and neither its sum nor the order hold */
	assert_int_equal(sluis_tar_each(sluis_bytes(w.data, w.len), count, &n), SLUIS_EFORMAT);
	assert_int_equal(n, 0);
	free(w.data);
}

static void
other_programs_read_it(void **state)
{
	struct sluis_writer w = archive();
	FILE *tar = popen("tar tf - >/dev/null 2>&1", "w");

	(void)state;
	assert_non_null(tar);
	assert_int_equal(fwrite(w.data, 1, w.len, tar), w.len);
	assert_int_equal(pclose(tar), 0);
	free(w.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_that_lead_elsewhere_are_refused),
		cmocka_unit_test(room_is_checked),
		cmocka_unit_test(what_goes_in_comes_out),
		cmocka_unit_test(each_flip_and_each_cut_is_found),
		cmocka_unit_test(a_name_twice_is_refused),
		cmocka_unit_test(other_programs_read_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
