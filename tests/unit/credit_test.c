/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "front/credit.h"

enum { MEMBER_RATE = 3600, STRANGER_RATE = 36, HOUR_MS = 3600000 };

static struct job_peer
peer(uint32_t number, bool is_member)
{
	struct job_peer p = { .is_member = is_member };

	memcpy(p.curve_key.bytes, &number, sizeof(number));
	return p;
}

#define ref(number, is_member) ((struct job_peer[1]){ peer(number, is_member) })

static unsigned
take_until_busy(struct credit *credit, const struct job_peer *of, int64_t now_ms, uint32_t *ret_retry_s)
{
	unsigned n = 0;

	while (n < 10000 && credit_take(credit, of, 1, now_ms, ret_retry_s)) {
		credit_give_back(credit, of, 1);
		n++;
	}
	return n;
}

static void
an_hours_worth_at_once_and_then_the_rate(void **state)
{
	struct credit *credit = credit_new(MEMBER_RATE, STRANGER_RATE);
	const struct job_peer member = peer(1, true), other = peer(2, true);
	uint32_t retry_s = 0;

	(void)state;
	assert_int_equal(take_until_busy(credit, &member, 1000, &retry_s), MEMBER_RATE);
	assert_int_equal(retry_s, 2); /* one a second, rounded up */
	assert_int_equal(take_until_busy(credit, &other, 1000, &retry_s), MEMBER_RATE); /* not each other's */
	assert_int_equal(take_until_busy(credit, &member, 6000, &retry_s), 5);
	assert_int_equal(take_until_busy(credit, &member, 6000 + 2 * HOUR_MS, &retry_s), MEMBER_RATE);
	assert_int_equal(take_until_busy(credit, &member, 6000, &retry_s), 0); /* time never runs back */
	credit_free(credit);
	credit_free(NULL);
}

static void
strangers_have_little_each_and_together(void **state)
{
	struct credit *credit = credit_new(MEMBER_RATE, STRANGER_RATE);
	const struct job_peer stranger = peer(1, false);
	uint32_t retry_s = 0;
	unsigned all = 0;

	(void)state;
	all = take_until_busy(credit, &stranger, 0, &retry_s);
	assert_int_equal(all, STRANGER_RATE);
	assert_true(retry_s > 60);
	for (uint32_t i = 2; i < 200; i++) {
		const struct job_peer next = peer(i, false);

		all += take_until_busy(credit, &next, 0, &retry_s);
	}
	assert_int_equal(all, STRANGER_RATE * CREDIT_STRANGERS_FACTOR);
	/* ... and a member does not notice. */
	assert_int_equal(take_until_busy(credit, &(struct job_peer){ .is_member = true }, 0, &retry_s), MEMBER_RATE);
	credit_free(credit);
}

static void
a_stranger_that_became_a_member_begins_anew(void **state)
{
	struct credit *credit = credit_new(MEMBER_RATE, STRANGER_RATE);
	const struct job_peer before = peer(1, false), after = peer(1, true);
	uint32_t retry_s = 0;

	(void)state;
	assert_int_equal(take_until_busy(credit, &before, 0, &retry_s), STRANGER_RATE);
	assert_int_equal(take_until_busy(credit, &after, 0, &retry_s), MEMBER_RATE);
	/* Suspended again: a stranger's rate, no more. */
	assert_int_equal(take_until_busy(credit, &before, 0, &retry_s), STRANGER_RATE);
	credit_free(credit);
}

static void
rates_come_from_policy(void **state)
{
	struct credit *credit = credit_new(1, 1);
	const struct job_peer member = peer(1, true), late = peer(2, true);
	uint32_t retry_s = 0;

	(void)state;
	assert_int_equal(take_until_busy(credit, &member, 0, &retry_s), 1);
	assert_int_equal(retry_s, 3600);
	credit_set_rates(credit, 7200, 72);
	assert_int_equal(take_until_busy(credit, &late, 0, &retry_s), 7200);
	assert_int_equal(take_until_busy(credit, &member, 10000, &retry_s), 20);
	credit_set_rates(credit, INT64_MAX, INT64_MAX); /* no overflow */
	assert_true(credit_take(credit, &member, 1, 20000, &retry_s));
	credit_set_rates(credit, 0, -5);
	assert_false(credit_take(credit, ref(9, true), 1, 20000, &retry_s) &&
	    credit_take(credit, ref(9, true), 1, 20000, &retry_s));
	credit_free(credit);
}

static size_t
take_all(struct credit *credit, uint32_t number, bool is_member, size_t bytes)
{
	const struct job_peer p = peer(number, is_member);
	uint32_t retry_s = 0;
	size_t n = 0;

	while (credit_take(credit, &p, bytes, 0, &retry_s))
		n++;
	assert_int_equal(retry_s, 1);
	return n;
}

static void
requests_under_way_are_bounded(void **state)
{
	struct credit *credit = credit_new(CREDIT_RATE_MAX, CREDIT_RATE_MAX);
	size_t n = 0;

	(void)state;
	assert_int_equal(take_all(credit, 1, true, 1), CREDIT_PEER_JOBS_MAX);
	for (uint32_t i = 2; i < 10; i++)
		n += take_all(credit, i, false, 1);
	assert_int_equal(n, CREDIT_STRANGER_JOBS_MAX); /* all strangers together */
	n += CREDIT_PEER_JOBS_MAX;
	for (uint32_t i = 10; i < 20; i++)
		n += take_all(credit, i, true, 1);
	assert_int_equal(n, CREDIT_JOBS_MAX);
	assert_int_equal(credit_jobs(credit), CREDIT_JOBS_MAX);
	credit_give_back(credit, ref(1, true), 1);
	assert_int_equal(take_all(credit, 1, true, 1), 1); /* what is given back can be had again */
	credit_free(credit);
}

static void
bytes_are_bounded(void **state)
{
	struct credit *credit = credit_new(CREDIT_RATE_MAX, CREDIT_RATE_MAX);
	const size_t mib = 1024 * 1024;
	size_t n = 0;

	(void)state;
	for (uint32_t i = 1; i < 10; i++) {
		const size_t own = take_all(credit, i, true, mib);

		assert_true(own <= CREDIT_PEER_BYTES_MAX / mib);
		n += own;
	}
	assert_int_equal(n, CREDIT_BYTES_MAX / mib);
	assert_false(credit_resize(credit, ref(1, true), mib, 2 * mib));
	assert_true(credit_resize(credit, ref(1, true), mib, 0));
	assert_int_equal(credit_bytes(credit), CREDIT_BYTES_MAX - mib);
	assert_int_equal(take_all(credit, 9, true, mib), 1);
	assert_int_equal(take_all(credit, 9, true, SIZE_MAX), 0);
	credit_free(credit);
}

static void
malformed_is_said_once_a_minute_and_costs_more(void **state)
{
	struct credit *credit = credit_new(MEMBER_RATE, STRANGER_RATE);
	const struct job_peer member = peer(1, true), stranger = peer(2, false);
	uint32_t count = 9;
	unsigned answered = 0;

	(void)state;
	assert_true(credit_malformed(credit, &member, 0, &count));
	assert_int_equal(count, 1);
	for (int i = 0; i < 10; i++) {
		assert_true(credit_malformed(credit, &member, 59999, &count));
		assert_int_equal(count, 0);
	}
	assert_true(credit_malformed(credit, &member, 60000, &count));
	assert_int_equal(count, 11);
	while (answered < 100 && credit_malformed(credit, &stranger, 0, &count))
		answered++;
	assert_int_equal(answered, (STRANGER_RATE + CREDIT_MALFORMED_COST - 1) / CREDIT_MALFORMED_COST);
	assert_false(credit_take(credit, &stranger, 1, 0, &count)); /* its rate is gone for good requests too */
	credit_free(credit);
}

static void
busy_members_are_one_event_a_minute(void **state)
{
	struct credit *credit = credit_new(2, 1);
	const struct job_peer first = peer(1, true), second = peer(2, true), stranger = peer(3, false);
	struct sluis_public key;
	uint32_t n = 0;

	(void)state;
	assert_int_equal(credit_busy_at(credit), -1);
	for (int i = 0; i < 5; i++) {
		(void)!credit_take(credit, &first, 1, 1000, &n);
		(void)!credit_take(credit, &second, 1, 2000, &n);
		(void)!credit_take(credit, &stranger, 1, 500, &n);
	}
	assert_int_equal(credit_busy_at(credit), 61000);
	assert_false(credit_busy_due(credit, 60999, &key, &n));
	assert_true(credit_busy_due(credit, 61000, &key, &n));
	assert_memory_equal(key.bytes, first.curve_key.bytes, 32);
	assert_int_equal(n, 3);
	assert_false(credit_busy_due(credit, 61000, &key, &n));
	assert_true(credit_busy_due(credit, 62000, &key, &n));
	assert_memory_equal(key.bytes, second.curve_key.bytes, 32);
	assert_int_equal(credit_busy_at(credit), -1);
	(void)!credit_take(credit, &first, 1, 63000, &n);
	assert_int_equal(credit_busy_at(credit), 123000);
	credit_free(credit);
}

static void
keys_are_forgotten_and_never_more_than_the_bound(void **state)
{
	struct credit *credit = credit_new(MEMBER_RATE, STRANGER_RATE);
	const struct job_peer kept = peer(1, true);
	uint32_t n = 0;

	(void)state;
	assert_true(credit_take(credit, &kept, 1, 0, &n)); /* under way all the time */
	for (uint32_t i = 2; i < 2 * CREDIT_PEERS_MAX; i++) {
		const struct job_peer p = peer(i, true);

		if (credit_take(credit, &p, 1, 0, &n))
			credit_give_back(credit, &p, 1);
	}
	assert_int_equal(credit_peers(credit), CREDIT_PEERS_MAX);
	credit_give_back(credit, &kept, 1); /* asserts that it was kept */
	for (uint32_t i = 0; i < 2 * CREDIT_PEERS_MAX; i++) {
		const struct job_peer p = peer(i % 3, true);

		assert_true(credit_take(credit, &p, 1, 10 * HOUR_MS, &n) || n > 0);
		(void)!credit_take(credit, ref(0xffff0000u + i % 5, true), 1, 10 * HOUR_MS + i, &n);
	}
	credit_free(credit);
}

/* Two more are looked at for each new key: those whose rate is full again go. */
static void
rested_keys_make_room(void **state)
{
	struct credit *credit = credit_new(MEMBER_RATE, STRANGER_RATE);
	uint32_t n = 0;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		const struct job_peer p = peer(i, true);

		assert_true(credit_take(credit, &p, 1, 0, &n));
		credit_give_back(credit, &p, 1);
	}
	assert_int_equal(credit_peers(credit), 1000);
	for (uint32_t i = 1000; i < 1500; i++) {
		const struct job_peer p = peer(i, true);

		assert_true(credit_take(credit, &p, 1, HOUR_MS, &n));
		credit_give_back(credit, &p, 1);
	}
	assert_int_equal(credit_peers(credit), 500);
	credit_free(credit);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_hours_worth_at_once_and_then_the_rate),
		cmocka_unit_test(strangers_have_little_each_and_together),
		cmocka_unit_test(a_stranger_that_became_a_member_begins_anew),
		cmocka_unit_test(rates_come_from_policy),
		cmocka_unit_test(requests_under_way_are_bounded),
		cmocka_unit_test(bytes_are_bounded),
		cmocka_unit_test(malformed_is_said_once_a_minute_and_costs_more),
		cmocka_unit_test(busy_members_are_one_event_a_minute),
		cmocka_unit_test(keys_are_forgotten_and_never_more_than_the_bound),
		cmocka_unit_test(rested_keys_make_room),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
