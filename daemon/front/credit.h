/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * credit - who may have how much under way: a rate for each CURVE key, requests and bytes at the same time.
 *
 * Asked before anything is verified, so it knows keys only. Strangers have a small rate each, and one for all of them
 * together, because a new key costs nothing. What is beyond is answered `busy`; nothing was looked at.
 * Pure: time is an argument (milliseconds that never run backwards). Bounded: at most CREDIT_PEERS_MAX keys are kept; a key
 * whose rate has filled up again is forgotten.
 * Source: design 5 (rate quota), 13, 14.
 */
#ifndef SLUISD_FRONT_CREDIT_H
#define SLUISD_FRONT_CREDIT_H

#include "job.h"

#define CREDIT_JOBS_MAX 4096u          /* requests under way */
#define CREDIT_PEER_JOBS_MAX 1024u     /* of one key, over all its connections */
#define CREDIT_STRANGER_JOBS_MAX 64u   /* of all strangers together */
#define CREDIT_BYTES_MAX (64u * 1024 * 1024) /* frames, bodies and answers that wait */
#define CREDIT_PEER_BYTES_MAX (16u * 1024 * 1024)
#define CREDIT_PEERS_MAX 16384u
#define CREDIT_STRANGERS_FACTOR 64     /* all strangers together have this many times the rate of one */
#define CREDIT_MALFORMED_COST 16       /* requests that a malformed message counts for */
#define CREDIT_MINUTE_MS 60000
#define CREDIT_RATE_MAX 1000000000

struct credit;

/** credit_new(member_per_hour, stranger_per_hour): rates as below; NULL without memory. */
struct credit *credit_new(int64_t member_per_hour, int64_t stranger_per_hour);
void credit_free(struct credit *credit);

/** credit_set_rates(...): requests an hour of one member, of one stranger; an hour's worth may come at once. */
void credit_set_rates(struct credit *credit, int64_t member_per_hour, int64_t stranger_per_hour);

/**
 * credit_take(credit, peer, bytes, now_ms, ret_retry_s):
 * Charge one request of ${bytes}. False: busy, and *${ret_retry_s} (at least 1) says when to ask again; nothing is charged but
 * what the rate had left.
 */
SLUIS_MUST_CHECK bool credit_take(struct credit *credit, const struct job_peer *peer, size_t bytes,
    int64_t now_ms, uint32_t *ret_retry_s);

/** credit_resize(credit, peer, old_bytes, new_bytes): what is kept changed its size; false where it is too much. */
SLUIS_MUST_CHECK bool credit_resize(struct credit *credit, const struct job_peer *peer, size_t old_bytes,
    size_t new_bytes);

/** credit_give_back(credit, peer, bytes): the request has been answered, or dropped. */
void credit_give_back(struct credit *credit, const struct job_peer *peer, size_t bytes);

/**
 * credit_malformed(credit, peer, now_ms, ret_count):
 * Note a malformed message. True: it may be answered; false: its key has no rate left, say nothing.
 * *${ret_count} > 0: so many since the last line in the log, write one now (at most one a minute and key).
 */
SLUIS_MUST_CHECK bool credit_malformed(struct credit *credit, const struct job_peer *peer, int64_t now_ms,
    uint32_t *ret_count);

/** credit_busy_due(credit, now_ms, ret_key, ret_count): a member whose minute of busy answers is over; false: none. */
SLUIS_MUST_CHECK bool credit_busy_due(struct credit *credit, int64_t now_ms, struct sluis_public *ret_key,
    uint32_t *ret_count);

/** credit_busy_at(credit): when the next one is due; -1: none. */
int64_t credit_busy_at(const struct credit *credit);

/** What is under way, for the log and tests. */
size_t credit_jobs(const struct credit *credit);
size_t credit_bytes(const struct credit *credit);
size_t credit_peers(const struct credit *credit);

#endif
