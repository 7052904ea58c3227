/* SPDX-License-Identifier: EUPL-1.2 */
#include "now.h"

#include <time.h>

static int64_t
read_ms(clockid_t id)
{
	struct timespec at;

	clock_gettime(id, &at);
	return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

int64_t
now_steady_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

int64_t
now_wall_ms(void)
{
	return read_ms(CLOCK_REALTIME);
}
