/* SPDX-License-Identifier: EUPL-1.2 */
/* log summary - six lines for a privacy officer: whole or not, who, what, why, refused, open. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "exchange.h"
#include "log_filter.h"

/** What was counted. Objects are maps: from -> {to: true}; code -> count; "MESSAGE HANDLE" -> true. */
struct summary {
	const struct log_filter *filter;
	json_t *who;
	json_t *what;
	json_t *purposes;
	json_t *grounds;
	json_t *refused;
	json_t *open;
};

static void
text_of(struct sluis_bytes bytes, char ret[static 128])
{
	snprintf(ret, 128, "%.*s", (int)bytes.len, (const char *)bytes.data);
}

static void
count(json_t *map, struct sluis_bytes code)
{
	char key[128];

	text_of(code, key);
	json_object_set_new(map, key, json_integer(json_integer_value(json_object_get(map, key)) + 1));
}

static void
waiting_key(const Sluis__Event *event, struct sluis_bytes handle, char ret[static 192])
{
	char hex[2 * SLUIS_ID_BYTES + 1];

	sluis_hex(event->message->message_id.data, SLUIS_ID_BYTES, hex);
	snprintf(ret, 192, "%s %.*s", hex, (int)handle.len, (const char *)handle.data);
}

/* Sender's entry and those of the receivers tell of the same message: each receiver counts once. */
static void
add_push(struct summary *s, const Sluis__Event *event)
{
	char from[128], to[128], key[192];

	if (event->actor == NULL || event->message == NULL)
		return;
	text_of(sluis_of(event->actor->handle), from);
	for (size_t i = 0; i < event->n_parties; i++) {
		const Sluis__Party *party = event->parties[i];
		json_t *list = json_object_get(s->who, from);

		text_of(sluis_of(party->handle), to);
		waiting_key(event, sluis_of(party->handle), key);
		if (json_object_get(s->open, key) != NULL)
			continue;
		json_object_set_new(s->open, key, json_true());
		if (list == NULL) {
			list = json_object();
			json_object_set_new(s->who, from, list);
		}
		json_object_set_new(list, to, json_true());
		for (size_t k = 0; k < party->n_category_codes; k++)
			count(s->what, sluis_of(party->category_codes[k]));
		if (event->ground != NULL) {
			count(s->purposes, sluis_of(event->ground->purpose_code));
			count(s->grounds, sluis_of(event->ground->ground_code));
		}
	}
}

static enum sluis_err
add_event(void *context, const struct sluis_event_evidence *evidence)
{
	struct summary *s = context;
	const Sluis__Event *event = evidence->event;
	const struct sluis_bytes type = sluis_of(event->type_code);
	const bool permitted = sluis_bytes_is_text(sluis_of(event->outcome_code), "permit");
	char key[192];

	/* a receipt settles what was asked for, whenever it came */
	if (permitted && sluis_bytes_is_text(type, "receipt") && event->message != NULL && event->actor != NULL) {
		waiting_key(event, sluis_of(event->actor->handle), key);
		if (json_object_get(s->open, key) != NULL)
			json_object_set_new(s->open, key, json_false());
	}
	if (!log_filter_has(s->filter, event))
		return SLUIS_OK;
	if (sluis_bytes_is_text(sluis_of(event->outcome_code), "refuse"))
		count(s->refused, sluis_of(event->rule_code));
	else if (permitted && sluis_bytes_is_text(type, "push"))
		add_push(s, event);
	return SLUIS_OK;
}

/* ---- saying it ---- */

static void
append(char *text, size_t size, const char *more)
{
	const size_t at = strlen(text);

	snprintf(text + at, size - at, "%s%s", at > 0 ? ", " : "", more);
}

static void
say_who(struct cli *cli, json_t *who)
{
	char line[700] = "";
	const char *from, *to;
	json_t *list, *value;

	json_object_foreach(who, from, list)
	{
		char names[300] = "", one[450];

		json_object_foreach(list, to, value) append(names, sizeof(names), to);
		snprintf(one, sizeof(one), _("%s to %s"), from, names);
		append(line, sizeof(line), one);
	}
	cli_say(cli, _("who:      %s"), line[0] == '\0' ? _("nobody sent anything") : line);
}

static void
labels(const struct sluis_session *session, enum sluis_policy_kind kind, json_t *map, char *ret, size_t size)
{
	const char *code;
	json_t *value;

	ret[0] = '\0';
	json_object_foreach(map, code, value)
	{
		char label[128], one[160];

		cli_label(session, kind, sluis_bytes_text(code), label);
		snprintf(one, sizeof(one), "%s (%lld)", label, (long long)json_integer_value(value));
		append(ret, size, one);
	}
}

static void
say_refused(struct cli *cli, const struct sluis_session *session, json_t *refused)
{
	char line[700];

	labels(session, SLUIS_KIND_RULE, refused, line, sizeof(line));
	cli_say(cli, _("refused:  %s"), line[0] == '\0' ? _("nothing") : line);
}

/* "MESSAGE HANDLE" of what no receipt came for. */
static json_t *
open_json(const json_t *open)
{
	json_t *list = json_array(), *value;
	const char *key;

	json_object_foreach((json_t *)(uintptr_t)open, key, value)
	{
		if (json_is_true(value))
			json_array_append_new(list,
			    json_pack("{s:o, s:s}", "message", json_stringn(key, 2 * SLUIS_ID_BYTES), "to",
				key + 2 * SLUIS_ID_BYTES + 1));
	}
	return list;
}

static void
say_open(struct cli *cli, const json_t *open)
{
	char line[500] = "";

	for (size_t i = 0; i < json_array_size(open); i++) {
		const json_t *row = json_array_get(open, i);
		char one[160];

		snprintf(one, sizeof(one), "%.8s (%s)", json_string_value(json_object_get(row, "message")),
		    json_string_value(json_object_get(row, "to")));
		append(line, sizeof(line), one);
	}
	cli_say(cli, _("open:     %s"), line[0] == '\0' ? _("nothing; all was received") : line);
}

static json_t *
keys_json(json_t *map)
{
	json_t *list = json_array(), *value;
	const char *key;

	json_object_foreach(map, key, value) json_array_append_new(list, json_string(key));
	return list;
}

static json_t *
who_json(json_t *who)
{
	json_t *list = json_array(), *to;
	const char *from;

	json_object_foreach(who, from, to)
	    json_array_append_new(list, json_pack("{s:s, s:o}", "from", from, "to", keys_json(to)));
	return list;
}

static void
say_all(struct cli *cli, const struct sluis_session *session, const struct sluis_exchange_check *check,
    const struct summary *s)
{
	char what[700], purposes[300], grounds[300];
	json_t *open = open_json(s->open);

	labels(session, SLUIS_KIND_CATEGORY, s->what, what, sizeof(what));
	labels(session, SLUIS_KIND_PURPOSE, s->purposes, purposes, sizeof(purposes));
	labels(session, SLUIS_KIND_GROUND, s->grounds, grounds, sizeof(grounds));
	cli_say(cli, _("whole:    yes, %llu entries, all that you may read at its place"),
	    (unsigned long long)check->head.size);
	say_who(cli, s->who);
	cli_say(cli, _("what:     %s"), what[0] == '\0' ? _("nothing") : what);
	cli_say(cli, _("why:      %s; ground: %s"), purposes[0] == '\0' ? "-" : purposes, grounds[0] == '\0' ? "-" : grounds);
	say_refused(cli, session, s->refused);
	say_open(cli, open);
	cli_emit(cli, json_pack("{s:b, s:I, s:o, s:O, s:O, s:O, s:O, s:o}", "whole", 1, "size",
	    (json_int_t)check->head.size, "who", who_json(s->who), "what", s->what, "purposes", s->purposes, "grounds",
	    s->grounds, "refused", s->refused, "open", open));
}

/* A log that is not whole ends here with exit 5: nothing is told of it. */
enum sluis_err
cmd_log_summary(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	struct sluis_exchange_check check;
	struct log_filter filter;
	struct summary s = { .filter = &filter };
	enum sluis_err err;

	SLUIS_TRY(log_filter_read(session, argv, &filter, failure));
	SLUIS_TRY(sluis_exchange_verify(session, true, &check, failure));
	s.who = json_object();
	s.what = json_object();
	s.purposes = json_object();
	s.grounds = json_object();
	s.refused = json_object();
	s.open = json_object();
	err = sluis_exchange_list(session, log_filter_case(&filter), add_event, &s, failure);
	if (err == SLUIS_OK)
		say_all(cli, session, &check, &s);
	json_decref(s.who);
	json_decref(s.what);
	json_decref(s.purposes);
	json_decref(s.grounds);
	json_decref(s.refused);
	json_decref(s.open);
	return err;
}
