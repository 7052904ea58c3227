/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * kit_wycheproof - Wycheproof vectors (testvectors_v1 JSON) against the functions that our code calls.
 *
 * What a file tests is told by the type of its groups. "acceptable" X25519 vectors may be refused only for an
 * all-zero shared secret, which age refuses too.
 */
#include "kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <sodium.h>

#include "aead.h"
#include "hkdf.h"

enum { FIELD_MAX_BYTES = 1024 * 1024 };

struct field {
	uint8_t *data;
	size_t len;
};

struct test {
	json_t *group;
	json_t *test;
	bool valid, acceptable;
};

enum outcome { PASS, FAIL, SKIP, UNREADABLE };

struct kind {
	const char *type;
	enum outcome (*run)(const struct test *test);
	size_t skipped;
	const char *skip_why;
};

struct run {
	struct kit_count *count;
	struct kind *kinds;
	size_t n_kinds;
};

static void
field_done(struct field *field)
{
	free(field->data);
}

/* A hex string of ${object}; false where it is not there. */
static bool
get(json_t *object, const char *key, struct field *ret)
{
	const char *text = json_string_value(json_object_get(object, key));
	const size_t len = text != NULL ? strlen(text) / 2 : 0;

	if (text == NULL || len > FIELD_MAX_BYTES || (ret->data = malloc(len + 1)) == NULL)
		return false;
	ret->len = len;
	return sluis_unhex(text, ret->data, len) == SLUIS_OK;
}

static struct sluis_bytes
view(const struct field *field)
{
	return sluis_bytes(field->data, field->len);
}

static bool
same(const struct field *field, const uint8_t *bytes, size_t len)
{
	return sluis_bytes_equal(view(field), sluis_bytes(bytes, len));
}

/* crypto_sign_verify_detached(), as dsse and notes use it. */
static enum outcome
run_ed25519(const struct test *t)
{
	SLUIS_AUTO(field_done) struct field key = { 0 }, msg = { 0 }, sig = { 0 };
	bool good;

	if (!get(json_object_get(t->group, "publicKey"), "pk", &key) || !get(t->test, "msg", &msg) ||
	    !get(t->test, "sig", &sig) || key.len != SLUIS_KEY_BYTES)
		return UNREADABLE;
	/* a signature is a struct of 64 bytes in all our code: others end at the parser */
	good = sig.len == SLUIS_SIGNATURE_BYTES &&
	    crypto_sign_verify_detached(sig.data, msg.data, msg.len, key.data) == 0;
	return good == t->valid ? PASS : FAIL;
}

/* crypto_scalarmult(), as the age module uses it. */
static enum outcome
run_x25519(const struct test *t)
{
	SLUIS_AUTO(field_done) struct field public = { 0 }, private = { 0 }, shared = { 0 };
	uint8_t out[SLUIS_KEY_BYTES] = { 0 };
	bool done;

	if (!get(t->test, "public", &public) || !get(t->test, "private", &private) ||
	    !get(t->test, "shared", &shared) || public.len != sizeof(out) || private.len != sizeof(out))
		return UNREADABLE;
	done = crypto_scalarmult(out, private.data, public.data) == 0;
	if (sodium_is_zero(shared.data, shared.len))
		return !done ? PASS : FAIL;
	return done && (t->valid || t->acceptable) && same(&shared, out, sizeof(out)) ? PASS : FAIL;
}

struct aead_case {
	struct field key, iv, aad, msg, ct, tag;
};

static void
aead_case_done(struct aead_case *c)
{
	free(c->key.data);
	free(c->iv.data);
	free(c->aad.data);
	free(c->msg.data);
	free(c->ct.data);
	free(c->tag.data);
}

/* sluis_aead (payloads) and libsodium's (header stanzas), which must agree. ${sealed}: ct and tag. */
static bool
aead_as_expected(const struct aead_case *c, bool valid, uint8_t *sealed, uint8_t *out)
{
	const size_t len = c->ct.len + c->tag.len;
	struct sluis_secret32 key;
	SLUIS_AUTO(sluis_aead_freep) struct sluis_aead *aead = NULL;
	bool a, b;

	memcpy(key.bytes, c->key.data, sizeof(key.bytes));
	aead = sluis_aead_new(&key);
	if (aead == NULL)
		return false;
	a = sluis_aead_open(aead, c->iv.data, view(&c->aad), sluis_bytes(sealed, len), out) == SLUIS_OK;
	if (a != valid || (valid && !same(&c->msg, out, c->ct.len)))
		return false;
	b = crypto_aead_chacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed, len, c->aad.data, c->aad.len,
	        c->iv.data, key.bytes) == 0;
	if (b != valid || (valid && !same(&c->msg, out, c->ct.len)))
		return false;
	if (!valid)
		return true;
	if (sluis_aead_seal(aead, c->iv.data, view(&c->aad), view(&c->msg), out) != SLUIS_OK ||
	    memcmp(out, sealed, len) != 0)
		return false;
	crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, c->msg.data, c->msg.len, c->aad.data, c->aad.len,
	    NULL, c->iv.data, key.bytes);
	return memcmp(out, sealed, len) == 0;
}

static enum outcome
run_aead(const struct test *t)
{
	SLUIS_AUTO(aead_case_done) struct aead_case c = { 0 };
	SLUIS_AUTO(sluis_freep) uint8_t *sealed = NULL;
	SLUIS_AUTO(sluis_freep) uint8_t *out = NULL;

	if (!get(t->test, "key", &c.key) || !get(t->test, "iv", &c.iv) || !get(t->test, "aad", &c.aad) ||
	    !get(t->test, "msg", &c.msg) || !get(t->test, "ct", &c.ct) || !get(t->test, "tag", &c.tag))
		return UNREADABLE;
	if (c.iv.len != SLUIS_AEAD_NONCE_BYTES)
		return !t->valid ? SKIP : FAIL;
	if (c.key.len != 32 || c.tag.len != SLUIS_AEAD_TAG_BYTES)
		return UNREADABLE;
	sealed = malloc(c.ct.len + c.tag.len);
	out = malloc(c.ct.len + c.msg.len + c.tag.len);
	if (sealed == NULL || out == NULL)
		return UNREADABLE;
	memcpy(sealed, c.ct.data, c.ct.len);
	memcpy(sealed + c.ct.len, c.tag.data, c.tag.len);
	return aead_as_expected(&c, t->valid, sealed, out) ? PASS : FAIL;
}

static enum outcome
run_hkdf(const struct test *t)
{
	SLUIS_AUTO(field_done) struct field ikm = { 0 }, salt = { 0 }, info = { 0 }, okm = { 0 };
	const json_int_t size = json_integer_value(json_object_get(t->test, "size"));
	SLUIS_AUTO(sluis_freep) uint8_t *out = NULL;
	bool good;

	if (!get(t->test, "ikm", &ikm) || !get(t->test, "salt", &salt) || !get(t->test, "info", &info) ||
	    !get(t->test, "okm", &okm) || size < 0 || size > FIELD_MAX_BYTES ||
	    (out = malloc((size_t)size + 1)) == NULL)
		return UNREADABLE;
	good = sluis_hkdf(view(&ikm), view(&salt), view(&info), out, (size_t)size) == SLUIS_OK &&
	    same(&okm, out, (size_t)size);
	return good == t->valid ? PASS : FAIL;
}

/* Groups with short tags compare the front of ours. */
static enum outcome
run_hmac(const struct test *t)
{
	SLUIS_AUTO(field_done) struct field key = { 0 }, msg = { 0 }, tag = { 0 };
	const json_int_t bits = json_integer_value(json_object_get(t->group, "tagSize"));
	uint8_t out[32];
	bool good;

	if (!get(t->test, "key", &key) || !get(t->test, "msg", &msg) || !get(t->test, "tag", &tag) ||
	    bits <= 0 || bits % 8 != 0 || bits > 256)
		return UNREADABLE;
	sluis_hmac(view(&key), view(&msg), out);
	good = tag.len == (size_t)bits / 8 && sodium_memcmp(tag.data, out, tag.len) == 0;
	return good == t->valid ? PASS : FAIL;
}

static int
run_test(const char *path, const char *name, const struct test *t, struct kind *kind, struct kit_count *count)
{
	const json_int_t id = json_integer_value(json_object_get(t->test, "tcId"));
	const char *comment = json_string_value(json_object_get(t->test, "comment"));

	switch (kind->run(t)) {
	case PASS:
		kit_pass(count);
		return 0;
	case FAIL:
		kit_fail(count, name, "test %lld: %s", (long long)id, comment != NULL ? comment : "");
		return 0;
	case SKIP:
		kind->skipped++;
		return 0;
	case UNREADABLE:
		break;
	}
	return kit_trouble(path, "test %lld lacks a field, or has one of another form", (long long)id);
}

static int
run_group(const char *path, const char *name, json_t *group, struct run *run)
{
	const char *type = json_string_value(json_object_get(group, "type"));
	struct kind *kind = NULL;
	json_t *item;
	size_t i;

	for (i = 0; type != NULL && i < run->n_kinds; i++) {
		if (strcmp(type, run->kinds[i].type) == 0)
			kind = &run->kinds[i];
	}
	if (kind == NULL)
		return kit_trouble(path, "a group of a type that is not known here: %s",
		    type != NULL ? type : "none");
	json_array_foreach(json_object_get(group, "tests"), i, item) {
		const char *result = json_string_value(json_object_get(item, "result"));
		const struct test t = { group, item, result != NULL && strcmp(result, "valid") == 0,
			result != NULL && strcmp(result, "acceptable") == 0 };

		if (result == NULL)
			return kit_trouble(path, "a test without a result");
		if (run_test(path, name, &t, kind, run->count) != 0)
			return -1;
	}
	return 0;
}

static int
one(const char *path, const char *name, void *context)
{
	json_error_t error;
	json_t *root = json_load_file(path, 0, &error), *group;
	json_t *groups = json_object_get(root, "testGroups");
	int rc = 0;
	size_t i;

	if (!json_is_array(groups))
		rc = kit_trouble(path, "%s", root == NULL ? error.text : "no \"testGroups\"");
	json_array_foreach(groups, i, group) {
		if (rc == 0)
			rc = run_group(path, name, group, context);
	}
	json_decref(root);
	return rc;
}

int
kit_wycheproof(const char *path, struct kit_count *count)
{
	struct kind kinds[] = {
		{ .type = "EddsaVerify", .run = run_ed25519 },
		{ .type = "XdhComp", .run = run_x25519 },
		{ .type = "AeadTest",
		    .run = run_aead,
		    .skip_why = "a nonce of another length than 12 bytes cannot be passed to our functions" },
		{ .type = "HkdfTest", .run = run_hkdf },
		{ .type = "MacTest", .run = run_hmac },
	};
	struct run run = { .count = count, .kinds = kinds, .n_kinds = SLUIS_ARRAY_LEN(kinds) };
	const char *slash = strrchr(path, '/');
	const int rc = kit_is_dir(path) ? kit_each(path, false, one, &run) :
	                                  one(path, slash != NULL ? slash + 1 : path, &run);

	for (size_t i = 0; i < run.n_kinds; i++)
		kit_skip(kinds[i].skipped, kinds[i].type, kinds[i].skip_why);
	return rc;
}
