/* SPDX-License-Identifier: EUPL-1.2 */
#include "certificate.h"

#include <string.h>
#include <time.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "certificate_x509.h"
#include "hash.h"

enum { RSA_MIN_BITS = 2048, RSA_MAX_BITS = 4096 };

int
sluis_certificate_quiet_begin(void)
{
	return ERR_set_mark();
}

/* Without an older entry there was nothing to mark, and all that is queued is ours. */
void
sluis_certificate_quiet_end(int *mark)
{
	if (*mark == 1)
		ERR_pop_to_mark();
	else
		ERR_clear_error();
}

void
sluis_certificate_x509_freep(X509 **x509)
{
	X509_free(*x509);
	*x509 = NULL;
}

/* d2i accepts some BER and stops where it ends; the outer frame must come out again as it went in. */
static bool
encodes_to(const X509 *x509, struct sluis_bytes der)
{
	uint8_t again[SLUIS_CERTIFICATE_MAX_BYTES];
	uint8_t *at = again;
	const int len = i2d_X509(x509, NULL);

	if (len <= 0 || (size_t)len != der.len || (size_t)len > sizeof(again))
		return false;
	return i2d_X509(x509, &at) == len && memcmp(again, der.data, der.len) == 0;
}

enum sluis_err
sluis_certificate_load(struct sluis_bytes der, X509 **ret)
{
	SLUIS_AUTO(sluis_certificate_x509_freep) X509 *x509 = NULL;
	const uint8_t *at = der.data;

	if (der.len == 0)
		return SLUIS_EFORMAT;
	if (der.len > SLUIS_CERTIFICATE_MAX_BYTES)
		return SLUIS_ETOOBIG;
	x509 = d2i_X509(NULL, &at, (long)der.len);
	if (x509 == NULL || !encodes_to(x509, der))
		return SLUIS_EFORMAT;
	*ret = SLUIS_TAKE(x509);
	return SLUIS_OK;
}

/* Text that may stand on a screen: UTF-8, no control characters, C1 ones (U+0080..9F) included. */
static bool
is_clean_text(struct sluis_bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		const uint8_t c = text.data[i];

		if (c < 0x20 || c == 0x7f)
			return false;
		if (c == 0xc2 && i + 1 < text.len && text.data[i + 1] < 0xa0)
			return false;
	}
	return sluis_utf8_is_valid(text);
}

/* The attribute ${nid} at or after position ${after}: its place, or -1; ${ret} gets it as a C string. */
static enum sluis_err
read_attribute(const X509_NAME *name, int nid, int *place, char *ret, size_t cap)
{
	unsigned char *utf8 = NULL;
	enum sluis_err err = SLUIS_EFORMAT;
	int len;

	ret[0] = '\0';
	*place = X509_NAME_get_index_by_NID(name, nid, *place);
	if (*place < 0)
		return SLUIS_OK;
	len = ASN1_STRING_to_UTF8(&utf8,
	    X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, *place)));
	if (len >= 0 && (size_t)len < cap && is_clean_text(sluis_bytes(utf8, (size_t)len))) {
		memcpy(ret, utf8, (size_t)len);
		ret[len] = '\0';
		err = SLUIS_OK;
	}
	OPENSSL_free(utf8);
	return err;
}

/* Two organisations in one name would let each reader see another one. */
static enum sluis_err
read_organisation(const X509_NAME *name, char *ret, size_t cap)
{
	int place = -1;

	SLUIS_TRY(read_attribute(name, NID_organizationName, &place, ret, cap));
	if (place >= 0 && X509_NAME_get_index_by_NID(name, NID_organizationName, place) >= 0)
		return SLUIS_EFORMAT;
	return SLUIS_OK;
}

/* A CA's serialNumber, or none, or two, is no error here: the certificate then has no OIN. */
static void
read_oin(const X509_NAME *name, char ret[static SLUIS_OIN_DIGITS + 1])
{
	int place = -1;

	if (read_attribute(name, NID_serialNumber, &place, ret, SLUIS_OIN_DIGITS + 1) != SLUIS_OK ||
	    place < 0 || X509_NAME_get_index_by_NID(name, NID_serialNumber, place) >= 0 ||
	    !sluis_oin_is_valid(sluis_bytes_text(ret)))
		ret[0] = '\0';
}

static enum sluis_err
read_time(const ASN1_TIME *time, int64_t *ret_ms)
{
	struct tm tm;

	if (time == NULL || ASN1_TIME_to_tm(time, &tm) != 1)
		return SLUIS_EFORMAT;
	*ret_ms = (int64_t)timegm(&tm) * 1000;
	return SLUIS_OK;
}

enum sluis_certificate_key
sluis_certificate_key_kind(const EVP_PKEY *key)
{
	char group[32] = "";

	if (key == NULL)
		return SLUIS_CERTIFICATE_OTHER;
	if (EVP_PKEY_is_a(key, "RSA")) {
		const int bits = EVP_PKEY_get_bits(key);

		return bits >= RSA_MIN_BITS && bits <= RSA_MAX_BITS ? SLUIS_CERTIFICATE_RSA :
								      SLUIS_CERTIFICATE_OTHER;
	}
	if (EVP_PKEY_is_a(key, "EC") &&
	    EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1) {
		if (strcmp(group, SN_X9_62_prime256v1) == 0)
			return SLUIS_CERTIFICATE_EC_P256;
		if (strcmp(group, SN_secp384r1) == 0)
			return SLUIS_CERTIFICATE_EC_P384;
	}
	return SLUIS_CERTIFICATE_OTHER;
}

enum sluis_err
sluis_certificate_read(X509 *x509, struct sluis_bytes der, struct sluis_certificate *ret)
{
	const X509_NAME *subject = X509_get_subject_name(x509);
	struct sluis_certificate c = { .hash = sluis_hash(der) };
	int unit_place = -1;

	if (subject == NULL)
		return SLUIS_EFORMAT;
	read_oin(subject, c.oin);
	SLUIS_TRY(read_organisation(subject, c.organisation, sizeof(c.organisation)));
	SLUIS_TRY(read_attribute(subject, NID_organizationalUnitName, &unit_place, c.unit, sizeof(c.unit)));
	SLUIS_TRY(read_time(X509_get0_notBefore(x509), &c.not_before_ms));
	SLUIS_TRY(read_time(X509_get0_notAfter(x509), &c.not_after_ms));
	c.key = sluis_certificate_key_kind(X509_get0_pubkey(x509));
	c.is_ca = X509_check_ca(x509) != 0;
	*ret = c;
	return SLUIS_OK;
}

enum sluis_err
sluis_certificate_parse(struct sluis_bytes der, struct sluis_certificate *ret)
{
	SLUIS_CERTIFICATE_QUIET();
	SLUIS_AUTO(sluis_certificate_x509_freep) X509 *x509 = NULL;

	SLUIS_TRY(sluis_certificate_load(der, &x509));
	return sluis_certificate_read(x509, der, ret);
}
