/* SPDX-License-Identifier: EUPL-1.2 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "store/sqlite_internal.h"
#include "store/sqlite_vfs.h"

#include "store_schema.h"

#define APPLICATION_ID 0x534c5549 /* "SLUI", at offset 68 of the file */

enum {
	SCHEMA_VERSION = SLUIS_ARRAY_LEN(STORE_SCHEMA),
	PAGE_BYTES = 4096,
	TIGHT_PAGES = 256,    /* 1 MiB: on a full disk */
	TIDY_PAGES = 4096,    /* 16 MiB: store_tidy() copies the WAL into the database from here */
	PRESS_PAGES = 6144,  /* 24 MiB: even when somebody waits */
	WAL_MAX_PAGES = 8192 /* 32 MiB: store_commit() itself does */
};

/* clang-format off */
static const char *const SQL_TEXT[STORE_SQL_COUNT] = {
#define X(name, text) [STORE_SQL_##name] = text,
	SQL_LIST(X)
#undef X
};
/* clang-format on */

/* ---- Opening ---- */

static enum sluis_err
open_error(struct store *store, const char *doing, int rc, struct sluis_why *why)
{
	if ((rc & 0xff) == SQLITE_BUSY) {
		(void)snprintf(why->text, sizeof(why->text),
		    "another program has the store's database open: end that first");
		return SLUIS_EEXISTS;
	}
	(void)snprintf(why->text, sizeof(why->text), "cannot %s the store's database: %s", doing,
	    sqlite3_errstr(rc));
	return store_error(store, rc);
}

static int
count_wal(void *context, sqlite3 *db, const char *name, int pages)
{
	struct store *store = context;

	(void)db;
	(void)name;
	store->wal_pages = pages;
	return SQLITE_OK;
}

static int
run(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static enum sluis_err
open_file(struct store *store, const char *dir, struct sluis_why *why)
{
	SLUIS_AUTO(sluis_freep) char *real = realpath(dir, NULL);
	SLUIS_AUTO(sluis_freep) char *path = NULL;
	const char *vfs = sqlite_vfs_name();
	int rc;

	if (vfs == NULL || real == NULL || asprintf(&path, "%s/" STORE_FILE, real) < 0) {
		path = NULL;
		return open_error(store, "find", SQLITE_NOMEM, why);
	}
	rc = sqlite3_open_v2(path, &store->db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW |
		SQLITE_OPEN_EXRESCODE,
	    vfs);
	return rc == SQLITE_OK ? SLUIS_OK : open_error(store, "open", rc, why);
}

static enum sluis_err
ask_number(struct store *store, const char *pragma, int64_t *ret, struct sluis_why *why)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(store->db, pragma, -1, &st, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*ret = sqlite3_column_int64(st, 0);
	(void)sqlite3_finalize(st);
	if (rc == SQLITE_ROW)
		return SLUIS_OK;
	return open_error(store, "read", rc == SQLITE_DONE ? SQLITE_CORRUPT : rc, why);
}

/* Before anything is written: is this file ours, and of a version that we know? */
static enum sluis_err
check_version(struct store *store, int64_t *ret, struct sluis_why *why)
{
	int64_t application, version, tables;

	SLUIS_TRY(ask_number(store, "PRAGMA application_id", &application, why));
	SLUIS_TRY(ask_number(store, "PRAGMA user_version", &version, why));
	SLUIS_TRY(ask_number(store, "SELECT count(*) FROM sqlite_schema", &tables, why));
	if (application != APPLICATION_ID && (application != 0 || version != 0 || tables != 0)) {
		(void)snprintf(why->text, sizeof(why->text),
		    STORE_FILE " is the database of another program: choose another store folder");
		return SLUIS_ECONFIG;
	}
	if (version > SCHEMA_VERSION) {
		(void)snprintf(why->text, sizeof(why->text),
		    "the store was written by a newer sluisd (schema %lld; this one knows up to "
		    "%d): "
		    "install that version again, or restore a backup from before it",
		    (long long)version, (int)SCHEMA_VERSION);
		return SLUIS_EVERSION;
	}
	*ret = version;
	return SLUIS_OK;
}

/*
 * EXCLUSIVE (open_database) before the first look inside: the index of the WAL then lives in memory,
 * where a full disk cannot touch it, and no transaction pays for file locks. Our hook takes the place of
 * SQLite's own checkpoints, which would pass over a failed sync in silence and try again.
 */
static enum sluis_err
set_up(struct store *store, struct sluis_why *why)
{
	static const char PRAGMAS[] =
	    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;"
	    "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;"
	    "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON";
	const int rc = run(store->db, PRAGMAS);

	if (rc != SQLITE_OK)
		return open_error(store, "set up", rc, why);
	(void)sqlite3_wal_hook(store->db, count_wal, store);
	return SLUIS_OK;
}

/* Each migration with its number in one transaction: a crash leaves the version before or the one
 * after. */
static enum sluis_err
migrate(struct store *store, int64_t version, struct sluis_why *why)
{
	for (int64_t next = version + 1; next <= SCHEMA_VERSION; next++) {
		char mark[96];
		int rc = run(store->db, "BEGIN IMMEDIATE");

		(void)snprintf(mark, sizeof(mark),
		    "PRAGMA application_id = %d; PRAGMA user_version = %lld", APPLICATION_ID,
		    (long long)next);
		if (rc == SQLITE_OK)
			rc = run(store->db, STORE_SCHEMA[next - 1]);
		if (rc == SQLITE_OK)
			rc = run(store->db, mark);
		if (rc == SQLITE_OK)
			rc = run(store->db, "COMMIT");
		if (rc != SQLITE_OK)
			return open_error(store, "bring up to date", rc, why);
	}
	return SLUIS_OK;
}

static enum sluis_err
prepare(struct store *store, struct sluis_why *why)
{
	for (size_t i = 0; i < STORE_SQL_COUNT; i++) {
		const int rc = sqlite3_prepare_v3(
		    store->db, SQL_TEXT[i], -1, SQLITE_PREPARE_PERSISTENT, &store->sql[i], NULL);

		if (rc != SQLITE_OK)
			return open_error(store, "use", rc, why);
	}
	return SLUIS_OK;
}

static enum sluis_err
open_database(struct store *store, const char *dir, struct sluis_why *why)
{
	char first[80];
	int64_t version;
	int rc;

	SLUIS_TRY(open_file(store, dir, why));
	(void)snprintf(first, sizeof(first),
	    "PRAGMA page_size = %d; PRAGMA locking_mode = EXCLUSIVE", PAGE_BYTES);
	rc = run(store->db, first);
	if (rc != SQLITE_OK)
		return open_error(store, "lock", rc, why);
	SLUIS_TRY(check_version(store, &version, why));
	SLUIS_TRY(set_up(store, why));
	SLUIS_TRY(migrate(store, version, why));
	return prepare(store, why);
}

static enum sluis_err
check_rows(struct store *store, struct sluis_why *why)
{
	struct store_tx *tx;
	enum sluis_err err;

	SLUIS_TRY(store_begin(store, &tx));
	err = store_check_heads(tx, why);
	store_rollback(tx);
	return err;
}

static void
store_closep(struct store **store)
{
	store_close(*store);
}

SLUIS_MUST_CHECK enum sluis_err
store_open(const char *dir, struct sluis_why *why, struct store **ret)
{
	SLUIS_AUTO(store_closep) struct store *store = calloc(1, sizeof(*store));
	enum sluis_err err;

	(void)snprintf(why->text, sizeof(why->text), "no memory for the store");
	if (store == NULL)
		return SLUIS_ENOMEM;
	store->dir_fd = store->lock_fd = -1;
	store->tx.store = store;
	store->names = store_names_new();
	store->scratch = malloc(STORE_SCRATCH_BYTES);
	if (store->names == NULL || store->scratch == NULL || sodium_init() < 0)
		return SLUIS_ENOMEM;
	SLUIS_TRY(store_dir_open(store, dir, why));
	SLUIS_TRY(open_database(store, dir, why));
	SLUIS_TRY(store_link_keyring(store, dir, why));
	SLUIS_TRY(check_rows(store, why));
	err = store_reserve_make(store);
	if (err != SLUIS_OK && err != SLUIS_ENOSPACE) {
		(void)snprintf(
		    why->text, sizeof(why->text), "cannot make the store's reserve file");
		return err;
	}
	*ret = SLUIS_TAKE(store);
	return SLUIS_OK;
}

/* A store whose disk failed is left as it is: SQLite would sync again on closing, and believe the
 * answer. */
void
store_close(struct store *store)
{
	if (store == NULL)
		return;
	if (store->tx.is_open)
		store_rollback(&store->tx);
	for (size_t i = 0; i < STORE_SQL_COUNT; i++)
		(void)sqlite3_finalize(store->sql[i]);
	if (store->db != NULL && store->is_dead)
		(void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	(void)sqlite3_close(store->db);
	keyring_free(store->keyring);
	store_dir_close(store);
	store_names_free(store->names);
	if (store->scratch != NULL)
		sodium_memzero(store->scratch, STORE_SCRATCH_BYTES);
	free(store->scratch);
	free(store);
}

/* ---- Transactions ---- */

/* BEGIN alone takes and costs nothing: the first write turns it into a writing transaction. */
SLUIS_MUST_CHECK enum sluis_err
store_begin(struct store *store, struct store_tx **ret)
{
	struct store_tx *tx = &store->tx;
	int rc;

	assert(!tx->is_open);
	if (store->is_dead)
		return SLUIS_EIO;
	*tx = (struct store_tx){ .store = store, .is_open = true };
	rc = sqlite3_step(store->sql[STORE_SQL_BEGIN]);
	(void)sqlite3_reset(store->sql[STORE_SQL_BEGIN]);
	if (rc != SQLITE_DONE) {
		tx->is_open = false;
		return store_error(store, rc);
	}
	*ret = tx;
	return SLUIS_OK;
}

static enum sluis_err
checkpoint(struct store *store)
{
	const int rc =
	    sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	enum sluis_err err;

	if (rc == SQLITE_OK) {
		store->wal_pages = 0;
		return SLUIS_OK;
	}
	err = store_error(store, rc);
	/* Without room or memory the WAL simply stays longer; the next one tries again. */
	return err == SLUIS_ENOSPACE || err == SLUIS_ENOMEM ? SLUIS_OK : err;
}

/* On a full disk the WAL is kept short, so that its room is used again and again. */
static enum sluis_err
checkpoint_from(struct store *store, int pages)
{
	if (store->is_tight)
		pages = TIGHT_PAGES;
	return store->wal_pages >= pages ? checkpoint(store) : SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_commit(struct store_tx *tx)
{
	struct store *store = tx->store;
	int rc;

	assert(tx->is_open);
	if (tx->failed != SLUIS_OK) {
		store_rollback(tx);
		return tx->failed;
	}
	rc = sqlite3_step(store->sql[STORE_SQL_COMMIT]);
	(void)sqlite3_reset(store->sql[STORE_SQL_COMMIT]);
	if (rc != SQLITE_DONE) {
		(void)store_spoil(tx, store_error(store, rc));
		store_rollback(tx);
		return tx->failed;
	}
	tx->is_open = false;
	return checkpoint_from(store, WAL_MAX_PAGES);
}

void
store_rollback(struct store_tx *tx)
{
	struct store *store;

	if (tx == NULL)
		return;
	store = tx->store;
	assert(tx->is_open);
	tx->is_open = false;
	if (tx->has_names)
		store_names_forget(store->names);
	if (tx->has_generation)
		store->is_generation_known = false;
	if (sqlite3_get_autocommit(store->db) == 0) {
		(void)sqlite3_step(store->sql[STORE_SQL_ROLLBACK]);
		(void)sqlite3_reset(store->sql[STORE_SQL_ROLLBACK]);
	}
}

SLUIS_MUST_CHECK enum sluis_err
store_tidy(struct store *store)
{
	assert(!store->tx.is_open);
	if (store->is_dead)
		return SLUIS_EIO;
	return checkpoint_from(store, TIDY_PAGES);
}

bool
store_tidy_presses(const struct store *store)
{
	return store->wal_pages >= PRESS_PAGES;
}
