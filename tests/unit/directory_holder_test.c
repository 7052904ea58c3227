/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sodium.h>

#include "directory_holder.h"
#include "federation.h"

enum { READERS = 3, ROUNDS = 40 };

static void
publish(struct directory_holder *holder, const struct federation *federation)
{
	struct sluis_directory *copy = sluis_directory_copy(federation->directory);

	assert_non_null(copy);
	directory_holder_publish(holder, copy);
}

static enum sluis_standing
standing(const struct directory_snapshot *snapshot, const char *handle)
{
	return sluis_directory_member(directory_snapshot_of(snapshot), sluis_bytes_text(handle))->state;
}

static void
nothing_before_the_first(void **state)
{
	struct directory_holder *holder = directory_holder_new();

	(void)state;
	assert_null(directory_holder_get(holder));
	directory_snapshot_put(NULL);
	directory_holder_free(holder);
	directory_holder_free(NULL);
}

/* A job keeps what it was verified with, while others already see what came after. */
static void
an_older_snapshot_lives_on_unchanged(void **state)
{
	struct federation *federation = federation_new(NULL, 0);
	struct directory_holder *holder = directory_holder_new();
	struct directory_snapshot *before, *after, *again;

	(void)state;
	publish(holder, federation);
	before = directory_holder_get(holder);
	again = directory_holder_get(holder);
	assert_ptr_equal(before, again);
	federation_suspend(federation, "provider", SLUIS_STANDING_SUSPENDED);
	assert_int_equal(standing(before, "provider"), SLUIS_STANDING_ACTIVE);
	publish(holder, federation);
	after = directory_holder_get(holder);
	assert_ptr_not_equal(before, after);
	assert_int_equal(standing(before, "provider"), SLUIS_STANDING_ACTIVE);
	assert_int_equal(standing(after, "provider"), SLUIS_STANDING_SUSPENDED);
	directory_snapshot_put(again);
	directory_snapshot_put(after);
	directory_holder_free(holder); /* a snapshot in use outlives its holder */
	assert_int_equal(standing(before, "provider"), SLUIS_STANDING_ACTIVE);
	directory_snapshot_put(before);
	federation_free(federation);
}

struct readers {
	struct directory_holder *holder;
	atomic_bool is_over;
	atomic_size_t looked;
};

/* Within one snapshot everything fits together: its size, and the root of that size. */
static void *
look(void *context)
{
	struct readers *readers = context;
	uint64_t last = 0;

	while (!atomic_load(&readers->is_over)) {
		struct directory_snapshot *snapshot = directory_holder_get(readers->holder);
		const struct sluis_directory *directory = directory_snapshot_of(snapshot);
		const uint64_t size = sluis_directory_size(directory);
		const struct sluis_hash root = sluis_directory_root(directory);
		struct sluis_hash at;

		if (size < last || sluis_directory_root_at(directory, size, &at) != SLUIS_OK ||
		    sodium_memcmp(root.bytes, at.bytes, 32) != 0)
			abort();
		last = size;
		directory_snapshot_put(snapshot);
		atomic_fetch_add(&readers->looked, 1);
	}
	return NULL;
}

/* With SAN=thread this is where a race shows. */
static void
readers_and_a_publisher(void **state)
{
	struct federation *federation = federation_new(NULL, 0);
	struct readers readers = { .holder = directory_holder_new() };
	pthread_t threads[READERS];

	(void)state;
	publish(readers.holder, federation);
	for (int i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, look, &readers), 0);
	for (int i = 0; i < ROUNDS; i++) {
		federation_suspend(federation, "provider",
		    i % 2 == 0 ? SLUIS_STANDING_SUSPENDED : SLUIS_STANDING_ACTIVE);
		publish(readers.holder, federation);
	}
	while (atomic_load(&readers.looked) < 1000)
		sched_yield();
	atomic_store(&readers.is_over, true);
	for (int i = 0; i < READERS; i++)
		pthread_join(threads[i], NULL);
	directory_holder_free(readers.holder);
	federation_free(federation);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_before_the_first),
		cmocka_unit_test(an_older_snapshot_lives_on_unchanged),
		cmocka_unit_test(readers_and_a_publisher),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
