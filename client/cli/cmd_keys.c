/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "bech32.h"
#include "cli.h"

static const char SYNOPSIS[] = "keys list | export --age";

static enum sluis_err
do_list(struct cli *cli, struct sluis_session *session)
{
	const struct sluis_profile_keys *keys = sluis_profile_keys(session->profile);
	const int64_t now_ms = sluis_now_ms();
	json_t *rows = json_array();

	for (size_t i = 0; i < keys->n_epochs; i++) {
		char recipient[SLUIS_BECH32_RECIPIENT_CHARS + 1], from[32], until[32];
		const bool now = now_ms >= keys->epochs[i].from_ms && now_ms < keys->epochs[i].until_ms;

		sluis_bech32_recipient_text(&keys->epochs[i].age_public, recipient);
		cli_time(keys->epochs[i].from_ms, from);
		cli_time(keys->epochs[i].until_ms, until);
		cli_say(cli, "%3u %s  %s .. %s%s", keys->epochs[i].epoch, recipient, from, until,
		    now ? _("  (now)") : "");
		json_array_append_new(rows, json_pack("{s:I, s:s, s:s, s:s, s:b}", "epoch",
		    (json_int_t)keys->epochs[i].epoch, "recipient", recipient, "from", from, "until", until,
		    "now", now));
	}
	cli_emit(cli, rows);
	return SLUIS_OK;
}

static bool
confirmed(void)
{
	char answer[8];
	FILE *tty = isatty(STDOUT_FILENO) ? fopen("/dev/tty", "r+") : NULL;
	bool yes;

	if (tty == NULL)
		return true; /* a script or a pipe: nobody to ask */
	fputs(_("this prints private keys; whoever has them reads what is sealed to you. Type yes: "), tty);
	(void)fflush(tty);
	yes = fgets(answer, sizeof(answer), tty) != NULL && strcmp(answer, "yes\n") == 0;
	fclose(tty);
	return yes;
}

/* An identity file for stock age: its own format, whatever --json says. */
static enum sluis_err
do_export(struct sluis_session *session, struct sluis_failure *failure)
{
	const struct sluis_profile_keys *keys = sluis_profile_keys(session->profile);

	if (!confirmed())
		return sluis_fail(failure, SLUIS_EUSAGE, _("nothing was exported"));
	for (size_t i = 0; i < keys->n_epochs; i++) {
		char identity[SLUIS_BECH32_IDENTITY_CHARS + 1];

		sluis_bech32_identity_text(&keys->epochs[i].age, identity);
		puts(identity);
		sodium_memzero(identity, sizeof(identity));
	}
	return SLUIS_OK;
}

enum sluis_err
cmd_keys(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = NULL;
	const bool is_list = argv[0] != NULL && strcmp(argv[0], "list") == 0 && argv[1] == NULL;
	const bool is_export = argv[0] != NULL && strcmp(argv[0], "export") == 0 && argv[1] != NULL &&
	    strcmp(argv[1], "--age") == 0 && argv[2] == NULL;

	if (!is_list && !is_export)
		return cli_usage(failure, SYNOPSIS);
	SLUIS_TRY(cli_open_offline(cli, &session, failure));
	return is_list ? do_list(cli, session) : do_export(session, failure);
}
