/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pull_manifest - manifest.json: what a person, or a program, should know of a message beside its files.
 *
 * {"message", "case", "from", "organisation", "role", "purpose", "ground", "grant": {"grant", "until"} | null, "created",
 * "created_ms", "accepted", "index", "expires", "replaces": MESSAGE | null, "answers": REQUEST | null, "step", "manifest",
 * "files": [{"file", "category", "about" | absent, "criminal", "size", "outcome": "ok" | "mismatch"}]}: ids lower-case hex, times RFC 3339 UTC. All of it
 * was verified. Only this member's own sections: nothing of others.
 */
#ifndef SLUIS_CLIENT_PULL_MANIFEST_H
#define SLUIS_CLIENT_PULL_MANIFEST_H

#include <jansson.h>

#include "parcel.h"
#include "pull.h"

/** A file written and the section that it came from. */
struct sluis_pull_file {
	const char *name;
	size_t section;
	const char *outcome; /* as the receipt says; static */
};

/** sluis_pull_manifest(parcel, files, n, arena): a new object; NULL without memory. */
json_t *sluis_pull_manifest(const struct sluis_parcel *parcel, const struct sluis_pull_file *files, size_t n,
    struct sluis_arena *arena);

#endif
