/* SPDX-License-Identifier: EUPL-1.2 */
#include "directory_internal.h"

#include <string.h>

#include "certificate.h"
#include "hash.h"
#include "signed.h"

/* The rows that a new entry for a handle comes after; either may be absent. */
struct before {
	const struct sluis_organisation *current;
	const struct sluis_organisation *pending;
};

static struct sluis_directory_founding
founding_of(const struct sluis_directory *directory)
{
	return (struct sluis_directory_founding){
		.anchors = directory->genesis.anchors,
		.n_anchors = directory->genesis.n_anchors,
		.agreement_hash = directory->genesis.agreement_hash,
	};
}

static struct before
before_of(const struct sluis_directory *directory, const struct sluis_directory_holder *holder)
{
	struct before before = { NULL, NULL };

	if (holder != NULL && holder->current != 0)
		before.current = sluis_directory_organisation_row(directory, holder->current - 1);
	if (holder != NULL && holder->pending != 0)
		before.pending = sluis_directory_organisation_row(directory, holder->pending - 1);
	return before;
}

/* 7.2: handles are unique among organisations; on renewal `previous` names what is replaced, the OIN is the same. */
static enum sluis_err
check_handle(struct sluis_directory_step *step, const Sluis__Organisation *organisation,
    const struct sluis_directory_holder *holder, const struct before *before)
{
	const struct sluis_organisation *last =
	    before->current != NULL ? before->current : before->pending;
	const struct sluis_hash previous = organisation->previous != NULL
	    ? sluis_hash_of(organisation->previous->previous_hash)
	    : (struct sluis_hash){ { 0 } };

	if (holder != NULL && holder->state == SLUIS_STANDING_REMOVED)
		return sluis_directory_refuse(step, "removed",
		    "brings back an organisation that was removed for good");
	if (holder != NULL && holder->state == SLUIS_STANDING_SUSPENDED)
		return sluis_directory_refuse(step, "suspended",
		    "renews an organisation that is suspended: lift that first");
	if ((before->current != NULL) != (organisation->previous != NULL) ||
	    (before->current != NULL && !sluis_hash_equal(&previous, &before->current->payload_hash)))
		return sluis_directory_refuse(step, "handle-in-use",
		    "does not name, as what it renews, the organisation in force under its handle");
	if (last != NULL && !sluis_bytes_equal(last->oin, sluis_of(organisation->oin)))
		return sluis_directory_refuse(step, "handle-in-use",
		    "takes the handle of an organisation with another OIN");
	if (last != NULL && (int64_t)organisation->created_ms < last->created_ms)
		return sluis_directory_refuse(step, "order", "is older than what it renews");
	return SLUIS_OK;
}

static enum sluis_err
check_oin(struct sluis_directory_step *step, const Sluis__Organisation *organisation,
    const struct sluis_directory_holder *holder)
{
	const struct sluis_directory_holder *other;
	uint32_t i;

	if (!sluis_directory_find(step->directory, SLUIS_INDEX_OIN, sluis_of(organisation->oin), &i))
		return SLUIS_OK;
	other = sluis_directory_row(step->directory, SLUIS_TABLE_ORGANISATION_HOLDERS, i);
	if (other != holder && other->state != SLUIS_STANDING_REMOVED)
		return sluis_directory_refuse(step, "oin-in-use",
		    "carries the OIN of an organisation that has another handle");
	return SLUIS_OK;
}

/* When all certificates of a verified chain are within their terms. */
static enum sluis_err
read_terms(const struct sluis_organisation *organisation, int64_t *ret_from_ms, int64_t *ret_until_ms)
{
	int64_t from_ms = INT64_MIN, until_ms = INT64_MAX;

	for (size_t i = 0; i < organisation->n_certificates; i++) {
		struct sluis_certificate certificate;

		SLUIS_TRY(sluis_certificate_parse(organisation->certificates[i], &certificate));
		if (certificate.not_before_ms > from_ms)
			from_ms = certificate.not_before_ms;
		if (certificate.not_after_ms < until_ms)
			until_ms = certificate.not_after_ms;
	}
	*ret_from_ms = from_ms;
	*ret_until_ms = until_ms;
	return SLUIS_OK;
}

static enum sluis_err
check_chain(struct sluis_directory_step *step, const struct sluis_directory_founding *founding,
    struct sluis_organisation *organisation)
{
	const struct sluis_certificate_check check = {
		.chain = organisation->certificates,
		.n_chain = organisation->n_certificates,
		.anchors = founding->anchors,
		.n_anchors = founding->n_anchors,
		.at_ms = organisation->created_ms,
	};
	struct sluis_certificate leaf;
	struct sluis_certificate_why why;
	const enum sluis_err err = sluis_certificate_verify(&check, &leaf, &why);

	if (err != SLUIS_OK && err != SLUIS_ENOMEM)
		return sluis_directory_refuse(step, "certificate", "carries a certificate that %.160s",
		    why.why.text);
	SLUIS_TRY(err);
	if (!sluis_bytes_is_text(organisation->oin, leaf.oin))
		return sluis_directory_refuse(step, "oin",
		    "states an OIN that is not the one of its certificate");
	organisation->certificate_hash = leaf.hash;
	return sluis_directory_only(step,
	    read_terms(organisation, &organisation->valid_from_ms, &organisation->valid_until_ms),
	    "certificate", "carries a certificate that cannot be read");
}

static enum sluis_err
check_signature(struct sluis_directory_step *step, const Sluis__Signed *act,
    const struct sluis_organisation *organisation)
{
	if (act->n_signatures != 1)
		return sluis_directory_refuse(step, "signature",
		    "carries an organisation that is not signed exactly once");
	return sluis_directory_only(step,
	    sluis_signed_verify_certificate(act, SLUIS_SIGNED_ORGANISATION, act->signatures[0],
	        organisation->certificates[0]),
	    "signature", "carries an organisation that its own certificate did not sign");
}

static bool
has_recovery_key(const struct sluis_organisation *organisation, const Sluis__Recovery *recovery)
{
	return organisation != NULL && organisation->has_recovery &&
	    organisation->recovery_epoch == recovery->epoch &&
	    sluis_bytes_equal(sluis_of(recovery->age_key),
	        sluis_bytes(organisation->recovery_key.bytes, SLUIS_KEY_BYTES));
}

static enum sluis_err
read_recovery(struct sluis_directory_step *step, const Sluis__Organisation *organisation,
    const struct before *before, struct sluis_organisation *ret)
{
	const Sluis__Recovery *recovery = organisation->recovery;

	if (recovery == NULL)
		return SLUIS_OK;
	ret->has_recovery = true;
	ret->recovery_epoch = recovery->epoch;
	ret->recovery_key = sluis_public_of(recovery->age_key);
	return sluis_directory_claim_x25519(step, &ret->recovery_key,
	    has_recovery_key(before->current, recovery) || has_recovery_key(before->pending, recovery),
	    "recovery key");
}

static enum sluis_err
keep(struct sluis_directory_step *step, const Sluis__Signed *act,
    const Sluis__Organisation *organisation, struct sluis_organisation *ret)
{
	ret->payload_hash = sluis_signed_hash(act);
	ret->created_ms = (int64_t)organisation->created_ms;
	ret->entry_index = step->index;
	ret->approved_index = ret->ended_index = SLUIS_DIRECTORY_NEVER;
	ret->n_certificates = organisation->n_certificate_bytes;
	SLUIS_TRY(sluis_directory_entry_keep(step->entry, organisation->handle, &ret->handle));
	SLUIS_TRY(sluis_directory_entry_keep(step->entry, organisation->name_text, &ret->name));
	SLUIS_TRY(sluis_directory_entry_keep(step->entry, organisation->oin, &ret->oin));
	SLUIS_TRY(sluis_directory_entry_keep(step->entry, organisation->regime_code, &ret->regime));
	return sluis_directory_entry_keep_all(step->entry, organisation->certificate_bytes,
	    organisation->n_certificate_bytes, &ret->certificates);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_judge_organisation(struct sluis_directory_step *step, const Sluis__Signed *act,
    const struct sluis_directory_founding *founding, struct sluis_organisation *ret)
{
	const struct sluis_directory_holder *holder;
	struct sluis_organisation row = { .state = SLUIS_STANDING_PENDING };
	Sluis__Organisation *organisation;
	struct before before;

	SLUIS_TRY(SLUIS_DIRECTORY_UNPACK(step, organisation, Organisation, act, &organisation));
	if (!sluis_bytes_equal(sluis_of(organisation->agreement_hash),
	        sluis_hash_bytes(&founding->agreement_hash)))
		return sluis_directory_refuse(step, "agreement",
		    "carries an organisation that signed another agreement");
	holder = sluis_directory_organisation_holder(step->directory, sluis_of(organisation->handle));
	before = before_of(step->directory, holder);
	SLUIS_TRY(check_handle(step, organisation, holder, &before));
	SLUIS_TRY(check_oin(step, organisation, holder));
	SLUIS_TRY(keep(step, act, organisation, &row));
	SLUIS_TRY(check_chain(step, founding, &row));
	SLUIS_TRY(check_signature(step, act, &row));
	SLUIS_TRY(read_recovery(step, organisation, &before, &row));
	*ret = row;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_rule_organisation(struct sluis_directory_step *step)
{
	const struct sluis_directory_founding founding = founding_of(step->directory);

	SLUIS_TRY(sluis_directory_judge_organisation(step, step->act, &founding, &step->organisation));
	return sluis_directory_created(step, (uint64_t)step->organisation.created_ms);
}

void
sluis_directory_insert_organisation(struct sluis_directory *directory,
    const struct sluis_organisation *row)
{
	const uint32_t i = (uint32_t)sluis_directory_rows(directory, SLUIS_TABLE_ORGANISATIONS);
	struct sluis_organisation *organisation =
	    sluis_directory_add(directory, SLUIS_TABLE_ORGANISATIONS);
	struct sluis_directory_holder *holder =
	    sluis_directory_organisation_holder(directory, row->handle);
	uint32_t h;

	*organisation = *row;
	if (holder == NULL) {
		h = (uint32_t)sluis_directory_rows(directory, SLUIS_TABLE_ORGANISATION_HOLDERS);
		holder = sluis_directory_add(directory, SLUIS_TABLE_ORGANISATION_HOLDERS);
		sluis_directory_put(directory, SLUIS_INDEX_ORGANISATION, row->handle, h);
		sluis_directory_put(directory, SLUIS_INDEX_OIN, row->oin, h);
	}
	if (holder->pending != 0) {
		struct sluis_organisation *earlier =
		    sluis_directory_organisation_row(directory, holder->pending - 1);

		earlier->state = SLUIS_STANDING_REPLACED;
		earlier->ended_index = row->entry_index;
	}
	holder->pending = i + 1;
	sluis_directory_put(directory, SLUIS_INDEX_PAYLOAD, sluis_hash_bytes(&row->payload_hash), i);
}

void
sluis_directory_take_organisation(struct sluis_directory *directory, uint32_t row, uint64_t index)
{
	struct sluis_organisation *organisation = sluis_directory_organisation_row(directory, row);
	struct sluis_directory_holder *holder =
	    sluis_directory_organisation_holder(directory, organisation->handle);

	if (holder->current != 0) {
		struct sluis_organisation *former =
		    sluis_directory_organisation_row(directory, holder->current - 1);

		former->state = SLUIS_STANDING_REPLACED;
		former->ended_index = index;
	}
	organisation->state = holder->state = SLUIS_STANDING_ACTIVE;
	organisation->approved_index = index;
	holder->current = row + 1;
	holder->pending = 0;
}

void
sluis_directory_apply_organisation(struct sluis_directory *directory,
    const struct sluis_directory_step *step)
{
	sluis_directory_insert_organisation(directory, &step->organisation);
}
