/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * brief - answers given without looking at anything: busy, malformed, unavailable.
 *
 * The place of federation and request id in a frame is fixed (strict encoding, PROTOCOL 2.1), so that such an answer costs no
 * decoding. Never: sockets, clock, store. Source: PROTOCOL 9.3, 9.5.
 */
#ifndef SLUISD_BRIEF_H
#define SLUISD_BRIEF_H

#include "job.h"

enum brief_status { BRIEF_BUSY = 3, BRIEF_MALFORMED = 4, BRIEF_UNAVAILABLE = 5 };

/**
 * brief_pack(frame, status, retry_s, arena, ret):
 * The packed Tell with ${status} to the request that ${frame} begins with; ${retry_s} seconds until it is worth while to
 * ask again, 0: no advice. Errors: SLUIS_EFORMAT (the frame shows no request id: there is nobody to answer), SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err brief_pack(struct sluis_bytes frame, enum brief_status status,
    uint32_t retry_s, struct sluis_arena *arena, struct sluis_bytes *ret);

/**
 * brief_job(job, status, retry_s): make that the answer of ${job}.
 * Empties the job's arena: ${frame} and ${ask} are gone afterwards. Where there is nobody to answer, ${tell} stays empty.
 */
void brief_job(struct job *job, enum brief_status status, uint32_t retry_s);

#endif
