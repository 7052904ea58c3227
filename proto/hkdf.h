/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * hkdf - HKDF-SHA256 (RFC 5869) and HMAC-SHA256 (RFC 2104) for short inputs, over libsodium's HMAC.
 */
#ifndef SLUIS_HKDF_H
#define SLUIS_HKDF_H

#include "base.h"

#define SLUIS_HKDF_MAX_BYTES (255 * 32)

/** sluis_hmac(key, bytes, ret): 32 bytes of HMAC-SHA256; a ${key} of any length. */
void sluis_hmac(struct sluis_bytes key, struct sluis_bytes bytes, uint8_t ret[static 32]);

/**
 * sluis_hkdf(input, salt, info, ret, len):
 * Extract and expand: ${len} bytes into ${ret}. An empty ${salt} is RFC 5869's default.
 * Errors: SLUIS_EUSAGE (${len} over SLUIS_HKDF_MAX_BYTES); ${ret} is untouched.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_hkdf(struct sluis_bytes input, struct sluis_bytes salt,
    struct sluis_bytes info, uint8_t *ret, size_t len);

#endif
