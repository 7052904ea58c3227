/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "basis.h"
#include "cli.h"
#include "codes.h"
#include "own_ids.h"
#include "pull.h"
#include "status.h"

static const char SYNOPSIS[] = "pull CASE|MESSAGE|--new --out DIR [--sealed]";

/* ---- pull ---- */

/** What is to be pulled: one message, or all of a case that are not finished. */
struct targets {
	struct sluis_id *items;
	size_t n;
};

static void
targets_done(struct targets *targets)
{
	free(targets->items);
}

static enum sluis_err
add_target(struct targets *targets, const uint8_t *id)
{
	struct sluis_id *grown = reallocarray(targets->items, targets->n + 1, sizeof(*grown));

	if (grown == NULL)
		return SLUIS_ENOMEM;
	targets->items = grown;
	memcpy(targets->items[targets->n++].bytes, id, SLUIS_ID_BYTES);
	return SLUIS_OK;
}

static enum sluis_err
target_row(void *context, const Sluis__InboxRow *row)
{
	return add_target(context, row->message_id.data);
}

/* What has not been received yet, in every case. */
static enum sluis_err
new_row(void *context, const Sluis__InboxRow *row)
{
	const struct sluis_bytes state = sluis_of(row->state_code);

	if (!sluis_bytes_is_text(state, "pending") && !sluis_bytes_is_text(state, "released"))
		return SLUIS_OK;
	return add_target(context, row->message_id.data);
}

/* An id in the inbox is a message; else it is a case, whose messages are meant. */
struct lookup {
	const struct sluis_id *id;
	bool is_message;
};

static enum sluis_err
lookup_row(void *context, const Sluis__InboxRow *row)
{
	struct lookup *l = context;

	l->is_message |=
	    sluis_bytes_equal(sluis_of(row->message_id), sluis_bytes(l->id->bytes, SLUIS_ID_BYTES));
	return SLUIS_OK;
}

static enum sluis_err
find_targets(struct sluis_session *session, const char *text, struct targets *ret, bool *ret_is_case,
    struct sluis_failure *failure)
{
	struct sluis_failure other = { .err = SLUIS_OK };
	struct sluis_case *of_case = NULL;
	struct lookup lookup = { .is_message = false };
	struct sluis_id id;
	enum sluis_err err = cli_message_id(session, text, &id, failure);

	*ret_is_case = false;
	if (err == SLUIS_EUSAGE)
		return err;
	if (err == SLUIS_OK) {
		lookup.id = &id;
		SLUIS_TRY(sluis_inbox(session, NULL, lookup_row, &lookup, failure));
		if (lookup.is_message)
			return sluis_fail_err(failure, add_target(ret, id.bytes), _("pulling"));
	}
	err = cli_case_id(session, text, &id, &other);
	if (err == SLUIS_OK)
		err = sluis_cases_get(session, &id, &of_case, &other);
	sluis_case_free(of_case);
	if (err == SLUIS_EREFUSED || err == SLUIS_EUSAGE) {
		/* neither: ask for it as a message, so that the refusal is the broker's, logged and signed */
		if (strlen(text) == 2 * SLUIS_ID_BYTES)
			return sluis_fail_err(failure, add_target(ret, id.bytes), _("pulling"));
		return sluis_session_refusal(session, "not-found", failure);
	}
	if (err != SLUIS_OK) {
		*failure = other;
		return err;
	}
	*ret_is_case = true;
	return sluis_inbox(session, &id, target_row, ret, failure);
}

/* The worst of several exits, in the order 5, 1, 3, 4, 0 (design 10). */
static int
rank(enum sluis_err err)
{
	switch (sluis_err_exit(err)) {
	case 5:
		return 4;
	case 1:
		return 3;
	case 3:
		return 2;
	case 4:
		return 1;
	default:
		return err == SLUIS_OK ? 0 : 3;
	}
}

static json_t *
pulled_json(struct cli *cli, const struct sluis_id *id, const struct sluis_pull_done *done)
{
	json_t *files = json_array();
	char path[SLUIS_PATH_MAX + SLUIS_PULL_NAME];

	for (size_t i = 0; i < done->n_files; i++) {
		snprintf(path, sizeof(path), "%s/%s", done->dir, done->files[i]);
		cli_say(cli, "%s", path);
		json_array_append_new(files, json_string(path));
	}
	return json_pack("{s:o, s:o}", "message", cli_json_id(id->bytes), "files", files);
}

enum sluis_err
cmd_pull(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = NULL;
	SLUIS_AUTO(targets_done) struct targets targets = { .n = 0 };
	const char *out = NULL;
	bool sealed = false, is_new = false, is_case = false;
	const struct cli_option options[] = { { "--out", CLI_VALUE, &out }, { "--sealed", CLI_FLAG, &sealed },
		{ "--new", CLI_FLAG, &is_new } };
	struct sluis_pull_done done;
	struct sluis_failure one, worst = { .err = SLUIS_OK };
	struct cli_list words;
	json_t *rows;

	SLUIS_TRY(cli_parse(argv, options, SLUIS_ARRAY_LEN(options), &words, failure));
	if (words.n != (is_new ? 0 : 1) || out == NULL)
		return cli_usage(failure, SYNOPSIS);
	SLUIS_TRY(cli_open(cli, &session, failure));
	if (is_new)
		SLUIS_TRY(sluis_inbox(session, NULL, new_row, &targets, failure));
	else
		SLUIS_TRY(find_targets(session, words.words[0], &targets, &is_case, failure));
	if (targets.n == 0 && !cli->json)
		cli_note("%s", _("nothing waits for you"));
	rows = json_array();
	for (size_t i = 0; i < targets.n; i++) {
		const enum sluis_err err =
		    sluis_pull(session, &targets.items[i], out, sealed, &done, &one);

		one.err = err;
		/* a message of the case that was received before, elsewhere, is no failure of pulling the case */
		if (is_case && err == SLUIS_EREFUSED && strcmp(one.rule, "already-received") == 0)
			continue;
		if (err == SLUIS_OK || err == SLUIS_ENOMATCH || strcmp(one.rule, "content-mismatch") == 0)
			json_array_append_new(rows, pulled_json(cli, &targets.items[i], &done));
		if (rank(err) > rank(worst.err))
			worst = one;
	}
	*failure = worst;
	if (worst.err == SLUIS_OK)
		cli_emit(cli, rows);
	else
		json_decref(rows);
	return worst.err;
}

/* ---- status ---- */

static const char *
receipt_word(const struct sluis_status *status, const Sluis__StatusRow *row)
{
	if (row->receipt == NULL)
		return _("no receipt");
	return status->is_compared ? _("receipt signed, for all that was sent") : _("receipt signed");
}

/* What its receiver signed as not having arrived well. */
static json_t *
problems_json(struct cli *cli, struct sluis_session *session, const struct sluis_status *status, size_t row)
{
	json_t *list = json_array();
	char label[128];

	for (size_t i = 0; i < status->n_problems; i++) {
		const struct sluis_status_problem *p = &status->problems[i];
		const bool is_mismatch = sluis_bytes_is_text(p->outcome, "mismatch");

		if (p->row != row)
			continue;
		cli_say(cli, is_mismatch ? _("  section %u, %s: not what it came as; send it again as what it is") :
					   _("  section %u, %s: could not be opened; send it again"),
		    p->section_index + 1, p->category.len == 0 ? "?" :
		    cli_label(session, SLUIS_KIND_CATEGORY, p->category, label));
		json_array_append_new(list, json_pack("{s:I, s:o, s:o}", "section", (json_int_t)p->section_index + 1,
		    "category", p->category.len == 0 ? json_null() : cli_json_code(p->category), "outcome",
		    cli_json_code(p->outcome)));
	}
	return list;
}

static json_t *
status_row(struct cli *cli, struct sluis_session *session, const struct sluis_status *status, size_t index)
{
	const Sluis__StatusRow *row = status->tell->rows[index];
	char when[32];

	cli_say(cli, "%-20.*s %-14s %s  %s", (int)row->handle.len, (const char *)row->handle.data,
	    codes_state(sluis_of(row->state_code)),
	    cli_time((int64_t)row->changed_ms, when), receipt_word(status, row));
	return json_pack("{s:o, s:o, s:o, s:s, s:b, s:o}", "to", cli_json_code(sluis_of(row->handle)), "organisation",
	    cli_json_code(sluis_of(row->organisation_handle)), "state", cli_json_code(sluis_of(row->state_code)),
	    "changed", when, "receipt", row->receipt != NULL, "problems", problems_json(cli, session, status, index));
}

/* What it stands on, and its three codes by the sender's regime. */
static json_t *
ground_json(const struct cli *cli, const struct sluis_session *session, const Sluis__TellStatus *tell)
{
	const struct sluis_bytes ground =
	    tell->ground == NULL ? sluis_bytes(NULL, 0) : sluis_of(tell->ground->ground_code);
	struct sluis_bytes regime;
	char label[128];

	if (ground.len == 0 || tell->sender == NULL)
		return json_null();
	regime = basis_regime(session, sluis_of(tell->sender->organisation_handle));
	cli_say(cli, _("ground: %s"), cli_label(session, SLUIS_KIND_GROUND, ground, label));
	basis_say(cli, session, ground, regime);
	return json_pack("{s:o, s:o}", "code", cli_json_code(ground), "basis", basis_json(session, ground, regime));
}

enum sluis_err
cmd_status(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = NULL;
	struct sluis_status status;
	struct sluis_id id;
	char accepted[32];
	json_t *rows;

	if (argv[0] == NULL || argv[1] != NULL)
		return cli_usage(failure, "status MESSAGE");
	if (arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("asking the status"));
	SLUIS_TRY(cli_open(cli, &session, failure));
	SLUIS_TRY(own_ids_message(session, argv[0], &id, failure));
	SLUIS_TRY(sluis_status_get(session, &id, arena, &status, failure));
	rows = json_array();
	for (size_t i = 0; i < status.tell->n_rows; i++)
		json_array_append_new(rows, status_row(cli, session, &status, i));
	if (status.is_copy_damaged)
		cli_note("%s", _("the copy kept here of what was sent cannot be read: receipts were not held against it"));
	if (sluis_bytes_is_text(sluis_of(status.tell->state_code), "lost"))
		cli_note("%s", _("lost: the broker can no longer read the content; push it again"));
	cli_emit(cli, json_pack("{s:o, s:o, s:s, s:b, s:o, s:o}", "message", cli_json_id(id.bytes), "state",
	    cli_json_code(sluis_of(status.tell->state_code)), "accepted",
	    cli_time((int64_t)status.tell->accepted_ms, accepted), "compared", status.is_compared, "ground",
	    ground_json(cli, session, status.tell), "recipients", rows));
	return SLUIS_OK;
}
