/* SPDX-License-Identifier: EUPL-1.2 */
/* What stands in a section: every mistake is refused by rule and field, and no word of the content is repeated. */
#include "content.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy_scene.h"
#include "section.h"

static enum sluis_err
check(const char *category, const char *extension, struct sluis_bytes plain, struct sluis_content_fault *fault)
{
	return sluis_content_check(scene_default_policy(), sluis_bytes_text(category),
	    sluis_section_media_number(sluis_bytes_text(extension)), plain, fault);
}

#define WHOLE_QUESTION "{\"asked\": \"wat nu\", \"urgency\": \"urgent\"}"

/* NULL as rule: it fits. ${says} stands in the words; SECRET never does. */
/* clang-format off */
static const struct {
	const char *category, *extension, *plain, *rule, *says;
} CASES[] = {
	{ "question", "json", WHOLE_QUESTION, NULL, "" },
	{ "question", "json", "\xef\xbb\xbf" WHOLE_QUESTION, NULL, "" },
	{ "question", "JSON", WHOLE_QUESTION, NULL, "" },
	{ "question", "json", "{\"asked\": \"x\", \"urgency\": \"crisis\", \"since\": \"\", \"tried\": null}", NULL, "" },
	/* form */
	{ "question", "json", "", "content-form", "line 1" },
	{ "question", "json", "SECRET", "content-form", "line 1" },
	{ "question", "json", "[]", "content-form", "JSON object" },
	{ "question", "json", "\"SECRET\"", "content-form", "JSON object" },
	{ "question", "json", "{\"asked\": \"x\",\n\"asked\": \"SECRET\", \"urgency\": \"crisis\"}", "content-form", "line 2" },
	{ "question", "json", WHOLE_QUESTION " SECRET", "content-form", "line 1" },
	{ "question", "json", "{\"asked\": \"x\", \"urgency\": \"crisis\",}", "content-form", "line 1" },
	{ "question", "json", "{\"asked\": \"x\\u0000SECRET\", \"urgency\": \"crisis\"}", "content-form", "line 1" },
	{ "question", "json", "{\"asked\": \"\xff\", \"urgency\": \"crisis\"}", "content-form", "line 1" },
	/* fields that there are not; what may be shown of them */
	{ "question", "json", "{\"asked\": \"x\", \"urgency\": \"crisis\", \"goals\": [\"SECRET\"]}", "content-unknown", "\"goals\"" },
	{ "question", "json", "{\"asked\": \"x\", \"urgency\": \"crisis\", \"goals\": null}", "content-unknown", "\"goals\"" },
	{ "question", "json", "{\"asked\": \"x\", \"urgency\": \"crisis\", \"Jan SECRET\": 1}", "content-unknown", "\"3\"" },
	{ "question", "json", "{\"asked\": \"x\", \"urgency\": \"crisis\", \"999990019\": 1}", "content-unknown", "\"3\"" },
	{ "question", "json", "{\"asked\": \"x\", \"urgency\": \"crisis\", \"a-123456-b\": 1}", "content-unknown", "\"3\"" },
	{ "question", "json", "{\"Asked\": \"SECRET\", \"urgency\": \"crisis\"}", "content-unknown", "\"1\"" },
	{ "plan", "json", "{\"goals\": [\"a\"], \"tasks\": [{\"who\": \"x\", \"what\": \"y\", \"why\": \"SECRET\"}]}", "content-unknown", "\"tasks/1/why\"" },
	/* fields that must be there */
	{ "question", "json", "{}", "content-missing", "\"asked\"" },
	{ "question", "json", "{\"asked\": \"SECRET\"}", "content-missing", "\"urgency\"" },
	{ "question", "json", "{\"asked\": \"\", \"urgency\": \"crisis\"}", "content-missing", "\"asked\"" },
	{ "question", "json", "{\"asked\": null, \"urgency\": \"crisis\"}", "content-missing", "\"asked\"" },
	{ "plan", "json", "{\"goals\": [\"\"], \"tasks\": [{\"who\": \"x\", \"what\": \"y\"}]}", "content-missing", "\"goals\"" },
	{ "plan", "json", "{\"goals\": [\"a\"], \"tasks\": []}", "content-missing", "\"tasks\"" },
	{ "plan", "json", "{\"goals\": [\"a\"], \"tasks\": [{\"who\": \"\", \"what\": \"\", \"by\": \"\"}]}", "content-missing", "\"tasks\"" },
	{ "plan", "json", "{\"goals\": [\"a\"], \"tasks\": [{\"who\": \"x\", \"what\": \"y\"}, {\"who\": \"SECRET\"}]}", "content-missing", "\"tasks/2/what\"" },
	/* values */
	{ "question", "json", "{\"asked\": 1, \"urgency\": \"crisis\"}", "content-value", "\"asked\" must be a text" },
	{ "question", "json", "{\"asked\": [\"SECRET\"], \"urgency\": \"crisis\"}", "content-value", "\"asked\"" },
	{ "question", "json", "{\"asked\": \"x\", \"urgency\": \"SECRET\"}", "content-value", "\"urgency\" must be one of: crisis, urgent, regular" },
	{ "question", "json", "{\"asked\": \"x\", \"urgency\": \"Crisis\"}", "content-value", "\"urgency\"" },
	{ "question", "json", "{\"asked\": \"x\", \"urgency\": [\"crisis\"]}", "content-value", "\"urgency\"" },
	{ "question", "json", "{\"asked\": \"x\", \"urgency\": \"crisis\", \"since\": \"2026-02-30\"}", "content-value", "\"since\" must be a day" },
	{ "question", "json", "{\"asked\": \"x\", \"urgency\": \"crisis\", \"since\": \"1-3-2026\"}", "content-value", "\"since\"" },
	{ "question", "json", "{\"asked\": \"x\", \"urgency\": \"crisis\", \"since\": 20260301}", "content-value", "\"since\"" },
	{ "plan", "json", "{\"goals\": \"SECRET\", \"tasks\": [{\"who\": \"x\", \"what\": \"y\"}]}", "content-value", "\"goals\" must be a list of texts" },
	{ "plan", "json", "{\"goals\": [\"a\", 1], \"tasks\": [{\"who\": \"x\", \"what\": \"y\"}]}", "content-value", "\"goals\"" },
	{ "plan", "json", "{\"goals\": [\"a\"], \"tasks\": {\"who\": \"x\", \"what\": \"y\"}}", "content-value", "\"tasks\" must be a list" },
	{ "plan", "json", "{\"goals\": [\"a\"], \"tasks\": [\"SECRET\"]}", "content-value", "\"tasks/1\" must be an object" },
	{ "plan", "json", "{\"goals\": [\"a\"], \"tasks\": [{\"who\": \"x\", \"what\": \"y\", \"by\": \"SECRET\"}]}", "content-value", "\"tasks/1/by\"" },
	{ "escalation", "json", "{\"party\": \"gemeente-a\", \"bottleneck\": \"money\", \"days-open\": 12}", NULL, "" },
	{ "escalation", "json", "{\"party\": \"Gemeente A\", \"bottleneck\": \"money\", \"days-open\": 12}", "content-value", "\"party\"" },
	{ "escalation", "json", "{\"party\": \"a\", \"bottleneck\": \"money\", \"days-open\": -1}", "content-value", "\"days-open\"" },
	{ "escalation", "json", "{\"party\": \"a\", \"bottleneck\": \"money\", \"days-open\": 10001}", "content-value", "\"days-open\"" },
	{ "escalation", "json", "{\"party\": \"a\", \"bottleneck\": \"money\", \"days-open\": 10000}", NULL, "" },
	{ "escalation", "json", "{\"party\": \"a\", \"bottleneck\": \"money\", \"days-open\": 0}", NULL, "" },
	{ "escalation", "json", "{\"party\": \"a\", \"bottleneck\": \"money\", \"days-open\": 1.5}", "content-value", "\"days-open\"" },
	{ "escalation", "json", "{\"party\": \"a\", \"bottleneck\": \"money\", \"days-open\": \"12\"}", "content-value", "\"days-open\"" },
	{ "bsn", "json", "{\"number\": \"999990019\", \"verified\": \"document\"}", NULL, "" },
	{ "bsn", "json", "{\"number\": \"999990018\", \"verified\": \"document\"}", "content-value", "\"number\" must be a BSN" },
	{ "bsn", "json", "{\"number\": \"12345672\", \"verified\": \"document\"}", "content-value", "\"number\"" },
	{ "bsn", "json", "{\"number\": 999990019, \"verified\": \"document\"}", "content-value", "\"number\"" },
	/* kinds of files */
	{ "question", "md", "vrije tekst", NULL, "" },
	{ "question", "txt", "vrije tekst", NULL, "" },
	{ "diagnostics", "pdf", "%PDF-", NULL, "" },
	{ "diagnostics", "docx", "PK", NULL, "" },
	{ "diagnostics", "png", "x", NULL, "" },
	{ "indicators", "txt", "SECRET", "content-media", "JSON" },
	{ "indicators", "pdf", "%PDF-", "content-media", "JSON" },
	{ "indicators", "bin", "{}", "content-media", "JSON" },
	{ "escalation", "md", "SECRET", "content-media", "JSON" },
	{ "message", "txt", "<a/>", "content-media", "XML" },
	{ "message", "json", "{}", "content-media", "XML" },
	{ "message", "xml", "<a><b/></a>", NULL, "" },
	{ "message", "xml", "<a>\n<b>SECRET\n</a>", "content-form", "line 3" },
	{ "message", "xml", "<!DOCTYPE a [<!ENTITY e \"SECRET\">]><a>&e;</a>", "content-form", "line 1" },
	{ "attachment", "zip", "x", NULL, "" },
	{ "attachment", "json", "SECRET", NULL, "" },
	{ "unheard-of", "json", "SECRET", NULL, "" },
};
/* clang-format on */

static void
fits_or_is_refused_by_name(void **state)
{
	size_t failed = 0;

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(CASES); i++) {
		struct sluis_content_fault fault;
		const enum sluis_err err =
		    check(CASES[i].category, CASES[i].extension, sluis_bytes_text(CASES[i].plain), &fault);
		const bool ok = CASES[i].rule == NULL ?
		    err == SLUIS_OK && fault.rule == NULL :
		    err == SLUIS_EREFUSED && strcmp(fault.rule, CASES[i].rule) == 0 &&
			strstr(fault.text, CASES[i].says) != NULL;

		if (!ok) {
			print_error("%s.%s %s\n  expected %s %s\n  got %s %s\n", CASES[i].category, CASES[i].extension,
			    CASES[i].plain, CASES[i].rule == NULL ? "-" : CASES[i].rule, CASES[i].says,
			    fault.rule == NULL ? "-" : fault.rule, fault.text);
			failed++;
		}
		if (strstr(fault.text, "SECRET") != NULL || strstr(fault.text, "9999") != NULL) {
			print_error("tells of the content: %s\n", fault.text);
			failed++;
		}
	}
	assert_int_equal(failed, 0);
}

/* A policy that lets a category have its narrative and nothing else. */
static void
takes_the_narrative_alone_where_documents_are_out(void **state)
{
	struct sluis_policy *policy = scene_policy(scene_text("tests/policy/stranger.yaml"));
	static const struct {
		const char *extension;
		enum sluis_err err;
	} cases[] = { { "txt", SLUIS_OK }, { "md", SLUIS_OK }, { "pdf", SLUIS_OK }, { "docx", SLUIS_EREFUSED },
		{ "bin", SLUIS_EREFUSED }, { "html", SLUIS_EREFUSED } };
	struct sluis_content_fault fault;

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(cases); i++)
		assert_int_equal(sluis_content_check(policy, sluis_bytes_text("cargo"),
				     sluis_section_media_number(sluis_bytes_text(cases[i].extension)),
				     sluis_bytes_text("x"), &fault), cases[i].err);
	assert_int_equal(sluis_content_check(policy, sluis_bytes_text("cargo"), SLUIS_MEDIA_JSON,
			     sluis_bytes_text("{\"aboard\": \"x\", \"storms\": [\"nine\", \"ten\"], \"holds\": [{\"full\": false}]}"),
			     &fault), SLUIS_OK);
	assert_int_equal(sluis_content_check(policy, sluis_bytes_text("cargo"), SLUIS_MEDIA_JSON,
			     sluis_bytes_text("{\"aboard\": \"x\", \"storms\": [\"nine\", \"nine\"]}"), &fault),
	    SLUIS_EREFUSED);
	assert_int_equal(sluis_content_check(policy, sluis_bytes_text("cargo"), SLUIS_MEDIA_JSON,
			     sluis_bytes_text("{\"aboard\": \"x\", \"storms\": [1]}"), &fault), SLUIS_EREFUSED);
	assert_int_equal(sluis_content_check(policy, sluis_bytes_text("cargo"), SLUIS_MEDIA_JSON,
			     sluis_bytes_text("{\"aboard\": \"x\", \"holds\": [{\"full\": \"true\"}]}"), &fault),
	    SLUIS_EREFUSED);
	sluis_policy_free(policy);
}

/* ---- templates ---- */

static json_t *
filled(const struct sluis_policy *policy, const struct sluis_content_field *field)
{
	const struct sluis_codes codes = sluis_policy_list(policy, field->list);
	json_t *object;

	switch (field->type) {
	case SLUIS_CONTENT_TEXT:
		return json_string("tekst");
	case SLUIS_CONTENT_TEXTS:
		return json_pack("[ss]", "een", "twee");
	case SLUIS_CONTENT_DATE:
		return json_string("2026-11-23");
	case SLUIS_CONTENT_CODE:
		return json_stringn((const char *)codes.items[0].data, codes.items[0].len);
	case SLUIS_CONTENT_CODES:
		return json_pack("[s%]", codes.items[0].data, codes.items[0].len);
	case SLUIS_CONTENT_FLAG:
		return json_true();
	case SLUIS_CONTENT_NUMBER:
		return json_integer(3);
	case SLUIS_CONTENT_BSN:
		return json_string("999990019");
	case SLUIS_CONTENT_ORGANISATION:
		return json_string("gemeente-a");
	case SLUIS_CONTENT_LIST:
		object = json_object();
		for (size_t i = 0; i < field->field_count; i++)
			json_object_setn_new(object, (const char *)field->fields[i].key.data, field->fields[i].key.len,
			    filled(policy, &field->fields[i]));
		return json_pack("[o]", object);
	}
	return NULL;
}

static enum sluis_err
check_object(struct sluis_bytes category, json_t *object, struct sluis_content_fault *fault)
{
	char *text = json_dumps(object, JSON_INDENT(2));
	const enum sluis_err err = sluis_content_check(scene_default_policy(), category, SLUIS_MEDIA_JSON,
	    sluis_bytes_text(text), fault);

	free(text);
	return err;
}

/* As printed each is refused for the first field that must be filled in, and no other reason; filled in, all or only what must
 * be, it fits. */
static void
every_template_fits_once_filled(void **state)
{
	const struct sluis_policy *policy = scene_default_policy();
	const struct sluis_codes categories = sluis_policy_codes(policy, SLUIS_KIND_CATEGORY);
	size_t tried = 0;

	(void)state;
	for (size_t c = 0; c < categories.count; c++) {
		const struct sluis_content_schema *schema = sluis_policy_content(policy, categories.items[c]);
		struct sluis_content_fault fault;
		json_t *all, *least;

		if (schema == NULL || schema->is_xml)
			continue;
		tried++;
		all = sluis_content_template(schema);
		least = sluis_content_template(schema);
		assert_int_equal(json_object_size(all), schema->field_count);
		assert_int_equal(check_object(schema->category, all, &fault), SLUIS_EREFUSED);
		assert_string_equal(fault.rule, "content-missing");
		for (size_t i = 0; i < schema->field_count; i++) {
			const struct sluis_content_field *f = &schema->fields[i];

			json_object_setn_new(all, (const char *)f->key.data, f->key.len, filled(policy, f));
			if (f->is_required)
				json_object_setn_new(least, (const char *)f->key.data, f->key.len, filled(policy, f));
		}
		assert_int_equal(check_object(schema->category, all, &fault), SLUIS_OK);
		assert_int_equal(check_object(schema->category, least, &fault), SLUIS_OK);
		json_decref(all);
		json_decref(least);
	}
	assert_int_equal(tried, 17);
}

/* The examples that people start from. */
static void
the_demo_files_fit(void **state)
{
	static const char *const NAMES[] = { "agreement", "bsn", "indicators", "plan", "question" };
	struct sluis_content_fault fault;

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(NAMES); i++) {
		char path[64];
		char *text;

		snprintf(path, sizeof(path), "deploy/demo/%s.json", NAMES[i]);
		text = scene_text(path);
		if (check(NAMES[i], "json", sluis_bytes_text(text), &fault) != SLUIS_OK)
			fail_msg("%s: %s", path, fault.text);
		free(text);
	}
}

/* No cut and no changed byte of a good file brings it down, or brings its content into the words. */
static void
survives_tampering(void **state)
{
	static const char GOOD[] = "{\"goals\": [\"SECRET\"], \"tasks\": [{\"who\": \"SECRET\", \"what\": \"SECRET\"}]}";
	char text[sizeof(GOOD)];

	(void)state;
	for (size_t i = 0; i < sizeof(GOOD) - 1; i++) {
		struct sluis_content_fault fault;

		assert_int_equal(check("plan", "json", sluis_bytes(GOOD, i), &fault), SLUIS_EREFUSED);
		for (unsigned flip = 1; flip < 256; flip <<= 1) {
			memcpy(text, GOOD, sizeof(GOOD));
			text[i] = (char)(text[i] ^ (char)flip);
			(void)check("plan", "json", sluis_bytes(text, sizeof(GOOD) - 1), &fault);
			assert_null(strstr(fault.text, "SECRET"));
		}
	}
}

/* Nested as deep as it goes. */
static void
survives_nesting(void **state)
{
	static char text[512 * 1024];
	struct sluis_content_fault fault;

	(void)state;
	memset(text, '[', sizeof(text));
	assert_int_equal(check("plan", "json", sluis_bytes(text, sizeof(text)), &fault), SLUIS_EREFUSED);
	memcpy(text, "{\"goals\":", 9);
	memset(text + 9, '[', 2000);
	memset(text + 2009, ']', 2000);
	text[4009] = '}';
	assert_int_equal(check("plan", "json", sluis_bytes(text, 4010), &fault), SLUIS_EREFUSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fits_or_is_refused_by_name),
		cmocka_unit_test(takes_the_narrative_alone_where_documents_are_out),
		cmocka_unit_test(every_template_fits_once_filled),
		cmocka_unit_test(the_demo_files_fit),
		cmocka_unit_test(survives_tampering),
		cmocka_unit_test(survives_nesting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
