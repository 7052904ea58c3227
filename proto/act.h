/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * act - acts with exactly one Ed25519 signature: a member's, or the broker's decision.
 *
 * Pure. Source: PROTOCOL 3.1, 3.4.
 */
#ifndef SLUIS_ACT_H
#define SLUIS_ACT_H

#include "codec.h"
#include "dsse.h"

enum { SLUIS_ACT_ED25519 = 1 }; /* algorithm_number; PROTOCOL 3.2 */

/** Who signs what as what; borrowed. */
struct sluis_act_draft {
	enum sluis_signed_type type;
	struct sluis_hash signer; /* record hash; for a decision H(decision key) */
	struct sluis_bytes payload;
};

/**
 * sluis_act_sign(draft, secret, arena, ret): a Signed in ${arena}, its payload still ${draft}'s.
 * Errors: SLUIS_ETOOBIG (payload above SLUIS_KEYS_ENTRY_MAX_BYTES), SLUIS_EFORMAT (an empty payload), SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_act_sign(const struct sluis_act_draft *draft,
    const struct sluis_signing_secret *secret, struct sluis_arena *arena, Sluis__Signed **ret);

/** sluis_act_signer(act): the record hash that the first signature names: where to look up the key; zeros
 *  where there is no signature, or one of another algorithm. */
struct sluis_hash sluis_act_signer(const Sluis__Signed *act);

/**
 * sluis_act_verify(act, type, sign_key):
 * ${act} carries exactly one signature, of algorithm 1, and it is the holder of ${sign_key}'s over the payload
 * as a ${type}. That the payload names the same signer is for the caller, after parsing: sluis_act_is_by().
 * Errors: SLUIS_EFORMAT (number or kind of signatures), SLUIS_ESIGNATURE, SLUIS_ETOOBIG: the sender's fault;
 * SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_act_verify(const Sluis__Signed *act, enum sluis_signed_type type,
    const struct sluis_public *sign_key);

/** sluis_act_is_by(act, record_hash): ${act} has one signature and it names ${record_hash}, a field of the
 *  payload. */
bool sluis_act_is_by(const Sluis__Signed *act, ProtobufCBinaryData record_hash);

#endif
