/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sample - one message in memory for tests: drafted, sealed, signed in a batch, and changed at will.
 *
 * Real keys; randomness is counted, so that every run gives the same bytes. A failure in here aborts: it is a
 * mistake in the test.
 */
#ifndef SAMPLE_H
#define SAMPLE_H

#include "age.h"
#include "arena.h"
#include "batch.h"
#include "codec.h"
#include "draft.h"
#include "manifest.h"

#define SAMPLE_NOW_MS INT64_C(1893456000000) /* 2030-01-01 */
#define SAMPLE_DAY_MS (24 * 3600 * INT64_C(1000))

enum { SAMPLE_BATCH = 3, SAMPLE_PLACE = 1 }; /* the message is the second of three */

struct sample {
	struct sluis_arena *arena;
	uint64_t counter; /* of sample_random() */
	struct sluis_signing_secret sign_secret;
	struct sluis_public sign_key;
	struct sluis_secret32 age_secrets[SLUIS_RECIPIENTS_MAX];
	struct sluis_draft_recipient recipients[SLUIS_RECIPIENTS_MAX];
	struct sluis_draft_section sections[SLUIS_SECTIONS_MAX];
	uint32_t indexes[SLUIS_SECTIONS_MAX][SLUIS_RECIPIENTS_MAX];
	struct sluis_draft_fact facts[2];
	struct sluis_draft_grant grant;
	struct sluis_draft draft; /* points into the above; change it before sample_seal() */
	uint8_t *storage;
	struct sluis_draft_sealed sealed; /* change sealed.manifest's messages before sample_repack() */
	struct sluis_batch batch;
	Sluis__Signed *signed_batch;
	Sluis__Push *push;
};

/** sample_random(context, buf, len): SHA-256 of a counter, *(uint64_t *)context. */
void sample_random(void *context, void *buf, size_t len);

/**
 * sample_draft(s, n_sections, n_recipients, seed):
 * A draft whose section i goes to recipient 0 and to every recipient r with bit r % 8 of i + 1; ids and keys follow from ${seed}.
 */
void sample_draft(struct sample *s, size_t n_sections, size_t n_recipients, uint64_t seed);

/** sample_seal(s): seal the draft and sign it. */
void sample_seal(struct sample *s);

/** sample_sign(s): batch of SAMPLE_BATCH with this message at SAMPLE_PLACE, signed by the sender; the Push. */
void sample_sign(struct sample *s);

/** sample_repack(s): encode the messages in sealed.manifest again, with the same salts, and sign that. */
void sample_repack(struct sample *s);

/** sample_replace(s, index, file): ${file} (kept by the caller) takes the place of section ${index}; repacked. */
void sample_replace(struct sample *s, size_t index, struct sluis_bytes file);

/** sample_fetch(s, recipient, ret_body): what recipient entry ${recipient} gets; events are not sound. */
Sluis__TellFetch *sample_fetch(struct sample *s, size_t recipient, struct sluis_bytes *ret_body);

void sample_free(struct sample *s);

#endif
