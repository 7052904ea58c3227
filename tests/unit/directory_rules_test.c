/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "attack.h"
#include "directory.h"
#include "federation.h"
#include "hash.h"

static struct federation *f;

static int
setup(void **state)
{
	(void)state;
	f = federation_new(NULL, 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	federation_free(f);
	return 0;
}

static struct sluis_bytes
text(const char *word)
{
	return sluis_bytes_text(word);
}

/* A member that is not in the log: keys named after it, an organisation it says it is of. */
static struct federation_member *
stranger(const char *handle, const char *organisation)
{
	struct federation_member *member = sluis_arena_alloc(f->arena, sizeof(*member));

	*member = *federation_member(f, "gi");
	federation_keys_of(handle, "stranger", member);
	memset(member->organisation, 0, sizeof(member->organisation));
	memcpy(member->organisation, organisation, strlen(organisation));
	return member;
}

static struct sluis_bytes
record_entry(const struct sluis_record_draft *draft, struct federation_member *member,
    const struct federation_member *previous)
{
	return federation_entry(f, SLUIS_ENTRY_RECORD, federation_sign_record(f, draft, member, previous));
}

/* A payload as a record, signed by organisation, own key and ${previous}. */
static struct sluis_bytes
signed_record(struct sluis_bytes payload, struct federation_member *member,
    const struct federation_member *previous)
{
	const struct federation_organisation *theirs = federation_organisation(f, member->organisation);
	const struct sluis_certificate_signer certificate = { .certificate = theirs->chain[0],
		.key_pem = theirs->key_pem };
	struct sluis_signer own = { .record_hash = sluis_hash(payload), .secret = &member->sign_secret };
	Sluis__Signed *act;

	attack_must(sluis_signed_of(payload, f->arena, &act));
	attack_must(sluis_signed_add_certificate(act, SLUIS_SIGNED_RECORD, &certificate, f->arena));
	attack_must(sluis_signed_add(act, SLUIS_SIGNED_RECORD, &own, f->arena));
	if (previous != NULL)
		attack_must(sluis_signed_add(act, SLUIS_SIGNED_RECORD, &previous->signer, f->arena));
	return federation_entry(f, SLUIS_ENTRY_RECORD, act);
}

static struct sluis_bytes
built(const struct sluis_record_draft *draft)
{
	struct sluis_bytes payload;

	attack_must(sluis_record_build(draft, f->arena, &payload));
	return payload;
}

static struct sluis_bytes
approval(const struct sluis_hash *target, const char *signers)
{
	const struct sluis_record_act act = attack_act(f);
	struct sluis_bytes payload;

	attack_must(sluis_record_approval(&act, target, f->arena, &payload));
	return attack_entry(f, SLUIS_ENTRY_APPROVAL, payload, signers);
}

static struct sluis_bytes
suspension_payload(const char *handle, bool of_organisation, enum sluis_standing state, int64_t created_ms)
{
	const struct sluis_record_act act = { .federation = f->id, .created_ms = created_ms };
	const struct sluis_record_suspension draft = { .handle = text(handle),
		.of_organisation = of_organisation,
		.state = state,
		.reason = text("test") };
	struct sluis_bytes payload;

	attack_must(sluis_record_suspension(&act, &draft, f->arena, &payload));
	return payload;
}

static struct sluis_bytes
suspension(const char *handle, bool of_organisation, enum sluis_standing state, const char *signers)
{
	return attack_entry(f, SLUIS_ENTRY_SUSPENSION,
	    suspension_payload(handle, of_organisation, state, federation_time(f)), signers);
}

static struct sluis_bytes
registrars(const char *const *handles, size_t n, uint32_t needed, const char *signers)
{
	const struct sluis_record_act act = attack_act(f);
	struct sluis_bytes views[8], payload;
	const struct sluis_registrars draft = { .handles = views, .n = n, .needed = needed };

	for (size_t i = 0; i < n; i++)
		views[i] = text(handles[i]);
	attack_must(sluis_record_registrars(&act, &draft, f->arena, &payload));
	return attack_entry(f, SLUIS_ENTRY_REGISTRARS, payload, signers);
}

/* From one registrar to two of three. */
static void
three_registrars(void)
{
	static const char *const HANDLES[] = { "registrar", "director", "officer" };

	attack_taken(f, registrars(HANDLES, 3, 2, "registrar"));
}

/* ---- any entry ---- */

static void
other_bytes_are_no_entry(void **state)
{
	uint8_t large[SLUIS_KEYS_ENTRY_MAX_BYTES + 1] = { 0 };
	const struct sluis_bytes good = suspension("school", false, SLUIS_STANDING_SUSPENDED, "registrar");

	(void)state;
	attack_refused(f, sluis_bytes(NULL, 0), "malformed");
	attack_refused(f, text("entry"), "malformed");
	attack_refused(f, sluis_bytes(large, sizeof(large)), "malformed");
	attack_refused(f, ATTACK_EDIT(f, keys_entry, KeysEntry, good, { it->format = 2; }), "malformed");
	attack_refused(f, ATTACK_EDIT(f, keys_entry, KeysEntry, good, { it->type_code = sluis_pb(text("oracle")); }),
	    "entry-type");
	/* an act of one kind in the place of another does not verify, nor fit */
	attack_refused(f, ATTACK_EDIT(f, keys_entry, KeysEntry, good, { it->type_code = sluis_pb(text("policy")); }),
	    "malformed");
	attack_taken(f, good);
}

static void
acts_of_another_federation_are_refused(void **state)
{
	struct federation_member *late = stranger("late", "gi");
	struct sluis_record_draft draft;
	struct sluis_record_act act = attack_act(f);
	struct sluis_bytes payload;

	(void)state;
	act.federation.bytes[0] ^= 1;
	attack_must(sluis_record_policy(&act, &f->agreement_hash, f->now_ms, f->arena, &payload));
	attack_refused(f, attack_entry(f, SLUIS_ENTRY_POLICY, payload, "registrar"), "federation");
	federation_record_of(f, late, "expert", &draft);
	draft.federation.bytes[31] ^= 1;
	attack_refused(f, record_entry(&draft, late, NULL), "federation");
	draft.federation = (struct sluis_hash){ { 0 } }; /* only genesis may say this */
	attack_refused(f, record_entry(&draft, late, NULL), "federation");
}

static void
an_entry_stands_once(void **state)
{
	const struct sluis_bytes entry = suspension("school", false, SLUIS_STANDING_SUSPENDED, "registrar");
	struct federation_member *late = stranger("late", "gi");
	struct sluis_record_draft draft;
	Sluis__Genesis *body;
	Sluis__KeysEntry *first;

	(void)state;
	attack_taken(f, entry);
	attack_refused(f, entry, "duplicate");
	/* also when it would make sense again */
	attack_taken(f, suspension("school", false, SLUIS_STANDING_ACTIVE, "registrar"));
	attack_refused(f, entry, "duplicate");
	attack_refused(f, sluis_directory_entry(f->directory, 0), "genesis");
	/* also under another signature of the same signer: ECDSA gives as many as one likes */
	federation_record_of(f, late, "expert", &draft);
	attack_taken(f, record_entry(&draft, late, NULL));
	attack_refused(f, record_entry(&draft, late, NULL), "duplicate");
	/* what genesis carries is an act as well */
	attack_must(SLUIS_UNPACK(keys_entry, KeysEntry, sluis_directory_entry(f->directory, 0),
	    SLUIS_KEYS_ENTRY_MAX_BYTES, f->arena, &first));
	attack_must(SLUIS_UNPACK(genesis, Genesis, sluis_of(first->act->payload_bytes),
	    SLUIS_KEYS_ENTRY_MAX_BYTES, f->arena, &body));
	attack_refused(f, federation_entry(f, SLUIS_ENTRY_ORGANISATION, body->body), "duplicate");
	attack_refused(f, federation_entry(f, SLUIS_ENTRY_RECORD, body->registrars[0]), "duplicate");
}

/* Entries dropped, reordered: what remains does not replay, or does not have the root that was signed. */
static void
a_log_with_a_gap_does_not_replay(void **state)
{
	const uint64_t n = sluis_directory_size(f->directory);
	const struct sluis_hash root = sluis_directory_root(f->directory);

	(void)state;
	for (uint64_t gap = 0; gap < n; gap++) {
		SLUIS_AUTO(sluis_directory_freep) struct sluis_directory *other = sluis_directory_new();
		enum sluis_err err = SLUIS_OK;
		struct sluis_hash theirs;

		for (uint64_t i = 0; i < n && err == SLUIS_OK; i++) {
			if (i != gap)
				err = sluis_directory_append(other, sluis_directory_entry(f->directory, i), NULL);
		}
		theirs = sluis_directory_root(other);
		assert_true(err == SLUIS_EKEYSLOG || !sluis_hash_equal(&root, &theirs));
	}
	for (uint64_t swap = 0; swap + 1 < n; swap++) {
		SLUIS_AUTO(sluis_directory_freep) struct sluis_directory *other = sluis_directory_new();
		enum sluis_err err = SLUIS_OK;
		struct sluis_hash theirs;

		for (uint64_t i = 0; i < n && err == SLUIS_OK; i++) {
			const uint64_t j = i == swap ? i + 1 : i == swap + 1 ? i - 1 : i;

			err = sluis_directory_append(other, sluis_directory_entry(f->directory, j), NULL);
		}
		theirs = sluis_directory_root(other);
		assert_true(err == SLUIS_EKEYSLOG || !sluis_hash_equal(&root, &theirs));
	}
}

static void
times_go_on(void **state)
{
	const int64_t now = f->now_ms + FEDERATION_DAY_MS;
	const struct sluis_record_act before_all = { .federation = f->id,
		.created_ms = sluis_directory_genesis(f->directory)->created_ms - SLUIS_ENTRY_AHEAD_MS - 1 };
	struct sluis_record_act act = { .federation = f->id, .created_ms = now };
	struct sluis_bytes payload;

	(void)state;
	attack_must(sluis_record_policy(&before_all, &f->agreement_hash, now, f->arena, &payload));
	attack_refused(f, attack_entry(f, SLUIS_ENTRY_POLICY, payload, "registrar"), "order");
	attack_must(sluis_record_policy(&act, &f->agreement_hash, now, f->arena, &payload));
	attack_taken(f, attack_entry(f, SLUIS_ENTRY_POLICY, payload, "registrar"));
	act.created_ms = now - 1; /* held back until another had gone past */
	attack_must(sluis_record_policy(&act, &f->policy_hash, now, f->arena, &payload));
	attack_refused(f, attack_entry(f, SLUIS_ENTRY_POLICY, payload, "registrar"), "order");
	attack_taken(f, attack_entry(f, SLUIS_ENTRY_SUSPENSION,
	    suspension_payload("school", false, SLUIS_STANDING_SUSPENDED, now - 1), "registrar"));
	attack_refused(f, attack_entry(f, SLUIS_ENTRY_SUSPENSION,
	    suspension_payload("school", false, SLUIS_STANDING_ACTIVE, now - 2), "registrar"), "order");
	/* five days later what was signed today is too old to come in */
	attack_taken(f, attack_entry(f, SLUIS_ENTRY_SUSPENSION,
	    suspension_payload("gi", false, SLUIS_STANDING_SUSPENDED, now + SLUIS_ACT_MAX_AGE_MS), "registrar"));
	attack_taken(f, attack_entry(f, SLUIS_ENTRY_SUSPENSION,
	    suspension_payload("school", false, SLUIS_STANDING_ACTIVE, now), "registrar"));
	attack_refused(f, attack_entry(f, SLUIS_ENTRY_SUSPENSION,
	    suspension_payload("provider", false, SLUIS_STANDING_SUSPENDED, now - 1), "registrar"), "stale");
}

/* ---- registrars ---- */

static void
only_registrars_in_force_sign_for_them(void **state)
{
	const struct sluis_bytes payload = suspension_payload("school", false, SLUIS_STANDING_SUSPENDED,
	    federation_time(f));
	const struct federation_member *registrar = federation_member(f, "registrar");

	(void)state;
	attack_refused(f, attack_entry(f, SLUIS_ENTRY_SUSPENSION, payload, "director"), "registrars");
	attack_refused(f, attack_entry(f, SLUIS_ENTRY_SUSPENSION, payload, "school"), "registrars");
	attack_refused(f, attack_entry(f, SLUIS_ENTRY_SUSPENSION, payload, "registrar director"), "registrars");
	attack_refused(f, attack_certified(f, SLUIS_ENTRY_SUSPENSION, payload, "expert-team"), "registrars");
	attack_refused(f, ATTACK_EDIT(f, keys_entry, KeysEntry,
	    attack_entry(f, SLUIS_ENTRY_SUSPENSION, payload, "registrar"), { it->act->n_signatures = 0; }),
	    "registrars");
	/* a registrar's signature under another kind of act */
	{
		Sluis__Signed *act;

		attack_must(sluis_signed_make(&registrar->signer, SLUIS_SIGNED_APPROVAL, payload, f->arena, &act));
		attack_refused(f, federation_entry(f, SLUIS_ENTRY_SUSPENSION, act), "registrars");
	}
	/* whose record does not hold at that time */
	attack_refused(f, attack_entry(f, SLUIS_ENTRY_SUSPENSION,
	    suspension_payload("school", false, SLUIS_STANDING_SUSPENDED, f->now_ms + 400 * FEDERATION_DAY_MS),
	    "registrar"), "registrars");
}

static void
k_of_n_are_k_persons(void **state)
{
	const char *const same[] = { "registrar", "registrar" }, *const gone[] = { "registrar", "nobody" };
	const char *const all[] = { "registrar", "director", "officer" };
	const char *const with_gi[] = { "registrar", "gi" };
	struct sluis_bytes payload, entry;

	(void)state;
	attack_taken(f, suspension("gi", true, SLUIS_STANDING_SUSPENDED, "registrar"));
	attack_refused(f, registrars(with_gi, 2, 1, "registrar"), "registrars");
	attack_refused(f, registrars(all, 3, 1, "director"), "registrars");
	attack_refused(f, registrars(same, 2, 1, "registrar"), "registrars");
	attack_refused(f, registrars(gone, 2, 1, "registrar"), "registrars");
	attack_refused(f, registrars(all, 3, 4, "registrar"), "registrars");
	attack_refused(f, registrars(all, 0, 1, "registrar"), "registrars");
	three_registrars();
	assert_int_equal(sluis_directory_registrars(f->directory).needed, 2);
	assert_true(sluis_directory_is_registrar(f->directory, text("officer")));
	payload = suspension_payload("school", false, SLUIS_STANDING_SUSPENDED, federation_time(f));
	attack_refused(f, attack_entry(f, SLUIS_ENTRY_SUSPENSION, payload, "director"), "registrars");
	entry = attack_entry(f, SLUIS_ENTRY_SUSPENSION, payload, "director officer");
	{
		struct sluis_why why = { "" };

		assert_int_equal(sluis_directory_check(f->directory, ATTACK_EDIT(f, keys_entry, KeysEntry, entry,
		    { it->act->signatures[1] = it->act->signatures[0]; }), &why), SLUIS_EKEYSLOG);
		assert_non_null(strstr(why.text, "signed twice by one registrar"));
	}
	attack_refused(f, ATTACK_EDIT(f, keys_entry, KeysEntry, entry,
	    { it->act->signatures[1]->signature_bytes.data[0] ^= 1; }), "registrars");
	attack_taken(f, entry);
	attack_taken(f, suspension("school", false, SLUIS_STANDING_ACTIVE, "registrar director officer"));
	/* a registrar who is suspended does not count; two remain */
	attack_taken(f, suspension("registrar", false, SLUIS_STANDING_SUSPENDED, "director officer"));
	attack_refused(f, suspension("school", false, SLUIS_STANDING_SUSPENDED, "registrar director"),
	    "registrars");
	/* and no more can go: nobody could ever sign again */
	attack_refused(f, suspension("director", false, SLUIS_STANDING_SUSPENDED, "director officer"),
	    "registrars");
	attack_refused(f, suspension("expert-team", true, SLUIS_STANDING_SUSPENDED, "director officer"),
	    "registrars");
	attack_refused(f, registrars(all, 3, 2, "director officer"), "registrars"); /* one of them is suspended */
	attack_taken(f, suspension("registrar", false, SLUIS_STANDING_ACTIVE, "director officer"));
}

static void
registrars_are_so_many_at_most(void **state)
{
	const char *handles[SLUIS_REGISTRARS_MAX + 1] = { "registrar" };
	static char names[SLUIS_REGISTRARS_MAX + 1][16];
	struct sluis_bytes views[SLUIS_REGISTRARS_MAX + 1], payload;
	struct sluis_registrars draft = { .handles = views, .needed = 1 };
	struct sluis_record_act act;

	(void)state;
	for (size_t i = 1; i < SLUIS_ARRAY_LEN(handles); i++) {
		snprintf(names[i], sizeof(names[i]), "registrar-%zu", i);
		handles[i] = names[i];
		federation_add_member(f, names[i], "expert-team", "secretary");
	}
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(handles); i++)
		views[i] = text(handles[i]);
	act = attack_act(f);
	draft.n = SLUIS_REGISTRARS_MAX + 1;
	attack_must(sluis_record_registrars(&act, &draft, f->arena, &payload));
	attack_refused(f, attack_entry(f, SLUIS_ENTRY_REGISTRARS, payload, "registrar"), "registrars");
	draft.n = SLUIS_REGISTRARS_MAX;
	attack_must(sluis_record_registrars(&act, &draft, f->arena, &payload));
	attack_taken(f, attack_entry(f, SLUIS_ENTRY_REGISTRARS, payload, "registrar"));
}

/* ---- approvals ---- */

static void
nobody_approves_itself(void **state)
{
	struct federation_member *director = federation_member(f, "director");
	const struct federation_member former = *director;
	struct sluis_record_draft draft;

	(void)state;
	three_registrars();
	federation_keys_of("director", "second", director);
	federation_record_of(f, director, "director registrar", &draft);
	draft.previous = &former.record_hash;
	attack_taken(f, record_entry(&draft, director, &former));
	{
		const struct sluis_hash target = director->record_hash;

		*director = former; /* the former record is in force still */
		director->signer.secret = &director->sign_secret;
		attack_refused(f, approval(&target, "director registrar"), "self-approval");
		attack_refused(f, approval(&target, "director officer"), "self-approval");
		attack_taken(f, approval(&target, "registrar officer"));
		attack_refused(f, approval(&target, "registrar officer"), "not-pending");
	}
	/* the one registrar of a region where there is only one cannot either */
	teardown(NULL);
	setup(NULL);
	{
		struct federation_member *registrar = federation_member(f, "registrar");
		struct federation_member next = *registrar;

		federation_keys_of("registrar", "second", &next);
		federation_record_of(f, &next, "registrar", &draft);
		draft.previous = &registrar->record_hash;
		attack_taken(f, record_entry(&draft, &next, registrar));
		attack_refused(f, approval(&next.record_hash, "registrar"), "self-approval");
	}
}

static void
only_what_waits_is_approved(void **state)
{
	struct federation_member *first = stranger("late", "gi"), *second = stranger("late", "gi");
	struct sluis_record_draft draft;
	struct sluis_hash nowhere = f->agreement_hash;

	(void)state;
	attack_refused(f, approval(&nowhere, "registrar"), "not-found");
	attack_refused(f, approval(&federation_member(f, "gi")->record_hash, "registrar"), "not-pending");
	attack_refused(f, approval(&federation_organisation(f, "gi")->payload_hash, "registrar"), "not-pending");
	federation_record_of(f, first, "expert", &draft);
	attack_taken(f, record_entry(&draft, first, NULL));
	federation_record_of(f, second, "expert", &draft);
	draft.mandate = text("another mandate"); /* the organisation thought better of it, with the same keys */
	attack_taken(f, record_entry(&draft, second, NULL));
	attack_refused(f, approval(&first->record_hash, "registrar"), "not-pending");
	assert_ptr_equal(sluis_directory_member_by_curve(f->directory, &second->curve_key),
	    sluis_directory_member(f->directory, text("late")));
	attack_taken(f, approval(&second->record_hash, "registrar"));
	assert_int_equal(sluis_directory_member(f->directory, text("late"))->state, SLUIS_STANDING_ACTIVE);
}

/* ---- suspension ---- */

static void
removed_is_final(void **state)
{
	struct federation_member *school = federation_member(f, "school");
	struct federation_member again = *school;
	struct sluis_record_draft draft;

	(void)state;
	attack_taken(f, suspension("school", false, SLUIS_STANDING_REMOVED, "registrar"));
	attack_refused(f, suspension("school", false, SLUIS_STANDING_ACTIVE, "registrar"), "removed");
	attack_refused(f, suspension("school", false, SLUIS_STANDING_SUSPENDED, "registrar"), "removed");
	attack_refused(f, suspension("school", false, SLUIS_STANDING_REMOVED, "registrar"), "removed");
	federation_keys_of("school", "second", &again);
	federation_record_of(f, &again, "school", &draft);
	attack_refused(f, record_entry(&draft, &again, NULL), "removed");
	draft.previous = &school->record_hash;
	attack_refused(f, record_entry(&draft, &again, school), "removed");
	/* the keys of who was removed do not come back under another handle */
	draft.previous = NULL;
	draft.handle = text("school-b");
	draft.curve_key = school->curve_key;
	attack_refused(f, record_entry(&draft, &again, NULL), "key-reused");
}

static void
states_change_in_order(void **state)
{
	struct federation_member *late = stranger("late", "gi"), *school = federation_member(f, "school");
	struct federation_member next = *school;
	struct sluis_record_draft draft;
	struct sluis_hash waiting;
	const struct sluis_bytes payload =
	    suspension_payload("school", false, SLUIS_STANDING_SUSPENDED, federation_time(f));

	(void)state;
	attack_refused(f, suspension("school", false, SLUIS_STANDING_ACTIVE, "registrar"), "state");
	attack_refused(f, suspension("nobody", false, SLUIS_STANDING_SUSPENDED, "registrar"), "not-found");
	attack_refused(f, suspension("director", true, SLUIS_STANDING_SUSPENDED, "registrar"), "not-found");
	attack_refused(f, attack_entry(f, SLUIS_ENTRY_SUSPENSION, ATTACK_EDIT(f, suspension, Suspension, payload,
	    { it->target_code = sluis_pb(text("case")); }), "registrar"), "malformed");
	attack_refused(f, attack_entry(f, SLUIS_ENTRY_SUSPENSION, ATTACK_EDIT(f, suspension, Suspension, payload,
	    { it->state_code = sluis_pb(text("pending")); }), "registrar"), "state");
	attack_refused(f, attack_entry(f, SLUIS_ENTRY_SUSPENSION, ATTACK_EDIT(f, suspension, Suspension, payload,
	    { it->state_code = sluis_pb(text("replaced")); }), "registrar"), "state");
	/* a suspended member's record is not renewed, and one that waits is not approved */
	federation_keys_of("school", "second", &next);
	federation_record_of(f, &next, "school", &draft);
	draft.previous = &school->record_hash;
	attack_taken(f, record_entry(&draft, &next, school));
	attack_taken(f, attack_entry(f, SLUIS_ENTRY_SUSPENSION, payload, "registrar"));
	waiting = next.record_hash;
	attack_refused(f, approval(&waiting, "registrar"), "not-pending");
	federation_keys_of("school", "third", &next);
	federation_record_of(f, &next, "school", &draft);
	draft.previous = &school->record_hash;
	attack_refused(f, record_entry(&draft, &next, school), "suspended");
	/* what waited goes on waiting */
	attack_taken(f, suspension("school", false, SLUIS_STANDING_ACTIVE, "registrar"));
	attack_taken(f, approval(&waiting, "registrar"));
	/* what was never approved can only be removed */
	federation_record_of(f, late, "expert", &draft);
	attack_taken(f, record_entry(&draft, late, NULL));
	attack_refused(f, suspension("late", false, SLUIS_STANDING_SUSPENDED, "registrar"), "state");
	attack_taken(f, suspension("late", false, SLUIS_STANDING_REMOVED, "registrar"));
	attack_refused(f, approval(&late->record_hash, "registrar"), "not-pending");
	assert_int_equal(sluis_directory_member(f->directory, text("late"))->state, SLUIS_STANDING_REMOVED);
}

static void
with_an_organisation_go_its_members(void **state)
{
	const struct sluis_member *gi;
	const uint64_t before = sluis_directory_size(f->directory);
	struct federation_member *late = stranger("late", "gi");
	struct sluis_record_draft draft;

	(void)state;
	federation_record_of(f, late, "expert", &draft);
	attack_taken(f, suspension("gi", true, SLUIS_STANDING_SUSPENDED, "registrar"));
	gi = sluis_directory_member(f->directory, text("gi"));
	assert_int_equal(sluis_directory_in_force(f->directory, gi, f->now_ms, NULL, NULL), SLUIS_ECERTIFICATE);
	assert_int_equal(sluis_directory_in_force_then(f->directory, gi, before, f->now_ms, NULL), SLUIS_OK);
	assert_int_equal(sluis_directory_in_force_then(f->directory, gi, before + 1, f->now_ms, NULL),
	    SLUIS_ECERTIFICATE);
	attack_refused(f, record_entry(&draft, late, NULL), "organisation");
	attack_taken(f, suspension("gi", true, SLUIS_STANDING_ACTIVE, "registrar"));
	gi = sluis_directory_member(f->directory, text("gi"));
	assert_int_equal(sluis_directory_in_force(f->directory, gi, f->now_ms, NULL, NULL), SLUIS_OK);
	attack_taken(f, suspension("gi", true, SLUIS_STANDING_REMOVED, "registrar"));
	gi = sluis_directory_member(f->directory, text("gi"));
	assert_int_equal(sluis_directory_in_force(f->directory, gi, f->now_ms, NULL, NULL), SLUIS_ECERTIFICATE);
	assert_int_equal(sluis_directory_in_force_then(f->directory, gi, before, f->now_ms, NULL), SLUIS_OK);
	assert_int_equal(
	    sluis_directory_in_force_then(f->directory, gi, sluis_directory_size(f->directory), f->now_ms, NULL),
	    SLUIS_ECERTIFICATE);
}

/* ---- records ---- */

static void
a_record_is_signed_by_all_who_must(void **state)
{
	struct federation_member *late = stranger("late", "gi");
	struct sluis_record_draft draft;
	struct sluis_bytes entry, payload;

	(void)state;
	federation_record_of(f, late, "expert", &draft);
	entry = record_entry(&draft, late, NULL);
	payload = built(&draft);
	for (size_t gone = 0; gone < 2; gone++)
		attack_refused(f, ATTACK_EDIT(f, keys_entry, KeysEntry, entry, {
			it->act->signatures[0] = it->act->signatures[1 - gone];
			it->act->n_signatures = 1;
		}), "signature");
	for (size_t bad = 0; bad < 2; bad++)
		attack_refused(f, ATTACK_EDIT(f, keys_entry, KeysEntry, entry,
		    { it->act->signatures[bad]->signature_bytes.data[10] ^= 1; }), "signature");
	attack_refused(f, ATTACK_EDIT(f, keys_entry, KeysEntry, entry,
	    { it->act->signatures[0] = it->act->signatures[1]; }), "signature");
	/* by the certificate of another organisation, however real */
	{
		const struct federation_organisation *school = federation_organisation(f, "school");
		const struct sluis_certificate_signer theirs = { .certificate = school->chain[0],
			.key_pem = school->key_pem };
		Sluis__Signed *act;

		attack_must(sluis_signed_of(payload, f->arena, &act));
		attack_must(sluis_signed_add_certificate(act, SLUIS_SIGNED_RECORD, &theirs, f->arena));
		attack_must(sluis_signed_add(act, SLUIS_SIGNED_RECORD, &late->signer, f->arena));
		attack_refused(f, federation_entry(f, SLUIS_ENTRY_RECORD, act), "signature");
	}
	/* by another member instead of its own key */
	{
		const struct federation_organisation *gi = federation_organisation(f, "gi");
		const struct sluis_certificate_signer own = { .certificate = gi->chain[0],
			.key_pem = gi->key_pem };
		Sluis__Signed *act;

		attack_must(sluis_signed_of(payload, f->arena, &act));
		attack_must(sluis_signed_add_certificate(act, SLUIS_SIGNED_RECORD, &own, f->arena));
		attack_must(sluis_signed_add(act, SLUIS_SIGNED_RECORD, &federation_member(f, "gi")->signer, f->arena));
		attack_refused(f, federation_entry(f, SLUIS_ENTRY_RECORD, act), "signature");
	}
	/* with one signature more, by whomever */
	{
		Sluis__KeysEntry *unpacked;

		attack_must(SLUIS_UNPACK(keys_entry, KeysEntry, entry, SLUIS_KEYS_ENTRY_MAX_BYTES, f->arena,
		    &unpacked));
		attack_must(sluis_signed_add(unpacked->act, SLUIS_SIGNED_RECORD,
		    &federation_member(f, "gi")->signer, f->arena));
		attack_refused(f, federation_entry(f, SLUIS_ENTRY_RECORD, unpacked->act), "signature");
	}
	attack_taken(f, entry);
}

static void
a_handle_stays_with_who_has_it(void **state)
{
	struct federation_member *school = federation_member(f, "school");
	struct federation_member *thief = stranger("school", "gi"), *own = stranger("school", "school");
	struct federation_member *late = stranger("late", "gi"), *rival = stranger("late", "school");
	struct sluis_record_draft draft;

	(void)state;
	federation_record_of(f, own, "school", &draft);
	attack_refused(f, record_entry(&draft, own, NULL), "handle-in-use");
	draft.previous = &federation_member(f, "gi")->record_hash;
	attack_refused(f, record_entry(&draft, own, federation_member(f, "gi")), "handle-in-use");
	draft.previous = &school->record_hash;
	attack_refused(f, record_entry(&draft, own, NULL), "signature"); /* not by the key it replaces */
	attack_refused(f, ATTACK_EDIT(f, keys_entry, KeysEntry, record_entry(&draft, own, school),
	    { it->act->signatures[2]->signature_bytes.data[0] ^= 1; }), "signature");
	attack_refused(f, record_entry(&draft, own, federation_member(f, "gi")), "signature");
	federation_record_of(f, thief, "school", &draft);
	draft.previous = &school->record_hash;
	attack_refused(f, record_entry(&draft, thief, school), "handle-in-use");
	federation_record_of(f, own, "school", &draft);
	draft.previous = &school->record_hash;
	draft.created_ms = sluis_directory_member(f->directory, text("school"))->created_ms - 1;
	attack_refused(f, record_entry(&draft, own, school), "order");
	/* a handle that waits is taken too, but for its own organisation */
	federation_record_of(f, late, "expert", &draft);
	attack_taken(f, record_entry(&draft, late, NULL));
	federation_record_of(f, rival, "expert", &draft);
	federation_keys_of("rival", "first", rival);
	memcpy(rival->handle, "late", 5);
	draft.sign_key = rival->sign_key;
	draft.curve_key = rival->curve_key;
	attack_refused(f, record_entry(&draft, rival, NULL), "handle-in-use");
	/* a first record that names something it replaces */
	federation_record_of(f, stranger("other", "gi"), "expert", &draft);
	draft.previous = &school->record_hash;
	attack_refused(f, record_entry(&draft, stranger("other", "gi"), school), "handle-in-use");
}

static void
the_role_of_registrar_is_not_for_organisations_to_give(void **state)
{
	struct federation_member *late = stranger("late", "gi");
	const char *const both[] = { "registrar", "late" };
	struct federation_member former;
	struct sluis_record_draft draft;

	(void)state;
	federation_record_of(f, late, "expert registrar", &draft);
	attack_refused(f, record_entry(&draft, late, NULL), "registrar-role");
	federation_record_of(f, late, "registrar", &draft);
	attack_refused(f, record_entry(&draft, late, NULL), "registrar-role");
	federation_record_of(f, late, "registrars", &draft); /* another code: the policy knows no such role */
	attack_taken(f, record_entry(&draft, late, NULL));
	attack_taken(f, approval(&late->record_hash, "registrar"));
	attack_taken(f, registrars(both, 2, 1, "registrar"));
	former = *late;
	federation_keys_of("late", "second", late);
	federation_record_of(f, late, "registrar", &draft);
	draft.previous = &former.record_hash;
	attack_taken(f, record_entry(&draft, late, &former));
}

static void
a_record_has_a_sensible_form(void **state)
{
	struct federation_member *late = stranger("late", "gi");
	struct sluis_bytes many[SLUIS_CODES_MAX + 1];
	char words[SLUIS_CODES_MAX + 1][8];
	struct sluis_recipient ages[SLUIS_EPOCHS_MAX + 1];
	struct sluis_record_draft good, draft;
	Sluis__CaseBound bound = SLUIS__CASE_BOUND__INIT;

	(void)state;
	federation_record_of(f, late, "expert", &good);
	draft = good;
	draft.n_roles = 0;
	attack_refused(f, record_entry(&draft, late, NULL), "roles");
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(many); i++) {
		snprintf(words[i], sizeof(words[i]), "r%zu", i);
		many[i] = text(words[i]);
	}
	draft.roles = many;
	draft.n_roles = SLUIS_ARRAY_LEN(many);
	attack_refused(f, record_entry(&draft, late, NULL), "roles");
	draft.n_roles = 3;
	many[2] = many[0];
	attack_refused(f, record_entry(&draft, late, NULL), "roles");
	draft = good;
	draft.kind = text("guest");
	attack_refused(f, record_entry(&draft, late, NULL), "kind");
	bound.commitment_hash = sluis_pb_hash(&f->id);
	attack_refused(f, signed_record(ATTACK_EDIT(f, record, Record, built(&good), { it->case_bound = &bound; }),
	    late, NULL), "kind");
	draft = good;
	draft.until_ms = draft.from_ms;
	attack_refused(f, record_entry(&draft, late, NULL), "window");
	draft = good;
	draft.organisation_handle = text("nobody");
	attack_refused(f, record_entry(&draft, late, NULL), "organisation");
	draft = good;
	draft.n_recipients = 0;
	attack_refused(f, record_entry(&draft, late, NULL), "epochs");
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(ages); i++) {
		ages[i] = late->age[0];
		ages[i].epoch = (uint32_t)i;
	}
	draft.recipients = ages;
	draft.n_recipients = SLUIS_ARRAY_LEN(ages);
	attack_refused(f, record_entry(&draft, late, NULL), "epochs");
	draft.n_recipients = 2;
	ages[1] = late->age[1];
	ages[1].epoch = ages[0].epoch;
	attack_refused(f, record_entry(&draft, late, NULL), "epochs");
	ages[1].epoch = ages[0].epoch + 1;
	ages[1].from_ms = ages[0].from_ms - 1;
	attack_refused(f, record_entry(&draft, late, NULL), "epochs");
	ages[1].from_ms = ages[1].until_ms;
	attack_refused(f, record_entry(&draft, late, NULL), "epochs");
	draft = good;
	draft.created_ms = sluis_directory_organisation(f->directory, text("gi"))->valid_until_ms + 1;
	attack_refused(f, record_entry(&draft, late, NULL), "certificate");
	draft.created_ms = sluis_directory_organisation(f->directory, text("gi"))->valid_from_ms - 1;
	attack_refused(f, record_entry(&draft, late, NULL), "certificate");
	draft = good;
	draft.created_ms = sluis_directory_genesis(f->directory)->created_ms - SLUIS_ENTRY_AHEAD_MS - 1;
	attack_refused(f, record_entry(&draft, late, NULL), "order");
	draft = good;
	draft.kind = text("system");
	attack_taken(f, record_entry(&draft, late, NULL));
}

/* ---- keys ---- */

static void
every_key_has_one_use_and_one_holder(void **state)
{
	struct federation_member *late = stranger("late", "gi"), *gi = federation_member(f, "gi");
	const struct sluis_public theirs[] = { gi->curve_key, gi->age[0].key, gi->age[1].key, f->broker_curve_key,
		f->next_curve_key };
	const struct sluis_public signs[] = { gi->sign_key, f->keys_log_key, f->exchange_log_key, f->decision_key };
	struct sluis_recipient ages[2] = { late->age[0], late->age[1] };
	struct sluis_record_draft good, draft;

	(void)state;
	federation_record_of(f, late, "expert", &good);
	good.recipients = ages;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(theirs); i++) {
		draft = good;
		draft.curve_key = theirs[i];
		attack_refused(f, record_entry(&draft, late, NULL), "key-reused");
		ages[1].key = theirs[i];
		attack_refused(f, record_entry(&good, late, NULL), "key-reused");
		ages[1] = late->age[1];
	}
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(signs); i++) {
		struct sluis_public other_form;

		draft = good;
		draft.sign_key = signs[i];
		attack_refused(f, record_entry(&draft, late, NULL), "key-reused");
		/* an X25519 key that is a signing key in its other form */
		assert_int_equal(crypto_sign_ed25519_pk_to_curve25519(other_form.bytes, signs[i].bytes), 0);
		ages[0].key = other_form;
		attack_refused(f, record_entry(&good, late, NULL), "key-reused");
		ages[0] = late->age[0];
	}
	/* two uses within one record */
	draft = good;
	draft.curve_key = ages[0].key;
	attack_refused(f, record_entry(&draft, late, NULL), "key-reused");
	ages[1].key = ages[0].key;
	attack_refused(f, record_entry(&good, late, NULL), "key-reused");
	ages[1] = late->age[1];
	assert_int_equal(crypto_sign_ed25519_pk_to_curve25519(draft.curve_key.bytes, late->sign_key.bytes), 0);
	attack_refused(f, record_entry(&draft, late, NULL), "key-reused");
	attack_taken(f, record_entry(&good, late, NULL));
}

static void
what_is_no_key_is_refused(void **state)
{
	/* RFC 7748 and libsodium's list: points of small order */
	static const uint8_t SMALL[][32] = {
		{ 0 }, { 1 },
		{ 0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
		    0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00 },
	};
	struct federation_member *late = stranger("late", "gi");
	struct sluis_recipient ages[2] = { late->age[0], late->age[1] };
	struct sluis_record_draft good, draft;

	(void)state;
	federation_record_of(f, late, "expert", &good);
	good.recipients = ages;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(SMALL); i++) {
		draft = good;
		memcpy(draft.curve_key.bytes, SMALL[i], 32);
		attack_refused(f, record_entry(&draft, late, NULL), "key");
		memcpy(ages[0].key.bytes, SMALL[i], 32);
		attack_refused(f, record_entry(&good, late, NULL), "key");
		ages[0] = late->age[0];
		draft = good;
		memcpy(draft.sign_key.bytes, SMALL[i], 32);
		attack_refused(f, record_entry(&draft, late, NULL), "key");
	}
	draft = good;
	draft.curve_key.bytes[31] |= 0x80; /* the same key under another name */
	attack_refused(f, record_entry(&draft, late, NULL), "key");
	memset(draft.curve_key.bytes, 0xff, 32);
	draft.curve_key.bytes[31] = 0x7f; /* 2^255 - 1 = 18: not canonical, yet a point */
	attack_refused(f, record_entry(&draft, late, NULL), "key");
	draft.curve_key.bytes[0] = 0xed; /* 2^255 - 19 = 0 */
	attack_refused(f, record_entry(&draft, late, NULL), "key");
	draft.curve_key.bytes[7] = 0xfe; /* below it, whatever the last byte */
	draft.curve_key.bytes[0] = 0xff;
	attack_taken(f, record_entry(&draft, late, NULL));
}

/* ---- policy ---- */

static struct sluis_bytes
policy(uint8_t byte, int64_t created_ms, int64_t starts_ms)
{
	const struct sluis_record_act act = { .federation = f->id, .created_ms = created_ms };
	struct sluis_hash hash;
	struct sluis_bytes payload;

	memset(hash.bytes, byte, sizeof(hash.bytes));
	attack_must(sluis_record_policy(&act, &hash, starts_ms, f->arena, &payload));
	return attack_entry(f, SLUIS_ENTRY_POLICY, payload, "registrar");
}

static uint8_t
policy_at(int64_t at_ms)
{
	struct sluis_hash hash;

	attack_must(sluis_directory_policy_hash(f->directory, at_ms, &hash));
	return hash.bytes[5];
}

static void
the_policy_is_the_one_signed_last_that_has_begun(void **state)
{
	const int64_t now = f->now_ms;

	(void)state;
	attack_refused(f, policy(1, now, now - 1), "window");
	attack_taken(f, policy(1, now, now + 1000));
	assert_int_equal(policy_at(now + 999), f->policy_hash.bytes[5]);
	assert_int_equal(policy_at(now + 1000), 1);
	attack_taken(f, policy(2, now + 1, now + 500)); /* decided later, so it comes in the place of the other */
	assert_int_equal(policy_at(now + 499), f->policy_hash.bytes[5]);
	assert_int_equal(policy_at(now + 500), 2);
	assert_int_equal(policy_at(now + 5000), 2);
}

static bool
held(uint64_t size, uint8_t byte, int64_t from_ms, int64_t until_ms)
{
	struct sluis_hash hash;

	memset(hash.bytes, byte, sizeof(hash.bytes));
	return sluis_directory_policy_held(f->directory, size, byte == 0 ? &f->policy_hash : &hash, from_ms, until_ms);
}

static void
a_policy_held_from_its_start_until_the_next_began(void **state)
{
	const int64_t now = f->now_ms;
	const uint64_t founded = sluis_directory_size(f->directory);

	(void)state;
	assert_true(held(founded, 0, now - 5, now + 5));
	assert_false(held(0, 0, now - 5, now + 5));
	assert_false(held(founded, 1, now - 5, now + 5));
	attack_taken(f, policy(1, now, now + 1000));
	attack_taken(f, policy(2, now + 1, now + 2000));
	/* by the log of that day the later ones were not there */
	assert_true(held(founded, 0, now + 5000, now + 6000));
	assert_false(held(founded, 1, now + 1000, now + 1000));
	assert_true(held(founded + 1, 1, now + 5000, now + 6000));
	/* from its first moment to its last, both included */
	assert_true(held(founded + 2, 0, now + 999, now + 3000));
	assert_false(held(founded + 2, 0, now + 1000, now + 3000));
	assert_false(held(founded + 2, 1, now, now + 999));
	assert_true(held(founded + 2, 1, now, now + 1000));
	assert_true(held(founded + 2, 1, now + 1999, now + 3000));
	assert_false(held(founded + 2, 1, now + 2000, now + 3000));
	assert_false(held(founded + 2, 2, now, now + 1999));
	assert_true(held(founded + 2, 2, now, now + 2000));
	/* a window that ends before it begins holds nothing */
	assert_false(held(founded + 2, 2, now + 3000, now + 2500));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(other_bytes_are_no_entry, setup, teardown),
		cmocka_unit_test_setup_teardown(acts_of_another_federation_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(an_entry_stands_once, setup, teardown),
		cmocka_unit_test_setup_teardown(a_log_with_a_gap_does_not_replay, setup, teardown),
		cmocka_unit_test_setup_teardown(times_go_on, setup, teardown),
		cmocka_unit_test_setup_teardown(only_registrars_in_force_sign_for_them, setup, teardown),
		cmocka_unit_test_setup_teardown(k_of_n_are_k_persons, setup, teardown),
		cmocka_unit_test_setup_teardown(registrars_are_so_many_at_most, setup, teardown),
		cmocka_unit_test_setup_teardown(nobody_approves_itself, setup, teardown),
		cmocka_unit_test_setup_teardown(only_what_waits_is_approved, setup, teardown),
		cmocka_unit_test_setup_teardown(removed_is_final, setup, teardown),
		cmocka_unit_test_setup_teardown(states_change_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(with_an_organisation_go_its_members, setup, teardown),
		cmocka_unit_test_setup_teardown(a_record_is_signed_by_all_who_must, setup, teardown),
		cmocka_unit_test_setup_teardown(a_handle_stays_with_who_has_it, setup, teardown),
		cmocka_unit_test_setup_teardown(the_role_of_registrar_is_not_for_organisations_to_give, setup, teardown),
		cmocka_unit_test_setup_teardown(a_record_has_a_sensible_form, setup, teardown),
		cmocka_unit_test_setup_teardown(every_key_has_one_use_and_one_holder, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_key_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(the_policy_is_the_one_signed_last_that_has_begun, setup, teardown),
		cmocka_unit_test_setup_teardown(a_policy_held_from_its_start_until_the_next_began, setup, teardown),
	};

	return cmocka_run_group_tests_name("directory_rules", tests, NULL, NULL);
}
