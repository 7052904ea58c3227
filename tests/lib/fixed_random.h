/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * fixed_random - a sluis_random that gives the same bytes in every run, and key pairs made with it.
 */
#ifndef SLUIS_FIXED_RANDOM_H
#define SLUIS_FIXED_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include "base.h"
#include "random.h"

struct fixed_random {
	uint64_t n; /* calls so far; start anywhere */
};

/** fixed_random(context, buf, len): a sluis_random; ${context} is a struct fixed_random. */
void fixed_random(void *context, void *buf, size_t len);

/** fixed_age_keys(first, n, ret_identities, ret_recipients): ${n} X25519 pairs, the same for the same ${first}. */
void fixed_age_keys(uint64_t first, size_t n, struct sluis_secret32 *ret_identities,
    struct sluis_public *ret_recipients);

#endif
