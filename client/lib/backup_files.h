/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * backup_files - the files of a profile into an archive, and an archive into a folder that was not there: part of backup.
 */
#ifndef SLUIS_CLIENT_BACKUP_FILES_H
#define SLUIS_CLIENT_BACKUP_FILES_H

#include "backup.h"
#include "tar.h"

#define SLUIS_BACKUP_SMALL_BYTES (256u * 1024)

struct sluis_backup_file {
	char name[SLUIS_TAR_NAME];
	size_t size;
};

/** What goes in, by order of name. */
struct sluis_backup_list {
	struct sluis_backup_file *items; /* heap */
	size_t n;
	size_t tar_bytes; /* of the archive */
	int dir;
	char folder[SLUIS_TAR_NAME];
};

/** sluis_backup_list(dir, list): every file of a profile but its lock. Errors: SLUIS_ETOOBIG, SLUIS_EFORMAT (a file that is not ours), ... */
SLUIS_MUST_CHECK enum sluis_err sluis_backup_list(int dir, struct sluis_backup_list *list);
void sluis_backup_list_done(struct sluis_backup_list *list);

/** sluis_backup_pack(dir, list, tar): their bytes. Errors: SLUIS_EIO (changed meanwhile), those of reading. */
SLUIS_MUST_CHECK enum sluis_err sluis_backup_pack(int dir, const struct sluis_backup_list *list,
    struct sluis_writer *tar);

/** sluis_backup_check_target(dir, failure): nothing, or an empty folder, stands there. */
SLUIS_MUST_CHECK enum sluis_err sluis_backup_check_target(const char *dir, struct sluis_failure *failure);
/** sluis_backup_unpack(archive, dir, failure): whole, marked as restored, or not at all. */
SLUIS_MUST_CHECK enum sluis_err sluis_backup_unpack(struct sluis_bytes archive, const char *dir,
    struct sluis_failure *failure);

/** sluis_backup_read(path, ret, failure): a whole file on the heap. */
SLUIS_MUST_CHECK enum sluis_err sluis_backup_read(const char *path, struct sluis_bytes *ret,
    struct sluis_failure *failure);
/** sluis_backup_split(path, folder, ret_last, failure): the folder of ${path}, "." included, and its last part. */
SLUIS_MUST_CHECK enum sluis_err sluis_backup_split(const char *path, char folder[static SLUIS_PATH_MAX],
    const char **ret_last, struct sluis_failure *failure);
/** sluis_backup_view_free(view): wipe and free; for SLUIS_AUTO. */
void sluis_backup_view_free(struct sluis_bytes *view);

#endif
