/* SPDX-License-Identifier: EUPL-1.2 */
#include "manifest.h"

#include <assert.h>
#include <string.h>

#include "age.h"
#include "hash.h"
#include "signed.h"

static bool
hash_is(const struct sluis_hash *hash, ProtobufCBinaryData field)
{
	return sluis_bytes_equal(sluis_bytes(hash->bytes, sizeof(hash->bytes)), sluis_of(field));
}

static bool
has_fact_twice(const Sluis__Manifest *m)
{
	for (size_t i = 0; i < m->n_ground_facts; i++) {
		for (size_t j = 0; j < i; j++) {
			if (sluis_bytes_equal(sluis_of(m->ground_facts[i]->fact_code),
			        sluis_of(m->ground_facts[j]->fact_code)))
				return true;
		}
	}
	return false;
}

/* PROTOCOL 5.2, and the schema: the reference is "present exactly when kind is 2, 3 or 4". */
static bool
kind_fits(const Sluis__Manifest *m)
{
	switch (m->kind_number) {
	case SLUIS_MANIFEST_NEW:
		return m->reference == NULL;
	case SLUIS_MANIFEST_SUPERSEDES:
	case SLUIS_MANIFEST_ANSWERS:
	case SLUIS_MANIFEST_PASSES_ON:
		return m->reference != NULL
		    && !sluis_bytes_equal(sluis_of(m->reference->target_id), sluis_of(m->message_id));
	default: /* a number from the wire, not one of our enums */
		return false;
	}
}

static enum sluis_err
check_head(const Sluis__Manifest *m)
{
	if (m->suite_number != SLUIS_MANIFEST_SUITE)
		return SLUIS_EVERSION;
	if (m->n_section_hashes > SLUIS_SECTIONS_MAX || m->n_recipient_hashes > SLUIS_RECIPIENTS_MAX
	    || m->n_ground_facts > SLUIS_CODES_MAX)
		return SLUIS_ETOOBIG;
	if (m->n_section_hashes < 1 || !kind_fits(m) || has_fact_twice(m))
		return SLUIS_EFORMAT;
	if (m->created_ms > m->not_before_ms || m->not_before_ms >= m->expires_ms)
		return SLUIS_EFORMAT;
	return SLUIS_OK;
}

static enum sluis_err
open_manifest(ProtobufCBinaryData bytes, struct sluis_arena *arena, struct sluis_manifest *ret)
{
	SLUIS_TRY(SLUIS_UNPACK(manifest, Manifest, sluis_of(bytes), SLUIS_MANIFEST_MAX_BYTES, arena, &ret->m));
	SLUIS_TRY(check_head(ret->m));
	SLUIS_TRY(sluis_arena_copy(arena, sluis_of(bytes), &ret->bytes));
	ret->hash = sluis_hash(ret->bytes);
	ret->n_sections = ret->m->n_section_hashes;
	ret->n_recipients = ret->m->n_recipient_hashes;
	ret->own = ret->n_recipients;
	ret->sections = sluis_arena_alloc(arena, ret->n_sections * sizeof(*ret->sections));
	ret->recipients = sluis_arena_alloc(arena, ret->n_recipients * sizeof(*ret->recipients));
	ret->plain_sizes = sluis_arena_alloc(arena, ret->n_sections * sizeof(*ret->plain_sizes));
	if (ret->sections == NULL || ret->recipients == NULL || ret->plain_sizes == NULL)
		return SLUIS_ENOMEM;
	return SLUIS_OK;
}

/* PROTOCOL 5.3: the batch is the sender's, signed by the sender, not older than the manifest, and holds it. */
static enum sluis_err
open_batch(const Sluis__Signed *act, const struct sluis_batch_place *place, struct sluis_arena *arena,
    struct sluis_manifest *manifest)
{
	Sluis__Batch *batch;

	SLUIS_TRY(sluis_batch_open(sluis_of(act->payload_bytes), arena, &batch));
	if (!sluis_bytes_equal(sluis_of(batch->record_hash), sluis_of(manifest->m->sender_hash))
	    || act->n_signatures != 1
	    || !sluis_bytes_equal(sluis_of(act->signatures[0]->signer_hash), sluis_of(batch->record_hash)))
		return SLUIS_ESIGNATURE;
	if (batch->created_ms < manifest->m->created_ms)
		return SLUIS_EFORMAT;
	SLUIS_TRY(sluis_batch_verify(batch, place, &manifest->hash));
	manifest->batch = batch;
	return SLUIS_OK;
}

static enum sluis_err
open_recipient(const Sluis__Opening *opening, struct sluis_arena *arena, struct sluis_manifest *manifest,
    size_t *ret_index)
{
	const struct sluis_hash hash =
	    sluis_section_recipient_hash(opening->salt.data, sluis_of(opening->descriptor_bytes));
	Sluis__RecipientDescriptor *d;

	SLUIS_TRY(SLUIS_UNPACK(recipient_descriptor, RecipientDescriptor, sluis_of(opening->descriptor_bytes),
	    SLUIS_MANIFEST_MAX_BYTES, arena, &d));
	if (d->recipient_index >= manifest->n_recipients
	    || (d->kind_number != SLUIS_MANIFEST_MEMBER && d->kind_number != SLUIS_MANIFEST_RECOVERY))
		return SLUIS_EFORMAT;
	if (!hash_is(&hash, manifest->m->recipient_hashes[d->recipient_index]))
		return SLUIS_EHASH;
	for (size_t i = 0; i < manifest->n_recipients; i++) {
		if (manifest->recipients[i] != NULL
		    && sluis_bytes_equal(
		        sluis_of(manifest->recipients[i]->record_hash), sluis_of(d->record_hash)))
			return SLUIS_EFORMAT;
	}
	manifest->recipients[d->recipient_index] = d;
	*ret_index = d->recipient_index;
	return SLUIS_OK;
}

static enum sluis_err
check_section(const Sluis__SectionDescriptor *d, const struct sluis_manifest *manifest)
{
	if (d->section_index >= manifest->n_sections || (d->flags & ~SLUIS_SECTION_FLAGS) != 0
	    || d->n_recipient_indexes < 1)
		return SLUIS_EFORMAT;
	/* "ascending": so no more than there are recipients */
	for (size_t i = 0; i < d->n_recipient_indexes; i++) {
		if (d->recipient_indexes[i] >= manifest->n_recipients
		    || (i > 0 && d->recipient_indexes[i] <= d->recipient_indexes[i - 1]))
			return SLUIS_EFORMAT;
	}
	for (size_t i = 0; i < manifest->n_sections; i++) {
		if (manifest->sections[i] != NULL
		    && sluis_bytes_equal(sluis_of(manifest->sections[i]->section_id), sluis_of(d->section_id)))
			return SLUIS_EFORMAT;
	}
	return SLUIS_OK;
}

/* The header of a section has one size for its number of recipients, so the plaintext's size is public. */
static enum sluis_err
count_sizes(const Sluis__SectionDescriptor *d, struct sluis_manifest *manifest)
{
	const size_t header = sluis_age_header_size(d->n_recipient_indexes, true);
	uint64_t plain;

	if (sluis_age_plain_size(header, d->file_size, &plain) != SLUIS_OK || plain == 0)
		return SLUIS_EFORMAT;
	if (plain > SLUIS_SECTION_INLINE_MAX_BYTES)
		return SLUIS_ETOOBIG;
	manifest->plain_sizes[d->section_index] = plain;
	manifest->plain_size += plain;
	manifest->files_size += d->file_size;
	if (manifest->plain_size > SLUIS_MESSAGE_INLINE_MAX_BYTES || manifest->files_size > SLUIS_BODY_MAX_BYTES)
		return SLUIS_ETOOBIG;
	return SLUIS_OK;
}

static enum sluis_err
open_section(const Sluis__Opening *opening, struct sluis_arena *arena, struct sluis_manifest *manifest,
    size_t *ret_index)
{
	const struct sluis_hash hash =
	    sluis_section_hash(opening->salt.data, sluis_of(opening->descriptor_bytes));
	Sluis__SectionDescriptor *d;

	SLUIS_TRY(SLUIS_UNPACK(section_descriptor, SectionDescriptor, sluis_of(opening->descriptor_bytes),
	    SLUIS_MANIFEST_MAX_BYTES, arena, &d));
	SLUIS_TRY(check_section(d, manifest));
	if (!hash_is(&hash, manifest->m->section_hashes[d->section_index]))
		return SLUIS_EHASH;
	SLUIS_TRY(count_sizes(d, manifest));
	manifest->sections[d->section_index] = d;
	manifest->n_opened++;
	*ret_index = d->section_index;
	return SLUIS_OK;
}

/* PROTOCOL 5.1: "in order of index; indexes run from 0 without gaps. The broker gets all openings". */
static enum sluis_err
open_all(const struct sluis_manifest_parts *parts, struct sluis_arena *arena,
    struct sluis_manifest *manifest)
{
	size_t index;

	if (parts->n_sections != manifest->n_sections || parts->n_recipients != manifest->n_recipients)
		return SLUIS_EFORMAT;
	for (size_t i = 0; i < parts->n_recipients; i++) {
		SLUIS_TRY(open_recipient(parts->recipients[i], arena, manifest, &index));
		if (index != i)
			return SLUIS_EFORMAT;
	}
	for (size_t i = 0; i < parts->n_sections; i++) {
		SLUIS_TRY(open_section(parts->sections[i], arena, manifest, &index));
		if (index != i)
			return SLUIS_EFORMAT;
	}
	return SLUIS_OK;
}

static bool
lists(const Sluis__SectionDescriptor *d, size_t recipient)
{
	for (size_t i = 0; i < d->n_recipient_indexes; i++) {
		if (d->recipient_indexes[i] == recipient)
			return true;
	}
	return false;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_manifest_verify_signature(const Sluis__Signed *batch, enum sluis_batch_kind kind,
    const struct sluis_public *sign_key)
{
	const struct sluis_hash signer = sluis_manifest_signer(batch);

	return sluis_signed_verify_member(batch,
	    kind == SLUIS_BATCH_INTENT ? SLUIS_SIGNED_INTENT : SLUIS_SIGNED_BATCH, &signer, sign_key);
}

struct sluis_hash
sluis_manifest_signer(const Sluis__Signed *batch)
{
	return sluis_signed_signer(batch);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_manifest_open(const struct sluis_manifest_parts *parts, struct sluis_arena *arena,
    struct sluis_manifest *ret)
{
	struct sluis_manifest manifest = { 0 };

	SLUIS_TRY(open_manifest(parts->manifest_bytes, arena, &manifest));
	SLUIS_TRY(open_all(parts, arena, &manifest));
	*ret = manifest;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_manifest_open_push(const Sluis__Push *push, struct sluis_arena *arena, struct sluis_manifest *ret)
{
	const struct sluis_batch_place place = { .index = push->batch_index, .path = push->path_hashes,
		.n_path = push->n_path_hashes };
	const struct sluis_manifest_parts parts = { .sections = push->sections,
		.n_sections = push->n_sections, .recipients = push->recipients,
		.n_recipients = push->n_recipients };
	struct sluis_manifest manifest = { 0 };

	SLUIS_TRY(open_manifest(push->manifest_bytes, arena, &manifest));
	SLUIS_TRY(open_batch(push->batch, &place, arena, &manifest));
	SLUIS_TRY(open_all(&parts, arena, &manifest));
	*ret = manifest;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_manifest_open_intent(const Sluis__Intent *intent, struct sluis_arena *arena, struct sluis_manifest *ret)
{
	static const struct sluis_hash NOT_YET;
	const struct sluis_batch_place place = { .kind = SLUIS_BATCH_INTENT }; /* no path: of a batch of one */
	const struct sluis_manifest_parts parts = { .sections = intent->sections,
		.n_sections = intent->n_sections, .recipients = intent->recipients,
		.n_recipients = intent->n_recipients };
	struct sluis_manifest manifest = { 0 };

	SLUIS_TRY(open_manifest(intent->manifest_bytes, arena, &manifest));
	SLUIS_TRY(open_batch(intent->batch, &place, arena, &manifest));
	SLUIS_TRY(open_all(&parts, arena, &manifest));
	for (size_t i = 0; i < manifest.n_sections; i++) {
		if (!hash_is(&NOT_YET, manifest.sections[i]->file_hash))
			return SLUIS_EFORMAT;
	}
	*ret = manifest;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_manifest_open_fetch(const Sluis__TellFetch *fetch, const struct sluis_hash *record,
    struct sluis_arena *arena, struct sluis_manifest *ret)
{
	const struct sluis_batch_place place = { .index = fetch->batch_index, .path = fetch->path_hashes,
		.n_path = fetch->n_path_hashes };
	struct sluis_manifest manifest = { 0 };
	size_t index, next = 0;

	SLUIS_TRY(open_manifest(fetch->manifest_bytes, arena, &manifest));
	SLUIS_TRY(open_batch(fetch->batch, &place, arena, &manifest));
	SLUIS_TRY(open_recipient(fetch->recipient, arena, &manifest, &manifest.own));
	if (!hash_is(record, manifest.recipients[manifest.own]->record_hash)
	    || manifest.recipients[manifest.own]->kind_number != SLUIS_MANIFEST_MEMBER)
		return SLUIS_ESTATUS;
	for (size_t i = 0; i < fetch->n_sections; i++) {
		SLUIS_TRY(open_section(fetch->sections[i], arena, &manifest, &index));
		if (index < next || !lists(manifest.sections[index], manifest.own))
			return SLUIS_EFORMAT;
		next = index + 1;
	}
	if (manifest.n_opened < 1 || fetch->total_size != manifest.files_size)
		return SLUIS_EFORMAT;
	*ret = manifest;
	return SLUIS_OK;
}

struct sluis_hash
sluis_manifest_context(const struct sluis_manifest *manifest, size_t index)
{
	const Sluis__Manifest *m = manifest->m;
	const Sluis__SectionDescriptor *d = index < manifest->n_sections ? manifest->sections[index] : NULL;
	struct sluis_hash recipients[SLUIS_RECIPIENTS_MAX];

	assert(d != NULL);
	for (size_t i = 0; i < d->n_recipient_indexes; i++)
		recipients[i] = sluis_hash_of(m->recipient_hashes[d->recipient_indexes[i]]);
	return sluis_section_context_value(&(struct sluis_section_context){
	    .federation = sluis_of(m->federation_hash),
	    .message_id = sluis_of(m->message_id),
	    .case_id = sluis_of(m->case_id),
	    .sender = sluis_of(m->sender_hash),
	    .index = d->section_index,
	    .section_id = sluis_of(d->section_id),
	    .category = sluis_of(d->category_code),
	    .purpose = sluis_of(m->purpose_code),
	    .recipients = recipients,
	    .n_recipients = d->n_recipient_indexes,
	});
}

struct sluis_bytes
sluis_manifest_file(const struct sluis_manifest *manifest, size_t index, struct sluis_bytes body)
{
	size_t offset = 0;

	if (body.len != manifest->files_size || index >= manifest->n_sections
	    || manifest->sections[index] == NULL)
		return sluis_bytes(NULL, 0);
	for (size_t i = 0; i < index; i++) {
		if (manifest->sections[i] != NULL)
			offset += (size_t)manifest->sections[i]->file_size;
	}
	return sluis_bytes(body.data + offset, (size_t)manifest->sections[index]->file_size);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_manifest_check_file(const struct sluis_manifest *manifest, size_t index, struct sluis_bytes file)
{
	const struct sluis_hash context = sluis_manifest_context(manifest, index);
	const Sluis__SectionDescriptor *d = manifest->sections[index];
	struct sluis_hash hash;

	if (file.len != d->file_size)
		return SLUIS_EHASH;
	hash = sluis_hash(file);
	if (!hash_is(&hash, d->file_hash))
		return SLUIS_EHASH;
	return sluis_age_section_check(file, d->n_recipient_indexes, &context);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_manifest_check_body(const struct sluis_manifest *manifest, struct sluis_bytes body)
{
	if (body.len != manifest->files_size)
		return SLUIS_EFORMAT;
	for (size_t i = 0; i < manifest->n_sections; i++) {
		if (manifest->sections[i] != NULL)
			SLUIS_TRY(sluis_manifest_check_file(manifest, i, sluis_manifest_file(manifest, i, body)));
	}
	return SLUIS_OK;
}
