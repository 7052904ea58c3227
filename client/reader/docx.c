/* SPDX-License-Identifier: EUPL-1.2 */
#include "reader.h"

#include <stdio.h>
#include <string.h>

#include <libxml/xmlreader.h>
#include <zip.h>

enum { PARTS_MAX = 4096 };

/** One part of the package on its way out. */
struct part {
	zip_file_t *file;
	bool is_word; /* text stands in paragraphs; else (properties) in any element */
	bool in_text;
	size_t *left; /* of READER_TEXT_MAX_BYTES, unpacked, for all parts */
	bool is_broken;
};

static int
read_part(void *context, char *buffer, int len)
{
	struct part *part = context;
	const zip_int64_t n = zip_fread(part->file, buffer, (zip_uint64_t)len);

	if (n < 0 || (size_t)n > *part->left) {
		part->is_broken = true;
		return -1;
	}
	*part->left -= (size_t)n;
	return (int)n;
}

static bool
is_one_of(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

/* What a person reads, deleted text that is still there, and instructions of fields. */
static bool
holds_text(const char *name)
{
	static const char *const NAMES[] = { "t", "delText", "instrText", "delInstrText", NULL };

	return is_one_of(name, NAMES);
}

static void
put_break(const struct part *part, const char *name, bool is_end)
{
	static const char *const ENDS[] = { "p", "tc", "tr", "txbxContent", NULL };
	static const char *const BREAKS[] = { "br", "cr", "tab", NULL };

	if (is_end ? !part->is_word || is_one_of(name, ENDS) : part->is_word && is_one_of(name, BREAKS))
		putchar('\n');
	else if (!is_end && part->is_word && strcmp(name, "noBreakHyphen") == 0)
		putchar('-');
}

/* False: a document that has no place in a DOCX, such as one with a document type. */
static bool
put_node(xmlTextReader *reader, struct part *part)
{
	const int type = xmlTextReaderNodeType(reader);
	const char *name = (const char *)xmlTextReaderConstLocalName(reader);
	const char *value = (const char *)xmlTextReaderConstValue(reader);

	if (type == XML_READER_TYPE_DOCUMENT_TYPE || type == XML_READER_TYPE_ENTITY_REFERENCE)
		return false;
	if (type == XML_READER_TYPE_ELEMENT) {
		part->in_text = holds_text(name) && !xmlTextReaderIsEmptyElement(reader);
		put_break(part, name, false);
	} else if (type == XML_READER_TYPE_END_ELEMENT) {
		part->in_text = false;
		put_break(part, name, true);
	} else if (value != NULL && (type == XML_READER_TYPE_TEXT || type == XML_READER_TYPE_CDATA ||
		       type == XML_READER_TYPE_SIGNIFICANT_WHITESPACE)) {
		if (part->in_text || !part->is_word)
			fputs(value, stdout);
	}
	return true;
}

static bool
put_part(zip_file_t *file, const char *name, size_t *left)
{
	struct part part = { .file = file, .is_word = strncmp(name, "word/", 5) == 0, .left = left };
	xmlTextReader *reader = xmlReaderForIO(read_part, NULL, &part, NULL, NULL,
	    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	int more = reader == NULL ? -1 : xmlTextReaderRead(reader);

	while (more == 1)
		more = put_node(reader, &part) ? xmlTextReaderRead(reader) : -1;
	if (reader != NULL)
		xmlFreeTextReader(reader);
	return more == 0 && !part.is_broken;
}

static bool
is_xml_part(const char *name)
{
	const size_t len = strlen(name);

	return len > 4 && strcmp(name + len - 4, ".xml") == 0;
}

static bool
put_parts(zip_t *zip)
{
	const zip_int64_t count = zip_get_num_entries(zip, 0);
	size_t left = READER_TEXT_MAX_BYTES;
	bool has_document = false;

	if (count > PARTS_MAX)
		return false;
	for (zip_int64_t i = 0; i < count; i++) {
		const char *name = zip_get_name(zip, (zip_uint64_t)i, ZIP_FL_ENC_GUESS);
		zip_file_t *file;
		bool ok;

		if (name == NULL || !is_xml_part(name))
			continue;
		file = zip_fopen_index(zip, (zip_uint64_t)i, 0);
		ok = file != NULL && put_part(file, name, &left);
		if (file != NULL)
			zip_fclose(file);
		if (!ok)
			return false;
		putchar('\n');
		has_document |= strcmp(name, "word/document.xml") == 0;
	}
	return has_document;
}

int
reader_docx(struct sluis_bytes file)
{
	zip_error_t error;
	zip_source_t *source = zip_source_buffer_create(file.data, file.len, 0, &error);
	zip_t *zip = source == NULL ? NULL : zip_open_from_source(source, ZIP_RDONLY, &error);
	bool ok;

	if (source != NULL && zip == NULL)
		zip_source_free(source);
	ok = zip != NULL && put_parts(zip);
	if (zip != NULL)
		zip_discard(zip);
	return ok ? READER_DONE : READER_UNREADABLE;
}
