/* SPDX-License-Identifier: EUPL-1.2 */
#include "logproof.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "hash.h"

enum { LEAVES = 21, INDEX = 13, WITNESSES = 3 };

#define FIRST "c2sp.org/tlog-proof@v1\n"
#define HASH "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

static struct {
	struct sluis_hash leaves[LEAVES];
	struct sluis_note_key witnesses[WITNESSES];
	struct sluis_logproof_trust trust;
	char note[2048];
	char file[8192];
	size_t len;
	struct sluis_arena *arena;
} F;

static void
make_note(const struct sluis_merkle_head *head)
{
	struct sluis_secret32 seed = { { 1 } };
	struct sluis_signing_secret secret;
	struct sluis_public public;
	const struct sluis_checkpoint checkpoint = { .origin = sluis_bytes_text("log.example"), .head = *head };
	struct sluis_writer w;
	size_t text_len;

	sluis_signing_secret_expand(&seed, &secret, &public);
	assert_int_equal(sluis_note_key_init(checkpoint.origin, SLUIS_NOTE_ED25519, &public, &F.trust.log), SLUIS_OK);
	sluis_writer_init(&w, F.note, sizeof(F.note));
	assert_int_equal(sluis_checkpoint_encode(&checkpoint, &w), SLUIS_OK);
	text_len = w.len;
	sluis_writer_put_text(&w, "\n");
	assert_int_equal(sluis_note_sign(&F.trust.log, &secret, sluis_bytes(F.note, text_len), &w), SLUIS_OK);
	for (uint8_t i = 0; i < WITNESSES; i++) {
		const char name[] = { 'w', (char)('0' + i), '\0' };

		seed.bytes[0] = (uint8_t)(i + 2);
		sluis_signing_secret_expand(&seed, &secret, &public);
		assert_int_equal(sluis_note_key_init(sluis_bytes_text(name), SLUIS_NOTE_COSIGNATURE, &public,
		                     &F.witnesses[i]),
		    SLUIS_OK);
		if (i < 2) /* the third is known but has not cosigned */
			assert_int_equal(sluis_note_cosign(&F.witnesses[i], &secret, 1000u + i,
			                     sluis_bytes(F.note, text_len), &w),
			    SLUIS_OK);
	}
	F.note[w.len] = '\0';
}

static int
before(void **state)
{
	struct sluis_merkle_leaves leaves = { F.leaves, LEAVES };
	const struct sluis_merkle_reader reader = sluis_merkle_leaves_reader(&leaves);
	struct sluis_logproof logproof = { .extra = sluis_bytes_text("the opening of the event"), .index = INDEX };
	struct sluis_merkle_head head = { .size = LEAVES };
	struct sluis_writer w;

	(void)state;
	for (uint8_t i = 0; i < LEAVES; i++)
		F.leaves[i] = sluis_merkle_leaf(sluis_bytes(&i, 1));
	assert_int_equal(sluis_merkle_root(&reader, LEAVES, &head.root), SLUIS_OK);
	assert_int_equal(sluis_merkle_inclusion(&reader, INDEX, LEAVES, &logproof.proof), SLUIS_OK);
	make_note(&head);
	F.trust.witnesses = F.witnesses;
	F.trust.n = WITNESSES;
	F.trust.quorum = 2;
	F.arena = sluis_arena_new(1024 * 1024);
	assert_non_null(F.arena);
	logproof.note = sluis_bytes_text(F.note);
	sluis_writer_init(&w, F.file, sizeof(F.file));
	assert_int_equal(sluis_logproof_encode(&logproof, F.arena, &w), SLUIS_OK);
	F.len = w.len;
	return 0;
}

static int
after(void **state)
{
	(void)state;
	sluis_arena_freep(&F.arena);
	return 0;
}

static enum sluis_err
check(struct sluis_bytes bytes)
{
	struct sluis_logproof logproof;

	SLUIS_TRY(sluis_logproof_parse(bytes, F.arena, &logproof));
	return sluis_logproof_verify(&logproof, &F.leaves[INDEX], &F.trust, NULL);
}

static void
malformed_files_are_refused(void **state)
{
	static const char *const BAD[] = { "", "x\n", "c2sp.org/tlog-proof@v1", FIRST, "c2sp.org/tlog-proof@v2\nindex 0\n\n",
		FIRST "index 0\n", FIRST "index 0", FIRST "index 00\n\n", FIRST "index -1\n\n", FIRST "index\n\n",
		FIRST "index 1 \n\n", FIRST "idx 1\n\n", FIRST "\nindex 1\n\n", FIRST "extra AAAA\n\n", FIRST "extra 1234\nindx 5\n\n",
		FIRST "extra \nindex 1\n\n", FIRST "extra\nindex 1\n\n", FIRST "extra AA\nindex 1\n\n",
		FIRST "extra AAAA\nextra AAAA\nindex 1\n\n", FIRST "index 1\nextra AAAA\n\n", FIRST "index 1\nAAAA\n\n",
		FIRST "index 1\n" HASH, FIRST "index 1\n" HASH "x\n\n", "\n" FIRST "index 1\n\n" };
	struct sluis_logproof logproof = { .index = 77 };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(BAD); i++) {
		if (sluis_logproof_parse(sluis_bytes_text(BAD[i]), F.arena, &logproof) != SLUIS_EFORMAT)
			fail_msg("taken: %s", BAD[i]);
	}
	assert_int_equal(logproof.index, 77);
	assert_int_equal(sluis_logproof_parse(sluis_bytes_text(FIRST "index 0\n\nnote"), F.arena, &logproof), SLUIS_OK);
	assert_true(sluis_bytes_is_text(logproof.note, "note"));
	assert_int_equal(logproof.extra.len, 0);
}

static void
sizes_are_bounded(void **state)
{
	static char bytes[SLUIS_LOGPROOF_MAX_BYTES + 1];
	static uint8_t extra[SLUIS_LOGPROOF_EXTRA_MAX_BYTES + 3];
	struct sluis_logproof logproof = { .extra = sluis_bytes(extra, SLUIS_LOGPROOF_EXTRA_MAX_BYTES),
		.note = sluis_bytes_text("note") };
	struct sluis_logproof again;
	struct sluis_arena *small = sluis_arena_new(64);
	struct sluis_writer w;

	(void)state;
	for (size_t n = 63; n <= 64; n++) {
		sluis_writer_init(&w, bytes, sizeof(bytes));
		sluis_writer_put_text(&w, FIRST "index 1\n");
		for (size_t i = 0; i < n; i++)
			sluis_writer_put_text(&w, HASH);
		sluis_writer_put_text(&w, "\nnote");
		assert_int_equal(sluis_logproof_parse(sluis_bytes(w.data, w.len), F.arena, &again),
		    n == 63 ? SLUIS_OK : SLUIS_ETOOBIG);
	}
	sluis_writer_init(&w, bytes, sizeof(bytes));
	assert_int_equal(sluis_logproof_encode(&logproof, small, &w), SLUIS_ENOMEM);
	sluis_writer_init(&w, bytes, sizeof(bytes));
	assert_int_equal(sluis_logproof_encode(&logproof, F.arena, &w), SLUIS_OK);
	assert_int_equal(sluis_logproof_parse(sluis_bytes(w.data, w.len), F.arena, &again), SLUIS_OK);
	assert_int_equal(again.extra.len, SLUIS_LOGPROOF_EXTRA_MAX_BYTES);
	assert_int_equal(sluis_logproof_parse(sluis_bytes(w.data, w.len), small, &again), SLUIS_ENOMEM);
	logproof.extra.len++;
	assert_int_equal(sluis_logproof_encode(&logproof, F.arena, &w), SLUIS_ETOOBIG);
	sluis_writer_init(&w, bytes, sizeof(bytes)); /* four characters more than the longest extra data */
	sluis_writer_put_text(&w, FIRST "extra ");
	for (size_t i = 0; i <= SLUIS_LOGPROOF_EXTRA_MAX_BYTES / 3; i++)
		sluis_writer_put_text(&w, "AAAA");
	sluis_writer_put_text(&w, "\nindex 1\n\nnote");
	assert_int_equal(sluis_logproof_parse(sluis_bytes(w.data, w.len), F.arena, &again), SLUIS_ETOOBIG);
	logproof = (struct sluis_logproof){ .proof.n = 64 };
	assert_int_equal(sluis_logproof_encode(&logproof, F.arena, &w), SLUIS_ETOOBIG);
	memset(bytes, 'x', sizeof(bytes));
	memcpy(bytes, FIRST "index 1\n\n", strlen(FIRST "index 1\n\n"));
	assert_int_equal(sluis_logproof_parse(sluis_bytes(bytes, sizeof(bytes)), F.arena, &again), SLUIS_ETOOBIG);
	assert_int_equal(sluis_logproof_parse(sluis_bytes(bytes, sizeof(bytes) - 1), F.arena, &again), SLUIS_OK);
	sluis_arena_free(small);
}

static void
a_file_proves_its_leaf(void **state)
{
	struct sluis_logproof logproof;
	struct sluis_checkpoint checkpoint;

	(void)state;
	assert_int_equal(sluis_logproof_parse(sluis_bytes(F.file, F.len), F.arena, &logproof), SLUIS_OK);
	assert_true(sluis_bytes_is_text(logproof.extra, "the opening of the event"));
	assert_int_equal(sluis_logproof_verify(&logproof, &F.leaves[INDEX], &F.trust, &checkpoint), SLUIS_OK);
	assert_int_equal(checkpoint.head.size, LEAVES);
	assert_int_equal(sluis_logproof_verify(&logproof, &F.leaves[INDEX + 1], &F.trust, NULL), SLUIS_EPROOF);
	logproof.index++;
	assert_int_equal(sluis_logproof_verify(&logproof, &F.leaves[INDEX], &F.trust, NULL), SLUIS_EPROOF);
}

static void
trust_decides(void **state)
{
	(void)state;
	F.trust.quorum = 3;
	assert_int_equal(check(sluis_bytes(F.file, F.len)), SLUIS_ESIGNATURE);
	F.trust.quorum = 0;
	F.trust.n = 0;
	assert_int_equal(check(sluis_bytes(F.file, F.len)), SLUIS_OK);
	F.trust.quorum = 1;
	assert_int_equal(check(sluis_bytes(F.file, F.len)), SLUIS_ESIGNATURE);
	F.trust.n = SLUIS_NOTE_SIGNATURES_MAX + 1;
	assert_int_equal(check(sluis_bytes(F.file, F.len)), SLUIS_EUSAGE);
	F.trust.n = WITNESSES;
	F.witnesses[1].public.bytes[0] ^= 1; /* a cosignature that fails spoils the note */
	assert_int_equal(check(sluis_bytes(F.file, F.len)), SLUIS_ESIGNATURE);
	F.trust.quorum = 0;
	F.trust.log.public.bytes[0] ^= 1;
	assert_int_equal(check(sluis_bytes(F.file, F.len)), SLUIS_ESIGNATURE);
}

static void
a_file_changed_or_cut_anywhere_fails(void **state)
{
	size_t extra_at, extra_len;
	struct sluis_logproof logproof;

	(void)state;
	assert_int_equal(sluis_logproof_parse(sluis_bytes(F.file, F.len), F.arena, &logproof), SLUIS_OK);
	extra_at = strlen(FIRST "extra ");
	extra_len = strcspn(F.file + extra_at, "\n");
	for (size_t at = 0; at < F.len; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			if (at >= extra_at && at < extra_at + extra_len)
				continue; /* nobody signed the extra data */
			sluis_arena_reset(F.arena);
			F.file[at] = (char)(F.file[at] ^ (1 << bit));
			assert_int_not_equal(check(sluis_bytes(F.file, F.len)), SLUIS_OK);
			F.file[at] = (char)(F.file[at] ^ (1 << bit));
		}
	}
	for (size_t len = 0; len < F.len; len++) {
		sluis_arena_reset(F.arena);
		assert_int_not_equal(check(sluis_bytes(F.file, len)), SLUIS_OK);
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, before, after)
	const struct CMUnitTest tests[] = {
		TEST(malformed_files_are_refused),
		TEST(sizes_are_bounded),
		TEST(a_file_proves_its_leaf),
		TEST(trust_decides),
		TEST(a_file_changed_or_cut_anywhere_fails),
	};
#undef TEST

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
