/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * front_world - a front that runs in a thread, an echo behind it instead of intake and commit, clients before it.
 */
#ifndef FRONT_WORLD_H
#define FRONT_WORLD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>
#include <zmq.h>

#include "brief.h"
#include "codec.h"
#include "front/front.h"
#include "front/tsan.h"
#include "keyfile.h"
#include "limits.h"
#include "now.h"

/* libzmq is not instrumented: what it does itself is not looked at, what we do is. */
const char *__tsan_default_options(void);
__attribute__((visibility("default"), used)) const char *
__tsan_default_options(void)
{
	return "ignore_noninstrumented_modules=1";
}

#ifdef FRONT_TSAN
enum { WORLD_HAS_TSAN = 1 };
#else
enum { WORLD_HAS_TSAN = 0 };
#endif

enum { WORLD_MEMBERS = 64, WORLD_WAIT_MS = 5000 };

struct world {
	struct sluis_secret32 secret;
	struct sluis_public key;
	struct front *front;
	struct queue *in;
	struct queue *out;
	pthread_t loop;
	pthread_t echo;
	bool is_running;
	char endpoint[128];
	pthread_mutex_t lock;
	struct sluis_public members[WORLD_MEMBERS];
	size_t member_count;
	struct front_load load;         /* of the last tick */
	struct seen {
		struct job_peer peer;
		size_t body;
		uint8_t body_first, body_last;
	} seen; /* of the last job; world_seen() */
	atomic_size_t jobs;             /* that came to the echo */
	atomic_size_t body_bytes;       /* of every answer */
	atomic_bool is_holding;         /* jobs wait in the echo */
};

/* Every socket of a client, so that a test that fails does not leave one open behind it. */
static void *sockets[256];

struct client {
	void *socket;
	struct sluis_public key;
	struct sluis_secret32 secret;
};

static inline bool
world_is_member(void *context, const struct sluis_public *key)
{
	struct world *world = context;
	bool found = false;

	pthread_mutex_lock(&world->lock);
	for (size_t i = 0; i < world->member_count; i++)
		found = found || memcmp(world->members[i].bytes, key->bytes, 32) == 0;
	pthread_mutex_unlock(&world->lock);
	return found;
}

static inline void
world_set_member(struct world *world, const struct sluis_public *key, bool is_member)
{
	pthread_mutex_lock(&world->lock);
	if (is_member)
		world->members[world->member_count++] = *key;
	else
		world->member_count = 0;
	pthread_mutex_unlock(&world->lock);
}

static inline void
world_tick(void *context)
{
	struct world *world = context;

	pthread_mutex_lock(&world->lock);
	world->load = front_load(world->front);
	pthread_mutex_unlock(&world->lock);
}

static inline struct front_load
world_load(struct world *world)
{
	struct front_load load;

	usleep(50000);
	pthread_mutex_lock(&world->lock);
	load = world->load;
	pthread_mutex_unlock(&world->lock);
	return load;
}

static inline struct seen
world_seen(struct world *world)
{
	struct seen seen;

	pthread_mutex_lock(&world->lock);
	seen = world->seen;
	pthread_mutex_unlock(&world->lock);
	return seen;
}

static inline void
world_answer(struct world *world, struct job *job)
{
	const size_t n = atomic_load(&world->body_bytes);
	uint8_t *body = n == 0 ? NULL : sluis_arena_alloc(job->arena, n);

	pthread_mutex_lock(&world->lock);
	world->seen = (struct seen){ .peer = job->peer, .body = job->body.len };
	if (job->body.len > 0) {
		world->seen.body_first = job->body.data[0];
		world->seen.body_last = job->body.data[job->body.len - 1];
	}
	pthread_mutex_unlock(&world->lock);
	atomic_fetch_add(&world->jobs, 1);
	job->ask = (const Sluis__Ask *)(const void *)job; /* not NULL: a frame */
	job->tell = job->frame;
	if (body != NULL)
		memset(body, 0x5a, n);
	job->tell_body = sluis_bytes(body, n);
	if (!queue_put(world->out, job))
		abort();
	front_wake(world->front);
}

static inline void *
world_echo(void *context)
{
	struct world *world = context;
	size_t n;

	for (;;) {
		struct job *jobs = queue_take_all(world->in, 64, -1, &n);

		if (jobs == NULL)
			break;
		while (atomic_load(&world->is_holding))
			usleep(1000);
		while (jobs != NULL) {
			struct job *job = jobs;

			jobs = job->next;
			world_answer(world, job);
		}
	}
	queue_close(world->out);
	front_wake(world->front);
	return NULL;
}

static inline void *
world_loop(void *context)
{
	front_run(context);
	return NULL;
}

/* Everything but the threads: a front that can be looked at. */
static inline bool
world_open(struct world *world, size_t places, size_t queue_cap, int fd)
{
	struct sluis_why why = { "" };
	const struct front_parts parts = { .curve = &world->secret, .places = places,
		.members = { world_is_member, world }, .signal_fd = -1, .tick_ms = 10, .on_tick = world_tick,
		.context = world, .in = queue_new(queue_cap), .out = queue_new(FRONT_ANSWERS_CAP) };

	world->in = parts.in;
	world->out = parts.out;
	pthread_mutex_init(&world->lock, NULL);
	crypto_box_keypair(world->key.bytes, world->secret.bytes);
	if (front_open(&parts, &why, &world->front) != SLUIS_OK ||
	    front_listen(world->front, "tcp://127.0.0.1:*", fd, &why) != SLUIS_OK) {
		fprintf(stderr, "%s\n", why.text);
		return false;
	}
	snprintf(world->endpoint, sizeof(world->endpoint), "%s", front_endpoint(world->front));
	return true;
}

static inline void
world_run(struct world *world)
{
	world->is_running = true;
	if (pthread_create(&world->loop, NULL, world_loop, world->front) != 0 ||
	    pthread_create(&world->echo, NULL, world_echo, world) != 0)
		abort();
}

static inline void
world_stop(struct world *world)
{
	front_stop(world->front);
	pthread_join(world->loop, NULL);
	pthread_join(world->echo, NULL);
	world->is_running = false;
}

static inline void
world_close(struct world *world)
{
	if (world->is_running)
		world_stop(world);
	front_free(world->front);
	queue_free(world->in);
	queue_free(world->out);
	pthread_mutex_destroy(&world->lock);
	memset(world, 0, sizeof(*world));
}

/* ---- clients ---- */

static inline void
client_set(struct client *client, int option, int value)
{
	if (zmq_setsockopt(client->socket, option, &value, sizeof(value)) != 0)
		abort();
}

static inline void
client_make(struct client *client, void *zmq, struct world *world, bool is_member)
{
	const int64_t any = -1;

	crypto_box_keypair(client->key.bytes, client->secret.bytes);
	if (is_member)
		world_set_member(world, &client->key, true);
	client->socket = zmq_socket(zmq, ZMQ_DEALER);
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(sockets); i++) {
		if (sockets[i] == NULL) {
			sockets[i] = client->socket;
			break;
		}
	}
	client_set(client, ZMQ_LINGER, 0);
	client_set(client, ZMQ_RCVTIMEO, WORLD_WAIT_MS);
	client_set(client, ZMQ_SNDTIMEO, WORLD_WAIT_MS);
	client_set(client, ZMQ_SNDHWM, 1000);
	zmq_setsockopt(client->socket, ZMQ_MAXMSGSIZE, &any, sizeof(any));
	zmq_setsockopt(client->socket, ZMQ_CURVE_SERVERKEY, world->key.bytes, 32);
	zmq_setsockopt(client->socket, ZMQ_CURVE_PUBLICKEY, client->key.bytes, 32);
	zmq_setsockopt(client->socket, ZMQ_CURVE_SECRETKEY, client->secret.bytes, 32);
}

static inline void
close_client(struct client *client)
{
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(sockets); i++) {
		if (sockets[i] == client->socket)
			sockets[i] = NULL;
	}
	zmq_close(client->socket);
}

static inline void
close_all_clients(void)
{
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(sockets); i++) {
		if (sockets[i] != NULL)
			zmq_close(sockets[i]);
		sockets[i] = NULL;
	}
}

static inline void
client_open(struct client *client, void *zmq, struct world *world, bool is_member)
{
	client_make(client, zmq, world, is_member);
	if (zmq_connect(client->socket, world->endpoint) != 0)
		abort();
}

/* A frame that begins as every Ask does, its request numbered, made up to ${size} bytes. */
static inline size_t
frame_fill(uint8_t *frame, uint32_t number, size_t size)
{
	static const uint8_t HEAD[] = { 0x08, 0x01, 0x12, 0x20 };

	memset(frame, 0x11, size < 54 ? 54 : size);
	memcpy(frame, HEAD, sizeof(HEAD));
	frame[36] = 0x1a;
	frame[37] = 0x10;
	memcpy(frame + 38, &number, sizeof(number));
	return size < 54 ? 54 : size;
}

static inline bool
client_ask(struct client *client, uint32_t number, size_t body_bytes)
{
	uint8_t frame[64];
	const size_t len = frame_fill(frame, number, 54);
	uint8_t *body;
	bool ok;

	if (zmq_send(client->socket, frame, len, body_bytes > 0 ? ZMQ_SNDMORE : 0) < 0)
		return false;
	if (body_bytes == 0)
		return true;
	body = malloc(body_bytes);
	memset(body, 0x33, body_bytes);
	body[0] = 0x01;
	body[body_bytes - 1] = 0x02;
	ok = zmq_send(client->socket, body, body_bytes, 0) >= 0;
	free(body);
	return ok;
}

/* What an answer is: its number echoed, or a status of the broker. */
struct told {
	bool is_echo;
	uint32_t number;
	uint32_t status;
	uint32_t retry_s;
	size_t body_bytes;
};

static inline void
told_parse(const uint8_t *data, size_t len, struct told *ret)
{
	struct sluis_arena *arena = sluis_arena_new(64 * 1024);
	Sluis__Tell *tell = NULL;

	if (len >= 42)
		memcpy(&ret->number, data + 38, sizeof(ret->number));
	ret->is_echo = SLUIS_UNPACK(tell, Tell, sluis_bytes(data, len), SLUIS_FRAME_MAX_BYTES, arena, &tell) != SLUIS_OK;
	if (!ret->is_echo) {
		ret->status = tell->status_number;
		ret->retry_s = tell->retry_count;
	}
	sluis_arena_free(arena);
}

static inline bool
client_hear(struct client *client, struct told *ret)
{
	zmq_msg_t msg;
	bool more;

	memset(ret, 0, sizeof(*ret));
	zmq_msg_init(&msg);
	if (zmq_msg_recv(&msg, client->socket, 0) < 0) {
		zmq_msg_close(&msg);
		return false;
	}
	told_parse(zmq_msg_data(&msg), zmq_msg_size(&msg), ret);
	more = zmq_msg_more(&msg) != 0;
	if (more && zmq_msg_recv(&msg, client->socket, 0) >= 0)
		ret->body_bytes = zmq_msg_size(&msg);
	zmq_msg_close(&msg);
	return true;
}

/* Ask and hear the echo: the broker serves this client. */
static inline bool
client_is_served(struct client *client, uint32_t number)
{
	struct told told;

	return client_ask(client, number, 0) && client_hear(client, &told) && told.is_echo && told.number == number;
}

#endif
