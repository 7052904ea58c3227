/* SPDX-License-Identifier: EUPL-1.2 */
#include "shield.h"

#include "limits.h"

static bool
has(struct sluis_codes codes, struct sluis_bytes code)
{
	for (size_t i = 0; i < codes.count; i++) {
		if (sluis_bytes_equal(codes.items[i], code))
			return true;
	}
	return false;
}

/* PROTOCOL 6.1: facts `category` say what is kept back, none of them means everything; a fact `lift` ends it all. */
static void
apply(const struct sluis_case_act *act, struct sluis_bytes *items, struct sluis_recipient_facts *ret)
{
	bool names_any = false;

	if (sluis_case_act_fact(act, "lift").len > 0) {
		ret->is_shielded = false;
		ret->shielded.count = 0;
		return;
	}
	for (size_t i = 0; i < act->n_facts; i++) {
		if (!sluis_bytes_is_text(act->facts[i].code, "category"))
			continue;
		names_any = true;
		if (has(ret->shielded, act->facts[i].value))
			continue;
		/* more categories than there can be: then everything */
		if (ret->shielded.count == SLUIS_CODES_MAX)
			ret->is_shielded = true;
		else
			items[ret->shielded.count++] = act->facts[i].value;
	}
	if (!names_any)
		ret->is_shielded = true;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_shield_facts(const struct sluis_case *of_case, struct sluis_bytes handle, struct sluis_arena *arena,
    struct sluis_recipient_facts *ret)
{
	const struct sluis_case_act *act;
	struct sluis_bytes *items = NULL;
	uint64_t cursor = 0;

	ret->is_shielded = false;
	ret->shielded = (struct sluis_codes){ .count = 0 };
	while ((act = sluis_case_next_act(of_case, &cursor, SLUIS_CASE_SHIELD)) != NULL) {
		if (!sluis_case_act_names(act, handle))
			continue;
		if (items == NULL)
			items = sluis_arena_alloc(arena, SLUIS_CODES_MAX * sizeof(*items));
		if (items == NULL)
			return SLUIS_ENOMEM;
		ret->shielded.items = items;
		apply(act, items, ret);
	}
	return SLUIS_OK;
}
