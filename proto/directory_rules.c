/* SPDX-License-Identifier: EUPL-1.2 */
#include "directory_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "limits.h"
#include "signed.h"

/* Keys to find things by that one entry may add, besides those that nobody else may use: rows and what names them. */
enum { SLOTS_BESIDE_CLAIMS = 5 * SLUIS_DIRECTORY_GENESIS_ROWS_MAX };

static const struct {
	enum sluis_err (*rule)(struct sluis_directory_step *step);
	void (*apply)(struct sluis_directory *directory, const struct sluis_directory_step *step);
} TYPES[] = {
	[SLUIS_ENTRY_GENESIS] = { sluis_directory_rule_genesis, sluis_directory_apply_genesis },
	[SLUIS_ENTRY_ORGANISATION] = { sluis_directory_rule_organisation,
	    sluis_directory_apply_organisation },
	[SLUIS_ENTRY_RECORD] = { sluis_directory_rule_record, sluis_directory_apply_record },
	[SLUIS_ENTRY_APPROVAL] = { sluis_directory_rule_approval, sluis_directory_apply_approval },
	[SLUIS_ENTRY_SUSPENSION] = { sluis_directory_rule_suspension, sluis_directory_apply_suspension },
	[SLUIS_ENTRY_POLICY] = { sluis_directory_rule_policy, sluis_directory_apply_policy },
	[SLUIS_ENTRY_BROKER] = { sluis_directory_rule_broker, sluis_directory_apply_broker },
	[SLUIS_ENTRY_REGISTRARS] = { sluis_directory_rule_registrars, sluis_directory_apply_registrars },
	[SLUIS_ENTRY_WITNESS] = { sluis_directory_rule_witness, sluis_directory_apply_witness },
	[SLUIS_ENTRY_GUEST] = { sluis_directory_rule_guest, sluis_directory_apply_guest },
	[SLUIS_ENTRY_CONTINUATION] = { sluis_directory_rule_continuation,
	    sluis_directory_apply_continuation },
};

/* ---- what rules are made of ---- */

enum sluis_err
sluis_directory_refuse(struct sluis_directory_step *step, const char *rule, const char *format, ...)
{
	struct sluis_why detail;
	va_list args;

	if (step->fault != NULL) {
		va_start(args, format);
		vsnprintf(detail.text, sizeof(detail.text), format, args);
		va_end(args);
		step->fault->rule = rule;
		snprintf(step->fault->why.text, sizeof(step->fault->why.text),
		    "entry %llu of the keys log %.200s", (unsigned long long)step->index, detail.text);
	}
	return SLUIS_EKEYSLOG;
}

enum sluis_err
sluis_directory_only(struct sluis_directory_step *step, enum sluis_err err, const char *rule,
    const char *text)
{
	if (err == SLUIS_OK || err == SLUIS_ENOMEM)
		return err;
	return sluis_directory_refuse(step, rule, "%s", text);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_of_federation(struct sluis_directory_step *step, ProtobufCBinaryData federation)
{
	const struct sluis_hash ours = sluis_directory_federation(step->directory);

	if (!sluis_bytes_equal(sluis_of(federation), sluis_hash_bytes(&ours)))
		return sluis_directory_refuse(step, "federation", "is of another federation");
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_created(struct sluis_directory_step *step, uint64_t created_ms)
{
	step->created_ms = (int64_t)created_ms; /* codec: within its bounds */
	if (step->created_ms < step->directory->genesis.created_ms - SLUIS_ENTRY_AHEAD_MS)
		return sluis_directory_refuse(step, "order", "is older than the federation itself");
	return SLUIS_OK;
}

const Sluis__Signature *
sluis_directory_signature(const Sluis__Signed *act, const struct sluis_hash *signer_hash)
{
	for (size_t i = 0; i < act->n_signatures; i++) {
		if (sluis_bytes_equal(sluis_of(act->signatures[i]->signer_hash),
		        sluis_hash_bytes(signer_hash)))
			return act->signatures[i];
	}
	return NULL;
}

/* The key of a registrar whose record is in force when the act is made; as a person counts the holder of the handle. */
static const struct sluis_public *
registrar_key(void *context, const struct sluis_hash *signer_hash, const void **ret_person)
{
	const struct sluis_directory_step *step = context;
	const struct sluis_member *member =
	    sluis_directory_member_by_record(step->directory, signer_hash);

	if (member == NULL || !sluis_directory_is_registrar(step->directory, member->handle) ||
	    sluis_directory_in_force(step->directory, member, step->created_ms, NULL, NULL) != SLUIS_OK)
		return NULL;
	*ret_person = sluis_directory_member_holder(step->directory, member->handle);
	return &member->sign_key;
}

static enum sluis_err
check_order(struct sluis_directory_step *step)
{
	/* 7.2: nobody can keep an act back and bring it in when others have gone past it. */
	if (step->created_ms < step->directory->latest_ms - SLUIS_ACT_MAX_AGE_MS)
		return sluis_directory_refuse(step, "stale",
		    "is more than five days older than an act of the registrars before it");
	switch (step->type) {
	case SLUIS_ENTRY_POLICY:
	case SLUIS_ENTRY_BROKER:
	case SLUIS_ENTRY_REGISTRARS:
	case SLUIS_ENTRY_WITNESS:
	case SLUIS_ENTRY_CONTINUATION:
		if (step->created_ms < step->directory->last_ms[step->type])
			return sluis_directory_refuse(step, "order",
			    "was made before the one of its kind that stands before it");
		return SLUIS_OK;
	case SLUIS_ENTRY_GENESIS:
	case SLUIS_ENTRY_ORGANISATION:
	case SLUIS_ENTRY_RECORD:
	case SLUIS_ENTRY_APPROVAL:
	case SLUIS_ENTRY_SUSPENSION: /* in order for each handle, see there */
	case SLUIS_ENTRY_GUEST:
		return SLUIS_OK;
	}
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_by_registrars(struct sluis_directory_step *step, ProtobufCBinaryData federation,
    uint64_t created_ms)
{
	const struct sluis_signed_lookup lookup = { .key = registrar_key, .context = step };
	enum sluis_err err;
	size_t n;

	SLUIS_TRY(sluis_directory_of_federation(step, federation));
	SLUIS_TRY(sluis_directory_created(step, created_ms));
	err = sluis_signed_count(step->act, sluis_entry_signed_type(step->type), &lookup, &n);
	if (err == SLUIS_EEXISTS)
		return sluis_directory_refuse(step, "registrars", "is signed twice by one registrar");
	SLUIS_TRY(sluis_directory_only(step, err, "registrars",
	    "carries a signature that is not of a registrar in force"));
	if (n < step->directory->registrars.needed)
		return sluis_directory_refuse(step, "registrars", "is signed by %zu registrars of the %u "
		    "that it needs", n, (unsigned)step->directory->registrars.needed);
	step->by_registrars = true;
	return check_order(step);
}

/* ---- one entry ---- */

static enum sluis_err
find_type(struct sluis_directory_step *step, struct sluis_bytes code)
{
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(TYPES); i++) {
		if (sluis_bytes_is_text(code, sluis_entry_type_text((enum sluis_entry_type)i))) {
			step->type = (enum sluis_entry_type)i;
			return SLUIS_OK;
		}
	}
	return sluis_directory_refuse(step, "entry-type",
	    "is of a kind that this program does not know: install a newer version");
}

static enum sluis_err
judge(struct sluis_directory_step *step, struct sluis_bytes bytes)
{
	Sluis__KeysEntry *entry;

	SLUIS_TRY(sluis_directory_only(step,
	    SLUIS_UNPACK(keys_entry, KeysEntry, bytes, SLUIS_KEYS_ENTRY_MAX_BYTES, step->scratch,
	        &entry),
	    "malformed", "is not in the form that the protocol prescribes"));
	SLUIS_TRY(find_type(step, sluis_of(entry->type_code)));
	if ((step->type == SLUIS_ENTRY_GENESIS) != (step->index == 0))
		return sluis_directory_refuse(step, "genesis",
		    step->index == 0 ? "is not a genesis" : "is a second genesis");
	step->act = entry->act;
	step->act_hash = sluis_signed_hash(entry->act);
	if (sluis_directory_find(step->directory, SLUIS_INDEX_ACT, sluis_hash_bytes(&step->act_hash),
	        NULL))
		return sluis_directory_refuse(step, "duplicate",
		    "repeats an act that stands in the log already");
	return TYPES[step->type].rule(step);
}

static void
apply(struct sluis_directory *directory, struct sluis_directory_step *step)
{
	const struct sluis_hash leaf = sluis_merkle_leaf(step->entry->bytes);
	struct sluis_directory_entry **entry;
	struct sluis_hash *root;

	for (size_t i = 0; i < step->n_claims; i++)
		sluis_directory_put(directory, SLUIS_INDEX_KEY,
		    sluis_bytes(step->claims[i].bytes, sizeof(step->claims[i].bytes)), 0);
	sluis_directory_put(directory, SLUIS_INDEX_ACT, sluis_hash_bytes(&step->act_hash), 0);
	if (step->by_registrars) {
		directory->last_ms[step->type] = step->created_ms;
		if (directory->latest_ms < step->created_ms)
			directory->latest_ms = step->created_ms;
	}
	TYPES[step->type].apply(directory, step);
	entry = sluis_directory_add(directory, SLUIS_TABLE_ENTRIES);
	*entry = SLUIS_TAKE(step->entry);
	sluis_merkle_frontier_append(&directory->frontier, &leaf, NULL);
	root = sluis_directory_add(directory, SLUIS_TABLE_ROOTS);
	*root = sluis_merkle_frontier_root(&directory->frontier);
}

static void
step_done(struct sluis_directory_step *step)
{
	sluis_arena_free(step->scratch);
	sluis_directory_entry_put(step->entry);
}

static enum sluis_err
step_init(struct sluis_directory_step *step, const struct sluis_directory *directory,
    struct sluis_bytes bytes, struct sluis_directory_fault *fault)
{
	memset(step, 0, sizeof(*step));
	step->directory = directory;
	step->index = sluis_directory_size(directory);
	step->fault = fault;
	if (bytes.len > SLUIS_KEYS_ENTRY_MAX_BYTES)
		return sluis_directory_refuse(step, "malformed", "is larger than an entry may be");
	step->scratch = sluis_arena_new(SLUIS_ARENA_MAX_BYTES);
	step->entry = sluis_directory_entry_new(bytes);
	return step->scratch == NULL || step->entry == NULL ? SLUIS_ENOMEM : SLUIS_OK;
}

static void
say(struct sluis_why *why, enum sluis_err err, const struct sluis_directory_fault *fault)
{
	if (why != NULL && err == SLUIS_EKEYSLOG)
		*why = fault->why;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_append(struct sluis_directory *directory, struct sluis_bytes entry,
    struct sluis_why *why)
{
	SLUIS_AUTO(step_done) struct sluis_directory_step step;
	struct sluis_directory_fault fault;
	enum sluis_err err = step_init(&step, directory, entry, &fault);

	if (err == SLUIS_OK)
		err = judge(&step, step.entry->bytes);
	say(why, err, &fault);
	SLUIS_TRY(err);
	SLUIS_TRY(sluis_directory_reserve(directory, step.n_claims + SLOTS_BESIDE_CLAIMS));
	apply(directory, &step);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_judge(const struct sluis_directory *directory, struct sluis_bytes entry,
    struct sluis_directory_fault *ret_fault)
{
	SLUIS_AUTO(step_done) struct sluis_directory_step step;

	SLUIS_TRY(step_init(&step, directory, entry, ret_fault));
	return judge(&step, step.entry->bytes);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_check(const struct sluis_directory *directory, struct sluis_bytes entry,
    struct sluis_why *why)
{
	struct sluis_directory_fault fault;
	const enum sluis_err err = sluis_directory_judge(directory, entry, &fault);

	say(why, err, &fault);
	return err;
}
