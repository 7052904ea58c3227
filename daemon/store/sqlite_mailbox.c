/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages and their recipients, found again. */
#include "limits.h"
#include "store/sqlite_internal.h"

enum { RECIPIENT_COLUMNS = 11 }; /* SQL_RECIPIENT_COLUMNS */

/* kind and target of SQL_LINK_JOIN; most messages have none */
static enum sluis_err
read_link(sqlite3_stmt *st, int at, struct store_message *ret)
{
	const int64_t kind = sqlite3_column_int64(st, at); /* 0 for NULL */

	if (kind == 0)
		return SLUIS_OK;
	if (kind < STORE_LINK_SUPERSEDES || kind > STORE_LINK_PASSES_ON)
		return SLUIS_ESTORE;
	ret->link = (enum store_link)kind;
	return store_column_fixed(st, at + 1, ret->target.bytes, sizeof(ret->target.bytes));
}

/* SQL_MESSAGE_COLUMNS from column ${at}. */
static enum sluis_err
read_message(struct store_tx *tx, sqlite3_stmt *st, int at, struct sluis_arena *arena,
    struct store_message *ret)
{
	struct store_message m = { .accepted_ms = sqlite3_column_int64(st, at + 8),
		.expires_ms = sqlite3_column_int64(st, at + 9) };
	const int64_t state = sqlite3_column_int64(st, at + 7);

	if (state < STORE_MESSAGE_ACCEPTED || state > STORE_MESSAGE_LOST)
		return SLUIS_ESTORE;
	m.state = (enum store_message_state)state;
	SLUIS_TRY(store_column_index(st, at, &m.event_index));
	SLUIS_TRY(store_column_fixed(st, at + 1, m.id.bytes, sizeof(m.id.bytes)));
	SLUIS_TRY(store_case_id(tx, sqlite3_column_int64(st, at + 2), &m.case_id));
	SLUIS_TRY(
	    store_column_fixed(st, at + 3, m.manifest_hash.bytes, sizeof(m.manifest_hash.bytes)));
	SLUIS_TRY(store_name_word(tx, sqlite3_column_int64(st, at + 4), arena, &m.sender_handle));
	SLUIS_TRY(store_column_bytes(st, at + 5, arena, &m.purpose));
	SLUIS_TRY(store_column_bytes(st, at + 6, arena, &m.retention));
	SLUIS_TRY(read_link(st, at + 10, &m));
	if (tx->store->is_key_missing && (m.state == STORE_MESSAGE_ACCEPTED || m.state == STORE_MESSAGE_CLOSED))
		SLUIS_TRY(store_content_loss(tx, &m.id, &m.state));
	*ret = m;
	return SLUIS_OK;
}

/* SQL_RECIPIENT_COLUMNS from column 0; the message's id is the caller's. */
static enum sluis_err
read_recipient(struct store_tx *tx, sqlite3_stmt *st, const struct sluis_id *message_id,
    struct sluis_arena *arena, struct store_recipient *ret)
{
	struct store_recipient r = { .message_id = *message_id,
		.pair_sequence = (uint64_t)sqlite3_column_int64(st, 4),
		.changed_ms = sqlite3_column_int64(st, 6) };
	const int64_t entry = sqlite3_column_int64(st, 0), state = sqlite3_column_int64(st, 5);

	if (state < STORE_RECIPIENT_PENDING || state > STORE_RECIPIENT_BLOCKED || entry < 0 ||
	    entry > UINT32_MAX)
		return SLUIS_ESTORE;
	r.state = (enum store_recipient_state)state;
	r.index = (uint32_t)entry;
	SLUIS_TRY(store_name_word(tx, sqlite3_column_int64(st, 1), arena, &r.handle));
	SLUIS_TRY(store_name_word(tx, sqlite3_column_int64(st, 2), arena, &r.organisation_handle));
	SLUIS_TRY(store_column_fixed(st, 3, r.record_hash.bytes, sizeof(r.record_hash.bytes)));
	SLUIS_TRY(store_column_index(st, 7, &r.push_index));
	SLUIS_TRY(store_column_index(st, 8, &r.release_index));
	SLUIS_TRY(store_column_bytes(st, 9, arena, &r.categories));
	SLUIS_TRY(store_column_bytes(st, 10, arena, &r.receipt));
	*ret = r;
	return SLUIS_OK;
}

static enum sluis_err
read_push(struct store_tx *tx, uint64_t index, struct sluis_arena *arena, struct sluis_bytes *ret)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_PUSH_GET);
	bool is_row;

	store_bind_index(st, 1, index);
	SLUIS_TRY(store_row(tx, st, &is_row));
	return is_row ? store_column_bytes(st, 0, arena, ret) : SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_message_get(struct store_tx *tx, const struct sluis_id *id, bool with_push,
    struct sluis_arena *arena, struct store_message *ret)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_MESSAGE_GET);
	struct store_message m;

	store_bind_id(st, 1, id);
	SLUIS_TRY(store_only_row(tx, st));
	SLUIS_TRY(read_message(tx, st, 0, arena, &m));
	if (with_push)
		SLUIS_TRY(read_push(tx, m.event_index, arena, &m.push));
	*ret = m;
	return SLUIS_OK;
}

/* The member's first entry from ${entry} on. */
static enum sluis_err
find_recipient(struct store_tx *tx, int64_t member, uint64_t index, uint32_t entry,
    const struct sluis_id *message_id, struct sluis_arena *arena, struct store_recipient *ret)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_RECIPIENT_GET);

	store_bind(st, 1, member);
	store_bind_index(st, 2, index);
	store_bind(st, 3, entry);
	SLUIS_TRY(store_only_row(tx, st));
	return read_recipient(tx, st, message_id, arena, ret);
}

SLUIS_MUST_CHECK enum sluis_err
store_recipients(struct store_tx *tx, const struct sluis_id *message_id, size_t max,
    struct sluis_arena *arena, struct store_recipient *ret, size_t *ret_count)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_MESSAGE_RECIPIENTS);
	struct sluis_reader r;
	size_t count = 0;
	uint32_t next = 0;
	uint64_t index;

	store_bind_id(st, 1, message_id);
	SLUIS_TRY(store_only_row(tx, st));
	SLUIS_TRY(store_column_index(st, 0, &index));
	sluis_reader_init(&r, store_column_view(st, 1));
	if (r.rest.len % 4 != 0 || r.rest.len / 4 > SLUIS_RECIPIENTS_MAX)
		return SLUIS_ESTORE;
	while (count < max && r.rest.len > 0) {
		const uint32_t member = sluis_reader_get_u32(&r);
		const enum sluis_err err =
		    find_recipient(tx, member, index, next, message_id, arena, &ret[count]);

		if (err != SLUIS_OK)
			return err == SLUIS_ENOTFOUND ? SLUIS_ESTORE : err;
		next = ret[count++].index + 1;
	}
	*ret_count = count;
	return SLUIS_OK;
}

static enum sluis_err
find_message(struct store_tx *tx, const struct sluis_id *id, uint64_t *ret)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_MESSAGE_IDX);

	store_bind_id(st, 1, id);
	SLUIS_TRY(store_only_row(tx, st));
	return store_column_index(st, 0, ret);
}

SLUIS_MUST_CHECK enum sluis_err
store_recipient_get(struct store_tx *tx, const struct sluis_id *message_id,
    struct sluis_bytes handle, struct sluis_arena *arena, struct store_recipient *ret)
{
	uint64_t index;
	int64_t member;

	SLUIS_TRY(store_name_find(tx, STORE_NAME_MEMBER, handle, &member));
	SLUIS_TRY(find_message(tx, message_id, &index));
	return find_recipient(tx, member, index, 0, message_id, arena, ret);
}

static enum sluis_err
put_receipt(struct store_tx *tx, uint64_t index, const struct store_recipient *recipient)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_RECEIPT_PUT);

	store_bind_index(st, 1, index);
	store_bind(st, 2, recipient->index);
	store_bind_bytes(st, 3, recipient->receipt);
	return store_write(tx, st);
}

SLUIS_MUST_CHECK enum sluis_err
store_recipient_set(struct store_tx *tx, const struct store_recipient *recipient)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_RECIPIENT_SET);
	uint64_t index;
	int64_t member;

	SLUIS_TRY(store_name_find(tx, STORE_NAME_MEMBER, recipient->handle, &member));
	SLUIS_TRY(find_message(tx, &recipient->message_id, &index));
	store_bind(st, 1, member);
	store_bind_index(st, 2, index);
	store_bind(st, 3, recipient->index);
	store_bind(st, 4, recipient->state);
	store_bind(st, 5, recipient->changed_ms);
	store_bind_index(st, 6, recipient->release_index);
	SLUIS_TRY(store_write(tx, st));
	if (sqlite3_changes(tx->store->db) != 1)
		return SLUIS_ENOTFOUND;
	return recipient->receipt.len > 0 ? put_receipt(tx, index, recipient) : SLUIS_OK;
}

/* ---- Inbox ---- */

/* SLUIS_ENOTFOUND: nobody ever sent to, or in, this. */
static enum sluis_err
bind_names(struct store_tx *tx, sqlite3_stmt *st, struct sluis_bytes handle,
    const struct sluis_id *case_id)
{
	int64_t name;

	SLUIS_TRY(store_name_find(tx, STORE_NAME_MEMBER, handle, &name));
	store_bind(st, 1, name);
	if (case_id == NULL)
		return SLUIS_OK;
	SLUIS_TRY(store_name_find(tx, STORE_NAME_CASE, store_id_bytes(case_id), &name));
	store_bind(st, 4, name);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_inbox(struct store_tx *tx, struct sluis_bytes handle, const struct sluis_id *case_id,
    uint64_t from, size_t max, struct sluis_arena *arena, struct store_inbox_row *ret,
    size_t *ret_count)
{
	SLUIS_AUTO(store_endp)
	sqlite3_stmt *st = store_sql(tx, case_id == NULL ? STORE_SQL_INBOX : STORE_SQL_INBOX_CASE);
	const enum sluis_err err = bind_names(tx, st, handle, case_id);
	size_t count = 0;
	bool is_row;

	if (err != SLUIS_OK && err != SLUIS_ENOTFOUND)
		return err;
	store_bind_index(st, 2, from);
	store_bind_index(st, 3, max);
	while (err == SLUIS_OK && count < max) {
		struct store_inbox_row *row = &ret[count];

		SLUIS_TRY(store_row(tx, st, &is_row));
		if (!is_row)
			break;
		SLUIS_TRY(read_message(tx, st, RECIPIENT_COLUMNS, arena, &row->message));
		SLUIS_TRY(read_recipient(tx, st, &row->message.id, arena, &row->recipient));
		count++;
	}
	*ret_count = count;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_sent(struct store_tx *tx, struct sluis_bytes handle, const struct sluis_id *case_id, size_t max,
    struct sluis_arena *arena, struct store_message *ret, size_t *ret_count)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_SENT_CASE);
	const enum sluis_err err = bind_names(tx, st, handle, case_id);
	size_t count = 0;
	bool is_row;

	if (err != SLUIS_OK && err != SLUIS_ENOTFOUND)
		return err;
	store_bind_index(st, 3, max);
	while (err == SLUIS_OK && count < max) {
		SLUIS_TRY(store_row(tx, st, &is_row));
		if (!is_row)
			break;
		SLUIS_TRY(read_message(tx, st, 0, arena, &ret[count]));
		count++;
	}
	*ret_count = count;
	return SLUIS_OK;
}
