/* SPDX-License-Identifier: EUPL-1.2 */
#include "bsn.h"

#include <string.h>

enum { SHORT_DIGITS = 8, TEST_MIN = 999900006 };

/* How two groups of digits are joined. */
enum joint { JOINT_NONE, JOINT_DOT, JOINT_BLANK, JOINT_HYPHEN };

/* Digits gathered from one group or several, and how they were written. */
struct number {
	char digits[SLUIS_BSN_DIGITS];
	size_t n;
	size_t groups;
	size_t singles;       /* of those, groups of one digit */
	size_t first_lens[2]; /* of the first two groups */
	size_t start;         /* offset of the first digit */
	size_t end;           /* offset after the last */
	enum joint joint;     /* between the groups; NONE while there is one */
};

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* Logisch Ontwerp BSN: (9*s0)+(8*s1)+...+(2*s7)-(1*s8) is divisible by 11; eight digits have s0 = 0. */
static bool
passes_11_test(const char *digits, size_t n)
{
	int sum = 0, total = 0;

	for (size_t i = 0; i < n; i++) {
		const int weight = i + 1 == n ? -1 : (int)(n - i);
		const int digit = digits[i] - '0';

		sum += weight * digit;
		total += digit;
	}
	return total > 0 && sum % 11 == 0;
}

/* The blanks of running text: space, and those that keep a number together on its line. */
static enum joint
joint_at(struct sluis_bytes text, size_t at, size_t *ret_len)
{
	static const struct {
		const char *bytes;
		size_t len;
		enum joint joint;
	} joints[] = {
		{ ".", 1, JOINT_DOT },
		{ " ", 1, JOINT_BLANK },
		{ "-", 1, JOINT_HYPHEN },
		{ "\xe2\x80\x91", 3, JOINT_HYPHEN }, /* no-break hyphen */
		{ "\xc2\xa0", 2, JOINT_BLANK },     /* no-break space */
		{ "\xe2\x80\xaf", 3, JOINT_BLANK }, /* narrow no-break space */
		{ "\xe2\x80\x89", 3, JOINT_BLANK }, /* thin space */
	};

	for (size_t i = 0; i < SLUIS_ARRAY_LEN(joints); i++) {
		if (joints[i].len <= text.len - at &&
		    memcmp(text.data + at, joints[i].bytes, joints[i].len) == 0) {
			*ret_len = joints[i].len;
			return joints[i].joint;
		}
	}
	return JOINT_NONE;
}

/* A joint of any kind, and a digit behind it. */
static bool
digits_follow(struct sluis_bytes text, size_t at)
{
	size_t len = 0;

	return joint_at(text, at, &len) != JOINT_NONE && at + len < text.len &&
	    is_digit(text.data[at + len]);
}

/* A digit, and a joint of any kind between it and ${at}. */
static bool
digits_precede(struct sluis_bytes text, size_t at)
{
	for (size_t back = 1; back <= 3 && back < at; back++) {
		size_t len = 0;

		if (joint_at(text, at - back, &len) != JOINT_NONE && len == back &&
		    is_digit(text.data[at - back - 1]))
			return true;
	}
	return false;
}

/* Add the run of digits at ${at} to ${number}; false: too many, or single digits among longer groups. */
static bool
take_group(struct sluis_bytes text, size_t at, struct number *number)
{
	const size_t before = number->n;

	for (; at < text.len && is_digit(text.data[at]); at++) {
		if (number->n == sizeof(number->digits))
			return false;
		number->digits[number->n++] = (char)text.data[at];
	}
	if (number->groups < 2)
		number->first_lens[number->groups] = number->n - before;
	number->groups++;
	number->singles += number->n - before == 1;
	number->end = at;
	return number->n > before && (number->singles == 0 || number->singles == number->groups);
}

static int
two_digits(const char *digits)
{
	return 10 * (digits[0] - '0') + (digits[1] - '0');
}

/* dd.mm.yyyy of these times: a birth date is no BSN. */
static bool
is_date(const struct number *number)
{
	const int day = two_digits(number->digits), month = two_digits(number->digits + 2),
		  century = two_digits(number->digits + 4);

	return number->joint == JOINT_DOT && number->groups == 3 && number->first_lens[0] == 2 &&
	    number->first_lens[1] == 2 && day >= 1 && day <= 31 && month >= 1 && month <= 12 &&
	    (century == 19 || century == 20);
}

static bool
may_be_bsn(struct sluis_bytes text, const struct number *number)
{
	if (!passes_11_test(number->digits, number->n))
		return false;
	if (number->n == SLUIS_BSN_DIGITS && number->singles == 0)
		return true;
	if (digits_precede(text, number->start) || digits_follow(text, number->end))
		return false;
	if (number->n == SLUIS_BSN_DIGITS)
		return true; /* one digit a box, nine boxes */
	return number->n == SHORT_DIGITS && number->singles == 0 && number->joint != JOINT_HYPHEN && !is_date(number);
}

/* Go on from the run of digits at ${start} over the groups joined to it, at most nine digits far. */
static bool
number_starts_here(struct sluis_bytes text, size_t start)
{
	struct number number = { .start = start };
	size_t at = start;

	while (take_group(text, at, &number)) {
		size_t len = 0;
		enum joint joint;

		if (may_be_bsn(text, &number))
			return true;
		joint = joint_at(text, number.end, &len);
		if (joint == JOINT_NONE)
			return false;
		if (number.joint != JOINT_NONE && joint != number.joint)
			return false;
		number.joint = joint;
		at = number.end + len;
	}
	return false;
}

bool
sluis_bsn_is_valid(struct sluis_bytes text)
{
	char digits[SLUIS_BSN_DIGITS];

	if (text.len != sizeof(digits))
		return false;
	for (size_t i = 0; i < sizeof(digits); i++) {
		if (!is_digit(text.data[i]))
			return false;
		digits[i] = (char)text.data[i];
	}
	return passes_11_test(digits, sizeof(digits));
}

bool
sluis_bsn_is_test(struct sluis_bytes text)
{
	int value = 0;

	if (!sluis_bsn_is_valid(text))
		return false;
	for (size_t i = 0; i < text.len; i++)
		value = 10 * value + (text.data[i] - '0');
	return value >= TEST_MIN; /* above 999999990 none passes the test */
}

bool
sluis_bsn_search(struct sluis_bytes text, size_t from, size_t *ret_offset)
{
	for (size_t at = from; at < text.len; at++) {
		if (!is_digit(text.data[at]) || (at > 0 && is_digit(text.data[at - 1])))
			continue;
		if (number_starts_here(text, at)) {
			*ret_offset = at;
			return true;
		}
	}
	return false;
}
