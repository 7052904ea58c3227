/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * message - a manifest as the decision sees it: facts of sender, case, receivers and grant; the act declared.
 *
 * Used when a message is pushed and again, on the facts of that moment, when it is handed over.
 */
#ifndef SLUISD_MESSAGE_H
#define SLUISD_MESSAGE_H

#include "commit/internal.h"
#include "inquiry.h"

/** What a message refers to (link.h). */
struct message_link {
	enum store_link kind;
	struct sluis_id target;
	struct sluis_bytes origin_handle; /* who sent the message that it passes on */
	struct store_inquiry inquiry; /* the request that it answers */
	struct sluis_inquiry_asked asked;
};

struct message_view {
	const struct sluis_manifest *manifest;
	const struct sluis_member *sender;
	const struct sluis_case *of_case; /* NULL: there is none */
	struct sluis_id case_id;
	struct sluis_id message_id;
	const struct sluis_member *members[SLUIS_RECIPIENTS_MAX]; /* NULL: recovery key, or a record nobody has */
	struct sluis_bytes grant_signed;  /* packed Signed of the grant; empty: none */
	struct sluis_recipient_facts recipients[SLUIS_RECIPIENTS_MAX];
	struct sluis_section_act sections[SLUIS_SECTIONS_MAX];
	struct sluis_ground_fact ground_facts[SLUIS_CODES_MAX];
	struct sluis_facts facts;
	struct sluis_act act;
	struct message_link link; /* link_check() fills it */
};

/** message_view_init(round, manifest, sender, arena, ret): gather it all; pointers run into ${ret} itself: do not copy it. */
SLUIS_MUST_CHECK enum sluis_err message_view_init(struct round *round, const struct sluis_manifest *manifest,
    const struct sluis_member *sender, struct sluis_arena *arena, struct message_view *ret);

/**
 * message_parties(view, arena, roles, ret, ret_count): receivers with the categories each may have, for the event;
 * only ${only} when it is not negative.
 */
SLUIS_MUST_CHECK enum sluis_err message_parties(const struct message_view *view, int only,
    struct sluis_arena *arena, Sluis__Party ***ret, size_t *ret_count);

/**
 * message_parties_fit(parties, n): one event holds them, with room for all else that it says. Without their categories they
 * always do.
 */
bool message_parties_fit(Sluis__Party *const *parties, size_t n);

/** message_categories(view, recipient, arena, ret): codes of this recipient's sections, one blank between, each once. */
SLUIS_MUST_CHECK enum sluis_err message_categories(const struct message_view *view, size_t recipient,
    struct sluis_arena *arena, struct sluis_bytes *ret);

#endif
