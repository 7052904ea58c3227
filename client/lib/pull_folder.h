/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pull_folder - a folder of files that appears whole or not at all: written beside, synced, renamed without replacing.
 */
#ifndef SLUIS_CLIENT_PULL_FOLDER_H
#define SLUIS_CLIENT_PULL_FOLDER_H

#include "base.h"
#include "failure.h"

struct sluis_pull_folder;

/** sluis_pull_folder_begin(out, name, failure, ret): make ${out} when needed and a hidden temporary folder (0700) in it. */
SLUIS_MUST_CHECK enum sluis_err sluis_pull_folder_begin(const char *out, const char *name,
    struct sluis_failure *failure, struct sluis_pull_folder **ret);
/** sluis_pull_folder_add: one file (0600), written and synced. */
SLUIS_MUST_CHECK enum sluis_err sluis_pull_folder_add(struct sluis_pull_folder *folder, const char *file,
    struct sluis_bytes bytes, struct sluis_failure *failure);
/** sluis_pull_folder_finish: sync and rename to ${out}/${name}. SLUIS_EEXISTS: something stands there; nothing was touched. */
SLUIS_MUST_CHECK enum sluis_err sluis_pull_folder_finish(struct sluis_pull_folder *folder,
    struct sluis_failure *failure);
/** sluis_pull_folder_sweep(path): remove what a run that died left of the folder that was to be ${path}. True: there was some. */
bool sluis_pull_folder_sweep(const char *path);
/** sluis_pull_folder_free: what was not finished is removed. NULL is fine. */
void sluis_pull_folder_free(struct sluis_pull_folder *folder);
void sluis_pull_folder_freep(struct sluis_pull_folder **folder);

#endif
