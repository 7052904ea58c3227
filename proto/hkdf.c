/* SPDX-License-Identifier: EUPL-1.2 */
#include "hkdf.h"

#include <string.h>

#include <sodium.h>

void
sluis_hmac(struct sluis_bytes key, struct sluis_bytes bytes, uint8_t ret[static 32])
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, key.len > 0 ? key.data : ret, key.len); /* wants no NULL */
	crypto_auth_hmacsha256_update(&state, bytes.data, bytes.len);
	crypto_auth_hmacsha256_final(&state, ret);
	sodium_memzero(&state, sizeof(state));
}

SLUIS_MUST_CHECK enum sluis_err
sluis_hkdf(struct sluis_bytes input, struct sluis_bytes salt, struct sluis_bytes info, uint8_t *ret,
    size_t len)
{
	struct sluis_secret32 key, block;
	crypto_auth_hmacsha256_state state;
	uint8_t counter = 0;

	if (len > SLUIS_HKDF_MAX_BYTES)
		return SLUIS_EUSAGE;
	sluis_hmac(salt, input, key.bytes);
	for (size_t at = 0; at < len; at += sizeof(block.bytes)) {
		const size_t left = len - at;

		crypto_auth_hmacsha256_init(&state, key.bytes, sizeof(key.bytes));
		if (counter++ > 0)
			crypto_auth_hmacsha256_update(&state, block.bytes, sizeof(block.bytes));
		crypto_auth_hmacsha256_update(&state, info.data, info.len);
		crypto_auth_hmacsha256_update(&state, &counter, 1);
		crypto_auth_hmacsha256_final(&state, block.bytes);
		memcpy(ret + at, block.bytes, left < sizeof(block.bytes) ? left : sizeof(block.bytes));
	}
	sodium_memzero(&state, sizeof(state));
	sluis_secret32_wipe(&key);
	sluis_secret32_wipe(&block);
	return SLUIS_OK;
}
