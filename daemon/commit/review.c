/* SPDX-License-Identifier: EUPL-1.2 */
#include <sodium.h>

#include "commit/internal.h"
#include "commit/replay.h"
#include "commit/words.h"
#include "limits.h"
#include "officers.h"
#include "review.h"

enum { PAGE_REVIEWS = 64 };

static const char *
about_text(enum store_review_about about)
{
	switch (about) {
	case STORE_REVIEW_MESSAGE:
		return "message";
	case STORE_REVIEW_GRANT:
		return "grant";
	}
	return "grant";
}

/* ---- opening ---- */

/* So that those in charge find the event, whichever organisation they are of. */
static enum sluis_err
add_officers(const struct sluis_officers *officers, struct sluis_arena *arena, struct event_words *words)
{
	words->parties = sluis_arena_alloc(arena, (officers->count + 1) * sizeof(Sluis__Party *));
	if (words->parties == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < officers->count; i++) {
		SLUIS_TRY(words_party(officers->members[i], arena, &words->parties[words->party_count]));
		words->party_count++;
	}
	return SLUIS_OK;
}

static enum sluis_err
log_opening(struct round *round, struct plan *plan, const struct review_about *about,
    struct store_review *row)
{
	struct sluis_arena *arena = plan->job->arena;
	const struct sluis_member *actor = plan->job->member;
	struct sluis_officers officers;
	Sluis__Fact *facts[3];
	struct event_words words = { .type = "review-open", .outcome = "note", .rule = "act",
		.act_hash = &plan->job->act_hash, .actor = actor, .case_id = &about->case_id, .facts = facts };

	if (about->about == STORE_REVIEW_MESSAGE)
		words.message_id = &about->thing;
	SLUIS_TRY(words_fact_id(&words, arena, "review", &row->id));
	SLUIS_TRY(words_fact(&words, arena, "about", sluis_bytes_text(about_text(about->about))));
	SLUIS_TRY(words_fact_day(&words, arena, "due", row->due_ms));
	sluis_officers_in_charge(round->commit->directory, round->commit->policy,
	    actor->organisation_handle, round->now_ms, &officers);
	SLUIS_TRY(add_officers(&officers, arena, &words));
	return ledger_event(round, &words, &row->event_index);
}

SLUIS_MUST_CHECK enum sluis_err
review_open(struct round *round, struct plan *plan, const struct review_about *about)
{
	struct store_review row = {
		.about = about->about,
		.thing = about->thing,
		.case_id = about->case_id,
		.ground = about->ground,
		.actor_handle = plan->job->member->handle,
		.organisation_handle = plan->job->member->organisation_handle,
		.opened_ms = round->now_ms,
		.due_ms = round->now_ms + sluis_policy_review_ms(round->commit->policy),
	};

	randombytes_buf(row.id.bytes, sizeof(row.id.bytes));
	SLUIS_TRY(log_opening(round, plan, about, &row));
	return store_review_add(round->tx, &row);
}

/* ---- who may ---- */

static bool
is_in_charge(const struct round *round, const struct sluis_member *member, const struct store_review *row)
{
	struct sluis_officers officers;

	sluis_officers_in_charge(round->commit->directory, round->commit->policy, row->organisation_handle,
	    round->now_ms, &officers);
	return sluis_officers_have(&officers, member->handle);
}

static enum sluis_err
decide(struct round *round, const struct job *job, int64_t created_ms, struct sluis_verdict *ret)
{
	const struct sluis_act act = { .code = sluis_bytes_text("review"), .created_ms = created_ms };
	struct sluis_facts facts = { .recipient_count = 0 };

	SLUIS_TRY(facts_member(round, job->member, &facts.sender));
	facts.acts_last_day = usage_last_day(round->commit->usage, job->member->handle, round->now_ms);
	*ret = sluis_policy_decide(round->commit->policy, &facts, &act, round->now_ms);
	return SLUIS_OK;
}

/* ---- closing ---- */

static bool
codes_are_known(const struct sluis_policy *policy, const Sluis__ReviewClose *close)
{
	const struct sluis_bytes outcomes = sluis_bytes_text("review-outcome");
	const struct sluis_bytes notes = sluis_bytes_text("review-note");

	if (!sluis_policy_list_has(policy, outcomes, sluis_of(close->outcome_code)))
		return false;
	for (size_t i = 0; i < close->n_note_codes; i++) {
		if (!sluis_policy_list_has(policy, notes, sluis_of(close->note_codes[i])))
			return false;
	}
	return true;
}

/* Why it is not closed, as a rule; NULL: it may be. Unknown, not in charge and closed already are one answer. */
static enum sluis_err
find(struct round *round, struct plan *plan, struct store_review *ret, const char **ret_rule)
{
	const Sluis__ReviewClose *close = (const Sluis__ReviewClose *)plan->job->act;
	const struct sluis_id id = sluis_id_of(close->review_id);
	const enum sluis_err err = store_review_get(round->tx, &id, plan->job->arena, ret);

	*ret_rule = "not-found";
	if (err == SLUIS_ENOTFOUND)
		return SLUIS_OK;
	SLUIS_TRY(err);
	if (ret->closing.len > 0 || !is_in_charge(round, plan->job->member, ret))
		return SLUIS_OK;
	*ret_rule = NULL;
	if (sluis_bytes_equal(ret->actor_handle, plan->job->member->handle))
		*ret_rule = "self-approval";
	else if (!codes_are_known(round->commit->policy, close))
		*ret_rule = "act-condition";
	return SLUIS_OK;
}

/* domain, Terms: content under `review` stays until the review is done. */
static enum sluis_err
end_content(struct round *round, const struct store_review *row, struct sluis_arena *arena)
{
	const struct sluis_policy_retention *retention;
	struct store_message message;

	if (row->about != STORE_REVIEW_MESSAGE)
		return SLUIS_OK;
	SLUIS_TRY(store_message_get(round->tx, &row->thing, false, arena, &message));
	retention = sluis_policy_retention(round->commit->policy, message.retention);
	if (retention == NULL || retention->use != SLUIS_USE_REVIEW)
		return SLUIS_OK;
	return store_message_expire(round->tx, &row->thing, round->now_ms);
}

static enum sluis_err
log_closing(struct round *round, struct plan *plan, const struct store_review *row, uint64_t *ret_index)
{
	const Sluis__ReviewClose *close = (const Sluis__ReviewClose *)plan->job->act;
	struct sluis_arena *arena = plan->job->arena;
	Sluis__Fact *facts[2 + SLUIS_CODES_MAX];
	struct event_words words = plan->about;

	words.type = "review-close";
	words.outcome = "permit";
	words.rule = "act";
	words.act_hash = &plan->job->act_hash;
	words.actor = plan->job->member;
	words.case_id = &row->case_id;
	words.message_id = row->about == STORE_REVIEW_MESSAGE ? &row->thing : NULL;
	words.facts = facts;
	SLUIS_TRY(words_fact_id(&words, arena, "review", &row->id));
	SLUIS_TRY(words_fact(&words, arena, "outcome", sluis_of(close->outcome_code)));
	for (size_t i = 0; i < close->n_note_codes; i++)
		SLUIS_TRY(words_fact(&words, arena, "note", sluis_of(close->note_codes[i])));
	return ledger_event(round, &words, ret_index);
}

static enum sluis_err
take(struct round *round, struct plan *plan, const struct replay_act *act, const struct store_review *row)
{
	struct sluis_bytes packed;
	uint64_t index;

	SLUIS_TRY(log_closing(round, plan, row, &index));
	SLUIS_TRY(sluis_codec_pack(&plan->job->ask->review->base, round->arena, &packed));
	SLUIS_TRY(store_review_close(round->tx, &row->id, packed));
	SLUIS_TRY(end_content(round, row, plan->job->arena));
	SLUIS_TRY(replay_remember(round, plan, act, index, false));
	usage_add(round->commit->usage, plan->job->member->handle, round->now_ms);
	return plan_done(round, plan, index);
}

enum sluis_err
review_handle(struct round *round, struct plan *plan)
{
	const Sluis__ReviewClose *close = (const Sluis__ReviewClose *)plan->job->act;
	const struct replay_act act = {
		.key = plan->job->act_hash,
		.created_ms = (int64_t)close->created_ms,
		.event_type = "review-close",
	};
	struct store_review row;
	struct sluis_verdict verdict;
	const char *rule;
	bool is_new;

	if (sluis_review_check(close) != SLUIS_OK)
		return plan_refuse(round, plan, "review-close", "malformed", NULL);
	SLUIS_TRY(replay_admit(round, plan, &act, &is_new));
	if (!is_new)
		return SLUIS_OK;
	SLUIS_TRY(decide(round, plan->job, act.created_ms, &verdict));
	if (verdict.outcome != SLUIS_PERMIT)
		return replay_refuse(round, plan, &act, sluis_rule_text(verdict.rule), &verdict);
	SLUIS_TRY(find(round, plan, &row, &rule));
	if (rule != NULL)
		return replay_refuse(round, plan, &act, rule, NULL);
	return take(round, plan, &act, &row);
}

/* ---- listing ---- */

static enum sluis_err
tell_row(struct sluis_arena *arena, const struct store_review *row, Sluis__ReviewRow **ret)
{
	Sluis__ReviewRow *r = sluis_arena_alloc(arena, sizeof(*r));

	if (r == NULL)
		return SLUIS_ENOMEM;
	sluis__review_row__init(r);
	r->review_id = sluis_pb_id(&row->id);
	r->about_code = sluis_pb(sluis_bytes_text(about_text(row->about)));
	r->about_id = sluis_pb_id(&row->thing);
	r->case_id = sluis_pb_id(&row->case_id);
	r->ground_code = sluis_pb(row->ground);
	r->actor_handle = sluis_pb(row->actor_handle);
	r->organisation_handle = sluis_pb(row->organisation_handle);
	r->opened_ms = (uint64_t)row->opened_ms;
	r->due_ms = (uint64_t)row->due_ms;
	r->state_code = sluis_pb(sluis_bytes_text(row->closing.len > 0 ? "closed" : "open"));
	r->leaf_index = row->event_index;
	if (row->closing.len > 0)
		SLUIS_TRY(SLUIS_UNPACK(signed, Signed, row->closing, SLUIS_FRAME_MAX_BYTES, arena, &r->closing));
	*ret = r;
	return SLUIS_OK;
}

enum sluis_err
reviews_handle(struct round *round, struct plan *plan)
{
	struct sluis_arena *arena = plan->job->arena;
	const uint64_t from = plan->job->ask->reviews->after_size;
	struct store_review *rows = sluis_arena_alloc(arena, PAGE_REVIEWS * sizeof(*rows));
	Sluis__TellReviews *tell = sluis_arena_alloc(arena, sizeof(*tell));
	struct sluis_verdict verdict;
	size_t count = 0;

	if (rows == NULL || tell == NULL)
		return SLUIS_ENOMEM;
	SLUIS_TRY(decide(round, plan->job, round->now_ms, &verdict));
	if (verdict.outcome != SLUIS_PERMIT)
		return plan_refuse(round, plan, "request", sluis_rule_text(verdict.rule), &verdict);
	SLUIS_TRY(store_review_list(round->tx, from, PAGE_REVIEWS, arena, rows, &count));
	sluis__tell_reviews__init(tell);
	tell->rows = sluis_arena_alloc(arena, (count + 1) * sizeof(Sluis__ReviewRow *));
	if (tell->rows == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < count; i++) {
		if (is_in_charge(round, plan->job->member, &rows[i]))
			SLUIS_TRY(tell_row(arena, &rows[i], &tell->rows[tell->n_rows++]));
	}
	tell->more_count = count == PAGE_REVIEWS;
	tell->next_size = count > 0 ? rows[count - 1].event_index + 1 : from;
	plan->tell.status_number = 1;
	plan->tell.answer_case = SLUIS__TELL__ANSWER_REVIEWS;
	plan->tell.reviews = tell;
	return SLUIS_OK;
}
