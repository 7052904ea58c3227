/* SPDX-License-Identifier: EUPL-1.2 */
/* Recording a grant, and asking for categories. */
#include "decide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "date.h"
#include "policy_scene.h"

static struct scene S;
static const struct sluis_refusal_facts REFUSAL; /* of everything */

static void
assert_rule(const char *rule)
{
	assert_string_equal(scene_rule(&S), rule);
}

static void
init_record(void)
{
	scene_init(&S, scene_default_policy());
	S.act = (struct sluis_act){ .code = scene_code("grant-add"), .created_ms = SCENE_NOW_MS };
	S.facts.sender.roles = scene_codes("provider");
	S.facts.recipient_count = 0;
}

#define HOW(name) static void name(struct sluis_grant_facts *grant)

HOW(over)
{
	grant->until_ms = SCENE_NOW_MS;
}
HOW(band_unknown)
{
	grant->band = scene_code("ageless");
}
HOW(band_over)
{
	grant->band_until_ms = SCENE_NOW_MS;
}
HOW(band_in_month)
{
	grant->band_until_ms += SCENE_DAY_MS;
}
HOW(exception_unknown)
{
	grant->exception = scene_code("haste");
}
HOW(giver_missing)
{
	grant->authority_count = 3;
}
HOW(text_unknown)
{
	grant->text = scene_code("2019-9");
}
HOW(method_unknown)
{
	grant->method = scene_code("telepathy");
}
HOW(no_purpose)
{
	grant->purposes.count = 0;
}
HOW(purpose_unknown)
{
	grant->purposes = scene_codes("plan curiosity");
}
HOW(no_category)
{
	grant->categories.count = 0;
}
HOW(category_unknown)
{
	grant->categories = scene_codes("gossip plan");
}
HOW(no_receiver)
{
	grant->to_count = 0;
}
HOW(receiver_unnamed)
{
	S.to[1].organisation = scene_code("");
	(void)grant;
}
HOW(receiver_role_unknown)
{
	S.to[1].roles = scene_codes("parent emperor");
	(void)grant;
}
HOW(never_begins)
{
	grant->valid_from_ms = grant->until_ms;
}
HOW(lasts_too_long)
{
	grant->valid_from_ms = SCENE_NOW_MS;
	grant->until_ms = SCENE_NOW_MS + 3660 * SCENE_DAY_MS + 1;
}
HOW(begins_before_time)
{
	grant->valid_from_ms = INT64_MIN;
}

/* clang-format off */
static const struct {
	void (*how)(struct sluis_grant_facts *grant);
	const char *rule;
	const char *detail;
} BREAKS[] = { /* in the order of the rules */
	{ over,                  "grant-expired",   "grant-add" },
	{ band_unknown,          "grant-band",      "ageless" },
	{ band_over,             "grant-band",      "under-12" },
	{ band_in_month,         "grant-band",      "under-12" },
	{ exception_unknown,     "grant-exception", "haste" },
	{ giver_missing,         "grant-giver",     "authority" },
	{ method_unknown,        "grant-giver",     "telepathy" },
	{ text_unknown,          "grant-text",      "2019-9" },
	{ no_purpose,            "grant-purpose",   "grant-add" },
	{ purpose_unknown,       "grant-purpose",   "curiosity" },
	{ no_category,           "grant-category",  "grant-add" },
	{ category_unknown,      "grant-category",  "gossip" },
	{ no_receiver,           "grant-receiver",  "grant-add" },
	{ receiver_unnamed,      "grant-receiver",  "" },
	{ receiver_role_unknown, "grant-receiver",  "emperor" },
	{ never_begins,          "grant-term",      "grant-add" },
	{ lasts_too_long,        "grant-term",      "grant-add" },
	{ begins_before_time,    "grant-term",      "grant-add" },
};
/* clang-format on */

/* A former text holds for what was recorded with it; what is recorded now has the present one. */
static void
takes_the_present_text_only(void **state)
{
	struct sluis_policy *renewed = scene_policy(scene_replace(scene_replace(scene_text("config/policy.yaml"),
	    "version: \"2025-1\"", "version: \"2026-1\""), "former: []", "former: [\"2024-1\", \"2025-1\"]"));

	(void)state;
	init_record();
	S.policy = renewed;
	assert_rule("grant-text");
	S.facts.grant.text = scene_code("2026-1");
	assert_rule("act");
	scene_init(&S, renewed);
	assert_rule("matrix");
	S.facts.grant.text = scene_code("2025-1");
	assert_rule("matrix");
	S.facts.grant.text = scene_code("2023-1");
	assert_rule("grant-text");
	sluis_policy_free(renewed);
}

/* Nobody is under 12 for more than 12 years, nor 12 to 15 for more than 4. */
static void
bounds_the_age_limit(void **state)
{
	static const struct {
		const char *band, *givers;
		int64_t until_ms;
		const char *rule;
	} CASES[] = {
		{ "under-12", "authority authority", INT64_C(2272147200000) /* 2042-01-01 */, "act" },
		{ "under-12", "authority authority", INT64_C(2277417600000) /* 2042-03-03 */, "grant-band" },
		{ "12-15", "youth authority authority", INT64_C(2019686400000) /* 2034-01-01 */, "act" },
		{ "12-15", "youth authority authority", INT64_C(2051222400000) /* 2035-01-01 */, "grant-band" },
		{ "12-15", "youth authority authority", INT64_MAX, "grant-band" },
		{ "16-plus", "youth", INT64_C(2051222400000), "act" }, /* needs no end: may state one */
	};
	struct sluis_policy *ageless = scene_policy(scene_replace(scene_text("config/policy.yaml"),
	    "until: true, from-age: 0, renewal-age: 12", "until: true"));

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(CASES); i++) {
		init_record();
		S.facts.grant.band = scene_code(CASES[i].band);
		S.facts.grant.givers = scene_codes(CASES[i].givers);
		S.facts.grant.band_until_ms = CASES[i].until_ms;
		assert_rule(CASES[i].rule);
	}
	init_record(); /* a policy that says no ages bounds nothing */
	S.policy = ageless;
	S.facts.grant.band_until_ms = INT64_C(2051222400000);
	assert_rule("act");
	sluis_policy_free(ageless);
	init_record();
	S.now_ms = -2; /* so far ahead that the distance is no number */
	S.facts.grant.band_until_ms = INT64_MAX;
	assert_rule("grant-band");
}

static void
records_a_grant(void **state)
{
	(void)state;
	init_record();
	assert_rule("act");
	assert_false(scene_decide(&S).is_reviewed);
	S.facts.grant.is_named = false; /* it is being made: nothing to find, nothing that beats it */
	S.facts.grant.is_found = false;
	S.facts.grant.refusals = &REFUSAL;
	S.facts.grant.refusal_count = 1;
	S.facts.grant.valid_from_ms = S.now_ms + SCENE_DAY_MS;
	S.facts.grant.until_ms = S.facts.grant.valid_from_ms + 3660 * SCENE_DAY_MS;
	assert_rule("act");
	S.facts.grant.band = scene_code("16-plus");
	S.facts.grant.givers = scene_codes("youth");
	S.facts.grant.band_until_ms = 0;
	assert_rule("act");
	S.facts.grant.exception = scene_code("unable-authority");
	S.facts.grant.is_assessed = true;
	S.facts.grant.givers = scene_codes("authority authority");
	assert_rule("act");
	assert_true(scene_decide(&S).is_reviewed);
	S.facts.of_case.step = scene_code("closed"); /* in any open step */
	assert_rule("case-closed");
	S.facts.sender.roles = scene_codes("parent");
	assert_rule("act-role");
}

static void
refuses_each_break_by_its_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(BREAKS); i++) {
		init_record();
		BREAKS[i].how(&S.facts.grant);
		assert_rule(BREAKS[i].rule);
		assert_true(sluis_bytes_is_text(scene_decide(&S).detail, BREAKS[i].detail));
		for (size_t j = i + 1; j < SLUIS_ARRAY_LEN(BREAKS); j++) {
			init_record();
			BREAKS[j].how(&S.facts.grant);
			BREAKS[i].how(&S.facts.grant);
			if (strcmp(scene_rule(&S), BREAKS[i].rule) != 0)
				fail_msg("%s and %s: %s", BREAKS[i].rule, BREAKS[j].rule,
				    scene_rule(&S));
		}
	}
}

static void
init_request(const char *purpose, const char *step, const char *asker, const char *asked)
{
	scene_init_push(&S, scene_default_policy(), purpose, step, asker);
	S.facts.grant = (struct sluis_grant_facts){ 0 };
	S.act.code = scene_code("request");
	S.act.ground = scene_code("");
	S.act.retention = scene_code("");
	S.act.expires_ms = S.now_ms + SCENE_DAY_MS;
	scene_add_recipient(&S, "asked", "there", asked);
}

/* Purpose, step, who asks, who is asked, category: the matrix, read from the other side. */
static void
asks_by_the_same_matrix(void **state)
{
	static const struct {
		const char *purpose, *step, *asker, *asked, *category, *rule;
	} CASES[] = {
		{ "consultation", "consultation", "director", "provider", "diagnostics", "matrix" },
		{ "consultation", "consultation", "director", "school", "diagnostics", "matrix" },
		{ "consultation", "consultation", "provider", "director", "diagnostics", "sender-role" },
		{ "consultation", "monitoring", "director", "provider", "diagnostics", "step-purpose" },
		{ "consultation", "closed", "director", "provider", "diagnostics", "case-closed" },
		{ "consultation", "consultation", "director", "youth", "diagnostics", "receiver-role" },
		{ "consultation", "consultation", "director", "provider", "identification",
		    "category-not-allowed" },
		{ "consultation", "consultation", "director", "provider", "gossip", "category-unknown" },
		{ "consultation", "consultation", "director", "school", "message", "category-limited" },
		{ "rights", "monitoring", "parent", "provider", "plan", "matrix" },
		{ "analysis", "consultation", "experience-expert", "director", "family", "matrix" },
		{ "safety-report", "monitoring", "safe-home", "provider", "justification", "officers-only" },
		{ "safety-report", "monitoring", "safe-home", "provider", "safety", "matrix" },
		{ "curiosity", "consultation", "director", "provider", "plan", "purpose-unknown" },
	};

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(CASES); i++) {
		init_request(CASES[i].purpose, CASES[i].step, CASES[i].asker, CASES[i].asked);
		scene_add_section(&S, CASES[i].category, 0);
		assert_rule(CASES[i].rule);
	}
}

static void
asks_members_of_the_case_within_the_term(void **state)
{
	(void)state;
	init_request("consultation", "consultation", "director", "provider");
	assert_rule("section-count");
	scene_add_section(&S, "history", 0);
	assert_true(sluis_bytes_is_text(scene_decide(&S).detail, "consultation"));
	assert_int_equal(scene_decide(&S).expires_ms, S.act.expires_ms);
	S.act.expires_ms = S.now_ms + 1000 * SCENE_DAY_MS;
	assert_int_equal(scene_decide(&S).expires_ms, S.act.created_ms + 92 * SCENE_DAY_MS);
	S.act.expires_ms = S.now_ms;
	assert_rule("expired");
	S.act.expires_ms = 0;
	assert_rule("matrix");
	S.recipients[0].is_on_case = false;
	assert_rule("receiver-not-on-case");
	S.recipients[0].kind = SLUIS_RECIPIENT_RECOVERY;
	assert_rule("receiver-inactive");
	S.facts.recipient_count = 0;
	assert_rule("receiver-count");

	/* Whoever stands outside the case cannot be asked about it, whatever the purpose. */
	init_request("safety-report", "monitoring", "safe-home", "provider");
	scene_add_section(&S, "safety", 0);
	S.recipients[0].is_on_case = false;
	assert_rule("receiver-not-on-case");

	/* Attachments are never for a school, not even by asking; a school may send one. */
	init_request("consultation", "consultation", "director", "school");
	scene_add_section(&S, "attachment", 0);
	assert_rule("matrix");
}

/* Nobody gets by asking what a limit keeps from its role. */
static void
asks_within_the_limits(void **state)
{
	char *text = scene_text("config/policy.yaml");
	struct sluis_policy *wide = scene_policy(scene_replace(text, "    categories: [agreement]\n    required: [plan]",
	    "    categories: [agreement, attachment]\n    required: [plan]"));

	(void)state;
	init_request("plan", "monitoring", "school", "director");
	S.policy = wide;
	scene_add_section(&S, "attachment", 0);
	assert_rule("category-limited");
	sluis_policy_free(wide);
}

static void
knows_the_calendar(void **state)
{
	static const struct {
		const char *text;
		int64_t days; /* -1: no date */
	} DATES[] = {
		{ "1970-01-01", 0 }, { "1970-12-31", 364 }, { "1972-02-29", 789 }, { "1972-03-01", 790 },
		{ "2000-02-29", 11016 }, { "2000-03-01", 11017 }, { "2026-11-22", 20779 },
		{ "2100-02-28", 47540 }, { "2100-03-01", 47541 }, { "9999-12-31", 2932896 },
		{ "1969-12-31", -1 }, { "2100-02-29", -1 }, { "2023-02-29", -1 }, { "2024-13-01", -1 },
		{ "2024-00-10", -1 }, { "2024-01-00", -1 }, { "2024-04-31", -1 }, { "2024-1-1", -1 },
		{ "2024/01/01", -1 }, { "2024-01/01", -1 }, { "20240101", -1 }, { "2024-01-01 ", -1 },
		{ "x024-01-01", -1 }, { "2024-x1-01", -1 }, { "2024-01-1x", -1 }, { "+024-01-01", -1 },
		{ "2024-01-32", -1 }, { "2024:01-01", -1 }, { "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(DATES); i++) {
		int64_t ms = -5;
		const bool is_date = sluis_policy_date_parse(scene_code(DATES[i].text), &ms);

		assert_int_equal(is_date, DATES[i].days >= 0);
		assert_int_equal(ms, is_date ? DATES[i].days * SCENE_DAY_MS : -5);
	}
	for (int64_t ms = -1; ms <= 1; ms++)
		assert_int_equal(sluis_policy_date_is_month_start(ms), ms == 0);
	assert_false(sluis_policy_date_is_month_start(-SCENE_DAY_MS));
	assert_false(sluis_policy_date_is_month_start(INT64_MIN));
}

/* Every day of 250 years: a month starts exactly where the parser says that day 01 is. */
static void
agrees_on_month_starts(void **state)
{
	size_t starts = 0;

	(void)state;
	for (int64_t day = 0; day < 91310; day++)
		starts += sluis_policy_date_is_month_start(day * SCENE_DAY_MS);
	assert_int_equal(starts, 250 * 12);
	for (int year = 1970; year < 2220; year++) {
		for (int month = 1; month <= 12; month++) {
			char text[32];
			int64_t ms;

			snprintf(text, sizeof(text), "%04d-%02d-01", year, month);
			assert_true(sluis_policy_date_parse(scene_code(text), &ms));
			assert_true(sluis_policy_date_is_month_start(ms));
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_the_present_text_only),
		cmocka_unit_test(bounds_the_age_limit),
		cmocka_unit_test(records_a_grant),
		cmocka_unit_test(refuses_each_break_by_its_rule),
		cmocka_unit_test(asks_by_the_same_matrix),
		cmocka_unit_test(asks_members_of_the_case_within_the_term),
		cmocka_unit_test(asks_within_the_limits),
		cmocka_unit_test(knows_the_calendar),
		cmocka_unit_test(agrees_on_month_starts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
