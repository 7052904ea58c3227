/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "front/session.h"

#define ROUTE sluis_bytes_text("route")
#define OTHER sluis_bytes_text("routf")

static struct job *
numbered(int64_t n)
{
	struct job *job = job_new(64);

	assert_non_null(job);
	job->received_ms = n;
	return job;
}

static int64_t
unparked(struct sessions *sessions, struct session *session)
{
	struct job *job = session_unpark(sessions, session);
	const int64_t n = job == NULL ? -1 : job->received_ms;

	job_free(job);
	return n;
}

static void
routes_that_cannot_be_are_refused(void **state)
{
	static const uint8_t LONG[JOB_ROUTE_MAX + 1];
	struct sessions *sessions = sessions_new();

	(void)state;
	assert_false(session_take(sessions, sluis_bytes(LONG, 0)));
	assert_false(session_take(sessions, sluis_bytes(LONG, sizeof(LONG))));
	assert_true(session_take(sessions, sluis_bytes(LONG, JOB_ROUTE_MAX)));
	assert_null(session_find(sessions, ROUTE));
	sessions_free(sessions);
	sessions_free(NULL);
}

static void
a_session_lives_as_long_as_something_is_under_way(void **state)
{
	struct sessions *sessions = sessions_new();

	(void)state;
	assert_true(session_take(sessions, ROUTE));
	assert_true(session_take(sessions, OTHER));
	assert_true(session_take(sessions, ROUTE));
	assert_int_equal(sessions_count(sessions), 2);
	session_give_back(sessions, session_find(sessions, ROUTE));
	assert_non_null(session_find(sessions, ROUTE));
	session_give_back(sessions, session_find(sessions, ROUTE));
	assert_null(session_find(sessions, ROUTE));
	assert_non_null(session_find(sessions, OTHER));
	assert_int_equal(sessions_count(sessions), 1);
	sessions_free(sessions);
}

static void
no_more_than_the_bound_under_way(void **state)
{
	struct sessions *sessions = sessions_new();

	(void)state;
	for (unsigned i = 0; i < SESSION_JOBS_MAX; i++)
		assert_true(session_take(sessions, ROUTE));
	assert_false(session_take(sessions, ROUTE));
	assert_true(session_take(sessions, OTHER));
	session_give_back(sessions, session_find(sessions, ROUTE));
	assert_true(session_take(sessions, ROUTE));
	sessions_free(sessions);
}

static void
answers_wait_in_order(void **state)
{
	struct sessions *sessions = sessions_new();
	struct session *one, *two;

	(void)state;
	assert_true(session_take(sessions, ROUTE));
	assert_true(session_take(sessions, OTHER));
	one = session_find(sessions, ROUTE);
	two = session_find(sessions, OTHER);
	assert_null(sessions_first_parked(sessions));
	assert_null(session_unpark(sessions, one));
	for (int i = 1; i <= 3; i++)
		session_park(sessions, one, numbered(i), 100);
	session_park(sessions, two, numbered(9), 100);
	assert_ptr_equal(sessions_first_parked(sessions), two);
	assert_ptr_equal(two->after, one);
	assert_int_equal(unparked(sessions, one), 1);
	session_put_back(sessions, one, numbered(7)); /* taken out, not sent: still the oldest */
	assert_int_equal(unparked(sessions, one), 7);
	assert_int_equal(unparked(sessions, two), 9);
	assert_ptr_equal(sessions_first_parked(sessions), one);
	assert_int_equal(unparked(sessions, one), 2);
	assert_int_equal(unparked(sessions, one), 3);
	assert_null(sessions_first_parked(sessions));
	session_put_back(sessions, one, numbered(8)); /* the last one, put back, waits again */
	assert_ptr_equal(sessions_first_parked(sessions), one);
	session_park(sessions, one, numbered(10), 100);
	assert_int_equal(unparked(sessions, one), 8);
	sessions_free(sessions); /* number 10 too: seen by the leak checker */
}

static void
the_stuck_are_tried_ever_more_rarely_and_then_given_up(void **state)
{
	struct sessions *sessions = sessions_new();
	struct session *session;

	(void)state;
	assert_true(session_take(sessions, ROUTE));
	session = session_find(sessions, ROUTE);
	session_park(sessions, session, numbered(1), 1000);
	assert_true(session_stuck(session, 1010));
	assert_int_equal(session->retry_ms, 1010);
	assert_true(session_stuck(session, 1080));
	assert_int_equal(session->retry_ms, 1090);
	assert_true(session_stuck(session, 31000));
	assert_int_equal(session->retry_ms, 31000 + SESSION_RETRY_MAX_MS);
	session_moved(session, 31000);
	assert_true(session_stuck(session, 31000 + SESSION_PARKED_MAX_MS - 1));
	assert_false(session_stuck(session, 31000 + SESSION_PARKED_MAX_MS));
	sessions_free(sessions);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routes_that_cannot_be_are_refused),
		cmocka_unit_test(a_session_lives_as_long_as_something_is_under_way),
		cmocka_unit_test(no_more_than_the_bound_under_way),
		cmocka_unit_test(answers_wait_in_order),
		cmocka_unit_test(the_stuck_are_tried_ever_more_rarely_and_then_given_up),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
