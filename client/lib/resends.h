/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * resends - own messages that somebody who came on a case later may have: only their sender can push them again.
 *
 * What the broker says here is advice: whoever pushes decides again, on the case as it verified it. Source: PROTOCOL 6.12.
 */
#ifndef SLUIS_CLIENT_RESENDS_H
#define SLUIS_CLIENT_RESENDS_H

#include "session.h"

/** sluis_resends(session, case_id, each, context, failure): of that case; NULL: of every case that this member is on. */
SLUIS_MUST_CHECK enum sluis_err sluis_resends(struct sluis_session *session, const struct sluis_id *case_id,
    enum sluis_err (*each)(void *context, const struct sluis_id *case_id, const Sluis__ResendRow *row), void *context,
    struct sluis_failure *failure);

#endif
