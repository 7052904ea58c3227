/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * own_ids - ids of requests and of one's own messages, in full or by a unique prefix of at least 6 digits.
 */
#ifndef SLUIS_CLI_OWN_IDS_H
#define SLUIS_CLI_OWN_IDS_H

#include "cli.h"

/** own_ids_request: among the requests that this member made or holds. Errors as cli_case_id(). */
SLUIS_MUST_CHECK enum sluis_err own_ids_request(struct sluis_session *session, const char *text,
    struct sluis_id *ret, struct sluis_failure *failure);

/** own_ids_sent: among the messages that this profile keeps a copy of. own_ids_message: or those of the inbox. */
SLUIS_MUST_CHECK enum sluis_err own_ids_sent(struct sluis_session *session, const char *text,
    struct sluis_id *ret, struct sluis_failure *failure);
SLUIS_MUST_CHECK enum sluis_err own_ids_message(struct sluis_session *session, const char *text,
    struct sluis_id *ret, struct sluis_failure *failure);

#endif
