/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "codec.h"
#include "limits.h"

static const ProtobufCMessageDescriptor *const TOPS[] = {
	&sluis__ask__descriptor, &sluis__tell__descriptor, &sluis__manifest__descriptor,
	&sluis__section_descriptor__descriptor, &sluis__recipient_descriptor__descriptor,
	&sluis__batch__descriptor, &sluis__void__descriptor, &sluis__grant__descriptor,
	&sluis__consent_refusal__descriptor, &sluis__withdrawal__descriptor,
	&sluis__information_request__descriptor, &sluis__information_answer__descriptor,
	&sluis__receipt__descriptor, &sluis__case_act__descriptor, &sluis__decision__descriptor,
	&sluis__genesis__descriptor, &sluis__organisation__descriptor, &sluis__record__descriptor,
	&sluis__approval__descriptor, &sluis__suspension__descriptor, &sluis__policy_version__descriptor,
	&sluis__broker_change__descriptor, &sluis__registrar_change__descriptor,
	&sluis__witness_change__descriptor, &sluis__guest_commitment__descriptor,
	&sluis__continuation__descriptor, &sluis__keys_entry__descriptor, &sluis__invite__descriptor,
	&sluis__event__descriptor, &sluis__review_close__descriptor,
};

/* No enum, string, float or recursion; every field's name has a rule; every scalar is required. */
static void
walk(const ProtobufCMessageDescriptor *descriptor, unsigned depth, unsigned *ret_fields)
{
	assert_true(depth < 8);
	for (unsigned i = 0; i < descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &descriptor->fields[i];

		if (!sluis_codec_has_rule(field))
			fail_msg("%s.%s has no rule", descriptor->name, field->name);
		if (field->type != PROTOBUF_C_TYPE_MESSAGE)
			assert_true(field->label != PROTOBUF_C_LABEL_OPTIONAL);
		assert_null(field->default_value);
		++*ret_fields;
		if (field->type == PROTOBUF_C_TYPE_MESSAGE)
			walk(field->descriptor, depth + 1, ret_fields);
	}
}

static void
every_field_has_a_rule(void **state)
{
	unsigned fields = 0;

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(TOPS); i++)
		walk(TOPS[i], 0, &fields);
	assert_true(fields > 300);
}

static struct sluis_arena *arena;
static uint8_t ID[16] = { 1 }, HASH[32] = { 2 };

static int
setup(void **state)
{
	(void)state;
	arena = sluis_arena_new(64 * 1024);
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
fill_ask(Sluis__Ask *ask, Sluis__Seen *seen, Sluis__AskFetch *fetch)
{
	sluis__ask__init(ask);
	sluis__seen__init(seen);
	sluis__ask_fetch__init(fetch);
	ask->format = 1;
	ask->federation_hash = sluis_pb(sluis_bytes(HASH, 32));
	ask->request_id = sluis_pb(sluis_bytes(ID, 16));
	ask->seen = seen;
	seen->keys_size = 300;
	fetch->message_id = sluis_pb(sluis_bytes(ID, 16));
	ask->act_case = SLUIS__ASK__ACT_FETCH;
	ask->fetch = fetch;
}

static struct sluis_bytes
packed_ask(void)
{
	Sluis__Ask ask;
	Sluis__Seen seen;
	Sluis__AskFetch fetch;
	struct sluis_bytes bytes;

	fill_ask(&ask, &seen, &fetch);
	assert_int_equal(sluis_codec_pack(&ask.base, arena, &bytes), SLUIS_OK);
	return bytes;
}

static enum sluis_err
unpack(struct sluis_bytes bytes)
{
	Sluis__Ask *ask = NULL;

	return SLUIS_UNPACK(ask, Ask, bytes, SLUIS_FRAME_MAX_BYTES, arena, &ask);
}

static void
round_trip_and_limits(void **state)
{
	struct sluis_bytes bytes = packed_ask();
	Sluis__Ask *ask = NULL;

	(void)state;
	assert_int_equal(SLUIS_UNPACK(ask, Ask, bytes, bytes.len, arena, &ask), SLUIS_OK);
	assert_int_equal(ask->seen->keys_size, 300);
	assert_int_equal(ask->act_case, SLUIS__ASK__ACT_FETCH);
	assert_int_equal(SLUIS_UNPACK(ask, Ask, bytes, bytes.len - 1, arena, &ask), SLUIS_ETOOBIG);
}

static void
every_cut_is_refused(void **state)
{
	const struct sluis_bytes bytes = packed_ask();

	(void)state;
	for (size_t len = 0; len < bytes.len; len++) {
		Sluis__Ask *ask = NULL;
		const enum sluis_err err =
		    SLUIS_UNPACK(ask, Ask, sluis_bytes(bytes.data, len), SLUIS_FRAME_MAX_BYTES, arena, &ask);

		/* cut before the act: well formed, and visibly without one */
		if (err == SLUIS_OK)
			assert_int_equal(ask->act_case, SLUIS__ASK__ACT__NOT_SET);
		else
			assert_int_equal(err, SLUIS_EFORMAT);
	}
}

/* A changed byte is refused, or changes a value: no two byte strings mean the same. */
static void
every_flip_is_refused_or_means_something_else(void **state)
{
	const struct sluis_bytes bytes = packed_ask();
	uint8_t copy[256];

	(void)state;
	assert_true(bytes.len < sizeof(copy));
	for (size_t i = 0; i < bytes.len * 8; i++) {
		Sluis__Ask *ask = NULL;
		struct sluis_bytes again, changed = sluis_bytes(copy, bytes.len);

		memcpy(copy, bytes.data, bytes.len);
		copy[i / 8] ^= (uint8_t)(1u << (i % 8));
		if (SLUIS_UNPACK(ask, Ask, changed, sizeof(copy), arena, &ask) != SLUIS_OK)
			continue;
		assert_int_equal(sluis_codec_pack(&ask->base, arena, &again), SLUIS_OK);
		assert_true(sluis_bytes_equal(again, changed));
		assert_false(sluis_bytes_equal(again, bytes));
	}
}

static void
doubtful_encodings_are_refused(void **state)
{
	const struct sluis_bytes bytes = packed_ask();
	uint8_t b[512];

	(void)state;
	/* the format twice: the last would win */
	memcpy(b, bytes.data, 2);
	memcpy(b + 2, bytes.data, bytes.len);
	assert_int_equal(unpack(sluis_bytes(b, bytes.len + 2)), SLUIS_EFORMAT);
	/* an overlong varint for the format: 08 81 00 */
	b[0] = 0x08, b[1] = 0x81, b[2] = 0x00;
	memcpy(b + 3, bytes.data + 2, bytes.len - 2);
	assert_int_equal(unpack(sluis_bytes(b, bytes.len + 1)), SLUIS_EFORMAT);
	/* an unknown field at the end, and one in the sub-message `seen` (last 4 bytes of it: 08 ac 02 10 00) */
	memcpy(b, bytes.data, bytes.len);
	b[bytes.len] = 0xf8, b[bytes.len + 1] = 0x06, b[bytes.len + 2] = 0x01;
	assert_int_equal(unpack(sluis_bytes(b, bytes.len + 3)), SLUIS_EFORMAT);
	/* another order: format moved to the end */
	memcpy(b, bytes.data + 2, bytes.len - 2);
	memcpy(b + bytes.len - 2, bytes.data, 2);
	assert_int_equal(unpack(sluis_bytes(b, bytes.len)), SLUIS_EFORMAT);
	/* two acts of the oneof */
	memcpy(b, bytes.data, bytes.len);
	b[bytes.len] = 0x52, b[bytes.len + 1] = 0x00; /* hello {} */
	assert_int_equal(unpack(sluis_bytes(b, bytes.len + 2)), SLUIS_EFORMAT);
}

static void
unknown_field_deep_inside_is_refused(void **state)
{
	/* Checkpoint {1, HASH, unknown 15: 1} inside nothing else */
	uint8_t b[] = { 0x08, 0x01, 0x12, 0x20, [36] = 0x78, 0x01 };
	Sluis__Checkpoint *checkpoint = NULL;

	(void)state;
	memcpy(b + 4, HASH, 32);
	assert_int_equal(SLUIS_UNPACK(checkpoint, Checkpoint, sluis_bytes(b, 36), 100, arena, &checkpoint),
	    SLUIS_OK);
	assert_int_equal(SLUIS_UNPACK(checkpoint, Checkpoint, sluis_bytes(b, 38), 100, arena, &checkpoint),
	    SLUIS_EFORMAT);
}

static void
rules_of_names_are_enforced(void **state)
{
	Sluis__Ask ask;
	Sluis__Seen seen;
	Sluis__AskFetch fetch;
	Sluis__Withdrawal w = SLUIS__WITHDRAWAL__INIT;
	struct sluis_bytes bytes;
	static uint8_t zero[16];
	static uint8_t bad[] = "Bad_code", good[] = "reason-1";

	(void)state;
	fill_ask(&ask, &seen, &fetch);
	ask.format = 2;
	assert_int_equal(sluis_codec_pack(&ask.base, arena, &bytes), SLUIS_EFORMAT);
	fill_ask(&ask, &seen, &fetch);
	fetch.message_id = sluis_pb(sluis_bytes(zero, 16));
	assert_int_equal(sluis_codec_pack(&ask.base, arena, &bytes), SLUIS_EFORMAT);
	fill_ask(&ask, &seen, &fetch);
	fetch.message_id.len = 15;
	assert_int_equal(sluis_codec_pack(&ask.base, arena, &bytes), SLUIS_EFORMAT);
	fill_ask(&ask, &seen, &fetch);
	ask.federation_hash.len = 31;
	assert_int_equal(sluis_codec_pack(&ask.base, arena, &bytes), SLUIS_EFORMAT);
	w.format = 1;
	w.federation_hash = w.record_hash = sluis_pb(sluis_bytes(HASH, 32));
	w.target_id = sluis_pb(sluis_bytes(ID, 16));
	w.target_code = w.reason_code = sluis_pb(sluis_bytes(good, 8));
	w.created_ms = SLUIS_TIME_MIN_MS;
	assert_int_equal(sluis_codec_pack(&w.base, arena, &bytes), SLUIS_OK);
	w.reason_code = sluis_pb(sluis_bytes(bad, 8));
	assert_int_equal(sluis_codec_pack(&w.base, arena, &bytes), SLUIS_EFORMAT);
	w.reason_code = w.target_code;
	w.created_ms = 0;
	assert_int_equal(sluis_codec_pack(&w.base, arena, &bytes), SLUIS_EFORMAT);
	w.created_ms = SLUIS_TIME_MAX_MS;
	assert_int_equal(sluis_codec_pack(&w.base, arena, &bytes), SLUIS_EFORMAT);
}

/* 2 KB of empty repeated fields would cost 24 to 37 times as much memory: the arena says no. */
static void
amplification_is_bounded(void **state)
{
	static uint8_t b[60000];
	size_t n = 0;
	Sluis__TellKeys *keys = NULL;

	(void)state;
	while (n + 2 <= sizeof(b)) {
		b[n++] = 0x0a;
		b[n++] = 0x00;
	}
	assert_int_equal(SLUIS_UNPACK(tell_keys, TellKeys, sluis_bytes(b, n), sizeof(b), arena, &keys),
	    SLUIS_ETOOBIG);
	assert_true(sluis_arena_used(arena) <= 64 * 1024);
}

/* What does not fit is called too big, wherever the memory ends; what is broken is called that, in the same arena. */
static void
too_big_for_the_arena_is_said_so(void **state)
{
	const struct sluis_bytes bytes = packed_ask();
	enum sluis_err err = SLUIS_ETOOBIG;
	size_t cap;

	(void)state;
	for (cap = 16; err != SLUIS_OK; cap += 16) {
		SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *small = sluis_arena_new(cap);
		Sluis__Ask *ask = NULL;

		assert_non_null(small);
		err = SLUIS_UNPACK(ask, Ask, bytes, SLUIS_FRAME_MAX_BYTES, small, &ask);
		if (err != SLUIS_OK)
			assert_int_equal(err, SLUIS_ETOOBIG);
		assert_true(cap < 64 * 1024);
	}
	assert_true(cap > 128); /* it was tried with less than it needs */
	assert_int_equal(unpack(sluis_bytes(bytes.data, bytes.len - 1)), SLUIS_EFORMAT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_has_a_rule),
		cmocka_unit_test_setup_teardown(round_trip_and_limits, setup, teardown),
		cmocka_unit_test_setup_teardown(every_cut_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    every_flip_is_refused_or_means_something_else, setup, teardown),
		cmocka_unit_test_setup_teardown(doubtful_encodings_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(unknown_field_deep_inside_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(rules_of_names_are_enforced, setup, teardown),
		cmocka_unit_test_setup_teardown(too_big_for_the_arena_is_said_so, setup, teardown),
		cmocka_unit_test_setup_teardown(amplification_is_bounded, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
