/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "intake/intake.h"
#include "now.h"

enum { WORKERS_MAX = 64, TAKE_MAX = 8, FULL_WAIT_MS = 1 };

struct pool {
	struct pool_parts parts;
	pthread_t threads[WORKERS_MAX];
	size_t n;
};

/* The committer is behind: waiting here is what fills the queue before us, and front then answers busy. */
static void
hand_on(struct pool *pool, struct job *job)
{
	const struct timespec pause = { .tv_nsec = FULL_WAIT_MS * 1000000L };

	while (!queue_put(pool->parts.out, job))
		nanosleep(&pause, NULL);
}

static void
verify(struct pool *pool, struct job *job)
{
	job->next = NULL;
	job->snapshot = directory_holder_get(pool->parts.directory);
	intake_verify(job, now_wall_ms());
	hand_on(pool, job);
}

static void *
work(void *context)
{
	struct pool *pool = context;
	size_t n;

	for (;;) {
		struct job *jobs = queue_take_all(pool->parts.in, TAKE_MAX, -1, &n);

		if (jobs == NULL && queue_is_closed(pool->parts.in))
			return NULL;
		while (jobs != NULL) {
			struct job *next = jobs->next;

			verify(pool, jobs);
			jobs = next;
		}
	}
}

SLUIS_MUST_CHECK enum sluis_err
pool_start(const struct pool_parts *parts, struct pool **ret)
{
	struct pool *pool = calloc(1, sizeof(*pool));

	if (pool == NULL)
		return SLUIS_ENOMEM;
	pool->parts = *parts;
	while (pool->n < parts->workers && pool->n < WORKERS_MAX) {
		if (pthread_create(&pool->threads[pool->n], NULL, work, pool) != 0)
			break;
		pool->n++;
	}
	if (pool->n == 0) {
		free(pool);
		return SLUIS_ESYSTEM;
	}
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
	queue_close(pool->parts.out);
	free(pool);
}
