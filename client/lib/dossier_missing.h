/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * dossier_missing - what a dossier lacks, by the matrix, and which consents under it end.
 */
#ifndef SLUIS_CLIENT_DOSSIER_MISSING_H
#define SLUIS_CLIENT_DOSSIER_MISSING_H

#include <jansson.h>

#include "cases.h"

/**
 * sluis_dossier_missing(session, of_case, dossier):
 * Fill "missing": for each other member on the case and each purpose by which the matrix lets its role send to this member's in
 * the step of now: which categories have not come from its organisation, where a required one is among them or nothing came at all.
 */
void sluis_dossier_missing(struct sluis_session *session, const struct sluis_case *of_case, json_t *dossier);

/** sluis_dossier_expiring(session, of_case, dossier, failure): fill "expiring": grants of the case that end within 30 days, or did. */
SLUIS_MUST_CHECK enum sluis_err sluis_dossier_expiring(struct sluis_session *session,
    const struct sluis_case *of_case, json_t *dossier, struct sluis_failure *failure);

#endif
