/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * checkpoint - the text of a log's signed head, read and written.
 *
 * Pure; parsed things are views into the caller's bytes. Also the decimal numbers of the tlog formats.
 * Source: c2sp.org/tlog-checkpoint v1.0.0; PROTOCOL 8.1.
 */
#ifndef SLUIS_CHECKPOINT_H
#define SLUIS_CHECKPOINT_H

#include "merkle.h"
#include "note.h"

/* Origin, size, root, blank line and our signature line; without extension lines. */
#define SLUIS_CHECKPOINT_NOTE_MAX_BYTES                                                    \
	(SLUIS_NOTE_NAME_MAX_BYTES + 1 + 21 + 45 + 1 + SLUIS_NOTE_LINE_MAX_BYTES)

/** What a log promises: a tree of ${head}.size leaves with that root. */
struct sluis_checkpoint {
	struct sluis_bytes origin;
	struct sluis_merkle_head head;
	struct sluis_bytes extension; /* zero or more lines, each ending in LF; we write none */
};

/**
 * sluis_checkpoint_parse(text, ret):
 * Read the text of a note (not the note). No signature is looked at.
 * Errors: SLUIS_EFORMAT (size with leading zeros, root not 32 bytes, an empty line), SLUIS_ETOOBIG (more leaves
 * than SLUIS_MERKLE_SIZE_MAX); the sender's fault.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_checkpoint_parse(struct sluis_bytes text, struct sluis_checkpoint *ret);

/**
 * sluis_checkpoint_encode(checkpoint, out):
 * Append the text. Errors: SLUIS_EFORMAT (origin or extension lines), SLUIS_ETOOBIG (size, or no room in ${out}).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_checkpoint_encode(const struct sluis_checkpoint *checkpoint,
    struct sluis_writer *out);

/**
 * sluis_checkpoint_sign(checkpoint, secret, out):
 * Append the whole note, signed under the origin as name (type 0x01); deterministic. ${out} needs
 * SLUIS_CHECKPOINT_NOTE_MAX_BYTES. Errors: as _encode; SLUIS_EFORMAT also for an origin that cannot be a name.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_checkpoint_sign(const struct sluis_checkpoint *checkpoint,
    const struct sluis_signing_secret *secret, struct sluis_writer *out);

/**
 * sluis_checkpoint_open(bytes, log, ret):
 * Read a whole note: ${log} (type 0x01) signed it and its origin is the name of ${log}. Views into ${bytes}.
 * Errors: those of sluis_note_parse(), sluis_note_verify() and _parse; SLUIS_ESIGNATURE for another origin;
 * SLUIS_EUSAGE (another type of key).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_checkpoint_open(struct sluis_bytes bytes,
    const struct sluis_note_key *log, struct sluis_checkpoint *ret);

/** sluis_checkpoint_number_parse(text, ret): ASCII decimal, no sign, no leading zeros. Errors: SLUIS_EFORMAT. */
SLUIS_MUST_CHECK enum sluis_err sluis_checkpoint_number_parse(struct sluis_bytes text, uint64_t *ret);
/** sluis_checkpoint_number_put(out, value): append it so. */
void sluis_checkpoint_number_put(struct sluis_writer *out, uint64_t value);
/** sluis_checkpoint_hash_parse(text, ret): padded base64 of 32 bytes. Errors: SLUIS_EFORMAT. */
SLUIS_MUST_CHECK enum sluis_err sluis_checkpoint_hash_parse(struct sluis_bytes text, struct sluis_hash *ret);
/** sluis_checkpoint_hash_put(out, hash): append it so, with LF. */
void sluis_checkpoint_hash_put(struct sluis_writer *out, const struct sluis_hash *hash);

#endif
