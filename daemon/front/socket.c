/* SPDX-License-Identifier: EUPL-1.2 */
#include "socket.h"

#include <errno.h>
#include <stdlib.h>

#include "log.h"

_Noreturn void
socket_die(const char *what)
{
	log_line(LOG_LEVEL_ERROR, "transport-failed what=%s error=%s", what, zmq_strerror(zmq_errno()));
	abort();
}

void
socket_set(void *socket, int option, int value)
{
	if (zmq_setsockopt(socket, option, &value, sizeof(value)) != 0)
		socket_die("option");
}

void
socket_set_bytes(void *socket, int option, struct sluis_bytes value)
{
	if (zmq_setsockopt(socket, option, value.data, value.len) != 0)
		socket_die("option");
}

SLUIS_MUST_CHECK bool
socket_recv(void *socket, zmq_msg_t *msg)
{
	while (zmq_msg_recv(msg, socket, ZMQ_DONTWAIT) < 0) {
		if (zmq_errno() == EAGAIN)
			return false;
		if (zmq_errno() != EINTR)
			socket_die("receive");
	}
	return true;
}

size_t
socket_rest(void *socket, zmq_msg_t *msg)
{
	zmq_msg_t rest;
	size_t n = 0;
	bool more = zmq_msg_more(msg) != 0;

	zmq_msg_init(&rest);
	while (more) {
		/* A message arrives whole or not at all: its later parts are there. */
		if (!socket_recv(socket, &rest))
			socket_die("a part is missing");
		more = zmq_msg_more(&rest) != 0;
		n++;
	}
	zmq_msg_close(&rest);
	return n;
}

SLUIS_MUST_CHECK bool
socket_can_recv(void *socket)
{
	int events = 0;
	size_t len = sizeof(events);

	while (zmq_getsockopt(socket, ZMQ_EVENTS, &events, &len) != 0) {
		if (zmq_errno() != EINTR)
			socket_die("events");
	}
	return (events & ZMQ_POLLIN) != 0;
}

int
socket_fd(void *socket)
{
	int fd = -1;
	size_t len = sizeof(fd);

	if (zmq_getsockopt(socket, ZMQ_FD, &fd, &len) != 0)
		socket_die("descriptor");
	return fd;
}

struct sluis_bytes
socket_bytes(zmq_msg_t *msg)
{
	return sluis_bytes(zmq_msg_data(msg), zmq_msg_size(msg));
}
