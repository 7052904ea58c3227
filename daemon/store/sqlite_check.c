/* SPDX-License-Identifier: EUPL-1.2 */
/* Is the store what we wrote? The ends of the logs, the key generations, and in full. */
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "store/sqlite_internal.h"

enum { LAST_ROWS = 64 };

/* The statements that look at one log's rows. */
struct log_rows {
	enum store_log log;
	enum store_sql last;
	enum store_sql count;
	const char *name;
};

static const struct log_rows LOGS[] = {
	{ STORE_LOG_KEYS, STORE_SQL_KEYS_LAST, STORE_SQL_KEYS_COUNT, "keys" },
	{ STORE_LOG_EXCHANGE, STORE_SQL_EVENT_LAST, STORE_SQL_EVENT_COUNT, "exchange" },
};

/* ---- Heads ---- */

/* Rows of a log as its last row states it: 0 where there is none. */
static enum sluis_err
size_by_rows(struct store_tx *tx, enum store_sql last, uint64_t *ret)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, last);

	SLUIS_TRY(store_only_row(tx, st));
	if (sqlite3_column_type(st, 0) == SQLITE_NULL) {
		*ret = 0;
		return SLUIS_OK;
	}
	SLUIS_TRY(store_column_index(st, 0, ret));
	(*ret)++;
	return SLUIS_OK;
}

static enum sluis_err
count_from(struct store_tx *tx, enum store_sql count, uint64_t from, uint64_t *ret)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, count);

	store_bind_index(st, 1, from);
	SLUIS_TRY(store_only_row(tx, st));
	return store_column_index(st, 0, ret);
}

/* The head's size, its last row, and no gap among the last ${depth} rows: all must agree. */
static enum sluis_err
check_log(struct store_tx *tx, const struct log_rows *rows, uint64_t depth, struct sluis_why *why)
{
	struct store_head head;
	uint64_t size, count, from;

	SLUIS_TRY(store_head_get(tx, rows->log, &head));
	SLUIS_TRY(size_by_rows(tx, rows->last, &size));
	from = size > depth ? size - depth : 0;
	SLUIS_TRY(count_from(tx, rows->count, from, &count));
	if (size == head.size && count == size - from)
		return SLUIS_OK;
	(void)snprintf(why->text, sizeof(why->text),
	    "the store is damaged: the %s log states %llu entries and holds %llu, %llu of the last "
	    "%llu; "
	    "restore a backup",
	    rows->name, (unsigned long long)head.size, (unsigned long long)size,
	    (unsigned long long)count, (unsigned long long)(size - from));
	return SLUIS_ESTORE;
}

static enum sluis_err
check_logs(struct store_tx *tx, uint64_t depth, struct sluis_why *why)
{
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(LOGS); i++) {
		const enum sluis_err err = check_log(tx, &LOGS[i], depth, why);

		if (err == SLUIS_OK)
			continue;
		if (why->text[0] == '\0')
			(void)snprintf(why->text, sizeof(why->text), "the %s log of the store: %s",
			    LOGS[i].name, sluis_err_text(err));
		return err;
	}
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_check_heads(struct store_tx *tx, struct sluis_why *why)
{
	why->text[0] = '\0';
	return check_logs(tx, LAST_ROWS, why);
}

/* ---- Full ---- */

/* The first thing that SQLite finds wrong; "ok" when nothing. It names tables and pages, never
 * values. */
static enum sluis_err
check_file(struct store *store, struct sluis_why *why)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(store->db, "PRAGMA integrity_check(1)", -1, &st, NULL);
	enum sluis_err err = SLUIS_ESTORE;

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(st, 0), "ok") == 0)
		err = SLUIS_OK;
	else if (rc == SQLITE_ROW)
		(void)snprintf(why->text, sizeof(why->text),
		    "the store is damaged: %.180s; restore a backup",
		    (const char *)sqlite3_column_text(st, 0));
	else
		(void)snprintf(why->text, sizeof(why->text), "the store cannot be read: %s",
		    sqlite3_errstr(rc));
	(void)sqlite3_finalize(st);
	return err;
}

SLUIS_MUST_CHECK enum sluis_err
store_check_full(struct store *store, struct sluis_why *why)
{
	struct store_tx *tx;
	enum sluis_err err;

	why->text[0] = '\0';
	SLUIS_TRY(check_file(store, why));
	SLUIS_TRY(store_begin(store, &tx));
	err = check_logs(tx, UINT64_MAX, why);
	store_rollback(tx);
	return err;
}

/* ---- Key generations ---- */

/* The generations that the database knows, against those of the keyring. */
struct match {
	uint64_t newest;
	bool is_other;   /* one number stands for two keys */
	bool is_missing; /* one is not in the keyring: content may be lost */
};

static enum sluis_err
match_generations(struct store_tx *tx, const struct keyring *keyring, struct match *ret)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_GENERATION_LIST);
	struct match match = { .newest = 0 };
	bool is_row;

	for (;;) {
		struct keyring_mark stored, own;

		SLUIS_TRY(store_row(tx, st, &is_row));
		if (!is_row)
			break;
		SLUIS_TRY(store_column_index(st, 0, &match.newest));
		SLUIS_TRY(store_column_fixed(st, 1, stored.bytes, sizeof(stored.bytes)));
		if (keyring == NULL || keyring_mark_of(keyring, match.newest, &own) != SLUIS_OK)
			match.is_missing = true;
		else if (memcmp(own.bytes, stored.bytes, sizeof(own.bytes)) != 0)
			match.is_other = true;
	}
	*ret = match;
	return SLUIS_OK;
}

static enum sluis_err
read_generations(struct store *store, struct match *ret, struct sluis_why *why)
{
	struct store_tx *tx;
	enum sluis_err err;

	SLUIS_TRY(store_begin(store, &tx));
	err = match_generations(tx, store->keyring, ret);
	store_rollback(tx);
	if (err != SLUIS_OK)
		(void)snprintf(why->text, sizeof(why->text), "the store's key generations: %s",
		    sluis_err_text(err));
	return err;
}

/*
 * A store without its keyring opens with a new generation, past all that it knows: old content is
 * lost, new content is kept. A keyring with another key under a known number belongs to another
 * store; a keyring older than the database would wrap under a number that may be in use: both are
 * mistakes to be put right by hand.
 */
SLUIS_MUST_CHECK enum sluis_err
store_link_keyring(struct store *store, const char *dir, struct sluis_why *why)
{
	const enum sluis_err err = keyring_load(dir, why, &store->keyring);
	struct match match;

	if (err != SLUIS_OK && err != SLUIS_ENOTFOUND)
		return err;
	SLUIS_TRY(read_generations(store, &match, why));
	store->is_key_missing = match.is_missing;
	if (err == SLUIS_ENOTFOUND)
		return keyring_make(dir, match.newest + 1, why, &store->keyring);
	if (match.is_other || keyring_newest(store->keyring) < match.newest) {
		(void)snprintf(why->text, sizeof(why->text),
		    "the store's keyring is %s: put the right one back, or move it away and lose "
		    "the stored content",
		    match.is_other ? "of another store" : "older than its database");
		return SLUIS_EKEYS;
	}
	return SLUIS_OK;
}

static enum sluis_err
add_generation(struct store_tx *tx, uint64_t number, const struct keyring_mark *mark)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_GENERATION_ADD);

	store_bind_index(st, 1, number);
	store_bind_bytes(st, 2, sluis_bytes(mark->bytes, sizeof(mark->bytes)));
	return store_write(tx, st);
}

SLUIS_MUST_CHECK enum sluis_err
store_generation_note(struct store_tx *tx)
{
	struct store *store = tx->store;
	const uint64_t number = keyring_newest(store->keyring);
	struct keyring_mark mark;
	struct match match;

	if (store->is_generation_known)
		return SLUIS_OK;
	SLUIS_TRY(match_generations(tx, NULL, &match));
	if (match.newest != number) {
		SLUIS_TRY(keyring_mark_of(store->keyring, number, &mark));
		SLUIS_TRY(add_generation(tx, number, &mark));
		tx->has_generation = true;
	}
	store->is_generation_known = true;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_lost(
    struct store_tx *tx, uint64_t from, size_t max, struct store_lost_row *ret, size_t *ret_count)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_LOST_LIST);
	struct match match;
	size_t count = 0;
	bool is_row;

	SLUIS_TRY(match_generations(tx, tx->store->keyring, &match));
	store_bind_index(st, 1, from);
	while (match.is_missing && count < max) {
		struct keyring_mark mark;
		uint64_t generation;

		SLUIS_TRY(store_row(tx, st, &is_row));
		if (!is_row)
			break;
		SLUIS_TRY(store_locks_generation(store_column_view(st, 2), &generation));
		if (keyring_mark_of(tx->store->keyring, generation, &mark) == SLUIS_OK)
			continue;
		SLUIS_TRY(
		    store_column_fixed(st, 0, ret[count].id.bytes, sizeof(ret[count].id.bytes)));
		SLUIS_TRY(store_column_index(st, 1, &ret[count].event_index));
		count++;
	}
	*ret_count = count;
	return SLUIS_OK;
}
