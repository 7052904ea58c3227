/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * witness - what a witness decides about a new checkpoint, and whether enough witnesses have cosigned one.
 *
 * Pure: deciding is apart from keeping. The caller must keep the new head durably, and in one step with the
 * decision, before the cosignature leaves; else an older request could roll it back.
 * Source: c2sp.org/tlog-witness v1.0.0 (statuses; 422 for another root at the same size, as its editors' copy).
 */
#ifndef SLUIS_WITNESS_H
#define SLUIS_WITNESS_H

#include "checkpoint.h"

/** The HTTP numbers of the source, also where the request travels otherwise. */
enum sluis_witness_status {
	SLUIS_WITNESS_COSIGN = 200, /* keep the head, then cosign the text */
	SLUIS_WITNESS_BAD_REQUEST = 400, /* malformed, or an old size above the new one */
	SLUIS_WITNESS_FORBIDDEN = 403, /* not signed by the log's key */
	SLUIS_WITNESS_UNKNOWN = 404, /* a log that this witness does not know */
	SLUIS_WITNESS_CONFLICT = 409, /* the old size is not the one kept: answer the size kept */
	SLUIS_WITNESS_UNPROCESSABLE = 422 /* not consistent with what is kept */
};

/** What a witness knows of one log. */
struct sluis_witness_log {
	struct sluis_note_key key; /* its name is the origin */
	struct sluis_merkle_head latest; /* cosigned last; size 0: nothing yet, the root is not looked at */
};

/** A request in parts; ${note} is a view. */
struct sluis_witness_request {
	uint64_t old_size;
	struct sluis_merkle_proof proof;
	struct sluis_bytes note;
};

/** A decision. */
struct sluis_witness_decision {
	enum sluis_witness_status status;
	size_t log; /* which log; 0 where the request does not tell */
	struct sluis_checkpoint checkpoint; /* a view into the note, once the log's signature holds; else empty */
	struct sluis_bytes text; /* to cosign; 200 only */
	bool is_fork; /* the log signed two roots for one size: keep both notes as evidence */
};

/**
 * sluis_witness_request_parse(bytes, ret):
 * Read "old N", hashes, blank line, note. Errors: SLUIS_EFORMAT, SLUIS_ETOOBIG (more than 63 hashes).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_witness_request_parse(struct sluis_bytes bytes,
    struct sluis_witness_request *ret);

/** sluis_witness_request_encode(request, out): append it. Errors: SLUIS_ETOOBIG (no room, too many hashes). */
SLUIS_MUST_CHECK enum sluis_err sluis_witness_request_encode(const struct sluis_witness_request *request,
    struct sluis_writer *out);

/** sluis_witness_decide(logs, n, request, ret): the status for ${request} by a witness of ${n} ${logs}. Total. */
void sluis_witness_decide(const struct sluis_witness_log *logs, size_t n,
    const struct sluis_witness_request *request, struct sluis_witness_decision *ret);

/**
 * sluis_witness_quorum(found, n, quorum, ret_time_s):
 * At least ${quorum} of the ${n} witnesses cosigned, by what sluis_note_find() says of them; then *${ret_time_s}
 * is the latest time by which that many had. Each place of ${found} must be another witness with another key.
 * A quorum of 0 is never reached: where no witness is named, freshness comes from elsewhere.
 */
bool sluis_witness_quorum(const struct sluis_note_found *found, size_t n, size_t quorum,
    uint64_t *ret_time_s);

#endif
