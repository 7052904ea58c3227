/* SPDX-License-Identifier: EUPL-1.2 */
#include "grant_receiver.h"

#include <string.h>

#include "limits.h"
#include "receivers.h"

static Sluis__GrantReceiver *
find_receiver(Sluis__Grant *grant, struct sluis_bytes organisation)
{
	for (size_t i = 0; i < grant->n_receivers; i++) {
		if (sluis_bytes_equal(sluis_of(grant->receivers[i]->organisation_handle), organisation))
			return grant->receivers[i];
	}
	return NULL;
}

static enum sluis_err
get_receiver(struct sluis_arena *arena, Sluis__Grant *grant, struct sluis_bytes organisation,
    Sluis__GrantReceiver **ret, bool *ret_is_new)
{
	Sluis__GrantReceiver *r = find_receiver(grant, organisation);

	*ret_is_new = r == NULL;
	if (r == NULL) {
		r = sluis_arena_alloc(arena, sizeof(*r));
		if (r == NULL)
			return SLUIS_ENOMEM;
		sluis__grant_receiver__init(r);
		r->organisation_handle = sluis_pb(organisation);
		r->role_codes = sluis_arena_alloc(arena, SLUIS_CODES_MAX * sizeof(*r->role_codes));
		if (r->role_codes == NULL)
			return SLUIS_ENOMEM;
		grant->receivers[grant->n_receivers++] = r;
	}
	*ret = r;
	return SLUIS_OK;
}

static void
add_role(Sluis__GrantReceiver *r, struct sluis_bytes role)
{
	for (size_t i = 0; i < r->n_role_codes; i++) {
		if (sluis_bytes_equal(sluis_of(r->role_codes[i]), role))
			return;
	}
	if (r->n_role_codes < SLUIS_CODES_MAX)
		r->role_codes[r->n_role_codes++] = sluis_pb(role);
}

static enum sluis_err
add_organisation(struct sluis_session *session, const char *name, struct sluis_arena *arena, Sluis__Grant *grant,
    struct sluis_failure *failure)
{
	const struct sluis_bytes handle = sluis_bytes_text(name);
	Sluis__GrantReceiver *r;
	bool is_new;

	if (sluis_directory_organisation(session->directory, handle) == NULL)
		return sluis_fail(failure, SLUIS_EUSAGE, _("there is no organisation \"%s\" here"), name);
	SLUIS_TRY(sluis_fail_err(failure, get_receiver(arena, grant, handle, &r, &is_new), _("recording the grant")));
	r->n_role_codes = 0; /* as a whole */
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
grant_receiver_add(struct sluis_session *session, const char *word, struct sluis_arena *arena,
    Sluis__Grant *grant, struct sluis_failure *failure)
{
	const struct sluis_member *member;
	Sluis__GrantReceiver *r;
	bool is_new;

	if (strncmp(word, "org:", 4) == 0)
		return add_organisation(session, word + 4, arena, grant, failure);
	SLUIS_TRY(sluis_receivers_member(session, word, &member, failure));
	SLUIS_TRY(sluis_fail_err(failure, get_receiver(arena, grant, member->organisation_handle, &r, &is_new),
	    _("recording the grant")));
	if (!is_new && r->n_role_codes == 0)
		return SLUIS_OK; /* named as a whole already */
	for (size_t i = 0; i < member->n_roles; i++)
		add_role(r, member->roles[i]);
	return SLUIS_OK;
}
