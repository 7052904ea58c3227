/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "commit/internal.h"

enum { HOUR = 3600 * 1000 };
static const int64_t START = 1800000000000 / HOUR * HOUR;

static void
counts_each_member_over_a_day(void **state)
{
	struct usage *usage = usage_new();
	const struct sluis_bytes a = sluis_bytes_text("provider"), b = sluis_bytes_text("school");

	(void)state;
	assert_non_null(usage);
	assert_int_equal(usage_last_day(usage, a, START), 0);
	for (int i = 0; i < 5; i++)
		usage_add(usage, a, START);
	usage_add(usage, b, START + HOUR);
	usage_add(usage, a, START + 2 * HOUR);
	assert_int_equal(usage_last_day(usage, a, START + 2 * HOUR), 6);
	assert_int_equal(usage_last_day(usage, b, START + 2 * HOUR), 1);
	assert_int_equal(usage_last_day(usage, a, START + 23 * HOUR), 6);
	/* the first five are a day old now, then the sixth */
	assert_int_equal(usage_last_day(usage, a, START + 24 * HOUR), 1);
	assert_int_equal(usage_last_day(usage, a, START + 26 * HOUR), 0);
	usage_add(usage, a, START + 100 * HOUR);
	assert_int_equal(usage_last_day(usage, a, START + 100 * HOUR), 1);
	usage_free(usage);
}

static void
a_clock_is_judged_by_the_other(void **state)
{
	struct clock clock;

	(void)state;
	clock_begin(&clock, 0);
	assert_true(clock.is_sane);
	(void)clock_read(&clock);
	assert_true(clock.is_sane);
	assert_false(clock.has_flipped);
	/* as if the wall clock had jumped back two hours, or ahead two, since the last reading */
	clock.wall_ms += 2 * HOUR;
	(void)clock_read(&clock);
	assert_false(clock.is_sane);
	assert_true(clock.has_flipped);
	clock.has_flipped = false;
	clock.wall_ms -= 2 * HOUR;
	(void)clock_read(&clock);
	assert_true(clock.is_sane);
	assert_true(clock.has_flipped);
	clock.wall_ms -= 2 * HOUR;
	(void)clock_read(&clock);
	assert_false(clock.is_sane);
	/* a log whose newest event lies in the future: the clock was put back while the daemon was off */
	clock_begin(&clock, clock.wall_ms + 24LL * HOUR);
	assert_false(clock.is_sane);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_each_member_over_a_day),
		cmocka_unit_test(a_clock_is_judged_by_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
