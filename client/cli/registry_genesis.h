/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * registry_genesis - found a federation: the first registrar's profile and entry 0 of the keys log.
 */
#ifndef SLUIS_CLI_REGISTRY_GENESIS_H
#define SLUIS_CLI_REGISTRY_GENESIS_H

#include "cli.h"

enum sluis_err registry_genesis(struct cli *cli, char **argv, struct sluis_failure *failure);

#endif
