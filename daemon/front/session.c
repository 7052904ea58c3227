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

static bool
is_waiting(const struct session *session)
{
	return session->first != NULL || session->brief_count > 0;
}

/* Something begins to wait at ${session}, where nothing did. */
static void
begin_waiting(struct sessions *sessions, struct session *session, int64_t now_ms)
{
	if (is_waiting(session))
		return;
	session->stuck_ms = session->retry_ms = now_ms;
	link_parked(sessions, session);
}

static bool
end_if_idle(struct sessions *sessions, struct session *session)
{
	if (session->jobs > 0 || is_waiting(session))
		return false;
	table_remove(&sessions->table, &session->entry);
	free(session->briefs);
	free(session);
	return true;
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
			session->jobs = 0;
			session->brief_count = 0;
			(void)end_if_idle(sessions, session);
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
	session->jobs--;
	(void)end_if_idle(sessions, session);
}

void
session_park(struct sessions *sessions, struct session *session, struct job *job, int64_t now_ms)
{
	begin_waiting(sessions, session, now_ms);
	job->next = NULL;
	if (session->last != NULL)
		session->last->next = job;
	else
		session->first = job;
	session->last = job;
}

struct job *
session_unpark(struct sessions *sessions, struct session *session)
{
	struct job *job = session->first;

	if (job == NULL)
		return NULL;
	session->first = job->next;
	job->next = NULL;
	if (session->first == NULL)
		session->last = NULL;
	if (!is_waiting(session))
		unlink_parked(sessions, session);
	return job;
}

void
session_put_back(struct sessions *sessions, struct session *session, struct job *job)
{
	if (!is_waiting(session))
		link_parked(sessions, session);
	if (session->first == NULL)
		session->last = job;
	job->next = session->first;
	session->first = job;
}

SLUIS_MUST_CHECK bool
session_park_brief(struct sessions *sessions, struct sluis_bytes route, struct sluis_bytes tell,
    int64_t now_ms)
{
	struct session *session = session_find(sessions, route);
	struct session_brief *brief;

	if (tell.len == 0 || tell.len > SESSION_BRIEF_BYTES)
		return false;
	if (session == NULL && (session = session_new(sessions, route)) == NULL)
		return false;
	if (session->briefs == NULL)
		session->briefs = calloc(SESSION_BRIEFS_MAX, sizeof(*session->briefs));
	if (session->briefs == NULL || session->brief_count == SESSION_BRIEFS_MAX) {
		(void)end_if_idle(sessions, session);
		return false;
	}
	begin_waiting(sessions, session, now_ms);
	brief = &session->briefs[session->brief_count++];
	memcpy(brief->tell, tell.data, tell.len);
	brief->len = tell.len;
	return true;
}

struct sluis_bytes
session_brief(const struct session *session)
{
	const size_t n = session->brief_count;

	return n == 0 ? sluis_bytes(NULL, 0) : sluis_bytes(session->briefs[n - 1].tell, session->briefs[n - 1].len);
}

SLUIS_MUST_CHECK bool
session_drop_brief(struct sessions *sessions, struct session *session)
{
	assert(session->brief_count > 0);
	session->brief_count--;
	if (!is_waiting(session))
		unlink_parked(sessions, session);
	return end_if_idle(sessions, session);
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
