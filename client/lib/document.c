/* SPDX-License-Identifier: EUPL-1.2 */
#include "document.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

#include "failure.h"

#ifndef SLUIS_LIBEXEC_DIR
#define SLUIS_LIBEXEC_DIR "/usr/local/libexec/sluis"
#endif

/* How sluis-reader ends (client/reader/reader.h). */
enum { READER_DONE = 0, READER_LOCAL = 1, READER_NO_TOOL = 127 };
enum { WAIT_MS = 25000, GROW_BYTES = 64 * 1024 };

/** The other process, and what it has said so far. */
struct reading {
	pid_t pid; /* 0: none */
	int input;
	int output;
	uint8_t *text;
	size_t len;
	size_t cap;
};

static const char *
word_of(enum sluis_document_kind kind)
{
	switch (kind) {
	case SLUIS_DOCUMENT_PDF:
		return "pdf";
	case SLUIS_DOCUMENT_DOCX:
		return "docx";
	case SLUIS_DOCUMENT_XML:
		return "xml";
	}
	return "";
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void
reading_done(struct reading *r)
{
	close_fd(&r->input);
	close_fd(&r->output);
	if (r->pid > 0) {
		(void)kill(r->pid, SIGKILL);
		while (waitpid(r->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (r->text != NULL)
		sodium_memzero(r->text, r->cap);
	free(r->text);
}

/* Nobody else may have put it there: root's or our own, and only the owner's to change. */
static bool
is_trusted(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && (st.st_uid == 0 || st.st_uid == geteuid()) &&
	    (st.st_mode & (S_IWGRP | S_IWOTH)) == 0 && access(path, X_OK) == 0;
}

/* Beside a program that was just built, or where `make install` puts it, under this program's prefix or the usual one. */
static bool
find_reader(char ret[static SLUIS_PATH_MAX])
{
	static const char *const PLACES[] = { "/sluis-reader", "/../libexec/sluis/sluis-reader" };
	const ssize_t n = readlink("/proc/self/exe", ret, SLUIS_PATH_MAX - 64);
	char *slash;

	ret[n < 0 ? 0 : n] = '\0';
	slash = strrchr(ret, '/');
	for (size_t i = 0; slash != NULL && i < SLUIS_ARRAY_LEN(PLACES); i++) {
		memcpy(slash, PLACES[i], strlen(PLACES[i]) + 1);
		if (is_trusted(ret))
			return true;
	}
	snprintf(ret, SLUIS_PATH_MAX, "%s", SLUIS_LIBEXEC_DIR "/sluis-reader");
	return is_trusted(ret);
}

static enum sluis_err
put_input(struct reading *r, struct sluis_bytes file)
{
	size_t at = 0;

	r->input = memfd_create("document", MFD_CLOEXEC);
	if (r->input < 0)
		return SLUIS_ESYSTEM;
	while (at < file.len) {
		const ssize_t n = write(r->input, file.data + at, file.len - at);

		if (n < 0 && errno != EINTR)
			return SLUIS_ESYSTEM;
		at += n < 0 ? 0 : (size_t)n;
	}
	return lseek(r->input, 0, SEEK_SET) == 0 ? SLUIS_OK : SLUIS_ESYSTEM;
}

static enum sluis_err
start(struct reading *r, const char *path, const char *kind)
{
	char name[] = "sluis-reader", word[8];
	char *const words[] = { name, word, NULL };
	char *const settings[] = { NULL };
	posix_spawn_file_actions_t actions;
	int ends[2], rc;

	snprintf(word, sizeof(word), "%s", kind);
	if (pipe2(ends, O_CLOEXEC) != 0)
		return SLUIS_ESYSTEM;
	r->output = ends[0];
	rc = posix_spawn_file_actions_init(&actions);
	if (rc == 0) {
		rc |= posix_spawn_file_actions_adddup2(&actions, r->input, STDIN_FILENO);
		rc |= posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
		rc |= posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
		rc |= posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
		if (rc == 0)
			rc = posix_spawn(&r->pid, path, &actions, NULL, words, settings);
		posix_spawn_file_actions_destroy(&actions);
	}
	close(ends[1]);
	if (rc != 0)
		r->pid = 0;
	return rc == 0 ? SLUIS_OK : SLUIS_ESYSTEM;
}

static enum sluis_err
make_room(struct reading *r)
{
	uint8_t *grown;

	if (r->cap - r->len >= GROW_BYTES)
		return SLUIS_OK;
	grown = calloc(1, r->cap * 2 + GROW_BYTES);
	if (grown == NULL)
		return SLUIS_ENOMEM;
	if (r->text != NULL) {
		memcpy(grown, r->text, r->len);
		sodium_memzero(r->text, r->cap);
		free(r->text);
	}
	r->text = grown;
	r->cap = r->cap * 2 + GROW_BYTES;
	return SLUIS_OK;
}

static int64_t
monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* All that it says; ${ret_whole} false: too much, or too slow. */
static enum sluis_err
take_output(struct reading *r, bool *ret_whole)
{
	const int64_t until_ms = monotonic_ms() + WAIT_MS;

	*ret_whole = false;
	for (;;) {
		struct pollfd p = { .fd = r->output, .events = POLLIN };
		const int64_t left_ms = until_ms - monotonic_ms();
		ssize_t n;

		SLUIS_TRY(make_room(r));
		if (left_ms <= 0 || r->len > SLUIS_DOCUMENT_TEXT_MAX_BYTES)
			return SLUIS_OK;
		if (poll(&p, 1, (int)left_ms) <= 0)
			continue;
		n = read(r->output, r->text + r->len, GROW_BYTES);
		if (n == 0)
			break;
		if (n < 0 && errno != EINTR)
			return SLUIS_ESYSTEM;
		r->len += n < 0 ? 0 : (size_t)n;
	}
	*ret_whole = true;
	return SLUIS_OK;
}

/* Its exit code; what was killed counts as unreadable. It has closed its output, and its own alarm ends it. */
static int
wait_for(struct reading *r)
{
	int status = 0;
	pid_t pid;

	do
		pid = waitpid(r->pid, &status, 0);
	while (pid < 0 && errno == EINTR);
	r->pid = 0;
	return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
settle(struct reading *r, enum sluis_document_kind kind, int code, struct sluis_document *ret)
{
	const bool is_ours = kind != SLUIS_DOCUMENT_PDF; /* pdftotext says 1 for a file that it cannot open */
	char line[16];

	if (code == READER_NO_TOOL || (is_ours && code == READER_LOCAL)) {
		ret->state = SLUIS_DOCUMENT_NO_READER;
	} else if (code != READER_DONE) {
		ret->state = SLUIS_DOCUMENT_UNREADABLE;
		if (kind == SLUIS_DOCUMENT_XML) {
			snprintf(line, sizeof(line), "%.*s", (int)(r->len < 15 ? r->len : 15), (const char *)r->text);
			ret->line = (size_t)strtoul(line, NULL, 10);
		}
	} else {
		ret->state = SLUIS_DOCUMENT_READ;
		ret->text = sluis_bytes(SLUIS_TAKE(r->text), r->len);
	}
}

SLUIS_MUST_CHECK enum sluis_err
sluis_document_read(enum sluis_document_kind kind, struct sluis_bytes file, struct sluis_document *ret)
{
	SLUIS_AUTO(reading_done) struct reading r = { .input = -1, .output = -1 };
	char path[SLUIS_PATH_MAX];
	bool is_whole;

	*ret = (struct sluis_document){ .state = SLUIS_DOCUMENT_NO_READER };
	if (!find_reader(path))
		return SLUIS_OK;
	SLUIS_TRY(put_input(&r, file));
	SLUIS_TRY(start(&r, path, word_of(kind)));
	SLUIS_TRY(take_output(&r, &is_whole));
	if (is_whole)
		settle(&r, kind, wait_for(&r), ret);
	else
		ret->state = SLUIS_DOCUMENT_UNREADABLE;
	return SLUIS_OK;
}

void
sluis_document_done(struct sluis_document *document)
{
	void *text;

	memcpy(&text, &document->text.data, sizeof(text));
	if (text != NULL)
		sodium_memzero(text, document->text.len);
	free(text);
	document->text = sluis_bytes(NULL, 0);
}
