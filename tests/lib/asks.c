/* SPDX-License-Identifier: EUPL-1.2 */
#include "asks.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "batch.h"
#include "draft.h"
#include "limits.h"

#define MUST(expr)                                                                                     \
	do {                                                                                           \
		const enum sluis_err must_ = (expr);                                                   \
		if (must_ != SLUIS_OK) {                                                               \
			fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #expr,                  \
			    sluis_err_text(must_));                                                    \
			abort();                                                                       \
		}                                                                                      \
	} while (0)

static void *
need(struct federation *f, size_t len)
{
	void *p = sluis_arena_alloc(f->arena, len);

	assert(p != NULL);
	return p;
}

static struct sluis_id
fresh_id(void)
{
	struct sluis_id id;

	randombytes_buf(id.bytes, sizeof(id.bytes));
	return id;
}

static ProtobufCBinaryData
keep_id(struct federation *f, const struct sluis_id *id)
{
	struct sluis_id *kept = need(f, sizeof(*kept));

	*kept = *id;
	return sluis_pb_id(kept);
}

Sluis__Ask *
ask_new(struct federation *f, Sluis__Ask__ActCase act)
{
	Sluis__Ask *ask = need(f, sizeof(*ask));
	Sluis__Seen *seen = need(f, sizeof(*seen));
	const struct sluis_id id = fresh_id();

	sluis__ask__init(ask);
	sluis__seen__init(seen);
	ask->format = SLUIS_FORMAT;
	ask->federation_hash = sluis_pb_hash(&f->id);
	ask->request_id = keep_id(f, &id);
	ask->seen = seen;
	ask->act_case = act;
	return ask;
}

struct sluis_bytes
ask_pack(struct federation *f, const Sluis__Ask *ask)
{
	struct sluis_bytes frame;

	MUST(sluis_codec_pack(&ask->base, f->arena, &frame));
	return frame;
}

Sluis__Ask *
ask_case_act(struct federation *f, Sluis__Signed *act)
{
	Sluis__Ask *ask = ask_new(f, SLUIS__ASK__ACT_CASE_ACT);

	ask->case_act = act;
	return ask;
}

Sluis__Ask *
ask_cases(struct federation *f)
{
	Sluis__Ask *ask = ask_new(f, SLUIS__ASK__ACT_CASES);

	ask->cases = need(f, sizeof(*ask->cases));
	sluis__ask_cases__init(ask->cases);
	return ask;
}

Sluis__Ask *
ask_inbox(struct federation *f)
{
	Sluis__Ask *ask = ask_new(f, SLUIS__ASK__ACT_INBOX);

	ask->inbox = need(f, sizeof(*ask->inbox));
	sluis__ask_inbox__init(ask->inbox);
	return ask;
}

Sluis__Ask *
ask_status(struct federation *f, const struct sluis_id *message)
{
	Sluis__Ask *ask = ask_new(f, SLUIS__ASK__ACT_STATUS);

	ask->status = need(f, sizeof(*ask->status));
	sluis__ask_status__init(ask->status);
	ask->status->message_id = keep_id(f, message);
	return ask;
}

Sluis__Ask *
ask_fetch(struct federation *f, const struct sluis_id *message, uint64_t offset)
{
	Sluis__Ask *ask = ask_new(f, SLUIS__ASK__ACT_FETCH);

	ask->fetch = need(f, sizeof(*ask->fetch));
	sluis__ask_fetch__init(ask->fetch);
	ask->fetch->message_id = keep_id(f, message);
	ask->fetch->window_offset = offset;
	return ask;
}

/* ---- push ---- */

/** What a draft borrows. */
struct parts {
	struct sluis_draft_recipient recipient;
	struct sluis_draft_fact facts[2];
	struct sluis_draft_section sections[SLUIS_SECTIONS_MAX];
	size_t n_sections;
};

static const uint32_t FIRST[1] = { 0 };

static void
make_sections(struct federation *f, const struct ask_push *push, struct parts *ret)
{
	size_t bytes = push->bytes;
	uint8_t *plain = need(f, SLUIS_SECTION_INLINE_MAX_BYTES < bytes ? SLUIS_SECTION_INLINE_MAX_BYTES : bytes);

	while (bytes > 0) {
		const size_t size =
		    bytes < SLUIS_SECTION_INLINE_MAX_BYTES ? bytes : SLUIS_SECTION_INLINE_MAX_BYTES;

		assert(ret->n_sections < SLUIS_SECTIONS_MAX);
		ret->sections[ret->n_sections++] = (struct sluis_draft_section){ .id = fresh_id(),
			.category = sluis_bytes_text(push->category == NULL ? "attachment" : push->category),
			.media_number = 1,
			.plain = sluis_bytes(plain, size),
			.recipients = FIRST,
			.n_recipients = 1 };
		bytes -= size;
	}
}

static void
make_parts(struct federation *f, const struct ask_push *push, struct parts *ret)
{
	const struct federation_member *to = federation_member(f, push->to);

	ret->recipient = (struct sluis_draft_recipient){ .record = to->record_hash,
		.epoch = to->age[0].epoch,
		.kind = SLUIS_MANIFEST_MEMBER,
		.pair_sequence = push->sequence,
		.age_key = to->age[0].key };
	ret->facts[0] = (struct sluis_draft_fact){ sluis_bytes_text("involvement"),
		sluis_bytes_text("both-deliver-help") };
	ret->facts[1] = (struct sluis_draft_fact){ sluis_bytes_text("necessity"),
		sluis_bytes_text("as-far-as-needed") };
	make_sections(f, push, ret);
}

static void
fill_random(void *context, void *buf, size_t len)
{
	(void)context;
	randombytes_buf(buf, len);
}

static Sluis__Push *
sign(struct federation *f, const struct ask_push *push, const struct sluis_draft_sealed *sealed)
{
	const struct federation_member *from = federation_member(f, push->from);
	const struct sluis_batch_draft draft = { .record = from->record_hash,
		.created_ms = federation_time(f),
		.manifests = &sealed->manifest.hash,
		.n = 1 };
	struct sluis_batch *batch = need(f, sizeof(*batch));
	Sluis__Signed *signed_batch;
	Sluis__Push *ret;

	MUST(sluis_batch_build(&draft, f->arena, batch));
	MUST(sluis_batch_sign(batch, &from->sign_secret, f->arena, &signed_batch));
	MUST(sluis_draft_push(sealed, batch, 0, signed_batch, f->arena, &ret));
	return ret;
}

Sluis__Ask *
ask_push(struct federation *f, struct ask_push *push)
{
	const struct sluis_draft_random random = { .fill = fill_random };
	struct parts *parts = need(f, sizeof(*parts));
	const int64_t now_ms = federation_time(f);
	Sluis__Ask *ask = ask_new(f, SLUIS__ASK__ACT_PUSH);
	struct sluis_draft_sealed *sealed = need(f, sizeof(*sealed));
	struct sluis_writer body;
	struct sluis_draft draft;
	uint8_t *storage;

	push->id = fresh_id();
	make_parts(f, push, parts);
	draft = (struct sluis_draft){ .federation = f->id,
		.message_id = push->id,
		.case_id = push->of_case->id,
		.purpose = sluis_bytes_text("consultation"),
		.ground = sluis_bytes_text("direct-involvement"),
		.facts = parts->facts,
		.n_facts = SLUIS_ARRAY_LEN(parts->facts),
		.sender = federation_member(f, push->from)->record_hash,
		.created_ms = now_ms,
		.not_before_ms = now_ms,
		.expires_ms = now_ms + 29 * FEDERATION_DAY_MS,
		.keys = federation_keys(f),
		.policy = f->policy_hash,
		.case_head = push->of_case->head,
		.retention = sluis_bytes_text("transit"),
		.kind = push->kind == 0 ? SLUIS_MANIFEST_NEW : push->kind,
		.target = push->kind <= SLUIS_MANIFEST_NEW ? NULL : &push->target,
		.recipients = &parts->recipient,
		.n_recipients = 1,
		.sections = parts->sections,
		.n_sections = parts->n_sections };
	storage = malloc((size_t)sluis_draft_body_size(&draft));
	assert(storage != NULL);
	sluis_writer_init(&body, storage, (size_t)sluis_draft_body_size(&draft));
	MUST(sluis_draft_seal(&draft, &random, f->arena, &body, sealed));
	push->body = sluis_bytes(storage, body.len);
	ask->push = sign(f, push, sealed);
	return ask;
}
