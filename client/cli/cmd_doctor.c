/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>

#include "doctor.h"

static const char *const STATES[] = {
	[DOCTOR_OK] = "ok", [DOCTOR_WARNING] = "warning", [DOCTOR_WRONG] = "wrong" };

static const char *
word(enum doctor_state state)
{
	switch (state) {
	case DOCTOR_OK:
		return _("ok");
	case DOCTOR_WARNING:
		return _("warning");
	case DOCTOR_WRONG:
		return _("WRONG");
	}
	return "";
}

void
doctor_say(struct doctor *doctor, const struct doctor_finding *finding)
{
	const bool is_ok = finding->state == DOCTOR_OK;

	doctor->n_wrong += finding->state == DOCTOR_WRONG;
	cli_say(doctor->cli, "%-10s %s%s%s", word(finding->state), finding->check, is_ok ? "" : ": ",
	    is_ok ? "" : finding->why);
	if (!is_ok && finding->mend[0] != '\0')
		cli_say(doctor->cli, "           %s %s", _("mend it:"), finding->mend);
	json_array_append_new(doctor->rows, json_pack("{s:s, s:s, s:s, s:b, s:s, s:s}", "code", finding->code, "check",
	    finding->check, "state", STATES[finding->state], "ok", finding->state != DOCTOR_WRONG, "why",
	    is_ok ? "" : finding->why, "mend", is_ok ? "" : finding->mend));
}

/* The session itself: mirror, log, policy. What the network showed before is not told twice. */
static enum sluis_err
contact(struct doctor *doctor, bool is_reachable, struct sluis_session **ret, struct sluis_failure *failure)
{
	struct doctor_finding f = { .code = "broker", .check = _("broker, log and policy") };
	const enum sluis_err err = cli_open(doctor->cli, ret, failure);

	if (err != SLUIS_OK) {
		f.state = DOCTOR_WRONG;
		snprintf(f.why, sizeof(f.why), "%s", failure->text);
		if (is_reachable && err == SLUIS_EUNREACHABLE)
			snprintf(f.mend, sizeof(f.mend), "%s", _("on the broker: systemctl restart sluisd.service"));
		else if (err != SLUIS_EUNREACHABLE)
			snprintf(f.mend, sizeof(f.mend), "%s", failure->hint);
	}
	doctor_say(doctor, &f);
	return err;
}

static enum sluis_err
finish(struct doctor *doctor, enum sluis_err err, const struct sluis_failure *contact_failure,
    struct sluis_failure *failure)
{
	if (doctor->n_wrong == 0 && err == SLUIS_OK) {
		cli_emit(doctor->cli, doctor->rows);
		return SLUIS_OK;
	}
	if (doctor->cli->json)
		json_dumpf(doctor->rows, stdout, JSON_INDENT(2));
	json_decref(doctor->rows);
	doctor->cli->json = false; /* one object on stdout: the list above */
	if (err != SLUIS_OK) {
		*failure = *contact_failure;
		failure->hint[0] = '\0'; /* it stands above, or sends back here */
		return err;
	}
	return sluis_fail(failure, SLUIS_ESYSTEM, _("something is not well; see above"));
}

enum sluis_err
cmd_doctor(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = NULL;
	struct sluis_failure broken = { .err = SLUIS_OK };
	const char *lists = NULL;
	const struct cli_option options[] = { { "--crl", CLI_VALUE, &lists } };
	struct doctor doctor = { .cli = cli };
	struct cli_list words;
	enum sluis_err err;
	bool is_reachable;

	SLUIS_TRY(cli_parse(argv, options, SLUIS_ARRAY_LEN(options), &words, failure));
	if (words.n != 0)
		return cli_usage(failure, "doctor [--crl DIR]");
	cli->is_reminded = true; /* it says so itself */
	doctor.rows = json_array();
	doctor_machine(&doctor);
	is_reachable = doctor_network(&doctor);
	err = contact(&doctor, is_reachable, &session, &broken);
	if (err == SLUIS_OK)
		doctor_member(&doctor, session);
	if (err == SLUIS_OK && lists != NULL)
		doctor_lists(&doctor, session, lists);
	return finish(&doctor, err, &broken, failure);
}
