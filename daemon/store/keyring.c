/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/keyring.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "random.h"
#include "store/keyring_internal.h"

#define MARK_CONTEXT "sluis/keyring/mark/v1"

enum { BINDING_BYTES = 8 + KEYRING_BINDING_MAX_BYTES };

_Static_assert(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == KEYRING_NONCE_BYTES, "nonce");
_Static_assert(
    KEYRING_WRAPPED_BYTES == KEYRING_NONCE_BYTES + 32 + crypto_aead_xchacha20poly1305_ietf_ABYTES,
    "wrap");

static enum sluis_err
keyring_new(const char *dir, struct sluis_why *why, struct keyring **ret)
{
	struct keyring *keyring = sodium_malloc(sizeof(*keyring));

	if (keyring == NULL) {
		(void)snprintf(why->text, sizeof(why->text), "no memory for the store's keyring");
		return SLUIS_ENOMEM;
	}
	memset(keyring, 0, sizeof(*keyring));
	keyring->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (keyring->dir_fd < 0) {
		const enum sluis_err err = keyring_file_error("open the folder of", why);

		keyring_free(keyring);
		return err;
	}
	*ret = keyring;
	return SLUIS_OK;
}

/* ---- Life ---- */

SLUIS_MUST_CHECK enum sluis_err
keyring_load(const char *dir, struct sluis_why *why, struct keyring **ret)
{
	SLUIS_AUTO(keyring_freep) struct keyring *keyring = NULL;

	SLUIS_TRY(keyring_new(dir, why, &keyring));
	SLUIS_TRY(keyring_file_load(keyring, why));
	if (sodium_mprotect_readonly(keyring) != 0)
		return keyring_file_error("protect", why);
	*ret = SLUIS_TAKE(keyring);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
keyring_make(const char *dir, uint64_t number, struct sluis_why *why, struct keyring **ret)
{
	SLUIS_AUTO(keyring_freep) struct keyring *keyring = NULL;

	assert(number > 0 && number <= INT64_MAX);
	SLUIS_TRY(keyring_new(dir, why, &keyring));
	if (faccessat(keyring->dir_fd, KEYRING_FILE, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		(void)snprintf(why->text, sizeof(why->text), "the store has a keyring already");
		return SLUIS_EEXISTS;
	}
	keyring->count = 1;
	keyring->generations[0].number = number;
	sluis_random_system(NULL, keyring->generations[0].key.bytes, 32);
	SLUIS_TRY(keyring_file_save(keyring, why));
	if (sodium_mprotect_readonly(keyring) != 0)
		return keyring_file_error("protect", why);
	*ret = SLUIS_TAKE(keyring);
	return SLUIS_OK;
}

/* sodium_free() makes the pages writable again, wipes and unlocks them. */
void
keyring_free(struct keyring *keyring)
{
	if (keyring == NULL)
		return;
	if (keyring->dir_fd >= 0)
		(void)close(keyring->dir_fd);
	sodium_free(keyring);
}

void
keyring_freep(struct keyring **keyring)
{
	keyring_free(*keyring);
	*keyring = NULL;
}

uint64_t
keyring_newest(const struct keyring *keyring)
{
	return keyring->generations[keyring->count - 1].number;
}

static const struct keyring_generation *
find(const struct keyring *keyring, uint64_t number)
{
	for (size_t i = keyring->count; i > 0; i--) {
		if (keyring->generations[i - 1].number == number)
			return &keyring->generations[i - 1];
	}
	return NULL;
}

SLUIS_MUST_CHECK enum sluis_err
keyring_mark_of(const struct keyring *keyring, uint64_t number, struct keyring_mark *ret)
{
	const struct keyring_generation *g = find(keyring, number);

	if (g == NULL)
		return SLUIS_ENOTFOUND;
	(void)crypto_generichash(ret->bytes, sizeof(ret->bytes), (const uint8_t *)MARK_CONTEXT,
	    sizeof(MARK_CONTEXT) - 1, g->key.bytes, sizeof(g->key.bytes));
	return SLUIS_OK;
}

/* ---- Generations ---- */

SLUIS_MUST_CHECK enum sluis_err
keyring_add(struct keyring *keyring, struct sluis_why *why)
{
	struct keyring_generation *g = &keyring->generations[keyring->count];
	enum sluis_err err;

	if (keyring->count == KEYRING_GENERATIONS_MAX) {
		(void)snprintf(why->text, sizeof(why->text), "the store's keyring is full");
		return SLUIS_EUSAGE;
	}
	if (sodium_mprotect_readwrite(keyring) != 0)
		return keyring_file_error("protect", why);
	g->number = keyring_newest(keyring) + 1;
	sluis_random_system(NULL, g->key.bytes, sizeof(g->key.bytes));
	keyring->count++;
	err = keyring_file_save(keyring, why);
	if (err != SLUIS_OK) {
		keyring->count--;
		sluis_secret32_wipe(&g->key);
	}
	(void)sodium_mprotect_readonly(keyring);
	return err;
}

SLUIS_MUST_CHECK enum sluis_err
keyring_drop(struct keyring *keyring, struct sluis_why *why)
{
	enum sluis_err err;

	if (sodium_mprotect_readwrite(keyring) != 0)
		return keyring_file_error("protect", why);
	keyring->generations[0] = keyring->generations[keyring->count - 1];
	sodium_memzero(&keyring->generations[1],
	    (KEYRING_GENERATIONS_MAX - 1) * sizeof(keyring->generations[0]));
	keyring->count = 1;
	err = keyring_file_replace(keyring, why);
	(void)sodium_mprotect_readonly(keyring);
	return err;
}

/* ---- Wrapping ---- */

static size_t
bind_to(uint64_t number, struct sluis_bytes binding, uint8_t ret[static BINDING_BYTES])
{
	struct sluis_writer w;

	sluis_writer_init(&w, ret, BINDING_BYTES);
	sluis_writer_put_u64(&w, number);
	sluis_writer_put(&w, binding.data, binding.len);
	assert(!w.overflow);
	return w.len;
}

void
keyring_wrap(const struct keyring *keyring, struct sluis_bytes binding,
    const struct sluis_secret32 *key, const uint8_t nonce[static KEYRING_NONCE_BYTES],
    uint8_t ret[static KEYRING_WRAPPED_BYTES])
{
	const struct keyring_generation *g = &keyring->generations[keyring->count - 1];
	uint8_t extra[BINDING_BYTES];
	const size_t extra_len = bind_to(g->number, binding, extra);

	memcpy(ret, nonce, KEYRING_NONCE_BYTES);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(ret + KEYRING_NONCE_BYTES, NULL,
	    key->bytes, sizeof(key->bytes), extra, extra_len, NULL, nonce, g->key.bytes);
}

SLUIS_MUST_CHECK enum sluis_err
keyring_unwrap(const struct keyring *keyring, uint64_t number, struct sluis_bytes binding,
    const uint8_t wrapped[static KEYRING_WRAPPED_BYTES], struct sluis_secret32 *ret)
{
	const struct keyring_generation *g = find(keyring, number);
	uint8_t extra[BINDING_BYTES];
	const size_t extra_len = bind_to(number, binding, extra);

	if (g == NULL)
		return SLUIS_EKEYS;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(ret->bytes, NULL, NULL,
		wrapped + KEYRING_NONCE_BYTES, KEYRING_WRAPPED_BYTES - KEYRING_NONCE_BYTES, extra,
		extra_len, wrapped, g->key.bytes) != 0) {
		sluis_secret32_wipe(ret);
		return SLUIS_ESTORE;
	}
	return SLUIS_OK;
}
