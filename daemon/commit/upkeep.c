/* SPDX-License-Identifier: EUPL-1.2 */
#include <sys/statvfs.h>

#include "commit/expiry.h"
#include "commit/internal.h"
#include "commit/revocation.h"
#include "config.h"
#include "log.h"

enum { FORGET_ROWS = 4096, FORGET_EVERY_MS = 10000 };

/* Ids past their time, a few at a time. On a full disk they simply stay: reading must go on. */
static void
forget_acts(struct commit *commit, int64_t now_ms)
{
	struct store_tx *tx = NULL;
	enum sluis_err err;

	if (!commit->clock.is_sane || now_ms - commit->forgot_ms < FORGET_EVERY_MS)
		return;
	commit->forgot_ms = now_ms;
	err = store_begin(commit->store, &tx);
	if (err == SLUIS_OK)
		err = store_act_forget(tx, now_ms, FORGET_ROWS);
	if (err == SLUIS_OK)
		err = store_commit(tx);
	else if (tx != NULL)
		store_rollback(tx);
	if (commit_is_fatal(err))
		commit_stop(err, "forget");
}

/* There is room again when the reserve can be made again and as much is left beside it: else it would come and go. */
static void
look_for_room(struct commit *commit)
{
	struct statvfs fs;

	if (!commit->is_full || statvfs(commit->parts.config->store, &fs) != 0 ||
	    (uint64_t)fs.f_bavail * fs.f_frsize < 2ULL * STORE_RESERVE_BYTES ||
	    store_reserve_make(commit->store) != SLUIS_OK)
		return;
	commit->is_full = false;
	log_line(LOG_LEVEL_NOTICE, "disk-has-room");
}

void
upkeep_lists(struct commit *commit, int64_t now_ms)
{
	struct sluis_why why = { "" };
	const enum sluis_err err = revocation_read(commit->revocation, commit->directory, now_ms, &why);

	if (err != SLUIS_OK)
		log_line(LOG_LEVEL_WARNING, "revocation-lists error=%s why=\"%s\"", sluis_err_name(err),
		    why.text);
}

void
upkeep_due(struct commit *commit)
{
	struct sluis_why why = { "" };
	struct store_tx *tx = NULL;
	struct sluis_hash in_force;
	const int64_t now_ms = clock_read(&commit->clock);

	forget_acts(commit, now_ms);
	look_for_room(commit);
	if (sluis_directory_policy_hash(commit->directory, now_ms, &in_force) == SLUIS_OK &&
	    !sluis_hash_equal(&in_force, &commit->policy_hash)) {
		if (store_begin(commit->store, &tx) != SLUIS_OK ||
		    start_policy(commit, tx, now_ms, &why) != SLUIS_OK)
			commit_stop(SLUIS_EPOLICY, "policy");
		store_rollback(tx);
		commit_tell_rates(commit);
		log_line(LOG_LEVEL_NOTICE, "policy-changed");
	}
	if (revocation_is_due(commit->revocation, now_ms)) {
		upkeep_lists(commit, now_ms);
		expiry_log(commit->directory, now_ms);
	}
}

void
upkeep_quiet(struct commit *commit)
{
	enum sluis_err err;

	if (queue_length(commit->parts.in) > 0 && !store_tidy_presses(commit->store))
		return;
	err = store_tidy(commit->store);
	if (commit_is_fatal(err))
		commit_stop(err, "tidy");
}
