/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * written - the register of plaintext that this client wrote, and where: so that it can be wiped, and an erasure answered.
 *
 * One file for each message (or case: its dossiers) in the profile, "written/ID", 0600: the case and every folder with the
 * names of its files; no content. An entry is durable before the first byte of a file is. It knows nothing of copies that a
 * person made.
 */
#ifndef SLUIS_CLIENT_WRITTEN_H
#define SLUIS_CLIENT_WRITTEN_H

#include <jansson.h>

#include "profile.h"

/** Files written together; borrowed. */
struct sluis_written {
	struct sluis_id id;      /* the message; for a dossier the case */
	struct sluis_id case_id;
	const char *path;        /* of the folder, absolute */
	const char *const *files; /* names in it */
	size_t n_files;
};

/** sluis_written_path(out, name, ret, failure): absolute path of ${out}/${name}; ${out} exists. */
SLUIS_MUST_CHECK enum sluis_err sluis_written_path(const char *out, const char *name,
    char ret[static SLUIS_PATH_MAX], struct sluis_failure *failure);

/** sluis_written_add(profile, written, failure): keep it; a folder that is there already gets the new list of files. */
SLUIS_MUST_CHECK enum sluis_err sluis_written_add(struct sluis_profile *profile,
    const struct sluis_written *written, struct sluis_failure *failure);

/**
 * sluis_written_each(profile, id, each, context, failure):
 * Calls ${each} for every folder of ${id}: a message, or a case and all its messages. Its errors are handed on.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_written_each(struct sluis_profile *profile, const struct sluis_id *id,
    enum sluis_err (*each)(void *context, const struct sluis_written *written), void *context,
    struct sluis_failure *failure);

/**
 * sluis_written_id(profile, text, ret, failure):
 * The message or case in the register whose id begins with ${text}, at least 6 hex digits. Errors: SLUIS_EUSAGE (no id, or
 * several begin so), SLUIS_ENOTFOUND.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_written_id(struct sluis_profile *profile, const char *text,
    struct sluis_id *ret, struct sluis_failure *failure);

/** What a wipe did. */
struct sluis_wiped {
	json_t *gone; /* paths of files removed */
	json_t *left; /* paths that could not be removed */
	json_t *absent; /* folders that are not where they were written: somebody moved or removed them */
};

/**
 * sluis_written_wipe(profile, id, ret, failure):
 * Remove every file registered for ${id} (a message, or a case and all its messages), what a run that died left of them, the
 * folders that are then empty, and the entries of which nothing is left. What a person put beside them stays. The caller frees the
 * lists.
 * Errors: SLUIS_ENOTFOUND (nothing of it was ever written here), SLUIS_EIO (something is left), those of the profile.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_written_wipe(struct sluis_profile *profile, const struct sluis_id *id,
    struct sluis_wiped *ret, struct sluis_failure *failure);

#endif
