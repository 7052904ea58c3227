/* SPDX-License-Identifier: EUPL-1.2 */
#include "push.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "cases.h"
#include "draft.h"
#include "grants.h"
#include "hash.h"
#include "limits.h"
#include "outbox.h"
#include "push_check.h"
#include "push_draft.h"
#include "push_refused.h"
#include "receivers.h"
#include "sent.h"

enum { GRANTS_MAX = 64, ARENA_BYTES = 8 * 1024 * 1024 };

static void
intent_done(struct sluis_push_intent *intent)
{
	sluis_case_free(intent->of_case);
}

static struct sluis_bytes
retention_of(const struct sluis_session *session)
{
	const struct sluis_policy_retention *retention =
	    sluis_policy_retention_for(session->policy, SLUIS_USE_MESSAGE);

	return retention == NULL ? sluis_bytes_text("transit") : retention->code;
}

static enum sluis_err
find_grant(struct sluis_session *session, struct sluis_push_intent *intent, struct sluis_arena *arena,
    struct sluis_failure *failure)
{
	const struct sluis_id *id = intent->request->grant_id;
	struct sluis_grants_row *rows;
	size_t count = 0;

	if (id == NULL)
		return SLUIS_OK;
	intent->facts.grant.is_named = true;
	rows = sluis_arena_alloc(arena, GRANTS_MAX * sizeof(*rows));
	if (rows == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("reading the grant"));
	SLUIS_TRY(sluis_grants_list(session, &intent->request->case_id, arena, GRANTS_MAX, rows, &count,
	    failure));
	for (size_t i = 0; i < count && !intent->has_grant; i++) {
		if (!sluis_bytes_equal(sluis_of(rows[i].grant->grant_id),
			sluis_bytes(id->bytes, SLUIS_ID_BYTES)))
			continue;
		intent->grant = rows[i];
		intent->has_grant = true;
	}
	if (!intent->has_grant)
		return SLUIS_OK; /* not-found, says the decision */
	return sluis_fail_err(failure, sluis_grants_facts(&intent->grant, &intent->request->case_id, arena,
	    &intent->facts.grant), _("reading the grant"));
}

static void
gather_recipients(struct sluis_session *session, struct sluis_push_intent *intent)
{
	for (size_t i = 0; i < intent->n_members; i++) {
		struct sluis_recipient_facts *r = &intent->recipients[i];

		r->kind = SLUIS_RECIPIENT_MEMBER;
		r->is_on_case = sluis_case_member(intent->of_case, intent->members[i]->handle) != NULL;
		sluis_session_facts(session, intent->members[i], &r->member);
	}
	intent->facts.recipients = intent->recipients;
	intent->facts.recipient_count = intent->n_members;
}

static bool
has_officer(struct sluis_session *session)
{
	const struct sluis_member *member;
	size_t cursor = 0;

	while ((member = sluis_directory_next_member(session->directory, &cursor,
		    SLUIS_STANDING_BIT(SLUIS_STANDING_ACTIVE))) != NULL) {
		if (sluis_bytes_equal(member->organisation_handle, session->self->organisation_handle) &&
		    sluis_member_has_role(member, sluis_bytes_text("privacy-officer")))
			return true;
	}
	return false;
}

static void
fill_act(struct sluis_session *session, struct sluis_push_intent *intent)
{
	const struct sluis_push_request *request = intent->request;

	for (size_t i = 0; i < request->n_sections; i++) {
		intent->sections[i] = (struct sluis_section_act){
			.category = request->sections[i].category,
			.about = request->sections[i].about,
			.is_criminal = request->sections[i].is_criminal,
			.size_bytes = request->sections[i].plain.len,
		};
	}
	intent->act = (struct sluis_act){
		.code = sluis_bytes_text("push"),
		.purpose = request->purpose,
		.ground = request->ground,
		.ground_facts = request->facts,
		.ground_fact_count = request->n_facts,
		.sections = intent->sections,
		.section_count = request->n_sections,
		.retention = retention_of(session),
		.created_ms = sluis_now_ms(),
	};
	intent->act.not_before_ms = intent->act.created_ms;
}

static enum sluis_err
decide(struct sluis_session *session, struct sluis_push_intent *intent, struct sluis_arena *arena,
    struct sluis_failure *failure)
{
	const struct sluis_push_request *request = intent->request;

	if (session->self == NULL)
		return sluis_session_refusal(session, "member-inactive", failure);
	if (request->n_sections < 1 || request->n_sections > SLUIS_SECTIONS_MAX)
		return sluis_fail(failure, SLUIS_EUSAGE, _("a message has 1 to %d sections"), SLUIS_SECTIONS_MAX);
	SLUIS_TRY(sluis_cases_get(session, &request->case_id, &intent->of_case, failure));
	SLUIS_TRY(sluis_receivers_resolve(session, intent->of_case, request->to, request->n_to,
	    intent->members, &intent->n_members, failure));
	sluis_session_facts(session, session->self, &intent->facts.sender);
	sluis_cases_facts(session, intent->of_case, session->self->handle, &intent->facts.of_case);
	gather_recipients(session, intent);
	intent->facts.has_sender_officer = has_officer(session);
	SLUIS_TRY(find_grant(session, intent, arena, failure));
	fill_act(session, intent);
	intent->verdict = sluis_policy_deliveries(session->policy, &intent->facts, &intent->act,
	    sluis_now_ms(), intent->work, intent->assigned);
	return SLUIS_OK;
}

/* ---- preview ---- */

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
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_push_decide(struct sluis_session *session, const struct sluis_push_request *request,
    struct sluis_arena *arena, struct sluis_push_preview *ret, struct sluis_failure *failure)
{
	SLUIS_AUTO(intent_done) struct sluis_push_intent intent = { .request = request };

	SLUIS_TRY(decide(session, &intent, arena, failure));
	return sluis_fail_err(failure, preview_of(&intent, arena, ret), _("deciding"));
}

enum sluis_err
sluis_push_verdict(const struct sluis_session *session, const struct sluis_verdict *verdict,
    struct sluis_failure *failure)
{
	const enum sluis_err err = sluis_session_refusal(session, sluis_rule_text(verdict->rule), failure);
	const size_t len = strlen(failure->text);

	if (verdict->detail.len > 0)
		snprintf(failure->text + len, sizeof(failure->text) - len, ": %.*s",
		    (int)verdict->detail.len, (const char *)verdict->detail.data);
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
	const enum sluis_err err = sluis_push_verdict(session, &intent->verdict, failure);
	struct sluis_failure ignored = { .err = SLUIS_OK };
	struct sluis_push_drafted drafted;

	if (sluis_push_draft(session, intent, arena, &drafted, &ignored) != SLUIS_OK)
		return err;
	return sluis_push_refused(session, &drafted.draft, arena, failure);
}

/* ---- sending ---- */

static enum sluis_err
send_parcel(struct sluis_session *session, const struct parcel *parcel, struct sluis_arena *arena,
    struct sluis_push_done *ret, struct sluis_failure *failure)
{
	Sluis__Ask ask = SLUIS__ASK__INIT;
	struct sluis_event_evidence evidence;
	struct sluis_answer answer;
	struct sluis_hash act_hash;
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
	SLUIS_TRY(sluis_session_call(session, &ask, parcel->body, arena, &answer, failure));
	if (answer.tell->answer_case != SLUIS__TELL__ANSWER_DONE || answer.tell->done->n_events != 1)
		return sluis_fail_err(failure, SLUIS_ESTATUS, _("sending"));
	act_hash = sluis_hash(sluis_of(push->manifest_bytes));
	SLUIS_TRY(sluis_session_evidence(session, &answer, answer.tell->done->events[0], &act_hash, "push",
	    arena, &evidence, failure));
	ret->message_id = sluis_id_of(manifest->message_id);
	/* Before it is reported: where this cannot be written, the same push repeated gets the same answer. */
	SLUIS_TRY(sluis_sent_keep(session->profile, &ret->message_id, parcel->push, failure));
	ret->index = evidence.index;
	ret->size = answer.exchange.size;
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
	SLUIS_AUTO(intent_done) struct sluis_push_intent intent = { .request = request };
	struct sluis_push_drafted drafted;
	struct parcel parcel;

	SLUIS_TRY(sluis_push_check_sizes(session, request, failure));
	SLUIS_TRY(decide(session, &intent, arena, failure));
	if (intent.verdict.outcome != SLUIS_PERMIT)
		return refuse(session, &intent, arena, failure);
	SLUIS_TRY(sluis_push_check_contents(session, request, &intent.look, failure));
	ret->look = intent.look;
	SLUIS_TRY(sluis_push_draft(session, &intent, arena, &drafted, failure));
	SLUIS_TRY(sluis_fail_err(failure, seal(session, &drafted.draft, arena, &parcel), _("sealing")));
	SLUIS_TRY(sluis_outbox_keep(session, name, parcel.push, parcel.body, failure));
	return send_and_settle(session, name, &parcel, arena, ret, failure);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_push_send(struct sluis_session *session, const struct sluis_push_request *request,
    struct sluis_push_done *ret, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(ARENA_BYTES);
	SLUIS_AUTO(sluis_freep) void *owned = NULL;
	struct parcel waiting;
	char name[SLUIS_OUTBOX_NAME];

	ret->look = (struct sluis_push_look){ .released = 0 };
	if (arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("sending"));
	sluis_outbox_name(session, request, name);
	if (sluis_outbox_find(session, name, &owned, &waiting.push, &waiting.body) == SLUIS_OK)
		return send_and_settle(session, name, &waiting, arena, ret, failure);
	return send_new(session, request, name, arena, ret, failure);
}

void
sluis_push_settle(struct sluis_session *session, const struct sluis_push_done *done)
{
	/* A file that stays behind does no harm: the same bytes get the same answer. */
	if (sluis_profile_remove(session->profile, done->outbox) != SLUIS_OK)
		return;
}
