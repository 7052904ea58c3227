/* SPDX-License-Identifier: EUPL-1.2 */
#include <time.h>

#include "commit/internal.h"

enum { STEP_BACK_MS = 60 * 1000, STEP_AHEAD_MS = 60 * 60 * 1000, NEVER = -1 };

static int64_t
read_ms(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Begun with a wall clock behind the log, there is no clock to go by: mono_ms is NEVER until it was sane once. */
void
clock_begin(struct clock *clock, int64_t last_event_ms)
{
	const int64_t wall = read_ms(CLOCK_REALTIME);
	const bool is_sane = wall >= last_event_ms - STEP_BACK_MS;

	*clock = (struct clock){
		.wall_ms = is_sane ? wall : last_event_ms,
		.mono_ms = is_sane ? read_ms(CLOCK_BOOTTIME) : NEVER,
		.floor_ms = last_event_ms,
		.is_sane = is_sane,
	};
}

/*
 * The expected time is the last sane wall clock plus what the monotonic clock ran since; where there is none yet, that of
 * the newest event. While the wall clock is off it, nothing that hangs on time is decided, and what is written down or
 * looked up bears the expected time: the log runs neither backwards nor ahead, and no certificate expires by it. The wall
 * clock is sane again as soon as it is back where it should be.
 */
int64_t
clock_read(struct clock *clock)
{
	const int64_t wall = read_ms(CLOCK_REALTIME), mono = read_ms(CLOCK_BOOTTIME);
	const bool has_base = clock->mono_ms != NEVER;
	const int64_t expected = clock->wall_ms + (has_base ? mono - clock->mono_ms : 0);
	const bool was_sane = clock->is_sane;

	clock->is_sane = wall >= expected - STEP_BACK_MS && wall >= clock->floor_ms - STEP_BACK_MS &&
	    (!has_base || wall <= expected + STEP_AHEAD_MS);
	clock->has_flipped |= was_sane != clock->is_sane;
	if (!clock->is_sane)
		return expected > clock->floor_ms ? expected : clock->floor_ms;
	clock->wall_ms = wall;
	clock->mono_ms = mono;
	return wall;
}
