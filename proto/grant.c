/* SPDX-License-Identifier: EUPL-1.2 */
#include "grant.h"

#include <sodium.h>

#include "hash.h"
#include "signed.h"

#define DAY_MS INT64_C(86400000)
#define TOKEN_LABEL "sluis/token/v1"

/* Crockford base32: 26 digits of 5 bits, the first at most 7; then the check symbol, one of 37. */
#define SYMBOLS "0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U"
enum { TOKEN_DIGITS = 26, DIGIT_BITS = 5, FIRST_DIGIT_MAX = 7, CHECK_MODULUS = 37, PLAIN_SYMBOLS = 32, GROUP = 4 };

static bool
same_code(ProtobufCBinaryData a, ProtobufCBinaryData b)
{
	return sluis_bytes_equal(sluis_of(a), sluis_of(b));
}

static enum sluis_err
check_codes(const ProtobufCBinaryData *codes, size_t n, size_t least)
{
	if (n > SLUIS_CODES_MAX)
		return SLUIS_ETOOBIG;
	if (n < least)
		return SLUIS_EFORMAT;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < i; k++) {
			if (same_code(codes[i], codes[k]))
				return SLUIS_EFORMAT;
		}
	}
	return SLUIS_OK;
}

static bool
same_giver(const Sluis__Giver *a, const Sluis__Giver *b)
{
	return a->given_ms == b->given_ms && same_code(a->role_code, b->role_code)
	    && same_code(a->method_code, b->method_code);
}

static enum sluis_err
check_givers(const Sluis__Grant *grant)
{
	if (grant->n_givers > SLUIS_CODES_MAX)
		return SLUIS_ETOOBIG;
	if (grant->n_givers < 1)
		return SLUIS_EFORMAT;
	for (size_t i = 0; i < grant->n_givers; i++) {
		if (grant->givers[i]->given_ms > grant->created_ms)
			return SLUIS_EFORMAT;
		for (size_t k = 0; k < i; k++) {
			if (same_giver(grant->givers[i], grant->givers[k]))
				return SLUIS_EFORMAT;
		}
	}
	return SLUIS_OK;
}

static enum sluis_err
check_receivers(const Sluis__Grant *grant)
{
	if (grant->n_receivers > SLUIS_CODES_MAX)
		return SLUIS_ETOOBIG;
	if (grant->n_receivers < 1)
		return SLUIS_EFORMAT;
	for (size_t i = 0; i < grant->n_receivers; i++) {
		const Sluis__GrantReceiver *receiver = grant->receivers[i];

		SLUIS_TRY(check_codes(receiver->role_codes, receiver->n_role_codes, 0));
		for (size_t k = 0; k < i; k++) {
			if (same_code(receiver->organisation_handle, grant->receivers[k]->organisation_handle))
				return SLUIS_EFORMAT;
		}
	}
	return SLUIS_OK;
}

static bool
times_are_valid(const Sluis__Grant *grant)
{
	return grant->from_ms < grant->until_ms
	    && (grant->band_until == NULL || sluis_grant_band_is_valid((int64_t)grant->band_until->until_ms));
}

/* Day of the month of a day counted from 1970-01-01: years of 365.2425 days that begin in March. */
static int64_t
day_of_month(int64_t days)
{
	const int64_t z = days + 719468; /* from 0000-03-01 */
	const int64_t of_era = z % 146097;
	const int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	const int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	const int64_t month = (5 * of_year + 2) / 153; /* 0 is March */

	return of_year - (153 * month + 2) / 5 + 1;
}

/* The token as a number modulo 37: Crockford's check value. */
static uint32_t
check_value(const struct sluis_grant_token *token)
{
	uint32_t value = 0;

	for (size_t i = 0; i < sizeof(token->bytes); i++)
		value = (value * 256 + token->bytes[i]) % CHECK_MODULUS;
	return value;
}

/* Looks at every symbol, so that no memory is indexed by a secret. */
static char
symbol(uint32_t value)
{
	char found = 0;

	for (uint32_t i = 0; i < CHECK_MODULUS; i++)
		found = (char)(found | (SYMBOLS[i] & -(int)(i == value)));
	return found;
}

/* Value of a typed character among the first ${n} symbols, or ${n}. */
static uint32_t
symbol_value(uint8_t c, uint32_t n)
{
	if (c >= 'a' && c <= 'z')
		c = (uint8_t)(c - 'a' + 'A');
	if (c == 'O')
		c = '0';
	else if (c == 'I' || c == 'L')
		c = '1';
	for (uint32_t i = 0; i < n; i++) {
		if (SYMBOLS[i] == c)
			return i;
	}
	return n;
}

/* Digit ${index}: the bits count from two zero bits before the first byte. */
static uint32_t
digit_at(const struct sluis_grant_token *token, unsigned index)
{
	uint32_t value = 0;

	for (unsigned bit = index * DIGIT_BITS; bit < (index + 1) * DIGIT_BITS; bit++) {
		value <<= 1;
		if (bit >= 2)
			value |= (uint32_t)token->bytes[(bit - 2) / 8] >> (7 - (bit - 2) % 8) & 1u;
	}
	return value;
}

static void
put_digit(struct sluis_grant_token *token, unsigned index, uint32_t value)
{
	for (unsigned bit = index * DIGIT_BITS; bit < (index + 1) * DIGIT_BITS; bit++) {
		const uint32_t one = value >> ((index + 1) * DIGIT_BITS - 1 - bit) & 1u;

		if (bit >= 2)
			token->bytes[(bit - 2) / 8] |= (uint8_t)(one << (7 - (bit - 2) % 8));
	}
}

SLUIS_MUST_CHECK enum sluis_err
sluis_grant_build(const Sluis__Grant *grant, const struct sluis_signing_secret *secret,
    struct sluis_arena *arena, Sluis__Signed **ret)
{
	const struct sluis_signer signer = { .record_hash = sluis_hash_of(grant->record_hash), .secret = secret };
	struct sluis_bytes payload;

	SLUIS_TRY(sluis_codec_pack(&grant->base, arena, &payload));
	SLUIS_TRY(sluis_grant_check(grant));
	return sluis_signed_make(&signer, SLUIS_SIGNED_GRANT, payload, arena, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_grant_check(const Sluis__Grant *grant)
{
	SLUIS_TRY(check_givers(grant));
	SLUIS_TRY(check_codes(grant->purpose_codes, grant->n_purpose_codes, 1));
	SLUIS_TRY(check_codes(grant->category_codes, grant->n_category_codes, 1));
	SLUIS_TRY(check_receivers(grant));
	if (grant->criminal_number != SLUIS_GRANT_NOT_CRIMINAL && grant->criminal_number != SLUIS_GRANT_CRIMINAL)
		return SLUIS_EFORMAT;
	if (grant->restores != NULL && same_code(grant->restores->target_id, grant->grant_id))
		return SLUIS_EFORMAT;
	return times_are_valid(grant) ? SLUIS_OK : SLUIS_EFORMAT;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_grant_open(struct sluis_bytes payload, struct sluis_arena *arena, Sluis__Grant **ret)
{
	Sluis__Grant *grant;

	SLUIS_TRY(SLUIS_UNPACK(grant, Grant, payload, SLUIS_KEYS_ENTRY_MAX_BYTES, arena, &grant));
	SLUIS_TRY(sluis_grant_check(grant));
	*ret = grant;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_grant_verify(const Sluis__Signed *act, const struct sluis_public *sign_key, struct sluis_arena *arena,
    Sluis__Grant **ret)
{
	struct sluis_hash signer;
	Sluis__Grant *grant;

	SLUIS_TRY(sluis_signed_verify_named(act, SLUIS_SIGNED_GRANT, sign_key, &signer));
	SLUIS_TRY(sluis_grant_open(sluis_signed_payload(act), arena, &grant));
	if (!sluis_bytes_equal(sluis_hash_bytes(&signer), sluis_of(grant->record_hash)))
		return SLUIS_ESIGNATURE;
	*ret = grant;
	return SLUIS_OK;
}

bool
sluis_grant_band_is_valid(int64_t time_ms)
{
	return time_ms >= SLUIS_TIME_MIN_MS && time_ms < SLUIS_TIME_MAX_MS && time_ms % DAY_MS == 0
	    && day_of_month(time_ms / DAY_MS) == 1;
}

void
sluis_grant_token_wipe(struct sluis_grant_token *token)
{
	sodium_memzero(token->bytes, sizeof(token->bytes));
}

void
sluis_grant_token_new(sluis_random random, void *context, struct sluis_grant_token *ret)
{
	/* So that a printed token has digits and letters only; five in 37 are drawn again. */
	do
		random(context, ret->bytes, sizeof(ret->bytes));
	while (check_value(ret) >= PLAIN_SYMBOLS);
}

struct sluis_hash
sluis_grant_token_hash(const struct sluis_grant_token *token)
{
	const struct sluis_bytes parts[] = { sluis_bytes(TOKEN_LABEL, sizeof(TOKEN_LABEL)), /* with its 0x00 */
		sluis_bytes(token->bytes, sizeof(token->bytes)) };

	return sluis_hash_parts(parts, SLUIS_ARRAY_LEN(parts));
}

void
sluis_grant_token_text(const struct sluis_grant_token *token, char ret[static SLUIS_GRANT_TOKEN_CHARS + 1])
{
	size_t len = 0;

	for (unsigned i = 0; i <= TOKEN_DIGITS; i++) {
		if (i > 0 && i % GROUP == 0)
			ret[len++] = '-';
		ret[len++] = symbol(i < TOKEN_DIGITS ? digit_at(token, i) : check_value(token));
	}
	ret[len] = '\0';
}

SLUIS_MUST_CHECK enum sluis_err
sluis_grant_token_parse(struct sluis_bytes text, struct sluis_grant_token *ret)
{
	SLUIS_AUTO(sluis_grant_token_wipe) struct sluis_grant_token token = { { 0 } };
	uint32_t check = CHECK_MODULUS;
	unsigned n = 0;

	for (size_t i = 0; i < text.len; i++) {
		const uint8_t c = text.data[i];
		uint32_t value;

		if (c == '-' || c == ' ')
			continue;
		if (n > TOKEN_DIGITS)
			return SLUIS_EFORMAT;
		value = symbol_value(c, n < TOKEN_DIGITS ? PLAIN_SYMBOLS : CHECK_MODULUS);
		if (n == TOKEN_DIGITS)
			check = value;
		else if (value == PLAIN_SYMBOLS || (n == 0 && value > FIRST_DIGIT_MAX))
			return SLUIS_EFORMAT;
		else
			put_digit(&token, n, value);
		n++;
	}
	if (check != check_value(&token))
		return SLUIS_EFORMAT;
	*ret = token;
	return SLUIS_OK;
}

struct sluis_hash
sluis_grant_evidence_hash(const uint8_t salt[static SLUIS_HASH_BYTES], struct sluis_bytes evidence)
{
	const struct sluis_bytes parts[] = { sluis_bytes(salt, SLUIS_HASH_BYTES), evidence };

	/* PROTOCOL 6.3: "with no evidence file, of the empty string" */
	return evidence.len == 0 ? sluis_hash(evidence) : sluis_hash_parts(parts, SLUIS_ARRAY_LEN(parts));
}
