/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * store_world - what the tests of the store share: a folder that comes and goes, ids, rows to put in.
 */
#ifndef STORE_WORLD_H
#define STORE_WORLD_H

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "hash.h"
#include "store/store.h"

enum { WORLD_BODY_BYTES = 3000, WORLD_ARENA_BYTES = 8 * 1024 * 1024 };

struct world {
	char dir[64]; /* the store's own, inside ${parent} */
	char parent[48];
	struct sluis_arena *arena;
	struct store *store;
	struct store_tx *tx;
	struct sluis_why why;
};

/* The bodies' plain text: found again by content, and looked for in files where it may not be. */
static const char WORLD_MARK[] = "this-is-the-plain-text-of-a-body-and-may-not-be-on-any-disk";

static inline struct sluis_bytes
text(const char *s)
{
	return sluis_bytes_text(s);
}

static inline struct sluis_id
an_id(unsigned n)
{
	struct sluis_id id;

	for (size_t i = 0; i < sizeof(id.bytes); i++)
		id.bytes[i] = (uint8_t)(n * 37 + i * 11 + 1);
	id.bytes[0] = (uint8_t)n;
	id.bytes[1] = (uint8_t)(n >> 8);
	return id;
}

static inline struct sluis_hash
a_hash(unsigned n)
{
	return sluis_hash(sluis_bytes(&n, sizeof(n)));
}

static inline void
world_path(const struct world *w, const char *name, char *ret, size_t cap)
{
	assert_true(snprintf(ret, cap, "%s/%s", w->dir, name) < (int)cap);
}

static inline void
world_open(struct world *w)
{
	const enum sluis_err err = store_open(w->dir, &w->why, &w->store);

	if (err != SLUIS_OK)
		fail_msg("store_open: %s: %s", sluis_err_name(err), w->why.text);
}

static inline void
world_close(struct world *w)
{
	store_close(w->store);
	w->store = NULL;
}

static inline void
world_reopen(struct world *w)
{
	world_close(w);
	world_open(w);
}

static inline void
world_begin(struct world *w)
{
	assert_int_equal(store_begin(w->store, &w->tx), SLUIS_OK);
}

static inline void
world_commit(struct world *w)
{
	assert_int_equal(store_commit(w->tx), SLUIS_OK);
}

static inline void
world_remove_all(const char *dir)
{
	char command[96];

	assert_true(snprintf(command, sizeof(command), "rm -rf '%s'", dir) < (int)sizeof(command));
	assert_int_equal(system(command), 0);
}

static inline int
world_before(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	if (w == NULL || sodium_init() < 0)
		return -1;
	/* in memory where that is to be had: what these tests say of a disk, they say of calls */
	(void)snprintf(w->parent, sizeof(w->parent), "%s/sluis-store-test-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (mkdtemp(w->parent) == NULL)
		return -1;
	(void)snprintf(w->dir, sizeof(w->dir), "%s/store", w->parent);
	w->arena = sluis_arena_new(WORLD_ARENA_BYTES);
	*state = w;
	return w->arena == NULL ? -1 : 0;
}

static inline int
world_before_open(void **state)
{
	struct world *w;

	if (world_before(state) != 0)
		return -1;
	w = *state;
	return store_open(w->dir, &w->why, &w->store) == SLUIS_OK ? 0 : -1;
}

static inline int
world_after(void **state)
{
	struct world *w = *state;

	store_close(w->store);
	sluis_arena_free(w->arena);
	world_remove_all(w->parent);
	free(w);
	return 0;
}

/* Three sections of 1000, 1500 and 500 bytes; byte i of body n is known. */
static const uint64_t WORLD_SIZES[3] = { 1000, 1500, 500 };

static inline void
world_body(unsigned n, uint8_t ret[static WORLD_BODY_BYTES])
{
	for (size_t i = 0; i < WORLD_BODY_BYTES; i++)
		ret[i] = (uint8_t)(WORLD_MARK[i % (sizeof(WORLD_MARK) - 1)] ^ (i % 97 == 0 ? (uint8_t)n : 0));
}

/* Message ${n}, pushed by anna in case ${of_case} at leaf ${index}; to bert and carla. */
static inline struct store_message
world_message(unsigned n, unsigned of_case, uint64_t index)
{
	return (struct store_message){ .id = an_id(n),
		.case_id = an_id(of_case),
		.manifest_hash = a_hash(n),
		.sender_handle = text("anna"),
		.purpose = text("question"),
		.retention = text("standard"),
		.state = STORE_MESSAGE_ACCEPTED,
		.accepted_ms = 1790000000000 + n,
		.expires_ms = 1800000000000 + n,
		.event_index = index,
		.push = text("the packed push") };
}

static inline struct store_recipient
world_recipient(unsigned n, uint32_t entry, const char *handle, uint64_t sequence)
{
	return (struct store_recipient){ .message_id = an_id(n),
		.index = entry,
		.handle = text(handle),
		.organisation_handle = text(entry == 0 ? "north" : "south"),
		.record_hash = a_hash(1000 + entry),
		.pair_sequence = sequence,
		.state = STORE_RECIPIENT_PENDING,
		.changed_ms = 1790000000000 + n,
		.categories = text("history message") };
}

static inline enum sluis_err
world_add_message(struct world *w, unsigned n, unsigned of_case, uint64_t index)
{
	const struct store_message m = world_message(n, of_case, index);
	const struct store_recipient recipients[2] = { world_recipient(n, 0, "bert", n),
		world_recipient(n, 1, "carla", n) };
	uint8_t body[WORLD_BODY_BYTES];

	world_body(n, body);
	return store_message_add(w->tx, &m, recipients, 2, sluis_bytes(body, sizeof(body)), WORLD_SIZES, 3);
}

/* Event ${index} of case ${of_case} (0: none), by anna, seen by north and, where odd, south. */
static inline enum sluis_err
world_add_event(struct world *w, uint64_t index, unsigned of_case)
{
	const struct sluis_bytes organisations[2] = { text("north"), text("south") };
	const struct sluis_id case_id = an_id(of_case), message_id = an_id((unsigned)index);
	const struct store_event event = { .index = index,
		.entry = a_hash((unsigned)index),
		.blind = a_hash((unsigned)index + 500000),
		.event = text("an event") };
	const struct store_event_keys keys = { .actor_handle = text("anna"),
		.organisations = organisations,
		.organisation_count = index % 2 + 1,
		.case_id = of_case == 0 ? NULL : &case_id,
		.message_id = &message_id };

	return store_event_add(w->tx, &event, &keys);
}

/* Events [${from}, ${from} + ${n}) of no case and the head after them. */
static inline enum sluis_err
world_grow(struct world *w, uint64_t from, uint64_t n)
{
	const struct store_head head = { .size = from + n, .root = a_hash((unsigned)(from + n)) };

	for (uint64_t i = 0; i < n; i++)
		SLUIS_TRY(world_add_event(w, from + i, 0));
	return store_head_set(w->tx, STORE_LOG_EXCHANGE, from, &head);
}

/* Message ${n} at leaf ${n} with its event and the head after it. */
static inline enum sluis_err
add_one(struct world *w, unsigned n)
{
	const struct store_head head = { .size = n + 1, .root = a_hash(n) };

	SLUIS_TRY(world_add_event(w, n, 7));
	SLUIS_TRY(world_add_message(w, n + 1, 7, n));
	return store_head_set(w->tx, STORE_LOG_EXCHANGE, n, &head);
}

static inline void
commit_one(struct world *w, unsigned n)
{
	world_begin(w);
	assert_int_equal(add_one(w, n), SLUIS_OK);
	world_commit(w);
}

static inline uint64_t
size_of(struct world *w)
{
	struct store_head head;

	world_begin(w);
	assert_int_equal(store_head_get(w->tx, STORE_LOG_EXCHANGE, &head), SLUIS_OK);
	store_rollback(w->tx);
	return head.size;
}

/* Every message up to ${n} is there whole, and the file is sound. */
static inline void
expect_whole(struct world *w, uint64_t n)
{
	uint8_t body[WORLD_BODY_BYTES], got[1500];

	assert_int_equal(store_check_full(w->store, &w->why), SLUIS_OK);
	assert_int_equal(size_of(w), n);
	world_begin(w);
	for (unsigned i = 1; i <= n; i++) {
		const struct sluis_id id = an_id(i);

		world_body(i, body);
		assert_int_equal(store_section_read(w->tx, &id, 1, 0, got, 1500), SLUIS_OK);
		assert_memory_equal(got, body + 1000, 1500);
	}
	store_rollback(w->tx);
}

/* Change one byte of a file of the store, which is closed. */
static inline void
world_poke(const struct world *w, const char *name, off_t at, uint8_t xor)
{
	char path[128];
	uint8_t byte;
	int fd;

	world_path(w, name, path, sizeof(path));
	fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= xor;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

/* The whole of a file of the store; free() it. */
static inline uint8_t *
world_file(const struct world *w, const char *name, size_t *ret_len)
{
	char path[128];
	struct stat st;
	uint8_t *data;
	int fd;

	world_path(w, name, path, sizeof(path));
	fd = open(path, O_RDONLY);
	if (fd < 0) {
		*ret_len = 0;
		return NULL;
	}
	assert_int_equal(fstat(fd, &st), 0);
	data = malloc((size_t)st.st_size + 1);
	assert_non_null(data);
	assert_int_equal(pread(fd, data, (size_t)st.st_size, 0), st.st_size);
	close(fd);
	*ret_len = (size_t)st.st_size;
	return data;
}

#endif
