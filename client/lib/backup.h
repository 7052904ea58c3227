/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * backup - a whole profile in one file: a tar archive, sealed with age under a passphrase, and back.
 *
 * A passphrase, not the organisation's recovery key: whoever opens this file can sign as the member, and an organisation that may
 * have to read what was sent to it must not thereby be able to act in its member's name. Stock `age -d` and `tar` open it too.
 * All files of the profile are in it but `lock`; a profile that has a passphrase of its own keeps that, inside.
 * Sizes: at most SLUIS_BACKUP_MAX_BYTES, in memory at once. No network. Never logs.
 */
#ifndef SLUIS_CLIENT_BACKUP_H
#define SLUIS_CLIENT_BACKUP_H

#include "profile.h"

#define SLUIS_BACKUP_MAX_BYTES (1024u * 1024 * 1024)
/** What a profile carries between its restore and its first contact (restored.h). */
#define SLUIS_BACKUP_MARK "restored"

struct sluis_backup_info {
	char handle[SLUIS_HANDLE_MAX + 1];
	size_t n_files;
};

/**
 * sluis_backup_write(dir, passphrase, path, ret, failure):
 * The profile in ${dir}, under its lock, to ${path} (0600; by temporary file, fsync, rename; never in the place of another).
 * Errors: SLUIS_EKEYS (no profile there), SLUIS_EBUSY, SLUIS_EEXISTS, SLUIS_EPASSPHRASE (none given), SLUIS_ETOOBIG, SLUIS_EIO, ...
 */
SLUIS_MUST_CHECK enum sluis_err sluis_backup_write(const char *dir, const struct sluis_passphrase *passphrase,
    const char *path, struct sluis_backup_info *ret, struct sluis_failure *failure);

/**
 * sluis_backup_restore(path, passphrase, dir, ret, failure):
 * The profile in ${path} to the new folder ${dir}. Everything is opened and checked before anything is written, and ${dir} appears
 * whole or not at all. It is marked as restored: see restored.h.
 * Errors: SLUIS_EEXISTS (something stands in ${dir}: untouched), SLUIS_EPASSPHRASE (it does not open the file), SLUIS_EFORMAT (damaged,
 * or no backup), SLUIS_EIO, ...
 */
SLUIS_MUST_CHECK enum sluis_err sluis_backup_restore(const char *path, const struct sluis_passphrase *passphrase,
    const char *dir, struct sluis_backup_info *ret, struct sluis_failure *failure);

#endif
