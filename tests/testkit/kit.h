/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * kit - what the subcommands of sluis-testkit share: counting, naming failures, reading files and folders.
 *
 * Each kit_NAME() runs outside vectors at ${path} (a file or a folder, forms as in the vector collections)
 * against our code. It counts every vector once: passed, failed, or skipped with the reason. It returns 0 when
 * it could read what it was given (whatever the counts), -1 after kit_trouble() when it could not.
 */
#ifndef SLUIS_KIT_H
#define SLUIS_KIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base.h"

struct kit_count {
	size_t passed;
	size_t failed;
};

int kit_age(const char *path, struct kit_count *count);
int kit_note(const char *path, struct kit_count *count);
int kit_tlog(const char *path, struct kit_count *count);
int kit_wycheproof(const char *path, struct kit_count *count);
int kit_bsn(const char *path, struct kit_count *count);
int kit_oin(const char *path, struct kit_count *count);
int kit_policy(const char *path, struct kit_count *count);

/** kit_pass(count): one vector came out as expected. */
void kit_pass(struct kit_count *count);

/** kit_fail(count, vector, format, ...): one did not; prints "FAIL vector: why". */
void kit_fail(struct kit_count *count, const char *vector, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** kit_check(count, ok, vector, why): kit_pass() or kit_fail(). */
void kit_check(struct kit_count *count, bool ok, const char *vector, const char *why);

/** kit_skip(n, what, why): prints "skipped n WHAT: why"; nothing is printed for n = 0. */
void kit_skip(size_t n, const char *what, const char *why);

/** kit_trouble(path, format, ...): on stderr "sluis-testkit: path: ..."; returns -1. */
int kit_trouble(const char *path, const char *format, ...) __attribute__((format(printf, 2, 3)));

/**
 * kit_read(path, max_bytes, ret):
 * The whole file, at most ${max_bytes}, with a zero byte behind it that is not counted. free() ret->data.
 * Returns 0, or -1 after kit_trouble().
 */
struct kit_file {
	uint8_t *data;
	size_t len;
};
int kit_read(const char *path, size_t max_bytes, struct kit_file *ret);
void kit_file_done(struct kit_file *file);

/** kit_is_dir(path): it is a folder. */
bool kit_is_dir(const char *path);

/**
 * kit_each(dir, index, fn, context):
 * Call ${fn} with the path and name of every vector in folder ${dir}: those that the first column of the file
 * INDEX.tsv in it names (its first line is a heading) when ${index} and that file is there; else every regular
 * file in order of name, but README*, *README.md, LICENSE, INDEX.tsv, SHA256SUMS and hidden ones.
 * Stops at the first -1 of ${fn}. Returns 0 or -1.
 */
typedef int (*kit_each_fn)(const char *path, const char *name, void *context);
int kit_each(const char *dir, bool index, kit_each_fn fn, void *context);

#endif
