/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "codes.h"
#include "sent.h"
#include "status.h"

static const char SYNOPSIS[] = "sent [CASE]";

/** One message of which a copy is kept; nothing of its content. */
struct copy {
	struct sluis_id id;
	struct sluis_id case_id;
	int64_t created_ms;
	uint32_t kind;
	struct sluis_id target; /* of a kind that refers to something */
	char purpose[SLUIS_HANDLE_MAX + 1];
};

struct copies {
	struct sluis_session *session;
	struct sluis_arena *arena; /* of one message */
	const struct sluis_id *case_id; /* NULL: all */
	struct copy *items;
	size_t n;
	size_t damaged;
};

static void
copies_done(struct copies *copies)
{
	free(copies->items);
	sluis_arena_free(copies->arena);
}

static enum sluis_err
add_copy(void *context, const struct sluis_id *id)
{
	struct copies *copies = context;
	struct sluis_manifest m;
	struct copy *grown, *c;
	enum sluis_err err;

	sluis_arena_reset(copies->arena);
	err = sluis_sent_get(copies->session->profile, id, copies->arena, &m);
	if (err == SLUIS_EFORMAT) {
		copies->damaged++;
		return SLUIS_OK;
	}
	SLUIS_TRY(err);
	if (copies->case_id != NULL &&
	    !sluis_bytes_equal(sluis_of(m.m->case_id), sluis_bytes(copies->case_id->bytes, SLUIS_ID_BYTES)))
		return SLUIS_OK;
	grown = reallocarray(copies->items, copies->n + 1, sizeof(*grown));
	if (grown == NULL)
		return SLUIS_ENOMEM;
	copies->items = grown;
	c = &grown[copies->n++];
	*c = (struct copy){ .id = *id, .case_id = sluis_id_of(m.m->case_id), .created_ms = (int64_t)m.m->created_ms,
		.kind = m.m->kind_number };
	if (m.m->reference != NULL)
		c->target = sluis_id_of(m.m->reference->target_id);
	snprintf(c->purpose, sizeof(c->purpose), "%.*s", (int)m.m->purpose_code.len, (const char *)m.m->purpose_code.data);
	return SLUIS_OK;
}

static int
by_time(const void *a, const void *b)
{
	const struct copy *x = a, *y = b;

	return (x->created_ms > y->created_ms) - (x->created_ms < y->created_ms);
}

/* ---- telling ---- */

static json_t *
receiver_json(struct cli *cli, struct sluis_session *session, const Sluis__StatusRow *row)
{
	json_t *categories = json_array();
	char list[256] = "", label[128], when[32];
	size_t at = 0;

	for (size_t i = 0; i < row->n_category_codes; i++) {
		const struct sluis_bytes code = sluis_of(row->category_codes[i]);

		json_array_append_new(categories, cli_json_code(code));
		if (at < sizeof(list))
			at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%s", i > 0 ? ", " : "",
			    cli_label(session, SLUIS_KIND_CATEGORY, code, label));
	}
	cli_say(cli, "    %-20.*s %-14s %s  %s", (int)row->handle.len, (const char *)row->handle.data,
	    codes_state(sluis_of(row->state_code)), cli_time((int64_t)row->changed_ms, when), list);
	return json_pack("{s:o, s:o, s:s, s:o}", "to", cli_json_code(sluis_of(row->handle)), "state",
	    cli_json_code(sluis_of(row->state_code)), "changed", when, "categories", categories);
}

static void
say_copy(struct cli *cli, struct sluis_session *session, const struct copy *c)
{
	char id[33], target[33], when[32], label[128];

	sluis_hex(c->id.bytes, SLUIS_ID_BYTES, id);
	sluis_hex(c->target.bytes, SLUIS_ID_BYTES, target);
	cli_say(cli, "%s  %s  %s", id, cli_time(c->created_ms, when),
	    cli_label(session, SLUIS_KIND_PURPOSE, sluis_bytes_text(c->purpose), label));
	if (c->kind == SLUIS_MANIFEST_SUPERSEDES)
		cli_say(cli, _("    replaces %s"), target);
	else if (c->kind == SLUIS_MANIFEST_ANSWERS)
		cli_say(cli, _("    answers request %s"), target);
	else if (c->kind == SLUIS_MANIFEST_PASSES_ON)
		cli_say(cli, _("    passes on %s"), target);
}

static json_t *
copy_json(const struct copy *c, const char *state, json_t *receivers)
{
	char sent[32];
	json_t *json = json_pack("{s:o, s:o, s:s, s:s, s:s, s:o}", "message", cli_json_id(c->id.bytes), "case",
	    cli_json_id(c->case_id.bytes), "purpose", c->purpose, "sent", cli_time(c->created_ms, sent), "state",
	    state, "recipients", receivers);

	if (c->kind == SLUIS_MANIFEST_SUPERSEDES)
		json_object_set_new(json, "replaces", cli_json_id(c->target.bytes));
	else if (c->kind == SLUIS_MANIFEST_ANSWERS)
		json_object_set_new(json, "answers", cli_json_id(c->target.bytes));
	else if (c->kind == SLUIS_MANIFEST_PASSES_ON)
		json_object_set_new(json, "origin", cli_json_id(c->target.bytes));
	return json;
}

/* Where it stands with each receiver, held against what was sent; gone from the broker is no failure. */
static enum sluis_err
tell_copy(struct cli *cli, struct copies *copies, const struct copy *c, json_t *rows, struct sluis_failure *failure)
{
	struct sluis_status status;
	json_t *receivers = json_array();
	char state[33] = "not-found";
	enum sluis_err err;

	sluis_arena_reset(copies->arena);
	say_copy(cli, copies->session, c);
	err = sluis_status_get(copies->session, &c->id, copies->arena, &status, failure);
	if (err == SLUIS_OK) {
		snprintf(state, sizeof(state), "%.*s", (int)status.tell->state_code.len,
		    (const char *)status.tell->state_code.data);
		for (size_t i = 0; i < status.tell->n_rows; i++)
			json_array_append_new(receivers, receiver_json(cli, copies->session, status.tell->rows[i]));
	} else if (err == SLUIS_EREFUSED) {
		cli_say(cli, "    %s", _("the broker has nothing of it any more"));
		err = SLUIS_OK;
	}
	json_array_append_new(rows, copy_json(c, state, receivers));
	return err;
}

enum sluis_err
cmd_sent(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = NULL;
	SLUIS_AUTO(copies_done) struct copies copies = { .arena = sluis_arena_new(4 * SLUIS_ARENA_MAX_BYTES) };
	struct sluis_id id;
	json_t *rows;
	enum sluis_err err = SLUIS_OK;

	if (argv[0] != NULL && (argv[1] != NULL || argv[0][0] == '-'))
		return cli_usage(failure, SYNOPSIS);
	if (copies.arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("reading what was sent"));
	SLUIS_TRY(cli_open(cli, &session, failure));
	copies.session = session;
	if (argv[0] != NULL) {
		SLUIS_TRY(cli_case_id(session, argv[0], &id, failure));
		copies.case_id = &id;
	}
	SLUIS_TRY(sluis_fail_err(failure, sluis_sent_list(session->profile, add_copy, &copies),
	    _("reading what was sent")));
	if (copies.n > 0)
		qsort(copies.items, copies.n, sizeof(*copies.items), by_time);
	rows = json_array();
	for (size_t i = 0; err == SLUIS_OK && i < copies.n; i++)
		err = tell_copy(cli, &copies, &copies.items[i], rows, failure);
	if (err != SLUIS_OK) {
		json_decref(rows);
		return err;
	}
	if (copies.n == 0 && !cli->json)
		cli_note("%s", _("nothing was sent from this profile"));
	if (copies.damaged > 0)
		cli_note(_("%zu copies of what was sent cannot be read"), copies.damaged);
	cli_emit(cli, rows);
	return SLUIS_OK;
}
