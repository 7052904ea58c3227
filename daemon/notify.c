/* SPDX-License-Identifier: EUPL-1.2 */
#include "notify.h"

#include <stdio.h>
#include <sys/socket.h>
#include <time.h>

#include <systemd/sd-daemon.h>

void
notify_ready(void)
{
	sd_notify(0, "READY=1");
}

/* systemd 252 has no Type=notify-reload: the two words, by hand. */
void
notify_reloading(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
}

void
notify_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

void
notify_alive(void)
{
	sd_notify(0, "WATCHDOG=1");
}

int64_t
notify_watchdog_ms(void)
{
	uint64_t usec = 0;

	if (sd_watchdog_enabled(0, &usec) <= 0)
		return 0;
	return usec / 1000 > INT32_MAX ? INT32_MAX : (int64_t)(usec / 1000);
}

SLUIS_MUST_CHECK enum sluis_err
notify_socket(struct sluis_why *why, int *ret_fd)
{
	const int n = sd_listen_fds(0);

	if (n <= 0) {
		*ret_fd = -1;
		return SLUIS_OK;
	}
	if (n > 1 || sd_is_socket(SD_LISTEN_FDS_START, AF_UNSPEC, SOCK_STREAM, 1) <= 0) {
		snprintf(why->text, sizeof(why->text),
		    "the supervisor handed over %d sockets; one listening stream socket is expected", n);
		return SLUIS_ECONFIG;
	}
	*ret_fd = SD_LISTEN_FDS_START;
	return SLUIS_OK;
}
