/* SPDX-License-Identifier: EUPL-1.2 */
#include "refusal.h"

#include "hash.h"
#include "signed.h"

static bool
same_code(ProtobufCBinaryData a, ProtobufCBinaryData b)
{
	return sluis_bytes_equal(sluis_of(a), sluis_of(b));
}

static enum sluis_err
check_codes(const ProtobufCBinaryData *codes, size_t n)
{
	if (n > SLUIS_CODES_MAX)
		return SLUIS_ETOOBIG;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < i; k++) {
			if (same_code(codes[i], codes[k]))
				return SLUIS_EFORMAT;
		}
	}
	return SLUIS_OK;
}

static bool
same_giver(const Sluis__Giver *a, const Sluis__Giver *b)
{
	return a->given_ms == b->given_ms && same_code(a->role_code, b->role_code) &&
	    same_code(a->method_code, b->method_code);
}

static enum sluis_err
check_givers(const Sluis__ConsentRefusal *refusal)
{
	if (refusal->n_givers > SLUIS_CODES_MAX)
		return SLUIS_ETOOBIG;
	if (refusal->n_givers < 1)
		return SLUIS_EFORMAT;
	for (size_t i = 0; i < refusal->n_givers; i++) {
		if (refusal->givers[i]->given_ms > refusal->created_ms)
			return SLUIS_EFORMAT;
		for (size_t k = 0; k < i; k++) {
			if (same_giver(refusal->givers[i], refusal->givers[k]))
				return SLUIS_EFORMAT;
		}
	}
	return SLUIS_OK;
}

static enum sluis_err
codes_of(const ProtobufCBinaryData *list, size_t n, struct sluis_arena *arena, struct sluis_codes *ret)
{
	struct sluis_bytes *codes = sluis_arena_alloc(arena, (n + 1) * sizeof(*codes));

	if (codes == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < n; i++)
		codes[i] = sluis_of(list[i]);
	*ret = (struct sluis_codes){ .items = codes, .count = n };
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_refusal_build(const Sluis__ConsentRefusal *refusal, const struct sluis_signing_secret *secret,
    struct sluis_arena *arena, Sluis__Signed **ret)
{
	const struct sluis_signer signer = { .record_hash = sluis_hash_of(refusal->record_hash), .secret = secret };
	struct sluis_bytes payload;

	SLUIS_TRY(sluis_codec_pack(&refusal->base, arena, &payload));
	SLUIS_TRY(sluis_refusal_check(refusal));
	return sluis_signed_make(&signer, SLUIS_SIGNED_REFUSAL, payload, arena, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_refusal_check(const Sluis__ConsentRefusal *refusal)
{
	SLUIS_TRY(check_givers(refusal));
	SLUIS_TRY(check_codes(refusal->purpose_codes, refusal->n_purpose_codes));
	return check_codes(refusal->category_codes, refusal->n_category_codes);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_refusal_open(struct sluis_bytes payload, struct sluis_arena *arena, Sluis__ConsentRefusal **ret)
{
	Sluis__ConsentRefusal *refusal;

	SLUIS_TRY(SLUIS_UNPACK(consent_refusal, ConsentRefusal, payload, SLUIS_KEYS_ENTRY_MAX_BYTES, arena, &refusal));
	SLUIS_TRY(sluis_refusal_check(refusal));
	*ret = refusal;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_refusal_verify(const Sluis__Signed *act, const struct sluis_public *sign_key, struct sluis_arena *arena,
    Sluis__ConsentRefusal **ret)
{
	struct sluis_hash signer;
	Sluis__ConsentRefusal *refusal;

	SLUIS_TRY(sluis_signed_verify_named(act, SLUIS_SIGNED_REFUSAL, sign_key, &signer));
	SLUIS_TRY(sluis_refusal_open(sluis_signed_payload(act), arena, &refusal));
	if (!sluis_bytes_equal(sluis_hash_bytes(&signer), sluis_of(refusal->record_hash)))
		return SLUIS_ESIGNATURE;
	*ret = refusal;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_refusal_facts_of(const Sluis__ConsentRefusal *refusal, struct sluis_arena *arena,
    struct sluis_refusal_facts *ret)
{
	struct sluis_refusal_facts facts;

	SLUIS_TRY(codes_of(refusal->purpose_codes, refusal->n_purpose_codes, arena, &facts.purposes));
	SLUIS_TRY(codes_of(refusal->category_codes, refusal->n_category_codes, arena, &facts.categories));
	*ret = facts;
	return SLUIS_OK;
}
