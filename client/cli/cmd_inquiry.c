/* SPDX-License-Identifier: EUPL-1.2 */
/* The command `request`: asking for information, and what became of it. */
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "cli.h"
#include "codes.h"
#include "inquiries.h"
#include "limits.h"
#include "own_ids.h"
#include "receivers.h"

static const char SYNOPSIS[] = "request CASE --from HANDLE --category C ... --purpose P --by DATE | "
			       "request list [CASE] | request decline REQUEST --reason CODE";

/* ---- asking ---- */

/** The words of a request. */
struct words {
	struct cli_list words;
	struct cli_list categories;
	const char *from;
	const char *purpose;
	const char *by;
	int64_t due_ms;
};

static enum sluis_err
read_words(char **argv, struct words *ret, struct sluis_failure *failure)
{
	const struct cli_option options[] = {
		{ "--from", CLI_VALUE, &ret->from }, { "--category", CLI_LIST, &ret->categories },
		{ "--purpose", CLI_VALUE, &ret->purpose }, { "--by", CLI_VALUE, &ret->by },
	};

	SLUIS_TRY(cli_parse(argv, options, SLUIS_ARRAY_LEN(options), &ret->words, failure));
	if (ret->words.n != 1 || ret->from == NULL || ret->purpose == NULL || ret->by == NULL || ret->categories.n == 0)
		return cli_usage(failure, SYNOPSIS);
	SLUIS_TRY(cli_date(ret->by, &ret->due_ms, failure));
	if (ret->due_ms <= sluis_now_ms())
		return sluis_fail(failure, SLUIS_EUSAGE, _("%s is past: nobody can answer by then"), ret->by);
	return SLUIS_OK;
}

/* A code, or a label of one; what is neither is for the decision to refuse. */
static enum sluis_err
take_code(const struct sluis_session *session, enum sluis_policy_kind kind, const char *word, ProtobufCBinaryData *ret,
    struct sluis_failure *failure)
{
	const struct sluis_bytes code = codes_of(session, kind, word);

	if (!sluis_code_is_valid(code))
		return sluis_fail(failure, SLUIS_EUSAGE, _("\"%s\" is not a code"), word);
	*ret = sluis_pb(code);
	return SLUIS_OK;
}

static enum sluis_err
do_ask(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_case_freep) struct sluis_case *of_case = NULL;
	Sluis__InformationRequest inquiry = SLUIS__INFORMATION_REQUEST__INIT;
	struct words words = { .from = NULL };
	ProtobufCBinaryData categories[CLI_LIST_MAX];
	const struct sluis_member *holder = NULL;
	struct sluis_id id, case_id;
	char hex[33];

	SLUIS_TRY(read_words(argv, &words, failure));
	SLUIS_TRY(sluis_receivers_member(session, words.from, &holder, failure));
	SLUIS_TRY(cli_case_id(session, words.words.words[0], &case_id, failure));
	SLUIS_TRY(sluis_cases_get(session, &case_id, &of_case, failure));
	SLUIS_TRY(take_code(session, SLUIS_KIND_PURPOSE, words.purpose, &inquiry.purpose_code, failure));
	for (size_t i = 0; i < words.categories.n; i++)
		SLUIS_TRY(take_code(session, SLUIS_KIND_CATEGORY, words.categories.words[i], &categories[i], failure));
	randombytes_buf(id.bytes, sizeof(id.bytes));
	inquiry.inquiry_id = sluis_pb_id(&id);
	inquiry.case_id = sluis_pb_id(&case_id);
	inquiry.case_hash = sluis_pb_hash(&of_case->head);
	inquiry.holder_handle = sluis_pb(holder->handle);
	inquiry.category_codes = categories;
	inquiry.n_category_codes = words.categories.n;
	inquiry.due_ms = (uint64_t)words.due_ms;
	SLUIS_TRY(sluis_inquiries_ask(session, &inquiry, failure));
	sluis_hex(id.bytes, sizeof(id.bytes), hex);
	cli_say(cli, "%s", hex);
	cli_emit(cli, json_pack("{s:s}", "request", hex));
	return SLUIS_OK;
}

/* ---- listing ---- */

struct listing {
	struct cli *cli;
	struct sluis_session *session;
	json_t *rows;
};

static const char *
state_label(enum sluis_inquiries_state state)
{
	switch (state) {
	case SLUIS_INQUIRIES_OPEN:
		return _("open");
	case SLUIS_INQUIRIES_OVERDUE:
		return _("overdue");
	case SLUIS_INQUIRIES_ANSWERED:
		return _("answered");
	case SLUIS_INQUIRIES_DECLINED:
		return _("declined");
	case SLUIS_INQUIRIES_EXPIRED:
		break;
	}
	return _("expired");
}

/* What became of it, or what to do about it; for people. */
static void
say_what_follows(const struct listing *l, const struct sluis_inquiries_row *row, const char *id)
{
	char when[32], hex[33];

	switch (row->state) {
	case SLUIS_INQUIRIES_OPEN:
	case SLUIS_INQUIRIES_OVERDUE:
		if (row->state == SLUIS_INQUIRIES_OVERDUE)
			cli_say(l->cli, _("    the date is past; it can be answered until %s"), cli_time(row->until_ms, when));
		if (!row->is_asker)
			cli_say(l->cli, _("    waits for you: sluis push ... --answers %.8s, or sluis request decline %.8s --reason ..."),
			    id, id);
		return;
	case SLUIS_INQUIRIES_ANSWERED:
		sluis_hex(row->message->bytes, SLUIS_ID_BYTES, hex);
		cli_say(l->cli, _("    on %s with message %s"), cli_time(row->closed_ms, when), hex);
		return;
	case SLUIS_INQUIRIES_DECLINED: {
		const struct sluis_bytes reason = sluis_policy_list_label(l->session->policy,
		    sluis_bytes_text("decline-reason"), sluis_of(row->decline->reason_code), l->session->lang);

		cli_say(l->cli, _("    on %s: %.*s"), cli_time(row->closed_ms, when), (int)reason.len,
		    (const char *)reason.data);
		return;
	}
	case SLUIS_INQUIRIES_EXPIRED:
		cli_say(l->cli, _("    nobody answered before %s; ask again if it is still needed"),
		    cli_time(row->until_ms, when));
		return;
	}
}

static json_t *
row_json(const struct sluis_inquiries_row *row, json_t *categories)
{
	const Sluis__InformationRequest *r = row->inquiry;
	char due[32], until[32], closed[32];
	json_t *json = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:s}", "request",
	    cli_json_id(r->inquiry_id.data), "case", cli_json_id(r->case_id.data), "by",
	    cli_json_code(row->asker->handle), "from", cli_json_code(sluis_of(r->holder_handle)), "purpose",
	    cli_json_code(sluis_of(r->purpose_code)), "categories", categories, "due",
	    cli_time((int64_t)r->due_ms, due), "until", cli_time(row->until_ms, until), "state",
	    sluis_inquiries_state_text(row->state));

	if (row->closed_ms != 0)
		json_object_set_new(json, "closed", json_string(cli_time(row->closed_ms, closed)));
	if (row->message != NULL)
		json_object_set_new(json, "message", cli_json_id(row->message->bytes));
	if (row->decline != NULL)
		json_object_set_new(json, "reason", cli_json_code(sluis_of(row->decline->reason_code)));
	return json;
}

static enum sluis_err
list_row(void *context, const struct sluis_inquiries_row *row)
{
	struct listing *l = context;
	const Sluis__InformationRequest *r = row->inquiry;
	json_t *categories = json_array();
	char list[512] = "", label[128], purpose[128], due[32], hex[33];
	size_t at = 0;

	for (size_t i = 0; i < r->n_category_codes; i++) {
		const struct sluis_bytes code = sluis_of(r->category_codes[i]);

		json_array_append_new(categories, cli_json_code(code));
		if (at < sizeof(list))
			at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%s", i > 0 ? ", " : "",
			    cli_label(l->session, SLUIS_KIND_CATEGORY, code, label));
	}
	sluis_hex(r->inquiry_id.data, SLUIS_ID_BYTES, hex);
	cli_say(l->cli, _("%s  %-10s %.*s asks %.*s, by %.10s, for %s: %s"), hex, state_label(row->state),
	    (int)row->asker->handle.len, (const char *)row->asker->handle.data, (int)r->holder_handle.len,
	    (const char *)r->holder_handle.data, cli_time((int64_t)r->due_ms - 1, due),
	    cli_label(l->session, SLUIS_KIND_PURPOSE, sluis_of(r->purpose_code), purpose), list);
	say_what_follows(l, row, hex);
	json_array_append_new(l->rows, row_json(row, categories));
	return SLUIS_OK;
}

static enum sluis_err
do_list(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	struct listing l = { .cli = cli, .session = session };
	struct sluis_id id;
	enum sluis_err err;

	if (argv[0] != NULL && argv[1] != NULL)
		return cli_usage(failure, SYNOPSIS);
	if (argv[0] != NULL)
		SLUIS_TRY(cli_case_id(session, argv[0], &id, failure));
	l.rows = json_array();
	err = sluis_inquiries_list(session, argv[0] == NULL ? NULL : &id, list_row, &l, failure);
	if (err != SLUIS_OK) {
		json_decref(l.rows);
		return err;
	}
	if (json_array_size(l.rows) == 0 && !cli->json)
		cli_note("%s", _("no requests"));
	cli_emit(cli, l.rows);
	return SLUIS_OK;
}

/* ---- declining ---- */

static void
hint_reasons(const struct sluis_session *session, struct sluis_failure *failure)
{
	const struct sluis_bytes list = sluis_bytes_text("decline-reason");
	const struct sluis_codes codes = sluis_policy_list(session->policy, list);
	char text[256] = "";
	size_t at = 0;

	for (size_t i = 0; i < codes.count && at < sizeof(text); i++) {
		const struct sluis_bytes label = sluis_policy_list_label(session->policy, list, codes.items[i], session->lang);

		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%.*s (%.*s)", i > 0 ? ", " : "",
		    (int)codes.items[i].len, (const char *)codes.items[i].data, (int)label.len, (const char *)label.data);
	}
	sluis_fail_hint(failure, _("reasons: %s"), text);
}

static enum sluis_err
do_decline(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	const char *reason = NULL;
	const struct cli_option options[] = { { "--reason", CLI_VALUE, &reason } };
	struct cli_list words;
	struct sluis_id id;
	char hex[33];

	SLUIS_TRY(cli_parse(argv, options, SLUIS_ARRAY_LEN(options), &words, failure));
	if (words.n != 1 || reason == NULL) {
		(void)cli_usage(failure, SYNOPSIS);
		hint_reasons(session, failure);
		return SLUIS_EUSAGE;
	}
	if (!sluis_policy_list_has(session->policy, sluis_bytes_text("decline-reason"), sluis_bytes_text(reason))) {
		(void)sluis_fail(failure, SLUIS_EUSAGE, _("\"%s\" is not a reason of this policy"), reason);
		hint_reasons(session, failure);
		return SLUIS_EUSAGE;
	}
	SLUIS_TRY(own_ids_request(session, words.words[0], &id, failure));
	SLUIS_TRY(sluis_inquiries_decline(session, &id, sluis_bytes_text(reason), failure));
	sluis_hex(id.bytes, sizeof(id.bytes), hex);
	cli_say(cli, _("request %s is declined; who asked sees the reason"), hex);
	cli_emit(cli, json_pack("{s:s, s:s, s:s}", "request", hex, "state", "declined", "reason", reason));
	return SLUIS_OK;
}

enum sluis_err
cmd_request(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = NULL;

	if (argv[0] == NULL)
		return cli_usage(failure, SYNOPSIS);
	SLUIS_TRY(cli_open(cli, &session, failure));
	if (strcmp(argv[0], "list") == 0)
		return do_list(cli, session, argv + 1, failure);
	if (strcmp(argv[0], "decline") == 0)
		return do_decline(cli, session, argv + 1, failure);
	return do_ask(cli, session, argv, failure);
}
