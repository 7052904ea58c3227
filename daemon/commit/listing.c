/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "commit/internal.h"
#include "commit/message.h"
#include "hash.h"
#include "limits.h"

/*
 * Reading: what a member may list. Every page is bounded, so that no reader holds up a writer. Reading one's own
 * things is no event; reading somebody else's is (design 6, officers and auditors).
 */
enum { PAGE_ROWS = 128, PAGE_ACTS = 64, PAGE_GRANTS = 64 };

static struct sluis_arena *
arena_of(struct plan *plan)
{
	return plan->job->arena;
}

static void
answer(struct plan *plan, Sluis__Tell__AnswerCase answer_case)
{
	plan->tell.status_number = 1;
	plan->tell.answer_case = answer_case;
}

enum sluis_err
hello_handle(struct round *round, struct plan *plan)
{
	Sluis__TellHello *hello = sluis_arena_alloc(arena_of(plan), sizeof(*hello));

	if (hello == NULL)
		return SLUIS_ENOMEM;
	sluis__tell_hello__init(hello);
	hello->time_ms = (uint64_t)round->now_ms;
	plan->tell.hello = hello;
	answer(plan, SLUIS__TELL__ANSWER_HELLO);
	return SLUIS_OK;
}

static const char *
state_text(enum store_message_state message, enum store_recipient_state state)
{
	/* what was not received yet cannot be any more (design 7) */
	if (message == STORE_MESSAGE_LOST &&
	    (state == STORE_RECIPIENT_PENDING || state == STORE_RECIPIENT_RELEASED))
		return "lost";
	switch (state) {
	case STORE_RECIPIENT_PENDING:
		return "pending";
	case STORE_RECIPIENT_RELEASED:
		return "released";
	case STORE_RECIPIENT_ACKNOWLEDGED:
		return "acknowledged";
	case STORE_RECIPIENT_REJECTED:
		return "rejected";
	case STORE_RECIPIENT_BLOCKED:
		return "blocked";
	}
	return "blocked";
}

static enum sluis_err
split_codes(struct sluis_bytes words, struct sluis_arena *arena, ProtobufCBinaryData **ret,
    size_t *ret_count)
{
	ProtobufCBinaryData *codes = sluis_arena_alloc(arena, SLUIS_SECTIONS_MAX * sizeof(*codes));
	size_t at = 0, n = 0;

	if (codes == NULL)
		return SLUIS_ENOMEM;
	while (at < words.len && n < SLUIS_SECTIONS_MAX) {
		const uint8_t *blank = memchr(words.data + at, ' ', words.len - at);
		const size_t len = blank == NULL ? words.len - at : (size_t)(blank - words.data) - at;

		codes[n++] = sluis_pb(sluis_bytes(words.data + at, len));
		at += len + 1;
	}
	*ret = codes;
	*ret_count = n;
	return SLUIS_OK;
}

/* What the message refers to; its receiver reads that in the manifest, too. */
static enum sluis_err
add_link(struct sluis_arena *arena, const struct store_message *message, Sluis__InboxRow *row)
{
	Sluis__Reference *reference = NULL;

	if (message->link == STORE_LINK_NONE)
		return SLUIS_OK;
	reference = sluis_arena_alloc(arena, sizeof(*reference));
	if (reference == NULL)
		return SLUIS_ENOMEM;
	sluis__reference__init(reference);
	reference->target_id = sluis_pb_id(&message->target);
	if (message->link == STORE_LINK_SUPERSEDES)
		row->replaces = reference;
	else if (message->link == STORE_LINK_PASSES_ON)
		row->origin = reference;
	else
		row->answers = reference;
	return SLUIS_OK;
}

static enum sluis_err
inbox_row(struct sluis_arena *arena, const struct store_inbox_row *row, Sluis__InboxRow **ret)
{
	Sluis__InboxRow *r = sluis_arena_alloc(arena, sizeof(*r));

	if (r == NULL)
		return SLUIS_ENOMEM;
	sluis__inbox_row__init(r);
	r->leaf_index = row->recipient.push_index;
	r->message_id = sluis_pb_id(&row->message.id);
	r->case_id = sluis_pb_id(&row->message.case_id);
	r->sender_handle = sluis_pb(row->message.sender_handle);
	r->purpose_code = sluis_pb(row->message.purpose);
	r->state_code = sluis_pb(sluis_bytes_text(state_text(row->message.state, row->recipient.state)));
	r->accepted_ms = (uint64_t)row->message.accepted_ms;
	r->expires_ms = (uint64_t)row->message.expires_ms;
	SLUIS_TRY(split_codes(row->recipient.categories, arena, &r->category_codes,
	    &r->n_category_codes));
	SLUIS_TRY(add_link(arena, &row->message, r));
	*ret = r;
	return SLUIS_OK;
}

enum sluis_err
inbox_handle(struct round *round, struct plan *plan)
{
	const Sluis__AskInbox *ask = plan->job->ask->inbox;
	struct sluis_arena *arena = arena_of(plan);
	struct store_inbox_row *rows = sluis_arena_alloc(arena, PAGE_ROWS * sizeof(*rows));
	Sluis__TellInbox *tell = sluis_arena_alloc(arena, sizeof(*tell));
	Sluis__InboxRow **list = sluis_arena_alloc(arena, PAGE_ROWS * sizeof(*list));
	struct sluis_id case_id;
	size_t count = 0;

	if (rows == NULL || tell == NULL || list == NULL)
		return SLUIS_ENOMEM;
	if (ask->case_ != NULL)
		case_id = sluis_id_of(ask->case_->case_id);
	SLUIS_TRY(store_inbox(round->tx, plan->job->member->handle,
	    ask->case_ == NULL ? NULL : &case_id, ask->after_size, PAGE_ROWS, arena, rows, &count));
	sluis__tell_inbox__init(tell);
	for (size_t i = 0; i < count; i++)
		SLUIS_TRY(inbox_row(arena, &rows[i], &list[i]));
	tell->rows = list;
	tell->n_rows = count;
	tell->more_count = count == PAGE_ROWS;
	plan->tell.inbox = tell;
	answer(plan, SLUIS__TELL__ANSWER_INBOX);
	return SLUIS_OK;
}

static enum sluis_err
status_row(struct sluis_arena *arena, enum store_message_state message,
    const struct store_recipient *recipient, Sluis__StatusRow **ret)
{
	Sluis__StatusRow *r = sluis_arena_alloc(arena, sizeof(*r));

	if (r == NULL)
		return SLUIS_ENOMEM;
	sluis__status_row__init(r);
	r->handle = sluis_pb(recipient->handle);
	r->organisation_handle = sluis_pb(recipient->organisation_handle);
	r->state_code = sluis_pb(sluis_bytes_text(state_text(message, recipient->state)));
	r->changed_ms = (uint64_t)recipient->changed_ms;
	SLUIS_TRY(split_codes(recipient->categories, arena, &r->category_codes,
	    &r->n_category_codes));
	if (recipient->receipt.len > 0)
		SLUIS_TRY(SLUIS_UNPACK(signed, Signed, recipient->receipt, SLUIS_FRAME_MAX_BYTES,
		    arena, &r->receipt));
	*ret = r;
	return SLUIS_OK;
}

static const char *
message_state_text(enum store_message_state state)
{
	switch (state) {
	case STORE_MESSAGE_ACCEPTED:
		return "accepted";
	case STORE_MESSAGE_CLOSED:
		return "closed";
	case STORE_MESSAGE_ERASED:
		return "erased";
	case STORE_MESSAGE_REFUSED:
		return "refused";
	case STORE_MESSAGE_LOST:
		return "lost";
	}
	return "erased";
}

/* Ground and sender, as the event of the push says; erased: neither. */
static enum sluis_err
add_push(struct round *round, uint64_t index, struct sluis_arena *arena, Sluis__TellStatus *tell)
{
	struct store_event row;
	Sluis__Event *event = NULL;

	SLUIS_TRY(store_event_get(round->tx, index, arena, &row));
	if (row.is_erased)
		return SLUIS_OK;
	SLUIS_TRY(SLUIS_UNPACK(event, Event, row.event, SLUIS_EVENT_MAX_BYTES, arena, &event));
	tell->ground = event->ground;
	tell->sender = event->actor;
	return SLUIS_OK;
}

/* The sender sees every receiver; a receiver sees its own line only. */
enum sluis_err
status_handle(struct round *round, struct plan *plan)
{
	const struct sluis_id id = sluis_id_of(plan->job->ask->status->message_id);
	const struct sluis_bytes me = plan->job->member->handle;
	struct sluis_arena *arena = arena_of(plan);
	struct store_recipient *rows =
	    sluis_arena_alloc(arena, SLUIS_RECIPIENTS_MAX * sizeof(*rows));
	Sluis__TellStatus *tell = sluis_arena_alloc(arena, sizeof(*tell));
	Sluis__StatusRow **list = sluis_arena_alloc(arena, SLUIS_RECIPIENTS_MAX * sizeof(*list));
	struct store_message message = { .event_index = 0 };
	enum sluis_err err;
	bool is_sender;
	size_t count = 0;

	if (rows == NULL || tell == NULL || list == NULL)
		return SLUIS_ENOMEM;
	err = store_message_get(round->tx, &id, false, arena, &message);
	if (err != SLUIS_OK && err != SLUIS_ENOTFOUND)
		return err;
	if (err == SLUIS_OK)
		SLUIS_TRY(store_recipients(round->tx, &id, SLUIS_RECIPIENTS_MAX, arena, rows, &count));
	is_sender = err == SLUIS_OK && sluis_bytes_equal(message.sender_handle, me);
	sluis__tell_status__init(tell);
	for (size_t i = 0; i < count; i++) {
		if (is_sender || sluis_bytes_equal(rows[i].handle, me))
			SLUIS_TRY(status_row(arena, message.state, &rows[i], &list[tell->n_rows++]));
	}
	if (err == SLUIS_ENOTFOUND || (!is_sender && tell->n_rows == 0))
		return plan_refuse(round, plan, "request", "not-found", NULL);
	tell->rows = list;
	tell->state_code = sluis_pb(sluis_bytes_text(message_state_text(message.state)));
	SLUIS_TRY(sluis_arena_copy(arena, sluis_bytes(message.case_id.bytes, SLUIS_ID_BYTES),
	    &message.push));
	tell->case_id = sluis_pb(message.push);
	tell->purpose_code = sluis_pb(message.purpose);
	tell->accepted_ms = (uint64_t)message.accepted_ms;
	tell->expires_ms = (uint64_t)message.expires_ms;
	SLUIS_TRY(add_push(round, message.event_index, arena, tell));
	plan->tell.status = tell;
	answer(plan, SLUIS__TELL__ANSWER_STATUS);
	return SLUIS_OK;
}

enum sluis_err
keys_handle(struct round *round, struct plan *plan)
{
	struct sluis_arena *arena = arena_of(plan);
	Sluis__TellKeys *tell = sluis_arena_alloc(arena, sizeof(*tell));
	ProtobufCBinaryData *list = sluis_arena_alloc(arena, PAGE_ROWS * sizeof(*list));
	uint64_t index = plan->job->ask->keys->from_index;
	size_t total = 0;

	if (tell == NULL || list == NULL)
		return SLUIS_ENOMEM;
	sluis__tell_keys__init(tell);
	/* The frame holds 96 KiB: as many entries as fit well, at least one. */
	while (index < round->keys_size && tell->n_entry_bytes < PAGE_ROWS) {
		struct sluis_bytes entry = sluis_directory_entry(round->commit->directory, index);

		if (tell->n_entry_bytes > 0 && total + entry.len > SLUIS_FRAME_MAX_BYTES / 2)
			break;
		total += entry.len;
		index++;
		SLUIS_TRY(sluis_arena_copy(arena, entry, &entry));
		list[tell->n_entry_bytes++] = sluis_pb(entry);
	}
	tell->entry_bytes = list;
	plan->tell.keys = tell;
	answer(plan, SLUIS__TELL__ANSWER_KEYS);
	return SLUIS_OK;
}

enum sluis_err
policy_handle(struct round *round, struct plan *plan)
{
	const struct sluis_hash hash = sluis_hash_of(plan->job->ask->policy->policy_hash);
	Sluis__TellDone *done = sluis_arena_alloc(arena_of(plan), sizeof(*done));
	struct sluis_bytes yaml;
	const enum sluis_err err = store_policy_get(round->tx, &hash, arena_of(plan), &yaml);

	if (done == NULL)
		return SLUIS_ENOMEM;
	if (err == SLUIS_ENOTFOUND)
		return plan_refuse(round, plan, "request", "not-found", NULL);
	SLUIS_TRY(err);
	sluis__tell_done__init(done);
	plan->tell.done = done;
	plan->job->tell_body = yaml;
	answer(plan, SLUIS__TELL__ANSWER_DONE);
	return SLUIS_OK;
}

enum sluis_err
cases_handle(struct round *round, struct plan *plan)
{
	struct sluis_arena *arena = arena_of(plan);
	struct store_case_row *rows = sluis_arena_alloc(arena, PAGE_ROWS * sizeof(*rows));
	Sluis__TellCases *tell = sluis_arena_alloc(arena, sizeof(*tell));
	Sluis__CaseRow **list = sluis_arena_alloc(arena, PAGE_ROWS * sizeof(*list));
	size_t count = 0;

	if (rows == NULL || tell == NULL || list == NULL)
		return SLUIS_ENOMEM;
	SLUIS_TRY(store_case_list(round->tx, plan->job->member->handle,
	    plan->job->ask->cases->after_size, PAGE_ROWS, arena, rows, &count));
	sluis__tell_cases__init(tell);
	for (size_t i = 0; i < count; i++) {
		list[i] = sluis_arena_alloc(arena, sizeof(*list[i]));
		if (list[i] == NULL)
			return SLUIS_ENOMEM;
		sluis__case_row__init(list[i]);
		list[i]->case_id = sluis_pb_id(&rows[i].id);
		list[i]->step_code = sluis_pb(rows[i].step);
		list[i]->state_code =
		    sluis_pb(sluis_bytes_text(rows[i].is_closed ? "closed" : "open"));
		list[i]->changed_ms = (uint64_t)rows[i].changed_ms;
	}
	tell->rows = list;
	tell->n_rows = count;
	tell->more_count = count == PAGE_ROWS;
	tell->next_size = count > 0 ? rows[count - 1].event_index + 1 : plan->job->ask->cases->after_size;
	plan->tell.cases = tell;
	answer(plan, SLUIS__TELL__ANSWER_CASES);
	return SLUIS_OK;
}

/* Is the asker on this case? Unknown and not-yours are one answer. */
static enum sluis_err
may_see_case(struct round *round, struct plan *plan, const struct sluis_id *id, bool *ret)
{
	const struct sluis_case *of_case = NULL;
	struct sluis_case_facts facts;

	SLUIS_TRY(facts_case(round, id, plan->job->member->handle, &of_case, &facts));
	*ret = facts.is_sender_on_case;
	return SLUIS_OK;
}

enum sluis_err
case_handle(struct round *round, struct plan *plan)
{
	const Sluis__AskCase *ask = plan->job->ask->case_;
	const struct sluis_id id = sluis_id_of(ask->case_id);
	struct sluis_arena *arena = arena_of(plan);
	struct store_case_act *acts = sluis_arena_alloc(arena, PAGE_ACTS * sizeof(*acts));
	Sluis__TellCase *tell = sluis_arena_alloc(arena, sizeof(*tell));
	Sluis__Signed **list = sluis_arena_alloc(arena, PAGE_ACTS * sizeof(*list));
	size_t count = 0, total = 0;
	bool may;

	if (acts == NULL || tell == NULL || list == NULL)
		return SLUIS_ENOMEM;
	SLUIS_TRY(may_see_case(round, plan, &id, &may));
	if (!may)
		return plan_refuse(round, plan, "request", "not-found", NULL);
	SLUIS_TRY(store_case_acts(round->tx, &id, ask->from_sequence_index, PAGE_ACTS, arena, acts,
	    &count));
	sluis__tell_case__init(tell);
	while (tell->n_acts < count && total < SLUIS_FRAME_MAX_BYTES / 2) {
		const struct sluis_bytes act = acts[tell->n_acts].signed_act;

		SLUIS_TRY(SLUIS_UNPACK(signed, Signed, act, SLUIS_FRAME_MAX_BYTES, arena,
		    &list[tell->n_acts]));
		total += act.len;
		tell->n_acts++;
	}
	tell->acts = list;
	tell->more_count = count == PAGE_ACTS || tell->n_acts < count;
	plan->tell.case_ = tell;
	answer(plan, SLUIS__TELL__ANSWER_CASE);
	return SLUIS_OK;
}

static enum sluis_err
add_refusals(struct round *round, const struct sluis_id *case_id, struct sluis_arena *arena,
    Sluis__TellGrants *tell)
{
	struct store_refusal *rows = sluis_arena_alloc(arena, PAGE_GRANTS * sizeof(*rows));
	size_t count;

	tell->refusals = sluis_arena_alloc(arena, PAGE_GRANTS * sizeof(Sluis__RefusalRow *));
	if (rows == NULL || tell->refusals == NULL)
		return SLUIS_ENOMEM;
	SLUIS_TRY(store_refusal_list(round->tx, case_id, 0, PAGE_GRANTS, arena, rows, &count));
	for (size_t i = 0; i < count; i++) {
		Sluis__RefusalRow *row = sluis_arena_alloc(arena, sizeof(*row));

		if (row == NULL)
			return SLUIS_ENOMEM;
		sluis__refusal_row__init(row);
		SLUIS_TRY(SLUIS_UNPACK(signed, Signed, rows[i].signed_refusal, SLUIS_FRAME_MAX_BYTES, arena,
		    &row->refusal));
		row->leaf_index = rows[i].event_index;
		tell->refusals[tell->n_refusals++] = row;
	}
	return SLUIS_OK;
}

enum sluis_err
grants_handle(struct round *round, struct plan *plan)
{
	const struct sluis_id id = sluis_id_of(plan->job->ask->grants->case_id);
	struct sluis_arena *arena = arena_of(plan);
	struct store_grant *rows = sluis_arena_alloc(arena, PAGE_GRANTS * sizeof(*rows));
	Sluis__TellGrants *tell = sluis_arena_alloc(arena, sizeof(*tell));
	Sluis__GrantRow **list = sluis_arena_alloc(arena, PAGE_GRANTS * sizeof(*list));
	size_t count = 0;
	bool may;

	if (rows == NULL || tell == NULL || list == NULL)
		return SLUIS_ENOMEM;
	SLUIS_TRY(may_see_case(round, plan, &id, &may));
	if (!may)
		return plan_refuse(round, plan, "request", "not-found", NULL);
	SLUIS_TRY(store_grant_list(round->tx, &id, PAGE_GRANTS, arena, rows, &count));
	sluis__tell_grants__init(tell);
	for (size_t i = 0; i < count; i++) {
		list[i] = sluis_arena_alloc(arena, sizeof(*list[i]));
		if (list[i] == NULL)
			return SLUIS_ENOMEM;
		sluis__grant_row__init(list[i]);
		SLUIS_TRY(SLUIS_UNPACK(signed, Signed, rows[i].signed_grant,
		    SLUIS_FRAME_MAX_BYTES, arena, &list[i]->grant));
		list[i]->state_code = sluis_pb(rows[i].state);
		list[i]->leaf_index = rows[i].event_index;
	}
	tell->rows = list;
	tell->n_rows = count;
	SLUIS_TRY(add_refusals(round, &id, arena, tell));
	plan->tell.grants = tell;
	answer(plan, SLUIS__TELL__ANSWER_GRANTS);
	return SLUIS_OK;
}
