/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * table - find a thing by bytes that strangers chose: a chained hash under a key of this process.
 *
 * The entry stands inside the thing that is found, so the table allocates nothing after table_init(). A fixed number of
 * slots: its users bound how many things there are. SipHash (libsodium) against chosen collisions.
 */
#ifndef SLUISD_FRONT_TABLE_H
#define SLUISD_FRONT_TABLE_H

#include "base.h"

enum { TABLE_SLOTS = 4096, TABLE_SEED_BYTES = 16 };

struct table_entry {
	struct table_entry *next;
	struct sluis_bytes key; /* lives in the thing */
};

struct table {
	struct table_entry **slots;
	size_t count;
	uint8_t seed[TABLE_SEED_BYTES];
};

/** table_init(table): Errors: SLUIS_ENOMEM. */
SLUIS_MUST_CHECK enum sluis_err table_init(struct table *table);
/** table_done(table): the things themselves are the caller's. */
void table_done(struct table *table);

/** table_add(table, entry): ${entry}->key is set and not in the table. */
void table_add(struct table *table, struct table_entry *entry);
/** table_find(table, key): NULL where there is none. */
struct table_entry *table_find(const struct table *table, struct sluis_bytes key);
void table_remove(struct table *table, struct table_entry *entry);

#endif
