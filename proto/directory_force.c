/* SPDX-License-Identifier: EUPL-1.2 */
#include "directory_internal.h"

#include <stdarg.h>
#include <stdio.h>

#include "certificate.h"

static enum sluis_err
not_in_force(struct sluis_why *why, enum sluis_err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static enum sluis_err
not_in_force(struct sluis_why *why, enum sluis_err err, const char *format, ...)
{
	va_list args;

	if (why != NULL) {
		va_start(args, format);
		vsnprintf(why->text, sizeof(why->text), format, args);
		va_end(args);
	}
	return err;
}

static enum sluis_err
check_window(const struct sluis_member *member, int64_t at_ms, struct sluis_why *why)
{
	if (at_ms < member->from_ms)
		return not_in_force(why, SLUIS_EREFUSED,
		    "the record of %.*s does not hold yet: wait until it begins", SLUIS_DIRECTORY_TEXT(member->handle));
	if (at_ms >= member->until_ms)
		return not_in_force(why, SLUIS_EREFUSED,
		    "the record of %.*s has run out: its organisation issues a new one",
		    SLUIS_DIRECTORY_TEXT(member->handle));
	return SLUIS_OK;
}

static enum sluis_err
check_term(const struct sluis_organisation *organisation, int64_t at_ms, struct sluis_why *why)
{
	if (at_ms < organisation->valid_from_ms || at_ms > organisation->valid_until_ms)
		return not_in_force(why, SLUIS_ECERTIFICATE,
		    "the certificate of %.*s is outside its term: the organisation renews it and accedes with "
		    "the new one",
		    SLUIS_DIRECTORY_TEXT(organisation->handle));
	return SLUIS_OK;
}

static enum sluis_err
check_revocation(const struct sluis_directory *directory, const struct sluis_organisation *organisation,
    int64_t at_ms, const struct sluis_crls *crls, struct sluis_why *why)
{
	const struct sluis_certificate_check check = {
		.chain = organisation->certificates,
		.n_chain = organisation->n_certificates,
		.anchors = directory->genesis.anchors,
		.n_anchors = directory->genesis.n_anchors,
		.crls = crls->lists,
		.n_crls = crls->n,
		.at_ms = at_ms,
	};
	struct sluis_certificate leaf;
	struct sluis_certificate_why certificate_why;
	const enum sluis_err err = sluis_certificate_verify(&check, &leaf, &certificate_why);

	if (err == SLUIS_OK || err == SLUIS_ENOMEM)
		return err;
	return not_in_force(why, SLUIS_ECERTIFICATE, "the certificate of %.*s: %.190s",
	    SLUIS_DIRECTORY_TEXT(organisation->handle), certificate_why.why.text);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_in_force(const struct sluis_directory *directory, const struct sluis_member *member,
    int64_t at_ms, const struct sluis_crls *crls, struct sluis_why *why)
{
	const struct sluis_organisation *organisation =
	    sluis_directory_organisation(directory, member->organisation_handle);

	if (member->state != SLUIS_STANDING_ACTIVE)
		return not_in_force(why, SLUIS_EREFUSED, "the record of %.*s is %s, not active",
		    SLUIS_DIRECTORY_TEXT(member->handle), sluis_standing_text(member->state));
	SLUIS_TRY(check_window(member, at_ms, why));
	if (organisation == NULL || organisation->state != SLUIS_STANDING_ACTIVE)
		return not_in_force(why, SLUIS_ECERTIFICATE, "the organisation %.*s is %s, not active",
		    SLUIS_DIRECTORY_TEXT(member->organisation_handle),
		    organisation == NULL ? "unknown" : sluis_standing_text(organisation->state));
	SLUIS_TRY(check_term(organisation, at_ms, why));
	return crls == NULL ? SLUIS_OK
	                    : check_revocation(directory, organisation, at_ms, crls, why);
}

/* The standing that a holder had when the log ended before entry ${size}; something of it was approved by then. */
static enum sluis_standing
standing_then(const struct sluis_directory *directory, const struct sluis_directory_holder *holder,
    uint64_t size)
{
	for (uint32_t i = holder->standings; i != 0;) {
		const struct sluis_directory_standing *standing =
		    sluis_directory_row(directory, SLUIS_TABLE_STANDINGS, i - 1);

		if (standing->entry_index < size)
			return standing->state;
		i = standing->before;
	}
	return SLUIS_STANDING_ACTIVE;
}

static const struct sluis_organisation *
organisation_then(const struct sluis_directory *directory, struct sluis_bytes handle, uint64_t size)
{
	for (size_t i = 0; i < sluis_directory_rows(directory, SLUIS_TABLE_ORGANISATIONS); i++) {
		const struct sluis_organisation *row = sluis_directory_organisation_row(directory, i);

		if (row->approved_index < size && row->ended_index >= size &&
		    sluis_bytes_equal(row->handle, handle))
			return row;
	}
	return NULL;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_in_force_then(const struct sluis_directory *directory, const struct sluis_member *member,
    uint64_t size, int64_t at_ms, struct sluis_why *why)
{
	const struct sluis_directory_holder *holder =
	    sluis_directory_member_holder(directory, member->handle);
	const struct sluis_directory_holder *of_organisation =
	    sluis_directory_organisation_holder(directory, member->organisation_handle);
	const struct sluis_organisation *organisation =
	    organisation_then(directory, member->organisation_handle, size);

	if (size > sluis_directory_size(directory))
		return not_in_force(why, SLUIS_ENOTFOUND, "the keys log is not that long here");
	if (holder == NULL || member->approved_index >= size)
		return not_in_force(why, SLUIS_EREFUSED,
		    "the record of %.*s was not approved by then", SLUIS_DIRECTORY_TEXT(member->handle));
	if (member->ended_index < size)
		return not_in_force(why, SLUIS_EREFUSED,
		    "the record of %.*s was replaced or removed by then", SLUIS_DIRECTORY_TEXT(member->handle));
	if (standing_then(directory, holder, size) != SLUIS_STANDING_ACTIVE)
		return not_in_force(why, SLUIS_EREFUSED, "%.*s was suspended then",
		    SLUIS_DIRECTORY_TEXT(member->handle));
	SLUIS_TRY(check_window(member, at_ms, why));
	if (organisation == NULL || /* one that is there has a holder */
	    standing_then(directory, of_organisation, size) != SLUIS_STANDING_ACTIVE)
		return not_in_force(why, SLUIS_ECERTIFICATE, "the organisation %.*s was not active then",
		    SLUIS_DIRECTORY_TEXT(member->organisation_handle));
	return check_term(organisation, at_ms, why);
}
