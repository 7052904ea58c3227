/* SPDX-License-Identifier: EUPL-1.2 */
#include "note.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "base64.h"

/* The example of the signed-note page, and a real cosignature of a witness of February 2026. */
#define EXAMPLE_VKEY "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
#define EXAMPLE_LINE                                                                       \
	"— example.com/foo "                                                               \
	"Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
#define EXAMPLE "This is an example message.\n\n" EXAMPLE_LINE
#define WITNESS_VKEY "witness2.example.org+2e55b896+BIZ7fpceQWd60IfqQeS9IAnmNOCZjMDne8lZuguz/bi9"
#define WITNESS_NOTE                                                                       \
	"milan2026h1.example.org\n300\nlCkHUpkmVBEms2r2T1K6Og69+wUuuN3MIEW1/ezu2v0=\n\n"   \
	"— witness2.example.org "                                                          \
	"LlW4lgAAAABpVGeAN/uFWqfjdU94rrKxFycCggM0Sa1L5tOJCJdYBwJ41CQsgKWA6B0+vywok3cPI3JIzuPeR+VotuYe/eNy0+30Dw==\n"
#define TEXT "log.example\n3\nfirst text\n"

struct signer {
	struct sluis_signing_secret secret;
	struct sluis_public public;
	struct sluis_note_key key;
};

static struct signer
make_signer(const char *name, enum sluis_note_type type, uint8_t seed_byte)
{
	struct sluis_secret32 seed;
	struct signer signer;

	memset(seed.bytes, seed_byte, sizeof(seed.bytes));
	sluis_signing_secret_expand(&seed, &signer.secret, &signer.public);
	assert_int_equal(sluis_note_key_init(sluis_bytes_text(name), type, &signer.public, &signer.key), SLUIS_OK);
	return signer;
}

static enum sluis_err
verify(struct sluis_bytes bytes, const struct sluis_note_key *keys, size_t n)
{
	struct sluis_note *note = calloc(1, sizeof(*note));
	enum sluis_err err;

	assert_non_null(note);
	err = sluis_note_parse(bytes, note);
	if (err == SLUIS_OK)
		err = sluis_note_verify(note, keys, n);
	free(note);
	return err;
}

static struct sluis_note_key
parse_key(const char *vkey)
{
	struct sluis_note_key key;

	assert_int_equal(sluis_note_key_parse(sluis_bytes_text(vkey), &key), SLUIS_OK);
	return key;
}

static void
names_that_cannot_stand_in_a_line_are_refused(void **state)
{
	static const char *const BAD[] = { "", "a b", "a+b", "+", " ", "a\x1f", "a\nb", "a\tb", "\xff", "a\xc2\xa0",
		"\xc2\x85" "b", "a\xe1\x9a\x80", "\xe2\x80\x80", "a\xe2\x80\x8a", "a\xe2\x80\xa8" "b", "\xe2\x80\xa9",
		"\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80", "\xe2\x80" };
	static const char *const GOOD[] = { "a", "example.com/log", "log-é", "\xe2\x80\x8b", "\xe2\x80\x94" };
	const struct sluis_public public = { { 1 } };
	struct sluis_note_key key = { .name_len = 77 };
	char name[SLUIS_NOTE_NAME_MAX_BYTES + 1];

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(BAD); i++) {
		assert_false(sluis_note_name_is_valid(sluis_bytes_text(BAD[i])));
		assert_int_equal(sluis_note_key_init(sluis_bytes_text(BAD[i]), SLUIS_NOTE_ED25519, &public, &key),
		    SLUIS_EFORMAT);
	}
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(GOOD); i++)
		assert_true(sluis_note_name_is_valid(sluis_bytes_text(GOOD[i])));
	memset(name, 'n', sizeof(name));
	assert_int_equal(sluis_note_key_init(sluis_bytes(name, sizeof(name)), SLUIS_NOTE_ED25519, &public, &key),
	    SLUIS_ETOOBIG);
	assert_int_equal(key.name_len, 77);
	assert_int_equal(sluis_note_key_init(sluis_bytes(name, sizeof(name) - 1), SLUIS_NOTE_ED25519, &public, &key),
	    SLUIS_OK);
	{
		char vkey[SLUIS_NOTE_VKEY_MAX_CHARS + 1];
		struct sluis_note_key again;

		sluis_note_key_encode(&key, vkey); /* the longest there is */
		assert_int_equal(strlen(vkey), SLUIS_NOTE_VKEY_MAX_CHARS);
		assert_int_equal(sluis_note_key_parse(sluis_bytes_text(vkey), &again), SLUIS_OK);
	}
}

static void
malformed_verifier_keys_are_refused(void **state)
{
	static const struct {
		const char *vkey;
		enum sluis_err err;
	} BAD[] = {
		{ "", SLUIS_EFORMAT },
		{ "name", SLUIS_EFORMAT },
		{ "name+530d903a", SLUIS_EFORMAT },
		{ "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", SLUIS_EFORMAT },
		{ "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", SLUIS_EFORMAT },
		{ "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", SLUIS_EFORMAT },
		{ "example.com/foo+30d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", SLUIS_EFORMAT },
		{ "example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", SLUIS_EFORMAT },
		{ "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n", SLUIS_EFORMAT },
		{ "example.com/foo+530d903a+", SLUIS_EFORMAT },
		{ "example.com/foo+530d903a+!", SLUIS_EFORMAT },
		{ "example.com/foo+530d903a+AQ==", SLUIS_EVERSION },
		{ "example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", SLUIS_EVERSION },
		{ "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2kAA==", SLUIS_EVERSION },
	};
	struct sluis_note_key key = { .id = 5 };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(BAD); i++)
		assert_int_equal(sluis_note_key_parse(sluis_bytes_text(BAD[i].vkey), &key), BAD[i].err);
	assert_int_equal(key.id, 5);
}

static void
verifier_keys_are_read_and_written(void **state)
{
	static const char *const VKEYS[] = { EXAMPLE_VKEY, WITNESS_VKEY };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(VKEYS); i++) {
		const struct sluis_note_key key = parse_key(VKEYS[i]);
		const size_t len = strlen(VKEYS[i]);
		char text[SLUIS_NOTE_VKEY_MAX_CHARS + 1];

		sluis_note_key_encode(&key, text);
		assert_string_equal(text, VKEYS[i]);
		for (size_t at = 0; at < len; at++) {
			for (unsigned bit = 0; bit < 8; bit++) {
				struct sluis_note_key other;

				memcpy(text, VKEYS[i], len + 1);
				text[at] = (char)(text[at] ^ (1 << bit));
				assert_int_not_equal(sluis_note_key_parse(sluis_bytes(text, len), &other), SLUIS_OK);
			}
		}
	}
	assert_int_equal(parse_key(EXAMPLE_VKEY).type, SLUIS_NOTE_ED25519);
	assert_int_equal(parse_key(WITNESS_VKEY).type, SLUIS_NOTE_COSIGNATURE);
}

static void
malformed_notes_are_refused(void **state)
{
	static const char *const BAD[] = {
		"", "\n", "\n\n", "text\n", "text\n\n", "text\n" EXAMPLE_LINE, "text\n\n" EXAMPLE_LINE "\n",
		"text\n\n" EXAMPLE_LINE "more\n", "text\n\n— a x08g", "text\n\n— a\n", "text\n\n— a \n",
		"text\n\n— a x08g/Zc= \n", "text\n\n—  x08g/Zc=\n", "text\n\n— a b x08g/Zc=\n", "text\n\n- a x08g/Zc=\n",
		"text\n\n—a x08g/Zc=\n", "text\n\n— a x08g/Zc\n", "text\n\n— a x08g/===\n",
		"text\n\n— a x08g====\n", "text\n\n— a x08g/Zc9Z===\n", "text\n\n— a x08g/Zc9Z\n",
		"text\n\n— a x08g/Zc9Zc9\n", "text\n\n— a x0=g/Zc=\n", "text\n\n— a x08g-Zc=\n",
		"text\n\n— a x08g/Zc=A\n", "text\n\n— a x08g\n",
		"text\n\n— a x08gAA==\n", "text\n\n— a+b x08g/Zc=\n", "te\x01xt\n\n— a x08g/Zc=\n", "te\rxt\n\n— a x08g/Zc=\n",
		"text\n\n— a x08g/Zc=\r\n", "\xfftext\n\n— a x08g/Zc=\n", "text\n\n— \xed\xa0\x80 x08g/Zc=\n",
		"text\n\n— a\xc2\xa0 x08g/Zc=\n", "text\n\n\n— a x08g/Zc=\n\n", "— a x08g/Zc=\n",
	};
	struct sluis_note *note = calloc(1, sizeof(*note));

	(void)state;
	assert_non_null(note);
	note->n = 55;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(BAD); i++) {
		if (sluis_note_parse(sluis_bytes_text(BAD[i]), note) != SLUIS_EFORMAT)
			fail_msg("taken: %s", BAD[i]);
	}
	assert_int_equal(note->n, 55);
	assert_int_equal(sluis_note_parse(sluis_bytes("t\0t\n\n— a x08g/Zc=\n", 19), note), SLUIS_EFORMAT);
	assert_int_equal(sluis_note_parse(sluis_bytes_text("text\n\n— a x08g/Zc=\n"), note), SLUIS_OK);
	free(note);
}

static void
a_note_is_split_at_its_last_blank_line(void **state)
{
	struct sluis_note note;

	(void)state;
	assert_int_equal(sluis_note_parse(sluis_bytes_text("a\n\n— b x08g/Zc=\n\n" EXAMPLE_LINE), &note), SLUIS_OK);
	assert_true(sluis_bytes_is_text(note.text, "a\n\n— b x08g/Zc=\n"));
	assert_int_equal(note.n, 1);
	assert_true(sluis_bytes_is_text(note.signatures[0].name, "example.com/foo"));
	assert_int_equal(note.signatures[0].id, 0x530d903a);
	assert_int_equal(sluis_note_parse(sluis_bytes_text("a\n\n\n" EXAMPLE_LINE), &note), SLUIS_OK);
	assert_true(sluis_bytes_is_text(note.text, "a\n\n"));
}

static void
numbers_and_sizes_are_bounded(void **state)
{
	static char bytes[SLUIS_NOTE_MAX_BYTES + 64];
	static char big[6000], huge[12000];
	const struct sluis_note_key key = parse_key(EXAMPLE_VKEY);
	struct sluis_note note;
	struct sluis_writer w;

	(void)state;
	for (size_t extra = 0; extra <= 100; extra++) { /* 16 must be taken, 100 are */
		sluis_writer_init(&w, bytes, sizeof(bytes));
		sluis_writer_put_text(&w, EXAMPLE);
		for (size_t i = 0; i < extra; i++)
			sluis_writer_put_text(&w, "— other x08g/Zc=\n");
		assert_int_equal(verify(sluis_bytes(w.data, w.len), &key, 1), extra <= 99 ? SLUIS_OK : SLUIS_ETOOBIG);
	}
	memset(big, 'A', sizeof(big)); /* 4.5 kB each: post-quantum signatures */
	sluis_writer_init(&w, bytes, sizeof(bytes));
	sluis_writer_put_text(&w, EXAMPLE);
	for (size_t i = 0; i < 15; i++) {
		sluis_writer_put_text(&w, "— quantum ");
		sluis_writer_put(&w, big, sizeof(big));
		sluis_writer_put_text(&w, "\n");
	}
	assert_false(w.overflow);
	assert_int_equal(verify(sluis_bytes(w.data, w.len), &key, 1), SLUIS_OK);
	memset(huge, 'A', sizeof(huge));
	sluis_writer_init(&w, bytes, sizeof(bytes));
	sluis_writer_put_text(&w, EXAMPLE "— quantum ");
	sluis_writer_put(&w, huge, sizeof(huge));
	sluis_writer_put_text(&w, "\n");
	assert_int_equal(sluis_note_parse(sluis_bytes(w.data, w.len), &note), SLUIS_ETOOBIG);
	for (size_t over = 0; over < 2; over++) {
		memset(bytes, 'x', sizeof(bytes));
		w = (struct sluis_writer){ .data = (uint8_t *)bytes, .cap = sizeof(bytes),
			.len = SLUIS_NOTE_MAX_BYTES + over - strlen("\n\n— a x08g/Zc=\n") };
		sluis_writer_put_text(&w, "\n\n— a x08g/Zc=\n");
		assert_int_equal(w.len, SLUIS_NOTE_MAX_BYTES + over);
		assert_int_equal(sluis_note_parse(sluis_bytes(bytes, w.len), &note), over == 0 ? SLUIS_OK : SLUIS_ETOOBIG);
	}
}

static void
known_keys_decide_and_unknown_ones_are_ignored(void **state)
{
	const struct signer a = make_signer("a", SLUIS_NOTE_ED25519, 1);
	const struct signer b = make_signer("b", SLUIS_NOTE_ED25519, 2);
	const struct signer a_too = make_signer("a", SLUIS_NOTE_ED25519, 3);
	const struct sluis_note_key both[2] = { a.key, b.key };
	struct sluis_note_key clash = a_too.key; /* the id of ${a}, another key */
	struct sluis_note note;
	struct sluis_note_found found[2] = { { true, 9 }, { true, 9 } };
	char bytes[1024];
	struct sluis_writer w;

	(void)state;
	sluis_writer_init(&w, bytes, sizeof(bytes));
	sluis_writer_put_text(&w, TEXT "\n");
	assert_int_equal(sluis_note_sign(&a.key, &a.secret, sluis_bytes_text(TEXT), &w), SLUIS_OK);
	assert_int_equal(verify(sluis_bytes(w.data, w.len), &a.key, 1), SLUIS_OK);
	assert_int_equal(verify(sluis_bytes(w.data, w.len), both, 2), SLUIS_OK);
	assert_int_equal(verify(sluis_bytes(w.data, w.len), &b.key, 1), SLUIS_ESIGNATURE);
	assert_int_equal(verify(sluis_bytes(w.data, w.len), NULL, 0), SLUIS_ESIGNATURE);
	assert_int_equal(verify(sluis_bytes(w.data, w.len), &a_too.key, 1), SLUIS_ESIGNATURE);
	clash.id = a.key.id;
	assert_int_equal(verify(sluis_bytes(w.data, w.len), &clash, 1), SLUIS_ESIGNATURE);

	assert_int_equal(sluis_note_parse(sluis_bytes(w.data, w.len), &note), SLUIS_OK);
	assert_true(sluis_note_has_known(&note, both, 2));
	assert_false(sluis_note_has_known(&note, &b.key, 1));
	assert_false(sluis_note_has_known(&note, &a_too.key, 1));
	assert_false(sluis_note_has_known(&note, NULL, 0));
	assert_int_equal(sluis_note_find(&note, both, 2, found), SLUIS_OK);
	assert_true(found[0].is_signed && found[0].time_s == 0);
	assert_false(found[1].is_signed);

	/* a second, false line under a known key spoils the whole note, wherever it stands */
	sluis_writer_put_text(&w, "— b ");
	{
		uint8_t raw[68] = { (uint8_t)(b.key.id >> 24), (uint8_t)(b.key.id >> 16), (uint8_t)(b.key.id >> 8),
			(uint8_t)b.key.id };
		char base64[100];

		sluis_base64_encode(SLUIS_BASE64_PADDED, sluis_bytes(raw, sizeof(raw)), base64);
		sluis_writer_put_text(&w, base64);
		sluis_writer_put_text(&w, "\n");
	}
	assert_int_equal(sluis_note_parse(sluis_bytes(w.data, w.len), &note), SLUIS_OK);
	assert_int_equal(sluis_note_verify(&note, &a.key, 1), SLUIS_OK);
	assert_int_equal(sluis_note_verify(&note, both, 2), SLUIS_ESIGNATURE);
	found[0].is_signed = found[1].is_signed = true;
	assert_int_equal(sluis_note_find(&note, both, 2, found), SLUIS_ESIGNATURE);
	assert_false(found[0].is_signed || found[1].is_signed);
}

static void
a_second_line_of_the_same_key_must_hold_too(void **state)
{
	const struct sluis_note_key key = parse_key(EXAMPLE_VKEY);
	char bytes[] = EXAMPLE EXAMPLE_LINE;

	(void)state;
	assert_int_equal(verify(sluis_bytes(bytes, sizeof(bytes) - 1), &key, 1), SLUIS_OK);
	bytes[sizeof(bytes) - 10] ^= 1;
	assert_int_equal(verify(sluis_bytes(bytes, sizeof(bytes) - 1), &key, 1), SLUIS_ESIGNATURE);
}

/* Unused bits of base64 that are set: ignored under a key that we do not know, no signature under one that we do. */
static void
a_second_spelling_of_a_signature_is_none(void **state)
{
	const struct sluis_note_key key = parse_key(EXAMPLE_VKEY);
	char bytes[] = EXAMPLE;
	char *last = bytes + sizeof(bytes) - 4; /* "M=" and LF */

	(void)state;
	assert_int_equal(*last, 'M');
	assert_int_equal(verify(sluis_bytes_text(EXAMPLE "— other x08g/Zd=\n"), &key, 1), SLUIS_OK);
	assert_int_equal(verify(sluis_bytes_text(EXAMPLE "— other x08g/Zc9Zd==\n"), &key, 1), SLUIS_OK);
	assert_int_equal(verify(sluis_bytes_text(EXAMPLE "— other x08g/x==\n"), &key, 1), SLUIS_EFORMAT);
	*last = 'N';
	assert_int_equal(verify(sluis_bytes_text(bytes), &key, 1), SLUIS_ESIGNATURE);
}

static void
a_note_changed_or_cut_anywhere_fails(void **state)
{
	static const struct {
		const char *note;
		const char *vkey;
	} NOTES[] = { { EXAMPLE, EXAMPLE_VKEY }, { WITNESS_NOTE, WITNESS_VKEY } };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(NOTES); i++) {
		const struct sluis_note_key key = parse_key(NOTES[i].vkey);
		const size_t len = strlen(NOTES[i].note);
		char bytes[512];

		memcpy(bytes, NOTES[i].note, len);
		assert_int_equal(verify(sluis_bytes(bytes, len), &key, 1), SLUIS_OK);
		for (size_t cut = 0; cut < len; cut++) {
			assert_int_not_equal(verify(sluis_bytes(bytes, cut), &key, 1), SLUIS_OK);
			if (cut > 0)
				assert_int_not_equal(verify(sluis_bytes(bytes + cut, len - cut), &key, 1), SLUIS_OK);
		}
		for (size_t at = 0; at < len; at++) {
			for (unsigned bit = 0; bit < 8; bit++) {
				bytes[at] = (char)(bytes[at] ^ (1 << bit));
				assert_int_not_equal(verify(sluis_bytes(bytes, len), &key, 1), SLUIS_OK);
				bytes[at] = (char)(bytes[at] ^ (1 << bit));
			}
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_that_cannot_stand_in_a_line_are_refused),
		cmocka_unit_test(malformed_verifier_keys_are_refused),
		cmocka_unit_test(verifier_keys_are_read_and_written),
		cmocka_unit_test(malformed_notes_are_refused),
		cmocka_unit_test(a_note_is_split_at_its_last_blank_line),
		cmocka_unit_test(numbers_and_sizes_are_bounded),
		cmocka_unit_test(known_keys_decide_and_unknown_ones_are_ignored),
		cmocka_unit_test(a_second_line_of_the_same_key_must_hold_too),
		cmocka_unit_test(a_second_spelling_of_a_signature_is_none),
		cmocka_unit_test(a_note_changed_or_cut_anywhere_fails),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
