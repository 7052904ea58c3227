/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <sodium.h>

#include "check.h"
#include "log.h"
#include "options.h"
#include "serve.h"

/* Keys neither in swap nor in a core file; where that cannot be had, nothing is started. */
static bool
protect_memory(void)
{
	const struct rlimit none = { 0, 0 };
	static uint8_t probe[4096];

	umask(077);
	return setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 &&
	    sodium_mlock(probe, sizeof(probe)) == 0 && sodium_munlock(probe, sizeof(probe)) == 0;
}

int
main(int argc, char **argv)
{
	struct options options;
	struct config config;
	struct sluis_why why = { "" };
	enum sluis_err err;

	(void)argc;
	/* seeded by the system, then without a system call for each of the four draws of a push */
	if (randombytes_set_implementation(&randombytes_internal_implementation) != 0 || sodium_init() < 0 ||
	    !protect_memory()) {
		fprintf(stderr, "sluisd: error: memory for keys cannot be locked\n"
				"sluisd: hint: raise the limit: LimitMEMLOCK=64M in the unit, or ulimit -l\n");
		return 1;
	}
	log_open();
	if (!options_parse(argv, &options))
		return options.exit_code;
	if (options.action == OPTIONS_CHECK)
		return check_run(options.config, options.full);
	if (config_load(options.config, &check_reporter, &config) != SLUIS_OK)
		return 1;
	if (options.action == OPTIONS_MAKE_KEYS)
		return check_make_keys(&config);
	err = serve_run(&config, &why);
	if (err == SLUIS_OK)
		return 0;
	fprintf(stderr, "sluisd: error: %s\n", why.text);
	return 1;
}
