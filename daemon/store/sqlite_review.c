/* SPDX-License-Identifier: EUPL-1.2 */
/* Refusals of consent, and reviews. */
#include "store/sqlite_internal.h"

/* ---- Refusals ---- */

SLUIS_MUST_CHECK enum sluis_err
store_refusal_add(struct store_tx *tx, const struct store_refusal *refusal)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_REFUSAL_ADD);
	int64_t in_case;

	SLUIS_TRY(store_name_number(tx, STORE_NAME_CASE, store_id_bytes(&refusal->case_id), &in_case));
	store_bind_id(st, 1, &refusal->id);
	store_bind(st, 2, in_case);
	store_bind_index(st, 3, refusal->event_index);
	store_bind_bytes(st, 4, refusal->signed_refusal);
	return store_write(tx, st);
}

SLUIS_MUST_CHECK enum sluis_err
store_refusal_list(struct store_tx *tx, const struct sluis_id *case_id, uint64_t from, size_t max,
    struct sluis_arena *arena, struct store_refusal *ret, size_t *ret_count)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_REFUSAL_LIST);
	size_t count = 0;
	int64_t in_case;
	bool is_row;
	const enum sluis_err err =
	    store_name_find(tx, STORE_NAME_CASE, store_id_bytes(case_id), &in_case);

	if (err == SLUIS_ENOTFOUND) {
		*ret_count = 0;
		return SLUIS_OK;
	}
	SLUIS_TRY(err);
	store_bind(st, 1, in_case);
	store_bind_index(st, 2, from);
	store_bind_index(st, 3, max);
	while (count < max) {
		SLUIS_TRY(store_row(tx, st, &is_row));
		if (!is_row)
			break;
		ret[count] = (struct store_refusal){ .case_id = *case_id };
		SLUIS_TRY(store_column_index(st, 0, &ret[count].event_index));
		SLUIS_TRY(store_column_bytes(st, 1, arena, &ret[count].signed_refusal));
		count++;
	}
	*ret_count = count;
	return SLUIS_OK;
}

/* ---- Reviews ---- */

SLUIS_MUST_CHECK enum sluis_err
store_review_add(struct store_tx *tx, const struct store_review *review)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_REVIEW_ADD);
	int64_t in_case, actor, organisation;

	SLUIS_TRY(store_name_number(tx, STORE_NAME_CASE, store_id_bytes(&review->case_id), &in_case));
	SLUIS_TRY(store_name_number(tx, STORE_NAME_MEMBER, review->actor_handle, &actor));
	SLUIS_TRY(store_name_number(tx, STORE_NAME_ORGANISATION, review->organisation_handle, &organisation));
	store_bind_index(st, 1, review->event_index);
	store_bind_id(st, 2, &review->id);
	store_bind(st, 3, review->about);
	store_bind_id(st, 4, &review->thing);
	store_bind(st, 5, in_case);
	store_bind_text(st, 6, review->ground);
	store_bind(st, 7, actor);
	store_bind(st, 8, organisation);
	store_bind(st, 9, review->opened_ms);
	store_bind(st, 10, review->due_ms);
	return store_write(tx, st);
}

static enum sluis_err
read_review(struct store_tx *tx, sqlite3_stmt *st, struct sluis_arena *arena, struct store_review *ret)
{
	struct store_review review = { .opened_ms = sqlite3_column_int64(st, 8),
		.due_ms = sqlite3_column_int64(st, 9) };
	const int64_t about = sqlite3_column_int64(st, 2);

	if (about != STORE_REVIEW_MESSAGE && about != STORE_REVIEW_GRANT)
		return store_spoil(tx, SLUIS_ESTORE);
	review.about = (enum store_review_about)about;
	SLUIS_TRY(store_column_index(st, 0, &review.event_index));
	SLUIS_TRY(store_column_fixed(st, 1, review.id.bytes, sizeof(review.id.bytes)));
	SLUIS_TRY(store_column_fixed(st, 3, review.thing.bytes, sizeof(review.thing.bytes)));
	SLUIS_TRY(store_case_id(tx, sqlite3_column_int64(st, 4), &review.case_id));
	SLUIS_TRY(store_column_bytes(st, 5, arena, &review.ground));
	SLUIS_TRY(store_name_word(tx, sqlite3_column_int64(st, 6), arena, &review.actor_handle));
	SLUIS_TRY(store_name_word(tx, sqlite3_column_int64(st, 7), arena, &review.organisation_handle));
	SLUIS_TRY(store_column_bytes(st, 10, arena, &review.closing));
	*ret = review;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_review_get(struct store_tx *tx, const struct sluis_id *id, struct sluis_arena *arena,
    struct store_review *ret)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_REVIEW_GET);

	store_bind_id(st, 1, id);
	SLUIS_TRY(store_only_row(tx, st));
	return read_review(tx, st, arena, ret);
}

SLUIS_MUST_CHECK enum sluis_err
store_review_list(struct store_tx *tx, uint64_t from, size_t max, struct sluis_arena *arena,
    struct store_review *ret, size_t *ret_count)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_REVIEW_LIST);
	size_t count = 0;
	bool is_row;

	store_bind_index(st, 1, from);
	store_bind_index(st, 2, max);
	while (count < max) {
		SLUIS_TRY(store_row(tx, st, &is_row));
		if (!is_row)
			break;
		SLUIS_TRY(read_review(tx, st, arena, &ret[count]));
		count++;
	}
	*ret_count = count;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_review_close(struct store_tx *tx, const struct sluis_id *id, struct sluis_bytes closing)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_REVIEW_CLOSE);

	store_bind_id(st, 1, id);
	store_bind_bytes(st, 2, closing);
	SLUIS_TRY(store_write(tx, st));
	return sqlite3_changes(tx->store->db) == 1 ? SLUIS_OK : SLUIS_ENOTFOUND;
}

SLUIS_MUST_CHECK enum sluis_err
store_message_expire(struct store_tx *tx, const struct sluis_id *id, int64_t now_ms)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_MESSAGE_EXPIRE);

	store_bind_id(st, 1, id);
	store_bind(st, 2, now_ms);
	return store_write(tx, st);
}
