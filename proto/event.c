/* SPDX-License-Identifier: EUPL-1.2 */
#include "event.h"

#include <assert.h>
#include <string.h>

#include "hash.h"

#define LEAF_LABEL "sluis/leaf/v1"

/* PROTOCOL 8.3: a size keeps its 5 highest bits. */
enum { SIZE_KEPT_BITS = 5 };

static const struct {
	const char *code;
	enum sluis_event_action action;
} TYPES[] = {
#define X(name, code, action) { code, SLUIS_EVENT_##action },
	SLUIS_EVENT_TYPE_LIST(X)
#undef X
};

const char *
sluis_event_type_text(enum sluis_event_type type)
{
	assert((size_t)type < SLUIS_ARRAY_LEN(TYPES));
	return TYPES[type].code;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_event_type_parse(struct sluis_bytes code, enum sluis_event_type *ret)
{
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(TYPES); i++) {
		if (sluis_bytes_is_text(code, TYPES[i].code)) {
			*ret = (enum sluis_event_type)i;
			return SLUIS_OK;
		}
	}
	return SLUIS_EFORMAT;
}

enum sluis_event_action
sluis_event_type_action(enum sluis_event_type type)
{
	assert((size_t)type < SLUIS_ARRAY_LEN(TYPES));
	return TYPES[type].action;
}

struct sluis_hash
sluis_event_entry(const uint8_t blind[static SLUIS_HASH_BYTES], const struct sluis_hash *event)
{
	const struct sluis_bytes parts[] = { sluis_bytes(LEAF_LABEL, sizeof(LEAF_LABEL)), /* with its 0x00 */
		sluis_bytes(blind, SLUIS_HASH_BYTES), sluis_hash_bytes(event) };

	return sluis_hash_parts(parts, SLUIS_ARRAY_LEN(parts));
}

struct sluis_hash
sluis_event_leaf(const struct sluis_hash *entry)
{
	return sluis_merkle_leaf(sluis_hash_bytes(entry));
}

uint64_t
sluis_event_rounded_size(uint64_t size)
{
	unsigned bits;
	uint64_t step;

	if (size == 0)
		return 0;
	if (size > (UINT64_C(1) << 62))
		return INT64_MAX;
	bits = 64u - (unsigned)__builtin_clzll(size);
	step = bits > SIZE_KEPT_BITS ? UINT64_C(1) << (bits - SIZE_KEPT_BITS) : 1;
	return (size + step - 1) / step * step;
}

static bool
outcome_is_known(struct sluis_bytes code)
{
	return sluis_bytes_is_text(code, "permit") || sluis_bytes_is_text(code, "refuse")
	    || sluis_bytes_is_text(code, "note");
}

SLUIS_MUST_CHECK enum sluis_err
sluis_event_open(struct sluis_bytes bytes, struct sluis_arena *arena, Sluis__Event **ret)
{
	Sluis__Event *event;
	enum sluis_event_type type;

	SLUIS_TRY(SLUIS_UNPACK(event, Event, bytes, SLUIS_EVENT_MAX_BYTES, arena, &event));
	SLUIS_TRY(sluis_event_type_parse(sluis_of(event->type_code), &type));
	if (event->action_number != (uint32_t)TYPES[type].action
	    || !outcome_is_known(sluis_of(event->outcome_code)))
		return SLUIS_EFORMAT;
	*ret = event;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_event_evidence_open(const Sluis__Evidence *evidence, struct sluis_arena *arena,
    struct sluis_event_evidence *ret)
{
	struct sluis_event_evidence opened = { .index = evidence->leaf_index };
	struct sluis_hash event_hash;

	if (evidence->blind.len != SLUIS_HASH_BYTES)
		return SLUIS_EFORMAT;
	SLUIS_TRY(sluis_event_open(sluis_of(evidence->event_bytes), arena, &opened.event));
	SLUIS_TRY(sluis_event_type_parse(sluis_of(opened.event->type_code), &opened.type));
	SLUIS_TRY(sluis_arena_copy(arena, sluis_of(evidence->event_bytes), &opened.bytes));
	event_hash = sluis_hash(opened.bytes);
	opened.entry = sluis_event_entry(evidence->blind.data, &event_hash);
	opened.leaf = sluis_event_leaf(&opened.entry);
	*ret = opened;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_event_evidence_verify(const Sluis__Evidence *evidence, const struct sluis_merkle_head *head,
    struct sluis_arena *arena, struct sluis_event_evidence *ret)
{
	struct sluis_event_evidence opened;
	struct sluis_merkle_proof proof = { .n = evidence->n_path_hashes };

	if (proof.n > SLUIS_PROOF_MAX)
		return SLUIS_EPROOF;
	for (size_t i = 0; i < proof.n; i++)
		proof.hashes[i] = sluis_hash_of(evidence->path_hashes[i]);
	SLUIS_TRY(sluis_event_evidence_open(evidence, arena, &opened));
	SLUIS_TRY(sluis_merkle_inclusion_verify(&opened.leaf, opened.index, head, &proof));
	*ret = opened;
	return SLUIS_OK;
}

bool
sluis_event_permits(const Sluis__Event *event, const char *type, const struct sluis_hash *act_hash)
{
	return sluis_bytes_is_text(sluis_of(event->type_code), type) &&
	    sluis_bytes_is_text(sluis_of(event->outcome_code), "permit") &&
	    (act_hash == NULL || sluis_bytes_equal(sluis_of(event->act_hash), sluis_hash_bytes(act_hash)));
}
