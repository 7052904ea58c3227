/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "attack.h"
#include "directory.h"
#include "federation.h"

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

static struct federation_member
keys(const char *name)
{
	struct federation_member ret;

	memset(&ret, 0, sizeof(ret));
	federation_keys_of(name, "changes", &ret);
	return ret;
}

/* ---- broker ---- */

static struct sluis_bytes
broker_entry(const struct sluis_broker_keys *broker, const char *signers)
{
	const struct sluis_record_act act = attack_act(f);
	struct sluis_bytes payload;

	attack_must(sluis_record_broker(&act, broker, f->arena, &payload));
	return attack_entry(f, SLUIS_ENTRY_BROKER, payload, signers);
}

static void
the_broker_moves_to_its_next_key(void **state)
{
	const struct federation_member fresh = keys("broker-2");
	const uint64_t before = sluis_directory_size(f->directory);
	struct sluis_broker_keys broker = *sluis_directory_broker(f->directory);
	struct sluis_broker_keys wrong;

	(void)state;
	broker.curve_key = f->next_curve_key;
	broker.next_curve_key = fresh.curve_key;
	attack_refused(f, broker_entry(&broker, "school"), "registrars");
	wrong = broker;
	wrong.next_curve_key = f->next_curve_key; /* both the same */
	attack_refused(f, broker_entry(&wrong, "registrar"), "key-reused");
	wrong = broker;
	wrong.next_curve_key = federation_member(f, "gi")->curve_key;
	attack_refused(f, broker_entry(&wrong, "registrar"), "key-reused");
	wrong = broker;
	wrong.decision_key = f->exchange_log_key;
	attack_refused(f, broker_entry(&wrong, "registrar"), "key-reused");
	wrong = broker;
	wrong.n_endpoints = 0;
	attack_refused(f, broker_entry(&wrong, "registrar"), "endpoints");
	attack_taken(f, broker_entry(&broker, "registrar"));
	assert_memory_equal(sluis_directory_broker(f->directory)->curve_key.bytes, f->next_curve_key.bytes, 32);
	assert_memory_equal(sluis_directory_broker_at(f->directory, before)->curve_key.bytes,
	    f->broker_curve_key.bytes, 32);
	assert_int_equal(sluis_directory_broker(f->directory)->entry_index, before);
	assert_null(sluis_directory_broker_at(f->directory, 0));
	/* a key that was left behind does not come back */
	broker.next_curve_key = f->broker_curve_key;
	attack_refused(f, broker_entry(&broker, "registrar"), "key-reused");
	broker.next_curve_key = fresh.curve_key;
	broker.decision_key = fresh.sign_key;
	attack_taken(f, broker_entry(&broker, "registrar"));
	broker.decision_key = f->decision_key;
	attack_refused(f, broker_entry(&broker, "registrar"), "key-reused");
}

/* ---- witnesses ---- */

static struct sluis_bytes
witness_payload(const char *handle, const struct sluis_public *key, bool active, uint32_t count,
    uint32_t quorum)
{
	const struct sluis_record_act act = attack_act(f);
	const struct sluis_record_witness draft = {
		.witness = { .handle = text(handle), .cosigner_key = *key, .active = active },
		.count = count,
		.quorum = quorum };
	struct sluis_bytes payload;

	attack_must(sluis_record_witness(&act, &draft, f->arena, &payload));
	return payload;
}

static struct sluis_bytes
witness_entry(const char *handle, const struct sluis_public *key, bool active, uint32_t count,
    uint32_t quorum)
{
	return attack_entry(f, SLUIS_ENTRY_WITNESS, witness_payload(handle, key, active, count, quorum),
	    "registrar");
}

static void
witnesses_are_named_and_counted(void **state)
{
	const struct sluis_public gi = keys("gi-witness").sign_key, school = keys("school-witness").sign_key;
	const struct sluis_public again = keys("gi-witness-2").sign_key;

	(void)state;
	attack_refused(f, witness_entry("nobody", &gi, true, 1, 1), "witnesses");
	attack_refused(f, witness_entry("gi", &gi, true, 2, 1), "witnesses");
	attack_refused(f, witness_entry("gi", &gi, true, 1, 2), "witnesses");
	attack_refused(f, witness_entry("gi", &gi, false, 0, 0), "witnesses");
	attack_refused(f, witness_entry("gi", &federation_member(f, "gi")->sign_key, true, 1, 1), "key-reused");
	attack_refused(f, attack_entry(f, SLUIS_ENTRY_WITNESS, witness_payload("gi", &gi, true, 1, 1), "gi"),
	    "registrars");
	attack_refused(f, attack_entry(f, SLUIS_ENTRY_WITNESS,
	    ATTACK_EDIT(f, witness_change, WitnessChange, witness_payload("gi", &gi, true, 1, 1),
	        { it->state_code = sluis_pb(text("suspended")); }), "registrar"), "malformed");
	federation_suspend(f, "gi", SLUIS_STANDING_SUSPENDED);
	attack_refused(f, witness_entry("gi", &gi, true, 1, 1), "witnesses");
	federation_suspend(f, "gi", SLUIS_STANDING_ACTIVE);
	attack_taken(f, witness_entry("gi", &gi, true, 1, 1));
	attack_taken(f, witness_entry("school", &school, true, 2, 2));
	assert_int_equal(sluis_directory_witness_quorum(f->directory), 2);
	attack_refused(f, witness_entry("gi", &again, true, 3, 2), "witnesses");
	attack_refused(f, witness_entry("gi", &school, false, 1, 1), "witnesses");
	attack_refused(f, witness_entry("gi", &gi, false, 1, 2), "witnesses");
	attack_taken(f, witness_entry("gi", &gi, false, 1, 1));
	assert_false(sluis_directory_witness(f->directory, 0)->active);
	assert_true(sluis_directory_witness(f->directory, 1)->active);
	assert_true(sluis_bytes_is_text(sluis_directory_witness(f->directory, 0)->handle, "gi"));
	assert_int_equal(sluis_directory_witness_quorum(f->directory), 1);
	attack_refused(f, witness_entry("gi", &gi, true, 2, 1), "key-reused");
	attack_taken(f, witness_entry("gi", &again, true, 2, 1));
	assert_memory_equal(sluis_directory_witness(f->directory, 2)->cosigner_key.bytes, again.bytes, 32);
	assert_null(sluis_directory_witness(f->directory, 3));
}

/* ---- continuation ---- */

static struct sluis_bytes
continuation_entry(const struct sluis_continuation *draft, const char *signers)
{
	const struct sluis_record_act act = attack_act(f);
	struct sluis_bytes payload;

	attack_must(sluis_record_continuation(&act, draft, f->arena, &payload));
	return attack_entry(f, SLUIS_ENTRY_CONTINUATION, payload, signers);
}

static void
a_lost_log_is_continued_under_a_new_origin(void **state)
{
	uint8_t longest[256];
	const struct sluis_public fresh = keys("exchange-2").sign_key;
	struct sluis_continuation good = {
		.former = *sluis_directory_exchange_log(f->directory),
		.last_known = { .size = 17, .root = f->agreement_hash },
		.successor = { .origin = text("practice.example/exchange-2"), .key = fresh },
		.reason = text("disk-lost"),
	};
	struct sluis_continuation wrong = good;
	const struct sluis_continuation *found;

	(void)state;
	attack_refused(f, continuation_entry(&good, "officer"), "registrars");
	wrong.former.key = fresh;
	attack_refused(f, continuation_entry(&wrong, "registrar"), "continuation");
	wrong = good;
	wrong.former.origin = text("practice.example/other");
	attack_refused(f, continuation_entry(&wrong, "registrar"), "continuation");
	wrong = good;
	wrong.successor.origin = good.former.origin;
	attack_refused(f, continuation_entry(&wrong, "registrar"), "origin");
	wrong.successor.origin = text("practice.example/keys");
	attack_refused(f, continuation_entry(&wrong, "registrar"), "origin");
	wrong.successor.origin = text("practice example");
	attack_refused(f, continuation_entry(&wrong, "registrar"), "origin");
	memset(longest, 'o', sizeof(longest)); /* of 255 bytes at most: it is the name of a key */
	wrong.successor.origin = sluis_bytes(longest, sizeof(longest));
	attack_refused(f, continuation_entry(&wrong, "registrar"), "origin");
	wrong = good;
	wrong.successor.key = f->keys_log_key;
	attack_refused(f, continuation_entry(&wrong, "registrar"), "key-reused");
	attack_taken(f, continuation_entry(&good, "registrar"));
	found = sluis_directory_continuation(f->directory, 0);
	assert_int_equal(found->last_known.size, 17);
	assert_true(sluis_bytes_is_text(found->reason, "disk-lost"));
	assert_true(sluis_bytes_is_text(sluis_directory_exchange_log(f->directory)->origin,
	    "practice.example/exchange-2"));
	assert_true(sluis_bytes_is_text(sluis_directory_genesis(f->directory)->exchange_log.origin,
	    "practice.example/exchange"));
	assert_null(sluis_directory_continuation(f->directory, 1));
	/* the key may stay, an origin that was used may not */
	good.former = *sluis_directory_exchange_log(f->directory);
	good.successor.origin = text("practice.example/exchange");
	attack_refused(f, continuation_entry(&good, "registrar"), "origin");
	good.successor.origin = text("practice.example/exchange-3");
	attack_taken(f, continuation_entry(&good, "registrar"));
	good.former = *sluis_directory_exchange_log(f->directory);
	good.successor.origin = text("practice.example/exchange-2");
	attack_refused(f, continuation_entry(&good, "registrar"), "origin");
}

/* ---- guests ---- */

static struct sluis_bytes
guest_payload(uint8_t byte, int64_t length_ms)
{
	const struct sluis_record_act act = attack_act(f);
	struct sluis_guest draft = { .organisation_handle = text("gi"),
		.until_ms = act.created_ms + length_ms };
	struct sluis_bytes payload;

	memset(draft.commitment.bytes, byte, sizeof(draft.commitment.bytes));
	attack_must(sluis_record_guest(&act, &draft, f->arena, &payload));
	return payload;
}

static void
suspend_organisation(const char *handle, enum sluis_standing state)
{
	const struct sluis_record_act act = attack_act(f);
	const struct sluis_record_suspension draft = { .handle = text(handle),
		.of_organisation = true,
		.state = state,
		.reason = text("test") };
	struct sluis_bytes payload;

	attack_must(sluis_record_suspension(&act, &draft, f->arena, &payload));
	attack_taken(f, attack_entry(f, SLUIS_ENTRY_SUSPENSION, payload, "registrar"));
}

static void
guests_are_commitments_of_an_organisation(void **state)
{
	struct sluis_hash commitment;
	struct sluis_bytes payload = guest_payload(1, FEDERATION_DAY_MS);

	(void)state;
	memset(commitment.bytes, 1, sizeof(commitment.bytes));
	attack_refused(f, attack_certified(f, SLUIS_ENTRY_GUEST, payload, "school"), "signature");
	attack_refused(f, attack_entry(f, SLUIS_ENTRY_GUEST, payload, "gi"), "signature");
	attack_refused(f, attack_entry(f, SLUIS_ENTRY_GUEST, payload, "registrar gi"), "signature");
	attack_refused(f, attack_certified(f, SLUIS_ENTRY_GUEST, guest_payload(1, 0), "gi"), "window");
	assert_null(sluis_directory_guest(f->directory, &commitment));
	{
		/* signed by the organisation, and by somebody else besides */
		const struct sluis_bytes entry = attack_certified(f, SLUIS_ENTRY_GUEST, payload, "gi");
		Sluis__KeysEntry *it;

		attack_must(SLUIS_UNPACK(keys_entry, KeysEntry, entry, SLUIS_KEYS_ENTRY_MAX_BYTES, f->arena, &it));
		attack_must(sluis_signed_add(it->act, SLUIS_SIGNED_GUEST, &federation_member(f, "gi")->signer,
		    f->arena));
		attack_refused(f, federation_entry(f, SLUIS_ENTRY_GUEST, it->act), "signature");
	}
	attack_taken(f, attack_certified(f, SLUIS_ENTRY_GUEST, payload, "gi"));
	assert_true(sluis_bytes_is_text(sluis_directory_guest(f->directory, &commitment)->organisation_handle,
	    "gi"));
	attack_refused(f, attack_certified(f, SLUIS_ENTRY_GUEST, guest_payload(1, FEDERATION_DAY_MS), "gi"),
	    "duplicate");
	payload = guest_payload(2, FEDERATION_DAY_MS);
	attack_refused(f, attack_certified(f, SLUIS_ENTRY_GUEST, ATTACK_EDIT(f, guest_commitment, GuestCommitment,
	    payload, { it->organisation_handle = sluis_pb(text("nobody")); }), "gi"), "organisation");
	attack_refused(f, attack_certified(f, SLUIS_ENTRY_GUEST, ATTACK_EDIT(f, guest_commitment, GuestCommitment,
	    payload, { it->federation_hash = sluis_pb_hash(&commitment); }), "gi"), "federation");
	suspend_organisation("gi", SLUIS_STANDING_SUSPENDED);
	attack_refused(f, attack_certified(f, SLUIS_ENTRY_GUEST, guest_payload(3, FEDERATION_DAY_MS), "gi"),
	    "organisation");
	suspend_organisation("gi", SLUIS_STANDING_ACTIVE);
	payload = guest_payload(4, FEDERATION_DAY_MS); /* made before the certificate of a newcomer began */
	f->now_ms += 40 * FEDERATION_DAY_MS;
	federation_add_organisation(f, "newcomer", "wmo");
	attack_refused(f, attack_certified(f, SLUIS_ENTRY_GUEST, ATTACK_EDIT(f, guest_commitment, GuestCommitment,
	    payload, { it->organisation_handle = sluis_pb(text("newcomer")); }), "newcomer"), "organisation");
	f->now_ms += 1100 * FEDERATION_DAY_MS; /* the certificate has run out */
	attack_refused(f, attack_certified(f, SLUIS_ENTRY_GUEST, guest_payload(3, FEDERATION_DAY_MS), "gi"),
	    "organisation");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_broker_moves_to_its_next_key, setup, teardown),
		cmocka_unit_test_setup_teardown(witnesses_are_named_and_counted, setup, teardown),
		cmocka_unit_test_setup_teardown(a_lost_log_is_continued_under_a_new_origin, setup, teardown),
		cmocka_unit_test_setup_teardown(guests_are_commitments_of_an_organisation, setup, teardown),
	};

	return cmocka_run_group_tests_name("directory_changes", tests, NULL, NULL);
}
