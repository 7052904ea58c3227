/* SPDX-License-Identifier: EUPL-1.2 */
#include "sample.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "hash.h"
#include "section.h"

enum { ARENA_BYTES = 32 * 1024 * 1024, STORAGE_BYTES = 6 * 1024 * 1024 };

static const char *const CATEGORIES[] = { "safety", "question", "history", "plan" };

static void *
need(struct sample *s, size_t len)
{
	void *p = sluis_arena_alloc(s->arena, len);

	assert(p != NULL);
	return p;
}

void
sample_random(void *context, void *buf, size_t len)
{
	uint64_t *counter = context;
	uint8_t *at = buf;

	while (len > 0) {
		const struct sluis_hash block = sluis_hash(sluis_bytes(counter, sizeof(*counter)));
		const size_t n = len < sizeof(block.bytes) ? len : sizeof(block.bytes);

		memcpy(at, block.bytes, n);
		at += n;
		len -= n;
		++*counter;
	}
}

static void
make_recipient(struct sample *s, size_t i)
{
	struct sluis_draft_recipient *r = &s->recipients[i];

	sample_random(&s->counter, r->record.bytes, sizeof(r->record.bytes));
	sample_random(&s->counter, s->age_secrets[i].bytes, sizeof(s->age_secrets[i].bytes));
	crypto_scalarmult_base(r->age_key.bytes, s->age_secrets[i].bytes);
	r->epoch = 1;
	r->kind = SLUIS_MANIFEST_MEMBER;
	r->pair_sequence = 7 + i;
}

static void
make_section(struct sample *s, size_t i, size_t n_recipients)
{
	struct sluis_draft_section *section = &s->sections[i];
	const size_t len = 100 + 37 * i;
	uint8_t *plain = need(s, len);

	sample_random(&s->counter, section->id.bytes, sizeof(section->id.bytes));
	sample_random(&s->counter, plain, len);
	section->category = sluis_bytes_text(CATEGORIES[i % SLUIS_ARRAY_LEN(CATEGORIES)]);
	section->about = sluis_bytes_text(i % 3 == 2 ? "family" : "");
	section->media_number = 2;
	section->is_criminal = i % 5 == 4;
	section->plain = sluis_bytes(plain, len);
	section->recipients = s->indexes[i];
	section->n_recipients = 0;
	for (uint32_t r = 0; r < n_recipients; r++) {
		if (r == 0 || ((i + 1) >> (r % 8) & 1) != 0)
			s->indexes[i][section->n_recipients++] = r;
	}
}

void
sample_draft(struct sample *s, size_t n_sections, size_t n_recipients, uint64_t seed)
{
	struct sluis_secret32 sign_seed;

	memset(s, 0, sizeof(*s));
	s->arena = sluis_arena_new(ARENA_BYTES);
	s->storage = malloc(STORAGE_BYTES);
	assert(s->arena != NULL && s->storage != NULL && sodium_init() >= 0);
	s->counter = seed << 32;
	sample_random(&s->counter, sign_seed.bytes, sizeof(sign_seed.bytes));
	sluis_signing_secret_expand(&sign_seed, &s->sign_secret, &s->sign_key);
	for (size_t i = 0; i < n_recipients; i++)
		make_recipient(s, i);
	for (size_t i = 0; i < n_sections; i++)
		make_section(s, i, n_recipients);
	s->facts[0] = (struct sluis_draft_fact){ sluis_bytes_text("step"), sluis_bytes_text("consultation") };
	s->facts[1] = (struct sluis_draft_fact){ sluis_bytes_text("method"), sluis_bytes_text("form") };
	s->draft = (struct sluis_draft){ .purpose = sluis_bytes_text("consultation"),
		.ground = sluis_bytes_text("consent"), .grant = &s->grant, .facts = s->facts, .n_facts = 2,
		.created_ms = SAMPLE_NOW_MS, .not_before_ms = SAMPLE_NOW_MS,
		.expires_ms = SAMPLE_NOW_MS + 30 * SAMPLE_DAY_MS, .keys = { .size = 12 },
		.retention = sluis_bytes_text("transit"), .kind = SLUIS_MANIFEST_NEW,
		.recipients = s->recipients, .n_recipients = n_recipients, .sections = s->sections,
		.n_sections = n_sections };
	sample_random(&s->counter, s->grant.id.bytes, sizeof(s->grant.id.bytes));
	sample_random(&s->counter, s->draft.message_id.bytes, sizeof(s->draft.message_id.bytes));
	sample_random(&s->counter, s->draft.sender.bytes, sizeof(s->draft.sender.bytes));
	memset(s->draft.federation.bytes, 0xfe, sizeof(s->draft.federation.bytes));
	memset(s->draft.case_id.bytes, 0xca, sizeof(s->draft.case_id.bytes));
}

void
sample_sign(struct sample *s)
{
	struct sluis_hash manifests[SAMPLE_BATCH] = { { { 0xaa } }, { { 0xbb } }, { { 0xcc } } };
	const struct sluis_batch_draft draft = { .record = s->draft.sender, .created_ms = SAMPLE_NOW_MS + 5,
		.manifests = manifests, .n = SAMPLE_BATCH };
	enum sluis_err err;

	manifests[SAMPLE_PLACE] = s->sealed.manifest.hash;
	err = sluis_batch_build(&draft, s->arena, &s->batch);
	assert(err == SLUIS_OK);
	err = sluis_batch_sign(&s->batch, &s->sign_secret, s->arena, &s->signed_batch);
	assert(err == SLUIS_OK);
	err = sluis_draft_push(&s->sealed, &s->batch, SAMPLE_PLACE, s->signed_batch, s->arena, &s->push);
	assert(err == SLUIS_OK);
}

void
sample_seal(struct sample *s)
{
	const struct sluis_draft_random random = { .fill = sample_random, .context = &s->counter };
	struct sluis_writer body;
	enum sluis_err err;

	sluis_writer_init(&body, s->storage, STORAGE_BYTES);
	err = sluis_draft_seal(&s->draft, &random, s->arena, &body, &s->sealed);
	assert(err == SLUIS_OK);
	sample_sign(s);
}

static ProtobufCBinaryData
repack_one(struct sample *s, const ProtobufCMessage *message)
{
	struct sluis_bytes bytes;
	const enum sluis_err err = sluis_codec_pack(message, s->arena, &bytes);

	assert(err == SLUIS_OK);
	return sluis_pb(bytes);
}

static ProtobufCBinaryData
keep_hash(struct sample *s, struct sluis_hash hash)
{
	struct sluis_hash *kept = need(s, sizeof(*kept));

	*kept = hash;
	return sluis_pb_hash(kept);
}

void
sample_repack(struct sample *s)
{
	struct sluis_manifest *v = &s->sealed.manifest;

	for (size_t i = 0; i < s->sealed.parts.n_recipients; i++) {
		Sluis__Opening *o = s->sealed.parts.recipients[i];

		o->descriptor_bytes = repack_one(s, &v->recipients[i]->base);
		v->m->recipient_hashes[i] =
		    keep_hash(s, sluis_section_recipient_hash(o->salt.data, sluis_of(o->descriptor_bytes)));
	}
	for (size_t i = 0; i < s->sealed.parts.n_sections; i++) {
		Sluis__Opening *o = s->sealed.parts.sections[i];

		o->descriptor_bytes = repack_one(s, &v->sections[i]->base);
		v->m->section_hashes[i] =
		    keep_hash(s, sluis_section_hash(o->salt.data, sluis_of(o->descriptor_bytes)));
	}
	s->sealed.parts.manifest_bytes = repack_one(s, &v->m->base);
	v->bytes = sluis_of(s->sealed.parts.manifest_bytes);
	v->hash = sluis_hash(v->bytes);
	sample_sign(s);
}

void
sample_replace(struct sample *s, size_t index, struct sluis_bytes file)
{
	const struct sluis_bytes old = sluis_manifest_file(&s->sealed.manifest, index, s->sealed.body);
	const size_t before = (size_t)(old.data - s->sealed.body.data);
	const size_t after = s->sealed.body.len - before - old.len;
	uint8_t *body = need(s, before + file.len + after);
	struct sluis_manifest *v = &s->sealed.manifest;

	memcpy(body, s->sealed.body.data, before);
	memcpy(body + before, file.data, file.len);
	memcpy(body + before + file.len, old.data + old.len, after);
	s->sealed.body = sluis_bytes(body, before + file.len + after);
	v->files_size = s->sealed.body.len;
	v->sections[index]->file_size = file.len;
	v->sections[index]->file_hash = keep_hash(s, sluis_hash(file));
	sample_repack(s);
}

static bool
is_for(const Sluis__SectionDescriptor *d, size_t recipient)
{
	for (size_t i = 0; i < d->n_recipient_indexes; i++) {
		if (d->recipient_indexes[i] == recipient)
			return true;
	}
	return false;
}

static Sluis__Evidence *
no_evidence(struct sample *s)
{
	Sluis__Evidence *evidence = need(s, sizeof(*evidence));

	sluis__evidence__init(evidence);
	evidence->event_bytes = sluis_pb(sluis_bytes_text("none"));
	evidence->blind = keep_hash(s, (struct sluis_hash){ { 0 } });
	return evidence;
}

Sluis__TellFetch *
sample_fetch(struct sample *s, size_t recipient, struct sluis_bytes *ret_body)
{
	const struct sluis_manifest *v = &s->sealed.manifest;
	Sluis__TellFetch *fetch = need(s, sizeof(*fetch));
	uint8_t *body = need(s, s->sealed.body.len);

	sluis__tell_fetch__init(fetch);
	fetch->batch = s->push->batch;
	fetch->batch_index = s->push->batch_index;
	fetch->path_hashes = s->push->path_hashes;
	fetch->n_path_hashes = s->push->n_path_hashes;
	fetch->manifest_bytes = s->push->manifest_bytes;
	fetch->recipient = s->push->recipients[recipient];
	fetch->acceptance = no_evidence(s);
	fetch->release = fetch->acceptance;
	fetch->sections = need(s, s->push->n_sections * sizeof(Sluis__Opening *));
	for (size_t i = 0; i < s->push->n_sections; i++) {
		const struct sluis_bytes file = sluis_manifest_file(v, i, s->sealed.body);

		if (!is_for(v->sections[i], recipient))
			continue;
		fetch->sections[fetch->n_sections++] = s->push->sections[i];
		memcpy(body + fetch->total_size, file.data, file.len);
		fetch->total_size += file.len;
	}
	*ret_body = sluis_bytes(body, (size_t)fetch->total_size);
	return fetch;
}

void
sample_free(struct sample *s)
{
	sluis_arena_free(s->arena);
	free(s->storage);
	memset(s, 0, sizeof(*s));
}
