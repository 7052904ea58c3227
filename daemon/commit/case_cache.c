/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdlib.h>
#include <string.h>

#include "commit/internal.h"
#include "limits.h"

/*
 * Replayed chains of the cases in use. The committer is the only writer of cases, so what is cached is what is
 * stored plus what this round wrote; a round that is rolled back drops everything.
 */
enum { CACHE_CASES = 256 };

struct case_cache {
	struct sluis_case *cases[CACHE_CASES];
	uint64_t used[CACHE_CASES]; /* tick of the last use */
	uint64_t tick;
};

struct case_cache *
case_cache_new(void)
{
	return calloc(1, sizeof(struct case_cache));
}

void
case_cache_free(struct case_cache *cache)
{
	if (cache == NULL)
		return;
	case_cache_drop_all(cache);
	free(cache);
}

void
case_cache_drop_all(struct case_cache *cache)
{
	for (size_t i = 0; i < CACHE_CASES; i++) {
		sluis_case_free(cache->cases[i]);
		cache->cases[i] = NULL;
	}
}

static struct sluis_case *
lookup(struct case_cache *cache, const struct sluis_id *id)
{
	for (size_t i = 0; i < CACHE_CASES; i++) {
		struct sluis_case *c = cache->cases[i];

		if (c != NULL && memcmp(c->id.bytes, id->bytes, sizeof(id->bytes)) == 0) {
			cache->used[i] = ++cache->tick;
			return c;
		}
	}
	return NULL;
}

SLUIS_MUST_CHECK enum sluis_err
case_cache_put(struct case_cache *cache, struct sluis_case *of_case)
{
	size_t oldest = 0;

	for (size_t i = 0; i < CACHE_CASES; i++) {
		if (cache->cases[i] == NULL) {
			oldest = i;
			break;
		}
		if (cache->used[i] < cache->used[oldest])
			oldest = i;
	}
	sluis_case_free(cache->cases[oldest]);
	cache->cases[oldest] = of_case;
	cache->used[oldest] = ++cache->tick;
	return SLUIS_OK;
}

static enum sluis_err
append_stored(struct round *round, struct sluis_case *of_case, const struct store_case_act *act)
{
	SLUIS_AUTO(sluis_arena_freep)
	struct sluis_arena *arena = sluis_arena_new(SLUIS_ARENA_MAX_BYTES);
	Sluis__Signed *signed_act = NULL;

	if (arena == NULL)
		return SLUIS_ENOMEM;
	SLUIS_TRY(SLUIS_UNPACK(signed, Signed, act->signed_act, SLUIS_FRAME_MAX_BYTES, arena, &signed_act));
	return sluis_case_append(of_case, signed_act, round->commit->directory, NULL);
}

static enum sluis_err
replay(struct round *round, const struct sluis_id *id, struct sluis_case *of_case)
{
	struct store_case_act acts[32];
	size_t count = 0;

	do {
		SLUIS_AUTO(sluis_arena_freep)
		struct sluis_arena *arena = sluis_arena_new(SLUIS_ARENA_MAX_BYTES * 4);

		if (arena == NULL)
			return SLUIS_ENOMEM;
		SLUIS_TRY(store_case_acts(round->tx, id, of_case->next_sequence,
		    SLUIS_ARRAY_LEN(acts), arena, acts, &count));
		for (size_t i = 0; i < count; i++) {
			const enum sluis_err err = append_stored(round, of_case, &acts[i]);

			/* It was sound when it was accepted: a stored act that is not now is damage. */
			if (err != SLUIS_OK)
				return err == SLUIS_ENOMEM ? err : SLUIS_ESTORE;
		}
	} while (count == SLUIS_ARRAY_LEN(acts));
	return of_case->next_sequence == 0 ? SLUIS_ENOTFOUND : SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
case_cache_get(struct round *round, const struct sluis_id *id, struct sluis_case **ret)
{
	struct case_cache *cache = round->commit->cases;
	SLUIS_AUTO(sluis_case_freep) struct sluis_case *loaded = NULL;
	struct sluis_case *cached = lookup(cache, id);

	if (cached == NULL) {
		loaded = sluis_case_new(&round->commit->federation, id);
		if (loaded == NULL)
			return SLUIS_ENOMEM;
		SLUIS_TRY(replay(round, id, loaded));
		cached = loaded;
		SLUIS_TRY(case_cache_put(cache, SLUIS_TAKE(loaded)));
	}
	*ret = cached;
	return SLUIS_OK;
}
