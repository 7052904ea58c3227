/* SPDX-License-Identifier: EUPL-1.2 */
/* One stored message that rots, or cannot be read, is `lost` to both sides; the daemon and all others live on. */
/* Fortified headers define pread64 in line; it is replaced here (clang refuses an attribute after that). */
#undef _FORTIFY_SOURCE
#include "asks.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "broker.h"
#include "event.h"
#include "store/keyring.h"
#include "store/store.h"

enum { BODY_BYTES = 60000, NEEDLE_BYTES = 48, PAGE_BYTES = 4096 };

static struct broker *broker;
static struct sluis_case *of_case;
static struct sluis_id hurt, whole; /* two messages; what is broken here is of the first */

/* ---- a disk with a bad sector: this stands before the C library's, for SQLite too ---- */

static struct {
	ino_t file;
	off64_t at; /* 0: none */
} BAD;

__attribute__((visibility("default"))) ssize_t pread64(int fd, void *data, size_t len, off64_t at);

ssize_t
pread64(int fd, void *data, size_t len, off64_t at)
{
	struct stat st;

	if (BAD.at != 0 && at <= BAD.at && BAD.at - at < (off64_t)len && fstat(fd, &st) == 0 &&
	    st.st_ino == BAD.file) {
		errno = EIO;
		return -1;
	}
	return syscall(SYS_pread64, fd, data, len, at);
}

/* ---- the region ---- */

static void
path_of(const char *name, char *ret, size_t cap)
{
	assert_true(snprintf(ret, cap, "%s/%s", broker->config.store, name) < (int)cap);
}

static void
take(const char *who, Sluis__Signed *act)
{
	assert_int_equal(broker_ask(broker, who, ask_case_act(broker->f, act), sluis_bytes(NULL, 0))
			     ->answer_case,
	    SLUIS__TELL__ANSWER_DONE);
}

static struct sluis_id
push(uint64_t sequence)
{
	struct ask_push push = { .from = "provider", .to = "director", .of_case = of_case,
		.sequence = sequence, .bytes = BODY_BYTES };
	const Sluis__Ask *ask = ask_push(broker->f, &push);

	assert_string_equal(broker_rule(broker_ask(broker, "provider", ask, push.body)), "");
	return push.id;
}

static int
begin(void **state)
{
	Sluis__Signed *act;

	(void)state;
	memset(&BAD, 0, sizeof(BAD));
	broker = broker_new(NULL);
	broker_fill(broker);
	broker_start(broker);
	of_case = federation_open_case(broker->f, 0xc1, "provider", "director", &act);
	take("provider", act);
	take("director", federation_case_act(broker->f, of_case, "director", SLUIS_CASE_STEP, NULL, "step",
			     "consultation"));
	hurt = push(1);
	whole = push(2);
	broker_stop(broker);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	memset(&BAD, 0, sizeof(BAD));
	sluis_case_free(of_case);
	broker_free(broker);
	return 0;
}

/* ---- what people see ---- */

static const char *
inbox_state(const struct sluis_id *id)
{
	static char ret[33];
	const Sluis__Tell *tell = broker_ask(broker, "director", ask_inbox(broker->f), sluis_bytes(NULL, 0));

	for (size_t i = 0; i < tell->inbox->n_rows; i++) {
		const Sluis__InboxRow *row = tell->inbox->rows[i];

		if (memcmp(row->message_id.data, id->bytes, sizeof(id->bytes)) == 0) {
			snprintf(ret, sizeof(ret), "%.*s", (int)row->state_code.len,
			    (const char *)row->state_code.data);
			return ret;
		}
	}
	return "not there";
}

static void
status_is(const struct sluis_id *id, const char *message, const char *receiver)
{
	const Sluis__Tell *tell =
	    broker_ask(broker, "provider", ask_status(broker->f, id), sluis_bytes(NULL, 0));

	assert_int_equal(tell->status->n_rows, 1);
	assert_true(sluis_bytes_is_text(sluis_of(tell->status->state_code), message));
	assert_true(sluis_bytes_is_text(sluis_of(tell->status->rows[0]->state_code), receiver));
}

static const Sluis__Tell *
fetch(const struct sluis_id *id, uint64_t offset)
{
	return broker_ask(broker, "director", ask_fetch(broker->f, id, offset), sluis_bytes(NULL, 0));
}

/* Lost to both sides, refused in words; the other is handed over. */
static void
is_lost(void)
{
	assert_string_equal(broker_rule(fetch(&hurt, 0)), "message-erased");
	assert_string_equal(inbox_state(&hurt), "lost");
	status_is(&hurt, "lost", "lost");
	assert_int_equal(fetch(&whole, 0)->answer_case, SLUIS__TELL__ANSWER_FETCH);
	assert_true(broker->body.len > BODY_BYTES);
	assert_string_equal(inbox_state(&whole), "released");
	status_is(&whole, "accepted", "released");
}

/* Events of a type in the log; the daemon is stopped. */
static unsigned
events(const char *type)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(1024 * 1024);
	struct store_head head;
	struct store_tx *tx = NULL;
	struct store *store = NULL;
	unsigned n = 0;

	assert_int_equal(store_open(broker->config.store, &broker->why, &store), SLUIS_OK);
	assert_int_equal(store_begin(store, &tx), SLUIS_OK);
	assert_int_equal(store_head_get(tx, STORE_LOG_EXCHANGE, &head), SLUIS_OK);
	for (uint64_t i = 0; i < head.size; i++) {
		struct store_event row;
		Sluis__Event *event = NULL;

		assert_int_equal(store_event_get(tx, i, arena, &row), SLUIS_OK);
		assert_int_equal(sluis_event_open(row.event, arena, &event), SLUIS_OK);
		n += sluis_bytes_is_text(sluis_of(event->type_code), type);
		sluis_arena_reset(arena);
	}
	store_close(store);
	return n;
}

/* ---- breaking it; the daemon is stopped ---- */

/* ${column} of the content of a message, as it stands in the database. */
static size_t
column_of(const struct sluis_id *id, const char *column, uint8_t *ret, size_t cap)
{
	char path[CONFIG_PATH_MAX + 16], sql[160];
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;
	size_t len;

	path_of("sluis.db", path, sizeof(path));
	snprintf(sql, sizeof(sql), "SELECT c.%s FROM content c JOIN message m ON m.idx = c.idx WHERE m.id = ?1",
	    column);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	sqlite3_bind_blob(st, 1, id->bytes, sizeof(id->bytes), SQLITE_STATIC);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	len = (size_t)sqlite3_column_bytes(st, 0);
	assert_true(len <= cap);
	memcpy(ret, sqlite3_column_blob(st, 0), len);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return len;
}

static void
run_sql(const char *sql)
{
	char path[CONFIG_PATH_MAX + 16];
	sqlite3 *db = NULL;

	path_of("sluis.db", path, sizeof(path));
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* Where in the file byte ${at} of that column stands; 0: across pages, not to be found in one piece. */
static off64_t
place_of(const uint8_t *column, size_t len, size_t at)
{
	static uint8_t page[PAGE_BYTES];
	char path[CONFIG_PATH_MAX + 16];
	off64_t found = 0;
	FILE *file;

	path_of("sluis.db", path, sizeof(path));
	file = fopen(path, "r");
	assert_non_null(file);
	if (at + NEEDLE_BYTES > len)
		at = len - NEEDLE_BYTES;
	for (off64_t start = 0; found == 0 && fread(page, sizeof(page), 1, file) == 1; start += PAGE_BYTES) {
		const uint8_t *hit = memmem(page, sizeof(page), column + at, NEEDLE_BYTES);

		if (hit != NULL)
			found = start + (hit - page);
	}
	fclose(file);
	return found;
}

static void
flip(off64_t at)
{
	char path[CONFIG_PATH_MAX + 16];
	uint8_t byte = 0;
	int fd;

	path_of("sluis.db", path, sizeof(path));
	fd = open(path, O_RDWR);
	assert_true(fd >= 0 && pread(fd, &byte, 1, at) == 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

static uint8_t column[2 * BODY_BYTES];

static off64_t
in_the_body(void)
{
	const size_t len = column_of(&hurt, "sealed", column, sizeof(column));
	off64_t at = 0;

	for (size_t i = 20000; at == 0; i += NEEDLE_BYTES)
		at = place_of(column, len, i);
	return at;
}

/* ---- the tests ---- */

static void
a_flipped_byte_of_the_body_loses_that_message(void **state)
{
	(void)state;
	flip(in_the_body());
	broker_start(broker);
	assert_string_equal(inbox_state(&hurt), "pending"); /* nobody has looked yet */
	is_lost();
	is_lost(); /* asked again: the same, and no second event */
	broker_stop(broker);
	broker_start(broker);
	is_lost();
	broker_stop(broker);
	assert_int_equal(events("lost"), 1);
}

static void
a_body_that_is_gone_is_lost(void **state)
{
	(void)state;
	run_sql("UPDATE content SET sealed = zeroblob(0), locks = NULL WHERE idx = (SELECT min(idx) FROM content)");
	broker_start(broker);
	is_lost();
	broker_stop(broker);
	assert_int_equal(events("lost"), 1);
}

static void
a_row_that_is_gone_is_lost(void **state)
{
	(void)state;
	run_sql("DELETE FROM content WHERE idx = (SELECT min(idx) FROM content)");
	broker_start(broker);
	is_lost();
	broker_stop(broker);
	assert_int_equal(events("lost"), 1);
}

static void
a_flipped_lock_is_lost(void **state)
{
	const size_t len = column_of(&hurt, "locks", column, sizeof(column));

	(void)state;
	flip(place_of(column, len, len - 60));
	broker_start(broker);
	is_lost();
	broker_stop(broker);
}

/* Wherever it rots, the answer is the message as it was accepted or a refusal; nothing else is harmed. */
static void
a_flipped_byte_of_the_push_harms_nothing_else(void **state)
{
	const size_t len = column_of(&hurt, "push", column, sizeof(column));
	unsigned lost = 0;

	(void)state;
	assert_true(len > 500);
	for (size_t i = 0; i + NEEDLE_BYTES < len; i += 41) {
		const off64_t at = place_of(column, len, i);
		const Sluis__Tell *tell;

		if (at == 0)
			continue;
		flip(at);
		broker_start(broker);
		tell = fetch(&hurt, 0);
		if (tell->answer_case == SLUIS__TELL__ANSWER_REFUSAL) {
			is_lost();
			lost++;
		} else {
			assert_int_equal(tell->answer_case, SLUIS__TELL__ANSWER_FETCH);
		}
		broker_stop(broker);
		flip(at);
		run_sql("UPDATE message SET state = 1");
	}
	assert_true(lost > 10);
}

/* Sound in itself, but of another message: not what was accepted under this id. */
static void
the_push_of_another_is_lost(void **state)
{
	(void)state;
	run_sql("UPDATE content SET push = (SELECT push FROM content WHERE idx = (SELECT max(idx) FROM content)) "
		"WHERE idx = (SELECT min(idx) FROM content)");
	broker_start(broker);
	is_lost();
}

static void
without_its_key_generation_it_is_lost_until_that_is_back(void **state)
{
	char path[CONFIG_PATH_MAX + 16], away[CONFIG_PATH_MAX + 24];

	(void)state;
	path_of(KEYRING_FILE, path, sizeof(path));
	path_of(KEYRING_FILE ".away", away, sizeof(away));
	assert_int_equal(rename(path, away), 0);
	broker_start(broker);
	assert_string_equal(inbox_state(&hurt), "lost"); /* at once: no need to look at the bytes */
	assert_string_equal(inbox_state(&whole), "lost");
	status_is(&hurt, "lost", "lost");
	assert_string_equal(broker_rule(fetch(&hurt, 0)), "message-erased");
	broker_stop(broker);
	assert_int_equal(rename(away, path), 0);
	broker_start(broker);
	assert_string_equal(inbox_state(&hurt), "pending");
	assert_int_equal(fetch(&hurt, 0)->answer_case, SLUIS__TELL__ANSWER_FETCH);
}

/* SQLite gives up the whole transaction: that round is repeated by its clients, and the next answers. */
static void
a_sector_that_cannot_be_read_loses_that_message(void **state)
{
	char path[CONFIG_PATH_MAX + 16];
	struct stat st;

	(void)state;
	BAD.at = in_the_body();
	path_of("sluis.db", path, sizeof(path));
	assert_int_equal(stat(path, &st), 0);
	BAD.file = st.st_ino;
	broker_start(broker);
	assert_int_equal(fetch(&hurt, 0)->status_number, 5);
	is_lost();
	is_lost();
	broker_stop(broker);
	BAD.at = 0;
	assert_int_equal(events("lost"), 1);
}

int
main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)
	const struct CMUnitTest tests[] = {
		T(a_flipped_byte_of_the_body_loses_that_message), T(a_body_that_is_gone_is_lost),
		T(a_row_that_is_gone_is_lost), T(a_flipped_lock_is_lost),
		T(a_flipped_byte_of_the_push_harms_nothing_else),
		T(the_push_of_another_is_lost),
		T(without_its_key_generation_it_is_lost_until_that_is_back),
		T(a_sector_that_cannot_be_read_loses_that_message),
	};
#undef T

	return cmocka_run_group_tests(tests, NULL, NULL);
}
