/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * batch - one signature over up to 1024 manifests: tree, paths, and checks of both.
 *
 * Pure. Source: PROTOCOL 5.3; trees as in merkle.h.
 */
#ifndef SLUIS_BATCH_H
#define SLUIS_BATCH_H

#include "codec.h"
#include "dsse.h"
#include "limits.h"

/** What the manifests of a batch are for: their leaves, and the type that is signed, differ. */
enum sluis_batch_kind {
	SLUIS_BATCH_PUSH = 0,
	SLUIS_BATCH_INTENT = 1 /* PROTOCOL 5.7: always alone in its batch */
};

/** From leaf to root; with one manifest it is empty. */
struct sluis_batch_path {
	size_t n;
	struct sluis_hash hashes[SLUIS_BATCH_PATH_MAX];
};

/** What a sender signs at once; borrowed. */
struct sluis_batch_draft {
	struct sluis_hash record;           /* the sender's */
	int64_t created_ms;                 /* not before that of any manifest in it */
	const struct sluis_hash *manifests; /* H(manifest bytes), in order of index */
	size_t n;                           /* 1..SLUIS_BATCH_MAX */
	enum sluis_batch_kind kind;
};

/** A batch made: what is signed, and the path of each manifest. */
struct sluis_batch {
	struct sluis_hash record;
	struct sluis_bytes payload; /* packed Batch */
	struct sluis_batch_path *paths;
	size_t n;
	enum sluis_batch_kind kind;
};

/** sluis_batch_leaf(kind, manifest): leaf hash of the manifest with H(manifest) ${manifest}. */
struct sluis_hash sluis_batch_leaf(enum sluis_batch_kind kind, const struct sluis_hash *manifest);

/**
 * sluis_batch_build(draft, arena, ret):
 * Tree and paths over ${draft}; about 400 bytes of arena a manifest. ${ret} lives in ${arena}.
 * Errors: SLUIS_EUSAGE (none, or more than SLUIS_BATCH_MAX), SLUIS_EFORMAT (time out of range), SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_batch_build(const struct sluis_batch_draft *draft,
    struct sluis_arena *arena, struct sluis_batch *ret);

/**
 * sluis_batch_sign(batch, secret, arena, ret):
 * Sign the payload with the sender's Ed25519 key; ${ret} goes into every Push of the batch.
 * Errors: SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_batch_sign(const struct sluis_batch *batch,
    const struct sluis_signing_secret *secret, struct sluis_arena *arena, Sluis__Signed **ret);

/**
 * sluis_batch_open(payload, arena, ret):
 * Read a Batch strictly. ${ret} lives in ${arena}.
 * Errors: those of sluis_codec_unpack(); SLUIS_EFORMAT (count outside 1..SLUIS_BATCH_MAX); the signer's fault.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_batch_open(struct sluis_bytes payload, struct sluis_arena *arena,
    Sluis__Batch **ret);

/** A manifest's place in a batch, as it came. */
struct sluis_batch_place {
	uint32_t index;
	const ProtobufCBinaryData *path; /* path_hashes of the frame, checked by codec */
	size_t n_path;
	enum sluis_batch_kind kind;
};

/**
 * sluis_batch_verify(batch, place, manifest):
 * The manifest with H ${manifest} stands at ${place} in ${batch}, which sluis_batch_open() gave.
 * Errors: SLUIS_EPROOF (index, length of path or root; the sender's fault).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_batch_verify(const Sluis__Batch *batch,
    const struct sluis_batch_place *place, const struct sluis_hash *manifest);

#endif
