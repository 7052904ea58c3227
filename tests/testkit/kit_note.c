/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * kit_note - signed notes: an array of {name, note or note_base64, vkeys, expect, kind}.
 *
 * expect: valid, unverified (no line of a known key), invalid-signature, malformed. kind: checkpoint or cosignature
 * is read further.
 */
#include "kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "checkpoint.h"
#include "kit_json.h"

enum { KEYS_MAX = 16 };

struct vector {
	const char *name;
	const char *expect;
	const char *kind;
	uint8_t *bytes;
	size_t len;
	struct sluis_note_key keys[KEYS_MAX];
	size_t n_keys;
};

static bool
read_note(json_t *object, struct vector *vector)
{
	const char *text = kit_json_text(object, "note");
	const char *base64 = kit_json_text(object, "note_base64");
	const char *from = text != NULL ? text : base64;

	if (from == NULL || (vector->bytes = malloc(strlen(from) + 1)) == NULL)
		return false;
	vector->len = strlen(from);
	if (text != NULL)
		memcpy(vector->bytes, text, vector->len);
	else if (sluis_base64_decode(SLUIS_BASE64_PADDED, sluis_bytes_text(base64), vector->bytes, vector->len,
	             &vector->len) != SLUIS_OK)
		return false;
	return true;
}

/* Every key of the vectors is one that we must read, and write in the same letters. */
static bool
read_keys(json_t *object, struct vector *vector)
{
	json_t *vkeys = json_object_get(object, "vkeys");

	vector->n_keys = json_array_size(vkeys);
	if (!json_is_array(vkeys) || vector->n_keys > KEYS_MAX)
		return false;
	for (size_t i = 0; i < vector->n_keys; i++) {
		const char *text = json_string_value(json_array_get(vkeys, i));
		char again[SLUIS_NOTE_VKEY_MAX_CHARS + 1];

		if (text == NULL || sluis_note_key_parse(sluis_bytes_text(text), &vector->keys[i]) != SLUIS_OK)
			return false;
		sluis_note_key_encode(&vector->keys[i], again);
		if (strcmp(text, again) != 0)
			return false;
	}
	return true;
}

/* What we make of a note, in the words of the vectors. */
static const char *
verdict(const struct vector *vector, struct sluis_note *note)
{
	enum sluis_err err = sluis_note_parse(sluis_bytes(vector->bytes, vector->len), note);

	if (err != SLUIS_OK)
		return err == SLUIS_EFORMAT || err == SLUIS_ETOOBIG ? "malformed" : "local error";
	err = sluis_note_verify(note, vector->keys, vector->n_keys);
	if (err == SLUIS_OK)
		return "valid";
	if (err != SLUIS_ESIGNATURE)
		return "local error";
	return sluis_note_has_known(note, vector->keys, vector->n_keys) ? "invalid-signature" : "unverified";
}

static bool
is_checkpoint(const struct sluis_note *note)
{
	struct sluis_checkpoint checkpoint;
	char again[4096];
	struct sluis_writer w;

	sluis_writer_init(&w, again, sizeof(again));
	return sluis_checkpoint_parse(note->text, &checkpoint) == SLUIS_OK &&
	       sluis_checkpoint_encode(&checkpoint, &w) == SLUIS_OK &&
	       sluis_bytes_equal(sluis_bytes(w.data, w.len), note->text);
}

static bool
has_time(const struct vector *vector, const struct sluis_note *note)
{
	struct sluis_note_found found[KEYS_MAX];

	if (sluis_note_find(note, vector->keys, vector->n_keys, found) != SLUIS_OK)
		return false;
	for (size_t i = 0; i < vector->n_keys; i++) {
		if (found[i].is_signed && found[i].time_s != 0)
			return true;
	}
	return false;
}

static void
run(const struct vector *vector, struct kit_count *count)
{
	static struct sluis_note note;
	const char *got = verdict(vector, &note);
	const bool is_cosignature = strcmp(vector->kind, "cosignature") == 0;

	if (strcmp(got, vector->expect) != 0)
		kit_fail(count, vector->name, "%s, expected %s", got, vector->expect);
	else if (strcmp(got, "valid") != 0 || vector->kind[0] == '\0')
		kit_pass(count);
	else if (!is_checkpoint(&note))
		kit_fail(count, vector->name, "its text is not read, or not written again, as a checkpoint");
	else if (is_cosignature && !has_time(vector, &note))
		kit_fail(count, vector->name, "no time of a cosignature");
	else
		kit_pass(count);
}

static int
run_array(const char *path, json_t *array, struct kit_count *count)
{
	json_t *object;
	size_t i;

	json_array_foreach (array, i, object) {
		struct vector vector = { .name = kit_json_text(object, "name"),
			.expect = kit_json_text(object, "expect"), .kind = kit_json_text(object, "kind") };

		if (vector.name == NULL)
			vector.name = path;
		if (vector.kind == NULL)
			vector.kind = "";
		if (vector.expect == NULL)
			return kit_trouble(path, "vector %zu says not what to expect", i);
		if (!read_note(object, &vector) || !read_keys(object, &vector))
			kit_fail(count, vector.name, "note or verifier keys cannot be read");
		else
			run(&vector, count);
		free(vector.bytes);
	}
	return 0;
}

static int
run_file(const char *path, const char *name, void *context)
{
	const size_t len = strlen(name);
	json_t *json;
	int rc = 0;

	if (len < 5 || strcmp(name + len - 5, ".json") != 0)
		return 0;
	json = kit_json_load(path);
	if (json == NULL)
		return -1;
	if (json_is_array(json))
		rc = run_array(path, json, context);
	json_decref(json);
	return rc;
}

int
kit_note(const char *path, struct kit_count *count)
{
	if (kit_is_dir(path))
		return kit_each(path, false, run_file, count);
	return run_file(path, "one.json", count);
}
