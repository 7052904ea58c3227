/* SPDX-License-Identifier: EUPL-1.2 */
#include "directory_internal.h"

#include <string.h>

#include <sodium.h>

enum { CLAIMS_FIRST = 16 };

static enum sluis_err
grow(struct sluis_directory_step *step)
{
	const size_t cap = step->cap_claims > 0 ? 2 * step->cap_claims : CLAIMS_FIRST;
	struct sluis_public *grown;

	if (step->n_claims < step->cap_claims)
		return SLUIS_OK;
	grown = sluis_arena_alloc(step->scratch, cap * sizeof(*grown));
	if (grown == NULL)
		return SLUIS_ENOMEM;
	if (step->n_claims > 0)
		memcpy(grown, step->claims, step->n_claims * sizeof(*grown));
	step->claims = grown;
	step->cap_claims = cap;
	return SLUIS_OK;
}

static enum sluis_err
claim(struct sluis_directory_step *step, const struct sluis_public *key, bool is_carried,
    const char *what)
{
	const struct sluis_bytes bytes = sluis_bytes(key->bytes, sizeof(key->bytes));

	for (size_t i = 0; i < step->n_claims; i++) {
		if (memcmp(step->claims[i].bytes, key->bytes, sizeof(key->bytes)) == 0)
			return sluis_directory_refuse(step, "key-reused",
			    "uses the %s for something else too: every use has a key of its own", what);
	}
	if (!is_carried && sluis_directory_find(step->directory, SLUIS_INDEX_KEY, bytes, NULL))
		return sluis_directory_refuse(step, "key-reused",
		    "uses a %s that stands in the log already: make new keys", what);
	SLUIS_TRY(grow(step));
	step->claims[step->n_claims++] = *key;
	return SLUIS_OK;
}

/*
 * An X25519 key may not be the other form of a signing key: so that form is claimed with it. A key on which nothing
 * can be signed safely is none: libsodium asks for a canonical point of the main subgroup.
 */
SLUIS_MUST_CHECK enum sluis_err
sluis_directory_claim_sign(struct sluis_directory_step *step, const struct sluis_public *key,
    bool is_carried, const char *what)
{
	struct sluis_public other_form;

	if (crypto_core_ed25519_is_valid_point(key->bytes) != 1 ||
	    crypto_sign_ed25519_pk_to_curve25519(other_form.bytes, key->bytes) != 0)
		return sluis_directory_refuse(step, "key", "carries a %s that is no Ed25519 key", what);
	SLUIS_TRY(claim(step, key, is_carried, what));
	return claim(step, &other_form, is_carried, what);
}

/* RFC 7748, 5: the highest bit is ignored and values from 2^255 - 19 wrap: such a key would have two names. */
static bool
is_canonical(const struct sluis_public *key)
{
	if (key->bytes[31] != 0x7f)
		return key->bytes[31] < 0x7f;
	for (size_t i = 30; i > 0; i--) {
		if (key->bytes[i] != 0xff)
			return true;
	}
	return key->bytes[0] < 0xed;
}

/* Points of small order give zeros with every scalar: no secret can be shared with them. */
SLUIS_MUST_CHECK enum sluis_err
sluis_directory_claim_x25519(struct sluis_directory_step *step, const struct sluis_public *key,
    bool is_carried, const char *what)
{
	static const uint8_t ANY_SCALAR[32] = { 8 };
	uint8_t point[32];

	if (!is_canonical(key) || crypto_scalarmult(point, ANY_SCALAR, key->bytes) != 0)
		return sluis_directory_refuse(step, "key", "carries a %s that is no X25519 key", what);
	return claim(step, key, is_carried, what);
}
