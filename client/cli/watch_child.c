/* SPDX-License-Identifier: EUPL-1.2 */
#include "watch_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 5000, NOT_STARTED = 127 };

SLUIS_MUST_CHECK enum sluis_err
watch_signals_open(struct watch_signals *signals, struct sluis_failure *failure)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGCHLD);
	signals->stopped = false;
	signals->fd = -1;
	if (sigprocmask(SIG_BLOCK, &set, &signals->old) == 0)
		signals->fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return signals->fd >= 0 ? SLUIS_OK : sluis_fail_err(failure, SLUIS_ESYSTEM, _("watching the inbox"));
}

void
watch_signals_close(struct watch_signals *signals)
{
	if (signals->fd < 0)
		return;
	close(signals->fd);
	(void)sigprocmask(SIG_SETMASK, &signals->old, NULL);
}

static void
take_signals(struct watch_signals *signals)
{
	struct signalfd_siginfo info;

	while (read(signals->fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		signals->stopped |= info.ssi_signo != SIGCHLD;
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
watch_sleep(struct watch_signals *signals, int64_t ms)
{
	const int64_t until_ms = now_ms() + ms;
	struct pollfd item = { .fd = signals->fd, .events = POLLIN };

	for (int64_t left_ms = ms; !signals->stopped && left_ms > 0; left_ms = until_ms - now_ms()) {
		if (poll(&item, 1, (int)left_ms) > 0)
			take_signals(signals);
	}
}

int
watch_wait(struct watch_signals *signals, pid_t pid, int fd, void (*take)(void *context, int fd), void *context)
{
	struct pollfd items[2] = { { .fd = signals->fd, .events = POLLIN }, { .fd = fd, .events = POLLIN } };
	bool is_told = false;
	int status = 0;

	for (;;) {
		const int ready = poll(items, 2, is_told ? PATIENCE_MS : -1);

		if (is_told && ready == 0)
			(void)kill(pid, SIGKILL);
		if (items[1].revents != 0 && take != NULL)
			take(context, fd);
		if ((items[1].revents & POLLHUP) != 0)
			items[1].fd = -1;
		take_signals(signals);
		if (waitpid(pid, &status, WNOHANG) == pid)
			break;
		if (signals->stopped && !is_told) {
			(void)kill(pid, SIGTERM);
			is_told = true;
		}
	}
	if (take != NULL && fd >= 0)
		take(context, fd);
	return status;
}

/* ---- a program ---- */

static bool
is_program(const char *word)
{
	const char *path = getenv("PATH");
	char whole[SLUIS_PATH_MAX];

	if (strchr(word, '/') != NULL)
		return access(word, X_OK) == 0;
	while (path != NULL && *path != '\0') {
		const size_t len = strcspn(path, ":");

		if (snprintf(whole, sizeof(whole), "%.*s/%s", (int)len, path, word) < (int)sizeof(whole) &&
		    access(whole, X_OK) == 0)
			return true;
		path += len + (path[len] == ':');
	}
	return false;
}

SLUIS_MUST_CHECK enum sluis_err
watch_program_parse(const char *cmd, struct watch_program *ret, struct sluis_failure *failure)
{
	char *rest = NULL, *word;
	size_t n = 0;

	memset(ret, 0, sizeof(*ret));
	if (strlen(cmd) >= sizeof(ret->text))
		return sluis_fail(failure, SLUIS_EUSAGE, _("the command after --exec is too long"));
	memcpy(ret->text, cmd, strlen(cmd) + 1);
	for (word = strtok_r(ret->text, " \t", &rest); word != NULL; word = strtok_r(NULL, " \t", &rest)) {
		if (n == WATCH_ARGS_MAX)
			return sluis_fail(failure, SLUIS_EUSAGE, _("the command after --exec is too long"));
		ret->argv[n++] = word;
	}
	if (n > 0 && is_program(ret->argv[0]))
		return SLUIS_OK;
	(void)sluis_fail(failure, SLUIS_EUSAGE, _("\"%s\" is no program that can be run"), n > 0 ? ret->argv[0] : cmd);
	sluis_fail_hint(failure, _("give its path; no shell is used: for more than a program and words, write a script"));
	return SLUIS_EUSAGE;
}

static void
become(const struct watch_program *program, const struct watch_signals *signals, const char *message)
{
	const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)sigprocmask(SIG_SETMASK, &signals->old, NULL);
	if (nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 && dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 &&
	    setenv("SLUIS_MESSAGE", message, 1) == 0)
		(void)execvp(program->argv[0], program->argv);
	_exit(NOT_STARTED);
}

int
watch_program_run(const struct watch_program *program, struct watch_signals *signals, const struct sluis_id *id)
{
	char message[2 * SLUIS_ID_BYTES + 1];
	pid_t pid;
	int status;

	sluis_hex(id->bytes, sizeof(id->bytes), message);
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0)
		become(program, signals, message);
	if (pid < 0)
		return NOT_STARTED;
	status = watch_wait(signals, pid, -1, NULL, NULL);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
