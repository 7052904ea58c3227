/* SPDX-License-Identifier: EUPL-1.2 */
#include "draft.h"

#include "age.h"
#include "hash.h"
#include "section.h"

/* A message while it is made. */
struct work {
	const struct sluis_draft *draft;
	const struct sluis_draft_random *random;
	struct sluis_arena *arena;
	struct sluis_writer *body; /* NULL: an intent, nothing is sealed */
	struct sluis_hash *section_hashes; /* salted */
	struct sluis_hash *recipient_hashes;
	struct sluis_manifest_parts parts;
};

/* What has to hold before arrays are walked and much is sealed; all else is found when it is read back. */
static enum sluis_err
check_draft(const struct sluis_draft *draft)
{
	if (draft->n_sections > SLUIS_SECTIONS_MAX || draft->n_recipients > SLUIS_RECIPIENTS_MAX
	    || draft->n_facts > SLUIS_CODES_MAX)
		return SLUIS_ETOOBIG;
	for (size_t i = 0; i < draft->n_sections; i++) {
		const struct sluis_draft_section *section = &draft->sections[i];

		if (section->n_recipients < 1 || section->n_recipients > draft->n_recipients)
			return SLUIS_EFORMAT;
		for (size_t k = 0; k < section->n_recipients; k++) {
			if (section->recipients[k] >= draft->n_recipients)
				return SLUIS_EUSAGE;
		}
	}
	return sluis_draft_body_size(draft) > SLUIS_BODY_MAX_BYTES ? SLUIS_ETOOBIG : SLUIS_OK;
}

static Sluis__Opening **
new_openings(struct sluis_arena *arena, size_t n)
{
	Sluis__Opening **list = sluis_arena_alloc(arena, n * sizeof(Sluis__Opening *));

	for (size_t i = 0; list != NULL && i < n; i++) {
		list[i] = sluis_arena_alloc(arena, sizeof(*list[i]));
		if (list[i] == NULL)
			return NULL;
		sluis__opening__init(list[i]);
	}
	return list;
}

static enum sluis_err
start(struct work *work)
{
	const struct sluis_draft *draft = work->draft;

	work->parts.n_sections = draft->n_sections;
	work->parts.n_recipients = draft->n_recipients;
	work->parts.sections = new_openings(work->arena, draft->n_sections);
	work->parts.recipients = new_openings(work->arena, draft->n_recipients);
	work->section_hashes = sluis_arena_alloc(work->arena, draft->n_sections * sizeof(struct sluis_hash));
	work->recipient_hashes = sluis_arena_alloc(work->arena, draft->n_recipients * sizeof(struct sluis_hash));
	if (work->parts.sections == NULL || work->parts.recipients == NULL || work->section_hashes == NULL
	    || work->recipient_hashes == NULL)
		return SLUIS_ENOMEM;
	return SLUIS_OK;
}

static enum sluis_err
salt(const struct work *work, Sluis__Opening *opening)
{
	uint8_t *bytes = sluis_arena_alloc(work->arena, SLUIS_HASH_BYTES);

	if (bytes == NULL)
		return SLUIS_ENOMEM;
	work->random->fill(work->random->context, bytes, SLUIS_HASH_BYTES);
	opening->salt = sluis_pb(sluis_bytes(bytes, SLUIS_HASH_BYTES));
	return SLUIS_OK;
}

static enum sluis_err
describe_recipient(struct work *work, size_t index)
{
	const struct sluis_draft_recipient *recipient = &work->draft->recipients[index];
	Sluis__Opening *opening = work->parts.recipients[index];
	Sluis__RecipientDescriptor d = SLUIS__RECIPIENT_DESCRIPTOR__INIT;
	struct sluis_bytes bytes;

	d.format = SLUIS_FORMAT;
	d.recipient_index = (uint32_t)index;
	d.record_hash = sluis_pb_hash(&recipient->record);
	d.epoch = recipient->epoch;
	d.kind_number = (uint32_t)recipient->kind;
	d.pair_sequence = recipient->pair_sequence;
	SLUIS_TRY(sluis_codec_pack(&d.base, work->arena, &bytes));
	SLUIS_TRY(salt(work, opening));
	opening->descriptor_bytes = sluis_pb(bytes);
	work->recipient_hashes[index] = sluis_section_recipient_hash(opening->salt.data, bytes);
	return SLUIS_OK;
}

static enum sluis_err
seal_section(struct work *work, size_t index, struct sluis_bytes *ret_file)
{
	const struct sluis_draft *draft = work->draft;
	const struct sluis_draft_section *section = &draft->sections[index];
	struct sluis_hash hashes[SLUIS_RECIPIENTS_MAX];
	struct sluis_public keys[SLUIS_RECIPIENTS_MAX];
	const struct sluis_section_context context = {
		.federation = sluis_hash_bytes(&draft->federation),
		.message_id = sluis_bytes(draft->message_id.bytes, sizeof(draft->message_id.bytes)),
		.case_id = sluis_bytes(draft->case_id.bytes, sizeof(draft->case_id.bytes)),
		.sender = sluis_hash_bytes(&draft->sender),
		.index = (uint32_t)index,
		.section_id = sluis_bytes(section->id.bytes, sizeof(section->id.bytes)),
		.category = section->category,
		.purpose = draft->purpose,
		.recipients = hashes,
		.n_recipients = section->n_recipients,
	};
	const size_t start_len = work->body->len;
	struct sluis_hash value;

	/* the context has room for codes, and for nothing longer */
	if (!sluis_code_is_valid(section->category) || !sluis_code_is_valid(draft->purpose))
		return SLUIS_EFORMAT;
	for (size_t i = 0; i < section->n_recipients; i++) {
		hashes[i] = work->recipient_hashes[section->recipients[i]];
		keys[i] = draft->recipients[section->recipients[i]].age_key;
	}
	value = sluis_section_context_value(&context);
	SLUIS_TRY(sluis_age_seal(&(struct sluis_age_to){ .recipients = keys,
	                             .n_recipients = section->n_recipients, .context = &value },
	    work->random->fill, work->random->context, section->plain, work->body));
	*ret_file = sluis_bytes(work->body->data + start_len, work->body->len - start_len);
	return SLUIS_OK;
}

static enum sluis_err
copy_indexes(struct sluis_arena *arena, const uint32_t *indexes, size_t n, uint32_t **ret)
{
	uint32_t *copy = sluis_arena_alloc(arena, n * sizeof(*copy));

	if (copy == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < n; i++)
		copy[i] = indexes[i];
	*ret = copy;
	return SLUIS_OK;
}

static enum sluis_err
describe_section(struct work *work, size_t index)
{
	const struct sluis_draft_section *section = &work->draft->sections[index];
	Sluis__Opening *opening = work->parts.sections[index];
	Sluis__SectionDescriptor d = SLUIS__SECTION_DESCRIPTOR__INIT;
	Sluis__About about = SLUIS__ABOUT__INIT;
	struct sluis_hash file_hash = { { 0 } };
	struct sluis_bytes file, bytes;

	if (work->body != NULL) {
		SLUIS_TRY(seal_section(work, index, &file));
		file_hash = sluis_hash(file);
	}
	d.format = SLUIS_FORMAT;
	d.section_index = (uint32_t)index;
	d.section_id = sluis_pb_id(&section->id);
	d.category_code = sluis_pb(section->category);
	about.category_code = sluis_pb(section->about);
	d.about = section->about.len > 0 ? &about : NULL;
	d.media_number = section->media_number;
	d.flags = (section->is_criminal ? SLUIS_SECTION_FLAG_CRIMINAL : 0) |
	    (section->has_not_bsn ? SLUIS_SECTION_FLAG_NOT_BSN : 0);
	d.file_size = sluis_age_sealed_size(section->n_recipients, true, section->plain.len);
	d.file_hash = sluis_pb_hash(&file_hash);
	d.n_recipient_indexes = section->n_recipients;
	SLUIS_TRY(copy_indexes(work->arena, section->recipients, section->n_recipients, &d.recipient_indexes));
	SLUIS_TRY(sluis_codec_pack(&d.base, work->arena, &bytes));
	SLUIS_TRY(salt(work, opening));
	opening->descriptor_bytes = sluis_pb(bytes);
	work->section_hashes[index] = sluis_section_hash(opening->salt.data, bytes);
	return SLUIS_OK;
}

static enum sluis_err
hash_views(struct sluis_arena *arena, const struct sluis_hash *hashes, size_t n, ProtobufCBinaryData **ret)
{
	ProtobufCBinaryData *views = sluis_arena_alloc(arena, n * sizeof(*views));

	if (views == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < n; i++)
		views[i] = sluis_pb_hash(&hashes[i]);
	*ret = views;
	return SLUIS_OK;
}

static enum sluis_err
put_facts(const struct work *work, Sluis__Manifest *m)
{
	const struct sluis_draft *draft = work->draft;
	Sluis__Fact *facts = sluis_arena_alloc(work->arena, draft->n_facts * sizeof(*facts));

	m->ground_facts = sluis_arena_alloc(work->arena, draft->n_facts * sizeof(*m->ground_facts));
	if (facts == NULL || m->ground_facts == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < draft->n_facts; i++) {
		sluis__fact__init(&facts[i]);
		facts[i].fact_code = sluis_pb(draft->facts[i].code);
		facts[i].value_text = sluis_pb(draft->facts[i].value);
		m->ground_facts[i] = &facts[i];
	}
	m->n_ground_facts = draft->n_facts;
	return SLUIS_OK;
}

static enum sluis_err
put_hashes(const struct work *work, Sluis__Manifest *m)
{
	m->n_section_hashes = work->draft->n_sections;
	m->n_recipient_hashes = work->draft->n_recipients;
	SLUIS_TRY(hash_views(work->arena, work->section_hashes, m->n_section_hashes, &m->section_hashes));
	return hash_views(work->arena, work->recipient_hashes, m->n_recipient_hashes, &m->recipient_hashes);
}

static void
put_scalars(const struct sluis_draft *draft, Sluis__Manifest *m)
{
	m->format = SLUIS_FORMAT;
	m->suite_number = SLUIS_MANIFEST_SUITE;
	m->federation_hash = sluis_pb_hash(&draft->federation);
	m->message_id = sluis_pb_id(&draft->message_id);
	m->case_id = sluis_pb_id(&draft->case_id);
	m->purpose_code = sluis_pb(draft->purpose);
	m->ground_code = sluis_pb(draft->ground);
	m->sender_hash = sluis_pb_hash(&draft->sender);
	m->created_ms = (uint64_t)draft->created_ms;
	m->not_before_ms = (uint64_t)draft->not_before_ms;
	m->expires_ms = (uint64_t)draft->expires_ms;
	m->policy_hash = sluis_pb_hash(&draft->policy);
	m->case_hash = sluis_pb_hash(&draft->case_head);
	m->retention_code = sluis_pb(draft->retention);
	m->kind_number = (uint32_t)draft->kind;
}

static enum sluis_err
pack_manifest(const struct work *work, struct sluis_bytes *ret)
{
	const struct sluis_draft *draft = work->draft;
	Sluis__Manifest m = SLUIS__MANIFEST__INIT;
	Sluis__GrantReference grant = SLUIS__GRANT_REFERENCE__INIT;
	Sluis__Reference reference = SLUIS__REFERENCE__INIT;
	Sluis__Checkpoint keys = SLUIS__CHECKPOINT__INIT;

	put_scalars(draft, &m);
	keys.tree_size = draft->keys.size;
	keys.root_hash = sluis_pb_hash(&draft->keys.root);
	m.keys = &keys;
	if (draft->grant != NULL) {
		grant.grant_id = sluis_pb_id(&draft->grant->id);
		grant.grant_hash = sluis_pb_hash(&draft->grant->hash);
		m.grant = &grant;
	}
	if (draft->target != NULL) {
		reference.target_id = sluis_pb_id(draft->target);
		m.reference = &reference;
	}
	SLUIS_TRY(put_facts(work, &m));
	SLUIS_TRY(put_hashes(work, &m));
	return sluis_codec_pack(&m.base, work->arena, ret);
}

static enum sluis_err
make_all(struct work *work, struct sluis_manifest *ret)
{
	struct sluis_bytes bytes;

	for (size_t i = 0; i < work->draft->n_recipients; i++)
		SLUIS_TRY(describe_recipient(work, i));
	for (size_t i = 0; i < work->draft->n_sections; i++)
		SLUIS_TRY(describe_section(work, i));
	SLUIS_TRY(pack_manifest(work, &bytes));
	work->parts.manifest_bytes = sluis_pb(bytes);
	return sluis_manifest_open(&work->parts, work->arena, ret);
}

uint64_t
sluis_draft_body_size(const struct sluis_draft *draft)
{
	uint64_t size = 0;

	for (size_t i = 0; i < draft->n_sections; i++) {
		size += sluis_age_sealed_size(
		    draft->sections[i].n_recipients, true, draft->sections[i].plain.len);
	}
	return size;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_draft_seal(const struct sluis_draft *draft, const struct sluis_draft_random *random,
    struct sluis_arena *arena, struct sluis_writer *body, struct sluis_draft_sealed *ret)
{
	struct work work = { .draft = draft, .random = random, .arena = arena, .body = body };
	const size_t start_len = body->len;
	struct sluis_draft_sealed sealed;
	enum sluis_err err;

	SLUIS_TRY(check_draft(draft));
	SLUIS_TRY(start(&work));
	err = make_all(&work, &sealed.manifest);
	if (err != SLUIS_OK) {
		body->len = start_len;
		return err;
	}
	sealed.parts = work.parts;
	sealed.body = sluis_bytes(body->data + start_len, body->len - start_len);
	*ret = sealed;
	return SLUIS_OK;
}

static enum sluis_err
sign_intent(const struct sluis_draft *draft, const struct sluis_hash *manifest, struct sluis_arena *arena,
    const struct sluis_signing_secret *secret, Sluis__Signed **ret)
{
	const struct sluis_batch_draft batch_draft = { .record = draft->sender,
		.created_ms = draft->created_ms, .manifests = manifest, .n = 1, .kind = SLUIS_BATCH_INTENT };
	struct sluis_batch batch;

	SLUIS_TRY(sluis_batch_build(&batch_draft, arena, &batch));
	return sluis_batch_sign(&batch, secret, arena, ret);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_draft_intent(const struct sluis_draft *draft, const struct sluis_draft_random *random,
    struct sluis_arena *arena, const struct sluis_signing_secret *secret, Sluis__Intent **ret)
{
	struct work work = { .draft = draft, .random = random, .arena = arena };
	Sluis__Intent *intent = sluis_arena_alloc(arena, sizeof(*intent));
	struct sluis_manifest manifest;

	if (intent == NULL)
		return SLUIS_ENOMEM;
	SLUIS_TRY(check_draft(draft));
	SLUIS_TRY(start(&work));
	SLUIS_TRY(make_all(&work, &manifest));
	sluis__intent__init(intent);
	SLUIS_TRY(sign_intent(draft, &manifest.hash, arena, secret, &intent->batch));
	intent->manifest_bytes = work.parts.manifest_bytes;
	intent->sections = work.parts.sections;
	intent->n_sections = work.parts.n_sections;
	intent->recipients = work.parts.recipients;
	intent->n_recipients = work.parts.n_recipients;
	*ret = intent;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_draft_push(const struct sluis_draft_sealed *sealed, const struct sluis_batch *batch, size_t index,
    Sluis__Signed *signed_batch, struct sluis_arena *arena, Sluis__Push **ret)
{
	Sluis__Push *push;

	if (index >= batch->n)
		return SLUIS_EUSAGE;
	push = sluis_arena_alloc(arena, sizeof(*push));
	if (push == NULL)
		return SLUIS_ENOMEM;
	sluis__push__init(push);
	push->batch = signed_batch;
	push->batch_index = (uint32_t)index;
	push->n_path_hashes = batch->paths[index].n;
	SLUIS_TRY(hash_views(arena, batch->paths[index].hashes, batch->paths[index].n, &push->path_hashes));
	push->manifest_bytes = sealed->parts.manifest_bytes;
	push->sections = sealed->parts.sections;
	push->n_sections = sealed->parts.n_sections;
	push->recipients = sealed->parts.recipients;
	push->n_recipients = sealed->parts.n_recipients;
	*ret = push;
	return SLUIS_OK;
}
