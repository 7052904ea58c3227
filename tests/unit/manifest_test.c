/* SPDX-License-Identifier: EUPL-1.2 */
#include "manifest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "age.h"
#include "hash.h"
#include "sample.h"
#include "signed.h"

static struct sluis_arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = sluis_arena_new(SLUIS_ARENA_MAX_BYTES);
	return arena == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	sluis_arena_free(arena);
	return 0;
}

static enum sluis_err
open_push(const struct sample *s, struct sluis_manifest *ret)
{
	sluis_arena_reset(arena);
	SLUIS_TRY(sluis_codec_check(&s->push->base));
	SLUIS_TRY(sluis_manifest_verify_signature(s->push->batch, SLUIS_BATCH_PUSH, &s->sign_key));
	return sluis_manifest_open_push(s->push, arena, ret);
}

/* What a worker of the broker does. */
static enum sluis_err
take_push(const struct sample *s)
{
	struct sluis_manifest manifest;

	SLUIS_TRY(open_push(s, &manifest));
	return sluis_manifest_check_body(&manifest, s->sealed.body);
}

static enum sluis_err
take_fetch(const Sluis__TellFetch *fetch, const struct sample *s, size_t recipient, struct sluis_bytes body)
{
	struct sluis_manifest manifest;

	sluis_arena_reset(arena);
	SLUIS_TRY(sluis_codec_check(&fetch->base));
	SLUIS_TRY(sluis_manifest_verify_signature(fetch->batch, SLUIS_BATCH_PUSH, &s->sign_key));
	SLUIS_TRY(sluis_manifest_open_fetch(fetch, &s->recipients[recipient].record, arena, &manifest));
	return sluis_manifest_check_body(&manifest, body);
}

/* ---- Misuse and round trips ---- */

static void
nothing_is_written_on_failure(void **state)
{
	struct sample s;
	struct sluis_manifest manifest;
	const struct sluis_manifest before = { .own = 77 };

	(void)state;
	sample_draft(&s, 1, 1, 1);
	sample_seal(&s);
	s.push->n_sections = 0;
	memcpy(&manifest, &before, sizeof(manifest));
	assert_int_equal(open_push(&s, &manifest), SLUIS_EFORMAT);
	assert_memory_equal(&manifest, &before, sizeof(manifest));
	assert_int_equal(sluis_manifest_open(&s.sealed.parts, arena, &manifest), SLUIS_OK);
	assert_null(manifest.batch);
	s.push->n_sections = 1;
	assert_int_equal(open_push(&s, &manifest), SLUIS_OK);
	assert_non_null(manifest.batch);
	assert_null(sluis_manifest_file(&manifest, 1, s.sealed.body).data);
	assert_null(sluis_manifest_file(&manifest, SIZE_MAX / sizeof(void *), s.sealed.body).data);
	assert_null(sluis_manifest_file(&manifest, 0, sluis_bytes(s.sealed.body.data, 3)).data);
	sample_free(&s);
}

static void
too_small_an_arena_is_no_crash(void **state)
{
	struct sample s;
	struct sluis_manifest manifest;
	enum sluis_err err = SLUIS_ENOMEM;

	(void)state;
	sample_draft(&s, 3, 3, 1);
	sample_seal(&s);
	for (size_t cap = 0; err != SLUIS_OK; cap += 16) {
		struct sluis_arena *small = sluis_arena_new(cap);

		assert_non_null(small);
		err = sluis_manifest_open_push(s.push, small, &manifest);
		sluis_arena_free(small);
		assert_true(cap < SLUIS_ARENA_MAX_BYTES);
	}
	sample_free(&s);
}

static void
assert_opens_to(const struct sample *s, size_t recipient, size_t section, struct sluis_bytes file)
{
	const struct sluis_age_identities mine = { .keys = &s->age_secrets[recipient], .n_keys = 1 };
	const struct sluis_bytes plain = s->sections[section].plain;
	uint8_t *out = malloc(file.len);
	struct sluis_writer w;

	sluis_writer_init(&w, out, file.len);
	assert_int_equal(sluis_age_open(&mine, file, &w), SLUIS_OK);
	assert_int_equal(w.len, plain.len);
	assert_memory_equal(out, plain.data, plain.len);
	free(out);
}

static void
fetch_round_trip(struct sample *s, size_t recipient)
{
	struct sluis_bytes body;
	const Sluis__TellFetch *fetch = sample_fetch(s, recipient, &body);
	struct sluis_manifest manifest;

	sluis_arena_reset(arena);
	if (fetch->n_sections == 0) {
		assert_int_equal(sluis_manifest_open_fetch(fetch, &s->recipients[recipient].record, arena,
		    &manifest), SLUIS_EFORMAT);
		return;
	}
	assert_int_equal(take_fetch(fetch, s, recipient, body), SLUIS_OK);
	assert_int_equal(sluis_manifest_open_fetch(fetch, &s->recipients[recipient].record, arena, &manifest),
	    SLUIS_OK);
	assert_int_equal(manifest.own, recipient);
	assert_int_equal(manifest.n_opened, fetch->n_sections);
	assert_int_equal(manifest.files_size, body.len);
	for (size_t i = 0; i < manifest.n_sections; i++) {
		const struct sluis_bytes file = sluis_manifest_file(&manifest, i, body);

		if (manifest.sections[i] != NULL)
			assert_opens_to(s, recipient, i, file);
		else
			assert_int_equal(file.len, 0);
	}
	for (size_t i = 0; i < manifest.n_recipients; i++)
		assert_int_equal(manifest.recipients[i] != NULL, i == recipient);
}

static void
round_trip(size_t n_sections, size_t n_recipients)
{
	struct sample s;
	struct sluis_manifest manifest;
	uint64_t plain = 0;

	sample_draft(&s, n_sections, n_recipients, 1);
	sample_seal(&s);
	assert_int_equal(take_push(&s), SLUIS_OK);
	assert_int_equal(open_push(&s, &manifest), SLUIS_OK);
	assert_int_equal(manifest.n_sections, n_sections);
	assert_int_equal(manifest.n_recipients, n_recipients);
	assert_int_equal(manifest.n_opened, n_sections);
	assert_int_equal(manifest.own, n_recipients);
	assert_int_equal(manifest.files_size, s.sealed.body.len);
	assert_true(sluis_hash_equal(&manifest.hash, &s.sealed.manifest.hash));
	for (size_t i = 0; i < n_sections; i++) {
		assert_int_equal(manifest.plain_sizes[i], s.sections[i].plain.len);
		plain += s.sections[i].plain.len;
	}
	assert_int_equal(manifest.plain_size, plain);
	for (size_t r = 0; r < n_recipients; r++)
		fetch_round_trip(&s, r);
	sample_free(&s);
}

static void
every_number_of_sections_and_recipients(void **state)
{
	(void)state;
	for (size_t n = 1; n <= 9; n++) {
		for (size_t r = 1; r <= 9; r++)
			round_trip(n, r);
	}
	round_trip(SLUIS_SECTIONS_MAX, SLUIS_RECIPIENTS_MAX);
}

static void
what_is_opened_does_not_need_the_frame(void **state)
{
	struct sample s;
	struct sluis_manifest manifest;
	uint8_t *body;
	size_t body_len;

	(void)state;
	sample_draft(&s, 2, 2, 1);
	sample_seal(&s);
	assert_int_equal(open_push(&s, &manifest), SLUIS_OK);
	body_len = s.sealed.body.len;
	body = malloc(body_len);
	memcpy(body, s.sealed.body.data, body_len);
	sample_free(&s);
	assert_int_equal(sluis_manifest_check_body(&manifest, sluis_bytes(body, body_len)), SLUIS_OK);
	free(body);
}

/* ---- Tampering ---- */

static void
flip_each_byte(const struct sample *s, ProtobufCBinaryData field)
{
	for (size_t i = 0; i < field.len; i++) {
		for (unsigned bit = 0; bit < 8; bit += 7) {
			field.data[i] ^= (uint8_t)(1u << bit);
			assert_int_not_equal(take_push(s), SLUIS_OK);
			field.data[i] ^= (uint8_t)(1u << bit);
		}
	}
	assert_int_equal(take_push(s), SLUIS_OK);
}

static void
cut_each_length(const struct sample *s, ProtobufCBinaryData *field)
{
	const ProtobufCBinaryData whole = *field;

	for (size_t len = 0; len < whole.len; len++) {
		uint8_t *copy = malloc(len + 1); /* its own, so that a sanitizer sees a read beyond */

		memcpy(copy, whole.data, len);
		*field = (ProtobufCBinaryData){ .len = len, .data = copy };
		assert_int_not_equal(take_push(s), SLUIS_OK);
		free(copy);
	}
	*field = whole;
	assert_int_equal(take_push(s), SLUIS_OK);
}

static void
tamper(const struct sample *s, ProtobufCBinaryData *field)
{
	flip_each_byte(s, *field);
	cut_each_length(s, field);
}

static void
every_byte_of_a_push_counts(void **state)
{
	struct sample s;

	(void)state;
	sample_draft(&s, 2, 2, 1);
	sample_seal(&s);
	tamper(&s, &s.push->manifest_bytes);
	for (size_t i = 0; i < 2; i++) {
		tamper(&s, &s.push->sections[i]->salt);
		tamper(&s, &s.push->sections[i]->descriptor_bytes);
		tamper(&s, &s.push->recipients[i]->salt);
		tamper(&s, &s.push->recipients[i]->descriptor_bytes);
	}
	tamper(&s, &s.push->batch->payload_bytes);
	tamper(&s, &s.push->batch->signatures[0]->signature_bytes);
	tamper(&s, &s.push->batch->signatures[0]->signer_hash);
	assert_true(s.push->n_path_hashes > 0);
	for (size_t i = 0; i < s.push->n_path_hashes; i++)
		tamper(&s, &s.push->path_hashes[i]);
	sample_free(&s);
}

static void
every_byte_of_the_body_counts(void **state)
{
	struct sample s;
	struct sluis_manifest manifest;
	ProtobufCBinaryData body;

	(void)state;
	sample_draft(&s, 2, 2, 1);
	sample_seal(&s);
	flip_each_byte(&s, sluis_pb(s.sealed.body));
	body = sluis_pb(s.sealed.body);
	assert_int_equal(open_push(&s, &manifest), SLUIS_OK);
	for (size_t len = 0; len < body.len; len++)
		assert_int_equal(sluis_manifest_check_body(&manifest, sluis_bytes(body.data, len)),
		    SLUIS_EFORMAT);
	assert_int_equal(sluis_manifest_check_body(&manifest, sluis_bytes(body.data, body.len + 1)),
	    SLUIS_EFORMAT);
	for (size_t i = 0; i < 2; i++) {
		struct sluis_bytes file = sluis_manifest_file(&manifest, i, s.sealed.body);

		assert_int_equal(sluis_manifest_check_file(&manifest, i, file), SLUIS_OK);
		file.len--;
		assert_int_equal(sluis_manifest_check_file(&manifest, i, file), SLUIS_EHASH);
		file.len = 0;
		assert_int_equal(sluis_manifest_check_file(&manifest, i, file), SLUIS_EHASH);
	}
	sample_free(&s);
}

static void
every_byte_of_a_fetch_counts(void **state)
{
	struct sample s;
	struct sluis_bytes body;
	Sluis__TellFetch *fetch;
	ProtobufCBinaryData fields[8];
	size_t n = 0;

	(void)state;
	sample_draft(&s, 3, 2, 1);
	sample_seal(&s);
	fetch = sample_fetch(&s, 1, &body);
	assert_true(fetch->n_sections >= 1 && fetch->n_sections < 3);
	fields[n++] = fetch->manifest_bytes;
	fields[n++] = fetch->recipient->salt;
	fields[n++] = fetch->recipient->descriptor_bytes;
	fields[n++] = fetch->sections[0]->salt;
	fields[n++] = fetch->sections[0]->descriptor_bytes;
	fields[n++] = fetch->batch->payload_bytes;
	fields[n++] = fetch->path_hashes[0];
	fields[n++] = sluis_pb(body);
	for (size_t f = 0; f < n; f++) {
		for (size_t i = 0; i < fields[f].len; i++) {
			fields[f].data[i] ^= 0x01;
			assert_int_not_equal(take_fetch(fetch, &s, 1, body), SLUIS_OK);
			fields[f].data[i] ^= 0x01;
		}
	}
	assert_int_equal(take_fetch(fetch, &s, 1, body), SLUIS_OK);
	sample_free(&s);
}

/* ---- What a sender with a modified client may try: signed, hashes right, rules broken ---- */

struct bad {
	const char *what;
	void (*change)(struct sample *s);
	enum sluis_err expected;
};

#define V (s->sealed.manifest)

static void suite_2(struct sample *s) { V.m->suite_number = 2; }
static void kind_5(struct sample *s) { V.m->kind_number = 5; }
static void kind_without_reference(struct sample *s) { V.m->kind_number = 2; }

static Sluis__Reference a_reference = SLUIS__REFERENCE__INIT;
static uint8_t other_id[16] = { 9 };

static void
new_with_reference(struct sample *s)
{
	a_reference.target_id = sluis_pb(sluis_bytes(other_id, 16));
	V.m->reference = &a_reference;
}

static void
supersedes_itself(struct sample *s)
{
	a_reference.target_id = V.m->message_id;
	V.m->reference = &a_reference;
	V.m->kind_number = 2;
}

static void created_late(struct sample *s) { V.m->not_before_ms = V.m->created_ms - 1; }
static void expires_at_once(struct sample *s) { V.m->expires_ms = V.m->not_before_ms; }
static void expires_before(struct sample *s) { V.m->expires_ms = V.m->not_before_ms - 1; }

static Sluis__Fact *facts[SLUIS_CODES_MAX + 1];

static void
fact_twice(struct sample *s)
{
	facts[0] = facts[1] = V.m->ground_facts[0];
	V.m->ground_facts = facts;
	V.m->n_ground_facts = 2;
}

static void
too_many_facts(struct sample *s)
{
	for (size_t i = 0; i <= SLUIS_CODES_MAX; i++)
		facts[i] = V.m->ground_facts[0];
	V.m->ground_facts = facts;
	V.m->n_ground_facts = SLUIS_CODES_MAX + 1;
}

static ProtobufCBinaryData hashes[SLUIS_SECTIONS_MAX + 1];

static void
more_hashes(struct sample *s, ProtobufCBinaryData **list, size_t *n, size_t new_n)
{
	(void)s;
	for (size_t i = 0; i < new_n; i++)
		hashes[i] = (*list)[0];
	*list = hashes;
	*n = new_n;
}

static void
one_section_hidden(struct sample *s)
{
	more_hashes(s, &V.m->section_hashes, &V.m->n_section_hashes, 4);
}

static void
one_recipient_hidden(struct sample *s)
{
	more_hashes(s, &V.m->recipient_hashes, &V.m->n_recipient_hashes, 4);
}

static void
too_many_sections(struct sample *s)
{
	more_hashes(s, &V.m->section_hashes, &V.m->n_section_hashes, SLUIS_SECTIONS_MAX + 1);
}

static void
too_many_recipients(struct sample *s)
{
	more_hashes(s, &V.m->recipient_hashes, &V.m->n_recipient_hashes, SLUIS_RECIPIENTS_MAX + 1);
}

static void
no_sections(struct sample *s)
{
	V.m->n_section_hashes = s->sealed.parts.n_sections = 0;
}

static void
no_recipients(struct sample *s)
{
	V.m->n_recipient_hashes = s->sealed.parts.n_recipients = 0;
}

static void recipient_index_out(struct sample *s) { V.recipients[1]->recipient_index = 3; }
static void recipient_index_other(struct sample *s) { V.recipients[1]->recipient_index = 0; }
static void recipient_kind_3(struct sample *s) { V.recipients[1]->kind_number = 3; }
static void recipient_twice(struct sample *s) { V.recipients[2]->record_hash = V.recipients[0]->record_hash; }
static void section_index_out(struct sample *s) { V.sections[1]->section_index = 3; }
static void section_index_other(struct sample *s) { V.sections[1]->section_index = 2; }
static void unknown_flag(struct sample *s) { V.sections[0]->flags = 4; }
static void section_id_twice(struct sample *s) { V.sections[2]->section_id = V.sections[0]->section_id; }
static void nobody_listed(struct sample *s) { V.sections[0]->n_recipient_indexes = 0; }

static uint32_t two_indexes[65];

static void
list_two(struct sample *s, uint32_t a, uint32_t b)
{
	two_indexes[0] = a;
	two_indexes[1] = b;
	V.sections[0]->recipient_indexes = two_indexes;
	V.sections[0]->n_recipient_indexes = 2;
}

static void listed_twice(struct sample *s) { list_two(s, 1, 1); }
static void listed_descending(struct sample *s) { list_two(s, 1, 0); }
static void listed_out_of_range(struct sample *s) { list_two(s, 0, 3); }

static void
listed_too_many(struct sample *s)
{
	list_two(s, 0, 1);
	V.sections[0]->n_recipient_indexes = 65;
}

static void size_zero(struct sample *s) { V.sections[0]->file_size = 0; }
static void size_huge(struct sample *s) { V.sections[0]->file_size = INT64_MAX; }

static uint64_t
sized(const struct sample *s, size_t section, uint64_t plain)
{
	return sluis_age_header_size(s->sections[section].n_recipients, true) + SLUIS_AGE_NONCE_BYTES + plain
	    + (plain + SLUIS_AGE_CHUNK_BYTES - 1) / SLUIS_AGE_CHUNK_BYTES * SLUIS_AGE_TAG_BYTES;
}

static void size_of_nothing(struct sample *s) { V.sections[0]->file_size = sized(s, 0, 0) + 16; }

static void
size_beyond_a_section(struct sample *s)
{
	V.sections[0]->file_size = sized(s, 0, SLUIS_SECTION_INLINE_MAX_BYTES + 1);
}

static const struct bad BAD[] = {
	{ "suite 2", suite_2, SLUIS_EVERSION },
	{ "kind 5", kind_5, SLUIS_EFORMAT },
	{ "kind 2 without reference", kind_without_reference, SLUIS_EFORMAT },
	{ "new with a reference", new_with_reference, SLUIS_EFORMAT },
	{ "supersedes itself", supersedes_itself, SLUIS_EFORMAT },
	{ "not before created", created_late, SLUIS_EFORMAT },
	{ "expires at not_before", expires_at_once, SLUIS_EFORMAT },
	{ "expires earlier", expires_before, SLUIS_EFORMAT },
	{ "a fact twice", fact_twice, SLUIS_EFORMAT },
	{ "65 facts", too_many_facts, SLUIS_ETOOBIG },
	{ "a section without opening", one_section_hidden, SLUIS_EFORMAT },
	{ "a recipient without opening", one_recipient_hidden, SLUIS_EFORMAT },
	{ "65 sections", too_many_sections, SLUIS_ETOOBIG },
	{ "65 recipients", too_many_recipients, SLUIS_ETOOBIG },
	{ "no sections", no_sections, SLUIS_EFORMAT },
	{ "no recipients", no_recipients, SLUIS_EFORMAT },
	{ "recipient index out of range", recipient_index_out, SLUIS_EFORMAT },
	{ "recipient index of another", recipient_index_other, SLUIS_EHASH },
	{ "recipient kind 3", recipient_kind_3, SLUIS_EFORMAT },
	{ "one record twice", recipient_twice, SLUIS_EFORMAT },
	{ "section index out of range", section_index_out, SLUIS_EFORMAT },
	{ "section index of another", section_index_other, SLUIS_EHASH },
	{ "flag 2", unknown_flag, SLUIS_EFORMAT },
	{ "one section id twice", section_id_twice, SLUIS_EFORMAT },
	{ "section for nobody", nobody_listed, SLUIS_EFORMAT },
	{ "recipient listed twice", listed_twice, SLUIS_EFORMAT },
	{ "recipients not ascending", listed_descending, SLUIS_EFORMAT },
	{ "recipient listed out of range", listed_out_of_range, SLUIS_EFORMAT },
	{ "more listed than there are", listed_too_many, SLUIS_EFORMAT },
	{ "file of 0 bytes", size_zero, SLUIS_EFORMAT },
	{ "file of 2^63 - 1 bytes", size_huge, SLUIS_EFORMAT },
	{ "file without plaintext", size_of_nothing, SLUIS_EFORMAT },
	{ "section above its limit", size_beyond_a_section, SLUIS_ETOOBIG },
};

static void
signed_nonsense_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(BAD); i++) {
		struct sample s;
		struct sluis_manifest manifest;
		enum sluis_err err;

		sample_draft(&s, 3, 3, 1);
		sample_seal(&s);
		BAD[i].change(&s);
		sample_repack(&s);
		err = open_push(&s, &manifest);
		if (err == BAD[i].expected)
			err = sluis_manifest_open(&s.sealed.parts, arena, &manifest);
		if (err != BAD[i].expected)
			fail_msg("%s: %s instead of %s", BAD[i].what, sluis_err_name(err),
			    sluis_err_name(BAD[i].expected));
		sample_free(&s);
	}
}

/* The size that a descriptor states and the file that its hash is of may differ. */
static void
a_size_that_is_not_the_files(void **state)
{
	struct sample s;
	struct sluis_manifest manifest;
	struct sluis_bytes file;

	(void)state;
	sample_draft(&s, 1, 1, 1);
	sample_seal(&s);
	file = sluis_manifest_file(&s.sealed.manifest, 0, s.sealed.body);
	s.sealed.manifest.sections[0]->file_size++;
	sample_repack(&s);
	assert_int_equal(take_push(&s), SLUIS_EFORMAT);
	assert_int_equal(open_push(&s, &manifest), SLUIS_OK);
	assert_int_equal(sluis_manifest_check_file(&manifest, 0, file), SLUIS_EHASH);
	sample_free(&s);
}

/* Bytes that are no descriptor, or no batch, under hashes and signatures that are right. */
static void
signed_garbage_is_refused(void **state)
{
	struct sample s;
	struct sluis_manifest manifest;
	struct sluis_hash hash;
	const struct sluis_bytes garbage = sluis_bytes_text("garbage");
	const struct sluis_signer signer = { .record_hash = { { 1 } }, .secret = &s.sign_secret };

	(void)state;
	sample_draft(&s, 1, 1, 1);
	sample_seal(&s);
	hash = sluis_section_hash(s.push->sections[0]->salt.data, garbage);
	memcpy(s.sealed.manifest.m->section_hashes[0].data, hash.bytes, sizeof(hash.bytes));
	assert_int_equal(sluis_codec_pack(&s.sealed.manifest.m->base, s.arena, &s.sealed.manifest.bytes), SLUIS_OK);
	s.sealed.parts.manifest_bytes = sluis_pb(s.sealed.manifest.bytes);
	s.sealed.manifest.hash = sluis_hash(s.sealed.manifest.bytes);
	s.sealed.parts.sections[0]->descriptor_bytes = sluis_pb(garbage);
	sample_sign(&s);
	assert_int_equal(open_push(&s, &manifest), SLUIS_EFORMAT);
	sample_free(&s);

	sample_draft(&s, 1, 1, 1);
	sample_seal(&s);
	assert_int_equal(sluis_signed_make(&signer, SLUIS_SIGNED_BATCH, garbage, s.arena, &s.push->batch), SLUIS_OK);
	assert_int_equal(open_push(&s, &manifest), SLUIS_EFORMAT);
	sample_free(&s);
}

/* Both limits of a message: 4 MiB of plaintext, and of files with their headers. */
static void
a_message_above_its_limits(void **state)
{
	struct sample s;

	(void)state;
	sample_draft(&s, 9, 3, 1);
	sample_seal(&s);
	for (size_t i = 0; i < 8; i++)
		s.sealed.manifest.sections[i]->file_size = sized(&s, i, SLUIS_SECTION_INLINE_MAX_BYTES);
	s.sealed.manifest.sections[8]->file_size = sized(&s, 8, 1);
	sample_repack(&s);
	assert_int_equal(take_push(&s), SLUIS_ETOOBIG);
	s.sealed.manifest.sections[7]->file_size = sized(&s, 7, SLUIS_SECTION_INLINE_MAX_BYTES - 1);
	sample_repack(&s);
	assert_int_equal(take_push(&s), SLUIS_EFORMAT); /* it fits; its body is another length */
	sample_free(&s);

	sample_draft(&s, 64, 64, 1);
	sample_seal(&s);
	for (size_t i = 0; i < 64; i++)
		s.sealed.manifest.sections[i]->file_size = sized(&s, i, 65536);
	sample_repack(&s);
	assert_int_equal(take_push(&s), SLUIS_ETOOBIG);
	sample_free(&s);
}

/* ---- Order, exchange, lifting ---- */

static void
swap(Sluis__Opening **list, size_t a, size_t b)
{
	Sluis__Opening *kept = list[a];

	list[a] = list[b];
	list[b] = kept;
}

static void
openings_out_of_order(void **state)
{
	struct sample s;
	Sluis__Opening *sections[4], *recipients[4];

	(void)state;
	sample_draft(&s, 3, 3, 1);
	sample_seal(&s);
	swap(s.push->sections, 0, 2);
	assert_int_equal(take_push(&s), SLUIS_EFORMAT);
	swap(s.push->sections, 0, 2);
	swap(s.push->recipients, 0, 1);
	assert_int_equal(take_push(&s), SLUIS_EFORMAT);
	swap(s.push->recipients, 0, 1);
	assert_int_equal(take_push(&s), SLUIS_OK);
	for (size_t i = 0; i < 3; i++) {
		sections[i] = s.push->sections[i];
		recipients[i] = s.push->recipients[i];
	}
	sections[3] = sections[2];
	recipients[3] = recipients[2];
	s.push->sections = sections;
	s.push->recipients = recipients;
	s.push->n_sections = 4; /* one twice */
	assert_int_equal(take_push(&s), SLUIS_EFORMAT);
	s.push->n_sections = 2; /* truncated */
	assert_int_equal(take_push(&s), SLUIS_EFORMAT);
	s.push->n_sections = 3;
	s.push->n_recipients = 4;
	assert_int_equal(take_push(&s), SLUIS_EFORMAT);
	s.push->n_recipients = 2;
	assert_int_equal(take_push(&s), SLUIS_EFORMAT);
	sample_free(&s);
}

static void
swapped_salts(void **state)
{
	struct sample s;
	ProtobufCBinaryData kept;

	(void)state;
	sample_draft(&s, 2, 2, 1);
	sample_seal(&s);
	kept = s.push->sections[0]->salt;
	s.push->sections[0]->salt = s.push->sections[1]->salt;
	s.push->sections[1]->salt = kept;
	assert_int_equal(take_push(&s), SLUIS_EHASH);
	s.push->sections[1]->salt = s.push->sections[0]->salt;
	s.push->sections[0]->salt = kept;
	assert_int_equal(take_push(&s), SLUIS_OK);
	kept = s.push->recipients[0]->salt;
	s.push->recipients[0]->salt = s.push->recipients[1]->salt;
	s.push->recipients[1]->salt = kept;
	assert_int_equal(take_push(&s), SLUIS_EHASH);
	sample_free(&s);
}

static void
files_exchanged_in_the_body(void **state)
{
	struct sample s;
	uint8_t *kept;
	size_t len;

	(void)state;
	sample_draft(&s, 2, 1, 1);
	s.sections[1].plain.len = s.sections[0].plain.len;
	sample_seal(&s);
	assert_int_equal(take_push(&s), SLUIS_OK);
	len = s.sealed.body.len / 2;
	kept = malloc(len);
	memcpy(kept, s.storage, len);
	memmove(s.storage, s.storage + len, len);
	memcpy(s.storage + len, kept, len);
	assert_int_equal(take_push(&s), SLUIS_EHASH);
	free(kept);
	sample_free(&s);
}

/* A file sealed apart, as a modified client would. */
static struct sluis_bytes
sealed_apart(struct sample *s, size_t section, size_t n_recipients, const struct sluis_hash *context)
{
	struct sluis_public keys[SLUIS_RECIPIENTS_MAX];
	const struct sluis_age_to to = { .recipients = keys, .n_recipients = n_recipients, .context = context };
	const size_t cap = 4096;
	uint8_t *out = sluis_arena_alloc(s->arena, cap);
	struct sluis_writer w;

	for (size_t i = 0; i < n_recipients; i++)
		keys[i] = s->recipients[i].age_key;
	sluis_writer_init(&w, out, cap);
	assert_int_equal(sluis_age_seal(&to, sample_random, &s->counter, s->sections[section].plain, &w), SLUIS_OK);
	return sluis_bytes(out, w.len);
}

static void
a_reader_that_is_not_listed(void **state)
{
	struct sample s;
	struct sluis_hash context;

	(void)state;
	sample_draft(&s, 1, 3, 1);
	sample_seal(&s);
	assert_int_equal(s.sections[0].n_recipients, 1);
	context = sluis_manifest_context(&s.sealed.manifest, 0);
	sample_replace(&s, 0, sealed_apart(&s, 0, 1, &context));
	assert_int_equal(take_push(&s), SLUIS_OK);
	sample_replace(&s, 0, sealed_apart(&s, 0, 2, &context));
	assert_int_equal(take_push(&s), SLUIS_EHEADER);
	sample_replace(&s, 0, sealed_apart(&s, 0, 3, &context));
	assert_int_equal(take_push(&s), SLUIS_EHEADER);
	sample_free(&s);
}

static void
a_recipient_without_a_stanza(void **state)
{
	struct sample s;
	struct sluis_hash context;

	(void)state;
	sample_draft(&s, 1, 1, 1);
	sample_seal(&s);
	context = sluis_manifest_context(&s.sealed.manifest, 0);
	sample_free(&s);
	sample_draft(&s, 3, 2, 1); /* section 2 goes to both */
	sample_seal(&s);
	assert_int_equal(s.sections[2].n_recipients, 2);
	context = sluis_manifest_context(&s.sealed.manifest, 2);
	sample_replace(&s, 2, sealed_apart(&s, 2, 1, &context));
	assert_int_equal(take_push(&s), SLUIS_EHEADER);
	sample_free(&s);
}

static void
a_section_lifted_from_elsewhere(void **state)
{
	struct sample s, other;
	struct sluis_hash wrong = { { 1 } };

	(void)state;
	sample_draft(&s, 1, 1, 1);
	sample_seal(&s);
	sample_draft(&other, 1, 1, 1);
	other.draft.message_id.bytes[0] ^= 1;
	sample_seal(&other);
	sample_replace(&s, 0, other.sealed.body);
	assert_int_equal(take_push(&s), SLUIS_ECONTEXT);
	sample_replace(&s, 0, sealed_apart(&s, 0, 1, &wrong));
	assert_int_equal(take_push(&s), SLUIS_ECONTEXT);
	sample_replace(&s, 0, sealed_apart(&s, 0, 1, NULL));
	assert_int_equal(take_push(&s), SLUIS_ECONTEXT);
	sample_free(&s);
	sample_free(&other);
}

/* Two sections of one message, each with the other's file and the hashes to match. */
static void
a_section_lifted_within_the_message(void **state)
{
	struct sample s;
	struct sluis_bytes first, second;

	(void)state;
	sample_draft(&s, 2, 1, 1);
	sample_seal(&s);
	first = sluis_manifest_file(&s.sealed.manifest, 0, s.sealed.body);
	second = sluis_manifest_file(&s.sealed.manifest, 1, s.sealed.body);
	sample_replace(&s, 0, second);
	assert_int_equal(take_push(&s), SLUIS_ECONTEXT);
	sample_replace(&s, 1, first);
	assert_int_equal(take_push(&s), SLUIS_ECONTEXT);
	sample_replace(&s, 0, first);
	sample_replace(&s, 1, second);
	assert_int_equal(take_push(&s), SLUIS_OK);
	sample_free(&s);
}

/* ---- Batch and signer ---- */

static void
anothers_manifest_signed_as_ones_own(void **state)
{
	struct sample s, thief;

	(void)state;
	sample_draft(&s, 1, 1, 1);
	sample_seal(&s);
	sample_draft(&thief, 1, 1, 2);
	thief.sealed = s.sealed;
	sample_sign(&thief);
	assert_int_equal(sluis_manifest_verify_signature(thief.push->batch, SLUIS_BATCH_PUSH, &thief.sign_key), SLUIS_OK);
	assert_int_equal(take_push(&thief), SLUIS_ESIGNATURE);
	/* A batch in the victim's name, under the thief's key and signer: */
	thief.draft.sender = s.draft.sender;
	sample_sign(&thief);
	assert_int_equal(sluis_manifest_verify_signature(thief.push->batch, SLUIS_BATCH_PUSH, &s.sign_key), SLUIS_ESIGNATURE);
	thief.push->batch->signatures[0]->signer_hash.data[0] ^= 1;
	assert_int_equal(take_push(&thief), SLUIS_ESIGNATURE);
	sample_free(&s);
	sample_free(&thief);
}

static void
one_signature_of_the_right_kind(void **state)
{
	struct sample s;
	struct sluis_manifest manifest;
	Sluis__Signature *two[2];

	(void)state;
	sample_draft(&s, 1, 1, 1);
	sample_seal(&s);
	assert_true(sluis_bytes_equal(sluis_of(s.push->batch->signatures[0]->signer_hash),
	    sluis_bytes(sluis_manifest_signer(s.push->batch).bytes, 32)));
	two[0] = two[1] = s.push->batch->signatures[0];
	s.push->batch->signatures = two;
	s.push->batch->n_signatures = 2;
	assert_int_equal(take_push(&s), SLUIS_ESIGNATURE);
	assert_int_equal(sluis_manifest_open_push(s.push, arena, &manifest), SLUIS_ESIGNATURE);
	s.push->batch->n_signatures = 0;
	s.push->batch->signatures = NULL;
	assert_int_equal(take_push(&s), SLUIS_ESIGNATURE);
	assert_int_equal(sluis_manifest_open_push(s.push, arena, &manifest), SLUIS_ESIGNATURE);
	s.push->batch->n_signatures = 1;
	s.push->batch->signatures = two;
	two[0]->algorithm_number = 2;
	assert_int_equal(take_push(&s), SLUIS_ESIGNATURE);
	two[0]->algorithm_number = 1;
	assert_int_equal(take_push(&s), SLUIS_OK);
	sample_free(&s);
}

static void
sign_batch_as(struct sample *s, enum sluis_signed_type type, int64_t created_ms)
{
	const struct sluis_batch_draft draft = { .record = s->draft.sender, .created_ms = created_ms,
		.manifests = &s->sealed.manifest.hash, .n = 1 };
	const struct sluis_signer signer = { .record_hash = s->draft.sender, .secret = &s->sign_secret };

	assert_int_equal(sluis_batch_build(&draft, s->arena, &s->batch), SLUIS_OK);
	assert_int_equal(sluis_signed_make(&signer, type, s->batch.payload, s->arena, &s->signed_batch), SLUIS_OK);
	assert_int_equal(sluis_draft_push(&s->sealed, &s->batch, 0, s->signed_batch, s->arena, &s->push), SLUIS_OK);
}

static void
a_batch_of_the_right_kind_and_time(void **state)
{
	struct sample s;

	(void)state;
	sample_draft(&s, 1, 1, 1);
	sample_seal(&s);
	sign_batch_as(&s, SLUIS_SIGNED_BATCH, SAMPLE_NOW_MS);
	assert_int_equal(take_push(&s), SLUIS_OK);
	assert_int_equal(s.push->n_path_hashes, 0);
	sign_batch_as(&s, SLUIS_SIGNED_INTENT, SAMPLE_NOW_MS);
	assert_int_equal(take_push(&s), SLUIS_ESIGNATURE);
	sign_batch_as(&s, SLUIS_SIGNED_BATCH, SAMPLE_NOW_MS - 1);
	assert_int_equal(take_push(&s), SLUIS_EFORMAT);
	sample_free(&s);
}

static void
the_place_in_the_batch(void **state)
{
	struct sample s;
	const ProtobufCBinaryData *path;

	(void)state;
	sample_draft(&s, 1, 1, 1);
	sample_seal(&s);
	path = s.push->path_hashes;
	for (uint32_t i = 0; i < 5; i++) {
		s.push->batch_index = i;
		assert_int_equal(take_push(&s), i == SAMPLE_PLACE ? SLUIS_OK : SLUIS_EPROOF);
	}
	s.push->batch_index = SAMPLE_PLACE;
	s.push->n_path_hashes--;
	assert_int_equal(take_push(&s), SLUIS_EPROOF);
	s.push->n_path_hashes = 0;
	assert_int_equal(take_push(&s), SLUIS_EPROOF);
	assert_ptr_equal(path, s.push->path_hashes);
	sample_free(&s);
}

/* ---- Fetch ---- */

static void
a_fetch_for_somebody_else(void **state)
{
	struct sample s;
	struct sluis_bytes body;
	Sluis__TellFetch *fetch;

	(void)state;
	sample_draft(&s, 3, 2, 1);
	sample_seal(&s);
	fetch = sample_fetch(&s, 1, &body);
	assert_int_equal(take_fetch(fetch, &s, 1, body), SLUIS_OK);
	assert_int_equal(take_fetch(fetch, &s, 0, body), SLUIS_ESTATUS);
	/* its own entry with the other's sections: one of them is not for it */
	fetch = sample_fetch(&s, 0, &body);
	fetch->recipient = s.push->recipients[1];
	assert_int_equal(take_fetch(fetch, &s, 1, body), SLUIS_EFORMAT);
	sample_free(&s);
}

static void
a_fetch_out_of_order(void **state)
{
	struct sample s;
	struct sluis_bytes body;
	Sluis__TellFetch *fetch;

	(void)state;
	sample_draft(&s, 3, 2, 1);
	sample_seal(&s);
	fetch = sample_fetch(&s, 0, &body);
	assert_int_equal(fetch->n_sections, 3);
	swap(fetch->sections, 0, 1);
	assert_int_equal(take_fetch(fetch, &s, 0, body), SLUIS_EFORMAT);
	swap(fetch->sections, 0, 1);
	fetch->total_size++;
	assert_int_equal(take_fetch(fetch, &s, 0, body), SLUIS_EFORMAT);
	fetch->total_size--;
	fetch->sections[1] = fetch->sections[0];
	assert_int_equal(take_fetch(fetch, &s, 0, body), SLUIS_EFORMAT);
	fetch->n_sections = 0;
	fetch->total_size = 0;
	assert_int_equal(take_fetch(fetch, &s, 0, sluis_bytes(NULL, 0)), SLUIS_EFORMAT);
	sample_free(&s);
}

static void
a_fetch_as_recovery(void **state)
{
	struct sample s;
	struct sluis_bytes body;
	Sluis__TellFetch *fetch;

	(void)state;
	sample_draft(&s, 1, 1, 1);
	s.recipients[0].kind = SLUIS_MANIFEST_RECOVERY;
	sample_seal(&s);
	assert_int_equal(take_push(&s), SLUIS_OK);
	fetch = sample_fetch(&s, 0, &body);
	assert_int_equal(take_fetch(fetch, &s, 0, body), SLUIS_ESTATUS);
	sample_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_written_on_failure),
		cmocka_unit_test(too_small_an_arena_is_no_crash),
		cmocka_unit_test(every_number_of_sections_and_recipients),
		cmocka_unit_test(what_is_opened_does_not_need_the_frame),
		cmocka_unit_test(every_byte_of_a_push_counts),
		cmocka_unit_test(every_byte_of_the_body_counts),
		cmocka_unit_test(every_byte_of_a_fetch_counts),
		cmocka_unit_test(signed_nonsense_is_refused),
		cmocka_unit_test(a_size_that_is_not_the_files),
		cmocka_unit_test(signed_garbage_is_refused),
		cmocka_unit_test(a_message_above_its_limits),
		cmocka_unit_test(openings_out_of_order),
		cmocka_unit_test(swapped_salts),
		cmocka_unit_test(files_exchanged_in_the_body),
		cmocka_unit_test(a_reader_that_is_not_listed),
		cmocka_unit_test(a_recipient_without_a_stanza),
		cmocka_unit_test(a_section_lifted_from_elsewhere),
		cmocka_unit_test(a_section_lifted_within_the_message),
		cmocka_unit_test(anothers_manifest_signed_as_ones_own),
		cmocka_unit_test(one_signature_of_the_right_kind),
		cmocka_unit_test(a_batch_of_the_right_kind_and_time),
		cmocka_unit_test(the_place_in_the_batch),
		cmocka_unit_test(a_fetch_for_somebody_else),
		cmocka_unit_test(a_fetch_out_of_order),
		cmocka_unit_test(a_fetch_as_recovery),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
