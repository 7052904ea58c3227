/* SPDX-License-Identifier: EUPL-1.2 */
#include "internal.h"

#include <assert.h>

enum { ROUND_MAX = 256, PARKED_MS = 5 };

/* The answer waits for its peer to read; what it keeps in memory is charged, what it does not is given back. */
static void
park(struct front *front, struct session *session, struct job *job)
{
	const size_t bytes = job->tell.len + job->tell_body.len;

	job_drop_body(job);
	if (!credit_resize(front->credit, &job->peer, job->charged_bytes, bytes)) {
		deliver_settle(front, &job->peer, session, job->charged_bytes);
		job_free(job);
		return;
	}
	job->charged_bytes = bytes;
	session_park(front->sessions, session, job, front->now_ms);
}

/* Not a frame at all: intake saw that, the quota is kept here. False: nothing is to be said. */
static bool
has_answer(struct front *front, const struct job *job)
{
	if (job->ask == NULL && job->verified != SLUIS_OK && !admit_malformed(front, &job->peer, "frame"))
		return false;
	return job->tell.len > 0;
}

static void
answer(struct front *front, struct job *job)
{
	const struct job_peer peer = job->peer;
	const size_t bytes = job->charged_bytes;
	struct session *session;

	if (job->busy_count > 0) {
		job_free(job);
		return;
	}
	session = session_find(front->sessions, sluis_bytes(job->route, job->route_len));
	if (!has_answer(front, job)) {
		job_free(job);
		deliver_settle(front, &peer, session, bytes);
		return;
	}
	if (session->first != NULL || session->brief_count > 0) {
		park(front, session, job);
		return;
	}
	switch (listener_answer(front->listener, job)) {
	case LISTEN_FULL:
		park(front, session, job);
		return;
	case LISTEN_GONE:
		job_free(job);
		break;
	case LISTEN_SENT:
		break;
	}
	deliver_settle(front, &peer, session, bytes);
}

/* Nothing that waits for this peer will be read. The session ends here, unless requests are still under way. */
static void
drop_parked(struct front *front, struct session *session)
{
	bool is_last = session->brief_count == 0 && session->first == NULL;

	while (session->brief_count > 0) {
		if (session_drop_brief(front->sessions, session))
			return;
	}
	while (!is_last && session->first != NULL) {
		struct job *job = session_unpark(front->sessions, session);

		is_last = session->first == NULL;
		deliver_settle(front, &job->peer, session, job->charged_bytes);
		job_free(job);
	}
}

/* True: go on with this session. */
static bool
went(struct front *front, struct session *session, enum listen_sent sent)
{
	switch (sent) {
	case LISTEN_FULL:
		if (!session_stuck(session, front->now_ms))
			drop_parked(front, session);
		return false;
	case LISTEN_GONE:
		drop_parked(front, session);
		return false;
	case LISTEN_SENT:
		session_moved(session, front->now_ms);
		return true;
	}
	return false;
}

/* True: all are sent and the session still is. */
static bool
flush_briefs(struct front *front, struct session *session)
{
	const struct sluis_bytes route = session->entry.key;

	while (session->brief_count > 0) {
		if (!went(front, session, listener_tell(front->listener, route, session_brief(session))))
			return false;
		if (session_drop_brief(front->sessions, session))
			return false;
	}
	return true;
}

/* Send what waits for one peer until it takes no more. */
static void
flush(struct front *front, struct session *session)
{
	bool go_on = flush_briefs(front, session) && session->first != NULL;

	while (go_on) {
		struct job *job = session_unpark(front->sessions, session);
		const struct job_peer peer = job->peer;
		const size_t bytes = job->charged_bytes;
		const bool is_last = session->first == NULL;
		const enum listen_sent sent = listener_answer(front->listener, job);

		if (sent != LISTEN_SENT)
			session_put_back(front->sessions, session, job);
		go_on = went(front, session, sent);
		if (go_on)
			deliver_settle(front, &peer, session, bytes);
		go_on = go_on && !is_last;
	}
}

void
deliver_all(struct front *front)
{
	struct job *jobs;
	size_t n;

	while ((jobs = queue_take_all(front->parts.out, ROUND_MAX, 0, &n)) != NULL) {
		while (jobs != NULL) {
			struct job *job = jobs;

			jobs = job->next;
			job->next = NULL;
			answer(front, job);
		}
	}
}

void
deliver_parked(struct front *front)
{
	struct session *session = sessions_first_parked(front->sessions);

	while (session != NULL) {
		struct session *after = session->after;

		if (session->retry_ms <= front->now_ms)
			flush(front, session);
		session = after;
	}
	front->flush_at_ms = -1;
	for (session = sessions_first_parked(front->sessions); session != NULL; session = session->after) {
		if (front->flush_at_ms < 0 || session->retry_ms < front->flush_at_ms)
			front->flush_at_ms = session->retry_ms;
	}
	/* A peer that reads again wakes the loop; this is for a wake-up that another call has swallowed. */
	if (front->flush_at_ms >= 0 && front->flush_at_ms < front->now_ms + PARKED_MS)
		front->flush_at_ms = front->now_ms + PARKED_MS;
}

void
deliver_settle(struct front *front, const struct job_peer *peer, struct session *session, size_t bytes)
{
	credit_give_back(front->credit, peer, bytes);
	session_give_back(front->sessions, session);
}
