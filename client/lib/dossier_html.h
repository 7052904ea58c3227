/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * dossier_html - the page of a dossier: who sent what when on which ground, with text shown and documents linked.
 */
#ifndef SLUIS_CLIENT_DOSSIER_HTML_H
#define SLUIS_CLIENT_DOSSIER_HTML_H

#include <jansson.h>
#include <stdio.h>

#include "cases.h"

/** First words of the page's first line: how a dossier is known again. Then the case's id. */
#define SLUIS_DOSSIER_MARK "sluis dossier"

/** sluis_dossier_html(f, session, of_case, dir, dossier): ${dir} is the open folder in which the files of ${dossier} are. */
void sluis_dossier_html(FILE *f, const struct sluis_session *session, const struct sluis_case *of_case, int dir,
    const json_t *dossier);

#endif
