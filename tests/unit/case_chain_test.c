/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "case_chain.h"
#include "federation.h"
#include "hash.h"

static struct federation *f;
static struct sluis_case *it;
static Sluis__Signed *opened;

static int
setup(void **state)
{
	(void)state;
	f = federation_new(NULL, 0);
	it = federation_open_case(f, 7, "referrer", "director gi", &opened);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	sluis_case_free(it);
	federation_free(f);
	return 0;
}

static struct sluis_bytes
text(const char *word)
{
	return sluis_bytes_text(word);
}

static struct sluis_case_act
draft_by(const char *actor, enum sluis_case_code code)
{
	return (struct sluis_case_act){ .code = code,
		.record_hash = federation_member(f, actor)->record_hash,
		.created_ms = federation_time(f),
		.keys = federation_keys(f),
		.policy_hash = f->policy_hash };
}

static Sluis__Signed *
act_of(const struct sluis_case_act *draft, const char *signer)
{
	struct sluis_bytes payload;

	assert_int_equal(sluis_case_build(it, draft, f->arena, &payload), SLUIS_OK);
	return federation_sign(f, signer, SLUIS_SIGNED_CASE, payload);
}

/* The act is refused with that error, by _check and _append alike, and the case is as it was. */
static void
refused(const Sluis__Signed *act, enum sluis_err err)
{
	const uint64_t sequence = it->next_sequence;
	const struct sluis_hash head = it->head;
	const size_t n_members = it->n_members;
	struct sluis_why why = { "" };

	assert_string_equal(sluis_err_name(sluis_case_check(it, act, f->directory, &why)), sluis_err_name(err));
	assert_true(strlen(why.text) > 10);
	assert_int_equal(sluis_case_append(it, act, f->directory, NULL), err);
	assert_int_equal(it->next_sequence, sequence);
	assert_int_equal(it->n_members, n_members);
	assert_memory_equal(it->head.bytes, head.bytes, sizeof(head.bytes));
}

static void
refused_draft(const struct sluis_case_act *draft, const char *signer, enum sluis_err err)
{
	refused(act_of(draft, signer), err);
}

static struct sluis_case_name
name(const char *handle)
{
	return (struct sluis_case_name){ .handle = text(handle),
		.record_hash = federation_member(f, handle)->record_hash };
}

/* ---- what a chain tells ---- */

static void
a_new_case_is_empty(void **state)
{
	struct sluis_id id = { { 1 } };
	struct sluis_case *fresh = sluis_case_new(&f->id, &id);
	uint64_t cursor = 0;

	(void)state;
	sluis_case_free(NULL);
	assert_int_equal(fresh->next_sequence, 0);
	assert_null(sluis_case_member(fresh, text("gi")));
	assert_null(sluis_case_next_act(fresh, &cursor, SLUIS_CASE_OPEN));
	sluis_case_free(fresh);
}

static void
opening_puts_the_opener_and_others_on(void **state)
{
	const struct sluis_hash head = sluis_signed_hash(opened);

	(void)state;
	assert_int_equal(it->next_sequence, 1);
	assert_true(sluis_bytes_is_text(it->opener, "referrer"));
	assert_int_equal(it->n_members, 3);
	assert_true(sluis_bytes_is_text(it->members[0].handle, "referrer"));
	assert_non_null(sluis_case_member(it, text("director")));
	assert_non_null(sluis_case_member(it, text("gi")));
	assert_null(sluis_case_member(it, text("school")));
	assert_int_equal(it->step.len, 0);
	assert_false(it->is_closed);
	assert_memory_equal(it->head.bytes, head.bytes, sizeof(head.bytes));
	assert_int_equal(it->changed_ms, it->acts[0].created_ms);
	assert_true(sluis_bytes_is_text(it->acts[0].actor, "referrer"));
}

static void
a_whole_life(void **state)
{
	uint64_t cursor = 0;
	const struct sluis_case_act *shield;

	(void)state;
	federation_case_act(f, it, "director", SLUIS_CASE_STEP, NULL, "step", "consultation");
	assert_true(sluis_bytes_is_text(it->step, "consultation"));
	federation_case_act(f, it, "director", SLUIS_CASE_JOIN, "school", NULL, NULL);
	assert_int_equal(sluis_case_member(it, text("school"))->since_sequence, 2);
	assert_int_equal(sluis_case_member(it, text("school"))->since_ms, it->acts[2].created_ms);
	federation_case_act(f, it, "director", SLUIS_CASE_SHIELD, "school", "category", "address");
	federation_case_act(f, it, "gi", SLUIS_CASE_INFORM, NULL, "how", "letter");
	federation_case_act(f, it, "director", SLUIS_CASE_INVITE, NULL, "youth", "heard");
	federation_case_act(f, it, "director", SLUIS_CASE_LABEL, NULL, "label", "b4");
	federation_case_act(f, it, "gi", SLUIS_CASE_LEAVE, "gi", NULL, NULL);
	assert_null(sluis_case_member(it, text("gi")));
	assert_int_equal(it->n_members, 3);
	federation_case_act(f, it, "director", SLUIS_CASE_HAND_OVER, "municipality-a", NULL, NULL);
	assert_non_null(sluis_case_member(it, text("municipality-a")));
	assert_int_equal(it->n_members, 4);
	federation_case_act(f, it, "municipality-a", SLUIS_CASE_HAND_OVER, "director", NULL, NULL);
	assert_int_equal(it->n_members, 4); /* was on it already */
	federation_case_act(f, it, "director", SLUIS_CASE_CLOSE, NULL, "reason", "done");
	assert_true(it->is_closed);
	assert_true(sluis_bytes_is_text(it->step, "consultation"));
	federation_case_act(f, it, "director", SLUIS_CASE_REOPEN, NULL, "step", "monitoring");
	assert_false(it->is_closed);
	assert_true(sluis_bytes_is_text(it->step, "monitoring"));
	/* for who comes back, the time on the case begins again */
	federation_case_act(f, it, "director", SLUIS_CASE_JOIN, "gi", NULL, NULL);
	assert_int_equal(sluis_case_member(it, text("gi"))->since_sequence, 12);
	shield = sluis_case_next_act(it, &cursor, SLUIS_CASE_SHIELD);
	assert_true(sluis_case_act_names(shield, text("school")));
	assert_false(sluis_case_act_names(shield, text("gi")));
	assert_true(sluis_bytes_is_text(sluis_case_act_fact(shield, "category"), "address"));
	assert_int_equal(sluis_case_act_fact(shield, "reason").len, 0);
	assert_null(sluis_case_next_act(it, &cursor, SLUIS_CASE_SHIELD));
	assert_int_equal(it->next_sequence, 13);
}

static void
long_chains_replay(void **state)
{
	struct sluis_case *again = sluis_case_new(&f->id, &it->id);
	Sluis__Signed *acts[60] = { opened };

	(void)state;
	for (size_t i = 1; i < SLUIS_ARRAY_LEN(acts); i++)
		acts[i] = federation_case_act(f, it, "director", i % 2 == 1 ? SLUIS_CASE_JOIN : SLUIS_CASE_LEAVE,
		    "school", NULL, NULL);
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(acts); i++) {
		assert_int_equal(sluis_case_check(again, acts[i], f->directory, NULL), SLUIS_OK);
		assert_int_equal(sluis_case_append(again, acts[i], f->directory, NULL), SLUIS_OK);
	}
	assert_memory_equal(again->head.bytes, it->head.bytes, sizeof(again->head.bytes));
	assert_int_equal(again->n_members, it->n_members);
	sluis_case_free(again);
}

/* ---- what breaks a chain ---- */

static void
an_act_extends_the_head(void **state)
{
	const struct sluis_case_act label = draft_by("gi", SLUIS_CASE_LABEL);
	const struct sluis_case_act other = draft_by("director", SLUIS_CASE_LABEL);
	Sluis__Signed *first = act_of(&label, "gi"), *rival = act_of(&other, "director");
	Sluis__Signed *second;

	(void)state;
	refused(opened, SLUIS_EPROOF);
	assert_int_equal(sluis_case_append(it, first, f->directory, NULL), SLUIS_OK);
	refused(first, SLUIS_EPROOF);
	refused(rival, SLUIS_EPROOF); /* another had been quicker */
	{
		/* the right sequence on another past */
		struct sluis_case *fork = sluis_case_new(&f->id, &it->id);
		struct sluis_bytes payload;

		assert_int_equal(sluis_case_append(fork, opened, f->directory, NULL), SLUIS_OK);
		assert_int_equal(sluis_case_append(fork, rival, f->directory, NULL), SLUIS_OK);
		assert_int_equal(sluis_case_build(fork, &label, f->arena, &payload), SLUIS_OK);
		second = federation_sign(f, "gi", SLUIS_SIGNED_CASE, payload);
		refused(second, SLUIS_EPROOF);
		sluis_case_free(fork);
	}
}

static void
an_act_is_of_one_case_and_federation(void **state)
{
	const struct sluis_case_act label = draft_by("gi", SLUIS_CASE_LABEL);
	const struct sluis_id id = it->id;
	const struct sluis_hash federation = it->federation;
	Sluis__Signed *act;

	(void)state;
	it->id.bytes[3] ^= 1;
	act = act_of(&label, "gi");
	it->id = id;
	refused(act, SLUIS_ECONTEXT);
	it->federation.bytes[3] ^= 1;
	act = act_of(&label, "gi");
	it->federation = federation;
	refused(act, SLUIS_ECONTEXT);
}

static void
an_act_is_signed_by_who_it_names(void **state)
{
	struct sluis_case_act label = draft_by("gi", SLUIS_CASE_LABEL);
	struct sluis_bytes payload;
	Sluis__Signed *act;

	(void)state;
	refused_draft(&label, "director", SLUIS_ESIGNATURE);
	assert_int_equal(sluis_case_build(it, &label, f->arena, &payload), SLUIS_OK);
	refused(federation_sign(f, "gi", SLUIS_SIGNED_GRANT, payload), SLUIS_ESIGNATURE);
	act = federation_sign(f, "gi", SLUIS_SIGNED_CASE, payload);
	assert_int_equal(sluis_signed_add(act, SLUIS_SIGNED_CASE, &federation_member(f, "director")->signer,
	    f->arena), SLUIS_OK);
	refused(act, SLUIS_ESIGNATURE);
	label.record_hash.bytes[0] ^= 1;
	refused_draft(&label, "gi", SLUIS_ENOTFOUND);
}

static void
who_acts_was_in_force_and_on_the_case(void **state)
{
	struct sluis_case_act label = draft_by("gi", SLUIS_CASE_LABEL);
	const struct sluis_case_act before = label;

	(void)state;
	refused_draft(&(struct sluis_case_act){ .code = SLUIS_CASE_LABEL,
	    .record_hash = federation_member(f, "school")->record_hash,
	    .created_ms = f->now_ms,
	    .keys = federation_keys(f),
	    .policy_hash = f->policy_hash }, "school", SLUIS_EREFUSED);
	label.created_ms += 400 * FEDERATION_DAY_MS;
	refused_draft(&label, "gi", SLUIS_EREFUSED);
	federation_suspend(f, "gi", SLUIS_STANDING_SUSPENDED);
	label = draft_by("gi", SLUIS_CASE_LABEL);
	refused_draft(&label, "gi", SLUIS_EREFUSED);
	/* what was signed before stays part of the chain: whether it may still come in is the broker's to say */
	assert_int_equal(sluis_case_append(it, act_of(&before, "gi"), f->directory, NULL), SLUIS_OK);
}

static void
an_act_names_the_keys_log_it_saw(void **state)
{
	struct sluis_case_act label = draft_by("gi", SLUIS_CASE_LABEL);

	(void)state;
	label.keys.root.bytes[0] ^= 1;
	refused_draft(&label, "gi", SLUIS_EPROOF);
	label = draft_by("gi", SLUIS_CASE_LABEL);
	label.keys.size++;
	refused_draft(&label, "gi", SLUIS_ESTALE);
	label.keys.size = 3; /* before it was approved */
	assert_int_equal(sluis_directory_root_at(f->directory, 3, &label.keys.root), SLUIS_OK);
	refused_draft(&label, "gi", SLUIS_EREFUSED);
}

static void
no_act_goes_back_behind_the_one_before(void **state)
{
	struct sluis_case_act label = draft_by("gi", SLUIS_CASE_LABEL);
	const struct sluis_merkle_head before = label.keys;

	(void)state;
	federation_suspend(f, "school", SLUIS_STANDING_SUSPENDED);
	label = draft_by("gi", SLUIS_CASE_LABEL);
	assert_true(label.keys.size > before.size);
	assert_int_equal(sluis_case_append(it, act_of(&label, "gi"), f->directory, NULL), SLUIS_OK);
	label = draft_by("gi", SLUIS_CASE_LABEL);
	label.keys = before;
	refused_draft(&label, "gi", SLUIS_EREFUSED);
	label = draft_by("gi", SLUIS_CASE_LABEL);
	label.created_ms = it->changed_ms - 1;
	refused_draft(&label, "gi", SLUIS_EREFUSED);
	label.created_ms = it->changed_ms;
	assert_int_equal(sluis_case_append(it, act_of(&label, "gi"), f->directory, NULL), SLUIS_OK);
}

static void
members_are_named_by_their_records(void **state)
{
	struct sluis_case_name names[] = { name("school"), name("provider") };
	struct sluis_case_act draft = draft_by("director", SLUIS_CASE_JOIN);

	(void)state;
	draft.names = names;
	refused_draft(&draft, "director", SLUIS_EFORMAT); /* names nobody */
	draft.n_names = 2;
	refused_draft(&draft, "director", SLUIS_EFORMAT);
	draft.n_names = 1;
	names[0].record_hash = names[1].record_hash;
	refused_draft(&draft, "director", SLUIS_EFORMAT);
	names[0].record_hash.bytes[0] ^= 1;
	refused_draft(&draft, "director", SLUIS_ENOTFOUND);
	names[0] = name("gi");
	refused_draft(&draft, "director", SLUIS_EREFUSED); /* is on the case */
	draft.code = SLUIS_CASE_LEAVE;
	names[0] = name("school");
	refused_draft(&draft, "director", SLUIS_EREFUSED); /* is not */
	draft.code = SLUIS_CASE_HAND_OVER;
	names[0] = name("director");
	refused_draft(&draft, "director", SLUIS_EREFUSED);
	draft.code = SLUIS_CASE_SHIELD;
	draft.n_names = 0;
	refused_draft(&draft, "director", SLUIS_EFORMAT);
	draft.n_names = 2;
	names[1] = names[0];
	refused_draft(&draft, "director", SLUIS_EFORMAT);
	draft.code = SLUIS_CASE_CLOSE;
	refused_draft(&draft, "director", SLUIS_EFORMAT);
}

static void
steps_and_states_follow(void **state)
{
	struct sluis_case_fact fact = { .code = text("step"), .value = text("Not A Code") };
	struct sluis_case_act draft = draft_by("director", SLUIS_CASE_STEP);

	(void)state;
	refused_draft(&draft, "director", SLUIS_EFORMAT); /* to which step? */
	draft.facts = &fact;
	draft.n_facts = 1;
	refused_draft(&draft, "director", SLUIS_EFORMAT);
	draft = draft_by("director", SLUIS_CASE_REOPEN);
	refused_draft(&draft, "director", SLUIS_EREFUSED);
	federation_case_act(f, it, "director", SLUIS_CASE_CLOSE, NULL, NULL, NULL);
	draft = draft_by("director", SLUIS_CASE_CLOSE);
	refused_draft(&draft, "director", SLUIS_EREFUSED);
	draft = draft_by("director", SLUIS_CASE_STEP);
	fact.value = text("monitoring");
	draft.facts = &fact;
	draft.n_facts = 1;
	refused_draft(&draft, "director", SLUIS_EREFUSED);
	draft = draft_by("director", SLUIS_CASE_OPEN);
	refused_draft(&draft, "director", SLUIS_EFORMAT); /* a case is opened once */
}

static void
the_first_act_opens(void **state)
{
	const struct sluis_case_name self = name("director");
	struct sluis_case_act draft = draft_by("director", SLUIS_CASE_LABEL);
	const struct sluis_id id = { { 9 } };

	(void)state;
	sluis_case_free(it);
	it = sluis_case_new(&f->id, &id);
	refused_draft(&draft, "director", SLUIS_EFORMAT);
	draft.code = SLUIS_CASE_OPEN;
	draft.names = &self;
	draft.n_names = 1;
	refused_draft(&draft, "director", SLUIS_EREFUSED);
	draft.n_names = 0;
	{
		/* nothing comes before it */
		Sluis__Previous previous = SLUIS__PREVIOUS__INIT;
		struct sluis_bytes payload;
		Sluis__CaseAct *act;
		uint8_t *packed;

		assert_int_equal(sluis_case_build(it, &draft, f->arena, &payload), SLUIS_OK);
		assert_int_equal(SLUIS_UNPACK(case_act, CaseAct, payload, 65535, f->arena, &act), SLUIS_OK);
		previous.previous_hash = sluis_pb_hash(&f->id);
		act->previous = &previous;
		packed = sluis_arena_alloc(f->arena, protobuf_c_message_get_packed_size(&act->base));
		refused(federation_sign(f, "director", SLUIS_SIGNED_CASE,
		    sluis_bytes(packed, protobuf_c_message_pack(&act->base, packed))), SLUIS_EFORMAT);
	}
	assert_int_equal(sluis_case_append(it, act_of(&draft, "director"), f->directory, NULL), SLUIS_OK);
	assert_int_equal(it->n_members, 1);
}

/* Values that our own builder does not write. */
static void
other_bytes_are_no_act(void **state)
{
	const struct sluis_case_act draft = draft_by("gi", SLUIS_CASE_LABEL);
	struct sluis_bytes payload;
	struct sluis_why why = { "" };
	Sluis__Signed *renaming;
	Sluis__CaseAct *act;
	uint8_t *packed;

	(void)state;
	refused(federation_sign(f, "gi", SLUIS_SIGNED_CASE, text("act")), SLUIS_EFORMAT);
	assert_int_equal(sluis_case_build(it, &draft, f->arena, &payload), SLUIS_OK);
	assert_int_equal(SLUIS_UNPACK(case_act, CaseAct, payload, 65535, f->arena, &act), SLUIS_OK);
	act->act_code = sluis_pb(text("rename"));
	packed = sluis_arena_alloc(f->arena, protobuf_c_message_get_packed_size(&act->base));
	renaming = federation_sign(f, "gi", SLUIS_SIGNED_CASE,
	    sluis_bytes(packed, protobuf_c_message_pack(&act->base, packed)));
	refused(renaming, SLUIS_EFORMAT);
	assert_int_equal(sluis_case_check(it, renaming, f->directory, &why), SLUIS_EFORMAT);
	assert_non_null(strstr(why.text, "does not know"));
	act->act_code = sluis_pb(text("label"));
	act->previous = NULL;
	packed = sluis_arena_alloc(f->arena, protobuf_c_message_get_packed_size(&act->base));
	refused(federation_sign(f, "gi", SLUIS_SIGNED_CASE,
	    sluis_bytes(packed, protobuf_c_message_pack(&act->base, packed))), SLUIS_EPROOF);
}

static void
too_much_is_refused(void **state)
{
	struct sluis_case_fact facts[SLUIS_CASE_ACT_FACTS_MAX + 1];
	struct sluis_case_act draft = draft_by("gi", SLUIS_CASE_LABEL);
	static uint8_t value[1024];
	struct sluis_case_fact wide[20];
	struct sluis_case_name names[SLUIS_CASE_ACT_MEMBERS_MAX + 1];
	char handles[SLUIS_CASE_ACT_MEMBERS_MAX + 1][8];

	(void)state;
	memset(value, 'v', sizeof(value));
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(facts); i++)
		facts[i] = (struct sluis_case_fact){ .code = text("label"), .value = text("b4") };
	draft.facts = facts;
	draft.n_facts = SLUIS_ARRAY_LEN(facts);
	refused_draft(&draft, "gi", SLUIS_ETOOBIG);
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(wide); i++)
		wide[i] = (struct sluis_case_fact){ .code = text("label"), .value = sluis_bytes(value, sizeof(value)) };
	draft.facts = wide;
	draft.n_facts = SLUIS_ARRAY_LEN(wide);
	refused_draft(&draft, "gi", SLUIS_ETOOBIG);
	draft.n_facts = 0;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(names); i++) {
		snprintf(handles[i], sizeof(handles[i]), "m%zu", i);
		names[i] = (struct sluis_case_name){ .handle = text(handles[i]), .record_hash = f->id };
	}
	draft.names = names;
	draft.n_names = SLUIS_ARRAY_LEN(names);
	refused_draft(&draft, "gi", SLUIS_ETOOBIG);
}

static void
memory_that_is_full_is_said(void **state)
{
	const struct sluis_case_name newcomer = name("school");
	const struct sluis_case_fact fact = { .code = text("why"), .value = text("stand-in") };
	struct sluis_case_act draft = draft_by("director", SLUIS_CASE_JOIN);
	struct sluis_arena *whole = it->arena;
	enum sluis_err err = SLUIS_ENOMEM;
	Sluis__Signed *act;
	size_t cap;

	(void)state;
	draft.names = &newcomer;
	draft.facts = &fact;
	draft.n_names = draft.n_facts = 1;
	for (cap = 0; err == SLUIS_ENOMEM; cap += 16) {
		SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *small = sluis_arena_new(cap);
		struct sluis_bytes payload;

		err = sluis_case_build(it, &draft, small, &payload);
	}
	assert_int_equal(err, SLUIS_OK);
	assert_true(cap > 200);
	act = act_of(&draft, "director");
	for (cap = 0; cap < 96; cap += 16) {
		it->arena = sluis_arena_new(cap);
		assert_int_equal(sluis_case_append(it, act, f->directory, NULL), SLUIS_ENOMEM);
		assert_int_equal(it->next_sequence, 1);
		sluis_arena_free(it->arena);
	}
	it->arena = whole;
	assert_int_equal(sluis_case_append(it, act, f->directory, NULL), SLUIS_OK);
}

static void
a_case_has_room_for_so_many(void **state)
{
	struct sluis_case_name newcomer = name("school");
	struct sluis_case_act draft = draft_by("gi", SLUIS_CASE_JOIN);
	static char handles[SLUIS_CASE_MEMBERS_MAX][8];

	(void)state;
	draft.names = &newcomer;
	draft.n_names = 1;
	it->members = realloc(it->members, SLUIS_CASE_MEMBERS_MAX * sizeof(*it->members));
	assert_non_null(it->members);
	it->cap_members = SLUIS_CASE_MEMBERS_MAX;
	while (it->n_members < SLUIS_CASE_MEMBERS_MAX) {
		snprintf(handles[it->n_members], sizeof(handles[0]), "m%zu", it->n_members);
		it->members[it->n_members] = it->members[0];
		it->members[it->n_members].handle = text(handles[it->n_members]);
		it->n_members++;
	}
	refused_draft(&draft, "gi", SLUIS_EREFUSED);
	draft.code = SLUIS_CASE_HAND_OVER;
	refused_draft(&draft, "gi", SLUIS_EREFUSED);
	draft.code = SLUIS_CASE_LABEL;
	assert_int_equal(sluis_case_append(it, act_of(&draft, "gi"), f->directory, NULL), SLUIS_OK);
	federation_case_act(f, it, "gi", SLUIS_CASE_LEAVE, "gi", NULL, NULL);
	assert_int_equal(it->n_members, SLUIS_CASE_MEMBERS_MAX - 1);
}

static void
every_byte_and_length_counts(void **state)
{
	const struct sluis_case_act draft = draft_by("gi", SLUIS_CASE_LABEL);
	Sluis__Signed *act = act_of(&draft, "gi");
	ProtobufCBinaryData *const parts[] = { &act->payload_bytes, &act->signatures[0]->signature_bytes,
		&act->signatures[0]->signer_hash };

	(void)state;
	for (size_t p = 0; p < SLUIS_ARRAY_LEN(parts); p++) {
		const size_t len = parts[p]->len;

		for (size_t i = 0; i < len; i++) {
			parts[p]->data[i] ^= (uint8_t)(1u << (i % 8));
			assert_int_not_equal(sluis_case_check(it, act, f->directory, NULL), SLUIS_OK);
			parts[p]->data[i] ^= (uint8_t)(1u << (i % 8));
		}
		for (parts[p]->len = 0; parts[p]->len < len; parts[p]->len++)
			assert_int_not_equal(sluis_case_check(it, act, f->directory, NULL), SLUIS_OK);
	}
	assert_int_equal(sluis_case_check(it, act, f->directory, NULL), SLUIS_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_new_case_is_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(opening_puts_the_opener_and_others_on, setup, teardown),
		cmocka_unit_test_setup_teardown(a_whole_life, setup, teardown),
		cmocka_unit_test_setup_teardown(long_chains_replay, setup, teardown),
		cmocka_unit_test_setup_teardown(an_act_extends_the_head, setup, teardown),
		cmocka_unit_test_setup_teardown(an_act_is_of_one_case_and_federation, setup, teardown),
		cmocka_unit_test_setup_teardown(an_act_is_signed_by_who_it_names, setup, teardown),
		cmocka_unit_test_setup_teardown(who_acts_was_in_force_and_on_the_case, setup, teardown),
		cmocka_unit_test_setup_teardown(an_act_names_the_keys_log_it_saw, setup, teardown),
		cmocka_unit_test_setup_teardown(no_act_goes_back_behind_the_one_before, setup, teardown),
		cmocka_unit_test_setup_teardown(members_are_named_by_their_records, setup, teardown),
		cmocka_unit_test_setup_teardown(steps_and_states_follow, setup, teardown),
		cmocka_unit_test_setup_teardown(the_first_act_opens, setup, teardown),
		cmocka_unit_test_setup_teardown(other_bytes_are_no_act, setup, teardown),
		cmocka_unit_test_setup_teardown(too_much_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(memory_that_is_full_is_said, setup, teardown),
		cmocka_unit_test_setup_teardown(a_case_has_room_for_so_many, setup, teardown),
		cmocka_unit_test_setup_teardown(every_byte_and_length_counts, setup, teardown),
	};

	return cmocka_run_group_tests_name("case_chain", tests, NULL, NULL);
}
