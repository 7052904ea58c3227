/* SPDX-License-Identifier: EUPL-1.2 */
#include "decide.h"

#include "view.h"

struct rule {
	enum sluis_rule rule;
	unsigned modes;
	enum policy_scope scope;
	bool (*holds)(const struct policy_view *v, struct policy_place at, struct sluis_bytes *ret_detail);
};

#define EVERY (PLAIN | MESSAGE | RELEASE | REQUEST | GRANT)
#define PLAIN ((unsigned)POLICY_MODE_PLAIN)
#define MESSAGE ((unsigned)POLICY_MODE_MESSAGE)
#define RELEASE ((unsigned)POLICY_MODE_RELEASE)
#define REQUEST ((unsigned)POLICY_MODE_REQUEST)
#define GRANT ((unsigned)POLICY_MODE_GRANT)

/* clang-format off */
/* Design 5. The first rule that does not hold is the verdict; the order is that of the enum. */
static const struct rule RULES[] = {
#define R(name, modes, scope, predicate) \
	{ SLUIS_RULE_##name, (modes), POLICY_SCOPE_##scope, sluis_policy_##predicate },
	R(MEMBER_INACTIVE,      EVERY,                       ACT,       actor_is_active)
	R(CERTIFICATE_INVALID,  EVERY,                       ACT,       actor_has_certificate)
	R(ACT_ROLE,             EVERY,                       ACT,       act_fits_role)
	R(NOT_FOUND,            EVERY,                       ACT,       case_is_found)
	R(NOT_FOUND,            EVERY,                       ACT,       object_is_found)
	R(NOT_FOUND,            MESSAGE | RELEASE,           ACT,       grant_is_found)
	R(CASE_EXISTS,          PLAIN,                       ACT,       case_is_new)
	R(CASE_CLOSED,          PLAIN | MESSAGE | REQUEST | GRANT, ACT, case_is_open)
	R(CASE_NOT_CLOSED,      PLAIN,                       ACT,       case_is_closed)
	R(ACT_CONDITION,        EVERY,                       ACT,       act_fits_condition)
	R(STEP_ORDER,           PLAIN,                       ACT,       step_is_next)
	R(ACT_FACT,             PLAIN,                       ACT,       facts_fit)
	R(MESSAGE_ERASED,       RELEASE,                     ACT,       message_is_kept)
	R(MESSAGE_WITHDRAWN,    RELEASE,                     ACT,       message_stands)
	R(MESSAGE_FROZEN,       RELEASE,                     ACT,       message_is_free)
	R(PURPOSE_UNKNOWN,      MESSAGE | RELEASE | REQUEST, ACT,       purpose_is_known)
	R(STEP_PURPOSE,         MESSAGE | REQUEST,           ACT,       purpose_fits_step)
	R(SENDER_ROLE,          MESSAGE | RELEASE | REQUEST, ACT,       role_sends)
	R(RECEIVER_COUNT,       PLAIN | MESSAGE | REQUEST,   ACT,       receiver_count_fits)
	R(RECEIVER_INACTIVE,    PLAIN | MESSAGE | REQUEST,   RECIPIENT, receiver_is_active)
	R(RECEIVER_NOT_ON_CASE, PLAIN | MESSAGE | RELEASE | REQUEST, RECIPIENT, receiver_is_on_case)
	R(RECEIVER_ON_CASE,     PLAIN,                       RECIPIENT, receiver_is_new)
	R(RECEIVER_ROLE,        PLAIN,                       RECIPIENT, receiver_may_join)
	R(RECEIVER_ROLE,        MESSAGE | RELEASE | REQUEST, ROLE,      role_receives)
	R(RECEIVER_SHIELDED,    PLAIN | MESSAGE | RELEASE,   RECIPIENT, receiver_is_not_shielded)
	R(RECEIVER_RECOVERY,    MESSAGE,                     RECIPIENT, recovery_is_beside_member)
	R(SECTION_COUNT,        MESSAGE | REQUEST,           ACT,       section_count_fits)
	R(SECTION_RECEIVER,     MESSAGE,                     SECTION,   section_has_receiver)
	R(CATEGORY_UNKNOWN,     MESSAGE | RELEASE | REQUEST, SECTION,   category_is_known)
	R(CATEGORY_NOT_ALLOWED, MESSAGE | RELEASE | REQUEST, DELIVERY,  category_is_allowed)
	R(CATEGORY_LIMITED,     MESSAGE | RELEASE | REQUEST, DELIVERY,  category_is_not_limited)
	R(CATEGORY_BY_GRANT,    MESSAGE | RELEASE,           DELIVERY,  category_is_granted)
	R(CATEGORY_SHIELDED,    MESSAGE | RELEASE,           DELIVERY,  category_is_not_shielded)
	R(OFFICERS_ONLY,        MESSAGE | RELEASE | REQUEST, DELIVERY,  officer_receives)
	R(OFFICERS_ONLY,        MESSAGE,                     SECTION,   officers_all_receive)
	R(CRIMINAL_RECEIVER,    MESSAGE | RELEASE,           DELIVERY,  criminal_is_allowed)
	R(CATEGORY_REQUIRED,    MESSAGE,                     ROLE,      required_is_present)
	R(RECEIVER_EMPTY,       MESSAGE | RELEASE,           RECIPIENT, receiver_gets_something)
	R(ABOUT,                MESSAGE,                     SECTION,   about_is_known)
	R(ABOUT,                MESSAGE | RELEASE,           DELIVERY,  about_is_allowed)
	R(TOO_LARGE,            MESSAGE,                     SECTION,   section_size_fits)
	R(TOO_LARGE,            MESSAGE,                     ACT,       message_size_fits)
	R(STANZA_COUNT,         MESSAGE,                     SECTION,   stanza_count_fits)
	R(GROUND_NOT_ALLOWED,   MESSAGE | RELEASE,           ACT,       ground_is_allowed)
	R(GROUND_RECEIVER,      MESSAGE | RELEASE,           ROLE,      ground_fits_receiver)
	R(GROUND_CATEGORY,      MESSAGE | RELEASE,           SECTION,   ground_fits_category)
	R(GROUND_EVIDENCE,      MESSAGE | RELEASE,           ACT,       ground_has_evidence)
	R(GROUND_ENDED,         MESSAGE | RELEASE,           ACT,       ground_holds)
	R(GRANT_CASE,           MESSAGE | RELEASE,           ACT,       grant_is_of_case)
	R(GRANT_WITHDRAWN,      MESSAGE | RELEASE,           ACT,       grant_stands)
	R(GRANT_REFUSED,        MESSAGE | RELEASE,           SECTION,   grant_is_not_refused)
	R(GRANT_NOT_YET,        MESSAGE | RELEASE,           ACT,       grant_has_begun)
	R(GRANT_EXPIRED,        MESSAGE | RELEASE,           ACT,       grant_has_not_expired)
	R(GRANT_EXPIRED,        GRANT,                       ACT,       record_ends_in_time)
	R(GRANT_BAND,           MESSAGE | RELEASE | GRANT,   ACT,       grant_fits_band)
	R(GRANT_BAND,           GRANT,                       ACT,       record_band_is_month)
	R(GRANT_EXCEPTION,      MESSAGE | RELEASE | GRANT,   ACT,       grant_exception_fits)
	R(GRANT_GIVER,          MESSAGE | RELEASE | GRANT,   ACT,       grant_is_given)
	R(GRANT_GIVER,          GRANT,                       ACT,       record_method_is_known)
	R(GRANT_TEXT,           MESSAGE | RELEASE,           ACT,       grant_text_is_known)
	R(GRANT_TEXT,           GRANT,                       ACT,       record_text_is_present)
	R(GRANT_PURPOSE,        MESSAGE | RELEASE,           ACT,       grant_covers_purpose)
	R(GRANT_PURPOSE,        GRANT,                       ACT,       record_purposes_are_known)
	R(GRANT_CATEGORY,       MESSAGE | RELEASE,           SECTION,   grant_covers_category)
	R(GRANT_CATEGORY,       GRANT,                       ACT,       record_categories_are_known)
	R(GRANT_RECEIVER,       MESSAGE | RELEASE,           ROLE,      grant_covers_receiver)
	R(GRANT_RECEIVER,       GRANT,                       ACT,       record_receivers_are_known)
	R(GRANT_CRIMINAL,       MESSAGE | RELEASE,           SECTION,   grant_covers_criminal)
	R(GRANT_TERM,           GRANT,                       ACT,       record_term_fits)
	R(RETENTION_CLASS,      MESSAGE,                     ACT,       retention_fits)
	R(NOT_BEFORE,           RELEASE,                     ACT,       term_has_begun)
	R(EXPIRED,              MESSAGE | RELEASE | REQUEST, ACT,       term_has_not_expired)
	R(ALLOWANCE,            EVERY,                       ACT,       allowance_is_left)
#undef R
};
/* clang-format on */

#define NOWHERE ((struct policy_place){ .section = -1, .recipient = -1, .role = POLICY_NONE })

static struct sluis_bytes
role_code(const struct policy_view *v, int role)
{
	return role == POLICY_NONE ? (struct sluis_bytes){ 0 }
	                           : v->policy->kinds[SLUIS_KIND_ROLE].codes.items[role];
}

static struct sluis_verdict
refuse(const struct policy_view *v, const struct rule *rule, struct policy_place at,
    struct sluis_bytes detail)
{
	return (struct sluis_verdict){
		.outcome = SLUIS_REFUSE,
		.rule = rule->rule,
		.section = at.section,
		.recipient = at.recipient,
		.detail = detail,
		.sender_role = role_code(v, v->sender_role),
		.receiver_role = role_code(v, at.role),
	};
}

/* What a verdict names where the predicate has nothing better to say. */
static struct sluis_bytes
default_detail(const struct policy_view *v, struct policy_place at)
{
	if (at.section >= 0)
		return v->act->sections[at.section].category;
	if (at.recipient >= 0)
		return v->facts->recipients[at.recipient].member.handle;
	return v->act->code;
}

static bool
holds_at(const struct policy_view *v, const struct rule *rule, struct policy_place at,
    struct sluis_verdict *ret)
{
	struct sluis_bytes detail = default_detail(v, at);

	if (rule->holds(v, at, &detail))
		return true;
	*ret = refuse(v, rule, at, detail);
	return false;
}

/* Keep the roles of a recipient that pass; none left: the rule fails there, in the first of them. */
static bool
narrow_roles(struct policy_view *v, const struct rule *rule, struct policy_place at,
    struct sluis_verdict *ret)
{
	struct sluis_verdict failed = { 0 };
	uint64_t passed = 0;

	at.role = POLICY_NONE;
	failed = refuse(v, rule, at, default_detail(v, at));
	for (uint64_t left = v->roles[at.recipient]; left != 0; left &= ~sluis_policy_bit(at.role)) {
		at.role = sluis_policy_last(left);
		if (holds_at(v, rule, at, &failed))
			passed |= sluis_policy_bit(at.role);
	}
	v->roles[at.recipient] = passed;
	if (passed == 0)
		*ret = failed;
	return passed != 0;
}

static bool
holds_for_recipients(struct policy_view *v, const struct rule *rule, struct policy_place at,
    uint64_t recipients, struct sluis_verdict *ret)
{
	for (uint64_t left = recipients; left != 0; left &= left - 1) {
		at.recipient = sluis_policy_first(left);
		if (rule->scope == POLICY_SCOPE_RECIPIENT ? !holds_at(v, rule, at, ret)
		                                          : !narrow_roles(v, rule, at, ret))
			return false;
	}
	return true;
}

static bool
holds_for_sections(struct policy_view *v, const struct rule *rule, struct sluis_verdict *ret)
{
	for (uint64_t left = v->sections; left != 0; left &= left - 1) {
		struct policy_place at = NOWHERE;
		uint64_t members;

		at.section = sluis_policy_first(left);
		members = sluis_policy_section_recipients(v, at.section) & v->members;
		if (rule->scope == POLICY_SCOPE_SECTION
		        ? !holds_at(v, rule, at, ret)
		        : !holds_for_recipients(v, rule, at, members, ret))
			return false;
	}
	return true;
}

static bool
rule_holds(struct policy_view *v, const struct rule *rule, struct sluis_verdict *ret)
{
	if (rule->scope == POLICY_SCOPE_ACT)
		return holds_at(v, rule, NOWHERE, ret);
	if (rule->scope == POLICY_SCOPE_RECIPIENT)
		return holds_for_recipients(v, rule, NOWHERE, v->recipients, ret);
	if (rule->scope == POLICY_SCOPE_ROLE)
		return holds_for_recipients(v, rule, NOWHERE, v->members, ret);
	return holds_for_sections(v, rule, ret);
}

bool
sluis_policy_may_have(const struct policy_view *v, struct policy_place at)
{
	struct sluis_bytes ignored;

	for (size_t i = 0; i < SLUIS_ARRAY_LEN(RULES); i++)
		if (RULES[i].scope == POLICY_SCOPE_DELIVERY && !RULES[i].holds(v, at, &ignored))
			return false;
	return true;
}

/* The row that permits: that of the first member with a row; else any of the purpose for this sender. */
static struct sluis_verdict
permit_by_matrix(const struct policy_view *v)
{
	struct sluis_verdict verdict = { .outcome = SLUIS_PERMIT, .rule = SLUIS_RULE_MATRIX,
		.section = -1, .recipient = -1, .detail = v->act->purpose };

	for (int i = POLICY_PLACES_MAX - 1; i >= 0; i--) {
		const struct policy_place at = { .role = sluis_policy_first_role(v->roles[i]) };
		const struct policy_row *row = sluis_policy_row_at(v, at);

		if (!sluis_policy_mask_has(v->members, i))
			continue;
		verdict.receiver_role = role_code(v, at.role);
		if (row != NULL)
			verdict.detail = row->open.code;
	}
	verdict.sender_role = role_code(v, v->sender_role);
	verdict.expires_ms = sluis_policy_expiry(v);
	return verdict;
}

static bool
is_reviewed(const struct policy_view *v)
{
	const int exception = sluis_policy_index(&v->policy->kinds[SLUIS_KIND_EXCEPTION],
	    v->facts->grant.exception);

	if (v->ground != NULL && v->ground->open.is_reviewed)
		return true;
	return (v->mode == POLICY_MODE_GRANT || sluis_policy_uses_grant(v)) &&
	       exception != POLICY_NONE && v->policy->exceptions[exception].is_reviewed;
}

static struct sluis_verdict
permit(const struct policy_view *v)
{
	struct sluis_verdict verdict = { .outcome = SLUIS_PERMIT, .rule = SLUIS_RULE_ACT,
		.section = -1, .recipient = -1, .detail = v->act->code,
		.sender_role = role_code(v, sluis_policy_acting_role(v)) };

	if ((v->mode & (MESSAGE | RELEASE | REQUEST)) != 0)
		verdict = permit_by_matrix(v);
	verdict.is_reviewed = is_reviewed(v);
	return verdict;
}

static struct sluis_verdict
try_role(struct policy_view *v, int sender_role)
{
	struct sluis_verdict verdict;

	sluis_policy_view_try(v, sender_role);
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(RULES); i++)
		if ((RULES[i].modes & (unsigned)v->mode) != 0 && !rule_holds(v, &RULES[i], &verdict))
			return verdict;
	return permit(v);
}

/* The first role that permits; where none does, the verdict of the one that comes furthest. */
static struct sluis_verdict
decide(struct policy_view *v)
{
	const int first = sluis_policy_first_role(v->sender_roles);
	struct sluis_verdict best = try_role(v, first);

	for (int role = first + 1; role < POLICY_MASK_CODES_MAX; role++) {
		struct sluis_verdict verdict;

		if (best.outcome == SLUIS_PERMIT)
			break;
		if (!sluis_policy_mask_has(v->sender_roles, role))
			continue;
		verdict = try_role(v, role);
		if (verdict.outcome == SLUIS_PERMIT || verdict.rule > best.rule)
			best = verdict;
	}
	return best;
}

struct sluis_verdict
sluis_policy_decide(const struct sluis_policy *policy, const struct sluis_facts *facts,
    const struct sluis_act *act, int64_t now_ms)
{
	struct policy_view v;

	sluis_policy_view_init(policy, facts, act, now_ms, false, &v);
	return decide(&v);
}

struct sluis_verdict
sluis_policy_decide_release(const struct sluis_policy *policy, const struct sluis_facts *facts,
    const struct sluis_act *act, int64_t now_ms)
{
	struct policy_view v;

	sluis_policy_view_init(policy, facts, act, now_ms, true, &v);
	return decide(&v);
}
