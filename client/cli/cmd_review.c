/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "codes.h"
#include "limits.h"
#include "prefix.h"
#include "reviews.h"

static const char SYNOPSIS[] = "review list | review close REVIEW --outcome CODE [--note-code CODE ...]";

/** What listing needs. */
struct listing {
	struct cli *cli;
	struct sluis_session *session;
	json_t *rows;
};

/* The ground of a message, the exception of a grant. */
static const char *
ground_label(const struct listing *l, const Sluis__ReviewRow *row, char ret[static 128])
{
	const bool is_grant = sluis_bytes_is_text(sluis_of(row->about_code), "grant");

	return cli_label(l->session, is_grant ? SLUIS_KIND_EXCEPTION : SLUIS_KIND_GROUND, sluis_of(row->ground_code),
	    ret);
}

/* An open review past its day is overdue: work that somebody forgot. */
static const char *
state_of(const Sluis__ReviewRow *row)
{
	if (!sluis_bytes_is_text(sluis_of(row->state_code), "open"))
		return "closed";
	return (int64_t)row->due_ms <= sluis_now_ms() ? "overdue" : "open";
}

static enum sluis_err
list_row(void *context, const Sluis__ReviewRow *row, const Sluis__ReviewClose *close)
{
	struct listing *l = context;
	char review[33], thing[33], due[32], opened[32], label[128], about[16];
	const char *state = state_of(row);
	json_t *json;

	sluis_hex(row->review_id.data, SLUIS_ID_BYTES, review);
	sluis_hex(row->about_id.data, SLUIS_ID_BYTES, thing);
	snprintf(about, sizeof(about), "%.*s", (int)row->about_code.len, (const char *)row->about_code.data);
	cli_say(l->cli, "%s  %-8s %s  %s  %s %s", review, state, cli_time((int64_t)row->due_ms, due),
	    ground_label(l, row, label), about, thing);
	json = json_pack("{s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:o, s:o}", "review", review, about, thing, "case",
	    cli_json_id(row->case_id.data), "ground", cli_json_code(sluis_of(row->ground_code)), "opened",
	    cli_time((int64_t)row->opened_ms, opened), "due", due, "state", state, "by",
	    cli_json_code(sluis_of(row->actor_handle)), "organisation",
	    cli_json_code(sluis_of(row->organisation_handle)));
	if (json != NULL && close != NULL)
		json_object_set_new(json, "outcome", cli_json_code(sluis_of(close->outcome_code)));
	json_array_append_new(l->rows, json);
	return SLUIS_OK;
}

static enum sluis_err
do_list(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	struct listing l = { .cli = cli, .session = session, .rows = json_array() };
	const enum sluis_err err = argv[0] != NULL ? cli_usage(failure, SYNOPSIS) :
						     sluis_reviews_list(session, list_row, &l, failure);

	if (err != SLUIS_OK) {
		json_decref(l.rows);
		return err;
	}
	cli_emit(cli, l.rows);
	return SLUIS_OK;
}

static enum sluis_err
match_row(void *context, const Sluis__ReviewRow *row, const Sluis__ReviewClose *close)
{
	(void)close;
	(void)sluis_prefix_match(context, row->review_id.data);
	return SLUIS_OK;
}

static enum sluis_err
find_review(struct sluis_session *session, const char *text, struct sluis_id *ret, struct sluis_failure *failure)
{
	struct sluis_prefix prefix;
	enum sluis_err err;

	SLUIS_TRY(sluis_prefix_start(&prefix, text, failure));
	if (!sluis_prefix_is_whole(&prefix))
		SLUIS_TRY(sluis_reviews_list(session, match_row, &prefix, failure));
	err = sluis_prefix_settle(&prefix, ret, failure);
	return err == SLUIS_ENOTFOUND ? sluis_session_refusal(session, "not-found", failure) : err;
}

static enum sluis_err
check_code(const struct sluis_session *session, const char *list, const char *code, struct sluis_failure *failure)
{
	const struct sluis_codes codes = sluis_policy_list(session->policy, sluis_bytes_text(list));

	return sluis_policy_list_has(session->policy, sluis_bytes_text(list), sluis_bytes_text(code)) ?
	    SLUIS_OK :
	    codes_unknown(codes, code, failure);
}

static enum sluis_err
do_close(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	struct cli_list words, notes = { .n = 0 };
	const char *outcome = NULL;
	const struct cli_option options[] = { { "--outcome", CLI_VALUE, &outcome },
		{ "--note-code", CLI_LIST, &notes } };
	ProtobufCBinaryData codes[CLI_LIST_MAX];
	Sluis__ReviewClose close = SLUIS__REVIEW_CLOSE__INIT;
	struct sluis_id id;
	uint64_t index;
	char hex[33];

	SLUIS_TRY(cli_parse(argv, options, SLUIS_ARRAY_LEN(options), &words, failure));
	if (words.n != 1 || outcome == NULL)
		return cli_usage(failure, SYNOPSIS);
	SLUIS_TRY(check_code(session, "review-outcome", outcome, failure));
	for (size_t i = 0; i < notes.n; i++) {
		SLUIS_TRY(check_code(session, "review-note", notes.words[i], failure));
		codes[i] = sluis_pb(sluis_bytes_text(notes.words[i]));
	}
	SLUIS_TRY(find_review(session, words.words[0], &id, failure));
	close.review_id = sluis_pb_id(&id);
	close.outcome_code = sluis_pb(sluis_bytes_text(outcome));
	close.note_codes = codes;
	close.n_note_codes = notes.n;
	SLUIS_TRY(sluis_reviews_close(session, &close, &index, failure));
	sluis_hex(id.bytes, SLUIS_ID_BYTES, hex);
	cli_say(cli, "%s", hex);
	cli_emit(cli, json_pack("{s:s, s:s, s:I}", "review", hex, "state", "closed", "index", (json_int_t)index));
	return SLUIS_OK;
}

enum sluis_err
cmd_review(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = NULL;

	if (argv[0] == NULL || (strcmp(argv[0], "list") != 0 && strcmp(argv[0], "close") != 0))
		return cli_usage(failure, SYNOPSIS);
	SLUIS_TRY(cli_open(cli, &session, failure));
	return strcmp(argv[0], "list") == 0 ? do_list(cli, session, argv + 1, failure) :
					      do_close(cli, session, argv + 1, failure);
}
