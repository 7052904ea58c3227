/* SPDX-License-Identifier: EUPL-1.2 */
#include "job.h"

#include <stdlib.h>

#include <sodium.h>

#include "directory_holder.h"

struct job *
job_new(size_t arena_bytes)
{
	struct job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return NULL;
	job->arena = sluis_arena_new(arena_bytes);
	if (job->arena == NULL) {
		free(job);
		return NULL;
	}
	return job;
}

void
job_drop_body(struct job *job)
{
	if (job->held != NULL)
		job->release(job->held);
	job->held = NULL;
	job->body = sluis_bytes(NULL, 0);
}

void
job_free(struct job *job)
{
	if (job == NULL)
		return;
	job_drop_body(job);
	directory_snapshot_put(job->snapshot);
	sluis_arena_free(job->arena);
	sodium_memzero(job, sizeof(*job));
	free(job);
}
