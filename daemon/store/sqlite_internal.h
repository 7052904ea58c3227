/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sqlite_internal - what the files of the SQLite store share: its state, running statements, reading rows.
 *
 * The only files that see sqlite3.h are those that include this one. A statement in use stands in a variable with
 * SLUIS_AUTO(store_endp), so that it is given back on every path:
 *	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_X);
 */
#ifndef SLUISD_SQLITE_INTERNAL_H
#define SLUISD_SQLITE_INTERNAL_H

#include <assert.h>

#include <sqlite3.h>

#include "store/keyring.h"
#include "store/sqlite_sql.h"
#include "store/store.h"

#define STORE_FILE "sluis.db"
#define STORE_SCRATCH_BYTES (96u * 1024) /* a sealed piece, or the sealed body of a small message */

struct store_names;

/* What the last store_message_add() of a transaction said: so much need not be said twice (sqlite_registry.c). */
struct store_last_message {
	struct sluis_id id;
	struct sluis_hash manifest_hash;
	uint64_t event_index;
	bool was_refused;
	bool is_set;
};

struct store_tx {
	struct store *store;
	struct store_last_message last_message;
	int64_t last_name; /* of the newest row of event_name; 0: none */
	uint64_t last_name_index;
	bool is_open;
	bool has_names;        /* gave numbers to new words */
	bool has_generation;   /* put the keyring's newest generation on record */
	enum sluis_err failed; /* a write went wrong: it can only be rolled back */
};

struct store {
	sqlite3 *db;
	sqlite3_stmt *sql[STORE_SQL_COUNT];
	struct store_tx tx; /* one at a time */
	struct store_names *names;
	struct keyring *keyring;
	bool is_key_missing;      /* content was kept under a generation that the keyring lacks */
	bool is_generation_known; /* the database has the keyring's newest generation */
	bool is_dead;             /* the disk failed: nothing more, ever */
	bool is_tight;            /* the reserve is gone: no room to waste */
	int wal_pages;            /* after the last commit; 0: all copied into the database */
	int dir_fd;
	int lock_fd;
	uint8_t *scratch;
};

/* ---- sqlite_statement.c ---- */

/** store_error(store, rc): an SQLite result as ours; SLUIS_EIO marks the store dead. */
enum sluis_err store_error(struct store *store, int rc);
/** store_sql(tx, which): the statement, ready to bind. */
sqlite3_stmt *store_sql(struct store_tx *tx, enum store_sql which);
void store_endp(sqlite3_stmt **st);
/** store_row(tx, st, ret_is_row): one step of a question; nothing runs where SQLite has rolled back by itself. */
SLUIS_MUST_CHECK enum sluis_err store_row(struct store_tx *tx, sqlite3_stmt *st, bool *ret_is_row);
/** store_only_row(tx, st): a step that must give a row; SLUIS_ENOTFOUND without. */
SLUIS_MUST_CHECK enum sluis_err store_only_row(struct store_tx *tx, sqlite3_stmt *st);
/** store_write(tx, st): run a change to its end; any error spoils the transaction. */
SLUIS_MUST_CHECK enum sluis_err store_write(struct store_tx *tx, sqlite3_stmt *st);
/** store_spoil(tx, err): ${tx} can only be rolled back; returns ${err}. */
enum sluis_err store_spoil(struct store_tx *tx, enum sluis_err err);

/* Binding; bytes stay the caller's until the statement has run. Columns count from 1. */
void store_bind(sqlite3_stmt *st, int column, int64_t value);
/** store_bind_index: numbers past what a row can hold become the greatest one. */
void store_bind_index(sqlite3_stmt *st, int column, uint64_t value);
void store_bind_bytes(sqlite3_stmt *st, int column, struct sluis_bytes bytes);
void store_bind_text(sqlite3_stmt *st, int column, struct sluis_bytes text);
void store_bind_id(sqlite3_stmt *st, int column, const struct sluis_id *id);
void store_bind_hash(sqlite3_stmt *st, int column, const struct sluis_hash *hash);
void store_bind_none(sqlite3_stmt *st, int column);

/* Reading; columns count from 0. Fixed sizes that do not fit are SLUIS_ESTORE. */
SLUIS_MUST_CHECK enum sluis_err store_column_index(sqlite3_stmt *st, int column, uint64_t *ret);
SLUIS_MUST_CHECK enum sluis_err store_column_fixed(sqlite3_stmt *st, int column, void *ret, size_t len);
SLUIS_MUST_CHECK enum sluis_err store_column_bytes(sqlite3_stmt *st, int column, struct sluis_arena *arena,
    struct sluis_bytes *ret);
/** store_column_view: until the next step of ${st}. */
struct sluis_bytes store_column_view(sqlite3_stmt *st, int column);

/* ---- sqlite_name.c: numbers for words ---- */

enum store_name { STORE_NAME_MEMBER = 1, STORE_NAME_ORGANISATION = 2, STORE_NAME_CASE = 3 };

struct store_names *store_names_new(void);
void store_names_free(struct store_names *names);
/** store_names_forget(names): what was remembered may not be in the database any more. */
void store_names_forget(struct store_names *names);
/** store_name_find(tx, kind, word, ret): SLUIS_ENOTFOUND for a word never stored. */
SLUIS_MUST_CHECK enum sluis_err store_name_find(struct store_tx *tx, enum store_name kind,
    struct sluis_bytes word, int64_t *ret);
/** store_name_number(tx, kind, word, ret): its number, given now where it has none. */
SLUIS_MUST_CHECK enum sluis_err store_name_number(struct store_tx *tx, enum store_name kind,
    struct sluis_bytes word, int64_t *ret);
SLUIS_MUST_CHECK enum sluis_err store_name_word(struct store_tx *tx, int64_t number,
    struct sluis_arena *arena, struct sluis_bytes *ret);
SLUIS_MUST_CHECK enum sluis_err store_case_id(struct store_tx *tx, int64_t number, struct sluis_id *ret);

static inline struct sluis_bytes
store_id_bytes(const struct sluis_id *id)
{
	return sluis_bytes(id->bytes, sizeof(id->bytes));
}

/* ---- sqlite_dir.c: the folder, its lock, the reserve ---- */

SLUIS_MUST_CHECK enum sluis_err store_dir_open(struct store *store, const char *dir, struct sluis_why *why);
void store_dir_close(struct store *store);

/* ---- sqlite_log.c, sqlite_check.c ---- */

/** store_check_heads(tx, why): both heads against the last rows of their logs. */
SLUIS_MUST_CHECK enum sluis_err store_check_heads(struct store_tx *tx, struct sluis_why *why);
/** store_link_keyring(store, dir, why): load or make the keyring and match it with the database. */
SLUIS_MUST_CHECK enum sluis_err store_link_keyring(struct store *store, const char *dir,
    struct sluis_why *why);
/** store_generation_note(tx): the keyring's newest generation is on record before anything is wrapped under it. */
SLUIS_MUST_CHECK enum sluis_err store_generation_note(struct store_tx *tx);
/** store_event_name_add(tx, name, index): ${index} is found by ${name}; twice is fine. */
SLUIS_MUST_CHECK enum sluis_err store_event_name_add(struct store_tx *tx, int64_t name, uint64_t index);

/* ---- sqlite_pair.c ---- */

SLUIS_MUST_CHECK enum sluis_err store_pair_add(struct store_tx *tx, int64_t sender, int64_t recipient,
    uint64_t sequence);

/* ---- sqlite_content.c ---- */

struct store_body {
	struct sluis_bytes plain;
	const uint64_t *sizes;
	size_t size_count;
};
SLUIS_MUST_CHECK enum sluis_err store_content_add(struct store_tx *tx, const struct store_message *message,
    const struct store_body *body);
/** store_locks_generation(locks): the key generation that a content row's locks begin with. */
SLUIS_MUST_CHECK enum sluis_err store_locks_generation(struct sluis_bytes locks, uint64_t *ret);
/** store_content_loss(tx, id, state): STORE_MESSAGE_LOST where the content's generation is not in the keyring. */
SLUIS_MUST_CHECK enum sluis_err store_content_loss(struct store_tx *tx, const struct sluis_id *id,
    enum store_message_state *state);

#endif
