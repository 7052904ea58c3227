/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * doctor - what `sluis doctor` looks at, each thing by itself: is it well, else why not, and the command that mends it.
 *
 * A row for each, in the order in which things depend on each other; JSON keys: code, check, state (ok, warning, wrong), ok (not wrong),
 * why, mend. Codes are stable, texts are for people. No name, BSN or content.
 */
#ifndef SLUIS_CLI_DOCTOR_H
#define SLUIS_CLI_DOCTOR_H

#include "cli.h"

enum doctor_state { DOCTOR_OK, DOCTOR_WARNING, DOCTOR_WRONG };

enum { DOCTOR_WHY = 400, DOCTOR_MEND = SLUIS_PATH_MAX + 200 };

/** One finding: texts may be empty where all is well. */
struct doctor_finding {
	const char *code;
	const char *check;
	enum doctor_state state;
	char why[DOCTOR_WHY];
	char mend[DOCTOR_MEND];
};

struct doctor {
	struct cli *cli;
	json_t *rows;
	size_t n_wrong;
};

/** doctor_say(doctor, finding): show it and keep it. */
void doctor_say(struct doctor *doctor, const struct doctor_finding *finding);

/** doctor_machine(doctor): files, space, swap, core files of this machine. */
void doctor_machine(struct doctor *doctor);

/** doctor_network(doctor): names, ports and the broker's key, by profile.json alone; true: the way is open. */
bool doctor_network(struct doctor *doctor);

/** doctor_member(doctor, session): clock, membership, terms, keys. */
void doctor_member(struct doctor *doctor, struct sluis_session *session);

/** doctor_lists(doctor, session, folder): the revocation lists in ${folder} and what they say of the own organisation's certificate. */
void doctor_lists(struct doctor *doctor, const struct sluis_session *session, const char *folder);

#endif
