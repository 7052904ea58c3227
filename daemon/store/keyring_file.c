/* SPDX-License-Identifier: EUPL-1.2 */
/* The keyring's file. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "hash.h"
#include "store/keyring_internal.h"

#define MAGIC "sluis keyring 1\n"
#define FILE_NEW KEYRING_FILE ".new"
/* The old file keeps a name until it is overwritten, so that a crash does not forget it. */
#define FILE_OLD KEYRING_FILE ".old"

enum {
	MAGIC_BYTES = sizeof(MAGIC) - 1,
	ENTRY_BYTES = 8 + 32,
	FILE_MIN_BYTES = MAGIC_BYTES + 4 + SLUIS_HASH_BYTES,
	FILE_MAX_BYTES = FILE_MIN_BYTES + KEYRING_GENERATIONS_MAX * ENTRY_BYTES
};

static void
secret_freep(uint8_t **secret)
{
	sodium_free(*secret);
}

static void
closep(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

enum sluis_err
keyring_file_error(const char *doing, struct sluis_why *why)
{
	const enum sluis_err err = errno == ENOSPC || errno == EDQUOT ? SLUIS_ENOSPACE : SLUIS_EIO;

	(void)snprintf(why->text, sizeof(why->text), "cannot %s the store's keyring: %s", doing,
	    strerror(errno));
	return err;
}

static enum sluis_err
key_error(struct sluis_why *why, const char *text)
{
	(void)snprintf(why->text, sizeof(why->text), "the store's keyring %s", text);
	return SLUIS_EKEYS;
}

static enum sluis_err
no_memory(struct sluis_why *why)
{
	(void)snprintf(why->text, sizeof(why->text), "no memory for the store's keyring");
	return SLUIS_ENOMEM;
}

static size_t
encode(const struct keyring *keyring, uint8_t *ret)
{
	struct sluis_writer w;
	struct sluis_hash sum;

	sluis_writer_init(&w, ret, FILE_MAX_BYTES);
	sluis_writer_put_text(&w, MAGIC);
	sluis_writer_put_u32(&w, (uint32_t)keyring->count);
	for (size_t i = 0; i < keyring->count; i++) {
		sluis_writer_put_u64(&w, keyring->generations[i].number);
		sluis_writer_put(&w, keyring->generations[i].key.bytes, 32);
	}
	sum = sluis_hash(sluis_bytes(ret, w.len));
	sluis_writer_put(&w, sum.bytes, sizeof(sum.bytes));
	assert(!w.overflow);
	return w.len;
}

static bool
parse(struct sluis_bytes file, struct keyring *keyring)
{
	struct sluis_reader r;
	struct sluis_hash sum, stated;
	const uint8_t *magic;
	uint32_t count;

	if (file.len < FILE_MIN_BYTES)
		return false;
	sum = sluis_hash(sluis_bytes(file.data, file.len - sizeof(sum.bytes)));
	sluis_reader_init(&r, file);
	magic = sluis_reader_get(&r, MAGIC_BYTES);
	count = sluis_reader_get_u32(&r);
	if (memcmp(magic, MAGIC, MAGIC_BYTES) != 0 || count < 1 || count > KEYRING_GENERATIONS_MAX)
		return false;
	for (size_t i = 0; i < count; i++) {
		struct keyring_generation *g = &keyring->generations[i];

		g->number = sluis_reader_get_u64(&r);
		sluis_reader_copy(&r, g->key.bytes, sizeof(g->key.bytes));
		if (g->number == 0 || g->number > INT64_MAX ||
		    (i > 0 && g->number <= keyring->generations[i - 1].number))
			return false;
	}
	sluis_reader_copy(&r, stated.bytes, sizeof(stated.bytes));
	if (sluis_reader_end(&r) != SLUIS_OK || !sluis_hash_equal(&sum, &stated))
		return false;
	keyring->count = count;
	return true;
}

static enum sluis_err
write_all(int fd, const uint8_t *data, size_t len)
{
	size_t done = 0;

	while (done < len) {
		const ssize_t n = pwrite(fd, data + done, len - done, (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return SLUIS_EIO;
		done += (size_t)n;
	}
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
keyring_file_save(const struct keyring *keyring, struct sluis_why *why)
{
	SLUIS_AUTO(secret_freep) uint8_t *file = sodium_malloc(FILE_MAX_BYTES);
	SLUIS_AUTO(closep) int fd = -1;

	if (file == NULL)
		return no_memory(why);
	if (unlinkat(keyring->dir_fd, FILE_NEW, 0) != 0 && errno != ENOENT)
		return keyring_file_error("make", why);
	fd = openat(
	    keyring->dir_fd, FILE_NEW, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return keyring_file_error("make", why);
	if (write_all(fd, file, encode(keyring, file)) != SLUIS_OK || fsync(fd) != 0 ||
	    renameat(keyring->dir_fd, FILE_NEW, keyring->dir_fd, KEYRING_FILE) != 0) {
		const enum sluis_err err = keyring_file_error("write", why);

		(void)unlinkat(keyring->dir_fd, FILE_NEW, 0);
		return err;
	}
	return fsync(keyring->dir_fd) == 0 ? SLUIS_OK : keyring_file_error("sync", why);
}

static enum sluis_err
check_file(const struct stat *st, struct sluis_why *why)
{
	if (!S_ISREG(st->st_mode))
		return key_error(why, "is not a plain file: put the right one back");
	if (st->st_uid != geteuid())
		return key_error(why, "is not owned by the user that runs the daemon: chown it");
	if ((st->st_mode & 077) != 0)
		return key_error(
		    why, "is open to other users: chmod 600 it, and consider its keys known");
	if (st->st_size < FILE_MIN_BYTES || st->st_size > FILE_MAX_BYTES)
		return key_error(why, "is damaged (size): put the right one back");
	return SLUIS_OK;
}

static enum sluis_err
read_file(struct keyring *keyring, int fd, struct sluis_why *why)
{
	SLUIS_AUTO(secret_freep) uint8_t *file = sodium_malloc(FILE_MAX_BYTES);
	struct stat st;
	ssize_t n;

	if (file == NULL)
		return no_memory(why);
	if (fstat(fd, &st) != 0)
		return keyring_file_error("read", why);
	SLUIS_TRY(check_file(&st, why));
	do
		n = pread(fd, file, FILE_MAX_BYTES, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return keyring_file_error("read", why);
	if (!parse(sluis_bytes(file, (size_t)n), keyring))
		return key_error(why, "is damaged: put the right one back");
	return SLUIS_OK;
}

/* Zeros over ${fd}, down to the disk. */
static enum sluis_err
overwrite(int fd, const struct stat *st, struct sluis_why *why)
{
	static const uint8_t ZEROS[FILE_MAX_BYTES];

	if (!S_ISREG(st->st_mode) || st->st_size > FILE_MAX_BYTES)
		return key_error(
		    why, "has an old version that is not a keyring: look at keyring.old");
	if (write_all(fd, ZEROS, (size_t)st->st_size) != SLUIS_OK || fsync(fd) != 0)
		return keyring_file_error("overwrite the old version of", why);
	return SLUIS_OK;
}

/* Finish a keyring_drop(); where that died before its rename, old and new are one file, which
 * stays. */
static enum sluis_err
destroy_old(int dir_fd, struct sluis_why *why)
{
	SLUIS_AUTO(closep)
	int fd = openat(dir_fd, FILE_OLD, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct stat old, now;

	if (fd < 0 && errno == ENOENT)
		return SLUIS_OK;
	if (fd < 0 || fstat(fd, &old) != 0 ||
	    fstatat(dir_fd, KEYRING_FILE, &now, AT_SYMLINK_NOFOLLOW) != 0)
		return keyring_file_error("open the old version of", why);
	if (old.st_ino != now.st_ino || old.st_dev != now.st_dev)
		SLUIS_TRY(overwrite(fd, &old, why));
	if (unlinkat(dir_fd, FILE_OLD, 0) != 0 || fsync(dir_fd) != 0)
		return keyring_file_error("remove the old version of", why);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
keyring_file_load(struct keyring *keyring, struct sluis_why *why)
{
	SLUIS_AUTO(closep) int fd = -1;

	fd = openat(keyring->dir_fd, KEYRING_FILE, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT) {
		(void)snprintf(why->text, sizeof(why->text), "the store has no keyring");
		return SLUIS_ENOTFOUND;
	}
	if (fd < 0 && errno == ELOOP)
		return key_error(why, "is a link: put the file itself there");
	if (fd < 0 && errno == EACCES)
		return key_error(why, "may not be read by this user: chown it");
	if (fd < 0)
		return keyring_file_error("open", why);
	SLUIS_TRY(read_file(keyring, fd, why));
	return destroy_old(keyring->dir_fd, why);
}

SLUIS_MUST_CHECK enum sluis_err
keyring_file_replace(const struct keyring *keyring, struct sluis_why *why)
{
	SLUIS_TRY(destroy_old(keyring->dir_fd, why));
	if (linkat(keyring->dir_fd, KEYRING_FILE, keyring->dir_fd, FILE_OLD, 0) != 0)
		return keyring_file_error("keep the old name of", why);
	SLUIS_TRY(keyring_file_save(keyring, why));
	return destroy_old(keyring->dir_fd, why);
}
