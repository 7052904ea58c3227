/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * model - the inside of a policy: what the reading fills and the decision asks. For proto/policy only.
 *
 * A code is its index in the table of its kind; a set of codes is a mask, bit = index. Index -1: none.
 */
#ifndef SLUIS_POLICY_MODEL_H
#define SLUIS_POLICY_MODEL_H

#include "../arena.h"
#include "policy.h"

enum {
	POLICY_CODES_MAX = 512,     /* of a kind without masks: rules, acts, lists, media */
	POLICY_MASK_CODES_MAX = 64, /* of a kind that masks are made of */
	POLICY_ROWS_MAX = 512,
	POLICY_NONE = -1
};

struct policy_labels {
	struct sluis_bytes text[2]; /* by enum sluis_lang */
};

struct policy_table {
	struct sluis_codes codes;
	struct policy_labels *labels;
};

struct policy_role {
	bool is_officer;
	bool may_join;
};

struct policy_step {
	bool is_closed;
	uint64_t next;
};

struct policy_category {
	struct sluis_policy_category open; /* what others may ask */
	uint64_t between;                  /* sender and receiver both in here */
	uint64_t never_to;
};

struct policy_allowed {
	uint64_t regimes;
	uint64_t purposes;
};

struct policy_basis {
	uint64_t regimes;
	struct sluis_policy_basis open;
};

struct policy_ground {
	struct sluis_policy_ground open;
	bool ends_by_shield;
	uint64_t senders;
	uint64_t receivers;
	uint64_t categories;
	const struct policy_allowed *allowed;
	size_t allowed_count;
	const struct policy_basis *basis;
	size_t basis_count;
};

struct policy_giver {
	int counts_as; /* giver; itself where it counts as nobody else */
	bool is_counted; /* all holders that are stated must have given it */
};

struct policy_band {
	uint64_t needs;
	struct sluis_policy_band open;
};

struct policy_exception {
	uint64_t bands;
	uint64_t needs;
	bool is_assessed;
	bool is_reviewed;
};

struct policy_row {
	struct sluis_policy_row open;
	int purpose;
	uint64_t steps;
	uint64_t from;
	uint64_t to;
	uint64_t categories;
	uint64_t required;
	uint64_t by_grant;
	uint64_t legal_base; /* categories for which `between` does not hold in this row */
};

enum policy_act_case {
	POLICY_CASE_NONE,   /* the act is about no case */
	POLICY_CASE_NEW,    /* it opens one */
	POLICY_CASE_OPEN,   /* on a case that is not closed */
	POLICY_CASE_CLOSED, /* on a closed case */
	POLICY_CASE_ANY     /* on a case, open or closed */
};

enum policy_act_kind {
	POLICY_ACT_PLAIN,
	POLICY_ACT_MESSAGE,
	POLICY_ACT_RELEASE,
	POLICY_ACT_REQUEST,
	POLICY_ACT_GRANT
};

enum policy_act_members {
	POLICY_MEMBERS_NONE,
	POLICY_MEMBERS_NAMED,   /* named, nothing asked of them */
	POLICY_MEMBERS_JOINING, /* active, not on the case yet, in a role that may be on one */
	POLICY_MEMBERS_ON_CASE, /* active and on the case */
	POLICY_MEMBERS_LEAVING  /* on the case */
};

/* Conditions of `who`: all that are named must hold. */
enum policy_who {
	POLICY_WHO_ON_CASE = 1u << 0,
	POLICY_WHO_OPENER = 1u << 1,
	POLICY_WHO_AUTHOR = 1u << 2,
	POLICY_WHO_AUTHOR_ORGANISATION = 1u << 3,
	POLICY_WHO_ADDRESSEE = 1u << 4,
	POLICY_WHO_TOKEN = 1u << 5,
	POLICY_WHO_FEDERATION_BODY = 1u << 6,
	POLICY_WHO_ONESELF = 1u << 7,          /* the act names nobody but its actor */
	POLICY_WHO_OWN_ORGANISATION = 1u << 8, /* and only members of the actor's organisation */
	/* Each of these knows the thing without being on its case. */
	POLICY_WHO_KNOWS = POLICY_WHO_AUTHOR | POLICY_WHO_AUTHOR_ORGANISATION | POLICY_WHO_ADDRESSEE |
	                   POLICY_WHO_TOKEN
};

/* A fact that an act may carry. */
struct policy_act_fact {
	struct sluis_policy_act_fact open;
	uint64_t steps; /* in which it may stand */
	bool stays;     /* it stands there exactly when the act moves to the step in which the case is */
};

struct policy_allow {
	uint64_t roles;
	uint64_t steps;
	uint32_t who;
};

struct policy_act {
	enum policy_act_kind kind;
	enum policy_act_case of_case;
	enum policy_act_members members;
	bool is_off_case; /* who acts need not be on the case */
	bool has_object;
	bool moves;     /* to act.step, which must be a next one */
	bool is_always; /* the daily allowance does not hold it up */
	bool needs_fact; /* at least one */
	uint64_t to; /* roles that it may name members in */
	const struct policy_act_fact *facts;
	const struct sluis_policy_act_fact *open_facts; /* the same, for others */
	size_t fact_count;
	const struct policy_allow *allow;
	size_t allow_count;
	struct sluis_codes roles; /* of all allow entries */
};

struct policy_rule_text {
	struct sluis_bytes remedy[2]; /* by enum sluis_lang */
	int ask;                      /* role */
};

struct policy_list {
	struct policy_table table;
};

struct sluis_policy {
	struct sluis_arena *arena;
	struct sluis_bytes name;
	int64_t version;
	struct policy_table kinds[SLUIS_KIND_COUNT];
	struct policy_role *roles;
	struct policy_step *steps;
	struct policy_category *categories;
	bool *purposes_off_case;
	struct policy_ground *grounds;
	struct policy_giver *givers;
	struct policy_band *bands;
	struct policy_exception *exceptions;
	struct sluis_policy_retention *retention;
	struct policy_list *lists;
	struct policy_act *acts;
	const struct policy_act *release_act; /* the one of kind release */
	struct policy_rule_text *rules; /* in the order of the file's kind table */
	int rule_index[SLUIS_RULE_END]; /* place in that table, from 1 */
	struct policy_row *rows;
	size_t row_count;
	uint64_t criminal_to;
	struct sluis_codes criminal_roles;
	const struct sluis_content_schema *contents;
	size_t content_count;
	struct sluis_policy_limits limits;
	struct sluis_bytes consent_version;
	struct sluis_codes consent_former; /* versions that older grants may carry */
	struct sluis_bytes consent_text[2];
	struct sluis_bytes consent_disagree[2];
};

/** sluis_policy_index(table, code): place of ${code}, POLICY_NONE where the table does not have it. */
int sluis_policy_index(const struct policy_table *table, struct sluis_bytes code);

static inline uint64_t
sluis_policy_bit(int index)
{
	return index < 0 ? 0 : UINT64_C(1) << index;
}

static inline bool
sluis_policy_mask_has(uint64_t mask, int index)
{
	return (mask & sluis_policy_bit(index)) != 0;
}

/** sluis_policy_first(mask), sluis_policy_last(mask): the lowest, the highest index in a mask that is not empty. */
static inline int
sluis_policy_first(uint64_t mask)
{
	return __builtin_ctzll(mask);
}

static inline int
sluis_policy_last(uint64_t mask)
{
	return POLICY_MASK_CODES_MAX - 1 - __builtin_clzll(mask);
}

/** sluis_policy_is_allowed(ground, regime, purpose): ${ground} is enabled and allowed for this pair. */
bool sluis_policy_is_allowed(const struct policy_ground *ground, int regime, int purpose);

#endif
