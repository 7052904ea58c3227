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

/** sluis_mirror_broken(session, err, evidence, why, failure): ${err}, told as a keys log that does not hold, evidence kept. */
enum sluis_err sluis_mirror_broken(struct sluis_session *session, enum sluis_err err, struct sluis_bytes evidence,
    const struct sluis_why *why, struct sluis_failure *failure);

#endif
