/* SPDX-License-Identifier: EUPL-1.2 */
#include "push_refused.h"

#include <string.h>

/* What is refused has no term that the policy gave; any that is still to come will do. */
#define EXPIRES_AFTER_MS (24 * 3600 * INT64_C(1000))

enum { EXIT_PROOF = 5 };

static enum sluis_err
ask_broker(struct sluis_session *session, const struct sluis_draft *draft, struct sluis_arena *arena,
    struct sluis_failure *failure)
{
	const struct sluis_draft_random random = { .fill = sluis_random_system };
	Sluis__Ask ask = SLUIS__ASK__INIT;
	struct sluis_answer answer;

	/* What no manifest can say (a fact twice) cannot be told; the preview's refusal stands. */
	if (sluis_draft_intent(draft, &random, arena, &sluis_profile_keys(session->profile)->sign, &ask.intent) !=
	    SLUIS_OK)
		return SLUIS_OK;
	ask.act_case = SLUIS__ASK__ACT_INTENT;
	return sluis_session_call(session, &ask, sluis_bytes(NULL, 0), arena, &answer, failure);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_push_refused(struct sluis_session *session, struct sluis_draft *draft, struct sluis_arena *arena,
    struct sluis_failure *failure)
{
	const struct sluis_failure preview = *failure;
	struct sluis_failure broker = { .err = SLUIS_OK };
	enum sluis_err err;

	draft->expires_ms = draft->not_before_ms + EXPIRES_AFTER_MS;
	err = ask_broker(session, draft, arena, &broker);
	if (err != SLUIS_OK && sluis_fail_exit(&broker) == EXIT_PROOF) {
		*failure = broker;
		return err;
	}
	/* `malformed`: the broker would take it, and has no more to say of an intent. */
	if (err == SLUIS_EREFUSED && strcmp(broker.rule, preview.rule) != 0 &&
	    strcmp(broker.rule, "malformed") != 0) {
		*failure = broker;
		return err;
	}
	*failure = preview;
	return SLUIS_EREFUSED;
}
