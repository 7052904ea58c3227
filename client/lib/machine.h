/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * machine - what this computer does with the files and the memory of a profile: modes, space, swap, core files.
 *
 * Reads only; but for one small file that is written into the profile and removed, to see whether that can be done.
 */
#ifndef SLUIS_CLIENT_MACHINE_H
#define SLUIS_CLIENT_MACHINE_H

#include "base.h"

enum { SLUIS_MACHINE_NAME = 300, SLUIS_MACHINE_SPACE_MIN_MIB = 64 };

/** What is wrong with the modes of a profile's folder. */
enum sluis_machine_modes {
	SLUIS_MODES_OK,
	SLUIS_MODES_NO_PROFILE, /* no folder, or no profile in it */
	SLUIS_MODES_NO_KEYS,    /* no secret.json */
	SLUIS_MODES_OPEN,       /* a file or folder that others may read or write */
	SLUIS_MODES_OWNER       /* a file or folder of another user */
};
/** sluis_machine_modes(dir, ret_name): ${ret_name}: the file or folder it is about, "." for the profile itself. */
enum sluis_machine_modes sluis_machine_modes(const char *dir, char ret_name[static SLUIS_MACHINE_NAME]);

enum sluis_machine_space {
	SLUIS_SPACE_OK,
	SLUIS_SPACE_LITTLE,  /* less than SLUIS_MACHINE_SPACE_MIN_MIB left for this user */
	SLUIS_SPACE_FULL,    /* nothing can be written: no space, no quota, no more files */
	SLUIS_SPACE_READONLY, /* the file system does not let itself be written to */
	SLUIS_SPACE_UNKNOWN
};
enum sluis_machine_space sluis_machine_space(const char *dir);

/** sluis_machine_swap(ret_name): true: memory may go to a disk that is not encrypted; ${ret_name}: which. By /proc/swaps. */
bool sluis_machine_swap(char ret_name[static SLUIS_MACHINE_NAME]);

/** sluis_machine_cores(): true: programs started from where this one was started leave core files. By the limit of the parent process. */
bool sluis_machine_cores(void);

/** sluis_machine_locks(): true: memory can be kept out of swap: the limit on locked memory allows one page and more. */
bool sluis_machine_locks(void);

#endif
