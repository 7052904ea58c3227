/* SPDX-License-Identifier: EUPL-1.2 */
#include "policies.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "limits.h"
#include "mirror.h"

struct sluis_policies {
	struct sluis_policies *next;
	struct sluis_hash hash;
	struct sluis_policy *policy;
};

enum { NAME_BYTES = sizeof("policy/.yaml") + 2 * SLUIS_HASH_BYTES };

static void
name_of(const struct sluis_hash *hash, char ret[static NAME_BYTES])
{
	char hex[2 * SLUIS_HASH_BYTES + 1];

	sluis_hex(hash->bytes, sizeof(hash->bytes), hex);
	snprintf(ret, NAME_BYTES, "policy/%s.yaml", hex);
}

static bool
is_of(struct sluis_bytes yaml, const struct sluis_hash *hash)
{
	const struct sluis_hash got = sluis_hash(yaml);

	return sluis_hash_equal(&got, hash);
}

static enum sluis_err
parse(struct sluis_bytes yaml, struct sluis_policy **ret, struct sluis_failure *failure)
{
	if (sluis_policy_parse(yaml, NULL, ret) != SLUIS_OK)
		return sluis_fail(failure, SLUIS_EVERSION,
		    _("this program cannot read the policy that the registrars signed; it is too old"));
	return SLUIS_OK;
}

static enum sluis_err
fetch(struct sluis_session *session, const struct sluis_hash *hash, struct sluis_policy **ret,
    struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep)
	struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
	SLUIS_AUTO(sluis_policy_freep) struct sluis_policy *policy = NULL;
	Sluis__Ask ask = SLUIS__ASK__INIT;
	Sluis__AskPolicy ask_policy = SLUIS__ASK_POLICY__INIT;
	struct sluis_answer answer;
	struct sluis_why why = { "" };
	char name[NAME_BYTES];

	if (arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("fetching the policy"));
	ask_policy.policy_hash = sluis_pb_hash(hash);
	ask.act_case = SLUIS__ASK__ACT_POLICY;
	ask.policy = &ask_policy;
	SLUIS_TRY(sluis_session_call(session, &ask, sluis_bytes(NULL, 0), arena, &answer, failure));
	if (!is_of(answer.body, hash)) {
		snprintf(why.text, sizeof(why.text), "%s",
		    _("the policy served is not the one that the registrars signed"));
		return sluis_mirror_broken(session, SLUIS_EPOLICY, answer.body, &why, failure);
	}
	SLUIS_TRY(parse(answer.body, &policy, failure));
	name_of(hash, name);
	SLUIS_TRY(sluis_profile_write(session->profile, name, answer.body, failure));
	*ret = SLUIS_TAKE(policy);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_policies_load(struct sluis_session *session, const struct sluis_hash *hash,
    struct sluis_policy **ret, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_freep) void *owned = NULL;
	struct sluis_bytes yaml;
	char name[NAME_BYTES];

	name_of(hash, name);
	if (sluis_profile_read(session->profile, name, SLUIS_POLICY_MAX_BYTES, &yaml) == SLUIS_OK) {
		memcpy(&owned, &yaml.data, sizeof(owned));
		/* A damaged copy is simply fetched again. */
		if (is_of(yaml, hash))
			return parse(yaml, ret, failure);
	}
	if (session->connection != NULL)
		return fetch(session, hash, ret, failure);
	*ret = NULL;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_policies_get(struct sluis_session *session, const struct sluis_hash *hash,
    const struct sluis_policy **ret, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_freep) struct sluis_policies *row = NULL;

	if (session->policy != NULL && sluis_hash_equal(&session->policy_hash, hash)) {
		*ret = session->policy;
		return SLUIS_OK;
	}
	for (const struct sluis_policies *p = session->earlier; p != NULL; p = p->next) {
		if (sluis_hash_equal(&p->hash, hash)) {
			*ret = p->policy;
			return SLUIS_OK;
		}
	}
	row = calloc(1, sizeof(*row));
	if (row == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("fetching the policy"));
	row->hash = *hash;
	SLUIS_TRY(sluis_policies_load(session, hash, &row->policy, failure));
	*ret = row->policy;
	if (row->policy == NULL)
		return SLUIS_OK;
	row->next = session->earlier;
	session->earlier = SLUIS_TAKE(row);
	return SLUIS_OK;
}

void
sluis_policies_free(struct sluis_policies *policies)
{
	while (policies != NULL) {
		struct sluis_policies *next = policies->next;

		sluis_policy_free(policies->policy);
		free(policies);
		policies = next;
	}
}
