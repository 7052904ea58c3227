/* SPDX-License-Identifier: EUPL-1.2 */
#include "pull.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>
#include <sodium.h>

#include "age.h"
#include "limits.h"
#include "parcel.h"
#include "profile_files.h"
#include "pull_check.h"
#include "pull_folder.h"
#include "pull_manifest.h"
#include "receipt.h"
#include "written.h"

enum { ARENA_BYTES = 20 * 1024 * 1024, MANIFEST_JSON_MAX = 256 * 1024, PAGES_MAX = 10000 };

/** A message on its way into a folder. */
struct opening {
	struct sluis_parcel parcel;
	struct sluis_bytes plain[SLUIS_SECTIONS_MAX]; /* by section index; empty: not opened */
	enum sluis_receipt_outcome outcomes[SLUIS_SECTIONS_MAX];
	bool undecryptable;
	struct sluis_pull_mismatch mismatch;
};

static void
id_text(const struct sluis_id *id, char ret[static 2 * SLUIS_ID_BYTES + 1])
{
	sluis_hex(id->bytes, sizeof(id->bytes), ret);
}

/* ---- opening ---- */

static enum sluis_err
open_sections(struct sluis_session *session, struct sluis_arena *arena, struct opening *o)
{
	const struct sluis_profile_keys *keys = sluis_profile_keys(session->profile);
	const struct sluis_manifest *m = &o->parcel.manifest;
	struct sluis_age_identities identities = { .n_keys = 0 };

	for (size_t i = 0; i < keys->n_epochs; i++) {
		if (keys->epochs[i].epoch == m->recipients[m->own]->epoch) {
			identities.keys = &keys->epochs[i].age;
			identities.n_keys = 1;
		}
	}
	for (size_t i = 0; i < m->n_sections; i++) {
		struct sluis_writer w;
		uint8_t *plain;
		enum sluis_err err = SLUIS_ENOMATCH;

		if (m->sections[i] == NULL)
			continue;
		plain = sluis_arena_alloc(arena, (size_t)m->plain_sizes[i] + 1);
		if (plain == NULL)
			return SLUIS_ENOMEM;
		sluis_writer_init(&w, plain, (size_t)m->plain_sizes[i]);
		if (identities.n_keys > 0)
			err = sluis_age_open(&identities, sluis_manifest_file(m, i, o->parcel.body), &w);
		if (err == SLUIS_ENOMEM)
			return err;
		o->outcomes[i] = err == SLUIS_OK ? SLUIS_RECEIPT_OK : SLUIS_RECEIPT_UNDECRYPTABLE;
		o->undecryptable |= err != SLUIS_OK;
		if (err == SLUIS_OK)
			o->plain[i] = sluis_bytes(plain, w.len);
	}
	return SLUIS_OK;
}

/* Fetched, opened, and looked at: everything that the receipt will say. */
static enum sluis_err
fetch_and_open(struct sluis_session *session, const struct sluis_id *id, struct sluis_arena *arena,
    struct opening *o, struct sluis_failure *failure)
{
	SLUIS_TRY(sluis_parcel_fetch(session, id, arena, &o->parcel, failure));
	SLUIS_TRY(sluis_fail_err(failure, open_sections(session, arena, o), _("opening the sections")));
	return sluis_pull_check(session, &o->parcel.manifest, o->plain, o->outcomes, &o->mismatch, failure);
}

/* ---- writing ---- */

static void
file_name(const struct sluis_manifest *m, size_t section, size_t n, bool sealed,
    char ret[static SLUIS_PULL_NAME])
{
	const Sluis__SectionDescriptor *d = m->sections[section];

	snprintf(ret, SLUIS_PULL_NAME, "%zu-%.*s.%s", n, (int)d->category_code.len,
	    (const char *)d->category_code.data,
	    sealed ? "age" : sluis_section_media_extension(d->media_number));
}

/* Known before it is there: what is wiped is never less than what was written. */
static enum sluis_err
register_folder(struct sluis_session *session, const struct opening *o, const char *out,
    const struct sluis_pull_done *done, struct sluis_failure *failure)
{
	const char *files[SLUIS_PULL_FILES_MAX + 1];
	char path[SLUIS_PATH_MAX], name[33];
	struct sluis_written written = { .id = sluis_id_of(o->parcel.manifest.m->message_id),
		.case_id = sluis_id_of(o->parcel.manifest.m->case_id), .path = path, .files = files };

	id_text(&written.id, name);
	SLUIS_TRY(sluis_written_path(out, name, path, failure));
	for (size_t i = 0; i < done->n_files; i++)
		files[written.n_files++] = done->files[i];
	files[written.n_files++] = "manifest.json";
	return sluis_written_add(session->profile, &written, failure);
}

static enum sluis_err
write_folder(struct sluis_session *session, const struct opening *o, const struct sluis_id *message_id,
    const char *out, bool sealed, struct sluis_arena *arena, struct sluis_pull_done *done,
    struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_pull_folder_freep) struct sluis_pull_folder *folder = NULL;
	SLUIS_AUTO(sluis_freep) char *text = NULL;
	const struct sluis_manifest *m = &o->parcel.manifest;
	struct sluis_pull_file files[SLUIS_SECTIONS_MAX];
	json_t *root;
	char name[33];

	id_text(message_id, name);
	for (size_t i = 0; i < m->n_sections; i++) {
		if (m->sections[i] == NULL || o->outcomes[i] == SLUIS_RECEIPT_UNDECRYPTABLE)
			continue;
		file_name(m, i, done->n_files + 1, sealed, done->files[done->n_files]);
		files[done->n_files] = (struct sluis_pull_file){ done->files[done->n_files], i,
			sluis_receipt_outcome_text(o->outcomes[i]) };
		done->n_files++;
	}
	SLUIS_TRY(sluis_pull_folder_begin(out, name, failure, &folder));
	SLUIS_TRY(register_folder(session, o, out, done, failure));
	for (size_t i = 0; i < done->n_files; i++)
		SLUIS_TRY(sluis_pull_folder_add(folder, files[i].name,
		    sealed ? sluis_manifest_file(m, files[i].section, o->parcel.body) : o->plain[files[i].section], failure));
	root = sluis_pull_manifest(&o->parcel, files, done->n_files, arena);
	text = root == NULL ? NULL : json_dumps(root, JSON_INDENT(2));
	json_decref(root);
	if (text == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("writing files"));
	SLUIS_TRY(sluis_pull_folder_add(folder, "manifest.json", sluis_bytes_text(text), failure));
	return sluis_pull_folder_finish(folder, failure);
}

/* ---- receipt ---- */

static void
receipt_name(const struct sluis_id *id, char ret[static 64])
{
	char hex[33];

	id_text(id, hex);
	snprintf(ret, 64, "receipts/%s", hex);
}

static enum sluis_err
send_receipt(struct sluis_session *session, const struct sluis_id *id, struct sluis_bytes packed,
    struct sluis_arena *arena, struct sluis_failure *failure)
{
	Sluis__Ask ask = SLUIS__ASK__INIT;
	struct sluis_session_done done;
	struct sluis_session_act sent;
	char name[64];

	if (SLUIS_UNPACK(signed, Signed, packed, SLUIS_FRAME_MAX_BYTES, arena, &ask.receipt) != SLUIS_OK)
		return sluis_fail_err(failure, SLUIS_EFORMAT, _("the receipt kept in the profile"));
	ask.act_case = SLUIS__ASK__ACT_RECEIPT;
	sent = (struct sluis_session_act){ .act_hash = sluis_signed_hash(ask.receipt), .type = "receipt",
		.what = _("sending the receipt") };
	SLUIS_TRY(sluis_session_act(session, &ask, &sent, arena, &done, failure));
	receipt_name(id, name);
	/* Left behind it does no harm: the same receipt gets the same answer. */
	return sluis_profile_remove(session->profile, name) == SLUIS_EIO ?
	    sluis_fail_err(failure, SLUIS_EIO, _("sending the receipt")) :
	    SLUIS_OK;
}

/* Kept before it is sent, so that a receipt is one receipt however often it has to be sent. */
static enum sluis_err
make_receipt(struct sluis_session *session, const struct sluis_id *id, const struct opening *o,
    struct sluis_arena *arena, struct sluis_failure *failure)
{
	const struct sluis_receipt_draft draft = {
		.record = session->self->record_hash,
		.created_ms = sluis_now_ms(),
		.outcomes = o->outcomes,
	};
	Sluis__Signed *receipt = NULL;
	struct sluis_bytes packed;
	char name[64];
	enum sluis_err err = sluis_receipt_build(&o->parcel.manifest, &draft,
	    &sluis_profile_keys(session->profile)->sign, arena, &receipt);

	if (err == SLUIS_OK)
		err = sluis_codec_pack(&receipt->base, arena, &packed);
	if (err != SLUIS_OK)
		return sluis_fail_err(failure, err, _("making the receipt"));
	receipt_name(id, name);
	SLUIS_TRY(sluis_profile_write(session->profile, name, packed, failure));
	return send_receipt(session, id, packed, arena, failure);
}

static enum sluis_err
resend_kept(struct sluis_session *session, const struct sluis_id *id, struct sluis_arena *arena,
    bool *ret_kept, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_freep) void *owned = NULL;
	struct sluis_bytes packed;
	char name[64];

	receipt_name(id, name);
	*ret_kept = sluis_profile_read(session->profile, name, SLUIS_FRAME_MAX_BYTES, &packed) == SLUIS_OK;
	if (!*ret_kept)
		return SLUIS_OK;
	memcpy(&owned, &packed.data, sizeof(owned));
	return send_receipt(session, id, packed, arena, failure);
}

/* ---- already there ---- */

static bool
is_this_message(const json_t *root, const char *name)
{
	const char *message = json_string_value(json_object_get(root, "message"));

	return message != NULL && strcmp(message, name) == 0;
}

static bool
list_files(int dir, const json_t *root, struct sluis_pull_done *done)
{
	const json_t *files = json_object_get(root, "files");

	for (size_t i = 0; i < json_array_size(files) && i < SLUIS_PULL_FILES_MAX; i++) {
		const char *file = json_string_value(json_object_get(json_array_get(files, i), "file"));

		if (file == NULL || strchr(file, '/') != NULL || faccessat(dir, file, R_OK, 0) != 0)
			return false;
		snprintf(done->files[done->n_files++], SLUIS_PULL_NAME, "%s", file);
	}
	return true;
}

/* DIR/MESSAGE as an earlier pull left it: whole, foreign, or not there. */
static enum sluis_err
look_before(const char *out, const struct sluis_id *id, struct sluis_pull_done *done,
    struct sluis_failure *failure)
{
	char name[33];
	struct sluis_bytes file = { NULL, 0 };
	json_t *root = NULL;
	int dir;

	id_text(id, name);
	snprintf(done->dir, sizeof(done->dir), "%.900s/%s", out, name);
	dir = open(done->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0 && errno == ENOENT)
		return SLUIS_OK;
	if (dir >= 0 && sluis_profile_file_read(dir, "manifest.json", MANIFEST_JSON_MAX, &file) == SLUIS_OK)
		root = json_loadb((const char *)file.data, file.len, 0, NULL);
	done->was_there = root != NULL && is_this_message(root, name) && list_files(dir, root, done);
	json_decref(root);
	void *owned;

	memcpy(&owned, &file.data, sizeof(owned));
	free(owned);
	if (dir >= 0)
		close(dir);
	if (done->was_there)
		return SLUIS_OK;
	(void)sluis_fail(failure, SLUIS_EEXISTS,
	    _("%s is there already and is not this message whole; it was not touched"), done->dir);
	sluis_fail_hint(failure, _("move it away, or pull into another folder with --out"));
	return SLUIS_EEXISTS;
}

/** The state of one message in the inbox. */
struct state_search {
	const struct sluis_id *id;
	char state[33];
};

static enum sluis_err
match_state(void *context, const Sluis__InboxRow *row)
{
	struct state_search *search = context;

	if (sluis_bytes_equal(sluis_of(row->message_id), sluis_bytes(search->id->bytes, SLUIS_ID_BYTES)))
		snprintf(search->state, sizeof(search->state), "%.*s", (int)row->state_code.len,
		    (const char *)row->state_code.data);
	return SLUIS_OK;
}

/* The folder is whole; is the receipt in? */
static enum sluis_err
finish_earlier(struct sluis_session *session, const struct sluis_id *id, struct sluis_arena *arena,
    struct opening *o, struct sluis_failure *failure)
{
	struct state_search search = { .id = id };
	bool kept;

	SLUIS_TRY(resend_kept(session, id, arena, &kept, failure));
	if (kept)
		return SLUIS_OK;
	SLUIS_TRY(sluis_inbox(session, NULL, match_state, &search, failure));
	if (strcmp(search.state, "released") != 0)
		return SLUIS_OK;
	SLUIS_TRY(fetch_and_open(session, id, arena, o, failure));
	return make_receipt(session, id, o, arena, failure);
}

static enum sluis_err
pull_new(struct sluis_session *session, const struct sluis_id *id, const char *out, bool sealed,
    struct sluis_arena *arena, struct opening *o, struct sluis_pull_done *done,
    struct sluis_failure *failure)
{
	bool kept;

	SLUIS_TRY(resend_kept(session, id, arena, &kept, failure));
	SLUIS_TRY(fetch_and_open(session, id, arena, o, failure));
	SLUIS_TRY(write_folder(session, o, id, out, sealed, arena, done, failure));
	SLUIS_TRY(make_receipt(session, id, o, arena, failure));
	if (o->mismatch.count > 0 && !o->undecryptable)
		return sluis_pull_mismatch_failure(session, &o->parcel.manifest, &o->mismatch, failure);
	if (!o->undecryptable)
		return SLUIS_OK;
	(void)sluis_fail(failure, SLUIS_ENOMATCH,
	    _("a section is listed for you but not sealed to your key; the sender is told by the receipt"));
	sluis_fail_hint(failure, _("ask the sender to push it again"));
	return SLUIS_ENOMATCH;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_pull(struct sluis_session *session, const struct sluis_id *message_id, const char *out, bool sealed,
    struct sluis_pull_done *ret, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(ARENA_BYTES);
	struct opening *o = arena == NULL ? NULL : sluis_arena_alloc(arena, sizeof(*o));

	memset(failure, 0, sizeof(*failure));
	memset(ret, 0, sizeof(*ret));
	if (o == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("pulling"));
	SLUIS_TRY(look_before(out, message_id, ret, failure));
	if (ret->was_there)
		return finish_earlier(session, message_id, arena, o, failure);
	return pull_new(session, message_id, out, sealed, arena, o, ret, failure);
}

/* ---- inbox ---- */

SLUIS_MUST_CHECK enum sluis_err
sluis_inbox(struct sluis_session *session, const struct sluis_id *case_id,
    enum sluis_err (*each)(void *context, const Sluis__InboxRow *row), void *context,
    struct sluis_failure *failure)
{
	uint64_t after = 0;
	bool more = true;

	for (unsigned page = 0; more && page < PAGES_MAX; page++) {
		SLUIS_AUTO(sluis_arena_freep)
		struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
		Sluis__Ask ask = SLUIS__ASK__INIT;
		Sluis__AskInbox inbox = SLUIS__ASK_INBOX__INIT;
		Sluis__EventCase of_case = SLUIS__EVENT_CASE__INIT;
		struct sluis_answer answer;
		const Sluis__TellInbox *tell;

		if (arena == NULL)
			return sluis_fail_err(failure, SLUIS_ENOMEM, _("reading the inbox"));
		inbox.after_size = after;
		if (case_id != NULL) {
			of_case.case_id = sluis_pb_id(case_id);
			inbox.case_ = &of_case;
		}
		ask.act_case = SLUIS__ASK__ACT_INBOX;
		ask.inbox = &inbox;
		SLUIS_TRY(sluis_session_call(session, &ask, sluis_bytes(NULL, 0), arena, &answer, failure));
		if (answer.tell->answer_case != SLUIS__TELL__ANSWER_INBOX)
			return sluis_fail_err(failure, SLUIS_ESTATUS, _("reading the inbox"));
		tell = answer.tell->inbox;
		for (size_t i = 0; i < tell->n_rows; i++)
			SLUIS_TRY(each(context, tell->rows[i]));
		more = tell->more_count != 0 && tell->n_rows > 0;
		if (tell->n_rows > 0)
			after = tell->rows[tell->n_rows - 1]->leaf_index + 1;
	}
	return SLUIS_OK;
}
