/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * codes - words that people type for codes of the policy: the code itself, or its label in Dutch or English.
 */
#ifndef SLUIS_CLI_CODES_H
#define SLUIS_CLI_CODES_H

#include "cli.h"

/** codes_of(session, kind, text): the code that ${text} means, whatever the case of its letters; ${text} itself where it means none, or several. */
struct sluis_bytes codes_of(const struct sluis_session *session, enum sluis_policy_kind kind, const char *text);

/** codes_find(session, kind, text, ret, failure): as codes_of. SLUIS_EUSAGE where the policy has no such code: the hint lists those that it has. */
SLUIS_MUST_CHECK enum sluis_err codes_find(const struct sluis_session *session, enum sluis_policy_kind kind,
    const char *text, struct sluis_bytes *ret, struct sluis_failure *failure);

/** codes_state(code): the state of a message or receiver, in a word for people; of the protocol, not of the policy. Static. */
const char *codes_state(struct sluis_bytes code);

/** codes_unknown(codes, text, failure): SLUIS_EUSAGE: ${text} is none of ${codes}, which the hint lists. */
enum sluis_err codes_unknown(struct sluis_codes codes, const char *text, struct sluis_failure *failure);

#endif
