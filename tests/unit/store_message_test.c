/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/store.h"

#include "limits.h"
#include "store_world.h"

/* ---- Messages ---- */

static void
test_message(void **state)
{
	struct world *w = *state;
	const struct store_message put = world_message(1, 7, 4);
	const struct sluis_id unknown = an_id(2);
	struct store_message got;

	world_begin(w);
	assert_int_equal(store_message_get(w->tx, &put.id, true, w->arena, &got), SLUIS_ENOTFOUND);
	assert_int_equal(world_add_message(w, 1, 7, 4), SLUIS_OK);
	world_commit(w);
	world_reopen(w);
	world_begin(w);
	assert_int_equal(store_message_get(w->tx, &unknown, true, w->arena, &got), SLUIS_ENOTFOUND);
	assert_int_equal(store_message_get(w->tx, &put.id, true, w->arena, &got), SLUIS_OK);
	assert_memory_equal(&got.id, &put.id, sizeof(got.id));
	assert_memory_equal(&got.case_id, &put.case_id, sizeof(got.case_id));
	assert_memory_equal(&got.manifest_hash, &put.manifest_hash, sizeof(got.manifest_hash));
	assert_true(sluis_bytes_equal(got.sender_handle, put.sender_handle));
	assert_true(sluis_bytes_equal(got.purpose, put.purpose));
	assert_true(sluis_bytes_equal(got.retention, put.retention));
	assert_true(sluis_bytes_equal(got.push, put.push));
	assert_int_equal(got.state, put.state);
	assert_int_equal(got.accepted_ms, put.accepted_ms);
	assert_int_equal(got.expires_ms, put.expires_ms);
	assert_int_equal(got.event_index, 4);
	assert_int_equal(store_message_get(w->tx, &put.id, false, w->arena, &got), SLUIS_OK);
	assert_int_equal(got.push.len, 0);
	assert_int_equal(store_message_state_set(w->tx, &put.id, STORE_MESSAGE_CLOSED), SLUIS_OK);
	assert_int_equal(
	    store_message_state_set(w->tx, &unknown, STORE_MESSAGE_CLOSED), SLUIS_ENOTFOUND);
	assert_int_equal(store_message_get(w->tx, &put.id, false, w->arena, &got), SLUIS_OK);
	assert_int_equal(got.state, STORE_MESSAGE_CLOSED);
	store_rollback(w->tx);
}

static void
test_taken(void **state)
{
	struct world *w = *state;

	world_begin(w);
	assert_int_equal(world_add_message(w, 1, 7, 4), SLUIS_OK);
	world_commit(w);
	world_begin(w);
	assert_int_equal(world_add_message(w, 1, 7, 5), SLUIS_EEXISTS); /* the id */
	store_rollback(w->tx);
	world_begin(w);
	assert_int_equal(world_add_message(w, 2, 7, 4), SLUIS_EEXISTS); /* the leaf */
	store_rollback(w->tx);
	world_begin(w);
	{
		const struct store_message m = world_message(3, 7, 6);
		const struct store_recipient again = world_recipient(3, 0, "bert", 1);

		assert_int_equal(
		    store_message_add(w->tx, &m, &again, 1, text(""), NULL, 0), SLUIS_EEXISTS);
	}
	assert_int_equal(store_commit(w->tx), SLUIS_EEXISTS);
}

static void
test_limits(void **state)
{
	struct world *w = *state;
	const struct store_message m = world_message(1, 7, 4);
	static struct store_recipient recipients[SLUIS_RECIPIENTS_MAX + 1];
	struct store_message bare = m;
	static uint8_t body[SLUIS_BODY_MAX_BYTES + 1];
	uint64_t sizes[SLUIS_SECTIONS_MAX + 1] = { 10 };
	static const uint64_t WRONG[][2] = { { 5, 4 }, { 5, 6 }, { 11, 0 }, { UINT64_MAX, 11 } };

	bare.push = text("");
	for (uint32_t i = 0; i < SLUIS_ARRAY_LEN(recipients); i++)
		recipients[i] = world_recipient(1, i, "bert", i + 1);
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(WRONG); i++) {
		world_begin(w);
		assert_int_equal(
		    store_message_add(w->tx, &m, NULL, 0, sluis_bytes(body, 10), WRONG[i], 2),
		    SLUIS_EUSAGE);
		assert_int_equal(store_commit(w->tx), SLUIS_EUSAGE);
	}
	world_begin(w);
	assert_int_equal(store_message_add(w->tx, &m, NULL, 0, sluis_bytes(body, 10), sizes,
			     SLUIS_SECTIONS_MAX + 1),
	    SLUIS_EUSAGE);
	store_rollback(w->tx);
	world_begin(w);
	sizes[0] = sizeof(body);
	assert_int_equal(
	    store_message_add(w->tx, &m, NULL, 0, sluis_bytes(body, sizeof(body)), sizes, 1),
	    SLUIS_EUSAGE);
	store_rollback(w->tx);
	world_begin(w);
	assert_int_equal(
	    store_message_add(w->tx, &m, NULL, 0, sluis_bytes(body, 10), NULL, 0), SLUIS_EUSAGE);
	store_rollback(w->tx);
	world_begin(w);
	assert_int_equal(
	    store_message_add(w->tx, &bare, NULL, 0, sluis_bytes(body, 10), NULL, 0), SLUIS_EUSAGE);
	store_rollback(w->tx);
	world_begin(w);
	assert_int_equal(store_message_add(
			     w->tx, &m, recipients, SLUIS_ARRAY_LEN(recipients), text(""), NULL, 0),
	    SLUIS_EUSAGE);
	assert_int_equal(store_commit(w->tx), SLUIS_EUSAGE);
}

static void
test_most(void **state)
{
	struct world *w = *state;
	const struct store_message m = world_message(1, 7, 4);
	static struct store_recipient recipients[SLUIS_RECIPIENTS_MAX], got[SLUIS_RECIPIENTS_MAX];
	static char handles[SLUIS_RECIPIENTS_MAX][16];
	uint64_t sizes[SLUIS_SECTIONS_MAX];
	uint8_t body[SLUIS_SECTIONS_MAX], byte;
	size_t count;

	for (uint32_t i = 0; i < SLUIS_RECIPIENTS_MAX; i++) {
		(void)snprintf(handles[i], sizeof(handles[i]), "member-%u", i);
		recipients[i] = world_recipient(1, i, handles[i], 1);
	}
	for (size_t i = 0; i < SLUIS_SECTIONS_MAX; i++) {
		sizes[i] = 1;
		body[i] = (uint8_t)(200 - i);
	}
	world_begin(w);
	assert_int_equal(store_message_add(w->tx, &m, recipients, SLUIS_RECIPIENTS_MAX,
			     sluis_bytes(body, sizeof(body)), sizes, SLUIS_SECTIONS_MAX),
	    SLUIS_OK);
	assert_int_equal(
	    store_recipients(w->tx, &m.id, SLUIS_RECIPIENTS_MAX, w->arena, got, &count), SLUIS_OK);
	assert_int_equal(count, SLUIS_RECIPIENTS_MAX);
	assert_true(sluis_bytes_is_text(got[63].handle, "member-63"));
	for (uint32_t i = 0; i < SLUIS_SECTIONS_MAX; i++) {
		assert_int_equal(store_section_read(w->tx, &m.id, i, 0, &byte, 1), SLUIS_OK);
		assert_int_equal(byte, body[i]);
	}
	store_rollback(w->tx);
}

static void
test_refused_message(void **state)
{
	struct world *w = *state;
	struct store_message m = world_message(1, 7, 4), got;
	struct store_recipient recipient;
	uint8_t byte;
	size_t count;

	m.state = STORE_MESSAGE_REFUSED;
	m.push = sluis_bytes(NULL, 0);
	world_begin(w);
	assert_int_equal(
	    store_message_add(w->tx, &m, NULL, 0, sluis_bytes(NULL, 0), NULL, 0), SLUIS_OK);
	assert_int_equal(store_message_get(w->tx, &m.id, true, w->arena, &got), SLUIS_OK);
	assert_int_equal(got.state, STORE_MESSAGE_REFUSED);
	assert_int_equal(got.push.len, 0);
	assert_int_equal(store_recipients(w->tx, &m.id, 1, w->arena, &recipient, &count), SLUIS_OK);
	assert_int_equal(count, 0);
	assert_int_equal(store_section_read(w->tx, &m.id, 0, 0, &byte, 1), SLUIS_ENOTFOUND);
	store_rollback(w->tx);
}

/* ---- Recipients ---- */

static void
test_recipients(void **state)
{
	struct world *w = *state;
	const struct sluis_id id = an_id(1), unknown = an_id(2);
	const struct sluis_hash record = a_hash(1001);
	struct store_recipient got[3], one;
	size_t count;

	world_begin(w);
	assert_int_equal(world_add_message(w, 1, 7, 4), SLUIS_OK);
	assert_int_equal(
	    store_recipients(w->tx, &unknown, 3, w->arena, got, &count), SLUIS_ENOTFOUND);
	assert_int_equal(store_recipients(w->tx, &id, 3, w->arena, got, &count), SLUIS_OK);
	assert_int_equal(count, 2);
	assert_memory_equal(&got[1].message_id, &id, sizeof(id));
	assert_int_equal(got[1].index, 1);
	assert_true(sluis_bytes_is_text(got[1].handle, "carla"));
	assert_true(sluis_bytes_is_text(got[1].organisation_handle, "south"));
	assert_memory_equal(&got[1].record_hash, &record, sizeof(record));
	assert_int_equal(got[1].pair_sequence, 1);
	assert_int_equal(got[1].state, STORE_RECIPIENT_PENDING);
	assert_int_equal(got[1].changed_ms, 1790000000001);
	assert_int_equal(got[1].push_index, 4);
	assert_int_equal(got[1].release_index, 0);
	assert_true(sluis_bytes_is_text(got[1].categories, "history message"));
	assert_int_equal(got[1].receipt.len, 0);
	assert_int_equal(store_recipients(w->tx, &id, 1, w->arena, got, &count), SLUIS_OK);
	assert_int_equal(count, 1);
	assert_int_equal(store_recipient_get(w->tx, &id, text("bert"), w->arena, &one), SLUIS_OK);
	assert_int_equal(one.index, 0);
	assert_int_equal(
	    store_recipient_get(w->tx, &id, text("anna"), w->arena, &one), SLUIS_ENOTFOUND);
	assert_int_equal(
	    store_recipient_get(w->tx, &id, text("nobody"), w->arena, &one), SLUIS_ENOTFOUND);
	assert_int_equal(
	    store_recipient_get(w->tx, &unknown, text("bert"), w->arena, &one), SLUIS_ENOTFOUND);
	store_rollback(w->tx);
}

/* One member twice, at indexes with gaps before and between. */
static void
test_recipients_with_gaps(void **state)
{
	struct world *w = *state;
	const struct store_message m = world_message(1, 7, 4);
	const struct store_recipient put[3] = { world_recipient(1, 1, "bert", 1),
		world_recipient(1, 2, "bert", 2), world_recipient(1, 5, "carla", 1) };
	struct store_recipient got[3];
	size_t count;

	world_begin(w);
	assert_int_equal(store_message_add(w->tx, &m, put, 3, text(""), NULL, 0), SLUIS_OK);
	assert_int_equal(store_recipients(w->tx, &m.id, 3, w->arena, got, &count), SLUIS_OK);
	assert_int_equal(count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(got[i].index, put[i].index);
		assert_int_equal(got[i].pair_sequence, put[i].pair_sequence);
	}
	assert_int_equal(store_recipient_get(w->tx, &m.id, text("bert"), w->arena, got), SLUIS_OK);
	assert_int_equal(got[0].index, 1);
	store_rollback(w->tx);
}

static void
test_recipient_set(void **state)
{
	struct world *w = *state;
	const struct sluis_id id = an_id(1);
	struct store_recipient r, got;

	world_begin(w);
	assert_int_equal(world_add_message(w, 1, 7, 4), SLUIS_OK);
	assert_int_equal(store_recipient_get(w->tx, &id, text("carla"), w->arena, &r), SLUIS_OK);
	r.state = STORE_RECIPIENT_ACKNOWLEDGED;
	r.changed_ms = 12;
	r.release_index = 6;
	r.receipt = text("signed receipt");
	assert_int_equal(store_recipient_set(w->tx, &r), SLUIS_OK);
	r.state = STORE_RECIPIENT_REJECTED;
	r.receipt = text("");
	assert_int_equal(store_recipient_set(w->tx, &r), SLUIS_OK);
	world_commit(w);
	world_begin(w);
	assert_int_equal(store_recipient_get(w->tx, &id, text("carla"), w->arena, &got), SLUIS_OK);
	assert_int_equal(got.state, STORE_RECIPIENT_REJECTED);
	assert_int_equal(got.changed_ms, 12);
	assert_int_equal(got.release_index, 6);
	assert_true(sluis_bytes_is_text(got.receipt, "signed receipt"));
	assert_true(sluis_bytes_is_text(got.categories, "history message"));
	assert_int_equal(store_recipient_get(w->tx, &id, text("bert"), w->arena, &got), SLUIS_OK);
	assert_int_equal(got.state, STORE_RECIPIENT_PENDING);
	assert_int_equal(got.receipt.len, 0);
	r.index = 0;
	assert_int_equal(store_recipient_set(w->tx, &r), SLUIS_ENOTFOUND);
	r.handle = text("nobody");
	assert_int_equal(store_recipient_set(w->tx, &r), SLUIS_ENOTFOUND);
	store_rollback(w->tx);
}

/* ---- Pair sequences ---- */

static void
use_pair(struct world *w, unsigned n, uint64_t sequence, enum sluis_err err)
{
	const struct store_message m = world_message(n, 7, n);
	const struct store_recipient r = world_recipient(n, 0, "bert", sequence);

	world_begin(w);
	assert_int_equal(store_message_add(w->tx, &m, &r, 1, text(""), NULL, 0), err);
	assert_int_equal(store_commit(w->tx), err);
}

static bool
pair_is_used(struct world *w, const char *sender, const char *recipient, uint64_t sequence)
{
	bool is_used;

	world_begin(w);
	assert_int_equal(
	    store_pair_is_used(w->tx, text(sender), text(recipient), sequence, &is_used), SLUIS_OK);
	store_rollback(w->tx);
	return is_used;
}

static void
test_pairs_out_of_range(void **state)
{
	static const uint64_t CASES[] = { 0, STORE_PAIR_SEQUENCE_MAX + 1, UINT64_MAX,
		UINT64_C(1) << 63 };
	struct world *w = *state;

	for (unsigned i = 0; i < SLUIS_ARRAY_LEN(CASES); i++) {
		assert_true(pair_is_used(w, "anna", "bert", CASES[i]));
		use_pair(w, i + 1, CASES[i], SLUIS_EUSAGE);
	}
	assert_false(pair_is_used(w, "anna", "bert", STORE_PAIR_SEQUENCE_MAX));
	use_pair(w, 9, STORE_PAIR_SEQUENCE_MAX, SLUIS_OK);
	assert_true(pair_is_used(w, "anna", "bert", STORE_PAIR_SEQUENCE_MAX));
	assert_false(pair_is_used(w, "bert", "anna", 1));
	assert_false(pair_is_used(w, "anna", "carla", 1));
}

/* Numbers 1..60 in any order: used ones are used, the others are not, none goes twice. */
static void
test_pairs_in_any_order(void **state)
{
	enum { N = 60 };
	struct world *w = *state;
	unsigned order[N];
	bool used[N + 2] = { false };

	srand(11);
	for (unsigned round = 0; round < 3; round++) {
		char sender[16];

		(void)snprintf(sender, sizeof(sender), "sender-%u", round);
		memset(used, 0, sizeof(used));
		for (unsigned i = 0; i < N; i++)
			order[i] = round == 0 ? i + 1 : round == 1 ? N - i : i + 1;
		for (unsigned i = N - 1; round == 2 && i > 0; i--) {
			const unsigned j = (unsigned)rand() % (i + 1), kept = order[i];

			order[i] = order[j];
			order[j] = kept;
		}
		for (unsigned i = 0; i < N; i++) {
			struct store_message m =
			    world_message(round * 1000 + i, 7, round * 1000 + i);
			const struct store_recipient r = world_recipient(1, 0, "bert", order[i]);

			m.sender_handle = text(sender);
			world_begin(w);
			assert_int_equal(
			    store_message_add(w->tx, &m, &r, 1, text(""), NULL, 0), SLUIS_OK);
			world_commit(w);
			used[order[i]] = true;
			for (unsigned n = 1; n <= N + 1; n++)
				assert_true(pair_is_used(w, sender, "bert", n) == used[n]);
			m.id = an_id(7777);
			m.event_index = 7777;
			world_begin(w);
			assert_int_equal(
			    store_message_add(w->tx, &m, &r, 1, text(""), NULL, 0), SLUIS_EEXISTS);
			store_rollback(w->tx);
		}
	}
}

/* ---- Inbox ---- */

static void
expect_inbox(struct world *w, const char *handle, unsigned of_case, uint64_t from, size_t max,
    const unsigned *messages, size_t n)
{
	const struct sluis_id case_id = an_id(of_case);
	struct store_inbox_row rows[16];
	size_t count;

	assert_int_equal(store_inbox(w->tx, text(handle), of_case == 0 ? NULL : &case_id, from, max,
			     w->arena, rows, &count),
	    SLUIS_OK);
	assert_int_equal(count, n);
	for (size_t i = 0; i < n; i++) {
		const struct store_message m = world_message(messages[i], 0, 0);

		assert_memory_equal(&rows[i].message.id, &m.id, sizeof(m.id));
		assert_memory_equal(&rows[i].recipient.message_id, &m.id, sizeof(m.id));
		assert_true(sluis_bytes_is_text(rows[i].recipient.handle, handle));
		assert_true(sluis_bytes_is_text(rows[i].message.sender_handle, "anna"));
		assert_memory_equal(&rows[i].message.manifest_hash, &m.manifest_hash, 32);
		assert_int_equal(rows[i].recipient.push_index, rows[i].message.event_index);
		assert_int_equal(rows[i].message.push.len, 0);
	}
}

static void
test_inbox(void **state)
{
	static const unsigned BERT[] = { 3, 1, 4, 2 }, CASE_8[] = { 3, 4 }, CASE_9[] = { 1, 2 };
	struct world *w = *state;
	const struct store_message m = world_message(5, 8, 60);
	const struct store_recipient only = world_recipient(5, 0, "carla", 99);

	world_begin(w);
	assert_int_equal(world_add_message(w, 3, 8, 10), SLUIS_OK);
	assert_int_equal(world_add_event(w, 10, 8), SLUIS_OK);
	assert_int_equal(world_add_event(w, 20, 9), SLUIS_OK);
	assert_int_equal(world_add_message(w, 1, 9, 20), SLUIS_OK);
	assert_int_equal(world_add_event(w, 25, 9), SLUIS_OK); /* of the case, and no push */
	assert_int_equal(world_add_message(w, 4, 8, 30), SLUIS_OK);
	assert_int_equal(world_add_message(w, 2, 9, 50), SLUIS_OK);
	assert_int_equal(store_message_add(w->tx, &m, &only, 1, text(""), NULL, 0), SLUIS_OK);
	expect_inbox(w, "bert", 0, 0, 16, BERT, 4);
	expect_inbox(w, "bert", 0, 11, 2, BERT + 1, 2);
	expect_inbox(w, "bert", 0, 20, 16, BERT + 1, 3);
	expect_inbox(w, "bert", 8, 0, 16, CASE_8, 2);
	expect_inbox(w, "bert", 9, 0, 16, CASE_9, 2);
	expect_inbox(w, "bert", 9, 21, 16, CASE_9 + 1, 1);
	expect_inbox(w, "bert", 9, 0, 1, CASE_9, 1);
	expect_inbox(w, "bert", 6, 0, 16, NULL, 0);
	expect_inbox(w, "anna", 0, 0, 16, NULL, 0);
	expect_inbox(w, "nobody", 0, 0, 16, NULL, 0);
	expect_inbox(w, "bert", 0, UINT64_MAX, 16, NULL, 0);
	world_commit(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_message, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(test_taken, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(test_limits, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(test_most, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(
		    test_refused_message, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(test_recipients, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(
		    test_recipients_with_gaps, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(test_recipient_set, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(
		    test_pairs_out_of_range, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(
		    test_pairs_in_any_order, world_before_open, world_after),
		cmocka_unit_test_setup_teardown(test_inbox, world_before_open, world_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
