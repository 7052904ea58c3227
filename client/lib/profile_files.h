/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * profile_files - files under one folder that are either whole or not there: temporary file, fsync, rename, fsync.
 *
 * Names are relative ("policy/x.yaml"), with at most one folder in them, which is made (0700) when needed. Files are 0600.
 * Never follows links. No messages, no logging.
 */
#ifndef SLUIS_CLIENT_PROFILE_FILES_H
#define SLUIS_CLIENT_PROFILE_FILES_H

#include "base.h"

/** Errors of all: SLUIS_ENOTFOUND, SLUIS_ENOSPACE, SLUIS_EIO, SLUIS_ETOOBIG (over ${max_bytes}), SLUIS_ENOMEM. */
SLUIS_MUST_CHECK enum sluis_err sluis_profile_file_write(int dir, const char *name, struct sluis_bytes bytes);
/** On the heap: the caller frees ret->data. An empty file gives data that can be freed and len 0. */
SLUIS_MUST_CHECK enum sluis_err sluis_profile_file_read(int dir, const char *name, size_t max_bytes,
    struct sluis_bytes *ret);
SLUIS_MUST_CHECK enum sluis_err sluis_profile_file_append(int dir, const char *name, struct sluis_bytes bytes);
SLUIS_MUST_CHECK enum sluis_err sluis_profile_file_remove(int dir, const char *name);
/** In order of name. A missing folder holds nothing. */
SLUIS_MUST_CHECK enum sluis_err sluis_profile_file_list(int dir, const char *folder,
    enum sluis_err (*each)(void *context, const char *name), void *context);
/** Lock the file ${name}, made where it is not there, waiting at most ${wait_ms}; *${ret_fd} holds it until closed. Errors: SLUIS_EBUSY. */
SLUIS_MUST_CHECK enum sluis_err sluis_profile_file_lock(int dir, const char *name, int wait_ms, int *ret_fd);
/** A regular file of this user, mode without group and others, no link: else SLUIS_EKEYS. */
SLUIS_MUST_CHECK enum sluis_err sluis_profile_file_check_secret(int dir, const char *name);

#endif
