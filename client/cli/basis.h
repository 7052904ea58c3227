/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * basis - the three codes of a ground (secrecy, avg6, avg9) by the sender's regime, with their labels, as registers print them.
 */
#ifndef SLUIS_CLI_BASIS_H
#define SLUIS_CLI_BASIS_H

#include "cli.h"

/**
 * basis_json(session, ground, regime): {"regime", "secrecy", "avg6", "avg9", "labels": {…}}; null where the policy says nothing
 * of this ground for that regime.
 */
json_t *basis_json(const struct sluis_session *session, struct sluis_bytes ground, struct sluis_bytes regime);

/** basis_say(cli, session, ground, regime): the same as one line for people; nothing where there is nothing. */
void basis_say(const struct cli *cli, const struct sluis_session *session, struct sluis_bytes ground,
    struct sluis_bytes regime);

/** basis_regime(session, organisation): the regime of an organisation by its handle; empty where it is not known. */
struct sluis_bytes basis_regime(const struct sluis_session *session, struct sluis_bytes organisation);

#endif
