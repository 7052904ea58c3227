/* SPDX-License-Identifier: EUPL-1.2 */
#include "commit/words.h"

#include <time.h>

SLUIS_MUST_CHECK enum sluis_err
words_fact(struct event_words *words, struct sluis_arena *arena, const char *code, struct sluis_bytes value)
{
	Sluis__Fact *fact = sluis_arena_alloc(arena, sizeof(*fact));
	struct sluis_bytes text;

	if (fact == NULL)
		return SLUIS_ENOMEM;
	SLUIS_TRY(sluis_arena_copy(arena, value, &text));
	sluis__fact__init(fact);
	fact->fact_code = sluis_pb(sluis_bytes_text(code));
	fact->value_text = sluis_pb(text);
	words->facts[words->fact_count++] = fact;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
words_fact_id(struct event_words *words, struct sluis_arena *arena, const char *code, const struct sluis_id *id)
{
	char hex[WORDS_HEX_ID];

	sluis_hex(id->bytes, sizeof(id->bytes), hex);
	return words_fact(words, arena, code, sluis_bytes_text(hex));
}

SLUIS_MUST_CHECK enum sluis_err
words_fact_day(struct event_words *words, struct sluis_arena *arena, const char *code, int64_t ms)
{
	const time_t t = (time_t)(ms / 1000);
	char day[WORDS_DAY];
	struct tm utc;

	gmtime_r(&t, &utc);
	strftime(day, sizeof(day), "%Y-%m-%d", &utc);
	return words_fact(words, arena, code, sluis_bytes_text(day));
}

SLUIS_MUST_CHECK enum sluis_err
words_party(const struct sluis_member *member, struct sluis_arena *arena, Sluis__Party **ret)
{
	Sluis__Party *party = sluis_arena_alloc(arena, sizeof(*party));

	if (party == NULL)
		return SLUIS_ENOMEM;
	sluis__party__init(party);
	party->handle = sluis_pb(member->handle);
	party->organisation_handle = sluis_pb(member->organisation_handle);
	party->role_code = sluis_pb(member->n_roles > 0 ? member->roles[0] : member->kind);
	*ret = party;
	return SLUIS_OK;
}
