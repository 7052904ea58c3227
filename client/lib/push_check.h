/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * push_check - what is looked at before anything is sealed: sizes, and numbers that may be a BSN where none may stand.
 */
#ifndef SLUIS_CLIENT_PUSH_CHECK_H
#define SLUIS_CLIENT_PUSH_CHECK_H

#include "push.h"

/** sluis_push_check_sizes: SLUIS_EUSAGE (an empty section), SLUIS_EREFUSED too-large (PROTOCOL 4.4). */
SLUIS_MUST_CHECK enum sluis_err sluis_push_check_sizes(struct sluis_session *session,
    const struct sluis_push_request *request, struct sluis_failure *failure);

/** sluis_push_check_bsn: SLUIS_EREFUSED bsn-outside, naming section and byte; only valid UTF-8 is searched. */
SLUIS_MUST_CHECK enum sluis_err sluis_push_check_bsn(struct sluis_session *session,
    const struct sluis_push_request *request, struct sluis_failure *failure);

#endif
