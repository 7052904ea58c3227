/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The worked examples of proto/examples.md: each is computed here and must stand there, and nothing else may.
 * `examples_test --print` writes them as they should stand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "age.h"
#include "base64.h"
#include "batch.h"
#include "bech32.h"
#include "checkpoint.h"
#include "codec.h"
#include "dsse.h"
#include "event.h"
#include "filler.h"
#include "grant.h"
#include "hash.h"
#include "merkle.h"
#include "note.h"
#include "sample.h"
#include "section.h"
#include "worked.h"

static const char *const FILE_NAME = "proto/examples.md";

enum { ARENA_BYTES = 8 * 1024 * 1024 };

static struct sluis_arena *arena;
static struct worked *worked;

/* A value for an input: ${len} times one byte. */
static struct sluis_bytes
filled(uint8_t byte, size_t len)
{
	uint8_t *bytes = sluis_arena_alloc(arena, len);

	assert_non_null(bytes);
	memset(bytes, byte, len);
	return sluis_bytes(bytes, len);
}

static struct sluis_hash
filled_hash(uint8_t byte)
{
	struct sluis_hash hash;

	memset(hash.bytes, byte, sizeof(hash.bytes));
	return hash;
}

/* ---- One of every message ---- */

static struct sluis_bytes
pack(const ProtobufCMessage *message)
{
	struct sluis_bytes bytes;

	assert_int_equal(sluis_codec_pack(message, arena, &bytes), SLUIS_OK);
	return bytes;
}

/* Strict: it reads back, with nothing lost. */
static void
put_message(const char *name, const ProtobufCMessage *message)
{
	const struct sluis_bytes bytes = pack(message);
	ProtobufCMessage *back;

	assert_int_equal(sluis_codec_unpack(message->descriptor, bytes, SLUIS_FRAME_MAX_BYTES, arena, &back), SLUIS_OK);
	assert_true(sluis_bytes_equal(pack(back), bytes));
	worked_put_hex(worked, name, bytes);
}

/* A frame for every act and every answer. */
static void
put_frames(const ProtobufCMessageDescriptor *descriptor)
{
	for (unsigned i = 0; i < descriptor->n_fields; i++) {
		char name[64];

		if ((descriptor->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
			continue;
		snprintf(name, sizeof(name), "%s.%s", descriptor->short_name, descriptor->fields[i].name);
		put_message(name, filler_frame(descriptor, i, arena));
	}
}

static void
put_one(const ProtobufCMessageDescriptor *descriptor)
{
	if (descriptor == &sluis__ask__descriptor || descriptor == &sluis__tell__descriptor)
		put_frames(descriptor);
	else
		put_message(descriptor->short_name, filler_message(descriptor, arena));
}

/* ---- Worked values ---- */

static struct sluis_signing_secret secret;
static struct sluis_public public;

static void
put_signing(void)
{
	const struct sluis_bytes payload = sluis_bytes_text("hello");
	struct sluis_secret32 seed;
	struct sluis_signature signature;
	uint8_t storage[256];
	struct sluis_writer w;

	memset(seed.bytes, 0x42, sizeof(seed.bytes));
	sluis_signing_secret_expand(&seed, &secret, &public);
	sluis_writer_init(&w, storage, sizeof(storage));
	sluis_dsse_pae(sluis_bytes_text(sluis_dsse_type_text(SLUIS_SIGNED_GRANT)), payload, &w);
	assert_int_equal(sluis_dsse_sign(&secret, SLUIS_SIGNED_GRANT, payload, &signature), SLUIS_OK);
	worked_put_text(worked, "pae-type", sluis_dsse_type_text(SLUIS_SIGNED_GRANT));
	worked_put_hex(worked, "pae-payload", payload);
	worked_put_hex(worked, "pae", sluis_bytes(w.data, w.len));
	worked_put_hex(worked, "sign-seed", sluis_bytes(seed.bytes, 32));
	worked_put_hex(worked, "sign-key", sluis_bytes(public.bytes, 32));
	worked_put_hex(worked, "signature", sluis_bytes(signature.bytes, 64));
}

static void
put_descriptors(struct sluis_hash ret[2])
{
	const struct sluis_bytes section = pack(filler_message(&sluis__section_descriptor__descriptor, arena));
	Sluis__RecipientDescriptor *d =
	    (Sluis__RecipientDescriptor *)filler_message(&sluis__recipient_descriptor__descriptor, arena);
	const struct sluis_bytes salt = filled(0x51, 32), salts[2] = { filled(0x52, 32), filled(0x53, 32) };

	worked_put_hex(worked, "section-salt", salt);
	worked_put_hex(worked, "section-descriptor", section);
	worked_put_hash(worked, "section-hash", sluis_section_hash(salt.data, section));
	for (unsigned i = 0; i < 2; i++) {
		char name[32];

		d->recipient_index = i;
		d->record_hash = sluis_pb(filled((uint8_t)(0x54 + i), 32));
		snprintf(name, sizeof(name), "recipient-salt-%u", i);
		worked_put_hex(worked, name, salts[i]);
		snprintf(name, sizeof(name), "recipient-descriptor-%u", i);
		worked_put_hex(worked, name, pack(&d->base));
		ret[i] = sluis_section_recipient_hash(salts[i].data, pack(&d->base));
		worked_put_numbered(worked, "recipient-hash", i, ret[i]);
	}
}

static void
put_section_file(const struct sluis_hash *value)
{
	uint64_t counter = 1;
	struct sluis_public keys[2];
	const struct sluis_age_to to = { .recipients = keys, .n_recipients = 2, .context = value };
	uint8_t storage[1024];
	struct sluis_writer w;

	for (unsigned i = 0; i < 2; i++) {
		struct sluis_secret32 identity;
		char text[SLUIS_BECH32_IDENTITY_CHARS + 1], name[32];

		memset(identity.bytes, 0x61 + (int)i, sizeof(identity.bytes));
		crypto_scalarmult_base(keys[i].bytes, identity.bytes);
		sluis_bech32_identity_text(&identity, text);
		snprintf(name, sizeof(name), "age-identity-%u", i);
		worked_put_text(worked, name, text);
	}
	sluis_writer_init(&w, storage, sizeof(storage));
	assert_int_equal(sluis_age_seal(&to, sample_random, &counter, sluis_bytes_text("question: what next"), &w),
	    SLUIS_OK);
	worked_put_text(worked, "age-plain", "question: what next");
	worked_put_hex(worked, "age-file", sluis_bytes(w.data, w.len));
}

static void
put_context(const struct sluis_hash recipients[2])
{
	const struct sluis_section_context context = { .federation = filled(0xfe, 32),
		.message_id = filled(0x11, 16), .case_id = filled(0x12, 16), .sender = filled(0x13, 32), .index = 0,
		.section_id = filled(0x14, 16), .category = sluis_bytes_text("safety"),
		.purpose = sluis_bytes_text("consultation"), .recipients = recipients, .n_recipients = 2 };
	const struct sluis_hash value = sluis_section_context_value(&context);
	char base64[SLUIS_BASE64_RAW_32 + 1], stanza[80];

	worked_put_hex(worked, "context-federation", context.federation);
	worked_put_hex(worked, "context-message-id", context.message_id);
	worked_put_hex(worked, "context-case-id", context.case_id);
	worked_put_hex(worked, "context-sender", context.sender);
	worked_put_text(worked, "context-index", "0");
	worked_put_hex(worked, "context-section-id", context.section_id);
	worked_put_text(worked, "context-category", "safety");
	worked_put_text(worked, "context-purpose", "consultation");
	worked_put_hash(worked, "context-value", value);
	sluis_base64_encode(SLUIS_BASE64_RAW, sluis_hash_bytes(&value), base64);
	snprintf(stanza, sizeof(stanza), "-> %s %s\n", SLUIS_AGE_CONTEXT_TYPE, base64);
	worked_put_text(worked, "context-stanza", stanza);
	put_section_file(&value);
}

static void
put_batch(void)
{
	const struct sluis_hash manifests[3] = { filled_hash(0x21), filled_hash(0x22), filled_hash(0x23) };
	const struct sluis_batch_draft draft = { .record = filled_hash(0x13), .created_ms = SAMPLE_NOW_MS,
		.manifests = manifests, .n = 3 };
	struct sluis_batch batch;
	Sluis__Batch *opened;
	Sluis__Signed *act;

	assert_int_equal(sluis_batch_build(&draft, arena, &batch), SLUIS_OK);
	assert_int_equal(sluis_batch_open(batch.payload, arena, &opened), SLUIS_OK);
	assert_int_equal(sluis_batch_sign(&batch, &secret, arena, &act), SLUIS_OK);
	for (unsigned i = 0; i < 3; i++) {
		char name[32];

		worked_put_numbered(worked, "batch-manifest", i, manifests[i]);
		worked_put_numbered(worked, "batch-leaf", i, sluis_batch_leaf(SLUIS_BATCH_PUSH, &manifests[i]));
		snprintf(name, sizeof(name), "batch-path-%u", i);
		worked_put_hex(worked, name, sluis_bytes(batch.paths[i].hashes, batch.paths[i].n * SLUIS_HASH_BYTES));
	}
	worked_put_hex(worked, "batch-root", sluis_of(opened->root_hash));
	worked_put_hex(worked, "batch-payload", batch.payload);
	worked_put_hex(worked, "batch-signature", sluis_of(act->signatures[0]->signature_bytes));
}

static void
put_event(void)
{
	const struct sluis_bytes event = pack(filler_message(&sluis__event__descriptor, arena)), blind = filled(0x31, 32);
	const struct sluis_bytes entry_bytes = pack(filler_message(&sluis__keys_entry__descriptor, arena));
	const struct sluis_hash hash = sluis_hash(event), entry = sluis_event_entry(blind.data, &hash);
	Sluis__Event *opened;

	assert_int_equal(sluis_event_open(event, arena, &opened), SLUIS_OK);
	worked_put_hex(worked, "event-bytes", event);
	worked_put_hex(worked, "event-blind", blind);
	worked_put_hash(worked, "event-hash", hash);
	worked_put_hash(worked, "event-entry", entry);
	worked_put_hash(worked, "event-leaf", sluis_event_leaf(&entry));
	worked_put_hex(worked, "keys-entry", entry_bytes);
	worked_put_hash(worked, "keys-leaf", sluis_merkle_leaf(entry_bytes));
}

static void
put_tokens(void)
{
	for (unsigned i = 0; i < 3; i++) {
		struct sluis_grant_token token;
		char text[SLUIS_GRANT_TOKEN_CHARS + 1], name[32];

		for (size_t k = 0; k < sizeof(token.bytes); k++)
			token.bytes[k] = (uint8_t)(i == 0 ? k : i == 1 ? 0xff : 0xa5 - 7 * k);
		sluis_grant_token_text(&token, text);
		snprintf(name, sizeof(name), "token-%u", i);
		worked_put_hex(worked, name, sluis_bytes(token.bytes, sizeof(token.bytes)));
		snprintf(name, sizeof(name), "token-text-%u", i);
		worked_put_text(worked, name, text);
		worked_put_numbered(worked, "token-hash", i, sluis_grant_token_hash(&token));
	}
}

static void
put_commitments(void)
{
	const struct sluis_bytes salt = filled(0x41, 32), code = filled(0x42, 16);
	const struct sluis_bytes blind = filled(0x43, 32);
	const struct sluis_hash record = filled_hash(0x44);
	const struct sluis_bytes invite[] = { sluis_bytes("sluis/invite/v1", 16), code };
	const struct sluis_bytes guest[] = { sluis_bytes("sluis/guest/v1", 15), blind, sluis_hash_bytes(&record) };

	worked_put_hex(worked, "evidence-salt", salt);
	worked_put_text(worked, "evidence-file", "signed form");
	worked_put_hash(worked, "evidence-hash", sluis_grant_evidence_hash(salt.data, sluis_bytes_text("signed form")));
	worked_put_hash(worked, "evidence-hash-none", sluis_grant_evidence_hash(salt.data, sluis_bytes(NULL, 0)));
	worked_put_hex(worked, "invite-code", code);
	worked_put_hash(worked, "invite-hash", sluis_hash_parts(invite, SLUIS_ARRAY_LEN(invite)));
	worked_put_hex(worked, "guest-blind", blind);
	worked_put_hash(worked, "guest-record-hash", record);
	worked_put_hash(worked, "guest-commitment", sluis_hash_parts(guest, SLUIS_ARRAY_LEN(guest)));
}

static void
put_rounded(void)
{
	static const uint64_t sizes[] = { 0, 1, 31, 32, 33, 63, 65, 1000, 1024, 4097, 524289, 4194305 };

	for (size_t i = 0; i < SLUIS_ARRAY_LEN(sizes); i++) {
		char name[32], value[32];

		snprintf(name, sizeof(name), "rounded-%llu", (unsigned long long)sizes[i]);
		snprintf(value, sizeof(value), "%llu", (unsigned long long)sluis_event_rounded_size(sizes[i]));
		worked_put_text(worked, name, value);
	}
}

static void
put_checkpoint(void)
{
	const struct sluis_checkpoint checkpoint = { .origin = sluis_bytes_text("sluis.example/exchange"),
		.head = { .size = 1234567, .root = filled_hash(0x71) } };
	char text[SLUIS_CHECKPOINT_NOTE_MAX_BYTES + 1], key_text[SLUIS_NOTE_VKEY_MAX_CHARS + 1];
	struct sluis_note_key key;
	struct sluis_writer w;

	assert_int_equal(sluis_note_key_init(checkpoint.origin, SLUIS_NOTE_ED25519, &public, &key), SLUIS_OK);
	sluis_note_key_encode(&key, key_text);
	worked_put_text(worked, "checkpoint-key", key_text);
	worked_put_hash(worked, "checkpoint-root", checkpoint.head.root);
	sluis_writer_init(&w, text, sizeof(text) - 1);
	assert_int_equal(sluis_checkpoint_encode(&checkpoint, &w), SLUIS_OK);
	text[w.len] = '\0';
	worked_put_text(worked, "checkpoint-text", text);
	sluis_writer_init(&w, text, sizeof(text) - 1);
	assert_int_equal(sluis_checkpoint_sign(&checkpoint, &secret, &w), SLUIS_OK);
	text[w.len] = '\0';
	worked_put_text(worked, "checkpoint-note", text);
}

static int
compute(void **state)
{
	struct sluis_hash recipients[2];

	(void)state;
	arena = sluis_arena_new(ARENA_BYTES);
	worked = worked_new();
	if (arena == NULL || sodium_init() < 0)
		return -1;
	put_signing();
	put_descriptors(recipients);
	put_context(recipients);
	put_batch();
	put_event();
	put_tokens();
	put_commitments();
	put_rounded();
	put_checkpoint();
	filler_each(put_one);
	return 0;
}

static int
forget(void **state)
{
	(void)state;
	worked_free(worked);
	sluis_arena_free(arena);
	return 0;
}

static void
every_example_of_the_file(void **state)
{
	char why[512];

	(void)state;
	if (!worked_compare(worked, FILE_NAME, why, sizeof(why)))
		fail_msg("%s: %s", FILE_NAME, why);
}

/* The comparison itself: what is missing, wrong, double or not known is found. */
static void
files_that_are_wrong(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ "# Heading\n```\na = 0102\n```\nb = not fenced\n```\nb = \"x\"\n```\n", true },
		{ "```\na = 01\n  02\nb = \"x\"\n```\n", true },
		{ "```\na = 0102\n```\n", false },
		{ "```\na = 0103\nb = \"x\"\n```\n", false },
		{ "```\na = 01\n  03\nb = \"x\"\n```\n", false },
		{ "```\na = 0102\na = 0102\nb = \"x\"\n```\n", false },
		{ "```\na = 0102\nb = \"x\"\nc = 01\n```\n", false },
		{ "```\na = 0102\nb = \"x\"\nno example\n```\n", false },
		{ "```\na = 0102\nb = \"x\"\n", false },
		{ "```\n  02\na = 0102\nb = \"x\"\n```\n", false },
		{ "", false },
	};
	static const uint8_t two[] = { 1, 2 };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(cases); i++) {
		char path[] = "/tmp/examples_test.XXXXXX", why[512];
		const int fd = mkstemp(path);
		struct worked *w = worked_new();

		assert_int_equal(write(fd, cases[i].text, strlen(cases[i].text)), (ssize_t)strlen(cases[i].text));
		close(fd);
		worked_put_hex(w, "a", sluis_bytes(two, 2));
		worked_put_text(w, "b", "x");
		assert_int_equal(worked_compare(w, path, why, sizeof(why)), cases[i].good);
		worked_free(w);
		unlink(path);
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_example_of_the_file),
		cmocka_unit_test(files_that_are_wrong),
	};

	if (argc == 2 && strcmp(argv[1], "--print") == 0) {
		if (compute(NULL) != 0)
			return 1;
		worked_print(worked);
		return forget(NULL);
	}
	return cmocka_run_group_tests(tests, compute, forget);
}
