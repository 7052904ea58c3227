/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sqlite_vfs - the system's file layer for SQLite, with the journal's small writes put together.
 *
 * SQLite writes its write-ahead log in two calls a page; here what follows on is held and written in one call of up
 * to 120 KiB, at the latest before a sync, a read of that place, or any other call on the journal. Everything
 * else goes to the system's layer as it is. What is held is not promised to anybody: SQLite promises after a sync.
 * A write that fails is told at the write, sync or read that brought it about.
 * Source: sqlite.org/vfs.html, sqlite.org/walformat.html.
 */
#ifndef SLUISD_SQLITE_VFS_H
#define SLUISD_SQLITE_VFS_H

/** sqlite_vfs_name(): its name for sqlite3_open_v2(), registered at the first call; NULL without memory. */
const char *sqlite_vfs_name(void);

#endif
