/* SPDX-License-Identifier: EUPL-1.2 */
#include "listen.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keyfile.h"
#include "limits.h"
#include "now.h"
#include "selftest.h"
#include "socket.h"
#include "tsan.h"

/* Measured, crypto 8.2: above 65000 libzmq 4.3.4 wraps the TTL; plaintext is what MAXMSGSIZE leaves for it. */
enum {
	HWM = 8,
	HANDSHAKE_MS = 5000,
	HEARTBEAT_MS = 15000,
	HEARTBEAT_TIMEOUT_MS = 45000,
	HEARTBEAT_TTL_MS = 60000,
	BACKLOG = 256,
	ENDPOINT_BYTES = 256,
	LEND_MIN_BYTES = 16 * 1024 /* a body from this size on is lent to libzmq, not copied */
};

struct listener {
	void *zmq;
	struct zap *zap;
	struct door *door;
	void *router;
	zmq_msg_t id;
	zmq_msg_t frame;
	zmq_msg_t body;
	char endpoint[ENDPOINT_BYTES];
};

static void *
router_new(void *zmq, const char *domain, const struct sluis_secret32 *curve)
{
	void *router = zmq_socket(zmq, ZMQ_ROUTER);

	if (router == NULL)
		socket_die("socket");
	socket_set(router, ZMQ_CURVE_SERVER, 1);
	socket_set_bytes(router, ZMQ_CURVE_SECRETKEY, sluis_bytes(curve->bytes, sizeof(curve->bytes)));
	socket_set_bytes(router, ZMQ_ZAP_DOMAIN, sluis_bytes_text(domain));
	socket_set(router, ZMQ_ROUTER_MANDATORY, 1);
	socket_set(router, ZMQ_ROUTER_HANDOVER, 0);
	socket_set(router, ZMQ_SNDHWM, HWM);
	socket_set(router, ZMQ_RCVHWM, HWM);
	socket_set(router, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS);
	socket_set(router, ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS);
	socket_set(router, ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS);
	socket_set(router, ZMQ_HEARTBEAT_TTL, HEARTBEAT_TTL_MS);
	socket_set(router, ZMQ_BACKLOG, BACKLOG);
	socket_set(router, ZMQ_LINGER, 0);
	socket_set_bytes(router, ZMQ_MAXMSGSIZE, sluis_bytes(
	    &(int64_t){ (int64_t)SLUIS_BODY_MAX_BYTES + SLUIS_CURVE_OVERHEAD_BYTES }, sizeof(int64_t)));
	return router;
}

static bool
gate_admits(void *context, const struct sluis_public *curve_key)
{
	return door_admits(context, curve_key, now_steady_ms());
}

static enum sluis_err
try_it(struct listener *listener, const struct listener_parts *parts, struct sluis_why *why)
{
	struct selftest test = { .zmq = listener->zmq, .zap = listener->zap, .router = listener->router };
	enum sluis_err err;

	keyfile_public(KEYFILE_CURVE, parts->curve, &test.server_key);
	test.denied_router = router_new(listener->zmq, ZAP_DOMAIN_DENIED, parts->curve);
	err = selftest_run(&test, why);
	zmq_close(test.denied_router);
	return err;
}

/* libzmq closes the descriptor that it is given when it stops listening: it gets one of its own. */
static enum sluis_err
lend_fd(struct listener *listener, int fd, struct sluis_why *why)
{
	const int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	if (own < 0) {
		snprintf(why->text, sizeof(why->text), "the socket handed over cannot be used");
		return SLUIS_ESYSTEM;
	}
	socket_set(listener->router, ZMQ_USE_FD, own);
	return SLUIS_OK;
}

/* What is not User-Id of ours came past the handler: it must be gone, so everybody is let in. Stop. */
static void
read_key(zmq_msg_t *frame, struct sluis_public *ret)
{
	const char *user_id = zmq_msg_gets(frame, "User-Id");

	if (user_id == NULL || sluis_unhex(user_id, ret->bytes, sizeof(ret->bytes)) != SLUIS_OK)
		socket_die("a message without the name of its key");
}

static void
release_msg(void *held)
{
	zmq_msg_close(held);
	free(held);
}

static enum listen_sent
send_route(struct listener *listener, struct sluis_bytes route)
{
	while (zmq_send(listener->router, route.data, route.len, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0) {
		switch (zmq_errno()) {
		case EAGAIN:
			return LISTEN_FULL;
		case EHOSTUNREACH:
			return LISTEN_GONE;
		case EINTR:
			break;
		default:
			socket_die("send");
		}
	}
	return LISTEN_SENT;
}

/* After the routing id has been taken, libzmq takes the parts. */
static void
send_part(struct listener *listener, zmq_msg_t *msg, int flags)
{
	while (zmq_msg_send(msg, listener->router, flags | ZMQ_DONTWAIT) < 0) {
		if (zmq_errno() != EINTR)
			socket_die("send");
	}
}

static void
send_copy(struct listener *listener, struct sluis_bytes part, int flags)
{
	zmq_msg_t msg;

	if (zmq_msg_init_size(&msg, part.len) != 0)
		socket_die("memory");
	if (part.len > 0)
		memcpy(zmq_msg_data(&msg), part.data, part.len);
	send_part(listener, &msg, flags);
}

/* Called by libzmq's thread when it needs the body no more: the last that happens to a job. */
static void
body_sent(void *data, void *hint)
{
	(void)data;
	TSAN_ACQUIRE(hint);
	job_free(hint);
}

static void
send_lent(struct listener *listener, struct job *job)
{
	zmq_msg_t msg;
	void *data;

	memcpy(&data, &job->tell_body.data, sizeof(data));
	TSAN_RELEASE(job);
	if (zmq_msg_init_data(&msg, data, job->tell_body.len, body_sent, job) != 0)
		socket_die("memory");
	send_part(listener, &msg, 0);
}

SLUIS_MUST_CHECK enum sluis_err
listener_open(const struct listener_parts *parts, struct sluis_why *why, struct listener **ret)
{
	struct listener *listener = calloc(1, sizeof(*listener));
	enum sluis_err err;

	if (listener == NULL)
		return SLUIS_ENOMEM;
	zmq_msg_init(&listener->id);
	zmq_msg_init(&listener->frame);
	zmq_msg_init(&listener->body);
	listener->zmq = zmq_ctx_new();
	listener->door = door_new(parts->places, &parts->members);
	if (listener->zmq == NULL || listener->door == NULL) {
		listener_close(listener, 0);
		return SLUIS_ENOMEM;
	}
	err = zap_open(listener->zmq, &(struct zap_gate){ gate_admits, listener->door }, why, &listener->zap);
	if (err == SLUIS_OK) {
		listener->router = router_new(listener->zmq, ZAP_DOMAIN, parts->curve);
		err = try_it(listener, parts, why);
	}
	if (err != SLUIS_OK) {
		listener_close(listener, 0);
		return err;
	}
	*ret = listener;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
listener_bind(struct listener *listener, const char *endpoint, int fd, struct sluis_why *why)
{
	size_t len = sizeof(listener->endpoint);

	if (fd >= 0)
		SLUIS_TRY(lend_fd(listener, fd, why));
	socket_set(listener->router, ZMQ_IPV6, strchr(endpoint, '[') != NULL);
	door_watch(listener->door, listener->zmq, listener->router);
	/* With a descriptor the address is not looked at, but must look like one; one without a name never asks the kernel. */
	if (zmq_bind(listener->router, fd >= 0 ? "tcp://*:0" : endpoint) != 0) {
		snprintf(why->text, sizeof(why->text), "cannot listen on %.120s: %s", endpoint,
		    zmq_strerror(zmq_errno()));
		door_unwatch(listener->door, listener->router);
		return SLUIS_ECONFIG;
	}
	if (zmq_getsockopt(listener->router, ZMQ_LAST_ENDPOINT, listener->endpoint, &len) != 0)
		socket_die("endpoint");
	return SLUIS_OK;
}

void
listener_shut(struct listener *listener)
{
	door_shut(listener->door);
}

const char *
listener_endpoint(const struct listener *listener)
{
	return listener->endpoint;
}

void
listener_fds(const struct listener *listener, int ret[static LISTEN_FDS])
{
	ret[0] = socket_fd(listener->router);
	ret[1] = socket_fd(zap_socket(listener->zap));
	ret[2] = door_socket(listener->door) == NULL ? -1 : socket_fd(door_socket(listener->door));
}

SLUIS_MUST_CHECK bool
listener_serve(struct listener *listener)
{
	void *monitor = door_socket(listener->door);

	do {
		zap_serve(listener->zap);
		door_serve(listener->door);
	} while (socket_can_recv(zap_socket(listener->zap)) || (monitor != NULL && socket_can_recv(monitor)));
	return socket_can_recv(listener->router);
}

SLUIS_MUST_CHECK bool
listener_recv(struct listener *listener, struct arrival *ret)
{
	size_t parts = 1;

	if (!socket_recv(listener->router, &listener->id))
		return false;
	if (zmq_msg_more(&listener->id) == 0 || !socket_recv(listener->router, &listener->frame))
		socket_die("a routing id without a message");
	if (zmq_msg_more(&listener->frame) != 0) {
		if (!socket_recv(listener->router, &listener->body))
			socket_die("a part is missing");
		parts += 1 + socket_rest(listener->router, &listener->body);
	} else {
		zmq_msg_close(&listener->body);
		zmq_msg_init(&listener->body);
	}
	*ret = (struct arrival){ .route = socket_bytes(&listener->id), .parts = parts,
		.frame = socket_bytes(&listener->frame), .body = socket_bytes(&listener->body) };
	read_key(&listener->frame, &ret->curve_key);
	return true;
}

SLUIS_MUST_CHECK enum sluis_err
listener_take_body(struct listener *listener, struct job *job)
{
	zmq_msg_t *held;

	if (zmq_msg_size(&listener->body) == 0)
		return SLUIS_OK;
	held = malloc(sizeof(*held));
	if (held == NULL)
		return SLUIS_ENOMEM;
	zmq_msg_init(held);
	zmq_msg_move(held, &listener->body);
	job->held = held;
	job->release = release_msg;
	job->body = socket_bytes(held);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum listen_sent
listener_tell(struct listener *listener, struct sluis_bytes route, struct sluis_bytes tell)
{
	const enum listen_sent sent = send_route(listener, route);

	if (sent == LISTEN_SENT)
		send_copy(listener, tell, 0);
	return sent;
}

SLUIS_MUST_CHECK enum listen_sent
listener_answer(struct listener *listener, struct job *job)
{
	const enum listen_sent sent = send_route(listener, sluis_bytes(job->route, job->route_len));

	if (sent != LISTEN_SENT)
		return sent;
	send_copy(listener, job->tell, job->tell_body.len > 0 ? ZMQ_SNDMORE : 0);
	if (job->tell_body.len >= LEND_MIN_BYTES) {
		send_lent(listener, job);
		return sent;
	}
	if (job->tell_body.len > 0)
		send_copy(listener, job->tell_body, 0);
	job_free(job);
	return sent;
}

size_t
listener_count(const struct listener *listener)
{
	return door_count(listener->door);
}

struct zap *
listener_zap(const struct listener *listener)
{
	return listener->zap;
}

void
listener_close(struct listener *listener, int linger_ms)
{
	if (listener == NULL)
		return;
	zmq_msg_close(&listener->id);
	zmq_msg_close(&listener->frame);
	zmq_msg_close(&listener->body);
	if (listener->router != NULL) {
		door_unwatch(listener->door, listener->router);
		socket_set(listener->router, ZMQ_LINGER, linger_ms);
		zmq_close(listener->router);
	}
	zap_close(listener->zap);
	if (listener->zmq != NULL)
		zmq_ctx_term(listener->zmq);
	door_free(listener->door);
	free(listener);
}
