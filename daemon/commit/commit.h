/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * commit - the one thread that decides, writes, syncs, signs and answers: the durability point.
 *
 * It takes what waits, decides each request on the facts of that moment, writes log leaves and rows in ONE
 * transaction, syncs once, signs one checkpoint over the committed head, then answers all with proofs.
 * Any failed sync ends the process: what the disk holds is then unknown, and a retry could lie.
 */
#ifndef SLUISD_COMMIT_H
#define SLUISD_COMMIT_H

#include "job.h"
#include "queue.h"

struct commit;
struct config;
struct directory_holder;

/** What commit is built from; everything is borrowed and must outlive it. */
struct commit_parts {
	const struct config *config;
	struct queue *in;                  /* verified jobs, from intake */
	struct queue *out;                 /* answered jobs, to front */
	void (*wake)(void *context);       /* tells front that ${out} has something */
	/* requests an hour that the policy allows a member and a stranger: told when a policy comes in force */
	void (*set_rates)(void *context, int64_t member_per_hour, int64_t stranger_per_hour);
	void *context;
	struct directory_holder *directory; /* commit publishes new snapshots here; intake reads them */
};

/**
 * commit_open(parts, why, ret):
 * Open store, keyring, log keys and tree; check the head against the tree; replay the keys log into a directory and
 * publish it; import the genesis into an empty store; load the policy whose hash is in force. Nothing is
 * served before this is SLUIS_OK. Errors: SLUIS_ESTORE, SLUIS_EKEYS, SLUIS_EPOLICY, SLUIS_ECONFIG, ... with ${why}.
 */
SLUIS_MUST_CHECK enum sluis_err commit_open(const struct commit_parts *parts, struct sluis_why *why,
    struct commit **ret);

/** commit_run(commit): serve until ${in} is closed and empty; then write `stop`. The committing thread's main. */
void commit_run(struct commit *commit);

/** commit_tell_rates(commit): say the rates of the policy in force now. Before commit_run(). */
void commit_tell_rates(const struct commit *commit);

/** Where mistakes go, each as one: the file that it is about, then `mistake; remedy`. */
struct commit_reporter {
	void (*report)(void *context, const char *file, const char *mistake);
	void *context;
};

/**
 * commit_check(config, full, reporter): what `sluisd --check` says of keys, policy, revocation lists and store: each key file is
 * that which the federation signed, the policy file one that the registrars signed, every list of revocations holds, and
 * with ${full} the whole store and log are read. Nothing is changed.
 */
SLUIS_MUST_CHECK enum sluis_err commit_check(const struct config *config, bool full,
    const struct commit_reporter *reporter);

/** commit_reload(commit): ask the thread (from any other) to take a newly signed policy or CRL at its next batch. */
void commit_reload(struct commit *commit);

/** commit_beats(commit): a number that grows whenever the thread has finished a round; for the watchdog. */
uint64_t commit_beats(const struct commit *commit);

void commit_free(struct commit *commit);

#endif
