/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * oin - the organisation number (OIN, organisatie-identificatienummer) that a certificate carries.
 *
 * Form: 20 digits = prefix of 8 (the register) + number of 9 + "000", or + number of 8 + "0000".
 * Source: Logius, OIN-Stelsel, "Samenstelling OIN" and "Prefix tabel" (Subject.serialNumber, 20 positions).
 */
#ifndef SLUIS_OIN_H
#define SLUIS_OIN_H

#include "base.h"

#define SLUIS_OIN_DIGITS 20

/**
 * sluis_oin_is_valid(text):
 * ${text} has the form of an OIN: exactly 20 digits; a prefix of the published table (00000001 to
 * 00000011, or 00000099 for tests); a number that is not all zeros; a suffix of zeros. A number of
 * 8 with "0000" is within this: its ninth digit and its suffix are zeros alike.
 *
 * Not asked, so that no real organisation is refused: which length belongs to which prefix, the
 * 11-test on an RSIN, whether the number was ever issued (the certificate's chain tells that).
 * BUGS: Logius allows letters in the number of an old education code (BRIN, prefix 00000007); an
 * organisation here is known by 20 digits, and new OINs follow the trade register.
 */
bool sluis_oin_is_valid(struct sluis_bytes text);

/** sluis_oin_is_test(text): a valid OIN with the prefix for tests, 00000099. */
bool sluis_oin_is_test(struct sluis_bytes text);

#endif
