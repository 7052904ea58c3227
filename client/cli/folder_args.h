/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * folder_args - `push CASE DIR`: each file of a folder is a section by its name; the rest is chosen, shown, and asked once.
 */
#ifndef SLUIS_CLI_FOLDER_ARGS_H
#define SLUIS_CLI_FOLDER_ARGS_H

#include "message_args.h"

/** folder_args_is(word): the word is a folder, so this is the folder form. */
bool folder_args_is(const char *word);

/**
 * folder_args_words(session, dir, arena, ret, failure):
 * Each file of ${dir} as the word CATEGORY[.ABOUT]=DIR/FILE, in order of name. The name up to its first dot is a category: its code,
 * its label in Dutch or English, or a beginning of 3 letters or more that only one has. Hidden files are left out.
 * Errors: SLUIS_EUSAGE: a name that is no category, or of several (candidates in the hint); a folder or a link in it (a link sends
 * what stands elsewhere); nothing in it.
 */
SLUIS_MUST_CHECK enum sluis_err folder_args_words(const struct sluis_session *session, const char *dir,
    struct sluis_arena *arena, struct cli_list *ret, struct sluis_failure *failure);

/** folder_args_choose(session, args, failure): purpose, ground, grant and receivers that were not said. */
SLUIS_MUST_CHECK enum sluis_err folder_args_choose(struct sluis_session *session, struct message_args *args,
    struct sluis_failure *failure);

/** folder_args_confirm(cli, session, args, failure): show what would go to whom, and ask; from then on just that can be sent.
 *  SLUIS_EUSAGE: nobody to ask; or no. */
SLUIS_MUST_CHECK enum sluis_err folder_args_confirm(struct cli *cli, struct sluis_session *session,
    struct message_args *args, struct sluis_failure *failure);

#endif
