/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * broker - the deciding half of the daemon over a store of its own, for tests: requests in, answers out, no sockets.
 *
 * A practice region in memory (federation.h) whose keys log stands in the store; clocks are the machine's. Tests run from the top of the source tree. A failure in here aborts: it is a mistake in the test.
 */
#ifndef BROKER_H
#define BROKER_H

#include <pthread.h>
#include <stdatomic.h>

#include "commit/commit.h"
#include "config.h"
#include "directory_holder.h"
#include "federation.h"
#include "queue.h"

struct broker {
	struct federation *f;
	char parent[64]; /* folder of all this; removed in the end */
	struct config config;
	struct queue *in;
	struct queue *out;
	struct directory_holder *directory;
	struct commit *commit;
	pthread_t thread;
	bool runs;
	void (*woken)(struct broker *broker); /* a test's own: on the committing thread, when answers of a round are out */
	atomic_uint rounds; /* whose answers are out, and for which that was done */
	struct sluis_why why; /* of broker_open() */
	struct sluis_bytes body; /* of the last answer, in the federation's arena */
};

/** broker_new(policy): region, keys and settings; nothing stored, nothing running. Tests may change ${f} before
 *  broker_fill(). ${policy}: the text of another policy than config/policy.yaml, a heap string that is freed; or NULL. */
struct broker *broker_new(char *policy);
void broker_free(struct broker *broker);

/** broker_fill(broker): the keys log of the region as it is now becomes that of an empty store. */
void broker_fill(struct broker *broker);

/** broker_open(broker): commit_open(), with why where it fails. broker_close(): undo it, or half of it. */
enum sluis_err broker_open(struct broker *broker);
void broker_close(struct broker *broker);

/** broker_start(broker): open, and run the committing thread. broker_stop(): let it end, and close. */
void broker_start(struct broker *broker);
void broker_stop(struct broker *broker);

/** broker_job(broker, handle, frame): what front would make of ${frame} from that member (NULL: a stranger). */
struct job *broker_job(struct broker *broker, const char *handle, struct sluis_bytes frame);

/** broker_ask(broker, handle, ask, body): the answer, in the federation's arena; ${body} is heap memory, or empty. */
const Sluis__Tell *broker_ask(struct broker *broker, const char *handle, const Sluis__Ask *ask,
    struct sluis_bytes body);

/** broker_await(broker, rounds): wait until so many have been. */
void broker_await(struct broker *broker, unsigned rounds);

/** broker_rule(tell): of a refusal, as a C string; "" for anything else. Good until the next call. */
const char *broker_rule(const Sluis__Tell *tell);

#endif
