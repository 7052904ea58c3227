/* SPDX-License-Identifier: EUPL-1.2 */
/* Grants, refusals and reviews at the broker: what a client that checks nothing could ask. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "asks.h"
#include "broker.h"
#include "grant.h"
#include "policy_scene.h"

enum { CASE = 0xc1, OTHER_CASE = 0xc2 };

static struct broker *broker;
static struct sluis_case *of_case, *other_case;
static uint8_t next_id;

static const Sluis__Tell *
say(const char *who, const Sluis__Ask *ask)
{
	return broker_ask(broker, who, ask, sluis_bytes(NULL, 0));
}

static int
begin(void **state)
{
	Sluis__Signed *opening;

	(void)state;
	next_id = 0x10;
	broker = broker_new(NULL);
	federation_add_member(broker->f, "checker", "provider", "privacy-officer");
	federation_add_member(broker->f, "both", "provider", "provider privacy-officer");
	broker_fill(broker);
	broker_start(broker);
	of_case = federation_open_case(broker->f, CASE, "director", "provider referrer both", &opening);
	assert_string_equal(broker_rule(say("director", ask_case_act(broker->f, opening))), "");
	other_case = federation_open_case(broker->f, OTHER_CASE, "director", "provider", &opening);
	assert_string_equal(broker_rule(say("director", ask_case_act(broker->f, opening))), "");
	return 0;
}

static int
end(void **state)
{
	(void)state;
	sluis_case_free(of_case);
	sluis_case_free(other_case);
	broker_free(broker);
	return 0;
}

/* ---- making ---- */

static ProtobufCBinaryData
code(const char *text)
{
	return sluis_pb(sluis_bytes_text(text));
}

static struct sluis_id
fresh_id(void)
{
	struct sluis_id id;

	memset(id.bytes, next_id++, sizeof(id.bytes));
	return id;
}

/** A grant by the youth alone, with an exception; what is NULL is as it should be. */
struct granted {
	const char *text;
	const char *assessor;
	const struct sluis_id *restores;
	const struct sluis_case *on;
	bool plain; /* given by both, without an exception */
};

static const char *
grant(const char *who, const struct granted *g, struct sluis_id *ret)
{
	struct federation *f = broker->f;
	const struct sluis_case *on = g->on == NULL ? of_case : g->on;
	Sluis__Giver giver[2] = { SLUIS__GIVER__INIT, SLUIS__GIVER__INIT }, *givers[2] = { &giver[0], &giver[1] };
	Sluis__GrantReceiver receiver = SLUIS__GRANT_RECEIVER__INIT, *receivers[1] = { &receiver };
	Sluis__GrantException exception = SLUIS__GRANT_EXCEPTION__INIT;
	Sluis__Reference restores = SLUIS__REFERENCE__INIT;
	Sluis__Until band = SLUIS__UNTIL__INIT;
	ProtobufCBinaryData purpose = code("consultation"), category = code("history");
	Sluis__Grant act = SLUIS__GRANT__INIT;
	struct sluis_hash some = { { 7 } };
	Sluis__Ask *ask = ask_new(f, SLUIS__ASK__ACT_GRANT);
	struct sluis_bytes payload;

	*ret = fresh_id();
	act.format = SLUIS_FORMAT;
	act.federation_hash = sluis_pb_hash(&f->id);
	act.grant_id = sluis_pb_id(ret);
	act.case_id = sluis_pb_id(&on->id);
	act.record_hash = sluis_pb_hash(&federation_member(f, who)->record_hash);
	act.created_ms = act.from_ms = (uint64_t)federation_time(f);
	act.until_ms = act.created_ms + (uint64_t)FEDERATION_DAY_MS;
	act.policy_hash = sluis_pb_hash(&f->policy_hash);
	act.case_hash = sluis_pb_hash(&on->head);
	act.band_code = code("12-15");
	for (size_t i = 0; i < 2; i++) {
		giver[i].role_code = code(i == 0 ? "youth" : "authority");
		giver[i].giver_number = 1;
		giver[i].method_code = code("spoken");
		giver[i].given_ms = act.created_ms;
	}
	act.givers = givers;
	act.n_givers = g->plain ? 2 : 1;
	act.authority_count = 1;
	act.text_code = code(g->text == NULL ? "2025-1" : g->text);
	act.purpose_codes = &purpose;
	act.category_codes = &category;
	act.n_purpose_codes = act.n_category_codes = act.n_receivers = 1;
	receiver.organisation_handle = code("expert-team");
	act.receivers = receivers;
	act.criminal_number = SLUIS_GRANT_NOT_CRIMINAL;
	act.evidence_hash = act.token_hash = sluis_pb_hash(&some);
	band.until_ms = UINT64_C(1893456000000); /* 2030-01-01 */
	while (band.until_ms < act.until_ms)
		band.until_ms += UINT64_C(126230400000); /* four years on it is the first of January again */
	act.band_until = &band;
	exception.exception_code = code("youth-alone-harm");
	exception.assessor_handle = code(g->assessor == NULL ? "director" : g->assessor);
	act.exception = g->plain ? NULL : &exception;
	if (g->restores != NULL) {
		restores.target_id = sluis_pb_id(g->restores);
		act.restores = &restores;
	}
	assert_int_equal(sluis_codec_pack(&act.base, f->arena, &payload), SLUIS_OK);
	ask->grant = federation_sign(f, who, SLUIS_SIGNED_GRANT, payload);
	return broker_rule(say(who, ask));
}

/** A refusal; what is NULL is as it should be. */
struct refused {
	const char *giver, *method, *purpose, *category;
	const struct sluis_hash *federation;
	size_t givers; /* 0: one */
};

static const char *
refuse(const char *who, const struct refused *r)
{
	struct federation *f = broker->f;
	Sluis__Giver giver = SLUIS__GIVER__INIT, *givers[2] = { &giver, &giver };
	ProtobufCBinaryData purpose = code(r->purpose == NULL ? "consultation" : r->purpose);
	ProtobufCBinaryData category = code(r->category == NULL ? "history" : r->category);
	Sluis__ConsentRefusal act = SLUIS__CONSENT_REFUSAL__INIT;
	Sluis__Ask *ask = ask_new(f, SLUIS__ASK__ACT_REFUSAL);
	const struct sluis_id id = fresh_id();
	struct sluis_bytes payload;

	act.format = SLUIS_FORMAT;
	act.federation_hash = sluis_pb_hash(r->federation == NULL ? &f->id : r->federation);
	act.refusal_id = sluis_pb_id(&id);
	act.case_id = sluis_pb_id(&of_case->id);
	act.record_hash = sluis_pb_hash(&federation_member(f, who)->record_hash);
	act.created_ms = (uint64_t)federation_time(f);
	giver.role_code = code(r->giver == NULL ? "authority" : r->giver);
	giver.giver_number = 1;
	giver.method_code = code(r->method == NULL ? "spoken" : r->method);
	giver.given_ms = act.created_ms;
	act.givers = givers;
	act.n_givers = r->givers == 0 ? 1 : r->givers;
	act.purpose_codes = &purpose;
	act.category_codes = &category;
	act.n_purpose_codes = act.n_category_codes = 1;
	assert_int_equal(sluis_codec_pack(&act.base, f->arena, &payload), SLUIS_OK);
	ask->refusal = federation_sign(f, who, SLUIS_SIGNED_REFUSAL, payload);
	return broker_rule(say(who, ask));
}

static Sluis__Ask *
ask_close(const char *who, const struct sluis_id *review, const char *outcome, const char *note, size_t notes)
{
	struct federation *f = broker->f;
	ProtobufCBinaryData codes[2] = { code(note), code(note) };
	Sluis__ReviewClose act = SLUIS__REVIEW_CLOSE__INIT;
	Sluis__Ask *ask = ask_new(f, SLUIS__ASK__ACT_REVIEW);
	struct sluis_bytes payload;

	act.format = SLUIS_FORMAT;
	act.federation_hash = sluis_pb_hash(&f->id);
	act.review_id = sluis_pb_id(review);
	act.record_hash = sluis_pb_hash(&federation_member(f, who)->record_hash);
	act.outcome_code = code(outcome);
	act.note_codes = codes;
	act.n_note_codes = notes;
	act.created_ms = (uint64_t)federation_time(f);
	assert_int_equal(sluis_codec_pack(&act.base, f->arena, &payload), SLUIS_OK);
	ask->review = federation_sign(f, who, SLUIS_SIGNED_REVIEW, payload);
	return ask;
}

static const char *
close_review(const char *who, const struct sluis_id *review, const char *outcome)
{
	return broker_rule(say(who, ask_close(who, review, outcome, "discuss", 1)));
}

/* The reviews that ${who} sees; the rule where it sees none. */
static const Sluis__TellReviews *
list(const char *who, const char *rule)
{
	Sluis__Ask *ask = ask_new(broker->f, SLUIS__ASK__ACT_REVIEWS);
	Sluis__AskReviews *all = sluis_arena_alloc(broker->f->arena, sizeof(*all));
	const Sluis__Tell *tell;

	assert_non_null(all);
	sluis__ask_reviews__init(all);
	ask->reviews = all;
	tell = say(who, ask);
	assert_string_equal(broker_rule(tell), rule);
	return tell->answer_case == SLUIS__TELL__ANSWER_REVIEWS ? tell->reviews : NULL;
}

/* ---- tests ---- */

static void
a_grant_says_what_there_is(void **state)
{
	const struct granted unknown_text = { .text = "2019-9" }, unknown_assessor = { .assessor = "nobody" },
		plain = { .plain = true }, exception = { .plain = false };
	struct granted restoring = { .plain = true };
	struct sluis_id id, other, made, never = { { 0xee } };
	const struct granted elsewhere = { .plain = true, .on = other_case };

	(void)state;
	assert_string_equal(grant("provider", &unknown_text, &id), "grant-text");
	assert_string_equal(grant("provider", &unknown_assessor, &id), "grant-exception");
	assert_string_equal(grant("provider", &plain, &id), "");
	assert_string_equal(grant("provider", &elsewhere, &other), "");
	assert_int_equal(list("checker", "")->n_rows, 0);
	restoring.restores = &never;
	assert_string_equal(grant("provider", &restoring, &made), "not-found");
	restoring.restores = &other; /* of another case */
	assert_string_equal(grant("provider", &restoring, &made), "not-found");
	restoring.restores = &id;
	assert_string_equal(grant("provider", &restoring, &made), "");
	assert_string_equal(grant("provider", &exception, &id), "");
	assert_int_equal(list("checker", "")->n_rows, 1);
}

static void
a_refusal_is_of_somebody_on_the_case_and_says_what_there_is(void **state)
{
	const struct refused fine = { .giver = NULL }, giver = { .giver = "aunt" }, method = { .method = "telepathy" },
		purpose = { .purpose = "curiosity" }, category = { .category = "gossip" }, twice = { .givers = 2 };
	const struct sluis_hash another = { { 9 } };
	const struct refused elsewhere = { .federation = &another };

	(void)state;
	assert_string_equal(refuse("provider", &giver), "grant-giver");
	assert_string_equal(refuse("provider", &method), "grant-giver");
	assert_string_equal(refuse("provider", &purpose), "grant-purpose");
	assert_string_equal(refuse("provider", &category), "grant-category");
	assert_string_equal(refuse("provider", &twice), "malformed");
	assert_string_equal(refuse("provider", &elsewhere), "malformed");
	assert_string_equal(refuse("school", &fine), "not-found");
	assert_string_equal(refuse("registrar", &fine), "act-role");
	assert_string_equal(refuse("provider", &fine), "");
	assert_string_equal(refuse("referrer", &fine), "");
}

/* The officers of whoever did it; the federation body's where there is none. */
static void
reviews_are_for_who_is_in_charge(void **state)
{
	const struct granted exception = { .plain = false };
	const Sluis__TellReviews *tell;
	struct sluis_id id;

	(void)state;
	assert_string_equal(grant("provider", &exception, &id), "");
	tell = list("checker", "");
	assert_int_equal(tell->n_rows, 1);
	assert_true(sluis_bytes_is_text(sluis_of(tell->rows[0]->about_code), "grant"));
	assert_memory_equal(tell->rows[0]->about_id.data, id.bytes, sizeof(id.bytes));
	assert_true(sluis_bytes_is_text(sluis_of(tell->rows[0]->ground_code), "youth-alone-harm"));
	assert_true(sluis_bytes_is_text(sluis_of(tell->rows[0]->state_code), "open"));
	assert_int_equal(tell->rows[0]->due_ms - tell->rows[0]->opened_ms, 28 * FEDERATION_DAY_MS);
	assert_int_equal(list("both", "")->n_rows, 1);
	assert_int_equal(list("officer", "")->n_rows, 0);
	assert_null(list("director", "act-role"));
	assert_string_equal(grant("referrer", &exception, &id), "");
	assert_int_equal(list("checker", "")->n_rows, 1);
	assert_int_equal(list("officer", "")->n_rows, 1);
}

static void
a_review_is_closed_once_by_an_officer_who_did_not_act(void **state)
{
	const struct granted exception = { .plain = false };
	const Sluis__TellReviews *tell;
	struct sluis_id grant_id, review, never = { { 0xee } };
	const Sluis__Ask *ask;

	(void)state;
	assert_string_equal(grant("both", &exception, &grant_id), "");
	tell = list("checker", "");
	assert_int_equal(tell->n_rows, 1);
	review = sluis_id_of(tell->rows[0]->review_id);
	assert_string_equal(close_review("officer", &review, "justified"), "not-found");
	assert_string_equal(close_review("checker", &never, "justified"), "not-found");
	assert_string_equal(close_review("director", &review, "justified"), "act-role");
	assert_string_equal(close_review("both", &review, "justified"), "self-approval");
	assert_string_equal(close_review("checker", &review, "fine"), "act-condition");
	assert_string_equal(broker_rule(say("checker", ask_close("checker", &review, "partly", "gossip", 1))),
	    "act-condition");
	assert_string_equal(broker_rule(say("checker", ask_close("checker", &review, "partly", "discuss", 2))),
	    "malformed");
	ask = ask_close("checker", &review, "partly", "discuss", 1);
	assert_string_equal(broker_rule(say("checker", ask)), "");
	assert_int_equal(say("checker", ask)->answer_case, SLUIS__TELL__ANSWER_DONE); /* the same bytes, the same answer */
	assert_string_equal(close_review("checker", &review, "justified"), "not-found");
	tell = list("checker", "");
	assert_true(sluis_bytes_is_text(sluis_of(tell->rows[0]->state_code), "closed"));
	assert_non_null(tell->rows[0]->closing);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		T(a_grant_says_what_there_is),
		T(a_refusal_is_of_somebody_on_the_case_and_says_what_there_is),
		T(reviews_are_for_who_is_in_charge),
		T(a_review_is_closed_once_by_an_officer_who_did_not_act),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
