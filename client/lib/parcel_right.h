/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parcel_right - may this message be handed to this member: decided here again, on what came with it.
 *
 * The broker decides at release and alone counts; a broker that lets through what the policy forbids is found here, before
 * anything is opened. Source: PROTOCOL 6.8; design 5 ("at release").
 */
#ifndef SLUIS_CLIENT_PARCEL_RIGHT_H
#define SLUIS_CLIENT_PARCEL_RIGHT_H

#include "grants.h"
#include "parcel.h"

/** What was verified of a message before: these two events stand in the log, and the grant is its taker's. */
struct sluis_parcel_events {
	const Sluis__Event *acceptance;
	const Sluis__Event *release;
	uint64_t release_index;
	const struct sluis_grants_row *grant; /* that came with it; NULL: none did */
};

/**
 * sluis_parcel_right(session, parcel, events, arena, ret, failure):
 * The verdict at release on ${parcel} for this member, by the policy in force, at the moment of the release (not more than an
 * hour before now). Where a grant came with it, refusals that the broker lists of the case from before the release are held
 * against it. Errors: SLUIS_EPROOF (step or role of the
 * acceptance cannot be), SLUIS_ENOMEM, and those of a session.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_parcel_right(struct sluis_session *session,
    const struct sluis_parcel *parcel, const struct sluis_parcel_events *events,
    struct sluis_arena *arena, struct sluis_verdict *ret, struct sluis_failure *failure);

#endif
