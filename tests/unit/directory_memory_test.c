/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Every allocation of ours fails once, at call 1, 2, 3... until nothing fails: the directory is then as it was, and takes
 * the same entry when there is memory again. Not under a sanitizer, which has an allocator of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attack.h"
#include "directory.h"
#include "federation.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

static size_t fail_at; /* 0: never */
static size_t calls;

#if !SANITIZED
extern char __executable_start, etext;
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);

/* Only what is called from our own code: libraries must not be led astray. */
static bool
is_failing(const void *caller)
{
	const uintptr_t at = (uintptr_t)caller;

	if (fail_at == 0 || at < (uintptr_t)&__executable_start || at > (uintptr_t)&etext)
		return false;
	return ++calls == fail_at;
}

void *
malloc(size_t size)
{
	return is_failing(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	return is_failing(__builtin_return_address(0)) ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *old, size_t size)
{
	return is_failing(__builtin_return_address(0)) ? NULL : __libc_realloc(old, size);
}

void *
reallocarray(void *old, size_t n, size_t size)
{
	return is_failing(__builtin_return_address(0)) ? NULL : __libc_realloc(old, n * size);
}
#endif

static struct federation *f;

static int
setup(void **state)
{
	(void)state;
	f = federation_new(NULL, 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	federation_free(f);
	return 0;
}

static bool
is_same(const struct sluis_directory *directory, uint64_t size)
{
	const struct sluis_hash now = sluis_directory_root(directory);
	struct sluis_hash wanted;

	return sluis_directory_size(directory) == size &&
	    sluis_directory_root_at(f->directory, size, &wanted) == SLUIS_OK &&
	    memcmp(now.bytes, wanted.bytes, sizeof(now.bytes)) == 0;
}

static void
an_append_that_fails_changes_nothing(void **state)
{
	SLUIS_AUTO(sluis_directory_freep) struct sluis_directory *other = NULL;
	size_t no_memory = 0;

	(void)state;
	if (SANITIZED)
		skip();
	other = sluis_directory_new();
	for (uint64_t i = 0; i < sluis_directory_size(f->directory); i++) {
		const struct sluis_bytes entry = sluis_directory_entry(f->directory, i);
		enum sluis_err err = SLUIS_ENOMEM;

		for (size_t at = 1; err != SLUIS_OK; at++) {
			calls = 0;
			fail_at = at;
			err = sluis_directory_append(other, entry, NULL);
			fail_at = 0;
			assert_true(at < 200);
			if (err != SLUIS_OK)
				assert_true(is_same(other, i));
			if (err == SLUIS_ENOMEM)
				no_memory++;
		}
		assert_true(is_same(other, i + 1));
	}
	assert_true(no_memory > 4 * sluis_directory_size(f->directory));
}

static void
a_copy_is_whole_or_none(void **state)
{
	struct sluis_directory *copy = NULL;

	(void)state;
	if (SANITIZED)
		skip();
	for (size_t at = 1; copy == NULL; at++) {
		calls = 0;
		fail_at = at;
		copy = sluis_directory_copy(f->directory);
		fail_at = 0;
		assert_true(at < 50);
	}
	assert_true(is_same(copy, sluis_directory_size(f->directory)));
	sluis_directory_free(copy);
	for (size_t at = 1; at < 3; at++) {
		calls = 0;
		fail_at = at;
		copy = sluis_directory_new();
		fail_at = 0;
		assert_true((copy == NULL) == (at == 1));
		sluis_directory_free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_append_that_fails_changes_nothing),
		cmocka_unit_test(a_copy_is_whole_or_none),
	};

	return cmocka_run_group_tests_name("directory_memory", tests, setup, teardown);
}
