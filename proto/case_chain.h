/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * case_chain - a case as the signed acts on it tell: opener, members, step, open or closed, and all that was noted.
 *
 * Structure only: each act extends the one before, is signed by a record that was in force by the keys log it names,
 * and makes sense on the case as it stands. Whether the actor may do it is the policy's. Broker and client replay
 * the same chain. Never: sockets, clock, store, randomness, logging.
 * Source: PROTOCOL 6.1, 6.2; design 5.
 */
#ifndef SLUIS_CASE_CHAIN_H
#define SLUIS_CASE_CHAIN_H

#include "codec.h"
#include "directory.h"
#include "merkle.h"

#define SLUIS_CASE_MEMBERS_MAX 256 /* on one case at once */
#define SLUIS_CASE_ACT_MEMBERS_MAX 64
#define SLUIS_CASE_ACT_FACTS_MAX 64
#define SLUIS_CASE_ACT_MAX_BYTES (16u * 1024)     /* payload of one CaseAct */
#define SLUIS_CASE_MAX_BYTES (4u * 1024 * 1024) /* all acts of one case, decoded */

/* clang-format off */
/** The acts there are: name, act_code of the wire. */
#define SLUIS_CASE_CODE_LIST(X) \
	X(OPEN, "open") \
	X(JOIN, "join") \
	X(LEAVE, "leave") \
	X(STEP, "step") \
	X(CLOSE, "close") \
	X(REOPEN, "reopen") \
	X(INVITE, "invite") \
	X(INFORM, "inform") \
	X(SHIELD, "shield") \
	X(UNSHIELD, "unshield") \
	X(HAND_OVER, "hand-over") \
	X(LABEL, "label")
/* clang-format on */

enum sluis_case_code {
#define X(name, word) SLUIS_CASE_##name,
	SLUIS_CASE_CODE_LIST(X)
#undef X
};

/** sluis_case_code_text(code): as on the wire: "hand-over". */
const char *sluis_case_code_text(enum sluis_case_code code);

struct sluis_case_fact {
	struct sluis_bytes code;
	struct sluis_bytes value; /* text */
};

/** Whom an act names. */
struct sluis_case_name {
	struct sluis_bytes handle;
	struct sluis_hash record_hash; /* as the actor saw it */
};

/** One act of the chain. Views live as long as the case, or, in a draft, as the caller's. */
struct sluis_case_act {
	enum sluis_case_code code;
	uint64_t sequence;
	struct sluis_hash hash;        /* H(payload): the head of the chain after it */
	struct sluis_hash record_hash; /* who acted */
	struct sluis_bytes actor;      /* its handle */
	int64_t created_ms;
	struct sluis_merkle_head keys; /* the keys log as the actor saw it */
	struct sluis_hash policy_hash;
	const struct sluis_case_name *names;
	size_t n_names;
	const struct sluis_case_fact *facts;
	size_t n_facts;
};

/** Somebody who is on the case now. */
struct sluis_case_member {
	struct sluis_bytes handle;
	int64_t since_ms;        /* created_ms of the act that put it there */
	uint64_t since_sequence;
};

/** The case as it stands. Read it, do not write it: sluis_case_append() does. */
struct sluis_case {
	struct sluis_id id;
	struct sluis_hash federation;
	struct sluis_hash head;    /* H of the last act's payload: what a manifest pins */
	uint64_t next_sequence;    /* acts so far; 0: not opened yet */
	struct sluis_bytes opener; /* handle */
	struct sluis_case_member *members; /* in order of joining, the opener first */
	size_t n_members;
	size_t n_shields; /* acts of that code so far: whom they hold for, case_shield.h says */
	struct sluis_bytes step; /* code: the last fact `step` of an open, step, close or reopen; empty: the first step */
	bool is_closed;
	int64_t changed_ms; /* created_ms of the last act */
	struct sluis_case_act *acts; /* all, by sequence: n = next_sequence */
	struct sluis_arena *arena; /* what the views point into; this and the rest are the module's own */
	size_t cap_members;
	size_t cap_acts;
};

/** sluis_case_new(federation, id): a case without acts; NULL without memory. Free it with _free. */
struct sluis_case *sluis_case_new(const struct sluis_hash *federation, const struct sluis_id *id);
void sluis_case_free(struct sluis_case *of_case);
void sluis_case_freep(struct sluis_case **of_case);

/**
 * sluis_case_append(of_case, act, directory, why):
 * Take ${act} as the next act, copying what is kept. On an error the case is as it was; ${why} may be NULL.
 * Errors, of the actor or of who sent the chain: SLUIS_EFORMAT, SLUIS_ETOOBIG, SLUIS_ESIGNATURE;
 * SLUIS_ENOTFOUND (a record that ${directory} does not know); SLUIS_ECONTEXT (another federation or case);
 * SLUIS_EPROOF (it does not extend the head: `case-changed`; or its keys-log checkpoint is not of this log);
 * SLUIS_ESTALE (it names a keys log longer than ${directory}: bring that up to date first);
 * SLUIS_EREFUSED (no sense on this case as it stands: joins who is there, closes what is closed; its time or keys log goes
 * back behind the act before; or its signer was not in force). Ours: SLUIS_ENOMEM (also: the case is longer than SLUIS_CASE_MAX_BYTES).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_case_append(struct sluis_case *of_case, const Sluis__Signed *act,
    const struct sluis_directory *directory, struct sluis_why *why);

/** sluis_case_check(of_case, act, directory, why): what _append would answer; nothing changes. */
SLUIS_MUST_CHECK enum sluis_err sluis_case_check(const struct sluis_case *of_case, const Sluis__Signed *act,
    const struct sluis_directory *directory, struct sluis_why *why);

/**
 * sluis_case_build(of_case, draft, arena, ret):
 * The payload of the next act on ${of_case}, to be signed as SLUIS_SIGNED_CASE. Of ${draft} are read: code,
 * record_hash, created_ms, keys, policy_hash, names, facts. Errors: SLUIS_EFORMAT (a value that the wire does not
 * take: the caller's fault), SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_case_build(const struct sluis_case *of_case,
    const struct sluis_case_act *draft, struct sluis_arena *arena, struct sluis_bytes *ret);

/** sluis_case_member(of_case, handle): NULL for somebody who is not on the case now. */
const struct sluis_case_member *sluis_case_member(const struct sluis_case *of_case,
    struct sluis_bytes handle);

/** sluis_case_next_act(of_case, cursor, code): the next act of that code; *${cursor} starts at 0. NULL at the end.
 *  Shields, invitations and informing are read from here: what their facts mean is the policy's. */
const struct sluis_case_act *sluis_case_next_act(const struct sluis_case *of_case, uint64_t *cursor,
    enum sluis_case_code code);

/** sluis_case_act_names(act, handle): the act concerns that member. */
bool sluis_case_act_names(const struct sluis_case_act *act, struct sluis_bytes handle);
/** sluis_case_act_fact(act, code): the value of the fact; empty where the act does not carry it. */
struct sluis_bytes sluis_case_act_fact(const struct sluis_case_act *act, const char *code);

#endif
