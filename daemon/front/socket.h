/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * socket - the few calls to libzmq that every file of front makes, with the one answer to their failure: stop.
 *
 * A call that cannot fail on a live socket and still does means that a socket has died under us; going on without the ZAP
 * handler would let anybody in (measured: libzmq admits all when nobody answers). So the process ends.
 */
#ifndef SLUISD_FRONT_SOCKET_H
#define SLUISD_FRONT_SOCKET_H

#include <zmq.h>

#include "base.h"

/** socket_die(what): one line in the log, then abort(): the supervisor starts us anew, nothing durable is lost. */
_Noreturn void socket_die(const char *what);

/** socket_set(socket, option, value): an integer option. */
void socket_set(void *socket, int option, int value);

/** socket_set_bytes(socket, option, bytes): an option of bytes or text. */
void socket_set_bytes(void *socket, int option, struct sluis_bytes value);

/** socket_recv(socket, msg): the next part into the initialised ${msg}; false when nothing waits. Never blocks. */
SLUIS_MUST_CHECK bool socket_recv(void *socket, zmq_msg_t *msg);

/** socket_rest(socket, msg): read and discard the parts that follow ${msg}; how many there were. */
size_t socket_rest(void *socket, zmq_msg_t *msg);

/** socket_can_recv(socket): something waits; settles what the descriptor of socket_fd() has signalled. */
SLUIS_MUST_CHECK bool socket_can_recv(void *socket);

/** socket_fd(socket): readable when something may have happened; then ask socket_can_recv() (ZMQ_FD). */
int socket_fd(void *socket);

/** socket_bytes(msg): view of the part. */
struct sluis_bytes socket_bytes(zmq_msg_t *msg);

#endif
