/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>

#include "basis.h"
#include "cli.h"
#include "limits.h"

/** One listing. */
struct listing {
	struct cli *cli;
	struct sluis_session *session;
	struct sluis_grants all;
	int64_t now_ms;
	json_t *rows;
};

static json_t *
codes_json(const ProtobufCBinaryData *codes, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, cli_json_code(sluis_of(codes[i])));
	return list;
}

static json_t *
givers_json(Sluis__Giver **givers, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_pack("{s:o, s:i, s:o}", "giver",
		    cli_json_code(sluis_of(givers[i]->role_code)), "number", (int)givers[i]->giver_number, "method",
		    cli_json_code(sluis_of(givers[i]->method_code))));
	return list;
}

/* ---- what is left of a grant ---- */

static bool
has(const ProtobufCBinaryData *codes, size_t n, ProtobufCBinaryData code)
{
	for (size_t i = 0; i < n; i++) {
		if (sluis_bytes_equal(sluis_of(codes[i]), sluis_of(code)))
			return true;
	}
	return false;
}

/* How many of ${codes} a scope covers; no scope covers them all. */
static size_t
covered(const ProtobufCBinaryData *scope, size_t n_scope, const ProtobufCBinaryData *codes, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += n_scope == 0 || has(scope, n_scope, codes[i]);
	return count;
}

enum cover { COVER_NONE, COVER_PART, COVER_WHOLE };

/* What newer refusals leave of it: the one that takes most. */
static enum cover
cover_of(const struct listing *l, const struct sluis_grants_row *row)
{
	const Sluis__Grant *g = row->grant;
	enum cover most = COVER_NONE;

	for (size_t i = 0; i < l->all.n_refusals; i++) {
		const Sluis__ConsentRefusal *r = l->all.refusals[i].refusal;
		const size_t purposes = covered(r->purpose_codes, r->n_purpose_codes, g->purpose_codes, g->n_purpose_codes);
		const size_t categories =
		    covered(r->category_codes, r->n_category_codes, g->category_codes, g->n_category_codes);

		if (l->all.refusals[i].index < row->index || purposes == 0 || categories == 0)
			continue;
		if (purposes == g->n_purpose_codes && categories == g->n_category_codes)
			return COVER_WHOLE;
		most = COVER_PART;
	}
	return most;
}

/** What a grant is worth now, when that ends, and why then. */
struct standing {
	const char *state;
	const char *why; /* a code */
	int64_t until_ms;
};

static struct standing
standing_of(const struct listing *l, const struct sluis_grants_row *row)
{
	const Sluis__Grant *g = row->grant;
	const int64_t band_ms = g->band_until == NULL ? INT64_MAX : (int64_t)g->band_until->until_ms;
	struct standing s = { "active", "until", (int64_t)g->until_ms };
	const enum cover cover = cover_of(l, row);

	if (band_ms <= s.until_ms) {
		s.until_ms = band_ms;
		s.why = "band";
	}
	if (sluis_bytes_is_text(row->state, "withdrawn"))
		return (struct standing){ "withdrawn", "withdrawn", s.until_ms };
	if (cover == COVER_WHOLE)
		return (struct standing){ "refused", "refused", s.until_ms };
	if (s.until_ms <= l->now_ms)
		s.state = "ended";
	else if (cover == COVER_PART)
		s.state = "partly-refused";
	return s;
}

/* In words: why it ends, and what then. */
static const char *
why_text(const struct standing *s)
{
	if (s->why[0] == 'b')
		return _("then an age limit is reached: ask again who decides then");
	if (s->why[0] == 'u')
		return _("that is the last day given");
	return s->why[0] == 'w' ? _("it was withdrawn") : _("it was refused later");
}

/* ---- rows ---- */

static void
add_exception(const Sluis__Grant *g, json_t *json)
{
	char hex[33];

	if (g->exception != NULL) {
		json_object_set_new(json, "exception", cli_json_code(sluis_of(g->exception->exception_code)));
		json_object_set_new(json, "assessed_by", cli_json_code(sluis_of(g->exception->assessor_handle)));
	}
	if (g->restores != NULL) {
		sluis_hex(g->restores->target_id.data, SLUIS_ID_BYTES, hex);
		json_object_set_new(json, "restores", json_string(hex));
	}
}

/* The ground that takes a grant; its codes are by the regime of who took it. */
static struct sluis_bytes
consent_ground(const struct sluis_policy *policy)
{
	const struct sluis_codes grounds = sluis_policy_codes(policy, SLUIS_KIND_GROUND);

	for (size_t i = 0; i < grounds.count; i++) {
		if (sluis_policy_ground(policy, grounds.items[i])->needs_grant)
			return grounds.items[i];
	}
	return sluis_bytes(NULL, 0);
}

static json_t *
receivers_json(const Sluis__Grant *g)
{
	json_t *to = json_array();

	for (size_t i = 0; i < g->n_receivers; i++)
		json_array_append_new(to, cli_json_code(sluis_of(g->receivers[i]->organisation_handle)));
	return to;
}

static void
append_labels(const struct listing *l, enum sluis_policy_kind kind, const ProtobufCBinaryData *codes, size_t n,
    char *text, size_t size)
{
	for (size_t i = 0; i < n; i++) {
		const size_t at = strlen(text);
		char label[128];

		snprintf(text + at, size - at, "%s%s", i > 0 ? ", " : "",
		    cli_label(l->session, kind, sluis_of(codes[i]), label));
	}
}

/* Which consent is needed: what for, what, to whom. */
static void
say_scope(const struct listing *l, const Sluis__Grant *g)
{
	char purposes[256] = "", categories[512] = "", to[256] = "";

	append_labels(l, SLUIS_KIND_PURPOSE, g->purpose_codes, g->n_purpose_codes, purposes, sizeof(purposes));
	append_labels(l, SLUIS_KIND_CATEGORY, g->category_codes, g->n_category_codes, categories, sizeof(categories));
	for (size_t i = 0; i < g->n_receivers; i++) {
		const size_t at = strlen(to);

		snprintf(to + at, sizeof(to) - at, "%s%.*s", i > 0 ? ", " : "",
		    (int)g->receivers[i]->organisation_handle.len,
		    (const char *)g->receivers[i]->organisation_handle.data);
	}
	cli_say(l->cli, _("  %s: %s; to %s"), purposes, categories, to);
}

static void
add_grant(struct listing *l, const struct sluis_grants_row *row)
{
	const Sluis__Grant *g = row->grant;
	const struct standing s = standing_of(l, row);
	const struct sluis_bytes ground = consent_ground(l->session->policy);
	const struct sluis_bytes regime = basis_regime(l->session, row->taker->organisation_handle);
	char until[32], expires[32], hex[33], band[128];
	json_t *json;

	sluis_hex(g->grant_id.data, SLUIS_ID_BYTES, hex);
	cli_say(l->cli, "%s  %-14s %s  %s %s (%s)", hex, s.state,
	    cli_label(l->session, SLUIS_KIND_BAND, sluis_of(g->band_code), band), _("until"),
	    cli_time(s.until_ms, expires), why_text(&s));
	say_scope(l, g);
	basis_say(l->cli, l->session, ground, regime);
	json = json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:i, s:o, s:b, s:o}", "grant", hex,
	    "state", s.state, "band", cli_json_code(sluis_of(g->band_code)), "until",
	    cli_time((int64_t)g->until_ms, until), "expires", expires, "why", s.why, "purposes",
	    codes_json(g->purpose_codes, g->n_purpose_codes), "categories",
	    codes_json(g->category_codes, g->n_category_codes), "to", receivers_json(g), "taken_by",
	    cli_json_code(row->taker->handle), "givers", givers_json(g->givers, g->n_givers), "authority",
	    (int)g->authority_count, "text", cli_json_code(sluis_of(g->text_code)), "criminal",
	    g->criminal_number == SLUIS_GRANT_CRIMINAL, "basis", basis_json(l->session, ground, regime));
	if (json == NULL)
		return;
	add_exception(g, json);
	json_array_append_new(l->rows, json);
}

static void
add_refusal(struct listing *l, const struct sluis_grants_refusal *row)
{
	const Sluis__ConsentRefusal *r = row->refusal;
	char hex[33], when[32];

	sluis_hex(r->refusal_id.data, SLUIS_ID_BYTES, hex);
	cli_say(l->cli, "%s  %-14s %s", hex, _("refusal"), cli_time((int64_t)r->created_ms, when));
	json_array_append_new(l->rows, json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "refusal", hex, "created", when,
	    "givers", givers_json(r->givers, r->n_givers), "purposes",
	    codes_json(r->purpose_codes, r->n_purpose_codes), "categories",
	    codes_json(r->category_codes, r->n_category_codes), "recorded_by", cli_json_code(row->taker->handle)));
}

enum sluis_err
cmd_grant_list(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(4 * SLUIS_ARENA_MAX_BYTES);
	struct listing l = { .cli = cli, .session = session, .now_ms = sluis_now_ms() };
	struct sluis_id id;

	if (argv[0] == NULL || argv[1] != NULL)
		return cli_usage(failure, "grant list CASE");
	if (arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("listing grants"));
	SLUIS_TRY(cli_case_id(session, argv[0], &id, failure));
	SLUIS_TRY(sluis_grants_get(session, &id, arena, &l.all, failure));
	l.rows = json_array();
	for (size_t i = 0; i < l.all.n_rows; i++)
		add_grant(&l, &l.all.rows[i]);
	for (size_t i = 0; i < l.all.n_refusals; i++)
		add_refusal(&l, &l.all.refusals[i]);
	cli_emit(cli, l.rows);
	return SLUIS_OK;
}
