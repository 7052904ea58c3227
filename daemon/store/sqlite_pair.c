/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Sequence numbers used between a sender and a recipient, as ranges: a row a pair as long as they
 * come without gaps, where a row a message would make every push touch pages of its own.
 */
#include "store/sqlite_internal.h"

/* The range that holds or ends before a number, and the one that begins right after it; empty: high
 * 0. */
struct range {
	int64_t low;
	int64_t high;
};

struct near {
	struct range before;
	struct range after;
};

static enum sluis_err
find_near(struct store_tx *tx, int64_t sender, int64_t recipient, int64_t number, struct near *ret)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_PAIR_NEAR);
	struct near near = { .before = { 0, 0 } };

	store_bind(st, 1, sender);
	store_bind(st, 2, recipient);
	store_bind(st, 3, number + 1);
	for (int i = 0; i < 2; i++) {
		struct range range;
		bool is_row;

		SLUIS_TRY(store_row(tx, st, &is_row));
		if (!is_row)
			break;
		range = (struct range){ sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1) };
		if (range.low < 1 || range.high < range.low)
			return SLUIS_ESTORE;
		if (range.low <= number) {
			near.before = range;
			break;
		}
		near.after = range;
	}
	*ret = near;
	return SLUIS_OK;
}

static enum sluis_err
change(struct store_tx *tx, enum store_sql which, int64_t sender, int64_t recipient,
    struct range range)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, which);

	store_bind(st, 1, sender);
	store_bind(st, 2, recipient);
	store_bind(st, 3, range.low);
	if (which != STORE_SQL_PAIR_DROP)
		store_bind(st, 4, range.high);
	return store_write(tx, st);
}

SLUIS_MUST_CHECK enum sluis_err
store_pair_add(struct store_tx *tx, int64_t sender, int64_t recipient, uint64_t sequence)
{
	const int64_t number = (int64_t)sequence;
	struct range range = { number, number };
	struct near near;

	if (sequence < 1 || sequence > STORE_PAIR_SEQUENCE_MAX)
		return store_spoil(tx, SLUIS_EUSAGE);
	SLUIS_TRY(find_near(tx, sender, recipient, number, &near));
	if (near.before.high >= number)
		return store_spoil(tx, SLUIS_EEXISTS);
	if (near.after.high != 0) {
		SLUIS_TRY(change(tx, STORE_SQL_PAIR_DROP, sender, recipient, near.after));
		range.high = near.after.high;
	}
	if (near.before.high == 0 || near.before.high != number - 1)
		return change(tx, STORE_SQL_PAIR_ADD, sender, recipient, range);
	range.low = near.before.low;
	return change(tx, STORE_SQL_PAIR_GROW, sender, recipient, range);
}

SLUIS_MUST_CHECK enum sluis_err
store_pair_is_used(struct store_tx *tx, struct sluis_bytes sender_handle,
    struct sluis_bytes recipient_handle, uint64_t pair_sequence, bool *ret)
{
	int64_t sender, recipient;
	struct near near;
	enum sluis_err err = store_name_find(tx, STORE_NAME_MEMBER, sender_handle, &sender);

	if (pair_sequence < 1 || pair_sequence > STORE_PAIR_SEQUENCE_MAX) {
		*ret = true;
		return SLUIS_OK;
	}
	if (err == SLUIS_OK)
		err = store_name_find(tx, STORE_NAME_MEMBER, recipient_handle, &recipient);
	if (err == SLUIS_ENOTFOUND) {
		*ret = false;
		return SLUIS_OK;
	}
	SLUIS_TRY(err);
	SLUIS_TRY(find_near(tx, sender, recipient, (int64_t)pair_sequence, &near));
	*ret = near.before.high >= (int64_t)pair_sequence;
	return SLUIS_OK;
}
