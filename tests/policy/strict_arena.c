/* SPDX-License-Identifier: EUPL-1.2 */
/* The arena for tests/policy/mutate.py: each allocation stands alone, so that a read past one is noticed. */
#include "arena.h"

#include <stdlib.h>
#include <string.h>

struct block {
	struct block *next;
	void *data;
};

struct sluis_arena {
	struct block *blocks;
};

struct sluis_arena *
sluis_arena_new(size_t cap_bytes)
{
	(void)cap_bytes;
	return calloc(1, sizeof(struct sluis_arena));
}

void
sluis_arena_free(struct sluis_arena *arena)
{
	while (arena->blocks != NULL) {
		struct block *block = arena->blocks;

		arena->blocks = block->next;
		free(block->data);
		free(block);
	}
	free(arena);
}

void *
sluis_arena_alloc(struct sluis_arena *arena, size_t len)
{
	struct block *block = calloc(1, sizeof(*block));

	if (block == NULL)
		return NULL;
	block->data = calloc(1, len);
	block->next = arena->blocks;
	arena->blocks = block;
	return block->data;
}

enum sluis_err
sluis_arena_copy(struct sluis_arena *arena, struct sluis_bytes bytes, struct sluis_bytes *ret)
{
	void *copy = sluis_arena_alloc(arena, bytes.len);

	if (copy == NULL)
		return SLUIS_ENOMEM;
	memcpy(copy, bytes.data, bytes.len);
	*ret = sluis_bytes(copy, bytes.len);
	return SLUIS_OK;
}
