/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * hold - stop one thread of another process, and only that one, until it dies or this program ends: hold TID.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/wait.h>

int
main(int argc, char **argv)
{
	const pid_t tid = argc == 2 ? (pid_t)atoi(argv[1]) : 0;
	int status = 0;

	if (tid <= 0 || ptrace(PTRACE_SEIZE, tid, NULL, NULL) != 0 ||
	    ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) != 0) {
		perror("hold");
		return 1;
	}
	/* Its end is ours to fetch first: until then systemd would wait for a zombie. */
	while (waitpid(tid, &status, __WALL) == tid && WIFSTOPPED(status))
		;
	return 0;
}
