/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

#include "expiry.h"
#include "moment.h"
#include "prefix.h"
#include "pull.h"

enum { PREFIX_MIN = 6, GRANTS_MAX = 64 };

/* ---- output ---- */

void
cli_emit(const struct cli *cli, json_t *json)
{
	if (cli->json) {
		json_dumpf(json, stdout, JSON_INDENT(2));
		putchar('\n');
	}
	json_decref(json);
}

void
cli_say(const struct cli *cli, const char *format, ...)
{
	va_list args;

	if (cli->json)
		return;
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

void
cli_note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

int
cli_fail(const struct cli *cli, const struct sluis_failure *failure)
{
	const int code = sluis_fail_exit(failure);
	json_t *error;

	fprintf(stderr, "sluis: error: %s\n", failure->text);
	if (failure->hint[0] != '\0')
		fprintf(stderr, "sluis: hint: %s\n", failure->hint);
	if (failure->evidence[0] != '\0')
		fprintf(stderr, "sluis: %s %s\n", _("evidence kept:"), failure->evidence);
	error = json_pack("{s:i, s:s, s:s, s:s}", "code", code, "rule",
	    failure->rule[0] != '\0' ? failure->rule : sluis_err_name(failure->err), "text", failure->text,
	    "hint", failure->hint);
	if (error != NULL && failure->evidence[0] != '\0')
		json_object_set_new(error, "evidence", json_string(failure->evidence));
	cli_emit(cli, json_pack("{s:o}", "error", error));
	(void)fflush(stdout);
	return code;
}

const char *
cli_time(int64_t ms, char ret[static 32])
{
	return sluis_moment_text(ms, ret);
}

const char *
cli_label(const struct sluis_session *session, enum sluis_policy_kind kind, struct sluis_bytes code,
    char ret[static 128])
{
	const struct sluis_bytes label = session->policy == NULL ?
	    code :
	    sluis_policy_label(session->policy, kind, code, session->lang);

	snprintf(ret, 128, "%.*s", (int)label.len, (const char *)label.data);
	return ret;
}

json_t *
cli_json_code(struct sluis_bytes code)
{
	return json_stringn((const char *)code.data, code.len);
}

json_t *
cli_json_id(const uint8_t id[static SLUIS_ID_BYTES])
{
	char hex[2 * SLUIS_ID_BYTES + 1];

	sluis_hex(id, SLUIS_ID_BYTES, hex);
	return json_string(hex);
}

/* ---- session ---- */

SLUIS_MUST_CHECK enum sluis_err
cli_open(struct cli *cli, struct sluis_session **ret, struct sluis_failure *failure)
{
	SLUIS_TRY(sluis_session_open(cli->profile, cli_passphrase(cli), failure, ret));
	if (!cli->is_reminded)
		expiry_remind(*ret);
	cli->is_reminded = true;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
cli_open_offline(struct cli *cli, struct sluis_session **ret, struct sluis_failure *failure)
{
	return sluis_session_open_offline(cli->profile, cli_passphrase(cli), failure, ret);
}

/* ---- files, dates ---- */

void
cli_bytes_free(struct sluis_bytes *bytes)
{
	void *data;

	memcpy(&data, &bytes->data, sizeof(data));
	if (data != NULL)
		sodium_memzero(data, bytes->len);
	free(data);
	*bytes = sluis_bytes(NULL, 0);
}

SLUIS_MUST_CHECK enum sluis_err
cli_read(const char *path, size_t max, struct sluis_failure *failure, struct sluis_bytes *ret)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
	uint8_t *data = NULL;
	size_t n = 0;

	if (file == NULL)
		return sluis_fail(failure, SLUIS_EIO, _("\"%s\" cannot be read: %s"), path, strerror(errno));
	data = malloc(max + 1);
	if (data != NULL)
		n = fread(data, 1, max + 1, file);
	if (data == NULL || ferror(file) || n > max) {
		const bool too_big = data != NULL && n > max;

		free(data);
		if (file != stdin)
			fclose(file);
		return too_big ? sluis_fail(failure, SLUIS_ETOOBIG, _("\"%s\" is larger than %zu bytes"), path, max) :
				 sluis_fail(failure, SLUIS_EIO, _("\"%s\" cannot be read: %s"), path,
				     strerror(errno));
	}
	if (file != stdin)
		fclose(file);
	*ret = sluis_bytes(data, n);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
cli_day(const char *text, int64_t *ret_ms, struct sluis_failure *failure)
{
	struct tm day = { 0 };
	const char *end = strptime(text, "%Y-%m-%d", &day);
	const struct tm asked = day;
	time_t t;

	if (end != NULL && *end == '\0' && strlen(text) == 10) {
		t = timegm(&day);
		if (t > 0 && day.tm_mday == asked.tm_mday && day.tm_mon == asked.tm_mon) {
			*ret_ms = (int64_t)t * 1000;
			return SLUIS_OK;
		}
	}
	(void)sluis_fail(failure, SLUIS_EUSAGE, _("\"%s\" is not a date"), text);
	sluis_fail_hint(failure, _("write a date as 2026-12-31"));
	return SLUIS_EUSAGE;
}

SLUIS_MUST_CHECK enum sluis_err
cli_date(const char *text, int64_t *ret_ms, struct sluis_failure *failure)
{
	int64_t day;

	SLUIS_TRY(cli_day(text, &day, failure));
	*ret_ms = day + 24LL * 3600 * 1000;
	return SLUIS_OK;
}

/* ---- ids by prefix ---- */

/* What does not fit is asked for nowhere: unknown and not ours are one answer. */
static enum sluis_err
settle(struct sluis_session *session, const struct sluis_prefix *prefix, struct sluis_id *ret,
    struct sluis_failure *failure)
{
	const enum sluis_err err = sluis_prefix_settle(prefix, ret, failure);

	return err == SLUIS_ENOTFOUND ? sluis_session_refusal(session, "not-found", failure) : err;
}

static enum sluis_err
match_case(void *context, const Sluis__CaseRow *row)
{
	(void)sluis_prefix_match(context, row->case_id.data);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
cli_case_id(struct sluis_session *session, const char *text, struct sluis_id *ret,
    struct sluis_failure *failure)
{
	struct sluis_prefix prefix;

	SLUIS_TRY(sluis_prefix_start(&prefix, text, failure));
	if (!sluis_prefix_is_whole(&prefix))
		SLUIS_TRY(sluis_cases_list(session, match_case, &prefix, failure));
	return settle(session, &prefix, ret, failure);
}

SLUIS_MUST_CHECK enum sluis_err
cli_grant_id(struct sluis_session *session, const struct sluis_id *case_id, const char *text,
    struct sluis_id *ret, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = NULL;
	struct sluis_prefix prefix;
	struct sluis_grants_row *rows;
	size_t count = 0;

	SLUIS_TRY(sluis_prefix_start(&prefix, text, failure));
	if (sluis_prefix_is_whole(&prefix))
		return settle(session, &prefix, ret, failure);
	arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
	rows = arena == NULL ? NULL : sluis_arena_alloc(arena, GRANTS_MAX * sizeof(*rows));
	if (rows == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("looking up the grant"));
	SLUIS_TRY(sluis_grants_list(session, case_id, arena, GRANTS_MAX, rows, &count, failure));
	for (size_t i = 0; i < count; i++)
		(void)sluis_prefix_match(&prefix, rows[i].grant->grant_id.data);
	return settle(session, &prefix, ret, failure);
}

static enum sluis_err
match_message(void *context, const Sluis__InboxRow *row)
{
	(void)sluis_prefix_match(context, row->message_id.data);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
cli_message_id(struct sluis_session *session, const char *text, struct sluis_id *ret,
    struct sluis_failure *failure)
{
	struct sluis_prefix prefix;

	SLUIS_TRY(sluis_prefix_start(&prefix, text, failure));
	if (!sluis_prefix_is_whole(&prefix))
		SLUIS_TRY(sluis_inbox(session, NULL, match_message, &prefix, failure));
	return settle(session, &prefix, ret, failure);
}
