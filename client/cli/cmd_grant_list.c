/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli.h"
#include "limits.h"

enum { GRANTS_MAX = 64 };

static json_t *
codes_json(const ProtobufCBinaryData *codes, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, cli_json_code(sluis_of(codes[i])));
	return list;
}

static json_t *
grant_json(struct cli *cli, const struct sluis_grants_row *row)
{
	const Sluis__Grant *g = row->grant;
	json_t *to = json_array();
	char until[32], hex[33];

	for (size_t i = 0; i < g->n_receivers; i++)
		json_array_append_new(to, cli_json_code(sluis_of(g->receivers[i]->organisation_handle)));
	sluis_hex(g->grant_id.data, SLUIS_ID_BYTES, hex);
	cli_say(cli, "%s  %-10.*s %-9.*s %s %s", hex, (int)row->state.len, (const char *)row->state.data,
	    (int)g->band_code.len, (const char *)g->band_code.data, _("until"),
	    cli_time((int64_t)g->until_ms, until));
	return json_pack("{s:s, s:o, s:o, s:s, s:o, s:o, s:o, s:o}", "grant", hex, "state",
	    cli_json_code(row->state), "band", cli_json_code(sluis_of(g->band_code)), "until", until, "purposes",
	    codes_json(g->purpose_codes, g->n_purpose_codes), "categories",
	    codes_json(g->category_codes, g->n_category_codes), "to", to, "taken_by",
	    cli_json_code(row->taker->handle));
}

enum sluis_err
cmd_grant_list(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(4 * SLUIS_ARENA_MAX_BYTES);
	struct sluis_grants_row *rows;
	struct sluis_id id;
	size_t count = 0;
	json_t *list;

	if (argv[0] == NULL || argv[1] != NULL)
		return cli_usage(failure, "grant list CASE");
	rows = arena == NULL ? NULL : sluis_arena_alloc(arena, GRANTS_MAX * sizeof(*rows));
	if (rows == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("listing grants"));
	SLUIS_TRY(cli_case_id(session, argv[0], &id, failure));
	SLUIS_TRY(sluis_grants_list(session, &id, arena, GRANTS_MAX, rows, &count, failure));
	list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, grant_json(cli, &rows[i]));
	cli_emit(cli, list);
	return SLUIS_OK;
}
