/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/at_rest.h"

#include <assert.h>
#include <string.h>

#include <sodium.h>

enum { NONCE_BYTES = 12, BINDING_BYTES = SLUIS_ID_BYTES + 4 + 8 };

_Static_assert(crypto_aead_chacha20poly1305_ietf_NPUBBYTES == NONCE_BYTES, "nonce");
_Static_assert(crypto_aead_chacha20poly1305_ietf_ABYTES == AT_REST_TAG_BYTES, "tag");
_Static_assert(BINDING_BYTES <= KEYRING_BINDING_MAX_BYTES, "binding");

static void
bind_to(const struct at_rest_place *place, uint64_t size, uint8_t ret[static BINDING_BYTES])
{
	struct sluis_writer w;

	sluis_writer_init(&w, ret, BINDING_BYTES);
	sluis_writer_put(&w, place->message_id.bytes, sizeof(place->message_id.bytes));
	sluis_writer_put_u32(&w, place->index);
	sluis_writer_put_u64(&w, size);
	assert(w.len == BINDING_BYTES && !w.overflow);
}

static void
piece_nonce(uint64_t number, uint8_t ret[static NONCE_BYTES])
{
	struct sluis_writer w;

	sluis_writer_init(&w, ret, NONCE_BYTES);
	sluis_writer_put_u32(&w, 0);
	sluis_writer_put_u64(&w, number);
}

uint64_t
at_rest_sealed_len(uint64_t size)
{
	const uint64_t pieces = size / AT_REST_PIECE_BYTES + (size % AT_REST_PIECE_BYTES != 0);

	return size + pieces * AT_REST_TAG_BYTES;
}

uint64_t
at_rest_lock_size(const uint8_t lock[static AT_REST_LOCK_BYTES])
{
	struct sluis_reader r;

	sluis_reader_init(&r, sluis_bytes(lock, 8));
	return sluis_reader_get_u64(&r);
}

size_t
at_rest_piece_len(const struct at_rest *section, uint64_t number)
{
	uint64_t left;

	if (number > section->size / AT_REST_PIECE_BYTES)
		return 0;
	left = section->size - number * AT_REST_PIECE_BYTES;
	return left < AT_REST_PIECE_BYTES ? (size_t)left : AT_REST_PIECE_BYTES;
}

void
at_rest_seal(const struct keyring *keyring, const struct at_rest_seed *seed,
    const struct at_rest_place *place, struct sluis_bytes plain,
    uint8_t ret_lock[static AT_REST_LOCK_BYTES], uint8_t *ret_sealed)
{
	uint8_t binding[BINDING_BYTES], nonce[NONCE_BYTES];
	struct sluis_writer w;
	uint64_t number = 0;

	bind_to(place, plain.len, binding);
	sluis_writer_init(&w, ret_lock, 8);
	sluis_writer_put_u64(&w, plain.len);
	keyring_wrap(keyring, sluis_bytes(binding, sizeof(binding)), &seed->key, seed->wrap_nonce,
	    ret_lock + 8);
	for (size_t at = 0; at < plain.len; at += AT_REST_PIECE_BYTES) {
		const size_t left = plain.len - at;
		const size_t len = left < AT_REST_PIECE_BYTES ? left : AT_REST_PIECE_BYTES;

		piece_nonce(number++, nonce);
		(void)crypto_aead_chacha20poly1305_ietf_encrypt(
		    ret_sealed, NULL, plain.data + at, len, NULL, 0, NULL, nonce, seed->key.bytes);
		ret_sealed += len + AT_REST_TAG_BYTES;
	}
}

SLUIS_MUST_CHECK enum sluis_err
at_rest_open(const struct keyring *keyring, uint64_t generation, const struct at_rest_place *place,
    const uint8_t lock[static AT_REST_LOCK_BYTES], struct at_rest *ret)
{
	const uint64_t size = at_rest_lock_size(lock);
	uint8_t binding[BINDING_BYTES];

	bind_to(place, size, binding);
	SLUIS_TRY(keyring_unwrap(
	    keyring, generation, sluis_bytes(binding, sizeof(binding)), lock + 8, &ret->key));
	ret->size = size;
	return SLUIS_OK;
}

void
at_rest_done(struct at_rest *section)
{
	sodium_memzero(section, sizeof(*section));
}

SLUIS_MUST_CHECK enum sluis_err
at_rest_piece_open(
    const struct at_rest *section, uint64_t number, const uint8_t *sealed, uint8_t *ret)
{
	const size_t len = at_rest_piece_len(section, number);
	uint8_t nonce[NONCE_BYTES];

	piece_nonce(number, nonce);
	if (crypto_aead_chacha20poly1305_ietf_decrypt(ret, NULL, NULL, sealed,
		len + AT_REST_TAG_BYTES, NULL, 0, nonce, section->key.bytes) != 0) {
		memset(ret, 0, len);
		return SLUIS_ESTORE;
	}
	return SLUIS_OK;
}
