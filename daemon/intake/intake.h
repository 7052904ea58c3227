/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * intake - turn one received frame into a verified request, or a named error.
 *
 * Reads: the job's frame and body.  Allocates: only in the job's arena.  Never: sockets, clock, store.
 * Source: proto/PROTOCOL.md 2, 3, 4, 5, 9.
 */
#ifndef SLUISD_INTAKE_H
#define SLUISD_INTAKE_H

#include "job.h"

/**
 * intake_verify(job, now_ms):
 * With job->snapshot set (or NULL before the first), fill job->ask, ->member, ->act_hash and, by kind of request,
 * ->manifest or ->act; job->verified says how far it got:
 * SLUIS_OK; SLUIS_EFORMAT and SLUIS_ETOOBIG with job->ask NULL (not even a frame) or set (its act is malformed);
 * SLUIS_ESIGNATURE (signature, or signer is not the member of this connection); SLUIS_EHASH, SLUIS_ECONTEXT,
 * SLUIS_EHEADER (a section); SLUIS_EPROOF (place in the batch); SLUIS_EVERSION; SLUIS_EROLLBACK (another federation);
 * SLUIS_ENOMEM (ours).
 * ${now_ms} is not read by any rule here: time is judged where facts are.
 */
void intake_verify(struct job *job, int64_t now_ms);

#endif
