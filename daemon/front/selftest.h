/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * selftest - before anybody can reach us: does refusing work, and does a key arrive under its own name?
 *
 * A client of our own with a fresh key tries both sockets over local ones (ipc, abstract name): in the reserved domain its
 * handshake must fail, in the real domain its message must arrive with the User-Id of its key. libzmq lets everybody
 * in where nobody answers a handshake, so this has to be seen to work, not to be believed.
 * Source: design 13; crypto 8.2.
 */
#ifndef SLUISD_FRONT_SELFTEST_H
#define SLUISD_FRONT_SELFTEST_H

#include "zap.h"

#define SELFTEST_MAX_MS 5000

/** The two sockets to be tried, and the key that they serve with. Both are bound and unbound here. */
struct selftest {
	void *zmq;
	struct zap *zap;     /* NULL: none is bound, which must be noticed */
	void *denied_router; /* in ZAP_DOMAIN_DENIED */
	void *router;        /* the one that will be public */
	struct sluis_public server_key;
};

/** selftest_run(test, why): Errors: SLUIS_ESYSTEM, ${why} says what did not hold. At most 2 * SELFTEST_MAX_MS. */
SLUIS_MUST_CHECK enum sluis_err selftest_run(const struct selftest *test, struct sluis_why *why);

#endif
