/* SPDX-License-Identifier: EUPL-1.2 */
#include "commit/replay.h"

#include <string.h>

#include "event.h"
#include "limits.h"
#include "receipt.h"

struct sluis_hash
replay_key(const struct sluis_id *id)
{
	struct sluis_hash key = { { 0 } };

	memcpy(key.bytes, id->bytes, sizeof(id->bytes));
	return key;
}

/* The same refusal as the first time: rule, detail and moment are those of its event. */
static enum sluis_err
repeat_refusal(struct round *round, struct plan *plan, uint64_t index)
{
	struct sluis_arena *arena = plan->job->arena;
	struct commit *commit = round->commit;
	struct store_event row;
	Sluis__Event *event = NULL;
	Sluis__Refusal *refusal = sluis_arena_alloc(arena, sizeof(*refusal));
	struct sluis_receipt_decision decision = { .federation = commit->federation };

	if (refusal == NULL)
		return SLUIS_ENOMEM;
	SLUIS_TRY(store_event_get(round->tx, index, arena, &row));
	if (row.is_erased)
		return plan_refuse(round, plan, "refused", "stale", NULL);
	SLUIS_TRY(sluis_event_open(row.event, arena, &event));
	sluis__refusal__init(refusal);
	refusal->rule_code = event->rule_code;
	refusal->detail = event->detail;
	decision.act = sluis_hash_of(event->act_hash);
	decision.rule = sluis_of(event->rule_code);
	decision.policy = sluis_hash_of(event->policy_hash);
	decision.decided_ms = (int64_t)event->time_ms;
	decision.detail = event->detail;
	SLUIS_TRY(sluis_receipt_decision_build(&decision, &commit->decision,
	    &sluis_directory_broker(commit->directory)->decision_key, arena, &refusal->decision));
	plan->tell.status_number = 2;
	plan->tell.answer_case = SLUIS__TELL__ANSWER_REFUSAL;
	plan->tell.refusal = refusal;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
replay_admit(struct round *round, struct plan *plan, const struct replay_act *act, bool *ret_is_new)
{
	struct store_act seen;
	const enum sluis_err err = store_act_get(round->tx, &act->key, &seen);

	*ret_is_new = false;
	if (err == SLUIS_OK) {
		if (!sluis_hash_equal(&seen.payload_hash, &plan->job->act_hash))
			return plan_refuse(round, plan, act->event_type, "id-reused", NULL);
		return seen.was_refused ? repeat_refusal(round, plan, seen.event_index) :
					  plan_done(round, plan, seen.event_index);
	}
	if (err != SLUIS_ENOTFOUND)
		return err;
	if (act->created_ms < round->now_ms - SLUIS_ACT_MAX_AGE_MS ||
	    act->created_ms > round->now_ms + SLUIS_ACT_MAX_AHEAD_MS)
		return plan_refuse(round, plan, act->event_type, "stale", NULL);
	*ret_is_new = true;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
replay_remember(struct round *round, const struct plan *plan, const struct replay_act *act,
    uint64_t index, bool was_refused)
{
	const struct store_act row = {
		.payload_hash = plan->job->act_hash,
		.event_index = index,
		.was_refused = was_refused,
	};
	int64_t until = act->created_ms + SLUIS_ACT_MAX_AGE_MS + SLUIS_ID_MEMORY_MS;

	if (act->until_ms > until)
		until = act->until_ms;
	return store_act_put(round->tx, &act->key, &row, until);
}

SLUIS_MUST_CHECK enum sluis_err
replay_refuse(struct round *round, struct plan *plan, const struct replay_act *act, const char *rule,
    const struct sluis_verdict *verdict)
{
	SLUIS_TRY(plan_refuse(round, plan, act->event_type, rule, verdict));
	return replay_remember(round, plan, act, round->exchange_size - 1, true);
}

SLUIS_MUST_CHECK enum sluis_err
replay_is_used(struct round *round, struct plan *plan, const struct replay_act *act, enum store_known what,
    bool *ret)
{
	struct sluis_id id;

	memcpy(id.bytes, act->key.bytes, sizeof(id.bytes));
	SLUIS_TRY(store_is_known(round->tx, what, &id, ret));
	return *ret ? plan_refuse(round, plan, act->event_type, "id-reused", NULL) : SLUIS_OK;
}
