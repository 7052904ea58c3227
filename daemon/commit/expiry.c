/* SPDX-License-Identifier: EUPL-1.2 */
#include "commit/expiry.h"

#include "log.h"

enum { WARN_DAYS = 60 };

static const int64_t DAY_MS = 24 * 3600 * INT64_C(1000);

void
expiry_log(const struct sluis_directory *directory, int64_t now_ms)
{
	const struct sluis_organisation *organisation;
	size_t cursor = 0;

	while ((organisation = sluis_directory_next_organisation(directory, &cursor,
		    SLUIS_STANDING_BIT(SLUIS_STANDING_ACTIVE) | SLUIS_STANDING_BIT(SLUIS_STANDING_SUSPENDED))) != NULL) {
		const int64_t left_ms = organisation->valid_until_ms - now_ms;

		if (left_ms <= WARN_DAYS * DAY_MS)
			log_line(LOG_LEVEL_WARNING, "certificate-ends organisation=%.*s days=%lld",
			    (int)organisation->handle.len, (const char *)organisation->handle.data,
			    (long long)(left_ms < 0 ? 0 : left_ms / DAY_MS));
	}
}
