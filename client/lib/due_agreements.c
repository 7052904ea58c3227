/* SPDX-License-Identifier: EUPL-1.2 */
#include "due_agreements.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "contents.h"
#include "limits.h"
#include "profile_files.h"
#include "written.h"

enum { DAY_TEXT = 16, FILES_MAX = 64, MANIFEST_MAX = 1024 * 1024 };

/* ---- one file ---- */

/** Which fields of the things in a list mean what. */
struct columns {
	const struct sluis_content_field *date;
	const struct sluis_content_field *state;
	const struct sluis_content_field *texts[2]; /* who, what: in the order of the policy */
	size_t n_texts;
};

/* One date and one code: something to be done by then. */
static bool
find_columns(const struct sluis_content_field *list, struct columns *ret)
{
	size_t dates = 0, codes = 0;

	*ret = (struct columns){ .n_texts = 0 };
	for (size_t i = 0; i < list->field_count; i++) {
		const struct sluis_content_field *field = &list->fields[i];

		if (field->type == SLUIS_CONTENT_DATE) {
			ret->date = field;
			dates++;
		} else if (field->type == SLUIS_CONTENT_CODE) {
			ret->state = field;
			codes++;
		} else if (field->type == SLUIS_CONTENT_TEXT && ret->n_texts < SLUIS_ARRAY_LEN(ret->texts)) {
			ret->texts[ret->n_texts++] = field;
		}
	}
	return list->type == SLUIS_CONTENT_LIST && dates == 1 && codes == 1;
}

static const char *
text_at(const json_t *object, const struct sluis_content_field *field)
{
	char key[64];
	const char *text;

	snprintf(key, sizeof(key), "%.*s", (int)field->key.len, (const char *)field->key.data);
	text = json_string_value(json_object_get(object, key));
	return text == NULL ? "" : text;
}

static bool
is_waiting(const struct sluis_policy *policy, const struct columns *columns, const json_t *thing, const char *today)
{
	const struct sluis_codes states = sluis_policy_list(policy, columns->state->list);
	const char *date = text_at(thing, columns->date);

	return strlen(date) == strlen(today) && strcmp(date, today) < 0 && states.count > 0 &&
	    sluis_bytes_is_text(states.items[0], text_at(thing, columns->state));
}

static int64_t
day_ms(const char *day)
{
	struct tm tm = { 0 };

	return strptime(day, "%Y-%m-%d", &tm) == NULL ? 0 : (int64_t)timegm(&tm) * 1000;
}

static enum sluis_err
read_list(const struct sluis_policy *policy, const struct columns *columns, const json_t *list, const char *today,
    enum sluis_err (*each)(void *context, struct sluis_due_row *row), void *context)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *thing = json_array_get(list, i);
		struct sluis_due_row row = { .kind = SLUIS_DUE_AGREEMENT, .is_late = true };

		if (!is_waiting(policy, columns, thing, today))
			continue;
		row.due_ms = day_ms(text_at(thing, columns->date));
		if (columns->n_texts > 1)
			row.waits_on = sluis_bytes_text(text_at(thing, columns->texts[0]));
		if (columns->n_texts > 0)
			row.code = sluis_bytes_text(text_at(thing, columns->texts[columns->n_texts - 1]));
		SLUIS_TRY(each(context, &row));
	}
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_due_agreements_read(const struct sluis_policy *policy, struct sluis_bytes category, const json_t *content,
    const char *today, enum sluis_err (*each)(void *context, struct sluis_due_row *row), void *context)
{
	const struct sluis_content_schema *schema = sluis_policy_content(policy, category);
	struct columns columns;
	char key[64];

	for (size_t i = 0; schema != NULL && i < schema->field_count; i++) {
		const struct sluis_content_field *field = &schema->fields[i];

		snprintf(key, sizeof(key), "%.*s", (int)field->key.len, (const char *)field->key.data);
		if (find_columns(field, &columns))
			SLUIS_TRY(read_list(policy, &columns, json_object_get(content, key), today, each, context));
	}
	return SLUIS_OK;
}

/* ---- all of a case ---- */

/** The newest file of one category by one organisation. */
struct newest {
	char organisation[64];
	char category[64];
	char path[2 * SLUIS_PATH_MAX];
	json_int_t index;
};

struct gathering {
	const struct sluis_policy *policy;
	const struct sluis_id *case_id;
	struct newest files[FILES_MAX];
	size_t n;
};

static json_t *
read_json(const char *folder, const char *name)
{
	const int dir = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct sluis_bytes bytes = { NULL, 0 };
	json_t *root = NULL;
	void *owned;

	if (dir < 0)
		return NULL;
	if (sluis_profile_file_read(dir, name, MANIFEST_MAX, &bytes) == SLUIS_OK)
		root = json_loadb((const char *)bytes.data, bytes.len, JSON_REJECT_DUPLICATES, NULL);
	memcpy(&owned, &bytes.data, sizeof(owned));
	free(owned);
	close(dir);
	return root;
}

static void
note_file(struct gathering *g, const char *folder, const json_t *manifest, const json_t *file)
{
	const char *organisation = json_string_value(json_object_get(manifest, "organisation"));
	const char *category = json_string_value(json_object_get(file, "category"));
	const char *name = json_string_value(json_object_get(file, "file"));
	const json_int_t index = json_integer_value(json_object_get(manifest, "index"));
	struct newest *of = NULL;

	if (organisation == NULL || category == NULL || name == NULL || strchr(name, '/') != NULL ||
	    strlen(name) < 5 || strcmp(name + strlen(name) - 5, ".json") != 0)
		return;
	for (size_t i = 0; i < g->n; i++) {
		if (strcmp(g->files[i].organisation, organisation) == 0 && strcmp(g->files[i].category, category) == 0)
			of = &g->files[i];
	}
	if (of == NULL && g->n < FILES_MAX) {
		of = &g->files[g->n++];
		*of = (struct newest){ .index = -1 };
	}
	if (of == NULL || of->index >= index)
		return;
	of->index = index;
	snprintf(of->organisation, sizeof(of->organisation), "%s", organisation);
	snprintf(of->category, sizeof(of->category), "%s", category);
	snprintf(of->path, sizeof(of->path), "%s/%s", folder, name);
}

/* A folder that a pull wrote; moved away, or something else by now: passed over. */
static enum sluis_err
note_folder(void *context, const struct sluis_written *written)
{
	struct gathering *g = context;
	json_t *manifest;
	const json_t *files;

	if (memcmp(written->id.bytes, g->case_id->bytes, SLUIS_ID_BYTES) == 0)
		return SLUIS_OK; /* a dossier: made of the others */
	manifest = read_json(written->path, "manifest.json");
	files = json_object_get(manifest, "files");
	for (size_t i = 0; i < json_array_size(files); i++)
		note_file(g, written->path, manifest, json_array_get(files, i));
	json_decref(manifest);
	return SLUIS_OK;
}

static enum sluis_err
read_file(const struct gathering *g, struct newest *file, const char *today,
    enum sluis_err (*each)(void *context, struct sluis_due_row *row), void *context)
{
	char *slash = strrchr(file->path, '/');
	json_t *content;
	enum sluis_err err;

	*slash = '\0';
	content = read_json(file->path, slash + 1);
	err = sluis_due_agreements_read(g->policy, sluis_bytes_text(file->category), content, today, each, context);
	json_decref(content);
	return err;
}

/** Adds the case to each row. */
struct of_case {
	const struct sluis_id *case_id;
	enum sluis_err (*each)(void *context, struct sluis_due_row *row);
	void *context;
};

static enum sluis_err
with_case(void *context, struct sluis_due_row *row)
{
	const struct of_case *of = context;

	row->case_id = *of->case_id;
	return of->each(of->context, row);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_due_agreements(struct sluis_session *session, const struct sluis_id *case_id, int64_t now_ms,
    enum sluis_err (*each)(void *context, struct sluis_due_row *row), void *context, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_freep) struct gathering *g = calloc(1, sizeof(*g));
	struct of_case of = { .case_id = case_id, .each = each, .context = context };
	const time_t now = (time_t)(now_ms / 1000);
	char today[DAY_TEXT];
	struct tm utc;

	if (g == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("looking for what waits"));
	g->policy = session->policy;
	g->case_id = case_id;
	gmtime_r(&now, &utc);
	strftime(today, sizeof(today), "%Y-%m-%d", &utc);
	SLUIS_TRY(sluis_written_each(session->profile, case_id, note_folder, g, failure));
	for (size_t i = 0; i < g->n; i++)
		SLUIS_TRY(read_file(g, &g->files[i], today, with_case, &of));
	return SLUIS_OK;
}
