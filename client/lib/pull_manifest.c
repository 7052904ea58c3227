/* SPDX-License-Identifier: EUPL-1.2 */
#include "pull_manifest.h"

#include "event.h"
#include "grant.h"
#include "limits.h"
#include "moment.h"
#include "section.h"
#include "signed.h"

static json_t *
code(ProtobufCBinaryData data)
{
	return json_stringn((const char *)data.data, data.len);
}

static json_t *
hex(const uint8_t *bytes, size_t len)
{
	char text[2 * SLUIS_HASH_BYTES + 1];

	sluis_hex(bytes, len, text);
	return json_string(text);
}

static json_t *
moment(uint64_t ms)
{
	char text[SLUIS_MOMENT_CHARS];

	return json_string(sluis_moment_text((int64_t)ms, text));
}

static json_t *
describe_files(const struct sluis_manifest *m, const struct sluis_pull_file *files, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		const Sluis__SectionDescriptor *d = m->sections[files[i].section];
		json_t *file = json_pack("{s:s, s:o, s:b, s:I, s:s}", "file", files[i].name, "category",
		    code(d->category_code), "criminal", (d->flags & SLUIS_SECTION_FLAG_CRIMINAL) != 0, "size",
		    (json_int_t)m->plain_sizes[files[i].section], "outcome", files[i].outcome);

		if (d->about != NULL)
			json_object_set_new(file, "about", code(d->about->category_code));
		json_array_append_new(list, file);
	}
	return list;
}

/* The grant that came with the message; parcel has verified it. */
static json_t *
describe_grant(const struct sluis_parcel *parcel, struct sluis_arena *arena)
{
	Sluis__Grant *grant = NULL;

	if (parcel->fetch->grant == NULL ||
	    sluis_grant_open(sluis_signed_payload(parcel->fetch->grant), arena, &grant) != SLUIS_OK)
		return json_null();
	return json_pack("{s:o, s:o}", "grant", hex(grant->grant_id.data, SLUIS_ID_BYTES), "until",
	    moment(grant->band_until != NULL && grant->band_until->until_ms < grant->until_ms ?
		    grant->band_until->until_ms :
		    grant->until_ms));
}

static json_t *
reference_of(const struct sluis_manifest *m, enum sluis_manifest_kind kind)
{
	if (m->m->reference == NULL || m->m->kind_number != (uint32_t)kind)
		return json_null();
	return hex(m->m->reference->target_id.data, SLUIS_ID_BYTES);
}

/* When, in which step and in which role the broker took it: of the acceptance event, whose place was proven. */
static void
describe_acceptance(const struct sluis_parcel *parcel, struct sluis_arena *arena, json_t *root)
{
	struct sluis_event_evidence accepted;

	if (sluis_event_evidence_open(parcel->fetch->acceptance, arena, &accepted) != SLUIS_OK)
		return;
	json_object_set_new(root, "accepted", moment(accepted.event->time_ms));
	json_object_set_new(root, "index", json_integer((json_int_t)accepted.index));
	if (accepted.event->actor != NULL)
		json_object_set_new(root, "role", code(accepted.event->actor->role_code));
	for (size_t i = 0; i < accepted.event->n_facts; i++) {
		if (sluis_bytes_is_text(sluis_of(accepted.event->facts[i]->fact_code), "step"))
			json_object_set_new(root, "step", code(accepted.event->facts[i]->value_text));
		if (sluis_bytes_is_text(sluis_of(accepted.event->facts[i]->fact_code), "origin-from"))
			json_object_set_new(root, "origin-from", code(accepted.event->facts[i]->value_text));
	}
}

json_t *
sluis_pull_manifest(const struct sluis_parcel *parcel, const struct sluis_pull_file *files, size_t n,
    struct sluis_arena *arena)
{
	const struct sluis_manifest *m = &parcel->manifest;
	json_t *root = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o}",
	    "message", hex(m->m->message_id.data, SLUIS_ID_BYTES), "case",
	    hex(m->m->case_id.data, SLUIS_ID_BYTES), "from",
	    json_stringn((const char *)parcel->sender->handle.data, parcel->sender->handle.len),
	    "organisation",
	    json_stringn((const char *)parcel->sender->organisation_handle.data,
		parcel->sender->organisation_handle.len),
	    "purpose", code(m->m->purpose_code), "ground", code(m->m->ground_code), "grant",
	    describe_grant(parcel, arena), "created", moment(m->m->created_ms), "created_ms",
	    (json_int_t)m->m->created_ms, "expires", moment(m->m->expires_ms), "replaces",
	    reference_of(m, SLUIS_MANIFEST_SUPERSEDES), "answers", reference_of(m, SLUIS_MANIFEST_ANSWERS),
	    "origin", reference_of(m, SLUIS_MANIFEST_PASSES_ON),
	    "manifest", hex(m->hash.bytes, sizeof(m->hash.bytes)), "files", describe_files(m, files, n));

	if (root != NULL)
		describe_acceptance(parcel, arena, root);
	return root;
}
