/* SPDX-License-Identifier: EUPL-1.2 */
#include "batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "hash.h"
#include "merkle.h"
#include "signed.h"

#define CREATED_MS INT64_C(1893456000000)

static struct sluis_arena *arena;
static struct sluis_hash manifests[SLUIS_BATCH_MAX + 1];
static struct sluis_signing_secret secret;
static struct sluis_public public;

static int
setup(void **state)
{
	const struct sluis_secret32 seed = { { 5 } };

	(void)state;
	arena = sluis_arena_new(8 * 1024 * 1024);
	for (uint32_t i = 0; i < SLUIS_ARRAY_LEN(manifests); i++)
		manifests[i] = sluis_hash(sluis_bytes(&i, sizeof(i)));
	sluis_signing_secret_expand(&seed, &secret, &public);
	return arena == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	sluis_arena_free(arena);
	return 0;
}

static enum sluis_err
build(size_t n, struct sluis_batch *ret)
{
	const struct sluis_batch_draft draft = { .record = { { 3 } }, .created_ms = CREATED_MS,
		.manifests = manifests, .n = n };

	sluis_arena_reset(arena);
	return sluis_batch_build(&draft, arena, ret);
}

static void
a_batch_has_1_to_1024_manifests(void **state)
{
	struct sluis_batch batch;

	(void)state;
	assert_int_equal(build(0, &batch), SLUIS_EUSAGE);
	assert_int_equal(build(SLUIS_BATCH_MAX + 1, &batch), SLUIS_EUSAGE);
	assert_int_equal(build(SLUIS_BATCH_MAX, &batch), SLUIS_OK);
}

static void
it_needs_a_time_and_memory(void **state)
{
	const struct sluis_batch_draft draft = { .manifests = manifests, .n = 3 };
	struct sluis_batch batch;
	enum sluis_err err = SLUIS_ENOMEM;

	(void)state;
	assert_int_equal(sluis_batch_build(&draft, arena, &batch), SLUIS_EFORMAT);
	for (size_t cap = 0; err == SLUIS_ENOMEM; cap += 16) {
		struct sluis_arena *small = sluis_arena_new(cap);
		const struct sluis_batch_draft good = { .created_ms = CREATED_MS, .manifests = manifests, .n = 3 };

		err = sluis_batch_build(&good, small, &batch);
		sluis_arena_free(small);
	}
	assert_int_equal(err, SLUIS_OK);
}

static enum sluis_err
verify(const Sluis__Batch *batch, uint32_t index, const struct sluis_batch_path *path, size_t n,
    const struct sluis_hash *manifest)
{
	ProtobufCBinaryData views[SLUIS_BATCH_PATH_MAX + 1];
	const struct sluis_batch_place place = { .index = index, .path = views, .n_path = n };

	for (size_t i = 0; i < n; i++)
		views[i] = sluis_pb_hash(&path->hashes[i < SLUIS_BATCH_PATH_MAX ? i : 0]);
	return sluis_batch_verify(batch, &place, manifest);
}

/* Against the root of RFC 6962 as merkle.h computes it from the leaves. */
static void
check_batch_of(size_t n)
{
	struct sluis_hash *leaves = malloc(n * sizeof(*leaves));
	struct sluis_merkle_leaves all = { .hashes = leaves, .n = n };
	const struct sluis_merkle_reader reader = sluis_merkle_leaves_reader(&all);
	struct sluis_hash root;
	struct sluis_batch batch;
	Sluis__Batch *opened;

	for (size_t i = 0; i < n; i++)
		leaves[i] = sluis_batch_leaf(SLUIS_BATCH_PUSH, &manifests[i]);
	assert_int_equal(sluis_merkle_root(&reader, n, &root), SLUIS_OK);
	assert_int_equal(build(n, &batch), SLUIS_OK);
	assert_int_equal(batch.n, n);
	assert_int_equal(sluis_batch_open(batch.payload, arena, &opened), SLUIS_OK);
	assert_int_equal(opened->manifest_count, n);
	assert_int_equal(opened->created_ms, CREATED_MS);
	assert_memory_equal(opened->root_hash.data, root.bytes, 32);
	assert_int_equal(opened->record_hash.data[0], 3);
	for (uint32_t i = 0; i < n; i++) {
		const struct sluis_batch_path *path = &batch.paths[i];

		assert_int_equal(verify(opened, i, path, path->n, &manifests[i]), SLUIS_OK);
		assert_int_equal(verify(opened, i + 1, path, path->n, &manifests[i]), SLUIS_EPROOF);
		assert_int_equal(verify(opened, i, path, path->n, &manifests[i + 1]), SLUIS_EPROOF);
		if (path->n > 0)
			assert_int_equal(verify(opened, i, path, path->n - 1, &manifests[i]), SLUIS_EPROOF);
	}
	free(leaves);
}

static void
every_path_of_many_sizes(void **state)
{
	(void)state;
	for (size_t n = 1; n <= 40; n++)
		check_batch_of(n);
	check_batch_of(1000);
	check_batch_of(1023);
	check_batch_of(1024);
}

static void
one_manifest_has_an_empty_path(void **state)
{
	struct sluis_batch batch;
	Sluis__Batch *opened;
	const struct sluis_hash leaf = sluis_batch_leaf(SLUIS_BATCH_PUSH, &manifests[0]);

	(void)state;
	assert_int_equal(build(1, &batch), SLUIS_OK);
	assert_int_equal(batch.paths[0].n, 0);
	assert_int_equal(sluis_batch_open(batch.payload, arena, &opened), SLUIS_OK);
	assert_memory_equal(opened->root_hash.data, leaf.bytes, 32);
}

/* PROTOCOL 5.3: H(0x00 ‖ "sluis/batch/v1" ‖ H(manifest)). */
static void
the_leaf_by_hand(void **state)
{
	uint8_t bytes[1 + 14 + 32] = { 0 };
	struct sluis_hash expected, leaf;

	(void)state;
	memcpy(bytes + 1, "sluis/batch/v1", 14);
	memcpy(bytes + 15, manifests[0].bytes, 32);
	expected = sluis_hash(sluis_bytes(bytes, sizeof(bytes)));
	leaf = sluis_batch_leaf(SLUIS_BATCH_PUSH, &manifests[0]);
	assert_memory_equal(leaf.bytes, expected.bytes, 32);
}

static void
a_path_too_long_is_not_read(void **state)
{
	struct sluis_batch batch;
	Sluis__Batch *opened;
	const struct sluis_batch_place place = { .index = 0, .path = NULL, .n_path = SIZE_MAX };

	(void)state;
	assert_int_equal(build(SLUIS_BATCH_MAX, &batch), SLUIS_OK);
	assert_int_equal(sluis_batch_open(batch.payload, arena, &opened), SLUIS_OK);
	assert_int_equal(sluis_batch_verify(opened, &place, &manifests[0]), SLUIS_EPROOF);
	assert_int_equal(verify(opened, 0, &batch.paths[0], SLUIS_BATCH_PATH_MAX + 1, &manifests[0]),
	    SLUIS_EPROOF);
}

static void
every_byte_of_root_and_path_counts(void **state)
{
	struct sluis_batch batch;
	Sluis__Batch *opened;

	(void)state;
	assert_int_equal(build(7, &batch), SLUIS_OK);
	assert_int_equal(sluis_batch_open(batch.payload, arena, &opened), SLUIS_OK);
	for (uint32_t m = 0; m < 7; m++) {
		for (size_t i = 0; i < batch.paths[m].n * 32; i++) {
			uint8_t *byte = &batch.paths[m].hashes[i / 32].bytes[i % 32];

			*byte ^= 1;
			assert_int_equal(verify(opened, m, &batch.paths[m], batch.paths[m].n, &manifests[m]),
			    SLUIS_EPROOF);
			*byte ^= 1;
		}
	}
	for (size_t i = 0; i < 32; i++) {
		opened->root_hash.data[i] ^= 1;
		assert_int_equal(verify(opened, 0, &batch.paths[0], batch.paths[0].n, &manifests[0]), SLUIS_EPROOF);
		opened->root_hash.data[i] ^= 1;
	}
}

static void
counts_outside_1_to_1024(void **state)
{
	static const uint32_t counts[] = { 0, 1025, UINT32_MAX };
	struct sluis_batch batch;
	Sluis__Batch *opened, *again;

	(void)state;
	assert_int_equal(build(2, &batch), SLUIS_OK);
	assert_int_equal(sluis_batch_open(batch.payload, arena, &opened), SLUIS_OK);
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(counts); i++) {
		struct sluis_bytes bytes;

		opened->manifest_count = counts[i];
		assert_int_equal(sluis_codec_pack(&opened->base, arena, &bytes), SLUIS_OK);
		assert_int_equal(sluis_batch_open(bytes, arena, &again), SLUIS_EFORMAT);
	}
	assert_int_equal(sluis_batch_open(sluis_bytes_text("garbage"), arena, &again), SLUIS_EFORMAT);
	assert_int_equal(sluis_batch_open(sluis_bytes(NULL, 0), arena, &again), SLUIS_EFORMAT);
}

static void
signed_by_the_sender(void **state)
{
	struct sluis_batch batch;
	Sluis__Signed *act;
	const struct sluis_hash record = { { 3 } };

	(void)state;
	assert_int_equal(build(2, &batch), SLUIS_OK);
	assert_int_equal(sluis_batch_sign(&batch, &secret, arena, &act), SLUIS_OK);
	assert_int_equal(sluis_signed_verify_member(act, SLUIS_SIGNED_BATCH, &record, &public), SLUIS_OK);
	assert_true(sluis_bytes_equal(sluis_of(act->payload_bytes), batch.payload));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_batch_has_1_to_1024_manifests),
		cmocka_unit_test(it_needs_a_time_and_memory),
		cmocka_unit_test(every_path_of_many_sizes),
		cmocka_unit_test(one_manifest_has_an_empty_path),
		cmocka_unit_test(the_leaf_by_hand),
		cmocka_unit_test(a_path_too_long_is_not_read),
		cmocka_unit_test(every_byte_of_root_and_path_counts),
		cmocka_unit_test(counts_outside_1_to_1024),
		cmocka_unit_test(signed_by_the_sender),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
