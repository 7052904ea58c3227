/* SPDX-License-Identifier: EUPL-1.2 */
/* Another agreement, with nothing in it that this program has a word for, works without a rebuild. */
#include "policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy_scene.h"

#define YEAR_MS (INT64_C(8766) * 3600000)

static struct sluis_policy *POLICY;
static struct scene S;

static int
load(void **state)
{
	(void)state;
	POLICY = scene_policy(scene_text("tests/policy/stranger.yaml"));
	return 0;
}

static int
unload(void **state)
{
	(void)state;
	sluis_policy_freep(&POLICY);
	assert_null(POLICY);
	sluis_policy_free(NULL);
	return 0;
}

static void
assert_text(struct sluis_bytes bytes, const char *text)
{
	if (!sluis_bytes_is_text(bytes, text))
		fail_msg("%.*s is not %s", (int)bytes.len, (const char *)bytes.data, text);
}

static void
answers_for_codes_and_labels(void **state)
{
	static const size_t COUNTS[SLUIS_KIND_COUNT] = { [SLUIS_KIND_ROLE] = 4, [SLUIS_KIND_REGIME] = 2,
		[SLUIS_KIND_STEP] = 2, [SLUIS_KIND_CATEGORY] = 5, [SLUIS_KIND_PURPOSE] = 2,
		[SLUIS_KIND_GROUND] = 2, [SLUIS_KIND_GIVER] = 2, [SLUIS_KIND_BAND] = 1,
		[SLUIS_KIND_EXCEPTION] = 0, [SLUIS_KIND_METHOD] = 1, [SLUIS_KIND_RETENTION] = 6,
		[SLUIS_KIND_MEDIA] = 1, [SLUIS_KIND_LIST] = 4, [SLUIS_KIND_ACT] = 4,
		[SLUIS_KIND_RULE] = SLUIS_RULE_END - 1 };

	(void)state;
	for (int kind = 0; kind < SLUIS_KIND_COUNT; kind++)
		assert_int_equal(sluis_policy_codes(POLICY, (enum sluis_policy_kind)kind).count,
		    COUNTS[kind]);
	assert_text(sluis_policy_name(POLICY), "haven van Vreemd");
	assert_int_equal(sluis_policy_consent_disagree(POLICY, SLUIS_LANG_NL).len, 0);
	assert_int_equal(sluis_policy_review_ms(POLICY), /* no term of its own: that of its class */
	    sluis_policy_retention_for(POLICY, SLUIS_USE_REVIEW)->term_ms);
	assert_int_equal(sluis_policy_version(POLICY), 7);
	assert_text(sluis_policy_codes(POLICY, SLUIS_KIND_ROLE).items[2], "doctor");
	assert_true(sluis_policy_has(POLICY, SLUIS_KIND_ROLE, scene_code("doctor")));
	assert_false(sluis_policy_has(POLICY, SLUIS_KIND_ROLE, scene_code("director")));
	assert_text(sluis_policy_label(POLICY, SLUIS_KIND_ROLE, scene_code("doctor"), SLUIS_LANG_NL), "scheepsarts");
	assert_text(sluis_policy_label(POLICY, SLUIS_KIND_ROLE, scene_code("doctor"), SLUIS_LANG_EN), "ship's doctor");
	assert_text(sluis_policy_label(POLICY, SLUIS_KIND_ROLE, scene_code("cook"), SLUIS_LANG_EN), "cook");
	assert_text(sluis_policy_label(POLICY, SLUIS_KIND_LIST, scene_code("beaufort"), SLUIS_LANG_EN), "beaufort");
	assert_text(sluis_policy_label(POLICY, SLUIS_KIND_MEDIA, scene_code("scroll"), SLUIS_LANG_NL), "rol");
	assert_int_equal(sluis_policy_list(POLICY, scene_code("beaufort")).count, 2);
	assert_int_equal(sluis_policy_list(POLICY, scene_code("richter")).count, 0);
	assert_text(sluis_policy_list_label(POLICY, scene_code("beaufort"), scene_code("ten"), SLUIS_LANG_EN), "storm");
	assert_text(sluis_policy_list_label(POLICY, scene_code("beaufort"), scene_code("two"), SLUIS_LANG_EN), "two");
	assert_text(sluis_policy_list_label(POLICY, scene_code("richter"), scene_code("two"), SLUIS_LANG_EN), "two");
	assert_text(sluis_policy_consent_text_version(POLICY), "v9");
	assert_text(sluis_policy_consent_text(POLICY, SLUIS_LANG_NL), "Regel een\nregel twee");
	assert_text(sluis_policy_consent_text(POLICY, SLUIS_LANG_EN), "one line");
	assert_text(sluis_policy_first_step(POLICY), "at-sea");
	assert_true(sluis_policy_step_is_closed(POLICY, scene_code("moored")));
	assert_false(sluis_policy_step_is_closed(POLICY, scene_code("at-sea")));
	assert_false(sluis_policy_step_is_closed(POLICY, scene_code("limbo")));
	assert_true(sluis_policy_purpose_is_off_case(POLICY, scene_code("quarantine")));
	assert_false(sluis_policy_purpose_is_off_case(POLICY, scene_code("landing")));
	assert_false(sluis_policy_purpose_is_off_case(POLICY, scene_code("fishing")));
	assert_true(sluis_policy_role_is_officer(POLICY, scene_code("chaplain")));
	assert_false(sluis_policy_role_is_officer(POLICY, scene_code("pilot")));
	assert_false(sluis_policy_role_is_officer(POLICY, scene_code("cook")));
	assert_true(sluis_policy_role_may_join(POLICY, scene_code("pilot")));
	assert_false(sluis_policy_role_may_join(POLICY, scene_code("chaplain")));
	assert_false(sluis_policy_role_may_join(POLICY, scene_code("cook")));
}

static void
answers_for_rules(void **state)
{
	(void)state;
	for (enum sluis_rule rule = SLUIS_RULE_NONE + 1; rule < SLUIS_RULE_END; rule++) {
		char text[64];

		snprintf(text, sizeof(text), "do %s", sluis_rule_text(rule));
		assert_text(sluis_policy_remedy(POLICY, rule, SLUIS_LANG_EN), text);
		snprintf(text, sizeof(text), "doe %s", sluis_rule_text(rule));
		assert_text(sluis_policy_remedy(POLICY, rule, SLUIS_LANG_NL), text);
		assert_text(sluis_policy_ask(POLICY, rule), rule == SLUIS_RULE_BUSY ? "captain" : "");
	}
	assert_int_equal(sluis_policy_remedy(POLICY, SLUIS_RULE_NONE, SLUIS_LANG_EN).len, 0);
	assert_int_equal(sluis_policy_remedy(POLICY, SLUIS_RULE_END, SLUIS_LANG_EN).len, 0);
	assert_int_equal(sluis_policy_ask(POLICY, SLUIS_RULE_END).len, 0);
	assert_string_equal(sluis_rule_text(SLUIS_RULE_NOT_FOUND), "not-found");
	assert_string_equal(sluis_rule_text(SLUIS_RULE_NONE), "?");
	assert_string_equal(sluis_rule_text(SLUIS_RULE_END), "?");
	assert_string_equal(sluis_rule_text(SLUIS_RULE_END + 5), "?");
}

static void
answers_for_rows_and_acts(void **state)
{
	const struct sluis_policy_row *row = sluis_policy_row(POLICY, 1);

	(void)state;
	assert_int_equal(sluis_policy_row_count(POLICY), 2);
	assert_null(sluis_policy_row(POLICY, 2));
	assert_text(row->code, "yellow-flag");
	assert_text(row->purpose, "quarantine");
	assert_int_equal(row->steps.count, 2);
	assert_int_equal(row->from.count, 1);
	assert_int_equal(row->to.count, 2);
	assert_text(row->to.items[1], "captain"); /* a group, expanded in policy order */
	assert_int_equal(row->categories.count, 2);
	assert_int_equal(row->by_grant.count, 2);
	assert_text(row->by_grant.items[0], "crew-list");
	assert_int_equal(row->required.count, 0);
	assert_text(sluis_policy_row(POLICY, 0)->required.items[0], "cargo");
	assert_int_equal(sluis_policy_act_roles(POLICY, scene_code("release")).count, 4);
	assert_text(sluis_policy_act_roles(POLICY, scene_code("hoist-flag")).items[0], "captain");
	assert_int_equal(sluis_policy_act_roles(POLICY, scene_code("case-open")).count, 0);
	assert_int_equal(sluis_policy_act_roles(scene_default_policy(), scene_code("grant-withdraw")).count, 0);
	assert_text(sluis_policy_criminal_roles(POLICY).items[0], "captain");
	assert_int_equal(sluis_policy_criminal_roles(POLICY).count, 1);
}

static void
answers_for_categories_and_grounds(void **state)
{
	const struct sluis_policy_category *fever = sluis_policy_category(POLICY, scene_code("fever"));
	const struct sluis_policy_ground *storm = sluis_policy_ground(POLICY, scene_code("storm"));

	(void)state;
	assert_text(fever->code, "fever");
	assert_true(fever->is_special && !fever->is_officers_only && !fever->has_bsn && !fever->needs_about);
	assert_int_equal(fever->counted_as.count, 2);
	assert_true(sluis_policy_category(POLICY, scene_code("crew-list"))->has_bsn);
	assert_true(sluis_policy_category(POLICY, scene_code("confession"))->is_officers_only);
	assert_true(sluis_policy_category(POLICY, scene_code("sealed-letter"))->needs_about);
	assert_null(sluis_policy_category(POLICY, scene_code("gossip")));
	assert_text(storm->code, "storm");
	assert_true(storm->is_enabled && !storm->needs_grant && storm->needs_justification && storm->is_reviewed);
	assert_int_equal(storm->evidence_count, 2);
	assert_text(storm->evidence[0].key, "wind-force");
	assert_text(storm->evidence[0].list, "beaufort");
	assert_int_equal(storm->evidence[0].type, SLUIS_EVIDENCE_CODE);
	assert_int_equal(storm->evidence[1].type, SLUIS_EVIDENCE_DATE);
	assert_true(sluis_policy_ground(POLICY, scene_code("handshake"))->needs_grant);
	assert_null(sluis_policy_ground(POLICY, scene_code("whim")));
	assert_text(sluis_policy_ground_basis(POLICY, scene_code("storm"), scene_code("sweet")).avg9, "none");
	assert_int_equal(sluis_policy_ground_basis(POLICY, scene_code("storm"), scene_code("salt")).secrecy.len, 0);
	assert_int_equal(sluis_policy_ground_basis(POLICY, scene_code("storm"), scene_code("sour")).avg6.len, 0);
	assert_int_equal(sluis_policy_ground_basis(POLICY, scene_code("whim"), scene_code("sweet")).avg6.len, 0);
	assert_text(sluis_policy_ground_basis(scene_default_policy(), scene_code("consent"),
	    scene_code("wgbo")).secrecy, "bw-7-457");
}

static void
answers_for_terms_and_limits(void **state)
{
	const struct sluis_policy_limits *l = sluis_policy_limits(POLICY);

	(void)state;
	assert_int_equal(sluis_policy_retention(POLICY, scene_code("tide"))->term_ms, SCENE_DAY_MS);
	assert_null(sluis_policy_retention(POLICY, scene_code("transit")));
	assert_int_equal(sluis_policy_retention_for(POLICY, SLUIS_USE_CASE)->term_ms, 2 * YEAR_MS);
	assert_text(sluis_policy_retention_for(POLICY, SLUIS_USE_MESSAGE)->code, "tide");
	assert_text(sluis_policy_retention_for(POLICY, SLUIS_USE_REVIEW)->code, "inquest");
	assert_text(sluis_policy_retention_for(POLICY, SLUIS_USE_INTAKE_WITHDRAWN)->code, "turned-back");
	assert_int_equal(sluis_policy_retention_for(POLICY, SLUIS_USE_INTAKE_REFUSED)->term_ms, YEAR_MS);
	assert_int_equal(sluis_policy_retention_for(POLICY, SLUIS_USE_LOG)->term_ms, 9 * YEAR_MS);
	assert_text(sluis_policy_retention_for(scene_default_policy(), SLUIS_USE_MESSAGE)->code, "transit");
	assert_text(sluis_policy_retention_for(scene_default_policy(), SLUIS_USE_CASE)->code, "case");
	assert_int_equal(l->section_max_bytes, 1 << 20);
	assert_int_equal(l->message_max_bytes, 2 << 20);
	assert_int_equal(l->sections_max, 3);
	assert_int_equal(l->recipients_max, 4);
	assert_int_equal(l->acts_per_day, 5);
	assert_int_equal(l->acts_per_hour, 6);
	assert_int_equal(l->stranger_acts_per_hour, 7);
	assert_int_equal(l->withdrawal_delay_ms, 8 * 3600000);
	assert_int_equal(l->grace_ms, 9 * 3600000);
	assert_int_equal(l->shred_window_ms, 10 * 3600000);
	assert_int_equal(l->freshness_ms, 11 * 60000);
	assert_int_equal(l->heartbeat_ms, 12 * 60000);
	assert_int_equal(l->epoch_days, 13);
	assert_int_equal(l->invite_ms, 14 * SCENE_DAY_MS);
	assert_int_equal(l->grant_max_ms, 15 * SCENE_DAY_MS);
	assert_int_equal(l->request_max_ms, 16 * SCENE_DAY_MS);
	assert_int_equal(l->monitoring_days, 0);
	assert_true(l->uses_recovery);
}

static void
decides_about_what_it_never_heard_of(void **state)
{
	(void)state;
	scene_init_push(&S, POLICY, "landing", "at-sea", "captain");
	S.facts.sender.regime = scene_code("salt");
	S.act.ground = scene_code("handshake");
	S.act.retention = scene_code("tide");
	S.facts.grant.band = scene_code("new-ship");
	S.facts.grant.givers = scene_codes("heir owner");
	S.facts.grant.categories = scene_codes("cargo crew-list fever");
	S.facts.grant.band_until_ms = 0;
	scene_add_recipient(&S, "pete", "pilots", "pilot");
	scene_add_section(&S, "cargo", 1);
	scene_add_section(&S, "crew-list", 1);
	scene_grant_to(&S, "pilots", "pilot");
	assert_string_equal(scene_rule(&S), "matrix");
	assert_text(scene_decide(&S).detail, "to-shore");
	S.facts.of_case.step = scene_code("moored");
	assert_string_equal(scene_rule(&S), "case-closed");
	S.facts.of_case.step = scene_code("at-sea");
	S.facts.sender.regime = scene_code("sweet");
	assert_string_equal(scene_rule(&S), "ground-not-allowed");
	S.facts.sender.regime = scene_code("salt");
	S.sections[1].category = scene_code("sealed-letter");
	assert_string_equal(scene_rule(&S), "category-limited");
	S.sections[1].category = scene_code("plan"); /* a word of another agreement */
	assert_string_equal(scene_rule(&S), "category-unknown");

	S.act.purpose = scene_code("quarantine");
	S.facts.grant.purposes = scene_codes("quarantine");
	S.facts.sender.roles = scene_codes("doctor");
	S.recipients[0].is_on_case = false;
	S.sections[1].category = scene_code("fever");
	assert_string_equal(scene_rule(&S), "matrix");
	S.to[0].roles = scene_codes("");
	assert_string_equal(scene_rule(&S), "category-by-grant");
	S.to[0].roles = scene_codes("pilot");
	S.sections[1].category = scene_code("crew-list"); /* the doctor is not of the bridge */
	assert_string_equal(scene_rule(&S), "category-limited");
	S.facts.acts_last_day = 5;
	S.sections[1].category = scene_code("fever");
	assert_string_equal(scene_rule(&S), "allowance");
	scene_init_act(&S, POLICY, "hoist-flag", "at-sea", "captain");
	assert_string_equal(scene_rule(&S), "act");
	S.act.code = scene_code("case-close");
	assert_string_equal(scene_rule(&S), "act-role");
}

static void
takes_facts_it_never_heard_of(void **state)
{
	(void)state;
	scene_init_act(&S, POLICY, "sail", "at-sea", "captain");
	S.act.step = scene_code("moored");
	assert_string_equal(scene_rule(&S), "act");
	scene_add_fact(&S, "wind", "nine");
	scene_add_fact(&S, "lost", "cargo");
	assert_string_equal(scene_rule(&S), "act");
	S.ground_facts[0].value = scene_code("ten");
	assert_string_equal(scene_rule(&S), "act-fact");
	S.ground_facts[0].value = scene_code("nine");
	S.act.step = scene_code("at-sea");
	assert_string_equal(scene_rule(&S), "step-order");
	scene_add_fact(&S, "becalmed", "ten");
	assert_string_equal(scene_rule(&S), "act");
	S.act.step = scene_code("moored");
	assert_string_equal(scene_rule(&S), "act-fact");
	S.facts.of_case.step = scene_code("limbo"); /* a step that it does not know either */
	assert_string_equal(scene_rule(&S), "step-order");
	assert_true(sluis_policy_list_has(POLICY, scene_code("beaufort"), scene_code("ten")));
	assert_false(sluis_policy_list_has(POLICY, scene_code("beaufort"), scene_code("two")));
	assert_false(sluis_policy_list_has(POLICY, scene_code("urgency"), scene_code("ten")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_for_codes_and_labels),
		cmocka_unit_test(answers_for_rules),
		cmocka_unit_test(answers_for_rows_and_acts),
		cmocka_unit_test(answers_for_categories_and_grounds),
		cmocka_unit_test(answers_for_terms_and_limits),
		cmocka_unit_test(decides_about_what_it_never_heard_of),
		cmocka_unit_test(takes_facts_it_never_heard_of),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
