/* SPDX-License-Identifier: EUPL-1.2 */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The one piece of state of the process that is not in a struct: set before threads, read after. */
static bool to_journal;

/* systemd names device and inode of the stream, so that a redirected stderr is not taken for it. */
static bool
stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	if (stream == NULL || sscanf(stream, "%llu:%llu", &dev, &ino) != 2)
		return false;
	return fstat(STDERR_FILENO, &st) == 0 && st.st_dev == dev && st.st_ino == ino;
}

void
log_open(void)
{
	to_journal = stderr_is_journal();
}

size_t
log_format(bool journal, enum log_level level, const char *text, char ret[static LOG_LINE_MAX])
{
	static const char HEX[] = "0123456789abcdef";
	size_t len = 0;

	if (journal)
		len = (size_t)snprintf(ret, LOG_LINE_MAX, "<%d>", (int)level);
	for (; *text != '\0' && len < LOG_LINE_MAX - 6; text++) {
		const unsigned char c = (unsigned char)*text;

		if (c >= 0x20 && c < 0x7f && c != '\\') {
			ret[len++] = *text;
			continue;
		}
		ret[len++] = '\\';
		ret[len++] = 'x';
		ret[len++] = HEX[c >> 4];
		ret[len++] = HEX[c & 15];
	}
	ret[len++] = '\n';
	return len;
}

void
log_line(enum log_level level, const char *format, ...)
{
	char text[LOG_LINE_MAX], line[LOG_LINE_MAX];
	va_list args;
	ssize_t written;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* One write, so that lines of threads do not mix; a log that cannot be written stops nothing. */
	written = write(STDERR_FILENO, line, log_format(to_journal, level, text, line));
	(void)written;
}

const char *
log_key(const struct sluis_public *key, char ret[static LOG_ID_TEXT])
{
	sluis_hex(key->bytes, 8, ret);
	return ret;
}

const char *
log_id(const struct sluis_id *id, char ret[static LOG_ID_TEXT])
{
	sluis_hex(id->bytes, sizeof(id->bytes), ret);
	return ret;
}
