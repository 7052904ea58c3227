/* SPDX-License-Identifier: EUPL-1.2 */
#include "profile_json.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <sodium.h>

/* Keys as bytes: sign seed ‖ CURVE secret ‖ n ‖ n × (epoch ‖ age secret ‖ from ‖ until). */
enum { EPOCH_BYTES = 4 + 32 + 8 + 8, KEYS_MAX = 32 + 32 + 4 + SLUIS_PROFILE_EPOCHS_MAX * EPOCH_BYTES,
	PASSPHRASE_MAX = 1024 };

static json_t *
hex_json(const uint8_t *bytes, size_t len)
{
	char *text = malloc(2 * len + 1);
	json_t *json = NULL;

	if (text != NULL) {
		sluis_hex(bytes, len, text);
		json = json_string(text);
		sodium_memzero(text, 2 * len);
	}
	free(text);
	return json;
}

static enum sluis_err
get_hex(const json_t *object, const char *key, uint8_t *ret, size_t len)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? SLUIS_EFORMAT : sluis_unhex(text, ret, len);
}

static enum sluis_err
get_text(const json_t *object, const char *key, char *ret, size_t cap)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (text == NULL || strlen(text) >= cap)
		return SLUIS_EFORMAT;
	memcpy(ret, text, strlen(text) + 1);
	return SLUIS_OK;
}

static json_t *
head_json(const struct sluis_merkle_head *head)
{
	return json_pack("{s:I, s:o}", "size", (json_int_t)head->size, "root",
	    hex_json(head->root.bytes, sizeof(head->root.bytes)));
}

static enum sluis_err
get_head(const json_t *object, const char *key, struct sluis_merkle_head *ret)
{
	const json_t *head = json_object_get(object, key);
	const json_t *size = json_object_get(head, "size");

	if (!json_is_integer(size) || json_integer_value(size) < 0)
		return SLUIS_EFORMAT;
	ret->size = (uint64_t)json_integer_value(size);
	return get_hex(head, "root", ret->root.bytes, sizeof(ret->root.bytes));
}

static char *
dump(json_t *json)
{
	char *text = json == NULL ? NULL : json_dumps(json, JSON_INDENT(2) | JSON_SORT_KEYS);

	json_decref(json);
	return text;
}

static json_t *
load(struct sluis_bytes file, size_t n_members)
{
	json_t *json = json_loadb((const char *)file.data, file.len, JSON_REJECT_DUPLICATES, NULL);

	if (json_is_object(json) && json_object_size(json) == n_members)
		return json;
	json_decref(json);
	return NULL;
}

/* ---- profile.json ---- */

char *
sluis_profile_identity_text(const struct sluis_profile_identity *identity)
{
	json_t *endpoints = json_array();

	for (size_t i = 0; i < identity->n_endpoints; i++)
		json_array_append_new(endpoints, json_string(identity->endpoints[i]));
	return dump(json_pack("{s:o, s:o, s:o, s:s, s:s, s:s, s:s, s:o, s:o}", "federation",
	    hex_json(identity->federation.bytes, SLUIS_HASH_BYTES), "endpoints", endpoints, "curve",
	    hex_json(identity->broker_curve.bytes, SLUIS_KEY_BYTES), "handle", identity->handle,
	    "organisation", identity->organisation, "lang", identity->lang, "code",
	    identity->code_hex, "keys", head_json(&identity->start_keys), "exchange",
	    head_json(&identity->start_exchange)));
}

static enum sluis_err
get_endpoints(const json_t *object, struct sluis_profile_identity *ret)
{
	const json_t *list = json_object_get(object, "endpoints");

	ret->n_endpoints = json_array_size(list);
	if (ret->n_endpoints < 1 || ret->n_endpoints > SLUIS_PROFILE_ENDPOINTS_MAX)
		return SLUIS_EFORMAT;
	for (size_t i = 0; i < ret->n_endpoints; i++) {
		const char *text = json_string_value(json_array_get(list, i));

		if (text == NULL || strlen(text) >= sizeof(ret->endpoints[i]))
			return SLUIS_EFORMAT;
		memcpy(ret->endpoints[i], text, strlen(text) + 1);
	}
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_profile_identity_parse(struct sluis_bytes file, struct sluis_profile_identity *ret)
{
	json_auto_t *json = load(file, 9);
	struct sluis_profile_identity p = { .n_endpoints = 0 };

	if (json == NULL)
		return SLUIS_EFORMAT;
	SLUIS_TRY(get_hex(json, "federation", p.federation.bytes, SLUIS_HASH_BYTES));
	SLUIS_TRY(get_hex(json, "curve", p.broker_curve.bytes, SLUIS_KEY_BYTES));
	SLUIS_TRY(get_text(json, "handle", p.handle, sizeof(p.handle)));
	SLUIS_TRY(get_text(json, "organisation", p.organisation, sizeof(p.organisation)));
	SLUIS_TRY(get_text(json, "lang", p.lang, sizeof(p.lang)));
	SLUIS_TRY(get_text(json, "code", p.code_hex, sizeof(p.code_hex)));
	SLUIS_TRY(get_head(json, "keys", &p.start_keys));
	SLUIS_TRY(get_head(json, "exchange", &p.start_exchange));
	SLUIS_TRY(get_endpoints(json, &p));
	*ret = p;
	return SLUIS_OK;
}

/* ---- state.json ---- */

char *
sluis_profile_state_text(const struct sluis_profile_state *state)
{
	json_t *sequences = json_object();

	for (size_t i = 0; i < state->n_sequences; i++)
		json_object_set_new(sequences, state->sequences[i].handle,
		    json_integer((json_int_t)state->sequences[i].last));
	return dump(json_pack("{s:o, s:o, s:o}", "keys", head_json(&state->heads.keys), "exchange",
	    head_json(&state->heads.exchange), "sequences", sequences));
}

SLUIS_MUST_CHECK enum sluis_err
sluis_profile_state_parse(struct sluis_bytes file, struct sluis_profile_state *ret)
{
	json_auto_t *json = load(file, 3);
	struct sluis_profile_state state = { .n_sequences = 0 };
	json_t *sequences = json_object_get(json, "sequences"), *value;
	const char *handle;

	if (!json_is_object(sequences) || get_head(json, "keys", &state.heads.keys) != SLUIS_OK ||
	    get_head(json, "exchange", &state.heads.exchange) != SLUIS_OK)
		return SLUIS_EFORMAT;
	json_object_foreach (sequences, handle, value) {
		uint64_t *last;

		if (strlen(handle) > SLUIS_HANDLE_MAX || !json_is_integer(value) ||
		    json_integer_value(value) < 0 ||
		    (last = sluis_profile_state_sequence(&state, handle)) == NULL) {
			sluis_profile_state_done(&state);
			return SLUIS_EFORMAT;
		}
		*last = (uint64_t)json_integer_value(value);
	}
	*ret = state;
	return SLUIS_OK;
}

void
sluis_profile_state_done(struct sluis_profile_state *state)
{
	free(state->sequences);
	state->sequences = NULL;
	state->n_sequences = 0;
}

uint64_t *
sluis_profile_state_sequence(struct sluis_profile_state *state, const char *handle)
{
	struct sluis_profile_sequence *grown;

	for (size_t i = 0; i < state->n_sequences; i++) {
		if (strcmp(state->sequences[i].handle, handle) == 0)
			return &state->sequences[i].last;
	}
	if (strlen(handle) > SLUIS_HANDLE_MAX)
		return NULL;
	grown = reallocarray(state->sequences, state->n_sequences + 1, sizeof(*grown));
	if (grown == NULL)
		return NULL;
	state->sequences = grown;
	grown += state->n_sequences++;
	memcpy(grown->handle, handle, strlen(handle) + 1);
	grown->last = 0;
	return &grown->last;
}

/* ---- secret.json ---- */

static size_t
pack_keys(const struct sluis_profile_keys *keys, uint8_t ret[static KEYS_MAX])
{
	struct sluis_writer w;

	sluis_writer_init(&w, ret, KEYS_MAX);
	sluis_writer_put(&w, keys->sign.bytes, 32); /* the first half of libsodium's form is the seed */
	sluis_writer_put(&w, keys->curve.bytes, sizeof(keys->curve.bytes));
	sluis_writer_put_u32(&w, (uint32_t)keys->n_epochs);
	for (size_t i = 0; i < keys->n_epochs; i++) {
		sluis_writer_put_u32(&w, keys->epochs[i].epoch);
		sluis_writer_put(&w, keys->epochs[i].age.bytes, 32);
		sluis_writer_put_u64(&w, (uint64_t)keys->epochs[i].from_ms);
		sluis_writer_put_u64(&w, (uint64_t)keys->epochs[i].until_ms);
	}
	return w.len;
}

static enum sluis_err
unpack_keys(struct sluis_bytes bytes, struct sluis_profile_keys *ret)
{
	SLUIS_AUTO(sluis_secret32_wipe) struct sluis_secret32 seed;
	struct sluis_reader r;

	memset(ret, 0, sizeof(*ret));
	sluis_reader_init(&r, bytes);
	sluis_reader_copy(&r, seed.bytes, sizeof(seed.bytes));
	sluis_reader_copy(&r, ret->curve.bytes, sizeof(ret->curve.bytes));
	ret->n_epochs = sluis_reader_get_u32(&r);
	if (r.failed || ret->n_epochs > SLUIS_PROFILE_EPOCHS_MAX)
		return SLUIS_EFORMAT;
	for (size_t i = 0; i < ret->n_epochs; i++) {
		ret->epochs[i].epoch = sluis_reader_get_u32(&r);
		sluis_reader_copy(&r, ret->epochs[i].age.bytes, 32);
		ret->epochs[i].from_ms = (int64_t)sluis_reader_get_u64(&r);
		ret->epochs[i].until_ms = (int64_t)sluis_reader_get_u64(&r);
		crypto_scalarmult_base(ret->epochs[i].age_public.bytes, ret->epochs[i].age.bytes);
	}
	SLUIS_TRY(sluis_reader_end(&r));
	sluis_signing_secret_expand(&seed, &ret->sign, &ret->sign_public);
	crypto_scalarmult_base(ret->curve_public.bytes, ret->curve.bytes);
	return SLUIS_OK;
}

static enum sluis_err
derive(const struct sluis_passphrase *passphrase, bool is_new, const uint8_t *salt,
    struct sluis_secret32 *ret)
{
	char text[PASSPHRASE_MAX];
	const size_t len = passphrase == NULL || passphrase->ask == NULL ?
	    0 :
	    passphrase->ask(passphrase->context, is_new, text, sizeof(text));
	int failed = -1;

	if (len > 0)
		failed = crypto_pwhash(ret->bytes, sizeof(ret->bytes), text, len, salt,
		    crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE,
		    crypto_pwhash_ALG_ARGON2ID13);
	sodium_memzero(text, sizeof(text));
	return len > 0 && failed == 0 ? SLUIS_OK : SLUIS_EPASSPHRASE;
}

static enum sluis_err
seal(struct sluis_bytes plain, const struct sluis_passphrase *passphrase, char **ret)
{
	enum { NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
		TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES };
	SLUIS_AUTO(sluis_secret32_wipe) struct sluis_secret32 key;
	uint8_t salt[crypto_pwhash_SALTBYTES], nonce[NONCE], sealed[KEYS_MAX + TAG];
	unsigned long long len;

	randombytes_buf(salt, sizeof(salt));
	randombytes_buf(nonce, sizeof(nonce));
	SLUIS_TRY(derive(passphrase, true, salt, &key));
	crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, &len, plain.data, plain.len, NULL, 0, NULL,
	    nonce, key.bytes);
	*ret = dump(json_pack("{s:s, s:o, s:o, s:o}", "kdf", "argon2id-interactive", "salt",
	    hex_json(salt, sizeof(salt)), "nonce", hex_json(nonce, sizeof(nonce)), "sealed",
	    hex_json(sealed, (size_t)len)));
	return *ret == NULL ? SLUIS_ENOMEM : SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_profile_secret_text(const struct sluis_profile_keys *keys,
    const struct sluis_passphrase *passphrase, char **ret)
{
	uint8_t plain[KEYS_MAX];
	const size_t len = pack_keys(keys, plain);
	enum sluis_err err = SLUIS_OK;

	if (passphrase != NULL && passphrase->ask != NULL) {
		err = seal(sluis_bytes(plain, len), passphrase, ret);
	} else {
		*ret = dump(json_pack("{s:o}", "keys", hex_json(plain, len)));
		err = *ret == NULL ? SLUIS_ENOMEM : SLUIS_OK;
	}
	sodium_memzero(plain, sizeof(plain));
	return err;
}

static enum sluis_err
open_sealed(const json_t *json, const struct sluis_passphrase *passphrase, uint8_t *plain,
    size_t *ret_len)
{
	enum { NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
		TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES };
	SLUIS_AUTO(sluis_secret32_wipe) struct sluis_secret32 key;
	const char *text = json_string_value(json_object_get(json, "sealed"));
	const char *kdf = json_string_value(json_object_get(json, "kdf"));
	uint8_t salt[crypto_pwhash_SALTBYTES], nonce[NONCE], sealed[KEYS_MAX + TAG];
	unsigned long long len;
	size_t n;

	if (text == NULL || kdf == NULL || strcmp(kdf, "argon2id-interactive") != 0)
		return SLUIS_EFORMAT;
	n = strlen(text) / 2;
	if (n <= TAG || n > sizeof(sealed))
		return SLUIS_EFORMAT;
	SLUIS_TRY(sluis_unhex(text, sealed, n));
	SLUIS_TRY(get_hex(json, "salt", salt, sizeof(salt)));
	SLUIS_TRY(get_hex(json, "nonce", nonce, sizeof(nonce)));
	SLUIS_TRY(derive(passphrase, false, salt, &key));
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, &len, NULL, sealed, n, NULL, 0, nonce,
		key.bytes) != 0)
		return SLUIS_EPASSPHRASE;
	*ret_len = (size_t)len;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_profile_secret_parse(struct sluis_bytes file, const struct sluis_passphrase *passphrase,
    struct sluis_profile_keys *ret)
{
	json_auto_t *json = json_loadb((const char *)file.data, file.len, JSON_REJECT_DUPLICATES, NULL);
	const char *text = json_string_value(json_object_get(json, "keys"));
	uint8_t plain[KEYS_MAX];
	size_t len = 0;
	enum sluis_err err;

	if (!json_is_object(json))
		return SLUIS_EFORMAT;
	if (text != NULL && json_object_size(json) == 1) {
		len = strlen(text) / 2;
		err = len > sizeof(plain) ? SLUIS_EFORMAT : sluis_unhex(text, plain, len);
	} else {
		err = open_sealed(json, passphrase, plain, &len);
	}
	if (err == SLUIS_OK)
		err = unpack_keys(sluis_bytes(plain, len), ret);
	sodium_memzero(plain, sizeof(plain));
	return err;
}
