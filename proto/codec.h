/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * codec - strict protobuf: bytes become a message only when no doubt is possible about their meaning.
 *
 * The messages are the generated plain structs of sluis.proto (`Sluis__Manifest`, ...). Byte fields are views
 * into memory of the arena. Never: sockets, clock, store, randomness.
 * Source: proto/PROTOCOL.md section 2; measured traps in crypto notes: recursion, amplification, duplicates.
 */
#ifndef SLUIS_CODEC_H
#define SLUIS_CODEC_H

#include "arena.h"
#include "base.h"
#include "sluis.pb-c.h"

/**
 * sluis_codec_unpack(descriptor, bytes, max_bytes, arena, ret):
 * Decode ${bytes} as the message of ${descriptor} into ${arena}: no unknown field at any depth, packing it again
 * gives the same bytes, and every field obeys the rule of its name.
 * On SLUIS_OK ${ret} points to the message, which lives until the arena is reset, independent of ${bytes}.
 * Errors: SLUIS_ETOOBIG (more than ${max_bytes}, or more memory than the arena has), SLUIS_EFORMAT; peer's fault.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_codec_unpack(const ProtobufCMessageDescriptor *descriptor,
    struct sluis_bytes bytes, size_t max_bytes, struct sluis_arena *arena, ProtobufCMessage **ret);

/* SLUIS_UNPACK(grant, Grant, bytes, max, arena, &ret): the same, typed: ret is a Sluis__Grant pointer. */
#define SLUIS_UNPACK(lower, Upper, bytes, max, arena, ret)                                             \
	sluis_codec_unpack(&sluis__##lower##__descriptor, bytes, max, arena,                           \
	    (ProtobufCMessage **)(1 ? (ret) : (Sluis__##Upper **)NULL))

/**
 * sluis_codec_pack(message, arena, ret): encode ${message} into ${arena}.
 * Checks the rules of names first: a message that we could not read back is never sent.
 * Errors: SLUIS_ENOMEM; SLUIS_EFORMAT (a field breaks the rule of its name: our own mistake).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_codec_pack(const ProtobufCMessage *message,
    struct sluis_arena *arena, struct sluis_bytes *ret);

/** sluis_codec_check(message): the rules of names at every depth. Errors: SLUIS_EFORMAT. */
SLUIS_MUST_CHECK enum sluis_err sluis_codec_check(const ProtobufCMessage *message);

/** sluis_codec_has_rule(field): the name of ${field} has a rule; a test asks it for the whole schema. */
bool sluis_codec_has_rule(const ProtobufCFieldDescriptor *field);

/* Views between our bytes and protobuf-c's; a view into a message may be cast back only for reading. */
static inline struct sluis_bytes
sluis_of(ProtobufCBinaryData data)
{
	return sluis_bytes(data.data, data.len);
}

ProtobufCBinaryData sluis_pb(struct sluis_bytes bytes);

static inline ProtobufCBinaryData
sluis_pb_hash(const struct sluis_hash *hash)
{
	return sluis_pb(sluis_bytes(hash->bytes, sizeof(hash->bytes)));
}

static inline ProtobufCBinaryData
sluis_pb_id(const struct sluis_id *id)
{
	return sluis_pb(sluis_bytes(id->bytes, sizeof(id->bytes)));
}

/** sluis_hash_of(data): a hash field that codec has checked, as a value. */
struct sluis_hash sluis_hash_of(ProtobufCBinaryData data);
struct sluis_id sluis_id_of(ProtobufCBinaryData data);
struct sluis_public sluis_public_of(ProtobufCBinaryData data);

#endif
