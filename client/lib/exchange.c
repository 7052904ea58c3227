/* SPDX-License-Identifier: EUPL-1.2 */
#include "exchange.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "limits.h"

enum { PAGES_MAX = 10000000, ENTRIES_FIRST = 4096 };

SLUIS_MUST_CHECK enum sluis_err
sluis_exchange_list(struct sluis_session *session, const struct sluis_id *case_id,
    enum sluis_err (*each)(void *context, const struct sluis_event_evidence *event), void *context,
    struct sluis_failure *failure)
{
	uint64_t after = 0;
	bool more = true;

	for (unsigned page = 0; more && page < PAGES_MAX; page++) {
		SLUIS_AUTO(sluis_arena_freep)
		struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
		Sluis__Ask ask = SLUIS__ASK__INIT;
		Sluis__AskEvents events = SLUIS__ASK_EVENTS__INIT;
		Sluis__EventCase of_case = SLUIS__EVENT_CASE__INIT;
		struct sluis_answer answer;

		if (arena == NULL)
			return sluis_fail_err(failure, SLUIS_ENOMEM, _("reading the log"));
		events.after_size = after;
		if (case_id != NULL) {
			of_case.case_id = sluis_pb_id(case_id);
			events.case_ = &of_case;
		}
		ask.act_case = SLUIS__ASK__ACT_EVENTS;
		ask.events = &events;
		SLUIS_TRY(sluis_session_call(session, &ask, sluis_bytes(NULL, 0), arena, &answer, failure));
		if (answer.tell->answer_case != SLUIS__TELL__ANSWER_EVENTS)
			return sluis_fail_err(failure, SLUIS_ESTATUS, _("reading the log"));
		for (size_t i = 0; i < answer.tell->events->n_events; i++) {
			struct sluis_event_evidence event;

			SLUIS_TRY(sluis_fail_err(failure,
			    sluis_event_evidence_open(answer.tell->events->events[i], arena, &event),
			    _("an event of the log")));
			SLUIS_TRY(each(context, &event));
		}
		more = answer.tell->events->more_count != 0 && answer.tell->events->scanned_size > after;
		after = answer.tell->events->scanned_size;
	}
	return SLUIS_OK;
}

/** All entries of the tree, as the broker serves them. */
struct entries {
	struct sluis_hash *items;
	size_t n;
	size_t cap;
};

static void
entries_done(struct entries *entries)
{
	free(entries->items);
}

static enum sluis_err
add_entry(struct entries *entries, ProtobufCBinaryData entry)
{
	if (entries->n == entries->cap) {
		const size_t cap = entries->cap == 0 ? ENTRIES_FIRST : entries->cap * 2;
		struct sluis_hash *grown = reallocarray(entries->items, cap, sizeof(*grown));

		if (grown == NULL)
			return SLUIS_ENOMEM;
		entries->items = grown;
		entries->cap = cap;
	}
	entries->items[entries->n++] = sluis_hash_of(entry);
	return SLUIS_OK;
}

static enum sluis_err
fetch_entries(struct sluis_session *session, uint64_t size, struct entries *entries,
    struct sluis_failure *failure)
{
	while (entries->n < size) {
		SLUIS_AUTO(sluis_arena_freep)
		struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
		Sluis__Ask ask = SLUIS__ASK__INIT;
		Sluis__AskLeaves leaves = SLUIS__ASK_LEAVES__INIT;
		struct sluis_answer answer;

		if (arena == NULL)
			return sluis_fail_err(failure, SLUIS_ENOMEM, _("reading the log"));
		leaves.from_index = entries->n;
		ask.act_case = SLUIS__ASK__ACT_LEAVES;
		ask.leaves = &leaves;
		SLUIS_TRY(sluis_session_call(session, &ask, sluis_bytes(NULL, 0), arena, &answer, failure));
		if (answer.tell->answer_case != SLUIS__TELL__ANSWER_LEAVES ||
		    answer.tell->leaves->n_leaf_hashes == 0)
			return sluis_fail_err(failure, SLUIS_ESTATUS, _("reading the log"));
		for (size_t i = 0; i < answer.tell->leaves->n_leaf_hashes && entries->n < size; i++)
			SLUIS_TRY(sluis_fail_err(failure,
			    add_entry(entries, answer.tell->leaves->leaf_hashes[i]), _("reading the log")));
	}
	return SLUIS_OK;
}

static enum sluis_err
broken_tree(struct sluis_session *session, enum sluis_err err, const struct sluis_hash *what,
    const char *text, struct sluis_failure *failure)
{
	(void)sluis_fail(failure, err, "%s", text);
	sluis_fail_hint(failure, _("the log was changed after it was signed; give the evidence to your privacy officer"));
	sluis_profile_evidence(session->profile, "tree", sluis_hash_bytes(what), failure);
	return err;
}

static enum sluis_err
check_root(struct sluis_session *session, const struct entries *entries,
    const struct sluis_merkle_head *head, struct sluis_failure *failure)
{
	struct sluis_merkle_frontier frontier;
	struct sluis_merkle_completed completed;
	struct sluis_hash root;

	sluis_merkle_frontier_init(&frontier);
	for (size_t i = 0; i < entries->n; i++) {
		const struct sluis_hash leaf = sluis_event_leaf(&entries->items[i]);

		sluis_merkle_frontier_append(&frontier, &leaf, &completed);
	}
	root = sluis_merkle_frontier_root(&frontier);
	if (sluis_hash_equal(&root, &head->root))
		return SLUIS_OK;
	return broken_tree(session, SLUIS_EPROOF, &root,
	    _("the entries of the exchange log do not lead to the root that was signed"), failure);
}

/** Events shown, held against the entries. */
struct placing {
	struct sluis_session *session;
	const struct entries *entries;
	struct sluis_exchange_check *check;
	struct sluis_failure *failure;
};

static enum sluis_err
place(void *context, const struct sluis_event_evidence *event)
{
	struct placing *p = context;

	/* what was added after the head we verify is for the next time */
	if (event->index >= p->entries->n)
		return SLUIS_OK;
	if (!sluis_hash_equal(&event->entry, &p->entries->items[event->index]))
		return broken_tree(p->session, SLUIS_EPROOF, &event->entry,
		    _("an event that the broker shows is not the one in the exchange log"), p->failure);
	p->check->own++;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_exchange_verify(struct sluis_session *session, bool full, struct sluis_exchange_check *ret,
    struct sluis_failure *failure)
{
	SLUIS_AUTO(entries_done) struct entries entries = { .n = 0 };
	struct sluis_exchange_check check = { .own = 0 };
	struct placing placing = {
		.session = session, .entries = &entries, .check = &check, .failure = failure };

	SLUIS_TRY(sluis_session_sync(session, failure));
	check.head = sluis_profile_heads(session->profile).exchange;
	if (full) {
		SLUIS_TRY(fetch_entries(session, check.head.size, &entries, failure));
		SLUIS_TRY(check_root(session, &entries, &check.head, failure));
		SLUIS_TRY(sluis_exchange_list(session, NULL, place, &placing, failure));
	}
	*ret = check;
	return SLUIS_OK;
}
