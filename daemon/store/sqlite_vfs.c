/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/sqlite_vfs.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#define VFS_NAME "sluis"

enum { HELD_MAX = 120 * 1024 }; /* the system layer writes at most 2^17 - 1 bytes a call */

/* The journal: SQLite sees this as its file; the system's own file object stands behind it. */
struct journal {
	sqlite3_file base;
	sqlite3_int64 at; /* where the held bytes belong */
	int held;
	uint8_t *buffer;
	sqlite3_file *file;
};

static struct journal *
journal_of(sqlite3_file *file)
{
	return (struct journal *)(void *)file;
}

/* Whatever comes of it, nothing is held any more: SQLite rolls back, or stops. */
static int
flush(struct journal *j)
{
	const int held = j->held;

	j->held = 0;
	return held == 0 ? SQLITE_OK : j->file->pMethods->xWrite(j->file, j->buffer, held, j->at);
}

static int
journal_close(sqlite3_file *file)
{
	struct journal *j = journal_of(file);
	const int rc = flush(j);
	const int closed = j->file->pMethods->xClose(j->file);

	free(j->buffer);
	return rc != SQLITE_OK ? rc : closed;
}

static int
journal_read(sqlite3_file *file, void *ret, int len, sqlite3_int64 at)
{
	struct journal *j = journal_of(file);

	if (j->held > 0 && at < j->at + j->held && at + len > j->at) {
		const int rc = flush(j);

		if (rc != SQLITE_OK)
			return rc;
	}
	return j->file->pMethods->xRead(j->file, ret, len, at);
}

static int
journal_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 at)
{
	struct journal *j = journal_of(file);

	if (j->held > 0 && (at != j->at + j->held || len > HELD_MAX - j->held)) {
		const int rc = flush(j);

		if (rc != SQLITE_OK)
			return rc;
	}
	if (len > HELD_MAX)
		return j->file->pMethods->xWrite(j->file, data, len, at);
	if (j->held == 0)
		j->at = at;
	memcpy(j->buffer + j->held, data, (size_t)len);
	j->held += len;
	return SQLITE_OK;
}

static int
journal_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct journal *j = journal_of(file);
	const int rc = flush(j);

	return rc != SQLITE_OK ? rc : j->file->pMethods->xTruncate(j->file, size);
}

static int
journal_sync(sqlite3_file *file, int flags)
{
	struct journal *j = journal_of(file);
	const int rc = flush(j);

	return rc != SQLITE_OK ? rc : j->file->pMethods->xSync(j->file, flags);
}

static int
journal_size(sqlite3_file *file, sqlite3_int64 *ret)
{
	struct journal *j = journal_of(file);
	const int rc = flush(j);

	return rc != SQLITE_OK ? rc : j->file->pMethods->xFileSize(j->file, ret);
}

static int
journal_lock(sqlite3_file *file, int level)
{
	struct journal *j = journal_of(file);

	return j->file->pMethods->xLock(j->file, level);
}

static int
journal_unlock(sqlite3_file *file, int level)
{
	struct journal *j = journal_of(file);

	return j->file->pMethods->xUnlock(j->file, level);
}

static int
journal_is_locked(sqlite3_file *file, int *ret)
{
	struct journal *j = journal_of(file);

	return j->file->pMethods->xCheckReservedLock(j->file, ret);
}

static int
journal_control(sqlite3_file *file, int operation, void *argument)
{
	struct journal *j = journal_of(file);
	const int rc = flush(j);

	return rc != SQLITE_OK ? rc : j->file->pMethods->xFileControl(j->file, operation, argument);
}

static int
journal_sector(sqlite3_file *file)
{
	struct journal *j = journal_of(file);

	return j->file->pMethods->xSectorSize(j->file);
}

static int
journal_device(sqlite3_file *file)
{
	struct journal *j = journal_of(file);

	return j->file->pMethods->xDeviceCharacteristics(j->file);
}

static const sqlite3_io_methods JOURNAL = {
	.iVersion = 1, /* no shared memory, no mapping: neither is asked of a journal */
	.xClose = journal_close,
	.xRead = journal_read,
	.xWrite = journal_write,
	.xTruncate = journal_truncate,
	.xSync = journal_sync,
	.xFileSize = journal_size,
	.xLock = journal_lock,
	.xUnlock = journal_unlock,
	.xCheckReservedLock = journal_is_locked,
	.xFileControl = journal_control,
	.xSectorSize = journal_sector,
	.xDeviceCharacteristics = journal_device,
};

static int
vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
	sqlite3_vfs *system = vfs->pAppData;
	struct journal *j = journal_of(file);
	int rc;

	if ((flags & SQLITE_OPEN_WAL) == 0)
		return system->xOpen(system, name, file, flags, ret_flags);
	memset(j, 0, sizeof(*j));
	j->file = (sqlite3_file *)(void *)(j + 1);
	j->buffer = malloc(HELD_MAX);
	rc = j->buffer == NULL ? SQLITE_NOMEM
			       : system->xOpen(system, name, j->file, flags, ret_flags);
	if (rc != SQLITE_OK) {
		free(j->buffer);
		j->base.pMethods = NULL;
		return rc;
	}
	j->base.pMethods = &JOURNAL;
	return SQLITE_OK;
}

/* SQLite keeps its file layers for the whole process, in a list that it changes: so does this one,
 * once. */
static void
register_once(void)
{
	static sqlite3_vfs own;
	sqlite3_vfs *system = sqlite3_vfs_find(NULL);

	if (system == NULL)
		return;
	own = *system;
	own.pNext = NULL;
	own.zName = VFS_NAME;
	own.pAppData = system;
	own.szOsFile = (int)sizeof(struct journal) + system->szOsFile;
	own.xOpen = vfs_open;
	(void)sqlite3_vfs_register(&own, 0);
}

const char *
sqlite_vfs_name(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, register_once);
	return sqlite3_vfs_find(VFS_NAME) == NULL ? NULL : VFS_NAME;
}
