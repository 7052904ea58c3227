/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * queue - a bounded first-in first-out line of jobs between threads.
 *
 * Any number of threads may put and take. A closed queue takes nothing more and lets takers drain it.
 */
#ifndef SLUISD_QUEUE_H
#define SLUISD_QUEUE_H

#include "job.h"

struct queue;

/** queue_new(cap): a queue of at most ${cap} jobs; NULL without memory. */
struct queue *queue_new(size_t cap);
void queue_free(struct queue *queue);

/** queue_put(queue, job): false when full or closed; then the caller still owns the job. Never blocks. */
SLUIS_MUST_CHECK bool queue_put(struct queue *queue, struct job *job);

/**
 * queue_take_all(queue, max, timeout_ms, ret_count):
 * Wait up to ${timeout_ms} (-1: for ever) until at least one job waits; take up to ${max}, oldest first, as a
 * list linked by ${next}. NULL with *ret_count 0: time is up, or the queue is closed and empty (queue_is_closed).
 */
struct job *queue_take_all(struct queue *queue, size_t max, int timeout_ms, size_t *ret_count);

void queue_close(struct queue *queue);
bool queue_is_closed(struct queue *queue);
size_t queue_length(struct queue *queue);

#endif
