/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages and their recipients, added. */
#include "limits.h"
#include "store/sqlite_internal.h"

/* Numbers of the recipients in order, as the message's row keeps them. */
struct recipient_list {
	uint8_t bytes[4 * SLUIS_RECIPIENTS_MAX];
	int64_t members[SLUIS_RECIPIENTS_MAX];
	size_t len;
};

static enum sluis_err
number_recipients(struct store_tx *tx, const struct store_recipient *recipients, size_t n,
    struct recipient_list *ret)
{
	struct sluis_writer w;

	sluis_writer_init(&w, ret->bytes, sizeof(ret->bytes));
	for (size_t i = 0; i < n; i++) {
		SLUIS_TRY(store_name_number(
		    tx, STORE_NAME_MEMBER, recipients[i].handle, &ret->members[i]));
		if (ret->members[i] > UINT32_MAX)
			return store_spoil(tx, SLUIS_ESTORE);
		sluis_writer_put_u32(&w, (uint32_t)ret->members[i]);
	}
	ret->len = w.len;
	return SLUIS_OK;
}

static enum sluis_err
add_row(struct store_tx *tx, const struct store_message *m, int64_t sender,
    const struct recipient_list *list)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_MESSAGE_ADD);
	int64_t in_case;

	SLUIS_TRY(store_name_number(tx, STORE_NAME_CASE, store_id_bytes(&m->case_id), &in_case));
	store_bind_index(st, 1, m->event_index);
	store_bind_id(st, 2, &m->id);
	store_bind(st, 3, in_case);
	store_bind_hash(st, 4, &m->manifest_hash);
	store_bind(st, 5, sender);
	store_bind_text(st, 6, m->purpose);
	store_bind_text(st, 7, m->retention);
	store_bind(st, 8, m->state);
	store_bind(st, 9, m->accepted_ms);
	store_bind(st, 10, m->expires_ms);
	store_bind_bytes(st, 11, sluis_bytes(list->bytes, list->len));
	SLUIS_TRY(store_write(tx, st));
	tx->last_message = (struct store_last_message){
		.id = m->id,
		.manifest_hash = m->manifest_hash,
		.event_index = m->event_index,
		.was_refused = m->state == STORE_MESSAGE_REFUSED,
		.is_set = true,
	};
	return store_event_name_add(tx, in_case, m->event_index);
}

static enum sluis_err
add_link(struct store_tx *tx, const struct store_message *m)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = NULL;

	if (m->link == STORE_LINK_NONE)
		return SLUIS_OK;
	st = store_sql(tx, STORE_SQL_LINK_ADD);
	store_bind_index(st, 1, m->event_index);
	store_bind(st, 2, m->link);
	store_bind_id(st, 3, &m->target);
	return store_write(tx, st);
}

static enum sluis_err
add_recipient(struct store_tx *tx, const struct store_recipient *r, int64_t member, uint64_t index)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_RECIPIENT_ADD);
	int64_t organisation;

	SLUIS_TRY(
	    store_name_number(tx, STORE_NAME_ORGANISATION, r->organisation_handle, &organisation));
	store_bind(st, 1, member);
	store_bind_index(st, 2, index);
	store_bind(st, 3, r->index);
	store_bind(st, 4, organisation);
	store_bind_hash(st, 5, &r->record_hash);
	store_bind(st, 6, (int64_t)r->pair_sequence);
	store_bind(st, 7, r->state);
	store_bind(st, 8, r->changed_ms);
	store_bind_index(st, 9, r->release_index);
	store_bind_text(st, 10, r->categories);
	return store_write(tx, st);
}

SLUIS_MUST_CHECK enum sluis_err
store_message_add(struct store_tx *tx, const struct store_message *message,
    const struct store_recipient *recipients, size_t n, struct sluis_bytes body,
    const uint64_t *sizes, size_t size_count)
{
	const struct store_body body_of = {
		.plain = body, .sizes = sizes, .size_count = size_count
	};
	struct recipient_list list;
	int64_t sender;

	assert(message->event_index < INT64_MAX);
	if (n > SLUIS_RECIPIENTS_MAX)
		return store_spoil(tx, SLUIS_EUSAGE);
	SLUIS_TRY(number_recipients(tx, recipients, n, &list));
	SLUIS_TRY(store_name_number(tx, STORE_NAME_MEMBER, message->sender_handle, &sender));
	SLUIS_TRY(add_row(tx, message, sender, &list));
	SLUIS_TRY(add_link(tx, message));
	for (size_t i = 0; i < n; i++) {
		const struct store_recipient *r = &recipients[i];

		SLUIS_TRY(add_recipient(tx, r, list.members[i], message->event_index));
		SLUIS_TRY(store_pair_add(tx, sender, list.members[i], r->pair_sequence));
	}
	return message->push.len == 0 && size_count == 0 && body.len == 0
		   ? SLUIS_OK
		   : store_content_add(tx, message, &body_of);
}

SLUIS_MUST_CHECK enum sluis_err
store_message_state_set(
    struct store_tx *tx, const struct sluis_id *id, enum store_message_state state)
{
	SLUIS_AUTO(store_endp) sqlite3_stmt *st = store_sql(tx, STORE_SQL_MESSAGE_STATE);

	store_bind_id(st, 1, id);
	store_bind(st, 2, state);
	SLUIS_TRY(store_write(tx, st));
	return sqlite3_changes(tx->store->db) == 1 ? SLUIS_OK : SLUIS_ENOTFOUND;
}
