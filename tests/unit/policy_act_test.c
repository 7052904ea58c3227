/* SPDX-License-Identifier: EUPL-1.2 */
/* Acts that carry no section: who may do them, on which case, naming whom; recording grants; requests. */
#include "decide.h"

#include <setjmp.h>
#include <stdarg.h>
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

static void
init(const char *act, const char *step, const char *roles)
{
	scene_init_act(&S, scene_default_policy(), act, step, roles);
}

/* Who may do which act (domain): every role that may, and one that may not. */
/* clang-format off */
static const struct {
	const char *act, *step, *may, *may_not;
} WHO[] = {
	{ "case-step", "intake", "director", "provider" },
	{ "case-close", "monitoring", "director", "secretary" },
	{ "case-reopen", "closed", "director", "secretary" },
	{ "case-invite", "consultation", "director", "provider" },
	{ "case-inform", "closed", "referrer provider certified-institution municipality-access "
	    "municipality-funding expertise-centre school director secretary expert safe-home "
	    "child-protection-board", "parent" },
	{ "case-label", "intake", "school", "guardian" },
	{ "grant-refuse", "consultation", "secretary expert school", "youth" },
	{ "guest-enrol", "consultation", "provider director", "client-supporter" },
	{ "void", "closed", "system parent analyst", "unheard-of" },
	{ "keys-rotate", "closed", "parent registrar", "unheard-of" },
	{ "log-verify", "closed", "parent purchaser", "unheard-of" },
	{ "log-read", "closed", "youth neighbour", "unheard-of" },
	{ "log-read-organisation", "closed", "privacy-officer", "director" },
	{ "log-read-all", "closed", "federation-auditor", "privacy-officer" },
	{ "log-open", "closed", "federation-auditor", "privacy-officer" },
	{ "retention-list", "closed", "privacy-officer", "registrar" },
	{ "incident", "closed", "privacy-officer", "registrar" },
	{ "breach", "closed", "privacy-officer", "director" },
	{ "review", "closed", "privacy-officer", "director" },
	{ "rights", "closed", "privacy-officer provider", "parent" },
	{ "report", "closed", "parent steering-group", "unheard-of" },
	{ "registry-invite", "closed", "registrar", "privacy-officer" },
	{ "registry-pending", "closed", "registrar", "director" },
	{ "registry-approve", "closed", "registrar", "director" },
	{ "registry-suspend", "closed", "registrar", "director" },
	{ "registry-remove", "closed", "registrar", "director" },
	{ "registry-policy", "closed", "registrar", "federation-auditor" },
	{ "registry-recover", "closed", "registrar", "director" },
};
/* clang-format on */

static void
asks_the_role(void **state)
{
	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(WHO); i++) {
		const struct sluis_codes may = scene_codes(WHO[i].may);

		for (size_t k = 0; k < may.count; k++) {
			init(WHO[i].act, WHO[i].step, WHO[i].may);
			S.facts.sender.roles = (struct sluis_codes){ &may.items[k], 1 };
			S.act.step = scene_code("consultation");
			assert_rule("act");
			assert_true(sluis_bytes_is_text(scene_decide(&S).detail, WHO[i].act));
			assert_true(sluis_bytes_equal(scene_decide(&S).sender_role, may.items[k]));
			S.facts.sender.is_active = false;
			assert_rule("member-inactive");
			S.facts.sender.is_active = true;
			S.facts.sender.is_certificate_valid = false;
			assert_rule("certificate-invalid");
		}
		init(WHO[i].act, WHO[i].step, WHO[i].may_not);
		S.act.step = scene_code("consultation");
		assert_rule("act-role");
	}
}

static void
opens_a_case(void **state)
{
	(void)state;
	init("case-open", "intake", "referrer");
	S.facts.of_case = (struct sluis_case_facts){ 0 };
	assert_rule("act"); /* alone */
	scene_add_recipient(&S, "director", "team", "director");
	scene_add_recipient(&S, "provider", "care", "provider analyst");
	S.recipients[0].is_on_case = false;
	S.recipients[1].is_on_case = false;
	assert_rule("act");
	S.recipients[1].member.roles = scene_codes("analyst steering-group");
	assert_rule("receiver-role"); /* reports only, never on a case */
	S.recipients[1].is_on_case = true;
	assert_rule("receiver-on-case");
	S.recipients[0].member.is_active = false;
	assert_rule("receiver-inactive");
	S.recipients[0].member.is_active = true;
	S.recipients[0].kind = SLUIS_RECIPIENT_RECOVERY;
	assert_rule("receiver-inactive");
	S.facts.recipient_count = 65;
	assert_rule("receiver-count");
	S.facts.of_case.exists = true;
	assert_rule("case-exists");
	S.facts.sender.roles = scene_codes("expert");
	assert_rule("act-role");
}

static void
adds_to_a_case(void **state)
{
	(void)state;
	init("case-join", "intake", "provider");
	scene_add_recipient(&S, "expert", "elsewhere", "expert");
	S.recipients[0].is_on_case = false;
	assert_rule("act-condition"); /* neither opener nor director, nor a stand-in */
	S.facts.of_case.opener = scene_code("director"); /* the sender's handle */
	assert_rule("act");
	assert_true(sluis_bytes_is_text(scene_decide(&S).sender_role, "provider"));
	S.facts.sender.roles = scene_codes("parent director"); /* the line for the opener asks no role */
	assert_true(sluis_bytes_is_text(scene_decide(&S).sender_role, "director"));
	S.facts.sender.roles = scene_codes("provider");
	S.facts.of_case.step = scene_code("consultation");
	assert_rule("act-condition"); /* the opener in intake only */
	S.facts.sender.roles = scene_codes("director");
	assert_rule("act"); /* the director always */
	S.facts.sender.roles = scene_codes("provider");
	S.recipients[0].member.organisation = scene_code("team");
	assert_rule("act"); /* a stand-in of its own organisation */
	scene_add_recipient(&S, "other", "elsewhere", "expert");
	S.recipients[1].is_on_case = false;
	assert_rule("act-condition");
	S.facts.recipient_count = 0;
	assert_rule("act-condition");
	S.facts.sender.roles = scene_codes("director");
	assert_rule("receiver-count");
	S.facts.of_case.step = scene_code("closed");
	assert_rule("case-closed");
	S.facts.of_case.is_sender_on_case = false;
	assert_rule("not-found");
	S.facts.of_case.exists = false;
	assert_rule("not-found");
}

static void
leaves_a_case(void **state)
{
	(void)state;
	init("case-leave", "closed", "provider");
	scene_add_recipient(&S, "director", "team", "provider"); /* oneself, by handle */
	assert_rule("act");
	S.recipients[0].member.is_active = false; /* who leaves need not be active */
	S.facts.sender.handle = scene_code("colleague");
	assert_rule("act-condition");
	S.facts.sender.roles = scene_codes("director");
	assert_rule("act");
	S.recipients[0].is_on_case = false;
	assert_rule("receiver-not-on-case");
}

static void
hands_over_and_shields(void **state)
{
	(void)state;
	init("case-hand-over", "monitoring", "director");
	scene_add_recipient(&S, "next", "team", "director");
	assert_rule("act");
	S.recipients[0].member.is_certificate_valid = false;
	assert_rule("receiver-inactive");
	S.recipients[0].member.is_certificate_valid = true;
	S.recipients[0].is_on_case = false;
	assert_rule("receiver-not-on-case");
	S.recipients[0].is_on_case = true;
	S.recipients[0].member.roles = scene_codes("provider secretary");
	assert_rule("receiver-role"); /* only to somebody who directs */
	S.recipients[0].member.roles = scene_codes("");
	assert_rule("receiver-role");
	S.recipients[0].member.roles = scene_codes("provider director");
	assert_rule("act");
	S.recipients[0].is_shielded = true;
	assert_rule("receiver-shielded");
	S.act.code = scene_code("case-shield"); /* names a person, whoever that is */
	S.recipients[0].member.is_active = false;
	S.recipients[0].is_shielded = true;
	assert_rule("act");
	S.facts.recipient_count = 0;
	assert_rule("receiver-count");
	S.act.code = scene_code("case-invite"); /* names nobody; whoever is given is not looked at */
	scene_add_fact(&S, "youth", "heard");
	assert_rule("act");
	S.facts.recipient_count = 65;
	assert_rule("act");
}

/* What the law lets somebody report, and who looks over it, no shield keeps apart. */
static void
shields_nobody_whom_a_report_is_for(void **state)
{
	static const char *const MAY[] = { "parent", "youth", "client-supporter", "school", "director", "neighbour",
		"experience-expert", "secretary", "expert", "municipality-funding", "safe-home provider" };
	static const char *const MAY_NOT[] = { "safe-home", "child-protection-board", "privacy-officer", "analyst",
		"steering-group", "registrar", "" };

	(void)state;
	init("case-shield", "monitoring", "school");
	scene_add_recipient(&S, "other", "elsewhere", "parent");
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(MAY); i++) {
		S.recipients[0].member.roles = scene_codes(MAY[i]);
		assert_rule("act");
	}
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(MAY_NOT); i++) {
		S.recipients[0].member.roles = scene_codes(MAY_NOT[i]);
		assert_rule("receiver-role");
	}
	S.act.code = scene_code("case-unshield"); /* who was shielded once, whatever it is now */
	S.facts.sender.roles = scene_codes("director");
	assert_rule("act");
	S.facts.recipient_count = 0;
	assert_rule("receiver-count");
}

/* From whom everything is kept is put on no case; categories that are kept are no matter here. */
static void
adds_nobody_who_is_shielded(void **state)
{
	(void)state;
	init("case-join", "monitoring", "director");
	scene_add_recipient(&S, "other", "elsewhere", "provider");
	S.recipients[0].is_on_case = false;
	S.recipients[0].shielded = scene_codes("address");
	assert_rule("act");
	S.recipients[0].is_shielded = true;
	assert_rule("receiver-shielded");
	init("case-leave", "monitoring", "director");
	scene_add_recipient(&S, "other", "elsewhere", "provider");
	S.recipients[0].is_shielded = true;
	assert_rule("act");
	S.act.code = scene_code("case-unshield");
	assert_rule("act");
	S.facts.sender.roles = scene_codes("provider");
	assert_rule("act-role");
}

/* ---- what is said with an act ---- */

/* clang-format off */
static const struct {
	const char *act, *step;
	const char *facts; /* key value key value */
	const char *rule, *detail;
} SAID[] = {
	{ "case-invite", "intake", "youth heard", "act", NULL },
	{ "case-invite", "consultation", "youth too-young authority invited", "act", NULL },
	{ "case-invite", "consultation", "", "act-fact", "case-invite" },
	{ "case-invite", "consultation", "youth told", "act-fact", "youth" },
	{ "case-invite", "consultation", "uncle heard", "act-fact", "uncle" },
	{ "case-invite", "consultation", "youth heard youth declined", "act-fact", "youth" },
	{ "case-invite", "consultation", "youth heard step monitoring", "act-fact", "step" },
	{ "case-inform", "closed", "authority postponed-safety", "act", NULL },
	{ "case-inform", "closed", "authority heard", "act-fact", "authority" },
	{ "case-inform", "closed", "", "act-fact", "case-inform" },
	{ "case-label", "closed", "label crisis label money dropped mandate", "act", NULL },
	{ "case-label", "closed", "label crisis label money label crisis", "act-fact", "label" },
	{ "case-label", "closed", "dropped mandate dropped money", "act", NULL },
	{ "case-label", "closed", "", "act-fact", "case-label" },
	{ "case-close", "intake", "", "act", NULL },
	{ "case-close", "monitoring", "reason goals-reached", "act", NULL },
	{ "case-close", "monitoring", "reason because", "act-fact", "reason" },
	{ "case-close", "intake", "outcome refused refusal not-stuck", "act", NULL },
	{ "case-close", "intake", "refusal not-stuck outcome refused", "act", NULL },
	{ "case-close", "intake", "outcome refused", "act-fact", "refusal" },
	{ "case-close", "intake", "outcome refused reason other", "act-fact", "refusal" },
	{ "case-close", "intake", "outcome withdrawn", "act", NULL },
	{ "case-close", "intake", "outcome withdrawn refusal not-stuck", "act-fact", "refusal" },
	{ "case-close", "intake", "refusal not-stuck", "act-fact", "refusal" },
	{ "case-close", "intake", "outcome accepted", "act-fact", "outcome" },
	{ "case-close", "monitoring", "outcome withdrawn", "act-fact", "outcome" },
	{ "case-reopen", "closed", "reason mistake", "act", NULL },
	{ "case-reopen", "closed", "reason goals-reached", "act-fact", "reason" },
	{ "case-shield", "intake", "", "act", NULL },
	{ "case-shield", "intake", "category address category contact reason court", "act", NULL },
	{ "case-shield", "intake", "category address category address", "act-fact", "category" },
	{ "case-shield", "intake", "category everything", "act-fact", "category" },
	{ "case-unshield", "intake", "category address category contact", "act", NULL },
	{ "case-unshield", "closed", "", "case-closed", NULL },
	{ "case-unshield", "intake", "reason court", "act-fact", "reason" },
	{ "case-step", "intake", "step consultation", "act", NULL },
	{ "case-step", "intake", "step consultation step consultation", "act-fact", "step" },
	{ "case-step", "intake", "step intake outcome returned", "act", NULL },
	{ "case-step", "intake", "step intake", "step-order", "intake" },
	{ "case-step", "intake", "step consultation outcome returned", "act-fact", "outcome" },
	{ "case-step", "intake", "step intake outcome accepted", "act-fact", "outcome" },
	{ "case-step", "consultation", "step consultation outcome returned", "act-fact", "outcome" },
	{ "case-step", "consultation", "step consultation reason other", "step-order", "consultation" },
	{ "case-step", "monitoring", "step intake outcome returned", "step-order", "intake" },
};
/* clang-format on */

static void
say(const char *facts)
{
	const struct sluis_codes words = scene_codes(facts);

	S.act.ground_fact_count = 0;
	for (size_t k = 0; k + 1 < words.count; k += 2) {
		S.ground_facts[k / 2] = (struct sluis_ground_fact){ .key = words.items[k], .value = words.items[k + 1] };
		if (sluis_bytes_is_text(words.items[k], "step"))
			S.act.step = words.items[k + 1];
		S.act.ground_fact_count++;
	}
}

static void
takes_what_the_policy_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(SAID); i++) {
		struct sluis_verdict verdict;

		init(SAID[i].act, SAID[i].step, "director");
		scene_add_recipient(&S, "other", "elsewhere", "provider");
		say(SAID[i].facts);
		verdict = scene_decide(&S);
		if (strcmp(sluis_rule_text(verdict.rule), SAID[i].rule) != 0)
			fail_msg("%s in %s with \"%s\": %s", SAID[i].act, SAID[i].step, SAID[i].facts,
			    sluis_rule_text(verdict.rule));
		if (SAID[i].detail != NULL)
			assert_true(sluis_bytes_is_text(verdict.detail, SAID[i].detail));
	}
}

static void
tells_what_an_act_may_say(void **state)
{
	const struct sluis_policy *p = scene_default_policy();
	const struct sluis_policy_act_fact *facts;
	size_t n;

	(void)state;
	facts = sluis_policy_act_facts(p, scene_code("case-close"), &n);
	assert_int_equal(n, 3);
	assert_true(sluis_bytes_is_text(facts[1].key, "outcome"));
	assert_true(sluis_bytes_is_text(facts[1].list, "screening-outcome"));
	assert_int_equal(facts[1].codes.count, 2);
	assert_true(sluis_bytes_is_text(facts[1].codes.items[0], "refused"));
	assert_true(sluis_bytes_is_text(facts[1].label[SLUIS_LANG_EN], "outcome of the screening"));
	assert_true(sluis_bytes_is_text(facts[2].with, "refused"));
	facts = sluis_policy_act_facts(p, scene_code("case-shield"), &n);
	assert_int_equal(facts[0].list.len, 0);
	assert_int_equal(facts[0].codes.count, sluis_policy_codes(p, SLUIS_KIND_CATEGORY).count);
	assert_true(facts[0].is_many);
	assert_false(facts[1].is_many);
	(void)sluis_policy_act_facts(p, scene_code("case-join"), &n);
	assert_int_equal(n, 0);
	assert_null(sluis_policy_act_facts(p, scene_code("unheard-of"), &n));
	assert_int_equal(n, 0);
}

/* domain: refused and withdrawn have retention classes of their own. */
static void
keeps_a_case_by_its_outcome(void **state)
{
	const struct sluis_policy *p = scene_default_policy();

	(void)state;
	assert_true(sluis_bytes_is_text(sluis_policy_retention_case(p, scene_code("refused"))->code, "intake-refused"));
	assert_true(
	    sluis_bytes_is_text(sluis_policy_retention_case(p, scene_code("withdrawn"))->code, "intake-withdrawn"));
	assert_true(sluis_bytes_is_text(sluis_policy_retention_case(p, scene_code("accepted"))->code, "case"));
	assert_true(sluis_bytes_is_text(sluis_policy_retention_case(p, sluis_bytes(NULL, 0))->code, "case"));
}

static void
moves_step_by_step(void **state)
{
	static const struct {
		const char *from, *to, *rule;
	} CASES[] = {
		{ "intake", "consultation", "act" },
		{ "intake", "monitoring", "step-order" },
		{ "intake", "intake", "step-order" },
		{ "intake", "closed", "step-order" }, /* closing is an act of its own */
		{ "consultation", "monitoring", "act" },
		{ "monitoring", "consultation", "act" },
		{ "monitoring", "", "step-order" },
		{ "limbo", "consultation", "step-order" },
		{ "closed", "consultation", "case-closed" },
	};

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(CASES); i++) {
		init("case-step", CASES[i].from, "director");
		S.act.step = scene_code(CASES[i].to);
		assert_rule(CASES[i].rule);
	}
	init("case-reopen", "monitoring", "director");
	assert_rule("case-not-closed");
	init("case-close", "closed", "director");
	assert_rule("case-closed");
}

static void
withdraws_a_grant(void **state)
{
	(void)state;
	init("grant-withdraw", "closed", "school");
	S.facts.object = (struct sluis_object_facts){ .is_found = true, .author = scene_code("taker"),
		.author_organisation = scene_code("care") };
	assert_rule("act-condition"); /* on the case, but no business of it */
	S.facts.sender.organisation = scene_code("care");
	assert_rule("act"); /* a colleague on the case */
	S.facts.of_case.is_sender_on_case = false;
	assert_rule("not-found"); /* one who is not on it does not learn that it exists */
	S.facts.sender.handle = scene_code("taker");
	assert_rule("act"); /* who recorded it, even after leaving */
	S.facts.object.is_found = false;
	assert_rule("not-found");
	S.facts.object.is_found = true;
	S.facts.of_case.exists = false;
	assert_rule("not-found");
	init("grant-withdraw", "intake", "director");
	S.facts.object.is_found = true;
	assert_rule("act");
	S.facts.acts_last_day = INT64_MAX; /* no allowance holds up a withdrawal */
	assert_rule("act");
}

/* What is known without the case is so by a line of the act, and only where the act says that it may be. */
static void
knows_without_the_case_by_the_act_only(void **state)
{
	static const char ACT[] = "    off-case: true\n    object: true\n    always: true\n";
	char *text = scene_text("config/policy.yaml");
	struct sluis_policy *on_case = scene_policy(scene_replace(text, ACT, "    object: true\n"));
	struct sluis_policy *of_nothing;

	(void)state;
	text = scene_text("config/policy.yaml");
	of_nothing = scene_policy(scene_replace(text, ACT, "    off-case: true\n"));
	init("grant-withdraw", "intake", "provider");
	S.facts.of_case.is_sender_on_case = false;
	S.facts.object = (struct sluis_object_facts){ .is_found = true, .author = scene_code("director") };
	assert_rule("act");
	S.policy = on_case;
	assert_rule("not-found");
	S.policy = of_nothing;
	assert_rule("act");
	S.facts.object.author = scene_code("other");
	assert_rule("not-found");
	sluis_policy_free(on_case);
	sluis_policy_free(of_nothing);
}

/* A family holds a token and is no member: it may withdraw, and nothing else. */
static void
takes_a_token(void **state)
{
	(void)state;
	init("grant-withdraw", "intake", "");
	S.facts.sender = (struct sluis_member_facts){ 0 };
	S.facts.of_case.is_sender_on_case = false;
	S.facts.has_token = true;
	S.facts.object.is_found = true;
	assert_rule("act");
	assert_int_equal(scene_decide(&S).sender_role.len, 0);
	S.facts.object.is_found = false;
	assert_rule("not-found");
	S.facts.object.is_found = true;
	S.facts.sender.handle = scene_code("taker"); /* nor does a bearer become who recorded it */
	S.facts.object.author = scene_code("taker");
	assert_rule("act");
	S.facts.has_token = false;
	assert_rule("member-inactive");
	S.facts.has_token = true;
	S.act.code = scene_code("grant-refuse");
	assert_rule("member-inactive");
	S.act.code = scene_code("void");
	S.facts.sender = scene_member("director", "team", "director");
	assert_rule("act-role"); /* a bearer is a bearer, whoever it is besides */
}

static void
answers_for_messages(void **state)
{
	static const char *const ACTS[] = { "receipt", "request-decline", "erasure-confirm", "erasure-keep" };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(ACTS); i++) {
		init(ACTS[i], "", "parent");
		S.facts.of_case = (struct sluis_case_facts){ 0 };
		S.facts.object = (struct sluis_object_facts){ .is_found = true, .is_addressee = true };
		assert_rule("act");
		S.facts.object.is_addressee = false;
		assert_rule("not-found");
		S.facts.of_case.is_sender_on_case = true; /* being on the case does not make it theirs */
		assert_rule("not-found");
	}
	init("message-withdraw", "", "provider");
	S.facts.object = (struct sluis_object_facts){ .is_found = true, .author = scene_code("director") };
	assert_rule("act");
	S.facts.object.author = scene_code("other");
	assert_rule("not-found");
	S.facts.object.author_organisation = scene_code("team");
	assert_rule("act");
	S.facts.object.author_organisation = scene_code("");
	S.facts.sender.organisation = scene_code(""); /* two unknowns are not the same */
	assert_rule("not-found");
}

static void
runs_retention_for_the_body_only(void **state)
{
	static const char *const ACTS[] = { "retention-run", "retention-hold", "retention-release" };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(ACTS); i++) {
		init(ACTS[i], "", "privacy-officer");
		assert_rule("act-condition");
		S.facts.sender.is_federation_body = true;
		assert_rule("act");
		S.facts.sender.roles = scene_codes("registrar");
		assert_rule("act-role");
	}
}

static void
counts_the_day(void **state)
{
	(void)state;
	init("case-label", "intake", "provider");
	S.facts.acts_last_day = 239999;
	assert_rule("act");
	S.facts.acts_last_day = 240000;
	assert_rule("allowance");
}

static void
keeps_unknown_and_not_yours_alike(void **state)
{
	struct sluis_verdict unknown, not_yours;

	(void)state;
	init("case-label", "intake", "provider");
	S.facts.of_case.is_sender_on_case = false;
	not_yours = scene_decide(&S);
	S.facts.of_case = (struct sluis_case_facts){ 0 };
	unknown = scene_decide(&S);
	assert_int_equal(unknown.rule, SLUIS_RULE_NOT_FOUND);
	assert_memory_equal(&unknown, &not_yours, sizeof(unknown));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_the_role),
		cmocka_unit_test(opens_a_case),
		cmocka_unit_test(adds_to_a_case),
		cmocka_unit_test(leaves_a_case),
		cmocka_unit_test(hands_over_and_shields),
		cmocka_unit_test(shields_nobody_whom_a_report_is_for),
		cmocka_unit_test(adds_nobody_who_is_shielded),
		cmocka_unit_test(takes_what_the_policy_lists),
		cmocka_unit_test(tells_what_an_act_may_say),
		cmocka_unit_test(keeps_a_case_by_its_outcome),
		cmocka_unit_test(moves_step_by_step),
		cmocka_unit_test(withdraws_a_grant),
		cmocka_unit_test(knows_without_the_case_by_the_act_only),
		cmocka_unit_test(takes_a_token),
		cmocka_unit_test(answers_for_messages),
		cmocka_unit_test(runs_retention_for_the_body_only),
		cmocka_unit_test(counts_the_day),
		cmocka_unit_test(keeps_unknown_and_not_yours_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
