/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "commit/internal.h"
#include "commit/message.h"
#include "event.h"
#include "limits.h"

/** A message on its way to one receiver. */
struct handover {
	struct store_message message;
	struct store_recipient recipient;
	struct sluis_manifest manifest;
	struct message_view view;
	Sluis__Push *push;
	Sluis__Event *acceptance;
	bool is_lost; /* the push itself is not what was accepted */
};

/* What was accepted was there and sound: if it is not now, it was damaged here. */
static enum sluis_err
open_stored(struct handover *h, struct sluis_arena *arena)
{
	enum sluis_err err = SLUIS_UNPACK(push, Push, h->message.push, SLUIS_FRAME_MAX_BYTES, arena, &h->push);

	if (err == SLUIS_OK)
		err = sluis_manifest_open_push(h->push, arena, &h->manifest);
	if (err == SLUIS_ENOMEM)
		return err;
	h->is_lost = err != SLUIS_OK || !sluis_hash_equal(&h->manifest.hash, &h->message.manifest_hash);
	return SLUIS_OK;
}

static enum sluis_err
load(struct round *round, struct plan *plan, const struct sluis_id *id, struct handover *h,
    bool *ret_found)
{
	struct sluis_arena *arena = plan->job->arena;
	enum sluis_err err = store_recipient_get(round->tx, id, plan->job->member->handle, arena,
	    &h->recipient);
	const struct sluis_member *sender;
	struct store_event row;

	*ret_found = false;
	if (err == SLUIS_ENOTFOUND)
		return SLUIS_OK;
	SLUIS_TRY(err);
	SLUIS_TRY(store_message_get(round->tx, id, true, arena, &h->message));
	*ret_found = true;
	SLUIS_TRY(open_stored(h, arena));
	if (h->is_lost)
		return SLUIS_OK;
	*ret_found = false;
	const struct sluis_hash record = sluis_hash_of(h->manifest.m->sender_hash);
	sender = sluis_directory_member_by_record(round->commit->directory, &record);
	if (sender == NULL)
		return SLUIS_ESTORE;
	SLUIS_TRY(message_view_init(round, &h->manifest, sender, arena, &h->view));
	SLUIS_TRY(store_event_get(round->tx, h->message.event_index, arena, &row));
	if (row.is_erased)
		return SLUIS_OK;
	SLUIS_TRY(sluis_event_open(row.event, arena, &h->acceptance));
	*ret_found = true;
	return SLUIS_OK;
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

/* The receiver's own record may have been renewed since the push: what counts is that it is the same member. */
static struct sluis_verdict
decide(struct round *round, struct plan *plan, struct handover *h)
{
	struct message_view *view = &h->view;

	view->act.code = sluis_bytes_text("release");
	view->act.receiver = h->recipient.index;
	view->act.step = fact_of(h->acceptance, "step");
	view->act.sender_role = sluis_of(h->acceptance->actor->role_code);
	view->act.expires_ms = h->message.expires_ms;
	view->facts.object = (struct sluis_object_facts){
		.is_found = true,
		.author = h->message.sender_handle,
		.author_organisation = view->sender->organisation_handle,
		.is_addressee = true,
		.is_erased = h->message.state == STORE_MESSAGE_ERASED || h->message.state == STORE_MESSAGE_LOST,
		.is_withdrawn = h->recipient.state == STORE_RECIPIENT_BLOCKED,
	};
	view->facts.acts_last_day = usage_last_day(round->commit->usage,
	    plan->job->member->handle, round->now_ms);
	return sluis_policy_decide_release(round->commit->policy, &view->facts, &view->act,
	    round->now_ms);
}

static bool
is_mine(const struct handover *h, size_t section)
{
	return (h->view.sections[section].recipients >> h->recipient.index & 1) != 0;
}

static uint64_t
total_size(const struct handover *h)
{
	uint64_t total = 0;

	for (size_t i = 0; i < h->manifest.n_sections; i++) {
		if (is_mine(h, i))
			total += h->manifest.sections[i]->file_size;
	}
	return total;
}

/* The window [offset, offset + 1 MiB) of this receiver's files, back to back. */
static enum sluis_err
read_window(struct round *round, struct plan *plan, const struct handover *h, uint64_t offset)
{
	const uint64_t total = total_size(h);
	const size_t len = (size_t)(total - offset < SLUIS_WINDOW_MAX_BYTES ? total - offset :
									    SLUIS_WINDOW_MAX_BYTES);
	uint8_t *window = sluis_arena_alloc(plan->job->arena, len);
	uint64_t at = 0; /* where section i begins */
	size_t done = 0;

	if (window == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < h->manifest.n_sections && done < len; i++) {
		const uint64_t size = h->manifest.sections[i]->file_size;
		const uint64_t want = offset + done;
		size_t part;

		if (!is_mine(h, i))
			continue;
		if (want < at + size) {
			part = (size_t)(at + size - want);
			part = part < len - done ? part : len - done;
			SLUIS_TRY(store_section_read(round->tx, &h->message.id, (uint32_t)i,
			    want - at, window + done, part));
			done += part;
		}
		at += size;
	}
	plan->job->tell_body = sluis_bytes(window, len);
	return SLUIS_OK;
}

static enum sluis_err
log_release(struct round *round, struct plan *plan, struct handover *h,
    const struct sluis_verdict *verdict)
{
	struct event_words words = plan->about;
	uint64_t index;

	words.type = "release";
	words.outcome = "permit";
	words.rule = sluis_rule_text(verdict->rule);
	words.act_hash = &plan->job->act_hash;
	words.actor = plan->job->member;
	words.message_id = &h->view.message_id;
	words.size = total_size(h);
	SLUIS_TRY(ledger_event(round, &words, &index));
	h->recipient.state = STORE_RECIPIENT_RELEASED;
	h->recipient.changed_ms = round->now_ms;
	h->recipient.release_index = index + 1;
	usage_add(round->commit->usage, plan->job->member->handle, round->now_ms);
	return store_recipient_set(round->tx, &h->recipient);
}

static enum sluis_err
attach_grant(struct plan *plan, const struct handover *h, Sluis__TellFetch *tell)
{
	if (h->view.grant_signed.len == 0)
		return SLUIS_OK;
	return SLUIS_UNPACK(signed, Signed, h->view.grant_signed, SLUIS_FRAME_MAX_BYTES,
	    plan->job->arena, &tell->grant);
}

static enum sluis_err
tell_fetch(struct round *round, struct plan *plan, const struct handover *h)
{
	struct sluis_arena *arena = plan->job->arena;
	Sluis__TellFetch *tell = sluis_arena_alloc(arena, sizeof(*tell));
	Sluis__Opening **sections =
	    sluis_arena_alloc(arena, h->manifest.n_sections * sizeof(Sluis__Opening *));

	if (tell == NULL || sections == NULL)
		return SLUIS_ENOMEM;
	sluis__tell_fetch__init(tell);
	tell->batch = h->push->batch;
	tell->batch_index = h->push->batch_index;
	tell->path_hashes = h->push->path_hashes;
	tell->n_path_hashes = h->push->n_path_hashes;
	tell->manifest_bytes = h->push->manifest_bytes;
	tell->sections = sections;
	for (size_t i = 0; i < h->manifest.n_sections; i++) {
		if (is_mine(h, i))
			sections[tell->n_sections++] = h->push->sections[i];
	}
	tell->recipient = h->push->recipients[h->recipient.index];
	SLUIS_TRY(attach_grant(plan, h, tell));
	SLUIS_TRY(plan_evidence(round, plan, h->recipient.push_index, &tell->acceptance));
	SLUIS_TRY(plan_evidence(round, plan, h->recipient.release_index - 1, &tell->release));
	tell->total_size = total_size(h);
	plan->tell.status_number = 1;
	plan->tell.answer_case = SLUIS__TELL__ANSWER_FETCH;
	plan->tell.fetch = tell;
	return SLUIS_OK;
}

static enum sluis_err
tell_window(struct plan *plan, const struct handover *h, uint64_t offset)
{
	Sluis__TellWindow *tell = sluis_arena_alloc(plan->job->arena, sizeof(*tell));

	if (tell == NULL)
		return SLUIS_ENOMEM;
	sluis__tell_window__init(tell);
	tell->window_offset = offset;
	tell->total_size = total_size(h);
	plan->tell.status_number = 1;
	plan->tell.answer_case = SLUIS__TELL__ANSWER_WINDOW;
	plan->tell.window = tell;
	return SLUIS_OK;
}

/* The sender is asked to push it again; nothing else is harmed (design 7). */
static enum sluis_err
lose(struct round *round, struct plan *plan, const struct handover *h)
{
	plan->lost = &h->message;
	SLUIS_TRY(lost_note(round, &h->message));
	return plan_refuse(round, plan, "release", sluis_rule_text(SLUIS_RULE_MESSAGE_ERASED), NULL);
}

static bool
is_loss(enum sluis_err err)
{
	return err == SLUIS_ESTORE || err == SLUIS_EKEYS || err == SLUIS_ENOTFOUND;
}

static enum sluis_err
hand_over(struct round *round, struct plan *plan, struct handover *h,
    const struct sluis_verdict *verdict)
{
	const uint64_t offset = plan->job->ask->fetch->window_offset;
	const enum sluis_err err = read_window(round, plan, h, offset);

	if (is_loss(err))
		return lose(round, plan, h);
	SLUIS_TRY(err);
	if (offset == 0 && h->recipient.state == STORE_RECIPIENT_PENDING)
		SLUIS_TRY(log_release(round, plan, h, verdict));
	return offset == 0 ? tell_fetch(round, plan, h) : tell_window(plan, h, offset);
}

static const char *
refusal_rule(const struct handover *h, uint64_t offset)
{
	if (h->recipient.state == STORE_RECIPIENT_ACKNOWLEDGED ||
	    h->recipient.state == STORE_RECIPIENT_REJECTED)
		return "already-received";
	if (offset >= total_size(h))
		return "not-found";
	/* a window of a release that never began */
	if (offset > 0 && h->recipient.state != STORE_RECIPIENT_RELEASED)
		return "not-found";
	return NULL;
}

enum sluis_err
fetch_handle(struct round *round, struct plan *plan)
{
	const Sluis__AskFetch *ask = plan->job->ask->fetch;
	const struct sluis_id id = sluis_id_of(ask->message_id);
	struct handover *h = sluis_arena_alloc(plan->job->arena, sizeof(*h));
	struct sluis_verdict verdict;
	bool is_found;
	const char *rule;

	if (h == NULL)
		return SLUIS_ENOMEM;
	SLUIS_TRY(load(round, plan, &id, h, &is_found));
	if (!is_found)
		return plan_refuse(round, plan, "release", "not-found", NULL);
	if (h->is_lost) {
		plan->about.case_id = &h->message.case_id;
		return h->message.state == STORE_MESSAGE_LOST ?
		    plan_refuse(round, plan, "release", sluis_rule_text(SLUIS_RULE_MESSAGE_ERASED), NULL) :
		    lose(round, plan, h);
	}
	plan->about = (struct event_words){
		.case_id = &h->view.case_id,
		.purpose = h->view.act.purpose,
		.ground = h->view.act.ground,
		.grant = h->manifest.m->grant,
	};
	SLUIS_TRY(message_parties(&h->view, (int)h->recipient.index, plan->job->arena,
	    &plan->about.parties, &plan->about.party_count));
	rule = refusal_rule(h, ask->window_offset);
	if (rule != NULL)
		return plan_refuse(round, plan, "release", rule, NULL);
	verdict = decide(round, plan, h);
	if (verdict.outcome != SLUIS_PERMIT)
		return plan_refuse(round, plan, "release", sluis_rule_text(verdict.rule), &verdict);
	return hand_over(round, plan, h, &verdict);
}
