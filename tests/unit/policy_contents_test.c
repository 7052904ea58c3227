/* SPDX-License-Identifier: EUPL-1.2 */
/* What a section holds, as the policy says: mistakes are told with their line, schemas are as written. */
#include "contents.h"

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
};

static void
on_mistake(void *context, const struct sluis_policy_mistake *mistake)
{
	struct told *told = context;

	assert_true(strlen(mistake->remedy) > 0);
	if (told->count++ > 0)
		return;
	told->line = mistake->line;
	snprintf(told->mistake, sizeof(told->mistake), "%s", mistake->mistake);
}

static enum sluis_err
parse(const char *text, struct told *told)
{
	const struct sluis_policy_reporter reporter = { .report = on_mistake, .context = told };
	struct sluis_policy *policy = NULL;
	const enum sluis_err err = sluis_policy_parse(sluis_bytes(text, strlen(text)), &reporter, &policy);

	sluis_policy_free(policy);
	return err;
}

/* Of the stranger's file: what is replaced by what, how many lines further down the mistake stands, what is said. */
/* clang-format off */
static const struct {
	const char *from, *to;
	int down;
	const char *mistake;
} MISTAKES[] = {
	{ "  sealed-letter: {xml: true}", "  open-letter: {xml: true}", 0, "`open-letter` does not stand under `categories`" },
	{ "  sealed-letter: {xml: true}", "  sealed-letter: {}", 0, "a schema is of fields or of XML" },
	{ "  sealed-letter: {xml: true}", "  sealed-letter: {xml: true, fields: {a: {type: text, nl: a, en: a}}}", 0,
	    "a schema is of fields or of XML" },
	{ "  sealed-letter: {xml: true}", "  sealed-letter: xml", 0, "`sealed-letter` is not a map of KEY: VALUE" },
	{ "  sealed-letter: {xml: true}", "  sealed-letter: {xml: true, colour: red}", 0, "unknown key `colour`" },
	{ "  sealed-letter: {xml: true}", "  sealed-letter: {fields: {}}", 0, "no fields here" },
	{ "  sealed-letter: {xml: true}", "  sealed-letter: {fields: [a]}", 0, "`fields` is not a map of KEY: VALUE" },
	{ "  sealed-letter: {xml: true}", "  cargo: {xml: true}", 0, "a key that already stands in this map" },
	{ "    narrative: aboard", "    narrative: overboard", -1, "`overboard` is no text field of this schema" },
	{ "    narrative: aboard", "    narrative: wind", -1, "`wind` is no text field of this schema" },
	{ "    narrative: aboard", "    narrative: \"\"", 0, "`` is not a code" },
	{ "    documents: false", "    documents: no", 0, "`no` is neither true nor false" },
	{ "{type: text, required: true, nl: aan boord", "{type: prose, required: true, nl: aan boord", 0,
	    "`prose` is not known here" },
	{ "{type: text, required: true, nl: aan boord", "{required: true, nl: aan boord", 0, "`type` is missing here" },
	{ "{type: text, required: true, nl: aan boord, en: aboard,", "{type: text, required: true, nl: aan boord,", 0,
	    "`en` is missing here" },
	{ "      aboard: {", "      A board: {", 0, "`A board` is not a code" },
	{ "{type: code, list: beaufort,", "{type: code,", 0, "the type of this field and its list do not fit" },
	{ "{type: codes, list: beaufort,", "{type: codes,", 0, "the type of this field and its list do not fit" },
	{ "{type: code, list: beaufort,", "{type: text, list: beaufort,", 0,
	    "the type of this field and its list do not fit" },
	{ "{type: code, list: beaufort,", "{type: code, list: richter,", 0, "`richter` does not stand under `lists`" },
	{ "{type: number, max: 9,", "{type: number, max: 0,", 0, "`max` must be 1 to 1000000000" },
	{ "{type: number, max: 9,", "{type: flag, max: 9,", 0, "only a number has a `max`" },
	{ "        type: list\n", "        type: text\n", -1, "the type of this field and its fields do not fit" },
	{ "{type: number, max: 9,", "{type: list,", 0, "the type of this field and its fields do not fit" },
	{ "{full: {type: flag, required: true, nl: vol, en: full}}",
	    "{full: {type: list, nl: vol, en: full, fields: {x: {type: flag, nl: x, en: x}}}}", 0, "a list within a list" },
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

static void
tells_each_mistake_with_its_line(void **state)
{
	size_t failed = 0;

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(MISTAKES); i++) {
		char *before = scene_text("tests/policy/stranger.yaml");
		const char *at = strstr(before, MISTAKES[i].from);
		const long line = at == NULL ? 0 : (long)line_of(before, at) + MISTAKES[i].down;
		char *text = scene_replace(before, MISTAKES[i].from, MISTAKES[i].to);
		struct told told = { 0 };

		if (parse(text, &told) != SLUIS_ECONFIG || strcmp(told.mistake, MISTAKES[i].mistake) != 0 ||
		    (long)told.line != line) {
			print_error("expected %ld: %s\n     got %zu: %s\n", line, MISTAKES[i].mistake, told.line,
			    told.mistake);
			failed++;
		}
		free(text);
	}
	assert_int_equal(failed, 0);
}

/* What is left out says that any file goes; what is there but no map says nothing. */
static void
may_be_left_out(void **state)
{
	char *text = scene_text("tests/policy/stranger.yaml");
	struct told told = { 0 };
	struct sluis_policy *policy;
	char *acts;

	(void)state;
	acts = strstr(text, "\nacts:");
	memmove(strstr(text, "\ncontents:"), acts, strlen(acts) + 1);
	text = scene_replace(text, "\nacts:", "\ncontents: []\nacts:");
	assert_int_equal(parse(text, &told), SLUIS_ECONFIG);
	policy = scene_policy(scene_replace(text, "\ncontents: []", ""));
	assert_null(sluis_policy_content(policy, sluis_bytes_text("cargo")));
	sluis_policy_free(policy);
}

static void
schemas_are_as_written(void **state)
{
	struct sluis_policy *policy = scene_policy(scene_text("tests/policy/stranger.yaml"));
	const struct sluis_content_schema *cargo = sluis_policy_content(policy, sluis_bytes_text("cargo"));
	const struct sluis_content_schema *letter =
	    sluis_policy_content(policy, sluis_bytes_text("sealed-letter"));
	const struct sluis_content_field *f = cargo->fields;

	(void)state;
	assert_null(sluis_policy_content(policy, sluis_bytes_text("fever")));
	assert_true(letter->is_xml && !letter->takes_documents && letter->field_count == 0);
	assert_true(!cargo->is_xml && !cargo->takes_documents);
	assert_true(sluis_bytes_is_text(cargo->narrative, "aboard"));
	assert_int_equal(cargo->field_count, 5);
	assert_true(sluis_bytes_is_text(f[0].key, "aboard") && f[0].type == SLUIS_CONTENT_TEXT && f[0].is_required);
	assert_true(sluis_bytes_is_text(f[0].label[SLUIS_LANG_NL], "aan boord"));
	assert_true(sluis_bytes_is_text(f[0].help[SLUIS_LANG_EN], "what there is"));
	assert_true(f[1].type == SLUIS_CONTENT_CODE && sluis_bytes_is_text(f[1].list, "beaufort"));
	assert_true(!f[1].is_required && f[1].help[SLUIS_LANG_NL].len == 0);
	assert_int_equal(f[2].type, SLUIS_CONTENT_CODES);
	assert_true(f[3].type == SLUIS_CONTENT_NUMBER && f[3].max == 9);
	assert_true(f[4].type == SLUIS_CONTENT_LIST && f[4].field_count == 1);
	assert_true(f[4].fields[0].type == SLUIS_CONTENT_FLAG && f[4].fields[0].max == 1000000000);
	sluis_policy_free(policy);
}

/* domain, Contents: the least fields of every structured category. */
static void
the_region_has_every_structured_category(void **state)
{
	static const struct {
		const char *category, *fields;
	} LEAST[] = {
		{ "question", "asked since urgency tried would-help wishes-youth wishes-parents" },
		{ "safety", "concerns protective instrument assessed-on assessed-by" },
		{ "authority", "holders source source-date measure court-date measure-end" },
		{ "plan", "goals tasks bridging return-date" },
		{ "agreement", "agreements" },
		{ "advice", "advice why must-act funding" },
		{ "indicators", "intake-date referred-by age-band municipality crisis bottlenecks safety consultation-date "
				"parties parents-present youth-present analysis advice-kind followed not-followed escalated "
				"closing-date closing-reason duration-days satisfaction goals-reached" },
		{ "escalation", "party bottleneck days-open" },
		{ "bsn", "number verified" },
	};
	const struct sluis_policy *policy = scene_default_policy();

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(LEAST); i++) {
		const struct sluis_content_schema *s =
		    sluis_policy_content(policy, sluis_bytes_text(LEAST[i].category));
		char fields[512], *rest = NULL;

		assert_non_null(s);
		snprintf(fields, sizeof(fields), "%s", LEAST[i].fields);
		for (char *key = strtok_r(fields, " ", &rest); key != NULL; key = strtok_r(NULL, " ", &rest)) {
			bool found = false;

			for (size_t k = 0; k < s->field_count; k++)
				found |= sluis_bytes_is_text(s->fields[k].key, key);
			if (!found)
				print_error("%s lacks %s\n", LEAST[i].category, key);
			assert_true(found);
		}
	}
	assert_true(sluis_policy_content(policy, sluis_bytes_text("message"))->is_xml);
	/* "pseudonymous monitoring record, no free text", "no case data" */
	for (size_t i = 0; i < 2; i++) {
		const struct sluis_content_schema *s =
		    sluis_policy_content(policy, sluis_bytes_text(i == 0 ? "indicators" : "escalation"));

		assert_true(s->narrative.len == 0 && !s->takes_documents);
		for (size_t k = 0; k < s->field_count; k++)
			assert_true(s->fields[k].type != SLUIS_CONTENT_TEXT && s->fields[k].type != SLUIS_CONTENT_TEXTS &&
			    s->fields[k].type != SLUIS_CONTENT_LIST);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_each_mistake_with_its_line),
		cmocka_unit_test(may_be_left_out),
		cmocka_unit_test(schemas_are_as_written),
		cmocka_unit_test(the_region_has_every_structured_category),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
