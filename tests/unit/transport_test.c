/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "front/internal.h"
#include "front/selftest.h"
#include "front_world.h"
#include "zmtp_raw.h"

static struct world w;
static void *zmq;

static int
begin_with(size_t places, int fd)
{
	memset(&w, 0, sizeof(w));
	zmq = zmq_ctx_new();
	if (!world_open(&w, places, FRONT_REQUESTS_CAP, fd))
		return -1;
	world_run(&w);
	return 0;
}

static int
begin(void **state)
{
	(void)state;
	return begin_with(1024, -1);
}

static int
begin_small(void **state)
{
	(void)state;
	return begin_with(16, -1);
}

static int
end(void **state)
{
	(void)state;
	close_all_clients();
	zmq_ctx_term(zmq);
	world_close(&w);
	return 0;
}

static bool
connections_become(size_t wanted, int64_t for_ms)
{
	const int64_t end_ms = now_steady_ms() + for_ms;

	while (now_steady_ms() < end_ms) {
		if (world_load(&w).connections == wanted)
			return true;
	}
	return false;
}

static size_t
meta_of(uint8_t *meta, const void *identity, size_t identity_len)
{
	const size_t n = raw_property(meta, 0, "Socket-Type", "DEALER", 6);

	return raw_property(meta, n, "Identity", identity, identity_len);
}

static bool
raw_ask(struct raw *raw, uint32_t number)
{
	uint8_t frame[64];
	const size_t before = atomic_load(&w.jobs);
	const size_t len = frame_fill(frame, number, 54);
	const int64_t end_ms = now_steady_ms() + 2000;

	if (!raw_send(raw, frame, len))
		return false;
	while (atomic_load(&w.jobs) == before && now_steady_ms() < end_ms)
		usleep(1000);
	usleep(10000);
	return atomic_load(&w.jobs) > before;
}

/* The tool itself works: else the refusals below would mean nothing. */
static void
an_honest_raw_client_is_served(void **state)
{
	uint8_t meta[RAW_MAX];
	struct raw raw;

	(void)state;
	assert_true(raw_open(&raw, w.endpoint, &w.key, meta, meta_of(meta, "", 0)));
	assert_true(raw_ask(&raw, 1));
	assert_memory_equal(world_seen(&w).peer.curve_key.bytes, raw.key.bytes, 32);
	raw_close(&raw);
	assert_true(connections_become(0, 3000));
}

/* A peer may send any metadata; its own User-Id must not become its name. */
static void
a_user_id_of_the_peers_own_is_not_believed(void **state)
{
	uint8_t meta[RAW_MAX];
	struct client member;
	struct raw raw;
	char hex[65];
	size_t n;

	(void)state;
	client_open(&member, zmq, &w, true);
	assert_true(client_is_served(&member, 1));
	sluis_hex(member.key.bytes, 32, hex);
	n = meta_of(meta, "", 0);
	n = raw_property(meta, n, "User-Id", hex, 64);
	n = raw_property(meta, n, "user-id", hex, 64);
	assert_true(raw_open(&raw, w.endpoint, &w.key, meta, n));
	assert_true(raw_ask(&raw, 2));
	assert_memory_equal(world_seen(&w).peer.curve_key.bytes, raw.key.bytes, 32);
	assert_false(world_seen(&w).peer.is_member);
	raw_close(&raw);
	close_client(&member);
}

/* libzmq does not bound the routing id that a peer gives itself. */
static void
an_endless_routing_id_is_malformed(void **state)
{
	uint8_t meta[RAW_MAX], identity[2000], tell[256];
	struct client other;
	struct told told;
	struct raw raw;

	(void)state;
	memset(identity, 'r', sizeof(identity));
	assert_true(raw_open(&raw, w.endpoint, &w.key, meta, meta_of(meta, identity, 256)));
	assert_false(raw_ask(&raw, 1));
	told_parse(tell, raw_hear(&raw, tell, sizeof(tell)), &told);
	assert_int_equal(told.status, BRIEF_MALFORMED);
	assert_int_equal(told.number, 1);
	raw_close(&raw);
	assert_true(raw_open(&raw, w.endpoint, &w.key, meta, meta_of(meta, identity, sizeof(identity))));
	assert_false(raw_ask(&raw, 1));
	raw_close(&raw);
	assert_true(raw_open(&raw, w.endpoint, &w.key, meta, meta_of(meta, identity, 255)));
	assert_true(raw_ask(&raw, 1));
	raw_close(&raw);
	client_open(&other, zmq, &w, true);
	assert_true(client_is_served(&other, 2));
	close_client(&other);
}

/* The key of the connection must be proved: a member's public key alone opens nothing. */
static void
a_key_that_is_not_held_does_not_come_in(void **state)
{
	uint8_t meta[RAW_MAX], head[2];
	struct client member;
	struct raw raw = { .server = w.key };

	(void)state;
	client_make(&member, zmq, &w, true);
	raw.fd = raw_tcp(w.endpoint);
	raw.key = member.key;
	crypto_box_keypair(raw.passing_key.bytes, raw.secret.bytes); /* not its secret */
	assert_true(raw_hello(&raw));
	assert_true(raw_initiate(&raw, meta, meta_of(meta, "", 0)));
	assert_false(raw_read(&raw, head, sizeof(head)) && head[0] == 4 && raw_read(&raw, meta, 6) &&
	    memcmp(meta, "\x05READY", 6) == 0);
	raw_close(&raw);
	assert_int_equal(atomic_load(&w.jobs), 0);
	close_client(&member);
}

static void
only_curve_comes_in(void **state)
{
	struct client plain, wrong;
	struct told told;
	const struct sluis_public not_ours = { { 9 } };

	(void)state;
	plain.socket = zmq_socket(zmq, ZMQ_DEALER);
	client_set(&plain, ZMQ_LINGER, 0);
	client_set(&plain, ZMQ_RCVTIMEO, 300);
	zmq_connect(plain.socket, w.endpoint);
	client_make(&wrong, zmq, &w, true);
	zmq_setsockopt(wrong.socket, ZMQ_CURVE_SERVERKEY, not_ours.bytes, 32);
	client_set(&wrong, ZMQ_RCVTIMEO, 300);
	zmq_connect(wrong.socket, w.endpoint);
	(void)client_ask(&plain, 1, 0);
	(void)client_ask(&wrong, 1, 0);
	assert_false(client_hear(&plain, &told));
	assert_false(client_hear(&wrong, &told));
	assert_int_equal(atomic_load(&w.jobs), 0);
	zmq_close(plain.socket);
	close_client(&wrong);
	assert_true(connections_become(0, 3000));
}

/* Bytes that are no ZMTP are hung up on; a handshake that never ends too, after 5 s; others notice nothing. */
static void
garbage_and_half_open_handshakes_end(void **state)
{
	static const char *const GARBAGE[] = { "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00",
		"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" };
	const int silent = raw_tcp(w.endpoint);
	const int64_t began_ms = now_steady_ms();
	struct raw half = { .fd = raw_tcp(w.endpoint), .server = w.key };
	struct client other;
	char byte;

	(void)state;
	assert_true(raw_hello(&half)); /* and no INITIATE */
	client_open(&other, zmq, &w, true);
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(GARBAGE); i++) {
		const int fd = raw_tcp(w.endpoint);

		assert_true(send(fd, GARBAGE[i], strlen(GARBAGE[i]), MSG_NOSIGNAL) > 0);
		assert_true(client_is_served(&other, (uint32_t)i));
		close(fd);
	}
	while (recv(half.fd, &byte, 1, 0) > 0 || recv(silent, &byte, 1, 0) > 0)
		; /* the broker's greeting, then the end */
	assert_in_range(now_steady_ms() - began_ms, 4000, 8000);
	close(silent);
	raw_close(&half);
	assert_true(connections_become(1, 8000));
	assert_true(client_is_served(&other, 9));
	close_client(&other);
	assert_true(connections_become(0, 3000));
}

/* 16 places: 12 for everybody, the rest for members; nobody beyond; a place that is left can be had again. */
static void
places_are_bounded_and_members_come_last(void **state)
{
	struct client strangers[16], members[8];
	struct told told;
	unsigned in = 0;

	(void)state;
	for (int i = 0; i < 16; i++) {
		client_open(&strangers[i], zmq, &w, false);
		client_set(&strangers[i], ZMQ_RCVTIMEO, i < 12 ? 3000 : 150);
		in += client_is_served(&strangers[i], 1);
	}
	assert_int_equal(in, 12);
	for (int i = 12; i < 16; i++)
		close_client(&strangers[i]);
	in = 0;
	for (int i = 0; i < 8; i++) {
		client_make(&members[i], zmq, &w, true);
		client_set(&members[i], ZMQ_RECONNECT_IVL, -1);
		client_set(&members[i], ZMQ_RCVTIMEO, 500);
		zmq_connect(members[i].socket, w.endpoint);
		in += client_is_served(&members[i], 2);
	}
	assert_int_equal(in, 4);
	for (int i = 0; i < 12; i++)
		close_client(&strangers[i]);
	assert_true(connections_become(4, 9000)); /* who was not let in ends with its handshake, after 5 s */
	assert_false(client_hear(&members[7], &told));
	client_open(&strangers[0], zmq, &w, false);
	assert_true(client_is_served(&strangers[0], 3));
	for (int i = 0; i < 8; i++)
		close_client(&members[i]);
	close_client(&strangers[0]);
	assert_true(connections_become(0, 3000));
}

static bool
anyone(void *context, const struct sluis_public *key)
{
	(void)key;
	return *(const bool *)context;
}

/* A connection that was there before the counting began ends without being counted. */
static void
only_what_was_counted_is_taken_off(void **state)
{
	const struct membership nobody = { anyone, &(bool){ false } };
	void *context = zmq_ctx_new(), *router = zmq_socket(context, ZMQ_ROUTER);
	void *before = zmq_socket(context, ZMQ_DEALER), *after = zmq_socket(context, ZMQ_DEALER);
	struct door *door = door_new(16, &nobody);
	const int wait_ms = 2000, off = 0;
	char endpoint[64], byte[8];
	size_t len = sizeof(endpoint);

	(void)state;
	zmq_setsockopt(router, ZMQ_RCVTIMEO, &wait_ms, sizeof(wait_ms));
	zmq_setsockopt(before, ZMQ_LINGER, &off, sizeof(off));
	zmq_setsockopt(after, ZMQ_LINGER, &off, sizeof(off));
	assert_int_equal(zmq_bind(router, "tcp://127.0.0.1:*"), 0);
	assert_int_equal(zmq_getsockopt(router, ZMQ_LAST_ENDPOINT, endpoint, &len), 0);
	zmq_connect(before, endpoint);
	zmq_send(before, "x", 1, 0);
	assert_true(zmq_recv(router, byte, sizeof(byte), 0) > 0 && zmq_recv(router, byte, sizeof(byte), 0) > 0);
	door_watch(door, context, router);
	zmq_connect(after, endpoint);
	zmq_send(after, "x", 1, 0);
	assert_true(zmq_recv(router, byte, sizeof(byte), 0) > 0 && zmq_recv(router, byte, sizeof(byte), 0) > 0);
	door_serve(door);
	assert_int_equal(door_count(door), 1);
	zmq_close(before);
	usleep(300000);
	door_serve(door);
	assert_int_equal(door_count(door), 1);
	zmq_close(after);
	usleep(300000);
	door_serve(door);
	assert_int_equal(door_count(door), 0);
	door_unwatch(door, router);
	zmq_close(router);
	zmq_ctx_term(context);
	door_free(door);
}

/* A new key costs nothing, so strangers' handshakes have a rate; members' have none. */
static void
strangers_knock_at_a_rate(void **state)
{
	bool is_member = false;
	const struct membership who = { anyone, &is_member };
	struct door *door = door_new(100000, &who);
	const struct sluis_public key = { { 1 } };
	unsigned in = 0;

	(void)state;
	while (door_admits(door, &key, 1000))
		in++;
	assert_int_equal(in, DOOR_STRANGERS_BURST);
	is_member = true;
	for (int i = 0; i < 10 * DOOR_STRANGERS_BURST; i++)
		assert_true(door_admits(door, &key, 1000));
	is_member = false;
	assert_false(door_admits(door, &key, 1000));
	for (int i = 0; i < DOOR_STRANGERS_PER_S; i++)
		assert_true(door_admits(door, &key, 2000));
	assert_false(door_admits(door, &key, 2000));
	door_shut(door);
	is_member = true;
	assert_false(door_admits(door, &key, 3000));
	door_free(door);
	door_free(NULL);
}

static void
the_socket_handed_over_stays_ours(void **state)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	struct client client;
	char want[64];
	int fd;

	(void)state;
	fd = socket(AF_INET, SOCK_STREAM, 0);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 16), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	for (uint32_t round = 0; round < 2; round++) {
		assert_int_equal(begin_with(64, fd), 0);
		snprintf(want, sizeof(want), "tcp://127.0.0.1:%u", ntohs(at.sin_port));
		assert_string_equal(w.endpoint, want);
		client_open(&client, zmq, &w, true);
		assert_true(client_is_served(&client, round));
		end(NULL);
		assert_true(fcntl(fd, F_GETFD) >= 0); /* libzmq closed only its dup */
	}
	/* Between two daemons the kernel goes on taking connections: nobody is refused. */
	close(raw_tcp(want));
	close(fd);
}

static void
a_socket_that_is_taken_says_so(void **state)
{
	struct world second;
	struct sluis_why why = { "" };

	(void)state;
	memset(&second, 0, sizeof(second));
	assert_true(world_open(&second, 16, 8, -1));
	assert_int_equal(front_listen(second.front, w.endpoint, -1, &why), SLUIS_ECONFIG);
	assert_non_null(strstr(why.text, w.endpoint));
	assert_int_equal(front_listen(second.front, "tcp://nowhere.invalid:x", -1, &why), SLUIS_ECONFIG);
	world_close(&second);
}

/* ---- the handler of handshakes, missing or wrong ---- */

static bool
always(void *context, const struct sluis_public *key)
{
	(void)context;
	(void)key;
	return true;
}

static void *
router_in(void *context, const char *domain, const struct sluis_secret32 *secret)
{
	void *router = zmq_socket(context, ZMQ_ROUTER);
	const int on = 1, off = 0;

	zmq_setsockopt(router, ZMQ_CURVE_SERVER, &on, sizeof(on));
	zmq_setsockopt(router, ZMQ_CURVE_SECRETKEY, secret->bytes, 32);
	zmq_setsockopt(router, ZMQ_ZAP_DOMAIN, domain, strlen(domain));
	zmq_setsockopt(router, ZMQ_LINGER, &off, sizeof(off));
	return router;
}

static enum sluis_err
try_transport(bool with_handler, const char *denied, const char *real, struct sluis_why *why)
{
	struct sluis_secret32 secret;
	struct selftest test = { .zmq = zmq_ctx_new() };
	enum sluis_err err;

	crypto_box_keypair(test.server_key.bytes, secret.bytes);
	if (with_handler)
		assert_int_equal(zap_open(test.zmq, &(struct zap_gate){ always, NULL }, why, &test.zap), SLUIS_OK);
	test.denied_router = router_in(test.zmq, denied, &secret);
	test.router = router_in(test.zmq, real, &secret);
	err = selftest_run(&test, why);
	zmq_close(test.denied_router);
	zmq_close(test.router);
	zap_close(test.zap);
	zmq_ctx_term(test.zmq);
	return err;
}

/* Crypto 8.2: with CURVE and a domain but no handler, libzmq lets a random key in. That must be seen at start. */
static void
the_self_test_sees_a_missing_handler(void **state)
{
	struct sluis_why why = { "" };

	(void)state;
	assert_int_equal(try_transport(true, ZAP_DOMAIN_DENIED, ZAP_DOMAIN, &why), SLUIS_OK);
	assert_int_equal(try_transport(false, ZAP_DOMAIN_DENIED, ZAP_DOMAIN, &why), SLUIS_ESYSTEM);
	assert_non_null(strstr(why.text, "must be refused was let in"));
}

static void
the_self_test_sees_wrong_domains(void **state)
{
	struct sluis_why why = { "" };

	(void)state;
	assert_int_equal(try_transport(true, ZAP_DOMAIN, ZAP_DOMAIN, &why), SLUIS_ESYSTEM);
	assert_non_null(strstr(why.text, "must be refused was let in"));
	assert_int_equal(try_transport(true, ZAP_DOMAIN_DENIED, ZAP_DOMAIN_DENIED, &why), SLUIS_ESYSTEM);
	assert_non_null(strstr(why.text, "did not arrive"));
}

/* A router of another context has no handler: it lets in whom it likes, and says no name. */
static void
the_self_test_sees_a_message_without_a_name(void **state)
{
	void *other = zmq_ctx_new();
	struct sluis_secret32 secret;
	struct selftest test = { .zmq = zmq_ctx_new() };
	struct sluis_why why = { "" };

	(void)state;
	crypto_box_keypair(test.server_key.bytes, secret.bytes);
	assert_int_equal(zap_open(test.zmq, &(struct zap_gate){ always, NULL }, &why, &test.zap), SLUIS_OK);
	test.denied_router = router_in(test.zmq, ZAP_DOMAIN_DENIED, &secret);
	test.router = router_in(other, ZAP_DOMAIN, &secret);
	assert_int_equal(selftest_run(&test, &why), SLUIS_ESYSTEM);
	assert_non_null(strstr(why.text, "without the name of its key"));
	zmq_close(test.denied_router);
	zmq_close(test.router);
	zap_close(test.zap);
	zmq_ctx_term(test.zmq);
	zmq_ctx_term(other);
}

/* Should the handler be gone while we run, the next one that libzmq lets in ends the process. */
static void
a_handler_that_vanishes_ends_the_process(void **state)
{
	pid_t child;
	int status = 0;

	(void)state;
	child = fork();
	if (child == 0) {
		struct client client;
		struct arrival from;

		signal(SIGABRT, SIG_DFL);
		close(STDERR_FILENO);
		memset(&w, 0, sizeof(w));
		zmq = zmq_ctx_new();
		if (!world_open(&w, 64, 8, -1))
			_exit(3);
		zmq_close(zap_socket(listener_zap(w.front->listener)));
		client_open(&client, zmq, &w, false);
		(void)client_ask(&client, 1, 0);
		for (int i = 0; i < 500; i++) {
			(void)!listener_recv(w.front->listener, &from);
			usleep(10000);
		}
		_exit(4); /* it came in, or nobody noticed */
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_honest_raw_client_is_served, begin, end),
		cmocka_unit_test_setup_teardown(a_user_id_of_the_peers_own_is_not_believed, begin, end),
		cmocka_unit_test_setup_teardown(an_endless_routing_id_is_malformed, begin, end),
		cmocka_unit_test_setup_teardown(a_key_that_is_not_held_does_not_come_in, begin, end),
		cmocka_unit_test_setup_teardown(only_curve_comes_in, begin, end),
		cmocka_unit_test_setup_teardown(garbage_and_half_open_handshakes_end, begin, end),
		cmocka_unit_test_setup_teardown(places_are_bounded_and_members_come_last, begin_small, end),
		cmocka_unit_test(strangers_knock_at_a_rate),
		cmocka_unit_test(only_what_was_counted_is_taken_off),
		cmocka_unit_test(the_socket_handed_over_stays_ours),
		cmocka_unit_test_setup_teardown(a_socket_that_is_taken_says_so, begin, end),
		cmocka_unit_test(the_self_test_sees_a_missing_handler),
		cmocka_unit_test(the_self_test_sees_wrong_domains),
		cmocka_unit_test(the_self_test_sees_a_message_without_a_name),
		cmocka_unit_test(a_handler_that_vanishes_ends_the_process),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
