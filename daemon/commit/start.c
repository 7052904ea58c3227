/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commit/expiry.h"
#include "commit/internal.h"
#include "commit/revocation.h"
#include "config.h"
#include "directory_holder.h"
#include "event.h"
#include "hash.h"
#include "limits.h"
#include "now.h"

static enum sluis_err
fail(struct sluis_why *why, enum sluis_err err, const char *text)
{
	snprintf(why->text, sizeof(why->text), "%s", text);
	return err;
}

static enum sluis_err
read_file(const char *path, size_t max, struct sluis_arena *arena, struct sluis_bytes *ret)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	uint8_t *data = NULL;
	ssize_t got = -1;

	if (fd < 0)
		return SLUIS_EIO;
	if (fstat(fd, &st) == 0 && st.st_size > 0 && (size_t)st.st_size <= max &&
	    (data = sluis_arena_alloc(arena, (size_t)st.st_size)) != NULL)
		got = read(fd, data, (size_t)st.st_size);
	close(fd);
	if (got < 0 || got != st.st_size)
		return SLUIS_EIO;
	*ret = sluis_bytes(data, (size_t)got);
	return SLUIS_OK;
}

/* ---- keys log ---- */

static enum sluis_err
import_genesis(struct commit *commit, struct round *round, struct sluis_why *why)
{
	const char *path = commit->parts.config->genesis;
	struct sluis_bytes entry;

	if (path[0] == '\0')
		return fail(why, SLUIS_ECONFIG,
		    "the store is empty and the configuration names no genesis to begin with");
	if (read_file(path, SLUIS_KEYS_ENTRY_MAX_BYTES, round->arena, &entry) != SLUIS_OK) {
		snprintf(why->text, sizeof(why->text), "the genesis file cannot be read: %.200s", path);
		return SLUIS_EIO;
	}
	return ledger_keys(round, entry, why);
}

static enum sluis_err
replay_keys(struct commit *commit, struct store_tx *tx, struct sluis_why *why)
{
	for (uint64_t i = 0; i < commit->keys.head.size; i++) {
		SLUIS_AUTO(sluis_arena_freep)
		struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_KEYS_ENTRY_MAX_BYTES);
		struct sluis_bytes entry;
		enum sluis_err err;

		if (arena == NULL)
			return SLUIS_ENOMEM;
		SLUIS_TRY(store_keys_get(tx, i, arena, &entry));
		err = sluis_directory_append(commit->directory, entry, why);
		if (err != SLUIS_OK)
			return err == SLUIS_EKEYSLOG ? SLUIS_ESTORE : err;
	}
	return SLUIS_OK;
}

static enum sluis_err
check_keys_root(const struct commit *commit, struct sluis_why *why)
{
	const struct sluis_hash root = sluis_directory_root(commit->directory);

	if (!sluis_hash_equal(&root, &commit->keys.head.root))
		return fail(why, SLUIS_ESTORE, "the keys log in the store does not lead to its own head");
	return SLUIS_OK;
}

/* ---- policy ---- */

/* Some version in the keys log carries this hash: genesis, or a later one, in force or not yet. */
static enum sluis_err
policy_is_signed(const struct sluis_directory *directory, const struct sluis_hash *hash, bool *ret)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(SLUIS_ARENA_MAX_BYTES);

	if (arena == NULL)
		return SLUIS_ENOMEM;
	*ret = sluis_hash_equal(hash, &sluis_directory_genesis(directory)->policy_hash);
	for (uint64_t i = 1; !*ret && i < sluis_directory_size(directory); i++) {
		Sluis__KeysEntry *entry = NULL;
		Sluis__PolicyVersion *version = NULL;
		struct sluis_hash named;

		sluis_arena_reset(arena);
		SLUIS_TRY(SLUIS_UNPACK(keys_entry, KeysEntry, sluis_directory_entry(directory, i),
		    SLUIS_KEYS_ENTRY_MAX_BYTES, arena, &entry));
		if (!sluis_bytes_is_text(sluis_of(entry->type_code), "policy"))
			continue;
		SLUIS_TRY(SLUIS_UNPACK(policy_version, PolicyVersion,
		    sluis_of(entry->act->payload_bytes), SLUIS_KEYS_ENTRY_MAX_BYTES, arena, &version));
		named = sluis_hash_of(version->policy_hash);
		*ret = sluis_hash_equal(hash, &named);
	}
	return SLUIS_OK;
}

static enum sluis_err
unsigned_policy(const char *path, struct sluis_why *why)
{
	snprintf(why->text, sizeof(why->text),
	    "the registrars have not signed this policy: %.100s; put back the signed file, or have it "
	    "signed: sluis registry policy FILE", path);
	return SLUIS_EPOLICY;
}

SLUIS_MUST_CHECK enum sluis_err
start_policy_file(struct commit *commit, struct store_tx *tx, struct sluis_why *why)
{
	SLUIS_AUTO(sluis_arena_freep)
	struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_POLICY_MAX_BYTES);
	const char *path = commit->parts.config->policy;
	struct sluis_bytes yaml, known;
	struct sluis_hash hash;
	bool is_signed = false;

	if (arena == NULL)
		return SLUIS_ENOMEM;
	if (read_file(path, SLUIS_POLICY_MAX_BYTES, arena, &yaml) != SLUIS_OK) {
		snprintf(why->text, sizeof(why->text), "the policy file cannot be read: %.200s", path);
		return SLUIS_EIO;
	}
	hash = sluis_hash(yaml);
	SLUIS_TRY(policy_is_signed(commit->directory, &hash, &is_signed));
	if (!is_signed)
		return unsigned_policy(path, why);
	if (store_policy_get(tx, &hash, arena, &known) == SLUIS_OK)
		return SLUIS_OK;
	return store_policy_put(tx, &hash, yaml);
}

SLUIS_MUST_CHECK enum sluis_err
start_policy(struct commit *commit, struct store_tx *tx, int64_t now_ms, struct sluis_why *why)
{
	SLUIS_AUTO(sluis_arena_freep)
	struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_POLICY_MAX_BYTES);
	struct sluis_policy *policy = NULL;
	struct sluis_hash hash;
	struct sluis_bytes yaml;

	if (arena == NULL)
		return SLUIS_ENOMEM;
	SLUIS_TRY(sluis_directory_policy_hash(commit->directory, now_ms, &hash));
	if (commit->policy != NULL && sluis_hash_equal(&hash, &commit->policy_hash))
		return SLUIS_OK;
	if (store_policy_get(tx, &hash, arena, &yaml) != SLUIS_OK)
		return fail(why, SLUIS_EPOLICY,
		    "the policy in force by the keys log is not here; put the file that the registrars "
		    "signed last in its place");
	if (sluis_policy_parse(yaml, NULL, &policy) != SLUIS_OK)
		return fail(why, SLUIS_EPOLICY,
		    "the policy in force cannot be read; sluisd --check says where");
	sluis_policy_free(commit->policy);
	commit->policy = policy;
	commit->policy_hash = hash;
	return SLUIS_OK;
}

/* ---- all of it ---- */

static int64_t
last_event_ms(struct commit *commit, struct store_tx *tx, struct sluis_arena *arena)
{
	struct store_event row;
	Sluis__Event *event = NULL;

	if (commit->exchange.head.size == 0 ||
	    store_event_get(tx, commit->exchange.head.size - 1, arena, &row) != SLUIS_OK ||
	    row.is_erased || sluis_event_open(row.event, arena, &event) != SLUIS_OK)
		return 0;
	return (int64_t)event->time_ms;
}

static enum sluis_err
open_ledgers(struct commit *commit, struct store_tx *tx, struct sluis_why *why)
{
	const char *dir = commit->parts.config->store;
	const struct ledger_source keys = {
		.log = STORE_LOG_KEYS, .dir = dir, .name = "keys", .tx = tx };
	const struct ledger_source exchange = {
		.log = STORE_LOG_EXCHANGE, .dir = dir, .name = "exchange", .tx = tx };

	SLUIS_TRY(ledger_open(&commit->keys, &keys, why));
	return ledger_open(&commit->exchange, &exchange, why);
}

static enum sluis_err
open_in(struct commit *commit, struct round *round, struct sluis_why *why)
{
	SLUIS_TRY(open_ledgers(commit, round->tx, why));
	round->keys_size = commit->keys.head.size;
	round->exchange_size = commit->exchange.head.size;
	clock_begin(&commit->clock, last_event_ms(commit, round->tx, round->arena));
	round->now_ms = commit->clock.wall_ms;
	if (commit->keys.head.size == 0)
		SLUIS_TRY(import_genesis(commit, round, why));
	else
		SLUIS_TRY(replay_keys(commit, round->tx, why));
	commit->federation = sluis_directory_federation(commit->directory);
	SLUIS_TRY(start_policy_file(commit, round->tx, why));
	SLUIS_TRY(start_policy(commit, round->tx, round->now_ms, why));
	SLUIS_TRY(start_keys(commit, why));
	return ledger_heads(round);
}

SLUIS_MUST_CHECK enum sluis_err
start_open(struct commit *commit, struct sluis_why *why)
{
	SLUIS_AUTO(sluis_arena_freep)
	struct sluis_arena *arena = sluis_arena_new(4 * SLUIS_ARENA_MAX_BYTES);
	struct round round = { .commit = commit, .arena = arena };
	struct sluis_directory *snapshot;
	enum sluis_err err;

	if (arena == NULL)
		return SLUIS_ENOMEM;
	SLUIS_TRY(store_open(commit->parts.config->store, why, &commit->store));
	SLUIS_TRY(store_begin(commit->store, &round.tx));
	err = open_in(commit, &round, why);
	if (err != SLUIS_OK) {
		store_rollback(round.tx);
		return err;
	}
	SLUIS_TRY(store_commit(round.tx));
	SLUIS_TRY(ledger_committed(&round));
	SLUIS_TRY(check_keys_root(commit, why));
	SLUIS_TRY(revocation_read(commit->revocation, commit->directory, round.now_ms, why));
	expiry_log(commit->directory, round.now_ms);
	snapshot = sluis_directory_copy(commit->directory);
	if (snapshot == NULL)
		return SLUIS_ENOMEM;
	directory_holder_publish(commit->parts.directory, snapshot);
	return SLUIS_OK;
}

/* ---- sluisd --check ---- */

static enum sluis_err
append_entry(void *context, struct sluis_bytes entry)
{
	struct commit *commit = context;

	return sluis_directory_append(commit->directory, entry, NULL);
}

/** Where to say what is wrong, and the last that was. */
struct checking {
	const struct commit_reporter *reporter;
	enum sluis_err last;
};

static void
note(struct checking *checking, enum sluis_err err, const char *file, const struct sluis_why *why)
{
	if (err == SLUIS_OK)
		return;
	checking->last = err;
	checking->reporter->report(
	    checking->reporter->context, file, why->text[0] != '\0' ? why->text : sluis_err_text(err));
}

/* Beside a running daemon nothing is locked; without a store there is only the genesis to go by. */
static enum sluis_err
load_store(struct commit *commit, struct sluis_why *why)
{
	const enum sluis_err err = store_peek_keys(commit->parts.config->store, append_entry, commit);

	if (err == SLUIS_OK || err == SLUIS_ENOTFOUND)
		return SLUIS_OK;
	return fail(why, SLUIS_ESTORE, "the keys log in the store cannot be read; put back a backup, or let "
				       "the daemon's user ask");
}

static enum sluis_err
load_genesis(struct commit *commit, struct sluis_why *why)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(SLUIS_ARENA_MAX_BYTES);
	struct sluis_bytes entry;

	if (arena == NULL)
		return SLUIS_ENOMEM;
	if (read_file(commit->parts.config->genesis, SLUIS_KEYS_ENTRY_MAX_BYTES, arena, &entry) != SLUIS_OK)
		return fail(why, SLUIS_EIO, "the genesis file cannot be read, and the store is empty; put it there");
	return sluis_directory_append(commit->directory, entry, why);
}

static enum sluis_err
check_signed(struct commit *commit, struct sluis_why *why)
{
	SLUIS_AUTO(sluis_arena_freep)
	struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_POLICY_MAX_BYTES);
	struct sluis_bytes yaml;
	struct sluis_hash hash;
	bool is_signed = false;

	if (arena == NULL)
		return SLUIS_ENOMEM;
	SLUIS_TRY(read_file(commit->parts.config->policy, SLUIS_POLICY_MAX_BYTES, arena, &yaml));
	hash = sluis_hash(yaml);
	SLUIS_TRY(policy_is_signed(commit->directory, &hash, &is_signed));
	return is_signed ? SLUIS_OK : unsigned_policy(commit->parts.config->policy, why);
}

static enum sluis_err
check_logs(struct commit *commit, struct store_tx *tx, struct sluis_why *why)
{
	SLUIS_TRY(open_ledgers(commit, tx, why));
	SLUIS_TRY(check_keys_root(commit, why));
	return ledger_check_full(&commit->exchange, tx, why);
}

static enum sluis_err
check_store(struct commit *commit, struct sluis_why *why)
{
	struct store_tx *tx = NULL;
	enum sluis_err err;

	SLUIS_TRY(store_open(commit->parts.config->store, why, &commit->store));
	SLUIS_TRY(store_check_full(commit->store, why));
	SLUIS_TRY(store_begin(commit->store, &tx));
	err = check_logs(commit, tx, why);
	store_rollback(tx);
	return err;
}

SLUIS_MUST_CHECK enum sluis_err
start_check(struct commit *commit, bool full, const struct commit_reporter *reporter)
{
	struct checking checking = { .reporter = reporter };
	const struct config *config = commit->parts.config;
	struct sluis_why why = { "" };

	note(&checking, load_store(commit, &why), config->store, &why);
	if (checking.last == SLUIS_OK && sluis_directory_size(commit->directory) == 0)
		note(&checking, load_genesis(commit, &why), config->genesis, &why);
	if (checking.last != SLUIS_OK)
		return checking.last; /* nothing to hold the rest against */
	note(&checking, check_signed(commit, &why), config->policy, &why);
	why.text[0] = '\0';
	note(&checking, revocation_read(commit->revocation, commit->directory, now_wall_ms(), &why),
	    config->crl, &why);
	why.text[0] = '\0';
	if (start_keys_check(commit, reporter) != SLUIS_OK)
		checking.last = SLUIS_EKEYS;
	if (full)
		note(&checking, check_store(commit, &why), config->store, &why);
	return checking.last;
}
