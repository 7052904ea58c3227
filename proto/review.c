/* SPDX-License-Identifier: EUPL-1.2 */
#include "review.h"

#include "hash.h"
#include "signed.h"

SLUIS_MUST_CHECK enum sluis_err
sluis_review_build(const Sluis__ReviewClose *close, const struct sluis_signing_secret *secret,
    struct sluis_arena *arena, Sluis__Signed **ret)
{
	const struct sluis_signer signer = { .record_hash = sluis_hash_of(close->record_hash), .secret = secret };
	struct sluis_bytes payload;

	SLUIS_TRY(sluis_codec_pack(&close->base, arena, &payload));
	SLUIS_TRY(sluis_review_check(close));
	return sluis_signed_make(&signer, SLUIS_SIGNED_REVIEW, payload, arena, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_review_check(const Sluis__ReviewClose *close)
{
	if (close->n_note_codes > SLUIS_CODES_MAX)
		return SLUIS_ETOOBIG;
	for (size_t i = 0; i < close->n_note_codes; i++) {
		for (size_t k = 0; k < i; k++) {
			if (sluis_bytes_equal(sluis_of(close->note_codes[i]), sluis_of(close->note_codes[k])))
				return SLUIS_EFORMAT;
		}
	}
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_review_verify(const Sluis__Signed *act, const struct sluis_public *sign_key, struct sluis_arena *arena,
    Sluis__ReviewClose **ret)
{
	struct sluis_hash signer;
	Sluis__ReviewClose *close;

	SLUIS_TRY(sluis_signed_verify_named(act, SLUIS_SIGNED_REVIEW, sign_key, &signer));
	SLUIS_TRY(SLUIS_UNPACK(review_close, ReviewClose, sluis_signed_payload(act), SLUIS_KEYS_ENTRY_MAX_BYTES, arena,
	    &close));
	SLUIS_TRY(sluis_review_check(close));
	if (!sluis_bytes_equal(sluis_hash_bytes(&signer), sluis_of(close->record_hash)))
		return SLUIS_ESIGNATURE;
	*ret = close;
	return SLUIS_OK;
}
