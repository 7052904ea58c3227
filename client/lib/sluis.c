/* SPDX-License-Identifier: EUPL-1.2 */
#include <sluis.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "exchange.h"
#include "pull.h"
#include "push.h"
#include "session.h"

struct sluis_client {
	struct sluis_session *session;
	struct sluis_client_options options;
};

_Static_assert(sizeof(((struct sluis_client_error *)0)->evidence) == SLUIS_PATH_MAX, "evidence paths fit");

static int
tell(enum sluis_err err, const struct sluis_failure *failure, struct sluis_client_error *error)
{
	if (err == SLUIS_OK || error == NULL)
		return sluis_err_exit(err);
	memset(error, 0, sizeof(*error));
	error->code = sluis_err_exit(err);
	snprintf(error->rule, sizeof(error->rule), "%s", failure->rule);
	snprintf(error->text, sizeof(error->text), "%s", failure->text);
	snprintf(error->hint, sizeof(error->hint), "%.*s", (int)sizeof(error->hint) - 1, failure->hint);
	snprintf(error->evidence, sizeof(error->evidence), "%s", failure->evidence);
	return error->code;
}

static int
misuse(struct sluis_client_error *error)
{
	struct sluis_failure failure;

	return tell(sluis_fail(&failure, SLUIS_EUSAGE, _("a struct without its size, or an argument that is missing")),
	    &failure, error);
}

static size_t
ask(void *context, bool is_new, char *ret, size_t cap)
{
	const struct sluis_client *client = context;

	(void)is_new;
	return client->options.passphrase(client->options.context, ret, cap);
}

SLUIS_API int
sluis_client_open(const char *profile_dir, const struct sluis_client_options *options,
    struct sluis_client **ret, struct sluis_client_error *error)
{
	struct sluis_failure failure = { .err = SLUIS_OK };
	struct sluis_passphrase passphrase = { .ask = NULL };
	struct sluis_client *client;
	enum sluis_err err;

	if (profile_dir == NULL || ret == NULL || (options != NULL && options->size != sizeof(*options)))
		return misuse(error);
	client = calloc(1, sizeof(*client));
	if (client == NULL || sodium_init() < 0) {
		free(client);
		return tell(sluis_fail_err(&failure, SLUIS_ENOMEM, _("opening the profile")), &failure, error);
	}
	if (options != NULL && options->passphrase != NULL) {
		client->options = *options;
		passphrase.ask = ask;
		passphrase.context = client;
	}
	err = sluis_session_open(profile_dir, &passphrase, &failure, &client->session);
	if (err != SLUIS_OK) {
		free(client);
		return tell(err, &failure, error);
	}
	*ret = client;
	return 0;
}

SLUIS_API void
sluis_client_close(struct sluis_client *client)
{
	if (client == NULL)
		return;
	sluis_session_close(client->session);
	free(client);
}

static struct sluis_bytes
text_or_nothing(const char *text)
{
	return text == NULL ? sluis_bytes(NULL, 0) : sluis_bytes_text(text);
}

SLUIS_API int
sluis_client_push(struct sluis_client *client, const struct sluis_client_push *push, uint8_t ret_message[16],
    struct sluis_client_error *error)
{
	struct sluis_push_section sections[SLUIS_SECTIONS_MAX];
	struct sluis_failure failure = { .err = SLUIS_OK };
	struct sluis_push_request request = { .n_sections = 0 };
	struct sluis_push_done done;
	struct sluis_id grant;
	enum sluis_err err;

	if (client == NULL || push == NULL || push->size != sizeof(*push) || push->purpose == NULL ||
	    push->ground == NULL || push->section_count > SLUIS_SECTIONS_MAX)
		return misuse(error);
	memcpy(request.case_id.bytes, push->case_id, SLUIS_ID_BYTES);
	request.purpose = sluis_bytes_text(push->purpose);
	request.ground = sluis_bytes_text(push->ground);
	if (push->grant_id != NULL) {
		memcpy(grant.bytes, push->grant_id, SLUIS_ID_BYTES);
		request.grant_id = &grant;
	}
	request.to = push->to;
	request.n_to = push->to_count;
	for (size_t i = 0; i < push->section_count; i++) {
		const struct sluis_client_section *s = &push->sections[i];

		if (s->size != sizeof(*s) || s->category == NULL)
			return misuse(error);
		sections[i] = (struct sluis_push_section){ .category = sluis_bytes_text(s->category),
			.extension = text_or_nothing(s->extension), .plain = sluis_bytes(s->data, s->data_size) };
	}
	request.not_bsn = push->not_bsn;
	request.n_not_bsn = push->not_bsn == NULL ? 0 : push->not_bsn_count;
	request.sections = sections;
	request.n_sections = push->section_count;
	err = sluis_push_send(client->session, &request, &done, &failure);
	if (err == SLUIS_OK) {
		memcpy(ret_message, done.message_id.bytes, SLUIS_ID_BYTES);
		sluis_push_settle(client->session, &done);
	}
	return tell(err, &failure, error);
}

/** Rows on their way to the caller. */
struct rows {
	int (*each)(void *context, const struct sluis_client_row *row);
	void *context;
	bool stopped;
};

static enum sluis_err
hand_row(void *context, const Sluis__InboxRow *row)
{
	struct rows *rows = context;
	struct sluis_client_row r = { .size = sizeof(r) };

	if (rows->stopped)
		return SLUIS_OK;
	memcpy(r.message, row->message_id.data, SLUIS_ID_BYTES);
	memcpy(r.case_id, row->case_id.data, SLUIS_ID_BYTES);
	snprintf(r.from, sizeof(r.from), "%.*s", (int)row->sender_handle.len,
	    (const char *)row->sender_handle.data);
	snprintf(r.purpose, sizeof(r.purpose), "%.*s", (int)row->purpose_code.len,
	    (const char *)row->purpose_code.data);
	snprintf(r.state, sizeof(r.state), "%.*s", (int)row->state_code.len,
	    (const char *)row->state_code.data);
	r.accepted_ms = (int64_t)row->accepted_ms;
	r.expires_ms = (int64_t)row->expires_ms;
	rows->stopped = rows->each(rows->context, &r) != 0;
	return SLUIS_OK;
}

SLUIS_API int
sluis_client_inbox(struct sluis_client *client, int (*each)(void *context, const struct sluis_client_row *row),
    void *context, struct sluis_client_error *error)
{
	struct rows rows = { .each = each, .context = context };
	struct sluis_failure failure = { .err = SLUIS_OK };

	if (client == NULL || each == NULL)
		return misuse(error);
	return tell(sluis_inbox(client->session, NULL, hand_row, &rows, &failure), &failure, error);
}

SLUIS_API int
sluis_client_pull(struct sluis_client *client, const uint8_t message[16], const char *out_dir,
    struct sluis_client_error *error)
{
	struct sluis_failure failure = { .err = SLUIS_OK };
	struct sluis_pull_done done;
	struct sluis_id id;

	if (client == NULL || message == NULL || out_dir == NULL)
		return misuse(error);
	memcpy(id.bytes, message, SLUIS_ID_BYTES);
	return tell(sluis_pull(client->session, &id, out_dir, false, &done, &failure), &failure, error);
}

SLUIS_API int
sluis_client_verify(struct sluis_client *client, uint64_t *ret_entries, struct sluis_client_error *error)
{
	struct sluis_failure failure = { .err = SLUIS_OK };
	struct sluis_exchange_check check;
	enum sluis_err err;

	if (client == NULL || ret_entries == NULL)
		return misuse(error);
	err = sluis_exchange_verify(client->session, true, &check, &failure);
	if (err == SLUIS_OK)
		*ret_entries = check.head.size;
	return tell(err, &failure, error);
}

SLUIS_API const char *
sluis_version(void)
{
	return "0.1";
}
