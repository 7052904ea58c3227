/* SPDX-License-Identifier: EUPL-1.2 */
#include "content.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bsn.h"
#include "date.h"
#include "failure.h"

enum { NUMBER_RUN_MAX = 5 };

/** Where we are, for the words of a fault. */
struct place {
	const struct sluis_policy *policy;
	char path[SLUIS_CONTENT_PATH]; /* "tasks/2/what" */
	struct sluis_content_fault *fault;
};

/* Appends "/step" to the path; returns how long it was, for leave(). */
static size_t
enter(struct place *at, struct sluis_bytes step)
{
	const size_t len = strlen(at->path);

	snprintf(at->path + len, sizeof(at->path) - len, "%s%.*s", len > 0 ? "/" : "", (int)step.len,
	    (const char *)step.data);
	return len;
}

static void
leave(struct place *at, size_t len)
{
	at->path[len] = '\0';
}

static enum sluis_err wrong(struct place *at, const char *rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static enum sluis_err
wrong(struct place *at, const char *rule, const char *format, ...)
{
	va_list args;

	at->fault->rule = rule;
	va_start(args, format);
	vsnprintf(at->fault->text, sizeof(at->fault->text), format, args);
	va_end(args);
	return SLUIS_EREFUSED;
}

static enum sluis_err
wrong_value(struct place *at, const char *what)
{
	return wrong(at, "content-value", _("field \"%s\" must be %s"), at->path, what);
}

/* Nothing filled in: null, "", or a list or object of nothing else. */
static bool
is_empty(json_t *value)
{
	json_t *child;
	size_t i;

	json_array_foreach(value, i, child)
		if (!is_empty(child))
			return false;
	for (void *it = json_object_iter(value); it != NULL; it = json_object_iter_next(value, it))
		if (!is_empty(json_object_iter_value(it)))
			return false;
	return json_is_array(value) || json_is_object(value) || json_is_null(value) ||
	    (json_is_string(value) && json_string_length(value) == 0);
}

static struct sluis_bytes
text_of(json_t *value)
{
	return json_is_string(value) ? sluis_bytes(json_string_value(value), json_string_length(value)) :
				       sluis_bytes(NULL, 0);
}

/* A key that people gave may be shown when it looks like a field's, and not like a number of somebody. */
static bool
may_be_shown(struct sluis_bytes key)
{
	size_t run = 0;

	for (size_t i = 0; i < key.len; i++) {
		run = key.data[i] >= '0' && key.data[i] <= '9' ? run + 1 : 0;
		if (run > NUMBER_RUN_MAX)
			return false;
	}
	return sluis_code_is_valid(key);
}

static enum sluis_err
unknown_field(struct place *at, struct sluis_bytes key, size_t place)
{
	char number[24];

	snprintf(number, sizeof(number), "%zu", place);
	if (may_be_shown(key)) {
		(void)enter(at, key);
		return wrong(at, "content-unknown", _("there is no field \"%s\" here"), at->path);
	}
	(void)enter(at, sluis_bytes_text(number));
	return wrong(at, "content-unknown", _("field number \"%s\" is none that there is here"), at->path);
}

static enum sluis_err
wrong_code(struct place *at, struct sluis_bytes list)
{
	const struct sluis_codes codes = sluis_policy_list(at->policy, list);
	char text[160] = "";
	size_t len = 0;

	for (size_t i = 0; i < codes.count && len < sizeof(text); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%.*s", i > 0 ? ", " : "",
		    (int)codes.items[i].len, (const char *)codes.items[i].data);
	return wrong(at, "content-value", _("field \"%s\" must be one of: %s"), at->path, text);
}

static bool
has_code(const struct sluis_policy *policy, struct sluis_bytes list, json_t *value)
{
	const struct sluis_codes codes = sluis_policy_list(policy, list);

	for (size_t i = 0; i < codes.count; i++)
		if (json_is_string(value) && sluis_bytes_equal(codes.items[i], text_of(value)))
			return true;
	return false;
}

static bool
is_texts(json_t *value)
{
	json_t *child;
	size_t i;

	json_array_foreach(value, i, child)
		if (!json_is_string(child))
			return false;
	return json_is_array(value);
}

static bool
are_codes(const struct sluis_policy *policy, struct sluis_bytes list, json_t *value)
{
	json_t *one, *other;
	size_t i, k;

	json_array_foreach(value, i, one) {
		if (!has_code(policy, list, one))
			return false;
		json_array_foreach(value, k, other)
			if (k < i && json_equal(one, other))
				return false;
	}
	return json_is_array(value);
}

static bool
is_number(json_t *value, int64_t max)
{
	return json_is_integer(value) && json_integer_value(value) >= 0 && json_integer_value(value) <= max;
}

static enum sluis_err check_object(struct place *at, const struct sluis_content_field *fields, size_t count,
    json_t *object);

static enum sluis_err
check_list(struct place *at, const struct sluis_content_field *field, json_t *value)
{
	json_t *child;
	size_t i;

	if (!json_is_array(value))
		return wrong_value(at, _("a list"));
	json_array_foreach(value, i, child) {
		char number[24];
		size_t len;

		snprintf(number, sizeof(number), "%zu", i + 1);
		len = enter(at, sluis_bytes_text(number));
		if (!json_is_object(child))
			return wrong_value(at, _("an object with fields"));
		SLUIS_TRY(check_object(at, field->fields, field->field_count, child));
		leave(at, len);
	}
	return SLUIS_OK;
}

static enum sluis_err
check_value(struct place *at, const struct sluis_content_field *field, json_t *value)
{
	const struct sluis_bytes text = text_of(value);
	int64_t day_ms;

	switch (field->type) {
	case SLUIS_CONTENT_TEXT:
		return json_is_string(value) ? SLUIS_OK : wrong_value(at, _("a text"));
	case SLUIS_CONTENT_TEXTS:
		return is_texts(value) ? SLUIS_OK : wrong_value(at, _("a list of texts"));
	case SLUIS_CONTENT_DATE:
		return sluis_policy_date_parse(text, &day_ms) ? SLUIS_OK :
								wrong_value(at, _("a day that exists, as YYYY-MM-DD"));
	case SLUIS_CONTENT_CODE:
		return has_code(at->policy, field->list, value) ? SLUIS_OK : wrong_code(at, field->list);
	case SLUIS_CONTENT_CODES:
		return are_codes(at->policy, field->list, value) ? SLUIS_OK : wrong_code(at, field->list);
	case SLUIS_CONTENT_FLAG:
		return json_is_boolean(value) ? SLUIS_OK : wrong_value(at, _("true or false, without quotes"));
	case SLUIS_CONTENT_NUMBER:
		return is_number(value, field->max) ? SLUIS_OK :
						      wrong_value(at, _("a whole number within its bounds, without quotes"));
	case SLUIS_CONTENT_BSN:
		return sluis_bsn_is_valid(text) ? SLUIS_OK : wrong_value(at, _("a BSN of nine digits, in quotes"));
	case SLUIS_CONTENT_ORGANISATION:
		return sluis_code_is_valid(text) ? SLUIS_OK : wrong_value(at, _("the code of an organisation"));
	case SLUIS_CONTENT_LIST:
		return check_list(at, field, value);
	}
	return SLUIS_EREFUSED;
}

static bool
is_field(const struct sluis_content_field *fields, size_t count, struct sluis_bytes key)
{
	for (size_t i = 0; i < count; i++)
		if (sluis_bytes_equal(fields[i].key, key))
			return true;
	return false;
}

static enum sluis_err
check_keys(struct place *at, const struct sluis_content_field *fields, size_t count, json_t *object)
{
	size_t place = 0;

	for (void *it = json_object_iter(object); it != NULL; it = json_object_iter_next(object, it)) {
		const struct sluis_bytes key = sluis_bytes(json_object_iter_key(it), json_object_iter_key_len(it));

		place++;
		if (!is_field(fields, count, key))
			return unknown_field(at, key, place);
	}
	return SLUIS_OK;
}

static enum sluis_err
check_object(struct place *at, const struct sluis_content_field *fields, size_t count, json_t *object)
{
	SLUIS_TRY(check_keys(at, fields, count, object));
	for (size_t i = 0; i < count; i++) {
		json_t *value = json_object_getn(object, (const char *)fields[i].key.data, fields[i].key.len);
		const bool is_absent = value == NULL || is_empty(value);
		const size_t len = enter(at, fields[i].key);

		if (is_absent && fields[i].is_required)
			return wrong(at, "content-missing", _("field \"%s\" is not filled in"), at->path);
		if (!is_absent)
			SLUIS_TRY(check_value(at, &fields[i], value));
		leave(at, len);
	}
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_content_fields(const struct sluis_policy *policy, const struct sluis_content_schema *schema,
    json_t *object, struct sluis_content_fault *ret)
{
	struct place at = { .policy = policy, .fault = ret };

	if (!json_is_object(object)) {
		ret->rule = "content-form";
		snprintf(ret->text, sizeof(ret->text), "%s", _("the file is no JSON object: it begins with { and ends with }"));
		return SLUIS_EREFUSED;
	}
	return check_object(&at, schema->fields, schema->field_count, object);
}

static json_t *
empty_value(const struct sluis_content_field *field)
{
	json_t *list, *object;

	switch (field->type) {
	case SLUIS_CONTENT_TEXT:
	case SLUIS_CONTENT_DATE:
	case SLUIS_CONTENT_CODE:
	case SLUIS_CONTENT_BSN:
	case SLUIS_CONTENT_ORGANISATION:
		return json_string("");
	case SLUIS_CONTENT_TEXTS:
	case SLUIS_CONTENT_CODES:
		return json_pack("[s]", "");
	case SLUIS_CONTENT_FLAG:
	case SLUIS_CONTENT_NUMBER:
		return json_null();
	case SLUIS_CONTENT_LIST:
		list = json_array();
		object = json_object();
		for (size_t i = 0; i < field->field_count; i++)
			if (json_object_setn_new(object, (const char *)field->fields[i].key.data, field->fields[i].key.len,
				empty_value(&field->fields[i])) != 0)
				object = NULL;
		json_array_append_new(list, object);
		return list;
	}
	return NULL;
}

json_t *
sluis_content_template(const struct sluis_content_schema *schema)
{
	json_t *object = json_object();

	for (size_t i = 0; object != NULL && i < schema->field_count; i++) {
		if (json_object_setn_new(object, (const char *)schema->fields[i].key.data, schema->fields[i].key.len,
			empty_value(&schema->fields[i])) != 0) {
			json_decref(object);
			object = NULL;
		}
	}
	return object;
}
