/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * kit_age - age vectors in the form of C2SP/CCTV: header lines, an empty line, an age file.
 *
 * X25519 vectors must come out exactly as they say, opened whole and as a stream in pieces, and what opens is
 * sealed again byte for byte. Armour and hybrid keys we do not have: those must fail, no more.
 */
#include "kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "age.h"
#include "bech32.h"
#include "hash.h"

enum { FILE_MAX_BYTES = 64 * 1024 * 1024, IDENTITIES_MAX = 16 };

struct vector {
	const char *name;
	enum sluis_err expect;
	bool has_expect, compressed, unknown_key;
	bool armored, foreign_identity; /* what we do not have */
	struct sluis_bytes passphrase; /* empty: none; within the file that was read */
	bool has_payload, has_file_key;
	struct sluis_hash payload;
	uint8_t file_key[SLUIS_AGE_FILE_KEY_BYTES];
	struct sluis_secret32 identities[IDENTITIES_MAX];
	size_t n_identities;
	struct kit_file age; /* what the lines describe, inflated; owned */
};

struct run {
	struct kit_count *count;
	size_t n_unknown, n_armored, n_hybrid;
};

static const struct {
	const char *text;
	enum sluis_err err;
} EXPECTED[] = {
	{ "success", SLUIS_OK },
	{ "no match", SLUIS_ENOMATCH },
	{ "HMAC failure", SLUIS_EHMAC },
	{ "header failure", SLUIS_EHEADER },
	{ "payload failure", SLUIS_EPAYLOAD },
	{ "armor failure", SLUIS_EFORMAT },
};

static void
vector_done(struct vector *v)
{
	kit_file_done(&v->age);
}

static bool
read_expect(struct vector *v, const char *value)
{
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(EXPECTED); i++) {
		if (strcmp(value, EXPECTED[i].text) == 0) {
			v->expect = EXPECTED[i].err;
			v->has_expect = true;
			return true;
		}
	}
	return false;
}

static bool
read_identity(struct vector *v, const char *value)
{
	if (v->n_identities == IDENTITIES_MAX)
		return false;
	if (sluis_bech32_identity_parse(sluis_bytes_text(value), &v->identities[v->n_identities]) == SLUIS_OK)
		v->n_identities++;
	else
		v->foreign_identity = true;
	return true;
}

/* False for a value that the form does not allow. */
static bool
read_key(struct vector *v, const char *key, const char *value)
{
	if (strcmp(key, "expect") == 0)
		return read_expect(v, value);
	if (strcmp(key, "identity") == 0)
		return read_identity(v, value);
	if (strcmp(key, "payload") == 0) {
		v->has_payload = true;
		return sluis_unhex(value, v->payload.bytes, sizeof(v->payload.bytes)) == SLUIS_OK;
	}
	if (strcmp(key, "file key") == 0) {
		/* some vectors have one of a wrong length */
		v->has_file_key = sluis_unhex(value, v->file_key, sizeof(v->file_key)) == SLUIS_OK;
		return true;
	}
	if (strcmp(key, "compressed") == 0)
		return v->compressed = strcmp(value, "zlib") == 0;
	if (strcmp(key, "armored") == 0)
		return v->armored = strcmp(value, "yes") == 0;
	if (strcmp(key, "passphrase") == 0)
		v->passphrase = sluis_bytes_text(value);
	else if (strcmp(key, "comment") != 0)
		v->unknown_key = true;
	return true;
}

static int
inflate_all(const char *path, const uint8_t *data, size_t len, struct kit_file *ret)
{
	uLongf out_len = FILE_MAX_BYTES;
	uint8_t *out = malloc(FILE_MAX_BYTES), *fit;

	if (out == NULL)
		return kit_trouble(path, "no memory");
	if (uncompress(out, &out_len, data, len) != Z_OK) {
		free(out);
		return kit_trouble(path, "cannot be inflated");
	}
	fit = realloc(out, out_len + 1);
	*ret = (struct kit_file){ .data = fit != NULL ? fit : out, .len = out_len };
	return 0;
}

static int
read_vector(const char *path, const struct kit_file *file, struct vector *v)
{
	char *line = (char *)file->data;
	const char *end = (char *)file->data + file->len;
	size_t rest;

	for (;;) {
		char *lf = memchr(line, '\n', (size_t)(end - line)), *colon;

		if (lf == NULL)
			return kit_trouble(path, "no empty line behind the header");
		*lf = '\0';
		if (lf == line)
			break;
		colon = strstr(line, ": ");
		if (colon == NULL || (*colon = '\0', !read_key(v, line, colon + 2)))
			return kit_trouble(path, "header line \"%s\" is not understood", line);
		line = lf + 1;
	}
	if (!v->has_expect)
		return kit_trouble(path, "says not what to expect");
	rest = (size_t)(end - line) - 1;
	if (v->compressed)
		return inflate_all(path, (uint8_t *)line + 1, rest, &v->age);
	v->age = (struct kit_file){ .data = malloc(rest + 1), .len = rest };
	if (v->age.data == NULL)
		return kit_trouble(path, "no memory");
	memcpy(v->age.data, line + 1, rest);
	return 0;
}

static struct sluis_age_identities
identities_of(const struct vector *v)
{
	return (struct sluis_age_identities){
		.keys = v->identities, .n_keys = v->n_identities, .passphrase = v->passphrase };
}

/* As a stream, ${piece} bytes at a time; ${out} then holds what was released before an error. */
static enum sluis_err
open_in_pieces(const struct vector *v, size_t piece, struct sluis_writer *out)
{
	const struct sluis_age_identities identities = identities_of(v);
	SLUIS_AUTO(sluis_age_opener_freep) struct sluis_age_opener *opener = NULL;
	struct sluis_bytes rest = sluis_bytes(v->age.data, v->age.len);

	SLUIS_TRY(sluis_age_opener_new(&identities, 0, NULL, &opener));
	while (rest.len > 0) {
		const size_t len = rest.len < piece ? rest.len : piece;

		SLUIS_TRY(sluis_age_opener_update(opener, sluis_bytes(rest.data, len), out));
		rest = sluis_bytes(rest.data + len, rest.len - len);
	}
	return sluis_age_opener_final(opener, out);
}

/* The payload sealed again with the file key that the vector gives. */
static bool
seals_to_the_same(const struct vector *v, struct sluis_bytes plain, struct sluis_writer *out)
{
	SLUIS_AUTO(sluis_age_sealer_freep) struct sluis_age_sealer *sealer = NULL;
	struct sluis_age_file_secret secret;
	struct sluis_age_header header;
	size_t at;

	if (sluis_age_header_parse(sluis_bytes(v->age.data, v->age.len), &header) != SLUIS_OK)
		return false;
	at = header.len + sizeof(secret.nonce);
	memcpy(secret.file_key, v->file_key, sizeof(secret.file_key));
	memcpy(secret.nonce, v->age.data + header.len, sizeof(secret.nonce));
	return sluis_age_sealer_resume(&secret, 0, &sealer) == SLUIS_OK &&
	    sluis_age_sealer_update(sealer, plain, out) == SLUIS_OK &&
	    sluis_age_sealer_final(sealer, out) == SLUIS_OK &&
	    sluis_bytes_equal(sluis_bytes(out->data, out->len),
	        sluis_bytes(v->age.data + at, v->age.len - at));
}

static bool
is_payload(const struct vector *v, const struct sluis_writer *plain)
{
	const struct sluis_hash hash = sluis_hash(sluis_bytes(plain->data, plain->len));

	return !v->has_payload || sluis_hash_equal(&hash, &v->payload);
}

/* NULL, or what is wrong. ${a} and ${b}: room for any plaintext. */
static const char *
judge(const struct vector *v, struct sluis_writer a, struct sluis_writer b)
{
	static const size_t PIECES[] = { 100003, 65536, 997 };
	const struct sluis_age_identities identities = identities_of(v);

	if (sluis_age_open(&identities, sluis_bytes(v->age.data, v->age.len), &a) != v->expect)
		return "opened whole it gives another result";
	if (v->expect == SLUIS_OK ? !is_payload(v, &a) : a.len > 0)
		return "opened whole it gives another plaintext";
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(PIECES); i++) {
		b.len = 0;
		if (open_in_pieces(v, PIECES[i], &b) != v->expect)
			return "opened in pieces it gives another result";
		if (!is_payload(v, &b))
			return "opened in pieces it gives another plaintext";
	}
	b.len = 0;
	if (v->expect == SLUIS_OK && v->has_file_key &&
	    !seals_to_the_same(v, sluis_bytes(a.data, a.len), &b))
		return "sealed again it gives other bytes";
	return NULL;
}

static bool
is_foreign(const struct vector *v)
{
	return v->armored || v->foreign_identity;
}

static int
run_vector(const struct vector *v, struct run *run)
{
	const size_t cap = sluis_age_update_room(v->age.len) + SLUIS_AGE_SEALED_CHUNK_BYTES;
	SLUIS_AUTO(sluis_freep) uint8_t *a_bytes = malloc(cap);
	SLUIS_AUTO(sluis_freep) uint8_t *b_bytes = malloc(cap);
	const struct sluis_age_identities identities = identities_of(v);
	struct sluis_writer a, b;
	const char *why;

	if (a_bytes == NULL || b_bytes == NULL)
		return kit_trouble(v->name, "no memory");
	sluis_writer_init(&a, a_bytes, cap);
	sluis_writer_init(&b, b_bytes, cap);
	if (is_foreign(v)) {
		kit_check(run->count,
		    sluis_age_open(&identities, sluis_bytes(v->age.data, v->age.len), &a) != SLUIS_OK &&
		        a.len == 0 && open_in_pieces(v, 997, &b) != SLUIS_OK,
		    v->name, "opened, though we do not know its form");
		return 0;
	}
	why = judge(v, a, b);
	kit_check(run->count, why == NULL, v->name, why);
	return 0;
}

static int
one(const char *path, const char *name, void *context)
{
	struct run *run = context;
	SLUIS_AUTO(vector_done) struct vector v = { .name = name };
	SLUIS_AUTO(kit_file_done) struct kit_file file = { 0 };

	if (kit_read(path, FILE_MAX_BYTES, &file) != 0 || read_vector(path, &file, &v) != 0)
		return -1;
	if (v.unknown_key) { /* "Files with unknown keys should be ignored." */
		run->n_unknown++;
		return 0;
	}
	if (v.armored)
		run->n_armored++;
	else if (v.foreign_identity)
		run->n_hybrid++;
	return run_vector(&v, run);
}

int
kit_age(const char *path, struct kit_count *count)
{
	struct run run = { .count = count };
	const char *slash = strrchr(path, '/');
	const int rc = kit_is_dir(path) ? kit_each(path, true, one, &run) :
	                                  one(path, slash != NULL ? slash + 1 : path, &run);

	kit_skip(run.n_unknown, "vectors", "a header line that we do not know");
	kit_skip(run.n_armored, "armored vectors",
	    "we have no ASCII armor; counted is only that a binary reader opens none");
	kit_skip(run.n_hybrid, "hybrid vectors",
	    "we have no post-quantum keys; counted is only that they do not open");
	return rc;
}
