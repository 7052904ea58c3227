/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * certificate - X.509 of organisations: read, check against anchors and CRLs, verify and make signatures.
 *
 * The only module that sees OpenSSL's certificates. Never: sockets, clock, store, files, logging.
 * Leaves nothing in OpenSSL's error queue. Safe in any thread. Cost (OpenSSL 3.0, whose key decoders are slow):
 * about 0.3 ms a parse, 0.6 ms a signature, 3 ms a chain of four: who asks often keeps the answer by hash.
 * Source: RFC 5280; PKIoverheid Programme of Requirements part 3 (OIN in Subject.serialNumber);
 * proto/PROTOCOL.md, records; NCSC guidelines for TLS (no SHA-1, RSA from 2048 bits, PSS).
 */
#ifndef SLUIS_CERTIFICATE_H
#define SLUIS_CERTIFICATE_H

#include "base.h"
#include "oin.h"

#define SLUIS_CERTIFICATE_MAX_BYTES (8u * 1024)           /* DER of one certificate */
#define SLUIS_CERTIFICATE_CHAIN_MAX 5                     /* leaf and root included */
#define SLUIS_CERTIFICATE_CRL_MAX_BYTES (1024u * 1024)    /* DER of one CRL */
#define SLUIS_CERTIFICATE_CRLS_MAX 8
#define SLUIS_CERTIFICATE_NAME_MAX_BYTES 256              /* UTF-8 of O or OU: 64 characters of X.520 */
#define SLUIS_CERTIFICATE_KEY_FILE_MAX_BYTES (16u * 1024) /* PEM of a private key */
#define SLUIS_CERTIFICATE_SIGNATURE_MAX_BYTES 512         /* RSA of 4096 bits */

/** The key decides the signature; there is nothing to negotiate. */
enum sluis_certificate_key {
	SLUIS_CERTIFICATE_EC_P256 = 1, /* ECDSA with SHA-256, DER form */
	SLUIS_CERTIFICATE_EC_P384,     /* ECDSA with SHA-384, DER form */
	SLUIS_CERTIFICATE_RSA,         /* 2048 to 4096 bits: RSASSA-PSS, SHA-256, MGF1 with SHA-256, salt 32 */
	SLUIS_CERTIFICATE_OTHER        /* may stand in a chain, not under a member record */
};

/** Why a chain was refused; the text beside it is for people. */
enum sluis_certificate_fault {
	SLUIS_CERTIFICATE_FAULT_FORM = 1,    /* not DER, too large, too long a chain, out of order */
	SLUIS_CERTIFICATE_FAULT_ANCHOR,      /* the root is none of the anchors */
	SLUIS_CERTIFICATE_FAULT_ISSUER,      /* not issued by the next one, or the last is no root */
	SLUIS_CERTIFICATE_FAULT_SIGNATURE,   /* a signature in the chain fails, or is too weak to count */
	SLUIS_CERTIFICATE_FAULT_EXPIRED,
	SLUIS_CERTIFICATE_FAULT_NOT_YET,
	SLUIS_CERTIFICATE_FAULT_REVOKED,
	SLUIS_CERTIFICATE_FAULT_CRL_MISSING, /* no list of one of the issuers, or none at all */
	SLUIS_CERTIFICATE_FAULT_CRL_EXPIRED, /* past its next update, or not begun */
	SLUIS_CERTIFICATE_FAULT_CRL_FORM,    /* a list that is not DER, too large or not signed by its issuer */
	SLUIS_CERTIFICATE_FAULT_OIN,         /* no OIN, several, or not in its form */
	SLUIS_CERTIFICATE_FAULT_USAGE,       /* a CA as leaf, a leaf as CA, or a key not meant for signing */
	SLUIS_CERTIFICATE_FAULT_KEY          /* a key type or size that Sluis does not sign with */
};

struct sluis_certificate_why {
	enum sluis_certificate_fault fault;
	int place; /* of the certificate in the chain that it is about; -1: the chain as a whole */
	int crl;   /* of the list among the check's that it is about; -1: none */
	struct sluis_why why; /* one English clause: what, of which certificate, what next; no names */
};

/** What a certificate says; a plain value that owns nothing and may be copied. */
struct sluis_certificate {
	char oin[SLUIS_OIN_DIGITS + 1];                            /* "" without exactly one valid OIN */
	char organisation[SLUIS_CERTIFICATE_NAME_MAX_BYTES + 1];   /* Subject O, UTF-8; "" where absent */
	char unit[SLUIS_CERTIFICATE_NAME_MAX_BYTES + 1];           /* first Subject OU, UTF-8; "" where absent */
	int64_t not_before_ms;                                     /* Unix ms, the first that is valid */
	int64_t not_after_ms;                                      /* Unix ms, the first that is not */
	struct sluis_hash hash;                                    /* SHA-256 of the DER */
	enum sluis_certificate_key key;
	bool is_ca;
};

struct sluis_certificate_check {
	const struct sluis_bytes *chain; /* DER, 2..SLUIS_CERTIFICATE_CHAIN_MAX, leaf first, root last, borrowed */
	size_t n_chain;
	const struct sluis_hash *anchors; /* SHA-256 of the DER of each trusted root */
	size_t n_anchors;
	const struct sluis_bytes *crls; /* DER, any order; where one is given, each issuer needs one */
	size_t n_crls;
	bool crl_required; /* false: no list at all is fine, and nothing is said about revocation */
	int64_t at_ms;     /* Unix ms at which all of it must hold; the clock is never read */
};

struct sluis_certificate_signature {
	uint8_t bytes[SLUIS_CERTIFICATE_SIGNATURE_MAX_BYTES];
	size_t len;
};

/** Asks for a passphrase: writes at most ${cap} bytes to ${ret}, gives their number, 0 to give up. */
struct sluis_certificate_passphrase {
	size_t (*ask)(void *context, char *ret, size_t cap);
	void *context;
};

/**
 * sluis_certificate_parse(der, ret):
 * Read one certificate, ${der} (1..SLUIS_CERTIFICATE_MAX_BYTES bytes), into ${ret}. Checks form only: no
 * signature, time or trust. Errors, of who sent it: SLUIS_ETOOBIG; SLUIS_EFORMAT (not DER, bytes after it,
 * a name that is no clean UTF-8 text or too long, O twice).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_certificate_parse(struct sluis_bytes der, struct sluis_certificate *ret);

/**
 * sluis_certificate_verify(check, ret, why):
 * The leaf of ${check}->chain belongs to an organisation that may sign at ${check}->at_ms: every signature,
 * term, CRL and extension of the chain holds (RFC 5280, strict), the root is an anchor, nothing in the chain is
 * unused, and the leaf has an OIN, no CA rights, a key of a known kind and a usage for signing
 * (digitalSignature or nonRepudiation; extended usages differ too much between issuers to ask one).
 * On SLUIS_OK fill ${ret} with the leaf. ${why}, which may be NULL, is filled only on failure.
 * Errors: SLUIS_ECERTIFICATE (of who sent the chain, or of the CRLs), SLUIS_EUSAGE (a time or number out of
 * range), SLUIS_ENOMEM.
 * BUGS: a revoked certificate counts as revoked at every ${at_ms}, also before its revocation date; the last
 * second of a term counts as past (OpenSSL; RFC 5280 includes it).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_certificate_verify(const struct sluis_certificate_check *check,
    struct sluis_certificate *ret, struct sluis_certificate_why *why);

/**
 * sluis_certificate_signature_verify(der, payload, signature):
 * ${signature} over the bytes ${payload} (DSSE PAE, made by the caller) was made with the key of the
 * certificate ${der}. Says nothing of the certificate itself: _verify its chain first.
 * Errors, of the signer: SLUIS_EFORMAT, SLUIS_ETOOBIG (the certificate), SLUIS_ECERTIFICATE (a key that Sluis
 * does not sign with), SLUIS_ESIGNATURE.
 * BUGS: ECDSA signatures are malleable: never use one as an identifier.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_certificate_signature_verify(struct sluis_bytes der,
    struct sluis_bytes payload, struct sluis_bytes signature);

/**
 * sluis_certificate_key_sign(pem, passphrase, der, payload, ret):
 * Sign the bytes ${payload} with the private key in ${pem} (PKCS#8 or older PEM, encrypted or not), which must
 * be the key of the certificate ${der}. ${passphrase} is asked only where the key is encrypted; NULL: never.
 * The key is wiped before return; wiping ${pem} is the caller's.
 * Errors: SLUIS_EPASSPHRASE (encrypted, and none or a wrong one given), SLUIS_EKEYS (no private key, or that of
 * another certificate), SLUIS_EFORMAT, SLUIS_ETOOBIG, SLUIS_ECERTIFICATE (the certificate), SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_certificate_key_sign(struct sluis_bytes pem,
    const struct sluis_certificate_passphrase *passphrase, struct sluis_bytes der, struct sluis_bytes payload,
    struct sluis_certificate_signature *ret);

/**
 * sluis_certificate_pem(pem, ret, max, ret_count):
 * The DER of up to ${max} certificates in a PEM file, in its order, each on the heap: the caller frees ret[i].data for all
 * *${ret_count}, also after an error. Other blocks are passed over. Errors: SLUIS_EFORMAT (none), SLUIS_ETOOBIG, SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_certificate_pem(struct sluis_bytes pem, struct sluis_bytes *ret, size_t max,
    size_t *ret_count);

/** sluis_certificate_fault_text(fault): stable short name for logs and JSON: "revoked", "crl-expired". */
const char *sluis_certificate_fault_text(enum sluis_certificate_fault fault);

#endif
