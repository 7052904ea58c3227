/* SPDX-License-Identifier: EUPL-1.2 */
#include "certificate.h"

#include <stdio.h>

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "certificate_x509.h"
#include "hash.h"
#include "limits.h"

enum { AUTH_LEVEL = 2, LEAF = 0, NO_PLACE = -1 };

/* clang-format off */
static const struct {
	const char *name; /* stable, for logs */
	const char *text; /* after "certificate 1 of 4 " or "the chain " */
} faults[] = {
	[SLUIS_CERTIFICATE_FAULT_FORM] = { "form",
	    "is not in order; send the certificates in DER, leaf first, root last, and no others" },
	[SLUIS_CERTIFICATE_FAULT_ANCHOR] = { "anchor",
	    "ends in a root that this federation does not trust; use a certificate under one of its anchors" },
	[SLUIS_CERTIFICATE_FAULT_ISSUER] = { "issuer",
	    "was not issued by the next one, or that is no root; send the chain that came with the certificate" },
	[SLUIS_CERTIFICATE_FAULT_SIGNATURE] = { "signature",
	    "carries a signature that fails or is too weak; ask its issuer for a sound one" },
	[SLUIS_CERTIFICATE_FAULT_EXPIRED] = { "expired",
	    "has expired; ask its issuer for a new one" },
	[SLUIS_CERTIFICATE_FAULT_NOT_YET] = { "not-yet-valid",
	    "is not valid yet; wait for its first day, or check the clock" },
	[SLUIS_CERTIFICATE_FAULT_REVOKED] = { "revoked",
	    "has been revoked by its issuer; the organisation needs a new one" },
	[SLUIS_CERTIFICATE_FAULT_CRL_MISSING] = { "crl-missing",
	    "cannot be checked for revocation, its issuer's list (CRL) is missing; fetch that list" },
	[SLUIS_CERTIFICATE_FAULT_CRL_EXPIRED] = { "crl-expired",
	    "cannot be checked for revocation, its issuer's list (CRL) is out of date; fetch a new list" },
	[SLUIS_CERTIFICATE_FAULT_CRL_FORM] = { "crl-form",
	    "cannot be checked for revocation, a list (CRL) is damaged or not its issuer's; fetch it again" },
	[SLUIS_CERTIFICATE_FAULT_OIN] = { "oin",
	    "has no valid OIN of 20 digits as Subject.serialNumber; ask its issuer for one that has" },
	[SLUIS_CERTIFICATE_FAULT_USAGE] = { "usage",
	    "may not be used for this; an organisation signs with a certificate for signing, issued by a CA" },
	[SLUIS_CERTIFICATE_FAULT_KEY] = { "key",
	    "has a key that Sluis does not sign with; use EC P-256 or P-384, or RSA of 2048 to 4096 bits" },
};

/* Every result of X509_verify_cert that has a clearer name here; the rest is a fault of form. */
static const struct {
	int code;
	enum sluis_certificate_fault fault;
} results[] = {
	{ X509_V_ERR_CERT_HAS_EXPIRED,                 SLUIS_CERTIFICATE_FAULT_EXPIRED },
	{ X509_V_ERR_CERT_NOT_YET_VALID,               SLUIS_CERTIFICATE_FAULT_NOT_YET },
	{ X509_V_ERR_CERT_REVOKED,                     SLUIS_CERTIFICATE_FAULT_REVOKED },
	{ X509_V_ERR_UNABLE_TO_GET_CRL,                SLUIS_CERTIFICATE_FAULT_CRL_MISSING },
	{ X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER,         SLUIS_CERTIFICATE_FAULT_CRL_MISSING },
	{ X509_V_ERR_DIFFERENT_CRL_SCOPE,              SLUIS_CERTIFICATE_FAULT_CRL_MISSING },
	{ X509_V_ERR_CRL_HAS_EXPIRED,                  SLUIS_CERTIFICATE_FAULT_CRL_EXPIRED },
	{ X509_V_ERR_CRL_NOT_YET_VALID,                SLUIS_CERTIFICATE_FAULT_CRL_EXPIRED },
	{ X509_V_ERR_CRL_SIGNATURE_FAILURE,            SLUIS_CERTIFICATE_FAULT_CRL_FORM },
	{ X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE,  SLUIS_CERTIFICATE_FAULT_CRL_FORM },
	{ X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD,   SLUIS_CERTIFICATE_FAULT_CRL_FORM },
	{ X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD,   SLUIS_CERTIFICATE_FAULT_CRL_FORM },
	{ X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION, SLUIS_CERTIFICATE_FAULT_CRL_FORM },
	{ X509_V_ERR_KEYUSAGE_NO_CRL_SIGN,             SLUIS_CERTIFICATE_FAULT_CRL_FORM },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,        SLUIS_CERTIFICATE_FAULT_ISSUER },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, SLUIS_CERTIFICATE_FAULT_ISSUER },
	{ X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,  SLUIS_CERTIFICATE_FAULT_ISSUER },
	{ X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,        SLUIS_CERTIFICATE_FAULT_ISSUER },
	{ X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,      SLUIS_CERTIFICATE_FAULT_ISSUER },
	{ X509_V_ERR_CERT_SIGNATURE_FAILURE,           SLUIS_CERTIFICATE_FAULT_SIGNATURE },
	{ X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE, SLUIS_CERTIFICATE_FAULT_SIGNATURE },
	{ X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH,     SLUIS_CERTIFICATE_FAULT_SIGNATURE },
	{ X509_V_ERR_SIGNATURE_ALGORITHM_INCONSISTENCY, SLUIS_CERTIFICATE_FAULT_SIGNATURE },
	{ X509_V_ERR_CA_MD_TOO_WEAK,                   SLUIS_CERTIFICATE_FAULT_SIGNATURE },
	{ X509_V_ERR_CA_KEY_TOO_SMALL,                 SLUIS_CERTIFICATE_FAULT_SIGNATURE },
	{ X509_V_ERR_EE_KEY_TOO_SMALL,                 SLUIS_CERTIFICATE_FAULT_KEY },
	{ X509_V_ERR_EC_KEY_EXPLICIT_PARAMS,           SLUIS_CERTIFICATE_FAULT_KEY },
	{ X509_V_ERR_INVALID_CA,                       SLUIS_CERTIFICATE_FAULT_USAGE },
	{ X509_V_ERR_PATH_LENGTH_EXCEEDED,             SLUIS_CERTIFICATE_FAULT_USAGE },
	{ X509_V_ERR_KEYUSAGE_NO_CERTSIGN,             SLUIS_CERTIFICATE_FAULT_USAGE },
	{ X509_V_ERR_CA_CERT_MISSING_KEY_USAGE,        SLUIS_CERTIFICATE_FAULT_USAGE },
	{ X509_V_ERR_CA_BCONS_NOT_CRITICAL,            SLUIS_CERTIFICATE_FAULT_USAGE },
};
/* clang-format on */

/* What one verification holds while it lasts. */
struct work {
	STACK_OF(X509) *chain;
	STACK_OF(X509_CRL) *crls;
	X509_STORE *store;
	X509_STORE_CTX *ctx;
	size_t n;
	const X509_CRL *stopped_at; /* the list that was looked at when the verification failed; only to compare */
	struct sluis_certificate_why *why;
};

static void
work_done(struct work *work)
{
	X509_STORE_CTX_free(work->ctx);
	X509_STORE_free(work->store);
	sk_X509_CRL_pop_free(work->crls, X509_CRL_free);
	sk_X509_pop_free(work->chain, X509_free);
}

static enum sluis_err
refuse(const struct work *work, enum sluis_certificate_fault fault, int place)
{
	if (work->why == NULL)
		return SLUIS_ECERTIFICATE;
	work->why->fault = fault;
	work->why->place = place;
	work->why->crl = NO_PLACE;
	if (place == NO_PLACE)
		snprintf(work->why->why.text, sizeof(work->why->why.text), "the chain %s",
		    faults[fault].text);
	else
		snprintf(work->why->why.text, sizeof(work->why->why.text), "certificate %d of %zu %s",
		    place + 1, work->n, faults[fault].text);
	return SLUIS_ECERTIFICATE;
}

static enum sluis_err
refuse_crl(const struct work *work, enum sluis_certificate_fault fault, int place, int crl)
{
	const enum sluis_err err = refuse(work, fault, place);

	if (work->why != NULL)
		work->why->crl = crl;
	return err;
}

static bool
is_anchor(const struct sluis_certificate_check *check)
{
	const struct sluis_hash root = sluis_hash(check->chain[check->n_chain - 1]);

	for (size_t i = 0; i < check->n_anchors; i++) {
		if (sluis_hash_equal(&root, &check->anchors[i]))
			return true;
	}
	return false;
}

static enum sluis_err
load_chain(struct work *work, const struct sluis_certificate_check *check)
{
	if ((work->chain = sk_X509_new_null()) == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < check->n_chain; i++) {
		SLUIS_AUTO(sluis_certificate_x509_freep) X509 *x509 = NULL;

		if (sluis_certificate_load(check->chain[i], &x509) != SLUIS_OK)
			return refuse(work, SLUIS_CERTIFICATE_FAULT_FORM, (int)i);
		if (sk_X509_push(work->chain, x509) <= 0)
			return SLUIS_ENOMEM;
		x509 = NULL; /* now the stack's */
	}
	return SLUIS_OK;
}

static enum sluis_err
load_crls(struct work *work, const struct sluis_certificate_check *check)
{
	if (check->n_crls == 0)
		return check->crl_required ?
		    refuse(work, SLUIS_CERTIFICATE_FAULT_CRL_MISSING, LEAF) : SLUIS_OK;
	if ((work->crls = sk_X509_CRL_new_null()) == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < check->n_crls; i++) {
		const struct sluis_bytes der = check->crls[i];
		const uint8_t *at = der.data;
		X509_CRL *crl = NULL;

		if (der.len > 0 && der.len <= SLUIS_CERTIFICATE_CRL_MAX_BYTES)
			crl = d2i_X509_CRL(NULL, &at, (long)der.len);
		if (crl == NULL || at != der.data + der.len) {
			X509_CRL_free(crl);
			return refuse_crl(work, SLUIS_CERTIFICATE_FAULT_CRL_FORM, LEAF, (int)i);
		}
		if (sk_X509_CRL_push(work->crls, crl) <= 0) {
			X509_CRL_free(crl);
			return SLUIS_ENOMEM;
		}
	}
	return SLUIS_OK;
}

/* OpenSSL forgets the list on its way out. The first failure ends it: nothing here turns one into a success. */
static int
note_list(int ok, X509_STORE_CTX *ctx)
{
	struct work *work = X509_STORE_CTX_get_app_data(ctx);

	if (ok == 0)
		work->stopped_at = X509_STORE_CTX_get0_current_crl(ctx);
	return ok;
}

/* The root is the one trusted certificate: the machine's own trust store has no say here. */
static enum sluis_err
prepare(struct work *work, int64_t at_ms)
{
	X509_VERIFY_PARAM *param;
	unsigned long flags = X509_V_FLAG_X509_STRICT;

	if ((work->store = X509_STORE_new()) == NULL || (work->ctx = X509_STORE_CTX_new()) == NULL ||
	    X509_STORE_add_cert(work->store, sk_X509_value(work->chain, (int)work->n - 1)) != 1 ||
	    X509_STORE_CTX_init(work->ctx, work->store, sk_X509_value(work->chain, LEAF), work->chain) != 1)
		return SLUIS_ENOMEM;
	if (X509_STORE_CTX_set_app_data(work->ctx, work) != 1)
		return SLUIS_ENOMEM;
	X509_STORE_CTX_set_verify_cb(work->ctx, note_list);
	if (work->crls != NULL) {
		X509_STORE_CTX_set0_crls(work->ctx, work->crls);
		flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
	}
	param = X509_STORE_CTX_get0_param(work->ctx);
	if (X509_VERIFY_PARAM_set_flags(param, flags) != 1)
		return SLUIS_ENOMEM;
	X509_VERIFY_PARAM_set_time(param, (time_t)(at_ms / 1000));
	X509_VERIFY_PARAM_set_auth_level(param, AUTH_LEVEL);
	X509_VERIFY_PARAM_set_depth(param, SLUIS_CERTIFICATE_CHAIN_MAX);
	return SLUIS_OK;
}

/* Of a fault of a list: which one. Every other fault has none, whatever list was looked at before. */
static int
crl_of(const struct work *work, enum sluis_certificate_fault fault)
{
	if (fault != SLUIS_CERTIFICATE_FAULT_CRL_EXPIRED && fault != SLUIS_CERTIFICATE_FAULT_CRL_FORM)
		return NO_PLACE;
	for (int i = 0; i < sk_X509_CRL_num(work->crls); i++) {
		if (sk_X509_CRL_value(work->crls, i) == work->stopped_at)
			return i;
	}
	return NO_PLACE;
}

static enum sluis_err
run(const struct work *work)
{
	int code, place;

	if (X509_verify_cert(work->ctx) == 1)
		return SLUIS_OK;
	code = X509_STORE_CTX_get_error(work->ctx);
	place = X509_STORE_CTX_get_error_depth(work->ctx);
	if (code == X509_V_ERR_OUT_OF_MEM)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(results); i++) {
		if (results[i].code == code)
			return refuse_crl(work, results[i].fault, place, crl_of(work, results[i].fault));
	}
	return refuse(work, SLUIS_CERTIFICATE_FAULT_FORM, place);
}

/* What was sent is what was checked: nothing left over, nothing out of order. */
static bool
used_whole_chain(const struct work *work)
{
	STACK_OF(X509) *used = X509_STORE_CTX_get0_chain(work->ctx);

	if (sk_X509_num(used) != (int)work->n)
		return false;
	for (int i = 0; i < (int)work->n; i++) {
		if (X509_cmp(sk_X509_value(used, i), sk_X509_value(work->chain, i)) != 0)
			return false;
	}
	return true;
}

/* RFC 5280 section 4.2.1.3: the extension MUST be there in what signs; without it anything goes. */
static bool
may_sign(X509 *leaf)
{
	const uint32_t usage = X509_get_key_usage(leaf);

	return (X509_get_extension_flags(leaf) & EXFLAG_KUSAGE) != 0 &&
	    (usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0 &&
	    (usage & KU_KEY_CERT_SIGN) == 0;
}

static enum sluis_err
check_leaf(const struct work *work, struct sluis_bytes der, struct sluis_certificate *ret)
{
	X509 *leaf = sk_X509_value(work->chain, LEAF);
	struct sluis_certificate c;

	if (sluis_certificate_read(leaf, der, &c) != SLUIS_OK)
		return refuse(work, SLUIS_CERTIFICATE_FAULT_FORM, LEAF);
	if (c.is_ca || !may_sign(leaf))
		return refuse(work, SLUIS_CERTIFICATE_FAULT_USAGE, LEAF);
	if (c.key == SLUIS_CERTIFICATE_OTHER)
		return refuse(work, SLUIS_CERTIFICATE_FAULT_KEY, LEAF);
	if (c.oin[0] == '\0')
		return refuse(work, SLUIS_CERTIFICATE_FAULT_OIN, LEAF);
	*ret = c;
	return SLUIS_OK;
}

enum sluis_err
sluis_certificate_verify(const struct sluis_certificate_check *check, struct sluis_certificate *ret,
    struct sluis_certificate_why *why)
{
	SLUIS_CERTIFICATE_QUIET();
	SLUIS_AUTO(work_done) struct work work = { .n = check->n_chain, .why = why };

	if (check->at_ms < SLUIS_TIME_MIN_MS || check->at_ms > SLUIS_TIME_MAX_MS ||
	    check->n_crls > SLUIS_CERTIFICATE_CRLS_MAX)
		return SLUIS_EUSAGE;
	if (check->n_chain < 2 || check->n_chain > SLUIS_CERTIFICATE_CHAIN_MAX)
		return refuse(&work, SLUIS_CERTIFICATE_FAULT_FORM, NO_PLACE);
	SLUIS_TRY(load_chain(&work, check));
	if (!is_anchor(check))
		return refuse(&work, SLUIS_CERTIFICATE_FAULT_ANCHOR, NO_PLACE);
	SLUIS_TRY(load_crls(&work, check));
	SLUIS_TRY(prepare(&work, check->at_ms));
	SLUIS_TRY(run(&work));
	if (!used_whole_chain(&work))
		return refuse(&work, SLUIS_CERTIFICATE_FAULT_FORM, NO_PLACE);
	return check_leaf(&work, check->chain[LEAF], ret);
}

const char *
sluis_certificate_fault_text(enum sluis_certificate_fault fault)
{
	return faults[fault].name;
}
