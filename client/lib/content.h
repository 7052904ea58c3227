/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * content - does what stands in a section fit its category: kind of file, fields, codes, dates, by the policy's schemas.
 *
 * Asked before sealing and after opening, with the same answer. What it says names fields and codes of the policy, never
 * anything of the content. Source: domain, Contents; design 4.
 */
#ifndef SLUIS_CLIENT_CONTENT_H
#define SLUIS_CLIENT_CONTENT_H

#include <jansson.h>

#include "contents.h"

/* Numbers of PROTOCOL 5.4. */
enum sluis_content_media {
	SLUIS_MEDIA_TXT = 2,
	SLUIS_MEDIA_MD = 3,
	SLUIS_MEDIA_JSON = 4,
	SLUIS_MEDIA_XML = 5,
	SLUIS_MEDIA_PDF = 6,
	SLUIS_MEDIA_HTML = 7,
	SLUIS_MEDIA_CSV = 8,
	SLUIS_MEDIA_DOCX = 11,
	SLUIS_MEDIA_EML = 15,
	SLUIS_MEDIA_RTF = 17
};

enum { SLUIS_CONTENT_PATH = 128 };

/** What does not fit. */
struct sluis_content_fault {
	const char *rule; /* content-media, -form, -unknown, -missing, -value; static */
	char text[256];   /* for people: `field "plan" is not filled in` */
};

/**
 * sluis_content_check(policy, category, media_number, plain, ret):
 * Does ${plain} fit ${category}? A category without a schema takes anything.
 * Errors: SLUIS_EREFUSED (${ret} says what), SLUIS_ENOMEM, SLUIS_ESYSTEM (XML could not be looked at).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_content_check(const struct sluis_policy *policy, struct sluis_bytes category,
    uint32_t media_number, struct sluis_bytes plain, struct sluis_content_fault *ret);

/** sluis_content_json(plain, ret_line): the JSON in ${plain}, strictly (no key twice), or NULL and the line of the mistake. */
json_t *sluis_content_json(struct sluis_bytes plain, size_t *ret_line);

/**
 * sluis_content_fields(policy, schema, object, ret):
 * Does ${object} have all that ${schema} requires and nothing else, each in its form? What is empty (null, "", a list of
 * nothing else) counts as left out. Errors: SLUIS_EREFUSED.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_content_fields(const struct sluis_policy *policy,
    const struct sluis_content_schema *schema, json_t *object, struct sluis_content_fault *ret);

/** sluis_content_template(schema): an object with every field, empty, to be filled in; to be freed. NULL: no memory. */
json_t *sluis_content_template(const struct sluis_content_schema *schema);

#endif
