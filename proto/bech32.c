/* SPDX-License-Identifier: EUPL-1.2 */
#include "bech32.h"

#include <assert.h>
#include <string.h>

#include <sodium.h>

enum {
	DATA_GROUPS = 52, /* 32 bytes in groups of five bits, the last one padded with four zero bits */
	CHECK_GROUPS = 6,
	GROUPS = DATA_GROUPS + CHECK_GROUPS
};

static const char CHARSET[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
static const char RECIPIENT_PREFIX[] = "age";
static const char IDENTITY_PREFIX[] = "age-secret-key-"; /* the checksum is over lower case */

_Static_assert(sizeof(RECIPIENT_PREFIX) + GROUPS == SLUIS_BECH32_RECIPIENT_CHARS, "prefix, 1, groups");
_Static_assert(sizeof(IDENTITY_PREFIX) + GROUPS == SLUIS_BECH32_IDENTITY_CHARS, "prefix, 1, groups");

/* All ones when a == b, else zero, without a branch; both below 2^31. */
static uint32_t
equal_mask(uint32_t a, uint32_t b)
{
	return (uint32_t)((int32_t)((a ^ b) - 1) >> 31);
}

/* The whole charset is read for every group: no address depends on the key. */
static char
group_to_char(uint8_t group)
{
	uint32_t c = 0;

	for (uint32_t i = 0; i < 32; i++)
		c |= equal_mask(i, group) & (uint8_t)CHARSET[i];
	return (char)c;
}

/* The group of ${c}; clears ${valid} (and gives 0) where ${c} is not in the charset. */
static uint8_t
group_of_char(uint8_t c, uint32_t *valid)
{
	uint32_t group = 0, found = 0;

	for (uint32_t i = 0; i < 32; i++) {
		const uint32_t same = equal_mask((uint8_t)CHARSET[i], c);

		group |= same & i;
		found |= same;
	}
	*valid &= found;
	return (uint8_t)group;
}

/* BIP-173, one step of the checksum. */
static uint32_t
polymod_step(uint32_t state, uint8_t group)
{
	static const uint32_t GENERATOR[5] = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3 };
	const uint32_t top = state >> 25;

	state = (state & 0x1ffffff) << 5 ^ group;
	for (int i = 0; i < 5; i++)
		state ^= (0 - (top >> i & 1)) & GENERATOR[i];
	return state;
}

static uint32_t
polymod(const char *prefix, const uint8_t *groups, size_t n)
{
	uint32_t state = 1;

	for (const char *p = prefix; *p != '\0'; p++)
		state = polymod_step(state, (uint8_t)*p >> 5);
	state = polymod_step(state, 0);
	for (const char *p = prefix; *p != '\0'; p++)
		state = polymod_step(state, (uint8_t)*p & 31);
	for (size_t i = 0; i < n; i++)
		state = polymod_step(state, groups[i]);
	return state;
}

static void
bytes_to_groups(const uint8_t bytes[static 32], uint8_t ret[static DATA_GROUPS])
{
	uint32_t bits = 0;
	unsigned int n_bits = 0;
	size_t at = 0;

	for (size_t i = 0; i < 32; i++) {
		bits = bits << 8 | bytes[i];
		n_bits += 8;
		while (n_bits >= 5) {
			n_bits -= 5;
			ret[at++] = bits >> n_bits & 31;
		}
	}
	ret[at] = bits << (5 - n_bits) & 31;
}

/* True when the four padding bits are zero. */
static bool
groups_to_bytes(const uint8_t groups[static DATA_GROUPS], uint8_t ret[static 32])
{
	uint32_t bits = 0;
	unsigned int n_bits = 0;
	size_t at = 0;

	for (size_t i = 0; i < DATA_GROUPS; i++) {
		bits = bits << 5 | groups[i];
		n_bits += 5;
		if (n_bits >= 8) {
			n_bits -= 8;
			ret[at++] = (uint8_t)(bits >> n_bits);
		}
	}
	return (bits & 15) == 0;
}

/* ${ret}: lower case, no terminator. */
static void
encode(const char *prefix, const uint8_t bytes[static 32], char *ret)
{
	const size_t prefix_len = strlen(prefix);
	uint8_t groups[GROUPS] = { 0 };
	uint32_t check;

	bytes_to_groups(bytes, groups);
	check = polymod(prefix, groups, GROUPS) ^ 1;
	for (unsigned int i = 0; i < CHECK_GROUPS; i++)
		groups[DATA_GROUPS + i] = check >> 5 * (CHECK_GROUPS - 1 - i) & 31;
	memcpy(ret, prefix, prefix_len);
	ret[prefix_len] = '1';
	for (size_t i = 0; i < GROUPS; i++)
		ret[prefix_len + 1 + i] = group_to_char(groups[i]);
	sodium_memzero(groups, sizeof(groups));
}

/* ${text}: lower case, all of it. */
static bool
decode(const char *prefix, const char *text, uint8_t ret[static 32])
{
	const size_t prefix_len = strlen(prefix);
	uint8_t groups[GROUPS];
	uint32_t valid = UINT32_MAX;
	bool ok;

	if (memcmp(text, prefix, prefix_len) != 0 || text[prefix_len] != '1')
		return false;
	for (size_t i = 0; i < GROUPS; i++)
		groups[i] = group_of_char((uint8_t)text[prefix_len + 1 + i], &valid);
	ok = valid != 0 && polymod(prefix, groups, GROUPS) == 1 && groups_to_bytes(groups, ret);
	sodium_memzero(groups, sizeof(groups));
	return ok;
}

void
sluis_bech32_recipient_text(const struct sluis_public *recipient,
    char ret[static SLUIS_BECH32_RECIPIENT_CHARS + 1])
{
	encode(RECIPIENT_PREFIX, recipient->bytes, ret);
	ret[SLUIS_BECH32_RECIPIENT_CHARS] = '\0';
}

SLUIS_MUST_CHECK enum sluis_err
sluis_bech32_recipient_parse(struct sluis_bytes text, struct sluis_public *ret)
{
	struct sluis_public recipient;

	if (text.len != SLUIS_BECH32_RECIPIENT_CHARS ||
	    !decode(RECIPIENT_PREFIX, (const char *)text.data, recipient.bytes))
		return SLUIS_EFORMAT;
	*ret = recipient;
	return SLUIS_OK;
}

void
sluis_bech32_identity_text(const struct sluis_secret32 *identity,
    char ret[static SLUIS_BECH32_IDENTITY_CHARS + 1])
{
	encode(IDENTITY_PREFIX, identity->bytes, ret);
	/* Letters are bytes with bit 6 set: clear bit 5 of those, without a branch. */
	for (size_t i = 0; i < SLUIS_BECH32_IDENTITY_CHARS; i++)
		ret[i] = (char)(ret[i] & ~((ret[i] & 0x40) >> 1));
	ret[SLUIS_BECH32_IDENTITY_CHARS] = '\0';
}

SLUIS_MUST_CHECK enum sluis_err
sluis_bech32_identity_parse(struct sluis_bytes text, struct sluis_secret32 *ret)
{
	SLUIS_AUTO(sluis_secret32_wipe) struct sluis_secret32 identity = { 0 };
	char lower[SLUIS_BECH32_IDENTITY_CHARS];
	unsigned int wrong_case = 0;
	bool ok;

	if (text.len != SLUIS_BECH32_IDENTITY_CHARS)
		return SLUIS_EFORMAT;
	/* Bit 6 says letter (or one of "@[\]^_{|}~" and DEL, which the charset refuses), bit 5 lower case. */
	for (size_t i = 0; i < sizeof(lower); i++) {
		const unsigned int c = text.data[i];

		wrong_case |= c & (c >> 1) & 0x20;
		lower[i] = (char)(c | (c & 0x40) >> 1);
	}
	ok = wrong_case == 0 && decode(IDENTITY_PREFIX, lower, identity.bytes);
	sodium_memzero(lower, sizeof(lower));
	if (!ok)
		return SLUIS_EFORMAT;
	*ret = identity;
	return SLUIS_OK;
}
