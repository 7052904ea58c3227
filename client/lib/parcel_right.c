/* SPDX-License-Identifier: EUPL-1.2 */
#include "parcel_right.h"

#include <string.h>

#include "hash.h"
#include "limits.h"
#include "officers.h"

#define CLOCK_SLACK_MS INT64_C(3600000)

/** The release as the decision sees it: this member is the only receiver. */
struct view {
	struct sluis_recipient_facts recipient;
	struct sluis_section_act sections[SLUIS_SECTIONS_MAX];
	struct sluis_ground_fact ground_facts[SLUIS_CODES_MAX];
	struct sluis_facts facts;
	struct sluis_act act;
};

static struct sluis_bytes
fact_of(const Sluis__Event *event, const char *code)
{
	for (size_t i = 0; i < event->n_facts; i++) {
		if (sluis_bytes_is_text(sluis_of(event->facts[i]->fact_code), code))
			return sluis_of(event->facts[i]->value_text);
	}
	return sluis_bytes(NULL, 0);
}

static void
add_sections(const struct sluis_manifest *m, struct view *view)
{
	for (size_t i = 0; i < m->n_sections; i++) {
		const Sluis__SectionDescriptor *d = m->sections[i];

		if (d == NULL)
			continue;
		view->sections[view->act.section_count++] = (struct sluis_section_act){
			.category = sluis_of(d->category_code),
			.about = d->about == NULL ? sluis_bytes(NULL, 0) : sluis_of(d->about->category_code),
			.is_criminal = (d->flags & SLUIS_SECTION_FLAG_CRIMINAL) != 0,
			.size_bytes = m->plain_sizes[i],
			.stanza_count = 1,
			.recipients = 1,
		};
	}
	view->act.sections = view->sections;
}

static void
fill_act(const struct sluis_parcel *parcel, const struct sluis_parcel_events *events, struct view *view)
{
	const Sluis__Manifest *m = parcel->manifest.m;

	view->act = (struct sluis_act){
		.code = sluis_bytes_text("release"),
		.purpose = sluis_of(m->purpose_code),
		.ground = sluis_of(m->ground_code),
		.ground_facts = view->ground_facts,
		.retention = sluis_of(m->retention_code),
		.created_ms = (int64_t)m->created_ms,
		.not_before_ms = (int64_t)m->not_before_ms,
		.expires_ms = (int64_t)m->expires_ms,
		.step = fact_of(events->acceptance, "step"),
		.sender_role = sluis_of(events->acceptance->actor->role_code),
	};
	for (size_t i = 0; i < m->n_ground_facts && i < SLUIS_CODES_MAX; i++) {
		view->ground_facts[i].key = sluis_of(m->ground_facts[i]->fact_code);
		view->ground_facts[i].value = sluis_of(m->ground_facts[i]->value_text);
	}
	view->act.ground_fact_count = m->n_ground_facts;
	add_sections(&parcel->manifest, view);
}

/* Whoever gets more than a justification for a purpose of the case is on it, and may ask what it says of consent. */
static bool
may_ask_case(const struct sluis_session *session, const struct view *view)
{
	if (sluis_policy_purpose_is_off_case(session->policy, view->act.purpose))
		return false;
	for (size_t i = 0; i < view->act.section_count; i++) {
		const struct sluis_policy_category *category =
		    sluis_policy_category(session->policy, view->sections[i].category);

		if (category != NULL && !category->is_officers_only)
			return true;
	}
	return false;
}

/* A refusal that was written down after the release does not make that wrong. */
static void
drop_later(struct sluis_grants *all, uint64_t release_index)
{
	size_t kept = 0;

	for (size_t i = 0; i < all->n_refusals; i++) {
		if (all->refusals[i].index < release_index)
			all->refusals[kept++] = all->refusals[i];
	}
	all->n_refusals = kept;
}

static enum sluis_err
grant_facts(struct sluis_session *session, const struct sluis_parcel *parcel,
    const struct sluis_parcel_events *events, struct sluis_arena *arena, struct view *view,
    struct sluis_failure *failure)
{
	const struct sluis_id case_id = sluis_id_of(parcel->manifest.m->case_id);
	struct sluis_grants_row row = *events->grant;
	struct sluis_grants all = { .n_rows = 0 };
	enum sluis_err err = SLUIS_OK;

	if (may_ask_case(session, view))
		err = sluis_grants_get(session, &case_id, arena, &all, failure);
	if (err == SLUIS_EREFUSED) /* no longer on the case: nothing more to be known */
		memset(failure, 0, sizeof(*failure));
	else
		SLUIS_TRY(err);
	for (size_t i = 0; i < all.n_rows; i++) {
		if (sluis_hash_equal(&all.rows[i].hash, &row.hash))
			row.index = all.rows[i].index;
	}
	drop_later(&all, events->release_index);
	return sluis_grants_facts(&all, &row, &case_id, arena, &view->facts.grant);
}

static void
add_officers(struct sluis_session *session, const struct sluis_parcel *parcel, int64_t at_ms, struct view *view)
{
	struct sluis_officers officers;

	sluis_officers_in_charge(session->directory, session->policy, parcel->sender->organisation_handle, at_ms,
	    &officers);
	view->facts.has_sender_officer = officers.is_own;
	view->facts.officer_count = officers.count;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_parcel_right(struct sluis_session *session, const struct sluis_parcel *parcel,
    const struct sluis_parcel_events *events, struct sluis_arena *arena, struct sluis_verdict *ret,
    struct sluis_failure *failure)
{
	const int64_t least_ms = sluis_now_ms() - CLOCK_SLACK_MS;
	const int64_t release_ms = (int64_t)events->release->time_ms;
	const int64_t at_ms = release_ms > least_ms ? release_ms : least_ms;
	struct view *view = sluis_arena_alloc(arena, sizeof(*view));

	if (view == NULL)
		return SLUIS_ENOMEM;
	memset(view, 0, sizeof(*view));
	if (events->acceptance->actor == NULL ||
	    !sluis_member_has_role(parcel->sender, sluis_of(events->acceptance->actor->role_code)))
		return SLUIS_EPROOF;
	view->recipient.kind = SLUIS_RECIPIENT_MEMBER;
	view->recipient.is_on_case = true; /* or not: that is the broker's to know */
	sluis_session_facts(session, session->self, &view->recipient.member);
	sluis_session_facts(session, parcel->sender, &view->facts.sender);
	view->facts.recipients = &view->recipient;
	view->facts.recipient_count = 1;
	view->facts.of_case.exists = true;
	view->facts.object = (struct sluis_object_facts){ .is_found = true, .is_addressee = true,
		.author = parcel->sender->handle, .author_organisation = parcel->sender->organisation_handle };
	fill_act(parcel, events, view);
	add_officers(session, parcel, at_ms, view);
	if (events->grant != NULL)
		SLUIS_TRY(grant_facts(session, parcel, events, arena, view, failure));
	*ret = sluis_policy_decide_release(session->policy, &view->facts, &view->act, at_ms);
	return SLUIS_OK;
}
