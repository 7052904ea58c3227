/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * page - HTML that a person opens from disk or prints: escaped text, one style, nothing from any network.
 */
#ifndef SLUIS_CLIENT_PAGE_H
#define SLUIS_CLIENT_PAGE_H

#include <stdio.h>

#include "session.h"

/** sluis_page_begin(f, lang, title, mark): head with style and content policy; ${mark} stands in a comment of the first line. */
void sluis_page_begin(FILE *f, enum sluis_lang lang, const char *title, const char *mark);
void sluis_page_end(FILE *f);

/** sluis_page_text(f, text): ${text} with & < > " ' escaped; sluis_page_bytes: what is no UTF-8 is shown as a replacement sign. */
void sluis_page_text(FILE *f, const char *text);
void sluis_page_bytes(FILE *f, struct sluis_bytes text);

/** sluis_page_printf(f, format, ...): formatted, then escaped. */
void sluis_page_printf(FILE *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** sluis_page_label(f, session, kind, code): the label of ${code} in the session's language. */
void sluis_page_label(FILE *f, const struct sluis_session *session, enum sluis_policy_kind kind, const char *code);

/** sluis_page_day(lang, rfc3339, ret): "2026-11-22T23:10:00Z" as local day and time, in the order that ${lang} reads. */
const char *sluis_page_day(enum sluis_lang lang, const char *rfc3339, char ret[static 32]);

/** sluis_page_last_day(lang, rfc3339, ret): the last day before that moment: what "until 1 July 0:00" means to people. */
const char *sluis_page_last_day(enum sluis_lang lang, const char *rfc3339, char ret[static 32]);

#endif
