/* SPDX-License-Identifier: EUPL-1.2 */
/* The command `case due`: what waits on whom. */
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"
#include "due.h"

/** One line, kept until all are known and can be put in order. */
struct line {
	json_t *json;
	char text[512];
	int64_t due_ms;
	bool is_late;
};

struct lines {
	struct sluis_session *session;
	struct line *items;
	size_t n;
};

static void
lines_done(struct lines *lines)
{
	for (size_t i = 0; i < lines->n; i++)
		json_decref(lines->items[i].json);
	free(lines->items);
}

static const char *
what(const struct sluis_session *session, const struct sluis_due_row *row, char ret[static 320])
{
	char label[128], id[33] = "";

	if (row->thing != NULL)
		sluis_hex(row->thing->bytes, SLUIS_ID_BYTES, id);
	switch (row->kind) {
	case SLUIS_DUE_REQUEST:
		snprintf(ret, 320, _("request %.8s for %s: answer or decline it"), id,
		    cli_label(session, SLUIS_KIND_PURPOSE, row->code, label));
		break;
	case SLUIS_DUE_ANSWER:
		snprintf(ret, 320, _("answer %.8s to a request for %s: pull it"), id,
		    cli_label(session, SLUIS_KIND_PURPOSE, row->code, label));
		break;
	case SLUIS_DUE_MESSAGE:
		snprintf(ret, 320, _("message %.8s (%s): pull it"), id,
		    cli_label(session, SLUIS_KIND_PURPOSE, row->code, label));
		break;
	case SLUIS_DUE_CONSENT:
		snprintf(ret, 320, row->is_late ? _("consent %.8s has ended (%s): ask for a new one") :
						  _("consent %.8s ends (%s): ask for a new one"),
		    id, cli_label(session, SLUIS_KIND_BAND, row->code, label));
		break;
	case SLUIS_DUE_INFORMING:
		snprintf(ret, 320, _("message %.8s went without consent: note that the family was informed, or why not yet"), id);
		break;
	case SLUIS_DUE_INVITATION:
		snprintf(ret, 320, _("%s: note that the family was invited or heard, or why not"),
		    cli_label(session, SLUIS_KIND_STEP, row->code, label));
		break;
	case SLUIS_DUE_REVIEW:
		snprintf(ret, 320, _("review %.8s (%s): judge and close it"), id,
		    cli_label(session, SLUIS_KIND_GROUND, row->code, label));
		break;
	case SLUIS_DUE_AGREEMENT:
		snprintf(ret, 320, _("agreement: %.*s"), (int)(row->code.len > 200 ? 200 : row->code.len),
		    (const char *)row->code.data);
		break;
	}
	return ret;
}

static json_t *
row_json(const struct sluis_due_row *row)
{
	char due[32];
	json_t *json = json_pack("{s:s, s:o, s:o, s:b, s:b}", "kind", sluis_due_kind_text(row->kind), "case",
	    cli_json_id(row->case_id.bytes), "waits_on", cli_json_code(row->waits_on), "own", row->is_own, "late",
	    row->is_late);

	if (row->due_ms != 0)
		json_object_set_new(json, "due", json_string(cli_time(row->due_ms, due)));
	if (row->thing != NULL)
		json_object_set_new(json, "id", cli_json_id(row->thing->bytes));
	if (row->code.len > 0)
		json_object_set_new(json, row->kind == SLUIS_DUE_AGREEMENT ? "what" : "code", cli_json_code(row->code));
	return json;
}

static enum sluis_err
add_line(void *context, const struct sluis_due_row *row)
{
	struct lines *lines = context;
	struct line *grown = reallocarray(lines->items, lines->n + 1, sizeof(*grown));
	char hex[33], due[32] = "", text[320], who[41];

	if (grown == NULL)
		return SLUIS_ENOMEM;
	lines->items = grown;
	sluis_hex(row->case_id.bytes, SLUIS_ID_BYTES, hex);
	if (row->due_ms != 0)
		cli_time(row->due_ms, due);
	grown[lines->n] = (struct line){ .json = row_json(row), .due_ms = row->due_ms, .is_late = row->is_late };
	snprintf(who, sizeof(who), "%.*s", (int)row->waits_on.len, (const char *)row->waits_on.data);
	snprintf(grown[lines->n].text, sizeof(grown[lines->n].text), "%.8s  %-10.10s  %-8s %-20s %s", hex, due,
	    row->is_late ? _("overdue") : "", row->is_own ? _("you") : who, what(lines->session, row, text));
	lines->n++;
	return SLUIS_OK;
}

/* Late first, then by date; without a date last. */
static int
by_due(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->is_late != y->is_late)
		return x->is_late ? -1 : 1;
	if ((x->due_ms == 0) != (y->due_ms == 0))
		return x->due_ms == 0 ? 1 : -1;
	return (x->due_ms > y->due_ms) - (x->due_ms < y->due_ms);
}

enum sluis_err
cmd_case_due(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(lines_done) struct lines lines = { .session = session };
	struct sluis_id id;
	json_t *rows;

	if (argv[0] != NULL && (argv[1] != NULL || argv[0][0] == '-'))
		return cli_usage(failure, "case due [CASE]");
	if (argv[0] != NULL)
		SLUIS_TRY(cli_case_id(session, argv[0], &id, failure));
	SLUIS_TRY(sluis_fail_err(failure,
	    sluis_due_list(session, argv[0] == NULL ? NULL : &id, add_line, &lines, failure),
	    _("looking for what waits")));
	if (lines.n > 0)
		qsort(lines.items, lines.n, sizeof(*lines.items), by_due);
	rows = json_array();
	for (size_t i = 0; i < lines.n; i++) {
		cli_say(cli, "%s", lines.items[i].text);
		json_array_append(rows, lines.items[i].json);
	}
	cli_emit(cli, rows);
	if (cli->json)
		return SLUIS_OK;
	if (lines.n == 0)
		cli_note("%s", _("nothing waits"));
	cli_note("%s", _("agreements: only those in files pulled by this profile; informing: only of what it sent itself"));
	return SLUIS_OK;
}
