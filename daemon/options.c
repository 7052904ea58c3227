/* SPDX-License-Identifier: EUPL-1.2 */
#include "options.h"

#include <stdio.h>
#include <string.h>

#include "config.h"

static const char USAGE[] = "usage: sluisd --config FILE [--check [--full]]\n"
			    "       sluisd --config FILE --make-keys     make missing keys, print the public ones\n"
			    "       sluisd --dump-defaults               every setting, explained\n"
			    "       sluisd --version\n";

static bool
say(struct options *options, FILE *out, const char *text, int exit_code)
{
	fputs(text, out);
	options->exit_code = exit_code;
	return false;
}

bool
options_parse(char **argv, struct options *ret)
{
	*ret = (struct options){ .action = OPTIONS_SERVE };
	for (argv++; *argv != NULL; argv++) {
		if (strcmp(*argv, "--config") == 0 && argv[1] != NULL)
			ret->config = *++argv;
		else if (strcmp(*argv, "--check") == 0)
			ret->action = OPTIONS_CHECK;
		else if (strcmp(*argv, "--full") == 0)
			ret->full = true;
		else if (strcmp(*argv, "--make-keys") == 0)
			ret->action = OPTIONS_MAKE_KEYS;
		else if (strcmp(*argv, "--version") == 0)
			return say(ret, stdout, "sluisd 0.1, protocol 1\n", 0);
		else if (strcmp(*argv, "--help") == 0)
			return say(ret, stdout, USAGE, 0);
		else if (strcmp(*argv, "--dump-defaults") == 0) {
			config_print(stdout);
			return false;
		} else
			return say(ret, stderr, USAGE, 2);
	}
	if (ret->config == NULL || (ret->full && ret->action != OPTIONS_CHECK))
		return say(ret, stderr, USAGE, 2);
	return true;
}
