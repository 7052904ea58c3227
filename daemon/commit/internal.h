/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * internal - what the files of commit share: the thread's own state, one round, one plan an act.
 *
 * A round is one transaction. A plan is what one request will be answered with; proofs are filled in only after
 * the round is on disk (answer.c), so that nothing can be said before it is true.
 */
#ifndef SLUISD_COMMIT_INTERNAL_H
#define SLUISD_COMMIT_INTERNAL_H

#include <stdatomic.h>

#include "case_chain.h"
#include "checkpoint.h"
#include "commit.h"
#include "directory.h"
#include "dsse.h"
#include "hash.h"
#include "policy.h"
#include "store/store.h"
#include "tree.h"

enum { COMMIT_ROUND_MAX = 512, PLAN_EVENTS_MAX = 4, LIST_MAX = 256 };

/** One of the two logs: where it ends, its nodes, the note over its committed head. */
struct ledger {
	enum store_log log;
	struct tree *tree;
	struct store_head head;         /* committed */
	struct sluis_bytes origin;      /* lives with the directory's genesis: copied, owned */
	struct sluis_signing_secret secret;
	char note[SLUIS_CHECKPOINT_NOTE_MAX_BYTES];
	size_t note_len;
};

/** The wall clock, judged by the monotonic one: a step back, or far ahead, makes it not sane. */
struct clock {
	int64_t wall_ms;
	int64_t mono_ms;
	int64_t floor_ms; /* the newest event in the log */
	bool is_sane;
	bool has_flipped;
};

struct commit {
	struct commit_parts parts;
	struct store *store;
	struct ledger keys;
	struct ledger exchange;
	struct sluis_signing_secret decision;
	struct sluis_directory *directory; /* the committer's own copy; published when it changes */
	struct sluis_hash federation;
	struct sluis_policy *policy;
	struct sluis_hash policy_hash;
	struct case_cache *cases;
	struct usage *usage;
	struct revocation *revocation;
	struct clock clock;
	struct sluis_arena *arena; /* scratch of the round */
	struct plan *plans;        /* COMMIT_ROUND_MAX places */
	bool is_full;              /* the disk was full, the reserve is in use: pushes and pulls wait */
	int64_t forgot_ms;         /* when old ids were dropped last */
	_Atomic uint64_t beats;
	atomic_bool reload;
};

/** clock_read(clock): now. When the wall clock jumped, or came back, has_flipped is set for the next round to write down. */
int64_t clock_read(struct clock *clock);
/** clock_begin(clock, last_event_ms): the log may not run backwards: before that moment the clock is not sane. */
void clock_begin(struct clock *clock, int64_t last_event_ms);

/** commit_is_fatal(err): what the disk holds is unknown, or is not what was written. commit_stop(err, where): then stop, start anew,
 *  look at the head; trying again could lie. */
bool commit_is_fatal(enum sluis_err err);
_Noreturn void commit_stop(enum sluis_err err, const char *where);

/* upkeep.c: what the thread does between rounds */
/** upkeep_lists(commit, now_ms): read the lists of revocations again. One that does not hold is told about and mended by people;
 *  what the last reading found stays in force. */
void upkeep_lists(struct commit *commit, int64_t now_ms);
/** upkeep_due(commit): what comes due with time alone: acts to forget, room on the disk, a policy version that starts, the
 *  daily look at the lists. */
void upkeep_due(struct commit *commit);
/** upkeep_quiet(commit): behind the answers, copy a long journal. Whoever waits by now goes first, but not so long that a round
 *  must do it before it can answer. */
void upkeep_quiet(struct commit *commit);

/* start.c: everything that must be so before anything is served */
SLUIS_MUST_CHECK enum sluis_err start_open(struct commit *commit, struct sluis_why *why);
/** start_check(commit, full, reporter): commit_check(), on a commit that is only half made. */
SLUIS_MUST_CHECK enum sluis_err start_check(struct commit *commit, bool full,
    const struct commit_reporter *reporter);
/** start_policy(commit, tx, now_ms, why): put the policy in force into commit->policy, where it is not there already. */
SLUIS_MUST_CHECK enum sluis_err start_policy(struct commit *commit, struct store_tx *tx, int64_t now_ms,
    struct sluis_why *why);
/** start_policy_file(commit, tx, why): take the configured file into the store when the registrars signed it. */
SLUIS_MUST_CHECK enum sluis_err start_policy_file(struct commit *commit, struct store_tx *tx,
    struct sluis_why *why);

/* start_keys.c: the key files against what the federation signed, the next transport key too */
/** start_keys(commit, why): look at all, keep those that commit signs with. Errors: SLUIS_EKEYS with file, mistake, remedy. */
SLUIS_MUST_CHECK enum sluis_err start_keys(struct commit *commit, struct sluis_why *why);
/** start_keys_check(commit, reporter): only look, as the owner of the store would; each that is wrong is reported. */
SLUIS_MUST_CHECK enum sluis_err start_keys_check(const struct commit *commit,
    const struct commit_reporter *reporter);

/** One transaction and what it has done so far. */
struct round {
	struct commit *commit;
	struct store_tx *tx;
	struct sluis_arena *arena; /* scratch of one act, reset between acts */
	int64_t now_ms;
	uint64_t keys_size;     /* with what this round appended */
	uint64_t exchange_size;
	bool directory_changed;
	bool policy_changed;
};

/** Whose log shows an event: everybody's whom it names, only the actor's, only the receivers'. */
enum event_view { EVENT_FOR_ALL, EVENT_FOR_ACTOR, EVENT_FOR_PARTIES };

/** What an event says besides what every event says; zero or empty means absent. */
struct event_words {
	enum event_view view;
	const char *type;
	const char *outcome; /* permit, refuse, note */
	const char *rule;
	const struct sluis_hash *act_hash;
	const struct sluis_member *actor;
	struct sluis_bytes actor_role;
	const struct sluis_id *case_id;
	const struct sluis_id *message_id;
	struct sluis_bytes purpose;
	struct sluis_bytes ground;
	Sluis__GrantReference *grant;
	Sluis__Party **parties;
	size_t party_count;
	uint64_t size;
	Sluis__Detail *detail;
	Sluis__Fact **facts;
	size_t fact_count;
};

/** What one request will be answered with. */
struct plan {
	struct job *job;
	const struct store_message *lost; /* its content turned out not to open; in the job's arena */
	Sluis__Tell tell;
	Sluis__Evidence *events[PLAN_EVENTS_MAX]; /* paths are filled in after the commit */
	size_t event_count;
	struct event_words about; /* what a refusal's event says of the act; the handler fills in what it knows */
};

/** A handler decides one verified request: writes through ${round}, fills ${plan}. Errors are local failures only. */
typedef enum sluis_err (*handler)(struct round *round, struct plan *plan);

/** dispatch(round, plan): the table of handlers (dispatch.c): who may ask, then what it asks. */
SLUIS_MUST_CHECK enum sluis_err dispatch(struct round *round, struct plan *plan);

/* ---- answer.c: shaping and finishing an answer ---- */

/** plan_refuse(round, plan, event_type, rule, verdict): log the refusal as an event and answer it, signed. */
SLUIS_MUST_CHECK enum sluis_err plan_refuse(struct round *round, struct plan *plan,
    const char *event_type, const char *rule, const struct sluis_verdict *verdict);

/** plan_done(round, plan, index): the answer is `done` with the event at ${index} as evidence. */
SLUIS_MUST_CHECK enum sluis_err plan_done(struct round *round, struct plan *plan, uint64_t index);

/** plan_evidence(round, plan, index, arena, ret): the event at ${index}; its path follows after the commit. */
SLUIS_MUST_CHECK enum sluis_err plan_evidence(struct round *round, struct plan *plan, uint64_t index,
    Sluis__Evidence **ret);

/** plan_unavailable(plan): nothing changed; safe to repeat. */
void plan_unavailable(struct plan *plan);

/** answer_finish(commit, plan): proofs, log state, packing into the job. After the round is on disk. */
SLUIS_MUST_CHECK enum sluis_err answer_finish(struct commit *commit, struct plan *plan);

/* ---- ledger.c: the two logs ---- */

/** ledger_event(round, words, ret_index): append one event to the exchange log, in this round's transaction. */
SLUIS_MUST_CHECK enum sluis_err ledger_event(struct round *round, const struct event_words *words,
    uint64_t *ret_index);

/** ledger_keys(round, entry, why): append ${entry} to the keys log; SLUIS_EKEYSLOG when it breaks a rule. */
SLUIS_MUST_CHECK enum sluis_err ledger_keys(struct round *round, struct sluis_bytes entry,
    struct sluis_why *why);

/** ledger_heads(round): write the new heads of both logs into the transaction. */
SLUIS_MUST_CHECK enum sluis_err ledger_heads(struct round *round);
/** ledger_committed(round) / ledger_rolled_back(round): make memory follow the disk; sign the new checkpoint. */
SLUIS_MUST_CHECK enum sluis_err ledger_committed(struct round *round);
void ledger_rolled_back(struct round *round);

/** What a ledger is opened from; borrowed. */
struct ledger_source {
	enum store_log log;
	const char *dir;
	const char *name;
	struct store_tx *tx;
};
/** ledger_open: head and tree, made again where they are wrong. ledger_identify: origin and key, and a note over the head. */
SLUIS_MUST_CHECK enum sluis_err ledger_open(struct ledger *ledger, const struct ledger_source *source,
    struct sluis_why *why);
SLUIS_MUST_CHECK enum sluis_err ledger_identify(struct ledger *ledger,
    const struct sluis_log_identity *identity, const struct sluis_secret32 *seed);
/** ledger_check_full(ledger, tx, why): every event hashes to its entry, every entry leads to the root. SLUIS_ESTORE. */
SLUIS_MUST_CHECK enum sluis_err ledger_check_full(const struct ledger *ledger, struct store_tx *tx,
    struct sluis_why *why);
void ledger_close(struct ledger *ledger);

/* ---- facts.c: what the decision asks for ---- */

/** facts_member(round, member, ret): ${member} (not NULL) as it stands now. */
SLUIS_MUST_CHECK enum sluis_err facts_member(struct round *round, const struct sluis_member *member,
    struct sluis_member_facts *ret);
/** facts_case(round, case_id, sender, ret_case, ret): NULL case when there is none. */
SLUIS_MUST_CHECK enum sluis_err facts_case(struct round *round, const struct sluis_id *case_id,
    struct sluis_bytes handle, const struct sluis_case **ret_case, struct sluis_case_facts *ret);
/** facts_grant(round, reference, case_id, ret): by the id that a manifest names. */
SLUIS_MUST_CHECK enum sluis_err facts_grant(struct round *round, const Sluis__GrantReference *reference,
    const struct sluis_id *case_id, struct sluis_arena *arena, struct sluis_grant_facts *ret,
    struct sluis_bytes *ret_signed);

/* ---- lost.c: content that does not open any more is the loss of one message, not the end of the daemon ---- */

/** lost_note(round, message): from now on the message is `lost`; an event says so to the sender's side. */
SLUIS_MUST_CHECK enum sluis_err lost_note(struct round *round, const struct store_message *message);
/** lost_note_apart(commit, plans, n): where the round itself was undone by the failure, in one of its own; false: none was. */
bool lost_note_apart(struct commit *commit, const struct plan *plans, size_t n);

/* ---- case_cache.c: replayed case chains, the committer's own ---- */
struct case_cache;
struct case_cache *case_cache_new(void);
void case_cache_free(struct case_cache *cache);
/** case_cache_get: SLUIS_ENOTFOUND for a case that does not exist; the case lives until the next _get or _drop. */
SLUIS_MUST_CHECK enum sluis_err case_cache_get(struct round *round, const struct sluis_id *id,
    struct sluis_case **ret);
/** case_cache_put: a new case, owned by the cache from now on. */
SLUIS_MUST_CHECK enum sluis_err case_cache_put(struct case_cache *cache, struct sluis_case *of_case);
void case_cache_drop_all(struct case_cache *cache);

/* ---- review.c: what works at once and is judged afterwards ---- */

/** What a review is about; borrowed during the call. */
struct review_about {
	enum store_review_about about;
	struct sluis_id thing;
	struct sluis_id case_id;
	struct sluis_bytes ground; /* of a grant: its exception */
};
/** review_open(round, plan, about): event `review-open` and its row, for the act of ${plan} that was just taken. */
SLUIS_MUST_CHECK enum sluis_err review_open(struct round *round, struct plan *plan,
    const struct review_about *about);

/* ---- usage.c: acts of each member in the last day ---- */
struct usage;
struct usage *usage_new(void);
void usage_free(struct usage *usage);
int64_t usage_last_day(const struct usage *usage, struct sluis_bytes handle, int64_t now_ms);
void usage_add(struct usage *usage, struct sluis_bytes handle, int64_t now_ms);

/* ---- the handlers ---- */
enum sluis_err push_handle(struct round *round, struct plan *plan);
enum sluis_err fetch_handle(struct round *round, struct plan *plan);
enum sluis_err receipt_handle(struct round *round, struct plan *plan);
enum sluis_err case_act_handle(struct round *round, struct plan *plan);
enum sluis_err grant_handle(struct round *round, struct plan *plan);
enum sluis_err refusal_handle(struct round *round, struct plan *plan);
enum sluis_err review_handle(struct round *round, struct plan *plan);
enum sluis_err reviews_handle(struct round *round, struct plan *plan);
enum sluis_err inquiry_handle(struct round *round, struct plan *plan);
enum sluis_err inquiry_answer_handle(struct round *round, struct plan *plan);
enum sluis_err inquiries_handle(struct round *round, struct plan *plan);
enum sluis_err enrol_handle(struct round *round, struct plan *plan);
enum sluis_err invite_handle(struct round *round, struct plan *plan);
enum sluis_err pending_handle(struct round *round, struct plan *plan);
enum sluis_err approve_handle(struct round *round, struct plan *plan);
enum sluis_err suspension_handle(struct round *round, struct plan *plan);
enum sluis_err policy_put_handle(struct round *round, struct plan *plan);
enum sluis_err hello_handle(struct round *round, struct plan *plan);
enum sluis_err inbox_handle(struct round *round, struct plan *plan);
enum sluis_err status_handle(struct round *round, struct plan *plan);
enum sluis_err keys_handle(struct round *round, struct plan *plan);
enum sluis_err policy_handle(struct round *round, struct plan *plan);
enum sluis_err resends_handle(struct round *round, struct plan *plan);
enum sluis_err cases_handle(struct round *round, struct plan *plan);
enum sluis_err case_handle(struct round *round, struct plan *plan);
enum sluis_err grants_handle(struct round *round, struct plan *plan);
enum sluis_err events_handle(struct round *round, struct plan *plan);
enum sluis_err leaves_handle(struct round *round, struct plan *plan);
enum sluis_err proof_handle(struct round *round, struct plan *plan);

#endif
