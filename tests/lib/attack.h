/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * attack - entries of the keys log that are wrong in one way, and the answer they must get.
 */
#ifndef ATTACK_H
#define ATTACK_H

#include "federation.h"

/** attack_refused(federation, entry, rule): _judge, _check and _append all refuse ${entry} by ${rule} (SLUIS_EKEYSLOG,
 *  with a clause for people), and the directory is as it was. */
void attack_refused(struct federation *federation, struct sluis_bytes entry, const char *rule);
/** attack_taken(federation, entry): it is appended. */
void attack_taken(struct federation *federation, struct sluis_bytes entry);

/** attack_entry(federation, type, payload, signers): signed by the members ${signers} (parted by blanks). */
struct sluis_bytes attack_entry(struct federation *federation, enum sluis_entry_type type,
    struct sluis_bytes payload, const char *signers);
/** attack_certified(federation, type, payload, organisation): signed by that organisation's certificate. */
struct sluis_bytes attack_certified(struct federation *federation, enum sluis_entry_type type,
    struct sluis_bytes payload, const char *organisation);

/** attack_act(federation): what an act of the registrars made now says. */
struct sluis_record_act attack_act(struct federation *federation);

/* ATTACK_EDIT(f, lower, Upper, payload, { ... }): the payload, unpacked as `it`, after the edit, packed without any
 * check; for values that our own builders do not write. */
#define ATTACK_EDIT(f, lower, Upper, payload, edit)                                                    \
	__extension__({                                                                                \
		Sluis__##Upper *it;                                                                    \
		uint8_t *packed_;                                                                      \
		size_t packed_len_;                                                                    \
		attack_must(SLUIS_UNPACK(lower, Upper, payload, SLUIS_KEYS_ENTRY_MAX_BYTES,            \
		    (f)->arena, &it));                                                                 \
		edit;                                                                                  \
		packed_ = sluis_arena_alloc((f)->arena,                                                \
		    protobuf_c_message_get_packed_size(&it->base));                                    \
		packed_len_ = protobuf_c_message_pack(&it->base, packed_);                             \
		sluis_bytes(packed_, packed_len_);                                                     \
	})

void attack_must(enum sluis_err err);

#endif
