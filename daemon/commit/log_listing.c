/* SPDX-License-Identifier: EUPL-1.2 */
#include "commit/internal.h"
#include "hash.h"
#include "limits.h"

/* The exchange log as a member may read it, a bounded page at a time. */
enum { PAGE_EVENTS = 96, PAGE_LEAVES = 2048 /* 34 bytes each: 68 KiB */ };

static void
answer(struct plan *plan, Sluis__Tell__AnswerCase answer_case)
{
	plan->tell.status_number = 1;
	plan->tell.answer_case = answer_case;
}

static bool
names(const Sluis__Event *event, struct sluis_bytes handle)
{
	if (event->actor != NULL && sluis_bytes_equal(sluis_of(event->actor->handle), handle))
		return true;
	/* what was refused reached nobody: a receiver's officer sees it, the receiver does not */
	if (sluis_bytes_is_text(sluis_of(event->outcome_code), "refuse"))
		return false;
	/* a push to several names them all to its sender only; each receiver has an event of its own */
	if (event->n_parties > 1 && sluis_bytes_is_text(sluis_of(event->type_code), "push"))
		return false;
	for (size_t i = 0; i < event->n_parties; i++) {
		if (sluis_bytes_equal(sluis_of(event->parties[i]->handle), handle))
			return true;
	}
	return false;
}

/* A member sees its own events; a privacy officer every event in which its organisation took part (design 6). */
static enum sluis_err
add_visible(struct sluis_arena *arena, const struct store_event *row, struct sluis_bytes handle,
    bool is_officer, Sluis__TellEvents *tell)
{
	Sluis__Event *event = NULL;
	Sluis__Evidence *evidence;
	struct sluis_bytes blind;

	if (row->is_erased)
		return SLUIS_OK;
	SLUIS_TRY(SLUIS_UNPACK(event, Event, row->event, SLUIS_EVENT_MAX_BYTES, arena, &event));
	if (!is_officer && !names(event, handle))
		return SLUIS_OK;
	evidence = sluis_arena_alloc(arena, sizeof(*evidence));
	if (evidence == NULL)
		return SLUIS_ENOMEM;
	sluis__evidence__init(evidence);
	SLUIS_TRY(sluis_arena_copy(arena, sluis_hash_bytes(&row->blind), &blind));
	evidence->event_bytes = sluis_pb(row->event);
	evidence->blind = sluis_pb(blind);
	evidence->leaf_index = row->index;
	tell->events[tell->n_events++] = evidence;
	return SLUIS_OK;
}

static enum sluis_err
log_reading(struct round *round, struct plan *plan, const struct sluis_id *case_id)
{
	const struct event_words words = {
		.type = "log-read",
		.outcome = "permit",
		.rule = "act",
		.act_hash = &plan->job->act_hash,
		.actor = plan->job->member,
		.case_id = case_id,
	};
	uint64_t index;

	return ledger_event(round, &words, &index);
}

enum sluis_err
events_handle(struct round *round, struct plan *plan)
{
	const Sluis__AskEvents *ask = plan->job->ask->events;
	const struct sluis_member *member = plan->job->member;
	const bool is_officer = sluis_member_has_role(member, sluis_bytes_text("privacy-officer"));
	struct sluis_arena *arena = plan->job->arena;
	struct store_event *rows = sluis_arena_alloc(arena, PAGE_EVENTS * sizeof(*rows));
	Sluis__TellEvents *tell = sluis_arena_alloc(arena, sizeof(*tell));
	struct sluis_id case_id;
	size_t count = 0, total = 0, i = 0;

	if (rows == NULL || tell == NULL)
		return SLUIS_ENOMEM;
	sluis__tell_events__init(tell);
	tell->events = sluis_arena_alloc(arena, PAGE_EVENTS * sizeof(Sluis__Evidence *));
	if (tell->events == NULL)
		return SLUIS_ENOMEM;
	if (ask->case_ != NULL)
		case_id = sluis_id_of(ask->case_->case_id);
	SLUIS_TRY(store_event_list(round->tx, member->organisation_handle,
	    ask->case_ == NULL ? NULL : &case_id, ask->after_size, PAGE_EVENTS, arena, rows, &count));
	while (i < count && total < SLUIS_FRAME_MAX_BYTES / 2) {
		SLUIS_TRY(add_visible(arena, &rows[i], member->handle, is_officer, tell));
		total += rows[i].event.len + 64;
		i++;
	}
	tell->more_count = count == PAGE_EVENTS || i < count;
	tell->scanned_size = i > 0 ? rows[i - 1].index + 1 : ask->after_size;
	/* One event a reading, at its first page. */
	if (is_officer && ask->after_size == 0)
		SLUIS_TRY(log_reading(round, plan, ask->case_ == NULL ? NULL : &case_id));
	plan->tell.events = tell;
	answer(plan, SLUIS__TELL__ANSWER_EVENTS);
	return SLUIS_OK;
}

enum sluis_err
leaves_handle(struct round *round, struct plan *plan)
{
	struct sluis_arena *arena = plan->job->arena;
	struct sluis_hash *entries = sluis_arena_alloc(arena, PAGE_LEAVES * sizeof(*entries));
	ProtobufCBinaryData *list = sluis_arena_alloc(arena, PAGE_LEAVES * sizeof(*list));
	Sluis__TellLeaves *tell = sluis_arena_alloc(arena, sizeof(*tell));
	size_t count = 0;

	if (entries == NULL || list == NULL || tell == NULL)
		return SLUIS_ENOMEM;
	SLUIS_TRY(store_entries(round->tx, plan->job->ask->leaves->from_index, PAGE_LEAVES, entries,
	    &count));
	sluis__tell_leaves__init(tell);
	for (size_t i = 0; i < count; i++)
		list[i] = sluis_pb(sluis_hash_bytes(&entries[i]));
	tell->leaf_hashes = list;
	tell->n_leaf_hashes = count;
	plan->tell.leaves = tell;
	answer(plan, SLUIS__TELL__ANSWER_LEAVES);
	return SLUIS_OK;
}

/* A proof of one event, for whoever may see it. */
enum sluis_err
proof_handle(struct round *round, struct plan *plan)
{
	const struct sluis_member *member = plan->job->member;
	const uint64_t index = plan->job->ask->proof->leaf_index;
	struct store_event row = { .index = 0 };
	Sluis__Event *event = NULL;
	enum sluis_err err = SLUIS_ENOTFOUND;
	bool may = false;

	if (index < round->exchange_size)
		err = store_event_get(round->tx, index, plan->job->arena, &row);
	if (err != SLUIS_OK && err != SLUIS_ENOTFOUND)
		return err;
	if (err == SLUIS_OK && !row.is_erased) {
		SLUIS_TRY(SLUIS_UNPACK(event, Event, row.event, SLUIS_EVENT_MAX_BYTES,
		    plan->job->arena, &event));
		may = names(event, member->handle);
	}
	if (!may)
		return plan_refuse(round, plan, "request", "not-found", NULL);
	return plan_done(round, plan, index);
}
