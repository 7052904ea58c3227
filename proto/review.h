/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * review - a privacy officer's closing of a review as a signed act: make, open, check.
 *
 * Form and ranges only: which outcomes there are is policy, who may close it the broker's to look up. Pure.
 * Source: PROTOCOL 6.6; domain, grounds reviewed afterwards.
 */
#ifndef SLUIS_REVIEW_H
#define SLUIS_REVIEW_H

#include "codec.h"
#include "dsse.h"
#include "limits.h"

/**
 * sluis_review_build(close, secret, arena, ret): _check the filled-in ${close}, pack and sign it.
 * Errors: those of _check, the caller's fault; SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_review_build(const Sluis__ReviewClose *close,
    const struct sluis_signing_secret *secret, struct sluis_arena *arena, Sluis__Signed **ret);

/** sluis_review_check(close): at most SLUIS_CODES_MAX notes, none twice. Errors: SLUIS_EFORMAT, SLUIS_ETOOBIG. */
SLUIS_MUST_CHECK enum sluis_err sluis_review_check(const Sluis__ReviewClose *close);

/** sluis_review_verify(act, sign_key, arena, ret): as sluis_grant_verify(), for a closing. */
SLUIS_MUST_CHECK enum sluis_err sluis_review_verify(const Sluis__Signed *act,
    const struct sluis_public *sign_key, struct sluis_arena *arena, Sluis__ReviewClose **ret);

#endif
