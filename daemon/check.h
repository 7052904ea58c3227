/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * check - what can be said without serving: mistakes in configuration and policy, the keys, the store.
 *
 * Prints `FILE:LINE: mistake; remedy` on stdout, syntax before signature; exits 0 or 1.
 */
#ifndef SLUISD_CHECK_H
#define SLUISD_CHECK_H

#include "config.h"

/** Prints mistakes of a configuration on stderr. */
extern const struct config_reporter check_reporter;

/** check_run(path, full): the exit code of sluisd --check. ${full}: also the store, row by row. */
int check_run(const char *path, bool full);

/** check_make_keys(config): make the missing keys, print all public ones as JSON; exit code. */
int check_make_keys(const struct config *config);

#endif
