/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commit/internal.h"
#include "config.h"
#include "keyfile.h"

/* The public half that the federation signed for this file, and how people call it. */
static const struct sluis_public *
signed_key(const struct sluis_directory *directory, enum keyfile which)
{
	const struct sluis_broker_keys *broker = sluis_directory_broker(directory);

	switch (which) {
	case KEYFILE_CURVE:
		return &broker->curve_key;
	case KEYFILE_CURVE_NEXT:
		return &broker->next_curve_key;
	case KEYFILE_EXCHANGE:
		return &sluis_directory_exchange_log(directory)->key;
	case KEYFILE_KEYS:
		return &sluis_directory_genesis(directory)->keys_log.key;
	case KEYFILE_DECISION:
		return &broker->decision_key;
	}
	return NULL;
}

/* ${why} without the path, as `mistake; remedy`. */
static enum sluis_err
inspect(const struct commit *commit, enum keyfile which, uid_t owner, struct sluis_why *why,
    struct sluis_secret32 *ret)
{
	SLUIS_AUTO(sluis_secret32_wipe) struct sluis_secret32 secret;
	struct sluis_public public;

	SLUIS_TRY(keyfile_inspect(commit->parts.config->keys, which, owner, why, &secret));
	keyfile_public(which, &secret, &public);
	if (memcmp(public.bytes, signed_key(commit->directory, which)->bytes, sizeof(public.bytes)) != 0) {
		snprintf(why->text, sizeof(why->text),
		    "not the key that the federation signed; put the right file back, or have the registrars "
		    "sign this one");
		return SLUIS_EKEYS;
	}
	*ret = secret;
	return SLUIS_OK;
}

/* The transport keys are looked at only: front loads its own, and the next one waits for its day. */
static enum sluis_err
take(struct commit *commit, enum keyfile which, const struct sluis_secret32 *secret)
{
	const struct sluis_directory *directory = commit->directory;
	struct sluis_public public;

	switch (which) {
	case KEYFILE_CURVE:
	case KEYFILE_CURVE_NEXT:
		return SLUIS_OK;
	case KEYFILE_EXCHANGE:
		return ledger_identify(&commit->exchange, sluis_directory_exchange_log(directory), secret);
	case KEYFILE_KEYS:
		return ledger_identify(
		    &commit->keys, &sluis_directory_genesis(directory)->keys_log, secret);
	case KEYFILE_DECISION:
		sluis_signing_secret_expand(secret, &commit->decision, &public);
		return SLUIS_OK;
	}
	return SLUIS_EKEYS;
}

SLUIS_MUST_CHECK enum sluis_err
start_keys(struct commit *commit, struct sluis_why *why)
{
	for (unsigned i = 0; i < KEYFILE_COUNT; i++) {
		const enum keyfile which = (enum keyfile)i;
		SLUIS_AUTO(sluis_secret32_wipe) struct sluis_secret32 secret;
		struct sluis_why what;
		const enum sluis_err err = inspect(commit, which, geteuid(), &what, &secret);

		if (err != SLUIS_OK) {
			snprintf(why->text, sizeof(why->text), "%.100s/%s.key: %.130s",
			    commit->parts.config->keys, keyfile_text(which), what.text);
			return err;
		}
		SLUIS_TRY(take(commit, which, &secret));
	}
	return SLUIS_OK;
}

/* Whoever asks may be another than the daemon's user, whose the store is. */
static uid_t
owner_of(const char *store)
{
	struct stat st;

	return stat(store, &st) == 0 ? st.st_uid : geteuid();
}

SLUIS_MUST_CHECK enum sluis_err
start_keys_check(const struct commit *commit, const struct commit_reporter *reporter)
{
	const struct config *config = commit->parts.config;
	const uid_t owner = owner_of(config->store);
	enum sluis_err worst = SLUIS_OK;

	for (unsigned i = 0; i < KEYFILE_COUNT; i++) {
		SLUIS_AUTO(sluis_secret32_wipe) struct sluis_secret32 secret;
		char file[CONFIG_PATH_MAX + 32];
		struct sluis_why why;
		const enum sluis_err err = inspect(commit, (enum keyfile)i, owner, &why, &secret);

		if (err == SLUIS_OK)
			continue;
		snprintf(file, sizeof(file), "%s/%s.key", config->keys, keyfile_text((enum keyfile)i));
		reporter->report(reporter->context, file, why.text);
		worst = err;
	}
	return worst;
}
