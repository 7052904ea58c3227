/* SPDX-License-Identifier: EUPL-1.2 */
#include "profile.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>
#include <sodium.h>

#include "profile_files.h"
#include "profile_json.h"

enum { LOCK_WAIT_MS = 30000, SMALL_MAX = 256 * 1024, EPOCHS_AHEAD = 13, EPOCH_DAYS = 31 };

struct sluis_profile {
	char dir[SLUIS_PATH_MAX];
	int fd;      /* the folder */
	int lock_fd;
	struct sluis_profile_identity identity;
	struct sluis_profile_keys *keys; /* sodium_malloc */
	struct sluis_profile_state state;
};

/* ---- opening ---- */

static enum sluis_err
open_folder(const char *dir, struct sluis_profile *profile, struct sluis_failure *failure)
{
	struct stat st;

	snprintf(profile->dir, sizeof(profile->dir), "%s", dir);
	profile->fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (profile->fd < 0) {
		(void)sluis_fail(failure, SLUIS_EKEYS, _("there is no profile in %s"), dir);
		sluis_fail_hint(failure, _("make one: sluis --profile DIR init --invite FILE"));
		return SLUIS_EKEYS;
	}
	if (fstat(profile->fd, &st) != 0 || (st.st_mode & 077) != 0) {
		(void)sluis_fail(failure, SLUIS_EKEYS, _("the profile folder %s is open to others"), dir);
		sluis_fail_hint(failure, "chmod 700 %s", dir);
		return SLUIS_EKEYS;
	}
	return SLUIS_OK;
}

static enum sluis_err
take_lock(struct sluis_profile *profile, struct sluis_failure *failure)
{
	const enum sluis_err err = sluis_profile_file_lock(profile->fd, "lock", LOCK_WAIT_MS, &profile->lock_fd);

	if (err == SLUIS_OK)
		return SLUIS_OK;
	if (err != SLUIS_EBUSY)
		return sluis_fail(failure, err, _("the profile cannot be locked: %s"), _(sluis_err_text(err)));
	(void)sluis_fail(failure, SLUIS_EBUSY, _("another program is using this profile"));
	sluis_fail_hint(failure, _("wait until it is done, then repeat"));
	return SLUIS_EBUSY;
}

static enum sluis_err
read_small(struct sluis_profile *profile, const char *name, struct sluis_bytes *ret)
{
	return sluis_profile_file_read(profile->fd, name, SMALL_MAX, ret);
}

static enum sluis_err
damaged(struct sluis_failure *failure, const char *name)
{
	(void)sluis_fail(failure, SLUIS_EFORMAT, _("%s in the profile is damaged or not of this program"),
	    name);
	sluis_fail_hint(failure, _("put back a backup of the profile, or enrol again"));
	return SLUIS_EFORMAT;
}

static void
free_view(struct sluis_bytes *view)
{
	void *data;

	memcpy(&data, &view->data, sizeof(data));
	if (data != NULL)
		sodium_memzero(data, view->len);
	free(data);
}

static enum sluis_err
load_identity(struct sluis_profile *profile, struct sluis_failure *failure)
{
	SLUIS_AUTO(free_view) struct sluis_bytes file = { NULL, 0 };

	if (read_small(profile, "profile.json", &file) != SLUIS_OK ||
	    sluis_profile_identity_parse(file, &profile->identity) != SLUIS_OK)
		return damaged(failure, "profile.json");
	return SLUIS_OK;
}

static enum sluis_err
load_state(struct sluis_profile *profile, struct sluis_failure *failure)
{
	SLUIS_AUTO(free_view) struct sluis_bytes file = { NULL, 0 };
	const enum sluis_err err = read_small(profile, "state.json", &file);

	/* Losing state would reopen a rollback: a missing file is damage, never a fresh start. */
	if (err != SLUIS_OK || sluis_profile_state_parse(file, &profile->state) != SLUIS_OK)
		return damaged(failure, "state.json");
	return SLUIS_OK;
}

static enum sluis_err
load_secret(struct sluis_profile *profile, const struct sluis_passphrase *passphrase,
    struct sluis_failure *failure)
{
	SLUIS_AUTO(free_view) struct sluis_bytes file = { NULL, 0 };
	enum sluis_err err = sluis_profile_file_check_secret(profile->fd, "secret.json");

	if (err == SLUIS_OK)
		err = read_small(profile, "secret.json", &file);
	if (err != SLUIS_OK) {
		(void)sluis_fail(failure, SLUIS_EKEYS,
		    _("the key file secret.json is missing, unreadable or open to others"));
		sluis_fail_hint(failure, "chmod 600 %s/secret.json", profile->dir);
		return SLUIS_EKEYS;
	}
	profile->keys = sodium_malloc(sizeof(*profile->keys));
	if (profile->keys == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("opening the profile"));
	err = sluis_profile_secret_parse(file, passphrase, profile->keys);
	if (err == SLUIS_EPASSPHRASE)
		return sluis_fail(failure, err, _("the passphrase does not open the keys of this profile"));
	if (err != SLUIS_OK)
		return damaged(failure, "secret.json");
	(void)sodium_mprotect_readonly(profile->keys);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_profile_open(const char *dir, const struct sluis_passphrase *passphrase,
    struct sluis_failure *failure, struct sluis_profile **ret)
{
	SLUIS_AUTO(sluis_profile_closep) struct sluis_profile *profile = calloc(1, sizeof(*profile));

	if (profile == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("opening the profile"));
	profile->fd = profile->lock_fd = -1;
	SLUIS_TRY(open_folder(dir, profile, failure));
	SLUIS_TRY(take_lock(profile, failure));
	SLUIS_TRY(load_identity(profile, failure));
	SLUIS_TRY(load_state(profile, failure));
	SLUIS_TRY(load_secret(profile, passphrase, failure));
	*ret = SLUIS_TAKE(profile);
	return SLUIS_OK;
}

void
sluis_profile_close(struct sluis_profile *profile)
{
	if (profile == NULL)
		return;
	if (profile->keys != NULL)
		sodium_free(profile->keys);
	sluis_profile_state_done(&profile->state);
	if (profile->lock_fd >= 0)
		close(profile->lock_fd);
	if (profile->fd >= 0)
		close(profile->fd);
	free(profile);
}

void
sluis_profile_closep(struct sluis_profile **profile)
{
	sluis_profile_close(*profile);
	*profile = NULL;
}

/* ---- making ---- */

static void
make_keys(struct sluis_profile_keys *keys)
{
	SLUIS_AUTO(sluis_secret32_wipe) struct sluis_secret32 seed;

	memset(keys, 0, sizeof(*keys));
	randombytes_buf(seed.bytes, sizeof(seed.bytes));
	sluis_signing_secret_expand(&seed, &keys->sign, &keys->sign_public);
	randombytes_buf(keys->curve.bytes, sizeof(keys->curve.bytes));
	crypto_scalarmult_base(keys->curve_public.bytes, keys->curve.bytes);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_profile_add_epoch(struct sluis_profile_keys *keys, int64_t from_ms, int64_t until_ms)
{
	const size_t n = keys->n_epochs;

	if (n == SLUIS_PROFILE_EPOCHS_MAX)
		return SLUIS_ETOOBIG;
	keys->epochs[n].epoch = n == 0 ? 1 : keys->epochs[n - 1].epoch + 1;
	keys->epochs[n].from_ms = from_ms;
	keys->epochs[n].until_ms = until_ms;
	randombytes_buf(keys->epochs[n].age.bytes, sizeof(keys->epochs[n].age.bytes));
	crypto_scalarmult_base(keys->epochs[n].age_public.bytes, keys->epochs[n].age.bytes);
	keys->n_epochs++;
	return SLUIS_OK;
}

static enum sluis_err
write_text(int fd, const char *name, char *text, struct sluis_failure *failure)
{
	enum sluis_err err;

	if (text == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("writing the profile"));
	err = sluis_profile_file_write(fd, name, sluis_bytes_text(text));
	sodium_memzero(text, strlen(text));
	free(text);
	return err == SLUIS_OK ? err : sluis_fail(failure, err, _("%s in the profile cannot be written: %s"),
	    name, _(sluis_err_text(err)));
}

static enum sluis_err
create_files(int fd, const struct sluis_profile_identity *identity,
    const struct sluis_profile_keys *keys, const struct sluis_passphrase *passphrase,
    struct sluis_failure *failure)
{
	struct sluis_profile_state state = {
		.heads = { .keys = identity->start_keys, .exchange = identity->start_exchange },
	};
	char *secret = NULL;
	enum sluis_err err = sluis_profile_secret_text(keys, passphrase, &secret);

	if (err != SLUIS_OK)
		return sluis_fail_err(failure, err, _("making the keys"));
	SLUIS_TRY(write_text(fd, "secret.json", secret, failure));
	SLUIS_TRY(write_text(fd, "state.json", sluis_profile_state_text(&state), failure));
	return write_text(fd, "profile.json", sluis_profile_identity_text(identity), failure);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_profile_create(const char *dir, const struct sluis_profile_identity *identity,
    const struct sluis_passphrase *passphrase, struct sluis_failure *failure)
{
	const int64_t now_ms = (int64_t)time(NULL) * 1000;
	const int64_t day_ms = 24LL * 3600 * 1000;
	struct sluis_profile_keys *keys;
	enum sluis_err err;
	int fd;

	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return sluis_fail(failure, SLUIS_EIO, _("%s cannot be made: %s"), dir, strerror(errno));
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fchmod(fd, 0700) != 0)
		return sluis_fail(failure, SLUIS_EIO, _("%s cannot be used: %s"), dir, strerror(errno));
	if (faccessat(fd, "profile.json", F_OK, 0) == 0) {
		close(fd);
		return sluis_fail(failure, SLUIS_EEXISTS, _("there is a profile in %s already"), dir);
	}
	keys = sodium_malloc(sizeof(*keys));
	err = keys == NULL ? SLUIS_ENOMEM : SLUIS_OK;
	if (err == SLUIS_OK)
		make_keys(keys);
	/* A year of monthly epochs, published ahead; the first began a day ago, so that a slow clock finds one. */
	for (int64_t i = 0; err == SLUIS_OK && i < EPOCHS_AHEAD; i++)
		err = sluis_profile_add_epoch(keys, now_ms + (i * EPOCH_DAYS - 1) * day_ms,
		    now_ms + ((i + 1) * EPOCH_DAYS - 1) * day_ms);
	if (err == SLUIS_OK)
		err = create_files(fd, identity, keys, passphrase, failure);
	sodium_free(keys);
	close(fd);
	return sluis_fail_err(failure, err, _("making the profile"));
}

/* ---- reading and changing ---- */

const char *
sluis_profile_dir(const struct sluis_profile *profile)
{
	return profile->dir;
}

const struct sluis_profile_identity *
sluis_profile_identity(const struct sluis_profile *profile)
{
	return &profile->identity;
}

const struct sluis_profile_keys *
sluis_profile_keys(const struct sluis_profile *profile)
{
	return profile->keys;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_profile_set_identity(struct sluis_profile *profile, const struct sluis_profile_identity *identity,
    struct sluis_failure *failure)
{
	SLUIS_TRY(write_text(profile->fd, "profile.json", sluis_profile_identity_text(identity), failure));
	profile->identity = *identity;
	return SLUIS_OK;
}

struct sluis_profile_heads
sluis_profile_heads(const struct sluis_profile *profile)
{
	return profile->state.heads;
}

static enum sluis_err
save_state(struct sluis_profile *profile, struct sluis_failure *failure)
{
	return write_text(profile->fd, "state.json", sluis_profile_state_text(&profile->state), failure);
}

static bool
same_head(const struct sluis_merkle_head *a, const struct sluis_merkle_head *b)
{
	return a->size == b->size && memcmp(a->root.bytes, b->root.bytes, sizeof(a->root.bytes)) == 0;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_profile_set_heads(struct sluis_profile *profile, const struct sluis_profile_heads *heads,
    struct sluis_failure *failure)
{
	const struct sluis_profile_heads old = profile->state.heads;
	enum sluis_err err;

	assert(heads->keys.size >= old.keys.size && heads->exchange.size >= old.exchange.size);
	if (same_head(&heads->keys, &old.keys) && same_head(&heads->exchange, &old.exchange))
		return SLUIS_OK;
	profile->state.heads = *heads;
	err = save_state(profile, failure);
	if (err != SLUIS_OK)
		profile->state.heads = old;
	return err;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_profile_next_sequence(struct sluis_profile *profile, const char *handle, uint64_t *ret,
    struct sluis_failure *failure)
{
	uint64_t *last = sluis_profile_state_sequence(&profile->state, handle);
	enum sluis_err err;

	if (last == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("allotting a number"));
	++*last;
	err = save_state(profile, failure);
	if (err != SLUIS_OK) {
		--*last;
		return err;
	}
	*ret = *last;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_profile_sequence_ahead(struct sluis_profile *profile, const char *handle, uint64_t *ret,
    struct sluis_failure *failure)
{
	const uint64_t *last = sluis_profile_state_sequence(&profile->state, handle);

	if (last == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("allotting a number"));
	*ret = *last + 1;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_profile_raise_sequence(struct sluis_profile *profile, const char *handle, uint64_t at_least,
    struct sluis_failure *failure)
{
	uint64_t *last = sluis_profile_state_sequence(&profile->state, handle);

	if (last == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("allotting a number"));
	if (*last >= at_least)
		return SLUIS_OK;
	*last = at_least;
	return save_state(profile, failure);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_profile_write(struct sluis_profile *profile, const char *name, struct sluis_bytes bytes,
    struct sluis_failure *failure)
{
	const enum sluis_err err = sluis_profile_file_write(profile->fd, name, bytes);

	return err == SLUIS_OK ? err : sluis_fail(failure, err, _("%s in the profile cannot be written: %s"),
	    name, _(sluis_err_text(err)));
}

SLUIS_MUST_CHECK enum sluis_err
sluis_profile_read(const struct sluis_profile *profile, const char *name, size_t max_bytes,
    struct sluis_bytes *ret)
{
	return sluis_profile_file_read(profile->fd, name, max_bytes, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_profile_remove(struct sluis_profile *profile, const char *name)
{
	return sluis_profile_file_remove(profile->fd, name);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_profile_list(const struct sluis_profile *profile, const char *folder,
    enum sluis_err (*each)(void *context, const char *name), void *context)
{
	return sluis_profile_file_list(profile->fd, folder, each, context);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_profile_append(struct sluis_profile *profile, const char *name, struct sluis_bytes bytes,
    struct sluis_failure *failure)
{
	const enum sluis_err err = sluis_profile_file_append(profile->fd, name, bytes);

	return err == SLUIS_OK ? err : sluis_fail(failure, err, _("%s in the profile cannot be written: %s"),
	    name, _(sluis_err_text(err)));
}

void
sluis_profile_evidence(struct sluis_profile *profile, const char *what, struct sluis_bytes bytes,
    struct sluis_failure *failure)
{
	char name[128], when[32], random[9];
	const time_t now = time(NULL);
	uint8_t tail[4];
	struct tm utc;

	gmtime_r(&now, &utc);
	strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &utc);
	randombytes_buf(tail, sizeof(tail));
	sluis_hex(tail, sizeof(tail), random);
	snprintf(name, sizeof(name), "evidence/%s-%s-%s", when, what, random);
	if (sluis_profile_file_write(profile->fd, name, bytes) == SLUIS_OK)
		snprintf(failure->evidence, sizeof(failure->evidence), "%.800s/%s", profile->dir, name);
}
