/* SPDX-License-Identifier: EUPL-1.2 */
#include "kit_tlog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "hash.h"
#include "merkle.h"
#include "tiles.h"

enum { LEAVES_MAX = 4096, ENTRY_MAX_BYTES = 4096 };

/* Hashes of another length than 32 bytes cannot be had in our types: such a vector counts as refused. */
static bool
read_proof(json_t *array, struct sluis_merkle_proof *ret)
{
	ret->n = json_array_size(array);
	if (ret->n > SLUIS_PROOF_MAX)
		return false;
	for (size_t i = 0; i < ret->n; i++) {
		if (!kit_json_hash(json_array_get(array, i), &ret->hashes[i]))
			return false;
	}
	return true;
}

static int
compare(struct tlog_run *run, const char *path, json_t *object, bool is_accepted)
{
	const json_t *want_err = json_object_get(object, "wantErr");

	if (!json_is_boolean(want_err))
		return kit_trouble(path, "wantErr is missing");
	kit_check(run->count, is_accepted != json_is_true(want_err), path,
	    is_accepted ? "accepted, but it is false" : "refused, but it is right");
	return 0;
}

int
kit_tlog_inclusion(struct tlog_run *run, const char *path, json_t *object)
{
	struct sluis_merkle_proof proof;
	struct sluis_merkle_head head;
	struct sluis_hash leaf;
	uint64_t index;
	bool is_accepted;

	if (!kit_json_u64(object, "leafIdx", &index) || !kit_json_u64(object, "treeSize", &head.size))
		return kit_trouble(path, "leafIdx or treeSize is missing");
	is_accepted = kit_json_hash(json_object_get(object, "root"), &head.root) &&
	              kit_json_hash(json_object_get(object, "leafHash"), &leaf) &&
	              read_proof(json_object_get(object, "proof"), &proof) &&
	              sluis_merkle_inclusion_verify(&leaf, index, &head, &proof) == SLUIS_OK;
	return compare(run, path, object, is_accepted);
}

/* A root of another length (one vector says "don't care") is stood in for by its hash: only equality counts. */
static bool
read_root(json_t *base64, struct sluis_hash *ret)
{
	const char *text = json_string_value(base64);
	uint8_t bytes[SLUIS_HASH_BYTES];
	size_t len;

	if (kit_json_hash(base64, ret))
		return true;
	if (text == NULL || sluis_base64_decode(SLUIS_BASE64_PADDED, sluis_bytes_text(text), bytes, sizeof(bytes),
	                        &len) != SLUIS_OK)
		return false;
	*ret = sluis_hash(sluis_bytes(bytes, len));
	return true;
}

/* To the letter of RFC 9162, which proves nothing of a tree of size 0; so these vectors want it. */
int
kit_tlog_consistency(struct tlog_run *run, const char *path, json_t *object)
{
	struct sluis_merkle_proof proof;
	struct sluis_merkle_head old, new;
	bool is_accepted;

	if (!kit_json_u64(object, "size1", &old.size) || !kit_json_u64(object, "size2", &new.size))
		return kit_trouble(path, "size1 or size2 is missing");
	is_accepted = read_root(json_object_get(object, "root1"), &old.root) &&
	              read_root(json_object_get(object, "root2"), &new.root) &&
	              read_proof(json_object_get(object, "proof"), &proof) &&
	              sluis_merkle_consistency_verify_nonempty(&old, &new, &proof) == SLUIS_OK;
	return compare(run, path, object, is_accepted);
}

static bool
leaf_of_hex(json_t *hex, struct sluis_hash *ret)
{
	const char *text = json_string_value(hex);
	uint8_t entry[ENTRY_MAX_BYTES];

	if (text == NULL || strlen(text) > 2 * sizeof(entry) ||
	    sluis_unhex(text, entry, strlen(text) / 2) != SLUIS_OK)
		return false;
	*ret = sluis_merkle_leaf(sluis_bytes(entry, strlen(text) / 2));
	return true;
}

/* Root of the first ${size} leaves, grown and looked up: both ways of ours must say ${expected}. */
static bool
is_root(struct sluis_merkle_leaves *leaves, size_t size, const struct sluis_hash *expected)
{
	const struct sluis_merkle_reader reader = sluis_merkle_leaves_reader(leaves);
	struct sluis_merkle_frontier frontier;
	struct sluis_hash grown, looked_up;

	sluis_merkle_frontier_init(&frontier);
	for (size_t i = 0; i < size; i++)
		sluis_merkle_frontier_append(&frontier, &leaves->hashes[i], NULL);
	grown = sluis_merkle_frontier_root(&frontier);
	return sluis_hash_equal(&grown, expected) &&
	       sluis_merkle_root(&reader, size, &looked_up) == SLUIS_OK &&
	       sluis_hash_equal(&looked_up, expected);
}

int
kit_tlog_roots(struct tlog_run *run, const char *path, json_t *object)
{
	json_t *inputs = json_object_get(object, "leaf_inputs_hex");
	json_t *roots = json_object_get(object, "root_by_size_hex");
	json_t *hashes = json_object_get(object, "leaf_hash_hex");
	static struct sluis_hash leaf_hashes[LEAVES_MAX];
	struct sluis_merkle_leaves leaves = { .hashes = leaf_hashes, .n = json_array_size(inputs) };
	struct sluis_hash expected;

	if (leaves.n > LEAVES_MAX || json_array_size(roots) > leaves.n + 1)
		return kit_trouble(path, "more roots than leaves, or too many leaves");
	for (size_t i = 0; i < leaves.n; i++) {
		if (!leaf_of_hex(json_array_get(inputs, i), &leaf_hashes[i]))
			return kit_trouble(path, "leaf %zu is not hex", i);
		if (i < json_array_size(hashes))
			kit_check(run->count, kit_json_hash_hex(json_array_get(hashes, i), &expected) &&
			                          sluis_hash_equal(&expected, &leaf_hashes[i]),
			    path, "another leaf hash");
	}
	for (size_t size = 0; size < json_array_size(roots); size++)
		kit_check(run->count, kit_json_hash_hex(json_array_get(roots, size), &expected) &&
		                          is_root(&leaves, size, &expected),
		    path, "another root");
	return 0;
}

/* ${text} (NULL: there is none) is the path of ${tile}, both ways. */
static bool
is_path(const char *text, const struct sluis_tile *tile, bool is_there)
{
	char path[SLUIS_TILES_PATH_MAX_CHARS + 1];
	struct sluis_tile again;

	if (!is_there || text == NULL)
		return !is_there && text == NULL;
	sluis_tiles_path(tile, path);
	return strcmp(path, text) == 0 &&
	       sluis_tiles_path_parse(sluis_bytes_text(text), &again) == SLUIS_OK &&
	       again.level == tile->level && again.index == tile->index && again.width == tile->width;
}

static bool
is_level(uint64_t size, json_t *object)
{
	uint64_t level, full, width;
	const unsigned partial_width =
	    kit_json_u64(object, "level", &level) ? sluis_tiles_partial(size, (unsigned)level) : 0;
	struct sluis_tile last_full, partial;

	if (!kit_json_u64(object, "level", &level) || !kit_json_u64(object, "full", &full) ||
	    !kit_json_u64(object, "partial_width", &width))
		return false;
	last_full = (struct sluis_tile){ .level = (unsigned)level, .index = full - 1, .width = SLUIS_TILES_WIDTH };
	partial = (struct sluis_tile){ .level = (unsigned)level, .index = full, .width = partial_width };
	return sluis_tiles_full(size, (unsigned)level) == full && partial_width == width &&
	       is_path(kit_json_text(object, "last_full"), &last_full, full > 0) &&
	       is_path(kit_json_text(object, "partial"), &partial, width > 0);
}

int
kit_tlog_layout(struct tlog_run *run, const char *path, json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach (json_object_get(object, "paths"), key, value) {
		const struct sluis_tile tile = { .index = strtoull(key, NULL, 10), .width = SLUIS_TILES_WIDTH };
		char expected[SLUIS_TILES_PATH_MAX_CHARS + 16];

		snprintf(expected, sizeof(expected), "tile/0/%s", json_is_string(value) ? json_string_value(value) : "");
		kit_check(run->count, is_path(expected, &tile, true), path, "another path");
	}
	json_object_foreach (json_object_get(object, "sizes"), key, value) {
		const uint64_t size = strtoull(key, NULL, 10);
		const unsigned above = (unsigned)json_array_size(value);
		bool ok = sluis_tiles_full(size, above) == 0 && sluis_tiles_partial(size, above) == 0;

		for (size_t i = 0; ok && i < json_array_size(value); i++)
			ok = is_level(size, json_array_get(value, i));
		kit_check(run->count, ok, path, "another layout");
	}
	return 0;
}
