/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * expiry - the organisations whose certificate ends soon, told to the operator: once a day a line in the log for each.
 *
 * Their own members are warned by their clients, registrars by `registry pending`; this is for whoever watches the broker.
 */
#ifndef SLUISD_COMMIT_EXPIRY_H
#define SLUISD_COMMIT_EXPIRY_H

#include "directory.h"

/** expiry_log(directory, now_ms): a warning within 60 days, with the days that are left; by handle, never by name. */
void expiry_log(const struct sluis_directory *directory, int64_t now_ms);

#endif
