/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "log.h"

static void
formatted(bool journal, const char *text, const char *want)
{
	char got[LOG_LINE_MAX + 1] = "";

	got[log_format(journal, LOG_LEVEL_WARNING, text, got)] = '\0';
	assert_string_equal(got, want);
}

static void
one_call_is_one_line(void **state)
{
	(void)state;
	formatted(false, "ready endpoint=tcp://127.0.0.1:1", "ready endpoint=tcp://127.0.0.1:1\n");
	formatted(true, "ready", "<4>ready\n");
	formatted(false, "a\nfake=1\r\t\x1b[2J\x7f\\", "a\\x0afake=1\\x0d\\x09\\x1b[2J\\x7f\\x5c\n");
	formatted(false, "na\xc3\xaf" "ef", "na\\xc3\\xafef\n");
	formatted(false, "", "\n");
}

static void
a_long_line_is_cut(void **state)
{
	char text[4 * LOG_LINE_MAX], got[LOG_LINE_MAX];

	(void)state;
	for (size_t len = LOG_LINE_MAX - 10; len < LOG_LINE_MAX + 10; len++) {
		size_t n;

		memset(text, len % 2 == 0 ? 'a' : '\n', len);
		text[len] = '\0';
		n = log_format(true, LOG_LEVEL_INFO, text, got);
		assert_true(n <= LOG_LINE_MAX);
		assert_int_equal(got[n - 1], '\n');
		assert_null(memchr(got, '\n', n - 1));
	}
}

/* Only the very stream that systemd named is the journal; a file that stderr was sent to is not. */
static void
levels_only_for_the_journal(void **state)
{
	char path[] = "/tmp/log-test-XXXXXX", stream[64], got[128] = "";
	const int fd = mkstemp(path), kept = dup(STDERR_FILENO);
	struct stat st;
	ssize_t n;

	(void)state;
	assert_int_equal(fstat(fd, &st), 0);
	dup2(fd, STDERR_FILENO);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	log_open();
	log_line(LOG_LEVEL_NOTICE, "one count=%d", 1);
	setenv("JOURNAL_STREAM", "1:2", 1);
	log_open();
	log_line(LOG_LEVEL_NOTICE, "two text=%s", "x\ny");
	dup2(kept, STDERR_FILENO);
	close(kept);
	n = pread(fd, got, sizeof(got) - 1, 0);
	assert_true(n > 0);
	assert_string_equal(got, "<5>one count=1\ntwo text=x\\x0ay\n");
	close(fd);
	unlink(path);
	unsetenv("JOURNAL_STREAM");
	log_open();
}

static void
ids_in_hex(void **state)
{
	const struct sluis_public key = { { 0xab, 0xcd } };
	const struct sluis_id id = { { 1 } };
	char text[LOG_ID_TEXT];

	(void)state;
	assert_string_equal(log_key(&key, text), "abcd000000000000");
	assert_string_equal(log_id(&id, text), "01000000000000000000000000000000");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_call_is_one_line),
		cmocka_unit_test(a_long_line_is_cut),
		cmocka_unit_test(levels_only_for_the_journal),
		cmocka_unit_test(ids_in_hex),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
