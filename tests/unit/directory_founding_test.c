/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "attack.h"
#include "directory.h"
#include "federation.h"
#include "hash.h"

static struct federation *f;
static struct federation_founding founding;

static int
setup_empty(void **state)
{
	(void)state;
	f = federation_empty(NULL, 0);
	federation_prepare(f, 3, &founding);
	return 0;
}

static int
setup_founded(void **state)
{
	(void)state;
	f = federation_found(NULL, 0);
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

/* ---- genesis ---- */

static void
three_registrars_found_a_federation(void **state)
{
	const struct sluis_bytes entry = federation_genesis(f, &founding);

	(void)state;
	attack_taken(f, entry);
	assert_int_equal(sluis_directory_registrars(f->directory).n, 3);
	assert_int_equal(sluis_directory_registrars(f->directory).needed, 2);
	assert_int_equal(sluis_directory_member(f->directory, text("registrar-3"))->state, SLUIS_STANDING_ACTIVE);
	assert_int_equal(sluis_directory_member(f->directory, text("registrar-3"))->approved_index, 0);
	assert_int_equal(sluis_directory_in_force_then(f->directory,
	    sluis_directory_member(f->directory, text("registrar-3")), 1, f->now_ms, NULL), SLUIS_OK);
}

static void
a_log_begins_with_genesis(void **state)
{
	struct federation *other = federation_found(NULL, 0);
	const struct sluis_record_act act = { .federation = other->id, .created_ms = other->now_ms };
	struct sluis_bytes payload;

	(void)state;
	attack_must(sluis_record_policy(&act, &other->id, other->now_ms, other->arena, &payload));
	attack_refused(f, attack_entry(other, SLUIS_ENTRY_POLICY, payload, "registrar"), "genesis");
	attack_taken(f, federation_genesis(f, &founding));
	attack_refused(f, sluis_directory_entry(other->directory, 0), "genesis");
	federation_free(other);
}

/* "A genesis with another policy": another federation id, or signatures that do not fit. */
static void
genesis_is_what_all_founders_signed(void **state)
{
	const struct sluis_bytes entry = federation_genesis(f, &founding);
	const struct federation_organisation *body = federation_organisation(f, "expert-team");
	Sluis__KeysEntry *unpacked;
	struct sluis_bytes other;

	(void)state;
	attack_must(SLUIS_UNPACK(keys_entry, KeysEntry, entry, SLUIS_KEYS_ENTRY_MAX_BYTES, f->arena, &unpacked));
	other = ATTACK_EDIT(f, genesis, Genesis, sluis_of(unpacked->act->payload_bytes),
	    { it->policy_hash = sluis_pb_hash(&f->agreement_hash); });
	attack_refused(f, ATTACK_EDIT(f, keys_entry, KeysEntry, entry,
	    { it->act->payload_bytes = sluis_pb(other); }), "signature");
	for (size_t gone = 0; gone < 4; gone++) {
		attack_refused(f, ATTACK_EDIT(f, keys_entry, KeysEntry, entry, {
			it->act->signatures[gone] = it->act->signatures[3];
			it->act->n_signatures = 3;
		}), "signature");
		attack_refused(f, ATTACK_EDIT(f, keys_entry, KeysEntry, entry,
		    { it->act->signatures[gone] = it->act->signatures[(gone + 1) % 4]; }), "signature");
		attack_refused(f, ATTACK_EDIT(f, keys_entry, KeysEntry, entry,
		    { it->act->signatures[gone]->signature_bytes.data[12] ^= 1; }), "signature");
	}
	assert_int_equal(body->n_chain, 3);
	attack_taken(f, entry);
}

static void
genesis_has_a_sensible_form(void **state)
{
	struct federation_founding wrong;
	struct sluis_hash anchors[SLUIS_ANCHORS_MAX + 1];
	struct sluis_bytes endpoints[SLUIS_ENDPOINTS_MAX + 1];
	Sluis__Signed *many[SLUIS_REGISTRARS_MAX + 1];
	Sluis__Signed *same[3] = { founding.registrars[0], founding.registrars[1], founding.registrars[0] };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(anchors); i++)
		anchors[i] = f->anchor;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(endpoints); i++)
		endpoints[i] = text("tcp://127.0.0.1:1");
	wrong = founding;
	wrong.genesis.n_anchors = 0;
	attack_refused(f, federation_genesis(f, &wrong), "anchors");
	wrong.genesis.anchors = anchors;
	wrong.genesis.n_anchors = SLUIS_ARRAY_LEN(anchors);
	attack_refused(f, federation_genesis(f, &wrong), "anchors");
	anchors[0] = f->agreement_hash; /* a root that is none of the anchors */
	wrong.genesis.n_anchors = 1;
	attack_refused(f, federation_genesis(f, &wrong), "certificate");
	wrong = founding;
	wrong.genesis.n_registrars = 0;
	attack_refused(f, federation_genesis(f, &wrong), "registrars");
	wrong = founding;
	wrong.genesis.needed = 4;
	attack_refused(f, federation_genesis(f, &wrong), "registrars");
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(many); i++)
		many[i] = founding.registrars[0];
	wrong = founding;
	wrong.genesis.registrars = many;
	wrong.genesis.n_registrars = SLUIS_ARRAY_LEN(many);
	attack_refused(f, federation_genesis(f, &wrong), "registrars");
	wrong = founding;
	wrong.genesis.registrars = same;
	attack_refused(f, federation_genesis(f, &wrong), "key-reused");
	wrong = founding;
	wrong.genesis.n_registrars = 2; /* three sign, two are named */
	attack_refused(f, federation_genesis(f, &wrong), "signature");
	wrong = founding;
	wrong.genesis.exchange_log.origin = wrong.genesis.keys_log.origin;
	attack_refused(f, federation_genesis(f, &wrong), "origin");
	wrong.genesis.exchange_log.origin = text("cosignature/v1");
	attack_refused(f, federation_genesis(f, &wrong), "origin");
	wrong.genesis.exchange_log.origin = text("a log");
	attack_refused(f, federation_genesis(f, &wrong), "origin");
	wrong.genesis.exchange_log.origin = text("log+1");
	attack_refused(f, federation_genesis(f, &wrong), "origin");
	wrong.genesis.exchange_log.origin = text("lo\xc3\xa9");
	attack_refused(f, federation_genesis(f, &wrong), "origin");
	wrong = founding;
	wrong.genesis.keys_log.origin = text("a log");
	attack_refused(f, federation_genesis(f, &wrong), "origin");
	wrong = founding;
	memset(wrong.genesis.keys_log.key.bytes, 0, 32);
	attack_refused(f, federation_genesis(f, &wrong), "key");
	wrong = founding;
	wrong.genesis.broker.n_endpoints = 0;
	attack_refused(f, federation_genesis(f, &wrong), "endpoints");
	wrong.genesis.broker.endpoints = endpoints;
	wrong.genesis.broker.n_endpoints = SLUIS_ARRAY_LEN(endpoints);
	attack_refused(f, federation_genesis(f, &wrong), "endpoints");
	wrong = founding;
	wrong.genesis.agreement_hash = f->id;
	attack_refused(f, federation_genesis(f, &wrong), "agreement");
	wrong = founding;
	wrong.genesis.created_ms += 2000 * FEDERATION_DAY_MS;
	attack_refused(f, federation_genesis(f, &wrong), "certificate");
	wrong.genesis.created_ms = founding.genesis.created_ms - 40 * FEDERATION_DAY_MS;
	attack_refused(f, federation_genesis(f, &wrong), "certificate");
	wrong = founding;
	wrong.genesis.created_ms = founding.records[0].until_ms;
	attack_refused(f, federation_genesis(f, &wrong), "window");
	wrong.genesis.created_ms = founding.records[0].from_ms - 1;
	attack_refused(f, federation_genesis(f, &wrong), "window");
	attack_taken(f, federation_genesis(f, &founding));
}

static void
founders_have_handles_and_records_of_their_own(void **state)
{
	struct federation_founding wrong = founding;
	struct federation_member *second = federation_member(f, "registrar-2");
	struct federation_member *third = federation_member(f, "registrar-3");

	(void)state;
	wrong.records[2].handle = text("registrar");
	wrong.registrars[2] = federation_sign_record(f, &wrong.records[2], third, NULL);
	wrong.genesis.registrars = wrong.registrars;
	attack_refused(f, federation_genesis(f, &wrong), "handle-in-use");
	wrong.records[2].handle = text("registrar-3");
	wrong.records[2].federation = f->agreement_hash;
	wrong.registrars[2] = federation_sign_record(f, &wrong.records[2], third, NULL);
	attack_refused(f, federation_genesis(f, &wrong), "federation");
	wrong.records[2].federation = (struct sluis_hash){ { 0 } };
	wrong.records[2].organisation_handle = text("school");
	wrong.registrars[2] = federation_sign_record(f, &wrong.records[2], third, NULL);
	attack_refused(f, federation_genesis(f, &wrong), "organisation");
	wrong.records[2].organisation_handle = text("expert-team");
	wrong.records[2].previous = &second->record_hash;
	wrong.registrars[2] = federation_sign_record(f, &wrong.records[2], third, NULL);
	attack_refused(f, federation_genesis(f, &wrong), "handle-in-use");
}

static void
keys_of_the_founding_differ(void **state)
{
	struct federation_founding wrong = founding;

	(void)state;
	wrong.genesis.exchange_log.key = f->keys_log_key;
	attack_refused(f, federation_genesis(f, &wrong), "key-reused");
	wrong = founding;
	wrong.genesis.broker.decision_key = f->exchange_log_key;
	attack_refused(f, federation_genesis(f, &wrong), "key-reused");
	wrong = founding;
	wrong.genesis.broker.next_curve_key = f->broker_curve_key;
	attack_refused(f, federation_genesis(f, &wrong), "key-reused");
	wrong = founding;
	wrong.genesis.broker.decision_key = federation_member(f, "registrar")->sign_key;
	attack_refused(f, federation_genesis(f, &wrong), "key-reused");
	wrong = founding;
	wrong.genesis.broker.curve_key = federation_member(f, "registrar-3")->age[0].key;
	attack_refused(f, federation_genesis(f, &wrong), "key-reused");
}

static void
nobody_counts_witnesses_before_there_are_any(void **state)
{
	const struct sluis_bytes entry = federation_genesis(f, &founding);
	struct sluis_bytes other;
	Sluis__KeysEntry *unpacked;

	(void)state;
	attack_must(SLUIS_UNPACK(keys_entry, KeysEntry, entry, SLUIS_KEYS_ENTRY_MAX_BYTES, f->arena, &unpacked));
	other = ATTACK_EDIT(f, genesis, Genesis, sluis_of(unpacked->act->payload_bytes),
	    { it->witnesses->witness_count = 2; });
	attack_refused(f, ATTACK_EDIT(f, keys_entry, KeysEntry, entry,
	    { it->act->payload_bytes = sluis_pb(other); }), "witnesses");
	other = ATTACK_EDIT(f, genesis, Genesis, sluis_of(unpacked->act->payload_bytes),
	    { it->witnesses->quorum_count = 1; });
	attack_refused(f, ATTACK_EDIT(f, keys_entry, KeysEntry, entry,
	    { it->act->payload_bytes = sluis_pb(other); }), "witnesses");
}

/* ---- organisations ---- */

static struct federation_organisation *
newcomer(const char *handle, const char *oin, struct federation_ca *ca, int64_t from_ms, int64_t until_ms)
{
	const struct federation_certificate wish = { .oin = oin,
		.name = "Test Newcomer",
		.from_ms = from_ms,
		.until_ms = until_ms };
	struct federation_organisation *organisation = sluis_arena_alloc(f->arena, sizeof(*organisation));

	federation_ca_issue(ca, f->arena, &wish, organisation);
	memcpy(organisation->handle, handle, strlen(handle));
	return organisation;
}

static struct federation_organisation *
usual(const char *handle, const char *oin)
{
	return newcomer(handle, oin, f->ca, f->now_ms - FEDERATION_DAY_MS, f->now_ms + 30 * FEDERATION_DAY_MS);
}

static struct sluis_record_organisation
draft_of(const struct federation_organisation *organisation)
{
	return (struct sluis_record_organisation){ .handle = text(organisation->handle),
		.name = text("Test Newcomer"),
		.oin = text(organisation->oin),
		.regime = text("wmo"),
		.certificates = organisation->chain,
		.n_certificates = organisation->n_chain,
		.agreement_hash = f->agreement_hash,
		.created_ms = federation_time(f) };
}

static struct sluis_bytes
accession(const struct sluis_record_organisation *draft, struct federation_organisation *organisation)
{
	return federation_entry(f, SLUIS_ENTRY_ORGANISATION,
	    federation_sign_organisation(f, draft, organisation));
}

#define OIN_A "00000099123456789000"
#define OIN_B "00000099987654321000"

static void
a_certificate_leads_to_an_anchor_and_holds(void **state)
{
	struct federation_ca *strangers = federation_ca_new(f->arena, "Strangers");
	const int64_t now = f->now_ms, day = FEDERATION_DAY_MS;
	struct federation_organisation *wrong = newcomer("late", OIN_A, strangers, now - day, now + day);
	struct federation_organisation *expired = newcomer("late", OIN_A, f->ca, now - 9 * day, now - day);
	struct federation_organisation *unborn = newcomer("late", OIN_A, f->ca, now + day, now + 9 * day);
	struct federation_organisation *good = usual("late", OIN_A);
	struct sluis_record_organisation draft = draft_of(wrong);
	struct sluis_bytes swapped[3] = { good->chain[0], wrong->chain[1], wrong->chain[2] };

	(void)state;
	attack_refused(f, accession(&draft, wrong), "certificate");
	draft = draft_of(expired);
	attack_refused(f, accession(&draft, expired), "certificate");
	draft.created_ms = now - 2 * day; /* backdated: older than the federation itself */
	attack_refused(f, accession(&draft, expired), "order");
	draft = draft_of(unborn);
	attack_refused(f, accession(&draft, unborn), "certificate");
	draft = draft_of(good);
	draft.certificates = swapped;
	attack_refused(f, accession(&draft, good), "certificate");
	draft.certificates = good->chain;
	draft.n_certificates = 2; /* ends before the root */
	attack_refused(f, accession(&draft, good), "certificate");
	draft.n_certificates = 1;
	attack_refused(f, accession(&draft, good), "certificate");
	draft.n_certificates = 3;
	draft.oin = text(OIN_B);
	attack_refused(f, accession(&draft, good), "oin");
	draft = draft_of(good);
	draft.agreement_hash.bytes[0] ^= 1;
	attack_refused(f, accession(&draft, good), "agreement");
	draft = draft_of(good);
	attack_taken(f, accession(&draft, good));
	federation_ca_free(strangers);
}

static void
an_organisation_signs_for_itself(void **state)
{
	struct federation_organisation *late = usual("late", OIN_A), *other = usual("other", OIN_B);
	const struct sluis_record_organisation draft = draft_of(late);
	const struct sluis_certificate_signer theirs = { .certificate = other->chain[0],
		.key_pem = other->key_pem };
	const struct sluis_bytes entry = accession(&draft, late);
	struct sluis_bytes payload;
	Sluis__Signed *act;

	(void)state;
	attack_must(sluis_record_organisation(&draft, f->arena, &payload));
	attack_must(sluis_signed_of(payload, f->arena, &act));
	attack_must(sluis_signed_add_certificate(act, SLUIS_SIGNED_ORGANISATION, &theirs, f->arena));
	attack_refused(f, federation_entry(f, SLUIS_ENTRY_ORGANISATION, act), "signature");
	attack_refused(f, attack_entry(f, SLUIS_ENTRY_ORGANISATION, payload, "registrar"), "signature");
	attack_refused(f, attack_entry(f, SLUIS_ENTRY_ORGANISATION, payload, ""), "signature");
	attack_refused(f, ATTACK_EDIT(f, keys_entry, KeysEntry, entry,
	    { it->act->signatures[0]->signature_bytes.data[12] ^= 1; }), "signature");
	attack_taken(f, entry);
}

static void
handles_and_numbers_are_unique(void **state)
{
	struct federation_organisation *late = usual("late", OIN_A), *rival = usual("late", OIN_B);
	struct federation_organisation *twin = usual("twin", OIN_A), *body = usual("expert-team", OIN_B);
	struct sluis_record_organisation draft = draft_of(late);
	const struct sluis_record_act act = attack_act(f);
	struct sluis_hash current;
	struct sluis_bytes payload;

	(void)state;
	attack_taken(f, accession(&draft, late));
	draft = draft_of(rival);
	attack_refused(f, accession(&draft, rival), "handle-in-use");
	draft = draft_of(twin);
	attack_refused(f, accession(&draft, twin), "oin-in-use");
	draft = draft_of(body);
	attack_refused(f, accession(&draft, body), "handle-in-use");
	draft.previous = &federation_organisation(f, "expert-team")->payload_hash;
	attack_refused(f, accession(&draft, body), "handle-in-use"); /* another OIN */
	/* what waits is replaced by its own second try, and only that is approved */
	draft = draft_of(late);
	draft.name = text("Test Newcomer, corrected");
	{
		const struct sluis_hash first = late->payload_hash;

		attack_taken(f, accession(&draft, late));
		attack_must(sluis_record_approval(&act, &first, f->arena, &payload));
		attack_refused(f, attack_entry(f, SLUIS_ENTRY_APPROVAL, payload, "registrar"), "not-pending");
	}
	federation_approve(f, &late->payload_hash);
	current = late->payload_hash;
	draft = draft_of(late);
	attack_refused(f, accession(&draft, late), "handle-in-use"); /* renewal without naming what it renews */
	draft.previous = &federation_organisation(f, "expert-team")->payload_hash;
	attack_refused(f, accession(&draft, late), "handle-in-use");
	draft = draft_of(late);
	draft.previous = &current;
	draft.created_ms = sluis_directory_organisation(f->directory, text("late"))->created_ms - 1;
	attack_refused(f, accession(&draft, late), "order");
	/* a first accession that names something it renews */
	draft = draft_of(rival);
	draft.handle = text("other");
	draft.previous = &current;
	attack_refused(f, accession(&draft, rival), "handle-in-use");
}

static void
suspended_and_removed_organisations_do_not_renew(void **state)
{
	struct federation_organisation *late = usual("late", OIN_A), *again = usual("late-b", OIN_A);
	struct sluis_record_organisation draft = draft_of(late);
	struct sluis_record_act act;
	struct sluis_record_suspension suspension = { .handle = text("late"),
		.of_organisation = true,
		.state = SLUIS_STANDING_SUSPENDED,
		.reason = text("test") };
	struct sluis_bytes payload;
	struct sluis_hash current, waiting;

	(void)state;
	attack_taken(f, accession(&draft, late));
	federation_approve(f, &late->payload_hash);
	current = late->payload_hash;
	draft = draft_of(late);
	draft.previous = &current;
	attack_taken(f, accession(&draft, late));
	waiting = late->payload_hash;
	act = attack_act(f);
	attack_must(sluis_record_suspension(&act, &suspension, f->arena, &payload));
	attack_taken(f, attack_entry(f, SLUIS_ENTRY_SUSPENSION, payload, "registrar"));
	draft.created_ms = federation_time(f);
	attack_refused(f, accession(&draft, late), "suspended");
	act = attack_act(f);
	attack_must(sluis_record_approval(&act, &waiting, f->arena, &payload));
	attack_refused(f, attack_entry(f, SLUIS_ENTRY_APPROVAL, payload, "registrar"), "not-pending");
	/* what waited goes on waiting */
	suspension.state = SLUIS_STANDING_ACTIVE;
	act = attack_act(f);
	attack_must(sluis_record_suspension(&act, &suspension, f->arena, &payload));
	attack_taken(f, attack_entry(f, SLUIS_ENTRY_SUSPENSION, payload, "registrar"));
	assert_int_equal(sluis_directory_organisation_by_hash(f->directory, &waiting)->state,
	    SLUIS_STANDING_PENDING);
	suspension.state = SLUIS_STANDING_REMOVED;
	act = attack_act(f);
	attack_must(sluis_record_suspension(&act, &suspension, f->arena, &payload));
	attack_taken(f, attack_entry(f, SLUIS_ENTRY_SUSPENSION, payload, "registrar"));
	assert_int_equal(sluis_directory_organisation_by_hash(f->directory, &waiting)->state,
	    SLUIS_STANDING_REMOVED);
	draft.created_ms = federation_time(f);
	attack_refused(f, accession(&draft, late), "removed");
	/* its number may come back, under another handle and with a new approval */
	draft = draft_of(again);
	attack_taken(f, accession(&draft, again));
	assert_int_equal(sluis_directory_organisation(f->directory, text("late-b"))->state, SLUIS_STANDING_PENDING);
}

static void
a_first_member_waits_with_its_organisation(void **state)
{
	struct federation_organisation *late = &f->organisations[f->n_organisations++];
	struct federation_member *member = &f->members[f->n_members++];
	struct sluis_record_organisation draft;
	struct sluis_record_draft record;
	struct sluis_record_act act;
	struct sluis_bytes payload;

	(void)state;
	*late = *usual("late", OIN_A);
	draft = draft_of(late);
	attack_taken(f, accession(&draft, late));
	*member = *federation_member(f, "registrar");
	federation_keys_of("newcomer", "first", member);
	memcpy(member->organisation, "late", 5);
	federation_record_of(f, member, "provider", &record);
	attack_taken(f, federation_entry(f, SLUIS_ENTRY_RECORD,
	    federation_sign_record(f, &record, member, NULL)));
	act = attack_act(f);
	attack_must(sluis_record_approval(&act, &member->record_hash, f->arena, &payload));
	attack_refused(f, attack_entry(f, SLUIS_ENTRY_APPROVAL, payload, "registrar"), "organisation");
	federation_approve(f, &late->payload_hash);
	federation_approve(f, &member->record_hash);
	assert_int_equal(sluis_directory_in_force(f->directory,
	    sluis_directory_member(f->directory, text("newcomer")), f->now_ms, NULL, NULL), SLUIS_OK);
}

static void
recovery_keys_are_keys_too(void **state)
{
	struct federation_organisation *late = usual("late", OIN_A);
	struct federation_member keys;
	struct sluis_record_organisation draft = draft_of(late);
	struct sluis_hash current;

	(void)state;
	federation_keys_of("late-recovery", "first", &keys);
	draft.recovery_key = &f->broker_curve_key;
	draft.recovery_epoch = 2030;
	attack_refused(f, accession(&draft, late), "key-reused");
	draft.recovery_key = &keys.curve_key;
	attack_taken(f, accession(&draft, late));
	federation_approve(f, &late->payload_hash);
	current = late->payload_hash;
	draft.previous = &current;
	draft.created_ms = federation_time(f);
	draft.recovery_epoch = 2031; /* the same key for another year */
	attack_refused(f, accession(&draft, late), "key-reused");
	draft.recovery_epoch = 2030;
	attack_taken(f, accession(&draft, late));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(three_registrars_found_a_federation, setup_empty, teardown),
		cmocka_unit_test_setup_teardown(a_log_begins_with_genesis, setup_empty, teardown),
		cmocka_unit_test_setup_teardown(genesis_is_what_all_founders_signed, setup_empty, teardown),
		cmocka_unit_test_setup_teardown(genesis_has_a_sensible_form, setup_empty, teardown),
		cmocka_unit_test_setup_teardown(founders_have_handles_and_records_of_their_own, setup_empty, teardown),
		cmocka_unit_test_setup_teardown(keys_of_the_founding_differ, setup_empty, teardown),
		cmocka_unit_test_setup_teardown(nobody_counts_witnesses_before_there_are_any, setup_empty, teardown),
		cmocka_unit_test_setup_teardown(a_certificate_leads_to_an_anchor_and_holds, setup_founded, teardown),
		cmocka_unit_test_setup_teardown(an_organisation_signs_for_itself, setup_founded, teardown),
		cmocka_unit_test_setup_teardown(handles_and_numbers_are_unique, setup_founded, teardown),
		cmocka_unit_test_setup_teardown(suspended_and_removed_organisations_do_not_renew, setup_founded,
		    teardown),
		cmocka_unit_test_setup_teardown(a_first_member_waits_with_its_organisation, setup_founded, teardown),
		cmocka_unit_test_setup_teardown(recovery_keys_are_keys_too, setup_founded, teardown),
	};

	return cmocka_run_group_tests_name("directory_founding", tests, NULL, NULL);
}
