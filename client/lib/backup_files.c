/* SPDX-License-Identifier: EUPL-1.2 */
#include "backup_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

#include "profile_files.h"

void
sluis_backup_view_free(struct sluis_bytes *view)
{
	void *data;

	memcpy(&data, &view->data, sizeof(data));
	if (data != NULL)
		sodium_memzero(data, view->len);
	free(data);
	*view = sluis_bytes(NULL, 0);
}

static void
closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* ---- into an archive ---- */

void
sluis_backup_list_done(struct sluis_backup_list *list)
{
	free(list->items);
}

static enum sluis_err
add(struct sluis_backup_list *list, const char *name, size_t size)
{
	struct sluis_backup_file *grown = reallocarray(list->items, list->n + 1, sizeof(*grown));

	if (grown == NULL)
		return SLUIS_ENOMEM;
	list->items = grown;
	grown += list->n++;
	memcpy(grown->name, name, strlen(name) + 1);
	grown->size = size;
	if (size > SLUIS_BACKUP_MAX_BYTES - list->tar_bytes ||
	    sluis_tar_size(size) > SLUIS_BACKUP_MAX_BYTES - list->tar_bytes)
		return SLUIS_ETOOBIG;
	list->tar_bytes += sluis_tar_size(size);
	return SLUIS_OK;
}

static bool
is_left_out(const char *name)
{
	return strcmp(name, "lock") == 0 || strcmp(name, "watch.lock") == 0 || strcmp(name, SLUIS_BACKUP_MARK) == 0;
}

static enum sluis_err
look_at(void *context, const char *name)
{
	struct sluis_backup_list *list = context;
	const bool is_top = list->folder[0] == '\0';
	char whole[SLUIS_TAR_NAME + 1];
	struct stat st;
	enum sluis_err err;

	if (is_top && is_left_out(name))
		return SLUIS_OK;
	if (snprintf(whole, sizeof(whole), "%s%s%s", list->folder, is_top ? "" : "/", name) >= SLUIS_TAR_NAME ||
	    !sluis_tar_name_is_valid(whole))
		return SLUIS_EFORMAT;
	if (fstatat(list->dir, whole, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return SLUIS_EIO;
	if (S_ISREG(st.st_mode))
		return add(list, whole, (size_t)st.st_size);
	if (!S_ISDIR(st.st_mode) || !is_top)
		return SLUIS_EFORMAT;
	memcpy(list->folder, whole, strlen(whole) + 1);
	err = sluis_profile_file_list(list->dir, whole, look_at, list);
	list->folder[0] = '\0';
	return err;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct sluis_backup_file *)a)->name, ((const struct sluis_backup_file *)b)->name);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_backup_list(int dir, struct sluis_backup_list *list)
{
	*list = (struct sluis_backup_list){ .dir = dir, .tar_bytes = SLUIS_TAR_END_BYTES };
	SLUIS_TRY(sluis_profile_file_list(dir, ".", look_at, list));
	if (list->n > 1)
		qsort(list->items, list->n, sizeof(*list->items), by_name);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_backup_pack(int dir, const struct sluis_backup_list *list, struct sluis_writer *tar)
{
	for (size_t i = 0; i < list->n; i++) {
		SLUIS_AUTO(sluis_backup_view_free) struct sluis_bytes file = { NULL, 0 };

		SLUIS_TRY(sluis_profile_file_read(dir, list->items[i].name, list->items[i].size, &file));
		if (file.len != list->items[i].size)
			return SLUIS_EIO;
		SLUIS_TRY(sluis_tar_put(tar, list->items[i].name, file));
	}
	return sluis_tar_end(tar);
}

/* ---- out of one ---- */

SLUIS_MUST_CHECK enum sluis_err
sluis_backup_check_target(const char *dir, struct sluis_failure *failure)
{
	struct dirent **names = NULL;
	const int n = scandir(dir, &names, NULL, NULL);

	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
	if (n == 2 || (n < 0 && errno == ENOENT)) /* "." and ".." */
		return SLUIS_OK;
	(void)sluis_fail(failure, SLUIS_EEXISTS, _("there is something in %s already; nothing was changed"), dir);
	sluis_fail_hint(failure, _("name a folder that is not there: --profile DIR"));
	return SLUIS_EEXISTS;
}

static void
remove_tree(int parent, const char *name)
{
	const int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (unlinkat(fd, entry->d_name, 0) != 0)
			remove_tree(fd, entry->d_name); /* of one depth: names in an archive have two parts */
	}
	closedir(dir);
	(void)unlinkat(parent, name, AT_REMOVEDIR);
}

static enum sluis_err
write_one(void *context, const char *name, struct sluis_bytes bytes)
{
	return sluis_profile_file_write(*(const int *)context, name, bytes);
}

static enum sluis_err
fill(int parent, const char *name, struct sluis_bytes archive)
{
	SLUIS_AUTO(closep) int fd = -1;
	char mark[32];
	const time_t now = time(NULL);
	struct tm utc;

	if (mkdirat(parent, name, 0700) != 0)
		return errno == ENOSPC || errno == EDQUOT ? SLUIS_ENOSPACE : SLUIS_EIO;
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return SLUIS_EIO;
	SLUIS_TRY(sluis_tar_each(archive, write_one, &fd));
	gmtime_r(&now, &utc);
	strftime(mark, sizeof(mark), "%Y-%m-%dT%H:%M:%SZ\n", &utc);
	return sluis_profile_file_write(fd, SLUIS_BACKUP_MARK, sluis_bytes_text(mark));
}

SLUIS_MUST_CHECK enum sluis_err
sluis_backup_unpack(struct sluis_bytes archive, const char *dir, struct sluis_failure *failure)
{
	char folder[SLUIS_PATH_MAX], temporary[SLUIS_PATH_MAX + 16];
	const char *last;
	SLUIS_AUTO(closep) int parent = -1;
	enum sluis_err err;

	SLUIS_TRY(sluis_backup_split(dir, folder, &last, failure));
	snprintf(temporary, sizeof(temporary), ".%s.restoring", last);
	parent = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (parent < 0)
		return sluis_fail(failure, SLUIS_EIO, _("%s cannot be used: %s"), folder, strerror(errno));
	remove_tree(parent, temporary); /* of a restore that was cut off */
	err = fill(parent, temporary, archive);
	/* rename() takes the place of an empty folder, never of one with something in it */
	if (err == SLUIS_OK && renameat(parent, temporary, parent, last) != 0)
		err = errno == ENOTEMPTY || errno == EEXIST ? SLUIS_EEXISTS : SLUIS_EIO;
	if (err == SLUIS_OK && fsync(parent) != 0)
		err = SLUIS_EIO;
	if (err == SLUIS_OK)
		return SLUIS_OK;
	remove_tree(parent, temporary);
	return sluis_fail(failure, err, _("\"%s\" cannot be written: %s"), dir, _(sluis_err_text(err)));
}

SLUIS_MUST_CHECK enum sluis_err
sluis_backup_split(const char *path, char folder[static SLUIS_PATH_MAX], const char **ret_last,
    struct sluis_failure *failure)
{
	const char *slash = strrchr(path, '/');
	const char *last = slash == NULL ? path : slash + 1;

	if (last[0] == '\0' || strlen(path) >= SLUIS_PATH_MAX)
		return sluis_fail(failure, SLUIS_EUSAGE, _("\"%s\" is no name for a file or folder here"), path);
	snprintf(folder, SLUIS_PATH_MAX, "%.*s", slash == NULL ? 1 : (int)(slash - path + 1), slash == NULL ? "." : path);
	*ret_last = last;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_backup_read(const char *path, struct sluis_bytes *ret, struct sluis_failure *failure)
{
	char folder[SLUIS_PATH_MAX];
	const char *last;
	SLUIS_AUTO(closep) int fd = -1;
	enum sluis_err err;

	SLUIS_TRY(sluis_backup_split(path, folder, &last, failure));
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* what is sealed is a little larger than what is in it */
	err = fd < 0 ? SLUIS_ENOTFOUND : sluis_profile_file_read(fd, last, SLUIS_BACKUP_MAX_BYTES / 8 * 9, ret);
	return err == SLUIS_OK ? err : sluis_fail(failure, SLUIS_EIO, _("\"%s\" cannot be read: %s"), path,
	    _(sluis_err_text(err)));
}
