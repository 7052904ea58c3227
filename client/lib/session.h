/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * session - a profile in contact with its broker: every answer is checked before anything of it is believed.
 *
 * Opening mirrors the keys log, verifies and replays it, and takes the policy whose hash is in force. Each answer carries both
 * checkpoints; they must extend what the profile has seen (else SLUIS_EROLLBACK, SLUIS_EPROOF, evidence kept), and the new
 * heads are durable before the answer is handed on. Time is read once a call, from the system.
 */
#ifndef SLUIS_CLIENT_SESSION_H
#define SLUIS_CLIENT_SESSION_H

#include "codec.h"
#include "directory.h"
#include "event.h"
#include "failure.h"
#include "policy.h"
#include "profile.h"
#include "signed.h"

struct sluis_session {
	struct sluis_profile *profile;       /* owned */
	struct sluis_directory *directory;   /* replayed mirror */
	struct sluis_policy *policy;         /* in force */
	struct sluis_hash policy_hash;
	struct sluis_policies *earlier;      /* versions that acts of the past name; owned */
	struct sluis_hash federation;
	const struct sluis_member *self;     /* record in force, or NULL (not approved yet) */
	enum sluis_lang lang;
	struct sluis_connection *connection; /* NULL: offline */
	int64_t timeout_ms;
};

/**
 * sluis_session_open(dir, passphrase, failure, ret):
 * Open the profile, connect, say hello, bring mirror and policy up to date. Errors: those of sluis_profile_open();
 * SLUIS_EUNREACHABLE, SLUIS_EBUSY; SLUIS_EROLLBACK, SLUIS_EPROOF, SLUIS_ESIGNATURE, SLUIS_EKEYSLOG, SLUIS_EPOLICY with evidence.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_session_open(const char *dir,
    const struct sluis_passphrase *passphrase, struct sluis_failure *failure, struct sluis_session **ret);
/** sluis_session_open_offline: profile and mirror as they lie on disk, verified again; no contact. */
SLUIS_MUST_CHECK enum sluis_err sluis_session_open_offline(const char *dir,
    const struct sluis_passphrase *passphrase, struct sluis_failure *failure, struct sluis_session **ret);
void sluis_session_close(struct sluis_session *session);
void sluis_session_closep(struct sluis_session **session);

/** An answer, verified against the log state that came with it; lives in the arena given. */
struct sluis_answer {
	const Sluis__Tell *tell;
	struct sluis_bytes body;
	struct sluis_merkle_head exchange; /* head that evidence in it was proven against */
};

/**
 * sluis_session_call(session, ask, body, arena, ret, failure):
 * Send ${ask} (format, federation, request id and seen are filled in here), wait for its answer, check its log state, keep
 * the heads. SLUIS_OK means status done. A refusal: SLUIS_EREFUSED, rule and text filled from the policy's labels and, where
 * there is a decision, its signature verified against the broker's decision key. Busy: SLUIS_EBUSY; unavailable: SLUIS_EBUSY;
 * malformed: SLUIS_ESTATUS. Nothing answers in time: SLUIS_EUNREACHABLE ("repeating is safe").
 */
SLUIS_MUST_CHECK enum sluis_err sluis_session_call(struct sluis_session *session, Sluis__Ask *ask,
    struct sluis_bytes body, struct sluis_arena *arena, struct sluis_answer *ret,
    struct sluis_failure *failure);

/**
 * sluis_session_evidence(session, answer, evidence, act_hash, type, arena, ret, failure):
 * ${evidence} of ${answer} proves an event of ${type} (code) that permits ${act_hash} (NULL: any) at its index in the checkpoint.
 * Errors: SLUIS_EPROOF, SLUIS_EFORMAT with evidence kept.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_session_evidence(struct sluis_session *session,
    const struct sluis_answer *answer, const Sluis__Evidence *evidence, const struct sluis_hash *act_hash,
    const char *type, struct sluis_arena *arena, struct sluis_event_evidence *ret,
    struct sluis_failure *failure);

/** sluis_session_clock(session, ret_ahead_ms, failure): how far this machine's clock is ahead of the broker's (negative: behind it). */
SLUIS_MUST_CHECK enum sluis_err sluis_session_clock(struct sluis_session *session, int64_t *ret_ahead_ms,
    struct sluis_failure *failure);

/** An act on its way, and what the broker has to prove of it; borrowed. */
struct sluis_session_act {
	struct sluis_hash act_hash; /* H(payload); of a push H(manifest) */
	const char *type;           /* of its event */
	const char *what;           /* "recording the grant": translated, for errors */
	struct sluis_bytes body;
};

/** Where it was written down: leaf, and size of the tree that proves it. */
struct sluis_session_done {
	uint64_t index;
	uint64_t size;
};

/**
 * sluis_session_act(session, ask, act, arena, ret, failure):
 * sluis_session_call(), and the answer is done, with the proof of exactly one event of this type about this act.
 * Errors: those of both; SLUIS_ESTATUS (an answer to something else).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_session_act(struct sluis_session *session, Sluis__Ask *ask,
    const struct sluis_session_act *act, struct sluis_arena *arena, struct sluis_session_done *ret,
    struct sluis_failure *failure);

/** sluis_session_sync(session, failure): fetch and replay what is new in the keys log; take a policy that came in force. */
SLUIS_MUST_CHECK enum sluis_err sluis_session_sync(struct sluis_session *session,
    struct sluis_failure *failure);

/** sluis_session_sign(session, type, payload, arena, ret): one signature by this member's record. SLUIS_EREFUSED without one. */
SLUIS_MUST_CHECK enum sluis_err sluis_session_sign(struct sluis_session *session,
    enum sluis_signed_type type, struct sluis_bytes payload, struct sluis_arena *arena,
    Sluis__Signed **ret, struct sluis_failure *failure);

/** sluis_session_refusal(session, rule, failure): SLUIS_EREFUSED with label, remedy and whom to ask from the policy. */
enum sluis_err sluis_session_refusal(const struct sluis_session *session, const char *rule,
    struct sluis_failure *failure);

/** sluis_now_ms(): wall clock, Unix ms. */
int64_t sluis_now_ms(void);

/** sluis_session_facts(session, member, ret): ${member} as the decision sees it, by the mirrored directory. */
void sluis_session_facts(const struct sluis_session *session, const struct sluis_member *member,
    struct sluis_member_facts *ret);

#endif
