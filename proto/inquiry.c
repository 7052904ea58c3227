/* SPDX-License-Identifier: EUPL-1.2 */
#include "inquiry.h"

#include "hash.h"
#include "policy/policy.h"
#include "signed.h"

/* ---- as signed acts ---- */

static enum sluis_err
sign(ProtobufCBinaryData record_hash, const struct sluis_signing_secret *secret, enum sluis_signed_type type,
    const ProtobufCMessage *message, struct sluis_arena *arena, Sluis__Signed **ret)
{
	const struct sluis_signer signer = { .record_hash = sluis_hash_of(record_hash), .secret = secret };
	struct sluis_bytes payload;

	SLUIS_TRY(sluis_codec_pack(message, arena, &payload));
	return sluis_signed_make(&signer, type, payload, arena, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_inquiry_build(const Sluis__InformationRequest *inquiry, const struct sluis_signing_secret *secret,
    struct sluis_arena *arena, Sluis__Signed **ret)
{
	SLUIS_TRY(sluis_inquiry_check(inquiry));
	return sign(inquiry->record_hash, secret, SLUIS_SIGNED_INQUIRY, &inquiry->base, arena, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_inquiry_check(const Sluis__InformationRequest *inquiry)
{
	if (inquiry->n_category_codes > SLUIS_CODES_MAX)
		return SLUIS_ETOOBIG;
	if (inquiry->n_category_codes < 1 || inquiry->due_ms <= inquiry->created_ms)
		return SLUIS_EFORMAT;
	for (size_t i = 0; i < inquiry->n_category_codes; i++) {
		for (size_t k = 0; k < i; k++) {
			if (sluis_bytes_equal(sluis_of(inquiry->category_codes[i]), sluis_of(inquiry->category_codes[k])))
				return SLUIS_EFORMAT;
		}
	}
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_inquiry_open(struct sluis_bytes payload, struct sluis_arena *arena, Sluis__InformationRequest **ret)
{
	Sluis__InformationRequest *inquiry;

	SLUIS_TRY(SLUIS_UNPACK(information_request, InformationRequest, payload, SLUIS_KEYS_ENTRY_MAX_BYTES, arena,
	    &inquiry));
	SLUIS_TRY(sluis_inquiry_check(inquiry));
	*ret = inquiry;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_inquiry_verify(const Sluis__Signed *act, const struct sluis_public *sign_key, struct sluis_arena *arena,
    Sluis__InformationRequest **ret)
{
	Sluis__InformationRequest *inquiry;
	struct sluis_hash signer;

	SLUIS_TRY(sluis_signed_verify_named(act, SLUIS_SIGNED_INQUIRY, sign_key, &signer));
	SLUIS_TRY(sluis_inquiry_open(sluis_signed_payload(act), arena, &inquiry));
	if (!sluis_bytes_equal(sluis_hash_bytes(&signer), sluis_of(inquiry->record_hash)))
		return SLUIS_ESIGNATURE;
	*ret = inquiry;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_inquiry_decline(const Sluis__InformationAnswer *answer, const struct sluis_signing_secret *secret,
    struct sluis_arena *arena, Sluis__Signed **ret)
{
	return sign(answer->record_hash, secret, SLUIS_SIGNED_INQUIRY_ANSWER, &answer->base, arena, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_inquiry_verify_decline(const Sluis__Signed *act, const struct sluis_public *sign_key,
    struct sluis_arena *arena, Sluis__InformationAnswer **ret)
{
	Sluis__InformationAnswer *answer;
	struct sluis_hash signer;

	SLUIS_TRY(sluis_signed_verify_named(act, SLUIS_SIGNED_INQUIRY_ANSWER, sign_key, &signer));
	SLUIS_TRY(SLUIS_UNPACK(information_answer, InformationAnswer, sluis_signed_payload(act),
	    SLUIS_KEYS_ENTRY_MAX_BYTES, arena, &answer));
	if (!sluis_bytes_equal(sluis_hash_bytes(&signer), sluis_of(answer->record_hash)))
		return SLUIS_ESIGNATURE;
	*ret = answer;
	return SLUIS_OK;
}

/* ---- is this message an answer to it? ---- */

static bool
was_asked(const Sluis__InformationRequest *inquiry, struct sluis_bytes category)
{
	for (size_t i = 0; i < inquiry->n_category_codes; i++) {
		if (sluis_bytes_equal(sluis_of(inquiry->category_codes[i]), category))
			return true;
	}
	return false;
}

/* Without it no message of that row goes at all: who asks for something of the row gets it too. */
static bool
is_required(const struct sluis_policy *policy, const struct sluis_verdict *verdict, struct sluis_bytes category)
{
	for (size_t i = 0; i < sluis_policy_row_count(policy); i++) {
		const struct sluis_policy_row *row = sluis_policy_row(policy, i);

		if (!sluis_bytes_equal(row->code, verdict->detail))
			continue;
		for (size_t k = 0; k < row->required.count; k++) {
			if (sluis_bytes_equal(row->required.items[k], category))
				return true;
		}
	}
	return false;
}

static bool
is_for_officers(const struct sluis_policy *policy, struct sluis_bytes category)
{
	const struct sluis_policy_category *of = sluis_policy_category(policy, category);

	return of != NULL && of->is_officers_only;
}

/* The first of ${recipients} that is a member other than who asked; -1: none. */
static int
somebody_else(const struct sluis_inquiry_asked *asked, const struct sluis_facts *facts, uint64_t recipients)
{
	for (size_t i = 0; i < facts->recipient_count; i++) {
		const struct sluis_recipient_facts *r = &facts->recipients[i];

		if ((recipients >> i & 1) != 0 && r->kind == SLUIS_RECIPIENT_MEMBER &&
		    !sluis_bytes_equal(r->member.handle, asked->asker))
			return (int)i;
	}
	return -1;
}

static void
refuse(struct sluis_verdict *verdict, enum sluis_rule rule, int section, int recipient, struct sluis_bytes detail)
{
	verdict->outcome = SLUIS_REFUSE;
	verdict->rule = rule;
	verdict->section = section;
	verdict->recipient = recipient;
	verdict->detail = detail;
}

void
sluis_inquiry_judge(const struct sluis_policy *policy, const struct sluis_inquiry_asked *asked,
    const struct sluis_facts *facts, const struct sluis_act *act, struct sluis_verdict *verdict)
{
	bool has_any = false;

	for (size_t i = 0; verdict->outcome == SLUIS_PERMIT && i < act->section_count; i++) {
		const struct sluis_section_act *s = &act->sections[i];
		int other;

		if (is_for_officers(policy, s->category))
			continue;
		has_any = true;
		other = somebody_else(asked, facts, s->recipients);
		if (other >= 0)
			refuse(verdict, SLUIS_RULE_RECEIVER_COUNT, -1, other, facts->recipients[other].member.handle);
		else if (!was_asked(asked->inquiry, s->category) && !is_required(policy, verdict, s->category))
			refuse(verdict, SLUIS_RULE_CATEGORY_NOT_ALLOWED, (int)i, -1, s->category);
	}
	if (verdict->outcome == SLUIS_PERMIT && !has_any)
		refuse(verdict, SLUIS_RULE_RECEIVER_COUNT, -1, -1, sluis_bytes(NULL, 0));
}
