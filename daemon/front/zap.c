/* SPDX-License-Identifier: EUPL-1.2 */
#include "zap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "socket.h"

#define ENDPOINT "inproc://zeromq.zap.01"

enum { USER_ID_BYTES = 2 * SLUIS_KEY_BYTES };

struct zap {
	void *socket;
	struct zap_gate gate;
};

/* Parts of a ZAP request, in their order; credentials follow. */
enum part { PART_VERSION, PART_REQUEST, PART_DOMAIN, PART_ADDRESS, PART_IDENTITY, PART_MECHANISM, PART_KEY, PARTS };

struct request {
	zmq_msg_t parts[PARTS];
	size_t count;
};

static void
request_init(struct request *request)
{
	for (size_t i = 0; i < PARTS; i++)
		zmq_msg_init(&request->parts[i]);
	request->count = 0;
}

static void
request_done(struct request *request)
{
	for (size_t i = 0; i < PARTS; i++)
		zmq_msg_close(&request->parts[i]);
}

static bool
request_recv(void *socket, struct request *request)
{
	bool more = true;

	while (more && request->count < PARTS) {
		zmq_msg_t *part = &request->parts[request->count];

		if (!socket_recv(socket, part)) {
			if (request->count > 0)
				socket_die("a part of a handshake is missing");
			return false;
		}
		more = zmq_msg_more(part) != 0;
		request->count++;
	}
	if (more)
		request->count += socket_rest(socket, &request->parts[PARTS - 1]);
	return true;
}

static bool
is_text(struct request *request, enum part part, const char *text)
{
	return sluis_bytes_is_text(socket_bytes(&request->parts[part]), text);
}

/* 200 lets in; 300 "not now" makes the client try again; 400 is for ever. */
static const char *
judge(const struct zap *zap, struct request *request, char user_id[static USER_ID_BYTES + 1])
{
	struct sluis_public key;

	if (request->count != PARTS || !is_text(request, PART_VERSION, "1.0"))
		return "500";
	if (!is_text(request, PART_MECHANISM, "CURVE") ||
	    zmq_msg_size(&request->parts[PART_KEY]) != sizeof(key.bytes))
		return "400";
	if (!is_text(request, PART_DOMAIN, ZAP_DOMAIN))
		return "400";
	memcpy(key.bytes, zmq_msg_data(&request->parts[PART_KEY]), sizeof(key.bytes));
	if (!zap->gate.admits(zap->gate.context, &key))
		return "300";
	sluis_hex(key.bytes, sizeof(key.bytes), user_id);
	return "200";
}

static void
send_part(void *socket, struct sluis_bytes part, int flags)
{
	if (zmq_send(socket, part.data, part.len, flags | ZMQ_DONTWAIT) < 0)
		socket_die("a handshake cannot be answered");
}

static void
reply(struct zap *zap, struct request *request)
{
	char user_id[USER_ID_BYTES + 1] = "";
	const char *status = judge(zap, request, user_id);

	send_part(zap->socket, sluis_bytes_text("1.0"), ZMQ_SNDMORE);
	send_part(zap->socket, socket_bytes(&request->parts[PART_REQUEST]), ZMQ_SNDMORE);
	send_part(zap->socket, sluis_bytes_text(status), ZMQ_SNDMORE);
	send_part(zap->socket, sluis_bytes_text(""), ZMQ_SNDMORE);
	send_part(zap->socket, sluis_bytes_text(user_id), ZMQ_SNDMORE);
	send_part(zap->socket, sluis_bytes_text(""), 0);
}

SLUIS_MUST_CHECK enum sluis_err
zap_open(void *zmq, const struct zap_gate *gate, struct sluis_why *why, struct zap **ret)
{
	struct zap *zap = calloc(1, sizeof(*zap));

	if (zap == NULL)
		return SLUIS_ENOMEM;
	zap->gate = *gate;
	zap->socket = zmq_socket(zmq, ZMQ_REP);
	if (zap->socket == NULL || zmq_bind(zap->socket, ENDPOINT) != 0) {
		snprintf(why->text, sizeof(why->text), "the handler of handshakes cannot be bound: %s",
		    zmq_strerror(zmq_errno()));
		zap_close(zap);
		return SLUIS_ESYSTEM;
	}
	socket_set(zap->socket, ZMQ_LINGER, 0);
	*ret = zap;
	return SLUIS_OK;
}

void
zap_serve(struct zap *zap)
{
	for (;;) {
		struct request request;
		bool got;

		request_init(&request);
		got = request_recv(zap->socket, &request);
		if (got)
			reply(zap, &request);
		request_done(&request);
		if (!got)
			return;
	}
}

void *
zap_socket(const struct zap *zap)
{
	return zap->socket;
}

void
zap_close(struct zap *zap)
{
	if (zap == NULL)
		return;
	if (zap->socket != NULL)
		zmq_close(zap->socket);
	free(zap);
}
