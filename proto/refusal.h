/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * refusal - a recorded refusal of consent as a signed act: make, open, check; it beats older grants in its scope.
 *
 * Form and ranges only: which codes there are is policy. Pure.
 * Source: PROTOCOL 6.5; domain, consent.
 */
#ifndef SLUIS_REFUSAL_H
#define SLUIS_REFUSAL_H

#include "codec.h"
#include "dsse.h"
#include "limits.h"
#include "policy/decide.h"

/**
 * sluis_refusal_build(refusal, secret, arena, ret):
 * _check the filled-in ${refusal}, pack and sign it with the key of who records it.
 * Errors: those of _check, the caller's fault; SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_refusal_build(const Sluis__ConsentRefusal *refusal,
    const struct sluis_signing_secret *secret, struct sluis_arena *arena, Sluis__Signed **ret);

/**
 * sluis_refusal_check(refusal): ${refusal}, sound by codec, obeys PROTOCOL 6.5: givers 1..SLUIS_CODES_MAX, none twice,
 * none after created; purposes and categories up to SLUIS_CODES_MAX, none twice.
 * Errors: SLUIS_EFORMAT, SLUIS_ETOOBIG.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_refusal_check(const Sluis__ConsentRefusal *refusal);

/** sluis_refusal_open(payload, arena, ret): read it strictly and _check it; the signature is not looked at. */
SLUIS_MUST_CHECK enum sluis_err sluis_refusal_open(struct sluis_bytes payload, struct sluis_arena *arena,
    Sluis__ConsentRefusal **ret);

/** sluis_refusal_verify(act, sign_key, arena, ret): as sluis_grant_verify(), for a refusal. */
SLUIS_MUST_CHECK enum sluis_err sluis_refusal_verify(const Sluis__Signed *act,
    const struct sluis_public *sign_key, struct sluis_arena *arena, Sluis__ConsentRefusal **ret);

/** sluis_refusal_facts_of(refusal, arena, ret): its scope as the decision sees it; views into ${refusal}. SLUIS_ENOMEM. */
SLUIS_MUST_CHECK enum sluis_err sluis_refusal_facts_of(const Sluis__ConsentRefusal *refusal,
    struct sluis_arena *arena, struct sluis_refusal_facts *ret);

#endif
