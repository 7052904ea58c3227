/* SPDX-License-Identifier: EUPL-1.2 */
#include "batch.h"

#include <assert.h>
#include <string.h>

#include "merkle.h"
#include "signed.h"

#define PUSH_LABEL "sluis/batch/v1"
#define INTENT_LABEL "sluis/intent/v1"

_Static_assert(SLUIS_BATCH_MAX == 1 << SLUIS_BATCH_PATH_MAX, "a path reaches the root of the largest batch");

/* The complete subtrees of a batch: level 0 the leaves, each level half as wide. */
struct tree {
	const struct sluis_hash *levels[SLUIS_BATCH_PATH_MAX + 1];
	size_t n;
};

static enum sluis_err
read_node(void *context, unsigned level, uint64_t index, struct sluis_hash *ret)
{
	const struct tree *tree = context;

	assert(level <= SLUIS_BATCH_PATH_MAX && index < tree->n >> level);
	*ret = tree->levels[level][index];
	return SLUIS_OK;
}

static enum sluis_err
build_tree(const struct sluis_batch_draft *draft, struct sluis_arena *arena, struct tree *ret)
{
	struct sluis_hash *below = NULL;

	ret->n = draft->n;
	for (unsigned level = 0; draft->n >> level > 0; level++) {
		const size_t width = draft->n >> level;
		struct sluis_hash *nodes = sluis_arena_alloc(arena, width * sizeof(*nodes));

		if (nodes == NULL)
			return SLUIS_ENOMEM;
		for (size_t i = 0; i < width; i++) {
			nodes[i] = level == 0 ? sluis_batch_leaf(draft->kind, &draft->manifests[i])
			                      : sluis_merkle_node(&below[2 * i], &below[2 * i + 1]);
		}
		ret->levels[level] = nodes;
		below = nodes;
	}
	return SLUIS_OK;
}

static enum sluis_err
build_paths(const struct sluis_merkle_reader *reader, struct sluis_batch *batch)
{
	for (size_t i = 0; i < batch->n; i++) {
		struct sluis_merkle_proof proof;

		SLUIS_TRY(sluis_merkle_inclusion(reader, i, batch->n, &proof));
		batch->paths[i].n = proof.n;
		memcpy(batch->paths[i].hashes, proof.hashes, proof.n * sizeof(proof.hashes[0]));
	}
	return SLUIS_OK;
}

static enum sluis_err
pack(const struct sluis_batch_draft *draft, const struct sluis_hash *root, struct sluis_arena *arena,
    struct sluis_bytes *ret)
{
	Sluis__Batch batch = SLUIS__BATCH__INIT;

	batch.format = SLUIS_FORMAT;
	batch.record_hash = sluis_pb_hash(&draft->record);
	batch.created_ms = (uint64_t)draft->created_ms;
	batch.manifest_count = (uint32_t)draft->n;
	batch.root_hash = sluis_pb_hash(root);
	return sluis_codec_pack(&batch.base, arena, ret);
}

struct sluis_hash
sluis_batch_leaf(enum sluis_batch_kind kind, const struct sluis_hash *manifest)
{
	const struct sluis_bytes label =
	    sluis_bytes_text(kind == SLUIS_BATCH_INTENT ? INTENT_LABEL : PUSH_LABEL);
	uint8_t entry[sizeof(INTENT_LABEL) - 1 + SLUIS_HASH_BYTES];

	memcpy(entry, label.data, label.len);
	memcpy(entry + label.len, manifest->bytes, SLUIS_HASH_BYTES);
	return sluis_merkle_leaf(sluis_bytes(entry, label.len + SLUIS_HASH_BYTES));
}

SLUIS_MUST_CHECK enum sluis_err
sluis_batch_build(const struct sluis_batch_draft *draft, struct sluis_arena *arena,
    struct sluis_batch *ret)
{
	struct sluis_batch batch = { .record = draft->record, .n = draft->n, .kind = draft->kind };
	struct tree tree;
	const struct sluis_merkle_reader reader = { .read = read_node, .context = &tree };
	struct sluis_hash root;

	if (draft->n < 1 || draft->n > SLUIS_BATCH_MAX)
		return SLUIS_EUSAGE;
	SLUIS_TRY(build_tree(draft, arena, &tree));
	batch.paths = sluis_arena_alloc(arena, draft->n * sizeof(*batch.paths));
	if (batch.paths == NULL)
		return SLUIS_ENOMEM;
	SLUIS_TRY(build_paths(&reader, &batch));
	SLUIS_TRY(sluis_merkle_root(&reader, draft->n, &root));
	SLUIS_TRY(pack(draft, &root, arena, &batch.payload));
	*ret = batch;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_batch_sign(const struct sluis_batch *batch, const struct sluis_signing_secret *secret,
    struct sluis_arena *arena, Sluis__Signed **ret)
{
	const struct sluis_signer signer = { .record_hash = batch->record, .secret = secret };

	return sluis_signed_make(&signer,
	    batch->kind == SLUIS_BATCH_INTENT ? SLUIS_SIGNED_INTENT : SLUIS_SIGNED_BATCH, batch->payload, arena,
	    ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_batch_open(struct sluis_bytes payload, struct sluis_arena *arena, Sluis__Batch **ret)
{
	Sluis__Batch *batch;

	SLUIS_TRY(SLUIS_UNPACK(batch, Batch, payload, SLUIS_MANIFEST_MAX_BYTES, arena, &batch));
	if (batch->manifest_count < 1 || batch->manifest_count > SLUIS_BATCH_MAX)
		return SLUIS_EFORMAT;
	*ret = batch;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_batch_verify(const Sluis__Batch *batch, const struct sluis_batch_place *place,
    const struct sluis_hash *manifest)
{
	const struct sluis_hash leaf = sluis_batch_leaf(place->kind, manifest);
	const struct sluis_merkle_head head = { .size = batch->manifest_count,
		.root = sluis_hash_of(batch->root_hash) };
	struct sluis_merkle_proof proof = { .n = place->n_path };

	if (place->n_path > SLUIS_BATCH_PATH_MAX)
		return SLUIS_EPROOF;
	for (size_t i = 0; i < place->n_path; i++)
		proof.hashes[i] = sluis_hash_of(place->path[i]);
	return sluis_merkle_inclusion_verify(&leaf, place->index, &head, &proof);
}
