/* SPDX-License-Identifier: EUPL-1.2 */
#include "table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "random.h"

_Static_assert(TABLE_SEED_BYTES == crypto_shorthash_KEYBYTES, "the seed is SipHash's key");

static struct table_entry **
slot_of(const struct table *table, struct sluis_bytes key)
{
	uint8_t hash[crypto_shorthash_BYTES];
	uint32_t index;

	crypto_shorthash(hash, key.data, key.len, table->seed);
	memcpy(&index, hash, sizeof(index));
	return &table->slots[index % TABLE_SLOTS];
}

SLUIS_MUST_CHECK enum sluis_err
table_init(struct table *table)
{
	struct table_entry **slots = calloc(TABLE_SLOTS, sizeof(*slots));

	if (slots == NULL)
		return SLUIS_ENOMEM;
	*table = (struct table){ .slots = slots };
	sluis_random_system(NULL, table->seed, sizeof(table->seed));
	return SLUIS_OK;
}

void
table_done(struct table *table)
{
	free(table->slots);
	table->slots = NULL;
}

void
table_add(struct table *table, struct table_entry *entry)
{
	struct table_entry **slot = slot_of(table, entry->key);

	entry->next = *slot;
	*slot = entry;
	table->count++;
}

struct table_entry *
table_find(const struct table *table, struct sluis_bytes key)
{
	struct table_entry *entry = *slot_of(table, key);

	while (entry != NULL && !sluis_bytes_equal(entry->key, key))
		entry = entry->next;
	return entry;
}

void
table_remove(struct table *table, struct table_entry *entry)
{
	struct table_entry **at = slot_of(table, entry->key);

	while (*at != entry) {
		assert(*at != NULL);
		at = &(*at)->next;
	}
	*at = entry->next;
	table->count--;
}
