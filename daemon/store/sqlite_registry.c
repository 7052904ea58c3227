/* SPDX-License-Identifier: EUPL-1.2 */
/* Policy files, invites, enrolments that wait, signed acts seen. */
#include <string.h>

#include <sodium.h>

#include "hash.h"
#include "store/sqlite_internal.h"

/* ---- Policy files ---- */

SLUIS_MUST_CHECK enum sluis_err
store_policy_put(struct store_tx *tx, const struct sluis_hash *hash, struct sluis_bytes yaml)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_POLICY_PUT);

	store_bind_hash(st, 1, hash);
	store_bind_bytes(st, 2, yaml);
	return store_write(tx, st);
}

SLUIS_MUST_CHECK enum sluis_err
store_policy_get(struct store_tx *tx, const struct sluis_hash *hash, struct sluis_arena *arena,
    struct sluis_bytes *ret)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_POLICY_GET);

	store_bind_hash(st, 1, hash);
	SLUIS_TRY(store_only_row(tx, st));
	return store_column_bytes(st, 0, arena, ret);
}

/* ---- Invites ---- */

SLUIS_MUST_CHECK enum sluis_err
store_invite_put(struct store_tx *tx, const struct sluis_hash *invite, struct sluis_bytes handle,
    struct sluis_bytes organisation, int64_t expires_ms)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_INVITE_PUT);

	store_bind_hash(st, 1, invite);
	store_bind_text(st, 2, handle);
	store_bind_text(st, 3, organisation);
	store_bind(st, 4, expires_ms);
	return store_write(tx, st);
}

SLUIS_MUST_CHECK enum sluis_err
store_invite_get(struct store_tx *tx, const struct sluis_hash *invite, struct sluis_arena *arena,
    struct sluis_bytes *ret_handle, struct sluis_bytes *ret_organisation, int64_t *ret_expires_ms,
    bool *ret_used)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_INVITE_GET);
	struct sluis_bytes handle, organisation;

	store_bind_hash(st, 1, invite);
	SLUIS_TRY(store_only_row(tx, st));
	SLUIS_TRY(store_column_bytes(st, 0, arena, &handle));
	SLUIS_TRY(store_column_bytes(st, 1, arena, &organisation));
	*ret_handle = handle;
	*ret_organisation = organisation;
	*ret_expires_ms = sqlite3_column_int64(st, 2);
	*ret_used = sqlite3_column_int64(st, 3) != 0;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_invite_use(struct store_tx *tx, const struct sluis_hash *invite)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_INVITE_USE);

	store_bind_hash(st, 1, invite);
	SLUIS_TRY(store_write(tx, st));
	return sqlite3_changes(tx->store->db) == 1 ? SLUIS_OK : SLUIS_ENOTFOUND;
}

/* ---- Enrolments that wait ---- */

SLUIS_MUST_CHECK enum sluis_err
store_pending_put(struct store_tx *tx, const struct store_pending *pending)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_PENDING_PUT);

	store_bind_hash(st, 1, &pending->record_hash);
	store_bind_bytes(st, 2, pending->organisation);
	store_bind_bytes(st, 3, pending->record);
	store_bind(st, 4, pending->asked_ms);
	return store_write(tx, st);
}

static enum sluis_err
read_pending(sqlite3_stmt *st, struct sluis_arena *arena, struct store_pending *ret)
{
	SLUIS_TRY(
	    store_column_fixed(st, 0, ret->record_hash.bytes, sizeof(ret->record_hash.bytes)));
	SLUIS_TRY(store_column_bytes(st, 1, arena, &ret->organisation));
	SLUIS_TRY(store_column_bytes(st, 2, arena, &ret->record));
	ret->asked_ms = sqlite3_column_int64(st, 3);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_pending_list(struct store_tx *tx, size_t max, struct sluis_arena *arena,
    struct store_pending *ret, size_t *ret_count)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_PENDING_LIST);
	size_t count = 0;
	bool is_row;

	store_bind_index(st, 1, max);
	while (count < max) {
		SLUIS_TRY(store_row(tx, st, &is_row));
		if (!is_row)
			break;
		SLUIS_TRY(read_pending(st, arena, &ret[count]));
		count++;
	}
	*ret_count = count;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_pending_drop(struct store_tx *tx, const struct sluis_hash *record)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_PENDING_DROP);

	store_bind_hash(st, 1, record);
	SLUIS_TRY(store_write(tx, st));
	return sqlite3_changes(tx->store->db) == 1 ? SLUIS_OK : SLUIS_ENOTFOUND;
}

/* ---- Signed acts seen ---- */

static bool
is_id(const struct sluis_hash *key)
{
	return sodium_is_zero(key->bytes + SLUIS_ID_BYTES, sizeof(key->bytes) - SLUIS_ID_BYTES) ==
	       1;
}

/* An id padded with zeros is kept without them: half the bytes in two trees. */
static struct sluis_bytes
act_word(const struct sluis_hash *key)
{
	return sluis_bytes(key->bytes, is_id(key) ? SLUIS_ID_BYTES : sizeof(key->bytes));
}

/* Random keys make every act touch pages of its own, so the row that a push has already is not made
 * twice. */
static bool
is_last_message(const struct store_last_message *last, const struct sluis_hash *key,
    const struct store_act *act)
{
	return last->is_set && is_id(key) &&
	       memcmp(last->id.bytes, key->bytes, SLUIS_ID_BYTES) == 0 &&
	       sluis_hash_equal(&last->manifest_hash, &act->payload_hash) &&
	       last->event_index == act->event_index && last->was_refused == act->was_refused;
}

SLUIS_MUST_CHECK enum sluis_err
store_act_put(struct store_tx *tx, const struct sluis_hash *key, const struct store_act *act,
    int64_t until_ms)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_ACT_PUT);

	if (is_last_message(&tx->last_message, key, act))
		return SLUIS_OK;
	store_bind_bytes(st, 1, act_word(key));
	store_bind_hash(st, 2, &act->payload_hash);
	store_bind_index(st, 3, act->event_index);
	store_bind(st, 4, act->was_refused);
	store_bind(st, 5, until_ms);
	return store_write(tx, st);
}

static enum sluis_err
get_from_message(struct store_tx *tx, const struct sluis_hash *key, struct store_act *ret)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_ACT_MESSAGE);
	struct store_act act;

	store_bind_bytes(st, 1, sluis_bytes(key->bytes, SLUIS_ID_BYTES));
	SLUIS_TRY(store_only_row(tx, st));
	SLUIS_TRY(
	    store_column_fixed(st, 0, act.payload_hash.bytes, sizeof(act.payload_hash.bytes)));
	SLUIS_TRY(store_column_index(st, 1, &act.event_index));
	act.was_refused = sqlite3_column_int64(st, 2) == STORE_MESSAGE_REFUSED;
	*ret = act;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_act_get(struct store_tx *tx, const struct sluis_hash *key, struct store_act *ret)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_ACT_GET);
	struct store_act act;
	bool is_row;

	store_bind_bytes(st, 1, act_word(key));
	SLUIS_TRY(store_row(tx, st, &is_row));
	if (!is_row)
		return is_id(key) ? get_from_message(tx, key, ret) : SLUIS_ENOTFOUND;
	SLUIS_TRY(
	    store_column_fixed(st, 0, act.payload_hash.bytes, sizeof(act.payload_hash.bytes)));
	SLUIS_TRY(store_column_index(st, 1, &act.event_index));
	act.was_refused = sqlite3_column_int64(st, 2) != 0;
	*ret = act;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_act_forget(struct store_tx *tx, int64_t now_ms, size_t max)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_ACT_FORGET);

	store_bind(st, 1, now_ms);
	store_bind_index(st, 2, max);
	return store_write(tx, st);
}
