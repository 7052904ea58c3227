/* SPDX-License-Identifier: EUPL-1.2 */
#include "commit/message.h"

#include <string.h>

#include "case_shield.h"
#include "limits.h"
#include "officers.h"

enum {
	EVENT_REST_BYTES = 2048, /* hashes, ids, three facts, a detail */
	PARTY_FRAME_BYTES = 4,   /* field and length around one */
	PARTY_BARE_BYTES = 3 * (2 + 32) + PARTY_FRAME_BYTES /* handle, organisation, role */
};

_Static_assert(SLUIS_RECIPIENTS_MAX * PARTY_BARE_BYTES <= SLUIS_EVENT_MAX_BYTES - EVENT_REST_BYTES,
    "an event can name all receivers");

static enum sluis_err
recipient_facts(struct round *round, struct message_view *view, size_t i, struct sluis_arena *arena)
{
	const Sluis__RecipientDescriptor *descriptor = view->manifest->recipients[i];
	const struct sluis_directory *directory = round->commit->directory;
	const struct sluis_hash record = sluis_hash_of(descriptor->record_hash);
	struct sluis_recipient_facts *r = &view->recipients[i];
	const struct sluis_organisation *organisation;

	*r = (struct sluis_recipient_facts){ .kind = SLUIS_RECIPIENT_MEMBER };
	if (descriptor->kind_number == SLUIS_MANIFEST_RECOVERY) {
		organisation = sluis_directory_organisation_by_hash(directory, &record);
		r->kind = SLUIS_RECIPIENT_RECOVERY;
		if (organisation != NULL)
			r->member.organisation = organisation->handle;
		return SLUIS_OK;
	}
	view->members[i] = sluis_directory_member_by_record(directory, &record);
	if (view->members[i] == NULL)
		return SLUIS_OK; /* is_active stays false: receiver-inactive */
	r->is_on_case = view->of_case != NULL &&
	    sluis_case_member(view->of_case, view->members[i]->handle) != NULL;
	if (view->of_case != NULL)
		SLUIS_TRY(sluis_case_shields(view->of_case, directory, view->members[i], arena, r));
	return facts_member(round, view->members[i], &r->member);
}

static void
section_act(struct message_view *view, size_t i)
{
	const Sluis__SectionDescriptor *descriptor = view->manifest->sections[i];
	struct sluis_section_act *s = &view->sections[i];

	*s = (struct sluis_section_act){
		.category = sluis_of(descriptor->category_code),
		.is_criminal = (descriptor->flags & SLUIS_SECTION_FLAG_CRIMINAL) != 0,
		.size_bytes = view->manifest->plain_sizes[i],
		.stanza_count = (uint32_t)descriptor->n_recipient_indexes,
	};
	if (descriptor->about != NULL)
		s->about = sluis_of(descriptor->about->category_code);
	for (size_t k = 0; k < descriptor->n_recipient_indexes; k++)
		s->recipients |= UINT64_C(1) << descriptor->recipient_indexes[k];
}

static void
fill_act(struct message_view *view)
{
	const Sluis__Manifest *m = view->manifest->m;

	for (size_t i = 0; i < m->n_ground_facts && i < SLUIS_CODES_MAX; i++) {
		view->ground_facts[i].key = sluis_of(m->ground_facts[i]->fact_code);
		view->ground_facts[i].value = sluis_of(m->ground_facts[i]->value_text);
	}
	view->act = (struct sluis_act){
		.code = sluis_bytes_text("push"),
		.purpose = sluis_of(m->purpose_code),
		.ground = sluis_of(m->ground_code),
		.ground_facts = view->ground_facts,
		.ground_fact_count = m->n_ground_facts,
		.sections = view->sections,
		.section_count = view->manifest->n_sections,
		.retention = sluis_of(m->retention_code),
		.created_ms = (int64_t)m->created_ms,
		.not_before_ms = (int64_t)m->not_before_ms,
		.expires_ms = (int64_t)m->expires_ms,
	};
}

static bool
has_officers_section(const struct round *round, const struct message_view *view)
{
	for (size_t i = 0; i < view->manifest->n_sections; i++) {
		const struct sluis_policy_category *category =
		    sluis_policy_category(round->commit->policy, view->sections[i].category);

		if (category != NULL && category->is_officers_only)
			return true;
	}
	return false;
}

/* Only a justification asks who is in charge: all else is spared the walk. */
static void
officer_facts(const struct round *round, struct message_view *view)
{
	struct sluis_officers officers;

	if (!has_officers_section(round, view))
		return;
	sluis_officers_in_charge(round->commit->directory, round->commit->policy,
	    view->sender->organisation_handle, round->now_ms, &officers);
	view->facts.has_sender_officer = officers.is_own;
	view->facts.officer_count = officers.count;
}

SLUIS_MUST_CHECK enum sluis_err
message_view_init(struct round *round, const struct sluis_manifest *manifest,
    const struct sluis_member *sender, struct sluis_arena *arena, struct message_view *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->manifest = manifest;
	ret->sender = sender;
	ret->case_id = sluis_id_of(manifest->m->case_id);
	ret->message_id = sluis_id_of(manifest->m->message_id);
	SLUIS_TRY(facts_member(round, sender, &ret->facts.sender));
	SLUIS_TRY(facts_case(round, &ret->case_id, sender->handle, &ret->of_case,
	    &ret->facts.of_case));
	for (size_t i = 0; i < manifest->n_recipients; i++)
		SLUIS_TRY(recipient_facts(round, ret, i, arena));
	for (size_t i = 0; i < manifest->n_sections; i++)
		section_act(ret, i);
	fill_act(ret);
	ret->facts.recipients = ret->recipients;
	ret->facts.recipient_count = manifest->n_recipients;
	officer_facts(round, ret);
	ret->facts.acts_last_day =
	    usage_last_day(round->commit->usage, sender->handle, round->now_ms);
	return facts_grant(round, manifest->m->grant, &ret->case_id, arena, &ret->facts.grant,
	    &ret->grant_signed);
}

static bool
is_listed(const ProtobufCBinaryData *codes, size_t n, struct sluis_bytes code)
{
	for (size_t i = 0; i < n; i++) {
		if (sluis_bytes_equal(sluis_of(codes[i]), code))
			return true;
	}
	return false;
}

static enum sluis_err
party_of(const struct message_view *view, size_t recipient, struct sluis_arena *arena,
    Sluis__Party **ret)
{
	const struct sluis_member *member = view->members[recipient];
	Sluis__Party *party = sluis_arena_alloc(arena, sizeof(*party));
	ProtobufCBinaryData *codes =
	    sluis_arena_alloc(arena, (view->manifest->n_sections + 1) * sizeof(*codes));

	if (party == NULL || codes == NULL)
		return SLUIS_ENOMEM;
	sluis__party__init(party);
	party->handle = sluis_pb(member->handle);
	party->organisation_handle = sluis_pb(member->organisation_handle);
	party->role_code = sluis_pb(member->n_roles > 0 ? member->roles[0] : member->kind);
	party->category_codes = codes;
	for (size_t i = 0; i < view->manifest->n_sections; i++) {
		const struct sluis_section_act *s = &view->sections[i];

		if ((s->recipients >> recipient & 1) != 0 &&
		    !is_listed(codes, party->n_category_codes, s->category))
			codes[party->n_category_codes++] = sluis_pb(s->category);
	}
	*ret = party;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
message_parties(const struct message_view *view, int only, struct sluis_arena *arena,
    Sluis__Party ***ret, size_t *ret_count)
{
	const size_t n = view->manifest->n_recipients;
	Sluis__Party **list = sluis_arena_alloc(arena, (n + 1) * sizeof(*list));
	size_t count = 0;

	if (list == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < n; i++) {
		if (view->members[i] == NULL || (only >= 0 && i != (size_t)only))
			continue;
		SLUIS_TRY(party_of(view, i, arena, &list[count]));
		count++;
	}
	*ret = list;
	*ret_count = count;
	return SLUIS_OK;
}

bool
message_parties_fit(Sluis__Party *const *parties, size_t n)
{
	size_t size = 0;

	for (size_t i = 0; i < n; i++)
		size += protobuf_c_message_get_packed_size(&parties[i]->base) + PARTY_FRAME_BYTES;
	return size <= SLUIS_EVENT_MAX_BYTES - EVENT_REST_BYTES;
}

SLUIS_MUST_CHECK enum sluis_err
message_categories(const struct message_view *view, size_t recipient, struct sluis_arena *arena,
    struct sluis_bytes *ret)
{
	Sluis__Party *party;
	uint8_t *text;
	size_t len = 0;

	SLUIS_TRY(party_of(view, recipient, arena, &party));
	text = sluis_arena_alloc(arena, SLUIS_SECTIONS_MAX * 33);
	if (text == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < party->n_category_codes; i++) {
		if (len > 0)
			text[len++] = ' ';
		memcpy(text + len, party->category_codes[i].data, party->category_codes[i].len);
		len += party->category_codes[i].len;
	}
	*ret = sluis_bytes(text, len);
	return SLUIS_OK;
}
