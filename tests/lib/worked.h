/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * worked - a file of worked examples: gathered in memory, printed, and compared with what stands in the file.
 *
 * In the file, inside ``` fences: "NAME = VALUE", hex digits or text in quotes (a line feed written \n); a line that
 * begins with two blanks goes on with the value. All else is for readers. Names may stand once.
 */
#ifndef WORKED_H
#define WORKED_H

#include "base.h"

struct worked;

struct worked *worked_new(void);
void worked_free(struct worked *worked);

/** worked_put_*(worked, name, value): one more example. */
void worked_put_hex(struct worked *worked, const char *name, struct sluis_bytes bytes);
void worked_put_hash(struct worked *worked, const char *name, struct sluis_hash hash);
void worked_put_text(struct worked *worked, const char *name, const char *text);
/** worked_put_numbered(worked, name, number, hash): "NAME-NUMBER". */
void worked_put_numbered(struct worked *worked, const char *name, unsigned number, struct sluis_hash hash);

/** worked_print(worked): all of them on stdout, as they should stand. */
void worked_print(const struct worked *worked);

/** worked_compare(worked, path, why, cap): the file has each of them, right, once, and no other; ${why} says what not. */
bool worked_compare(struct worked *worked, const char *path, char *why, size_t cap);

#endif
