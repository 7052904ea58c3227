/* SPDX-License-Identifier: EUPL-1.2 */
#include "directory_internal.h"

#include <string.h>

#include "note.h"
#include "signed.h"

/* ---- policy ---- */

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_rule_policy(struct sluis_directory_step *step)
{
	Sluis__PolicyVersion *version;

	SLUIS_TRY(SLUIS_DIRECTORY_UNPACK(step, policy_version, PolicyVersion, step->act, &version));
	SLUIS_TRY(sluis_directory_by_registrars(step, version->federation_hash, version->created_ms));
	if (version->starts_ms < version->created_ms)
		return sluis_directory_refuse(step, "window", "makes a policy hold before it was signed");
	step->policy.policy_hash = sluis_hash_of(version->policy_hash);
	step->policy.starts_ms = (int64_t)version->starts_ms;
	step->policy.entry_index = step->index;
	return SLUIS_OK;
}

void
sluis_directory_apply_policy(struct sluis_directory *directory, const struct sluis_directory_step *step)
{
	struct sluis_directory_policy *policy = sluis_directory_add(directory, SLUIS_TABLE_POLICIES);

	*policy = step->policy;
}

/* ---- broker ---- */

static bool
is_one_of(ProtobufCBinaryData key, const struct sluis_public *first, const struct sluis_public *second)
{
	return sluis_bytes_equal(sluis_of(key), sluis_bytes(first->bytes, sizeof(first->bytes))) ||
	    sluis_bytes_equal(sluis_of(key), sluis_bytes(second->bytes, sizeof(second->bytes)));
}

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_read_broker(struct sluis_directory_step *step, const Sluis__BrokerKeys *keys,
    const struct sluis_broker_keys *before, struct sluis_broker_keys *ret)
{
	const bool keeps_curve = before != NULL &&
	    is_one_of(keys->curve_key, &before->curve_key, &before->next_curve_key);
	const bool keeps_next = before != NULL &&
	    is_one_of(keys->next_curve_key, &before->curve_key, &before->next_curve_key);
	const bool keeps_decision = before != NULL &&
	    is_one_of(keys->decision_key, &before->decision_key, &before->decision_key);

	if (keys->n_endpoint_texts < 1 || keys->n_endpoint_texts > SLUIS_ENDPOINTS_MAX)
		return sluis_directory_refuse(step, "endpoints", "names no endpoint, or too many");
	ret->curve_key = sluis_public_of(keys->curve_key);
	ret->next_curve_key = sluis_public_of(keys->next_curve_key);
	ret->decision_key = sluis_public_of(keys->decision_key);
	ret->n_endpoints = keys->n_endpoint_texts;
	ret->entry_index = step->index;
	SLUIS_TRY(sluis_directory_entry_keep_all(step->entry, keys->endpoint_texts,
	    keys->n_endpoint_texts, &ret->endpoints));
	SLUIS_TRY(sluis_directory_claim_x25519(step, &ret->curve_key, keeps_curve, "broker key"));
	SLUIS_TRY(
	    sluis_directory_claim_x25519(step, &ret->next_curve_key, keeps_next, "next broker key"));
	return sluis_directory_claim_sign(step, &ret->decision_key, keeps_decision, "decision key");
}

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_rule_broker(struct sluis_directory_step *step)
{
	Sluis__BrokerChange *change;

	SLUIS_TRY(SLUIS_DIRECTORY_UNPACK(step, broker_change, BrokerChange, step->act, &change));
	SLUIS_TRY(sluis_directory_by_registrars(step, change->federation_hash, change->created_ms));
	return sluis_directory_read_broker(step, change->broker, sluis_directory_broker(step->directory),
	    &step->broker);
}

void
sluis_directory_apply_broker(struct sluis_directory *directory, const struct sluis_directory_step *step)
{
	struct sluis_broker_keys *broker = sluis_directory_add(directory, SLUIS_TABLE_BROKERS);

	*broker = step->broker;
}

/* ---- registrars ---- */

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_rule_registrars(struct sluis_directory_step *step)
{
	struct sluis_registrars *registrars = &step->registrars;
	Sluis__RegistrarChange *change;

	SLUIS_TRY(SLUIS_DIRECTORY_UNPACK(step, registrar_change, RegistrarChange, step->act, &change));
	SLUIS_TRY(sluis_directory_by_registrars(step, change->federation_hash, change->created_ms));
	if (change->n_registrar_handles > SLUIS_REGISTRARS_MAX ||
	    change->registrar_number > change->n_registrar_handles)
		return sluis_directory_refuse(step, "registrars",
		    "names no registrar, too many, or fewer than must sign");
	registrars->n = change->n_registrar_handles;
	registrars->needed = change->registrar_number;
	SLUIS_TRY(sluis_directory_entry_keep_all(step->entry, change->registrar_handles, registrars->n,
	    &registrars->handles));
	for (size_t i = 0; i < registrars->n; i++) {
		for (size_t j = 0; j < i; j++) {
			if (sluis_bytes_equal(registrars->handles[i], registrars->handles[j]))
				return sluis_directory_refuse(step, "registrars", "names a registrar twice");
		}
	}
	if (sluis_directory_able_registrars(step->directory, registrars, NULL) != registrars->n)
		return sluis_directory_refuse(step, "registrars",
		    "names a registrar who is not an active member of an active organisation");
	return SLUIS_OK;
}

void
sluis_directory_apply_registrars(struct sluis_directory *directory,
    const struct sluis_directory_step *step)
{
	directory->registrars = step->registrars;
}

/* ---- witness ---- */

/* The row of the witness if it is active, and how many are. */
static uint32_t
find_witness(const struct sluis_directory *directory, struct sluis_bytes handle, uint32_t *ret_active)
{
	uint32_t found = 0, active = 0;

	for (uint32_t i = 0; i < sluis_directory_rows(directory, SLUIS_TABLE_WITNESSES); i++) {
		const struct sluis_witness *witness = sluis_directory_witness(directory, i);

		if (!witness->active)
			continue;
		active++;
		if (sluis_bytes_equal(witness->handle, handle))
			found = i + 1;
	}
	*ret_active = active;
	return found;
}

static enum sluis_err
name_witness(struct sluis_directory_step *step, const Sluis__WitnessChange *change)
{
	const struct sluis_member *member =
	    sluis_directory_member(step->directory, sluis_of(change->witness_handle));

	if (step->target != 0)
		return sluis_directory_refuse(step, "witnesses",
		    "names a witness again: remove it first, a new one has a new key");
	if (member == NULL || member->state != SLUIS_STANDING_ACTIVE)
		return sluis_directory_refuse(step, "witnesses", "names a witness who is no active member");
	return sluis_directory_claim_sign(step, &step->witness.cosigner_key, false, "cosigning key");
}

static enum sluis_err
end_witness(struct sluis_directory_step *step)
{
	const struct sluis_witness *named;

	if (step->target == 0)
		return sluis_directory_refuse(step, "witnesses", "removes a witness that is not named");
	named = sluis_directory_witness(step->directory, step->target - 1);
	if (memcmp(named->cosigner_key.bytes, step->witness.cosigner_key.bytes, SLUIS_KEY_BYTES) != 0)
		return sluis_directory_refuse(step, "witnesses", "removes a witness under another key");
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_rule_witness(struct sluis_directory_step *step)
{
	struct sluis_bytes state;
	Sluis__WitnessChange *change;
	uint32_t active;

	SLUIS_TRY(SLUIS_DIRECTORY_UNPACK(step, witness_change, WitnessChange, step->act, &change));
	SLUIS_TRY(sluis_directory_by_registrars(step, change->federation_hash, change->created_ms));
	state = sluis_of(change->state_code);
	step->witness.active = sluis_bytes_is_text(state, "active");
	if (!step->witness.active && !sluis_bytes_is_text(state, "removed"))
		return sluis_directory_refuse(step, "malformed", "gives a witness a state that is none");
	step->witness.cosigner_key = sluis_public_of(change->cosigner_key);
	step->target = find_witness(step->directory, sluis_of(change->witness_handle), &active);
	SLUIS_TRY(sluis_directory_entry_keep(step->entry, change->witness_handle, &step->witness.handle));
	SLUIS_TRY(step->witness.active ? name_witness(step, change) : end_witness(step));
	active = step->witness.active ? active + 1 : active - 1;
	if (change->witnesses->witness_count != active || change->witnesses->quorum_count > active)
		return sluis_directory_refuse(step, "witnesses",
		    "counts other witnesses than are named, or asks for more");
	step->witness_quorum = change->witnesses->quorum_count;
	return SLUIS_OK;
}

void
sluis_directory_apply_witness(struct sluis_directory *directory, const struct sluis_directory_step *step)
{
	struct sluis_witness *witness = step->target != 0
	    ? sluis_directory_row(directory, SLUIS_TABLE_WITNESSES, step->target - 1)
	    : sluis_directory_add(directory, SLUIS_TABLE_WITNESSES);

	*witness = step->witness;
	directory->witness_quorum = step->witness_quorum;
}

/* ---- continuation ---- */

/* A signed note names its log in a line: visible ASCII without '+'; and no other signed thing may begin like it. */
SLUIS_MUST_CHECK enum sluis_err
sluis_directory_read_log(struct sluis_directory_step *step, const Sluis__LogIdentity *log,
    struct sluis_log_identity *ret)
{
	const struct sluis_bytes origin = sluis_of(log->origin_text);

	/* it is the name of the log's key in a note */
	if (origin.len > SLUIS_NOTE_NAME_MAX_BYTES)
		return sluis_directory_refuse(step, "origin", "gives a log an origin that is too long");
	for (size_t i = 0; i < origin.len; i++) {
		if (origin.data[i] <= ' ' || origin.data[i] > '~' || origin.data[i] == '+')
			return sluis_directory_refuse(step, "origin",
			    "gives a log an origin with blanks, '+' or signs beyond ASCII");
	}
	if (sluis_bytes_is_text(origin, "cosignature/v1"))
		return sluis_directory_refuse(step, "origin", "gives a log the origin of a cosignature");
	ret->key = sluis_public_of(log->log_key);
	return sluis_directory_entry_keep(step->entry, log->origin_text, &ret->origin);
}

static bool
same_log(const struct sluis_log_identity *a, const struct sluis_log_identity *b)
{
	return sluis_bytes_equal(a->origin, b->origin) &&
	    memcmp(a->key.bytes, b->key.bytes, sizeof(a->key.bytes)) == 0;
}

static bool
is_origin_used(const struct sluis_directory *directory, struct sluis_bytes origin)
{
	const struct sluis_continuation *one;

	for (size_t i = 0; (one = sluis_directory_continuation(directory, i)) != NULL; i++) {
		if (sluis_bytes_equal(one->successor.origin, origin))
			return true;
	}
	return sluis_bytes_equal(directory->genesis.exchange_log.origin, origin) ||
	    sluis_bytes_equal(directory->genesis.keys_log.origin, origin);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_rule_continuation(struct sluis_directory_step *step)
{
	const struct sluis_directory *directory = step->directory;
	struct sluis_continuation *ret = &step->continuation;
	Sluis__Continuation *act;

	SLUIS_TRY(SLUIS_DIRECTORY_UNPACK(step, continuation, Continuation, step->act, &act));
	SLUIS_TRY(sluis_directory_by_registrars(step, act->federation_hash, act->created_ms));
	SLUIS_TRY(sluis_directory_read_log(step, act->former, &ret->former));
	SLUIS_TRY(sluis_directory_read_log(step, act->successor, &ret->successor));
	if (!same_log(&ret->former, &directory->exchange_log))
		return sluis_directory_refuse(step, "continuation", "continues another log than the present");
	if (is_origin_used(directory, ret->successor.origin))
		return sluis_directory_refuse(step, "origin", "opens a log under an origin that was used");
	ret->last_known.size = act->last_known->tree_size;
	ret->last_known.root = sluis_hash_of(act->last_known->root_hash);
	ret->created_ms = step->created_ms;
	ret->entry_index = step->index;
	SLUIS_TRY(sluis_directory_entry_keep(step->entry, act->reason_code, &ret->reason));
	return sluis_directory_claim_sign(step, &ret->successor.key,
	    memcmp(ret->successor.key.bytes, ret->former.key.bytes, SLUIS_KEY_BYTES) == 0,
	    "key of the exchange log");
}

void
sluis_directory_apply_continuation(struct sluis_directory *directory,
    const struct sluis_directory_step *step)
{
	struct sluis_continuation *continuation =
	    sluis_directory_add(directory, SLUIS_TABLE_CONTINUATIONS);

	*continuation = step->continuation;
	directory->exchange_log = step->continuation.successor;
}
