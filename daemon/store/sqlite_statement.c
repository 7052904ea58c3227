/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "store/sqlite_internal.h"

/* What reading gives on a disk that lost a sector is damage, as if the bytes were wrong; the rest
 * of the store may be whole. A failed write or sync is another matter: what the disk holds is then
 * unknown. */
static enum sluis_err
io_error(int rc)
{
	if (rc == SQLITE_IOERR_NOMEM)
		return SLUIS_ENOMEM;
	if (rc == SQLITE_IOERR_READ || rc == SQLITE_IOERR_SHORT_READ ||
	    rc == SQLITE_IOERR_CORRUPTFS)
		return SLUIS_ESTORE;
	return SLUIS_EIO;
}

static enum sluis_err
result_error(int rc)
{
	if (rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY ||
	    rc == SQLITE_CONSTRAINT_ROWID)
		return SLUIS_EEXISTS;
	switch (rc & 0xff) {
	case SQLITE_FULL:
		return SLUIS_ENOSPACE;
	case SQLITE_NOMEM:
		return SLUIS_ENOMEM;
	case SQLITE_IOERR:
		return io_error(rc);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
	case SQLITE_SCHEMA:
	case SQLITE_ERROR:
		return SLUIS_ESTORE;
	default:
		return SLUIS_EIO;
	}
}

enum sluis_err
store_error(struct store *store, int rc)
{
	const enum sluis_err err = result_error(rc);

	assert(rc != SQLITE_OK && rc != SQLITE_ROW && rc != SQLITE_DONE && rc != SQLITE_MISUSE);
	if (err == SLUIS_EIO)
		store->is_dead = true;
	return err;
}

sqlite3_stmt *
store_sql(struct store_tx *tx, enum store_sql which)
{
	assert(tx->is_open);
	return tx->store->sql[which];
}

void
store_endp(sqlite3_stmt **st)
{
	(void)sqlite3_reset(*st);
}

enum sluis_err
store_spoil(struct store_tx *tx, enum sluis_err err)
{
	if (tx->failed == SLUIS_OK)
		tx->failed = err;
	return err;
}

/* SQLite itself rolls back where memory or disk fail, sometimes in a question too, and only when
 * that question is given back: what followed would then be durable statement by statement. So this
 * is asked before each. */
static enum sluis_err
check_running(struct store_tx *tx)
{
	if (tx->failed == SLUIS_OK && sqlite3_get_autocommit(tx->store->db) != 0)
		return store_spoil(tx, SLUIS_ESTORE);
	return tx->failed;
}

SLUIS_MUST_CHECK enum sluis_err
store_row(struct store_tx *tx, sqlite3_stmt *st, bool *ret_is_row)
{
	int rc;

	SLUIS_TRY(check_running(tx));
	rc = sqlite3_step(st);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return store_error(tx->store, rc);
	*ret_is_row = rc == SQLITE_ROW;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_only_row(struct store_tx *tx, sqlite3_stmt *st)
{
	bool is_row = false;

	SLUIS_TRY(store_row(tx, st, &is_row));
	return is_row ? SLUIS_OK : SLUIS_ENOTFOUND;
}

SLUIS_MUST_CHECK enum sluis_err
store_write(struct store_tx *tx, sqlite3_stmt *st)
{
	int rc;

	SLUIS_TRY(check_running(tx));
	rc = sqlite3_step(st);
	if (rc != SQLITE_DONE)
		return store_spoil(tx, store_error(tx->store, rc));
	(void)sqlite3_reset(st);
	return SLUIS_OK;
}

/* ---- Binding: nothing is allocated, so what can go wrong is our own mistake ---- */

void
store_bind(sqlite3_stmt *st, int column, int64_t value)
{
	const int rc = sqlite3_bind_int64(st, column, value);

	assert(rc == SQLITE_OK);
}

void
store_bind_index(sqlite3_stmt *st, int column, uint64_t value)
{
	store_bind(st, column, value > INT64_MAX ? INT64_MAX : (int64_t)value);
}

void
store_bind_bytes(sqlite3_stmt *st, int column, struct sluis_bytes bytes)
{
	const int rc = sqlite3_bind_blob64(
	    st, column, bytes.len == 0 ? (const void *)"" : bytes.data, bytes.len, SQLITE_STATIC);

	assert(rc == SQLITE_OK);
}

void
store_bind_text(sqlite3_stmt *st, int column, struct sluis_bytes text)
{
	const int rc = sqlite3_bind_text64(st, column, text.len == 0 ? "" : (const char *)text.data,
	    text.len, SQLITE_STATIC, SQLITE_UTF8);

	assert(rc == SQLITE_OK);
}

void
store_bind_id(sqlite3_stmt *st, int column, const struct sluis_id *id)
{
	store_bind_bytes(st, column, store_id_bytes(id));
}

void
store_bind_hash(sqlite3_stmt *st, int column, const struct sluis_hash *hash)
{
	store_bind_bytes(st, column, sluis_bytes(hash->bytes, sizeof(hash->bytes)));
}

void
store_bind_none(sqlite3_stmt *st, int column)
{
	const int rc = sqlite3_bind_null(st, column);

	assert(rc == SQLITE_OK);
}

/* ---- Reading ---- */

SLUIS_MUST_CHECK enum sluis_err
store_column_index(sqlite3_stmt *st, int column, uint64_t *ret)
{
	const int64_t value = sqlite3_column_int64(st, column);

	if (value < 0)
		return SLUIS_ESTORE;
	*ret = (uint64_t)value;
	return SLUIS_OK;
}

struct sluis_bytes
store_column_view(sqlite3_stmt *st, int column)
{
	const void *data = sqlite3_column_blob(st, column);
	const int len = sqlite3_column_bytes(st, column);

	return sluis_bytes(data, data == NULL || len < 0 ? 0 : (size_t)len);
}

SLUIS_MUST_CHECK enum sluis_err
store_column_fixed(sqlite3_stmt *st, int column, void *ret, size_t len)
{
	const struct sluis_bytes view = store_column_view(st, column);

	if (view.len != len)
		return SLUIS_ESTORE;
	memcpy(ret, view.data, len);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_column_bytes(sqlite3_stmt *st, int column, struct sluis_arena *arena, struct sluis_bytes *ret)
{
	const struct sluis_bytes view = store_column_view(st, column);

	if (view.len == 0) {
		*ret = sluis_bytes(NULL, 0);
		return SLUIS_OK;
	}
	return sluis_arena_copy(arena, view, ret);
}
