/* SPDX-License-Identifier: EUPL-1.2 */
#include "commit/commit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commit/internal.h"
#include "commit/revocation.h"
#include "config.h"
#include "directory_holder.h"
#include "limits.h"
#include "log.h"

enum { IDLE_MS = 500 };

/* ---- a round ---- */

static void
finish_jobs(struct commit *commit, struct plan *plans, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct job *job = plans[i].job;

		if (answer_finish(commit, &plans[i]) != SLUIS_OK) {
			sluis__tell__init(&plans[i].tell);
			plan_unavailable(&plans[i]);
			if (answer_finish(commit, &plans[i]) != SLUIS_OK)
				job->tell = sluis_bytes(NULL, 0);
		}
		/* What cannot be answered is dropped: the client repeats and gets the first answer. */
		if (!queue_put(commit->parts.out, job))
			job_free(job);
	}
	if (n > 0 && commit->parts.wake != NULL)
		commit->parts.wake(commit->parts.context);
}

static enum sluis_err
publish(struct commit *commit, const struct round *round)
{
	struct sluis_directory *snapshot;

	if (!round->directory_changed)
		return SLUIS_OK;
	snapshot = sluis_directory_copy(commit->directory);
	if (snapshot == NULL)
		return SLUIS_ENOMEM;
	directory_holder_publish(commit->parts.directory, snapshot);
	upkeep_lists(commit, round->now_ms);
	return SLUIS_OK;
}

/* Nothing of this round is on disk: memory goes back to what is. */
static enum sluis_err
roll_back(struct commit *commit, struct round *round)
{
	store_rollback(round->tx);
	ledger_rolled_back(round);
	case_cache_drop_all(commit->cases);
	if (!round->directory_changed)
		return SLUIS_OK;
	struct directory_snapshot *snapshot = directory_holder_get(commit->parts.directory);
	struct sluis_directory *copy = snapshot == NULL ? NULL :
							  sluis_directory_copy(directory_snapshot_of(snapshot));

	directory_snapshot_put(snapshot);
	if (copy == NULL)
		return SLUIS_ENOMEM;
	sluis_directory_free(commit->directory);
	commit->directory = copy;
	return SLUIS_OK;
}

void
commit_stop(enum sluis_err err, const char *where)
{
	/* What the disk holds is unknown now, and trying again could lie: stop, start anew, look at the head. */
	log_line(LOG_LEVEL_ERROR, "stop where=%s error=%s", where, sluis_err_name(err));
	abort();
}

bool
commit_is_fatal(enum sluis_err err)
{
	return err == SLUIS_EIO || err == SLUIS_ESTORE;
}

static enum sluis_err
note_clock(struct round *round)
{
	const struct event_words words = {
		.type = "clock-step",
		.outcome = "note",
		.rule = round->commit->clock.is_sane ? "clock-sane" : "clock-not-sane",
	};
	uint64_t index;

	log_line(LOG_LEVEL_WARNING, "clock-step sane=%d", round->commit->clock.is_sane);
	return ledger_event(round, &words, &index);
}

static enum sluis_err
handle_all(struct round *round, struct plan *plans, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const enum sluis_err err = dispatch(round, &plans[i]);

		sluis_arena_reset(round->arena);
		if (err == SLUIS_OK)
			continue;
		if (sluis_err_class(err) != SLUIS_CLASS_PEER)
			return err;
		/* A handler that found its act impossible has written nothing yet. */
		plans[i].event_count = 0;
		sluis__tell__init(&plans[i].tell);
		plans[i].tell.status_number = 4;
	}
	return SLUIS_OK;
}

/*
 * A sector of one message's content that cannot be read undoes the transaction that read it. Its clients repeat, and are
 * answered when the loss is noted. Whatever else is damaged stays fatal.
 */
static bool
undo_for_loss(struct commit *commit, struct round *round, const struct plan *plans, size_t n)
{
	bool is_loss = false;

	for (size_t i = 0; i < n; i++)
		is_loss |= plans[i].lost != NULL;
	if (!is_loss)
		return false;
	if (roll_back(commit, round) != SLUIS_OK)
		commit_stop(SLUIS_ENOMEM, "rollback");
	round->tx = NULL;
	return lost_note_apart(commit, plans, n);
}

static enum sluis_err
write_round(struct commit *commit, struct round *round, struct plan *plans, size_t n)
{
	enum sluis_err err = commit->clock.has_flipped ? note_clock(round) : SLUIS_OK;

	if (err == SLUIS_OK)
		err = handle_all(round, plans, n);
	if (err == SLUIS_OK)
		err = ledger_heads(round);
	if (err == SLUIS_OK) {
		err = store_commit(round->tx);
		round->tx = NULL;
	}
	if (err == SLUIS_ESTORE && round->tx != NULL && undo_for_loss(commit, round, plans, n))
		return err;
	if (commit_is_fatal(err))
		commit_stop(err, "commit");
	if (err == SLUIS_OK) {
		commit->clock.has_flipped = false;
		return SLUIS_OK;
	}
	if (round->tx != NULL || err == SLUIS_ENOSPACE)
		log_line(LOG_LEVEL_WARNING, "round-refused error=%s acts=%zu", sluis_err_name(err), n);
	if (roll_back(commit, round) != SLUIS_OK)
		commit_stop(SLUIS_ENOMEM, "rollback");
	if (err == SLUIS_ENOSPACE && !commit->is_full) {
		/* this round's clients repeat; from now on refusals and reading live on the reserve (design 9) */
		commit->is_full = true;
		log_line(LOG_LEVEL_WARNING, "disk-full pushes=wait pulls=wait");
		if (commit_is_fatal(store_reserve_release(commit->store)))
			commit_stop(SLUIS_EIO, "reserve");
	}
	return err;
}

static void
refuse_all(struct plan *plans, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		sluis__tell__init(&plans[i].tell);
		plan_unavailable(&plans[i]);
	}
}

static void
run_round(struct commit *commit, struct job *jobs, size_t n)
{
	struct plan *plans = commit->plans;
	struct round round = {
		.commit = commit,
		.arena = commit->arena,
		.keys_size = commit->keys.head.size,
		.exchange_size = commit->exchange.head.size,
	};

	memset(plans, 0, n * sizeof(plans[0]));
	for (size_t i = 0; i < n; i++) {
		plans[i].job = jobs;
		jobs = jobs->next;
		plans[i].job->next = NULL;
	}
	round.now_ms = clock_read(&commit->clock);
	if (store_begin(commit->store, &round.tx) != SLUIS_OK)
		commit_stop(SLUIS_EIO, "begin");
	if (write_round(commit, &round, plans, n) != SLUIS_OK)
		refuse_all(plans, n);
	else if (ledger_committed(&round) != SLUIS_OK || publish(commit, &round) != SLUIS_OK)
		commit_stop(SLUIS_EIO, "publish");
	finish_jobs(commit, plans, n);
}

/* ---- start, reload, stop ---- */

static enum sluis_err
note_life(struct commit *commit, const char *type)
{
	struct round round = {
		.commit = commit,
		.arena = commit->arena,
		.keys_size = commit->keys.head.size,
		.exchange_size = commit->exchange.head.size,
	};
	const struct event_words words = { .type = type, .outcome = "note", .rule = "act" };
	uint64_t index;

	round.now_ms = clock_read(&commit->clock);
	SLUIS_TRY(store_begin(commit->store, &round.tx));
	SLUIS_TRY(ledger_event(&round, &words, &index));
	SLUIS_TRY(ledger_heads(&round));
	SLUIS_TRY(store_commit(round.tx));
	sluis_arena_reset(commit->arena);
	return ledger_committed(&round);
}

static void
take_reload(struct commit *commit)
{
	struct sluis_why why = { "" };
	struct store_tx *tx = NULL;
	const int64_t now_ms = clock_read(&commit->clock);
	enum sluis_err err = store_begin(commit->store, &tx);

	if (err == SLUIS_OK)
		err = start_policy_file(commit, tx, &why);
	if (err == SLUIS_OK) {
		err = store_commit(tx);
		if (commit_is_fatal(err))
			commit_stop(err, "reload");
	} else if (tx != NULL) {
		store_rollback(tx);
	}
	if (err == SLUIS_OK)
		err = revocation_read(commit->revocation, commit->directory, now_ms, &why);
	if (err != SLUIS_OK)
		log_line(LOG_LEVEL_WARNING, "reload-refused error=%s why=\"%s\"", sluis_err_name(err),
		    why.text);
	else
		log_line(LOG_LEVEL_NOTICE, "reloaded");
}

static struct commit *
make(const struct commit_parts *parts)
{
	struct commit *commit = calloc(1, sizeof(*commit));

	if (commit == NULL)
		return NULL;
	commit->parts = *parts;
	commit->arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
	commit->plans = calloc(COMMIT_ROUND_MAX, sizeof(*commit->plans));
	commit->directory = sluis_directory_new();
	commit->cases = case_cache_new();
	commit->usage = usage_new();
	commit->revocation = revocation_new(parts->config->crl);
	if (commit->arena != NULL && commit->plans != NULL && commit->directory != NULL && commit->cases != NULL &&
	    commit->usage != NULL && commit->revocation != NULL)
		return commit;
	commit_free(commit);
	return NULL;
}

SLUIS_MUST_CHECK enum sluis_err
commit_open(const struct commit_parts *parts, struct sluis_why *why, struct commit **ret)
{
	struct commit *commit = make(parts);
	enum sluis_err err = commit == NULL ? SLUIS_ENOMEM : start_open(commit, why);

	if (err == SLUIS_OK)
		err = note_life(commit, "start");
	if (err != SLUIS_OK) {
		commit_free(commit);
		return err;
	}
	*ret = commit;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
commit_check(const struct config *config, bool full, const struct commit_reporter *reporter)
{
	const struct commit_parts parts = { .config = config };
	struct commit *commit = make(&parts);
	const enum sluis_err err = commit == NULL ? SLUIS_ENOMEM : start_check(commit, full, reporter);

	commit_free(commit);
	return err;
}

void
commit_run(struct commit *commit)
{
	size_t n;

	for (;;) {
		struct job *jobs =
		    queue_take_all(commit->parts.in, COMMIT_ROUND_MAX, IDLE_MS, &n);

		if (atomic_exchange(&commit->reload, false))
			take_reload(commit);
		upkeep_due(commit);
		if (n > 0)
			run_round(commit, jobs, n);
		else if (queue_is_closed(commit->parts.in))
			break;
		upkeep_quiet(commit);
		atomic_fetch_add(&commit->beats, 1);
	}
	if (note_life(commit, "stop") != SLUIS_OK)
		log_line(LOG_LEVEL_WARNING, "stop-not-logged");
}

void
commit_tell_rates(const struct commit *commit)
{
	const struct sluis_policy_limits *limits = sluis_policy_limits(commit->policy);

	if (commit->parts.set_rates != NULL)
		commit->parts.set_rates(commit->parts.context, limits->acts_per_hour,
		    limits->stranger_acts_per_hour);
}

void
commit_reload(struct commit *commit)
{
	atomic_store(&commit->reload, true);
}

uint64_t
commit_beats(const struct commit *commit)
{
	return atomic_load(&commit->beats);
}

void
commit_free(struct commit *commit)
{
	if (commit == NULL)
		return;
	ledger_close(&commit->keys);
	ledger_close(&commit->exchange);
	store_close(commit->store);
	sluis_signing_secret_wipe(&commit->decision);
	sluis_policy_free(commit->policy);
	case_cache_free(commit->cases);
	usage_free(commit->usage);
	revocation_free(commit->revocation);
	sluis_directory_free(commit->directory);
	sluis_arena_free(commit->arena);
	free(commit->plans);
	free(commit);
}
