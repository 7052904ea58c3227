/* SPDX-License-Identifier: EUPL-1.2 */
#include "federation.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "hash.h"

#define YEARS_MS(n) ((n) * 365 * FEDERATION_DAY_MS)

struct authority {
	EVP_PKEY *key;
	X509 *certificate;
	struct sluis_bytes der;
};

struct federation_ca {
	struct authority root;
	struct authority issuing;
	long next_serial;
};

static void
set_time(ASN1_TIME *at, int64_t ms)
{
	assert(ASN1_TIME_adj(at, 0, (int)(ms / FEDERATION_DAY_MS), (long)(ms % FEDERATION_DAY_MS / 1000)) != NULL);
}

static void
add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *extension;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert(extension != NULL && X509_add_ext(certificate, extension, -1) == 1);
	X509_EXTENSION_free(extension);
}

static void
add_name(X509_NAME *name, const char *field, const char *value)
{
	assert(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, (const unsigned char *)value, -1, -1, 0) == 1);
}

static X509 *
begin(EVP_PKEY *key, long serial, int64_t from_ms, int64_t until_ms)
{
	X509 *certificate = X509_new();

	assert(certificate != NULL && X509_set_version(certificate, X509_VERSION_3) == 1);
	assert(ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial) == 1);
	set_time(X509_getm_notBefore(certificate), from_ms);
	set_time(X509_getm_notAfter(certificate), until_ms);
	assert(X509_set_pubkey(certificate, key) == 1);
	add_name(X509_get_subject_name(certificate), "C", "NL");
	return certificate;
}

/* Name and extensions as RFC 5280 wants them of an authority, and of somebody who signs. */
static void
finish(X509 *certificate, X509 *issuer, EVP_PKEY *issuer_key, bool is_authority)
{
	assert(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1);
	add_extension(certificate, issuer, NID_basic_constraints,
	    is_authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
	add_extension(certificate, issuer, NID_key_usage,
	    is_authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
	add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
	if (issuer != certificate)
		add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always");
	assert(X509_sign(certificate, issuer_key, EVP_sha256()) > 0);
}

static struct sluis_bytes
der_of(X509 *certificate, struct sluis_arena *arena)
{
	unsigned char *der = NULL;
	const int len = i2d_X509(certificate, &der);
	struct sluis_bytes ret;

	assert(len > 0 && sluis_arena_copy(arena, sluis_bytes(der, (size_t)len), &ret) == SLUIS_OK);
	OPENSSL_free(der);
	return ret;
}

static struct sluis_bytes
pem_of(EVP_PKEY *key, struct sluis_arena *arena)
{
	BIO *bio = BIO_new(BIO_s_mem());
	struct sluis_bytes ret;
	char *data;
	long len;

	assert(bio != NULL && PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1);
	len = BIO_get_mem_data(bio, &data);
	assert(sluis_arena_copy(arena, sluis_bytes(data, (size_t)len), &ret) == SLUIS_OK);
	BIO_free(bio);
	return ret;
}

static void
make_authority(struct federation_ca *ca, struct sluis_arena *arena, const char *name,
    const struct authority *issuer, struct authority *ret)
{
	const int64_t from_ms = SLUIS_TIME_MIN_MS;

	ret->key = EVP_EC_gen("P-256");
	assert(ret->key != NULL);
	ret->certificate = begin(ret->key, ca->next_serial++, from_ms, from_ms + YEARS_MS(80));
	add_name(X509_get_subject_name(ret->certificate), "O", "Test Sluis");
	add_name(X509_get_subject_name(ret->certificate), "CN", name);
	finish(ret->certificate, issuer != NULL ? issuer->certificate : ret->certificate,
	    issuer != NULL ? issuer->key : ret->key, true);
	ret->der = der_of(ret->certificate, arena);
}

struct federation_ca *
federation_ca_new(struct sluis_arena *arena, const char *name)
{
	struct federation_ca *ca = calloc(1, sizeof(*ca));
	char text[64];

	assert(ca != NULL);
	ca->next_serial = 1;
	snprintf(text, sizeof(text), "TEST %s Root", name);
	make_authority(ca, arena, text, NULL, &ca->root);
	snprintf(text, sizeof(text), "TEST %s Issuing", name);
	make_authority(ca, arena, text, &ca->root, &ca->issuing);
	return ca;
}

void
federation_ca_free(struct federation_ca *ca)
{
	if (ca == NULL)
		return;
	EVP_PKEY_free(ca->root.key);
	EVP_PKEY_free(ca->issuing.key);
	X509_free(ca->root.certificate);
	X509_free(ca->issuing.certificate);
	free(ca);
}

void
federation_ca_issue(struct federation_ca *ca, struct sluis_arena *arena,
    const struct federation_certificate *wish, struct federation_organisation *ret)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate;

	assert(key != NULL);
	certificate = begin(key, ca->next_serial++, wish->from_ms, wish->until_ms);
	add_name(X509_get_subject_name(certificate), "O", wish->name);
	add_name(X509_get_subject_name(certificate), "serialNumber", wish->oin);
	finish(certificate, ca->issuing.certificate, ca->issuing.key, false);
	ret->chain[0] = der_of(certificate, arena);
	ret->chain[1] = ca->issuing.der;
	ret->chain[2] = ca->root.der;
	ret->n_chain = 3;
	ret->key_pem = pem_of(key, arena);
	snprintf(ret->oin, sizeof(ret->oin), "%s", wish->oin);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

struct sluis_hash
federation_ca_anchor(const struct federation_ca *ca)
{
	return sluis_hash(ca->root.der);
}

static struct sluis_bytes
make_crl(const struct authority *authority, struct sluis_arena *arena, int64_t at_ms,
    const ASN1_INTEGER *revoked)
{
	ASN1_TIME *begin = ASN1_TIME_new(), *end = ASN1_TIME_new();
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	X509_CRL *crl = X509_CRL_new();
	struct sluis_bytes ret;
	unsigned char *der = NULL;
	X509V3_CTX ctx;
	X509_EXTENSION *extension;
	int len;

	set_time(begin, at_ms - FEDERATION_DAY_MS);
	set_time(end, at_ms + 7 * FEDERATION_DAY_MS);
	assert(X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1);
	assert(X509_CRL_set_issuer_name(crl, X509_get_subject_name(authority->certificate)) == 1);
	assert(X509_CRL_set1_lastUpdate(crl, begin) == 1 && X509_CRL_set1_nextUpdate(crl, end) == 1);
	if (revoked != NULL) {
		X509_REVOKED *one = X509_REVOKED_new();
		ASN1_INTEGER *serial = ASN1_INTEGER_dup(revoked);

		assert(X509_REVOKED_set_serialNumber(one, serial) == 1);
		ASN1_INTEGER_free(serial);
		assert(X509_REVOKED_set_revocationDate(one, begin) == 1);
		assert(X509_CRL_add0_revoked(crl, one) == 1);
	}
	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, authority->certificate, NULL, NULL, crl, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, NID_authority_key_identifier, "keyid:always");
	assert(extension != NULL && X509_CRL_add_ext(crl, extension, -1) == 1);
	X509_EXTENSION_free(extension);
	assert(ASN1_INTEGER_set(number, 1) == 1 && X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0) == 1);
	ASN1_INTEGER_free(number);
	assert(X509_CRL_sign(crl, authority->key, EVP_sha256()) > 0);
	len = i2d_X509_CRL(crl, &der);
	assert(len > 0 && sluis_arena_copy(arena, sluis_bytes(der, (size_t)len), &ret) == SLUIS_OK);
	OPENSSL_free(der);
	X509_CRL_free(crl);
	ASN1_TIME_free(begin);
	ASN1_TIME_free(end);
	return ret;
}

void
federation_ca_crls(struct federation_ca *ca, struct sluis_arena *arena, int64_t at_ms,
    const struct federation_organisation *revoked, struct sluis_bytes ret[static 2])
{
	const unsigned char *der = revoked != NULL ? revoked->chain[0].data : NULL;
	X509 *leaf =
	    revoked != NULL ? d2i_X509(NULL, &der, (long)revoked->chain[0].len) : NULL;

	ret[0] = make_crl(&ca->root, arena, at_ms, NULL);
	ret[1] = make_crl(&ca->issuing, arena, at_ms,
	    leaf != NULL ? X509_get0_serialNumber(leaf) : NULL);
	X509_free(leaf);
}
