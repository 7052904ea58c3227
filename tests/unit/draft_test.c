/* SPDX-License-Identifier: EUPL-1.2 */
#include "draft.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "age.h"
#include "bech32.h"
#include "filler.h"
#include "hash.h"
#include "sample.h"

/* Seal what the test has made of the draft; ${room}: bytes for the body. */
static enum sluis_err
seal_into(struct sample *s, size_t room)
{
	const struct sluis_draft_random random = { .fill = sample_random, .context = &s->counter };
	const struct sluis_draft_sealed before = { .body = { NULL, 77 } };
	struct sluis_draft_sealed sealed;
	struct sluis_writer body;
	enum sluis_err err;

	memcpy(&sealed, &before, sizeof(sealed));
	sluis_writer_init(&body, s->storage, room);
	body.len = 0;
	err = sluis_draft_seal(&s->draft, &random, s->arena, &body, &sealed);
	if (err != SLUIS_OK) {
		assert_memory_equal(&sealed, &before, sizeof(sealed));
		assert_int_equal(body.len, 0);
	} else {
		assert_int_equal(body.len, sluis_draft_body_size(&s->draft));
	}
	return err;
}

static enum sluis_err
seal(struct sample *s)
{
	return seal_into(s, 6u * 1024 * 1024);
}

struct bad {
	const char *what;
	void (*change)(struct sample *s);
	enum sluis_err expected;
};

static const struct sluis_id an_id = { { 9 } };
static uint8_t large[SLUIS_SECTION_INLINE_MAX_BYTES + 1];

static void no_sections(struct sample *s) { s->draft.n_sections = 0; }
static void no_recipients(struct sample *s) { s->draft.n_recipients = 0; }
static void many_sections(struct sample *s) { s->draft.n_sections = SLUIS_SECTIONS_MAX + 1; }
static void many_recipients(struct sample *s) { s->draft.n_recipients = SLUIS_RECIPIENTS_MAX + 1; }
static void many_facts(struct sample *s) { s->draft.n_facts = SLUIS_CODES_MAX + 1; }
static void empty_section(struct sample *s) { s->sections[0].plain.len = 0; }
static void for_nobody(struct sample *s) { s->sections[0].n_recipients = 0; }
static void for_more_than_all(struct sample *s) { s->sections[0].n_recipients = 4; }
static void out_of_range(struct sample *s) { s->indexes[0][0] = 3; }
static void large_section(struct sample *s) { s->sections[0].plain = sluis_bytes(large, sizeof(large)); }
static void bad_category(struct sample *s) { s->sections[0].category = sluis_bytes_text("No Code"); }
static void bad_purpose(struct sample *s) { s->draft.purpose = sluis_bytes_text(""); }
static void long_category(struct sample *s) { s->sections[0].category = sluis_bytes(large, sizeof(large)); }
static void long_purpose(struct sample *s) { s->draft.purpose = sluis_bytes(large, sizeof(large)); }
static void bad_ground(struct sample *s) { s->draft.ground = sluis_bytes_text("Ground"); }
static void bad_about(struct sample *s) { s->sections[0].about = sluis_bytes_text("?"); }
static void bad_media(struct sample *s) { s->sections[0].media_number = 0; }
static void bad_time(struct sample *s) { s->draft.created_ms = 0; }
static void bad_order(struct sample *s) { s->draft.expires_ms = s->draft.not_before_ms; }
static void bad_kind(struct sample *s) { s->draft.kind = SLUIS_MANIFEST_ANSWERS; }
static void bad_target(struct sample *s) { s->draft.target = &an_id; }
static void bad_sequence(struct sample *s) { s->recipients[0].pair_sequence = 0; }
static void bad_key(struct sample *s) { memset(&s->recipients[0].age_key, 0, 32); }
static void same_record(struct sample *s) { s->recipients[1].record = s->recipients[0].record; }
static void same_id(struct sample *s) { s->sections[1].id = s->sections[0].id; }
static void bad_fact(struct sample *s) { s->facts[0].value = sluis_bytes_text(""); }
static void no_message_id(struct sample *s) { memset(&s->draft.message_id, 0, 16); }

static const struct bad BAD[] = {
	{ "no sections", no_sections, SLUIS_EFORMAT },
	{ "no recipients", no_recipients, SLUIS_EFORMAT },
	{ "too many sections", many_sections, SLUIS_ETOOBIG },
	{ "too many recipients", many_recipients, SLUIS_ETOOBIG },
	{ "too many facts", many_facts, SLUIS_ETOOBIG },
	{ "an empty section", empty_section, SLUIS_EFORMAT },
	{ "a section for nobody", for_nobody, SLUIS_EFORMAT },
	{ "a section for more than all", for_more_than_all, SLUIS_EFORMAT },
	{ "a recipient that is not there", out_of_range, SLUIS_EUSAGE },
	{ "a section too large", large_section, SLUIS_ETOOBIG },
	{ "category", bad_category, SLUIS_EFORMAT },
	{ "purpose", bad_purpose, SLUIS_EFORMAT },
	{ "a category of 512 KiB", long_category, SLUIS_EFORMAT },
	{ "a purpose of 512 KiB", long_purpose, SLUIS_EFORMAT },
	{ "ground", bad_ground, SLUIS_EFORMAT },
	{ "about", bad_about, SLUIS_EFORMAT },
	{ "media", bad_media, SLUIS_EFORMAT },
	{ "time", bad_time, SLUIS_EFORMAT },
	{ "order of times", bad_order, SLUIS_EFORMAT },
	{ "kind without target", bad_kind, SLUIS_EFORMAT },
	{ "target without kind", bad_target, SLUIS_EFORMAT },
	{ "sequence 0", bad_sequence, SLUIS_EFORMAT },
	{ "a key that is none", bad_key, SLUIS_EFORMAT },
	{ "one record twice", same_record, SLUIS_EFORMAT },
	{ "one section id twice", same_id, SLUIS_EFORMAT },
	{ "an empty fact", bad_fact, SLUIS_EFORMAT },
	{ "no message id", no_message_id, SLUIS_EFORMAT },
};

static void
bad_drafts_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(BAD); i++) {
		struct sample s;
		enum sluis_err err;

		sample_draft(&s, 3, 3, 1);
		BAD[i].change(&s);
		err = seal(&s);
		if (err != BAD[i].expected)
			fail_msg("%s: %s instead of %s", BAD[i].what, sluis_err_name(err),
			    sluis_err_name(BAD[i].expected));
		sample_free(&s);
	}
}

static void
room_and_memory(void **state)
{
	struct sample s;
	size_t needed;
	enum sluis_err err = SLUIS_ENOMEM;

	(void)state;
	sample_draft(&s, 2, 2, 1);
	needed = (size_t)sluis_draft_body_size(&s.draft);
	assert_int_equal(seal_into(&s, needed - 1), SLUIS_EUSAGE);
	assert_int_equal(seal_into(&s, needed), SLUIS_OK);
	sluis_arena_free(s.arena);
	for (size_t cap = 0; err != SLUIS_OK; cap += 16) {
		s.arena = sluis_arena_new(cap);
		/* its plaintext went with the arena */
		s.sections[0].plain = s.sections[1].plain = sluis_bytes(large, 100);
		err = seal(&s);
		sluis_arena_free(s.arena);
		assert_true(cap < SLUIS_ARENA_MAX_BYTES);
	}
	s.arena = NULL;
	sample_free(&s);
}

static void
the_largest_message(void **state)
{
	struct sample s;
	uint8_t *plain = calloc(1, SLUIS_SECTION_INLINE_MAX_BYTES);

	(void)state;
	sample_draft(&s, 8, 3, 1);
	for (size_t i = 0; i < 8; i++)
		s.sections[i].plain = sluis_bytes(plain, SLUIS_SECTION_INLINE_MAX_BYTES);
	sample_seal(&s);
	assert_int_equal(sluis_manifest_check_body(&s.sealed.manifest, s.sealed.body), SLUIS_OK);
	assert_int_equal(s.sealed.manifest.plain_size, SLUIS_MESSAGE_INLINE_MAX_BYTES);
	sample_free(&s);

	sample_draft(&s, 9, 3, 1);
	for (size_t i = 0; i < 8; i++)
		s.sections[i].plain = sluis_bytes(plain, SLUIS_SECTION_INLINE_MAX_BYTES);
	assert_int_equal(seal(&s), SLUIS_ETOOBIG);
	sample_free(&s);

	sample_draft(&s, 64, 64, 1); /* the plaintext fits, the headers do not */
	for (size_t i = 0; i < 64; i++)
		s.sections[i].plain = sluis_bytes(plain, 65536);
	assert_int_equal(seal(&s), SLUIS_ETOOBIG);
	assert_int_equal(seal_into(&s, 0), SLUIS_ETOOBIG); /* first of all too large */
	sample_free(&s);
	free(plain);
}

static size_t
frame_size(struct sample *s)
{
	Sluis__Ask *ask = (Sluis__Ask *)filler_message(&sluis__ask__descriptor, s->arena);
	struct sluis_bytes bytes;

	ask->act_case = SLUIS__ASK__ACT_PUSH;
	ask->push = s->push;
	assert_int_equal(sluis_codec_pack(&ask->base, s->arena, &bytes), SLUIS_OK);
	return bytes.len;
}

/* A manifest at its limit, 64 sections with the longest codes for 64 recipients each: one frame holds it. */
static void
the_largest_frame(void **state)
{
	enum { FACTS = 58 };
	char text[SLUIS_TEXT_MAX_BYTES], codes[FACTS + 1][8];
	struct sluis_draft_fact facts[FACTS + 1];
	struct sample s;

	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i <= FACTS; i++) {
		snprintf(codes[i], sizeof(codes[i]), "f-%zu", i);
		facts[i] = (struct sluis_draft_fact){ sluis_bytes_text(codes[i]), sluis_bytes(text, sizeof(text)) };
	}
	sample_draft(&s, SLUIS_SECTIONS_MAX, SLUIS_RECIPIENTS_MAX, 1);
	for (size_t i = 0; i < SLUIS_SECTIONS_MAX; i++) {
		s.sections[i].category = s.sections[i].about = sluis_bytes_text("a-code-of-thirty-two-characters-");
		s.sections[i].n_recipients = SLUIS_RECIPIENTS_MAX;
		for (uint32_t r = 0; r < SLUIS_RECIPIENTS_MAX; r++)
			s.indexes[i][r] = r;
	}
	s.draft.facts = facts;
	s.draft.n_facts = FACTS;
	sample_seal(&s);
	assert_true(s.sealed.manifest.bytes.len > SLUIS_MANIFEST_MAX_BYTES - SLUIS_TEXT_MAX_BYTES);
	assert_true(frame_size(&s) <= SLUIS_FRAME_MAX_BYTES - 4096); /* the path of a batch of 1024 is 340 */
	s.draft.n_facts++;
	assert_int_equal(seal(&s), SLUIS_ETOOBIG);
	sample_free(&s);
}

/* Everything that a draft says comes out at the other side. */
static void
nothing_is_lost(void **state)
{
	struct sample s;
	const Sluis__Manifest *m;
	const Sluis__SectionDescriptor *d;
	const Sluis__RecipientDescriptor *r;

	(void)state;
	sample_draft(&s, 5, 3, 1);
	s.sections[3].has_not_bsn = true;
	s.draft.kind = SLUIS_MANIFEST_SUPERSEDES;
	s.draft.target = &an_id;
	s.recipients[2].kind = SLUIS_MANIFEST_RECOVERY;
	s.draft.keys.root.bytes[0] = 1;
	s.draft.policy.bytes[0] = 2;
	s.draft.case_head.bytes[0] = 3;
	s.grant.hash.bytes[0] = 4;
	sample_seal(&s);
	m = s.sealed.manifest.m;
	assert_memory_equal(m->federation_hash.data, s.draft.federation.bytes, 32);
	assert_memory_equal(m->message_id.data, s.draft.message_id.bytes, 16);
	assert_memory_equal(m->case_id.data, s.draft.case_id.bytes, 16);
	assert_true(sluis_bytes_is_text(sluis_of(m->purpose_code), "consultation"));
	assert_true(sluis_bytes_is_text(sluis_of(m->ground_code), "consent"));
	assert_memory_equal(m->grant->grant_id.data, s.grant.id.bytes, 16);
	assert_memory_equal(m->grant->grant_hash.data, s.grant.hash.bytes, 32);
	assert_int_equal(m->n_ground_facts, 2);
	assert_true(sluis_bytes_is_text(sluis_of(m->ground_facts[1]->fact_code), "method"));
	assert_true(sluis_bytes_is_text(sluis_of(m->ground_facts[1]->value_text), "form"));
	assert_memory_equal(m->sender_hash.data, s.draft.sender.bytes, 32);
	assert_int_equal(m->created_ms, s.draft.created_ms);
	assert_int_equal(m->not_before_ms, s.draft.not_before_ms);
	assert_int_equal(m->expires_ms, s.draft.expires_ms);
	assert_int_equal(m->keys->tree_size, 12);
	assert_int_equal(m->keys->root_hash.data[0], 1);
	assert_int_equal(m->policy_hash.data[0], 2);
	assert_int_equal(m->case_hash.data[0], 3);
	assert_true(sluis_bytes_is_text(sluis_of(m->retention_code), "transit"));
	assert_int_equal(m->kind_number, 2);
	assert_memory_equal(m->reference->target_id.data, an_id.bytes, 16);
	r = s.sealed.manifest.recipients[2];
	assert_memory_equal(r->record_hash.data, s.recipients[2].record.bytes, 32);
	assert_int_equal(r->epoch, 1);
	assert_int_equal(r->kind_number, 2);
	assert_int_equal(r->pair_sequence, 9);
	d = s.sealed.manifest.sections[4];
	assert_memory_equal(d->section_id.data, s.sections[4].id.bytes, 16);
	assert_true(sluis_bytes_is_text(sluis_of(d->category_code), "safety"));
	assert_int_equal(d->flags, 1);
	assert_int_equal(s.sealed.manifest.sections[3]->flags, 2);
	assert_null(d->about);
	assert_int_equal(d->media_number, 2);
	assert_true(sluis_bytes_is_text(sluis_of(s.sealed.manifest.sections[2]->about->category_code), "family"));
	assert_int_equal(s.sealed.manifest.sections[2]->flags, 0);
	sample_free(&s);
}

static void
without_grant_and_facts(void **state)
{
	struct sample s;

	(void)state;
	sample_draft(&s, 1, 1, 1);
	s.draft.grant = NULL;
	s.draft.facts = NULL;
	s.draft.n_facts = 0;
	sample_seal(&s);
	assert_null(s.sealed.manifest.m->grant);
	assert_int_equal(s.sealed.manifest.m->n_ground_facts, 0);
	sample_free(&s);
}

/* Same random bytes, same message; other random bytes, other salts and files. */
static void
randomness_is_the_parameter(void **state)
{
	struct sample a, b;

	(void)state;
	sample_draft(&a, 2, 2, 1);
	sample_draft(&b, 2, 2, 1);
	sample_seal(&a);
	sample_seal(&b);
	assert_memory_equal(a.sealed.manifest.hash.bytes, b.sealed.manifest.hash.bytes, 32);
	assert_int_equal(a.sealed.body.len, b.sealed.body.len);
	assert_memory_equal(a.sealed.body.data, b.sealed.body.data, a.sealed.body.len);
	sample_seal(&b); /* the counter has gone on */
	for (size_t i = 0; i < 2; i++) {
		assert_memory_not_equal(a.push->sections[i]->salt.data, b.push->sections[i]->salt.data, 32);
		assert_memory_not_equal(a.push->recipients[i]->salt.data, b.push->recipients[i]->salt.data, 32);
	}
	assert_memory_not_equal(a.push->sections[0]->salt.data, a.push->sections[1]->salt.data, 32);
	assert_memory_not_equal(a.push->recipients[0]->salt.data, a.push->recipients[1]->salt.data, 32);
	assert_memory_not_equal(a.sealed.body.data, b.sealed.body.data, a.sealed.body.len);
	sample_free(&a);
	sample_free(&b);
}

static void
a_place_outside_the_batch(void **state)
{
	struct sample s;
	Sluis__Push *push = NULL;

	(void)state;
	sample_draft(&s, 1, 1, 1);
	sample_seal(&s);
	assert_int_equal(sluis_draft_push(&s.sealed, &s.batch, SAMPLE_BATCH, s.signed_batch, s.arena, &push),
	    SLUIS_EUSAGE);
	assert_null(push);
	sample_free(&s);
}

/* 1024 messages under one signature, each taken for itself. */
static void
a_batch_of_1024_messages(void **state)
{
	struct sample *all = calloc(4, sizeof(*all));
	struct sluis_hash manifests[SLUIS_BATCH_MAX];
	struct sluis_batch_draft draft = { .created_ms = SAMPLE_NOW_MS, .manifests = manifests,
		.n = SLUIS_BATCH_MAX };
	struct sluis_arena *arena = sluis_arena_new(8 * 1024 * 1024);
	struct sluis_batch batch;
	Sluis__Signed *act;

	(void)state;
	for (uint32_t i = 0; i < SLUIS_BATCH_MAX; i++)
		manifests[i] = sluis_hash(sluis_bytes(&i, sizeof(i)));
	for (size_t i = 0; i < 4; i++) {
		sample_draft(&all[i], 1, 1, 1);
		all[i].draft.message_id.bytes[0] = (uint8_t)i;
		sample_seal(&all[i]);
		manifests[i * 341] = all[i].sealed.manifest.hash; /* 0, 341, 682, 1023 */
	}
	draft.record = all[0].draft.sender;
	assert_int_equal(sluis_batch_build(&draft, arena, &batch), SLUIS_OK);
	assert_int_equal(sluis_batch_sign(&batch, &all[0].sign_secret, arena, &act), SLUIS_OK);
	for (size_t i = 0; i < 4; i++) {
		struct sluis_manifest manifest;
		Sluis__Push *push;

		assert_int_equal(sluis_draft_push(&all[i].sealed, &batch, i * 341, act, arena, &push), SLUIS_OK);
		assert_int_equal(push->n_path_hashes, 10);
		assert_int_equal(sluis_manifest_verify_signature(act, SLUIS_BATCH_PUSH, &all[0].sign_key), SLUIS_OK);
		assert_int_equal(sluis_manifest_open_push(push, arena, &manifest), SLUIS_OK);
		assert_int_equal(sluis_draft_push(&all[i].sealed, &batch, i * 341 ^ 1, act, arena, &push), SLUIS_OK);
		assert_int_equal(sluis_manifest_open_push(push, arena, &manifest), SLUIS_EPROOF);
	}
	for (size_t i = 0; i < 4; i++)
		sample_free(&all[i]);
	sluis_arena_free(arena);
	free(all);
}

/* What is asked before it is sealed: the same manifest but for sizes and hashes, and never taken for a push. */
static void
an_intent_says_what_would_be_sent(void **state)
{
	static const struct sluis_hash NOT_YET;
	struct sample s;
	const struct sluis_draft_random random = { .fill = sample_random, .context = &s.counter };
	struct sluis_manifest manifest;
	Sluis__Intent *intent = NULL;
	Sluis__Push push = SLUIS__PUSH__INIT;

	(void)state;
	sample_draft(&s, 3, 2, 1);
	sample_seal(&s);
	assert_int_equal(sluis_draft_intent(&s.draft, &random, s.arena, &s.sign_secret, &intent), SLUIS_OK);
	assert_int_equal(sluis_manifest_verify_signature(intent->batch, SLUIS_BATCH_INTENT, &s.sign_key), SLUIS_OK);
	assert_int_equal(sluis_manifest_open_intent(intent, s.arena, &manifest), SLUIS_OK);
	for (size_t i = 0; i < 3; i++) {
		const Sluis__SectionDescriptor *d = manifest.sections[i];

		assert_memory_equal(d->file_hash.data, NOT_YET.bytes, sizeof(NOT_YET.bytes));
		assert_int_equal(d->file_size, s.sealed.manifest.sections[i]->file_size);
		assert_int_equal(manifest.plain_sizes[i], s.sections[i].plain.len);
	}
	assert_int_equal(
	    sluis_manifest_verify_signature(intent->batch, SLUIS_BATCH_PUSH, &s.sign_key), SLUIS_ESIGNATURE);
	push.batch = intent->batch;
	push.manifest_bytes = intent->manifest_bytes;
	push.sections = intent->sections;
	push.n_sections = intent->n_sections;
	push.recipients = intent->recipients;
	push.n_recipients = intent->n_recipients;
	assert_int_equal(sluis_manifest_open_push(&push, s.arena, &manifest), SLUIS_EPROOF);
	sample_free(&s);
}

/* A push's batch, a hash that is there already, a batch of two: each is no intent. */
static void
what_is_no_intent_is_refused(void **state)
{
	struct sample s;
	const struct sluis_draft_random random = { .fill = sample_random, .context = &s.counter };
	struct sluis_hash two[2] = { { { 1 } }, { { 2 } } };
	struct sluis_batch_draft draft = { .created_ms = SAMPLE_NOW_MS, .manifests = two, .n = 2,
		.kind = SLUIS_BATCH_INTENT };
	struct sluis_manifest manifest;
	struct sluis_batch batch;
	Sluis__Intent *intent = NULL;
	Sluis__Signed *act;

	(void)state;
	sample_draft(&s, 1, 1, 1);
	sample_seal(&s);
	assert_int_equal(sluis_draft_intent(&s.draft, &random, s.arena, &s.sign_secret, &intent), SLUIS_OK);
	act = intent->batch;
	intent->batch = s.signed_batch;
	assert_int_equal(sluis_manifest_open_intent(intent, s.arena, &manifest), SLUIS_EPROOF);
	draft.record = s.draft.sender;
	two[0] = sluis_hash(sluis_of(intent->manifest_bytes));
	assert_int_equal(sluis_batch_build(&draft, s.arena, &batch), SLUIS_OK);
	assert_int_equal(sluis_batch_sign(&batch, &s.sign_secret, s.arena, &intent->batch), SLUIS_OK);
	assert_int_not_equal(sluis_manifest_open_intent(intent, s.arena, &manifest), SLUIS_OK);
	draft.n = 1;
	draft.manifests = &s.sealed.manifest.hash; /* sealed: its descriptors have hashes */
	assert_int_equal(sluis_batch_build(&draft, s.arena, &batch), SLUIS_OK);
	assert_int_equal(sluis_batch_sign(&batch, &s.sign_secret, s.arena, &intent->batch), SLUIS_OK);
	intent->manifest_bytes = s.sealed.parts.manifest_bytes;
	intent->sections = s.sealed.parts.sections;
	intent->recipients = s.sealed.parts.recipients;
	assert_int_equal(sluis_manifest_open_intent(intent, s.arena, &manifest), SLUIS_EFORMAT);
	intent->batch = act;
	assert_int_equal(sluis_manifest_open_intent(intent, s.arena, &manifest), SLUIS_EPROOF);
	sample_free(&s);
}

static void
write_file(const char *path, const void *data, size_t len)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), (ssize_t)len);
	close(fd);
}

/* The promise of PROTOCOL 4.1: stock age opens it, knowing nothing of us. */
static void
stock_age_opens_every_section(void **state)
{
	char folder[] = "/tmp/draft_test.XXXXXX", key[64], file[64], command[256];
	char text[SLUIS_BECH32_IDENTITY_CHARS + 1];
	struct sample s;

	(void)state;
	if (system("command -v age >/dev/null") != 0)
		skip();
	sample_draft(&s, 3, 2, 1);
	sample_seal(&s);
	assert_non_null(mkdtemp(folder));
	snprintf(key, sizeof(key), "%s/key", folder);
	snprintf(file, sizeof(file), "%s/file.age", folder);
	snprintf(command, sizeof(command), "age -d -i %s %s", key, file);
	sluis_bech32_identity_text(&s.age_secrets[0], text);
	write_file(key, text, strlen(text));
	for (size_t i = 0; i < 3; i++) {
		const struct sluis_bytes sealed = sluis_manifest_file(&s.sealed.manifest, i, s.sealed.body);
		uint8_t plain[1024];
		FILE *age;
		size_t len;

		write_file(file, sealed.data, sealed.len);
		age = popen(command, "re");
		assert_non_null(age);
		len = fread(plain, 1, sizeof(plain), age);
		assert_int_equal(pclose(age), 0);
		assert_int_equal(len, s.sections[i].plain.len);
		assert_memory_equal(plain, s.sections[i].plain.data, len);
		unlink(file);
	}
	unlink(key);
	rmdir(folder);
	sample_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_drafts_are_refused),
		cmocka_unit_test(room_and_memory),
		cmocka_unit_test(the_largest_message),
		cmocka_unit_test(the_largest_frame),
		cmocka_unit_test(nothing_is_lost),
		cmocka_unit_test(without_grant_and_facts),
		cmocka_unit_test(randomness_is_the_parameter),
		cmocka_unit_test(a_place_outside_the_batch),
		cmocka_unit_test(a_batch_of_1024_messages),
		cmocka_unit_test(an_intent_says_what_would_be_sent),
		cmocka_unit_test(what_is_no_intent_is_refused),
		cmocka_unit_test(stock_age_opens_every_section),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
