/* SPDX-License-Identifier: EUPL-1.2 */
#include <time.h>

#include "commit/internal.h"

enum { STEP_BACK_MS = 60 * 1000, STEP_AHEAD_MS = 60 * 60 * 1000 };

static int64_t
read_ms(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
clock_begin(struct clock *clock, int64_t last_event_ms)
{
	*clock = (struct clock){
		.wall_ms = read_ms(CLOCK_REALTIME),
		.mono_ms = read_ms(CLOCK_BOOTTIME),
		.floor_ms = last_event_ms,
	};
	clock->is_sane = clock->wall_ms >= clock->floor_ms - STEP_BACK_MS;
}

/*
 * The expected time is the last sane wall clock plus what the monotonic clock ran since. While the wall clock is
 * off it, nothing that hangs on time is decided; it is sane again as soon as it is back where it should be.
 */
int64_t
clock_read(struct clock *clock)
{
	const int64_t wall = read_ms(CLOCK_REALTIME), mono = read_ms(CLOCK_BOOTTIME);
	const int64_t expected = clock->wall_ms + (mono - clock->mono_ms);
	const bool was_sane = clock->is_sane;

	clock->is_sane = wall >= expected - STEP_BACK_MS && wall <= expected + STEP_AHEAD_MS &&
	    wall >= clock->floor_ms - STEP_BACK_MS;
	clock->has_flipped |= was_sane != clock->is_sane;
	if (clock->is_sane) {
		clock->wall_ms = wall;
		clock->mono_ms = mono;
	}
	return wall;
}
