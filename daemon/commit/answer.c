/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "commit/internal.h"
#include "hash.h"
#include "limits.h"
#include "receipt.h"

enum { STATUS_DONE = 1, STATUS_REFUSED = 2, STATUS_UNAVAILABLE = 5, RETRY_SECONDS = 5 };

static Sluis__Detail *
make_detail(struct sluis_arena *arena, const struct sluis_verdict *verdict)
{
	Sluis__Detail *detail = sluis_arena_alloc(arena, sizeof(*detail));
	ProtobufCBinaryData *codes = sluis_arena_alloc(arena, sizeof(*codes));

	if (detail == NULL || codes == NULL)
		return NULL;
	sluis__detail__init(detail);
	detail->section_count = verdict->section < 0 ? 0 : (uint32_t)verdict->section + 1;
	detail->recipient_count = verdict->recipient < 0 ? 0 : (uint32_t)verdict->recipient + 1;
	if (sluis_code_is_valid(verdict->detail)) {
		codes[0] = sluis_pb(verdict->detail);
		detail->detail_codes = codes;
		detail->n_detail_codes = 1;
	}
	return detail;
}

static enum sluis_err
sign_decision(struct round *round, const struct plan *plan, const char *rule, Sluis__Detail *detail,
    Sluis__Signed **ret)
{
	const struct commit *commit = round->commit;
	const struct sluis_receipt_decision decision = {
		.federation = commit->federation,
		.act = plan->job->act_hash,
		.is_permit = false,
		.rule = sluis_bytes_text(rule),
		.policy = commit->policy_hash,
		.decided_ms = round->now_ms,
		.detail = detail,
	};

	return sluis_receipt_decision_build(&decision, &commit->decision,
	    &sluis_directory_broker(commit->directory)->decision_key, plan->job->arena, ret);
}

/*
 * not-found tells nothing: no id, no detail, no case; the same event and answer for what does not exist and for what
 * the asker may not see (design 5).
 */
SLUIS_MUST_CHECK enum sluis_err
plan_refuse(struct round *round, struct plan *plan, const char *event_type, const char *rule,
    const struct sluis_verdict *verdict)
{
	struct sluis_arena *arena = plan->job->arena;
	const bool tells_nothing = strcmp(rule, "not-found") == 0;
	Sluis__Refusal *refusal = sluis_arena_alloc(arena, sizeof(*refusal));
	struct event_words words = tells_nothing ? (struct event_words){ 0 } : plan->about;
	uint64_t index;

	if (refusal == NULL)
		return SLUIS_ENOMEM;
	words.type = event_type;
	words.outcome = "refuse";
	words.rule = rule;
	words.act_hash = &plan->job->act_hash;
	words.actor = plan->job->member;
	sluis__refusal__init(refusal);
	refusal->rule_code = sluis_pb(sluis_bytes_text(rule));
	if (verdict != NULL && !tells_nothing) {
		refusal->detail = make_detail(arena, verdict);
		if (refusal->detail == NULL)
			return SLUIS_ENOMEM;
	}
	words.detail = refusal->detail;
	SLUIS_TRY(ledger_event(round, &words, &index));
	SLUIS_TRY(sign_decision(round, plan, rule, refusal->detail, &refusal->decision));
	plan->tell.status_number = STATUS_REFUSED;
	plan->tell.answer_case = SLUIS__TELL__ANSWER_REFUSAL;
	plan->tell.refusal = refusal;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
plan_evidence(struct round *round, struct plan *plan, uint64_t index, Sluis__Evidence **ret)
{
	struct store_event event;
	Sluis__Evidence *evidence = sluis_arena_alloc(plan->job->arena, sizeof(*evidence));

	if (evidence == NULL || plan->event_count == PLAN_EVENTS_MAX)
		return SLUIS_ENOMEM;
	SLUIS_TRY(store_event_get(round->tx, index, plan->job->arena, &event));
	if (event.is_erased)
		return SLUIS_ENOTFOUND;
	sluis__evidence__init(evidence);
	evidence->event_bytes = sluis_pb(event.event);
	SLUIS_TRY(sluis_arena_copy(plan->job->arena, sluis_hash_bytes(&event.blind), &event.event));
	evidence->blind = sluis_pb(event.event);
	evidence->leaf_index = index;
	plan->events[plan->event_count++] = evidence;
	*ret = evidence;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
plan_done(struct round *round, struct plan *plan, uint64_t index)
{
	struct sluis_arena *arena = plan->job->arena;
	Sluis__TellDone *done = sluis_arena_alloc(arena, sizeof(*done));
	Sluis__Evidence **list = sluis_arena_alloc(arena, sizeof(*list));

	if (done == NULL || list == NULL)
		return SLUIS_ENOMEM;
	sluis__tell_done__init(done);
	SLUIS_TRY(plan_evidence(round, plan, index, &list[0]));
	done->events = list;
	done->n_events = 1;
	plan->tell.status_number = STATUS_DONE;
	plan->tell.answer_case = SLUIS__TELL__ANSWER_DONE;
	plan->tell.done = done;
	return SLUIS_OK;
}

void
plan_unavailable(struct plan *plan)
{
	plan->tell.status_number = STATUS_UNAVAILABLE;
	plan->tell.retry_count = RETRY_SECONDS;
	plan->tell.answer_case = SLUIS__TELL__ANSWER__NOT_SET;
	plan->event_count = 0;
	plan->job->tell_body = sluis_bytes(NULL, 0);
}

static enum sluis_err
proof_to_arena(const struct sluis_merkle_proof *proof, struct sluis_arena *arena,
    ProtobufCBinaryData **ret, size_t *ret_count)
{
	ProtobufCBinaryData *list = sluis_arena_alloc(arena, (proof->n + 1) * sizeof(*list));

	if (list == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < proof->n; i++) {
		struct sluis_bytes copy;

		SLUIS_TRY(sluis_arena_copy(arena, sluis_hash_bytes(&proof->hashes[i]), &copy));
		list[i] = sluis_pb(copy);
	}
	*ret = list;
	*ret_count = proof->n;
	return SLUIS_OK;
}

static enum sluis_err
add_consistency(struct ledger *ledger, uint64_t seen, struct sluis_arena *arena,
    ProtobufCBinaryData **ret, size_t *ret_count)
{
	struct sluis_merkle_proof proof;

	/* What a client saw beyond our head we cannot prove: it will find the rollback itself. */
	if (seen == 0 || seen >= ledger->head.size)
		return SLUIS_OK;
	SLUIS_TRY(tree_consistency(ledger->tree, seen, ledger->head.size, &proof));
	return proof_to_arena(&proof, arena, ret, ret_count);
}

static enum sluis_err
add_log_state(struct commit *commit, struct plan *plan)
{
	struct sluis_arena *arena = plan->job->arena;
	const Sluis__Seen *seen = plan->job->ask->seen;
	Sluis__LogState *state = sluis_arena_alloc(arena, sizeof(*state));

	if (state == NULL)
		return SLUIS_ENOMEM;
	sluis__log_state__init(state);
	state->keys_note_bytes = sluis_pb(sluis_bytes(commit->keys.note, commit->keys.note_len));
	state->exchange_note_bytes =
	    sluis_pb(sluis_bytes(commit->exchange.note, commit->exchange.note_len));
	SLUIS_TRY(add_consistency(&commit->keys, seen->keys_size, arena,
	    &state->keys_consistency_hashes, &state->n_keys_consistency_hashes));
	SLUIS_TRY(add_consistency(&commit->exchange, seen->exchange_size, arena,
	    &state->exchange_consistency_hashes, &state->n_exchange_consistency_hashes));
	plan->tell.log = state;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
answer_finish(struct commit *commit, struct plan *plan)
{
	struct job *job = plan->job;
	struct sluis_merkle_proof proof;

	if (job->ask == NULL)
		return SLUIS_EFORMAT;
	for (size_t i = 0; i < plan->event_count; i++) {
		Sluis__Evidence *evidence = plan->events[i];

		SLUIS_TRY(tree_inclusion(commit->exchange.tree, evidence->leaf_index,
		    commit->exchange.head.size, &proof));
		SLUIS_TRY(proof_to_arena(&proof, job->arena, &evidence->path_hashes,
		    &evidence->n_path_hashes));
	}
	SLUIS_TRY(add_log_state(commit, plan));
	plan->tell.format = SLUIS_FORMAT;
	plan->tell.federation_hash = sluis_pb_hash(&commit->federation);
	plan->tell.request_id = job->ask->request_id;
	return sluis_codec_pack(&plan->tell.base, job->arena, &job->tell);
}
