/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * view - one act with its codes looked up, and the predicates that the rules are made of.
 *
 * For proto/policy only. A predicate says whether its rule holds at one place; which places those are, is
 * the rule's scope. With several roles a rule fails when no pair of roles passes it and all before it.
 */
#ifndef SLUIS_POLICY_VIEW_H
#define SLUIS_POLICY_VIEW_H

#include "../limits.h"
#include "model.h"

/* What is being decided; rules apply to some of these. */
enum policy_mode {
	POLICY_MODE_PLAIN = 1u << POLICY_ACT_PLAIN,
	POLICY_MODE_MESSAGE = 1u << POLICY_ACT_MESSAGE,
	POLICY_MODE_RELEASE = 1u << POLICY_ACT_RELEASE,
	POLICY_MODE_REQUEST = 1u << POLICY_ACT_REQUEST,
	POLICY_MODE_GRANT = 1u << POLICY_ACT_GRANT
};

enum { POLICY_PLACES_MAX = 64 }; /* recipients, sections: bits of a mask */

struct policy_view {
	const struct sluis_policy *policy;
	const struct sluis_facts *facts;
	const struct sluis_act *act;
	int64_t now_ms;
	enum policy_mode mode;
	const struct policy_act *of;             /* the act's line in the policy; NULL: unknown */
	const struct sluis_member_facts *actor;  /* who acts: the sender; at release the receiver */
	const struct policy_ground *ground;      /* NULL: unknown */
	const struct sluis_policy_retention *retention; /* NULL: unknown */
	int purpose;
	int step; /* of the case now; at release as recorded */
	int regime;
	uint64_t actor_roles;
	uint64_t sender_roles; /* of them those that the matrix may be read with */
	uint64_t recipients; /* those that are judged */
	uint64_t members;    /* those of them that are no recovery keys */
	uint64_t sections;   /* those that are judged */
	uint64_t present;    /* categories that are in the message and go to somebody */
	int category[POLICY_PLACES_MAX];        /* of each section */
	uint64_t recipient_roles[POLICY_PLACES_MAX]; /* all roles of each recipient */
	/* What the trial of one sender role narrows. */
	int sender_role;
	uint64_t roles[POLICY_PLACES_MAX]; /* roles of each recipient that passed all rules so far */
};

/* Where a predicate is asked. */
struct policy_place {
	int section;
	int recipient;
	int role; /* of the recipient */
};

enum policy_scope {
	POLICY_SCOPE_ACT,       /* once */
	POLICY_SCOPE_RECIPIENT, /* for each recipient */
	POLICY_SCOPE_ROLE,      /* for each member that receives: some role must pass */
	POLICY_SCOPE_SECTION,   /* for each section */
	POLICY_SCOPE_DELIVERY   /* for each section and member that gets it: some role must pass */
};

/* A predicate; ${ret_detail} is the code that the verdict will name, changed where another says more. */
#define POLICY_PREDICATE(name)                                                                     \
	bool sluis_policy_##name(const struct policy_view *v, struct policy_place at,              \
	    struct sluis_bytes *ret_detail)

/* 1, 2: rule_act.c */
POLICY_PREDICATE(actor_is_active);
POLICY_PREDICATE(actor_has_certificate);
POLICY_PREDICATE(act_fits_role);
POLICY_PREDICATE(case_is_found);
POLICY_PREDICATE(object_is_found);
POLICY_PREDICATE(grant_is_found);
POLICY_PREDICATE(case_is_new);
POLICY_PREDICATE(case_is_open);
POLICY_PREDICATE(case_is_closed);
POLICY_PREDICATE(act_fits_condition);
POLICY_PREDICATE(step_is_next);
POLICY_PREDICATE(message_is_kept);
POLICY_PREDICATE(message_stands);
POLICY_PREDICATE(message_is_free);

/* 2: rule_fact.c */
POLICY_PREDICATE(facts_fit);

/* 3, 4: rule_receiver.c */
POLICY_PREDICATE(purpose_is_known);
POLICY_PREDICATE(purpose_fits_step);
POLICY_PREDICATE(role_sends);
POLICY_PREDICATE(receiver_count_fits);
POLICY_PREDICATE(receiver_is_active);
POLICY_PREDICATE(receiver_is_on_case);
POLICY_PREDICATE(receiver_is_new);
POLICY_PREDICATE(receiver_may_join);
POLICY_PREDICATE(role_receives);
POLICY_PREDICATE(receiver_is_not_shielded);
POLICY_PREDICATE(recovery_is_beside_member);

/* 5: rule_section.c */
POLICY_PREDICATE(section_count_fits);
POLICY_PREDICATE(section_has_receiver);
POLICY_PREDICATE(category_is_known);
POLICY_PREDICATE(category_is_allowed);
POLICY_PREDICATE(category_is_not_limited);
POLICY_PREDICATE(category_is_granted);
POLICY_PREDICATE(category_is_not_shielded);
POLICY_PREDICATE(officer_receives);
POLICY_PREDICATE(officers_all_receive);
POLICY_PREDICATE(criminal_is_allowed);
POLICY_PREDICATE(required_is_present);
POLICY_PREDICATE(receiver_gets_something);
POLICY_PREDICATE(about_is_known);
POLICY_PREDICATE(about_is_allowed);
POLICY_PREDICATE(section_size_fits);
POLICY_PREDICATE(message_size_fits);
POLICY_PREDICATE(stanza_count_fits);

/* 6: rule_ground.c */
POLICY_PREDICATE(ground_is_allowed);
POLICY_PREDICATE(ground_fits_receiver);
POLICY_PREDICATE(ground_fits_category);
POLICY_PREDICATE(ground_has_evidence);
POLICY_PREDICATE(ground_holds);

/* 6: rule_grant.c; the grant that the message stands on */
POLICY_PREDICATE(grant_is_of_case);
POLICY_PREDICATE(grant_stands);
POLICY_PREDICATE(grant_is_not_refused);
POLICY_PREDICATE(grant_has_begun);
POLICY_PREDICATE(grant_has_not_expired);
POLICY_PREDICATE(grant_fits_band);
POLICY_PREDICATE(grant_exception_fits);
POLICY_PREDICATE(grant_is_given);
POLICY_PREDICATE(grant_text_is_known);
POLICY_PREDICATE(grant_covers_purpose);
POLICY_PREDICATE(grant_covers_category);
POLICY_PREDICATE(grant_covers_receiver);
POLICY_PREDICATE(grant_covers_criminal);

/* 6: rule_record.c; the grant that is being recorded */
POLICY_PREDICATE(record_ends_in_time);
POLICY_PREDICATE(record_band_is_month);
POLICY_PREDICATE(record_method_is_known);
POLICY_PREDICATE(record_text_is_present);
POLICY_PREDICATE(record_purposes_are_known);
POLICY_PREDICATE(record_categories_are_known);
POLICY_PREDICATE(record_receivers_are_known);
POLICY_PREDICATE(record_term_fits);

/* 7, 8: rule_term.c */
POLICY_PREDICATE(retention_fits);
POLICY_PREDICATE(term_has_begun);
POLICY_PREDICATE(term_has_not_expired);
POLICY_PREDICATE(allowance_is_left);

/** sluis_policy_expiry(v): earliest of declared, class, grant and ground; INT64_MAX: nothing bounds it. */
int64_t sluis_policy_expiry(const struct policy_view *v);

/** sluis_policy_ground_end(v): the earliest end date in its evidence, which is well formed; INT64_MAX: none. */
int64_t sluis_policy_ground_end(const struct policy_view *v);

/** sluis_policy_acting_role(v): the role by which a permitted act is done; POLICY_NONE: by no role. */
int sluis_policy_acting_role(const struct policy_view *v);

/** sluis_policy_act_stays(v): the act carries a fact by which it may move to the step in which the case is. */
bool sluis_policy_act_stays(const struct policy_view *v);

/** sluis_policy_row_at(v, at): the row for this pair of roles, NULL: none. */
const struct policy_row *sluis_policy_row_at(const struct policy_view *v, struct policy_place at);

/** sluis_policy_row_is_for_actor(v, row): of this purpose and step, with the actor's role on its side. */
bool sluis_policy_row_is_for_actor(const struct policy_view *v, const struct policy_row *row);

/** sluis_policy_is_officers_only(v, section): its category is one of those. */
bool sluis_policy_is_officers_only(const struct policy_view *v, int section);

/** sluis_policy_may_have_secret(v, recipient): an officers-only section may go to this member. */
bool sluis_policy_may_have_secret(const struct policy_view *v, int recipient);

/** sluis_policy_gets_only_secrets(v, recipient): it gets officers-only sections, lawfully, and nothing else:
 * it need not be on the case, nor in a row of the matrix. */
bool sluis_policy_gets_only_secrets(const struct policy_view *v, int recipient);

/** sluis_policy_section_recipients(v, section): mask; in a request everybody asked. */
uint64_t sluis_policy_section_recipients(const struct policy_view *v, int section);

/** sluis_policy_view_init(policy, facts, act, now_ms, is_release, ret): look up all codes. */
void sluis_policy_view_init(const struct sluis_policy *policy, const struct sluis_facts *facts,
    const struct sluis_act *act, int64_t now_ms, bool is_release, struct policy_view *ret);

/** sluis_policy_view_try(v, sender_role): begin the trial of one sender role. */
void sluis_policy_view_try(struct policy_view *v, int sender_role);

/** sluis_policy_may_have(v, at): all rules about a section and who gets it hold at ${at}. */
bool sluis_policy_may_have(const struct policy_view *v, struct policy_place at);

/** sluis_policy_is_beyond(v, until_ms, term_ms): ${until_ms} is later than ${term_ms} (not negative) from now. */
static inline bool
sluis_policy_is_beyond(const struct policy_view *v, int64_t until_ms, int64_t term_ms)
{
	int64_t left_ms;

	if (__builtin_sub_overflow(until_ms, v->now_ms, &left_ms))
		return until_ms > v->now_ms;
	return left_ms > term_ms;
}

/** sluis_policy_uses_grant(v): the act stands on a grant. */
static inline bool
sluis_policy_uses_grant(const struct policy_view *v)
{
	return v->ground != NULL && v->ground->open.needs_grant;
}

/** sluis_policy_first_role(roles): the first role of a mask in policy order, POLICY_NONE of an empty one. */
static inline int
sluis_policy_first_role(uint64_t roles)
{
	return roles == 0 ? POLICY_NONE : sluis_policy_first(roles);
}

/** sluis_policy_codes_have(codes, code): ${code} is one of ${codes}. */
static inline bool
sluis_policy_codes_have(struct sluis_codes codes, struct sluis_bytes code)
{
	for (size_t i = 0; i < codes.count; i++)
		if (sluis_bytes_equal(codes.items[i], code))
			return true;
	return false;
}

/** sluis_policy_earlier(a_ms, b_ms): the earlier of two moments. */
static inline int64_t
sluis_policy_earlier(int64_t a_ms, int64_t b_ms)
{
	return a_ms < b_ms ? a_ms : b_ms;
}

/** sluis_policy_same(a, b): the same handle, and not two empty ones. */
static inline bool
sluis_policy_same(struct sluis_bytes a, struct sluis_bytes b)
{
	return a.len > 0 && sluis_bytes_equal(a, b);
}

#endif
