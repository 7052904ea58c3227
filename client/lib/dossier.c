/* SPDX-License-Identifier: EUPL-1.2 */
#include "dossier.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dossier_missing.h"
#include "limits.h"
#include "moment.h"
#include "profile_files.h"
#include "pull.h"
#include "pull_folder.h"
#include "written.h"

enum { MANIFEST_MAX = 1024 * 1024 };

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? "" : text;
}

/* manifest.json of the folder, when it is the message that the folder is called after; else NULL. */
static json_t *
read_manifest(int dir, const char *message)
{
	SLUIS_AUTO(sluis_freep) void *owned = NULL;
	struct sluis_bytes bytes;
	json_t *root;

	if (sluis_profile_file_read(dir, "manifest.json", MANIFEST_MAX, &bytes) != SLUIS_OK)
		return NULL;
	memcpy(&owned, &bytes.data, sizeof(owned));
	root = json_loadb((const char *)bytes.data, bytes.len, JSON_REJECT_DUPLICATES, NULL);
	if (strcmp(text_of(root, "message"), message) == 0)
		return root;
	json_decref(root);
	return NULL;
}

/* ---- collecting ---- */

struct collect {
	struct sluis_session *session;
	const char *out;
	const struct sluis_id *message; /* the one that is looked for in the register */
	bool is_found;
	struct sluis_failure *failure; /* of what goes on */
	struct sluis_failure worst;
};

static int
rank(const struct sluis_failure *failure)
{
	static const int RANK[] = { 0, 4, 3, 3, 1, 5 }; /* by exit code: 5, 1, 3, 4, 0 */

	return failure->err == SLUIS_OK ? 0 : RANK[sluis_fail_exit(failure)];
}

static enum sluis_err
copy_files(struct sluis_pull_folder *folder, int from, const struct sluis_written *written,
    struct sluis_failure *failure)
{
	for (size_t i = 0; i < written->n_files; i++) {
		SLUIS_AUTO(sluis_freep) void *owned = NULL;
		struct sluis_bytes bytes;

		SLUIS_TRY(sluis_profile_file_read(from, written->files[i], SLUIS_BODY_MAX_BYTES, &bytes));
		memcpy(&owned, &bytes.data, sizeof(owned));
		SLUIS_TRY(sluis_pull_folder_add(folder, written->files[i], bytes, failure));
	}
	return SLUIS_OK;
}

/* A folder of the message that is still whole where it was pulled. */
static enum sluis_err
take_over(void *context, const struct sluis_written *written)
{
	SLUIS_AUTO(sluis_pull_folder_freep) struct sluis_pull_folder *folder = NULL;
	struct collect *c = context;
	struct sluis_written copy = *written;
	struct sluis_failure failure = { .err = SLUIS_OK };
	char name[2 * SLUIS_ID_BYTES + 1], path[SLUIS_PATH_MAX];
	enum sluis_err err;
	int dir;

	if (c->is_found || memcmp(written->id.bytes, c->message->bytes, SLUIS_ID_BYTES) != 0)
		return SLUIS_OK;
	dir = open(written->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return SLUIS_OK;
	sluis_hex(written->id.bytes, SLUIS_ID_BYTES, name);
	err = sluis_pull_folder_begin(c->out, name, &failure, &folder);
	if (err == SLUIS_OK)
		err = sluis_written_path(c->out, name, path, &failure);
	copy.path = path;
	if (err == SLUIS_OK) /* known before it is there, as in pull */
		err = sluis_written_add(c->session->profile, &copy, &failure);
	if (err == SLUIS_OK)
		err = copy_files(folder, dir, written, &failure);
	close(dir);
	if (err == SLUIS_OK)
		err = sluis_pull_folder_finish(folder, &failure);
	c->is_found = err == SLUIS_OK;
	return SLUIS_OK; /* moved or changed by somebody: another place may have it */
}

static enum sluis_err
from_elsewhere(struct collect *c, const struct sluis_id *message, struct sluis_failure *failure)
{
	c->message = message;
	c->is_found = false;
	SLUIS_TRY(sluis_written_each(c->session->profile, message, take_over, c, failure));
	if (c->is_found)
		return SLUIS_OK;
	(void)sluis_fail(failure, SLUIS_EIO,
	    _("a message was received before and is not where it was put then; the dossier goes without it"));
	sluis_fail_hint(failure, _("put the folder back, or ask the sender to push it again"));
	return SLUIS_EIO;
}

static bool
is_in_folder(const struct collect *c, const struct sluis_id *message)
{
	char name[2 * SLUIS_ID_BYTES + 1], path[SLUIS_PATH_MAX + sizeof(name)];

	sluis_hex(message->bytes, SLUIS_ID_BYTES, name);
	snprintf(path, sizeof(path), "%s/%s", c->out, name);
	return access(path, F_OK) == 0;
}

static enum sluis_err
collect_row(void *context, const Sluis__InboxRow *row)
{
	struct collect *c = context;
	const struct sluis_bytes state = sluis_of(row->state_code);
	const struct sluis_id id = sluis_id_of(row->message_id);
	struct sluis_failure failure = { .err = SLUIS_OK };
	struct sluis_pull_done done;
	enum sluis_err err;

	if (!sluis_bytes_is_text(state, "pending") && !sluis_bytes_is_text(state, "released") &&
	    !sluis_bytes_is_text(state, "acknowledged"))
		return SLUIS_OK;
	/* what was received before the broker would refuse, and write down as refused: it is not asked */
	if (sluis_bytes_is_text(state, "acknowledged") && !is_in_folder(c, &id))
		err = from_elsewhere(c, &id, &failure);
	else
		err = sluis_pull(c->session, &id, c->out, false, &done, &failure);
	if (err == SLUIS_EREFUSED && strcmp(failure.rule, "already-received") == 0)
		err = from_elsewhere(c, &id, &failure);
	failure.err = err;
	if (rank(&failure) > rank(&c->worst))
		c->worst = failure;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_dossier_collect(struct sluis_session *session, const struct sluis_id *case_id, const char *out,
    struct sluis_failure *failure)
{
	struct collect c = { .session = session, .out = out, .worst = { .err = SLUIS_OK } };

	SLUIS_TRY(sluis_inbox(session, case_id, collect_row, &c, failure));
	if (c.worst.err != SLUIS_OK)
		*failure = c.worst;
	return c.worst.err;
}

/* ---- making ---- */

/* One section for each file of a message; the message's own words go with each. */
static void
add_sections(json_t *sections, const json_t *manifest)
{
	static const char *const SHARED[] = { "organisation", "from", "role", "purpose", "ground", "grant",
		"accepted", "index", "message", "replaces" };
	const json_t *files = json_object_get(manifest, "files");

	for (size_t i = 0; i < json_array_size(files); i++) {
		const json_t *file = json_array_get(files, i);
		json_t *section;
		char path[128];

		/* a name in this folder, whatever the file says */
		if (text_of(file, "file")[0] == '\0' || text_of(file, "file")[0] == '.' || strchr(text_of(file, "file"), '/') != NULL)
			continue;
		section = json_copy((json_t *)(uintptr_t)file);
		snprintf(path, sizeof(path), "%.32s/%.80s", text_of(manifest, "message"), text_of(file, "file"));
		json_object_set_new(section, "file", json_string(path));
		for (size_t k = 0; k < SLUIS_ARRAY_LEN(SHARED); k++) {
			json_t *value = json_object_get(manifest, SHARED[k]);

			if (value != NULL)
				json_object_set(section, SHARED[k], value);
		}
		json_array_append_new(sections, section);
	}
}

static enum sluis_err
read_all(const char *out, const char *of_case, json_t *sections, struct sluis_failure *failure)
{
	DIR *dir = opendir(out);
	const struct dirent *entry;

	if (dir == NULL)
		return sluis_fail(failure, SLUIS_EIO, _("%s cannot be used: %s"), out, _(sluis_err_text(SLUIS_EIO)));
	while ((entry = readdir(dir)) != NULL) {
		struct sluis_id id;
		json_t *manifest;
		int fd;

		if (sluis_unhex(entry->d_name, id.bytes, SLUIS_ID_BYTES) != SLUIS_OK)
			continue;
		fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			continue;
		manifest = read_manifest(fd, entry->d_name);
		close(fd);
		if (manifest != NULL && strcmp(text_of(manifest, "case"), of_case) == 0)
			add_sections(sections, manifest);
		json_decref(manifest);
	}
	closedir(dir);
	return SLUIS_OK;
}

static json_int_t
index_of(const json_t *section)
{
	return json_integer_value(json_object_get(section, "index"));
}

static int
newest_first(const void *a, const void *b)
{
	const json_t *const *x = a, *const *y = b;

	return (index_of(*x) < index_of(*y)) - (index_of(*x) > index_of(*y));
}

static json_t *
sorted(const json_t *list)
{
	const size_t n = json_array_size(list);
	SLUIS_AUTO(sluis_freep) json_t **items = calloc(n + 1, sizeof(json_t *));
	json_t *ret = json_array();

	for (size_t i = 0; items != NULL && i < n; i++)
		items[i] = json_array_get(list, i);
	if (items != NULL)
		qsort(items, n, sizeof(json_t *), newest_first);
	for (size_t i = 0; items != NULL && i < n; i++)
		json_array_append(ret, items[i]);
	return ret;
}

static bool
same(const json_t *a, const json_t *b, const char *key)
{
	return strcmp(text_of(a, key), text_of(b, key)) == 0;
}

/* The message that takes the place of this section: it says so, or its party sent the category again. NULL: none. */
static const char *
successor(const json_t *section, const json_t *newest, size_t before)
{
	for (size_t i = 0; i < before; i++) {
		const json_t *later = json_array_get(newest, i);

		if (strcmp(text_of(later, "replaces"), text_of(section, "message")) == 0 &&
		    same(later, section, "organisation"))
			return text_of(later, "message");
		if (same(later, section, "organisation") && same(later, section, "category") &&
		    same(later, section, "about") && !same(later, section, "message"))
			return text_of(later, "message");
	}
	return NULL;
}

static json_t *
party_of(json_t *parties, const char *organisation)
{
	json_t *party;
	size_t i;

	json_array_foreach(parties, i, party)
	{
		if (strcmp(text_of(party, "organisation"), organisation) == 0)
			return party;
	}
	party = json_pack("{s:s, s:[]}", "organisation", organisation, "sections");
	json_array_append_new(parties, party);
	return party;
}

static void
sort_out(const json_t *newest, json_t *parties, json_t *replaced)
{
	for (size_t i = 0; i < json_array_size(newest); i++) {
		json_t *section = json_array_get(newest, i);
		const char *by = successor(section, newest, i);

		if (by != NULL) {
			json_object_set_new(section, "by", json_string(by));
			json_array_append(replaced, section);
			continue;
		}
		json_array_append(
		    json_object_get(party_of(parties, text_of(section, "organisation")), "sections"), section);
	}
}

SLUIS_MUST_CHECK enum sluis_err
sluis_dossier_make(struct sluis_session *session, const struct sluis_case *of_case, const char *out,
    json_t **ret, struct sluis_failure *failure)
{
	json_auto_t *sections = json_array();
	json_auto_t *newest = NULL;
	json_auto_t *dossier = NULL;
	const struct sluis_bytes step =
	    of_case->step.len > 0 ? of_case->step : sluis_policy_first_step(session->policy);
	char id[2 * SLUIS_ID_BYTES + 1], made[SLUIS_MOMENT_CHARS];

	sluis_hex(of_case->id.bytes, SLUIS_ID_BYTES, id);
	SLUIS_TRY(read_all(out, id, sections, failure));
	newest = sorted(sections);
	dossier = json_pack("{s:s, s:o, s:s, s:[], s:[], s:[], s:[]}", "case", id, "step",
	    json_stringn((const char *)step.data, step.len), "made", sluis_moment_text(sluis_now_ms(), made),
	    "parties", "replaced", "missing", "expiring");
	if (dossier == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("making the dossier"));
	sort_out(newest, json_object_get(dossier, "parties"), json_object_get(dossier, "replaced"));
	sluis_dossier_missing(session, of_case, dossier);
	SLUIS_TRY(sluis_dossier_expiring(session, of_case, dossier, failure));
	*ret = SLUIS_TAKE(dossier);
	return SLUIS_OK;
}
