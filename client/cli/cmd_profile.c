/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>

#include "backup.h"
#include "cli.h"
#include "restored.h"

static const char SYNOPSIS[] =
    "profile backup --out FILE [--backup-passphrase-file FILE] | "
    "profile restore FILE [--profile DIR] [--backup-passphrase-file FILE]";

/** The words after `profile`. */
struct wanted {
	const char *out, *dir, *passphrase_file;
	struct cli_list words;
	struct cli_asking asking;
	struct sluis_passphrase passphrase;
};

static enum sluis_err
read_words(struct cli *cli, char **argv, struct wanted *w, struct sluis_failure *failure)
{
	const struct cli_option options[] = {
		{ "--out", CLI_VALUE, &w->out }, { "--profile", CLI_VALUE, &w->dir },
		{ "--backup-passphrase-file", CLI_VALUE, &w->passphrase_file } };

	SLUIS_TRY(cli_parse(argv, options, SLUIS_ARRAY_LEN(options), &w->words, failure));
	if (w->dir != NULL)
		snprintf(cli->profile, sizeof(cli->profile), "%s", w->dir);
	w->asking = (struct cli_asking){ .file = w->passphrase_file, .prompt = _("passphrase of the backup: "),
		.prompt_new = _("new passphrase for this backup: ") };
	w->passphrase = (struct sluis_passphrase){ .ask = cli_ask, .context = &w->asking };
	return SLUIS_OK;
}

static enum sluis_err
do_backup(struct cli *cli, const struct wanted *w, struct sluis_failure *failure)
{
	struct sluis_backup_info info;

	if (w->words.n != 0 || w->out == NULL)
		return cli_usage(failure, SYNOPSIS);
	SLUIS_TRY(sluis_backup_write(cli->profile, &w->passphrase, w->out, &info, failure));
	cli_say(cli, "%s", w->out);
	if (!cli->json)
		cli_note(_("%zu files of %s, sealed under the passphrase; without it nobody opens them, you neither"),
		    info.n_files, info.handle);
	cli_emit(cli, json_pack("{s:s, s:s, s:I}", "backup", w->out, "handle", info.handle, "files",
	    (json_int_t)info.n_files));
	return SLUIS_OK;
}

/** What waited in the outbox when the backup was made. */
struct waited {
	const struct cli *cli;
	json_t *rows;
};

static void
tell_waited(void *context, const struct sluis_id *message_id, bool is_accepted)
{
	struct waited *waited = context;
	char hex[2 * SLUIS_ID_BYTES + 1];

	sluis_hex(message_id->bytes, SLUIS_ID_BYTES, hex);
	if (!waited->cli->json)
		cli_note(is_accepted ? _("message %s waited then, and has been sent since") :
				       _("message %s waited then and was never accepted: push it again"),
		    hex);
	json_array_append_new(waited->rows, json_pack("{s:s, s:b}", "message", hex, "accepted", is_accepted));
}

/* What the profile must learn from the broker is asked at once where that can be; else the first push does. */
static bool
settle(struct cli *cli, struct waited *waited)
{
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = NULL;
	struct sluis_failure failure = { .err = SLUIS_OK };

	return cli_open(cli, &session, &failure) == SLUIS_OK &&
	    sluis_restored_settle(session, tell_waited, waited, &failure) == SLUIS_OK;
}

static enum sluis_err
do_restore(struct cli *cli, const struct wanted *w, struct sluis_failure *failure)
{
	struct waited waited = { .cli = cli };
	struct sluis_backup_info info;
	bool is_settled;

	if (w->words.n != 1 || w->out != NULL)
		return cli_usage(failure, SYNOPSIS);
	SLUIS_TRY(sluis_backup_restore(w->words.words[0], &w->passphrase, cli->profile, &info, failure));
	waited.rows = json_array();
	is_settled = settle(cli, &waited);
	cli_say(cli, "%s", cli->profile);
	if (!cli->json) {
		cli_note(_("%zu files of %s are back; use no other copy of this profile from now on"), info.n_files,
		    info.handle);
		if (!is_settled)
			cli_note("%s", _("the broker was not asked yet what was sent since; the first push does that"));
	}
	cli_emit(cli, json_pack("{s:s, s:s, s:I, s:b, s:o}", "profile", cli->profile, "handle", info.handle, "files",
	    (json_int_t)info.n_files, "settled", is_settled, "waited", waited.rows));
	return SLUIS_OK;
}

enum sluis_err
cmd_profile(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	struct wanted w = { .out = NULL };

	if (argv[0] == NULL)
		return cli_usage(failure, SYNOPSIS);
	SLUIS_TRY(read_words(cli, argv + 1, &w, failure));
	if (strcmp(argv[0], "backup") == 0)
		return do_backup(cli, &w, failure);
	if (strcmp(argv[0], "restore") == 0)
		return do_restore(cli, &w, failure);
	return cli_usage(failure, SYNOPSIS);
}
