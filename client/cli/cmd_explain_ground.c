/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>

#include "basis.h"

/*
 * explain ground [GROUND]: every ground of the policy in the form of the register: by regime the three codes, for which
 * purposes, to which roles, and the evidence that it must carry.
 */

static json_t *
codes_json(struct sluis_codes codes)
{
	json_t *list = json_array();

	for (size_t i = 0; i < codes.count; i++)
		json_array_append_new(list, cli_json_code(codes.items[i]));
	return list;
}

static const char *
type_text(enum sluis_evidence_type type)
{
	switch (type) {
	case SLUIS_EVIDENCE_DATE:
		return "date";
	case SLUIS_EVIDENCE_END:
		return "end-date";
	case SLUIS_EVIDENCE_CODE:
		return "code";
	case SLUIS_EVIDENCE_MONTH:
		return "end-month";
	}
	return "code";
}

/* code (label), code (label) */
static void
list_text(const struct sluis_session *session, struct sluis_bytes list, char *ret, size_t cap)
{
	const struct sluis_codes codes = sluis_policy_list(session->policy, list);
	size_t at = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < codes.count && at < cap; i++) {
		const struct sluis_bytes label =
		    sluis_policy_list_label(session->policy, list, codes.items[i], session->lang);

		at += (size_t)snprintf(ret + at, cap - at, "%s%.*s (%.*s)", i > 0 ? ", " : "",
		    (int)codes.items[i].len, (const char *)codes.items[i].data, (int)label.len, (const char *)label.data);
	}
}

static json_t *
evidence_json(const struct cli *cli, const struct sluis_session *session, const struct sluis_policy_ground *ground)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < ground->evidence_count; i++) {
		const struct sluis_policy_evidence *e = &ground->evidence[i];
		char text[1024];

		list_text(session, e->list, text, sizeof(text));
		cli_say(cli, "    --fact %.*s=%s %s", (int)e->key.len, (const char *)e->key.data,
		    e->type == SLUIS_EVIDENCE_CODE ? "" : type_text(e->type), text);
		json_array_append_new(rows, json_pack("{s:o, s:s, s:o}", "key", cli_json_code(e->key), "type",
		    type_text(e->type), "codes", codes_json(sluis_policy_list(session->policy, e->list))));
	}
	return rows;
}

static json_t *
purposes_json(const struct sluis_session *session, struct sluis_bytes ground, struct sluis_bytes regime)
{
	const struct sluis_codes purposes = sluis_policy_codes(session->policy, SLUIS_KIND_PURPOSE);
	json_t *list = json_array();

	for (size_t i = 0; i < purposes.count; i++) {
		if (sluis_policy_ground_allows(session->policy, ground, regime, purposes.items[i]))
			json_array_append_new(list, cli_json_code(purposes.items[i]));
	}
	return list;
}

static json_t *
regimes_json(const struct cli *cli, const struct sluis_session *session, struct sluis_bytes ground)
{
	const struct sluis_codes regimes = sluis_policy_codes(session->policy, SLUIS_KIND_REGIME);
	json_t *rows = json_array();
	char label[128];

	for (size_t i = 0; i < regimes.count; i++) {
		json_t *row;

		if (!sluis_policy_ground_has_regime(session->policy, ground, regimes.items[i]))
			continue;
		cli_say(cli, "  %s", cli_label(session, SLUIS_KIND_REGIME, regimes.items[i], label));
		basis_say(cli, session, ground, regimes.items[i]);
		row = json_pack("{s:o, s:o, s:o}", "regime", cli_json_code(regimes.items[i]), "purposes",
		    purposes_json(session, ground, regimes.items[i]), "basis",
		    basis_json(session, ground, regimes.items[i]));
		json_array_append_new(rows, row);
	}
	return rows;
}

static json_t *
ground_json(const struct cli *cli, const struct sluis_session *session, struct sluis_bytes code)
{
	const struct sluis_policy_ground *ground = sluis_policy_ground(session->policy, code);
	json_t *regimes;
	char label[128];

	cli_say(cli, "%.*s: %s%s", (int)code.len, (const char *)code.data,
	    cli_label(session, SLUIS_KIND_GROUND, code, label), ground->is_reviewed ? _(" (reviewed afterwards)") : "");
	regimes = regimes_json(cli, session, code);
	return json_pack("{s:o, s:s, s:b, s:b, s:b, s:b, s:o, s:o, s:o}", "ground", cli_json_code(code), "label", label,
	    "enabled", ground->is_enabled, "grant", ground->needs_grant, "justification", ground->needs_justification,
	    "reviewed", ground->is_reviewed, "receivers", codes_json(ground->receivers), "evidence",
	    evidence_json(cli, session, ground), "regimes", regimes);
}

enum sluis_err
cmd_explain_ground(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	const struct sluis_codes grounds = sluis_policy_codes(session->policy, SLUIS_KIND_GROUND);
	json_t *rows;

	if (argv[0] != NULL && argv[1] != NULL)
		return cli_usage(failure, "explain ground [GROUND]");
	if (argv[0] != NULL && !sluis_policy_has(session->policy, SLUIS_KIND_GROUND, sluis_bytes_text(argv[0])))
		return sluis_fail(failure, SLUIS_EUSAGE, _("\"%s\" is not a code of this policy"), argv[0]);
	rows = json_array();
	for (size_t i = 0; i < grounds.count; i++) {
		if (argv[0] == NULL || sluis_bytes_is_text(grounds.items[i], argv[0]))
			json_array_append_new(rows, ground_json(cli, session, grounds.items[i]));
	}
	cli_emit(cli, rows);
	return SLUIS_OK;
}
