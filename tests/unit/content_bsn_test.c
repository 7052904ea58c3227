/* SPDX-License-Identifier: EUPL-1.2 */
/* Where a BSN is found: in text of any encoding, in fields of JSON, in PDF and DOCX under any name; and where nobody looks. */
#include "content_bsn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "document.h"
#include "section.h"

enum { FILE_MAX = 1024 * 1024 };

static char folder[] = "/tmp/sluis-documents-XXXXXX";

struct found {
	size_t count;
	struct sluis_content_hit first;
	size_t stop_after;
};

static bool
on_hit(void *context, const struct sluis_content_hit *hit)
{
	struct found *found = context;

	if (found->count++ == 0)
		found->first = *hit;
	return found->count != found->stop_after;
}

static struct found
search(const char *extension, struct sluis_bytes plain, bool *ret_searched)
{
	struct found found = { .count = 0 };

	assert_int_equal(sluis_content_bsn(sluis_section_media_number(sluis_bytes_text(extension)), plain, on_hit, &found,
			     ret_searched), SLUIS_OK);
	return found;
}

#define T(text) { text, sizeof(text) - 1 }

/* clang-format off */
static const struct {
	const char *extension;
	struct { const char *data; size_t len; } plain;
	size_t count;
	const char *field; /* of the first */
	size_t offset, line;
} TEXTS[] = {
	{ "txt", T("niets"), 0, "", 0, 0 },
	{ "txt", T("a\nb 999990019\n999990019"), 2, "", 4, 2 },
	{ "bin", T("999990019"), 1, "", 0, 1 },
	{ "txt", T("caf\xe9 999\xa0" "990\xa0" "019"), 1, "", 6, 1 },
	{ "bin", T("\xff\xfe" "9\0" "9\0" "9\0" "9\0" "9\0" "0\0" "0\0" "1\0" "9\0"), 1, "", 0, 1 },
	{ "md", T("\xef\xbc\x99\xef\xbc\x99\xef\xbc\x99\xef\xbc\x99\xef\xbc\x99\xef\xbc\x90\xef\xbc\x90\xef\xbc\x91\xef\xbc\x99"), 1, "", 0, 1 },
	{ "csv", T("a;999990019"), 1, "", 2, 1 },
	{ "txt", T("%PDF-1.4 999990019"), 1, "", 9, 1 }, /* a text is searched as text whatever it begins with */
	/* JSON: as it reads, not as it is written */
	{ "json", T("{\"a\": \"x 999990019\"}"), 1, "a", 2, 1 },
	{ "json", T("{\"a\": \"9999\\u0039\\u0030019\"}"), 1, "a", 0, 1 },
	{ "json", T("{\"a\": \"9999900\\n19\", \"b\": [\"x\", {\"c\": \"\\n999.990.019\"}]}"), 1, "b/2/c", 1, 2 },
	{ "json", T("{\"a\": 999990019}"), 1, "a", 0, 1 },
	{ "json", T("{\"999990019\": 1}"), 1, "", 0, 1 },
	{ "json", T("{\"999990019\": \"999990019\"}"), 2, "", 0, 1 },
	{ "json", T("[[\"999990019\"], \"999990019\"]"), 2, "1/1", 0, 1 },
	{ "json", T("\"999990019\""), 1, "", 0, 1 },
	{ "json", T("{\"a\": \"999990019\", \"a\": 1}"), 1, "", 7, 1 }, /* no JSON: as text */
	{ "json", T("{\"a\": 99999001.9, \"b\": true, \"c\": null, \"d\": 1e9}"), 0, "", 0, 0 },
};
/* clang-format on */

static void
finds_in_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(TEXTS); i++) {
		bool searched = false;
		const struct found found =
		    search(TEXTS[i].extension, sluis_bytes(TEXTS[i].plain.data, TEXTS[i].plain.len), &searched);

		if (!searched || found.count != TEXTS[i].count || strcmp(found.first.field, TEXTS[i].field) != 0 ||
		    found.first.offset != TEXTS[i].offset || found.first.line != TEXTS[i].line)
			fail_msg("case %zu: %d, %zu at \"%s\":%zu line %zu", i, searched, found.count, found.first.field,
			    found.first.offset, found.first.line);
	}
}

/* Deeper than any schema: searched as text, so nothing hides there. */
static void
finds_however_deep(void **state)
{
	static char text[1024];
	bool searched;

	(void)state;
	for (int depth = 60; depth < 70; depth++) {
		memset(text, '[', (size_t)depth);
		memcpy(text + depth, "\"999990019\"", 11);
		memset(text + depth + 11, ']', (size_t)depth);
		assert_int_equal(search("json", sluis_bytes(text, (size_t)(2 * depth + 11)), &searched).count, 1);
	}
}

static void
stops_when_told(void **state)
{
	struct found found = { .stop_after = 2 };
	bool searched;

	(void)state;
	assert_int_equal(sluis_content_bsn(SLUIS_MEDIA_JSON,
			     sluis_bytes_text("[\"999990019\", \"999990019 999990019\", \"999990019\"]"), on_hit, &found,
			     &searched), SLUIS_OK);
	assert_int_equal(found.count, 2);
}

static void
says_what_it_does_not_search(void **state)
{
	bool searched = true;

	(void)state;
	assert_int_equal(search("png", sluis_bytes("\x89PNG\r\n999990019", 15), &searched).count, 0);
	assert_false(searched);
	assert_int_equal(search("zip", sluis_bytes("PK\x03\x04\xff 999990019", 15), &searched).count, 0);
	assert_false(searched);
}

/* ---- documents ---- */

static struct sluis_bytes
file(const char *name)
{
	static uint8_t bytes[FILE_MAX];
	char path[256];
	FILE *in;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	in = fopen(path, "rb");
	assert_non_null(in);
	n = fread(bytes, 1, sizeof(bytes), in);
	fclose(in);
	return sluis_bytes(bytes, n);
}

static void
finds_in_documents(void **state)
{
	static const struct {
		const char *name;
		size_t count;
		bool is_searched;
	} cases[] = {
		{ "plain.docx", 0, true }, { "split.docx", 1, true }, { "nbsp.docx", 1, true }, { "deleted.docx", 1, true },
		{ "header.docx", 1, true }, { "title.docx", 1, true }, { "cells.docx", 0, true },
		{ "entity.docx", 0, false }, { "bomb.docx", 0, false }, { "hollow.docx", 0, false }, { "cut.docx", 0, false }, { "fake.docx", 0, false },
		{ "plain.pdf", 0, true }, { "number.pdf", 1, true }, { "boxes.pdf", 1, true }, { "cut.pdf", 0, false },
	};

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(cases); i++) {
		/* under its own name, and under one that says nothing */
		for (int renamed = 0; renamed < 2; renamed++) {
			bool searched;
			const struct found found = search(renamed ? "bin" : strchr(cases[i].name, '.') + 1,
			    file(cases[i].name), &searched);

			if (found.count != cases[i].count || searched != cases[i].is_searched)
				fail_msg("%s (%d): %zu found, %s", cases[i].name, renamed, found.count,
				    searched ? "searched" : "not searched");
		}
	}
}

static void
tells_the_place_in_a_document(void **state)
{
	bool searched;
	const struct found found = search("docx", file("split.docx"), &searched);

	(void)state;
	assert_string_equal(found.first.field, "");
	/* an empty line for the list of parts, "Vraag", and "Het nummer is " before it */
	assert_int_equal(found.first.line, 3);
	assert_int_equal(found.first.offset, 1 + 6 + 14);
}

static void
says_where_xml_goes_wrong(void **state)
{
	static const struct {
		const char *xml;
		enum sluis_document_state state;
		size_t line;
	} cases[] = {
		{ "<a/>", SLUIS_DOCUMENT_READ, 0 },
		{ "<?xml version=\"1.0\"?>\n<a>\n<b c='1'>x</b></a>\n", SLUIS_DOCUMENT_READ, 0 },
		{ "<a>\n\n<b></a>", SLUIS_DOCUMENT_UNREADABLE, 3 },
		{ "<a>", SLUIS_DOCUMENT_UNREADABLE, 1 },
		{ "geen xml", SLUIS_DOCUMENT_UNREADABLE, 1 },
		{ "<a/>\n<b/>", SLUIS_DOCUMENT_UNREADABLE, 2 },
		{ "<a>&e;</a>", SLUIS_DOCUMENT_UNREADABLE, 1 },
		{ "<a>\n<!-- -- --></a>", SLUIS_DOCUMENT_UNREADABLE, 2 },
		{ "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>", SLUIS_DOCUMENT_UNREADABLE, 1 },
	};

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(cases); i++) {
		struct sluis_document document;

		assert_int_equal(sluis_document_read(SLUIS_DOCUMENT_XML, sluis_bytes_text(cases[i].xml), &document),
		    SLUIS_OK);
		if (document.state != cases[i].state || document.line != cases[i].line)
			fail_msg("%s: state %d, line %zu", cases[i].xml, (int)document.state, document.line);
		sluis_document_done(&document);
	}
}

/* What cannot be taken apart is told so, and never brings this program down. */
static void
survives_tampering(void **state)
{
	const struct sluis_bytes whole = file("split.docx");
	static uint8_t copy[4096];

	(void)state;
	assert_true(whole.len < sizeof(copy));
	for (size_t i = 0; i < whole.len; i += 13) {
		bool searched;

		memcpy(copy, whole.data, whole.len);
		copy[i] ^= 0x41;
		(void)search("docx", sluis_bytes(copy, whole.len), &searched);
	}
	for (size_t len = 5; len < whole.len; len += 29) {
		bool searched;

		memcpy(copy, whole.data, len);
		(void)search("docx", sluis_bytes(copy, len), &searched);
	}
}

static int
make_documents(void **state)
{
	char command[128];

	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(command, sizeof(command), "python3 tests/lib/documents.py %s", folder);
	return system(command);
}

static int
remove_documents(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_in_text),
		cmocka_unit_test(finds_however_deep),
		cmocka_unit_test(stops_when_told),
		cmocka_unit_test(says_what_it_does_not_search),
		cmocka_unit_test(finds_in_documents),
		cmocka_unit_test(tells_the_place_in_a_document),
		cmocka_unit_test(says_where_xml_goes_wrong),
		cmocka_unit_test(survives_tampering),
	};

	return cmocka_run_group_tests(tests, make_documents, remove_documents);
}
