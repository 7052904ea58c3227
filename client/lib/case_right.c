/* SPDX-License-Identifier: EUPL-1.2 */
#include "case_right.h"

#include <stdio.h>

#include "case_shield.h"
#include "limits.h"
#include "policies.h"

enum { CODE_MAX = sizeof("case-") + 32 };

/** One act as the decision sees it. */
struct deciding {
	const Sluis__CaseAct *act;
	char code[CODE_MAX];
	struct sluis_recipient_facts named[SLUIS_CASE_ACT_MEMBERS_MAX];
	struct sluis_ground_fact ground_facts[SLUIS_CASE_ACT_FACTS_MAX];
	struct sluis_facts facts;
	struct sluis_act decided;
};

void
sluis_case_right_facts(const struct sluis_policy *policy, const struct sluis_case *of_case,
    struct sluis_bytes handle, struct sluis_case_facts *ret)
{
	const struct sluis_codes steps = sluis_policy_codes(policy, SLUIS_KIND_STEP);

	*ret = (struct sluis_case_facts){
		.exists = of_case->next_sequence > 0,
		.is_sender_on_case = sluis_case_member(of_case, handle) != NULL,
		.step = of_case->step.len > 0 ? of_case->step : sluis_policy_first_step(policy),
		.opener = of_case->opener,
	};
	for (size_t i = 0; of_case->is_closed && i < steps.count; i++) {
		if (sluis_policy_step_is_closed(policy, steps.items[i]))
			ret->step = steps.items[i];
	}
}

/* By the record named; that the one who acted was in force then, the chain has looked at. */
static void
member_then(const struct sluis_session *session, ProtobufCBinaryData record_hash,
    struct sluis_member_facts *ret)
{
	const struct sluis_hash hash = sluis_hash_of(record_hash);
	const struct sluis_member *member = sluis_directory_member_by_record(session->directory, &hash);
	const struct sluis_organisation *organisation = member == NULL ?
	    NULL :
	    sluis_directory_organisation(session->directory, member->organisation_handle);

	*ret = (struct sluis_member_facts){ .is_active = member != NULL };
	if (member == NULL)
		return;
	ret->handle = member->handle;
	ret->organisation = member->organisation_handle;
	ret->regime = organisation == NULL ? sluis_bytes(NULL, 0) : organisation->regime;
	ret->roles = (struct sluis_codes){ .items = member->roles, .count = member->n_roles };
	ret->is_certificate_valid = true;
	ret->is_federation_body = sluis_bytes_equal(member->organisation_handle,
	    sluis_directory_genesis(session->directory)->body_handle);
}

static enum sluis_err
named_then(const struct sluis_session *session, const struct sluis_case *of_case, const Sluis__CaseMember *named,
    struct sluis_arena *arena, struct sluis_recipient_facts *ret)
{
	const struct sluis_hash hash = sluis_hash_of(named->record_hash);
	const struct sluis_member *member = sluis_directory_member_by_record(session->directory, &hash);

	ret->kind = SLUIS_RECIPIENT_MEMBER;
	ret->is_on_case = sluis_case_member(of_case, sluis_of(named->handle)) != NULL;
	member_then(session, named->record_hash, &ret->member);
	return member == NULL ? SLUIS_OK :
				sluis_case_shields(of_case, session->directory, member, arena, ret);
}

static enum sluis_err
fill(const struct sluis_session *session, const struct sluis_policy *policy,
    const struct sluis_case *of_case, struct sluis_arena *arena, struct deciding *d)
{
	const Sluis__CaseAct *act = d->act;

	snprintf(d->code, sizeof(d->code), "case-%.*s", (int)act->act_code.len,
	    (const char *)act->act_code.data);
	d->decided.code = sluis_bytes_text(d->code);
	d->decided.created_ms = (int64_t)act->created_ms;
	member_then(session, act->record_hash, &d->facts.sender);
	sluis_case_right_facts(policy, of_case, d->facts.sender.handle, &d->facts.of_case);
	for (size_t i = 0; i < act->n_members; i++)
		SLUIS_TRY(named_then(session, of_case, act->members[i], arena, &d->named[i]));
	d->facts.recipients = d->named;
	d->facts.recipient_count = act->n_members;
	for (size_t i = 0; i < act->n_facts; i++) {
		d->ground_facts[i].key = sluis_of(act->facts[i]->fact_code);
		d->ground_facts[i].value = sluis_of(act->facts[i]->value_text);
		if (sluis_bytes_is_text(d->ground_facts[i].key, "step"))
			d->decided.step = d->ground_facts[i].value;
	}
	d->decided.ground_facts = d->ground_facts;
	d->decided.ground_fact_count = act->n_facts;
	return SLUIS_OK;
}

/* A broker takes an act from 5 minutes ahead of its clock to 5 days behind it, by the policy in force at that moment. */
static bool
is_policy_of_then(const struct sluis_session *session, const Sluis__CaseAct *act,
    const struct sluis_hash *hash)
{
	const int64_t created_ms = (int64_t)act->created_ms;

	return sluis_directory_policy_held(session->directory, act->keys->tree_size, hash,
	    created_ms - SLUIS_ACT_MAX_AHEAD_MS, created_ms + SLUIS_ACT_MAX_AGE_MS);
}

static enum sluis_err
wrong(struct sluis_why *why, const Sluis__CaseAct *act, const char *text)
{
	snprintf(why->text, sizeof(why->text), "%s %.*s: %s", _("act"), (int)act->act_code.len,
	    (const char *)act->act_code.data, text);
	return SLUIS_EPROOF;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_case_right_check(struct sluis_session *session, const struct sluis_case *of_case,
    const Sluis__Signed *act, struct sluis_why *why, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(SLUIS_ARENA_MAX_BYTES);
	const struct sluis_policy *policy = NULL;
	struct deciding *d = arena == NULL ? NULL : sluis_arena_alloc(arena, sizeof(*d));
	struct sluis_verdict verdict;
	Sluis__CaseAct *payload = NULL;
	struct sluis_hash hash;
	enum sluis_err err;

	if (d == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("reading the case"));
	err = SLUIS_UNPACK(case_act, CaseAct, sluis_of(act->payload_bytes), SLUIS_CASE_ACT_MAX_BYTES, arena, &payload);
	if (err != SLUIS_OK)
		return sluis_fail_err(failure, err, _("reading the case"));
	d->act = payload;
	hash = sluis_hash_of(payload->policy_hash);
	if (!is_policy_of_then(session, payload, &hash))
		return wrong(why, payload, _("by a policy that was not in force then"));
	err = sluis_policies_get(session, &hash, &policy, failure);
	if (err == SLUIS_EREFUSED || (err == SLUIS_OK && policy == NULL))
		return wrong(why, payload, _("by a policy that the broker does not show"));
	SLUIS_TRY(err);
	if (fill(session, policy, of_case, arena, d) != SLUIS_OK)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("reading the case"));
	if (!sluis_policy_has(policy, SLUIS_KIND_ACT, d->decided.code))
		return wrong(why, payload, _("the policy does not know it"));
	verdict = sluis_policy_decide(policy, &d->facts, &d->decided, d->decided.created_ms);
	if (verdict.outcome != SLUIS_PERMIT)
		return wrong(why, payload, sluis_rule_text(verdict.rule));
	return SLUIS_OK;
}
