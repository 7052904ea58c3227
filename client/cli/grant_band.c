/* SPDX-License-Identifier: EUPL-1.2 */
#include "grant_band.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

enum { MONTHS = 12, DATE_TEXT = 32 };

/* Months from year 0 to the month of ${ms}. */
static int64_t
month_of(int64_t ms)
{
	const time_t t = (time_t)(ms / 1000);
	struct tm day;

	gmtime_r(&t, &day);
	return ((int64_t)day.tm_year + 1900) * MONTHS + day.tm_mon;
}

static int64_t
first_of(int64_t month)
{
	struct tm day = { .tm_year = (int)(month / MONTHS) - 1900, .tm_mon = (int)(month % MONTHS), .tm_mday = 1 };

	return (int64_t)timegm(&day) * 1000;
}

static bool
fits(const struct sluis_policy_band *band, int64_t age)
{
	return age >= band->from_age && (!band->needs_until || band->renewal_age == 0 || age < band->renewal_age);
}

static enum sluis_err
wrong_band(const struct sluis_session *session, const char *stated, int64_t age, struct sluis_failure *failure)
{
	const struct sluis_codes codes = sluis_policy_codes(session->policy, SLUIS_KIND_BAND);

	(void)sluis_fail(failure, SLUIS_EUSAGE, _("--band %s is not that of this birth date"), stated);
	for (size_t i = 0; i < codes.count; i++) {
		if (!fits(sluis_policy_band(session->policy, codes.items[i]), age))
			continue;
		sluis_fail_hint(failure, _("by the month of birth it is --band %.*s, and others decide then"),
		    (int)codes.items[i].len, (const char *)codes.items[i].data);
	}
	return SLUIS_EUSAGE;
}

static enum sluis_err
ask_birth(char *ret, size_t cap, struct sluis_failure *failure)
{
	FILE *tty = isatty(STDIN_FILENO) ? fopen("/dev/tty", "r+") : NULL;

	if (tty == NULL) {
		(void)sluis_fail(failure, SLUIS_EUSAGE, _("a grant needs --born or --band-until"));
		sluis_fail_hint(failure, _("--born is used to find the next birthday that counts, and is not kept"));
		return SLUIS_EUSAGE;
	}
	fputs(_("birth date of the youth (used, not kept), as 2012-12-31: "), tty);
	(void)fflush(tty);
	if (fgets(ret, (int)cap, tty) == NULL)
		ret[0] = '\0';
	ret[strcspn(ret, "\r\n")] = '\0';
	fclose(tty);
	return SLUIS_OK;
}

/* The day of birth goes no further than this. */
static enum sluis_err
band_end(const struct sluis_session *session, const char *code, int64_t born_ms, int64_t now_ms,
    int64_t *ret_ms, struct sluis_failure *failure)
{
	const struct sluis_policy_band *band = sluis_policy_band(session->policy, sluis_bytes_text(code));
	const int64_t born = month_of(born_ms);
	const int64_t age = (month_of(now_ms) - born) / MONTHS;

	if (born_ms > now_ms)
		return sluis_fail(failure, SLUIS_EUSAGE, _("a birth date is not in the future"));
	if (band == NULL)
		return sluis_fail(failure, SLUIS_EUSAGE, _("\"%s\" is not a code of this policy"), code);
	if (!fits(band, age))
		return wrong_band(session, code, age, failure);
	*ret_ms = band->renewal_age == 0 || age >= band->renewal_age ?
	    0 :
	    first_of(born + band->renewal_age * MONTHS);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
grant_band_of_birth(const struct sluis_session *session, const char *band, const char *born, int64_t now_ms,
    int64_t *ret_ms, struct sluis_failure *failure)
{
	char asked[DATE_TEXT] = "";
	int64_t born_ms = 0;
	enum sluis_err err;

	if (born == NULL)
		SLUIS_TRY(ask_birth(asked, sizeof(asked), failure));
	err = cli_day(born != NULL ? born : asked, &born_ms, failure);
	sodium_memzero(asked, sizeof(asked));
	SLUIS_TRY(err);
	err = band_end(session, band, born_ms, now_ms, ret_ms, failure);
	sodium_memzero(&born_ms, sizeof(born_ms));
	return err;
}

SLUIS_MUST_CHECK enum sluis_err
grant_band_of_date(const char *text, int64_t *ret_ms, struct sluis_failure *failure)
{
	int64_t day_ms;

	SLUIS_TRY(cli_day(text, &day_ms, failure));
	if (!sluis_grant_band_is_valid(day_ms)) {
		(void)sluis_fail(failure, SLUIS_EUSAGE, _("--band-until is the first day of a month, not \"%s\""), text);
		sluis_fail_hint(failure, _("any other day would tell the birthday; take the first of that month, or --born"));
		return SLUIS_EUSAGE;
	}
	*ret_ms = day_ms;
	return SLUIS_OK;
}
