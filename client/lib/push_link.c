/* SPDX-License-Identifier: EUPL-1.2 */
#include "push_link.h"

#include <string.h>

#include "inquiries.h"
#include "limits.h"
#include "sent.h"
#include "status.h"

/** A request that is looked for. */
struct search {
	struct sluis_push_intent *intent;
	struct sluis_arena *arena;
};

static bool
same_id(ProtobufCBinaryData data, const struct sluis_id *id)
{
	return sluis_bytes_equal(sluis_of(data), sluis_bytes(id->bytes, sizeof(id->bytes)));
}

/* The row is good during the call only: what is kept of it is a copy. */
static enum sluis_err
keep(struct search *s, const struct sluis_inquiries_row *row)
{
	struct sluis_push_link *link = &s->intent->link;
	Sluis__InformationRequest *inquiry = NULL;
	struct sluis_bytes packed;

	SLUIS_TRY(sluis_codec_pack(&row->inquiry->base, s->arena, &packed));
	SLUIS_TRY(sluis_inquiry_open(packed, s->arena, &inquiry));
	link->asked = (struct sluis_inquiry_asked){ .inquiry = inquiry, .asker = row->asker->handle };
	link->rule = SLUIS_RULE_NONE;
	if (row->closed_ms != 0 || !sluis_bytes_equal(sluis_of(inquiry->purpose_code), s->intent->request->purpose))
		link->rule = SLUIS_RULE_ACT_CONDITION;
	s->intent->act.expires_ms = row->until_ms;
	return SLUIS_OK;
}

static enum sluis_err
match(void *context, const struct sluis_inquiries_row *row)
{
	struct search *s = context;
	const struct sluis_push_request *request = s->intent->request;

	if (row->is_asker || !same_id(row->inquiry->inquiry_id, request->answers) ||
	    !same_id(row->inquiry->case_id, &request->case_id))
		return SLUIS_OK;
	return keep(s, row);
}

/* Of a message of one's own the broker tells where it stands; it must be of this case. */
static enum sluis_err
find_replaced(struct sluis_session *session, struct sluis_arena *arena, struct sluis_push_intent *intent,
    struct sluis_failure *failure)
{
	struct sluis_failure refused = { .err = SLUIS_OK };
	struct sluis_status status;
	const enum sluis_err err = sluis_status_get(session, intent->request->replaces, arena, &status, &refused);

	if (err == SLUIS_EREFUSED)
		return SLUIS_OK;
	if (err != SLUIS_OK) {
		*failure = refused;
		return err;
	}
	if (status.tell->sender != NULL &&
	    sluis_bytes_equal(sluis_of(status.tell->sender->handle), session->self->handle) &&
	    same_id(status.tell->case_id, &intent->request->case_id))
		intent->link.rule = SLUIS_RULE_NONE;
	return SLUIS_OK;
}

static bool
is_code_of(const Sluis__StatusRow *row, struct sluis_bytes code)
{
	for (size_t i = 0; i < row->n_category_codes; i++) {
		if (sluis_bytes_equal(sluis_of(row->category_codes[i]), code))
			return true;
	}
	return false;
}

/* As the broker does (PROTOCOL 6.13): handed over to this member, on this case, with all these categories in it. */
static void
judge_origin(const struct sluis_session *session, const Sluis__TellStatus *tell, struct sluis_push_intent *intent)
{
	for (size_t i = 0; i < tell->n_rows; i++) {
		const Sluis__StatusRow *row = tell->rows[i];

		if (!sluis_bytes_equal(sluis_of(row->handle), session->self->handle) ||
		    !same_id(tell->case_id, &intent->request->case_id) ||
		    (!sluis_bytes_is_text(sluis_of(row->state_code), "released") &&
			!sluis_bytes_is_text(sluis_of(row->state_code), "acknowledged")))
			continue;
		intent->link.rule = SLUIS_RULE_NONE;
		for (size_t k = 0; k < intent->request->n_sections; k++) {
			if (!is_code_of(row, intent->request->sections[k].category))
				intent->link.rule = SLUIS_RULE_CATEGORY_NOT_ALLOWED;
		}
	}
}

static enum sluis_err
find_origin(struct sluis_session *session, struct sluis_arena *arena, struct sluis_push_intent *intent,
    struct sluis_failure *failure)
{
	struct sluis_failure refused = { .err = SLUIS_OK };
	struct sluis_status status;
	const enum sluis_err err = sluis_status_get(session, intent->request->origin, arena, &status, &refused);

	if (err == SLUIS_OK)
		judge_origin(session, status.tell, intent);
	if (err == SLUIS_OK || err == SLUIS_EREFUSED)
		return SLUIS_OK;
	*failure = refused;
	return err;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_push_link_find(struct sluis_session *session, struct sluis_arena *arena, struct sluis_push_intent *intent,
    struct sluis_failure *failure)
{
	struct search search = { .intent = intent, .arena = arena };

	intent->link.rule = SLUIS_RULE_NONE;
	if (intent->request->answers == NULL && intent->request->replaces == NULL && intent->request->origin == NULL)
		return SLUIS_OK;
	intent->link.rule = SLUIS_RULE_NOT_FOUND;
	if (intent->request->origin != NULL)
		return find_origin(session, arena, intent, failure);
	if (intent->request->replaces != NULL)
		return find_replaced(session, arena, intent, failure);
	return sluis_fail_err(failure,
	    sluis_inquiries_list(session, &intent->request->case_id, match, &search, failure), _("deciding"));
}

void
sluis_push_link_judge(const struct sluis_session *session, struct sluis_push_intent *intent)
{
	struct sluis_act act = intent->act;

	if (intent->link.rule != SLUIS_RULE_NONE) {
		intent->verdict.outcome = SLUIS_REFUSE;
		intent->verdict.rule = intent->link.rule;
		intent->verdict.section = intent->verdict.recipient = -1;
		intent->verdict.detail = sluis_bytes(NULL, 0);
		return;
	}
	if (intent->request->answers == NULL)
		return;
	memcpy(intent->work, intent->sections, sizeof(intent->work));
	for (size_t i = 0; i < act.section_count; i++)
		intent->work[i].recipients = intent->assigned[i];
	act.sections = intent->work;
	sluis_inquiry_judge(session->policy, &intent->link.asked, &intent->facts, &act, &intent->verdict);
}

void
sluis_push_link_hint(const struct sluis_push_request *request, const struct sluis_verdict *verdict,
    struct sluis_failure *failure)
{
	if (request->replaces != NULL && verdict->rule == SLUIS_RULE_NOT_FOUND)
		sluis_fail_hint(failure, _("only a message of your own on this case can be replaced: sluis sent"));
	if (request->origin != NULL && verdict->rule == SLUIS_RULE_NOT_FOUND)
		sluis_fail_hint(failure, _("only a message on this case that you fetched can be passed on: sluis inbox"));
	if (request->answers == NULL)
		return;
	if (verdict->rule == SLUIS_RULE_NOT_FOUND)
		sluis_fail_hint(failure, _("only a request to you on this case can be answered: sluis request list"));
	else if (verdict->rule == SLUIS_RULE_ACT_CONDITION)
		sluis_fail_hint(failure, _("the request is answered or declined already, or asks for another purpose: sluis request list"));
	else if (verdict->rule == SLUIS_RULE_RECEIVER_COUNT)
		sluis_fail_hint(failure, _("an answer goes to who asked and to nobody else; push apart what is for others"));
	else if (verdict->rule == SLUIS_RULE_CATEGORY_NOT_ALLOWED)
		sluis_fail_hint(failure, _("an answer carries what was asked and may go; see what was asked: sluis request list"));
}

static const struct sluis_member *
receiver_at(const struct sluis_session *session, const struct sluis_manifest *m, size_t i)
{
	const struct sluis_hash record = sluis_hash_of(m->recipients[i]->record_hash);

	return m->recipients[i]->kind_number == SLUIS_MANIFEST_MEMBER ?
		   sluis_directory_member_by_record(session->directory, &record) :
		   NULL;
}

static bool
goes_to(const struct sluis_session *session, const struct sluis_manifest *m, struct sluis_bytes handle)
{
	for (size_t i = 0; i < m->n_recipients; i++) {
		const struct sluis_member *member = receiver_at(session, m, i);

		if (member != NULL && sluis_bytes_equal(member->handle, handle))
			return true;
	}
	return false;
}

size_t
sluis_push_link_left(struct sluis_session *session, const struct sluis_id *former, const struct sluis_id *now,
    struct sluis_arena *arena, const struct sluis_member **ret)
{
	struct sluis_manifest old, new;
	size_t n = 0;

	if (sluis_sent_get(session->profile, former, arena, &old) != SLUIS_OK ||
	    sluis_sent_get(session->profile, now, arena, &new) != SLUIS_OK)
		return 0;
	for (size_t i = 0; i < old.n_recipients; i++) {
		const struct sluis_member *member = receiver_at(session, &old, i);

		if (member != NULL && !goes_to(session, &new, member->handle))
			ret[n++] = member;
	}
	return n;
}
