/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * due_agreements - agreements whose date is past, out of the files that this profile pulled and that are still there.
 *
 * Which files those are the policy says: a category whose content has a list of things with one date and one code, its state. The
 * first code of that code's list means: not done yet. Of each organisation the newest such file of the case counts.
 */
#ifndef SLUIS_CLIENT_DUE_AGREEMENTS_H
#define SLUIS_CLIENT_DUE_AGREEMENTS_H

#include <jansson.h>

#include "due.h"

/**
 * sluis_due_agreements_read(policy, category, content, today, each, context):
 * Calls ${each} for everything in ${content}, the JSON of a section of ${category}, whose date is before ${today} (YYYY-MM-DD) and
 * whose state is the first of its list; its kind, code (what), waits_on (who) and due_ms are set. Stops at the first error.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_due_agreements_read(const struct sluis_policy *policy,
    struct sluis_bytes category, const json_t *content, const char *today,
    enum sluis_err (*each)(void *context, struct sluis_due_row *row), void *context);

/** sluis_due_agreements(session, case_id, now_ms, each, context, failure): those of one case. A file that cannot be read is passed over. */
SLUIS_MUST_CHECK enum sluis_err sluis_due_agreements(struct sluis_session *session,
    const struct sluis_id *case_id, int64_t now_ms,
    enum sluis_err (*each)(void *context, struct sluis_due_row *row), void *context,
    struct sluis_failure *failure);

#endif
