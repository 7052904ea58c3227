/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * config - the settings of one daemon: one flat YAML file, one table that says everything about every key.
 *
 * Unknown keys, keys given twice, values out of range, aliases, tags and nested values are mistakes with line and remedy.
 * Paths that do not start with `/` are taken from the folder of the file. Read once, at start.
 */
#ifndef SLUISD_CONFIG_H
#define SLUISD_CONFIG_H

#include <stdio.h>

#include "base.h"

enum { CONFIG_PATH_MAX = 1024, CONFIG_MAX_BYTES = 64 * 1024 };

struct config {
	char file[CONFIG_PATH_MAX];    /* itself, absolute */
	char store[CONFIG_PATH_MAX];   /* folder: database, keyring */
	char keys[CONFIG_PATH_MAX];    /* folder: the files of keyfile.h */
	char genesis[CONFIG_PATH_MAX]; /* packed KeysEntry 0: imported into an empty store */
	char policy[CONFIG_PATH_MAX];  /* YAML */
	char crl[CONFIG_PATH_MAX];     /* folder of DER lists; empty: none */
	char listen[CONFIG_PATH_MAX];  /* tcp://ADDRESS:PORT; not used where systemd hands the socket over */
	int64_t workers;               /* threads that verify; 0: one for each core */
	int64_t sessions;              /* connections at the same time */
};

/** Where mistakes go, each as one: the line (from 1; 0: the file as a whole), what is wrong, what to do. */
struct config_reporter {
	void (*report)(void *context, size_t line, const char *mistake, const char *remedy);
	void *context;
};

/**
 * config_parse(yaml, reporter, ret):
 * Read ${yaml} (borrowed, at most CONFIG_MAX_BYTES) over the defaults into ${ret}; paths are left as they stand.
 * All mistakes go to ${reporter}. Errors: SLUIS_ECONFIG, SLUIS_ETOOBIG, SLUIS_ENOMEM; ${ret} is untouched.
 */
SLUIS_MUST_CHECK enum sluis_err config_parse(struct sluis_bytes yaml,
    const struct config_reporter *reporter, struct config *ret);

/** config_load(path, reporter, ret): the same for a file, with its paths made absolute. Errors: those, SLUIS_EIO. */
SLUIS_MUST_CHECK enum sluis_err config_load(const char *path, const struct config_reporter *reporter,
    struct config *ret);

/** config_check(config, why): what no single key shows: required paths are there, folders differ. SLUIS_ECONFIG. */
SLUIS_MUST_CHECK enum sluis_err config_check(const struct config *config, struct sluis_why *why);

/** config_workers(config): the number of threads, cores counted. */
size_t config_workers(const struct config *config);

/** config_print(out): the table as a commented sample file; what sluisd --dump-defaults prints. */
void config_print(FILE *out);

#endif
