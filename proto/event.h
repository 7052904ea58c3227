/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * event - what stands in the exchange log: types, entries, leaves, and evidence checked against a checkpoint.
 *
 * Pure. Source: PROTOCOL 8; NEN 7513 (action codes).
 */
#ifndef SLUIS_EVENT_H
#define SLUIS_EVENT_H

#include "codec.h"
#include "limits.h"
#include "merkle.h"

/* NEN 7513: what was done to the data. */
enum sluis_event_action {
	SLUIS_EVENT_CREATE = 1,
	SLUIS_EVENT_READ = 2,
	SLUIS_EVENT_UPDATE = 3,
	SLUIS_EVENT_DELETE = 4,
	SLUIS_EVENT_EXECUTE = 5
};

/* clang-format off */
/* name, code on the wire, action. PROTOCOL 8.2 has the same table. */
#define SLUIS_EVENT_TYPE_LIST(X) \
	X(START,           "start",           EXECUTE) \
	X(STOP,            "stop",            EXECUTE) \
	X(CLOCK_STEP,      "clock-step",      EXECUTE) \
	X(ACCESSION,       "accession",       CREATE) \
	X(ENROL,           "enrol",           CREATE) \
	X(APPROVE,         "approve",         UPDATE) \
	X(SUSPEND,         "suspend",         UPDATE) \
	X(POLICY,          "policy",          UPDATE) \
	X(INVITE,          "invite",          CREATE) \
	X(CASE_OPEN,       "case-open",       CREATE) \
	X(CASE_JOIN,       "case-join",       UPDATE) \
	X(CASE_LEAVE,      "case-leave",      UPDATE) \
	X(CASE_STEP,       "case-step",       UPDATE) \
	X(CASE_CLOSE,      "case-close",      UPDATE) \
	X(CASE_REOPEN,     "case-reopen",     UPDATE) \
	X(CASE_INVITE,     "case-invite",     UPDATE) \
	X(CASE_INFORM,     "case-inform",     UPDATE) \
	X(CASE_SHIELD,     "case-shield",     UPDATE) \
	X(CASE_UNSHIELD,   "case-unshield",   UPDATE) \
	X(CASE_LABEL,      "case-label",      UPDATE) \
	X(CASE_HAND_OVER,  "case-hand-over",  UPDATE) \
	X(GRANT,           "grant",           CREATE) \
	X(CONSENT_REFUSAL, "consent-refusal", CREATE) \
	X(WITHDRAWAL,      "withdrawal",      UPDATE) \
	X(REVIEW_OPEN,     "review-open",     CREATE) \
	X(REVIEW_CLOSE,    "review-close",    UPDATE) \
	X(PUSH,            "push",            CREATE) \
	X(RELEASE,         "release",         READ) \
	X(RELEASE_CUT,     "release-cut",     READ) \
	X(RECEIPT,         "receipt",         UPDATE) \
	X(REQUEST,         "request",         READ) \
	X(INQUIRY,         "inquiry",         CREATE) \
	X(INQUIRY_ANSWER,  "inquiry-answer",  UPDATE) \
	X(BUSY,            "busy",            EXECUTE) \
	X(LOG_READ,        "log-read",        READ) \
	X(INCIDENT,        "incident",        CREATE) \
	X(BREACH,          "breach",          CREATE) \
	X(ERASED,          "erased",          DELETE) \
	X(SHREDDED,        "shredded",        DELETE) \
	X(HOLD,            "hold",            UPDATE) \
	X(RECOVERED,       "recovered",       EXECUTE) \
	X(LOST,            "lost",            EXECUTE) \
	X(CONTINUATION,    "continuation",    CREATE) \
	X(VOID,            "void",            UPDATE) \
	X(REFUSED,         "refused",         EXECUTE)
/* clang-format on */

enum sluis_event_type {
#define X(name, code, action) SLUIS_EVENT_##name,
	SLUIS_EVENT_TYPE_LIST(X)
#undef X
};

/** sluis_event_type_text(type): its code, static. */
const char *sluis_event_type_text(enum sluis_event_type type);

/** sluis_event_type_parse(code, ret): the type of ${code}. Errors: SLUIS_EFORMAT (unknown). */
SLUIS_MUST_CHECK enum sluis_err sluis_event_type_parse(struct sluis_bytes code, enum sluis_event_type *ret);

/** sluis_event_type_action(type): the action that an event of ${type} carries. */
enum sluis_event_action sluis_event_type_action(enum sluis_event_type type);

/** sluis_event_entry(blind, event): H("sluis/leaf/v1" ‖ 0x00 ‖ blind ‖ event), ${event} = H(event bytes). */
struct sluis_hash sluis_event_entry(const uint8_t blind[static SLUIS_HASH_BYTES], const struct sluis_hash *event);

/** sluis_event_leaf(entry): leaf hash of a 32-byte entry, H(0x00 ‖ entry). */
struct sluis_hash sluis_event_leaf(const struct sluis_hash *entry);

/**
 * sluis_event_rounded_size(size): ${size} bytes rounded up to 1/16 of its magnitude (PROTOCOL 8.3); 0 stays 0.
 * Sizes up to 2^62; more gives INT64_MAX, the largest that a field may hold.
 */
uint64_t sluis_event_rounded_size(uint64_t size);

/**
 * sluis_event_open(bytes, arena, ret):
 * Read an Event strictly: also a type of the list with its action, an outcome of permit, refuse or note.
 * Errors: those of sluis_codec_unpack(), SLUIS_EFORMAT; the broker's fault.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_event_open(struct sluis_bytes bytes, struct sluis_arena *arena,
    Sluis__Event **ret);

/** An event with its opening. */
struct sluis_event_evidence {
	Sluis__Event *event;
	enum sluis_event_type type;
	struct sluis_bytes bytes; /* in the arena */
	struct sluis_hash entry;
	struct sluis_hash leaf; /* leaf hash, for whoever holds all leaves */
	uint64_t index;
};

/**
 * sluis_event_evidence_open(evidence, arena, ret):
 * Read the event and compute entry and leaf; its place is NOT proven (listings travel without paths).
 * Errors as sluis_event_open().
 */
SLUIS_MUST_CHECK enum sluis_err sluis_event_evidence_open(const Sluis__Evidence *evidence,
    struct sluis_arena *arena, struct sluis_event_evidence *ret);

/**
 * sluis_event_evidence_verify(evidence, head, arena, ret):
 * _open, and: the leaf stands at its index in the tree ${head}, a checkpoint that the caller trusts.
 * What the event is about (act_hash, type, outcome) is the caller's to compare.
 * Errors: those, SLUIS_EPROOF; the broker's fault.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_event_evidence_verify(const Sluis__Evidence *evidence,
    const struct sluis_merkle_head *head, struct sluis_arena *arena, struct sluis_event_evidence *ret);

/** sluis_event_permits(event, type, act_hash): it says that an act of ${type} (code), ${act_hash} (NULL: any), was permitted. */
bool sluis_event_permits(const Sluis__Event *event, const char *type, const struct sluis_hash *act_hash);

#endif
