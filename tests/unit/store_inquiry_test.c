/* SPDX-License-Identifier: EUPL-1.2 */
/* Requests for information, and what messages refer to; and a store of before them. */
#include "store/store.h"

#include "store_world.h"

#include <sqlite3.h>

static struct store_inquiry
a_request(unsigned n)
{
	return (struct store_inquiry){ .event_index = 100 + n, .id = an_id(n), .case_id = an_id(n == 3 ? 8 : 7),
		.asker_handle = text(n == 2 ? "eve" : "anna"), .holder_handle = text(n == 2 ? "anna" : "bob"),
		.until_ms = 1790000000000 + n, .signed_inquiry = text("asked") };
}

static void
add_three(struct world *w)
{
	for (unsigned n = 1; n <= 3; n++) {
		const struct store_inquiry inquiry = a_request(n);

		assert_int_equal(store_inquiry_add(w->tx, &inquiry), SLUIS_OK);
	}
}

static void
test_a_request_is_found_as_it_was_made(void **state)
{
	struct world *w = *state;
	const struct sluis_id one = an_id(1), unknown = an_id(9);
	struct store_inquiry row;

	world_begin(w);
	assert_int_equal(store_inquiry_get(w->tx, &one, w->arena, &row), SLUIS_ENOTFOUND);
	add_three(w);
	world_commit(w);
	world_reopen(w);
	world_begin(w);
	assert_int_equal(store_inquiry_get(w->tx, &unknown, w->arena, &row), SLUIS_ENOTFOUND);
	assert_int_equal(store_inquiry_get(w->tx, &one, w->arena, &row), SLUIS_OK);
	assert_int_equal(row.event_index, 101);
	assert_memory_equal(row.id.bytes, one.bytes, SLUIS_ID_BYTES);
	assert_memory_equal(row.case_id.bytes, an_id(7).bytes, SLUIS_ID_BYTES);
	assert_true(sluis_bytes_is_text(row.asker_handle, "anna"));
	assert_true(sluis_bytes_is_text(row.holder_handle, "bob"));
	assert_int_equal(row.until_ms, 1790000000001);
	assert_true(sluis_bytes_is_text(row.signed_inquiry, "asked"));
	assert_int_equal(row.state, STORE_INQUIRY_OPEN);
	assert_int_equal(row.closed_ms, 0);
	store_rollback(w->tx);
}

static void
lists(struct world *w, const char *handle, const struct sluis_id *case_id, uint64_t from, size_t want, uint64_t first)
{
	struct store_inquiry list[4];
	size_t count = 99;

	assert_int_equal(store_inquiry_list(w->tx, text(handle), case_id, from, 2, w->arena, list, &count), SLUIS_OK);
	assert_int_equal(count, want);
	if (want > 0)
		assert_int_equal(list[0].event_index, first);
}

static void
test_ids_that_were_used_are_known(void **state)
{
	struct world *w = *state;
	const struct sluis_id one = an_id(1), two = an_id(2), unknown = an_id(9);
	const struct store_inquiry inquiry = a_request(1);
	const struct store_refusal refusal = { .id = two, .case_id = one, .event_index = 7, .signed_refusal = text("r") };
	const struct store_grant grant = { .id = unknown, .case_id = one, .event_index = 8, .signed_grant = text("g"),
		.state = text("active") };
	bool known;

	world_begin(w);
	assert_int_equal(store_inquiry_add(w->tx, &inquiry), SLUIS_OK);
	assert_int_equal(store_refusal_add(w->tx, &refusal), SLUIS_OK);
	assert_int_equal(store_grant_add(w->tx, &grant), SLUIS_OK);
#define KNOWN(what, id, want)                                                          \
	assert_int_equal(store_is_known(w->tx, what, id, &known), SLUIS_OK);            \
	assert_int_equal(known, want)
	KNOWN(STORE_KNOWN_INQUIRY, &one, true);
	KNOWN(STORE_KNOWN_INQUIRY, &two, false);
	KNOWN(STORE_KNOWN_REFUSAL, &two, true);
	KNOWN(STORE_KNOWN_REFUSAL, &unknown, false);
	KNOWN(STORE_KNOWN_GRANT, &unknown, true);
	KNOWN(STORE_KNOWN_GRANT, &one, false);
#undef KNOWN
	store_rollback(w->tx);
}

static void
test_asker_and_holder_list_theirs(void **state)
{
	struct world *w = *state;
	const struct sluis_id seven = an_id(7), eight = an_id(8), nine = an_id(9);

	world_begin(w);
	lists(w, "anna", NULL, 0, 0, 0);
	add_three(w);
	lists(w, "anna", NULL, 0, 2, 101);
	lists(w, "anna", NULL, 102, 2, 102);
	lists(w, "anna", NULL, 104, 0, 0);
	lists(w, "anna", &eight, 0, 1, 103);
	lists(w, "bob", &seven, 0, 1, 101);
	lists(w, "eve", NULL, 0, 1, 102);
	lists(w, "eve", &eight, 0, 0, 0);
	lists(w, "eve", &nine, 0, 0, 0);
	lists(w, "nobody", NULL, 0, 0, 0);
	store_rollback(w->tx);
}

static void
test_a_request_closes_once(void **state)
{
	struct world *w = *state;
	struct store_inquiry one = a_request(1), two = a_request(2), row;

	one.state = STORE_INQUIRY_ANSWERED;
	one.closed_ms = 1780000000000;
	one.closed_index = 200;
	one.message_id = an_id(50);
	two.state = STORE_INQUIRY_DECLINED;
	two.closed_index = 201;
	two.decline = text("no");
	world_begin(w);
	assert_int_equal(store_inquiry_close(w->tx, &one), SLUIS_ENOTFOUND);
	add_three(w);
	assert_int_equal(store_inquiry_close(w->tx, &one), SLUIS_OK);
	assert_int_equal(store_inquiry_close(w->tx, &one), SLUIS_ENOTFOUND);
	assert_int_equal(store_inquiry_close(w->tx, &two), SLUIS_OK);
	world_commit(w);
	world_begin(w);
	assert_int_equal(store_inquiry_get(w->tx, &one.id, w->arena, &row), SLUIS_OK);
	assert_int_equal(row.state, STORE_INQUIRY_ANSWERED);
	assert_int_equal(row.closed_ms, 1780000000000);
	assert_int_equal(row.closed_index, 200);
	assert_memory_equal(row.message_id.bytes, an_id(50).bytes, SLUIS_ID_BYTES);
	assert_int_equal(row.decline.len, 0);
	assert_int_equal(store_inquiry_get(w->tx, &two.id, w->arena, &row), SLUIS_OK);
	assert_int_equal(row.state, STORE_INQUIRY_DECLINED);
	assert_true(sluis_bytes_is_text(row.decline, "no"));
	store_rollback(w->tx);
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

static void
test_a_message_says_what_it_refers_to(void **state)
{
	struct world *w = *state;
	const struct sluis_id one = an_id(1), other = an_id(2);
	struct store_inbox_row rows[2];
	struct store_message row;
	size_t count;

	world_begin(w);
	assert_int_equal(world_add_message(w, 1, 1, 5), SLUIS_OK);
	assert_int_equal(world_add_message(w, 2, 1, 6), SLUIS_OK);
	world_commit(w);
	world_close(w);
	run_sql(w, "INSERT INTO link (idx, kind, target) SELECT idx, 3, x'00112233445566778899aabbccddeeff' FROM message "
		   "WHERE idx = (SELECT max(idx) FROM message)");
	world_open(w);
	world_begin(w);
	assert_int_equal(store_message_get(w->tx, &one, false, w->arena, &row), SLUIS_OK);
	assert_int_equal(row.link, STORE_LINK_NONE);
	assert_int_equal(store_message_get(w->tx, &other, false, w->arena, &row), SLUIS_OK);
	assert_int_equal(row.link, STORE_LINK_ANSWERS);
	assert_int_equal(row.target.bytes[15], 0xff);
	assert_int_equal(store_recipients(w->tx, &other, 1, w->arena, &rows[0].recipient, &count), SLUIS_OK);
	assert_int_equal(store_inbox(w->tx, rows[0].recipient.handle, NULL, 0, 2, w->arena, rows, &count), SLUIS_OK);
	assert_int_equal(count, 2);
	assert_int_equal(rows[0].message.link, STORE_LINK_NONE);
	assert_int_equal(rows[1].message.link, STORE_LINK_ANSWERS);
	store_rollback(w->tx);
}

/* What was sent is told apart by its kind; the row of a message that refers to nothing stays as small as it was. */
static void
test_a_store_of_schema_2_is_brought_up_to_date(void **state)
{
	struct world *w = *state;
	const struct sluis_id id = an_id(1);
	const struct store_inquiry inquiry = a_request(1);
	struct store_message row;

	world_begin(w);
	assert_int_equal(world_add_message(w, 1, 1, 5), SLUIS_OK);
	world_commit(w);
	world_close(w);
	run_sql(w, "DROP TABLE inquiry; DROP TABLE link; PRAGMA user_version = 2");
	world_open(w);
	world_begin(w);
	assert_int_equal(store_message_get(w->tx, &id, false, w->arena, &row), SLUIS_OK);
	assert_int_equal(row.link, STORE_LINK_NONE);
	assert_int_equal(store_inquiry_add(w->tx, &inquiry), SLUIS_OK);
	world_commit(w);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, world_before_open, world_after)
	const struct CMUnitTest tests[] = {
		T(test_a_request_is_found_as_it_was_made),
		T(test_ids_that_were_used_are_known),
		T(test_asker_and_holder_list_theirs),
		T(test_a_request_closes_once),
		T(test_a_message_says_what_it_refers_to),
		T(test_a_store_of_schema_2_is_brought_up_to_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
