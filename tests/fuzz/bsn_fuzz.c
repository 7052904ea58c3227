/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * bsn_fuzz - the search for BSNs against a slow one written from its description alone.
 */
#include <string.h>

#include "bsn.h"
#include "fuzz.h"

enum { SPAN_MAX = 9 + 8 * 3 }; /* nine digits in at most nine groups, three bytes between them */

static bool
digit(const uint8_t *d, size_t n, size_t at)
{
	return at < n && d[at] >= '0' && d[at] <= '9';
}

/* The length of the joint at ${at}, and its kind: '.', ' ' or '-'; 0 for none. */
static size_t
joint(const uint8_t *d, size_t n, size_t at, char *ret_kind)
{
	static const char *const blanks[] = { " ", "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x89" };

	if (at < n && (d[at] == '.' || d[at] == '-')) {
		*ret_kind = (char)d[at];
		return 1;
	}
	if (at + 3 <= n && memcmp(d + at, "\xe2\x80\x91", 3) == 0) {
		*ret_kind = '-';
		return 3;
	}
	for (size_t i = 0; i < 4; i++) {
		const size_t len = strlen(blanks[i]);

		if (at + len <= n && memcmp(d + at, blanks[i], len) == 0) {
			*ret_kind = ' ';
			return len;
		}
	}
	return 0;
}

static bool
joined_on(const uint8_t *d, size_t n, size_t start, size_t end)
{
	char kind;

	if (joint(d, n, end, &kind) > 0 && digit(d, n, end + joint(d, n, end, &kind)))
		return true;
	for (size_t at = start >= 4 ? start - 4 : 0; at + 1 < start; at++) {
		if (digit(d, n, at) && joint(d, n, at + 1, &kind) == start - at - 1)
			return true;
	}
	return false;
}

static bool
eleven(const char *digits, int n)
{
	static const int weights[] = { 9, 8, 7, 6, 5, 4, 3, 2, -1 };
	int sum = 0, any = 0;

	for (int i = 0; i < n; i++) {
		sum += weights[9 - n + i] * (digits[i] - '0');
		any |= digits[i] - '0';
	}
	return any != 0 && sum % 11 == 0;
}

/* Does data[start, end) read as one number, alone in its digits, that the header says is found? */
static bool
is_found(const uint8_t *d, size_t n, size_t start, size_t end)
{
	char digits[16], kind = 0, k = 0, shape[SPAN_MAX + 1] = "";
	size_t at = start, groups = 0, singles = 0;
	int count = 0;

	while (at < end) {
		size_t len = 0;

		while (at + len < end && digit(d, n, at + len) && count < 10)
			digits[count++] = (char)d[at + len++];
		if (len < 1 || count > 9)
			return false;
		singles += len == 1;
		shape[groups++] = (char)('0' + len);
		at += len;
		if (at == end)
			break;
		len = joint(d, n, at, &k);
		if (len == 0 || (kind != 0 && k != kind) || at + len >= end)
			return false;
		kind = k;
		at += len;
	}
	if (digit(d, n, end) || (start > 0 && digit(d, n, start - 1)) || !eleven(digits, count))
		return false;
	if (singles > 0 && (singles != groups || count != 9))
		return false;
	if (count == 9)
		return singles == 0 || !joined_on(d, n, start, end);
	if (count != 8 || kind == '-' || joined_on(d, n, start, end))
		return false;
	if (kind == '.' && strcmp(shape, "224") == 0) {
		const int day = 10 * (digits[0] - '0') + digits[1] - '0';
		const int month = 10 * (digits[2] - '0') + digits[3] - '0';

		return !(day >= 1 && day <= 31 && month >= 1 && month <= 12 &&
		    (memcmp(digits + 4, "19", 2) == 0 || memcmp(digits + 4, "20", 2) == 0));
	}
	return true;
}

static bool
slow_search(const uint8_t *d, size_t n, size_t from, size_t *ret)
{
	for (size_t start = from; start < n; start++) {
		for (size_t end = start + 8; end <= n && end <= start + SPAN_MAX; end++) {
			if (is_found(d, n, start, end)) {
				*ret = start;
				return true;
			}
		}
	}
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t from = 0;

	if (size > 4096)
		return 0;
	(void)sluis_bsn_is_test(sluis_bytes(data, size));
	for (;;) {
		size_t fast = SIZE_MAX, slow = SIZE_MAX;
		const bool found = sluis_bsn_search(sluis_bytes(data, size), from, &fast);

		FUZZ_MUST(found == slow_search(data, size, from, &slow));
		FUZZ_MUST(fast == slow);
		if (!found)
			return 0;
		FUZZ_MUST(fast >= from && fast < size);
		from = fast + 1;
	}
}
