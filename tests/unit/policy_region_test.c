/* SPDX-License-Identifier: EUPL-1.2 */
/* config/policy.yaml says what the region agreed: copied here by hand, beside the matrix of expected.tsv. */
#include "policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy_scene.h"

#define YEAR_MS (INT64_C(8766) * 3600000)

static struct scene S;

/* Exactly these codes, in any order. */
static void
assert_codes(struct sluis_codes codes, const char *words, const char *of)
{
	const struct sluis_codes expected = scene_codes(words);

	if (codes.count != expected.count)
		fail_msg("%s: %zu codes, not %zu", of, codes.count, expected.count);
	for (size_t i = 0; i < expected.count; i++) {
		size_t k = 0;

		while (k < codes.count && !sluis_bytes_equal(codes.items[k], expected.items[i]))
			k++;
		if (k == codes.count)
			fail_msg("%s lacks %.*s", of, (int)expected.items[i].len,
			    (const char *)expected.items[i].data);
	}
}

#define PROFESSIONALS                                                                              \
	"referrer provider certified-institution municipality-access municipality-funding "       \
	"expertise-centre school director secretary expert safe-home child-protection-board"
enum { CASE = 1, CLOSED = 2, ALWAYS = 4 }; /* on an open case; on a closed one; whatever the allowance */

/* clang-format off */
static const struct {
	const char *act;
	const char *roles;
	unsigned when;
} ACTS[] = {
	{ "case-step", "director", CASE },
	{ "case-close", "director", CASE },
	{ "case-reopen", "director", CLOSED },
	{ "case-invite", "director", CASE },
	{ "case-inform", PROFESSIONALS, CASE | CLOSED },
	{ "case-label", PROFESSIONALS, CASE | CLOSED },
	{ "grant-refuse", PROFESSIONALS, CASE | CLOSED | ALWAYS },
	{ "guest-enrol", PROFESSIONALS, CASE },
	{ "log-read-organisation", "privacy-officer", 0 },
	{ "log-read-all", "federation-auditor", 0 },
	{ "log-open", "federation-auditor", 0 },
	{ "retention-list", "privacy-officer", 0 },
	{ "incident", "privacy-officer", ALWAYS },
	{ "breach", "privacy-officer", ALWAYS },
	{ "review", "privacy-officer", 0 },
	{ "rights", PROFESSIONALS " privacy-officer", ALWAYS },
	{ "registry-invite", "registrar", 0 },
	{ "registry-pending", "registrar", 0 },
	{ "registry-approve", "registrar", 0 },
	{ "registry-suspend", "registrar", ALWAYS },
	{ "registry-remove", "registrar", ALWAYS },
	{ "registry-policy", "registrar", 0 },
	{ "registry-recover", "registrar", 0 },
};
/* clang-format on */

static void
says_who_may_do_what_and_when(void **state)
{
	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(ACTS); i++) {
		const struct sluis_codes roles = scene_codes(ACTS[i].roles);
		const bool is_on_case = (ACTS[i].when & (CASE | CLOSED)) != 0;

		assert_codes(sluis_policy_act_roles(scene_default_policy(), scene_code(ACTS[i].act)),
		    ACTS[i].roles, ACTS[i].act);
		scene_init_act(&S, scene_default_policy(), ACTS[i].act, "intake", ACTS[i].roles);
		S.facts.sender.roles = (struct sluis_codes){ roles.items, 1 };
		S.act.step = scene_code("consultation");
		if (!is_on_case)
			S.facts.of_case = (struct sluis_case_facts){ 0 };
		assert_string_equal(scene_rule(&S),
		    ACTS[i].when == CLOSED ? "case-not-closed" : "act");
		if (is_on_case)
			S.facts.of_case.step = scene_code("closed");
		assert_string_equal(scene_rule(&S),
		    is_on_case && (ACTS[i].when & CLOSED) == 0 ? "case-closed" : "act");
		S.facts.of_case.step = scene_code(ACTS[i].when == CLOSED ? "closed" : "intake");
		S.facts.acts_last_day = INT64_MAX;
		assert_string_equal(scene_rule(&S), (ACTS[i].when & ALWAYS) != 0 ? "act" : "allowance");
	}
}

static void
says_who_opens_and_adds(void **state)
{
	static const char OPENERS[] = "referrer provider certified-institution municipality-access director";

	(void)state;
	assert_codes(sluis_policy_act_roles(scene_default_policy(), scene_code("case-open")), OPENERS, "case-open");
	assert_codes(sluis_policy_act_roles(scene_default_policy(), scene_code("grant-add")), PROFESSIONALS,
	    "grant-add");
	assert_codes(sluis_policy_act_roles(scene_default_policy(), scene_code("case-shield")), PROFESSIONALS,
	    "case-shield");
	assert_codes(sluis_policy_act_roles(scene_default_policy(), scene_code("case-hand-over")), "director",
	    "case-hand-over");
	scene_init_act(&S, scene_default_policy(), "case-join", "intake", "director");
	scene_add_recipient(&S, "next", "team", "director");
	assert_string_equal(scene_rule(&S), "receiver-on-case");
	S.act.code = scene_code("case-leave");
	assert_string_equal(scene_rule(&S), "act");
	S.facts.of_case.step = scene_code("closed");
	assert_string_equal(scene_rule(&S), "act");
	S.act.code = scene_code("case-hand-over");
	assert_string_equal(scene_rule(&S), "case-closed");
	S.act.code = scene_code("case-shield");
	assert_string_equal(scene_rule(&S), "case-closed");
}

/* No allowance holds up what protects somebody, or what only answers. */
static void
says_what_is_never_held_up(void **state)
{
	static const char *const OWN[] = { "void", "keys-rotate", "log-verify", "log-read", "report" };
	static const char *const ANSWERS[] = { "receipt", "message-withdraw", "erasure-confirm", "erasure-keep" };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(OWN) + SLUIS_ARRAY_LEN(ANSWERS); i++) {
		const size_t k = i - SLUIS_ARRAY_LEN(OWN);

		scene_init_act(&S, scene_default_policy(), i < SLUIS_ARRAY_LEN(OWN) ? OWN[i] : ANSWERS[k],
		    "", "provider");
		S.facts.of_case = (struct sluis_case_facts){ 0 };
		S.facts.object = (struct sluis_object_facts){ .is_found = true, .is_addressee = true,
			.author = scene_code("director") };
		S.facts.acts_last_day = INT64_MAX;
		assert_string_equal(scene_rule(&S), "act");
	}
	S.act.code = scene_code("request-decline");
	assert_string_equal(scene_rule(&S), "allowance");
	S.act.code = scene_code("retention-run");
	S.facts.sender = scene_member("officer", "body", "privacy-officer");
	S.facts.sender.is_federation_body = true;
	assert_string_equal(scene_rule(&S), "act");
	S.act.code = scene_code("retention-hold");
	assert_string_equal(scene_rule(&S), "allowance");
}

static void
says_who_is_never_on_a_case(void **state)
{
	const struct sluis_codes roles = sluis_policy_codes(scene_default_policy(), SLUIS_KIND_ROLE);
	const struct sluis_codes never = scene_codes("steering-group analyst purchaser privacy-officer "
	                                             "federation-auditor registrar system");

	(void)state;
	assert_int_equal(roles.count, 25);
	for (size_t i = 0; i < roles.count; i++) {
		bool may = true;

		for (size_t k = 0; k < never.count; k++)
			may = may && !sluis_bytes_equal(roles.items[i], never.items[k]);
		assert_int_equal(sluis_policy_role_may_join(scene_default_policy(), roles.items[i]), may);
		assert_int_equal(sluis_policy_role_is_officer(scene_default_policy(), roles.items[i]),
		    sluis_bytes_is_text(roles.items[i], "privacy-officer"));
	}
}

static void
says_what_categories_are(void **state)
{
	const struct sluis_codes all = sluis_policy_codes(scene_default_policy(), SLUIS_KIND_CATEGORY);

	(void)state;
	for (size_t i = 0; i < all.count; i++) {
		const struct sluis_policy_category *c = sluis_policy_category(scene_default_policy(), all.items[i]);
		const bool is_message = sluis_bytes_is_text(c->code, "message");

		assert_int_equal(c->has_bsn, is_message || sluis_bytes_is_text(c->code, "bsn"));
		assert_int_equal(c->is_special, sluis_bytes_is_text(c->code, "diagnostics"));
		assert_int_equal(c->is_officers_only, sluis_bytes_is_text(c->code, "justification"));
		assert_false(c->needs_about);
		assert_codes(c->counted_as, is_message ? "bsn identification" : "", "counted-as");
	}
	assert_codes(sluis_policy_criminal_roles(scene_default_policy()),
	    "certified-institution child-protection-board safe-home director", "criminal-to");
}

/* "Never for school, parent, expert, funding", even where a row would give it. */
static void
says_who_never_gets_an_attachment(void **state)
{
	static const struct {
		const char *role, *rule;
	} CASES[] = {
		{ "parent", "category-limited" }, { "expert", "category-limited" },
		{ "municipality-funding", "category-limited" }, { "provider", "matrix" }, { "youth", "matrix" },
	};
	char *text = scene_text("config/policy.yaml");
	struct sluis_policy *wide = scene_policy(scene_replace(text, "    categories: [plan, agreement]\n",
	    "    categories: [plan, agreement, attachment]\n"));

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(CASES); i++) {
		scene_init_push(&S, wide, "plan", "monitoring", "director");
		scene_add_recipient(&S, "one", "there", CASES[i].role);
		scene_add_section(&S, "plan", 1);
		scene_add_section(&S, "attachment", 1);
		scene_grant_to(&S, "there", "");
		assert_string_equal(scene_rule(&S), CASES[i].rule);
	}
	sluis_policy_free(wide);
}

#define EVERY_PURPOSE                                                                              \
	"referral screening consultation analysis advice answer plan funding monitoring education " \
	"escalation expertise safety-report transfer indicators rights"
#define EVERY_REGIME "jeugdwet wgbo wmo education awb"
#define HELPERS "referrer provider certified-institution municipality-access director"
#define TOWN "municipality-access municipality-funding"
#define TOWN_PURPOSES "referral funding monitoring transfer"

enum { OFF = 1, WITH_GRANT = 2, JUSTIFIED = 4, REVIEWED = 8 };

/* clang-format off */
static const struct {
	const char *ground, *regimes, *purposes, *senders, *receivers, *categories;
	unsigned flags;
} GROUNDS[] = {
	{ "consent", EVERY_REGIME, EVERY_PURPOSE, "", "", "", WITH_GRANT },
	{ "direct-involvement", "jeugdwet wgbo", "consultation answer plan monitoring transfer", HELPERS, HELPERS, "", 0 },
	{ "guardian", "jeugdwet wgbo", "plan rights", "", "parent guardian", "", 0 },
	{ "supervision-order", "jeugdwet wgbo", EVERY_PURPOSE, "", "certified-institution", "", 0 },
	{ "statutory-duty", EVERY_REGIME, "rights safety-report escalation indicators", "", "", "", 0 },
	{ "municipality-a", "jeugdwet", TOWN_PURPOSES, "", TOWN,
	    "bsn identification authority contact question history plan advice agreement message", 0 },
	{ "municipality-b", "jeugdwet", TOWN_PURPOSES, "", TOWN,
	    "bsn identification authority plan advice agreement", 0 },
	{ "municipality-c", "jeugdwet", TOWN_PURPOSES, "", TOWN, "bsn advice message", 0 },
	{ "municipality-d", "jeugdwet", TOWN_PURPOSES, "", TOWN, "bsn message", 0 },
	{ "safe-home-report", EVERY_REGIME, "safety-report", "", "safe-home", "", JUSTIFIED | REVIEWED },
	{ "conflict-of-duties", EVERY_REGIME, "safety-report consultation transfer", "", "", "", JUSTIFIED | REVIEWED },
	{ "research", "jeugdwet", "indicators", "", "analyst", "indicators", 0 },
	{ "wams", "", "", "", "", "", OFF },
	{ "vir", "", "", "", "", "", OFF },
};
/* clang-format on */

static bool
has(const char *words, struct sluis_bytes code)
{
	const struct sluis_codes codes = scene_codes(words);

	for (size_t i = 0; i < codes.count; i++)
		if (sluis_bytes_equal(codes.items[i], code))
			return true;
	return false;
}

static void
says_what_grounds_allow(void **state)
{
	const struct sluis_codes regimes = scene_codes(EVERY_REGIME);
	const struct sluis_codes purposes = scene_codes(EVERY_PURPOSE);

	(void)state;
	assert_int_equal(sluis_policy_codes(scene_default_policy(), SLUIS_KIND_GROUND).count,
	    SLUIS_ARRAY_LEN(GROUNDS));
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(GROUNDS); i++) {
		const struct sluis_bytes code = scene_code(GROUNDS[i].ground);
		const struct sluis_policy_ground *g = sluis_policy_ground(scene_default_policy(), code);

		assert_non_null(g);
		assert_int_equal(g->is_enabled, (GROUNDS[i].flags & OFF) == 0);
		assert_int_equal(g->needs_grant, (GROUNDS[i].flags & WITH_GRANT) != 0);
		assert_int_equal(g->needs_justification, (GROUNDS[i].flags & JUSTIFIED) != 0);
		assert_int_equal(g->is_reviewed, (GROUNDS[i].flags & REVIEWED) != 0);
		assert_codes(g->senders, GROUNDS[i].senders, GROUNDS[i].ground);
		assert_codes(g->receivers, GROUNDS[i].receivers, GROUNDS[i].ground);
		assert_codes(g->categories, GROUNDS[i].categories, GROUNDS[i].ground);
		for (size_t r = 0; r < regimes.count; r++) {
			const bool is_known = sluis_policy_ground_basis(scene_default_policy(), code,
			                          regimes.items[r]).secrecy.len > 0;

			assert_int_equal(is_known, has(GROUNDS[i].regimes, regimes.items[r]));
			for (size_t p = 0; p < purposes.count; p++)
				assert_int_equal(sluis_policy_ground_allows(scene_default_policy(), code,
				                     regimes.items[r], purposes.items[p]),
				    is_known && has(GROUNDS[i].purposes, purposes.items[p]));
		}
	}
	assert_false(sluis_policy_ground_allows(scene_default_policy(), scene_code("whim"),
	    scene_code("jeugdwet"), scene_code("plan")));
}

static void
says_what_evidence_may_be(void **state)
{
	static const struct {
		const char *list, *codes;
	} LISTS[] = {
		{ "involvement", "both-deliver-help" }, { "necessity", "as-far-as-needed" },
		{ "task-access", "access" }, { "task-council", "council-request" },
		{ "task-funding", "funding" }, { "task-control", "control" },
		{ "article", "avg-15 avg-16 jeugdwet-7-3-10 jeugdwet-4-1-8 jeugdwet-7-4-1 bw-7-456 bw-1-240 bw-1-377c" },
		{ "meldcode-step", "step-1 step-2 step-3 step-4 step-5" },
		{ "parents-informed", "informed safety-child safety-other loss-of-sight" },
		{ "consent-tried", "refused not-possible not-safe" }, { "harm", "serious acute" },
		{ "no-other-way", "considered" }, { "least-data", "minimal" },
		{ "colleague-consulted", "colleague officer no-time" },
		{ "research-reason", "not-possible not-identifiable" }, { "objection", "none" },
		{ "note-in-file", "noted" },
	};

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(LISTS); i++)
		assert_codes(sluis_policy_list(scene_default_policy(), scene_code(LISTS[i].list)),
		    LISTS[i].codes, LISTS[i].list);
}

static void
says_who_gives_consent(void **state)
{
	static const char *const METHODS[] = { "form", "spoken", "digital" };
	static const struct {
		const char *band, *exception, *givers, *rule;
	} CASES[] = {
		{ "12-15", "youth-alone-wish", "youth", "matrix" },
		{ "12-15", "unable-authority", "authority", "matrix" },
		{ "12-15", "unable-authority", "youth", "grant-giver" },
		{ "16-plus", "unable-authority", "youth", "grant-giver" },
		{ "under-12", "unable-authority", "authority", "grant-exception" },
		{ "16-plus", "unable-representative", "authority", "grant-giver" },
		{ "16-plus", "youth-alone-wish", "youth", "grant-exception" },
		{ "under-12", "", "curator", "matrix" }, { "under-12", "", "mentor", "matrix" },
		{ "under-12", "", "court-replacement", "matrix" },
	};

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(CASES); i++) {
		scene_init(&S, scene_default_policy());
		S.facts.grant.band = scene_code(CASES[i].band);
		S.facts.grant.exception = scene_code(CASES[i].exception);
		S.facts.grant.is_assessed = true;
		S.facts.grant.givers = scene_codes(CASES[i].givers);
		S.facts.grant.authority_count = 1;
		assert_string_equal(scene_rule(&S), CASES[i].rule);
		if (CASES[i].exception[0] == '\0' || strcmp(CASES[i].rule, "matrix") != 0)
			continue;
		assert_true(scene_decide(&S).is_reviewed);
		S.facts.grant.is_assessed = false;
		assert_string_equal(scene_rule(&S), "grant-exception");
	}
	scene_init(&S, scene_default_policy());
	S.facts.grant.band = scene_code("16-plus");
	S.facts.grant.exception = scene_code("unable-representative");
	S.facts.grant.givers = scene_codes("representative");
	assert_string_equal(scene_rule(&S), "grant-exception"); /* assessed by whom? */
	scene_init(&S, scene_default_policy());
	S.facts.grant.band = scene_code("12-15");
	S.facts.grant.givers = scene_codes("youth authority authority");
	S.facts.grant.band_until_ms = 0;
	assert_string_equal(scene_rule(&S), "grant-band");
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(METHODS); i++) {
		scene_init(&S, scene_default_policy());
		S.act.code = scene_code("grant-add");
		S.facts.grant.method = scene_code(METHODS[i]);
		assert_string_equal(scene_rule(&S), "act");
	}
}

static void
says_ages_texts_and_terms(void **state)
{
	static const struct {
		const char *band;
		bool needs_until;
		int64_t from, renewal;
	} BANDS[] = { { "under-12", true, 0, 12 }, { "12-15", true, 12, 16 }, { "16-plus", false, 16, 18 } };
	const struct sluis_policy *p = scene_default_policy();

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(BANDS); i++) {
		const struct sluis_policy_band *band = sluis_policy_band(p, scene_code(BANDS[i].band));

		assert_int_equal(band->needs_until, BANDS[i].needs_until);
		assert_int_equal(band->from_age, BANDS[i].from);
		assert_int_equal(band->renewal_age, BANDS[i].renewal);
	}
	assert_null(sluis_policy_band(p, scene_code("ageless")));
	assert_true(sluis_bytes_is_text(sluis_policy_giver_counts(p, scene_code("authority")), "authority"));
	assert_true(sluis_bytes_is_text(sluis_policy_giver_counts(p, scene_code("mentor")), "authority"));
	assert_int_equal(sluis_policy_giver_counts(p, scene_code("youth")).len, 0);
	assert_int_equal(sluis_policy_giver_counts(p, scene_code("aunt")).len, 0);
	assert_true(sluis_policy_list_has(p, scene_code("review-outcome"), scene_code("justified")));
	assert_false(sluis_policy_list_has(p, scene_code("review-outcome"), scene_code("fine")));
	assert_false(sluis_policy_list_has(p, scene_code("no-list"), scene_code("fine")));
	assert_true(sluis_policy_consent_text_is_known(p, scene_code("2025-1")));
	assert_false(sluis_policy_consent_text_is_known(p, scene_code("2024-1")));
	assert_true(sluis_policy_consent_disagree(p, SLUIS_LANG_NL).len > 0);
	assert_true(sluis_policy_consent_disagree(p, SLUIS_LANG_EN).len > 0);
	assert_int_equal(sluis_policy_review_ms(p), 28 * SCENE_DAY_MS);
	assert_true(sluis_policy_ground_has_regime(p, scene_code("guardian"), scene_code("wgbo")));
	assert_false(sluis_policy_ground_has_regime(p, scene_code("guardian"), scene_code("awb")));
	assert_false(sluis_policy_ground_has_regime(p, scene_code("wams"), scene_code("jeugdwet")));
}

static void
says_how_long_things_stay(void **state)
{
	static const struct {
		const char *class;
		enum sluis_retention_use use;
		int64_t term_ms;
	} CLASSES[] = {
		{ "transit", SLUIS_USE_MESSAGE, 30 * SCENE_DAY_MS },
		{ "transit-short", SLUIS_USE_MESSAGE, 7 * SCENE_DAY_MS },
		{ "case", SLUIS_USE_CASE, 5 * YEAR_MS },
		{ "review", SLUIS_USE_REVIEW, 90 * SCENE_DAY_MS },
		{ "intake-withdrawn", SLUIS_USE_INTAKE_WITHDRAWN, 42 * SCENE_DAY_MS },
		{ "intake-refused", SLUIS_USE_INTAKE_REFUSED, 3 * YEAR_MS },
		{ "log", SLUIS_USE_LOG, 5 * YEAR_MS },
	};
	static const struct {
		const char *years;
		enum sluis_err err;
	} LOG[] = { { "4", SLUIS_ECONFIG }, { "20", SLUIS_OK }, { "21", SLUIS_ECONFIG } };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(CLASSES); i++) {
		const struct sluis_policy_retention *class =
		    sluis_policy_retention(scene_default_policy(), scene_code(CLASSES[i].class));

		assert_int_equal(class->use, CLASSES[i].use);
		assert_int_equal(class->term_ms, CLASSES[i].term_ms);
	}
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(LOG); i++) {
		char now[64];
		struct sluis_policy *policy = NULL;
		char *text;

		snprintf(now, sizeof(now), "for: log, years: %s,", LOG[i].years);
		text = scene_replace(scene_text("config/policy.yaml"), "for: log, years: 5,", now);
		assert_int_equal(sluis_policy_parse(sluis_bytes(text, strlen(text)), NULL, &policy),
		    LOG[i].err);
		sluis_policy_free(policy);
		free(text);
	}
	assert_int_equal(sluis_policy_limits(scene_default_policy())->withdrawal_delay_ms, 0);
	assert_int_equal(sluis_policy_limits(scene_default_policy())->acts_per_hour, 10000);
}

/* Consent is a ground for a sender of every regime. */
static void
takes_consent_in_every_regime(void **state)
{
	const struct sluis_codes regimes = scene_codes(EVERY_REGIME);

	(void)state;
	for (size_t i = 0; i < regimes.count; i++) {
		scene_init(&S, scene_default_policy());
		S.facts.sender.regime = regimes.items[i];
		assert_string_equal(scene_rule(&S), "matrix");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_who_may_do_what_and_when),
		cmocka_unit_test(says_who_opens_and_adds),
		cmocka_unit_test(says_what_is_never_held_up),
		cmocka_unit_test(says_who_is_never_on_a_case),
		cmocka_unit_test(says_what_categories_are),
		cmocka_unit_test(says_who_never_gets_an_attachment),
		cmocka_unit_test(says_what_grounds_allow),
		cmocka_unit_test(says_what_evidence_may_be),
		cmocka_unit_test(says_who_gives_consent),
		cmocka_unit_test(says_ages_texts_and_terms),
		cmocka_unit_test(says_how_long_things_stay),
		cmocka_unit_test(takes_consent_in_every_regime),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
