/* SPDX-License-Identifier: EUPL-1.2 */
#include "own_ids.h"

#include <string.h>
#include <strings.h>

#include "inquiries.h"
#include "pull.h"
#include "sent.h"

enum { PREFIX_MIN = 6 };

/** What begins with ${text}. */
struct prefix {
	const char *text;
	struct sluis_id id;
	size_t n; /* different ids that fit */
};

static void
match(struct prefix *prefix, const struct sluis_id *id)
{
	char hex[2 * SLUIS_ID_BYTES + 1];

	sluis_hex(id->bytes, sizeof(id->bytes), hex);
	if (strncasecmp(hex, prefix->text, strlen(prefix->text)) != 0)
		return;
	if (prefix->n > 0 && memcmp(prefix->id.bytes, id->bytes, sizeof(id->bytes)) == 0)
		return;
	prefix->id = *id;
	prefix->n++;
}

/* Whole, or no id at all: nothing needs to be looked up. */
static bool
is_settled(const char *text, struct sluis_id *ret, enum sluis_err *ret_err, struct sluis_failure *failure)
{
	const size_t len = strlen(text);

	*ret_err = SLUIS_OK;
	if (sluis_unhex(text, ret->bytes, sizeof(ret->bytes)) == SLUIS_OK)
		return true;
	if (len >= PREFIX_MIN && len < 2 * SLUIS_ID_BYTES && strspn(text, "0123456789abcdefABCDEF") == len)
		return false;
	*ret_err = sluis_fail(failure, SLUIS_EUSAGE, _("\"%s\" is not an id"), text);
	sluis_fail_hint(failure, _("an id has 32 hex digits; the first 6 are enough where they are unique"));
	return true;
}

static enum sluis_err
settle(struct sluis_session *session, const struct prefix *prefix, struct sluis_id *ret,
    struct sluis_failure *failure)
{
	if (prefix->n == 0)
		return sluis_session_refusal(session, "not-found", failure);
	if (prefix->n > 1)
		return sluis_fail(failure, SLUIS_EUSAGE, _("\"%s\" begins more than one id; give more digits"),
		    prefix->text);
	*ret = prefix->id;
	return SLUIS_OK;
}

static enum sluis_err
match_request(void *context, const struct sluis_inquiries_row *row)
{
	const struct sluis_id id = sluis_id_of(row->inquiry->inquiry_id);

	match(context, &id);
	return SLUIS_OK;
}

static enum sluis_err
match_sent(void *context, const struct sluis_id *id)
{
	match(context, id);
	return SLUIS_OK;
}

static enum sluis_err
match_received(void *context, const Sluis__InboxRow *row)
{
	const struct sluis_id id = sluis_id_of(row->message_id);

	match(context, &id);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
own_ids_request(struct sluis_session *session, const char *text, struct sluis_id *ret,
    struct sluis_failure *failure)
{
	struct prefix prefix = { .text = text };
	enum sluis_err err;

	if (is_settled(text, ret, &err, failure))
		return err;
	SLUIS_TRY(sluis_inquiries_list(session, NULL, match_request, &prefix, failure));
	return settle(session, &prefix, ret, failure);
}

SLUIS_MUST_CHECK enum sluis_err
own_ids_sent(struct sluis_session *session, const char *text, struct sluis_id *ret, struct sluis_failure *failure)
{
	struct prefix prefix = { .text = text };
	enum sluis_err err;

	if (is_settled(text, ret, &err, failure))
		return err;
	SLUIS_TRY(sluis_fail_err(failure, sluis_sent_list(session->profile, match_sent, &prefix),
	    _("reading what was sent")));
	return settle(session, &prefix, ret, failure);
}

SLUIS_MUST_CHECK enum sluis_err
own_ids_message(struct sluis_session *session, const char *text, struct sluis_id *ret,
    struct sluis_failure *failure)
{
	struct prefix prefix = { .text = text };
	enum sluis_err err;

	if (is_settled(text, ret, &err, failure))
		return err;
	SLUIS_TRY(sluis_fail_err(failure, sluis_sent_list(session->profile, match_sent, &prefix),
	    _("reading what was sent")));
	SLUIS_TRY(sluis_inbox(session, NULL, match_received, &prefix, failure));
	return settle(session, &prefix, ret, failure);
}
