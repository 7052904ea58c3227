/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * reviews - what worked at once and is judged afterwards: listed for the officer in charge, closed by a signed act.
 *
 * Source: PROTOCOL 6.6; domain, grounds reviewed afterwards.
 */
#ifndef SLUIS_CLIENT_REVIEWS_H
#define SLUIS_CLIENT_REVIEWS_H

#include "review.h"
#include "session.h"

/**
 * sluis_reviews_list(session, each, context, failure):
 * Every review that this member is in charge of, in order of opening, open ones and closed ones; the closing of a closed one is
 * verified. A row is good during the call. Errors: SLUIS_EREFUSED act-role; SLUIS_ESIGNATURE with evidence.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_reviews_list(struct sluis_session *session,
    enum sluis_err (*each)(void *context, const Sluis__ReviewRow *row, const Sluis__ReviewClose *close),
    void *context, struct sluis_failure *failure);

/**
 * sluis_reviews_close(session, close, ret_index, failure):
 * Sign and send the filled-in ${close} (format, federation, record, created are set here); check the evidence.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_reviews_close(struct sluis_session *session, Sluis__ReviewClose *close,
    uint64_t *ret_index, struct sluis_failure *failure);

#endif
