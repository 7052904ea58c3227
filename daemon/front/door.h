/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * door - how many connections there are, and whether one more key may come in.
 *
 * Up to three quarters of the places are for everybody, the rest for members; strangers' handshakes have a rate as well, so
 * that nobody works through libzmq's numbering of connections by opening them. Connections are counted from the socket's
 * own monitor, handshakes that are still under way included. Of one thread.
 * Source: design 13; crypto 8.2.
 */
#ifndef SLUISD_FRONT_DOOR_H
#define SLUISD_FRONT_DOOR_H

#include "base.h"

#define DOOR_STRANGERS_PER_S 20
#define DOOR_STRANGERS_BURST 200

/** Who is a member at this moment: a question that the caller answers. */
struct membership {
	bool (*is_member)(void *context, const struct sluis_public *curve_key);
	void *context;
};

struct door;

/** door_new(places, members): a door without a socket to watch yet; NULL without memory. */
struct door *door_new(size_t places, const struct membership *members);
/** door_free(door): after door_unwatch(). NULL is fine. */
void door_free(struct door *door);

/** door_watch(door, zmq, socket): count the connections of ${socket} from now on. */
void door_watch(struct door *door, void *zmq, void *socket);
/** door_unwatch(door, socket): stop, before ${socket} is closed. */
void door_unwatch(struct door *door, void *socket);
/** door_serve(door): take in what has come and gone. Never blocks. */
void door_serve(struct door *door);
/** door_socket(door): to wait on with others; NULL while nothing is watched. */
void *door_socket(const struct door *door);

/** door_admits(door, curve_key, now_ms): one more connection of that key may be. ${now_ms}: never runs backwards. */
SLUIS_MUST_CHECK bool door_admits(struct door *door, const struct sluis_public *curve_key, int64_t now_ms);

/** door_shut(door): nobody comes in any more. */
void door_shut(struct door *door);

/** door_count(door): connections now. */
size_t door_count(const struct door *door);

#endif
