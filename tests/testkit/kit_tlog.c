/* SPDX-License-Identifier: EUPL-1.2 */
#include "kit_tlog.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEPTH_MAX = 12 };

typedef int (*file_fn)(struct tlog_run *run, const char *path);
typedef int (*folder_fn)(struct tlog_run *run, const char *dir);

static void
add_key(struct tlog_run *run, json_t *vkey)
{
	const char *text = json_string_value(vkey);

	if (text != NULL && run->n_keys < TLOG_KEYS_MAX &&
	    sluis_note_key_parse(sluis_bytes_text(text), &run->keys[run->n_keys]) == SLUIS_OK)
		run->n_keys++;
}

/* Verifier keys stand in notes.json ("vkeys") and in what a witness says of itself ("verifier_keys"). */
static int
collect_keys(struct tlog_run *run, const char *path)
{
	json_t *json = kit_json_load(path);
	json_t *object, *vkey;
	size_t i, j;

	if (json == NULL)
		return -1;
	json_array_foreach (json_object_get(json, "verifier_keys"), i, vkey)
		add_key(run, vkey);
	json_array_foreach (json, i, object) {
		json_array_foreach (json_object_get(object, "vkeys"), j, vkey)
			add_key(run, vkey);
	}
	json_decref(json);
	return 0;
}

static bool
has_key(json_t *object, const char *key)
{
	return json_object_get(object, key) != NULL;
}

static int
run_json(struct tlog_run *run, const char *path)
{
	json_t *json = kit_json_load(path);
	int rc = 0;

	if (json == NULL)
		return -1;
	if (json_is_array(json))
		rc = kit_note(path, run->count);
	else if (has_key(json, "start") && has_key(json, "end"))
		run->subtrees++;
	else if (has_key(json, "leafIdx"))
		rc = kit_tlog_inclusion(run, path, json);
	else if (has_key(json, "size1"))
		rc = kit_tlog_consistency(run, path, json);
	else if (has_key(json, "leaf_inputs_hex"))
		rc = kit_tlog_roots(run, path, json);
	else if (has_key(json, "sizes"))
		rc = kit_tlog_layout(run, path, json);
	else if (has_key(json, "requests"))
		rc = kit_tlog_witness(run, path, json);
	json_decref(json);
	return rc;
}

static bool
ends_with(const char *name, const char *ending)
{
	const size_t len = strlen(name), n = strlen(ending);

	return len >= n && strcmp(name + len - n, ending) == 0;
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* What lies in a folder of a witness itself is never served: its logs stand in the folders below. */
static bool
is_log(struct dirent **entries, int n)
{
	bool has_checkpoint = false;

	for (int i = 0; i < n; i++) {
		if (ends_with(entries[i]->d_name, ".v0.json"))
			return false;
		if (strcmp(entries[i]->d_name, "checkpoint") == 0)
			has_checkpoint = true;
	}
	return has_checkpoint;
}

/* Every JSON file to ${on_json}, every folder with a checkpoint to ${on_log} (NULL: none), in order of name. */
static int
walk(struct tlog_run *run, const char *dir, file_fn on_json, folder_fn on_log, unsigned depth)
{
	struct dirent **entries;
	const int n = scandir(dir, &entries, is_visible, alphasort);
	int rc = 0;

	if (n < 0 || depth > DEPTH_MAX)
		return kit_trouble(dir, "cannot be listed");
	if (on_log != NULL && is_log(entries, n))
		rc = on_log(run, dir);
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;
		char path[PATH_MAX];

		if (rc != 0 || (size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path))
			rc = -1;
		else if (kit_is_dir(path) && strcmp(name, "tile") != 0)
			rc = walk(run, path, on_json, on_log, depth + 1);
		else if (ends_with(name, ".json"))
			rc = on_json(run, path);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

static int
run_folder(struct tlog_run *run, const char *path)
{
	if (walk(run, path, collect_keys, NULL, 0) != 0)
		return -1;
	return walk(run, path, run_json, kit_tlog_log, 0);
}

/* One file: JSON, or a checkpoint beside its tiles. */
static int
run_file(struct tlog_run *run, const char *path)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX] = ".";

	if (ends_with(path, ".json"))
		return run_json(run, path);
	if (strncmp(slash == NULL ? path : slash + 1, "checkpoint", 10) != 0)
		return kit_trouble(path, "neither JSON nor a checkpoint");
	if (slash != NULL)
		snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path), path);
	return kit_tlog_checkpoint(run, dir, path);
}

int
kit_tlog(const char *path, struct kit_count *count)
{
	struct tlog_run *run = calloc(1, sizeof(*run));
	int rc;

	if (run == NULL)
		return kit_trouble(path, "no memory");
	run->count = count;
	rc = kit_is_dir(path) ? run_folder(run, path) : run_file(run, path);
	kit_skip(run->subtrees, "subtree proofs", "a log of ours has no proofs of subtrees");
	kit_skip(run->static_logs, "static-ct-api logs", "another kind of log; its tiles are fillers");
	kit_skip(run->fillers, "compressed bundles", "fillers, not entries");
	kit_skip(run->without_key, "signatures", "no verifier key for them stands in the vectors");
	free(run);
	return rc;
}
