/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * store - durable rows behind one small interface; the transaction is in the type.
 *
 * Every function takes a transaction; nothing is durable before store_commit() has returned SLUIS_OK, which is
 * after one sync. Views that a function returns live in the arena given. Strings are codes of the protocol.
 * Errors of every function: SLUIS_EIO (stop the process, never retry: from then on every call says so),
 * SLUIS_ENOSPACE (roll back, go on), SLUIS_ESTORE (a row that cannot be what we wrote), SLUIS_ENOMEM; of every
 * ..._add and ..._put SLUIS_EEXISTS (the key is taken; ..._put says where it is not so); SLUIS_ENOTFOUND and
 * SLUIS_EUSAGE where said. A write that fails with anything but SLUIS_ENOTFOUND spoils its transaction: what
 * follows fails the same way, and so does store_commit(), which then rolls back. A question that fails does so only
 * where the disk could not be read or memory ended.
 * Lists of what nobody ever stored are empty, not SLUIS_ENOTFOUND. Cursors may be any number.
 * One thread at a time. Variants: sqlite.c. Source: design 7, 9.
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

struct store_refusal {
	struct sluis_id id;
	struct sluis_id case_id;
	uint64_t event_index;
	struct sluis_bytes signed_refusal; /* packed Signed */
};

enum store_review_about { STORE_REVIEW_MESSAGE = 1, STORE_REVIEW_GRANT = 2 };

/** What worked at once and is judged afterwards. */
struct store_review {
	uint64_t event_index; /* of its opening: the cursor of a listing */
	struct sluis_id id;
	enum store_review_about about;
	struct sluis_id thing; /* message or grant */
	struct sluis_id case_id;
	struct sluis_bytes ground; /* of a grant: its exception */
	struct sluis_bytes actor_handle;
	struct sluis_bytes organisation_handle; /* the actor's */
	int64_t opened_ms;
	int64_t due_ms;
	struct sluis_bytes closing; /* packed Signed; empty: open */
};

enum store_inquiry_state {
	STORE_INQUIRY_OPEN = 1,
	STORE_INQUIRY_ANSWERED = 2,
	STORE_INQUIRY_DECLINED = 3
};

/** A request for information. */
struct store_inquiry {
	uint64_t event_index; /* the cursor of a listing */
	struct sluis_id id;
	struct sluis_id case_id;
	struct sluis_bytes asker_handle;
	struct sluis_bytes holder_handle;
	int64_t until_ms;                  /* no answer is taken from then on */
	struct sluis_bytes signed_inquiry; /* packed Signed */
	enum store_inquiry_state state;
	int64_t closed_ms;                 /* this and what follows: once it is not open any more */
	uint64_t closed_index;
	struct sluis_id message_id;        /* answered by it */
	struct sluis_bytes decline;        /* declined: packed Signed */
};

/* PROTOCOL states of a message and of a recipient, design 7. */
enum store_message_state {
	STORE_MESSAGE_ACCEPTED = 1,
	STORE_MESSAGE_CLOSED = 2,
	STORE_MESSAGE_ERASED = 3,
	STORE_MESSAGE_REFUSED = 4, /* remembered for its id only: no content, no recipients */
	STORE_MESSAGE_LOST = 5     /* its content does not open any more; whoever found it out has set this */
};

enum store_recipient_state {
	STORE_RECIPIENT_PENDING = 1,
	STORE_RECIPIENT_RELEASED = 2,
	STORE_RECIPIENT_ACKNOWLEDGED = 3,
	STORE_RECIPIENT_REJECTED = 4,
	STORE_RECIPIENT_BLOCKED = 5
};

/** What a message refers to: kinds of the manifest. */
enum store_link { STORE_LINK_NONE = 0, STORE_LINK_SUPERSEDES = 2, STORE_LINK_ANSWERS = 3, STORE_LINK_PASSES_ON = 4 };

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
	enum store_link link;
	struct sluis_id target;  /* the message superseded or passed on, or the request answered */
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

/**
 * store_open(dir, why, ret):
 * Open or make the store in the folder ${dir} (made where it is missing; its parent is there), bring its schema up
 * to date, check the ends of both logs against their last rows (O(log n)), load or make ${dir}/keyring
 * (keyring.h), make the reserve where there is room. ${ret}: store_close().
 * A store whose keyring is missing opens with a new one; store_lost() says what can no longer be read.
 * Errors, each with ${why}: SLUIS_EEXISTS (in use by another process), SLUIS_ECONFIG (folder open to others, not
 * ours; another program's database), SLUIS_EVERSION (written by a newer sluisd), SLUIS_EKEYS (keyring open to others,
 * damaged, of another store, older than the database), SLUIS_ESTORE (head and rows differ), SLUIS_EIO.
 */
SLUIS_MUST_CHECK enum sluis_err store_open(const char *dir, struct sluis_why *why, struct store **ret);

/** store_close(store): an open transaction is rolled back; NULL is fine. */
void store_close(struct store *store);

/** store_begin(store, ret): one at a time. Costs nothing until the first write. Errors: SLUIS_EIO (see above). */
SLUIS_MUST_CHECK enum sluis_err store_begin(struct store *store, struct store_tx **ret);
/**
 * store_commit(tx): make it durable, with one sync; ${tx} is gone either way. A transaction without writes costs
 * no sync. After an error nothing of it is there; only after SLUIS_EIO that is unknown: look at the head's batch
 * after a restart.
 */
SLUIS_MUST_CHECK enum sluis_err store_commit(struct store_tx *tx);
/** store_rollback(tx): nothing of it happened; NULL is fine. */
void store_rollback(struct store_tx *tx);

/**
 * store_tidy(store): between transactions, best after answers are out: copy a long journal into the database.
 * Nothing where it is short. Without it store_commit() does so itself when the journal reaches 32 MiB.
 */
SLUIS_MUST_CHECK enum sluis_err store_tidy(struct store *store);
/** store_tidy_presses(store): the journal nears that length: better now than in the middle of a store_commit(). */
bool store_tidy_presses(const struct store *store);

/**
 * store_peek_keys(dir, each, context):
 * The entries of the keys log in order, as committed, read beside a daemon that may be running: no lock, nothing is
 * changed (at most an empty journal is left where there was none). A view is good during the call; no entry is
 * given before all have been read. Errors: SLUIS_ENOTFOUND (there is no store yet), SLUIS_EIO (cannot be read, or
 * the daemon kept it moving for a second), SLUIS_ENOMEM, and what ${each} says.
 */
SLUIS_MUST_CHECK enum sluis_err store_peek_keys(const char *dir,
    enum sluis_err (*each)(void *context, struct sluis_bytes entry), void *context);

/**
 * store_check_full(store, why): every page and every index, all rows of both logs, O(everything); between transactions.
 * The hashes of the logs are the ledger's to check. Errors: SLUIS_ESTORE with ${why}.
 */
SLUIS_MUST_CHECK enum sluis_err store_check_full(struct store *store, struct sluis_why *why);

/*
 * The reserve: ${dir}/reserve, so many bytes taken from the disk beforehand. On SLUIS_ENOSPACE roll back, release it, and
 * go on with refusals, withdrawals and reading only (about 1 KiB of it each); make it again when there is room.
 * store_open() makes it too, and goes on without where the disk is full. All between transactions.
 */
#define STORE_RESERVE_BYTES (16 * 1024 * 1024)
/** store_reserve_make(store): nothing when it is whole. Errors: SLUIS_ENOSPACE (not made at all), SLUIS_EIO. */
SLUIS_MUST_CHECK enum sluis_err store_reserve_make(struct store *store);
/** store_reserve_release(store): Errors: SLUIS_ENOTFOUND (released already), SLUIS_EIO. */
SLUIS_MUST_CHECK enum sluis_err store_reserve_release(struct store *store);
bool store_reserve_is_whole(struct store *store);

/* ---- Heads, events, keys log ---- */

/** store_head_get: all zero for a log that was never written. */
SLUIS_MUST_CHECK enum sluis_err store_head_get(struct store_tx *tx, enum store_log log, struct store_head *ret);
/** store_head_set: moves the head, in the transaction of its rows; SLUIS_ESTORE when the stored size is not ${old_size}. */
SLUIS_MUST_CHECK enum sluis_err store_head_set(struct store_tx *tx, enum store_log log, uint64_t old_size,
    const struct store_head *head);

/** store_event_add: index < 2^63; one row for each organisation and for the case, by which it is listed. */
SLUIS_MUST_CHECK enum sluis_err store_event_add(struct store_tx *tx, const struct store_event *event,
    const struct store_event_keys *keys);
/** store_event_get: SLUIS_ENOTFOUND past the end. */
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

/** store_policy_put: the same hash again is fine. store_policy_get: SLUIS_ENOTFOUND. */
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
/** store_invite_use: SLUIS_ENOTFOUND for an unknown or used code. */
SLUIS_MUST_CHECK enum sluis_err store_invite_use(struct store_tx *tx, const struct sluis_hash *invite);

struct store_pending {
	struct sluis_hash record_hash; /* of the record's payload */
	struct sluis_bytes organisation; /* packed Signed; empty: already acceded */
	struct sluis_bytes record;       /* packed Signed */
	int64_t asked_ms;
};
/** store_pending_put: asked again is fine, the first stays. _list: in the order asked. _drop: SLUIS_ENOTFOUND. */
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
/**
 * store_act_put: remember ${key} (an id padded with zeros, or a hash) until ${until_ms}.
 * Right after store_message_add() of that id with this very outcome it writes nothing: the message's row remembers
 * longer than any act, and store_act_get() finds it there.
 */
SLUIS_MUST_CHECK enum sluis_err store_act_put(struct store_tx *tx, const struct sluis_hash *key,
    const struct store_act *act, int64_t until_ms);
/** store_act_get: SLUIS_ENOTFOUND. */
SLUIS_MUST_CHECK enum sluis_err store_act_get(struct store_tx *tx, const struct sluis_hash *key,
    struct store_act *ret);
/** store_act_forget: drop what was to be remembered until before ${now_ms}, oldest first, at most ${max}: O(what is due). */
SLUIS_MUST_CHECK enum sluis_err store_act_forget(struct store_tx *tx, int64_t now_ms, size_t max);

/* ---- Cases and grants ---- */

SLUIS_MUST_CHECK enum sluis_err store_case_act_add(struct store_tx *tx, const struct sluis_id *case_id,
    const struct store_case_act *act);
SLUIS_MUST_CHECK enum sluis_err store_case_acts(struct store_tx *tx, const struct sluis_id *case_id,
    uint64_t from_sequence, size_t max, struct sluis_arena *arena, struct store_case_act *ret,
    size_t *ret_count);
/** store_case_put: insert or update the summary row of a case; the event_index of the first time stays. */
SLUIS_MUST_CHECK enum sluis_err store_case_put(struct store_tx *tx, const struct store_case_row *row);
/** store_case_member_set: idempotent. SLUIS_ENOTFOUND: the case has no summary row yet (store_case_put first). */
SLUIS_MUST_CHECK enum sluis_err store_case_member_set(struct store_tx *tx, const struct sluis_id *case_id,
    struct sluis_bytes handle, bool is_on);
/** store_case_list: cases that ${handle} is on, opened at leaf >= ${from_event_index}, in order of opening. */
SLUIS_MUST_CHECK enum sluis_err store_case_list(struct store_tx *tx, struct sluis_bytes handle,
    uint64_t from_event_index, size_t max, struct sluis_arena *arena, struct store_case_row *ret,
    size_t *ret_count);

SLUIS_MUST_CHECK enum sluis_err store_grant_add(struct store_tx *tx, const struct store_grant *grant);
/** store_grant_get, store_grant_state_set: SLUIS_ENOTFOUND. store_grant_list: in order of event_index. */
SLUIS_MUST_CHECK enum sluis_err store_grant_get(struct store_tx *tx, const struct sluis_id *id,
    struct sluis_arena *arena, struct store_grant *ret);
SLUIS_MUST_CHECK enum sluis_err store_grant_list(struct store_tx *tx, const struct sluis_id *case_id, size_t max,
    struct sluis_arena *arena, struct store_grant *ret, size_t *ret_count);
SLUIS_MUST_CHECK enum sluis_err store_grant_state_set(struct store_tx *tx, const struct sluis_id *id,
    struct sluis_bytes state);

/* ---- Refusals and reviews ---- */

SLUIS_MUST_CHECK enum sluis_err store_refusal_add(struct store_tx *tx, const struct store_refusal *refusal);
/** store_refusal_list: those of a case at leaf >= ${from}, in order, at most ${max}; case_id and id are left zero. */
SLUIS_MUST_CHECK enum sluis_err store_refusal_list(struct store_tx *tx, const struct sluis_id *case_id,
    uint64_t from, size_t max, struct sluis_arena *arena, struct store_refusal *ret, size_t *ret_count);

SLUIS_MUST_CHECK enum sluis_err store_review_add(struct store_tx *tx, const struct store_review *review);
/** store_review_get: SLUIS_ENOTFOUND. store_review_list: opened at leaf >= ${from}, in order, at most ${max}. */
SLUIS_MUST_CHECK enum sluis_err store_review_get(struct store_tx *tx, const struct sluis_id *id,
    struct sluis_arena *arena, struct store_review *ret);
SLUIS_MUST_CHECK enum sluis_err store_review_list(struct store_tx *tx, uint64_t from, size_t max,
    struct sluis_arena *arena, struct store_review *ret, size_t *ret_count);
/** store_review_close: once; SLUIS_ENOTFOUND for an unknown or closed one. */
SLUIS_MUST_CHECK enum sluis_err store_review_close(struct store_tx *tx, const struct sluis_id *id,
    struct sluis_bytes closing);

/** Acts whose rows outlive the memory of their ids (PROTOCOL 3.5). */
enum store_known { STORE_KNOWN_GRANT, STORE_KNOWN_REFUSAL, STORE_KNOWN_INQUIRY };
/** store_is_known(tx, what, id, ret): there is a row of that id. */
SLUIS_MUST_CHECK enum sluis_err store_is_known(struct store_tx *tx, enum store_known what,
    const struct sluis_id *id, bool *ret);

/* ---- Requests for information ---- */

/** store_inquiry_add: open; of the rest of ${inquiry} what stands before .state is taken. */
SLUIS_MUST_CHECK enum sluis_err store_inquiry_add(struct store_tx *tx, const struct store_inquiry *inquiry);
/** store_inquiry_get: SLUIS_ENOTFOUND. */
SLUIS_MUST_CHECK enum sluis_err store_inquiry_get(struct store_tx *tx, const struct sluis_id *id,
    struct sluis_arena *arena, struct store_inquiry *ret);
/** store_inquiry_list: those that ${handle} made or holds, at leaf >= ${from}, of ${case_id} when not NULL, in order, at most ${max}. */
SLUIS_MUST_CHECK enum sluis_err store_inquiry_list(struct store_tx *tx, struct sluis_bytes handle,
    const struct sluis_id *case_id, uint64_t from, size_t max, struct sluis_arena *arena,
    struct store_inquiry *ret, size_t *ret_count);
/** store_inquiry_close: id, state and what follows it of ${inquiry}; once: SLUIS_ENOTFOUND for an unknown or closed one. */
SLUIS_MUST_CHECK enum sluis_err store_inquiry_close(struct store_tx *tx, const struct store_inquiry *inquiry);

/* ---- Messages ---- */

/** store_message_expire: never later than ${now_ms} from now on; one that expired before, and an unknown one, stays. */
SLUIS_MUST_CHECK enum sluis_err store_message_expire(struct store_tx *tx, const struct sluis_id *id,
    int64_t now_ms);

/**
 * store_message_add(tx, message, recipients, n, body):
 * ${body} = the sections' files back to back; each is kept under a key of its own, wrapped under the key
 * generation of the keyring (keyring.h), in this transaction. Files' sizes: ${sizes}, ${size_count}; 0: no content.
 * ${recipients} in order of index. Their message_id and push_index are the message's. Uses up their pair_sequence. Messages of a case are
 * found by case from here on. SLUIS_EEXISTS: id, event_index or a pair_sequence is taken. SLUIS_EUSAGE: sizes
 * do not add up to the body, more than proto/limits.h allows, a pair_sequence out of range.
 */
SLUIS_MUST_CHECK enum sluis_err store_message_add(struct store_tx *tx, const struct store_message *message,
    const struct store_recipient *recipients, size_t n, struct sluis_bytes body, const uint64_t *sizes,
    size_t size_count);
/**
 * store_message_get, store_message_state_set, store_recipients: SLUIS_ENOTFOUND for an unknown id. Here and in listings a message
 * whose key generation is not in the keyring is STORE_MESSAGE_LOST, too, until it is.
 */
SLUIS_MUST_CHECK enum sluis_err store_message_get(struct store_tx *tx, const struct sluis_id *id,
    bool with_push, struct sluis_arena *arena, struct store_message *ret);
SLUIS_MUST_CHECK enum sluis_err store_message_state_set(struct store_tx *tx, const struct sluis_id *id,
    enum store_message_state state);
/**
 * store_section_read: ${len} bytes of section ${section} from ${offset} into ${ret}, O(pieces of 64 KiB touched).
 * Errors: SLUIS_ENOTFOUND (no such message, section or content any more), SLUIS_EKEYS (its key generation is not in
 * the keyring: the content is lost), SLUIS_ESTORE (damaged; ${ret} may be partly written), SLUIS_EUSAGE (past its end).
 */
SLUIS_MUST_CHECK enum sluis_err store_section_read(struct store_tx *tx, const struct sluis_id *message_id,
    uint32_t section, uint64_t offset, uint8_t *ret, size_t len);
SLUIS_MUST_CHECK enum sluis_err store_recipients(struct store_tx *tx, const struct sluis_id *message_id,
    size_t max, struct sluis_arena *arena, struct store_recipient *ret, size_t *ret_count);
/** store_recipient_get: ${handle}'s first entry; SLUIS_ENOTFOUND. */
SLUIS_MUST_CHECK enum sluis_err store_recipient_get(struct store_tx *tx, const struct sluis_id *message_id,
    struct sluis_bytes handle, struct sluis_arena *arena, struct store_recipient *ret);
/**
 * store_recipient_set: state, changed_ms, release_index and receipt of one recipient, found by message_id, handle and
 * index (SLUIS_ENOTFOUND). An empty receipt leaves the one that is there.
 */
SLUIS_MUST_CHECK enum sluis_err store_recipient_set(struct store_tx *tx, const struct store_recipient *recipient);
/** store_pair_is_used: 0 and numbers past STORE_PAIR_SEQUENCE_MAX count as used. */
#define STORE_PAIR_SEQUENCE_MAX (UINT64_C(1) << 62)
SLUIS_MUST_CHECK enum sluis_err store_pair_is_used(struct store_tx *tx, struct sluis_bytes sender_handle,
    struct sluis_bytes recipient_handle, uint64_t pair_sequence, bool *ret);
/** One row of an inbox. */
struct store_inbox_row {
	struct store_message message;
	struct store_recipient recipient;
};
/**
 * store_inbox: messages for ${handle} accepted at leaf >= ${from}, of ${case_id} when not NULL, in order, at most
 * ${max}; without their push.
 */
SLUIS_MUST_CHECK enum sluis_err store_inbox(struct store_tx *tx, struct sluis_bytes handle,
    const struct sluis_id *case_id, uint64_t from, size_t max, struct sluis_arena *arena,
    struct store_inbox_row *ret, size_t *ret_count);

/** store_sent: messages of ${case_id} by ${handle}, the newest first, at most ${max}; without their push. */
SLUIS_MUST_CHECK enum sluis_err store_sent(struct store_tx *tx, struct sluis_bytes handle,
    const struct sluis_id *case_id, size_t max, struct sluis_arena *arena, struct store_message *ret,
    size_t *ret_count);

/** A message whose content no key in the keyring opens. */
struct store_lost_row {
	struct sluis_id id;
	uint64_t event_index;
};
/** store_lost: those at leaf >= ${from}, in order, at most ${max}; O(1) while the keyring is whole. */
SLUIS_MUST_CHECK enum sluis_err store_lost(struct store_tx *tx, uint64_t from, size_t max,
    struct store_lost_row *ret, size_t *ret_count);

#endif
