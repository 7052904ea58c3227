/* SPDX-License-Identifier: EUPL-1.2 */
#include "reach.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool
take_apart(const char *endpoint, struct sluis_reach_place *ret)
{
	static const char SCHEME[] = "tcp://";
	const char *host = endpoint + sizeof(SCHEME) - 1;
	const char *colon = strrchr(endpoint, ':');
	size_t len;

	if (strncmp(endpoint, SCHEME, sizeof(SCHEME) - 1) != 0 || colon == NULL || colon <= host)
		return false;
	len = (size_t)(colon - host);
	if (host[0] == '[') { /* IPv6 */
		if (len < 3 || host[len - 1] != ']')
			return false;
		host++;
		len -= 2;
	}
	if (len >= sizeof(ret->host) || strlen(colon + 1) >= sizeof(ret->port) || colon[1] == '\0')
		return false;
	memcpy(ret->host, host, len);
	ret->host[len] = '\0';
	memcpy(ret->port, colon + 1, strlen(colon + 1) + 1);
	return strspn(ret->port, "0123456789") == strlen(ret->port);
}

static enum sluis_reach
of_errno(int error)
{
	switch (error) {
	case ECONNREFUSED:
	case ECONNRESET:
		return SLUIS_REACH_CLOSED;
	case ENETUNREACH:
	case ENETDOWN:
	case EADDRNOTAVAIL:
	case EAFNOSUPPORT:
		return SLUIS_REACH_NO_ROUTE;
	default: /* ETIMEDOUT, EHOSTUNREACH, EACCES, EPERM: somebody on the way does not want it */
		return SLUIS_REACH_BLOCKED;
	}
}

static enum sluis_reach
connect_one(const struct addrinfo *address, int timeout_ms)
{
	const int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct pollfd poll_fd = { .fd = fd, .events = POLLOUT };
	int error = 0, ready;
	socklen_t len = sizeof(error);

	if (fd < 0)
		return of_errno(errno);
	if (connect(fd, address->ai_addr, address->ai_addrlen) != 0 && errno != EINPROGRESS)
		error = errno;
	if (error == 0) {
		do {
			ready = poll(&poll_fd, 1, timeout_ms);
		} while (ready < 0 && errno == EINTR);
		if (ready <= 0)
			error = ETIMEDOUT;
		else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
			error = errno;
	}
	close(fd);
	return error == 0 ? SLUIS_REACH_OPEN : of_errno(error);
}

enum sluis_reach
sluis_reach_try(const char *endpoint, int timeout_ms, struct sluis_reach_place *ret)
{
	const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	enum sluis_reach reach = SLUIS_REACH_NO_ROUTE;
	int failed;

	if (!take_apart(endpoint, ret))
		return SLUIS_REACH_NO_ADDRESS;
	failed = getaddrinfo(ret->host, ret->port, &hints, &list);
	if (failed != 0)
		return failed == EAI_AGAIN ? SLUIS_REACH_NO_RESOLVER : SLUIS_REACH_NO_NAME;
	for (const struct addrinfo *at = list; at != NULL && reach != SLUIS_REACH_OPEN; at = at->ai_next) {
		const enum sluis_reach one = connect_one(at, timeout_ms);

		/* of several addresses the one that got furthest is told about */
		if (one == SLUIS_REACH_OPEN || reach == SLUIS_REACH_NO_ROUTE || one == SLUIS_REACH_CLOSED)
			reach = one;
	}
	freeaddrinfo(list);
	return reach;
}
