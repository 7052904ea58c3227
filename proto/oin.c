/* SPDX-License-Identifier: EUPL-1.2 */
#include "oin.h"

#include <string.h>

enum { PREFIX_DIGITS = 8, NUMBER_DIGITS = 9, SUFFIX_DIGITS = 3 };

_Static_assert(PREFIX_DIGITS + NUMBER_DIGITS + SUFFIX_DIGITS == SLUIS_OIN_DIGITS, "parts of an OIN");

static const char test_prefix[] = "00000099";

/* Logius, Prefix tabel: every register that numbers organisations; 00000005 is reserved there. */
static const char prefixes[][PREFIX_DIGITS + 1] = {
	"00000001", /* RSIN, trade register */
	"00000002", /* fiscal number */
	"00000003", /* KvK number, trade register */
	"00000004", /* sub-OIN: a joint body, a unit, a service */
	"00000005", /* not assigned yet */
	"00000006", /* issued by Logius */
	"00000007", /* BRIN, education */
	"00000008", /* abroad */
	"00000009", /* Dezi, care providers */
	"00000010", /* TRR */
	"00000011", /* Dezi, care insurers */
	"00000099", /* tests */
};

static bool
all_digits(struct sluis_bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	}
	return true;
}

static bool
all_zeros(const uint8_t *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] != '0')
			return false;
	}
	return true;
}

static bool
prefix_is_known(const uint8_t *text)
{
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(prefixes); i++) {
		if (memcmp(text, prefixes[i], PREFIX_DIGITS) == 0)
			return true;
	}
	return false;
}

bool
sluis_oin_is_valid(struct sluis_bytes text)
{
	return text.len == SLUIS_OIN_DIGITS && all_digits(text) && prefix_is_known(text.data) &&
	    !all_zeros(text.data + PREFIX_DIGITS, NUMBER_DIGITS) &&
	    all_zeros(text.data + PREFIX_DIGITS + NUMBER_DIGITS, SUFFIX_DIGITS);
}

bool
sluis_oin_is_test(struct sluis_bytes text)
{
	return sluis_oin_is_valid(text) && memcmp(text.data, test_prefix, PREFIX_DIGITS) == 0;
}
