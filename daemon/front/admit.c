/* SPDX-License-Identifier: EUPL-1.2 */
#include "internal.h"

#include <string.h>

#include "brief.h"
#include "limits.h"
#include "log.h"
#include "now.h"

enum { ROUND_MAX = 256 }; /* messages taken before answers get their turn */

/* An answer that looked at nothing. A peer that does not even read those does without. */
static void
tell_brief(struct front *front, const struct arrival *from, enum brief_status status, uint32_t retry_s)
{
	const struct session *session = session_find(front->sessions, from->route);
	enum listen_sent sent = LISTEN_FULL;
	struct sluis_bytes tell;

	sluis_arena_reset(front->brief);
	if (brief_pack(from->frame, status, retry_s, front->brief, &tell) != SLUIS_OK)
		return;
	if (session == NULL || session->brief_count == 0)
		sent = listener_tell(front->listener, from->route, tell);
	if (sent == LISTEN_FULL)
		(void)!session_park_brief(front->sessions, from->route, tell, front->now_ms);
}

/* What shows before anything is decoded; NULL: nothing wrong. */
static const char *
shape_fault(const struct arrival *from, const struct job_peer *peer)
{
	if (from->parts > SLUIS_PARTS_MAX)
		return "parts";
	if (from->frame.len == 0 || from->frame.len > SLUIS_FRAME_MAX_BYTES)
		return "frame-size";
	if (from->body.len > SLUIS_BODY_MAX_BYTES)
		return "body-size";
	if (from->route.len == 0 || from->route.len > JOB_ROUTE_MAX)
		return "route";
	/* Nothing that a stranger may ask has a body (PROTOCOL 9.2). */
	if (from->body.len > 0 && !peer->is_member)
		return "body-of-stranger";
	return NULL;
}

static struct job *
job_of(struct front *front, const struct arrival *from, const struct job_peer *peer, size_t bytes)
{
	struct job *job = job_new(SLUIS_ARENA_MAX_BYTES);

	if (job == NULL)
		return NULL;
	memcpy(job->route, from->route.data, from->route.len);
	job->route_len = from->route.len;
	job->peer = *peer;
	job->received_ms = now_wall_ms();
	job->charged_bytes = bytes;
	if (sluis_arena_copy(job->arena, from->frame, &job->frame) != SLUIS_OK ||
	    listener_take_body(front->listener, job) != SLUIS_OK) {
		job_free(job);
		return NULL;
	}
	return job;
}

static bool
hand_on(struct front *front, const struct arrival *from, const struct job_peer *peer, size_t bytes)
{
	struct job *job;

	if (!session_take(front->sessions, from->route)) {
		credit_give_back(front->credit, peer, bytes);
		return false;
	}
	job = job_of(front, from, peer, bytes);
	if (job != NULL && queue_put(front->parts.in, job))
		return true;
	job_free(job);
	deliver_settle(front, peer, session_find(front->sessions, from->route), bytes);
	return false;
}

/* Keys of strangers cost nothing: they have no event each, and one line a minute for all. */
static void
note_stranger(struct front *front)
{
	front->strangers_busy++;
	if (front->now_ms - front->strangers_said_ms < CREDIT_MINUTE_MS)
		return;
	log_line(LOG_LEVEL_NOTICE, "busy strangers=1 count=%u", front->strangers_busy);
	front->strangers_busy = 0;
	front->strangers_said_ms = front->now_ms;
}

static void
receive(struct front *front, const struct arrival *from)
{
	const struct job_peer peer = { .curve_key = from->curve_key,
		.is_member = front->parts.members.is_member(front->parts.members.context, &from->curve_key) };
	const size_t bytes = from->frame.len + from->body.len;
	const char *fault = shape_fault(from, &peer);
	uint32_t retry_s = 1;

	if (front->is_draining) {
		tell_brief(front, from, BRIEF_UNAVAILABLE, 1);
		return;
	}
	if (fault != NULL) {
		if (admit_malformed(front, &peer, fault))
			tell_brief(front, from, BRIEF_MALFORMED, 0);
		return;
	}
	if (credit_take(front->credit, &peer, bytes, front->now_ms, &retry_s) &&
	    hand_on(front, from, &peer, bytes))
		return;
	if (!peer.is_member)
		note_stranger(front);
	tell_brief(front, from, BRIEF_BUSY, retry_s);
}

void
admit_round(struct front *front)
{
	struct arrival from;

	for (int i = 0; i < ROUND_MAX && listener_recv(front->listener, &from); i++)
		receive(front, &from);
}

SLUIS_MUST_CHECK bool
admit_malformed(struct front *front, const struct job_peer *peer, const char *why)
{
	char key[LOG_ID_TEXT];
	uint32_t count = 0;
	const bool may_answer = credit_malformed(front->credit, peer, front->now_ms, &count);

	if (count > 0)
		log_line(LOG_LEVEL_WARNING, "malformed peer=%s member=%d count=%u last=%s",
		    log_key(&peer->curve_key, key), peer->is_member, count, why);
	return may_answer;
}

/* A job that asks nothing: commit makes it an event. */
void
admit_note_busy(struct front *front, int64_t by_ms)
{
	struct sluis_public key;
	char text[LOG_ID_TEXT];
	uint32_t count;

	while (credit_busy_due(front->credit, by_ms, &key, &count)) {
		struct job *job = job_new(SLUIS_ARENA_MAX_BYTES);

		log_line(LOG_LEVEL_NOTICE, "busy peer=%s count=%u", log_key(&key, text), count);
		if (job == NULL)
			continue;
		job->peer = (struct job_peer){ .is_member = true, .curve_key = key };
		job->received_ms = now_wall_ms();
		job->busy_count = count;
		if (!queue_put(front->parts.in, job))
			job_free(job);
	}
}
