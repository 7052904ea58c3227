/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * dsse - Ed25519 signatures over a payload together with its type (DSSE pre-authentication encoding).
 *
 * The type is fixed where the call stands, never read from the message: a signature under one kind of act can
 * never be taken for another. Verify first, then parse the same bytes.
 * Source: PROTOCOL 3; github.com/secure-systems-lab/dsse protocol.md; RFC 8032 section 5.1.
 */
#ifndef SLUIS_DSSE_H
#define SLUIS_DSSE_H

#include "base.h"

/* clang-format off */
#define SLUIS_SIGNED_TYPE_LIST(X) \
	X(BATCH, "batch") \
	X(GRANT, "grant") \
	X(REFUSAL, "refusal") \
	X(WITHDRAWAL, "withdrawal") \
	X(RECORD, "record") \
	X(ORGANISATION, "organisation") \
	X(APPROVAL, "approval") \
	X(SUSPENSION, "suspension") \
	X(GENESIS, "genesis") \
	X(POLICY, "policy") \
	X(BROKER, "broker") \
	X(REGISTRARS, "registrars") \
	X(WITNESS, "witness") \
	X(INVITE, "invite") \
	X(CASE, "case") \
	X(RECEIPT, "receipt") \
	X(DECISION, "decision") \
	X(REVIEW, "review") \
	X(INQUIRY, "inquiry") \
	X(INQUIRY_ANSWER, "inquiry-answer") \
	X(VOID, "void") \
	X(INTENT, "intent") \
	X(CONTINUATION, "continuation") \
	X(GUEST, "guest")
/* clang-format on */

enum sluis_signed_type {
#define X(name, word) SLUIS_SIGNED_##name,
	SLUIS_SIGNED_TYPE_LIST(X)
#undef X
};

/* An Ed25519 key as libsodium wants it: seed and public key, 64 bytes. */
struct sluis_signing_secret {
	uint8_t bytes[64];
};

/** sluis_signing_secret_wipe(secret): overwrite ${secret}; for SLUIS_AUTO. */
void sluis_signing_secret_wipe(struct sluis_signing_secret *secret);

/** sluis_signing_secret_expand(seed, ret, ret_public): the signing key and its public half of ${seed}. */
void sluis_signing_secret_expand(const struct sluis_secret32 *seed, struct sluis_signing_secret *ret,
    struct sluis_public *ret_public);

/** sluis_dsse_type_text(type): "application/vnd.sluis.WORD.v1+protobuf", static. */
const char *sluis_dsse_type_text(enum sluis_signed_type type);

/**
 * sluis_dsse_pae(type, payload, out):
 * Append "DSSEv1" SP len SP type SP len SP payload to ${out} (lengths in decimal); check out->overflow.
 * With a member's key use _sign and _verify; this one is for certificate keys (PROTOCOL 3.2) and outside vectors.
 */
void sluis_dsse_pae(struct sluis_bytes type, struct sluis_bytes payload, struct sluis_writer *out);

/**
 * sluis_dsse_sign(secret, type, payload, ret):
 * Sign ${payload} (at most SLUIS_KEYS_ENTRY_MAX_BYTES bytes) as a ${type}.
 * Errors: SLUIS_ETOOBIG, SLUIS_ENOMEM; ${ret} is untouched.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_dsse_sign(const struct sluis_signing_secret *secret,
    enum sluis_signed_type type, struct sluis_bytes payload, struct sluis_signature *ret);

/**
 * sluis_dsse_verify(public, type, payload, signature):
 * SLUIS_OK when ${signature} is the holder of ${public}'s over ${payload} as a ${type}.
 * Errors: SLUIS_ESIGNATURE (also for small-order keys and non-canonical signatures), SLUIS_ETOOBIG (payload
 * above SLUIS_KEYS_ENTRY_MAX_BYTES): the sender's fault; SLUIS_ENOMEM: ours.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_dsse_verify(const struct sluis_public *public,
    enum sluis_signed_type type, struct sluis_bytes payload, const struct sluis_signature *signature);

#endif
