/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * document - the text of a PDF or DOCX, and whether XML is well formed: asked of sluis-reader, a process without keys.
 *
 * The reader stands beside this program or where it was installed, and is not others' to change. Its input is a file in memory; nothing touches a disk.
 */
#ifndef SLUIS_CLIENT_DOCUMENT_H
#define SLUIS_CLIENT_DOCUMENT_H

#include "base.h"

enum sluis_document_kind { SLUIS_DOCUMENT_PDF, SLUIS_DOCUMENT_DOCX, SLUIS_DOCUMENT_XML };

enum sluis_document_state {
	SLUIS_DOCUMENT_READ,
	SLUIS_DOCUMENT_UNREADABLE, /* damaged, protected, or more than the limits; XML: not well formed, see ${line} */
	SLUIS_DOCUMENT_NO_READER   /* sluis-reader or pdftotext is not installed, or could not run */
};

enum { SLUIS_DOCUMENT_TEXT_MAX_BYTES = 16 * 1024 * 1024 };

struct sluis_document {
	enum sluis_document_state state;
	struct sluis_bytes text; /* UTF-8 as the reader gave it, on the heap; empty for XML */
	size_t line;             /* of the mistake in XML; 0: not known */
};

/**
 * sluis_document_read(kind, file, ret):
 * Read ${file} (borrowed) as ${kind}; SLUIS_OK whatever ${ret}.state says. Free with sluis_document_done().
 * At most 20 seconds, 512 MiB in the other process, and SLUIS_DOCUMENT_TEXT_MAX_BYTES of text.
 * Errors: SLUIS_ENOMEM, SLUIS_ESYSTEM (no process, no pipe).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_document_read(enum sluis_document_kind kind, struct sluis_bytes file,
    struct sluis_document *ret);
void sluis_document_done(struct sluis_document *document); /* wipes; for SLUIS_AUTO */

#endif
