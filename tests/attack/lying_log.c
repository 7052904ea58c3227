/* SPDX-License-Identifier: EUPL-1.2 */
#include "lying_log.h"

#include <string.h>

#include "merkle.h"

enum { PAGE_BYTES = 40 * 1024 };

bool
lying_log_copy(struct lying_log *log, const struct sluis_directory *directory,
    const struct sluis_secret32 *seed, struct sluis_arena *arena)
{
	struct sluis_public key;

	memset(log, 0, sizeof(*log));
	log->arena = arena;
	log->origin = sluis_directory_genesis(directory)->keys_log.origin;
	sluis_signing_secret_expand(seed, &log->secret, &key);
	if (sluis_directory_size(directory) > LYING_LOG_MAX - 4)
		return false;
	for (uint64_t i = 0; i < sluis_directory_size(directory); i++) {
		if (sluis_arena_copy(arena, sluis_directory_entry(directory, i), &log->entries[log->n++]) != SLUIS_OK)
			return false;
	}
	return true;
}

void
lying_log_add(struct lying_log *log, struct sluis_bytes entry)
{
	log->entries[log->n++] = entry;
}

static void
hash_all(const struct lying_log *log, struct sluis_hash hashes[static LYING_LOG_MAX])
{
	for (size_t i = 0; i < log->n; i++)
		hashes[i] = sluis_merkle_leaf(log->entries[i]);
}

bool
lying_log_sign(struct lying_log *log)
{
	struct sluis_hash hashes[LYING_LOG_MAX];
	struct sluis_merkle_leaves leaves = { .hashes = hashes, .n = log->n };
	const struct sluis_merkle_reader reader = sluis_merkle_leaves_reader(&leaves);
	struct sluis_checkpoint checkpoint = { .origin = log->origin, .head = { .size = log->n } };
	struct sluis_writer w;

	hash_all(log, hashes);
	sluis_writer_init(&w, log->note, sizeof(log->note));
	if (sluis_merkle_root(&reader, log->n, &checkpoint.head.root) != SLUIS_OK ||
	    sluis_checkpoint_sign(&checkpoint, &log->secret, &w) != SLUIS_OK)
		return false;
	log->note_len = w.len;
	return true;
}

bool
lying_log_tell(const struct lying_log *log, uint64_t from, Sluis__TellKeys *ret, struct sluis_arena *arena)
{
	size_t total = 0;

	ret->n_entry_bytes = 0;
	ret->entry_bytes = sluis_arena_alloc(arena, LYING_LOG_MAX * sizeof(*ret->entry_bytes));
	if (ret->entry_bytes == NULL)
		return false;
	for (size_t i = (size_t)from; i < log->n && total < PAGE_BYTES; i++) {
		total += log->entries[i].len;
		ret->entry_bytes[ret->n_entry_bytes++] = sluis_pb(log->entries[i]);
	}
	return true;
}

bool
lying_log_state(struct lying_log *log, uint64_t seen, Sluis__LogState *ret, struct sluis_arena *arena)
{
	struct sluis_hash hashes[LYING_LOG_MAX];
	struct sluis_merkle_leaves leaves = { .hashes = hashes, .n = log->n };
	const struct sluis_merkle_reader reader = sluis_merkle_leaves_reader(&leaves);
	struct sluis_merkle_proof *proof = sluis_arena_alloc(arena, sizeof(*proof));

	hash_all(log, hashes);
	if (proof == NULL || sluis_merkle_consistency(&reader, seen, log->n, proof) != SLUIS_OK)
		return false;
	ret->keys_note_bytes = sluis_pb(sluis_bytes(log->note, log->note_len));
	ret->n_keys_consistency_hashes = proof->n;
	ret->keys_consistency_hashes =
	    sluis_arena_alloc(arena, (proof->n + 1) * sizeof(*ret->keys_consistency_hashes));
	if (ret->keys_consistency_hashes == NULL)
		return false;
	for (size_t i = 0; i < proof->n; i++)
		ret->keys_consistency_hashes[i] = sluis_pb_hash(&proof->hashes[i]);
	return true;
}
