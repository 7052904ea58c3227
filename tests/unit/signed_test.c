/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "federation.h"
#include "hash.h"
#include "signed.h"

static struct federation *f;
static struct federation_member *gi, *school;
static struct sluis_bytes payload;

static int
setup(void **state)
{
	(void)state;
	f = federation_new(NULL, 0);
	gi = federation_member(f, "gi");
	school = federation_member(f, "school");
	payload = sluis_bytes_text("a payload of some kind");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	federation_free(f);
	return 0;
}

static Sluis__Signed *
made(void)
{
	Sluis__Signed *act;

	assert_int_equal(sluis_signed_make(&gi->signer, SLUIS_SIGNED_GRANT, payload, f->arena, &act), SLUIS_OK);
	return act;
}

static enum sluis_err
verified(const Sluis__Signed *act)
{
	return sluis_signed_verify_member(act, SLUIS_SIGNED_GRANT, &gi->record_hash, &gi->sign_key);
}

static void
one_member_signs(void **state)
{
	Sluis__Signed *act = made();
	const struct sluis_hash hash = sluis_hash(payload), of_act = sluis_signed_hash(act);

	(void)state;
	assert_int_equal(verified(act), SLUIS_OK);
	assert_true(sluis_hash_equal(&hash, &of_act));
	assert_true(sluis_bytes_equal(sluis_signed_payload(act), payload));
}

static void
another_kind_signer_or_key_is_refused(void **state)
{
	Sluis__Signed *act = made();

	(void)state;
	assert_int_equal(sluis_signed_verify_member(act, SLUIS_SIGNED_RECEIPT, &gi->record_hash, &gi->sign_key),
	    SLUIS_ESIGNATURE);
	assert_int_equal(sluis_signed_verify_member(act, SLUIS_SIGNED_GRANT, &school->record_hash, &gi->sign_key),
	    SLUIS_ESIGNATURE);
	assert_int_equal(sluis_signed_verify_member(act, SLUIS_SIGNED_GRANT, &gi->record_hash, &school->sign_key),
	    SLUIS_ESIGNATURE);
}

static void
exactly_one_signature(void **state)
{
	Sluis__Signed *act = made();

	(void)state;
	assert_int_equal(sluis_signed_add(act, SLUIS_SIGNED_GRANT, &gi->signer, f->arena), SLUIS_EEXISTS);
	assert_int_equal(sluis_signed_add(act, SLUIS_SIGNED_GRANT, &school->signer, f->arena), SLUIS_OK);
	assert_int_equal(act->n_signatures, 2);
	assert_int_equal(verified(act), SLUIS_ESIGNATURE);
	act->n_signatures = 0;
	assert_int_equal(verified(act), SLUIS_ESIGNATURE);
}

static void
another_algorithm_or_length_is_refused(void **state)
{
	Sluis__Signed *act = made();

	(void)state;
	act->signatures[0]->algorithm_number = SLUIS_ALGORITHM_X509;
	assert_int_equal(verified(act), SLUIS_ESIGNATURE);
	act->signatures[0]->algorithm_number = 3;
	assert_int_equal(verified(act), SLUIS_ESIGNATURE);
	act->signatures[0]->algorithm_number = SLUIS_ALGORITHM_ED25519;
	assert_int_equal(verified(act), SLUIS_OK);
	act->signatures[0]->signature_bytes.len = 63;
	assert_int_equal(verified(act), SLUIS_ESIGNATURE);
	act->signatures[0]->signature_bytes.len = 0;
	assert_int_equal(verified(act), SLUIS_ESIGNATURE);
}

static void
every_byte_counts(void **state)
{
	Sluis__Signed *act = made();
	ProtobufCBinaryData *const parts[] = { &act->payload_bytes, &act->signatures[0]->signature_bytes,
		&act->signatures[0]->signer_hash };

	(void)state;
	for (size_t p = 0; p < SLUIS_ARRAY_LEN(parts); p++) {
		for (size_t i = 0; i < parts[p]->len; i++) {
			parts[p]->data[i] ^= 1;
			assert_int_equal(verified(act), SLUIS_ESIGNATURE);
			parts[p]->data[i] ^= 1;
		}
	}
	assert_int_equal(verified(act), SLUIS_OK);
}

/* ---- organisations ---- */

static void
a_certificate_signs(void **state)
{
	const struct federation_organisation *theirs = federation_organisation(f, "gi");
	const struct federation_organisation *other = federation_organisation(f, "school");
	const struct sluis_certificate_signer signer = { .certificate = theirs->chain[0],
		.key_pem = theirs->key_pem };
	Sluis__Signed *act;
	Sluis__Signature *one;

	(void)state;
	assert_int_equal(sluis_signed_of(payload, f->arena, &act), SLUIS_OK);
	assert_int_equal(sluis_signed_add_certificate(act, SLUIS_SIGNED_GUEST, &signer, f->arena), SLUIS_OK);
	assert_int_equal(sluis_signed_add_certificate(act, SLUIS_SIGNED_GUEST, &signer, f->arena),
	    SLUIS_EEXISTS);
	one = act->signatures[0];
	assert_int_equal(sluis_signed_verify_certificate(act, SLUIS_SIGNED_GUEST, one, theirs->chain[0]),
	    SLUIS_OK);
	assert_int_equal(sluis_signed_verify_certificate(act, SLUIS_SIGNED_RECORD, one, theirs->chain[0]),
	    SLUIS_ESIGNATURE);
	assert_int_equal(sluis_signed_verify_certificate(act, SLUIS_SIGNED_GUEST, one, other->chain[0]),
	    SLUIS_ESIGNATURE);
	one->algorithm_number = SLUIS_ALGORITHM_ED25519;
	assert_int_equal(sluis_signed_verify_certificate(act, SLUIS_SIGNED_GUEST, one, theirs->chain[0]),
	    SLUIS_ESIGNATURE);
	one->algorithm_number = SLUIS_ALGORITHM_X509;
	one->signer_hash.data[0] ^= 1;
	assert_int_equal(sluis_signed_verify_certificate(act, SLUIS_SIGNED_GUEST, one, theirs->chain[0]),
	    SLUIS_ESIGNATURE);
}

static void
a_key_of_another_certificate_does_not_sign(void **state)
{
	const struct federation_organisation *theirs = federation_organisation(f, "gi");
	const struct sluis_certificate_signer signer = { .certificate = theirs->chain[0],
		.key_pem = federation_organisation(f, "school")->key_pem };
	Sluis__Signed *act;

	(void)state;
	assert_int_equal(sluis_signed_of(payload, f->arena, &act), SLUIS_OK);
	assert_int_equal(sluis_signed_add_certificate(act, SLUIS_SIGNED_GUEST, &signer, f->arena), SLUIS_EKEYS);
	assert_int_equal(act->n_signatures, 0);
}

static void
no_more_signatures_than_an_act_can_carry(void **state)
{
	struct sluis_signer signer = gi->signer;
	Sluis__Signed *act;

	(void)state;
	assert_int_equal(sluis_signed_of(payload, f->arena, &act), SLUIS_OK);
	for (uint8_t i = 0; i < SLUIS_SIGNATURES_MAX; i++) {
		signer.record_hash.bytes[0] = i;
		assert_int_equal(sluis_signed_add(act, SLUIS_SIGNED_GRANT, &signer, f->arena), SLUIS_OK);
	}
	signer.record_hash.bytes[0] = SLUIS_SIGNATURES_MAX;
	assert_int_equal(sluis_signed_add(act, SLUIS_SIGNED_GRANT, &signer, f->arena), SLUIS_ETOOBIG);
}

static void
what_is_too_large_is_not_signed(void **state)
{
	const struct federation_organisation *theirs = federation_organisation(f, "gi");
	const struct sluis_certificate_signer certificate = { .certificate = theirs->chain[0],
		.key_pem = theirs->key_pem };
	uint8_t *bytes = sluis_arena_alloc(f->arena, SLUIS_KEYS_ENTRY_MAX_BYTES + 1);
	Sluis__Signed *act;

	(void)state;
	assert_int_equal(sluis_signed_of(sluis_bytes(bytes, SLUIS_KEYS_ENTRY_MAX_BYTES), f->arena, &act), SLUIS_OK);
	assert_int_equal(sluis_signed_add(act, SLUIS_SIGNED_GUEST, &gi->signer, f->arena), SLUIS_OK);
	assert_int_equal(sluis_signed_add_certificate(act, SLUIS_SIGNED_GUEST, &certificate, f->arena), SLUIS_OK);
	assert_int_equal(sluis_signed_of(sluis_bytes(bytes, SLUIS_KEYS_ENTRY_MAX_BYTES + 1), f->arena, &act),
	    SLUIS_OK);
	assert_int_equal(sluis_signed_add(act, SLUIS_SIGNED_GUEST, &gi->signer, f->arena), SLUIS_ETOOBIG);
	assert_int_equal(sluis_signed_add_certificate(act, SLUIS_SIGNED_GUEST, &certificate, f->arena),
	    SLUIS_ETOOBIG);
	assert_int_equal(act->n_signatures, 0);
}

static void
an_arena_that_is_full_is_said(void **state)
{
	enum sluis_err err = SLUIS_ENOMEM;
	size_t cap;

	(void)state;
	for (cap = 0; err == SLUIS_ENOMEM; cap += 16) {
		SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *small = sluis_arena_new(cap);
		Sluis__Signed *act = NULL;

		err = sluis_signed_make(&gi->signer, SLUIS_SIGNED_GRANT, payload, small, &act);
		assert_true((act != NULL) == (err == SLUIS_OK));
	}
	assert_int_equal(err, SLUIS_OK);
	assert_true(cap > 200);
}

/* ---- k of n ---- */

static const struct sluis_public *
find(void *context, const struct sluis_hash *signer_hash, const void **ret_person)
{
	const struct sluis_member *member = sluis_directory_member_by_record(f->directory, signer_hash);

	if (member == NULL || sluis_bytes_is_text(member->handle, "officer"))
		return NULL;
	*ret_person = context != NULL ? context : member;
	return &member->sign_key;
}

static void
signatures_of_those_who_may_are_counted(void **state)
{
	const struct sluis_signed_lookup lookup = { .key = find };
	Sluis__Signed *act = made();
	size_t n = 99;

	(void)state;
	assert_int_equal(sluis_signed_count(act, SLUIS_SIGNED_GRANT, &lookup, &n), SLUIS_OK);
	assert_int_equal(n, 1);
	assert_int_equal(sluis_signed_add(act, SLUIS_SIGNED_GRANT, &school->signer, f->arena), SLUIS_OK);
	assert_int_equal(sluis_signed_count(act, SLUIS_SIGNED_GRANT, &lookup, &n), SLUIS_OK);
	assert_int_equal(n, 2);
	act->signatures[1]->signature_bytes.data[5] ^= 1;
	assert_int_equal(sluis_signed_count(act, SLUIS_SIGNED_GRANT, &lookup, &n), SLUIS_ESIGNATURE);
	act->signatures[1]->signature_bytes.data[5] ^= 1;
	assert_int_equal(sluis_signed_count(act, SLUIS_SIGNED_RECEIPT, &lookup, &n), SLUIS_ESIGNATURE);
	assert_int_equal(sluis_signed_add(act, SLUIS_SIGNED_GRANT, &federation_member(f, "officer")->signer,
	    f->arena), SLUIS_OK);
	assert_int_equal(sluis_signed_count(act, SLUIS_SIGNED_GRANT, &lookup, &n), SLUIS_ESIGNATURE);
	act->n_signatures = 0;
	assert_int_equal(sluis_signed_count(act, SLUIS_SIGNED_GRANT, &lookup, &n), SLUIS_OK);
	assert_int_equal(n, 0);
}

static void
nobody_counts_twice(void **state)
{
	const struct sluis_signed_lookup by_record = { .key = find };
	const struct sluis_signed_lookup one_person = { .key = find, .context = f };
	Sluis__Signed *act = made();
	Sluis__Signature *twice[2] = { act->signatures[0], act->signatures[0] };
	size_t n;

	(void)state;
	act->signatures = twice;
	act->n_signatures = 2;
	assert_int_equal(sluis_signed_count(act, SLUIS_SIGNED_GRANT, &by_record, &n), SLUIS_EEXISTS);
	/* more signatures than an act can carry */
	{
		Sluis__Signature *many[SLUIS_SIGNATURES_MAX + 1];

		for (size_t i = 0; i < SLUIS_ARRAY_LEN(many); i++)
			many[i] = act->signatures[0];
		act->signatures = many;
		act->n_signatures = SLUIS_ARRAY_LEN(many);
		assert_int_equal(sluis_signed_count(act, SLUIS_SIGNED_GRANT, &by_record, &n), SLUIS_ESIGNATURE);
		act->signatures = twice;
	}
	/* two records, both of one person */
	act->n_signatures = 1;
	assert_int_equal(sluis_signed_add(act, SLUIS_SIGNED_GRANT, &school->signer, f->arena), SLUIS_OK);
	assert_int_equal(sluis_signed_count(act, SLUIS_SIGNED_GRANT, &one_person, &n), SLUIS_EEXISTS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_member_signs),
		cmocka_unit_test(another_kind_signer_or_key_is_refused),
		cmocka_unit_test(exactly_one_signature),
		cmocka_unit_test(another_algorithm_or_length_is_refused),
		cmocka_unit_test(every_byte_counts),
		cmocka_unit_test(a_certificate_signs),
		cmocka_unit_test(a_key_of_another_certificate_does_not_sign),
		cmocka_unit_test(no_more_signatures_than_an_act_can_carry),
		cmocka_unit_test(what_is_too_large_is_not_signed),
		cmocka_unit_test(an_arena_that_is_full_is_said),
		cmocka_unit_test(signatures_of_those_who_may_are_counted),
		cmocka_unit_test(nobody_counts_twice),
	};

	return cmocka_run_group_tests_name("signed", tests, setup, teardown);
}
