/* SPDX-License-Identifier: EUPL-1.2 */
/* Intents at the broker: who learns what of a push that was only tried. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "asks.h"
#include "broker.h"
#include "draft.h"
#include "event.h"
#include "limits.h"

enum { CROWD = 6, LONG_CODE = 32, OTHER_BYTE = 0xee };

static struct broker *broker;
static struct sluis_case *of_case;
static uint64_t sequence;

/* ---- making ---- */

/** What somebody would send: each of ${categories} (parted by blanks) to each of ${to}. */
struct tried {
	const char *from;
	const char *to;
	const char *categories;
	const struct sluis_id *case_id; /* NULL: the case */
	const char *ground;             /* NULL: direct-involvement */
	struct sluis_id id;             /* zero: a new one */
};

/** What a draft borrows. */
struct parts {
	struct sluis_draft_recipient recipients[SLUIS_RECIPIENTS_MAX];
	struct sluis_draft_section sections[SLUIS_SECTIONS_MAX];
	struct sluis_draft_fact facts[2];
	uint32_t all[SLUIS_RECIPIENTS_MAX];
	size_t n_recipients;
	size_t n_sections;
	char words[SLUIS_SECTIONS_MAX * (LONG_CODE + 1)];
};

static void
fill_random(void *context, void *buf, size_t len)
{
	(void)context;
	randombytes_buf(buf, len);
}

static void
add_recipients(struct parts *p, const char *to)
{
	char words[SLUIS_RECIPIENTS_MAX * 33], *rest = words;
	const char *word;

	snprintf(words, sizeof(words), "%s", to);
	while ((word = strsep(&rest, " ")) != NULL) {
		const struct federation_member *member = federation_member(broker->f, word);

		p->all[p->n_recipients] = (uint32_t)p->n_recipients;
		p->recipients[p->n_recipients++] = (struct sluis_draft_recipient){ .record = member->record_hash,
			.epoch = member->age[0].epoch, .kind = SLUIS_MANIFEST_MEMBER,
			.pair_sequence = ++sequence, .age_key = member->age[0].key };
	}
}

static void
add_sections(struct parts *p, const char *categories)
{
	char *rest = p->words;
	const char *word;

	snprintf(p->words, sizeof(p->words), "%s", categories);
	while ((word = strsep(&rest, " ")) != NULL) {
		struct sluis_draft_section *s = &p->sections[p->n_sections++];

		*s = (struct sluis_draft_section){ .category = sluis_bytes_text(word), .media_number = 1,
			.plain = sluis_bytes_text("x"), .recipients = p->all, .n_recipients = p->n_recipients };
		randombytes_buf(s->id.bytes, sizeof(s->id.bytes));
	}
}

static Sluis__Ask *
ask_intent(const struct tried *t)
{
	const struct sluis_draft_random random = { .fill = fill_random };
	struct federation *f = broker->f;
	struct parts *p = sluis_arena_alloc(f->arena, sizeof(*p));
	Sluis__Ask *ask = ask_new(f, SLUIS__ASK__ACT_INTENT);
	const int64_t now_ms = federation_time(f);
	struct sluis_draft draft;

	assert_non_null(p);
	memset(p, 0, sizeof(*p));
	add_recipients(p, t->to);
	add_sections(p, t->categories);
	p->facts[0] = (struct sluis_draft_fact){ sluis_bytes_text("involvement"), sluis_bytes_text("both-deliver-help") };
	p->facts[1] = (struct sluis_draft_fact){ sluis_bytes_text("necessity"), sluis_bytes_text("as-far-as-needed") };
	draft = (struct sluis_draft){ .federation = f->id, .message_id = t->id,
		.case_id = t->case_id == NULL ? of_case->id : *t->case_id, .purpose = sluis_bytes_text("consultation"),
		.ground = sluis_bytes_text(t->ground == NULL ? "direct-involvement" : t->ground), .facts = p->facts,
		.n_facts = 2, .sender = federation_member(f, t->from)->record_hash, .created_ms = now_ms,
		.not_before_ms = now_ms, .expires_ms = now_ms + 20 * FEDERATION_DAY_MS, .keys = federation_keys(f),
		.policy = f->policy_hash, .case_head = of_case->head, .retention = sluis_bytes_text("transit"),
		.kind = SLUIS_MANIFEST_NEW, .recipients = p->recipients, .n_recipients = p->n_recipients,
		.sections = p->sections, .n_sections = p->n_sections };
	if (sodium_is_zero(draft.message_id.bytes, SLUIS_ID_BYTES))
		randombytes_buf(draft.message_id.bytes, SLUIS_ID_BYTES);
	assert_int_equal(sluis_draft_intent(&draft, &random, f->arena, &federation_member(f, t->from)->sign_secret,
	    &ask->intent), SLUIS_OK);
	return ask;
}

static const Sluis__Tell *
say(const char *who, const Sluis__Ask *ask)
{
	return broker_ask(broker, who, ask, sluis_bytes(NULL, 0));
}

/* The rule that answers it. */
static const char *
tries(const struct tried *t)
{
	return broker_rule(say(t->from, ask_intent(t)));
}

/* ---- looking ---- */

/** A refused push as ${who}'s log shows it. */
struct seen {
	size_t events;     /* refused pushes */
	size_t parties;    /* of the last */
	size_t categories; /* of its first party */
	char party[33];    /* its first party's handle */
	char rule[33];
	bool has_case;
};

static void
take_event(const Sluis__Evidence *evidence, struct seen *ret)
{
	Sluis__Event *event = NULL;

	assert_int_equal(sluis_event_open(sluis_of(evidence->event_bytes), broker->f->arena, &event), SLUIS_OK);
	if (!sluis_bytes_is_text(sluis_of(event->type_code), "push"))
		return;
	ret->events++;
	ret->parties = event->n_parties;
	ret->has_case = event->case_ != NULL;
	snprintf(ret->rule, sizeof(ret->rule), "%.*s", (int)event->rule_code.len, (const char *)event->rule_code.data);
	if (event->n_parties == 0)
		return;
	ret->categories = event->parties[0]->n_category_codes;
	snprintf(ret->party, sizeof(ret->party), "%.*s", (int)event->parties[0]->handle.len,
	    (const char *)event->parties[0]->handle.data);
}

static struct seen
log_of(const char *who)
{
	struct seen ret = { .events = 0 };
	Sluis__AskEvents events = SLUIS__ASK_EVENTS__INIT;
	bool more = true;

	while (more) {
		Sluis__Ask *ask = ask_new(broker->f, SLUIS__ASK__ACT_EVENTS);
		const Sluis__Tell *tell;

		ask->events = &events;
		tell = say(who, ask);
		assert_int_equal(tell->answer_case, SLUIS__TELL__ANSWER_EVENTS);
		for (size_t i = 0; i < tell->events->n_events; i++)
			take_event(tell->events->events[i], &ret);
		more = tell->events->more_count != 0;
		events.after_size = tell->events->scanned_size;
	}
	return ret;
}

/* Entries in the exchange log. */
static size_t
log_size(void)
{
	Sluis__AskLeaves leaves = SLUIS__ASK_LEAVES__INIT;
	Sluis__Ask *ask = ask_new(broker->f, SLUIS__ASK__ACT_LEAVES);

	ask->leaves = &leaves;
	return say("provider", ask)->leaves->n_leaf_hashes;
}

static int
begin(void **state)
{
	Sluis__Signed *act;
	struct federation *f;

	(void)state;
	sequence = 0;
	broker = broker_new(NULL);
	f = broker->f;
	federation_add_member(f, "provider-officer", "provider", "privacy-officer");
	federation_add_member(f, "gi-officer", "gi", "privacy-officer");
	for (int i = 0; i < CROWD; i++) {
		char handle[33];

		snprintf(handle, sizeof(handle), "crowd-%d", i);
		federation_add_member(f, handle, "municipality-a", "municipality-access");
	}
	broker_fill(broker);
	broker_start(broker);
	of_case = federation_open_case(f, 0xc1, "director", "provider gi", &act);
	assert_string_equal(broker_rule(say("director", ask_case_act(f, act))), "");
	act = federation_case_act(f, of_case, "director", SLUIS_CASE_STEP, NULL, "step", "consultation");
	assert_string_equal(broker_rule(say("director", ask_case_act(f, act))), "");
	return 0;
}

static int
end(void **state)
{
	(void)state;
	sluis_case_free(of_case);
	broker_free(broker);
	return 0;
}

/* ---- who learns what ---- */

static void
officers_see_what_was_tried_receivers_do_not(void **state)
{
	const struct tried t = { .from = "provider", .to = "director gi", .categories = "diagnostics history" };
	struct seen seen;

	(void)state;
	assert_string_equal(tries(&t), "receiver-role");
	seen = log_of("provider-officer");
	assert_int_equal(seen.events, 1);
	assert_int_equal(seen.parties, 2);
	assert_int_equal(seen.categories, 2);
	assert_true(seen.has_case);
	seen = log_of("gi-officer");
	assert_int_equal(seen.events, 1);
	assert_int_equal(seen.parties, 1);
	assert_string_equal(seen.party, "gi");
	seen = log_of("officer");
	assert_int_equal(seen.events, 1);
	assert_int_equal(seen.parties, 1);
	assert_string_equal(seen.party, "director");
	assert_int_equal(log_of("director").events, 0);
	assert_int_equal(log_of("gi").events, 0);
	assert_int_equal(log_of("school").events, 0);
	assert_int_equal(log_of("provider").events, 1); /* its own act */
}

static void
a_case_of_others_and_none_leave_the_same_traces(void **state)
{
	const char *const receivers[] = { "director", "director gi" };
	struct sluis_id none;

	(void)state;
	memset(none.bytes, OTHER_BYTE, sizeof(none.bytes));
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(receivers); i++) {
		const struct tried others = { .from = "school", .to = receivers[i], .categories = "education" };
		const struct tried nowhere = { .from = "school", .to = receivers[i], .categories = "education",
			.case_id = &none };
		const size_t before = log_size();
		size_t len;
		const Sluis__Tell *tell = say("school", ask_intent(&others));

		assert_string_equal(broker_rule(tell), "not-found");
		len = protobuf_c_message_get_packed_size(&tell->refusal->base);
		assert_int_equal(log_size(), before + 1);
		tell = say("school", ask_intent(&nowhere));
		assert_string_equal(broker_rule(tell), "not-found");
		assert_int_equal(protobuf_c_message_get_packed_size(&tell->refusal->base), len);
		assert_int_equal(log_size(), before + 2);
	}
	assert_int_equal(log_of("officer").events, 0);
	assert_int_equal(log_of("gi-officer").events, 0);
	assert_false(log_of("school").has_case);
}

/* ---- replay ---- */

static void
an_intent_is_decided_once(void **state)
{
	struct tried t = { .from = "provider", .to = "director", .categories = "bsn" };
	struct ask_push push = { .from = "provider", .to = "director", .of_case = of_case, .sequence = 900,
		.bytes = 10, .category = "history" };
	const Sluis__Ask *ask;
	size_t before;

	(void)state;
	memset(t.id.bytes, OTHER_BYTE, sizeof(t.id.bytes));
	ask = ask_intent(&t);
	assert_string_equal(broker_rule(say("provider", ask)), "category-not-allowed");
	before = log_size();
	assert_string_equal(broker_rule(say("provider", ask)), "category-not-allowed");
	assert_int_equal(log_size(), before);
	assert_string_equal(tries(&t), "id-reused"); /* other bytes: another time */
	ask = ask_push(broker->f, &push); /* what was refused stands in nothing's way */
	assert_string_equal(broker_rule(broker_ask(broker, "provider", ask, push.body)), "");
}

static void
an_intent_that_might_be_pushed_is_not_a_push(void **state)
{
	const struct tried t = { .from = "provider", .to = "director", .categories = "history" };
	Sluis__Ask *ask = ask_intent(&t);

	(void)state;
	assert_string_equal(broker_rule(say("provider", ask)), "malformed");
	assert_int_equal(say("director", ask_inbox(broker->f))->inbox->n_rows, 0);
	ask = ask_intent(&t);
	assert_string_equal(broker_rule(say("gi", ask)), "signature"); /* somebody else's */
}

/* ---- size ---- */

/* Every log that an event stands in stays readable, whatever a modified client thinks of. */
static void
an_event_that_would_not_fit_says_less(void **state)
{
	char categories[SLUIS_SECTIONS_MAX * (LONG_CODE + 1)] = "";
	char to[256] = "director gi referrer school municipality-a municipality-b expertise-centre";
	struct tried t = { .from = "provider", .to = to, .categories = categories };
	struct seen seen;
	size_t at = 0;

	(void)state;
	for (unsigned i = 0; i < SLUIS_SECTIONS_MAX; i++)
		at += (size_t)snprintf(categories + at, sizeof(categories) - at, "%s%030u-%c", i > 0 ? " " : "", i / 26,
		    'a' + (int)(i % 26));
	for (unsigned i = 0; i < CROWD; i++)
		snprintf(to + strlen(to), sizeof(to) - strlen(to), " crowd-%u", i);
	assert_string_equal(tries(&t), "too-large");
	seen = log_of("provider-officer");
	assert_int_equal(seen.events, 1);
	assert_string_equal(seen.rule, "too-large");
	assert_int_equal(seen.parties, 7 + CROWD);
	assert_int_equal(seen.categories, 0);
	seen = log_of("gi-officer");
	assert_int_equal(seen.events, 1);
	assert_int_equal(seen.categories, SLUIS_SECTIONS_MAX);
	t.to = "director gi"; /* fits */
	assert_string_not_equal(tries(&t), "too-large");
	assert_int_equal(log_of("provider-officer").categories, SLUIS_SECTIONS_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(officers_see_what_was_tried_receivers_do_not, begin, end),
		cmocka_unit_test_setup_teardown(a_case_of_others_and_none_leave_the_same_traces, begin, end),
		cmocka_unit_test_setup_teardown(an_intent_is_decided_once, begin, end),
		cmocka_unit_test_setup_teardown(an_intent_that_might_be_pushed_is_not_a_push, begin, end),
		cmocka_unit_test_setup_teardown(an_event_that_would_not_fit_says_less, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
