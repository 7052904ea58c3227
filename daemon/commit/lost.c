/* SPDX-License-Identifier: EUPL-1.2 */
#include "commit/internal.h"

#include "log.h"

static const struct sluis_member *
sender_of(const struct round *round, const struct store_message *message)
{
	return sluis_directory_member(round->commit->directory, message->sender_handle);
}

/* Only the sender's side: the receivers learn it when they ask, and nothing of one another. */
static enum sluis_err
log_event(struct round *round, const struct store_message *message)
{
	const struct sluis_member *sender = sender_of(round, message);
	Sluis__Party party = SLUIS__PARTY__INIT, *parties[] = { &party };
	const struct event_words words = { .type = "lost",
		.outcome = "note",
		.rule = sluis_rule_text(SLUIS_RULE_MESSAGE_ERASED),
		.case_id = &message->case_id,
		.message_id = &message->id,
		.parties = parties,
		.party_count = sender != NULL ? 1 : 0 };
	uint64_t index;

	if (sender != NULL) {
		party.handle = sluis_pb(sender->handle);
		party.organisation_handle = sluis_pb(sender->organisation_handle);
		party.role_code = sluis_pb(sender->n_roles > 0 ? sender->roles[0] : sender->kind);
	}
	return ledger_event(round, &words, &index);
}

SLUIS_MUST_CHECK enum sluis_err
lost_note(struct round *round, const struct store_message *message)
{
	char id[2 * SLUIS_ID_BYTES + 1];

	SLUIS_TRY(store_message_state_set(round->tx, &message->id, STORE_MESSAGE_LOST));
	SLUIS_TRY(log_event(round, message));
	sluis_hex(message->id.bytes, sizeof(message->id.bytes), id);
	log_line(LOG_LEVEL_ERROR, "content-lost message=%s", id);
	return SLUIS_OK;
}

static enum sluis_err
note_all(struct round *round, const struct plan *plans, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (plans[i].lost != NULL)
			SLUIS_TRY(lost_note(round, plans[i].lost));
	}
	SLUIS_TRY(ledger_heads(round));
	return SLUIS_OK;
}

bool
lost_note_apart(struct commit *commit, const struct plan *plans, size_t n)
{
	struct round round = {
		.commit = commit,
		.arena = commit->arena,
		.now_ms = clock_read(&commit->clock),
		.keys_size = commit->keys.head.size,
		.exchange_size = commit->exchange.head.size,
	};
	size_t lost = 0;
	enum sluis_err err;

	for (size_t i = 0; i < n; i++)
		lost += plans[i].lost != NULL;
	if (lost == 0 || store_begin(commit->store, &round.tx) != SLUIS_OK)
		return false;
	err = note_all(&round, plans, n);
	sluis_arena_reset(commit->arena);
	if (err != SLUIS_OK) {
		store_rollback(round.tx);
		ledger_rolled_back(&round);
		return false;
	}
	return store_commit(round.tx) == SLUIS_OK && ledger_committed(&round) == SLUIS_OK;
}
