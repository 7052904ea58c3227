/* SPDX-License-Identifier: EUPL-1.2 */
#include "profile_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { NAME_MAX_BYTES = 256, LOCK_STEP_MS = 50 };

static enum sluis_err
err_of_errno(void)
{
	if (errno == ENOENT)
		return SLUIS_ENOTFOUND;
	if (errno == ENOSPC || errno == EDQUOT)
		return SLUIS_ENOSPACE;
	return SLUIS_EIO;
}

static void
closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* The folder that holds ${name} and its last part; made when it is not there. */
static enum sluis_err
open_parent(int dir, const char *name, int *ret_fd, const char **ret_last)
{
	const char *slash = strchr(name, '/');
	char folder[NAME_MAX_BYTES];

	if (slash == NULL) {
		*ret_fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		*ret_last = name;
		return *ret_fd < 0 ? err_of_errno() : SLUIS_OK;
	}
	if ((size_t)(slash - name) >= sizeof(folder))
		return SLUIS_ETOOBIG;
	memcpy(folder, name, (size_t)(slash - name));
	folder[slash - name] = '\0';
	if (mkdirat(dir, folder, 0700) == 0)
		(void)fsync(dir);
	*ret_fd = openat(dir, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	*ret_last = slash + 1;
	return *ret_fd < 0 ? err_of_errno() : SLUIS_OK;
}

static enum sluis_err
write_all(int fd, struct sluis_bytes bytes)
{
	size_t at = 0;

	while (at < bytes.len) {
		const ssize_t n = write(fd, bytes.data + at, bytes.len - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_of_errno();
		at += (size_t)n;
	}
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_profile_file_write(int dir, const char *name, struct sluis_bytes bytes)
{
	SLUIS_AUTO(closep) int parent = -1;
	SLUIS_AUTO(closep) int fd = -1;
	char temporary[NAME_MAX_BYTES];
	const char *last;
	enum sluis_err err;

	SLUIS_TRY(open_parent(dir, name, &parent, &last));
	if (snprintf(temporary, sizeof(temporary), "%s.new", last) >= (int)sizeof(temporary))
		return SLUIS_ETOOBIG;
	fd = openat(parent, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_of_errno();
	err = write_all(fd, bytes);
	if (err == SLUIS_OK && fsync(fd) != 0)
		err = SLUIS_EIO;
	if (err == SLUIS_OK && renameat(parent, temporary, parent, last) != 0)
		err = err_of_errno();
	if (err == SLUIS_OK && fsync(parent) != 0)
		err = SLUIS_EIO;
	if (err != SLUIS_OK)
		(void)unlinkat(parent, temporary, 0);
	return err;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_profile_file_read(int dir, const char *name, size_t max_bytes, struct sluis_bytes *ret)
{
	SLUIS_AUTO(closep) int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC); /* a pipe must not hold it up */
	SLUIS_AUTO(sluis_freep) uint8_t *data = NULL;
	struct stat st;
	size_t at = 0;

	if (fd < 0 || fstat(fd, &st) != 0)
		return err_of_errno();
	if (!S_ISREG(st.st_mode))
		return SLUIS_EIO;
	if ((uint64_t)st.st_size > max_bytes)
		return SLUIS_ETOOBIG;
	data = malloc((size_t)st.st_size + 1);
	if (data == NULL)
		return SLUIS_ENOMEM;
	while (at < (size_t)st.st_size) {
		const ssize_t n = read(fd, data + at, (size_t)st.st_size - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return SLUIS_EIO;
		at += (size_t)n;
	}
	*ret = sluis_bytes(SLUIS_TAKE(data), at);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_profile_file_append(int dir, const char *name, struct sluis_bytes bytes)
{
	SLUIS_AUTO(closep)
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_of_errno();
	SLUIS_TRY(write_all(fd, bytes));
	return fsync(fd) == 0 ? SLUIS_OK : SLUIS_EIO;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_profile_file_remove(int dir, const char *name)
{
	SLUIS_AUTO(closep) int parent = -1;
	const char *last;

	SLUIS_TRY(open_parent(dir, name, &parent, &last));
	if (unlinkat(parent, last, 0) != 0)
		return err_of_errno();
	return fsync(parent) == 0 ? SLUIS_OK : SLUIS_EIO;
}

static int
is_whole_file(const struct dirent *entry)
{
	const size_t n = strlen(entry->d_name);

	return entry->d_name[0] != '.' && (n < 4 || strcmp(entry->d_name + n - 4, ".new") != 0);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_profile_file_list(int dir, const char *folder,
    enum sluis_err (*each)(void *context, const char *name), void *context)
{
	struct dirent **names = NULL;
	const int n = scandirat(dir, folder, &names, is_whole_file, alphasort);
	enum sluis_err err = SLUIS_OK;

	if (n < 0)
		return errno == ENOENT ? SLUIS_OK : err_of_errno();
	for (int i = 0; i < n; i++) {
		if (err == SLUIS_OK)
			err = each(context, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return err;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_profile_file_check_secret(int dir, const char *name)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode) ||
	    (st.st_mode & 077) != 0 || (st.st_uid != geteuid() && geteuid() != 0))
		return SLUIS_EKEYS;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_profile_file_lock(int dir, const char *name, int wait_ms, int *ret_fd)
{
	const struct timespec step = { .tv_nsec = LOCK_STEP_MS * 1000000L };
	const int fd = openat(dir, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_of_errno();
	for (int waited = 0;; waited += LOCK_STEP_MS) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			break;
		if (waited >= wait_ms) {
			close(fd);
			return SLUIS_EBUSY;
		}
		nanosleep(&step, NULL);
	}
	*ret_fd = fd;
	return SLUIS_OK;
}
