/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading a policy: every kind of mistake is told once, with its line; nothing wrong is ever taken. */
#include "policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy_scene.h"

struct told {
	size_t count;
	size_t line; /* of the first */
	char mistake[512];
	char remedy[512];
};

static void
on_mistake(void *context, const struct sluis_policy_mistake *mistake)
{
	struct told *told = context;

	assert_true(mistake->line > 0 && mistake->column > 0);
	if (told->count++ > 0)
		return;
	told->line = mistake->line;
	snprintf(told->mistake, sizeof(told->mistake), "%s", mistake->mistake);
	snprintf(told->remedy, sizeof(told->remedy), "%s", mistake->remedy);
}

static enum sluis_err
parse(const char *text, size_t len, struct told *told)
{
	const struct sluis_policy_reporter reporter = { .report = on_mistake, .context = told };
	struct sluis_policy *policy = NULL;
	const enum sluis_err err = sluis_policy_parse(sluis_bytes(text, len), &reporter, &policy);

	assert_int_equal(err == SLUIS_OK, policy != NULL);
	assert_int_equal(err == SLUIS_ECONFIG, told->count > 0);
	sluis_policy_free(policy);
	return err;
}

/* What is replaced by what, how many lines further down the mistake stands, and what is said. */
/* clang-format off */
static const struct {
	const char *from, *to;
	int down;
	const char *mistake;
} MISTAKES[] = {
	/* the YAML itself */
	{ "version: 1\n", "version: 1\nversion: 2\n", 1, "a key that already stands in this map" },
	{ "version: 1\n", "version: &v 1\n", 0, "an anchor or a tag" },
	{ "version: 1\n", "version: *v\n", 0, "an alias" },
	{ "version: 1\n", "version: !!int 1\n", 0, "an anchor or a tag" },
	{ "version: 1\n", "version: ! 1\n", 0, "an anchor or a tag" },
	{ "regimes:\n", "regimes: &r\n", 0, "an anchor or a tag" },
	{ "regimes:\n", "regimes: !!map\n", 0, "an anchor or a tag" },
	{ "next: [consultation]", "next: &n [consultation]", 0, "an anchor or a tag" },
	{ "next: [consultation]", "next: !!seq [consultation]", 0, "an anchor or a tag" },
	{ "version: 1\n", "version: 1\n---\nversion: 2\n", 1, "a second document" },
	{ "name: oefenregio\n", "%YAML 1.1\n---\nname: x\n", 0, "a YAML directive" },
	{ "name: oefenregio\n", "%TAG ! tag:x,2000:\n---\nname: x\n", 0, "a YAML directive" },
	{ "version: 1\n", "version: 1\n[a, b]: c\n", 1, "a key that is no single word" },
	{ "version: 1\n", "version: 1\n{a: b}: c\n", 1, "a key that is no single word" },
	{ "version: 1\n", "version: 1\n\tx: y\n", 1,
	    "found a tab character that violates indentation" },
	{ "version: 1\n", "version: [[[[[[[[[[[[1]]]]]]]]]]]]\n", 0, "nested more than 12 deep" },
	{ "oefenregio\n", "oefen\x01regio\n", 0, "bytes that are no printable UTF-8 text" },
	{ "oefenregio\n", "oefen\xffregio\n", 0, "bytes that are no printable UTF-8 text" },
	/* keys and values */
	{ "version: 1\n", "version: 1\ncolour: blue\n", 1, "unknown key `colour`" },
	{ "version: 1\n", "version: 12abc\n", 0, "`12abc` is not a whole number" },
	{ "version: 1\n", "version: \"1\"\n", 0, "`1` is not a whole number" },
	{ "version: 1\n", "version: 0x10\n", 0, "`0x10` is not a whole number" },
	{ "version: 1\n", "version: 010\n", 0, "`010` is not a whole number" },
	{ "version: 1\n", "version: -1\n", 0, "`-1` is not a whole number" },
	{ "version: 1\n", "version: 1e3\n", 0, "`1e3` is not a whole number" },
	{ "version: 1\n", "version: 1.0\n", 0, "`1.0` is not a whole number" },
	{ "version: 1\n", "version: 1:30\n", 0, "`1:30` is not a whole number" },
	{ "version: 1\n", "version:\n", 0, "`` is not a whole number" },
	{ "version: 1\n", "version: 1111222233334444\n", 0, "`1111222233334444` is not a whole number" },
	{ "version: 1\n", "version: 0\n", 0, "`version` must be 1 to 1000000000" },
	{ "version: 1\n", "version: 1000000001\n", 0, "`version` must be 1 to 1000000000" },
	{ "version: 1\n", "version: [1]\n", 0, "`version` is not a single value" },
	{ "version: 1\n", "", -1, "`version` is missing here" },
	{ "name: oefenregio\n", "name: \"\"\n", 0,
	    "`name` is empty, too long or holds control characters" },
	{ "name: oefenregio\n", "name: \"a\\tb\"\n", 0,
	    "`name` is empty, too long or holds control characters" },
	{ "name: oefenregio\n", "name: \"a\\nb\"\n", 0,
	    "`name` is empty, too long or holds control characters" },
	{ "recovery: false ", "recovery: no ", 0, "`no` is neither true nor false" },
	{ "recovery: false ", "recovery: \"false\" ", 0, "`false` is neither true nor false" },
	{ "recovery: false ", "recovery: \"true\" ", 0, "`true` is neither true nor false" },
	{ "sections-max: 64", "sections-max: 65", 0, "`sections-max` must be 1 to 64" },
	{ "monitoring-days: 30", "monitoring-days: 91", 0, "`monitoring-days` must be 0 to 90" },
	{ "  grace-hours: 24 ", "  patience: 24 ", 0, "unknown key `patience`" },
	/* codes and groups */
	{ "  wmo: {nl: Wmo 2015, en: Social", "  Wmo: {nl: Wmo 2015, en: Social", 0, "`Wmo` is not a code" },
	{ "purpose: referral\n", "purpose: referal\n", 0, "`referal` does not stand under `purposes`" },
	{ "to: [director]\n    categories: [bsn", "to: [boss]\n    categories: [bsn", 0,
	    "`boss` does not stand under `roles`" },
	{ "to: [director]\n    categories: [bsn", "to: director\n    categories: [bsn", 0,
	    "`to` is not a list" },
	{ "to: [director]\n    categories: [bsn", "to: [director, director]\n    categories: [bsn", 0,
	    "`director` stands in this list already" },
	{ "from: [party]\n    to: [director]", "from: [school, party]\n    to: [director]", 0,
	    "`party` stands in this list already" },
	{ "    municipality: [municipality-access, municipality-funding]",
	    "    municipality: []", 0, "a group without codes" },
	{ "    underway: [", "    closed: [", 0, "a group bears the name of a code of its kind" },
	{ "  regimes:\n    every-regime: [", "  regimes:\n    every-regime: [all-regimes, ", 1,
	    "`all-regimes` does not stand under `regimes`" },
	{ "  purposes:\n    every-purpose", "  stages:\n    every-purpose", 0, "unknown key `stages`" },
	{ "  regimes:\n    every-regime: [jeugdwet, wgbo, wmo, education, awb]", "  regimes: [jeugdwet]", 0,
	    "`regimes` is not a map of KEY: VALUE" },
	/* roles, steps, categories, ages */
	{ "closed: {nl: afgesloten, en: closed, closed: true}", "closed: {nl: afgesloten, en: closed}", -4,
	    "the first step must be open and one step must be closed" },
	{ "intake: {nl: aanmelding en triage, en: intake, next", "intake: {nl: aanmelding en triage, en: intake, closed: true, next",
	    -1, "the first step must be open and one step must be closed" },
	{ ", officer: true", "", -22, "a category is for officers only and no role is an officer's" },
	{ "school: {nl: school, en: school}", "school: {nl: school}", 0, "`en` is missing here" },
	{ "school: {nl: school, en: school}", "school: school", 0, "`school` is not a map of KEY: VALUE" },
	{ "guardian: {nl: voogd, en: guardian, counts-as: authority}",
	    "guardian: {nl: voogd, en: guardian, counts-as: boss}", 0, "`boss` does not stand under `givers`" },
	{ "under-12: {nl: jonger dan 12, en: under 12, needs: [authority], until: true,",
	    "under-12: {nl: jonger dan 12, en: under 12, until: true,", 0, "`needs` is missing here" },
	{ "from-age: 12, renewal-age: 16", "from-age: 12, renewal-age: 12", 0, "`renewal-age` is not above `from-age`" },
	{ "from-age: 12, renewal-age: 16", "from-age: 121, renewal-age: 122", 0, "`from-age` must be 0 to 120" },
	/* consent */
	{ "former: []", "former: 2024-1", 0, "`former` is not a list" },
	{ "former: []", "former: [[x]]", 0, "a former version is not a code" },
	{ "former: []", "former: [\"2024-1\", \"2024 2\"]", 0, "a former version is not a code" },
	{ "review-days: 28 ", "review-days: 0 ", 0, "`review-days` must be 1 to 366" },
	{ "criminal-to: [certified-institution, ", "criminal-to: [sheriff, ", 0,
	    "`sheriff` does not stand under `roles`" },
	/* the matrix */
	{ "  - row: screening-back\n", "  - row: screening\n", 0, "a row with this name stands above" },
	{ "  - row: plan-school\n    purpose: plan\n    steps: [underway]\n    from: [director]\n    to: [school]",
	    "  - row: plan-school\n    purpose: plan\n    steps: [underway]\n    from: [director]\n    to: [school, youth]",
	    0, "this row overlaps row `plan`" },
	{ "    categories: [analysis-set]\n", "    categories: [analysis-set]\n    by-grant: [family]\n", -5,
	    "a category stands under both `categories` and `by-grant`" },
	{ "    categories: [analysis-set]\n", "", -5, "this row gives no category" },
	{ "legal-base: [bsn]", "legal-base: [bsn, contact]", -7,
	    "`legal-base` names a category that this row does not give" },
	{ "    required: [escalation]", "    required: [plan]", -6,
	    "`required` names a category that no row of this purpose gives" },
	{ "  - row: answer\n    purpose: answer\n", "  - row: answer\n", 0, "`purpose` is missing here" },
	{ "  - row: answer\n", "  - row: An answer\n", 0, "`An answer` is not a code" },
	/* grounds */
	{ "    grant: true\n    allowed:\n      - {regimes: [every-regime], purposes: [every-purpose]}\n",
	    "    grant: true\n", -3, "this ground is enabled and allows nothing" },
	{ "    en: Act on multiple problems (Wams)\n    enabled: false\n",
	    "    en: Act on multiple problems (Wams)\n", -2, "this ground is enabled and allows nothing" },
	{ "{key: article, type: code, list: article}", "{key: article, type: code}", 0,
	    "evidence `article` and its list do not fit" },
	{ "{key: decided, type: date}", "{key: decided, type: date, list: article}", 0,
	    "evidence `decided` and its list do not fit" },
	{ "{key: decided, type: date}", "{key: until, type: date}", 1, "evidence `until` stands here twice" },
	{ "{key: decided, type: date}", "{key: decided, type: day}", 0, "`day` is not known here" },
	{ "{key: article, type: code, list: article}", "{key: article, type: code, list: laws}", 0,
	    "`laws` does not stand under `lists`" },
	{ "secrecy: jeugdwet-7-3-11-2b, avg6: public-task", "secrecy: jeugdwet-1, avg6: public-task", 0,
	    "`jeugdwet-1` does not stand in the list of this name" },
	{ "secrecy: jeugdwet-7-3-11-2b, avg6: public-task", "avg6: public-task", 0, "`secrecy` is missing here" },
	{ "    evidence:\n      - {key: until, type: end-month, within-years: 16}\n", "    evidence: until\n", 0, "`evidence` is not a list" },
	{ "purposes: [plan, rights]", "purposes: [plan, wrongs]", 0, "`wrongs` does not stand under `purposes`" },
	/* terms */
	{ "  case-years: 5\n", "  case-years: 0\n", 0, "`case-years` must be 1 to 100" },
	{ "transit-short: {nl: korte doorvoer, en: short transit, for: message, days: 7}",
	    "transit-short: {nl: korte doorvoer, en: short transit, for: message}", 0, "a class needs one term" },
	{ "for: message, days: 7}", "for: message, days: 7, years: 1}", 0, "a class needs one term" },
	{ "for: case, default: true}", "for: case, days: 1, default: true}", 0,
	    "a class for cases has no term of its own" },
	{ "for: case, default: true}", "for: case, years: 1, default: true}", 0,
	    "a class for cases has no term of its own" },
	{ "for: log, years: 5,", "for: log, years: 4,", 0,
	    "the term lies outside `at-least-years` and `at-most-years`" },
	{ "for: log, years: 5,", "for: log, years: 21,", 0,
	    "the term lies outside `at-least-years` and `at-most-years`" },
	{ "days: 90, default: true}", "days: 90}", -4, "0 classes are the default for `review`" },
	{ "for: message, days: 7}", "for: message, days: 7, default: true}", -2,
	    "2 classes are the default for `message`" },
	{ "for: message, days: 7}", "for: fun, days: 7}", 0, "`fun` is not known here" },
	{ "default: true, outcome: refused}", "default: true, outcome: Refused}", 0, "`Refused` is not a code" },
	/* acts */
	{ "    facts:\n      reason: {nl: reden van heropenen, en: reason for reopening, list: reopening-reason}\n",
	    "    facts: [reason]\n", 0, "`facts` is not a map of KEY: VALUE" },
	{ "reason: {nl: reden van sluiten, en: reason for closing, list: closing-reason}",
	    "reason: {nl: reden van sluiten, en: reason for closing}", 0, "a fact takes the codes of one list, or categories" },
	{ "reason: {nl: reden van sluiten, en: reason for closing, list: closing-reason}",
	    "reason: {nl: reden van sluiten, en: reason for closing, list: closing-reason, categories: true}", 0,
	    "a fact takes the codes of one list, or categories" },
	{ "reason: {nl: reden van sluiten, en: reason for closing, list: closing-reason}",
	    "reason: {nl: reden van sluiten, en: reason for closing, list: reasons}", 0, "`reasons` does not stand under `lists`" },
	{ "only: [returned]", "only: [sent-back]", 0, "`only` names what stands in no list of this fact" },
	{ "only: [returned]", "only: returned", 0, "`only` is not a list" },
	{ "only: [returned], steps: [intake]", "only: [returned], steps: [outtake]", 0, "`outtake` does not stand under `steps`" },
	{ "    to: [director]\n    allow:", "    to: [boss]\n    allow:", 0, "`boss` does not stand under `roles`" },
	{ "    kind: grant\n    case: open\n", "    kind: grant\n", -3,
	    "an act of this kind takes place on a case" },
	{ "    kind: request\n    case: open\n", "    kind: request\n    case: closed\n", -3,
	    "an act of this kind takes place on a case" },
	{ "      - {who: [opener], steps: [intake]}", "      - {steps: [intake]}", 0,
	    "this line allows the act to everybody" },
	{ "      - {who: [opener], steps: [intake]}", "      - {who: [friend], steps: [intake], roles: [party]}",
	    0, "`friend` is not known here" },
	{ "      - {who: [opener], steps: [intake]}", "      - {who: opener, roles: [party]}", 0,
	    "`who` is not a list" },
	{ "    moves: true\n    facts:", "    moves: 1\n    facts:", 0, "`1` is neither true nor false" },
	{ "    members: joining\n    allow:\n      - roles: [referrer, provider, certified-institution, municipality-access, director]\n",
	    "    members: joining\n", -4,
	    "`allow` is missing here" },
	{ "    members: joining\n    allow:\n      - roles: [referrer, provider, certified-institution, municipality-access, director]\n",
	    "    members: joining\n    allow: director\n", 1,
	    "`allow` is not a list" },
	{ "    members: leaving", "    members: fleeing", 0, "`fleeing` is not known here" },
	/* rules */
	{ "  busy:\n", "  lazy:\n", 0, "`lazy` is no rule of this program" },
	{ "    remedy-nl: wacht even en probeer het opnieuw\n", "", -3, "`remedy-nl` is missing here" },
	{ "    remedy-en: ask another registrar\n    ask: registrar", "    remedy-en: ask another registrar\n    ask: god", 1,
	    "`god` does not stand under `roles`" },
};
/* clang-format on */

static size_t
line_of(const char *text, const char *at)
{
	size_t line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

static bool
is_told(size_t i)
{
	char *before = scene_text("config/policy.yaml");
	const char *at = strstr(before, MISTAKES[i].from);
	const long line = at == NULL ? 0 : (long)line_of(before, at) + MISTAKES[i].down;
	char *text = scene_replace(before, MISTAKES[i].from, MISTAKES[i].to);
	struct told told = { 0 };
	const enum sluis_err err = parse(text, strlen(text), &told);
	const bool ok = err == SLUIS_ECONFIG && strcmp(told.mistake, MISTAKES[i].mistake) == 0 &&
	                (long)told.line == line && strlen(told.remedy) > 0;

	if (!ok)
		print_error("expected %ld: %s\n     got %zu: %s; %s\n", line, MISTAKES[i].mistake,
		    told.line, told.mistake, told.remedy);
	free(text);
	return ok;
}

static void
tells_each_mistake_with_its_line(void **state)
{
	size_t failed = 0;

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(MISTAKES); i++)
		failed += !is_told(i);
	assert_int_equal(failed, 0);
}

/* domain, Terms: "the daemon refuses to start where the agreement's own term is not set". */
static void
refuses_an_agreement_without_term(void **state)
{
	static const char *const WITHOUT[] = { "", "agreement: {}\n", "agreement:\n" };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(WITHOUT); i++) {
		struct told told = { 0 };
		char *text = scene_replace(scene_text("config/policy.yaml"),
		    "agreement:\n  case-years: 5\n", WITHOUT[i]);

		assert_int_equal(parse(text, strlen(text), &told), SLUIS_ECONFIG);
		if (i < 2)
			assert_string_equal(told.mistake,
			    "the agreement's own term for case data is not set");
		else
			assert_string_equal(told.mistake, "`agreement` is not a map of KEY: VALUE");
		assert_true(told.line > 1);
		free(text);
	}
}

static void
asks_for_one_act_of_release(void **state)
{
	struct told told = { 0 };
	char *text = scene_replace(scene_text("config/policy.yaml"), "    kind: release\n", "");

	(void)state;
	assert_int_equal(parse(text, strlen(text), &told), SLUIS_ECONFIG);
	assert_string_equal(told.mistake, "0 acts are of kind release");
	free(text);
	told.count = 0;
	text = scene_replace(scene_text("config/policy.yaml"), "    kind: request\n", "    kind: release\n");
	assert_int_equal(parse(text, strlen(text), &told), SLUIS_ECONFIG);
	assert_string_equal(told.mistake, "2 acts are of kind release");
	free(text);
}

/* The part ${name} of the file ${text} (in its large buffer) becomes "name${form}"; "": it is left out. */
static void
replace_part(char *text, const char *name, const char *form)
{
	static char now[20000];
	char start[32];
	char *at, *end;

	snprintf(start, sizeof(start), "\n%s:", name);
	at = strstr(text, start) + 1;
	end = at + strcspn(at, "\n") + 1;
	while (*end == ' ' || *end == '#' || *end == '\n')
		end += strcspn(end, "\n") + 1;
	snprintf(now, sizeof(now), "%s%s\n", form[0] == '\0' ? "#" : name, form);
	memmove(at + strlen(now), end, strlen(end) + 1);
	memcpy(at, now, strlen(now));
}

static void
refuses_empty_parts_that_must_say_something(void **state)
{
	static const char *const PARTS[] = { "retention", "steps", "acts", "rules", "limits", "consent" };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(PARTS); i++) {
		struct told told = { 0 };
		char *text = scene_text("config/policy.yaml");

		replace_part(text, PARTS[i], ": {}");
		assert_int_equal(parse(text, strlen(text), &told), SLUIS_ECONFIG);
		free(text);
	}
}

static void
tells_all_mistakes_in_one_go(void **state)
{
	struct told told = { 0 };
	char *text = scene_text("config/policy.yaml");

	(void)state;
	text = scene_replace(text, "version: 1\n", "version: 12abc\n");
	text = scene_replace(text, "sections-max: 64", "sections-max: many");
	text = scene_replace(text, "purpose: transfer", "purpose: trasnfer");
	assert_int_equal(parse(text, strlen(text), &told), SLUIS_ECONFIG);
	assert_true(told.count >= 3);
	free(text);
}

/* Every top-level part may be missing, or be of another form: that is told, and nothing breaks. */
static void
misses_any_part(void **state)
{
	static const char *const PARTS[] = { "name", "version", "agreement", "limits", "consent", "roles",
		"regimes", "steps", "categories", "criminal-to", "purposes", "matrix", "grounds", "givers",
		"bands", "exceptions", "methods", "retention", "media", "lists", "acts", "rules" };
	static const char *const FORMS[] = { "", ": x", ": [x]", ": [[x]]", ": {x: y}", ": {x: {y: z}}", ": {}", ": []",
		": {x: {nl: a, en: b}}", ": [{x: y}]" };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(PARTS); i++) {
		for (size_t k = 0; k < SLUIS_ARRAY_LEN(FORMS); k++) {
			struct told told = { 0 };
			char *text = scene_text("config/policy.yaml");

			replace_part(text, PARTS[i], FORMS[k]);
			if (parse(text, strlen(text), &told) == SLUIS_OK) /* some parts may be empty */
				assert_true(k > 0);
			free(text);
		}
	}
}

static void
assert_told(char *text, const char *mistake)
{
	struct told told = { 0 };
	const enum sluis_err err = parse(text, strlen(text), &told);

	free(text);
	assert_int_equal(err, SLUIS_ECONFIG);
	assert_string_equal(told.mistake, mistake);
}

/* "${head}" and ${count} times ${each} (with a number in it) and "${tail}", in place of the whole file. */
static char *
repeat(const char *head, const char *each, size_t count, const char *tail)
{
	char *text = calloc(1, strlen(head) + count * (strlen(each) + 8) + strlen(tail) + 1);
	char *at = text;

	assert_non_null(text);
	at += sprintf(at, "%s", head);
	for (size_t i = 0; i < count; i++) {
		const char *number = strchr(each, '#');

		at += number == NULL ? sprintf(at, "%s", each)
		                     : sprintf(at, "%.*s%zu%s", (int)(number - each), each, i, number + 1);
	}
	strcpy(at, tail);
	return text;
}

static void
keeps_its_limits(void **state)
{
	char *groups = repeat("groups:\n  roles:\n", "    g#: [school]\n", 64, "");
	char *roles = repeat("regimes:\n", "  r#: {nl: a, en: b}\n", 60, "");
	char *large = calloc(1, SLUIS_POLICY_MAX_BYTES + 2);
	struct told told = { 0 };

	(void)state;
	assert_told(scene_replace(scene_text("config/policy.yaml"), "groups:\n  roles:\n", groups),
	    "more than 64 groups");
	assert_told(scene_replace(scene_text("config/policy.yaml"), "regimes:\n", roles),
	    "`regimes` has 65 entries, at most 64");
	assert_told(repeat("name: [", "1,", 512, "1]\n"), "more than 512 entries in one list or map");
	assert_told(repeat("name: [[", "1,", 511, "1]]\n"), "`name` is not a single value");
	assert_told(repeat("", "k#: [[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"
	                       "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"
	                       "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]]\n",
	                    400, ""),
	    "more than 32768 values in one file");
	memset(large, ' ', SLUIS_POLICY_MAX_BYTES + 1);
	assert_told(strdup("\n\n"), "an empty file");
	assert_int_equal(parse(large, SLUIS_POLICY_MAX_BYTES, &told), SLUIS_ECONFIG);
	assert_string_equal(told.mistake, "an empty file");
	told.count = 0;
	{
		const struct sluis_policy_reporter reporter = { .report = on_mistake, .context = &told };
		struct sluis_policy *policy = NULL;

		assert_int_equal(sluis_policy_parse(sluis_bytes(large, SLUIS_POLICY_MAX_BYTES + 1),
		                     &reporter, &policy), SLUIS_ETOOBIG);
		assert_string_equal(told.mistake, "a policy file has at most 524288 bytes");
		assert_null(policy);
		assert_int_equal(sluis_policy_parse(sluis_bytes(NULL, 0), &reporter, &policy),
		    SLUIS_ECONFIG);
		assert_int_equal(sluis_policy_parse(sluis_bytes(large, 9), NULL, &policy), SLUIS_ECONFIG);
	}
	free(large);
	free(groups);
	free(roles);
}

/* A text of ${count} times ${each} as the family's consent text. */
static enum sluis_err
parse_consent_text(const char *each, size_t count, struct told *told)
{
	char *form = repeat(": {version: '1', en: y, nl: \"", each, count, "\"}");
	char *text = scene_text("config/policy.yaml");
	enum sluis_err err;

	*told = (struct told){ 0 };
	replace_part(text, "consent", form);
	err = parse(text, strlen(text), told);
	free(text);
	free(form);
	return err;
}

static void
keeps_texts_readable(void **state)
{
	static const char WRONG[] = "is empty, too long or holds control characters";
	char *name = repeat("name: ", "x", 1024, "\n");
	char *long_name = repeat("name: ", "x", 1025, "\n");
	struct told told = { 0 };
	char *text = scene_replace(scene_text("config/policy.yaml"), "name: oefenregio\n", name);

	(void)state;
	assert_int_equal(parse(text, strlen(text), &told), SLUIS_OK);
	free(text);
	text = scene_replace(scene_text("config/policy.yaml"), "name: oefenregio\n", long_name);
	assert_int_equal(parse(text, strlen(text), &told), SLUIS_ECONFIG);
	assert_non_null(strstr(told.mistake, WRONG));
	free(text);
	assert_int_equal(parse_consent_text("x", 16 * 1024, &told), SLUIS_OK);
	assert_int_equal(parse_consent_text("x", 16 * 1024 + 1, &told), SLUIS_ECONFIG);
	assert_non_null(strstr(told.mistake, WRONG));
	assert_int_equal(parse_consent_text("a\\nb", 3, &told), SLUIS_OK); /* several lines are fine */
	assert_int_equal(parse_consent_text("a\\tb", 3, &told), SLUIS_ECONFIG);
	assert_non_null(strstr(told.mistake, WRONG));
	free(name);
	free(long_name);
}

static void
shows_long_words_whole_characters(void **state)
{
	struct told told = { 0 };
	char *text = repeat("name: x\nversion: ", "é", 60, "\n"); /* 120 bytes */

	(void)state;
	assert_int_equal(parse(text, strlen(text), &told), SLUIS_ECONFIG);
	assert_true(strncmp(told.mistake, "`éééé", 9) == 0);
	assert_int_equal(strlen(told.mistake), 64 + strlen("`` is not a whole number"));
	free(text);
	told.count = 0;
	text = repeat("name: x\nversion: a", "é", 60, "\n");
	assert_int_equal(parse(text, strlen(text), &told), SLUIS_ECONFIG);
	assert_int_equal(strlen(told.mistake), 63 + strlen("`` is not a whole number"));
	free(text);
}

/* Never more than 100 mistakes are told, and a file with more is none the better for it. */
static void
stops_telling_after_a_hundred(void **state)
{
	struct told told = { 0 };
	char *text = repeat("", "k#: 1\n", 300, "");

	(void)state;
	assert_int_equal(parse(text, strlen(text), &told), SLUIS_ECONFIG);
	assert_int_equal(told.count, 100);
	free(text);
}

/* Cut anywhere, or with any byte changed: read in bounds, and taken only without mistakes. */
static void
survives_tampering(void **state)
{
	char *text = scene_text("config/policy.yaml");
	const size_t len = strlen(text);

	(void)state;
	for (size_t cut = 0; cut < len; cut += cut < 3000 ? 97 : 997) {
		struct told told = { 0 };

		assert_int_not_equal(parse(text, cut, &told), SLUIS_OK);
	}
	for (size_t at = 0; at < len; at += 601) {
		static const char BYTES[] = "\0\n:]}#&*!\xff";

		for (size_t k = 0; k < sizeof(BYTES) - 1; k++) {
			const char old = text[at];
			struct told told = { 0 };

			text[at] = BYTES[k];
			(void)parse(text, len, &told);
			text[at] = old;
		}
	}
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_each_mistake_with_its_line),
		cmocka_unit_test(refuses_an_agreement_without_term),
		cmocka_unit_test(asks_for_one_act_of_release),
		cmocka_unit_test(refuses_empty_parts_that_must_say_something),
		cmocka_unit_test(tells_all_mistakes_in_one_go),
		cmocka_unit_test(misses_any_part),
		cmocka_unit_test(keeps_its_limits),
		cmocka_unit_test(keeps_texts_readable),
		cmocka_unit_test(shows_long_words_whole_characters),
		cmocka_unit_test(stops_telling_after_a_hundred),
		cmocka_unit_test(survives_tampering),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
