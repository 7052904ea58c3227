/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * cmd_case - what the files of `sluis case` share.
 */
#ifndef SLUIS_CLI_CMD_CASE_H
#define SLUIS_CLI_CMD_CASE_H

#include "cli.h"

/** cmd_case_do(cli, session, of_case, act, failure): sign and send ${act}, and say where the case stands now. */
SLUIS_MUST_CHECK enum sluis_err cmd_case_do(struct cli *cli, struct sluis_session *session,
    struct sluis_case *of_case, const struct sluis_cases_act *act, struct sluis_failure *failure);

/** cmd_case_act_is(name), cmd_case_act(cli, session, name, argv, failure): acts that say something: step, invite, shield, ... */
bool cmd_case_act_is(const char *name);
SLUIS_MUST_CHECK enum sluis_err cmd_case_act(struct cli *cli, struct sluis_session *session, const char *name,
    char **argv, struct sluis_failure *failure);

/** cmd_case_show(cli, session, argv, failure): case show CASE. */
SLUIS_MUST_CHECK enum sluis_err cmd_case_show(struct cli *cli, struct sluis_session *session, char **argv,
    struct sluis_failure *failure);

#endif
