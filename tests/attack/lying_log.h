/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * lying_log - a keys log of our own making, signed with the log's own key: its root and its proofs are right; for tests only.
 */
#ifndef LYING_LOG_H
#define LYING_LOG_H

#include "codec.h"
#include "directory.h"
#include "checkpoint.h"

enum { LYING_LOG_MAX = 256 };

struct lying_log {
	struct sluis_arena *arena;
	struct sluis_bytes entries[LYING_LOG_MAX];
	size_t n;
	struct sluis_signing_secret secret;
	struct sluis_bytes origin;
	uint8_t note[SLUIS_CHECKPOINT_NOTE_MAX_BYTES];
	size_t note_len;
};

/** lying_log_copy(log, directory, seed, arena): the entries of ${directory}; ${seed} is that of the log's key. False: no room. */
bool lying_log_copy(struct lying_log *log, const struct sluis_directory *directory,
    const struct sluis_secret32 *seed, struct sluis_arena *arena);
/** lying_log_add(log, entry): one more at the end; the bytes stay the caller's. */
void lying_log_add(struct lying_log *log, struct sluis_bytes entry);
/** lying_log_sign(log): the checkpoint over what is in it now. False: it cannot be. */
bool lying_log_sign(struct lying_log *log);
/** lying_log_tell(log, from, ret): the entries from ${from} on take the place of those in ${ret}. */
bool lying_log_tell(const struct lying_log *log, uint64_t from, Sluis__TellKeys *ret, struct sluis_arena *arena);
/** lying_log_state(log, seen, ret, arena): its checkpoint and the proof from ${seen} entries take the place of those in ${ret}. */
bool lying_log_state(struct lying_log *log, uint64_t seen, Sluis__LogState *ret, struct sluis_arena *arena);

#endif
