/* SPDX-License-Identifier: EUPL-1.2 */
#include "directory_internal.h"

#include <string.h>

#include "hash.h"
#include "signed.h"

/* The rows that a new record for a handle comes after; either may be absent. */
struct before {
	const struct sluis_member *current;
	const struct sluis_member *pending;
};

static struct before
before_of(const struct sluis_directory *directory, const struct sluis_directory_holder *holder)
{
	struct before before = { NULL, NULL };

	if (holder != NULL && holder->current != 0)
		before.current = sluis_directory_member_row(directory, holder->current - 1);
	if (holder != NULL && holder->pending != 0)
		before.pending = sluis_directory_member_row(directory, holder->pending - 1);
	return before;
}

/* 7.2: a record for a handle in use names the record in force as `previous` and keeps its organisation. */
static enum sluis_err
check_handle(struct sluis_directory_step *step, const Sluis__Record *record,
    const struct sluis_directory_holder *holder, const struct before *before)
{
	const struct sluis_member *last = before->current != NULL ? before->current : before->pending;
	const struct sluis_hash previous = record->previous != NULL
	    ? sluis_hash_of(record->previous->previous_hash)
	    : (struct sluis_hash){ { 0 } };

	if (holder != NULL && holder->state == SLUIS_STANDING_REMOVED)
		return sluis_directory_refuse(step, "removed",
		    "brings back a member that was removed for good");
	if (holder != NULL && holder->state == SLUIS_STANDING_SUSPENDED)
		return sluis_directory_refuse(step, "suspended",
		    "renews a member that is suspended: lift that first");
	if ((before->current != NULL) != (record->previous != NULL) ||
	    (before->current != NULL && !sluis_hash_equal(&previous, &before->current->record_hash)))
		return sluis_directory_refuse(step, "handle-in-use",
		    "does not name, as what it replaces, the record in force under its handle");
	if (last != NULL &&
	    !sluis_bytes_equal(last->organisation_handle, sluis_of(record->organisation_handle)))
		return sluis_directory_refuse(step, "handle-in-use",
		    "takes a handle that belongs to another organisation");
	if (last != NULL && (int64_t)record->created_ms < last->created_ms)
		return sluis_directory_refuse(step, "order", "is older than what it replaces");
	return SLUIS_OK;
}

/* 7.2: "Roles are codes; a record signed by any organisation may not carry `registrar` unless..." */
static enum sluis_err
check_roles(struct sluis_directory_step *step, const Sluis__Record *record, bool is_founding)
{
	if (record->n_role_codes < 1 || record->n_role_codes > SLUIS_CODES_MAX)
		return sluis_directory_refuse(step, "roles", "carries a record with no role, or too many");
	for (size_t i = 0; i < record->n_role_codes; i++) {
		const struct sluis_bytes role = sluis_of(record->role_codes[i]);

		for (size_t j = 0; j < i; j++) {
			if (sluis_bytes_equal(sluis_of(record->role_codes[j]), role))
				return sluis_directory_refuse(step, "roles",
				    "carries a record with one role twice");
		}
		if (!is_founding && sluis_bytes_is_text(role, "registrar") &&
		    !sluis_directory_is_registrar(step->directory, sluis_of(record->handle)))
			return sluis_directory_refuse(step, "registrar-role",
			    "gives the role of registrar to somebody whom the registrars did not name");
	}
	return SLUIS_OK;
}

static enum sluis_err
check_form(struct sluis_directory_step *step, const Sluis__Record *record)
{
	const struct sluis_bytes kind = sluis_of(record->kind_code);

	/* 7.2: a guest's record is known to the members of its case only; here stands its commitment. */
	if (record->case_bound != NULL ||
	    (!sluis_bytes_is_text(kind, "person") && !sluis_bytes_is_text(kind, "system")))
		return sluis_directory_refuse(step, "kind",
		    "carries a record that is neither of a person nor of a system");
	if (record->from_ms >= record->until_ms)
		return sluis_directory_refuse(step, "window",
		    "carries a record that ends before it begins");
	if (record->n_recipients < 1 || record->n_recipients > SLUIS_EPOCHS_MAX)
		return sluis_directory_refuse(step, "epochs",
		    "carries a record with no encryption key, or too many");
	for (size_t i = 0; i < record->n_recipients; i++) {
		const Sluis__AgeRecipient *one = record->recipients[i];
		const Sluis__AgeRecipient *former = i > 0 ? record->recipients[i - 1] : NULL;

		if (one->from_ms >= one->until_ms ||
		    (former != NULL &&
		        (one->epoch <= former->epoch || one->from_ms < former->from_ms)))
			return sluis_directory_refuse(step, "epochs",
			    "carries a record whose encryption keys are not in order of epoch and time");
	}
	return SLUIS_OK;
}

/* The organisation that must sign: in force, or, at its accession, still waiting beside its first records. */
static enum sluis_err
find_organisation(struct sluis_directory_step *step, const Sluis__Record *record,
    const struct sluis_directory_founding *founding, const struct sluis_organisation **ret)
{
	const struct sluis_bytes handle = sluis_of(record->organisation_handle);
	const struct sluis_organisation *organisation = founding != NULL
	    ? founding->body
	    : sluis_directory_organisation(step->directory, handle);

	if (organisation == NULL || !sluis_bytes_equal(organisation->handle, handle))
		return sluis_directory_refuse(step, "organisation",
		    "carries a record of an organisation that the log does not know");
	if (organisation->state != SLUIS_STANDING_ACTIVE &&
	    organisation->state != SLUIS_STANDING_PENDING)
		return sluis_directory_refuse(step, "organisation",
		    "carries a record of an organisation that is suspended or removed");
	if ((int64_t)record->created_ms < organisation->valid_from_ms ||
	    (int64_t)record->created_ms > organisation->valid_until_ms)
		return sluis_directory_refuse(step, "certificate",
		    "carries a record made when the certificate of its organisation was outside its term");
	*ret = organisation;
	return SLUIS_OK;
}

static enum sluis_err
check_signatures(struct sluis_directory_step *step, const Sluis__Signed *act,
    const struct sluis_member *member, const struct sluis_organisation *organisation,
    const struct sluis_member *previous)
{
	const Sluis__Signature *by_organisation =
	    sluis_directory_signature(act, &organisation->certificate_hash);
	const Sluis__Signature *by_itself = sluis_directory_signature(act, &member->record_hash);
	const Sluis__Signature *by_previous =
	    previous == NULL ? NULL : sluis_directory_signature(act, &previous->record_hash);

	if (act->n_signatures != (previous == NULL ? 2 : 3))
		return sluis_directory_refuse(step, "signature",
		    "carries a record with a signature too few or too many");
	if (by_organisation == NULL || by_itself == NULL || (previous != NULL && by_previous == NULL))
		return sluis_directory_refuse(step, "signature",
		    "carries a record that its organisation, its own key or the key it replaces did not sign");
	SLUIS_TRY(sluis_directory_only(step,
	    sluis_signed_verify_certificate(act, SLUIS_SIGNED_RECORD, by_organisation,
	        organisation->certificates[0]),
	    "signature", "carries a record that the certificate of its organisation did not sign"));
	SLUIS_TRY(sluis_directory_only(step,
	    sluis_signed_verify_one(act, SLUIS_SIGNED_RECORD, by_itself, &member->sign_key),
	    "signature", "carries a record that its own signing key did not sign"));
	if (previous == NULL)
		return SLUIS_OK;
	return sluis_directory_only(step,
	    sluis_signed_verify_one(act, SLUIS_SIGNED_RECORD, by_previous, &previous->sign_key),
	    "signature", "carries a record that the key it replaces did not sign");
}

static bool
same_key(const struct sluis_public *a, const struct sluis_public *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static bool
has_age_key(const struct sluis_member *member, const struct sluis_recipient *recipient)
{
	const struct sluis_recipient *theirs =
	    member == NULL ? NULL : sluis_member_recipient(member, recipient->epoch);

	return theirs != NULL && same_key(&theirs->key, &recipient->key);
}

/* A successor may keep keys of what it comes after, each in the same use and epoch; nothing else stands twice. */
static enum sluis_err
claim_keys(struct sluis_directory_step *step, const struct sluis_member *member,
    const struct before *before)
{
	const struct sluis_member *const both[] = { before->current, before->pending };
	bool keeps_sign = false, keeps_curve = false;

	for (size_t i = 0; i < SLUIS_ARRAY_LEN(both); i++) {
		if (both[i] == NULL)
			continue;
		keeps_sign = keeps_sign || same_key(&both[i]->sign_key, &member->sign_key);
		keeps_curve = keeps_curve || same_key(&both[i]->curve_key, &member->curve_key);
	}
	SLUIS_TRY(sluis_directory_claim_sign(step, &member->sign_key, keeps_sign, "signing key"));
	SLUIS_TRY(sluis_directory_claim_x25519(step, &member->curve_key, keeps_curve, "transport key"));
	for (size_t i = 0; i < member->n_recipients; i++) {
		const struct sluis_recipient *one = &member->recipients[i];

		SLUIS_TRY(sluis_directory_claim_x25519(step, &one->key,
		    has_age_key(before->current, one) || has_age_key(before->pending, one),
		    "encryption key"));
	}
	return SLUIS_OK;
}

static enum sluis_err
keep_recipients(struct sluis_directory_step *step, const Sluis__Record *record, struct sluis_member *ret)
{
	struct sluis_recipient *all =
	    sluis_directory_entry_alloc(step->entry, record->n_recipients * sizeof(*all));

	if (all == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < record->n_recipients; i++) {
		all[i].epoch = record->recipients[i]->epoch;
		all[i].key = sluis_public_of(record->recipients[i]->age_key);
		all[i].from_ms = (int64_t)record->recipients[i]->from_ms;
		all[i].until_ms = (int64_t)record->recipients[i]->until_ms;
	}
	ret->recipients = all;
	ret->n_recipients = record->n_recipients;
	return SLUIS_OK;
}

static enum sluis_err
keep(struct sluis_directory_step *step, const Sluis__Signed *act, const Sluis__Record *record,
    struct sluis_member *ret)
{
	ret->record_hash = sluis_signed_hash(act);
	ret->sign_key = sluis_public_of(record->sign_key);
	ret->curve_key = sluis_public_of(record->curve_key);
	ret->created_ms = (int64_t)record->created_ms;
	ret->from_ms = (int64_t)record->from_ms;
	ret->until_ms = (int64_t)record->until_ms;
	ret->entry_index = step->index;
	ret->approved_index = ret->ended_index = SLUIS_DIRECTORY_NEVER;
	ret->n_roles = record->n_role_codes;
	SLUIS_TRY(sluis_directory_entry_keep(step->entry, record->handle, &ret->handle));
	SLUIS_TRY(sluis_directory_entry_keep(step->entry, record->organisation_handle,
	    &ret->organisation_handle));
	SLUIS_TRY(sluis_directory_entry_keep(step->entry, record->kind_code, &ret->kind));
	SLUIS_TRY(sluis_directory_entry_keep(step->entry, record->mandate_text, &ret->mandate));
	SLUIS_TRY(sluis_directory_entry_keep_all(step->entry, record->role_codes, record->n_role_codes,
	    &ret->roles));
	return keep_recipients(step, record, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_judge_record(struct sluis_directory_step *step, const Sluis__Signed *act,
    const struct sluis_directory_founding *founding, struct sluis_member *ret)
{
	struct sluis_member row = { .state = SLUIS_STANDING_PENDING };
	const struct sluis_directory_holder *holder;
	const struct sluis_organisation *organisation;
	struct before before;
	Sluis__Record *record;

	SLUIS_TRY(SLUIS_DIRECTORY_UNPACK(step, record, Record, act, &record));
	/* In genesis: 32 zero bytes, which is what the directory says before it has an entry. */
	SLUIS_TRY(sluis_directory_of_federation(step, record->federation_hash));
	SLUIS_TRY(check_form(step, record));
	SLUIS_TRY(check_roles(step, record, founding != NULL));
	SLUIS_TRY(find_organisation(step, record, founding, &organisation));
	holder = sluis_directory_member_holder(step->directory, sluis_of(record->handle));
	before = before_of(step->directory, holder);
	SLUIS_TRY(check_handle(step, record, holder, &before));
	SLUIS_TRY(keep(step, act, record, &row));
	SLUIS_TRY(claim_keys(step, &row, &before));
	SLUIS_TRY(check_signatures(step, act, &row, organisation, before.current));
	*ret = row;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_rule_record(struct sluis_directory_step *step)
{
	step->members = sluis_arena_alloc(step->scratch, sizeof(*step->members));
	if (step->members == NULL)
		return SLUIS_ENOMEM;
	step->n_members = 1;
	SLUIS_TRY(sluis_directory_judge_record(step, step->act, NULL, step->members));
	return sluis_directory_created(step, (uint64_t)step->members->created_ms);
}

/* A shared CURVE key leads to the record that counts: to a new one only when the former no longer does. */
static void
put_curve(struct sluis_directory *directory, uint32_t row)
{
	const struct sluis_member *member = sluis_directory_member_row(directory, row);
	const struct sluis_member *found =
	    sluis_directory_member_by_curve(directory, &member->curve_key);

	if (found != NULL && found->state == SLUIS_STANDING_ACTIVE)
		return;
	sluis_directory_put(directory, SLUIS_INDEX_CURVE,
	    sluis_bytes(member->curve_key.bytes, sizeof(member->curve_key.bytes)), row);
}

void
sluis_directory_insert_member(struct sluis_directory *directory, const struct sluis_member *row)
{
	const uint32_t i = (uint32_t)sluis_directory_rows(directory, SLUIS_TABLE_MEMBERS);
	struct sluis_member *member = sluis_directory_add(directory, SLUIS_TABLE_MEMBERS);
	struct sluis_directory_holder *holder = sluis_directory_member_holder(directory, row->handle);

	*member = *row;
	if (holder == NULL) {
		sluis_directory_put(directory, SLUIS_INDEX_MEMBER, row->handle,
		    (uint32_t)sluis_directory_rows(directory, SLUIS_TABLE_MEMBER_HOLDERS));
		holder = sluis_directory_add(directory, SLUIS_TABLE_MEMBER_HOLDERS);
	}
	if (holder->pending != 0) {
		struct sluis_member *earlier =
		    sluis_directory_member_row(directory, holder->pending - 1);

		earlier->state = SLUIS_STANDING_REPLACED;
		earlier->ended_index = row->entry_index;
	}
	holder->pending = i + 1;
	sluis_directory_put(directory, SLUIS_INDEX_RECORD, sluis_hash_bytes(&row->record_hash), i);
	put_curve(directory, i);
}

void
sluis_directory_take_member(struct sluis_directory *directory, uint32_t row, uint64_t index)
{
	struct sluis_member *member = sluis_directory_member_row(directory, row);
	struct sluis_directory_holder *holder =
	    sluis_directory_member_holder(directory, member->handle);

	if (holder->current != 0) {
		struct sluis_member *former = sluis_directory_member_row(directory, holder->current - 1);

		former->state = SLUIS_STANDING_REPLACED;
		former->ended_index = index;
	}
	member->state = holder->state = SLUIS_STANDING_ACTIVE;
	member->approved_index = index;
	holder->current = row + 1;
	holder->pending = 0;
	put_curve(directory, row);
}

void
sluis_directory_apply_record(struct sluis_directory *directory, const struct sluis_directory_step *step)
{
	sluis_directory_insert_member(directory, step->members);
}
