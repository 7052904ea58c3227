/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * failure - why a call did not succeed, for people and for scripts: error, rule, text, hint, evidence.
 *
 * Every fallible function of client/lib takes one (caller-owned, never NULL) and fills it when it fails. Texts are
 * in the language of the session (gettext domain `sluis`). Never a name, BSN or content.
 */
#ifndef SLUIS_CLIENT_FAILURE_H
#define SLUIS_CLIENT_FAILURE_H

#include <libintl.h>

#include "base.h"

/* Mark and translate a sentence; xgettext finds these. N_() marks only. */
#define _(text) dgettext("sluis", text)
#define N_(text) text

enum { SLUIS_PATH_MAX = 1024 };

struct sluis_failure {
	enum sluis_err err;
	char rule[40];  /* of a refusal; empty else */
	char text[320]; /* what happened, to which thing; lower case, no full stop */
	char hint[1024]; /* what to do next; may be empty */
	char evidence[SLUIS_PATH_MAX]; /* where evidence was kept (exit 5); empty else */
};

/** sluis_fail(failure, err, format, ...): fill text (already translated format); clears the rest. Returns ${err}. */
enum sluis_err sluis_fail(struct sluis_failure *failure, enum sluis_err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** sluis_fail_hint(failure, format, ...): add what to do next. */
void sluis_fail_hint(struct sluis_failure *failure, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** sluis_fail_err(failure, err, what): the plain text of ${err}, about ${what}; nothing if it was filled already. */
enum sluis_err sluis_fail_err(struct sluis_failure *failure, enum sluis_err err, const char *what);

/** sluis_fail_exit(failure): the exit code of the command line (design 10). */
int sluis_fail_exit(const struct sluis_failure *failure);

#endif
