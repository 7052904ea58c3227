/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Proofs of hash trees: whatever comes is refused or right; what we make at any size is taken, and nothing near it.
 */
#include <string.h>

#include "fuzz.h"
#include "hash.h"
#include "merkle.h"

/* All leaves equal: a node depends on its level only, so that trees of any size can be had. */
static enum sluis_err
read_uniform(void *context, unsigned level, uint64_t index, struct sluis_hash *ret)
{
	const struct sluis_hash *nodes = context;

	FUZZ_MUST(level < SLUIS_MERKLE_LEVELS && index < SLUIS_MERKLE_SIZE_MAX >> level);
	*ret = nodes[level];
	return SLUIS_OK;
}

static void
take_anything(struct sluis_reader *r, uint64_t a, uint64_t b)
{
	struct sluis_merkle_head old = { .size = a }, new = { .size = b };
	struct sluis_merkle_proof proof = { .n = 0 };
	struct sluis_hash leaf, root;

	sluis_reader_copy(r, leaf.bytes, sizeof(leaf.bytes));
	sluis_reader_copy(r, old.root.bytes, sizeof(old.root.bytes));
	sluis_reader_copy(r, new.root.bytes, sizeof(new.root.bytes));
	while (r->rest.len >= SLUIS_HASH_BYTES && proof.n < SLUIS_PROOF_MAX)
		sluis_reader_copy(r, proof.hashes[proof.n++].bytes, SLUIS_HASH_BYTES);
	if (r->rest.len > SLUIS_HASH_BYTES)
		proof.n = r->rest.len;
	if (sluis_merkle_inclusion_root(&leaf, a, b, &proof, &root) == SLUIS_OK) {
		new.root = root;
		FUZZ_MUST(sluis_merkle_inclusion_verify(&leaf, a, &new, &proof) == SLUIS_OK);
		root.bytes[0] ^= 1;
		new.root = root;
		FUZZ_MUST(sluis_merkle_inclusion_verify(&leaf, a, &new, &proof) == SLUIS_EPROOF);
	}
	if (sluis_merkle_consistency_verify(&old, &new, &proof) == SLUIS_OK)
		FUZZ_MUST(a <= b);
}

static void
prove(uint64_t a, uint64_t b)
{
	struct sluis_hash nodes[SLUIS_MERKLE_LEVELS] = { { { 1 } } };
	const struct sluis_merkle_reader reader = { read_uniform, nodes };
	struct sluis_merkle_head old = { .size = a }, new = { .size = b };
	struct sluis_merkle_proof proof;

	for (unsigned level = 1; level < SLUIS_MERKLE_LEVELS; level++)
		nodes[level] = sluis_merkle_node(&nodes[level - 1], &nodes[level - 1]);
	if (sluis_merkle_root(&reader, a, &old.root) != SLUIS_OK ||
	    sluis_merkle_root(&reader, b, &new.root) != SLUIS_OK)
		return;
	FUZZ_MUST((sluis_merkle_consistency(&reader, a, b, &proof) == SLUIS_OK) == (a <= b));
	if (a <= b) {
		FUZZ_MUST(sluis_merkle_consistency_verify(&old, &new, &proof) == SLUIS_OK);
		proof.n++;
		FUZZ_MUST(sluis_merkle_consistency_verify(&old, &new, &proof) == SLUIS_EPROOF);
	}
	FUZZ_MUST((sluis_merkle_inclusion(&reader, a, b, &proof) == SLUIS_OK) == (a < b));
	if (a < b) {
		FUZZ_MUST(sluis_merkle_inclusion_verify(&nodes[0], a, &new, &proof) == SLUIS_OK);
		proof.n++;
		FUZZ_MUST(sluis_merkle_inclusion_verify(&nodes[0], a, &new, &proof) == SLUIS_EPROOF);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sluis_reader r;
	uint64_t a, b;

	sluis_reader_init(&r, sluis_bytes(data, size));
	a = sluis_reader_get_u64(&r);
	b = sluis_reader_get_u64(&r);
	prove(a, b);
	prove(a % 1000, b % 1000);
	take_anything(&r, a, b);
	take_anything(&r, a % 64, b % 64);
	return 0;
}
