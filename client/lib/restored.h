/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * restored - what a profile that is older than its own acts must learn before it sends: numbers that are used, pushes that arrived.
 *
 * A profile put back from a backup has allotted numbers (PROTOCOL 5.5) that the lost one used as well; the broker would refuse them,
 * `sequence-reused`. Every push of this member that the broker accepted is an event that it may read, and used one number for each
 * receiver: so what is counted there is never more than the last one used, and fewer only by numbers that were refused. A push whose
 * number is used all the same (a copy of the profile that was put back by hand, a number that was never counted) is made anew with the
 * next one, by push itself. Numbers are raised, never lowered.
 */
#ifndef SLUIS_CLIENT_RESTORED_H
#define SLUIS_CLIENT_RESTORED_H

#include "session.h"

/** sluis_restored_recount(session, failure): raise each receiver's number to what the exchange log tells of it. Reads all own events. */
SLUIS_MUST_CHECK enum sluis_err sluis_restored_recount(struct sluis_session *session, struct sluis_failure *failure);

/**
 * sluis_restored_settle(session, each, context, failure):
 * Where the profile is marked as restored: recount, empty the outbox, take off the mark; else nothing. What waited in the outbox and was
 * accepted since is kept as sent; each is told to ${each} (may be NULL). None of it is sent again: whoever repeats such a push, means a
 * new message. Errors: those of a session; the mark then stays, and all of it is done again.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_restored_settle(struct sluis_session *session,
    void (*each)(void *context, const struct sluis_id *message_id, bool is_accepted), void *context,
    struct sluis_failure *failure);

#endif
