/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/sqlite_internal.h"

#define LOCK_FILE "lock"
#define RESERVE_FILE "reserve"

static enum sluis_err
refuse(struct sluis_why *why, enum sluis_err err, const char *dir, const char *text)
{
	(void)snprintf(why->text, sizeof(why->text), "store \"%.160s\" %s", dir, text);
	return err;
}

/* errno in words. */
static enum sluis_err
refuse_system(struct sluis_why *why, const char *dir, const char *doing)
{
	const int error = errno;

	(void)snprintf(why->text, sizeof(why->text), "store \"%.140s\": cannot %s: %s", dir, doing,
	    strerror(error));
	return error == ENOSPC || error == EDQUOT ? SLUIS_ENOSPACE : SLUIS_EIO;
}

static enum sluis_err
open_dir(struct store *store, const char *dir, struct sluis_why *why)
{
	struct stat st;

	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return refuse_system(why, dir, "make the folder");
	store->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (store->dir_fd < 0 || fstat(store->dir_fd, &st) != 0)
		return refuse_system(why, dir, "open the folder");
	if (st.st_uid != geteuid())
		return refuse(why, SLUIS_ECONFIG, dir,
		    "is not owned by the user that runs the daemon: chown it");
	if ((st.st_mode & 077) != 0)
		return refuse(why, SLUIS_ECONFIG, dir, "is open to other users: chmod 700 it");
	return SLUIS_OK;
}

/* The number of the process that holds the lock, for people; it may be gone by the time they read
 * it. */
static void
lock_holder(int fd, char *ret, size_t cap)
{
	const ssize_t n = pread(fd, ret, cap - 1, 0);

	ret[n > 0 ? n : 0] = '\0';
	ret[strspn(ret, "0123456789")] = '\0';
}

static enum sluis_err
take_lock(struct store *store, const char *dir, struct sluis_why *why)
{
	char holder[16];
	int len;

	store->lock_fd =
	    openat(store->dir_fd, LOCK_FILE, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (store->lock_fd < 0)
		return refuse_system(why, dir, "open its lock");
	if (flock(store->lock_fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK)
			return refuse_system(why, dir, "lock it");
		lock_holder(store->lock_fd, holder, sizeof(holder));
		(void)snprintf(why->text, sizeof(why->text),
		    "store \"%.140s\" is in use by another daemon (process %s): stop that one "
		    "first",
		    dir, holder[0] == '\0' ? "unknown" : holder);
		return SLUIS_EEXISTS;
	}
	/* The number is for people only: without room for it the lock holds all the same. */
	len = snprintf(holder, sizeof(holder), "%ld\n", (long)getpid());
	if (ftruncate(store->lock_fd, 0) == 0 && pwrite(store->lock_fd, holder, (size_t)len, 0) < 0)
		errno = 0;
	return SLUIS_OK;
}

/* Before SQLite makes it: so that it, and the files that SQLite puts beside it, are ours alone
 * whatever the umask. */
static enum sluis_err
make_private(struct store *store, const char *dir, struct sluis_why *why)
{
	const int fd =
	    openat(store->dir_fd, STORE_FILE, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct stat st;
	enum sluis_err err = SLUIS_OK;

	if (fd < 0)
		return refuse_system(why, dir, "open " STORE_FILE);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		err =
		    refuse(why, SLUIS_ECONFIG, dir, "holds a " STORE_FILE " that is no plain file");
	else if ((st.st_mode & 07777) != 0600 && fchmod(fd, 0600) != 0)
		err = refuse_system(why, dir, "close " STORE_FILE " to other users");
	else if (fsync(store->dir_fd) != 0)
		err = refuse_system(why, dir, "sync the folder");
	(void)close(fd);
	return err;
}

SLUIS_MUST_CHECK enum sluis_err
store_dir_open(struct store *store, const char *dir, struct sluis_why *why)
{
	SLUIS_TRY(open_dir(store, dir, why));
	SLUIS_TRY(take_lock(store, dir, why));
	return make_private(store, dir, why);
}

void
store_dir_close(struct store *store)
{
	if (store->lock_fd >= 0)
		(void)close(store->lock_fd);
	if (store->dir_fd >= 0)
		(void)close(store->dir_fd);
	store->lock_fd = store->dir_fd = -1;
}

/* ---- Reserve ---- */

bool
store_reserve_is_whole(struct store *store)
{
	struct stat st;

	return fstatat(store->dir_fd, RESERVE_FILE, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       st.st_blocks >= STORE_RESERVE_BYTES / 512;
}

SLUIS_MUST_CHECK enum sluis_err
store_reserve_make(struct store *store)
{
	int fd, error;

	store->is_tight = false;
	if (store_reserve_is_whole(store))
		return SLUIS_OK;
	store->is_tight = true;
	fd = openat(store->dir_fd, RESERVE_FILE, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == ENOSPC || errno == EDQUOT ? SLUIS_ENOSPACE : SLUIS_EIO;
	do
		error = posix_fallocate(fd, 0, STORE_RESERVE_BYTES);
	while (error == EINTR);
	(void)close(fd);
	if (error == 0) {
		store->is_tight = false;
		return SLUIS_OK;
	}
	(void)unlinkat(
	    store->dir_fd, RESERVE_FILE, 0); /* half a reserve only makes the disk fuller */
	return error == ENOSPC || error == EDQUOT ? SLUIS_ENOSPACE : SLUIS_EIO;
}

SLUIS_MUST_CHECK enum sluis_err
store_reserve_release(struct store *store)
{
	store->is_tight = true;
	if (unlinkat(store->dir_fd, RESERVE_FILE, 0) != 0)
		return errno == ENOENT ? SLUIS_ENOTFOUND : SLUIS_EIO;
	return SLUIS_OK;
}
