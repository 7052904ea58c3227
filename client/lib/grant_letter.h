/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * grant_letter - the letter that a family gets about a consent: one A4 as a page that prints, in plain language.
 */
#ifndef SLUIS_CLIENT_GRANT_LETTER_H
#define SLUIS_CLIENT_GRANT_LETTER_H

#include <stdio.h>

#include "grants.h"

/** What a letter says besides the grant; borrowed. */
struct sluis_grant_letter {
	const struct sluis_grants_row *row;
	const struct sluis_grant_token *token; /* NULL: it is on the letter of who recorded the consent */
	const char *contact;                   /* whom to call, as the professional wrote it; NULL: a line to write on */
};

/**
 * sluis_grant_letter(f, session, letter):
 * In the session's language. Names organisations, roles and parts, never the family. Says nothing of a signature of the family: a
 * professional recorded what it said (domain, Consent). The token stands in groups of four with its check symbol, and as a QR code.
 * Errors: SLUIS_ENOMEM (the QR code).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_grant_letter(FILE *f, const struct sluis_session *session,
    const struct sluis_grant_letter *letter);

#endif
