/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * words - what events say besides their fields, put together: facts, days, parties.
 *
 * Everything lives in the arena given. Source: PROTOCOL 8.
 */
#ifndef SLUISD_WORDS_H
#define SLUISD_WORDS_H

#include "commit/internal.h"

enum { WORDS_HEX_ID = 2 * SLUIS_ID_BYTES + 1, WORDS_DAY = 16 };

/** words_fact(words, arena, code, value): one more fact; words->facts has room for it. Errors: SLUIS_ENOMEM. */
SLUIS_MUST_CHECK enum sluis_err words_fact(struct event_words *words, struct sluis_arena *arena,
    const char *code, struct sluis_bytes value);

/** words_fact_id(...): an id, in hex. words_fact_day(...): the day of a moment, YYYY-MM-DD in UTC. */
SLUIS_MUST_CHECK enum sluis_err words_fact_id(struct event_words *words, struct sluis_arena *arena,
    const char *code, const struct sluis_id *id);
SLUIS_MUST_CHECK enum sluis_err words_fact_day(struct event_words *words, struct sluis_arena *arena,
    const char *code, int64_t ms);

/** words_party(member, arena, ret): ${member} as a party, in its first role, without categories. Errors: SLUIS_ENOMEM. */
SLUIS_MUST_CHECK enum sluis_err words_party(const struct sluis_member *member, struct sluis_arena *arena,
    Sluis__Party **ret);

#endif
