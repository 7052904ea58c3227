/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * notify - what the supervisor (systemd) tells us and hears from us; without one, every call is harmless.
 *
 * The only file that sees libsystemd. sd_notify(3), sd_listen_fds(3), sd_watchdog_enabled(3).
 */
#ifndef SLUISD_NOTIFY_H
#define SLUISD_NOTIFY_H

#include "base.h"

void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);
/** notify_alive(): feed the watchdog. */
void notify_alive(void);

/** notify_watchdog_ms(): how long the supervisor waits for notify_alive(); 0: it does not. */
int64_t notify_watchdog_ms(void);

/**
 * notify_socket(why, ret_fd):
 * The listening stream socket that was handed over, -1 where none was. It stays ours: whoever closes sockets gets a dup.
 * Errors: SLUIS_ECONFIG (more than one, or no listening stream socket).
 */
SLUIS_MUST_CHECK enum sluis_err notify_socket(struct sluis_why *why, int *ret_fd);

#endif
