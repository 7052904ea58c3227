/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * tree_files - the level files of a hash tree: fixed records of 32 bytes, and the size that is known to be synced.
 *
 * Knows nothing of trees. Full reads and writes or an error; interrupted calls are repeated.
 */
#ifndef SLUISD_TREE_FILES_H
#define SLUISD_TREE_FILES_H

#include "merkle.h"

#define TREE_FILES_NAME_MAX_CHARS 32

struct tree_files {
	int dir;
	char name[TREE_FILES_NAME_MAX_CHARS + 1];
	int levels[SLUIS_MERKLE_LEVELS]; /* -1: not there yet */
};

/**
 * tree_files_open(dir, name, why, ret):
 * Open what there is of NAME.00, NAME.01, ... in ${dir}; nothing is made yet.
 * Errors: SLUIS_EIO, SLUIS_EUSAGE (name).
 */
SLUIS_MUST_CHECK enum sluis_err tree_files_open(const char *dir, const char *name, struct sluis_why *why,
    struct tree_files *ret);
void tree_files_close(struct tree_files *files);

/** tree_files_has(files, level, n): the file of ${level} holds at least ${n} hashes. */
bool tree_files_has(const struct tree_files *files, unsigned level, uint64_t n);

/** tree_files_read(files, level, index, ret): one hash. Errors: SLUIS_ESTORE (not there), SLUIS_EIO. */
SLUIS_MUST_CHECK enum sluis_err tree_files_read(const struct tree_files *files, unsigned level,
    uint64_t index, struct sluis_hash *ret);

/** tree_files_write(files, level, index, hashes, n): ${n} hashes from ${index}. Errors: SLUIS_ENOSPACE, SLUIS_EIO. */
SLUIS_MUST_CHECK enum sluis_err tree_files_write(struct tree_files *files, unsigned level,
    uint64_t index, const struct sluis_hash *hashes, size_t n);

/** tree_files_sync(files, size): sync all levels, then note that ${size} leaves are safe. Errors: as _write. */
SLUIS_MUST_CHECK enum sluis_err tree_files_sync(struct tree_files *files, uint64_t size);

/** tree_files_synced(files): the size noted last; 0 when there is none that can be read. */
uint64_t tree_files_synced(const struct tree_files *files);

/** tree_files_forget(files): take the note away, so that the next opening believes nothing. Errors: SLUIS_EIO. */
SLUIS_MUST_CHECK enum sluis_err tree_files_forget(struct tree_files *files);

#endif
