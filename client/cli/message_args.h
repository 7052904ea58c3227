/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * message_args - the words of `push` and `explain push` as a request: case, purpose, ground, receivers, CATEGORY=FILE.
 */
#ifndef SLUIS_CLI_MESSAGE_ARGS_H
#define SLUIS_CLI_MESSAGE_ARGS_H

#include "cli.h"
#include "push.h"

struct message_args {
	struct sluis_push_request request;
	struct sluis_push_section sections[CLI_LIST_MAX];
	struct sluis_bytes files[CLI_LIST_MAX]; /* heap, wiped by _done */
	struct sluis_ground_fact facts[CLI_LIST_MAX];
	struct cli_list to;
	struct cli_list not_bsn;
	struct sluis_id grant_id;
	struct sluis_id target; /* of --answers, --replaces or --origin */
	bool dry_run;
	bool is_folder; /* push CASE DIR: shown and asked before it is sent */
	bool yes;
	struct sluis_hash shown; /* what was shown */
	struct sluis_arena *arena; /* of names that the folder form makes */
};

#define MESSAGE_ARGS_SYNOPSIS                                                              \
	"push CASE --purpose P --ground G [--grant ID] --to HANDLE|role:ROLE|org:ORG ... "     \
	"CATEGORY[.ABOUT]=FILE ... [--fact KEY=VALUE ...] [--criminal CATEGORY ...] [--not-bsn FIELD:OFFSET ...] "  \
	"[--retention CLASS] [--answers REQUEST] [--replaces MESSAGE] [--origin MESSAGE] [--dry-run] | push CASE DIR [--yes]"

/** message_args_read: look up ids, read the files. Errors: SLUIS_EUSAGE, SLUIS_EIO, SLUIS_EREFUSED (too-large, not-found). */
SLUIS_MUST_CHECK enum sluis_err message_args_read(struct sluis_session *session, char **argv,
    struct message_args *ret, struct sluis_failure *failure);
/** message_args_unsearched: tell people which sections were not searched for a BSN; their names, new. */
json_t *message_args_unsearched(const struct message_args *args, const struct sluis_push_look *look);
void message_args_done(struct message_args *args);

#endif
