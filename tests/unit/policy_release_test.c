/* SPDX-License-Identifier: EUPL-1.2 */
/* Handing over: what is judged on the facts of that moment, and what stays as recorded at acceptance. */
#include "decide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy_scene.h"

static struct scene S;
static const struct sluis_refusal_facts REFUSAL; /* of everything */

#define HOW(name) static void name(void)

HOW(receiver_suspended)
{
	S.recipients[1].member.is_active = false;
}
HOW(receiver_certificate)
{
	S.recipients[1].member.is_certificate_valid = false;
}
HOW(receiver_without_role)
{
	S.recipients[1].member.roles = scene_codes("unheard-of");
}
HOW(message_unknown)
{
	S.facts.object.is_found = false;
}
HOW(not_addressed)
{
	S.facts.object.is_addressee = false;
}
HOW(case_gone)
{
	S.facts.of_case.exists = false;
}
HOW(grant_gone)
{
	S.facts.grant.is_named = true;
	S.facts.grant.is_found = false;
}
HOW(erased)
{
	S.facts.object.is_erased = true;
}
HOW(withdrawn)
{
	S.facts.object.is_withdrawn = true;
}
HOW(frozen)
{
	S.facts.object.is_frozen = true;
}
HOW(purpose_gone)
{
	S.act.purpose = scene_code("curiosity");
}
HOW(sender_role_gone)
{
	S.act.sender_role = scene_code("emperor");
}
HOW(step_without_row)
{
	S.act.step = scene_code("intake");
}
HOW(left_the_case)
{
	S.recipients[1].is_on_case = false;
}
HOW(other_role)
{
	S.recipients[1].member.roles = scene_codes("analyst");
}
HOW(shielded)
{
	S.recipients[1].is_shielded = true;
}
HOW(category_gone)
{
	S.sections[0].category = scene_code("gossip");
}
HOW(category_not_for_role)
{
	S.sections[0].category = scene_code("history");
}
HOW(category_shielded)
{
	S.recipients[1].shielded = scene_codes("agreement");
}
HOW(criminal)
{
	S.sections[0].is_criminal = true;
}
HOW(nothing_for_it)
{
	S.sections[0].recipients = 1;
	S.sections[1].recipients = 1;
}
HOW(about)
{
	S.sections[0].about = scene_code("history");
}
HOW(ground_gone)
{
	S.act.ground = scene_code("vir");
}
HOW(grant_unnamed)
{
	S.facts.grant.is_named = false;
}
HOW(grant_of_other_case)
{
	S.facts.grant.is_of_case = false;
}
HOW(grant_withdrawn)
{
	S.facts.grant.is_withdrawn = true;
}
HOW(grant_refused)
{
	S.facts.grant.refusals = &REFUSAL;
	S.facts.grant.refusal_count = 1;
}
HOW(grant_not_yet)
{
	S.facts.grant.valid_from_ms = S.now_ms + 1;
}
HOW(grant_over)
{
	S.facts.grant.until_ms = S.now_ms;
}
HOW(band_over)
{
	S.facts.grant.band_until_ms = S.now_ms;
}
HOW(exception_gone)
{
	S.facts.grant.exception = scene_code("haste");
}
HOW(text_unknown)
{
	S.facts.grant.text = scene_code("2019-9");
}
HOW(giver_missing)
{
	S.facts.grant.givers = scene_codes("youth");
}
HOW(grant_purpose)
{
	S.facts.grant.purposes = scene_codes("advice");
}
HOW(grant_category)
{
	S.facts.grant.categories = scene_codes("agreement");
}
HOW(grant_receiver)
{
	S.to[1].organisation = scene_code("elsewhere");
}
HOW(not_before)
{
	S.act.not_before_ms = S.now_ms + 1;
}
HOW(expired)
{
	S.act.expires_ms = S.now_ms;
}
HOW(never_expires)
{
	S.act.expires_ms = 0;
}
HOW(allowance)
{
	S.facts.acts_last_day = 240000;
}

static const struct {
	void (*how)(void);
	const char *rule;
} BREAKS[] = { /* in the order of the rules */
	{ receiver_suspended, "member-inactive" },
	{ receiver_certificate, "certificate-invalid" },
	{ receiver_without_role, "act-role" },
	{ case_gone, "not-found" },
	{ message_unknown, "not-found" },
	{ not_addressed, "not-found" },
	{ grant_gone, "not-found" },
	{ erased, "message-erased" },
	{ withdrawn, "message-withdrawn" },
	{ frozen, "message-frozen" },
	{ purpose_gone, "purpose-unknown" },
	{ sender_role_gone, "sender-role" },
	{ step_without_row, "sender-role" },
	{ left_the_case, "receiver-not-on-case" },
	{ other_role, "receiver-role" },
	{ shielded, "receiver-shielded" },
	{ category_gone, "category-unknown" },
	{ category_not_for_role, "category-not-allowed" },
	{ category_shielded, "category-shielded" },
	{ criminal, "criminal-receiver" },
	{ nothing_for_it, "receiver-empty" },
	{ about, "about" },
	{ ground_gone, "ground-not-allowed" },
	{ grant_unnamed, "ground-evidence" },
	{ grant_of_other_case, "grant-case" },
	{ grant_withdrawn, "grant-withdrawn" },
	{ grant_refused, "grant-refused" },
	{ grant_not_yet, "grant-not-yet" },
	{ grant_over, "grant-expired" },
	{ band_over, "grant-band" },
	{ exception_gone, "grant-exception" },
	{ giver_missing, "grant-giver" },
	{ text_unknown, "grant-text" },
	{ grant_purpose, "grant-purpose" },
	{ grant_category, "grant-category" },
	{ grant_receiver, "grant-receiver" },
	{ not_before, "not-before" },
	{ expired, "expired" },
	{ never_expires, "expired" },
	{ allowance, "allowance" },
};

/* What is gone or wrong by now, but is not judged again. */
static void
others_left(void)
{
	S.recipients[0].is_on_case = false;
	S.recipients[0].member.is_active = false;
	S.recipients[2].is_shielded = true;
}
static void
sender_left(void)
{
	S.facts.of_case.is_sender_on_case = false;
	S.facts.sender.is_active = false;
	S.facts.sender.roles = scene_codes("");
}
static void
step_moved(void)
{
	S.facts.of_case.step = scene_code("intake");
}
static void
incomplete(void)
{
	S.sections[0].recipients = 1; /* the plan is required, but not for every receiver */
}
static void
too_large(void)
{
	S.sections[0].size_bytes = UINT64_MAX;
	S.sections[1].stanza_count = 9;
}
static void
section_of_others(void)
{
	scene_add_section(&S, "gossip", 4);
}
static void
class_gone(void)
{
	S.act.retention = scene_code("for-ever");
	S.act.created_ms = 1;
}

static void
hands_over_what_is_in_order(void **state)
{
	struct sluis_verdict v;

	(void)state;
	scene_init_release(&S, scene_default_policy());
	S.act.not_before_ms = S.now_ms;
	v = scene_decide(&S);
	assert_int_equal(v.outcome, SLUIS_PERMIT);
	assert_int_equal(v.rule, SLUIS_RULE_MATRIX);
	assert_true(sluis_bytes_is_text(v.detail, "plan"));
	assert_true(sluis_bytes_is_text(v.sender_role, "director"));
	assert_true(sluis_bytes_is_text(v.receiver_role, "parent"));
	assert_int_equal(v.expires_ms, S.act.expires_ms);
	S.act.receiver = 2;
	v = scene_decide(&S);
	assert_true(sluis_bytes_is_text(v.detail, "plan-school"));
	assert_true(sluis_bytes_is_text(v.receiver_role, "school"));
}

static void
refuses_each_break_by_its_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(BREAKS); i++) {
		scene_init_release(&S, scene_default_policy());
		BREAKS[i].how();
		assert_string_equal(scene_rule(&S), BREAKS[i].rule);
	}
}

static void
names_the_first_of_two(void **state)
{
	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(BREAKS); i++) {
		for (size_t j = i + 1; j < SLUIS_ARRAY_LEN(BREAKS); j++) {
			if (BREAKS[j].how == nothing_for_it) /* then no section is judged */
				continue;
			scene_init_release(&S, scene_default_policy());
			BREAKS[j].how();
			BREAKS[i].how();
			if (strcmp(scene_rule(&S), BREAKS[i].rule) != 0)
				fail_msg("%s and %s: %s", BREAKS[i].rule, BREAKS[j].rule,
				    scene_rule(&S));
		}
	}
}

/* Design 5: "Step, other recipients and completeness are judged as recorded at acceptance." */
static void
leaves_the_rest_as_recorded(void **state)
{
	static void (*const HOWS[])(void) = { others_left, sender_left, step_moved, incomplete, too_large,
		section_of_others, class_gone };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(HOWS); i++) {
		scene_init_release(&S, scene_default_policy());
		HOWS[i]();
		assert_string_equal(scene_rule(&S), "matrix");
	}
}

/* A receiver of the justification fetches it without being on the case, and only that. */
static void
hands_the_justification_to_the_officer(void **state)
{
	(void)state;
	scene_init_push(&S, scene_default_policy(), "consultation", "consultation", "provider");
	S.facts.grant = (struct sluis_grant_facts){ 0 };
	S.act.ground = scene_code("conflict-of-duties");
	scene_add_fact(&S, "consent-tried", "refused");
	scene_add_fact(&S, "harm", "acute");
	scene_add_fact(&S, "no-other-way", "considered");
	scene_add_fact(&S, "least-data", "minimal");
	scene_add_fact(&S, "colleague-consulted", "no-time");
	scene_add_recipient(&S, "boss", "team", "director");
	scene_add_recipient(&S, "officer", "team", "privacy-officer");
	S.recipients[1].is_on_case = false;
	scene_add_section(&S, "safety", 1);
	scene_add_section(&S, "justification", 2);
	assert_string_equal(scene_rule(&S), "matrix");
	S.act.step = scene_code("consultation");
	S.act.sender_role = scene_code("provider");
	S.act.expires_ms = S.now_ms + 1;
	S.act.receiver = 1;
	S.facts.object = (struct sluis_object_facts){ .is_found = true, .is_addressee = true };
	assert_string_equal(scene_rule(&S), "matrix");
	assert_true(scene_decide(&S).is_reviewed);
	S.act.receiver = 0; /* the director's copy has no justification in it, nor needs one */
	assert_string_equal(scene_rule(&S), "matrix");
	S.act.receiver = 1;
	S.recipients[1].member.organisation = scene_code("elsewhere"); /* moved to another organisation */
	assert_string_equal(scene_rule(&S), "receiver-not-on-case");
}

static void
init_release_of(const char *purpose, const char *step, const char *from, const char *to, const char *category)
{
	scene_init_push(&S, scene_default_policy(), purpose, step, from);
	scene_add_recipient(&S, "receiver", "there", to);
	scene_add_section(&S, category, 1);
	scene_grant_to(&S, "there", to);
	S.act.step = scene_code(step);
	S.act.sender_role = scene_code(from);
	S.act.expires_ms = S.now_ms + 1;
	S.facts.object = (struct sluis_object_facts){ .is_found = true, .is_addressee = true };
	assert_string_equal(scene_rule(&S), "matrix");
}

/* The limits of categories are asked again: roles change, and so may the policy. */
static void
asks_the_limits_again(void **state)
{
	(void)state;
	init_release_of("expertise", "monitoring", "director", "expertise-centre", "question");
	S.sections[0].category = scene_code("message");
	assert_string_equal(scene_rule(&S), "category-limited");
	S.sections[0].category = scene_code("plan");
	assert_string_equal(scene_rule(&S), "matrix");
	S.to[0].roles = scene_codes("");
	assert_string_equal(scene_rule(&S), "category-by-grant");
	init_release_of("safety-report", "monitoring", "provider", "safe-home", "safety");
	S.sections[0].category = scene_code("justification");
	assert_string_equal(scene_rule(&S), "officers-only");
	init_release_of("consultation", "consultation", "provider", "director", "safety");
	S.sections[0].is_criminal = true;
	assert_string_equal(scene_rule(&S), "grant-criminal");
	S.facts.grant.is_criminal = true;
	assert_string_equal(scene_rule(&S), "matrix");
}

/* The ground is asked again, whole. */
static void
asks_the_ground_again(void **state)
{
	(void)state;
	init_release_of("rights", "monitoring", "provider", "parent", "plan");
	S.act.ground = scene_code("guardian");
	scene_add_fact(&S, "until", "2030-02-01");
	assert_string_equal(scene_rule(&S), "matrix");
	S.now_ms += 31 * SCENE_DAY_MS;
	S.act.expires_ms = S.now_ms + 1;
	assert_string_equal(scene_rule(&S), "ground-ended");
	S.recipients[0].member.roles = scene_codes("youth"); /* is no parent any more */
	assert_string_equal(scene_rule(&S), "ground-receiver");
	init_release_of("funding", "monitoring", "provider", "municipality-funding", "bsn");
	S.act.ground = scene_code("municipality-d");
	scene_add_fact(&S, "task", "control");
	assert_string_equal(scene_rule(&S), "matrix");
	S.sections[0].category = scene_code("advice");
	assert_string_equal(scene_rule(&S), "ground-category");
}

static void
answers_receivers_that_do_not_exist(void **state)
{
	static const size_t RECEIVERS[] = { 3, 63, 64, SIZE_MAX };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(RECEIVERS); i++) {
		scene_init_release(&S, scene_default_policy());
		S.act.receiver = RECEIVERS[i];
		assert_string_equal(scene_rule(&S), "member-inactive");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hands_over_what_is_in_order),
		cmocka_unit_test(refuses_each_break_by_its_rule),
		cmocka_unit_test(names_the_first_of_two),
		cmocka_unit_test(leaves_the_rest_as_recorded),
		cmocka_unit_test(hands_the_justification_to_the_officer),
		cmocka_unit_test(asks_the_limits_again),
		cmocka_unit_test(asks_the_ground_again),
		cmocka_unit_test(answers_receivers_that_do_not_exist),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
