/* SPDX-License-Identifier: EUPL-1.2 */
#include "connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>
#include <zmq.h>

#include "limits.h"

enum { WINDOW = 8, CONNECT_MS = 5000, RETRY_MS = 200, RETRY_MAX_MS = 2000 };

struct sluis_connection {
	void *context;
	void *socket;
};

static void
set_int(void *socket, int option, int value)
{
	(void)zmq_setsockopt(socket, option, &value, sizeof(value));
}

static bool
set_key(void *socket, int option, const uint8_t key[static SLUIS_KEY_BYTES])
{
	return zmq_setsockopt(socket, option, key, SLUIS_KEY_BYTES) == 0;
}

static bool
configure(void *socket, const struct sluis_connection_target *target)
{
	const int64_t max = (int64_t)SLUIS_BODY_MAX_BYTES + SLUIS_CURVE_OVERHEAD_BYTES;

	set_int(socket, ZMQ_LINGER, 0);
	set_int(socket, ZMQ_SNDHWM, WINDOW * 16);
	set_int(socket, ZMQ_RCVHWM, WINDOW * 16);
	set_int(socket, ZMQ_CONNECT_TIMEOUT, CONNECT_MS);
	set_int(socket, ZMQ_RECONNECT_IVL, RETRY_MS);
	set_int(socket, ZMQ_RECONNECT_IVL_MAX, RETRY_MAX_MS);
	set_int(socket, ZMQ_HANDSHAKE_IVL, CONNECT_MS);
	set_int(socket, ZMQ_IPV6, 1);
	return zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &max, sizeof(max)) == 0 &&
	    set_key(socket, ZMQ_CURVE_SERVERKEY, target->broker.bytes) &&
	    set_key(socket, ZMQ_CURVE_PUBLICKEY, target->own_public.bytes) &&
	    set_key(socket, ZMQ_CURVE_SECRETKEY, target->own_secret->bytes);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_connection_open(const struct sluis_connection_target *target, struct sluis_connection **ret)
{
	struct sluis_connection *c = calloc(1, sizeof(*c));
	size_t connected = 0;

	if (c == NULL)
		return SLUIS_ENOMEM;
	c->context = zmq_ctx_new();
	c->socket = c->context == NULL ? NULL : zmq_socket(c->context, ZMQ_DEALER);
	if (c->socket != NULL && configure(c->socket, target)) {
		for (size_t i = 0; i < target->n_endpoints; i++) {
			if (zmq_connect(c->socket, target->endpoints[i]) == 0)
				connected++;
		}
	}
	if (connected == 0) {
		sluis_connection_close(c);
		return SLUIS_EUNREACHABLE;
	}
	*ret = c;
	return SLUIS_OK;
}

void
sluis_connection_close(struct sluis_connection *connection)
{
	if (connection == NULL)
		return;
	if (connection->socket != NULL)
		(void)zmq_close(connection->socket);
	if (connection->context != NULL)
		(void)zmq_ctx_term(connection->context);
	free(connection);
}

/* The number of an event of the socket; 0 when none comes in time. Each is two parts: number and value, then address. */
static uint16_t
next_event(void *monitor, int64_t timeout_ms)
{
	zmq_pollitem_t item = { .socket = monitor, .events = ZMQ_POLLIN };
	uint16_t event = 0;
	zmq_msg_t part;

	if (zmq_poll(&item, 1, (long)timeout_ms) <= 0)
		return 0;
	for (bool first = true, more = true; more; first = false) {
		zmq_msg_init(&part);
		more = zmq_msg_recv(&part, monitor, 0) >= 0 && zmq_msg_more(&part) != 0;
		if (first && zmq_msg_size(&part) >= sizeof(event))
			memcpy(&event, zmq_msg_data(&part), sizeof(event));
		zmq_msg_close(&part);
	}
	return event;
}

/* The broker hangs up on a key that is not its own; another program says nothing that could be a handshake. */
static enum sluis_connection_found
watch(void *monitor, int64_t timeout_ms)
{
	enum sluis_connection_found found = SLUIS_FOUND_NOTHING;

	for (;;) {
		switch (next_event(monitor, timeout_ms)) {
		case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
			return SLUIS_FOUND_BROKER;
		case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
		case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
		case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
		case ZMQ_EVENT_DISCONNECTED:
			return SLUIS_FOUND_OTHER;
		case ZMQ_EVENT_CONNECTED:
			found = SLUIS_FOUND_OTHER; /* unless it goes on */
			break;
		case 0:
			return found;
		default:
			break;
		}
	}
}

void
sluis_connection_new_key(struct sluis_secret32 *ret_secret, struct sluis_public *ret_public)
{
	randombytes_buf(ret_secret->bytes, sizeof(ret_secret->bytes));
	crypto_scalarmult_base(ret_public->bytes, ret_secret->bytes);
}

enum sluis_connection_found
sluis_connection_probe(const struct sluis_connection_target *target, int64_t timeout_ms)
{
	static const char PLACE[] = "inproc://probe";
	enum sluis_connection_found found = SLUIS_FOUND_NOTHING;
	struct sluis_connection c = { .context = zmq_ctx_new() };
	void *monitor = NULL;

	c.socket = c.context == NULL ? NULL : zmq_socket(c.context, ZMQ_DEALER);
	if (c.socket != NULL && configure(c.socket, target) &&
	    zmq_socket_monitor(c.socket, PLACE, ZMQ_EVENT_ALL) == 0 &&
	    (monitor = zmq_socket(c.context, ZMQ_PAIR)) != NULL && zmq_connect(monitor, PLACE) == 0 &&
	    zmq_connect(c.socket, target->endpoints[0]) == 0)
		found = watch(monitor, timeout_ms);
	if (monitor != NULL) {
		(void)zmq_socket_monitor(c.socket, NULL, 0);
		(void)zmq_close(monitor);
	}
	if (c.socket != NULL)
		(void)zmq_close(c.socket);
	if (c.context != NULL)
		(void)zmq_ctx_term(c.context);
	return found;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_connection_send(struct sluis_connection *connection, struct sluis_bytes frame,
    struct sluis_bytes body)
{
	const int more = body.len > 0 ? ZMQ_SNDMORE : 0;

	if (frame.len > SLUIS_FRAME_MAX_BYTES || body.len > SLUIS_BODY_MAX_BYTES)
		return SLUIS_ETOOBIG;
	if (zmq_send(connection->socket, frame.data, frame.len, ZMQ_DONTWAIT | more) < 0)
		return SLUIS_EUNREACHABLE;
	if (more != 0 && zmq_send(connection->socket, body.data, body.len, ZMQ_DONTWAIT) < 0)
		return SLUIS_EUNREACHABLE;
	return SLUIS_OK;
}

static enum sluis_err
receive_part(struct sluis_connection *connection, size_t max, struct sluis_arena *arena,
    struct sluis_bytes *ret, bool *ret_more)
{
	enum sluis_err err = SLUIS_OK;
	zmq_msg_t part;

	zmq_msg_init(&part);
	if (zmq_msg_recv(&part, connection->socket, 0) < 0)
		err = SLUIS_EUNREACHABLE;
	else if (zmq_msg_size(&part) > max)
		err = SLUIS_ETOOBIG;
	else
		err = sluis_arena_copy(arena, sluis_bytes(zmq_msg_data(&part), zmq_msg_size(&part)), ret);
	*ret_more = zmq_msg_more(&part) != 0;
	zmq_msg_close(&part);
	return err;
}

static void
drop_rest(struct sluis_connection *connection, bool more)
{
	while (more) {
		zmq_msg_t part;

		zmq_msg_init(&part);
		more = zmq_msg_recv(&part, connection->socket, 0) >= 0 && zmq_msg_more(&part) != 0;
		zmq_msg_close(&part);
	}
}

SLUIS_MUST_CHECK enum sluis_err
sluis_connection_receive(struct sluis_connection *connection, int64_t timeout_ms,
    struct sluis_arena *arena, struct sluis_bytes *ret_frame, struct sluis_bytes *ret_body)
{
	zmq_pollitem_t item = { .socket = connection->socket, .events = ZMQ_POLLIN };
	struct sluis_bytes body = sluis_bytes(NULL, 0);
	enum sluis_err err;
	bool more;
	int ready;

	do {
		ready = zmq_poll(&item, 1, (long)timeout_ms);
	} while (ready < 0 && errno == EINTR);
	if (ready <= 0)
		return SLUIS_EUNREACHABLE;
	err = receive_part(connection, SLUIS_TELL_MAX_BYTES, arena, ret_frame, &more);
	if (err == SLUIS_OK && more)
		err = receive_part(connection, SLUIS_BODY_MAX_BYTES, arena, &body, &more);
	if (err == SLUIS_OK && more)
		err = SLUIS_EFORMAT;
	drop_rest(connection, more);
	*ret_body = body;
	return err;
}
