/* SPDX-License-Identifier: EUPL-1.2 */
#include "directory_holder.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct directory_snapshot {
	struct sluis_directory *directory;
	atomic_size_t holds;
};

struct directory_holder {
	pthread_mutex_t lock; /* over ${newest} and the moment in which it is counted */
	struct directory_snapshot *newest;
};

static struct directory_snapshot *
exchange(struct directory_holder *holder, struct directory_snapshot *snapshot)
{
	struct directory_snapshot *former;

	pthread_mutex_lock(&holder->lock);
	former = holder->newest;
	holder->newest = snapshot;
	pthread_mutex_unlock(&holder->lock);
	return former;
}

struct directory_holder *
directory_holder_new(void)
{
	struct directory_holder *holder = calloc(1, sizeof(*holder));

	if (holder != NULL)
		pthread_mutex_init(&holder->lock, NULL);
	return holder;
}

void
directory_holder_free(struct directory_holder *holder)
{
	if (holder == NULL)
		return;
	directory_snapshot_put(holder->newest);
	pthread_mutex_destroy(&holder->lock);
	free(holder);
}

void
directory_holder_publish(struct directory_holder *holder, struct sluis_directory *directory)
{
	struct directory_snapshot *snapshot = calloc(1, sizeof(*snapshot));

	/* To go on with the former snapshot would let a suspended member go on: stop instead. */
	if (snapshot == NULL)
		abort();
	snapshot->directory = directory;
	atomic_init(&snapshot->holds, 1);
	directory_snapshot_put(exchange(holder, snapshot));
}

struct directory_snapshot *
directory_holder_get(struct directory_holder *holder)
{
	struct directory_snapshot *snapshot;

	pthread_mutex_lock(&holder->lock);
	snapshot = holder->newest;
	if (snapshot != NULL)
		atomic_fetch_add_explicit(&snapshot->holds, 1, memory_order_relaxed);
	pthread_mutex_unlock(&holder->lock);
	return snapshot;
}

const struct sluis_directory *
directory_snapshot_of(const struct directory_snapshot *snapshot)
{
	return snapshot->directory;
}

void
directory_snapshot_put(struct directory_snapshot *snapshot)
{
	if (snapshot == NULL || atomic_fetch_sub_explicit(&snapshot->holds, 1, memory_order_acq_rel) != 1)
		return;
	sluis_directory_free(snapshot->directory);
	free(snapshot);
}
