/* SPDX-License-Identifier: EUPL-1.2 */
#include "case_internal.h"

#include <stdarg.h>
#include <stdio.h>

#include "hash.h"
#include "limits.h"
#include "signed.h"

_Static_assert(SLUIS_CASE_ACT_MEMBERS_MAX < SLUIS_CASE_MEMBERS_MAX, "opening fits");

/* How many members each act names: 0, 1, or at least 1. `open` lists those besides the actor. */
enum names { NAMES_NONE, NAMES_ONE, NAMES_SOME, NAMES_ANY };

static const enum names NAMES[] = {
	[SLUIS_CASE_OPEN] = NAMES_ANY,
	[SLUIS_CASE_JOIN] = NAMES_ONE,
	[SLUIS_CASE_LEAVE] = NAMES_ONE,
	[SLUIS_CASE_STEP] = NAMES_NONE,
	[SLUIS_CASE_CLOSE] = NAMES_NONE,
	[SLUIS_CASE_REOPEN] = NAMES_NONE,
	[SLUIS_CASE_INVITE] = NAMES_ANY,
	[SLUIS_CASE_INFORM] = NAMES_ANY,
	[SLUIS_CASE_SHIELD] = NAMES_SOME,
	[SLUIS_CASE_UNSHIELD] = NAMES_SOME,
	[SLUIS_CASE_HAND_OVER] = NAMES_ONE,
	[SLUIS_CASE_LABEL] = NAMES_ANY,
};

static enum sluis_err refuse(struct sluis_why *why, enum sluis_err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static enum sluis_err
refuse(struct sluis_why *why, enum sluis_err err, const char *format, ...)
{
	va_list args;

	if (why != NULL) {
		va_start(args, format);
		vsnprintf(why->text, sizeof(why->text), format, args);
		va_end(args);
	}
	return err;
}

/* ---- one act: form, signature, place in the chain ---- */

static enum sluis_err
find_code(struct sluis_bytes text, enum sluis_case_code *ret, struct sluis_why *why)
{
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(NAMES); i++) {
		if (sluis_bytes_is_text(text, sluis_case_code_text((enum sluis_case_code)i))) {
			*ret = (enum sluis_case_code)i;
			return SLUIS_OK;
		}
	}
	return refuse(why, SLUIS_EFORMAT, "an act that this program does not know: install a newer version");
}

static bool
is_number_right(enum names rule, size_t n)
{
	switch (rule) {
	case NAMES_NONE:
		return n == 0;
	case NAMES_ONE:
		return n == 1;
	case NAMES_SOME:
		return n >= 1;
	case NAMES_ANY:
		return true;
	}
	return false;
}

static enum sluis_err
check_form(const Sluis__CaseAct *act, enum sluis_case_code code, struct sluis_why *why)
{
	if (act->n_members > SLUIS_CASE_ACT_MEMBERS_MAX || act->n_facts > SLUIS_CASE_ACT_FACTS_MAX)
		return refuse(why, SLUIS_ETOOBIG, "an act that names more than it may");
	if (!is_number_right(NAMES[code], act->n_members))
		return refuse(why, SLUIS_EFORMAT, "the act %s names too few or too many members",
		    sluis_case_code_text(code));
	for (size_t i = 0; i < act->n_members; i++) {
		for (size_t j = 0; j < i; j++) {
			if (sluis_bytes_equal(sluis_of(act->members[i]->handle),
			        sluis_of(act->members[j]->handle)))
				return refuse(why, SLUIS_EFORMAT, "the act %s names a member twice",
				    sluis_case_code_text(code));
		}
	}
	if ((code == SLUIS_CASE_OPEN) != (act->sequence == 0) ||
	    (act->previous == NULL) != (act->sequence == 0))
		return refuse(why, SLUIS_EFORMAT, "an act that does not say where it stands in its chain");
	return SLUIS_OK;
}

static enum sluis_err
check_place(const struct sluis_case *of_case, const Sluis__CaseAct *act, struct sluis_why *why)
{
	const struct sluis_hash previous = act->previous != NULL
	    ? sluis_hash_of(act->previous->previous_hash)
	    : (struct sluis_hash){ { 0 } };

	if (!sluis_bytes_equal(sluis_of(act->federation_hash), sluis_hash_bytes(&of_case->federation)) ||
	    !sluis_bytes_equal(sluis_of(act->case_id),
	        sluis_bytes(of_case->id.bytes, sizeof(of_case->id.bytes))))
		return refuse(why, SLUIS_ECONTEXT, "an act of another federation or another case");
	if (act->sequence != of_case->next_sequence ||
	    (act->sequence > 0 && !sluis_hash_equal(&previous, &of_case->head)))
		return refuse(why, SLUIS_EPROOF,
		    "the act does not come after the last one on the case: look at the case again");
	return SLUIS_OK;
}

static enum sluis_err
check_keys(const Sluis__CaseAct *act, const struct sluis_directory *directory, struct sluis_why *why)
{
	struct sluis_hash root;

	if (act->keys->tree_size > sluis_directory_size(directory))
		return refuse(why, SLUIS_ESTALE, "the act knows a newer keys log: bring that up to date first");
	SLUIS_TRY(sluis_directory_root_at(directory, act->keys->tree_size, &root));
	if (!sluis_bytes_equal(sluis_of(act->keys->root_hash), sluis_hash_bytes(&root)))
		return refuse(why, SLUIS_EPROOF, "the act was made on another keys log than this one");
	return SLUIS_OK;
}

static enum sluis_err
check_names(const Sluis__CaseAct *act, const struct sluis_directory *directory, struct sluis_why *why)
{
	for (size_t i = 0; i < act->n_members; i++) {
		const struct sluis_hash hash = sluis_hash_of(act->members[i]->record_hash);
		const struct sluis_member *member = sluis_directory_member_by_record(directory, &hash);

		if (member == NULL)
			return refuse(why, SLUIS_ENOTFOUND, "the act names a record that the keys log lacks");
		if (!sluis_bytes_equal(member->handle, sluis_of(act->members[i]->handle)))
			return refuse(why, SLUIS_EFORMAT, "the act names a member by the record of another");
	}
	return SLUIS_OK;
}

/* Verify first, then read the very same bytes: the signer is named inside, so the key is looked up from there. */
static enum sluis_err
check_signer(const Sluis__Signed *signed_act, const Sluis__CaseAct *act,
    const struct sluis_directory *directory, struct sluis_why *why, const struct sluis_member **ret)
{
	const struct sluis_hash hash = sluis_hash_of(act->record_hash);
	const struct sluis_member *actor = sluis_directory_member_by_record(directory, &hash);
	enum sluis_err err;

	if (actor == NULL)
		return refuse(why, SLUIS_ENOTFOUND, "the act is signed by a record that the keys log lacks");
	err = sluis_signed_verify_member(signed_act, SLUIS_SIGNED_CASE, &hash, &actor->sign_key);
	if (err != SLUIS_OK)
		return refuse(why, err, "the signature under the act does not verify");
	SLUIS_TRY(check_keys(act, directory, why));
	err = sluis_directory_in_force_then(directory, actor, act->keys->tree_size,
	    (int64_t)act->created_ms, why);
	if (err != SLUIS_OK)
		return err == SLUIS_ENOMEM ? err : SLUIS_EREFUSED;
	*ret = actor;
	return SLUIS_OK;
}

/* PROTOCOL 6.1: "neither its time nor its keys log is before that of the act before": nobody falls back on what once held. */
static enum sluis_err
check_order(const struct sluis_case *of_case, const Sluis__CaseAct *act, struct sluis_why *why)
{
	if (of_case->next_sequence == 0)
		return SLUIS_OK;
	if ((int64_t)act->created_ms < of_case->changed_ms ||
	    act->keys->tree_size < of_case->acts[of_case->next_sequence - 1].keys.size)
		return refuse(why, SLUIS_EREFUSED, "the act goes back behind the one before it");
	return SLUIS_OK;
}

/* ---- sense on the case as it stands ---- */

static struct sluis_bytes
fact_of(const Sluis__CaseAct *act, const char *code)
{
	for (size_t i = 0; i < act->n_facts; i++) {
		if (sluis_bytes_is_text(sluis_of(act->facts[i]->fact_code), code))
			return sluis_of(act->facts[i]->value_text);
	}
	return sluis_bytes(NULL, 0);
}

static bool
act_names(const Sluis__CaseAct *act, struct sluis_bytes handle)
{
	for (size_t i = 0; i < act->n_members; i++) {
		if (sluis_bytes_equal(sluis_of(act->members[i]->handle), handle))
			return true;
	}
	return false;
}

static enum sluis_err
check_membership(const struct sluis_case *of_case, const Sluis__CaseAct *act, enum sluis_case_code code,
    const struct sluis_member *actor, struct sluis_why *why)
{
	const struct sluis_bytes named =
	    act->n_members > 0 ? sluis_of(act->members[0]->handle) : sluis_bytes(NULL, 0);

	if (code == SLUIS_CASE_OPEN)
		return act_names(act, actor->handle) ?
		    refuse(why, SLUIS_EREFUSED, "who opens a case is on it already") :
		    SLUIS_OK;
	if (sluis_case_member(of_case, actor->handle) == NULL)
		return refuse(why, SLUIS_EREFUSED, "who acts is not on the case");
	if (code == SLUIS_CASE_JOIN && sluis_case_member(of_case, named) != NULL)
		return refuse(why, SLUIS_EREFUSED, "this member is on the case already");
	if (code == SLUIS_CASE_LEAVE && sluis_case_member(of_case, named) == NULL)
		return refuse(why, SLUIS_EREFUSED, "this member is not on the case");
	if (code == SLUIS_CASE_HAND_OVER && sluis_bytes_equal(named, actor->handle))
		return refuse(why, SLUIS_EREFUSED, "a case is handed over to somebody else");
	if (code == SLUIS_CASE_UNSHIELD && act_names(act, actor->handle))
		return refuse(why, SLUIS_EREFUSED, "nobody lifts a shield from itself: somebody else does");
	return SLUIS_OK;
}

static enum sluis_err
check_sense(const struct sluis_case *of_case, const Sluis__CaseAct *act, enum sluis_case_code code,
    const struct sluis_member *actor, struct sluis_why *why)
{
	const struct sluis_bytes step = fact_of(act, "step");

	SLUIS_TRY(check_membership(of_case, act, code, actor, why));
	if (code == SLUIS_CASE_REOPEN && !of_case->is_closed)
		return refuse(why, SLUIS_EREFUSED, "the case is open already");
	if ((code == SLUIS_CASE_CLOSE || code == SLUIS_CASE_STEP) && of_case->is_closed)
		return refuse(why, SLUIS_EREFUSED, "the case is closed: reopen it first");
	if (code == SLUIS_CASE_STEP && step.len == 0)
		return refuse(why, SLUIS_EFORMAT, "the act step does not say to which step");
	if (step.len > 0 && !sluis_code_is_valid(step))
		return refuse(why, SLUIS_EFORMAT, "a step that is no code");
	if ((code == SLUIS_CASE_JOIN || code == SLUIS_CASE_HAND_OVER) &&
	    of_case->n_members >= SLUIS_CASE_MEMBERS_MAX)
		return refuse(why, SLUIS_EREFUSED, "as many members on one case as there may be");
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_case_judge(const struct sluis_case *of_case, const Sluis__Signed *signed_act,
    const struct sluis_directory *directory, struct sluis_case_judged *ret, struct sluis_why *why)
{
	Sluis__CaseAct *act;
	enum sluis_err err;

	err = SLUIS_UNPACK(case_act, CaseAct, sluis_signed_payload(signed_act), SLUIS_CASE_ACT_MAX_BYTES,
	    ret->scratch, &act);
	if (err != SLUIS_OK)
		return refuse(why, err, "an act that is not in the form that the protocol prescribes");
	SLUIS_TRY(check_place(of_case, act, why));
	SLUIS_TRY(check_signer(signed_act, act, directory, why, &ret->actor));
	SLUIS_TRY(check_order(of_case, act, why));
	SLUIS_TRY(find_code(sluis_of(act->act_code), &ret->code, why));
	SLUIS_TRY(check_form(act, ret->code, why));
	SLUIS_TRY(check_names(act, directory, why));
	SLUIS_TRY(check_sense(of_case, act, ret->code, ret->actor, why));
	ret->act = act;
	return SLUIS_OK;
}
