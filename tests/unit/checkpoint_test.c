/* SPDX-License-Identifier: EUPL-1.2 */
#include "checkpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "hash.h"

#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

static struct sluis_signing_secret SECRET;
static struct sluis_note_key KEY;

static int
make_key(void **state)
{
	struct sluis_secret32 seed = { { 7 } };
	struct sluis_public public;

	(void)state;
	sluis_signing_secret_expand(&seed, &SECRET, &public);
	return sluis_note_key_init(sluis_bytes_text("log.example/a"), SLUIS_NOTE_ED25519, &public, &KEY) == SLUIS_OK ?
	    0 :
	    -1;
}

static void
malformed_texts_are_refused(void **state)
{
	static const struct {
		const char *text;
		enum sluis_err err;
	} BAD[] = {
		{ "", SLUIS_EFORMAT },
		{ "origin\n", SLUIS_EFORMAT },
		{ "origin\n5\n", SLUIS_EFORMAT },
		{ "origin\n5\n" ROOT, SLUIS_EFORMAT },
		{ "\n5\n" ROOT "\n", SLUIS_EFORMAT },
		{ "origin\n\n" ROOT "\n", SLUIS_EFORMAT },
		{ "origin\n05\n" ROOT "\n", SLUIS_EFORMAT },
		{ "origin\n00\n" ROOT "\n", SLUIS_EFORMAT },
		{ "origin\n+5\n" ROOT "\n", SLUIS_EFORMAT },
		{ "origin\n-5\n" ROOT "\n", SLUIS_EFORMAT },
		{ "origin\n 5\n" ROOT "\n", SLUIS_EFORMAT },
		{ "origin\n5 \n" ROOT "\n", SLUIS_EFORMAT },
		{ "origin\n5a\n" ROOT "\n", SLUIS_EFORMAT },
		{ "origin\n0x5\n" ROOT "\n", SLUIS_EFORMAT },
		{ "origin\n18446744073709551616\n" ROOT "\n", SLUIS_EFORMAT },
		{ "origin\n99999999999999999999\n" ROOT "\n", SLUIS_EFORMAT },
		{ "origin\n18446744073709551615\n" ROOT "\n", SLUIS_ETOOBIG },
		{ "origin\n4611686018427387905\n" ROOT "\n", SLUIS_ETOOBIG },
		{ "origin\n5\n\n", SLUIS_EFORMAT },
		{ "origin\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n", SLUIS_EFORMAT },
		{ "origin\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n", SLUIS_EFORMAT },
		{ "origin\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n", SLUIS_EFORMAT },
		{ "origin\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2IA\n", SLUIS_EFORMAT },
		{ "origin\n5\n" ROOT "\n\n", SLUIS_EFORMAT },
		{ "origin\n5\n" ROOT "\nextra", SLUIS_EFORMAT },
		{ "origin\n5\n" ROOT "\nextra\n\nmore\n", SLUIS_EFORMAT },
		{ "ori\rgin\n5\n" ROOT "\n", SLUIS_EFORMAT },
		{ "ori\xffgin\n5\n" ROOT "\n", SLUIS_EFORMAT },
	};
	struct sluis_checkpoint checkpoint = { .head.size = 77 };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(BAD); i++)
		assert_int_equal(sluis_checkpoint_parse(sluis_bytes_text(BAD[i].text), &checkpoint), BAD[i].err);
	assert_int_equal(checkpoint.head.size, 77);
}

static void
texts_are_read_and_written(void **state)
{
	static const char *const TEXTS[] = { "example.com/behind-the-sofa\n20852163\n" ROOT "\n", "o\n0\n" ROOT "\n",
		"any origin, with blanks+\n4611686018427387904\n" ROOT "\n", "o\n1\n" ROOT "\nextension\n— more\n" };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(TEXTS); i++) {
		struct sluis_checkpoint checkpoint;
		char text[256];
		struct sluis_writer w;

		assert_int_equal(sluis_checkpoint_parse(sluis_bytes_text(TEXTS[i]), &checkpoint), SLUIS_OK);
		sluis_writer_init(&w, text, sizeof(text));
		assert_int_equal(sluis_checkpoint_encode(&checkpoint, &w), SLUIS_OK);
		assert_true(sluis_bytes_is_text(sluis_bytes(w.data, w.len), TEXTS[i]));
		for (size_t cap = 0; cap < strlen(TEXTS[i]); cap++) {
			sluis_writer_init(&w, text, cap);
			assert_int_equal(sluis_checkpoint_encode(&checkpoint, &w), SLUIS_ETOOBIG);
		}
	}
}

static void
what_cannot_be_a_checkpoint_is_not_written(void **state)
{
	static const char *const ORIGINS[] = { "", "a\nb", "a\x01", "\xff" };
	static const char *const EXTENSIONS[] = { "\n", "a", "a\n\n", "a\x02\n" };
	struct sluis_checkpoint checkpoint = { .origin = sluis_bytes_text("o") };
	char text[256];
	struct sluis_writer w;

	(void)state;
	sluis_writer_init(&w, text, sizeof(text));
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(ORIGINS); i++) {
		checkpoint.origin = sluis_bytes_text(ORIGINS[i]);
		assert_int_equal(sluis_checkpoint_encode(&checkpoint, &w), SLUIS_EFORMAT);
	}
	checkpoint.origin = sluis_bytes_text("o");
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(EXTENSIONS); i++) {
		checkpoint.extension = sluis_bytes_text(EXTENSIONS[i]);
		assert_int_equal(sluis_checkpoint_encode(&checkpoint, &w), SLUIS_EFORMAT);
	}
	checkpoint.extension = sluis_bytes(NULL, 0);
	checkpoint.head.size = SLUIS_MERKLE_SIZE_MAX + 1;
	assert_int_equal(sluis_checkpoint_encode(&checkpoint, &w), SLUIS_ETOOBIG);
	checkpoint.head.size = 1;
	checkpoint.origin = sluis_bytes_text("not a name");
	assert_int_equal(sluis_checkpoint_sign(&checkpoint, &SECRET, &w), SLUIS_EFORMAT);
	assert_int_equal(w.len, 0);
}

static void
a_signed_checkpoint_opens_with_the_key_of_its_log_only(void **state)
{
	struct sluis_checkpoint checkpoint = { .origin = sluis_bytes_text("log.example/a"),
		.head = { .size = 12, .root = sluis_merkle_empty() } };
	struct sluis_checkpoint opened = { .head.size = 99 };
	struct sluis_note_key other = KEY;
	char note[SLUIS_CHECKPOINT_NOTE_MAX_BYTES];
	struct sluis_writer w;

	(void)state;
	sluis_writer_init(&w, note, sizeof(note));
	assert_int_equal(sluis_checkpoint_sign(&checkpoint, &SECRET, &w), SLUIS_OK);
	other.public.bytes[0] ^= 1;
	assert_int_equal(sluis_checkpoint_open(sluis_bytes(w.data, w.len), &other, &opened), SLUIS_ESIGNATURE);
	other = KEY;
	other.type = SLUIS_NOTE_COSIGNATURE;
	assert_int_equal(sluis_checkpoint_open(sluis_bytes(w.data, w.len), &other, &opened), SLUIS_EUSAGE);
	assert_int_equal(opened.head.size, 99);
	assert_int_equal(sluis_checkpoint_open(sluis_bytes(w.data, w.len), &KEY, &opened), SLUIS_OK);
	assert_int_equal(opened.head.size, 12);
	assert_true(sluis_hash_equal(&opened.head.root, &checkpoint.head.root));
	assert_true(sluis_bytes_equal(opened.origin, checkpoint.origin));
	for (size_t at = 0; at < w.len; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			note[at] = (char)(note[at] ^ (1 << bit));
			assert_int_not_equal(sluis_checkpoint_open(sluis_bytes(w.data, w.len), &KEY, &opened), SLUIS_OK);
			note[at] = (char)(note[at] ^ (1 << bit));
		}
	}
	for (size_t len = 0; len < w.len; len++)
		assert_int_not_equal(sluis_checkpoint_open(sluis_bytes(note, len), &KEY, &opened), SLUIS_OK);
}

/* The log's key under text of another log, or under no checkpoint at all, promises nothing of this log. */
static void
another_origin_or_text_under_the_right_key_is_refused(void **state)
{
	static const struct {
		const char *text;
		enum sluis_err err;
	} TEXTS[] = {
		{ "log.example/b\n12\n" ROOT "\n", SLUIS_ESIGNATURE },
		{ "log.example/aa\n12\n" ROOT "\n", SLUIS_ESIGNATURE },
		{ "log.example/a\nnot a checkpoint\n", SLUIS_EFORMAT },
		{ "log.example/a\n12\n" ROOT "\n", SLUIS_OK },
	};

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(TEXTS); i++) {
		struct sluis_checkpoint opened;
		char note[512];
		struct sluis_writer w;

		sluis_writer_init(&w, note, sizeof(note));
		sluis_writer_put_text(&w, TEXTS[i].text);
		sluis_writer_put_text(&w, "\n");
		assert_int_equal(sluis_note_sign(&KEY, &SECRET, sluis_bytes_text(TEXTS[i].text), &w), SLUIS_OK);
		assert_int_equal(sluis_checkpoint_open(sluis_bytes(w.data, w.len), &KEY, &opened), TEXTS[i].err);
	}
}

static void
the_longest_note_fits_what_is_set_aside(void **state)
{
	char origin[SLUIS_NOTE_NAME_MAX_BYTES + 1];
	struct sluis_checkpoint checkpoint = { .origin = sluis_bytes(origin, SLUIS_NOTE_NAME_MAX_BYTES),
		.head.size = SLUIS_MERKLE_SIZE_MAX };
	char note[SLUIS_CHECKPOINT_NOTE_MAX_BYTES];
	struct sluis_writer w;

	(void)state;
	memset(origin, 'o', sizeof(origin));
	sluis_writer_init(&w, note, sizeof(note));
	assert_int_equal(sluis_checkpoint_sign(&checkpoint, &SECRET, &w), SLUIS_OK);
	sluis_writer_init(&w, note, sizeof(note));
	checkpoint.origin.len++;
	assert_int_equal(sluis_checkpoint_sign(&checkpoint, &SECRET, &w), SLUIS_ETOOBIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malformed_texts_are_refused),
		cmocka_unit_test(texts_are_read_and_written),
		cmocka_unit_test(what_cannot_be_a_checkpoint_is_not_written),
		cmocka_unit_test(a_signed_checkpoint_opens_with_the_key_of_its_log_only),
		cmocka_unit_test(another_origin_or_text_under_the_right_key_is_refused),
		cmocka_unit_test(the_longest_note_fits_what_is_set_aside),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, make_key, NULL);
}
