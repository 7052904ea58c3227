/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * zap - says which CURVE keys come in, and names each connection by its key (ZAP, zeromq/rfc 27).
 *
 * In the domain ZAP_DOMAIN every CURVE key is let in while the door has room, and its User-Id is the key in hex: who that is,
 * is looked up at every message, never remembered from the handshake. In ZAP_DOMAIN_DENIED, and in any other, nobody.
 * The handler is bound before any socket that listens and closed after the last; should it die, the process ends.
 * Source: design 13; crypto 8.2 (a missing handler lets everybody in).
 */
#ifndef SLUISD_FRONT_ZAP_H
#define SLUISD_FRONT_ZAP_H

#include "base.h"

#define ZAP_DOMAIN "sluis"
#define ZAP_DOMAIN_DENIED "sluis-denied" /* for the self-test: refusing must work */

struct zap;

/** Asked for each handshake in ZAP_DOMAIN: is there room for this key now? */
struct zap_gate {
	bool (*admits)(void *context, const struct sluis_public *curve_key);
	void *context;
};

/** zap_open(zmq, gate, why, ret): bind the handler in the ZeroMQ context ${zmq}. Errors: SLUIS_ESYSTEM, SLUIS_ENOMEM. */
SLUIS_MUST_CHECK enum sluis_err zap_open(void *zmq, const struct zap_gate *gate, struct sluis_why *why,
    struct zap **ret);

/** zap_serve(zap): answer all handshakes that wait. Never blocks. A dead socket ends the process. */
void zap_serve(struct zap *zap);

/** zap_socket(zap): to wait on with others. */
void *zap_socket(const struct zap *zap);

/** zap_close(zap): after the last socket that listens. NULL is fine. */
void zap_close(struct zap *zap);

#endif
