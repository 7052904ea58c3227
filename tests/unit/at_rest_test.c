/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/at_rest.h"

#include "store_world.h"

enum { LARGE = 2 * 65536 + 1000 };

/* A keyring in a folder of its own, and one section sealed under it. */
struct sealed {
	struct world *w;
	struct keyring *keyring;
	struct at_rest_place place;
	uint8_t plain[LARGE];
	uint8_t sealed[LARGE + 3 * 16];
	uint8_t lock[AT_REST_LOCK_BYTES];
};

static int
before(void **state)
{
	struct sealed *s = calloc(1, sizeof(*s));
	void *world = NULL;

	if (s == NULL || world_before(&world) != 0)
		return -1;
	s->w = world;
	s->place = (struct at_rest_place){ .message_id = an_id(1), .index = 2 };
	randombytes_buf(s->plain, sizeof(s->plain));
	*state = s;
	if (mkdir(s->w->dir, 0700) != 0)
		return -1;
	return keyring_make(s->w->dir, 1, &s->w->why, &s->keyring) == SLUIS_OK ? 0 : -1;
}

static int
after(void **state)
{
	struct sealed *s = *state;
	void *world = s->w;

	keyring_free(s->keyring);
	free(s);
	return world_after(&world);
}

static void
seal(struct sealed *s, size_t len)
{
	struct at_rest_seed seed;

	randombytes_buf(&seed, sizeof(seed));
	at_rest_seal(s->keyring, &seed, &s->place, sluis_bytes(s->plain, len), s->lock, s->sealed);
}

static enum sluis_err
open_lock(const struct sealed *s, struct at_rest *ret)
{
	return at_rest_open(s->keyring, 1, &s->place, s->lock, ret);
}

static void
test_sealed_len(void **state)
{
	static const uint64_t CASES[][2] = { { 0, 0 }, { 1, 17 }, { 65535, 65551 },
		{ 65536, 65552 }, { 65537, 65569 }, { 131072, 131104 }, { 131073, 131121 } };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(CASES); i++)
		assert_int_equal(at_rest_sealed_len(CASES[i][0]), CASES[i][1]);
}

static void
test_round_trips(void **state)
{
	static const size_t SIZES[] = { 0, 1, 100, 65535, 65536, 65537, 131072, LARGE };
	struct sealed *s = *state;

	for (size_t i = 0; i < SLUIS_ARRAY_LEN(SIZES); i++) {
		struct at_rest section;
		const uint8_t *at = s->sealed;
		uint8_t piece[65536];
		size_t done = 0;

		seal(s, SIZES[i]);
		assert_int_equal(at_rest_lock_size(s->lock), SIZES[i]);
		assert_int_equal(open_lock(s, &section), SLUIS_OK);
		for (uint64_t n = 0; done < SIZES[i]; n++) {
			const size_t len = at_rest_piece_len(&section, n);

			assert_int_equal(at_rest_piece_open(&section, n, at, piece), SLUIS_OK);
			assert_memory_equal(piece, s->plain + done, len);
			done += len;
			at += len + AT_REST_TAG_BYTES;
		}
		assert_int_equal(at - s->sealed, at_rest_sealed_len(SIZES[i]));
		assert_int_equal(at_rest_piece_len(&section, 3), 0);
		at_rest_done(&section);
		assert_true(sodium_is_zero(section.key.bytes, sizeof(section.key.bytes)));
	}
}

/* The form on disk is a contract with every store that is out there. */
static void
test_form_is_fixed(void **state)
{
	struct sealed *s = *state;
	struct at_rest_seed seed = { { { 1 } }, { 2 } };
	const uint8_t nonce[12] = { 0 };
	uint8_t expected[3 + 16], extra[16 + 4 + 8] = { 0 }, size[8] = { 0, 0, 0, 0, 0, 0, 0, 3 };
	uint8_t wrapped[KEYRING_WRAPPED_BYTES];

	at_rest_seal(s->keyring, &seed, &s->place, text("abc"), s->lock, s->sealed);
	crypto_aead_chacha20poly1305_ietf_encrypt(
	    expected, NULL, (const uint8_t *)"abc", 3, NULL, 0, NULL, nonce, seed.key.bytes);
	assert_memory_equal(s->sealed, expected, sizeof(expected));
	assert_memory_equal(s->lock, size, 8);
	memcpy(extra, s->place.message_id.bytes, 16);
	extra[19] = 2;
	extra[27] = 3;
	keyring_wrap(
	    s->keyring, sluis_bytes(extra, sizeof(extra)), &seed.key, seed.wrap_nonce, wrapped);
	assert_memory_equal(s->lock + 8, wrapped, sizeof(wrapped));
}

static void
test_every_byte(void **state)
{
	struct sealed *s = *state;
	struct at_rest section;
	uint8_t plain[300];

	seal(s, sizeof(plain));
	for (size_t i = 0; i < sizeof(s->lock); i++) {
		s->lock[i] ^= 1;
		assert_int_equal(open_lock(s, &section), SLUIS_ESTORE);
		s->lock[i] ^= 1;
	}
	assert_int_equal(open_lock(s, &section), SLUIS_OK);
	for (size_t i = 0; i < sizeof(plain) + AT_REST_TAG_BYTES; i++) {
		memset(plain, 0xff, sizeof(plain));
		s->sealed[i] ^= 1;
		assert_int_equal(at_rest_piece_open(&section, 0, s->sealed, plain), SLUIS_ESTORE);
		assert_true(sodium_is_zero(plain, sizeof(plain)));
		s->sealed[i] ^= 1;
	}
	assert_int_equal(at_rest_piece_open(&section, 0, s->sealed, plain), SLUIS_OK);
}

/* A section or piece put in the place of another does not open. */
static void
test_moved(void **state)
{
	struct sealed *s = *state;
	struct at_rest section;
	uint8_t piece[65536];

	seal(s, LARGE);
	s->place.index = 3;
	assert_int_equal(open_lock(s, &section), SLUIS_ESTORE);
	s->place.index = 2;
	s->place.message_id = an_id(2);
	assert_int_equal(open_lock(s, &section), SLUIS_ESTORE);
	s->place.message_id = an_id(1);
	assert_int_equal(at_rest_open(s->keyring, 2, &s->place, s->lock, &section), SLUIS_EKEYS);
	assert_int_equal(open_lock(s, &section), SLUIS_OK);
	assert_int_equal(at_rest_piece_open(&section, 0, s->sealed + 65552, piece), SLUIS_ESTORE);
	assert_int_equal(at_rest_piece_open(&section, 1, s->sealed, piece), SLUIS_ESTORE);
	assert_int_equal(at_rest_piece_open(&section, 1, s->sealed + 65552, piece), SLUIS_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sealed_len),
		cmocka_unit_test_setup_teardown(test_round_trips, before, after),
		cmocka_unit_test_setup_teardown(test_form_is_fixed, before, after),
		cmocka_unit_test_setup_teardown(test_every_byte, before, after),
		cmocka_unit_test_setup_teardown(test_moved, before, after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
