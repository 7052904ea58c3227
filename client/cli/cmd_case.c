/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "cmd_case.h"
#include "receivers.h"

static const char SYNOPSIS[] =
    "case open [--member HANDLE ...] | list | due [CASE] | show CASE | join CASE HANDLE | leave CASE [HANDLE] | "
    "step CASE STEP|OUTCOME | invite CASE ... | inform CASE ... | shield CASE HANDLE ... | label CASE CODE ... | "
    "hand-over CASE HANDLE | close CASE | reopen CASE";

static enum sluis_err
find_members(struct sluis_session *session, const struct cli_list *handles,
    const struct sluis_member **ret, struct sluis_failure *failure)
{
	for (size_t i = 0; i < handles->n; i++)
		SLUIS_TRY(sluis_receivers_member(session, handles->words[i], &ret[i], failure));
	return SLUIS_OK;
}

static enum sluis_err
do_open(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	struct cli_list handles = { .n = 0 }, words;
	const struct cli_option options[] = { { "--member", CLI_LIST, &handles } };
	const struct sluis_member *members[CLI_LIST_MAX];
	struct sluis_cases_act act = { .code = SLUIS_CASE_OPEN, .members = members };
	SLUIS_AUTO(sluis_case_freep) struct sluis_case *of_case = NULL;
	struct sluis_id id;
	char hex[33];
	uint64_t index;

	SLUIS_TRY(cli_parse(argv, options, SLUIS_ARRAY_LEN(options), &words, failure));
	if (words.n != 0)
		return cli_usage(failure, SYNOPSIS);
	SLUIS_TRY(find_members(session, &handles, members, failure));
	act.n_members = handles.n;
	randombytes_buf(id.bytes, sizeof(id.bytes));
	of_case = sluis_case_new(&session->federation, &id);
	if (of_case == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("opening a case"));
	SLUIS_TRY(sluis_cases_do(session, of_case, &act, &index, failure));
	sluis_hex(id.bytes, sizeof(id.bytes), hex);
	cli_say(cli, "%s", hex);
	cli_emit(cli, json_pack("{s:s}", "case", hex));
	return SLUIS_OK;
}

/** What listing needs of the session for labels. */
struct listing {
	struct cli *cli;
	struct sluis_session *session;
	json_t *rows;
};

static enum sluis_err
list_row(void *context, const Sluis__CaseRow *row)
{
	struct listing *l = context;
	char step[128], when[32], hex[33];

	sluis_hex(row->case_id.data, SLUIS_ID_BYTES, hex);
	cli_say(l->cli, "%s  %-22s %-7s %s", hex,
	    cli_label(l->session, SLUIS_KIND_STEP, sluis_of(row->step_code), step),
	    sluis_bytes_is_text(sluis_of(row->state_code), "open") ? _("open") : _("closed"),
	    cli_time((int64_t)row->changed_ms, when));
	json_array_append_new(l->rows,
	    json_pack("{s:s, s:o, s:o, s:s}", "case", hex, "step", cli_json_code(sluis_of(row->step_code)),
		"state", cli_json_code(sluis_of(row->state_code)), "changed", when));
	return SLUIS_OK;
}

static enum sluis_err
do_list(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	struct listing l = { .cli = cli, .session = session, .rows = json_array() };
	const enum sluis_err err =
	    argv[0] != NULL ? cli_usage(failure, SYNOPSIS) : sluis_cases_list(session, list_row, &l, failure);

	if (err != SLUIS_OK) {
		json_decref(l.rows);
		return err;
	}
	cli_emit(cli, l.rows);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
cmd_case_do(struct cli *cli, struct sluis_session *session, struct sluis_case *of_case,
    const struct sluis_cases_act *act, struct sluis_failure *failure)
{
	struct sluis_case_facts facts;
	uint64_t index;
	char hex[33], step[128];

	SLUIS_TRY(sluis_cases_do(session, of_case, act, &index, failure));
	sluis_cases_facts(session, of_case, sluis_bytes(NULL, 0), &facts);
	sluis_hex(of_case->id.bytes, sizeof(of_case->id.bytes), hex);
	cli_say(cli, _("case %s: %s, %zu members"), hex, cli_label(session, SLUIS_KIND_STEP, facts.step, step),
	    of_case->n_members);
	cli_emit(cli, json_pack("{s:s, s:o, s:I}", "case", hex, "step", cli_json_code(facts.step), "index",
	    (json_int_t)index));
	return SLUIS_OK;
}

static enum sluis_err
act_on(struct cli *cli, struct sluis_session *session, const char *case_text,
    const struct sluis_cases_act *act, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_case_freep) struct sluis_case *of_case = NULL;
	struct sluis_id id;

	SLUIS_TRY(cli_case_id(session, case_text, &id, failure));
	SLUIS_TRY(sluis_cases_get(session, &id, &of_case, failure));
	return cmd_case_do(cli, session, of_case, act, failure);
}

static enum sluis_err
do_join(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	const struct sluis_member *member = NULL;
	const struct sluis_cases_act act = { .code = SLUIS_CASE_JOIN, .members = &member, .n_members = 1 };

	if (argv[0] == NULL || argv[1] == NULL || argv[2] != NULL)
		return cli_usage(failure, SYNOPSIS);
	SLUIS_TRY(sluis_receivers_member(session, argv[1], &member, failure));
	return act_on(cli, session, argv[0], &act, failure);
}

static enum sluis_err
do_leave(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	const struct sluis_member *member = session->self;
	struct sluis_cases_act act = { .code = SLUIS_CASE_LEAVE, .members = &member, .n_members = 1 };

	if (argv[0] == NULL || (argv[1] != NULL && argv[2] != NULL))
		return cli_usage(failure, SYNOPSIS);
	if (argv[1] != NULL)
		SLUIS_TRY(sluis_receivers_member(session, argv[1], &member, failure));
	if (member == NULL)
		return sluis_session_refusal(session, "member-inactive", failure);
	return act_on(cli, session, argv[0], &act, failure);
}

enum sluis_err
cmd_case(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	static const struct {
		const char *name;
		enum sluis_err (*run)(struct cli *, struct sluis_session *, char **, struct sluis_failure *);
	} SUB[] = {
		{ "open", do_open }, { "list", do_list }, { "due", cmd_case_due }, { "show", cmd_case_show },
		{ "join", do_join }, { "leave", do_leave },
	};
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = NULL;

	for (size_t i = 0; argv[0] != NULL && i < SLUIS_ARRAY_LEN(SUB); i++) {
		if (strcmp(argv[0], SUB[i].name) != 0)
			continue;
		SLUIS_TRY(cli_open(cli, &session, failure));
		return SUB[i].run(cli, session, argv + 1, failure);
	}
	if (argv[0] != NULL && cmd_case_act_is(argv[0])) {
		SLUIS_TRY(cli_open(cli, &session, failure));
		return cmd_case_act(cli, session, argv[0], argv + 1, failure);
	}
	return cli_usage(failure, SYNOPSIS);
}
