/* SPDX-License-Identifier: EUPL-1.2 */
#include "mirror.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "limits.h"
#include "policies.h"

static const char KEYS_FILE[] = "keys.log";
enum { MIRROR_MAX_BYTES = 512 * 1024 * 1024, PAGES_MAX = 100000 };

enum sluis_err
sluis_mirror_broken(struct sluis_session *session, enum sluis_err err, struct sluis_bytes evidence,
    const struct sluis_why *why, struct sluis_failure *failure)
{
	(void)sluis_fail(failure, err, _("the keys log does not hold: %s"),
	    why->text[0] == '\0' ? _(sluis_err_text(err)) : why->text);
	sluis_fail_hint(failure,
	    _("who is who cannot be trusted now; give the evidence to your registrar"));
	sluis_profile_evidence(session->profile, "keys-log", evidence, failure);
	return err;
}

/* The entries held lead to the root that was signed for the size seen. */
static enum sluis_err
check_root(struct sluis_session *session, const struct sluis_merkle_head *head,
    struct sluis_failure *failure)
{
	const struct sluis_why why = { "" };
	struct sluis_hash root;

	if (head->size == 0 || head->size > sluis_directory_size(session->directory))
		return SLUIS_OK;
	if (sluis_directory_root_at(session->directory, head->size, &root) != SLUIS_OK ||
	    !sluis_hash_equal(&root, &head->root))
		return sluis_mirror_broken(session, SLUIS_EROLLBACK, sluis_hash_bytes(&head->root), &why,
		    failure);
	return SLUIS_OK;
}

static enum sluis_err
append(struct sluis_session *session, struct sluis_bytes entry, struct sluis_failure *failure)
{
	struct sluis_why why = { "" };
	struct sluis_hash federation;
	const enum sluis_err err = sluis_directory_append(session->directory, entry, &why);

	if (err == SLUIS_EKEYSLOG)
		return sluis_mirror_broken(session, err, entry, &why, failure);
	if (err != SLUIS_OK)
		return sluis_fail_err(failure, err, _("reading the keys log"));
	federation = sluis_directory_federation(session->directory);
	if (!sluis_hash_equal(&federation, &session->federation)) {
		snprintf(why.text, sizeof(why.text), "%s", _("it belongs to another federation"));
		return sluis_mirror_broken(session, SLUIS_EROLLBACK, entry, &why, failure);
	}
	return SLUIS_OK;
}

/* File: entries, each after its length in 4 bytes. What was cut off by a crash is fetched again. */
static enum sluis_err
replay_file(struct sluis_session *session, struct sluis_bytes file, size_t *ret_good,
    struct sluis_failure *failure)
{
	struct sluis_reader r;

	sluis_reader_init(&r, file);
	*ret_good = 0;
	while (r.rest.len > 0) {
		const uint32_t len = sluis_reader_get_u32(&r);
		const uint8_t *data = sluis_reader_get(&r, len);

		if (r.failed)
			return SLUIS_OK;
		SLUIS_TRY(append(session, sluis_bytes(data, len), failure));
		*ret_good = file.len - r.rest.len;
	}
	return SLUIS_OK;
}

static void
find_self(struct sluis_session *session)
{
	const struct sluis_profile_keys *keys = sluis_profile_keys(session->profile);
	const struct sluis_member *member =
	    sluis_directory_member_by_curve(session->directory, &keys->curve_public);

	session->self = NULL;
	if (member != NULL && member->approved_index != SLUIS_DIRECTORY_NEVER &&
	    memcmp(member->sign_key.bytes, keys->sign_public.bytes, SLUIS_KEY_BYTES) == 0)
		session->self = member;
}

/* The version in force by the keys log as it is here; without contact and without a copy there is none. */
static enum sluis_err
update_policy(struct sluis_session *session, struct sluis_failure *failure)
{
	struct sluis_policy *policy = NULL;
	struct sluis_hash hash;

	if (sluis_directory_policy_hash(session->directory, sluis_now_ms(), &hash) != SLUIS_OK)
		return SLUIS_OK;
	if (session->policy != NULL && sluis_hash_equal(&hash, &session->policy_hash))
		return SLUIS_OK;
	SLUIS_TRY(sluis_policies_load(session, &hash, &policy, failure));
	if (policy == NULL)
		return SLUIS_OK;
	sluis_policy_free(session->policy);
	session->policy = policy;
	session->policy_hash = hash;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_mirror_load(struct sluis_session *session, struct sluis_failure *failure)
{
	const struct sluis_profile_identity *identity = sluis_profile_identity(session->profile);
	const struct sluis_profile_heads heads = sluis_profile_heads(session->profile);
	SLUIS_AUTO(sluis_freep) void *owned = NULL;
	struct sluis_bytes file;
	size_t good = 0;

	session->directory = sluis_directory_new();
	if (session->directory == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("opening the profile"));
	if (sluis_profile_read(session->profile, KEYS_FILE, MIRROR_MAX_BYTES, &file) == SLUIS_OK) {
		memcpy(&owned, &file.data, sizeof(owned));
		SLUIS_TRY(replay_file(session, file, &good, failure));
		if (good < file.len)
			SLUIS_TRY(sluis_profile_write(session->profile, KEYS_FILE,
			    sluis_bytes(file.data, good), failure));
	}
	SLUIS_TRY(check_root(session, &identity->start_keys, failure));
	SLUIS_TRY(check_root(session, &heads.keys, failure));
	find_self(session);
	return update_policy(session, failure);
}

/* ---- sync ---- */

static enum sluis_err
save_entry(struct sluis_session *session, struct sluis_bytes entry, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_freep) uint8_t *row = malloc(entry.len + 4);
	struct sluis_writer w;

	if (row == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("keeping the keys log"));
	sluis_writer_init(&w, row, entry.len + 4);
	sluis_writer_put_u32(&w, (uint32_t)entry.len);
	sluis_writer_put(&w, entry.data, entry.len);
	return sluis_profile_append(session->profile, KEYS_FILE, sluis_bytes(row, w.len), failure);
}

static enum sluis_err
save_from(struct sluis_session *session, uint64_t from, struct sluis_failure *failure)
{
	for (uint64_t i = from; i < sluis_directory_size(session->directory); i++)
		SLUIS_TRY(save_entry(session, sluis_directory_entry(session->directory, i), failure));
	return SLUIS_OK;
}

static enum sluis_err
fetch_page(struct sluis_session *session, size_t *ret_count, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep)
	struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
	Sluis__Ask ask = SLUIS__ASK__INIT;
	Sluis__AskKeys keys = SLUIS__ASK_KEYS__INIT;
	struct sluis_answer answer;

	if (arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("fetching the keys log"));
	keys.from_index = sluis_directory_size(session->directory);
	ask.act_case = SLUIS__ASK__ACT_KEYS;
	ask.keys = &keys;
	SLUIS_TRY(sluis_session_call(session, &ask, sluis_bytes(NULL, 0), arena, &answer, failure));
	if (answer.tell->answer_case != SLUIS__TELL__ANSWER_KEYS)
		return sluis_fail_err(failure, SLUIS_ESTATUS, _("fetching the keys log"));
	*ret_count = answer.tell->keys->n_entry_bytes;
	for (size_t i = 0; i < *ret_count; i++)
		SLUIS_TRY(append(session, sluis_of(answer.tell->keys->entry_bytes[i]), failure));
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_session_sync(struct sluis_session *session, struct sluis_failure *failure)
{
	const uint64_t before = sluis_directory_size(session->directory);
	struct sluis_profile_heads heads;
	struct sluis_why withheld = { "" };
	size_t count = 0;

	for (unsigned page = 0; page < PAGES_MAX; page++) {
		SLUIS_TRY(fetch_page(session, &count, failure));
		heads = sluis_profile_heads(session->profile);
		/* The first page ever came before its log could be checked: ask once more. */
		if (heads.keys.size != 0 && sluis_directory_size(session->directory) >= heads.keys.size &&
		    (page > 0 || before > 0))
			break;
		if (count > 0 || page <= 1)
			continue;
		snprintf(withheld.text, sizeof(withheld.text), "%s",
		    _("the broker signed for more entries than it shows"));
		return sluis_mirror_broken(session, SLUIS_EROLLBACK, sluis_hash_bytes(&heads.keys.root), &withheld,
		    failure);
	}
	SLUIS_TRY(check_root(session, &heads.keys, failure));
	SLUIS_TRY(check_root(session, &sluis_profile_identity(session->profile)->start_keys, failure));
	SLUIS_TRY(save_from(session, before, failure));
	find_self(session);
	return update_policy(session, failure);
}
