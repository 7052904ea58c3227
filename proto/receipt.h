/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * receipt - what a receiver signs about a message, and what the broker signs about an act.
 *
 * Pure. Source: PROTOCOL 6.4, 10.
 */
#ifndef SLUIS_RECEIPT_H
#define SLUIS_RECEIPT_H

#include "codec.h"
#include "dsse.h"
#include "manifest.h"

/* clang-format off */
#define SLUIS_RECEIPT_OUTCOME_LIST(X) \
	X(OK, "ok") \
	X(UNDECRYPTABLE, "undecryptable") \
	X(MISMATCH, "mismatch")
/* clang-format on */

enum sluis_receipt_outcome {
#define X(name, code) SLUIS_RECEIPT_##name,
	SLUIS_RECEIPT_OUTCOME_LIST(X)
#undef X
};

/** sluis_receipt_outcome_text(outcome): its code, static. */
const char *sluis_receipt_outcome_text(enum sluis_receipt_outcome outcome);
/** sluis_receipt_outcome_parse(code, ret). Errors: SLUIS_EFORMAT (unknown). */
SLUIS_MUST_CHECK enum sluis_err sluis_receipt_outcome_parse(struct sluis_bytes code,
    enum sluis_receipt_outcome *ret);

/** Who confirms, when, and how each section fared; borrowed. */
struct sluis_receipt_draft {
	struct sluis_hash record; /* the receiver's */
	int64_t created_ms;
	const enum sluis_receipt_outcome *outcomes; /* by section index of the manifest; only opened ones are read */
};

/**
 * sluis_receipt_build(manifest, draft, secret, arena, ret):
 * The signed final receipt for the opened sections of ${manifest} (from sluis_manifest_open_fetch()).
 * Errors: SLUIS_EFORMAT (time out of range), SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_receipt_build(const struct sluis_manifest *manifest,
    const struct sluis_receipt_draft *draft, const struct sluis_signing_secret *secret, struct sluis_arena *arena,
    Sluis__Signed **ret);

/**
 * sluis_receipt_open(payload, arena, ret):
 * Read a Receipt strictly: 1..SLUIS_SECTIONS_MAX outcomes of the list, section indexes ascending.
 * Errors: those of sluis_codec_unpack(), SLUIS_EFORMAT, SLUIS_ETOOBIG; the receiver's fault.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_receipt_open(struct sluis_bytes payload, struct sluis_arena *arena,
    Sluis__Receipt **ret);

/** sluis_receipt_verify(act, sign_key, arena, ret): as sluis_grant_verify(), for a Receipt. */
SLUIS_MUST_CHECK enum sluis_err sluis_receipt_verify(const Sluis__Signed *act, const struct sluis_public *sign_key,
    struct sluis_arena *arena, Sluis__Receipt **ret);

/**
 * sluis_receipt_matches(receipt, manifest, recipient):
 * ${receipt} speaks of exactly the sections that ${manifest} (all opened: broker's or sender's view) lists for
 * recipient entry ${recipient}, by that entry's record, of this message and manifest, in this federation.
 * Errors: SLUIS_EFORMAT (the receiver's fault).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_receipt_matches(const Sluis__Receipt *receipt,
    const struct sluis_manifest *manifest, size_t recipient);

/** What the broker decided; borrowed. */
struct sluis_receipt_decision {
	struct sluis_hash federation;
	struct sluis_hash act; /* H(signed payload) */
	bool is_permit;
	struct sluis_bytes rule;
	struct sluis_hash policy;
	int64_t decided_ms;
	const Sluis__Detail *detail; /* NULL: none */
};

/**
 * sluis_receipt_decision_build(decision, secret, decision_key, arena, ret):
 * A Decision signed with the decision key; signer_hash = H(decision key) (PROTOCOL 10).
 * Errors: SLUIS_EFORMAT (a code or time out of range), SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_receipt_decision_build(const struct sluis_receipt_decision *decision,
    const struct sluis_signing_secret *secret, const struct sluis_public *decision_key, struct sluis_arena *arena,
    Sluis__Signed **ret);

/**
 * sluis_receipt_decision_verify(act, decision_key, arena, ret):
 * ${act} is a Decision (outcome permit or refuse) signed once with ${decision_key}.
 * Errors: SLUIS_EFORMAT, SLUIS_ESIGNATURE, those of sluis_codec_unpack(); the broker's fault.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_receipt_decision_verify(const Sluis__Signed *act,
    const struct sluis_public *decision_key, struct sluis_arena *arena, Sluis__Decision **ret);

#endif
