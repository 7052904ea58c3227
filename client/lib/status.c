/* SPDX-License-Identifier: EUPL-1.2 */
#include "status.h"

#include "limits.h"
#include "receipt.h"
#include "sent.h"

/** One answer being checked. */
struct checking {
	struct sluis_session *session;
	struct sluis_arena *arena;
	const Sluis__TellStatus *tell;
	const struct sluis_manifest *sent; /* NULL: no copy here */
	struct sluis_status_problem *problems; /* with room for all */
	size_t n_problems;
	struct sluis_failure *failure;
};

static enum sluis_err
broken(const struct checking *c, enum sluis_err err, const char *text, struct sluis_bytes handle)
{
	struct sluis_bytes packed;

	(void)sluis_fail(c->failure, err, "%s: %.*s", text, (int)handle.len, (const char *)handle.data);
	sluis_fail_hint(c->failure,
	    _("trust nothing of this answer; give the evidence to your privacy officer"));
	if (sluis_codec_pack(&c->tell->base, c->arena, &packed) == SLUIS_OK)
		sluis_profile_evidence(c->session->profile, "status", packed, c->failure);
	return err;
}

/* The record that signed may have been replaced since; it is of that very member all the same. */
static enum sluis_err
open_receipt(const struct checking *c, const Sluis__StatusRow *row, Sluis__Receipt **ret)
{
	const struct sluis_hash signer = sluis_signed_signer(row->receipt);
	const struct sluis_member *member = sluis_directory_member_by_record(c->session->directory, &signer);

	if (member == NULL || member->approved_index == SLUIS_DIRECTORY_NEVER ||
	    !sluis_bytes_equal(member->handle, sluis_of(row->handle)))
		return SLUIS_ESIGNATURE;
	return sluis_receipt_verify(row->receipt, &member->sign_key, c->arena, ret);
}

static bool
is_all_ok(const Sluis__Receipt *receipt)
{
	for (size_t i = 0; i < receipt->n_outcomes; i++) {
		if (!sluis_bytes_is_text(sluis_of(receipt->outcomes[i]->outcome_code), "ok"))
			return false;
	}
	return true;
}

/* Received or rejected is what the receiver signed, never what the broker says. */
static bool
state_is_signed(const Sluis__StatusRow *row, const Sluis__Receipt *receipt)
{
	if (sluis_bytes_is_text(sluis_of(row->state_code), "acknowledged"))
		return receipt != NULL && is_all_ok(receipt);
	if (sluis_bytes_is_text(sluis_of(row->state_code), "rejected"))
		return receipt != NULL && !is_all_ok(receipt);
	return true;
}

/* Whose recipient entry ${i} is; NULL for an organisation's recovery key, which receives nothing by itself. */
static const struct sluis_member *
receiver_at(const struct checking *c, size_t i)
{
	const Sluis__RecipientDescriptor *d = c->sent->recipients[i];
	const struct sluis_hash record = sluis_hash_of(d->record_hash);

	return d->kind_number == SLUIS_MANIFEST_MEMBER ?
	    sluis_directory_member_by_record(c->session->directory, &record) :
	    NULL;
}

static bool
find_receiver(const struct checking *c, struct sluis_bytes handle, size_t *ret)
{
	for (size_t i = 0; i < c->sent->n_recipients; i++) {
		const struct sluis_member *member = receiver_at(c, i);

		if (member != NULL && sluis_bytes_equal(member->handle, handle)) {
			*ret = i;
			return true;
		}
	}
	return false;
}

static void
note_problems(struct checking *c, size_t row, const Sluis__Receipt *receipt)
{
	for (size_t i = 0; i < receipt->n_outcomes; i++) {
		const Sluis__SectionOutcome *o = receipt->outcomes[i];
		struct sluis_status_problem *p = &c->problems[c->n_problems];

		if (sluis_bytes_is_text(sluis_of(o->outcome_code), "ok"))
			continue;
		*p = (struct sluis_status_problem){ .row = row, .section_index = o->section_index,
			.outcome = sluis_of(o->outcome_code) };
		if (c->sent != NULL) /* and the receipt was held against it */
			p->category = sluis_of(c->sent->sections[o->section_index]->category_code);
		c->n_problems++;
	}
}

static enum sluis_err
check_row(struct checking *c, size_t index)
{
	const Sluis__StatusRow *row = c->tell->rows[index];
	const struct sluis_bytes handle = sluis_of(row->handle);
	Sluis__Receipt *receipt = NULL;
	size_t recipient;
	enum sluis_err err = SLUIS_OK;

	if (row->receipt != NULL)
		err = open_receipt(c, row, &receipt);
	if (err == SLUIS_ENOMEM)
		return sluis_fail_err(c->failure, err, _("asking the status"));
	if (err != SLUIS_OK)
		return broken(c, SLUIS_ESIGNATURE, _("a receipt is not signed by its receiver"), handle);
	if (!state_is_signed(row, receipt))
		return broken(c, SLUIS_EPROOF, _("the broker says what no receipt of this receiver says"), handle);
	if (c->sent == NULL) {
		if (receipt != NULL)
			note_problems(c, index, receipt);
		return SLUIS_OK;
	}
	if (!find_receiver(c, handle, &recipient))
		return broken(c, SLUIS_EPROOF, _("this message was never sent to"), handle);
	if (receipt != NULL && sluis_receipt_matches(receipt, c->sent, recipient) != SLUIS_OK)
		return broken(c, SLUIS_EPROOF, _("the receipt is not for what was sent; something was held back from"),
		    handle);
	if (receipt != NULL)
		note_problems(c, index, receipt);
	return SLUIS_OK;
}

static bool
is_named(const Sluis__TellStatus *tell, struct sluis_bytes handle)
{
	for (size_t i = 0; i < tell->n_rows; i++) {
		if (sluis_bytes_equal(sluis_of(tell->rows[i]->handle), handle))
			return true;
	}
	return false;
}

static enum sluis_err
check_answer(struct checking *c)
{
	c->problems = sluis_arena_alloc(c->arena,
	    (c->tell->n_rows * SLUIS_SECTIONS_MAX + 1) * sizeof(*c->problems));
	if (c->problems == NULL)
		return sluis_fail_err(c->failure, SLUIS_ENOMEM, _("asking the status"));
	for (size_t i = 0; i < c->tell->n_rows; i++)
		SLUIS_TRY(check_row(c, i));
	for (size_t i = 0; c->sent != NULL && i < c->sent->n_recipients; i++) {
		const struct sluis_member *member = receiver_at(c, i);

		if (member != NULL && !is_named(c->tell, member->handle))
			return broken(c, SLUIS_EPROOF, _("the broker keeps silent about a receiver"),
			    member->handle);
	}
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_status_get(struct sluis_session *session, const struct sluis_id *id, struct sluis_arena *arena,
    struct sluis_status *ret, struct sluis_failure *failure)
{
	struct checking c = { .session = session, .arena = arena, .failure = failure };
	Sluis__Ask ask = SLUIS__ASK__INIT;
	Sluis__AskStatus status = SLUIS__ASK_STATUS__INIT;
	struct sluis_manifest sent;
	struct sluis_answer answer;
	enum sluis_err err;

	status.message_id = sluis_pb_id(id);
	ask.act_case = SLUIS__ASK__ACT_STATUS;
	ask.status = &status;
	SLUIS_TRY(sluis_session_call(session, &ask, sluis_bytes(NULL, 0), arena, &answer, failure));
	if (answer.tell->answer_case != SLUIS__TELL__ANSWER_STATUS)
		return sluis_fail_err(failure, SLUIS_ESTATUS, _("asking the status"));
	c.tell = answer.tell->status;
	err = sluis_sent_get(session->profile, id, arena, &sent);
	if (err == SLUIS_ENOMEM)
		return sluis_fail_err(failure, err, _("asking the status"));
	if (err == SLUIS_OK)
		c.sent = &sent;
	SLUIS_TRY(check_answer(&c));
	*ret = (struct sluis_status){ .tell = c.tell, .is_compared = c.sent != NULL,
		.is_copy_damaged = err == SLUIS_EFORMAT, .problems = c.problems, .n_problems = c.n_problems };
	return SLUIS_OK;
}
