/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * date - days of the calendar as Unix milliseconds, UTC. Pure.
 */
#ifndef SLUIS_POLICY_DATE_H
#define SLUIS_POLICY_DATE_H

#include "../base.h"

/** sluis_policy_date_parse(text, ret_ms): YYYY-MM-DD, a day that exists, 1970 to 9999; its start. */
bool sluis_policy_date_parse(struct sluis_bytes text, int64_t *ret_ms);

/** sluis_policy_date_is_month_start(ms): the first of a month at 00:00 UTC, from 1970. */
bool sluis_policy_date_is_month_start(int64_t ms);

#endif
