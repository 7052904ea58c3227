/* SPDX-License-Identifier: EUPL-1.2 */
#include "grants.h"

#include <string.h>

#include "grant_facts.h"
#include "limits.h"

SLUIS_MUST_CHECK enum sluis_err
sluis_grants_open(struct sluis_session *session, const Sluis__Signed *act, struct sluis_arena *arena,
    struct sluis_grants_row *ret, struct sluis_failure *failure)
{
	struct sluis_grants_row row = { .hash = sluis_signed_hash(act) };
	struct sluis_hash signer = { { 0 } };
	struct sluis_bytes packed;
	enum sluis_err err = SLUIS_ESIGNATURE;

	if (act->n_signatures == 1)
		signer = sluis_hash_of(act->signatures[0]->signer_hash);
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

SLUIS_MUST_CHECK enum sluis_err
sluis_grants_list(struct sluis_session *session, const struct sluis_id *case_id,
    struct sluis_arena *arena, size_t max, struct sluis_grants_row *ret, size_t *ret_count,
    struct sluis_failure *failure)
{
	Sluis__Ask ask = SLUIS__ASK__INIT;
	Sluis__AskGrants grants = SLUIS__ASK_GRANTS__INIT;
	struct sluis_answer answer;

	grants.case_id = sluis_pb_id(case_id);
	ask.act_case = SLUIS__ASK__ACT_GRANTS;
	ask.grants = &grants;
	SLUIS_TRY(sluis_session_call(session, &ask, sluis_bytes(NULL, 0), arena, &answer, failure));
	if (answer.tell->answer_case != SLUIS__TELL__ANSWER_GRANTS)
		return sluis_fail_err(failure, SLUIS_ESTATUS, _("listing grants"));
	*ret_count = 0;
	for (size_t i = 0; i < answer.tell->grants->n_rows && *ret_count < max; i++) {
		const Sluis__GrantRow *row = answer.tell->grants->rows[i];
		struct sluis_grants_row *r = &ret[*ret_count];

		SLUIS_TRY(sluis_grants_open(session, row->grant, arena, r, failure));
		if (!sluis_bytes_equal(sluis_of(r->grant->case_id),
			sluis_bytes(case_id->bytes, SLUIS_ID_BYTES)))
			continue;
		r->state = sluis_of(row->state_code);
		r->index = row->leaf_index;
		++*ret_count;
	}
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_grants_facts(const struct sluis_grants_row *row, const struct sluis_id *case_id,
    struct sluis_arena *arena, struct sluis_grant_facts *ret)
{
	*ret = (struct sluis_grant_facts){
		.is_named = true,
		.is_found = true,
		.is_of_case = sluis_bytes_equal(sluis_of(row->grant->case_id),
		    sluis_bytes(case_id->bytes, SLUIS_ID_BYTES)),
		.is_withdrawn = sluis_bytes_is_text(row->state, "withdrawn"),
	};
	return sluis_grant_facts_of(row->grant, arena, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_grants_add(struct sluis_session *session, Sluis__Grant *grant, uint64_t *ret_index,
    struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep)
	struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
	Sluis__Ask ask = SLUIS__ASK__INIT;
	struct sluis_event_evidence evidence;
	struct sluis_answer answer;
	struct sluis_hash act_hash;
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
	SLUIS_TRY(sluis_session_call(session, &ask, sluis_bytes(NULL, 0), arena, &answer, failure));
	if (answer.tell->answer_case != SLUIS__TELL__ANSWER_DONE || answer.tell->done->n_events != 1)
		return sluis_fail_err(failure, SLUIS_ESTATUS, _("recording the grant"));
	act_hash = sluis_signed_hash(ask.grant);
	SLUIS_TRY(sluis_session_evidence(session, &answer, answer.tell->done->events[0], &act_hash, "grant",
	    arena, &evidence, failure));
	*ret_index = evidence.index;
	return SLUIS_OK;
}
