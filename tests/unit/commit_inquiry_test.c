/* SPDX-License-Identifier: EUPL-1.2 */
/* Requests, answers, declines and replacements at the broker: by who may, and by everybody who may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "asks.h"
#include "broker.h"
#include "event.h"
#include "inquiry.h"
#include "policy_scene.h"

enum { REQUEST_DAYS = 20 };

static struct broker *broker;
static struct sluis_case *of_case, *other_case;
static unsigned sequence; /* of all pushes: numbers may be left out */

/* ---- making ---- */

/** A request; what is 0 or NULL is as it should be. */
struct asked {
	const char *purpose;
	const char *holder;
	const char *category;
	int64_t created_ms;
	int64_t due_ms;
	uint8_t id;
	bool wrong_head;
	const char *record_of;
	const struct sluis_case *of_case;
};

static const Sluis__Tell *
say(const char *who, const Sluis__Ask *ask)
{
	return broker_ask(broker, who, ask, sluis_bytes(NULL, 0));
}

static Sluis__Ask *
ask_request(const char *who, const struct asked *a, struct sluis_id *id)
{
	struct federation *f = broker->f;
	const struct sluis_case *asked_of = a->of_case == NULL ? of_case : a->of_case;
	Sluis__InformationRequest r = SLUIS__INFORMATION_REQUEST__INIT;
	ProtobufCBinaryData category = sluis_pb(sluis_bytes_text(a->category == NULL ? "history" : a->category));
	struct sluis_hash head = asked_of->head;
	Sluis__Ask *ask = ask_new(f, SLUIS__ASK__ACT_INQUIRY);
	struct sluis_bytes payload;

	memset(id->bytes, a->id == 0 ? (int)(0x40 + sequence++) : a->id, sizeof(id->bytes));
	head.bytes[0] ^= a->wrong_head;
	r.format = SLUIS_FORMAT;
	r.federation_hash = sluis_pb_hash(&f->id);
	r.inquiry_id = sluis_pb_id(id);
	r.case_id = sluis_pb_id(&asked_of->id);
	r.record_hash = sluis_pb_hash(&federation_member(f, a->record_of == NULL ? who : a->record_of)->record_hash);
	r.holder_handle = sluis_pb(sluis_bytes_text(a->holder == NULL ? "provider" : a->holder));
	r.purpose_code = sluis_pb(sluis_bytes_text(a->purpose == NULL ? "consultation" : a->purpose));
	r.category_codes = &category;
	r.n_category_codes = 1;
	r.created_ms = (uint64_t)(a->created_ms == 0 ? federation_time(f) : a->created_ms);
	r.due_ms = (uint64_t)(a->due_ms == 0 ? (int64_t)r.created_ms + FEDERATION_DAY_MS : a->due_ms);
	r.case_hash = sluis_pb_hash(&head);
	assert_int_equal(sluis_codec_pack(&r.base, f->arena, &payload), SLUIS_OK);
	ask->inquiry = federation_sign(f, who, SLUIS_SIGNED_INQUIRY, payload);
	return ask;
}

static const char *
request(const char *who, const struct asked *a, struct sluis_id *id)
{
	return broker_rule(say(who, ask_request(who, a, id)));
}

static Sluis__Ask *
ask_decline_as(const char *who, const char *record_of, const struct sluis_id *id, const char *reason)
{
	struct federation *f = broker->f;
	Sluis__InformationAnswer a = SLUIS__INFORMATION_ANSWER__INIT;
	Sluis__Ask *ask = ask_new(f, SLUIS__ASK__ACT_INQUIRY_ANSWER);
	struct sluis_bytes payload;

	a.format = SLUIS_FORMAT;
	a.federation_hash = sluis_pb_hash(&f->id);
	a.inquiry_id = sluis_pb_id(id);
	a.record_hash = sluis_pb_hash(&federation_member(f, record_of)->record_hash);
	a.reason_code = sluis_pb(sluis_bytes_text(reason));
	a.created_ms = (uint64_t)federation_time(f);
	assert_int_equal(sluis_codec_pack(&a.base, f->arena, &payload), SLUIS_OK);
	ask->inquiry_answer = federation_sign(f, who, SLUIS_SIGNED_INQUIRY_ANSWER, payload);
	return ask;
}

static Sluis__Ask *
ask_decline(const char *who, const struct sluis_id *id, const char *reason)
{
	return ask_decline_as(who, who, id, reason);
}

static const char *
decline(const char *who, const struct sluis_id *id, const char *reason)
{
	return broker_rule(say(who, ask_decline(who, id, reason)));
}

/** Pushed by ${who} to ${to} as ${kind} about ${target}: the rule that refused it; "" and the message's id else. */
static const char *
pushed(const char *who, const char *category, enum sluis_manifest_kind kind, const struct sluis_id *target,
    struct sluis_id *ret)
{
	struct ask_push push = { .from = who, .to = "director", .of_case = of_case, .sequence = ++sequence,
		.bytes = 100, .category = category, .kind = kind };
	const Sluis__Ask *ask;
	const char *rule;

	if (target != NULL)
		push.target = *target;
	ask = ask_push(broker->f, &push);
	rule = broker_rule(broker_ask(broker, who, ask, push.body));
	*ret = push.id;
	return rule;
}

static const Sluis__TellInquiries *
listed(const char *who)
{
	Sluis__AskInquiries inquiries = SLUIS__ASK_INQUIRIES__INIT;
	Sluis__Ask *ask = ask_new(broker->f, SLUIS__ASK__ACT_INQUIRIES);
	const Sluis__Tell *tell;

	ask->inquiries = &inquiries;
	tell = say(who, ask);
	assert_int_equal(tell->answer_case, SLUIS__TELL__ANSWER_INQUIRIES);
	return tell->inquiries;
}

/* The row of ${id} as ${who} sees it; NULL: it does not. */
static const Sluis__InquiryRow *
row_of(const char *who, const struct sluis_id *id)
{
	const Sluis__TellInquiries *tell = listed(who);

	for (size_t i = 0; i < tell->n_rows; i++) {
		Sluis__InformationRequest *r = NULL;

		assert_int_equal(sluis_inquiry_open(sluis_of(tell->rows[i]->inquiry->payload_bytes), broker->f->arena, &r),
		    SLUIS_OK);
		if (memcmp(r->inquiry_id.data, id->bytes, SLUIS_ID_BYTES) == 0)
			return tell->rows[i];
	}
	return NULL;
}

static void
is_in_state(const struct sluis_id *id, const char *state)
{
	const Sluis__InquiryRow *row = row_of("director", id);

	assert_non_null(row);
	assert_true(sluis_bytes_is_text(sluis_of(row->state_code), state));
	assert_true((row->closing != NULL) == (strcmp(state, "answered") == 0 || strcmp(state, "declined") == 0));
}

static void
take(const char *who, Sluis__Signed *act)
{
	assert_string_equal(broker_rule(say(who, ask_case_act(broker->f, act))), "");
}

static int
begin_with(int days)
{
	Sluis__Signed *act;
	char term[32];

	sequence = 0;
	snprintf(term, sizeof(term), "request-max-days: %d", days);
	broker = broker_new(scene_replace(scene_text("config/policy.yaml"), "request-max-days: 92", term));
	(void)federation_waiting_member(broker->f, "ghost", "provider", "provider");
	broker_fill(broker);
	broker_start(broker);
	of_case = federation_open_case(broker->f, 0xc1, "director", "provider gi", &act);
	take("director", act);
	take("director", federation_case_act(broker->f, of_case, "director", SLUIS_CASE_STEP, NULL, "step",
			     "consultation"));
	other_case = federation_open_case(broker->f, 0xc2, "director", "provider", &act);
	take("director", act);
	take("director", federation_case_act(broker->f, other_case, "director", SLUIS_CASE_STEP, NULL, "step",
			     "consultation"));
	return 0;
}

static int
begin(void **state)
{
	(void)state;
	return begin_with(REQUEST_DAYS);
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

/* ---- asking ---- */

static void
who_may_not_ask_is_refused(void **state)
{
	const int64_t now = broker->f->now_ms;
	const struct {
		const char *who;
		struct asked asked;
		const char *rule;
	} CASES[] = {
		{ "school", { .holder = "provider" }, "not-found" },
		{ "provider", { .holder = "director" }, "sender-role" },
		{ "director", { .holder = "school" }, "receiver-not-on-case" },
		{ "director", { .holder = "nobody" }, "receiver-inactive" },
		{ "director", { .holder = "ghost" }, "receiver-inactive" },
		{ "director", { .category = "identification" }, "category-not-allowed" },
		{ "director", { .category = "justification" }, "category-not-allowed" },
		{ "director", { .category = "gossip" }, "category-unknown" },
		{ "director", { .purpose = "monitoring" }, "step-purpose" },
		{ "director", { .purpose = "curiosity" }, "purpose-unknown" },
		{ "director", { .wrong_head = true }, "case-changed" },
		{ "director", { .created_ms = now - FEDERATION_DAY_MS, .due_ms = now - 3600 * 1000 }, "expired" },
		{ "director", { .due_ms = now + (REQUEST_DAYS + 1) * FEDERATION_DAY_MS }, "act-condition" },
		{ "director", { .purpose = "transfer", .category = "plan", .holder = "director" }, "malformed" },
		{ "director", { .due_ms = now - 1 }, "malformed" },
		{ "director", { .record_of = "provider" }, "signature" },
		{ "director", { .created_ms = now - 6 * FEDERATION_DAY_MS, .due_ms = now + FEDERATION_DAY_MS }, "stale" },
	};
	struct sluis_id id;

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(CASES); i++) {
		const char *rule = request(CASES[i].who, &CASES[i].asked, &id);

		if (strcmp(rule, CASES[i].rule) != 0)
			fail_msg("case %zu: %s, not %s", i, rule, CASES[i].rule);
		assert_null(row_of("director", &id));
		assert_null(row_of("provider", &id));
	}
}

static void
a_request_is_seen_by_asker_and_holder_only(void **state)
{
	struct sluis_id id;
	const Sluis__InquiryRow *row;
	Sluis__InformationRequest *r;

	(void)state;
	assert_string_equal(request("director", &(struct asked){ .category = "diagnostics" }, &id), "");
	is_in_state(&id, "open");
	row = row_of("provider", &id);
	assert_non_null(row);
	assert_int_equal(sluis_inquiry_verify(row->inquiry, &federation_member(broker->f, "director")->sign_key,
	    broker->f->arena, &r), SLUIS_OK);
	assert_int_equal(row->until_ms, r->created_ms + REQUEST_DAYS * FEDERATION_DAY_MS);
	assert_null(row_of("gi", &id));
	assert_null(row_of("officer", &id));
}

static void
the_same_again_is_the_same_answer(void **state)
{
	const struct asked a = { .created_ms = broker->f->now_ms, .id = 0x77 },
			   b = { .created_ms = broker->f->now_ms, .id = 0x77, .category = "safety" };
	struct sluis_id id;
	size_t rows;

	(void)state;
	assert_string_equal(request("director", &a, &id), "");
	rows = listed("director")->n_rows;
	assert_string_equal(request("director", &a, &id), "");
	assert_int_equal(listed("director")->n_rows, rows);
	assert_string_equal(request("director", &b, &id), "id-reused");
}

/* Ids are remembered for some time; what was asked stays. */
static void
an_id_that_was_forgotten_is_not_used_again(void **state)
{
	const struct asked a = { .created_ms = broker->f->now_ms, .id = 0x78 },
			   b = { .created_ms = broker->f->now_ms, .id = 0x78, .category = "safety" };
	char path[CONFIG_PATH_MAX + 16];
	struct sluis_id id;
	sqlite3 *db;

	(void)state;
	assert_string_equal(request("director", &a, &id), "");
	broker_stop(broker);
	snprintf(path, sizeof(path), "%s/sluis.db", broker->config.store);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "DELETE FROM act", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	broker_start(broker);
	assert_string_equal(request("director", &b, &id), "id-reused");
	assert_string_equal(request("director", &a, &id), "id-reused");
}

/* What the log says: a create by the asker, naming the holder and what was asked. */
static void
a_request_is_in_the_log(void **state)
{
	const Sluis__Tell *tell;
	struct sluis_id id;
	Sluis__Event *event = NULL;

	(void)state;
	tell = say("director", ask_request("director", &(struct asked){ .category = "safety" }, &id));
	assert_int_equal(tell->answer_case, SLUIS__TELL__ANSWER_DONE);
	assert_int_equal(sluis_event_open(sluis_of(tell->done->events[0]->event_bytes), broker->f->arena, &event), SLUIS_OK);
	assert_true(sluis_bytes_is_text(sluis_of(event->type_code), "inquiry"));
	assert_true(sluis_bytes_is_text(sluis_of(event->actor->handle), "director"));
	assert_int_equal(event->n_parties, 1);
	assert_true(sluis_bytes_is_text(sluis_of(event->parties[0]->handle), "provider"));
	assert_true(sluis_bytes_is_text(sluis_of(event->parties[0]->category_codes[0]), "safety"));
	assert_int_equal(event->n_facts, 3);
	assert_true(sluis_bytes_is_text(sluis_of(event->facts[1]->value_text), "consultation"));
}

/* ---- declining ---- */

static void
only_the_holder_declines_and_once(void **state)
{
	const struct sluis_id unknown = { { 9 } };
	struct sluis_id id, message;
	const Sluis__InquiryRow *row;

	(void)state;
	assert_string_equal(request("director", &(struct asked){ .holder = NULL }, &id), "");
	assert_string_equal(decline("provider", &unknown, "not-held"), "not-found");
	assert_string_equal(decline("gi", &id, "not-held"), "not-found");
	assert_string_equal(decline("director", &id, "not-held"), "not-found");
	assert_string_equal(decline("provider", &id, "no-wish"), "act-condition");
	assert_string_equal(broker_rule(say("provider", ask_decline_as("provider", "director", &id, "not-held"))), "signature");
	is_in_state(&id, "open");
	assert_string_equal(decline("provider", &id, "not-held"), "");
	is_in_state(&id, "declined");
	row = row_of("director", &id);
	assert_non_null(row->closing->decline);
	assert_null(row->closing->message);
	assert_string_equal(decline("provider", &id, "elsewhere"), "act-condition");
	assert_string_equal(pushed("provider", "history", SLUIS_MANIFEST_ANSWERS, &id, &message), "act-condition");
	is_in_state(&id, "declined");
}

/* Unknown and not-yours: the same bytes on the wire but for what differs in every answer. */
static void
unknown_and_not_yours_are_one_answer(void **state)
{
	const struct sluis_id unknown = { { 9 } };
	struct sluis_id id, message;
	const Sluis__Tell *yours, *nobodys;
	struct sluis_bytes a, b;

	(void)state;
	assert_string_equal(request("director", &(struct asked){ .holder = NULL }, &id), "");
	yours = say("gi", ask_decline("gi", &id, "not-held"));
	assert_int_equal(sluis_codec_pack(&yours->refusal->base, broker->f->arena, &a), SLUIS_OK);
	nobodys = say("gi", ask_decline("gi", &unknown, "not-held"));
	assert_int_equal(sluis_codec_pack(&nobodys->refusal->base, broker->f->arena, &b), SLUIS_OK);
	assert_int_equal(a.len, b.len);
	assert_string_equal(pushed("gi", "history", SLUIS_MANIFEST_ANSWERS, &id, &message), "not-found");
	assert_string_equal(pushed("gi", "history", SLUIS_MANIFEST_ANSWERS, &unknown, &message), "not-found");
}

/* ---- answering ---- */

static void
only_an_answer_closes_a_request(void **state)
{
	struct sluis_id id, elsewhere, message, again;
	const Sluis__InquiryRow *row;

	(void)state;
	assert_string_equal(request("director", &(struct asked){ .category = "history" }, &id), "");
	assert_string_equal(request("director", &(struct asked){ .of_case = other_case }, &elsewhere), "");
	assert_string_equal(pushed("provider", "history", SLUIS_MANIFEST_ANSWERS, &elsewhere, &message), "not-found");
	assert_string_equal(pushed("provider", "safety", SLUIS_MANIFEST_ANSWERS, &id, &message), "category-not-allowed");
	assert_string_equal(pushed("provider", "history", SLUIS_MANIFEST_NEW, NULL, &message), "");
	is_in_state(&id, "open");
	assert_string_equal(pushed("provider", "history", SLUIS_MANIFEST_ANSWERS, &id, &message), "");
	is_in_state(&id, "answered");
	row = row_of("provider", &id);
	assert_memory_equal(row->closing->message->message_id.data, message.bytes, SLUIS_ID_BYTES);
	assert_string_equal(pushed("provider", "history", SLUIS_MANIFEST_ANSWERS, &id, &again), "act-condition");
	assert_string_equal(decline("provider", &id, "not-held"), "act-condition");
	assert_memory_equal(row_of("provider", &id)->closing->message->message_id.data, message.bytes, SLUIS_ID_BYTES);
}

/* Another purpose than the one asked. */
static void
a_request_for_another_purpose_is_not_answered(void **state)
{
	struct sluis_id id, message;

	(void)state;
	assert_string_equal(request("director", &(struct asked){ .purpose = "safety-report" }, &id), "sender-role");
	assert_string_equal(request("provider", &(struct asked){ .purpose = "plan", .category = "plan",
	    .holder = "director" }, &id), "");
	assert_string_equal(pushed("director", "plan", SLUIS_MANIFEST_ANSWERS, &id, &message), "act-condition");
}

static const Sluis__InboxRow *
inbox_row(const struct sluis_id *message)
{
	const Sluis__TellInbox *tell = say("director", ask_inbox(broker->f))->inbox;

	for (size_t i = 0; i < tell->n_rows; i++) {
		if (memcmp(tell->rows[i]->message_id.data, message->bytes, SLUIS_ID_BYTES) == 0)
			return tell->rows[i];
	}
	return NULL;
}

/* The message says 29 days; the request ends after 20. */
static void
an_answer_expires_with_the_request(void **state)
{
	const Sluis__InboxRow *row;
	struct sluis_id id, message;

	(void)state;
	assert_string_equal(request("director", &(struct asked){ .category = "history" }, &id), "");
	assert_string_equal(pushed("provider", "history", SLUIS_MANIFEST_ANSWERS, &id, &message), "");
	row = inbox_row(&message);
	assert_non_null(row);
	assert_memory_equal(row->answers->target_id.data, id.bytes, SLUIS_ID_BYTES);
	assert_null(row->replaces);
	assert_int_equal(row->expires_ms, row_of("provider", &id)->until_ms);
}

/* ---- replacing ---- */

static void
only_ones_own_message_is_replaced(void **state)
{
	const struct sluis_id unknown = { { 9 } };
	struct sluis_id first, second, refused, of_gi, id, message;

	(void)state;
	assert_string_equal(pushed("provider", "history", SLUIS_MANIFEST_NEW, NULL, &first), "");
	assert_string_equal(pushed("gi", "history", SLUIS_MANIFEST_NEW, NULL, &of_gi), "");
	assert_string_equal(pushed("provider", "identification", SLUIS_MANIFEST_NEW, NULL, &refused), "category-not-allowed");
	assert_string_equal(pushed("provider", "history", SLUIS_MANIFEST_SUPERSEDES, &unknown, &message), "not-found");
	assert_string_equal(pushed("provider", "history", SLUIS_MANIFEST_SUPERSEDES, &of_gi, &message), "not-found");
	assert_string_equal(pushed("provider", "history", SLUIS_MANIFEST_SUPERSEDES, &refused, &message), "not-found");
	assert_string_equal(request("director", &(struct asked){ .holder = NULL }, &id), "");
	assert_string_equal(pushed("provider", "history", SLUIS_MANIFEST_SUPERSEDES, &id, &message), "not-found");
	assert_string_equal(pushed("provider", "history", SLUIS_MANIFEST_SUPERSEDES, &first, &second), "");
	assert_memory_equal(inbox_row(&second)->replaces->target_id.data, first.bytes, SLUIS_ID_BYTES);
	assert_null(inbox_row(&first)->replaces);
	assert_true(sluis_bytes_is_text(sluis_of(inbox_row(&first)->state_code), "pending"));
}

static void
a_message_of_another_case_is_not_replaced(void **state)
{
	struct ask_push push = { .from = "provider", .to = "director", .of_case = other_case, .sequence = ++sequence,
		.bytes = 100, .category = "history" };
	const Sluis__Ask *ask = ask_push(broker->f, &push);
	struct sluis_id message;

	(void)state;
	assert_string_equal(broker_rule(broker_ask(broker, "provider", ask, push.body)), "");
	assert_string_equal(pushed("provider", "history", SLUIS_MANIFEST_SUPERSEDES, &push.id, &message), "not-found");
}

/* ---- time ---- */

/* A request that ends in four seconds, and is due in two. */
static void
a_request_is_overdue_and_then_ends(void **state)
{
	const int64_t now = (int64_t)time(NULL) * 1000;
	const struct asked asked = { .created_ms = now + 4000 - 4 * FEDERATION_DAY_MS, .due_ms = now + 2000 };
	struct sluis_id answered, left, message;

	(void)state;
	assert_string_equal(request("director", &asked, &answered), "");
	assert_string_equal(request("director", &asked, &left), "");
	while ((int64_t)time(NULL) * 1000 < asked.due_ms)
		usleep(100 * 1000);
	is_in_state(&answered, "open");
	assert_string_equal(pushed("provider", "history", SLUIS_MANIFEST_ANSWERS, &answered, &message), "");
	is_in_state(&answered, "answered");
	while ((int64_t)time(NULL) * 1000 <= now + 4000)
		usleep(100 * 1000);
	is_in_state(&left, "expired");
	assert_string_equal(pushed("provider", "history", SLUIS_MANIFEST_ANSWERS, &left, &message), "expired");
	assert_string_equal(decline("provider", &left, "not-held"), "expired");
	is_in_state(&left, "expired");
	is_in_state(&answered, "answered");
}

/* An act is taken up to five days after it was made: so short a term lets a test see its end. */
static int
begin_short(void **state)
{
	(void)state;
	return begin_with(4);
}

int
main(void)
{
	const struct CMUnitTest short_terms[] = { cmocka_unit_test(a_request_is_overdue_and_then_ends) };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_may_not_ask_is_refused),
		cmocka_unit_test(a_request_is_seen_by_asker_and_holder_only),
		cmocka_unit_test(the_same_again_is_the_same_answer),
		cmocka_unit_test(an_id_that_was_forgotten_is_not_used_again),
		cmocka_unit_test(a_request_is_in_the_log),
		cmocka_unit_test(only_the_holder_declines_and_once),
		cmocka_unit_test(unknown_and_not_yours_are_one_answer),
		cmocka_unit_test(only_an_answer_closes_a_request),
		cmocka_unit_test(a_request_for_another_purpose_is_not_answered),
		cmocka_unit_test(an_answer_expires_with_the_request),
		cmocka_unit_test(only_ones_own_message_is_replaced),
		cmocka_unit_test(a_message_of_another_case_is_not_replaced),
	};

	return cmocka_run_group_tests(tests, begin, end) + cmocka_run_group_tests(short_terms, begin_short, end);
}
