/* SPDX-License-Identifier: EUPL-1.2 */
/* Refusals and reviews; and a store of before them. */
#include "store/store.h"

#include "store_world.h"

#include <sqlite3.h>

static void
test_refusals_of_a_case_in_order(void **state)
{
	struct world *w = *state;
	const struct sluis_id one = an_id(1), other = an_id(2);
	struct store_refusal list[4];
	size_t count;

	world_begin(w);
	assert_int_equal(store_refusal_list(w->tx, &one, 0, 4, w->arena, list, &count), SLUIS_OK);
	assert_int_equal(count, 0);
	for (unsigned n = 0; n < 4; n++) {
		const struct store_refusal refusal = { .id = an_id(10 + n), .case_id = n == 3 ? other : one,
			.event_index = 40 - n, .signed_refusal = text(n == 0 ? "last" : n == 1 ? "middle" : "first") };

		assert_int_equal(store_refusal_add(w->tx, &refusal), SLUIS_OK);
	}
	world_commit(w);
	world_reopen(w);
	world_begin(w);
	assert_int_equal(store_refusal_list(w->tx, &one, 0, 4, w->arena, list, &count), SLUIS_OK);
	assert_int_equal(count, 3);
	assert_int_equal(list[0].event_index, 38);
	assert_true(sluis_bytes_is_text(list[0].signed_refusal, "first"));
	assert_true(sluis_bytes_is_text(list[2].signed_refusal, "last"));
	assert_int_equal(store_refusal_list(w->tx, &one, 39, 1, w->arena, list, &count), SLUIS_OK);
	assert_int_equal(count, 1);
	assert_int_equal(list[0].event_index, 39);
	assert_int_equal(store_refusal_list(w->tx, &one, 41, 4, w->arena, list, &count), SLUIS_OK);
	assert_int_equal(count, 0);
	store_rollback(w->tx);
}

static struct store_review
a_review(unsigned n)
{
	return (struct store_review){ .event_index = 100 + n, .id = an_id(n),
		.about = n % 2 == 0 ? STORE_REVIEW_MESSAGE : STORE_REVIEW_GRANT, .thing = an_id(50 + n),
		.case_id = an_id(7), .ground = text("conflict-of-duties"), .actor_handle = text("anna"),
		.organisation_handle = text("north"), .opened_ms = 1790000000000 + n, .due_ms = 1792000000000 + n };
}

static void
test_reviews_open_and_close_once(void **state)
{
	struct world *w = *state;
	const struct sluis_id one = an_id(1), two = an_id(2), unknown = an_id(9);
	struct store_review row, list[4];
	size_t count;

	world_begin(w);
	for (unsigned n = 1; n <= 3; n++) {
		const struct store_review review = a_review(n);

		assert_int_equal(store_review_add(w->tx, &review), SLUIS_OK);
	}
	assert_int_equal(store_review_close(w->tx, &unknown, text("signed")), SLUIS_ENOTFOUND);
	assert_int_equal(store_review_close(w->tx, &two, text("signed")), SLUIS_OK);
	assert_int_equal(store_review_close(w->tx, &two, text("again")), SLUIS_ENOTFOUND);
	world_commit(w);
	world_reopen(w);
	world_begin(w);
	assert_int_equal(store_review_get(w->tx, &unknown, w->arena, &row), SLUIS_ENOTFOUND);
	assert_int_equal(store_review_get(w->tx, &one, w->arena, &row), SLUIS_OK);
	assert_int_equal(row.event_index, 101);
	assert_int_equal(row.about, STORE_REVIEW_GRANT);
	assert_memory_equal(row.thing.bytes, an_id(51).bytes, SLUIS_ID_BYTES);
	assert_memory_equal(row.case_id.bytes, an_id(7).bytes, SLUIS_ID_BYTES);
	assert_true(sluis_bytes_is_text(row.ground, "conflict-of-duties"));
	assert_true(sluis_bytes_is_text(row.actor_handle, "anna"));
	assert_true(sluis_bytes_is_text(row.organisation_handle, "north"));
	assert_int_equal(row.opened_ms, 1790000000001);
	assert_int_equal(row.due_ms, 1792000000001);
	assert_int_equal(row.closing.len, 0);
	assert_int_equal(store_review_list(w->tx, 102, 4, w->arena, list, &count), SLUIS_OK);
	assert_int_equal(count, 2);
	assert_int_equal(list[0].about, STORE_REVIEW_MESSAGE);
	assert_true(sluis_bytes_is_text(list[0].closing, "signed"));
	assert_int_equal(list[1].event_index, 103);
	assert_int_equal(store_review_list(w->tx, 0, 1, w->arena, list, &count), SLUIS_OK);
	assert_int_equal(count, 1);
	store_rollback(w->tx);
}

static void
test_a_message_expires_once_and_never_later(void **state)
{
	struct world *w = *state;
	const struct sluis_id id = an_id(1);
	struct store_message row;

	world_begin(w);
	assert_int_equal(world_add_message(w, 1, 1, 5), SLUIS_OK);
	assert_int_equal(store_message_expire(w->tx, &id, 1795000000000), SLUIS_OK);
	assert_int_equal(store_message_expire(w->tx, &id, 1796000000000), SLUIS_OK);
	assert_int_equal(store_message_get(w->tx, &id, false, w->arena, &row), SLUIS_OK);
	assert_int_equal(row.expires_ms, 1795000000000);
	world_commit(w);
}

static void
run_sql(struct world *w, const char *sql)
{
	char path[128];
	sqlite3 *db;

	world_path(w, "sluis.db", path, sizeof(path));
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* A store that the first schema wrote opens, keeps what it holds, and takes the new rows. */
static void
test_a_store_of_schema_1_is_brought_up_to_date(void **state)
{
	struct world *w = *state;
	const struct sluis_id id = an_id(1);
	const struct store_review review = a_review(1);
	struct store_message row;

	world_begin(w);
	assert_int_equal(world_add_message(w, 1, 1, 5), SLUIS_OK);
	world_commit(w);
	world_close(w);
	run_sql(w, "DROP TABLE refusal; DROP TABLE review; DROP TABLE inquiry; DROP TABLE link; PRAGMA user_version = 1");
	world_open(w);
	world_begin(w);
	assert_int_equal(store_message_get(w->tx, &id, false, w->arena, &row), SLUIS_OK);
	assert_int_equal(store_review_add(w->tx, &review), SLUIS_OK);
	world_commit(w);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, world_before_open, world_after)
	const struct CMUnitTest tests[] = {
		T(test_refusals_of_a_case_in_order),
		T(test_reviews_open_and_close_once),
		T(test_a_message_expires_once_and_never_later),
		T(test_a_store_of_schema_1_is_brought_up_to_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
