/* SPDX-License-Identifier: EUPL-1.2 */
#include "certificate_fixture.h"

#include "limits.h"

/* Verify ${name}, which the TSP of the practice PKI issued. */
static enum sluis_err
verify_odd(struct fixture *f, const char *name, struct sluis_certificate *ret,
    struct sluis_certificate_why *why)
{
	struct sluis_bytes chain[4] = { fixture_file(f, name), f->chain[1], f->chain[2], f->chain[3] };
	struct sluis_certificate_check check = good_check(f);

	check.chain = chain;
	return sluis_certificate_verify(&check, ret, why);
}

static void
test_parse_refuses_what_is_no_certificate(void **state)
{
	struct fixture *f = *state;
	static uint8_t big[SLUIS_CERTIFICATE_MAX_BYTES + 1];
	struct sluis_certificate ret = { .oin = "untouched" };

	assert_int_equal(sluis_certificate_parse(sluis_bytes(NULL, 0), &ret), SLUIS_EFORMAT);
	assert_int_equal(sluis_certificate_parse(sluis_bytes_text("0"), &ret), SLUIS_EFORMAT);
	assert_int_equal(sluis_certificate_parse(sluis_bytes(big, sizeof(big)), &ret), SLUIS_ETOOBIG);
	assert_int_equal(sluis_certificate_parse(sluis_bytes(big, sizeof(big) - 1), &ret), SLUIS_EFORMAT);
	assert_int_equal(sluis_certificate_parse(f->crls[0], &ret), SLUIS_EFORMAT);
	assert_int_equal(sluis_certificate_parse(fixture_file(f, "two-organisations.der"), &ret), SLUIS_EFORMAT);
	assert_int_equal(sluis_certificate_parse(fixture_file(f, "control.der"), &ret), SLUIS_EFORMAT);
	assert_int_equal(sluis_certificate_parse(fixture_file(f, "control-c1.der"), &ret), SLUIS_EFORMAT);
	assert_int_equal(sluis_certificate_parse(fixture_file(f, "longer-name.der"), &ret), SLUIS_EFORMAT);
	assert_string_equal(ret.oin, "untouched");
}

static void
test_parse_reads_the_fields(void **state)
{
	struct fixture *f = *state;
	const struct sluis_hash hash = sluis_hash(f->chain[0]);
	struct sluis_certificate c;

	assert_int_equal(sluis_certificate_parse(f->chain[0], &c), SLUIS_OK);
	assert_string_equal(c.oin, "00000099100000001000");
	assert_string_equal(c.organisation, "Jeugdhulp De Vaart Caf\xc3\xa9");
	assert_string_equal(c.unit, "Zorg & Behandeling");
	assert_true(c.not_after_ms - c.not_before_ms == 1095 * FIXTURE_DAY_MS);
	assert_true(c.not_before_ms > SLUIS_TIME_MIN_MS && c.not_before_ms % 1000 == 0);
	assert_true(sluis_hash_equal(&c.hash, &hash));
	assert_int_equal(c.key, SLUIS_CERTIFICATE_EC_P256);
	assert_false(c.is_ca);
	assert_int_equal(sluis_certificate_parse(fixture_file(f, "school.der"), &c), SLUIS_OK);
	assert_int_equal(c.key, SLUIS_CERTIFICATE_RSA);
	assert_int_equal(sluis_certificate_parse(f->chain[3], &c), SLUIS_OK);
	assert_string_equal(c.oin, "");
	assert_string_equal(c.organisation, "Sluis oefenregio TEST");
	assert_string_equal(c.unit, "");
	assert_true(c.is_ca);
	assert_int_equal(sluis_certificate_parse(fixture_file(f, "p384.der"), &c), SLUIS_OK);
	assert_int_equal(c.key, SLUIS_CERTIFICATE_EC_P384);
	assert_int_equal(sluis_certificate_parse(fixture_file(f, "p521.der"), &c), SLUIS_OK);
	assert_int_equal(c.key, SLUIS_CERTIFICATE_OTHER);
	assert_int_equal(sluis_certificate_parse(fixture_file(f, "long-name.der"), &c), SLUIS_OK);
	assert_int_equal(strlen(c.organisation), SLUIS_CERTIFICATE_NAME_MAX_BYTES);
}

static void
test_parse_refuses_every_cut_and_every_tail(void **state)
{
	struct fixture *f = *state;
	uint8_t longer[SLUIS_CERTIFICATE_MAX_BYTES] = { 0 };
	struct sluis_certificate c;

	for (size_t len = 0; len < f->chain[0].len; len++)
		assert_int_equal(sluis_certificate_parse(sluis_bytes(f->chain[0].data, len), &c), SLUIS_EFORMAT);
	memcpy(longer, f->chain[0].data, f->chain[0].len);
	assert_int_equal(sluis_certificate_parse(sluis_bytes(longer, f->chain[0].len + 1), &c), SLUIS_EFORMAT);
	assert_int_equal(sluis_certificate_parse(sluis_bytes(longer, f->chain[0].len), &c), SLUIS_OK);
}

/* The outer length in three bytes where two do: BER, but not DER. */
static void
test_parse_refuses_a_longer_spelling(void **state)
{
	struct fixture *f = *state;
	const struct sluis_bytes der = f->chain[0];
	uint8_t ber[SLUIS_CERTIFICATE_MAX_BYTES];
	struct sluis_certificate c;

	assert_true(der.data[0] == 0x30 && der.data[1] == 0x82);
	ber[0] = 0x30;
	ber[1] = 0x83;
	ber[2] = 0;
	memcpy(ber + 3, der.data + 2, der.len - 2);
	assert_int_equal(sluis_certificate_parse(sluis_bytes(ber, der.len + 1), &c), SLUIS_EFORMAT);
}

static void
test_verify_refuses_senseless_calls(void **state)
{
	struct fixture *f = *state;
	struct sluis_certificate_check check = good_check(f);
	struct sluis_bytes six[6] = { f->chain[0], f->chain[1], f->chain[1], f->chain[2], f->chain[2], f->chain[3] };
	struct sluis_certificate c;

	check.at_ms = 0;
	assert_int_equal(sluis_certificate_verify(&check, &c, NULL), SLUIS_EUSAGE);
	check.at_ms = SLUIS_TIME_MAX_MS + 1;
	assert_int_equal(sluis_certificate_verify(&check, &c, NULL), SLUIS_EUSAGE);
	check = good_check(f);
	check.n_crls = SLUIS_CERTIFICATE_CRLS_MAX + 1;
	assert_int_equal(sluis_certificate_verify(&check, &c, NULL), SLUIS_EUSAGE);
	check = good_check(f);
	check.n_chain = 0;
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_FORM);
	check.n_chain = 1;
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_FORM);
	check.chain = six;
	check.n_chain = 6;
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_FORM);
}

static void
test_verify_accepts_every_good_chain(void **state)
{
	struct fixture *f = *state;
	static const char *const names[] = { "provider.der", "school.der", "seal.der", "p384.der" };
	struct sluis_certificate_check check = good_check(f);
	struct sluis_hash anchors[3] = { { .bytes = { 1 } }, f->anchor, { .bytes = { 2 } } };
	struct sluis_certificate c;

	for (size_t i = 0; i < SLUIS_ARRAY_LEN(names); i++)
		assert_int_equal(verify_odd(f, names[i], &c, NULL), SLUIS_OK);
	check.anchors = anchors;
	check.n_anchors = 3;
	assert_int_equal(sluis_certificate_verify(&check, &c, NULL), SLUIS_OK);
	assert_string_equal(c.oin, "00000099100000001000");
	check.n_crls = 0;
	check.crl_required = false;
	assert_int_equal(sluis_certificate_verify(&check, &c, NULL), SLUIS_OK);
}

static void
test_verify_names_what_is_odd(void **state)
{
	static const struct {
		const char *name;
		enum sluis_certificate_fault fault;
	} cases[] = {
		{ "old.der", SLUIS_CERTIFICATE_FAULT_EXPIRED },
		{ "gi.der", SLUIS_CERTIFICATE_FAULT_REVOKED },
		{ "no-oin.der", SLUIS_CERTIFICATE_FAULT_OIN },
		{ "short-oin.der", SLUIS_CERTIFICATE_FAULT_OIN },
		{ "long-oin.der", SLUIS_CERTIFICATE_FAULT_OIN },
		{ "letter-oin.der", SLUIS_CERTIFICATE_FAULT_OIN },
		{ "two-oins.der", SLUIS_CERTIFICATE_FAULT_OIN },
		{ "two-organisations.der", SLUIS_CERTIFICATE_FAULT_FORM },
		{ "control.der", SLUIS_CERTIFICATE_FAULT_FORM },
		{ "encipher.der", SLUIS_CERTIFICATE_FAULT_USAGE },
		{ "no-usage.der", SLUIS_CERTIFICATE_FAULT_USAGE },
		{ "unknown.der", SLUIS_CERTIFICATE_FAULT_FORM },
		{ "p521.der", SLUIS_CERTIFICATE_FAULT_KEY },
		{ "ed25519.der", SLUIS_CERTIFICATE_FAULT_KEY },
		{ "rsa1024.der", SLUIS_CERTIFICATE_FAULT_KEY },
		{ "rsa4168.der", SLUIS_CERTIFICATE_FAULT_KEY },
		{ "sha1.der", SLUIS_CERTIFICATE_FAULT_SIGNATURE },
		{ "stranger.der", SLUIS_CERTIFICATE_FAULT_ISSUER },
		{ "a/pki/tsp.crl.der", SLUIS_CERTIFICATE_FAULT_FORM },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < SLUIS_ARRAY_LEN(cases); i++) {
		struct sluis_bytes chain[4] = { fixture_file(f, cases[i].name), f->chain[1], f->chain[2],
			f->chain[3] };
		struct sluis_certificate_check check = good_check(f);

		print_message("%s\n", cases[i].name);
		check.chain = chain;
		assert_refused(&check, cases[i].fault);
	}
}

static void
test_verify_holds_to_the_time_given(void **state)
{
	struct fixture *f = *state;
	struct sluis_certificate_check check = good_check(f);
	struct sluis_certificate leaf, c;

	assert_int_equal(sluis_certificate_parse(f->chain[0], &leaf), SLUIS_OK);
	check.n_crls = 0;
	check.crl_required = false;
	check.at_ms = leaf.not_before_ms;
	assert_int_equal(sluis_certificate_verify(&check, &c, NULL), SLUIS_OK);
	check.at_ms = leaf.not_after_ms - 1;
	assert_int_equal(sluis_certificate_verify(&check, &c, NULL), SLUIS_OK);
	check.at_ms = leaf.not_after_ms;
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_EXPIRED);
	check.at_ms = leaf.not_before_ms - FIXTURE_DAY_MS;
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_NOT_YET);
}

static void
test_verify_holds_to_the_anchors(void **state)
{
	struct fixture *f = *state;
	struct sluis_hash other = f->anchor;
	struct sluis_bytes strange[4] = { fixture_file(f, "stranger.der"), fixture_file(f, "b/pki/tsp.crt.der"),
		fixture_file(f, "b/pki/domain.crt.der"), fixture_file(f, "b/pki/root.crt.der") };
	struct sluis_certificate_check check = good_check(f);

	check.n_anchors = 0;
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_ANCHOR);
	check.n_anchors = 1;
	other.bytes[31] ^= 1;
	check.anchors = &other;
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_ANCHOR);
	check = good_check(f);
	check.chain = strange;
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_ANCHOR);
	strange[3] = f->chain[3]; /* our root behind a stranger's chain of the same names */
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_ISSUER);
}

/* An intermediate that is an anchor by mistake is no root: its own issuer would go unchecked. */
static void
test_verify_refuses_an_anchor_that_is_no_root(void **state)
{
	struct fixture *f = *state;
	const struct sluis_hash tsp = sluis_hash(f->chain[1]);
	struct sluis_certificate_check check = good_check(f);

	check.n_chain = 2;
	check.anchors = &tsp;
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_ISSUER);
}

static void
test_verify_refuses_chains_of_another_shape(void **state)
{
	struct fixture *f = *state;
	const struct sluis_bytes *c = f->chain;
	struct sluis_bytes swapped[] = { c[0], c[2], c[1], c[3] };
	struct sluis_bytes doubled[] = { c[0], c[1], c[1], c[2], c[3] };
	struct sluis_bytes stowaway[] = { c[0], c[1], c[2], fixture_file(f, "school.der"), c[3] };
	struct sluis_bytes two_roots[] = { c[0], c[1], c[2], c[3], c[3] };
	struct sluis_bytes gap[] = { c[0], c[2], c[3] };
	struct sluis_bytes backwards[] = { c[3], c[2], c[1], c[0] };
	struct sluis_certificate_check check = good_check(f);

	check.chain = swapped;
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_FORM);
	check.chain = doubled;
	check.n_chain = 5;
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_FORM);
	check.chain = stowaway;
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_FORM);
	check.chain = two_roots;
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_FORM);
	check.chain = gap;
	check.n_chain = 3;
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_ISSUER);
	check.chain = backwards;
	check.n_chain = 4;
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_ANCHOR);
}

static void
test_verify_tells_ca_and_leaf_apart(void **state)
{
	struct fixture *f = *state;
	const struct sluis_bytes *c = f->chain;
	struct sluis_bytes ca_as_leaf[] = { fixture_file(f, "domain-ca.der"), c[2], c[3] };
	struct sluis_bytes tsp_as_leaf[] = { c[1], c[2], c[3] };
	struct sluis_bytes leaf_as_ca[] = { fixture_file(f, "under-leaf.der"), c[0], c[1], c[2], c[3] };
	struct sluis_bytes too_deep[] = { fixture_file(f, "under-sub-ca.der"), fixture_file(f, "sub-ca.der"), c[1],
		c[2], c[3] };
	/* what only the strict reading of RFC 5280 refuses: section 4.2.1.9, MUST mark it critical */
	struct sluis_bytes loose_ca[] = { fixture_file(f, "under-loose-ca.der"), fixture_file(f, "loose-ca.der"), c[2],
		c[3] };
	struct sluis_certificate_check check = good_check(f);

	check.n_crls = 0;
	check.crl_required = false;
	check.chain = ca_as_leaf;
	check.n_chain = 3;
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_USAGE);
	check.chain = tsp_as_leaf;
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_USAGE);
	check.chain = leaf_as_ca;
	check.n_chain = 5;
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_USAGE);
	check.chain = too_deep;
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_USAGE);
	check.chain = loose_ca;
	check.n_chain = 4;
	assert_refused(&check, SLUIS_CERTIFICATE_FAULT_USAGE);
}

static void
test_verify_names_a_signature_that_fails(void **state)
{
	struct fixture *f = *state;
	struct sluis_bytes chain[4] = { f->chain[0], f->chain[1], f->chain[2], f->chain[3] };
	struct sluis_certificate_check check = good_check(f);
	uint8_t copy[SLUIS_CERTIFICATE_MAX_BYTES];

	check.chain = chain;
	for (size_t k = 0; k < 3; k++) {
		memcpy(copy, f->chain[k].data, f->chain[k].len);
		copy[f->chain[k].len - 1] ^= 1;
		chain[k].data = copy;
		assert_refused(&check, SLUIS_CERTIFICATE_FAULT_SIGNATURE);
		chain[k] = f->chain[k];
	}
}

static void
test_no_flipped_byte_of_a_chain_is_taken(void **state)
{
	struct fixture *f = *state;
	struct sluis_certificate_check check = good_check(f);
	struct sluis_bytes chain[4];
	struct sluis_certificate c;

	memcpy(chain, f->chain, sizeof(chain));
	check.chain = chain;
	check.n_crls = 0;
	check.crl_required = false;
	assert_int_equal(sluis_certificate_verify(&check, &c, NULL), SLUIS_OK);
	for (size_t k = 0; k < 4; k++) {
		uint8_t copy[SLUIS_CERTIFICATE_MAX_BYTES];

		memcpy(copy, f->chain[k].data, f->chain[k].len);
		chain[k].data = copy;
		for (size_t i = 0; i < f->chain[k].len; i++) {
			copy[i] ^= (uint8_t)(1u << i % 8);
			assert_int_equal(sluis_certificate_verify(&check, &c, NULL), SLUIS_ECERTIFICATE);
			copy[i] ^= (uint8_t)(1u << i % 8);
		}
		chain[k] = f->chain[k];
	}
}

int
main(void)
{
#define CASE(fn) cmocka_unit_test_teardown(fn, fixture_queue_is_empty)
	const struct CMUnitTest tests[] = {
		CASE(test_parse_refuses_what_is_no_certificate),
		CASE(test_parse_reads_the_fields),
		CASE(test_parse_refuses_every_cut_and_every_tail),
		CASE(test_parse_refuses_a_longer_spelling),
		CASE(test_verify_refuses_senseless_calls),
		CASE(test_verify_accepts_every_good_chain),
		CASE(test_verify_names_what_is_odd),
		CASE(test_verify_holds_to_the_time_given),
		CASE(test_verify_holds_to_the_anchors),
		CASE(test_verify_refuses_an_anchor_that_is_no_root),
		CASE(test_verify_refuses_chains_of_another_shape),
		CASE(test_verify_tells_ca_and_leaf_apart),
		CASE(test_verify_names_a_signature_that_fails),
		CASE(test_no_flipped_byte_of_a_chain_is_taken),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
