/* SPDX-License-Identifier: EUPL-1.2 */
#include "certificate_fixture.h"

/* What a person at the terminal would answer, and how often it was asked. */
struct answer {
	const char *text;
	int asked;
};

static size_t
answer_ask(void *context, char *ret, size_t cap)
{
	struct answer *answer = context;
	const size_t len = strlen(answer->text);

	answer->asked++;
	assert_true(len <= cap);
	memcpy(ret, answer->text, len);
	return len;
}

static struct sluis_bytes
signature_bytes(const struct sluis_certificate_signature *signature)
{
	return sluis_bytes(signature->bytes, signature->len);
}

static void
test_verify_refuses_what_makes_no_sense(void **state)
{
	struct fixture *f = *state;
	const struct sluis_bytes payload = fixture_file(f, "payload"), p256 = fixture_file(f, "p256.sig");
	const struct sluis_bytes ed = fixture_file(f, "ed25519.der");
	static const uint8_t big[SLUIS_CERTIFICATE_SIGNATURE_MAX_BYTES + 1];

	assert_int_equal(sluis_certificate_signature_verify(payload, payload, p256), SLUIS_EFORMAT);
	assert_int_equal(sluis_certificate_signature_verify(ed, payload, p256), SLUIS_ECERTIFICATE);
	assert_int_equal(sluis_certificate_signature_verify(f->chain[0], payload, sluis_bytes(NULL, 0)),
	    SLUIS_ESIGNATURE);
	assert_int_equal(sluis_certificate_signature_verify(f->chain[0], payload, sluis_bytes(big, sizeof(big))),
	    SLUIS_ESIGNATURE);
}

/* Signatures that the openssl command made. */
static void
test_verify_agrees_with_openssl(void **state)
{
	static const struct {
		const char *certificate, *signature;
		enum sluis_err err;
	} cases[] = {
		{ "provider.der", "p256.sig", SLUIS_OK },
		{ "p384.der", "p384.sig", SLUIS_OK },
		{ "school.der", "pss.sig", SLUIS_OK },
		{ "provider.der", "p256-sha384.sig", SLUIS_ESIGNATURE },
		{ "school.der", "pss20.sig", SLUIS_ESIGNATURE },
		{ "school.der", "pkcs1.sig", SLUIS_ESIGNATURE },
		{ "stranger.der", "p256.sig", SLUIS_ESIGNATURE },
		{ "p384.der", "p256.sig", SLUIS_ESIGNATURE },
		{ "school.der", "p256.sig", SLUIS_ESIGNATURE },
		{ "provider.der", "pss.sig", SLUIS_ESIGNATURE },
	};
	struct fixture *f = *state;
	const struct sluis_bytes payload = fixture_file(f, "payload");

	for (size_t i = 0; i < SLUIS_ARRAY_LEN(cases); i++) {
		print_message("%s %s\n", cases[i].certificate, cases[i].signature);
		assert_int_equal(sluis_certificate_signature_verify(fixture_file(f, cases[i].certificate),
				     payload, fixture_file(f, cases[i].signature)),
		    cases[i].err);
	}
}

static void
test_verify_refuses_every_flip_and_cut(void **state)
{
	struct fixture *f = *state;
	const struct sluis_bytes payload = fixture_file(f, "payload"), good = fixture_file(f, "p256.sig");
	uint8_t copy[SLUIS_CERTIFICATE_SIGNATURE_MAX_BYTES] = { 0 };

	memcpy(copy, good.data, good.len);
	for (size_t i = 0; i < 8 * good.len; i++) {
		copy[i / 8] ^= (uint8_t)(1u << i % 8);
		assert_int_equal(sluis_certificate_signature_verify(f->chain[0], payload,
				     sluis_bytes(copy, good.len)),
		    SLUIS_ESIGNATURE);
		copy[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (size_t len = 0; len < good.len; len++)
		assert_int_equal(sluis_certificate_signature_verify(f->chain[0], payload, sluis_bytes(copy, len)),
		    SLUIS_ESIGNATURE);
	assert_int_equal(sluis_certificate_signature_verify(f->chain[0], payload, sluis_bytes(copy, good.len + 1)),
	    SLUIS_ESIGNATURE);
	memcpy(copy, payload.data, payload.len);
	for (size_t i = 0; i < payload.len; i++) {
		copy[i] ^= 1;
		assert_int_equal(sluis_certificate_signature_verify(f->chain[0], sluis_bytes(copy, payload.len), good),
		    SLUIS_ESIGNATURE);
		copy[i] ^= 1;
	}
}

static void
test_sign_then_verify(void **state)
{
	static const struct {
		const char *name;
		size_t min_len, max_len;
	} cases[] = { { "provider", 60, 72 }, { "p384", 90, 104 }, { "school", 256, 256 } };
	struct fixture *f = *state;
	const struct sluis_bytes payload = fixture_file(f, "payload");

	for (size_t i = 0; i < SLUIS_ARRAY_LEN(cases); i++) {
		char key[32], certificate[32];
		struct sluis_certificate_signature signature;
		struct sluis_bytes der;

		snprintf(key, sizeof(key), "%s.key", cases[i].name);
		snprintf(certificate, sizeof(certificate), "%s.der", cases[i].name);
		der = fixture_file(f, certificate);
		assert_int_equal(
		    sluis_certificate_key_sign(fixture_file(f, key), NULL, der, payload, &signature), SLUIS_OK);
		assert_in_range(signature.len, cases[i].min_len, cases[i].max_len);
		assert_int_equal(
		    sluis_certificate_signature_verify(der, payload, signature_bytes(&signature)), SLUIS_OK);
		assert_int_equal(sluis_certificate_signature_verify(der,
				     sluis_bytes(payload.data, payload.len - 1), signature_bytes(&signature)),
		    SLUIS_ESIGNATURE);
		assert_int_equal(
		    sluis_certificate_key_sign(fixture_file(f, key), NULL, der, sluis_bytes(NULL, 0), &signature),
		    SLUIS_OK);
	}
}

static void
test_sign_reads_every_form_of_key_file(void **state)
{
	static const struct {
		const char *name;
		bool encrypted;
	} cases[] = { { "provider.key", false }, { "parameters.key", false }, { "encrypted.key", true },
		{ "legacy.key", true } };
	struct fixture *f = *state;
	const struct sluis_bytes payload = fixture_file(f, "payload");

	for (size_t i = 0; i < SLUIS_ARRAY_LEN(cases); i++) {
		struct answer right = { .text = "geheim" }, wrong = { .text = "gehiem" }, none = { .text = "" };
		struct sluis_certificate_passphrase passphrase = { answer_ask, &right };
		struct sluis_certificate_signature signature = { .len = 7 };
		const enum sluis_err refused = cases[i].encrypted ? SLUIS_EPASSPHRASE : SLUIS_OK;
		const struct sluis_bytes pem = fixture_file(f, cases[i].name);

		print_message("%s\n", cases[i].name);
		passphrase.context = &wrong;
		assert_int_equal(
		    sluis_certificate_key_sign(pem, &passphrase, f->chain[0], payload, &signature), refused);
		passphrase.context = &none;
		assert_int_equal(
		    sluis_certificate_key_sign(pem, &passphrase, f->chain[0], payload, &signature), refused);
		assert_int_equal(sluis_certificate_key_sign(pem, NULL, f->chain[0], payload, &signature), refused);
		assert_true(!cases[i].encrypted || signature.len == 7);
		passphrase = (struct sluis_certificate_passphrase){ answer_ask, &right };
		assert_int_equal(
		    sluis_certificate_key_sign(pem, &passphrase, f->chain[0], payload, &signature), SLUIS_OK);
		assert_int_equal(right.asked, cases[i].encrypted ? 1 : 0);
		assert_int_equal(wrong.asked, cases[i].encrypted ? 1 : 0);
	}
}

static void
test_sign_refuses_the_wrong_key(void **state)
{
	struct fixture *f = *state;
	const struct sluis_bytes payload = fixture_file(f, "payload"), pem = fixture_file(f, "provider.key");
	static uint8_t big[SLUIS_CERTIFICATE_KEY_FILE_MAX_BYTES + 1];
	struct sluis_certificate_signature signature = { .len = 7 };
	const struct {
		struct sluis_bytes pem, der;
		enum sluis_err err;
	} cases[] = {
		{ fixture_file(f, "stranger.key"), f->chain[0], SLUIS_EKEYS },
		{ fixture_file(f, "school.key"), f->chain[0], SLUIS_EKEYS },
		{ f->chain[0], f->chain[0], SLUIS_EKEYS },
		{ sluis_bytes(NULL, 0), f->chain[0], SLUIS_EKEYS },
		{ sluis_bytes(pem.data, pem.len / 2), f->chain[0], SLUIS_EKEYS },
		{ sluis_bytes(big, sizeof(big)), f->chain[0], SLUIS_EKEYS },
		{ fixture_file(f, "ed25519.key"), fixture_file(f, "ed25519.der"), SLUIS_ECERTIFICATE },
		{ fixture_file(f, "rsa1024.key"), fixture_file(f, "rsa1024.der"), SLUIS_ECERTIFICATE },
		{ pem, payload, SLUIS_EFORMAT },
	};

	memset(big, '\n', sizeof(big)); /* a good key with too many empty lines before it */
	memcpy(big + sizeof(big) - pem.len, pem.data, pem.len);
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(cases); i++)
		assert_int_equal(
		    sluis_certificate_key_sign(cases[i].pem, NULL, cases[i].der, payload, &signature), cases[i].err);
	assert_int_equal(signature.len, 7);
	assert_int_equal(sluis_certificate_key_sign(sluis_bytes(big + 1, sizeof(big) - 1), NULL, f->chain[0], payload,
			     &signature),
	    SLUIS_OK);
}

/* What another module left in the queue is not ours to drop. */
static void
test_older_errors_of_others_stay(void **state)
{
	struct fixture *f = *state;
	struct sluis_certificate c;

	ERR_raise(ERR_LIB_USER, 1);
	assert_int_equal(sluis_certificate_parse(sluis_bytes_text("0"), &c), SLUIS_EFORMAT);
	assert_int_equal(sluis_certificate_signature_verify(f->chain[0], f->chain[0], f->chain[1]), SLUIS_ESIGNATURE);
	assert_int_equal(ERR_GET_REASON(ERR_get_error()), 1);
	assert_int_equal(ERR_peek_error(), 0);
}

int
main(void)
{
#define CASE(fn) cmocka_unit_test_teardown(fn, fixture_queue_is_empty)
	const struct CMUnitTest tests[] = {
		CASE(test_verify_refuses_what_makes_no_sense),
		CASE(test_verify_agrees_with_openssl),
		CASE(test_verify_refuses_every_flip_and_cut),
		CASE(test_sign_then_verify),
		CASE(test_sign_reads_every_form_of_key_file),
		CASE(test_sign_refuses_the_wrong_key),
		CASE(test_older_errors_of_others_stay),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
