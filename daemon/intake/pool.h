/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pool - threads that verify: one takes a job from front, looks at it with the newest directory, hands it to commit.
 *
 * What is not even a frame has nothing to decide or to log: it is answered `malformed` from here, and front counts it.
 */
#ifndef SLUISD_POOL_H
#define SLUISD_POOL_H

#include "directory_holder.h"
#include "queue.h"

struct pool;

struct pool_parts {
	size_t workers; /* 1 or more */
	struct queue *in;
	struct queue *out;     /* to commit; closed when the last worker is done */
	struct queue *answers; /* to front */
	void (*wake)(void *context); /* tells front that ${answers} has something */
	void *context;
	struct directory_holder *directory;
};

/** pool_start(parts, ret): everything is borrowed. Errors: SLUIS_ENOMEM, SLUIS_ESYSTEM. */
SLUIS_MUST_CHECK enum sluis_err pool_start(const struct pool_parts *parts, struct pool **ret);

/** pool_join(pool): wait until ${in} is closed and empty and every worker is done; free. NULL is fine. */
void pool_join(struct pool *pool);

/** pool_beats(pool): a number that grows whenever a worker is done with a job; for the watchdog. */
uint64_t pool_beats(const struct pool *pool);

#endif
