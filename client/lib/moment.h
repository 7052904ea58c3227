/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * moment - a time as programs read it: RFC 3339, UTC, to the second.
 */
#ifndef SLUIS_CLIENT_MOMENT_H
#define SLUIS_CLIENT_MOMENT_H

#include <stdint.h>

enum { SLUIS_MOMENT_CHARS = 32 };

/** sluis_moment_text(ms, ret): "2026-11-22T23:10:00Z" for Unix ms ${ms}; returns ${ret}. */
const char *sluis_moment_text(int64_t ms, char ret[static SLUIS_MOMENT_CHARS]);

#endif
