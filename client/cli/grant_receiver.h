/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * grant_receiver - whom a grant names: a handle stands for that member's organisation in that member's roles, org:X for the
 * whole of X (design 10).
 */
#ifndef SLUIS_CLI_GRANT_RECEIVER_H
#define SLUIS_CLI_GRANT_RECEIVER_H

#include "cli.h"

/**
 * grant_receiver_add(session, word, arena, grant, failure):
 * Add ${word} to the receivers of ${grant}, whose list has room for CLI_LIST_MAX; each organisation once. Errors:
 * SLUIS_EUSAGE (nobody of that name: the hint names candidates), SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err grant_receiver_add(struct sluis_session *session, const char *word,
    struct sluis_arena *arena, Sluis__Grant *grant, struct sluis_failure *failure);

#endif
