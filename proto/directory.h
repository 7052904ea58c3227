/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * directory - who is who in a federation: the keys log replayed, entry by entry, by its rules.
 *
 * The same code stands at the broker and at every member. It keeps the entries, the Merkle root of every size, and
 * tables for quick answers. One thread appends; a copy is never changed by that and may be read in any thread.
 * All views and pointers given out hold until the next append to, or the end of, the directory that gave them.
 * Never: sockets, clock, store, logging, randomness.
 * Source: PROTOCOL section 7; design 3.
 */
#ifndef SLUIS_DIRECTORY_H
#define SLUIS_DIRECTORY_H

#include "base.h"
#include "limits.h"
#include "merkle.h"

#define SLUIS_DIRECTORY_NEVER UINT64_MAX /* an entry index that is not there */
#define SLUIS_ANCHORS_MAX 16
#define SLUIS_REGISTRARS_MAX 15 /* one signature is the federation body's */
#define SLUIS_ENDPOINTS_MAX 16
#define SLUIS_EPOCHS_MAX 32 /* age recipients in one record */
#define SLUIS_ENTRY_AHEAD_MS SLUIS_ACT_MAX_AHEAD_MS

struct sluis_directory;

/** Where a record or an organisation entry stands in its life. Only `active` can be in force. */
enum sluis_standing {
	SLUIS_STANDING_PENDING,   /* in the log, not approved */
	SLUIS_STANDING_ACTIVE,    /* approved */
	SLUIS_STANDING_SUSPENDED, /* approved; its member or organisation is suspended */
	SLUIS_STANDING_REMOVED,   /* its member or organisation is removed, for good */
	SLUIS_STANDING_REPLACED   /* a later entry for the same handle took its place */
};
#define SLUIS_STANDING_BIT(standing) (1u << (standing))
#define SLUIS_STANDING_ANY 0x1fu

/** sluis_standing_text(standing): the state code of the protocol: "pending", "active", ... */
const char *sluis_standing_text(enum sluis_standing standing);

/** An age X25519 recipient of a member, for a window of time. */
struct sluis_recipient {
	uint32_t epoch;
	struct sluis_public key;
	int64_t from_ms;  /* inclusive */
	int64_t until_ms; /* exclusive */
};

/** One record of the log: a row for every record, also replaced ones. */
struct sluis_member {
	struct sluis_bytes handle;
	struct sluis_bytes organisation_handle;
	struct sluis_bytes kind; /* "person" or "system" */
	const struct sluis_bytes *roles; /* codes, as signed, each once */
	size_t n_roles;
	struct sluis_bytes mandate; /* text */
	struct sluis_public sign_key;  /* Ed25519 */
	struct sluis_public curve_key; /* CURVE of the transport */
	const struct sluis_recipient *recipients; /* by epoch, ascending */
	size_t n_recipients;
	int64_t created_ms;
	int64_t from_ms;  /* inclusive */
	int64_t until_ms; /* exclusive */
	struct sluis_hash record_hash; /* SHA-256 of the Record payload */
	enum sluis_standing state;
	uint64_t entry_index;    /* the record's own entry; 0: it stands in genesis */
	uint64_t approved_index; /* entry of the approval, SLUIS_DIRECTORY_NEVER while pending */
	uint64_t ended_index;    /* entry that replaced or removed it, or SLUIS_DIRECTORY_NEVER */
};

/** One organisation entry of the log. */
struct sluis_organisation {
	struct sluis_bytes handle;
	struct sluis_bytes name; /* text, for people at the edge only */
	struct sluis_bytes oin;
	struct sluis_bytes regime;
	const struct sluis_bytes *certificates; /* DER, leaf first, root last */
	size_t n_certificates;
	struct sluis_hash certificate_hash; /* SHA-256 of the leaf: its signer_hash */
	struct sluis_hash payload_hash;     /* SHA-256 of the Organisation payload */
	int64_t created_ms;
	int64_t valid_from_ms;  /* when every certificate of the chain is within its term: inclusive */
	int64_t valid_until_ms; /* inclusive */
	bool has_recovery;
	uint32_t recovery_epoch;
	struct sluis_public recovery_key; /* age X25519 */
	enum sluis_standing state;
	uint64_t entry_index;
	uint64_t approved_index;
	uint64_t ended_index;
};

/** Origin and Ed25519 key of a log. */
struct sluis_log_identity {
	struct sluis_bytes origin;
	struct sluis_public key;
};

/** What the broker shows itself with. */
struct sluis_broker_keys {
	struct sluis_public curve_key;
	struct sluis_public next_curve_key;
	struct sluis_public decision_key; /* Ed25519 */
	const struct sluis_bytes *endpoints; /* text, 1..SLUIS_ENDPOINTS_MAX */
	size_t n_endpoints;
	uint64_t entry_index; /* from which entry on */
};

/** The federation as entry 0 founded it. What can change has an accessor of its own below. */
struct sluis_genesis {
	struct sluis_hash federation;
	struct sluis_bytes name; /* text */
	struct sluis_bytes body_handle; /* organisation of the federation body */
	int64_t created_ms;
	const struct sluis_hash *anchors; /* SHA-256 of the DER of each trusted root */
	size_t n_anchors;
	struct sluis_log_identity keys_log;
	struct sluis_log_identity exchange_log;
	struct sluis_hash policy_hash;
	struct sluis_hash agreement_hash;
};

/** Who approves, now. */
struct sluis_registrars {
	const struct sluis_bytes *handles;
	size_t n;
	uint32_t needed; /* k of the n */
};

/** A witness named in the log. */
struct sluis_witness {
	struct sluis_bytes handle;
	struct sluis_public cosigner_key;
	bool active;
};

/** A new exchange log after a loss that a registrar owned up to. */
struct sluis_continuation {
	struct sluis_log_identity former;
	struct sluis_merkle_head last_known;
	struct sluis_log_identity successor;
	struct sluis_bytes reason;
	int64_t created_ms;
	uint64_t entry_index;
};

/** A guest's blinded commitment; who it is, only the members of its case know. */
struct sluis_guest {
	struct sluis_bytes organisation_handle;
	struct sluis_hash commitment;
	int64_t created_ms;
	int64_t until_ms;
	uint64_t entry_index;
};

/** Certificate revocation lists for sluis_directory_in_force(): DER, any order. */
struct sluis_crls {
	const struct sluis_bytes *lists;
	size_t n;
};

/** Why an entry is refused: the rule as a code that events and answers may carry, and a clause for people. */
struct sluis_directory_fault {
	const char *rule; /* static code: "signature", "self-approval", "handle-in-use", ... PROTOCOL 7.2 */
	struct sluis_why why;
};

/** sluis_directory_new(): a directory without entries; NULL without memory. The caller has run sodium_init(). */
struct sluis_directory *sluis_directory_new(void);
/** sluis_directory_free(directory): NULL is fine. */
void sluis_directory_free(struct sluis_directory *directory);
void sluis_directory_freep(struct sluis_directory **directory);

/**
 * sluis_directory_copy(directory):
 * A directory of its own with the same content, independent of ${directory}: a snapshot for other threads. Entries
 * are shared behind a counter and never change; cost: one copy of the tables. NULL without memory.
 */
struct sluis_directory *sluis_directory_copy(const struct sluis_directory *directory);

/**
 * sluis_directory_append(directory, entry, why):
 * Take the packed KeysEntry ${entry} (copied) as the next one when it obeys PROTOCOL 7.2; the first is genesis.
 * All signatures and certificates are verified. On an error nothing has changed.
 * Errors: SLUIS_EKEYSLOG (it breaks a rule; ${why}, may be NULL, says which), SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_directory_append(struct sluis_directory *directory,
    struct sluis_bytes entry, struct sluis_why *why);

/** sluis_directory_check(directory, entry, why): what _append would answer; nothing changes. */
SLUIS_MUST_CHECK enum sluis_err sluis_directory_check(const struct sluis_directory *directory,
    struct sluis_bytes entry, struct sluis_why *why);

/** sluis_directory_judge(directory, entry, ret_fault): as _check, naming the rule; filled on SLUIS_EKEYSLOG only. */
SLUIS_MUST_CHECK enum sluis_err sluis_directory_judge(const struct sluis_directory *directory,
    struct sluis_bytes entry, struct sluis_directory_fault *ret_fault);

/** sluis_directory_size(directory): entries. */
uint64_t sluis_directory_size(const struct sluis_directory *directory);
/** sluis_directory_root(directory): Merkle root at the present size. */
struct sluis_hash sluis_directory_root(const struct sluis_directory *directory);
/** sluis_directory_root_at(directory, size, ret): the root it had. O(1). Errors: SLUIS_ENOTFOUND (never that large). */
SLUIS_MUST_CHECK enum sluis_err sluis_directory_root_at(const struct sluis_directory *directory,
    uint64_t size, struct sluis_hash *ret);
/** sluis_directory_entry(directory, index): the bytes of entry ${index}; empty where there is none. */
struct sluis_bytes sluis_directory_entry(const struct sluis_directory *directory, uint64_t index);

/** sluis_directory_genesis(directory): NULL while there is no entry. */
const struct sluis_genesis *sluis_directory_genesis(const struct sluis_directory *directory);
/** sluis_directory_federation(directory): federation id; 32 zero bytes while there is no entry. */
struct sluis_hash sluis_directory_federation(const struct sluis_directory *directory);
/** sluis_directory_broker(directory): keys and endpoints now; NULL while there is no entry. */
const struct sluis_broker_keys *sluis_directory_broker(const struct sluis_directory *directory);
/** sluis_directory_broker_at(directory, size): as the log of ${size} entries said: for decisions of that day. */
const struct sluis_broker_keys *sluis_directory_broker_at(const struct sluis_directory *directory,
    uint64_t size);
/** sluis_directory_exchange_log(directory): the exchange log now, continuations counted; NULL without an entry. */
const struct sluis_log_identity *sluis_directory_exchange_log(const struct sluis_directory *directory);
/** sluis_directory_continuation(directory, i): the ${i}th, NULL beyond the last. */
const struct sluis_continuation *sluis_directory_continuation(const struct sluis_directory *directory,
    size_t i);

/** sluis_directory_registrars(directory): who may approve, and how many must. */
struct sluis_registrars sluis_directory_registrars(const struct sluis_directory *directory);
/** sluis_directory_is_registrar(directory, handle): named by genesis or the last `registrars` entry. The role
 *  in a record alone makes nobody a registrar. */
bool sluis_directory_is_registrar(const struct sluis_directory *directory, struct sluis_bytes handle);
/** sluis_directory_witness(directory, i): the ${i}th named, removed ones too; NULL beyond the last. */
const struct sluis_witness *sluis_directory_witness(const struct sluis_directory *directory, size_t i);
/** sluis_directory_witness_quorum(directory): cosignatures that a checkpoint needs; 0: none. */
uint32_t sluis_directory_witness_quorum(const struct sluis_directory *directory);

/**
 * sluis_directory_policy_hash(directory, at_ms, ret):
 * SHA-256 of the policy file in force at ${at_ms}: the last version in the log whose start is not after it; that of
 * genesis from the beginning. Errors: SLUIS_ENOTFOUND (no entry yet).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_directory_policy_hash(const struct sluis_directory *directory,
    int64_t at_ms, struct sluis_hash *ret);
/**
 * sluis_directory_policy_held(directory, size, hash, from_ms, until_ms):
 * By what the log said when it had ${size} entries, the policy file ${hash} was in force at some moment from ${from_ms} to
 * ${until_ms}, both included: for acts of the past, whose maker's clock may have been a little off.
 */
bool sluis_directory_policy_held(const struct sluis_directory *directory, uint64_t size,
    const struct sluis_hash *hash, int64_t from_ms, int64_t until_ms);

/** sluis_directory_member(directory, handle): the record of ${handle} that was approved last, whatever its state;
 *  where none ever was, the pending one; NULL for an unknown handle. */
const struct sluis_member *sluis_directory_member(const struct sluis_directory *directory,
    struct sluis_bytes handle);
/** sluis_directory_member_by_record(directory, record_hash): also pending and replaced records; NULL if unknown. */
const struct sluis_member *sluis_directory_member_by_record(const struct sluis_directory *directory,
    const struct sluis_hash *record_hash);
/** sluis_directory_member_by_curve(directory, key): the record with that CURVE key (where successive records of one
 *  member share it, the one approved last); its state is for the caller to look at. NULL if unknown. */
const struct sluis_member *sluis_directory_member_by_curve(const struct sluis_directory *directory,
    const struct sluis_public *key);
/**
 * sluis_directory_next_member(directory, cursor, standings):
 * The next record, in order of the log, whose state is among ${standings} (SLUIS_STANDING_BIT()s); *${cursor} starts
 * at 0 and is moved on. NULL at the end. SLUIS_STANDING_BIT(SLUIS_STANDING_PENDING): those that wait for approval.
 */
const struct sluis_member *sluis_directory_next_member(const struct sluis_directory *directory,
    size_t *cursor, unsigned standings);

/** sluis_directory_organisation(directory, handle): as _member, for organisations. */
const struct sluis_organisation *sluis_directory_organisation(const struct sluis_directory *directory,
    struct sluis_bytes handle);
/** sluis_directory_organisation_by_hash(directory, payload_hash): also pending and replaced ones. */
const struct sluis_organisation *sluis_directory_organisation_by_hash(
    const struct sluis_directory *directory, const struct sluis_hash *payload_hash);
const struct sluis_organisation *sluis_directory_next_organisation(
    const struct sluis_directory *directory, size_t *cursor, unsigned standings);

/** sluis_directory_guest(directory, commitment): NULL if unknown. */
const struct sluis_guest *sluis_directory_guest(const struct sluis_directory *directory,
    const struct sluis_hash *commitment);

/** sluis_member_has_role(member, role). */
bool sluis_member_has_role(const struct sluis_member *member, struct sluis_bytes role);
/** sluis_member_recipient_at(member, at_ms): the recipient to seal to: of those whose window holds ${at_ms} the one of
 *  the highest epoch; NULL where there is none. */
const struct sluis_recipient *sluis_member_recipient_at(const struct sluis_member *member, int64_t at_ms);
/** sluis_member_recipient(member, epoch): NULL where there is none. */
const struct sluis_recipient *sluis_member_recipient(const struct sluis_member *member, uint32_t epoch);

/**
 * sluis_directory_in_force(directory, member, at_ms, crls, why):
 * The record ${member} counts at ${at_ms}, by all that the log says now: approved, neither suspended, removed nor
 * replaced, within its window, and its organisation likewise with a certificate within its term. PROTOCOL 7.3.
 * ${crls} may be NULL: then revocation is not looked at and the cost is O(1); else the whole chain is verified again.
 * Errors: SLUIS_EREFUSED (the member's state or window), SLUIS_ECERTIFICATE (the organisation's), SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_directory_in_force(const struct sluis_directory *directory,
    const struct sluis_member *member, int64_t at_ms, const struct sluis_crls *crls,
    struct sluis_why *why);

/**
 * sluis_directory_in_force_then(directory, member, size, at_ms, why):
 * The same by what the log said when it had ${size} entries: for acts of the past, of members who have since been
 * replaced, suspended or removed. Revocation lists are not looked at.
 * Errors: SLUIS_EREFUSED, SLUIS_ECERTIFICATE, SLUIS_ENOTFOUND (the log never was that large).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_directory_in_force_then(const struct sluis_directory *directory,
    const struct sluis_member *member, uint64_t size, int64_t at_ms, struct sluis_why *why);

#endif
