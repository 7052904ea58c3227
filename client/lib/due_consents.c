/* SPDX-License-Identifier: EUPL-1.2 */
#include "due_consents.h"

#include "limits.h"

int64_t
sluis_due_consents_end(const Sluis__Grant *grant)
{
	const int64_t until_ms = (int64_t)grant->until_ms;

	return grant->band_until != NULL && (int64_t)grant->band_until->until_ms < until_ms ?
		   (int64_t)grant->band_until->until_ms :
		   until_ms;
}

static bool
has_code(const ProtobufCBinaryData *codes, size_t n, ProtobufCBinaryData code)
{
	for (size_t i = 0; i < n; i++) {
		if (sluis_bytes_equal(sluis_of(codes[i]), sluis_of(code)))
			return true;
	}
	return false;
}

static bool
has_all(const ProtobufCBinaryData *codes, size_t n, const ProtobufCBinaryData *of, size_t n_of)
{
	for (size_t i = 0; i < n_of; i++) {
		if (!has_code(codes, n, of[i]))
			return false;
	}
	return true;
}

static bool
has_receivers(const Sluis__Grant *grant, const Sluis__Grant *of)
{
	for (size_t i = 0; i < of->n_receivers; i++) {
		bool has = false;

		for (size_t k = 0; k < grant->n_receivers; k++)
			has |= sluis_bytes_equal(sluis_of(grant->receivers[k]->organisation_handle),
			    sluis_of(of->receivers[i]->organisation_handle));
		if (!has)
			return false;
	}
	return true;
}

/* A later one that holds longer and covers all that this one does. */
static bool
takes_place(const struct sluis_grants_row *other, const struct sluis_grants_row *row)
{
	const Sluis__Grant *a = other->grant, *b = row->grant;

	return sluis_bytes_is_text(other->state, "active") &&
	    sluis_due_consents_end(a) > sluis_due_consents_end(b) &&
	    has_all(a->purpose_codes, a->n_purpose_codes, b->purpose_codes, b->n_purpose_codes) &&
	    has_all(a->category_codes, a->n_category_codes, b->category_codes, b->n_category_codes) &&
	    has_receivers(a, b);
}

bool
sluis_due_consents_wait(const struct sluis_grants_row *rows, size_t n, size_t index, int64_t now_ms)
{
	const int64_t end_ms = sluis_due_consents_end(rows[index].grant);

	if (!sluis_bytes_is_text(rows[index].state, "active") || end_ms > now_ms + SLUIS_DUE_CONSENT_MS ||
	    end_ms <= now_ms - SLUIS_DUE_CONSENT_MS)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (takes_place(&rows[i], &rows[index]))
			return false;
	}
	return true;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_due_consents(struct sluis_session *session, const struct sluis_id *case_id, int64_t now_ms,
    enum sluis_err (*each)(void *context, struct sluis_due_row *row), void *context, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(4 * SLUIS_ARENA_MAX_BYTES);
	struct sluis_grants all;

	if (arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("listing grants"));
	SLUIS_TRY(sluis_grants_get(session, case_id, arena, &all, failure));
	for (size_t i = 0; i < all.n_rows; i++) {
		const struct sluis_id id = sluis_id_of(all.rows[i].grant->grant_id);
		struct sluis_due_row row = { .kind = SLUIS_DUE_CONSENT, .case_id = *case_id, .thing = &id,
			.waits_on = all.rows[i].taker->handle, .due_ms = sluis_due_consents_end(all.rows[i].grant),
			.code = sluis_of(all.rows[i].grant->band_code) };

		if (!sluis_due_consents_wait(all.rows, all.n_rows, i, now_ms))
			continue;
		row.is_late = row.due_ms <= now_ms;
		SLUIS_TRY(each(context, &row));
	}
	return SLUIS_OK;
}
