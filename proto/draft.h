/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * draft - make a message: seal its sections, write descriptors, openings and manifest, put it into a Push.
 *
 * Usual course: sluis_draft_seal() for each message, sluis_batch_build() and _sign() over their hashes,
 * sluis_draft_push() for each. Pure; randomness is a parameter. Source: PROTOCOL 4, 5.
 */
#ifndef SLUIS_DRAFT_H
#define SLUIS_DRAFT_H

#include "batch.h"
#include "codec.h"
#include "manifest.h"
#include "merkle.h"
#include "random.h"

struct sluis_draft_recipient {
	struct sluis_hash record; /* of the member, or of the organisation for its recovery key */
	uint32_t epoch;
	enum sluis_manifest_recipient_kind kind;
	uint64_t pair_sequence;      /* from 1 */
	struct sluis_public age_key; /* X25519, of that epoch */
};

struct sluis_draft_section {
	struct sluis_id id;
	struct sluis_bytes category;
	struct sluis_bytes about; /* a category; empty: none */
	uint32_t media_number;    /* PROTOCOL 5.4 */
	bool is_criminal;
	bool has_not_bsn; /* numbers in it were released as no BSN (PROTOCOL 5.2) */
	struct sluis_bytes plain;   /* 1..SLUIS_SECTION_INLINE_MAX_BYTES */
	const uint32_t *recipients; /* indexes in the draft's recipients, ascending */
	size_t n_recipients;        /* 1 or more */
};

struct sluis_draft_fact {
	struct sluis_bytes code;
	struct sluis_bytes value; /* text */
};

struct sluis_draft_grant {
	struct sluis_id id;
	struct sluis_hash hash; /* H(payload of the grant) */
};

/** All that a sender decides on; borrowed. */
struct sluis_draft {
	struct sluis_hash federation;
	struct sluis_id message_id;
	struct sluis_id case_id;
	struct sluis_bytes purpose;
	struct sluis_bytes ground;
	const struct sluis_draft_grant *grant; /* NULL: none */
	const struct sluis_draft_fact *facts;
	size_t n_facts;
	struct sluis_hash sender; /* record */
	int64_t created_ms;
	int64_t not_before_ms;
	int64_t expires_ms;
	struct sluis_merkle_head keys; /* keys-log checkpoint used */
	struct sluis_hash policy;
	struct sluis_hash case_head;
	struct sluis_bytes retention;
	enum sluis_manifest_kind kind;
	const struct sluis_id *target; /* NULL exactly for SLUIS_MANIFEST_NEW */
	const struct sluis_draft_recipient *recipients;
	size_t n_recipients;
	const struct sluis_draft_section *sections;
	size_t n_sections;
};

/** A message sealed; not signed yet. Lives in the arena, but for the body. */
struct sluis_draft_sealed {
	struct sluis_manifest manifest; /* all opened; its hash goes into the batch */
	struct sluis_manifest_parts parts; /* manifest bytes and openings */
	struct sluis_bytes body; /* view into the writer's storage: files back to back */
};

/** Where random bytes come from. */
struct sluis_draft_random {
	sluis_random fill;
	void *context;
};

/** sluis_draft_body_size(draft): bytes of all files together: what the body needs. */
uint64_t sluis_draft_body_size(const struct sluis_draft *draft);

/**
 * sluis_draft_seal(draft, random, arena, body, ret):
 * Seal every section and append the files to ${body} (room for sluis_draft_body_size() bytes); make descriptors,
 * openings and manifest. Takes from ${random}: the recipients' salts, then for each section what sluis_age_seal()
 * takes, then its salt.
 * What comes out is read back with sluis_manifest_open(), so that nothing is signed that a broker would call malformed.
 * Errors: those of sluis_manifest_open() and sluis_age_seal(): the draft's fault; SLUIS_EUSAGE (recipient index out
 * of range, no room in ${body}), SLUIS_ETOOBIG (PROTOCOL 4.4 and 12), SLUIS_ENOMEM. ${body} then holds what it held.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_draft_seal(const struct sluis_draft *draft,
    const struct sluis_draft_random *random, struct sluis_arena *arena, struct sluis_writer *body,
    struct sluis_draft_sealed *ret);

/**
 * sluis_draft_intent(draft, random, arena, secret, ret):
 * The Intent of ${draft}: what would be sent, nothing sealed; of each section only the length of .plain counts. Signed
 * with the sender's Ed25519 key, as made at draft->created_ms. ${ret} lives in ${arena}, besides what ${draft} points to.
 * Takes from ${random} the salts of recipients, then of sections. Errors: as sluis_draft_seal().
 */
SLUIS_MUST_CHECK enum sluis_err sluis_draft_intent(const struct sluis_draft *draft,
    const struct sluis_draft_random *random, struct sluis_arena *arena,
    const struct sluis_signing_secret *secret, Sluis__Intent **ret);

/**
 * sluis_draft_push(sealed, batch, index, signed_batch, arena, ret):
 * The Push of ${sealed}, which is manifest ${index} of ${batch}; goes into Ask.push, with sealed->body as body.
 * ${ret} refers to ${sealed}, ${batch} and ${signed_batch}. Errors: SLUIS_EUSAGE (index), SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_draft_push(const struct sluis_draft_sealed *sealed,
    const struct sluis_batch *batch, size_t index, Sluis__Signed *signed_batch, struct sluis_arena *arena,
    Sluis__Push **ret);

#endif
