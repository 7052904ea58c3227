/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * reader - sluis-reader KIND: the text of one document from standard input, on standard output, behind walls.
 *
 * KIND: `pdf` (becomes pdftotext of poppler-utils), `docx` (its paragraphs), `xml` (no text: is it well formed?). A program
 * of its own, so that what parses a stranger's file holds no key and can reach neither files nor the network.
 */
#ifndef SLUIS_READER_H
#define SLUIS_READER_H

#include "base.h"

/* How it ends; client/lib/document.c reads these. What pdftotext ends with besides 0 is UNREADABLE too. */
enum {
	READER_DONE = 0,
	READER_LOCAL = 1,      /* memory, or the walls could not be put up */
	READER_UNREADABLE = 3, /* damaged, protected, too large; xml: standard output has the line of the mistake */
	READER_NO_TOOL = 127   /* pdftotext is not installed */
};

enum { READER_INPUT_MAX_BYTES = 64 * 1024 * 1024, READER_TEXT_MAX_BYTES = 64 * 1024 * 1024 };

/**
 * reader_wall(may_start_tool):
 * From here on: little memory and time, no network, no other process; no file (${may_start_tool}: reading and starting what
 * the system installed under /usr, /lib and /etc). False where that cannot be had; a kernel without Landlock does without that
 * part.
 */
SLUIS_MUST_CHECK bool reader_wall(bool may_start_tool);

/** reader_docx(file): print the text of the DOCX ${file}; runs of one paragraph are joined. Returns how it ends. */
int reader_docx(struct sluis_bytes file);

/** reader_xml(file): is ${file} well-formed XML? Nothing outside it is read, no entity is expanded. Returns how it ends. */
int reader_xml(struct sluis_bytes file);

#endif
