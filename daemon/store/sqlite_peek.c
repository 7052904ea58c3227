/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Reading beside a daemon that holds its database to itself: without locks, and with the journal as
 * it is at that moment. Whether the daemon moved things meanwhile is seen afterwards; then once
 * more.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/sqlite_internal.h"

enum { TRIES = 20, PAUSE_MS = 50, WAL_HEADER_BYTES = 32 };

/* Entries one after the other, each behind its length in 4 bytes. */
struct entries {
	uint8_t *data;
	size_t len;
	size_t cap;
	uint64_t count;
};

static void
entries_done(struct entries *entries)
{
	free(entries->data);
}

static void
closep(sqlite3 **db)
{
	(void)sqlite3_close(*db);
}

static void
finalizep(sqlite3_stmt **st)
{
	(void)sqlite3_finalize(*st);
}

static enum sluis_err
keep(struct entries *entries, struct sluis_bytes entry)
{
	struct sluis_writer w;

	if (entry.len > UINT32_MAX || entry.len > SIZE_MAX / 4 - entries->cap)
		return SLUIS_ENOMEM;
	if (entries->cap - entries->len < entry.len + 4) {
		const size_t cap = 2 * entries->cap + entry.len + 4;
		uint8_t *data = realloc(entries->data, cap);

		if (data == NULL)
			return SLUIS_ENOMEM;
		entries->data = data;
		entries->cap = cap;
	}
	sluis_writer_init(&w, entries->data + entries->len, entries->cap - entries->len);
	sluis_writer_put_u32(&w, (uint32_t)entry.len);
	sluis_writer_put(&w, entry.data, entry.len);
	entries->len += w.len;
	entries->count++;
	return SLUIS_OK;
}

/*
 * "unix-none" takes no lock; EXCLUSIVE makes the journal's index in our own memory, out of the
 * journal itself. Closing must not tidy up: the files are the daemon's.
 */
static enum sluis_err
open_aside(const char *path, sqlite3 **ret)
{
	SLUIS_AUTO(closep) sqlite3 *db = NULL;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOFOLLOW, "unix-none") !=
		SQLITE_OK ||
	    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL) != SQLITE_OK ||
	    sqlite3_exec(db, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA query_only = ON", NULL, NULL,
		NULL) != SQLITE_OK)
		return SLUIS_EIO;
	*ret = SLUIS_TAKE(db);
	return SLUIS_OK;
}

/* All entries; they must be as many as the head of their log says. */
static enum sluis_err
read_entries(sqlite3 *db, struct entries *ret)
{
	static const char SQL[] = "SELECT k.entry, (SELECT size FROM head WHERE log = 1) "
				  "FROM keys_entry k ORDER BY k.idx";
	SLUIS_AUTO(finalizep) sqlite3_stmt *st = NULL;
	uint64_t size = 0;
	int rc;

	ret->len = 0;
	ret->count = 0;
	if (sqlite3_prepare_v2(db, SQL, -1, &st, NULL) != SQLITE_OK)
		return SLUIS_EIO;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		size = (uint64_t)sqlite3_column_int64(st, 1);
		SLUIS_TRY(keep(ret, store_column_view(st, 0)));
	}
	return rc == SQLITE_DONE && ret->count == size ? SLUIS_OK : SLUIS_EIO;
}

/* The journal's header changes whenever it is begun anew; no journal: all zero. */
static void
read_header(const char *path, uint8_t ret[static WAL_HEADER_BYTES])
{
	char wal[PATH_MAX + 8];
	int fd;

	memset(ret, 0, WAL_HEADER_BYTES);
	(void)snprintf(wal, sizeof(wal), "%s-wal", path);
	fd = open(wal, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return;
	if (pread(fd, ret, WAL_HEADER_BYTES, 0) != WAL_HEADER_BYTES)
		memset(ret, 0, WAL_HEADER_BYTES);
	(void)close(fd);
}

static enum sluis_err
read_once(const char *path, struct entries *ret)
{
	SLUIS_AUTO(closep) sqlite3 *db = NULL;
	uint8_t before[WAL_HEADER_BYTES], after[WAL_HEADER_BYTES];

	read_header(path, before);
	SLUIS_TRY(open_aside(path, &db));
	SLUIS_TRY(read_entries(db, ret));
	read_header(path, after);
	return memcmp(before, after, sizeof(before)) == 0 ? SLUIS_OK : SLUIS_EIO;
}

static enum sluis_err
give_all(const struct entries *entries,
    enum sluis_err (*each)(void *context, struct sluis_bytes entry), void *context)
{
	struct sluis_reader r;

	sluis_reader_init(&r, sluis_bytes(entries->data, entries->len));
	while (r.rest.len > 0) {
		const size_t len = sluis_reader_get_u32(&r);

		SLUIS_TRY(each(context, sluis_bytes(sluis_reader_get(&r, len), len)));
	}
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
store_peek_keys(
    const char *dir, enum sluis_err (*each)(void *context, struct sluis_bytes entry), void *context)
{
	SLUIS_AUTO(entries_done) struct entries entries = { .data = NULL };
	SLUIS_AUTO(sluis_freep) char *real = realpath(dir, NULL);
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
	char path[PATH_MAX + 16];
	enum sluis_err err = SLUIS_EIO;

	if (real == NULL)
		return errno == ENOENT ? SLUIS_ENOTFOUND : SLUIS_EIO;
	(void)snprintf(path, sizeof(path), "%s/" STORE_FILE, real);
	if (access(path, F_OK) != 0)
		return errno == ENOENT ? SLUIS_ENOTFOUND : SLUIS_EIO;
	for (int i = 0; i < TRIES && err == SLUIS_EIO; i++) {
		if (i > 0)
			(void)nanosleep(&pause, NULL);
		err = read_once(path, &entries);
	}
	return err == SLUIS_OK ? give_all(&entries, each, context) : err;
}
