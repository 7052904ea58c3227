/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/keyring.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "hash.h"
#include "random.h"

#define MAGIC "sluis keyring 1\n"
#define FILE_NEW KEYRING_FILE ".new"
#define FILE_OLD                                                                                   \
	KEYRING_FILE                                                                               \
	    ".old" /* has a name until it is overwritten, so that a crash forgets nothing */
#define MARK_CONTEXT "sluis/keyring/mark/v1"

enum {
	MAGIC_BYTES = sizeof(MAGIC) - 1,
	ENTRY_BYTES = 8 + 32,
	FILE_MIN_BYTES = MAGIC_BYTES + 4 + SLUIS_HASH_BYTES,
	FILE_MAX_BYTES = FILE_MIN_BYTES + KEYRING_GENERATIONS_MAX * ENTRY_BYTES,
	BINDING_BYTES = 8 + KEYRING_BINDING_MAX_BYTES
};

_Static_assert(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == KEYRING_NONCE_BYTES, "nonce");
_Static_assert(
    KEYRING_WRAPPED_BYTES == KEYRING_NONCE_BYTES + 32 + crypto_aead_xchacha20poly1305_ietf_ABYTES,
    "wrap");

struct generation {
	uint64_t number;
	struct sluis_secret32 key;
};

/* The whole of it in locked memory. */
struct keyring {
	int dir_fd;
	size_t count;
	struct generation generations[KEYRING_GENERATIONS_MAX]; /* oldest first */
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

/* errno as the error of a file that cannot be read or written. */
static enum sluis_err
file_error(const char *doing, struct sluis_why *why)
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
keyring_new(const char *dir, struct sluis_why *why, struct keyring **ret)
{
	struct keyring *keyring = sodium_malloc(sizeof(*keyring));

	if (keyring == NULL) {
		(void)snprintf(why->text, sizeof(why->text), "no memory for the store's keyring");
		return SLUIS_ENOMEM;
	}
	memset(keyring, 0, sizeof(*keyring));
	keyring->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (keyring->dir_fd < 0) {
		keyring_free(keyring);
		return file_error("open the folder of", why);
	}
	*ret = keyring;
	return SLUIS_OK;
}

/* ---- File ---- */

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
		struct generation *g = &keyring->generations[i];

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

/* Whole and durable under its name, or the old file as it was. */
static enum sluis_err
save(const struct keyring *keyring, struct sluis_why *why)
{
	SLUIS_AUTO(secret_freep) uint8_t *file = sodium_malloc(FILE_MAX_BYTES);
	SLUIS_AUTO(closep) int fd = -1;

	if (file == NULL)
		return SLUIS_ENOMEM;
	if (unlinkat(keyring->dir_fd, FILE_NEW, 0) != 0 && errno != ENOENT)
		return file_error("make", why);
	fd = openat(
	    keyring->dir_fd, FILE_NEW, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return file_error("make", why);
	if (write_all(fd, file, encode(keyring, file)) != SLUIS_OK || fsync(fd) != 0 ||
	    renameat(keyring->dir_fd, FILE_NEW, keyring->dir_fd, KEYRING_FILE) != 0) {
		const enum sluis_err err = file_error("write", why);

		(void)unlinkat(keyring->dir_fd, FILE_NEW, 0);
		return err;
	}
	return fsync(keyring->dir_fd) == 0 ? SLUIS_OK : file_error("sync", why);
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
		return SLUIS_ENOMEM;
	if (fstat(fd, &st) != 0)
		return file_error("read", why);
	SLUIS_TRY(check_file(&st, why));
	do
		n = pread(fd, file, FILE_MAX_BYTES, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return file_error("read", why);
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
		return file_error("overwrite the old version of", why);
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
		return file_error("open the old version of", why);
	if (old.st_ino != now.st_ino || old.st_dev != now.st_dev)
		SLUIS_TRY(overwrite(fd, &old, why));
	if (unlinkat(dir_fd, FILE_OLD, 0) != 0 || fsync(dir_fd) != 0)
		return file_error("remove the old version of", why);
	return SLUIS_OK;
}

/* ---- Life ---- */

SLUIS_MUST_CHECK enum sluis_err
keyring_load(const char *dir, struct sluis_why *why, struct keyring **ret)
{
	SLUIS_AUTO(keyring_freep) struct keyring *keyring = NULL;
	SLUIS_AUTO(closep) int fd = -1;

	SLUIS_TRY(keyring_new(dir, why, &keyring));
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
		return file_error("open", why);
	SLUIS_TRY(read_file(keyring, fd, why));
	SLUIS_TRY(destroy_old(keyring->dir_fd, why));
	if (sodium_mprotect_readonly(keyring) != 0)
		return file_error("protect", why);
	*ret = SLUIS_TAKE(keyring);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
keyring_make(const char *dir, uint64_t number, struct sluis_why *why, struct keyring **ret)
{
	SLUIS_AUTO(keyring_freep) struct keyring *keyring = NULL;

	assert(number > 0 && number <= INT64_MAX);
	SLUIS_TRY(keyring_new(dir, why, &keyring));
	if (faccessat(keyring->dir_fd, KEYRING_FILE, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		(void)snprintf(why->text, sizeof(why->text), "the store has a keyring already");
		return SLUIS_EEXISTS;
	}
	keyring->count = 1;
	keyring->generations[0].number = number;
	sluis_random_system(NULL, keyring->generations[0].key.bytes, 32);
	SLUIS_TRY(save(keyring, why));
	if (sodium_mprotect_readonly(keyring) != 0)
		return file_error("protect", why);
	*ret = SLUIS_TAKE(keyring);
	return SLUIS_OK;
}

/* sodium_free() makes the pages writable again, wipes and unlocks them. */
void
keyring_free(struct keyring *keyring)
{
	if (keyring == NULL)
		return;
	if (keyring->dir_fd >= 0)
		(void)close(keyring->dir_fd);
	sodium_free(keyring);
}

void
keyring_freep(struct keyring **keyring)
{
	keyring_free(*keyring);
	*keyring = NULL;
}

uint64_t
keyring_newest(const struct keyring *keyring)
{
	return keyring->generations[keyring->count - 1].number;
}

static const struct generation *
find(const struct keyring *keyring, uint64_t number)
{
	for (size_t i = keyring->count; i > 0; i--) {
		if (keyring->generations[i - 1].number == number)
			return &keyring->generations[i - 1];
	}
	return NULL;
}

SLUIS_MUST_CHECK enum sluis_err
keyring_mark_of(const struct keyring *keyring, uint64_t number, struct keyring_mark *ret)
{
	const struct generation *g = find(keyring, number);

	if (g == NULL)
		return SLUIS_ENOTFOUND;
	(void)crypto_generichash(ret->bytes, sizeof(ret->bytes), (const uint8_t *)MARK_CONTEXT,
	    sizeof(MARK_CONTEXT) - 1, g->key.bytes, sizeof(g->key.bytes));
	return SLUIS_OK;
}

/* ---- Generations ---- */

SLUIS_MUST_CHECK enum sluis_err
keyring_add(struct keyring *keyring, struct sluis_why *why)
{
	struct generation *g = &keyring->generations[keyring->count];
	enum sluis_err err;

	if (keyring->count == KEYRING_GENERATIONS_MAX) {
		(void)snprintf(why->text, sizeof(why->text), "the store's keyring is full");
		return SLUIS_EUSAGE;
	}
	if (sodium_mprotect_readwrite(keyring) != 0)
		return file_error("protect", why);
	g->number = keyring_newest(keyring) + 1;
	sluis_random_system(NULL, g->key.bytes, sizeof(g->key.bytes));
	keyring->count++;
	err = save(keyring, why);
	if (err != SLUIS_OK) {
		keyring->count--;
		sluis_secret32_wipe(&g->key);
	}
	(void)sodium_mprotect_readonly(keyring);
	return err;
}

static enum sluis_err
replace(const struct keyring *keyring, struct sluis_why *why)
{
	SLUIS_TRY(destroy_old(keyring->dir_fd, why));
	if (linkat(keyring->dir_fd, KEYRING_FILE, keyring->dir_fd, FILE_OLD, 0) != 0)
		return file_error("keep the old name of", why);
	SLUIS_TRY(save(keyring, why));
	return destroy_old(keyring->dir_fd, why);
}

SLUIS_MUST_CHECK enum sluis_err
keyring_drop(struct keyring *keyring, struct sluis_why *why)
{
	enum sluis_err err;

	if (sodium_mprotect_readwrite(keyring) != 0)
		return file_error("protect", why);
	keyring->generations[0] = keyring->generations[keyring->count - 1];
	sodium_memzero(&keyring->generations[1],
	    (KEYRING_GENERATIONS_MAX - 1) * sizeof(keyring->generations[0]));
	keyring->count = 1;
	err = replace(keyring, why);
	(void)sodium_mprotect_readonly(keyring);
	return err;
}

/* ---- Wrapping ---- */

static size_t
bind_to(uint64_t number, struct sluis_bytes binding, uint8_t ret[static BINDING_BYTES])
{
	struct sluis_writer w;

	sluis_writer_init(&w, ret, BINDING_BYTES);
	sluis_writer_put_u64(&w, number);
	sluis_writer_put(&w, binding.data, binding.len);
	assert(!w.overflow);
	return w.len;
}

void
keyring_wrap(const struct keyring *keyring, struct sluis_bytes binding,
    const struct sluis_secret32 *key, const uint8_t nonce[static KEYRING_NONCE_BYTES],
    uint8_t ret[static KEYRING_WRAPPED_BYTES])
{
	const struct generation *g = &keyring->generations[keyring->count - 1];
	uint8_t extra[BINDING_BYTES];
	const size_t extra_len = bind_to(g->number, binding, extra);

	memcpy(ret, nonce, KEYRING_NONCE_BYTES);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(ret + KEYRING_NONCE_BYTES, NULL,
	    key->bytes, sizeof(key->bytes), extra, extra_len, NULL, nonce, g->key.bytes);
}

SLUIS_MUST_CHECK enum sluis_err
keyring_unwrap(const struct keyring *keyring, uint64_t number, struct sluis_bytes binding,
    const uint8_t wrapped[static KEYRING_WRAPPED_BYTES], struct sluis_secret32 *ret)
{
	const struct generation *g = find(keyring, number);
	uint8_t extra[BINDING_BYTES];
	const size_t extra_len = bind_to(number, binding, extra);

	if (g == NULL)
		return SLUIS_EKEYS;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(ret->bytes, NULL, NULL,
		wrapped + KEYRING_NONCE_BYTES, KEYRING_WRAPPED_BYTES - KEYRING_NONCE_BYTES, extra,
		extra_len, wrapped, g->key.bytes) != 0) {
		sluis_secret32_wipe(ret);
		return SLUIS_ESTORE;
	}
	return SLUIS_OK;
}
