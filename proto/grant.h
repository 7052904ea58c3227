/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * grant - a consent as a signed act: make, open, check; and the family's withdrawal token.
 *
 * Form and ranges only: who may give what is policy. Pure; randomness is a parameter.
 * Source: PROTOCOL 6.3; domain, consent.
 */
#ifndef SLUIS_GRANT_H
#define SLUIS_GRANT_H

#include "codec.h"
#include "dsse.h"
#include "limits.h"
#include "random.h"

#define SLUIS_GRANT_TOKEN_BYTES 16
#define SLUIS_GRANT_TOKEN_CHARS 33 /* XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXX */

enum sluis_grant_criminal { SLUIS_GRANT_NOT_CRIMINAL = 1, SLUIS_GRANT_CRIMINAL = 2 };

/**
 * sluis_grant_build(grant, secret, arena, ret):
 * Check the filled-in ${grant} by the rules of _open, pack and sign it with the taker's key.
 * Errors: those of _open, the caller's fault; SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_grant_build(const Sluis__Grant *grant,
    const struct sluis_signing_secret *secret, struct sluis_arena *arena, Sluis__Signed **ret);

/**
 * sluis_grant_check(grant): ${grant}, sound by codec, obeys the rules of a grant:
 * givers, purposes, categories and receivers are each 1..SLUIS_CODES_MAX without duplicates (givers: role,
 * method and time together; receivers: organisation), roles of a receiver up to SLUIS_CODES_MAX without
 * duplicates; no giver after created; from < until; band_until the first of a month at 00:00 UTC; criminal 1 or 2.
 * Errors: SLUIS_EFORMAT, SLUIS_ETOOBIG.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_grant_check(const Sluis__Grant *grant);

/**
 * sluis_grant_open(payload, arena, ret):
 * Read a Grant strictly and _check it. The signature is not looked at: _verify does both.
 * Errors: those of sluis_codec_unpack() and _check; the taker's fault.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_grant_open(struct sluis_bytes payload, struct sluis_arena *arena,
    Sluis__Grant **ret);

/**
 * sluis_grant_verify(act, sign_key, arena, ret):
 * ${act} is signed once, with ${sign_key}, by the record that its payload names; then _open.
 * Errors: SLUIS_ESIGNATURE (also: none, several, another signer than the payload names), and those of _open.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_grant_verify(const Sluis__Signed *act, const struct sluis_public *sign_key,
    struct sluis_arena *arena, Sluis__Grant **ret);

/** sluis_grant_band_is_valid(time_ms): the first of a month at 00:00 UTC. */
bool sluis_grant_band_is_valid(int64_t time_ms);

/** The family's withdrawal token; a secret: who holds it can withdraw. */
struct sluis_grant_token {
	uint8_t bytes[SLUIS_GRANT_TOKEN_BYTES];
};

void sluis_grant_token_wipe(struct sluis_grant_token *token);

/** sluis_grant_token_new(random, context, ret): a fresh token whose check character is a digit or letter. */
void sluis_grant_token_new(sluis_random random, void *context, struct sluis_grant_token *ret);

/** sluis_grant_token_hash(token): H("sluis/token/v1" ‖ 0x00 ‖ token), the grant's token_hash. */
struct sluis_hash sluis_grant_token_hash(const struct sluis_grant_token *token);

/** sluis_grant_token_text(token, ret): as it is printed for the family; wipe it after use. */
void sluis_grant_token_text(const struct sluis_grant_token *token, char ret[static SLUIS_GRANT_TOKEN_CHARS + 1]);

/**
 * sluis_grant_token_parse(text, ret):
 * Read what somebody typed: upper or lower case, blanks and hyphens anywhere, O for 0, I and L for 1.
 * Errors: SLUIS_EFORMAT (length, a character, the check character; "typed wrong", not "unknown").
 */
SLUIS_MUST_CHECK enum sluis_err sluis_grant_token_parse(struct sluis_bytes text, struct sluis_grant_token *ret);

/** sluis_grant_evidence_hash(salt, evidence): H(salt ‖ evidence); of the empty string when ${evidence} is empty. */
struct sluis_hash sluis_grant_evidence_hash(const uint8_t salt[static SLUIS_HASH_BYTES],
    struct sluis_bytes evidence);

#endif
