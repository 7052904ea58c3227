/* SPDX-License-Identifier: EUPL-1.2 */
#include "record.h"

#include <string.h>

#include "hash.h"
#include "limits.h"

static const char *const TYPES[] = {
#define X(name, word, signed_type) word,
	SLUIS_ENTRY_TYPE_LIST(X)
#undef X
};

static const enum sluis_signed_type SIGNED_TYPES[] = {
#define X(name, word, signed_type) signed_type,
	SLUIS_ENTRY_TYPE_LIST(X)
#undef X
};

static ProtobufCBinaryData
pb_key(const struct sluis_public *key)
{
	return sluis_pb(sluis_bytes(key->bytes, sizeof(key->bytes)));
}

/* Times of ours are signed, those of the wire not; what is below zero becomes zero, which is never a time. */
static uint64_t
pb_time(int64_t ms)
{
	return ms > 0 ? (uint64_t)ms : 0;
}

static enum sluis_err
views(const struct sluis_bytes *items, size_t n, struct sluis_arena *arena, ProtobufCBinaryData **ret)
{
	ProtobufCBinaryData *all = sluis_arena_alloc(arena, n * sizeof(*all));

	if (all == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < n; i++)
		all[i] = sluis_pb(items[i]);
	*ret = all;
	return SLUIS_OK;
}

static void
set_log(const struct sluis_log_identity *log, Sluis__LogIdentity *ret)
{
	sluis__log_identity__init(ret);
	ret->origin_text = sluis_pb(log->origin);
	ret->log_key = pb_key(&log->key);
}

static enum sluis_err
set_broker(const struct sluis_broker_keys *broker, struct sluis_arena *arena, Sluis__BrokerKeys *ret)
{
	sluis__broker_keys__init(ret);
	ret->curve_key = pb_key(&broker->curve_key);
	ret->next_curve_key = pb_key(&broker->next_curve_key);
	ret->decision_key = pb_key(&broker->decision_key);
	ret->n_endpoint_texts = broker->n_endpoints;
	return views(broker->endpoints, broker->n_endpoints, arena, &ret->endpoint_texts);
}

static void
set_previous(const struct sluis_hash *previous, Sluis__Previous *storage, Sluis__Previous **ret)
{
	if (previous == NULL)
		return;
	sluis__previous__init(storage);
	storage->previous_hash = sluis_pb_hash(previous);
	*ret = storage;
}

const char *
sluis_entry_type_text(enum sluis_entry_type type)
{
	return TYPES[type];
}

enum sluis_signed_type
sluis_entry_signed_type(enum sluis_entry_type type)
{
	return SIGNED_TYPES[type];
}

SLUIS_MUST_CHECK enum sluis_err
sluis_record_entry(enum sluis_entry_type type, Sluis__Signed *act, struct sluis_arena *arena,
    struct sluis_bytes *ret)
{
	Sluis__KeysEntry entry = SLUIS__KEYS_ENTRY__INIT;
	struct sluis_bytes bytes;

	entry.format = SLUIS_FORMAT;
	entry.type_code = sluis_pb(sluis_bytes_text(sluis_entry_type_text(type)));
	entry.act = act;
	SLUIS_TRY(sluis_codec_pack(&entry.base, arena, &bytes));
	if (bytes.len > SLUIS_KEYS_ENTRY_MAX_BYTES)
		return SLUIS_ETOOBIG;
	*ret = bytes;
	return SLUIS_OK;
}

static enum sluis_err
set_recipients(const struct sluis_record_draft *draft, struct sluis_arena *arena, Sluis__Record *ret)
{
	Sluis__AgeRecipient *all = sluis_arena_alloc(arena, draft->n_recipients * sizeof(*all));

	ret->recipients =
	    sluis_arena_alloc(arena, draft->n_recipients * sizeof(Sluis__AgeRecipient *));
	if (all == NULL || ret->recipients == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < draft->n_recipients; i++) {
		sluis__age_recipient__init(&all[i]);
		all[i].epoch = draft->recipients[i].epoch;
		all[i].age_key = pb_key(&draft->recipients[i].key);
		all[i].from_ms = pb_time(draft->recipients[i].from_ms);
		all[i].until_ms = pb_time(draft->recipients[i].until_ms);
		ret->recipients[i] = &all[i];
	}
	ret->n_recipients = draft->n_recipients;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_record_build(const struct sluis_record_draft *draft, struct sluis_arena *arena,
    struct sluis_bytes *ret)
{
	Sluis__Record record = SLUIS__RECORD__INIT;
	Sluis__Previous previous;

	record.format = SLUIS_FORMAT;
	record.federation_hash = sluis_pb_hash(&draft->federation);
	record.handle = sluis_pb(draft->handle);
	record.organisation_handle = sluis_pb(draft->organisation_handle);
	record.kind_code = sluis_pb(draft->kind);
	record.n_role_codes = draft->n_roles;
	SLUIS_TRY(views(draft->roles, draft->n_roles, arena, &record.role_codes));
	record.mandate_text = sluis_pb(draft->mandate);
	record.created_ms = pb_time(draft->created_ms);
	record.from_ms = pb_time(draft->from_ms);
	record.until_ms = pb_time(draft->until_ms);
	record.sign_key = pb_key(&draft->sign_key);
	record.curve_key = pb_key(&draft->curve_key);
	SLUIS_TRY(set_recipients(draft, arena, &record));
	set_previous(draft->previous, &previous, &record.previous);
	return sluis_codec_pack(&record.base, arena, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_record_organisation(const struct sluis_record_organisation *draft, struct sluis_arena *arena,
    struct sluis_bytes *ret)
{
	Sluis__Organisation organisation = SLUIS__ORGANISATION__INIT;
	Sluis__Recovery recovery = SLUIS__RECOVERY__INIT;
	Sluis__Previous previous;

	organisation.format = SLUIS_FORMAT;
	organisation.handle = sluis_pb(draft->handle);
	organisation.name_text = sluis_pb(draft->name);
	organisation.oin = sluis_pb(draft->oin);
	organisation.regime_code = sluis_pb(draft->regime);
	organisation.n_certificate_bytes = draft->n_certificates;
	SLUIS_TRY(views(draft->certificates, draft->n_certificates, arena,
	    &organisation.certificate_bytes));
	organisation.agreement_hash = sluis_pb_hash(&draft->agreement_hash);
	organisation.created_ms = pb_time(draft->created_ms);
	if (draft->recovery_key != NULL) {
		recovery.age_key = pb_key(draft->recovery_key);
		recovery.epoch = draft->recovery_epoch;
		organisation.recovery = &recovery;
	}
	set_previous(draft->previous, &previous, &organisation.previous);
	return sluis_codec_pack(&organisation.base, arena, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_record_genesis(const struct sluis_record_genesis *draft, struct sluis_arena *arena,
    struct sluis_bytes *ret)
{
	Sluis__Genesis genesis = SLUIS__GENESIS__INIT;
	Sluis__LogIdentity keys_log, exchange_log;
	Sluis__BrokerKeys broker;
	Sluis__WitnessRule witnesses = SLUIS__WITNESS_RULE__INIT; /* none can be named yet */
	ProtobufCBinaryData *anchors =
	    sluis_arena_alloc(arena, draft->n_anchors * sizeof(ProtobufCBinaryData));

	if (anchors == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < draft->n_anchors; i++)
		anchors[i] = sluis_pb_hash(&draft->anchors[i]);
	genesis.format = SLUIS_FORMAT;
	genesis.name_text = sluis_pb(draft->name);
	genesis.created_ms = pb_time(draft->created_ms);
	genesis.n_anchor_hashes = draft->n_anchors;
	genesis.anchor_hashes = anchors;
	genesis.body = draft->body;
	genesis.n_registrars = draft->n_registrars;
	genesis.registrars = draft->registrars;
	genesis.registrar_number = draft->needed;
	set_log(&draft->keys_log, &keys_log);
	set_log(&draft->exchange_log, &exchange_log);
	genesis.keys_log = &keys_log;
	genesis.exchange_log = &exchange_log;
	SLUIS_TRY(set_broker(&draft->broker, arena, &broker));
	genesis.broker = &broker;
	genesis.witnesses = &witnesses;
	genesis.policy_hash = sluis_pb_hash(&draft->policy_hash);
	genesis.agreement_hash = sluis_pb_hash(&draft->agreement_hash);
	return sluis_codec_pack(&genesis.base, arena, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_record_approval(const struct sluis_record_act *act, const struct sluis_hash *target,
    struct sluis_arena *arena, struct sluis_bytes *ret)
{
	Sluis__Approval approval = SLUIS__APPROVAL__INIT;

	approval.format = SLUIS_FORMAT;
	approval.federation_hash = sluis_pb_hash(&act->federation);
	approval.target_hash = sluis_pb_hash(target);
	approval.created_ms = pb_time(act->created_ms);
	return sluis_codec_pack(&approval.base, arena, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_record_suspension(const struct sluis_record_act *act, const struct sluis_record_suspension *draft,
    struct sluis_arena *arena, struct sluis_bytes *ret)
{
	Sluis__Suspension suspension = SLUIS__SUSPENSION__INIT;

	suspension.format = SLUIS_FORMAT;
	suspension.federation_hash = sluis_pb_hash(&act->federation);
	suspension.handle = sluis_pb(draft->handle);
	suspension.target_code =
	    sluis_pb(sluis_bytes_text(draft->of_organisation ? "organisation" : "member"));
	suspension.state_code = sluis_pb(sluis_bytes_text(sluis_standing_text(draft->state)));
	suspension.reason_code = sluis_pb(draft->reason);
	suspension.created_ms = pb_time(act->created_ms);
	return sluis_codec_pack(&suspension.base, arena, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_record_policy(const struct sluis_record_act *act, const struct sluis_hash *policy_hash,
    int64_t starts_ms, struct sluis_arena *arena, struct sluis_bytes *ret)
{
	Sluis__PolicyVersion version = SLUIS__POLICY_VERSION__INIT;

	version.format = SLUIS_FORMAT;
	version.federation_hash = sluis_pb_hash(&act->federation);
	version.policy_hash = sluis_pb_hash(policy_hash);
	version.starts_ms = pb_time(starts_ms);
	version.created_ms = pb_time(act->created_ms);
	return sluis_codec_pack(&version.base, arena, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_record_broker(const struct sluis_record_act *act, const struct sluis_broker_keys *broker,
    struct sluis_arena *arena, struct sluis_bytes *ret)
{
	Sluis__BrokerChange change = SLUIS__BROKER_CHANGE__INIT;
	Sluis__BrokerKeys keys;

	change.format = SLUIS_FORMAT;
	change.federation_hash = sluis_pb_hash(&act->federation);
	SLUIS_TRY(set_broker(broker, arena, &keys));
	change.broker = &keys;
	change.created_ms = pb_time(act->created_ms);
	return sluis_codec_pack(&change.base, arena, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_record_registrars(const struct sluis_record_act *act, const struct sluis_registrars *registrars,
    struct sluis_arena *arena, struct sluis_bytes *ret)
{
	Sluis__RegistrarChange change = SLUIS__REGISTRAR_CHANGE__INIT;

	change.format = SLUIS_FORMAT;
	change.federation_hash = sluis_pb_hash(&act->federation);
	change.n_registrar_handles = registrars->n;
	SLUIS_TRY(views(registrars->handles, registrars->n, arena, &change.registrar_handles));
	change.registrar_number = registrars->needed;
	change.created_ms = pb_time(act->created_ms);
	return sluis_codec_pack(&change.base, arena, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_record_witness(const struct sluis_record_act *act, const struct sluis_record_witness *draft,
    struct sluis_arena *arena, struct sluis_bytes *ret)
{
	Sluis__WitnessChange change = SLUIS__WITNESS_CHANGE__INIT;
	Sluis__WitnessRule rule = SLUIS__WITNESS_RULE__INIT;

	change.format = SLUIS_FORMAT;
	change.federation_hash = sluis_pb_hash(&act->federation);
	change.witness_handle = sluis_pb(draft->witness.handle);
	change.state_code =
	    sluis_pb(sluis_bytes_text(draft->witness.active ? "active" : "removed"));
	change.cosigner_key = pb_key(&draft->witness.cosigner_key);
	rule.witness_count = draft->count;
	rule.quorum_count = draft->quorum;
	change.witnesses = &rule;
	change.created_ms = pb_time(act->created_ms);
	return sluis_codec_pack(&change.base, arena, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_record_continuation(const struct sluis_record_act *act, const struct sluis_continuation *draft,
    struct sluis_arena *arena, struct sluis_bytes *ret)
{
	Sluis__Continuation continuation = SLUIS__CONTINUATION__INIT;
	Sluis__Checkpoint last_known = SLUIS__CHECKPOINT__INIT;
	Sluis__LogIdentity former, successor;

	continuation.format = SLUIS_FORMAT;
	continuation.federation_hash = sluis_pb_hash(&act->federation);
	set_log(&draft->former, &former);
	set_log(&draft->successor, &successor);
	last_known.tree_size = draft->last_known.size;
	last_known.root_hash = sluis_pb_hash(&draft->last_known.root);
	continuation.former = &former;
	continuation.last_known = &last_known;
	continuation.successor = &successor;
	continuation.reason_code = sluis_pb(draft->reason);
	continuation.created_ms = pb_time(act->created_ms);
	return sluis_codec_pack(&continuation.base, arena, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_record_guest(const struct sluis_record_act *act, const struct sluis_guest *draft,
    struct sluis_arena *arena, struct sluis_bytes *ret)
{
	Sluis__GuestCommitment guest = SLUIS__GUEST_COMMITMENT__INIT;

	guest.format = SLUIS_FORMAT;
	guest.federation_hash = sluis_pb_hash(&act->federation);
	guest.organisation_handle = sluis_pb(draft->organisation_handle);
	guest.commitment_hash = sluis_pb_hash(&draft->commitment);
	guest.created_ms = pb_time(act->created_ms);
	guest.until_ms = pb_time(draft->until_ms);
	return sluis_codec_pack(&guest.base, arena, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_record_invite(const struct sluis_record_act *act, const struct sluis_record_invite *draft,
    struct sluis_arena *arena, struct sluis_bytes *ret)
{
	Sluis__Invite invite = SLUIS__INVITE__INIT;

	invite.format = SLUIS_FORMAT;
	invite.federation_hash = sluis_pb_hash(&act->federation);
	invite.invite_hash = sluis_pb_hash(&draft->invite_hash);
	invite.handle = sluis_pb(draft->handle);
	invite.organisation_handle = sluis_pb(draft->organisation_handle);
	invite.created_ms = pb_time(act->created_ms);
	invite.expires_ms = pb_time(draft->expires_ms);
	return sluis_codec_pack(&invite.base, arena, ret);
}

struct sluis_hash
sluis_record_invite_hash(const uint8_t code[static SLUIS_INVITE_CODE_BYTES])
{
	static const char LABEL[] = "sluis/invite/v1"; /* its terminator is the 0x00 of the formula */
	const struct sluis_bytes parts[] = {
		sluis_bytes(LABEL, sizeof(LABEL)),
		sluis_bytes(code, SLUIS_INVITE_CODE_BYTES),
	};

	return sluis_hash_parts(parts, SLUIS_ARRAY_LEN(parts));
}
