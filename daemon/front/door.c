/* SPDX-License-Identifier: EUPL-1.2 */
#include "door.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "socket.h"

enum { EVENTS = ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED, MONITOR_HWM = 0, NAME_BYTES = 64, ODD_BYTES = 8 };

struct door {
	struct membership members;
	size_t places;
	size_t count;
	void *monitor;
	int64_t strangers_milli; /* handshakes that strangers may still do, in thousandths */
	int64_t filled_ms;
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

/* An event is two parts: number and value; the endpoint. */
static void
take_event(struct door *door, zmq_msg_t *msg)
{
	uint16_t number = 0;

	if (zmq_msg_size(msg) >= sizeof(number))
		memcpy(&number, zmq_msg_data(msg), sizeof(number));
	socket_rest(door->monitor, msg);
	if (number == ZMQ_EVENT_ACCEPTED)
		door->count++;
	else if (number == ZMQ_EVENT_DISCONNECTED && door->count > 0)
		door->count--;
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
	/* The one that asks has been counted already, so a door without places lets nobody in. */
	if (door->members.is_member(door->members.context, curve_key))
		return door->count <= door->places;
	return door->count <= door->places / 4 * 3 && stranger_has_rate(door, now_ms);
}

void
door_shut(struct door *door)
{
	door->places = 0;
}

size_t
door_count(const struct door *door)
{
	return door->count;
}
