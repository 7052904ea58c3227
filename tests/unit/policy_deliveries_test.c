/* SPDX-License-Identifier: EUPL-1.2 */
/* Who gets which of the categories that are offered. */
#include "decide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy_scene.h"

static struct scene S;
static struct sluis_section_act WORK[SCENE_PLACES];
static uint64_t TO[SCENE_PLACES];

static struct sluis_verdict
deliver(void)
{
	for (size_t j = 0; j < S.act.section_count; j++) { /* what is assigned already does not count */
		S.sections[j].recipients = UINT64_MAX;
		S.sections[j].stanza_count = 99;
	}
	memset(TO, 0xff, sizeof(TO));
	return sluis_policy_deliveries(S.policy, &S.facts, &S.act, S.now_ms, WORK, TO);
}

static void
assert_delivers(const char *rule, uint64_t first, uint64_t second)
{
	assert_string_equal(sluis_rule_text(deliver().rule), rule);
	assert_int_equal(TO[0], first);
	assert_int_equal(TO[1], second);
}

/* A category goes to each named receiver that may have it: the school gets no plan. */
static void
gives_each_what_it_may_have(void **state)
{
	(void)state;
	scene_init(&S, scene_default_policy());
	assert_delivers("matrix", 3, 7);
	assert_int_equal(WORK[0].recipients, 3);
	assert_int_equal(WORK[0].stanza_count, 2);
	assert_int_equal(WORK[1].stanza_count, 3);
	assert_int_equal(WORK[1].size_bytes, 100);
	assert_true(sluis_bytes_is_text(WORK[1].category, "agreement"));
}

static void
refuses_what_nobody_may_have(void **state)
{
	struct sluis_verdict v;

	(void)state;
	scene_init(&S, scene_default_policy());
	scene_add_section(&S, "history", 0);
	v = deliver();
	assert_int_equal(v.rule, SLUIS_RULE_CATEGORY_NOT_ALLOWED);
	assert_int_equal(v.section, 2);
	assert_int_equal(TO[0], 3);
	assert_int_equal(TO[2], 0);
	S.sections[2].category = scene_code("gossip");
	assert_int_equal(deliver().rule, SLUIS_RULE_CATEGORY_UNKNOWN);
	assert_int_equal(TO[2], 0);
}

/* Who is there for the justification gets nothing else, whatever its roles may have; nor is it blamed for the rest. */
static void
gives_secrets_only_to_who_is_there_for_them(void **state)
{
	(void)state;
	scene_init_push(&S, scene_default_policy(), "safety-report", "monitoring", "provider");
	scene_add_recipient(&S, "safe-home", "safe-home", "safe-home");
	scene_add_recipient(&S, "director", "team", "safe-home privacy-officer"); /* the sender itself */
	scene_add_section(&S, "safety", 0);
	scene_add_section(&S, "justification", 0);
	scene_grant_to(&S, "safe-home", "");
	scene_grant_to(&S, "team", "");
	S.recipients[0].is_on_case = false;
	assert_delivers("matrix", 3, 2);
	S.recipients[1].is_for_secrets = true;
	assert_delivers("matrix", 1, 2);
	S.sections[0].category = scene_code("education");
	assert_int_equal(deliver().recipient, 0);
	assert_int_equal(WORK[0].recipients, 1);
}

static void
refuses_a_receiver_left_with_nothing(void **state)
{
	struct sluis_verdict v;

	(void)state;
	scene_init(&S, scene_default_policy());
	S.act.section_count = 1;
	v = deliver();
	assert_int_equal(v.rule, SLUIS_RULE_RECEIVER_EMPTY);
	assert_int_equal(v.recipient, 2);
	assert_int_equal(TO[0], 3);
	S.recipients[2].member.roles = scene_codes("analyst");
	assert_int_equal(deliver().rule, SLUIS_RULE_RECEIVER_ROLE);
	S.recipients[2].is_on_case = false;
	assert_int_equal(deliver().rule, SLUIS_RULE_RECEIVER_NOT_ON_CASE);
	S.facts.recipient_count = 0;
	assert_int_equal(deliver().rule, SLUIS_RULE_RECEIVER_COUNT);
	assert_int_equal(TO[0], 0);
}

/* A shield keeps the address from one parent; the other gets it. */
static void
narrows_by_shields(void **state)
{
	(void)state;
	scene_init(&S, scene_default_policy());
	S.recipients[1].shielded = scene_codes("plan");
	assert_delivers("matrix", 1, 7);
}

static void
narrows_by_grants(void **state)
{
	(void)state;
	scene_init_push(&S, scene_default_policy(), "analysis", "consultation", "director");
	scene_add_recipient(&S, "expert", "experts", "expert");
	scene_add_recipient(&S, "peer", "peers", "experience-expert");
	scene_add_section(&S, "question", 0);
	scene_add_section(&S, "family", 0);
	scene_grant_to(&S, "experts", "");
	scene_grant_to(&S, "peers", "experience-expert");
	assert_delivers("matrix", 3, 3);
	S.to[1].roles = scene_codes("");
	assert_delivers("receiver-empty", 1, 1);
	S.facts.recipient_count = 1;
	assert_delivers("matrix", 1, 1);
	S.facts.grant.categories = scene_codes("question");
	assert_delivers("grant-category", 1, 1);
}

/* The number goes to the municipality that pays for the help, not to the school at the same table. */
static void
narrows_by_limits(void **state)
{
	(void)state;
	scene_init_push(&S, scene_default_policy(), "funding", "monitoring", "director");
	scene_add_recipient(&S, "town", "town", "municipality-access municipality-funding");
	scene_add_section(&S, "advice", 0);
	scene_add_section(&S, "bsn", 0);
	scene_grant_to(&S, "town", "");
	assert_delivers("matrix", 1, 1);
	scene_add_recipient(&S, "school", "education", "school");
	assert_delivers("receiver-role", 1, 1);
}

static void
keeps_criminal_data_back(void **state)
{
	(void)state;
	scene_init_push(&S, scene_default_policy(), "plan", "monitoring", "director");
	scene_add_recipient(&S, "gi", "gi", "certified-institution");
	scene_add_recipient(&S, "provider", "care", "provider");
	scene_add_section(&S, "plan", 0);
	scene_add_section(&S, "plan", 0);
	S.sections[1].is_criminal = true;
	S.facts.grant.is_criminal = true;
	scene_grant_to(&S, "gi", "");
	scene_grant_to(&S, "care", "");
	assert_delivers("matrix", 3, 1);
}

static void
gives_the_justification_to_officer_and_sender(void **state)
{
	(void)state;
	scene_init_push(&S, scene_default_policy(), "safety-report", "monitoring", "provider");
	scene_add_recipient(&S, "safe-home", "safe-home", "safe-home");
	scene_add_recipient(&S, "officer", "team", "privacy-officer");
	scene_add_recipient(&S, "director", "team", "provider"); /* the sender's own handle */
	scene_add_section(&S, "safety", 0);
	scene_add_section(&S, "justification", 0);
	scene_grant_to(&S, "safe-home", "");
	S.recipients[1].is_on_case = false;
	assert_delivers("matrix", 1, 6);
}

/* Each receiver in the role that gives it most; the sender in the first role that permits the whole. */
static void
tries_all_roles(void **state)
{
	(void)state;
	scene_init(&S, scene_default_policy());
	S.facts.sender.roles = scene_codes("provider director secretary");
	S.recipients[2].member.roles = scene_codes("school expert");
	assert_delivers("matrix", 7, 7);
	assert_true(sluis_bytes_is_text(deliver().sender_role, "director"));
	assert_true(sluis_bytes_is_text(deliver().receiver_role, "provider"));
	S.facts.sender.roles = scene_codes("provider secretary");
	assert_delivers("sender-role", 0, 0);
	S.facts.sender.roles = scene_codes("unheard-of");
	assert_delivers("act-role", 0, 0);

	/* Refused for all: the assignment shown is that of the role that came furthest. */
	S.facts.sender.roles = scene_codes("provider director secretary");
	S.facts.grant.is_withdrawn = true;
	assert_delivers("grant-withdrawn", 7, 7);
	assert_true(sluis_bytes_is_text(deliver().sender_role, "director"));
	S.act.sender_role = scene_code("provider");
	assert_delivers("sender-role", 0, 0);
}

/* Of two roles that give as much the first in policy order counts, and a later one never adds to it. */
static void
never_adds_up_roles(void **state)
{
	(void)state;
	scene_init_push(&S, scene_default_policy(), "expertise", "monitoring", "director");
	scene_add_recipient(&S, "centre", "centre", "expertise-centre");
	scene_add_section(&S, "advice", 0);
	scene_add_section(&S, "plan", 0);
	scene_grant_to(&S, "centre", "");
	assert_delivers("category-by-grant", 1, 0);
	scene_grant_to(&S, "centre", "expertise-centre");
	assert_delivers("matrix", 1, 1);
}

/* A receiver whose roles give it as much of different things gets what its first role gives. */
static void
takes_the_first_of_equal_roles(void **state)
{
	(void)state;
	scene_init_push(&S, scene_default_policy(), "expertise", "monitoring", "director expertise-centre");
	scene_add_recipient(&S, "both", "centre", "expertise-centre director");
	scene_add_section(&S, "advice", 0);
	scene_add_section(&S, "question", 0);
	scene_grant_to(&S, "centre", "");
	assert_delivers("matrix", 1, 1);
	scene_init_push(&S, scene_default_policy(), "transfer", "monitoring", "director");
	scene_add_recipient(&S, "both", "gp", "neighbour municipality-access");
	scene_add_section(&S, "plan", 0);
	scene_add_section(&S, "history", 0);
	scene_grant_to(&S, "gp", "neighbour");
	S.facts.grant.categories = scene_codes("history");
	assert_delivers("category-by-grant", 1, 0); /* plan by the first role, not history by the later */

	/* And of two sender roles that come as far as each other the first is named. */
	scene_init(&S, scene_default_policy());
	S.facts.sender.roles = scene_codes("secretary provider");
	assert_true(sluis_bytes_is_text(deliver().sender_role, "provider"));
}

static void
sends_recovery_keys_along(void **state)
{
	char *text = scene_text("config/policy.yaml");
	struct sluis_policy *with = scene_policy(scene_replace(text, "recovery: false", "recovery: true"));

	(void)state;
	scene_init(&S, with);
	scene_add_recipient(&S, "", "education", "");
	scene_add_recipient(&S, "", "care", "");
	S.recipients[3].kind = SLUIS_RECIPIENT_RECOVERY;
	S.recipients[4].kind = SLUIS_RECIPIENT_RECOVERY;
	assert_delivers("matrix", 1 | 2 | 16, 1 | 2 | 4 | 8 | 16);
	assert_int_equal(WORK[1].stanza_count, 5);
	S.recipients[4].member.organisation = scene_code("elsewhere");
	assert_delivers("receiver-empty", 3, 15);
	sluis_policy_free(with);
}

static void
stands_any_number_of_sections(void **state)
{
	(void)state;
	scene_init(&S, scene_default_policy());
	while (S.act.section_count < 64)
		scene_add_section(&S, "agreement", 0);
	assert_delivers("matrix", 3, 7);
	assert_int_equal(TO[63], 7);
	scene_add_section(&S, "agreement", 0);
	scene_add_section(&S, "agreement", 0);
	assert_delivers("section-count", 3, 7);
	assert_int_equal(TO[65], 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_each_what_it_may_have),
		cmocka_unit_test(refuses_what_nobody_may_have),
		cmocka_unit_test(gives_secrets_only_to_who_is_there_for_them),
		cmocka_unit_test(refuses_a_receiver_left_with_nothing),
		cmocka_unit_test(narrows_by_shields),
		cmocka_unit_test(narrows_by_grants),
		cmocka_unit_test(narrows_by_limits),
		cmocka_unit_test(keeps_criminal_data_back),
		cmocka_unit_test(gives_the_justification_to_officer_and_sender),
		cmocka_unit_test(tries_all_roles),
		cmocka_unit_test(never_adds_up_roles),
		cmocka_unit_test(takes_the_first_of_equal_roles),
		cmocka_unit_test(sends_recovery_keys_along),
		cmocka_unit_test(stands_any_number_of_sections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
