/* SPDX-License-Identifier: EUPL-1.2 */
#include "tree_files.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkpoint.h"

#define RECORD_BYTES SLUIS_HASH_BYTES
#define MODE 0600

_Static_assert(sizeof(struct sluis_hash) == RECORD_BYTES, "hashes stand back to back in the files");

struct file_name {
	char text[TREE_FILES_NAME_MAX_CHARS + 16];
};

static struct file_name
level_name(const struct tree_files *files, unsigned level)
{
	struct file_name name;

	snprintf(name.text, sizeof(name.text), "%s.%02u", files->name, level);
	return name;
}

static struct file_name
other_name(const struct tree_files *files, const char *ending)
{
	struct file_name name;

	snprintf(name.text, sizeof(name.text), "%s.%s", files->name, ending);
	return name;
}

static enum sluis_err
error_of(int error)
{
	return error == ENOSPC || error == EDQUOT ? SLUIS_ENOSPACE : SLUIS_EIO;
}

static enum sluis_err
write_all(int fd, const uint8_t *data, size_t len, off_t offset)
{
	while (len > 0) {
		const ssize_t n = pwrite(fd, data, len, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? error_of(errno) : SLUIS_EIO;
		data += n;
		len -= (size_t)n;
		offset += n;
	}
	return SLUIS_OK;
}

static enum sluis_err
open_level(struct tree_files *files, unsigned level)
{
	const struct file_name name = level_name(files, level);
	const int fd =
	    openat(files->dir, name.text, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, MODE);

	if (fd < 0)
		return error_of(errno);
	files->levels[level] = fd;
	return SLUIS_OK;
}

enum sluis_err
tree_files_open(const char *dir, const char *name, struct sluis_why *why, struct tree_files *ret)
{
	struct tree_files files;

	if (name[0] == '\0' || strchr(name, '/') != NULL || strlen(name) > TREE_FILES_NAME_MAX_CHARS)
		return SLUIS_EUSAGE;
	snprintf(files.name, sizeof(files.name), "%s", name);
	for (unsigned level = 0; level < SLUIS_MERKLE_LEVELS; level++)
		files.levels[level] = -1;
	files.dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (files.dir < 0) {
		snprintf(why->text, sizeof(why->text), "directory of the log tree cannot be opened: %s: %s",
		    dir, strerror(errno));
		return SLUIS_EIO;
	}
	for (unsigned level = 0; level < SLUIS_MERKLE_LEVELS; level++) {
		const struct file_name at = level_name(&files, level);

		files.levels[level] = openat(files.dir, at.text, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
		if (files.levels[level] < 0 && errno != ENOENT) {
			snprintf(why->text, sizeof(why->text), "level file cannot be opened: %s/%s: %s", dir,
			    at.text, strerror(errno));
			tree_files_close(&files);
			return SLUIS_EIO;
		}
	}
	*ret = files;
	return SLUIS_OK;
}

void
tree_files_close(struct tree_files *files)
{
	for (unsigned level = 0; level < SLUIS_MERKLE_LEVELS; level++) {
		if (files->levels[level] >= 0)
			close(files->levels[level]);
		files->levels[level] = -1;
	}
	if (files->dir >= 0)
		close(files->dir);
	files->dir = -1;
}

bool
tree_files_has(const struct tree_files *files, unsigned level, uint64_t n)
{
	struct stat st;

	if (n == 0)
		return true;
	return files->levels[level] >= 0 && fstat(files->levels[level], &st) == 0 &&
	       (uint64_t)st.st_size / RECORD_BYTES >= n;
}

enum sluis_err
tree_files_read(const struct tree_files *files, unsigned level, uint64_t index, struct sluis_hash *ret)
{
	struct sluis_hash hash;
	size_t got = 0;

	if (files->levels[level] < 0)
		return SLUIS_ESTORE;
	while (got < RECORD_BYTES) {
		const ssize_t n = pread(files->levels[level], hash.bytes + got, RECORD_BYTES - got,
		    (off_t)(index * RECORD_BYTES + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? SLUIS_EIO : SLUIS_ESTORE;
		got += (size_t)n;
	}
	*ret = hash;
	return SLUIS_OK;
}

enum sluis_err
tree_files_write(struct tree_files *files, unsigned level, uint64_t index,
    const struct sluis_hash *hashes, size_t n)
{
	if (files->levels[level] < 0)
		SLUIS_TRY(open_level(files, level));
	return write_all(files->levels[level], hashes->bytes, n * RECORD_BYTES,
	    (off_t)(index * RECORD_BYTES));
}

/* Written aside, synced, renamed: the note is always a whole one, and never older than the levels. */
static enum sluis_err
write_note(struct tree_files *files, uint64_t size)
{
	const struct file_name aside = other_name(files, "synced.new");
	const struct file_name name = other_name(files, "synced");
	char text[32];
	enum sluis_err err;
	int fd, len;

	len = snprintf(text, sizeof(text), "%llu\n", (unsigned long long)size);
	assert(len > 0 && (size_t)len < sizeof(text));
	fd = openat(files->dir, aside.text, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, MODE);
	if (fd < 0)
		return error_of(errno);
	err = write_all(fd, (const uint8_t *)text, (size_t)len, 0);
	if (err == SLUIS_OK && fsync(fd) != 0)
		err = error_of(errno);
	close(fd);
	SLUIS_TRY(err);
	if (renameat(files->dir, aside.text, files->dir, name.text) != 0 || fsync(files->dir) != 0)
		return error_of(errno);
	return SLUIS_OK;
}

enum sluis_err
tree_files_sync(struct tree_files *files, uint64_t size)
{
	for (unsigned level = 0; level < SLUIS_MERKLE_LEVELS; level++) {
		if (files->levels[level] >= 0 && fdatasync(files->levels[level]) != 0)
			return error_of(errno);
	}
	if (fsync(files->dir) != 0) /* the names of new level files */
		return error_of(errno);
	return write_note(files, size);
}

uint64_t
tree_files_synced(const struct tree_files *files)
{
	const struct file_name name = other_name(files, "synced");
	const int fd = openat(files->dir, name.text, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	uint8_t text[32];
	uint64_t size;
	ssize_t n;

	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text));
	close(fd);
	if (n < 2 || text[n - 1] != '\n')
		return 0;
	if (sluis_checkpoint_number_parse(sluis_bytes(text, (size_t)n - 1), &size) != SLUIS_OK)
		return 0;
	return size;
}

enum sluis_err
tree_files_forget(struct tree_files *files)
{
	const struct file_name name = other_name(files, "synced");

	if (unlinkat(files->dir, name.text, 0) != 0)
		return errno == ENOENT ? SLUIS_OK : SLUIS_EIO;
	return fsync(files->dir) == 0 ? SLUIS_OK : SLUIS_EIO;
}
