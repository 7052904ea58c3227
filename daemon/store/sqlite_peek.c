/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>

#include <sqlite3.h>

#include "store.h"

static enum sluis_err
each_entry(sqlite3_stmt *st, enum sluis_err (*each)(void *context, struct sluis_bytes entry),
    void *context)
{
	int rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		const int len = sqlite3_column_bytes(st, 0);

		SLUIS_TRY(each(
		    context, sluis_bytes(sqlite3_column_blob(st, 0), len < 0 ? 0 : (size_t)len)));
	}
	return rc == SQLITE_DONE ? SLUIS_OK : SLUIS_EIO;
}

SLUIS_MUST_CHECK enum sluis_err
store_peek_keys(
    const char *dir, enum sluis_err (*each)(void *context, struct sluis_bytes entry), void *context)
{
	char path[1100];
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;
	enum sluis_err err = SLUIS_ENOTFOUND;

	(void)snprintf(path, sizeof(path), "%s/sluis.db", dir);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOFOLLOW, NULL) ==
		SQLITE_OK &&
	    sqlite3_busy_timeout(db, 2000) == SQLITE_OK &&
	    sqlite3_prepare_v2(db, "SELECT entry FROM keys_entry ORDER BY idx", -1, &st, NULL) ==
		SQLITE_OK)
		err = each_entry(st, each, context);
	(void)sqlite3_finalize(st);
	(void)sqlite3_close(db);
	return err;
}
