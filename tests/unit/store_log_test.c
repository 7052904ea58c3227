/* SPDX-License-Identifier: EUPL-1.2 */
/* Heads and the two logs. */
#include "store/store.h"

#include "store_world.h"

static void
expect_refused(struct world *w, enum sluis_err err, const char *word)
{
	struct store *store = NULL;

	assert_int_equal(store_open(w->dir, &w->why, &store), err);
	assert_null(store);
	if (strstr(w->why.text, word) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", w->why.text, word);
}

static void
test_head_moves_from_where_it_is(void **state)
{
	struct world *w = *state;
	struct store_head head = { .size = 5, .root = a_hash(1), .batch = an_id(2) }, got;

	world_begin(w);
	assert_int_equal(store_head_get(w->tx, STORE_LOG_KEYS, &got), SLUIS_OK);
	assert_memory_equal(&got, &(struct store_head){ .size = 0 }, sizeof(got));
	assert_int_equal(store_head_set(w->tx, STORE_LOG_KEYS, 0, &head), SLUIS_OK);
	assert_int_equal(store_head_get(w->tx, STORE_LOG_KEYS, &got), SLUIS_OK);
	assert_memory_equal(&got, &head, sizeof(got));
	assert_int_equal(store_head_get(w->tx, STORE_LOG_EXCHANGE, &got), SLUIS_OK);
	assert_int_equal(got.size, 0);
	head.size = 9;
	assert_int_equal(store_head_set(w->tx, STORE_LOG_KEYS, 4, &head), SLUIS_ESTORE);
	assert_int_equal(store_commit(w->tx), SLUIS_ESTORE);
}

static void
expect_damage(struct world *w, const char *word)
{
	world_close(w);
	expect_refused(w, SLUIS_ESTORE, word);
}

static void
test_head_without_rows(void **state)
{
	struct world *w = *state;
	const struct store_head head = { .size = 3 };

	world_begin(w);
	assert_int_equal(world_grow(w, 0, 2), SLUIS_OK);
	assert_int_equal(store_head_set(w->tx, STORE_LOG_EXCHANGE, 2, &head), SLUIS_OK);
	world_commit(w);
	expect_damage(w, "exchange log states 3 entries and holds 2");
}

static void
test_rows_without_head(void **state)
{
	struct world *w = *state;

	world_begin(w);
	assert_int_equal(store_keys_add(w->tx, 0, text("genesis")), SLUIS_OK);
	world_commit(w);
	expect_damage(w, "keys log states 0 entries and holds 1");
}

static void
test_gap_near_the_end(void **state)
{
	struct world *w = *state;
	const struct store_head head = { .size = 71 };

	world_begin(w);
	assert_int_equal(world_grow(w, 0, 30), SLUIS_OK);
	for (uint64_t i = 31; i < 71; i++)
		assert_int_equal(world_add_event(w, i, 0), SLUIS_OK);
	assert_int_equal(store_head_set(w->tx, STORE_LOG_EXCHANGE, 30, &head), SLUIS_OK);
	world_commit(w);
	expect_damage(w, "63 of the last 64");
}

/* A gap far from the end is the full check's to find. */
static void
test_full_check_finds_gaps(void **state)
{
	struct world *w = *state;
	const struct store_head head = { .size = 200 };

	world_begin(w);
	assert_int_equal(world_grow(w, 0, 30), SLUIS_OK);
	for (uint64_t i = 31; i < 200; i++)
		assert_int_equal(world_add_event(w, i, 0), SLUIS_OK);
	assert_int_equal(store_head_set(w->tx, STORE_LOG_EXCHANGE, 30, &head), SLUIS_OK);
	world_commit(w);
	world_reopen(w);
	assert_int_equal(store_check_full(w->store, &w->why), SLUIS_ESTORE);
	assert_non_null(strstr(w->why.text, "199 of the last 200"));
}

static void
test_full_check_of_a_good_store(void **state)
{
	struct world *w = *state;

	world_begin(w);
	assert_int_equal(world_add_message(w, 1, 1, 0), SLUIS_OK);
	assert_int_equal(world_grow(w, 0, 20), SLUIS_OK);
	world_commit(w);
	assert_int_equal(store_check_full(w->store, &w->why), SLUIS_OK);
	assert_int_equal(store_tidy(w->store), SLUIS_OK);
	assert_int_equal(store_check_full(w->store, &w->why), SLUIS_OK);
}

static void
test_events(void **state)
{
	struct world *w = *state;
	struct store_event event, erased = { .index = 5, .entry = a_hash(5), .is_erased = true };
	const struct store_event_keys nobody = { .actor_handle = { NULL, 0 } };
	const struct sluis_hash entry = a_hash(3), blind = a_hash(3 + 500000);
	struct sluis_hash entries[10];
	size_t count;

	world_begin(w);
	assert_int_equal(world_grow(w, 0, 5), SLUIS_OK);
	assert_int_equal(store_event_add(w->tx, &erased, &nobody), SLUIS_OK);
	assert_int_equal(store_event_get(w->tx, 3, w->arena, &event), SLUIS_OK);
	assert_int_equal(event.index, 3);
	assert_memory_equal(&event.entry, &entry, sizeof(entry));
	assert_memory_equal(&event.blind, &blind, sizeof(blind));
	assert_true(sluis_bytes_is_text(event.event, "an event"));
	assert_false(event.is_erased);
	assert_int_equal(store_event_get(w->tx, 5, w->arena, &event), SLUIS_OK);
	assert_true(event.is_erased);
	assert_int_equal(event.event.len, 0);
	assert_true(sodium_is_zero(event.blind.bytes, 32));
	assert_int_equal(store_event_get(w->tx, 6, w->arena, &event), SLUIS_ENOTFOUND);
	assert_int_equal(store_event_get(w->tx, UINT64_MAX, w->arena, &event), SLUIS_ENOTFOUND);

	assert_int_equal(store_entries(w->tx, 2, 10, entries, &count), SLUIS_OK);
	assert_int_equal(count, 4);
	assert_memory_equal(&entries[1], &entry, sizeof(entry));
	assert_int_equal(store_entries(w->tx, 0, 3, entries, &count), SLUIS_OK);
	assert_int_equal(count, 3);
	assert_int_equal(store_entries(w->tx, 6, 3, entries, &count), SLUIS_OK);
	assert_int_equal(count, 0);
	assert_int_equal(store_entries(w->tx, UINT64_MAX, 3, entries, &count), SLUIS_OK);
	assert_int_equal(count, 0);
	assert_int_equal(
	    store_event_add(w->tx,
		&(struct store_event){ .index = 8, .entry = entry, .is_erased = true }, &nobody),
	    SLUIS_OK);
	assert_int_equal(store_entries(w->tx, 4, 10, entries, &count), SLUIS_ESTORE);
	store_rollback(w->tx);
}

static void
test_event_list(void **state)
{
	struct world *w = *state;
	const struct sluis_id one = an_id(1), two = an_id(2), three = an_id(3);
	struct store_event events[20];
	size_t count;

	world_begin(w);
	for (uint64_t i = 0; i < 12; i++)
		assert_int_equal(world_add_event(w, i,
				     i % 3 == 0   ? 1
				     : i % 3 == 1 ? 2
						  : 0),
		    SLUIS_OK);
	assert_int_equal(
	    store_event_list(w->tx, text("north"), NULL, 0, 20, w->arena, events, &count),
	    SLUIS_OK);
	assert_int_equal(count, 12);
	assert_int_equal(
	    store_event_list(w->tx, text("south"), NULL, 4, 3, w->arena, events, &count), SLUIS_OK);
	assert_int_equal(count, 3);
	assert_int_equal(events[0].index, 5);
	assert_int_equal(events[2].index, 9);
	assert_int_equal(
	    store_event_list(w->tx, text("north"), &one, 3, 20, w->arena, events, &count),
	    SLUIS_OK);
	assert_int_equal(count, 3);
	assert_int_equal(events[2].index, 9);
	assert_int_equal(
	    store_event_list(w->tx, text("south"), &two, 0, 20, w->arena, events, &count),
	    SLUIS_OK);
	assert_int_equal(count, 2); /* 1, 7 */
	assert_int_equal(events[1].index, 7);
	assert_int_equal(
	    store_event_list(w->tx, text("south"), &three, 0, 20, w->arena, events, &count),
	    SLUIS_OK);
	assert_int_equal(count, 0);
	/* a member is no organisation, were the word the same */
	assert_int_equal(
	    store_event_list(w->tx, text("anna"), NULL, 0, 20, w->arena, events, &count), SLUIS_OK);
	assert_int_equal(count, 0);
	assert_int_equal(
	    store_event_list(w->tx, text("north"), NULL, UINT64_MAX, 20, w->arena, events, &count),
	    SLUIS_OK);
	assert_int_equal(count, 0);
	store_rollback(w->tx);
}

static void
test_keys_log(void **state)
{
	struct world *w = *state;
	struct sluis_bytes entry;

	world_begin(w);
	assert_int_equal(store_keys_get(w->tx, 0, w->arena, &entry), SLUIS_ENOTFOUND);
	assert_int_equal(store_keys_add(w->tx, 0, text("genesis")), SLUIS_OK);
	assert_int_equal(store_keys_get(w->tx, 0, w->arena, &entry), SLUIS_OK);
	assert_true(sluis_bytes_is_text(entry, "genesis"));
	assert_int_equal(store_keys_get(w->tx, 1, w->arena, &entry), SLUIS_ENOTFOUND);
	assert_int_equal(store_keys_add(w->tx, 0, text("another")), SLUIS_EEXISTS);
	assert_int_equal(store_commit(w->tx), SLUIS_EEXISTS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_head_moves_from_where_it_is, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(
		    test_head_without_rows, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(
		    test_rows_without_head, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(
		    test_gap_near_the_end, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(
		    test_full_check_finds_gaps, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(
		    test_full_check_of_a_good_store, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(test_events, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(test_event_list, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(test_keys_log, world_before_open, world_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
