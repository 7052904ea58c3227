/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/sqlite_internal.h"

/* ---- Heads ---- */

SLUIS_MUST_CHECK enum sluis_err
store_head_get(struct store_tx *tx, enum store_log log, struct store_head *ret)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_HEAD_GET);
	struct store_head head = { .size = 0 };
	bool is_row;

	store_bind(st, 1, log);
	SLUIS_TRY(store_row(tx, st, &is_row));
	if (is_row) {
		SLUIS_TRY(store_column_index(st, 0, &head.size));
		SLUIS_TRY(store_column_fixed(st, 1, head.root.bytes, sizeof(head.root.bytes)));
		SLUIS_TRY(store_column_fixed(st, 2, head.batch.bytes, sizeof(head.batch.bytes)));
	}
	*ret = head;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_head_set(
    struct store_tx *tx, enum store_log log, uint64_t old_size, const struct store_head *head)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_HEAD_SET);
	struct store_head now;

	SLUIS_TRY(store_head_get(tx, log, &now));
	if (now.size != old_size)
		return store_spoil(tx, SLUIS_ESTORE);
	store_bind(st, 1, log);
	store_bind_index(st, 2, head->size);
	store_bind_hash(st, 3, &head->root);
	store_bind_id(st, 4, &head->batch);
	return store_write(tx, st);
}

/* ---- Exchange log ---- */

/* Event and message both name the case: the second time in a row costs nothing. */
SLUIS_MUST_CHECK enum sluis_err
store_event_name_add(struct store_tx *tx, int64_t name, uint64_t index)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_EVENT_NAME_ADD);

	if (tx->last_name == name && tx->last_name_index == index)
		return SLUIS_OK;
	store_bind(st, 1, name);
	store_bind_index(st, 2, index);
	SLUIS_TRY(store_write(tx, st));
	tx->last_name = name;
	tx->last_name_index = index;
	return SLUIS_OK;
}

static enum sluis_err
add_names(struct store_tx *tx, uint64_t index, const struct store_event_keys *keys)
{
	for (size_t i = 0; i < keys->organisation_count; i++) {
		int64_t name;

		SLUIS_TRY(
		    store_name_number(tx, STORE_NAME_ORGANISATION, keys->organisations[i], &name));
		SLUIS_TRY(store_event_name_add(tx, name, index));
	}
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_event_add(
    struct store_tx *tx, const struct store_event *event, const struct store_event_keys *keys)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_EVENT_ADD);
	int64_t name = 0;

	assert(event->index < INT64_MAX);
	store_bind_index(st, 1, event->index);
	store_bind_hash(st, 2, &event->entry);
	store_bind_none(st, 4);
	store_bind_none(st, 5);
	store_bind_none(st, 6);
	if (event->is_erased) {
		store_bind_none(st, 3);
		store_bind_none(st, 7);
	} else {
		store_bind_hash(st, 3, &event->blind);
		store_bind_bytes(st, 7, event->event);
	}
	if (keys->actor_handle.len > 0) {
		SLUIS_TRY(store_name_number(tx, STORE_NAME_MEMBER, keys->actor_handle, &name));
		store_bind(st, 4, name);
	}
	if (keys->case_id != NULL) {
		SLUIS_TRY(
		    store_name_number(tx, STORE_NAME_CASE, store_id_bytes(keys->case_id), &name));
		store_bind(st, 5, name);
	}
	if (keys->message_id != NULL)
		store_bind_id(st, 6, keys->message_id);
	SLUIS_TRY(store_write(tx, st));
	SLUIS_TRY(add_names(tx, event->index, keys));
	return keys->case_id == NULL ? SLUIS_OK : store_event_name_add(tx, name, event->index);
}

/* Columns idx, entry, blind, event. */
static enum sluis_err
read_event(sqlite3_stmt *st, struct sluis_arena *arena, struct store_event *ret)
{
	struct store_event event = { .index = 0 };

	SLUIS_TRY(store_column_index(st, 0, &event.index));
	SLUIS_TRY(store_column_fixed(st, 1, event.entry.bytes, sizeof(event.entry.bytes)));
	event.is_erased = sqlite3_column_type(st, 2) == SQLITE_NULL;
	if (!event.is_erased) {
		SLUIS_TRY(store_column_fixed(st, 2, event.blind.bytes, sizeof(event.blind.bytes)));
		SLUIS_TRY(store_column_bytes(st, 3, arena, &event.event));
	}
	*ret = event;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_event_get(
    struct store_tx *tx, uint64_t index, struct sluis_arena *arena, struct store_event *ret)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_EVENT_GET);

	store_bind_index(st, 1, index);
	SLUIS_TRY(store_only_row(tx, st));
	return read_event(st, arena, ret);
}

SLUIS_MUST_CHECK enum sluis_err
store_entries(
    struct store_tx *tx, uint64_t from, size_t max, struct sluis_hash *ret, size_t *ret_count)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_ENTRIES);
	size_t count = 0;
	bool is_row = true;

	store_bind_index(st, 1, from);
	store_bind_index(st, 2, max);
	while (count < max) {
		uint64_t index;

		SLUIS_TRY(store_row(tx, st, &is_row));
		if (!is_row)
			break;
		SLUIS_TRY(store_column_index(st, 0, &index));
		if (index != from + count)
			return SLUIS_ESTORE;
		SLUIS_TRY(store_column_fixed(st, 1, ret[count].bytes, sizeof(ret[count].bytes)));
		count++;
	}
	*ret_count = count;
	return SLUIS_OK;
}

/* Numbers of the words asked for; SLUIS_ENOTFOUND: no event names them. */
static enum sluis_err
bind_names(struct store_tx *tx, sqlite3_stmt *st, struct sluis_bytes organisation,
    const struct sluis_id *case_id)
{
	int64_t name;

	SLUIS_TRY(store_name_find(tx, STORE_NAME_ORGANISATION, organisation, &name));
	store_bind(st, 1, name);
	if (case_id == NULL)
		return SLUIS_OK;
	SLUIS_TRY(store_name_find(tx, STORE_NAME_CASE, store_id_bytes(case_id), &name));
	store_bind(st, 4, name);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_event_list(struct store_tx *tx, struct sluis_bytes organisation,
    const struct sluis_id *case_id, uint64_t from, size_t max, struct sluis_arena *arena,
    struct store_event *ret, size_t *ret_count)
{
	SLUIS_AUTO(store_endp)
	sqlite3_stmt *st =
	    store_sql(tx, case_id == NULL ? STORE_SQL_EVENT_LIST : STORE_SQL_EVENT_LIST_CASE);
	const enum sluis_err err = bind_names(tx, st, organisation, case_id);
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
		SLUIS_TRY(read_event(st, arena, &ret[count]));
		count++;
	}
	*ret_count = count;
	return SLUIS_OK;
}

/* ---- Keys log ---- */

SLUIS_MUST_CHECK enum sluis_err
store_keys_add(struct store_tx *tx, uint64_t index, struct sluis_bytes entry)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_KEYS_ADD);

	assert(index < INT64_MAX);
	store_bind_index(st, 1, index);
	store_bind_bytes(st, 2, entry);
	return store_write(tx, st);
}

SLUIS_MUST_CHECK enum sluis_err
store_keys_get(
    struct store_tx *tx, uint64_t index, struct sluis_arena *arena, struct sluis_bytes *ret)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_KEYS_GET);

	store_bind_index(st, 1, index);
	SLUIS_TRY(store_only_row(tx, st));
	return store_column_bytes(st, 0, arena, ret);
}
