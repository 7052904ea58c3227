/* SPDX-License-Identifier: EUPL-1.2 */
#include "aead.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <sodium.h>

enum { MAX_BYTES = 1024 * 1024 * 1024, SEAL = 1, OPEN = 0 };

struct sluis_aead {
	EVP_CIPHER_CTX *ctx; /* key set, nonce and direction per chunk */
};

struct sluis_aead *
sluis_aead_new(const struct sluis_secret32 *key)
{
	struct sluis_aead *aead = calloc(1, sizeof(*aead));

	if (aead == NULL)
		return NULL;
	aead->ctx = EVP_CIPHER_CTX_new();
	if (aead->ctx == NULL ||
	    EVP_CipherInit_ex(aead->ctx, EVP_chacha20_poly1305(), NULL, key->bytes, NULL, SEAL) != 1) {
		sluis_aead_free(aead);
		return NULL;
	}
	return aead;
}

/* EVP_CIPHER_CTX_free() overwrites the key before it releases it. */
void
sluis_aead_free(struct sluis_aead *aead)
{
	if (aead == NULL)
		return;
	EVP_CIPHER_CTX_free(aead->ctx);
	free(aead);
}

void
sluis_aead_freep(struct sluis_aead **aead)
{
	sluis_aead_free(*aead);
	*aead = NULL;
}

/* Everything but the tag. False is for want of memory inside OpenSSL. */
static bool
crypt(EVP_CIPHER_CTX *ctx, struct sluis_bytes extra, struct sluis_bytes in, uint8_t *ret)
{
	int len;

	if (extra.len > 0 && EVP_CipherUpdate(ctx, NULL, &len, extra.data, (int)extra.len) != 1)
		return false;
	return in.len == 0 || EVP_CipherUpdate(ctx, ret, &len, in.data, (int)in.len) == 1;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_aead_seal(struct sluis_aead *aead, const uint8_t nonce[static SLUIS_AEAD_NONCE_BYTES],
    struct sluis_bytes extra, struct sluis_bytes plain, uint8_t *ret)
{
	int len;

	if (extra.len > MAX_BYTES || plain.len > MAX_BYTES)
		return SLUIS_EUSAGE;
	if (EVP_CipherInit_ex(aead->ctx, NULL, NULL, NULL, nonce, SEAL) != 1 ||
	    !crypt(aead->ctx, extra, plain, ret) ||
	    EVP_CipherFinal_ex(aead->ctx, ret + plain.len, &len) != 1 ||
	    EVP_CIPHER_CTX_ctrl(aead->ctx, EVP_CTRL_AEAD_GET_TAG, SLUIS_AEAD_TAG_BYTES,
	        ret + plain.len) != 1)
		return SLUIS_ENOMEM;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_aead_open(struct sluis_aead *aead, const uint8_t nonce[static SLUIS_AEAD_NONCE_BYTES],
    struct sluis_bytes extra, struct sluis_bytes sealed, uint8_t *ret)
{
	uint8_t tag[SLUIS_AEAD_TAG_BYTES], nothing[SLUIS_AEAD_TAG_BYTES];
	struct sluis_bytes text;
	int len;

	if (sealed.len < sizeof(tag))
		return SLUIS_EPAYLOAD;
	text = sluis_bytes(sealed.data, sealed.len - sizeof(tag));
	if (extra.len > MAX_BYTES || text.len > MAX_BYTES)
		return SLUIS_EUSAGE;
	memcpy(tag, sealed.data + text.len, sizeof(tag));
	if (EVP_CipherInit_ex(aead->ctx, NULL, NULL, NULL, nonce, OPEN) != 1 ||
	    EVP_CIPHER_CTX_ctrl(aead->ctx, EVP_CTRL_AEAD_SET_TAG, sizeof(tag), tag) != 1 ||
	    !crypt(aead->ctx, extra, text, ret)) {
		sodium_memzero(ret, text.len);
		return SLUIS_ENOMEM;
	}
	if (EVP_CipherFinal_ex(aead->ctx, nothing, &len) != 1) {
		sodium_memzero(ret, text.len);
		return SLUIS_EPAYLOAD;
	}
	return SLUIS_OK;
}
