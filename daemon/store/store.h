/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * store - durable rows behind one small interface; the transaction is in the type.
 *
 * Every function takes a transaction; nothing is durable before store_commit() has returned SLUIS_OK, which is
 * after one sync. Views that a function returns live in the arena given. Strings are codes of the protocol.
 * Errors of every function: SLUIS_EIO (stop the process, never retry), SLUIS_ENOSPACE (roll back, go on),
 * SLUIS_ESTORE (a row that cannot be what we wrote), SLUIS_ENOMEM; SLUIS_ENOTFOUND where said.
 * One thread at a time. Variants: sqlite.c.
 */
#ifndef SLUISD_STORE_H
#define SLUISD_STORE_H

#include "arena.h"
#include "base.h"

struct store;
struct store_tx;

enum store_log { STORE_LOG_KEYS = 1, STORE_LOG_EXCHANGE = 2 };

/** The committed end of a log. */
struct store_head {
	uint64_t size;
	struct sluis_hash root;
	struct sluis_id batch; /* random, of the batch that wrote it: tells whether an unclear commit happened */
};

/** One event of the exchange log; event and blind empty: erased. */
struct store_event {
	uint64_t index;
	struct sluis_hash entry;
	struct sluis_hash blind;
	struct sluis_bytes event;
	bool is_erased;
};

/** Who and what an event is found by. */
struct store_event_keys {
	struct sluis_bytes actor_handle;        /* empty: none */
	const struct sluis_bytes *organisations; /* handles, without doubles */
	size_t organisation_count;
	const struct sluis_id *case_id;         /* NULL: none */
	const struct sluis_id *message_id;
};

struct store_case_act {
	uint64_t sequence;
	struct sluis_hash payload_hash;
	uint64_t event_index;
	struct sluis_bytes signed_act; /* packed Signed */
};

struct store_case_row {
	struct sluis_id id;
	struct sluis_bytes step;
	bool is_closed;
	int64_t changed_ms;
	uint64_t event_index; /* of its opening: the cursor of a listing */
};

struct store_grant {
	struct sluis_id id;
	struct sluis_id case_id;
	struct sluis_hash payload_hash;
	struct sluis_bytes signed_grant; /* packed Signed */
	struct sluis_bytes state;        /* active, withdrawn */
	uint64_t event_index;
};

/* PROTOCOL states of a message and of a recipient, design 7. */
enum store_message_state {
	STORE_MESSAGE_ACCEPTED = 1,
	STORE_MESSAGE_CLOSED = 2,
	STORE_MESSAGE_ERASED = 3,
	STORE_MESSAGE_REFUSED = 4 /* remembered for its id only: no content, no recipients */
};

enum store_recipient_state {
	STORE_RECIPIENT_PENDING = 1,
	STORE_RECIPIENT_RELEASED = 2,
	STORE_RECIPIENT_ACKNOWLEDGED = 3,
	STORE_RECIPIENT_REJECTED = 4,
	STORE_RECIPIENT_BLOCKED = 5
};

struct store_message {
	struct sluis_id id;
	struct sluis_id case_id;
	struct sluis_hash manifest_hash;
	struct sluis_bytes sender_handle;
	struct sluis_bytes purpose;
	struct sluis_bytes retention;
	enum store_message_state state;
	int64_t accepted_ms;
	int64_t expires_ms;
	uint64_t event_index;    /* of push: accepted or refused */
	struct sluis_bytes push; /* packed Push as received; empty for STORE_MESSAGE_REFUSED and when not asked for */
};

struct store_recipient {
	struct sluis_id message_id;
	uint32_t index; /* in the manifest */
	struct sluis_bytes handle;
	struct sluis_bytes organisation_handle;
	struct sluis_hash record_hash;
	uint64_t pair_sequence;
	enum store_recipient_state state;
	int64_t changed_ms;
	uint64_t push_index;     /* leaf of the push: the cursor of the inbox */
	uint64_t release_index;  /* leaf + 1 of the first release; 0: none */
	struct sluis_bytes categories; /* codes, one blank between */
	struct sluis_bytes receipt;    /* packed Signed; empty: none */
};

/* ---- Life ---- */

/** store_open(dir, why, ret): open or make ${dir}/sluis.db, migrate upwards, refuse a newer schema with a clear word. */
SLUIS_MUST_CHECK enum sluis_err store_open(const char *dir, struct sluis_why *why, struct store **ret);
void store_close(struct store *store);

SLUIS_MUST_CHECK enum sluis_err store_begin(struct store *store, struct store_tx **ret);
/** store_commit(tx): make it durable, with one sync; ${tx} is gone either way. A transaction without writes costs no sync. */
SLUIS_MUST_CHECK enum sluis_err store_commit(struct store_tx *tx);
void store_rollback(struct store_tx *tx);

/* ---- Heads, events, keys log ---- */

SLUIS_MUST_CHECK enum sluis_err store_head_get(struct store_tx *tx, enum store_log log, struct store_head *ret);
/** store_head_set: moves the head; SLUIS_ESTORE when the stored size is not ${old_size}. */
SLUIS_MUST_CHECK enum sluis_err store_head_set(struct store_tx *tx, enum store_log log, uint64_t old_size,
    const struct store_head *head);

SLUIS_MUST_CHECK enum sluis_err store_event_add(struct store_tx *tx, const struct store_event *event,
    const struct store_event_keys *keys);
SLUIS_MUST_CHECK enum sluis_err store_event_get(struct store_tx *tx, uint64_t index,
    struct sluis_arena *arena, struct store_event *ret);
/** store_entries: up to ${max} consecutive entries (32 bytes each) from ${from}; *ret_count may be less. */
SLUIS_MUST_CHECK enum sluis_err store_entries(struct store_tx *tx, uint64_t from, size_t max,
    struct sluis_hash *ret, size_t *ret_count);
/**
 * store_event_list: events at index >= ${from} that name ${organisation}, of ${case_id} when not NULL, in order, at most
 * ${max}. The caller filters further by actor.
 */
SLUIS_MUST_CHECK enum sluis_err store_event_list(struct store_tx *tx, struct sluis_bytes organisation,
    const struct sluis_id *case_id, uint64_t from, size_t max, struct sluis_arena *arena,
    struct store_event *ret, size_t *ret_count);

SLUIS_MUST_CHECK enum sluis_err store_keys_add(struct store_tx *tx, uint64_t index, struct sluis_bytes entry);
/** store_keys_get: SLUIS_ENOTFOUND past the end. */
SLUIS_MUST_CHECK enum sluis_err store_keys_get(struct store_tx *tx, uint64_t index,
    struct sluis_arena *arena, struct sluis_bytes *ret);

/* ---- Policy files, invites, enrolments that wait ---- */

SLUIS_MUST_CHECK enum sluis_err store_policy_put(struct store_tx *tx, const struct sluis_hash *hash,
    struct sluis_bytes yaml);
SLUIS_MUST_CHECK enum sluis_err store_policy_get(struct store_tx *tx, const struct sluis_hash *hash,
    struct sluis_arena *arena, struct sluis_bytes *ret);

SLUIS_MUST_CHECK enum sluis_err store_invite_put(struct store_tx *tx, const struct sluis_hash *invite,
    struct sluis_bytes handle, struct sluis_bytes organisation, int64_t expires_ms);
/** store_invite_get: SLUIS_ENOTFOUND for an unknown code. ${ret_used}: an enrolment was made with it. */
SLUIS_MUST_CHECK enum sluis_err store_invite_get(struct store_tx *tx, const struct sluis_hash *invite,
    struct sluis_arena *arena, struct sluis_bytes *ret_handle, struct sluis_bytes *ret_organisation,
    int64_t *ret_expires_ms, bool *ret_used);
SLUIS_MUST_CHECK enum sluis_err store_invite_use(struct store_tx *tx, const struct sluis_hash *invite);

struct store_pending {
	struct sluis_hash record_hash; /* of the record's payload */
	struct sluis_bytes organisation; /* packed Signed; empty: already acceded */
	struct sluis_bytes record;       /* packed Signed */
	int64_t asked_ms;
};
SLUIS_MUST_CHECK enum sluis_err store_pending_put(struct store_tx *tx, const struct store_pending *pending);
SLUIS_MUST_CHECK enum sluis_err store_pending_list(struct store_tx *tx, size_t max, struct sluis_arena *arena,
    struct store_pending *ret, size_t *ret_count);
SLUIS_MUST_CHECK enum sluis_err store_pending_drop(struct store_tx *tx, const struct sluis_hash *record);

/* ---- Signed acts seen (replay) ---- */

/** What an act's first answer was. */
struct store_act {
	struct sluis_hash payload_hash;
	uint64_t event_index;
	bool was_refused;
};
/** store_act_put: remember ${key} (an id padded with zeros, or a hash) until ${until_ms}. */
SLUIS_MUST_CHECK enum sluis_err store_act_put(struct store_tx *tx, const struct sluis_hash *key,
    const struct store_act *act, int64_t until_ms);
SLUIS_MUST_CHECK enum sluis_err store_act_get(struct store_tx *tx, const struct sluis_hash *key,
    struct store_act *ret);
/** store_act_forget: drop what is past its time, at most ${max} rows: O(what is due). */
SLUIS_MUST_CHECK enum sluis_err store_act_forget(struct store_tx *tx, int64_t now_ms, size_t max);

/* ---- Cases and grants ---- */

SLUIS_MUST_CHECK enum sluis_err store_case_act_add(struct store_tx *tx, const struct sluis_id *case_id,
    const struct store_case_act *act);
SLUIS_MUST_CHECK enum sluis_err store_case_acts(struct store_tx *tx, const struct sluis_id *case_id,
    uint64_t from_sequence, size_t max, struct sluis_arena *arena, struct store_case_act *ret,
    size_t *ret_count);
/** store_case_put: insert or update the summary row of a case. */
SLUIS_MUST_CHECK enum sluis_err store_case_put(struct store_tx *tx, const struct store_case_row *row);
SLUIS_MUST_CHECK enum sluis_err store_case_member_set(struct store_tx *tx, const struct sluis_id *case_id,
    struct sluis_bytes handle, bool is_on);
SLUIS_MUST_CHECK enum sluis_err store_case_list(struct store_tx *tx, struct sluis_bytes handle,
    uint64_t from_event_index, size_t max, struct sluis_arena *arena, struct store_case_row *ret,
    size_t *ret_count);

SLUIS_MUST_CHECK enum sluis_err store_grant_add(struct store_tx *tx, const struct store_grant *grant);
SLUIS_MUST_CHECK enum sluis_err store_grant_get(struct store_tx *tx, const struct sluis_id *id,
    struct sluis_arena *arena, struct store_grant *ret);
SLUIS_MUST_CHECK enum sluis_err store_grant_list(struct store_tx *tx, const struct sluis_id *case_id, size_t max,
    struct sluis_arena *arena, struct store_grant *ret, size_t *ret_count);

/* ---- Messages ---- */

/**
 * store_message_add(tx, message, recipients, n, body):
 * ${body} = the sections' files back to back; each is kept under a key of its own, wrapped under the key
 * generation of the keyring (keyring.h), in this transaction. Files' sizes: ${sizes}, ${size_count}.
 */
SLUIS_MUST_CHECK enum sluis_err store_message_add(struct store_tx *tx, const struct store_message *message,
    const struct store_recipient *recipients, size_t n, struct sluis_bytes body, const uint64_t *sizes,
    size_t size_count);
SLUIS_MUST_CHECK enum sluis_err store_message_get(struct store_tx *tx, const struct sluis_id *id,
    bool with_push, struct sluis_arena *arena, struct store_message *ret);
/** store_section_read: ${len} bytes of section ${section} from ${offset} into ${ret}; SLUIS_ESTORE when its check fails. */
SLUIS_MUST_CHECK enum sluis_err store_section_read(struct store_tx *tx, const struct sluis_id *message_id,
    uint32_t section, uint64_t offset, uint8_t *ret, size_t len);
SLUIS_MUST_CHECK enum sluis_err store_recipients(struct store_tx *tx, const struct sluis_id *message_id,
    size_t max, struct sluis_arena *arena, struct store_recipient *ret, size_t *ret_count);
SLUIS_MUST_CHECK enum sluis_err store_recipient_get(struct store_tx *tx, const struct sluis_id *message_id,
    struct sluis_bytes handle, struct sluis_arena *arena, struct store_recipient *ret);
/** store_recipient_set: state, changed_ms, release_index and receipt of one recipient. */
SLUIS_MUST_CHECK enum sluis_err store_recipient_set(struct store_tx *tx, const struct store_recipient *recipient);
SLUIS_MUST_CHECK enum sluis_err store_pair_is_used(struct store_tx *tx, struct sluis_bytes sender_handle,
    struct sluis_bytes recipient_handle, uint64_t pair_sequence, bool *ret);
/** One row of an inbox. */
struct store_inbox_row {
	struct store_message message;
	struct store_recipient recipient;
};
/** store_inbox: messages for ${handle} accepted at leaf >= ${from}, of ${case_id} when not NULL, at most ${max}. */
SLUIS_MUST_CHECK enum sluis_err store_inbox(struct store_tx *tx, struct sluis_bytes handle,
    const struct sluis_id *case_id, uint64_t from, size_t max, struct sluis_arena *arena,
    struct store_inbox_row *ret, size_t *ret_count);

#endif
