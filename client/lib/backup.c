/* SPDX-License-Identifier: EUPL-1.2 */
#include "backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "age.h"
#include "backup_files.h"
#include "profile_files.h"
#include "profile_json.h"
#include "tar.h"

enum { LOCK_WAIT_MS = 30000, PASSPHRASE_MAX = 1024 };

/** Bytes on the heap that are wiped before they go. */
struct room {
	uint8_t *data;
	size_t cap;
};

static void
room_done(struct room *room)
{
	if (room->data != NULL)
		sodium_memzero(room->data, room->cap);
	free(room->data);
}

static enum sluis_err
room_make(struct room *room, size_t cap, struct sluis_writer *ret)
{
	room->data = malloc(cap);
	room->cap = cap;
	if (room->data == NULL)
		return SLUIS_ENOMEM;
	sluis_writer_init(ret, room->data, cap);
	return SLUIS_OK;
}

static void
closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/** The words, for as long as they are needed. */
struct words {
	char text[PASSPHRASE_MAX];
	size_t len;
};

static void
words_wipe(struct words *words)
{
	sodium_memzero(words, sizeof(*words));
}

static enum sluis_err
ask(const struct sluis_passphrase *passphrase, bool is_new, struct words *ret, struct sluis_failure *failure)
{
	ret->len = passphrase == NULL || passphrase->ask == NULL ?
	    0 :
	    passphrase->ask(passphrase->context, is_new, ret->text, sizeof(ret->text));
	if (ret->len > 0)
		return SLUIS_OK;
	(void)sluis_fail(failure, SLUIS_EPASSPHRASE, _("a backup needs a passphrase, and none was given"));
	sluis_fail_hint(failure, _("type it on a terminal, or name a file that holds it: --backup-passphrase-file FILE"));
	return SLUIS_EPASSPHRASE;
}

/* ---- writing ---- */

static enum sluis_err
seal(const struct words *words, struct sluis_bytes plain, struct sluis_writer *out)
{
	SLUIS_AUTO(sluis_age_sealer_freep) struct sluis_age_sealer *sealer = NULL;

	SLUIS_TRY(sluis_age_passphrase_sealer_new(sluis_bytes(words->text, words->len), SLUIS_AGE_WORK_LOG2,
	    sluis_random_system, NULL, out, &sealer));
	SLUIS_TRY(sluis_age_sealer_update(sealer, plain, out));
	return sluis_age_sealer_final(sealer, out);
}

static enum sluis_err
check_free(const char *path, struct sluis_failure *failure)
{
	struct stat st;

	if (lstat(path, &st) != 0 && errno == ENOENT)
		return SLUIS_OK;
	(void)sluis_fail(failure, SLUIS_EEXISTS, _("%s is there already; nothing was changed"), path);
	sluis_fail_hint(failure, _("give another name; put the date into it, for one"));
	return SLUIS_EEXISTS;
}

static enum sluis_err
write_file(const char *path, struct sluis_bytes bytes, struct sluis_failure *failure)
{
	char folder[SLUIS_PATH_MAX];
	const char *last;
	SLUIS_AUTO(closep) int fd = -1;
	enum sluis_err err;

	SLUIS_TRY(sluis_backup_split(path, folder, &last, failure));
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	err = fd < 0 ? SLUIS_EIO : sluis_profile_file_write(fd, last, bytes);
	return err == SLUIS_OK ? err : sluis_fail(failure, err, _("\"%s\" cannot be written: %s"), path,
	    _(sluis_err_text(err)));
}

static enum sluis_err
read_identity(int dir, struct sluis_profile_identity *ret)
{
	SLUIS_AUTO(sluis_backup_view_free) struct sluis_bytes file = { NULL, 0 };

	SLUIS_TRY(sluis_profile_file_read(dir, "profile.json", SLUIS_BACKUP_SMALL_BYTES, &file));
	return sluis_profile_identity_parse(file, ret);
}

/* Opened, locked, and a profile. */
static enum sluis_err
open_locked(const char *dir, int *ret_fd, int *ret_lock, struct sluis_backup_info *ret, struct sluis_failure *failure)
{
	struct sluis_profile_identity identity;
	enum sluis_err err;

	*ret_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*ret_fd < 0)
		return sluis_fail(failure, SLUIS_EKEYS, _("there is no profile in %s"), dir);
	err = sluis_profile_file_lock(*ret_fd, "lock", LOCK_WAIT_MS, ret_lock);
	if (err != SLUIS_OK)
		return sluis_fail(failure, err, err == SLUIS_EBUSY ? _("another program is using this profile") :
								    _("the profile cannot be locked"));
	if (read_identity(*ret_fd, &identity) != SLUIS_OK)
		return sluis_fail(failure, SLUIS_EKEYS, _("there is no profile in %s"), dir);
	memcpy(ret->handle, identity.handle, sizeof(ret->handle));
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_backup_write(const char *dir, const struct sluis_passphrase *passphrase, const char *path,
    struct sluis_backup_info *ret, struct sluis_failure *failure)
{
	SLUIS_AUTO(closep) int fd = -1;
	SLUIS_AUTO(closep) int lock = -1;
	SLUIS_AUTO(words_wipe) struct words words;
	SLUIS_AUTO(room_done) struct room plain = { NULL, 0 };
	SLUIS_AUTO(room_done) struct room sealed = { NULL, 0 };
	SLUIS_AUTO(sluis_backup_list_done) struct sluis_backup_list list = { .n = 0 };
	struct sluis_backup_info info = { .n_files = 0 };
	struct sluis_writer tar, out;
	enum sluis_err err;

	SLUIS_TRY(check_free(path, failure));
	SLUIS_TRY(open_locked(dir, &fd, &lock, &info, failure));
	SLUIS_TRY(ask(passphrase, true, &words, failure));
	err = sluis_backup_list(fd, &list);
	if (err == SLUIS_OK)
		err = room_make(&plain, list.tar_bytes, &tar);
	if (err == SLUIS_OK)
		err = sluis_backup_pack(fd, &list, &tar);
	if (err == SLUIS_OK)
		err = room_make(&sealed, SLUIS_AGE_PASSPHRASE_HEADER_BYTES + sluis_age_update_room(tar.len), &out);
	if (err == SLUIS_OK)
		err = seal(&words, sluis_bytes(tar.data, tar.len), &out);
	if (err != SLUIS_OK)
		return sluis_fail_err(failure, err, _("making the backup"));
	SLUIS_TRY(write_file(path, sluis_bytes(out.data, out.len), failure));
	info.n_files = list.n;
	*ret = info;
	return SLUIS_OK;
}

/* ---- restoring ---- */

static enum sluis_err
check_part(struct sluis_bytes archive, const char *name, struct sluis_bytes *ret)
{
	SLUIS_TRY(sluis_tar_find(archive, name, ret));
	return ret->len > SLUIS_BACKUP_SMALL_BYTES ? SLUIS_EFORMAT : SLUIS_OK;
}

/* Keys under a passphrase of their own are opened when they are used; that they have the right form shows now. */
static enum sluis_err
check_secret(struct sluis_bytes file)
{
	struct sluis_profile_keys *keys = sodium_malloc(sizeof(*keys));
	enum sluis_err err = keys == NULL ? SLUIS_ENOMEM : sluis_profile_secret_parse(file, NULL, keys);

	sodium_free(keys);
	return err == SLUIS_EPASSPHRASE ? SLUIS_OK : err;
}

static enum sluis_err
count_file(void *context, const char *name, struct sluis_bytes bytes)
{
	(void)name;
	(void)bytes;
	++*(size_t *)context;
	return SLUIS_OK;
}

static enum sluis_err
check_whole(struct sluis_bytes archive, struct sluis_backup_info *ret)
{
	struct sluis_profile_identity identity;
	struct sluis_profile_state state = { .n_sequences = 0 };
	struct sluis_bytes file;

	SLUIS_TRY(sluis_tar_each(archive, count_file, &ret->n_files));
	SLUIS_TRY(check_part(archive, "profile.json", &file));
	SLUIS_TRY(sluis_profile_identity_parse(file, &identity));
	SLUIS_TRY(check_part(archive, "state.json", &file));
	SLUIS_TRY(sluis_profile_state_parse(file, &state));
	sluis_profile_state_done(&state);
	SLUIS_TRY(check_part(archive, "secret.json", &file));
	SLUIS_TRY(check_secret(file));
	memcpy(ret->handle, identity.handle, sizeof(ret->handle));
	return SLUIS_OK;
}

static enum sluis_err
damaged(const char *path, enum sluis_err err, struct sluis_failure *failure)
{
	if (err == SLUIS_ENOMATCH)
		return sluis_fail(failure, SLUIS_EPASSPHRASE, _("the passphrase does not open \"%s\""), path);
	if (err == SLUIS_ENOMEM)
		return sluis_fail_err(failure, err, _("reading the backup"));
	(void)sluis_fail(failure, SLUIS_EIO, _("\"%s\" is damaged, or no backup of a profile; nothing was written"), path);
	sluis_fail_hint(failure, _("take an earlier backup; 'sluis profile backup' makes them"));
	return SLUIS_EIO;
}

static enum sluis_err
open_archive(const char *path, const struct words *words, struct room *room, struct sluis_bytes *ret,
    struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_backup_view_free) struct sluis_bytes file = { NULL, 0 };
	const struct sluis_age_identities identities = { .passphrase = sluis_bytes(words->text, words->len) };
	struct sluis_writer out;
	enum sluis_err err;

	SLUIS_TRY(sluis_backup_read(path, &file, failure));
	err = room_make(room, sluis_age_update_room(file.len), &out);
	if (err == SLUIS_OK)
		err = sluis_age_open(&identities, file, &out);
	if (err != SLUIS_OK)
		return damaged(path, err, failure);
	*ret = sluis_bytes(out.data, out.len);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_backup_restore(const char *path, const struct sluis_passphrase *passphrase, const char *dir,
    struct sluis_backup_info *ret, struct sluis_failure *failure)
{
	SLUIS_AUTO(words_wipe) struct words words;
	SLUIS_AUTO(room_done) struct room room = { NULL, 0 };
	struct sluis_backup_info info = { .n_files = 0 };
	struct sluis_bytes archive;
	enum sluis_err err;

	SLUIS_TRY(sluis_backup_check_target(dir, failure));
	SLUIS_TRY(ask(passphrase, false, &words, failure));
	SLUIS_TRY(open_archive(path, &words, &room, &archive, failure));
	err = check_whole(archive, &info);
	if (err != SLUIS_OK)
		return damaged(path, err, failure);
	SLUIS_TRY(sluis_backup_unpack(archive, dir, failure));
	*ret = info;
	return SLUIS_OK;
}
