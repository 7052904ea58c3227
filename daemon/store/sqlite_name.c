/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdlib.h>
#include <string.h>

#include "store/sqlite_internal.h"

enum { WORD_MAX = 32, SLOT_BITS = 11, SLOTS = 1 << SLOT_BITS };

/* A word and its number; kind 0: empty. */
struct slot {
	int64_t number;
	uint8_t kind;
	uint8_t len;
	uint8_t word[WORD_MAX];
};

/* Two tables of fixed size in which a newcomer takes the place of what was there: bounded, and
 * never wrong. */
struct store_names {
	struct slot by_word[SLOTS];
	struct slot by_number[SLOTS];
};

/* FNV-1a; who makes words collide only makes his own questions slower. */
static struct slot *
slot_of_word(struct store_names *names, enum store_name kind, struct sluis_bytes word)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ (uint64_t)kind;

	for (size_t i = 0; i < word.len; i++)
		h = (h ^ word.data[i]) * UINT64_C(0x100000001b3);
	return &names->by_word[(h ^ h >> 32) & (SLOTS - 1)];
}

static struct slot *
slot_of_number(struct store_names *names, int64_t number)
{
	return &names->by_number[(uint64_t)number & (SLOTS - 1)];
}

static void
remember(struct store_names *names, enum store_name kind, struct sluis_bytes word, int64_t number)
{
	struct slot slot = { .number = number, .kind = (uint8_t)kind, .len = (uint8_t)word.len };

	if (word.len == 0 || word.len > WORD_MAX)
		return;
	memcpy(slot.word, word.data, word.len);
	*slot_of_word(names, kind, word) = slot;
	*slot_of_number(names, number) = slot;
}

struct store_names *
store_names_new(void)
{
	return calloc(1, sizeof(struct store_names));
}

void
store_names_free(struct store_names *names)
{
	free(names);
}

void
store_names_forget(struct store_names *names)
{
	memset(names, 0, sizeof(*names));
}

static enum sluis_err
look_up(struct store_tx *tx, enum store_name kind, struct sluis_bytes word, int64_t *ret)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_NAME_FIND);

	store_bind(st, 1, kind);
	store_bind_bytes(st, 2, word);
	SLUIS_TRY(store_only_row(tx, st));
	*ret = sqlite3_column_int64(st, 0);
	remember(tx->store->names, kind, word, *ret);
	return SLUIS_OK;
}

static enum sluis_err
add(struct store_tx *tx, enum store_name kind, struct sluis_bytes word, int64_t *ret)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_NAME_ADD);

	store_bind(st, 1, kind);
	store_bind_bytes(st, 2, word);
	SLUIS_TRY(store_write(tx, st));
	tx->has_names = true;
	*ret = sqlite3_last_insert_rowid(tx->store->db);
	remember(tx->store->names, kind, word, *ret);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_name_find(struct store_tx *tx, enum store_name kind, struct sluis_bytes word, int64_t *ret)
{
	const struct slot *slot = slot_of_word(tx->store->names, kind, word);

	if (slot->kind == kind && sluis_bytes_equal(sluis_bytes(slot->word, slot->len), word)) {
		*ret = slot->number;
		return SLUIS_OK;
	}
	return look_up(tx, kind, word, ret);
}

SLUIS_MUST_CHECK enum sluis_err
store_name_number(struct store_tx *tx, enum store_name kind, struct sluis_bytes word, int64_t *ret)
{
	const enum sluis_err err = store_name_find(tx, kind, word, ret);

	return err == SLUIS_ENOTFOUND ? add(tx, kind, word, ret) : err;
}

SLUIS_MUST_CHECK enum sluis_err
store_name_word(
    struct store_tx *tx, int64_t number, struct sluis_arena *arena, struct sluis_bytes *ret)
{
	const struct slot *slot = slot_of_number(tx->store->names, number);
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_NAME_WORD);
	enum sluis_err err;

	if (slot->kind != 0 && slot->number == number)
		return sluis_arena_copy(arena, sluis_bytes(slot->word, slot->len), ret);
	store_bind(st, 1, number);
	err = store_only_row(tx, st);
	if (err == SLUIS_ENOTFOUND)
		return SLUIS_ESTORE; /* every number in a row was given here */
	return err == SLUIS_OK ? store_column_bytes(st, 0, arena, ret) : err;
}

SLUIS_MUST_CHECK enum sluis_err
store_case_id(struct store_tx *tx, int64_t number, struct sluis_id *ret)
{
	const struct slot *slot = slot_of_number(tx->store->names, number);
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_NAME_WORD);
	enum sluis_err err;

	if (slot->kind == STORE_NAME_CASE && slot->number == number &&
	    slot->len == sizeof(ret->bytes)) {
		memcpy(ret->bytes, slot->word, sizeof(ret->bytes));
		return SLUIS_OK;
	}
	store_bind(st, 1, number);
	err = store_only_row(tx, st);
	if (err == SLUIS_ENOTFOUND)
		return SLUIS_ESTORE;
	return err == SLUIS_OK ? store_column_fixed(st, 0, ret->bytes, sizeof(ret->bytes)) : err;
}
