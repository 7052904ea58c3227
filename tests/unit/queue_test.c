/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "queue.h"

enum { MANY = 20000, THREADS = 4 };

static struct job *
numbered(int64_t n)
{
	struct job *job = job_new(64);

	assert_non_null(job);
	job->received_ms = n;
	return job;
}

static int64_t
elapsed_ms(struct timespec since)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - since.tv_sec) * 1000 + (now.tv_nsec - since.tv_nsec) / 1000000;
}

static void
full_or_closed_takes_nothing(void **state)
{
	struct queue *queue = queue_new(2);
	struct job *third = numbered(3);
	size_t n = 9;

	(void)state;
	assert_true(queue_put(queue, numbered(1)));
	assert_true(queue_put(queue, numbered(2)));
	assert_false(queue_put(queue, third));
	assert_int_equal(queue_length(queue), 2);
	queue_close(queue);
	assert_true(queue_is_closed(queue));
	job_free(queue_take_all(queue, 1, -1, &n));
	assert_int_equal(n, 1);
	assert_false(queue_put(queue, third)); /* there is room, but it is closed */
	job_free(queue_take_all(queue, 9, -1, &n));
	assert_int_equal(n, 1);
	assert_null(queue_take_all(queue, 9, -1, &n)); /* closed and empty: no waiting */
	assert_int_equal(n, 0);
	job_free(third);
	queue_free(queue);
	queue_free(NULL);
}

static void
oldest_first_and_no_more_than_asked(void **state)
{
	struct queue *queue = queue_new(10);
	struct job *taken;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_true(queue_put(queue, numbered(i)));
	taken = queue_take_all(queue, 3, 0, &n);
	assert_int_equal(n, 3);
	for (int i = 0; i < 3; i++) {
		struct job *job = taken;

		assert_int_equal(job->received_ms, i);
		taken = job->next;
		job_free(job);
	}
	assert_null(taken);
	assert_int_equal(queue_length(queue), 2);
	assert_true(queue_put(queue, numbered(5)));
	queue_free(queue); /* frees what is left: seen by the leak checker */
}

static void
waiting_ends_in_time(void **state)
{
	struct queue *queue = queue_new(1);
	struct timespec start;
	size_t n = 1;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &start);
	assert_null(queue_take_all(queue, 1, 0, &n));
	assert_int_equal(n, 0);
	assert_true(elapsed_ms(start) < 50);
	assert_null(queue_take_all(queue, 1, 80, &n));
	assert_true(elapsed_ms(start) >= 80);
	assert_true(elapsed_ms(start) < 5000);
	queue_free(queue);
}

struct line {
	struct queue *in;
	struct queue *out;
};

static void *
pass_on(void *context)
{
	struct line *line = context;
	size_t n;

	for (;;) {
		struct job *jobs = queue_take_all(line->in, 3, -1, &n);

		if (jobs == NULL)
			return NULL;
		while (jobs != NULL) {
			struct job *job = jobs;

			jobs = job->next;
			job->busy_count++;
			while (!queue_put(line->out, job))
				sched_yield();
		}
	}
}

/* Every job once, through several threads; with SAN=thread this is where a race shows. */
static void
nothing_is_lost_between_threads(void **state)
{
	struct line line = { queue_new(64), queue_new(16) };
	pthread_t threads[THREADS];
	uint8_t *seen = calloc(MANY, 1);
	int64_t put = 0, got = 0;
	size_t n;

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, pass_on, &line), 0);
	while (got < MANY) {
		struct job *jobs = queue_take_all(line.out, 8, 0, &n);

		while (jobs != NULL) {
			struct job *job = jobs;

			jobs = job->next;
			assert_int_equal(job->busy_count, 1);
			assert_int_equal(seen[job->received_ms]++, 0);
			job_free(job);
			got++;
		}
		if (put < MANY) {
			struct job *job = numbered(put);

			if (queue_put(line.in, job))
				put++;
			else
				job_free(job);
		}
	}
	queue_close(line.in);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(queue_length(line.in) + queue_length(line.out), 0);
	queue_free(line.in);
	queue_free(line.out);
	free(seen);
}

static void *
take_one(void *queue)
{
	size_t n = 0;

	job_free(queue_take_all(queue, 1, -1, &n));
	return NULL;
}

static void
closing_wakes_all_that_wait(void **state)
{
	struct queue *queue = queue_new(1);
	pthread_t threads[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, take_one, queue), 0);
	queue_close(queue);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	queue_free(queue);
}

static int released;

static void
count_release(void *held)
{
	assert_ptr_equal(held, &released);
	released++;
}

static void
a_job_gives_back_what_it_holds(void **state)
{
	struct job *job = numbered(1);

	(void)state;
	job->held = &released;
	job->release = count_release;
	job->body = sluis_bytes("x", 1);
	job_drop_body(job);
	assert_int_equal(released, 1);
	assert_int_equal(job->body.len, 0);
	job_free(job); /* not a second time */
	assert_int_equal(released, 1);
	job = numbered(2);
	job->held = &released;
	job->release = count_release;
	job_free(job);
	assert_int_equal(released, 2);
	job_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_or_closed_takes_nothing),
		cmocka_unit_test(oldest_first_and_no_more_than_asked),
		cmocka_unit_test(waiting_ends_in_time),
		cmocka_unit_test(nothing_is_lost_between_threads),
		cmocka_unit_test(closing_wakes_all_that_wait),
		cmocka_unit_test(a_job_gives_back_what_it_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
