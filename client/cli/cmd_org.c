/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "limits.h"
#include "org_folder.h"
#include "profile_files.h"
#include "record.h"
#include "request.h"

#include <fcntl.h>
#include <unistd.h>

static const char SYNOPSIS[] =
    "org issue REQUEST --role R ... --until DATE --organisation DIR [--regime CODE] [--name NAME] [--out FILE] "
    "[--mandate TEXT] [--system] | org list";

/* The record file: a packed PendingRow, as the broker will keep it: accession and record. */
static enum sluis_err
write_row(const char *path, Sluis__PendingRow *row, struct sluis_arena *arena, struct sluis_failure *failure)
{
	struct sluis_bytes packed;
	const char *slash = strrchr(path, '/');
	char dir[SLUIS_PATH_MAX];
	enum sluis_err err;
	int fd;

	snprintf(dir, sizeof(dir), "%.*s", slash == NULL ? 1 : (int)(slash - path + 1),
	    slash == NULL ? "." : path);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return sluis_fail(failure, SLUIS_EIO, _("%s cannot be written to"), dir);
	err = sluis_codec_pack(&row->base, arena, &packed);
	if (err == SLUIS_OK)
		err = sluis_profile_file_write(fd, slash == NULL ? path : slash + 1, packed);
	close(fd);
	return err == SLUIS_OK ? err : sluis_fail(failure, err, _("\"%s\" cannot be written"), path);
}

/** The words of `org issue`. */
struct issue {
	struct cli_list roles, words;
	const char *until, *folder, *regime, *name, *out, *mandate;
	bool is_system;
};

static enum sluis_err
build_record(const struct issue *w, const struct request *request, struct sluis_arena *arena,
    Sluis__Signed **ret, struct sluis_failure *failure)
{
	struct sluis_bytes roles[CLI_LIST_MAX], payload;
	struct sluis_record_draft draft = {
		.federation = request->federation,
		.handle = sluis_bytes_text(request->handle),
		.organisation_handle = sluis_bytes_text(request->organisation),
		.kind = sluis_bytes_text(w->is_system ? "system" : "person"),
		.roles = roles,
		.n_roles = w->roles.n,
		.mandate = sluis_bytes_text(w->mandate),
		.created_ms = sluis_now_ms(),
		.sign_key = request->sign_key,
		.curve_key = request->curve_key,
		.recipients = request->recipients,
		.n_recipients = request->n_recipients,
	};
	enum sluis_err err;

	for (size_t i = 0; i < w->roles.n; i++)
		roles[i] = sluis_bytes_text(w->roles.words[i]);
	draft.from_ms = draft.created_ms;
	SLUIS_TRY(cli_date(w->until, &draft.until_ms, failure));
	err = sluis_record_build(&draft, arena, &payload);
	if (err == SLUIS_OK)
		err = sluis_signed_of(payload, arena, ret);
	return err == SLUIS_OK ? err :
				 sluis_fail(failure, SLUIS_EUSAGE, _("this record cannot be written down: %s"),
				     _(sluis_err_text(err)));
}

static enum sluis_err
issue_with(struct org_folder *folder, const struct issue *w, const struct request *request,
    struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
	const struct org_accession accession = { .handle = request->organisation, .name = w->name,
		.regime = w->regime, .agreement = request->agreement, .created_ms = sluis_now_ms() };
	Sluis__PendingRow row = SLUIS__PENDING_ROW__INIT;

	if (arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("issuing the record"));
	SLUIS_TRY(build_record(w, request, arena, &row.record, failure));
	SLUIS_TRY(org_folder_sign(folder, row.record, SLUIS_SIGNED_RECORD, arena, failure));
	SLUIS_TRY(org_folder_accession(folder, &accession, arena, &row.organisation, failure));
	row.asked_ms = (uint64_t)sluis_now_ms();
	return write_row(w->out, &row, arena, failure);
}

static enum sluis_err
do_issue(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(org_folder_done) struct org_folder folder = { .n_chain = 0 };
	SLUIS_AUTO(cli_bytes_free) struct sluis_bytes file = { NULL, 0 };
	struct issue w = { .regime = "jeugdwet", .out = "record.bin", .mandate = "employment" };
	const struct cli_option options[] = {
		{ "--role", CLI_LIST, &w.roles }, { "--until", CLI_VALUE, &w.until },
		{ "--organisation", CLI_VALUE, &w.folder }, { "--regime", CLI_VALUE, &w.regime },
		{ "--name", CLI_VALUE, &w.name }, { "--out", CLI_VALUE, &w.out },
		{ "--mandate", CLI_VALUE, &w.mandate }, { "--system", CLI_FLAG, &w.is_system },
	};
	struct request request;

	SLUIS_TRY(cli_parse(argv, options, SLUIS_ARRAY_LEN(options), &w.words, failure));
	if (w.words.n != 1 || w.roles.n == 0 || w.until == NULL || w.folder == NULL)
		return cli_usage(failure, SYNOPSIS);
	SLUIS_TRY(cli_read(w.words.words[0], 256 * 1024, failure, &file));
	if (request_parse(file, &request) != SLUIS_OK)
		return sluis_fail(failure, SLUIS_EFORMAT, _("\"%s\" is not a request that 'sluis init' made"),
		    w.words.words[0]);
	SLUIS_TRY(org_folder_open(cli, w.folder, &folder, failure));
	SLUIS_TRY(issue_with(&folder, &w, &request, failure));
	cli_say(cli, "%s", w.out);
	if (!cli->json)
		cli_note(_("record signed for %s; the member hands it in with: sluis enrol %s"), request.handle,
		    w.out);
	cli_emit(cli, json_pack("{s:s, s:s, s:s}", "record", w.out, "handle", request.handle, "organisation",
	    request.organisation));
	return SLUIS_OK;
}

static json_t *
member_row(struct cli *cli, const struct sluis_member *member)
{
	json_t *roles = json_array();
	char until[32];

	for (size_t i = 0; i < member->n_roles; i++)
		json_array_append_new(roles, cli_json_code(member->roles[i]));
	cli_say(cli, "%-22.*s %-10s %s", (int)member->handle.len, (const char *)member->handle.data,
	    sluis_standing_text(member->state), cli_time(member->until_ms, until));
	return json_pack("{s:o, s:s, s:o, s:s}", "handle", cli_json_code(member->handle), "state",
	    sluis_standing_text(member->state), "roles", roles, "until", until);
}

static enum sluis_err
do_list(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = NULL;
	const struct sluis_member *member;
	size_t cursor = 0;
	json_t *rows;

	if (argv[0] != NULL)
		return cli_usage(failure, SYNOPSIS);
	SLUIS_TRY(cli_open(cli, &session, failure));
	rows = json_array();
	while ((member = sluis_directory_next_member(session->directory, &cursor, SLUIS_STANDING_ANY)) != NULL) {
		if (sluis_bytes_is_text(member->organisation_handle,
			sluis_profile_identity(session->profile)->organisation))
			json_array_append_new(rows, member_row(cli, member));
	}
	cli_emit(cli, rows);
	return SLUIS_OK;
}

enum sluis_err
cmd_org(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	if (argv[0] != NULL && strcmp(argv[0], "issue") == 0)
		return do_issue(cli, argv + 1, failure);
	if (argv[0] != NULL && strcmp(argv[0], "list") == 0)
		return do_list(cli, argv + 1, failure);
	return cli_usage(failure, SYNOPSIS);
}
