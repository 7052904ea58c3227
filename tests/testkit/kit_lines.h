/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * kit_lines - vectors of one line each: value TAB valid|invalid.
 */
#ifndef SLUIS_KIT_LINES_H
#define SLUIS_KIT_LINES_H

#include "kit.h"

typedef bool (*kit_lines_fn)(struct sluis_bytes value);

/**
 * kit_lines(path, is_valid, count):
 * Ask ${is_valid} about every value in the file ${path}, or in each file of the folder. The value is all
 * before the last TAB, blanks included. Empty lines, comments (# and no TAB) and a heading (a first line
 * whose last word is no verdict) are no vectors. A failure is named by file and line, never by its value.
 * Returns 0, or -1 after kit_trouble().
 */
int kit_lines(const char *path, kit_lines_fn is_valid, struct kit_count *count);

#endif
