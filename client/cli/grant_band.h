/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * grant_band - until when an age holds: from a birth date that is used and not kept, or as stated; told to the month only.
 *
 * Source: domain, consent (`band_until`); design 10 (grant add).
 */
#ifndef SLUIS_CLI_GRANT_BAND_H
#define SLUIS_CLI_GRANT_BAND_H

#include "cli.h"

/**
 * grant_band_of_birth(session, band, born, now_ms, ret_ms, failure):
 * The first of the month of the birthday that ends ${band}, for who was born on ${born} (YYYY-MM-DD; NULL: a terminal is
 * asked); 0 where no further birthday counts. Age counts by the month of birth. Errors: SLUIS_EUSAGE (no date and nobody
 * to ask; no such day; ${band} is not that of this age: the hint names it).
 */
SLUIS_MUST_CHECK enum sluis_err grant_band_of_birth(const struct sluis_session *session, const char *band,
    const char *born, int64_t now_ms, int64_t *ret_ms, struct sluis_failure *failure);

/** grant_band_of_date(text, ret_ms, failure): the first of a month, as stated. SLUIS_EUSAGE for any other day. */
SLUIS_MUST_CHECK enum sluis_err grant_band_of_date(const char *text, int64_t *ret_ms,
    struct sluis_failure *failure);

#endif
