/* SPDX-License-Identifier: EUPL-1.2 */
#include "case_chain.h"

#include <stdlib.h>

#include "arena.h"
#include "case_internal.h"
#include "hash.h"
#include "limits.h"
#include "signed.h"

enum { SCRATCH_BYTES = 256 * 1024, ROWS_FIRST = 8 };

static const char *const CODES[] = {
#define X(name, word) word,
	SLUIS_CASE_CODE_LIST(X)
#undef X
};

const char *
sluis_case_code_text(enum sluis_case_code code)
{
	return CODES[code];
}

/* ---- life ---- */

struct sluis_case *
sluis_case_new(const struct sluis_hash *federation, const struct sluis_id *id)
{
	struct sluis_case *of_case = calloc(1, sizeof(*of_case));

	if (of_case == NULL)
		return NULL;
	of_case->federation = *federation;
	of_case->id = *id;
	of_case->arena = sluis_arena_new(SLUIS_CASE_MAX_BYTES);
	if (of_case->arena == NULL) {
		free(of_case);
		return NULL;
	}
	return of_case;
}

void
sluis_case_free(struct sluis_case *of_case)
{
	if (of_case == NULL)
		return;
	sluis_arena_free(of_case->arena);
	free(of_case->members);
	free(of_case->acts);
	free(of_case);
}

void
sluis_case_freep(struct sluis_case **of_case)
{
	sluis_case_free(*of_case);
	*of_case = NULL;
}

/* ---- taking an act ---- */

/* Room for ${more} rows behind the first ${n}. */
static enum sluis_err
make_room(void **rows, size_t *cap, size_t n, size_t more, size_t row_bytes)
{
	size_t wanted = *cap > 0 ? *cap : ROWS_FIRST;
	void *grown;

	while (wanted < n + more)
		wanted *= 2;
	if (wanted == *cap)
		return SLUIS_OK;
	grown = reallocarray(*rows, wanted, row_bytes);
	if (grown == NULL)
		return SLUIS_ENOMEM;
	*rows = grown;
	*cap = wanted;
	return SLUIS_OK;
}

static enum sluis_err
reserve(struct sluis_case *of_case, size_t more_members)
{
	void *members = of_case->members, *acts = of_case->acts;
	enum sluis_err err = make_room(&members, &of_case->cap_members, of_case->n_members, more_members,
	    sizeof(*of_case->members));

	of_case->members = members;
	if (err == SLUIS_OK)
		err = make_room(&acts, &of_case->cap_acts, (size_t)of_case->next_sequence, 1,
		    sizeof(*of_case->acts));
	of_case->acts = acts;
	return err;
}

static enum sluis_err
keep(struct sluis_case *of_case, ProtobufCBinaryData bytes, struct sluis_bytes *ret)
{
	return sluis_arena_copy(of_case->arena, sluis_of(bytes), ret);
}

static enum sluis_err
keep_names(struct sluis_case *of_case, const Sluis__CaseAct *act, struct sluis_case_act *ret)
{
	struct sluis_case_name *names =
	    sluis_arena_alloc(of_case->arena, act->n_members * sizeof(*names));

	if (names == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < act->n_members; i++) {
		SLUIS_TRY(keep(of_case, act->members[i]->handle, &names[i].handle));
		names[i].record_hash = sluis_hash_of(act->members[i]->record_hash);
	}
	ret->names = names;
	ret->n_names = act->n_members;
	return SLUIS_OK;
}

static enum sluis_err
keep_facts(struct sluis_case *of_case, const Sluis__CaseAct *act, struct sluis_case_act *ret)
{
	struct sluis_case_fact *facts = sluis_arena_alloc(of_case->arena, act->n_facts * sizeof(*facts));

	if (facts == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < act->n_facts; i++) {
		SLUIS_TRY(keep(of_case, act->facts[i]->fact_code, &facts[i].code));
		SLUIS_TRY(keep(of_case, act->facts[i]->value_text, &facts[i].value));
	}
	ret->facts = facts;
	ret->n_facts = act->n_facts;
	return SLUIS_OK;
}

static enum sluis_err
keep_act(struct sluis_case *of_case, const struct sluis_case_judged *judged, const Sluis__Signed *act,
    struct sluis_case_act *ret)
{
	ret->code = judged->code;
	ret->sequence = judged->act->sequence;
	ret->hash = sluis_signed_hash(act);
	ret->record_hash = sluis_hash_of(judged->act->record_hash);
	ret->created_ms = (int64_t)judged->act->created_ms;
	ret->keys.size = judged->act->keys->tree_size;
	ret->keys.root = sluis_hash_of(judged->act->keys->root_hash);
	ret->policy_hash = sluis_hash_of(judged->act->policy_hash);
	SLUIS_TRY(sluis_arena_copy(of_case->arena, judged->actor->handle, &ret->actor));
	SLUIS_TRY(keep_names(of_case, judged->act, ret));
	return keep_facts(of_case, judged->act, ret);
}

/* ---- what an act does; nothing in here fails ---- */

static void
put_on(struct sluis_case *of_case, struct sluis_bytes handle, const struct sluis_case_act *act)
{
	if (sluis_case_member(of_case, handle) != NULL)
		return;
	of_case->members[of_case->n_members++] = (struct sluis_case_member){ .handle = handle,
		.since_ms = act->created_ms,
		.since_sequence = act->sequence };
}

static void
take_off(struct sluis_case *of_case, struct sluis_bytes handle)
{
	size_t kept = 0;

	for (size_t i = 0; i < of_case->n_members; i++) {
		if (!sluis_bytes_equal(of_case->members[i].handle, handle))
			of_case->members[kept++] = of_case->members[i];
	}
	of_case->n_members = kept;
}

static void
move_on(struct sluis_case *of_case, const struct sluis_case_act *act)
{
	const struct sluis_bytes step = sluis_case_act_fact(act, "step");

	if (step.len > 0)
		of_case->step = step;
	of_case->is_closed = act->code == SLUIS_CASE_CLOSE;
}

static void
apply(struct sluis_case *of_case, const struct sluis_case_act *act)
{
	switch (act->code) {
	case SLUIS_CASE_OPEN:
		of_case->opener = act->actor;
		put_on(of_case, act->actor, act);
		for (size_t i = 0; i < act->n_names; i++)
			put_on(of_case, act->names[i].handle, act);
		move_on(of_case, act);
		break;
	case SLUIS_CASE_JOIN:
	case SLUIS_CASE_HAND_OVER:
		put_on(of_case, act->names[0].handle, act);
		break;
	case SLUIS_CASE_LEAVE:
		take_off(of_case, act->names[0].handle);
		break;
	case SLUIS_CASE_STEP:
	case SLUIS_CASE_CLOSE:
	case SLUIS_CASE_REOPEN:
		move_on(of_case, act);
		break;
	case SLUIS_CASE_SHIELD:
		of_case->n_shields++;
		break;
	case SLUIS_CASE_INVITE:
	case SLUIS_CASE_INFORM:
	case SLUIS_CASE_UNSHIELD:
	case SLUIS_CASE_LABEL:
		break;
	}
	of_case->acts[of_case->next_sequence++] = *act;
	of_case->head = act->hash;
	of_case->changed_ms = act->created_ms;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_case_append(struct sluis_case *of_case, const Sluis__Signed *act,
    const struct sluis_directory *directory, struct sluis_why *why)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *scratch = sluis_arena_new(SCRATCH_BYTES);
	struct sluis_case_judged judged = { .scratch = scratch };
	struct sluis_case_act kept;

	if (scratch == NULL)
		return SLUIS_ENOMEM;
	SLUIS_TRY(sluis_case_judge(of_case, act, directory, &judged, why));
	SLUIS_TRY(reserve(of_case, judged.act->n_members + 1));
	SLUIS_TRY(keep_act(of_case, &judged, act, &kept));
	apply(of_case, &kept);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_case_check(const struct sluis_case *of_case, const Sluis__Signed *act,
    const struct sluis_directory *directory, struct sluis_why *why)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *scratch = sluis_arena_new(SCRATCH_BYTES);
	struct sluis_case_judged judged = { .scratch = scratch };

	if (scratch == NULL)
		return SLUIS_ENOMEM;
	return sluis_case_judge(of_case, act, directory, &judged, why);
}

/* ---- making an act ---- */

static enum sluis_err
build_names(const struct sluis_case_act *draft, struct sluis_arena *arena, Sluis__CaseAct *ret)
{
	Sluis__CaseMember *all = sluis_arena_alloc(arena, draft->n_names * sizeof(*all));

	ret->members = sluis_arena_alloc(arena, draft->n_names * sizeof(Sluis__CaseMember *));
	if (all == NULL || ret->members == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < draft->n_names; i++) {
		sluis__case_member__init(&all[i]);
		all[i].handle = sluis_pb(draft->names[i].handle);
		all[i].record_hash = sluis_pb_hash(&draft->names[i].record_hash);
		ret->members[i] = &all[i];
	}
	ret->n_members = draft->n_names;
	return SLUIS_OK;
}

static enum sluis_err
build_facts(const struct sluis_case_act *draft, struct sluis_arena *arena, Sluis__CaseAct *ret)
{
	Sluis__Fact *all = sluis_arena_alloc(arena, draft->n_facts * sizeof(*all));

	ret->facts = sluis_arena_alloc(arena, draft->n_facts * sizeof(Sluis__Fact *));
	if (all == NULL || ret->facts == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < draft->n_facts; i++) {
		sluis__fact__init(&all[i]);
		all[i].fact_code = sluis_pb(draft->facts[i].code);
		all[i].value_text = sluis_pb(draft->facts[i].value);
		ret->facts[i] = &all[i];
	}
	ret->n_facts = draft->n_facts;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_case_build(const struct sluis_case *of_case, const struct sluis_case_act *draft,
    struct sluis_arena *arena, struct sluis_bytes *ret)
{
	Sluis__CaseAct act = SLUIS__CASE_ACT__INIT;
	Sluis__Previous previous = SLUIS__PREVIOUS__INIT;
	Sluis__Checkpoint keys = SLUIS__CHECKPOINT__INIT;

	act.format = SLUIS_FORMAT;
	act.federation_hash = sluis_pb_hash(&of_case->federation);
	act.case_id = sluis_pb_id(&of_case->id);
	act.sequence = of_case->next_sequence;
	if (of_case->next_sequence > 0) {
		previous.previous_hash = sluis_pb_hash(&of_case->head);
		act.previous = &previous;
	}
	act.act_code = sluis_pb(sluis_bytes_text(sluis_case_code_text(draft->code)));
	act.record_hash = sluis_pb_hash(&draft->record_hash);
	act.created_ms = draft->created_ms > 0 ? (uint64_t)draft->created_ms : 0;
	keys.tree_size = draft->keys.size;
	keys.root_hash = sluis_pb_hash(&draft->keys.root);
	act.keys = &keys;
	act.policy_hash = sluis_pb_hash(&draft->policy_hash);
	SLUIS_TRY(build_names(draft, arena, &act));
	SLUIS_TRY(build_facts(draft, arena, &act));
	return sluis_codec_pack(&act.base, arena, ret);
}

/* ---- reading ---- */

const struct sluis_case_member *
sluis_case_member(const struct sluis_case *of_case, struct sluis_bytes handle)
{
	for (size_t i = 0; i < of_case->n_members; i++) {
		if (sluis_bytes_equal(of_case->members[i].handle, handle))
			return &of_case->members[i];
	}
	return NULL;
}

const struct sluis_case_act *
sluis_case_next_act(const struct sluis_case *of_case, uint64_t *cursor, enum sluis_case_code code)
{
	while (*cursor < of_case->next_sequence) {
		const struct sluis_case_act *act = &of_case->acts[*cursor];

		++*cursor;
		if (act->code == code)
			return act;
	}
	return NULL;
}

bool
sluis_case_act_names(const struct sluis_case_act *act, struct sluis_bytes handle)
{
	for (size_t i = 0; i < act->n_names; i++) {
		if (sluis_bytes_equal(act->names[i].handle, handle))
			return true;
	}
	return false;
}

struct sluis_bytes
sluis_case_act_fact(const struct sluis_case_act *act, const char *code)
{
	for (size_t i = 0; i < act->n_facts; i++) {
		if (sluis_bytes_is_text(act->facts[i].code, code))
			return act->facts[i].value;
	}
	return sluis_bytes(NULL, 0);
}
