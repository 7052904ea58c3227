/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * connection - frames to and from one broker over CURVE; the only user of zmq.h in the client.
 *
 * The broker's key is pinned; several endpoints are tried in turn. One thread.
 * Source: PROTOCOL 9.
 */
#ifndef SLUIS_CLIENT_CONNECTION_H
#define SLUIS_CLIENT_CONNECTION_H

#include "arena.h"
#include "base.h"

struct sluis_connection;

struct sluis_connection_target {
	const char *const *endpoints; /* tcp://HOST:PORT */
	size_t n_endpoints;
	struct sluis_public broker;
	struct sluis_public own_public;
	const struct sluis_secret32 *own_secret;
};

/** sluis_connection_open(target, ret): sockets made; whether somebody answers shows at the first receive. */
SLUIS_MUST_CHECK enum sluis_err sluis_connection_open(const struct sluis_connection_target *target,
    struct sluis_connection **ret);
void sluis_connection_close(struct sluis_connection *connection);

/** sluis_connection_new_key(ret_secret, ret_public): a CURVE key pair of the moment. */
void sluis_connection_new_key(struct sluis_secret32 *ret_secret, struct sluis_public *ret_public);

/** What a handshake alone shows. */
enum sluis_connection_found {
	SLUIS_FOUND_BROKER,   /* it holds the key that is pinned */
	SLUIS_FOUND_OTHER,    /* it speaks, and does not hold that key: another broker, or another program */
	SLUIS_FOUND_NOTHING   /* no connection, or no word within the time */
};
/** sluis_connection_probe(target, timeout_ms): shake hands with the first endpoint of ${target}, and hang up. */
enum sluis_connection_found sluis_connection_probe(const struct sluis_connection_target *target, int64_t timeout_ms);

/** sluis_connection_send: ${body} may be empty. Errors: SLUIS_EUNREACHABLE, SLUIS_ETOOBIG. */
SLUIS_MUST_CHECK enum sluis_err sluis_connection_send(struct sluis_connection *connection,
    struct sluis_bytes frame, struct sluis_bytes body);

/** sluis_connection_receive: one message within ${timeout_ms}; copies into ${arena}. Errors: SLUIS_EUNREACHABLE, SLUIS_ETOOBIG, SLUIS_EFORMAT. */
SLUIS_MUST_CHECK enum sluis_err sluis_connection_receive(struct sluis_connection *connection,
    int64_t timeout_ms, struct sluis_arena *arena, struct sluis_bytes *ret_frame,
    struct sluis_bytes *ret_body);

#endif
