/* SPDX-License-Identifier: EUPL-1.2 */
#include "fixed_random.h"

#include <string.h>

#include <sodium.h>

void
fixed_random(void *context, void *buf, size_t len)
{
	struct fixed_random *random = context;
	uint8_t seed[randombytes_SEEDBYTES] = { 0 };

	memcpy(seed, &random->n, sizeof(random->n));
	random->n++;
	randombytes_buf_deterministic(buf, len, seed);
}

void
fixed_age_keys(uint64_t first, size_t n, struct sluis_secret32 *ret_identities,
    struct sluis_public *ret_recipients)
{
	struct fixed_random random = { .n = 0x6b657973u + first };

	for (size_t i = 0; i < n; i++) {
		fixed_random(&random, ret_identities[i].bytes, sizeof(ret_identities[i].bytes));
		crypto_scalarmult_base(ret_recipients[i].bytes, ret_identities[i].bytes);
	}
}
