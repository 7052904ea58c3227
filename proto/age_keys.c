/* SPDX-License-Identifier: EUPL-1.2 */
#include "age.h"

#include <string.h>

#include <sodium.h>

#include "age_internal.h"
#include "base64.h"
#include "hkdf.h"

enum {
	KEY_BYTES = 32,
	WRAPPED_BYTES = SLUIS_AGE_FILE_KEY_BYTES + SLUIS_AGE_TAG_BYTES,
	BASE64_32 = SLUIS_BASE64_RAW_32
};

_Static_assert(WRAPPED_BYTES == KEY_BYTES, "a wrapped file key is one line of base64");

/* Every wrapping key is used once, so its nonce is zero. */
static const uint8_t ZERO_NONCE[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

/* Key for wrapping: HKDF(shared secret, share || recipient). False for an all-zero shared secret. */
static bool
wrapping_key(const struct sluis_secret32 *secret, const uint8_t point[static KEY_BYTES],
    const uint8_t salt[static 2 * KEY_BYTES], struct sluis_secret32 *ret)
{
	SLUIS_AUTO(sluis_secret32_wipe) struct sluis_secret32 shared = { 0 };

	if (crypto_scalarmult(shared.bytes, secret->bytes, point) != 0)
		return false;
	return sluis_hkdf(sluis_bytes(shared.bytes, sizeof(shared.bytes)),
	           sluis_bytes(salt, (size_t)2 * KEY_BYTES),
	           sluis_bytes_text("age-encryption.org/v1/X25519"), ret->bytes,
	           sizeof(ret->bytes)) == SLUIS_OK;
}

static void
put_base64_line(struct sluis_writer *out, const uint8_t bytes[static KEY_BYTES])
{
	char line[BASE64_32 + 1];

	sluis_base64_encode(SLUIS_BASE64_RAW, sluis_bytes(bytes, KEY_BYTES), line);
	line[BASE64_32] = '\n';
	sluis_writer_put(out, line, sizeof(line));
}

static enum sluis_err
put_x25519(const struct sluis_public *recipient, const struct sluis_age_file_secret *secret,
    const struct sluis_secret32 *ephemeral, struct sluis_writer *out)
{
	SLUIS_AUTO(sluis_secret32_wipe) struct sluis_secret32 key = { 0 };
	uint8_t salt[2 * KEY_BYTES], wrapped[WRAPPED_BYTES];

	crypto_scalarmult_base(salt, ephemeral->bytes);
	memcpy(salt + KEY_BYTES, recipient->bytes, KEY_BYTES);
	if (!wrapping_key(ephemeral, recipient->bytes, salt, &key))
		return SLUIS_EFORMAT;
	crypto_aead_chacha20poly1305_ietf_encrypt(wrapped, NULL, secret->file_key,
	    sizeof(secret->file_key), NULL, 0, NULL, ZERO_NONCE, key.bytes);
	sluis_writer_put_text(out, SLUIS_AGE_STANZA_MARK SLUIS_AGE_X25519_TYPE " ");
	put_base64_line(out, salt);
	put_base64_line(out, wrapped);
	return SLUIS_OK;
}

static void
put_context(const struct sluis_hash *context, struct sluis_writer *out)
{
	sluis_writer_put_text(out, SLUIS_AGE_STANZA_MARK SLUIS_AGE_CONTEXT_TYPE " ");
	put_base64_line(out, context->bytes);
	sluis_writer_put_text(out, "\n");
}

void
sluis_age_header_mac(const uint8_t file_key[static SLUIS_AGE_FILE_KEY_BYTES], struct sluis_bytes signed_part,
    uint8_t ret[static KEY_BYTES])
{
	SLUIS_AUTO(sluis_secret32_wipe) struct sluis_secret32 key = { 0 };

	if (sluis_hkdf(sluis_bytes(file_key, SLUIS_AGE_FILE_KEY_BYTES), sluis_bytes(NULL, 0),
	        sluis_bytes_text("header"), key.bytes, sizeof(key.bytes)) == SLUIS_OK)
		sluis_hmac(sluis_bytes(key.bytes, sizeof(key.bytes)), signed_part, ret);
}

struct sluis_age_file_secret
sluis_age_file_secret_new(sluis_random random, void *random_context)
{
	struct sluis_age_file_secret secret;

	random(random_context, secret.file_key, sizeof(secret.file_key));
	random(random_context, secret.nonce, sizeof(secret.nonce));
	return secret;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_age_header_write(const struct sluis_age_to *to, const struct sluis_age_file_secret *secret,
    sluis_random random, void *random_context, struct sluis_writer *out)
{
	SLUIS_AUTO(sluis_secret32_wipe) struct sluis_secret32 ephemeral = { 0 };
	const size_t size = sluis_age_header_size(to->n_recipients, to->context != NULL);
	struct sluis_writer w = *out; /* copied back whole, or not at all */
	uint8_t mac[KEY_BYTES];

	if (to->n_recipients == 0 || to->n_recipients > SLUIS_RECIPIENTS_MAX ||
	    sluis_age_room(out) < size + SLUIS_AGE_NONCE_BYTES)
		return SLUIS_EUSAGE;
	sluis_writer_put_text(&w, SLUIS_AGE_VERSION_LINE);
	if (to->context != NULL)
		put_context(to->context, &w);
	for (size_t i = 0; i < to->n_recipients; i++) {
		random(random_context, ephemeral.bytes, sizeof(ephemeral.bytes));
		SLUIS_TRY(put_x25519(&to->recipients[i], secret, &ephemeral, &w));
	}
	sluis_writer_put_text(&w, SLUIS_AGE_MAC_MARK);
	sluis_age_header_mac(secret->file_key, sluis_bytes(sluis_age_end(out), w.len - out->len), mac);
	sluis_writer_put_text(&w, " ");
	put_base64_line(&w, mac);
	sluis_writer_put(&w, secret->nonce, sizeof(secret->nonce));
	*out = w;
	return SLUIS_OK;
}

/* One stanza, one identity. SLUIS_ENOMATCH: sealed to somebody else. */
static enum sluis_err
unwrap(const struct sluis_age_stanza *stanza, const struct sluis_secret32 *identity,
    const struct sluis_public *own, uint8_t ret_file_key[static SLUIS_AGE_FILE_KEY_BYTES])
{
	SLUIS_AUTO(sluis_secret32_wipe) struct sluis_secret32 key = { 0 };
	uint8_t salt[2 * KEY_BYTES], wrapped[WRAPPED_BYTES];

	if (sluis_base64_decode_exact(SLUIS_BASE64_RAW, stanza->args, salt, KEY_BYTES) != SLUIS_OK ||
	    sluis_base64_decode_exact(SLUIS_BASE64_RAW, stanza->body, wrapped, sizeof(wrapped)) != SLUIS_OK)
		return SLUIS_EHEADER;
	memcpy(salt + KEY_BYTES, own->bytes, KEY_BYTES);
	if (!wrapping_key(identity, salt, salt, &key))
		return SLUIS_EHEADER;
	if (crypto_aead_chacha20poly1305_ietf_decrypt(ret_file_key, NULL, NULL, wrapped, sizeof(wrapped),
	        NULL, 0, ZERO_NONCE, key.bytes) != 0)
		return SLUIS_ENOMATCH;
	return SLUIS_OK;
}

/* All X25519 stanzas with one identity; the first match counts. */
static enum sluis_err
unwrap_any(const struct sluis_age_header *header, const struct sluis_secret32 *identity,
    uint8_t ret_file_key[static SLUIS_AGE_FILE_KEY_BYTES])
{
	uint8_t file_key[SLUIS_AGE_FILE_KEY_BYTES];
	struct sluis_public own;
	bool found = false;

	crypto_scalarmult_base(own.bytes, identity->bytes);
	for (size_t i = 0; i < header->n_stanzas; i++) {
		enum sluis_err err;

		if (!sluis_bytes_is_text(header->stanzas[i].type, SLUIS_AGE_X25519_TYPE))
			continue;
		err = unwrap(&header->stanzas[i], identity, &own, file_key);
		if (err == SLUIS_OK && !found) {
			memcpy(ret_file_key, file_key, sizeof(file_key));
			found = true;
		} else if (err != SLUIS_OK && err != SLUIS_ENOMATCH) {
			sodium_memzero(file_key, sizeof(file_key));
			return err;
		}
	}
	sodium_memzero(file_key, sizeof(file_key));
	return found ? SLUIS_OK : SLUIS_ENOMATCH;
}

static enum sluis_err
unlock(const struct sluis_age_header *header, const struct sluis_age_identities *identities,
    uint8_t ret_file_key[static SLUIS_AGE_FILE_KEY_BYTES])
{
	enum sluis_err err = SLUIS_ENOMATCH;
	uint8_t mac[KEY_BYTES] = { 0 };

	if (header->n_scrypt > 0 && identities->passphrase.len > 0)
		err = sluis_age_passphrase_unwrap(&header->stanzas[0], identities->passphrase, ret_file_key);
	for (size_t i = 0; i < identities->n_keys && err == SLUIS_ENOMATCH; i++)
		err = unwrap_any(header, &identities->keys[i], ret_file_key);
	SLUIS_TRY(err);
	sluis_age_header_mac(ret_file_key, header->signed_part, mac);
	return sodium_memcmp(mac, header->mac, sizeof(mac)) == 0 ? SLUIS_OK : SLUIS_EHMAC;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_age_header_unlock(const struct sluis_age_header *header,
    const struct sluis_age_identities *identities, uint8_t ret_file_key[static SLUIS_AGE_FILE_KEY_BYTES])
{
	const enum sluis_err err = unlock(header, identities, ret_file_key);

	if (err != SLUIS_OK)
		sodium_memzero(ret_file_key, SLUIS_AGE_FILE_KEY_BYTES);
	return err;
}
