/* SPDX-License-Identifier: EUPL-1.2 */
#include "due.h"

#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "due_agreements.h"
#include "due_consents.h"
#include "inquiries.h"
#include "pull.h"
#include "reviews.h"
#include "sent.h"

const char *
sluis_due_kind_text(enum sluis_due_kind kind)
{
	static const char *const TEXTS[] = { "request", "answer", "message", "consent", "informing", "invitation",
		"review", "agreement" };

	return TEXTS[kind];
}

/** One case, and what of it this member sent without consent. */
struct due_case {
	struct sluis_id id;
	bool is_closed;
	bool has_disclosure;
	struct sluis_id disclosure; /* the first */
	int64_t disclosed_ms;
};

/** The listing on its way. */
struct due {
	struct sluis_session *session;
	const struct sluis_id *case_id; /* NULL: all */
	enum sluis_err (*each)(void *context, const struct sluis_due_row *row);
	void *context;
	struct sluis_arena *arena; /* of one thing looked at */
	struct sluis_failure *failure;
	struct due_case *cases;
	size_t n_cases;
	int64_t now_ms;
};

static void
due_done(struct due *due)
{
	free(due->cases);
	sluis_arena_free(due->arena);
}

static struct due_case *
case_of(const struct due *due, struct sluis_bytes id)
{
	for (size_t i = 0; i < due->n_cases; i++) {
		if (sluis_bytes_equal(id, sluis_bytes(due->cases[i].id.bytes, SLUIS_ID_BYTES)))
			return &due->cases[i];
	}
	return NULL;
}

static enum sluis_err
tell(struct due *due, struct sluis_due_row *row)
{
	if (row->waits_on.len > 0 && row->kind != SLUIS_DUE_AGREEMENT)
		row->is_own = sluis_bytes_equal(row->waits_on, due->session->self->handle);
	return due->each(due->context, row);
}

static enum sluis_err
add_case(void *context, const Sluis__CaseRow *row)
{
	struct due *due = context;
	struct due_case *grown;

	if (due->case_id != NULL &&
	    !sluis_bytes_equal(sluis_of(row->case_id), sluis_bytes(due->case_id->bytes, SLUIS_ID_BYTES)))
		return SLUIS_OK;
	grown = reallocarray(due->cases, due->n_cases + 1, sizeof(*grown));
	if (grown == NULL)
		return SLUIS_ENOMEM;
	due->cases = grown;
	grown[due->n_cases++] = (struct due_case){ .id = sluis_id_of(row->case_id),
		.is_closed = !sluis_bytes_is_text(sluis_of(row->state_code), "open") };
	return SLUIS_OK;
}

/* ---- requests, messages, reviews ---- */

static enum sluis_err
tell_request(void *context, const struct sluis_inquiries_row *row)
{
	struct due *due = context;
	const struct due_case *of = case_of(due, sluis_of(row->inquiry->case_id));
	const struct sluis_id id = sluis_id_of(row->inquiry->inquiry_id);
	struct sluis_due_row r = { .kind = SLUIS_DUE_REQUEST, .thing = &id,
		.waits_on = sluis_of(row->inquiry->holder_handle), .due_ms = (int64_t)row->inquiry->due_ms,
		.is_late = row->state == SLUIS_INQUIRIES_OVERDUE, .code = sluis_of(row->inquiry->purpose_code) };

	if (of == NULL || of->is_closed ||
	    (row->state != SLUIS_INQUIRIES_OPEN && row->state != SLUIS_INQUIRIES_OVERDUE))
		return SLUIS_OK;
	r.case_id = of->id;
	return tell(due, &r);
}

static enum sluis_err
tell_message(void *context, const Sluis__InboxRow *row)
{
	struct due *due = context;
	const struct sluis_id id = sluis_id_of(row->message_id);
	const struct sluis_bytes state = sluis_of(row->state_code);
	struct sluis_due_row r = { .kind = row->answers == NULL ? SLUIS_DUE_MESSAGE : SLUIS_DUE_ANSWER,
		.case_id = sluis_id_of(row->case_id), .thing = &id, .waits_on = due->session->self->handle,
		.due_ms = (int64_t)row->expires_ms, .code = sluis_of(row->purpose_code) };

	if ((int64_t)row->expires_ms <= due->now_ms ||
	    (!sluis_bytes_is_text(state, "pending") && !sluis_bytes_is_text(state, "released")))
		return SLUIS_OK;
	return tell(due, &r);
}

static enum sluis_err
tell_review(void *context, const Sluis__ReviewRow *row, const Sluis__ReviewClose *close)
{
	struct due *due = context;
	const struct sluis_id id = sluis_id_of(row->review_id);
	struct sluis_due_row r = { .kind = SLUIS_DUE_REVIEW, .case_id = sluis_id_of(row->case_id), .thing = &id,
		.waits_on = due->session->self->handle, .due_ms = (int64_t)row->due_ms,
		.is_late = (int64_t)row->due_ms <= due->now_ms, .code = sluis_of(row->ground_code) };

	if (close != NULL || !sluis_bytes_is_text(sluis_of(row->state_code), "open"))
		return SLUIS_OK;
	if (due->case_id != NULL &&
	    !sluis_bytes_equal(sluis_of(row->case_id), sluis_bytes(due->case_id->bytes, SLUIS_ID_BYTES)))
		return SLUIS_OK;
	return tell(due, &r);
}

/* Reviews are for officers; nobody else is told anything, and nobody else asks. */
static enum sluis_err
tell_reviews(struct due *due)
{
	const struct sluis_member *self = due->session->self;

	for (size_t i = 0; i < self->n_roles; i++) {
		if (sluis_policy_role_is_officer(due->session->policy, self->roles[i]))
			return sluis_reviews_list(due->session, tell_review, due, due->failure);
	}
	return SLUIS_OK;
}

/* ---- what the case's own acts tell ---- */

/* To the family itself there is nothing to inform it of. */
static bool
goes_beyond_guests(const struct due *due, const struct sluis_manifest *m)
{
	for (size_t i = 0; i < m->n_recipients; i++) {
		const struct sluis_hash record = sluis_hash_of(m->recipients[i]->record_hash);
		const struct sluis_member *member =
		    sluis_directory_member_by_record(due->session->directory, &record);

		if (member != NULL && !sluis_bytes_is_text(member->kind, "guest"))
			return true;
	}
	return false;
}

static enum sluis_err
note_disclosure(void *context, const struct sluis_id *id)
{
	struct due *due = context;
	const struct sluis_policy_ground *ground;
	struct sluis_manifest m;
	struct due_case *of;
	enum sluis_err err;

	sluis_arena_reset(due->arena);
	err = sluis_sent_get(due->session->profile, id, due->arena, &m);
	if (err == SLUIS_EFORMAT)
		return SLUIS_OK; /* `sent` tells of it */
	SLUIS_TRY(err);
	ground = sluis_policy_ground(due->session->policy, sluis_of(m.m->ground_code));
	of = case_of(due, sluis_of(m.m->case_id));
	if (of == NULL || ground == NULL || ground->needs_grant || !goes_beyond_guests(due, &m) ||
	    (of->has_disclosure && of->disclosed_ms <= (int64_t)m.m->created_ms))
		return SLUIS_OK;
	of->has_disclosure = true;
	of->disclosure = *id;
	of->disclosed_ms = (int64_t)m.m->created_ms;
	return SLUIS_OK;
}

static bool
has_act(const struct sluis_case *of_case, enum sluis_case_code code)
{
	uint64_t cursor = 0;

	return sluis_case_next_act(of_case, &cursor, code) != NULL;
}

/* The first on the case whose role may do ${act}. */
static struct sluis_bytes
who_may(const struct due *due, const struct sluis_case *of_case, const char *act)
{
	const struct sluis_codes roles = sluis_policy_act_roles(due->session->policy, sluis_bytes_text(act));

	for (size_t i = 0; i < of_case->n_members; i++) {
		const struct sluis_member *member =
		    sluis_directory_member(due->session->directory, of_case->members[i].handle);

		for (size_t k = 0; member != NULL && k < roles.count; k++) {
			if (sluis_member_has_role(member, roles.items[k]))
				return member->handle;
		}
	}
	return sluis_bytes(NULL, 0);
}

static enum sluis_err
tell_acts(struct due *due, const struct due_case *of, const struct sluis_case *of_case)
{
	struct sluis_due_row informing = { .kind = SLUIS_DUE_INFORMING, .case_id = of->id, .thing = &of->disclosure,
		.waits_on = due->session->self->handle, .due_ms = of->disclosed_ms, .is_late = true };
	struct sluis_due_row invitation = { .kind = SLUIS_DUE_INVITATION, .case_id = of->id, .is_late = true };
	const struct sluis_bytes first = sluis_policy_first_step(due->session->policy);

	if (of->has_disclosure && !has_act(of_case, SLUIS_CASE_INFORM))
		SLUIS_TRY(tell(due, &informing));
	if (of_case->step.len == 0 || sluis_bytes_equal(of_case->step, first) || has_act(of_case, SLUIS_CASE_INVITE) ||
	    !sluis_policy_has(due->session->policy, SLUIS_KIND_ACT, sluis_bytes_text("case-invite")))
		return SLUIS_OK;
	invitation.code = of_case->step;
	invitation.waits_on = who_may(due, of_case, "case-invite");
	return tell(due, &invitation);
}

/* ---- case by case ---- */

static enum sluis_err
tell_row(void *context, struct sluis_due_row *row)
{
	return tell(context, row);
}

static enum sluis_err
tell_case(struct due *due, const struct due_case *of)
{
	SLUIS_AUTO(sluis_case_freep) struct sluis_case *of_case = NULL;

	if (of->is_closed)
		return SLUIS_OK;
	SLUIS_TRY(sluis_cases_get(due->session, &of->id, &of_case, due->failure));
	SLUIS_TRY(tell_acts(due, of, of_case));
	SLUIS_TRY(sluis_due_consents(due->session, &of->id, due->now_ms, tell_row, due, due->failure));
	return sluis_due_agreements(due->session, &of->id, due->now_ms, tell_row, due, due->failure);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_due_list(struct sluis_session *session, const struct sluis_id *case_id,
    enum sluis_err (*each)(void *context, const struct sluis_due_row *row), void *context,
    struct sluis_failure *failure)
{
	SLUIS_AUTO(due_done)
	struct due due = { .session = session, .case_id = case_id, .each = each, .context = context,
		.arena = sluis_arena_new(4 * SLUIS_ARENA_MAX_BYTES), .failure = failure, .now_ms = sluis_now_ms() };

	if (due.arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("looking for what waits"));
	if (session->self == NULL)
		return sluis_session_refusal(session, "member-inactive", failure);
	SLUIS_TRY(sluis_fail_err(failure, sluis_cases_list(session, add_case, &due, failure), _("listing cases")));
	if (case_id != NULL && due.n_cases == 0)
		return sluis_session_refusal(session, "not-found", failure);
	SLUIS_TRY(sluis_inquiries_list(session, case_id, tell_request, &due, failure));
	SLUIS_TRY(sluis_inbox(session, case_id, tell_message, &due, failure));
	SLUIS_TRY(sluis_fail_err(failure, sluis_sent_list(session->profile, note_disclosure, &due),
	    _("reading what was sent")));
	for (size_t i = 0; i < due.n_cases; i++)
		SLUIS_TRY(tell_case(&due, &due.cases[i]));
	return tell_reviews(&due);
}
