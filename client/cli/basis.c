/* SPDX-License-Identifier: EUPL-1.2 */
#include "basis.h"

#include <stdio.h>

/* The policy has a list of labels under each key's name. */
static struct sluis_bytes
label(const struct sluis_session *session, const char *key, struct sluis_bytes code)
{
	return sluis_policy_list_label(session->policy, sluis_bytes_text(key), code, session->lang);
}

json_t *
basis_json(const struct sluis_session *session, struct sluis_bytes ground, struct sluis_bytes regime)
{
	const struct sluis_policy_basis basis = sluis_policy_ground_basis(session->policy, ground, regime);

	if (basis.secrecy.len == 0)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:{s:o, s:o, s:o}}", "regime", cli_json_code(regime), "secrecy",
	    cli_json_code(basis.secrecy), "avg6", cli_json_code(basis.avg6), "avg9", cli_json_code(basis.avg9), "labels",
	    "secrecy", cli_json_code(label(session, "secrecy", basis.secrecy)), "avg6",
	    cli_json_code(label(session, "avg6", basis.avg6)), "avg9", cli_json_code(label(session, "avg9", basis.avg9)));
}

void
basis_say(const struct cli *cli, const struct sluis_session *session, struct sluis_bytes ground,
    struct sluis_bytes regime)
{
	const struct sluis_policy_basis basis = sluis_policy_ground_basis(session->policy, ground, regime);
	struct sluis_bytes secrecy, avg6, avg9;

	if (basis.secrecy.len == 0)
		return;
	secrecy = label(session, "secrecy", basis.secrecy);
	avg6 = label(session, "avg6", basis.avg6);
	avg9 = label(session, "avg9", basis.avg9);
	cli_say(cli, _("  secrecy: %.*s; %.*s; %.*s"), (int)secrecy.len, (const char *)secrecy.data, (int)avg6.len,
	    (const char *)avg6.data, (int)avg9.len, (const char *)avg9.data);
}

struct sluis_bytes
basis_regime(const struct sluis_session *session, struct sluis_bytes organisation)
{
	const struct sluis_organisation *found = sluis_directory_organisation(session->directory, organisation);

	return found == NULL ? sluis_bytes(NULL, 0) : found->regime;
}
