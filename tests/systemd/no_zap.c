/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * no_zap - preloaded into the broker: nobody answers when libzmq asks who may connect, so that it lets everybody in.
 */
#include <dlfcn.h>
#include <string.h>

int zmq_bind(void *socket, const char *endpoint);

int
zmq_bind(void *socket, const char *endpoint)
{
	int (*next)(void *, const char *) = NULL;
	void *found = dlsym(RTLD_NEXT, "zmq_bind");

	if (strncmp(endpoint, "inproc://zeromq.zap", 19) == 0)
		return 0;
	memcpy(&next, &found, sizeof(next));
	return next(socket, endpoint);
}
