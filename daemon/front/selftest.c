/* SPDX-License-Identifier: EUPL-1.2 */
#include "selftest.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "now.h"
#include "random.h"
#include "socket.h"

#define GREETING "self-test"
#define FAILED (ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | \
	ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL)

enum { NAME_BYTES = 64, ODD_BYTES = 8, STEP_MS = 10 };

/* Our own client: a socket and the monitor that tells how its handshake ended. */
struct client {
	void *socket;
	void *monitor;
	struct sluis_public key;
	int handshake; /* event that ended it; 0: none yet */
};

static void
local_name(const char *scheme, char ret[static NAME_BYTES])
{
	uint8_t odd[ODD_BYTES];
	char hex[2 * ODD_BYTES + 1];

	sluis_random_system(NULL, odd, sizeof(odd));
	sluis_hex(odd, sizeof(odd), hex);
	snprintf(ret, NAME_BYTES, "%ssluis-%s", scheme, hex);
}

static void
client_open(const struct selftest *test, const char *endpoint, struct client *client)
{
	SLUIS_AUTO(sluis_secret32_wipe) struct sluis_secret32 secret;
	char name[NAME_BYTES];

	local_name("inproc://", name);
	*client = (struct client){ .socket = zmq_socket(test->zmq, ZMQ_DEALER),
		.monitor = zmq_socket(test->zmq, ZMQ_PAIR) };
	if (client->socket == NULL || client->monitor == NULL)
		socket_die("self-test");
	crypto_box_keypair(client->key.bytes, secret.bytes);
	socket_set(client->socket, ZMQ_LINGER, 0);
	socket_set(client->monitor, ZMQ_LINGER, 0);
	socket_set(client->socket, ZMQ_RECONNECT_IVL, -1);
	socket_set_bytes(client->socket, ZMQ_CURVE_SERVERKEY, sluis_bytes(test->server_key.bytes, 32));
	socket_set_bytes(client->socket, ZMQ_CURVE_PUBLICKEY, sluis_bytes(client->key.bytes, 32));
	socket_set_bytes(client->socket, ZMQ_CURVE_SECRETKEY, sluis_bytes(secret.bytes, 32));
	if (zmq_socket_monitor(client->socket, name, ZMQ_EVENT_HANDSHAKE_SUCCEEDED | FAILED) != 0 ||
	    zmq_connect(client->monitor, name) != 0 || zmq_connect(client->socket, endpoint) != 0 ||
	    zmq_send(client->socket, GREETING, strlen(GREETING), ZMQ_DONTWAIT) < 0)
		socket_die("self-test");
}

static void
client_close(struct client *client)
{
	zmq_socket_monitor(client->socket, NULL, 0);
	zmq_close(client->monitor);
	zmq_close(client->socket);
}

static void
client_watch(struct client *client)
{
	zmq_msg_t msg;
	uint16_t number = 0;

	zmq_msg_init(&msg);
	while (socket_recv(client->monitor, &msg)) {
		if (zmq_msg_size(&msg) >= sizeof(number))
			memcpy(&number, zmq_msg_data(&msg), sizeof(number));
		if (client->handshake == 0)
			client->handshake = number;
		socket_rest(client->monitor, &msg);
	}
	zmq_msg_close(&msg);
}

/* Did a message arrive at ${router}? Then whether it came from ${client}, by its User-Id. */
static bool
arrived(void *router, const struct client *client, bool *ret_named)
{
	char want[2 * SLUIS_KEY_BYTES + 1];
	const char *user_id;
	zmq_msg_t msg;
	bool got;

	sluis_hex(client->key.bytes, sizeof(client->key.bytes), want);
	zmq_msg_init(&msg);
	got = socket_recv(router, &msg) && zmq_msg_more(&msg) != 0 && socket_recv(router, &msg);
	if (got) {
		user_id = zmq_msg_gets(&msg, "User-Id");
		*ret_named = user_id != NULL && strcmp(user_id, want) == 0 &&
		    sluis_bytes_is_text(socket_bytes(&msg), GREETING);
		socket_rest(router, &msg);
	}
	zmq_msg_close(&msg);
	return got;
}

static enum sluis_err
fail(struct sluis_why *why, const char *what)
{
	snprintf(why->text, sizeof(why->text), "self-test of the transport: %s", what);
	return SLUIS_ESYSTEM;
}

static void
serve(const struct selftest *test, struct client *client, void *router)
{
	zmq_pollitem_t items[] = { { .socket = router, .events = ZMQ_POLLIN },
		{ .socket = client->monitor, .events = ZMQ_POLLIN },
		{ .socket = test->zap == NULL ? NULL : zap_socket(test->zap), .fd = -1, .events = ZMQ_POLLIN } };

	zmq_poll(items, test->zap == NULL ? 2 : 3, STEP_MS);
	if (test->zap != NULL)
		zap_serve(test->zap);
	client_watch(client);
}

/* In the reserved domain: refused, with the word for it; nothing arrives. */
static enum sluis_err
try_denied(const struct selftest *test, const char *endpoint, struct sluis_why *why)
{
	const int64_t end_ms = now_steady_ms() + SELFTEST_MAX_MS;
	struct client client;
	enum sluis_err err = fail(why, "refusing a connection gave no answer in time");
	bool named;

	client_open(test, endpoint, &client);
	while (now_steady_ms() < end_ms) {
		serve(test, &client, test->denied_router);
		if (arrived(test->denied_router, &client, &named) ||
		    client.handshake == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
			err = fail(why, "a connection that must be refused was let in");
			break;
		}
		if (client.handshake == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) {
			err = SLUIS_OK;
			break;
		}
		if (client.handshake != 0) {
			err = fail(why, "a handshake broke off instead of being refused");
			break;
		}
	}
	client_close(&client);
	return err;
}

/* In the real domain: it arrives, under the name of its key. */
static enum sluis_err
try_real(const struct selftest *test, const char *endpoint, struct sluis_why *why)
{
	const int64_t end_ms = now_steady_ms() + SELFTEST_MAX_MS;
	struct client client;
	enum sluis_err err = fail(why, "a message over a local connection did not arrive in time");
	bool named = false;

	client_open(test, endpoint, &client);
	while (now_steady_ms() < end_ms) {
		serve(test, &client, test->router);
		if (arrived(test->router, &client, &named)) {
			err = named ? SLUIS_OK : fail(why, "a message arrived without the name of its key");
			break;
		}
	}
	client_close(&client);
	return err;
}

static enum sluis_err
on_local(const struct selftest *test, void *router,
    enum sluis_err (*attempt)(const struct selftest *, const char *, struct sluis_why *),
    struct sluis_why *why)
{
	char endpoint[NAME_BYTES];
	enum sluis_err err;

	local_name("ipc://@", endpoint);
	if (zmq_bind(router, endpoint) != 0)
		return fail(why, zmq_strerror(zmq_errno()));
	err = attempt(test, endpoint, why);
	if (zmq_unbind(router, endpoint) != 0 && err == SLUIS_OK)
		err = fail(why, zmq_strerror(zmq_errno()));
	return err;
}

SLUIS_MUST_CHECK enum sluis_err
selftest_run(const struct selftest *test, struct sluis_why *why)
{
	SLUIS_TRY(on_local(test, test->denied_router, try_denied, why));
	return on_local(test, test->router, try_real, why);
}
