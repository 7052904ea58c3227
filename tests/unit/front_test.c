/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <dirent.h>

#include <cmocka.h>

#include "front/credit.h"
#include "front/internal.h"
#include "front/selftest.h"
#include "front/session.h"
#include "front/socket.h"
#include "front_world.h"

static struct world w;
static void *zmq;

static int
begin(void **state)
{
	(void)state;
	memset(&w, 0, sizeof(w));
	zmq = zmq_ctx_new();
	if (!world_open(&w, 1024, FRONT_REQUESTS_CAP, -1))
		return -1;
	world_run(&w);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	atomic_store(&w.is_holding, false);
	close_all_clients();
	zmq_ctx_term(zmq);
	world_close(&w);
	return 0;
}

static bool
load_is(bool (*wanted)(const struct front_load *), int64_t for_ms)
{
	const int64_t end_ms = now_steady_ms() + for_ms;

	while (now_steady_ms() < end_ms) {
		const struct front_load load = world_load(&w);

		if (wanted(&load))
			return true;
	}
	return false;
}

static bool
nothing_under_way(const struct front_load *load)
{
	return load->sessions == 0 && load->jobs == 0 && load->bytes == 0;
}

static bool
nobody_connected(const struct front_load *load)
{
	return load->connections == 0;
}

static void
a_request_comes_back_with_its_body(void **state)
{
	struct client member;
	struct told told;

	(void)state;
	client_open(&member, zmq, &w, true);
	atomic_store(&w.body_bytes, 100000);
	assert_true(client_ask(&member, 7, 5000));
	assert_true(client_hear(&member, &told));
	assert_true(told.is_echo);
	assert_int_equal(told.number, 7);
	assert_int_equal(told.body_bytes, 100000);
	assert_int_equal(world_seen(&w).body, 5000);
	assert_int_equal(world_seen(&w).body_first, 1);
	assert_int_equal(world_seen(&w).body_last, 2);
	assert_true(world_seen(&w).peer.is_member);
	assert_memory_equal(world_seen(&w).peer.curve_key.bytes, member.key.bytes, 32);
	atomic_store(&w.body_bytes, 10); /* small ones go another way: copied */
	assert_true(client_ask(&member, 8, 1));
	assert_true(client_hear(&member, &told));
	assert_int_equal(told.body_bytes, 10);
	assert_int_equal(world_seen(&w).body, 1);
	assert_true(load_is(nothing_under_way, 3000));
	close_client(&member);
	assert_true(load_is(nobody_connected, 3000));
}

/* State is looked up at every message: approved and suspended without a new connection. */
static void
who_is_a_member_is_asked_at_every_message(void **state)
{
	struct client client;

	(void)state;
	client_open(&client, zmq, &w, false);
	assert_true(client_is_served(&client, 1));
	assert_false(world_seen(&w).peer.is_member);
	assert_memory_equal(world_seen(&w).peer.curve_key.bytes, client.key.bytes, 32);
	world_set_member(&w, &client.key, true);
	assert_true(client_is_served(&client, 2));
	assert_true(world_seen(&w).peer.is_member);
	world_set_member(&w, &client.key, false);
	assert_true(client_is_served(&client, 3));
	assert_false(world_seen(&w).peer.is_member);
	close_client(&client);
}

/* Crypto 8.2: the client chooses its routing id. It gets neither another's name nor another's answers by that. */
static void
a_routing_id_is_no_identity(void **state)
{
	struct client honest, spoof, second;
	struct told told;

	(void)state;
	client_make(&honest, zmq, &w, true);
	client_make(&spoof, zmq, &w, false);
	client_make(&second, zmq, &w, false);
	zmq_setsockopt(honest.socket, ZMQ_ROUTING_ID, "honest", 6);
	zmq_setsockopt(spoof.socket, ZMQ_ROUTING_ID, "honest", 6);
	/* A member's key as routing id impresses nobody. */
	zmq_setsockopt(second.socket, ZMQ_ROUTING_ID, honest.key.bytes, 32);
	zmq_connect(honest.socket, w.endpoint);
	assert_true(client_is_served(&honest, 1));
	zmq_connect(spoof.socket, w.endpoint);
	client_set(&spoof, ZMQ_RCVTIMEO, 500);
	assert_true(client_ask(&spoof, 2, 0));
	assert_false(client_hear(&spoof, &told));
	assert_int_equal(atomic_load(&w.jobs), 1); /* the second of that name is not heard at all */
	for (uint32_t i = 3; i < 20; i++)
		assert_true(client_is_served(&honest, i)); /* and the first one goes on */
	assert_false(client_hear(&spoof, &told));
	zmq_connect(second.socket, w.endpoint);
	assert_true(client_is_served(&second, 99));
	assert_false(world_seen(&w).peer.is_member);
	assert_memory_equal(world_seen(&w).peer.curve_key.bytes, second.key.bytes, 32);
	close_client(&honest);
	close_client(&spoof);
	close_client(&second);
}

/* Without ROUTER_MANDATORY 190 of 200 answers were lost here, silently. */
static void
a_slow_reader_gets_every_answer_in_order(void **state)
{
	struct client slow, other;
	struct told told;
	uint32_t asked = 0, heard = 0;

	(void)state;
	client_make(&slow, zmq, &w, true);
	client_set(&slow, ZMQ_RCVHWM, 1);
	client_set(&slow, ZMQ_RCVBUF, 8192);
	zmq_connect(slow.socket, w.endpoint);
	client_open(&other, zmq, &w, true);
	atomic_store(&w.body_bytes, 150000);
	while (asked < SESSION_JOBS_MAX)
		assert_true(client_ask(&slow, asked++, 0));
	usleep(300000); /* all answers are made; most of them wait at the broker */
	assert_true(world_load(&w).bytes > 1000000);
	assert_true(client_is_served(&other, 1));
	while (heard < 200) {
		assert_true(client_hear(&slow, &told));
		assert_true(told.is_echo);
		assert_int_equal(told.number, heard++);
		assert_int_equal(told.body_bytes, 150000);
		usleep(1000);
		if (asked < 200)
			assert_true(client_ask(&slow, asked++, 0));
	}
	assert_true(load_is(nothing_under_way, 3000));
	close_client(&slow);
	close_client(&other);
}

/* Its answers wait already, so a brief one waits too: it must not go on asking into the void. */
static void
busy_is_said_to_the_slow_too(void **state)
{
	struct client slow;
	struct told told;
	unsigned busy = 0, echoed = 0;

	(void)state;
	client_make(&slow, zmq, &w, true);
	client_set(&slow, ZMQ_RCVHWM, 1);
	client_set(&slow, ZMQ_RCVBUF, 8192);
	zmq_connect(slow.socket, w.endpoint);
	atomic_store(&w.body_bytes, 150000);
	for (uint32_t i = 0; i < SESSION_JOBS_MAX; i++)
		assert_true(client_ask(&slow, i, 0));
	usleep(300000);
	for (uint32_t i = 0; i < 30; i++)
		assert_true(client_ask(&slow, 1000 + i, 0));
	usleep(100000);
	while (busy + echoed < SESSION_JOBS_MAX + 30 && client_hear(&slow, &told)) {
		busy += told.status == BRIEF_BUSY;
		echoed += told.is_echo;
	}
	/* The few that libzmq had already taken made room for as many of the later ones. */
	assert_int_equal(busy + echoed, SESSION_JOBS_MAX + 30);
	assert_true(busy > 5);
	assert_true(load_is(nothing_under_way, 3000));
	close_client(&slow);
}

static void
a_client_that_never_reads_costs_a_bounded_amount(void **state)
{
	struct client deaf, other;

	(void)state;
	client_make(&deaf, zmq, &w, true);
	client_set(&deaf, ZMQ_RCVHWM, 1);
	client_set(&deaf, ZMQ_RCVBUF, 8192);
	zmq_connect(deaf.socket, w.endpoint);
	client_open(&other, zmq, &w, true);
	atomic_store(&w.body_bytes, 1024 * 1024);
	for (uint32_t i = 0; i < 1000; i++)
		assert_true(client_ask(&deaf, i, 0));
	usleep(300000);
	for (uint32_t i = 0; i < 20; i++) {
		const struct front_load load = world_load(&w);

		assert_true(load.bytes <= CREDIT_PEER_BYTES_MAX);
		assert_true(load.jobs <= SESSION_JOBS_MAX);
		atomic_store(&w.body_bytes, 0);
		assert_true(client_is_served(&other, i));
	}
	assert_true(atomic_load(&w.jobs) < 1000); /* the rest was answered busy, to nobody */
	close_client(&deaf);
	assert_true(load_is(nothing_under_way, 5000)); /* gone with its connection */
	close_client(&other);
}

static void
a_client_that_left_is_dropped(void **state)
{
	struct client gone, other;

	(void)state;
	client_open(&gone, zmq, &w, true);
	client_open(&other, zmq, &w, true);
	assert_true(client_is_served(&gone, 1));
	atomic_store(&w.is_holding, true);
	for (uint32_t i = 0; i < 10; i++)
		assert_true(client_ask(&gone, i, 0));
	usleep(100000);
	close_client(&gone);
	usleep(200000);
	atomic_store(&w.is_holding, false);
	assert_true(load_is(nothing_under_way, 5000));
	assert_true(client_is_served(&other, 2));
	close_client(&other);
}

/* MAXMSGSIZE counts the CURVE frame: the largest body goes through, one byte more breaks the connection. */
static void
the_largest_body_and_one_byte_more(void **state)
{
	struct client client, other;
	struct told told;

	(void)state;
	client_open(&client, zmq, &w, true);
	client_open(&other, zmq, &w, true);
	assert_true(client_ask(&client, 1, SLUIS_BODY_MAX_BYTES));
	assert_true(client_hear(&client, &told));
	assert_int_equal(world_seen(&w).body, SLUIS_BODY_MAX_BYTES);
	client_set(&client, ZMQ_RCVTIMEO, 500);
	assert_true(client_ask(&client, 2, (size_t)SLUIS_BODY_MAX_BYTES + 1));
	assert_false(client_hear(&client, &told));
	assert_int_equal(atomic_load(&w.jobs), 1);
	assert_true(client_is_served(&other, 3));
	close_client(&client);
	close_client(&other);
}

static size_t
frame_of(struct client *client, size_t size, struct told *told)
{
	uint8_t *frame = malloc(size < 54 ? 54 : size);
	const size_t before = atomic_load(&w.jobs);

	frame_fill(frame, 5, size);
	assert_true(zmq_send(client->socket, frame, size, 0) >= 0);
	free(frame);
	if (!client_hear(client, told))
		memset(told, 0, sizeof(*told));
	return atomic_load(&w.jobs) - before;
}

static void
frames_have_a_size(void **state)
{
	struct client client;
	struct told told;

	(void)state;
	client_open(&client, zmq, &w, true);
	assert_int_equal(frame_of(&client, SLUIS_FRAME_MAX_BYTES, &told), 1);
	assert_int_equal(frame_of(&client, SLUIS_FRAME_MAX_BYTES + 1, &told), 0);
	assert_int_equal(told.status, BRIEF_MALFORMED);
	assert_int_equal(told.number, 5);
	client_set(&client, ZMQ_RCVTIMEO, 300);
	assert_int_equal(frame_of(&client, 0, &told), 0); /* nobody to answer */
	assert_false(told.is_echo);
	assert_int_equal(told.status, 0);
	close_client(&client);
}

static bool
send_parts(struct client *client, size_t parts, size_t bytes)
{
	uint8_t *part = calloc(1, bytes < 54 ? 54 : bytes);
	bool ok = true;

	frame_fill(part, 6, 54);
	for (size_t i = 0; ok && i < parts; i++)
		ok = zmq_send(client->socket, part, i == 0 ? 54 : bytes, i + 1 < parts ? ZMQ_SNDMORE : 0) >= 0;
	free(part);
	return ok;
}

/* HWM counts whole messages, so this one is in memory before we see it; it must do nothing else. */
static void
a_message_of_60001_parts_is_read_away(void **state)
{
	struct client client, other;
	struct told told;

	(void)state;
	client_open(&client, zmq, &w, true);
	client_open(&other, zmq, &w, true);
	assert_true(send_parts(&client, 60001, 20));
	assert_true(client_hear(&client, &told));
	assert_int_equal(told.status, BRIEF_MALFORMED);
	assert_true(client_is_served(&other, 1));
	assert_true(send_parts(&client, 3, 20));
	assert_true(client_hear(&client, &told));
	assert_int_equal(told.status, BRIEF_MALFORMED);
	assert_true(send_parts(&client, 2, 20));
	assert_true(client_hear(&client, &told));
	assert_true(told.is_echo);
	assert_int_equal(atomic_load(&w.jobs), 2);
	assert_true(load_is(nothing_under_way, 3000));
	close_client(&client);
	close_client(&other);
}

static void
malformed_messages_use_up_the_rate(void **state)
{
	struct client client;
	struct told told = { .status = 0 };
	unsigned answered = 0;

	(void)state;
	front_set_rates(w.front, 10 * CREDIT_MALFORMED_COST, 1);
	client_open(&client, zmq, &w, true);
	client_set(&client, ZMQ_RCVTIMEO, 500);
	for (int i = 0; i < 30; i++)
		assert_true(send_parts(&client, 3, 20));
	while (client_hear(&client, &told)) {
		assert_int_equal(told.status, BRIEF_MALFORMED);
		answered++;
	}
	assert_int_equal(answered, 10);
	assert_true(client_ask(&client, 1, 0));
	assert_true(client_hear(&client, &told));
	assert_int_equal(told.status, BRIEF_BUSY);
	close_client(&client);
}

static void
a_stranger_has_no_body_and_little_rate(void **state)
{
	struct client stranger, member;
	struct told told;

	(void)state;
	client_open(&stranger, zmq, &w, false);
	client_open(&member, zmq, &w, true);
	assert_true(client_ask(&stranger, 1, 10));
	assert_true(client_hear(&stranger, &told));
	assert_int_equal(told.status, BRIEF_MALFORMED);
	assert_int_equal(atomic_load(&w.jobs), 0);
	front_set_rates(w.front, 10000, 3);
	assert_true(client_is_served(&member, 1)); /* the order has arrived */
	close_client(&stranger);
	client_open(&stranger, zmq, &w, false);
	for (uint32_t i = 0; i < 3; i++)
		assert_true(client_is_served(&stranger, i));
	assert_true(client_ask(&stranger, 4, 0));
	assert_true(client_hear(&stranger, &told));
	assert_int_equal(told.status, BRIEF_BUSY);
	assert_int_equal(told.number, 4);
	assert_in_range(told.retry_s, 1190, 1201);
	for (uint32_t i = 0; i < 100; i++)
		assert_true(client_is_served(&member, i));
	close_client(&stranger);
	close_client(&member);
}

static void
beyond_the_bound_of_a_connection_it_is_busy(void **state)
{
	struct client client;
	struct told told;
	unsigned busy = 0, echoed = 0;

	(void)state;
	client_open(&client, zmq, &w, true);
	assert_true(client_is_served(&client, 0));
	atomic_store(&w.is_holding, true);
	for (uint32_t i = 0; i < SESSION_JOBS_MAX + 10; i++)
		assert_true(client_ask(&client, i, 0));
	for (int i = 0; i < 10; i++) {
		assert_true(client_hear(&client, &told));
		assert_int_equal(told.status, BRIEF_BUSY);
		assert_int_equal(told.retry_s, 1);
		busy++;
	}
	atomic_store(&w.is_holding, false);
	while (echoed < SESSION_JOBS_MAX && client_hear(&client, &told))
		echoed += told.is_echo;
	assert_int_equal(busy, 10);
	assert_int_equal(echoed, SESSION_JOBS_MAX);
	assert_true(load_is(nothing_under_way, 3000));
	close_client(&client);
}

static void
sixteen_clients_of_one_key_with_64_each(void **state)
{
	struct client clients[16];
	struct told told;

	(void)state;
	front_set_rates(w.front, 1000000, 60);
	for (int i = 0; i < 16; i++) {
		client_make(&clients[i], zmq, &w, i == 0);
		if (i > 0) {
			zmq_setsockopt(clients[i].socket, ZMQ_CURVE_PUBLICKEY, clients[0].key.bytes, 32);
			zmq_setsockopt(clients[i].socket, ZMQ_CURVE_SECRETKEY, clients[0].secret.bytes, 32);
		}
		zmq_connect(clients[i].socket, w.endpoint);
	}
	for (uint32_t i = 0; i < 16; i++)
		assert_true(client_is_served(&clients[i], i));
	for (uint32_t n = 0; n < 64; n++) {
		for (int i = 0; i < 16; i++)
			assert_true(client_ask(&clients[i], n, 4096));
	}
	for (uint32_t n = 0; n < 64; n++) {
		for (int i = 0; i < 16; i++) {
			assert_true(client_hear(&clients[i], &told));
			assert_true(told.is_echo);
			assert_int_equal(told.number, n);
		}
	}
	for (int i = 0; i < 16; i++)
		close_client(&clients[i]);
}

static void
a_full_queue_is_busy_and_nothing_stays_charged(void **state)
{
	struct client client;
	struct told told;
	unsigned busy = 0, echoed = 0;

	(void)state;
	end(NULL);
	memset(&w, 0, sizeof(w));
	zmq = zmq_ctx_new();
	assert_true(world_open(&w, 1024, 4, -1));
	world_run(&w);
	client_open(&client, zmq, &w, true);
	assert_true(client_is_served(&client, 0));
	atomic_store(&w.is_holding, true);
	for (uint32_t i = 0; i < 60; i++)
		assert_true(client_ask(&client, i, 100));
	usleep(200000);
	atomic_store(&w.is_holding, false);
	for (int i = 0; i < 60; i++) {
		assert_true(client_hear(&client, &told));
		busy += told.status == BRIEF_BUSY;
		echoed += told.is_echo;
	}
	assert_int_equal(busy + echoed, 60);
	assert_true(busy > 0 && echoed >= 4);
	assert_true(load_is(nothing_under_way, 3000));
	close_client(&client);
}

static void *
stop_front(void *front)
{
	usleep(100000);
	front_stop(front);
	return NULL;
}

/* What was taken is answered; what comes after gets "unavailable"; then it ends. */
static void
stopping_answers_what_was_taken(void **state)
{
	struct client client, late;
	struct told told;
	pthread_t stopper;

	(void)state;
	client_open(&client, zmq, &w, true);
	atomic_store(&w.body_bytes, 50000);
	assert_true(client_is_served(&client, 0));
	atomic_store(&w.is_holding, true);
	for (uint32_t i = 1; i <= 60; i++)
		assert_true(client_ask(&client, i, 0));
	usleep(100000);
	assert_int_equal(pthread_create(&stopper, NULL, stop_front, w.front), 0);
	pthread_join(stopper, NULL);
	usleep(100000);
	assert_true(client_ask(&client, 61, 0));
	assert_true(client_hear(&client, &told));
	assert_int_equal(told.status, BRIEF_UNAVAILABLE);
	assert_int_equal(told.number, 61);
	client_open(&late, zmq, &w, true); /* nobody new comes in: it will find the next daemon */
	client_set(&late, ZMQ_RCVTIMEO, 300);
	assert_true(client_ask(&late, 62, 0));
	assert_false(client_hear(&late, &told));
	close_client(&late);
	atomic_store(&w.is_holding, false);
	pthread_join(w.loop, NULL);
	pthread_join(w.echo, NULL);
	w.is_running = false;
	world_close(&w); /* answers still in libzmq's hands get their time */
	for (uint32_t i = 1; i <= 60; i++) {
		if (!client_hear(&client, &told))
			fail_msg("answer %u is missing", i);
		assert_int_equal(told.number, i);
		assert_int_equal(told.body_bytes, 50000);
	}
	close_client(&client);
	zmq_ctx_term(zmq);
}

static void
idle_means_asleep(void **state)
{
	struct client client;
	struct rusage_like {
		long waits;
	} before, after;
	FILE *f;
	char line[128], path[64];

	(void)state;
	if (WORLD_HAS_TSAN)
		skip(); /* it has a thread of its own that wakes */
	end(NULL);
	memset(&w, 0, sizeof(w));
	zmq = zmq_ctx_new();
	assert_true(world_open(&w, 1024, 64, -1));
	((struct front *)w.front)->parts.tick_ms = 0;
	world_run(&w);
	client_open(&client, zmq, &w, true);
	assert_true(client_is_served(&client, 1));
	usleep(300000);
	before.waits = after.waits = -1;
	for (int round = 0; round < 2; round++) {
		struct rusage_like *at = round == 0 ? &before : &after;
		long sum = 0, n;

		/* All threads of this process: libzmq's own (two contexts), the loop, the echo, this one. */
		DIR *tasks = opendir("/proc/self/task");
		const struct dirent *task;

		while ((task = readdir(tasks)) != NULL) {
			snprintf(path, sizeof(path), "/proc/self/task/%.20s/status", task->d_name);
			f = task->d_name[0] == '.' ? NULL : fopen(path, "r");
			if (f == NULL)
				continue;
			while (fgets(line, sizeof(line), f) != NULL) {
				if (sscanf(line, "voluntary_ctxt_switches: %ld", &n) == 1)
					sum += n;
			}
			fclose(f);
		}
		closedir(tasks);
		at->waits = sum;
		if (round == 0)
			sleep(2);
	}
	assert_true(before.waits > 0);
	assert_true(after.waits - before.waits <= 6);
	close_client(&client);
}

/* Busy answers of a minute become one job that asks nothing; it comes back and is gone. */
static void
busy_becomes_one_note_for_commit(void **state)
{
	struct world still;
	struct job_peer member = { .is_member = true, .curve_key = { { 5 } } };
	struct front *front;
	struct job *note;
	uint32_t retry_s;
	size_t n;

	(void)state;
	memset(&still, 0, sizeof(still));
	assert_true(world_open(&still, 16, 8, -1));
	front = still.front;
	front->now_ms = 1000;
	credit_set_rates(front->credit, 1, 1);
	for (int i = 0; i < 4; i++)
		(void)!credit_take(front->credit, &member, 0, front->now_ms, &retry_s);
	admit_note_busy(front, front->now_ms);
	assert_int_equal(queue_length(still.in), 0);
	front->now_ms += CREDIT_MINUTE_MS;
	admit_note_busy(front, front->now_ms);
	note = queue_take_all(still.in, 8, 0, &n);
	assert_int_equal(n, 1);
	assert_int_equal(note->busy_count, 3);
	assert_true(note->peer.is_member);
	assert_memory_equal(note->peer.curve_key.bytes, member.curve_key.bytes, 32);
	assert_true(queue_put(still.out, note));
	deliver_all(front);
	/* a front that stops ends the minute */
	(void)!credit_take(front->credit, &member, 0, front->now_ms, &retry_s);
	admit_note_busy(front, INT64_MAX);
	note = queue_take_all(still.in, 8, 0, &n);
	assert_int_equal(n, 1);
	assert_int_equal(note->busy_count, 1);
	assert_true(queue_put(still.out, note));
	deliver_all(front);
	world_close(&still);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_request_comes_back_with_its_body, begin, end),
		cmocka_unit_test_setup_teardown(who_is_a_member_is_asked_at_every_message, begin, end),
		cmocka_unit_test_setup_teardown(a_routing_id_is_no_identity, begin, end),
		cmocka_unit_test_setup_teardown(a_slow_reader_gets_every_answer_in_order, begin, end),
		cmocka_unit_test_setup_teardown(busy_is_said_to_the_slow_too, begin, end),
		cmocka_unit_test_setup_teardown(a_client_that_never_reads_costs_a_bounded_amount, begin, end),
		cmocka_unit_test_setup_teardown(a_client_that_left_is_dropped, begin, end),
		cmocka_unit_test_setup_teardown(the_largest_body_and_one_byte_more, begin, end),
		cmocka_unit_test_setup_teardown(frames_have_a_size, begin, end),
		cmocka_unit_test_setup_teardown(a_message_of_60001_parts_is_read_away, begin, end),
		cmocka_unit_test_setup_teardown(malformed_messages_use_up_the_rate, begin, end),
		cmocka_unit_test_setup_teardown(a_stranger_has_no_body_and_little_rate, begin, end),
		cmocka_unit_test_setup_teardown(beyond_the_bound_of_a_connection_it_is_busy, begin, end),
		cmocka_unit_test_setup_teardown(sixteen_clients_of_one_key_with_64_each, begin, end),
		cmocka_unit_test_setup_teardown(a_full_queue_is_busy_and_nothing_stays_charged, begin, end),
		cmocka_unit_test_setup_teardown(stopping_answers_what_was_taken, begin, NULL),
		cmocka_unit_test_setup_teardown(idle_means_asleep, begin, end),
		cmocka_unit_test(busy_becomes_one_note_for_commit),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
