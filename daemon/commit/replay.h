/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * replay - a signed act is taken once, in its time: stale, seen before, or an id used for something else.
 *
 * Source: PROTOCOL 3.5.
 */
#ifndef SLUISD_REPLAY_H
#define SLUISD_REPLAY_H

#include "commit/internal.h"

/** An act as it is remembered: its key (an id padded with zeros, or H(payload)), its hash, when it was made. */
struct replay_act {
	struct sluis_hash key;
	int64_t created_ms;
	int64_t until_ms; /* kept at least so long: expiry; 0: no expiry */
	const char *event_type;
};

struct sluis_hash replay_key(const struct sluis_id *id);

/**
 * replay_admit(round, plan, act, ret_is_new):
 * *ret_is_new true: go on. False: ${plan} already holds the answer: the first answer again, or a refusal
 * `stale` or `id-reused`, logged.
 */
SLUIS_MUST_CHECK enum sluis_err replay_admit(struct round *round, struct plan *plan,
    const struct replay_act *act, bool *ret_is_new);

/** replay_remember(round, plan, act, index, was_refused): the event at ${index} is the answer to this act from now on. */
SLUIS_MUST_CHECK enum sluis_err replay_remember(struct round *round, const struct plan *plan,
    const struct replay_act *act, uint64_t index, bool was_refused);

/** replay_refuse(round, plan, act, rule, verdict): plan_refuse(), remembered as the answer to this act. */
SLUIS_MUST_CHECK enum sluis_err replay_refuse(struct round *round, struct plan *plan,
    const struct replay_act *act, const char *rule, const struct sluis_verdict *verdict);

/**
 * replay_is_used(round, plan, act, what, ret): the id of ${act} was used for one of ${what} before, longer ago than ids are
 * remembered: ${plan} then holds the refusal `id-reused`, logged.
 */
SLUIS_MUST_CHECK enum sluis_err replay_is_used(struct round *round, struct plan *plan,
    const struct replay_act *act, enum store_known what, bool *ret);

#endif
