/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * flatter - a broker that refuses in its log and says "done" (-Wl,--wrap=replay_refuse), with a proof that holds: that of the
 * refusal. Who looks at place, type and act alone believes it.
 */
#include "commit/replay.h"

enum sluis_err __real_replay_refuse(struct round *round, struct plan *plan, const struct replay_act *act,
    const char *rule, const struct sluis_verdict *verdict);
enum sluis_err __wrap_replay_refuse(struct round *round, struct plan *plan, const struct replay_act *act,
    const char *rule, const struct sluis_verdict *verdict);

enum sluis_err
__wrap_replay_refuse(struct round *round, struct plan *plan, const struct replay_act *act, const char *rule,
    const struct sluis_verdict *verdict)
{
	SLUIS_TRY(__real_replay_refuse(round, plan, act, rule, verdict));
	return plan_done(round, plan, round->exchange_size - 1);
}
