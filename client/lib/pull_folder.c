/* SPDX-License-Identifier: EUPL-1.2 */
#include "pull_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "profile_files.h"

#define PART_NAME ".%.100s.part"

enum { NAME_MAX_BYTES = 128 };

struct sluis_pull_folder {
	int out;
	int fd;
	char path[SLUIS_PATH_MAX];
	char name[NAME_MAX_BYTES];
	char temporary[NAME_MAX_BYTES];
};

static void
empty_folder(int fd)
{
	DIR *dir = fdopendir(fd);
	const struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.')
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
	}
	closedir(dir);
}

/* What an interrupted pull left behind is ours: its name is hidden and carries the message id. */
static void
remove_temporary(struct sluis_pull_folder *folder)
{
	const int fd = openat(folder->out, folder->temporary, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return;
	empty_folder(fd);
	(void)unlinkat(folder->out, folder->temporary, AT_REMOVEDIR);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_pull_folder_begin(const char *out, const char *name, struct sluis_failure *failure,
    struct sluis_pull_folder **ret)
{
	SLUIS_AUTO(sluis_pull_folder_freep) struct sluis_pull_folder *folder = calloc(1, sizeof(*folder));

	if (folder == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("writing files"));
	folder->out = folder->fd = -1;
	snprintf(folder->path, sizeof(folder->path), "%s", out);
	snprintf(folder->name, sizeof(folder->name), "%s", name);
	snprintf(folder->temporary, sizeof(folder->temporary), PART_NAME, name);
	if (mkdir(out, 0700) != 0 && errno != EEXIST)
		return sluis_fail(failure, SLUIS_EIO, _("%s cannot be made: %s"), out, strerror(errno));
	folder->out = open(out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder->out < 0)
		return sluis_fail(failure, SLUIS_EIO, _("%s cannot be used: %s"), out, strerror(errno));
	remove_temporary(folder);
	if (mkdirat(folder->out, folder->temporary, 0700) != 0)
		return sluis_fail(failure, errno == ENOSPC ? SLUIS_ENOSPACE : SLUIS_EIO,
		    _("%s cannot be written to: %s"), out, strerror(errno));
	folder->fd = openat(folder->out, folder->temporary, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder->fd < 0)
		return sluis_fail(failure, SLUIS_EIO, _("%s cannot be used: %s"), out, strerror(errno));
	*ret = SLUIS_TAKE(folder);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_pull_folder_add(struct sluis_pull_folder *folder, const char *file, struct sluis_bytes bytes,
    struct sluis_failure *failure)
{
	const enum sluis_err err = sluis_profile_file_write(folder->fd, file, bytes);

	return err == SLUIS_OK ? err : sluis_fail(failure, err, _("%s cannot be written in %s: %s"), file,
	    folder->path, _(sluis_err_text(err)));
}

SLUIS_MUST_CHECK enum sluis_err
sluis_pull_folder_finish(struct sluis_pull_folder *folder, struct sluis_failure *failure)
{
	if (fsync(folder->fd) != 0)
		return sluis_fail(failure, SLUIS_EIO, _("%s cannot be synced: %s"), folder->path,
		    strerror(errno));
	if (renameat2(folder->out, folder->temporary, folder->out, folder->name, RENAME_NOREPLACE) != 0) {
		if (errno == EEXIST || errno == ENOTEMPTY)
			return sluis_fail(failure, SLUIS_EEXISTS,
			    _("%s/%s is there already and is not this message; it was not touched"),
			    folder->path, folder->name);
		return sluis_fail(failure, SLUIS_EIO, _("%s/%s cannot be made: %s"), folder->path,
		    folder->name, strerror(errno));
	}
	folder->temporary[0] = '\0';
	if (fsync(folder->out) != 0)
		return sluis_fail(failure, SLUIS_EIO, _("%s cannot be synced: %s"), folder->path,
		    strerror(errno));
	return SLUIS_OK;
}

bool
sluis_pull_folder_sweep(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct sluis_pull_folder folder = { .fd = -1 };
	bool was_there;

	if (slash == NULL)
		return false;
	snprintf(folder.path, sizeof(folder.path), "%.*s", (int)(slash - path), path);
	snprintf(folder.temporary, sizeof(folder.temporary), PART_NAME, slash + 1);
	folder.out = open(folder.path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder.out < 0)
		return false;
	was_there = faccessat(folder.out, folder.temporary, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	remove_temporary(&folder);
	close(folder.out);
	return was_there;
}

void
sluis_pull_folder_free(struct sluis_pull_folder *folder)
{
	if (folder == NULL)
		return;
	if (folder->fd >= 0)
		close(folder->fd);
	if (folder->out >= 0) {
		if (folder->temporary[0] != '\0')
			remove_temporary(folder);
		close(folder->out);
	}
	free(folder);
}

void
sluis_pull_folder_freep(struct sluis_pull_folder **folder)
{
	sluis_pull_folder_free(*folder);
	*folder = NULL;
}
