/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * due_consents - grants of a case that end soon or just ended, and that no other one takes the place of.
 */
#ifndef SLUIS_CLIENT_DUE_CONSENTS_H
#define SLUIS_CLIENT_DUE_CONSENTS_H

#include "due.h"
#include "grants.h"

/** How long before its end a consent is told of, and how long after. */
#define SLUIS_DUE_CONSENT_MS (30 * 24 * 3600 * INT64_C(1000))

/** sluis_due_consents_end(grant): the earlier of its own end and the end of its age band. */
int64_t sluis_due_consents_end(const Sluis__Grant *grant);

/** sluis_due_consents_wait(rows, n, index, now_ms): grant ${index} of ${rows} should be renewed about now. */
bool sluis_due_consents_wait(const struct sluis_grants_row *rows, size_t n, size_t index, int64_t now_ms);

/** sluis_due_consents(session, case_id, now_ms, each, context, failure): those of one case. */
SLUIS_MUST_CHECK enum sluis_err sluis_due_consents(struct sluis_session *session,
    const struct sluis_id *case_id, int64_t now_ms,
    enum sluis_err (*each)(void *context, struct sluis_due_row *row), void *context,
    struct sluis_failure *failure);

#endif
