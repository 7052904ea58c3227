/* SPDX-License-Identifier: EUPL-1.2 */
#include "reader.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <seccomp.h>

/* Sanitizers map terabytes of shadow memory. */
#if defined(__SANITIZE_ADDRESS__)
#define MEMORY_MAX_BYTES RLIM_INFINITY
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MEMORY_MAX_BYTES RLIM_INFINITY
#endif
#endif
#ifndef MEMORY_MAX_BYTES
#define MEMORY_MAX_BYTES (512ul * 1024 * 1024)
#endif

enum { CPU_SECONDS = 10, WALL_SECONDS = 20, FILES_MAX = 64 };

#define READING (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
/* All of the first version of Landlock, which Debian 12 has. */
#define EVERYTHING ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)

static bool
limit(__rlimit_resource_t what, rlim_t most)
{
	const struct rlimit l = { most, most };

	return setrlimit(what, &l) == 0;
}

static bool
allow_beneath(int rules, const char *path)
{
	struct landlock_path_beneath_attr beneath = { .allowed_access = READING };
	bool ok;

	beneath.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (beneath.parent_fd < 0)
		return errno == ENOENT;
	ok = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0;
	close(beneath.parent_fd);
	return ok;
}

static bool
wall_off_files(bool may_start_tool)
{
	static const char *const SYSTEM[] = { "/usr", "/lib", "/lib64", "/etc" };
	const struct landlock_ruleset_attr attr = { .handled_access_fs = EVERYTHING };
	const int rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	bool ok = true;

	if (rules < 0)
		return errno == ENOSYS || errno == EOPNOTSUPP; /* this kernel has none */
	for (size_t i = 0; may_start_tool && i < SLUIS_ARRAY_LEN(SYSTEM); i++)
		ok = ok && allow_beneath(rules, SYSTEM[i]);
	ok = ok && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
	close(rules);
	return ok;
}

static bool
wall_off_calls(bool may_start_tool)
{
	static const int NEVER[] = { SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(connect), SCMP_SYS(bind),
		SCMP_SYS(io_uring_setup), SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
		SCMP_SYS(pidfd_open), SCMP_SYS(kill), SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(clone), SCMP_SYS(clone3),
		SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(mount), SCMP_SYS(bpf), SCMP_SYS(perf_event_open),
		SCMP_SYS(keyctl), SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(userfaultfd) };
	const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	bool ok = filter != NULL;

	for (size_t i = 0; ok && i < SLUIS_ARRAY_LEN(NEVER); i++)
		ok = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), NEVER[i], 0) == 0;
	if (ok && !may_start_tool)
		ok = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(execve), 0) == 0 &&
		    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(execveat), 0) == 0;
	ok = ok && seccomp_load(filter) == 0;
	if (filter != NULL)
		seccomp_release(filter);
	return ok;
}

SLUIS_MUST_CHECK bool
reader_wall(bool may_start_tool)
{
	alarm(WALL_SECONDS); /* and what is started keeps it */
	return limit(RLIMIT_CORE, 0) && limit(RLIMIT_CPU, CPU_SECONDS) &&
	    limit(RLIMIT_NOFILE, FILES_MAX) && limit(RLIMIT_AS, MEMORY_MAX_BYTES) &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && wall_off_files(may_start_tool) &&
	    wall_off_calls(may_start_tool);
}
