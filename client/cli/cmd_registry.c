/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "cli.h"
#include "expiry.h"
#include "hash.h"
#include "limits.h"
#include "record.h"
#include "registry_genesis.h"
#include "request.h"

static const char SYNOPSIS[] =
    "registry invite --handle H --organisation O --out FILE | pending | approve HANDLE | "
    "suspend HANDLE [--reason CODE] | remove HANDLE [--reason CODE] | policy FILE | genesis ...";

static enum sluis_err
no_memory(struct sluis_failure *failure)
{
	return sluis_fail_err(failure, SLUIS_ENOMEM, _("the registry"));
}

static struct sluis_record_act
act_now(const struct sluis_session *session)
{
	return (struct sluis_record_act){ .federation = session->federation, .created_ms = sluis_now_ms() };
}

/* ---- invite ---- */

static json_t *
head_json(const struct sluis_merkle_head *head)
{
	return json_pack("{s:I, s:o}", "size", (json_int_t)head->size, "root",
	    request_hex(head->root.bytes, SLUIS_HASH_BYTES));
}

static json_t *
invite_json(const struct sluis_session *session, const uint8_t *code, const char *handle,
    const char *organisation)
{
	const struct sluis_broker_keys *broker = sluis_directory_broker(session->directory);
	const struct sluis_profile_heads heads = sluis_profile_heads(session->profile);
	json_t *endpoints = json_array();

	for (size_t i = 0; i < broker->n_endpoints; i++)
		json_array_append_new(endpoints, cli_json_code(broker->endpoints[i]));
	return json_pack("{s:o, s:o, s:o, s:o, s:s, s:s, s:o, s:o}", "federation",
	    request_hex(session->federation.bytes, SLUIS_HASH_BYTES), "endpoints", endpoints, "curve",
	    request_hex(broker->curve_key.bytes, SLUIS_KEY_BYTES), "code",
	    request_hex(code, SLUIS_INVITE_CODE_BYTES), "handle", handle, "organisation", organisation, "keys",
	    head_json(&heads.keys), "exchange", head_json(&heads.exchange));
}

static enum sluis_err
do_invite(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
	const char *handle = NULL, *organisation = NULL, *out = NULL;
	const struct cli_option options[] = { { "--handle", CLI_VALUE, &handle },
		{ "--organisation", CLI_VALUE, &organisation }, { "--out", CLI_VALUE, &out } };
	uint8_t code[SLUIS_INVITE_CODE_BYTES];
	struct sluis_record_act act = act_now(session);
	struct sluis_record_invite draft;
	Sluis__Ask ask = SLUIS__ASK__INIT;
	struct sluis_answer answer;
	struct sluis_bytes payload;
	struct cli_list words;
	json_t *invite;
	int failed;

	SLUIS_TRY(cli_parse(argv, options, SLUIS_ARRAY_LEN(options), &words, failure));
	if (words.n != 0 || handle == NULL || organisation == NULL || out == NULL)
		return cli_usage(failure, SYNOPSIS);
	if (arena == NULL)
		return no_memory(failure);
	randombytes_buf(code, sizeof(code));
	draft = (struct sluis_record_invite){
		.invite_hash = sluis_record_invite_hash(code),
		.handle = sluis_bytes_text(handle),
		.organisation_handle = sluis_bytes_text(organisation),
		.expires_ms = act.created_ms + sluis_policy_limits(session->policy)->invite_ms,
	};
	if (sluis_record_invite(&act, &draft, arena, &payload) != SLUIS_OK)
		return sluis_fail(failure, SLUIS_EUSAGE, _("handle and organisation are codes: a-z, 0-9 and hyphens"));
	SLUIS_TRY(sluis_session_sign(session, SLUIS_SIGNED_INVITE, payload, arena, &ask.invite, failure));
	ask.act_case = SLUIS__ASK__ACT_INVITE;
	SLUIS_TRY(sluis_session_call(session, &ask, sluis_bytes(NULL, 0), arena, &answer, failure));
	invite = invite_json(session, code, handle, organisation);
	failed = invite == NULL ? -1 : json_dump_file(invite, out, JSON_INDENT(2));
	sodium_memzero(code, sizeof(code));
	if (failed != 0) {
		json_decref(invite);
		return sluis_fail(failure, SLUIS_EIO, _("\"%s\" cannot be written"), out);
	}
	json_decref(invite);
	cli_say(cli, "%s", out);
	cli_emit(cli, json_pack("{s:s, s:s}", "invite", out, "handle", handle));
	return SLUIS_OK;
}

/* ---- pending, approve ---- */

static enum sluis_err
get_pending(struct sluis_session *session, struct sluis_arena *arena, const Sluis__TellPending **ret,
    struct sluis_failure *failure)
{
	Sluis__Ask ask = SLUIS__ASK__INIT;
	Sluis__AskPending pending = SLUIS__ASK_PENDING__INIT;
	struct sluis_answer answer;

	ask.act_case = SLUIS__ASK__ACT_PENDING;
	ask.pending = &pending;
	SLUIS_TRY(sluis_session_call(session, &ask, sluis_bytes(NULL, 0), arena, &answer, failure));
	if (answer.tell->answer_case != SLUIS__TELL__ANSWER_PENDING)
		return sluis_fail_err(failure, SLUIS_ESTATUS, _("the registry"));
	*ret = answer.tell->pending;
	return SLUIS_OK;
}

static enum sluis_err
open_record(const Sluis__PendingRow *row, struct sluis_arena *arena, Sluis__Record **ret,
    struct sluis_failure *failure)
{
	return sluis_fail_err(failure,
	    SLUIS_UNPACK(record, Record, sluis_signed_payload(row->record), SLUIS_KEYS_ENTRY_MAX_BYTES, arena, ret),
	    _("a record that waits"));
}

static enum sluis_err
do_pending(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(4 * SLUIS_ARENA_MAX_BYTES);
	const Sluis__TellPending *pending;
	json_t *rows;

	if (argv[0] != NULL)
		return cli_usage(failure, SYNOPSIS);
	if (arena == NULL)
		return no_memory(failure);
	SLUIS_TRY(get_pending(session, arena, &pending, failure));
	rows = json_array();
	for (size_t i = 0; i < pending->n_rows; i++) {
		Sluis__Record *record = NULL;
		json_t *roles = json_array();
		char list[256] = "", label[128];
		size_t at = 0;

		if (open_record(pending->rows[i], arena, &record, failure) != SLUIS_OK) {
			json_decref(rows);
			json_decref(roles);
			return failure->err;
		}
		for (size_t k = 0; k < record->n_role_codes; k++) {
			json_array_append_new(roles, cli_json_code(sluis_of(record->role_codes[k])));
			if (at < sizeof(list))
				at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%s", k > 0 ? ", " : "",
				    cli_label(session, SLUIS_KIND_ROLE, sluis_of(record->role_codes[k]), label));
		}
		cli_say(cli, "%-20.*s %-20.*s %s%s", (int)record->handle.len, (const char *)record->handle.data,
		    (int)record->organisation_handle.len, (const char *)record->organisation_handle.data, list,
		    pending->rows[i]->organisation != NULL ? _(" (new organisation)") : "");
		json_array_append_new(rows,
		    json_pack("{s:o, s:o, s:o, s:b}", "handle", cli_json_code(sluis_of(record->handle)),
			"organisation", cli_json_code(sluis_of(record->organisation_handle)), "roles", roles,
			"new_organisation", pending->rows[i]->organisation != NULL));
	}
	expiry_of_others(session);
	cli_emit(cli, rows);
	return SLUIS_OK;
}

static enum sluis_err
approve_target(struct sluis_session *session, const Sluis__Signed *target, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
	const struct sluis_hash hash = sluis_signed_hash(target);
	const struct sluis_record_act act = act_now(session);
	Sluis__Ask ask = SLUIS__ASK__INIT;
	Sluis__AskApprove approve = SLUIS__ASK_APPROVE__INIT;
	struct sluis_answer answer;
	struct sluis_bytes payload;

	if (arena == NULL)
		return no_memory(failure);
	SLUIS_TRY(sluis_fail_err(failure, sluis_record_approval(&act, &hash, arena, &payload), _("the registry")));
	SLUIS_TRY(sluis_session_sign(session, SLUIS_SIGNED_APPROVAL, payload, arena, &approve.approval, failure));
	ask.act_case = SLUIS__ASK__ACT_APPROVE;
	ask.approve = &approve;
	SLUIS_TRY(sluis_session_call(session, &ask, sluis_bytes(NULL, 0), arena, &answer, failure));
	return sluis_session_sync(session, failure);
}

/* An organisation that is new is approved first: its member's record stands on it. */
static enum sluis_err
approve_row(struct sluis_session *session, const Sluis__PendingRow *row, const Sluis__Record *record,
    struct sluis_failure *failure)
{
	const struct sluis_organisation *organisation =
	    sluis_directory_organisation(session->directory, sluis_of(record->organisation_handle));

	if (row->organisation != NULL &&
	    (organisation == NULL || organisation->state == SLUIS_STANDING_PENDING))
		SLUIS_TRY(approve_target(session, row->organisation, failure));
	return approve_target(session, row->record, failure);
}

static enum sluis_err
do_approve(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(4 * SLUIS_ARENA_MAX_BYTES);
	const Sluis__TellPending *pending;

	if (argv[0] == NULL || argv[1] != NULL)
		return cli_usage(failure, SYNOPSIS);
	if (arena == NULL)
		return no_memory(failure);
	SLUIS_TRY(get_pending(session, arena, &pending, failure));
	for (size_t i = 0; i < pending->n_rows; i++) {
		Sluis__Record *record = NULL;

		SLUIS_TRY(open_record(pending->rows[i], arena, &record, failure));
		if (!sluis_bytes_is_text(sluis_of(record->handle), argv[0]))
			continue;
		SLUIS_TRY(approve_row(session, pending->rows[i], record, failure));
		cli_say(cli, _("%s is a member now"), argv[0]);
		cli_emit(cli, json_pack("{s:s, s:s}", "handle", argv[0], "state", "active"));
		return SLUIS_OK;
	}
	return sluis_session_refusal(session, "not-found", failure);
}

/* ---- suspend, remove, policy ---- */

static enum sluis_err
change_standing(struct cli *cli, struct sluis_session *session, char **argv, enum sluis_standing state,
    struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
	const char *reason = "registrar";
	bool organisation = false;
	const struct cli_option options[] = {
		{ "--reason", CLI_VALUE, &reason }, { "--organisation", CLI_FLAG, &organisation } };
	const struct sluis_record_act act = act_now(session);
	struct sluis_record_suspension draft;
	Sluis__Ask ask = SLUIS__ASK__INIT;
	struct sluis_answer answer;
	struct sluis_bytes payload;
	struct cli_list words;

	SLUIS_TRY(cli_parse(argv, options, SLUIS_ARRAY_LEN(options), &words, failure));
	if (words.n != 1)
		return cli_usage(failure, SYNOPSIS);
	if (arena == NULL)
		return no_memory(failure);
	draft = (struct sluis_record_suspension){ .handle = sluis_bytes_text(words.words[0]),
		.of_organisation = organisation, .state = state, .reason = sluis_bytes_text(reason) };
	if (sluis_record_suspension(&act, &draft, arena, &payload) != SLUIS_OK)
		return sluis_fail(failure, SLUIS_EUSAGE, _("handle and reason are codes: a-z, 0-9 and hyphens"));
	SLUIS_TRY(sluis_session_sign(session, SLUIS_SIGNED_SUSPENSION, payload, arena, &ask.suspension, failure));
	ask.act_case = SLUIS__ASK__ACT_SUSPENSION;
	SLUIS_TRY(sluis_session_call(session, &ask, sluis_bytes(NULL, 0), arena, &answer, failure));
	SLUIS_TRY(sluis_session_sync(session, failure));
	cli_say(cli, "%s: %s", words.words[0], sluis_standing_text(state));
	cli_emit(cli, json_pack("{s:s, s:s}", "handle", words.words[0], "state", sluis_standing_text(state)));
	return SLUIS_OK;
}

static enum sluis_err
do_suspend(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	return change_standing(cli, session, argv, SLUIS_STANDING_SUSPENDED, failure);
}

static enum sluis_err
do_activate(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	return change_standing(cli, session, argv, SLUIS_STANDING_ACTIVE, failure);
}

static enum sluis_err
do_remove(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	return change_standing(cli, session, argv, SLUIS_STANDING_REMOVED, failure);
}

static void
report_mistake(void *context, const struct sluis_policy_mistake *mistake)
{
	cli_note("%s:%zu: %s; %s", (const char *)context, mistake->line, mistake->mistake, mistake->remedy);
}

static enum sluis_err
check_policy(const char *path, struct sluis_bytes yaml, struct sluis_failure *failure)
{
	char name[SLUIS_PATH_MAX];
	const struct sluis_policy_reporter reporter = { .report = report_mistake, .context = name };
	struct sluis_policy *policy = NULL;

	snprintf(name, sizeof(name), "%s", path);
	if (sluis_policy_parse(yaml, &reporter, &policy) != SLUIS_OK)
		return sluis_fail(failure, SLUIS_ECONFIG, _("the policy has mistakes; nothing was signed"));
	sluis_policy_free(policy);
	return SLUIS_OK;
}

static enum sluis_err
do_policy(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
	SLUIS_AUTO(cli_bytes_free) struct sluis_bytes yaml = { NULL, 0 };
	const struct sluis_record_act act = act_now(session);
	Sluis__Ask ask = SLUIS__ASK__INIT;
	Sluis__AskPolicyPut put = SLUIS__ASK_POLICY_PUT__INIT;
	struct sluis_answer answer;
	struct sluis_bytes payload;
	struct sluis_hash hash;
	char hex[65];

	if (argv[0] == NULL || argv[1] != NULL)
		return cli_usage(failure, SYNOPSIS);
	if (arena == NULL)
		return no_memory(failure);
	SLUIS_TRY(cli_read(argv[0], SLUIS_POLICY_MAX_BYTES, failure, &yaml));
	SLUIS_TRY(check_policy(argv[0], yaml, failure));
	hash = sluis_hash(yaml);
	SLUIS_TRY(sluis_fail_err(failure,
	    sluis_record_policy(&act, &hash, act.created_ms, arena, &payload), _("the registry")));
	SLUIS_TRY(sluis_session_sign(session, SLUIS_SIGNED_POLICY, payload, arena, &put.policy, failure));
	ask.act_case = SLUIS__ASK__ACT_POLICY_PUT;
	ask.policy_put = &put;
	SLUIS_TRY(sluis_session_call(session, &ask, yaml, arena, &answer, failure));
	SLUIS_TRY(sluis_session_sync(session, failure));
	sluis_hex(hash.bytes, sizeof(hash.bytes), hex);
	cli_say(cli, _("policy signed and in force: %s"), hex);
	cli_emit(cli, json_pack("{s:s}", "policy", hex));
	return SLUIS_OK;
}

enum sluis_err
cmd_registry(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	static const struct {
		const char *name;
		enum sluis_err (*run)(struct cli *, struct sluis_session *, char **, struct sluis_failure *);
	} SUB[] = {
		{ "invite", do_invite }, { "pending", do_pending }, { "approve", do_approve },
		{ "suspend", do_suspend }, { "activate", do_activate }, { "remove", do_remove },
		{ "policy", do_policy },
	};
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = NULL;

	if (argv[0] != NULL && strcmp(argv[0], "genesis") == 0)
		return registry_genesis(cli, argv + 1, failure);
	for (size_t i = 0; argv[0] != NULL && i < SLUIS_ARRAY_LEN(SUB); i++) {
		if (strcmp(argv[0], SUB[i].name) != 0)
			continue;
		SLUIS_TRY(cli_open(cli, &session, failure));
		return SUB[i].run(cli, session, argv + 1, failure);
	}
	return cli_usage(failure, SYNOPSIS);
}
