/* SPDX-License-Identifier: EUPL-1.2 */
#include "age.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "fixed_random.h"

enum { ROOM = 1024 * 1024, WORK = 4 };

static const char WORDS[] = "vier paarden op de dijk";
static const char PLAIN[] = "all keys of one member";

static struct sluis_writer
sealed(const char *words, const char *plain)
{
	SLUIS_AUTO(sluis_age_sealer_freep) struct sluis_age_sealer *sealer = NULL;
	struct fixed_random random = { 0 };
	struct sluis_writer w;

	sluis_writer_init(&w, malloc(ROOM), ROOM);
	assert_non_null(w.data);
	assert_int_equal(
	    sluis_age_passphrase_sealer_new(sluis_bytes_text(words), WORK, fixed_random, &random, &w, &sealer), SLUIS_OK);
	assert_true(w.len > 0 && w.len <= SLUIS_AGE_PASSPHRASE_HEADER_BYTES);
	assert_int_equal(sluis_age_sealer_update(sealer, sluis_bytes_text(plain), &w), SLUIS_OK);
	assert_int_equal(sluis_age_sealer_final(sealer, &w), SLUIS_OK);
	return w;
}

static enum sluis_err
opened(struct sluis_bytes file, const char *words, struct sluis_writer *out)
{
	const struct sluis_age_identities identities = { .passphrase = sluis_bytes_text(words) };

	return sluis_age_open(&identities, file, out);
}

static struct sluis_bytes
bytes_of(const struct sluis_writer *w)
{
	return sluis_bytes(w->data, w->len);
}

static void
misuse_is_refused(void **state)
{
	struct fixed_random random = { 0 };
	struct sluis_age_sealer *sealer = NULL;
	uint8_t storage[SLUIS_AGE_PASSPHRASE_HEADER_BYTES];
	struct sluis_writer w;
	const struct {
		const char *words;
		unsigned work;
		size_t room;
	} cases[] = { { "", WORK, sizeof(storage) }, { WORDS, 0, sizeof(storage) },
		{ WORDS, SLUIS_AGE_WORK_MAX_LOG2 + 1, sizeof(storage) }, { WORDS, WORK, sizeof(storage) - 1 } };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(cases); i++) {
		sluis_writer_init(&w, storage, cases[i].room);
		assert_int_equal(sluis_age_passphrase_sealer_new(sluis_bytes_text(cases[i].words), cases[i].work,
				     fixed_random, &random, &w, &sealer),
		    SLUIS_EUSAGE);
		assert_int_equal(w.len, 0);
		assert_null(sealer);
	}
}

static void
only_the_words_open_it(void **state)
{
	struct sluis_writer file = sealed(WORDS, PLAIN), out;

	(void)state;
	sluis_writer_init(&out, malloc(ROOM), ROOM);
	assert_int_equal(opened(bytes_of(&file), WORDS, &out), SLUIS_OK);
	assert_int_equal(out.len, strlen(PLAIN));
	assert_memory_equal(out.data, PLAIN, out.len);
	out.len = 0;
	assert_int_equal(opened(bytes_of(&file), "vijf paarden op de dijk", &out), SLUIS_ENOMATCH);
	assert_int_equal(opened(bytes_of(&file), "", &out), SLUIS_ENOMATCH);
	assert_int_equal(out.len, 0);
	free(out.data);
	free(file.data);
}

static void
each_flip_and_each_cut_is_found(void **state)
{
	struct sluis_writer file = sealed(WORDS, PLAIN), out;

	(void)state;
	sluis_writer_init(&out, malloc(ROOM), ROOM);
	for (size_t i = 0; i < file.len; i++) {
		file.data[i] ^= 1;
		assert_int_not_equal(opened(bytes_of(&file), WORDS, &out), SLUIS_OK);
		assert_int_equal(out.len, 0);
		file.data[i] ^= 1;
	}
	for (size_t len = 0; len < file.len; len++)
		assert_int_not_equal(opened(sluis_bytes(file.data, len), WORDS, &out), SLUIS_OK);
	free(out.data);
	free(file.data);
}

/* A stranger's file must not make us work, or take memory, without end. */
static void
too_much_work_is_refused(void **state)
{
	static const char *const WORKS[] = { "21", "22", "63", "99", "0", "04", "4x", "-4", "+4", "", "100" };
	struct sluis_writer file = sealed(WORDS, PLAIN), out;
	const char *mark = " 4\n";
	const uint8_t *at = memmem(file.data, file.len, mark, strlen(mark));
	char other[ROOM / 64];

	(void)state;
	assert_non_null(at);
	sluis_writer_init(&out, malloc(ROOM), ROOM);
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(WORKS); i++) {
		const size_t before = (size_t)(at - file.data) + 1, rest = file.len - before - 1;
		const size_t n = strlen(WORKS[i]);

		memcpy(other, file.data, before);
		memcpy(other + before, WORKS[i], n);
		memcpy(other + before + n, at + 2, rest);
		assert_int_equal(opened(sluis_bytes(other, before + n + rest), WORDS, &out), SLUIS_EHEADER);
	}
	free(out.data);
	free(file.data);
}

/* Such a file is nobody's section. */
static void
no_section_is_sealed_so(void **state)
{
	const struct sluis_hash context = { "thirty-two bytes of the context" };
	struct sluis_writer file = sealed(WORDS, PLAIN);

	(void)state;
	assert_int_equal(sluis_age_section_check(bytes_of(&file), 1, &context), SLUIS_EHEADER);
	free(file.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(misuse_is_refused),
		cmocka_unit_test(only_the_words_open_it),
		cmocka_unit_test(each_flip_and_each_cut_is_found),
		cmocka_unit_test(too_much_work_is_refused),
		cmocka_unit_test(no_section_is_sealed_so),
	};

	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
