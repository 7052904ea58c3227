/* SPDX-License-Identifier: EUPL-1.2 */
/* Behind the walls of sluis-reader: no files, no network, no other process, little time and memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../client/reader/reader.h"

/* Runs ${attempt} in a process of its own behind the walls; true: it got what it wanted. */
static bool
gets_through(bool may_start_tool, bool (*attempt)(void))
{
	int status;
	const pid_t pid = fork();

	if (pid == 0) {
		if (!reader_wall(may_start_tool))
			_exit(2);
		_exit(attempt() ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_not_equal(WEXITSTATUS(status), 2);
	return WEXITSTATUS(status) == 0;
}

static bool
opens(const char *path, int flags)
{
	const int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool reads_passwords(void) { return opens("/etc/passwd", O_RDONLY); }
static bool reads_library(void) { return opens("/usr/bin/env", O_RDONLY); }
static bool reads_process(void) { return opens("/proc/self/environ", O_RDONLY); }
static bool reads_home(void) { return opens("/root", O_RDONLY | O_DIRECTORY) || opens("/home", O_RDONLY | O_DIRECTORY); }
static bool writes_temporary(void) { return opens("/tmp/sluis-wall-test", O_WRONLY | O_CREAT); }
static bool writes_library(void) { return opens("/usr/sluis-wall-test", O_WRONLY | O_CREAT); }
static bool makes_socket(void) { return socket(AF_INET, SOCK_STREAM, 0) >= 0; }
static bool makes_local_socket(void) { return socket(AF_UNIX, SOCK_STREAM, 0) >= 0; }
static bool makes_pair(void) { int two[2]; return socketpair(AF_UNIX, SOCK_STREAM, 0, two) == 0; }
static bool makes_ring(void) { return syscall(SYS_io_uring_setup, 1, NULL) >= 0 || errno != EPERM; }
static bool forks(void) { return fork() >= 0; }
static bool signals(void) { return kill(getppid(), 0) == 0; }

static bool
starts_something(void)
{
	char *const words[] = { NULL, NULL };

	execve("/bin/true", words, words);
	return false;
}

static bool
takes_memory(void)
{
	return mmap(NULL, (size_t)1 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool
has_much_time(void)
{
	struct rlimit cpu;

	return getrlimit(RLIMIT_CPU, &cpu) != 0 || cpu.rlim_max > 10 || alarm(20) == 0;
}

static bool
has_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0;
}

static void
nothing_gets_through(void **state)
{
	(void)state;
	for (int tool = 0; tool < 2; tool++) {
		assert_false(gets_through(tool, makes_socket));
		assert_false(gets_through(tool, makes_local_socket));
		assert_false(gets_through(tool, makes_pair));
		assert_false(gets_through(tool, makes_ring));
		assert_false(gets_through(tool, forks));
		assert_false(gets_through(tool, signals));
		assert_false(gets_through(tool, has_much_time));
	}
	assert_false(gets_through(false, starts_something));
	assert_true(gets_through(true, starts_something));
}

static void
no_files(void **state)
{
	(void)state;
	if (!has_landlock())
		skip();
	for (int tool = 0; tool < 2; tool++) {
		assert_false(gets_through(tool, reads_process));
		assert_false(gets_through(tool, reads_home));
		assert_false(gets_through(tool, writes_temporary));
		assert_false(gets_through(tool, writes_library));
	}
	assert_false(gets_through(false, reads_passwords));
	assert_false(gets_through(false, reads_library));
	assert_true(gets_through(true, reads_library));
}

static void
little_memory(void **state)
{
	(void)state;
#if defined(__SANITIZE_ADDRESS__)
	skip();
#endif
	assert_false(gets_through(false, takes_memory));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_gets_through),
		cmocka_unit_test(no_files),
		cmocka_unit_test(little_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
