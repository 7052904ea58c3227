/* SPDX-License-Identifier: EUPL-1.2 */
#include "case_shield.h"

#include "arena.h"
#include "limits.h"

/** What is kept from one member, as far as the acts were read. */
struct kept {
	const struct sluis_case *of_case;
	const struct sluis_directory *directory;
	const struct sluis_member *member;
	bool is_whole;
	struct sluis_bytes *codes;
	size_t n_codes;
	size_t cap;
};

static bool
has_role_of(const struct sluis_member *a, const struct sluis_member *b)
{
	for (size_t i = 0; i < a->n_roles; i++) {
		if (sluis_member_has_role(b, a->roles[i]))
			return true;
	}
	return false;
}

/* PROTOCOL 6.11: who comes on the case after the shield, for the same organisation and in a role of the one it names. */
static bool
comes_in_place_of(const struct kept *kept, const struct sluis_case_act *act, const struct sluis_case_name *name)
{
	const struct sluis_case_member *on = sluis_case_member(kept->of_case, kept->member->handle);
	const struct sluis_member *named =
	    sluis_directory_member_by_record(kept->directory, &name->record_hash);

	if (named == NULL || (on != NULL && on->since_sequence < act->sequence))
		return false;
	return sluis_bytes_equal(named->organisation_handle, kept->member->organisation_handle) &&
	    has_role_of(named, kept->member);
}

static bool
holds_for(const struct kept *kept, const struct sluis_case_act *act)
{
	if (sluis_case_act_names(act, kept->member->handle))
		return true;
	for (size_t i = 0; i < act->n_names; i++) {
		if (comes_in_place_of(kept, act, &act->names[i]))
			return true;
	}
	return false;
}

static void
drop(struct kept *kept, struct sluis_bytes code)
{
	size_t n = 0;

	for (size_t i = 0; i < kept->n_codes; i++) {
		if (!sluis_bytes_equal(kept->codes[i], code))
			kept->codes[n++] = kept->codes[i];
	}
	kept->n_codes = n;
}

static bool
is_category(const struct sluis_case_fact *fact)
{
	return sluis_bytes_is_text(fact->code, "category");
}

/* The categories that an act names; 0: all that there is. */
static size_t
count_categories(const struct sluis_case_act *act)
{
	size_t n = 0;

	for (size_t i = 0; i < act->n_facts; i++)
		n += is_category(&act->facts[i]);
	return n;
}

static void
shield(struct kept *kept, const struct sluis_case_act *act)
{
	if (count_categories(act) == 0)
		kept->is_whole = true;
	for (size_t i = 0; i < act->n_facts; i++) {
		if (!is_category(&act->facts[i]))
			continue;
		drop(kept, act->facts[i].value);
		if (kept->n_codes < kept->cap)
			kept->codes[kept->n_codes++] = act->facts[i].value;
	}
}

/* It names the very person: then all shields before it, on that person or one in whose place it came, hold no more. */
static void
unshield(struct kept *kept, const struct sluis_case_act *act)
{
	if (count_categories(act) == 0) {
		kept->is_whole = false;
		kept->n_codes = 0;
	}
	for (size_t i = 0; i < act->n_facts; i++) {
		if (is_category(&act->facts[i]))
			drop(kept, act->facts[i].value);
	}
}

static size_t
room_for(const struct sluis_case *of_case)
{
	size_t n = 0;

	for (uint64_t i = 0; i < of_case->next_sequence; i++) {
		if (of_case->acts[i].code == SLUIS_CASE_SHIELD)
			n += of_case->acts[i].n_facts;
	}
	return n;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_case_shields(const struct sluis_case *of_case, const struct sluis_directory *directory,
    const struct sluis_member *member, struct sluis_arena *arena, struct sluis_recipient_facts *ret)
{
	struct kept kept = { .of_case = of_case, .directory = directory, .member = member };

	if (of_case->n_shields > 0) {
		kept.cap = room_for(of_case);
		kept.codes = sluis_arena_alloc(arena, (kept.cap + 1) * sizeof(*kept.codes));
		if (kept.codes == NULL)
			return SLUIS_ENOMEM;
	}
	for (uint64_t i = 0; of_case->n_shields > 0 && i < of_case->next_sequence; i++) {
		const struct sluis_case_act *act = &of_case->acts[i];

		if (act->code == SLUIS_CASE_SHIELD && holds_for(&kept, act))
			shield(&kept, act);
		if (act->code == SLUIS_CASE_UNSHIELD && sluis_case_act_names(act, member->handle))
			unshield(&kept, act);
	}
	ret->is_shielded = kept.is_whole;
	ret->shielded = (struct sluis_codes){ .items = kept.codes, .count = kept.n_codes };
	return SLUIS_OK;
}
