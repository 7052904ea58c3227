/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Frames. First byte even: an Ask, odd: a Tell; the rest is the frame.
 * What is taken packs to the very bytes that came, and everything in it that can be read is read.
 */
#include <string.h>

#include "event.h"
#include "fuzz.h"
#include "grant.h"
#include "hash.h"
#include "logstate.h"
#include "manifest.h"
#include "receipt.h"
#include "refusal.h"
#include "review.h"

static const struct sluis_public KEY = { "an Ed25519 key, or so it says.." };

static void
must_pack_to(const ProtobufCMessage *message, struct sluis_bytes bytes, struct sluis_arena *arena)
{
	struct sluis_bytes packed;
	const enum sluis_err err = sluis_codec_pack(message, arena, &packed);

	FUZZ_MUST(err == SLUIS_OK || err == SLUIS_ENOMEM);
	FUZZ_MUST(err != SLUIS_OK || sluis_bytes_equal(packed, bytes));
}

/* The payload of an act, as whatever kind it may be; a made-up key never verifies. */
static void
read_act(const Sluis__Signed *act, struct sluis_arena *arena)
{
	const struct sluis_bytes payload = sluis_of(act->payload_bytes);
	Sluis__Grant *grant;
	Sluis__Receipt *receipt;
	Sluis__Decision *decision;
	Sluis__Batch *batch;
	Sluis__ConsentRefusal *refusal;
	Sluis__ReviewClose *close;
	struct sluis_refusal_facts scope;

	if (sluis_grant_open(payload, arena, &grant) == SLUIS_OK) {
		FUZZ_MUST(grant->from_ms < grant->until_ms && grant->n_givers >= 1);
		must_pack_to(&grant->base, payload, arena);
	}
	if (sluis_receipt_open(payload, arena, &receipt) == SLUIS_OK)
		FUZZ_MUST(receipt->n_outcomes >= 1 && receipt->n_outcomes <= SLUIS_SECTIONS_MAX);
	if (sluis_batch_open(payload, arena, &batch) == SLUIS_OK)
		FUZZ_MUST(batch->manifest_count >= 1 && batch->manifest_count <= SLUIS_BATCH_MAX);
	if (sluis_refusal_open(payload, arena, &refusal) == SLUIS_OK) {
		FUZZ_MUST(refusal->n_givers >= 1 && refusal->n_givers <= SLUIS_CODES_MAX);
		must_pack_to(&refusal->base, payload, arena);
		if (sluis_refusal_facts_of(refusal, arena, &scope) == SLUIS_OK)
			FUZZ_MUST(scope.purposes.count == refusal->n_purpose_codes &&
			          scope.categories.count == refusal->n_category_codes);
	}
	FUZZ_MUST(sluis_refusal_verify(act, &KEY, arena, &refusal) != SLUIS_OK);
	FUZZ_MUST(sluis_review_verify(act, &KEY, arena, &close) != SLUIS_OK);
	FUZZ_MUST(sluis_grant_verify(act, &KEY, arena, &grant) != SLUIS_OK);
	FUZZ_MUST(sluis_receipt_verify(act, &KEY, arena, &receipt) != SLUIS_OK);
	FUZZ_MUST(sluis_receipt_decision_verify(act, &KEY, arena, &decision) != SLUIS_OK);
	FUZZ_MUST(sluis_manifest_verify_signature(act, SLUIS_BATCH_PUSH, &KEY) != SLUIS_OK);
	sluis_manifest_signer(act);
}

/* Nothing is sealed yet, so nothing has a hash; and the batch of an intent never stands for that of a push. */
static void
read_intent(const Sluis__Intent *intent, struct sluis_arena *arena)
{
	static const uint8_t NO_HASH[SLUIS_HASH_BYTES];
	struct sluis_manifest manifest;

	FUZZ_MUST(sluis_manifest_verify_signature(intent->batch, SLUIS_BATCH_INTENT, &KEY) != SLUIS_OK);
	if (sluis_manifest_open_intent(intent, arena, &manifest) != SLUIS_OK)
		return;
	FUZZ_MUST(manifest.batch->manifest_count == 1 && manifest.n_sections >= 1);
	for (size_t i = 0; i < manifest.n_sections; i++)
		FUZZ_MUST(memcmp(manifest.sections[i]->file_hash.data, NO_HASH, sizeof(NO_HASH)) == 0);
}

static void
read_ask(const Sluis__Ask *ask, struct sluis_arena *arena)
{
	struct sluis_manifest manifest;

	if (ask->act_case == SLUIS__ASK__ACT_PUSH
	    && sluis_manifest_open_push(ask->push, arena, &manifest) == SLUIS_OK)
		FUZZ_MUST(sluis_manifest_check_body(&manifest, sluis_bytes(NULL, 0)) == SLUIS_EFORMAT);
	else if (ask->act_case == SLUIS__ASK__ACT_INTENT)
		read_intent(ask->intent, arena);
	else if (ask->act_case == SLUIS__ASK__ACT_RECEIPT)
		read_act(ask->receipt, arena);
	else if (ask->act_case == SLUIS__ASK__ACT_GRANT)
		read_act(ask->grant, arena);
	else if (ask->act_case == SLUIS__ASK__ACT_REFUSAL)
		read_act(ask->refusal, arena);
	else if (ask->act_case == SLUIS__ASK__ACT_REVIEW)
		read_act(ask->review, arena);
	else if (ask->act_case == SLUIS__ASK__ACT_WITHDRAWAL)
		read_act(ask->withdrawal, arena);
}

static void
read_evidence(const Sluis__Evidence *evidence, struct sluis_arena *arena)
{
	const struct sluis_merkle_head head = { .size = evidence->leaf_index + 1 };
	struct sluis_event_evidence opened;

	if (sluis_event_evidence_open(evidence, arena, &opened) == SLUIS_OK) {
		FUZZ_MUST(opened.event->action_number == (uint32_t)sluis_event_type_action(opened.type));
		must_pack_to(&opened.event->base, opened.bytes, arena);
	}
	FUZZ_MUST(sluis_event_evidence_verify(evidence, &head, arena, &opened) != SLUIS_OK);
}

static void
read_fetch(const Sluis__TellFetch *fetch, struct sluis_arena *arena)
{
	const struct sluis_hash nobody = { { 0 } };
	struct sluis_manifest manifest;

	(void)!sluis_manifest_open_fetch(fetch, &nobody, arena, &manifest);
	read_evidence(fetch->acceptance, arena);
	read_evidence(fetch->release, arena);
	if (fetch->grant != NULL)
		read_act(fetch->grant, arena);
}

static void
read_log(const Sluis__LogState *log)
{
	struct sluis_log_view keys = { .origin = sluis_bytes_text("keys.example"), .key = KEY };
	struct sluis_log_view exchange = { .origin = sluis_bytes_text("exchange.example"), .key = KEY };
	struct sluis_why why;

	FUZZ_MUST(sluis_logstate_check(log, &keys, &exchange, &why) != SLUIS_OK);
	FUZZ_MUST(memchr(why.text, '\0', sizeof(why.text)) != NULL && why.text[0] != '\0');
	FUZZ_MUST(keys.head.size == 0 && exchange.head.size == 0);
}

static void
read_tell(const Sluis__Tell *tell, struct sluis_arena *arena)
{
	if (tell->log != NULL)
		read_log(tell->log);
	if (tell->answer_case == SLUIS__TELL__ANSWER_FETCH) {
		read_fetch(tell->fetch, arena);
	} else if (tell->answer_case == SLUIS__TELL__ANSWER_DONE) {
		for (size_t i = 0; i < tell->done->n_events; i++)
			read_evidence(tell->done->events[i], arena);
	} else if (tell->answer_case == SLUIS__TELL__ANSWER_REFUSAL && tell->refusal->decision != NULL) {
		read_act(tell->refusal->decision, arena);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(SLUIS_ARENA_MAX_BYTES);
	struct sluis_bytes frame;
	Sluis__Ask *ask;
	Sluis__Tell *tell;

	FUZZ_MUST(arena != NULL);
	if (size < 1)
		return 0;
	frame = sluis_bytes(data + 1, size - 1);
	if (data[0] % 2 == 0) {
		if (SLUIS_UNPACK(ask, Ask, frame, SLUIS_FRAME_MAX_BYTES, arena, &ask) != SLUIS_OK)
			return 0;
		must_pack_to(&ask->base, frame, arena);
		read_ask(ask, arena);
	} else {
		if (SLUIS_UNPACK(tell, Tell, frame, SLUIS_TELL_MAX_BYTES, arena, &tell) != SLUIS_OK)
			return 0;
		must_pack_to(&tell->base, frame, arena);
		read_tell(tell, arena);
	}
	return 0;
}
