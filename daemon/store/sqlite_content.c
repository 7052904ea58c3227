/* SPDX-License-Identifier: EUPL-1.2 */
/* What is large of a message: the push as received, sealed sections and their keys. */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "limits.h"
#include "random.h"
#include "store/at_rest.h"
#include "store/sqlite_internal.h"

enum {
	GENERATION_BYTES = 8,
	LOCKS_MAX_BYTES = GENERATION_BYTES + SLUIS_SECTIONS_MAX * AT_REST_LOCK_BYTES
};

_Static_assert(AT_REST_PIECE_BYTES + AT_REST_TAG_BYTES <= STORE_SCRATCH_BYTES, "a piece must fit");

/* ---- Adding ---- */

/* Sizes that add up to the plain body; the sealed length of all. */
static enum sluis_err
measure(const struct store_body *body, size_t *ret)
{
	uint64_t left = body->plain.len;
	size_t sealed = 0;

	if (body->size_count > SLUIS_SECTIONS_MAX || body->plain.len > SLUIS_BODY_MAX_BYTES)
		return SLUIS_EUSAGE;
	for (size_t i = 0; i < body->size_count; i++) {
		if (body->sizes[i] > left)
			return SLUIS_EUSAGE;
		left -= body->sizes[i];
		sealed += (size_t)at_rest_sealed_len(body->sizes[i]);
	}
	*ret = sealed;
	return left == 0 ? SLUIS_OK : SLUIS_EUSAGE;
}

/* Fresh keys for every section of a message, drawn in one call. */
struct seeds {
	struct at_rest_seed of[SLUIS_SECTIONS_MAX];
	size_t len;
};

static void
seeds_wipe(struct seeds *seeds)
{
	sodium_memzero(seeds->of, seeds->len);
}

/* Locks: the generation, then a lock row a section. */
static void
seal_all(const struct keyring *keyring, const struct sluis_id *id, const struct store_body *body,
    struct sluis_writer *locks, uint8_t *ret_sealed)
{
	SLUIS_AUTO(seeds_wipe) struct seeds seeds;
	const uint8_t *at = body->plain.data;

	seeds.len = body->size_count * sizeof(seeds.of[0]);
	sluis_random_system(NULL, seeds.of, seeds.len);
	sluis_writer_put_u64(locks, keyring_newest(keyring));
	for (size_t i = 0; i < body->size_count; i++) {
		const struct at_rest_place place = { .message_id = *id, .index = (uint32_t)i };
		const size_t size = (size_t)body->sizes[i];
		uint8_t lock[AT_REST_LOCK_BYTES];

		at_rest_seal(
		    keyring, &seeds.of[i], &place, sluis_bytes(at, size), lock, ret_sealed);
		sluis_writer_put(locks, lock, sizeof(lock));
		at += size;
		ret_sealed += at_rest_sealed_len(size);
	}
	assert(!locks->overflow);
}

static enum sluis_err
add_row(struct store_tx *tx, const struct store_message *message, struct sluis_bytes locks,
    struct sluis_bytes sealed)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_CONTENT_ADD);

	store_bind_index(st, 1, message->event_index);
	store_bind_bytes(st, 2, message->push);
	if (locks.len == 0) {
		store_bind_none(st, 3);
		store_bind_none(st, 4);
	} else {
		store_bind_bytes(st, 3, locks);
		store_bind_bytes(st, 4, sealed);
	}
	return store_write(tx, st);
}

SLUIS_MUST_CHECK enum sluis_err
store_content_add(
    struct store_tx *tx, const struct store_message *message, const struct store_body *body)
{
	SLUIS_AUTO(sluis_freep) uint8_t *large = NULL;
	uint8_t locks[LOCKS_MAX_BYTES];
	uint8_t *sealed = tx->store->scratch;
	struct sluis_writer w;
	size_t len;

	if (measure(body, &len) != SLUIS_OK)
		return store_spoil(tx, SLUIS_EUSAGE);
	if (body->size_count == 0)
		return add_row(tx, message, sluis_bytes(NULL, 0), sluis_bytes(NULL, 0));
	if (len > STORE_SCRATCH_BYTES) {
		sealed = large = malloc(len);
		if (large == NULL)
			return store_spoil(tx, SLUIS_ENOMEM);
	}
	SLUIS_TRY(store_generation_note(tx));
	sluis_writer_init(&w, locks, sizeof(locks));
	seal_all(tx->store->keyring, &message->id, body, &w, sealed);
	return add_row(tx, message, sluis_bytes(locks, w.len), sluis_bytes(sealed, len));
}

/* ---- Reading ---- */

/* Where a section's sealed bytes begin in its body. */
struct place {
	uint64_t index;
	uint64_t start;
	struct at_rest section;
};

static void
place_done(struct place *place)
{
	at_rest_done(&place->section);
}

SLUIS_MUST_CHECK enum sluis_err
store_locks_generation(struct sluis_bytes locks, uint64_t *ret)
{
	struct sluis_reader r;

	if (locks.len < GENERATION_BYTES || locks.len > LOCKS_MAX_BYTES ||
	    (locks.len - GENERATION_BYTES) % AT_REST_LOCK_BYTES != 0)
		return SLUIS_ESTORE;
	sluis_reader_init(&r, locks);
	*ret = sluis_reader_get_u64(&r);
	return SLUIS_OK;
}

/* Sizes of the sections before are only claims until their keys open; a wrong place then fails its
 * tag. */
static enum sluis_err
open_section(const struct keyring *keyring, struct sluis_bytes locks,
    const struct at_rest_place *which, struct place *ret)
{
	const uint8_t *lock;
	uint64_t generation;

	SLUIS_TRY(store_locks_generation(locks, &generation));
	lock = locks.data + GENERATION_BYTES;
	if (which->index >= (locks.len - GENERATION_BYTES) / AT_REST_LOCK_BYTES)
		return SLUIS_ENOTFOUND;
	for (uint32_t i = 0; i < which->index; i++) {
		const uint64_t size = at_rest_lock_size(lock);

		if (size > SLUIS_BODY_MAX_BYTES)
			return SLUIS_ESTORE;
		ret->start += at_rest_sealed_len(size);
		lock += AT_REST_LOCK_BYTES;
	}
	return at_rest_open(keyring, generation, which, lock, &ret->section);
}

static enum sluis_err
find_section(struct store_tx *tx, const struct at_rest_place *which, struct place *ret)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_LOCKS_GET);

	store_bind_id(st, 1, &which->message_id);
	SLUIS_TRY(store_only_row(tx, st));
	if (sqlite3_column_type(st, 1) == SQLITE_NULL)
		return SLUIS_ENOTFOUND;
	SLUIS_TRY(store_column_index(st, 0, &ret->index));
	return open_section(tx->store->keyring, store_column_view(st, 1), which, ret);
}

SLUIS_MUST_CHECK enum sluis_err
store_content_loss(struct store_tx *tx, const struct sluis_id *id, enum store_message_state *state)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_LOCKS_GET);
	struct keyring_mark mark;
	uint64_t generation = 0;
	bool is_row;

	store_bind_id(st, 1, id);
	SLUIS_TRY(store_row(tx, st, &is_row));
	if (!is_row || sqlite3_column_type(st, 1) == SQLITE_NULL)
		return SLUIS_OK;
	if (store_locks_generation(store_column_view(st, 1), &generation) != SLUIS_OK ||
	    keyring_mark_of(tx->store->keyring, generation, &mark) != SLUIS_OK)
		*state = STORE_MESSAGE_LOST;
	return SLUIS_OK;
}

static void
blob_closep(sqlite3_blob **blob)
{
	(void)sqlite3_blob_close(*blob);
}

/* SQLITE_ERROR: no such row, or past its end. */
static enum sluis_err
blob_error(struct store_tx *tx, int rc)
{
	return rc == SQLITE_ERROR ? SLUIS_ESTORE : store_error(tx->store, rc);
}

/* The part of piece ${number} that lies in [${from}, ${from} + ${len}) of the section, into its
 * place at ${ret}. */
static enum sluis_err
read_piece(struct store_tx *tx, sqlite3_blob *blob, const struct place *place, uint64_t number,
    uint64_t from, uint8_t *ret, size_t len)
{
	const size_t piece_len = at_rest_piece_len(&place->section, number);
	const uint64_t piece_start = number * AT_REST_PIECE_BYTES;
	const uint64_t at = place->start + number * (AT_REST_PIECE_BYTES + AT_REST_TAG_BYTES);
	const size_t skip = from > piece_start ? (size_t)(from - piece_start) : 0;
	const size_t done = from > piece_start ? 0 : (size_t)(piece_start - from);
	size_t take = piece_len - skip;
	uint8_t *scratch = tx->store->scratch;
	int rc;

	if (at > INT32_MAX)
		return SLUIS_ESTORE;
	rc = sqlite3_blob_read(blob, scratch, (int)(piece_len + AT_REST_TAG_BYTES), (int)at);
	if (rc != SQLITE_OK)
		return blob_error(tx, rc);
	SLUIS_TRY(at_rest_piece_open(&place->section, number, scratch, scratch));
	if (take > len - done)
		take = len - done;
	memcpy(ret + done, scratch + skip, take);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_section_read(struct store_tx *tx, const struct sluis_id *message_id, uint32_t section,
    uint64_t offset, uint8_t *ret, size_t len)
{
	const struct at_rest_place which = { .message_id = *message_id, .index = section };
	SLUIS_AUTO(place_done) struct place place = { .index = 0 };
	SLUIS_AUTO(blob_closep) sqlite3_blob *blob = NULL;
	uint64_t last;
	int rc;

	SLUIS_TRY(find_section(tx, &which, &place));
	if (offset > place.section.size || len > place.section.size - offset)
		return SLUIS_EUSAGE;
	if (len == 0)
		return SLUIS_OK;
	rc = sqlite3_blob_open(
	    tx->store->db, "main", "content", "sealed", (int64_t)place.index, 0, &blob);
	if (rc != SQLITE_OK)
		return blob_error(tx, rc);
	last = (offset + len - 1) / AT_REST_PIECE_BYTES;
	for (uint64_t number = offset / AT_REST_PIECE_BYTES; number <= last; number++)
		SLUIS_TRY(read_piece(tx, blob, &place, number, offset, ret, len));
	return SLUIS_OK;
}
