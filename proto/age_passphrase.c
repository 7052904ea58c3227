/* SPDX-License-Identifier: EUPL-1.2 */
#include "age.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "age_internal.h"
#include "base64.h"

/* c2sp.org/age, "The scrypt recipient type": one stanza alone, `-> scrypt SALT LOG2N`, body the wrapped file key. */
enum {
	SALT_BYTES = 16,
	SALT_CHARS = 22, /* base64 without padding */
	WRAPPED_BYTES = SLUIS_AGE_FILE_KEY_BYTES + SLUIS_AGE_TAG_BYTES,
	SCRYPT_R = 8,
	SCRYPT_P = 1
};

static const char LABEL[] = "age-encryption.org/v1/scrypt";
/* The wrapping key is used once, so its nonce is zero. */
static const uint8_t ZERO_NONCE[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

static enum sluis_err
wrapping_key(struct sluis_bytes passphrase, const uint8_t salt[static SALT_BYTES], unsigned work_log2,
    struct sluis_secret32 *ret)
{
	uint8_t labelled[sizeof(LABEL) - 1 + SALT_BYTES];

	memcpy(labelled, LABEL, sizeof(LABEL) - 1);
	memcpy(labelled + sizeof(LABEL) - 1, salt, SALT_BYTES);
	return crypto_pwhash_scryptsalsa208sha256_ll(passphrase.data, passphrase.len, labelled, sizeof(labelled),
		   UINT64_C(1) << work_log2, SCRYPT_R, SCRYPT_P, ret->bytes, sizeof(ret->bytes)) == 0 ?
	    SLUIS_OK :
	    SLUIS_ENOMEM;
}

/* "SALT LOG2N": the number in decimal, without a leading zero. */
static enum sluis_err
parse_args(struct sluis_bytes args, uint8_t ret_salt[static SALT_BYTES], unsigned *ret_work_log2)
{
	const size_t digits = args.len > SALT_CHARS + 1 ? args.len - SALT_CHARS - 1 : 0;
	unsigned work = 0;

	if (digits < 1 || digits > 2 || args.data[SALT_CHARS] != ' ' || args.data[SALT_CHARS + 1] == '0' ||
	    sluis_base64_decode_exact(SLUIS_BASE64_RAW, sluis_bytes(args.data, SALT_CHARS), ret_salt, SALT_BYTES) !=
		SLUIS_OK)
		return SLUIS_EHEADER;
	for (size_t i = SALT_CHARS + 1; i < args.len; i++) {
		if (args.data[i] < '0' || args.data[i] > '9')
			return SLUIS_EHEADER;
		work = 10 * work + (unsigned)(args.data[i] - '0');
	}
	*ret_work_log2 = work;
	return work > SLUIS_AGE_WORK_MAX_LOG2 ? SLUIS_EHEADER : SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_age_passphrase_unwrap(const struct sluis_age_stanza *stanza, struct sluis_bytes passphrase,
    uint8_t ret_file_key[static SLUIS_AGE_FILE_KEY_BYTES])
{
	SLUIS_AUTO(sluis_secret32_wipe) struct sluis_secret32 key = { 0 };
	uint8_t salt[SALT_BYTES], wrapped[WRAPPED_BYTES];
	unsigned work_log2;

	SLUIS_TRY(parse_args(stanza->args, salt, &work_log2));
	if (sluis_base64_decode_exact(SLUIS_BASE64_RAW, stanza->body, wrapped, sizeof(wrapped)) != SLUIS_OK)
		return SLUIS_EHEADER;
	SLUIS_TRY(wrapping_key(passphrase, salt, work_log2, &key));
	return crypto_aead_chacha20poly1305_ietf_decrypt(ret_file_key, NULL, NULL, wrapped, sizeof(wrapped), NULL, 0,
		   ZERO_NONCE, key.bytes) == 0 ?
	    SLUIS_OK :
	    SLUIS_ENOMATCH;
}

static void
put_base64_line(struct sluis_writer *out, struct sluis_bytes bytes)
{
	char line[SLUIS_BASE64_RAW_32 + 1];

	sluis_base64_encode(SLUIS_BASE64_RAW, bytes, line);
	sluis_writer_put_text(out, line);
	sluis_writer_put_text(out, "\n");
}

static enum sluis_err
put_header(struct sluis_bytes passphrase, unsigned work_log2, const struct sluis_age_file_secret *secret,
    const uint8_t salt[static SALT_BYTES], struct sluis_writer *out)
{
	SLUIS_AUTO(sluis_secret32_wipe) struct sluis_secret32 key = { 0 };
	uint8_t wrapped[WRAPPED_BYTES], mac[32];
	char text[SALT_CHARS + 1], work[16];
	const size_t from = out->len;

	SLUIS_TRY(wrapping_key(passphrase, salt, work_log2, &key));
	crypto_aead_chacha20poly1305_ietf_encrypt(wrapped, NULL, secret->file_key, sizeof(secret->file_key), NULL, 0,
	    NULL, ZERO_NONCE, key.bytes);
	sluis_base64_encode(SLUIS_BASE64_RAW, sluis_bytes(salt, SALT_BYTES), text);
	snprintf(work, sizeof(work), " %u\n", work_log2);
	sluis_writer_put_text(out, SLUIS_AGE_VERSION_LINE SLUIS_AGE_STANZA_MARK SLUIS_AGE_SCRYPT_TYPE " ");
	sluis_writer_put_text(out, text);
	sluis_writer_put_text(out, work);
	put_base64_line(out, sluis_bytes(wrapped, sizeof(wrapped)));
	sluis_writer_put_text(out, SLUIS_AGE_MAC_MARK);
	sluis_age_header_mac(secret->file_key, sluis_bytes(out->data + from, out->len - from), mac);
	sluis_writer_put_text(out, " ");
	put_base64_line(out, sluis_bytes(mac, sizeof(mac)));
	sluis_writer_put(out, secret->nonce, sizeof(secret->nonce));
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_age_passphrase_sealer_new(struct sluis_bytes passphrase, unsigned work_log2, sluis_random random,
    void *random_context, struct sluis_writer *out, struct sluis_age_sealer **ret)
{
	SLUIS_AUTO(sluis_age_file_secret_wipe) struct sluis_age_file_secret secret =
	    sluis_age_file_secret_new(random, random_context);
	SLUIS_AUTO(sluis_age_sealer_freep) struct sluis_age_sealer *sealer = NULL;
	struct sluis_writer w = *out; /* copied back whole, or not at all */
	uint8_t salt[SALT_BYTES];

	if (passphrase.len == 0 || work_log2 < 1 || work_log2 > SLUIS_AGE_WORK_MAX_LOG2 ||
	    sluis_age_room(out) < SLUIS_AGE_PASSPHRASE_HEADER_BYTES)
		return SLUIS_EUSAGE;
	random(random_context, salt, sizeof(salt));
	SLUIS_TRY(put_header(passphrase, work_log2, &secret, salt, &w));
	SLUIS_TRY(sluis_age_sealer_resume(&secret, 0, &sealer));
	*out = w;
	*ret = SLUIS_TAKE(sealer);
	return SLUIS_OK;
}
