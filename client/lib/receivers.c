/* SPDX-License-Identifier: EUPL-1.2 */
#include "receivers.h"

#include <stdio.h>
#include <string.h>

#include "limits.h"

enum { CANDIDATES_MAX = 4, NEAR = 3 };

/** A growing list of members, each once. */
struct found {
	const struct sluis_member **members;
	size_t n;
};

static enum sluis_err
add(struct found *found, const struct sluis_member *member)
{
	for (size_t i = 0; i < found->n; i++) {
		if (sluis_bytes_equal(found->members[i]->handle, member->handle))
			return SLUIS_OK;
	}
	if (found->n == SLUIS_RECIPIENTS_MAX)
		return SLUIS_ETOOBIG;
	found->members[found->n++] = member;
	return SLUIS_OK;
}

/* Edit distance, for candidates only; handles are at most 32 characters. */
static size_t
distance(struct sluis_bytes a, struct sluis_bytes b)
{
	size_t row[SLUIS_HANDLE_MAX + 1];

	if (a.len > SLUIS_HANDLE_MAX || b.len > SLUIS_HANDLE_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= b.len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			const size_t above = row[j];
			size_t best = diagonal + (a.data[i - 1] != b.data[j - 1]);

			best = above + 1 < best ? above + 1 : best;
			row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			diagonal = above;
		}
	}
	return row[b.len];
}

static bool
is_near(struct sluis_bytes handle, struct sluis_bytes asked)
{
	const size_t common = asked.len < 3 ? asked.len : 3;

	return distance(handle, asked) <= NEAR ||
	    (handle.len >= common && memcmp(handle.data, asked.data, common) == 0);
}

/* Handles have no capitals: what somebody wrote with them is near to the same without. */
static struct sluis_bytes
without_capitals(struct sluis_bytes asked, uint8_t ret[static SLUIS_HANDLE_MAX])
{
	if (asked.len > SLUIS_HANDLE_MAX)
		return asked;
	for (size_t i = 0; i < asked.len; i++)
		ret[i] = asked.data[i] >= 'A' && asked.data[i] <= 'Z' ? (uint8_t)(asked.data[i] | 32) : asked.data[i];
	return sluis_bytes(ret, asked.len);
}

static enum sluis_err
unknown(struct sluis_session *session, const char *what, struct sluis_bytes asked,
    struct sluis_failure *failure)
{
	uint8_t lower[SLUIS_HANDLE_MAX];
	const struct sluis_bytes near = without_capitals(asked, lower);
	const struct sluis_member *member;
	char list[200] = "";
	size_t cursor = 0, n = 0, at = 0;

	while (n < CANDIDATES_MAX && (member = sluis_directory_next_member(session->directory, &cursor,
				 SLUIS_STANDING_BIT(SLUIS_STANDING_ACTIVE))) != NULL) {
		if (!is_near(member->handle, near))
			continue;
		at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%.*s", n > 0 ? ", " : "",
		    (int)member->handle.len, (const char *)member->handle.data);
		n++;
	}
	(void)sluis_fail(failure, SLUIS_EUSAGE, _("no member of this federation is meant by \"%s\""), what);
	if (n > 0)
		sluis_fail_hint(failure, _("did you mean: %s"), list);
	else
		sluis_fail_hint(failure, _("see who is there: sluis directory"));
	return SLUIS_EUSAGE;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_receivers_member(struct sluis_session *session, const char *handle, const struct sluis_member **ret,
    struct sluis_failure *failure)
{
	const struct sluis_bytes asked = sluis_bytes_text(handle);
	const struct sluis_member *member = sluis_directory_member(session->directory, asked);

	if (member == NULL || member->approved_index == SLUIS_DIRECTORY_NEVER)
		return unknown(session, handle, asked, failure);
	*ret = member;
	return SLUIS_OK;
}

static bool
is_meant(const struct sluis_member *member, bool by_role, struct sluis_bytes word)
{
	return by_role ? sluis_member_has_role(member, word) :
			 sluis_bytes_equal(member->organisation_handle, word);
}

static enum sluis_err
add_group(struct sluis_session *session, const struct sluis_case *of_case, bool by_role,
    struct sluis_bytes word, struct found *found)
{
	const size_t before = found->n;
	const struct sluis_member *member;
	size_t cursor = 0;

	for (size_t i = 0; i < of_case->n_members; i++) {
		member = sluis_directory_member(session->directory, of_case->members[i].handle);
		if (member != NULL && is_meant(member, by_role, word))
			SLUIS_TRY(add(found, member));
	}
	if (found->n > before)
		return SLUIS_OK;
	while ((member = sluis_directory_next_member(session->directory, &cursor,
		    SLUIS_STANDING_BIT(SLUIS_STANDING_ACTIVE))) != NULL) {
		if (is_meant(member, by_role, word))
			SLUIS_TRY(add(found, member));
	}
	return SLUIS_OK;
}

static enum sluis_err
resolve_one(struct sluis_session *session, const struct sluis_case *of_case, const char *name,
    struct found *found, struct sluis_failure *failure)
{
	const bool by_role = strncmp(name, "role:", 5) == 0;
	const bool by_organisation = strncmp(name, "org:", 4) == 0;
	const struct sluis_member *member = NULL;
	const size_t before = found->n;
	enum sluis_err err;

	if (!by_role && !by_organisation) {
		SLUIS_TRY(sluis_receivers_member(session, name, &member, failure));
		err = add(found, member);
	} else {
		err = add_group(session, of_case, by_role, sluis_bytes_text(name + (by_role ? 5 : 4)), found);
		if (err == SLUIS_OK && found->n == before)
			return unknown(session, name, sluis_bytes_text(name + (by_role ? 5 : 4)), failure);
	}
	return err == SLUIS_OK ? err : sluis_fail(failure, SLUIS_EUSAGE, _("too many receivers"));
}

SLUIS_MUST_CHECK enum sluis_err
sluis_receivers_resolve(struct sluis_session *session, const struct sluis_case *of_case,
    const char *const *names, size_t n, const struct sluis_member **ret, size_t *ret_count,
    struct sluis_failure *failure)
{
	struct found found = { .members = ret };

	for (size_t i = 0; i < n; i++)
		SLUIS_TRY(resolve_one(session, of_case, names[i], &found, failure));
	*ret_count = found.n;
	return SLUIS_OK;
}

bool
sluis_codes_have(struct sluis_codes codes, struct sluis_bytes code)
{
	for (size_t i = 0; i < codes.count; i++) {
		if (sluis_bytes_equal(codes.items[i], code))
			return true;
	}
	return false;
}

bool
sluis_receivers_have_role(struct sluis_codes roles, const struct sluis_member *member)
{
	for (size_t i = 0; i < member->n_roles; i++) {
		if (sluis_codes_have(roles, member->roles[i]))
			return true;
	}
	return false;
}
