/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * keyring_internal - what keyring.c and keyring_file.c share: the keys in memory, and their file.
 */
#ifndef SLUISD_KEYRING_INTERNAL_H
#define SLUISD_KEYRING_INTERNAL_H

#include "store/keyring.h"

struct keyring_generation {
	uint64_t number;
	struct sluis_secret32 key;
};

/* The whole of it in locked memory. */
struct keyring {
	int dir_fd;
	size_t count;
	struct keyring_generation generations[KEYRING_GENERATIONS_MAX]; /* oldest first */
};

/** keyring_file_error(doing, why): errno, in words; SLUIS_ENOSPACE or SLUIS_EIO. */
enum sluis_err keyring_file_error(const char *doing, struct sluis_why *why);

/** keyring_file_load(keyring, why): read the file; finish a replacement that died halfway. */
SLUIS_MUST_CHECK enum sluis_err keyring_file_load(struct keyring *keyring, struct sluis_why *why);

/** keyring_file_save(keyring, why): whole and durable under its name, or the old file as it was. */
SLUIS_MUST_CHECK enum sluis_err keyring_file_save(const struct keyring *keyring, struct sluis_why *why);

/** keyring_file_replace(keyring, why): save, then overwrite the old file and remove it. */
SLUIS_MUST_CHECK enum sluis_err keyring_file_replace(const struct keyring *keyring, struct sluis_why *why);

#endif
