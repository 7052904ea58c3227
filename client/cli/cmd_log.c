/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "exchange.h"
#include "log_filter.h"

enum { ALWAYS_FULL = 100000 };

static const char SYNOPSIS[] = "log list " LOG_FILTER_SYNOPSIS " | show INDEX | summary [--case CASE] ... | verify [--full]";

/** A listing on its way out. */
struct listing {
	struct cli *cli;
	struct sluis_session *session;
	json_t *rows;
	uint64_t only; /* log show: this index; UINT64_MAX: all */
	const struct log_filter *filter; /* NULL: all */
};

static json_t *
event_json(const struct sluis_event_evidence *e)
{
	const Sluis__Event *event = e->event;
	json_t *categories = json_array();
	char when[32];
	json_t *row;

	for (size_t i = 0; i < event->n_parties; i++) {
		for (size_t k = 0; k < event->parties[i]->n_category_codes; k++) {
			const struct sluis_bytes code = sluis_of(event->parties[i]->category_codes[k]);
			bool listed = false;

			for (size_t c = 0; c < json_array_size(categories); c++)
				listed |= sluis_bytes_is_text(code,
				    json_string_value(json_array_get(categories, c)));
			if (!listed)
				json_array_append_new(categories, cli_json_code(code));
		}
	}
	row = json_pack("{s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "index", (json_int_t)e->index, "time",
	    cli_time((int64_t)event->time_ms, when), "type", cli_json_code(sluis_of(event->type_code)),
	    "outcome", cli_json_code(sluis_of(event->outcome_code)), "rule",
	    cli_json_code(sluis_of(event->rule_code)), "member",
	    event->actor == NULL ? json_null() : cli_json_code(sluis_of(event->actor->handle)), "case",
	    event->case_ == NULL ? json_null() : cli_json_id(event->case_->case_id.data), "message",
	    event->message == NULL ? json_null() : cli_json_id(event->message->message_id.data), "categories",
	    categories);
	return row;
}

static json_t *
parties_json(const Sluis__Event *event)
{
	json_t *parties = json_array();

	for (size_t i = 0; i < event->n_parties; i++) {
		const Sluis__Party *p = event->parties[i];
		json_t *categories = json_array();

		for (size_t k = 0; k < p->n_category_codes; k++)
			json_array_append_new(categories, cli_json_code(sluis_of(p->category_codes[k])));
		json_array_append_new(parties,
		    json_pack("{s:o, s:o, s:o, s:o}", "handle", cli_json_code(sluis_of(p->handle)), "organisation",
			cli_json_code(sluis_of(p->organisation_handle)), "role",
			cli_json_code(sluis_of(p->role_code)), "categories", categories));
	}
	return parties;
}

static json_t *
facts_json(const Sluis__Event *event)
{
	json_t *facts = json_object();

	for (size_t i = 0; i < event->n_facts; i++)
		json_object_setn_new(facts, (const char *)event->facts[i]->fact_code.data, event->facts[i]->fact_code.len,
		    cli_json_code(sluis_of(event->facts[i]->value_text)));
	return facts;
}

static void
say_event(struct listing *l, const json_t *row)
{
	const char *member = json_string_value(json_object_get(row, "member"));
	const char *of_case = json_string_value(json_object_get(row, "case"));
	const char *message = json_string_value(json_object_get(row, "message"));

	cli_say(l->cli, "%6lld  %s  %-12s %-7s %-24s %-16s %-8.8s %-8.8s",
	    (long long)json_integer_value(json_object_get(row, "index")),
	    json_string_value(json_object_get(row, "time")), json_string_value(json_object_get(row, "type")),
	    json_string_value(json_object_get(row, "outcome")),
	    json_string_value(json_object_get(row, "rule")), member == NULL ? "-" : member,
	    of_case == NULL ? "-" : of_case, message == NULL ? "-" : message);
}

static enum sluis_err
list_event(void *context, const struct sluis_event_evidence *event)
{
	struct listing *l = context;
	json_t *row;

	if (l->only != UINT64_MAX && event->index != l->only)
		return SLUIS_OK;
	if (l->filter != NULL && !log_filter_has(l->filter, event->event))
		return SLUIS_OK;
	row = event_json(event);
	if (l->only != UINT64_MAX) {
		json_object_set_new(row, "parties", parties_json(event->event));
		json_object_set_new(row, "size", json_integer((json_int_t)event->event->rounded_size));
		json_object_set_new(row, "facts", facts_json(event->event));
		if (event->event->ground != NULL) {
			json_object_set_new(row, "purpose",
			    cli_json_code(sluis_of(event->event->ground->purpose_code)));
			json_object_set_new(row, "ground",
			    cli_json_code(sluis_of(event->event->ground->ground_code)));
		}
	}
	say_event(l, row);
	json_array_append_new(l->rows, row);
	return SLUIS_OK;
}

static enum sluis_err
do_list(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	struct log_filter filter;
	struct listing l = { .cli = cli, .session = session, .only = UINT64_MAX, .filter = &filter };
	enum sluis_err err;

	SLUIS_TRY(log_filter_read(session, argv, &filter, failure));
	l.rows = json_array();
	err = sluis_exchange_list(session, log_filter_case(&filter), list_event, &l, failure);
	if (err != SLUIS_OK) {
		json_decref(l.rows);
		return err;
	}
	if (json_array_size(l.rows) == 0 && filter.case_text != NULL)
		cli_note("%s", _("no entry that you may read names this case"));
	if (session->self != NULL && sluis_member_has_role(session->self, sluis_bytes_text("privacy-officer")))
		cli_note("%s", _("an officer's reading is written down too: the next look finds one entry more"));
	cli_emit(cli, l.rows);
	return SLUIS_OK;
}

static void
say_detail(struct cli *cli, const json_t *row)
{
	char *text = cli->json ? NULL : json_dumps(row, JSON_INDENT(2));

	if (text != NULL)
		puts(text);
	free(text);
}

static enum sluis_err
do_show(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	struct listing l = { .cli = cli, .session = session };
	char *end = NULL;
	enum sluis_err err;

	if (argv[0] == NULL || argv[1] != NULL)
		return cli_usage(failure, SYNOPSIS);
	l.only = strtoull(argv[0], &end, 10);
	if (*end != '\0' || end == argv[0])
		return cli_usage(failure, SYNOPSIS);
	l.rows = json_array();
	err = sluis_exchange_list(session, NULL, list_event, &l, failure);
	if (err == SLUIS_OK && json_array_size(l.rows) == 0)
		err = sluis_session_refusal(session, "not-found", failure);
	if (err == SLUIS_OK) {
		say_detail(cli, json_array_get(l.rows, 0));
		cli_emit(cli, json_incref(json_array_get(l.rows, 0)));
	}
	json_decref(l.rows);
	return err;
}

/* What this check says nothing about, in so many words. */
static json_t *
not_checked(struct cli *cli, bool full)
{
	json_t *list = json_array();
	const char *const lines[] = {
		full ? NULL : _("the entries themselves: only the signed head and its history (use --full)"),
		_("what others see: the contents of events that do not concern you are hidden by design"),
		_("witnesses: none is named in this federation"),
		_("freshness: whether there is something newer than what the broker shows"),
	};

	for (size_t i = 0; i < SLUIS_ARRAY_LEN(lines); i++) {
		if (lines[i] == NULL)
			continue;
		cli_say(cli, _("not checked: %s"), lines[i]);
		json_array_append_new(list, json_string(lines[i]));
	}
	return list;
}

static enum sluis_err
do_verify(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	bool full = false;
	const struct cli_option options[] = { { "--full", CLI_FLAG, &full } };
	struct sluis_exchange_check check;
	struct cli_list words;
	char root[65];

	SLUIS_TRY(cli_parse(argv, options, SLUIS_ARRAY_LEN(options), &words, failure));
	if (words.n != 0)
		return cli_usage(failure, SYNOPSIS);
	/* a log of everyday size is always hashed whole: it takes a moment and leaves no doubt */
	full |= sluis_profile_heads(session->profile).exchange.size <= ALWAYS_FULL;
	SLUIS_TRY(sluis_exchange_verify(session, full, &check, failure));
	sluis_hex(check.head.root.bytes, sizeof(check.head.root.bytes), root);
	if (full)
		cli_say(cli,
		    _("the exchange log is whole: %llu entries, %llu of them about you, all at their place"),
		    (unsigned long long)check.head.size, (unsigned long long)check.own);
	else
		cli_say(cli, _("the exchange log has %llu entries, signed, and extends all that you saw before"),
		    (unsigned long long)check.head.size);
	cli_say(cli, _("root: %s"), root);
	cli_emit(cli,
	    json_pack("{s:b, s:I, s:s, s:i, s:i, s:I, s:o}", "ok", 1, "size", (json_int_t)check.head.size, "root",
		root, "erased", 0, "witnesses", 0, "own", (json_int_t)check.own, "not_checked",
		not_checked(cli, full)));
	return SLUIS_OK;
}

enum sluis_err
cmd_log(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	static const struct {
		const char *name;
		enum sluis_err (*run)(struct cli *, struct sluis_session *, char **, struct sluis_failure *);
	} SUB[] = { { "list", do_list }, { "show", do_show }, { "verify", do_verify },
		{ "summary", cmd_log_summary } };
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = NULL;

	for (size_t i = 0; argv[0] != NULL && i < SLUIS_ARRAY_LEN(SUB); i++) {
		if (strcmp(argv[0], SUB[i].name) != 0)
			continue;
		SLUIS_TRY(cli_open(cli, &session, failure));
		return SUB[i].run(cli, session, argv + 1, failure);
	}
	return cli_usage(failure, SYNOPSIS);
}
