/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "basis.h"
#include "cli.h"
#include "folder_args.h"
#include "message_args.h"
#include "pull.h"
#include "push_check.h"
#include "push_link.h"

static void
message_args_freep(struct message_args **args)
{
	if (*args != NULL)
		message_args_done(*args);
}

static json_t *
deliveries_json(struct cli *cli, struct sluis_session *session, const struct sluis_push_preview *preview)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < preview->n_deliveries; i++) {
		const struct sluis_push_delivery *d = &preview->deliveries[i];
		json_t *categories = json_array();
		char list[512] = "", label[128];
		size_t at = 0;

		for (size_t k = 0; k < d->n_categories; k++) {
			json_array_append_new(categories, cli_json_code(d->categories[k]));
			if (at < sizeof(list))
				at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%s", k > 0 ? ", " : "",
				    cli_label(session, SLUIS_KIND_CATEGORY, d->categories[k], label));
		}
		cli_say(cli, "  %.*s (%.*s): %s", (int)d->member->handle.len,
		    (const char *)d->member->handle.data, (int)d->member->organisation_handle.len,
		    (const char *)d->member->organisation_handle.data, at == 0 ? _("nothing") : list);
		json_array_append_new(rows, json_pack("{s:o, s:o}", "to", cli_json_code(d->member->handle),
		    "categories", categories));
	}
	return rows;
}

/* What registers and letters will say of it: the three codes of the ground by this organisation's regime. */
static void
add_basis(const struct cli *cli, const struct sluis_session *session, struct sluis_bytes ground, json_t *json)
{
	const struct sluis_bytes regime =
	    session->self == NULL ? sluis_bytes(NULL, 0) : basis_regime(session, session->self->organisation_handle);

	basis_say(cli, session, ground, regime);
	json_object_set_new(json, "basis", basis_json(session, ground, regime));
}

/* The answer of --dry-run and explain: outcome, rule, and what would go to whom. */
static enum sluis_err
show_preview(struct cli *cli, struct sluis_session *session, struct message_args *args, bool explain,
    struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
	struct sluis_push_preview preview;
	struct sluis_push_look look = { .released = 0 };
	enum sluis_err err = SLUIS_OK;
	const char *rule;
	json_t *json;
	bool permit;

	if (arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("deciding"));
	SLUIS_TRY(sluis_push_decide(session, &args->request, arena, &preview, failure));
	permit = preview.verdict.outcome == SLUIS_PERMIT;
	rule = sluis_rule_text(preview.verdict.rule);
	if (!permit)
		(void)sluis_push_verdict(session, &args->request, &preview.verdict, failure);
	else
		err = sluis_push_check_contents(session, &args->request, &look, failure);
	if (err != SLUIS_OK && err != SLUIS_EREFUSED)
		return err;
	if (err == SLUIS_EREFUSED) {
		permit = false;
		rule = failure->rule;
	}
	cli_say(cli, permit ? _("allowed (rule %s)") : _("refused (rule %s)"), rule);
	json = json_pack("{s:s, s:s, s:o, s:o}", "outcome", permit ? "permit" : "refuse", "rule", rule, "detail",
	    cli_json_code(preview.verdict.detail), "deliveries",
	    permit ? deliveries_json(cli, session, &preview) : json_array());
	if (permit)
		json_object_set_new(json, "not_searched", message_args_unsearched(args, &look));
	add_basis(cli, session, args->request.ground, json);
	if (!permit && explain) {
		cli_say(cli, "%s", failure->text);
		cli_say(cli, "%s", failure->hint);
		json_object_set_new(json, "text", json_string(failure->text));
		json_object_set_new(json, "hint", json_string(failure->hint));
	}
	if (!permit && !explain && cli->json) {
		/* one object on stdout: the refusal with what the contract asks for beside it */
		json_object_set_new(json, "error",
		    json_pack("{s:i, s:s, s:s, s:s}", "code", 3, "rule", rule, "text", failure->text, "hint",
			failure->hint));
	}
	cli_emit(cli, json);
	return permit || explain ? SLUIS_OK : SLUIS_EREFUSED;
}

/* Whoever had the message that this one replaces, and does not get this one, goes on with the old one. */
static json_t *
left_json(struct sluis_session *session, const struct message_args *args, const struct sluis_push_done *done)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(4 * SLUIS_ARENA_MAX_BYTES);
	const struct sluis_member *left[SLUIS_RECIPIENTS_MAX];
	json_t *list = json_array();
	size_t n = 0;

	if (arena != NULL)
		n = sluis_push_link_left(session, args->request.replaces, &done->message_id, arena, left);
	for (size_t i = 0; i < n; i++) {
		json_array_append_new(list, cli_json_code(left[i]->handle));
		cli_note(_("%.*s got the message that this one replaces, and does not get this one"), (int)left[i]->handle.len,
		    (const char *)left[i]->handle.data);
	}
	return list;
}

enum sluis_err
cmd_push(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(message_args_freep) struct message_args *args = calloc(1, sizeof(*args));
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = NULL;
	struct sluis_push_done done;
	char message[33], of_case[33];
	json_t *json;
	enum sluis_err err;

	if (args == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("sending"));
	SLUIS_TRY(cli_open(cli, &session, failure));
	SLUIS_TRY(message_args_read(session, argv, args, failure));
	if (args->dry_run) {
		err = show_preview(cli, session, args, false, failure);
		cli->json = cli->json && err != SLUIS_EREFUSED; /* the object is printed already */
		return err;
	}
	if (args->is_folder)
		SLUIS_TRY(folder_args_confirm(cli, session, args, failure));
	SLUIS_TRY(sluis_push_send(session, &args->request, &done, failure));
	if (!args->is_folder) /* there it was said before it was asked */
		json_decref(message_args_unsearched(args, &done.look));
	sluis_hex(done.message_id.bytes, SLUIS_ID_BYTES, message);
	sluis_hex(args->request.case_id.bytes, SLUIS_ID_BYTES, of_case);
	cli_say(cli, "%s", message);
	if (!cli->json)
		cli_note(_("sent and written down: entry %llu of %llu in the exchange log"),
		    (unsigned long long)done.index, (unsigned long long)done.size);
	json = json_pack("{s:s, s:s, s:I, s:I}", "message", message, "case", of_case, "index",
	    (json_int_t)done.index, "size", (json_int_t)done.size);
	if (args->request.replaces != NULL)
		json_object_set_new(json, "left", left_json(session, args, &done));
	cli_emit(cli, json);
	/* Only what was told is settled: whoever was cut off before it repeats, and gets this answer again. */
	if (fflush(stdout) == 0)
		sluis_push_settle(session, &done);
	return SLUIS_OK;
}

/* ---- explain pull ---- */

/** One row of the inbox, found by id. */
struct row_search {
	const struct sluis_id *id;
	bool found;
	char state[33];
	int64_t expires_ms;
	json_t *categories;
	char from[SLUIS_HANDLE_MAX + 1];
};



static enum sluis_err
match_row(void *context, const Sluis__InboxRow *row)
{
	struct row_search *s = context;

	if (!sluis_bytes_equal(sluis_of(row->message_id), sluis_bytes(s->id->bytes, SLUIS_ID_BYTES)))
		return SLUIS_OK;
	s->found = true;
	s->expires_ms = (int64_t)row->expires_ms;
	snprintf(s->state, sizeof(s->state), "%.*s", (int)row->state_code.len,
	    (const char *)row->state_code.data);
	snprintf(s->from, sizeof(s->from), "%.*s", (int)row->sender_handle.len,
	    (const char *)row->sender_handle.data);
	for (size_t i = 0; i < row->n_category_codes; i++)
		json_array_append_new(s->categories, cli_json_code(sluis_of(row->category_codes[i])));
	return SLUIS_OK;
}

static enum sluis_err
explain_pull(struct cli *cli, struct sluis_session *session, const char *text, struct sluis_failure *failure)
{
	struct row_search s = { .categories = json_array() };
	struct sluis_id id;
	const char *rule = "matrix";
	bool permit;
	enum sluis_err err = cli_message_id(session, text, &id, failure);

	s.id = &id;
	if (err == SLUIS_OK)
		err = sluis_inbox(session, NULL, match_row, &s, failure);
	if (err != SLUIS_OK) {
		json_decref(s.categories);
		return err;
	}
	if (!s.found)
		rule = "not-found";
	else if (s.expires_ms <= sluis_now_ms())
		rule = "expired";
	else if (strcmp(s.state, "lost") == 0)
		rule = "message-erased";
	else if (strcmp(s.state, "blocked") == 0)
		rule = "message-withdrawn";
	else if (strcmp(s.state, "acknowledged") == 0 || strcmp(s.state, "rejected") == 0)
		rule = "already-received";
	permit = strcmp(rule, "matrix") == 0;
	cli_say(cli, permit ? _("allowed (rule %s)") : _("refused (rule %s)"), rule);
	if (!permit) {
		(void)sluis_session_refusal(session, rule, failure);
		cli_say(cli, "%s", failure->text);
		cli_say(cli, "%s", failure->hint);
	}
	cli_emit(cli, json_pack("{s:s, s:s, s:s, s:[{s:o, s:o}]}", "outcome", permit ? "permit" : "refuse", "rule",
	    rule, "detail", s.state, "deliveries", "to",
	    cli_json_code(session->self == NULL ? sluis_bytes(NULL, 0) : session->self->handle), "categories",
	    s.categories));
	return SLUIS_OK;
}

enum sluis_err
cmd_explain(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(message_args_freep) struct message_args *args = calloc(1, sizeof(*args));
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = NULL;
	enum sluis_err err;

	if (args == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("deciding"));
	if (argv[0] == NULL ||
	    (strcmp(argv[0], "push") != 0 && strcmp(argv[0], "pull") != 0 && strcmp(argv[0], "ground") != 0))
		return cli_usage(failure, "explain push ... | explain pull MESSAGE | explain ground [GROUND]");
	SLUIS_TRY(cli_open(cli, &session, failure));
	if (strcmp(argv[0], "ground") == 0)
		return cmd_explain_ground(cli, session, argv + 1, failure);
	if (strcmp(argv[0], "pull") == 0) {
		if (argv[1] == NULL || argv[2] != NULL)
			return cli_usage(failure, "explain pull MESSAGE");
		return explain_pull(cli, session, argv[1], failure);
	}
	SLUIS_TRY(message_args_read(session, argv + 1, args, failure));
	err = show_preview(cli, session, args, true, failure);
	/* a case that is not there or not ours is an answer too */
	if (err == SLUIS_EREFUSED) {
		cli_say(cli, _("refused (rule %s)"), failure->rule);
		cli_say(cli, "%s", failure->hint);
		cli_emit(cli, json_pack("{s:s, s:s, s:s, s:[]}", "outcome", "refuse", "rule", failure->rule,
		    "detail", "", "deliveries"));
		return SLUIS_OK;
	}
	return err;
}
