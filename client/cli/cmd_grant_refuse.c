/* SPDX-License-Identifier: EUPL-1.2 */
#include <sodium.h>

#include "cli.h"
#include "codes.h"
#include "limits.h"

static const char SYNOPSIS[] =
    "grant refuse CASE --giver youth|authority|guardian ... [--purpose P ...] [--category C ...] "
    "[--method form|spoken|digital]";

/** The words of `grant refuse`, and what is made of them. */
struct words {
	struct cli_list givers, purposes, categories, case_text;
	const char *method;
	Sluis__Giver giver[CLI_LIST_MAX], *giver_list[CLI_LIST_MAX];
	ProtobufCBinaryData purpose_codes[CLI_LIST_MAX], category_codes[CLI_LIST_MAX];
	Sluis__ConsentRefusal refusal;
	struct sluis_id id, case_id;
};

static enum sluis_err
take_codes(const struct sluis_session *session, enum sluis_policy_kind kind, const struct cli_list *words,
    ProtobufCBinaryData *ret, struct sluis_failure *failure)
{
	for (size_t i = 0; i < words->n; i++) {
		struct sluis_bytes code;

		SLUIS_TRY(codes_find(session, kind, words->words[i], &code, failure));
		ret[i] = sluis_pb(code);
	}
	return SLUIS_OK;
}

/* --giver authority --giver authority: two persons with one role. */
static enum sluis_err
take_givers(const struct sluis_session *session, struct words *w, struct sluis_failure *failure)
{
	ProtobufCBinaryData codes[CLI_LIST_MAX], method;
	const struct cli_list methods = { .words = { w->method }, .n = 1 };

	SLUIS_TRY(take_codes(session, SLUIS_KIND_GIVER, &w->givers, codes, failure));
	SLUIS_TRY(take_codes(session, SLUIS_KIND_METHOD, &methods, &method, failure));
	for (size_t i = 0; i < w->givers.n; i++) {
		Sluis__Giver *giver = &w->giver[w->refusal.n_givers];
		size_t k = 0;

		while (k < w->refusal.n_givers && !sluis_bytes_equal(sluis_of(w->giver[k].role_code), sluis_of(codes[i])))
			k++;
		if (k < w->refusal.n_givers) {
			w->giver[k].giver_number++;
			continue;
		}
		sluis__giver__init(giver);
		giver->role_code = codes[i];
		giver->giver_number = 1;
		giver->method_code = method;
		giver->given_ms = w->refusal.created_ms;
		w->giver_list[w->refusal.n_givers++] = giver;
	}
	return SLUIS_OK;
}

static enum sluis_err
fill(struct sluis_session *session, struct words *w, struct sluis_failure *failure)
{
	Sluis__ConsentRefusal *refusal = &w->refusal;

	sluis__consent_refusal__init(refusal);
	randombytes_buf(w->id.bytes, sizeof(w->id.bytes));
	refusal->refusal_id = sluis_pb_id(&w->id);
	refusal->case_id = sluis_pb_id(&w->case_id);
	refusal->created_ms = (uint64_t)sluis_now_ms();
	refusal->givers = w->giver_list;
	SLUIS_TRY(take_givers(session, w, failure));
	SLUIS_TRY(take_codes(session, SLUIS_KIND_PURPOSE, &w->purposes, w->purpose_codes, failure));
	SLUIS_TRY(take_codes(session, SLUIS_KIND_CATEGORY, &w->categories, w->category_codes, failure));
	refusal->purpose_codes = w->purpose_codes;
	refusal->n_purpose_codes = w->purposes.n;
	refusal->category_codes = w->category_codes;
	refusal->n_category_codes = w->categories.n;
	return SLUIS_OK;
}

enum sluis_err
cmd_grant_refuse(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	struct words w = { .method = "spoken" };
	const struct cli_option options[] = {
		{ "--giver", CLI_LIST, &w.givers }, { "--purpose", CLI_LIST, &w.purposes },
		{ "--category", CLI_LIST, &w.categories }, { "--method", CLI_VALUE, &w.method },
	};
	uint64_t index;
	char hex[33];

	SLUIS_TRY(cli_parse(argv, options, SLUIS_ARRAY_LEN(options), &w.case_text, failure));
	if (w.case_text.n != 1 || w.givers.n == 0)
		return cli_usage(failure, SYNOPSIS);
	SLUIS_TRY(cli_case_id(session, w.case_text.words[0], &w.case_id, failure));
	SLUIS_TRY(fill(session, &w, failure));
	SLUIS_TRY(sluis_grants_refuse(session, &w.refusal, &index, failure));
	sluis_hex(w.id.bytes, SLUIS_ID_BYTES, hex);
	cli_say(cli, "%s", hex);
	if (!cli->json)
		cli_note("%s", _("the refusal is written down: it beats every consent recorded before it, for what it names"));
	cli_emit(cli, json_pack("{s:s, s:I}", "refusal", hex, "index", (json_int_t)index));
	return SLUIS_OK;
}
