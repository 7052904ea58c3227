/* SPDX-License-Identifier: EUPL-1.2 */
#include "grants.h"

#include <string.h>

#include "cases.h"
#include "grant_facts.h"
#include "limits.h"

SLUIS_MUST_CHECK enum sluis_err
sluis_grants_open(struct sluis_session *session, const Sluis__Signed *act, struct sluis_arena *arena,
    struct sluis_grants_row *ret, struct sluis_failure *failure)
{
	struct sluis_grants_row row = { .hash = sluis_signed_hash(act) };
	const struct sluis_hash signer = sluis_signed_signer(act);
	struct sluis_bytes packed;
	enum sluis_err err = SLUIS_ESIGNATURE;

	row.taker = sluis_directory_member_by_record(session->directory, &signer);
	if (row.taker != NULL)
		err = sluis_grant_verify(act, &row.taker->sign_key, arena, &row.grant);
	if (err == SLUIS_OK) {
		*ret = row;
		return SLUIS_OK;
	}
	(void)sluis_fail(failure, err, _("a grant is not signed by who should have taken it"));
	sluis_fail_hint(failure, _("trust nothing of this answer; give the evidence to your privacy officer"));
	if (sluis_codec_pack(&act->base, arena, &packed) == SLUIS_OK)
		sluis_profile_evidence(session->profile, "grant", packed, failure);
	return err;
}

static enum sluis_err
open_refusal(struct sluis_session *session, const Sluis__RefusalRow *row, struct sluis_arena *arena,
    struct sluis_grants_refusal *ret, struct sluis_failure *failure)
{
	const struct sluis_hash signer = sluis_signed_signer(row->refusal);
	struct sluis_bytes packed;
	enum sluis_err err = SLUIS_ESIGNATURE;

	*ret = (struct sluis_grants_refusal){ .index = row->leaf_index };
	ret->taker = sluis_directory_member_by_record(session->directory, &signer);
	if (ret->taker != NULL)
		err = sluis_refusal_verify(row->refusal, &ret->taker->sign_key, arena, &ret->refusal);
	if (err == SLUIS_OK)
		return err;
	(void)sluis_fail(failure, err, _("a refusal is not signed by who should have recorded it"));
	sluis_fail_hint(failure, _("trust nothing of this answer; give the evidence to your privacy officer"));
	if (sluis_codec_pack(&row->refusal->base, arena, &packed) == SLUIS_OK)
		sluis_profile_evidence(session->profile, "refusal", packed, failure);
	return err;
}

static bool
is_of_case(ProtobufCBinaryData of, const struct sluis_id *case_id)
{
	return sluis_bytes_equal(sluis_of(of), sluis_bytes(case_id->bytes, SLUIS_ID_BYTES));
}

static enum sluis_err
open_all(struct sluis_session *session, const Sluis__TellGrants *tell, const struct sluis_id *case_id,
    struct sluis_arena *arena, struct sluis_grants *ret, struct sluis_failure *failure)
{
	for (size_t i = 0; i < tell->n_rows; i++) {
		struct sluis_grants_row *row = &ret->rows[ret->n_rows];

		SLUIS_TRY(sluis_grants_open(session, tell->rows[i]->grant, arena, row, failure));
		if (!is_of_case(row->grant->case_id, case_id))
			continue;
		row->state = sluis_of(tell->rows[i]->state_code);
		row->index = tell->rows[i]->leaf_index;
		ret->n_rows++;
	}
	for (size_t i = 0; i < tell->n_refusals; i++) {
		struct sluis_grants_refusal *row = &ret->refusals[ret->n_refusals];

		SLUIS_TRY(open_refusal(session, tell->refusals[i], arena, row, failure));
		if (is_of_case(row->refusal->case_id, case_id))
			ret->n_refusals++;
	}
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_grants_get(struct sluis_session *session, const struct sluis_id *case_id, struct sluis_arena *arena,
    struct sluis_grants *ret, struct sluis_failure *failure)
{
	Sluis__Ask ask = SLUIS__ASK__INIT;
	Sluis__AskGrants grants = SLUIS__ASK_GRANTS__INIT;
	const Sluis__TellGrants *tell;
	struct sluis_answer answer;

	grants.case_id = sluis_pb_id(case_id);
	ask.act_case = SLUIS__ASK__ACT_GRANTS;
	ask.grants = &grants;
	SLUIS_TRY(sluis_session_call(session, &ask, sluis_bytes(NULL, 0), arena, &answer, failure));
	if (answer.tell->answer_case != SLUIS__TELL__ANSWER_GRANTS)
		return sluis_fail_err(failure, SLUIS_ESTATUS, _("listing grants"));
	tell = answer.tell->grants;
	*ret = (struct sluis_grants){
		.rows = sluis_arena_alloc(arena, (tell->n_rows + 1) * sizeof(*ret->rows)),
		.refusals = sluis_arena_alloc(arena, (tell->n_refusals + 1) * sizeof(*ret->refusals)),
	};
	if (ret->rows == NULL || ret->refusals == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("listing grants"));
	return open_all(session, tell, case_id, arena, ret, failure);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_grants_list(struct sluis_session *session, const struct sluis_id *case_id,
    struct sluis_arena *arena, size_t max, struct sluis_grants_row *ret, size_t *ret_count,
    struct sluis_failure *failure)
{
	struct sluis_grants all;

	SLUIS_TRY(sluis_grants_get(session, case_id, arena, &all, failure));
	*ret_count = all.n_rows < max ? all.n_rows : max;
	for (size_t i = 0; i < *ret_count; i++)
		ret[i] = all.rows[i];
	return SLUIS_OK;
}

static enum sluis_err
add_refusals(const struct sluis_grants *all, uint64_t grant_index, struct sluis_arena *arena,
    struct sluis_grant_facts *ret)
{
	struct sluis_refusal_facts *facts = sluis_arena_alloc(arena, (all->n_refusals + 1) * sizeof(*facts));

	if (facts == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < all->n_refusals; i++) {
		if (all->refusals[i].index > grant_index)
			SLUIS_TRY(sluis_refusal_facts_of(all->refusals[i].refusal, arena,
			    &facts[ret->refusal_count++]));
	}
	ret->refusals = facts;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_grants_facts(const struct sluis_grants *all, const struct sluis_grants_row *row,
    const struct sluis_id *case_id, struct sluis_arena *arena, struct sluis_grant_facts *ret)
{
	*ret = (struct sluis_grant_facts){
		.is_named = true,
		.is_found = true,
		.is_of_case = is_of_case(row->grant->case_id, case_id),
		.is_withdrawn = sluis_bytes_is_text(row->state, "withdrawn"),
	};
	if (all != NULL)
		SLUIS_TRY(add_refusals(all, row->index, arena, ret));
	return sluis_grant_facts_of(row->grant, arena, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_grants_decide(struct sluis_session *session, const struct sluis_case *of_case, const Sluis__Grant *grant,
    struct sluis_arena *arena, struct sluis_verdict *ret, struct sluis_failure *failure)
{
	const struct sluis_act act = {
		.code = sluis_bytes_text("grant-add"),
		.created_ms = (int64_t)grant->created_ms,
	};
	struct sluis_facts facts = { .recipient_count = 0 };

	if (session->self == NULL)
		return sluis_session_refusal(session, "member-inactive", failure);
	SLUIS_TRY(sluis_fail_err(failure, sluis_grant_facts_of(grant, arena, &facts.grant), _("recording the grant")));
	sluis_session_facts(session, session->self, &facts.sender);
	sluis_cases_facts(session, of_case, session->self->handle, &facts.of_case);
	facts.grant.is_named = facts.grant.is_found = facts.grant.is_of_case = true;
	*ret = sluis_policy_decide(session->policy, &facts, &act, sluis_now_ms());
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_grants_add(struct sluis_session *session, Sluis__Grant *grant, uint64_t *ret_index,
    struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep)
	struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
	Sluis__Ask ask = SLUIS__ASK__INIT;
	struct sluis_session_done done;
	struct sluis_session_act sent;
	enum sluis_err err;

	if (arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("recording the grant"));
	if (session->self == NULL)
		return sluis_session_refusal(session, "member-inactive", failure);
	grant->format = SLUIS_FORMAT;
	grant->federation_hash = sluis_pb_hash(&session->federation);
	grant->record_hash = sluis_pb_hash(&session->self->record_hash);
	grant->policy_hash = sluis_pb_hash(&session->policy_hash);
	err = sluis_grant_build(grant, &sluis_profile_keys(session->profile)->sign, arena, &ask.grant);
	if (err != SLUIS_OK)
		return sluis_fail(failure, SLUIS_EUSAGE, _("this grant cannot be written down: %s"),
		    _(sluis_err_text(err)));
	ask.act_case = SLUIS__ASK__ACT_GRANT;
	sent = (struct sluis_session_act){ .act_hash = sluis_signed_hash(ask.grant), .type = "grant",
		.what = _("recording the grant") };
	SLUIS_TRY(sluis_session_act(session, &ask, &sent, arena, &done, failure));
	*ret_index = done.index;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_grants_refuse(struct sluis_session *session, Sluis__ConsentRefusal *refusal, uint64_t *ret_index,
    struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep)
	struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
	Sluis__Ask ask = SLUIS__ASK__INIT;
	struct sluis_session_done done;
	struct sluis_session_act sent;
	enum sluis_err err;

	if (arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("recording the refusal"));
	if (session->self == NULL)
		return sluis_session_refusal(session, "member-inactive", failure);
	refusal->format = SLUIS_FORMAT;
	refusal->federation_hash = sluis_pb_hash(&session->federation);
	refusal->record_hash = sluis_pb_hash(&session->self->record_hash);
	err = sluis_refusal_build(refusal, &sluis_profile_keys(session->profile)->sign, arena, &ask.refusal);
	if (err != SLUIS_OK)
		return sluis_fail(failure, SLUIS_EUSAGE, _("this refusal cannot be written down: %s"),
		    _(sluis_err_text(err)));
	ask.act_case = SLUIS__ASK__ACT_REFUSAL;
	sent = (struct sluis_session_act){ .act_hash = sluis_signed_hash(ask.refusal), .type = "consent-refusal",
		.what = _("recording the refusal") };
	SLUIS_TRY(sluis_session_act(session, &ask, &sent, arena, &done, failure));
	*ret_index = done.index;
	return SLUIS_OK;
}
