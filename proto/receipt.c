/* SPDX-License-Identifier: EUPL-1.2 */
#include "receipt.h"

#include <assert.h>

#include "hash.h"
#include "signed.h"

static const char *const OUTCOMES[] = {
#define X(name, code) code,
	SLUIS_RECEIPT_OUTCOME_LIST(X)
#undef X
};

const char *
sluis_receipt_outcome_text(enum sluis_receipt_outcome outcome)
{
	assert((size_t)outcome < SLUIS_ARRAY_LEN(OUTCOMES));
	return OUTCOMES[outcome];
}

SLUIS_MUST_CHECK enum sluis_err
sluis_receipt_outcome_parse(struct sluis_bytes code, enum sluis_receipt_outcome *ret)
{
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(OUTCOMES); i++) {
		if (sluis_bytes_is_text(code, OUTCOMES[i])) {
			*ret = (enum sluis_receipt_outcome)i;
			return SLUIS_OK;
		}
	}
	return SLUIS_EFORMAT;
}

static enum sluis_err
put_outcomes(const struct sluis_manifest *manifest, const enum sluis_receipt_outcome *outcomes,
    struct sluis_arena *arena, Sluis__Receipt *receipt)
{
	Sluis__SectionOutcome *rows = sluis_arena_alloc(arena, manifest->n_opened * sizeof(*rows));

	receipt->outcomes = sluis_arena_alloc(arena, manifest->n_opened * sizeof(*receipt->outcomes));
	if (rows == NULL || receipt->outcomes == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < manifest->n_sections; i++) {
		Sluis__SectionOutcome *row = &rows[receipt->n_outcomes];

		if (manifest->sections[i] == NULL)
			continue;
		sluis__section_outcome__init(row);
		row->section_index = (uint32_t)i;
		row->outcome_code = sluis_pb(sluis_bytes_text(sluis_receipt_outcome_text(outcomes[i])));
		receipt->outcomes[receipt->n_outcomes++] = row;
	}
	return SLUIS_OK;
}

static bool
section_is_for(const Sluis__SectionDescriptor *d, size_t recipient)
{
	for (size_t i = 0; d != NULL && i < d->n_recipient_indexes; i++) {
		if (d->recipient_indexes[i] == recipient)
			return true;
	}
	return false;
}

static bool
decision_outcome_is_known(struct sluis_bytes code)
{
	return sluis_bytes_is_text(code, "permit") || sluis_bytes_is_text(code, "refuse");
}

SLUIS_MUST_CHECK enum sluis_err
sluis_receipt_build(const struct sluis_manifest *manifest, const struct sluis_receipt_draft *draft,
    const struct sluis_signing_secret *secret, struct sluis_arena *arena, Sluis__Signed **ret)
{
	const struct sluis_signer signer = { .record_hash = draft->record, .secret = secret };
	Sluis__Receipt receipt = SLUIS__RECEIPT__INIT;
	struct sluis_bytes payload;

	receipt.format = SLUIS_FORMAT;
	receipt.federation_hash = manifest->m->federation_hash;
	receipt.message_id = manifest->m->message_id;
	receipt.manifest_hash = sluis_pb_hash(&manifest->hash);
	receipt.record_hash = sluis_pb_hash(&draft->record);
	receipt.created_ms = (uint64_t)draft->created_ms;
	SLUIS_TRY(put_outcomes(manifest, draft->outcomes, arena, &receipt));
	SLUIS_TRY(sluis_codec_pack(&receipt.base, arena, &payload));
	return sluis_signed_make(&signer, SLUIS_SIGNED_RECEIPT, payload, arena, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_receipt_open(struct sluis_bytes payload, struct sluis_arena *arena, Sluis__Receipt **ret)
{
	Sluis__Receipt *receipt;
	enum sluis_receipt_outcome outcome;

	SLUIS_TRY(SLUIS_UNPACK(receipt, Receipt, payload, SLUIS_MANIFEST_MAX_BYTES, arena, &receipt));
	if (receipt->n_outcomes > SLUIS_SECTIONS_MAX)
		return SLUIS_ETOOBIG;
	if (receipt->n_outcomes < 1)
		return SLUIS_EFORMAT;
	for (size_t i = 0; i < receipt->n_outcomes; i++) {
		const Sluis__SectionOutcome *row = receipt->outcomes[i];

		SLUIS_TRY(sluis_receipt_outcome_parse(sluis_of(row->outcome_code), &outcome));
		if (row->section_index >= SLUIS_SECTIONS_MAX
		    || (i > 0 && row->section_index <= receipt->outcomes[i - 1]->section_index))
			return SLUIS_EFORMAT;
	}
	*ret = receipt;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_receipt_verify(const Sluis__Signed *act, const struct sluis_public *sign_key,
    struct sluis_arena *arena, Sluis__Receipt **ret)
{
	struct sluis_hash signer;
	Sluis__Receipt *receipt;

	SLUIS_TRY(sluis_signed_verify_named(act, SLUIS_SIGNED_RECEIPT, sign_key, &signer));
	SLUIS_TRY(sluis_receipt_open(sluis_signed_payload(act), arena, &receipt));
	if (!sluis_bytes_equal(sluis_hash_bytes(&signer), sluis_of(receipt->record_hash)))
		return SLUIS_ESIGNATURE;
	*ret = receipt;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_receipt_matches(const Sluis__Receipt *receipt, const struct sluis_manifest *manifest, size_t recipient)
{
	size_t at = 0;

	if (recipient >= manifest->n_recipients || manifest->recipients[recipient] == NULL)
		return SLUIS_EFORMAT;
	if (!sluis_bytes_equal(sluis_of(receipt->record_hash),
	        sluis_of(manifest->recipients[recipient]->record_hash))
	    || !sluis_bytes_equal(sluis_of(receipt->message_id), sluis_of(manifest->m->message_id))
	    || !sluis_bytes_equal(sluis_of(receipt->manifest_hash), sluis_hash_bytes(&manifest->hash))
	    || !sluis_bytes_equal(sluis_of(receipt->federation_hash), sluis_of(manifest->m->federation_hash)))
		return SLUIS_EFORMAT;
	for (size_t i = 0; i < manifest->n_sections; i++) {
		if (!section_is_for(manifest->sections[i], recipient))
			continue;
		if (at >= receipt->n_outcomes || receipt->outcomes[at]->section_index != i)
			return SLUIS_EFORMAT;
		at++;
	}
	return at == receipt->n_outcomes ? SLUIS_OK : SLUIS_EFORMAT;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_receipt_decision_build(const struct sluis_receipt_decision *decision,
    const struct sluis_signing_secret *secret, const struct sluis_public *decision_key,
    struct sluis_arena *arena, Sluis__Signed **ret)
{
	const struct sluis_signer signer = {
		.record_hash = sluis_hash(sluis_bytes(decision_key->bytes, sizeof(decision_key->bytes))),
		.secret = secret
	};
	Sluis__Decision d = SLUIS__DECISION__INIT;
	Sluis__Detail detail = SLUIS__DETAIL__INIT;
	struct sluis_bytes payload;

	d.format = SLUIS_FORMAT;
	d.federation_hash = sluis_pb_hash(&decision->federation);
	d.act_hash = sluis_pb_hash(&decision->act);
	d.outcome_code = sluis_pb(sluis_bytes_text(decision->is_permit ? "permit" : "refuse"));
	d.rule_code = sluis_pb(decision->rule);
	d.policy_hash = sluis_pb_hash(&decision->policy);
	d.decided_ms = (uint64_t)decision->decided_ms;
	if (decision->detail != NULL) {
		detail = *decision->detail;
		d.detail = &detail;
	}
	SLUIS_TRY(sluis_codec_pack(&d.base, arena, &payload));
	return sluis_signed_make(&signer, SLUIS_SIGNED_DECISION, payload, arena, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_receipt_decision_verify(const Sluis__Signed *act, const struct sluis_public *decision_key,
    struct sluis_arena *arena, Sluis__Decision **ret)
{
	const struct sluis_hash signer = sluis_hash(sluis_bytes(decision_key->bytes, sizeof(decision_key->bytes)));
	Sluis__Decision *decision;

	SLUIS_TRY(sluis_signed_verify_member(act, SLUIS_SIGNED_DECISION, &signer, decision_key));
	SLUIS_TRY(SLUIS_UNPACK(decision, Decision, sluis_signed_payload(act), SLUIS_EVENT_MAX_BYTES, arena,
	    &decision));
	if (!decision_outcome_is_known(sluis_of(decision->outcome_code)))
		return SLUIS_EFORMAT;
	*ret = decision;
	return SLUIS_OK;
}
