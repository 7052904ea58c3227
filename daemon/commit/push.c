/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>

#include "commit/internal.h"
#include "commit/link.h"
#include "commit/message.h"
#include "commit/replay.h"
#include "limits.h"

/* What must be so before the policy is asked: the sender decided on the same world (PROTOCOL 5.5, 5.6, 6.2, 7). */
static enum sluis_err
check_keys_checkpoint(struct round *round, const Sluis__Checkpoint *keys, const char **ret_rule)
{
	const struct sluis_hash named = sluis_hash_of(keys->root_hash);
	struct sluis_hash ours;
	const enum sluis_err err =
	    sluis_directory_root_at(round->commit->directory, keys->tree_size, &ours);

	if (err == SLUIS_ENOTFOUND || (err == SLUIS_OK && !sluis_hash_equal(&named, &ours))) {
		*ret_rule = "keys-unknown";
		return SLUIS_OK;
	}
	return err;
}

static enum sluis_err
check_recipient(struct round *round, const struct message_view *view, size_t i, const char **ret_rule)
{
	const Sluis__RecipientDescriptor *descriptor = view->manifest->recipients[i];
	const struct sluis_member *member = view->members[i];
	const struct sluis_recipient *epoch;
	bool used = false;

	if (member == NULL)
		return SLUIS_OK; /* the policy's: inactive, or recovery */
	epoch = sluis_member_recipient(member, descriptor->epoch);
	if (epoch == NULL || view->act.created_ms < epoch->from_ms ||
	    view->act.created_ms >= epoch->until_ms) {
		*ret_rule = "epoch-ended";
		return SLUIS_OK;
	}
	SLUIS_TRY(store_pair_is_used(round->tx, view->sender->handle, member->handle,
	    descriptor->pair_sequence, &used));
	if (used)
		*ret_rule = "sequence-reused";
	return SLUIS_OK;
}

static enum sluis_err
check_world(struct round *round, const struct message_view *view, const char **ret_rule)
{
	const Sluis__Manifest *m = view->manifest->m;
	const struct sluis_hash policy = sluis_hash_of(m->policy_hash);
	const struct sluis_hash head = sluis_hash_of(m->case_hash);

	*ret_rule = NULL;
	if (!sluis_hash_equal(&policy, &round->commit->policy_hash)) {
		*ret_rule = "policy-changed";
		return SLUIS_OK;
	}
	/* Somebody who is not on the case learns not even that its head moved. */
	if (!view->facts.of_case.is_sender_on_case)
		return SLUIS_OK;
	if (!sluis_hash_equal(&head, &view->of_case->head)) {
		*ret_rule = "case-changed";
		return SLUIS_OK;
	}
	SLUIS_TRY(check_keys_checkpoint(round, m->keys, ret_rule));
	for (size_t i = 0; *ret_rule == NULL && i < view->manifest->n_recipients; i++)
		SLUIS_TRY(check_recipient(round, view, i, ret_rule));
	return SLUIS_OK;
}

static enum sluis_err
recipient_row(const struct message_view *view, size_t i, struct round *round, uint64_t push_index,
    struct store_recipient *ret)
{
	const Sluis__RecipientDescriptor *descriptor = view->manifest->recipients[i];

	*ret = (struct store_recipient){
		.message_id = view->message_id,
		.index = (uint32_t)i,
		.handle = view->members[i]->handle,
		.organisation_handle = view->members[i]->organisation_handle,
		.record_hash = sluis_hash_of(descriptor->record_hash),
		.pair_sequence = descriptor->pair_sequence,
		.state = STORE_RECIPIENT_PENDING,
		.changed_ms = round->now_ms,
		.push_index = push_index,
	};
	return message_categories(view, i, round->arena, &ret->categories);
}

/** What was written into the log for one accepted push. */
struct accepted {
	uint64_t index;                         /* of the sender's event */
	uint64_t receivers[SLUIS_RECIPIENTS_MAX]; /* of each receiver's own */
};

static enum sluis_err
store_accepted(struct round *round, const struct message_view *view, const struct job *job,
    const struct sluis_verdict *verdict, const struct accepted *accepted)
{
	struct store_message row = {
		.id = view->message_id,
		.case_id = view->case_id,
		.manifest_hash = view->manifest->hash,
		.sender_handle = view->sender->handle,
		.purpose = view->act.purpose,
		.retention = view->act.retention,
		.state = STORE_MESSAGE_ACCEPTED,
		.accepted_ms = round->now_ms,
		.expires_ms = verdict->expires_ms,
		.event_index = accepted->index,
		.link = view->link.kind,
		.target = view->link.target,
	};
	struct store_recipient recipients[SLUIS_RECIPIENTS_MAX];
	uint64_t sizes[SLUIS_SECTIONS_MAX];
	size_t n = 0;

	SLUIS_TRY(sluis_codec_pack(&job->ask->push->base, round->arena, &row.push));
	for (size_t i = 0; i < view->manifest->n_recipients; i++) {
		if (view->members[i] != NULL)
			SLUIS_TRY(recipient_row(view, i, round, accepted->receivers[i], &recipients[n++]));
	}
	for (size_t i = 0; i < view->manifest->n_sections; i++)
		sizes[i] = view->manifest->sections[i]->file_size;
	return store_message_add(round->tx, &row, recipients, n, job->body, sizes,
	    view->manifest->n_sections);
}

/* How many sections that ${recipient} gets (-1: of all) hold a number that their sender released as no BSN. */
static unsigned
released_for(const struct message_view *view, int recipient)
{
	unsigned n = 0;

	for (size_t i = 0; i < view->manifest->n_sections; i++) {
		if ((view->manifest->sections[i]->flags & SLUIS_SECTION_FLAG_NOT_BSN) != 0 &&
		    (recipient < 0 || (view->sections[i].recipients >> recipient & 1) != 0))
			n++;
	}
	return n;
}

/** The facts that an event of acceptance bears: how release is judged, and what the officer should see. */
struct acceptance_facts {
	Sluis__Fact step;
	Sluis__Fact not_bsn;
	Sluis__Fact *list[4];
	char count[16];
};

static enum sluis_err
say_facts(const struct message_view *view, int recipient, struct sluis_arena *arena,
    struct acceptance_facts *facts, struct event_words *words)
{
	const unsigned released = released_for(view, recipient);

	sluis__fact__init(&facts->step);
	sluis__fact__init(&facts->not_bsn);
	facts->list[0] = &facts->step;
	facts->list[1] = &facts->not_bsn;
	facts->step.fact_code = sluis_pb(sluis_bytes_text("step"));
	facts->step.value_text = sluis_pb(view->facts.of_case.step);
	snprintf(facts->count, sizeof(facts->count), "%u", released);
	facts->not_bsn.fact_code = sluis_pb(sluis_bytes_text("not-bsn"));
	facts->not_bsn.value_text = sluis_pb(sluis_bytes_text(facts->count));
	words->facts = facts->list;
	words->fact_count = released > 0 ? 2 : 1;
	return link_fact(&view->link, words, arena);
}

static uint64_t
size_for(const struct message_view *view, size_t recipient)
{
	uint64_t size = 0;

	for (size_t i = 0; i < view->manifest->n_sections; i++) {
		if ((view->sections[i].recipients >> recipient & 1) != 0)
			size += view->manifest->sections[i]->file_size;
	}
	return size;
}

/*
 * Nobody learns of a section or receiver that is not its own (promise `minimal`): with several receivers the event
 * that names them all is the sender's alone, and each receiver has one that names only it.
 */
static enum sluis_err
log_accepted(struct round *round, const struct message_view *view, struct event_words *words,
    struct accepted *ret)
{
	words->view = words->party_count > 1 ? EVENT_FOR_ACTOR : EVENT_FOR_ALL;
	SLUIS_TRY(ledger_event(round, words, &ret->index));
	for (size_t i = 0; i < view->manifest->n_recipients; i++) {
		struct event_words own = *words;
		struct acceptance_facts facts;

		ret->receivers[i] = ret->index;
		if (words->party_count <= 1 || view->members[i] == NULL)
			continue;
		own.view = EVENT_FOR_PARTIES;
		own.size = size_for(view, i);
		SLUIS_TRY(say_facts(view, (int)i, round->arena, &facts, &own));
		SLUIS_TRY(message_parties(view, (int)i, round->arena, &own.parties, &own.party_count));
		SLUIS_TRY(ledger_event(round, &own, &ret->receivers[i]));
	}
	return SLUIS_OK;
}

static enum sluis_err
accept(struct round *round, struct plan *plan, const struct message_view *view,
    const struct replay_act *act, const struct sluis_verdict *verdict)
{
	struct event_words words = plan->about;
	const struct review_about about = {
		.about = STORE_REVIEW_MESSAGE,
		.thing = view->message_id,
		.case_id = view->case_id,
		.ground = view->act.ground,
	};
	struct acceptance_facts facts;
	struct accepted accepted;

	words.type = "push";
	words.outcome = "permit";
	words.rule = sluis_rule_text(verdict->rule);
	words.act_hash = &plan->job->act_hash;
	words.actor = view->sender;
	words.actor_role = verdict->sender_role;
	words.message_id = &view->message_id;
	words.size = view->manifest->files_size;
	/* the step and the role of acceptance are what release is judged by */
	SLUIS_TRY(say_facts(view, -1, round->arena, &facts, &words));
	SLUIS_TRY(log_accepted(round, view, &words, &accepted));
	SLUIS_TRY(store_accepted(round, view, plan->job, verdict, &accepted));
	SLUIS_TRY(link_close(round, view, accepted.index));
	if (sluis_policy_ground(round->commit->policy, view->act.ground)->is_reviewed)
		SLUIS_TRY(review_open(round, plan, &about));
	SLUIS_TRY(replay_remember(round, plan, act, accepted.index, false));
	usage_add(round->commit->usage, view->sender->handle, round->now_ms);
	return plan_done(round, plan, accepted.index);
}

/* PROTOCOL 12: an event has a greatest size. What one larger would tell, nobody could read, nor what comes after it. */
static void
say_less(struct event_words *about, const char **ret_rule)
{
	*ret_rule = NULL;
	if (message_parties_fit(about->parties, about->party_count))
		return;
	for (size_t i = 0; i < about->party_count; i++)
		about->parties[i]->n_category_codes = 0;
	*ret_rule = "too-large";
}

/*
 * Refused or not, the officers of sender and receivers see what was tried: purpose, ground, receivers and categories;
 * never content. Each receiver's officer sees that receiver only, as in log_accepted.
 */
static enum sluis_err
say_about(struct plan *plan, const struct message_view *view, const char **ret_rule)
{
	plan->about = (struct event_words){
		.view = EVENT_FOR_ACTOR,
		.case_id = &view->case_id,
		.purpose = view->act.purpose,
		.ground = view->act.ground,
		.grant = view->manifest->m->grant,
	};
	SLUIS_TRY(message_parties(view, -1, plan->job->arena, &plan->about.parties,
	    &plan->about.party_count));
	if (plan->about.party_count == 1)
		plan->about.view = EVENT_FOR_ALL;
	say_less(&plan->about, ret_rule);
	return SLUIS_OK;
}

static enum sluis_err
refuse(struct round *round, struct plan *plan, const struct message_view *view,
    const struct replay_act *act, const char *rule, const struct sluis_verdict *verdict)
{
	struct event_words own = plan->about;

	SLUIS_TRY(replay_refuse(round, plan, act, rule, verdict));
	if (own.view == EVENT_FOR_ALL || strcmp(rule, "not-found") == 0)
		return SLUIS_OK;
	own.view = EVENT_FOR_PARTIES;
	own.type = act->event_type;
	own.outcome = "refuse";
	own.rule = rule;
	own.act_hash = &plan->job->act_hash;
	own.actor = view->sender;
	for (size_t i = 0; i < view->manifest->n_recipients; i++) {
		uint64_t index;

		if (view->members[i] == NULL)
			continue;
		SLUIS_TRY(message_parties(view, (int)i, plan->job->arena, &own.parties, &own.party_count));
		SLUIS_TRY(ledger_event(round, &own, &index));
	}
	return SLUIS_OK;
}

enum sluis_err
push_handle(struct round *round, struct plan *plan)
{
	const struct sluis_manifest *manifest = &plan->job->manifest;
	struct message_view *view = sluis_arena_alloc(plan->job->arena, sizeof(*view));
	struct replay_act act = {
		.created_ms = (int64_t)manifest->m->created_ms,
		.until_ms = (int64_t)manifest->m->expires_ms + SLUIS_ID_MEMORY_MS,
		.event_type = "push",
	};
	const struct sluis_id id = sluis_id_of(manifest->m->message_id);
	struct sluis_verdict verdict;
	const char *rule = NULL;
	bool is_new;

	if (view == NULL)
		return SLUIS_ENOMEM;
	act.key = replay_key(&id);
	SLUIS_TRY(replay_admit(round, plan, &act, &is_new));
	if (!is_new)
		return SLUIS_OK;
	SLUIS_TRY(message_view_init(round, manifest, plan->job->member, plan->job->arena, view));
	SLUIS_TRY(say_about(plan, view, &rule));
	if (rule == NULL)
		SLUIS_TRY(check_world(round, view, &rule));
	if (rule == NULL)
		SLUIS_TRY(link_check(round, view, plan->job->arena, &rule));
	if (rule != NULL)
		return refuse(round, plan, view, &act, rule, NULL);
	verdict = sluis_policy_decide(round->commit->policy, &view->facts, &view->act, round->now_ms);
	link_judge(round, view, &verdict);
	if (verdict.outcome != SLUIS_PERMIT)
		return refuse(round, plan, view, &act, sluis_rule_text(verdict.rule), &verdict);
	/* An intent that might be pushed needs no ticket: what fits into a message goes without. */
	if (plan->job->ask->act_case == SLUIS__ASK__ACT_INTENT)
		return refuse(round, plan, view, &act, "malformed", NULL);
	return accept(round, plan, view, &act, &verdict);
}
