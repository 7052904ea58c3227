/* SPDX-License-Identifier: EUPL-1.2 */
/* A recorded refusal, and the closing of a review: made, opened, tampered with. */
#include "refusal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "review.h"
#include "signed.h"

#define NOW_MS UINT64_C(1893456000000) /* 2030-01-01 */

static struct sluis_arena *arena;
static struct sluis_signing_secret secret, other_secret;
static struct sluis_public public, other_public;
static uint8_t hash[32] = { 1 }, id[16] = { 1 };

static struct {
	Sluis__ConsentRefusal r;
	Sluis__Giver giver[SLUIS_CODES_MAX + 1], *givers[SLUIS_CODES_MAX + 1];
	ProtobufCBinaryData purposes[SLUIS_CODES_MAX + 1], categories[SLUIS_CODES_MAX + 1];
	char words[SLUIS_CODES_MAX + 1][8];
	Sluis__ReviewClose c;
	ProtobufCBinaryData notes[SLUIS_CODES_MAX + 1];
} t;

static ProtobufCBinaryData
text(const char *s)
{
	return sluis_pb(sluis_bytes_text(s));
}

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
	sluis__consent_refusal__init(&t.r);
	t.r.format = t.c.format = 1;
	t.r.federation_hash = t.r.record_hash = sluis_pb(sluis_bytes(hash, sizeof(hash)));
	t.r.refusal_id = t.r.case_id = sluis_pb(sluis_bytes(id, sizeof(id)));
	t.r.created_ms = NOW_MS;
	for (unsigned i = 0; i <= SLUIS_CODES_MAX; i++) {
		sluis__giver__init(&t.giver[i]);
		t.giver[i].role_code = text("authority");
		t.giver[i].giver_number = 1;
		t.giver[i].method_code = text("spoken");
		t.giver[i].given_ms = NOW_MS - i;
		t.givers[i] = &t.giver[i];
		snprintf(t.words[i], sizeof(t.words[i]), "w%u", i);
		t.purposes[i] = t.categories[i] = t.notes[i] = text(t.words[i]);
	}
	t.r.givers = t.givers;
	t.r.n_givers = 2;
	t.r.purpose_codes = t.purposes;
	t.r.n_purpose_codes = 1;
	t.r.category_codes = t.categories;
	t.r.n_category_codes = 2;
	sluis__review_close__init(&t.c);
	t.c.format = 1;
	t.c.federation_hash = t.c.record_hash = t.r.record_hash;
	t.c.review_id = t.r.case_id;
	t.c.outcome_code = text("justified");
	t.c.note_codes = t.notes;
	t.c.n_note_codes = 2;
	t.c.created_ms = NOW_MS;
}

static void
keeps_to_its_form(void **state)
{
	(void)state;
	fill();
	assert_int_equal(sluis_refusal_check(&t.r), SLUIS_OK);
	t.r.n_purpose_codes = t.r.n_category_codes = 0; /* of everything */
	assert_int_equal(sluis_refusal_check(&t.r), SLUIS_OK);
	t.r.n_givers = 0;
	assert_int_equal(sluis_refusal_check(&t.r), SLUIS_EFORMAT);
	fill();
	t.r.n_givers = SLUIS_CODES_MAX;
	assert_int_equal(sluis_refusal_check(&t.r), SLUIS_OK);
	t.r.n_givers++;
	assert_int_equal(sluis_refusal_check(&t.r), SLUIS_ETOOBIG);
	fill();
	t.giver[1].given_ms = NOW_MS; /* the same person told twice */
	assert_int_equal(sluis_refusal_check(&t.r), SLUIS_EFORMAT);
	t.giver[1].role_code = text("youth");
	assert_int_equal(sluis_refusal_check(&t.r), SLUIS_OK);
	t.giver[1].role_code = text("authority");
	t.giver[1].method_code = text("form");
	assert_int_equal(sluis_refusal_check(&t.r), SLUIS_OK);
	t.giver[1].given_ms = NOW_MS + 1; /* after it was written down */
	assert_int_equal(sluis_refusal_check(&t.r), SLUIS_EFORMAT);
	fill();
	t.r.n_purpose_codes = 2;
	t.purposes[1] = t.purposes[0];
	assert_int_equal(sluis_refusal_check(&t.r), SLUIS_EFORMAT);
	fill();
	t.categories[1] = t.categories[0];
	assert_int_equal(sluis_refusal_check(&t.r), SLUIS_EFORMAT);
	fill();
	t.r.n_category_codes = SLUIS_CODES_MAX + 1;
	assert_int_equal(sluis_refusal_check(&t.r), SLUIS_ETOOBIG);
	fill();
	t.r.n_purpose_codes = SLUIS_CODES_MAX + 1;
	assert_int_equal(sluis_refusal_check(&t.r), SLUIS_ETOOBIG);
	fill();
	assert_int_equal(sluis_review_check(&t.c), SLUIS_OK);
	t.c.n_note_codes = SLUIS_CODES_MAX + 1;
	assert_int_equal(sluis_review_check(&t.c), SLUIS_ETOOBIG);
	t.c.n_note_codes = 2;
	t.notes[1] = t.notes[0];
	assert_int_equal(sluis_review_check(&t.c), SLUIS_EFORMAT);
}

static void
build_refuses_what_open_would(void **state)
{
	Sluis__Signed *act = NULL;

	(void)state;
	fill();
	t.r.n_givers = 0;
	assert_int_equal(sluis_refusal_build(&t.r, &secret, arena, &act), SLUIS_EFORMAT);
	t.notes[1] = t.notes[0];
	assert_int_equal(sluis_review_build(&t.c, &secret, arena, &act), SLUIS_EFORMAT);
	fill();
	t.c.outcome_code = text("Justified!");
	assert_int_equal(sluis_review_build(&t.c, &secret, arena, &act), SLUIS_EFORMAT);
	assert_null(act);
}

static void
what_is_signed_is_read_back(void **state)
{
	Sluis__ConsentRefusal *refusal = NULL;
	Sluis__ReviewClose *close = NULL;
	struct sluis_refusal_facts facts;
	Sluis__Signed *act = NULL;

	(void)state;
	fill();
	assert_int_equal(sluis_refusal_build(&t.r, &secret, arena, &act), SLUIS_OK);
	assert_int_equal(sluis_refusal_verify(act, &other_public, arena, &refusal), SLUIS_ESIGNATURE);
	assert_int_equal(sluis_review_verify(act, &public, arena, &close), SLUIS_ESIGNATURE); /* another kind of act */
	assert_int_equal(sluis_refusal_verify(act, &public, arena, &refusal), SLUIS_OK);
	assert_int_equal(sluis_refusal_facts_of(refusal, arena, &facts), SLUIS_OK);
	assert_int_equal(facts.purposes.count, 1);
	assert_int_equal(facts.categories.count, 2);
	assert_true(sluis_bytes_is_text(facts.categories.items[1], "w1"));
	act->n_signatures = 0;
	assert_int_equal(sluis_refusal_verify(act, &public, arena, &refusal), SLUIS_ESIGNATURE);
	assert_int_equal(sluis_review_build(&t.c, &secret, arena, &act), SLUIS_OK);
	assert_int_equal(sluis_refusal_verify(act, &public, arena, &refusal), SLUIS_ESIGNATURE);
	assert_int_equal(sluis_review_verify(act, &public, arena, &close), SLUIS_OK);
	assert_int_equal(close->n_note_codes, 2);
	act->n_signatures = 0;
	assert_int_equal(sluis_review_verify(act, &public, arena, &close), SLUIS_ESIGNATURE);
}

/* The payload must name who signed it. */
static void
another_signer_than_named_is_refused(void **state)
{
	const struct sluis_signer other = { .record_hash = { { 9 } }, .secret = &secret };
	Sluis__ConsentRefusal *refusal = NULL;
	Sluis__ReviewClose *close = NULL;
	struct sluis_bytes payload;
	Sluis__Signed *act = NULL;

	(void)state;
	fill();
	assert_int_equal(sluis_codec_pack(&t.r.base, arena, &payload), SLUIS_OK);
	assert_int_equal(sluis_signed_make(&other, SLUIS_SIGNED_REFUSAL, payload, arena, &act), SLUIS_OK);
	assert_int_equal(sluis_refusal_verify(act, &public, arena, &refusal), SLUIS_ESIGNATURE);
	assert_int_equal(sluis_codec_pack(&t.c.base, arena, &payload), SLUIS_OK);
	assert_int_equal(sluis_signed_make(&other, SLUIS_SIGNED_REVIEW, payload, arena, &act), SLUIS_OK);
	assert_int_equal(sluis_review_verify(act, &public, arena, &close), SLUIS_ESIGNATURE);
	assert_null(refusal);
	assert_null(close);
}

/* Every byte flipped, every length cut: never the same act, never accepted. */
static void
tampering_is_found(void **state)
{
	Sluis__ConsentRefusal *refusal = NULL;
	Sluis__ReviewClose *close = NULL;
	Sluis__Signed *acts[2] = { NULL, NULL };

	(void)state;
	fill();
	assert_int_equal(sluis_refusal_build(&t.r, &secret, arena, &acts[0]), SLUIS_OK);
	assert_int_equal(sluis_review_build(&t.c, &secret, arena, &acts[1]), SLUIS_OK);
	for (size_t k = 0; k < 2; k++) {
		const size_t len = acts[k]->payload_bytes.len;

		for (size_t i = 0; i < len; i++) {
			acts[k]->payload_bytes.data[i] ^= 1;
			assert_int_equal(k == 0 ? sluis_refusal_verify(acts[k], &public, arena, &refusal) :
						  sluis_review_verify(acts[k], &public, arena, &close),
			    SLUIS_ESIGNATURE);
			acts[k]->payload_bytes.data[i] ^= 1;
			acts[k]->payload_bytes.len = i;
			assert_int_not_equal(k == 0 ? sluis_refusal_verify(acts[k], &public, arena, &refusal) :
						      sluis_review_verify(acts[k], &public, arena, &close),
			    SLUIS_OK);
			acts[k]->payload_bytes.len = len;
		}
	}
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(keeps_to_its_form), T(build_refuses_what_open_would), T(what_is_signed_is_read_back),
		T(another_signer_than_named_is_refused), T(tampering_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
