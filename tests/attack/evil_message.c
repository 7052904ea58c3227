/* SPDX-License-Identifier: EUPL-1.2 */
#include "evil.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "age.h"
#include "cases.h"
#include "grants.h"
#include "hash.h"
#include "limits.h"
#include "section.h"

enum { GRANTS_MAX = 64, EXPIRES_MS = 3600 * 1000, FILE_MAX = 8 * 1024 * 1024 };

void
evil_must(enum sluis_err err, const char *what)
{
	if (err == SLUIS_OK)
		return;
	fprintf(stderr, "attack: error: %s: %s\n", what, sluis_err_text(err));
	exit(EVIL_BROKEN);
}

void *
evil_alloc(struct evil *evil, size_t len)
{
	void *p = sluis_arena_alloc(evil->arena, len);

	evil_must(p == NULL ? SLUIS_ENOMEM : SLUIS_OK, "memory");
	return p;
}

struct sluis_id
evil_id(const char *hex)
{
	struct sluis_id id;

	evil_must(sluis_unhex(hex, id.bytes, sizeof(id.bytes)), hex);
	return id;
}

struct sluis_case *
evil_case(struct evil *evil, const struct sluis_id *id)
{
	struct sluis_case *of_case = NULL;

	evil_must(sluis_cases_get(evil->session, id, &of_case, &evil->failure), evil->failure.text);
	return of_case;
}

static void
take_grant(struct evil *evil, const char *word, struct evil_message *m)
{
	struct sluis_grants_row *rows = evil_alloc(evil, GRANTS_MAX * sizeof(*rows));
	struct sluis_id of_case = m->draft.case_id;
	char hex[33];
	size_t n = 0;

	if (strcmp(word, "-") == 0)
		return;
	snprintf(hex, sizeof(hex), "%.32s", word);
	m->grant.id = evil_id(hex);
	if (strchr(word, '@') != NULL)
		of_case = evil_id(strchr(word, '@') + 1);
	evil_must(sluis_grants_list(evil->session, &of_case, evil->arena, GRANTS_MAX, rows, &n,
	    &evil->failure), evil->failure.text);
	for (size_t i = 0; i < n; i++) {
		if (memcmp(rows[i].grant->grant_id.data, m->grant.id.bytes, SLUIS_ID_BYTES) == 0) {
			m->grant.hash = rows[i].hash;
			m->draft.grant = &m->grant;
		}
	}
	evil_must(m->draft.grant == NULL ? SLUIS_ENOTFOUND : SLUIS_OK, "the grant");
}

static void
take_recipient(struct evil *evil, const char *handle, struct evil_message *m)
{
	const struct sluis_member *member =
	    sluis_directory_member(evil->session->directory, sluis_bytes_text(handle));
	struct sluis_draft_recipient *r = &m->recipients[m->draft.n_recipients++];
	const struct sluis_recipient *key;

	evil_must(member == NULL ? SLUIS_ENOTFOUND : SLUIS_OK, handle);
	key = sluis_member_recipient_at(member, sluis_now_ms());
	evil_must(key == NULL ? SLUIS_ENOTFOUND : SLUIS_OK, "its key");
	*r = (struct sluis_draft_recipient){ .record = member->record_hash, .epoch = key->epoch,
		.kind = SLUIS_MANIFEST_MEMBER, .age_key = key->key };
	evil_must(sluis_profile_next_sequence(evil->session->profile, handle, &r->pair_sequence,
	    &evil->failure), "a number");
}

static void
take_section(struct evil *evil, const char *word, struct evil_message *m)
{
	struct sluis_draft_section *s = &m->sections[m->draft.n_sections];
	const char *sign = strchr(word, '=');
	uint32_t *indexes = m->indexes[m->draft.n_sections++];

	(void)evil;
	evil_must(sign == NULL ? SLUIS_EUSAGE : SLUIS_OK, word);
	*s = (struct sluis_draft_section){ .category = sluis_bytes(word, (size_t)(sign - word)),
		.media_number = 2, .plain = sluis_bytes_text(sign + 1), .recipients = indexes,
		.n_recipients = m->draft.n_recipients };
	randombytes_buf(s->id.bytes, sizeof(s->id.bytes));
	for (uint32_t i = 0; i < m->draft.n_recipients; i++)
		indexes[i] = i;
}

void
evil_draft(struct evil *evil, const char *case_hex, const char *grant, const char *to,
    const char *purpose, char **words, int n_words, struct evil_message *ret)
{
	struct sluis_session *session = evil->session;
	struct sluis_draft *d = &ret->draft;
	char list[256], *rest = NULL;

	memset(ret, 0, sizeof(*ret));
	evil_must(session->self == NULL ? SLUIS_EREFUSED : SLUIS_OK, "a member's profile");
	*d = (struct sluis_draft){ .federation = session->federation, .case_id = evil_id(case_hex),
		.purpose = sluis_bytes_text(purpose), .ground = sluis_bytes_text("consent"),
		.sender = session->self->record_hash, .created_ms = sluis_now_ms(),
		.keys = sluis_profile_heads(session->profile).keys, .policy = session->policy_hash,
		.retention = sluis_bytes_text("transit"), .kind = SLUIS_MANIFEST_NEW,
		.recipients = ret->recipients, .sections = ret->sections };
	d->not_before_ms = d->created_ms;
	d->expires_ms = d->created_ms + EXPIRES_MS;
	d->case_head = evil_case(evil, &d->case_id)->head;
	randombytes_buf(d->message_id.bytes, sizeof(d->message_id.bytes));
	take_grant(evil, grant, ret);
	snprintf(list, sizeof(list), "%s", to);
	for (char *h = strtok_r(list, ",", &rest); h != NULL; h = strtok_r(NULL, ",", &rest))
		take_recipient(evil, h, ret);
	for (int i = 0; i < n_words; i++)
		take_section(evil, words[i], ret);
}

void
evil_join(struct evil *evil, struct evil_message *m)
{
	size_t len = 0;
	uint8_t *body;

	for (size_t i = 0; i < m->push->n_sections; i++)
		len += m->files[i].len;
	body = evil_alloc(evil, len);
	m->body = sluis_bytes(body, len);
	for (size_t i = 0; i < m->push->n_sections; i++) {
		memcpy(body, m->files[i].data, m->files[i].len);
		body += m->files[i].len;
	}
}

void
evil_seal(struct evil *evil, struct evil_message *m)
{
	const struct sluis_draft_random random = { .fill = sluis_random_system };
	const size_t cap = (size_t)sluis_draft_body_size(&m->draft);
	struct sluis_draft_sealed sealed;
	struct sluis_writer body;

	sluis_writer_init(&body, evil_alloc(evil, cap), cap);
	evil_must(sluis_draft_seal(&m->draft, &random, evil->arena, &body, &sealed), "sealing");
	m->push = evil_alloc(evil, sizeof(*m->push));
	sluis__push__init(m->push);
	m->push->manifest_bytes = sealed.parts.manifest_bytes;
	m->push->sections = sealed.parts.sections;
	m->push->n_sections = sealed.parts.n_sections;
	m->push->recipients = sealed.parts.recipients;
	m->push->n_recipients = sealed.parts.n_recipients;
	for (size_t i = 0; i < sealed.parts.n_sections; i++)
		m->files[i] = sluis_manifest_file(&sealed.manifest, i, sealed.body);
	evil_join(evil, m);
}

void
evil_replace(struct evil *evil, struct evil_message *m, size_t section, struct sluis_bytes file)
{
	Sluis__Opening *opening = m->push->sections[section];
	struct sluis_hash *hashes = evil_alloc(evil, 2 * sizeof(*hashes));
	Sluis__SectionDescriptor *d = NULL;
	Sluis__Manifest *manifest = NULL;
	struct sluis_bytes packed;

	evil_must(SLUIS_UNPACK(section_descriptor, SectionDescriptor, sluis_of(opening->descriptor_bytes),
	    SLUIS_FRAME_MAX_BYTES, evil->arena, &d), "descriptor");
	hashes[0] = sluis_hash(file);
	d->file_size = file.len;
	d->file_hash = sluis_pb_hash(&hashes[0]);
	evil_must(sluis_codec_pack(&d->base, evil->arena, &packed), "descriptor");
	opening->descriptor_bytes = sluis_pb(packed);
	hashes[1] = sluis_section_hash(opening->salt.data, packed);
	evil_must(SLUIS_UNPACK(manifest, Manifest, sluis_of(m->push->manifest_bytes),
	    SLUIS_FRAME_MAX_BYTES, evil->arena, &manifest), "manifest");
	manifest->section_hashes[section] = sluis_pb_hash(&hashes[1]);
	evil_must(sluis_codec_pack(&manifest->base, evil->arena, &packed), "manifest");
	m->push->manifest_bytes = sluis_pb(packed);
	m->files[section] = file;
	evil_join(evil, m);
}

struct sluis_hash
evil_context(const struct evil_message *m, size_t section)
{
	struct sluis_age_header header;

	evil_must(sluis_age_header_parse(m->files[section], &header), "header");
	return header.context;
}

void
evil_reseal(struct evil *evil, struct evil_message *m, size_t section, const struct sluis_public *keys,
    size_t n, const struct sluis_hash *context)
{
	const struct sluis_bytes plain = m->sections[section].plain;
	const size_t cap = (size_t)sluis_age_sealed_size(n, context != NULL, plain.len);
	struct sluis_writer out;

	sluis_writer_init(&out, evil_alloc(evil, cap), cap);
	evil_must(sluis_age_seal(&(struct sluis_age_to){ .recipients = keys, .n_recipients = n,
	    .context = context }, sluis_random_system, NULL, plain, &out), "sealing again");
	evil_replace(evil, m, section, sluis_bytes(out.data, out.len));
}

void
evil_sign(struct evil *evil, struct evil_message *m)
{
	struct sluis_hash *manifest = evil_alloc(evil, sizeof(*manifest));
	struct sluis_batch_draft draft = { .record = evil->session->self->record_hash,
		.created_ms = m->draft.created_ms, .manifests = manifest, .n = 1 };
	struct sluis_batch batch;

	if (draft.created_ms == 0)
		draft.created_ms = sluis_now_ms();
	*manifest = sluis_hash(sluis_of(m->push->manifest_bytes));
	evil_must(sluis_batch_build(&draft, evil->arena, &batch), "batch");
	evil_must(sluis_batch_sign(&batch, &sluis_profile_keys(evil->session->profile)->sign, evil->arena,
	    &m->push->batch), "signing");
	m->push->batch_index = 0;
	m->push->n_path_hashes = 0;
}

void
evil_save(const char *path, struct evil *evil, const struct evil_message *m)
{
	FILE *file = fopen(path, "wb");
	struct sluis_bytes packed;
	uint32_t len;

	evil_must(file == NULL ? SLUIS_EIO : SLUIS_OK, path);
	evil_must(sluis_codec_pack(&m->push->base, evil->arena, &packed), "push");
	len = (uint32_t)packed.len;
	fwrite(&len, sizeof(len), 1, file);
	fwrite(packed.data, 1, packed.len, file);
	fwrite(m->body.data, 1, m->body.len, file);
	evil_must(fclose(file) == 0 ? SLUIS_OK : SLUIS_EIO, path);
}

/* The sections' files again, by the sizes in their descriptors. */
static void
split(struct evil *evil, struct evil_message *m)
{
	const uint8_t *at = m->body.data;

	for (size_t i = 0; i < m->push->n_sections && i < EVIL_MAX; i++) {
		Sluis__SectionDescriptor *d = NULL;

		evil_must(SLUIS_UNPACK(section_descriptor, SectionDescriptor,
		    sluis_of(m->push->sections[i]->descriptor_bytes), SLUIS_FRAME_MAX_BYTES, evil->arena,
		    &d), "descriptor");
		m->files[i] = sluis_bytes(at, (size_t)d->file_size);
		at += d->file_size;
	}
}

void
evil_load(const char *path, struct evil *evil, struct evil_message *m)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = evil_alloc(evil, FILE_MAX);
	size_t n;
	uint32_t len;

	memset(m, 0, sizeof(*m));
	evil_must(file == NULL ? SLUIS_EIO : SLUIS_OK, path);
	n = fread(bytes, 1, FILE_MAX, file);
	fclose(file);
	memcpy(&len, bytes, sizeof(len));
	evil_must(n < sizeof(len) || len > n - sizeof(len) ? SLUIS_EFORMAT : SLUIS_OK, path);
	evil_must(SLUIS_UNPACK(push, Push, sluis_bytes(bytes + sizeof(len), len), SLUIS_FRAME_MAX_BYTES,
	    evil->arena, &m->push), path);
	m->body = sluis_bytes(bytes + sizeof(len) + len, n - sizeof(len) - len);
	split(evil, m);
}
