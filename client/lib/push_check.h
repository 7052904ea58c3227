/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * push_check - what is looked at before anything is sealed: sizes, what each category may hold, and numbers that may be a BSN
 * where none may stand.
 */
#ifndef SLUIS_CLIENT_PUSH_CHECK_H
#define SLUIS_CLIENT_PUSH_CHECK_H

#include "push.h"

/** sluis_push_check_sizes: SLUIS_EUSAGE (an empty section), SLUIS_EREFUSED too-large (PROTOCOL 4.4). */
SLUIS_MUST_CHECK enum sluis_err sluis_push_check_sizes(struct sluis_session *session,
    const struct sluis_push_request *request, struct sluis_failure *failure);

/**
 * sluis_push_check_contents(session, request, ret, failure):
 * Every section fits its category (content.h), and none but those that may holds what may be a BSN, except at the places of
 * ${request}->not_bsn. Errors: SLUIS_EREFUSED content-media, -form, -unknown, -missing, -value, bsn-outside (the hint has
 * the words that release each place); SLUIS_EUSAGE (a release of a place where nothing was found); local ones.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_push_check_contents(struct sluis_session *session,
    const struct sluis_push_request *request, struct sluis_push_look *ret, struct sluis_failure *failure);

#endif
