/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * watch_child - processes that a watch starts and waits for, while it listens to the signals that end it.
 */
#ifndef SLUIS_CLI_WATCH_CHILD_H
#define SLUIS_CLI_WATCH_CHILD_H

#include <signal.h>

#include "cli.h"

enum { WATCH_ARGS_MAX = 16, WATCH_EXEC_MAX = 1024 };

/** Signals held back, and read where they are waited for. */
struct watch_signals {
	int fd;
	sigset_t old;
	bool stopped; /* SIGTERM or SIGINT came */
};

SLUIS_MUST_CHECK enum sluis_err watch_signals_open(struct watch_signals *signals, struct sluis_failure *failure);
void watch_signals_close(struct watch_signals *signals);

/** watch_sleep(signals, ms): sooner where it is told to stop. */
void watch_sleep(struct watch_signals *signals, int64_t ms);

/** A program and its arguments, taken apart at blanks. */
struct watch_program {
	char text[WATCH_EXEC_MAX];
	char *argv[WATCH_ARGS_MAX + 1];
};
/** watch_program_parse(cmd, ret, failure): SLUIS_EUSAGE: too long, empty, or no such program in PATH. */
SLUIS_MUST_CHECK enum sluis_err watch_program_parse(const char *cmd, struct watch_program *ret,
    struct sluis_failure *failure);

/** watch_program_run(program, signals, id): waits; its exit code, or -1 where a signal ended it. */
int watch_program_run(const struct watch_program *program, struct watch_signals *signals, const struct sluis_id *id);

/** watch_wait(signals, pid, take, context): until ${pid} has ended; its status. A stop is passed on to it, once; after 5 s with SIGKILL. */
int watch_wait(struct watch_signals *signals, pid_t pid, int fd, void (*take)(void *context, int fd), void *context);

#endif
