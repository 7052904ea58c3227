/* SPDX-License-Identifier: EUPL-1.2 */
#include "event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hash.h"

static struct sluis_arena *arena;
static uint8_t hash_1[32] = { 1 }, id_1[16] = { 1 };

enum { TREE = 11, PLACE = 6 };
static struct sluis_hash leaves[TREE];

static int
setup(void **state)
{
	(void)state;
	arena = sluis_arena_new(SLUIS_ARENA_MAX_BYTES);
	return arena == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	sluis_arena_free(arena);
	return 0;
}

static void
fill(Sluis__Event *event)
{
	sluis__event__init(event);
	event->format = SLUIS_FORMAT;
	event->federation_hash = event->act_hash = event->policy_hash = sluis_pb(sluis_bytes(hash_1, 32));
	event->event_id = sluis_pb(sluis_bytes(id_1, 16));
	event->time_ms = SLUIS_TIME_MIN_MS;
	event->type_code = sluis_pb(sluis_bytes_text("push"));
	event->action_number = SLUIS_EVENT_CREATE;
	event->outcome_code = sluis_pb(sluis_bytes_text("permit"));
	event->rule_code = sluis_pb(sluis_bytes_text("matrix"));
	event->keys_size = 3;
}

static struct sluis_bytes
pack(const Sluis__Event *event)
{
	struct sluis_bytes bytes;

	assert_int_equal(sluis_codec_pack(&event->base, arena, &bytes), SLUIS_OK);
	return bytes;
}

/* A proof that an act was refused is none that it was taken. */
static void
only_a_permit_permits(void **state)
{
	const struct sluis_hash act = { { 1 } }, other = { { 2 } };
	Sluis__Event event;

	(void)state;
	fill(&event);
	assert_true(sluis_event_permits(&event, "push", &act));
	assert_true(sluis_event_permits(&event, "push", NULL));
	assert_false(sluis_event_permits(&event, "push", &other));
	assert_false(sluis_event_permits(&event, "release", &act));
	event.outcome_code = sluis_pb(sluis_bytes_text("refuse"));
	assert_false(sluis_event_permits(&event, "push", &act));
	event.outcome_code = sluis_pb(sluis_bytes_text("note"));
	assert_false(sluis_event_permits(&event, "push", NULL));
}

/* PROTOCOL 8.2, by hand: the type and its NEN 7513 action. */
static const struct {
	const char *code;
	unsigned action;
} TYPES[] = {
	{ "start", 5 }, { "stop", 5 }, { "clock-step", 5 }, { "accession", 1 }, { "enrol", 1 }, { "approve", 3 },
	{ "suspend", 3 }, { "policy", 3 }, { "invite", 1 }, { "case-open", 1 }, { "case-join", 3 },
	{ "case-leave", 3 }, { "case-step", 3 }, { "case-close", 3 }, { "case-reopen", 3 }, { "case-invite", 3 },
	{ "case-inform", 3 }, { "case-shield", 3 }, { "case-unshield", 3 }, { "case-label", 3 }, { "case-hand-over", 3 }, { "grant", 1 },
	{ "consent-refusal", 1 }, { "withdrawal", 3 }, { "review-open", 1 },
	{ "review-close", 3 }, { "push", 1 }, { "release", 2 }, { "release-cut", 2 },
	{ "receipt", 3 }, { "request", 2 }, { "inquiry", 1 }, { "inquiry-answer", 3 }, { "busy", 5 }, { "log-read", 2 }, { "incident", 1 },
	{ "breach", 1 }, { "erased", 4 }, { "shredded", 4 }, { "hold", 3 }, { "recovered", 5 }, { "lost", 5 },
	{ "continuation", 1 }, { "void", 3 }, { "refused", 5 },
};

static void
types_of_the_protocol(void **state)
{
	enum sluis_event_type type;

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(TYPES); i++) {
		assert_int_equal(sluis_event_type_parse(sluis_bytes_text(TYPES[i].code), &type), SLUIS_OK);
		assert_string_equal(sluis_event_type_text(type), TYPES[i].code);
		assert_int_equal(sluis_event_type_action(type), TYPES[i].action);
		assert_int_equal(type, i); /* and none that is not in this table */
	}
	assert_int_equal(SLUIS_EVENT_REFUSED + 1, SLUIS_ARRAY_LEN(TYPES));
	assert_int_equal(sluis_event_type_parse(sluis_bytes_text("pushed"), &type), SLUIS_EFORMAT);
	assert_int_equal(sluis_event_type_parse(sluis_bytes_text("pus"), &type), SLUIS_EFORMAT);
	assert_int_equal(sluis_event_type_parse(sluis_bytes(NULL, 0), &type), SLUIS_EFORMAT);
}

static void
sizes_rounded(void **state)
{
	/* PROTOCOL 8.3, by hand */
	static const uint64_t cases[][2] = { { 0, 0 }, { 1, 1 }, { 15, 15 }, { 16, 16 }, { 31, 31 }, { 32, 32 },
		{ 33, 34 }, { 34, 34 }, { 63, 64 }, { 64, 64 }, { 65, 68 }, { 1000, 1024 }, { 1024, 1024 },
		{ 1025, 1088 }, { 4096, 4096 }, { 4097, 4352 }, { 100000, 102400 }, { 524288, 524288 },
		{ 524289, 557056 }, { UINT64_C(1) << 62, UINT64_C(1) << 62 },
		{ (UINT64_C(1) << 62) + 1, INT64_MAX }, { UINT64_MAX, INT64_MAX } };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(cases); i++)
		assert_true(sluis_event_rounded_size(cases[i][0]) == cases[i][1]);
	for (uint64_t size = 1; size < 100000; size += 7) {
		const uint64_t rounded = sluis_event_rounded_size(size);

		assert_true(rounded >= size && (rounded - size) * 16 < size);
		assert_true(sluis_event_rounded_size(rounded) == rounded);
	}
}

static void
entry_and_leaf_by_hand(void **state)
{
	const struct sluis_hash event = { { 4 } };
	uint8_t bytes[13 + 1 + 32 + 32] = "sluis/leaf/v1";
	struct sluis_hash entry, expected;

	(void)state;
	memcpy(bytes + 14, hash_1, 32);
	memcpy(bytes + 46, event.bytes, 32);
	expected = sluis_hash(sluis_bytes(bytes, sizeof(bytes)));
	entry = sluis_event_entry(hash_1, &event);
	assert_memory_equal(entry.bytes, expected.bytes, 32);
	bytes[0] = 0;
	memcpy(bytes + 1, entry.bytes, 32);
	expected = sluis_hash(sluis_bytes(bytes, 33));
	assert_memory_equal(sluis_event_leaf(&entry).bytes, expected.bytes, 32);
}

static void
only_events_that_are_in_the_list(void **state)
{
	Sluis__Event event, *opened;

	(void)state;
	sluis_arena_reset(arena);
	fill(&event);
	assert_int_equal(sluis_event_open(pack(&event), arena, &opened), SLUIS_OK);
	assert_int_equal(opened->keys_size, 3);
	event.outcome_code = sluis_pb(sluis_bytes_text("note"));
	assert_int_equal(sluis_event_open(pack(&event), arena, &opened), SLUIS_OK);
	event.outcome_code = sluis_pb(sluis_bytes_text("refuse"));
	assert_int_equal(sluis_event_open(pack(&event), arena, &opened), SLUIS_OK);
	event.outcome_code = sluis_pb(sluis_bytes_text("refused"));
	assert_int_equal(sluis_event_open(pack(&event), arena, &opened), SLUIS_EFORMAT);
	fill(&event);
	event.action_number = SLUIS_EVENT_READ;
	assert_int_equal(sluis_event_open(pack(&event), arena, &opened), SLUIS_EFORMAT);
	fill(&event);
	event.type_code = sluis_pb(sluis_bytes_text("pull"));
	assert_int_equal(sluis_event_open(pack(&event), arena, &opened), SLUIS_EFORMAT);
	assert_int_equal(sluis_event_open(sluis_bytes_text("garbage"), arena, &opened), SLUIS_EFORMAT);
}

/* A tree with our event at PLACE. */
static void
make_evidence(Sluis__Evidence *evidence, struct sluis_merkle_head *head)
{
	struct sluis_merkle_leaves all = { .hashes = leaves, .n = TREE };
	const struct sluis_merkle_reader reader = sluis_merkle_leaves_reader(&all);
	static struct sluis_merkle_proof proof;
	static ProtobufCBinaryData views[SLUIS_PROOF_MAX];
	Sluis__Event event;
	struct sluis_hash event_hash, entry;

	sluis_arena_reset(arena);
	fill(&event);
	sluis__evidence__init(evidence);
	evidence->event_bytes = sluis_pb(pack(&event));
	evidence->blind = sluis_pb(sluis_bytes(hash_1, 32));
	evidence->leaf_index = PLACE;
	for (uint8_t i = 0; i < TREE; i++)
		leaves[i] = sluis_hash(sluis_bytes(&i, 1));
	event_hash = sluis_hash(sluis_of(evidence->event_bytes));
	entry = sluis_event_entry(hash_1, &event_hash);
	leaves[PLACE] = sluis_event_leaf(&entry);
	head->size = TREE;
	assert_int_equal(sluis_merkle_root(&reader, TREE, &head->root), SLUIS_OK);
	assert_int_equal(sluis_merkle_inclusion(&reader, PLACE, TREE, &proof), SLUIS_OK);
	for (size_t i = 0; i < proof.n; i++)
		views[i] = sluis_pb_hash(&proof.hashes[i]);
	evidence->path_hashes = views;
	evidence->n_path_hashes = proof.n;
}

static void
evidence_proves_its_place(void **state)
{
	Sluis__Evidence evidence;
	struct sluis_merkle_head head;
	struct sluis_event_evidence opened;

	(void)state;
	make_evidence(&evidence, &head);
	assert_int_equal(sluis_event_evidence_verify(&evidence, &head, arena, &opened), SLUIS_OK);
	assert_int_equal(opened.type, SLUIS_EVENT_PUSH);
	assert_int_equal(opened.index, PLACE);
	assert_memory_equal(opened.leaf.bytes, leaves[PLACE].bytes, 32);
	assert_memory_equal(sluis_event_leaf(&opened.entry).bytes, opened.leaf.bytes, 32);
	assert_true(sluis_bytes_equal(opened.bytes, sluis_of(evidence.event_bytes)));
	assert_ptr_not_equal(opened.bytes.data, evidence.event_bytes.data);
	for (uint64_t i = 0; i < TREE + 2; i++) {
		evidence.leaf_index = i;
		assert_int_equal(sluis_event_evidence_verify(&evidence, &head, arena, &opened),
		    i == PLACE ? SLUIS_OK : SLUIS_EPROOF);
	}
	evidence.leaf_index = PLACE;
	head.size = 8; /* another shape of path */
	assert_int_equal(sluis_event_evidence_verify(&evidence, &head, arena, &opened), SLUIS_EPROOF);
	head.size = TREE;
	evidence.n_path_hashes--;
	assert_int_equal(sluis_event_evidence_verify(&evidence, &head, arena, &opened), SLUIS_EPROOF);
	evidence.n_path_hashes = SLUIS_PROOF_MAX + 1;
	assert_int_equal(sluis_event_evidence_verify(&evidence, &head, arena, &opened), SLUIS_EPROOF);
	evidence.n_path_hashes = SIZE_MAX / sizeof(ProtobufCBinaryData);
	assert_int_equal(sluis_event_evidence_verify(&evidence, &head, arena, &opened), SLUIS_EPROOF);
	evidence.n_path_hashes = 0;
	assert_int_equal(sluis_event_evidence_verify(&evidence, &head, arena, &opened), SLUIS_EPROOF);
	assert_int_equal(sluis_event_evidence_open(&evidence, arena, &opened), SLUIS_OK);
}

static void
every_byte_of_evidence_counts(void **state)
{
	Sluis__Evidence evidence;
	struct sluis_merkle_head head;
	struct sluis_event_evidence opened = { .index = 99 };
	ProtobufCBinaryData fields[16];
	size_t n = 0;

	(void)state;
	make_evidence(&evidence, &head);
	fields[n++] = evidence.event_bytes;
	fields[n++] = evidence.blind;
	fields[n++] = sluis_pb_hash(&head.root);
	for (size_t i = 0; i < evidence.n_path_hashes; i++)
		fields[n++] = evidence.path_hashes[i];
	for (size_t f = 0; f < n; f++) {
		for (size_t i = 0; i < fields[f].len; i++) {
			fields[f].data[i] ^= 0x80;
			assert_int_not_equal(sluis_event_evidence_verify(&evidence, &head, arena, &opened), SLUIS_OK);
			assert_int_equal(opened.index, 99);
			fields[f].data[i] ^= 0x80;
		}
	}
	for (size_t len = 0; len < fields[0].len; len++) {
		evidence.event_bytes.len = len;
		assert_int_not_equal(sluis_event_evidence_verify(&evidence, &head, arena, &opened), SLUIS_OK);
	}
	evidence.event_bytes.len = fields[0].len;
	evidence.blind.len = 31;
	assert_int_equal(sluis_event_evidence_verify(&evidence, &head, arena, &opened), SLUIS_EFORMAT);
	evidence.blind.len = 32;
	assert_int_equal(sluis_event_evidence_verify(&evidence, &head, arena, &opened), SLUIS_OK);
}

static void
an_event_has_a_limit(void **state)
{
	Sluis__Event event, *opened;
	Sluis__Fact fact = SLUIS__FACT__INIT, *facts[40];
	char *text = malloc(SLUIS_TEXT_MAX_BYTES);

	(void)state;
	sluis_arena_reset(arena);
	memset(text, 'x', SLUIS_TEXT_MAX_BYTES);
	fact.fact_code = sluis_pb(sluis_bytes_text("range"));
	fact.value_text = sluis_pb(sluis_bytes(text, SLUIS_TEXT_MAX_BYTES));
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(facts); i++)
		facts[i] = &fact;
	fill(&event);
	event.facts = facts;
	event.n_facts = 15;
	assert_int_equal(sluis_event_open(pack(&event), arena, &opened), SLUIS_OK);
	event.n_facts = 16;
	assert_int_equal(sluis_event_open(pack(&event), arena, &opened), SLUIS_ETOOBIG);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_permit_permits),
		cmocka_unit_test(types_of_the_protocol),
		cmocka_unit_test(sizes_rounded),
		cmocka_unit_test(entry_and_leaf_by_hand),
		cmocka_unit_test(only_events_that_are_in_the_list),
		cmocka_unit_test(evidence_proves_its_place),
		cmocka_unit_test(every_byte_of_evidence_counts),
		cmocka_unit_test(an_event_has_a_limit),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
