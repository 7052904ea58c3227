/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * push - send sections of a case file: decide as the broker will, show, seal, sign, keep in the outbox, send, check.
 *
 * What is sent is in the outbox until its answer is in: the same push repeated sends the same bytes, so nothing is
 * sent twice (PROTOCOL 3.5).
 */
#ifndef SLUIS_CLIENT_PUSH_H
#define SLUIS_CLIENT_PUSH_H

#include "session.h"

/** One section offered; borrowed. */
struct sluis_push_section {
	struct sluis_bytes category;
	struct sluis_bytes about;     /* empty: none */
	struct sluis_bytes extension; /* of the file: "pdf"; without dot, may be empty */
	bool is_criminal;
	struct sluis_bytes plain;
};

struct sluis_push_request {
	struct sluis_id case_id;
	struct sluis_bytes purpose;
	struct sluis_bytes ground;
	const struct sluis_id *grant_id; /* NULL: none named */
	const char *const *to;           /* HANDLE, role:ROLE, org:HANDLE */
	size_t n_to;
	const struct sluis_push_section *sections;
	size_t n_sections;
	const struct sluis_ground_fact *facts;
	size_t n_facts;
	const char *const *not_bsn; /* FIELD:OFFSET: what looks like a BSN there is none, says the sender */
	size_t n_not_bsn;           /* at most 64 */
	struct sluis_bytes retention; /* class; empty: the policy's default for messages */
	const struct sluis_id *answers;  /* a request, or NULL */
	const struct sluis_id *replaces; /* a message of one's own, or NULL */
	const struct sluis_id *origin;   /* a message that was received and is passed on, or NULL; one of the three at most */
	const struct sluis_hash *shown;  /* digest of the preview that a person agreed to; NULL: nobody was asked */
};

enum { SLUIS_PUSH_NAME = 80 };

/** sluis_push_section_name(request, index, ret): "plan", "attachment.history", "attachment#2"; how people name a section. */
const char *sluis_push_section_name(const struct sluis_push_request *request, size_t index,
    char ret[static SLUIS_PUSH_NAME]);

/** What a look at the content found besides what is refused; bit i = section i. */
struct sluis_push_look {
	uint64_t released;   /* numbers in it were released as no BSN */
	uint64_t unsearched; /* not searched for a BSN: a kind of file that is not, or one that cannot be read */
};

/** Who would get what: one row a receiver. Views live in the arena given. */
struct sluis_push_delivery {
	const struct sluis_member *member;
	const struct sluis_bytes *categories;
	size_t n_categories;
};

/** The preview: the verdict by the same code as the broker's, and what would go to whom. */
struct sluis_push_preview {
	struct sluis_verdict verdict;
	struct sluis_push_delivery *deliveries;
	size_t n_deliveries;
	struct sluis_hash digest; /* of who gets which sections, or that nobody does */
};

/**
 * sluis_push_decide(session, request, arena, ret, failure):
 * Decide without sealing or sending. SLUIS_OK also for a verdict that refuses. Errors: SLUIS_EUSAGE (unknown or ambiguous
 * receiver: the hint names candidates), SLUIS_EREFUSED not-found (the case), and those of a session.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_push_decide(struct sluis_session *session,
    const struct sluis_push_request *request, struct sluis_arena *arena, struct sluis_push_preview *ret,
    struct sluis_failure *failure);

enum { SLUIS_PUSH_OUTBOX = 80 };

struct sluis_push_done {
	struct sluis_id message_id;
	uint64_t index; /* leaf of the push event */
	uint64_t size;  /* of the tree that proves it */
	char outbox[SLUIS_PUSH_OUTBOX];
	struct sluis_push_look look; /* empty where the message waited in the outbox: it was looked at before */
};

/**
 * sluis_push_send(session, request, ret, failure):
 * All of it. Refused by rule, too: `too-large`, `content-…` and `bsn-outside` before anything is sealed; `case-changed` where
 * what would go to whom is not what request->shown says any more.
 * When the broker does not answer (SLUIS_EUNREACHABLE, SLUIS_EBUSY) the message waits in the outbox: the same call
 * sends the same bytes. It also stays there when all went well, until the caller has told it on: sluis_push_settle().
 */
SLUIS_MUST_CHECK enum sluis_err sluis_push_send(struct sluis_session *session,
    const struct sluis_push_request *request, struct sluis_push_done *ret, struct sluis_failure *failure);

/**
 * sluis_push_settle(session, done):
 * The answer is where it belongs: the same request is a new message from now on. An entry that stays behind does no harm.
 */
void sluis_push_settle(struct sluis_session *session, const struct sluis_push_done *done);

/** sluis_push_verdict(session, request, verdict, failure): SLUIS_EREFUSED with rule, text, detail and hint (ground_hint.h). */
enum sluis_err sluis_push_verdict(const struct sluis_session *session, const struct sluis_push_request *request,
    const struct sluis_verdict *verdict, struct sluis_failure *failure);

#endif
