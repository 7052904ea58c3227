/* SPDX-License-Identifier: EUPL-1.2 */
#include "commit/internal.h"
#include "commit/replay.h"
#include "grant.h"
#include "grant_facts.h"
#include "limits.h"

/* Whoever assessed an exception is somebody: a member that the keys log knows. */
static bool
is_assessed(const struct round *round, const Sluis__Grant *grant)
{
	const struct sluis_member *assessor = grant->exception == NULL ? NULL :
	    sluis_directory_member(round->commit->directory, sluis_of(grant->exception->assessor_handle));

	return assessor != NULL && assessor->approved_index != SLUIS_DIRECTORY_NEVER;
}

/* What a grant restores is a grant of the same case. */
static enum sluis_err
restores_known(struct round *round, const Sluis__Grant *grant, bool *ret)
{
	struct store_grant former;
	struct sluis_id id;
	enum sluis_err err;

	*ret = true;
	if (grant->restores == NULL)
		return SLUIS_OK;
	id = sluis_id_of(grant->restores->target_id);
	err = store_grant_get(round->tx, &id, round->arena, &former);
	if (err != SLUIS_OK && err != SLUIS_ENOTFOUND)
		return err;
	*ret = err == SLUIS_OK &&
	    sluis_bytes_equal(sluis_of(grant->case_id), sluis_bytes(former.case_id.bytes, SLUIS_ID_BYTES));
	return SLUIS_OK;
}

static enum sluis_err
decide(struct round *round, const struct job *job, const Sluis__Grant *grant,
    const struct sluis_id *case_id, struct sluis_verdict *ret, const char **ret_rule)
{
	bool is_restoring_known;

	const struct sluis_hash policy = sluis_hash_of(grant->policy_hash);
	const struct sluis_hash head = sluis_hash_of(grant->case_hash);
	const struct sluis_act act = {
		.code = sluis_bytes_text("grant-add"),
		.created_ms = (int64_t)grant->created_ms,
	};
	const struct sluis_case *of_case = NULL;
	struct sluis_facts facts = { .recipient_count = 0 };

	SLUIS_TRY(facts_member(round, job->member, &facts.sender));
	SLUIS_TRY(facts_case(round, case_id, job->member->handle, &of_case, &facts.of_case));
	SLUIS_TRY(sluis_grant_facts_of(grant, round->arena, &facts.grant));
	facts.grant.is_assessed = is_assessed(round, grant);
	SLUIS_TRY(restores_known(round, grant, &is_restoring_known));
	facts.grant.is_named = facts.grant.is_found = facts.grant.is_of_case = true;
	facts.acts_last_day = usage_last_day(round->commit->usage, job->member->handle, round->now_ms);
	*ret = sluis_policy_decide(round->commit->policy, &facts, &act, round->now_ms);
	*ret_rule = NULL;
	if (ret->outcome != SLUIS_PERMIT)
		*ret_rule = sluis_rule_text(ret->rule);
	else if (!is_restoring_known)
		*ret_rule = "not-found";
	else if (!sluis_hash_equal(&policy, &round->commit->policy_hash))
		*ret_rule = "policy-changed";
	else if (!sluis_hash_equal(&head, &of_case->head))
		*ret_rule = "case-changed";
	return SLUIS_OK;
}

static enum sluis_err
take(struct round *round, struct plan *plan, const struct replay_act *act,
    const struct sluis_verdict *verdict)
{
	const Sluis__Grant *grant = (const Sluis__Grant *)plan->job->act;
	struct store_grant row = {
		.id = sluis_id_of(grant->grant_id),
		.case_id = sluis_id_of(grant->case_id),
		.payload_hash = plan->job->act_hash,
		.state = sluis_bytes_text("active"),
	};
	struct event_words words = plan->about;
	const struct review_about about = {
		.about = STORE_REVIEW_GRANT,
		.thing = row.id,
		.case_id = row.case_id,
		.ground = grant->exception == NULL ? sluis_bytes(NULL, 0) :
						     sluis_of(grant->exception->exception_code),
	};
	uint64_t index;

	words.type = "grant";
	words.outcome = "permit";
	words.rule = sluis_rule_text(verdict->rule);
	words.act_hash = &plan->job->act_hash;
	words.actor = plan->job->member;
	words.actor_role = verdict->sender_role;
	SLUIS_TRY(ledger_event(round, &words, &index));
	row.event_index = index;
	SLUIS_TRY(sluis_codec_pack(&plan->job->ask->grant->base, round->arena, &row.signed_grant));
	SLUIS_TRY(store_grant_add(round->tx, &row));
	if (verdict->is_reviewed)
		SLUIS_TRY(review_open(round, plan, &about));
	SLUIS_TRY(replay_remember(round, plan, act, index, false));
	usage_add(round->commit->usage, plan->job->member->handle, round->now_ms);
	return plan_done(round, plan, index);
}

enum sluis_err
grant_handle(struct round *round, struct plan *plan)
{
	const Sluis__Grant *grant = (const Sluis__Grant *)plan->job->act;
	const struct sluis_id id = sluis_id_of(grant->grant_id);
	struct sluis_id *case_id = sluis_arena_alloc(plan->job->arena, sizeof(*case_id));
	struct replay_act act = {
		.key = replay_key(&id),
		.created_ms = (int64_t)grant->created_ms,
		.until_ms = (int64_t)grant->until_ms,
		.event_type = "grant",
	};
	struct sluis_verdict verdict;
	const char *rule;
	bool is_new, is_used;

	if (case_id == NULL)
		return SLUIS_ENOMEM;
	*case_id = sluis_id_of(grant->case_id);
	if (sluis_grant_check(grant) != SLUIS_OK)
		return plan_refuse(round, plan, "grant", "malformed", NULL);
	SLUIS_TRY(replay_admit(round, plan, &act, &is_new));
	if (!is_new)
		return SLUIS_OK;
	SLUIS_TRY(replay_is_used(round, plan, &act, STORE_KNOWN_GRANT, &is_used));
	if (is_used)
		return SLUIS_OK;
	plan->about.case_id = case_id;
	SLUIS_TRY(decide(round, plan->job, grant, case_id, &verdict, &rule));
	if (rule != NULL)
		return replay_refuse(round, plan, &act, rule,
		    verdict.outcome == SLUIS_PERMIT ? NULL : &verdict);
	return take(round, plan, &act, &verdict);
}
