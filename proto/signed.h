/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * signed - acts with their signatures: one by a member, one by an organisation, or k of n by registrars.
 *
 * What is verified here is who signed which bytes, as which kind of act; whether that signer may, and whether it is
 * in force, is asked of directory.h. Verify first, then parse payload_bytes.
 * Never: sockets, clock, store, randomness, logging.
 * Source: PROTOCOL 3.
 */
#ifndef SLUIS_SIGNED_H
#define SLUIS_SIGNED_H

#include "certificate.h"
#include "codec.h"
#include "dsse.h"

#define SLUIS_SIGNATURES_MAX 16
#define SLUIS_ALGORITHM_ED25519 1
#define SLUIS_ALGORITHM_X509 2

/** Who signs with an Ed25519 key. Borrowed. */
struct sluis_signer {
	struct sluis_hash record_hash; /* signer_hash: H(payload of the signer's Record) */
	const struct sluis_signing_secret *secret;
};

/** Who signs with the key of a certificate. Borrowed. */
struct sluis_certificate_signer {
	struct sluis_bytes certificate; /* DER of the leaf */
	struct sluis_bytes key_pem;     /* its private key, as sluis_certificate_key_sign() takes it */
	const struct sluis_certificate_passphrase *passphrase; /* NULL: never asked */
};

/** sluis_signed_of(payload, arena, ret): an act without a signature yet; ${payload} is copied. Errors: SLUIS_ENOMEM. */
SLUIS_MUST_CHECK enum sluis_err sluis_signed_of(struct sluis_bytes payload, struct sluis_arena *arena,
    Sluis__Signed **ret);

/**
 * sluis_signed_add(signed, type, signer, arena) and _add_certificate(...):
 * Put one more signature, by the member or the organisation ${signer}, under the act ${signed} of ${type}.
 * Errors: SLUIS_ETOOBIG (SLUIS_SIGNATURES_MAX are there), SLUIS_EEXISTS (this signer signed it already),
 * SLUIS_ENOMEM; those of sluis_certificate_key_sign().
 */
SLUIS_MUST_CHECK enum sluis_err sluis_signed_add(Sluis__Signed *act, enum sluis_signed_type type,
    const struct sluis_signer *signer, struct sluis_arena *arena);
SLUIS_MUST_CHECK enum sluis_err sluis_signed_add_certificate(Sluis__Signed *act,
    enum sluis_signed_type type, const struct sluis_certificate_signer *signer, struct sluis_arena *arena);

/**
 * sluis_signed_make(signer, type, payload, arena, ret):
 * ${payload} with the one signature of a member, in ${arena}. Errors: SLUIS_ENOMEM, SLUIS_ETOOBIG.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_signed_make(const struct sluis_signer *signer,
    enum sluis_signed_type type, struct sluis_bytes payload, struct sluis_arena *arena, Sluis__Signed **ret);

/** sluis_signed_payload(act): the bytes that are signed, hashed and parsed. */
static inline struct sluis_bytes
sluis_signed_payload(const Sluis__Signed *act)
{
	return sluis_of(act->payload_bytes);
}

/** sluis_signed_hash(act): H(payload): how other acts name this one. */
struct sluis_hash sluis_signed_hash(const Sluis__Signed *act);

/** sluis_signed_signer(act): the record that its signature names; zeros, which no record has, without exactly one. */
struct sluis_hash sluis_signed_signer(const Sluis__Signed *act);

/**
 * sluis_signed_verify_named(act, type, sign_key, ret_signer):
 * As _verify_member, by the record that the signature names; that the payload names it, too, is for who parses it to compare
 * with ${ret_signer}. The caller looked up ${sign_key} by sluis_signed_signer(). Errors: as _verify_member.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_signed_verify_named(const Sluis__Signed *act, enum sluis_signed_type type,
    const struct sluis_public *sign_key, struct sluis_hash *ret_signer);

/**
 * sluis_signed_verify_member(act, type, record_hash, sign_key):
 * ${act} carries exactly one signature: of algorithm 1, by the record ${record_hash}, whose key is ${sign_key}.
 * PROTOCOL 3.4. Errors: SLUIS_ESIGNATURE (of who sent it), SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_signed_verify_member(const Sluis__Signed *act,
    enum sluis_signed_type type, const struct sluis_hash *record_hash, const struct sluis_public *sign_key);

/**
 * sluis_signed_verify_one(act, type, signature, key): the signature ${signature} of ${act} is of algorithm 1 and made
 * with ${key}; whom its signer_hash names is for the caller to look at.
 * sluis_signed_verify_certificate(act, type, signature, der): it is of algorithm 2, names H(${der}) and was made with
 * the key of that certificate, whose own chain is for the caller to verify.
 * Errors: SLUIS_ESIGNATURE, SLUIS_ENOMEM; those of sluis_certificate_signature_verify().
 */
SLUIS_MUST_CHECK enum sluis_err sluis_signed_verify_one(const Sluis__Signed *act,
    enum sluis_signed_type type, const Sluis__Signature *signature, const struct sluis_public *key);
SLUIS_MUST_CHECK enum sluis_err sluis_signed_verify_certificate(const Sluis__Signed *act,
    enum sluis_signed_type type, const Sluis__Signature *signature, struct sluis_bytes der);

/** Finds the key of a signer, and who that is; NULL: may not sign this. */
struct sluis_signed_lookup {
	const struct sluis_public *(*key)(void *context, const struct sluis_hash *signer_hash,
	    const void **ret_person);
	void *context;
};

/**
 * sluis_signed_count(act, type, lookup, ret):
 * Every signature of ${act} is of algorithm 1, by somebody whom ${lookup} knows, each person once (persons are compared
 * by address): their number. One that is not makes the whole act refused.
 * Errors: SLUIS_ESIGNATURE (unknown signer, wrong signature), SLUIS_EEXISTS (somebody twice), SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_signed_count(const Sluis__Signed *act, enum sluis_signed_type type,
    const struct sluis_signed_lookup *lookup, size_t *ret);

#endif
