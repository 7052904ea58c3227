/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * logproof - one leaf's place in a log as a text file that needs nobody's word: ".tlog-proof".
 *
 * Pure; the note is a view, extra data lives in the caller's arena. Source: c2sp.org/tlog-proof (v1).
 */
#ifndef SLUIS_LOGPROOF_H
#define SLUIS_LOGPROOF_H

#include "arena.h"
#include "checkpoint.h"

#define SLUIS_LOGPROOF_EXTRA_MAX_BYTES (24u * 1024) /* an event with its opening fits */
#define SLUIS_LOGPROOF_MAX_BYTES                                                           \
	(SLUIS_NOTE_MAX_BYTES + SLUIS_LOGPROOF_EXTRA_MAX_BYTES / 3 * 4 + SLUIS_PROOF_MAX * 45u + 128u)

struct sluis_logproof {
	struct sluis_bytes extra; /* empty: none. Nobody signed it: believe only what hashes to the leaf */
	uint64_t index;
	struct sluis_merkle_proof proof;
	struct sluis_bytes note; /* checkpoint with its cosignatures */
};

/** Whom a reader trusts. */
struct sluis_logproof_trust {
	struct sluis_note_key log;
	const struct sluis_note_key *witnesses; /* each another one; NULL when ${n} is 0 */
	size_t n; /* at most SLUIS_NOTE_SIGNATURES_MAX */
	size_t quorum; /* 0: the log's own word is enough */
};

/**
 * sluis_logproof_parse(bytes, arena, ret):
 * Read a proof; nothing is verified. ${ret} views ${bytes}, extra data lives in ${arena}.
 * Errors: SLUIS_EFORMAT, SLUIS_ETOOBIG (file, extra data, number of hashes), SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_logproof_parse(struct sluis_bytes bytes, struct sluis_arena *arena,
    struct sluis_logproof *ret);

/**
 * sluis_logproof_encode(logproof, arena, out):
 * Append it; ${arena} is scratch for the extra data. Errors: SLUIS_ETOOBIG, SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_logproof_encode(const struct sluis_logproof *logproof,
    struct sluis_arena *arena, struct sluis_writer *out);

/**
 * sluis_logproof_verify(logproof, leaf, trust, ret):
 * Leaf hash ${leaf} is in the log of ${trust}, by a checkpoint that log and quorum signed; ${ret} (may be NULL)
 * gets that checkpoint, a view.
 * Errors: those of sluis_checkpoint_open(); SLUIS_ESIGNATURE (too few witnesses), SLUIS_EPROOF, SLUIS_EUSAGE (trust).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_logproof_verify(const struct sluis_logproof *logproof,
    const struct sluis_hash *leaf, const struct sluis_logproof_trust *trust, struct sluis_checkpoint *ret);

#endif
