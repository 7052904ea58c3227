/* SPDX-License-Identifier: EUPL-1.2 */
#include "parcel.h"

#include <stdio.h>
#include <string.h>

#include "grants.h"
#include "hash.h"
#include "limits.h"
#include "parcel_right.h"

static enum sluis_err
broken(struct sluis_session *session, const struct sluis_answer *answer, enum sluis_err err,
    const char *what, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = NULL;
	struct sluis_bytes packed;

	if (sluis_err_class(err) == SLUIS_CLASS_LOCAL)
		return sluis_fail_err(failure, err, what);
	arena = sluis_arena_new(SLUIS_ARENA_MAX_BYTES);
	(void)sluis_fail(failure, err, "%s: %s", what, _(sluis_err_text(err)));
	sluis_fail_hint(failure,
	    _("nothing of this message is shown; give the evidence to your privacy officer"));
	if (arena != NULL && sluis_codec_pack(&answer->tell->base, arena, &packed) == SLUIS_OK)
		sluis_profile_evidence(session->profile, "message", packed, failure);
	return err;
}

/*
 * The sender pinned the keys log that it saw. A log that is shorter here, or another at that size, was cut or forked by the
 * broker: a suspension may be missing (design 3).
 */
static enum sluis_err
check_pinned_keys(struct sluis_session *session, const struct sluis_parcel *parcel,
    struct sluis_failure *failure)
{
	const Sluis__Checkpoint *keys = parcel->manifest.m->keys;
	const struct sluis_hash named = sluis_hash_of(keys->root_hash);
	struct sluis_hash ours;

	if (keys->tree_size > sluis_directory_size(session->directory))
		SLUIS_TRY(sluis_session_sync(session, failure));
	if (sluis_directory_root_at(session->directory, keys->tree_size, &ours) != SLUIS_OK ||
	    !sluis_hash_equal(&ours, &named))
		return SLUIS_EROLLBACK;
	return SLUIS_OK;
}

static enum sluis_err
check_sender(struct sluis_session *session, const Sluis__TellFetch *fetch, struct sluis_parcel *parcel)
{
	const struct sluis_hash signer = sluis_manifest_signer(fetch->batch);

	parcel->sender = sluis_directory_member_by_record(session->directory, &signer);
	if (parcel->sender == NULL)
		return SLUIS_ESIGNATURE;
	return sluis_manifest_verify_signature(fetch->batch, SLUIS_BATCH_PUSH, &parcel->sender->sign_key);
}

static enum sluis_err
check_message(struct sluis_session *session, const struct sluis_id *message_id,
    const struct sluis_parcel *parcel)
{
	const Sluis__Manifest *m = parcel->manifest.m;

	if (!sluis_bytes_equal(sluis_of(m->federation_hash), sluis_hash_bytes(&session->federation)))
		return SLUIS_EROLLBACK;
	if (!sluis_bytes_equal(sluis_of(m->message_id), sluis_bytes(message_id->bytes, SLUIS_ID_BYTES)))
		return SLUIS_ESTATUS;
	return sluis_directory_in_force_then(session->directory, parcel->sender, m->keys->tree_size,
		   (int64_t)m->created_ms, NULL) == SLUIS_OK ?
	    SLUIS_OK :
	    SLUIS_ESIGNATURE;
}

static enum sluis_err
check_grant(struct sluis_session *session, const struct sluis_parcel *parcel, struct sluis_arena *arena,
    struct sluis_grants_row *ret, struct sluis_failure *failure)
{
	const Sluis__GrantReference *named = parcel->manifest.m->grant;

	if (named == NULL)
		return parcel->fetch->grant == NULL ? SLUIS_OK : SLUIS_ESTATUS;
	if (parcel->fetch->grant == NULL)
		return SLUIS_ESTATUS;
	SLUIS_TRY(sluis_grants_open(session, parcel->fetch->grant, arena, ret, failure));
	if (!sluis_bytes_equal(sluis_hash_bytes(&ret->hash), sluis_of(named->grant_hash)) ||
	    !sluis_bytes_equal(sluis_of(ret->grant->case_id), sluis_of(parcel->manifest.m->case_id)))
		return SLUIS_EHASH;
	return SLUIS_OK;
}

static bool
is_release_of(const struct sluis_session *session, const struct sluis_parcel *parcel,
    const Sluis__Event *event)
{
	return event->actor != NULL && event->message != NULL &&
	    sluis_bytes_equal(sluis_of(event->actor->handle), session->self->handle) &&
	    sluis_bytes_equal(sluis_of(event->message->message_id), sluis_of(parcel->manifest.m->message_id));
}

static struct sluis_bytes
fact_of(const Sluis__Event *event, const char *code)
{
	for (size_t i = 0; i < event->n_facts; i++) {
		if (sluis_bytes_is_text(sluis_of(event->facts[i]->fact_code), code))
			return sluis_of(event->facts[i]->value_text);
	}
	return sluis_bytes(NULL, 0);
}

/* PROTOCOL 6.13: where something is passed on, the log says of what, and from whom it came. */
static bool
is_origin_told(const Sluis__Manifest *m, const Sluis__Event *acceptance)
{
	char hex[2 * SLUIS_ID_BYTES + 1];

	if (m->kind_number != SLUIS_MANIFEST_PASSES_ON)
		return true;
	sluis_hex(m->reference->target_id.data, SLUIS_ID_BYTES, hex);
	return sluis_bytes_is_text(fact_of(acceptance, "origin"), hex) &&
	    fact_of(acceptance, "origin-from").len > 0;
}

static enum sluis_err
check_log(struct sluis_session *session, const struct sluis_answer *answer,
    const struct sluis_parcel *parcel, struct sluis_arena *arena, struct sluis_parcel_events *ret,
    struct sluis_failure *failure)
{
	struct sluis_event_evidence evidence;

	SLUIS_TRY(sluis_session_evidence(session, answer, parcel->fetch->acceptance, &parcel->manifest.hash,
	    "push", arena, &evidence, failure));
	ret->acceptance = evidence.event;
	SLUIS_TRY(sluis_session_evidence(session, answer, parcel->fetch->release, NULL, "release", arena,
	    &evidence, failure));
	ret->release = evidence.event;
	ret->release_index = evidence.index;
	/* of this message, to us: else this handing over stands nowhere */
	if (is_release_of(session, parcel, evidence.event) && is_origin_told(parcel->manifest.m, ret->acceptance))
		return SLUIS_OK;
	return broken(session, answer, SLUIS_EPROOF,
	    _("the broker's proof that it wrote this down does not hold"), failure);
}

static enum sluis_err
ask_window(struct sluis_session *session, const struct sluis_id *message_id, uint64_t offset,
    struct sluis_arena *arena, struct sluis_answer *ret, struct sluis_failure *failure)
{
	Sluis__Ask ask = SLUIS__ASK__INIT;
	Sluis__AskFetch fetch = SLUIS__ASK_FETCH__INIT;

	fetch.message_id = sluis_pb_id(message_id);
	fetch.window_offset = offset;
	ask.act_case = SLUIS__ASK__ACT_FETCH;
	ask.fetch = &fetch;
	return sluis_session_call(session, &ask, sluis_bytes(NULL, 0), arena, ret, failure);
}

/* The windows after the first; each is a renewal that the broker decides anew. */
static enum sluis_err
fetch_rest(struct sluis_session *session, const struct sluis_id *message_id, struct sluis_bytes first,
    uint64_t total, struct sluis_arena *arena, struct sluis_bytes *ret, struct sluis_failure *failure)
{
	uint8_t *body;
	uint64_t have = first.len;

	if (total > SLUIS_BODY_MAX_BYTES || first.len > total || (first.len == 0 && total > 0))
		return SLUIS_ESTATUS;
	body = sluis_arena_alloc(arena, (size_t)total);
	if (body == NULL)
		return SLUIS_ENOMEM;
	memcpy(body, first.data, first.len);
	while (have < total) {
		SLUIS_AUTO(sluis_arena_freep)
		struct sluis_arena *scratch = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
		struct sluis_answer answer;

		if (scratch == NULL)
			return SLUIS_ENOMEM;
		SLUIS_TRY(ask_window(session, message_id, have, scratch, &answer, failure));
		if (answer.tell->answer_case != SLUIS__TELL__ANSWER_WINDOW ||
		    answer.tell->window->window_offset != have || answer.body.len == 0 ||
		    answer.body.len > total - have)
			return SLUIS_ESTATUS;
		memcpy(body + have, answer.body.data, answer.body.len);
		have += answer.body.len;
	}
	*ret = sluis_bytes(body, (size_t)total);
	return SLUIS_OK;
}

/* The ground, its evidence and the grant, as the broker should have judged them (PROTOCOL 6.8). */
static enum sluis_err
check_right(struct sluis_session *session, const struct sluis_answer *answer, const struct sluis_parcel *parcel,
    const struct sluis_parcel_events *events, struct sluis_arena *arena, struct sluis_failure *failure)
{
	struct sluis_verdict verdict;
	char what[160];

	/* a policy that came into force while this session was open */
	if (!sluis_bytes_equal(sluis_of(events->release->policy_hash), sluis_hash_bytes(&session->policy_hash)))
		SLUIS_TRY(sluis_session_sync(session, failure));
	SLUIS_TRY(sluis_parcel_right(session, parcel, events, arena, &verdict, failure));
	if (verdict.outcome == SLUIS_PERMIT)
		return SLUIS_OK;
	snprintf(what, sizeof(what), _("the broker handed over what it must refuse (rule %s)"),
	    sluis_rule_text(verdict.rule));
	(void)broken(session, answer, SLUIS_EPROOF, what, failure);
	snprintf(failure->text, sizeof(failure->text), "%s", what);
	return SLUIS_EPROOF;
}

/* Filled in failures (refusals, broken proofs) pass through; bare errors get words and evidence. */
static enum sluis_err
settle(struct sluis_session *session, const struct sluis_answer *answer, enum sluis_err err,
    const char *what, struct sluis_failure *failure)
{
	if (err == SLUIS_OK || (failure->err == err && failure->text[0] != '\0'))
		return err;
	return broken(session, answer, err, what, failure);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_parcel_fetch(struct sluis_session *session, const struct sluis_id *message_id,
    struct sluis_arena *arena, struct sluis_parcel *ret, struct sluis_failure *failure)
{
	struct sluis_answer answer;
	struct sluis_parcel p = { .fetch = NULL };
	struct sluis_parcel_events events = { .release_index = 0 };
	struct sluis_grants_row grant = { .grant = NULL };

	memset(failure, 0, sizeof(*failure));
	if (session->self == NULL)
		return sluis_session_refusal(session, "member-inactive", failure);
	SLUIS_TRY(ask_window(session, message_id, 0, arena, &answer, failure));
	if (answer.tell->answer_case != SLUIS__TELL__ANSWER_FETCH)
		return sluis_fail_err(failure, SLUIS_ESTATUS, _("fetching the message"));
	p.fetch = answer.tell->fetch;
	SLUIS_TRY(settle(session, &answer, check_sender(session, p.fetch, &p),
	    _("the sender's signature"), failure));
	SLUIS_TRY(settle(session, &answer,
	    sluis_manifest_open_fetch(p.fetch, &session->self->record_hash, arena, &p.manifest),
	    _("the manifest"), failure));
	SLUIS_TRY(settle(session, &answer, check_pinned_keys(session, &p, failure),
	    _("the keys log that the sender used"), failure));
	SLUIS_TRY(settle(session, &answer, check_message(session, message_id, &p), _("the manifest"),
	    failure));
	SLUIS_TRY(check_log(session, &answer, &p, arena, &events, failure));
	SLUIS_TRY(settle(session, &answer, check_grant(session, &p, arena, &grant, failure), _("the grant"),
	    failure));
	events.grant = grant.grant == NULL ? NULL : &grant;
	SLUIS_TRY(settle(session, &answer, check_right(session, &answer, &p, &events, arena, failure),
	    _("the broker's decision"), failure));
	SLUIS_TRY(settle(session, &answer,
	    fetch_rest(session, message_id, answer.body, p.fetch->total_size, arena, &p.body, failure),
	    _("the sections"), failure));
	SLUIS_TRY(settle(session, &answer, sluis_manifest_check_body(&p.manifest, p.body),
	    _("a section"), failure));
	*ret = p;
	return SLUIS_OK;
}
