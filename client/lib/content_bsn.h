/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * content_bsn - every place in a section that may hold a BSN: in text, in the fields of JSON, in the text of PDF and DOCX.
 *
 * What it finds is told by place, never by number. Source: domain, BSN; bsn.h says what is found.
 */
#ifndef SLUIS_CLIENT_CONTENT_BSN_H
#define SLUIS_CLIENT_CONTENT_BSN_H

#include "content.h"

/** One place. */
struct sluis_content_hit {
	char field[SLUIS_CONTENT_PATH]; /* of JSON: "tasks/2/what"; empty: the file */
	size_t offset;                  /* bytes, in the field's or the file's text; PDF, DOCX: in what was read of it */
	size_t line;                    /* from 1, in that text */
};

/**
 * sluis_content_bsn(media_number, plain, each, context, ret_searched):
 * Call ${each} for every place in ${plain}, in order; false from it stops. ${ret_searched} false: this kind of file is not
 * searched, or could not be read (protected, damaged, no reader): say so to people.
 * Errors: SLUIS_ENOMEM, SLUIS_ESYSTEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_content_bsn(uint32_t media_number, struct sluis_bytes plain,
    bool (*each)(void *context, const struct sluis_content_hit *hit), void *context, bool *ret_searched);

#endif
