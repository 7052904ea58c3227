/* SPDX-License-Identifier: EUPL-1.2 */
#include "directory_internal.h"

#include <string.h>

#include "hash.h"
#include "signed.h"

static enum sluis_err
read_anchors(struct sluis_directory_step *step, const Sluis__Genesis *genesis)
{
	struct sluis_hash *anchors;

	if (genesis->n_anchor_hashes < 1 || genesis->n_anchor_hashes > SLUIS_ANCHORS_MAX)
		return sluis_directory_refuse(step, "anchors", "names no trust anchor, or too many");
	anchors = sluis_directory_entry_alloc(step->entry, genesis->n_anchor_hashes * sizeof(*anchors));
	if (anchors == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < genesis->n_anchor_hashes; i++)
		anchors[i] = sluis_hash_of(genesis->anchor_hashes[i]);
	step->genesis.anchors = anchors;
	step->genesis.n_anchors = genesis->n_anchor_hashes;
	return SLUIS_OK;
}

static enum sluis_err
read_logs(struct sluis_directory_step *step, const Sluis__Genesis *genesis)
{
	SLUIS_TRY(sluis_directory_read_log(step, genesis->keys_log, &step->genesis.keys_log));
	SLUIS_TRY(sluis_directory_read_log(step, genesis->exchange_log, &step->genesis.exchange_log));
	if (sluis_bytes_equal(step->genesis.keys_log.origin, step->genesis.exchange_log.origin))
		return sluis_directory_refuse(step, "origin", "gives both logs one origin");
	SLUIS_TRY(sluis_directory_claim_sign(step, &step->genesis.keys_log.key, false,
	    "key of the keys log"));
	return sluis_directory_claim_sign(step, &step->genesis.exchange_log.key, false,
	    "key of the exchange log");
}

static enum sluis_err
read_registrars(struct sluis_directory_step *step, const Sluis__Genesis *genesis,
    const struct sluis_directory_founding *founding)
{
	struct sluis_bytes *handles;

	if (genesis->n_registrars > SLUIS_REGISTRARS_MAX ||
	    genesis->registrar_number > genesis->n_registrars)
		return sluis_directory_refuse(step, "registrars",
		    "names no registrar, too many, or fewer than must sign");
	step->members =
	    sluis_arena_alloc(step->scratch, genesis->n_registrars * sizeof(*step->members));
	handles = sluis_directory_entry_alloc(step->entry, genesis->n_registrars * sizeof(*handles));
	if (step->members == NULL || handles == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < genesis->n_registrars; i++) {
		struct sluis_member *member = &step->members[i];

		SLUIS_TRY(sluis_directory_judge_record(step, genesis->registrars[i], founding, member));
		for (size_t j = 0; j < i; j++) {
			if (sluis_bytes_equal(handles[j], member->handle))
				return sluis_directory_refuse(step, "handle-in-use",
				    "names two registrars by one handle");
		}
		if (step->created_ms < member->from_ms || step->created_ms >= member->until_ms)
			return sluis_directory_refuse(step, "window",
			    "names a registrar whose record does not hold when it is made");
		handles[i] = member->handle;
		step->n_members = i + 1;
	}
	step->registrars = (struct sluis_registrars){ .handles = handles,
		.n = genesis->n_registrars,
		.needed = genesis->registrar_number };
	return SLUIS_OK;
}

/* 7.2: "signed with algorithm 2 by the body's certificate and with algorithm 1 by each registrar listed" */
static enum sluis_err
check_signatures(struct sluis_directory_step *step)
{
	const Sluis__Signature *by_body =
	    sluis_directory_signature(step->act, &step->organisation.certificate_hash);

	if (by_body == NULL || step->act->n_signatures != step->n_members + 1)
		return sluis_directory_refuse(step, "signature",
		    "is not signed once by the federation body and once by each registrar");
	SLUIS_TRY(sluis_directory_only(step,
	    sluis_signed_verify_certificate(step->act, SLUIS_SIGNED_GENESIS, by_body,
	        step->organisation.certificates[0]),
	    "signature", "is not signed by the certificate of the federation body"));
	for (size_t i = 0; i < step->n_members; i++) {
		const struct sluis_member *member = &step->members[i];
		const Sluis__Signature *one = sluis_directory_signature(step->act, &member->record_hash);

		if (one == NULL)
			return sluis_directory_refuse(step, "signature",
			    "is not signed by every registrar that it names");
		SLUIS_TRY(sluis_directory_only(step,
		    sluis_signed_verify_one(step->act, SLUIS_SIGNED_GENESIS, one, &member->sign_key),
		    "signature", "is not signed by every registrar that it names"));
	}
	return SLUIS_OK;
}

static enum sluis_err
read_body(struct sluis_directory_step *step, const Sluis__Genesis *genesis,
    struct sluis_directory_founding *founding)
{
	SLUIS_TRY(sluis_directory_judge_organisation(step, genesis->body, founding, &step->organisation));
	if (step->created_ms < step->organisation.valid_from_ms ||
	    step->created_ms > step->organisation.valid_until_ms)
		return sluis_directory_refuse(step, "certificate",
		    "is made when the certificate of the federation body is outside its term");
	founding->body = &step->organisation;
	step->genesis.body_handle = step->organisation.handle;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_rule_genesis(struct sluis_directory_step *step)
{
	struct sluis_directory_founding founding = { .body = NULL };
	Sluis__Genesis *genesis;

	SLUIS_TRY(SLUIS_DIRECTORY_UNPACK(step, genesis, Genesis, step->act, &genesis));
	step->created_ms = (int64_t)genesis->created_ms;
	step->genesis.federation = step->act_hash;
	step->genesis.created_ms = step->created_ms;
	step->genesis.policy_hash = sluis_hash_of(genesis->policy_hash);
	step->genesis.agreement_hash = sluis_hash_of(genesis->agreement_hash);
	SLUIS_TRY(sluis_directory_entry_keep(step->entry, genesis->name_text, &step->genesis.name));
	SLUIS_TRY(read_anchors(step, genesis));
	SLUIS_TRY(read_logs(step, genesis));
	SLUIS_TRY(sluis_directory_read_broker(step, genesis->broker, NULL, &step->broker));
	/* Witnesses are named by entries of their own: here is nobody yet who could be counted. */
	if (genesis->witnesses->witness_count != 0 || genesis->witnesses->quorum_count != 0)
		return sluis_directory_refuse(step, "witnesses", "counts witnesses that nobody has named");
	founding.anchors = step->genesis.anchors;
	founding.n_anchors = step->genesis.n_anchors;
	founding.agreement_hash = step->genesis.agreement_hash;
	SLUIS_TRY(read_body(step, genesis, &founding));
	SLUIS_TRY(read_registrars(step, genesis, &founding));
	return check_signatures(step);
}

void
sluis_directory_apply_genesis(struct sluis_directory *directory, const struct sluis_directory_step *step)
{
	struct sluis_broker_keys *broker = sluis_directory_add(directory, SLUIS_TABLE_BROKERS);

	directory->genesis = step->genesis;
	directory->exchange_log = step->genesis.exchange_log;
	directory->registrars = step->registrars;
	directory->latest_ms = step->created_ms;
	*broker = step->broker;
	sluis_directory_insert_organisation(directory, &step->organisation);
	sluis_directory_take_organisation(directory, 0, 0);
	sluis_directory_put(directory, SLUIS_INDEX_ACT,
	    sluis_hash_bytes(&step->organisation.payload_hash), 0);
	for (size_t i = 0; i < step->n_members; i++) {
		sluis_directory_insert_member(directory, &step->members[i]);
		sluis_directory_take_member(directory, (uint32_t)i, 0);
		sluis_directory_put(directory, SLUIS_INDEX_ACT,
		    sluis_hash_bytes(&step->members[i].record_hash), 0);
	}
}
