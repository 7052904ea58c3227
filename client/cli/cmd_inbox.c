/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "codes.h"
#include "inquiries.h"
#include "pull.h"
#include "resends.h"
#include "watch.h"

struct listing {
	struct cli *cli;
	struct sluis_session *session;
	json_t *rows;
	size_t n_requests; /* to this member, not answered yet */
	bool has_lost;
	bool has_resend;
};

/* What the message refers to: the older one that its sender replaces by it, or the request that it answers. */
static void
add_link(const struct cli *cli, const Sluis__InboxRow *row, json_t *json)
{
	char id[33];

	if (row->replaces != NULL) {
		sluis_hex(row->replaces->target_id.data, SLUIS_ID_BYTES, id);
		cli_say(cli, _("    replaces %s"), id);
		json_object_set_new(json, "replaces", json_string(id));
	}
	if (row->answers != NULL) {
		sluis_hex(row->answers->target_id.data, SLUIS_ID_BYTES, id);
		cli_say(cli, _("    answers request %s"), id);
		json_object_set_new(json, "answers", json_string(id));
	}
	if (row->origin != NULL) {
		sluis_hex(row->origin->target_id.data, SLUIS_ID_BYTES, id);
		cli_say(cli, _("    passes on %s"), id);
		json_object_set_new(json, "origin", json_string(id));
	}
}

json_t *
inbox_show(const struct cli *cli, const struct sluis_session *session, const Sluis__InboxRow *row)
{
	json_t *categories = json_array(), *json;
	char list[256] = "", label[128], purpose[128], when[32], message[33];
	size_t at = 0;

	for (size_t i = 0; i < row->n_category_codes; i++) {
		const struct sluis_bytes code = sluis_of(row->category_codes[i]);

		json_array_append_new(categories, cli_json_code(code));
		if (at < sizeof(list))
			at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%s", i > 0 ? ", " : "",
			    cli_label(session, SLUIS_KIND_CATEGORY, code, label));
	}
	sluis_hex(row->message_id.data, SLUIS_ID_BYTES, message);
	cli_say(cli, "%s  %-12s  %-16.*s %s  %s: %s", message, codes_state(sluis_of(row->state_code)),
	    (int)row->sender_handle.len, (const char *)row->sender_handle.data, cli_time((int64_t)row->accepted_ms, when),
	    cli_label(session, SLUIS_KIND_PURPOSE, sluis_of(row->purpose_code), purpose), list);
	json = json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:s}", "message", message, "case",
	    cli_json_id(row->case_id.data), "from", cli_json_code(sluis_of(row->sender_handle)), "purpose",
	    cli_json_code(sluis_of(row->purpose_code)), "categories", categories, "state",
	    cli_json_code(sluis_of(row->state_code)), "accepted", when);
	add_link(cli, row, json);
	return json;
}

static enum sluis_err
inbox_row(void *context, const Sluis__InboxRow *row)
{
	struct listing *l = context;

	l->has_lost |= sluis_bytes_is_text(sluis_of(row->state_code), "lost");
	json_array_append_new(l->rows, inbox_show(l->cli, l->session, row));
	return SLUIS_OK;
}

static enum sluis_err
count_request(void *context, const struct sluis_inquiries_row *row)
{
	struct listing *l = context;

	if (!row->is_asker && (row->state == SLUIS_INQUIRIES_OPEN || row->state == SLUIS_INQUIRIES_OVERDUE))
		l->n_requests++;
	return SLUIS_OK;
}

/* A message of one's own that somebody who came later may have. */
static enum sluis_err
resend_row(void *context, const struct sluis_id *case_id, const Sluis__ResendRow *row)
{
	struct listing *l = context;
	json_t *categories = json_array();
	char list[256] = "", label[128], purpose[128], when[32], message[33];
	size_t at = 0;

	for (size_t i = 0; i < row->n_category_codes; i++) {
		const struct sluis_bytes code = sluis_of(row->category_codes[i]);

		json_array_append_new(categories, cli_json_code(code));
		if (at < sizeof(list))
			at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%s", i > 0 ? ", " : "",
			    cli_label(l->session, SLUIS_KIND_CATEGORY, code, label));
	}
	l->has_resend = true;
	sluis_hex(row->message_id.data, SLUIS_ID_BYTES, message);
	cli_say(l->cli, "%s  %-12s  -> %-13.*s %s  %s: %s", message, "resend", (int)row->newcomer_handle.len,
	    (const char *)row->newcomer_handle.data, cli_time((int64_t)row->accepted_ms, when),
	    cli_label(l->session, SLUIS_KIND_PURPOSE, sluis_of(row->purpose_code), purpose), list);
	json_array_append_new(l->rows,
	    json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:s}", "message", message, "case",
		cli_json_id(case_id->bytes), "from",
		cli_json_code(l->session->self == NULL ? sluis_bytes(NULL, 0) : l->session->self->handle), "to",
		cli_json_code(sluis_of(row->newcomer_handle)), "purpose", cli_json_code(sluis_of(row->purpose_code)),
		"categories", categories, "state", "resend", "accepted", when));
	return SLUIS_OK;
}

static enum sluis_err
list_inbox(struct cli *cli, const char *case_text, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = NULL;
	struct listing l = { .cli = cli };
	struct sluis_id id;
	enum sluis_err err;

	SLUIS_TRY(cli_open(cli, &session, failure));
	if (case_text != NULL)
		SLUIS_TRY(cli_case_id(session, case_text, &id, failure));
	l.session = session;
	l.rows = json_array();
	err = sluis_inbox(session, case_text == NULL ? NULL : &id, inbox_row, &l, failure);
	if (err == SLUIS_OK)
		err = sluis_resends(session, case_text == NULL ? NULL : &id, resend_row, &l, failure);
	if (err != SLUIS_OK) {
		json_decref(l.rows);
		return err;
	}
	if (!cli->json)
		err = sluis_inquiries_list(session, case_text == NULL ? NULL : &id, count_request, &l, failure);
	if (err != SLUIS_OK) {
		json_decref(l.rows);
		return err;
	}
	if (json_array_size(l.rows) == 0 && l.n_requests == 0 && !cli->json)
		cli_note("%s", _("nothing waits for you"));
	if (l.n_requests > 0)
		cli_note(_("requests that wait for your answer: %zu (sluis request list)"), l.n_requests);
	if (l.has_lost)
		cli_note("%s", _("lost: the broker can no longer read the content; ask the sender to push it again"));
	if (l.has_resend && !cli->json)
		cli_note("%s", _("resend: who came on the case later may have this; send it again with --replaces MESSAGE --to that member"));
	cli_emit(cli, l.rows);
	return SLUIS_OK;
}

enum sluis_err
cmd_inbox(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	struct watch_words watch = { .once = false };
	bool is_watch = false;
	const struct cli_option options[] = { { "--watch", CLI_FLAG, &is_watch }, { "--exec", CLI_VALUE, &watch.exec },
		{ "--every", CLI_VALUE, &watch.every }, { "--once", CLI_FLAG, &watch.once } };
	struct cli_list words;

	SLUIS_TRY(cli_parse(argv, options, SLUIS_ARRAY_LEN(options), &words, failure));
	if (words.n > 1 || (!is_watch && (watch.exec != NULL || watch.every != NULL || watch.once)))
		return cli_usage(failure, "inbox [CASE] [--watch [--exec CMD] [--every SECONDS] [--once]]");
	watch.case_text = words.n == 0 ? NULL : words.words[0];
	return is_watch ? watch_run(cli, &watch, failure) : list_inbox(cli, watch.case_text, failure);
}
