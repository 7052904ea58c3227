/* SPDX-License-Identifier: EUPL-1.2 */
#include "push_draft.h"

#include <stdio.h>

#include <sodium.h>

#include "limits.h"

static enum sluis_err
draft_recipients(struct sluis_session *session, const struct sluis_push_intent *intent,
    struct sluis_draft_recipient *ret, struct sluis_failure *failure)
{
	/* What is refused uses up no number: the next push has the same. */
	enum sluis_err (*const number)(struct sluis_profile *, const char *, uint64_t *, struct sluis_failure *) =
	    intent->verdict.outcome == SLUIS_PERMIT ? sluis_profile_next_sequence : sluis_profile_sequence_ahead;

	for (size_t i = 0; i < intent->n_members; i++) {
		const struct sluis_member *member = intent->members[i];
		const struct sluis_recipient *key =
		    sluis_member_recipient_at(member, intent->act.created_ms);
		char handle[SLUIS_HANDLE_MAX + 1];

		if (key == NULL)
			return sluis_session_refusal(session, "epoch-ended", failure);
		snprintf(handle, sizeof(handle), "%.*s", (int)member->handle.len,
		    (const char *)member->handle.data);
		ret[i] = (struct sluis_draft_recipient){ .record = member->record_hash,
			.epoch = key->epoch, .kind = SLUIS_MANIFEST_MEMBER, .age_key = key->key };
		SLUIS_TRY(number(session->profile, handle, &ret[i].pair_sequence, failure));
	}
	return SLUIS_OK;
}

static enum sluis_err
draft_sections(const struct sluis_push_intent *intent, struct sluis_arena *arena, struct sluis_draft_section *ret)
{
	for (size_t i = 0; i < intent->request->n_sections; i++) {
		const struct sluis_push_section *s = &intent->request->sections[i];
		uint32_t *recipients = sluis_arena_alloc(arena, SLUIS_RECIPIENTS_MAX * sizeof(*recipients));

		if (recipients == NULL)
			return SLUIS_ENOMEM;
		ret[i] = (struct sluis_draft_section){
			.category = s->category,
			.about = s->about,
			.media_number = sluis_section_media_number(s->extension),
			.is_criminal = s->is_criminal,
			.has_not_bsn = (intent->look.released >> i & 1) != 0,
			.plain = s->plain,
			.recipients = recipients,
		};
		randombytes_buf(ret[i].id.bytes, sizeof(ret[i].id.bytes));
		/* a section that nobody may have was meant for all of them, and is refused so */
		for (uint32_t r = 0; r < intent->n_members; r++) {
			if (intent->assigned[i] == 0 ? r < intent->n_named : (intent->assigned[i] >> r & 1) != 0)
				recipients[ret[i].n_recipients++] = r;
		}
	}
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_push_draft(struct sluis_session *session, const struct sluis_push_intent *intent, struct sluis_arena *arena,
    struct sluis_push_drafted *ret, struct sluis_failure *failure)
{
	const struct sluis_push_request *request = intent->request;

	ret->draft = (struct sluis_draft){
		.federation = session->federation,
		.case_id = request->case_id,
		.purpose = request->purpose,
		.ground = request->ground,
		.facts = ret->facts,
		.n_facts = request->n_facts,
		.sender = session->self->record_hash,
		.created_ms = intent->act.created_ms,
		.not_before_ms = intent->act.created_ms,
		.expires_ms = intent->verdict.expires_ms,
		.keys = sluis_profile_heads(session->profile).keys,
		.policy = session->policy_hash,
		.case_head = intent->of_case->head,
		.retention = intent->act.retention,
		.kind = request->answers != NULL ? SLUIS_MANIFEST_ANSWERS :
		    request->replaces != NULL	   ? SLUIS_MANIFEST_SUPERSEDES :
		    request->origin != NULL	   ? SLUIS_MANIFEST_PASSES_ON :
						     SLUIS_MANIFEST_NEW,
		.target = request->answers != NULL ? request->answers :
		    request->replaces != NULL	   ? request->replaces :
						     request->origin,
		.recipients = ret->recipients,
		.n_recipients = intent->n_members,
		.sections = ret->sections,
		.n_sections = request->n_sections,
	};
	if (request->n_facts > SLUIS_CODES_MAX)
		return sluis_fail(failure, SLUIS_EUSAGE, _("too many facts"));
	for (size_t i = 0; i < request->n_facts; i++)
		ret->facts[i] = (struct sluis_draft_fact){ request->facts[i].key, request->facts[i].value };
	randombytes_buf(ret->draft.message_id.bytes, sizeof(ret->draft.message_id.bytes));
	if (intent->has_grant) {
		ret->grant = (struct sluis_draft_grant){ .id = *request->grant_id, .hash = intent->grant.hash };
		ret->draft.grant = &ret->grant;
	}
	SLUIS_TRY(draft_recipients(session, intent, ret->recipients, failure));
	return sluis_fail_err(failure, draft_sections(intent, arena, ret->sections), _("sealing"));
}
