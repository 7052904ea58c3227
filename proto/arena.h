/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * arena - bounded memory for one request: many allocations, one wipe and reset.
 *
 * Never: sockets, clock, store, logging.
 */
#ifndef SLUIS_ARENA_H
#define SLUIS_ARENA_H

#include "base.h"

struct sluis_arena;

/** sluis_arena_new(cap_bytes): an arena that will never hold more than ${cap_bytes}; NULL without memory. */
struct sluis_arena *sluis_arena_new(size_t cap_bytes);

/** sluis_arena_free(arena): wipe and release; NULL is fine. */
void sluis_arena_free(struct sluis_arena *arena);
void sluis_arena_freep(struct sluis_arena **arena);

/**
 * sluis_arena_alloc(arena, len):
 * ${len} zeroed bytes aligned for any type, living until sluis_arena_reset() or _free().
 * NULL when the cap or the machine's memory would be exceeded.
 */
void *sluis_arena_alloc(struct sluis_arena *arena, size_t len);

/** sluis_arena_copy(arena, bytes, ret): a copy of ${bytes} in the arena. Errors: SLUIS_ENOMEM. */
SLUIS_MUST_CHECK enum sluis_err sluis_arena_copy(struct sluis_arena *arena, struct sluis_bytes bytes,
    struct sluis_bytes *ret);

/** sluis_arena_text(arena, bytes): ${bytes} as a C string in the arena; NULL without room. */
char *sluis_arena_text(struct sluis_arena *arena, struct sluis_bytes bytes);

/** sluis_arena_reset(arena): wipe everything given out; the memory stays for the next request. */
void sluis_arena_reset(struct sluis_arena *arena);

/** sluis_arena_used(arena): bytes given out since the last reset, padding included. */
size_t sluis_arena_used(const struct sluis_arena *arena);

#endif
