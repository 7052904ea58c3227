/* SPDX-License-Identifier: EUPL-1.2 */
#include "codec.h"

#include <string.h>

#include "limits.h"

enum rule {
	RULE_NONE,
	RULE_FORMAT,
	RULE_ID,
	RULE_32,
	RULE_CODE,
	RULE_TIME,
	RULE_TEXT,
	RULE_OIN,
	RULE_OPAQUE,
	RULE_NUMBER,
	RULE_ANY_INTEGER,
	RULE_MESSAGE
};

static bool
is_integer(const ProtobufCFieldDescriptor *field)
{
	return field->type == PROTOBUF_C_TYPE_UINT32 || field->type == PROTOBUF_C_TYPE_UINT64;
}

/* clang-format off */
#define NAME(text) (text), sizeof(text) - 1
static const struct {
	const char *name; /* a leading '_' means: the field's name ends so */
	size_t len;
	bool integer;
	enum rule rule;
} RULES[] = {
	{ NAME("format"),    true,  RULE_FORMAT },
	{ NAME("_id"),       false, RULE_ID },
	{ NAME("_hash"),     false, RULE_32 },
	{ NAME("_hashes"),   false, RULE_32 },
	{ NAME("_key"),      false, RULE_32 },
	{ NAME("salt"),      false, RULE_32 },
	{ NAME("blind"),     false, RULE_32 },
	{ NAME("nonce"),     false, RULE_32 },
	{ NAME("_code"),     false, RULE_CODE },
	{ NAME("_codes"),    false, RULE_CODE },
	{ NAME("handle"),    false, RULE_CODE },
	{ NAME("_handle"),   false, RULE_CODE },
	{ NAME("_handles"),  false, RULE_CODE },
	{ NAME("_ms"),       true,  RULE_TIME },
	{ NAME("_text"),     false, RULE_TEXT },
	{ NAME("_texts"),    false, RULE_TEXT },
	{ NAME("oin"),       false, RULE_OIN },
	{ NAME("_bytes"),    false, RULE_OPAQUE },
	{ NAME("_number"),   true,  RULE_NUMBER },
	{ NAME("_count"),    true,  RULE_ANY_INTEGER },
	{ NAME("_index"),    true,  RULE_ANY_INTEGER },
	{ NAME("_indexes"),  true,  RULE_ANY_INTEGER },
	{ NAME("_size"),     true,  RULE_ANY_INTEGER },
	{ NAME("_offset"),   true,  RULE_ANY_INTEGER },
	{ NAME("sequence"),  true,  RULE_ANY_INTEGER },
	{ NAME("_sequence"), true,  RULE_NUMBER },
	{ NAME("epoch"),     true,  RULE_ANY_INTEGER },
	{ NAME("flags"),     true,  RULE_ANY_INTEGER },
};
#undef NAME
/* clang-format on */

static enum rule
rule_of(const ProtobufCFieldDescriptor *field)
{
	const bool integer = is_integer(field);
	size_t len;

	if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		return RULE_MESSAGE;
	if (!integer && field->type != PROTOBUF_C_TYPE_BYTES)
		return RULE_NONE;
	len = strlen(field->name);
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(RULES); i++) {
		const size_t n = RULES[i].len;

		if (RULES[i].integer != integer || len < n || (len > n && RULES[i].name[0] != '_'))
			continue;
		if (memcmp(field->name + len - n, RULES[i].name, n) == 0)
			return RULES[i].rule;
	}
	return RULE_NONE;
}

static bool
text_is_valid(struct sluis_bytes text)
{
	if (text.len < 1 || text.len > SLUIS_TEXT_MAX_BYTES || !sluis_utf8_is_valid(text))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < 0x20 || text.data[i] == 0x7f)
			return false;
	}
	return true;
}

static bool
digits_are_valid(struct sluis_bytes text, size_t len)
{
	if (text.len != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	}
	return true;
}

static bool
id_is_valid(struct sluis_bytes id)
{
	uint8_t any = 0;

	if (id.len != SLUIS_ID_BYTES)
		return false;
	for (size_t i = 0; i < id.len; i++)
		any |= id.data[i];
	return any != 0;
}

static bool
bytes_obey(enum rule rule, struct sluis_bytes value)
{
	switch (rule) {
	case RULE_ID:
		return id_is_valid(value);
	case RULE_32:
		return value.len == 32;
	case RULE_CODE:
		return sluis_code_is_valid(value);
	case RULE_TEXT:
		return text_is_valid(value);
	case RULE_OIN:
		return digits_are_valid(value, 20);
	case RULE_OPAQUE:
		return value.len > 0;
	case RULE_NONE:
	case RULE_FORMAT:
	case RULE_TIME:
	case RULE_NUMBER:
	case RULE_ANY_INTEGER:
	case RULE_MESSAGE:
		return false;
	}
	return false;
}

static bool
integer_obeys(enum rule rule, uint64_t value)
{
	switch (rule) {
	case RULE_FORMAT:
		return value == SLUIS_FORMAT;
	case RULE_TIME:
		return value >= SLUIS_TIME_MIN_MS && value < SLUIS_TIME_MAX_MS;
	case RULE_NUMBER:
		return value >= 1 && value <= INT32_MAX;
	case RULE_ANY_INTEGER:
		return value <= INT64_MAX;
	case RULE_NONE:
	case RULE_ID:
	case RULE_32:
	case RULE_CODE:
	case RULE_TEXT:
	case RULE_OIN:
	case RULE_OPAQUE:
	case RULE_MESSAGE:
		return false;
	}
	return false;
}

static const uint8_t *
at(const ProtobufCMessage *message, unsigned offset)
{
	return (const uint8_t *)message + offset;
}

static enum sluis_err
check_value(const ProtobufCFieldDescriptor *field, enum rule rule, const uint8_t *value)
{
	if (rule == RULE_MESSAGE) {
		const ProtobufCMessage *sub;

		memcpy(&sub, value, sizeof(sub));
		return sluis_codec_check(sub);
	}
	if (field->type == PROTOBUF_C_TYPE_BYTES) {
		ProtobufCBinaryData data;

		memcpy(&data, value, sizeof(data));
		return bytes_obey(rule, sluis_of(data)) ? SLUIS_OK : SLUIS_EFORMAT;
	}
	if (field->type == PROTOBUF_C_TYPE_UINT32) {
		uint32_t number;

		memcpy(&number, value, sizeof(number));
		return integer_obeys(rule, number) ? SLUIS_OK : SLUIS_EFORMAT;
	}
	if (field->type == PROTOBUF_C_TYPE_UINT64) {
		uint64_t number;

		memcpy(&number, value, sizeof(number));
		return integer_obeys(rule, number) ? SLUIS_OK : SLUIS_EFORMAT;
	}
	return SLUIS_EFORMAT;
}

static size_t
value_size(const ProtobufCFieldDescriptor *field)
{
	if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		return sizeof(ProtobufCMessage *);
	if (field->type == PROTOBUF_C_TYPE_BYTES)
		return sizeof(ProtobufCBinaryData);
	return field->type == PROTOBUF_C_TYPE_UINT64 ? sizeof(uint64_t) : sizeof(uint32_t);
}

static enum sluis_err
check_repeated(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, enum rule rule)
{
	size_t n;
	const uint8_t *values;

	memcpy(&n, at(message, field->quantifier_offset), sizeof(n));
	memcpy(&values, at(message, field->offset), sizeof(values));
	for (size_t i = 0; i < n; i++)
		SLUIS_TRY(check_value(field, rule, values + i * value_size(field)));
	return SLUIS_OK;
}

static bool
is_absent(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	const void *sub;

	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
		uint32_t chosen;

		memcpy(&chosen, at(message, field->quantifier_offset), sizeof(chosen));
		return chosen != field->id;
	}
	if (field->label != PROTOBUF_C_LABEL_OPTIONAL)
		return false;
	memcpy(&sub, at(message, field->offset), sizeof(sub));
	return sub == NULL;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_codec_check(const ProtobufCMessage *message)
{
	if (message == NULL || message->n_unknown_fields != 0)
		return SLUIS_EFORMAT;
	for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
		const enum rule rule = rule_of(field);

		if (field->label == PROTOBUF_C_LABEL_REPEATED)
			SLUIS_TRY(check_repeated(message, field, rule));
		else if (!is_absent(message, field))
			SLUIS_TRY(check_value(field, rule, at(message, field->offset)));
	}
	return SLUIS_OK;
}

bool
sluis_codec_has_rule(const ProtobufCFieldDescriptor *field)
{
	return rule_of(field) != RULE_NONE;
}

/** Where a message goes, and whether it did not fit. */
struct room {
	struct sluis_arena *arena;
	bool is_short;
};

static void *
codec_alloc(void *context, size_t size)
{
	struct room *room = context;
	void *p = sluis_arena_alloc(room->arena, size);

	room->is_short |= p == NULL;
	return p;
}

static void
codec_free(void *context, void *pointer)
{
	(void)context;
	(void)pointer;
}

/* protobuf-c's pack writes through a callback, so the copy is compared without being made. */
struct compare {
	ProtobufCBuffer base;
	struct sluis_bytes rest;
	bool differs;
};

static void
compare_append(ProtobufCBuffer *buffer, size_t len, const uint8_t *data)
{
	struct compare *c = (struct compare *)buffer;

	if (c->differs || len > c->rest.len || memcmp(c->rest.data, data, len) != 0) {
		c->differs = true;
		return;
	}
	c->rest.data += len;
	c->rest.len -= len;
}

static bool
packs_to(const ProtobufCMessage *message, struct sluis_bytes bytes)
{
	struct compare c = { .base = { .append = compare_append }, .rest = bytes };

	protobuf_c_message_pack_to_buffer(message, &c.base);
	return !c.differs && c.rest.len == 0;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_codec_unpack(const ProtobufCMessageDescriptor *descriptor, struct sluis_bytes bytes,
    size_t max_bytes, struct sluis_arena *arena, ProtobufCMessage **ret)
{
	struct room room = { .arena = arena };
	ProtobufCAllocator allocator = { .alloc = codec_alloc, .free = codec_free, .allocator_data = &room };
	ProtobufCMessage *message;

	if (bytes.len > max_bytes)
		return SLUIS_ETOOBIG;
	message = protobuf_c_message_unpack(descriptor, &allocator, bytes.len, bytes.data);
	/* well formed as far as it was read: nothing wrong is said of it */
	if (message == NULL)
		return room.is_short ? SLUIS_ETOOBIG : SLUIS_EFORMAT;
	SLUIS_TRY(sluis_codec_check(message));
	if (!packs_to(message, bytes))
		return SLUIS_EFORMAT;
	*ret = message;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_codec_pack(const ProtobufCMessage *message, struct sluis_arena *arena, struct sluis_bytes *ret)
{
	size_t len;
	uint8_t *data;

	SLUIS_TRY(sluis_codec_check(message));
	len = protobuf_c_message_get_packed_size(message);
	data = sluis_arena_alloc(arena, len);
	if (data == NULL)
		return SLUIS_ENOMEM;
	if (protobuf_c_message_pack(message, data) != len)
		return SLUIS_EFORMAT;
	*ret = sluis_bytes(data, len);
	return SLUIS_OK;
}

/* The only place where const is cast away: protobuf-c's views are not const, and it does not write. */
ProtobufCBinaryData
sluis_pb(struct sluis_bytes bytes)
{
	ProtobufCBinaryData data = { .len = bytes.len };

	memcpy(&data.data, &bytes.data, sizeof(data.data));
	return data;
}

struct sluis_hash
sluis_hash_of(ProtobufCBinaryData data)
{
	struct sluis_hash hash = { { 0 } };

	if (data.len == sizeof(hash.bytes))
		memcpy(hash.bytes, data.data, sizeof(hash.bytes));
	return hash;
}

struct sluis_id
sluis_id_of(ProtobufCBinaryData data)
{
	struct sluis_id id = { { 0 } };

	if (data.len == sizeof(id.bytes))
		memcpy(id.bytes, data.data, sizeof(id.bytes));
	return id;
}

struct sluis_public
sluis_public_of(ProtobufCBinaryData data)
{
	struct sluis_public key = { { 0 } };

	if (data.len == sizeof(key.bytes))
		memcpy(key.bytes, data.data, sizeof(key.bytes));
	return key;
}
