/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>

#include "commit/internal.h"
#include "commit/replay.h"
#include "commit/revocation.h"
#include "hash.h"
#include "limits.h"
#include "log.h"
#include "record.h"

/*
 * May this member do this act of the registry? NULL rule: yes. The role stands in a record; whether the registrars still name
 * its holder, in the keys log (PROTOCOL 7.2: "the role alone makes nobody a registrar").
 */
static enum sluis_err
may(struct round *round, const struct job *job, const char *act_code, struct sluis_verdict *ret,
    const char **ret_rule)
{
	const struct sluis_act act = { .code = sluis_bytes_text(act_code) };
	struct sluis_facts facts = { .recipient_count = 0 };

	SLUIS_TRY(facts_member(round, job->member, &facts.sender));
	*ret = sluis_policy_decide(round->commit->policy, &facts, &act, round->now_ms);
	if (ret->outcome == SLUIS_PERMIT &&
	    !sluis_directory_is_registrar(round->commit->directory, job->member->handle))
		*ret = (struct sluis_verdict){ .outcome = SLUIS_REFUSE, .rule = SLUIS_RULE_ACT_ROLE,
			.section = -1, .recipient = -1, .detail = act.code };
	*ret_rule = ret->outcome == SLUIS_PERMIT ? NULL : sluis_rule_text(ret->rule);
	return SLUIS_OK;
}

static enum sluis_err
log_done(struct round *round, struct plan *plan, const char *type, uint64_t *ret_index)
{
	struct event_words words = plan->about;

	words.type = type;
	words.outcome = "permit";
	words.rule = "act";
	words.act_hash = &plan->job->act_hash;
	words.actor = plan->job->member;
	SLUIS_TRY(ledger_event(round, &words, ret_index));
	return plan_done(round, plan, *ret_index);
}

/* ---- invite ---- */

enum sluis_err
invite_handle(struct round *round, struct plan *plan)
{
	const Sluis__Invite *invite = (const Sluis__Invite *)plan->job->act;
	const struct sluis_hash hash = sluis_hash_of(invite->invite_hash);
	const struct replay_act act = {
		.key = plan->job->act_hash,
		.created_ms = (int64_t)invite->created_ms,
		.until_ms = (int64_t)invite->expires_ms,
		.event_type = "invite",
	};
	struct sluis_verdict verdict;
	const char *rule;
	uint64_t index;
	bool is_new;

	SLUIS_TRY(replay_admit(round, plan, &act, &is_new));
	if (!is_new)
		return SLUIS_OK;
	SLUIS_TRY(may(round, plan->job, "registry-invite", &verdict, &rule));
	if (rule != NULL)
		return replay_refuse(round, plan, &act, rule, &verdict);
	SLUIS_TRY(store_invite_put(round->tx, &hash, sluis_of(invite->handle),
	    sluis_of(invite->organisation_handle), (int64_t)invite->expires_ms));
	SLUIS_TRY(log_done(round, plan, "invite", &index));
	return replay_remember(round, plan, &act, index, false);
}

/* ---- enrol: the one act of a stranger ---- */

static enum sluis_err
check_invite(struct round *round, struct plan *plan, const Sluis__Record *record,
    struct sluis_hash *ret_invite, bool *ret_ok)
{
	const Sluis__AskEnrol *ask = plan->job->ask->enrol;
	struct sluis_bytes handle, organisation;
	int64_t expires_ms;
	bool used;
	enum sluis_err err;

	*ret_ok = false;
	if (ask->code_bytes.len != SLUIS_INVITE_CODE_BYTES)
		return SLUIS_OK;
	*ret_invite = sluis_record_invite_hash(ask->code_bytes.data);
	err = store_invite_get(round->tx, ret_invite, plan->job->arena, &handle, &organisation,
	    &expires_ms, &used);
	if (err == SLUIS_ENOTFOUND)
		return SLUIS_OK;
	SLUIS_TRY(err);
	*ret_ok = !used && expires_ms > round->now_ms &&
	    sluis_bytes_equal(handle, sluis_of(record->handle)) &&
	    sluis_bytes_equal(organisation, sluis_of(record->organisation_handle));
	return SLUIS_OK;
}

/* Would the keys log take it? An organisation that is new can only be judged for itself yet. */
static enum sluis_err
judge(struct round *round, const Sluis__AskEnrol *ask, const char **ret_rule)
{
	struct sluis_directory_fault fault;
	struct sluis_bytes entry;
	enum sluis_err err;

	*ret_rule = NULL;
	if (ask->organisation != NULL)
		SLUIS_TRY(sluis_record_entry(SLUIS_ENTRY_ORGANISATION, ask->organisation,
		    round->arena, &entry));
	else
		SLUIS_TRY(sluis_record_entry(SLUIS_ENTRY_RECORD, ask->record, round->arena, &entry));
	err = sluis_directory_judge(round->commit->directory, entry, &fault);
	if (err == SLUIS_EKEYSLOG) {
		*ret_rule = fault.rule;
		return SLUIS_OK;
	}
	return err;
}

/* CRL at enrolment: a chain on a list never gets into the log. */
static enum sluis_err
check_revocation(struct round *round, const Sluis__AskEnrol *ask, const char **ret_rule,
    struct sluis_why *why)
{
	struct sluis_bytes chain[8];
	struct sluis_organisation organisation = { .certificates = chain };
	Sluis__Organisation *payload = NULL;
	bool is_revoked = false;

	if (ask->organisation == NULL)
		return SLUIS_OK; /* known ones are judged daily */
	SLUIS_TRY(SLUIS_UNPACK(organisation, Organisation,
	    sluis_of(ask->organisation->payload_bytes), SLUIS_KEYS_ENTRY_MAX_BYTES, round->arena,
	    &payload));
	if (payload->n_certificate_bytes > SLUIS_ARRAY_LEN(chain))
		return SLUIS_EFORMAT;
	for (size_t i = 0; i < payload->n_certificate_bytes; i++)
		chain[organisation.n_certificates++] = sluis_of(payload->certificate_bytes[i]);
	SLUIS_TRY(revocation_judge(round->commit->revocation, round->commit->directory, &organisation,
	    round->now_ms, &is_revoked, why));
	if (is_revoked)
		*ret_rule = "certificate-invalid";
	return SLUIS_OK;
}

enum sluis_err
enrol_handle(struct round *round, struct plan *plan)
{
	const Sluis__AskEnrol *ask = plan->job->ask->enrol;
	const Sluis__Record *record = (const Sluis__Record *)plan->job->act;
	struct store_pending row = { .record_hash = plan->job->act_hash, .asked_ms = round->now_ms };
	struct sluis_why why = { "" };
	enum sluis_err err = SLUIS_OK;
	struct sluis_hash invite;
	const char *rule = NULL;
	uint64_t index;
	bool is_invited;

	SLUIS_TRY(check_invite(round, plan, record, &invite, &is_invited));
	if (!is_invited)
		return plan_refuse(round, plan, "enrol", "invite-invalid", NULL);
	SLUIS_TRY(judge(round, ask, &rule));
	if (rule == NULL)
		err = check_revocation(round, ask, &rule, &why);
	if (err == SLUIS_ECERTIFICATE || err == SLUIS_EIO) {
		/* our lists are at fault, not who asks */
		log_line(LOG_LEVEL_WARNING, "revocation-lists error=%s why=\"%s\"", sluis_err_name(err),
		    why.text);
		plan_unavailable(plan);
		return SLUIS_OK;
	}
	SLUIS_TRY(err);
	if (rule != NULL)
		return plan_refuse(round, plan, "enrol", rule, NULL);
	SLUIS_TRY(sluis_codec_pack(&ask->record->base, round->arena, &row.record));
	if (ask->organisation != NULL)
		SLUIS_TRY(sluis_codec_pack(&ask->organisation->base, round->arena,
		    &row.organisation));
	SLUIS_TRY(store_pending_put(round->tx, &row));
	SLUIS_TRY(store_invite_use(round->tx, &invite));
	return log_done(round, plan, "enrol", &index);
}

/* ---- pending, approve ---- */

static enum sluis_err
pending_row(struct sluis_arena *arena, const struct store_pending *row, Sluis__PendingRow **ret)
{
	Sluis__PendingRow *p = sluis_arena_alloc(arena, sizeof(*p));

	if (p == NULL)
		return SLUIS_ENOMEM;
	sluis__pending_row__init(p);
	p->asked_ms = (uint64_t)row->asked_ms;
	SLUIS_TRY(SLUIS_UNPACK(signed, Signed, row->record, SLUIS_FRAME_MAX_BYTES, arena, &p->record));
	if (row->organisation.len > 0)
		SLUIS_TRY(SLUIS_UNPACK(signed, Signed, row->organisation, SLUIS_FRAME_MAX_BYTES,
		    arena, &p->organisation));
	*ret = p;
	return SLUIS_OK;
}

enum { PENDING_PAGE = 16 };

enum sluis_err
pending_handle(struct round *round, struct plan *plan)
{
	struct sluis_arena *arena = plan->job->arena;
	struct store_pending rows[PENDING_PAGE];
	Sluis__TellPending *tell = sluis_arena_alloc(arena, sizeof(*tell));
	Sluis__PendingRow **list = sluis_arena_alloc(arena, sizeof(*list) * PENDING_PAGE);
	struct sluis_verdict verdict;
	const char *rule;
	size_t count = 0;

	if (tell == NULL || list == NULL)
		return SLUIS_ENOMEM;
	SLUIS_TRY(may(round, plan->job, "registry-approve", &verdict, &rule));
	if (rule != NULL)
		return plan_refuse(round, plan, "request", rule, &verdict);
	SLUIS_TRY(store_pending_list(round->tx, PENDING_PAGE, arena, rows, &count));
	sluis__tell_pending__init(tell);
	for (size_t i = 0; i < count; i++)
		SLUIS_TRY(pending_row(arena, &rows[i], &list[i]));
	tell->rows = list;
	tell->n_rows = count;
	plan->tell.status_number = 1;
	plan->tell.answer_case = SLUIS__TELL__ANSWER_PENDING;
	plan->tell.pending = tell;
	return SLUIS_OK;
}

/* The thing that is approved goes into the log together with its approval: record or organisation, then approval. */
static enum sluis_err
find_target(struct round *round, const struct sluis_hash *target, Sluis__Signed **ret_act,
    enum sluis_entry_type *ret_type)
{
	struct store_pending rows[PENDING_PAGE];
	size_t count = 0;

	*ret_act = NULL;
	SLUIS_TRY(store_pending_list(round->tx, PENDING_PAGE, round->arena, rows, &count));
	for (size_t i = 0; i < count && *ret_act == NULL; i++) {
		Sluis__PendingRow *row = NULL;
		struct sluis_hash hash;

		SLUIS_TRY(pending_row(round->arena, &rows[i], &row));
		hash = sluis_hash(sluis_of(row->record->payload_bytes));
		if (sluis_hash_equal(&hash, target)) {
			*ret_act = row->record;
			*ret_type = SLUIS_ENTRY_RECORD;
		}
		if (row->organisation == NULL)
			continue;
		hash = sluis_hash(sluis_of(row->organisation->payload_bytes));
		if (sluis_hash_equal(&hash, target)) {
			*ret_act = row->organisation;
			*ret_type = SLUIS_ENTRY_ORGANISATION;
		}
	}
	return SLUIS_OK;
}

static enum sluis_err
judge_both(struct round *round, struct sluis_bytes target, struct sluis_bytes approval,
    const char **ret_rule)
{
	SLUIS_AUTO(sluis_directory_freep)
	struct sluis_directory *trial = sluis_directory_copy(round->commit->directory);
	struct sluis_directory_fault fault;
	enum sluis_err err;

	*ret_rule = NULL;
	if (trial == NULL)
		return SLUIS_ENOMEM;
	err = sluis_directory_judge(trial, target, &fault);
	if (err == SLUIS_OK) {
		SLUIS_TRY(sluis_directory_append(trial, target, NULL));
		err = sluis_directory_judge(trial, approval, &fault);
	}
	if (err == SLUIS_EKEYSLOG) {
		*ret_rule = fault.rule;
		return SLUIS_OK;
	}
	return err;
}

static enum sluis_err
log_approval(struct round *round, struct plan *plan, enum sluis_entry_type type)
{
	uint64_t index;

	return log_done(round, plan, type == SLUIS_ENTRY_ORGANISATION ? "accession" : "approve",
	    &index);
}

enum sluis_err
approve_handle(struct round *round, struct plan *plan)
{
	const Sluis__Approval *approval = (const Sluis__Approval *)plan->job->act;
	const struct sluis_hash target = sluis_hash_of(approval->target_hash);
	enum sluis_entry_type type = SLUIS_ENTRY_RECORD;
	struct sluis_bytes target_entry, approval_entry;
	struct sluis_verdict verdict;
	Sluis__Signed *act = NULL;
	const char *rule;

	SLUIS_TRY(may(round, plan->job, "registry-approve", &verdict, &rule));
	if (rule != NULL)
		return plan_refuse(round, plan, "approve", rule, &verdict);
	SLUIS_TRY(find_target(round, &target, &act, &type));
	if (act == NULL)
		return plan_refuse(round, plan, "approve", "not-found", NULL);
	SLUIS_TRY(sluis_record_entry(type, act, round->arena, &target_entry));
	SLUIS_TRY(sluis_record_entry(SLUIS_ENTRY_APPROVAL, plan->job->ask->approve->approval,
	    round->arena, &approval_entry));
	SLUIS_TRY(judge_both(round, target_entry, approval_entry, &rule));
	if (rule != NULL)
		return plan_refuse(round, plan, "approve", rule, NULL);
	SLUIS_TRY(ledger_keys(round, target_entry, NULL));
	SLUIS_TRY(ledger_keys(round, approval_entry, NULL));
	if (type == SLUIS_ENTRY_RECORD)
		SLUIS_TRY(store_pending_drop(round->tx, &target));
	return log_approval(round, plan, type);
}

/* ---- suspension, policy ---- */

static enum sluis_err
append_judged(struct round *round, struct plan *plan, enum sluis_entry_type type, Sluis__Signed *act,
    const char *event_type, bool *ret_done)
{
	struct sluis_directory_fault fault;
	struct sluis_bytes entry;
	uint64_t index;
	enum sluis_err err;

	*ret_done = false;
	SLUIS_TRY(sluis_record_entry(type, act, round->arena, &entry));
	err = sluis_directory_judge(round->commit->directory, entry, &fault);
	if (err == SLUIS_EKEYSLOG)
		return plan_refuse(round, plan, event_type, fault.rule, NULL);
	SLUIS_TRY(err);
	SLUIS_TRY(ledger_keys(round, entry, NULL));
	*ret_done = true;
	return log_done(round, plan, event_type, &index);
}

enum sluis_err
suspension_handle(struct round *round, struct plan *plan)
{
	struct sluis_verdict verdict;
	const char *rule;
	bool done;

	SLUIS_TRY(may(round, plan->job, "registry-suspend", &verdict, &rule));
	if (rule != NULL)
		return plan_refuse(round, plan, "suspend", rule, &verdict);
	return append_judged(round, plan, SLUIS_ENTRY_SUSPENSION, plan->job->ask->suspension,
	    "suspend", &done);
}

enum sluis_err
policy_put_handle(struct round *round, struct plan *plan)
{
	const Sluis__PolicyVersion *version = (const Sluis__PolicyVersion *)plan->job->act;
	const struct sluis_hash named = sluis_hash_of(version->policy_hash);
	const struct sluis_hash hash = sluis_hash(plan->job->body);
	struct sluis_policy *parsed = NULL;
	struct sluis_verdict verdict;
	const char *rule;
	bool done;

	SLUIS_TRY(may(round, plan->job, "registry-policy", &verdict, &rule));
	if (rule != NULL)
		return plan_refuse(round, plan, "policy", rule, &verdict);
	if (!sluis_hash_equal(&named, &hash) ||
	    sluis_policy_parse(plan->job->body, NULL, &parsed) != SLUIS_OK)
		return plan_refuse(round, plan, "policy", "malformed", NULL);
	sluis_policy_free(parsed);
	SLUIS_TRY(append_judged(round, plan, SLUIS_ENTRY_POLICY, plan->job->ask->policy_put->policy,
	    "policy", &done));
	if (!done)
		return SLUIS_OK;
	return store_policy_put(round->tx, &hash, plan->job->body);
}
