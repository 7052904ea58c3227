/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * revocation - which organisations' certificates are on a revocation list now.
 *
 * Lists (DER, *.crl) are read from the configured folder at start, on reload and daily; every organisation is judged
 * once a reading, so that asking costs one look-up an act. Without a folder nothing is revoked.
 */
#ifndef SLUISD_REVOCATION_H
#define SLUISD_REVOCATION_H

#include "directory.h"

struct revocation;

/** revocation_new(folder): ${folder} may be NULL or empty. NULL without memory. */
struct revocation *revocation_new(const char *folder);
void revocation_free(struct revocation *revocation);

/**
 * revocation_read(revocation, directory, at_ms, why):
 * Read the folder again and judge every organisation of ${directory} at ${at_ms}. A list that cannot be read, or that
 * belongs to nobody, is an error and leaves the last judgement in force. Errors: SLUIS_ECERTIFICATE, SLUIS_EIO.
 */
SLUIS_MUST_CHECK enum sluis_err revocation_read(struct revocation *revocation,
    const struct sluis_directory *directory, int64_t at_ms, struct sluis_why *why);

/** revocation_is_due(revocation, at_ms): a day has passed since the last reading. */
bool revocation_is_due(const struct revocation *revocation, int64_t at_ms);

/**
 * revocation_judge(revocation, directory, organisation, at_ms, ret_revoked, why): one chain (only its certificates are
 * read) against the lists as they stand in the folder now: for an organisation that is not in the log yet.
 */
SLUIS_MUST_CHECK enum sluis_err revocation_judge(const struct revocation *revocation,
    const struct sluis_directory *directory, const struct sluis_organisation *organisation,
    int64_t at_ms, bool *ret_revoked, struct sluis_why *why);

bool revocation_is_revoked(const struct revocation *revocation,
    const struct sluis_organisation *organisation);

#endif
