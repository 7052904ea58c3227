/* SPDX-License-Identifier: EUPL-1.2 */
#include "certificate.h"

#include <assert.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "certificate_x509.h"

static void
key_freep(EVP_PKEY **key)
{
	EVP_PKEY_free(*key);
	*key = NULL;
}

static void
context_freep(EVP_MD_CTX **ctx)
{
	EVP_MD_CTX_free(*ctx);
	*ctx = NULL;
}

static void
bio_freep(BIO **bio)
{
	BIO_free(*bio);
	*bio = NULL;
}

/* NULL: Sluis does not sign with this kind of key. */
static const EVP_MD *
digest_of(enum sluis_certificate_key kind)
{
	switch (kind) {
	case SLUIS_CERTIFICATE_EC_P256:
	case SLUIS_CERTIFICATE_RSA:
		return EVP_sha256();
	case SLUIS_CERTIFICATE_EC_P384:
		return EVP_sha384();
	case SLUIS_CERTIFICATE_OTHER:
		return NULL;
	}
	return NULL;
}

/* RFC 8017 section 8.1 with one salt length, that of the digest: there is nothing to choose. */
static bool
set_padding(EVP_PKEY_CTX *ctx, enum sluis_certificate_key kind)
{
	if (kind != SLUIS_CERTIFICATE_RSA)
		return true;
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1 &&
	    EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha256()) == 1;
}

enum sluis_err
sluis_certificate_signature_verify(
    struct sluis_bytes der, struct sluis_bytes payload, struct sluis_bytes signature)
{
	SLUIS_CERTIFICATE_QUIET();
	SLUIS_AUTO(sluis_certificate_x509_freep) X509 *x509 = NULL;
	SLUIS_AUTO(context_freep) EVP_MD_CTX *ctx = NULL;
	EVP_PKEY_CTX *key_ctx = NULL;
	enum sluis_certificate_key kind;

	SLUIS_TRY(sluis_certificate_load(der, &x509));
	kind = sluis_certificate_key_kind(X509_get0_pubkey(x509));
	if (digest_of(kind) == NULL)
		return SLUIS_ECERTIFICATE;
	if ((ctx = EVP_MD_CTX_new()) == NULL)
		return SLUIS_ENOMEM;
	if (EVP_DigestVerifyInit(ctx, &key_ctx, digest_of(kind), NULL, X509_get0_pubkey(x509)) != 1 ||
	    !set_padding(key_ctx, kind) ||
	    EVP_DigestVerify(ctx, signature.data, signature.len, payload.data, payload.len) != 1)
		return SLUIS_ESIGNATURE;
	return SLUIS_OK;
}

struct asking {
	const struct sluis_certificate_passphrase *passphrase;
	bool asked;
};

/* Without a callback of its own OpenSSL would ask at the terminal. */
static int
ask_passphrase(char *buf, int size, int writing, void *context)
{
	struct asking *asking = context;
	size_t len;

	(void)writing;
	asking->asked = true;
	if (asking->passphrase == NULL || size <= 0)
		return -1;
	len = asking->passphrase->ask(asking->passphrase->context, buf, (size_t)size);
	assert(len <= (size_t)size);
	return len == 0 ? -1 : (int)len;
}

static enum sluis_err
read_key(struct sluis_bytes pem, const struct sluis_certificate_passphrase *passphrase, EVP_PKEY **ret)
{
	SLUIS_AUTO(bio_freep) BIO *bio = NULL;
	struct asking asking = { .passphrase = passphrase };

	if (pem.len == 0 || pem.len > SLUIS_CERTIFICATE_KEY_FILE_MAX_BYTES)
		return SLUIS_EKEYS;
	if ((bio = BIO_new_mem_buf(pem.data, (int)pem.len)) == NULL)
		return SLUIS_ENOMEM;
	*ret = PEM_read_bio_PrivateKey(bio, NULL, ask_passphrase, &asking);
	if (*ret == NULL)
		return asking.asked ? SLUIS_EPASSPHRASE : SLUIS_EKEYS;
	return SLUIS_OK;
}

static enum sluis_err
sign(EVP_PKEY *key, enum sluis_certificate_key kind, struct sluis_bytes payload,
    struct sluis_certificate_signature *ret)
{
	SLUIS_AUTO(context_freep) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct sluis_certificate_signature signature = { .len = sizeof(signature.bytes) };
	EVP_PKEY_CTX *key_ctx = NULL;

	if (ctx == NULL)
		return SLUIS_ENOMEM;
	if (EVP_DigestSignInit(ctx, &key_ctx, digest_of(kind), NULL, key) != 1 ||
	    !set_padding(key_ctx, kind) ||
	    EVP_DigestSign(ctx, signature.bytes, &signature.len, payload.data, payload.len) != 1)
		return SLUIS_EKEYS;
	*ret = signature;
	return SLUIS_OK;
}

enum sluis_err
sluis_certificate_key_sign(struct sluis_bytes pem, const struct sluis_certificate_passphrase *passphrase,
    struct sluis_bytes der, struct sluis_bytes payload, struct sluis_certificate_signature *ret)
{
	SLUIS_CERTIFICATE_QUIET();
	SLUIS_AUTO(sluis_certificate_x509_freep) X509 *x509 = NULL;
	SLUIS_AUTO(key_freep) EVP_PKEY *key = NULL;
	enum sluis_certificate_key kind;

	SLUIS_TRY(sluis_certificate_load(der, &x509));
	kind = sluis_certificate_key_kind(X509_get0_pubkey(x509));
	if (digest_of(kind) == NULL)
		return SLUIS_ECERTIFICATE;
	SLUIS_TRY(read_key(pem, passphrase, &key));
	if (X509_check_private_key(x509, key) != 1)
		return SLUIS_EKEYS;
	return sign(key, kind, payload, ret);
}
