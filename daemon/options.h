/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * options - the words on sluisd's command line.
 */
#ifndef SLUISD_OPTIONS_H
#define SLUISD_OPTIONS_H

#include "base.h"

enum options_action { OPTIONS_SERVE, OPTIONS_CHECK, OPTIONS_MAKE_KEYS };

struct options {
	const char *config;
	enum options_action action;
	bool full;
	int exit_code; /* where options_parse() says no */
};

/** options_parse(argv, ret): false: said what there was to say (help, version, a mistake); exit with ret->exit_code. */
bool options_parse(char **argv, struct options *ret);

#endif
