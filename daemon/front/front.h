/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * front - the broker's face: messages in, admitted or answered busy; answers out; one poll for all of it.
 *
 * It verifies nothing: it knows keys, rates and sizes. A request that is admitted becomes a job and goes to intake; its answer
 * comes back through the queue of answers. Nothing here blocks. front_run() is the main thread's.
 * Source: PROTOCOL 9; design 13, 14.
 */
#ifndef SLUISD_FRONT_H
#define SLUISD_FRONT_H

#include "door.h"
#include "queue.h"

#define FRONT_MEMBER_RATE 10000 /* requests an hour until a policy is in force */
#define FRONT_STRANGER_RATE 60
#define FRONT_ANSWERS_CAP 8192u /* places that the queue of answers needs, so that an answer always has one */
#define FRONT_REQUESTS_CAP 4096u
#define FRONT_DRAIN_MAX_MS 5000  /* for peers to take their last answers */

struct front;

/** What front is built from; borrowed, except that libzmq copies the secret. */
struct front_parts {
	const struct sluis_secret32 *curve;
	size_t places; /* connections at the same time */
	struct membership members;
	struct queue *in;  /* admitted requests, to intake; closed by front when it stops */
	struct queue *out; /* answers; whoever fills it closes it when the last one is in, and wakes front */
	int signal_fd;     /* readable: on_signal() is called, which reads it; -1: none */
	int64_t tick_ms;   /* on_tick() is called so often; 0: never */
	void (*on_signal)(void *context);
	void (*on_tick)(void *context);
	void *context;
};

/**
 * front_open(parts, why, ret): the transport made and tried; nothing can be reached yet.
 * Errors: SLUIS_ESYSTEM, SLUIS_ENOMEM, with ${why}.
 */
SLUIS_MUST_CHECK enum sluis_err front_open(const struct front_parts *parts, struct sluis_why *why,
    struct front **ret);

/** front_listen(front, endpoint, fd, why): open the public socket, see listener_bind(). */
SLUIS_MUST_CHECK enum sluis_err front_listen(struct front *front, const char *endpoint, int fd,
    struct sluis_why *why);

/** front_endpoint(front): where it listens. */
const char *front_endpoint(const struct front *front);

/** front_run(front): serve until front_stop(), then until the queue of answers is closed and all answers have left. */
void front_run(struct front *front);

/** front_wake(front): there are answers. Any thread; ${front} is a struct front. */
void front_wake(void *front);

/** front_stop(front): take nothing more, close ${in}, drain. Any thread. */
void front_stop(struct front *front);

/** front_set_rates(front, member, stranger): requests an hour, from the policy. Any thread; ${front} is a struct front. */
void front_set_rates(void *front, int64_t member_per_hour, int64_t stranger_per_hour);

/** front_free(front): answers that peers have not read yet get FRONT_DRAIN_MAX_MS. NULL is fine. */
void front_free(struct front *front);

/** What is under way, for tests and the log. Only from the thread of front_run(), or when it does not run. */
struct front_load {
	size_t connections;
	size_t sessions;
	size_t jobs;
	size_t bytes;
	size_t peers;
};
struct front_load front_load(const struct front *front);

#endif
