/* SPDX-License-Identifier: EUPL-1.2 */
#include "cases.h"

#include <string.h>

#include "case_right.h"
#include "limits.h"

enum { PAGES_MAX = 10000 };

static enum sluis_err
broken_chain(struct sluis_session *session, const Sluis__Signed *act, enum sluis_err err,
    const struct sluis_why *why, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(SLUIS_ARENA_MAX_BYTES);
	struct sluis_bytes packed;

	if (err == SLUIS_ENOMEM)
		return sluis_fail_err(failure, err, _("reading the case"));
	/* Whatever is wrong with it, the broker served it: nobody is on this case by its word alone. */
	(void)sluis_fail(failure, SLUIS_EPROOF, _("the case chain does not hold: %s"),
	    why->text[0] == '\0' ? _(sluis_err_text(err)) : why->text);
	sluis_fail_hint(failure, _("send nothing on this case; give the evidence to your privacy officer"));
	if (arena != NULL && sluis_codec_pack(&act->base, arena, &packed) == SLUIS_OK)
		sluis_profile_evidence(session->profile, "case-chain", packed, failure);
	return SLUIS_EPROOF;
}

/* It extends the chain, and whoever signed it might do so. */
static enum sluis_err
append(struct sluis_session *session, struct sluis_case *of_case, const Sluis__Signed *act,
    struct sluis_failure *failure)
{
	struct sluis_why why = { "" };
	enum sluis_err err = sluis_case_check(of_case, act, session->directory, &why);

	if (err == SLUIS_ESTALE || err == SLUIS_ENOTFOUND) {
		/* It names something that came into the keys log after this session began. */
		SLUIS_TRY(sluis_session_sync(session, failure));
		err = sluis_case_check(of_case, act, session->directory, &why);
	}
	if (err == SLUIS_OK) {
		why.text[0] = '\0';
		err = sluis_case_right_check(session, of_case, act, &why, failure);
		if (err != SLUIS_OK && why.text[0] == '\0')
			return err;
	}
	if (err == SLUIS_OK)
		err = sluis_case_append(of_case, act, session->directory, &why);
	return err == SLUIS_OK ? err : broken_chain(session, act, err, &why, failure);
}

static enum sluis_err
get_page(struct sluis_session *session, struct sluis_case *of_case, bool *ret_more,
    struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep)
	struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
	Sluis__Ask ask = SLUIS__ASK__INIT;
	Sluis__AskCase ask_case = SLUIS__ASK_CASE__INIT;
	struct sluis_answer answer;
	const Sluis__TellCase *tell;

	if (arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("reading the case"));
	ask_case.case_id = sluis_pb_id(&of_case->id);
	ask_case.from_sequence_index = of_case->next_sequence;
	ask.act_case = SLUIS__ASK__ACT_CASE;
	ask.case_ = &ask_case;
	SLUIS_TRY(sluis_session_call(session, &ask, sluis_bytes(NULL, 0), arena, &answer, failure));
	if (answer.tell->answer_case != SLUIS__TELL__ANSWER_CASE)
		return sluis_fail_err(failure, SLUIS_ESTATUS, _("reading the case"));
	tell = answer.tell->case_;
	for (size_t i = 0; i < tell->n_acts; i++)
		SLUIS_TRY(append(session, of_case, tell->acts[i], failure));
	*ret_more = tell->more_count != 0 && tell->n_acts > 0;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_cases_get(struct sluis_session *session, const struct sluis_id *id, struct sluis_case **ret,
    struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_case_freep)
	struct sluis_case *of_case = sluis_case_new(&session->federation, id);
	bool more = true;

	if (of_case == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("reading the case"));
	for (unsigned page = 0; more && page < PAGES_MAX; page++)
		SLUIS_TRY(get_page(session, of_case, &more, failure));
	if (of_case->next_sequence == 0)
		return sluis_fail_err(failure, SLUIS_ESTATUS, _("reading the case"));
	*ret = SLUIS_TAKE(of_case);
	return SLUIS_OK;
}

static enum sluis_err
build(struct sluis_session *session, const struct sluis_case *of_case, const struct sluis_cases_act *act,
    struct sluis_arena *arena, Sluis__Signed **ret, struct sluis_failure *failure)
{
	struct sluis_case_name names[SLUIS_RECIPIENTS_MAX];
	const struct sluis_profile_heads heads = sluis_profile_heads(session->profile);
	struct sluis_case_act draft = {
		.code = act->code,
		.record_hash = session->self->record_hash,
		.created_ms = sluis_now_ms(),
		.keys = heads.keys,
		.policy_hash = session->policy_hash,
		.names = names,
		.n_names = act->n_members,
		.facts = act->facts,
		.n_facts = act->n_facts,
	};
	struct sluis_bytes payload;
	enum sluis_err err;

	if (act->n_members > SLUIS_RECIPIENTS_MAX)
		return sluis_fail_err(failure, SLUIS_ETOOBIG, _("acting on the case"));
	for (size_t i = 0; i < act->n_members; i++) {
		names[i].handle = act->members[i]->handle;
		names[i].record_hash = act->members[i]->record_hash;
	}
	/* an act may not be older than the one before it, whatever this device's clock says */
	if (of_case->next_sequence > 0 && draft.created_ms < of_case->changed_ms)
		draft.created_ms = of_case->changed_ms;
	err = sluis_case_build(of_case, &draft, arena, &payload);
	if (err != SLUIS_OK)
		return sluis_fail_err(failure, err, _("acting on the case"));
	return sluis_session_sign(session, SLUIS_SIGNED_CASE, payload, arena, ret, failure);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_cases_do(struct sluis_session *session, struct sluis_case *of_case,
    const struct sluis_cases_act *act, uint64_t *ret_index, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep)
	struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
	Sluis__Ask ask = SLUIS__ASK__INIT;
	struct sluis_session_done done;
	struct sluis_session_act sent;
	Sluis__Signed *signed_act = NULL;
	char type[48] = "case-";

	if (arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("acting on the case"));
	if (session->self == NULL)
		return sluis_session_refusal(session, "member-inactive", failure);
	SLUIS_TRY(build(session, of_case, act, arena, &signed_act, failure));
	ask.act_case = SLUIS__ASK__ACT_CASE_ACT;
	ask.case_act = signed_act;
	strncat(type, sluis_case_code_text(act->code), sizeof(type) - sizeof("case-"));
	sent = (struct sluis_session_act){ .act_hash = sluis_signed_hash(signed_act), .type = type,
		.what = _("acting on the case") };
	SLUIS_TRY(sluis_session_act(session, &ask, &sent, arena, &done, failure));
	*ret_index = done.index;
	return append(session, of_case, signed_act, failure);
}

void
sluis_cases_facts(const struct sluis_session *session, const struct sluis_case *of_case,
    struct sluis_bytes handle, struct sluis_case_facts *ret)
{
	sluis_case_right_facts(session->policy, of_case, handle, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_cases_list(struct sluis_session *session,
    enum sluis_err (*each)(void *context, const Sluis__CaseRow *row), void *context,
    struct sluis_failure *failure)
{
	uint64_t after = 0;
	bool more = true;

	for (unsigned page = 0; more && page < PAGES_MAX; page++) {
		SLUIS_AUTO(sluis_arena_freep)
		struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
		Sluis__Ask ask = SLUIS__ASK__INIT;
		Sluis__AskCases cases = SLUIS__ASK_CASES__INIT;
		struct sluis_answer answer;

		if (arena == NULL)
			return sluis_fail_err(failure, SLUIS_ENOMEM, _("listing cases"));
		cases.after_size = after;
		ask.act_case = SLUIS__ASK__ACT_CASES;
		ask.cases = &cases;
		SLUIS_TRY(sluis_session_call(session, &ask, sluis_bytes(NULL, 0), arena, &answer, failure));
		if (answer.tell->answer_case != SLUIS__TELL__ANSWER_CASES)
			return sluis_fail_err(failure, SLUIS_ESTATUS, _("listing cases"));
		for (size_t i = 0; i < answer.tell->cases->n_rows; i++)
			SLUIS_TRY(each(context, answer.tell->cases->rows[i]));
		more = answer.tell->cases->more_count != 0 && answer.tell->cases->next_size > after;
		after = answer.tell->cases->next_size;
	}
	return SLUIS_OK;
}
