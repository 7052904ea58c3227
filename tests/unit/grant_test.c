/* SPDX-License-Identifier: EUPL-1.2 */
#include "grant.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "hash.h"
#include "sample.h"
#include "signed.h"

#define NOW_MS UINT64_C(1893456000000) /* 2030-01-01 */

static struct sluis_arena *arena;
static struct sluis_signing_secret secret, other_secret;
static struct sluis_public public, other_public;

static int
setup(void **state)
{
	const struct sluis_secret32 seed = { { 5 } }, other_seed = { { 6 } };

	(void)state;
	arena = sluis_arena_new(SLUIS_ARENA_MAX_BYTES);
	sluis_signing_secret_expand(&seed, &secret, &public);
	sluis_signing_secret_expand(&other_seed, &other_secret, &other_public);
	return arena == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	sluis_arena_free(arena);
	return 0;
}

/* ---- The act ---- */

/* A grant that a test changes. */
static struct {
	Sluis__Grant g;
	Sluis__Giver giver[2], *givers[2];
	Sluis__GrantReceiver receiver[2], *receivers[2];
	Sluis__Until band;
	Sluis__GrantException exception;
	Sluis__Reference restores;
	ProtobufCBinaryData purposes[2], categories[2], roles[2];
	ProtobufCBinaryData many[SLUIS_CODES_MAX + 1];
	char codes[SLUIS_CODES_MAX + 1][8];
} t;

static uint8_t a_hash[32] = { 1 }, an_id[16] = { 1 }, another_id[16] = { 2 };

static ProtobufCBinaryData
text(const char *s)
{
	return sluis_pb(sluis_bytes_text(s));
}

static void
fill_givers(void)
{
	for (size_t i = 0; i < 2; i++) {
		sluis__giver__init(&t.giver[i]);
		t.giver[i].role_code = text(i == 0 ? "youth" : "authority");
		t.giver[i].giver_number = 1;
		t.giver[i].method_code = text("form");
		t.giver[i].given_ms = NOW_MS - 1000;
		t.givers[i] = &t.giver[i];
		sluis__grant_receiver__init(&t.receiver[i]);
		t.receiver[i].organisation_handle = text(i == 0 ? "maas-zorg" : "gemeente-weert");
		t.receivers[i] = &t.receiver[i];
	}
	t.roles[0] = text("provider");
	t.roles[1] = text("director");
	t.receiver[0].role_codes = t.roles;
	t.receiver[0].n_role_codes = 2;
}

static void
fill(void)
{
	memset(&t, 0, sizeof(t));
	sluis__grant__init(&t.g);
	t.g.format = SLUIS_FORMAT;
	t.g.federation_hash = t.g.record_hash = t.g.policy_hash = t.g.case_hash = sluis_pb(sluis_bytes(a_hash, 32));
	t.g.evidence_hash = t.g.token_hash = t.g.federation_hash;
	t.g.grant_id = t.g.case_id = sluis_pb(sluis_bytes(an_id, 16));
	t.g.created_ms = NOW_MS;
	t.g.band_code = text("12-15");
	t.g.authority_count = 2;
	t.g.text_code = text("v1");
	t.purposes[0] = text("consultation");
	t.purposes[1] = text("plan");
	t.categories[0] = text("safety");
	t.categories[1] = text("question");
	t.g.purpose_codes = t.purposes;
	t.g.category_codes = t.categories;
	t.g.n_purpose_codes = t.g.n_category_codes = 2;
	fill_givers();
	t.g.givers = t.givers;
	t.g.receivers = t.receivers;
	t.g.n_givers = t.g.n_receivers = 2;
	t.g.criminal_number = SLUIS_GRANT_NOT_CRIMINAL;
	t.g.from_ms = NOW_MS;
	t.g.until_ms = NOW_MS + 86400000;
	sluis__until__init(&t.band);
	t.band.until_ms = NOW_MS; /* the first of January */
	t.g.band_until = &t.band;
	sluis__grant_exception__init(&t.exception);
	t.exception.exception_code = text("youth-alone");
	t.exception.assessor_handle = text("expert-1");
	t.g.exception = &t.exception;
	sluis__reference__init(&t.restores);
	t.restores.target_id = sluis_pb(sluis_bytes(another_id, 16));
	t.g.restores = &t.restores;
	for (size_t i = 0; i <= SLUIS_CODES_MAX; i++) {
		memcpy(t.codes[i], "code-00", 8);
		t.codes[i][5] = (char)('0' + i / 10);
		t.codes[i][6] = (char)('0' + i % 10);
		t.many[i] = text(t.codes[i]);
	}
}

struct bad {
	const char *what;
	void (*change)(void);
	enum sluis_err expected;
};

static Sluis__Giver *many_givers_list[SLUIS_CODES_MAX + 1];
static Sluis__GrantReceiver *many_receivers_list[SLUIS_CODES_MAX + 1];

static void no_givers(void) { t.g.n_givers = 0; }
static void giver_twice(void) { t.giver[1] = t.giver[0]; }
static void giver_later(void) { t.giver[1].given_ms = NOW_MS + 1; }
static void no_purposes(void) { t.g.n_purpose_codes = 0; }
static void purpose_twice(void) { t.purposes[1] = t.purposes[0]; }
static void no_categories(void) { t.g.n_category_codes = 0; }
static void category_twice(void) { t.categories[1] = t.categories[0]; }
static void no_receivers(void) { t.g.n_receivers = 0; }
static void receiver_twice(void) { t.receiver[1].organisation_handle = t.receiver[0].organisation_handle; }
static void role_twice(void) { t.roles[1] = t.roles[0]; }
static void criminal_3(void) { t.g.criminal_number = 3; }
static void criminal_0(void) { t.g.criminal_number = 0; }
static void until_at_from(void) { t.g.until_ms = t.g.from_ms; }
static void until_before_from(void) { t.g.until_ms = t.g.from_ms - 1; }
static void band_second(void) { t.band.until_ms = NOW_MS + 86400000; }
static void band_noon(void) { t.band.until_ms = NOW_MS + 12 * 3600000; }
static void restores_itself(void) { t.restores.target_id = t.g.grant_id; }

static void
many_purposes(void)
{
	t.g.purpose_codes = t.many;
	t.g.n_purpose_codes = SLUIS_CODES_MAX + 1;
}

static void
many_categories(void)
{
	t.g.category_codes = t.many;
	t.g.n_category_codes = SLUIS_CODES_MAX + 1;
}

static void
many_roles(void)
{
	t.receiver[0].role_codes = t.many;
	t.receiver[0].n_role_codes = SLUIS_CODES_MAX + 1;
}

static void
many_givers(void)
{
	for (size_t i = 0; i <= SLUIS_CODES_MAX; i++)
		many_givers_list[i] = &t.giver[0];
	t.g.givers = many_givers_list;
	t.g.n_givers = SLUIS_CODES_MAX + 1;
}

static void
many_receivers(void)
{
	for (size_t i = 0; i <= SLUIS_CODES_MAX; i++)
		many_receivers_list[i] = &t.receiver[0];
	t.g.receivers = many_receivers_list;
	t.g.n_receivers = SLUIS_CODES_MAX + 1;
}

static const struct bad BAD[] = {
	{ "no givers", no_givers, SLUIS_EFORMAT },
	{ "a giver twice", giver_twice, SLUIS_EFORMAT },
	{ "given after it was recorded", giver_later, SLUIS_EFORMAT },
	{ "65 givers", many_givers, SLUIS_ETOOBIG },
	{ "no purposes", no_purposes, SLUIS_EFORMAT },
	{ "a purpose twice", purpose_twice, SLUIS_EFORMAT },
	{ "65 purposes", many_purposes, SLUIS_ETOOBIG },
	{ "no categories", no_categories, SLUIS_EFORMAT },
	{ "a category twice", category_twice, SLUIS_EFORMAT },
	{ "65 categories", many_categories, SLUIS_ETOOBIG },
	{ "no receivers", no_receivers, SLUIS_EFORMAT },
	{ "a receiver twice", receiver_twice, SLUIS_EFORMAT },
	{ "65 receivers", many_receivers, SLUIS_ETOOBIG },
	{ "a role twice", role_twice, SLUIS_EFORMAT },
	{ "65 roles", many_roles, SLUIS_ETOOBIG },
	{ "criminal 3", criminal_3, SLUIS_EFORMAT },
	{ "criminal 0", criminal_0, SLUIS_EFORMAT },
	{ "until at from", until_at_from, SLUIS_EFORMAT },
	{ "until before from", until_before_from, SLUIS_EFORMAT },
	{ "band on the second", band_second, SLUIS_EFORMAT },
	{ "band at noon", band_noon, SLUIS_EFORMAT },
	{ "restores itself", restores_itself, SLUIS_EFORMAT },
};

static void
bad_grants_are_neither_made_nor_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(BAD); i++) {
		Sluis__Signed *act = NULL;
		Sluis__Grant *opened = NULL;
		struct sluis_bytes bytes;

		sluis_arena_reset(arena);
		fill();
		BAD[i].change();
		if (sluis_grant_build(&t.g, &secret, arena, &act) != BAD[i].expected)
			fail_msg("made: %s", BAD[i].what);
		assert_null(act);
		if (sluis_codec_pack(&t.g.base, arena, &bytes) != SLUIS_OK)
			continue; /* the codec refuses it by its name */
		if (sluis_grant_open(bytes, arena, &opened) != BAD[i].expected)
			fail_msg("taken: %s", BAD[i].what);
		assert_null(opened);
	}
}

static void only_one_giver(void) { t.g.n_givers = 1; }
static void two_forms(void) { t.giver[1] = t.giver[0]; t.giver[1].method_code = text("spoken"); }
static void two_days(void) { t.giver[1] = t.giver[0]; t.giver[1].given_ms -= 86400000; }
static void given_now(void) { t.giver[1].given_ms = NOW_MS; }
static void no_roles(void) { t.receiver[0].n_role_codes = 0; }
static void no_band(void) { t.g.band_until = NULL; }
static void no_exception(void) { t.g.exception = NULL; }
static void restores_none(void) { t.g.restores = NULL; }
static void is_criminal(void) { t.g.criminal_number = SLUIS_GRANT_CRIMINAL; }
static void a_millisecond(void) { t.g.until_ms = t.g.from_ms + 1; }

static void
as_many_as_may_be(void)
{
	many_purposes();
	many_categories();
	t.g.n_purpose_codes = t.g.n_category_codes = SLUIS_CODES_MAX;
}

static void
good_grants_round_trip(void **state)
{
	static void (*const good[])(void) = { only_one_giver, two_forms, two_days, given_now, no_roles, no_band,
		no_exception, restores_none, is_criminal, a_millisecond, as_many_as_may_be };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(good); i++) {
		Sluis__Signed *act;
		Sluis__Grant *opened;
		struct sluis_bytes bytes;

		sluis_arena_reset(arena);
		fill();
		good[i]();
		assert_int_equal(sluis_grant_build(&t.g, &secret, arena, &act), SLUIS_OK);
		assert_int_equal(sluis_grant_verify(act, &public, arena, &opened), SLUIS_OK);
		assert_int_equal(sluis_codec_pack(&opened->base, arena, &bytes), SLUIS_OK);
		assert_true(sluis_bytes_equal(bytes, sluis_of(act->payload_bytes)));
	}
}

static void
every_byte_of_a_grant_counts(void **state)
{
	Sluis__Signed *act;
	Sluis__Grant *opened;
	ProtobufCBinaryData fields[3];

	(void)state;
	sluis_arena_reset(arena);
	fill();
	assert_int_equal(sluis_grant_build(&t.g, &secret, arena, &act), SLUIS_OK);
	fields[0] = act->payload_bytes;
	fields[1] = act->signatures[0]->signature_bytes;
	fields[2] = act->signatures[0]->signer_hash;
	for (size_t f = 0; f < 3; f++) {
		for (size_t i = 0; i < fields[f].len; i++) {
			fields[f].data[i] ^= 1;
			assert_int_equal(sluis_grant_verify(act, &public, arena, &opened), SLUIS_ESIGNATURE);
			fields[f].data[i] ^= 1;
		}
	}
	for (size_t len = 0; len < fields[0].len; len++) {
		act->payload_bytes.len = len;
		assert_int_equal(sluis_grant_verify(act, &public, arena, &opened), SLUIS_ESIGNATURE);
	}
	act->payload_bytes.len = fields[0].len;
	assert_int_equal(sluis_grant_verify(act, &other_public, arena, &opened), SLUIS_ESIGNATURE);
	act->n_signatures = 0;
	act->signatures = NULL;
	assert_int_equal(sluis_grant_verify(act, &public, arena, &opened), SLUIS_ESIGNATURE);
}

/* Somebody else's grant under one's own signature; a grant signed as something else. */
static void
signer_and_kind(void **state)
{
	const struct sluis_signer thief = { .record_hash = { { 9 } }, .secret = &other_secret };
	const struct sluis_signer taker = { .record_hash = { { 1 } }, .secret = &secret };
	Sluis__Signed *act;
	Sluis__Grant *opened;
	struct sluis_bytes bytes;

	(void)state;
	sluis_arena_reset(arena);
	fill();
	assert_int_equal(sluis_codec_pack(&t.g.base, arena, &bytes), SLUIS_OK);
	assert_int_equal(sluis_signed_make(&thief, SLUIS_SIGNED_GRANT, bytes, arena, &act), SLUIS_OK);
	assert_int_equal(sluis_grant_verify(act, &other_public, arena, &opened), SLUIS_ESIGNATURE);
	assert_int_equal(sluis_signed_make(&taker, SLUIS_SIGNED_REFUSAL, bytes, arena, &act), SLUIS_OK);
	assert_int_equal(sluis_grant_verify(act, &public, arena, &opened), SLUIS_ESIGNATURE);
	assert_int_equal(sluis_signed_make(&taker, SLUIS_SIGNED_GRANT, bytes, arena, &act), SLUIS_OK);
	assert_int_equal(sluis_grant_verify(act, &public, arena, &opened), SLUIS_OK);
	assert_int_equal(sluis_signed_make(&taker, SLUIS_SIGNED_GRANT, sluis_bytes_text("garbage"), arena, &act),
	    SLUIS_OK);
	assert_int_equal(sluis_grant_verify(act, &public, arena, &opened), SLUIS_EFORMAT);
}

/* Every day from 2020 to 2200, against the C library's calendar. */
static void
the_first_of_a_month(void **state)
{
	unsigned firsts = 0;

	(void)state;
	for (int64_t day = SLUIS_TIME_MIN_MS; day < SLUIS_TIME_MAX_MS; day += 86400000) {
		const time_t seconds = (time_t)(day / 1000);
		struct tm tm;

		gmtime_r(&seconds, &tm);
		assert_int_equal(sluis_grant_band_is_valid(day), tm.tm_mday == 1);
		firsts += tm.tm_mday == 1;
		assert_false(sluis_grant_band_is_valid(day + 1));
		assert_false(sluis_grant_band_is_valid(day - 1));
	}
	assert_int_equal(firsts, 180 * 12);
	assert_false(sluis_grant_band_is_valid(0));
	assert_false(sluis_grant_band_is_valid(-86400000));
	assert_false(sluis_grant_band_is_valid(SLUIS_TIME_MAX_MS));
	assert_false(sluis_grant_band_is_valid(INT64_MAX));
	assert_false(sluis_grant_band_is_valid(INT64_MIN));
}

/* ---- The token ---- */

static struct sluis_grant_token
token_of(uint64_t n)
{
	struct sluis_grant_token token;

	sample_random(&n, token.bytes, sizeof(token.bytes));
	return token;
}

static void
token_texts_by_hand(void **state)
{
	/* 0; 1; 2^128-1 = 7ZZZ..., check by hand: 0 mod 37, 1, and 2^128 mod 37 - 1 = 33 - 1 */
	struct sluis_grant_token token = { { 0 } };
	char shown[SLUIS_GRANT_TOKEN_CHARS + 1];

	(void)state;
	sluis_grant_token_text(&token, shown);
	assert_string_equal(shown, "0000-0000-0000-0000-0000-0000-000");
	token.bytes[15] = 1;
	sluis_grant_token_text(&token, shown);
	assert_string_equal(shown, "0000-0000-0000-0000-0000-0000-011");
	token.bytes[15] = 36;
	sluis_grant_token_text(&token, shown);
	assert_string_equal(shown, "0000-0000-0000-0000-0000-0000-14U");
	memset(token.bytes, 0xff, sizeof(token.bytes));
	sluis_grant_token_text(&token, shown);
	assert_string_equal(shown, "7ZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZ*");
}

static void
tokens_round_trip(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 2000; i++) {
		const struct sluis_grant_token token = token_of(i * 7919);
		struct sluis_grant_token back;
		char shown[SLUIS_GRANT_TOKEN_CHARS + 1];

		sluis_grant_token_text(&token, shown);
		assert_int_equal(strlen(shown), SLUIS_GRANT_TOKEN_CHARS);
		assert_int_equal(sluis_grant_token_parse(sluis_bytes_text(shown), &back), SLUIS_OK);
		assert_memory_equal(back.bytes, token.bytes, sizeof(token.bytes));
		for (char *c = shown; *c != '\0'; c++) {
			if (*c >= 'A' && *c <= 'Z')
				*c = (char)(*c - 'A' + 'a');
			else if (*c == '-')
				*c = ' ';
			else if (*c == '0')
				*c = 'o';
			else if (*c == '1')
				*c = i % 2 == 0 ? 'l' : 'I';
		}
		assert_int_equal(sluis_grant_token_parse(sluis_bytes_text(shown), &back), SLUIS_OK);
		assert_memory_equal(back.bytes, token.bytes, sizeof(token.bytes));
	}
}

/* What the check character is for: one character wrong, or two neighbours exchanged. */
static void
slips_of_the_pen_are_noticed(void **state)
{
	static const char symbols[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U";

	(void)state;
	for (uint64_t i = 0; i < 40; i++) {
		const struct sluis_grant_token token = token_of(i);
		struct sluis_grant_token back = { { 0 } };
		const struct sluis_grant_token before = back;
		char shown[SLUIS_GRANT_TOKEN_CHARS + 1], wrong[SLUIS_GRANT_TOKEN_CHARS + 1];

		sluis_grant_token_text(&token, shown);
		for (size_t at = 0; at < SLUIS_GRANT_TOKEN_CHARS; at++) {
			if (shown[at] == '-')
				continue;
			for (const char *c = symbols; *c != '\0'; c++) {
				memcpy(wrong, shown, sizeof(wrong));
				wrong[at] = *c;
				if (*c != shown[at])
					assert_int_equal(sluis_grant_token_parse(sluis_bytes_text(wrong), &back),
					    SLUIS_EFORMAT);
			}
			memcpy(wrong, shown, sizeof(wrong));
			if (at + 1 < SLUIS_GRANT_TOKEN_CHARS && shown[at + 1] != '-' && shown[at] != shown[at + 1]) {
				wrong[at] = shown[at + 1];
				wrong[at + 1] = shown[at];
				assert_int_equal(sluis_grant_token_parse(sluis_bytes_text(wrong), &back),
				    SLUIS_EFORMAT);
			}
		}
		assert_memory_equal(&back, &before, sizeof(back));
		for (size_t len = 0; len < SLUIS_GRANT_TOKEN_CHARS; len++)
			assert_int_equal(sluis_grant_token_parse(sluis_bytes(shown, len), &back), SLUIS_EFORMAT);
	}
}

static void
what_is_no_token(void **state)
{
	static const char *const texts[] = { "", "-", "0000-0000-0000-0000-0000-0000-00",
		"0000-0000-0000-0000-0000-0000-0000", "8000-0000-0000-0000-0000-0000-000",
		"0000-0000-0000-0000-0000-0000-00U", "0000_0000-0000-0000-0000-0000-000",
		"000U-0000-0000-0000-0000-0000-000", "000*-0000-0000-0000-0000-0000-000",
		"0000-0000-0000-0000-0000-0000-000 0", "\xc3\xa9-000-0000-0000-0000-0000-0000-000" };
	struct sluis_grant_token token;

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(texts); i++)
		assert_int_equal(sluis_grant_token_parse(sluis_bytes_text(texts[i]), &token), SLUIS_EFORMAT);
	assert_int_equal(sluis_grant_token_parse(sluis_bytes_text(" 00000000 000000000000000000 0 - "), &token),
	    SLUIS_OK);
	assert_int_equal(sluis_grant_token_parse(sluis_bytes_text("0000-0000-0000-0000-0000-0000-14u"), &token),
	    SLUIS_OK);
}

static void
new_tokens_have_letters_and_digits_only(void **state)
{
	uint64_t counter = 1;
	struct sluis_grant_token last = { { 0 } };

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		struct sluis_grant_token token;
		char shown[SLUIS_GRANT_TOKEN_CHARS + 1];

		sluis_grant_token_new(sample_random, &counter, &token);
		sluis_grant_token_text(&token, shown);
		assert_int_equal(strspn(shown, "0123456789ABCDEFGHJKMNPQRSTVWXYZ-"), SLUIS_GRANT_TOKEN_CHARS);
		assert_memory_not_equal(token.bytes, last.bytes, sizeof(token.bytes));
		last = token;
	}
	assert_true(counter > 2000 + 200); /* about five in 37 were drawn again */
	sluis_grant_token_wipe(&last);
	for (size_t i = 0; i < sizeof(last.bytes); i++)
		assert_int_equal(last.bytes[i], 0);
}

static void
hashes_by_hand(void **state)
{
	const struct sluis_grant_token token = { { 8, 9 } };
	uint8_t bytes[64] = "sluis/token/v1";
	struct sluis_hash expected;

	(void)state;
	memcpy(bytes + 15, token.bytes, 16);
	expected = sluis_hash(sluis_bytes(bytes, 31));
	assert_memory_equal(sluis_grant_token_hash(&token).bytes, expected.bytes, 32);
	memcpy(bytes, a_hash, 32);
	memcpy(bytes + 32, "form", 4);
	expected = sluis_hash(sluis_bytes(bytes, 36));
	assert_memory_equal(sluis_grant_evidence_hash(a_hash, sluis_bytes_text("form")).bytes, expected.bytes, 32);
	expected = sluis_hash(sluis_bytes(NULL, 0));
	assert_memory_equal(sluis_grant_evidence_hash(a_hash, sluis_bytes(NULL, 0)).bytes, expected.bytes, 32);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_grants_are_neither_made_nor_taken),
		cmocka_unit_test(good_grants_round_trip),
		cmocka_unit_test(every_byte_of_a_grant_counts),
		cmocka_unit_test(signer_and_kind),
		cmocka_unit_test(the_first_of_a_month),
		cmocka_unit_test(token_texts_by_hand),
		cmocka_unit_test(tokens_round_trip),
		cmocka_unit_test(slips_of_the_pen_are_noticed),
		cmocka_unit_test(what_is_no_token),
		cmocka_unit_test(new_tokens_have_letters_and_digits_only),
		cmocka_unit_test(hashes_by_hand),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
