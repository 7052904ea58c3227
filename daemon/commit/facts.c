/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "commit/internal.h"
#include "commit/revocation.h"
#include "grant.h"
#include "grant_facts.h"
#include "limits.h"
#include "refusal.h"

enum { REFUSALS_PAGE = 16 };

static struct sluis_bytes
closed_step(const struct sluis_policy *policy)
{
	const struct sluis_codes steps = sluis_policy_codes(policy, SLUIS_KIND_STEP);

	for (size_t i = 0; i < steps.count; i++) {
		if (sluis_policy_step_is_closed(policy, steps.items[i]))
			return steps.items[i];
	}
	return sluis_bytes(NULL, 0);
}

SLUIS_MUST_CHECK enum sluis_err
facts_member(struct round *round, const struct sluis_member *member, struct sluis_member_facts *ret)
{
	const struct sluis_directory *directory = round->commit->directory;
	const struct sluis_member *now = sluis_directory_member_by_record(directory, &member->record_hash);
	const struct sluis_organisation *organisation =
	    sluis_directory_organisation(directory, member->organisation_handle);
	enum sluis_err err;

	if (now == NULL || organisation == NULL)
		return SLUIS_ESTORE; /* verified against a snapshot of this very log */
	*ret = (struct sluis_member_facts){
		.handle = now->handle,
		.organisation = now->organisation_handle,
		.regime = organisation->regime,
		.roles = { .items = now->roles, .count = now->n_roles },
		.is_federation_body = sluis_bytes_equal(now->organisation_handle,
		    sluis_directory_genesis(directory)->body_handle),
	};
	err = sluis_directory_in_force(directory, now, round->now_ms, NULL, NULL);
	if (err == SLUIS_ENOMEM)
		return err;
	ret->is_certificate_valid = err != SLUIS_ECERTIFICATE &&
	    !revocation_is_revoked(round->commit->revocation, organisation);
	ret->is_active = err == SLUIS_OK || err == SLUIS_ECERTIFICATE;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
facts_case(struct round *round, const struct sluis_id *case_id, struct sluis_bytes handle,
    const struct sluis_case **ret_case, struct sluis_case_facts *ret)
{
	struct sluis_case *of_case = NULL;
	const enum sluis_err err = case_cache_get(round, case_id, &of_case);

	*ret = (struct sluis_case_facts){ 0 };
	*ret_case = NULL;
	if (err == SLUIS_ENOTFOUND)
		return SLUIS_OK;
	SLUIS_TRY(err);
	ret->exists = true;
	ret->is_sender_on_case = sluis_case_member(of_case, handle) != NULL;
	ret->step = of_case->step.len > 0 ? of_case->step :
					    sluis_policy_first_step(round->commit->policy);
	if (of_case->is_closed)
		ret->step = closed_step(round->commit->policy);
	ret->opener = of_case->opener;
	*ret_case = of_case;
	return SLUIS_OK;
}

static enum sluis_err
scope_of(const struct store_refusal *row, struct sluis_arena *arena, struct sluis_refusal_facts *ret)
{
	Sluis__ConsentRefusal *refusal;
	Sluis__Signed *act = NULL;

	SLUIS_TRY(SLUIS_UNPACK(signed, Signed, row->signed_refusal, SLUIS_FRAME_MAX_BYTES, arena, &act));
	SLUIS_TRY(sluis_refusal_open(sluis_of(act->payload_bytes), arena, &refusal));
	return sluis_refusal_facts_of(refusal, arena, ret);
}

/* Refusals of the case that stand later in the log than the grant: all of them, a page at a time. */
static enum sluis_err
add_refusals(struct round *round, const struct sluis_id *case_id, uint64_t grant_index,
    struct sluis_arena *arena, struct sluis_grant_facts *ret)
{
	struct store_refusal rows[REFUSALS_PAGE];
	struct sluis_refusal_facts *facts = NULL;
	uint64_t from = grant_index + 1;
	size_t total = 0, count;

	do {
		SLUIS_TRY(store_refusal_list(round->tx, case_id, from, REFUSALS_PAGE, arena, rows, &count));
		if (count == 0)
			break;
		ret->refusals = facts;
		facts = sluis_arena_alloc(arena, (total + count) * sizeof(*facts));
		if (facts == NULL)
			return SLUIS_ENOMEM;
		if (total > 0)
			memcpy(facts, ret->refusals, total * sizeof(*facts));
		for (size_t i = 0; i < count; i++)
			SLUIS_TRY(scope_of(&rows[i], arena, &facts[total++]));
		from = rows[count - 1].event_index + 1;
	} while (count == REFUSALS_PAGE);
	ret->refusals = facts;
	ret->refusal_count = total;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
facts_grant(struct round *round, const Sluis__GrantReference *reference,
    const struct sluis_id *case_id, struct sluis_arena *arena, struct sluis_grant_facts *ret,
    struct sluis_bytes *ret_signed)
{
	struct store_grant row;
	struct sluis_hash asked;
	Sluis__Signed *act = NULL;
	Sluis__Grant *grant = NULL;
	struct sluis_id id;
	enum sluis_err err;

	*ret = (struct sluis_grant_facts){ 0 };
	*ret_signed = sluis_bytes(NULL, 0);
	if (reference == NULL)
		return SLUIS_OK;
	ret->is_named = true;
	id = sluis_id_of(reference->grant_id);
	asked = sluis_hash_of(reference->grant_hash);
	err = store_grant_get(round->tx, &id, arena, &row);
	if (err == SLUIS_ENOTFOUND)
		return SLUIS_OK;
	SLUIS_TRY(err);
	if (!sluis_hash_equal(&asked, &row.payload_hash))
		return SLUIS_OK; /* another grant than the one signed for: not found */
	SLUIS_TRY(SLUIS_UNPACK(signed, Signed, row.signed_grant, SLUIS_FRAME_MAX_BYTES, arena, &act));
	SLUIS_TRY(sluis_grant_open(sluis_of(act->payload_bytes), arena, &grant));
	ret->is_found = true;
	ret->is_of_case = memcmp(row.case_id.bytes, case_id->bytes, sizeof(case_id->bytes)) == 0;
	ret->is_withdrawn = sluis_bytes_is_text(row.state, "withdrawn");
	*ret_signed = row.signed_grant;
	SLUIS_TRY(add_refusals(round, &row.case_id, row.event_index, arena, ret));
	return sluis_grant_facts_of(grant, arena, ret);
}
