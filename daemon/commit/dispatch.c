/* SPDX-License-Identifier: EUPL-1.2 */
#include "commit/internal.h"

#include <stdio.h>

/* clang-format off */
static const struct {
	Sluis__Ask__ActCase act;
	handler handle;
	const char *event_type; /* of a refusal before the handler */
	bool for_strangers;
	bool needs_clock;       /* hangs on time: refused while the clock is not sane */
	bool needs_room;        /* waits while the disk is full: what is kept back is for all the rest */
} HANDLERS[] = {
	{ SLUIS__ASK__ACT_HELLO,      hello_handle,      "request",    true,  false, false },
	{ SLUIS__ASK__ACT_KEYS,       keys_handle,       "request",    true,  false, false },
	{ SLUIS__ASK__ACT_POLICY,     policy_handle,     "request",    true,  false, false },
	{ SLUIS__ASK__ACT_ENROL,      enrol_handle,      "enrol",      true,  true,  false },
	{ SLUIS__ASK__ACT_PUSH,       push_handle,       "push",       false, true,  true },
	{ SLUIS__ASK__ACT_INTENT,     push_handle,       "push",       false, true,  false },
	{ SLUIS__ASK__ACT_FETCH,      fetch_handle,      "release",    false, true,  true },
	{ SLUIS__ASK__ACT_RECEIPT,    receipt_handle,    "receipt",    false, false, false },
	{ SLUIS__ASK__ACT_INBOX,      inbox_handle,      "request",    false, false, false },
	{ SLUIS__ASK__ACT_STATUS,     status_handle,     "request",    false, false, false },
	{ SLUIS__ASK__ACT_CASES,      cases_handle,      "request",    false, false, false },
	{ SLUIS__ASK__ACT_CASE,       case_handle,       "request",    false, false, false },
	{ SLUIS__ASK__ACT_CASE_ACT,   case_act_handle,   "refused",    false, true,  false },
	{ SLUIS__ASK__ACT_GRANT,      grant_handle,      "grant",      false, true,  false },
	{ SLUIS__ASK__ACT_REFUSAL,    refusal_handle,    "consent-refusal", false, false, false },
	{ SLUIS__ASK__ACT_REVIEW,     review_handle,     "review-close", false, false, false },
	{ SLUIS__ASK__ACT_REVIEWS,    reviews_handle,    "request",    false, false, false },
	{ SLUIS__ASK__ACT_INQUIRY,    inquiry_handle,    "inquiry",    false, true,  false },
	{ SLUIS__ASK__ACT_INQUIRY_ANSWER, inquiry_answer_handle, "inquiry-answer", false, true, false },
	{ SLUIS__ASK__ACT_RESENDS,    resends_handle,    "request",    false, false, false },
	{ SLUIS__ASK__ACT_INQUIRIES,  inquiries_handle,  "request",    false, false, false },
	{ SLUIS__ASK__ACT_GRANTS,     grants_handle,     "request",    false, false, false },
	{ SLUIS__ASK__ACT_INVITE,     invite_handle,     "invite",     false, true,  false },
	{ SLUIS__ASK__ACT_PENDING,    pending_handle,    "request",    false, false, false },
	{ SLUIS__ASK__ACT_APPROVE,    approve_handle,    "approve",    false, true,  false },
	{ SLUIS__ASK__ACT_SUSPENSION, suspension_handle, "suspend",    false, false, false },
	{ SLUIS__ASK__ACT_POLICY_PUT, policy_put_handle, "policy",     false, true,  false },
	{ SLUIS__ASK__ACT_EVENTS,     events_handle,     "request",    false, false, false },
	{ SLUIS__ASK__ACT_LEAVES,     leaves_handle,     "request",    false, false, false },
	{ SLUIS__ASK__ACT_PROOF,      proof_handle,      "request",    false, false, false },
};
/* clang-format on */

/* What intake found wrong, as a rule. */
static const char *
rule_of(enum sluis_err err)
{
	if (err == SLUIS_ESIGNATURE)
		return "signature";
	if (err == SLUIS_EHASH)
		return "section-hash";
	if (err == SLUIS_ECONTEXT)
		return "section-context";
	if (err == SLUIS_EHEADER)
		return "stanza-count";
	if (err == SLUIS_ETOOBIG)
		return "too-large";
	return "malformed";
}

static enum sluis_err
check_member(struct round *round, struct plan *plan, const char *event_type, bool *ret_ok)
{
	const struct sluis_member *member = plan->job->member;
	struct sluis_member_facts facts;

	*ret_ok = false;
	if (member == NULL)
		return plan_refuse(round, plan, event_type, "member-inactive", NULL);
	SLUIS_TRY(facts_member(round, member, &facts));
	if (!facts.is_active)
		return plan_refuse(round, plan, event_type, "member-inactive", NULL);
	if (!facts.is_certificate_valid)
		return plan_refuse(round, plan, event_type, "certificate-invalid", NULL);
	*ret_ok = true;
	return SLUIS_OK;
}

static enum sluis_err
dispatch_kind(struct round *round, struct plan *plan, size_t kind)
{
	const struct job *job = plan->job;
	bool ok = true;

	if (!HANDLERS[kind].for_strangers)
		SLUIS_TRY(check_member(round, plan, HANDLERS[kind].event_type, &ok));
	if (!ok)
		return SLUIS_OK;
	if (job->verified != SLUIS_OK)
		return plan_refuse(round, plan, HANDLERS[kind].event_type, rule_of(job->verified),
		    NULL);
	if ((HANDLERS[kind].needs_clock && !round->commit->clock.is_sane) ||
	    (HANDLERS[kind].needs_room && round->commit->is_full)) {
		plan_unavailable(plan);
		return SLUIS_OK;
	}
	return HANDLERS[kind].handle(round, plan);
}

/* A minute in which a member was answered busy is one event (design 5); nobody waits for an answer to it. */
static enum sluis_err
note_busy(struct round *round, const struct job *job)
{
	char text[16];
	Sluis__Fact count = SLUIS__FACT__INIT, *facts[] = { &count };
	const struct event_words words = { .type = "busy", .outcome = "note", .rule = "busy",
		.actor = job->member, .facts = facts, .fact_count = 1 };
	uint64_t index;

	if (job->member == NULL)
		return SLUIS_OK;
	snprintf(text, sizeof(text), "%u", job->busy_count);
	count.fact_code = sluis_pb(sluis_bytes_text("count"));
	count.value_text = sluis_pb(sluis_bytes_text(text));
	return ledger_event(round, &words, &index);
}

SLUIS_MUST_CHECK enum sluis_err
dispatch(struct round *round, struct plan *plan)
{
	const struct job *job = plan->job;

	sluis__tell__init(&plan->tell);
	if (job->busy_count > 0)
		return note_busy(round, job);
	if (job->ask == NULL || job->verified == SLUIS_EBUSY || job->verified == SLUIS_ENOMEM) {
		plan_unavailable(plan);
		return SLUIS_OK;
	}
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(HANDLERS); i++) {
		if (HANDLERS[i].act == job->ask->act_case)
			return dispatch_kind(round, plan, i);
	}
	plan->tell.status_number = 4; /* malformed: nothing that this release serves */
	return SLUIS_OK;
}
