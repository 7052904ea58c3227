/* SPDX-License-Identifier: EUPL-1.2 */
#include "directory_internal.h"


#include "hash.h"
#include "signed.h"

/* ---- approval ---- */

static enum sluis_err
check_target_record(struct sluis_directory_step *step, const struct sluis_member *member)
{
	const struct sluis_directory_holder *holder =
	    sluis_directory_member_holder(step->directory, member->handle);
	const struct sluis_organisation *organisation =
	    sluis_directory_organisation(step->directory, member->organisation_handle);

	if (member->state != SLUIS_STANDING_PENDING || holder->state == SLUIS_STANDING_SUSPENDED)
		return sluis_directory_refuse(step, "not-pending",
		    "approves a record that does not wait for it: it is %s",
		    member->state != SLUIS_STANDING_PENDING ? sluis_standing_text(member->state)
		                                            : "of a member that is suspended");
	if (organisation->state != SLUIS_STANDING_ACTIVE)
		return sluis_directory_refuse(step, "organisation",
		    "approves a record before the organisation that signed it");
	/* 7.2: "Nobody approves a record that names the same handle as an approver" */
	for (size_t i = 0; i < step->act->n_signatures; i++) {
		const struct sluis_hash signer = sluis_hash_of(step->act->signatures[i]->signer_hash);
		const struct sluis_member *approver =
		    sluis_directory_member_by_record(step->directory, &signer);

		if (sluis_bytes_equal(approver->handle, member->handle))
			return sluis_directory_refuse(step, "self-approval",
			    "approves the record of one of its own approvers: another registrar must");
	}
	return SLUIS_OK;
}

static enum sluis_err
check_target_organisation(struct sluis_directory_step *step,
    const struct sluis_organisation *organisation)
{
	const struct sluis_directory_holder *holder =
	    sluis_directory_organisation_holder(step->directory, organisation->handle);

	if (organisation->state != SLUIS_STANDING_PENDING || holder->state == SLUIS_STANDING_SUSPENDED)
		return sluis_directory_refuse(step, "not-pending",
		    "approves an organisation that does not wait for it: it is %s",
		    organisation->state != SLUIS_STANDING_PENDING
		        ? sluis_standing_text(organisation->state)
		        : "suspended");
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_rule_approval(struct sluis_directory_step *step)
{
	const struct sluis_directory *directory = step->directory;
	Sluis__Approval *approval;

	SLUIS_TRY(SLUIS_DIRECTORY_UNPACK(step, approval, Approval, step->act, &approval));
	SLUIS_TRY(sluis_directory_by_registrars(step, approval->federation_hash, approval->created_ms));
	if (sluis_directory_find(directory, SLUIS_INDEX_RECORD, sluis_of(approval->target_hash),
	        &step->target))
		return check_target_record(step, sluis_directory_member_row(directory, step->target));
	step->of_organisation = true;
	if (sluis_directory_find(directory, SLUIS_INDEX_PAYLOAD, sluis_of(approval->target_hash),
	        &step->target))
		return check_target_organisation(step,
		    sluis_directory_organisation_row(directory, step->target));
	return sluis_directory_refuse(step, "not-found",
	    "approves something that stands nowhere before it in the log");
}

void
sluis_directory_apply_approval(struct sluis_directory *directory,
    const struct sluis_directory_step *step)
{
	if (step->of_organisation)
		sluis_directory_take_organisation(directory, step->target, step->index);
	else
		sluis_directory_take_member(directory, step->target, step->index);
}

/* ---- suspension ---- */

size_t
sluis_directory_able_registrars(const struct sluis_directory *directory,
    const struct sluis_registrars *registrars, const struct sluis_directory_holder *changed)
{
	size_t able = 0;

	for (size_t i = 0; i < registrars->n; i++) {
		const struct sluis_member *member =
		    sluis_directory_member(directory, registrars->handles[i]);
		const struct sluis_directory_holder *holder, *organisation;

		if (member == NULL)
			continue;
		holder = sluis_directory_member_holder(directory, member->handle);
		organisation = sluis_directory_organisation_holder(directory, member->organisation_handle);
		if (holder != changed && organisation != changed &&
		    holder->state == SLUIS_STANDING_ACTIVE &&
		    organisation->state == SLUIS_STANDING_ACTIVE)
			able++;
	}
	return able;
}

static enum sluis_err
find_holder(struct sluis_directory_step *step, const Sluis__Suspension *suspension,
    const struct sluis_directory_holder **ret)
{
	const struct sluis_bytes target = sluis_of(suspension->target_code);
	enum sluis_directory_table table = SLUIS_TABLE_MEMBER_HOLDERS;
	enum sluis_directory_index index = SLUIS_INDEX_MEMBER;

	if (sluis_bytes_is_text(target, "organisation")) {
		step->of_organisation = true;
		table = SLUIS_TABLE_ORGANISATION_HOLDERS;
		index = SLUIS_INDEX_ORGANISATION;
	} else if (!sluis_bytes_is_text(target, "member")) {
		return sluis_directory_refuse(step, "malformed",
		    "suspends something that is neither a member nor an organisation");
	}
	if (!sluis_directory_find(step->directory, index, sluis_of(suspension->handle), &step->target))
		return sluis_directory_refuse(step, "not-found",
		    "changes the state of a handle that the log does not know");
	*ret = sluis_directory_row(step->directory, table, step->target);
	return SLUIS_OK;
}

/* From which state to which: removed is final, and what was never approved can only be removed. */
static enum sluis_err
check_change(struct sluis_directory_step *step, const struct sluis_directory_holder *holder,
    struct sluis_bytes state)
{
	static const struct {
		enum sluis_standing from, to;
	} CHANGES[] = {
		{ SLUIS_STANDING_ACTIVE, SLUIS_STANDING_SUSPENDED },
		{ SLUIS_STANDING_SUSPENDED, SLUIS_STANDING_ACTIVE },
		{ SLUIS_STANDING_ACTIVE, SLUIS_STANDING_REMOVED },
		{ SLUIS_STANDING_SUSPENDED, SLUIS_STANDING_REMOVED },
		{ SLUIS_STANDING_PENDING, SLUIS_STANDING_REMOVED },
	};

	for (size_t i = 0; i < SLUIS_ARRAY_LEN(CHANGES); i++) {
		if (holder->state != CHANGES[i].from ||
		    !sluis_bytes_is_text(state, sluis_standing_text(CHANGES[i].to)))
			continue;
		step->standing = CHANGES[i].to;
		return SLUIS_OK;
	}
	return sluis_directory_refuse(step, holder->state == SLUIS_STANDING_REMOVED ? "removed" : "state",
	    "changes what is %s to \"%.*s\", which cannot be", sluis_standing_text(holder->state),
	    SLUIS_DIRECTORY_TEXT(state));
}

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_rule_suspension(struct sluis_directory_step *step)
{
	const struct sluis_directory *directory = step->directory;
	const struct sluis_directory_holder *holder;
	Sluis__Suspension *suspension;

	SLUIS_TRY(SLUIS_DIRECTORY_UNPACK(step, suspension, Suspension, step->act, &suspension));
	SLUIS_TRY(
	    sluis_directory_by_registrars(step, suspension->federation_hash, suspension->created_ms));
	SLUIS_TRY(find_holder(step, suspension, &holder));
	SLUIS_TRY(check_change(step, holder, sluis_of(suspension->state_code)));
	if (step->created_ms < holder->standing_ms)
		return sluis_directory_refuse(step, "order",
		    "was made before the change of the same handle that stands before it");
	/* Whoever comes back was not counted before either. */
	if (sluis_directory_able_registrars(directory, &directory->registrars, holder) <
	    directory->registrars.needed)
		return sluis_directory_refuse(step, "registrars",
		    "leaves too few registrars to sign anything: name others first");
	return SLUIS_OK;
}

static void
end_row(enum sluis_standing *state, uint64_t *ended_index, enum sluis_standing to, uint64_t index)
{
	*state = to;
	if (to == SLUIS_STANDING_REMOVED)
		*ended_index = index;
}

static void
change_member(struct sluis_directory *directory, const struct sluis_directory_holder *holder,
    const struct sluis_directory_step *step)
{
	struct sluis_member *row;

	if (holder->current != 0) {
		row = sluis_directory_member_row(directory, holder->current - 1);
		end_row(&row->state, &row->ended_index, step->standing, step->index);
	}
	if (holder->pending != 0 && step->standing == SLUIS_STANDING_REMOVED) {
		row = sluis_directory_member_row(directory, holder->pending - 1);
		end_row(&row->state, &row->ended_index, step->standing, step->index);
	}
}

static void
change_organisation(struct sluis_directory *directory, const struct sluis_directory_holder *holder,
    const struct sluis_directory_step *step)
{
	struct sluis_organisation *row;

	if (holder->current != 0) {
		row = sluis_directory_organisation_row(directory, holder->current - 1);
		end_row(&row->state, &row->ended_index, step->standing, step->index);
	}
	if (holder->pending != 0 && step->standing == SLUIS_STANDING_REMOVED) {
		row = sluis_directory_organisation_row(directory, holder->pending - 1);
		end_row(&row->state, &row->ended_index, step->standing, step->index);
	}
}

void
sluis_directory_apply_suspension(struct sluis_directory *directory,
    const struct sluis_directory_step *step)
{
	const uint32_t row = (uint32_t)sluis_directory_rows(directory, SLUIS_TABLE_STANDINGS);
	struct sluis_directory_standing *standing =
	    sluis_directory_add(directory, SLUIS_TABLE_STANDINGS);
	struct sluis_directory_holder *holder = sluis_directory_row(directory,
	    step->of_organisation ? SLUIS_TABLE_ORGANISATION_HOLDERS : SLUIS_TABLE_MEMBER_HOLDERS,
	    step->target);

	*standing = (struct sluis_directory_standing){ .entry_index = step->index,
		.state = step->standing,
		.before = holder->standings };
	holder->standings = row + 1;
	holder->state = step->standing;
	holder->standing_ms = step->created_ms;
	if (step->of_organisation)
		change_organisation(directory, holder, step);
	else
		change_member(directory, holder, step);
}

/* ---- guest ---- */

static enum sluis_err
check_guest_signature(struct sluis_directory_step *step, const Sluis__GuestCommitment *guest)
{
	const struct sluis_organisation *organisation =
	    sluis_directory_organisation(step->directory, sluis_of(guest->organisation_handle));

	if (organisation == NULL || organisation->state != SLUIS_STANDING_ACTIVE ||
	    step->created_ms < organisation->valid_from_ms ||
	    step->created_ms > organisation->valid_until_ms)
		return sluis_directory_refuse(step, "organisation",
		    "carries a guest of an organisation that is not in force");
	if (step->act->n_signatures != 1)
		return sluis_directory_refuse(step, "signature",
		    "carries a guest that is not signed exactly once");
	return sluis_directory_only(step,
	    sluis_signed_verify_certificate(step->act, SLUIS_SIGNED_GUEST, step->act->signatures[0],
	        organisation->certificates[0]),
	    "signature", "carries a guest that the certificate of its organisation did not sign");
}

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_rule_guest(struct sluis_directory_step *step)
{
	Sluis__GuestCommitment *guest;

	SLUIS_TRY(SLUIS_DIRECTORY_UNPACK(step, guest_commitment, GuestCommitment, step->act, &guest));
	SLUIS_TRY(sluis_directory_of_federation(step, guest->federation_hash));
	SLUIS_TRY(sluis_directory_created(step, guest->created_ms));
	if (guest->until_ms <= guest->created_ms)
		return sluis_directory_refuse(step, "window", "carries a guest that ends before it begins");
	if (sluis_directory_find(step->directory, SLUIS_INDEX_GUEST, sluis_of(guest->commitment_hash),
	        NULL))
		return sluis_directory_refuse(step, "duplicate", "carries a guest that is there already");
	step->guest.commitment = sluis_hash_of(guest->commitment_hash);
	step->guest.created_ms = step->created_ms;
	step->guest.until_ms = (int64_t)guest->until_ms;
	step->guest.entry_index = step->index;
	SLUIS_TRY(sluis_directory_entry_keep(step->entry, guest->organisation_handle,
	    &step->guest.organisation_handle));
	return check_guest_signature(step, guest);
}

void
sluis_directory_apply_guest(struct sluis_directory *directory, const struct sluis_directory_step *step)
{
	const uint32_t row = (uint32_t)sluis_directory_rows(directory, SLUIS_TABLE_GUESTS);
	struct sluis_guest *guest = sluis_directory_add(directory, SLUIS_TABLE_GUESTS);

	*guest = step->guest;
	sluis_directory_put(directory, SLUIS_INDEX_GUEST, sluis_hash_bytes(&guest->commitment), row);
}
