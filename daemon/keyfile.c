/* SPDX-License-Identifier: EUPL-1.2 */
#include "keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "random.h"

#define HEAD "sluis-key-1 "

enum { PATH_MAX_BYTES = 1100, LINE_MAX_BYTES = 128, HEX_BYTES = 64 };

enum key_type { TYPE_X25519, TYPE_ED25519 };

static const struct {
	const char *text;
	enum key_type type;
} KEYFILES[] = {
#define X(name, text, type) { text, TYPE_##type },
	KEYFILE_LIST(X)
#undef X
};

_Static_assert(SLUIS_ARRAY_LEN(KEYFILES) == KEYFILE_COUNT, "count the list");

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static void
wipe_line(char (*line)[LINE_MAX_BYTES])
{
	sodium_memzero(*line, sizeof(*line));
}

static enum sluis_err
path_of(const char *dir, enum keyfile which, char ret[static PATH_MAX_BYTES])
{
	const int n = snprintf(ret, PATH_MAX_BYTES, "%s/%s.key", dir, KEYFILES[which].text);

	return n > 0 && n < PATH_MAX_BYTES ? SLUIS_OK : SLUIS_ETOOBIG;
}

static enum sluis_err
refuse(struct sluis_why *why, const char *what)
{
	snprintf(why->text, sizeof(why->text), "%s", what);
	return SLUIS_EKEYS;
}

static enum sluis_err
unreadable(struct sluis_why *why)
{
	snprintf(why->text, sizeof(why->text), "%.60s; let the daemon's user read it", strerror(errno));
	return SLUIS_EKEYS;
}

static enum sluis_err
check_mode(int fd, uid_t owner, struct sluis_why *why)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return unreadable(why);
	if (!S_ISREG(st.st_mode))
		return refuse(why, "not a regular file; put the key file itself there");
	if (st.st_uid != owner && st.st_uid != 0)
		return refuse(why, "belongs to somebody else; chown it to the daemon's user");
	if ((st.st_mode & 077) != 0)
		return refuse(why, "open to others; chmod 600 it, and replace the key if anybody could read it");
	return SLUIS_OK;
}

/* `sluis-key-1 NAME HEX` LF, and nothing else. */
static enum sluis_err
parse(const char *line, size_t len, enum keyfile which, struct sluis_secret32 *ret)
{
	const char *name = KEYFILES[which].text;
	const size_t head = strlen(HEAD), n = strlen(name);
	size_t out = 0;

	if (len != head + n + 1 + HEX_BYTES + 1 || line[len - 1] != '\n')
		return SLUIS_EKEYS;
	if (memcmp(line, HEAD, head) != 0 || memcmp(line + head, name, n) != 0 || line[head + n] != ' ')
		return SLUIS_EKEYS;
	if (sodium_hex2bin(ret->bytes, sizeof(ret->bytes), line + head + n + 1, HEX_BYTES, NULL, &out,
	        NULL) != 0 || out != sizeof(ret->bytes))
		return SLUIS_EKEYS;
	return SLUIS_OK;
}

static enum sluis_err
read_line(int fd, char line[static LINE_MAX_BYTES], size_t *ret_len)
{
	size_t len = 0;

	while (len < LINE_MAX_BYTES) {
		const ssize_t n = read(fd, line + len, LINE_MAX_BYTES - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return SLUIS_EIO;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	*ret_len = len;
	return SLUIS_OK;
}

static enum sluis_err
write_line(int fd, const char *line, size_t len)
{
	while (len > 0) {
		const ssize_t n = write(fd, line, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == ENOSPC ? SLUIS_ENOSPACE : SLUIS_EIO;
		line += n;
		len -= (size_t)n;
	}
	return fsync(fd) == 0 ? SLUIS_OK : SLUIS_EIO;
}

static enum sluis_err
sync_folder(const char *dir)
{
	SLUIS_AUTO(close_fd) int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && fsync(fd) == 0 ? SLUIS_OK : SLUIS_EIO;
}

static enum sluis_err
failed(enum sluis_err err, const char *path, struct sluis_why *why)
{
	snprintf(why->text, sizeof(why->text), "%.140s: %s", path,
	    errno != 0 ? strerror(errno) : sluis_err_text(err));
	return err;
}

const char *
keyfile_text(enum keyfile which)
{
	return KEYFILES[which].text;
}

SLUIS_MUST_CHECK enum sluis_err
keyfile_inspect(const char *dir, enum keyfile which, uid_t owner, struct sluis_why *why,
    struct sluis_secret32 *ret)
{
	SLUIS_AUTO(wipe_line) char line[LINE_MAX_BYTES];
	SLUIS_AUTO(sluis_secret32_wipe) struct sluis_secret32 secret = { { 0 } };
	SLUIS_AUTO(close_fd) int fd = -1;
	char path[PATH_MAX_BYTES];
	size_t len = 0;

	if (path_of(dir, which, path) != SLUIS_OK)
		return refuse(why, "too long a path");
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return refuse(why, "missing; put it back, or make it for a new federation: sluisd --make-keys");
	if (fd < 0)
		return errno == ELOOP ? refuse(why, "a link; put the file itself there") : unreadable(why);
	SLUIS_TRY(check_mode(fd, owner, why));
	if (read_line(fd, line, &len) != SLUIS_OK)
		return unreadable(why);
	if (parse(line, len, which, &secret) != SLUIS_OK)
		return refuse(why, "not the key that its name says; put the right file back");
	*ret = secret;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
keyfile_load(const char *dir, enum keyfile which, struct sluis_why *why, struct sluis_secret32 *ret)
{
	struct sluis_why what;
	const enum sluis_err err = keyfile_inspect(dir, which, geteuid(), &what, ret);

	if (err != SLUIS_OK)
		snprintf(why->text, sizeof(why->text), "%.120s/%s.key: %.110s", dir, KEYFILES[which].text,
		    what.text);
	return err;
}

SLUIS_MUST_CHECK enum sluis_err
keyfile_make(const char *dir, enum keyfile which, const struct sluis_secret32 *secret,
    struct sluis_why *why)
{
	SLUIS_AUTO(wipe_line) char line[LINE_MAX_BYTES] = HEAD;
	SLUIS_AUTO(close_fd) int fd = -1;
	char path[PATH_MAX_BYTES];
	enum sluis_err err;

	errno = 0;
	if (path_of(dir, which, path) != SLUIS_OK)
		return failed(SLUIS_EIO, dir, why);
	strcat(strcat(line, KEYFILES[which].text), " ");
	sluis_hex(secret->bytes, sizeof(secret->bytes), line + strlen(line));
	strcat(line, "\n");
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return failed(errno == EEXIST ? SLUIS_EEXISTS : SLUIS_EIO, path, why);
	err = write_line(fd, line, strlen(line));
	if (err == SLUIS_OK)
		err = sync_folder(dir);
	if (err != SLUIS_OK) {
		(void)failed(err, path, why);
		unlink(path);
	}
	return err;
}

void
keyfile_public(enum keyfile which, const struct sluis_secret32 *secret, struct sluis_public *ret)
{
	uint8_t expanded[crypto_sign_SECRETKEYBYTES];

	switch (KEYFILES[which].type) {
	case TYPE_X25519:
		/* Fails for no secret: the base point's order is known. */
		(void)crypto_scalarmult_base(ret->bytes, secret->bytes);
		break;
	case TYPE_ED25519:
		crypto_sign_seed_keypair(ret->bytes, expanded, secret->bytes);
		sodium_memzero(expanded, sizeof(expanded));
		break;
	}
}

SLUIS_MUST_CHECK enum sluis_err
keyfile_make_all(const char *dir, struct sluis_why *why, struct sluis_public ret[static KEYFILE_COUNT])
{
	SLUIS_AUTO(sluis_secret32_wipe) struct sluis_secret32 secret = { { 0 } };
	enum sluis_err err;

	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return failed(SLUIS_EIO, dir, why);
	for (unsigned i = 0; i < KEYFILE_COUNT; i++) {
		const enum keyfile which = (enum keyfile)i;

		sluis_random_system(NULL, secret.bytes, sizeof(secret.bytes));
		err = keyfile_make(dir, which, &secret, why);
		if (err != SLUIS_OK && err != SLUIS_EEXISTS)
			return err;
		SLUIS_TRY(keyfile_load(dir, which, why, &secret));
		keyfile_public(which, &secret, &ret[i]);
	}
	return SLUIS_OK;
}
