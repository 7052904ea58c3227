/* SPDX-License-Identifier: EUPL-1.2 */
/* Signing and cosigning of note.h. */
#include "note.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "base64.h"

#define TEXT "log.example\n3\nlCkHUpkmVBEms2r2T1K6Og69+wUuuN3MIEW1/ezu2v0=\n"
#define NOW_S 1795000000u

static struct signer {
	struct sluis_signing_secret secret;
	struct sluis_note_key key;
} LOG, WITNESS;

static int
make_signers(void **state)
{
	struct sluis_secret32 seed = { { 1 } };
	struct sluis_public public;

	(void)state;
	sluis_signing_secret_expand(&seed, &LOG.secret, &public);
	if (sluis_note_key_init(sluis_bytes_text("log.example"), SLUIS_NOTE_ED25519, &public, &LOG.key) != SLUIS_OK)
		return -1;
	seed.bytes[0] = 2;
	sluis_signing_secret_expand(&seed, &WITNESS.secret, &public);
	return sluis_note_key_init(sluis_bytes_text("witness.example"), SLUIS_NOTE_COSIGNATURE, &public,
	           &WITNESS.key) == SLUIS_OK ?
	    0 :
	    -1;
}

static void
begin(struct sluis_writer *w, char *bytes, size_t cap)
{
	sluis_writer_init(w, bytes, cap);
	sluis_writer_put_text(w, TEXT "\n");
}

static void
signing_with_the_wrong_key_or_text_is_refused(void **state)
{
	static const char *const BAD[] = { "", "no final newline", "control\x02\n", "tab\t\n", "\xff\n", "cr\r\n" };
	static char long_text[SLUIS_NOTE_MAX_BYTES + 1];
	struct sluis_note_key other = LOG.key;
	char bytes[1024];
	struct sluis_writer w;

	(void)state;
	begin(&w, bytes, sizeof(bytes));
	assert_int_equal(sluis_note_sign(&WITNESS.key, &WITNESS.secret, sluis_bytes_text(TEXT), &w), SLUIS_EUSAGE);
	assert_int_equal(sluis_note_cosign(&LOG.key, &LOG.secret, NOW_S, sluis_bytes_text(TEXT), &w), SLUIS_EUSAGE);
	assert_int_equal(sluis_note_sign(&LOG.key, &WITNESS.secret, sluis_bytes_text(TEXT), &w), SLUIS_EUSAGE);
	other.public.bytes[3] ^= 1;
	assert_int_equal(sluis_note_sign(&other, &LOG.secret, sluis_bytes_text(TEXT), &w), SLUIS_EUSAGE);
	assert_int_equal(sluis_note_cosign(&WITNESS.key, &WITNESS.secret, 0, sluis_bytes_text(TEXT), &w), SLUIS_EUSAGE);
	assert_int_equal(sluis_note_cosign(&WITNESS.key, &WITNESS.secret, UINT64_C(1) << 63, sluis_bytes_text(TEXT), &w),
	    SLUIS_EUSAGE);
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(BAD); i++) {
		assert_int_equal(sluis_note_sign(&LOG.key, &LOG.secret, sluis_bytes_text(BAD[i]), &w), SLUIS_EFORMAT);
		assert_int_equal(sluis_note_cosign(&WITNESS.key, &WITNESS.secret, NOW_S, sluis_bytes_text(BAD[i]), &w),
		    SLUIS_EFORMAT);
	}
	memset(long_text, '\n', sizeof(long_text));
	assert_int_equal(sluis_note_sign(&LOG.key, &LOG.secret, sluis_bytes(long_text, sizeof(long_text)), &w), SLUIS_ETOOBIG);
	assert_int_equal(sluis_note_cosign(&WITNESS.key, &WITNESS.secret, NOW_S,
	                     sluis_bytes(long_text, SLUIS_NOTE_TEXT_COSIGNED_MAX_BYTES + 1), &w),
	    SLUIS_ETOOBIG);
	assert_int_equal(w.len, strlen(TEXT "\n"));
	for (size_t cap = strlen(TEXT) + 1; cap < strlen(TEXT) + 100; cap++) {
		begin(&w, bytes, cap);
		assert_int_equal(sluis_note_sign(&LOG.key, &LOG.secret, sluis_bytes_text(TEXT), &w), SLUIS_ETOOBIG);
	}
}

static void
a_log_and_a_witness_sign_one_note(void **state)
{
	const struct sluis_note_key keys[2] = { WITNESS.key, LOG.key };
	struct sluis_note_found found[2];
	struct sluis_note note;
	char bytes[1024];
	struct sluis_writer w;

	(void)state;
	begin(&w, bytes, sizeof(bytes));
	assert_int_equal(sluis_note_sign(&LOG.key, &LOG.secret, sluis_bytes_text(TEXT), &w), SLUIS_OK);
	assert_int_equal(sluis_note_cosign(&WITNESS.key, &WITNESS.secret, NOW_S, sluis_bytes_text(TEXT), &w), SLUIS_OK);
	assert_int_equal(sluis_note_cosign(&WITNESS.key, &WITNESS.secret, NOW_S - 60, sluis_bytes_text(TEXT), &w), SLUIS_OK);
	assert_int_equal(sluis_note_parse(sluis_bytes(w.data, w.len), &note), SLUIS_OK);
	assert_int_equal(note.n, 3);
	assert_true(sluis_bytes_is_text(note.text, TEXT));
	assert_int_equal(sluis_note_verify(&note, &keys[1], 1), SLUIS_OK);
	assert_int_equal(sluis_note_verify(&note, &keys[0], 1), SLUIS_OK);
	assert_int_equal(sluis_note_find(&note, keys, 2, found), SLUIS_OK);
	assert_true(found[0].is_signed && found[1].is_signed);
	assert_int_equal(found[0].time_s, NOW_S); /* the newest, in whatever order */
	assert_int_equal(found[1].time_s, 0);
}

static void
the_same_text_is_signed_with_the_same_bytes(void **state)
{
	char first[1024], second[1024];
	struct sluis_writer a, b;

	(void)state;
	begin(&a, first, sizeof(first));
	begin(&b, second, sizeof(second));
	assert_int_equal(sluis_note_sign(&LOG.key, &LOG.secret, sluis_bytes_text(TEXT), &a), SLUIS_OK);
	assert_int_equal(sluis_note_sign(&LOG.key, &LOG.secret, sluis_bytes_text(TEXT), &b), SLUIS_OK);
	assert_true(sluis_bytes_equal(sluis_bytes(a.data, a.len), sluis_bytes(b.data, b.len)));
	assert_true(a.len - strlen(TEXT "\n") <= SLUIS_NOTE_LINE_MAX_BYTES);
}

/* A line made by hand: ${key}'s id, then ${body}. */
static enum sluis_err
verify_line(const struct sluis_note_key *key, const char *text, const uint8_t *body, size_t len)
{
	static char bytes[SLUIS_NOTE_MAX_BYTES];
	uint8_t raw[128];
	char base64[200];
	struct sluis_writer w;
	struct sluis_note note;

	sluis_writer_init(&w, raw, sizeof(raw));
	sluis_writer_put_u32(&w, key->id);
	sluis_writer_put(&w, body, len);
	sluis_base64_encode(SLUIS_BASE64_PADDED, sluis_bytes(w.data, w.len), base64);
	sluis_writer_init(&w, bytes, sizeof(bytes));
	sluis_writer_put_text(&w, text);
	sluis_writer_put_text(&w, "\n— ");
	sluis_writer_put(&w, key->name, key->name_len);
	sluis_writer_put_text(&w, " ");
	sluis_writer_put_text(&w, base64);
	sluis_writer_put_text(&w, "\n");
	assert_int_equal(sluis_note_parse(sluis_bytes(w.data, w.len), &note), SLUIS_OK);
	return sluis_note_verify(&note, key, 1);
}

static void
sign_raw(const struct signer *signer, const char *message, uint8_t *ret)
{
	crypto_sign_detached(ret, NULL, (const uint8_t *)message, strlen(message), signer->secret.bytes);
}

static void
lines_of_another_shape_under_a_known_key_fail(void **state)
{
	uint8_t body[80] = { 0 };

	(void)state;
	sign_raw(&LOG, TEXT, body);
	assert_int_equal(verify_line(&LOG.key, TEXT, body, 64), SLUIS_OK);
	assert_int_equal(verify_line(&LOG.key, TEXT, body, 63), SLUIS_ESIGNATURE);
	assert_int_equal(verify_line(&LOG.key, TEXT, body, 65), SLUIS_ESIGNATURE);
	assert_int_equal(verify_line(&LOG.key, TEXT, body, 72), SLUIS_ESIGNATURE);
	sign_raw(&WITNESS, "cosignature/v1\ntime 5\n" TEXT, body + 8);
	body[7] = 5;
	memset(body, 0, 7);
	assert_int_equal(verify_line(&WITNESS.key, TEXT, body, 72), SLUIS_OK);
	assert_int_equal(verify_line(&WITNESS.key, TEXT, body, 71), SLUIS_ESIGNATURE);
	assert_int_equal(verify_line(&WITNESS.key, TEXT, body, 73), SLUIS_ESIGNATURE);
	sign_raw(&WITNESS, TEXT, body); /* a plain signature is not a cosignature, and the other way round */
	assert_int_equal(verify_line(&WITNESS.key, TEXT, body, 64), SLUIS_ESIGNATURE);
}

static void
the_time_is_signed_and_below_two_to_the_63(void **state)
{
	uint8_t body[72] = { 0 };

	(void)state;
	sign_raw(&WITNESS, "cosignature/v1\ntime 9223372036854775807\n" TEXT, body + 8);
	memset(body, 0xff, 8);
	body[0] = 0x7f;
	assert_int_equal(verify_line(&WITNESS.key, TEXT, body, 72), SLUIS_OK);
	for (unsigned bit = 0; bit < 64; bit++) {
		body[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(verify_line(&WITNESS.key, TEXT, body, 72), SLUIS_ESIGNATURE);
		body[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	sign_raw(&WITNESS, "cosignature/v1\ntime 9223372036854775808\n" TEXT, body + 8);
	memset(body, 0, 8);
	body[0] = 0x80;
	assert_int_equal(verify_line(&WITNESS.key, TEXT, body, 72), SLUIS_ESIGNATURE);
}

static void
a_text_too_long_for_a_cosignature_is_told(void **state)
{
	static char text[SLUIS_NOTE_TEXT_COSIGNED_MAX_BYTES + 200];
	const uint8_t body[72] = { 0 };

	(void)state;
	memset(text, 'x', sizeof(text));
	text[SLUIS_NOTE_TEXT_COSIGNED_MAX_BYTES] = '\n';
	text[SLUIS_NOTE_TEXT_COSIGNED_MAX_BYTES + 1] = '\0';
	assert_int_equal(verify_line(&WITNESS.key, text, body, 72), SLUIS_ETOOBIG);
	text[SLUIS_NOTE_TEXT_COSIGNED_MAX_BYTES - 1] = '\n';
	text[SLUIS_NOTE_TEXT_COSIGNED_MAX_BYTES] = '\0';
	assert_int_equal(verify_line(&WITNESS.key, text, body, 72), SLUIS_ESIGNATURE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signing_with_the_wrong_key_or_text_is_refused),
		cmocka_unit_test(a_log_and_a_witness_sign_one_note),
		cmocka_unit_test(the_same_text_is_signed_with_the_same_bytes),
		cmocka_unit_test(lines_of_another_shape_under_a_known_key_fail),
		cmocka_unit_test(the_time_is_signed_and_below_two_to_the_63),
		cmocka_unit_test(a_text_too_long_for_a_cosignature_is_told),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, make_signers, NULL);
}
