/* SPDX-License-Identifier: EUPL-1.2 */
#include "logstate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "checkpoint.h"
#include "hash.h"
#include "note.h"

/* The origin stands in the genesis, so it is ours to print; it is cut to leave room for the reason. */
enum { ORIGIN_SHOWN_CHARS = 100 };

static enum sluis_err
because(struct sluis_why *why, const struct sluis_log_view *view, enum sluis_err err, const char *reason)
{
	const int shown = view->origin.len < ORIGIN_SHOWN_CHARS ? (int)view->origin.len : ORIGIN_SHOWN_CHARS;

	if (why != NULL)
		snprintf(why->text, sizeof(why->text), "log %.*s: %s", shown, (const char *)view->origin.data,
		    reason);
	return err;
}

static enum sluis_err
rolled_back(struct sluis_why *why, const struct sluis_log_view *view, uint64_t size)
{
	char reason[128];

	if (size == view->head.size)
		snprintf(reason, sizeof(reason), "another root than before at size %" PRIu64, size);
	else
		snprintf(reason, sizeof(reason), "size %" PRIu64 " is smaller than %" PRIu64 ", which was seen before",
		    size, view->head.size);
	return because(why, view, SLUIS_EROLLBACK, reason);
}

static enum sluis_err
check_growth(const struct sluis_log_view *view, const struct sluis_merkle_head *new,
    const ProtobufCBinaryData *hashes, size_t n_hashes, struct sluis_why *why)
{
	struct sluis_merkle_head old = view->head;
	struct sluis_merkle_proof proof = { .n = n_hashes };

	if (old.size == 0)
		old.root = sluis_merkle_empty();
	if (new->size < old.size || (new->size == old.size && !sluis_hash_equal(&new->root, &old.root)))
		return rolled_back(why, view, new->size);
	if (n_hashes > SLUIS_PROOF_MAX)
		return because(why, view, SLUIS_EPROOF, "a consistency proof with too many hashes");
	for (size_t i = 0; i < n_hashes; i++)
		proof.hashes[i] = sluis_hash_of(hashes[i]);
	if (sluis_merkle_consistency_verify(&old, new, &proof) != SLUIS_OK)
		return because(why, view, SLUIS_EPROOF, "the new tree does not begin with the one seen before");
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_logstate_note(const struct sluis_log_view *view, struct sluis_bytes note,
    struct sluis_merkle_head *ret, struct sluis_why *why)
{
	struct sluis_note_key key;
	struct sluis_checkpoint checkpoint;
	enum sluis_err err;

	err = sluis_note_key_init(view->origin, SLUIS_NOTE_ED25519, &view->key, &key);
	if (err != SLUIS_OK)
		return because(why, view, err, "its origin cannot be the name of a key");
	err = sluis_checkpoint_open(note, &key, &checkpoint);
	if (err == SLUIS_ESIGNATURE)
		return because(why, view, err, "a checkpoint that the log's key did not sign");
	if (err != SLUIS_OK)
		return because(why, view, err, "not a checkpoint");
	*ret = checkpoint.head;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_logstate_advance(struct sluis_log_view *view, struct sluis_bytes note,
    const ProtobufCBinaryData *hashes, size_t n_hashes, struct sluis_why *why)
{
	struct sluis_merkle_head head;

	SLUIS_TRY(sluis_logstate_note(view, note, &head, why));
	SLUIS_TRY(check_growth(view, &head, hashes, n_hashes, why));
	view->head = head;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_logstate_check(const Sluis__LogState *log, struct sluis_log_view *keys,
    struct sluis_log_view *exchange, struct sluis_why *why)
{
	struct sluis_log_view new_keys = *keys, new_exchange = *exchange;

	SLUIS_TRY(sluis_logstate_advance(&new_keys, sluis_of(log->keys_note_bytes),
	    log->keys_consistency_hashes, log->n_keys_consistency_hashes, why));
	SLUIS_TRY(sluis_logstate_advance(&new_exchange, sluis_of(log->exchange_note_bytes),
	    log->exchange_consistency_hashes, log->n_exchange_consistency_hashes, why));
	*keys = new_keys;
	*exchange = new_exchange;
	return SLUIS_OK;
}
