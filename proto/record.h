/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * record - write what goes into the keys log: payloads of genesis, organisations, records and registrars' acts.
 *
 * Builds the bytes that are then signed (signed.h) and put into an entry; whether an entry is taken, directory.h says.
 * Everything in a draft is borrowed; results live in the arena. All builders: SLUIS_EFORMAT (a value that the wire
 * does not take, see PROTOCOL 2.2: the caller's fault), SLUIS_ENOMEM.
 * Never: sockets, clock, store, randomness, logging.
 * Source: PROTOCOL 7; schema: sluis.proto.
 */
#ifndef SLUIS_RECORD_H
#define SLUIS_RECORD_H

#include "codec.h"
#include "directory.h"
#include "dsse.h"
#include "merkle.h"

#define SLUIS_INVITE_CODE_BYTES 16

/* clang-format off */
/** Entries of the keys log: name, type_code, as what its act is signed. */
#define SLUIS_ENTRY_TYPE_LIST(X) \
	X(GENESIS,      "genesis",      SLUIS_SIGNED_GENESIS) \
	X(ORGANISATION, "organisation", SLUIS_SIGNED_ORGANISATION) \
	X(RECORD,       "record",       SLUIS_SIGNED_RECORD) \
	X(APPROVAL,     "approval",     SLUIS_SIGNED_APPROVAL) \
	X(SUSPENSION,   "suspension",   SLUIS_SIGNED_SUSPENSION) \
	X(POLICY,       "policy",       SLUIS_SIGNED_POLICY) \
	X(BROKER,       "broker",       SLUIS_SIGNED_BROKER) \
	X(REGISTRARS,   "registrars",   SLUIS_SIGNED_REGISTRARS) \
	X(WITNESS,      "witness",      SLUIS_SIGNED_WITNESS) \
	X(GUEST,        "guest",        SLUIS_SIGNED_GUEST) \
	X(CONTINUATION, "continuation", SLUIS_SIGNED_CONTINUATION)
/* clang-format on */

enum sluis_entry_type {
#define X(name, word, signed_type) SLUIS_ENTRY_##name,
	SLUIS_ENTRY_TYPE_LIST(X)
#undef X
};

/** sluis_entry_type_text(type): the type_code. sluis_entry_signed_type(type): as what the act is signed. */
const char *sluis_entry_type_text(enum sluis_entry_type type);
enum sluis_signed_type sluis_entry_signed_type(enum sluis_entry_type type);

/** sluis_record_entry(type, act, arena, ret): the packed KeysEntry. Errors also: SLUIS_ETOOBIG. */
SLUIS_MUST_CHECK enum sluis_err sluis_record_entry(enum sluis_entry_type type, Sluis__Signed *act,
    struct sluis_arena *arena, struct sluis_bytes *ret);

struct sluis_record_draft {
	struct sluis_hash federation; /* zero bytes for the registrars that genesis carries */
	struct sluis_bytes handle;
	struct sluis_bytes organisation_handle;
	struct sluis_bytes kind; /* "person" or "system" */
	const struct sluis_bytes *roles;
	size_t n_roles;
	struct sluis_bytes mandate; /* text */
	int64_t created_ms;
	int64_t from_ms;
	int64_t until_ms;
	struct sluis_public sign_key;
	struct sluis_public curve_key;
	const struct sluis_recipient *recipients; /* by epoch, ascending */
	size_t n_recipients;
	const struct sluis_hash *previous; /* the record that it replaces; NULL: none */
};

/** sluis_record_build(draft, arena, ret): a Record: to be signed by organisation, own key and, if any, previous key. */
SLUIS_MUST_CHECK enum sluis_err sluis_record_build(const struct sluis_record_draft *draft,
    struct sluis_arena *arena, struct sluis_bytes *ret);

struct sluis_record_organisation {
	struct sluis_bytes handle;
	struct sluis_bytes name;
	struct sluis_bytes oin;
	struct sluis_bytes regime;
	const struct sluis_bytes *certificates; /* DER, leaf first, root last */
	size_t n_certificates;
	struct sluis_hash agreement_hash; /* that of genesis: accession is signing it */
	int64_t created_ms;
	const struct sluis_public *recovery_key; /* NULL: none */
	uint32_t recovery_epoch;
	const struct sluis_hash *previous; /* on renewal; NULL: none */
};

SLUIS_MUST_CHECK enum sluis_err sluis_record_organisation(const struct sluis_record_organisation *draft,
    struct sluis_arena *arena, struct sluis_bytes *ret);

struct sluis_record_genesis {
	struct sluis_bytes name;
	int64_t created_ms;
	const struct sluis_hash *anchors;
	size_t n_anchors;
	Sluis__Signed *body;        /* the Organisation of the federation body, signed */
	Sluis__Signed **registrars; /* their Records, signed */
	size_t n_registrars;
	uint32_t needed; /* k of n */
	struct sluis_log_identity keys_log;
	struct sluis_log_identity exchange_log;
	struct sluis_broker_keys broker; /* entry_index is not read */
	struct sluis_hash policy_hash;
	struct sluis_hash agreement_hash;
};

/** sluis_record_genesis(draft, arena, ret): to be signed by the body's certificate and every registrar. */
SLUIS_MUST_CHECK enum sluis_err sluis_record_genesis(const struct sluis_record_genesis *draft,
    struct sluis_arena *arena, struct sluis_bytes *ret);

/** What every act of the registrars says. */
struct sluis_record_act {
	struct sluis_hash federation;
	int64_t created_ms;
};

/** sluis_record_approval(act, target, arena, ret): ${target} = H(payload of a Record or an Organisation). */
SLUIS_MUST_CHECK enum sluis_err sluis_record_approval(const struct sluis_record_act *act,
    const struct sluis_hash *target, struct sluis_arena *arena, struct sluis_bytes *ret);

struct sluis_record_suspension {
	struct sluis_bytes handle;
	bool of_organisation; /* ${handle} is an organisation's; else a member's */
	enum sluis_standing state; /* suspended, active or removed */
	struct sluis_bytes reason; /* code */
};

SLUIS_MUST_CHECK enum sluis_err sluis_record_suspension(const struct sluis_record_act *act,
    const struct sluis_record_suspension *draft, struct sluis_arena *arena, struct sluis_bytes *ret);

/** sluis_record_policy(act, policy_hash, starts_ms, arena, ret). */
SLUIS_MUST_CHECK enum sluis_err sluis_record_policy(const struct sluis_record_act *act,
    const struct sluis_hash *policy_hash, int64_t starts_ms, struct sluis_arena *arena,
    struct sluis_bytes *ret);

SLUIS_MUST_CHECK enum sluis_err sluis_record_broker(const struct sluis_record_act *act,
    const struct sluis_broker_keys *broker, struct sluis_arena *arena, struct sluis_bytes *ret);

SLUIS_MUST_CHECK enum sluis_err sluis_record_registrars(const struct sluis_record_act *act,
    const struct sluis_registrars *registrars, struct sluis_arena *arena, struct sluis_bytes *ret);

struct sluis_record_witness {
	struct sluis_witness witness;
	uint32_t count;  /* active witnesses after this entry */
	uint32_t quorum; /* of them, for a checkpoint */
};

SLUIS_MUST_CHECK enum sluis_err sluis_record_witness(const struct sluis_record_act *act,
    const struct sluis_record_witness *draft, struct sluis_arena *arena, struct sluis_bytes *ret);

/** sluis_record_continuation(act, draft, arena, ret): created_ms and entry_index of ${draft} are not read. */
SLUIS_MUST_CHECK enum sluis_err sluis_record_continuation(const struct sluis_record_act *act,
    const struct sluis_continuation *draft, struct sluis_arena *arena, struct sluis_bytes *ret);

/** sluis_record_guest(act, draft, arena, ret): signed by the organisation; created_ms and entry_index of ${draft} are not read. */
SLUIS_MUST_CHECK enum sluis_err sluis_record_guest(const struct sluis_record_act *act,
    const struct sluis_guest *draft, struct sluis_arena *arena, struct sluis_bytes *ret);

struct sluis_record_invite {
	struct sluis_hash invite_hash; /* sluis_record_invite_hash() */
	struct sluis_bytes handle;
	struct sluis_bytes organisation_handle;
	int64_t expires_ms;
};

/** sluis_record_invite(act, draft, arena, ret): to be signed by one registrar as SLUIS_SIGNED_INVITE; not an entry. */
SLUIS_MUST_CHECK enum sluis_err sluis_record_invite(const struct sluis_record_act *act,
    const struct sluis_record_invite *draft, struct sluis_arena *arena, struct sluis_bytes *ret);

/** sluis_record_invite_hash(code): H("sluis/invite/v1" || 0x00 || code): what the broker keeps of a one-time code. */
struct sluis_hash sluis_record_invite_hash(const uint8_t code[static SLUIS_INVITE_CODE_BYTES]);

#endif
