/* SPDX-License-Identifier: EUPL-1.2 */
/* Requests and their declines: made, opened, tampered with; what is an answer and what is more than one. */
#include "inquiry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy.h"
#include "policy_scene.h"
#include "signed.h"

#define NOW_MS UINT64_C(1893456000000) /* 2030-01-01 */

static struct sluis_arena *arena;
static struct sluis_signing_secret secret, other_secret;
static struct sluis_public public, other_public;
static uint8_t hash[32] = { 1 }, id[16] = { 1 };
static struct scene S;

static struct {
	Sluis__InformationRequest r;
	Sluis__InformationAnswer a;
	ProtobufCBinaryData categories[SLUIS_CODES_MAX + 1];
	char words[SLUIS_CODES_MAX + 1][8];
} t;

static int
setup(void **state)
{
	const struct sluis_secret32 seed = { { 5 } }, other_seed = { { 6 } };

	(void)state;
	arena = sluis_arena_new(SLUIS_ARENA_MAX_BYTES);
	sluis_signing_secret_expand(&seed, &secret, &public);
	sluis_signing_secret_expand(&other_seed, &other_secret, &other_public);
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
fill(void)
{
	memset(&t, 0, sizeof(t));
	sluis__information_request__init(&t.r);
	sluis__information_answer__init(&t.a);
	t.r.format = t.a.format = 1;
	t.r.federation_hash = t.r.record_hash = t.r.case_hash = sluis_pb(sluis_bytes(hash, sizeof(hash)));
	t.a.federation_hash = t.a.record_hash = t.r.record_hash;
	t.r.inquiry_id = t.r.case_id = t.a.inquiry_id = sluis_pb(sluis_bytes(id, sizeof(id)));
	t.r.holder_handle = sluis_pb(sluis_bytes_text("provider"));
	t.r.purpose_code = sluis_pb(sluis_bytes_text("consultation"));
	t.a.reason_code = sluis_pb(sluis_bytes_text("not-held"));
	t.r.created_ms = t.a.created_ms = NOW_MS;
	t.r.due_ms = NOW_MS + 1;
	for (unsigned i = 0; i <= SLUIS_CODES_MAX; i++) {
		snprintf(t.words[i], sizeof(t.words[i]), "w%u", i);
		t.categories[i] = sluis_pb(sluis_bytes_text(t.words[i]));
	}
	t.r.category_codes = t.categories;
	t.r.n_category_codes = 2;
}

static void
misuse_is_refused(void **state)
{
	Sluis__Signed *act;

	(void)state;
	fill();
	t.r.n_category_codes = 0;
	assert_int_equal(sluis_inquiry_build(&t.r, &secret, arena, &act), SLUIS_EFORMAT);
	t.r.n_category_codes = SLUIS_CODES_MAX + 1;
	assert_int_equal(sluis_inquiry_check(&t.r), SLUIS_ETOOBIG);
	t.r.n_category_codes = SLUIS_CODES_MAX;
	assert_int_equal(sluis_inquiry_check(&t.r), SLUIS_OK);
	t.categories[SLUIS_CODES_MAX - 1] = t.categories[3];
	assert_int_equal(sluis_inquiry_check(&t.r), SLUIS_EFORMAT);
	fill();
	t.r.due_ms = t.r.created_ms;
	assert_int_equal(sluis_inquiry_check(&t.r), SLUIS_EFORMAT);
}

static void
both_come_back_as_they_were_signed(void **state)
{
	Sluis__InformationRequest *r;
	Sluis__InformationAnswer *a;
	Sluis__Signed *act;

	(void)state;
	fill();
	assert_int_equal(sluis_inquiry_build(&t.r, &secret, arena, &act), SLUIS_OK);
	assert_int_equal(sluis_inquiry_verify(act, &other_public, arena, &r), SLUIS_ESIGNATURE);
	assert_int_equal(sluis_inquiry_verify(act, &public, arena, &r), SLUIS_OK);
	assert_int_equal(r->due_ms, NOW_MS + 1);
	assert_int_equal(r->n_category_codes, 2);
	/* one act is not taken for the other */
	assert_int_equal(sluis_inquiry_verify_decline(act, &public, arena, &a), SLUIS_ESIGNATURE);
	assert_int_equal(sluis_inquiry_decline(&t.a, &secret, arena, &act), SLUIS_OK);
	assert_int_equal(sluis_inquiry_verify_decline(act, &other_public, arena, &a), SLUIS_ESIGNATURE);
	assert_int_equal(sluis_inquiry_verify_decline(act, &public, arena, &a), SLUIS_OK);
	assert_true(sluis_bytes_is_text(sluis_of(a->reason_code), "not-held"));
	act->n_signatures = 0;
	assert_int_equal(sluis_inquiry_verify_decline(act, &public, arena, &a), SLUIS_ESIGNATURE);
}

/* Who signs is who the payload names. */
static void
a_payload_of_somebody_else_is_refused(void **state)
{
	const uint8_t someone[32] = { 2 };
	const struct sluis_signer signer = { .record_hash = sluis_hash_of(sluis_pb(sluis_bytes(someone, 32))),
		.secret = &secret };
	Sluis__InformationRequest *r;
	Sluis__InformationAnswer *a;
	struct sluis_bytes payload;
	Sluis__Signed *act;

	(void)state;
	fill();
	assert_int_equal(sluis_codec_pack(&t.r.base, arena, &payload), SLUIS_OK);
	assert_int_equal(sluis_signed_make(&signer, SLUIS_SIGNED_INQUIRY, payload, arena, &act), SLUIS_OK);
	assert_int_equal(sluis_inquiry_verify(act, &public, arena, &r), SLUIS_ESIGNATURE);
	assert_int_equal(sluis_codec_pack(&t.a.base, arena, &payload), SLUIS_OK);
	assert_int_equal(sluis_signed_make(&signer, SLUIS_SIGNED_INQUIRY_ANSWER, payload, arena, &act), SLUIS_OK);
	assert_int_equal(sluis_inquiry_verify_decline(act, &public, arena, &a), SLUIS_ESIGNATURE);
}

static void
each_byte_and_length_counts(void **state)
{
	Sluis__InformationRequest *r;
	Sluis__Signed *act;
	struct sluis_bytes whole;
	uint8_t *copy;

	(void)state;
	fill();
	assert_int_equal(sluis_inquiry_build(&t.r, &secret, arena, &act), SLUIS_OK);
	whole = sluis_signed_payload(act);
	copy = malloc(whole.len);
	assert_non_null(copy);
	for (size_t i = 0; i < whole.len; i++) {
		memcpy(copy, whole.data, whole.len);
		copy[i] ^= 1;
		act->payload_bytes = sluis_pb(sluis_bytes(copy, whole.len));
		assert_int_not_equal(sluis_inquiry_verify(act, &public, arena, &r), SLUIS_OK);
		act->payload_bytes = sluis_pb(sluis_bytes(whole.data, i));
		assert_int_not_equal(sluis_inquiry_verify(act, &public, arena, &r), SLUIS_OK);
		assert_int_not_equal(sluis_inquiry_open(sluis_bytes(whole.data, i), arena, &r), SLUIS_OK);
	}
	free(copy);
}

/* ---- answers ---- */

static const char *
judged(const char *asker, const char *const *asked, size_t n)
{
	struct sluis_verdict verdict = scene_decide(&S);
	const struct sluis_inquiry_asked of = { .inquiry = &t.r, .asker = scene_code(asker) };

	assert_int_equal(verdict.outcome, SLUIS_PERMIT);
	for (size_t i = 0; i < n; i++)
		t.categories[i] = sluis_pb(sluis_bytes_text(asked[i]));
	t.r.n_category_codes = n;
	sluis_inquiry_judge(S.policy, &of, &S.facts, &S.act, &verdict);
	return sluis_rule_text(verdict.rule);
}

static void
an_answer_carries_what_was_asked(void **state)
{
	static const char *const ASKED[] = { "history", "diagnostics" };

	(void)state;
	fill();
	scene_init_push(&S, scene_default_policy(), "consultation", "consultation", "provider");
	scene_add_recipient(&S, "dir", "team", "director");
	scene_grant_to(&S, "team", "");
	scene_add_section(&S, "history", 1);
	assert_string_equal(judged("dir", ASKED, 2), "matrix");
	assert_string_equal(judged("dir", ASKED, 1), "matrix");
	assert_string_equal(judged("dir", ASKED + 1, 1), "category-not-allowed");
	assert_string_equal(judged("somebody", ASKED, 2), "receiver-count");
	/* the matrix would let safety go: nobody asked for it */
	scene_add_section(&S, "safety", 1);
	assert_string_equal(judged("dir", ASKED, 2), "category-not-allowed");
}

static void
an_answer_goes_to_nobody_else(void **state)
{
	static const char *const ASKED[] = { "plan", "agreement" };

	(void)state;
	fill();
	scene_init_push(&S, scene_default_policy(), "plan", "monitoring", "director");
	scene_add_recipient(&S, "prov", "care", "provider");
	scene_grant_to(&S, "care", "");
	scene_add_recipient(&S, "gi", "gi", "certified-institution");
	scene_grant_to(&S, "gi", "");
	scene_add_section(&S, "plan", 3);
	assert_string_equal(judged("prov", ASKED, 2), "receiver-count");
	S.facts.recipient_count = 1;
	S.sections[0].recipients = 1;
	S.sections[0].stanza_count = 1;
	assert_string_equal(judged("prov", ASKED, 2), "matrix");
}

/* The asker's recovery key is no other receiver; the officers' justification is none of the answer. */
static void
recovery_keys_and_justifications_stand_beside_it(void **state)
{
	static const char *const ASKED[] = { "plan" };
	struct sluis_verdict verdict = { .outcome = SLUIS_PERMIT, .detail = scene_code("plan-parties") };
	const struct sluis_inquiry_asked of = { .inquiry = &t.r, .asker = scene_code("prov") };

	(void)state;
	fill();
	scene_init_push(&S, scene_default_policy(), "plan", "monitoring", "director");
	scene_add_recipient(&S, "prov", "care", "provider");
	scene_add_recipient(&S, "", "care", "");
	S.recipients[1].kind = SLUIS_RECIPIENT_RECOVERY;
	scene_add_recipient(&S, "officer", "team", "privacy-officer");
	scene_add_section(&S, "plan", 3);
	scene_add_section(&S, "justification", 4);
	t.categories[0] = sluis_pb(sluis_bytes_text(ASKED[0]));
	t.r.n_category_codes = 1;
	sluis_inquiry_judge(S.policy, &of, &S.facts, &S.act, &verdict);
	assert_int_equal(verdict.outcome, SLUIS_PERMIT);
	/* a plan for the officer is another matter, and a justification alone is no answer */
	S.sections[0].recipients = 5;
	sluis_inquiry_judge(S.policy, &of, &S.facts, &S.act, &verdict);
	assert_int_equal(verdict.rule, SLUIS_RULE_RECEIVER_COUNT);
	assert_int_equal(verdict.recipient, 2);
	verdict = (struct sluis_verdict){ .outcome = SLUIS_PERMIT };
	S.act.sections = &S.sections[1];
	S.act.section_count = 1;
	sluis_inquiry_judge(S.policy, &of, &S.facts, &S.act, &verdict);
	assert_int_equal(verdict.rule, SLUIS_RULE_RECEIVER_COUNT);
}

/* `plan` is required in every message of that purpose: who asked for the agreements gets it beside them. */
static void
what_the_matrix_requires_may_go_with_it(void **state)
{
	static const char *const ASKED[] = { "agreement" };

	(void)state;
	fill();
	scene_init_push(&S, scene_default_policy(), "plan", "monitoring", "director");
	scene_add_recipient(&S, "prov", "care", "provider");
	scene_grant_to(&S, "care", "");
	scene_add_section(&S, "plan", 1);
	scene_add_section(&S, "agreement", 1);
	assert_string_equal(judged("prov", ASKED, 1), "matrix");
	/* what another row requires is no reason */
	scene_init_push(&S, scene_default_policy(), "transfer", "monitoring", "director");
	scene_add_recipient(&S, "town", "town", "municipality-access");
	scene_grant_to(&S, "town", "");
	scene_add_section(&S, "agreement", 1);
	assert_string_equal(judged("town", ASKED, 1), "matrix");
	scene_add_section(&S, "advice", 1);
	assert_string_equal(judged("town", ASKED, 1), "category-not-allowed");
}

static void
a_refusal_stays_what_it_is(void **state)
{
	struct sluis_verdict verdict = { .outcome = SLUIS_REFUSE, .rule = SLUIS_RULE_EXPIRED };
	const struct sluis_inquiry_asked of = { .inquiry = &t.r, .asker = scene_code("dir") };

	(void)state;
	fill();
	S.act.section_count = 0;
	sluis_inquiry_judge(S.policy, &of, &S.facts, &S.act, &verdict);
	assert_int_equal(verdict.rule, SLUIS_RULE_EXPIRED);
	verdict.outcome = SLUIS_PERMIT;
	sluis_inquiry_judge(S.policy, &of, &S.facts, &S.act, &verdict);
	assert_int_equal(verdict.rule, SLUIS_RULE_RECEIVER_COUNT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(misuse_is_refused),
		cmocka_unit_test(both_come_back_as_they_were_signed),
		cmocka_unit_test(a_payload_of_somebody_else_is_refused),
		cmocka_unit_test(each_byte_and_length_counts),
		cmocka_unit_test(an_answer_carries_what_was_asked),
		cmocka_unit_test(an_answer_goes_to_nobody_else),
		cmocka_unit_test(recovery_keys_and_justifications_stand_beside_it),
		cmocka_unit_test(what_the_matrix_requires_may_go_with_it),
		cmocka_unit_test(a_refusal_stays_what_it_is),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
