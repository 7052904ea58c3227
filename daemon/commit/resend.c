/* SPDX-License-Identifier: EUPL-1.2 */
/* Which messages somebody who came later may have: for their sender, who alone can push them again. PROTOCOL 6.12. */
#include <string.h>

#include "case_shield.h"
#include "commit/internal.h"
#include "commit/message.h"
#include "limits.h"

enum { SENT_MAX = 512, ROWS_MAX = 192 };

/** Somebody on the case. */
struct newcomer {
	struct sluis_bytes handle;
	uint64_t since_index; /* leaf of the act by which it came */
};

/** One of the sender's messages, with whom it went to. */
struct sent {
	struct store_message message;
	struct store_recipient *recipients;
	size_t n_recipients;
	bool is_live;
};

/** A listing on its way. */
struct listing {
	struct round *round;
	struct sluis_arena *arena;
	struct newcomer *newcomers;
	size_t n_newcomers;
	struct sent *sent;
	size_t n_sent;
	Sluis__TellResends *tell;
};

/* ---- who came when ---- */

static enum sluis_err
since_index(struct round *round, const struct sluis_id *case_id, uint64_t sequence, struct sluis_arena *arena,
    uint64_t *ret)
{
	struct store_case_act act;
	size_t count = 0;

	SLUIS_TRY(store_case_acts(round->tx, case_id, sequence, 1, arena, &act, &count));
	if (count != 1)
		return SLUIS_ESTORE;
	*ret = act.event_index;
	return SLUIS_OK;
}

/* Who was there from the beginning came after no message. */
static enum sluis_err
list_newcomers(struct listing *l, const struct sluis_case *of_case, struct sluis_bytes me)
{
	l->newcomers = sluis_arena_alloc(l->arena, (of_case->n_members + 1) * sizeof(*l->newcomers));
	if (l->newcomers == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < of_case->n_members; i++) {
		const struct sluis_case_member *member = &of_case->members[i];
		struct newcomer *newcomer = &l->newcomers[l->n_newcomers];

		if (member->since_sequence == 0 || sluis_bytes_equal(member->handle, me))
			continue;
		SLUIS_TRY(sluis_arena_copy(l->arena, member->handle, &newcomer->handle));
		SLUIS_TRY(since_index(l->round, &of_case->id, member->since_sequence, l->arena, &newcomer->since_index));
		l->n_newcomers++;
	}
	return SLUIS_OK;
}

/* ---- what was sent ---- */

static enum sluis_err
list_sent(struct listing *l, const struct sluis_id *case_id, struct sluis_bytes me)
{
	struct store_message *messages = sluis_arena_alloc(l->arena, SENT_MAX * sizeof(*messages));
	struct store_recipient *recipients = sluis_arena_alloc(l->arena, SLUIS_RECIPIENTS_MAX * sizeof(*recipients));

	l->sent = sluis_arena_alloc(l->arena, SENT_MAX * sizeof(*l->sent));
	if (messages == NULL || recipients == NULL || l->sent == NULL)
		return SLUIS_ENOMEM;
	SLUIS_TRY(store_sent(l->round->tx, me, case_id, SENT_MAX, l->arena, messages, &l->n_sent));
	for (size_t i = 0; i < l->n_sent; i++) {
		struct sent *sent = &l->sent[i];

		sent->message = messages[i];
		sent->is_live = messages[i].state == STORE_MESSAGE_ACCEPTED &&
		    messages[i].expires_ms > l->round->now_ms;
		if (!sent->is_live)
			continue;
		SLUIS_TRY(store_recipients(l->round->tx, &messages[i].id, SLUIS_RECIPIENTS_MAX, l->arena, recipients,
		    &sent->n_recipients));
		sent->recipients = sluis_arena_alloc(l->arena, (sent->n_recipients + 1) * sizeof(*recipients));
		if (sent->recipients == NULL)
			return SLUIS_ENOMEM;
		memcpy(sent->recipients, recipients, sent->n_recipients * sizeof(*recipients));
	}
	return SLUIS_OK;
}

static bool
went_to(const struct sent *sent, struct sluis_bytes handle)
{
	for (size_t i = 0; i < sent->n_recipients; i++) {
		if (sluis_bytes_equal(sent->recipients[i].handle, handle))
			return true;
	}
	return false;
}

static bool
share_receiver(const struct sent *a, const struct sent *b)
{
	for (size_t i = 0; i < a->n_recipients; i++) {
		if (went_to(b, a->recipients[i].handle))
			return true;
	}
	return false;
}

static bool
replaces(const struct sent *newer, const struct sent *older)
{
	return newer->is_live && newer->message.link == STORE_LINK_SUPERSEDES &&
	    memcmp(newer->message.target.bytes, older->message.id.bytes, SLUIS_ID_BYTES) == 0;
}

/* Corrected by a newer one, or itself an older one pushed again for somebody. */
static bool
stands_for_itself(const struct listing *l, const struct sent *sent)
{
	for (size_t i = 0; i < l->n_sent; i++) {
		const struct sent *other = &l->sent[i];

		if (replaces(other, sent) && share_receiver(other, sent))
			return false;
		if (other->is_live && replaces(sent, other) && !share_receiver(sent, other))
			return false;
	}
	return sent->is_live;
}

static bool
has_it(const struct listing *l, const struct sent *sent, struct sluis_bytes handle)
{
	if (went_to(sent, handle))
		return true;
	for (size_t i = 0; i < l->n_sent; i++) {
		if (replaces(&l->sent[i], sent) && went_to(&l->sent[i], handle))
			return true;
	}
	return false;
}

/* ---- what the newcomer may have ---- */

static enum sluis_err
open_message(const struct listing *l, const struct sent *sent, struct sluis_arena *arena, struct message_view *ret)
{
	const struct sluis_directory *directory = l->round->commit->directory;
	struct sluis_manifest *manifest = sluis_arena_alloc(arena, sizeof(*manifest));
	const struct sluis_member *sender;
	struct store_message message;
	Sluis__Push *push = NULL;
	struct sluis_hash record;

	if (manifest == NULL)
		return SLUIS_ENOMEM;
	SLUIS_TRY(store_message_get(l->round->tx, &sent->message.id, true, arena, &message));
	SLUIS_TRY(SLUIS_UNPACK(push, Push, message.push, SLUIS_FRAME_MAX_BYTES, arena, &push));
	SLUIS_TRY(sluis_manifest_open_push(push, arena, manifest));
	record = sluis_hash_of(manifest->m->sender_hash);
	sender = sluis_directory_member_by_record(directory, &record);
	if (sender == NULL)
		return SLUIS_ESTORE;
	return message_view_init(l->round, manifest, sender, arena, ret);
}

static enum sluis_err
judge_newcomer(const struct listing *l, struct message_view *view, const struct sluis_member *member,
    struct sluis_arena *arena, bool *ret_may)
{
	struct sluis_recipient_facts *r = &view->recipients[0];

	*r = (struct sluis_recipient_facts){ .kind = SLUIS_RECIPIENT_MEMBER, .is_on_case = true };
	view->facts.recipient_count = 1;
	SLUIS_TRY(sluis_case_shields(view->of_case, l->round->commit->directory, member, arena, r));
	SLUIS_TRY(facts_member(l->round, member, &r->member));
	*ret_may = r->member.is_active && r->member.is_certificate_valid && !r->is_shielded;
	return SLUIS_OK;
}

static bool
is_listed(const Sluis__ResendRow *row, struct sluis_bytes code)
{
	for (size_t i = 0; i < row->n_category_codes; i++) {
		if (sluis_bytes_equal(sluis_of(row->category_codes[i]), code))
			return true;
	}
	return false;
}

/* The categories that the rules about sections give it, each once. */
static enum sluis_err
add_categories(const struct listing *l, const struct message_view *view, struct sluis_arena *arena,
    Sluis__ResendRow *row)
{
	const struct sluis_policy *policy = l->round->commit->policy;
	const size_t n = view->act.section_count;
	struct sluis_section_act *work = sluis_arena_alloc(arena, (n + 1) * sizeof(*work));
	uint64_t *assigned = sluis_arena_alloc(arena, (n + 1) * sizeof(*assigned));

	row->category_codes = sluis_arena_alloc(l->arena, (n + 1) * sizeof(*row->category_codes));
	if (work == NULL || assigned == NULL || row->category_codes == NULL)
		return SLUIS_ENOMEM;
	(void)sluis_policy_deliveries(policy, &view->facts, &view->act, l->round->now_ms, work, assigned);
	for (size_t i = 0; i < n; i++) {
		const struct sluis_policy_category *category =
		    sluis_policy_category(policy, view->act.sections[i].category);
		struct sluis_bytes code = view->act.sections[i].category;

		if (assigned[i] == 0 || category == NULL || category->is_officers_only || is_listed(row, code))
			continue;
		SLUIS_TRY(sluis_arena_copy(l->arena, code, &code));
		row->category_codes[row->n_category_codes++] = sluis_pb(code);
	}
	return SLUIS_OK;
}

static enum sluis_err
add_row(struct listing *l, const struct sent *sent, const struct newcomer *newcomer, struct sluis_arena *arena)
{
	const struct sluis_member *member =
	    sluis_directory_member(l->round->commit->directory, newcomer->handle);
	struct message_view *view = sluis_arena_alloc(arena, sizeof(*view));
	Sluis__ResendRow *row = sluis_arena_alloc(l->arena, sizeof(*row));
	bool may;

	if (view == NULL || row == NULL)
		return SLUIS_ENOMEM;
	if (member == NULL)
		return SLUIS_OK;
	SLUIS_TRY(open_message(l, sent, arena, view));
	SLUIS_TRY(judge_newcomer(l, view, member, arena, &may));
	if (!may)
		return SLUIS_OK;
	sluis__resend_row__init(row);
	SLUIS_TRY(add_categories(l, view, arena, row));
	if (row->n_category_codes == 0)
		return SLUIS_OK;
	row->message_id = sluis_pb_id(&sent->message.id);
	row->purpose_code = sluis_pb(sent->message.purpose);
	row->newcomer_handle = sluis_pb(newcomer->handle);
	row->accepted_ms = (uint64_t)sent->message.accepted_ms;
	row->expires_ms = (uint64_t)sent->message.expires_ms;
	l->tell->rows[l->tell->n_rows++] = row;
	return SLUIS_OK;
}

static enum sluis_err
list_rows(struct listing *l)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);

	l->tell->rows = sluis_arena_alloc(l->arena, ROWS_MAX * sizeof(Sluis__ResendRow *));
	if (arena == NULL || l->tell->rows == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < l->n_sent; i++) {
		const struct sent *sent = &l->sent[i];

		if (!stands_for_itself(l, sent))
			continue;
		for (size_t k = 0; k < l->n_newcomers; k++) {
			const struct newcomer *newcomer = &l->newcomers[k];

			if (newcomer->since_index < sent->message.event_index || has_it(l, sent, newcomer->handle))
				continue;
			if (l->tell->n_rows == ROWS_MAX) {
				l->tell->more_count = 1;
				return SLUIS_OK;
			}
			SLUIS_TRY(add_row(l, sent, newcomer, arena));
			sluis_arena_reset(arena);
		}
	}
	return SLUIS_OK;
}

enum sluis_err
resends_handle(struct round *round, struct plan *plan)
{
	const struct sluis_id id = sluis_id_of(plan->job->ask->resends->case_id);
	const struct sluis_bytes me = plan->job->member->handle;
	struct listing l = { .round = round, .arena = plan->job->arena };
	const struct sluis_case *of_case = NULL;
	struct sluis_case_facts facts;

	l.tell = sluis_arena_alloc(l.arena, sizeof(*l.tell));
	if (l.tell == NULL)
		return SLUIS_ENOMEM;
	sluis__tell_resends__init(l.tell);
	SLUIS_TRY(facts_case(round, &id, me, &of_case, &facts));
	if (!facts.is_sender_on_case)
		return plan_refuse(round, plan, "request", "not-found", NULL);
	SLUIS_TRY(list_newcomers(&l, of_case, me));
	if (l.n_newcomers > 0)
		SLUIS_TRY(list_sent(&l, &id, me));
	SLUIS_TRY(list_rows(&l));
	plan->tell.status_number = 1;
	plan->tell.answer_case = SLUIS__TELL__ANSWER_RESENDS;
	plan->tell.resends = l.tell;
	return SLUIS_OK;
}
