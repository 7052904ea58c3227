/* SPDX-License-Identifier: EUPL-1.2 */
#include "broker.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "asks.h"
#include "hash.h"
#include "intake/intake.h"
#include "keyfile.h"
#include "limits.h"
#include "now.h"
#include "policy_scene.h"
#include "store/store.h"

enum { QUEUE_PLACES = 64, ANSWER_MS = 30000, BEHIND_MS = 30 * 60 * 1000 };

#define POLICY_FILE "config/policy.yaml"
#define MUST(expr)                                                                                     \
	do {                                                                                           \
		const enum sluis_err must_ = (expr);                                                   \
		if (must_ != SLUIS_OK) {                                                               \
			fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #expr,                  \
			    sluis_err_text(must_));                                                    \
			abort();                                                                       \
		}                                                                                      \
	} while (0)

/* ---- settings and keys ---- */

static void
path_of(const struct broker *b, const char *name, char ret[static CONFIG_PATH_MAX])
{
	snprintf(ret, CONFIG_PATH_MAX, "%s/%s", b->parent, name);
}

static void
make_seed(const struct sluis_signing_secret *secret, struct sluis_secret32 *ret)
{
	memcpy(ret->bytes, secret->bytes, sizeof(ret->bytes)); /* libsodium keeps the seed in front */
}

static void
make_keys(struct broker *b)
{
	const struct federation *f = b->f;
	struct sluis_secret32 seed;
	struct sluis_why why;

	if (mkdir(b->config.keys, 0700) != 0)
		abort();
	MUST(keyfile_make(b->config.keys, KEYFILE_CURVE, &f->broker_curve_secret, &why));
	MUST(keyfile_make(b->config.keys, KEYFILE_CURVE_NEXT, &f->next_curve_secret, &why));
	make_seed(&f->exchange_log_secret, &seed);
	MUST(keyfile_make(b->config.keys, KEYFILE_EXCHANGE, &seed, &why));
	make_seed(&f->keys_log_secret, &seed);
	MUST(keyfile_make(b->config.keys, KEYFILE_KEYS, &seed, &why));
	make_seed(&f->decision_secret, &seed);
	MUST(keyfile_make(b->config.keys, KEYFILE_DECISION, &seed, &why));
}

static void
write_policy(struct broker *b, const char *text)
{
	FILE *file = fopen(b->config.policy, "w");

	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
		abort();
}

struct broker *
broker_new(char *text)
{
	struct broker *b = calloc(1, sizeof(*b));
	SLUIS_AUTO(sluis_freep) char *policy = text != NULL ? text : scene_text(POLICY_FILE);
	const struct sluis_hash hash = sluis_hash(sluis_bytes_text(policy));

	if (b == NULL || sodium_init() < 0)
		abort();
	/* in memory where that is to be had: what these tests say of a disk, they say of calls */
	snprintf(b->parent, sizeof(b->parent), "%s/sluis-broker-test-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (mkdtemp(b->parent) == NULL)
		abort();
	/* every act of a test is a second after the one before: begin so far back that none lies ahead of the clock */
	b->f = federation_new(&hash, now_wall_ms() - BEHIND_MS);
	path_of(b, "store", b->config.store);
	path_of(b, "keys", b->config.keys);
	path_of(b, "policy.yaml", b->config.policy);
	write_policy(b, policy);
	b->config.workers = 1;
	b->config.sessions = 16;
	make_keys(b);
	return b;
}

void
broker_free(struct broker *b)
{
	char command[96];

	if (b == NULL)
		return;
	broker_stop(b);
	snprintf(command, sizeof(command), "rm -rf '%s'", b->parent);
	if (system(command) != 0)
		abort();
	federation_free(b->f);
	free(b);
}

void
broker_fill(struct broker *b)
{
	const struct sluis_directory *directory = b->f->directory;
	const struct store_head head = { .size = sluis_directory_size(directory),
		.root = sluis_directory_root(directory) };
	struct store *store;
	struct store_tx *tx;

	MUST(store_open(b->config.store, &b->why, &store));
	MUST(store_begin(store, &tx));
	for (uint64_t i = 0; i < head.size; i++)
		MUST(store_keys_add(tx, i, sluis_directory_entry(directory, i)));
	MUST(store_head_set(tx, STORE_LOG_KEYS, 0, &head));
	MUST(store_commit(tx));
	store_close(store);
}

/* ---- life ---- */

static void
wake(void *context)
{
	struct broker *b = context;

	if (b->woken != NULL)
		b->woken(b);
	atomic_fetch_add(&b->rounds, 1);
}

enum sluis_err
broker_open(struct broker *b)
{
	struct commit_parts parts = { .config = &b->config, .wake = wake, .context = b };

	b->in = parts.in = queue_new(QUEUE_PLACES);
	b->out = parts.out = queue_new(QUEUE_PLACES);
	b->directory = parts.directory = directory_holder_new();
	assert(b->in != NULL && b->out != NULL && b->directory != NULL);
	b->why.text[0] = '\0';
	return commit_open(&parts, &b->why, &b->commit);
}

void
broker_close(struct broker *b)
{
	commit_free(b->commit);
	b->commit = NULL;
	queue_free(b->in);
	queue_free(b->out);
	b->in = b->out = NULL;
	directory_holder_free(b->directory);
	b->directory = NULL;
}

static void *
run(void *context)
{
	struct broker *b = context;

	commit_run(b->commit);
	return NULL;
}

void
broker_start(struct broker *b)
{
	if (broker_open(b) != SLUIS_OK) {
		fprintf(stderr, "the test broker: %s\n", b->why.text);
		abort();
	}
	if (pthread_create(&b->thread, NULL, run, b) != 0)
		abort();
	b->runs = true;
}

void
broker_stop(struct broker *b)
{
	if (b->runs) {
		queue_close(b->in);
		pthread_join(b->thread, NULL);
		b->runs = false;
	}
	if (b->in != NULL)
		broker_close(b);
}

/* ---- requests ---- */

struct job *
broker_job(struct broker *b, const char *handle, struct sluis_bytes frame)
{
	struct job *job = job_new(SLUIS_ARENA_MAX_BYTES);

	assert(job != NULL);
	if (handle != NULL) {
		job->peer.is_member = true;
		job->peer.curve_key = federation_member(b->f, handle)->curve_key;
	}
	job->received_ms = now_wall_ms();
	MUST(sluis_arena_copy(job->arena, frame, &job->frame));
	job->snapshot = directory_holder_get(b->directory);
	return job;
}

void
broker_await(struct broker *b, unsigned rounds)
{
	for (int i = 0; i < ANSWER_MS && atomic_load(&b->rounds) < rounds; i++)
		usleep(1000);
	assert(atomic_load(&b->rounds) >= rounds);
}

static struct job *
answered(struct broker *b, struct job *job)
{
	const unsigned rounds = atomic_load(&b->rounds);
	size_t n = 0;

	if (!queue_put(b->in, job))
		abort();
	job = queue_take_all(b->out, 1, ANSWER_MS, &n);
	assert(n == 1);
	broker_await(b, rounds + 1);
	return job;
}

const Sluis__Tell *
broker_ask(struct broker *b, const char *handle, const Sluis__Ask *ask, struct sluis_bytes body)
{
	struct job *job = broker_job(b, handle, ask_pack(b->f, ask));
	Sluis__Tell *tell = NULL;

	if (body.len > 0) {
		memcpy(&job->held, &body.data, sizeof(job->held));
		job->release = free;
		job->body = body;
	}
	intake_verify(job, job->received_ms);
	job = answered(b, job);
	MUST(SLUIS_UNPACK(tell, Tell, job->tell, SLUIS_TELL_MAX_BYTES, b->f->arena, &tell));
	MUST(sluis_arena_copy(b->f->arena, job->tell_body, &b->body));
	job_free(job);
	return tell;
}

const char *
broker_rule(const Sluis__Tell *tell)
{
	static char rule[33];

	if (tell->answer_case != SLUIS__TELL__ANSWER_REFUSAL)
		return "";
	snprintf(rule, sizeof(rule), "%.*s", (int)tell->refusal->rule_code.len,
	    (const char *)tell->refusal->rule_code.data);
	return rule;
}
