/* SPDX-License-Identifier: EUPL-1.2 */
#include "signed.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "limits.h"

enum { PAE_ROOM_BYTES = 128 }; /* "DSSEv1", the longest type and two lengths, see sluis_dsse_pae() */

/* What is signed for an organisation: the same encoding as a member's. */
static enum sluis_err
pae_new(enum sluis_signed_type type, struct sluis_bytes payload, struct sluis_writer *ret)
{
	uint8_t *data;

	if (payload.len > SLUIS_KEYS_ENTRY_MAX_BYTES)
		return SLUIS_ETOOBIG;
	data = malloc(payload.len + PAE_ROOM_BYTES);
	if (data == NULL)
		return SLUIS_ENOMEM;
	sluis_writer_init(ret, data, payload.len + PAE_ROOM_BYTES);
	sluis_dsse_pae(sluis_bytes_text(sluis_dsse_type_text(type)), payload, ret);
	assert(!ret->overflow);
	return SLUIS_OK;
}

static enum sluis_err
add_signature(Sluis__Signed *act, const struct sluis_hash *signer_hash, uint32_t algorithm,
    struct sluis_bytes signature, struct sluis_arena *arena)
{
	struct sluis_bytes hash, bytes;
	Sluis__Signature *one = sluis_arena_alloc(arena, sizeof(*one));
	Sluis__Signature **all =
	    sluis_arena_alloc(arena, (act->n_signatures + 1) * sizeof(Sluis__Signature *));

	if (one == NULL || all == NULL)
		return SLUIS_ENOMEM;
	SLUIS_TRY(sluis_arena_copy(arena, sluis_hash_bytes(signer_hash), &hash));
	SLUIS_TRY(sluis_arena_copy(arena, signature, &bytes));
	sluis__signature__init(one);
	one->signer_hash = sluis_pb(hash);
	one->algorithm_number = algorithm;
	one->signature_bytes = sluis_pb(bytes);
	if (act->n_signatures > 0)
		memcpy(all, act->signatures, act->n_signatures * sizeof(Sluis__Signature *));
	all[act->n_signatures] = one;
	act->signatures = all;
	act->n_signatures++;
	return SLUIS_OK;
}

static bool
is_by(const Sluis__Signature *signature, const struct sluis_hash *signer_hash)
{
	return sluis_bytes_equal(sluis_of(signature->signer_hash), sluis_hash_bytes(signer_hash));
}

static enum sluis_err
check_room(const Sluis__Signed *act, const struct sluis_hash *signer_hash)
{
	if (act->n_signatures >= SLUIS_SIGNATURES_MAX)
		return SLUIS_ETOOBIG;
	for (size_t i = 0; i < act->n_signatures; i++) {
		if (is_by(act->signatures[i], signer_hash))
			return SLUIS_EEXISTS;
	}
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_signed_of(struct sluis_bytes payload, struct sluis_arena *arena, Sluis__Signed **ret)
{
	Sluis__Signed *act = sluis_arena_alloc(arena, sizeof(*act));
	struct sluis_bytes copy;

	if (act == NULL)
		return SLUIS_ENOMEM;
	SLUIS_TRY(sluis_arena_copy(arena, payload, &copy));
	sluis__signed__init(act);
	act->payload_bytes = sluis_pb(copy);
	*ret = act;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_signed_add(Sluis__Signed *act, enum sluis_signed_type type, const struct sluis_signer *signer,
    struct sluis_arena *arena)
{
	struct sluis_signature signature;

	SLUIS_TRY(check_room(act, &signer->record_hash));
	SLUIS_TRY(sluis_dsse_sign(signer->secret, type, sluis_signed_payload(act), &signature));
	return add_signature(act, &signer->record_hash, SLUIS_ALGORITHM_ED25519,
	    sluis_bytes(signature.bytes, sizeof(signature.bytes)), arena);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_signed_add_certificate(Sluis__Signed *act, enum sluis_signed_type type,
    const struct sluis_certificate_signer *signer, struct sluis_arena *arena)
{
	const struct sluis_hash hash = sluis_hash(signer->certificate);
	struct sluis_certificate_signature signature;
	struct sluis_writer pae;
	enum sluis_err err;

	SLUIS_TRY(check_room(act, &hash));
	SLUIS_TRY(pae_new(type, sluis_signed_payload(act), &pae));
	err = sluis_certificate_key_sign(signer->key_pem, signer->passphrase, signer->certificate,
	    sluis_bytes(pae.data, pae.len), &signature);
	free(pae.data);
	SLUIS_TRY(err);
	return add_signature(act, &hash, SLUIS_ALGORITHM_X509,
	    sluis_bytes(signature.bytes, signature.len), arena);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_signed_make(const struct sluis_signer *signer, enum sluis_signed_type type,
    struct sluis_bytes payload, struct sluis_arena *arena, Sluis__Signed **ret)
{
	Sluis__Signed *act;

	SLUIS_TRY(sluis_signed_of(payload, arena, &act));
	SLUIS_TRY(sluis_signed_add(act, type, signer, arena));
	*ret = act;
	return SLUIS_OK;
}

struct sluis_hash
sluis_signed_hash(const Sluis__Signed *act)
{
	return sluis_hash(sluis_signed_payload(act));
}

SLUIS_MUST_CHECK enum sluis_err
sluis_signed_verify_member(const Sluis__Signed *act, enum sluis_signed_type type,
    const struct sluis_hash *record_hash, const struct sluis_public *sign_key)
{
	/* PROTOCOL 3.4: "exactly one signature, algorithm 1, by the record that the payload names" */
	if (act->n_signatures != 1 || !is_by(act->signatures[0], record_hash))
		return SLUIS_ESIGNATURE;
	return sluis_signed_verify_one(act, type, act->signatures[0], sign_key);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_signed_verify_one(const Sluis__Signed *act, enum sluis_signed_type type,
    const Sluis__Signature *signature, const struct sluis_public *key)
{
	struct sluis_signature bytes;

	if (signature->algorithm_number != SLUIS_ALGORITHM_ED25519 ||
	    signature->signature_bytes.len != sizeof(bytes.bytes))
		return SLUIS_ESIGNATURE;
	memcpy(bytes.bytes, signature->signature_bytes.data, sizeof(bytes.bytes));
	return sluis_dsse_verify(key, type, sluis_signed_payload(act), &bytes);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_signed_verify_certificate(const Sluis__Signed *act, enum sluis_signed_type type,
    const Sluis__Signature *signature, struct sluis_bytes der)
{
	const struct sluis_hash hash = sluis_hash(der);
	struct sluis_writer pae;
	enum sluis_err err;

	if (signature->algorithm_number != SLUIS_ALGORITHM_X509 || !is_by(signature, &hash))
		return SLUIS_ESIGNATURE;
	SLUIS_TRY(pae_new(type, sluis_signed_payload(act), &pae));
	err = sluis_certificate_signature_verify(der, sluis_bytes(pae.data, pae.len),
	    sluis_of(signature->signature_bytes));
	free(pae.data);
	return err;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_signed_count(const Sluis__Signed *act, enum sluis_signed_type type,
    const struct sluis_signed_lookup *lookup, size_t *ret)
{
	const void *persons[SLUIS_SIGNATURES_MAX];

	if (act->n_signatures > SLUIS_SIGNATURES_MAX)
		return SLUIS_ESIGNATURE;
	for (size_t i = 0; i < act->n_signatures; i++) {
		const struct sluis_hash hash = sluis_hash_of(act->signatures[i]->signer_hash);
		const struct sluis_public *key = lookup->key(lookup->context, &hash, &persons[i]);

		if (key == NULL)
			return SLUIS_ESIGNATURE;
		for (size_t j = 0; j < i; j++) {
			if (persons[j] == persons[i])
				return SLUIS_EEXISTS;
		}
		SLUIS_TRY(sluis_signed_verify_one(act, type, act->signatures[i], key));
	}
	*ret = act->n_signatures;
	return SLUIS_OK;
}

struct sluis_hash
sluis_signed_signer(const Sluis__Signed *act)
{
	return act->n_signatures == 1 ? sluis_hash_of(act->signatures[0]->signer_hash) : (struct sluis_hash){ { 0 } };
}

SLUIS_MUST_CHECK enum sluis_err
sluis_signed_verify_named(const Sluis__Signed *act, enum sluis_signed_type type, const struct sluis_public *sign_key,
    struct sluis_hash *ret_signer)
{
	const struct sluis_hash signer = sluis_signed_signer(act);

	SLUIS_TRY(sluis_signed_verify_member(act, type, &signer, sign_key));
	*ret_signer = signer;
	return SLUIS_OK;
}
