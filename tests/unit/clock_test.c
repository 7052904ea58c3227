/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "commit/internal.h"

#define HOUR (60LL * 60 * 1000)
#define SLACK 5000

static int64_t
wall(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
assert_near(int64_t a, int64_t b)
{
	assert_true(a - b < SLACK && b - a < SLACK);
}

static void
sane_is_the_wall_clock(void **state)
{
	struct clock clock;

	(void)state;
	clock_begin(&clock, wall() - HOUR);
	assert_true(clock.is_sane);
	assert_near(clock_read(&clock), wall());
	assert_false(clock.has_flipped);
}

/* A wall clock that jumped is not believed: what is written bears the time that ran on. */
static void
jumped_is_not_believed(void **state)
{
	static const int64_t JUMPS[] = { -400 * 24 * HOUR, -2 * HOUR, 3 * HOUR, 400 * 24 * HOUR };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(JUMPS); i++) {
		struct clock clock;
		int64_t believed;

		clock_begin(&clock, 0);
		clock.wall_ms -= JUMPS[i]; /* as if the wall clock had gone the other way since */
		believed = clock.wall_ms;
		assert_near(clock_read(&clock), believed);
		assert_false(clock.is_sane);
		assert_true(clock.has_flipped);
		clock.wall_ms += JUMPS[i];
		assert_near(clock_read(&clock), wall());
		assert_true(clock.is_sane);
	}
}

/* Begun behind the log, the time stands at the newest event, and any wall clock from there on will do. */
static void
begun_behind_the_log(void **state)
{
	const int64_t newest = wall() + 24 * HOUR;
	struct clock clock;

	(void)state;
	clock_begin(&clock, newest);
	assert_false(clock.is_sane);
	assert_int_equal(clock.wall_ms, newest);
	assert_int_equal(clock_read(&clock), newest);
	assert_false(clock.is_sane);
	/* the wall clock is put right, far beyond the newest event */
	clock.floor_ms = clock.wall_ms = wall() - 72 * HOUR;
	assert_near(clock_read(&clock), wall());
	assert_true(clock.is_sane);
	assert_true(clock.has_flipped);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sane_is_the_wall_clock),
		cmocka_unit_test(jumped_is_not_believed),
		cmocka_unit_test(begun_behind_the_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
