/* SPDX-License-Identifier: EUPL-1.2 */
/* A push in which everything is in order, broken in one way, and in every pair of ways. */
#include "decide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy_scene.h"

#define HOW(name) static void name(struct scene *s)

HOW(sender_inactive)
{
	s->facts.sender.is_active = false;
}
HOW(sender_certificate)
{
	s->facts.sender.is_certificate_valid = false;
}
HOW(act_unknown)
{
	s->act.code = scene_code("no-such-act");
}
HOW(case_missing)
{
	s->facts.of_case.exists = false;
}
HOW(sender_off_case)
{
	s->facts.of_case.is_sender_on_case = false;
}
HOW(grant_unknown)
{
	s->facts.grant.is_named = true;
	s->facts.grant.is_found = false;
}
HOW(case_closed)
{
	s->facts.of_case.step = scene_code("closed");
}
HOW(purpose_unknown)
{
	s->act.purpose = scene_code("curiosity");
}
HOW(step_wrong)
{
	s->facts.of_case.step = scene_code("intake");
}
HOW(step_unknown)
{
	s->facts.of_case.step = scene_code("limbo");
}
HOW(sender_role_wrong)
{
	s->facts.sender.roles = scene_codes("secretary");
}
HOW(no_receiver)
{
	s->facts.recipient_count = 0;
}
HOW(too_many_receivers)
{
	s->facts.recipient_count = 65;
}
HOW(receiver_inactive)
{
	s->recipients[0].member.is_active = false;
}
HOW(receiver_certificate)
{
	s->recipients[0].member.is_certificate_valid = false;
}
HOW(receiver_off_case)
{
	s->recipients[2].is_on_case = false;
}
HOW(receiver_role_wrong)
{
	s->recipients[0].member.roles = scene_codes("analyst");
}
HOW(receiver_without_role)
{
	s->recipients[0].member.roles = scene_codes("unheard-of");
}
HOW(receiver_shielded)
{
	s->recipients[1].is_shielded = true;
}
HOW(receiver_is_recovery)
{
	s->recipients[1].kind = SLUIS_RECIPIENT_RECOVERY;
}
HOW(no_section)
{
	s->act.section_count = 0;
}
HOW(too_many_sections)
{
	s->act.section_count = 65;
}
HOW(section_to_nobody)
{
	s->sections[1].recipients = 0;
}
HOW(section_to_stranger)
{
	s->sections[1].recipients |= UINT64_C(1) << 40;
}
HOW(category_unknown)
{
	s->sections[1].category = scene_code("gossip");
}
HOW(category_not_in_row)
{
	s->sections[1].category = scene_code("history");
}
HOW(category_limited)
{
	scene_add_section(s, "bsn", UINT64_C(1) << scene_add_recipient(s, "gp", "practice", "neighbour"));
	scene_grant_to(s, "practice", "neighbour");
}
HOW(category_by_grant)
{
	scene_add_section(s, "history",
	    UINT64_C(1) << scene_add_recipient(s, "gp", "practice", "neighbour"));
	scene_grant_to(s, "practice", "");
}
HOW(category_shielded)
{
	s->recipients[1].shielded = scene_codes("address agreement");
}
HOW(criminal_to_provider)
{
	s->sections[0].is_criminal = true;
}
HOW(required_missing)
{
	s->sections[0].category = scene_code("agreement");
}
HOW(receiver_empty)
{
	s->sections[1].recipients = 3;
	s->sections[1].stanza_count = 2;
}
HOW(about_unknown)
{
	s->sections[0].about = scene_code("gossip");
}
HOW(about_not_in_row)
{
	s->sections[0].about = scene_code("history");
}
HOW(section_large)
{
	s->sections[1].size_bytes = UINT64_C(8192) * 1024 * 1024 + 1;
}
HOW(message_large)
{
	for (int i = 0; i < 3; i++)
		s->sections[scene_add_section(s, "agreement", 1)].size_bytes = UINT64_C(8192) << 20;
}
HOW(stanza_too_many)
{
	s->sections[1].stanza_count = 9;
}
HOW(stanza_too_few)
{
	s->sections[1].stanza_count = 1;
}
HOW(ground_unknown)
{
	s->act.ground = scene_code("because");
}
HOW(ground_disabled)
{
	s->act.ground = scene_code("wams");
}
HOW(regime_unknown)
{
	s->facts.sender.regime = scene_code("martial-law");
}
HOW(no_grant)
{
	s->facts.grant.is_named = false;
}
HOW(grant_of_other_case)
{
	s->facts.grant.is_of_case = false;
}
HOW(grant_withdrawn)
{
	s->facts.grant.is_withdrawn = true;
}
HOW(grant_refused)
{
	static const struct sluis_refusal_facts ALL;

	s->facts.grant.refusals = &ALL;
	s->facts.grant.refusal_count = 1;
}
HOW(grant_not_yet)
{
	s->facts.grant.valid_from_ms = s->now_ms + 1;
}
HOW(grant_expired)
{
	s->facts.grant.until_ms = s->now_ms;
}
HOW(band_over)
{
	s->facts.grant.band_until_ms = s->now_ms;
}
HOW(band_without_end)
{
	s->facts.grant.band_until_ms = 0;
}
HOW(band_unknown)
{
	s->facts.grant.band = scene_code("ageless");
}
HOW(exception_unknown)
{
	s->facts.grant.exception = scene_code("haste");
}
HOW(giver_missing)
{
	s->facts.grant.givers = scene_codes("authority youth");
}
HOW(giver_uncounted)
{
	s->facts.grant.authority_count = 0;
}
HOW(text_unknown)
{
	s->facts.grant.text = scene_code("2019-9");
}
HOW(giver_unknown)
{
	s->facts.grant.givers = scene_codes("authority authority aunt");
}
HOW(grant_other_purpose)
{
	s->facts.grant.purposes = scene_codes("advice rights");
}
HOW(grant_other_category)
{
	s->facts.grant.categories = scene_codes("plan");
}
HOW(grant_other_receiver)
{
	s->to[0].organisation = scene_code("elsewhere");
}
HOW(grant_other_role)
{
	s->to[1].roles = scene_codes("guardian");
}
HOW(retention_unknown)
{
	s->act.retention = scene_code("for-ever");
}
HOW(retention_for_cases)
{
	s->act.retention = scene_code("case");
}
HOW(retention_for_reviews)
{
	s->act.retention = scene_code("review");
}
HOW(expired)
{
	s->act.expires_ms = s->now_ms;
}
HOW(class_over)
{
	s->act.created_ms = s->now_ms - 30 * SCENE_DAY_MS;
}
HOW(allowance_used)
{
	s->facts.acts_last_day = 240000;
}

/* clang-format off */
static const struct {
	void (*how)(struct scene *s);
	const char *rule;
	int section;
	int recipient;
	const char *detail;
} BREAKS[] = { /* in the order of the rules */
	{ sender_inactive,       "member-inactive",      -1, -1, "director" },
	{ sender_certificate,    "certificate-invalid",  -1, -1, "team" },
	{ act_unknown,           "act-role",             -1, -1, "no-such-act" },
	{ case_missing,          "not-found",            -1, -1, "push" },
	{ sender_off_case,       "not-found",            -1, -1, "push" },
	{ grant_unknown,         "not-found",            -1, -1, "push" },
	{ case_closed,           "case-closed",          -1, -1, "closed" },
	{ purpose_unknown,       "purpose-unknown",      -1, -1, "curiosity" },
	{ step_wrong,            "step-purpose",         -1, -1, "plan" },
	{ step_unknown,          "step-purpose",         -1, -1, "plan" },
	{ sender_role_wrong,     "sender-role",          -1, -1, "plan" },
	{ no_receiver,           "receiver-count",       -1, -1, "push" },
	{ too_many_receivers,    "receiver-count",       -1, -1, "push" },
	{ receiver_inactive,     "receiver-inactive",    -1,  0, "provider" },
	{ receiver_certificate,  "receiver-inactive",    -1,  0, "provider" },
	{ receiver_off_case,     "receiver-not-on-case", -1,  2, "school" },
	{ receiver_role_wrong,   "receiver-role",        -1,  0, "provider" },
	{ receiver_without_role, "receiver-role",        -1,  0, "provider" },
	{ receiver_shielded,     "receiver-shielded",    -1,  1, "parent" },
	{ receiver_is_recovery,  "receiver-recovery",    -1,  1, "family" },
	{ no_section,            "section-count",        -1, -1, "push" },
	{ too_many_sections,     "section-count",        -1, -1, "push" },
	{ section_to_nobody,     "section-receiver",      1, -1, "agreement" },
	{ section_to_stranger,   "section-receiver",      1, -1, "agreement" },
	{ category_unknown,      "category-unknown",      1, -1, "gossip" },
	{ category_not_in_row,   "category-not-allowed",  1,  0, "history" },
	{ category_limited,      "category-limited",      2,  3, "bsn" },
	{ category_by_grant,     "category-by-grant",     2,  3, "history" },
	{ category_shielded,     "category-shielded",     1,  1, "agreement" },
	{ criminal_to_provider,  "criminal-receiver",     0,  0, "plan" },
	{ required_missing,      "category-required",    -1,  0, "plan" },
	{ receiver_empty,        "receiver-empty",       -1,  2, "school" },
	{ about_unknown,         "about",                 0, -1, "gossip" },
	{ about_not_in_row,      "about",                 0,  0, "history" },
	{ section_large,         "too-large",             1, -1, "agreement" },
	{ message_large,         "too-large",            -1, -1, "push" },
	{ stanza_too_many,       "stanza-count",          1, -1, "agreement" },
	{ stanza_too_few,        "stanza-count",          1, -1, "agreement" },
	{ ground_unknown,        "ground-not-allowed",   -1, -1, "because" },
	{ ground_disabled,       "ground-not-allowed",   -1, -1, "wams" },
	{ regime_unknown,        "ground-not-allowed",   -1, -1, "consent" },
	{ no_grant,              "ground-evidence",      -1, -1, "consent" },
	{ grant_of_other_case,   "grant-case",           -1, -1, "push" },
	{ grant_withdrawn,       "grant-withdrawn",      -1, -1, "push" },
	{ grant_refused,         "grant-refused",         0, -1, "plan" },
	{ grant_not_yet,         "grant-not-yet",        -1, -1, "push" },
	{ grant_expired,         "grant-expired",        -1, -1, "push" },
	{ band_over,             "grant-band",           -1, -1, "under-12" },
	{ band_without_end,      "grant-band",           -1, -1, "under-12" },
	{ band_unknown,          "grant-band",           -1, -1, "ageless" },
	{ exception_unknown,     "grant-exception",      -1, -1, "haste" },
	{ giver_missing,         "grant-giver",          -1, -1, "authority" },
	{ giver_uncounted,       "grant-giver",          -1, -1, "authority" },
	{ giver_unknown,         "grant-giver",          -1, -1, "aunt" },
	{ text_unknown,          "grant-text",           -1, -1, "2019-9" },
	{ grant_other_purpose,   "grant-purpose",        -1, -1, "plan" },
	{ grant_other_category,  "grant-category",        1, -1, "agreement" },
	{ grant_other_receiver,  "grant-receiver",       -1,  0, "provider" },
	{ grant_other_role,      "grant-receiver",       -1,  1, "parent" },
	{ retention_unknown,     "retention-class",      -1, -1, "for-ever" },
	{ retention_for_cases,   "retention-class",      -1, -1, "case" },
	{ retention_for_reviews, "retention-class",      -1, -1, "review" },
	{ expired,               "expired",              -1, -1, "push" },
	{ class_over,            "expired",              -1, -1, "push" },
	{ allowance_used,        "allowance",            -1, -1, "push" },
};
/* clang-format on */

static void
permits_what_is_in_order(void **state)
{
	struct scene s;
	struct sluis_verdict v;

	(void)state;
	scene_init(&s, scene_default_policy());
	v = scene_decide(&s);
	assert_string_equal(sluis_rule_text(v.rule), "matrix");
	assert_int_equal(v.outcome, SLUIS_PERMIT);
	assert_int_equal(v.section, -1);
	assert_int_equal(v.recipient, -1);
	assert_true(sluis_bytes_is_text(v.detail, "plan"));
	assert_true(sluis_bytes_is_text(v.sender_role, "director"));
	assert_true(sluis_bytes_is_text(v.receiver_role, "provider"));
	assert_int_equal(v.expires_ms, s.act.created_ms + 30 * SCENE_DAY_MS);
	assert_false(v.is_reviewed);
}

static void
refuses_each_break_by_its_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(BREAKS); i++) {
		struct scene s;
		struct sluis_verdict v;

		scene_init(&s, scene_default_policy());
		BREAKS[i].how(&s);
		v = scene_decide(&s);
		assert_string_equal(sluis_rule_text(v.rule), BREAKS[i].rule);
		assert_int_equal(v.outcome, SLUIS_REFUSE);
		assert_int_equal(v.section, BREAKS[i].section);
		assert_int_equal(v.recipient, BREAKS[i].recipient);
		if (!sluis_bytes_is_text(v.detail, BREAKS[i].detail))
			fail_msg("%s: detail %.*s, not %s", BREAKS[i].rule, (int)v.detail.len,
			    (const char *)v.detail.data, BREAKS[i].detail);
	}
}

/* Of two things that are wrong, the verdict names the one whose rule comes first. */
static void
names_the_first_of_two(void **state)
{
	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(BREAKS); i++) {
		for (size_t j = i + 1; j < SLUIS_ARRAY_LEN(BREAKS); j++) {
			struct scene s;

			scene_init(&s, scene_default_policy());
			BREAKS[j].how(&s);
			BREAKS[i].how(&s);
			if (strcmp(scene_rule(&s), BREAKS[i].rule) != 0)
				fail_msg("%s (%zu) and %s (%zu): %s", BREAKS[i].rule, i,
				    BREAKS[j].rule, j, scene_rule(&s));
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(permits_what_is_in_order),
		cmocka_unit_test(refuses_each_break_by_its_rule),
		cmocka_unit_test(names_the_first_of_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
