/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/store.h"

#include "store_world.h"

/* ---- Policy files, invites, enrolments that wait ---- */

static void
test_policies(void **state)
{
	struct world *w = *state;
	const struct sluis_hash one = a_hash(1), two = a_hash(2);
	struct sluis_bytes yaml;

	world_begin(w);
	assert_int_equal(store_policy_get(w->tx, &one, w->arena, &yaml), SLUIS_ENOTFOUND);
	assert_int_equal(store_policy_put(w->tx, &one, text("version: 1\n")), SLUIS_OK);
	assert_int_equal(store_policy_put(w->tx, &one, text("version: 1\n")), SLUIS_OK);
	assert_int_equal(store_policy_get(w->tx, &one, w->arena, &yaml), SLUIS_OK);
	assert_true(sluis_bytes_is_text(yaml, "version: 1\n"));
	assert_int_equal(store_policy_get(w->tx, &two, w->arena, &yaml), SLUIS_ENOTFOUND);
	world_commit(w);
}

static void
test_invites(void **state)
{
	struct world *w = *state;
	const struct sluis_hash one = a_hash(1), two = a_hash(2);
	struct sluis_bytes handle, organisation;
	int64_t expires_ms;
	bool is_used;

	world_begin(w);
	assert_int_equal(
	    store_invite_get(w->tx, &one, w->arena, &handle, &organisation, &expires_ms, &is_used),
	    SLUIS_ENOTFOUND);
	assert_int_equal(store_invite_put(w->tx, &one, text("anna"), text("north"), 77), SLUIS_OK);
	assert_int_equal(
	    store_invite_get(w->tx, &one, w->arena, &handle, &organisation, &expires_ms, &is_used),
	    SLUIS_OK);
	assert_true(sluis_bytes_is_text(handle, "anna"));
	assert_true(sluis_bytes_is_text(organisation, "north"));
	assert_int_equal(expires_ms, 77);
	assert_false(is_used);
	assert_int_equal(store_invite_use(w->tx, &two), SLUIS_ENOTFOUND);
	assert_int_equal(store_invite_use(w->tx, &one), SLUIS_OK);
	assert_int_equal(store_invite_use(w->tx, &one), SLUIS_ENOTFOUND);
	assert_int_equal(
	    store_invite_get(w->tx, &one, w->arena, &handle, &organisation, &expires_ms, &is_used),
	    SLUIS_OK);
	assert_true(is_used);
	assert_int_equal(
	    store_invite_put(w->tx, &one, text("bert"), text("north"), 88), SLUIS_EEXISTS);
	store_rollback(w->tx);
}

static void
test_pending(void **state)
{
	struct world *w = *state;
	struct store_pending list[5];
	const struct sluis_hash unknown = a_hash(99);
	size_t count;

	world_begin(w);
	for (unsigned n = 4; n > 0; n--) {
		const struct store_pending pending = { .record_hash = a_hash(n),
			.organisation = n == 2 ? text("") : text("organisation"),
			.record = text("record"),
			.asked_ms = 1000 + n };

		assert_int_equal(store_pending_put(w->tx, &pending), SLUIS_OK);
		assert_int_equal(store_pending_put(w->tx, &pending), SLUIS_OK);
	}
	assert_int_equal(store_pending_list(w->tx, 5, w->arena, list, &count), SLUIS_OK);
	assert_int_equal(count, 4);
	assert_int_equal(list[0].asked_ms, 1004);
	assert_int_equal(list[2].asked_ms, 1002);
	assert_int_equal(list[2].organisation.len, 0);
	assert_true(sluis_bytes_is_text(list[3].record, "record"));
	assert_int_equal(store_pending_drop(w->tx, &list[1].record_hash), SLUIS_OK);
	assert_int_equal(store_pending_drop(w->tx, &list[1].record_hash), SLUIS_ENOTFOUND);
	assert_int_equal(store_pending_drop(w->tx, &unknown), SLUIS_ENOTFOUND);
	assert_int_equal(store_pending_list(w->tx, 2, w->arena, list, &count), SLUIS_OK);
	assert_int_equal(count, 2);
	assert_int_equal(list[1].asked_ms, 1002);
	world_commit(w);
}

/* ---- Signed acts seen ---- */

static struct sluis_hash
padded(unsigned n)
{
	struct sluis_hash key = { { 0 } };
	const struct sluis_id id = an_id(n);

	memcpy(key.bytes, id.bytes, sizeof(id.bytes));
	return key;
}

static void
test_acts(void **state)
{
	struct world *w = *state;
	const struct sluis_hash id = padded(1), hash = a_hash(7), other = padded(2);
	struct store_act act = { .payload_hash = a_hash(3),
		.event_index = 40,
		.was_refused = true },
			 got;

	world_begin(w);
	assert_int_equal(store_act_get(w->tx, &id, &got), SLUIS_ENOTFOUND);
	assert_int_equal(store_act_put(w->tx, &id, &act, 1000), SLUIS_OK);
	act.was_refused = false;
	act.event_index = 41;
	assert_int_equal(store_act_put(w->tx, &hash, &act, 2000), SLUIS_OK);
	assert_int_equal(store_act_get(w->tx, &id, &got), SLUIS_OK);
	assert_memory_equal(&got.payload_hash, &act.payload_hash, sizeof(got.payload_hash));
	assert_int_equal(got.event_index, 40);
	assert_true(got.was_refused);
	assert_int_equal(store_act_get(w->tx, &hash, &got), SLUIS_OK);
	assert_int_equal(got.event_index, 41);
	assert_false(got.was_refused);
	assert_int_equal(store_act_get(w->tx, &other, &got), SLUIS_ENOTFOUND);

	assert_int_equal(store_act_forget(w->tx, 1000, 10), SLUIS_OK);
	assert_int_equal(store_act_get(w->tx, &id, &got), SLUIS_OK);
	assert_int_equal(store_act_forget(w->tx, 1001, 0), SLUIS_OK);
	assert_int_equal(store_act_get(w->tx, &id, &got), SLUIS_OK);
	assert_int_equal(store_act_forget(w->tx, 1001, 10), SLUIS_OK);
	assert_int_equal(store_act_get(w->tx, &id, &got), SLUIS_ENOTFOUND);
	assert_int_equal(store_act_get(w->tx, &hash, &got), SLUIS_OK);
	assert_int_equal(store_act_put(w->tx, &hash, &act, 3000), SLUIS_EEXISTS);
	store_rollback(w->tx);
}

static void
test_acts_are_forgotten_oldest_first(void **state)
{
	struct world *w = *state;
	const struct store_act act = { .event_index = 1 };
	struct store_act got;
	size_t left = 0;

	world_begin(w);
	for (unsigned n = 0; n < 10; n++) {
		const struct sluis_hash key = padded(10 + n);

		assert_int_equal(store_act_put(w->tx, &key, &act, 1000 - n), SLUIS_OK);
	}
	assert_int_equal(store_act_forget(w->tx, 5000, 7), SLUIS_OK);
	for (unsigned n = 0; n < 10; n++) {
		const struct sluis_hash key = padded(10 + n);
		const bool is_there = store_act_get(w->tx, &key, &got) == SLUIS_OK;

		assert_true(is_there == (n < 3));
		left += is_there;
	}
	assert_int_equal(left, 3);
	store_rollback(w->tx);
}

/* The message's own row remembers a push; only what it says itself is left out. */
static void
test_act_of_a_push(void **state)
{
	struct world *w = *state;
	const struct sluis_hash key = padded(5), other = padded(6);
	struct store_act act = { .payload_hash = a_hash(5), .event_index = 3 }, got;
	struct store_message refused = world_message(6, 1, 4);

	world_begin(w);
	assert_int_equal(world_add_message(w, 5, 1, 3), SLUIS_OK);
	assert_int_equal(store_act_put(w->tx, &key, &act, 1000), SLUIS_OK);
	refused.state = STORE_MESSAGE_REFUSED;
	refused.push = text("");
	assert_int_equal(store_message_add(w->tx, &refused, NULL, 0, text(""), NULL, 0), SLUIS_OK);
	act =
	    (struct store_act){ .payload_hash = a_hash(6), .event_index = 4, .was_refused = true };
	assert_int_equal(store_act_put(w->tx, &other, &act, 1000), SLUIS_OK);
	assert_int_equal(store_act_forget(w->tx, 9000, 10), SLUIS_OK);
	assert_int_equal(store_act_get(w->tx, &key, &got), SLUIS_OK);
	assert_int_equal(got.event_index, 3);
	assert_false(got.was_refused);
	assert_int_equal(store_act_get(w->tx, &other, &got), SLUIS_OK);
	assert_int_equal(got.event_index, 4);
	assert_true(got.was_refused);
	assert_memory_equal(&got.payload_hash, &act.payload_hash, sizeof(got.payload_hash));
	store_rollback(w->tx);
}

static void
test_act_that_says_more_is_kept(void **state)
{
	struct world *w = *state;
	const struct store_act different[] = {
		{ .payload_hash = a_hash(50), .event_index = 3 },
		{ .payload_hash = a_hash(5), .event_index = 9 },
		{ .payload_hash = a_hash(5), .event_index = 3, .was_refused = true },
	};
	const struct sluis_hash key = padded(5);
	struct store_act got;

	for (size_t i = 0; i < SLUIS_ARRAY_LEN(different); i++) {
		world_begin(w);
		assert_int_equal(world_add_message(w, 5, 1, 3), SLUIS_OK);
		assert_int_equal(store_act_put(w->tx, &key, &different[i], 1000), SLUIS_OK);
		assert_int_equal(store_act_get(w->tx, &key, &got), SLUIS_OK);
		assert_int_equal(got.event_index, different[i].event_index);
		assert_int_equal(got.was_refused, different[i].was_refused);
		assert_memory_equal(
		    &got.payload_hash, &different[i].payload_hash, sizeof(got.payload_hash));
		store_rollback(w->tx);
	}
	/* and so is one that is all zero, before any message */
	world_begin(w);
	assert_int_equal(store_act_put(w->tx, &(struct sluis_hash){ { 0 } },
			     &(struct store_act){ .event_index = 0 }, 1000),
	    SLUIS_OK);
	assert_int_equal(store_act_get(w->tx, &(struct sluis_hash){ { 0 } }, &got), SLUIS_OK);
	store_rollback(w->tx);
	/* and so is one of a transaction that knows nothing of the message any more */
	world_begin(w);
	assert_int_equal(
	    store_act_put(w->tx, &key,
		&(struct store_act){ .payload_hash = a_hash(5), .event_index = 3 }, 1000),
	    SLUIS_OK);
	assert_int_equal(store_act_get(w->tx, &key, &got), SLUIS_OK);
	store_rollback(w->tx);
}

/* ---- Cases ---- */

static void
put_case(struct world *w, unsigned n, const char *step, uint64_t index)
{
	const struct store_case_row row = {
		.id = an_id(n), .step = text(step), .changed_ms = 100 + n, .event_index = index
	};

	assert_int_equal(store_case_put(w->tx, &row), SLUIS_OK);
}

static void
test_case_chain(void **state)
{
	struct world *w = *state;
	const struct sluis_id one = an_id(1), two = an_id(2);
	struct store_case_act acts[8];
	size_t count;

	world_begin(w);
	assert_int_equal(store_case_acts(w->tx, &one, 0, 8, w->arena, acts, &count), SLUIS_OK);
	assert_int_equal(count, 0);
	for (unsigned n = 0; n < 5; n++) {
		const struct store_case_act act = { .sequence = n,
			.payload_hash = a_hash(n),
			.event_index = 20 + n,
			.signed_act = text("signed") };

		assert_int_equal(store_case_act_add(w->tx, &one, &act), SLUIS_OK);
		assert_int_equal(store_case_act_add(w->tx, &two, &act), SLUIS_OK);
	}
	assert_int_equal(store_case_acts(w->tx, &one, 1, 3, w->arena, acts, &count), SLUIS_OK);
	assert_int_equal(count, 3);
	assert_int_equal(acts[0].sequence, 1);
	assert_int_equal(acts[2].event_index, 23);
	assert_true(sluis_bytes_is_text(acts[2].signed_act, "signed"));
	assert_int_equal(store_case_acts(w->tx, &two, 0, 8, w->arena, acts, &count), SLUIS_OK);
	assert_int_equal(count, 5);
	acts[0].sequence = 4;
	assert_int_equal(store_case_act_add(w->tx, &one, &acts[0]), SLUIS_EEXISTS);
	store_rollback(w->tx);
}

static void
expect_cases(
    struct world *w, const char *handle, uint64_t from, size_t max, const unsigned *cases, size_t n)
{
	struct store_case_row rows[8];
	size_t count;

	assert_int_equal(
	    store_case_list(w->tx, text(handle), from, max, w->arena, rows, &count), SLUIS_OK);
	assert_int_equal(count, n);
	for (size_t i = 0; i < n; i++) {
		const struct sluis_id id = an_id(cases[i]);

		assert_memory_equal(&rows[i].id, &id, sizeof(id));
	}
}

static void
test_case_list(void **state)
{
	static const unsigned ALL[] = { 3, 1, 2 };
	struct world *w = *state;
	const struct sluis_id one = an_id(1), two = an_id(2), three = an_id(3), none = an_id(4);

	world_begin(w);
	assert_int_equal(store_case_member_set(w->tx, &none, text("anna"), true), SLUIS_ENOTFOUND);
	put_case(w, 1, "intake", 20);
	put_case(w, 2, "intake", 30);
	put_case(w, 3, "intake", 10);
	assert_int_equal(store_case_member_set(w->tx, &one, text("anna"), true), SLUIS_OK);
	assert_int_equal(store_case_member_set(w->tx, &one, text("anna"), true), SLUIS_OK);
	assert_int_equal(store_case_member_set(w->tx, &two, text("anna"), true), SLUIS_OK);
	assert_int_equal(store_case_member_set(w->tx, &three, text("anna"), true), SLUIS_OK);
	assert_int_equal(store_case_member_set(w->tx, &two, text("bert"), true), SLUIS_OK);
	expect_cases(w, "anna", 0, 8, ALL, 3);
	expect_cases(w, "anna", 11, 8, ALL + 1, 2);
	expect_cases(w, "anna", 0, 2, ALL, 2);
	expect_cases(w, "bert", 0, 8, ALL + 2, 1);
	expect_cases(w, "nobody", 0, 8, NULL, 0);
	assert_int_equal(store_case_member_set(w->tx, &one, text("anna"), false), SLUIS_OK);
	assert_int_equal(store_case_member_set(w->tx, &one, text("anna"), false), SLUIS_OK);
	expect_cases(w, "anna", 11, 8, ALL + 2, 1);
	expect_cases(w, "anna", UINT64_MAX, 8, NULL, 0);
	world_commit(w);
}

static void
test_case_summary_changes(void **state)
{
	struct world *w = *state;
	const struct sluis_id one = an_id(1);
	struct store_case_row row = { .id = one,
		.step = text("plan"),
		.is_closed = true,
		.changed_ms = 9,
		.event_index = 99 };
	size_t count;

	world_begin(w);
	put_case(w, 1, "intake", 20);
	assert_int_equal(store_case_member_set(w->tx, &one, text("anna"), true), SLUIS_OK);
	assert_int_equal(store_case_put(w->tx, &row), SLUIS_OK);
	memset(&row, 0, sizeof(row));
	assert_int_equal(
	    store_case_list(w->tx, text("anna"), 0, 1, w->arena, &row, &count), SLUIS_OK);
	assert_int_equal(count, 1);
	assert_true(sluis_bytes_is_text(row.step, "plan"));
	assert_true(row.is_closed);
	assert_int_equal(row.changed_ms, 9);
	assert_int_equal(row.event_index, 20); /* of the opening, still */
	store_rollback(w->tx);
}

/* ---- Grants ---- */

static void
test_grants(void **state)
{
	struct world *w = *state;
	const struct sluis_id of_case = an_id(1), other = an_id(2), first = an_id(10),
			      unknown = an_id(99);
	struct store_grant got, list[4];
	size_t count;

	world_begin(w);
	assert_int_equal(store_grant_get(w->tx, &first, w->arena, &got), SLUIS_ENOTFOUND);
	for (unsigned n = 0; n < 3; n++) {
		const struct store_grant grant = { .id = an_id(10 + n),
			.case_id = n == 2 ? other : of_case,
			.payload_hash = a_hash(n),
			.signed_grant = text("signed grant"),
			.state = text("active"),
			.event_index = 50 - n };

		assert_int_equal(store_grant_add(w->tx, &grant), SLUIS_OK);
	}
	assert_int_equal(store_grant_get(w->tx, &first, w->arena, &got), SLUIS_OK);
	assert_memory_equal(&got.case_id, &of_case, sizeof(of_case));
	assert_true(sluis_bytes_is_text(got.signed_grant, "signed grant"));
	assert_true(sluis_bytes_is_text(got.state, "active"));
	assert_int_equal(got.event_index, 50);
	assert_int_equal(store_grant_list(w->tx, &of_case, 4, w->arena, list, &count), SLUIS_OK);
	assert_int_equal(count, 2);
	assert_int_equal(list[0].event_index, 49);
	assert_int_equal(store_grant_list(w->tx, &of_case, 1, w->arena, list, &count), SLUIS_OK);
	assert_int_equal(count, 1);
	assert_int_equal(store_grant_list(w->tx, &unknown, 4, w->arena, list, &count), SLUIS_OK);
	assert_int_equal(count, 0);
	assert_int_equal(store_grant_state_set(w->tx, &first, text("withdrawn")), SLUIS_OK);
	assert_int_equal(
	    store_grant_state_set(w->tx, &unknown, text("withdrawn")), SLUIS_ENOTFOUND);
	assert_int_equal(store_grant_get(w->tx, &first, w->arena, &got), SLUIS_OK);
	assert_true(sluis_bytes_is_text(got.state, "withdrawn"));
	assert_int_equal(store_grant_add(w->tx, &got), SLUIS_EEXISTS);
	store_rollback(w->tx);
}

/* More words than the store remembers at once: each still has its own number. */
static void
test_many_names(void **state)
{
	struct world *w = *state;
	struct store_case_row row;
	size_t count;

	world_begin(w);
	for (unsigned n = 1; n <= 6000; n++) {
		const struct sluis_id id = an_id(n);
		char handle[16];

		(void)snprintf(handle, sizeof(handle), "member-%u", n);
		put_case(w, n, "intake", n);
		assert_int_equal(store_case_member_set(w->tx, &id, text(handle), true), SLUIS_OK);
	}
	world_commit(w);
	world_begin(w);
	for (unsigned n = 1; n <= 6000; n++) {
		const struct sluis_id id = an_id(n);
		char handle[16];

		(void)snprintf(handle, sizeof(handle), "member-%u", n);
		assert_int_equal(
		    store_case_list(w->tx, text(handle), 0, 1, w->arena, &row, &count), SLUIS_OK);
		assert_int_equal(count, 1);
		assert_memory_equal(&row.id, &id, sizeof(id));
		sluis_arena_reset(w->arena);
	}
	store_rollback(w->tx);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_policies, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(test_invites, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(test_pending, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(test_acts, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(
		    test_acts_are_forgotten_oldest_first, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(test_act_of_a_push, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(
		    test_act_that_says_more_is_kept, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(test_case_chain, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(test_case_list, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(
		    test_case_summary_changes, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(test_grants, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(test_many_names, world_before_open, world_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
