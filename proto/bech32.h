/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * bech32 - age keys as text: recipients "age1..." and identities "AGE-SECRET-KEY-1...".
 *
 * BIP-173 with the bech32 checksum (not bech32m), 32 bytes. Only the case that age writes is read: recipients
 * lower, identities upper. Neither way indexes memory by, or branches on, the bytes of a key.
 * Source: PROTOCOL 4; c2sp.org/age "The X25519 recipient type".
 */
#ifndef SLUIS_BECH32_H
#define SLUIS_BECH32_H

#include "base.h"

#define SLUIS_BECH32_RECIPIENT_CHARS 62
#define SLUIS_BECH32_IDENTITY_CHARS 74

/** sluis_bech32_recipient_text(recipient, ret): "age1..." with a terminator. */
void sluis_bech32_recipient_text(const struct sluis_public *recipient,
    char ret[static SLUIS_BECH32_RECIPIENT_CHARS + 1]);

/**
 * sluis_bech32_recipient_parse(text, ret):
 * Read the X25519 recipient ${text}, nothing before or after it. No plug-in names ever pass: what this
 * accepts may be handed to an age program.
 * Errors: SLUIS_EFORMAT; ${ret} is untouched.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_bech32_recipient_parse(struct sluis_bytes text,
    struct sluis_public *ret);

/** sluis_bech32_identity_text(identity, ret): "AGE-SECRET-KEY-1..." with a terminator; wipe it after use. */
void sluis_bech32_identity_text(const struct sluis_secret32 *identity,
    char ret[static SLUIS_BECH32_IDENTITY_CHARS + 1]);

/** sluis_bech32_identity_parse(text, ret): as for recipients. Errors: SLUIS_EFORMAT. */
SLUIS_MUST_CHECK enum sluis_err sluis_bech32_identity_parse(struct sluis_bytes text,
    struct sluis_secret32 *ret);

#endif
