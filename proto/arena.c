/* SPDX-License-Identifier: EUPL-1.2 */
#include "arena.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

enum { BLOCK_BYTES = 16 * 1024, ALIGN = 16 };

struct block {
	struct block *next;
	size_t cap;
	size_t used;
	size_t pad;
};

_Static_assert(sizeof(struct block) % ALIGN == 0, "block data must stay aligned");

struct sluis_arena {
	struct block *blocks; /* newest first */
	size_t cap;
	size_t used;
};

static uint8_t *
block_data(struct block *b)
{
	return (uint8_t *)(b + 1);
}

struct sluis_arena *
sluis_arena_new(size_t cap_bytes)
{
	struct sluis_arena *arena = calloc(1, sizeof(*arena));

	if (arena != NULL)
		arena->cap = cap_bytes;
	return arena;
}

void
sluis_arena_free(struct sluis_arena *arena)
{
	if (arena == NULL)
		return;
	while (arena->blocks != NULL) {
		struct block *b = arena->blocks;

		arena->blocks = b->next;
		sodium_memzero(block_data(b), b->used);
		free(b);
	}
	free(arena);
}

void
sluis_arena_freep(struct sluis_arena **arena)
{
	sluis_arena_free(*arena);
	*arena = NULL;
}

void *
sluis_arena_alloc(struct sluis_arena *arena, size_t len)
{
	struct block *b = arena->blocks;
	size_t need;
	uint8_t *at;

	if (len > SIZE_MAX - (ALIGN - 1))
		return NULL;
	need = (len + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (need == 0)
		need = ALIGN;
	if (need > arena->cap - arena->used)
		return NULL;
	if (b == NULL || need > b->cap - b->used) {
		const size_t cap = need > BLOCK_BYTES ? need : BLOCK_BYTES;

		if (cap > SIZE_MAX - sizeof(*b) || (b = malloc(sizeof(*b) + cap)) == NULL)
			return NULL;
		*b = (struct block){ .next = arena->blocks, .cap = cap };
		arena->blocks = b;
	}
	at = block_data(b) + b->used;
	memset(at, 0, need);
	b->used += need;
	arena->used += need;
	return at;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_arena_copy(struct sluis_arena *arena, struct sluis_bytes bytes, struct sluis_bytes *ret)
{
	uint8_t *at = sluis_arena_alloc(arena, bytes.len);

	if (at == NULL)
		return SLUIS_ENOMEM;
	if (bytes.len > 0)
		memcpy(at, bytes.data, bytes.len);
	*ret = sluis_bytes(at, bytes.len);
	return SLUIS_OK;
}

char *
sluis_arena_text(struct sluis_arena *arena, struct sluis_bytes bytes)
{
	char *at;

	if (bytes.len == SIZE_MAX || (at = sluis_arena_alloc(arena, bytes.len + 1)) == NULL)
		return NULL;
	if (bytes.len > 0)
		memcpy(at, bytes.data, bytes.len);
	return at;
}

/* One block of the usual size is kept, so that a busy request path does not allocate again. */
void
sluis_arena_reset(struct sluis_arena *arena)
{
	struct block *kept = NULL;

	while (arena->blocks != NULL) {
		struct block *b = arena->blocks;

		arena->blocks = b->next;
		sodium_memzero(block_data(b), b->used);
		if (kept == NULL && b->cap == BLOCK_BYTES) {
			kept = b;
			kept->used = 0;
			kept->next = NULL;
		} else {
			free(b);
		}
	}
	arena->blocks = kept;
	arena->used = 0;
}

size_t
sluis_arena_used(const struct sluis_arena *arena)
{
	return arena->used;
}
