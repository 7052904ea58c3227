/* SPDX-License-Identifier: EUPL-1.2 */
#include "dossier_missing.h"

#include "grants.h"
#include "limits.h"
#include "moment.h"
#include "receivers.h"

enum { GRANTS_MAX = 64 };
#define SOON_MS (30LL * 24 * 3600 * 1000)

static json_t *
json_of(struct sluis_bytes text)
{
	return json_stringn((const char *)text.data, text.len);
}

/* Anything of ${category} (empty: anything) from the organisation, replaced or not. */
static bool
has_come(const json_t *dossier, struct sluis_bytes organisation, struct sluis_bytes category)
{
	const json_t *parties = json_object_get(dossier, "parties");

	for (size_t i = 0; i < json_array_size(parties); i++) {
		const json_t *party = json_array_get(parties, i);
		const json_t *sections = json_object_get(party, "sections");

		if (!sluis_bytes_is_text(organisation, json_string_value(json_object_get(party, "organisation"))))
			continue;
		for (size_t k = 0; k < json_array_size(sections); k++) {
			if (category.len == 0 ||
			    sluis_bytes_is_text(category,
				json_string_value(json_object_get(json_array_get(sections, k), "category"))))
				return true;
		}
	}
	return false;
}

static json_t *
not_come(const json_t *dossier, struct sluis_bytes organisation, struct sluis_codes codes)
{
	json_t *list = json_array();

	for (size_t i = 0; i < codes.count; i++) {
		if (!has_come(dossier, organisation, codes.items[i]))
			json_array_append_new(list, json_of(codes.items[i]));
	}
	return list;
}

/* ${nothing_yet}: nothing came of this organisation, and that was not said before. */
static void
check_row(const struct sluis_member *member, const struct sluis_policy_row *row, bool nothing_yet,
    json_t *dossier)
{
	json_t *required = not_come(dossier, member->organisation_handle, row->required);

	if (!nothing_yet && json_array_size(required) == 0) {
		json_decref(required);
		return;
	}
	json_array_append_new(json_object_get(dossier, "missing"),
	    json_pack("{s:o, s:o, s:o, s:o, s:o, s:b}", "from", json_of(member->handle), "organisation",
		json_of(member->organisation_handle), "purpose", json_of(row->purpose), "required", required,
		"categories", not_come(dossier, member->organisation_handle, row->categories), "nothing_yet",
		nothing_yet));
}

void
sluis_dossier_missing(struct sluis_session *session, const struct sluis_case *of_case, json_t *dossier)
{
	const struct sluis_bytes step =
	    of_case->step.len > 0 ? of_case->step : sluis_policy_first_step(session->policy);

	const struct sluis_bytes any = { NULL, 0 };

	for (size_t i = 0; i < of_case->n_members && !of_case->is_closed; i++) {
		const struct sluis_member *member =
		    sluis_directory_member(session->directory, of_case->members[i].handle);
		bool nothing_yet;

		if (member == NULL || sluis_bytes_equal(member->handle, session->self->handle))
			continue;
		nothing_yet = !has_come(dossier, member->organisation_handle, any);
		for (size_t k = 0; k < sluis_policy_row_count(session->policy); k++) {
			const struct sluis_policy_row *row = sluis_policy_row(session->policy, k);

			if (!sluis_codes_have(row->steps, step) || !sluis_receivers_have_role(row->from, member) ||
			    !sluis_receivers_have_role(row->to, session->self))
				continue;
			check_row(member, row, nothing_yet, dossier);
			nothing_yet = false;
		}
	}
}

static void
check_grant(const struct sluis_grants_row *row, json_t *dossier)
{
	const int64_t now = sluis_now_ms();
	int64_t until = (int64_t)row->grant->until_ms;
	json_t *purposes = json_array();
	char id[2 * SLUIS_ID_BYTES + 1], end[SLUIS_MOMENT_CHARS];

	if (row->grant->band_until != NULL && (int64_t)row->grant->band_until->until_ms < until)
		until = (int64_t)row->grant->band_until->until_ms;
	for (size_t i = 0; i < row->grant->n_purpose_codes; i++)
		json_array_append_new(purposes, json_of(sluis_of(row->grant->purpose_codes[i])));
	sluis_hex(row->grant->grant_id.data, SLUIS_ID_BYTES, id);
	if (until > now + SOON_MS)
		json_decref(purposes);
	else
		json_array_append_new(json_object_get(dossier, "expiring"),
		    json_pack("{s:s, s:s, s:o, s:b}", "grant", id, "until", sluis_moment_text(until, end), "purposes", purposes,
			"ended", until <= now));
}

SLUIS_MUST_CHECK enum sluis_err
sluis_dossier_expiring(struct sluis_session *session, const struct sluis_case *of_case, json_t *dossier,
    struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
	struct sluis_grants_row *rows =
	    arena == NULL ? NULL : sluis_arena_alloc(arena, GRANTS_MAX * sizeof(*rows));
	size_t count = 0;

	if (rows == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("reading the grants"));
	SLUIS_TRY(sluis_grants_list(session, &of_case->id, arena, GRANTS_MAX, rows, &count, failure));
	for (size_t i = 0; i < count; i++) {
		if (sluis_bytes_is_text(rows[i].state, "active"))
			check_grant(&rows[i], dossier);
	}
	return SLUIS_OK;
}
