/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "expiry.h"
#include "hash.h"
#include "limits.h"
#include "request.h"
#include "signed.h"

enum { INVITE_MAX = 64 * 1024, RECORD_MAX = 96 * 1024 };

/* ---- init ---- */

static enum sluis_err
get_head(const json_t *root, const char *key, struct sluis_merkle_head *ret)
{
	const json_t *head = json_object_get(root, key);

	if (!json_is_integer(json_object_get(head, "size")))
		return SLUIS_EFORMAT;
	ret->size = (uint64_t)json_integer_value(json_object_get(head, "size"));
	return request_get_hex(head, "root", ret->root.bytes, SLUIS_HASH_BYTES);
}

static enum sluis_err
parse_invite(const json_t *root, struct sluis_profile_identity *ret)
{
	const json_t *endpoints = json_object_get(root, "endpoints");

	SLUIS_TRY(request_get_hex(root, "federation", ret->federation.bytes, SLUIS_HASH_BYTES));
	SLUIS_TRY(request_get_hex(root, "curve", ret->broker_curve.bytes, SLUIS_KEY_BYTES));
	SLUIS_TRY(request_get_text(root, "code", ret->code_hex, sizeof(ret->code_hex)));
	SLUIS_TRY(request_get_text(root, "handle", ret->handle, sizeof(ret->handle)));
	SLUIS_TRY(request_get_text(root, "organisation", ret->organisation, sizeof(ret->organisation)));
	SLUIS_TRY(get_head(root, "keys", &ret->start_keys));
	SLUIS_TRY(get_head(root, "exchange", &ret->start_exchange));
	ret->n_endpoints = json_array_size(endpoints);
	if (ret->n_endpoints < 1 || ret->n_endpoints > SLUIS_PROFILE_ENDPOINTS_MAX)
		return SLUIS_EFORMAT;
	for (size_t i = 0; i < ret->n_endpoints; i++) {
		const char *text = json_string_value(json_array_get(endpoints, i));

		if (text == NULL || strlen(text) >= sizeof(ret->endpoints[i]))
			return SLUIS_EFORMAT;
		memcpy(ret->endpoints[i], text, strlen(text) + 1);
	}
	return SLUIS_OK;
}

static enum sluis_err
read_invite(const char *path, struct sluis_profile_identity *ret, struct sluis_failure *failure)
{
	SLUIS_AUTO(cli_bytes_free) struct sluis_bytes file = { NULL, 0 };
	json_t *root;
	enum sluis_err err;

	SLUIS_TRY(cli_read(path, INVITE_MAX, failure, &file));
	root = json_loadb((const char *)file.data, file.len, JSON_REJECT_DUPLICATES, NULL);
	err = root == NULL ? SLUIS_EFORMAT : parse_invite(root, ret);
	json_decref(root);
	return err == SLUIS_OK ? err : sluis_fail(failure, err, _("\"%s\" is not an invite"), path);
}

static enum sluis_err
write_request(struct sluis_session *session, struct sluis_failure *failure)
{
	struct request request;
	char *text;
	enum sluis_err err;

	request_of(session, &request);
	text = request_text(&request);
	if (text == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("making the request"));
	err = sluis_profile_write(session->profile, "request.json", sluis_bytes_text(text), failure);
	free(text);
	return err;
}

enum sluis_err
cmd_init(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = NULL;
	struct sluis_profile_identity identity = { .n_endpoints = 0 };
	const char *invite = NULL;
	bool none = false;
	const struct cli_option options[] = {
		{ "--invite", CLI_VALUE, &invite }, { "--no-passphrase", CLI_FLAG, &none } };
	struct cli_list words;
	char path[SLUIS_PATH_MAX + 16];

	SLUIS_TRY(cli_parse(argv, options, SLUIS_ARRAY_LEN(options), &words, failure));
	if (words.n != 0 || invite == NULL)
		return cli_usage(failure, "init --invite FILE [--no-passphrase]");
	SLUIS_TRY(read_invite(invite, &identity, failure));
	SLUIS_TRY(sluis_profile_create(cli->profile, &identity, none ? NULL : cli_passphrase(cli), failure));
	SLUIS_TRY(cli_open(cli, &session, failure));
	SLUIS_TRY(write_request(session, failure));
	snprintf(path, sizeof(path), "%s/request.json", cli->profile);
	cli_say(cli, "%s", path);
	if (!cli->json)
		cli_note(_("profile made; the federation's log was verified from its first entry. Give the request to "
			   "whoever holds your organisation's certificate key: sluis org issue %s"),
		    path);
	cli_emit(cli, json_pack("{s:s, s:s, s:o}", "request", path, "handle", identity.handle, "federation",
	    request_hex(identity.federation.bytes, SLUIS_HASH_BYTES)));
	return SLUIS_OK;
}

/* ---- enrol ---- */

static enum sluis_err
check_record(const struct sluis_session *session, const Sluis__Signed *act, struct sluis_arena *arena,
    struct sluis_failure *failure)
{
	const struct sluis_profile_keys *keys = sluis_profile_keys(session->profile);
	Sluis__Record *record = NULL;

	if (SLUIS_UNPACK(record, Record, sluis_signed_payload(act), SLUIS_KEYS_ENTRY_MAX_BYTES, arena,
		&record) != SLUIS_OK)
		return sluis_fail(failure, SLUIS_EFORMAT, _("this is not a record that 'sluis org issue' made"));
	if (!sluis_bytes_equal(sluis_of(record->sign_key),
		sluis_bytes(keys->sign_public.bytes, SLUIS_KEY_BYTES)) ||
	    !sluis_bytes_equal(sluis_of(record->curve_key),
		sluis_bytes(keys->curve_public.bytes, SLUIS_KEY_BYTES)))
		return sluis_fail(failure, SLUIS_EKEYS, _("this record was made for another profile's keys"));
	return SLUIS_OK;
}

/* Proof of possession: the new key signs its own record. */
static enum sluis_err
sign_self(const struct sluis_session *session, Sluis__Signed *act, struct sluis_arena *arena,
    struct sluis_failure *failure)
{
	const struct sluis_signer signer = {
		.record_hash = sluis_signed_hash(act),
		.secret = &sluis_profile_keys(session->profile)->sign,
	};
	const enum sluis_err err = sluis_signed_add(act, SLUIS_SIGNED_RECORD, &signer, arena);

	return err == SLUIS_EEXISTS ? SLUIS_OK : sluis_fail_err(failure, err, _("signing the record"));
}

static enum sluis_err
forget_code(struct sluis_session *session, struct sluis_failure *failure)
{
	struct sluis_profile_identity identity = *sluis_profile_identity(session->profile);

	identity.code_hex[0] = '\0';
	return sluis_profile_set_identity(session->profile, &identity, failure);
}

enum sluis_err
cmd_enrol(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = NULL;
	SLUIS_AUTO(cli_bytes_free) struct sluis_bytes file = { NULL, 0 };
	Sluis__Ask ask = SLUIS__ASK__INIT;
	Sluis__AskEnrol enrol = SLUIS__ASK_ENROL__INIT;
	const struct sluis_profile_identity *identity;
	const struct sluis_organisation *organisation;
	Sluis__PendingRow *row = NULL;
	struct sluis_answer answer;
	uint8_t code[SLUIS_ID_BYTES];

	if (argv[0] == NULL || argv[1] != NULL)
		return cli_usage(failure, "enrol RECORD");
	if (arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("enrolling"));
	SLUIS_TRY(cli_read(argv[0], RECORD_MAX, failure, &file));
	if (SLUIS_UNPACK(pending_row, PendingRow, file, RECORD_MAX, arena, &row) != SLUIS_OK)
		return sluis_fail(failure, SLUIS_EFORMAT, _("this is not a record that 'sluis org issue' made"));
	SLUIS_TRY(cli_open(cli, &session, failure));
	identity = sluis_profile_identity(session->profile);
	if (sluis_unhex(identity->code_hex, code, sizeof(code)) != SLUIS_OK)
		return sluis_fail(failure, SLUIS_EUSAGE, _("this profile has used its invite already"));
	SLUIS_TRY(check_record(session, row->record, arena, failure));
	SLUIS_TRY(sign_self(session, row->record, arena, failure));
	organisation =
	    sluis_directory_organisation(session->directory, sluis_bytes_text(identity->organisation));
	enrol.code_bytes = sluis_pb(sluis_bytes(code, sizeof(code)));
	enrol.record = row->record;
	if (organisation == NULL || organisation->state == SLUIS_STANDING_PENDING)
		enrol.organisation = row->organisation;
	ask.act_case = SLUIS__ASK__ACT_ENROL;
	ask.enrol = &enrol;
	SLUIS_TRY(sluis_session_call(session, &ask, sluis_bytes(NULL, 0), arena, &answer, failure));
	SLUIS_TRY(forget_code(session, failure));
	cli_say(cli, _("handed in; a registrar approves it: sluis registry approve %s"), identity->handle);
	cli_emit(cli, json_pack("{s:s, s:s}", "handle", identity->handle, "state", "pending"));
	return SLUIS_OK;
}

/* ---- whoami, directory, keys ---- */

static json_t *
roles_json(const struct sluis_member *member)
{
	json_t *roles = json_array();

	for (size_t i = 0; i < member->n_roles; i++)
		json_array_append_new(roles, cli_json_code(member->roles[i]));
	return roles;
}

static void
roles_text(const struct sluis_session *session, const struct sluis_member *member, char ret[256])
{
	char label[128];
	size_t at = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < member->n_roles && at < 256; i++)
		at += (size_t)snprintf(ret + at, 256 - at, "%s%s", i > 0 ? ", " : "",
		    cli_label(session, SLUIS_KIND_ROLE, member->roles[i], label));
}

/* What ends within 60 days: shown, and as a list. */
static json_t *
warnings_json(struct cli *cli, const struct sluis_session *session)
{
	const int64_t now_ms = sluis_now_ms();
	const int64_t ends[] = { expiry_of_record(session), expiry_of_certificate(session) };
	json_t *warnings = json_array();
	char text[160];

	for (size_t i = 0; i < SLUIS_ARRAY_LEN(ends); i++) {
		expiry_text(i == 1, ends[i], now_ms, text);
		if (text[0] == '\0')
			continue;
		cli_say(cli, "%s %s", _("warning:"), text);
		json_array_append_new(warnings, json_string(text));
	}
	return warnings;
}

enum sluis_err
cmd_whoami(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = NULL;
	const struct sluis_profile_identity *identity;
	const struct sluis_genesis *genesis;
	const char *state = "not-enrolled";
	char until[32] = "", certificate[32] = "", roles[256] = "";
	json_t *json;

	if (argv[0] != NULL)
		return cli_usage(failure, "whoami");
	cli->is_reminded = true; /* it says so itself */
	SLUIS_TRY(cli_open(cli, &session, failure));
	identity = sluis_profile_identity(session->profile);
	genesis = sluis_directory_genesis(session->directory);
	if (session->self != NULL) {
		state = sluis_standing_text(session->self->state);
		cli_time(session->self->until_ms, until);
		cli_time(expiry_of_certificate(session), certificate);
		roles_text(session, session->self, roles);
	}
	cli_say(cli, "%s (%s), %.*s", identity->handle, identity->organisation, (int)genesis->name.len,
	    (const char *)genesis->name.data);
	cli_say(cli, _("state: %s; roles: %s; until: %s"), state, roles[0] == '\0' ? "-" : roles,
	    until[0] == '\0' ? "-" : until);
	json = json_pack("{s:s, s:s, s:o, s:s, s:o, s:s, s:s, s:o}", "handle", identity->handle, "organisation",
	    identity->organisation, "federation", request_hex(session->federation.bytes, SLUIS_HASH_BYTES),
	    "state", state, "roles", session->self == NULL ? json_array() : roles_json(session->self), "until",
	    until, "certificate_until", certificate, "warnings", warnings_json(cli, session));
	cli_emit(cli, json);
	return SLUIS_OK;
}

enum sluis_err
cmd_directory(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = NULL;
	const struct sluis_member *member;
	size_t cursor = 0;
	json_t *rows;

	if (argv[0] != NULL)
		return cli_usage(failure, "directory");
	SLUIS_TRY(cli_open(cli, &session, failure));
	rows = json_array();
	while ((member = sluis_directory_next_member(session->directory, &cursor,
		    SLUIS_STANDING_BIT(SLUIS_STANDING_ACTIVE) |
			SLUIS_STANDING_BIT(SLUIS_STANDING_SUSPENDED))) != NULL) {
		const struct sluis_organisation *organisation =
		    sluis_directory_organisation(session->directory, member->organisation_handle);
		char roles[256], ends[32];

		roles_text(session, member, roles);
		cli_say(cli, "%-18.*s %-18.*s %-10s %s", (int)member->handle.len,
		    (const char *)member->handle.data, (int)member->organisation_handle.len,
		    (const char *)member->organisation_handle.data, sluis_standing_text(member->state), roles);
		json_array_append_new(rows,
		    json_pack("{s:o, s:o, s:o, s:o, s:s, s:o, s:o}", "handle", cli_json_code(member->handle),
			"organisation", cli_json_code(member->organisation_handle), "name",
			organisation == NULL ? json_null() : cli_json_code(organisation->name), "oin",
			organisation == NULL ? json_null() : cli_json_code(organisation->oin), "state",
			sluis_standing_text(member->state), "roles", roles_json(member),
			"certificate_until", organisation == NULL ? json_null() :
			    json_string(cli_time(organisation->valid_until_ms, ends))));
	}
	cli_emit(cli, rows);
	return SLUIS_OK;
}
