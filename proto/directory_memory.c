/* SPDX-License-Identifier: EUPL-1.2 */
#include "directory_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"

enum { BLOCK_BYTES = 1024, ALIGN = 16, SLOTS_MIN = 64 };

struct sluis_directory_block {
	struct sluis_directory_block *next;
	size_t cap;
	size_t used;
	size_t pad;
};

_Static_assert(sizeof(struct sluis_directory_block) % ALIGN == 0, "data of a block stays aligned");

static const size_t ROW_BYTES[SLUIS_TABLE_COUNT] = {
	[SLUIS_TABLE_ENTRIES] = sizeof(struct sluis_directory_entry *),
	[SLUIS_TABLE_ROOTS] = sizeof(struct sluis_hash),
	[SLUIS_TABLE_MEMBERS] = sizeof(struct sluis_member),
	[SLUIS_TABLE_ORGANISATIONS] = sizeof(struct sluis_organisation),
	[SLUIS_TABLE_MEMBER_HOLDERS] = sizeof(struct sluis_directory_holder),
	[SLUIS_TABLE_ORGANISATION_HOLDERS] = sizeof(struct sluis_directory_holder),
	[SLUIS_TABLE_STANDINGS] = sizeof(struct sluis_directory_standing),
	[SLUIS_TABLE_POLICIES] = sizeof(struct sluis_directory_policy),
	[SLUIS_TABLE_BROKERS] = sizeof(struct sluis_broker_keys),
	[SLUIS_TABLE_WITNESSES] = sizeof(struct sluis_witness),
	[SLUIS_TABLE_CONTINUATIONS] = sizeof(struct sluis_continuation),
	[SLUIS_TABLE_GUESTS] = sizeof(struct sluis_guest),
};

/* ---- entries ---- */

struct sluis_directory_entry *
sluis_directory_entry_new(struct sluis_bytes bytes)
{
	struct sluis_directory_entry *entry = calloc(1, sizeof(*entry));
	uint8_t *copy;

	if (entry == NULL)
		return NULL;
	atomic_init(&entry->references, 1);
	copy = sluis_directory_entry_alloc(entry, bytes.len);
	if (copy == NULL) {
		sluis_directory_entry_put(entry);
		return NULL;
	}
	if (bytes.len > 0)
		memcpy(copy, bytes.data, bytes.len);
	entry->bytes = sluis_bytes(copy, bytes.len);
	return entry;
}

void
sluis_directory_entry_put(struct sluis_directory_entry *entry)
{
	if (entry == NULL || atomic_fetch_sub(&entry->references, 1) != 1)
		return;
	while (entry->blocks != NULL) {
		struct sluis_directory_block *block = entry->blocks;

		entry->blocks = block->next;
		free(block);
	}
	free(entry);
}

void *
sluis_directory_entry_alloc(struct sluis_directory_entry *entry, size_t len)
{
	const size_t need = ((len > 0 ? len : 1) + ALIGN - 1) & ~(size_t)(ALIGN - 1); /* bounded: an entry */
	struct sluis_directory_block *block = entry->blocks;
	void *at;

	if (block == NULL || need > block->cap - block->used) {
		const size_t cap = need > BLOCK_BYTES ? need : BLOCK_BYTES;

		block = calloc(1, sizeof(*block) + cap);
		if (block == NULL)
			return NULL;
		block->cap = cap;
		block->next = entry->blocks;
		entry->blocks = block;
	}
	at = (uint8_t *)(block + 1) + block->used;
	block->used += need;
	return at;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_entry_keep(struct sluis_directory_entry *entry, ProtobufCBinaryData bytes,
    struct sluis_bytes *ret)
{
	uint8_t *copy = sluis_directory_entry_alloc(entry, bytes.len);

	if (copy == NULL)
		return SLUIS_ENOMEM;
	if (bytes.len > 0)
		memcpy(copy, bytes.data, bytes.len);
	*ret = sluis_bytes(copy, bytes.len);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_entry_keep_all(struct sluis_directory_entry *entry, const ProtobufCBinaryData *items,
    size_t n, const struct sluis_bytes **ret)
{
	struct sluis_bytes *all = sluis_directory_entry_alloc(entry, n * sizeof(*all));

	if (all == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < n; i++)
		SLUIS_TRY(sluis_directory_entry_keep(entry, items[i], &all[i]));
	*ret = all;
	return SLUIS_OK;
}

/* ---- tables ---- */

size_t
sluis_directory_rows(const struct sluis_directory *directory, enum sluis_directory_table table)
{
	return directory->tables[table].n;
}

void *
sluis_directory_row(const struct sluis_directory *directory, enum sluis_directory_table table, size_t i)
{
	const struct sluis_directory_rows *rows = &directory->tables[table];

	assert(i < rows->n);
	return (uint8_t *)rows->rows + i * ROW_BYTES[table];
}

void *
sluis_directory_add(struct sluis_directory *directory, enum sluis_directory_table table)
{
	struct sluis_directory_rows *rows = &directory->tables[table];
	uint8_t *at = (uint8_t *)rows->rows + rows->n * ROW_BYTES[table];

	assert(rows->n < rows->cap);
	memset(at, 0, ROW_BYTES[table]);
	rows->n++;
	return at;
}

/* ---- index: the hash of kind and key is the key, so that no two things ever meet in one slot ---- */

static struct sluis_hash
index_key(enum sluis_directory_index index, struct sluis_bytes key)
{
	const uint8_t kind = (uint8_t)index;
	const struct sluis_bytes parts[] = { sluis_bytes(&kind, 1), key };

	return sluis_hash_parts(parts, SLUIS_ARRAY_LEN(parts));
}

static struct sluis_directory_slot *
slot_of(struct sluis_directory_slot *slots, size_t n_slots, const struct sluis_hash *key)
{
	uint64_t at;

	memcpy(&at, key->bytes, sizeof(at));
	for (size_t i = (size_t)at & (n_slots - 1);; i = (i + 1) & (n_slots - 1)) {
		if (slots[i].value == 0 || sluis_hash_equal(&slots[i].key, key))
			return &slots[i];
	}
}

bool
sluis_directory_find(const struct sluis_directory *directory, enum sluis_directory_index index,
    struct sluis_bytes key, uint32_t *ret)
{
	const struct sluis_hash hash = index_key(index, key);
	const struct sluis_directory_slot *slot;

	if (directory->n_slots == 0)
		return false;
	slot = slot_of(directory->slots, directory->n_slots, &hash);
	if (slot->value == 0)
		return false;
	if (ret != NULL)
		*ret = slot->value - 1;
	return true;
}

void
sluis_directory_put(struct sluis_directory *directory, enum sluis_directory_index index,
    struct sluis_bytes key, uint32_t value)
{
	const struct sluis_hash hash = index_key(index, key);
	struct sluis_directory_slot *slot = slot_of(directory->slots, directory->n_slots, &hash);

	assert(value < UINT32_MAX);
	if (slot->value == 0) {
		assert(directory->n_used < directory->n_slots / 2);
		directory->n_used++;
	}
	slot->key = hash;
	slot->value = value + 1;
}

static enum sluis_err
reserve_slots(struct sluis_directory *directory, size_t more)
{
	size_t n = directory->n_slots > 0 ? directory->n_slots : SLOTS_MIN;
	struct sluis_directory_slot *slots;

	while (n / 2 < directory->n_used + more)
		n *= 2;
	if (n == directory->n_slots)
		return SLUIS_OK;
	slots = calloc(n, sizeof(*slots));
	if (slots == NULL)
		return SLUIS_ENOMEM;
	for (size_t i = 0; i < directory->n_slots; i++) {
		if (directory->slots[i].value != 0)
			*slot_of(slots, n, &directory->slots[i].key) = directory->slots[i];
	}
	free(directory->slots);
	directory->slots = slots;
	directory->n_slots = n;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_directory_reserve(struct sluis_directory *directory, size_t slots)
{
	for (size_t t = 0; t < SLUIS_TABLE_COUNT; t++) {
		struct sluis_directory_rows *rows = &directory->tables[t];
		const size_t cap = rows->cap + rows->cap / 2 + SLUIS_DIRECTORY_GENESIS_ROWS_MAX;
		void *grown;

		if (rows->cap - rows->n >= SLUIS_DIRECTORY_GENESIS_ROWS_MAX)
			continue;
		grown = reallocarray(rows->rows, cap, ROW_BYTES[t]);
		if (grown == NULL)
			return SLUIS_ENOMEM;
		rows->rows = grown;
		rows->cap = cap;
	}
	return reserve_slots(directory, slots);
}

/* ---- the whole ---- */

struct sluis_directory *
sluis_directory_new(void)
{
	struct sluis_directory *directory = calloc(1, sizeof(*directory));

	if (directory != NULL)
		sluis_merkle_frontier_init(&directory->frontier);
	return directory;
}

void
sluis_directory_free(struct sluis_directory *directory)
{
	if (directory == NULL)
		return;
	for (size_t i = 0; i < sluis_directory_rows(directory, SLUIS_TABLE_ENTRIES); i++) {
		struct sluis_directory_entry **entry =
		    sluis_directory_row(directory, SLUIS_TABLE_ENTRIES, i);

		sluis_directory_entry_put(*entry);
	}
	for (size_t t = 0; t < SLUIS_TABLE_COUNT; t++)
		free(directory->tables[t].rows);
	free(directory->slots);
	free(directory);
}

void
sluis_directory_freep(struct sluis_directory **directory)
{
	sluis_directory_free(*directory);
	*directory = NULL;
}

static bool
copy_rows(const struct sluis_directory_rows *rows, size_t row_bytes, struct sluis_directory_rows *ret)
{
	if (rows->n == 0)
		return true;
	ret->rows = reallocarray(NULL, rows->n, row_bytes);
	if (ret->rows == NULL)
		return false;
	memcpy(ret->rows, rows->rows, rows->n * row_bytes);
	ret->n = ret->cap = rows->n;
	return true;
}

struct sluis_directory *
sluis_directory_copy(const struct sluis_directory *directory)
{
	SLUIS_AUTO(sluis_directory_freep) struct sluis_directory *copy = malloc(sizeof(*copy));

	if (copy == NULL)
		return NULL;
	*copy = *directory;
	memset(copy->tables, 0, sizeof(copy->tables));
	copy->slots = NULL;
	for (size_t t = 0; t < SLUIS_TABLE_COUNT; t++) {
		if (!copy_rows(&directory->tables[t], ROW_BYTES[t], &copy->tables[t])) {
			copy->tables[SLUIS_TABLE_ENTRIES].n = 0; /* not counted yet */
			return NULL;
		}
	}
	if (directory->n_slots > 0) {
		copy->slots = reallocarray(NULL, directory->n_slots, sizeof(*copy->slots));
		if (copy->slots == NULL) {
			copy->tables[SLUIS_TABLE_ENTRIES].n = 0;
			return NULL;
		}
		memcpy(copy->slots, directory->slots, directory->n_slots * sizeof(*copy->slots));
	}
	for (size_t i = 0; i < sluis_directory_rows(copy, SLUIS_TABLE_ENTRIES); i++) {
		struct sluis_directory_entry **entry =
		    sluis_directory_row(copy, SLUIS_TABLE_ENTRIES, i);

		atomic_fetch_add(&(*entry)->references, 1);
	}
	return SLUIS_TAKE(copy);
}
