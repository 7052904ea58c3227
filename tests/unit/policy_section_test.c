/* SPDX-License-Identifier: EUPL-1.2 */
/* Rules 4 and 5 where they are more than a cell: several roles, grants, officers, limits, recovery keys. */
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

/* The first pair of roles in policy order that permits the whole counts, and the verdict names it. */
static void
takes_the_first_pair_that_permits(void **state)
{
	struct sluis_verdict v;

	(void)state;
	scene_init_push(&S, scene_default_policy(), "funding", "monitoring",
	    "unheard-of municipality-access director provider");
	scene_add_recipient(&S, "town", "town", "analyst municipality-access municipality-funding");
	scene_add_section(&S, "advice", 1);
	scene_grant_to(&S, "town", "");
	v = scene_decide(&S);
	assert_int_equal(v.rule, SLUIS_RULE_MATRIX);
	assert_true(sluis_bytes_is_text(v.detail, "funding"));
	assert_true(sluis_bytes_is_text(v.sender_role, "provider")); /* stands before director */
	assert_true(sluis_bytes_is_text(v.receiver_role, "municipality-funding"));

	/* One pair must carry the whole: the provider's answer and the director's plan do not mix. */
	S.act.purpose = scene_code("plan");
	S.facts.grant.purposes = scene_codes("plan");
	S.facts.sender.roles = scene_codes("provider director");
	S.sections[0].category = scene_code("plan");
	v = scene_decide(&S);
	assert_int_equal(v.rule, SLUIS_RULE_MATRIX);
	assert_true(sluis_bytes_is_text(v.sender_role, "director"));
}

/* Where no pair permits, the verdict is that of the pair that came furthest. */
static void
names_the_furthest_pair(void **state)
{
	struct sluis_verdict v;

	(void)state;
	scene_init_push(&S, scene_default_policy(), "plan", "monitoring", "provider director");
	scene_add_recipient(&S, "town", "town", "analyst municipality-access");
	scene_add_section(&S, "safety", 1);
	scene_add_section(&S, "plan", 1);
	scene_grant_to(&S, "town", "");
	v = scene_decide(&S);
	assert_int_equal(v.rule, SLUIS_RULE_CATEGORY_NOT_ALLOWED);
	assert_true(sluis_bytes_is_text(v.sender_role, "director"));
	assert_true(sluis_bytes_is_text(v.receiver_role, "municipality-access"));
	assert_int_equal(v.section, 0);

	S.facts.sender.roles = scene_codes("secretary provider"); /* as far as each other: the first counts */
	assert_true(sluis_bytes_is_text(scene_decide(&S).sender_role, "provider"));
	assert_rule("sender-role");

	S.facts.sender.roles = scene_codes("director expert provider"); /* worse ones behind it */
	assert_rule("category-not-allowed");
	S.act.sender_role = scene_code("provider"); /* the act insists on one */
	S.act.step.len = 0;
	assert_rule("sender-role");
	S.act.sender_role = scene_code("expertise-centre"); /* which the sender does not have */
	assert_rule("sender-role");
	S.act.sender_role = scene_code("director");
	assert_rule("category-not-allowed");
}

/* Several sections to one receiver must all pass in the same role. */
static void
never_mixes_roles_of_one_receiver(void **state)
{
	(void)state;
	scene_init_push(&S, scene_default_policy(), "plan", "monitoring", "director");
	scene_add_recipient(&S, "both", "education", "school expert");
	scene_add_section(&S, "agreement", 1);
	scene_add_section(&S, "plan", 1);
	scene_grant_to(&S, "education", "school"); /* covers the school, which may not have the plan */
	assert_rule("grant-receiver");
	scene_grant_to(&S, "education", "expert");
	assert_rule("matrix");
	assert_true(sluis_bytes_is_text(scene_decide(&S).receiver_role, "expert"));
}

static void
opens_cells_by_grant_only(void **state)
{
	(void)state;
	scene_init_push(&S, scene_default_policy(), "analysis", "consultation", "director");
	scene_add_recipient(&S, "peer", "peers", "experience-expert");
	scene_add_section(&S, "question", 1);
	scene_grant_to(&S, "peers", "");
	assert_rule("category-by-grant"); /* role not named */
	scene_grant_to(&S, "team", "experience-expert");
	assert_rule("category-by-grant"); /* named, of another organisation */
	scene_grant_to(&S, "peers", "expert");
	assert_rule("category-by-grant"); /* another role */
	scene_grant_to(&S, "peers", "expert experience-expert");
	assert_rule("matrix");
	S.facts.grant.categories = scene_codes("history family");
	assert_rule("category-by-grant"); /* category not named */
	S.facts.grant.categories = scene_codes("identification question");
	S.sections[0].category = scene_code("identification");
	assert_rule("category-not-allowed"); /* named, but no cell: nothing else widens */
}

/* A ground without a grant opens no cell by grant, whatever grant lies beside it. */
static void
needs_the_ground_for_cells_by_grant(void **state)
{
	(void)state;
	scene_init_push(&S, scene_default_policy(), "transfer", "monitoring", "director");
	scene_add_recipient(&S, "gp", "practice", "neighbour");
	scene_add_section(&S, "plan", 1);
	scene_grant_to(&S, "practice", "neighbour");
	assert_rule("matrix");
	S.act.ground = scene_code("direct-involvement");
	assert_rule("category-by-grant");
	S.act.ground = scene_code("no-ground");
	assert_rule("category-by-grant");
}

static void
keeps_the_number_between_legal_bases(void **state)
{
	static const struct {
		const char *purpose, *step, *from, *to, *category, *rule;
	} CASES[] = {
		{ "referral", "intake", "provider", "director", "bsn", "matrix" },
		{ "referral", "intake", "referrer", "director", "bsn", "category-limited" },
		{ "referral", "intake", "referrer", "director", "message", "category-limited" },
		{ "consultation", "consultation", "school", "director", "message", "category-limited" },
		{ "consultation", "consultation", "provider", "director", "message", "matrix" },
		{ "expertise", "monitoring", "director", "expertise-centre", "message", "category-limited" },
		{ "safety-report", "closed", "provider", "safe-home", "bsn", "matrix" },
	};

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(CASES); i++) {
		scene_init_push(&S, scene_default_policy(), CASES[i].purpose, CASES[i].step, CASES[i].from);
		scene_add_recipient(&S, "receiver", "there", CASES[i].to);
		scene_add_recipient(&S, "director", "team", CASES[i].from); /* the sender itself */
		scene_add_section(&S, CASES[i].category, 1);
		scene_add_section(&S, strcmp(CASES[i].purpose, "safety-report") == 0 ? "justification"
		                                                                      : "question",
		    strcmp(CASES[i].purpose, "safety-report") == 0 ? 2 : 1);
		if (S.sections[1].recipients == 1)
			S.facts.recipient_count = 1;
		scene_grant_to(&S, "there", CASES[i].to);
		assert_rule(CASES[i].rule);
	}
}

static void
init_safety_report(const char *officer_organisation)
{
	scene_init_push(&S, scene_default_policy(), "safety-report", "monitoring", "provider");
	scene_add_recipient(&S, "safe-home", "safe-home", "safe-home");
	scene_add_recipient(&S, "officer", officer_organisation, "privacy-officer");
	scene_add_section(&S, "safety", 1);
	scene_add_section(&S, "justification", 2);
	scene_grant_to(&S, "safe-home", "");
	S.recipients[0].is_on_case = false;
	S.recipients[1].is_on_case = false;
}

static void
seals_the_justification_to_officers_and_sender(void **state)
{
	(void)state;
	init_safety_report("team");
	assert_rule("matrix");
	S.sections[1].recipients = 3; /* to safe-home, too */
	S.sections[1].stanza_count = 2;
	assert_rule("officers-only");

	init_safety_report("elsewhere"); /* another organisation's officer */
	assert_rule("receiver-role");

	init_safety_report("federation"); /* stands in only where the sender has no officer */
	S.recipients[1].member.is_federation_body = true;
	assert_rule("receiver-role");
	S.facts.has_sender_officer = false;
	assert_rule("matrix");
	S.recipients[1].member.is_federation_body = false;
	assert_rule("receiver-role");

	init_safety_report("team"); /* no officer: a colleague */
	S.recipients[1].member.roles = scene_codes("provider");
	assert_rule("receiver-role");
	S.recipients[1].member.handle = S.facts.sender.handle; /* the sender itself */
	assert_rule("matrix");

	init_safety_report("team"); /* the officer gets something else besides */
	S.sections[0].recipients = 3;
	S.sections[0].stanza_count = 2;
	assert_rule("receiver-role");

	init_safety_report("team"); /* no officer's key of the organisation */
	S.recipients[1].kind = SLUIS_RECIPIENT_RECOVERY;
	S.recipients[1].member.handle = S.facts.sender.handle;
	assert_rule("receiver-recovery");
}

/* Every officer whom it is for must be able to read it; an officer of elsewhere does not count. */
static void
seals_the_justification_to_every_officer(void **state)
{
	(void)state;
	init_safety_report("team");
	S.facts.officer_count = 1;
	assert_rule("matrix");
	S.facts.officer_count = 2;
	assert_rule("officers-only");
	assert_int_equal(scene_decide(&S).section, 1);
	assert_int_equal(scene_decide(&S).recipient, -1);
	scene_add_recipient(&S, "officer-b", "team", "privacy-officer");
	S.sections[1].recipients = 6;
	S.sections[1].stanza_count = 2;
	assert_rule("matrix");
	S.recipients[2].member.roles = scene_codes("provider"); /* the sender is no second officer */
	S.recipients[2].member.handle = S.facts.sender.handle;
	assert_rule("officers-only");
}

/* Without a purpose or ground that asks for one, a justification has no place, not even with an officer. */
static void
takes_no_justification_without_reason(void **state)
{
	(void)state;
	scene_init(&S, scene_default_policy());
	scene_add_section(&S, "justification", 8);
	scene_add_recipient(&S, "officer", "team", "privacy-officer");
	assert_rule("receiver-role");
	S.recipients[3].member.roles = scene_codes("privacy-officer expert");
	assert_rule("category-not-allowed");
	S.act.step.len = 0;
	S.facts.recipient_count = 3;
	S.sections[2].recipients = 1;
	assert_rule("category-not-allowed");
}

/* The stars of the matrix, by row. */
static void
requires_what_has_a_star(void **state)
{
	static const struct {
		const char *row, *required;
	} STARS[] = {
		{ "referral", "question" }, { "advice", "advice" }, { "advice-neighbour", "advice" },
		{ "answer", "agreement" }, { "plan", "plan" }, { "plan-school", "plan" },
		{ "plan-neighbour", "plan" }, { "escalation", "escalation" },
		{ "safety-report", "justification" }, { "indicators", "indicators" },
	};
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < sluis_policy_row_count(scene_default_policy()); i++) {
		const struct sluis_policy_row *row = sluis_policy_row(scene_default_policy(), i);
		size_t k = 0;

		while (k < SLUIS_ARRAY_LEN(STARS) && !sluis_bytes_is_text(row->code, STARS[k].row))
			k++;
		assert_int_equal(row->required.count, k < SLUIS_ARRAY_LEN(STARS));
		if (k == SLUIS_ARRAY_LEN(STARS))
			continue;
		assert_true(sluis_bytes_is_text(row->required.items[0], STARS[k].required));
		count++;
	}
	assert_int_equal(count, SLUIS_ARRAY_LEN(STARS));
	scene_init_push(&S, scene_default_policy(), "referral", "intake", "provider");
	scene_add_recipient(&S, "boss", "team", "director");
	scene_add_section(&S, "history", 1);
	scene_grant_to(&S, "team", "");
	assert_rule("category-required");
	assert_true(sluis_bytes_is_text(scene_decide(&S).detail, "question"));
	scene_add_section(&S, "question", 1);
	assert_rule("matrix");
}

static void
lets_reports_leave_the_case(void **state)
{
	(void)state;
	scene_init_push(&S, scene_default_policy(), "escalation", "intake", "director");
	scene_add_recipient(&S, "board", "board", "steering-group");
	scene_add_section(&S, "escalation", 1);
	scene_grant_to(&S, "board", "steering-group");
	S.recipients[0].is_on_case = false;
	assert_rule("matrix");
	S.facts.of_case.step = scene_code("closed");
	assert_rule("case-closed");
	scene_init_push(&S, scene_default_policy(), "indicators", "closed", "secretary");
	scene_add_recipient(&S, "analyst", "lab", "analyst");
	scene_add_section(&S, "indicators", 1);
	scene_grant_to(&S, "lab", "");
	S.recipients[0].is_on_case = false;
	assert_rule("matrix"); /* a closed case is open for this purpose */
}

static void
keeps_criminal_data_with_four_roles(void **state)
{
	(void)state;
	scene_init_push(&S, scene_default_policy(), "consultation", "consultation", "provider");
	scene_add_recipient(&S, "boss", "team", "director");
	scene_add_section(&S, "safety", 1);
	scene_grant_to(&S, "team", "");
	S.sections[0].is_criminal = true;
	assert_rule("grant-criminal");
	S.facts.grant.is_criminal = true;
	assert_rule("matrix");
	S.act.purpose = scene_code("rights");
	S.facts.grant.purposes = scene_codes("rights");
	S.recipients[0].member.roles = scene_codes("youth");
	assert_rule("criminal-receiver");
}

static void
asks_what_an_attachment_is_about(void **state)
{
	char *text = scene_text("config/policy.yaml");
	struct sluis_policy *strict = scene_policy(scene_replace(text,
	    "attachment: {nl: bijlage, en: attachment,",
	    "attachment: {nl: bijlage, en: attachment, needs-about: true,"));

	(void)state;
	scene_init_push(&S, strict, "consultation", "consultation", "provider");
	scene_add_recipient(&S, "boss", "team", "director");
	scene_add_section(&S, "attachment", 1);
	scene_grant_to(&S, "team", "");
	assert_rule("about");
	S.sections[0].about = scene_code("diagnostics");
	assert_rule("matrix");
	S.sections[0].about = scene_code("contact"); /* which a director may not have here */
	assert_rule("about");
	assert_int_equal(scene_decide(&S).recipient, 0);

	/* A cell by grant counts where the grant opens it. */
	S.facts.sender.roles = scene_codes("director");
	S.recipients[0].member.roles = scene_codes("neighbour");
	S.act.purpose = scene_code("transfer");
	S.facts.grant.purposes = scene_codes("transfer");
	scene_grant_to(&S, "team", "neighbour");
	assert_rule("matrix");
	S.facts.grant.categories = scene_codes("attachment");
	assert_rule("about");
	sluis_policy_free(strict);

	/* What a justification is about is for its officers to read. */
	init_safety_report("team");
	S.sections[1].about = scene_code("plan");
	assert_rule("matrix");
}

static void
never_gives_an_attachment_to_some(void **state)
{
	char *text = scene_text("config/policy.yaml");
	struct sluis_policy *wide = scene_policy(scene_replace(text, "    categories: [agreement]\n    required: [plan]",
	    "    categories: [agreement, attachment]\n    required: [plan]"));

	(void)state;
	scene_init(&S, wide);
	scene_add_section(&S, "attachment", 4);
	assert_rule("category-limited");
	sluis_policy_free(wide);
}

static void
counts_sizes_to_the_byte(void **state)
{
	const uint64_t section_max = UINT64_C(8192) << 20;

	(void)state;
	scene_init(&S, scene_default_policy());
	S.sections[0].size_bytes = section_max;
	S.sections[1].size_bytes = section_max;
	assert_rule("matrix"); /* exactly the message's maximum */
	scene_add_section(&S, "agreement", 1);
	assert_rule("too-large");
	S.sections[2].size_bytes = 0;
	assert_rule("matrix");
	S.sections[2].size_bytes = UINT64_MAX;
	assert_rule("too-large");
}

static void
counts_sections_and_receivers(void **state)
{
	(void)state;
	scene_init(&S, scene_default_policy());
	while (S.act.section_count < 64)
		scene_add_section(&S, "agreement", 1);
	assert_rule("matrix");
	scene_add_section(&S, "agreement", 1);
	assert_rule("section-count");
	scene_init(&S, scene_default_policy());
	while (S.facts.recipient_count < 64)
		S.sections[0].recipients |=
		    UINT64_C(1) << scene_add_recipient(&S, "one", "care", "provider");
	S.sections[0].stanza_count = 63; /* all but the school */
	assert_rule("matrix");
	scene_add_recipient(&S, "one", "care", "provider");
	assert_rule("receiver-count");
}

static void
lets_recovery_keys_stand_beside_members(void **state)
{
	char *text = scene_text("config/policy.yaml");
	struct sluis_policy *with = scene_policy(scene_replace(text, "recovery: false", "recovery: true"));

	(void)state;
	scene_init(&S, with);
	scene_add_recipient(&S, "", "care", "");
	S.recipients[3].kind = SLUIS_RECIPIENT_RECOVERY;
	S.recipients[3].is_on_case = false;
	S.recipients[3].member.is_active = false;
	S.sections[0].recipients |= 8;
	S.sections[0].stanza_count++;
	assert_rule("matrix");
	S.policy = scene_default_policy();
	assert_rule("receiver-recovery"); /* the agreement does not use them */
	S.policy = with;
	S.recipients[3].kind = 0;
	assert_rule("receiver-recovery"); /* neither member nor key */
	S.recipients[3].kind = SLUIS_RECIPIENT_RECOVERY;
	S.recipients[3].member.organisation = scene_code("elsewhere");
	assert_rule("receiver-recovery"); /* whose? */
	S.recipients[3].member.organisation = scene_code("education");
	assert_rule("receiver-recovery"); /* a member of that organisation, but not of that section */
	S.sections[0].recipients &= ~UINT64_C(8);
	S.sections[0].stanza_count--;
	assert_rule("receiver-empty");
	S.sections[1].recipients |= 8;
	S.sections[1].stanza_count++;
	assert_rule("matrix");
	sluis_policy_free(with);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_the_first_pair_that_permits),
		cmocka_unit_test(names_the_furthest_pair),
		cmocka_unit_test(never_mixes_roles_of_one_receiver),
		cmocka_unit_test(opens_cells_by_grant_only),
		cmocka_unit_test(needs_the_ground_for_cells_by_grant),
		cmocka_unit_test(keeps_the_number_between_legal_bases),
		cmocka_unit_test(seals_the_justification_to_officers_and_sender),
		cmocka_unit_test(seals_the_justification_to_every_officer),
		cmocka_unit_test(takes_no_justification_without_reason),
		cmocka_unit_test(requires_what_has_a_star),
		cmocka_unit_test(lets_reports_leave_the_case),
		cmocka_unit_test(keeps_criminal_data_with_four_roles),
		cmocka_unit_test(asks_what_an_attachment_is_about),
		cmocka_unit_test(never_gives_an_attachment_to_some),
		cmocka_unit_test(counts_sizes_to_the_byte),
		cmocka_unit_test(counts_sections_and_receivers),
		cmocka_unit_test(lets_recovery_keys_stand_beside_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
