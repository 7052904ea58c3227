/* SPDX-License-Identifier: EUPL-1.2 */
#include "age.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "fixed_random.h"
#include "hkdf.h"

enum { KEYS = 3, CHUNK = SLUIS_AGE_CHUNK_BYTES, SEALED_CHUNK = SLUIS_AGE_SEALED_CHUNK_BYTES,
	PLAIN_MAX = 3 * CHUNK + 5, ROOM = PLAIN_MAX + 4 * SEALED_CHUNK };

static struct sluis_secret32 IDENTITIES[KEYS];
static struct sluis_public RECIPIENTS[KEYS];
static const struct sluis_hash CONTEXT = { "thirty-two bytes of the context" };
static const struct sluis_age_to TO = { RECIPIENTS, 2, &CONTEXT };
static uint8_t *PLAIN;

static const size_t SIZES[] = { 0, 1, 100, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, PLAIN_MAX };
static const size_t PIECES[] = { 1, 7, 1000, CHUNK - 1, CHUNK, CHUNK + 1, SEALED_CHUNK, PLAIN_MAX };

static int
make_keys(void **state)
{
	struct fixed_random random = { .n = 77 };

	(void)state;
	fixed_age_keys(0, KEYS, IDENTITIES, RECIPIENTS);
	PLAIN = malloc(PLAIN_MAX);
	fixed_random(&random, PLAIN, PLAIN_MAX);
	return 0;
}

static int
drop_keys(void **state)
{
	(void)state;
	free(PLAIN);
	return 0;
}

static struct sluis_writer
room(void)
{
	struct sluis_writer w;

	sluis_writer_init(&w, malloc(ROOM), ROOM);
	assert_non_null(w.data);
	return w;
}

static struct sluis_writer
seal_whole(size_t len)
{
	struct fixed_random random = { 0 };
	struct sluis_writer w = room();

	assert_int_equal(sluis_age_seal(&TO, fixed_random, &random, sluis_bytes(PLAIN, len), &w), SLUIS_OK);
	return w;
}

static enum sluis_err
update_all(struct sluis_age_sealer *sealer, struct sluis_bytes plain, size_t piece, struct sluis_writer *out)
{
	while (plain.len > 0) {
		const size_t len = plain.len < piece ? plain.len : piece;

		SLUIS_TRY(sluis_age_sealer_update(sealer, sluis_bytes(plain.data, len), out));
		plain = sluis_bytes(plain.data + len, plain.len - len);
	}
	return SLUIS_OK;
}

/* One chunk as the specification has it, by libsodium alone. */
static void
put_chunk(const struct sluis_age_file_secret *secret, uint64_t counter, bool last, struct sluis_bytes plain,
    struct sluis_writer *out)
{
	uint8_t key[32], nonce[12] = { 0 };

	assert_int_equal(sluis_hkdf(sluis_bytes(secret->file_key, 16), sluis_bytes(secret->nonce, 16),
	    sluis_bytes_text("payload"), key, sizeof(key)), SLUIS_OK);
	for (size_t i = 0; i < 8; i++)
		nonce[3 + i] = (uint8_t)(counter >> (56 - 8 * i));
	nonce[11] = last;
	crypto_aead_chacha20poly1305_ietf_encrypt(out->data + out->len, NULL, plain.data, plain.len, NULL, 0, NULL,
	    nonce, key);
	out->len += plain.len + SLUIS_AGE_TAG_BYTES;
}

static void
sealer_misuse(void **state)
{
	struct fixed_random random = { 0 };
	struct sluis_age_to nobody = { RECIPIENTS, 0, NULL };
	struct sluis_writer out = room(), small = out;
	SLUIS_AUTO(sluis_age_sealer_freep) struct sluis_age_sealer *sealer = NULL;

	(void)state;
	assert_int_equal(sluis_age_sealer_new(&nobody, fixed_random, &random, &out, &sealer), SLUIS_EUSAGE);
	small.cap = sluis_age_header_size(2, true) + SLUIS_AGE_NONCE_BYTES - 1;
	assert_int_equal(sluis_age_sealer_new(&TO, fixed_random, &random, &small, &sealer), SLUIS_EUSAGE);
	assert_null(sealer);
	assert_int_equal(out.len + small.len, 0);
	small.cap++;
	assert_int_equal(sluis_age_sealer_new(&TO, fixed_random, &random, &small, &sealer), SLUIS_OK);
	assert_int_equal(small.len, small.cap);
	assert_int_equal(sluis_age_sealer_update(sealer, sluis_bytes(PLAIN, 1), &small), SLUIS_EUSAGE);
	assert_int_equal(sluis_age_sealer_final(sealer, &small), SLUIS_EUSAGE);
	/* all of that was as if it had not been */
	assert_int_equal(sluis_age_sealer_final(sealer, &out), SLUIS_OK);
	assert_int_equal(out.len, SLUIS_AGE_TAG_BYTES);
	assert_int_equal(sluis_age_sealer_final(sealer, &out), SLUIS_EUSAGE);
	assert_int_equal(sluis_age_sealer_update(sealer, sluis_bytes(PLAIN, 1), &out), SLUIS_EUSAGE);
	assert_int_equal(out.len, SLUIS_AGE_TAG_BYTES);
	sluis_age_sealer_free(NULL);
	sluis_age_opener_free(NULL);
	free(out.data);
}

static void
no_empty_chunk_behind_others(void **state)
{
	struct sluis_writer out = room();
	const struct sluis_age_file_secret secret = { { 1 }, { 2 } };
	SLUIS_AUTO(sluis_age_sealer_freep) struct sluis_age_sealer *sealer = NULL;

	(void)state;
	assert_int_equal(sluis_age_sealer_resume(&secret, 1, &sealer), SLUIS_OK);
	assert_int_equal(sluis_age_sealer_final(sealer, &out), SLUIS_EUSAGE);
	assert_int_equal(out.len, 0);
	free(out.data);
}

static void
chunks_are_counted(void **state)
{
	const uint64_t last = SLUIS_AGE_PLAIN_MAX_BYTES / CHUNK - 1;
	struct sluis_writer out = room();
	const struct sluis_age_file_secret secret = { { 1 }, { 2 } };
	SLUIS_AUTO(sluis_age_sealer_freep) struct sluis_age_sealer *sealer = NULL;
	SLUIS_AUTO(sluis_age_sealer_freep) struct sluis_age_sealer *other = NULL;
	SLUIS_AUTO(sluis_age_sealer_freep) struct sluis_age_sealer *third = NULL;

	(void)state;
	assert_int_equal(sluis_age_sealer_resume(&secret, last + 1, &sealer), SLUIS_EUSAGE);
	assert_int_equal(sluis_age_sealer_resume(&secret, UINT64_MAX, &sealer), SLUIS_EUSAGE);
	assert_null(sealer);
	assert_int_equal(sluis_age_sealer_resume(&secret, last, &sealer), SLUIS_OK);
	assert_int_equal(sluis_age_sealer_update(sealer, sluis_bytes(PLAIN, CHUNK), &out), SLUIS_OK);
	assert_int_equal(sluis_age_sealer_final(sealer, &out), SLUIS_OK);
	assert_int_equal(sluis_age_sealer_resume(&secret, last, &other), SLUIS_OK);
	assert_int_equal(sluis_age_sealer_update(other, sluis_bytes(PLAIN, 2 * CHUNK), &out), SLUIS_OK);
	assert_int_equal(sluis_age_sealer_final(other, &out), SLUIS_ETOOBIG);
	assert_int_equal(sluis_age_sealer_final(other, &out), SLUIS_EUSAGE);
	/* in the middle of an update, too: what it had taken is lost, so it ends there */
	assert_int_equal(sluis_age_sealer_resume(&secret, last, &third), SLUIS_OK);
	assert_int_equal(sluis_age_sealer_update(third, sluis_bytes(PLAIN, 2 * CHUNK + 1), &out), SLUIS_ETOOBIG);
	assert_int_equal(sluis_age_sealer_update(third, sluis_bytes(PLAIN, 1), &out), SLUIS_EUSAGE);
	assert_int_equal(sluis_age_sealer_final(third, &out), SLUIS_EUSAGE);
	free(out.data);
}

static void
counters_are_eleven_bytes(void **state)
{
	static const uint64_t AT[] = { 0, 1, 254, 255, 256, 65534, 65535, 65536, 0xfffffd, 0xffffff, 0xfffffffe };
	const struct sluis_age_file_secret secret = { { 1 }, { 2 } };
	struct sluis_writer want = room(), out = room();

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(AT); i++) {
		SLUIS_AUTO(sluis_age_sealer_freep) struct sluis_age_sealer *sealer = NULL;

		want.len = 0;
		out.len = 0;
		put_chunk(&secret, AT[i], false, sluis_bytes(PLAIN, CHUNK), &want);
		put_chunk(&secret, AT[i] + 1, true, sluis_bytes(PLAIN + CHUNK, 5), &want);
		assert_int_equal(sluis_age_sealer_resume(&secret, AT[i], &sealer), SLUIS_OK);
		assert_int_equal(sluis_age_sealer_update(sealer, sluis_bytes(PLAIN, CHUNK + 5), &out), SLUIS_OK);
		assert_int_equal(sluis_age_sealer_final(sealer, &out), SLUIS_OK);
		assert_int_equal(out.len, want.len);
		assert_memory_equal(out.data, want.data, want.len);
	}
	free(want.data);
	free(out.data);
}

static void
pieces_make_the_same_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(SIZES); i++) {
		struct sluis_writer want = seal_whole(SIZES[i]), out = room();

		for (size_t j = 0; j < SLUIS_ARRAY_LEN(PIECES); j++) {
			struct fixed_random random = { 0 };
			SLUIS_AUTO(sluis_age_sealer_freep) struct sluis_age_sealer *sealer = NULL;

			out.len = 0;
			assert_int_equal(sluis_age_sealer_new(&TO, fixed_random, &random, &out, &sealer), SLUIS_OK);
			assert_int_equal(update_all(sealer, sluis_bytes(PLAIN, SIZES[i]), PIECES[j], &out), SLUIS_OK);
			assert_int_equal(sluis_age_sealer_update(sealer, sluis_bytes(NULL, 0), &out), SLUIS_OK);
			assert_int_equal(sluis_age_sealer_final(sealer, &out), SLUIS_OK);
			assert_int_equal(out.len, want.len);
			assert_memory_equal(out.data, want.data, want.len);
		}
		free(want.data);
		free(out.data);
	}
}

/* Broken off anywhere, taken up at any chunk border, on another day: the same bytes. */
static void
resumes_with_the_same_bytes(void **state)
{
	const size_t start = sluis_age_header_size(2, true) + SLUIS_AGE_NONCE_BYTES;
	struct sluis_writer want = seal_whole(PLAIN_MAX), out = room();
	struct sluis_age_file_secret secret;
	struct fixed_random random = { 0 };
	SLUIS_AUTO(sluis_age_sealer_freep) struct sluis_age_sealer *sealer = NULL;

	(void)state;
	assert_int_equal(sluis_age_sealer_new(&TO, fixed_random, &random, &out, &sealer), SLUIS_OK);
	sluis_age_sealer_secret(sealer, &secret);
	for (uint64_t chunk = 0; chunk <= 3; chunk++) {
		SLUIS_AUTO(sluis_age_sealer_freep) struct sluis_age_sealer *again = NULL;
		const size_t at = (size_t)chunk * CHUNK;

		out.len = 0;
		assert_int_equal(sluis_age_sealer_resume(&secret, chunk, &again), SLUIS_OK);
		assert_int_equal(update_all(again, sluis_bytes(PLAIN + at, PLAIN_MAX - at), 999, &out), SLUIS_OK);
		assert_int_equal(sluis_age_sealer_final(again, &out), SLUIS_OK);
		assert_int_equal(out.len, want.len - start - chunk * SEALED_CHUNK);
		assert_memory_equal(out.data, want.data + start + chunk * SEALED_CHUNK, out.len);
	}
	sluis_age_file_secret_wipe(&secret);
	assert_true(sodium_is_zero((const uint8_t *)&secret, sizeof(secret)));
	free(want.data);
	free(out.data);
}

static void
update_room_is_enough(void **state)
{
	(void)state;
	assert_int_equal(sluis_age_update_room(0), SEALED_CHUNK);
	assert_int_equal(sluis_age_update_room(CHUNK - 1), SEALED_CHUNK);
	assert_int_equal(sluis_age_update_room(CHUNK), 2 * SEALED_CHUNK);
	assert_int_equal(sluis_age_update_room(SIZE_MAX), SIZE_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sealer_misuse),
		cmocka_unit_test(update_room_is_enough),
		cmocka_unit_test(no_empty_chunk_behind_others),
		cmocka_unit_test(chunks_are_counted),
		cmocka_unit_test(counters_are_eleven_bytes),
		cmocka_unit_test(pieces_make_the_same_file),
		cmocka_unit_test(resumes_with_the_same_bytes),
	};

	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, make_keys, drop_keys);
}
