/* SPDX-License-Identifier: EUPL-1.2 */
#include "content.h"

#include <stdio.h>
#include <string.h>

#include "document.h"
#include "failure.h"

static enum sluis_err
refuse(struct sluis_content_fault *ret, const char *rule, const char *text)
{
	ret->rule = rule;
	snprintf(ret->text, sizeof(ret->text), "%s", text);
	return SLUIS_EREFUSED;
}

static enum sluis_err
check_xml(struct sluis_bytes plain, struct sluis_content_fault *ret)
{
	SLUIS_AUTO(sluis_document_done) struct sluis_document document = { .line = 0 };

	SLUIS_TRY(sluis_document_read(SLUIS_DOCUMENT_XML, plain, &document));
	/* Without a reader nobody can say; what only the form of XML is at stake passes. */
	if (document.state != SLUIS_DOCUMENT_UNREADABLE)
		return SLUIS_OK;
	ret->rule = "content-form";
	snprintf(ret->text, sizeof(ret->text), _("the file is not well-formed XML: see line %zu"), document.line);
	return SLUIS_EREFUSED;
}

/* The mark that some editors put before UTF-8. */
static struct sluis_bytes
without_mark(struct sluis_bytes plain)
{
	if (plain.len >= 3 && memcmp(plain.data, "\xef\xbb\xbf", 3) == 0)
		return sluis_bytes(plain.data + 3, plain.len - 3);
	return plain;
}

json_t *
sluis_content_json(struct sluis_bytes plain, size_t *ret_line)
{
	const struct sluis_bytes text = without_mark(plain);
	json_error_t error = { .line = 1 };
	json_t *root = json_loadb((const char *)text.data, text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);

	*ret_line = error.line < 1 ? 1 : (size_t)error.line;
	return root;
}

static enum sluis_err
check_json(const struct sluis_policy *policy, const struct sluis_content_schema *schema, struct sluis_bytes plain,
    struct sluis_content_fault *ret)
{
	size_t line;
	json_t *root = sluis_content_json(plain, &line);
	enum sluis_err err;

	if (root == NULL) {
		ret->rule = "content-form";
		snprintf(ret->text, sizeof(ret->text), _("the file is not JSON, or a field stands in it twice: see line %zu"),
		    line);
		return SLUIS_EREFUSED;
	}
	err = sluis_content_fields(policy, schema, root, ret);
	json_decref(root);
	return err;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_content_check(const struct sluis_policy *policy, struct sluis_bytes category, uint32_t media_number,
    struct sluis_bytes plain, struct sluis_content_fault *ret)
{
	const struct sluis_content_schema *schema = sluis_policy_content(policy, category);

	*ret = (struct sluis_content_fault){ .rule = NULL };
	if (schema == NULL)
		return SLUIS_OK;
	if (schema->is_xml)
		return media_number == SLUIS_MEDIA_XML ? check_xml(plain, ret) :
							 refuse(ret, "content-media", _("only an XML file goes here"));
	if (media_number == SLUIS_MEDIA_JSON)
		return check_json(policy, schema, plain, ret);
	if (schema->takes_documents)
		return SLUIS_OK;
	if (schema->narrative.len == 0)
		return refuse(ret, "content-media", _("only a JSON file with the fields of this category goes here"));
	if (media_number == SLUIS_MEDIA_TXT || media_number == SLUIS_MEDIA_MD || media_number == SLUIS_MEDIA_PDF)
		return SLUIS_OK;
	return refuse(ret, "content-media", _("only a file .json, .txt, .md or .pdf goes here"));
}
