/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Messages. First byte even: 4 bytes of length, a Push of that length, a body.
 * Odd: descriptors and a manifest, put under the right hashes and into a batch, as a sender with a modified client
 * would; what opens must be sound, and open for each of its receivers too.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "hash.h"
#include "manifest.h"

enum { ARENA_BYTES = 4 * 1024 * 1024, OPENINGS_MAX = 70 };

static const uint8_t SALT[SLUIS_HASH_BYTES] = "a salt that is the same for each";

/* A message under construction. */
struct parts {
	Sluis__Opening openings[2][OPENINGS_MAX]; /* recipients, sections */
	Sluis__Opening *lists[2][OPENINGS_MAX];
	struct sluis_hash hashes[2][OPENINGS_MAX];
	ProtobufCBinaryData views[2][OPENINGS_MAX];
	size_t n[2];
};

static bool
lists(const Sluis__SectionDescriptor *d, size_t recipient)
{
	for (size_t i = 0; i < d->n_recipient_indexes; i++) {
		if (d->recipient_indexes[i] == recipient)
			return true;
	}
	return false;
}

/* What a broker's checks promise to all that comes after them. */
static void
must_be_sound(const struct sluis_manifest *v)
{
	uint64_t files = 0, plain = 0;

	FUZZ_MUST(v->n_sections >= 1 && v->n_sections <= SLUIS_SECTIONS_MAX && v->n_opened == v->n_sections);
	FUZZ_MUST(v->n_recipients >= 1 && v->n_recipients <= SLUIS_RECIPIENTS_MAX && v->own == v->n_recipients);
	FUZZ_MUST(v->m->created_ms <= v->m->not_before_ms && v->m->not_before_ms < v->m->expires_ms);
	FUZZ_MUST((v->m->kind_number == SLUIS_MANIFEST_NEW) == (v->m->reference == NULL));
	for (size_t i = 0; i < v->n_recipients; i++)
		FUZZ_MUST(v->recipients[i] != NULL && v->recipients[i]->recipient_index == i);
	for (size_t i = 0; i < v->n_sections; i++) {
		const Sluis__SectionDescriptor *d = v->sections[i];

		FUZZ_MUST(d != NULL && d->section_index == i && d->n_recipient_indexes >= 1);
		FUZZ_MUST(d->n_recipient_indexes <= v->n_recipients);
		for (size_t k = 0; k < d->n_recipient_indexes; k++)
			FUZZ_MUST(d->recipient_indexes[k] < v->n_recipients);
		FUZZ_MUST(v->plain_sizes[i] >= 1 && v->plain_sizes[i] <= SLUIS_SECTION_INLINE_MAX_BYTES);
		FUZZ_MUST(d->file_size > v->plain_sizes[i]);
		files += d->file_size;
		plain += v->plain_sizes[i];
		sluis_manifest_context(v, i);
	}
	FUZZ_MUST(files == v->files_size && files <= SLUIS_BODY_MAX_BYTES);
	FUZZ_MUST(plain == v->plain_size && plain <= SLUIS_MESSAGE_INLINE_MAX_BYTES);
}

/* What the broker took, the receivers it names take too. */
static void
must_open_for_receivers(const Sluis__Push *push, const struct sluis_manifest *v, struct sluis_arena *arena)
{
	for (size_t r = 0; r < v->n_recipients; r++) {
		const struct sluis_hash record = sluis_hash_of(v->recipients[r]->record_hash);
		Sluis__TellFetch fetch = SLUIS__TELL_FETCH__INIT;
		Sluis__Opening *list[OPENINGS_MAX];
		struct sluis_manifest own;
		enum sluis_err err;

		fetch.batch = push->batch;
		fetch.batch_index = push->batch_index;
		fetch.path_hashes = push->path_hashes;
		fetch.n_path_hashes = push->n_path_hashes;
		fetch.manifest_bytes = push->manifest_bytes;
		fetch.recipient = push->recipients[r];
		fetch.sections = list;
		for (size_t i = 0; i < v->n_sections; i++) {
			if (!lists(v->sections[i], r))
				continue;
			list[fetch.n_sections++] = push->sections[i];
			fetch.total_size += v->sections[i]->file_size;
		}
		err = sluis_manifest_open_fetch(&fetch, &record, arena, &own);
		if (v->recipients[r]->kind_number == SLUIS_MANIFEST_RECOVERY)
			FUZZ_MUST(err == SLUIS_ESTATUS);
		else
			FUZZ_MUST((err == SLUIS_OK) == (fetch.n_sections > 0));
		FUZZ_MUST(err != SLUIS_OK || (own.own == r && own.n_opened == fetch.n_sections));
	}
}

static void
take(const Sluis__Push *push, struct sluis_bytes body, struct sluis_arena *arena)
{
	struct sluis_manifest v;

	if (sluis_manifest_open_push(push, arena, &v) != SLUIS_OK)
		return;
	must_be_sound(&v);
	if (sluis_manifest_check_body(&v, body) == SLUIS_OK)
		FUZZ_MUST(body.len == v.files_size);
	must_open_for_receivers(push, &v, arena);
}

static void
take_as_it_came(struct sluis_reader *r, struct sluis_arena *arena)
{
	const size_t len = sluis_reader_get_u32(r);
	const uint8_t *at = sluis_reader_get(r, len);
	Sluis__Push *push;

	if (!r->failed
	    && SLUIS_UNPACK(push, Push, sluis_bytes(at, len), SLUIS_FRAME_MAX_BYTES, arena, &push) == SLUIS_OK)
		take(push, r->rest, arena);
}

/* A count, then that many descriptors, each behind 2 bytes of length. */
static void
read_openings(struct sluis_reader *r, unsigned which, struct parts *parts)
{
	parts->n[which] = sluis_reader_get_u8(r) % OPENINGS_MAX;
	for (size_t i = 0; i < parts->n[which]; i++) {
		const size_t len = (size_t)sluis_reader_get_u8(r) << 8 | sluis_reader_get_u8(r);
		const struct sluis_bytes bytes = sluis_bytes(sluis_reader_get(r, len), r->failed ? 0 : len);
		Sluis__Opening *opening = &parts->openings[which][i];

		sluis__opening__init(opening);
		opening->salt = sluis_pb(sluis_bytes(SALT, sizeof(SALT)));
		opening->descriptor_bytes = sluis_pb(bytes);
		parts->lists[which][i] = opening;
		parts->hashes[which][i] =
		    which == 0 ? sluis_section_recipient_hash(SALT, bytes) : sluis_section_hash(SALT, bytes);
		parts->views[which][i] = sluis_pb_hash(&parts->hashes[which][i]);
	}
}

static bool
sign_nothing(const Sluis__Manifest *m, const struct sluis_bytes *bytes, Sluis__Push *push,
    struct sluis_arena *arena)
{
	static uint8_t signature[SLUIS_SIGNATURE_BYTES];
	static Sluis__Signature one;
	static Sluis__Signature *list[1] = { &one };
	static Sluis__Signed act;
	const struct sluis_hash hash = sluis_hash(*bytes);
	const struct sluis_batch_draft draft = { .record = sluis_hash_of(m->sender_hash),
		.created_ms = (int64_t)m->created_ms, .manifests = &hash, .n = 1 };
	struct sluis_batch batch;

	if (sluis_batch_build(&draft, arena, &batch) != SLUIS_OK)
		return false;
	sluis__signed__init(&act);
	sluis__signature__init(&one);
	one.signer_hash = m->sender_hash;
	one.algorithm_number = 1;
	one.signature_bytes = sluis_pb(sluis_bytes(signature, sizeof(signature)));
	act.payload_bytes = sluis_pb(batch.payload);
	act.signatures = list;
	act.n_signatures = 1;
	push->batch = &act;
	return true;
}

static void
take_as_a_sender_makes_it(struct sluis_reader *r, struct sluis_arena *arena)
{
	static struct parts parts;
	Sluis__Push push = SLUIS__PUSH__INIT;
	Sluis__Manifest *m;
	struct sluis_bytes bytes;
	size_t len;
	const uint8_t *at;

	read_openings(r, 0, &parts);
	read_openings(r, 1, &parts);
	len = sluis_reader_get_u32(r);
	at = sluis_reader_get(r, len);
	if (r->failed
	    || SLUIS_UNPACK(manifest, Manifest, sluis_bytes(at, len), SLUIS_MANIFEST_MAX_BYTES, arena, &m) != SLUIS_OK)
		return;
	m->recipient_hashes = parts.views[0];
	m->n_recipient_hashes = parts.n[0];
	m->section_hashes = parts.views[1];
	m->n_section_hashes = parts.n[1];
	if (sluis_codec_pack(&m->base, arena, &bytes) != SLUIS_OK || !sign_nothing(m, &bytes, &push, arena))
		return;
	push.manifest_bytes = sluis_pb(bytes);
	push.recipients = parts.lists[0];
	push.n_recipients = parts.n[0];
	push.sections = parts.lists[1];
	push.n_sections = parts.n[1];
	take(&push, r->rest, arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(ARENA_BYTES);
	struct sluis_reader r;

	FUZZ_MUST(arena != NULL);
	sluis_reader_init(&r, sluis_bytes(data, size));
	if (sluis_reader_get_u8(&r) % 2 == 0)
		take_as_it_came(&r, arena);
	else
		take_as_a_sender_makes_it(&r, arena);
	return 0;
}
