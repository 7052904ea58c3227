/* SPDX-License-Identifier: EUPL-1.2 */
#include "intent.h"

#include "case_shield.h"
#include "officers.h"
#include "push_link.h"
#include "receivers.h"

static struct sluis_bytes
retention_of(const struct sluis_session *session)
{
	const struct sluis_policy_retention *retention =
	    sluis_policy_retention_for(session->policy, SLUIS_USE_MESSAGE);

	return retention == NULL ? sluis_bytes_text("transit") : retention->code;
}

static enum sluis_err
find_grant(struct sluis_session *session, struct sluis_push_intent *intent, struct sluis_arena *arena,
    struct sluis_failure *failure)
{
	const struct sluis_id *id = intent->request->grant_id;
	struct sluis_grants all;

	if (id == NULL)
		return SLUIS_OK;
	intent->facts.grant.is_named = true;
	SLUIS_TRY(sluis_grants_get(session, &intent->request->case_id, arena, &all, failure));
	for (size_t i = 0; i < all.n_rows && !intent->has_grant; i++) {
		if (!sluis_bytes_equal(sluis_of(all.rows[i].grant->grant_id),
			sluis_bytes(id->bytes, SLUIS_ID_BYTES)))
			continue;
		intent->grant = all.rows[i];
		intent->has_grant = true;
	}
	if (!intent->has_grant)
		return SLUIS_OK; /* not-found, says the decision */
	return sluis_fail_err(failure, sluis_grants_facts(&all, &intent->grant, &intent->request->case_id, arena,
	    &intent->facts.grant), _("reading the grant"));
}

static enum sluis_err
gather_recipients(struct sluis_session *session, struct sluis_arena *arena, struct sluis_push_intent *intent)
{
	for (size_t i = 0; i < intent->n_members; i++) {
		struct sluis_recipient_facts *r = &intent->recipients[i];

		r->kind = SLUIS_RECIPIENT_MEMBER;
		r->is_on_case = sluis_case_member(intent->of_case, intent->members[i]->handle) != NULL;
		r->is_for_secrets = i >= intent->n_named;
		sluis_session_facts(session, intent->members[i], &r->member);
		SLUIS_TRY(sluis_case_shields(intent->of_case, session->directory, intent->members[i], arena, r));
	}
	intent->facts.recipients = intent->recipients;
	intent->facts.recipient_count = intent->n_members;
	return SLUIS_OK;
}

static bool
has_secret(const struct sluis_session *session, const struct sluis_push_request *request)
{
	for (size_t i = 0; i < request->n_sections; i++) {
		const struct sluis_policy_category *category =
		    sluis_policy_category(session->policy, request->sections[i].category);

		if (category != NULL && category->is_officers_only)
			return true;
	}
	return false;
}

/* The ground or a row of the purpose asks for one: else nobody has a right to it, officers neither. */
static bool
has_place(const struct sluis_session *session, const struct sluis_push_request *request)
{
	const struct sluis_policy_ground *ground = sluis_policy_ground(session->policy, request->ground);

	if (ground != NULL && ground->needs_justification)
		return true;
	for (size_t i = 0; i < sluis_policy_row_count(session->policy); i++) {
		const struct sluis_policy_row *row = sluis_policy_row(session->policy, i);

		for (size_t k = 0; sluis_bytes_equal(row->purpose, request->purpose) && k < row->categories.count; k++) {
			if (sluis_policy_category(session->policy, row->categories.items[k])->is_officers_only)
				return true;
		}
	}
	return false;
}

/* Who is named already gets it with the rest; a list that is full is refused for what it then lacks. */
static void
add_member(struct sluis_push_intent *intent, const struct sluis_member *member)
{
	for (size_t i = 0; i < intent->n_members; i++) {
		if (sluis_bytes_equal(intent->members[i]->handle, member->handle))
			return;
	}
	if (intent->n_members < SLUIS_RECIPIENTS_MAX)
		intent->members[intent->n_members++] = member;
}

/* The decision's facts of who is in charge, and those members among the receivers, where there is something for them. */
static void
add_officers(struct sluis_session *session, struct sluis_push_intent *intent)
{
	struct sluis_officers officers;

	intent->n_named = intent->n_members;
	sluis_officers_in_charge(session->directory, session->policy, session->self->organisation_handle,
	    sluis_now_ms(), &officers);
	intent->facts.has_sender_officer = officers.is_own;
	intent->facts.officer_count = officers.count;
	if (!has_secret(session, intent->request) || !has_place(session, intent->request))
		return;
	for (size_t i = 0; i < officers.count; i++)
		add_member(intent, officers.members[i]);
	add_member(intent, session->self);
}

static void
fill_act(struct sluis_session *session, struct sluis_push_intent *intent)
{
	const struct sluis_push_request *request = intent->request;

	for (size_t i = 0; i < request->n_sections; i++) {
		intent->sections[i] = (struct sluis_section_act){
			.category = request->sections[i].category,
			.about = request->sections[i].about,
			.is_criminal = request->sections[i].is_criminal,
			.size_bytes = request->sections[i].plain.len,
		};
	}
	intent->act = (struct sluis_act){
		.code = sluis_bytes_text("push"),
		.purpose = request->purpose,
		.ground = request->ground,
		.ground_facts = request->facts,
		.ground_fact_count = request->n_facts,
		.sections = intent->sections,
		.section_count = request->n_sections,
		.retention = request->retention.len > 0 ? request->retention : retention_of(session),
		.created_ms = sluis_now_ms(),
	};
	intent->act.not_before_ms = intent->act.created_ms;
}

void
sluis_push_intent_done(struct sluis_push_intent *intent)
{
	sluis_case_free(intent->of_case);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_push_intent_decide(struct sluis_session *session, struct sluis_arena *arena, struct sluis_push_intent *intent,
    struct sluis_failure *failure)
{
	const struct sluis_push_request *request = intent->request;

	if (session->self == NULL)
		return sluis_session_refusal(session, "member-inactive", failure);
	if (request->n_sections < 1 || request->n_sections > SLUIS_SECTIONS_MAX)
		return sluis_fail(failure, SLUIS_EUSAGE, _("a message has 1 to %d sections"), SLUIS_SECTIONS_MAX);
	SLUIS_TRY(sluis_cases_get(session, &request->case_id, &intent->of_case, failure));
	SLUIS_TRY(sluis_receivers_resolve(session, intent->of_case, request->to, request->n_to,
	    intent->members, &intent->n_members, failure));
	sluis_session_facts(session, session->self, &intent->facts.sender);
	sluis_cases_facts(session, intent->of_case, session->self->handle, &intent->facts.of_case);
	add_officers(session, intent);
	SLUIS_TRY(sluis_fail_err(failure, gather_recipients(session, arena, intent), _("deciding")));
	SLUIS_TRY(find_grant(session, intent, arena, failure));
	fill_act(session, intent);
	SLUIS_TRY(sluis_push_link_find(session, arena, intent, failure));
	intent->verdict = sluis_policy_deliveries(session->policy, &intent->facts, &intent->act,
	    sluis_now_ms(), intent->work, intent->assigned);
	sluis_push_link_judge(session, intent);
	return SLUIS_OK;
}
