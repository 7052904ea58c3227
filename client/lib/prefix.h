/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * prefix - an id by its first digits, among those that the caller knows of: at least 6 hex digits, fitting one id alone.
 */
#ifndef SLUIS_CLIENT_PREFIX_H
#define SLUIS_CLIENT_PREFIX_H

#include "base.h"
#include "failure.h"

struct sluis_prefix {
	const char *text;
	struct sluis_id id; /* the last one that fits */
	size_t n;           /* different ids that fit, counted where equal ones follow one another */
};

/**
 * sluis_prefix_start(prefix, text, failure):
 * ${text} (kept) is a whole id, which then is settled already, or the beginning of one. Errors: SLUIS_EUSAGE (neither).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_prefix_start(struct sluis_prefix *prefix, const char *text,
    struct sluis_failure *failure);

/** sluis_prefix_is_whole(prefix): all digits were given: nothing needs to be looked up. */
bool sluis_prefix_is_whole(const struct sluis_prefix *prefix);

/** sluis_prefix_match(prefix, id): ${id} (SLUIS_ID_BYTES) begins so; it is counted. */
bool sluis_prefix_match(struct sluis_prefix *prefix, const uint8_t *id);

/** sluis_prefix_settle(prefix, ret, failure): Errors: SLUIS_ENOTFOUND (none fits; ${failure} is not filled), SLUIS_EUSAGE (several). */
SLUIS_MUST_CHECK enum sluis_err sluis_prefix_settle(const struct sluis_prefix *prefix, struct sluis_id *ret,
    struct sluis_failure *failure);

#endif
