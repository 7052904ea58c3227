/* SPDX-License-Identifier: EUPL-1.2 */
#include "expiry.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_BYTES = 160, DAY_TEXT = 11 };

static const int64_t DAY_MS = 24 * 3600 * INT64_C(1000);
static const char REMINDED[] = "reminded";

int
expiry_days(int64_t until_ms, int64_t now_ms)
{
	return until_ms <= now_ms ? 0 : (int)((until_ms - now_ms) / DAY_MS);
}

enum expiry_level
expiry_level(int64_t until_ms, int64_t now_ms)
{
	if (until_ms <= now_ms)
		return EXPIRY_ENDED;
	if (until_ms - now_ms <= 7 * DAY_MS)
		return EXPIRY_7_DAYS;
	if (until_ms - now_ms <= 30 * DAY_MS)
		return EXPIRY_30_DAYS;
	return until_ms - now_ms <= 60 * DAY_MS ? EXPIRY_60_DAYS : EXPIRY_NONE;
}

int64_t
expiry_of_certificate(const struct sluis_session *session)
{
	const struct sluis_organisation *organisation = session->self == NULL ?
	    NULL :
	    sluis_directory_organisation(session->directory, session->self->organisation_handle);

	return organisation == NULL ? 0 : organisation->valid_until_ms;
}

int64_t
expiry_of_record(const struct sluis_session *session)
{
	return session->self == NULL ? 0 : session->self->until_ms;
}

void
expiry_text(bool is_certificate, int64_t until_ms, int64_t now_ms, char ret[static TEXT_BYTES])
{
	char when[32];

	ret[0] = '\0';
	if (until_ms == 0 || expiry_level(until_ms, now_ms) == EXPIRY_NONE)
		return;
	cli_time(until_ms, when);
	when[DAY_TEXT - 1] = '\0';
	if (until_ms <= now_ms)
		snprintf(ret, TEXT_BYTES, is_certificate ? _("your organisation's certificate ended on %s") :
							   _("your record ended on %s"),
		    when);
	else
		snprintf(ret, TEXT_BYTES, is_certificate ? _("your organisation's certificate ends in %d days, on %s") :
							   _("your record ends in %d days, on %s"),
		    expiry_days(until_ms, now_ms), when);
}

/* True once a day; a profile that cannot be written to is reminded each time. */
static bool
is_due(struct sluis_session *session, int64_t now_ms)
{
	struct sluis_failure ignored = { .err = SLUIS_OK };
	struct sluis_bytes last = { NULL, 0 };
	char today[32];
	bool is_same;

	cli_time(now_ms, today);
	today[DAY_TEXT - 1] = '\0';
	if (sluis_profile_read(session->profile, REMINDED, sizeof(today), &last) != SLUIS_OK)
		last = sluis_bytes(NULL, 0);
	is_same = sluis_bytes_is_text(last, today);
	cli_bytes_free(&last);
	if (is_same)
		return false;
	return sluis_profile_write(session->profile, REMINDED, sluis_bytes_text(today), &ignored) == SLUIS_OK ||
	    ignored.err != SLUIS_OK;
}

void
expiry_remind(struct sluis_session *session)
{
	const int64_t now_ms = sluis_now_ms();
	char certificate[TEXT_BYTES], record[TEXT_BYTES];

	expiry_text(true, expiry_of_certificate(session), now_ms, certificate);
	expiry_text(false, expiry_of_record(session), now_ms, record);
	if ((certificate[0] == '\0' && record[0] == '\0') || !is_due(session, now_ms))
		return;
	if (certificate[0] != '\0')
		cli_note("sluis: hint: %s", certificate);
	if (record[0] != '\0')
		cli_note("sluis: hint: %s", record);
}

void
expiry_of_others(const struct sluis_session *session)
{
	const int64_t now_ms = sluis_now_ms();
	const struct sluis_organisation *organisation;
	size_t cursor = 0;
	char when[32];

	while ((organisation = sluis_directory_next_organisation(session->directory, &cursor,
		    SLUIS_STANDING_BIT(SLUIS_STANDING_ACTIVE) | SLUIS_STANDING_BIT(SLUIS_STANDING_SUSPENDED))) != NULL) {
		if (expiry_level(organisation->valid_until_ms, now_ms) == EXPIRY_NONE)
			continue;
		cli_time(organisation->valid_until_ms, when);
		when[DAY_TEXT - 1] = '\0';
		cli_note(_("sluis: hint: the certificate of %.*s ends in %d days, on %s"), (int)organisation->handle.len,
		    (const char *)organisation->handle.data, expiry_days(organisation->valid_until_ms, now_ms), when);
	}
}
