/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * filler - one of every message of the schema, with values that obey the rules of names.
 *
 * For worked examples and as seeds of fuzzers: same schema, same bytes. A failure in here aborts.
 */
#ifndef FILLER_H
#define FILLER_H

#include "arena.h"
#include "codec.h"

/**
 * filler_message(descriptor, arena):
 * Everything optional is there, lists have two members, of a oneof nothing is chosen. Opaque bytes, ids and hashes
 * repeat the number of their field (of the second in a list: that number and 128), codes are words of the domain.
 */
ProtobufCMessage *filler_message(const ProtobufCMessageDescriptor *descriptor, struct sluis_arena *arena);

/** filler_frame(descriptor, field, arena): an Ask or Tell in which the oneof's ${field} (index) is chosen. */
ProtobufCMessage *filler_frame(const ProtobufCMessageDescriptor *descriptor, unsigned field,
    struct sluis_arena *arena);

/** filler_each(visit): every message of the schema once, those inside others too. */
void filler_each(void (*visit)(const ProtobufCMessageDescriptor *descriptor));

#endif
