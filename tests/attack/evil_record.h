/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * evil_record - acts for the keys log that a registrar and its organisation make together; for tests only.
 */
#ifndef EVIL_RECORD_H
#define EVIL_RECORD_H

#include "record.h"
#include "session.h"

/** Who makes them; what they need and do not get ends the program with 9. */
struct evil_maker {
	struct sluis_session *session;
	struct sluis_arena *arena;
	struct sluis_failure *failure;
};

/** evil_record_renewal(maker, folder, roles, n): the next record of this very member, its keys kept, signed by itself and with key.pem of ${folder}. */
Sluis__Signed *evil_record_renewal(const struct evil_maker *maker, const char *folder, char **roles, size_t n);
/** evil_record_approval(maker, target): signed by this member alone. */
Sluis__Signed *evil_record_approval(const struct evil_maker *maker, const Sluis__Signed *target);
/** evil_record_registrars(maker, handles, needed): these handles (parted by commas), ${needed} of them; signed by this member alone. */
Sluis__Signed *evil_record_registrars(const struct evil_maker *maker, const char *handles, uint32_t needed);
/** evil_record_suspension(maker, handle): signed by this member alone. */
Sluis__Signed *evil_record_suspension(const struct evil_maker *maker, struct sluis_bytes handle);
/** evil_record_entry(maker, type, act): packed. */
struct sluis_bytes evil_record_entry(const struct evil_maker *maker, enum sluis_entry_type type, Sluis__Signed *act);

#endif
