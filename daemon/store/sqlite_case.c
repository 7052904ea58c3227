/* SPDX-License-Identifier: EUPL-1.2 */
/* Cases and grants. */
#include "store/sqlite_internal.h"

static enum sluis_err
find_case(struct store_tx *tx, const struct sluis_id *id, int64_t *ret)
{
	return store_name_find(tx, STORE_NAME_CASE, store_id_bytes(id), ret);
}

static enum sluis_err
number_case(struct store_tx *tx, const struct sluis_id *id, int64_t *ret)
{
	return store_name_number(tx, STORE_NAME_CASE, store_id_bytes(id), ret);
}

/* ---- Chain ---- */

SLUIS_MUST_CHECK enum sluis_err
store_case_act_add(
    struct store_tx *tx, const struct sluis_id *case_id, const struct store_case_act *act)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_CASE_ACT_ADD);
	int64_t name;

	SLUIS_TRY(number_case(tx, case_id, &name));
	store_bind(st, 1, name);
	store_bind_index(st, 2, act->sequence);
	store_bind_hash(st, 3, &act->payload_hash);
	store_bind_index(st, 4, act->event_index);
	store_bind_bytes(st, 5, act->signed_act);
	return store_write(tx, st);
}

static enum sluis_err
read_act(sqlite3_stmt *st, struct sluis_arena *arena, struct store_case_act *ret)
{
	SLUIS_TRY(store_column_index(st, 0, &ret->sequence));
	SLUIS_TRY(
	    store_column_fixed(st, 1, ret->payload_hash.bytes, sizeof(ret->payload_hash.bytes)));
	SLUIS_TRY(store_column_index(st, 2, &ret->event_index));
	return store_column_bytes(st, 3, arena, &ret->signed_act);
}

SLUIS_MUST_CHECK enum sluis_err
store_case_acts(struct store_tx *tx, const struct sluis_id *case_id, uint64_t from_sequence,
    size_t max, struct sluis_arena *arena, struct store_case_act *ret, size_t *ret_count)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_CASE_ACTS);
	size_t count = 0;
	int64_t name;
	bool is_row;
	const enum sluis_err err = find_case(tx, case_id, &name);

	if (err == SLUIS_ENOTFOUND) {
		*ret_count = 0;
		return SLUIS_OK;
	}
	SLUIS_TRY(err);
	store_bind(st, 1, name);
	store_bind_index(st, 2, from_sequence);
	store_bind_index(st, 3, max);
	while (count < max) {
		SLUIS_TRY(store_row(tx, st, &is_row));
		if (!is_row)
			break;
		SLUIS_TRY(read_act(st, arena, &ret[count]));
		count++;
	}
	*ret_count = count;
	return SLUIS_OK;
}

/* ---- Summary and members ---- */

SLUIS_MUST_CHECK enum sluis_err
store_case_put(struct store_tx *tx, const struct store_case_row *row)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_CASE_PUT);
	int64_t name;

	SLUIS_TRY(number_case(tx, &row->id, &name));
	store_bind(st, 1, name);
	store_bind_text(st, 2, row->step);
	store_bind(st, 3, row->is_closed);
	store_bind(st, 4, row->changed_ms);
	store_bind_index(st, 5, row->event_index);
	return store_write(tx, st);
}

/* The number of a case and the index of its opening, SLUIS_ENOTFOUND where it has no summary row.
 */
static enum sluis_err
find_opening(struct store_tx *tx, const struct sluis_id *id, int64_t *ret_name, uint64_t *ret_index)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_CASE_IDX);

	SLUIS_TRY(find_case(tx, id, ret_name));
	store_bind(st, 1, *ret_name);
	SLUIS_TRY(store_only_row(tx, st));
	return store_column_index(st, 0, ret_index);
}

SLUIS_MUST_CHECK enum sluis_err
store_case_member_set(
    struct store_tx *tx, const struct sluis_id *case_id, struct sluis_bytes handle, bool is_on)
{
	SLUIS_AUTO(store_endp)
	sqlite3_stmt *st =
	    store_sql(tx, is_on ? STORE_SQL_CASE_MEMBER_ON : STORE_SQL_CASE_MEMBER_OFF);
	int64_t name, member;
	uint64_t index;

	SLUIS_TRY(find_opening(tx, case_id, &name, &index));
	SLUIS_TRY(store_name_number(tx, STORE_NAME_MEMBER, handle, &member));
	store_bind(st, 1, member);
	store_bind_index(st, 2, index);
	store_bind(st, 3, name);
	return store_write(tx, st);
}

static enum sluis_err
read_case(
    struct store_tx *tx, sqlite3_stmt *st, struct sluis_arena *arena, struct store_case_row *ret)
{
	SLUIS_TRY(store_case_id(tx, sqlite3_column_int64(st, 0), &ret->id));
	SLUIS_TRY(store_column_bytes(st, 1, arena, &ret->step));
	ret->is_closed = sqlite3_column_int64(st, 2) != 0;
	ret->changed_ms = sqlite3_column_int64(st, 3);
	return store_column_index(st, 4, &ret->event_index);
}

SLUIS_MUST_CHECK enum sluis_err
store_case_list(struct store_tx *tx, struct sluis_bytes handle, uint64_t from_event_index,
    size_t max, struct sluis_arena *arena, struct store_case_row *ret, size_t *ret_count)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_CASE_LIST);
	size_t count = 0;
	int64_t member;
	bool is_row;
	const enum sluis_err err = store_name_find(tx, STORE_NAME_MEMBER, handle, &member);

	if (err == SLUIS_ENOTFOUND) {
		*ret_count = 0;
		return SLUIS_OK;
	}
	SLUIS_TRY(err);
	store_bind(st, 1, member);
	store_bind_index(st, 2, from_event_index);
	store_bind_index(st, 3, max);
	while (count < max) {
		SLUIS_TRY(store_row(tx, st, &is_row));
		if (!is_row)
			break;
		SLUIS_TRY(read_case(tx, st, arena, &ret[count]));
		count++;
	}
	*ret_count = count;
	return SLUIS_OK;
}

/* ---- Grants ---- */

SLUIS_MUST_CHECK enum sluis_err
store_grant_add(struct store_tx *tx, const struct store_grant *grant)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_GRANT_ADD);
	int64_t name;

	SLUIS_TRY(number_case(tx, &grant->case_id, &name));
	store_bind_id(st, 1, &grant->id);
	store_bind(st, 2, name);
	store_bind_hash(st, 3, &grant->payload_hash);
	store_bind_bytes(st, 4, grant->signed_grant);
	store_bind_text(st, 5, grant->state);
	store_bind_index(st, 6, grant->event_index);
	return store_write(tx, st);
}

static enum sluis_err
read_grant(
    struct store_tx *tx, sqlite3_stmt *st, struct sluis_arena *arena, struct store_grant *ret)
{
	struct store_grant grant;

	SLUIS_TRY(store_column_fixed(st, 0, grant.id.bytes, sizeof(grant.id.bytes)));
	SLUIS_TRY(store_case_id(tx, sqlite3_column_int64(st, 1), &grant.case_id));
	SLUIS_TRY(
	    store_column_fixed(st, 2, grant.payload_hash.bytes, sizeof(grant.payload_hash.bytes)));
	SLUIS_TRY(store_column_bytes(st, 3, arena, &grant.signed_grant));
	SLUIS_TRY(store_column_bytes(st, 4, arena, &grant.state));
	SLUIS_TRY(store_column_index(st, 5, &grant.event_index));
	*ret = grant;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_grant_get(struct store_tx *tx, const struct sluis_id *id, struct sluis_arena *arena,
    struct store_grant *ret)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_GRANT_GET);

	store_bind_id(st, 1, id);
	SLUIS_TRY(store_only_row(tx, st));
	return read_grant(tx, st, arena, ret);
}

SLUIS_MUST_CHECK enum sluis_err
store_grant_list(struct store_tx *tx, const struct sluis_id *case_id, size_t max,
    struct sluis_arena *arena, struct store_grant *ret, size_t *ret_count)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_GRANT_LIST);
	size_t count = 0;
	int64_t name;
	bool is_row;
	const enum sluis_err err = find_case(tx, case_id, &name);

	if (err == SLUIS_ENOTFOUND) {
		*ret_count = 0;
		return SLUIS_OK;
	}
	SLUIS_TRY(err);
	store_bind(st, 1, name);
	store_bind_index(st, 2, max);
	while (count < max) {
		SLUIS_TRY(store_row(tx, st, &is_row));
		if (!is_row)
			break;
		SLUIS_TRY(read_grant(tx, st, arena, &ret[count]));
		count++;
	}
	*ret_count = count;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_grant_state_set(struct store_tx *tx, const struct sluis_id *id, struct sluis_bytes state)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_GRANT_STATE);

	store_bind_id(st, 1, id);
	store_bind_text(st, 2, state);
	SLUIS_TRY(store_write(tx, st));
	return sqlite3_changes(tx->store->db) == 1 ? SLUIS_OK : SLUIS_ENOTFOUND;
}
