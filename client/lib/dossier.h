/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * dossier - one dossier of a case out of all that was received: the newest version of each section by party.
 *
 * Pulls what is new into DIR, takes over what this profile pulled elsewhere, and writes DIR/index.html and DIR/dossier.json
 * (both anew every time). Nothing leaves the computer.
 */
#ifndef SLUIS_CLIENT_DOSSIER_H
#define SLUIS_CLIENT_DOSSIER_H

#include <jansson.h>

#include "cases.h"

/**
 * sluis_dossier_collect(session, case_id, out, failure):
 * Bring every message of the case that this profile can have into ${out}, as pull does. A message that is refused or damaged
 * does not keep the others away: the worst failure is returned when all were tried (design 10, pull CASE).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_dossier_collect(struct sluis_session *session,
    const struct sluis_id *case_id, const char *out, struct sluis_failure *failure);

/**
 * sluis_dossier_make(session, of_case, out, ret, failure):
 * What DIR holds of the case, as JSON, new reference:
 * {"case", "step", "made", "parties": [{"organisation", "sections": [SECTION]}], "replaced": [SECTION],
 *  "missing": [{"from", "organisation", "purpose", "required": [..], "categories": [..], "nothing_yet": bool}],
 *  "expiring": [{"grant", "until", "purposes", "ended": bool}]}
 * SECTION = {"category", "about" | absent, "organisation", "from", "role", "purpose", "ground", "grant", "accepted", "index",
 *  "message", "file": path in DIR, "size", "criminal"}; a replaced one also has "by": the message that took its place.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_dossier_make(struct sluis_session *session,
    const struct sluis_case *of_case, const char *out, json_t **ret, struct sluis_failure *failure);

/**
 * sluis_dossier_write(session, of_case, out, dossier, failure):
 * Write ${out}/index.html and ${out}/dossier.json (0600), registered for wipe. An index.html that is no dossier of this case is
 * left alone: SLUIS_EEXISTS.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_dossier_write(struct sluis_session *session,
    const struct sluis_case *of_case, const char *out, const json_t *dossier, struct sluis_failure *failure);

#endif
