/* SPDX-License-Identifier: EUPL-1.2 */
#include "commit/internal.h"
#include "commit/replay.h"
#include "limits.h"
#include "refusal.h"

/* A giver, method, purpose or category that the policy does not know, as a rule; NULL: all are known. */
static const char *
unknown_code(const struct sluis_policy *policy, const Sluis__ConsentRefusal *refusal)
{
	for (size_t i = 0; i < refusal->n_givers; i++) {
		if (!sluis_policy_has(policy, SLUIS_KIND_GIVER, sluis_of(refusal->givers[i]->role_code)) ||
		    !sluis_policy_has(policy, SLUIS_KIND_METHOD, sluis_of(refusal->givers[i]->method_code)))
			return "grant-giver";
	}
	for (size_t i = 0; i < refusal->n_purpose_codes; i++) {
		if (!sluis_policy_has(policy, SLUIS_KIND_PURPOSE, sluis_of(refusal->purpose_codes[i])))
			return "grant-purpose";
	}
	for (size_t i = 0; i < refusal->n_category_codes; i++) {
		if (!sluis_policy_has(policy, SLUIS_KIND_CATEGORY, sluis_of(refusal->category_codes[i])))
			return "grant-category";
	}
	return NULL;
}

static enum sluis_err
decide(struct round *round, const struct job *job, const Sluis__ConsentRefusal *refusal,
    const struct sluis_id *case_id, struct sluis_verdict *ret)
{
	const struct sluis_act act = {
		.code = sluis_bytes_text("grant-refuse"),
		.created_ms = (int64_t)refusal->created_ms,
	};
	const struct sluis_case *of_case = NULL;
	struct sluis_facts facts = { .recipient_count = 0 };

	SLUIS_TRY(facts_member(round, job->member, &facts.sender));
	SLUIS_TRY(facts_case(round, case_id, job->member->handle, &of_case, &facts.of_case));
	facts.acts_last_day = usage_last_day(round->commit->usage, job->member->handle, round->now_ms);
	*ret = sluis_policy_decide(round->commit->policy, &facts, &act, round->now_ms);
	return SLUIS_OK;
}

static enum sluis_err
take(struct round *round, struct plan *plan, const struct replay_act *act,
    const struct sluis_verdict *verdict)
{
	const Sluis__ConsentRefusal *refusal = (const Sluis__ConsentRefusal *)plan->job->act;
	struct store_refusal row = {
		.id = sluis_id_of(refusal->refusal_id),
		.case_id = sluis_id_of(refusal->case_id),
	};
	struct event_words words = plan->about;

	words.type = "consent-refusal";
	words.outcome = "permit";
	words.rule = sluis_rule_text(verdict->rule);
	words.act_hash = &plan->job->act_hash;
	words.actor = plan->job->member;
	words.actor_role = verdict->sender_role;
	SLUIS_TRY(ledger_event(round, &words, &row.event_index));
	SLUIS_TRY(sluis_codec_pack(&plan->job->ask->refusal->base, round->arena, &row.signed_refusal));
	SLUIS_TRY(store_refusal_add(round->tx, &row));
	SLUIS_TRY(replay_remember(round, plan, act, row.event_index, false));
	usage_add(round->commit->usage, plan->job->member->handle, round->now_ms);
	return plan_done(round, plan, row.event_index);
}

enum sluis_err
refusal_handle(struct round *round, struct plan *plan)
{
	const Sluis__ConsentRefusal *refusal = (const Sluis__ConsentRefusal *)plan->job->act;
	const struct sluis_id id = sluis_id_of(refusal->refusal_id);
	struct sluis_id *case_id = sluis_arena_alloc(plan->job->arena, sizeof(*case_id));
	struct replay_act act = {
		.key = replay_key(&id),
		.created_ms = (int64_t)refusal->created_ms,
		.event_type = "consent-refusal",
	};
	struct sluis_verdict verdict;
	const char *rule;
	bool is_new, is_used;

	if (case_id == NULL)
		return SLUIS_ENOMEM;
	*case_id = sluis_id_of(refusal->case_id);
	if (sluis_refusal_check(refusal) != SLUIS_OK)
		return plan_refuse(round, plan, "consent-refusal", "malformed", NULL);
	SLUIS_TRY(replay_admit(round, plan, &act, &is_new));
	if (!is_new)
		return SLUIS_OK;
	SLUIS_TRY(replay_is_used(round, plan, &act, STORE_KNOWN_REFUSAL, &is_used));
	if (is_used)
		return SLUIS_OK;
	plan->about.case_id = case_id;
	SLUIS_TRY(decide(round, plan->job, refusal, case_id, &verdict));
	if (verdict.outcome != SLUIS_PERMIT)
		return replay_refuse(round, plan, &act, sluis_rule_text(verdict.rule), &verdict);
	rule = unknown_code(round->commit->policy, refusal);
	if (rule != NULL)
		return replay_refuse(round, plan, &act, rule, NULL);
	return take(round, plan, &act, &verdict);
}
