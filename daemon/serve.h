/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * serve - the parts of the daemon put together, run, and taken apart in reverse.
 *
 * front (this thread) → queue → intake (workers) → queue → commit (one thread) → queue → front. READY is said only when
 * store, log heads, keys and the transport's self-tests are in order and the socket is open.
 */
#ifndef SLUISD_SERVE_H
#define SLUISD_SERVE_H

#include "config.h"

/** serve_run(config, why): until SIGTERM or SIGINT; SIGHUP reloads. Errors: of any part at start, with ${why}. */
SLUIS_MUST_CHECK enum sluis_err serve_run(const struct config *config, struct sluis_why *why);

#endif
