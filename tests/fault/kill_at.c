/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * kill_at - preloaded into a program, it lets a chosen write, sync, rename or send never happen.
 *
 *   KILL_AT=N        the process is killed (SIGKILL) before its N-th such call
 *   KILL_PLAN=FILE   the same for one that runs already: FILE holds "kill N", "sync N" (from the N-th on, every sync fails
 *                    with EIO), "full N" (from the N-th on, every write to a file fails with ENOSPC) or "lies N" (from
 *                    the N-th on, every sync is said to be done and is not). Counting begins anew each time FILE is
 *                    written; where there is no FILE, nothing happens.
 *   KILL_COUNT=FILE  holds the number of calls since counting began, as text
 *
 * Counted: write, pwrite, writev, pwritev, fsync, fdatasync, rename*, link*, unlink*, ftruncate, send, sendto, sendmsg and
 * fflush. What libc itself writes from its buffers is seen at the fflush only.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { COUNT_BYTES = 32, NOT_DONE = -1 /* in place of an errno: succeed without doing it */ };

enum kind { KIND_NONE, KIND_KILL, KIND_SYNC, KIND_FULL, KIND_LIES };
enum call { CALL_WRITE, CALL_SYNC, CALL_OTHER };

/* A library that is preloaded has nowhere else to keep it; guarded by the lock. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static enum kind kind;
static unsigned long target, calls;
static char *count_text;
static struct stat plan_seen;

static void
open_count(void)
{
	const char *path = getenv("KILL_COUNT");
	const int fd = path == NULL ? -1 : open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	void *map;

	if (fd < 0)
		return;
	map = syscall(SYS_ftruncate, fd, COUNT_BYTES) != 0 ?
	    MAP_FAILED :
	    mmap(NULL, COUNT_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map != MAP_FAILED)
		count_text = map;
}

static void __attribute__((constructor))
begin(void)
{
	const char *at = getenv("KILL_AT");

	open_count();
	if (at == NULL)
		return;
	kind = KIND_KILL;
	target = strtoul(at, NULL, 10);
}

static void
read_plan(const char *path)
{
	static const char *const WORDS[] = {
		[KIND_KILL] = "kill ", [KIND_SYNC] = "sync ", [KIND_FULL] = "full ", [KIND_LIES] = "lies " };
	char text[COUNT_BYTES] = "";
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	const ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	kind = KIND_NONE;
	calls = 0;
	for (enum kind k = KIND_KILL; n > 5 && k <= KIND_LIES; k++) {
		if (strncmp(text, WORDS[k], 5) != 0)
			continue;
		kind = k;
		target = strtoul(text + 5, NULL, 10);
	}
}

/* A plan is put in place by rename, so that its inode or its time tells that it is new. */
static void
look_at_plan(void)
{
	const char *path = getenv("KILL_PLAN");
	struct stat st;

	if (path == NULL)
		return;
	if (stat(path, &st) != 0) {
		kind = KIND_NONE;
		memset(&plan_seen, 0, sizeof(plan_seen));
		return;
	}
	if (st.st_ino == plan_seen.st_ino && st.st_mtim.tv_sec == plan_seen.st_mtim.tv_sec &&
	    st.st_mtim.tv_nsec == plan_seen.st_mtim.tv_nsec)
		return;
	plan_seen = st;
	read_plan(path);
}

/* 0: go on; else the errno to fail with, or NOT_DONE. errno is as it was. */
static int
point(enum call call)
{
	const int saved = errno;
	bool is_due = false;
	int ret = 0;

	pthread_mutex_lock(&lock);
	look_at_plan();
	if (kind == KIND_KILL || ((kind == KIND_SYNC || kind == KIND_LIES) && call == CALL_SYNC) ||
	    (kind == KIND_FULL && call == CALL_WRITE)) {
		calls++;
		is_due = calls >= target;
		if (count_text != NULL)
			snprintf(count_text, COUNT_BYTES, "%lu\n", calls);
	}
	if (is_due && kind == KIND_KILL && calls == target) {
		syscall(SYS_kill, getpid(), SIGKILL);
		pause();
	}
	if (is_due && kind == KIND_SYNC)
		ret = EIO;
	if (is_due && kind == KIND_FULL)
		ret = ENOSPC;
	if (is_due && kind == KIND_LIES)
		ret = NOT_DONE;
	pthread_mutex_unlock(&lock);
	errno = saved;
	return ret;
}

static bool
is_file(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* stderr may be a file too: a log that cannot be written is another matter. */
static bool
may_write(int fd)
{
	const int err = point(fd != STDERR_FILENO && is_file(fd) ? CALL_WRITE : CALL_OTHER);

	if (err != 0)
		errno = err;
	return err == 0;
}

static bool
may(enum call call)
{
	const int err = point(call);

	if (err != 0)
		errno = err;
	return err == 0;
}

static int
sync_call(long number, int fd)
{
	const int err = point(CALL_SYNC);

	if (err == 0)
		return (int)syscall(number, fd);
	if (err == NOT_DONE)
		return 0;
	errno = err;
	return -1;
}

#pragma GCC visibility push(default)

ssize_t
write(int fd, const void *data, size_t n)
{
	return may_write(fd) ? (ssize_t)syscall(SYS_write, fd, data, n) : -1;
}

ssize_t
pwrite(int fd, const void *data, size_t n, off_t at)
{
	return may_write(fd) ? (ssize_t)syscall(SYS_pwrite64, fd, data, n, at) : -1;
}

ssize_t
pwrite64(int fd, const void *data, size_t n, off64_t at)
{
	return may_write(fd) ? (ssize_t)syscall(SYS_pwrite64, fd, data, n, at) : -1;
}

ssize_t
writev(int fd, const struct iovec *parts, int n)
{
	return may_write(fd) ? (ssize_t)syscall(SYS_writev, fd, parts, n) : -1;
}

ssize_t
pwritev(int fd, const struct iovec *parts, int n, off_t at)
{
	return may_write(fd) ? (ssize_t)syscall(SYS_pwritev, fd, parts, n, at, 0) : -1;
}

ssize_t
pwritev64(int fd, const struct iovec *parts, int n, off64_t at)
{
	return may_write(fd) ? (ssize_t)syscall(SYS_pwritev, fd, parts, n, at, 0) : -1;
}

int
ftruncate(int fd, off_t size)
{
	return may(CALL_OTHER) ? (int)syscall(SYS_ftruncate, fd, size) : -1;
}

int
ftruncate64(int fd, off64_t size)
{
	return may(CALL_OTHER) ? (int)syscall(SYS_ftruncate, fd, size) : -1;
}

int
fsync(int fd)
{
	return sync_call(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	return sync_call(SYS_fdatasync, fd);
}

int
renameat2(int from, const char *old, int to, const char *name, unsigned flags)
{
	return may(CALL_OTHER) ? (int)syscall(SYS_renameat2, from, old, to, name, flags) : -1;
}

int
renameat(int from, const char *old, int to, const char *name)
{
	return renameat2(from, old, to, name, 0);
}

int
rename(const char *old, const char *name)
{
	return renameat2(AT_FDCWD, old, AT_FDCWD, name, 0);
}

int
linkat(int from, const char *old, int to, const char *name, int flags)
{
	return may(CALL_OTHER) ? (int)syscall(SYS_linkat, from, old, to, name, flags) : -1;
}

int
link(const char *old, const char *name)
{
	return linkat(AT_FDCWD, old, AT_FDCWD, name, 0);
}

int
unlinkat(int dir, const char *name, int flags)
{
	return may(CALL_OTHER) ? (int)syscall(SYS_unlinkat, dir, name, flags) : -1;
}

int
unlink(const char *name)
{
	return unlinkat(AT_FDCWD, name, 0);
}

ssize_t
sendto(int fd, const void *data, size_t n, int flags, const struct sockaddr *to, socklen_t len)
{
	return may(CALL_OTHER) ? (ssize_t)syscall(SYS_sendto, fd, data, n, flags, to, len) : -1;
}

ssize_t
send(int fd, const void *data, size_t n, int flags)
{
	return sendto(fd, data, n, flags, NULL, 0);
}

ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
	return may(CALL_OTHER) ? (ssize_t)syscall(SYS_sendmsg, fd, message, flags) : -1;
}

int
fflush(FILE *file)
{
	int (*next)(FILE *) = NULL;
	void *found = dlsym(RTLD_NEXT, "fflush");

	memcpy(&next, &found, sizeof(next));
	return may(CALL_OTHER) ? next(file) : -1;
}
