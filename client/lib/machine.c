/* SPDX-License-Identifier: EUPL-1.2 */
#include "machine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <sodium.h>

#include "profile_files.h"

static void
closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* ---- modes ---- */

/** A walk through a profile; stops at the first thing that is wrong. */
struct walk {
	int dir;
	const char *folder; /* NULL: the top */
	enum sluis_machine_modes found;
	char *name;
};

static enum sluis_machine_modes
judge(const struct stat *st)
{
	if (st->st_uid != geteuid() && geteuid() != 0)
		return SLUIS_MODES_OWNER;
	return (st->st_mode & 077) != 0 ? SLUIS_MODES_OPEN : SLUIS_MODES_OK;
}

static enum sluis_err
look_at(void *context, const char *name)
{
	struct walk *walk = context;
	char whole[SLUIS_MACHINE_NAME];
	struct stat st;

	snprintf(whole, sizeof(whole), "%s%s%s", walk->folder == NULL ? "" : walk->folder,
	    walk->folder == NULL ? "" : "/", name);
	if (fstatat(walk->dir, whole, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return SLUIS_OK;
	walk->found = judge(&st);
	if (walk->found != SLUIS_MODES_OK) {
		snprintf(walk->name, SLUIS_MACHINE_NAME, "%s", whole);
		return SLUIS_EKEYS;
	}
	if (S_ISDIR(st.st_mode) && walk->folder == NULL) {
		struct walk inner = *walk;

		inner.folder = name;
		if (sluis_profile_file_list(walk->dir, name, look_at, &inner) != SLUIS_OK) {
			walk->found = inner.found;
			return SLUIS_EKEYS;
		}
	}
	return SLUIS_OK;
}

enum sluis_machine_modes
sluis_machine_modes(const char *dir, char ret_name[static SLUIS_MACHINE_NAME])
{
	SLUIS_AUTO(closep) int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct walk walk = { .dir = fd, .found = SLUIS_MODES_OK, .name = ret_name };
	struct stat st;

	snprintf(ret_name, SLUIS_MACHINE_NAME, ".");
	if (fd < 0 || fstat(fd, &st) != 0 || fstatat(fd, "profile.json", &(struct stat){ 0 }, 0) != 0)
		return SLUIS_MODES_NO_PROFILE;
	walk.found = judge(&st);
	if (walk.found != SLUIS_MODES_OK)
		return walk.found;
	if (sluis_profile_file_list(fd, ".", look_at, &walk) != SLUIS_OK && walk.found != SLUIS_MODES_OK)
		return walk.found;
	return faccessat(fd, "secret.json", F_OK, 0) == 0 ? SLUIS_MODES_OK : SLUIS_MODES_NO_KEYS;
}

/* ---- space ---- */

static enum sluis_machine_space
try_to_write(int dir)
{
	static const char NAME[] = "doctor.probe";
	uint8_t bytes[4096] = { 0 };
	enum sluis_err err;

	errno = 0;
	err = sluis_profile_file_write(dir, NAME, sluis_bytes(bytes, sizeof(bytes)));
	if (err == SLUIS_OK)
		err = sluis_profile_file_remove(dir, NAME);
	if (err == SLUIS_OK)
		return SLUIS_SPACE_OK;
	if (err == SLUIS_ENOSPACE || errno == EFBIG)
		return SLUIS_SPACE_FULL;
	return errno == EROFS ? SLUIS_SPACE_READONLY : SLUIS_SPACE_UNKNOWN;
}

enum sluis_machine_space
sluis_machine_space(const char *dir)
{
	SLUIS_AUTO(closep) int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum sluis_machine_space space;
	struct statvfs fs;

	if (fd < 0 || fstatvfs(fd, &fs) != 0)
		return SLUIS_SPACE_UNKNOWN;
	space = (fs.f_flag & ST_RDONLY) != 0 ? SLUIS_SPACE_READONLY : try_to_write(fd);
	if (space == SLUIS_SPACE_OK &&
	    (uint64_t)fs.f_bavail * fs.f_frsize < (uint64_t)SLUIS_MACHINE_SPACE_MIN_MIB * 1024 * 1024)
		return SLUIS_SPACE_LITTLE;
	return space;
}

/* ---- swap, core files ---- */

/* In memory (zram) or under dm-crypt nothing readable reaches a disk. */
static bool
is_safe_swap(const char *device)
{
	const char *name = strrchr(device, '/');
	char path[SLUIS_MACHINE_NAME], uuid[16] = "";
	FILE *file;

	name = name == NULL ? device : name + 1;
	if (strncmp(name, "zram", 4) == 0)
		return true;
	snprintf(path, sizeof(path), "/sys/block/%.64s/dm/uuid", name);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	if (fgets(uuid, sizeof(uuid), file) == NULL)
		uuid[0] = '\0';
	fclose(file);
	return strncmp(uuid, "CRYPT-", 6) == 0;
}

bool
sluis_machine_swap(char ret_name[static SLUIS_MACHINE_NAME])
{
	FILE *file = fopen("/proc/swaps", "re");
	char line[512], device[SLUIS_MACHINE_NAME];
	bool found = false;

	if (file == NULL)
		return false;
	/* the first line says what the columns are */
	if (fgets(line, sizeof(line), file) != NULL) {
		while (!found && fgets(line, sizeof(line), file) != NULL)
			found = sscanf(line, "%299s", device) == 1 && !is_safe_swap(device);
	}
	fclose(file);
	if (found)
		memcpy(ret_name, device, sizeof(device));
	return found;
}

bool
sluis_machine_cores(void)
{
	struct rlimit limit;

	/* our own is 0 since main() began */
	return prlimit(getppid(), RLIMIT_CORE, NULL, &limit) == 0 && limit.rlim_cur > 0;
}

bool
sluis_machine_locks(void)
{
	uint8_t page[4096];

	return sodium_mlock(page, sizeof(page)) == 0 && sodium_munlock(page, sizeof(page)) == 0;
}
