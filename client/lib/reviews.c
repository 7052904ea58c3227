/* SPDX-License-Identifier: EUPL-1.2 */
#include "reviews.h"

#include "limits.h"
#include "signed.h"

enum { PAGES_MAX = 10000 };

/* NULL while it is open. */
static enum sluis_err
open_closing(struct sluis_session *session, const Sluis__ReviewRow *row, struct sluis_arena *arena,
    Sluis__ReviewClose **ret, struct sluis_failure *failure)
{
	const struct sluis_member *officer;
	struct sluis_hash signer;
	struct sluis_bytes packed;
	enum sluis_err err = SLUIS_ESIGNATURE;

	*ret = NULL;
	if (row->closing == NULL)
		return SLUIS_OK;
	signer = sluis_signed_signer(row->closing);
	officer = sluis_directory_member_by_record(session->directory, &signer);
	if (officer != NULL)
		err = sluis_review_verify(row->closing, &officer->sign_key, arena, ret);
	if (err == SLUIS_OK && !sluis_bytes_equal(sluis_of((*ret)->review_id), sluis_of(row->review_id)))
		err = SLUIS_ESIGNATURE;
	if (err == SLUIS_OK)
		return err;
	(void)sluis_fail(failure, err, _("the closing of a review is not signed by an officer for this review"));
	sluis_fail_hint(failure, _("trust nothing of this answer; give the evidence to your privacy officer"));
	if (sluis_codec_pack(&row->closing->base, arena, &packed) == SLUIS_OK)
		sluis_profile_evidence(session->profile, "review", packed, failure);
	return err;
}

static enum sluis_err
list_page(struct sluis_session *session, uint64_t *after, bool *ret_more,
    enum sluis_err (*each)(void *context, const Sluis__ReviewRow *row, const Sluis__ReviewClose *close),
    void *context, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep)
	struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
	Sluis__Ask ask = SLUIS__ASK__INIT;
	Sluis__AskReviews reviews = SLUIS__ASK_REVIEWS__INIT;
	struct sluis_answer answer;
	const Sluis__TellReviews *tell;

	if (arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("listing reviews"));
	reviews.after_size = *after;
	ask.act_case = SLUIS__ASK__ACT_REVIEWS;
	ask.reviews = &reviews;
	SLUIS_TRY(sluis_session_call(session, &ask, sluis_bytes(NULL, 0), arena, &answer, failure));
	if (answer.tell->answer_case != SLUIS__TELL__ANSWER_REVIEWS)
		return sluis_fail_err(failure, SLUIS_ESTATUS, _("listing reviews"));
	tell = answer.tell->reviews;
	for (size_t i = 0; i < tell->n_rows; i++) {
		Sluis__ReviewClose *close;

		SLUIS_TRY(open_closing(session, tell->rows[i], arena, &close, failure));
		SLUIS_TRY(each(context, tell->rows[i], close));
	}
	*ret_more = tell->more_count != 0 && tell->next_size > *after;
	*after = tell->next_size;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_reviews_list(struct sluis_session *session,
    enum sluis_err (*each)(void *context, const Sluis__ReviewRow *row, const Sluis__ReviewClose *close),
    void *context, struct sluis_failure *failure)
{
	uint64_t after = 0;
	bool more = true;

	for (unsigned page = 0; more && page < PAGES_MAX; page++)
		SLUIS_TRY(list_page(session, &after, &more, each, context, failure));
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_reviews_close(struct sluis_session *session, Sluis__ReviewClose *close, uint64_t *ret_index,
    struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep)
	struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
	Sluis__Ask ask = SLUIS__ASK__INIT;
	struct sluis_session_done done;
	struct sluis_session_act sent;

	if (arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("closing the review"));
	if (session->self == NULL)
		return sluis_session_refusal(session, "member-inactive", failure);
	close->format = SLUIS_FORMAT;
	close->federation_hash = sluis_pb_hash(&session->federation);
	close->record_hash = sluis_pb_hash(&session->self->record_hash);
	close->created_ms = (uint64_t)sluis_now_ms();
	SLUIS_TRY(sluis_fail_err(failure,
	    sluis_review_build(close, &sluis_profile_keys(session->profile)->sign, arena, &ask.review),
	    _("closing the review")));
	ask.act_case = SLUIS__ASK__ACT_REVIEW;
	sent = (struct sluis_session_act){ .act_hash = sluis_signed_hash(ask.review), .type = "review-close",
		.what = _("closing the review") };
	SLUIS_TRY(sluis_session_act(session, &ask, &sent, arena, &done, failure));
	*ret_index = done.index;
	return SLUIS_OK;
}
