/* SPDX-License-Identifier: EUPL-1.2 */
#include "restored.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backup.h"
#include "exchange.h"
#include "hash.h"
#include "outbox.h"
#include "profile_json.h"
#include "sent.h"

/* ---- numbers ---- */

/** Accepted pushes of this member, by receiver. */
struct counting {
	struct sluis_session *session;
	struct sluis_profile_state counts; /* its rows of handle and number */
	struct sluis_hash last_act;        /* a push may show as several events of one act */
};

static void
counting_done(struct counting *counting)
{
	sluis_profile_state_done(&counting->counts);
}

static bool
is_own_push(const struct counting *c, const Sluis__Event *event)
{
	return sluis_bytes_is_text(sluis_of(event->type_code), "push") &&
	    sluis_bytes_is_text(sluis_of(event->outcome_code), "permit") && event->actor != NULL &&
	    sluis_bytes_equal(sluis_of(event->actor->handle), c->session->self->handle) &&
	    !sluis_bytes_equal(sluis_of(event->act_hash), sluis_hash_bytes(&c->last_act));
}

static enum sluis_err
count_event(void *context, const struct sluis_event_evidence *evidence)
{
	struct counting *c = context;
	const Sluis__Event *event = evidence->event;

	if (!is_own_push(c, event))
		return SLUIS_OK;
	c->last_act = sluis_hash_of(event->act_hash);
	for (size_t i = 0; i < event->n_parties; i++) {
		const struct sluis_bytes handle = sluis_of(event->parties[i]->handle);
		char text[SLUIS_HANDLE_MAX + 1];
		uint64_t *count;

		snprintf(text, sizeof(text), "%.*s", (int)handle.len, (const char *)handle.data);
		count = sluis_profile_state_sequence(&c->counts, text);
		if (count == NULL)
			return SLUIS_ENOMEM;
		++*count;
	}
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_restored_recount(struct sluis_session *session, struct sluis_failure *failure)
{
	SLUIS_AUTO(counting_done) struct counting c = { .session = session };
	enum sluis_err err;

	if (session->self == NULL)
		return SLUIS_OK;
	err = sluis_exchange_list(session, NULL, count_event, &c, failure);
	if (err != SLUIS_OK)
		return sluis_fail_err(failure, err, _("counting what was sent"));
	for (size_t i = 0; i < c.counts.n_sequences; i++)
		SLUIS_TRY(sluis_profile_raise_sequence(session->profile, c.counts.sequences[i].handle,
		    c.counts.sequences[i].last, failure));
	return SLUIS_OK;
}

/* ---- outbox ---- */

/** Entries of the outbox, by name. */
struct entries {
	char (*names)[SLUIS_OUTBOX_NAME];
	size_t n;
};

static void
entries_done(struct entries *entries)
{
	free(entries->names);
}

static enum sluis_err
add_entry(void *context, const char *name)
{
	struct entries *entries = context;
	char(*grown)[SLUIS_OUTBOX_NAME] = reallocarray(entries->names, entries->n + 1, sizeof(*grown));

	if (grown == NULL)
		return SLUIS_ENOMEM;
	entries->names = grown;
	snprintf(entries->names[entries->n++], SLUIS_OUTBOX_NAME, "outbox/%s", name);
	return SLUIS_OK;
}

static enum sluis_err
is_accepted(struct sluis_session *session, const struct sluis_id *id, struct sluis_arena *arena, bool *ret,
    struct sluis_failure *failure)
{
	Sluis__Ask ask = SLUIS__ASK__INIT;
	Sluis__AskStatus status = SLUIS__ASK_STATUS__INIT;
	struct sluis_answer answer;
	enum sluis_err err;

	status.message_id = sluis_pb_id(id);
	ask.act_case = SLUIS__ASK__ACT_STATUS;
	ask.status = &status;
	err = sluis_session_call(session, &ask, sluis_bytes(NULL, 0), arena, &answer, failure);
	*ret = err == SLUIS_OK;
	return err == SLUIS_EREFUSED ? SLUIS_OK : err;
}

/* Torn or foreign bytes are no message that ever went. */
static enum sluis_err
message_of(struct sluis_bytes packed, struct sluis_arena *arena, struct sluis_id *ret)
{
	Sluis__Manifest *manifest = NULL;
	Sluis__Push *push = NULL;

	SLUIS_TRY(SLUIS_UNPACK(push, Push, packed, SLUIS_FRAME_MAX_BYTES, arena, &push));
	SLUIS_TRY(SLUIS_UNPACK(manifest, Manifest, sluis_of(push->manifest_bytes), SLUIS_MANIFEST_MAX_BYTES, arena,
	    &manifest));
	*ret = sluis_id_of(manifest->message_id);
	return SLUIS_OK;
}

static enum sluis_err
settle_entry(struct sluis_session *session, const char *name,
    void (*each)(void *context, const struct sluis_id *message_id, bool is_accepted), void *context,
    struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(4 * SLUIS_ARENA_MAX_BYTES);
	SLUIS_AUTO(sluis_freep) void *owned = NULL;
	struct sluis_bytes push, body;
	struct sluis_id id;
	bool accepted = false;

	if (arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("settling the outbox"));
	if (sluis_outbox_find(session, name, &owned, &push, &body) == SLUIS_OK &&
	    message_of(push, arena, &id) == SLUIS_OK) {
		SLUIS_TRY(is_accepted(session, &id, arena, &accepted, failure));
		if (accepted)
			SLUIS_TRY(sluis_sent_keep(session->profile, &id, push, failure));
		if (each != NULL)
			each(context, &id, accepted);
	}
	return sluis_fail_err(failure, sluis_profile_remove(session->profile, name), _("settling the outbox"));
}

SLUIS_MUST_CHECK enum sluis_err
sluis_restored_settle(struct sluis_session *session,
    void (*each)(void *context, const struct sluis_id *message_id, bool is_accepted), void *context,
    struct sluis_failure *failure)
{
	SLUIS_AUTO(entries_done) struct entries entries = { .n = 0 };
	struct sluis_bytes mark = { NULL, 0 };
	enum sluis_err err = sluis_profile_read(session->profile, SLUIS_BACKUP_MARK, 64, &mark);
	void *data;

	memcpy(&data, &mark.data, sizeof(data));
	free(data);
	if (err == SLUIS_ENOTFOUND)
		return SLUIS_OK;
	SLUIS_TRY(sluis_restored_recount(session, failure));
	err = sluis_profile_list(session->profile, "outbox", add_entry, &entries);
	if (err != SLUIS_OK)
		return sluis_fail_err(failure, err, _("settling the outbox"));
	for (size_t i = 0; i < entries.n; i++)
		SLUIS_TRY(settle_entry(session, entries.names[i], each, context, failure));
	return sluis_fail_err(failure, sluis_profile_remove(session->profile, SLUIS_BACKUP_MARK),
	    _("settling the outbox"));
}
