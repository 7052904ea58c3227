/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * tar - the plainest form of a tar archive (ustar, files of mode 0600 and nothing else), in memory.
 *
 * What it writes every tar reads; it reads only what it writes: names of one or two parts of [A-Za-z0-9._-], none beginning with a
 * dot, in ascending order (strcmp), the two blocks of zeros at the end and nothing behind them. Pure: no files, no clock.
 * Source: POSIX.1-2017, pax, "ustar Interchange Format".
 */
#ifndef SLUIS_CLIENT_TAR_H
#define SLUIS_CLIENT_TAR_H

#include "base.h"

enum { SLUIS_TAR_BLOCK = 512, SLUIS_TAR_NAME = 100 };

/** sluis_tar_size(len): bytes that a file of ${len} bytes takes, its header counted. */
size_t sluis_tar_size(size_t len);
/** Bytes of the end. */
#define SLUIS_TAR_END_BYTES (2 * SLUIS_TAR_BLOCK)

/** sluis_tar_name_is_valid(name): it may stand in such an archive. */
bool sluis_tar_name_is_valid(const char *name);

/** sluis_tar_put(out, name, bytes): one file; the caller goes by order of name. Errors: SLUIS_EUSAGE (the name, no room). */
SLUIS_MUST_CHECK enum sluis_err sluis_tar_put(struct sluis_writer *out, const char *name, struct sluis_bytes bytes);
/** sluis_tar_end(out): the end. Errors: SLUIS_EUSAGE (no room). */
SLUIS_MUST_CHECK enum sluis_err sluis_tar_end(struct sluis_writer *out);

/**
 * sluis_tar_each(archive, each, context):
 * Call ${each} for every file in order; views borrow from ${archive}. Errors: SLUIS_EFORMAT (not such an archive: told before the
 * first call), and the first that ${each} gives.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_tar_each(struct sluis_bytes archive,
    enum sluis_err (*each)(void *context, const char *name, struct sluis_bytes bytes), void *context);

/** sluis_tar_find(archive, name, ret): SLUIS_ENOTFOUND where it is not there; ${archive} was read by _each before. */
SLUIS_MUST_CHECK enum sluis_err sluis_tar_find(struct sluis_bytes archive, const char *name, struct sluis_bytes *ret);

#endif
