/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * outbox - pushes whose answer is not in: the exact bytes, found again by what was asked for.
 *
 * The name of an entry is a keyed hash of the request (key: this profile's own), so that the folder tells nothing and
 * the same request finds its bytes.
 */
#ifndef SLUIS_CLIENT_OUTBOX_H
#define SLUIS_CLIENT_OUTBOX_H

#include "push.h"

enum { SLUIS_OUTBOX_NAME = SLUIS_PUSH_OUTBOX };

/** sluis_outbox_name(session, request, ret): "outbox/HEX" of ${request}. */
void sluis_outbox_name(const struct sluis_session *session, const struct sluis_push_request *request,
    char ret[static SLUIS_OUTBOX_NAME]);

/** sluis_outbox_keep: packed Push and body, durable. */
SLUIS_MUST_CHECK enum sluis_err sluis_outbox_keep(struct sluis_session *session, const char *name,
    struct sluis_bytes push, struct sluis_bytes body, struct sluis_failure *failure);

/** sluis_outbox_find: SLUIS_ENOTFOUND where there is none, or what is there is torn. Views live in *${ret_owned} (free it). */
SLUIS_MUST_CHECK enum sluis_err sluis_outbox_find(struct sluis_session *session, const char *name,
    void **ret_owned, struct sluis_bytes *ret_push, struct sluis_bytes *ret_body);

#endif
