/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * reach - how far the way to a broker goes: its name, its port, the key that it shows.
 *
 * For doctor: a connection that fails says only that nobody answers; each step by itself says why. Nothing is sent but a handshake.
 * The clock of the system is not read. Never logs.
 */
#ifndef SLUIS_CLIENT_REACH_H
#define SLUIS_CLIENT_REACH_H

#include "base.h"

enum sluis_reach {
	SLUIS_REACH_OPEN,        /* somebody accepts connections there */
	SLUIS_REACH_NO_ADDRESS,  /* not tcp://HOST:PORT */
	SLUIS_REACH_NO_NAME,     /* the name does not exist */
	SLUIS_REACH_NO_RESOLVER, /* no name server answers */
	SLUIS_REACH_CLOSED,      /* refused: nobody listens at that port */
	SLUIS_REACH_BLOCKED,     /* no answer at all, or forbidden: a firewall */
	SLUIS_REACH_NO_ROUTE     /* no way there: this machine has no network */
};

enum { SLUIS_REACH_HOST = 128, SLUIS_REACH_PORT = 8 };

struct sluis_reach_place {
	char host[SLUIS_REACH_HOST];
	char port[SLUIS_REACH_PORT];
};

/** sluis_reach_try(endpoint, timeout_ms, ret): look up ${endpoint} and connect, at most ${timeout_ms} an address; ${ret} where it has the form. */
enum sluis_reach sluis_reach_try(const char *endpoint, int timeout_ms, struct sluis_reach_place *ret);

#endif
