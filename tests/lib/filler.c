/* SPDX-License-Identifier: EUPL-1.2 */
#include "filler.h"

#include <assert.h>
#include <string.h>

#define FILLER_MS UINT64_C(1893456000000) /* 2030-01-01 */

/* The messages that stand in no other. */
static const ProtobufCMessageDescriptor *const TOPS[] = {
	&sluis__ask__descriptor, &sluis__tell__descriptor, &sluis__manifest__descriptor,
	&sluis__section_descriptor__descriptor, &sluis__recipient_descriptor__descriptor,
	&sluis__batch__descriptor, &sluis__void__descriptor, &sluis__grant__descriptor,
	&sluis__consent_refusal__descriptor, &sluis__withdrawal__descriptor,
	&sluis__information_request__descriptor, &sluis__information_answer__descriptor,
	&sluis__review_close__descriptor,
	&sluis__receipt__descriptor, &sluis__case_act__descriptor, &sluis__decision__descriptor,
	&sluis__genesis__descriptor, &sluis__organisation__descriptor, &sluis__record__descriptor,
	&sluis__approval__descriptor, &sluis__suspension__descriptor, &sluis__policy_version__descriptor,
	&sluis__broker_change__descriptor, &sluis__registrar_change__descriptor,
	&sluis__witness_change__descriptor, &sluis__guest_commitment__descriptor,
	&sluis__continuation__descriptor, &sluis__keys_entry__descriptor, &sluis__invite__descriptor,
	&sluis__event__descriptor,
};

enum { MESSAGES_MAX = 128 };

/* What stands in a field; the first name that the field's name ends with counts. */
static const char *const CODES[][3] = {
	{ "purpose_code", "consultation", NULL }, { "purpose_codes", "consultation", "plan" },
	{ "ground_code", "consent", NULL }, { "retention_code", "transit", NULL },
	{ "category_code", "safety", NULL }, { "category_codes", "question", "safety" },
	{ "role_code", "director", NULL }, { "role_codes", "director", "expert" },
	{ "regime_code", "jeugdwet", NULL }, { "state_code", "active", NULL }, { "reason_code", "left", NULL },
	{ "type_code", "push", NULL }, { "fact_code", "step", NULL }, { "act_code", "join", NULL }, { "outcome_code", "permit", NULL },
	{ "rule_code", "matrix", NULL }, { "step_code", "consultation", NULL }, { "method_code", "form", NULL },
	{ "band_code", "12-15", NULL }, { "text_code", "2030-1", NULL }, { "exception_code", "youth-alone", NULL },
	{ "target_code", "grant", NULL }, { "kind_code", "person", NULL }, { "about_code", "message", NULL },
	{ "note_codes", "inform-family", "less-data" },
	{ "detail_codes", "safety", "plan" }, { "organisation_handle", "maas-zorg", NULL },
	{ "registrar_handles", "registrar-1", "registrar-2" }, { "handle", "director-1", NULL },
};

static const char *
code_for(const char *field, size_t index)
{
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(CODES); i++) {
		const size_t n = strlen(field), s = strlen(CODES[i][0]);

		if (n >= s && strcmp(field + n - s, CODES[i][0]) == 0)
			return CODES[i][index % 2 == 1 && CODES[i][2] != NULL ? 2 : 1];
	}
	return NULL;
}

static bool
ends(const char *name, const char *suffix)
{
	const size_t n = strlen(name), s = strlen(suffix);

	return n >= s && strcmp(name + n - s, suffix) == 0;
}

static struct sluis_bytes
filled(uint8_t byte, size_t len, struct sluis_arena *arena)
{
	uint8_t *bytes = sluis_arena_alloc(arena, len);

	assert(bytes != NULL);
	memset(bytes, byte, len);
	return sluis_bytes(bytes, len);
}

/* Every byte is the number of the field; of the second in a list, that number and 128. */
static struct sluis_bytes
bytes_for(const ProtobufCFieldDescriptor *f, size_t index, struct sluis_arena *arena)
{
	const uint8_t byte = (uint8_t)(f->id + 128 * index);
	const char *code = code_for(f->name, index);

	if (code != NULL)
		return sluis_bytes_text(code);
	if (ends(f->name, "_id"))
		return filled(byte, 16, arena);
	if (strcmp(f->name, "signature_bytes") == 0)
		return filled(byte, 64, arena);
	if (strcmp(f->name, "oin") == 0)
		return sluis_bytes_text("00000099123456789000");
	if (ends(f->name, "_text") || ends(f->name, "_texts") || ends(f->name, "_bytes"))
		return sluis_bytes_text(f->name);
	return filled(byte, 32, arena);
}

static uint64_t
number_for(const ProtobufCFieldDescriptor *f, size_t index)
{
	if (ends(f->name, "_ms"))
		return FILLER_MS + f->id * 1000;
	if (ends(f->name, "_number") || strcmp(f->name, "format") == 0)
		return 1;
	if (ends(f->name, "_indexes"))
		return index;
	if (ends(f->name, "_index") || strcmp(f->name, "epoch") == 0 || strcmp(f->name, "flags") == 0)
		return 1;
	return f->id * (uint64_t)100;
}

static void
fill_value(const ProtobufCFieldDescriptor *f, size_t index, void *at, struct sluis_arena *arena)
{
	const ProtobufCBinaryData bytes = f->type == PROTOBUF_C_TYPE_BYTES
	    ? sluis_pb(bytes_for(f, index, arena)) : (ProtobufCBinaryData){ 0 };
	const uint64_t wide = number_for(f, index);
	const uint32_t narrow = (uint32_t)wide;
	const ProtobufCMessage *message;

	if (f->type == PROTOBUF_C_TYPE_MESSAGE) {
		message = filler_message(f->descriptor, arena);
		memcpy(at, &message, sizeof(message));
	} else if (f->type == PROTOBUF_C_TYPE_BYTES) {
		memcpy(at, &bytes, sizeof(bytes));
	} else if (f->type == PROTOBUF_C_TYPE_UINT64) {
		memcpy(at, &wide, sizeof(wide));
	} else {
		assert(f->type == PROTOBUF_C_TYPE_UINT32);
		memcpy(at, &narrow, sizeof(narrow));
	}
}

static size_t
value_size(const ProtobufCFieldDescriptor *f)
{
	if (f->type == PROTOBUF_C_TYPE_MESSAGE)
		return sizeof(ProtobufCMessage *);
	if (f->type == PROTOBUF_C_TYPE_BYTES)
		return sizeof(ProtobufCBinaryData);
	return f->type == PROTOBUF_C_TYPE_UINT64 ? sizeof(uint64_t) : sizeof(uint32_t);
}

/* Messages seen so far; recursion ends at those that stand there. */
struct walk {
	const ProtobufCMessageDescriptor *seen[MESSAGES_MAX];
	size_t n;
	void (*visit)(const ProtobufCMessageDescriptor *descriptor);
};

static void
walk_into(struct walk *walk, const ProtobufCMessageDescriptor *descriptor)
{
	for (size_t i = 0; i < walk->n; i++) {
		if (walk->seen[i] == descriptor)
			return;
	}
	assert(walk->n < MESSAGES_MAX);
	walk->seen[walk->n++] = descriptor;
	walk->visit(descriptor);
	for (unsigned i = 0; i < descriptor->n_fields; i++) {
		if (descriptor->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
			walk_into(walk, descriptor->fields[i].descriptor);
	}
}

ProtobufCMessage *
filler_message(const ProtobufCMessageDescriptor *descriptor, struct sluis_arena *arena)
{
	uint8_t *base = sluis_arena_alloc(arena, descriptor->sizeof_message);

	assert(base != NULL);
	protobuf_c_message_init(descriptor, base);
	for (unsigned i = 0; i < descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &descriptor->fields[i];
		const size_t two = 2;
		uint8_t *list;

		if ((f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
			continue;
		if (f->label != PROTOBUF_C_LABEL_REPEATED) {
			fill_value(f, 0, base + f->offset, arena);
			continue;
		}
		list = sluis_arena_alloc(arena, two * value_size(f));
		assert(list != NULL);
		for (size_t k = 0; k < two; k++)
			fill_value(f, k, list + k * value_size(f), arena);
		memcpy(base + f->quantifier_offset, &two, sizeof(two));
		memcpy(base + f->offset, &list, sizeof(list));
	}
	if (descriptor == &sluis__keys_entry__descriptor)
		((Sluis__KeysEntry *)base)->type_code = sluis_pb(sluis_bytes_text("record"));
	return (ProtobufCMessage *)base;
}

ProtobufCMessage *
filler_frame(const ProtobufCMessageDescriptor *descriptor, unsigned field, struct sluis_arena *arena)
{
	const ProtobufCFieldDescriptor *f = &descriptor->fields[field];
	ProtobufCMessage *frame = filler_message(descriptor, arena);
	uint8_t *base = (uint8_t *)frame;

	assert((f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0);
	fill_value(f, 0, base + f->offset, arena);
	memcpy(base + f->quantifier_offset, &f->id, sizeof(uint32_t));
	return frame;
}

void
filler_each(void (*visit)(const ProtobufCMessageDescriptor *descriptor))
{
	struct walk walk = { .visit = visit };

	for (size_t i = 0; i < SLUIS_ARRAY_LEN(TOPS); i++)
		walk_into(&walk, TOPS[i]);
}
