/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli.h"

#include <string.h>

static enum sluis_err
take_option(char ***argv, const struct cli_option *option, struct sluis_failure *failure)
{
	struct cli_list *list;

	if (option->kind == CLI_FLAG) {
		*(bool *)option->target = true;
		return SLUIS_OK;
	}
	if ((*argv)[1] == NULL)
		return sluis_fail(failure, SLUIS_EUSAGE, _("option \"%s\" needs a word after it"), option->name);
	++*argv;
	if (option->kind == CLI_VALUE) {
		*(const char **)option->target = **argv;
		return SLUIS_OK;
	}
	list = option->target;
	if (list->n == CLI_LIST_MAX)
		return sluis_fail(failure, SLUIS_EUSAGE, _("option \"%s\" is given too often"), option->name);
	list->words[list->n++] = **argv;
	return SLUIS_OK;
}

static enum sluis_err
no_option(const char *word, struct sluis_failure *failure)
{
	static const char *const GLOBAL[] = { "--json", "--lang", "--profile", "--passphrase-file" };

	(void)sluis_fail(failure, SLUIS_EUSAGE, _("there is no option \"%s\" here"), word);
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(GLOBAL); i++) {
		if (strcmp(word, GLOBAL[i]) == 0)
			sluis_fail_hint(failure, _("it goes before the command: sluis %s ... COMMAND"), word);
	}
	return SLUIS_EUSAGE;
}

SLUIS_MUST_CHECK enum sluis_err
cli_parse(char **argv, const struct cli_option *options, size_t n, struct cli_list *ret_words,
    struct sluis_failure *failure)
{
	ret_words->n = 0;
	for (; *argv != NULL; argv++) {
		const struct cli_option *found = NULL;

		for (size_t i = 0; i < n; i++) {
			if (strcmp(*argv, options[i].name) == 0)
				found = &options[i];
		}
		if (found != NULL) {
			SLUIS_TRY(take_option(&argv, found, failure));
			continue;
		}
		if (strncmp(*argv, "--", 2) == 0)
			return no_option(*argv, failure);
		if (ret_words->n == CLI_LIST_MAX)
			return sluis_fail(failure, SLUIS_EUSAGE, _("too many words"));
		ret_words->words[ret_words->n++] = *argv;
	}
	return SLUIS_OK;
}

enum sluis_err
cli_usage(struct sluis_failure *failure, const char *synopsis)
{
	(void)sluis_fail(failure, SLUIS_EUSAGE, _("this is not how the command is called"));
	sluis_fail_hint(failure, "sluis %s", synopsis);
	return SLUIS_EUSAGE;
}
