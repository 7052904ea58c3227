/* SPDX-License-Identifier: EUPL-1.2 */
/* Rules 6 and 7: every ground of the agreement, consent by age, and how long a message may stay. */
#include "decide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy_scene.h"

static struct scene S;

static void
assert_rule(const char *rule)
{
	assert_string_equal(scene_rule(&S), rule);
}

/* Each ground once with all that it asks; ${facts}: "key=value key=value". */
/* clang-format off */
static const struct {
	const char *ground, *regime, *purpose, *step, *from, *to, *category, *facts;
	bool is_reviewed;
} GROUNDS[] = {
	{ "direct-involvement", "wgbo", "consultation", "consultation", "provider", "director", "history",
	    "involvement=both-deliver-help necessity=as-far-as-needed", false },
	{ "guardian", "jeugdwet", "rights", "intake", "provider", "parent", "plan",
	    "until=2030-02-01", false },
	{ "supervision-order", "jeugdwet", "plan", "monitoring", "director", "certified-institution", "plan",
	    "decided=2029-11-01 until=2030-06-30", false },
	{ "statutory-duty", "awb", "rights", "closed", "municipality-access", "youth", "plan",
	    "article=avg-15", false },
	{ "municipality-a", "jeugdwet", "transfer", "monitoring", "director", "municipality-access", "plan",
	    "task=access", false },
	{ "municipality-b", "jeugdwet", "transfer", "monitoring", "director", "municipality-access", "plan",
	    "task=council-request", false },
	{ "municipality-c", "jeugdwet", "funding", "monitoring", "director", "municipality-funding", "advice",
	    "task=funding", false },
	{ "municipality-d", "jeugdwet", "funding", "monitoring", "provider", "municipality-funding", "bsn",
	    "task=control", false },
	{ "safe-home-report", "education", "safety-report", "closed", "school", "safe-home", "safety",
	    "meldcode-step=step-5 parents-informed=informed", true },
	{ "conflict-of-duties", "wmo", "consultation", "consultation", "provider", "director", "safety",
	    "consent-tried=refused harm=serious no-other-way=considered least-data=minimal "
	    "colleague-consulted=officer", true },
	{ "research", "jeugdwet", "indicators", "closed", "secretary", "analyst", "indicators",
	    "reason=not-identifiable objection=none note-in-file=noted", false },
};
/* clang-format on */

static void
set_facts(const char *facts)
{
	static char words[SCENE_CODES][2][64];

	S.act.ground_fact_count = 0;
	for (size_t i = 0; *facts != '\0'; i++) {
		const size_t key = strcspn(facts, "=");
		const size_t value = strcspn(facts + key + 1, " ");

		snprintf(words[i][0], 64, "%.*s", (int)key, facts);
		snprintf(words[i][1], 64, "%.*s", (int)value, facts + key + 1);
		scene_add_fact(&S, words[i][0], words[i][1]);
		facts += key + 1 + value;
		facts += strspn(facts, " ");
	}
}

static void
init_ground(size_t i)
{
	scene_init_push(&S, scene_default_policy(), GROUNDS[i].purpose, GROUNDS[i].step, GROUNDS[i].from);
	S.facts.grant = (struct sluis_grant_facts){ 0 };
	S.facts.sender.regime = scene_code(GROUNDS[i].regime);
	S.act.ground = scene_code(GROUNDS[i].ground);
	scene_add_recipient(&S, "receiver", "there", GROUNDS[i].to);
	scene_add_section(&S, GROUNDS[i].category, 1);
	if (GROUNDS[i].is_reviewed) { /* sealed to an officer who is not on the case */
		scene_add_recipient(&S, "officer", "team", "privacy-officer");
		scene_add_section(&S, "justification", 2);
		S.recipients[1].is_on_case = false;
	}
	set_facts(GROUNDS[i].facts);
}

static void
permits_each_ground(void **state)
{
	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(GROUNDS); i++) {
		init_ground(i);
		assert_rule("matrix");
		assert_int_equal(scene_decide(&S).is_reviewed, GROUNDS[i].is_reviewed);
	}
}

/* Without any one fact, with a wrong one, one twice, one too many: no. */
static void
asks_all_evidence_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(GROUNDS); i++) {
		const size_t count = (init_ground(i), S.act.ground_fact_count);

		for (size_t k = 0; k < count; k++) {
			init_ground(i);
			S.ground_facts[k] = S.ground_facts[--S.act.ground_fact_count];
			assert_rule("ground-evidence");
			init_ground(i);
			S.ground_facts[k].value = scene_code("nonsense");
			assert_rule("ground-evidence");
			assert_true(sluis_bytes_equal(scene_decide(&S).detail, S.ground_facts[k].key));
			init_ground(i);
			S.ground_facts[k] = S.ground_facts[(k + 1) % count];
			assert_rule(count == 1 ? "matrix" : "ground-evidence");
		}
		init_ground(i);
		scene_add_fact(&S, "weather", "fine");
		assert_rule("ground-evidence");
		assert_true(sluis_bytes_is_text(scene_decide(&S).detail, "weather"));
		init_ground(i);
		S.ground_facts[S.act.ground_fact_count++] = S.ground_facts[0];
		assert_rule("ground-evidence");
		assert_true(sluis_bytes_equal(scene_decide(&S).detail, S.ground_facts[0].key));
	}
}

/* A task of another letter is no evidence for this one. */
static void
keeps_the_letters_of_municipalities_apart(void **state)
{
	static const char *const TASKS[] = { "task=access", "task=council-request", "task=funding",
		"task=control" };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(TASKS); i++)
		for (size_t k = 0; k < SLUIS_ARRAY_LEN(TASKS); k++) {
			init_ground(4 + i);
			set_facts(TASKS[k]);
			assert_rule(i == k ? "matrix" : "ground-evidence");
		}
}

/* The 16th birthday is told to the month, and is at most 16 years away. */
static void
ends_kinship_at_a_month(void **state)
{
	(void)state;
	init_ground(1);
	set_facts("until=2030-02-02");
	assert_rule("ground-evidence");
	set_facts("until=2046-01-01");
	assert_rule("matrix");
	assert_int_equal(scene_decide(&S).expires_ms, S.act.created_ms + 30 * SCENE_DAY_MS);
	set_facts("until=2046-03-01");
	assert_rule("ground-evidence");
	set_facts("until=2030-01-01");
	assert_rule("ground-ended");
	S.now_ms--;
	assert_rule("matrix");
	assert_int_equal(scene_decide(&S).expires_ms, SCENE_NOW_MS);
	set_facts("until=2046-02-01"); /* 5875 days from the scene; 16 long years are 5856 */
	S.now_ms = SCENE_NOW_MS + 19 * SCENE_DAY_MS;
	assert_rule("matrix");
	S.now_ms--;
	assert_rule("ground-evidence");
}

/* A refusal beats the grant for what it speaks of, and for nothing else. */
static void
keeps_a_refusal_to_its_scope(void **state)
{
	static const struct {
		const char *purposes, *categories, *rule;
	} CASES[] = {
		{ "", "", "grant-refused" },
		{ "plan", "", "grant-refused" },
		{ "referral", "", "matrix" },
		{ "", "agreement", "grant-refused" },
		{ "", "history", "matrix" },
		{ "referral plan", "history agreement", "grant-refused" },
		{ "plan", "history", "matrix" },
		{ "referral", "agreement", "matrix" },
	};

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(CASES); i++) {
		const struct sluis_refusal_facts refusals[] = {
			{ scene_codes("screening"), scene_codes("question") },
			{ scene_codes(CASES[i].purposes), scene_codes(CASES[i].categories) },
		};

		scene_init(&S, scene_default_policy());
		S.facts.grant.refusals = refusals;
		S.facts.grant.refusal_count = 2;
		assert_rule(CASES[i].rule);
		S.facts.grant.refusal_count = 1;
		assert_rule("matrix");
	}
}

/* What only officers read does not stand on consent: a refusal does not keep it back. */
static void
refusal_keeps_no_justification_back(void **state)
{
	const struct sluis_refusal_facts refusal = { .categories = scene_codes("justification") };

	(void)state;
	scene_init_push(&S, scene_default_policy(), "safety-report", "monitoring", "provider");
	scene_add_recipient(&S, "safe-home", "safe-home", "safe-home");
	scene_add_recipient(&S, "officer", "team", "privacy-officer");
	scene_add_section(&S, "safety", 1);
	scene_add_section(&S, "justification", 2);
	scene_grant_to(&S, "safe-home", "");
	S.facts.grant.refusals = &refusal;
	S.facts.grant.refusal_count = 1;
	assert_rule("matrix");
}

static void
asks_the_justification_where_the_ground_does(void **state)
{
	(void)state;
	init_ground(9); /* conflict-of-duties, consultation */
	S.act.section_count = 1;
	S.facts.recipient_count = 1;
	assert_rule("ground-evidence");
	init_ground(9);
	S.recipients[1].member.organisation = scene_code("elsewhere");
	assert_rule("receiver-not-on-case");
	S.recipients[1].is_on_case = true;
	assert_rule("receiver-role");
}

static void
keeps_each_ground_to_its_scope(void **state)
{
	static const struct {
		size_t ground;
		const char *regime, *to, *category, *rule;
	} CASES[] = {
		{ 0, "wmo", "director", "history", "ground-not-allowed" },
		{ 1, "wgbo", "guardian", "plan", "matrix" },
		{ 1, "jeugdwet", "youth", "plan", "ground-receiver" },
		{ 1, "education", "parent", "plan", "ground-not-allowed" },
		{ 2, "jeugdwet", "provider", "plan", "ground-receiver" },
		{ 3, "education", "client-supporter", "plan", "matrix" },
		{ 4, "wgbo", "municipality-access", "plan", "ground-not-allowed" },
		{ 4, "jeugdwet", "director", "plan", "ground-receiver" },
		{ 5, "jeugdwet", "municipality-access", "authority", "matrix" },
		{ 6, "jeugdwet", "municipality-funding", "bsn", "matrix" },
		{ 7, "jeugdwet", "municipality-funding", "advice", "ground-category" },
		{ 8, "awb", "child-protection-board", "safety", "ground-receiver" },
		{ 9, "awb", "director", "safety", "matrix" },
		{ 10, "wmo", "analyst", "indicators", "ground-not-allowed" },
	};

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(CASES); i++) {
		init_ground(CASES[i].ground);
		S.facts.sender.regime = scene_code(CASES[i].regime);
		S.recipients[0].member.roles = scene_codes(CASES[i].to);
		S.sections[0].category = scene_code(CASES[i].category);
		assert_rule(CASES[i].rule);
	}
	init_ground(0); /* never by who does not deliver help */
	S.facts.sender.roles = scene_codes("school");
	assert_rule("ground-not-allowed");
	S.facts.sender.roles = scene_codes("school provider"); /* in the other role */
	assert_rule("matrix");
	init_ground(4); /* a purpose of another ground */
	S.act.purpose = scene_code("plan");
	assert_rule("ground-not-allowed");
}

static void
ends_a_ground_by_itself(void **state)
{
	(void)state;
	init_ground(2);
	set_facts("decided=2029-11-01 until=2030-01-01");
	assert_rule("ground-ended"); /* from the start of that day */
	S.now_ms--;
	assert_rule("matrix");
	assert_int_equal(scene_decide(&S).expires_ms, SCENE_NOW_MS);
	S.now_ms++;
	set_facts("decided=2030-01-02 until=2030-02-01");
	assert_rule("ground-evidence"); /* decided tomorrow */
	set_facts("decided=2030-01-01 until=2030-02-01");
	assert_rule("matrix");
	set_facts("decided=2029-02-29 until=2030-02-01");
	assert_rule("ground-evidence"); /* no such day */
}

/* Of several end dates the earliest counts, in whatever order they are asked. */
static void
ends_at_the_earliest_end_date(void **state)
{
	char *text = scene_text("config/policy.yaml");
	struct sluis_policy *two = scene_policy(scene_replace(text, "{key: decided, type: date}",
	    "{key: decided, type: end-date}"));

	(void)state;
	init_ground(2);
	S.policy = two;
	set_facts("decided=2030-01-05 until=2030-01-07");
	assert_int_equal(scene_decide(&S).expires_ms, SCENE_NOW_MS + 4 * SCENE_DAY_MS);
	set_facts("until=2030-01-03 decided=2030-01-05");
	assert_int_equal(scene_decide(&S).expires_ms, SCENE_NOW_MS + 2 * SCENE_DAY_MS);
	set_facts("until=2030-01-03 decided=2030-01-01");
	assert_rule("ground-ended");
	sluis_policy_free(two);
}

/* Whether an exception is assessed and reviewed is the policy's choice. */
static void
asks_of_exceptions_what_the_policy_asks(void **state)
{
	char *text = scene_text("config/policy.yaml");
	struct sluis_policy *lax = scene_policy(scene_replace(text,
	    "    needs: [youth]\n    assessed: true\n    reviewed: true\n", "    needs: [youth]\n"));

	(void)state;
	scene_init(&S, lax);
	S.facts.grant.band = scene_code("12-15");
	S.facts.grant.exception = scene_code("youth-alone-harm");
	S.facts.grant.givers = scene_codes("youth");
	assert_rule("matrix");
	assert_false(scene_decide(&S).is_reviewed);
	sluis_policy_free(lax);
}

static void
ends_kinship_by_a_shield(void **state)
{
	(void)state;
	init_ground(1);
	S.recipients[0].shielded = scene_codes("address");
	assert_rule("ground-receiver");
	S.act.ground = scene_code("statutory-duty");
	set_facts("article=avg-15");
	assert_rule("matrix"); /* other grounds only keep the shielded category back */
}

/* band, exception, assessed, givers, holders stated, rule */
static void
asks_consent_by_age(void **state)
{
	static const struct {
		const char *band, *exception;
		bool is_assessed;
		const char *givers;
		uint32_t holders;
		const char *rule;
	} CASES[] = {
		{ "under-12", "", false, "authority", 1, "matrix" },
		{ "under-12", "", false, "authority", 2, "grant-giver" },
		{ "under-12", "", false, "authority authority", 2, "matrix" },
		{ "under-12", "", false, "authority authority authority", 2, "matrix" },
		{ "under-12", "", false, "guardian", 1, "matrix" },
		{ "under-12", "", false, "court-replacement mentor", 2, "matrix" },
		{ "under-12", "", false, "curator authority", 3, "grant-giver" },
		{ "under-12", "", false, "youth", 1, "grant-giver" },
		{ "under-12", "", false, "representative", 1, "grant-giver" },
		{ "under-12", "", false, "", 1, "grant-giver" },
		{ "12-15", "", false, "youth", 1, "grant-giver" },
		{ "12-15", "", false, "authority", 1, "grant-giver" },
		{ "12-15", "", false, "authority youth", 1, "matrix" },
		{ "12-15", "", false, "authority youth", 2, "grant-giver" },
		{ "16-plus", "", false, "youth", 2, "matrix" },
		{ "16-plus", "", false, "youth", 0, "matrix" },
		{ "16-plus", "", false, "authority", 1, "grant-giver" },
		{ "12-15", "youth-alone-harm", true, "youth", 2, "matrix" },
		{ "12-15", "youth-alone-harm", false, "youth", 2, "grant-exception" },
		{ "12-15", "youth-alone-wish", true, "authority", 1, "grant-giver" },
		{ "under-12", "youth-alone-harm", true, "youth", 1, "grant-exception" },
		{ "16-plus", "unable-authority", true, "authority", 1, "matrix" },
		{ "16-plus", "unable-representative", true, "representative", 1, "matrix" },
		{ "12-15", "unable-representative", true, "representative", 1, "grant-exception" },
	};

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(CASES); i++) {
		scene_init(&S, scene_default_policy());
		S.facts.grant.band = scene_code(CASES[i].band);
		S.facts.grant.exception = scene_code(CASES[i].exception);
		S.facts.grant.is_assessed = CASES[i].is_assessed;
		S.facts.grant.givers = scene_codes(CASES[i].givers);
		S.facts.grant.authority_count = CASES[i].holders;
		assert_rule(CASES[i].rule);
		assert_int_equal(scene_decide(&S).is_reviewed,
		    strcmp(CASES[i].rule, "matrix") == 0 && CASES[i].exception[0] != '\0');
	}
	S.facts.grant.band = scene_code("16-plus");
	S.facts.grant.band_until_ms = 0; /* nothing more to renew at 18 */
	assert_rule("matrix");
}

static void
holds_between_first_and_last_moment(void **state)
{
	(void)state;
	scene_init(&S, scene_default_policy());
	S.facts.grant.valid_from_ms = S.now_ms;
	S.facts.grant.until_ms = S.now_ms + 1;
	S.facts.grant.band_until_ms = S.now_ms + 1;
	assert_rule("matrix");
	assert_int_equal(scene_decide(&S).expires_ms, S.now_ms + 1);
	S.now_ms++;
	assert_rule("grant-expired");
	S.facts.grant.until_ms++;
	assert_rule("grant-band");
}

/* Expiry is the earliest of class, declared end, grant and age limit. */
static void
ends_at_the_earliest(void **state)
{
	(void)state;
	scene_init(&S, scene_default_policy());
	S.act.retention = scene_code("transit-short");
	assert_int_equal(scene_decide(&S).expires_ms, S.act.created_ms + 7 * SCENE_DAY_MS);
	S.act.expires_ms = S.now_ms + 6 * SCENE_DAY_MS;
	assert_int_equal(scene_decide(&S).expires_ms, S.act.expires_ms);
	S.facts.grant.until_ms = S.now_ms + 5 * SCENE_DAY_MS;
	assert_int_equal(scene_decide(&S).expires_ms, S.facts.grant.until_ms);
	S.facts.grant.band_until_ms = S.now_ms + 4 * SCENE_DAY_MS;
	assert_int_equal(scene_decide(&S).expires_ms, S.facts.grant.band_until_ms);
	S.facts.grant.band = scene_code("16-plus");
	S.facts.grant.givers = scene_codes("youth");
	S.facts.grant.band_until_ms = 0;
	assert_int_equal(scene_decide(&S).expires_ms, S.facts.grant.until_ms);
	S.act.expires_ms = S.now_ms + 60 * SCENE_DAY_MS;
	S.facts.grant.until_ms = S.now_ms + 60 * SCENE_DAY_MS;
	assert_int_equal(scene_decide(&S).expires_ms, S.act.created_ms + 7 * SCENE_DAY_MS);
	S.act.created_ms = INT64_MAX - 5; /* no sum overflows */
	assert_int_equal(scene_decide(&S).expires_ms, S.act.expires_ms);
}

static void
keeps_for_a_review_only_what_is_reviewed(void **state)
{
	(void)state;
	init_ground(9);
	S.act.retention = scene_code("review");
	assert_rule("matrix");
	assert_int_equal(scene_decide(&S).expires_ms, S.act.created_ms + 90 * SCENE_DAY_MS);
	init_ground(0);
	S.act.retention = scene_code("review");
	assert_rule("retention-class");
	S.act.retention = scene_code("log");
	assert_rule("retention-class");
}

static void
ignores_a_grant_that_the_ground_does_not_use(void **state)
{
	(void)state;
	init_ground(0);
	S.facts.grant.is_named = true;
	assert_rule("not-found"); /* but it must be one that the sender knows */
	S.facts.grant.is_found = true;
	S.facts.grant.is_withdrawn = true;
	S.facts.grant.exception = scene_code("youth-alone-harm");
	S.sections[0].is_criminal = true;
	assert_rule("matrix");
	assert_false(scene_decide(&S).is_reviewed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(permits_each_ground),
		cmocka_unit_test(asks_all_evidence_and_nothing_else),
		cmocka_unit_test(keeps_the_letters_of_municipalities_apart),
		cmocka_unit_test(ends_kinship_at_a_month),
		cmocka_unit_test(keeps_a_refusal_to_its_scope),
		cmocka_unit_test(refusal_keeps_no_justification_back),
		cmocka_unit_test(asks_the_justification_where_the_ground_does),
		cmocka_unit_test(keeps_each_ground_to_its_scope),
		cmocka_unit_test(ends_a_ground_by_itself),
		cmocka_unit_test(ends_at_the_earliest_end_date),
		cmocka_unit_test(asks_of_exceptions_what_the_policy_asks),
		cmocka_unit_test(ends_kinship_by_a_shield),
		cmocka_unit_test(asks_consent_by_age),
		cmocka_unit_test(holds_between_first_and_last_moment),
		cmocka_unit_test(ends_at_the_earliest),
		cmocka_unit_test(keeps_for_a_review_only_what_is_reviewed),
		cmocka_unit_test(ignores_a_grant_that_the_ground_does_not_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
