/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "case_shield.h"
#include "cmd_case.h"
#include "limits.h"

enum { LINE_MAX_BYTES = 1024 };

/** A case being shown. */
struct showing {
	struct cli *cli;
	struct sluis_session *session;
	const struct sluis_case *of_case;
	struct sluis_arena *arena;
};

/** Words for people, cut where there is no more room. */
struct line {
	char text[LINE_MAX_BYTES];
	size_t len;
};

static void
add(struct line *line, const char *before, struct sluis_bytes text)
{
	const size_t room = sizeof(line->text) - line->len;
	const int n = snprintf(line->text + line->len, room, "%s%.*s", line->len > 0 ? before : "", (int)text.len,
	    (const char *)text.data);

	line->len += n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
}

/* ---- members ---- */

static json_t *
member_json(const struct showing *s, struct sluis_bytes handle)
{
	const struct sluis_member *member = sluis_directory_member(s->session->directory, handle);
	json_t *roles = json_array();
	char label[128], organisation[SLUIS_HANDLE_MAX + 1] = "";
	struct line list = { .len = 0 };

	if (member != NULL)
		snprintf(organisation, sizeof(organisation), "%.*s", (int)member->organisation_handle.len,
		    (const char *)member->organisation_handle.data);
	for (size_t i = 0; member != NULL && i < member->n_roles; i++) {
		json_array_append_new(roles, cli_json_code(member->roles[i]));
		add(&list, ", ",
		    sluis_bytes_text(cli_label(s->session, SLUIS_KIND_ROLE, member->roles[i], label)));
	}
	cli_say(s->cli, "  %-20.*s %-20s %s", (int)handle.len, (const char *)handle.data, organisation, list.text);
	return json_pack("{s:o, s:s, s:o}", "handle", cli_json_code(handle), "organisation", organisation, "roles",
	    roles);
}

static json_t *
members_json(const struct showing *s)
{
	json_t *members = json_array();

	for (size_t i = 0; i < s->of_case->n_members; i++)
		json_array_append_new(members, member_json(s, s->of_case->members[i].handle));
	return members;
}

/* ---- shields ---- */

static enum sluis_err
add_shield(const struct showing *s, struct sluis_bytes handle, json_t *rows)
{
	const struct sluis_member *member = sluis_directory_member(s->session->directory, handle);
	struct sluis_recipient_facts facts = { .is_shielded = false };
	struct line list = { .len = 0 };
	json_t *categories;
	char label[128];

	if (member != NULL)
		SLUIS_TRY(sluis_case_shields(s->of_case, s->session->directory, member, s->arena, &facts));
	if (!facts.is_shielded && facts.shielded.count == 0)
		return SLUIS_OK;
	categories = json_array();
	if (facts.is_shielded)
		add(&list, "", sluis_bytes_text(_("everything")));
	for (size_t i = 0; !facts.is_shielded && i < facts.shielded.count; i++) {
		json_array_append_new(categories, cli_json_code(facts.shielded.items[i]));
		add(&list, ", ",
		    sluis_bytes_text(cli_label(s->session, SLUIS_KIND_CATEGORY, facts.shielded.items[i], label)));
	}
	cli_say(s->cli, _("shielded from %.*s: %s"), (int)handle.len, (const char *)handle.data, list.text);
	json_array_append_new(rows, json_pack("{s:o, s:b, s:o}", "member", cli_json_code(handle), "everything",
	    facts.is_shielded, "categories", categories));
	return SLUIS_OK;
}

static bool
is_listed(const json_t *rows, struct sluis_bytes handle)
{
	for (size_t i = 0; i < json_array_size(rows); i++) {
		if (sluis_bytes_is_text(handle, json_string_value(json_object_get(json_array_get(rows, i), "member"))))
			return true;
	}
	return false;
}

/* Who is on the case, and whom a shield ever named. */
static enum sluis_err
add_shields(const struct showing *s, json_t *rows)
{
	const struct sluis_case_act *act;
	uint64_t cursor = 0;

	for (size_t i = 0; i < s->of_case->n_members; i++)
		SLUIS_TRY(add_shield(s, s->of_case->members[i].handle, rows));
	while ((act = sluis_case_next_act(s->of_case, &cursor, SLUIS_CASE_SHIELD)) != NULL) {
		for (size_t i = 0; i < act->n_names; i++) {
			if (sluis_case_member(s->of_case, act->names[i].handle) == NULL &&
			    !is_listed(rows, act->names[i].handle))
				SLUIS_TRY(add_shield(s, act->names[i].handle, rows));
		}
	}
	return SLUIS_OK;
}

/* ---- labels, and how long ---- */

static void
drop_label(json_t *labels, struct sluis_bytes code)
{
	for (size_t i = json_array_size(labels); i > 0; i--) {
		if (sluis_bytes_is_text(code, json_string_value(json_array_get(labels, i - 1))))
			json_array_remove(labels, i - 1);
	}
}

static json_t *
labels_json(const struct showing *s)
{
	json_t *labels = json_array();
	const struct sluis_case_act *act;
	uint64_t cursor = 0;

	while ((act = sluis_case_next_act(s->of_case, &cursor, SLUIS_CASE_LABEL)) != NULL) {
		for (size_t i = 0; i < act->n_facts; i++) {
			drop_label(labels, act->facts[i].value);
			if (sluis_bytes_is_text(act->facts[i].code, "label"))
				json_array_append_new(labels, cli_json_code(act->facts[i].value));
		}
	}
	return labels;
}

/* Of a closed case: the class that its outcome gives it, and when that ends. */
static json_t *
retention_json(const struct showing *s)
{
	const struct sluis_policy_retention *class;
	const struct sluis_case_act *act, *last = NULL;
	char label[128], when[32];
	uint64_t cursor = 0;

	while ((act = sluis_case_next_act(s->of_case, &cursor, SLUIS_CASE_CLOSE)) != NULL)
		last = act;
	if (!s->of_case->is_closed || last == NULL)
		return json_null();
	class = sluis_policy_retention_case(s->session->policy, sluis_case_act_fact(last, "outcome"));
	cli_say(s->cli, _("kept as: %s, until %s"),
	    cli_label(s->session, SLUIS_KIND_RETENTION, class->code, label),
	    cli_time(last->created_ms + class->term_ms, when));
	return json_pack("{s:o, s:s}", "class", cli_json_code(class->code), "until", when);
}

/* ---- what happened ---- */

static const struct sluis_policy_act_fact *
fact_of(const struct showing *s, const char *act, struct sluis_bytes key)
{
	size_t n;
	const struct sluis_policy_act_fact *facts =
	    sluis_policy_act_facts(s->session->policy, sluis_bytes_text(act), &n);

	for (size_t i = 0; i < n; i++) {
		if (sluis_bytes_equal(facts[i].key, key))
			return &facts[i];
	}
	return NULL;
}

/* "jeugdige: gehoord" */
static void
add_fact(const struct showing *s, const char *act, const struct sluis_case_fact *given, struct line *line)
{
	const struct sluis_policy *policy = s->session->policy;
	const enum sluis_lang lang = s->cli->lang;
	const struct sluis_policy_act_fact *fact = fact_of(s, act, given->code);

	if (sluis_bytes_is_text(given->code, "step")) {
		add(line, "; ", sluis_policy_label(policy, SLUIS_KIND_STEP, given->value, lang));
		return;
	}
	add(line, "; ", fact == NULL ? given->code : fact->label[lang]);
	add(line, ": ",
	    fact == NULL                ? given->value :
		fact->list.len > 0      ? sluis_policy_list_label(policy, fact->list, given->value, lang) :
					  sluis_policy_label(policy, SLUIS_KIND_CATEGORY, given->value, lang));
}

static json_t *
facts_json(const struct sluis_case_act *act)
{
	json_t *facts = json_object();

	for (size_t i = 0; i < act->n_facts; i++) {
		char key[SLUIS_HANDLE_MAX + 1];
		json_t *values;

		snprintf(key, sizeof(key), "%.*s", (int)act->facts[i].code.len, (const char *)act->facts[i].code.data);
		values = json_object_get(facts, key);
		if (values == NULL) {
			json_object_set_new(facts, key, json_array());
			values = json_object_get(facts, key);
		}
		json_array_append_new(values, cli_json_code(act->facts[i].value));
	}
	return facts;
}

static json_t *
act_json(const struct showing *s, const struct sluis_case_act *act)
{
	struct line line = { .len = 0 };
	json_t *members = json_array();
	char name[64], label[128], when[32];

	snprintf(name, sizeof(name), "case-%s", sluis_case_code_text(act->code));
	for (size_t i = 0; i < act->n_names; i++) {
		json_array_append_new(members, cli_json_code(act->names[i].handle));
		add(&line, ", ", act->names[i].handle);
	}
	for (size_t i = 0; i < act->n_facts; i++)
		add_fact(s, name, &act->facts[i], &line);
	cli_time(act->created_ms, when);
	cli_say(s->cli, "  %.16s  %-14.*s %s%s%s", when, (int)act->actor.len, (const char *)act->actor.data,
	    cli_label(s->session, SLUIS_KIND_ACT, sluis_bytes_text(name), label), line.len > 0 ? ": " : "",
	    line.text);
	return json_pack("{s:s, s:o, s:s, s:o, s:o}", "act", sluis_case_code_text(act->code), "by",
	    cli_json_code(act->actor), "time", when, "members", members, "facts", facts_json(act));
}

static json_t *
history_json(const struct showing *s)
{
	json_t *rows = json_array();

	for (uint64_t i = 0; i < s->of_case->next_sequence; i++)
		json_array_append_new(rows, act_json(s, &s->of_case->acts[i]));
	return rows;
}

/* ---- the whole ---- */

static enum sluis_err
show(const struct showing *s, struct sluis_failure *failure)
{
	struct sluis_case_facts facts;
	json_t *root = json_object(), *shields = json_array();
	char hex[33], step[128];
	enum sluis_err err;

	sluis_cases_facts(s->session, s->of_case, sluis_bytes(NULL, 0), &facts);
	sluis_hex(s->of_case->id.bytes, sizeof(s->of_case->id.bytes), hex);
	cli_say(s->cli, _("case %s: %s"), hex, cli_label(s->session, SLUIS_KIND_STEP, facts.step, step));
	json_object_set_new(root, "case", json_string(hex));
	json_object_set_new(root, "step", cli_json_code(facts.step));
	json_object_set_new(root, "state", json_string(s->of_case->is_closed ? "closed" : "open"));
	json_object_set_new(root, "opener", cli_json_code(s->of_case->opener));
	json_object_set_new(root, "members", members_json(s));
	err = add_shields(s, shields);
	json_object_set_new(root, "shields", shields);
	json_object_set_new(root, "labels", labels_json(s));
	json_object_set_new(root, "retention", retention_json(s));
	json_object_set_new(root, "history", history_json(s));
	json_object_set_new(root, "acts", json_integer((json_int_t)s->of_case->next_sequence));
	if (err != SLUIS_OK) {
		json_decref(root);
		return sluis_fail_err(failure, err, _("reading the case"));
	}
	cli_emit(s->cli, root);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
cmd_case_show(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(SLUIS_ARENA_MAX_BYTES);
	SLUIS_AUTO(sluis_case_freep) struct sluis_case *of_case = NULL;
	struct sluis_id id;

	if (argv[0] == NULL || argv[1] != NULL)
		return cli_usage(failure, "case show CASE");
	if (arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("reading the case"));
	SLUIS_TRY(cli_case_id(session, argv[0], &id, failure));
	SLUIS_TRY(sluis_cases_get(session, &id, &of_case, failure));
	return show(&(struct showing){ cli, session, of_case, arena }, failure);
}
