/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * inquiry - a request for information and its decline as signed acts, and whether a message is an answer to one.
 *
 * Form and ranges; which codes there are and who may ask is policy. (`request` is a call of the transport: hence the name.) Pure.
 * Source: PROTOCOL 6.9; domain, "a receiver asks with a request".
 */
#ifndef SLUIS_INQUIRY_H
#define SLUIS_INQUIRY_H

#include "codec.h"
#include "dsse.h"
#include "limits.h"
#include "policy/decide.h"

/**
 * sluis_inquiry_build(inquiry, secret, arena, ret): _check the filled-in ${inquiry}, pack and sign it.
 * sluis_inquiry_check(inquiry): 1 to SLUIS_CODES_MAX categories, none twice; due after created.
 * Errors: SLUIS_EFORMAT, SLUIS_ETOOBIG: of who made it; SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_inquiry_build(const Sluis__InformationRequest *inquiry,
    const struct sluis_signing_secret *secret, struct sluis_arena *arena, Sluis__Signed **ret);
SLUIS_MUST_CHECK enum sluis_err sluis_inquiry_check(const Sluis__InformationRequest *inquiry);

/** sluis_inquiry_open(payload, arena, ret): read it strictly and _check it; the signature is not looked at. */
SLUIS_MUST_CHECK enum sluis_err sluis_inquiry_open(struct sluis_bytes payload, struct sluis_arena *arena,
    Sluis__InformationRequest **ret);

/** sluis_inquiry_verify(act, sign_key, arena, ret): as sluis_grant_verify(), for a request. */
SLUIS_MUST_CHECK enum sluis_err sluis_inquiry_verify(const Sluis__Signed *act,
    const struct sluis_public *sign_key, struct sluis_arena *arena, Sluis__InformationRequest **ret);

/** sluis_inquiry_decline(answer, secret, arena, ret): pack and sign. _verify_decline: as _verify, for a decline. */
SLUIS_MUST_CHECK enum sluis_err sluis_inquiry_decline(const Sluis__InformationAnswer *answer,
    const struct sluis_signing_secret *secret, struct sluis_arena *arena, Sluis__Signed **ret);
SLUIS_MUST_CHECK enum sluis_err sluis_inquiry_verify_decline(const Sluis__Signed *act,
    const struct sluis_public *sign_key, struct sluis_arena *arena, Sluis__InformationAnswer **ret);

/** A request as an answer is held against it. Borrowed. */
struct sluis_inquiry_asked {
	const Sluis__InformationRequest *inquiry;
	struct sluis_bytes asker; /* handle of who made it */
};

/**
 * sluis_inquiry_judge(policy, asked, facts, act, verdict):
 * ${verdict} permits the message ${act} with ${facts}; it stays so where that answers ${asked}: sections for nobody but who asked,
 * of categories asked or required beside them by the row that permits. Else it becomes a refusal: receiver-count,
 * category-not-allowed. Officers-only sections are left to the policy. A verdict that refuses is left as it is.
 */
void sluis_inquiry_judge(const struct sluis_policy *policy, const struct sluis_inquiry_asked *asked,
    const struct sluis_facts *facts, const struct sluis_act *act, struct sluis_verdict *verdict);

#endif
