/* SPDX-License-Identifier: EUPL-1.2 */
#include "session.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* So long it is tried whenever the loop wakes; then ever more rarely, so that the stuck cost the others nothing. */
enum { EAGER_MS = 20, PATIENCE = 8 };

struct sessions {
	struct table table;
	struct session *first_parked;
};

static void
unlink_parked(struct sessions *sessions, struct session *session)
{
	if (session->before != NULL)
		session->before->after = session->after;
	else
		sessions->first_parked = session->after;
	if (session->after != NULL)
		session->after->before = session->before;
	session->before = session->after = NULL;
}

static void
link_parked(struct sessions *sessions, struct session *session)
{
	session->before = NULL;
	session->after = sessions->first_parked;
	if (session->after != NULL)
		session->after->before = session;
	sessions->first_parked = session;
}

static struct session *
session_new(struct sessions *sessions, struct sluis_bytes route)
{
	struct session *session;

	if (route.len == 0 || route.len > JOB_ROUTE_MAX || (session = calloc(1, sizeof(*session))) == NULL)
		return NULL;
	memcpy(session->route, route.data, route.len);
	session->entry.key = sluis_bytes(session->route, route.len);
	table_add(&sessions->table, &session->entry);
	return session;
}

struct sessions *
sessions_new(void)
{
	struct sessions *sessions = calloc(1, sizeof(*sessions));

	if (sessions == NULL)
		return NULL;
	if (table_init(&sessions->table) != SLUIS_OK) {
		free(sessions);
		return NULL;
	}
	return sessions;
}

void
sessions_free(struct sessions *sessions)
{
	if (sessions == NULL)
		return;
	for (size_t i = 0; i < TABLE_SLOTS; i++) {
		while (sessions->table.slots[i] != NULL) {
			struct session *session = (struct session *)sessions->table.slots[i];
			struct job *job;

			while ((job = session_unpark(sessions, session)) != NULL)
				job_free(job);
			table_remove(&sessions->table, &session->entry);
			free(session);
		}
	}
	table_done(&sessions->table);
	free(sessions);
}

size_t
sessions_count(const struct sessions *sessions)
{
	return sessions->table.count;
}

SLUIS_MUST_CHECK bool
session_take(struct sessions *sessions, struct sluis_bytes route)
{
	struct session *session = session_find(sessions, route);

	if (session == NULL)
		session = session_new(sessions, route);
	if (session == NULL || session->jobs >= SESSION_JOBS_MAX)
		return false;
	session->jobs++;
	return true;
}

struct session *
session_find(struct sessions *sessions, struct sluis_bytes route)
{
	return (struct session *)table_find(&sessions->table, route);
}

void
session_give_back(struct sessions *sessions, struct session *session)
{
	assert(session->jobs > 0);
	if (--session->jobs > 0)
		return;
	assert(session->first == NULL);
	table_remove(&sessions->table, &session->entry);
	free(session);
}

void
session_park(struct sessions *sessions, struct session *session, struct job *job, int64_t now_ms)
{
	job->next = NULL;
	if (session->last != NULL) {
		session->last->next = job;
		session->last = job;
		return;
	}
	session->first = session->last = job;
	session->stuck_ms = session->retry_ms = now_ms;
	link_parked(sessions, session);
}

struct job *
session_unpark(struct sessions *sessions, struct session *session)
{
	struct job *job = session->first;

	if (job == NULL)
		return NULL;
	session->first = job->next;
	job->next = NULL;
	if (session->first == NULL) {
		session->last = NULL;
		unlink_parked(sessions, session);
	}
	return job;
}

void
session_put_back(struct sessions *sessions, struct session *session, struct job *job)
{
	if (session->first == NULL) {
		session->last = job;
		link_parked(sessions, session);
	}
	job->next = session->first;
	session->first = job;
}

SLUIS_MUST_CHECK bool
session_stuck(struct session *session, int64_t now_ms)
{
	const int64_t stuck_ms = now_ms - session->stuck_ms;
	const int64_t wait_ms = stuck_ms < EAGER_MS ? 0 : stuck_ms / PATIENCE;

	session->retry_ms = now_ms + (wait_ms > SESSION_RETRY_MAX_MS ? SESSION_RETRY_MAX_MS : wait_ms);
	return stuck_ms < SESSION_PARKED_MAX_MS;
}

void
session_moved(struct session *session, int64_t now_ms)
{
	session->stuck_ms = session->retry_ms = now_ms;
}

struct session *
sessions_first_parked(struct sessions *sessions)
{
	return sessions->first_parked;
}
