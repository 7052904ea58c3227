/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * internal - what the files of front share: the state of the loop, what comes in, what goes out.
 */
#ifndef SLUISD_FRONT_INTERNAL_H
#define SLUISD_FRONT_INTERNAL_H

#include <stdatomic.h>

#include "credit.h"
#include "front.h"
#include "listen.h"
#include "session.h"

struct front {
	struct front_parts parts;
	struct listener *listener;
	struct credit *credit;
	struct sessions *sessions;
	struct sluis_arena *brief; /* of one brief answer */
	int fds[LISTEN_FDS];
	int wake_fd;
	atomic_bool is_stopping;
	atomic_bool has_rates; /* new ones, to be taken over */
	_Atomic int64_t member_rate;
	_Atomic int64_t stranger_rate;
	bool is_draining;
	uint32_t strangers_busy;   /* answered so since the last line in the log */
	int64_t strangers_said_ms;
	int64_t tick_at_ms;
	int64_t flush_at_ms;   /* when an answer that waits is to be tried again; -1: none waits */
	int64_t drained_by_ms; /* once the last answer is in */
	int64_t now_ms;        /* steady, of this round */
};

/* ---- admit.c: messages in ---- */

/** admit_round(front): take what waits, up to a bound, and hand it on or answer it briefly. */
void admit_round(struct front *front);
/** admit_malformed(front, peer, why): note it; false: its key has no rate left, say nothing. */
SLUIS_MUST_CHECK bool admit_malformed(struct front *front, const struct job_peer *peer, const char *why);
/** admit_note_busy(front, by_ms): members' minutes of busy answers that are over by ${by_ms} become one event each. */
void admit_note_busy(struct front *front, int64_t by_ms);

/* ---- deliver.c: answers out ---- */

/** deliver_all(front): send what the queue of answers holds; what a peer does not take waits. */
void deliver_all(struct front *front);
/** deliver_parked(front): try again what waits. */
void deliver_parked(struct front *front);
/** deliver_settle(front, peer, session, bytes): one request is no longer under way. */
void deliver_settle(struct front *front, const struct job_peer *peer, struct session *session, size_t bytes);

#endif
