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
static const struct sluis_age_identities OWN = { .keys = IDENTITIES, .n_keys = 1 };
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

/* Opens ${file} in pieces for section (2, CONTEXT), or without a rule. */
static enum sluis_err
open_in_pieces(struct sluis_bytes file, size_t piece, bool as_section, struct sluis_writer *out)
{
	SLUIS_AUTO(sluis_age_opener_freep) struct sluis_age_opener *opener = NULL;

	SLUIS_TRY(sluis_age_opener_new(&OWN, 2, as_section ? &CONTEXT : NULL, &opener));
	while (file.len > 0) {
		const size_t len = file.len < piece ? file.len : piece;

		SLUIS_TRY(sluis_age_opener_update(opener, sluis_bytes(file.data, len), out));
		file = sluis_bytes(file.data + len, file.len - len);
	}
	return sluis_age_opener_final(opener, out);
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
opener_misuse(void **state)
{
	struct sluis_writer file = seal_whole(100), out = room(), small = out;
	SLUIS_AUTO(sluis_age_opener_freep) struct sluis_age_opener *opener = NULL;

	(void)state;
	assert_int_equal(sluis_age_opener_new(&OWN, 2, &CONTEXT, &opener), SLUIS_OK);
	small.cap = sluis_age_update_room(file.len) - 1;
	assert_int_equal(sluis_age_opener_update(opener, sluis_bytes(file.data, file.len), &small), SLUIS_EUSAGE);
	small.cap++;
	assert_int_equal(sluis_age_opener_update(opener, sluis_bytes(file.data, file.len), &small), SLUIS_OK);
	small.cap = 99;
	assert_int_equal(sluis_age_opener_final(opener, &small), SLUIS_EUSAGE);
	assert_int_equal(sluis_age_opener_final(opener, &out), SLUIS_OK);
	assert_int_equal(out.len, 100);
	assert_int_equal(sluis_age_opener_final(opener, &out), SLUIS_EUSAGE);
	assert_int_equal(sluis_age_opener_update(opener, sluis_bytes(NULL, 0), &out), SLUIS_EUSAGE);
	assert_int_equal(sluis_age_opener_update(opener, sluis_bytes(file.data, 1), &out), SLUIS_EUSAGE);
	free(file.data);
	free(out.data);
}

static void
pieces_open_to_the_same_plaintext(void **state)
{
	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(SIZES); i++) {
		struct sluis_writer file = seal_whole(SIZES[i]), out = room();

		for (size_t j = 0; j < SLUIS_ARRAY_LEN(PIECES); j++) {
			out.len = 0;
			assert_int_equal(open_in_pieces(sluis_bytes(file.data, file.len), PIECES[j], j % 2 == 0, &out),
			    SLUIS_OK);
			assert_int_equal(out.len, SIZES[i]);
			assert_memory_equal(out.data, PLAIN, SIZES[i]);
		}
		free(file.data);
		free(out.data);
	}
}

/* After an error the same one comes for whatever follows. */
static void
errors_stick(void **state)
{
	struct sluis_writer file = seal_whole(100), out = room();
	SLUIS_AUTO(sluis_age_opener_freep) struct sluis_age_opener *opener = NULL;

	(void)state;
	file.data[300] ^= 1; /* in the MAC */
	assert_int_equal(sluis_age_opener_new(&OWN, 2, &CONTEXT, &opener), SLUIS_OK);
	assert_int_equal(sluis_age_opener_update(opener, sluis_bytes(file.data, file.len), &out), SLUIS_EHMAC);
	file.data[300] ^= 1;
	assert_int_equal(sluis_age_opener_update(opener, sluis_bytes(file.data, file.len), &out), SLUIS_EHMAC);
	assert_int_equal(sluis_age_opener_update(opener, sluis_bytes(NULL, 0), &out), SLUIS_EHMAC);
	assert_int_equal(sluis_age_opener_final(opener, &out), SLUIS_EHMAC);
	out.cap = 0;
	assert_int_equal(sluis_age_opener_final(opener, &out), SLUIS_EHMAC);
	assert_int_equal(out.len, 0);
	free(file.data);
	free(out.data);
}

static void
sections_keep_their_rule(void **state)
{
	const struct sluis_hash other = { "another context" };
	const struct sluis_hash *contexts[] = { &CONTEXT, &CONTEXT, &other, NULL };
	static const size_t N[] = { 2, 1, 2, 9 };
	static const enum sluis_err ERRS[] = { SLUIS_OK, SLUIS_EHEADER, SLUIS_ECONTEXT, SLUIS_OK };
	struct sluis_writer file = seal_whole(100), out = room();

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(N); i++) {
		SLUIS_AUTO(sluis_age_opener_freep) struct sluis_age_opener *opener = NULL;

		assert_int_equal(sluis_age_opener_new(&OWN, N[i], contexts[i], &opener), SLUIS_OK);
		assert_int_equal(sluis_age_opener_update(opener, sluis_bytes(file.data, file.len), &out), ERRS[i]);
	}
	free(file.data);
	free(out.data);
}

/* Sealed rightly in all but this: a reader that took it could be given two files for one plaintext. */
static void
an_empty_last_chunk_is_refused(void **state)
{
	struct sluis_writer file = seal_whole(1), out = room();
	const size_t start = sluis_age_header_size(2, true);
	struct fixed_random random = { 0 };
	struct sluis_age_file_secret secret;

	(void)state;
	fixed_random(&random, secret.file_key, sizeof(secret.file_key));
	fixed_random(&random, secret.nonce, sizeof(secret.nonce));
	assert_memory_equal(file.data + start, secret.nonce, sizeof(secret.nonce));
	for (size_t len = 0; len < 2; len++) {
		file.len = start + sizeof(secret.nonce);
		out.len = 0;
		put_chunk(&secret, 0, false, sluis_bytes(PLAIN, CHUNK), &file);
		put_chunk(&secret, 1, true, sluis_bytes(PLAIN, len), &file);
		assert_int_equal(open_in_pieces(sluis_bytes(file.data, file.len), 999, true, &out),
		    len == 0 ? SLUIS_EPAYLOAD : SLUIS_OK);
		out.len = 0;
		assert_int_equal(sluis_age_open(&OWN, sluis_bytes(file.data, file.len), &out),
		    len == 0 ? SLUIS_EPAYLOAD : SLUIS_OK);
	}
	free(file.data);
	free(out.data);
}

static void
every_bit_and_every_cut(void **state)
{
	struct sluis_writer file = seal_whole(40), out = room(), whole = room();

	(void)state;
	for (size_t i = 0; i < 8 * file.len; i++) {
		enum sluis_err err;

		file.data[i / 8] ^= (uint8_t)(1 << i % 8);
		out.len = 0;
		err = open_in_pieces(sluis_bytes(file.data, file.len), i % 50 + 1, false, &out);
		assert_int_not_equal(err, SLUIS_OK);
		assert_int_equal(err, sluis_age_open(&OWN, sluis_bytes(file.data, file.len), &whole));
		file.data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (size_t len = 0; len < file.len; len++) {
		const enum sluis_err err = open_in_pieces(sluis_bytes(file.data, len), len % 50 + 1, false, &out);

		assert_int_not_equal(err, SLUIS_OK);
		assert_int_equal(err, sluis_age_open(&OWN, sluis_bytes(file.data, len), &whole));
	}
	free(file.data);
	free(out.data);
	free(whole.data);
}

/* At and around chunk borders, cut and lengthened; also with a full last chunk. */
static void
borders(void **state)
{
	static const size_t LENS[] = { CHUNK, 2 * CHUNK, CHUNK + 1 };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(LENS); i++) {
		struct sluis_writer file = seal_whole(LENS[i]), out = room();
		const size_t len = file.len;

		memset(file.data + len, 0, 100);
		for (size_t cut = len - 20; cut < len + 20; cut++) {
			out.len = 0;
			assert_int_equal(open_in_pieces(sluis_bytes(file.data, cut), 5000, true, &out),
			    cut == len ? SLUIS_OK : SLUIS_EPAYLOAD);
		}
		out.len = 0;
		assert_int_equal(open_in_pieces(sluis_bytes(file.data, len - LENS[i] % CHUNK - 16), CHUNK, true, &out),
		    SLUIS_EPAYLOAD);
		free(file.data);
		free(out.data);
	}
}

/* A stream that never comes to an end of its header costs no more than the largest header. */
static void
endless_headers(void **state)
{
	static const char *const STARTS[] = { "", "age-encryption.org/v1\n", "age-encryption.org/v1\n-> " };
	struct sluis_writer out = room();
	uint8_t junk[1000];

	(void)state;
	for (size_t i = 0; i < 2 * SLUIS_ARRAY_LEN(STARTS); i++) {
		SLUIS_AUTO(sluis_age_opener_freep) struct sluis_age_opener *opener = NULL;
		enum sluis_err err;
		size_t sent = 0;

		memset(junk, i % 2 == 0 ? 'A' : '\n', sizeof(junk));
		assert_int_equal(sluis_age_opener_new(&OWN, 0, NULL, &opener), SLUIS_OK);
		err = sluis_age_opener_update(opener, sluis_bytes_text(STARTS[i / 2]), &out);
		while (err == SLUIS_OK && sent < 2 * SLUIS_AGE_HEADER_MAX_BYTES) {
			err = sluis_age_opener_update(opener, sluis_bytes(junk, sizeof(junk)), &out);
			sent += sizeof(junk);
		}
		assert_int_equal(err, SLUIS_EHEADER);
		assert_true(sent <= SLUIS_AGE_HEADER_MAX_BYTES + sizeof(junk));
	}
	free(out.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opener_misuse),
		cmocka_unit_test(pieces_open_to_the_same_plaintext),
		cmocka_unit_test(errors_stick),
		cmocka_unit_test(sections_keep_their_rule),
		cmocka_unit_test(an_empty_last_chunk_is_refused),
		cmocka_unit_test(every_bit_and_every_cut),
		cmocka_unit_test(borders),
		cmocka_unit_test(endless_headers),
	};

	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, make_keys, drop_keys);
}
