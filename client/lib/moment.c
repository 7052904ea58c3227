/* SPDX-License-Identifier: EUPL-1.2 */
#include "moment.h"

#include <time.h>

const char *
sluis_moment_text(int64_t ms, char ret[static SLUIS_MOMENT_CHARS])
{
	const time_t seconds = (time_t)(ms / 1000);
	struct tm utc;

	gmtime_r(&seconds, &utc);
	strftime(ret, SLUIS_MOMENT_CHARS, "%Y-%m-%dT%H:%M:%SZ", &utc);
	return ret;
}
