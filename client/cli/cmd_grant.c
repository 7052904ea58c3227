/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "cli.h"
#include "codes.h"
#include "grant_band.h"
#include "grant_receiver.h"
#include "grant_token.h"
#include "hash.h"
#include "limits.h"
#include "receivers.h"

enum { EVIDENCE_MAX = 64 * 1024 * 1024 };

static const char ADD[] =
    "grant add CASE --band under-12|12-15|16-plus --giver youth|authority|guardian ... [--authority N] "
    "[--method form|spoken|digital] --purpose P ... --category C ... --to HANDLE|org:ORG ... --until DATE "
    "[--band-until DATE|--born DATE] [--criminal] [--evidence FILE] [--exception CODE --assessed-by HANDLE] "
    "[--restores GRANT] | grant refuse CASE --giver G ... [--purpose P ...] [--category C ...] | grant list CASE";

/** The words of `grant add`. */
struct words {
	const char *band, *authority, *method, *until, *band_until, *born, *evidence, *exception, *assessor, *restores;
	struct cli_list givers, purposes, categories, to, case_text;
	bool criminal;
};

/** A grant being filled in; everything lives in the arena. */
struct draft {
	Sluis__Grant grant;
	Sluis__Until band_until;
	Sluis__GrantException exception;
	Sluis__Reference restores;
	struct sluis_id restores_id;
	struct sluis_arena *arena;
	struct sluis_id case_id;
	struct sluis_id grant_id;
	struct sluis_hash case_hash;
	struct sluis_hash evidence_hash;
	struct sluis_hash token_hash;
	struct sluis_grant_token token;
	int64_t now_ms;
};

static void
draft_done(struct draft *draft)
{
	sluis_grant_token_wipe(&draft->token);
	sluis_arena_free(draft->arena);
}

static enum sluis_err
no_memory(struct sluis_failure *failure)
{
	return sluis_fail_err(failure, SLUIS_ENOMEM, _("recording the grant"));
}

/* ---- givers ---- */

static Sluis__Giver *
find_giver(struct draft *draft, const char *role)
{
	for (size_t i = 0; i < draft->grant.n_givers; i++) {
		if (sluis_bytes_is_text(sluis_of(draft->grant.givers[i]->role_code), role))
			return draft->grant.givers[i];
	}
	return NULL;
}

/* --giver authority --giver authority: two persons with one role. */
static enum sluis_err
take_givers(struct draft *draft, const struct words *w, struct sluis_failure *failure)
{
	Sluis__Grant *grant = &draft->grant;

	grant->givers = sluis_arena_alloc(draft->arena, w->givers.n * sizeof(Sluis__Giver *));
	if (grant->givers == NULL)
		return no_memory(failure);
	for (size_t i = 0; i < w->givers.n; i++) {
		Sluis__Giver *giver = find_giver(draft, w->givers.words[i]);

		if (giver != NULL) {
			giver->giver_number++;
			continue;
		}
		giver = sluis_arena_alloc(draft->arena, sizeof(*giver));
		if (giver == NULL)
			return no_memory(failure);
		sluis__giver__init(giver);
		giver->role_code = sluis_pb(sluis_bytes_text(w->givers.words[i]));
		giver->giver_number = 1;
		giver->method_code = sluis_pb(sluis_bytes_text(w->method));
		giver->given_ms = (uint64_t)draft->now_ms;
		grant->givers[grant->n_givers++] = giver;
	}
	return SLUIS_OK;
}

/* Givers that are, or count as, holders of authority. */
static uint32_t
count_holders(const struct draft *draft, const struct sluis_session *session)
{
	uint32_t n = 0;

	for (size_t i = 0; i < draft->grant.n_givers; i++) {
		const Sluis__Giver *giver = draft->grant.givers[i];

		if (sluis_policy_giver_counts(session->policy, sluis_of(giver->role_code)).len > 0)
			n += giver->giver_number;
	}
	return n;
}

static enum sluis_err
count_authority(struct draft *draft, const struct sluis_session *session, const struct words *w,
    struct sluis_failure *failure)
{
	char *end = NULL;
	unsigned long n;

	if (w->authority == NULL) {
		draft->grant.authority_count = count_holders(draft, session);
		return SLUIS_OK;
	}
	n = strtoul(w->authority, &end, 10);
	if (*end != '\0' || end == w->authority || n > 8)
		return sluis_fail(failure, SLUIS_EUSAGE, _("--authority is the number of holders of authority, not \"%s\""),
		    w->authority);
	draft->grant.authority_count = (uint32_t)n;
	return SLUIS_OK;
}

/* ---- lists ---- */

static enum sluis_err
take_codes(struct draft *draft, const struct sluis_session *session, enum sluis_policy_kind kind,
    const struct cli_list *words, ProtobufCBinaryData **ret, size_t *ret_count,
    struct sluis_failure *failure)
{
	ProtobufCBinaryData *list = sluis_arena_alloc(draft->arena, words->n * sizeof(*list));

	if (list == NULL)
		return no_memory(failure);
	for (size_t i = 0; i < words->n; i++) {
		struct sluis_bytes code;

		SLUIS_TRY(codes_find(session, kind, words->words[i], &code, failure));
		list[i] = sluis_pb(code);
	}
	*ret = list;
	*ret_count = words->n;
	return SLUIS_OK;
}

/* ---- dates ---- */

static enum sluis_err
take_dates(struct draft *draft, const struct sluis_session *session, const struct words *w,
    struct sluis_failure *failure)
{
	int64_t until_ms, band_ms = 0;

	SLUIS_TRY(cli_date(w->until, &until_ms, failure));
	if (w->band_until == NULL)
		SLUIS_TRY(grant_band_of_birth(session, w->band, w->born, draft->now_ms, &band_ms, failure));
	else
		SLUIS_TRY(grant_band_of_date(w->band_until, &band_ms, failure));
	if (band_ms != 0) {
		sluis__until__init(&draft->band_until);
		draft->band_until.until_ms = (uint64_t)band_ms;
		draft->grant.band_until = &draft->band_until;
	}
	draft->grant.from_ms = (uint64_t)draft->now_ms;
	draft->grant.until_ms = (uint64_t)(band_ms != 0 && band_ms < until_ms ? band_ms : until_ms);
	if (draft->grant.until_ms <= draft->grant.from_ms)
		return sluis_fail(failure, SLUIS_EUSAGE, _("this grant would end before it begins"));
	return SLUIS_OK;
}

/* ---- the rest ---- */

/* The digest's salt stays with the taker, in the profile: without it the digest tells nothing. */
static enum sluis_err
take_evidence(struct draft *draft, struct sluis_session *session, const char *path,
    struct sluis_failure *failure)
{
	SLUIS_AUTO(cli_bytes_free) struct sluis_bytes file = { NULL, 0 };
	uint8_t salt[SLUIS_HASH_BYTES];
	char name[64], hex[33];

	if (path != NULL)
		SLUIS_TRY(cli_read(path, EVIDENCE_MAX, failure, &file));
	randombytes_buf(salt, sizeof(salt));
	draft->evidence_hash = sluis_grant_evidence_hash(salt, file);
	draft->grant.evidence_hash = sluis_pb_hash(&draft->evidence_hash);
	if (path == NULL)
		return SLUIS_OK;
	sluis_hex(draft->grant_id.bytes, SLUIS_ID_BYTES, hex);
	snprintf(name, sizeof(name), "salts/%s", hex);
	return sluis_profile_write(session->profile, name, sluis_bytes(salt, sizeof(salt)), failure);
}

/* Who assessed it is somebody: a handle of the federation. */
static enum sluis_err
take_exception(struct draft *draft, struct sluis_session *session, const struct words *w,
    struct sluis_failure *failure)
{
	const struct sluis_member *assessor;

	if (w->exception == NULL)
		return SLUIS_OK;
	SLUIS_TRY(sluis_receivers_member(session, w->assessor, &assessor, failure));
	sluis__grant_exception__init(&draft->exception);
	draft->exception.exception_code = sluis_pb(sluis_bytes_text(w->exception));
	draft->exception.assessor_handle = sluis_pb(assessor->handle);
	draft->grant.exception = &draft->exception;
	return SLUIS_OK;
}

static enum sluis_err
fill(struct draft *draft, struct sluis_session *session, const struct words *w,
    const struct sluis_case *of_case, struct sluis_failure *failure)
{
	Sluis__Grant *grant = &draft->grant;

	draft->case_hash = of_case->head;
	grant->case_hash = sluis_pb_hash(&draft->case_hash);
	grant->grant_id = sluis_pb_id(&draft->grant_id);
	grant->case_id = sluis_pb_id(&draft->case_id);
	grant->created_ms = (uint64_t)draft->now_ms;
	grant->band_code = sluis_pb(sluis_bytes_text(w->band));
	grant->text_code = sluis_pb(sluis_policy_consent_text_version(session->policy));
	grant->criminal_number = w->criminal ? SLUIS_GRANT_CRIMINAL : SLUIS_GRANT_NOT_CRIMINAL;
	grant->receivers = sluis_arena_alloc(draft->arena, CLI_LIST_MAX * sizeof(Sluis__GrantReceiver *));
	if (grant->receivers == NULL)
		return no_memory(failure);
	SLUIS_TRY(take_exception(draft, session, w, failure));
	if (w->restores != NULL) {
		SLUIS_TRY(cli_grant_id(session, &draft->case_id, w->restores, &draft->restores_id, failure));
		sluis__reference__init(&draft->restores);
		draft->restores.target_id = sluis_pb_id(&draft->restores_id);
		grant->restores = &draft->restores;
	}
	SLUIS_TRY(take_givers(draft, w, failure));
	SLUIS_TRY(count_authority(draft, session, w, failure));
	SLUIS_TRY(take_codes(draft, session, SLUIS_KIND_PURPOSE, &w->purposes, &grant->purpose_codes,
	    &grant->n_purpose_codes, failure));
	SLUIS_TRY(take_codes(draft, session, SLUIS_KIND_CATEGORY, &w->categories, &grant->category_codes,
	    &grant->n_category_codes, failure));
	for (size_t i = 0; i < w->to.n; i++)
		SLUIS_TRY(grant_receiver_add(session, w->to.words[i], draft->arena, grant, failure));
	SLUIS_TRY(take_dates(draft, session, w, failure));
	sluis_grant_token_new(sluis_random_system, NULL, &draft->token);
	draft->token_hash = sluis_grant_token_hash(&draft->token);
	grant->token_hash = sluis_pb_hash(&draft->token_hash);
	return take_evidence(draft, session, w->evidence, failure);
}

static enum sluis_err
read_words(char **argv, struct words *w, struct sluis_failure *failure)
{
	const struct cli_option options[] = {
		{ "--band", CLI_VALUE, &w->band }, { "--giver", CLI_LIST, &w->givers },
		{ "--authority", CLI_VALUE, &w->authority }, { "--method", CLI_VALUE, &w->method },
		{ "--purpose", CLI_LIST, &w->purposes }, { "--category", CLI_LIST, &w->categories },
		{ "--to", CLI_LIST, &w->to }, { "--until", CLI_VALUE, &w->until },
		{ "--band-until", CLI_VALUE, &w->band_until }, { "--born", CLI_VALUE, &w->born },
		{ "--criminal", CLI_FLAG, &w->criminal }, { "--evidence", CLI_VALUE, &w->evidence },
		{ "--exception", CLI_VALUE, &w->exception }, { "--assessed-by", CLI_VALUE, &w->assessor },
		{ "--restores", CLI_VALUE, &w->restores },
	};

	w->method = "form";
	SLUIS_TRY(cli_parse(argv, options, SLUIS_ARRAY_LEN(options), &w->case_text, failure));
	if (w->case_text.n != 1 || w->band == NULL || w->givers.n == 0 || w->purposes.n == 0 ||
	    w->categories.n == 0 || w->to.n == 0 || w->until == NULL ||
	    (w->exception == NULL) != (w->assessor == NULL) ||
	    (w->born != NULL && w->band_until != NULL))
		return cli_usage(failure, ADD);
	return SLUIS_OK;
}

static enum sluis_err
check_code(const struct sluis_session *session, enum sluis_policy_kind kind, const char *word,
    struct sluis_failure *failure)
{
	return sluis_policy_has(session->policy, kind, sluis_bytes_text(word)) ?
	    SLUIS_OK :
	    codes_unknown(sluis_policy_codes(session->policy, kind), word, failure);
}

static enum sluis_err
check_codes(const struct sluis_session *session, const struct words *w, struct sluis_failure *failure)
{
	SLUIS_TRY(check_code(session, SLUIS_KIND_BAND, w->band, failure));
	SLUIS_TRY(check_code(session, SLUIS_KIND_METHOD, w->method, failure));
	for (size_t i = 0; i < w->givers.n; i++)
		SLUIS_TRY(check_code(session, SLUIS_KIND_GIVER, w->givers.words[i], failure));
	return SLUIS_OK;
}

/* Some of the holders gave it, not all: where they disagree the policy says where they can go. */
static void
disagree_hint(const struct sluis_session *session, const struct draft *draft,
    const struct sluis_verdict *verdict, struct sluis_failure *failure)
{
	const struct sluis_bytes text = sluis_policy_consent_disagree(session->policy, session->lang);
	const uint32_t gave = count_holders(draft, session);

	if (text.len == 0 || verdict->rule != SLUIS_RULE_GRANT_GIVER || gave == 0 ||
	    gave >= draft->grant.authority_count ||
	    sluis_policy_giver_counts(session->policy, verdict->detail).len == 0)
		return;
	sluis_fail_hint(failure, "%.*s", (int)text.len, (const char *)text.data);
}

/* As the broker will decide: what it would refuse is told here, with more to go by. */
static enum sluis_err
check_right(struct sluis_session *session, const struct sluis_case *of_case, const struct draft *draft,
    struct sluis_failure *failure)
{
	struct sluis_verdict verdict;
	size_t len;

	SLUIS_TRY(sluis_grants_decide(session, of_case, &draft->grant, draft->arena, &verdict, failure));
	if (verdict.outcome == SLUIS_PERMIT)
		return SLUIS_OK;
	(void)sluis_session_refusal(session, sluis_rule_text(verdict.rule), failure);
	len = strlen(failure->text);
	if (verdict.detail.len > 0)
		snprintf(failure->text + len, sizeof(failure->text) - len, ": %.*s", (int)verdict.detail.len,
		    (const char *)verdict.detail.data);
	disagree_hint(session, draft, &verdict, failure);
	return SLUIS_EREFUSED;
}

static enum sluis_err
do_add(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(draft_done) struct draft draft = { .arena = sluis_arena_new(SLUIS_ARENA_MAX_BYTES) };
	SLUIS_AUTO(sluis_case_freep) struct sluis_case *of_case = NULL;
	struct words w = { .band = NULL };
	char token[SLUIS_GRANT_TOKEN_CHARS + 1], hex[33];
	enum sluis_err err;
	uint64_t index;

	if (draft.arena == NULL)
		return no_memory(failure);
	SLUIS_TRY(read_words(argv, &w, failure));
	SLUIS_TRY(check_codes(session, &w, failure));
	SLUIS_TRY(cli_case_id(session, w.case_text.words[0], &draft.case_id, failure));
	SLUIS_TRY(sluis_cases_get(session, &draft.case_id, &of_case, failure));
	sluis__grant__init(&draft.grant);
	randombytes_buf(draft.grant_id.bytes, sizeof(draft.grant_id.bytes));
	draft.now_ms = sluis_now_ms();
	SLUIS_TRY(fill(&draft, session, &w, of_case, failure));
	SLUIS_TRY(check_right(session, of_case, &draft, failure));
	SLUIS_TRY(sluis_grant_token_keep(session->profile, &draft.grant_id, &draft.token, failure));
	err = sluis_grants_add(session, &draft.grant, &index, failure);
	if (err == SLUIS_EREFUSED)
		sluis_grant_token_drop(session->profile, &draft.grant_id);
	SLUIS_TRY(err);
	sluis_hex(draft.grant_id.bytes, SLUIS_ID_BYTES, hex);
	sluis_grant_token_text(&draft.token, token);
	cli_say(cli, "%s", hex);
	cli_say(cli, _("token for the family (withdraws this consent; on its letter too: sluis grant letter): %s"), token);
	cli_emit(cli, json_pack("{s:s, s:s, s:I}", "grant", hex, "token", token, "index", (json_int_t)index));
	sodium_memzero(token, sizeof(token));
	return SLUIS_OK;
}

enum sluis_err
cmd_grant(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = NULL;

	if (argv[0] != NULL && strcmp(argv[0], "add") == 0) {
		SLUIS_TRY(cli_open(cli, &session, failure));
		return do_add(cli, session, argv + 1, failure);
	}
	if (argv[0] != NULL && strcmp(argv[0], "letter") == 0) {
		SLUIS_TRY(cli_open(cli, &session, failure));
		return cmd_grant_letter(cli, session, argv + 1, failure);
	}
	if (argv[0] != NULL && strcmp(argv[0], "list") == 0) {
		SLUIS_TRY(cli_open(cli, &session, failure));
		return cmd_grant_list(cli, session, argv + 1, failure);
	}
	if (argv[0] != NULL && strcmp(argv[0], "refuse") == 0) {
		SLUIS_TRY(cli_open(cli, &session, failure));
		return cmd_grant_refuse(cli, session, argv + 1, failure);
	}
	return cli_usage(failure, ADD);
}
