/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * logstate - what a client checks in every answer: both logs only ever grow from what it saw before.
 *
 * Pure: the caller keeps the views on disk, and keeps the answer as evidence when this fails.
 * Source: PROTOCOL 8.1, 9.4; design 6 (clients check for themselves).
 */
#ifndef SLUIS_LOGSTATE_H
#define SLUIS_LOGSTATE_H

#include "codec.h"
#include "merkle.h"

/** What a client knows of one log. */
struct sluis_log_view {
	struct sluis_bytes origin;     /* from the genesis, or from its continuation; borrowed */
	struct sluis_public key;       /* Ed25519 key of the log */
	struct sluis_merkle_head head; /* verified so far; size 0: nothing, root then is not looked at */
};

/**
 * sluis_logstate_note(view, note, ret, why):
 * Read a checkpoint note of the log of ${view}, without comparing it with what was seen before.
 * Errors: SLUIS_ESIGNATURE (not signed by the key of ${view} under its origin), SLUIS_EFORMAT (no checkpoint),
 * SLUIS_ETOOBIG; the broker's fault. ${why} may be NULL, and is filled on errors only.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_logstate_note(const struct sluis_log_view *view, struct sluis_bytes note,
    struct sluis_merkle_head *ret, struct sluis_why *why);

/**
 * sluis_logstate_advance(view, note, hashes, n_hashes, why):
 * ${note} is a checkpoint of the log of ${view} and its tree begins with the one seen: then view->head becomes
 * it. ${hashes} is the consistency proof as it came. On any error ${view} is untouched.
 * Errors: those of _note; SLUIS_EROLLBACK (a smaller size; the same size with another root), SLUIS_EPROOF
 * (the proof fails): evidence against the broker, keep ${note}.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_logstate_advance(struct sluis_log_view *view, struct sluis_bytes note,
    const ProtobufCBinaryData *hashes, size_t n_hashes, struct sluis_why *why);

/**
 * sluis_logstate_check(log, keys, exchange, why):
 * _advance both logs by ${log}, the state that came with an answer: both, or neither.
 * Errors: as _advance; ${why} names the log.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_logstate_check(const Sluis__LogState *log, struct sluis_log_view *keys,
    struct sluis_log_view *exchange, struct sluis_why *why);

#endif
