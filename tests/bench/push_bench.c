/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * push_bench - pushes per second of small case files through a running sluisd: real members, real signatures.
 *
 * push_bench PROFILES CASE GRANT N CLIENTS WINDOW SECONDS SEAL: client i is PROFILES/bench-i; every push is a case file of
 * 4 KiB in 3 sections to 2 receivers under one grant, signed each for itself. SEAL 0: sealed before the clock runs. Prints
 * NAME VALUE lines: pushes a second, refused, p50 and p99 of the answer in microseconds.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "cases.h"
#include "connection.h"
#include "draft.h"
#include "grants.h"
#include "limits.h"
#include "receivers.h"

enum { CLIENTS_MAX = 16, WINDOW_MAX = 64, SECTIONS = 3, RECEIVERS = 2, PLAIN = 4096, GRANTS_MAX = 16 };

/** A frame ready to be sent. */
struct parcel {
	struct sluis_bytes frame;
	struct sluis_bytes body;
	uint8_t id[SLUIS_ID_BYTES];
};

struct client {
	struct sluis_session *session;
	const struct sluis_member *receivers[RECEIVERS];
	struct sluis_hash case_head;
	struct sluis_hash grant_hash;
	uint64_t sequence;
	struct parcel *ready; /* sealed before the clock runs */
	size_t n_ready;
	size_t window;
	double seconds;
	double *waits;
	size_t answered, refused, cap;
	pthread_t thread;
};

static struct sluis_id case_id, grant_id;
static uint8_t plain[PLAIN];

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void
die(const char *what)
{
	fprintf(stderr, "push_bench: error: %s\n", what);
	exit(1);
}

static void
must(enum sluis_err err, const char *what)
{
	if (err != SLUIS_OK)
		die(what);
}

static struct sluis_bytes
keep(struct sluis_bytes bytes)
{
	uint8_t *copy = malloc(bytes.len);

	if (copy == NULL)
		die("memory");
	memcpy(copy, bytes.data, bytes.len);
	return sluis_bytes(copy, bytes.len);
}

static void
fill_draft(struct client *c, struct sluis_draft_recipient *recipients, struct sluis_draft_section *sections,
    struct sluis_draft *draft)
{
	static const char *const CATEGORIES[SECTIONS] = { "question", "history", "family" };
	static const uint32_t ALL[RECEIVERS] = { 0, 1 };

	draft->created_ms = draft->not_before_ms = sluis_now_ms();
	draft->expires_ms = draft->created_ms + 20LL * 24 * 3600 * 1000;
	c->sequence++;
	for (size_t i = 0; i < RECEIVERS; i++) {
		const struct sluis_recipient *key =
		    sluis_member_recipient_at(c->receivers[i], draft->created_ms);

		recipients[i] = (struct sluis_draft_recipient){ .record = c->receivers[i]->record_hash,
			.epoch = key->epoch, .kind = SLUIS_MANIFEST_MEMBER, .pair_sequence = c->sequence,
			.age_key = key->key };
	}
	for (size_t i = 0; i < SECTIONS; i++) {
		sections[i] = (struct sluis_draft_section){ .category = sluis_bytes_text(CATEGORIES[i]),
			.media_number = 2, .plain = sluis_bytes(plain, PLAIN / SECTIONS), .recipients = ALL,
			.n_recipients = RECEIVERS };
		randombytes_buf(sections[i].id.bytes, SLUIS_ID_BYTES);
	}
	randombytes_buf(draft->message_id.bytes, SLUIS_ID_BYTES);
}

static void
seal(struct client *c, struct sluis_arena *arena, struct parcel *ret)
{
	const struct sluis_draft_random random = { .fill = sluis_random_system };
	const struct sluis_draft_grant grant = { .id = grant_id, .hash = c->grant_hash };
	struct sluis_draft_recipient recipients[RECEIVERS];
	struct sluis_draft_section sections[SECTIONS];
	struct sluis_draft draft = { .federation = c->session->federation, .case_id = case_id,
		.purpose = sluis_bytes_text("referral"), .ground = sluis_bytes_text("consent"), .grant = &grant,
		.sender = c->session->self->record_hash,
		.keys = sluis_profile_heads(c->session->profile).keys, .policy = c->session->policy_hash,
		.case_head = c->case_head, .retention = sluis_bytes_text("transit"),
		.kind = SLUIS_MANIFEST_NEW, .recipients = recipients, .n_recipients = RECEIVERS,
		.sections = sections, .n_sections = SECTIONS };
	struct sluis_draft_sealed sealed;
	struct sluis_batch_draft batch_draft = { .record = draft.sender, .n = 1 };
	struct sluis_batch batch;
	struct sluis_writer body;
	Sluis__Signed *signed_batch = NULL;
	Sluis__Ask ask = SLUIS__ASK__INIT;
	Sluis__Seen seen = SLUIS__SEEN__INIT;
	uint8_t storage[PLAIN * 2];

	fill_draft(c, recipients, sections, &draft);
	batch_draft.created_ms = draft.created_ms;
	sluis_writer_init(&body, storage, sizeof(storage));
	must(sluis_draft_seal(&draft, &random, arena, &body, &sealed), "seal");
	batch_draft.manifests = &sealed.manifest.hash;
	must(sluis_batch_build(&batch_draft, arena, &batch), "batch");
	must(sluis_batch_sign(&batch, &sluis_profile_keys(c->session->profile)->sign, arena, &signed_batch), "sign");
	must(sluis_draft_push(&sealed, &batch, 0, signed_batch, arena, &ask.push), "push");
	randombytes_buf(ret->id, sizeof(ret->id));
	seen.exchange_size = sluis_profile_heads(c->session->profile).exchange.size;
	seen.keys_size = sluis_profile_heads(c->session->profile).keys.size;
	ask.format = SLUIS_FORMAT;
	ask.federation_hash = sluis_pb_hash(&c->session->federation);
	ask.request_id = sluis_pb(sluis_bytes(ret->id, sizeof(ret->id)));
	ask.seen = &seen;
	ask.act_case = SLUIS__ASK__ACT_PUSH;
	must(sluis_codec_pack(&ask.base, arena, &ret->frame), "pack");
	ret->frame = keep(ret->frame);
	ret->body = keep(sealed.body);
}

static void
prepare(struct client *c, size_t n, struct sluis_arena *arena)
{
	c->ready = calloc(n, sizeof(*c->ready));
	if (c->ready == NULL)
		die("memory");
	for (size_t i = 0; i < n; i++) {
		seal(c, arena, &c->ready[i]);
		sluis_arena_reset(arena);
	}
	c->n_ready = n;
}

/** What is under way: request ids and when they left. */
struct flight {
	uint8_t id[SLUIS_ID_BYTES];
	double sent;
	bool used;
};

static void
land(struct client *c, struct flight *flights, const Sluis__Tell *tell)
{
	for (size_t i = 0; i < c->window; i++) {
		if (!flights[i].used || memcmp(flights[i].id, tell->request_id.data, SLUIS_ID_BYTES) != 0)
			continue;
		flights[i].used = false;
		if (tell->status_number != 1)
			c->refused++;
		else if (c->answered < c->cap)
			c->waits[c->answered++] = now_s() - flights[i].sent;
		return;
	}
}

static struct flight *
free_flight(struct client *c, struct flight *flights)
{
	for (size_t i = 0; i < c->window; i++) {
		if (!flights[i].used)
			return &flights[i];
	}
	return NULL;
}

static void *
run(void *context)
{
	struct client *c = context;
	struct sluis_arena *arena = sluis_arena_new(4 * SLUIS_ARENA_MAX_BYTES);
	struct flight flights[WINDOW_MAX] = { { .used = false } }, *slot;
	const double start = now_s();
	size_t next = 0, in_flight = 0;

	while (now_s() - start < c->seconds || in_flight > 0) {
		struct sluis_bytes frame, body;
		Sluis__Tell *tell = NULL;

		while (now_s() - start < c->seconds && (slot = free_flight(c, flights)) != NULL) {
			struct parcel made, *p = &made;

			if (c->n_ready > 0) {
				if (next == c->n_ready)
					break;
				p = &c->ready[next++];
			} else {
				seal(c, arena, p);
			}
			must(sluis_connection_send(c->session->connection, p->frame, p->body), "send");
			memcpy(slot->id, p->id, SLUIS_ID_BYTES);
			slot->sent = now_s();
			slot->used = true;
			in_flight++;
		}
		if (in_flight == 0)
			break;
		must(sluis_connection_receive(c->session->connection, 10000, arena, &frame, &body), "no answer");
		must(SLUIS_UNPACK(tell, Tell, frame, SLUIS_TELL_MAX_BYTES, arena, &tell), "tell");
		land(c, flights, tell);
		in_flight--;
		sluis_arena_reset(arena);
	}
	c->seconds = now_s() - start;
	sluis_arena_free(arena);
	return NULL;
}

static void
open_client(struct client *c, const char *profiles, int i, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
	struct sluis_grants_row rows[GRANTS_MAX];
	struct sluis_case *of_case = NULL;
	size_t count = 0;
	char dir[512];

	snprintf(dir, sizeof(dir), "%s/bench-%d", profiles, i);
	if (sluis_session_open(dir, NULL, failure, &c->session) != SLUIS_OK ||
	    sluis_cases_get(c->session, &case_id, &of_case, failure) != SLUIS_OK ||
	    sluis_receivers_member(c->session, "director", &c->receivers[0], failure) != SLUIS_OK ||
	    sluis_receivers_member(c->session, "director-2", &c->receivers[1], failure) != SLUIS_OK ||
	    sluis_grants_list(c->session, &case_id, arena, GRANTS_MAX, rows, &count, failure) != SLUIS_OK)
		die(failure->text);
	c->case_head = of_case->head;
	sluis_case_free(of_case);
	for (size_t k = 0; k < count; k++) {
		if (memcmp(rows[k].grant->grant_id.data, grant_id.bytes, SLUIS_ID_BYTES) == 0)
			c->grant_hash = rows[k].hash;
	}
	c->sequence = (uint64_t)time(NULL) % 1000000 * 1000 + 1; /* beyond those of an earlier run */
}

static int
by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
report(struct client *clients, size_t n)
{
	size_t total = 0, refused = 0, at = 0;
	double seconds = 0, *all;

	for (size_t i = 0; i < n; i++) {
		total += clients[i].answered;
		refused += clients[i].refused;
		seconds = clients[i].seconds > seconds ? clients[i].seconds : seconds;
	}
	all = malloc((total + 1) * sizeof(*all));
	for (size_t i = 0; all != NULL && i < n; i++) {
		memcpy(all + at, clients[i].waits, clients[i].answered * sizeof(*all));
		at += clients[i].answered;
	}
	if (all == NULL || total == 0)
		die("nothing was answered");
	qsort(all, total, sizeof(*all), by_size);
	printf("pushes_per_s %.0f\naccepted %zu\nrefused %zu\np50_us %.0f\np99_us %.0f\n",
	    (double)total / seconds, total, refused, all[total / 2] * 1e6, all[total * 99 / 100] * 1e6);
	free(all);
}

int
main(int argc, char **argv)
{
	static struct client clients[CLIENTS_MAX];
	struct sluis_arena *arena = sluis_arena_new(4 * SLUIS_ARENA_MAX_BYTES);
	struct sluis_failure failure = { .err = SLUIS_OK };
	size_t n, per_client;

	if (argc != 9 || sodium_init() < 0 || sluis_unhex(argv[2], case_id.bytes, 16) != SLUIS_OK ||
	    sluis_unhex(argv[3], grant_id.bytes, 16) != SLUIS_OK)
		die("usage: push_bench PROFILES CASE GRANT N CLIENTS WINDOW SECONDS SEAL");
	per_client = strtoul(argv[4], NULL, 10);
	n = strtoul(argv[5], NULL, 10);
	if (n < 1 || n > CLIENTS_MAX)
		die("1 to 16 clients");
	memset(plain, 'x', sizeof(plain));
	for (size_t i = 0; i < n; i++) {
		struct client *c = &clients[i];

		c->window = strtoul(argv[6], NULL, 10);
		c->seconds = strtod(argv[7], NULL);
		c->cap = 1000000;
		c->waits = malloc(c->cap * sizeof(*c->waits));
		if (c->waits == NULL || c->window < 1 || c->window > WINDOW_MAX)
			die("window");
		open_client(c, argv[1], (int)i + 1, &failure);
		if (strcmp(argv[8], "0") == 0)
			prepare(c, per_client, arena);
	}
	for (size_t i = 0; i < n; i++) {
		if (pthread_create(&clients[i].thread, NULL, run, &clients[i]) != 0)
			die("thread");
	}
	for (size_t i = 0; i < n; i++)
		pthread_join(clients[i].thread, NULL);
	report(clients, n);
	for (size_t i = 0; i < n; i++)
		sluis_session_close(clients[i].session);
	sluis_arena_free(arena);
	return 0;
}
