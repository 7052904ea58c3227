/* SPDX-License-Identifier: EUPL-1.2 */
#include "certificate_fixture.h"

static void
test_crls_are_asked_for_and_kept_to(void **state)
{
	struct fixture *f = *state;
	struct sluis_bytes crls[4] = { f->crls[0], f->crls[1], f->crls[2] };
	static uint8_t big[SLUIS_CERTIFICATE_CRL_MAX_BYTES + 1];
	struct sluis_certificate_check check = good_check(f);

	check.crls = crls;
	check.n_crls = 0;
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_CRL_MISSING);
	check.crl_required = false;
	for (size_t n = 1; n < 3; n++) { /* one list for the leaf is not enough for the CAs above it */
		check.n_crls = n;
		assert_refused(&check, SLUIS_CERTIFICATE_FAULT_CRL_MISSING);
	}
	check.n_crls = 3;
	check.at_ms = f->now_ms + 500 * FIXTURE_DAY_MS;
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_CRL_EXPIRED);
	check.at_ms = f->now_ms;
	crls[0] = fixture_file(f, "b/pki/tsp.crl.der"); /* of the same name, but another key */
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_CRL_MISSING);
	crls[0] = sluis_bytes(f->crls[0].data, f->crls[0].len - 1);
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_CRL_FORM);
	crls[0] = sluis_bytes(big, sizeof(big));
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_CRL_FORM);
	crls[0] = sluis_bytes(NULL, 0);
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_CRL_FORM);
	memcpy(big, f->crls[0].data, f->crls[0].len);
	big[f->crls[0].len - 1] ^= 1; /* in its signature */
	crls[0] = sluis_bytes(big, f->crls[0].len);
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_CRL_FORM);
	memcpy(big, f->crls[0].data, f->crls[0].len); /* one zero byte behind it */
	crls[0] = sluis_bytes(big, f->crls[0].len + 1);
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_CRL_FORM);
}

static void
test_the_newest_crl_counts(void **state)
{
	struct fixture *f = *state;
	const struct sluis_bytes before = fixture_file(f, "before.crl");
	struct sluis_bytes chain[4] = { fixture_file(f, "gi.der"), f->chain[1], f->chain[2], f->chain[3] };
	struct sluis_bytes crls[4] = { before, f->crls[1], f->crls[2], f->crls[0] };
	struct sluis_certificate_check check = good_check(f);
	struct sluis_certificate c;

	check.chain = chain;
	check.crls = crls;
	assert_int_equal(sluis_certificate_verify(&check, &c, NULL), SLUIS_OK);
	check.n_crls = 4;
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_REVOKED);
	crls[0] = f->crls[0];
	crls[3] = before;
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_REVOKED);
}

static void
test_no_flipped_byte_of_a_crl_frees_the_revoked(void **state)
{
	struct fixture *f = *state;
	struct sluis_bytes chain[4] = { fixture_file(f, "gi.der"), f->chain[1], f->chain[2], f->chain[3] };
	struct sluis_bytes crls[3] = { f->crls[0], f->crls[1], f->crls[2] };
	struct sluis_certificate_check check = good_check(f);
	struct sluis_certificate c;
	uint8_t copy[4096];

	assert_true(f->crls[0].len <= sizeof(copy));
	memcpy(copy, f->crls[0].data, f->crls[0].len);
	crls[0].data = copy;
	check.chain = chain;
	check.crls = crls;
	for (size_t i = 0; i < crls[0].len; i++) {
		copy[i] ^= (uint8_t)(1u << i % 8);
		assert_int_equal(sluis_certificate_verify(&check, &c, NULL), SLUIS_ECERTIFICATE);
		copy[i] ^= (uint8_t)(1u << i % 8);
	}
}

int
main(void)
{
#define CASE(fn) cmocka_unit_test_teardown(fn, fixture_queue_is_empty)
	const struct CMUnitTest tests[] = {
		CASE(test_crls_are_asked_for_and_kept_to),
		CASE(test_the_newest_crl_counts),
		CASE(test_no_flipped_byte_of_a_crl_frees_the_revoked),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
