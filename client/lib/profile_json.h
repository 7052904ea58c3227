/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * profile_json - the three small files of a profile as text: profile.json, state.json, secret.json.
 *
 * _text functions return heap text (free() it; NULL without memory); _parse functions are strict: unknown, missing or
 * ill-formed members are SLUIS_EFORMAT. secret.json holds the keys in hex, or, under a passphrase, sealed with
 * XChaCha20-Poly1305 under a key from Argon2id (libsodium crypto_pwhash, interactive limits kept in the file).
 */
#ifndef SLUIS_CLIENT_PROFILE_JSON_H
#define SLUIS_CLIENT_PROFILE_JSON_H

#include "profile.h"

struct sluis_profile_sequence {
	char handle[SLUIS_HANDLE_MAX + 1];
	uint64_t last;
};

struct sluis_profile_state {
	struct sluis_profile_heads heads;
	struct sluis_profile_sequence *sequences; /* heap */
	size_t n_sequences;
};

char *sluis_profile_identity_text(const struct sluis_profile_identity *identity);
SLUIS_MUST_CHECK enum sluis_err sluis_profile_identity_parse(struct sluis_bytes file,
    struct sluis_profile_identity *ret);

char *sluis_profile_state_text(const struct sluis_profile_state *state);
SLUIS_MUST_CHECK enum sluis_err sluis_profile_state_parse(struct sluis_bytes file,
    struct sluis_profile_state *ret);
void sluis_profile_state_done(struct sluis_profile_state *state);
/** The last pair sequence used for ${handle}; a row is made (0) where there is none. NULL without memory. */
uint64_t *sluis_profile_state_sequence(struct sluis_profile_state *state, const char *handle);

/** Sealed when ${passphrase} is given and answers; plain else. Errors: SLUIS_ENOMEM, SLUIS_EPASSPHRASE (gave up). */
SLUIS_MUST_CHECK enum sluis_err sluis_profile_secret_text(const struct sluis_profile_keys *keys,
    const struct sluis_passphrase *passphrase, char **ret);
SLUIS_MUST_CHECK enum sluis_err sluis_profile_secret_parse(struct sluis_bytes file,
    const struct sluis_passphrase *passphrase, struct sluis_profile_keys *ret);

/** sluis_profile_add_epoch(keys, from_ms, until_ms): one more age identity. Errors: SLUIS_ETOOBIG. */
SLUIS_MUST_CHECK enum sluis_err sluis_profile_add_epoch(struct sluis_profile_keys *keys, int64_t from_ms,
    int64_t until_ms);

#endif
