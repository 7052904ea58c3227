/* SPDX-License-Identifier: EUPL-1.2 */
/* Requests for information: asked, declined, listed to who asked and to who holds. Answers are pushes: link.c. */
#include "inquiry.h"

#include "commit/internal.h"
#include "commit/replay.h"
#include "commit/words.h"
#include "limits.h"

enum { PAGE_INQUIRIES = 64 };

/** A request as the decision sees it. */
struct asking {
	const Sluis__InformationRequest *inquiry;
	struct sluis_id id;
	struct sluis_id case_id;
	const struct sluis_member *holder; /* NULL: nobody has that handle */
	const struct sluis_case *of_case;
	struct sluis_recipient_facts recipient;
	struct sluis_section_act sections[SLUIS_CODES_MAX];
	struct sluis_facts facts;
	struct sluis_act act;
	struct sluis_verdict verdict;
};

/* ---- asking ---- */

static enum sluis_err
holder_facts(struct round *round, struct asking *a)
{
	const struct sluis_bytes handle = sluis_of(a->inquiry->holder_handle);
	const struct sluis_member *holder = sluis_directory_member(round->commit->directory, handle);

	a->recipient.kind = SLUIS_RECIPIENT_MEMBER;
	a->recipient.member.handle = handle;
	a->facts.recipients = &a->recipient;
	a->facts.recipient_count = 1;
	if (holder == NULL)
		return SLUIS_OK; /* is_active stays false: receiver-inactive */
	a->holder = holder;
	a->recipient.is_on_case = a->of_case != NULL && sluis_case_member(a->of_case, handle) != NULL;
	return facts_member(round, holder, &a->recipient.member);
}

static enum sluis_err
gather(struct round *round, const struct job *job, struct asking *a)
{
	SLUIS_TRY(facts_member(round, job->member, &a->facts.sender));
	SLUIS_TRY(facts_case(round, &a->case_id, job->member->handle, &a->of_case, &a->facts.of_case));
	SLUIS_TRY(holder_facts(round, a));
	for (size_t i = 0; i < a->inquiry->n_category_codes; i++)
		a->sections[i].category = sluis_of(a->inquiry->category_codes[i]);
	a->facts.acts_last_day = usage_last_day(round->commit->usage, job->member->handle, round->now_ms);
	a->act = (struct sluis_act){
		.code = sluis_bytes_text("request"),
		.purpose = sluis_of(a->inquiry->purpose_code),
		.sections = a->sections,
		.section_count = a->inquiry->n_category_codes,
		.created_ms = (int64_t)a->inquiry->created_ms,
	};
	return SLUIS_OK;
}

/* Refused or not, the officers of both sides see what was asked of whom. */
static enum sluis_err
say_about(struct plan *plan, const struct asking *a)
{
	struct sluis_arena *arena = plan->job->arena;
	Sluis__Party **parties = sluis_arena_alloc(arena, sizeof(*parties));

	plan->about = (struct event_words){ .case_id = &a->case_id };
	if (parties == NULL)
		return SLUIS_ENOMEM;
	if (a->holder == NULL)
		return SLUIS_OK;
	SLUIS_TRY(words_party(a->holder, arena, &parties[0]));
	parties[0]->category_codes = a->inquiry->category_codes;
	parties[0]->n_category_codes = a->inquiry->n_category_codes;
	plan->about.parties = parties;
	plan->about.party_count = 1;
	return SLUIS_OK;
}

/* Why it is not taken, as a rule; NULL: it is. The verdict's expiry is until when it can be answered (PROTOCOL 6.9). */
static const char *
decide(struct round *round, const struct job *job, struct asking *a)
{
	const struct sluis_hash head = sluis_hash_of(a->inquiry->case_hash);
	const int64_t due_ms = (int64_t)a->inquiry->due_ms;

	a->verdict = sluis_policy_decide(round->commit->policy, &a->facts, &a->act, round->now_ms);
	if (a->verdict.outcome != SLUIS_PERMIT)
		return sluis_rule_text(a->verdict.rule);
	if (sluis_bytes_equal(a->recipient.member.handle, job->member->handle))
		return "malformed";
	if (due_ms <= round->now_ms)
		return "expired";
	if (due_ms > a->verdict.expires_ms)
		return "act-condition";
	return sluis_hash_equal(&head, &a->of_case->head) ? NULL : "case-changed";
}

static enum sluis_err
log_asked(struct round *round, struct plan *plan, const struct asking *a, uint64_t *ret_index)
{
	struct sluis_arena *arena = plan->job->arena;
	struct event_words words = plan->about;
	Sluis__Fact *facts[3];

	words.type = "inquiry";
	words.outcome = "permit";
	words.rule = sluis_rule_text(a->verdict.rule);
	words.act_hash = &plan->job->act_hash;
	words.actor = plan->job->member;
	words.actor_role = a->verdict.sender_role;
	words.facts = facts;
	SLUIS_TRY(words_fact_id(&words, arena, "inquiry", &a->id));
	SLUIS_TRY(words_fact(&words, arena, "purpose", a->act.purpose));
	/* due is the end of a day: the day that it ends */
	SLUIS_TRY(words_fact_day(&words, arena, "due", (int64_t)a->inquiry->due_ms - 1));
	return ledger_event(round, &words, ret_index);
}

static enum sluis_err
take(struct round *round, struct plan *plan, const struct replay_act *act, const struct asking *a)
{
	struct store_inquiry row = {
		.id = a->id,
		.case_id = a->case_id,
		.asker_handle = plan->job->member->handle,
		.holder_handle = a->holder->handle,
		.until_ms = a->verdict.expires_ms,
	};

	SLUIS_TRY(log_asked(round, plan, a, &row.event_index));
	SLUIS_TRY(sluis_codec_pack(&plan->job->ask->inquiry->base, round->arena, &row.signed_inquiry));
	SLUIS_TRY(store_inquiry_add(round->tx, &row));
	SLUIS_TRY(replay_remember(round, plan, act, row.event_index, false));
	usage_add(round->commit->usage, plan->job->member->handle, round->now_ms);
	return plan_done(round, plan, row.event_index);
}

enum sluis_err
inquiry_handle(struct round *round, struct plan *plan)
{
	struct asking *a = sluis_arena_alloc(plan->job->arena, sizeof(*a));
	const Sluis__InformationRequest *inquiry = (const Sluis__InformationRequest *)plan->job->act;
	struct replay_act act = { .created_ms = (int64_t)inquiry->created_ms, .event_type = "inquiry" };
	const char *rule;
	bool is_new, is_used;

	if (a == NULL)
		return SLUIS_ENOMEM;
	if (sluis_inquiry_check(inquiry) != SLUIS_OK)
		return plan_refuse(round, plan, "inquiry", "malformed", NULL);
	*a = (struct asking){ .inquiry = inquiry, .id = sluis_id_of(inquiry->inquiry_id),
		.case_id = sluis_id_of(inquiry->case_id) };
	act.key = replay_key(&a->id);
	SLUIS_TRY(replay_admit(round, plan, &act, &is_new));
	if (!is_new)
		return SLUIS_OK;
	SLUIS_TRY(replay_is_used(round, plan, &act, STORE_KNOWN_INQUIRY, &is_used));
	if (is_used)
		return SLUIS_OK;
	SLUIS_TRY(gather(round, plan->job, a));
	SLUIS_TRY(say_about(plan, a));
	rule = decide(round, plan->job, a);
	if (rule != NULL)
		return replay_refuse(round, plan, &act, rule, a->verdict.outcome == SLUIS_PERMIT ? NULL : &a->verdict);
	act.until_ms = a->verdict.expires_ms + SLUIS_ID_MEMORY_MS;
	return take(round, plan, &act, a);
}

/* ---- declining ---- */

/** A decline and the request that it is about. */
struct declining {
	const Sluis__InformationAnswer *answer;
	struct store_inquiry row;
	struct sluis_verdict verdict;
};

/* Why it is not taken, as a rule; NULL: it is. Unknown and addressed to somebody else are one answer, by the policy's own rule. */
static enum sluis_err
decide_decline(struct round *round, struct plan *plan, struct declining *d, const char **ret_rule)
{
	const struct sluis_id id = sluis_id_of(d->answer->inquiry_id);
	const struct sluis_bytes me = plan->job->member->handle;
	const struct sluis_act act = { .code = sluis_bytes_text("request-decline"),
		.created_ms = (int64_t)d->answer->created_ms };
	struct sluis_facts facts = { .recipient_count = 0 };
	const enum sluis_err err = store_inquiry_get(round->tx, &id, plan->job->arena, &d->row);

	if (err != SLUIS_OK && err != SLUIS_ENOTFOUND)
		return err;
	SLUIS_TRY(facts_member(round, plan->job->member, &facts.sender));
	facts.object.is_found = err == SLUIS_OK;
	facts.object.is_addressee = err == SLUIS_OK && sluis_bytes_equal(d->row.holder_handle, me);
	facts.acts_last_day = usage_last_day(round->commit->usage, me, round->now_ms);
	d->verdict = sluis_policy_decide(round->commit->policy, &facts, &act, round->now_ms);
	*ret_rule = NULL;
	if (d->verdict.outcome != SLUIS_PERMIT)
		*ret_rule = sluis_rule_text(d->verdict.rule);
	else if (d->row.state != STORE_INQUIRY_OPEN)
		*ret_rule = "act-condition";
	else if (d->row.until_ms <= round->now_ms)
		*ret_rule = "expired";
	else if (!sluis_policy_list_has(round->commit->policy, sluis_bytes_text("decline-reason"),
		     sluis_of(d->answer->reason_code)))
		*ret_rule = "act-condition";
	return SLUIS_OK;
}

static enum sluis_err
log_decline(struct round *round, struct plan *plan, const struct declining *d, uint64_t *ret_index)
{
	const struct sluis_member *asker =
	    sluis_directory_member(round->commit->directory, d->row.asker_handle);
	struct sluis_arena *arena = plan->job->arena;
	Sluis__Fact *facts[2];
	Sluis__Party *party[1];
	struct event_words words = { .type = "inquiry-answer", .outcome = "permit",
		.rule = sluis_rule_text(d->verdict.rule), .act_hash = &plan->job->act_hash, .actor = plan->job->member,
		.actor_role = d->verdict.sender_role, .case_id = &d->row.case_id, .facts = facts, .parties = party };

	if (asker != NULL) {
		SLUIS_TRY(words_party(asker, arena, &party[0]));
		words.party_count = 1;
	}
	SLUIS_TRY(words_fact_id(&words, arena, "inquiry", &d->row.id));
	SLUIS_TRY(words_fact(&words, arena, "reason", sluis_of(d->answer->reason_code)));
	return ledger_event(round, &words, ret_index);
}

static enum sluis_err
take_decline(struct round *round, struct plan *plan, const struct replay_act *act, struct declining *d)
{
	SLUIS_TRY(log_decline(round, plan, d, &d->row.closed_index));
	d->row.state = STORE_INQUIRY_DECLINED;
	d->row.closed_ms = round->now_ms;
	SLUIS_TRY(sluis_codec_pack(&plan->job->ask->inquiry_answer->base, round->arena, &d->row.decline));
	SLUIS_TRY(store_inquiry_close(round->tx, &d->row));
	SLUIS_TRY(replay_remember(round, plan, act, d->row.closed_index, false));
	usage_add(round->commit->usage, plan->job->member->handle, round->now_ms);
	return plan_done(round, plan, d->row.closed_index);
}

enum sluis_err
inquiry_answer_handle(struct round *round, struct plan *plan)
{
	struct declining d = { .answer = (const Sluis__InformationAnswer *)plan->job->act };
	const struct replay_act act = {
		.key = plan->job->act_hash,
		.created_ms = (int64_t)d.answer->created_ms,
		.event_type = "inquiry-answer",
	};
	const char *rule;
	bool is_new;

	SLUIS_TRY(replay_admit(round, plan, &act, &is_new));
	if (!is_new)
		return SLUIS_OK;
	SLUIS_TRY(decide_decline(round, plan, &d, &rule));
	if (rule != NULL)
		return replay_refuse(round, plan, &act, rule, d.verdict.outcome == SLUIS_PERMIT ? NULL : &d.verdict);
	return take_decline(round, plan, &act, &d);
}

/* ---- listing ---- */

static const char *
state_text(const struct store_inquiry *row, int64_t now_ms)
{
	switch (row->state) {
	case STORE_INQUIRY_ANSWERED:
		return "answered";
	case STORE_INQUIRY_DECLINED:
		return "declined";
	case STORE_INQUIRY_OPEN:
		break;
	}
	return row->until_ms <= now_ms ? "expired" : "open";
}

static enum sluis_err
tell_closing(struct sluis_arena *arena, const struct store_inquiry *row, Sluis__InquiryClosing **ret)
{
	Sluis__InquiryClosing *closing = sluis_arena_alloc(arena, sizeof(*closing));
	Sluis__EventMessage *message = sluis_arena_alloc(arena, sizeof(*message));

	if (closing == NULL || message == NULL)
		return SLUIS_ENOMEM;
	sluis__inquiry_closing__init(closing);
	sluis__event_message__init(message);
	closing->closed_ms = (uint64_t)row->closed_ms;
	closing->leaf_index = row->closed_index;
	if (row->state == STORE_INQUIRY_ANSWERED) {
		message->message_id = sluis_pb_id(&row->message_id);
		closing->message = message;
	} else {
		SLUIS_TRY(SLUIS_UNPACK(signed, Signed, row->decline, SLUIS_FRAME_MAX_BYTES, arena, &closing->decline));
	}
	*ret = closing;
	return SLUIS_OK;
}

static enum sluis_err
tell_row(struct round *round, struct sluis_arena *arena, const struct store_inquiry *row, Sluis__InquiryRow **ret)
{
	Sluis__InquiryRow *r = sluis_arena_alloc(arena, sizeof(*r));

	if (r == NULL)
		return SLUIS_ENOMEM;
	sluis__inquiry_row__init(r);
	SLUIS_TRY(SLUIS_UNPACK(signed, Signed, row->signed_inquiry, SLUIS_FRAME_MAX_BYTES, arena, &r->inquiry));
	r->state_code = sluis_pb(sluis_bytes_text(state_text(row, round->now_ms)));
	r->until_ms = (uint64_t)row->until_ms;
	r->leaf_index = row->event_index;
	if (row->state != STORE_INQUIRY_OPEN)
		SLUIS_TRY(tell_closing(arena, row, &r->closing));
	*ret = r;
	return SLUIS_OK;
}

enum sluis_err
inquiries_handle(struct round *round, struct plan *plan)
{
	const Sluis__AskInquiries *ask = plan->job->ask->inquiries;
	struct sluis_arena *arena = plan->job->arena;
	struct store_inquiry *rows = sluis_arena_alloc(arena, PAGE_INQUIRIES * sizeof(*rows));
	Sluis__TellInquiries *tell = sluis_arena_alloc(arena, sizeof(*tell));
	Sluis__InquiryRow **list = sluis_arena_alloc(arena, PAGE_INQUIRIES * sizeof(*list));
	struct sluis_id case_id;
	size_t count = 0, total = 0;

	if (rows == NULL || tell == NULL || list == NULL)
		return SLUIS_ENOMEM;
	if (ask->case_ != NULL)
		case_id = sluis_id_of(ask->case_->case_id);
	SLUIS_TRY(store_inquiry_list(round->tx, plan->job->member->handle, ask->case_ == NULL ? NULL : &case_id,
	    ask->after_size, PAGE_INQUIRIES, arena, rows, &count));
	sluis__tell_inquiries__init(tell);
	for (; tell->n_rows < count && total < SLUIS_FRAME_MAX_BYTES / 2; tell->n_rows++) {
		SLUIS_TRY(tell_row(round, arena, &rows[tell->n_rows], &list[tell->n_rows]));
		total += rows[tell->n_rows].signed_inquiry.len + rows[tell->n_rows].decline.len;
	}
	tell->rows = list;
	tell->more_count = count == PAGE_INQUIRIES || tell->n_rows < count;
	plan->tell.status_number = 1;
	plan->tell.answer_case = SLUIS__TELL__ANSWER_INQUIRIES;
	plan->tell.inquiries = tell;
	return SLUIS_OK;
}
