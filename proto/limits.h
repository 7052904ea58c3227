/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * limits - every limit of the wire in one place: nothing from outside is allocated before one of these.
 *
 * Source: proto/PROTOCOL.md section 12.
 */
/* The compiler's own <limits.h> looks for "the next" one and finds this file: pass it on. */
#include <limits.h>

#ifndef SLUIS_LIMITS_H
#define SLUIS_LIMITS_H

#define SLUIS_FORMAT 1 /* format number of every message of this protocol version */

/* Frames (PROTOCOL 9). A message is [frame] or [frame][body]; more parts are a malformed frame. */
#define SLUIS_FRAME_MAX_BYTES (96u * 1024)
#define SLUIS_TELL_MAX_BYTES (128u * 1024) /* an answer holds a push and two events besides */
#define SLUIS_BODY_MAX_BYTES (4u * 1024 * 1024 + 64u * 1024) /* 4 MiB of sections and their headers */
#define SLUIS_PARTS_MAX 2
#define SLUIS_CURVE_OVERHEAD_BYTES 33 /* ZMQ_MAXMSGSIZE counts the CURVE frame */
#define SLUIS_WINDOW_MAX_BYTES (1024u * 1024)
#define SLUIS_CHUNK_BYTES (128u * 1024)
#define SLUIS_ARENA_MAX_BYTES (2u * 1024 * 1024) /* decoded form of one frame */

/* Signed things */
#define SLUIS_MANIFEST_MAX_BYTES (64u * 1024)
#define SLUIS_SECTIONS_MAX 64
#define SLUIS_RECIPIENTS_MAX 64
#define SLUIS_SECTION_INLINE_MAX_BYTES (512u * 1024)   /* plaintext of one inline section */
#define SLUIS_MESSAGE_INLINE_MAX_BYTES (4u * 1024 * 1024) /* plaintext of one inline message */
#define SLUIS_BATCH_MAX 1024
#define SLUIS_BATCH_PATH_MAX 10
#define SLUIS_PROOF_MAX 63
#define SLUIS_KEYS_ENTRY_MAX_BYTES 65535
#define SLUIS_EVENT_MAX_BYTES (16u * 1024)
#define SLUIS_CODES_MAX 64   /* repeated codes in one message */
#define SLUIS_TEXT_MAX_BYTES 1024

/* age (PROTOCOL 4) */
#define SLUIS_AGE_HEADER_MAX_BYTES (64u * 1024)
#define SLUIS_AGE_STANZAS_MAX 70
#define SLUIS_AGE_CHUNK_BYTES 65536

/* Time (PROTOCOL 2.3): Unix milliseconds; zero is never a time; the upper bound is the year 2200. */
#define SLUIS_TIME_MIN_MS 1577836800000 /* 2020-01-01 */
#define SLUIS_TIME_MAX_MS 7258118400000 /* 2200-01-01 */
#define SLUIS_ACT_MAX_AGE_MS (5 * 24 * 3600 * 1000LL)
#define SLUIS_ACT_MAX_AHEAD_MS (5 * 60 * 1000LL)
#define SLUIS_ID_MEMORY_MS (6 * 24 * 3600 * 1000LL) /* beyond the 5 days */
#define SLUIS_LEASE_MS 2000

#endif
