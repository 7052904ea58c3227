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

enum { KIT_TUPLE_PURPOSE, KIT_TUPLE_SENDER, KIT_TUPLE_RECEIVER, KIT_TUPLE_STEP, KIT_TUPLE_CATEGORY, KIT_TUPLE_COLUMNS };

/* What one line of grounds.tsv stands for: see tests/policy/derive_grounds.py. */
enum { KIT_GROUND_GROUND, KIT_GROUND_REGIME, KIT_GROUND_PURPOSE, KIT_GROUND_SENDER, KIT_GROUND_RECEIVER, KIT_GROUND_BAND,
	KIT_GROUND_COLUMNS };

enum { KIT_TUPLE_CODES = 6 };

struct kit_tuple {
	struct sluis_bytes code[KIT_TUPLE_CODES];
};

/** One form of table: its columns, and what a line of it means. */
struct kit_tuple_form {
	const char *heading; /* its first column */
	const char *columns; /* for people */
	size_t count;
	enum sluis_policy_kind kinds[KIT_TUPLE_CODES];
	struct sluis_verdict (*decide)(const struct sluis_policy *policy, const struct kit_tuple *tuple);
};

/** kit_tuple_form(heading): the form whose first column is so called; NULL: none. */
const struct kit_tuple_form *kit_tuple_form(struct sluis_bytes heading);

#endif
