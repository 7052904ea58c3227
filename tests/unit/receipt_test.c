/* SPDX-License-Identifier: EUPL-1.2 */
#include "receipt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hash.h"
#include "sample.h"
#include "signed.h"

static struct sluis_arena *arena;
static struct sample s; /* 3 sections, 2 recipients; recipient 1 has sections 1 and 2 */
static struct sluis_manifest own; /* as recipient 1 sees it */
static struct sluis_signing_secret secret;
static struct sluis_public public;
static const enum sluis_receipt_outcome OUTCOMES[] = { SLUIS_RECEIPT_OK, SLUIS_RECEIPT_MISMATCH,
	SLUIS_RECEIPT_UNDECRYPTABLE };

static int
setup(void **state)
{
	const struct sluis_secret32 seed = { { 5 } };
	struct sluis_bytes body;

	(void)state;
	arena = sluis_arena_new(SLUIS_ARENA_MAX_BYTES);
	sample_draft(&s, 3, 2, 1);
	sample_seal(&s);
	sluis_signing_secret_expand(&seed, &secret, &public);
	return sluis_manifest_open_fetch(sample_fetch(&s, 1, &body), &s.recipients[1].record, s.arena, &own)
	        == SLUIS_OK
	    ? 0
	    : -1;
}

static int
teardown(void **state)
{
	(void)state;
	sluis_arena_free(arena);
	sample_free(&s);
	return 0;
}

static Sluis__Signed *
build(void)
{
	const struct sluis_receipt_draft draft = { .record = s.recipients[1].record,
		.created_ms = SAMPLE_NOW_MS + 9, .outcomes = OUTCOMES };
	Sluis__Signed *act;

	sluis_arena_reset(arena);
	assert_int_equal(sluis_receipt_build(&own, &draft, &secret, arena, &act), SLUIS_OK);
	return act;
}

static void
outcomes_of_the_protocol(void **state)
{
	static const char *const codes[] = { "ok", "undecryptable", "mismatch" };
	enum sluis_receipt_outcome outcome;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(sluis_receipt_outcome_parse(sluis_bytes_text(codes[i]), &outcome), SLUIS_OK);
		assert_string_equal(sluis_receipt_outcome_text(outcome), codes[i]);
	}
	assert_int_equal(sluis_receipt_outcome_parse(sluis_bytes_text("lost"), &outcome), SLUIS_EFORMAT);
}

static void
a_receipt_needs_a_time(void **state)
{
	const struct sluis_receipt_draft draft = { .record = s.recipients[1].record, .outcomes = OUTCOMES };
	Sluis__Signed *act = NULL;

	(void)state;
	assert_int_equal(sluis_receipt_build(&own, &draft, &secret, arena, &act), SLUIS_EFORMAT);
	assert_null(act);
}

static void
too_small_an_arena_is_no_crash(void **state)
{
	const struct sluis_receipt_draft draft = { .record = s.recipients[1].record,
		.created_ms = SAMPLE_NOW_MS, .outcomes = OUTCOMES };
	enum sluis_err err = SLUIS_ENOMEM;
	Sluis__Signed *act;

	(void)state;
	for (size_t cap = 0; err == SLUIS_ENOMEM; cap += 16) {
		struct sluis_arena *small = sluis_arena_new(cap);

		err = sluis_receipt_build(&own, &draft, &secret, small, &act);
		sluis_arena_free(small);
	}
	assert_int_equal(err, SLUIS_OK);
}

static void
a_receipt_round_trip(void **state)
{
	Sluis__Signed *act = build();
	Sluis__Receipt *r;

	(void)state;
	assert_int_equal(sluis_receipt_verify(act, &public, arena, &r), SLUIS_OK);
	assert_int_equal(r->n_outcomes, 2);
	assert_int_equal(r->outcomes[0]->section_index, 1);
	assert_true(sluis_bytes_is_text(sluis_of(r->outcomes[0]->outcome_code), "mismatch"));
	assert_int_equal(r->outcomes[1]->section_index, 2);
	assert_true(sluis_bytes_is_text(sluis_of(r->outcomes[1]->outcome_code), "undecryptable"));
	assert_int_equal(r->created_ms, SAMPLE_NOW_MS + 9);
	assert_memory_equal(r->manifest_hash.data, own.hash.bytes, 32);
	assert_memory_equal(r->record_hash.data, s.recipients[1].record.bytes, 32);
	assert_int_equal(sluis_receipt_matches(r, &s.sealed.manifest, 1), SLUIS_OK);
}

static void
every_byte_of_a_receipt_counts(void **state)
{
	Sluis__Signed *act = build();
	const ProtobufCBinaryData fields[] = { act->payload_bytes, act->signatures[0]->signature_bytes,
		act->signatures[0]->signer_hash };
	Sluis__Receipt *r;

	(void)state;
	for (size_t f = 0; f < SLUIS_ARRAY_LEN(fields); f++) {
		for (size_t i = 0; i < fields[f].len; i++) {
			fields[f].data[i] ^= 1;
			assert_int_equal(sluis_receipt_verify(act, &public, arena, &r), SLUIS_ESIGNATURE);
			fields[f].data[i] ^= 1;
		}
	}
	for (size_t len = 0; len < fields[0].len; len++) {
		act->payload_bytes.len = len;
		assert_int_equal(sluis_receipt_verify(act, &public, arena, &r), SLUIS_ESIGNATURE);
	}
	act->payload_bytes.len = fields[0].len;
	act->n_signatures = 0;
	act->signatures = NULL;
	assert_int_equal(sluis_receipt_verify(act, &public, arena, &r), SLUIS_ESIGNATURE);
}

/* Sign what ${r} says now, as ${signer} and ${type}, and verify it. */
static enum sluis_err
verify_again(const Sluis__Receipt *r, const struct sluis_hash *by, enum sluis_signed_type type)
{
	const struct sluis_signer signer = { .record_hash = *by, .secret = &secret };
	struct sluis_bytes bytes;
	Sluis__Signed *act;
	Sluis__Receipt *again;

	assert_int_equal(sluis_codec_pack(&r->base, arena, &bytes), SLUIS_OK);
	assert_int_equal(sluis_signed_make(&signer, type, bytes, arena, &act), SLUIS_OK);
	return sluis_receipt_verify(act, &public, arena, &again);
}

static void
form_signer_and_kind(void **state)
{
	Sluis__Signed *act = build();
	const struct sluis_hash other = { { 7 } };
	const struct sluis_hash *me = &s.recipients[1].record;
	Sluis__Receipt *r;

	(void)state;
	assert_int_equal(sluis_receipt_verify(act, &public, arena, &r), SLUIS_OK);
	assert_int_equal(verify_again(r, me, SLUIS_SIGNED_RECEIPT), SLUIS_OK);
	assert_int_equal(verify_again(r, &other, SLUIS_SIGNED_RECEIPT), SLUIS_ESIGNATURE);
	assert_int_equal(verify_again(r, me, SLUIS_SIGNED_DECISION), SLUIS_ESIGNATURE);
	r->outcomes[0]->section_index = 2; /* twice */
	assert_int_equal(verify_again(r, me, SLUIS_SIGNED_RECEIPT), SLUIS_EFORMAT);
	r->outcomes[0]->section_index = 3; /* descending */
	assert_int_equal(verify_again(r, me, SLUIS_SIGNED_RECEIPT), SLUIS_EFORMAT);
	r->outcomes[0]->section_index = 1;
	r->outcomes[1]->section_index = SLUIS_SECTIONS_MAX;
	assert_int_equal(verify_again(r, me, SLUIS_SIGNED_RECEIPT), SLUIS_EFORMAT);
	r->outcomes[1]->section_index = 2;
	r->outcomes[1]->outcome_code = sluis_pb(sluis_bytes_text("fine"));
	assert_int_equal(verify_again(r, me, SLUIS_SIGNED_RECEIPT), SLUIS_EFORMAT);
	r->n_outcomes = 0;
	assert_int_equal(verify_again(r, me, SLUIS_SIGNED_RECEIPT), SLUIS_EFORMAT);
}

static void
too_many_outcomes(void **state)
{
	Sluis__Signed *act = build();
	Sluis__SectionOutcome rows[SLUIS_SECTIONS_MAX + 1], *list[SLUIS_SECTIONS_MAX + 1];
	Sluis__Receipt *r;

	(void)state;
	assert_int_equal(sluis_receipt_verify(act, &public, arena, &r), SLUIS_OK);
	for (uint32_t i = 0; i <= SLUIS_SECTIONS_MAX; i++) {
		sluis__section_outcome__init(&rows[i]);
		rows[i].section_index = i;
		rows[i].outcome_code = sluis_pb(sluis_bytes_text("ok"));
		list[i] = &rows[i];
	}
	r->outcomes = list;
	r->n_outcomes = SLUIS_SECTIONS_MAX;
	assert_int_equal(verify_again(r, &s.recipients[1].record, SLUIS_SIGNED_RECEIPT), SLUIS_OK);
	r->n_outcomes++;
	assert_int_equal(verify_again(r, &s.recipients[1].record, SLUIS_SIGNED_RECEIPT), SLUIS_ETOOBIG);
}

/* A receipt counts for exactly one recipient's sections of one message. */
static void
a_receipt_about_something_else(void **state)
{
	Sluis__Signed *act = build();
	const struct sluis_manifest *all = &s.sealed.manifest;
	struct sluis_manifest partly = *all;
	Sluis__RecipientDescriptor *none[2] = { NULL, NULL };
	ProtobufCBinaryData *fields[4], kept;
	uint8_t other[32] = { 9 };
	Sluis__Receipt *r;

	(void)state;
	assert_int_equal(sluis_receipt_verify(act, &public, arena, &r), SLUIS_OK);
	fields[0] = &r->record_hash;
	fields[1] = &r->message_id;
	fields[2] = &r->manifest_hash;
	fields[3] = &r->federation_hash;
	for (size_t i = 0; i < 4; i++) {
		kept = *fields[i];
		fields[i]->data = other;
		assert_int_equal(sluis_receipt_matches(r, all, 1), SLUIS_EFORMAT);
		*fields[i] = kept;
	}
	assert_int_equal(sluis_receipt_matches(r, all, 0), SLUIS_EFORMAT);
	assert_int_equal(sluis_receipt_matches(r, all, 2), SLUIS_EFORMAT);
	partly.recipients = none;
	assert_int_equal(sluis_receipt_matches(r, &partly, 1), SLUIS_EFORMAT);
	r->n_outcomes = 1;
	assert_int_equal(sluis_receipt_matches(r, all, 1), SLUIS_EFORMAT);
	r->outcomes[0] = r->outcomes[1]; /* the second only */
	r->outcomes[1] = NULL;
	assert_int_equal(sluis_receipt_matches(r, all, 1), SLUIS_EFORMAT);
	assert_int_equal(sluis_receipt_verify(act, &public, arena, &r), SLUIS_OK);
	r->outcomes[0]->section_index = 0;
	assert_int_equal(sluis_receipt_matches(r, all, 1), SLUIS_EFORMAT);
}

static void
one_section_more_than_listed(void **state)
{
	const struct sluis_receipt_draft draft = { .record = s.recipients[1].record,
		.created_ms = SAMPLE_NOW_MS, .outcomes = OUTCOMES };
	Sluis__Signed *act;
	Sluis__Receipt *r;

	(void)state;
	sluis_arena_reset(arena);
	assert_int_equal(sluis_receipt_build(&s.sealed.manifest, &draft, &secret, arena, &act), SLUIS_OK);
	assert_int_equal(sluis_receipt_verify(act, &public, arena, &r), SLUIS_OK);
	assert_int_equal(r->n_outcomes, 3);
	assert_int_equal(sluis_receipt_matches(r, &s.sealed.manifest, 1), SLUIS_EFORMAT);
	r->outcomes[0]->section_index = 1;
	r->outcomes[1]->section_index = 2;
	r->outcomes[2]->section_index = 5; /* a third, behind its own two */
	assert_int_equal(sluis_receipt_matches(r, &s.sealed.manifest, 1), SLUIS_EFORMAT);
	r->n_outcomes = 2;
	assert_int_equal(sluis_receipt_matches(r, &s.sealed.manifest, 1), SLUIS_OK);
	r->outcomes[1] = NULL;
	r->n_outcomes = 1;
	assert_int_equal(sluis_receipt_matches(r, &s.sealed.manifest, 1), SLUIS_EFORMAT);
}

static Sluis__Signed *
decide(bool is_permit, const char *rule, const Sluis__Detail *detail, enum sluis_err expected)
{
	const struct sluis_receipt_decision decision = { .federation = { { 1 } }, .act = { { 2 } },
		.is_permit = is_permit, .rule = sluis_bytes_text(rule), .policy = { { 3 } },
		.decided_ms = SAMPLE_NOW_MS, .detail = detail };
	Sluis__Signed *act = NULL;

	sluis_arena_reset(arena);
	assert_int_equal(sluis_receipt_decision_build(&decision, &secret, &public, arena, &act), expected);
	return act;
}

static void
decisions_round_trip(void **state)
{
	Sluis__Detail detail = SLUIS__DETAIL__INIT;
	Sluis__Decision *d;
	Sluis__Signed *act;
	const struct sluis_hash key_hash = sluis_hash(sluis_bytes(public.bytes, 32));

	(void)state;
	assert_null(decide(true, "No Rule", NULL, SLUIS_EFORMAT));
	act = decide(true, "matrix", NULL, SLUIS_OK);
	assert_memory_equal(act->signatures[0]->signer_hash.data, key_hash.bytes, 32);
	assert_int_equal(sluis_receipt_decision_verify(act, &public, arena, &d), SLUIS_OK);
	assert_true(sluis_bytes_is_text(sluis_of(d->outcome_code), "permit"));
	assert_true(sluis_bytes_is_text(sluis_of(d->rule_code), "matrix"));
	assert_int_equal(d->act_hash.data[0], 2);
	assert_int_equal(d->policy_hash.data[0], 3);
	assert_int_equal(d->federation_hash.data[0], 1);
	assert_int_equal(d->decided_ms, SAMPLE_NOW_MS);
	assert_null(d->detail);
	detail.section_count = 4;
	act = decide(false, "too-large", &detail, SLUIS_OK);
	assert_int_equal(sluis_receipt_decision_verify(act, &public, arena, &d), SLUIS_OK);
	assert_true(sluis_bytes_is_text(sluis_of(d->outcome_code), "refuse"));
	assert_int_equal(d->detail->section_count, 4);
}

static void
every_byte_of_a_decision_counts(void **state)
{
	Sluis__Signed *act = decide(false, "too-large", NULL, SLUIS_OK);
	const ProtobufCBinaryData fields[] = { act->payload_bytes, act->signatures[0]->signature_bytes,
		act->signatures[0]->signer_hash };
	Sluis__Decision *d;

	(void)state;
	for (size_t f = 0; f < SLUIS_ARRAY_LEN(fields); f++) {
		for (size_t i = 0; i < fields[f].len; i++) {
			fields[f].data[i] ^= 1;
			assert_int_equal(sluis_receipt_decision_verify(act, &public, arena, &d), SLUIS_ESIGNATURE);
			fields[f].data[i] ^= 1;
		}
	}
	assert_int_equal(sluis_receipt_decision_verify(act, &public, arena, &d), SLUIS_OK);
	assert_int_equal(sluis_receipt_decision_verify(build(), &public, arena, &d), SLUIS_ESIGNATURE);
}

static void
a_decision_permits_or_refuses(void **state)
{
	const struct sluis_signer broker = { .record_hash = sluis_hash(sluis_bytes(public.bytes, 32)),
		.secret = &secret };
	Sluis__Signed *act = decide(false, "too-large", NULL, SLUIS_OK);
	Sluis__Decision *d;
	struct sluis_bytes bytes;

	(void)state;
	assert_int_equal(sluis_receipt_decision_verify(act, &public, arena, &d), SLUIS_OK);
	d->outcome_code = sluis_pb(sluis_bytes_text("note"));
	assert_int_equal(sluis_codec_pack(&d->base, arena, &bytes), SLUIS_OK);
	assert_int_equal(sluis_signed_make(&broker, SLUIS_SIGNED_DECISION, bytes, arena, &act), SLUIS_OK);
	assert_int_equal(sluis_receipt_decision_verify(act, &public, arena, &d), SLUIS_EFORMAT);
	assert_int_equal(sluis_signed_make(&broker, SLUIS_SIGNED_DECISION, sluis_bytes_text("garbage"), arena,
	    &act), SLUIS_OK);
	assert_int_equal(sluis_receipt_decision_verify(act, &public, arena, &d), SLUIS_EFORMAT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outcomes_of_the_protocol),
		cmocka_unit_test(a_receipt_needs_a_time),
		cmocka_unit_test(too_small_an_arena_is_no_crash),
		cmocka_unit_test(a_receipt_round_trip),
		cmocka_unit_test(every_byte_of_a_receipt_counts),
		cmocka_unit_test(form_signer_and_kind),
		cmocka_unit_test(too_many_outcomes),
		cmocka_unit_test(a_receipt_about_something_else),
		cmocka_unit_test(one_section_more_than_listed),
		cmocka_unit_test(decisions_round_trip),
		cmocka_unit_test(every_byte_of_a_decision_counts),
		cmocka_unit_test(a_decision_permits_or_refuses),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
