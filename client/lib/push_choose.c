/* SPDX-License-Identifier: EUPL-1.2 */
#include "push_choose.h"

#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "grants.h"
#include "limits.h"
#include "receivers.h"

enum { GRANTS_MAX = 64 };

/** One search. */
struct choose {
	struct sluis_session *session;
	const struct sluis_push_request *given;
	struct sluis_case *of_case;
	struct sluis_grants_row *grants;
	size_t n_grants;
	struct sluis_arena *arena;
	struct sluis_verdict furthest;      /* of what was refused */
	struct sluis_push_request tried;    /* the request that it was about */
	bool has_tried;
	struct sluis_push_choice *ret;
	struct sluis_failure *failure;
};

static bool
names(const ProtobufCBinaryData *codes, size_t n, struct sluis_bytes code)
{
	for (size_t i = 0; i < n; i++) {
		if (sluis_bytes_equal(sluis_of(codes[i]), code))
			return true;
	}
	return false;
}

/* Rows of the purpose in this step for this sender; does one of them lead to ${member} (NULL: to anybody)? */
static bool
purpose_leads_to(const struct choose *c, struct sluis_bytes purpose, const struct sluis_member *member)
{
	const struct sluis_policy *policy = c->session->policy;
	const struct sluis_bytes step = c->of_case->step.len > 0 ? c->of_case->step : sluis_policy_first_step(policy);

	for (size_t i = 0; i < sluis_policy_row_count(policy); i++) {
		const struct sluis_policy_row *row = sluis_policy_row(policy, i);

		if (sluis_bytes_equal(row->purpose, purpose) && sluis_codes_have(row->steps, step) &&
		    sluis_receivers_have_role(row->from, c->session->self) && (member == NULL || sluis_receivers_have_role(row->to, member)))
			return true;
	}
	return false;
}

static bool
grant_names(const Sluis__Grant *grant, struct sluis_bytes organisation)
{
	for (size_t i = 0; i < grant->n_receivers; i++) {
		if (sluis_bytes_equal(sluis_of(grant->receivers[i]->organisation_handle), organisation))
			return true;
	}
	return false;
}

static const char *
copy_name(struct sluis_arena *arena, struct sluis_bytes handle)
{
	char *name = sluis_arena_alloc(arena, handle.len + 1);

	if (name == NULL)
		return NULL;
	memcpy(name, handle.data, handle.len);
	name[handle.len] = '\0';
	return name;
}

/* Everybody on the case but this member whom the purpose leads to and the grant names. */
static enum sluis_err
gather(const struct choose *c, struct sluis_bytes purpose, const Sluis__Grant *grant, const char ***ret, size_t *ret_n)
{
	const char **to = sluis_arena_alloc(c->arena, SLUIS_RECIPIENTS_MAX * sizeof(*to));
	size_t n = 0;

	if (to == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < c->of_case->n_members && n < SLUIS_RECIPIENTS_MAX; i++) {
		const struct sluis_member *member =
		    sluis_directory_member(c->session->directory, c->of_case->members[i].handle);

		if (member == NULL || sluis_bytes_equal(member->handle, c->session->self->handle) ||
		    !purpose_leads_to(c, purpose, member) || !grant_names(grant, member->organisation_handle))
			continue;
		to[n] = copy_name(c->arena, member->handle);
		if (to[n++] == NULL)
			return SLUIS_ENOMEM;
	}
	*ret = to;
	*ret_n = n;
	return SLUIS_OK;
}

static void
remember(struct choose *c, const struct sluis_push_request *request, const struct sluis_verdict *verdict)
{
	if (c->has_tried && verdict->rule <= c->furthest.rule)
		return;
	c->has_tried = true;
	c->furthest = *verdict;
	c->tried = *request;
	c->tried.grant_id = NULL; /* of a try that is over */
}

/* A receiver that would be left with nothing is left out, and the rest tried again. */
static enum sluis_err
try_request(struct choose *c, struct sluis_push_request *request, const char **to, size_t n, bool may_drop,
    bool *ret_found)
{
	struct sluis_push_preview preview;

	while (n > 0) {
		request->to = to;
		request->n_to = n;
		SLUIS_TRY(sluis_push_decide(c->session, request, c->arena, &preview, c->failure));
		if (preview.verdict.outcome == SLUIS_PERMIT) {
			c->ret->to = to;
			c->ret->n_to = n;
			*ret_found = true;
			return SLUIS_OK;
		}
		if (!may_drop || preview.verdict.rule != SLUIS_RULE_RECEIVER_EMPTY || preview.verdict.recipient < 0 ||
		    (size_t)preview.verdict.recipient >= n || n == 1)
			break;
		n--;
		memmove(&to[preview.verdict.recipient], &to[preview.verdict.recipient + 1],
		    (n - (size_t)preview.verdict.recipient) * sizeof(*to));
	}
	if (n > 0)
		remember(c, request, &preview.verdict);
	return SLUIS_OK;
}

static int64_t
end_of(const Sluis__Grant *grant)
{
	if (grant->band_until != NULL && grant->band_until->until_ms < grant->until_ms)
		return (int64_t)grant->band_until->until_ms;
	return (int64_t)grant->until_ms;
}

static enum sluis_err
try_grant(struct choose *c, struct sluis_bytes purpose, struct sluis_bytes ground, const struct sluis_grants_row *row,
    bool *ret_found)
{
	struct sluis_push_request request = *c->given;
	const struct sluis_id id = sluis_id_of(row->grant->grant_id);
	const char **to = NULL;
	size_t n = c->given->n_to;

	if (n == 0) {
		SLUIS_TRY(gather(c, purpose, row->grant, &to, &n));
	} else {
		to = sluis_arena_alloc(c->arena, n * sizeof(*to));
		if (to == NULL)
			return SLUIS_ENOMEM;
		memcpy(to, c->given->to, n * sizeof(*to));
	}
	request.purpose = purpose;
	request.ground = ground;
	request.grant_id = &id;
	SLUIS_TRY(try_request(c, &request, to, n, c->given->n_to == 0, ret_found));
	if (*ret_found) {
		c->ret->purpose = purpose;
		c->ret->ground = ground;
		c->ret->grant_id = id;
		c->ret->until_ms = end_of(row->grant);
	}
	return SLUIS_OK;
}

/* The first ground of the policy that stands on a grant and that this regime may use for the purpose; empty: none. */
static struct sluis_bytes
ground_for(const struct choose *c, struct sluis_bytes purpose)
{
	const struct sluis_codes grounds = sluis_policy_codes(c->session->policy, SLUIS_KIND_GROUND);
	struct sluis_member_facts self;

	sluis_session_facts(c->session, c->session->self, &self);
	for (size_t i = 0; i < grounds.count; i++) {
		const struct sluis_policy_ground *ground = sluis_policy_ground(c->session->policy, grounds.items[i]);

		if (ground->is_enabled && ground->needs_grant &&
		    sluis_policy_ground_allows(c->session->policy, ground->code, self.regime, purpose))
			return ground->code;
	}
	return sluis_bytes(NULL, 0);
}

static enum sluis_err
try_purpose(struct choose *c, struct sluis_bytes purpose, bool *ret_found)
{
	const struct sluis_bytes ground = ground_for(c, purpose);

	for (size_t i = c->n_grants; i > 0 && ground.len > 0 && !*ret_found; i--) {
		const struct sluis_grants_row *row = &c->grants[i - 1];

		if (sluis_bytes_is_text(row->state, "active") &&
		    names(row->grant->purpose_codes, row->grant->n_purpose_codes, purpose))
			SLUIS_TRY(try_grant(c, purpose, ground, row, ret_found));
	}
	return SLUIS_OK;
}

static enum sluis_err
no_choice(struct choose *c, bool has_purpose)
{
	if (c->has_tried)
		return sluis_push_verdict(c->session, &c->tried, &c->furthest, c->failure);
	if (!has_purpose) {
		(void)sluis_session_refusal(c->session, "step-purpose", c->failure);
		return SLUIS_EREFUSED;
	}
	(void)sluis_session_refusal(c->session, "ground-evidence", c->failure);
	sluis_fail_hint(c->failure,
	    _("no consent of this case is for this; record one with: sluis grant add, or name another ground with --ground"));
	return SLUIS_EREFUSED;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_push_choose(struct sluis_session *session, const struct sluis_push_request *request,
    struct sluis_arena *arena, struct sluis_push_choice *ret, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_case_freep) struct sluis_case *of_case = NULL;
	struct choose c = { .session = session, .given = request, .arena = arena, .ret = ret, .failure = failure };
	const struct sluis_codes purposes = sluis_policy_codes(session->policy, SLUIS_KIND_PURPOSE);
	bool found = false, has_purpose = false;

	if (session->self == NULL)
		return sluis_session_refusal(session, "member-inactive", failure);
	SLUIS_TRY(sluis_cases_get(session, &request->case_id, &of_case, failure));
	c.of_case = of_case;
	c.grants = sluis_arena_alloc(arena, GRANTS_MAX * sizeof(*c.grants));
	if (c.grants == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("reading the grants"));
	SLUIS_TRY(sluis_grants_list(session, &request->case_id, arena, GRANTS_MAX, c.grants, &c.n_grants, failure));
	for (size_t i = 0; i < purposes.count && !found; i++) {
		if (request->purpose.len > 0 && !sluis_bytes_equal(request->purpose, purposes.items[i]))
			continue;
		if (!purpose_leads_to(&c, purposes.items[i], NULL))
			continue;
		has_purpose = true;
		SLUIS_TRY(sluis_fail_err(failure, try_purpose(&c, purposes.items[i], &found), _("deciding")));
	}
	return found ? SLUIS_OK : no_choice(&c, has_purpose);
}
