/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * contents - what a section of a category holds, as the policy says: fields, their types, codes and labels.
 *
 * A category without a schema takes any file. Everything here lives with the policy and never changes.
 * Source: domain, Contents; the part `contents` of the policy file.
 */
#ifndef SLUIS_POLICY_CONTENTS_H
#define SLUIS_POLICY_CONTENTS_H

#include "policy.h"

/* clang-format off */
/* Types of a field: name, word in the policy file, form in JSON. */
#define SLUIS_CONTENT_TYPE_LIST(X) \
	X(TEXT,         "text")         /* text */ \
	X(TEXTS,        "texts")        /* list of texts */ \
	X(DATE,         "date")         /* text: YYYY-MM-DD, a day that exists */ \
	X(CODE,         "code")         /* text: a code of ${list} */ \
	X(CODES,        "codes")        /* list of codes of ${list}, none twice */ \
	X(FLAG,         "flag")         /* true or false */ \
	X(NUMBER,       "number")       /* whole, 0..${max} */ \
	X(BSN,          "bsn")          /* text: nine digits that pass the 11-test */ \
	X(ORGANISATION, "organisation") /* text: in the form of a handle; whose it is, is not looked up */ \
	X(LIST,         "list")         /* list of objects with ${fields} */
/* clang-format on */

enum sluis_content_type {
#define X(name, word) SLUIS_CONTENT_##name,
	SLUIS_CONTENT_TYPE_LIST(X)
#undef X
};

struct sluis_content_field {
	struct sluis_bytes key;
	enum sluis_content_type type;
	bool is_required;
	struct sluis_bytes list;     /* CODE, CODES: name of the list */
	int64_t max;                 /* NUMBER */
	struct sluis_bytes label[2]; /* by enum sluis_lang */
	struct sluis_bytes help[2];  /* may be empty */
	const struct sluis_content_field *fields; /* LIST; none of these is a LIST */
	size_t field_count;
};

struct sluis_content_schema {
	struct sluis_bytes category;
	struct sluis_bytes narrative; /* key of the TEXT field that a .txt, .md or .pdf stands for; may be empty */
	bool takes_documents;         /* files of other kinds too */
	bool is_xml;                  /* a well-formed XML message and nothing else; no fields */
	const struct sluis_content_field *fields;
	size_t field_count;
};

/** sluis_policy_content(policy, category): NULL where the policy has no schema for ${category}. */
const struct sluis_content_schema *sluis_policy_content(const struct sluis_policy *policy,
    struct sluis_bytes category);

#endif
