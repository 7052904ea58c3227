/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "brief.h"
#include "intake/pool.h"
#include "limits.h"

enum { MANY = 2000 };

static struct pool_parts parts;
static struct pool *pool;
static atomic_uint woken;

static void
wake(void *context)
{
	assert_ptr_equal(context, &woken);
	atomic_fetch_add(&woken, 1);
}

static int
begin(void **state)
{
	(void)state;
	parts = (struct pool_parts){ .workers = 3, .in = queue_new(MANY), .out = queue_new(MANY),
		.answers = queue_new(MANY), .wake = wake, .context = &woken,
		.directory = directory_holder_new() };
	atomic_store(&woken, 0);
	return pool_start(&parts, &pool) == SLUIS_OK ? 0 : -1;
}

static int
end(void **state)
{
	(void)state;
	queue_close(parts.in);
	pool_join(pool);
	pool = NULL;
	queue_free(parts.in);
	queue_free(parts.out);
	queue_free(parts.answers);
	directory_holder_free(parts.directory);
	return 0;
}

static struct job *
job_with(struct sluis_bytes frame, int64_t number)
{
	struct job *job = job_new(SLUIS_ARENA_MAX_BYTES);

	assert_non_null(job);
	job->received_ms = number;
	assert_int_equal(sluis_arena_copy(job->arena, frame, &job->frame), SLUIS_OK);
	return job;
}

static struct sluis_bytes
hello(struct sluis_arena *arena)
{
	static const uint8_t ID[16] = { 1 }, HASH[32] = { 2 };
	Sluis__Ask frame = SLUIS__ASK__INIT;
	Sluis__Seen seen = SLUIS__SEEN__INIT;
	Sluis__AskHello act = SLUIS__ASK_HELLO__INIT;
	struct sluis_bytes packed;

	frame.format = SLUIS_FORMAT;
	frame.federation_hash = sluis_pb(sluis_bytes(HASH, 32));
	frame.request_id = sluis_pb(sluis_bytes(ID, 16));
	frame.seen = &seen;
	frame.act_case = SLUIS__ASK__ACT_HELLO;
	frame.hello = &act;
	assert_int_equal(sluis_codec_pack(&frame.base, arena, &packed), SLUIS_OK);
	return packed;
}

static struct job *
take_one(struct queue *queue)
{
	size_t n = 0;
	struct job *job = queue_take_all(queue, 1, 3000, &n);

	assert_int_equal(n, 1);
	return job;
}

static void
no_frame_is_malformed_and_never_reaches_commit(void **state)
{
	struct sluis_arena *arena = sluis_arena_new(64 * 1024);
	struct sluis_bytes frame = hello(arena);
	Sluis__Tell *tell = NULL;
	struct job *job;

	(void)state;
	assert_true(queue_put(parts.in, job_with(sluis_bytes_text("nonsense"), 1)));
	job = take_one(parts.answers);
	assert_null(job->ask);
	assert_int_equal(job->verified, SLUIS_EFORMAT);
	assert_int_equal(job->tell.len, 0); /* nobody to answer */
	job_free(job);
	/* Its head is in order, the rest is cut: somebody waits for an answer. */
	assert_true(queue_put(parts.in, job_with(sluis_bytes(frame.data, frame.len - 1), 2)));
	job = take_one(parts.answers);
	assert_int_equal(job->verified, SLUIS_EFORMAT);
	assert_int_equal(SLUIS_UNPACK(tell, Tell, job->tell, SLUIS_FRAME_MAX_BYTES, arena, &tell), SLUIS_OK);
	assert_int_equal(tell->status_number, BRIEF_MALFORMED);
	job_free(job);
	for (int i = 0; i < 1000 && atomic_load(&woken) < 2; i++)
		usleep(1000); /* woken after it was put */
	assert_int_equal(atomic_load(&woken), 2);
	assert_int_equal(queue_length(parts.out), 0);
	sluis_arena_free(arena);
}

static void
a_frame_goes_to_commit_verified(void **state)
{
	struct sluis_arena *arena = sluis_arena_new(64 * 1024);
	struct job *job;

	(void)state;
	assert_true(queue_put(parts.in, job_with(hello(arena), 1)));
	job = take_one(parts.out);
	assert_non_null(job->ask);
	assert_int_equal(job->verified, SLUIS_EBUSY); /* there is no directory yet */
	job_free(job);
	assert_int_equal(atomic_load(&woken), 0);
	sluis_arena_free(arena);
}

static void
a_note_of_fronts_passes_unread(void **state)
{
	struct job *job = job_new(SLUIS_ARENA_MAX_BYTES);

	(void)state;
	job->busy_count = 7;
	assert_true(queue_put(parts.in, job));
	assert_ptr_equal(take_one(parts.out), job);
	assert_int_equal(job->busy_count, 7);
	assert_null(job->member);
	job_free(job);
	assert_int_equal(queue_length(parts.answers), 0);
}

/* Closing the first queue closes the next when all workers are done, and not before. */
static void
closing_is_passed_on_after_the_last_job(void **state)
{
	struct sluis_arena *arena = sluis_arena_new(64 * 1024);
	const struct sluis_bytes frame = hello(arena);
	size_t n = 0, got = 0;

	(void)state;
	for (int64_t i = 0; i < MANY / 2; i++)
		assert_true(queue_put(parts.in, job_with(frame, i)));
	queue_close(parts.in);
	for (;;) {
		struct job *jobs = queue_take_all(parts.out, 64, 3000, &n);

		if (jobs == NULL)
			break;
		got += n;
		while (jobs != NULL) {
			struct job *job = jobs;

			jobs = job->next;
			job_free(job);
		}
	}
	assert_true(queue_is_closed(parts.out));
	assert_int_equal(got, MANY / 2);
	assert_int_equal(pool_beats(pool), MANY / 2);
	sluis_arena_free(arena);
}

/* Commit is behind: workers wait, nothing is dropped. */
static void
a_full_queue_makes_workers_wait(void **state)
{
	struct sluis_arena *arena = sluis_arena_new(64 * 1024);
	const struct sluis_bytes frame = hello(arena);
	size_t got = 0;

	(void)state;
	end(NULL);
	parts = (struct pool_parts){ .workers = 2, .in = queue_new(64), .out = queue_new(2), .answers = queue_new(64),
		.wake = wake, .context = &woken, .directory = directory_holder_new() };
	assert_int_equal(pool_start(&parts, &pool), SLUIS_OK);
	for (int64_t i = 0; i < 40; i++)
		assert_true(queue_put(parts.in, job_with(frame, i)));
	usleep(50000);
	assert_int_equal(queue_length(parts.out), 2);
	while (got < 40) {
		job_free(take_one(parts.out));
		got++;
	}
	sluis_arena_free(arena);
}

static void
no_workers_is_an_error(void **state)
{
	struct pool_parts none = parts;
	struct pool *never = NULL;

	(void)state;
	none.workers = 0;
	assert_int_equal(pool_start(&none, &never), SLUIS_ESYSTEM);
	assert_null(never);
	pool_join(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_frame_is_malformed_and_never_reaches_commit, begin, end),
		cmocka_unit_test_setup_teardown(a_frame_goes_to_commit_verified, begin, end),
		cmocka_unit_test_setup_teardown(a_note_of_fronts_passes_unread, begin, end),
		cmocka_unit_test_setup_teardown(closing_is_passed_on_after_the_last_job, begin, end),
		cmocka_unit_test_setup_teardown(a_full_queue_makes_workers_wait, begin, end),
		cmocka_unit_test_setup_teardown(no_workers_is_an_error, begin, end),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
