/* SPDX-License-Identifier: EUPL-1.2 */
#include "own_ids.h"

#include "inquiries.h"
#include "prefix.h"
#include "pull.h"
#include "sent.h"

static enum sluis_err
settle(struct sluis_session *session, const struct sluis_prefix *prefix, struct sluis_id *ret,
    struct sluis_failure *failure)
{
	const enum sluis_err err = sluis_prefix_settle(prefix, ret, failure);

	return err == SLUIS_ENOTFOUND ? sluis_session_refusal(session, "not-found", failure) : err;
}

static enum sluis_err
match_request(void *context, const struct sluis_inquiries_row *row)
{
	(void)sluis_prefix_match(context, row->inquiry->inquiry_id.data);
	return SLUIS_OK;
}

static enum sluis_err
match_sent(void *context, const struct sluis_id *id)
{
	(void)sluis_prefix_match(context, id->bytes);
	return SLUIS_OK;
}

static enum sluis_err
match_received(void *context, const Sluis__InboxRow *row)
{
	(void)sluis_prefix_match(context, row->message_id.data);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
own_ids_request(struct sluis_session *session, const char *text, struct sluis_id *ret,
    struct sluis_failure *failure)
{
	struct sluis_prefix prefix;

	SLUIS_TRY(sluis_prefix_start(&prefix, text, failure));
	if (sluis_prefix_is_whole(&prefix))
		return settle(session, &prefix, ret, failure);
	SLUIS_TRY(sluis_inquiries_list(session, NULL, match_request, &prefix, failure));
	return settle(session, &prefix, ret, failure);
}

SLUIS_MUST_CHECK enum sluis_err
own_ids_sent(struct sluis_session *session, const char *text, struct sluis_id *ret, struct sluis_failure *failure)
{
	struct sluis_prefix prefix;

	SLUIS_TRY(sluis_prefix_start(&prefix, text, failure));
	if (sluis_prefix_is_whole(&prefix))
		return settle(session, &prefix, ret, failure);
	SLUIS_TRY(sluis_fail_err(failure, sluis_sent_list(session->profile, match_sent, &prefix),
	    _("reading what was sent")));
	return settle(session, &prefix, ret, failure);
}

SLUIS_MUST_CHECK enum sluis_err
own_ids_message(struct sluis_session *session, const char *text, struct sluis_id *ret,
    struct sluis_failure *failure)
{
	struct sluis_prefix prefix;

	SLUIS_TRY(sluis_prefix_start(&prefix, text, failure));
	if (sluis_prefix_is_whole(&prefix))
		return settle(session, &prefix, ret, failure);
	SLUIS_TRY(sluis_fail_err(failure, sluis_sent_list(session->profile, match_sent, &prefix),
	    _("reading what was sent")));
	SLUIS_TRY(sluis_inbox(session, NULL, match_received, &prefix, failure));
	return settle(session, &prefix, ret, failure);
}
