/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * kit_tuples - what one line of expected.tsv stands for, decided by a policy.
 *
 * A tuple is (purpose, sender role, receiver role, step, category). It means: two members with that one role
 * each, both active and on the case, which is in that step; everything else in order; a ground that takes a
 * grant, with a grant that covers purpose, category and the receiver's organisation but names no role; the
 * message holds this one section and what the purpose requires, the latter addressed to a receiver that may
 * have it; a receiving privacy officer is the one of the sender's organisation.
 */
#ifndef SLUIS_KIT_TUPLES_H
#define SLUIS_KIT_TUPLES_H

#include "policy.h"

enum { KIT_TUPLE_PURPOSE, KIT_TUPLE_SENDER, KIT_TUPLE_RECEIVER, KIT_TUPLE_STEP, KIT_TUPLE_CATEGORY };

struct kit_tuple {
	struct sluis_bytes code[5];
};

/** kit_tuple_kind(column): the kind of code that stands in a column. */
enum sluis_policy_kind kit_tuple_kind(size_t column);

/** kit_tuple_decide(policy, tuple): the verdict. */
struct sluis_verdict kit_tuple_decide(const struct sluis_policy *policy, const struct kit_tuple *tuple);

#endif
