/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * watch - `inbox --watch`: look into the inbox now and then, tell of each new message once, run a program for it.
 *
 * Each look is a process of its own, which takes the profile only for as long as it lasts: other commands go on between two looks, and a
 * look may be ended at any moment. A broker that is away is asked less and less often, down to once in 5 minutes. What was told stands
 * in the profile ("told"), so that a message is told once although the watch is started again; one watch a profile ("watch.lock").
 *
 * CMD is split at blanks into a program and its arguments, which PATH is searched for; no shell, no quotes, nothing is put into it.
 * It runs with the environment of sluis and SLUIS_MESSAGE, the message's id; its input is empty, its output goes to stderr. It is waited
 * for; what it ends with is told when it is not 0, and changes nothing. Cut off between CMD and the file, a message is told again.
 */
#ifndef SLUIS_CLI_WATCH_H
#define SLUIS_CLI_WATCH_H

#include "cli.h"

struct watch_words {
	const char *case_text; /* NULL: all cases */
	const char *exec;      /* CMD, or NULL */
	const char *every;     /* seconds between two looks; NULL: 30 */
	bool once;             /* one look, for a timer */
};

/** watch_run(cli, words, failure): until SIGTERM or SIGINT (then SLUIS_OK), or an error that repeating does not mend. */
SLUIS_MUST_CHECK enum sluis_err watch_run(struct cli *cli, const struct watch_words *words,
    struct sluis_failure *failure);

/** inbox_show(cli, session, row): a line for people, and the row as JSON (the caller's). In cmd_inbox.c. */
json_t *inbox_show(const struct cli *cli, const struct sluis_session *session, const Sluis__InboxRow *row);

#endif
