/* SPDX-License-Identifier: EUPL-1.2 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "cli.h"

#ifndef SLUIS_LOCALE_DIR
#define SLUIS_LOCALE_DIR "/usr/local/share/locale"
#endif

/* clang-format off */
static const struct {
	const char *name;
	cli_command run;
	const char *help;
} COMMANDS[] = {
	{ "init",      cmd_init,      N_("make a profile from an invite, with keys of its own") },
	{ "enrol",     cmd_enrol,     N_("hand in the record that your organisation signed") },
	{ "whoami",    cmd_whoami,    N_("who this profile is, in which federation, until when") },
	{ "doctor",    cmd_doctor,    N_("what is wrong, why, and the command that mends it") },
	{ "directory", cmd_directory, N_("who is in the federation") },
	{ "org",       cmd_org,       N_("issue and list records of your organisation") },
	{ "registry",  cmd_registry,  N_("invite, approve, suspend; policy (registrars)") },
	{ "keys",      cmd_keys,      N_("list or export this member's keys") },
	{ "profile",   cmd_profile,   N_("back up this profile, or put it back") },
	{ "case",      cmd_case,      N_("open, list, show, join, leave, step, invite, inform, shield, label, close") },
	{ "grant",     cmd_grant,     N_("record, refuse and list consents") },
	{ "push",      cmd_push,      N_("send sections of a case file") },
	{ "template",  cmd_template,  N_("a file to fill in, with the fields of a category") },
	{ "explain",   cmd_explain,   N_("which rule decides, why, whom to ask") },
	{ "inbox",     cmd_inbox,     N_("what waits for you") },
	{ "pull",      cmd_pull,      N_("fetch, verify and open messages") },
	{ "dossier",   cmd_dossier,   N_("one dossier of a case, as a page to read and print") },
	{ "wipe",      cmd_wipe,      N_("remove what was written of a message or case") },
	{ "review",    cmd_review,    N_("what is judged afterwards: list, close (privacy officers)") },
	{ "request",   cmd_request,   N_("ask for information by a date; what waits; decline") },
	{ "sent",      cmd_sent,      N_("what this member sent, and where it stands") },
	{ "status",    cmd_status,    N_("who received a message, and when") },
	{ "log",       cmd_log,       N_("list, show and verify the exchange log") },
};
/* clang-format on */

static void
print_help(FILE *out)
{
	fprintf(out, "%s\n\n", _("usage: sluis [--profile DIR] [--json] [--lang nl|en] COMMAND ..."));
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(COMMANDS); i++)
		fprintf(out, "  %-10s %s\n", COMMANDS[i].name, _(COMMANDS[i].help));
	fprintf(out, "\n%s\n", _("--passphrase-file FILE reads the passphrase of the profile from a file"));
}

/* No keys or content in a core file, none in swap where the system lets us. */
static void
protect(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	umask(077);
}

/* Pages are for Dutch readers, whatever the machine speaks, unless somebody asks for another language. */
static const char *
chosen_lang(const char *flag, char **command)
{
	const bool makes_page = command[0] != NULL &&
	    (strcmp(command[0], "dossier") == 0 ||
		(strcmp(command[0], "grant") == 0 && command[1] != NULL && strcmp(command[1], "letter") == 0));
	const char *const said[] = { flag, getenv("SLUIS_LANG"), makes_page ? "nl" : NULL, getenv("LC_ALL"),
		getenv("LC_MESSAGES"), getenv("LANG") };

	for (size_t i = 0; i < SLUIS_ARRAY_LEN(said); i++) {
		if (said[i] != NULL && said[i][0] != '\0')
			return strncmp(said[i], "nl", 2) == 0 ? "nl" : "en";
	}
	return "en";
}

/* The catalogue stands beside a program that was just built, or where it was installed. */
static void
open_catalogue(const char *lang)
{
	char path[SLUIS_PATH_MAX];
	const ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - sizeof("/locale"));
	char *slash;

	path[n < 0 ? 0 : n] = '\0';
	slash = strrchr(path, '/');
	if (slash != NULL)
		memcpy(slash, "/locale", sizeof("/locale"));
	if (setlocale(LC_ALL, "C.UTF-8") == NULL)
		(void)setlocale(LC_ALL, "");
	(void)setenv("LANGUAGE", lang, 1);
	bindtextdomain("sluis", slash != NULL && access(path, R_OK) == 0 ? path : SLUIS_LOCALE_DIR);
	bind_textdomain_codeset("sluis", "UTF-8");
}

static void
choose_profile(struct cli *cli, const char *flag)
{
	const char *home = getenv("SLUIS_HOME");

	if (flag != NULL)
		snprintf(cli->profile, sizeof(cli->profile), "%s", flag);
	else if (home != NULL && home[0] != '\0')
		snprintf(cli->profile, sizeof(cli->profile), "%s", home);
	else
		snprintf(cli->profile, sizeof(cli->profile), "%s/.config/sluis",
		    getenv("HOME") == NULL ? "" : getenv("HOME"));
}

/* Global options stand before the command; what is left begins with it. */
static char **
take_globals(struct cli *cli, char **argv, const char **ret_profile, const char **ret_lang)
{
	for (; *argv != NULL && argv[0][0] == '-'; argv++) {
		if (strcmp(*argv, "--json") == 0)
			cli->json = true;
		else if (strcmp(*argv, "--profile") == 0 && argv[1] != NULL)
			*ret_profile = *++argv;
		else if (strcmp(*argv, "--lang") == 0 && argv[1] != NULL)
			*ret_lang = *++argv;
		else if (strcmp(*argv, "--passphrase-file") == 0 && argv[1] != NULL)
			cli->passphrase_file = *++argv;
		else
			break;
	}
	return argv;
}

static int
run(struct cli *cli, char **argv)
{
	struct sluis_failure failure = { .err = SLUIS_OK };
	enum sluis_err err;

	for (size_t i = 0; i < SLUIS_ARRAY_LEN(COMMANDS); i++) {
		if (strcmp(argv[0], COMMANDS[i].name) != 0)
			continue;
		err = COMMANDS[i].run(cli, argv + 1, &failure);
		if (err == SLUIS_OK)
			return fflush(stdout) == 0 ? 0 : 1;
		failure.err = err;
		return cli_fail(cli, &failure);
	}
	(void)sluis_fail(&failure, SLUIS_EUSAGE, _("there is no command \"%s\""), argv[0]);
	sluis_fail_hint(&failure, _("see what there is: sluis --help"));
	return cli_fail(cli, &failure);
}

int
main(int argc, char **argv)
{
	struct cli cli = { .json = false };
	const char *profile = NULL, *lang = NULL;
	char **rest = take_globals(&cli, argv + (argc > 0), &profile, &lang);

	protect();
	open_catalogue(chosen_lang(lang, rest));
	(void)setenv("SLUIS_LANG", chosen_lang(lang, rest), 1);
	cli.lang = strcmp(chosen_lang(lang, rest), "nl") == 0 ? SLUIS_LANG_NL : SLUIS_LANG_EN;
	choose_profile(&cli, profile);
	if (sodium_init() < 0)
		return 1;
	if (rest[0] == NULL || strcmp(rest[0], "--help") == 0 || strcmp(rest[0], "help") == 0) {
		print_help(rest[0] == NULL ? stderr : stdout);
		return rest[0] == NULL ? 2 : 0;
	}
	return run(&cli, rest);
}
