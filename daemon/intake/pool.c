/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "brief.h"
#include "intake/intake.h"
#include "now.h"

enum { WORKERS_MAX = 64, TAKE_MAX = 8, FULL_WAIT_MS = 1 };

struct pool {
	struct pool_parts parts;
	pthread_t threads[WORKERS_MAX];
	size_t n;
	_Atomic uint64_t beats;
	atomic_size_t running;
};

/* The committer is behind: waiting here is what fills the queue before us, and front then answers busy. */
static void
hand_on(struct pool *pool, struct job *job)
{
	const struct timespec pause = { .tv_nsec = FULL_WAIT_MS * 1000000L };

	while (!queue_put(pool->parts.out, job))
		nanosleep(&pause, NULL);
}

/* Straight back: the answers' queue has a place for every request that front has admitted. */
static void
answer(struct pool *pool, struct job *job, enum brief_status status, uint32_t retry_s)
{
	brief_job(job, status, retry_s);
	if (!queue_put(pool->parts.answers, job))
		job_free(job);
	pool->parts.wake(pool->parts.context);
}

static void
name_peer(struct job *job)
{
	if (job->snapshot != NULL)
		job->member = sluis_directory_member_by_curve(directory_snapshot_of(job->snapshot),
		    &job->peer.curve_key);
}

static void
verify(struct pool *pool, struct job *job)
{
	job->next = NULL;
	job->snapshot = directory_holder_get(pool->parts.directory);
	if (job->busy_count > 0) {
		name_peer(job);
		hand_on(pool, job); /* a note of front's, no request */
		return;
	}
	intake_verify(job, now_wall_ms());
	if (job->ask != NULL) {
		hand_on(pool, job);
	} else if (job->verified == SLUIS_ENOMEM) {
		job->verified = SLUIS_OK; /* our fault, not a malformed message */
		answer(pool, job, BRIEF_BUSY, 1);
	} else {
		answer(pool, job, BRIEF_MALFORMED, 0);
	}
}

/* Nothing more comes from here: the last one to leave says so to commit. */
static void
leave(struct pool *pool)
{
	if (atomic_fetch_sub(&pool->running, 1) == 1)
		queue_close(pool->parts.out);
}

static void *
work(void *context)
{
	struct pool *pool = context;
	size_t n;

	for (;;) {
		struct job *jobs = queue_take_all(pool->parts.in, TAKE_MAX, -1, &n);

		if (jobs == NULL)
			break;
		while (jobs != NULL) {
			struct job *next = jobs->next;

			verify(pool, jobs);
			atomic_fetch_add(&pool->beats, 1);
			jobs = next;
		}
	}
	leave(pool);
	return NULL;
}

SLUIS_MUST_CHECK enum sluis_err
pool_start(const struct pool_parts *parts, struct pool **ret)
{
	struct pool *pool = calloc(1, sizeof(*pool));

	if (pool == NULL)
		return SLUIS_ENOMEM;
	pool->parts = *parts;
	/* One more than run, so that the last of those that do start is not taken for the last before all are there. */
	atomic_init(&pool->running, 1);
	while (pool->n < parts->workers && pool->n < WORKERS_MAX) {
		atomic_fetch_add(&pool->running, 1);
		if (pthread_create(&pool->threads[pool->n], NULL, work, pool) != 0) {
			atomic_fetch_sub(&pool->running, 1);
			break;
		}
		pool->n++;
	}
	if (pool->n == 0) {
		free(pool);
		return SLUIS_ESYSTEM;
	}
	leave(pool);
	*ret = pool;
	return SLUIS_OK;
}

void
pool_join(struct pool *pool)
{
	if (pool == NULL)
		return;
	for (size_t i = 0; i < pool->n; i++)
		pthread_join(pool->threads[i], NULL);
	free(pool);
}

uint64_t
pool_beats(const struct pool *pool)
{
	return atomic_load(&pool->beats);
}
