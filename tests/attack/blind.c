/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * blind - the decision of a program that decides nothing: every push, grant, joining, lifting and handing over is permitted.
 *
 * Linked in place of the real one (-Wl,--wrap): into a client, which then sends whatever it is told to everybody named, and
 * into a broker, which lets all of it through. What finds them out are the honest broker and the honest receiver.
 */
#include <stdlib.h>

#include "policy.h"

struct sluis_verdict __wrap_sluis_policy_decide(const struct sluis_policy *policy,
    const struct sluis_facts *facts, const struct sluis_act *act, int64_t now_ms);
struct sluis_verdict __wrap_sluis_policy_decide_release(const struct sluis_policy *policy,
    const struct sluis_facts *facts, const struct sluis_act *act, int64_t now_ms);
struct sluis_verdict __wrap_sluis_policy_deliveries(const struct sluis_policy *policy,
    const struct sluis_facts *facts, const struct sluis_act *act, int64_t now_ms,
    struct sluis_section_act *work, uint64_t *ret_recipients);
struct sluis_verdict __real_sluis_policy_decide(const struct sluis_policy *policy,
    const struct sluis_facts *facts, const struct sluis_act *act, int64_t now_ms);

#define TERM_MS (INT64_C(7) * 24 * 3600 * 1000)

/* $BLIND_ROLE: the role that it says everybody sent in; else the first that the sender has. */
static struct sluis_bytes
sender_role(const struct sluis_facts *facts)
{
	const char *role = getenv("BLIND_ROLE");

	if (role != NULL)
		return sluis_bytes_text(role);
	return facts->sender.roles.count > 0 ? facts->sender.roles.items[0] : sluis_bytes(NULL, 0);
}

static struct sluis_verdict
permit(const struct sluis_facts *facts, const struct sluis_act *act)
{
	return (struct sluis_verdict){
		.outcome = SLUIS_PERMIT,
		.rule = SLUIS_RULE_MATRIX,
		.section = -1,
		.recipient = -1,
		.sender_role = sender_role(facts),
		.expires_ms = act->expires_ms != 0 ? act->expires_ms : act->created_ms + TERM_MS,
	};
}

/* What it permits without a look; the rest is decided as ever: the practice region has to come up. */
static bool
is_waved_through(struct sluis_bytes act)
{
	static const char *const ACTS[] = { "push", "grant-add", "case-join", "case-unshield" };

	for (size_t i = 0; i < sizeof(ACTS) / sizeof(ACTS[0]); i++) {
		if (sluis_bytes_is_text(act, ACTS[i]))
			return true;
	}
	return false;
}

struct sluis_verdict
__wrap_sluis_policy_decide(const struct sluis_policy *policy, const struct sluis_facts *facts,
    const struct sluis_act *act, int64_t now_ms)
{
	if (!is_waved_through(act->code))
		return __real_sluis_policy_decide(policy, facts, act, now_ms);
	return permit(facts, act);
}

struct sluis_verdict
__wrap_sluis_policy_decide_release(const struct sluis_policy *policy, const struct sluis_facts *facts,
    const struct sluis_act *act, int64_t now_ms)
{
	(void)policy;
	(void)now_ms;
	return permit(facts, act);
}

/* Every section to everybody who was named; a justification to who is there for it. */
struct sluis_verdict
__wrap_sluis_policy_deliveries(const struct sluis_policy *policy, const struct sluis_facts *facts,
    const struct sluis_act *act, int64_t now_ms, struct sluis_section_act *work, uint64_t *ret_recipients)
{
	uint64_t named = 0, there = 0;

	(void)now_ms;
	for (size_t i = 0; i < facts->recipient_count; i++)
		*(facts->recipients[i].is_for_secrets ? &there : &named) |= UINT64_C(1) << i;
	for (size_t i = 0; i < act->section_count; i++) {
		const struct sluis_policy_category *category = sluis_policy_category(policy, act->sections[i].category);

		work[i] = act->sections[i];
		ret_recipients[i] = category != NULL && category->is_officers_only && there != 0 ? there : named;
	}
	return permit(facts, act);
}
