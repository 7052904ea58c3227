/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "dossier.h"
#include "written.h"

static const char SYNOPSIS[] = "dossier CASE --out DIR", WIPE_SYNOPSIS[] = "wipe CASE|MESSAGE";

/* What a person sees at a glance: who sent what, what is missing. */
static void
say_overview(struct cli *cli, const struct sluis_session *session, const json_t *dossier)
{
	const json_t *parties = json_object_get(dossier, "parties");

	for (size_t i = 0; i < json_array_size(parties); i++) {
		const json_t *party = json_array_get(parties, i), *sections = json_object_get(party, "sections");
		char label[128], list[512] = "";
		size_t at = 0;

		for (size_t k = 0; k < json_array_size(sections) && at < sizeof(list); k++) {
			const char *code =
			    json_string_value(json_object_get(json_array_get(sections, k), "category"));

			at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%s", k > 0 ? ", " : "",
			    cli_label(session, SLUIS_KIND_CATEGORY, sluis_bytes_text(code), label));
		}
		cli_say(cli, "%-18s %s", json_string_value(json_object_get(party, "organisation")), list);
	}
	if (json_array_size(json_object_get(dossier, "missing")) > 0)
		cli_note(_("%zu things are missing: see the page"), json_array_size(json_object_get(dossier, "missing")));
}

static enum sluis_err
make_dossier(struct cli *cli, struct sluis_session *session, const struct sluis_case *of_case, const char *out,
    bool is_whole, struct sluis_failure *failure)
{
	json_auto_t *dossier = NULL;
	char page[SLUIS_PATH_MAX];

	SLUIS_TRY(sluis_dossier_make(session, of_case, out, &dossier, failure));
	SLUIS_TRY(sluis_dossier_write(session, of_case, out, dossier, failure));
	if (!is_whole && cli->json)
		return SLUIS_OK; /* one object on stdout: the failure */
	snprintf(page, sizeof(page), "%s/index.html", out);
	say_overview(cli, session, dossier);
	cli_say(cli, "%s", page);
	json_object_set_new(dossier, "page", json_string(page));
	cli_emit(cli, json_incref(dossier));
	return SLUIS_OK;
}

/* The page is made of what could be had; what could not be had decides the exit code, unless the page fails itself. */
enum sluis_err
cmd_dossier(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = NULL;
	SLUIS_AUTO(sluis_case_freep) struct sluis_case *of_case = NULL;
	struct sluis_failure collected = { .err = SLUIS_OK };
	const char *out = NULL;
	const struct cli_option options[] = { { "--out", CLI_VALUE, &out } };
	struct cli_list words;
	struct sluis_id id;

	SLUIS_TRY(cli_parse(argv, options, SLUIS_ARRAY_LEN(options), &words, failure));
	if (words.n != 1 || out == NULL)
		return cli_usage(failure, SYNOPSIS);
	SLUIS_TRY(cli_open(cli, &session, failure));
	SLUIS_TRY(cli_case_id(session, words.words[0], &id, failure));
	SLUIS_TRY(sluis_cases_get(session, &id, &of_case, failure));
	if (mkdir(out, 0700) != 0 && errno != EEXIST)
		return sluis_fail(failure, SLUIS_EIO, _("%s cannot be made: %s"), out, strerror(errno));
	collected.err = sluis_dossier_collect(session, &id, out, &collected);
	/* a proof that failed: nothing is to be trusted, so nothing is made of it */
	if (collected.err != SLUIS_OK && sluis_fail_exit(&collected) == 5) {
		*failure = collected;
		return collected.err;
	}
	SLUIS_TRY(make_dossier(cli, session, of_case, out, collected.err == SLUIS_OK, failure));
	if (collected.err != SLUIS_OK)
		*failure = collected;
	return collected.err;
}

static void
say_paths(struct cli *cli, const json_t *paths, const char *word)
{
	for (size_t i = 0; i < json_array_size(paths); i++)
		cli_say(cli, "%s  %s", word, json_string_value(json_array_get(paths, i)));
}

enum sluis_err
cmd_wipe(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = NULL;
	json_auto_t *gone = NULL;
	json_auto_t *left = NULL;
	json_auto_t *absent = NULL;
	struct sluis_failure other = { .err = SLUIS_OK };
	struct sluis_wiped wiped = { .gone = NULL };
	struct sluis_id id;
	enum sluis_err err;

	if (argv[0] == NULL || argv[1] != NULL)
		return cli_usage(failure, WIPE_SYNOPSIS);
	SLUIS_TRY(cli_open_offline(cli, &session, failure));
	SLUIS_TRY(sluis_written_id(session->profile, argv[0], &id, failure));
	err = sluis_written_wipe(session->profile, &id, &wiped, &other);
	gone = wiped.gone;
	left = wiped.left;
	absent = wiped.absent;
	if (err != SLUIS_OK && err != SLUIS_EIO) {
		*failure = other;
		return err;
	}
	say_paths(cli, gone, _("removed"));
	say_paths(cli, left, _("LEFT"));
	for (size_t i = 0; i < json_array_size(absent); i++)
		cli_note(_("not there any more: %s; if somebody moved it, it is yours to remove"),
		    json_string_value(json_array_get(absent, i)));
	cli_note("%s", _("copies in backups, in mail or printed are not found by this; they are yours to remove"));
	if (err != SLUIS_OK) {
		*failure = other;
		return err;
	}
	cli_emit(cli, json_pack("{s:O, s:O, s:O}", "removed", gone, "left", left, "absent", absent));
	return SLUIS_OK;
}
