/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * job - one request on its way: raw frame, verified request, answer; handed from room to room, never shared.
 *
 * front makes it, intake verifies it, commit decides and answers it, front sends the answer and frees it.
 * Exactly one thread holds a job at any time; it moves through queues (queue.h).
 */
#ifndef SLUISD_JOB_H
#define SLUISD_JOB_H

#include "arena.h"
#include "codec.h"
#include "manifest.h"

struct directory_snapshot;
struct sluis_member;

enum { JOB_ROUTE_MAX = 255, JOB_PEER_MAX = 64 };

/** Who sent it, by CURVE key (ZAP User-Id); the routing id only says where the answer goes. */
struct job_peer {
	bool is_member;                 /* false: stranger */
	struct sluis_public curve_key;  /* its CURVE key; all zero for none */
};

struct job {
	struct job *next; /* for the queue that holds it */
	struct sluis_arena *arena;

	/* front */
	uint8_t route[JOB_ROUTE_MAX];
	size_t route_len;
	struct job_peer peer;
	int64_t received_ms;
	struct sluis_bytes frame; /* in the arena */
	struct sluis_bytes body;  /* view into ${held} */
	void *held;
	void (*release)(void *held);
	size_t charged_bytes; /* what front's credit counts for it */
	uint32_t busy_count;  /* > 0: no request, nothing to answer: so many of this member were answered busy, as one event */

	/* intake */
	enum sluis_err verified;        /* SLUIS_OK, or why not (ESIGNATURE, EHASH, ECONTEXT, EHEADER, EFORMAT, ...) */
	const Sluis__Ask *ask;          /* NULL: not even a frame */
	struct directory_snapshot *snapshot; /* counted; given back by job_free */
	const struct sluis_member *member; /* who asks, out of the snapshot; NULL: stranger or unknown key */
	struct sluis_hash act_hash;     /* H(signed payload), or H(frame) where nothing is signed */
	struct sluis_manifest manifest; /* for push */
	const ProtobufCMessage *act;    /* payload of the signed act, unpacked: Grant, CaseAct, Receipt, ... */

	/* commit */
	struct sluis_bytes tell;       /* packed Tell, in the arena */
	struct sluis_bytes tell_body;  /* in the arena, or empty */
};

/** job_new(arena_bytes): an empty job whose arena never grows beyond ${arena_bytes}; NULL without memory. */
struct job *job_new(size_t arena_bytes);

/** job_drop_body(job): give the body back early; ${body} becomes empty. */
void job_drop_body(struct job *job);

/** job_free(job): release what it holds, wipe, free; NULL is fine. */
void job_free(struct job *job);

#endif
