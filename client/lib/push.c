/* SPDX-License-Identifier: EUPL-1.2 */
#include "push.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "draft.h"
#include "ground_hint.h"
#include "hash.h"
#include "intent.h"
#include "limits.h"
#include "outbox.h"
#include "push_check.h"
#include "push_link.h"
#include "push_refused.h"
#include "restored.h"
#include "sent.h"

enum { ARENA_BYTES = 8 * 1024 * 1024, NUMBER_TRIES = 32 };

/* ---- preview ---- */

static void
digest_number(struct sluis_hasher *hasher, size_t number)
{
	const uint64_t n = number;

	sluis_hasher_update(hasher, sluis_bytes((const uint8_t *)&n, sizeof(n)));
}

/* Two previews that would send the same sections to the same members are equal; all that are refused are, too. */
static enum sluis_err
digest_of(const struct sluis_push_intent *intent, struct sluis_hash *ret)
{
	SLUIS_AUTO(sluis_hasher_freep) struct sluis_hasher *hasher = sluis_hasher_new();

	if (hasher == NULL)
		return SLUIS_ENOMEM;
	for (size_t r = 0; intent->verdict.outcome == SLUIS_PERMIT && r < intent->n_members; r++) {
		digest_number(hasher, intent->members[r]->handle.len);
		sluis_hasher_update(hasher, intent->members[r]->handle);
		for (size_t s = 0; s < intent->request->n_sections; s++)
			digest_number(hasher, intent->assigned[s] >> r & 1);
	}
	*ret = sluis_hasher_final(hasher);
	return SLUIS_OK;
}

static enum sluis_err
preview_of(const struct sluis_push_intent *intent, struct sluis_arena *arena, struct sluis_push_preview *ret)
{
	const size_t n = intent->request->n_sections;

	ret->verdict = intent->verdict;
	ret->n_deliveries = 0;
	ret->deliveries = sluis_arena_alloc(arena, (intent->n_members + 1) * sizeof(*ret->deliveries));
	if (ret->deliveries == NULL)
		return SLUIS_ENOMEM;
	for (size_t r = 0; r < intent->n_members; r++) {
		struct sluis_bytes *categories = sluis_arena_alloc(arena, n * sizeof(*categories));
		size_t count = 0;

		if (categories == NULL)
			return SLUIS_ENOMEM;
		for (size_t s = 0; s < n; s++) {
			if ((intent->assigned[s] >> r & 1) != 0)
				categories[count++] = intent->request->sections[s].category;
		}
		ret->deliveries[ret->n_deliveries++] = (struct sluis_push_delivery){
			.member = intent->members[r], .categories = categories, .n_categories = count };
	}
	return digest_of(intent, &ret->digest);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_push_decide(struct sluis_session *session, const struct sluis_push_request *request,
    struct sluis_arena *arena, struct sluis_push_preview *ret, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_push_intent_done) struct sluis_push_intent intent = { .request = request };

	SLUIS_TRY(sluis_push_intent_decide(session, arena, &intent, failure));
	return sluis_fail_err(failure, preview_of(&intent, arena, ret), _("deciding"));
}

enum sluis_err
sluis_push_verdict(const struct sluis_session *session, const struct sluis_push_request *request,
    const struct sluis_verdict *verdict, struct sluis_failure *failure)
{
	const enum sluis_err err = sluis_session_refusal(session, sluis_rule_text(verdict->rule), failure);
	const size_t len = strlen(failure->text);

	if (verdict->detail.len > 0)
		snprintf(failure->text + len, sizeof(failure->text) - len, ": %.*s",
		    (int)verdict->detail.len, (const char *)verdict->detail.data);
	sluis_ground_hint(session, request, verdict, failure);
	sluis_push_link_hint(request, verdict, failure);
	return err;
}

/* ---- sealing ---- */

/** A sealed message, ready to go. */
struct parcel {
	struct sluis_bytes push; /* packed */
	struct sluis_bytes body;
};

static enum sluis_err
seal(struct sluis_session *session, const struct sluis_draft *draft, struct sluis_arena *arena,
    struct parcel *ret)
{
	const struct sluis_draft_random random = { .fill = sluis_random_system };
	const size_t cap = (size_t)sluis_draft_body_size(draft);
	struct sluis_draft_sealed sealed;
	struct sluis_batch_draft batch_draft = {
		.record = session->self->record_hash, .created_ms = draft->created_ms, .n = 1 };
	struct sluis_batch batch;
	struct sluis_writer body;
	Sluis__Signed *signed_batch = NULL;
	Sluis__Push *push = NULL;
	void *storage = sluis_arena_alloc(arena, cap);

	if (storage == NULL)
		return SLUIS_ENOMEM;
	sluis_writer_init(&body, storage, cap);
	SLUIS_TRY(sluis_draft_seal(draft, &random, arena, &body, &sealed));
	batch_draft.manifests = &sealed.manifest.hash;
	SLUIS_TRY(sluis_batch_build(&batch_draft, arena, &batch));
	SLUIS_TRY(sluis_batch_sign(&batch, &sluis_profile_keys(session->profile)->sign, arena, &signed_batch));
	SLUIS_TRY(sluis_draft_push(&sealed, &batch, 0, signed_batch, arena, &push));
	ret->body = sealed.body;
	return sluis_codec_pack(&push->base, arena, &ret->push);
}

/* ---- refused ---- */

/* The preview's verdict; the broker is told what was tried, and its verdict is the one that counts (push_refused.h). */
static enum sluis_err
refuse(struct sluis_session *session, const struct sluis_push_intent *intent, struct sluis_arena *arena,
    struct sluis_failure *failure)
{
	const enum sluis_err err = sluis_push_verdict(session, intent->request, &intent->verdict, failure);
	struct sluis_failure ignored = { .err = SLUIS_OK };
	struct sluis_push_drafted drafted;

	if (sluis_push_draft(session, intent, arena, &drafted, &ignored) != SLUIS_OK)
		return err;
	return sluis_push_refused(session, &drafted.draft, arena, failure);
}

/* Between showing and sending somebody joined, left or was given another role: what was agreed to is not this. */
static enum sluis_err
check_shown(const struct sluis_session *session, const struct sluis_push_intent *intent, struct sluis_failure *failure)
{
	struct sluis_hash now;

	if (intent->request->shown == NULL)
		return SLUIS_OK;
	SLUIS_TRY(sluis_fail_err(failure, digest_of(intent, &now), _("deciding")));
	if (sluis_hash_equal(&now, intent->request->shown))
		return SLUIS_OK;
	return sluis_session_refusal(session, "case-changed", failure);
}

/* ---- sending ---- */

static enum sluis_err
send_parcel(struct sluis_session *session, const struct parcel *parcel, struct sluis_arena *arena,
    struct sluis_push_done *ret, struct sluis_failure *failure)
{
	Sluis__Ask ask = SLUIS__ASK__INIT;
	struct sluis_session_act sent;
	struct sluis_session_done done;
	Sluis__Manifest *manifest = NULL;
	Sluis__Push *push = NULL;
	enum sluis_err err =
	    SLUIS_UNPACK(push, Push, parcel->push, SLUIS_FRAME_MAX_BYTES, arena, &push);

	if (err == SLUIS_OK)
		err = SLUIS_UNPACK(manifest, Manifest, sluis_of(push->manifest_bytes),
		    SLUIS_MANIFEST_MAX_BYTES, arena, &manifest);
	if (err != SLUIS_OK)
		return sluis_fail_err(failure, err, _("sending"));
	ask.act_case = SLUIS__ASK__ACT_PUSH;
	ask.push = push;
	sent = (struct sluis_session_act){ .act_hash = sluis_hash(sluis_of(push->manifest_bytes)), .type = "push",
		.what = _("sending"), .body = parcel->body };
	SLUIS_TRY(sluis_session_act(session, &ask, &sent, arena, &done, failure));
	ret->message_id = sluis_id_of(manifest->message_id);
	/* Before it is reported: where this cannot be written, the same push repeated gets the same answer. */
	SLUIS_TRY(sluis_sent_keep(session->profile, &ret->message_id, parcel->push, failure));
	ret->index = done.index;
	ret->size = done.size;
	return SLUIS_OK;
}

/* A refusal settles it; what got no answer waits, and what went well until the caller has told it on. */
static enum sluis_err
send_and_settle(struct sluis_session *session, const char *name, const struct parcel *parcel,
    struct sluis_arena *arena, struct sluis_push_done *ret, struct sluis_failure *failure)
{
	const enum sluis_err err = send_parcel(session, parcel, arena, ret, failure);

	snprintf(ret->outbox, sizeof(ret->outbox), "%s", name);
	if (err == SLUIS_EREFUSED)
		sluis_push_settle(session, ret);
	return err;
}

static enum sluis_err
send_new(struct sluis_session *session, const struct sluis_push_request *request, const char *name,
    struct sluis_arena *arena, struct sluis_push_done *ret, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_push_intent_done) struct sluis_push_intent intent = { .request = request };
	struct sluis_push_drafted drafted;
	struct parcel parcel;

	SLUIS_TRY(sluis_push_check_sizes(session, request, failure));
	SLUIS_TRY(sluis_push_intent_decide(session, arena, &intent, failure));
	if (intent.verdict.outcome != SLUIS_PERMIT)
		return refuse(session, &intent, arena, failure);
	SLUIS_TRY(check_shown(session, &intent, failure));
	SLUIS_TRY(sluis_push_check_contents(session, request, &intent.look, failure));
	ret->look = intent.look;
	SLUIS_TRY(sluis_push_draft(session, &intent, arena, &drafted, failure));
	SLUIS_TRY(sluis_fail_err(failure, seal(session, &drafted.draft, arena, &parcel), _("sealing")));
	SLUIS_TRY(sluis_outbox_keep(session, name, parcel.push, parcel.body, failure));
	return send_and_settle(session, name, &parcel, arena, ret, failure);
}

static bool
is_number_used(enum sluis_err err, const struct sluis_failure *failure)
{
	return err == SLUIS_EREFUSED && strcmp(failure->rule, "sequence-reused") == 0;
}

/*
 * This profile is older than what was sent with it, or has a twin: learn how far the numbers are, then take the next until one is
 * free. What was refused was nowhere accepted, so the same sections go as a new message, and none goes twice.
 */
static enum sluis_err
send_with_next(struct sluis_session *session, const struct sluis_push_request *request, const char *name,
    struct sluis_push_done *ret, struct sluis_failure *failure)
{
	struct sluis_failure counting = { .err = SLUIS_OK };
	enum sluis_err err = sluis_restored_recount(session, &counting);

	if (err != SLUIS_OK) {
		*failure = counting;
		return err;
	}
	for (unsigned i = 0; i < NUMBER_TRIES; i++) {
		SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(ARENA_BYTES);

		if (arena == NULL)
			return sluis_fail_err(failure, SLUIS_ENOMEM, _("sending"));
		err = send_new(session, request, name, arena, ret, failure);
		if (!is_number_used(err, failure))
			return err;
	}
	return err;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_push_send(struct sluis_session *session, const struct sluis_push_request *request,
    struct sluis_push_done *ret, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(ARENA_BYTES);
	SLUIS_AUTO(sluis_freep) void *owned = NULL;
	struct parcel waiting;
	char name[SLUIS_OUTBOX_NAME];
	enum sluis_err err;

	ret->look = (struct sluis_push_look){ .released = 0 };
	ret->look = (struct sluis_push_look){ .released = 0 };
	if (arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("sending"));
	SLUIS_TRY(sluis_restored_settle(session, NULL, NULL, failure));
	sluis_outbox_name(session, request, name);
	if (sluis_outbox_find(session, name, &owned, &waiting.push, &waiting.body) == SLUIS_OK)
		err = send_and_settle(session, name, &waiting, arena, ret, failure);
	else
		err = send_new(session, request, name, arena, ret, failure);
	return is_number_used(err, failure) ? send_with_next(session, request, name, ret, failure) : err;
}

void
sluis_push_settle(struct sluis_session *session, const struct sluis_push_done *done)
{
	/* A file that stays behind does no harm: the same bytes get the same answer. */
	if (sluis_profile_remove(session->profile, done->outbox) != SLUIS_OK)
		return;
}
