/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * asks - requests of members of the test federation, as a client would send them.
 *
 * Everything lives in the federation's arena but a push's body. A failure in here aborts: it is a mistake in the test.
 */
#ifndef ASKS_H
#define ASKS_H

#include "federation.h"
#include "manifest.h"

/** ask_new(federation, act): an Ask with a request id of its own, from somebody who saw nothing of the logs yet. The act's own
 *  message is the caller's to set. */
Sluis__Ask *ask_new(struct federation *federation, Sluis__Ask__ActCase act);

/** ask_pack(federation, ask): the frame. */
struct sluis_bytes ask_pack(struct federation *federation, const Sluis__Ask *ask);

/** ask_case_act(federation, act): a signed case act, as federation_case_act() gives it. */
Sluis__Ask *ask_case_act(struct federation *federation, Sluis__Signed *act);
Sluis__Ask *ask_cases(struct federation *federation);
Sluis__Ask *ask_inbox(struct federation *federation);
Sluis__Ask *ask_status(struct federation *federation, const struct sluis_id *message);
Sluis__Ask *ask_fetch(struct federation *federation, const struct sluis_id *message, uint64_t offset);

/** A message to be made: attachments (or ${category}) of ${bytes} together, at most 512 KiB each, for one receiver; purpose
 *  `consultation` on the ground `direct-involvement`. */
struct ask_push {
	const char *from;
	const char *to;
	const struct sluis_case *of_case;
	uint64_t sequence; /* between these two */
	size_t bytes;
	const char *category;    /* NULL: attachment */
	enum sluis_manifest_kind kind; /* 0: new */
	struct sluis_id target;  /* of a kind that refers to something */
	struct sluis_id id;      /* set by ask_push() */
	struct sluis_bytes body; /* set by ask_push(): heap memory at body.data, the caller's */
};

/** ask_push(federation, push): sealed and signed; ${push} says how and takes id and body. */
Sluis__Ask *ask_push(struct federation *federation, struct ask_push *push);

#endif
