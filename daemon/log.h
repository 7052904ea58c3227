/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * log - lines for operators on stderr: `event key=value ...`, one for each thing that happened.
 *
 * Ids, counts and codes only: never a name, BSN or content. Evidence is the exchange log, not this one.
 * Under systemd (stderr is the journal, JOURNAL_STREAM) a line begins with its level as <N>.
 */
#ifndef SLUISD_LOG_H
#define SLUISD_LOG_H

#include "base.h"

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARNING = 4, LOG_LEVEL_NOTICE = 5, LOG_LEVEL_INFO = 6 };

enum { LOG_LINE_MAX = 1024, LOG_ID_TEXT = 33 };

/** log_open(): look once whether stderr is the journal. Before any thread is started. */
void log_open(void);

/**
 * log_line(level, format, ...):
 * Write one line; format = event and `key=value` pairs as for printf. Control characters and bytes outside ASCII that a
 * value brings along are written as \xHH, so that one call is one line. Longer than LOG_LINE_MAX: cut. Any thread.
 */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** log_key(key, ret): the first 16 hex digits of a public key: enough to tell peers apart. */
const char *log_key(const struct sluis_public *key, char ret[static LOG_ID_TEXT]);

/** log_id(id, ret): an id in hex. */
const char *log_id(const struct sluis_id *id, char ret[static LOG_ID_TEXT]);

/** log_format(journal, level, text, ret): what log_line writes, for tests; returns its length, LF included. */
size_t log_format(bool journal, enum log_level level, const char *text, char ret[static LOG_LINE_MAX]);

#endif
