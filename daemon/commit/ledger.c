/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "commit/internal.h"
#include "checkpoint.h"
#include "event.h"
#include "hash.h"
#include "limits.h"

enum { REPLAY_LEAVES = 4096 };

static uint64_t *
round_size(struct round *round, const struct ledger *ledger)
{
	return ledger->log == STORE_LOG_KEYS ? &round->keys_size : &round->exchange_size;
}

static Sluis__Party *
make_party(struct sluis_arena *arena, const struct sluis_member *member, struct sluis_bytes role)
{
	Sluis__Party *party = sluis_arena_alloc(arena, sizeof(*party));

	if (party == NULL)
		return NULL;
	sluis__party__init(party);
	party->handle = sluis_pb(member->handle);
	party->organisation_handle = sluis_pb(member->organisation_handle);
	if (role.len == 0 && member->n_roles > 0)
		role = member->roles[0];
	party->role_code = sluis_pb(role);
	return party;
}

static enum sluis_err
fill_event(struct round *round, const struct event_words *w, const struct sluis_id *event_id,
    Sluis__Event *event)
{
	enum sluis_event_type type;
	static const struct sluis_hash NOTHING;

	sluis__event__init(event);
	SLUIS_TRY(sluis_event_type_parse(sluis_bytes_text(w->type), &type));
	event->format = SLUIS_FORMAT;
	event->federation_hash = sluis_pb_hash(&round->commit->federation);
	event->event_id = sluis_pb_id(event_id);
	event->time_ms = (uint64_t)round->now_ms;
	event->type_code = sluis_pb(sluis_bytes_text(w->type));
	event->action_number = (uint32_t)sluis_event_type_action(type);
	event->outcome_code = sluis_pb(sluis_bytes_text(w->outcome));
	event->rule_code = sluis_pb(sluis_bytes_text(w->rule));
	event->act_hash = sluis_pb_hash(w->act_hash == NULL ? &NOTHING : w->act_hash);
	event->policy_hash = sluis_pb_hash(&round->commit->policy_hash);
	event->keys_size = round->keys_size;
	event->rounded_size = sluis_event_rounded_size(w->size);
	event->n_parties = w->party_count;
	event->parties = w->parties;
	event->detail = w->detail;
	event->n_facts = w->fact_count;
	event->facts = w->facts;
	return SLUIS_OK;
}

/* The sub-messages live on the caller's stack until the event is packed. */
struct event_parts {
	Sluis__EventCase of_case;
	Sluis__EventMessage message;
	Sluis__EventGround ground;
};

static enum sluis_err
attach_parts(struct round *round, const struct event_words *w, struct event_parts *parts,
    Sluis__Event *event)
{
	sluis__event_case__init(&parts->of_case);
	sluis__event_message__init(&parts->message);
	sluis__event_ground__init(&parts->ground);
	if (w->actor != NULL) {
		event->actor = make_party(round->arena, w->actor, w->actor_role);
		if (event->actor == NULL)
			return SLUIS_ENOMEM;
	}
	if (w->case_id != NULL) {
		parts->of_case.case_id = sluis_pb_id(w->case_id);
		event->case_ = &parts->of_case;
	}
	if (w->message_id != NULL) {
		parts->message.message_id = sluis_pb_id(w->message_id);
		event->message = &parts->message;
	}
	if (w->purpose.len > 0) {
		parts->ground.purpose_code = sluis_pb(w->purpose);
		parts->ground.ground_code = sluis_pb(w->ground);
		parts->ground.grant = w->grant;
		event->ground = &parts->ground;
	}
	return SLUIS_OK;
}

static void
add_organisation(struct sluis_bytes *list, size_t *count, ProtobufCBinaryData handle)
{
	for (size_t i = 0; i < *count; i++) {
		if (sluis_bytes_equal(list[i], sluis_of(handle)))
			return;
	}
	list[(*count)++] = sluis_of(handle);
}

static enum sluis_err
store_leaf(struct round *round, const struct event_words *w, const Sluis__Event *event,
    struct store_event *row)
{
	struct sluis_bytes organisations[SLUIS_RECIPIENTS_MAX + 1];
	struct store_event_keys keys = { .case_id = w->case_id, .message_id = w->message_id };

	if (event->actor != NULL) {
		keys.actor_handle = w->actor->handle;
		if (w->view != EVENT_FOR_PARTIES)
			add_organisation(organisations, &keys.organisation_count,
			    event->actor->organisation_handle);
	}
	for (size_t i = 0; w->view != EVENT_FOR_ACTOR && i < w->party_count && i < SLUIS_RECIPIENTS_MAX; i++)
		add_organisation(organisations, &keys.organisation_count,
		    w->parties[i]->organisation_handle);
	keys.organisations = organisations;
	return store_event_add(round->tx, row, &keys);
}

SLUIS_MUST_CHECK enum sluis_err
ledger_event(struct round *round, const struct event_words *words, uint64_t *ret_index)
{
	struct ledger *ledger = &round->commit->exchange;
	struct store_event row = { .index = round->exchange_size };
	struct event_parts parts;
	struct sluis_id event_id;
	struct sluis_hash event_hash, leaf;
	Sluis__Event event;

	randombytes_buf(event_id.bytes, sizeof(event_id.bytes));
	randombytes_buf(row.blind.bytes, sizeof(row.blind.bytes));
	SLUIS_TRY(fill_event(round, words, &event_id, &event));
	SLUIS_TRY(attach_parts(round, words, &parts, &event));
	SLUIS_TRY(sluis_codec_pack(&event.base, round->arena, &row.event));
	event_hash = sluis_hash(row.event);
	row.entry = sluis_event_entry(row.blind.bytes, &event_hash);
	leaf = sluis_event_leaf(&row.entry);
	SLUIS_TRY(store_leaf(round, words, &event, &row));
	SLUIS_TRY(tree_append(ledger->tree, &leaf));
	round->exchange_size++;
	*ret_index = row.index;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
ledger_keys(struct round *round, struct sluis_bytes entry, struct sluis_why *why)
{
	struct commit *commit = round->commit;
	struct sluis_hash leaf;

	SLUIS_TRY(sluis_directory_append(commit->directory, entry, why));
	round->directory_changed = true;
	SLUIS_TRY(store_keys_add(round->tx, round->keys_size, entry));
	leaf = sluis_merkle_leaf(entry);
	SLUIS_TRY(tree_append(commit->keys.tree, &leaf));
	round->keys_size++;
	return SLUIS_OK;
}

static enum sluis_err
write_head(struct round *round, struct ledger *ledger)
{
	const uint64_t size = *round_size(round, ledger);
	struct store_head head = { .size = size };

	if (size == ledger->head.size)
		return SLUIS_OK;
	head.root = tree_root(ledger->tree);
	randombytes_buf(head.batch.bytes, sizeof(head.batch.bytes));
	return store_head_set(round->tx, ledger->log, ledger->head.size, &head);
}

SLUIS_MUST_CHECK enum sluis_err
ledger_heads(struct round *round)
{
	SLUIS_TRY(write_head(round, &round->commit->keys));
	return write_head(round, &round->commit->exchange);
}

/* One note over the committed head; Ed25519 is deterministic, so a restart signs the same bytes. */
static enum sluis_err
sign_head(struct ledger *ledger)
{
	const struct sluis_checkpoint checkpoint = {
		.origin = ledger->origin,
		.head = { .size = ledger->head.size, .root = ledger->head.root },
	};
	struct sluis_writer w;

	sluis_writer_init(&w, ledger->note, sizeof(ledger->note));
	SLUIS_TRY(sluis_checkpoint_sign(&checkpoint, &ledger->secret, &w));
	ledger->note_len = w.len;
	return SLUIS_OK;
}

static enum sluis_err
follow_disk(struct round *round, struct ledger *ledger)
{
	const uint64_t size = *round_size(round, ledger);

	if (size == ledger->head.size)
		return SLUIS_OK;
	SLUIS_TRY(tree_commit(ledger->tree));
	ledger->head.size = size;
	ledger->head.root = tree_root(ledger->tree);
	return sign_head(ledger);
}

SLUIS_MUST_CHECK enum sluis_err
ledger_committed(struct round *round)
{
	SLUIS_TRY(follow_disk(round, &round->commit->keys));
	return follow_disk(round, &round->commit->exchange);
}

static enum sluis_err
read_exchange_leaves(void *context, uint64_t from, size_t max, struct sluis_hash *ret, size_t *ret_count)
{
	SLUIS_TRY(store_entries(context, from, max < REPLAY_LEAVES ? max : REPLAY_LEAVES, ret,
	    ret_count));
	for (size_t i = 0; i < *ret_count; i++)
		ret[i] = sluis_event_leaf(&ret[i]);
	return *ret_count == 0 ? SLUIS_ESTORE : SLUIS_OK;
}

static enum sluis_err
read_keys_leaves(void *context, uint64_t from, size_t max, struct sluis_hash *ret, size_t *ret_count)
{
	SLUIS_AUTO(sluis_arena_freep)
	struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_KEYS_ENTRY_MAX_BYTES);
	struct sluis_bytes entry;

	(void)max;
	if (arena == NULL)
		return SLUIS_ENOMEM;
	SLUIS_TRY(store_keys_get(context, from, arena, &entry));
	ret[0] = sluis_merkle_leaf(entry);
	*ret_count = 1;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
ledger_open(struct ledger *ledger, const struct ledger_source *source, struct sluis_why *why)
{
	struct tree_source tree = {
		.dir = source->dir,
		.name = source->name,
		.leaves = { .read = source->log == STORE_LOG_KEYS ? read_keys_leaves :
								     read_exchange_leaves,
		    .context = source->tx },
	};
	SLUIS_TRY(store_head_get(source->tx, source->log, &ledger->head));
	if (ledger->head.size == 0)
		ledger->head.root = sluis_merkle_empty();
	tree.head = (struct sluis_merkle_head){ .size = ledger->head.size, .root = ledger->head.root };
	SLUIS_TRY(tree_open(&tree, why, &ledger->tree));
	ledger->log = source->log;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
ledger_identify(struct ledger *ledger, const struct sluis_log_identity *identity,
    const struct sluis_secret32 *seed)
{
	struct sluis_public public;
	uint8_t *origin = malloc(identity->origin.len);

	if (origin == NULL)
		return SLUIS_ENOMEM;
	memcpy(origin, identity->origin.data, identity->origin.len);
	ledger->origin = sluis_bytes(origin, identity->origin.len);
	sluis_signing_secret_expand(seed, &ledger->secret, &public);
	return sign_head(ledger);
}

/* What is erased has no event any more; its entry still counts. */
static enum sluis_err
check_event(struct store_tx *tx, uint64_t index, struct sluis_arena *arena,
    struct sluis_merkle_frontier *frontier)
{
	struct sluis_merkle_completed completed;
	struct store_event row;
	struct sluis_hash event_hash, entry, leaf;

	SLUIS_TRY(store_event_get(tx, index, arena, &row));
	leaf = sluis_event_leaf(&row.entry);
	sluis_merkle_frontier_append(frontier, &leaf, &completed);
	if (row.is_erased)
		return SLUIS_OK;
	event_hash = sluis_hash(row.event);
	entry = sluis_event_entry(row.blind.bytes, &event_hash);
	return sluis_hash_equal(&entry, &row.entry) ? SLUIS_OK : SLUIS_ESTORE;
}

SLUIS_MUST_CHECK enum sluis_err
ledger_check_full(const struct ledger *ledger, struct store_tx *tx, struct sluis_why *why)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(SLUIS_ARENA_MAX_BYTES);
	struct sluis_merkle_frontier frontier;
	struct sluis_hash root;

	if (arena == NULL)
		return SLUIS_ENOMEM;
	sluis_merkle_frontier_init(&frontier);
	for (uint64_t i = 0; i < ledger->head.size; i++) {
		const enum sluis_err err = check_event(tx, i, arena, &frontier);

		sluis_arena_reset(arena);
		if (err != SLUIS_OK) {
			snprintf(why->text, sizeof(why->text),
			    "entry %llu of the exchange log is not what was written; put back a backup",
			    (unsigned long long)i);
			return err == SLUIS_ENOTFOUND ? SLUIS_ESTORE : err;
		}
	}
	root = sluis_merkle_frontier_root(&frontier);
	if (sluis_hash_equal(&root, &ledger->head.root))
		return SLUIS_OK;
	snprintf(why->text, sizeof(why->text),
	    "the exchange log in the store does not lead to its own head; put back a backup");
	return SLUIS_ESTORE;
}

void
ledger_close(struct ledger *ledger)
{
	void *origin;

	tree_close(ledger->tree);
	memcpy(&origin, &ledger->origin.data, sizeof(origin));
	free(origin);
	sluis_signing_secret_wipe(&ledger->secret);
}

void
ledger_rolled_back(struct round *round)
{
	struct commit *commit = round->commit;

	tree_rollback(commit->keys.tree);
	tree_rollback(commit->exchange.tree);
	round->keys_size = commit->keys.head.size;
	round->exchange_size = commit->exchange.head.size;
}
