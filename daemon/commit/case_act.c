/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>

#include "case_shield.h"
#include "commit/internal.h"
#include "commit/replay.h"
#include "limits.h"

enum { TYPE_MAX = 48 };

/** A case act on its way: the decision's view of it. */
struct case_view {
	const Sluis__CaseAct *act;
	struct sluis_id id;
	char type[TYPE_MAX]; /* "case-" and the act's code: the policy's act and the event's type */
	const struct sluis_case *of_case;
	const struct sluis_member *members[SLUIS_RECIPIENTS_MAX];
	struct sluis_recipient_facts recipients[SLUIS_RECIPIENTS_MAX];
	struct sluis_ground_fact ground_facts[SLUIS_CODES_MAX];
	struct sluis_facts facts;
	struct sluis_act decided;
};

/** Who was on a case before an act; the views live as long as the case. */
struct handles {
	struct sluis_bytes *items;
	size_t n;
};

/** The case with the act on it. */
struct taken {
	const struct sluis_case *of_case;
	struct handles before;
};

static enum sluis_err
named_member(struct round *round, struct case_view *view, size_t i, struct sluis_arena *arena)
{
	const struct sluis_hash record = sluis_hash_of(view->act->members[i]->record_hash);
	struct sluis_recipient_facts *r = &view->recipients[i];

	*r = (struct sluis_recipient_facts){ .kind = SLUIS_RECIPIENT_MEMBER };
	view->members[i] = sluis_directory_member_by_record(round->commit->directory, &record);
	if (view->members[i] == NULL ||
	    !sluis_bytes_equal(view->members[i]->handle, sluis_of(view->act->members[i]->handle))) {
		view->members[i] = NULL;
		return SLUIS_OK; /* inactive: the record that the actor saw is not there, or another's */
	}
	r->is_on_case = view->of_case != NULL &&
	    sluis_case_member(view->of_case, view->members[i]->handle) != NULL;
	if (view->of_case != NULL)
		SLUIS_TRY(sluis_case_shields(view->of_case, round->commit->directory, view->members[i], arena, r));
	return facts_member(round, view->members[i], &r->member);
}

static enum sluis_err
view_init(struct round *round, const struct job *job, struct case_view *view)
{
	const Sluis__CaseAct *act = (const Sluis__CaseAct *)job->act;

	view->act = act;
	view->id = sluis_id_of(act->case_id);
	snprintf(view->type, sizeof(view->type), "case-%.*s", (int)act->act_code.len,
	    (const char *)act->act_code.data);
	SLUIS_TRY(facts_member(round, job->member, &view->facts.sender));
	SLUIS_TRY(facts_case(round, &view->id, job->member->handle, &view->of_case,
	    &view->facts.of_case));
	for (size_t i = 0; i < act->n_members; i++)
		SLUIS_TRY(named_member(round, view, i, job->arena));
	view->facts.recipients = view->recipients;
	view->facts.recipient_count = act->n_members;
	view->facts.acts_last_day =
	    usage_last_day(round->commit->usage, job->member->handle, round->now_ms);
	view->decided.code = sluis_bytes_text(view->type);
	view->decided.created_ms = (int64_t)act->created_ms;
	for (size_t i = 0; i < act->n_facts; i++) {
		view->ground_facts[i].key = sluis_of(act->facts[i]->fact_code);
		view->ground_facts[i].value = sluis_of(act->facts[i]->value_text);
		if (sluis_bytes_is_text(view->ground_facts[i].key, "step"))
			view->decided.step = view->ground_facts[i].value;
	}
	view->decided.ground_facts = view->ground_facts;
	view->decided.ground_fact_count = act->n_facts;
	return SLUIS_OK;
}

/* Why the chain does not take it, as a rule. */
static const char *
chain_rule(enum sluis_err err)
{
	if (err == SLUIS_EPROOF)
		return "case-changed";
	if (err == SLUIS_ESTALE)
		return "keys-unknown";
	if (err == SLUIS_EREFUSED)
		return "act-condition";
	if (err == SLUIS_ENOTFOUND)
		return "receiver-inactive";
	return "malformed";
}

static enum sluis_err
parties_of(const struct case_view *view, struct sluis_arena *arena, struct event_words *words)
{
	Sluis__Party **list = sluis_arena_alloc(arena, (view->act->n_members + 1) * sizeof(*list));

	if (list == NULL)
		return SLUIS_ENOMEM;
	words->parties = list;
	for (size_t i = 0; i < view->act->n_members; i++) {
		const struct sluis_member *member = view->members[i];
		Sluis__Party *party;

		if (member == NULL)
			continue;
		party = sluis_arena_alloc(arena, sizeof(*party));
		if (party == NULL)
			return SLUIS_ENOMEM;
		sluis__party__init(party);
		party->handle = sluis_pb(member->handle);
		party->organisation_handle = sluis_pb(member->organisation_handle);
		party->role_code = sluis_pb(member->n_roles > 0 ? member->roles[0] : member->kind);
		list[words->party_count++] = party;
	}
	return SLUIS_OK;
}

static enum sluis_err
list_members(const struct sluis_case *of_case, struct sluis_arena *arena, struct handles *ret)
{
	struct sluis_bytes *items = sluis_arena_alloc(arena, (of_case->n_members + 1) * sizeof(*items));

	if (items == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < of_case->n_members; i++)
		items[i] = of_case->members[i].handle;
	*ret = (struct handles){ .items = items, .n = of_case->n_members };
	return SLUIS_OK;
}

static bool
has_handle(const struct handles *handles, struct sluis_bytes handle)
{
	for (size_t i = 0; i < handles->n; i++) {
		if (sluis_bytes_equal(handles->items[i], handle))
			return true;
	}
	return false;
}

/* What an act does to who is on the case, the chain says and nobody else: its members after, against those before. */
static enum sluis_err
store_members(struct round *round, const struct sluis_case *of_case, const struct handles *before)
{
	for (size_t i = 0; i < before->n; i++) {
		if (sluis_case_member(of_case, before->items[i]) == NULL)
			SLUIS_TRY(store_case_member_set(round->tx, &of_case->id, before->items[i], false));
	}
	for (size_t i = 0; i < of_case->n_members; i++) {
		if (!has_handle(before, of_case->members[i].handle))
			SLUIS_TRY(store_case_member_set(round->tx, &of_case->id,
			    of_case->members[i].handle, true));
	}
	return SLUIS_OK;
}

static enum sluis_err
store_act(struct round *round, const struct case_view *view, const struct job *job,
    const struct taken *taken, uint64_t index)
{
	const struct sluis_case *of_case = taken->of_case;
	struct store_case_act row = {
		.sequence = view->act->sequence,
		.payload_hash = job->act_hash,
		.event_index = index,
	};
	const struct store_case_row summary = {
		.id = view->id,
		.step = of_case->step.len > 0 ? of_case->step :
						sluis_policy_first_step(round->commit->policy),
		.is_closed = of_case->is_closed,
		.changed_ms = round->now_ms,
		.event_index = index,
	};

	SLUIS_TRY(sluis_codec_pack(&job->ask->case_act->base, round->arena, &row.signed_act));
	SLUIS_TRY(store_case_act_add(round->tx, &view->id, &row));
	SLUIS_TRY(store_case_put(round->tx, &summary));
	return store_members(round, of_case, &taken->before);
}

/* The chain takes it first: what it refuses must leave neither row nor event behind. */
static enum sluis_err
append(struct round *round, struct plan *plan, const struct case_view *view, struct taken *ret,
    const char **ret_rule)
{
	SLUIS_AUTO(sluis_case_freep) struct sluis_case *fresh = NULL;
	struct sluis_case *of_case = NULL;
	enum sluis_err err;

	*ret_rule = NULL;
	if (view->of_case == NULL) {
		fresh = sluis_case_new(&round->commit->federation, &view->id);
		of_case = fresh;
	} else {
		SLUIS_TRY(case_cache_get(round, &view->id, &of_case));
	}
	if (of_case == NULL)
		return SLUIS_ENOMEM;
	SLUIS_TRY(list_members(of_case, plan->job->arena, &ret->before));
	err = sluis_case_append(of_case, plan->job->ask->case_act, round->commit->directory, NULL);
	if (err == SLUIS_ENOMEM)
		return err;
	if (err != SLUIS_OK) {
		*ret_rule = chain_rule(err);
		return SLUIS_OK;
	}
	if (fresh != NULL)
		SLUIS_TRY(case_cache_put(round->commit->cases, SLUIS_TAKE(fresh)));
	ret->of_case = of_case;
	return SLUIS_OK;
}

static enum sluis_err
take(struct round *round, struct plan *plan, const struct replay_act *act, const struct case_view *view,
    const struct sluis_verdict *verdict)
{
	struct event_words words = plan->about;
	struct taken taken = { .of_case = NULL };
	const char *rule = NULL;
	uint64_t index;

	SLUIS_TRY(append(round, plan, view, &taken, &rule));
	if (rule != NULL)
		return replay_refuse(round, plan, act, rule, NULL);
	words.type = view->type;
	words.outcome = "permit";
	words.rule = sluis_rule_text(verdict->rule);
	words.act_hash = &plan->job->act_hash;
	words.actor = plan->job->member;
	words.actor_role = verdict->sender_role;
	words.facts = view->act->facts;
	words.fact_count = view->act->n_facts;
	SLUIS_TRY(ledger_event(round, &words, &index));
	SLUIS_TRY(store_act(round, view, plan->job, &taken, index));
	SLUIS_TRY(replay_remember(round, plan, act, index, false));
	usage_add(round->commit->usage, plan->job->member->handle, round->now_ms);
	return plan_done(round, plan, index);
}

enum sluis_err
case_act_handle(struct round *round, struct plan *plan)
{
	const Sluis__CaseAct *payload = (const Sluis__CaseAct *)plan->job->act;
	struct case_view *view = sluis_arena_alloc(plan->job->arena, sizeof(*view));
	const struct sluis_hash policy = sluis_hash_of(payload->policy_hash);
	struct replay_act act = {
		.key = plan->job->act_hash,
		.created_ms = (int64_t)payload->created_ms,
		.event_type = "refused",
	};
	struct sluis_verdict verdict;
	bool is_new;

	if (view == NULL)
		return SLUIS_ENOMEM;
	if (payload->n_members > SLUIS_RECIPIENTS_MAX || payload->n_facts > SLUIS_CODES_MAX)
		return plan_refuse(round, plan, "refused", "malformed", NULL);
	SLUIS_TRY(replay_admit(round, plan, &act, &is_new));
	if (!is_new)
		return SLUIS_OK;
	SLUIS_TRY(view_init(round, plan->job, view));
	if (!sluis_policy_has(round->commit->policy, SLUIS_KIND_ACT, view->decided.code))
		return replay_refuse(round, plan, &act, "malformed", NULL);
	act.event_type = view->type;
	plan->about.case_id = &view->id;
	SLUIS_TRY(parties_of(view, plan->job->arena, &plan->about));
	verdict = sluis_policy_decide(round->commit->policy, &view->facts, &view->decided,
	    round->now_ms);
	if (verdict.outcome != SLUIS_PERMIT)
		return replay_refuse(round, plan, &act, sluis_rule_text(verdict.rule), &verdict);
	if (!sluis_hash_equal(&policy, &round->commit->policy_hash))
		return replay_refuse(round, plan, &act, "policy-changed", NULL);
	return take(round, plan, &act, view, &verdict);
}
