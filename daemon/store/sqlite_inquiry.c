/* SPDX-License-Identifier: EUPL-1.2 */
/* Requests for information; and whether an id was ever used. */
#include "store/sqlite_internal.h"

SLUIS_MUST_CHECK enum sluis_err
store_inquiry_add(struct store_tx *tx, const struct store_inquiry *inquiry)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_INQUIRY_ADD);
	int64_t in_case, asker, holder;

	SLUIS_TRY(store_name_number(tx, STORE_NAME_CASE, store_id_bytes(&inquiry->case_id), &in_case));
	SLUIS_TRY(store_name_number(tx, STORE_NAME_MEMBER, inquiry->asker_handle, &asker));
	SLUIS_TRY(store_name_number(tx, STORE_NAME_MEMBER, inquiry->holder_handle, &holder));
	store_bind_index(st, 1, inquiry->event_index);
	store_bind_id(st, 2, &inquiry->id);
	store_bind(st, 3, in_case);
	store_bind(st, 4, asker);
	store_bind(st, 5, holder);
	store_bind(st, 6, inquiry->until_ms);
	store_bind_bytes(st, 7, inquiry->signed_inquiry);
	return store_write(tx, st);
}

static enum sluis_err
read_closing(sqlite3_stmt *st, struct sluis_arena *arena, struct store_inquiry *inquiry)
{
	if (inquiry->state == STORE_INQUIRY_OPEN)
		return SLUIS_OK;
	inquiry->closed_ms = sqlite3_column_int64(st, 8);
	SLUIS_TRY(store_column_index(st, 9, &inquiry->closed_index));
	if (inquiry->state == STORE_INQUIRY_ANSWERED)
		return store_column_fixed(st, 10, inquiry->message_id.bytes, sizeof(inquiry->message_id.bytes));
	return store_column_bytes(st, 10, arena, &inquiry->decline);
}

/* SQL_INQUIRY_COLUMNS */
static enum sluis_err
read_inquiry(struct store_tx *tx, sqlite3_stmt *st, struct sluis_arena *arena, struct store_inquiry *ret)
{
	struct store_inquiry inquiry = { .until_ms = sqlite3_column_int64(st, 5) };
	const int64_t state = sqlite3_column_int64(st, 7);

	if (state < STORE_INQUIRY_OPEN || state > STORE_INQUIRY_DECLINED)
		return store_spoil(tx, SLUIS_ESTORE);
	inquiry.state = (enum store_inquiry_state)state;
	SLUIS_TRY(store_column_index(st, 0, &inquiry.event_index));
	SLUIS_TRY(store_column_fixed(st, 1, inquiry.id.bytes, sizeof(inquiry.id.bytes)));
	SLUIS_TRY(store_case_id(tx, sqlite3_column_int64(st, 2), &inquiry.case_id));
	SLUIS_TRY(store_name_word(tx, sqlite3_column_int64(st, 3), arena, &inquiry.asker_handle));
	SLUIS_TRY(store_name_word(tx, sqlite3_column_int64(st, 4), arena, &inquiry.holder_handle));
	SLUIS_TRY(store_column_bytes(st, 6, arena, &inquiry.signed_inquiry));
	SLUIS_TRY(read_closing(st, arena, &inquiry));
	*ret = inquiry;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_inquiry_get(struct store_tx *tx, const struct sluis_id *id, struct sluis_arena *arena,
    struct store_inquiry *ret)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_INQUIRY_GET);

	store_bind_id(st, 1, id);
	SLUIS_TRY(store_only_row(tx, st));
	return read_inquiry(tx, st, arena, ret);
}

/* SLUIS_ENOTFOUND: a member or case that no row names. */
static enum sluis_err
bind_names(struct store_tx *tx, sqlite3_stmt *st, struct sluis_bytes handle, const struct sluis_id *case_id)
{
	int64_t name;

	SLUIS_TRY(store_name_find(tx, STORE_NAME_MEMBER, handle, &name));
	store_bind(st, 1, name);
	if (case_id == NULL) {
		store_bind_none(st, 4);
		return SLUIS_OK;
	}
	SLUIS_TRY(store_name_find(tx, STORE_NAME_CASE, store_id_bytes(case_id), &name));
	store_bind(st, 4, name);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_inquiry_list(struct store_tx *tx, struct sluis_bytes handle, const struct sluis_id *case_id,
    uint64_t from, size_t max, struct sluis_arena *arena, struct store_inquiry *ret, size_t *ret_count)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_INQUIRY_LIST);
	const enum sluis_err err = bind_names(tx, st, handle, case_id);
	size_t count = 0;
	bool is_row;

	if (err != SLUIS_OK && err != SLUIS_ENOTFOUND)
		return err;
	store_bind_index(st, 2, from);
	store_bind_index(st, 3, max);
	while (err == SLUIS_OK && count < max) {
		SLUIS_TRY(store_row(tx, st, &is_row));
		if (!is_row)
			break;
		SLUIS_TRY(read_inquiry(tx, st, arena, &ret[count]));
		count++;
	}
	*ret_count = count;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_inquiry_close(struct store_tx *tx, const struct store_inquiry *inquiry)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_INQUIRY_CLOSE);

	store_bind_id(st, 1, &inquiry->id);
	store_bind(st, 2, inquiry->state);
	store_bind(st, 3, inquiry->closed_ms);
	store_bind_index(st, 4, inquiry->closed_index);
	store_bind_bytes(st, 5, inquiry->state == STORE_INQUIRY_ANSWERED ? store_id_bytes(&inquiry->message_id) :
									  inquiry->decline);
	SLUIS_TRY(store_write(tx, st));
	return sqlite3_changes(tx->store->db) == 1 ? SLUIS_OK : SLUIS_ENOTFOUND;
}

SLUIS_MUST_CHECK enum sluis_err
store_is_known(struct store_tx *tx, enum store_known what, const struct sluis_id *id, bool *ret)
{
	static const enum store_sql SQL[] = { STORE_SQL_GRANT_KNOWN, STORE_SQL_REFUSAL_KNOWN, STORE_SQL_INQUIRY_KNOWN };
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, SQL[what]);

	store_bind_id(st, 1, id);
	return store_row(tx, st, ret);
}
