/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * store_bench - what a push costs in the store: message, event and act, so many to a transaction.
 *
 * Use: store_bench DIR [PUSHES [PER_TRANSACTION [SENDERS]]]. DIR is made and must not hold a store.
 * A push: 3 sections of 4 KiB together, 2 recipients, 1.5 KiB packed push, 600 bytes event, 3
 * organisations.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "store/store.h"

enum { BODY_BYTES = 4096, PUSH_BYTES = 1536, EVENT_BYTES = 600, HANDLES = 64 };

struct bench {
	struct store *store;
	struct store_tx *tx;
	uint64_t next;
	uint64_t senders;
	uint64_t pair[HANDLES];
	double commit_s, tidy_s; /* of all */
	double slowest_commit_ms, slowest_tidy_ms;
	uint8_t body[BODY_BYTES];
	uint8_t push[PUSH_BYTES];
	uint8_t event[EVENT_BYTES];
	char handles[HANDLES][24];
	char organisations[HANDLES][24];
};

static double
now_s(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void
must(enum sluis_err err, const char *what)
{
	if (err == SLUIS_OK)
		return;
	(void)fprintf(stderr, "store_bench: error: %s: %s\n", what, sluis_err_text(err));
	exit(1);
}

static void
add_event(struct bench *b, const struct store_message *m, size_t sender)
{
	struct store_event event = { .index = b->next,
		.event = sluis_bytes(b->event, EVENT_BYTES) };
	const struct sluis_bytes organisations[3] = {
		sluis_bytes_text(b->organisations[sender]),
		sluis_bytes_text(b->organisations[(sender + 1) % HANDLES]),
		sluis_bytes_text(b->organisations[(sender + 2) % HANDLES]),
	};
	const struct store_event_keys keys = { .actor_handle = m->sender_handle,
		.organisations = organisations,
		.organisation_count = 3,
		.case_id = &m->case_id,
		.message_id = &m->id };

	randombytes_buf(event.entry.bytes, sizeof(event.entry.bytes));
	randombytes_buf(event.blind.bytes, sizeof(event.blind.bytes));
	must(store_event_add(b->tx, &event, &keys), "event");
}

static void
add_message(struct bench *b, const struct store_message *m, size_t sender)
{
	static const uint64_t SIZES[3] = { 1200, 1500, BODY_BYTES - 2700 };
	struct store_recipient recipients[2];

	for (uint32_t i = 0; i < 2; i++) {
		recipients[i] = (struct store_recipient){ .message_id = m->id,
			.index = i,
			.handle = sluis_bytes_text(b->handles[(sender + 1 + i) % HANDLES]),
			.organisation_handle =
			    sluis_bytes_text(b->organisations[(sender + 1 + i) % HANDLES]),
			.pair_sequence = b->pair[sender],
			.state = STORE_RECIPIENT_PENDING,
			.changed_ms = m->accepted_ms,
			.push_index = b->next,
			.categories = sluis_bytes_text("message history safety-plan") };
		memset(recipients[i].record_hash.bytes, (int)i, SLUIS_HASH_BYTES);
	}
	must(store_message_add(b->tx, m, recipients, 2, sluis_bytes(b->body, BODY_BYTES), SIZES, 3),
	    "message");
}

static void
add_push(struct bench *b)
{
	const size_t sender = b->next % b->senders;
	struct store_message m = { .sender_handle = sluis_bytes_text(b->handles[sender]),
		.purpose = sluis_bytes_text("question"),
		.retention = sluis_bytes_text("standard"),
		.state = STORE_MESSAGE_ACCEPTED,
		.accepted_ms = 1790000000000 + (int64_t)b->next,
		.expires_ms = 1792000000000,
		.event_index = b->next,
		.push = sluis_bytes(b->push, PUSH_BYTES) };
	struct store_act act = { .event_index = b->next };
	struct sluis_hash key = { { 0 } };

	b->pair[sender]++;
	memset(m.case_id.bytes, (int)sender + 1, sizeof(m.case_id.bytes));
	randombytes_buf(m.id.bytes, sizeof(m.id.bytes));
	memcpy(key.bytes, m.id.bytes, sizeof(m.id.bytes));
	add_message(b, &m, sender);
	add_event(b, &m, sender);
	must(store_act_put(b->tx, &key, &act, m.accepted_ms + 11 * 86400000LL), "act");
	b->next++;
}

static void
transaction(struct bench *b, uint64_t pushes)
{
	struct store_head head = { .size = b->next + pushes };
	double start, took;

	must(store_begin(b->store, &b->tx), "begin");
	for (uint64_t i = 0; i < pushes; i++)
		add_push(b);
	must(store_head_set(b->tx, STORE_LOG_EXCHANGE, b->next - pushes, &head), "head");
	start = now_s();
	must(store_commit(b->tx), "commit");
	took = now_s() - start;
	b->commit_s += took;
	b->slowest_commit_ms =
	    took * 1e3 > b->slowest_commit_ms ? took * 1e3 : b->slowest_commit_ms;
	start = now_s();
	must(store_tidy(b->store), "tidy");
	took = now_s() - start;
	b->tidy_s += took;
	b->slowest_tidy_ms = took * 1e3 > b->slowest_tidy_ms ? took * 1e3 : b->slowest_tidy_ms;
}

int
main(int argc, char **argv)
{
	static struct bench b;
	const uint64_t pushes = argc > 2 ? strtoull(argv[2], NULL, 10) : 50000;
	const uint64_t each = argc > 3 ? strtoull(argv[3], NULL, 10) : 64;
	struct sluis_why why;
	double start, took;

	b.senders = argc > 4 ? strtoull(argv[4], NULL, 10) : 16;
	if (argc < 2 || pushes == 0 || each == 0 || b.senders == 0 || b.senders > HANDLES) {
		(void)fprintf(stderr,
		    "usage: store_bench DIR [PUSHES [PER_TRANSACTION [SENDERS 1..%d]]]\n", HANDLES);
		return 2;
	}
	if (sodium_init() < 0 || store_open(argv[1], &why, &b.store) != SLUIS_OK) {
		(void)fprintf(stderr, "store_bench: error: %s\n", why.text);
		return 1;
	}
	randombytes_buf(b.body, sizeof(b.body));
	randombytes_buf(b.push, sizeof(b.push));
	randombytes_buf(b.event, sizeof(b.event));
	for (size_t i = 0; i < HANDLES; i++) {
		(void)snprintf(b.handles[i], sizeof(b.handles[i]), "member-%zu", i);
		(void)snprintf(
		    b.organisations[i], sizeof(b.organisations[i]), "organisation-%zu", i / 4);
	}
	start = now_s();
	while (b.next < pushes)
		transaction(&b, pushes - b.next < each ? pushes - b.next : each);
	took = now_s() - start;
	(void)printf(
	    "%llu pushes, %llu a transaction: %.1f us a push, %.0f pushes/s; of it commit %.1f us "
	    "(slowest %.1f ms a transaction), tidy %.1f us (slowest %.1f ms)\n",
	    (unsigned long long)pushes, (unsigned long long)each, took * 1e6 / (double)pushes,
	    (double)pushes / took, b.commit_s * 1e6 / (double)pushes, b.slowest_commit_ms,
	    b.tidy_s * 1e6 / (double)pushes, b.slowest_tidy_ms);
	store_close(b.store);
	return 0;
}
