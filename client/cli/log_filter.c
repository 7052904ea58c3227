/* SPDX-License-Identifier: EUPL-1.2 */
#include "log_filter.h"

#include "codes.h"
#include "exchange.h"
#include "prefix.h"

static enum sluis_err
match_case(void *context, const struct sluis_event_evidence *event)
{
	if (event->event->case_ != NULL)
		(void)sluis_prefix_match(context, event->event->case_->case_id.data);
	return SLUIS_OK;
}

/* A case among the entries that this member may read: an officer is on none of them. */
static enum sluis_err
case_of(struct sluis_session *session, const char *text, struct sluis_id *ret, struct sluis_failure *failure)
{
	struct sluis_failure other = { .err = SLUIS_OK };
	struct sluis_prefix prefix;
	const enum sluis_err err = cli_case_id(session, text, ret, &other);

	if (err == SLUIS_EREFUSED) {
		SLUIS_TRY(sluis_prefix_start(&prefix, text, failure));
		SLUIS_TRY(sluis_exchange_list(session, NULL, match_case, &prefix, failure));
		if (prefix.n > 0)
			return sluis_prefix_settle(&prefix, ret, failure);
	}
	if (err != SLUIS_OK)
		*failure = other;
	return err;
}

SLUIS_MUST_CHECK enum sluis_err
log_filter_read(struct sluis_session *session, char **argv, struct log_filter *ret, struct sluis_failure *failure)
{
	const struct cli_option options[] = { { "--case", CLI_VALUE, &ret->case_text },
		{ "--member", CLI_VALUE, &ret->member }, { "--organisation", CLI_VALUE, &ret->organisation },
		{ "--category", CLI_VALUE, &ret->category }, { "--ground", CLI_VALUE, &ret->ground },
		{ "--purpose", CLI_VALUE, &ret->purpose }, { "--type", CLI_VALUE, &ret->type },
		{ "--outcome", CLI_VALUE, &ret->outcome }, { "--from", CLI_VALUE, &ret->from },
		{ "--until", CLI_VALUE, &ret->until } };
	struct cli_list words;

	*ret = (struct log_filter){ .from_ms = 0, .until_ms = INT64_MAX };
	SLUIS_TRY(cli_parse(argv, options, SLUIS_ARRAY_LEN(options), &words, failure));
	if (words.n != 0)
		return cli_usage(failure, "log list " LOG_FILTER_SYNOPSIS);
	if (ret->category != NULL)
		SLUIS_TRY(codes_find(session, SLUIS_KIND_CATEGORY, ret->category, &ret->category_code, failure));
	if (ret->ground != NULL)
		SLUIS_TRY(codes_find(session, SLUIS_KIND_GROUND, ret->ground, &ret->ground_code, failure));
	if (ret->purpose != NULL)
		SLUIS_TRY(codes_find(session, SLUIS_KIND_PURPOSE, ret->purpose, &ret->purpose_code, failure));
	if (ret->from != NULL)
		SLUIS_TRY(cli_day(ret->from, &ret->from_ms, failure));
	if (ret->until != NULL)
		SLUIS_TRY(cli_date(ret->until, &ret->until_ms, failure));
	return ret->case_text == NULL ? SLUIS_OK : case_of(session, ret->case_text, &ret->case_id, failure);
}

const struct sluis_id *
log_filter_case(const struct log_filter *filter)
{
	return filter->case_text == NULL ? NULL : &filter->case_id;
}

static bool
is_text(ProtobufCBinaryData data, const char *text)
{
	return text == NULL || sluis_bytes_is_text(sluis_of(data), text);
}

static bool
party_names(const Sluis__Party *party, const struct log_filter *filter)
{
	bool has = filter->category == NULL;

	for (size_t i = 0; i < party->n_category_codes; i++)
		has |= sluis_bytes_equal(sluis_of(party->category_codes[i]), filter->category_code);
	return has && is_text(party->handle, filter->member) &&
	    is_text(party->organisation_handle, filter->organisation);
}

/* Who did it, or one of those whom it was meant for: member, organisation and category of one and the same. */
static bool
somebody_fits(const struct log_filter *filter, const Sluis__Event *event)
{
	if (filter->member == NULL && filter->organisation == NULL && filter->category == NULL)
		return true;
	if (filter->category == NULL && event->actor != NULL && is_text(event->actor->handle, filter->member) &&
	    is_text(event->actor->organisation_handle, filter->organisation))
		return true;
	for (size_t i = 0; i < event->n_parties; i++) {
		if (party_names(event->parties[i], filter))
			return true;
	}
	return false;
}

static bool
ground_fits(const struct log_filter *filter, const Sluis__Event *event)
{
	if (filter->ground == NULL && filter->purpose == NULL)
		return true;
	return event->ground != NULL &&
	    (filter->ground == NULL || sluis_bytes_equal(sluis_of(event->ground->ground_code), filter->ground_code)) &&
	    (filter->purpose == NULL ||
		sluis_bytes_equal(sluis_of(event->ground->purpose_code), filter->purpose_code));
}

bool
log_filter_has(const struct log_filter *filter, const Sluis__Event *event)
{
	return (int64_t)event->time_ms >= filter->from_ms && (int64_t)event->time_ms < filter->until_ms &&
	    is_text(event->type_code, filter->type) && is_text(event->outcome_code, filter->outcome) &&
	    ground_fits(filter, event) && somebody_fits(filter, event);
}
