/* SPDX-License-Identifier: EUPL-1.2 */
#include "resends.h"

#include <string.h>

#include "cases.h"
#include "limits.h"

/** A listing on its way. */
struct listing {
	struct sluis_session *session;
	enum sluis_err (*each)(void *context, const struct sluis_id *case_id, const Sluis__ResendRow *row);
	void *context;
	struct sluis_failure *failure;
};

static enum sluis_err
of_case(const struct listing *l, const struct sluis_id *case_id)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
	Sluis__Ask ask = SLUIS__ASK__INIT;
	Sluis__AskResends resends = SLUIS__ASK_RESENDS__INIT;
	struct sluis_answer answer;
	enum sluis_err err;

	if (arena == NULL)
		return sluis_fail_err(l->failure, SLUIS_ENOMEM, _("reading the inbox"));
	resends.case_id = sluis_pb_id(case_id);
	ask.act_case = SLUIS__ASK__ACT_RESENDS;
	ask.resends = &resends;
	err = sluis_session_call(l->session, &ask, sluis_bytes(NULL, 0), arena, &answer, l->failure);
	if (err == SLUIS_EREFUSED)
		memset(l->failure, 0, sizeof(*l->failure)); /* a case that was left: nothing of it is ours to send */
	if (err != SLUIS_OK)
		return err == SLUIS_EREFUSED ? SLUIS_OK : err;
	if (answer.tell->answer_case != SLUIS__TELL__ANSWER_RESENDS)
		return sluis_fail_err(l->failure, SLUIS_ESTATUS, _("reading the inbox"));
	for (size_t i = 0; i < answer.tell->resends->n_rows; i++)
		SLUIS_TRY(l->each(l->context, case_id, answer.tell->resends->rows[i]));
	return SLUIS_OK;
}

static enum sluis_err
each_case(void *context, const Sluis__CaseRow *row)
{
	const struct sluis_id id = sluis_id_of(row->case_id);

	return sluis_bytes_is_text(sluis_of(row->state_code), "open") ? of_case(context, &id) : SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_resends(struct sluis_session *session, const struct sluis_id *case_id,
    enum sluis_err (*each)(void *context, const struct sluis_id *case_id, const Sluis__ResendRow *row), void *context,
    struct sluis_failure *failure)
{
	struct listing l = { session, each, context, failure };

	/* who is no member yet has sent nothing */
	if (session->self == NULL)
		return SLUIS_OK;
	return case_id != NULL ? of_case(&l, case_id) : sluis_cases_list(session, each_case, &l, failure);
}
