/* SPDX-License-Identifier: EUPL-1.2 */
#include "receipt.h"

#include "commit/internal.h"
#include "commit/message.h"
#include "commit/replay.h"
#include "limits.h"

static enum sluis_err
open_message(struct round *round, struct sluis_arena *arena, const struct store_message *message,
    struct sluis_manifest *ret)
{
	Sluis__Push *push = NULL;

	(void)round;
	SLUIS_TRY(SLUIS_UNPACK(push, Push, message->push, SLUIS_FRAME_MAX_BYTES, arena, &push));
	return sluis_manifest_open_push(push, arena, ret);
}

static enum store_recipient_state
state_after(const Sluis__Receipt *receipt)
{
	for (size_t i = 0; i < receipt->n_outcomes; i++) {
		if (!sluis_bytes_is_text(sluis_of(receipt->outcomes[i]->outcome_code), "ok"))
			return STORE_RECIPIENT_REJECTED;
	}
	return STORE_RECIPIENT_ACKNOWLEDGED;
}

static enum sluis_err
take(struct round *round, struct plan *plan, const struct replay_act *act,
    struct store_recipient *recipient, const struct store_message *message)
{
	const Sluis__Receipt *receipt = (const Sluis__Receipt *)plan->job->act;
	struct event_words words = {
		.type = "receipt",
		.outcome = "permit",
		.rule = "act",
		.act_hash = &plan->job->act_hash,
		.actor = plan->job->member,
		.case_id = &message->case_id,
		.message_id = &message->id,
	};
	uint64_t index;

	recipient->state = state_after(receipt);
	recipient->changed_ms = round->now_ms;
	SLUIS_TRY(sluis_codec_pack(&plan->job->ask->receipt->base, plan->job->arena,
	    &recipient->receipt));
	SLUIS_TRY(ledger_event(round, &words, &index));
	SLUIS_TRY(store_recipient_set(round->tx, recipient));
	SLUIS_TRY(replay_remember(round, plan, act, index, false));
	return plan_done(round, plan, index);
}

enum sluis_err
receipt_handle(struct round *round, struct plan *plan)
{
	const Sluis__Receipt *receipt = (const Sluis__Receipt *)plan->job->act;
	const struct replay_act act = {
		.key = plan->job->act_hash,
		.created_ms = (int64_t)receipt->created_ms,
		.event_type = "receipt",
	};
	struct sluis_arena *arena = plan->job->arena;
	const struct sluis_id id = sluis_id_of(receipt->message_id);
	struct store_recipient recipient;
	struct store_message message;
	struct sluis_manifest manifest;
	enum sluis_err err;
	bool is_new;

	SLUIS_TRY(replay_admit(round, plan, &act, &is_new));
	if (!is_new)
		return SLUIS_OK;
	err = store_recipient_get(round->tx, &id, plan->job->member->handle, arena, &recipient);
	if (err == SLUIS_ENOTFOUND)
		return replay_refuse(round, plan, &act, "not-found", NULL);
	SLUIS_TRY(err);
	SLUIS_TRY(store_message_get(round->tx, &id, true, arena, &message));
	if (recipient.state == STORE_RECIPIENT_ACKNOWLEDGED ||
	    recipient.state == STORE_RECIPIENT_REJECTED)
		return replay_refuse(round, plan, &act, "already-received", NULL);
	if (recipient.state != STORE_RECIPIENT_RELEASED || message.push.len == 0)
		return replay_refuse(round, plan, &act, "not-found", NULL);
	SLUIS_TRY(open_message(round, arena, &message, &manifest));
	err = sluis_receipt_matches(receipt, &manifest, recipient.index);
	if (err != SLUIS_OK)
		return replay_refuse(round, plan, &act, "malformed", NULL);
	return take(round, plan, &act, &recipient, &message);
}
