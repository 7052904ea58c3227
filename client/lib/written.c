/* SPDX-License-Identifier: EUPL-1.2 */
#include "written.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "prefix.h"
#include "pull_folder.h"

enum { ENTRY_MAX_BYTES = 1024 * 1024, FILES_MAX = 128, NAME_BYTES = sizeof("written/") + 2 * SLUIS_ID_BYTES };

static void
entry_name(const struct sluis_id *id, char ret[static NAME_BYTES])
{
	memcpy(ret, "written/", sizeof("written/"));
	sluis_hex(id->bytes, sizeof(id->bytes), ret + sizeof("written/") - 1);
}

/* An entry that cannot be read is an error, not an empty one: what it named would be forgotten. */
static enum sluis_err
load(const struct sluis_profile *profile, const char *name, json_t **ret, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_freep) void *owned = NULL;
	struct sluis_bytes bytes;
	json_t *entry;
	const enum sluis_err err = sluis_profile_read(profile, name, ENTRY_MAX_BYTES, &bytes);

	if (err == SLUIS_ENOTFOUND)
		return err;
	if (err != SLUIS_OK)
		return sluis_fail_err(failure, err, _("the register of files written"));
	memcpy(&owned, &bytes.data, sizeof(owned));
	entry = json_loadb((const char *)bytes.data, bytes.len, JSON_REJECT_DUPLICATES, NULL);
	if (json_string_value(json_object_get(entry, "case")) == NULL ||
	    !json_is_array(json_object_get(entry, "folders"))) {
		json_decref(entry);
		return sluis_fail_err(failure, SLUIS_EFORMAT, _("the register of files written"));
	}
	*ret = entry;
	return SLUIS_OK;
}

static enum sluis_err
save(struct sluis_profile *profile, const char *name, const json_t *entry, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_freep) char *text = json_dumps(entry, JSON_INDENT(2));

	if (text == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("the register of files written"));
	return sluis_profile_write(profile, name, sluis_bytes_text(text), failure);
}

static size_t
find_folder(const json_t *folders, const char *path)
{
	size_t i;

	for (i = 0; i < json_array_size(folders); i++) {
		const char *known = json_string_value(json_object_get(json_array_get(folders, i), "path"));

		if (known != NULL && strcmp(known, path) == 0)
			break;
	}
	return i;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_written_path(const char *out, const char *name, char ret[static SLUIS_PATH_MAX],
    struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_freep) char *folder = realpath(out, NULL);
	const int n = folder == NULL ? -1 : snprintf(ret, SLUIS_PATH_MAX, "%s/%s", folder, name);

	if (n > 0 && n < SLUIS_PATH_MAX)
		return SLUIS_OK;
	return sluis_fail(failure, folder == NULL ? SLUIS_EIO : SLUIS_ETOOBIG, _("%s cannot be used: %s"), out,
	    folder == NULL ? strerror(errno) : _(sluis_err_text(SLUIS_ETOOBIG)));
}

SLUIS_MUST_CHECK enum sluis_err
sluis_written_add(struct sluis_profile *profile, const struct sluis_written *written,
    struct sluis_failure *failure)
{
	json_auto_t *entry = NULL;
	json_t *folders, *folder, *files = json_array();
	char name[NAME_BYTES], of_case[2 * SLUIS_ID_BYTES + 1];
	size_t at;
	enum sluis_err err;

	entry_name(&written->id, name);
	err = load(profile, name, &entry, failure);
	if (err == SLUIS_ENOTFOUND) {
		sluis_hex(written->case_id.bytes, SLUIS_ID_BYTES, of_case);
		entry = json_pack("{s:s, s:[]}", "case", of_case, "folders");
	} else if (err != SLUIS_OK) {
		json_decref(files);
		return err;
	}
	for (size_t i = 0; i < written->n_files; i++)
		json_array_append_new(files, json_string(written->files[i]));
	folder = json_pack("{s:s, s:o}", "path", written->path, "files", files);
	folders = json_object_get(entry, "folders");
	at = find_folder(folders, written->path);
	if (folder == NULL || (at < json_array_size(folders) ? json_array_set_new(folders, at, folder) :
							       json_array_append_new(folders, folder)) != 0)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("the register of files written"));
	return save(profile, name, entry, failure);
}

/* ---- reading ---- */

struct walk {
	struct sluis_profile *profile;
	const struct sluis_id *id;
	enum sluis_err (*each)(void *context, const struct sluis_written *written);
	void *context;
	struct sluis_failure *failure;
};

static enum sluis_err
visit_folder(const struct walk *walk, const struct sluis_written *entry, const json_t *folder)
{
	const json_t *list = json_object_get(folder, "files");
	const char *files[FILES_MAX];
	struct sluis_written written = { .id = entry->id, .case_id = entry->case_id, .files = files,
		.path = json_string_value(json_object_get(folder, "path")) };

	if (written.path == NULL)
		return SLUIS_OK;
	for (size_t i = 0; i < json_array_size(list) && i < FILES_MAX; i++) {
		const char *file = json_string_value(json_array_get(list, i));

		/* a name, whatever the register says: nothing outside the folder */
		if (file != NULL && strchr(file, '/') == NULL && file[0] != '.')
			files[written.n_files++] = file;
	}
	return walk->each(walk->context, &written);
}

static enum sluis_err
visit_entry(void *context, const char *name)
{
	const struct walk *walk = context;
	json_auto_t *entry = NULL;
	struct sluis_written written = { .n_files = 0 };
	char path[NAME_BYTES];
	const json_t *folders;

	if (sluis_unhex(name, written.id.bytes, SLUIS_ID_BYTES) != SLUIS_OK)
		return SLUIS_OK;
	entry_name(&written.id, path);
	SLUIS_TRY(load(walk->profile, path, &entry, walk->failure));
	if (sluis_unhex(json_string_value(json_object_get(entry, "case")), written.case_id.bytes,
		SLUIS_ID_BYTES) != SLUIS_OK)
		return sluis_fail_err(walk->failure, SLUIS_EFORMAT, _("the register of files written"));
	if (memcmp(written.id.bytes, walk->id->bytes, SLUIS_ID_BYTES) != 0 &&
	    memcmp(written.case_id.bytes, walk->id->bytes, SLUIS_ID_BYTES) != 0)
		return SLUIS_OK;
	folders = json_object_get(entry, "folders");
	for (size_t i = 0; i < json_array_size(folders); i++)
		SLUIS_TRY(visit_folder(walk, &written, json_array_get(folders, i)));
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_written_each(struct sluis_profile *profile, const struct sluis_id *id,
    enum sluis_err (*each)(void *context, const struct sluis_written *written), void *context,
    struct sluis_failure *failure)
{
	struct walk walk = { .profile = profile, .id = id, .each = each, .context = context, .failure = failure };

	return sluis_fail_err(failure, sluis_profile_list(profile, "written", visit_entry, &walk),
	    _("the register of files written"));
}

/* ---- looking up ---- */

struct search {
	struct sluis_profile *profile;
	struct sluis_prefix prefix;
	struct sluis_failure *failure;
};

static enum sluis_err
match_entry(void *context, const char *name)
{
	json_auto_t *entry = NULL;
	struct search *search = context;
	struct sluis_id id;
	char path[NAME_BYTES];

	if (sluis_unhex(name, id.bytes, SLUIS_ID_BYTES) != SLUIS_OK)
		return SLUIS_OK;
	entry_name(&id, path);
	SLUIS_TRY(load(search->profile, path, &entry, search->failure));
	(void)sluis_prefix_match(&search->prefix, id.bytes);
	if (sluis_unhex(json_string_value(json_object_get(entry, "case")), id.bytes, SLUIS_ID_BYTES) == SLUIS_OK)
		(void)sluis_prefix_match(&search->prefix, id.bytes);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_written_id(struct sluis_profile *profile, const char *text, struct sluis_id *ret,
    struct sluis_failure *failure)
{
	struct search search = { .profile = profile, .failure = failure };
	enum sluis_err err;

	SLUIS_TRY(sluis_prefix_start(&search.prefix, text, failure));
	if (!sluis_prefix_is_whole(&search.prefix))
		SLUIS_TRY(sluis_fail_err(failure, sluis_profile_list(profile, "written", match_entry, &search),
		    _("the register of files written")));
	err = sluis_prefix_settle(&search.prefix, ret, failure);
	return err == SLUIS_ENOTFOUND ?
	    sluis_fail(failure, err, _("nothing of it was written by this profile")) :
	    err;
}

/* ---- wiping ---- */

struct wipe {
	struct sluis_wiped *result;
	json_t *entries; /* ids of entries seen */
};

static void
wipe_file(int dir, const struct sluis_written *written, const char *file, struct sluis_wiped *result)
{
	char path[SLUIS_PATH_MAX + 128], unfinished[256];

	/* what a run that died was writing (profile_files.c) */
	if (snprintf(unfinished, sizeof(unfinished), "%s.new", file) < (int)sizeof(unfinished))
		(void)unlinkat(dir, unfinished, 0);
	snprintf(path, sizeof(path), "%s/%s", written->path, file);
	if (unlinkat(dir, file, 0) == 0)
		json_array_append_new(result->gone, json_string(path));
	else if (errno != ENOENT)
		json_array_append_new(result->left, json_string(path));
}

static enum sluis_err
wipe_folder(void *context, const struct sluis_written *written)
{
	struct wipe *wipe = context;
	const int dir = open(written->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	char id[2 * SLUIS_ID_BYTES + 1];

	const int why = errno;
	const bool was_cut_off = sluis_pull_folder_sweep(written->path);

	sluis_hex(written->id.bytes, SLUIS_ID_BYTES, id);
	json_object_set_new(wipe->entries, id, json_true());
	if (dir < 0) {
		if (why != ENOENT)
			json_array_append_new(wipe->result->left, json_string(written->path));
		else if (!was_cut_off)
			json_array_append_new(wipe->result->absent, json_string(written->path));
		return SLUIS_OK;
	}
	for (size_t i = 0; i < written->n_files; i++)
		wipe_file(dir, written, written->files[i], wipe->result);
	(void)fsync(dir);
	close(dir);
	(void)rmdir(written->path); /* unless somebody put something else in it */
	return SLUIS_OK;
}

static enum sluis_err
forget_entries(struct sluis_profile *profile, json_t *entries)
{
	const char *hex;
	json_t *value;

	json_object_foreach(entries, hex, value)
	{
		struct sluis_id id;
		char name[NAME_BYTES];

		SLUIS_TRY(sluis_unhex(hex, id.bytes, SLUIS_ID_BYTES));
		entry_name(&id, name);
		SLUIS_TRY(sluis_profile_remove(profile, name));
	}
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_written_wipe(struct sluis_profile *profile, const struct sluis_id *id, struct sluis_wiped *ret,
    struct sluis_failure *failure)
{
	json_auto_t *entries = json_object();
	struct wipe wipe = { .result = ret, .entries = entries };

	*ret = (struct sluis_wiped){ .gone = json_array(), .left = json_array(), .absent = json_array() };
	SLUIS_TRY(sluis_written_each(profile, id, wipe_folder, &wipe, failure));
	if (json_object_size(entries) == 0)
		return sluis_fail(failure, SLUIS_ENOTFOUND, _("nothing of it was written by this profile"));
	if (json_array_size(ret->left) > 0) {
		(void)sluis_fail(failure, SLUIS_EIO, _("%zu of the files could not be removed"),
		    json_array_size(ret->left));
		sluis_fail_hint(failure, _("remove them by hand, then repeat this"));
		return SLUIS_EIO;
	}
	return sluis_fail_err(failure, forget_entries(profile, entries), _("the register of files written"));
}
