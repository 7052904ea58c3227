/* SPDX-License-Identifier: EUPL-1.2 */
#include "content_bsn.h"

#include <stdio.h>
#include <string.h>

#include "bsn.h"
#include "document.h"
#include "fold.h"

enum { PDF_MARK_WITHIN = 1024, DEPTH_MAX = 64 };

/** A search under way. */
struct search {
	bool (*each)(void *context, const struct sluis_content_hit *hit);
	void *context;
	bool has_stopped;
	struct sluis_content_hit hit;
};

static size_t
line_at(struct sluis_bytes text, size_t offset)
{
	size_t line = 1;

	for (size_t i = 0; i < offset; i++)
		line += text.data[i] == '\n';
	return line;
}

static void
search_folded(struct search *s, struct sluis_bytes text)
{
	for (size_t from = 0; !s->has_stopped && sluis_bsn_search(text, from, &s->hit.offset);
		from = s->hit.offset + 1) {
		s->hit.line = line_at(text, s->hit.offset);
		s->has_stopped = !s->each(s->context, &s->hit);
	}
}

static enum sluis_err
search_text(struct search *s, struct sluis_bytes text, bool is_text, bool *ret_searched)
{
	SLUIS_AUTO(sluis_fold_free) struct sluis_bytes folded = { NULL, 0 };

	SLUIS_TRY(sluis_fold(text, is_text, &folded));
	*ret_searched = folded.data != NULL;
	if (folded.data != NULL)
		search_folded(s, folded);
	return SLUIS_OK;
}

/* ---- JSON: each text by itself, as it reads without escapes; and numbers, and names of fields ---- */

static enum sluis_err search_value(struct search *s, json_t *value);

static enum sluis_err
search_child(struct search *s, struct sluis_bytes step, json_t *value)
{
	const size_t len = strlen(s->hit.field);

	snprintf(s->hit.field + len, sizeof(s->hit.field) - len, "%s%.*s", len > 0 ? "/" : "", (int)step.len,
	    (const char *)step.data);
	SLUIS_TRY(search_value(s, value));
	s->hit.field[len] = '\0';
	return SLUIS_OK;
}

static enum sluis_err
search_number(struct search *s, json_t *value)
{
	char text[32];
	bool searched;

	snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	return search_text(s, sluis_bytes_text(text), true, &searched);
}

/* The name of a field goes into the path, so a name that is a number itself goes by its place. */
static enum sluis_err
search_object(struct search *s, json_t *value)
{
	size_t place = 0;
	bool searched;

	for (void *it = json_object_iter(value); it != NULL; it = json_object_iter_next(value, it)) {
		const struct sluis_bytes key = sluis_bytes(json_object_iter_key(it), json_object_iter_key_len(it));
		char number[24];
		size_t at;

		place++;
		snprintf(number, sizeof(number), "%zu", place);
		SLUIS_TRY(search_text(s, key, true, &searched));
		SLUIS_TRY(search_child(s, sluis_bsn_search(key, 0, &at) || !sluis_code_is_valid(key) ?
			sluis_bytes_text(number) : key, json_object_iter_value(it)));
	}
	return SLUIS_OK;
}

static enum sluis_err
search_value(struct search *s, json_t *value)
{
	bool searched;
	json_t *child;
	size_t i;

	if (json_is_string(value))
		return search_text(s, sluis_bytes(json_string_value(value), json_string_length(value)), true,
		    &searched);
	if (json_is_integer(value))
		return search_number(s, value);
	if (json_is_object(value))
		return search_object(s, value);
	json_array_foreach(value, i, child) {
		char number[24];

		snprintf(number, sizeof(number), "%zu", i + 1);
		SLUIS_TRY(search_child(s, sluis_bytes_text(number), child));
	}
	return SLUIS_OK;
}

static unsigned
depth_of(json_t *value, unsigned most)
{
	unsigned deepest = 0;
	json_t *child;
	size_t i;

	if (most == 0)
		return 1;
	json_array_foreach(value, i, child) {
		const unsigned d = depth_of(child, most - 1);

		deepest = d > deepest ? d : deepest;
	}
	for (void *it = json_object_iter(value); it != NULL; it = json_object_iter_next(value, it)) {
		const unsigned d = depth_of(json_object_iter_value(it), most - 1);

		deepest = d > deepest ? d : deepest;
	}
	return deepest + 1;
}

static enum sluis_err
search_json(struct search *s, struct sluis_bytes plain, bool *ret_searched)
{
	size_t line;
	json_t *root = sluis_content_json(plain, &line);
	enum sluis_err err;

	/* what is no JSON, or is nested beyond reason, is searched as the text that it is */
	if (root == NULL || depth_of(root, DEPTH_MAX + 1) > DEPTH_MAX) {
		json_decref(root);
		return search_text(s, plain, true, ret_searched);
	}
	*ret_searched = true;
	err = search_value(s, root);
	json_decref(root);
	return err;
}

/* ---- documents ---- */

static enum sluis_err
search_document(struct search *s, enum sluis_document_kind kind, struct sluis_bytes plain, bool *ret_searched)
{
	SLUIS_AUTO(sluis_document_done) struct sluis_document document = { .line = 0 };

	SLUIS_TRY(sluis_document_read(kind, plain, &document));
	*ret_searched = document.state == SLUIS_DOCUMENT_READ;
	return *ret_searched ? search_text(s, document.text, true, ret_searched) : SLUIS_OK;
}

static bool
holds(struct sluis_bytes plain, size_t within, const char *mark)
{
	return plain.data != NULL && memmem(plain.data, plain.len < within ? plain.len : within, mark, strlen(mark)) != NULL;
}

static bool
is_docx(struct sluis_bytes plain)
{
	return plain.len > 4 && memcmp(plain.data, "PK\x03\x04", 4) == 0 && holds(plain, plain.len, "word/document.xml");
}

/* Kinds that are text whatever their bytes say. */
static bool
is_text_media(uint32_t media_number)
{
	static const uint32_t TEXTS[] = { SLUIS_MEDIA_TXT, SLUIS_MEDIA_MD, SLUIS_MEDIA_JSON, SLUIS_MEDIA_XML,
		SLUIS_MEDIA_HTML, SLUIS_MEDIA_CSV, SLUIS_MEDIA_EML, SLUIS_MEDIA_RTF };

	for (size_t i = 0; i < SLUIS_ARRAY_LEN(TEXTS); i++)
		if (TEXTS[i] == media_number)
			return true;
	return false;
}

/* By what it is, not by what it is called: a document under another name is searched all the same. */
SLUIS_MUST_CHECK enum sluis_err
sluis_content_bsn(uint32_t media_number, struct sluis_bytes plain,
    bool (*each)(void *context, const struct sluis_content_hit *hit), void *context, bool *ret_searched)
{
	struct search s = { .each = each, .context = context };

	if (holds(plain, PDF_MARK_WITHIN, "%PDF-") && !is_text_media(media_number))
		return search_document(&s, SLUIS_DOCUMENT_PDF, plain, ret_searched);
	if (is_docx(plain))
		return search_document(&s, SLUIS_DOCUMENT_DOCX, plain, ret_searched);
	if (media_number == SLUIS_MEDIA_JSON)
		return search_json(&s, plain, ret_searched);
	return search_text(&s, plain, is_text_media(media_number), ret_searched);
}
