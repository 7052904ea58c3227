/* SPDX-License-Identifier: EUPL-1.2 */
#include "commit/link.h"

#include <string.h>

#include "commit/words.h"
#include "limits.h"

static bool
same_id(const struct sluis_id *a, const struct sluis_id *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* Only one's own message of this very case: anything else is not found. */
static enum sluis_err
check_superseded(struct round *round, const struct message_view *view, struct sluis_arena *arena,
    const char **ret_rule)
{
	struct store_message former;
	const enum sluis_err err = store_message_get(round->tx, &view->link.target, false, arena, &former);

	*ret_rule = "not-found";
	if (err == SLUIS_ENOTFOUND)
		return SLUIS_OK;
	SLUIS_TRY(err);
	if (same_id(&former.case_id, &view->case_id) &&
	    sluis_bytes_equal(former.sender_handle, view->sender->handle))
		*ret_rule = NULL;
	return SLUIS_OK;
}

/* Only a request addressed to the sender, on this case; that it is closed, or for another purpose, its holder is told. */
static enum sluis_err
check_answered(struct round *round, struct message_view *view, struct sluis_arena *arena, const char **ret_rule)
{
	struct store_inquiry *row = &view->link.inquiry;
	const enum sluis_err err = store_inquiry_get(round->tx, &view->link.target, arena, row);
	Sluis__InformationRequest *inquiry = NULL;
	Sluis__Signed *act = NULL;

	*ret_rule = "not-found";
	if (err == SLUIS_ENOTFOUND)
		return SLUIS_OK;
	SLUIS_TRY(err);
	if (!sluis_bytes_equal(row->holder_handle, view->sender->handle) || !same_id(&row->case_id, &view->case_id))
		return SLUIS_OK;
	SLUIS_TRY(SLUIS_UNPACK(signed, Signed, row->signed_inquiry, SLUIS_FRAME_MAX_BYTES, arena, &act));
	SLUIS_TRY(sluis_inquiry_open(sluis_of(act->payload_bytes), arena, &inquiry));
	view->link.asked = (struct sluis_inquiry_asked){ .inquiry = inquiry, .asker = row->asker_handle };
	*ret_rule = NULL;
	if (row->state != STORE_INQUIRY_OPEN || !sluis_bytes_equal(sluis_of(inquiry->purpose_code), view->act.purpose))
		*ret_rule = "act-condition";
	if (row->until_ms < view->act.expires_ms)
		view->act.expires_ms = row->until_ms;
	return SLUIS_OK;
}

static bool
is_word_of(struct sluis_bytes words, struct sluis_bytes word)
{
	size_t at = 0;

	while (at < words.len) {
		const uint8_t *blank = memchr(words.data + at, ' ', words.len - at);
		const size_t len = blank == NULL ? words.len - at : (size_t)(blank - words.data) - at;

		if (sluis_bytes_equal(sluis_bytes(words.data + at, len), word))
			return true;
		at += len + 1;
	}
	return false;
}

/* Only what was handed over to the sender itself on this very case, and no category that was not in it. */
static enum sluis_err
check_passed_on(struct round *round, struct message_view *view, struct sluis_arena *arena, const char **ret_rule)
{
	struct store_message origin;
	struct store_recipient own;
	enum sluis_err err = store_message_get(round->tx, &view->link.target, false, arena, &origin);

	*ret_rule = "not-found";
	if (err == SLUIS_OK)
		err = store_recipient_get(round->tx, &view->link.target, view->sender->handle, arena, &own);
	if (err == SLUIS_ENOTFOUND)
		return SLUIS_OK;
	SLUIS_TRY(err);
	if (!same_id(&origin.case_id, &view->case_id) ||
	    (own.state != STORE_RECIPIENT_RELEASED && own.state != STORE_RECIPIENT_ACKNOWLEDGED))
		return SLUIS_OK;
	view->link.origin_handle = origin.sender_handle;
	*ret_rule = NULL;
	for (size_t i = 0; i < view->act.section_count; i++) {
		if (!is_word_of(own.categories, view->act.sections[i].category))
			*ret_rule = "category-not-allowed";
	}
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
link_check(struct round *round, struct message_view *view, struct sluis_arena *arena, const char **ret_rule)
{
	const Sluis__Manifest *m = view->manifest->m;

	*ret_rule = NULL;
	if (m->reference == NULL)
		return SLUIS_OK;
	view->link.target = sluis_id_of(m->reference->target_id);
	if (m->kind_number == SLUIS_MANIFEST_SUPERSEDES) {
		view->link.kind = STORE_LINK_SUPERSEDES;
		return check_superseded(round, view, arena, ret_rule);
	}
	if (m->kind_number == SLUIS_MANIFEST_PASSES_ON) {
		view->link.kind = STORE_LINK_PASSES_ON;
		return check_passed_on(round, view, arena, ret_rule);
	}
	view->link.kind = STORE_LINK_ANSWERS;
	return check_answered(round, view, arena, ret_rule);
}

void
link_judge(const struct round *round, const struct message_view *view, struct sluis_verdict *verdict)
{
	if (view->link.kind == STORE_LINK_ANSWERS)
		sluis_inquiry_judge(round->commit->policy, &view->link.asked, &view->facts, &view->act, verdict);
}

SLUIS_MUST_CHECK enum sluis_err
link_fact(const struct message_link *link, struct event_words *words, struct sluis_arena *arena)
{
	switch (link->kind) {
	case STORE_LINK_NONE:
		return SLUIS_OK;
	case STORE_LINK_SUPERSEDES:
		return words_fact_id(words, arena, "replaces", &link->target);
	case STORE_LINK_PASSES_ON:
		SLUIS_TRY(words_fact_id(words, arena, "origin", &link->target));
		return words_fact(words, arena, "origin-from", link->origin_handle);
	case STORE_LINK_ANSWERS:
		break;
	}
	return words_fact_id(words, arena, "answers", &link->target);
}

SLUIS_MUST_CHECK enum sluis_err
link_close(struct round *round, const struct message_view *view, uint64_t index)
{
	struct store_inquiry row = view->link.inquiry;

	if (view->link.kind != STORE_LINK_ANSWERS)
		return SLUIS_OK;
	row.state = STORE_INQUIRY_ANSWERED;
	row.closed_ms = round->now_ms;
	row.closed_index = index;
	row.message_id = view->message_id;
	return store_inquiry_close(round->tx, &row);
}
