/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <zmq.h>

#include "front/zap.h"

static bool is_open;
static const uint8_t KEY[32] = { 0xab, 1, 2 };

static bool
admits(void *context, const struct sluis_public *key)
{
	(void)context;
	assert_memory_equal(key->bytes, KEY, 32);
	return is_open;
}

static const struct zap_gate GATE = { admits, NULL };

struct world {
	void *zmq;
	struct zap *zap;
	void *asker;
};

static int
open_world(void **state)
{
	static struct world world;
	struct sluis_why why;
	const int timeout_ms = 2000;

	world.zmq = zmq_ctx_new();
	if (zap_open(world.zmq, &GATE, &why, &world.zap) != SLUIS_OK)
		return -1;
	world.asker = zmq_socket(world.zmq, ZMQ_REQ);
	zmq_setsockopt(world.asker, ZMQ_RCVTIMEO, &timeout_ms, sizeof(timeout_ms));
	*state = &world;
	return zmq_connect(world.asker, "inproc://zeromq.zap.01");
}

static int
close_world(void **state)
{
	struct world *world = *state;

	zmq_close(world->asker);
	zap_close(world->zap);
	zmq_ctx_term(world->zmq);
	zap_close(NULL);
	return 0;
}

struct asked {
	const char *version, *domain, *mechanism;
	size_t key_len;
	int extra; /* parts more; -1: no key at all */
	bool open;
	const char *status;
};

static void
put(void *asker, const void *data, size_t len, bool more)
{
	assert_int_equal(zmq_send(asker, data, len, more ? ZMQ_SNDMORE : 0), (int)len);
}

static void
expect(void *asker, const char *want, bool more)
{
	char got[128] = "";
	const int n = zmq_recv(asker, got, sizeof(got) - 1, 0);
	int has_more = 0;
	size_t len = sizeof(has_more);

	assert_int_equal(n, (int)strlen(want));
	assert_string_equal(got, want);
	assert_int_equal(zmq_getsockopt(asker, ZMQ_RCVMORE, &has_more, &len), 0);
	assert_int_equal(has_more, more);
}

static void
ask(struct world *world, const struct asked *asked)
{
	char user_id[65] = "";
	uint8_t key[33] = { 0 };

	memcpy(key, KEY, 32);
	is_open = asked->open;
	put(world->asker, asked->version, strlen(asked->version), true);
	put(world->asker, "17", 2, true);
	put(world->asker, asked->domain, strlen(asked->domain), true);
	put(world->asker, "127.0.0.1", 9, true);
	put(world->asker, "", 0, true);
	put(world->asker, asked->mechanism, strlen(asked->mechanism), asked->extra >= 0);
	if (asked->extra >= 0)
		put(world->asker, key, asked->key_len, asked->extra > 0);
	for (int i = 1; i <= asked->extra; i++)
		put(world->asker, "x", 1, i < asked->extra);
	zap_serve(world->zap);
	if (strcmp(asked->status, "200") == 0)
		sluis_hex(KEY, 32, user_id);
	expect(world->asker, "1.0", true);
	expect(world->asker, "17", true);
	expect(world->asker, asked->status, true);
	expect(world->asker, "", true);
	expect(world->asker, user_id, true);
	expect(world->asker, "", false);
}

/* Only a CURVE key, in our domain, through an open door; and its User-Id is the key. */
static void
who_comes_in(void **state)
{
	static const struct asked CASES[] = {
		{ "1.0", ZAP_DOMAIN, "CURVE", 32, 0, true, "200" },
		{ "1.0", ZAP_DOMAIN, "CURVE", 32, 0, false, "300" },
		{ "1.0", ZAP_DOMAIN_DENIED, "CURVE", 32, 0, true, "400" },
		{ "1.0", "", "CURVE", 32, 0, true, "400" },
		{ "1.0", "sluis2", "CURVE", 32, 0, true, "400" },
		{ "1.0", ZAP_DOMAIN, "NULL", 0, -1, true, "500" },
		{ "1.0", ZAP_DOMAIN, "PLAIN", 32, 0, true, "400" },
		{ "1.0", ZAP_DOMAIN, "CURVE", 31, 0, true, "400" },
		{ "1.0", ZAP_DOMAIN, "CURVE", 33, 0, true, "400" },
		{ "1.0", ZAP_DOMAIN, "CURVE", 0, 0, true, "400" },
		{ "1.0", ZAP_DOMAIN, "CURVE", 32, 1, true, "500" },
		{ "1.0", ZAP_DOMAIN, "CURVE", 32, 2000, true, "500" },
		{ "1.1", ZAP_DOMAIN, "CURVE", 32, 0, true, "500" },
		{ "", ZAP_DOMAIN, "CURVE", 32, 0, true, "500" },
		{ "1.0", ZAP_DOMAIN, "CURVE", 32, 0, true, "200" }, /* still serving */
	};

	for (size_t i = 0; i < SLUIS_ARRAY_LEN(CASES); i++)
		ask(*state, &CASES[i]);
}

static void
one_handler_only(void **state)
{
	struct world *world = *state;
	struct zap *second = NULL;
	struct sluis_why why = { "" };

	assert_int_equal(zap_open(world->zmq, &GATE, &why, &second), SLUIS_ESYSTEM);
	assert_non_null(strstr(why.text, "handshakes"));
	assert_null(second);
}

/* libzmq would let everybody in from then on: measured. */
static void
a_dead_handler_ends_the_process(void **state)
{
	pid_t child;
	int status = 0;

	(void)state;
	child = fork();
	if (child == 0) {
		void *zmq = zmq_ctx_new();
		struct zap *zap = NULL;
		struct sluis_why why;

		if (zap_open(zmq, &GATE, &why, &zap) != SLUIS_OK)
			_exit(3);
		signal(SIGABRT, SIG_DFL);
		close(STDERR_FILENO);
		zmq_close(zap_socket(zap));
		zap_serve(zap);
		_exit(4);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_comes_in, open_world, close_world),
		cmocka_unit_test_setup_teardown(one_handler_only, open_world, close_world),
		cmocka_unit_test(a_dead_handler_ends_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
