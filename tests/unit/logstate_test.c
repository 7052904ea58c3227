/* SPDX-License-Identifier: EUPL-1.2 */
#include "logstate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checkpoint.h"
#include "hash.h"

enum { LEAVES = 40 };

static struct sluis_hash leaves[2][LEAVES]; /* of a log, and of its fork from leaf 20 on */
static struct sluis_signing_secret secret, other_secret;
static struct sluis_public public;
static const char *const ORIGIN = "log.example/exchange";

static int
setup(void **state)
{
	const struct sluis_secret32 seed = { { 5 } }, other = { { 6 } };
	struct sluis_public unused;

	(void)state;
	for (uint32_t i = 0; i < LEAVES; i++) {
		const uint32_t forked = i < 20 ? i : i + 1000;

		leaves[0][i] = sluis_hash(sluis_bytes(&i, sizeof(i)));
		leaves[1][i] = sluis_hash(sluis_bytes(&forked, sizeof(forked)));
	}
	sluis_signing_secret_expand(&seed, &secret, &public);
	sluis_signing_secret_expand(&other, &other_secret, &unused);
	return 0;
}

static struct sluis_merkle_head
head_of(unsigned fork, uint64_t size)
{
	struct sluis_merkle_leaves all = { .hashes = leaves[fork], .n = LEAVES };
	const struct sluis_merkle_reader reader = sluis_merkle_leaves_reader(&all);
	struct sluis_merkle_head head = { .size = size };

	assert_int_equal(sluis_merkle_root(&reader, size, &head.root), SLUIS_OK);
	return head;
}

static struct sluis_log_view
view_of(uint64_t size)
{
	return (struct sluis_log_view){ .origin = sluis_bytes_text(ORIGIN), .key = public,
		.head = head_of(0, size) };
}

struct answer {
	char note[SLUIS_CHECKPOINT_NOTE_MAX_BYTES];
	size_t len;
	struct sluis_merkle_proof proof;
	ProtobufCBinaryData hashes[SLUIS_PROOF_MAX];
};

static void
sign(struct answer *a, const char *origin, const struct sluis_merkle_head *head,
    const struct sluis_signing_secret *by)
{
	const struct sluis_checkpoint checkpoint = { .origin = sluis_bytes_text(origin), .head = *head };
	struct sluis_writer w;

	sluis_writer_init(&w, a->note, sizeof(a->note));
	assert_int_equal(sluis_checkpoint_sign(&checkpoint, by, &w), SLUIS_OK);
	a->len = w.len;
}

/* What a broker answers who was asked from ${from} and has ${size} leaves of ${fork}. */
static void
answer(struct answer *a, unsigned fork, uint64_t from, uint64_t size)
{
	struct sluis_merkle_leaves all = { .hashes = leaves[fork], .n = LEAVES };
	const struct sluis_merkle_reader reader = sluis_merkle_leaves_reader(&all);
	const struct sluis_merkle_head head = head_of(fork, size);

	sign(a, ORIGIN, &head, &secret);
	a->proof.n = 0;
	if (from <= size)
		assert_int_equal(sluis_merkle_consistency(&reader, from, size, &a->proof), SLUIS_OK);
	for (size_t i = 0; i < a->proof.n; i++)
		a->hashes[i] = sluis_pb_hash(&a->proof.hashes[i]);
}

static enum sluis_err
take(struct sluis_log_view *view, const struct answer *a, struct sluis_why *why)
{
	return sluis_logstate_advance(view, sluis_bytes(a->note, a->len), a->hashes, a->proof.n, why);
}

static void
assert_untouched(const struct sluis_log_view *view, uint64_t size)
{
	const struct sluis_merkle_head head = head_of(0, size);

	assert_int_equal(view->head.size, size);
	assert_memory_equal(view->head.root.bytes, head.root.bytes, 32);
}

static void
a_log_that_grows(void **state)
{
	static struct answer a;

	(void)state;
	for (uint64_t from = 0; from <= LEAVES; from++) {
		for (uint64_t to = from; to <= LEAVES; to++) {
			struct sluis_log_view view = view_of(from);
			struct sluis_why why = { "unchanged" };

			answer(&a, 0, from, to);
			assert_int_equal(take(&view, &a, &why), SLUIS_OK);
			assert_untouched(&view, to);
			assert_string_equal(why.text, "unchanged");
		}
	}
}

static void
nothing_seen_yet(void **state)
{
	static struct answer a;
	struct sluis_log_view view = view_of(0);

	(void)state;
	memset(&view.head.root, 0x77, sizeof(view.head.root)); /* not looked at */
	answer(&a, 0, 0, 17);
	assert_int_equal(take(&view, &a, NULL), SLUIS_OK);
	assert_untouched(&view, 17);
	view.head.size = 0;
	a.hashes[0] = sluis_pb_hash(&leaves[0][0]);
	a.proof.n = 1; /* "From size 0 the proof is empty." */
	assert_int_equal(take(&view, &a, NULL), SLUIS_EPROOF);
	answer(&a, 0, 0, 0);
	assert_int_equal(take(&view, &a, NULL), SLUIS_OK);
}

static void
a_log_that_shrinks(void **state)
{
	static struct answer a;
	struct sluis_log_view view = view_of(30);
	struct sluis_why why;

	(void)state;
	for (uint64_t size = 0; size < 30; size++) {
		answer(&a, 0, 30, size);
		assert_int_equal(take(&view, &a, &why), SLUIS_EROLLBACK);
		assert_untouched(&view, 30);
	}
	assert_string_equal(why.text,
	    "log log.example/exchange: size 29 is smaller than 30, which was seen before");
	assert_int_equal(take(&view, &a, NULL), SLUIS_EROLLBACK);
}

static void
a_log_that_forks(void **state)
{
	static struct answer a;
	struct sluis_log_view view = view_of(30);
	struct sluis_why why;

	(void)state;
	answer(&a, 1, 30, 30);
	assert_int_equal(take(&view, &a, &why), SLUIS_EROLLBACK);
	assert_string_equal(why.text, "log log.example/exchange: another root than before at size 30");
	for (uint64_t size = 31; size <= LEAVES; size++) {
		answer(&a, 1, 30, size);
		assert_int_equal(take(&view, &a, &why), SLUIS_EPROOF);
		answer(&a, 1, 20, size); /* its honest proof from where it forked */
		assert_int_equal(take(&view, &a, &why), SLUIS_EPROOF);
	}
	assert_string_equal(why.text,
	    "log log.example/exchange: the new tree does not begin with the one seen before");
	assert_untouched(&view, 30);
	view = view_of(20); /* before the fork both are good */
	answer(&a, 1, 20, 33);
	assert_int_equal(take(&view, &a, &why), SLUIS_OK);
}

static void
every_byte_of_note_and_proof_counts(void **state)
{
	static struct answer a;
	struct sluis_log_view view = view_of(13);

	(void)state;
	answer(&a, 0, 13, 38);
	for (size_t i = 0; i < a.len; i++) {
		a.note[i] = (char)(a.note[i] ^ 1);
		assert_int_not_equal(take(&view, &a, NULL), SLUIS_OK);
		a.note[i] = (char)(a.note[i] ^ 1);
	}
	for (size_t len = 0; len < a.len; len++)
		assert_int_not_equal(sluis_logstate_advance(&view, sluis_bytes(a.note, len), a.hashes, a.proof.n, NULL),
		    SLUIS_OK);
	assert_true(a.proof.n > 0);
	for (size_t i = 0; i < a.proof.n * 32; i++) {
		a.proof.hashes[i / 32].bytes[i % 32] ^= 1;
		assert_int_equal(take(&view, &a, NULL), SLUIS_EPROOF);
		a.proof.hashes[i / 32].bytes[i % 32] ^= 1;
	}
	for (size_t n = 0; n < a.proof.n; n++)
		assert_int_equal(sluis_logstate_advance(&view, sluis_bytes(a.note, a.len), a.hashes, n, NULL),
		    SLUIS_EPROOF);
	assert_int_equal(sluis_logstate_advance(&view, sluis_bytes(a.note, a.len), a.hashes, SIZE_MAX, NULL),
	    SLUIS_EPROOF);
	assert_int_equal(
	    sluis_logstate_advance(&view, sluis_bytes(a.note, a.len), a.hashes, SLUIS_PROOF_MAX + 1, NULL),
	    SLUIS_EPROOF);
	assert_untouched(&view, 13);
	assert_int_equal(take(&view, &a, NULL), SLUIS_OK);
}

static void
another_key_or_origin(void **state)
{
	static struct answer a;
	const struct sluis_merkle_head head = head_of(0, 9);
	struct sluis_log_view view = view_of(9);
	struct sluis_merkle_head got;
	struct sluis_why why;

	(void)state;
	answer(&a, 0, 9, 9);
	assert_int_equal(sluis_logstate_note(&view, sluis_bytes(a.note, a.len), &got, &why), SLUIS_OK);
	assert_int_equal(got.size, 9);
	sign(&a, ORIGIN, &head, &other_secret);
	assert_int_equal(take(&view, &a, &why), SLUIS_ESIGNATURE);
	assert_string_equal(why.text, "log log.example/exchange: a checkpoint that the log's key did not sign");
	sign(&a, "log.example/keys", &head, &secret);
	assert_int_equal(take(&view, &a, &why), SLUIS_ESIGNATURE);
	view.origin = sluis_bytes_text("a name with blanks");
	assert_int_equal(take(&view, &a, &why), SLUIS_EFORMAT);
	assert_int_equal(sluis_logstate_note(&view, sluis_bytes_text("garbage"), &got, NULL), SLUIS_EFORMAT);
	view = view_of(9);
	assert_int_equal(sluis_logstate_note(&view, sluis_bytes_text("garbage"), &got, &why), SLUIS_EFORMAT);
	assert_string_equal(why.text, "log log.example/exchange: not a checkpoint");
}

static void
put_log(Sluis__LogState *log, const struct answer *keys, const struct answer *exchange)
{
	static ProtobufCBinaryData lists[2][SLUIS_PROOF_MAX];

	sluis__log_state__init(log);
	memcpy(lists[0], keys->hashes, sizeof(lists[0]));
	memcpy(lists[1], exchange->hashes, sizeof(lists[1]));
	log->keys_note_bytes = sluis_pb(sluis_bytes(keys->note, keys->len));
	log->keys_consistency_hashes = lists[0];
	log->n_keys_consistency_hashes = keys->proof.n;
	log->exchange_note_bytes = sluis_pb(sluis_bytes(exchange->note, exchange->len));
	log->exchange_consistency_hashes = lists[1];
	log->n_exchange_consistency_hashes = exchange->proof.n;
}

/* PROTOCOL 9.4; a failure of one leaves both where they were. */
static void
both_logs_or_neither(void **state)
{
	static struct answer good_keys, good_exchange, bad;
	struct sluis_log_view keys = view_of(5), exchange = view_of(30);
	Sluis__LogState log;
	struct sluis_why why;

	(void)state;
	answer(&good_keys, 0, 5, 8);
	answer(&good_exchange, 0, 30, 31);
	answer(&bad, 0, 30, 29);
	put_log(&log, &good_keys, &bad);
	assert_int_equal(sluis_logstate_check(&log, &keys, &exchange, &why), SLUIS_EROLLBACK);
	assert_untouched(&keys, 5);
	assert_untouched(&exchange, 30);
	answer(&bad, 0, 5, 4);
	put_log(&log, &bad, &good_exchange);
	assert_int_equal(sluis_logstate_check(&log, &keys, &exchange, &why), SLUIS_EROLLBACK);
	assert_untouched(&keys, 5);
	assert_untouched(&exchange, 30);
	put_log(&log, &good_keys, &good_exchange);
	assert_int_equal(sluis_logstate_check(&log, &keys, &exchange, &why), SLUIS_OK);
	assert_untouched(&keys, 8);
	assert_untouched(&exchange, 31);
	put_log(&log, &good_exchange, &good_keys);
	assert_int_not_equal(sluis_logstate_check(&log, &keys, &exchange, &why), SLUIS_OK);
}

static void
a_long_origin_leaves_room_for_the_reason(void **state)
{
	static struct answer a;
	char origin[256];
	struct sluis_log_view view = view_of(30);
	struct sluis_why why;

	(void)state;
	memset(origin, 'o', sizeof(origin));
	origin[255] = '\0';
	view.origin = sluis_bytes_text(origin);
	answer(&a, 0, 30, 30);
	sign(&a, origin, &(struct sluis_merkle_head){ .size = 3 }, &secret);
	assert_int_equal(take(&view, &a, &why), SLUIS_EROLLBACK);
	assert_non_null(strstr(why.text, "o: size 3 is smaller than 30, which was seen before"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_log_that_grows),
		cmocka_unit_test(nothing_seen_yet),
		cmocka_unit_test(a_log_that_shrinks),
		cmocka_unit_test(a_log_that_forks),
		cmocka_unit_test(every_byte_of_note_and_proof_counts),
		cmocka_unit_test(another_key_or_origin),
		cmocka_unit_test(both_logs_or_neither),
		cmocka_unit_test(a_long_origin_leaves_room_for_the_reason),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
