/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * mirror - the keys log on this device: fetched, verified entry by entry, replayed into the directory.
 *
 * The directory is never the broker's word: every entry obeys PROTOCOL 7.2, the entries lead to the root that the log
 * signed, and the log only grew since last time.
 */
#ifndef SLUIS_CLIENT_MIRROR_H
#define SLUIS_CLIENT_MIRROR_H

#include "session.h"

/** sluis_mirror_load(session, failure): from disk into session->directory, ->policy, ->self. A torn tail is fetched again. */
SLUIS_MUST_CHECK enum sluis_err sluis_mirror_load(struct sluis_session *session,
    struct sluis_failure *failure);

#endif
