/* SPDX-License-Identifier: EUPL-1.2 */
#include "inquiries.h"

#include <string.h>

#include "limits.h"

enum { PAGES_MAX = 10000 };

const char *
sluis_inquiries_state_text(enum sluis_inquiries_state state)
{
	switch (state) {
	case SLUIS_INQUIRIES_OPEN:
		return "open";
	case SLUIS_INQUIRIES_OVERDUE:
		return "overdue";
	case SLUIS_INQUIRIES_ANSWERED:
		return "answered";
	case SLUIS_INQUIRIES_DECLINED:
		return "declined";
	case SLUIS_INQUIRIES_EXPIRED:
		break;
	}
	return "expired";
}

enum sluis_inquiries_state
sluis_inquiries_state(struct sluis_bytes code, int64_t due_ms, int64_t until_ms, int64_t now_ms)
{
	if (sluis_bytes_is_text(code, "answered"))
		return SLUIS_INQUIRIES_ANSWERED;
	if (sluis_bytes_is_text(code, "declined"))
		return SLUIS_INQUIRIES_DECLINED;
	if (sluis_bytes_is_text(code, "expired") || until_ms <= now_ms)
		return SLUIS_INQUIRIES_EXPIRED;
	return due_ms <= now_ms ? SLUIS_INQUIRIES_OVERDUE : SLUIS_INQUIRIES_OPEN;
}

/* ---- listing ---- */

/** One row being checked. */
struct checking {
	struct sluis_session *session;
	const struct sluis_id *case_id; /* NULL: any */
	struct sluis_arena *arena;
	const Sluis__InquiryRow *tell;
	struct sluis_failure *failure;
};

static enum sluis_err
broken(const struct checking *c, enum sluis_err err, const char *text)
{
	struct sluis_bytes packed;

	(void)sluis_fail(c->failure, err, "%s", text);
	sluis_fail_hint(c->failure, _("trust nothing of this answer; give the evidence to your privacy officer"));
	if (sluis_codec_pack(&c->tell->base, c->arena, &packed) == SLUIS_OK)
		sluis_profile_evidence(c->session->profile, "request", packed, c->failure);
	return err;
}

/* By the record that signed, which may have been replaced since. */
static const struct sluis_member *
signer_of(const struct checking *c, const Sluis__Signed *act)
{
	const struct sluis_member *member;
	struct sluis_hash signer;

	if (act->n_signatures != 1)
		return NULL;
	signer = sluis_hash_of(act->signatures[0]->signer_hash);
	member = sluis_directory_member_by_record(c->session->directory, &signer);
	return member == NULL || member->approved_index == SLUIS_DIRECTORY_NEVER ? NULL : member;
}

static enum sluis_err
open_request(const struct checking *c, struct sluis_inquiries_row *row)
{
	const struct sluis_bytes me = c->session->self->handle;
	Sluis__InformationRequest *inquiry = NULL;
	enum sluis_err err = SLUIS_ESIGNATURE;

	row->asker = signer_of(c, c->tell->inquiry);
	if (row->asker != NULL)
		err = sluis_inquiry_verify(c->tell->inquiry, &row->asker->sign_key, c->arena, &inquiry);
	if (err == SLUIS_ENOMEM)
		return sluis_fail_err(c->failure, err, _("listing requests"));
	if (err != SLUIS_OK)
		return broken(c, SLUIS_ESIGNATURE, _("a request is not signed by who should have made it"));
	row->inquiry = inquiry;
	row->is_asker = sluis_bytes_equal(row->asker->handle, me);
	if (!row->is_asker && !sluis_bytes_equal(sluis_of(inquiry->holder_handle), me))
		return broken(c, SLUIS_EPROOF, _("the broker shows a request between others"));
	if (c->case_id != NULL &&
	    !sluis_bytes_equal(sluis_of(inquiry->case_id), sluis_bytes(c->case_id->bytes, SLUIS_ID_BYTES)))
		return broken(c, SLUIS_EPROOF, _("the broker shows a request of another case"));
	return SLUIS_OK;
}

/* Declined is what the holder signed, never what the broker says. */
static enum sluis_err
open_decline(const struct checking *c, const Sluis__Signed *act, struct sluis_inquiries_row *row)
{
	const struct sluis_member *holder = signer_of(c, act);
	Sluis__InformationAnswer *decline = NULL;
	enum sluis_err err = SLUIS_ESIGNATURE;

	if (holder != NULL && sluis_bytes_equal(holder->handle, sluis_of(row->inquiry->holder_handle)))
		err = sluis_inquiry_verify_decline(act, &holder->sign_key, c->arena, &decline);
	if (err == SLUIS_ENOMEM)
		return sluis_fail_err(c->failure, err, _("listing requests"));
	if (err != SLUIS_OK ||
	    !sluis_bytes_equal(sluis_of(decline->inquiry_id), sluis_of(row->inquiry->inquiry_id)))
		return broken(c, SLUIS_ESIGNATURE, _("that a request was declined is not signed by who should have"));
	row->decline = decline;
	return SLUIS_OK;
}

static enum sluis_err
open_closing(const struct checking *c, struct sluis_inquiries_row *row)
{
	const Sluis__InquiryClosing *closing = c->tell->closing;
	const bool is_answered = sluis_bytes_is_text(sluis_of(c->tell->state_code), "answered");
	const bool is_declined = sluis_bytes_is_text(sluis_of(c->tell->state_code), "declined");
	struct sluis_id *message;

	row->state = sluis_inquiries_state(sluis_of(c->tell->state_code), (int64_t)row->inquiry->due_ms, row->until_ms,
	    sluis_now_ms());
	if ((closing != NULL) != (is_answered || is_declined) ||
	    (closing != NULL &&
		((closing->message != NULL) != is_answered || (closing->decline != NULL) != is_declined)))
		return broken(c, SLUIS_EPROOF, _("the broker's word about a request has no sense"));
	if (closing == NULL)
		return SLUIS_OK;
	row->closed_ms = (int64_t)closing->closed_ms;
	if (is_declined)
		return open_decline(c, closing->decline, row);
	message = sluis_arena_alloc(c->arena, sizeof(*message));
	if (message == NULL)
		return sluis_fail_err(c->failure, SLUIS_ENOMEM, _("listing requests"));
	*message = sluis_id_of(closing->message->message_id);
	row->message = message;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_inquiries_open(struct sluis_session *session, const struct sluis_id *case_id, const Sluis__InquiryRow *tell,
    struct sluis_arena *arena, struct sluis_inquiries_row *ret, struct sluis_failure *failure)
{
	const struct checking c = { .session = session, .case_id = case_id, .arena = arena, .tell = tell,
		.failure = failure };
	struct sluis_inquiries_row row = { .until_ms = (int64_t)tell->until_ms, .index = tell->leaf_index };

	SLUIS_TRY(open_request(&c, &row));
	SLUIS_TRY(open_closing(&c, &row));
	*ret = row;
	return SLUIS_OK;
}

/** A listing on its way, a page at a time. */
struct page {
	struct sluis_session *session;
	const struct sluis_id *case_id;
	struct sluis_arena *arena;
	struct sluis_failure *failure;
};

static enum sluis_err
list_page(const struct page *c, uint64_t *after, bool *ret_more,
    enum sluis_err (*each)(void *context, const struct sluis_inquiries_row *row), void *context)
{
	Sluis__Ask ask = SLUIS__ASK__INIT;
	Sluis__AskInquiries inquiries = SLUIS__ASK_INQUIRIES__INIT;
	Sluis__EventCase of_case = SLUIS__EVENT_CASE__INIT;
	const Sluis__TellInquiries *tell;
	struct sluis_answer answer;

	inquiries.after_size = *after;
	if (c->case_id != NULL) {
		of_case.case_id = sluis_pb_id(c->case_id);
		inquiries.case_ = &of_case;
	}
	ask.act_case = SLUIS__ASK__ACT_INQUIRIES;
	ask.inquiries = &inquiries;
	SLUIS_TRY(sluis_session_call(c->session, &ask, sluis_bytes(NULL, 0), c->arena, &answer, c->failure));
	if (answer.tell->answer_case != SLUIS__TELL__ANSWER_INQUIRIES)
		return sluis_fail_err(c->failure, SLUIS_ESTATUS, _("listing requests"));
	tell = answer.tell->inquiries;
	for (size_t i = 0; i < tell->n_rows; i++) {
		struct sluis_inquiries_row row;

		SLUIS_TRY(sluis_inquiries_open(c->session, c->case_id, tell->rows[i], c->arena, &row, c->failure));
		SLUIS_TRY(each(context, &row));
	}
	*ret_more = tell->more_count != 0 && tell->n_rows > 0;
	if (tell->n_rows > 0)
		*after = tell->rows[tell->n_rows - 1]->leaf_index + 1;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_inquiries_list(struct sluis_session *session, const struct sluis_id *case_id,
    enum sluis_err (*each)(void *context, const struct sluis_inquiries_row *row), void *context,
    struct sluis_failure *failure)
{
	uint64_t after = 0;
	bool more = true;

	if (session->self == NULL)
		return sluis_session_refusal(session, "member-inactive", failure);
	for (unsigned page = 0; more && page < PAGES_MAX; page++) {
		SLUIS_AUTO(sluis_arena_freep)
		struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
		const struct page c = { .session = session, .case_id = case_id, .arena = arena, .failure = failure };

		if (arena == NULL)
			return sluis_fail_err(failure, SLUIS_ENOMEM, _("listing requests"));
		SLUIS_TRY(list_page(&c, &after, &more, each, context));
	}
	return SLUIS_OK;
}

/* ---- asking and declining ---- */

static enum sluis_err
send(struct sluis_session *session, Sluis__Ask *ask, const Sluis__Signed *act, const char *type,
    struct sluis_arena *arena, struct sluis_failure *failure)
{
	const struct sluis_session_act sent = { .act_hash = sluis_signed_hash(act), .type = type,
		.what = _("sending the request") };
	struct sluis_session_done done;

	return sluis_session_act(session, ask, &sent, arena, &done, failure);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_inquiries_ask(struct sluis_session *session, Sluis__InformationRequest *inquiry, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
	Sluis__Ask ask = SLUIS__ASK__INIT;
	enum sluis_err err;

	if (arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("sending the request"));
	if (session->self == NULL)
		return sluis_session_refusal(session, "member-inactive", failure);
	inquiry->format = SLUIS_FORMAT;
	inquiry->federation_hash = sluis_pb_hash(&session->federation);
	inquiry->record_hash = sluis_pb_hash(&session->self->record_hash);
	inquiry->created_ms = (uint64_t)sluis_now_ms();
	err = sluis_inquiry_build(inquiry, &sluis_profile_keys(session->profile)->sign, arena, &ask.inquiry);
	if (err != SLUIS_OK)
		return sluis_fail(failure, SLUIS_EUSAGE, _("this request cannot be written down: %s"),
		    _(sluis_err_text(err)));
	ask.act_case = SLUIS__ASK__ACT_INQUIRY;
	return send(session, &ask, ask.inquiry, "inquiry", arena, failure);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_inquiries_decline(struct sluis_session *session, const struct sluis_id *id, struct sluis_bytes reason,
    struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
	Sluis__InformationAnswer answer = SLUIS__INFORMATION_ANSWER__INIT;
	Sluis__Ask ask = SLUIS__ASK__INIT;
	enum sluis_err err;

	if (arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("sending the request"));
	if (session->self == NULL)
		return sluis_session_refusal(session, "member-inactive", failure);
	answer.format = SLUIS_FORMAT;
	answer.federation_hash = sluis_pb_hash(&session->federation);
	answer.record_hash = sluis_pb_hash(&session->self->record_hash);
	answer.inquiry_id = sluis_pb_id(id);
	answer.reason_code = sluis_pb(reason);
	answer.created_ms = (uint64_t)sluis_now_ms();
	err = sluis_inquiry_decline(&answer, &sluis_profile_keys(session->profile)->sign, arena, &ask.inquiry_answer);
	if (err != SLUIS_OK)
		return sluis_fail_err(failure, err, _("sending the request"));
	ask.act_case = SLUIS__ASK__ACT_INQUIRY_ANSWER;
	return send(session, &ask, ask.inquiry_answer, "inquiry-answer", arena, failure);
}
