/* SPDX-License-Identifier: EUPL-1.2 */
#include "door.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "socket.h"

enum { EVENTS = ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED, MONITOR_HWM = 0, NAME_BYTES = 64, ODD_BYTES = 8,
	FD_MAX = 131072, EVENT_BYTES = 6 };

struct door {
	struct membership members;
	size_t places;
	size_t count;
	bool is_shut;
	void *monitor;
	int64_t strangers_milli; /* handshakes that strangers may still do, in thousandths */
	int64_t filled_ms;
	uint8_t fds[FD_MAX / 8]; /* which descriptors are connections */
};

static bool
stranger_has_rate(struct door *door, int64_t now_ms)
{
	int64_t passed = now_ms - door->filled_ms;

	if (passed > DOOR_STRANGERS_BURST * 1000)
		passed = DOOR_STRANGERS_BURST * 1000;
	door->filled_ms = now_ms;
	door->strangers_milli += passed * DOOR_STRANGERS_PER_S;
	if (door->strangers_milli > DOOR_STRANGERS_BURST * 1000)
		door->strangers_milli = DOOR_STRANGERS_BURST * 1000;
	if (door->strangers_milli < 1000)
		return false;
	door->strangers_milli -= 1000;
	return true;
}

static bool
is_counted(const struct door *door, uint32_t fd)
{
	return fd < FD_MAX && (door->fds[fd / 8] >> (fd % 8) & 1) != 0;
}

static void
toggle(struct door *door, uint32_t fd)
{
	if (fd < FD_MAX)
		door->fds[fd / 8] ^= (uint8_t)(1u << (fd % 8));
}

/*
 * An event is two parts: number (16 bits) and value (32 bits: the descriptor); the endpoint. Counted by descriptor, because
 * connections end here that never began here: those of the self-test.
 */
static void
take_event(struct door *door, zmq_msg_t *msg)
{
	const uint8_t *data = zmq_msg_data(msg);
	uint16_t number = 0;
	uint32_t fd = FD_MAX;

	if (zmq_msg_size(msg) >= EVENT_BYTES) {
		memcpy(&number, data, sizeof(number));
		memcpy(&fd, data + sizeof(number), sizeof(fd));
	}
	socket_rest(door->monitor, msg);
	if (number == ZMQ_EVENT_ACCEPTED && !is_counted(door, fd)) {
		toggle(door, fd);
		door->count++;
	} else if (number == ZMQ_EVENT_DISCONNECTED && is_counted(door, fd)) {
		toggle(door, fd);
		door->count--;
	}
}

struct door *
door_new(size_t places, const struct membership *members)
{
	struct door *door = calloc(1, sizeof(*door));

	if (door == NULL)
		return NULL;
	door->places = places;
	door->members = *members;
	door->strangers_milli = DOOR_STRANGERS_BURST * 1000;
	return door;
}

void
door_free(struct door *door)
{
	free(door);
}

void
door_watch(struct door *door, void *zmq, void *socket)
{
	uint8_t odd[ODD_BYTES];
	char hex[2 * ODD_BYTES + 1], name[NAME_BYTES];

	door_unwatch(door, socket); /* one socket only */
	sluis_random_system(NULL, odd, sizeof(odd));
	sluis_hex(odd, sizeof(odd), hex);
	snprintf(name, sizeof(name), "inproc://door-%s", hex);
	if (zmq_socket_monitor(socket, name, EVENTS) != 0)
		socket_die("monitor");
	door->monitor = zmq_socket(zmq, ZMQ_PAIR);
	if (door->monitor == NULL)
		socket_die("monitor");
	/* No bound: libzmq's own thread would wait for us where it is reached. A connection makes two events. */
	socket_set(door->monitor, ZMQ_RCVHWM, MONITOR_HWM);
	socket_set(door->monitor, ZMQ_LINGER, 0);
	if (zmq_connect(door->monitor, name) != 0)
		socket_die("monitor");
}

void
door_unwatch(struct door *door, void *socket)
{
	if (door->monitor == NULL)
		return;
	zmq_socket_monitor(socket, NULL, 0);
	zmq_close(door->monitor);
	door->monitor = NULL;
}

void
door_serve(struct door *door)
{
	zmq_msg_t msg;

	if (door->monitor == NULL)
		return;
	zmq_msg_init(&msg);
	while (socket_recv(door->monitor, &msg))
		take_event(door, &msg);
	zmq_msg_close(&msg);
}

void *
door_socket(const struct door *door)
{
	return door->monitor;
}

SLUIS_MUST_CHECK bool
door_admits(struct door *door, const struct sluis_public *curve_key, int64_t now_ms)
{
	door_serve(door);
	if (door->is_shut)
		return false;
	/* The one that asks has been counted already. */
	if (door->members.is_member(door->members.context, curve_key))
		return door->count <= door->places;
	return door->count <= door->places / 4 * 3 && stranger_has_rate(door, now_ms);
}

void
door_shut(struct door *door)
{
	door->is_shut = true;
}

size_t
door_count(const struct door *door)
{
	return door->count;
}
