/* SPDX-License-Identifier: EUPL-1.2 */
#include "witness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "hash.h"

enum { LEAVES = 12 };

static struct sluis_signing_secret SECRET;
static struct sluis_witness_log LOGS[2]; /* a: 5 leaves cosigned; b: nothing yet */
static struct sluis_hash LEAF[LEAVES];
static char NOTE[1024];

static struct sluis_merkle_head
head_at(uint64_t size)
{
	struct sluis_merkle_leaves leaves = { LEAF, LEAVES };
	const struct sluis_merkle_reader reader = sluis_merkle_leaves_reader(&leaves);
	struct sluis_merkle_head head = { .size = size };

	assert_int_equal(sluis_merkle_root(&reader, size, &head.root), SLUIS_OK);
	return head;
}

static int
before(void **state)
{
	struct sluis_secret32 seed = { { 7 } };
	struct sluis_public public;

	(void)state;
	sluis_signing_secret_expand(&seed, &SECRET, &public);
	for (size_t i = 0; i < LEAVES; i++)
		LEAF[i] = sluis_merkle_leaf(sluis_bytes(&i, 1));
	if (sluis_note_key_init(sluis_bytes_text("a"), SLUIS_NOTE_ED25519, &public, &LOGS[0].key) != SLUIS_OK ||
	    sluis_note_key_init(sluis_bytes_text("b"), SLUIS_NOTE_ED25519, &public, &LOGS[1].key) != SLUIS_OK)
		return -1;
	LOGS[0].latest = head_at(5);
	LOGS[1].latest = (struct sluis_merkle_head){ .size = 0, .root = LEAF[3] }; /* not looked at */
	return 0;
}

/* A request to go from ${old_size} to ${head} of ${origin}, with the true proof between those sizes. */
static struct sluis_witness_request
request_for(const char *origin, uint64_t old_size, struct sluis_merkle_head head)
{
	struct sluis_merkle_leaves leaves = { LEAF, LEAVES };
	const struct sluis_merkle_reader reader = sluis_merkle_leaves_reader(&leaves);
	const struct sluis_checkpoint checkpoint = { .origin = sluis_bytes_text(origin), .head = head };
	struct sluis_witness_request request = { .old_size = old_size };
	struct sluis_writer w;

	sluis_writer_init(&w, NOTE, sizeof(NOTE));
	assert_int_equal(sluis_checkpoint_sign(&checkpoint, &SECRET, &w), SLUIS_OK);
	request.note = sluis_bytes(w.data, w.len);
	if (old_size <= head.size)
		assert_int_equal(sluis_merkle_consistency(&reader, old_size, head.size, &request.proof), SLUIS_OK);
	return request;
}

static struct sluis_witness_decision
decide(struct sluis_witness_request request)
{
	struct sluis_witness_decision decision;

	memset(&decision, 0x55, sizeof(decision));
	sluis_witness_decide(LOGS, 2, &request, &decision);
	assert_true((decision.status == SLUIS_WITNESS_COSIGN) == (decision.text.len > 0));
	return decision;
}

static void
malformed_requests_are_refused(void **state)
{
	static const char *const BAD[] = { "", "old", "old ", "old 5", "old 5\n", "old 05\n\nnote", "old -1\n\nnote",
		"old  5\n\nnote", "Old 5\n\nnote", "old 5 \n\nnote", "5\n\nnote", "old 5\nAAAA\n\nnote", "old 5\nnote\n",
		"old 18446744073709551616\n\nnote",
		"old 5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=", "\nold 5\n\nnote" };
	struct sluis_witness_request request = { .old_size = 77 };
	char bytes[64 * 45 + 32];
	struct sluis_writer w;

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(BAD); i++)
		assert_int_equal(sluis_witness_request_parse(sluis_bytes_text(BAD[i]), &request), SLUIS_EFORMAT);
	assert_int_equal(request.old_size, 77);
	for (size_t n = 62; n <= 64; n++) {
		sluis_writer_init(&w, bytes, sizeof(bytes));
		sluis_writer_put_text(&w, "old 5\n");
		for (size_t i = 0; i < n; i++)
			sluis_checkpoint_hash_put(&w, &LEAF[0]);
		sluis_writer_put_text(&w, "\nnote");
		assert_false(w.overflow);
		assert_int_equal(sluis_witness_request_parse(sluis_bytes(w.data, w.len), &request),
		    n <= 63 ? SLUIS_OK : SLUIS_ETOOBIG);
		if (n <= 63) {
			assert_int_equal(request.proof.n, n);
			assert_true(sluis_bytes_is_text(request.note, "note"));
		}
	}
	request.proof.n = 64;
	sluis_writer_init(&w, bytes, sizeof(bytes));
	assert_int_equal(sluis_witness_request_encode(&request, &w), SLUIS_ETOOBIG);
}

static void
requests_are_written_and_read(void **state)
{
	struct sluis_witness_request request = request_for("a", 5, head_at(11));
	struct sluis_witness_request again;
	char bytes[4096];
	struct sluis_writer w;

	(void)state;
	sluis_writer_init(&w, bytes, sizeof(bytes));
	assert_int_equal(sluis_witness_request_encode(&request, &w), SLUIS_OK);
	assert_int_equal(sluis_witness_request_parse(sluis_bytes(w.data, w.len), &again), SLUIS_OK);
	assert_int_equal(again.old_size, 5);
	assert_int_equal(again.proof.n, request.proof.n);
	assert_memory_equal(again.proof.hashes, request.proof.hashes, 32 * request.proof.n);
	assert_true(sluis_bytes_equal(again.note, request.note));
	for (size_t cap = 0; cap < w.len; cap += 7) {
		struct sluis_writer small;

		sluis_writer_init(&small, bytes, cap);
		assert_int_equal(sluis_witness_request_encode(&request, &small), SLUIS_ETOOBIG);
	}
}

static void
an_honest_step_is_cosigned(void **state)
{
	(void)state;
	for (uint64_t size = 5; size <= LEAVES; size++) {
		const struct sluis_witness_decision decision = decide(request_for("a", 5, head_at(size)));

		assert_int_equal(decision.status, SLUIS_WITNESS_COSIGN);
		assert_int_equal(decision.log, 0);
		assert_int_equal(decision.checkpoint.head.size, size);
		assert_true(decision.text.data == (const uint8_t *)NOTE);
		assert_false(decision.is_fork);
	}
	assert_int_equal(decide(request_for("b", 0, head_at(9))).status, SLUIS_WITNESS_COSIGN);
	assert_int_equal(decide(request_for("b", 0, head_at(9))).log, 1);
	assert_int_equal(decide(request_for("b", 0, head_at(0))).status, SLUIS_WITNESS_COSIGN);
}

static void
each_status_has_its_reason(void **state)
{
	struct sluis_witness_request request;
	struct sluis_witness_decision decision;
	struct sluis_merkle_head other = head_at(5);

	(void)state;
	request = request_for("a", 5, head_at(8));
	request.note.len -= 1;
	assert_int_equal(decide(request).status, SLUIS_WITNESS_BAD_REQUEST);
	assert_int_equal(decide(request_for("c", 0, head_at(8))).status, SLUIS_WITNESS_UNKNOWN);
	sluis_witness_decide(LOGS, 0, &request, &decision);
	assert_int_equal(decision.status, SLUIS_WITNESS_BAD_REQUEST);
	request = request_for("a", 5, head_at(8));
	sluis_witness_decide(LOGS, 0, &request, &decision);
	assert_int_equal(decision.status, SLUIS_WITNESS_UNKNOWN);
	assert_int_equal(decide(request_for("a", 9, head_at(8))).status, SLUIS_WITNESS_BAD_REQUEST);
	assert_int_equal(decide(request_for("a", 4, head_at(8))).status, SLUIS_WITNESS_CONFLICT);
	assert_int_equal(decide(request_for("a", 0, head_at(8))).status, SLUIS_WITNESS_CONFLICT);
	assert_int_equal(decide(request_for("a", 6, head_at(8))).status, SLUIS_WITNESS_CONFLICT);
	assert_int_equal(decide(request_for("a", 3, head_at(3))).status, SLUIS_WITNESS_CONFLICT); /* rollback */
	assert_int_equal(decide(request_for("b", 1, head_at(3))).status, SLUIS_WITNESS_CONFLICT);
	request = request_for("b", 0, head_at(3));
	request.proof.n = 1;
	assert_int_equal(decide(request).status, SLUIS_WITNESS_UNPROCESSABLE);
	other.size = 0;
	assert_int_equal(decide(request_for("b", 0, other)).status, SLUIS_WITNESS_UNPROCESSABLE);
	assert_false(decide(request_for("b", 0, other)).is_fork); /* of the empty tree nothing was signed before */
	request = request_for("a", 5, head_at(8));
	request.proof.hashes[1].bytes[0] ^= 1;
	assert_int_equal(decide(request).status, SLUIS_WITNESS_UNPROCESSABLE);
	request = request_for("a", 5, head_at(8));
	request.proof.n--;
	assert_int_equal(decide(request).status, SLUIS_WITNESS_UNPROCESSABLE);
}

static void
a_key_that_is_not_the_logs_decides_before_all_else(void **state)
{
	struct sluis_witness_request request = request_for("a", 9, head_at(8));
	struct sluis_witness_decision decision;

	(void)state;
	LOGS[0].key.public.bytes[0] ^= 1;
	decision = decide(request);
	assert_int_equal(decision.status, SLUIS_WITNESS_FORBIDDEN);
	assert_int_equal(decision.checkpoint.origin.len, 0); /* nothing of it is to be believed */
	LOGS[0].key.public.bytes[0] ^= 1;
	assert_int_equal(decide(request).status, SLUIS_WITNESS_BAD_REQUEST);
}

static void
a_cosignature_is_no_word_of_the_log(void **state)
{
	struct sluis_witness_request request = request_for("a", 5, head_at(8));
	const struct sluis_public public = LOGS[0].key.public;
	struct sluis_note note;
	struct sluis_writer w;

	(void)state;
	assert_int_equal(sluis_note_key_init(sluis_bytes_text("a"), SLUIS_NOTE_COSIGNATURE, &public, &LOGS[0].key),
	    SLUIS_OK);
	assert_int_equal(sluis_note_parse(request.note, &note), SLUIS_OK);
	sluis_writer_init(&w, NOTE, sizeof(NOTE));
	w.len = note.text.len + 1;
	assert_int_equal(sluis_note_cosign(&LOGS[0].key, &SECRET, 1000, note.text, &w), SLUIS_OK);
	request.note.len = w.len;
	assert_int_equal(decide(request).status, SLUIS_WITNESS_FORBIDDEN);
}

static void
two_roots_for_one_size_are_evidence(void **state)
{
	struct sluis_merkle_head other = head_at(5);
	struct sluis_witness_decision decision;

	(void)state;
	other.root = LEAF[9];
	decision = decide(request_for("a", 5, other));
	assert_int_equal(decision.status, SLUIS_WITNESS_UNPROCESSABLE);
	assert_true(decision.is_fork);
	decision = decide(request_for("a", 0, other));
	assert_int_equal(decision.status, SLUIS_WITNESS_CONFLICT);
	assert_true(decision.is_fork);
	assert_false(decide(request_for("a", 0, head_at(5))).is_fork);
	assert_false(decide(request_for("a", 4, head_at(4))).is_fork);
	LOGS[0].key.public.bytes[0] ^= 1; /* anybody can write such a note; only the log's key makes it evidence */
	assert_false(decide(request_for("a", 5, other)).is_fork);
}

static void
a_note_changed_anywhere_is_not_cosigned(void **state)
{
	struct sluis_witness_request request = request_for("a", 5, head_at(8));

	(void)state;
	for (size_t at = 0; at < request.note.len; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			NOTE[at] = (char)(NOTE[at] ^ (1 << bit));
			assert_int_not_equal(decide(request).status, SLUIS_WITNESS_COSIGN);
			NOTE[at] = (char)(NOTE[at] ^ (1 << bit));
		}
	}
}

static void
a_quorum_counts_witnesses_and_takes_the_time_that_all_of_it_reached(void **state)
{
	static const struct {
		struct sluis_note_found found[4];
		size_t quorum;
		bool is_reached;
		uint64_t time_s;
	} CASES[] = {
		{ { { true, 10 }, { true, 20 }, { true, 30 }, { true, 40 } }, 1, true, 40 },
		{ { { true, 10 }, { true, 20 }, { true, 30 }, { true, 40 } }, 2, true, 30 },
		{ { { true, 40 }, { true, 30 }, { true, 20 }, { true, 10 } }, 3, true, 20 },
		{ { { true, 40 }, { true, 10 }, { true, 30 }, { true, 20 } }, 4, true, 10 },
		{ { { true, 40 }, { true, 10 }, { true, 30 }, { true, 20 } }, 5, false, 0 },
		{ { { true, 40 }, { false, 99 }, { true, 30 }, { false, 99 } }, 2, true, 30 },
		{ { { true, 40 }, { false, 99 }, { true, 30 }, { false, 99 } }, 3, false, 0 },
		{ { { true, 7 }, { true, 7 }, { true, 7 }, { false, 0 } }, 3, true, 7 },
		{ { { false, 0 }, { false, 0 }, { false, 0 }, { false, 0 } }, 1, false, 0 },
		{ { { true, 40 }, { true, 10 }, { true, 30 }, { true, 20 } }, 0, false, 0 },
		{ { { true, 0 }, { true, 0 }, { false, 0 }, { false, 0 } }, 2, true, 0 },
	};

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(CASES); i++) {
		uint64_t time_s = 555;

		assert_true(sluis_witness_quorum(CASES[i].found, 4, CASES[i].quorum, &time_s) == CASES[i].is_reached);
		assert_int_equal(time_s, CASES[i].is_reached ? CASES[i].time_s : 555);
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, before)
	const struct CMUnitTest tests[] = {
		TEST(malformed_requests_are_refused),
		TEST(requests_are_written_and_read),
		TEST(an_honest_step_is_cosigned),
		TEST(each_status_has_its_reason),
		TEST(a_key_that_is_not_the_logs_decides_before_all_else),
		TEST(a_cosignature_is_no_word_of_the_log),
		TEST(two_roots_for_one_size_are_evidence),
		TEST(a_note_changed_anywhere_is_not_cosigned),
		TEST(a_quorum_counts_witnesses_and_takes_the_time_that_all_of_it_reached),
	};
#undef TEST

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
