/* SPDX-License-Identifier: EUPL-1.2 */
#include "date.h"

#define DAY_MS INT64_C(86400000)

static bool
is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t
month_days(int64_t year, int64_t month)
{
	static const uint8_t DAYS[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return DAYS[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 1970-01-01 to the first of January of ${year}, 1970 or later. */
static int64_t
year_start(int64_t year)
{
	const int64_t past = year - 1;

	return (year - 1970) * 365 + (past / 4 - 492) - (past / 100 - 19) + (past / 400 - 4);
}

/* ${count} digits at ${at}, -1 where one is none. */
static int64_t
digits(const uint8_t *at, size_t count)
{
	int64_t value = 0;

	for (size_t i = 0; i < count; i++) {
		if (at[i] < '0' || at[i] > '9')
			return -1;
		value = value * 10 + (at[i] - '0');
	}
	return value;
}

bool
sluis_policy_date_parse(struct sluis_bytes text, int64_t *ret_ms)
{
	int64_t year, month, day, days;

	if (text.len != 10 || text.data[4] != '-' || text.data[7] != '-')
		return false;
	year = digits(text.data, 4);
	month = digits(text.data + 5, 2);
	day = digits(text.data + 8, 2);
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > month_days(year, month))
		return false;
	days = year_start(year) + day - 1;
	for (int64_t m = 1; m < month; m++)
		days += month_days(year, m);
	*ret_ms = days * DAY_MS;
	return true;
}

bool
sluis_policy_date_is_month_start(int64_t ms)
{
	int64_t days = ms / DAY_MS;
	int64_t year, month = 1;

	if (ms < 0 || ms % DAY_MS != 0)
		return false;
	year = 1970 + days / 366; /* never after the year looked for */
	while (year_start(year + 1) <= days)
		year++;
	for (days -= year_start(year); days >= month_days(year, month); month++)
		days -= month_days(year, month);
	return days == 0;
}
