/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * session - one connection while it has requests under way: how many, and its answers that wait for it to read.
 *
 * Known by routing id, which only says where an answer goes. A session begins with its first request under way and ends with
 * its last, so nothing is kept for a connection that is idle. An answer that waits still counts as under way: that bounds
 * the outbox. Brief answers (brief.h) belong to no request under way and wait in a small place of their own.
 * Pure but for its memory: time is an argument.
 * Source: design 13.
 */
#ifndef SLUISD_FRONT_SESSION_H
#define SLUISD_FRONT_SESSION_H

#include "job.h"
#include "table.h"

#define SESSION_JOBS_MAX 64u        /* requests under way on one connection, answers that wait included */
#define SESSION_BRIEFS_MAX 64u      /* brief answers that wait; further ones are not given */
#define SESSION_BRIEF_BYTES 96      /* a packed brief answer is smaller */
#define SESSION_PARKED_MAX_MS 60000 /* a peer that has read nothing for so long loses its answers */
#define SESSION_RETRY_MAX_MS 128

struct session_brief {
	uint8_t tell[SESSION_BRIEF_BYTES];
	size_t len;
};

struct session {
	struct table_entry entry;
	struct session *before; /* among those with answers that wait */
	struct session *after;
	uint8_t route[JOB_ROUTE_MAX];
	size_t jobs;
	struct job *first; /* outbox, oldest first */
	struct job *last;
	struct session_brief *briefs; /* SESSION_BRIEFS_MAX of them, NULL until one waits; newest last */
	size_t brief_count;
	int64_t stuck_ms; /* since when nothing could be sent */
	int64_t retry_ms; /* not to be tried before */
};

struct sessions;

struct sessions *sessions_new(void);
/** sessions_free(sessions): and all answers that still wait. */
void sessions_free(struct sessions *sessions);
/** sessions_count(sessions): connections with something under way. */
size_t sessions_count(const struct sessions *sessions);

/** session_take(sessions, route): one more under way; false: SESSION_JOBS_MAX are, or no memory. */
SLUIS_MUST_CHECK bool session_take(struct sessions *sessions, struct sluis_bytes route);
/** session_find(sessions, route): NULL where nothing is under way. */
struct session *session_find(struct sessions *sessions, struct sluis_bytes route);
/** session_give_back(sessions, session): one less; ${session} ends with the last thing that is under way or waits. */
void session_give_back(struct sessions *sessions, struct session *session);

/** session_park(sessions, session, job, now_ms): ${job} waits at the end of the outbox, which owns it now. */
void session_park(struct sessions *sessions, struct session *session, struct job *job, int64_t now_ms);
/** session_unpark(sessions, session): take the oldest answer out, which the caller owns now; NULL: none waits. */
struct job *session_unpark(struct sessions *sessions, struct session *session);
/** session_put_back(sessions, session, job): ${job}, just taken out, is the oldest again. */
void session_put_back(struct sessions *sessions, struct session *session, struct job *job);
/** session_park_brief(sessions, route, tell, now_ms): the packed brief answer ${tell} (copied) waits; false: no room. */
SLUIS_MUST_CHECK bool session_park_brief(struct sessions *sessions, struct sluis_bytes route,
    struct sluis_bytes tell, int64_t now_ms);
/** session_brief(session): the newest brief answer that waits; empty: none does. */
struct sluis_bytes session_brief(const struct session *session);
/** session_drop_brief(sessions, session): that one is gone; ${session} may end with it: true. */
SLUIS_MUST_CHECK bool session_drop_brief(struct sessions *sessions, struct session *session);
/** session_stuck(session, now_ms): its peer did not take the oldest answer: when to try again. False: never. */
SLUIS_MUST_CHECK bool session_stuck(struct session *session, int64_t now_ms);
/** session_moved(session, now_ms): its peer took an answer. */
void session_moved(struct session *session, int64_t now_ms);

/** sessions_first_parked(sessions): the first session with answers that wait; on with ${after}. */
struct session *sessions_first_parked(struct sessions *sessions);

#endif
