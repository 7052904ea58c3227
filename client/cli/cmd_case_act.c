/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>

#include "cmd_case.h"
#include "codes.h"
#include "limits.h"
#include "receivers.h"

enum { FACTS_MAX = 2 * CLI_LIST_MAX, WORD_MAX = 48 };

/** How an act is called: how many members it names. */
struct form {
	const char *name;
	enum sluis_case_code code;
	size_t least;
	size_t most;
	const char *synopsis;
};

static const struct form FORMS[] = {
	{ "step", SLUIS_CASE_STEP, 0, 0, "case step CASE STEP|OUTCOME [--reason CODE]" },
	{ "close", SLUIS_CASE_CLOSE, 0, 0, "case close CASE [--reason CODE] [--fact KEY=CODE ...]" },
	{ "reopen", SLUIS_CASE_REOPEN, 0, 0, "case reopen CASE [--reason CODE]" },
	{ "invite", SLUIS_CASE_INVITE, 0, SLUIS_RECIPIENTS_MAX, "case invite CASE [HANDLE ...] --fact WHO=CODE ..." },
	{ "inform", SLUIS_CASE_INFORM, 0, SLUIS_RECIPIENTS_MAX, "case inform CASE [HANDLE ...] --fact WHO=CODE ..." },
	{ "shield", SLUIS_CASE_SHIELD, 1, SLUIS_RECIPIENTS_MAX,
	    "case shield CASE HANDLE ... [--category C ...] [--reason CODE] [--lift]" },
	{ "label", SLUIS_CASE_LABEL, 0, 0, "case label CASE [CODE ...] [--drop CODE ...]" },
	{ "hand-over", SLUIS_CASE_HAND_OVER, 1, 1, "case hand-over CASE HANDLE" },
};

/** An act as the words of a command say it. */
struct words {
	const struct form *form;
	struct cli_list given, facts, categories, drops;
	const char *reason;
	bool lifts;
};

/** The act that comes of it; views into the words and the policy. */
struct making {
	struct sluis_session *session;
	struct sluis_cases_act act;
	char name[WORD_MAX]; /* of the act in the policy */
	const struct sluis_member *members[SLUIS_RECIPIENTS_MAX];
	struct sluis_case_fact facts[FACTS_MAX];
};

static void
set_code(struct making *making, enum sluis_case_code code)
{
	making->act.code = code;
	snprintf(making->name, sizeof(making->name), "case-%s", sluis_case_code_text(code));
}

/* ---- facts ---- */

static const struct sluis_policy_act_fact *
find_fact(const struct making *making, const char *act, struct sluis_bytes key)
{
	size_t n;
	const struct sluis_policy_act_fact *facts =
	    sluis_policy_act_facts(making->session->policy, sluis_bytes_text(act), &n);

	for (size_t i = 0; i < n; i++) {
		if (sluis_bytes_equal(facts[i].key, key))
			return &facts[i];
	}
	return NULL;
}

static void
hint_codes(struct sluis_codes codes, struct sluis_failure *failure)
{
	char list[256] = "";
	size_t at = 0;

	for (size_t i = 0; i < codes.count && at < sizeof(list); i++)
		at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%.*s", i > 0 ? ", " : "",
		    (int)codes.items[i].len, (const char *)codes.items[i].data);
	sluis_fail_hint(failure, _("there are: %s"), list);
}

/* What may be said with the act, each as KEY=CODE|CODE. */
static void
hint_facts(const struct making *making, struct sluis_failure *failure)
{
	char list[256] = "";
	size_t n, at = 0;
	const struct sluis_policy_act_fact *facts =
	    sluis_policy_act_facts(making->session->policy, sluis_bytes_text(making->name), &n);

	for (size_t i = 0; i < n && at < sizeof(list); i++) {
		at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%.*s=", i > 0 ? ", " : "",
		    (int)facts[i].key.len, (const char *)facts[i].key.data);
		for (size_t k = 0; k < facts[i].codes.count && at < sizeof(list); k++)
			at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%.*s", k > 0 ? "|" : "",
			    (int)facts[i].codes.items[k].len, (const char *)facts[i].codes.items[k].data);
	}
	sluis_fail_hint(failure, _("there are: %s"), list);
}

static enum sluis_err
add_fact(struct making *making, struct sluis_bytes key, struct sluis_bytes value, struct sluis_failure *failure)
{
	const struct sluis_policy_act_fact *fact = find_fact(making, making->name, key);
	const bool is_step = making->act.code == SLUIS_CASE_STEP && sluis_bytes_is_text(key, "step");

	if (making->act.n_facts == FACTS_MAX)
		return sluis_fail(failure, SLUIS_EUSAGE, _("too many facts"));
	if (fact == NULL && !is_step) {
		(void)sluis_fail(failure, SLUIS_EUSAGE, _("with this act nothing is said about \"%.*s\""),
		    (int)key.len, (const char *)key.data);
		hint_facts(making, failure);
		return SLUIS_EUSAGE;
	}
	if (fact != NULL && !sluis_codes_have(fact->codes, value)) {
		(void)sluis_fail(failure, SLUIS_EUSAGE, _("\"%.*s\" is not a code for %.*s"), (int)value.len,
		    (const char *)value.data, (int)key.len, (const char *)key.data);
		hint_codes(fact->codes, failure);
		return SLUIS_EUSAGE;
	}
	making->facts[making->act.n_facts++] = (struct sluis_case_fact){ .code = key, .value = value };
	return SLUIS_OK;
}

static enum sluis_err
add_all(struct making *making, const char *key, const struct cli_list *values, size_t from,
    struct sluis_failure *failure)
{
	for (size_t i = from; i < values->n; i++)
		SLUIS_TRY(add_fact(making, sluis_bytes_text(key), sluis_bytes_text(values->words[i]), failure));
	return SLUIS_OK;
}

static enum sluis_err
add_given(struct making *making, const struct cli_list *facts, struct sluis_failure *failure)
{
	for (size_t i = 0; i < facts->n; i++) {
		const char *equal = strchr(facts->words[i], '=');

		if (equal == NULL || equal == facts->words[i] || equal[1] == '\0')
			return sluis_fail(failure, SLUIS_EUSAGE, _("a fact is written KEY=VALUE, not \"%s\""),
			    facts->words[i]);
		SLUIS_TRY(add_fact(making, sluis_bytes(facts->words[i], (size_t)(equal - facts->words[i])),
		    sluis_bytes_text(equal + 1), failure));
	}
	return SLUIS_OK;
}

/* --reason goes under the key that belongs to what else is said: refused has reasons of its own. */
static enum sluis_err
add_reason(struct making *making, const char *reason, struct sluis_failure *failure)
{
	size_t n;
	const struct sluis_policy_act_fact *facts =
	    sluis_policy_act_facts(making->session->policy, sluis_bytes_text(making->name), &n);

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < making->act.n_facts; k++) {
			if (sluis_bytes_equal(facts[i].with, making->facts[k].value))
				return add_fact(making, facts[i].key, sluis_bytes_text(reason), failure);
		}
	}
	return add_fact(making, sluis_bytes_text("reason"), sluis_bytes_text(reason), failure);
}

/* ---- steps and outcomes ---- */

/* The step that comes after ${step} in the policy; empty after the last. */
static struct sluis_bytes
step_after(const struct sluis_policy *policy, struct sluis_bytes step)
{
	const struct sluis_codes steps = sluis_policy_codes(policy, SLUIS_KIND_STEP);

	for (size_t i = 0; i + 1 < steps.count; i++) {
		if (sluis_bytes_equal(steps.items[i], step))
			return steps.items[i + 1];
	}
	return sluis_bytes(NULL, 0);
}

/* A step, or an outcome of the screening: some leave the case in its step, some close it, the others take it on. */
static enum sluis_err
add_step(struct making *making, const char *word, struct sluis_bytes now, struct sluis_failure *failure)
{
	const struct sluis_policy *policy = making->session->policy;
	const struct sluis_bytes code = codes_of(making->session, SLUIS_KIND_STEP, word);
	const struct sluis_bytes key = sluis_bytes_text("outcome");
	const struct sluis_policy_act_fact *stay = find_fact(making, "case-step", key);
	const struct sluis_policy_act_fact *end = find_fact(making, "case-close", key);
	struct sluis_bytes step = now;

	if (sluis_policy_has(policy, SLUIS_KIND_STEP, code))
		return add_fact(making, sluis_bytes_text("step"), code, failure);
	if (end != NULL && sluis_codes_have(end->codes, code)) {
		set_code(making, SLUIS_CASE_CLOSE);
		return add_fact(making, key, code, failure);
	}
	if (stay != NULL && sluis_codes_have(stay->codes, code))
		SLUIS_TRY(add_fact(making, key, code, failure));
	else if (stay != NULL && sluis_policy_list_has(policy, stay->list, code))
		step = step_after(policy, now);
	else
		return codes_unknown(sluis_policy_codes(policy, SLUIS_KIND_STEP), word, failure);
	return add_fact(making, sluis_bytes_text("step"), step, failure);
}

/* ---- the whole ---- */

static enum sluis_err
add_members(struct making *making, const struct words *w, struct sluis_failure *failure)
{
	const size_t n = w->given.n - 1;

	if (n < w->form->least || n > w->form->most)
		return cli_usage(failure, w->form->synopsis);
	for (size_t i = 0; i < n; i++)
		SLUIS_TRY(sluis_receivers_member(making->session, w->given.words[i + 1], &making->members[i], failure));
	making->act.n_members = n;
	return SLUIS_OK;
}

static enum sluis_err
add_words(struct making *making, const struct words *w, struct sluis_bytes now, struct sluis_failure *failure)
{
	if (w->form->code == SLUIS_CASE_STEP)
		SLUIS_TRY(w->given.n == 2 ? add_step(making, w->given.words[1], now, failure) :
					    cli_usage(failure, w->form->synopsis));
	else if (w->form->code == SLUIS_CASE_LABEL)
		SLUIS_TRY(add_all(making, "label", &w->given, 1, failure));
	else
		SLUIS_TRY(add_members(making, w, failure));
	SLUIS_TRY(add_all(making, "category", &w->categories, 0, failure));
	SLUIS_TRY(add_all(making, "dropped", &w->drops, 0, failure));
	SLUIS_TRY(add_given(making, &w->facts, failure));
	return w->reason == NULL ? SLUIS_OK : add_reason(making, w->reason, failure);
}

static enum sluis_err
make(struct making *making, const struct words *w, struct sluis_case *of_case, struct sluis_failure *failure)
{
	struct sluis_case_facts facts;

	sluis_cases_facts(making->session, of_case, sluis_bytes(NULL, 0), &facts);
	set_code(making, w->lifts ? SLUIS_CASE_UNSHIELD : w->form->code);
	making->act.members = making->members;
	making->act.facts = making->facts;
	SLUIS_TRY(add_words(making, w, facts.step, failure));
	if (making->act.n_facts > 0 || (w->form->code != SLUIS_CASE_INVITE && w->form->code != SLUIS_CASE_INFORM &&
	    w->form->code != SLUIS_CASE_LABEL))
		return SLUIS_OK;
	(void)cli_usage(failure, w->form->synopsis);
	hint_facts(making, failure);
	return SLUIS_EUSAGE;
}

static enum sluis_err
run(struct cli *cli, struct sluis_session *session, const struct words *w, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_case_freep) struct sluis_case *of_case = NULL;
	struct making making = { .session = session };
	struct sluis_id id;

	SLUIS_TRY(cli_case_id(session, w->given.words[0], &id, failure));
	SLUIS_TRY(sluis_cases_get(session, &id, &of_case, failure));
	SLUIS_TRY(make(&making, w, of_case, failure));
	return cmd_case_do(cli, session, of_case, &making.act, failure);
}

bool
cmd_case_act_is(const char *name)
{
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(FORMS); i++) {
		if (strcmp(FORMS[i].name, name) == 0)
			return true;
	}
	return false;
}

enum sluis_err
cmd_case_act(struct cli *cli, struct sluis_session *session, const char *name, char **argv,
    struct sluis_failure *failure)
{
	struct words w = { .form = FORMS };
	const struct cli_option options[] = {
		{ "--fact", CLI_LIST, &w.facts }, { "--reason", CLI_VALUE, &w.reason },
		{ "--category", CLI_LIST, &w.categories }, { "--drop", CLI_LIST, &w.drops },
		{ "--lift", CLI_FLAG, &w.lifts },
	};

	while (strcmp(w.form->name, name) != 0)
		w.form++;
	SLUIS_TRY(cli_parse(argv, options, SLUIS_ARRAY_LEN(options), &w.given, failure));
	if (w.given.n == 0 || (w.lifts && w.form->code != SLUIS_CASE_SHIELD))
		return cli_usage(failure, w.form->synopsis);
	return run(cli, session, &w, failure);
}
