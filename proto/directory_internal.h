/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * directory_internal - what the parts of module directory share; nobody else includes it.
 *
 * An entry is judged without changing anything: its rule reads the directory and writes what would change into a
 * step. Then room is made, and only then the step is applied, which cannot fail.
 */
#ifndef SLUIS_DIRECTORY_INTERNAL_H
#define SLUIS_DIRECTORY_INTERNAL_H

#include <stdatomic.h>

#include "codec.h"
#include "directory.h"
#include "record.h"

/* For "%.*s" of a view. */
#define SLUIS_DIRECTORY_TEXT(bytes) (int)(bytes).len, (const char *)(bytes).data

#define SLUIS_DIRECTORY_GENESIS_ROWS_MAX 16 /* rows that one entry adds to one table, at most */

/* ---- memory: directory_memory.c ---- */

/** An entry as it came, and all that is read out of it. Counted; never changes once it is in a directory. */
struct sluis_directory_entry {
	atomic_size_t references;
	struct sluis_directory_block *blocks;
	struct sluis_bytes bytes;
};

struct sluis_directory_entry *sluis_directory_entry_new(struct sluis_bytes bytes);
void sluis_directory_entry_put(struct sluis_directory_entry *entry);
/** sluis_directory_entry_alloc(entry, len): zeroed, aligned, as long as the entry; NULL without memory. */
void *sluis_directory_entry_alloc(struct sluis_directory_entry *entry, size_t len);
SLUIS_MUST_CHECK enum sluis_err sluis_directory_entry_keep(struct sluis_directory_entry *entry,
    ProtobufCBinaryData bytes, struct sluis_bytes *ret);
SLUIS_MUST_CHECK enum sluis_err sluis_directory_entry_keep_all(struct sluis_directory_entry *entry,
    const ProtobufCBinaryData *items, size_t n, const struct sluis_bytes **ret);

/** What is found by which key. */
enum sluis_directory_index {
	SLUIS_INDEX_MEMBER = 1,   /* handle -> holder of members */
	SLUIS_INDEX_ORGANISATION, /* handle -> holder of organisations */
	SLUIS_INDEX_RECORD,       /* H(Record) -> member row */
	SLUIS_INDEX_PAYLOAD,      /* H(Organisation) -> organisation row */
	SLUIS_INDEX_CURVE,        /* CURVE key -> member row */
	SLUIS_INDEX_OIN,          /* OIN -> holder of organisations */
	SLUIS_INDEX_KEY,          /* any public key, and the X25519 form of a signing key -> 0 */
	SLUIS_INDEX_ACT,          /* H(payload) of every act -> entry */
	SLUIS_INDEX_GUEST         /* commitment -> guest row */
};

enum sluis_directory_table {
	SLUIS_TABLE_ENTRIES,
	SLUIS_TABLE_ROOTS, /* row i: root at size i + 1 */
	SLUIS_TABLE_MEMBERS,
	SLUIS_TABLE_ORGANISATIONS,
	SLUIS_TABLE_MEMBER_HOLDERS,
	SLUIS_TABLE_ORGANISATION_HOLDERS,
	SLUIS_TABLE_STANDINGS,
	SLUIS_TABLE_POLICIES,
	SLUIS_TABLE_BROKERS,
	SLUIS_TABLE_WITNESSES,
	SLUIS_TABLE_CONTINUATIONS,
	SLUIS_TABLE_GUESTS,
	SLUIS_TABLE_COUNT
};

/** Whoever holds a handle, over all entries that carry it. */
struct sluis_directory_holder {
	uint32_t current; /* row + 1 of what was approved last; 0: nothing yet */
	uint32_t pending; /* row + 1 of what waits for approval, or of what was removed while it did */
	uint32_t standings;        /* row + 1 of the last change of standing */
	enum sluis_standing state; /* pending (nothing approved yet), active, suspended, removed */
	int64_t standing_ms;       /* created_ms of that change */
};

struct sluis_directory_standing {
	uint64_t entry_index;
	enum sluis_standing state;
	uint32_t before; /* row + 1 of the one before for the same holder */
};

struct sluis_directory_policy {
	struct sluis_hash policy_hash;
	int64_t starts_ms;
	uint64_t entry_index;
};

struct sluis_directory_slot {
	struct sluis_hash key;
	uint32_t value; /* + 1; 0: empty */
};

struct sluis_directory_rows {
	void *rows;
	size_t n;
	size_t cap;
};

struct sluis_directory {
	struct sluis_directory_rows tables[SLUIS_TABLE_COUNT];
	struct sluis_directory_slot *slots; /* power of two of them, at most half full */
	size_t n_slots;
	size_t n_used;
	struct sluis_merkle_frontier frontier;
	struct sluis_genesis genesis; /* once there is an entry */
	struct sluis_registrars registrars;
	struct sluis_log_identity exchange_log;
	uint32_t witness_quorum;
	int64_t latest_ms; /* greatest created_ms of a registrars' act */
	int64_t last_ms[SLUIS_ENTRY_CONTINUATION + 1]; /* created_ms of the last act of each type */
};

size_t sluis_directory_rows(const struct sluis_directory *directory, enum sluis_directory_table table);
void *sluis_directory_row(const struct sluis_directory *directory, enum sluis_directory_table table,
    size_t i);
/** sluis_directory_add(directory, table): a new zeroed row, in room that was reserved. */
void *sluis_directory_add(struct sluis_directory *directory, enum sluis_directory_table table);
/** sluis_directory_find(directory, index, key, ret): whether ${key} is there; ${ret} may be NULL. */
bool sluis_directory_find(const struct sluis_directory *directory, enum sluis_directory_index index,
    struct sluis_bytes key, uint32_t *ret);
/** sluis_directory_put(directory, index, key, value): new or overwritten, in room that was reserved. */
void sluis_directory_put(struct sluis_directory *directory, enum sluis_directory_index index,
    struct sluis_bytes key, uint32_t value);
/** sluis_directory_reserve(directory, slots): room for one entry, with ${slots} keys to find things by. */
SLUIS_MUST_CHECK enum sluis_err sluis_directory_reserve(struct sluis_directory *directory, size_t slots);

/* ---- lookups of the parts: directory.c ---- */

struct sluis_member *sluis_directory_member_row(const struct sluis_directory *directory, size_t i);
struct sluis_organisation *sluis_directory_organisation_row(const struct sluis_directory *directory,
    size_t i);
/** The holder of a handle; NULL for an unknown one. */
struct sluis_directory_holder *sluis_directory_member_holder(const struct sluis_directory *directory,
    struct sluis_bytes handle);
struct sluis_directory_holder *sluis_directory_organisation_holder(
    const struct sluis_directory *directory, struct sluis_bytes handle);

/* ---- judging: directory_rules.c ---- */

/** One entry under judgement: what it is, and what it would change. */
struct sluis_directory_step {
	const struct sluis_directory *directory;
	enum sluis_entry_type type;
	uint64_t index;
	struct sluis_directory_entry *entry; /* kept if it is taken */
	struct sluis_arena *scratch;
	const Sluis__Signed *act;
	struct sluis_hash act_hash;
	int64_t created_ms;
	bool by_registrars; /* it is an act of theirs */
	struct sluis_directory_fault *fault; /* NULL: nobody asks */

	struct sluis_genesis genesis;
	struct sluis_member *members; /* in the entry's memory */
	size_t n_members;
	struct sluis_organisation organisation;
	struct sluis_public *claims; /* keys that nobody else may use from now on */
	size_t n_claims;
	size_t cap_claims;
	uint32_t target; /* approval: row; suspension: holder; witness: row + 1, 0: a new one */
	bool of_organisation;
	enum sluis_standing standing;
	struct sluis_directory_policy policy;
	struct sluis_broker_keys broker;
	struct sluis_registrars registrars;
	struct sluis_witness witness;
	uint32_t witness_quorum;
	struct sluis_continuation continuation;
	struct sluis_guest guest;
};

/** sluis_directory_refuse(step, rule, format, ...): say why; always SLUIS_EKEYSLOG. */
enum sluis_err sluis_directory_refuse(struct sluis_directory_step *step, const char *rule,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/** sluis_directory_only(step, err, rule, text): SLUIS_OK and SLUIS_ENOMEM as they are, all else refused by ${rule}. */
enum sluis_err sluis_directory_only(struct sluis_directory_step *step, enum sluis_err err,
    const char *rule, const char *text);

/** SLUIS_DIRECTORY_UNPACK(step, lower, Upper, signed, ret): the payload of an act. */
#define SLUIS_DIRECTORY_UNPACK(step, lower, Upper, act, ret)                                           \
	sluis_directory_only(step,                                                                     \
	    SLUIS_UNPACK(lower, Upper, sluis_of((act)->payload_bytes), SLUIS_KEYS_ENTRY_MAX_BYTES,     \
	        (step)->scratch, ret),                                                                 \
	    "malformed", "is not in the form that the protocol prescribes")

/** sluis_directory_of_federation(step, federation): the act is for this federation. */
SLUIS_MUST_CHECK enum sluis_err sluis_directory_of_federation(struct sluis_directory_step *step,
    ProtobufCBinaryData federation);
/** sluis_directory_created(step, created_ms): not before the federation was founded; noted in the step. */
SLUIS_MUST_CHECK enum sluis_err sluis_directory_created(struct sluis_directory_step *step,
    uint64_t created_ms);
/** sluis_directory_by_registrars(step, federation, created_ms): k of n of them signed, in time and in order. */
SLUIS_MUST_CHECK enum sluis_err sluis_directory_by_registrars(struct sluis_directory_step *step,
    ProtobufCBinaryData federation, uint64_t created_ms);
/** sluis_directory_signature(act, signer_hash): the first that names that signer; NULL: none. */
const Sluis__Signature *sluis_directory_signature(const Sluis__Signed *act,
    const struct sluis_hash *signer_hash);

/* ---- keys: directory_keys.c ---- */

/** sluis_directory_claim_*(step, key, is_carried, what): nobody has ${key}, unless it was carried over from what this
 *  entry replaces. ${what} names it in the refusal. */
SLUIS_MUST_CHECK enum sluis_err sluis_directory_claim_sign(struct sluis_directory_step *step,
    const struct sluis_public *key, bool is_carried, const char *what);
SLUIS_MUST_CHECK enum sluis_err sluis_directory_claim_x25519(struct sluis_directory_step *step,
    const struct sluis_public *key, bool is_carried, const char *what);

/* ---- one rule and one way of applying for each type ---- */

/** sluis_directory_judge_organisation(step, act, ...) and _record: also for those inside genesis. */
struct sluis_directory_founding {
	const struct sluis_hash *anchors;
	size_t n_anchors;
	struct sluis_hash agreement_hash;
	const struct sluis_organisation *body; /* records: signed by it; NULL while it is judged itself */
};

SLUIS_MUST_CHECK enum sluis_err sluis_directory_judge_organisation(struct sluis_directory_step *step,
    const Sluis__Signed *act, const struct sluis_directory_founding *founding,
    struct sluis_organisation *ret);
SLUIS_MUST_CHECK enum sluis_err sluis_directory_judge_record(struct sluis_directory_step *step,
    const Sluis__Signed *act, const struct sluis_directory_founding *founding, struct sluis_member *ret);

/** sluis_directory_insert_*(directory, row): one more row, pending, and all ways to find it; ${row} is copied. */
void sluis_directory_insert_organisation(struct sluis_directory *directory,
    const struct sluis_organisation *row);
void sluis_directory_insert_member(struct sluis_directory *directory, const struct sluis_member *row);
/** sluis_directory_take_*(directory, row, index): row ${row} is approved by entry ${index}. */
void sluis_directory_take_organisation(struct sluis_directory *directory, uint32_t row, uint64_t index);
void sluis_directory_take_member(struct sluis_directory *directory, uint32_t row, uint64_t index);

/** sluis_directory_read_broker(step, keys, before, ret): form and keys; ${before}: what it replaces, or NULL. */
SLUIS_MUST_CHECK enum sluis_err sluis_directory_read_broker(struct sluis_directory_step *step,
    const Sluis__BrokerKeys *keys, const struct sluis_broker_keys *before, struct sluis_broker_keys *ret);
/** sluis_directory_read_log(step, log, ret): an origin that a signed note can carry. */
SLUIS_MUST_CHECK enum sluis_err sluis_directory_read_log(struct sluis_directory_step *step,
    const Sluis__LogIdentity *log, struct sluis_log_identity *ret);

/** How many of ${registrars} could sign if ${changed} (a holder; NULL: nobody) stood otherwise. */
size_t sluis_directory_able_registrars(const struct sluis_directory *directory,
    const struct sluis_registrars *registrars, const struct sluis_directory_holder *changed);

#define SLUIS_DIRECTORY_RULE(name)                                                                     \
	SLUIS_MUST_CHECK enum sluis_err sluis_directory_rule_##name(struct sluis_directory_step *step); \
	void sluis_directory_apply_##name(struct sluis_directory *directory,                           \
	    const struct sluis_directory_step *step)

SLUIS_DIRECTORY_RULE(genesis);
SLUIS_DIRECTORY_RULE(organisation);
SLUIS_DIRECTORY_RULE(record);
SLUIS_DIRECTORY_RULE(approval);
SLUIS_DIRECTORY_RULE(suspension);
SLUIS_DIRECTORY_RULE(policy);
SLUIS_DIRECTORY_RULE(broker);
SLUIS_DIRECTORY_RULE(registrars);
SLUIS_DIRECTORY_RULE(witness);
SLUIS_DIRECTORY_RULE(guest);
SLUIS_DIRECTORY_RULE(continuation);

#endif
