/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * listen - the broker's ZeroMQ sockets: a ROUTER behind CURVE and ZAP, messages in, answers out, never blocking.
 *
 * Who sent a message is its User-Id, the CURVE key that ZAP saw; the routing id only says where an answer goes.
 * One thread uses a listener. Whatever breaks the sockets ends the process (socket.h).
 * BUGS: libzmq keeps the CURVE secret in ordinary memory (no core dumps are made). It reads a message of many parts whole before
 * it gives the first; only the cgroup's memory limit bounds that. A connection cannot be closed from here. libzmq 4.3.4 ends the
 * process when a peer has chosen, as its routing id, the very number that it draws next for another (measured): 32 bits drawn
 * at start; the door's rate for strangers keeps anybody from walking through them.
 * Source: PROTOCOL 9; design 13; crypto 8.
 */
#ifndef SLUISD_FRONT_LISTEN_H
#define SLUISD_FRONT_LISTEN_H

#include "door.h"
#include "job.h"

struct listener;
struct zap;

/** What a listener is made from. The secret is copied by libzmq; the rest is borrowed. */
struct listener_parts {
	const struct sluis_secret32 *curve;
	size_t places; /* connections at the same time */
	struct membership members;
};

/** One message; views are good until the next listener_recv(). */
struct arrival {
	struct sluis_bytes route; /* may be longer than JOB_ROUTE_MAX: the peer chose it */
	struct sluis_public curve_key;
	size_t parts; /* behind the routing id; those above SLUIS_PARTS_MAX have been discarded */
	struct sluis_bytes frame;
	struct sluis_bytes body; /* empty: none */
};

enum listen_sent {
	LISTEN_SENT, /* handed over; not a promise that it arrives */
	LISTEN_FULL, /* the peer does not read fast enough: later */
	LISTEN_GONE  /* no such connection any more */
};

/** What the loop waits on. */
enum { LISTEN_FDS = 3 };

/**
 * listener_open(parts, why, ret):
 * Bind the ZAP handler, make the sockets, try both (selftest.h). Nothing can be reached yet.
 * Errors: SLUIS_ESYSTEM, SLUIS_ENOMEM, with ${why}.
 */
SLUIS_MUST_CHECK enum sluis_err listener_open(const struct listener_parts *parts, struct sluis_why *why,
    struct listener **ret);

/**
 * listener_bind(listener, endpoint, fd, why):
 * Open the public socket: on the listening socket ${fd} (>= 0; it stays the caller's, libzmq gets a dup), else on
 * ${endpoint} (tcp://ADDRESS:PORT, port 0: any). Errors: SLUIS_ECONFIG, SLUIS_ESYSTEM.
 */
SLUIS_MUST_CHECK enum sluis_err listener_bind(struct listener *listener, const char *endpoint, int fd,
    struct sluis_why *why);

/** listener_shut(listener): let nobody in any more; who is in stays. (zmq_unbind would end all connections it took.) */
void listener_shut(struct listener *listener);

/** listener_endpoint(listener): where it listens, "" before listener_bind(). */
const char *listener_endpoint(const struct listener *listener);

/** listener_fds(listener, ret): readable when listener_serve() has something to do. */
void listener_fds(const struct listener *listener, int ret[static LISTEN_FDS]);

/** listener_serve(listener): handshakes and connections; true: a message waits, do not sleep. */
SLUIS_MUST_CHECK bool listener_serve(struct listener *listener);

/** listener_recv(listener, ret): the next message; false: none waits. */
SLUIS_MUST_CHECK bool listener_recv(struct listener *listener, struct arrival *ret);

/** listener_take_body(listener, job): the body of the last arrival without a copy; job->held. SLUIS_ENOMEM. */
SLUIS_MUST_CHECK enum sluis_err listener_take_body(struct listener *listener, struct job *job);

/** listener_tell(listener, route, tell): send one part. */
SLUIS_MUST_CHECK enum listen_sent listener_tell(struct listener *listener, struct sluis_bytes route,
    struct sluis_bytes tell);

/** listener_answer(listener, job): send tell and tell_body. LISTEN_SENT: ${job} is gone; else it is the caller's. */
SLUIS_MUST_CHECK enum listen_sent listener_answer(struct listener *listener, struct job *job);

/** listener_count(listener): connections now. */
size_t listener_count(const struct listener *listener);

/** listener_zap(listener): the handler of handshakes, for tests that take it away. */
struct zap *listener_zap(const struct listener *listener);

/** listener_close(listener, linger_ms): wait at most so long for answers that peers still have to read. NULL is fine. */
void listener_close(struct listener *listener, int linger_ms);

#endif
