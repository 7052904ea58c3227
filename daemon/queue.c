/* SPDX-License-Identifier: EUPL-1.2 */
#include "queue.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t filled; /* something was put, or the queue was closed */
	struct job *first;
	struct job *last;
	size_t length;
	size_t cap;
	bool is_closed;
};

/* A mutex that cannot be locked is a bug of ours, never a state to go on in. */
static void
lock(struct queue *queue)
{
	const int rc = pthread_mutex_lock(&queue->lock);

	assert(rc == 0);
	(void)rc;
}

static void
unlock(struct queue *queue)
{
	const int rc = pthread_mutex_unlock(&queue->lock);

	assert(rc == 0);
	(void)rc;
}

static struct timespec
deadline(int timeout_ms)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += timeout_ms / 1000;
	at.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (at.tv_nsec >= 1000000000) {
		at.tv_sec++;
		at.tv_nsec -= 1000000000;
	}
	return at;
}

/* With the lock held: wait until there is something to take, the queue is closed, or time is up. */
static void
await(struct queue *queue, int timeout_ms)
{
	struct timespec until;

	if (queue->first != NULL || queue->is_closed || timeout_ms == 0)
		return;
	if (timeout_ms > 0)
		until = deadline(timeout_ms);
	while (queue->first == NULL && !queue->is_closed) {
		if (timeout_ms < 0)
			pthread_cond_wait(&queue->filled, &queue->lock);
		else if (pthread_cond_timedwait(&queue->filled, &queue->lock, &until) != 0)
			return;
	}
}

struct queue *
queue_new(size_t cap)
{
	struct queue *queue = calloc(1, sizeof(*queue));
	pthread_condattr_t attr;

	if (queue == NULL)
		return NULL;
	queue->cap = cap;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(&queue->lock, NULL);
	pthread_cond_init(&queue->filled, &attr);
	pthread_condattr_destroy(&attr);
	return queue;
}

void
queue_free(struct queue *queue)
{
	if (queue == NULL)
		return;
	while (queue->first != NULL) {
		struct job *job = queue->first;

		queue->first = job->next;
		job_free(job);
	}
	pthread_cond_destroy(&queue->filled);
	pthread_mutex_destroy(&queue->lock);
	free(queue);
}

SLUIS_MUST_CHECK bool
queue_put(struct queue *queue, struct job *job)
{
	lock(queue);
	if (queue->is_closed || queue->length >= queue->cap) {
		unlock(queue);
		return false;
	}
	job->next = NULL;
	if (queue->last != NULL)
		queue->last->next = job;
	else
		queue->first = job;
	queue->last = job;
	queue->length++;
	pthread_cond_signal(&queue->filled);
	unlock(queue);
	return true;
}

struct job *
queue_take_all(struct queue *queue, size_t max, int timeout_ms, size_t *ret_count)
{
	struct job *taken, *end = NULL;
	size_t n = 0;

	lock(queue);
	await(queue, timeout_ms);
	taken = queue->first;
	while (n < max && queue->first != NULL) {
		end = queue->first;
		queue->first = end->next;
		n++;
	}
	if (queue->first == NULL)
		queue->last = NULL;
	queue->length -= n;
	unlock(queue);
	if (end != NULL)
		end->next = NULL;
	*ret_count = n;
	return n > 0 ? taken : NULL;
}

void
queue_close(struct queue *queue)
{
	lock(queue);
	queue->is_closed = true;
	pthread_cond_broadcast(&queue->filled);
	unlock(queue);
}

bool
queue_is_closed(struct queue *queue)
{
	bool is_closed;

	lock(queue);
	is_closed = queue->is_closed;
	unlock(queue);
	return is_closed;
}

size_t
queue_length(struct queue *queue)
{
	size_t length;

	lock(queue);
	length = queue->length;
	unlock(queue);
	return length;
}
